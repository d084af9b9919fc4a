/* Sums and products of sizes that somebody else decides. */
#ifndef BASE_SIZE_H
#define BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>

#define HV_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* False, *ret untouched, when the result does not fit. */
static inline bool hv_size_add(size_t a, size_t b, size_t *ret) {
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret = sum;
    return true;
}

static inline bool hv_size_mul(size_t a, size_t b, size_t *ret) {
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret = product;
    return true;
}

/*
 * Makes room for one more element in a growing array of N elements and returns the array, moved perhaps, or NULL when memory or
 * the size type ends (the old array then stays as it was). Capacity is not stored: it is the next power of two of N.
 */
void *hv_grow(void *array, size_t n, size_t element_size);

#endif
