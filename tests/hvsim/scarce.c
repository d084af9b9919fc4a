/* Allocations that fail, by linker wrapping (ld --wrap). */
#include "scarce.h"

#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *memory, size_t size);

long scarce_countdown = -1;

static bool fails_now(void) {
    if (scarce_countdown < 0)
        return false;
    return scarce_countdown-- == 0;
}

void *__wrap_malloc(size_t size) {
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size) {
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return fails_now() ? NULL : __real_realloc(memory, size);
}

bool scarce_struck(void) {
    bool was = scarce_countdown == -1;

    scarce_countdown = -1;
    return was;
}
