/* Bump allocator: pieces are carved from a few large blocks and all released at once. */
#ifndef XML_ARENA_H
#define XML_ARENA_H

#include <stddef.h>

struct hv_arena_block;

struct hv_arena {
    struct hv_arena_block *blocks; /* newest first */
    char *at;                      /* first free byte of the newest block */
    char *end;
    size_t next_size; /* of the next block */
    size_t largest;   /* that blocks grow to */
    size_t n_bytes;   /* of memory, in all blocks */
};

/* N_DOCUMENT: bytes of what will be held, a guess that saves blocks. Nothing is allocated yet. */
void hv_arena_init(struct hv_arena *arena, size_t n_document);
/* The same for many small arenas: blocks begin with FIRST bytes and double up to LARGEST. */
void hv_arena_init_small(struct hv_arena *arena, size_t first, size_t largest);
void hv_arena_deinit(struct hv_arena *arena);

/* N_BYTES aligned for pointers; NULL when memory ends. Valid until deinit. */
void *hv_arena_alloc(struct hv_arena *arena, size_t n_bytes);
/* Copies a text and adds a NUL. It is not aligned. */
char *hv_arena_copy(struct hv_arena *arena, const char *bytes, size_t n_bytes);

#endif
