/* Put, Create and Delete (wsman.md 1.7): for the classes that can be changed so, and their refusal for the others. */
#include <string.h>

#include "call.h"
#include "input.h"
#include "names.h"
#include "setter.h"
#include "xml.h"

static bool wmi_fault(struct sim_wire_call *call, uint32_t hresult, const struct sim_class *class_) {
    if (hresult == SIM_WBEM_NOT_CAPABLE)
        return sim_fail_wmi(&call->fault, hresult, "%s is changed by methods only.", class_->name);
    return sim_fail_wmi(&call->fault, hresult, "%s cannot be changed so.", class_->name);
}

static bool find_target(struct sim_wire_call *call, const struct sim_class **ret_class, struct sim_object **ret_object) {
    if (!sim_call_class(call, ret_class) || !sim_call_object(call, *ret_class, ret_object))
        return false;
    return sim_class_is_stored(*ret_class) || wmi_fault(call, SIM_WBEM_NOT_CAPABLE, *ret_class);
}

/* The instance in the body over what OBJECT has. Read-only properties are taken and ignored, since a whole instance has them. */
static bool read_instance(struct sim_wire_call *call, struct sim_object *object, bool *given) {
    const xmlNode *payload = call->message->payload;
    HV_CLEANUP(sim_object_free) struct sim_object *read = sim_object_copy(object);
    const struct sim_class *class_ = object->class_;

    if (!read)
        return sim_fail_memory(&call->fault);
    if (!payload || strcmp(sim_dom_name(payload), class_->name) != 0)
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no instance of %s.", class_->name);
    if (strcmp(sim_dom_ns(payload), call->message->resource.uri) != 0)
        return sim_fail(&call->fault, SIM_F_INVALID_NAMESPACE, "The instance is not in the namespace of the resource URI.");
    if (!sim_input_properties(call, payload, read, given))
        return false;
    for (size_t i = 0; i < class_->n_properties; i++) {
        struct sim_value old = object->values[i];
        if (!given[i] || !class_->properties[i]->is_writable)
            continue;
        object->values[i] = read->values[i];
        read->values[i] = old;
    }
    return true;
}

static bool check_keys_given(struct sim_wire_call *call, const struct sim_object *object, const bool *given) {
    const struct sim_class *class_ = object->class_;

    for (size_t i = 0; i < class_->n_properties; i++)
        if (class_->properties[i]->is_key && (!given[i] || !object->values[i].is_set))
            return sim_fail(&call->fault, SIM_F_MISSING_VALUES, "The key %s is missing in the body.",
                            class_->properties[i]->name);
    return true;
}

/* Ends in the instance as it is now. */
static bool answer_instance(struct sim_wire_call *call, const struct sim_object *object) {
    const struct sim_writing writing = sim_call_writing(call);
    SIM_CLEANUP_XML struct sim_xml xml;

    sim_xml_init(&xml);
    sim_instance_write(&xml, &writing, object);
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

static bool keep(struct sim_wire_call *call, const struct sim_object *object) {
    struct sim_object *copy = sim_object_copy(object);
    uint32_t hresult = copy ? sim_host_put(call->host, call->caller, copy) : SIM_WBEM_OUT_OF_MEMORY;

    return !hresult || wmi_fault(call, hresult, object->class_);
}

/* ---- Put ---- */

static bool put_whole(struct sim_wire_call *call, struct sim_object *object) {
    HV_CLEANUP(sim_path_free) struct sim_path *before = sim_object_path(object);
    HV_CLEANUP(sim_path_free) struct sim_path *after = NULL;
    HV_CLEANUP_FREE bool *given = calloc(object->class_->n_properties + 1, sizeof(*given));

    if (!before || !given)
        return sim_fail_memory(&call->fault);
    if (!read_instance(call, object, given) || !check_keys_given(call, object, given))
        return false;
    after = sim_object_path(object);
    if (!after)
        return sim_fail_memory(&call->fault);
    if (!sim_host_same_path(call->host, before, after))
        return sim_fail(&call->fault, SIM_F_CANNOT_CHANGE_KEYS, NULL);
    return keep(call, object) && answer_instance(call, object);
}

static bool read_fragment_text(struct sim_wire_call *call, const struct sim_parameter *parameter, struct sim_value *value) {
    if (parameter->is_array || parameter->type == SIM_REFERENCE || parameter->type == SIM_OBJECT ||
        parameter->type == SIM_DATETIME)
        return sim_fail(&call->fault, SIM_F_INVALID_FRAGMENT, "%s has no text of its own.", parameter->name);
    return sim_input_read(call, call->message->payload, parameter, value);
}

/* Elements of the property; none makes an array null. */
static bool read_fragment(struct sim_wire_call *call, const struct sim_object *object, const struct sim_parameter *parameter,
                          struct sim_value *value) {
    HV_CLEANUP_FREE char *uri = sim_class_uri(call->message->resource.style, object->ns, object->class_->name);
    const xmlNode *first = sim_dom_first(call->message->payload);

    if (!uri)
        return sim_fail_memory(&call->fault);
    if (!first && !parameter->is_array)
        return sim_fail(&call->fault, SIM_F_INVALID_FRAGMENT, "w:XmlFragment is empty.");
    for (const xmlNode *node = first; node; node = sim_dom_next(node)) {
        if (strcmp(sim_dom_name(node), parameter->name) != 0)
            return sim_fail(&call->fault, SIM_F_INVALID_FRAGMENT, "w:XmlFragment holds %s in place of %s.", sim_dom_name(node),
                            parameter->name);
        if (strcmp(sim_dom_ns(node), uri) != 0)
            return sim_fail(&call->fault, SIM_F_INVALID_NAMESPACE, "%s is not in the namespace of its class.", parameter->name);
        if (!sim_input_read(call, node, parameter, value))
            return false;
    }
    return true;
}

static bool put_fragment(struct sim_wire_call *call, struct sim_object *object) {
    const struct sim_property *property = NULL;
    bool text_only = false;
    struct sim_value value;
    bool good;

    if (!sim_call_fragment(call, object, &property, &text_only))
        return false;
    if (property->is_key)
        return sim_fail(&call->fault, SIM_F_CANNOT_CHANGE_KEYS, NULL);
    if (!property->is_writable)
        return sim_fail_wmi(&call->fault, SIM_WBEM_NOT_CAPABLE, "%s is read-only.", property->name);
    if (!sim_dom_is(call->message->payload, SIM_NS_WSMAN, "XmlFragment"))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no w:XmlFragment.");
    const struct sim_parameter parameter = { property->name,     false, property->type, property->is_array, property->embedded,
                                             property->is_octets };
    sim_value_init(&value, property->type, property->is_array);
    good = text_only ? read_fragment_text(call, &parameter, &value) : read_fragment(call, object, &parameter, &value);
    if (good)
        sim_set_value(object, property->name, &value);
    sim_value_deinit(&value);
    if (good && !sim_object_good(object))
        return sim_fail_memory(&call->fault);
    return good && keep(call, object) && sim_call_answer_fragment(call, object, property, text_only);
}

bool sim_put(struct sim_wire_call *call) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    const struct sim_class *class_;

    if (!find_target(call, &class_, &object))
        return false;
    call->prefixes = SIM_PREFIXES_TRANSFER;
    return call->message->fragment ? put_fragment(call, object) : put_whole(call, object);
}

/* ---- Create ---- */

static bool answer_created(struct sim_wire_call *call, const struct sim_path *path) {
    SIM_CLEANUP_XML struct sim_xml xml;

    sim_xml_init(&xml);
    sim_xml_open(&xml, "x:ResourceCreated");
    sim_epr_write(&xml, call->message->resource.style, path, call->message->resource.path->ns);
    sim_xml_close(&xml);
    call->prefixes = SIM_PREFIXES_TRANSFER;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

bool sim_create(struct sim_wire_call *call) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    HV_CLEANUP(sim_path_free) struct sim_path *path = NULL;
    HV_CLEANUP_FREE bool *given = NULL;
    struct sim_object *take;
    const struct sim_class *class_;
    uint32_t hresult;

    if (!sim_call_class(call, &class_))
        return false;
    if (call->message->resource.path->n_keys)
        return sim_fail(&call->fault, SIM_F_UNEXPECTED_SELECTORS, "Create takes no selectors: the keys stand in the body.");
    if (!sim_class_is_stored(class_))
        return wmi_fault(call, SIM_WBEM_NOT_CAPABLE, class_);
    object = sim_object_new(class_, sim_host_build(call->host));
    given = calloc(class_->n_properties + 1, sizeof(*given));
    if (!object || !given)
        return sim_fail_memory(&call->fault);
    if (!read_instance(call, object, given) || !check_keys_given(call, object, given))
        return false;
    path = sim_object_path(object);
    take = object;
    object = NULL;
    hresult = sim_host_create(call->host, call->caller, take);
    return hresult ? wmi_fault(call, hresult, class_) : (path ? answer_created(call, path) : sim_fail_memory(&call->fault));
}

/* ---- Delete ---- */

bool sim_delete(struct sim_wire_call *call) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    HV_CLEANUP(sim_path_free) struct sim_path *path = NULL;
    const struct sim_class *class_;
    uint32_t hresult;

    if (call->message->payload)
        return sim_fail(&call->fault, SIM_F_INVALID_BODY, "Delete takes no body.");
    if (!find_target(call, &class_, &object))
        return false;
    path = sim_object_path(object);
    if (!path)
        return sim_fail_memory(&call->fault);
    call->prefixes = SIM_PREFIXES_TRANSFER;
    hresult = sim_host_delete(call->host, call->caller, path);
    return !hresult || wmi_fault(call, hresult, class_);
}
