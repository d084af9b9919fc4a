/* The table of known codes: complete, without contradictions, and right where a class matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/code.h"

static int error_of(enum hv_code_space space, uint32_t code) {
    const struct hv_code *known = hv_code_find(space, code);

    if (!known)
        fail_msg("0x%08X is not in space %d", (unsigned)code, (int)space);
    assert_int_equal(known->code, code);
    return known->error;
}

static void codes_mean_the_class_that_decides_the_exit_code(void **state) {
    static const struct {
        enum hv_code_space space;
        uint32_t code;
        int error;
    } cases[] = {
        { HV_CODE_WSMAN, 0x80338029, HV_E_FAILED },
        { HV_CODE_WSMAN, 0x8033805B, HV_E_NOT_FOUND },
        { HV_CODE_WSMAN, 0x803381A6, HV_E_CONFLICT },
        { HV_CODE_WSMAN, 0x80338104, HV_E_DENIED },
        { HV_CODE_WIN32, 5, HV_E_DENIED },
        { HV_CODE_WMI, 0x80041002, HV_E_NOT_FOUND },
        { HV_CODE_WMI, 0x80041003, HV_E_DENIED },
        { HV_CODE_WMI, 0x8004100E, HV_E_NOT_FOUND },
        { HV_CODE_MIGRATION, 0x8009030E, HV_E_DELEGATION },
        { HV_CODE_MIGRATION, 0x8009030D, HV_E_DELEGATION },
        { HV_CODE_MIGRATION, 0x80070005, HV_E_DENIED },
        { HV_CODE_MIGRATION, 0x800706BA, HV_E_FAILED },
        { HV_CODE_CIM_STATUS, 27, HV_E_CONFLICT },
        { HV_CODE_RETURN_VALUE, 0, 0 },
        { HV_CODE_RETURN_VALUE, 4096, 0 },
        { HV_CODE_RETURN_VALUE, 32768, HV_E_FAILED },
        { HV_CODE_RETURN_VALUE, 32769, HV_E_DENIED },
        { HV_CODE_RETURN_VALUE, 32773, HV_E_FAILED },
        { HV_CODE_RETURN_VALUE, 32774, HV_E_CONFLICT },
        { HV_CODE_RETURN_VALUE, 32775, HV_E_CONFLICT },
        { HV_CODE_RETURN_VALUE, 32784, HV_E_NOT_MIGRATABLE },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(error_of(cases[i].space, cases[i].code), cases[i].error);
}

static void every_documented_return_value_is_known(void **state) {
    (void)state;

    for (uint32_t code = 0; code <= 6; code++)
        (void)error_of(HV_CODE_RETURN_VALUE, code);
    for (uint32_t code = 32768; code <= 32779; code++)
        assert_int_not_equal(error_of(HV_CODE_RETURN_VALUE, code), 0);
    assert_null(hv_code_find(HV_CODE_RETURN_VALUE, 7));
    assert_null(hv_code_find(HV_CODE_RETURN_VALUE, 32790));
}

static void delegation_tells_how_to_allow_it(void **state) {
    const struct hv_code *known = hv_code_find(HV_CODE_MIGRATION, 0x8009030E);
    (void)state;

    assert_non_null(strstr(known->remedy, "AuthenticationType 1"));
    assert_non_null(strstr(known->remedy, "Microsoft Virtual System Migration Service"));
    assert_non_null(strstr(known->remedy, "any authentication protocol"));
    assert_true(strlen(known->remedy) < HV_ERROR_TEXT_SIZE);
}

static void the_missing_role_is_called_by_name(void **state) {
    (void)state;
    assert_non_null(strstr(hv_code_find(HV_CODE_WMI, 0x8004100E)->meaning, "Hyper-V role is missing or you lack rights"));
}

static void job_codes_are_return_values_or_hresults(void **state) {
    (void)state;

    assert_ptr_equal(hv_code_find(HV_CODE_JOB, 32769), hv_code_find(HV_CODE_RETURN_VALUE, 32769));
    assert_ptr_equal(hv_code_find(HV_CODE_JOB, 0x8009030E), hv_code_find(HV_CODE_MIGRATION, 0x8009030E));
    assert_null(hv_code_find(HV_CODE_JOB, 0x12345678));
}

static void a_number_finds_its_space_by_its_bits(void **state) {
    (void)state;

    assert_int_equal(hv_code_find_hresult(0x80338029)->space, HV_CODE_WSMAN);
    assert_int_equal(hv_code_find_hresult(0x80041002)->space, HV_CODE_WMI);
    assert_int_equal(hv_code_find_hresult(0xC03A0014)->space, HV_CODE_MIGRATION);
    assert_int_equal(hv_code_find_hresult(0x80070005)->space, HV_CODE_MIGRATION);
    assert_int_equal(hv_code_find_hresult(5)->space, HV_CODE_WIN32);
    assert_ptr_equal(hv_code_find_hresult(0x80070070), hv_code_find(HV_CODE_WIN32, 112));
    assert_null(hv_code_find_hresult(0x80040070));
    assert_null(hv_code_find_hresult(0));
}

/* The meaning completes a sentence and the record takes it; lines of a remedy are remedies. */
static void every_entry_reads_well(void **state) {
    static const enum hv_code_space spaces[] = { HV_CODE_WSMAN,      HV_CODE_WIN32,        HV_CODE_WMI,     HV_CODE_MIGRATION,
                                                 HV_CODE_CIM_STATUS, HV_CODE_RETURN_VALUE, HV_CODE_SIGN_IN, HV_CODE_SIGN_IN };
    static const uint32_t bases[] = { 0x80338000, 0, 0x80041000, 0x80070000, 0, 0, 0xC0000000, 0x80090000 };
    size_t n = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
        for (uint32_t low = 0; low < 0x10000; low++) {
            const struct hv_code *known = hv_code_find(spaces[i], bases[i] + low);

            if (!known)
                continue;
            n++;
            assert_true(known->name && known->name[0]);
            assert_true(known->meaning && known->meaning[0]);
            assert_int_not_equal(known->meaning[strlen(known->meaning) - 1], '.');
            assert_true(strlen(known->meaning) < HV_ERROR_NAME_SIZE);
            assert_true(!known->remedy || (known->remedy[0] && strlen(known->remedy) < HV_ERROR_TEXT_SIZE));
            assert_string_not_equal(hv_error_name(known->error ? known->error : HV_E_FAILED), "internal");
            if (spaces[i] == HV_CODE_SIGN_IN)
                assert_non_null(known->remedy);
        }
    }
    assert_true(n > 165);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_mean_the_class_that_decides_the_exit_code),
        cmocka_unit_test(every_documented_return_value_is_known),
        cmocka_unit_test(delegation_tells_how_to_allow_it),
        cmocka_unit_test(the_missing_role_is_called_by_name),
        cmocka_unit_test(job_codes_are_return_values_or_hresults),
        cmocka_unit_test(a_number_finds_its_space_by_its_bits),
        cmocka_unit_test(every_entry_reads_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
