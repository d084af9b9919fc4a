/*
 * One HTTP request and its answer on one libcurl easy handle (wsman.md 6.1; gssapi.md 8).
 *
 * libcurl 7.88 sends a request again by itself when the reused connection it went out on turns out dead, even if the peer had
 * read it. The callback that runs before each departure decides: a request that may be sent only once leaves once, and what
 * belongs to a session leaves on the connection that was signed in and on no other. What may be sent only once should not meet a
 * connection that is being closed at the other end: it goes by one that was used a moment ago, or without a session by its own.
 */
#include "transport/transfer.h"

#include <limits.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "transport/proxy.h"
#include "transport/version.h"

enum {
    USUAL_ANSWER_BYTES = 512 * 1024, /* WinRM's envelope of 500 KiB, and some more */
    MAX_IDLE_S = 5, /* a host closes idle connections after two minutes: for one used just now there is no danger of that */
};

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

/* WWW-Authenticate comes in several lines. Those that cannot be understood are left out: another one may do. */
static size_t on_header(char *bytes, size_t size, size_t n, void *context) {
    static const char name[] = "www-authenticate:";
    struct hv_transfer *transfer = context;
    size_t n_bytes = size * n;
    size_t n_name = sizeof(name) - 1;

    /* Each answer begins anew: those of a proxy, and "100 Continue", are none. */
    if (n_bytes > 5 && memcmp(bytes, "HTTP/", 5) == 0)
        hv_challenges_deinit(&transfer->offered);
    if (n_bytes > n_name && strncasecmp(bytes, name, n_name) == 0 &&
        hv_challenge_parse(bytes + n_name, n_bytes - n_name, &transfer->offered, NULL) == HV_E_MEMORY)
        return 0;
    return n_bytes;
}

/* First leg of a sign-in: remembers the connection. Its certificate must be the one that the first connection showed. */
static bool bind_session(struct hv_transfer *transfer, const SSL *ssl, long local_port) {
    struct hv_session *session = transfer->session;
    struct hv_binding binding = { .n_bytes = 0 };

    if (transfer->n_departures > 0) {
        transfer->swapped = true;
        return false;
    }
    if (ssl)
        hv_binding_of(ssl, &binding);
    if (session->has_binding &&
        (session->binding.n_bytes != binding.n_bytes || memcmp(session->binding.bytes, binding.bytes, binding.n_bytes) != 0)) {
        transfer->other_identity = true;
        return false;
    }
    session->binding = binding;
    session->has_binding = ssl != NULL;
    session->local_port = local_port;
    return true;
}

/* Is this the connection that was signed in? A new one could have been given the same local port. */
static bool is_bound(struct hv_transfer *transfer, long local_port) {
    long n_connects = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &n_connects);
    transfer->swapped = n_connects > 0 || local_port != transfer->session->local_port || transfer->n_departures > 0;
    return !transfer->swapped;
}

static bool may_depart(struct hv_transfer *transfer, const SSL *ssl, long local_port) {
    if (transfer->at_most_once && transfer->n_departures > 0)
        return false;
    if (!transfer->session)
        return true;
    return transfer->bound ? is_bound(transfer, local_port) : bind_session(transfer, ssl, local_port);
}

/* Runs on a verified connection, before the first byte of each copy of the request. The addresses are libcurl's signature. */
static int before_departure(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port) {
    struct hv_transfer *transfer = context;
    const struct curl_tlssessioninfo *tls = NULL;

    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    if (hv_endpoint_tls(transfer->endpoint)) {
        if (curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || !tls ||
            !hv_tls_recheck(tls->internals, &transfer->check))
            return CURL_PREREQFUNC_ABORT;
    }
    if (!may_depart(transfer, tls ? tls->internals : NULL, local_port))
        return CURL_PREREQFUNC_ABORT;
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

static bool set_http(struct hv_transfer *transfer, const struct hv_leg *leg) {
    return SET(transfer, CURLOPT_URL, hv_endpoint_url(transfer->endpoint)) &&
           SET(transfer, CURLOPT_PROTOCOLS_STR, "http,https") && SET(transfer, CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) && SET(transfer, CURLOPT_POST, 1L) &&
           SET(transfer, CURLOPT_POSTFIELDS, leg->bytes) &&
           SET(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)leg->n_bytes) &&
           SET(transfer, CURLOPT_HTTPHEADER, transfer->headers) && SET(transfer, CURLOPT_USERAGENT, "hvctl/" HV_VERSION) &&
           SET(transfer, CURLOPT_WRITEFUNCTION, on_body) && SET(transfer, CURLOPT_WRITEDATA, transfer) &&
           SET(transfer, CURLOPT_HEADERFUNCTION, on_header) && SET(transfer, CURLOPT_HEADERDATA, transfer);
}

static bool set_connection(struct hv_transfer *transfer) {
    return SET(transfer, CURLOPT_NOSIGNAL, 1L) && SET(transfer, CURLOPT_ERRORBUFFER, transfer->text) &&
           SET(transfer, CURLOPT_TIMEOUT_MS, to_long(transfer->timeout_ms)) &&
           SET(transfer, CURLOPT_CONNECTTIMEOUT_MS, to_long(transfer->connect_timeout_ms)) &&
           SET(transfer, CURLOPT_TCP_KEEPALIVE, 1L) && SET(transfer, CURLOPT_PREREQFUNCTION, before_departure) &&
           SET(transfer, CURLOPT_PREREQDATA, transfer) && SET(transfer, CURLOPT_PRIVATE, transfer);
}

/* Which connections will do. One made for one request is not kept: the pool would grow by one with each of them. */
static bool set_reuse(struct hv_transfer *transfer, bool fresh) {
    long alone = transfer->at_most_once && !transfer->session ? 1L : 0L;

    return SET(transfer, CURLOPT_FRESH_CONNECT, fresh ? 1L : alone) && SET(transfer, CURLOPT_FORBID_REUSE, alone) &&
           (!transfer->at_most_once || SET(transfer, CURLOPT_MAXAGE_CONN, (long)MAX_IDLE_S)) &&
           (!transfer->session || SET(transfer, CURLOPT_SHARE, transfer->session->pool));
}

/*
 * libcurl reuses a connection for another endpoint of the same address only when these settings are equal; what they do not
 * show, fingerprints, pins and our own certificate, is looked at again before each departure. TLS sessions are kept for all of
 * them alike, and one says who we are: with a certificate of our own none is kept.
 */
static bool set_tls(struct hv_transfer *transfer, const struct hv_tls_policy *policy) {
    bool chains = hv_tls_policy_chains(policy);
    bool own_store = chains && (policy->cacert || policy->capath);

    return SET(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
           SET(transfer, CURLOPT_SSL_VERIFYPEER, chains ? 1L : 0L) && SET(transfer, CURLOPT_SSL_VERIFYHOST, chains ? 2L : 0L) &&
           SET(transfer, CURLOPT_SSL_SESSIONID_CACHE, policy->own ? 0L : 1L) &&
           SET(transfer, CURLOPT_SSL_CTX_FUNCTION, on_tls_context) && SET(transfer, CURLOPT_SSL_CTX_DATA, transfer) &&
           (!own_store || (SET(transfer, CURLOPT_CAINFO, policy->cacert) && SET(transfer, CURLOPT_CAPATH, policy->capath)));
}

static bool append_line(struct curl_slist **list, const char *line) {
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool add_header(struct hv_transfer *transfer, const char *line) {
    return append_line(&transfer->headers, line);
}

/* The proxy is always named, so that libcurl does not look into the environment itself. It gets a tunnel and its own header. */
static bool set_proxy(struct hv_transfer *transfer, const struct hv_proxy *proxy) {
    if (proxy->header && !append_line(&transfer->proxy_headers, hv_secret_text(proxy->header)))
        return false;
    return SET(transfer, CURLOPT_PROXY, proxy->url ? proxy->url : "") && SET(transfer, CURLOPT_HTTPPROXYTUNNEL, 1L) &&
           SET(transfer, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE) && SET(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) &&
           SET(transfer, CURLOPT_PROXYHEADER, transfer->proxy_headers);
}

static struct curl_slist *wipe_lines(struct curl_slist *lines) {
    for (struct curl_slist *line = lines; line; line = line->next)
        hv_secret_wipe(line->data, strlen(line->data));
    curl_slist_free_all(lines);
    return NULL;
}

static int add_headers(struct hv_transfer *transfer, const struct hv_leg *leg, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(HV_ERROR_NAME_SIZE);

    hv_buf_printf(&type, "Content-Type: %s", leg->content_type);
    if (type.failure || !add_header(transfer, hv_buf_text(&type)) || !add_header(transfer, "Expect:") ||
        !add_header(transfer, "Accept:") || (leg->header && !add_header(transfer, leg->header)))
        return hv_error_memory(err);
    return 0;
}

int hv_transfer_new(const struct hv_leg *leg, struct hv_flight *flight, struct hv_transfer **ret_transfer, struct hv_error *err) {
    HV_CLEANUP(hv_transfer_free) struct hv_transfer *transfer = calloc(1, sizeof(*transfer));
    const struct hv_tls_policy *policy = hv_endpoint_tls(leg->endpoint);
    int r;

    if (!transfer)
        return hv_error_memory(err);
    transfer->flight = flight;
    transfer->endpoint = leg->endpoint;
    transfer->session = leg->session;
    transfer->bound = leg->bound;
    transfer->timeout_ms = leg->timeout_ms;
    transfer->connect_timeout_ms = leg->connect_timeout_ms;
    transfer->at_most_once = leg->at_most_once;
    transfer->check.policy = policy;
    hv_buf_init(&transfer->body, HV_ANSWER_MAX_BYTES);
    r = add_headers(transfer, leg, err);
    if (r < 0)
        return r;
    transfer->easy = curl_easy_init();
    if (!transfer->easy || !set_http(transfer, leg) || !set_connection(transfer) || !set_reuse(transfer, leg->fresh) ||
        !set_proxy(transfer, hv_endpoint_proxy(leg->endpoint)) || (policy && !set_tls(transfer, policy)))
        return hv_error_memory(err);
    *ret_transfer = transfer;
    transfer = NULL;
    return 0;
}

struct hv_transfer *hv_transfer_free(struct hv_transfer *transfer) {
    if (!transfer)
        return NULL;
    curl_easy_cleanup(transfer->easy);
    transfer->headers = wipe_lines(transfer->headers);
    transfer->proxy_headers = wipe_lines(transfer->proxy_headers);
    hv_challenges_deinit(&transfer->offered);
    hv_buf_deinit(&transfer->body);
    hv_tls_check_deinit(&transfer->check);
    free(transfer);
    return NULL;
}

int hv_transfer_status(const struct hv_transfer *transfer) {
    long status = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

uint64_t hv_transfer_took_ms(const struct hv_transfer *transfer) {
    curl_off_t us = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &us);
    return us > 0 ? (uint64_t)us / 1000 : 0;
}

struct hv_answer hv_transfer_answer(const struct hv_transfer *transfer) {
    struct hv_answer answer = {
        .status = hv_transfer_status(transfer),
        .bytes = hv_buf_text(&transfer->body),
        .n_bytes = transfer->body.len,
    };
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &answer.content_type);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &answer.location);
    return answer;
}
