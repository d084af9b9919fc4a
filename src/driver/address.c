/* What people write for a host, taken apart and put into normal form. */
#include "driver/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

/* The parts as spans of the text. */
struct spans {
    bool https;
    const char *host;
    size_t n_host;
    const char *port; /* NULL when absent */
    size_t n_port;
    const char *path;
    bool is_ipv6;
};

static int refuse(const char *text, const char *why, struct hv_error *err) {
    int r = hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no address of a host", text);

    hv_error_cause(err, "%s", why);
    hv_error_remedy(err, "write NAME, NAME:PORT, [IPV6]:PORT or https://NAME:PORT/wsman");
    return r;
}

static bool is_ipv6(const char *text, size_t n) {
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (n >= sizeof(copy))
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    return inet_pton(AF_INET6, copy, &address) == 1;
}

/* Letters, digits and what else DNS and NetBIOS names are made of; other scripts as UTF-8, which libcurl translates. */
static bool is_name(const char *text, size_t n) {
    if (n == 0 || n > HV_ADDRESS_MAX_HOST || text[0] == '-' || text[0] == '.' || !hv_utf8_valid(text, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = hv_text_lower(text[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || (c & 0x80)))
            return false;
    }
    return true;
}

static bool is_path(const char *path) {
    size_t n = strlen(path);

    if (n > HV_ADDRESS_MAX_PATH)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (path[i] <= ' ' || path[i] >= 0x7F || strchr("?#\"<>\\^`{|}", path[i]))
            return false;
    }
    return true;
}

/* Takes the scheme off; NULL when it is none of ours. */
static const char *scheme_split(const char *text, struct spans *spans) {
    const char *mark = strstr(text, "://");

    spans->https = true;
    if (!mark)
        return text;
    if (hv_text_starts_same(text, "https://"))
        return text + strlen("https://");
    if (hv_text_starts_same(text, "http://")) {
        spans->https = false;
        return text + strlen("http://");
    }
    return NULL;
}

/* AUTHORITY of N bytes is a host and perhaps a port. */
static bool authority_split(const char *authority, size_t n, struct spans *spans) {
    const char *end = authority + n;
    const char *rest;

    if (n > 0 && authority[0] == '[') {
        const char *close = memchr(authority, ']', n);
        if (!close)
            return false;
        spans->host = authority + 1;
        spans->n_host = (size_t)(close - spans->host);
        spans->is_ipv6 = true;
        rest = close + 1;
    } else if (is_ipv6(authority, n)) {
        spans->host = authority;
        spans->n_host = n;
        spans->is_ipv6 = true;
        rest = end;
    } else {
        const char *colon = memchr(authority, ':', n);
        spans->host = authority;
        rest = colon ? colon : end;
        spans->n_host = (size_t)(rest - authority);
    }
    if (rest == end)
        return true;
    spans->port = rest + 1;
    spans->n_port = (size_t)(end - spans->port);
    return *rest == ':';
}

static int split(const char *text, struct spans *spans, uint16_t *ret_port, struct hv_error *err) {
    const char *authority = scheme_split(text, spans);
    uint64_t port = spans->https ? HV_PORT_HTTPS : HV_PORT_HTTP;
    size_t n_authority;

    if (!authority)
        return refuse(text, "only https:// and http:// are spoken", err);
    n_authority = strcspn(authority, "/?#");
    spans->path = authority + n_authority;
    if (authority == text && *spans->path)
        return refuse(text, "a path is only allowed in a URL", err);
    if (memchr(authority, '@', n_authority))
        return refuse(text, "user and password do not belong into an address", err);
    if (!authority_split(authority, n_authority, spans))
        return refuse(text, "the brackets of the IPv6 address do not fit", err);
    if (spans->is_ipv6 ? !is_ipv6(spans->host, spans->n_host) : !is_name(spans->host, spans->n_host))
        return refuse(text, "this is neither a host name nor an IP address", err);
    if (spans->port && !hv_text_u64(spans->port, spans->n_port, 1, UINT16_MAX, &port))
        return refuse(text, "a port is a number from 1 to 65535", err);
    if (!is_path(spans->path))
        return refuse(text, "the path of a WinRM listener has no query, fragment or special characters", err);
    if (strcmp(spans->path, "/") == 0 || !*spans->path)
        spans->path = "/wsman";
    *ret_port = (uint16_t)port;
    return 0;
}

int hv_address_parse(const char *text, struct hv_address *ret_address, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf url = HV_BUF_INIT(HV_ADDRESS_MAX_HOST + HV_ADDRESS_MAX_PATH + 64);
    HV_CLEANUP_FREE char *host = NULL;
    struct spans spans = { 0 };
    uint16_t port = 0;
    int r;

    if (!text)
        return refuse("", "it is empty", err);
    r = split(text, &spans, &port, err);
    if (r < 0)
        return r;
    r = hv_text_copy_n(spans.host, spans.n_host, &host, err);
    if (r < 0)
        return r;
    hv_buf_printf(&url, spans.is_ipv6 ? "%s://[%s]:%u%s" : "%s://%s:%u%s", spans.https ? "https" : "http", host, (unsigned)port,
                  spans.path);
    r = hv_buf_take(&url, "the URL", &ret_address->url, err);
    if (r < 0)
        return r;
    ret_address->https = spans.https;
    ret_address->port = port;
    ret_address->host = host;
    host = NULL;
    return 0;
}

void hv_address_deinit(struct hv_address *address) {
    free(address->host);
    free(address->url);
    *address = (struct hv_address){ 0 };
}
