/* Base64 against the vectors of RFC 4648 section 10. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/size.h"

static void the_vectors_of_the_rfc_hold(void **state) {
    static const char *const pairs[][2] = {
        { "f", "Zg==" },        { "fo", "Zm8=" },        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(pairs); i++) {
        HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(64);
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(64);

        hv_base64_encode(pairs[i][0], strlen(pairs[i][0]), &text);
        assert_string_equal(hv_buf_text(&text), pairs[i][1]);
        assert_true(hv_base64_decode(pairs[i][1], strlen(pairs[i][1]), &bytes));
        assert_string_equal(hv_buf_text(&bytes), pairs[i][0]);
    }
}

static void what_is_none_is_refused(void **state) {
    static const char *const none[] = { "", "Zg=", "Zg", "Z===", "Zg==Zg==", "Zm9!", "Zm9v\n" };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(none); i++) {
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(64);
        assert_false(hv_base64_decode(none[i], strlen(none[i]), &bytes));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_hold),
        cmocka_unit_test(what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
