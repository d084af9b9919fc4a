/* WWW-Authenticate (RFC 7235) as Windows, OMI and openwsman send it, as the grammar allows it, and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/size.h"
#include "support/failmalloc.h"
#include "transport/challenge.h"

/* What was read, for comparison: schemes in order, "<token>" and {name=value}. */
static void describe(const struct hv_challenges *list, struct hv_buf *out) {
    for (size_t i = 0; i < list->n_items; i++) {
        const struct hv_challenge *item = &list->items[i];

        hv_buf_printf(out, "%s%s", i > 0 ? " | " : "", item->scheme);
        if (item->token68)
            hv_buf_printf(out, " <%s>", item->token68);
        for (size_t k = 0; k < item->n_params; k++)
            hv_buf_printf(out, " {%s=%s}", item->params[k].name, item->params[k].value);
    }
}

static void check_line(const char *line, const char *expected) {
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    HV_CLEANUP_BUF struct hv_buf found = HV_BUF_INIT(64 * 1024);
    struct hv_error err = { 0 };

    if (hv_challenge_parse(line, strlen(line), &list, &err) < 0)
        fail_msg("%s: %s (%s)", line, err.message, err.cause);
    describe(&list, &found);
    if (strcmp(hv_buf_text(&found), expected) != 0)
        fail_msg("%s: read as \"%s\", not \"%s\"", line, hv_buf_text(&found), expected);
}

static void what_the_grammar_allows(void **state) {
    static const char *const rows[][2] = {
        { "Negotiate", "Negotiate" },
        { "Basic realm=\"WSMAN\"", "Basic {realm=WSMAN}" },
        { "Negotiate TlRMTVNTUAACAAAA", "Negotiate <TlRMTVNTUAACAAAA>" },
        { "Negotiate YII=", "Negotiate <YII=>" },
        { "CredSSP FgMDAA==", "CredSSP <FgMDAA==>" },
        { "Kerberos -._~+/", "Kerberos <-._~+/>" },
        { "Negotiate, Kerberos, Basic realm=\"WSMAN\", CredSSP", "Negotiate | Kerberos | Basic {realm=WSMAN} | CredSSP" },
        { "Basic realm=\"WSMAN\", Negotiate YII=, Kerberos", "Basic {realm=WSMAN} | Negotiate <YII=> | Kerberos" },
        /* RFC 7235, 4.1 */
        { "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
          "Newauth {realm=apps} {type=1} {title=Login to \"apps\"} | Basic {realm=simple}" },
        { "Digest realm=\"openwsman\", nonce=\"a,b=c\",qop=\"auth,auth-int\" ,stale=FALSE",
          "Digest {realm=openwsman} {nonce=a,b=c} {qop=auth,auth-int} {stale=FALSE}" },
        { "Basic realm = \"x\" , charset\t=\tUTF-8", "Basic {realm=x} {charset=UTF-8}" },
        { " ,, Negotiate ,\t, Basic   realm=x,, ", "Negotiate | Basic {realm=x}" },
        { "Basic , realm=\"x\"", "Basic {realm=x}" },
        { "Basic realm=\"\"", "Basic {realm=}" },
        { "Basic realm=\"\\a\\\\\\\"\"", "Basic {realm=a\\\"}" },
        /* What has no value is a token that ends in padding, says the grammar. */
        { "Basic realm=", "Basic <realm=>" },
        { "Negotiate YII=x", "Negotiate {YII=x}" },
        { "Negotiate\r\n", "Negotiate" },
        { "\tKerberos \r\n", "Kerberos" },
        { "Basic realm=\"\xC3\xA9\xE9\"", "Basic {realm=\xC3\xA9?}" },
        { "Negotiate YII=, Negotiate", "Negotiate <YII=> | Negotiate" },
        { "", "" },
        { " , ", "" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        check_line(rows[i][0], rows[i][1]);
}

static void what_it_does_not_leaves_the_list_alone(void **state) {
    static const char *const rows[] = {
        "\"Negotiate\"",
        "=",
        "Negotiate YII== Kerberos",
        "Negotiate YII=, realm=\"x\"",
        "realm=\"x\"",
        "Basic realm=\"x",
        "Basic realm=\"x\\",
        "Basic realm=\"x\\\"",
        "Basic realm=\"x\"y",
        "Basic realm=\"x\" Negotiate",
        "Basic realm=\"a\x01\"",
        "Basic realm=\"a\\\x7F\"",
        "Basic realm=\"a\nb\"",
        "Basic realm=,x=1",
        "Basic realm=x, y=",
        "Basic realm=@",
        "Basic/realm=x",
        "Ba(sic",
        "Negotiate Y\"I",
        "Negotiate\nKerberos",
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
        struct hv_error err = { 0 };

        assert_int_equal(hv_challenge_parse("Kerberos", 8, &list, &err), 0);
        if (hv_challenge_parse(rows[i], strlen(rows[i]), &list, &err) != HV_E_PROTOCOL)
            fail_msg("%s was read", rows[i]);
        assert_true(err.message[0] && err.cause[0]);
        assert_int_equal(list.n_items, 1);
        assert_string_equal(list.items[0].scheme, "Kerberos");
    }
}

static void a_nul_is_no_end(void **state) {
    static const char line[] = "Basic realm=\"a\0b\"";
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    (void)state;

    assert_int_equal(hv_challenge_parse(line, sizeof(line) - 1, &list, NULL), HV_E_PROTOCOL);
    assert_int_equal(hv_challenge_parse("Basic\0", 6, &list, NULL), HV_E_PROTOCOL);
    assert_int_equal(list.n_items, 0);
}

static void a_token_counts_more_than_the_bare_scheme_before_it(void **state) {
    static const char *const lines[] = { "Negotiate", "Kerberos", "Kerberos YII=", "Kerberos later" };
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(lines); i++)
        assert_int_equal(hv_challenge_parse(lines[i], strlen(lines[i]), &list, NULL), 0);
    assert_string_equal(hv_challenges_token(&list, "KERBEROS"), "YII=");
    assert_null(hv_challenges_token(&list, "Negotiate"));
    assert_null(hv_challenges_token(&list, "Basic"));
}

static void several_lines_make_one_list(void **state) {
    static const char *const lines[] = { "Negotiate", "Kerberos YII=", "Basic realm=\"WSMAN\"", "CredSSP" };
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    const struct hv_challenge *basic;
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(lines); i++)
        assert_int_equal(hv_challenge_parse(lines[i], strlen(lines[i]), &list, NULL), 0);
    assert_int_equal(list.n_items, 4);
    assert_string_equal(hv_challenges_find(&list, "kerberos")->token68, "YII=");
    assert_null(hv_challenges_find(&list, "Digest"));
    basic = hv_challenges_find(&list, "BASIC");
    assert_string_equal(hv_challenge_param(basic, "Realm"), "WSMAN");
    assert_null(hv_challenge_param(basic, "charset"));
    /* A second line does not go on with the challenge of the first. */
    assert_int_equal(hv_challenge_parse("charset=UTF-8", 13, &list, NULL), HV_E_PROTOCOL);
}

static void every_truncation_ends(void **state) {
    static const char line[] = "Negotiate YII=, Basic realm=\"a\\\"b\", charset = UTF-8, New x=1,,Last";
    (void)state;

    for (size_t n = 0; n < sizeof(line); n++) {
        HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
        int r = hv_challenge_parse(line, n, &list, NULL);

        assert_true(r == 0 || (r == HV_E_PROTOCOL && list.n_items == 0));
    }
}

static int parse_schemes(size_t n, struct hv_challenges *list, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(4096);

    for (size_t i = 0; i < n; i++)
        hv_buf_printf(&line, "S%zu,", i);
    return hv_challenge_parse(hv_buf_text(&line), line.len, list, err);
}

static void one_challenge_too_many(void **state) {
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    struct hv_error err = { 0 };
    (void)state;

    assert_int_equal(parse_schemes(HV_CHALLENGE_MAX_ITEMS + 1, &list, &err), HV_E_LIMIT);
    assert_int_equal(list.n_items, 0);
    assert_int_equal(parse_schemes(HV_CHALLENGE_MAX_ITEMS, &list, &err), 0);
    assert_int_equal(parse_schemes(1, &list, &err), HV_E_LIMIT);
    assert_int_equal(list.n_items, HV_CHALLENGE_MAX_ITEMS);
}

static int parse_params(size_t n, struct hv_challenges *list) {
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(4096);

    hv_buf_puts(&line, "Basic ");
    for (size_t i = 0; i < n; i++)
        hv_buf_printf(&line, "p%zu=1,", i);
    return hv_challenge_parse(hv_buf_text(&line), line.len, list, NULL);
}

static void one_parameter_too_many(void **state) {
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    (void)state;

    assert_int_equal(parse_params(HV_CHALLENGE_MAX_PARAMS + 1, &list), HV_E_LIMIT);
    assert_int_equal(parse_params(HV_CHALLENGE_MAX_PARAMS, &list), 0);
    assert_int_equal(list.items[0].n_params, HV_CHALLENGE_MAX_PARAMS);
}

static void one_byte_too_many(void **state) {
    static char line[HV_CHALLENGE_MAX_BYTES + 1];
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    (void)state;

    memset(line, 'a', sizeof(line));
    memcpy(line, "Negotiate ", 10);
    assert_int_equal(hv_challenge_parse(line, HV_CHALLENGE_MAX_BYTES + 1, &list, NULL), HV_E_LIMIT);
    assert_int_equal(hv_challenge_parse(line, HV_CHALLENGE_MAX_BYTES, &list, NULL), 0);
    assert_int_equal(strlen(list.items[0].token68), HV_CHALLENGE_MAX_BYTES - 10);
}

static int parse_two_lines(void *context) {
    static const char line[] = "Negotiate YII=, Basic realm=\"a\", charset=UTF-8";
    HV_CLEANUP_CHALLENGES struct hv_challenges list = HV_CHALLENGES_INIT;
    struct hv_error err = { 0 };
    int r = hv_challenge_parse("Kerberos", 8, &list, &err);
    (void)context;

    if (r == 0)
        r = hv_challenge_parse(line, sizeof(line) - 1, &list, &err);
    assert_true(r == 0 ? list.n_items == 3 : list.n_items <= 1);
    return r;
}

static void without_memory(void **state) {
    (void)state;

    assert_true(failmalloc_each(parse_two_lines, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_grammar_allows),
        cmocka_unit_test(what_it_does_not_leaves_the_list_alone),
        cmocka_unit_test(a_nul_is_no_end),
        cmocka_unit_test(a_token_counts_more_than_the_bare_scheme_before_it),
        cmocka_unit_test(several_lines_make_one_list),
        cmocka_unit_test(every_truncation_ends),
        cmocka_unit_test(one_challenge_too_many),
        cmocka_unit_test(one_parameter_too_many),
        cmocka_unit_test(one_byte_too_many),
        cmocka_unit_test(without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
