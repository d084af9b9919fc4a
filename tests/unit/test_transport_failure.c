/* libcurl's codes as our classes, before and after the request left. */
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "transport/flight.h"
#include "transport_client.h"

struct row {
    CURLcode code;
    int unsent;   /* class when nothing left */
    int ordinary; /* class when it left and may be repeated */
    bool transient;
    const char *unsent_message;
};

static const struct row rows[] = {
    { CURLE_COULDNT_RESOLVE_HOST, HV_E_UNREACHABLE, HV_E_UNREACHABLE, false, "cannot connect: the name \"hv01\" is not known" },
    { CURLE_COULDNT_RESOLVE_PROXY, HV_E_UNREACHABLE, HV_E_UNREACHABLE, false, "cannot connect through the proxy" },
    { CURLE_PROXY, HV_E_UNREACHABLE, HV_E_UNREACHABLE, false, "cannot connect through the proxy" },
    { CURLE_COULDNT_CONNECT, HV_E_UNREACHABLE, HV_E_UNREACHABLE, true, "cannot connect to port 5986" },
    { CURLE_OPERATION_TIMEDOUT, HV_E_UNREACHABLE, HV_E_UNREACHABLE, false, "cannot connect: no answer within 15 s" },
    { CURLE_SSL_CONNECT_ERROR, HV_E_UNREACHABLE, HV_E_UNREACHABLE, false, "cannot connect: the TLS handshake failed" },
    { CURLE_GOT_NOTHING, HV_E_UNREACHABLE, HV_E_UNREACHABLE, true,
      "cannot connect: the connection broke before anything was sent" },
    { CURLE_RECV_ERROR, HV_E_UNREACHABLE, HV_E_UNREACHABLE, true,
      "cannot connect: the connection broke before anything was sent" },
    { CURLE_PARTIAL_FILE, HV_E_PROTOCOL, HV_E_PROTOCOL, true, "the answer was cut off" },
    { CURLE_WEIRD_SERVER_REPLY, HV_E_PROTOCOL, HV_E_PROTOCOL, false, "the answer is not HTTP" },
    { CURLE_WRITE_ERROR, HV_E_UNREACHABLE, HV_E_UNREACHABLE, false, "the transfer failed" },
    { CURLE_OUT_OF_MEMORY, HV_E_MEMORY, HV_E_PROTOCOL, false, "out of memory" },
    { CURLE_HTTP2, HV_E_UNREACHABLE, HV_E_UNREACHABLE, false, "the transfer failed" },
};

static struct hv_result finish(const struct hv_endpoint *endpoint, const struct row *row, bool once, bool left) {
    const struct hv_request request = { .endpoint = endpoint, .bytes = "", .timeout_ms = 65000, .at_most_once = once };
    HV_CLEANUP(hv_flight_free) struct hv_flight *flight = NULL;

    assert_int_equal(hv_flight_new(&request, 15000, NULL, &flight, NULL), 0);
    assert_int_equal(hv_flight_begin(flight), HV_FLIGHT_SEND);
    flight->transfer->n_departures = left ? 1 : 0;
    assert_int_equal(hv_flight_on_transfer(flight, row->code), HV_FLIGHT_END);
    return flight->result;
}

static void each_code_has_a_class_that_knows_what_left(void **state) {
    char host[] = "hv01";
    char url[] = "https://hv01:5986/wsman";
    const struct hv_address address = { .https = true, .host = host, .port = 5986, .url = url };
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .user = "user", .password = "s3cret" };
    struct hv_endpoint *endpoint = NULL;

    (void)state;
    assert_int_equal(hv_endpoint_new(&address, &options, &endpoint, NULL), 0);
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_result unsent = finish(endpoint, &rows[i], true, false);
        struct hv_result lost = finish(endpoint, &rows[i], true, true);
        struct hv_result ordinary = finish(endpoint, &rows[i], false, true);

        assert_int_equal(unsent.code, rows[i].unsent);
        assert_string_equal(unsent.error.message, rows[i].unsent_message);
        assert_false(unsent.left);
        assert_int_equal(unsent.transient, rows[i].transient);
        assert_int_equal(unsent.error.transport_code, rows[i].code);
        assert_int_equal(lost.code, HV_E_LOST);
        assert_int_equal(lost.error.code, HV_E_LOST);
        assert_true(lost.left);
        assert_int_equal(ordinary.code, rows[i].ordinary);
        assert_true(ordinary.left);
    }
    (void)hv_endpoint_free(endpoint);
}

/* libcurl has limits for headers, and two codes for what is beyond. */
static void headers_without_end_are_told_and_not_asked_for_again(void **state) {
    static const CURLcode codes[] = { CURLE_RECV_ERROR, CURLE_OUT_OF_MEMORY };
    char host[] = "hv01";
    char url[] = "https://hv01:5986/wsman";
    const struct hv_address address = { .https = true, .host = host, .port = 5986, .url = url };
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .user = "user", .password = "s3cret" };
    struct hv_endpoint *endpoint = NULL;

    (void)state;
    assert_int_equal(hv_endpoint_new(&address, &options, &endpoint, NULL), 0);
    for (size_t i = 0; i < HV_ARRAY_SIZE(codes); i++) {
        const struct hv_request request = { .endpoint = endpoint, .bytes = "", .timeout_ms = 65000 };
        HV_CLEANUP(hv_flight_free) struct hv_flight *flight = NULL;

        assert_int_equal(hv_flight_new(&request, 15000, NULL, &flight, NULL), 0);
        assert_int_equal(hv_flight_begin(flight), HV_FLIGHT_SEND);
        flight->transfer->n_departures = 1;
        if (codes[i] == CURLE_RECV_ERROR)
            (void)snprintf(flight->transfer->text, sizeof(flight->transfer->text), "Too large response headers: 307205 > 307200");
        assert_int_equal(hv_flight_on_transfer(flight, codes[i]), HV_FLIGHT_END);
        assert_int_equal(flight->result.code, HV_E_PROTOCOL);
        assert_non_null(strstr(flight->result.error.message, "headers"));
        assert_false(flight->result.transient);
    }
    (void)hv_endpoint_free(endpoint);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_has_a_class_that_knows_what_left),
        cmocka_unit_test(headers_without_end_are_told_and_not_asked_for_again),
    };

    return cmocka_run_group_tests(tests, client_group_setup, NULL);
}
