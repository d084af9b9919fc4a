/* A handshake for its certificate: the connection is closed before any request. */
#include "transport/look.h"

#include "base/error.h"
#include "transport/certificate.h"
#include "transport/transfer.h"

enum { LOOK_TIMEOUT_MS = 15000 };

/* libcurl asks at least once a second; anything but 0 ends the transfer. */
static int on_progress(void *context, curl_off_t total_in, curl_off_t in, curl_off_t total_out, curl_off_t out) {
    const struct hv_certificate_options *options = context;

    (void)total_in;
    (void)in;
    (void)total_out;
    (void)out;
    return options && options->stop && options->stop(options->stop_context);
}

/* Only the handshake; what our own look at the certificate decides is enough, libcurl's is left out. */
static bool prepare(struct hv_transfer *transfer, const struct hv_certificate_options *options) {
    CURL *easy = transfer->easy;

    transfer->check.only_looks = true;
    return curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_XFERINFODATA, options) == CURLE_OK;
}

static int explain(const struct hv_transfer *transfer, CURLcode code, struct hv_error *err) {
    struct hv_result result = { 0 };

    if (code == CURLE_ABORTED_BY_CALLBACK)
        return hv_error_set(err, HV_E_CANCELLED, "stopped while connecting");
    hv_transfer_explain(transfer, code, &result);
    return hv_error_copy(err, &result.error);
}

int hv_look_run(const struct hv_endpoint *endpoint, const struct hv_certificate_options *options,
                struct hv_certificate **ret_certificate, struct hv_error *err) {
    HV_CLEANUP(hv_transfer_free) struct hv_transfer *transfer = NULL;
    uint64_t timeout_ms = options && options->timeout_ms ? options->timeout_ms : LOOK_TIMEOUT_MS;
    const struct hv_leg leg = {
        .endpoint = endpoint,
        .bytes = "",
        .content_type = "",
        .timeout_ms = timeout_ms,
        .connect_timeout_ms = timeout_ms,
    };
    CURLcode code;
    int r = hv_transfer_new(&leg, NULL, &transfer, err);

    if (r < 0)
        return r;
    if (!prepare(transfer, options))
        return hv_error_memory(err);
    code = curl_easy_perform(transfer->easy);
    if (code != CURLE_OK)
        return explain(transfer, code, err);
    if (transfer->check.refusal != HV_TLS_NOT_REFUSED)
        (void)hv_tls_explain(&transfer->check, &transfer->check.seen->verdict);
    *ret_certificate = transfer->check.seen;
    transfer->check.seen = NULL;
    return 0;
}
