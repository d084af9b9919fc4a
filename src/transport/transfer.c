/*
 * One request and its answer on one libcurl easy handle (wsman.md 6.1; gssapi.md 8).
 *
 * libcurl 7.88 sends a request again by itself when the reused connection it went out on turns out dead, even if the peer had
 * read it. A request that may be sent only once therefore gets a connection of its own, which libcurl never does that on, and the
 * callback that runs before each departure lets only the first one pass.
 */
#include "transport/transfer.h"

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "transport/auth.h"
#include "transport/version.h"

enum { USUAL_ANSWER_BYTES = 512 * 1024 }; /* WinRM's envelope of 500 KiB, and some more */

static long to_long(uint64_t ms) {
    if (ms == 0)
        return 1; /* 0 would mean "for ever" */
    return ms > INT_MAX ? INT_MAX : (long)ms;
}

/* What the peer says that it will send; only so much of that is believed as an answer has as a rule. */
static void make_room(struct hv_transfer *transfer) {
    curl_off_t n_bytes = -1;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &n_bytes);
    if (n_bytes > 0 && n_bytes <= USUAL_ANSWER_BYTES)
        hv_buf_reserve(&transfer->body, (size_t)n_bytes);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context) {
    struct hv_transfer *transfer = context;

    if (transfer->body.len == 0)
        make_room(transfer);
    hv_buf_append(&transfer->body, bytes, size * n);
    return transfer->body.failure ? 0 : size * n;
}

/* Runs on a verified connection, before the first byte of each copy of the request. The addresses are libcurl's signature. */
/* NOLINTNEXTLINE(readability-non-const-parameter) */
static int before_departure(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port) {
    struct hv_transfer *transfer = context;
    const struct curl_tlssessioninfo *tls = NULL;

    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    if (transfer->at_most_once && transfer->n_departures > 0)
        return CURL_PREREQFUNC_ABORT;
    if (hv_endpoint_tls(transfer->endpoint)) {
        if (curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls ||
            !hv_tls_recheck(tls->internals, &transfer->check))
            return CURL_PREREQFUNC_ABORT;
    }
    transfer->n_departures++;
    return CURL_PREREQFUNC_OK;
}

static CURLcode on_tls_context(CURL *easy, void *context, void *user) {
    struct hv_transfer *transfer = user;

    (void)easy;
    if (hv_tls_setup(context, &transfer->check))
        return CURLE_OK;
    transfer->setup_failed = true;
    return CURLE_OUT_OF_MEMORY;
}

#define SET(transfer, option, value) (curl_easy_setopt((transfer)->easy, (option), (value)) == CURLE_OK)

static bool set_http(struct hv_transfer *transfer, const struct hv_request *request) {
    return SET(transfer, CURLOPT_URL, hv_endpoint_url(transfer->endpoint)) &&
           SET(transfer, CURLOPT_PROTOCOLS_STR, "http,https") && SET(transfer, CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) && SET(transfer, CURLOPT_POST, 1L) &&
           SET(transfer, CURLOPT_POSTFIELDS, request->bytes) &&
           SET(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->n_bytes) &&
           SET(transfer, CURLOPT_HTTPHEADER, transfer->headers) && SET(transfer, CURLOPT_USERAGENT, "hvctl/" HV_VERSION) &&
           SET(transfer, CURLOPT_WRITEFUNCTION, on_body) && SET(transfer, CURLOPT_WRITEDATA, transfer);
}

static bool set_connection(struct hv_transfer *transfer) {
    long once = transfer->at_most_once ? 1L : 0L;

    /* A connection made for one request is not kept: the pool would grow by one with each of them. */
    return SET(transfer, CURLOPT_NOSIGNAL, 1L) && SET(transfer, CURLOPT_ERRORBUFFER, transfer->text) &&
           SET(transfer, CURLOPT_TIMEOUT_MS, to_long(transfer->timeout_ms)) &&
           SET(transfer, CURLOPT_CONNECTTIMEOUT_MS, to_long(transfer->connect_timeout_ms)) &&
           SET(transfer, CURLOPT_TCP_KEEPALIVE, 1L) && SET(transfer, CURLOPT_FRESH_CONNECT, once) &&
           SET(transfer, CURLOPT_FORBID_REUSE, once) && SET(transfer, CURLOPT_PREREQFUNCTION, before_departure) &&
           SET(transfer, CURLOPT_PREREQDATA, transfer) && SET(transfer, CURLOPT_PRIVATE, transfer);
}

/*
 * libcurl reuses a connection for another endpoint of the same address only when these settings are equal; what they do not
 * show, fingerprints and pins, is looked at again before each departure.
 */
static bool set_tls(struct hv_transfer *transfer, const struct hv_tls_policy *policy) {
    bool chains = hv_tls_policy_chains(policy);
    bool own_store = chains && (policy->cacert || policy->capath);

    return SET(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           SET(transfer, CURLOPT_SSL_VERIFYPEER, chains ? 1L : 0L) && SET(transfer, CURLOPT_SSL_VERIFYHOST, chains ? 2L : 0L) &&
           SET(transfer, CURLOPT_SSL_CTX_FUNCTION, on_tls_context) && SET(transfer, CURLOPT_SSL_CTX_DATA, transfer) &&
           (!own_store || (SET(transfer, CURLOPT_CAINFO, policy->cacert) && SET(transfer, CURLOPT_CAPATH, policy->capath)));
}

static bool add_header(struct hv_transfer *transfer, const char *line) {
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);

    if (longer)
        transfer->headers = longer;
    return longer != NULL;
}

static int add_headers(struct hv_transfer *transfer, bool anonymous, struct hv_error *err) {
    struct hv_buf line = HV_BUF_INIT((size_t)HV_LOGIN_MAX_BYTES * 2);
    int r = 0;

    if (anonymous)
        hv_buf_puts(&line, "WSMANIDENTIFY: unauthenticated");
    else
        r = hv_login_write(hv_endpoint_login(transfer->endpoint), &line, err);

    if (r == 0 &&
        (!add_header(transfer, "Content-Type: application/soap+xml;charset=UTF-8") || !add_header(transfer, "Expect:") ||
         !add_header(transfer, "Accept:") || !add_header(transfer, hv_buf_text(&line))))
        r = hv_error_memory(err);
    hv_buf_deinit_secret(&line);
    return r;
}

int hv_transfer_new(const struct hv_request *request, uint64_t connect_timeout_ms, struct hv_transfer **ret_transfer,
                    struct hv_error *err) {
    HV_CLEANUP(hv_transfer_free) struct hv_transfer *transfer = calloc(1, sizeof(*transfer));
    const struct hv_tls_policy *policy = hv_endpoint_tls(request->endpoint);
    int r;

    if (!transfer)
        return hv_error_memory(err);
    transfer->endpoint = request->endpoint;
    transfer->user = request->user;
    transfer->timeout_ms = request->timeout_ms;
    transfer->connect_timeout_ms = connect_timeout_ms;
    transfer->at_most_once = request->at_most_once;
    transfer->check.policy = policy;
    hv_buf_init(&transfer->body, HV_ANSWER_MAX_BYTES);
    r = add_headers(transfer, request->anonymous, err);
    if (r < 0)
        return r;
    transfer->easy = curl_easy_init();
    if (!transfer->easy || !set_http(transfer, request) || !set_connection(transfer) || (policy && !set_tls(transfer, policy)))
        return hv_error_memory(err);
    *ret_transfer = transfer;
    transfer = NULL;
    return 0;
}

struct hv_transfer *hv_transfer_free(struct hv_transfer *transfer) {
    if (!transfer)
        return NULL;
    curl_easy_cleanup(transfer->easy);
    for (struct curl_slist *line = transfer->headers; line; line = line->next)
        hv_secret_wipe(line->data, strlen(line->data));
    curl_slist_free_all(transfer->headers);
    hv_buf_deinit(&transfer->body);
    hv_tls_check_deinit(&transfer->check);
    free(transfer);
    return NULL;
}

void hv_transfer_finish(const struct hv_transfer *transfer, CURLcode code, struct hv_result *result) {
    long status = 0;

    *result = (struct hv_result){ .user = transfer->user, .left = transfer->n_departures > 0 };
    if (code != CURLE_OK) {
        hv_transfer_explain(transfer, code, result);
        return;
    }
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &result->answer.content_type);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &result->answer.location);
    result->answer.status = (int)status;
    result->answer.bytes = hv_buf_text(&transfer->body);
    result->answer.n_bytes = transfer->body.len;
}
