/* One HTTP request and its answer on one libcurl easy handle. */
#ifndef TRANSPORT_TRANSFER_H
#define TRANSPORT_TRANSFER_H

#include <curl/curl.h>

#include "base/buf.h"
#include "transport/interface.h"
#include "transport/session.h"
#include "transport/tls.h"

struct hv_flight;

/* What is to be sent, where, and on which connection. */
struct hv_leg {
    const struct hv_endpoint *endpoint;
    struct hv_session *session; /* NULL: on any connection */
    bool bound;                 /* on the session's very connection, else it does not leave */
    const char *bytes;          /* outlive the transfer */
    size_t n_bytes;
    const char *content_type;
    const char *header; /* "Authorization: ..." or another line; NULL: none */
    uint64_t timeout_ms;
    uint64_t connect_timeout_ms;
    bool at_most_once;
    bool fresh; /* on a new connection, which others may use afterwards */
};

struct hv_transfer {
    CURL *easy;
    struct curl_slist *headers;       /* one may hold the credentials */
    struct curl_slist *proxy_headers; /* likewise, for the proxy alone */
    struct hv_flight *flight;
    const struct hv_endpoint *endpoint;
    struct hv_session *session;
    bool bound;
    uint64_t timeout_ms;
    uint64_t connect_timeout_ms;
    bool at_most_once;
    bool setup_failed;   /* the TLS context could not be prepared */
    bool swapped;        /* held back, since another connection would have carried it */
    bool other_identity; /* held back, since the new connection shows another certificate than the one before */
    size_t n_departures; /* how often a copy of the request was let go */
    struct hv_tls_check check;
    struct hv_challenges offered; /* of the last answer */
    struct hv_buf body;
    char text[CURL_ERROR_SIZE]; /* libcurl's own words */
};

/* Errors: MEMORY. */
HV_MUST_CHECK int hv_transfer_new(const struct hv_leg *leg, struct hv_flight *flight, struct hv_transfer **ret_transfer,
                                  struct hv_error *err);
/* The handle must be out of its multi handle. Accepts NULL; returns NULL. */
struct hv_transfer *hv_transfer_free(struct hv_transfer *transfer);
HV_DEFINE_CLEANUP(struct hv_transfer *, hv_transfer_free)

/* HTTP status of the answer. */
int hv_transfer_status(const struct hv_transfer *transfer);
/* How long it took. */
uint64_t hv_transfer_took_ms(const struct hv_transfer *transfer);
/* The answer; it borrows from the transfer. */
struct hv_answer hv_transfer_answer(const struct hv_transfer *transfer);
/* failure.c: fills the error part of RESULT for a transfer that ended with CODE, not CURLE_OK. */
void hv_transfer_explain(const struct hv_transfer *transfer, CURLcode code, struct hv_result *result);

#endif
