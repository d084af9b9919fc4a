/* Taking resource URIs apart and making them (wsman.md 1.2). */
#include "wsman/uri.h"

#include <hvctl/wsman.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "wsman/epr.h"

enum { URI_SIZE = 2048 };

const char *hv_uri_class(const char *resource_uri) {
    const char *slash = strrchr(resource_uri, '/');

    return slash ? slash + 1 : resource_uri;
}

const char *hv_uri_namespace(const char *resource_uri, size_t *ret_n_bytes) {
    const char *start;
    const char *slash;

    if (!hv_text_starts_same(resource_uri, HV_WMI_PREFIX))
        return NULL;
    start = resource_uri + strlen(HV_WMI_PREFIX);
    slash = strrchr(start, '/');
    if (!slash || slash == start)
        return NULL;
    *ret_n_bytes = (size_t)(slash - start);
    return start;
}

/* A byte that no class or namespace has: it would make another URI of this one. */
static bool is_foreign(char c) {
    return (unsigned char)c <= ' ' || c == '\x7F' || strchr("?#&<>\"'", c) != NULL;
}

static int check_name(const char *what, const char *name, const char *also_foreign, struct hv_error *err) {
    for (const char *at = name; *at; at++) {
        if (is_foreign(*at) || strchr(also_foreign, *at))
            return hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is not the name of a %s", name, what);
    }
    return 0;
}

/* Are these the same namespace, as "root\\cimv2" and "root/cimv2" are? */
static bool is_same_namespace(const char *a, size_t n_a, const char *b) {
    size_t n_b;

    b += strspn(b, "/\\");
    for (n_b = strlen(b); n_b > 0 && strchr("/\\", b[n_b - 1]); n_b--)
        ;
    if (n_a != n_b)
        return false;
    for (size_t i = 0; i < n_a; i++) {
        char c = b[i] == '\\' ? '/' : hv_text_lower(b[i]);

        if (hv_text_lower(a[i]) != c)
            return false;
    }
    return true;
}

static int other_namespace(const char *uri, const char *cim_namespace, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_ARGUMENT, "%s is not in namespace %s", uri, cim_namespace);
    hv_error_cause(err, "a resource URI of WMI holds its namespace, and hosts take no other");
    hv_error_remedy(err, "leave the namespace out, or give the class name without the URI");
    return HV_E_ARGUMENT;
}

int hv_resource_new(const char *cim_namespace, const char *name, struct hv_epr **ret_resource, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *resource = NULL;
    HV_CLEANUP_FREE char *uri = NULL;
    const char *in_uri;
    size_t n_in_uri;
    int r = hv_resource_uri(cim_namespace ? cim_namespace : HV_NAMESPACE_V2, name, &uri, err);

    if (r == 0)
        r = hv_epr_new(uri, &resource, err);
    if (r < 0)
        return r;
    in_uri = hv_uri_namespace(uri, &n_in_uri);
    if (cim_namespace && in_uri && !is_same_namespace(in_uri, n_in_uri, cim_namespace))
        return other_namespace(name, cim_namespace, err);
    if (cim_namespace && !in_uri)
        r = hv_epr_add_selector(resource, HV_SELECTOR_NAMESPACE, cim_namespace, err);
    if (r < 0)
        return r;
    *ret_resource = resource;
    resource = NULL;
    return 0;
}

int hv_resource_uri(const char *cim_namespace, const char *name, char **ret_uri, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf uri = HV_BUF_INIT(URI_SIZE);
    size_t n;
    int r;

    if (!name || !*name)
        return hv_error_set(err, HV_E_ARGUMENT, "a resource needs a class name or a URI");
    if (strstr(name, "://"))
        return hv_text_copy(name, ret_uri, err);
    if (cim_namespace)
        cim_namespace += strspn(cim_namespace, "/\\");
    if (!cim_namespace || !*cim_namespace)
        return hv_error_set(err, HV_E_ARGUMENT, "class %s needs a namespace", name);
    r = check_name("class", name, "/\\", err);
    if (r < 0)
        return r;
    r = check_name("namespace", cim_namespace, "", err);
    if (r < 0)
        return r;

    n = strlen(cim_namespace);
    while (n > 0 && strchr("/\\", cim_namespace[n - 1]))
        n--;
    hv_buf_puts(&uri, HV_WMI_PREFIX);
    for (size_t i = 0; i < n; i++)
        hv_buf_putc(&uri, cim_namespace[i] == '\\' ? '/' : cim_namespace[i]);
    hv_buf_putc(&uri, '/');
    hv_buf_puts(&uri, name);
    r = hv_buf_finish(&uri, "resource URI", NULL);
    if (r == HV_E_LIMIT)
        return hv_error_set(err, HV_E_ARGUMENT, "the names of class and namespace take more than %d bytes", URI_SIZE);
    return hv_buf_take(&uri, "resource URI", ret_uri, err);
}
