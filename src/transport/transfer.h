/* One request and its answer on one libcurl easy handle. */
#ifndef TRANSPORT_TRANSFER_H
#define TRANSPORT_TRANSFER_H

#include <curl/curl.h>

#include "base/buf.h"
#include "transport/interface.h"
#include "transport/tls.h"

struct hv_transfer {
    struct hv_transfer *next;
    CURL *easy;
    struct curl_slist *headers; /* one holds the credentials */
    const struct hv_endpoint *endpoint;
    void *user;
    uint64_t timeout_ms;
    uint64_t connect_timeout_ms;
    bool at_most_once;
    bool setup_failed;   /* the TLS context could not be prepared */
    size_t n_departures; /* how often a copy of the request was let go */
    struct hv_tls_check check;
    struct hv_buf body;
    char text[CURL_ERROR_SIZE]; /* libcurl's own words */
};

/* Errors: MEMORY. */
HV_MUST_CHECK int hv_transfer_new(const struct hv_request *request, uint64_t connect_timeout_ms,
                                  struct hv_transfer **ret_transfer, struct hv_error *err);
/* The handle must be out of its multi handle. Accepts NULL; returns NULL. */
struct hv_transfer *hv_transfer_free(struct hv_transfer *transfer);
HV_DEFINE_CLEANUP(struct hv_transfer *, hv_transfer_free)

/* Fills RESULT for a transfer that ended with CODE; it borrows from the transfer. */
void hv_transfer_finish(const struct hv_transfer *transfer, CURLcode code, struct hv_result *result);
/* failure.c: the error part of that. */
void hv_transfer_explain(const struct hv_transfer *transfer, CURLcode code, struct hv_result *result);

#endif
