/* Get whole or by fragment, and what Put and Delete share with it (wsman.md 1.7). */
#include <string.h>

#include "base/text.h"
#include "call.h"
#include "describe.h"
#include "instance.h"
#include "names.h"
#include "xml.h"

bool sim_call_class(struct sim_wire_call *call, const struct sim_class **ret_class) {
    const struct sim_path *path = call->message->resource.path;

    if (!sim_host_has_namespace(call->host, path->ns))
        return sim_fail_wmi(&call->fault, SIM_WBEM_INVALID_NAMESPACE, "There is no WMI namespace %s.", path->ns);
    *ret_class = sim_schema_class(call->schema, path->ns, path->class_name);
    if (!*ret_class)
        return sim_fail_wmi(&call->fault, SIM_WBEM_INVALID_CLASS, "There is no class %s in %s.", path->class_name, path->ns);
    return true;
}

static size_t count_keys(const struct sim_class *class_) {
    size_t n = 0;

    for (size_t i = 0; i < class_->n_properties; i++)
        if (class_->properties[i]->is_key)
            n++;
    return n;
}

bool sim_call_selectors(struct sim_wire_call *call, const struct sim_class *class_) {
    const struct sim_path *path = call->message->resource.path;

    for (size_t i = 0; i < path->n_keys; i++) {
        const struct sim_property *property = sim_class_property(class_, path->keys[i].name);
        if (!property || !property->is_key)
            return sim_fail(&call->fault, SIM_F_UNEXPECTED_SELECTORS, "%s is no key of %s.", path->keys[i].name, class_->name);
    }
    if (path->n_keys == 0 && count_keys(class_) > 0)
        return call->operation == SIM_OP_INVOKE
                   ? sim_fail_wmi_as(&call->fault, SIM_F_WMI_SINGLETON, SIM_WBEM_INVALID_METHOD_PARAMS,
                                     "%s has keys: selectors are needed.", class_->name)
                   : sim_fail(&call->fault, SIM_F_WMI_SINGLETON, "%s has keys: selectors are needed.", class_->name);
    return true;
}

/* Several keys, but the first names a service of its host alone (wsman.md 3.2). */
static bool names_service(const struct sim_path *path, const struct sim_class *class_) {
    const char *creation_class = sim_path_key(path, "CreationClassName");

    return hv_text_ends(class_->name, "Service") && creation_class && hv_text_same(creation_class, class_->name);
}

static bool has_keys(const struct sim_object *object, const struct sim_path *keys) {
    HV_CLEANUP(sim_path_free) struct sim_path *own = sim_object_path(object);

    for (size_t i = 0; own && i < keys->n_keys; i++)
        if (!hv_text_same(sim_path_key(own, keys->keys[i].name), keys->keys[i].value))
            return false;
    return own;
}

/* The single instance that fits some of the keys. */
static bool find_service(struct sim_wire_call *call, const struct sim_path *path, struct sim_object **ret_object) {
    struct sim_list list = { 0 };
    uint32_t hresult = sim_host_list(call->host, path->ns, path->class_name, &list);
    struct sim_object *found = NULL;

    for (size_t i = 0; hresult == 0 && !found && i < list.n_items; i++)
        if (has_keys(list.items[i], path)) {
            found = list.items[i];
            list.items[i] = list.items[--list.n_items];
        }
    sim_list_deinit(&list);
    if (!found)
        return sim_fail_wmi(&call->fault, hresult ? hresult : SIM_WBEM_NOT_FOUND, "No instance of %s has these keys.",
                            path->class_name);
    *ret_object = found;
    return true;
}

bool sim_call_object(struct sim_wire_call *call, const struct sim_class *class_, struct sim_object **ret_object) {
    const struct sim_path *path = call->message->resource.path;
    uint32_t hresult;

    if (!sim_call_selectors(call, class_))
        return false;
    if (path->n_keys < count_keys(class_) && names_service(path, class_))
        return find_service(call, path, ret_object);
    hresult = sim_host_get(call->host, path, ret_object);
    if (hresult)
        return sim_fail_wmi(&call->fault, hresult, "No instance of %s has these keys.", path->class_name);
    return true;
}

/* Names are case-sensitive (MS-WSMV note 66). */
bool sim_call_fragment(struct sim_wire_call *call, const struct sim_object *object, const struct sim_property **ret_property,
                       bool *ret_text_only) {
    const char *dialect = call->message->fragment_dialect;
    HV_CLEANUP_FREE char *name = strdup(call->message->fragment);

    if (!name)
        return sim_fail_memory(&call->fault);
    if (dialect && strcmp(dialect, SIM_DIALECT_XPATH) != 0)
        return sim_fail(&call->fault, SIM_F_FRAGMENT_DIALECT, NULL);
    if (*name == '/')
        return sim_fail(&call->fault, SIM_F_FRAGMENT_PATH, "A fragment path cannot begin with /.");
    *ret_text_only = hv_text_ends(name, "/text()");
    if (*ret_text_only)
        name[strlen(name) - strlen("/text()")] = '\0';
    *ret_property = sim_class_property(object->class_, name);
    if (!*ret_property || strcmp((*ret_property)->name, name) != 0 || !sim_property_visible(*ret_property, object->build))
        return sim_fail(&call->fault, SIM_F_INVALID_FRAGMENT, "%s has no property %s.", object->class_->name, name);
    return true;
}

static void write_fragment(struct sim_xml *xml, const struct sim_writing *writing, const struct sim_object *object,
                           const struct sim_property *property, bool text_only) {
    const struct sim_value *value = sim_object_value(object, property->name);
    HV_CLEANUP_FREE char *uri = sim_class_uri(writing->style, object->ns, object->class_->name);
    char number[SIM_NUMBER_TEXT_SIZE];

    if (!uri) {
        xml->failed = true;
        return;
    }
    sim_xml_open(xml, "w:XmlFragment");
    sim_xml_ns(xml, "xsi", SIM_NS_XSI);
    sim_xml_ns(xml, "p", uri);
    sim_xml_ns(xml, "cim", SIM_NS_CIM);
    if (!text_only)
        sim_value_write(xml, writing, object->ns, property->name, property->is_octets, value);
    else if (value && value->is_set && value->n_items && property->type != SIM_REFERENCE && property->type != SIM_OBJECT)
        sim_xml_text(xml, sim_value_text(value, 0, number));
    sim_xml_close_full(xml);
}

bool sim_call_answer_fragment(struct sim_wire_call *call, const struct sim_object *object, const struct sim_property *property,
                              bool text_only) {
    const struct sim_writing writing = sim_call_writing(call);
    SIM_CLEANUP_XML struct sim_xml header;
    SIM_CLEANUP_XML struct sim_xml body;

    sim_xml_init(&header);
    sim_xml_init(&body);
    sim_xml_open(&header, "w:FragmentTransfer");
    sim_xml_attr(&header, "s:mustUnderstand", "true");
    sim_xml_text(&header, call->message->fragment);
    sim_xml_close(&header);
    write_fragment(&body, &writing, object, property, text_only);
    return (sim_xml_take(&header, &call->header) && sim_xml_take(&body, &call->body)) || sim_fail_memory(&call->fault);
}

struct sim_writing sim_call_writing(const struct sim_wire_call *call) {
    return (struct sim_writing){ .style = call->message->resource.style,
                                 .manner = call->manner,
                                 .precise_arrays = (call->message->options & 1U << SIM_OPTION_PRECISE_ARRAYS) != 0 };
}

bool sim_get(struct sim_wire_call *call) {
    const struct sim_writing writing = sim_call_writing(call);
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    SIM_CLEANUP_XML struct sim_xml xml = { .failed = true };
    const struct sim_class *class_;
    const struct sim_property *property = NULL;
    bool text_only = false;

    if (call->message->payload)
        return sim_fail(&call->fault, SIM_F_INVALID_BODY, "Get takes no body.");
    if (writing.style == SIM_STYLE_METADATA)
        return sim_describe(call);
    if (!sim_call_class(call, &class_) || !sim_call_object(call, class_, &object))
        return false;
    call->prefixes = SIM_PREFIXES_TRANSFER;
    if (call->message->fragment)
        return sim_call_fragment(call, object, &property, &text_only) &&
               sim_call_answer_fragment(call, object, property, text_only);
    sim_xml_init(&xml);
    sim_instance_write(&xml, &writing, object);
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}
