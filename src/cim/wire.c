/* Reading WS-CIM instance elements (DSP0230, as WinRM really writes them: wsman.md 2.1 to 2.4, and OMI: wsman.md 7). */
#include "cim/wire.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "cim/datetime.h"
#include "cim/type.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

static const char TYPE_SUFFIX[] = "_Type";

/* "p:Msvm_Error_Type" gives "Msvm_Error"; NULL when NODE is not typed so. */
static const char *typed_class(const struct hv_xml_node *node, size_t *ret_n_bytes) {
    const char *qname = hv_xml_attribute(node, HV_NS_XSI, "type");
    const char *colon = qname ? strchr(qname, ':') : NULL;
    const char *local = colon ? colon + 1 : qname;
    size_t n_suffix = strlen(TYPE_SUFFIX);

    if (!local || !hv_text_ends(local, TYPE_SUFFIX) || strlen(local) == n_suffix)
        return NULL;
    *ret_n_bytes = strlen(local) - n_suffix;
    return local;
}

/*
 * A new instance without properties for element NODE, whose children are in namespace URI. Its class is CLASS_NAME when given,
 * else the type of NODE, else OTHERWISE.
 */
static int begin_instance(const struct hv_xml_node *node, const char *uri, const char *class_name, const char *otherwise,
                          struct hv_instance **ret_instance, struct hv_error *err) {
    size_t n_class = class_name ? strlen(class_name) : 0;
    size_t n_namespace = 0;
    const char *cim_namespace = hv_uri_namespace(uri, &n_namespace);

    if (!class_name)
        class_name = typed_class(node, &n_class);
    if (!class_name) {
        class_name = otherwise;
        n_class = strlen(otherwise);
    }
    return hv_instance_new_n(class_name, n_class, cim_namespace, n_namespace, ret_instance, err);
}

/*
 * The only child of NODE when it is one of the date and time elements. Projections write them without a namespace.
 * Interval and Date too are called datetimes: CIM has one type for them.
 */
static const struct hv_xml_node *datetime_child(const struct hv_xml_node *node) {
    static const char *const names[] = { "Datetime", "Interval", "Date", "Time", "CIM_DateTime" };
    const struct hv_xml_node *child = hv_xml_first(node);
    const char *uri;

    if (!child || hv_xml_next(child))
        return NULL;
    uri = hv_xml_namespace(child);
    if (*uri && strcmp(uri, HV_NS_CIM) != 0)
        return NULL;
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (hv_xml_is(child, NULL, names[i]))
            return child;
    }
    return NULL;
}

static int append_datetime(struct hv_instance *instance, const char *name, const struct hv_xml_node *child,
                           struct hv_error *err) {
    char native[HV_DATETIME_CIM_SIZE];
    char converted[HV_DATETIME_TEXT_SIZE];
    const char *text;
    size_t n_bytes = hv_xml_trimmed(child, &text);

    /* cim:CIM_DateTime holds the native form; what RFC 3339 cannot say ("*") stays as it is. */
    if (n_bytes == HV_DATETIME_CIM_SIZE - 1) {
        memcpy(native, text, n_bytes);
        native[n_bytes] = '\0';
        if (hv_datetime_from_cim(native, converted)) {
            text = converted;
            n_bytes = strlen(converted);
        }
    }
    return hv_instance_append_text(instance, name, HV_CIM_DATETIME, text, n_bytes, err);
}

static int read_properties(const struct hv_xml_node *node, int depth, struct hv_instance *instance, struct hv_error *err);

/*
 * An object inline: its properties are children of the property element, or of one element more that is named like its class.
 */
static int append_object(struct hv_instance *instance, const char *name, const struct hv_xml_node *node, int depth,
                         struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *object = NULL;
    const struct hv_xml_node *child = hv_xml_first(node);
    const char *uri = child ? hv_xml_namespace(child) : "";
    int r;

    if (depth == HV_CIM_MAX_DEPTH)
        return hv_error_set(err, HV_E_LIMIT, "%s.%s holds instances nested deeper than %d", hv_instance_class(instance), name,
                            HV_CIM_MAX_DEPTH);
    if (child && !hv_xml_next(child) && hv_xml_first(child) && hv_text_same(hv_xml_name(child), hv_uri_class(uri)))
        node = child;
    r = begin_instance(node, uri, NULL, hv_uri_class(uri), &object, err);
    if (r == 0)
        r = read_properties(node, depth + 1, object, err);
    if (r < 0)
        return r;
    r = hv_instance_append_instance(instance, name, object, err);
    object = NULL;
    return r;
}

static int append_nil(struct hv_instance *instance, const char *name, enum hv_cim_type type, const struct hv_xml_node *node,
                      struct hv_error *err) {
    const char *is_array = hv_xml_attribute(node, HV_NS_WSMAN_MS, "IsNullArray");

    if (hv_text_same(is_array, "true") || hv_text_same(is_array, "1"))
        return hv_instance_declare(instance, name, type, true, err);
    return hv_instance_append_null(instance, name, type, err);
}

static int read_property(const struct hv_xml_node *node, int depth, struct hv_instance *instance, struct hv_error *err) {
    const char *name = hv_xml_name(node);
    const char *qname = hv_xml_attribute(node, HV_NS_XSI, "type");
    enum hv_cim_type type = qname ? hv_type_from_xsi(qname) : HV_CIM_UNKNOWN;
    const struct hv_xml_node *child = hv_xml_first(node);
    const char *text;
    size_t n_class;

    if (hv_xml_is_nil(node))
        return append_nil(instance, name, type, node, err);
    if (!child) {
        text = hv_xml_text(node);
        if (!*text && typed_class(node, &n_class))
            return append_object(instance, name, node, depth, err);
        return hv_instance_append_text(instance, name, type, text, hv_xml_length(node), err);
    }
    child = datetime_child(node);
    if (child)
        return append_datetime(instance, name, child, err);
    if (hv_epr_is_in(node)) {
        struct hv_epr *epr;
        int r = hv_epr_parse(node, &epr, err);

        return r < 0 ? r : hv_instance_append_reference(instance, name, epr, err);
    }
    return append_object(instance, name, node, depth, err);
}

static int read_properties(const struct hv_xml_node *node, int depth, struct hv_instance *instance, struct hv_error *err) {
    for (const struct hv_xml_node *child = hv_xml_first(node); child; child = hv_xml_next(child)) {
        int r;

        /* The instance's own address in samples of the Vista era; no property (wsman.md 2.3). */
        if (hv_xml_is(child, HV_NS_CIM, "Location"))
            continue;
        r = read_property(child, depth, instance, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* CLASS_NAME NULL: the one that NODE tells. */
static int read_as(const struct hv_xml_node *node, const char *class_name, struct hv_instance **ret_instance,
                   struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r = begin_instance(node, hv_xml_namespace(node), class_name, hv_xml_name(node), &instance, err);

    if (r == 0)
        r = read_properties(node, 0, instance, err);
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

int hv_wire_read_instance(const struct hv_xml_node *node, struct hv_instance **ret_instance, struct hv_error *err) {
    return read_as(node, NULL, ret_instance, err);
}

static bool is_reference(const struct hv_xml_node *node) {
    return hv_xml_is(node, HV_NS_ADDRESSING, "EndpointReference");
}

/* The instance and its name, in either order. */
static int read_pair(const struct hv_xml_node *node, struct hv_wire_item *ret_item, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    int r = 0;

    for (const struct hv_xml_node *child = hv_xml_first(node); child && r == 0; child = hv_xml_next(child)) {
        if (is_reference(child) && !epr)
            r = hv_epr_parse(child, &epr, err);
        else if (!is_reference(child) && !instance)
            r = hv_wire_read_instance(child, &instance, err);
    }
    if (r < 0)
        return r;
    if (!instance && !epr)
        return hv_error_set(err, HV_E_PROTOCOL, "an item of the enumeration is empty");
    *ret_item = (struct hv_wire_item){ .instance = instance, .epr = instance ? NULL : epr };
    if (instance && epr)
        hv_instance_set_epr(instance, epr);
    instance = NULL;
    epr = NULL;
    return 0;
}

int hv_wire_read_item(const struct hv_xml_node *node, struct hv_wire_item *ret_item, struct hv_error *err) {
    struct hv_wire_item item = { NULL, NULL };
    int r;

    if (hv_xml_is(node, HV_NS_WSMAN, "Item") || hv_xml_is(node, HV_NS_ENUMERATION, "Item"))
        return read_pair(node, ret_item, err);
    if (is_reference(node))
        r = hv_epr_parse(node, &item.epr, err);
    else
        r = hv_wire_read_instance(node, &item.instance, err);
    if (r == 0)
        *ret_item = item;
    return r;
}

int hv_wire_read_body(const struct hv_xml_node *body, const char *class_name, struct hv_instance **ret_instance,
                      struct hv_error *err) {
    const struct hv_xml_node *node = hv_xml_first(body);

    if (!node)
        return hv_error_set(err, HV_E_PROTOCOL, "the answer holds no %s", class_name ? class_name : "instance");
    return read_as(node, class_name, ret_instance, err);
}
