/* Memory for secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "base/text.h"

static void a_secret_is_a_text(void **state) {
    struct hv_secret *secret = NULL;
    (void)state;

    assert_int_equal(hv_secret_new("s3cret", 6, &secret, NULL), 0);
    assert_string_equal(hv_secret_text(secret), "s3cret");
    assert_int_equal(hv_secret_length(secret), 6);
    assert_null(hv_secret_end(secret));
    assert_null(hv_secret_end(NULL));
    assert_null(hv_secret_text(NULL));
}

static void what_is_cut_off_is_gone(void **state) {
    struct hv_secret *secret = NULL;
    (void)state;

    assert_int_equal(hv_secret_new(NULL, 10000, &secret, NULL), 0);
    assert_int_equal(hv_secret_text(secret)[9999], '\0');
    memset(hv_secret_text(secret), 'x', 10000);
    hv_secret_cut(secret, 10001);
    assert_int_equal(hv_secret_length(secret), 10000);
    hv_secret_cut(secret, 3);
    assert_string_equal(hv_secret_text(secret), "xxx");
    assert_int_equal(hv_secret_text(secret)[9999], '\0');
    (void)hv_secret_end(secret);
}

static void what_no_memory_can_hold_is_an_error(void **state) {
    struct hv_secret *secret = NULL;
    (void)state;

    assert_int_equal(hv_secret_new(NULL, SIZE_MAX, &secret, NULL), HV_E_MEMORY);
    assert_int_equal(hv_secret_new(NULL, SIZE_MAX / 2, &secret, NULL), HV_E_MEMORY);
    assert_null(secret);
}

/* The kernel's own words on the pages: not to be dumped ("dd"), and locked ("lo") unless that is forbidden. */
/* Does a line "START-END ..." of the memory map hold ADDRESS? */
static bool holds(const char *line, uint64_t address) {
    size_t n_start = strcspn(line, "-");
    size_t n_end = line[n_start] ? strcspn(line + n_start + 1, " ") : 0;
    uint64_t start;
    uint64_t end;

    return hv_text_hex(line, n_start, &start) && hv_text_hex(line + n_start + 1, n_end, &end) && start <= address &&
           address < end;
}

static void its_pages_stay_out_of_core_files(void **state) {
    struct hv_secret *secret = NULL;
    char line[512];
    bool here = false;
    bool dumped = true;
    FILE *maps;
    (void)state;

    assert_int_equal(hv_secret_new("s3cret", 6, &secret, NULL), 0);
    maps = fopen("/proc/self/smaps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps)) {
        here = here || holds(line, (uintptr_t)hv_secret_text(secret));
        if (here && strncmp(line, "VmFlags:", 8) == 0) {
            dumped = !strstr(line, " dd");
            break;
        }
    }
    assert_int_equal(fclose(maps), 0);
    assert_true(here);
    assert_false(dumped);
    (void)hv_secret_end(secret);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_is_a_text),
        cmocka_unit_test(what_is_cut_off_is_gone),
        cmocka_unit_test(what_no_memory_can_hold_is_an_error),
        cmocka_unit_test(its_pages_stay_out_of_core_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
