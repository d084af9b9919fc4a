/* Error records: classes, texts that are cut at characters, and records that nobody wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

static void each_class_has_its_exit_code_and_word(void **state) {
    static const struct {
        int code;
        int exit_code;
        const char *name;
    } rows[] = {
        { HV_E_FAILED, 1, "failed" },
        { HV_E_ARGUMENT, 2, "usage" },
        { HV_E_NOT_MIGRATABLE, 3, "not_migratable" },
        { HV_E_PARTIAL, 4, "partial" },
        { HV_E_UNREACHABLE, 5, "unreachable" },
        { HV_E_TLS, 6, "tls_untrusted" },
        { HV_E_AUTH, 7, "auth_failed" },
        { HV_E_DENIED, 8, "denied" },
        { HV_E_NOT_FOUND, 9, "not_found" },
        { HV_E_CONFLICT, 10, "conflict" },
        { HV_E_DETACHED, 11, "timeout_detached" },
        { HV_E_CANCELLED, 12, "cancelled" },
        { HV_E_DELEGATION, 13, "delegation" },
        { HV_E_PROTOCOL, 14, "protocol" },
        { HV_E_FIXTURE, 15, "fixture_mismatch" },
        { HV_E_UNKNOWN_OUTCOME, 16, "unknown_outcome" },
        { HV_E_INTERNAL, 70, "internal" },
        { HV_E_CONFIG, 78, "config" },
        { HV_E_MEMORY, 1, "failed" },
        { HV_E_LIMIT, 14, "protocol" },
        { HV_E_LOST, 16, "unknown_outcome" },
        { -9999, 70, "internal" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        assert_int_equal(hv_error_exit_code(rows[i].code), rows[i].exit_code);
        assert_string_equal(hv_error_name(rows[i].code), rows[i].name);
    }
    assert_int_equal(hv_error_exit_code(0), 0);
}

static void setting_starts_anew(void **state) {
    struct hv_error err;
    (void)state;

    memset(&err, 0x5A, sizeof(err));
    assert_int_equal(hv_error_set(&err, HV_E_TLS, "%s refused", "hv01"), HV_E_TLS);
    assert_int_equal(err.code, HV_E_TLS);
    assert_string_equal(err.message, "hv01 refused");
    assert_string_equal(err.cause, "");
    assert_string_equal(err.remedy, "");
    assert_string_equal(err.host, "");
    assert_int_equal(err.hresult, 0);
    assert_false(err.has_return_value);
}

static void causes_replace_and_remedies_add_up(void **state) {
    struct hv_error err;
    (void)state;

    (void)hv_error_set(&err, HV_E_FAILED, "failed");
    hv_error_cause(&err, "%s", "first");
    hv_error_cause(&err, "second");
    hv_error_remedy(&err, "do %d", 1);
    hv_error_remedy(&err, "or %d", 2);
    assert_string_equal(err.cause, "second");
    assert_string_equal(err.remedy, "do 1\nor 2");
}

static void a_prefix_keeps_the_details(void **state) {
    struct hv_error err;
    (void)state;

    (void)hv_error_set(&err, HV_E_PROTOCOL, "no Body");
    hv_error_cause(&err, "cut off");
    err.http_status = 500;
    hv_error_prefix(&err, "pulling page %d", 3);
    assert_string_equal(err.message, "pulling page 3: no Body");
    assert_string_equal(err.cause, "cut off");
    assert_int_equal(err.http_status, 500);
    assert_int_equal(err.code, HV_E_PROTOCOL);
}

/* A text of three-byte characters longer than any field. */
static void fill_long(char text[HV_ERROR_TEXT_SIZE * 2]) {
    for (size_t i = 0; i + 3 < HV_ERROR_TEXT_SIZE * 2; i += 3)
        memcpy(text + i, "\xE2\x82\xAC", 4);
}

static void texts_too_long_are_cut_at_a_character(void **state) {
    char text[HV_ERROR_TEXT_SIZE * 2] = "";
    struct hv_error err;
    (void)state;

    fill_long(text);
    (void)hv_error_set(&err, HV_E_FAILED, "%s", text);
    hv_error_cause(&err, ".%s", text);
    hv_error_remedy(&err, "..%s", text);
    assert_int_equal(strlen(err.message), 1023);
    assert_int_equal(strlen(err.cause), 1 + 1020);
    assert_int_equal(strlen(err.remedy), 2 + 1020);
    assert_true(hv_utf8_valid(err.message, strlen(err.message)));
    assert_true(hv_utf8_valid(err.cause, strlen(err.cause)));
    assert_true(hv_utf8_valid(err.remedy, strlen(err.remedy)));
}

static void a_prefix_pushes_the_end_out_at_a_character(void **state) {
    char text[HV_ERROR_TEXT_SIZE * 2] = "";
    struct hv_error err;
    (void)state;

    fill_long(text);
    (void)hv_error_set(&err, HV_E_FAILED, "%s", text);
    hv_error_prefix(&err, "page");
    assert_int_equal(strlen(err.message), 6 + 1017);
    assert_memory_equal(err.message, "page: \xE2\x82\xAC", 9);
    assert_true(hv_utf8_valid(err.message, strlen(err.message)));
    hv_error_prefix(&err, "%s", text);
    assert_int_equal(strlen(err.message), 1023);
    assert_true(hv_utf8_valid(err.message, strlen(err.message)));
}

static void a_full_remedy_takes_no_more(void **state) {
    char text[HV_ERROR_TEXT_SIZE];
    struct hv_error err;
    (void)state;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    (void)hv_error_set(&err, HV_E_FAILED, "failed");
    hv_error_remedy(&err, "%s", text);
    hv_error_remedy(&err, "%s", "more");
    assert_string_equal(err.remedy, text);
}

static void nobody_has_to_want_a_record(void **state) {
    struct hv_error err;
    (void)state;

    assert_int_equal(hv_error_set(NULL, HV_E_AUTH, "no"), HV_E_AUTH);
    assert_int_equal(hv_error_memory(NULL), HV_E_MEMORY);
    hv_error_cause(NULL, "no");
    hv_error_remedy(NULL, "no");
    hv_error_prefix(NULL, "no");
    (void)hv_error_set(&err, HV_E_DENIED, "denied");
    assert_int_equal(hv_error_copy(NULL, &err), HV_E_DENIED);
}

static void copies_are_whole(void **state) {
    struct hv_error err;
    struct hv_error copy;
    (void)state;

    (void)hv_error_set(&err, HV_E_DENIED, "denied");
    hv_error_cause(&err, "cause");
    err.wsman_code = 5;
    assert_int_equal(hv_error_copy(&copy, &err), HV_E_DENIED);
    assert_memory_equal(&copy, &err, sizeof(err));
    assert_int_equal(hv_error_copy(&err, &err), HV_E_DENIED);
    assert_string_equal(err.message, "denied");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_has_its_exit_code_and_word),
        cmocka_unit_test(setting_starts_anew),
        cmocka_unit_test(causes_replace_and_remedies_add_up),
        cmocka_unit_test(a_prefix_keeps_the_details),
        cmocka_unit_test(texts_too_long_are_cut_at_a_character),
        cmocka_unit_test(a_prefix_pushes_the_end_out_at_a_character),
        cmocka_unit_test(a_full_remedy_takes_no_more),
        cmocka_unit_test(nobody_has_to_want_a_record),
        cmocka_unit_test(copies_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
