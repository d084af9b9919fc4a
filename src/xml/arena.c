/* Bump allocator. A document usually fits into the first block; later ones double in size. */
#include "xml/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

enum {
    SMALLEST_BLOCK = 4 * 1024,
    LARGEST_BLOCK = 2 * 1024 * 1024,
};

struct hv_arena_block {
    struct hv_arena_block *next;
    _Alignas(max_align_t) char bytes[];
};

void hv_arena_init(struct hv_arena *arena, size_t n_document) {
    size_t size = SMALLEST_BLOCK;

    while (size < LARGEST_BLOCK && size / 2 < n_document)
        size *= 2;
    hv_arena_init_small(arena, size, LARGEST_BLOCK);
}

void hv_arena_init_small(struct hv_arena *arena, size_t first, size_t largest) {
    *arena = (struct hv_arena){ .next_size = first, .largest = largest };
}

void hv_arena_deinit(struct hv_arena *arena) {
    struct hv_arena_block *block = arena->blocks;

    while (block) {
        struct hv_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct hv_arena){ 0 };
}

/* Starts a block with room for at least N_BYTES. */
static int grow(struct hv_arena *arena, size_t n_bytes) {
    size_t size = n_bytes > arena->next_size ? n_bytes : arena->next_size;
    size_t total;
    struct hv_arena_block *block;

    if (!hv_size_add(size, sizeof(*block), &total))
        return -1;
    block = malloc(total);
    if (!block)
        return -1;
    block->next = arena->blocks;
    arena->blocks = block;
    arena->at = block->bytes;
    arena->end = block->bytes + size;
    arena->n_bytes += total;
    if (arena->next_size < arena->largest)
        arena->next_size *= 2;
    return 0;
}

/* N_BYTES behind PAD bytes that are left out, unless they begin a block. */
static void *carve(struct hv_arena *arena, size_t pad, size_t n_bytes) {
    size_t left = arena->at ? (size_t)(arena->end - arena->at) : 0;
    void *piece;

    if (!arena->at || left < pad || left - pad < n_bytes) {
        if (grow(arena, n_bytes) < 0)
            return NULL;
        pad = 0;
    }
    piece = arena->at + pad;
    arena->at += pad + n_bytes;
    return piece;
}

void *hv_arena_alloc(struct hv_arena *arena, size_t n_bytes) {
    return carve(arena, (size_t)(-(uintptr_t)arena->at & (sizeof(void *) - 1)), n_bytes);
}

char *hv_arena_copy(struct hv_arena *arena, const char *bytes, size_t n_bytes) {
    char *copy = n_bytes < SIZE_MAX ? carve(arena, 0, n_bytes + 1) : NULL;

    if (!copy)
        return NULL;
    memcpy(copy, bytes, n_bytes);
    copy[n_bytes] = '\0';
    return copy;
}
