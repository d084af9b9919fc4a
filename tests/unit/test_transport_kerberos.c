/*
 * Kerberos against a real KDC, which tests/lab/with_kdc.sh starts: over HTTPS with the channel binding demanded, by ticket,
 * password and keytab; and each failure in words of its own. Run without it, there is nothing to test.
 */
#include <unistd.h>

#include "base/size.h"
#include "base/text.h"
#include "transport/gss.h"
#include "transport_client.h"

enum { DAY = 24 * 60 * 60, PASSWORD_BYTES = 64 };

#define PROBE DO_READ, DO_OFFER
#define TURN  DO_READ, DO_ACCEPT
#define ASK   DO_READ, DO_ANSWER_SIGNED

static const char offers[] = "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: Kerberos\r\n";

static struct loopback_certificate certificate;
static char *certificate_file;
static char password[PASSWORD_BYTES];
static char ticket_cache[256];

struct outcome {
    struct hv_result result;
    size_t n_signed_in;
    char user[128];
};

/* One request to HOST, which the server is said to be. */
static struct outcome ask_by(bool https, const char *host, const char *scheme, struct hv_host_options options) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, TURN, TURN, ASK, DO_HOLD },
                                                                      { TURN, TURN, ASK, DO_HOLD },
                                                                      { TURN, TURN, ASK, DO_HOLD } };
    static const enum loopback_step kerberos[][LOOPBACK_MAX_STEPS] = { { PROBE, TURN, ASK, DO_HOLD }, { TURN, ASK, DO_HOLD } };
    bool ntlm = options.auth == HV_AUTH_NEGOTIATE && strcmp(scheme, "NTLM") == 0;
    struct loopback server;
    struct hv_endpoint *endpoint;
    struct hv_transport *transport = client_transport();
    struct outcome outcome = { .n_signed_in = 0 };

    options.cacert = certificate_file;
    loopback_start(&server, https ? &certificate : NULL, ntlm ? scripts : kerberos, 2);
    loopback_accept(&server, offers, https ? &certificate : NULL);
    server.strict = https;
    if (!ntlm)
        server.scheme = scheme;
    endpoint = client_endpoint(&server, host, options);
    outcome.result = client_ask(transport, endpoint, false);
    (void)hv_transport_free(transport);
    loopback_stop(&server);
    outcome.n_signed_in = server.n_signed_in;
    memcpy(outcome.user, server.user, sizeof(outcome.user));
    loopback_forget(&server);
    (void)hv_endpoint_free(endpoint);
    return outcome;
}

static struct outcome ask(const char *host, const char *scheme, struct hv_host_options options) {
    return ask_by(true, host, scheme, options);
}

static void assert_signed_in(const struct outcome *outcome, const char *user) {
    assert_string_equal(outcome->result.error.message, "");
    assert_int_equal(outcome->result.code, 0);
    assert_int_equal(outcome->n_signed_in, 1);
    assert_string_equal(outcome->user, user);
}

/* A user that is given takes the password away from transport_client.h's. */
static struct hv_host_options with(enum hv_auth auth, const char *user, const char *secret) {
    return (struct hv_host_options){ .auth = auth, .user = user, .password = secret };
}

static void a_ticket_signs_in_by_both_schemes(void **state) {
    struct outcome outcome;

    (void)state;
    outcome = ask("hv01.localhost", "Negotiate", with(HV_AUTH_NEGOTIATE, "tester", NULL));
    assert_signed_in(&outcome, "tester@LAB.EXAMPLE");
    outcome = ask("hv01.localhost", "Kerberos", with(HV_AUTH_KERBEROS, "tester", NULL));
    assert_signed_in(&outcome, "tester@LAB.EXAMPLE");
}

/* The server opens what it gets; see loopback.c. */
static void on_http_messages_are_sealed(void **state) {
    struct outcome outcome;

    (void)state;
    outcome = ask_by(false, "hv01.localhost", "Negotiate", with(HV_AUTH_NEGOTIATE, "tester", NULL));
    assert_signed_in(&outcome, "tester@LAB.EXAMPLE");
    outcome = ask_by(false, "hv01.localhost", "Kerberos", with(HV_AUTH_KERBEROS, "tester", NULL));
    assert_signed_in(&outcome, "tester@LAB.EXAMPLE");
}

static void a_password_signs_in_and_leaves_the_tickets_of_the_machine_alone(void **state) {
    static const char *const users[] = { "other", "other@LAB.EXAMPLE", "LAB\\other", "lab.example\\other" };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(users); i++) {
        struct outcome outcome = ask("hv01.localhost", "Negotiate", with(HV_AUTH_NEGOTIATE, users[i], password));
        assert_signed_in(&outcome, "other@LAB.EXAMPLE");
    }
}

static void a_key_signs_in(void **state) {
    struct hv_host_options options = with(HV_AUTH_KERBEROS, "other", NULL);
    struct outcome outcome;

    (void)state;
    options.keytab = getenv("LAB_CLIENT_KEYTAB");
    outcome = ask("hv01.localhost", "Kerberos", options);
    assert_signed_in(&outcome, "other@LAB.EXAMPLE");
}

static void a_host_unknown_to_kerberos_is_signed_in_to_by_ntlm(void **state) {
    struct outcome outcome;

    (void)state;
    outcome = ask("hv09.localhost", "NTLM", with(HV_AUTH_NEGOTIATE, "LAB\\other", password));
    assert_signed_in(&outcome, "LAB\\other");
}

struct failure {
    const char *host;
    enum hv_auth auth;
    const char *user;
    const char *secret; /* "" for the right one */
    const char *message;
    const char *remedy;
};

static void each_failure_has_words_of_its_own(void **state) {
    static const struct failure rows[] = {
        { "hv01.localhost", HV_AUTH_NEGOTIATE, "tester", "wrong", "the password of \"tester\" is wrong", "lock the account" },
        { "hv01.localhost", HV_AUTH_KERBEROS, "easy", "wrong", "the password of \"easy\" is wrong", "lock the account" },
        { "hv01.localhost", HV_AUTH_KERBEROS, "nobody", "", "the Kerberos realm knows no user \"nobody\"", "spelling" },
        { "hv01.localhost", HV_AUTH_NEGOTIATE, "locked", "", "the account \"locked\" is locked or disabled", "unlocked" },
        { "hv01.localhost", HV_AUTH_NEGOTIATE, "outdated", "", "the password of \"outdated\" has expired", "kpasswd" },
        { "hv01.localhost", HV_AUTH_NEGOTIATE, "ended", "", "the account \"ended\" has expired", "put off" },
        { "hv01.localhost", HV_AUTH_KERBEROS, "tester@ELSE.EXAMPLE", "", "no Kerberos server of the realm is known here",
          "[realms]" },
        { "hv09.localhost", HV_AUTH_KERBEROS, "tester", "", "Kerberos knows no service HTTP/hv09.localhost", "setspn -S" },
        { "127.0.0.1", HV_AUTH_KERBEROS, "tester", "", "Kerberos knows no service at the address 127.0.0.1", "full name" },
        { "keyless.localhost", HV_AUTH_KERBEROS, "tester", "",
          "keyless.localhost has no key for the service HTTP/keyless.localhost", "--spn-host" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const char *secret = rows[i].secret[0] ? rows[i].secret : password;
        const char *scheme = rows[i].auth == HV_AUTH_KERBEROS ? "Kerberos" : "Negotiate";
        struct outcome outcome = ask(rows[i].host, scheme, with(rows[i].auth, rows[i].user, secret));

        assert_string_equal(outcome.result.error.message, rows[i].message);
        assert_int_equal(outcome.result.code, HV_E_AUTH);
        assert_int_equal(outcome.result.error.source, HV_SOURCE_KRB5);
        assert_non_null(strstr(outcome.result.error.remedy, rows[i].remedy));
        assert_null(strstr(outcome.result.error.cause, password));
        /* What counts towards the lock of an account is not tried for long. */
        assert_int_equal(outcome.result.error.credentials_unseen, strstr(rows[i].message, "is known here") != NULL);
        assert_int_equal(outcome.n_signed_in, 0);
    }
}

static void tickets_that_will_not_do_are_told(void **state) {
    static const struct {
        const char *variable; /* names the cache; NULL: there is none */
        const char *user;
        const char *message;
    } rows[] = {
        { "LAB_EXPIRED_CCACHE", "tester", "the Kerberos ticket has expired" },
        { "LAB_SKEWED_CCACHE", "tester", "the clocks differ too much for Kerberos" },
        { NULL, "tester", "there is no Kerberos ticket of \"tester\" here" },
        { "KRB5CCNAME", "other", "there is no Kerberos ticket of \"other\" here" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct outcome outcome;

        assert_int_equal(setenv("KRB5CCNAME", rows[i].variable ? getenv(rows[i].variable) : "MEMORY:none", 1), 0);
        if (rows[i].variable && strcmp(rows[i].variable, "KRB5CCNAME") == 0)
            assert_int_equal(setenv("KRB5CCNAME", ticket_cache, 1), 0);
        outcome = ask("hv01.localhost", "Negotiate", with(HV_AUTH_NEGOTIATE, rows[i].user, NULL));
        assert_int_equal(setenv("KRB5CCNAME", ticket_cache, 1), 0);
        assert_string_equal(outcome.result.error.message, rows[i].message);
        assert_int_equal(outcome.result.code, HV_E_AUTH);
    }
}

static void a_ticket_is_forwarded_where_that_is_asked_for(void **state) {
    struct hv_host_options options = with(HV_AUTH_NEGOTIATE, "tester", NULL);
    struct outcome outcome;

    (void)state;
    options.delegate = true;
    outcome = ask("hv01.localhost", "Negotiate", options);
    assert_signed_in(&outcome, "tester@LAB.EXAMPLE");
    options.password = password;
    outcome = ask("hv01.localhost", "Negotiate", options);
    assert_signed_in(&outcome, "tester@LAB.EXAMPLE");
    options.user = "fixed";
    outcome = ask("hv01.localhost", "Negotiate", options);
    assert_int_equal(outcome.result.code, HV_E_AUTH);
    assert_string_equal(outcome.result.error.message, "no ticket was forwarded to hv01.localhost, as --delegate demands");
}

static void the_service_is_named_as_the_user_says(void **state) {
    struct hv_host_options options = with(HV_AUTH_KERBEROS, "tester", NULL);
    struct outcome outcome;

    (void)state;
    options.spn_host = "hv02.localhost";
    options.spn_service = "WSMAN";
    outcome = ask("127.0.0.1", "Kerberos", options);
    assert_signed_in(&outcome, "tester@LAB.EXAMPLE");
}

static int setup(void **state) {
    FILE *file = fopen(getenv("LAB_PASSWORD_FILE"), "r");

    assert_non_null(file);
    assert_non_null(fgets(password, sizeof(password), file));
    password[strcspn(password, "\n")] = '\0';
    (void)fclose(file);
    (void)snprintf(ticket_cache, sizeof(ticket_cache), "%s", getenv("KRB5CCNAME"));
    certificate =
        loopback_certificate("IP:127.0.0.1,DNS:hv01.localhost,DNS:hv09.localhost,DNS:keyless.localhost", NULL, -DAY, DAY);
    certificate_file = loopback_certificate_file(&certificate);
    return client_group_setup(state);
}

static int teardown(void **state) {
    (void)state;
    (void)unlink(certificate_file);
    free(certificate_file);
    loopback_certificate_free(&certificate);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_signs_in_by_both_schemes),
        cmocka_unit_test(on_http_messages_are_sealed),
        cmocka_unit_test(a_password_signs_in_and_leaves_the_tickets_of_the_machine_alone),
        cmocka_unit_test(a_key_signs_in),
        cmocka_unit_test(a_host_unknown_to_kerberos_is_signed_in_to_by_ntlm),
        cmocka_unit_test(each_failure_has_words_of_its_own),
        cmocka_unit_test(tickets_that_will_not_do_are_told),
        cmocka_unit_test(a_ticket_is_forwarded_where_that_is_asked_for),
        cmocka_unit_test(the_service_is_named_as_the_user_says),
    };

    if (!getenv("LAB_DIR")) {
        (void)puts("1..0 # SKIP needs the KDC of tests/lab/with_kdc.sh");
        return 77;
    }
    return cmocka_run_group_tests(tests, setup, teardown);
}
