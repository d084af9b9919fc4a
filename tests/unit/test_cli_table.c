/* Tables, and what hosts call their VMs made harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <locale.h>

#include "base/size.h"
#include "cli/table.h"
#include "support/failmalloc.h"

static const struct hv_charset utf8 = { .utf8 = true };
static const struct hv_charset ascii = { .ascii = true };

static void cleaned(const char *text, const struct hv_charset *charset, const char *expected) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1024);

    hv_clean_append(&buf, text, charset);
    assert_string_equal(hv_buf_text(&buf), expected);
}

static void control_characters_become_escapes(void **state) {
    (void)state;

    cleaned("a\033[31mb", &utf8, "a\\x1b[31mb");
    cleaned("a\tb\nc\rd", &utf8, "a\\tb\\nc\\rd");
    cleaned("a\177b", &utf8, "a\\x7fb");
    cleaned("a\xC2\x9B"
            "b",
            &utf8, "a\\x9bb");
    cleaned("a\xE2\x80\xAE"
            "b",
            &utf8, "a\\u202eb");
    cleaned("C:\\VMs", &utf8, "C:\\VMs");
    cleaned(NULL, &utf8, "");
}

static void broken_utf8_is_shown_byte_by_byte(void **state) {
    (void)state;
    cleaned("a\xFF\xC3", &utf8, "a\\xff\\xc3");
}

static void other_alphabets_stay_where_they_can_be_shown(void **state) {
    (void)state;

    cleaned("B\xC3\xBCro", &utf8, "B\xC3\xBCro");
    cleaned("B\xC3\xBCro", &ascii, "B?ro");
}

static void width_is_counted_in_columns(void **state) {
    (void)state;

    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8")); /* glibc has it built in */
    assert_int_equal(hv_clean_width("B\xC3\xBCro", &utf8), 4);
    assert_int_equal(hv_clean_width("\xE6\x97\xA5\xE6\x9C\xAC", &utf8), 4);
    (void)setlocale(LC_CTYPE, "C");
}

static void a_cut_ends_at_a_character(void **state) {
    char text[] = "B\xC3\xBCro";
    (void)state;

    hv_clean_cut(text, 2, &ascii);
    assert_string_equal(text, "B\xC3\xBC");
    hv_clean_cut(text, 9, &ascii);
    assert_string_equal(text, "B\xC3\xBC");
}

static const char *const headers[] = { "NAME", "STATE" };

static struct hv_table *make_table(void) {
    struct hv_table *table = NULL;
    const char *row1[] = { "app01", "running" };
    const char *row2[] = { "a\tb", NULL };

    assert_int_equal(hv_table_new(headers, 2, &table, NULL), 0);
    hv_table_add(table, row1);
    hv_table_add(table, row2);
    hv_table_cell(table, "long name here");
    hv_table_cell_number(table, 12);
    hv_table_cell(table, "x");
    hv_table_cell_number(table, -1);
    return table;
}

static void columns_are_aligned_and_absent_cells_shown(void **state) {
    HV_CLEANUP(hv_table_free) struct hv_table *table = make_table();
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4096);
    (void)state;

    assert_int_equal(hv_table_n_rows(table), 4);
    assert_int_equal(hv_table_build(table, &ascii, &buf, NULL), 0);
    assert_string_equal(hv_buf_text(&buf), "NAME            STATE\n"
                                           "app01           running\n"
                                           "a\\tb            -\n"
                                           "long name here  12\n"
                                           "x               -\n");
}

static void plain_lines_have_tabs_and_no_header(void **state) {
    HV_CLEANUP(hv_table_free) struct hv_table *table = make_table();
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4096);
    (void)state;

    assert_int_equal(hv_table_build_plain(table, &ascii, &buf, NULL), 0);
    assert_string_equal(hv_buf_text(&buf), "app01\trunning\na\\tb\t\nlong name here\t12\nx\t\n");
}

static int build_some(void *context) {
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4096);
    const char *row[] = { "app01", "running" };
    int rc = hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL);

    (void)context;
    if (rc < 0)
        return rc;
    hv_table_add(table, row);
    hv_table_add(table, row);
    rc = hv_table_build(table, &utf8, &buf, NULL);
    hv_buf_reset(&buf);
    return rc < 0 ? rc : hv_table_build_plain(table, &utf8, &buf, NULL);
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    assert_true(failmalloc_each(build_some, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_become_escapes),
        cmocka_unit_test(broken_utf8_is_shown_byte_by_byte),
        cmocka_unit_test(other_alphabets_stay_where_they_can_be_shown),
        cmocka_unit_test(width_is_counted_in_columns),
        cmocka_unit_test(a_cut_ends_at_a_character),
        cmocka_unit_test(columns_are_aligned_and_absent_cells_shown),
        cmocka_unit_test(plain_lines_have_tabs_and_no_header),
        cmocka_unit_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
