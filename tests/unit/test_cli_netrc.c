/* The netrc file: which entry is taken, and that damage is named without what may be a secret. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cli/netrc.h"
#include "support/failmalloc.h"

static int parse(const char *text, const char *host, const char *user, struct hv_netrc *ret_netrc, struct hv_error *err) {
    return hv_netrc_parse(text, strlen(text), "netrc", host, user, ret_netrc, err);
}

static void the_entry_of_the_host_is_taken(void **state) {
    static const char all[] = "# machine hv01 login comment password comment\n"
                              "machine hv00 login x password y\n"
                              "machine hv01\n"
                              "\tlogin admin account a\n"
                              "\tpassword p#1\n"
                              "machine hv01 login other password p2\n"
                              "macdef init\n"
                              "machine hv04 login macro password macro\n"
                              "\n"
                              "machine HV02 login \"DOM\\\\adm in\" password \"p \\\"3\\\"\"\r\n"
                              "machine hv03 password only\n"
                              "default login any password p4";
    static const struct {
        const char *host;
        const char *user;
        const char *found_user;
        const char *password;
    } rows[] = {
        { "hv00", NULL, "x", "y" },          { "hv01", NULL, "admin", "p#1" },
        { "HV01", "other", "other", "p2" },  { "hv02", NULL, "DOM\\adm in", "p \"3\"" },
        { "hv03", "whoever", NULL, "only" }, { "hv04", NULL, "any", "p4" },
        { "hv01", "any", "any", "p4" },      { "hv01", "nobody", NULL, NULL },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_netrc found = { 0 };

        assert_int_equal(parse(all, rows[i].host, rows[i].user, &found, NULL), rows[i].password ? 1 : 0);
        if (rows[i].password)
            assert_string_equal(hv_secret_text(found.password), rows[i].password);
        if (rows[i].found_user)
            assert_string_equal(found.user, rows[i].found_user);
        else
            assert_null(found.user);
        hv_netrc_deinit(&found);
    }
}

static void an_entry_without_a_password_is_none(void **state) {
    static const char *const texts[] = {
        "", "\n\n", "machine hv01", "machine hv01 login x", "# nothing", "machine hv0 password x"
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        struct hv_netrc found = { 0 };
        assert_int_equal(parse(texts[i], "hv01", NULL, &found, NULL), 0);
        assert_null(found.password);
    }
}

static void damage_is_named_without_the_words(void **state) {
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        { "\nmachine hv01 password s3cret s3cret", "line 2: a keyword is unknown" },
        { "machine hv01 login", "line 1: it ends" },
        { "machine hv01 password \"s3cret", "quote" },
        { "machine hv01\npassword \"s3cret\n\"", "line 2: a quote" },
        { "machine", "it ends" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_netrc found = { 0 };
        struct hv_error err = { 0 };

        assert_int_equal(parse(rows[i].text, "hv01", NULL, &found, &err), HV_E_ARGUMENT);
        assert_non_null(strstr(err.message, rows[i].why));
        assert_null(strstr(err.message, "s3cret"));
        assert_null(found.password);
    }
}

static void words_have_a_limit(void **state) {
    static char text[HV_NETRC_MAX_WORD + 64];
    size_t n = strlen("machine hv01 password ");
    struct hv_netrc found = { 0 };
    (void)state;

    memcpy(text, "machine hv01 password ", n);
    memset(text + n, 'x', HV_NETRC_MAX_WORD);
    assert_int_equal(hv_netrc_parse(text, n + HV_NETRC_MAX_WORD, "netrc", "hv01", NULL, &found, NULL), 1);
    assert_int_equal(hv_secret_length(found.password), HV_NETRC_MAX_WORD);
    hv_netrc_deinit(&found);
    text[n + HV_NETRC_MAX_WORD] = 'x';
    assert_int_equal(hv_netrc_parse(text, n + HV_NETRC_MAX_WORD + 1, "netrc", "hv01", NULL, &found, NULL), HV_E_ARGUMENT);
    text[n] = '"';
    assert_int_equal(hv_netrc_parse(text, n + HV_NETRC_MAX_WORD + 1, "netrc", "hv01", NULL, &found, NULL), HV_E_ARGUMENT);
    assert_null(found.password);
}

static void every_beginning_of_a_file_is_safe(void **state) {
    static const char text[] = "# c\nmachine hv01 login \"a\\\"b\" password x\nmacdef m\nx\n\ndefault password y\n";
    (void)state;

    for (size_t n = 0; n < sizeof(text); n++) {
        HV_CLEANUP_FREE char *copy = malloc(n + 1);
        struct hv_netrc found = { 0 };
        int rc;

        assert_non_null(copy);
        memcpy(copy, text, n);
        rc = hv_netrc_parse(copy, n, "netrc", "hv01", NULL, &found, NULL);
        assert_true(rc >= 0 || rc == HV_E_ARGUMENT);
        hv_netrc_deinit(&found);
    }
}

static int parse_once(void *context) {
    struct hv_netrc found = { 0 };
    int rc = parse("machine hv01 login a password b\nmachine hv01 login c password d", "hv01", "c", &found, NULL);

    (void)context;
    hv_netrc_deinit(&found);
    return rc > 0 ? 0 : rc;
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    assert_true(failmalloc_each(parse_once, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_entry_of_the_host_is_taken),    cmocka_unit_test(an_entry_without_a_password_is_none),
        cmocka_unit_test(damage_is_named_without_the_words), cmocka_unit_test(words_have_a_limit),
        cmocka_unit_test(every_beginning_of_a_file_is_safe), cmocka_unit_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
