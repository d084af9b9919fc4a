/* The initiator against an acceptor in the same process: NTLM, raw and in SPNEGO. Kerberos needs a KDC and is tested with one. */
#include "transport/gss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/text.h"
#include "support/acceptor.h"
#include "transport/gss_cred.h"

static const char users[] = "EXDOM:alice:Passw0rd\n:local:Secr3t\nEXDOM:j\xC3\xBCrgen:Gr\xC3\xBC\xC3\x9F\n";

static struct hv_gss_options as_alice(enum hv_auth scheme) {
    return (struct hv_gss_options){
        .scheme = scheme,
        .user = "EXDOM\\alice",
        .password = "Passw0rd",
        .service = "HTTP",
        .host = "hv01.example",
    };
}

struct talk {
    struct hv_gss *gss;
    struct acceptor acceptor;
    unsigned n_turns;
    struct hv_error err;
};

/* Both sides until one ends it. BINDING: the acceptor's. Returns what the initiator said last; -1 when the acceptor refused. */
static int talk(struct talk *talk, const struct hv_gss_options *options, const char *binding) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(HV_GSS_TOKEN_MAX_BYTES);
    void *in = NULL;
    size_t n_in = 0;
    int accepted = 1;
    int r;

    memset(talk, 0, sizeof(*talk));
    acceptor_init(&talk->acceptor);
    assert_int_equal(hv_gss_new(options, &talk->gss, &talk->err), 0);
    do {
        hv_buf_reset(&out);
        r = hv_gss_step(talk->gss, in, n_in, &out, &talk->err);
        free(in);
        in = NULL;
        talk->n_turns++;
        if (r < 0 || out.len == 0)
            break;
        accepted = acceptor_step(&talk->acceptor, out.data, out.len, binding, binding ? strlen(binding) : 0, &in, &n_in);
    } while (accepted >= 0 && n_in > 0 && talk->n_turns < 8);
    free(in);
    return r < 0 ? r : accepted < 0 ? -1 : r;
}

static void talk_end(struct talk *talk) {
    talk->gss = hv_gss_free(talk->gss);
    acceptor_deinit(&talk->acceptor);
}

static void both_schemes_sign_in_and_agree_on_keys(void **state) {
    static const struct {
        enum hv_auth scheme;
        unsigned n_turns;
    } rows[] = { { HV_AUTH_NTLM, 2 }, { HV_AUTH_NEGOTIATE, 3 } };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const struct hv_gss_options options = as_alice(rows[i].scheme);
        HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(64);
        HV_CLEANUP_BUF struct hv_buf cipher = HV_BUF_INIT(64);
        HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(64);
        HV_CLEANUP_FREE char *opened = NULL;
        HV_CLEANUP_FREE char *answer = NULL;
        struct talk t;
        size_t n_token;
        size_t n = 0;

        assert_int_equal(talk(&t, &options, NULL), 0);
        assert_true(t.acceptor.done);
        assert_int_equal(t.n_turns, rows[i].n_turns);
        assert_string_equal(t.acceptor.user, "EXDOM\\alice");
        assert_string_equal(hv_gss_used(t.gss), "NTLM");
        assert_int_equal(hv_gss_seal(t.gss, "<body/>", 7, &token, &cipher, NULL), 0);
        assert_int_equal(token.len, 16);
        assert_int_equal(cipher.len, 7);
        assert_memory_not_equal(cipher.data, "<body/>", 7);
        hv_buf_append(&token, cipher.data, cipher.len);
        opened = acceptor_unseal(&t.acceptor, token.data, token.len, &n);
        assert_int_equal(n, 7);
        assert_memory_equal(opened, "<body/>", 7);
        answer = acceptor_seal(&t.acceptor, "<a/>", 4, &n_token, &n);
        assert_int_equal(hv_gss_unwrap(t.gss, answer, n, &plain, NULL), 0);
        assert_string_equal(hv_buf_text(&plain), "<a/>");
        hv_buf_reset(&plain);
        assert_int_equal(hv_gss_unwrap(t.gss, answer, n, &plain, &t.err), HV_E_AUTH);
        assert_string_equal(t.err.message, "an encrypted message of hv01.example cannot be opened");
        talk_end(&t);
    }
}

/* Why NTLM and not Kerberos: the reason is kept for when NTLM is refused too. */
static void negotiate_remembers_why_it_went_without_kerberos(void **state) {
    const struct hv_gss_options options = as_alice(HV_AUTH_NEGOTIATE);
    struct talk t;

    (void)state;
    assert_int_equal(talk(&t, &options, NULL), 0);
    assert_string_equal(hv_gss_note(t.gss), "no Kerberos server of the realm is known here");
    talk_end(&t);
}

static void a_local_user_signs_in_without_domain(void **state) {
    struct hv_gss_options options = as_alice(HV_AUTH_NEGOTIATE);
    struct talk t;

    (void)state;
    options.user = ".\\local";
    options.password = "Secr3t";
    assert_int_equal(talk(&t, &options, NULL), 0);
    assert_non_null(strstr(t.acceptor.user, "local"));
    assert_string_equal(hv_gss_note(t.gss), "");
    talk_end(&t);
}

/* The locale of the tests is "C". */
static void names_and_passwords_are_utf8_in_every_locale(void **state) {
    struct hv_gss_options options = as_alice(HV_AUTH_NTLM);
    struct talk t;

    (void)state;
    options.user = "EXDOM\\j\xC3\xBCrgen";
    options.password = "Gr\xC3\xBC\xC3\x9F";
    assert_int_equal(talk(&t, &options, NULL), 0);
    assert_true(t.acceptor.done);
    talk_end(&t);
}

static void a_wrong_password_is_refused_by_the_host(void **state) {
    struct hv_gss_options options = as_alice(HV_AUTH_NTLM);
    struct talk t;

    (void)state;
    options.password = "wrong";
    assert_int_equal(talk(&t, &options, NULL), -1);
    assert_false(t.acceptor.done);
    talk_end(&t);
}

static void the_channel_binding_reaches_the_host(void **state) {
    static const char right[] = "tls-server-end-point:0123456789abcdef0123456789abcdef";
    static const char wrong[] = "tls-server-end-point:fedcba9876543210fedcba9876543210";
    static const enum hv_auth schemes[] = { HV_AUTH_NTLM, HV_AUTH_NEGOTIATE };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(schemes); i++) {
        struct hv_gss_options options = as_alice(schemes[i]);
        struct talk t;

        options.binding = right;
        options.n_binding = strlen(right);
        assert_int_equal(talk(&t, &options, right), 0);
        assert_true(t.acceptor.done);
        assert_int_equal(t.acceptor.flags & 0x800, 0x800); /* GSS_C_CHANNEL_BOUND_FLAG */
        talk_end(&t);
        assert_int_equal(talk(&t, &options, wrong), -1);
        assert_false(t.acceptor.done);
        talk_end(&t);
    }
}

static void what_cannot_work_is_said_before_anything_is_sent(void **state) {
    static const struct {
        struct hv_gss_options options;
        int result;
        const char *message;
    } rows[] = {
        { { .scheme = HV_AUTH_NTLM, .user = "u" }, HV_E_AUTH, "no password to sign in with by NTLM" },
        { { .scheme = HV_AUTH_NTLM }, HV_E_AUTH, "no user to sign in with by NTLM" },
        { { .user = "u", .password = "" }, HV_E_AUTH, "the password is empty, which cannot be signed in with" },
        { { .user = "" }, HV_E_ARGUMENT, "the user's name is empty" },
        { { .password = "p" }, HV_E_ARGUMENT, "there is a password, but no user whose it is" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_gss_options options = rows[i].options;
        struct hv_gss *gss = NULL;
        struct hv_error err = { 0 };

        options.host = "hv01";
        assert_int_equal(hv_gss_new(&options, &gss, &err), rows[i].result);
        assert_string_equal(err.message, rows[i].message);
        assert_null(gss);
    }
}

static void without_ticket_and_password_there_is_nothing_to_sign_in_with(void **state) {
    static const enum hv_auth schemes[] = { HV_AUTH_KERBEROS, HV_AUTH_NEGOTIATE };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(schemes); i++) {
        const struct hv_gss_options options = { .scheme = schemes[i], .host = "hv01.example" };
        struct talk t;

        assert_int_equal(talk(&t, &options, NULL), HV_E_AUTH);
        assert_string_equal(t.err.message, "there is no Kerberos ticket to sign in with");
        assert_int_equal(t.err.source, HV_SOURCE_KRB5);
        assert_true(t.err.credentials_unseen);
        assert_non_null(strstr(t.err.remedy, "kinit"));
        talk_end(&t);
    }
}

static void garbage_from_the_host_ends_the_exchange(void **state) {
    const struct hv_gss_options options = as_alice(HV_AUTH_NTLM);
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(HV_GSS_TOKEN_MAX_BYTES);
    HV_CLEANUP(hv_gss_free) struct hv_gss *gss = NULL;
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_gss_new(&options, &gss, NULL), 0);
    assert_int_equal(hv_gss_step(gss, NULL, 0, &out, NULL), 1);
    assert_int_equal(hv_gss_step(gss, "garbage", 7, &out, &err), HV_E_AUTH);
    assert_null(hv_gss_used(gss));
}

static void the_forms_of_a_users_name_become_principals(void **state) {
    static const struct {
        const char *user;
        const char *default_realm;
        const char *text;
    } rows[] = {
        { "alice", "EXAMPLE.COM", "alice" },
        { "alice@OTHER.COM", "EXAMPLE.COM", "alice@OTHER.COM" },
        { "EXAMPLE\\alice", "EXAMPLE.COM", "alice@EXAMPLE.COM" },
        { "example\\alice", "EXAMPLE.COM", "alice@EXAMPLE.COM" },
        { "EXAM\\alice", "EXAMPLE.COM", "alice@EXAM" },
        { "other.com\\alice", NULL, "alice@OTHER.COM" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_FREE char *text = NULL;

        assert_int_equal(hv_gss_principal_text(rows[i].user, rows[i].default_realm, &text, NULL), 0);
        assert_string_equal(text, rows[i].text);
    }
}

static int setup(void **state) {
    (void)state;
    acceptor_without_kerberos();
    acceptor_users(users);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    acceptor_users_forget();
    acceptor_without_kerberos_forget();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_schemes_sign_in_and_agree_on_keys),
        cmocka_unit_test(negotiate_remembers_why_it_went_without_kerberos),
        cmocka_unit_test(a_local_user_signs_in_without_domain),
        cmocka_unit_test(names_and_passwords_are_utf8_in_every_locale),
        cmocka_unit_test(a_wrong_password_is_refused_by_the_host),
        cmocka_unit_test(the_channel_binding_reaches_the_host),
        cmocka_unit_test(what_cannot_work_is_said_before_anything_is_sent),
        cmocka_unit_test(without_ticket_and_password_there_is_nothing_to_sign_in_with),
        cmocka_unit_test(garbage_from_the_host_ends_the_exchange),
        cmocka_unit_test(the_forms_of_a_users_name_become_principals),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
