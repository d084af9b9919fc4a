/* Events: what is an instance is read as one, other XML element by element. */
#include "cim/event.h"

#include <string.h>

#include "base/error.h"
#include "cim/wire.h"
#include "wsman/uri.h"

#define NS_EVENT "http://schemas.microsoft.com/win/2004/08/events/event"

static int read_element(const struct hv_xml_node *node, int depth, struct hv_instance **ret_instance, struct hv_error *err);

static bool is_plain(const struct hv_xml_node *node) {
    const char *name;
    const char *value;

    return !hv_xml_first(node) && !hv_xml_attribute_at(node, 0, &name, &value);
}

static int read_child(const struct hv_xml_node *child, int depth, struct hv_instance *instance, struct hv_error *err) {
    struct hv_instance *inner;
    int r;

    if (is_plain(child)) {
        const char *text = hv_xml_text(child);

        return hv_instance_append_text(instance, hv_xml_name(child), HV_CIM_UNKNOWN, text, strlen(text), err);
    }
    if (depth == HV_CIM_MAX_DEPTH)
        return hv_error_set(err, HV_E_LIMIT, "an event is nested deeper than %d", HV_CIM_MAX_DEPTH);
    r = read_element(child, depth + 1, &inner, err);
    return r < 0 ? r : hv_instance_append_instance(instance, hv_xml_name(child), inner, err);
}

static int read_element(const struct hv_xml_node *node, int depth, struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    const char *text = hv_xml_first(node) ? "" : hv_xml_text(node);
    const char *name;
    const char *value;
    int r = hv_instance_new(hv_xml_name(node), NULL, &instance, err);

    for (size_t i = 0; r == 0 && hv_xml_attribute_at(node, i, &name, &value); i++)
        r = hv_instance_append_text(instance, name, HV_CIM_UNKNOWN, value, strlen(value), err);
    for (const struct hv_xml_node *child = hv_xml_first(node); r == 0 && child; child = hv_xml_next(child))
        r = read_child(child, depth, instance, err);
    if (r == 0 && *text)
        r = hv_instance_append_text(instance, "Value", HV_CIM_UNKNOWN, text, strlen(text), err);
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

static int read_any(const struct hv_xml_node *node, struct hv_instance **ret_event, struct hv_error *err) {
    if (hv_xml_is(node, NS_EVENT, "Event"))
        return read_element(node, 0, ret_event, err);
    return hv_wire_read_instance(node, ret_event, err);
}

int hv_event_read(const struct hv_xml_node *item, struct hv_instance **ret_event, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    const char *action;
    const char *text;
    int r;

    if (!hv_xml_is(item, HV_NS_WSMAN, "Event"))
        return read_any(item, ret_event, err);
    action = hv_xml_attribute(item, "", "Action");
    if (action && strcmp(action, HV_EVENT_HEARTBEAT) == 0)
        return 1;
    if (hv_xml_first(item))
        return read_any(hv_xml_first(item), ret_event, err);
    text = hv_xml_word(item);
    if (!*text)
        return hv_error_set(err, HV_E_PROTOCOL, "an event of the subscription is empty");
    r = hv_xml_parse(text, strlen(text), "UTF-8", &doc, err);
    if (r < 0) {
        hv_error_prefix(err, "an event of the subscription");
        return r;
    }
    return read_any(hv_xml_root(doc), ret_event, err);
}
