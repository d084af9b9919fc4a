/* Durations of people and of XML: units, order of parts, overflow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/duration.h"
#include "base/size.h"

typedef bool parse_fn(const char *text, uint64_t *ret_ms);

struct row {
    const char *text;
    bool good;
    uint64_t ms;
};

static void check_rows(parse_fn *parse, const struct row *rows, size_t n_rows) {
    for (size_t i = 0; i < n_rows; i++) {
        uint64_t ms = 4711;
        if (parse(rows[i].text, &ms) != rows[i].good || ms != (rows[i].good ? rows[i].ms : 4711))
            fail_msg("\"%s\"", rows[i].text);
    }
}

static void what_people_type(void **state) {
    static const struct row rows[] = {
        { "500ms", true, 500 },
        { "90s", true, 90000 },
        { "15m", true, 900000 },
        { "2h", true, 7200000 },
        { "0s", true, 0 },
        { "18446744073709551615ms", true, UINT64_MAX },
        { "18446744073709551616ms", false, 0 },
        { "18446744073709551s", true, 18446744073709551000U },
        { "18446744073709552s", false, 0 },
        { "5124095576030h", true, 18446744073708000000U },
        { "5124095576031h", false, 0 },
        { "90", false, 0 }, /* which unit? */
        { "s", false, 0 },
        { "", false, 0 },
        { "1.5h", false, 0 },
        { "-1s", false, 0 },
        { "1 s", false, 0 },
        { "1S", false, 0 },
        { "1sec", false, 0 },
        { "1h30m", false, 0 },
        { "1d", false, 0 },
    };
    (void)state;

    check_rows(hv_duration_parse, rows, HV_ARRAY_SIZE(rows));
}

static void what_xml_carries(void **state) {
    static const struct row rows[] = {
        { "PT60.000S", true, 60000 },
        { "P0DT0H1M20.5S", true, 80500 },
        { "P0DT0H5M0S", true, 300000 },
        { "P1D", true, 86400000 },
        { "P1DT1H1M1S", true, 90061000 },
        { "PT0S", true, 0 },
        { "PT0.0009S", true, 0 }, /* below a millisecond */
        { "PT0.123456789S", true, 123 },
        { "PT1.5S", true, 1500 },
        { "PT1.05S", true, 1050 },
        { "PT18446744073709551.615S", true, UINT64_MAX },
        { "PT18446744073709551.616S", false, 0 },
        { "P213503982334D", true, 18446744073657600000U },
        { "P213503982335D", false, 0 },
        { "P", false, 0 },
        { "PT", false, 0 },
        { "P1DT", false, 0 },
        { "", false, 0 },
        { "60", false, 0 },
        { "1S", false, 0 },
        { "PT1", false, 0 },
        { "P1S", false, 0 },
        { "PT1D", false, 0 },
        { "P1M", false, 0 }, /* months have no fixed length */
        { "P1Y", false, 0 },
        { "PT1M1H", false, 0 },
        { "PT1S1S", false, 0 },
        { "PTT1S", false, 0 },
        { "PT1.S", false, 0 },
        { "PT.5S", false, 0 },
        { "PT1.5M", false, 0 },
        { "P1.5D", false, 0 },
        { "-PT1S", false, 0 },
        { "PT-1S", false, 0 },
        { "PT1S ", false, 0 },
        { "PT1,5S", false, 0 },
    };
    (void)state;

    check_rows(hv_duration_parse_iso, rows, HV_ARRAY_SIZE(rows));
}

static void xml_durations_are_written_in_seconds(void **state) {
    char text[HV_DURATION_TEXT_SIZE];
    uint64_t ms;
    (void)state;

    hv_duration_format_iso(60000, text);
    assert_string_equal(text, "PT60.000S");
    hv_duration_format_iso(7, text);
    assert_string_equal(text, "PT0.007S");
    hv_duration_format_iso(UINT64_MAX, text);
    assert_string_equal(text, "PT18446744073709551.615S");
    assert_true(hv_duration_parse_iso(text, &ms));
    assert_true(ms == UINT64_MAX);
}

static void people_read_two_units_at_most(void **state) {
    static const struct {
        uint64_t ms;
        const char *text;
    } rows[] = {
        { 0, "0 s" },
        { 999, "0 s" },
        { 1000, "1 s" },
        { 59999, "59 s" },
        { 60000, "1 min 0 s" },
        { 200000, "3 min 20 s" },
        { 3599999, "59 min 59 s" },
        { 3600000, "1 h 0 min" },
        { 7500000, "2 h 5 min" },
        { UINT64_MAX, "5124095576030 h 25 min" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        char text[HV_DURATION_TEXT_SIZE];
        hv_duration_format(rows[i].ms, text);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_type),
        cmocka_unit_test(what_xml_carries),
        cmocka_unit_test(xml_durations_are_written_in_seconds),
        cmocka_unit_test(people_read_two_units_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
