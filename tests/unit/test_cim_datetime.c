/* Datetimes between their two spellings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cim/datetime.h"

/* Each pair is the same moment or span; both ways must be exact. */
static void test_round_trip(void **state) {
    static const struct {
        const char *native;
        const char *text;
    } rows[] = {
        { "20240501101112.500000+000", "2024-05-01T10:11:12.5Z" },
        { "20240501101112.000000+000", "2024-05-01T10:11:12Z" },
        { "20240501101112.000001+000", "2024-05-01T10:11:12.000001Z" },
        { "20240501101112.123456+120", "2024-05-01T10:11:12.123456+02:00" },
        { "20240501101112.100000-330", "2024-05-01T10:11:12.1-05:30" },
        { "20240501101112.000000-000", "2024-05-01T10:11:12-00:00" },
        { "20240501101112.000000+999", "2024-05-01T10:11:12+16:39" },
        { "16010101000000.000000+000", "1601-01-01T00:00:00Z" },
        { "20240229235959.999999+000", "2024-02-29T23:59:59.999999Z" },
        { "20000229000000.000000+000", "2000-02-29T00:00:00Z" },
        { "99991231235959.000000+000", "9999-12-31T23:59:59Z" },
        { "00000000003000.000000:000", "P0DT0H30M0S" },
        { "00000000000500.000000:000", "P0DT0H5M0S" },
        { "00000000000001.004170:000", "P0DT0H0M1.00417S" },
        { "99999999235959.999999:000", "P99999999DT23H59M59.999999S" },
        { "00000000000000.000000:000", "P0DT0H0M0S" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        char text[HV_DATETIME_TEXT_SIZE];
        char native[HV_DATETIME_CIM_SIZE];

        assert_true(hv_datetime_from_cim(rows[i].native, text));
        assert_string_equal(text, rows[i].text);
        assert_true(hv_datetime_to_cim(rows[i].text, native));
        assert_string_equal(native, rows[i].native);
    }
}

/* Durations as people write them reach their native form, though not the same text on the way back. */
static void test_other_durations(void **state) {
    static const struct {
        const char *text;
        const char *native;
    } rows[] = {
        { "PT30M", "00000000003000.000000:000" },      { "PT90M", "00000000013000.000000:000" },
        { "P1D", "00000001000000.000000:000" },        { "PT0.5S", "00000000000000.500000:000" },
        { "P1DT86400S", "00000002000000.000000:000" }, { "PT1.0000000S", "00000000000001.000000:000" },
        { "PT60.000S", "00000000000100.000000:000" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        char native[HV_DATETIME_CIM_SIZE];

        assert_true(hv_datetime_to_cim(rows[i].text, native));
        assert_string_equal(native, rows[i].native);
    }
}

static void test_no_native_datetime(void **state) {
    static const char *const texts[] = {
        "",
        "20240501101112.500000+0000",
        "20240501101112.500000+00",
        "20240501101112,500000+000",
        "20240501101112.500000 000",
        "20241301101112.500000+000",
        "20240001101112.500000+000",
        "20230229101112.500000+000",
        "19000229101112.500000+000",
        "20240431101112.500000+000",
        "20240501241112.500000+000",
        "20240501106012.500000+000",
        "20240501101160.500000+000",
        "2024050110111 .500000+000",
        "********101112.500000+000",
        "20240501101112.******+000",
        "00000000003000.000000:001",
        "00000000243000.000000:000",
        "0000000000300.0000000:000",
        "-0000000003000.000000:000",
    };
    char text[HV_DATETIME_TEXT_SIZE] = "untouched";

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        assert_false(hv_datetime_from_cim(texts[i], text));
        assert_string_equal(text, "untouched");
    }
}

static void test_no_rfc_3339_and_no_duration(void **state) {
    static const char *const texts[] = {
        "",
        "2024-05-01",
        "2024-05-01T10:11:12",
        "2024-05-01T10:11Z",
        "2024-05-01 10:11:12Z",
        "2024-05-01T10:11:12z",
        "2024-05-01T10:11:12.Z",
        "2024-05-01T10:11:12.1234567Z",
        "2024-05-01T10:11:12+2:00",
        "2024-05-01T10:11:12+02:60",
        "2024-05-01T10:11:12+16:40",
        "2024-05-01T10:11:12+24:00",
        "2024-05-01T10:11:12Z ",
        " 2024-05-01T10:11:12Z",
        "2023-02-29T10:11:12Z",
        "2024-13-01T10:11:12Z",
        "2024-05-01T24:00:00Z",
        "12024-05-01T10:11:12Z",
        "P",
        "PT",
        "P1DT",
        "P1H",
        "P1M",
        "P1Y",
        "P1W",
        "PT1M1H",
        "PT1D",
        "PT1.5M",
        "PT1.S",
        "PT.5S",
        "PT0.0000001S",
        "PT1",
        "PT1S ",
        "-PT1S",
        "P100000000D",
        "PT18446744073709551615S",
        "P99999999DT24H",
        "PT1HT1M",
    };
    char native[HV_DATETIME_CIM_SIZE] = "untouched";

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        assert_false(hv_datetime_to_cim(texts[i], native));
        assert_string_equal(native, "untouched");
    }
}

/* Every text cut short is another text, and none of them passes. */
static void test_truncated(void **state) {
    static const char full[] = "2024-05-01T10:11:12.5+02:00";
    static const char native[] = "20240501101112.500000+120";
    char cut[sizeof(full)];
    char out[HV_DATETIME_TEXT_SIZE];

    (void)state;
    for (size_t n = 0; n < sizeof(full) - 1; n++) {
        memcpy(cut, full, n);
        cut[n] = '\0';
        assert_false(hv_datetime_to_cim(cut, out));
    }
    for (size_t n = 0; n < sizeof(native) - 1; n++) {
        memcpy(cut, native, n);
        cut[n] = '\0';
        assert_false(hv_datetime_from_cim(cut, out));
        assert_false(hv_datetime_is_cim(cut));
    }
}

static void test_shapes(void **state) {
    (void)state;
    assert_true(hv_datetime_is_cim("20240501******.******+***"));
    assert_true(hv_datetime_is_cim("00000000003000.000000:000"));
    assert_false(hv_datetime_is_cim("2024-05-01T10:11:12.50000"));
    assert_true(hv_datetime_is_interval("PT1S"));
    assert_false(hv_datetime_is_interval("2024-05-01T10:11:12Z"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),         cmocka_unit_test(test_other_durations),
        cmocka_unit_test(test_no_native_datetime), cmocka_unit_test(test_no_rfc_3339_and_no_duration),
        cmocka_unit_test(test_truncated),          cmocka_unit_test(test_shapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
