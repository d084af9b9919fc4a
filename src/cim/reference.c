/* CIM-XML paths: DSP0201 5.2.3 and 5.2.4. */
#include "cim/reference.h"

#include <hvctl/wsman.h>

#include "base/buf.h"
#include "base/error.h"
#include "wsman/epr.h"

enum { NAMESPACE_MAX_BYTES = 1024 };

static int read_at(const struct hv_xml_node *value, const char *cim_namespace, int depth, struct hv_epr **ret_epr,
                   struct hv_error *err);

/* "root/virtualization/v2" from NAMESPACE elements in PATH. */
static void join_namespace(const struct hv_xml_node *path, struct hv_buf *buf) {
    for (const struct hv_xml_node *part = hv_xml_first(path); part; part = hv_xml_next(part)) {
        const char *name = hv_xml_attribute(part, "", "NAME");

        if (!hv_xml_is(part, NULL, "NAMESPACE") || !name)
            continue;
        if (buf->len > 0)
            hv_buf_putc(buf, '/');
        hv_buf_puts(buf, name);
    }
}

static int add_key(struct hv_epr *epr, const struct hv_xml_node *binding, const char *cim_namespace, int depth,
                   struct hv_error *err) {
    const char *name = hv_xml_attribute(binding, "", "NAME");
    const struct hv_xml_node *value = hv_xml_child(binding, NULL, "KEYVALUE");
    struct hv_epr *target;
    int r;

    if (!name)
        return hv_error_set(err, HV_E_PROTOCOL, "a key of a reference has no name");
    if (value)
        return hv_epr_add_selector(epr, name, hv_xml_text(value), err);
    value = hv_xml_child(binding, NULL, "VALUE.REFERENCE");
    if (!value)
        return hv_error_set(err, HV_E_PROTOCOL, "key %s of a reference has no value", name);
    r = read_at(value, cim_namespace, depth + 1, &target, err);
    return r < 0 ? r : hv_epr_add_reference(epr, name, target, err);
}

/* NAME_NODE: INSTANCENAME or CLASSNAME. */
static int read_name(const struct hv_xml_node *name_node, const char *cim_namespace, int depth, struct hv_epr **ret_epr,
                     struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    HV_CLEANUP_FREE char *uri = NULL;
    const char *class_name = hv_xml_attribute(name_node, "", "CLASSNAME");
    int r;

    if (!class_name)
        class_name = hv_xml_attribute(name_node, "", "NAME");
    if (!class_name || !*class_name)
        return hv_error_set(err, HV_E_PROTOCOL, "a reference does not name its class");
    r = hv_resource_uri(cim_namespace, class_name, &uri, err);
    if (r == 0)
        r = hv_epr_new(uri, &epr, err);
    for (const struct hv_xml_node *key = hv_xml_first(name_node); key && r == 0; key = hv_xml_next(key))
        r = add_key(epr, key, cim_namespace, depth, err);
    if (r < 0)
        return r;
    *ret_epr = epr;
    epr = NULL;
    return 0;
}

static const struct hv_xml_node *name_in(const struct hv_xml_node *node) {
    const struct hv_xml_node *name = hv_xml_child(node, NULL, "INSTANCENAME");

    return name ? name : hv_xml_child(node, NULL, "CLASSNAME");
}

static int read_at(const struct hv_xml_node *value, const char *cim_namespace, int depth, struct hv_epr **ret_epr,
                   struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(NAMESPACE_MAX_BYTES);
    const struct hv_xml_node *holder = hv_xml_first(value);
    const struct hv_xml_node *name = name_in(value);
    const struct hv_xml_node *path;
    int r;

    if (depth >= HV_EPR_MAX_DEPTH)
        return hv_error_set(err, HV_E_LIMIT, "references are nested deeper than %d", HV_EPR_MAX_DEPTH);
    if (name)
        return read_name(name, cim_namespace, depth, ret_epr, err);
    name = name_in(holder);
    if (!name)
        return hv_error_set(err, HV_E_PROTOCOL, "a reference holds no name of an object");
    path = hv_xml_child(holder, NULL, "NAMESPACEPATH");
    path = hv_xml_child(path ? path : holder, NULL, "LOCALNAMESPACEPATH");
    join_namespace(path, &buf);
    r = hv_buf_finish(&buf, "a namespace", err);
    if (r < 0)
        return r;
    return read_name(name, buf.len > 0 ? hv_buf_text(&buf) : cim_namespace, depth, ret_epr, err);
}

int hv_reference_read(const struct hv_xml_node *value, const char *cim_namespace, struct hv_epr **ret_epr, struct hv_error *err) {
    int r = read_at(value, cim_namespace, 0, ret_epr, err);

    /* Names that no class or selector can have, or one twice: an argument of ours to others, but the peer's mistake. */
    if (r == HV_E_ARGUMENT)
        return hv_error_set(err, HV_E_PROTOCOL, "a reference in an embedded instance names what cannot be");
    return r;
}
