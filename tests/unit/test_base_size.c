/* Checked sizes and growing arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "support/failmalloc.h"

static void sums_fit_or_are_refused(void **state) {
    size_t sum = 4711;
    (void)state;

    assert_true(hv_size_add(SIZE_MAX - 1, 1, &sum));
    assert_true(sum == SIZE_MAX);
    sum = 4711;
    assert_false(hv_size_add(SIZE_MAX, 1, &sum));
    assert_false(hv_size_add(SIZE_MAX, SIZE_MAX, &sum));
    assert_int_equal(sum, 4711);
}

static void products_fit_or_are_refused(void **state) {
    size_t product = 4711;
    (void)state;

    assert_true(hv_size_mul(SIZE_MAX / 2, 2, &product));
    assert_true(product == SIZE_MAX - 1);
    assert_true(hv_size_mul(0, SIZE_MAX, &product));
    assert_true(product == 0);
    product = 4711;
    assert_false(hv_size_mul(SIZE_MAX / 2 + 1, 2, &product));
    assert_int_equal(product, 4711);
}

static void an_array_grows_and_keeps_its_elements(void **state) {
    HV_CLEANUP_FREE uint32_t *array = NULL;
    (void)state;

    for (uint32_t n = 0; n < 1000; n++) {
        uint32_t *grown = hv_grow(array, n, sizeof(*array));
        assert_non_null(grown);
        array = grown;
        array[n] = n; /* the sanitizer sees when there is no room */
    }
    for (uint32_t n = 0; n < 1000; n++)
        assert_int_equal(array[n], n);
}

static void growth_is_rare(void **state) {
    void *array = NULL;
    (void)state;

    failmalloc_arm(0, false);
    for (size_t n = 0; n < 1024; n++)
        array = hv_grow(array, n, 1);
    /* At 0, 1, 2, 4 ... 512 elements. */
    assert_int_equal(failmalloc_disarm(NULL), 11);
    free(array);
}

static void an_array_too_large_is_refused(void **state) {
    char *array = malloc(1);
    (void)state;

    assert_non_null(array);
    assert_null(hv_grow(array, SIZE_MAX / 2 + 1, 1));
    assert_null(hv_grow(array, 1, SIZE_MAX));
    assert_null(hv_grow(NULL, 0, SIZE_MAX / 2 + 1));
    array[0] = 'x'; /* still ours */
    free(array);
}

static void without_memory_the_array_stays(void **state) {
    uint32_t *array = hv_grow(NULL, 0, sizeof(*array));
    void *grown;
    (void)state;

    assert_non_null(array);
    array[0] = 1;
    array[1] = 2;
    failmalloc_arm(1, false);
    grown = hv_grow(array, 2, sizeof(*array));
    (void)failmalloc_disarm(NULL);
    assert_null(grown);
    assert_int_equal(array[1], 2);
    free(array);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_fit_or_are_refused),
        cmocka_unit_test(products_fit_or_are_refused),
        cmocka_unit_test(an_array_grows_and_keeps_its_elements),
        cmocka_unit_test(growth_is_rare),
        cmocka_unit_test(an_array_too_large_is_refused),
        cmocka_unit_test(without_memory_the_array_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
