/* Taking resource URIs apart and making them (wsman.md 1.2). */
#include "wsman/uri.h"

#include <hvctl/wsman.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

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
