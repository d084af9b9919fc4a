/* CredSSP over connections: its legs in headers, connections that break in any of them, and hosts that do not want it. */
#include <unistd.h>

#include "base/size.h"
#include "base/text.h"
#include "transport/tls.h"
#include "transport_client.h"

enum { DAY = 24 * 60 * 60 };

#define PROBE DO_READ, DO_OFFER
#define TURN  DO_READ, DO_ACCEPT
#define CREDSSP                                                                                                                  \
    TURN, TURN, TURN, TURN, TURN, TURN /* hello, Finished, three tokens of SPNEGO or two and the proof, credentials              \
                                        */
#define ASK DO_READ, DO_ANSWER_SIGNED

static const char offers[] = "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: CredSSP\r\n";
static const char users[] = "DOM:user:s3cret\n";

static struct loopback_certificate outer;
static struct loopback_certificate inner;
static char *outer_file;

struct fixture {
    struct loopback server;
    struct credssp_peer_options host;
    struct hv_endpoint *endpoint;
    struct hv_transport *transport;
};

/* TLS 1.2 inside, so that the legs are the same each time. */
static void begin_with(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts,
                       struct hv_host_options options, struct credssp_peer_options host) {
    fixture->host = host;
    fixture->host.version = host.version ? host.version : 6;
    fixture->host.tls.certificate = &inner;
    fixture->host.tls.version = host.tls.version ? host.tls.version : TLS1_2_VERSION;
    options.auth = HV_AUTH_CREDSSP;
    options.cacert = outer_file;
    loopback_start(&fixture->server, &outer, scripts, n_scripts);
    loopback_accept(&fixture->server, offers, NULL);
    fixture->server.scheme = "CredSSP";
    fixture->server.credssp = &fixture->host;
    fixture->endpoint = client_endpoint(&fixture->server, "127.0.0.1", options);
    fixture->transport = client_transport();
}

static void begin(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts) {
    begin_with(fixture, scripts, n_scripts, (struct hv_host_options){ .insecure = false },
               (struct credssp_peer_options){ .version = 6 });
}

static void stop(struct fixture *fixture) {
    fixture->transport = hv_transport_free(fixture->transport);
    loopback_stop(&fixture->server);
}

static void end(struct fixture *fixture) {
    loopback_forget(&fixture->server);
    (void)hv_endpoint_free(fixture->endpoint);
}

static void assert_answered(const struct hv_result *result) {
    assert_string_equal(result->error.message, "");
    assert_int_equal(result->code, 0);
    assert_int_equal(result->answer.status, 200);
    assert_memory_equal(result->answer.bytes, "<a/>", 4);
}

/* How many of the requests carried the body. */
static size_t n_bodies(const struct loopback *server) {
    size_t n = 0;

    for (size_t i = 0; i < server->n_requests; i++)
        n += hv_text_ends(server->requests[i], "\r\n\r\n<body/>") ? 1 : 0;
    return n;
}

static void one_sign_in_serves_many_requests(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, CREDSSP, ASK, ASK, DO_HOLD } };
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(versions) * 2; i++) {
        const struct credssp_peer_options host = { .tls = { .version = versions[i / 2], .n_tickets = i % 2 } };
        struct fixture f;

        begin_with(&f, scripts, 1, (struct hv_host_options){ .insecure = false }, host);
        for (int j = 0; j < 2; j++) {
            struct hv_result result = client_ask(f.transport, f.endpoint, j == 1);
            assert_answered(&result);
        }
        stop(&f);
        assert_int_equal(f.server.n_connections, 1);
        assert_int_equal(f.server.n_signed_in, 1);
        assert_string_equal(f.server.user, "DOM\\user");
        assert_int_equal(n_bodies(&f.server), 2);
        for (size_t j = 0; j < f.server.n_requests; j++)
            assert_int_equal(strstr(f.server.requests[j], "\r\nAuthorization: CredSSP ") != NULL,
                             j > 0 && j + 2 < f.server.n_requests);
        end(&f);
    }
}

/* In every leg: nothing of the request has left, so the sign-in starts over by itself. */
static void a_connection_dropped_in_any_leg_begins_the_sign_in_anew(void **state) {
    static const enum loopback_step whole[] = { PROBE, CREDSSP };
    static const enum loopback_step again[] = { CREDSSP, ASK, DO_HOLD };
    static const enum loopback_step first[] = { PROBE, CREDSSP, ASK, DO_HOLD };
    (void)state;

    for (size_t n_steps = 0; n_steps < HV_ARRAY_SIZE(whole); n_steps++) {
        for (int once = 0; once < 2; once++) {
            enum loopback_step scripts[3][LOOPBACK_MAX_STEPS] = { { DO_CLOSE } };
            struct fixture f;
            struct hv_result result;

            memcpy(scripts[0], whole, n_steps * sizeof(whole[0]));
            scripts[0][n_steps] = DO_CLOSE;
            scripts[1][0] = DO_HOLD; /* which libcurl opens by itself, and on which nothing may leave */
            memcpy(scripts[2], again, sizeof(again));
            if (n_steps < 2)
                memcpy(scripts[1], first, sizeof(first));
            begin(&f, (const enum loopback_step(*)[LOOPBACK_MAX_STEPS])scripts, 3);
            result = client_ask(f.transport, f.endpoint, once);
            if (result.code != 0)
                fail_msg("dropped after %zu steps: %s; %s", n_steps, result.error.message, result.error.cause);
            assert_answered(&result);
            stop(&f);
            assert_int_equal(n_bodies(&f.server), 1);
            assert_int_equal(f.server.n_signed_in, 1);
            end(&f);
        }
    }
}

static void a_host_that_drops_every_time_is_given_up(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, TURN, TURN, DO_READ, DO_CLOSE }, { DO_HOLD }, { TURN, TURN, DO_READ, DO_CLOSE }, { DO_HOLD },
        { TURN, TURN, DO_READ, DO_CLOSE },        { DO_HOLD }, { TURN, TURN, DO_READ, DO_CLOSE }, { DO_HOLD },
    };
    struct fixture f;
    struct hv_result result;
    (void)state;

    begin(&f, scripts, HV_ARRAY_SIZE(scripts));
    result = client_ask(f.transport, f.endpoint, true);
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_false(result.left);
    assert_non_null(strstr(result.error.message, "in the middle of the sign-in"));
    stop(&f);
    assert_int_equal(n_bodies(&f.server), 0);
    end(&f);
}

static void a_lost_connection_is_signed_in_again(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, CREDSSP, ASK, DO_CLOSE },
        { DO_HOLD },
        { CREDSSP, ASK, DO_HOLD },
    };
    (void)state;

    for (int once = 0; once < 2; once++) {
        struct fixture f;
        struct hv_result result;

        begin(&f, scripts, 3);
        result = client_ask(f.transport, f.endpoint, false);
        assert_answered(&result);
        loopback_wait_closed(&f.server, 1);
        result = client_ask(f.transport, f.endpoint, once);
        assert_answered(&result);
        stop(&f);
        assert_int_equal(f.server.n_signed_in, 2);
        end(&f);
    }
}

static void a_host_without_credssp_gets_nothing_and_how_to_enable_it_is_told(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, DO_HOLD } };
    struct fixture f;
    struct hv_result result;
    (void)state;

    begin(&f, scripts, 1);
    f.server.offer = "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: Kerberos\r\n";
    result = client_ask(f.transport, f.endpoint, false);
    assert_int_equal(result.code, HV_E_AUTH);
    assert_string_equal(result.error.message, "the host offers only Negotiate, Kerberos");
    assert_non_null(strstr(result.error.remedy, "winrm set winrm/config/service/auth @{CredSSP=\"true\"}"));
    stop(&f);
    assert_int_equal(f.server.n_requests, 1);
    end(&f);
}

static void what_the_host_says_reaches_the_user(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, CREDSSP, DO_HOLD } };
    static const struct {
        struct credssp_peer_options host;
        const char *message;
        int code;
    } rows[] = {
        { { .trick = TRICK_ERROR, .trick_leg = 2, .error_code = 0xC0000234 }, "the account is locked", HV_E_AUTH },
        { { .trick = TRICK_ERROR, .trick_leg = 3, .error_code = 0xC000015B }, "may not sign in to this host", HV_E_DENIED },
        { { .trick = TRICK_SILENCE, .trick_leg = 1 }, "without saying why", HV_E_AUTH },
        { { .trick = TRICK_SILENCE, .trick_leg = 2 }, "without saying why", HV_E_AUTH },
        { { .trick = TRICK_SILENCE, .trick_leg = 3 }, "without saying why", HV_E_AUTH },
        { { .trick = TRICK_CLOSE, .trick_leg = 2 }, "without saying why", HV_E_AUTH },
        { { .trick = TRICK_OTHER_KEY }, "did not prove", HV_E_AUTH },
        { { .trick = TRICK_NO_DER, .trick_leg = 1 }, "something else than a CredSSP message", HV_E_PROTOCOL },
        { { .version = 1 }, "version 1 of CredSSP", HV_E_AUTH },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct fixture f;
        struct hv_result result;

        begin_with(&f, scripts, 1, (struct hv_host_options){ .insecure = false }, rows[i].host);
        result = client_ask(f.transport, f.endpoint, true);
        if (result.code != rows[i].code || !strstr(result.error.message, rows[i].message))
            fail_msg("%s: %d, %s", rows[i].message, result.code, result.error.message);
        assert_false(result.left);
        assert_true(result.error.remedy[0] || result.code == HV_E_PROTOCOL);
        stop(&f);
        assert_int_equal(n_bodies(&f.server), 0);
        end(&f);
    }
}

/* Of what the user pinned, the certificate within CredSSP must be one too. */
static void pins_hold_for_the_certificate_within(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, CREDSSP, ASK, DO_HOLD } };
    struct hv_tls_digest digests[2];
    char texts[2][HV_TLS_FINGERPRINT_TEXT_SIZE];
    const char *const fingerprints[] = { texts[0], texts[1] };
    (void)state;

    assert_int_equal(X509_digest(outer.x509, EVP_sha256(), digests[0].bytes, NULL), 1);
    assert_int_equal(X509_digest(inner.x509, EVP_sha256(), digests[1].bytes, NULL), 1);
    for (size_t n = 1; n <= 2; n++) {
        struct fixture f;
        struct hv_result result;

        hv_tls_digest_format(&digests[n - 1], texts[n - 1]);
        begin_with(&f, scripts, 1, (struct hv_host_options){ .fingerprints = fingerprints, .n_fingerprints = n },
                   (struct credssp_peer_options){ .version = 6 });
        result = client_ask(f.transport, f.endpoint, true);
        assert_int_equal(result.code, n == 1 ? HV_E_TLS : 0);
        if (n == 1)
            assert_non_null(strstr(result.error.message, "within CredSSP"));
        stop(&f);
        end(&f);
    }
}

static int setup(void **state) {
    assert_int_equal(client_group_setup(state), 0);
    acceptor_without_kerberos();
    acceptor_users(users);
    outer = loopback_certificate("IP:127.0.0.1", NULL, -DAY, DAY);
    inner = loopback_certificate("DNS:hv01", NULL, -DAY, DAY);
    outer_file = loopback_certificate_file(&outer);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    acceptor_users_forget();
    acceptor_without_kerberos_forget();
    (void)unlink(outer_file);
    free(outer_file);
    loopback_certificate_free(&outer);
    loopback_certificate_free(&inner);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sign_in_serves_many_requests),
        cmocka_unit_test(a_connection_dropped_in_any_leg_begins_the_sign_in_anew),
        cmocka_unit_test(a_host_that_drops_every_time_is_given_up),
        cmocka_unit_test(a_lost_connection_is_signed_in_again),
        cmocka_unit_test(a_host_without_credssp_gets_nothing_and_how_to_enable_it_is_told),
        cmocka_unit_test(what_the_host_says_reaches_the_user),
        cmocka_unit_test(pins_hold_for_the_certificate_within),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
