/* The growing buffer: ceilings, failures that stick, and what is handed over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support/failmalloc.h"

static void an_empty_buffer_reads_as_empty_text(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(10);
    (void)state;

    assert_string_equal(hv_buf_text(&buf), "");
    assert_int_equal(hv_buf_finish(&buf, "text", NULL), 0);
    hv_buf_append(&buf, NULL, 0);
    assert_string_equal(hv_buf_text(&buf), "");
    assert_int_equal(buf.len, 0);
}

static void appends_join_and_stay_terminated(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(100000);
    (void)state;

    hv_buf_puts(&buf, "one");
    hv_buf_putc(&buf, ' ');
    hv_buf_append(&buf, "two\0three", 9);
    hv_buf_printf(&buf, " %d%s", 4, "!");
    assert_int_equal(buf.len, 16);
    assert_memory_equal(hv_buf_text(&buf), "one two\0three 4!", 17);
}

static void bytes_survive_growing(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(100000);
    (void)state;

    for (int i = 0; i < 5000; i++)
        hv_buf_printf(&buf, "%04d", i);
    assert_int_equal(hv_buf_finish(&buf, "numbers", NULL), 0);
    assert_int_equal(buf.len, 20000);
    assert_memory_equal(buf.data, "000000010002", 12);
    assert_string_equal(buf.data + 19992, "49984999");
}

static void the_ceiling_itself_fits(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4);
    (void)state;

    hv_buf_puts(&buf, "1234");
    assert_int_equal(hv_buf_finish(&buf, "text", NULL), 0);
    assert_string_equal(hv_buf_text(&buf), "1234");
}

static void one_past_the_ceiling_fails_and_sticks(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4);
    struct hv_error err;
    (void)state;

    hv_buf_puts(&buf, "123");
    hv_buf_puts(&buf, "45");
    hv_buf_putc(&buf, 'x');
    assert_string_equal(hv_buf_text(&buf), "123");
    assert_int_equal(hv_buf_finish(&buf, "the request", &err), HV_E_LIMIT);
    assert_int_equal(err.code, HV_E_LIMIT);
    assert_string_equal(err.message, "the request is larger than 4 bytes");
}

static void a_formatted_text_past_the_ceiling_fails_whole(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4);
    (void)state;

    hv_buf_printf(&buf, "%s", "12345");
    assert_string_equal(hv_buf_text(&buf), "");
    assert_int_equal(hv_buf_finish(&buf, "text", NULL), HV_E_LIMIT);
}

static void sizes_that_overflow_are_refused(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(SIZE_MAX);
    (void)state;

    hv_buf_putc(&buf, 'x');
    hv_buf_append(&buf, "x", SIZE_MAX);
    assert_int_equal(hv_buf_finish(&buf, "text", NULL), HV_E_LIMIT);
    hv_buf_reset(&buf);
    hv_buf_append(&buf, "x", SIZE_MAX);
    assert_int_equal(hv_buf_finish(&buf, "text", NULL), HV_E_LIMIT);
}

static void reset_forgets_text_and_failure(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4);
    (void)state;

    hv_buf_puts(&buf, "12345");
    hv_buf_reset(&buf);
    assert_string_equal(hv_buf_text(&buf), "");
    hv_buf_puts(&buf, "abcd");
    assert_int_equal(hv_buf_finish(&buf, "text", NULL), 0);
    assert_string_equal(hv_buf_text(&buf), "abcd");
    hv_buf_reset(&buf);
    assert_string_equal(hv_buf_text(&buf), "");
}

static void taking_hands_the_memory_over(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(8);
    HV_CLEANUP_FREE char *text = NULL;
    HV_CLEANUP_FREE char *empty = NULL;
    (void)state;

    hv_buf_puts(&buf, "text");
    assert_int_equal(hv_buf_take(&buf, "text", &text, NULL), 0);
    assert_string_equal(text, "text");
    assert_null(buf.data);
    assert_int_equal(buf.ceiling, 8);
    assert_int_equal(hv_buf_take(&buf, "text", &empty, NULL), 0);
    assert_string_equal(empty, "");
}

static void taking_after_a_failure_leaves_the_output_untouched(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(2);
    char marker = 'm';
    char *text = &marker;
    (void)state;

    hv_buf_puts(&buf, "text");
    assert_int_equal(hv_buf_take(&buf, "text", &text, NULL), HV_E_LIMIT);
    assert_ptr_equal(text, &marker);
}

static void deinit_leaves_a_usable_buffer(void **state) {
    struct hv_buf buf;
    (void)state;

    hv_buf_init(&buf, 8);
    hv_buf_puts(&buf, "secret");
    hv_buf_deinit_secret(&buf);
    assert_null(buf.data);
    hv_buf_deinit_secret(&buf);
    hv_buf_puts(&buf, "again");
    assert_string_equal(hv_buf_text(&buf), "again");
    hv_buf_deinit(&buf);
}

static int build(void *context) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(100000);
    HV_CLEANUP_FREE char *text = NULL;
    struct hv_error err;
    int r;
    (void)context;

    hv_buf_puts(&buf, "head");
    for (int i = 0; i < 1000; i++)
        hv_buf_printf(&buf, "%d", i);
    r = hv_buf_take(&buf, "text", &text, &err);
    if (r < 0) {
        assert_null(text);
        assert_int_equal(err.code, r);
        assert_string_equal(err.message, "out of memory");
    }
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    (void)state;

    /* 256 bytes, 512, 1024, 2048, 4096 */
    assert_int_equal(failmalloc_each(build, NULL), 5);
}

static void an_empty_buffer_needs_memory_to_be_taken(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(8);
    char *text = NULL;
    int r;
    (void)state;

    failmalloc_arm(1, false);
    r = hv_buf_take(&buf, "text", &text, NULL);
    assert_int_equal(failmalloc_disarm(NULL), 1);
    assert_int_equal(r, HV_E_MEMORY);
    assert_null(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_reads_as_empty_text),
        cmocka_unit_test(appends_join_and_stay_terminated),
        cmocka_unit_test(bytes_survive_growing),
        cmocka_unit_test(the_ceiling_itself_fits),
        cmocka_unit_test(one_past_the_ceiling_fails_and_sticks),
        cmocka_unit_test(a_formatted_text_past_the_ceiling_fails_whole),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(reset_forgets_text_and_failure),
        cmocka_unit_test(taking_hands_the_memory_over),
        cmocka_unit_test(taking_after_a_failure_leaves_the_output_untouched),
        cmocka_unit_test(deinit_leaves_a_usable_buffer),
        cmocka_unit_test(every_refused_allocation_is_reported),
        cmocka_unit_test(an_empty_buffer_needs_memory_to_be_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
