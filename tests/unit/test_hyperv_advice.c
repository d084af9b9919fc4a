/* What helps against the reasons that hosts give (hyperv.md 7.1, 7.2). */
#include "hyperv/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void texts_without_a_code_are_known(void **state) {
    static const struct {
        const char *message;
        int error;
        const char *remedy;
    } rows[] = {
        { "The virtual machine 'a' uses processor-specific features not supported on host 'HV02'.", HV_E_FAILED,
          "--processor-compatibility on" },
        { "The configuration version 9.0 of 'a' is not supported by host 'HV02'.", HV_E_FAILED, "newer version" },
        { "Could not find Ethernet switch 'Lab network' at host 'HV02'.", HV_E_FAILED, "switch with that name" },
        { "The limit of 2 migrations is reached at host 'HV02'.", HV_E_CONFLICT, "slot" },
        { "LIMIT OF 2 MIGRATIONS REACHED", HV_E_CONFLICT, "wait" },
        { "User 'x' does not have enough rights for the path", HV_E_DENIED, "write to that folder" },
        { "The key protector could not be unwrapped.", HV_E_FAILED, "certificates" },
        { "Failed to establish a connection with host 'HV02'.", HV_E_FAILED, "6600" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct hv_code *code = hv_advice_find_text(rows[i].message);
        assert_non_null(code);
        assert_int_equal(code->error, rows[i].error);
        if (!strstr(code->remedy, rows[i].remedy) && !strstr(code->meaning, rows[i].remedy))
            fail_msg("%s: %s", rows[i].message, code->remedy);
    }
}

static void a_known_code_comes_before_the_text(void **state) {
    char message[] = "Failed to establish a connection with host 'HV02'";
    struct hv_reason reason = { .message = message, .hresult = 0x8009030E };

    (void)state;
    assert_int_equal(hv_advice_find(&reason)->error, HV_E_DELEGATION);
    reason.hresult = 0x8FFFFFFF;
    assert_int_equal(hv_advice_find(&reason)->error, HV_E_FAILED);
}

static void what_is_unknown_gets_no_advice(void **state) {
    static const char *const messages[] = { NULL, "", "Irgendetwas ging schief.", "uses processor-specific features" };

    (void)state;
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
        assert_null(hv_advice_find_text(messages[i]));
}

static void common_files_and_names_have_a_remedy(void **state) {
    static const uint32_t codes[] = { 0x80070002, 0x80070003, 0x80070032, 0x80070490 };

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        const struct hv_code *code = hv_code_find_hresult(codes[i]);
        assert_non_null(code);
        assert_non_null(code->remedy);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_without_a_code_are_known),
        cmocka_unit_test(a_known_code_comes_before_the_text),
        cmocka_unit_test(what_is_unknown_gets_no_advice),
        cmocka_unit_test(common_files_and_names_have_a_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
