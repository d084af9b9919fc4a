/* Growth of arrays. */
#include "base/size.h"

#include <stdlib.h>

void *hv_grow(void *array, size_t n, size_t element_size) {
    size_t bytes;

    /* Full exactly when n is 0 or a power of two: 0, 1, 2, 4, 8 ... */
    if (array && (n & (n - 1)) != 0)
        return array;
    if (!hv_size_mul(n ? n : 1, 2, &bytes) || !hv_size_mul(bytes, element_size, &bytes))
        return NULL;
    return realloc(array, bytes);
}
