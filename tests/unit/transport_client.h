/* The client's side of the transport tests: one endpoint of a loopback server, requests run to their end. */
#ifndef TESTS_TRANSPORT_CLIENT_H
#define TESTS_TRANSPORT_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/loopback.h"
#include "transport/curl.h"

enum { LOOPBACK_TIMEOUT_MS = 60000 };

static inline struct hv_endpoint *client_endpoint(const struct loopback *server, const char *host,
                                                  struct hv_host_options options) {
    char url[64];
    char name[64];
    struct hv_address address = { .https = server->tls != NULL, .host = name, .port = server->port, .url = url };
    struct hv_endpoint *endpoint = NULL;
    struct hv_error err = { 0 };

    (void)snprintf(name, sizeof(name), "%s", host);
    (void)snprintf(url, sizeof(url), "%s://%s:%u/wsman", server->tls ? "https" : "http", host, server->port);
    if (!options.user) {
        options.user = "DOM\\user";
        options.password = "s3cret";
    }
    options.http_unencrypted_ok = true;
    assert_int_equal(hv_endpoint_new(&address, &options, &endpoint, &err), 0);
    return endpoint;
}

static inline struct hv_transport *client_transport(void) {
    struct hv_transport *transport = NULL;

    assert_int_equal(hv_curl_new(LOOPBACK_TIMEOUT_MS, &transport, NULL), 0);
    return transport;
}

static inline struct hv_result client_collect(struct hv_transport *transport) {
    struct hv_result result;
    int r;

    while ((r = hv_transport_collect(transport, &result, NULL)) == 0)
        assert_int_equal(hv_transport_wait(transport, 1000, NULL), 0);
    assert_int_equal(r, 1);
    return result;
}

static inline void client_submit(struct hv_transport *transport, const struct hv_endpoint *endpoint, bool once,
                                 uint64_t timeout_ms, void *user) {
    static const char body[] = "<body/>";
    const struct hv_request request = {
        .endpoint = endpoint,
        .bytes = body,
        .n_bytes = strlen(body),
        .timeout_ms = timeout_ms,
        .at_most_once = once,
        .user = user,
    };

    assert_int_equal(hv_transport_submit(transport, &request, NULL), 0);
}

/* One request, from submit to its result; the answer is valid until the next call. */
static inline struct hv_result client_ask(struct hv_transport *transport, const struct hv_endpoint *endpoint, bool once) {
    int user = 0;
    struct hv_result result;

    client_submit(transport, endpoint, once, LOOPBACK_TIMEOUT_MS, &user);
    result = client_collect(transport);
    assert_ptr_equal(result.user, &user);
    return result;
}

static inline int client_group_setup(void **state) {
    static const char *const variables[] = { "http_proxy", "https_proxy", "HTTPS_PROXY",   "all_proxy",
                                             "ALL_PROXY",  "NO_PROXY",    "SSL_CERT_FILE", "SSL_CERT_DIR" };

    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    return hv_curl_init(NULL);
}

#endif
