/* What became of a transfer that failed: libcurl's code as an error class, with cause and remedy. */
#include <errno.h>
#include <string.h>

#include "base/duration.h"
#include "base/size.h"
#include "base/text.h"
#include "transport/proxy.h"
#include "transport/transfer.h"

static void advise_listener(const struct hv_transfer *transfer, struct hv_error *err) {
    unsigned port = hv_endpoint_port(transfer->endpoint);

    hv_error_remedy(err, "on the host, see whether WinRM listens on port %u: winrm enumerate winrm/config/Listener", port);
    hv_error_remedy(err, "allow TCP port %u in the firewalls between here and %s", port, hv_endpoint_host(transfer->endpoint));
}

static void explain_name(const struct hv_transfer *transfer, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: the name \"%s\" is not known",
                       hv_endpoint_host(transfer->endpoint));
    hv_error_cause(err, "the name servers of this machine have no address for it");
    hv_error_remedy(err, "check the spelling, or give the full name or the address");
}

/* What the proxy answered instead of opening the tunnel; 0: nothing. */
static long proxy_status(const struct hv_transfer *transfer) {
    long status = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status >= 200 && status < 300 ? 0 : status;
}

static void explain_proxy_sign_in(const struct hv_transfer *transfer, const struct hv_proxy *proxy, struct hv_error *err) {
    long offered = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_PROXYAUTH_AVAIL, &offered);
    if (offered && !(offered & (long)CURLAUTH_BASIC)) {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: the proxy %s offers no sign-in that hvctl has", proxy->url);
        hv_error_cause(err, "it takes no Basic, which is all that is spoken with proxies");
        hv_error_remedy(err, "ask whoever runs it for a way to %s without sign-in", hv_endpoint_host(transfer->endpoint));
        return;
    }
    (void)hv_error_set(err, HV_E_UNREACHABLE,
                       proxy->header ? "cannot connect: the proxy %s refuses the user or the password"
                                     : "cannot connect: the proxy %s asks for a user and a password",
                       proxy->url);
    hv_error_cause(err, "these are the proxy's own, not those of the host");
    hv_error_remedy(err, "give --proxy-user NAME and --proxy-password-file FILE");
}

static void explain_proxy_status(const struct hv_transfer *transfer, long status, struct hv_error *err) {
    const struct hv_proxy *proxy = hv_endpoint_proxy(transfer->endpoint);
    const char *host = hv_endpoint_host(transfer->endpoint);
    unsigned port = hv_endpoint_port(transfer->endpoint);

    if (status == 407) {
        explain_proxy_sign_in(transfer, proxy, err);
    } else if (status == 403 || status == 405) {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: the proxy %s forbids the way to %s, port %u", proxy->url, host,
                           port);
        hv_error_remedy(err, "ask whoever runs the proxy to allow CONNECT to port %u", port);
    } else if (status >= 502 && status <= 504) {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: the proxy %s does not reach %s, port %u", proxy->url, host,
                           port);
        hv_error_cause(err, "the name may be unknown there, the host off, or a firewall between the two");
        hv_error_remedy(err, "on the host, see whether WinRM listens on port %u: winrm enumerate winrm/config/Listener", port);
    } else {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: the proxy %s opens no way to %s, port %u", proxy->url, host,
                           port);
    }
    hv_error_remedy(err, "go around the proxy: NO_PROXY=%s", host);
    if (err) {
        err->source = HV_SOURCE_HTTP;
        err->http_status = (int)status;
    }
}

static void explain_proxy(const struct hv_transfer *transfer, struct hv_error *err) {
    long status = proxy_status(transfer);

    if (status) {
        explain_proxy_status(transfer, status, err);
        return;
    }
    (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect through the proxy");
    hv_error_cause(err, "%s", transfer->text);
    hv_error_remedy(err, "correct --proxy or HTTPS_PROXY, or go around it by NO_PROXY=%s", hv_endpoint_host(transfer->endpoint));
}

/* libcurl 7.88 does not tell whether a proxy was used; its text names whom it could not reach. */
static bool is_proxy_trouble(const struct hv_transfer *transfer) {
    static const char failed[] = "Failed to connect to ";
    HV_CLEANUP_BUF struct hv_buf direct = HV_BUF_INIT(CURL_ERROR_SIZE);

    if (transfer->n_departures > 0)
        return false;
    if (proxy_status(transfer) || strstr(transfer->text, "proxy") || strstr(transfer->text, "CONNECT tunnel") ||
        strstr(transfer->text, "Proxy CONNECT"))
        return true;
    hv_buf_printf(&direct, "%s%s port %u ", failed, hv_endpoint_host(transfer->endpoint),
                  (unsigned)hv_endpoint_port(transfer->endpoint));
    return hv_text_starts(transfer->text, failed) && !hv_text_starts(transfer->text, hv_buf_text(&direct));
}

static void explain_connect(const struct hv_transfer *transfer, struct hv_error *err) {
    unsigned port = hv_endpoint_port(transfer->endpoint);
    const char *host = hv_endpoint_host(transfer->endpoint);
    long os_error = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
    if (is_proxy_trouble(transfer)) {
        explain_proxy(transfer, err);
        return;
    }
    if (os_error == ECONNREFUSED) {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: connection refused");
        hv_error_cause(err, "nothing listens on port %u of %s, or a firewall refuses", port, host);
    } else if (os_error == ENETUNREACH || os_error == EHOSTUNREACH) {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: no way to %s", host);
        hv_error_cause(err, "the host is off, or the network between is broken");
    } else {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect to port %u", port);
        hv_error_cause(err, "%s", transfer->text);
    }
    advise_listener(transfer, err);
}

static void explain_timeout(const struct hv_transfer *transfer, struct hv_error *err) {
    char text[HV_DURATION_TEXT_SIZE];
    bool left = transfer->n_departures > 0;

    hv_duration_format(left ? transfer->timeout_ms : transfer->connect_timeout_ms, text);
    (void)hv_error_set(err, HV_E_UNREACHABLE, left ? "no answer within %s" : "cannot connect: no answer within %s", text);
    if (left) {
        hv_error_cause(err, "the host took the request and is overloaded or stuck");
        hv_error_remedy(err, "try again later, or allow more time by --request-timeout");
    } else {
        const struct hv_proxy *proxy = hv_endpoint_proxy(transfer->endpoint);

        hv_error_cause(err, "the host is off, or a firewall drops what is sent to port %u",
                       (unsigned)hv_endpoint_port(transfer->endpoint));
        if (proxy->url[0])
            hv_error_remedy(err, "see whether the proxy %s answers, or go around it by NO_PROXY=%s", proxy->url,
                            hv_endpoint_host(transfer->endpoint));
        advise_listener(transfer, err);
    }
}

/* OpenSSL's words in libcurl's text, and what they mean here (RFC 8446 6.2, RFC 5246 7.2.2). */
static const struct {
    const char *words;
    const char *message;
    const char *cause;
    const char *remedy;
} handshakes[] = {
    { "alert protocol version", "the TLS version is too old",
      "the host speaks no TLS 1.2 or later, and older versions are not secure", "switch TLS 1.2 on at the host" },
    { "unsupported protocol", "the TLS version is too old",
      "the host speaks no TLS 1.2 or later, and older versions are not secure", "switch TLS 1.2 on at the host" },
    { "wrong version number", "there is no TLS on this port", "what answers is no TLS; perhaps it is plain HTTP",
      "name the port of WinRM's HTTPS listener, usually 5986; plain HTTP has 5985" },
    { "alert handshake failure", "the host found nothing in common with us",
      "it takes none of the TLS ciphers of this machine, or it has no certificate for its listener",
      "look at the listener's certificate and the TLS ciphers on the host: winrm enumerate winrm/config/Listener" },
};

static void explain_handshake(const struct hv_transfer *transfer, struct hv_error *err) {
    size_t i = 0;

    while (i < HV_ARRAY_SIZE(handshakes) && !strstr(transfer->text, handshakes[i].words))
        i++;
    if (i < HV_ARRAY_SIZE(handshakes)) {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: %s", handshakes[i].message);
        hv_error_cause(err, "%s", handshakes[i].cause);
        hv_error_remedy(err, "%s", handshakes[i].remedy);
    } else {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: the TLS handshake failed");
        hv_error_cause(err, "%s", transfer->text);
        hv_error_remedy(err, "check that port %u is WinRM's HTTPS listener and that it offers TLS 1.2 or later",
                        (unsigned)hv_endpoint_port(transfer->endpoint));
    }
    if (err)
        err->source = HV_SOURCE_TLS;
}

static bool has_large_headers(const struct hv_transfer *transfer) {
    return strstr(transfer->text, "Too large response headers") != NULL;
}

static void explain_break(const struct hv_transfer *transfer, struct hv_error *err) {
    if (is_proxy_trouble(transfer)) {
        explain_proxy(transfer, err);
        return;
    }
    if (transfer->n_departures == 0)
        (void)hv_error_set(err, HV_E_UNREACHABLE, "cannot connect: the connection broke before anything was sent");
    else
        (void)hv_error_set(err, HV_E_UNREACHABLE, "the connection broke before the answer came");
    hv_error_cause(err, "%s", transfer->text);
    hv_error_remedy(err, "see whether the WinRM service of the host runs, and what is between here and there");
}

static void explain_silence(const struct hv_transfer *transfer, struct hv_error *err) {
    explain_break(transfer, err);
    if (!is_proxy_trouble(transfer))
        hv_error_cause(err, "the host, or something between here and there, closed it");
}

static void explain_cut(const struct hv_transfer *transfer, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_PROTOCOL, "the answer was cut off");
    hv_error_cause(err, "the connection broke after %zu bytes", transfer->body.len);
    hv_error_remedy(err, "try again; if it stays so, see what is between here and the host");
}

static void explain_foreign(const struct hv_transfer *transfer, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_PROTOCOL, "the answer is not HTTP");
    hv_error_cause(err, "%s", transfer->text);
    hv_error_remedy(err, "check that port %u is a WinRM listener", (unsigned)hv_endpoint_port(transfer->endpoint));
}

static void explain_headers(struct hv_error *err) {
    (void)hv_error_set(err, HV_E_PROTOCOL, "the answer has more headers than libcurl takes");
    hv_error_cause(err,
                   "a line of 100 KiB or more, or 300 KiB in all: another program than WinRM answers, or one that means ill");
    hv_error_remedy(err, "see what listens on that port, and what is between here and there");
}

/* libcurl 7.88 calls a header line that is too long a lack of memory, and has no text for either. */
static void explain_memory(const struct hv_transfer *transfer, struct hv_error *err) {
    if (transfer->n_departures > 0 && transfer->body.len == 0)
        explain_headers(err);
    else
        (void)hv_error_memory(err);
}

static void explain_receiving(const struct hv_transfer *transfer, struct hv_error *err) {
    if (has_large_headers(transfer))
        explain_headers(err);
    else
        explain_break(transfer, err);
}

static void explain_other(const struct hv_transfer *transfer, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_UNREACHABLE, "the transfer failed");
    hv_error_cause(err, "%s", transfer->text);
}

/* We stopped reading: the body was too large, or there was no memory for it. */
static void explain_body(const struct hv_transfer *transfer, struct hv_error *err) {
    if (hv_buf_finish(&transfer->body, "the answer", err) == 0)
        explain_other(transfer, err);
}

static const struct {
    CURLcode code;
    bool transient;
    void (*explain)(const struct hv_transfer *transfer, struct hv_error *err);
} failures[] = {
    { CURLE_COULDNT_RESOLVE_HOST, false, explain_name },
    { CURLE_COULDNT_RESOLVE_PROXY, false, explain_proxy },
    { CURLE_PROXY, false, explain_proxy },
    { CURLE_COULDNT_CONNECT, true, explain_connect },
    { CURLE_OPERATION_TIMEDOUT, false, explain_timeout },
    { CURLE_SSL_CONNECT_ERROR, false, explain_handshake },
    { CURLE_GOT_NOTHING, true, explain_silence },
    { CURLE_SEND_ERROR, true, explain_break },
    { CURLE_RECV_ERROR, true, explain_receiving },
    { CURLE_ABORTED_BY_CALLBACK, true, explain_break },
    { CURLE_PARTIAL_FILE, true, explain_cut },
    { CURLE_UNSUPPORTED_PROTOCOL, false, explain_foreign },
    { CURLE_WEIRD_SERVER_REPLY, false, explain_foreign },
    { CURLE_WRITE_ERROR, false, explain_body },
    { CURLE_OUT_OF_MEMORY, false, explain_memory },
};

void hv_transfer_explain(const struct hv_transfer *transfer, CURLcode code, struct hv_result *result) {
    struct hv_error *err = &result->error;
    size_t i = 0;

    while (i < HV_ARRAY_SIZE(failures) && failures[i].code != code)
        i++;
    if (transfer->check.refusal != HV_TLS_NOT_REFUSED) {
        (void)hv_tls_explain(&transfer->check, err);
    } else if (i < HV_ARRAY_SIZE(failures)) {
        failures[i].explain(transfer, err);
        result->transient = failures[i].transient && !proxy_status(transfer) && !has_large_headers(transfer);
    } else {
        explain_other(transfer, err);
    }
    if (result->left && transfer->at_most_once)
        err->code = HV_E_LOST;
    err->transport_code = (int)code;
    result->code = err->code;
}
