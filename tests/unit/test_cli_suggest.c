/* Which word was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cli/suggest.h"

static void edits_are_counted(void **state) {
    (void)state;

    assert_int_equal(hv_suggest_distance("list", "list"), 0);
    assert_int_equal(hv_suggest_distance("lst", "list"), 1);
    assert_int_equal(hv_suggest_distance("lists", "list"), 1);
    assert_int_equal(hv_suggest_distance("lisp", "list"), 1);
    assert_int_equal(hv_suggest_distance("lits", "list"), 1);
    assert_int_equal(hv_suggest_distance("", "list"), 4);
    assert_int_equal(hv_suggest_distance("kitten", "sitting"), 3);
}

static void words_too_long_are_far_from_everything(void **state) {
    char word[HV_SUGGEST_MAX + 2];
    (void)state;

    memset(word, 'a', sizeof(word));
    word[HV_SUGGEST_MAX] = '\0';
    assert_int_equal(hv_suggest_distance(word, word), 0);
    word[HV_SUGGEST_MAX] = 'a';
    word[HV_SUGGEST_MAX + 1] = '\0';
    assert_true(hv_suggest_distance(word, word) > HV_SUGGEST_MAX);
}

static const char *nearest(const char *word) {
    static const char *const candidates[] = { "list", "show", "storage", "snapshot-path", "to", "host" };
    struct hv_suggest suggest = { .word = word };

    for (size_t i = 0; i < HV_ARRAY_SIZE(candidates); i++)
        hv_suggest_offer(&suggest, candidates[i]);
    return suggest.nearest;
}

static void the_nearest_is_offered(void **state) {
    (void)state;

    assert_string_equal(nearest("lsit"), "list");
    assert_string_equal(nearest("storag"), "storage");
    assert_string_equal(nearest("snap"), "snapshot-path");
    assert_string_equal(nearest("hsot"), "host");
}

static void a_word_like_nothing_gets_no_offer(void **state) {
    (void)state;

    assert_null(nearest("frobnicate"));
    assert_null(nearest("x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_are_counted),
        cmocka_unit_test(words_too_long_are_far_from_everything),
        cmocka_unit_test(the_nearest_is_offered),
        cmocka_unit_test(a_word_like_nothing_gets_no_offer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
