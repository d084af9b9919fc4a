/* UUIDs: the forms that Windows writes, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/uuid.h"

static void every_form_gives_the_same_uuid(void **state) {
    static const char *const forms[] = {
        "0123ABCD-4567-89EF-0011-AABBCCDDEEFF",
        "0123abcd-4567-89ef-0011-aabbccddeeff",
        "{0123ABCD-4567-89ef-0011-AABBCCDDEEFF}",
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(forms); i++) {
        struct hv_uuid uuid;
        char text[HV_UUID_TEXT_SIZE];
        assert_true(hv_uuid_parse(forms[i], &uuid));
        assert_memory_equal(uuid.bytes, "\x01\x23\xAB\xCD\x45\x67\x89\xEF\x00\x11\xAA\xBB\xCC\xDD\xEE\xFF", 16);
        hv_uuid_format(&uuid, text);
        assert_string_equal(text, forms[0]);
    }
}

static void other_texts_are_no_uuids(void **state) {
    static const char *const texts[] = {
        "",
        "app01",
        "{",
        "{}",
        "0123ABCD456789EF0011AABBCCDDEEFF",
        "0123ABCD-4567-89EF-0011-AABBCCDDEEF",
        "0123ABCD-4567-89EF-0011-AABBCCDDEEFF0",
        "0123ABCD-4567-89EF-0011-AABBCCDDEEFF ",
        " 0123ABCD-4567-89EF-0011-AABBCCDDEEFF",
        "0123ABCD-4567-89EF-0011-AABBCCDDEEFF}",
        "{0123ABCD-4567-89EF-0011-AABBCCDDEEFF",
        "(0123ABCD-4567-89EF-0011-AABBCCDDEEFF)",
        "0123ABCD-4567-89EF-0011AABBCCDDEEFF",
        "0123ABCD-4567-89EF-00-11AABBCCDDEEFF",
        "0123ABC-D4567-89EF-0011-AABBCCDDEEFF",
        "G123ABCD-4567-89EF-0011-AABBCCDDEEFF",
        "+123ABCD-4567-89EF-0011-AABBCCDDEEFF",
        "Microsoft:0123ABCD-4567-89EF-0011-AABBCCDDEEFF",
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        struct hv_uuid uuid;
        memset(&uuid, 0x5A, sizeof(uuid));
        assert_false(hv_uuid_parse(texts[i], &uuid));
        assert_int_equal(uuid.bytes[0], 0x5A);
        assert_int_equal(uuid.bytes[15], 0x5A);
    }
}

static void every_truncation_is_refused(void **state) {
    static const char whole[] = "{0123ABCD-4567-89EF-0011-AABBCCDDEEFF}";
    struct hv_uuid uuid;
    (void)state;

    for (size_t n = 0; n < sizeof(whole) - 1; n++) {
        /* Exactly as long as the text, so that the sanitizer sees a read behind it. */
        char *text = strndup(whole, n);
        assert_non_null(text);
        assert_false(hv_uuid_parse(text, &uuid));
        free(text);
    }
}

static void random_bytes_become_version_4(void **state) {
    uint8_t bytes[16];
    char text[HV_UUID_TEXT_SIZE];
    struct hv_uuid uuid;
    (void)state;

    memset(bytes, 0xFF, sizeof(bytes));
    uuid = hv_uuid_from_random(bytes);
    hv_uuid_format(&uuid, text);
    assert_string_equal(text, "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF");
    memset(bytes, 0, sizeof(bytes));
    uuid = hv_uuid_from_random(bytes);
    hv_uuid_format(&uuid, text);
    assert_string_equal(text, "00000000-0000-4000-8000-000000000000");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_the_same_uuid),
        cmocka_unit_test(other_texts_are_no_uuids),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(random_bytes_become_version_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
