/* Text and numbers: spans, ranges, letters without a locale, UTF-8 and where it may be cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/text.h"
#include "support/failmalloc.h"

/* A text and its length, which may lie before its end. */
#define SPAN(text_) (text_), sizeof(text_) - 1

static void decimal_numbers(void **state) {
    static const struct {
        const char *text;
        size_t n;
        uint64_t min;
        uint64_t max;
        bool good;
        uint64_t value;
    } rows[] = {
        { SPAN("0"), 0, UINT64_MAX, true, 0 },
        { SPAN("18446744073709551615"), 0, UINT64_MAX, true, UINT64_MAX },
        { SPAN("18446744073709551616"), 0, UINT64_MAX, false, 0 }, /* one more: the addition overflows */
        { SPAN("18446744073709551620"), 0, UINT64_MAX, false, 0 }, /* the multiplication overflows */
        { SPAN("99999999999999999999999"), 0, UINT64_MAX, false, 0 },
        { SPAN("00000000000000000000000000007"), 0, UINT64_MAX, true, 7 },
        { SPAN("65535"), 0, 65535, true, 65535 },
        { SPAN("65536"), 0, 65535, false, 0 },
        { SPAN("4"), 5, 10, false, 0 },
        { SPAN("5"), 5, 10, true, 5 },
        { SPAN(""), 0, UINT64_MAX, false, 0 },
        { SPAN(" 1"), 0, UINT64_MAX, false, 0 },
        { SPAN("1 "), 0, UINT64_MAX, false, 0 },
        { SPAN("+1"), 0, UINT64_MAX, false, 0 },
        { SPAN("-1"), 0, UINT64_MAX, false, 0 },
        { SPAN("1\0"), 0, UINT64_MAX, false, 0 },
        { SPAN("0x10"), 0, UINT64_MAX, false, 0 },
        { SPAN("1e3"), 0, UINT64_MAX, false, 0 },
        { SPAN("\xD9\xA1"), 0, UINT64_MAX, false, 0 }, /* ARABIC-INDIC DIGIT ONE */
        { "123", 2, 0, UINT64_MAX, true, 12 },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        uint64_t value = 4711;
        assert_int_equal(hv_text_u64(rows[i].text, rows[i].n, rows[i].min, rows[i].max, &value), rows[i].good);
        assert_true(value == (rows[i].good ? rows[i].value : 4711));
    }
}

static void signed_numbers(void **state) {
    static const struct {
        const char *text;
        int64_t min;
        int64_t max;
        bool good;
        int64_t value;
    } rows[] = {
        { "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN },
        { "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0 },
        { "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX },
        { "9223372036854775808", INT64_MIN, INT64_MAX, false, 0 },
        { "-0", INT64_MIN, INT64_MAX, true, 0 },
        { "-1", -1, 1, true, -1 },
        { "-2", -1, 1, false, 0 },
        { "2", -1, 1, false, 0 },
        { "-", INT64_MIN, INT64_MAX, false, 0 },
        { "", INT64_MIN, INT64_MAX, false, 0 },
        { "--1", INT64_MIN, INT64_MAX, false, 0 },
        { "+1", INT64_MIN, INT64_MAX, false, 0 },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        int64_t value = 4711;
        assert_int_equal(hv_text_i64(rows[i].text, strlen(rows[i].text), rows[i].min, rows[i].max, &value), rows[i].good);
        assert_true(value == (rows[i].good ? rows[i].value : 4711));
    }
}

static void hexadecimal_bytes(void **state) {
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        { "00a1FF", true },   { "00:a1:FF", true }, { "00a1:FF", true },   { "", false },          { "00a1", false },
        { "00a1F", false },   { "00a1FF0", false }, { "00a1FF00", false }, { "00::a1:FF", false }, { ":00a1FF", false },
        { "00a1FF:", false }, { "0:0a1FF", false }, { "00 a1 FF", false }, { "00a1fg", false },    { "0x00a1FF", false },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        uint8_t bytes[3] = { 7, 7, 7 };
        assert_int_equal(hv_text_hex_bytes(rows[i].text, strlen(rows[i].text), bytes, sizeof(bytes)), rows[i].good);
        assert_int_equal(bytes[0], rows[i].good ? 0x00 : 7);
        assert_int_equal(bytes[1], rows[i].good ? 0xA1 : 7);
        assert_int_equal(bytes[2], rows[i].good ? 0xFF : 7);
    }
}

static void hexadecimal_numbers(void **state) {
    static const struct {
        const char *text;
        bool good;
        uint64_t value;
    } rows[] = {
        { "0", true, 0 },
        { "8009030E", true, 0x8009030E },
        { "8009030e", true, 0x8009030E },
        { "ffffffffffffffff", true, UINT64_MAX },
        { "10000000000000000", false, 0 },
        { "00000000000000001", false, 0 },
        { "", false, 0 },
        { "0x1", false, 0 },
        { "g", false, 0 },
        { "@", false, 0 },
        { "`", false, 0 },
        { "-1", false, 0 },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        uint64_t value = 4711;
        assert_int_equal(hv_text_hex(rows[i].text, strlen(rows[i].text), &value), rows[i].good);
        assert_true(value == (rows[i].good ? rows[i].value : 4711));
    }
}

static void only_ascii_letters_disregard_case(void **state) {
    (void)state;

    assert_true(hv_text_same("CreationClassName", "cREATIONcLASSnAME"));
    assert_true(hv_text_same("", ""));
    assert_false(hv_text_same("abc", "abcd"));
    assert_false(hv_text_same("abcd", "abc"));
    assert_false(hv_text_same("@", "`"));
    assert_false(hv_text_same("[", "{"));
    assert_false(hv_text_same("\xC3\x84", "\xC3\xA4")); /* Ä, ä */
    assert_false(hv_text_same(NULL, ""));
    assert_false(hv_text_same("", NULL));
    assert_false(hv_text_same(NULL, NULL));
    assert_int_equal(hv_text_lower('Z'), 'z');
    assert_int_equal(hv_text_lower('['), '[');
    assert_int_equal(hv_text_lower('\xC4'), '\xC4');
}

static void beginnings_and_ends(void **state) {
    (void)state;

    assert_true(hv_text_starts("https://h", "https://"));
    assert_false(hv_text_starts("HTTPS://h", "https://"));
    assert_true(hv_text_starts_same("HTTPS://h", "https://"));
    assert_false(hv_text_starts_same("http", "https"));
    assert_true(hv_text_starts("x", ""));
    assert_true(hv_text_starts_same("", ""));
    assert_true(hv_text_ends("a.vhdx", ".vhdx"));
    assert_true(hv_text_ends(".vhdx", ".vhdx"));
    assert_false(hv_text_ends("vhdx", ".vhdx"));
    assert_false(hv_text_ends("a.VHDX", ".vhdx"));
    assert_true(hv_text_ends("x", ""));
    assert_false(hv_text_starts(NULL, ""));
    assert_false(hv_text_starts_same(NULL, ""));
    assert_false(hv_text_ends(NULL, ""));
}

static void utf8_characters(void **state) {
    static const struct {
        const char *bytes;
        size_t n;
        size_t length;
        uint32_t code;
    } rows[] = {
        { SPAN("A"), 1, 'A' },
        { SPAN("\x7F"), 1, 0x7F },
        { "", 1, 1, 0 },
        { SPAN("\xC2\x80"), 2, 0x80 },
        { SPAN("\xDF\xBF"), 2, 0x7FF },
        { SPAN("\xE0\xA0\x80"), 3, 0x800 },
        { SPAN("\xED\x9F\xBF"), 3, 0xD7FF },
        { SPAN("\xEE\x80\x80"), 3, 0xE000 },
        { SPAN("\xEF\xBF\xBF"), 3, 0xFFFF },
        { SPAN("\xF0\x90\x80\x80"), 4, 0x10000 },
        { SPAN("\xF4\x8F\xBF\xBF"), 4, 0x10FFFF },
        { "", 0, 0, 0 },
        { SPAN("\x80"), 0, 0 },             /* continuation alone */
        { SPAN("\xC0\x80"), 0, 0 },         /* NUL in two bytes */
        { SPAN("\xC1\xBF"), 0, 0 },         /* too long a form */
        { SPAN("\xE0\x9F\xBF"), 0, 0 },     /* too long a form */
        { SPAN("\xF0\x8F\xBF\xBF"), 0, 0 }, /* too long a form */
        { SPAN("\xED\xA0\x80"), 0, 0 },     /* surrogate */
        { SPAN("\xED\xBF\xBF"), 0, 0 },     /* surrogate */
        { SPAN("\xF4\x90\x80\x80"), 0, 0 }, /* above U+10FFFF */
        { SPAN("\xF5\x80\x80\x80"), 0, 0 },
        { SPAN("\xFF"), 0, 0 },
        { SPAN("\xC3"), 0, 0 }, /* cut */
        { SPAN("\xE2\x82"), 0, 0 },
        { SPAN("\xF0\x9F\x98"), 0, 0 },
        { SPAN("\xC3\x41"), 0, 0 }, /* no continuation */
        { SPAN("\xE2\x41\x82"), 0, 0 },
        { SPAN("\xE2\x82\xC3"), 0, 0 },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        uint32_t code = 4711;
        assert_int_equal(hv_utf8_decode(rows[i].bytes, rows[i].n, &code), rows[i].length);
        assert_int_equal(code, rows[i].length ? rows[i].code : 4711);
        assert_int_equal(hv_utf8_valid(rows[i].bytes, rows[i].n), rows[i].n == 0 || rows[i].length > 0);
    }
}

static void a_text_is_valid_only_as_a_whole(void **state) {
    (void)state;

    assert_true(hv_utf8_valid(SPAN("B\xC3\xBCro \xE2\x82\xAC \xF0\x9F\x98\x80")));
    assert_false(hv_utf8_valid(SPAN("B\xC3\xBCro \xE2\x82")));
    assert_false(hv_utf8_valid(SPAN("B\xFCro"))); /* Latin-1 */
}

static void only_a_cut_character_is_trimmed(void **state) {
    static const struct {
        const char *text;
        const char *trimmed;
    } rows[] = {
        { "", "" },
        { "plain", "plain" },
        { "a\xC3\xBC", "a\xC3\xBC" },
        { "a\xC3", "a" },
        { "a\xE2\x82\xAC", "a\xE2\x82\xAC" },
        { "a\xE2\x82", "a" },
        { "a\xE2", "a" },
        { "a\xF0\x9F\x98\x80", "a\xF0\x9F\x98\x80" },
        { "a\xF0\x9F\x98", "a" },
        { "a\xF0\x9F", "a" },
        { "a\xF0", "a" },
        { "\xF0\x9F", "" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        char text[16];
        memcpy(text, rows[i].text, strlen(rows[i].text) + 1);
        hv_text_trim_partial(text);
        assert_string_equal(text, rows[i].trimmed);
    }
}

static void bytes_of_no_character_are_replaced(void **state) {
    static const struct {
        const char *text;
        const char *repaired;
    } rows[] = {
        { "", "" },
        { "plain \xC3\xBC \xF0\x9F\x98\x80", "plain \xC3\xBC \xF0\x9F\x98\x80" },
        { "a\xFF z", "a? z" },
        { "\xC3z", "?z" },
        { "\xED\xA0\x80", "???" },
        { "\xE2\x82", "??" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        char text[16];
        memcpy(text, rows[i].text, strlen(rows[i].text) + 1);
        hv_text_repair(text);
        assert_string_equal(text, rows[i].repaired);
    }
}

static void copies_are_exact(void **state) {
    HV_CLEANUP_FREE char *whole = NULL;
    HV_CLEANUP_FREE char *part = NULL;
    HV_CLEANUP_FREE char *empty = NULL;
    char marker = 'm';
    char *none = &marker;
    (void)state;

    assert_int_equal(hv_text_copy("text", &whole, NULL), 0);
    assert_string_equal(whole, "text");
    assert_int_equal(hv_text_copy_n("text", 2, &part, NULL), 0);
    assert_string_equal(part, "te");
    assert_int_equal(hv_text_copy_n("text", 0, &empty, NULL), 0);
    assert_string_equal(empty, "");
    assert_int_equal(hv_text_copy(NULL, &none, NULL), 0);
    assert_null(none);
}

static int copy(void *context) {
    HV_CLEANUP_FREE char *text = NULL;
    int r = hv_text_copy("text", &text, context);

    assert_true((r == 0) == (text != NULL));
    return r;
}

static void a_copy_without_memory_fails(void **state) {
    struct hv_error err = { 0 };
    char marker = 'm';
    char *text = &marker;
    (void)state;

    assert_int_equal(failmalloc_each(copy, &err), 1);
    assert_int_equal(err.code, HV_E_MEMORY);
    assert_int_equal(hv_text_copy_n("x", SIZE_MAX, &text, NULL), HV_E_MEMORY);
    assert_ptr_equal(text, &marker);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_numbers),
        cmocka_unit_test(signed_numbers),
        cmocka_unit_test(hexadecimal_numbers),
        cmocka_unit_test(hexadecimal_bytes),
        cmocka_unit_test(only_ascii_letters_disregard_case),
        cmocka_unit_test(beginnings_and_ends),
        cmocka_unit_test(utf8_characters),
        cmocka_unit_test(a_text_is_valid_only_as_a_whole),
        cmocka_unit_test(only_a_cut_character_is_trimmed),
        cmocka_unit_test(bytes_of_no_character_are_replaced),
        cmocka_unit_test(copies_are_exact),
        cmocka_unit_test(a_copy_without_memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
