/* Resource URIs, made of a namespace and a name (two lines) and taken apart again. */
#include <hvctl/wsman.h>

#include "fuzz/fuzz.h"
#include "wsman/uri.h"

static void take_apart(const char *uri) {
    const char *class_name = hv_uri_class(uri);
    size_t n = 0;
    const char *cim_namespace = hv_uri_namespace(uri, &n);

    CHECK(class_name >= uri && class_name <= uri + strlen(uri) && !strchr(class_name, '/'));
    CHECK(!cim_namespace || (n > 0 && cim_namespace + n + 1 == class_name));
}

/* NAMESPACE without slashes around, and with slashes for backslashes. */
static bool is_namespace(const char *text, size_t n, const char *cim_namespace) {
    size_t n_wanted;

    cim_namespace += strspn(cim_namespace, "/\\");
    for (n_wanted = strlen(cim_namespace); n_wanted > 0 && strchr("/\\", cim_namespace[n_wanted - 1]); n_wanted--)
        ;
    if (n != n_wanted)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] != (cim_namespace[i] == '\\' ? '/' : cim_namespace[i]))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    HV_CLEANUP_FREE char *uri = NULL;
    struct hv_error err = { 0 };
    char *at = text;
    const char *cim_namespace;
    const char *name;
    const char *found;
    size_t n = 0;
    int r;

    take_apart(text);
    cim_namespace = fuzz_piece(&at, '\n');
    name = at;
    r = hv_resource_uri(name ? cim_namespace : NULL, name ? name : cim_namespace, &uri, &err);
    fuzz_check_error(r, &err);
    CHECK((r == 0) == (uri != NULL));
    if (r < 0 || !name)
        return 0;
    take_apart(uri);
    if (strstr(name, "://")) {
        CHECK(strcmp(uri, name) == 0);
        return 0;
    }
    found = hv_uri_namespace(uri, &n);
    CHECK(found && is_namespace(found, n, cim_namespace) && strcmp(hv_uri_class(uri), name) == 0);
    CHECK(!strpbrk(uri, " \t\r\n?#&<>\"'"));
    return 0;
}
