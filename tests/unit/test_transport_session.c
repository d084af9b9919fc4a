/* Signing in over connections: NTLM, in SPNEGO and raw, with a server that takes part, and connections that break. */
#include <unistd.h>

#include "base/size.h"
#include "base/text.h"
#include "transport_client.h"

enum { DAY = 24 * 60 * 60 };

#define PROBE DO_READ, DO_OFFER
#define TURN  DO_READ, DO_ACCEPT
#define NTLM  TURN, TURN /* inside SPNEGO the last token of the host comes with its 200 */
#define ASK   DO_READ, DO_ANSWER_SIGNED

static const char offers[] = "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: Kerberos\r\n"
                             "WWW-Authenticate: Basic realm=\"WSMAN\"\r\n";
static const char users[] = "DOM:user:s3cret\n";

struct certificates {
    struct loopback_certificate good;
    struct loopback_certificate other;
    char *file;
};

static struct certificates certificates;

struct fixture {
    struct loopback server;
    struct hv_endpoint *endpoint;
    struct hv_transport *transport;
};

/* BOUND_TO: the certificate that the server wants sign-ins to be bound to. */
static void begin_bound(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts,
                        struct hv_host_options options, const struct loopback_certificate *bound_to) {
    options.cacert = certificates.file;
    loopback_start(&fixture->server, &certificates.good, scripts, n_scripts);
    loopback_accept(&fixture->server, offers, bound_to);
    fixture->server.strict = true;
    fixture->endpoint = client_endpoint(&fixture->server, "127.0.0.1", options);
    fixture->transport = client_transport();
}

static void begin(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts,
                  enum hv_auth auth) {
    begin_bound(fixture, scripts, n_scripts, (struct hv_host_options){ .auth = auth }, &certificates.good);
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
    assert_int_equal(result->answer.n_bytes, 4);
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
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, ASK, ASK, DO_HOLD },
    };
    static const enum hv_auth schemes[] = { HV_AUTH_NEGOTIATE, HV_AUTH_NTLM };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(schemes); i++) {
        struct fixture f;
        size_t n_legs = 3;

        begin(&f, scripts, 1, schemes[i]);
        for (size_t j = 0; j < 3; j++) {
            struct hv_result result = client_ask(f.transport, f.endpoint, j == 1);
            assert_answered(&result);
        }
        stop(&f);
        assert_int_equal(f.server.n_connections, 1);
        assert_int_equal(f.server.n_signed_in, 1);
        assert_string_equal(f.server.user, "DOM\\user");
        assert_int_equal(f.server.n_requests, n_legs + 3);
        assert_int_equal(n_bodies(&f.server), 3);
        for (size_t j = 0; j < f.server.n_requests; j++) {
            bool of_sign_in = j > 0 && j < n_legs;
            assert_int_equal(strstr(f.server.requests[j], "\r\nAuthorization: Negotiate ") != NULL, of_sign_in);
            if (j < n_legs)
                assert_non_null(strstr(f.server.requests[j], "\r\nContent-Length: 0\r\n"));
        }
        end(&f);
    }
}

/* Credentials never go out as Basic unasked. */
static void a_host_that_offers_only_basic_gets_nothing(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, DO_HOLD } };
    struct fixture f;
    struct hv_result result;

    (void)state;
    begin(&f, scripts, 1, HV_AUTH_NEGOTIATE);
    f.server.offer = "WWW-Authenticate: Basic realm=\"WSMAN\"\r\n";
    result = client_ask(f.transport, f.endpoint, false);
    assert_int_equal(result.code, HV_E_AUTH);
    assert_false(result.left);
    assert_string_equal(result.error.message, "the host offers only Basic");
    assert_string_equal(result.error.cause, "hvctl was to sign in by negotiate");
    assert_non_null(strstr(result.error.remedy, "--auth basic"));
    stop(&f);
    assert_int_equal(f.server.n_requests, 1);
    assert_null(strstr(f.server.requests[0], "Authorization"));
    end(&f);
}

static void basic_is_used_where_the_list_has_it_and_the_host_offers_no_more(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, DO_HOLD },
                                                                      { DO_READ, DO_ANSWER, DO_READ, DO_ANSWER, DO_HOLD } };
    static const enum hv_auth list[] = { HV_AUTH_NEGOTIATE, HV_AUTH_BASIC };
    const struct hv_host_options options = { .auth_list = list, .n_auth_list = 2 };
    struct fixture f;
    struct hv_result result;

    (void)state;
    begin_bound(&f, scripts, 2, options, &certificates.good);
    f.server.offer = "WWW-Authenticate: Basic realm=\"WSMAN\"\r\n";
    for (size_t i = 0; i < 2; i++) {
        result = client_ask(f.transport, f.endpoint, false);
        assert_answered(&result);
    }
    stop(&f);
    assert_int_equal(f.server.n_requests, 3);
    assert_non_null(strstr(f.server.requests[1], "\r\nAuthorization: Basic "));
    end(&f);
}

static void a_wrong_password_is_told_with_what_it_may_be(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, NTLM, DO_HOLD } };
    const struct hv_host_options options = { .user = "DOM\\user", .password = "wrong" };
    struct fixture f;
    struct hv_result result;

    (void)state;
    begin_bound(&f, scripts, 1, options, &certificates.good);
    result = client_ask(f.transport, f.endpoint, true);
    assert_int_equal(result.code, HV_E_AUTH);
    assert_false(result.left);
    assert_string_equal(result.error.message, "the host refused to sign in \"DOM\\user\"");
    assert_non_null(strstr(result.error.cause, "NTLM was used because no Kerberos server of the realm is known here"));
    assert_non_null(strstr(result.error.remedy, "CbtHardeningLevel"));
    assert_null(strstr(result.error.message, "wrong"));
    stop(&f);
    assert_int_equal(n_bodies(&f.server), 0);
    end(&f);
}

/* The second request is not even sent: each attempt counts against the lockout. */
static void who_was_refused_is_not_tried_again(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, NTLM, DO_HOLD } };
    const struct hv_host_options options = { .user = "DOM\\user", .password = "wrong" };
    struct fixture f;
    struct hv_error err = { 0 };
    int user = 0;

    (void)state;
    begin_bound(&f, scripts, 1, options, &certificates.good);
    assert_int_equal(client_ask(f.transport, f.endpoint, false).code, HV_E_AUTH);
    assert_int_equal(
        hv_transport_submit(f.transport, &(const struct hv_request){ .endpoint = f.endpoint, .bytes = "", .user = &user }, &err),
        HV_E_AUTH);
    assert_string_equal(err.message, "the host refused to sign in \"DOM\\user\"");
    stop(&f);
    assert_int_equal(f.server.n_requests, 3);
    end(&f);
}

/* A proxy that ends TLS: the certificate seen here is not that of the host. */
static void a_binding_to_another_certificate_is_refused_and_can_be_left_out(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, DO_HOLD },
        { PROBE, NTLM, ASK, DO_HOLD },
    };
    struct fixture f;
    struct hv_result result;

    (void)state;
    begin_bound(&f, scripts, 1, (struct hv_host_options){ .no_channel_binding = false }, &certificates.other);
    result = client_ask(f.transport, f.endpoint, false);
    assert_int_equal(result.code, HV_E_AUTH);
    assert_non_null(strstr(result.error.remedy, "--no-channel-binding"));
    stop(&f);
    end(&f);
    begin_bound(&f, &scripts[1], 1, (struct hv_host_options){ .no_channel_binding = true }, &certificates.other);
    f.server.strict = false;
    result = client_ask(f.transport, f.endpoint, false);
    assert_answered(&result);
    stop(&f);
    end(&f);
}

static void several_schemes_are_tried_in_order_and_each_is_told(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, DO_HOLD }, { NTLM, DO_HOLD } };
    static const enum hv_auth list[] = { HV_AUTH_KERBEROS, HV_AUTH_NTLM };
    const struct hv_host_options options = { .auth_list = list, .n_auth_list = 2, .user = "DOM\\user", .password = "wrong" };
    struct fixture f;
    struct hv_result result;

    (void)state;
    begin_bound(&f, scripts, 2, options, &certificates.good);
    result = client_ask(f.transport, f.endpoint, false);
    assert_int_equal(result.code, HV_E_AUTH);
    assert_string_equal(result.error.message, "no way to sign in worked");
    assert_non_null(
        strstr(result.error.cause, "kerberos: no Kerberos server of the realm is known here; ntlm: the host refused"));
    stop(&f);
    end(&f);
}

/* The connection goes while nobody uses it; also before a request that may be sent only once. */
static void a_lost_connection_is_signed_in_again(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, DO_CLOSE },
        { DO_HOLD }, /* on which nothing leaves */
        { NTLM, ASK, DO_HOLD },
    };

    (void)state;
    for (int once = 0; once < 2; once++) {
        struct fixture f;
        struct hv_result result;

        begin(&f, scripts, 3, HV_AUTH_NTLM);
        result = client_ask(f.transport, f.endpoint, false);
        assert_answered(&result);
        loopback_wait_closed(&f.server, 1);
        result = client_ask(f.transport, f.endpoint, once);
        assert_answered(&result);
        stop(&f);
        assert_int_equal(f.server.n_connections, 3);
        assert_int_equal(f.server.n_signed_in, 2);
        assert_int_equal(n_bodies(&f.server), 2);
        end(&f);
    }
}

/* The host read the request and closed: libcurl would send it again, on a connection where nobody is signed in. */
static void a_request_whose_answer_is_lost_is_repeated_only_if_it_may_be(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, DO_READ, DO_CLOSE },
        { DO_HOLD },
        { NTLM, ASK, DO_HOLD },
    };

    (void)state;
    for (int once = 0; once < 2; once++) {
        struct fixture f;
        struct hv_result result;

        begin(&f, scripts, 3, HV_AUTH_NTLM);
        result = client_ask(f.transport, f.endpoint, false);
        assert_answered(&result);
        result = client_ask(f.transport, f.endpoint, once);
        if (once) {
            assert_int_equal(result.code, HV_E_LOST);
            assert_true(result.left);
        }
        stop(&f);
        assert_int_equal(n_bodies(&f.server), once ? 2 : 3);
        end(&f);
    }
}

/* In every leg of the handshake: nothing of the request has left, so the sign-in starts over by itself. */
static void a_connection_dropped_in_any_leg_begins_the_sign_in_anew(void **state) {
    static const enum loopback_step scripts[][3][LOOPBACK_MAX_STEPS] = {
        { { DO_CLOSE }, { PROBE, NTLM, ASK, DO_HOLD } },
        { { DO_READ, DO_CLOSE }, { PROBE, NTLM, ASK, DO_HOLD } },
        { { PROBE, DO_CLOSE }, { DO_HOLD }, { NTLM, ASK, DO_HOLD } },
        { { PROBE, DO_READ, DO_CLOSE }, { DO_HOLD }, { NTLM, ASK, DO_HOLD } },
        { { PROBE, TURN, DO_CLOSE }, { DO_HOLD }, { NTLM, ASK, DO_HOLD } },
        { { PROBE, TURN, DO_READ, DO_CLOSE }, { DO_HOLD }, { NTLM, ASK, DO_HOLD } },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(scripts); i++) {
        for (int once = 0; once < 2; once++) {
            struct fixture f;
            struct hv_result result;

            begin(&f, scripts[i], 3, HV_AUTH_NEGOTIATE);
            result = client_ask(f.transport, f.endpoint, once);
            assert_answered(&result);
            stop(&f);
            assert_int_equal(n_bodies(&f.server), 1);
            end(&f);
        }
    }
}

static void a_host_that_never_keeps_its_connections_is_given_up(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, DO_CLOSE }, { DO_HOLD }, { TURN, DO_CLOSE }, { DO_HOLD },
        { TURN, DO_CLOSE },  { DO_HOLD }, { TURN, DO_CLOSE }, { DO_HOLD },
    };
    struct fixture f;
    struct hv_result result;

    (void)state;
    begin(&f, scripts, HV_ARRAY_SIZE(scripts), HV_AUTH_NEGOTIATE);
    result = client_ask(f.transport, f.endpoint, true);
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_false(result.left);
    assert_non_null(strstr(result.error.message, "in the middle of the sign-in"));
    stop(&f);
    assert_int_equal(n_bodies(&f.server), 0);
    end(&f);
}

/* A 401 to a request on a signed-in connection: it was not looked at. Still, what may leave once has left. */
static void a_host_that_forgot_us_is_signed_in_to_again(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, DO_READ, DO_OFFER, DO_HOLD },
        { NTLM, ASK, DO_HOLD },
    };

    (void)state;
    for (int once = 0; once < 2; once++) {
        struct fixture f;
        struct hv_result result;

        begin(&f, scripts, 2, HV_AUTH_NTLM);
        result = client_ask(f.transport, f.endpoint, false);
        assert_answered(&result);
        result = client_ask(f.transport, f.endpoint, once);
        assert_int_equal(result.code, 0);
        assert_int_equal(result.answer.status, once ? 401 : 200);
        stop(&f);
        assert_int_equal(n_bodies(&f.server), once ? 2 : 3);
        end(&f);
    }
}

static void what_is_no_winrm_is_told_by_its_status(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER_404, DO_HOLD } };
    struct fixture f;
    struct hv_result result;

    (void)state;
    begin(&f, scripts, 1, HV_AUTH_NEGOTIATE);
    result = client_ask(f.transport, f.endpoint, true);
    assert_int_equal(result.code, HV_E_PROTOCOL);
    assert_int_equal(result.error.http_status, 404);
    assert_false(result.left);
    stop(&f);
    end(&f);
}

static void requests_at_one_time_have_connections_of_their_own(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, DO_HOLD },
        { PROBE, NTLM, ASK, DO_HOLD },
    };
    struct fixture f;
    int user[2];

    (void)state;
    begin(&f, scripts, 2, HV_AUTH_NTLM);
    for (size_t i = 0; i < 2; i++)
        client_submit(f.transport, f.endpoint, false, LOOPBACK_TIMEOUT_MS, &user[i]);
    for (size_t i = 0; i < 2; i++) {
        struct hv_result result = client_collect(f.transport);
        assert_answered(&result);
    }
    stop(&f);
    assert_int_equal(f.server.n_signed_in, 2);
    end(&f);
}

/* In the middle of anything: with the worker, in the air, ended and not collected. */
static void a_cancelled_request_leaves_nothing_behind(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, DO_HOLD }, { PROBE, NTLM, ASK, DO_HOLD }, { PROBE, NTLM, ASK, DO_HOLD },
        { PROBE, NTLM, ASK, DO_HOLD }, { PROBE, NTLM, ASK, DO_HOLD }, { PROBE, NTLM, ASK, DO_HOLD },
    };
    struct hv_result result;

    (void)state;
    for (unsigned n_turns = 0; n_turns < 12; n_turns++) {
        struct fixture f;
        int user = 0;
        int r = 0;

        begin(&f, scripts, HV_ARRAY_SIZE(scripts), HV_AUTH_NTLM);
        client_submit(f.transport, f.endpoint, false, LOOPBACK_TIMEOUT_MS, &user);
        for (unsigned i = 0; r == 0 && i < n_turns; i++) {
            r = hv_transport_collect(f.transport, &result, NULL);
            if (r == 0)
                assert_int_equal(hv_transport_wait(f.transport, 1000, NULL), 0);
        }
        hv_transport_cancel(f.transport, &user);
        stop(&f);
        end(&f);
    }
}

/* http:// */
static void begin_plain(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts,
                        enum hv_auth auth) {
    loopback_start(&fixture->server, NULL, scripts, n_scripts);
    loopback_accept(&fixture->server, offers, NULL);
    fixture->endpoint = client_endpoint(&fixture->server, "127.0.0.1", (struct hv_host_options){ .auth = auth });
    fixture->transport = client_transport();
}

/* The server opens each request, and would fail on one that can be read. */
static void on_http_messages_are_sealed_both_ways(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, DO_READ, DO_ANSWER_PARTS, DO_READ, DO_ANSWER_LOOSE, DO_READ, DO_ANSWER_FAULT, DO_HOLD },
    };
    static const enum hv_auth schemes[] = { HV_AUTH_NEGOTIATE, HV_AUTH_NTLM };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(schemes); i++) {
        struct fixture f;

        begin_plain(&f, scripts, 1, schemes[i]);
        for (int j = 0; j < 4; j++) {
            struct hv_result result = client_ask(f.transport, f.endpoint, j == 1);

            assert_string_equal(result.error.message, "");
            assert_int_equal(result.answer.status, j == 3 ? 500 : 200);
            assert_int_equal(result.answer.n_bytes, 4);
            assert_memory_equal(result.answer.bytes, "<a/>", 4);
            assert_string_equal(result.answer.content_type, "application/soap+xml;charset=UTF-8");
        }
        stop(&f);
        assert_int_equal(f.server.n_opened, 4);
        assert_int_equal(f.server.n_signed_in, 1);
        end(&f);
    }
}

static void on_http_what_is_not_sealed_rightly_is_not_believed(void **state) {
    static const struct {
        enum loopback_step step;
        int code;
        const char *message;
    } rows[] = {
        { DO_ANSWER, HV_E_PROTOCOL, "the host answered an encrypted request in plain text (HTTP 200)" },
        { DO_ANSWER_DAMAGED, HV_E_AUTH, "an encrypted message of 127.0.0.1 cannot be opened" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows) * 2; i++) {
        const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { PROBE, NTLM, DO_READ, rows[i / 2].step, DO_HOLD } };
        struct fixture f;
        struct hv_result result;

        begin_plain(&f, scripts, 1, HV_AUTH_NTLM);
        result = client_ask(f.transport, f.endpoint, i % 2);
        assert_int_equal(result.code, i % 2 ? HV_E_LOST : rows[i / 2].code);
        assert_string_equal(result.error.message, rows[i / 2].message);
        assert_true(result.left);
        stop(&f);
        end(&f);
    }
}

/* The first of the new context, not what the old one would have gone on with. */
static void on_http_a_lost_connection_is_sealed_anew(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { PROBE, NTLM, ASK, DO_CLOSE },
        { DO_HOLD },
        { NTLM, ASK, DO_HOLD },
    };

    (void)state;
    for (int once = 0; once < 2; once++) {
        struct fixture f;
        struct hv_result result;

        begin_plain(&f, scripts, 3, HV_AUTH_NTLM);
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

static int setup(void **state) {
    assert_int_equal(client_group_setup(state), 0);
    acceptor_without_kerberos();
    acceptor_users(users);
    certificates.good = loopback_certificate("IP:127.0.0.1", NULL, -DAY, DAY);
    certificates.other = loopback_certificate("IP:127.0.0.1", NULL, -DAY, DAY);
    certificates.file = loopback_certificate_file(&certificates.good);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    acceptor_users_forget();
    acceptor_without_kerberos_forget();
    (void)unlink(certificates.file);
    free(certificates.file);
    loopback_certificate_free(&certificates.good);
    loopback_certificate_free(&certificates.other);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_sign_in_serves_many_requests),
        cmocka_unit_test(a_host_that_offers_only_basic_gets_nothing),
        cmocka_unit_test(basic_is_used_where_the_list_has_it_and_the_host_offers_no_more),
        cmocka_unit_test(a_wrong_password_is_told_with_what_it_may_be),
        cmocka_unit_test(who_was_refused_is_not_tried_again),
        cmocka_unit_test(a_binding_to_another_certificate_is_refused_and_can_be_left_out),
        cmocka_unit_test(several_schemes_are_tried_in_order_and_each_is_told),
        cmocka_unit_test(a_lost_connection_is_signed_in_again),
        cmocka_unit_test(a_request_whose_answer_is_lost_is_repeated_only_if_it_may_be),
        cmocka_unit_test(a_connection_dropped_in_any_leg_begins_the_sign_in_anew),
        cmocka_unit_test(a_host_that_never_keeps_its_connections_is_given_up),
        cmocka_unit_test(a_host_that_forgot_us_is_signed_in_to_again),
        cmocka_unit_test(what_is_no_winrm_is_told_by_its_status),
        cmocka_unit_test(requests_at_one_time_have_connections_of_their_own),
        cmocka_unit_test(a_cancelled_request_leaves_nothing_behind),
        cmocka_unit_test(on_http_messages_are_sealed_both_ways),
        cmocka_unit_test(on_http_what_is_not_sealed_rightly_is_not_believed),
        cmocka_unit_test(on_http_a_lost_connection_is_sealed_anew),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
