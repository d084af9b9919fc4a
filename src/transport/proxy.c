/* Which proxy stands between here and a host, and how to sign in to it. */
#include "transport/proxy.h"

#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

enum { PROXY_MAX_BYTES = 4096 };

static const char scheme[] = "http://";

static const char *environment(const char *name) {
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/* HTTP_PROXY in capitals is left alone: for a CGI program it is a header of the request. */
static const char *from_environment(bool https) {
    static const char *const names[][4] = {
        { "http_proxy", "all_proxy", "ALL_PROXY", NULL },
        { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" },
    };
    const char *found = NULL;

    for (size_t i = 0; !found && i < 4 && names[https][i]; i++)
        found = environment(names[https][i]);
    return found;
}

static int complain(const char *why, struct hv_error *err) {
    int r = hv_error_set(err, HV_E_ARGUMENT, "the proxy cannot be used: %s", why);

    hv_error_remedy(err, "write it as http://HOST:PORT, or set NO_PROXY to the hosts that need none");
    return r;
}

/* %41 is A. Outcome: false when a percent sign has no two digits behind it. */
static bool append_decoded(struct hv_buf *buf, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t code;

        if (text[i] != '%') {
            hv_buf_putc(buf, text[i]);
            continue;
        }
        if (n - i < 3 || !hv_text_hex(text + i + 1, 2, &code) || code == 0)
            return false;
        hv_buf_putc(buf, (char)code);
        i += 2;
    }
    return true;
}

/* PLAIN is "user:password" (RFC 7617). */
static int make_header(struct hv_proxy *proxy, const struct hv_buf *plain, struct hv_error *err) {
    struct hv_buf header = HV_BUF_INIT((size_t)PROXY_MAX_BYTES * 2);
    int r;

    hv_buf_puts(&header, "Proxy-Authorization: Basic ");
    hv_base64_encode(hv_buf_text(plain), plain->len, &header);
    r = plain->failure ? hv_buf_finish(plain, "the proxy's user", err) : hv_buf_finish(&header, "the proxy's header", err);
    if (r == 0)
        r = hv_secret_new(header.data, header.len, &proxy->header, err);
    hv_buf_deinit_secret(&header);
    return r;
}

/* The part before "@" of the address, of N bytes; what the options say goes before it. */
static int sign_in(struct hv_proxy *proxy, const char *info, size_t n, const struct hv_host_options *options,
                   struct hv_error *err) {
    struct hv_buf plain = HV_BUF_INIT(PROXY_MAX_BYTES);
    const char *colon = n > 0 ? memchr(info, ':', n) : NULL;
    size_t n_user = colon ? (size_t)(colon - info) : n;
    bool good = true;
    int r = 0;

    if (options->proxy && colon)
        return complain("its address has a password in it, which belongs to proxy_password", err);
    if (n == 0 && !options->proxy_user)
        return 0;
    if (options->proxy_user)
        hv_buf_puts(&plain, options->proxy_user);
    else
        good = append_decoded(&plain, info, n_user);
    if (memchr(hv_buf_text(&plain), ':', plain.len))
        good = false;
    hv_buf_putc(&plain, ':');
    if (options->proxy_password)
        hv_buf_puts(&plain, options->proxy_password);
    else if (colon && !options->proxy_user)
        good = good && append_decoded(&plain, colon + 1, n - n_user - 1);
    r = good ? make_header(proxy, &plain, err) : complain("its user or password is written wrong", err);
    hv_buf_deinit_secret(&plain);
    return r;
}

/* TEXT is the address without scheme and user. */
static int make_url(struct hv_proxy *proxy, const char *text, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf url = HV_BUF_INIT(PROXY_MAX_BYTES);
    size_t n = strcspn(text, "/");

    if (n == 0 || (text[n] && text[n + 1]))
        return complain(n == 0 ? "its address has no host" : "its address has a path", err);
    for (size_t i = 0; i < n; i++) {
        if (text[i] <= ' ' || text[i] >= 0x7F || strchr("?#\"<>\\^`{|}", text[i]))
            return complain("its address has characters that no host has", err);
    }
    hv_buf_puts(&url, scheme);
    hv_buf_append(&url, text, n);
    return hv_buf_take(&url, "the proxy's address", &proxy->url, err);
}

int hv_proxy_init(struct hv_proxy *proxy, bool https, const struct hv_host_options *options, struct hv_error *err) {
    const char *text = options->proxy ? options->proxy : from_environment(https);
    const char *at;
    int r = 0;

    if (!text || !*text)
        return hv_text_copy("", &proxy->url, err);
    if (hv_text_starts_same(text, scheme))
        text += strlen(scheme);
    else if (strstr(text, "://"))
        return complain("only http:// proxies are spoken to, through which TLS goes as it is", err);
    at = memrchr(text, '@', strcspn(text, "/"));
    r = sign_in(proxy, text, at ? (size_t)(at - text) : 0, options, err);
    return r < 0 ? r : make_url(proxy, at ? at + 1 : text, err);
}

void hv_proxy_deinit(struct hv_proxy *proxy) {
    free(proxy->url);
    proxy->url = NULL;
    proxy->header = hv_secret_end(proxy->header);
}
