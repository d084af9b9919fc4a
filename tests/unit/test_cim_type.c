/* Names of CIM types and the check of texts against them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/size.h"
#include "cim/type.h"

static void test_every_name_leads_back(void **state) {
    (void)state;
    for (int type = HV_CIM_BOOLEAN; type <= HV_CIM_REFERENCE; type++) {
        assert_non_null(hv_type_name((enum hv_cim_type)type));
        assert_int_equal(hv_type_from_name(hv_type_name((enum hv_cim_type)type)), type);
    }
    assert_null(hv_type_name(HV_CIM_UNKNOWN));
    assert_null(hv_type_name(HV_CIM_INSTANCE));
    assert_int_equal(hv_type_from_name("UINT16"), HV_CIM_UINT16);
    assert_int_equal(hv_type_from_name("uint"), HV_CIM_UNKNOWN);
    assert_int_equal(hv_type_from_name(NULL), HV_CIM_UNKNOWN);
}

static void test_xsi_types(void **state) {
    static const struct {
        const char *qname;
        enum hv_cim_type type;
    } rows[] = {
        { "cim:cimString", HV_CIM_STRING },        { "cim:cimUnsignedShort", HV_CIM_UINT16 },
        { "xs:unsignedInt", HV_CIM_UINT32 },       { "cim:cimBoolean", HV_CIM_BOOLEAN },
        { "cim:cimDateTime", HV_CIM_DATETIME },    { "q:cimLong", HV_CIM_SINT64 },
        { "cimUnsignedByte", HV_CIM_UINT8 },       { "xsd:double", HV_CIM_REAL64 },
        { "p:Msvm_Error_Type", HV_CIM_UNKNOWN },   { "", HV_CIM_UNKNOWN },
        { "cim:cimBase64Binary", HV_CIM_UNKNOWN }, { "cim:cimChar16", HV_CIM_CHAR16 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        assert_int_equal(hv_type_from_xsi(rows[i].qname), rows[i].type);
}

static void test_values(void **state) {
    static const struct {
        enum hv_cim_type type;
        const char *text;
        bool fits;
    } rows[] = {
        { HV_CIM_BOOLEAN, "TRUE", true },
        { HV_CIM_BOOLEAN, "false", true },
        { HV_CIM_BOOLEAN, "1", false },
        { HV_CIM_BOOLEAN, "", false },
        { HV_CIM_STRING, "", true },
        { HV_CIM_CHAR16, "x", true },
        { HV_CIM_CHAR16, "\xc3\xa9", true },
        { HV_CIM_CHAR16, "\xf0\x9f\x98\x80", false },
        { HV_CIM_CHAR16, "xy", false },
        { HV_CIM_CHAR16, "", false },
        { HV_CIM_UINT8, "255", true },
        { HV_CIM_UINT8, "256", false },
        { HV_CIM_UINT8, "-1", false },
        { HV_CIM_UINT8, " 1", false },
        { HV_CIM_UINT8, "", false },
        { HV_CIM_SINT8, "-128", true },
        { HV_CIM_SINT8, "-129", false },
        { HV_CIM_SINT8, "128", false },
        { HV_CIM_UINT16, "65535", true },
        { HV_CIM_UINT16, "65536", false },
        { HV_CIM_SINT16, "-32768", true },
        { HV_CIM_SINT16, "32768", false },
        { HV_CIM_UINT32, "4294967295", true },
        { HV_CIM_UINT32, "4294967296", false },
        { HV_CIM_SINT32, "-2147483648", true },
        { HV_CIM_SINT32, "2147483648", false },
        { HV_CIM_UINT64, "18446744073709551615", true },
        { HV_CIM_UINT64, "18446744073709551616", false },
        { HV_CIM_SINT64, "-9223372036854775808", true },
        { HV_CIM_SINT64, "9223372036854775808", false },
        { HV_CIM_REAL32, "1.5", true },
        { HV_CIM_REAL64, "-1e-9", true },
        { HV_CIM_REAL64, ".5E+3", true },
        { HV_CIM_REAL64, "NaN", true },
        { HV_CIM_REAL64, "-INF", true },
        { HV_CIM_REAL64, ".", false },
        { HV_CIM_REAL64, "1e", false },
        { HV_CIM_REAL64, "1,5", false },
        { HV_CIM_REAL64, "", false },
        { HV_CIM_DATETIME, "2024-05-01T10:11:12Z", true },
        { HV_CIM_DATETIME, "20240501101112.500000+000", true },
        { HV_CIM_DATETIME, "20240501******.******+000", true },
        { HV_CIM_DATETIME, "PT5M", true },
        { HV_CIM_DATETIME, "yesterday", false },
        { HV_CIM_REFERENCE, "x", false },
        { HV_CIM_INSTANCE, "x", false },
        { HV_CIM_UNKNOWN, "x", false },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        assert_int_equal(hv_type_fits(rows[i].type, rows[i].text), rows[i].fits);
}

static void test_blanks_count_in_strings_only(void **state) {
    (void)state;
    assert_false(hv_type_is_word(HV_CIM_STRING));
    assert_false(hv_type_is_word(HV_CIM_CHAR16));
    assert_false(hv_type_is_word(HV_CIM_UNKNOWN));
    assert_true(hv_type_is_word(HV_CIM_BOOLEAN));
    assert_true(hv_type_is_word(HV_CIM_UINT64));
    assert_true(hv_type_is_word(HV_CIM_DATETIME));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_leads_back),
        cmocka_unit_test(test_xsi_types),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_blanks_count_in_strings_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
