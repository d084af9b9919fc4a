/* What goes over the wire, what comes back, and how often a request is sent. */
#include "base/text.h"
#include "transport_client.h"

struct fixture {
    struct loopback server;
    struct hv_endpoint *endpoint;
    struct hv_transport *transport;
};

static void begin(struct fixture *fixture, const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts) {
    loopback_start(&fixture->server, NULL, scripts, n_scripts);
    fixture->endpoint = client_endpoint(&fixture->server, "127.0.0.1", (struct hv_host_options){ .auth = HV_AUTH_BASIC });
    fixture->transport = client_transport();
}

/* The client's connections are closed first: the server may be reading from them. */
static void stop(struct fixture *fixture) {
    fixture->transport = hv_transport_free(fixture->transport);
    loopback_stop(&fixture->server);
}

static void end(struct fixture *fixture) {
    loopback_forget(&fixture->server);
    (void)hv_endpoint_free(fixture->endpoint);
}

static void a_request_has_the_form_that_winrm_wants(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_HOLD } };
    struct fixture fixture;
    const char *request;

    (void)state;
    begin(&fixture, scripts, 1);
    assert_int_equal(client_ask(fixture.transport, fixture.endpoint, false).code, 0);
    stop(&fixture);
    assert_int_equal(fixture.server.n_requests, 1);
    request = fixture.server.requests[0];
    assert_true(hv_text_starts(request, "POST /wsman HTTP/1.1\r\nHost: 127.0.0.1:"));
    assert_non_null(strstr(request, "\r\nAuthorization: Basic RE9NXHVzZXI6czNjcmV0\r\n"));
    assert_non_null(strstr(request, "\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n"));
    assert_non_null(strstr(request, "\r\nContent-Length: 7\r\n"));
    assert_non_null(strstr(request, "\r\nUser-Agent: hvctl/"));
    assert_null(strstr(request, "\r\nExpect:"));
    assert_null(strstr(request, "\r\nAccept"));
    assert_true(hv_text_ends(request, "\r\n\r\n<body/>"));
    end(&fixture);
}

/* Without credentials, although the endpoint has some (wsman.md 1.6); and without any where it has none. */
static void an_anonymous_request_says_so_and_signs_in_with_nothing(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_READ, DO_ANSWER, DO_HOLD } };
    struct fixture fixture;
    struct hv_endpoint *stranger;
    struct hv_error err = { 0 };

    (void)state;
    begin(&fixture, scripts, 1);
    stranger = client_endpoint(&fixture.server, "127.0.0.1", (struct hv_host_options){ .auth = HV_AUTH_NONE });
    for (int i = 0; i < 2; i++) {
        const struct hv_request request = {
            .endpoint = i ? stranger : fixture.endpoint,
            .bytes = "<body/>",
            .n_bytes = 7,
            .timeout_ms = LOOPBACK_TIMEOUT_MS,
            .anonymous = true,
            .user = &fixture,
        };

        assert_int_equal(hv_transport_submit(fixture.transport, &request, NULL), 0);
        assert_int_equal(client_collect(fixture.transport).code, 0);
    }
    assert_int_equal(hv_transport_submit(fixture.transport,
                                         &(const struct hv_request){ .endpoint = stranger, .bytes = "", .user = &fixture }, &err),
                     HV_E_AUTH);
    stop(&fixture);
    assert_int_equal(fixture.server.n_requests, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(strstr(fixture.server.requests[i], "\r\nWSMANIDENTIFY: unauthenticated\r\n"));
        assert_null(strstr(fixture.server.requests[i], "Authorization"));
    }
    (void)hv_endpoint_free(stranger);
    end(&fixture);
}

static void an_answer_comes_whole_with_status_and_type(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_READ, DO_ANSWER_CHUNKED,
                                                                        DO_HOLD } };
    struct fixture fixture;
    struct hv_result result;

    (void)state;
    begin(&fixture, scripts, 1);
    result = client_ask(fixture.transport, fixture.endpoint, false);
    assert_int_equal(result.answer.status, 200);
    assert_string_equal(result.answer.content_type, "application/soap+xml;charset=UTF-8");
    assert_int_equal(result.answer.n_bytes, 4);
    assert_memory_equal(result.answer.bytes, "<a/>", 4);
    assert_true(result.left);
    result = client_ask(fixture.transport, fixture.endpoint, false);
    assert_int_equal(result.answer.n_bytes, 4);
    assert_memory_equal(result.answer.bytes, "<a/>", 4);
    stop(&fixture);
    assert_int_equal(fixture.server.n_connections, 1);
    end(&fixture);
}

static void an_answer_may_come_byte_by_byte(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER_BY_BYTES, DO_READ, DO_ANSWER,
                                                                        DO_HOLD } };
    struct fixture fixture;
    struct hv_result result;

    (void)state;
    begin(&fixture, scripts, 1);
    for (size_t i = 0; i < 2; i++) {
        result = client_ask(fixture.transport, fixture.endpoint, false);
        assert_int_equal(result.code, 0);
        assert_int_equal(result.answer.status, 200);
        assert_int_equal(result.answer.n_bytes, strlen(fixture.server.answer));
        assert_memory_equal(result.answer.bytes, fixture.server.answer, result.answer.n_bytes);
    }
    stop(&fixture);
    end(&fixture);
}

static void refusals_and_redirects_are_answers(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { DO_READ, DO_ANSWER_401, DO_READ, DO_ANSWER_REDIRECT, DO_HOLD },
    };
    struct fixture fixture;
    struct hv_result result;

    (void)state;
    begin(&fixture, scripts, 1);
    result = client_ask(fixture.transport, fixture.endpoint, false);
    assert_int_equal(result.code, 0);
    assert_int_equal(result.answer.status, 401);
    assert_int_equal(result.answer.n_bytes, 0);
    result = client_ask(fixture.transport, fixture.endpoint, false);
    assert_int_equal(result.code, 0);
    assert_int_equal(result.answer.status, 302);
    assert_non_null(result.answer.location);
    assert_true(hv_text_ends(result.answer.location, "/elsewhere"));
    stop(&fixture);
    assert_int_equal(fixture.server.n_requests, 2);
    end(&fixture);
}

static void a_request_that_may_act_is_sent_once_when_its_answer_is_lost(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { DO_READ, DO_ANSWER, DO_HOLD },
        { DO_READ, DO_CLOSE },
        { DO_READ, DO_ANSWER, DO_HOLD },
    };
    struct fixture fixture;
    struct hv_result result;

    (void)state;
    begin(&fixture, scripts, 3);
    assert_int_equal(client_ask(fixture.transport, fixture.endpoint, false).code, 0);
    result = client_ask(fixture.transport, fixture.endpoint, true);
    assert_int_equal(result.code, HV_E_LOST);
    assert_true(result.left);
    assert_string_equal(result.error.message, "the connection broke before the answer came");
    stop(&fixture);
    assert_int_equal(fixture.server.n_connections, 2);
    assert_int_equal(fixture.server.n_requests, 2);
    end(&fixture);
}

static void a_request_that_may_act_does_not_trust_an_idle_connection(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { DO_READ, DO_ANSWER, DO_CLOSE },
        { DO_READ, DO_ANSWER, DO_HOLD },
    };
    struct fixture fixture;

    (void)state;
    begin(&fixture, scripts, 2);
    assert_int_equal(client_ask(fixture.transport, fixture.endpoint, false).code, 0);
    assert_int_equal(client_ask(fixture.transport, fixture.endpoint, true).code, 0);
    stop(&fixture);
    assert_int_equal(fixture.server.n_connections, 2);
    assert_int_equal(fixture.server.n_requests, 2);
    end(&fixture);
}

/* What libcurl does to other requests, and why they must be harmless: the copy is sent without a word to us. */
static void an_ordinary_request_survives_a_dead_connection_by_a_second_copy(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { DO_READ, DO_ANSWER, DO_READ, DO_CLOSE },
        { DO_READ, DO_ANSWER, DO_HOLD },
    };
    struct fixture fixture;

    (void)state;
    begin(&fixture, scripts, 2);
    assert_int_equal(client_ask(fixture.transport, fixture.endpoint, false).code, 0);
    assert_int_equal(client_ask(fixture.transport, fixture.endpoint, false).code, 0);
    stop(&fixture);
    assert_int_equal(fixture.server.n_requests, 3);
    assert_string_equal(fixture.server.requests[1], fixture.server.requests[2]);
    end(&fixture);
}

struct broken_answer {
    enum loopback_step step;
    int code;
    bool transient;
    const char *message;
};

static const struct broken_answer broken_answers[] = {
    { DO_CLOSE, HV_E_UNREACHABLE, true, "the connection broke before the answer came" },
    { DO_ANSWER_TRUNCATED, HV_E_PROTOCOL, true, "the answer was cut off" },
    { DO_GARBAGE, HV_E_PROTOCOL, false, "the answer is not HTTP" },
    { DO_ANSWER_BIG, HV_E_LIMIT, false, "the answer is larger than 8388608 bytes" },
};

static void broken_answer_check(const struct broken_answer *broken, bool once) {
    const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, broken->step } };
    struct fixture fixture;
    struct hv_result result;

    begin(&fixture, scripts, 1);
    result = client_ask(fixture.transport, fixture.endpoint, once);
    assert_int_equal(result.code, once ? HV_E_LOST : broken->code);
    assert_int_equal(result.error.code, result.code);
    assert_string_equal(result.error.message, broken->message);
    assert_int_equal(result.transient, broken->transient);
    assert_true(result.left);
    stop(&fixture);
    assert_int_equal(fixture.server.n_requests, 1);
    end(&fixture);
}

static void a_broken_answer_tells_how_it_broke(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(broken_answers) / sizeof(broken_answers[0]); i++)
        broken_answer_check(&broken_answers[i], false);
}

static void a_broken_answer_to_a_request_that_may_act_is_lost(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(broken_answers) / sizeof(broken_answers[0]); i++)
        broken_answer_check(&broken_answers[i], true);
}

static void silence_ends_with_the_time_given(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_HOLD }, { DO_READ, DO_HOLD } };
    struct fixture fixture;
    struct hv_result result;
    int user;

    (void)state;
    begin(&fixture, scripts, 2);
    client_submit(fixture.transport, fixture.endpoint, true, 300, &user);
    result = client_collect(fixture.transport);
    assert_int_equal(result.code, HV_E_LOST);
    assert_true(hv_text_starts(result.error.message, "no answer within"));
    client_submit(fixture.transport, fixture.endpoint, false, 300, &user);
    result = client_collect(fixture.transport);
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_false(result.transient);
    stop(&fixture);
    assert_int_equal(fixture.server.n_requests, 2);
    end(&fixture);
}

static void a_port_that_nobody_listens_on_refuses(void **state) {
    struct fixture fixture;
    struct hv_result result;

    (void)state;
    begin(&fixture, NULL, 0);
    loopback_stop(&fixture.server);
    result = client_ask(fixture.transport, fixture.endpoint, true);
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_false(result.left);
    assert_true(result.transient);
    assert_string_equal(result.error.message, "cannot connect: connection refused");
    assert_true(hv_text_starts(result.error.cause, "nothing listens on port"));
    assert_non_null(strstr(result.error.remedy, "winrm enumerate winrm/config/Listener"));
    assert_int_equal(result.error.transport_code, 7);
    fixture.transport = hv_transport_free(fixture.transport);
    end(&fixture);
}

/* PROXY answers on its first connection as SCRIPTS say, or not at all when there are none. */
static void assert_proxy_blamed(const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts, const char *message,
                                const char *cause) {
    struct loopback_certificate certificate = loopback_certificate("IP:127.0.0.1", NULL, 0, 1000);
    struct hv_transport *transport = client_transport();
    struct hv_endpoint *endpoint;
    struct loopback server;
    struct loopback proxy;
    struct hv_result result;
    char url[64];

    loopback_start(&server, &certificate, NULL, 0);
    loopback_start(&proxy, NULL, scripts, n_scripts);
    if (n_scripts == 0)
        loopback_stop(&proxy);
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", proxy.port);
    assert_int_equal(setenv("https_proxy", url, 1), 0);
    endpoint = client_endpoint(&server, "127.0.0.1", (struct hv_host_options){ .auth = HV_AUTH_BASIC });
    result = client_ask(transport, endpoint, true);
    unsetenv("https_proxy");
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_false(result.left);
    assert_non_null(strstr(result.error.message, message));
    assert_non_null(strstr(result.error.cause, cause));
    assert_non_null(strstr(result.error.remedy, "NO_PROXY=127.0.0.1"));
    (void)hv_transport_free(transport);
    if (n_scripts > 0)
        loopback_stop(&proxy);
    loopback_stop(&server);
    loopback_forget(&proxy);
    assert_int_equal(server.n_connections, 0);
    (void)hv_endpoint_free(endpoint);
    loopback_certificate_free(&certificate);
}

static void a_proxy_that_does_not_help_is_blamed(void **state) {
    static const enum loopback_step refusing[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER_401 } };

    (void)state;
    assert_proxy_blamed(NULL, 0, "cannot connect through the proxy", "Failed to connect");
    assert_proxy_blamed(refusing, 1, "opens no way to 127.0.0.1, port ", "");
}

static void a_cancelled_request_is_never_heard_of_again(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_HOLD },
                                                                      { DO_READ, DO_ANSWER, DO_HOLD } };
    struct fixture fixture;
    struct hv_result result;
    int first;
    int second;

    (void)state;
    begin(&fixture, scripts, 2);
    client_submit(fixture.transport, fixture.endpoint, false, LOOPBACK_TIMEOUT_MS, &first);
    client_submit(fixture.transport, fixture.endpoint, false, LOOPBACK_TIMEOUT_MS, &second);
    hv_transport_cancel(fixture.transport, &first);
    hv_transport_cancel(fixture.transport, &first);
    result = client_collect(fixture.transport);
    assert_ptr_equal(result.user, &second);
    assert_int_equal(result.code, 0);
    client_submit(fixture.transport, fixture.endpoint, false, LOOPBACK_TIMEOUT_MS, &first);
    hv_transport_cancel(fixture.transport, &first);
    assert_memory_equal(result.answer.bytes, "<a/>", 4); /* still there: whoever looks at it may cancel others */
    assert_int_equal(hv_transport_collect(fixture.transport, &result, NULL), 0);
    stop(&fixture);
    assert_int_equal(fixture.server.n_requests, 1);
    end(&fixture);
}

static void requests_under_way_end_with_the_transport(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_HOLD } };
    struct fixture fixture;
    struct hv_result result;
    int user;

    (void)state;
    begin(&fixture, scripts, 1);
    client_submit(fixture.transport, fixture.endpoint, false, LOOPBACK_TIMEOUT_MS, &user);
    assert_int_equal(hv_transport_collect(fixture.transport, &result, NULL), 0);
    stop(&fixture);
    assert_true(fixture.server.n_requests <= 1);
    end(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_has_the_form_that_winrm_wants),
        cmocka_unit_test(an_anonymous_request_says_so_and_signs_in_with_nothing),
        cmocka_unit_test(an_answer_comes_whole_with_status_and_type),
        cmocka_unit_test(an_answer_may_come_byte_by_byte),
        cmocka_unit_test(refusals_and_redirects_are_answers),
        cmocka_unit_test(a_request_that_may_act_is_sent_once_when_its_answer_is_lost),
        cmocka_unit_test(a_request_that_may_act_does_not_trust_an_idle_connection),
        cmocka_unit_test(an_ordinary_request_survives_a_dead_connection_by_a_second_copy),
        cmocka_unit_test(a_broken_answer_tells_how_it_broke),
        cmocka_unit_test(a_broken_answer_to_a_request_that_may_act_is_lost),
        cmocka_unit_test(silence_ends_with_the_time_given),
        cmocka_unit_test(a_port_that_nobody_listens_on_refuses),
        cmocka_unit_test(a_proxy_that_does_not_help_is_blamed),
        cmocka_unit_test(a_cancelled_request_is_never_heard_of_again),
        cmocka_unit_test(requests_under_way_end_with_the_transport),
    };

    return cmocka_run_group_tests(tests, client_group_setup, NULL);
}
