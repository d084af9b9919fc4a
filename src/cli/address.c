/* Names of hosts and of their jobs, as people write them (design.md 4, ux.md 6). */
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/connect.h"

enum { ADDRESS_MAX_BYTES = 4096 };

/* Where the port's digits begin in an authority (name, name:port, [v6], [v6]:port) of N bytes, or N when it has none. */
static size_t find_port(const char *authority, size_t n) {
    size_t at = n;

    while (at > 0 && authority[at - 1] >= '0' && authority[at - 1] <= '9')
        at--;
    if (at == n || at < 2 || authority[at - 1] != ':')
        return n;
    /* A bare IPv6 address has colons, but no port. */
    if (authority[0] != '[' && memchr(authority, ':', at - 1))
        return n;
    return at;
}

int hv_address_with_port(const char *text, uint64_t port, char **ret_address, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(ADDRESS_MAX_BYTES);
    size_t n = strlen(text);
    bool is_url = strstr(text, "://") != NULL;
    bool is_bare_v6 = !is_url && text[0] != '[' && strchr(text, ':') && strchr(text, ':') != strrchr(text, ':');

    if (is_bare_v6)
        hv_buf_printf(&buf, "[%s]", text);
    else
        hv_buf_puts(&buf, text);
    if (port > 0 && !is_url && find_port(text, n) == n)
        hv_buf_printf(&buf, ":%u", (unsigned)port);
    return hv_buf_take(&buf, "the address of a host", ret_address, err);
}

int hv_address_label(const char *address, char **ret_label, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(ADDRESS_MAX_BYTES);
    bool is_clear = hv_text_starts_same(address, "http://");
    const char *scheme = strstr(address, "://");
    const char *authority = scheme ? scheme + 3 : address;
    const char *default_port = is_clear ? "5985" : "5986";
    size_t n = strcspn(authority, "/?#");
    size_t port = find_port(authority, n);

    if (n - port == strlen(default_port) && strncmp(authority + port, default_port, n - port) == 0)
        n = port - 1;
    if (is_clear)
        hv_buf_puts(&buf, "http://");
    hv_buf_append(&buf, authority, n);
    return hv_buf_take(&buf, "the name of a host", ret_label, err);
}

int hv_address_key(const char *address, char **ret_key, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(ADDRESS_MAX_BYTES);
    const char *scheme = strstr(address, "://");
    const char *authority = scheme ? scheme + 3 : address;
    size_t n = strcspn(authority, "/?#");

    if (hv_text_starts_same(address, "http://"))
        return 0;
    hv_buf_append(&buf, authority, n);
    if (find_port(authority, n) == n)
        hv_buf_puts(&buf, ":5986");
    for (size_t i = 0; i < buf.len && buf.failure == 0; i++)
        buf.data[i] = hv_text_lower(buf.data[i]);
    return hv_buf_take(&buf, "the name of a host", ret_key, err);
}

int hv_address_host(const char *address, char **ret_host, struct hv_error *err) {
    const char *scheme = strstr(address, "://");
    const char *host = scheme ? scheme + 3 : address;
    size_t n = strcspn(host, "/?#");
    size_t port = find_port(host, n);
    int rc;

    if (port < n)
        n = port - 1;
    if (n > 1 && host[0] == '[' && host[n - 1] == ']') {
        host++;
        n -= 2;
    }
    rc = hv_text_copy_n(host, n, ret_host, err);
    for (char *c = *ret_host; rc == 0 && *c; c++)
        *c = hv_text_lower(*c);
    return rc;
}

int hv_job_ref_split(const char *ref, char **ret_host, char **ret_id, struct hv_error *err) {
    const char *slash = strrchr(ref, '/');
    const char *id = slash ? slash + 1 : ref;
    HV_CLEANUP_FREE char *host = NULL;
    int rc;

    if (!*id || slash == ref) {
        hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no job reference", ref);
        hv_error_remedy(err, "write HOST/INSTANCEID, or the InstanceID with --host HOST");
        return HV_E_ARGUMENT;
    }
    if (slash) {
        rc = hv_text_copy_n(ref, (size_t)(slash - ref), &host, err);
        if (rc < 0)
            return rc;
    }
    rc = hv_text_copy(id, ret_id, err);
    if (rc < 0)
        return rc;
    *ret_host = host;
    host = NULL;
    return 0;
}
