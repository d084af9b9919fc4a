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

/* TLS 1.2 inside, so that the legs are the same each time. CERTIFICATE NULL: http. */
static void begin_at(struct fixture *fixture, const struct loopback_certificate *certificate,
                     const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts, struct hv_host_options options,
                     struct credssp_peer_options host) {
    fixture->host = host;
    fixture->host.version = host.version ? host.version : 6;
    fixture->host.tls.certificate = &inner;
    fixture->host.tls.version = host.tls.version ? host.tls.version : TLS1_2_VERSION;
    options.auth = HV_AUTH_CREDSSP;
    options.cacert = certificate ? outer_file : NULL;
    loopback_start(&fixture->server, certificate, scripts, n_scripts);
    loopback_accept(&fixture->server, offers, NULL);
    fixture->server.scheme = "CredSSP";
    fixture->server.credssp = &fixture->host;
    fixture->endpoint = client_endpoint(&fixture->server, "127.0.0.1", options);
    fixture->transport = client_transport();
}

static void begin_with(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts,
                       struct hv_host_options options, struct credssp_peer_options host) {
    begin_at(fixture, &outer, scripts, n_scripts, options, host);
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

/* http:// */
static void begin_plain(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts,
                        int tls) {
    begin_at(fixture, NULL, scripts, n_scripts, (struct hv_host_options){ .insecure = false },
             (struct credssp_peer_options){ .tls = { .version = tls } });
}

static struct hv_result ask_at_length(struct fixture *fixture, size_t n) {
    static char body[100000];
    int user = 0;
    const struct hv_request request = {
        .endpoint = fixture->endpoint,
        .bytes = body,
        .n_bytes = n,
        .timeout_ms = LOOPBACK_TIMEOUT_MS,
        .user = &user,
    };

    memset(body, ' ', sizeof(body));
    memcpy(body, "<body/>", 7);
    assert_int_equal(hv_transport_submit(fixture->transport, &request, NULL), 0);
    return client_collect(fixture->transport);
}

static void on_http_messages_are_records_of_the_tls_within(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, CREDSSP, ASK, DO_READ, DO_ANSWER_PARTS, DO_HOLD },
    };
    static const size_t sizes[] = { 7, 16384, 40000 };
    static const int tls[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(tls); i++) {
        for (size_t k = 0; k < HV_ARRAY_SIZE(sizes); k++) {
            struct fixture f;

            begin_plain(&f, scripts, 1, tls[i]);
            for (int j = 0; j < 2; j++) {
                struct hv_result result = ask_at_length(&f, sizes[k]);
                assert_answered(&result);
            }
            stop(&f);
            assert_int_equal(f.server.n_opened, 2);
            assert_int_equal(f.server.n_opened_bytes, sizes[k]);
            assert_int_equal(f.server.n_opened_parts, (sizes[k] + 16383) / 16384);
            assert_int_equal(n_bodies(&f.server), 0);
            end(&f);
        }
    }
}

static void on_http_answers_of_many_records_are_read(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, CREDSSP, ASK, DO_HOLD } };
    static char answer[50001];
    struct fixture f;
    struct hv_result result;
    (void)state;

    memset(answer, 'x', sizeof(answer) - 1);
    begin_plain(&f, scripts, 1, TLS1_2_VERSION);
    f.server.answer = answer;
    result = client_ask(f.transport, f.endpoint, false);
    assert_int_equal(result.code, 0);
    assert_int_equal(result.answer.n_bytes, sizeof(answer) - 1);
    assert_memory_equal(result.answer.bytes, answer, sizeof(answer) - 1);
    stop(&f);
    end(&f);
}

static void on_http_what_is_damaged_or_plain_is_not_believed(void **state) {
    static const enum loopback_step answers[] = { DO_ANSWER_DAMAGED, DO_ANSWER };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(answers); i++) {
        enum loopback_step scripts[1][LOOPBACK_MAX_STEPS] = { { PROBE, CREDSSP, DO_READ, answers[i], DO_HOLD } };
        struct fixture f;
        struct hv_result result;

        begin_plain(&f, (const enum loopback_step(*)[LOOPBACK_MAX_STEPS])scripts, 1, TLS1_2_VERSION);
        result = client_ask(f.transport, f.endpoint, false);
        assert_int_equal(result.code, HV_E_PROTOCOL);
        stop(&f);
        end(&f);
    }
}

static void on_http_a_lost_connection_is_signed_in_and_sealed_anew(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, CREDSSP, ASK, DO_CLOSE },
        { DO_HOLD },
        { CREDSSP, ASK, DO_HOLD },
    };
    (void)state;

    for (int once = 0; once < 2; once++) {
        struct fixture f;
        struct hv_result result;

        begin_plain(&f, scripts, 3, TLS1_2_VERSION);
        result = client_ask(f.transport, f.endpoint, false);
        assert_answered(&result);
        loopback_wait_closed(&f.server, 1);
        result = client_ask(f.transport, f.endpoint, once);
        assert_answered(&result);
        stop(&f);
        assert_int_equal(f.server.n_opened, 2);
        end(&f);
    }
}

/* There is no other certificate to pin. */
static void on_http_pins_hold_for_the_certificate_within(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, CREDSSP, ASK, DO_HOLD } };
    static const struct loopback_certificate *const pinned[] = { &inner, &outer };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(pinned); i++) {
        struct hv_tls_digest digest;
        char text[HV_TLS_FINGERPRINT_TEXT_SIZE];
        const char *const fingerprints[] = { text };
        struct fixture f;
        struct hv_result result;

        assert_int_equal(X509_digest(pinned[i]->x509, EVP_sha256(), digest.bytes, NULL), 1);
        hv_tls_digest_format(&digest, text);
        begin_at(&f, NULL, scripts, 1, (struct hv_host_options){ .fingerprints = fingerprints, .n_fingerprints = 1 },
                 (struct credssp_peer_options){ .version = 6 });
        result = client_ask(f.transport, f.endpoint, true);
        assert_int_equal(result.code, pinned[i] == &inner ? 0 : HV_E_TLS);
        stop(&f);
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
        cmocka_unit_test(on_http_messages_are_records_of_the_tls_within),
        cmocka_unit_test(on_http_answers_of_many_records_are_read),
        cmocka_unit_test(on_http_what_is_damaged_or_plain_is_not_believed),
        cmocka_unit_test(on_http_a_lost_connection_is_signed_in_and_sealed_anew),
        cmocka_unit_test(on_http_pins_hold_for_the_certificate_within),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
