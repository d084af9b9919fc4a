/* Values in requests: elements of METHOD_INPUT and of instances, read against their declaration (wsman.md 2, 3). */
#include "input.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/text.h"
#include "names.h"
#include "setter.h"

bool sim_input_fault(struct sim_wire_call *call, const char *what, const char *name) {
    return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The element %s %s.", name, what);
}

static bool read_reference(struct sim_wire_call *call, const xmlNode *node, const struct sim_parameter *parameter,
                           struct sim_value *value) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = NULL;
    struct sim_path *take;
    const struct sim_class *class_;
    int rc;

    if (!sim_dom_child(node, SIM_NS_ADDR, "Address"))
        return sim_input_fault(call, "holds no a:Address; a reference stands in the element directly", parameter->name);
    if (!sim_epr_read(node, &path, &call->fault))
        return false;
    class_ = sim_schema_class(call->schema, path->ns, path->class_name);
    if (!class_ || (parameter->embedded && !sim_class_is_a(class_, parameter->embedded)))
        return sim_fail_wmi_as(&call->fault, SIM_F_INVALID_PARAMETER, SIM_WBEM_TYPE_MISMATCH,
                               "The parameter %s cannot refer to %s.", parameter->name, path->class_name);
    take = path;
    path = NULL;
    rc = sim_value_add_path(value, take);
    return rc == 0 || (rc < 0 ? sim_fail_memory(&call->fault) : sim_input_fault(call, "is there twice", parameter->name));
}

/* One base64 text for the whole of a uint8 array, as libvirt sends it (hyperv.md 1.3). */
static bool read_base64(struct sim_wire_call *call, const char *text, const struct sim_parameter *parameter,
                        struct sim_value *value) {
    size_t n_text = strlen(text);
    HV_CLEANUP_FREE unsigned char *bytes = malloc(n_text + 1);
    int n;

    if (!bytes)
        return sim_fail_memory(&call->fault);
    n = n_text > INT_MAX ? -1 : EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)n_text);
    while (n > 0 && n_text > 0 && text[n_text - 1] == '=') {
        n--;
        n_text--;
    }
    if (n < 0)
        return sim_input_fault(call, "is neither numbers nor base64", parameter->name);
    for (int i = 0; i < n; i++) {
        char number[8];
        (void)snprintf(number, sizeof(number), "%u", bytes[i]);
        if (sim_value_add_text(value, number) != 0)
            return sim_fail_memory(&call->fault);
    }
    return true;
}

static bool check_datetime(struct sim_wire_call *call, const xmlNode *node) {
    const xmlNode *child = sim_dom_first(node);

    const char *name = sim_dom_name(child);

    if (!child || sim_dom_next(child) || strcmp(sim_dom_ns(child), SIM_NS_CIM) != 0 ||
        (strcmp(name, "Datetime") != 0 && strcmp(name, "Interval") != 0 && strcmp(name, "CIM_DateTime") != 0))
        return sim_input_fault(call, "holds no cim:Datetime or cim:Interval", sim_dom_name(node));
    return true;
}

static bool read_text(struct sim_wire_call *call, const xmlNode *node, const struct sim_parameter *parameter,
                      struct sim_value *value) {
    const bool exact = parameter->type == SIM_STRING;
    HV_CLEANUP_FREE char *text = exact ? sim_dom_text(node) : sim_dom_token(node);
    int rc;

    if (!text)
        return sim_fail_memory(&call->fault);
    if (parameter->type == SIM_DATETIME && !check_datetime(call, node))
        return false;
    if (parameter->type != SIM_DATETIME && sim_dom_first(node))
        return sim_input_fault(call, "holds elements where a text belongs", parameter->name);
    if (value->is_set && !value->is_array)
        return sim_input_fault(call, "is there twice", parameter->name);
    rc = sim_value_add_text(value, text);
    if (rc == 1 && parameter->type == SIM_UINT8 && parameter->is_array && value->n_items == 0)
        return read_base64(call, text, parameter, value);
    return rc == 0 || (rc < 0 ? sim_fail_memory(&call->fault) : sim_input_fault(call, "is of the wrong type", parameter->name));
}

/* ---- objects that are written inline (wsman.md 2.4) ---- */

/* The class that xsi:type names ("p:Class_Type"), or the declared one. */
static const struct sim_class *find_class(const struct sim_wire_call *call, const xmlNode *node, const char *declared) {
    const char *ns = call->message->resource.path->ns;
    HV_CLEANUP_FREE char *type = sim_dom_attr(node, SIM_NS_XSI, "type");
    char *name = type ? strrchr(type, ':') : NULL;

    name = name ? name + 1 : type;
    if (name && hv_text_ends(name, "_Type"))
        name[strlen(name) - strlen("_Type")] = '\0';
    return sim_schema_class(call->schema, ns, name ? name : declared);
}

static bool has_class_namespace(const xmlNode *node, const struct sim_class *class_) {
    HV_CLEANUP_FREE char *wmi = sim_class_uri(SIM_STYLE_WMI, class_->ns, class_->name);
    HV_CLEANUP_FREE char *dmtf = sim_class_uri(SIM_STYLE_DMTF, class_->ns, class_->name);

    return wmi && dmtf && (hv_text_same(sim_dom_ns(node), wmi) || hv_text_same(sim_dom_ns(node), dmtf));
}

bool sim_input_properties(struct sim_wire_call *call, const xmlNode *node, struct sim_object *object, bool *given) {
    const struct sim_class *class_ = object->class_;

    for (const xmlNode *child = sim_dom_first(node); child; child = sim_dom_next(child)) {
        const struct sim_property *property = sim_class_property(class_, sim_dom_name(child));
        size_t i = 0;

        /* The element of an object stands in the namespace of what it holds (wsman.md 2.4). */
        if (!has_class_namespace(child, class_) && (!property || property->type != SIM_OBJECT))
            return sim_fail(&call->fault, SIM_F_INVALID_NAMESPACE, "The element %s is in a namespace other than that of %s.",
                            sim_dom_name(child), class_->name);
        if (!property || strcmp(property->name, sim_dom_name(child)) != 0 || property->since > object->build)
            return sim_input_fault(call, "is no property of the class", sim_dom_name(child));
        while (class_->properties[i] != property)
            i++;
        if (!given[i])
            sim_value_deinit(&object->values[i]);
        else if (!property->is_array)
            return sim_input_fault(call, "is there twice", property->name);
        given[i] = true;
        const struct sim_parameter parameter = { property->name,     false,
                                                 property->type,     property->is_array,
                                                 property->embedded, property->is_octets };
        if (!sim_input_read(call, child, &parameter, &object->values[i]))
            return false;
    }
    return true;
}

static bool read_object(struct sim_wire_call *call, const xmlNode *node, const struct sim_parameter *parameter,
                        struct sim_value *value) {
    const struct sim_class *class_ = find_class(call, node, parameter->embedded);
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    HV_CLEANUP_FREE bool *given = NULL;
    struct sim_object *take;
    int rc;

    if (!class_ || !sim_class_is_a(class_, parameter->embedded))
        return sim_input_fault(call, "holds an object of a wrong class", parameter->name);
    object = sim_object_new(class_, sim_host_build(call->host));
    given = calloc(class_->n_properties + 1, sizeof(*given));
    if (!object || !given)
        return sim_fail_memory(&call->fault);
    if (!sim_input_properties(call, node, object, given))
        return false;
    take = object;
    object = NULL;
    rc = sim_value_add_object(value, take);
    return rc == 0 || (rc < 0 ? sim_fail_memory(&call->fault) : sim_input_fault(call, "is there twice", parameter->name));
}

bool sim_input_read(struct sim_wire_call *call, const xmlNode *node, const struct sim_parameter *parameter,
                    struct sim_value *value) {
    if (sim_dom_nil(node))
        return sim_dom_blank(node) || sim_input_fault(call, "is nil and has content", parameter->name);
    if (parameter->type == SIM_REFERENCE)
        return read_reference(call, node, parameter, value);
    if (parameter->type == SIM_OBJECT)
        return read_object(call, node, parameter, value);
    return read_text(call, node, parameter, value);
}
