/* Descriptions of classes as CIM-XML (DSP0201 5.3). */
#include "describe.h"

#include <string.h>

#include "base/text.h"
#include "xml.h"

#define CLASS_NAME "ClassName"

/* ---- CLASS ---- */

struct description {
    struct sim_xml *xml;
    const struct sim_class *class_;
    uint32_t build;
    unsigned options;
};

static bool wants(const struct description *description, enum sim_option option) {
    return (description->options & 1U << option) != 0;
}

static void write_qualifier(const struct description *description, const char *name, const char *type, const char *value) {
    if (!wants(description, SIM_OPTION_QUALIFIERS))
        return;
    sim_xml_open(description->xml, "QUALIFIER");
    sim_xml_attr(description->xml, "NAME", name);
    sim_xml_attr(description->xml, "TYPE", type);
    sim_xml_leaf(description->xml, "VALUE", value);
    sim_xml_close(description->xml);
}

static void write_flag(const struct description *description, const char *name, bool flag) {
    if (flag)
        write_qualifier(description, name, "boolean", "TRUE");
}

/* What an element of a class is made of, be it a property or a parameter. */
struct element {
    const char *name;
    enum sim_type type;
    bool is_array;
    bool is_octets;
    const char *embedded;
};

/* Opens the element of KIND ("PROPERTY") with the attributes that tell its type: CIM-XML has no type object, WMI's embedded
 * objects are strings with a mark. */
static void open_element(const struct description *description, const char *kind, const char *reference_array,
                         const struct element *element) {
    struct sim_xml *xml = description->xml;
    HV_CLEANUP_BUF struct hv_buf tag = HV_BUF_INIT(64);
    const bool is_reference = element->type == SIM_REFERENCE;

    hv_buf_printf(&tag, "%s%s", kind,
                  is_reference ? (element->is_array ? reference_array : ".REFERENCE") : (element->is_array ? ".ARRAY" : ""));
    sim_xml_open(xml, hv_buf_text(&tag));
    sim_xml_attr(xml, "NAME", element->name);
    if (is_reference && element->embedded)
        sim_xml_attr(xml, "REFERENCECLASS", element->embedded);
    if (!is_reference)
        sim_xml_attr(xml, "TYPE", element->type == SIM_OBJECT ? "string" : sim_type_name(element->type));
    if (!is_reference && element->embedded)
        sim_xml_attr(xml, "EmbeddedObject", element->type == SIM_OBJECT ? "object" : "instance");
}

static void write_type_qualifiers(const struct description *description, const struct element *element) {
    write_flag(description, "OctetString", element->is_octets);
    write_flag(description, "EmbeddedObject", element->type == SIM_OBJECT);
    if (element->embedded && element->type != SIM_REFERENCE)
        write_qualifier(description, "EmbeddedInstance", "string", element->embedded);
}

/* The superclass furthest up that has the very same property. */
static const struct sim_class *property_origin(const struct sim_class *class_, const struct sim_property *property) {
    const struct sim_class *origin = class_;

    for (const struct sim_class *super = class_->superclass; super; super = super->superclass)
        if (sim_class_property(super, property->name) == property)
            origin = super;
    return origin;
}

static const struct sim_class *method_origin(const struct sim_class *class_, const struct sim_method *method) {
    const struct sim_class *origin = class_;

    for (const struct sim_class *super = class_->superclass; super; super = super->superclass)
        if (sim_class_method(super, method->name) == method)
            origin = super;
    return origin;
}

static void write_origin(const struct description *description, const struct sim_class *origin) {
    if (wants(description, SIM_OPTION_CLASS_ORIGIN))
        sim_xml_attr(description->xml, "CLASSORIGIN", origin->name);
    if (origin != description->class_)
        sim_xml_attr(description->xml, "PROPAGATED", "true");
}

static void write_property(const struct description *description, const struct sim_property *property) {
    const struct sim_class *origin = property_origin(description->class_, property);
    const struct element element = { property->name, property->type, property->is_array, property->is_octets,
                                     property->embedded };

    if (property->since > description->build || (origin != description->class_ && !wants(description, SIM_OPTION_INHERITED)))
        return;
    open_element(description, "PROPERTY", ".REFERENCE", &element);
    write_origin(description, origin);
    write_flag(description, "key", property->is_key);
    write_flag(description, "read", true);
    write_flag(description, "write", property->is_writable && !property->is_key);
    write_type_qualifiers(description, &element);
    sim_xml_close(description->xml);
}

static void write_parameter(const struct description *description, const struct sim_parameter *parameter) {
    const struct element element = { parameter->name, parameter->type, parameter->is_array, parameter->is_octets,
                                     parameter->embedded };

    open_element(description, "PARAMETER", ".REFARRAY", &element);
    write_flag(description, parameter->is_out ? "Out" : "In", true);
    write_type_qualifiers(description, &element);
    sim_xml_close(description->xml);
}

static void write_method(const struct description *description, const struct sim_method *method) {
    const struct sim_class *origin = method_origin(description->class_, method);

    if (method->since > description->build || (origin != description->class_ && !wants(description, SIM_OPTION_INHERITED)))
        return;
    sim_xml_open(description->xml, "METHOD");
    sim_xml_attr(description->xml, "NAME", method->name);
    if (!method->is_void)
        sim_xml_attr(description->xml, "TYPE", "uint32");
    write_origin(description, origin);
    write_flag(description, "Implemented", true);
    write_flag(description, "Static", method->is_static);
    for (size_t i = 0; i < method->n_parameters; i++)
        write_parameter(description, &method->parameters[i]);
    sim_xml_close(description->xml);
}

void sim_class_write(struct sim_xml *xml, const struct sim_class *class_, uint32_t build, unsigned options) {
    const struct description description = { xml, class_, build, options };

    sim_xml_open(xml, "CLASS");
    sim_xml_attr(xml, "NAME", class_->name);
    if (class_->superclass)
        sim_xml_attr(xml, "SUPERCLASS", class_->superclass->name);
    write_flag(&description, "dynamic", !class_->is_abstract);
    write_flag(&description, "Abstract", class_->is_abstract);
    write_flag(&description, "Association", class_->is_association);
    for (size_t i = 0; i < class_->n_properties; i++)
        write_property(&description, class_->declared[i]);
    for (size_t i = 0; i < class_->n_methods; i++)
        write_method(&description, class_->methods[i]);
    sim_xml_close(xml);
}

/* ---- requests ---- */

bool sim_describe_target(struct sim_wire_call *call, const struct sim_class **ret_class) {
    const struct sim_path *path = call->message->resource.path;
    const char *name = strcmp(path->class_name, "*") == 0 ? NULL : path->class_name;

    for (size_t i = 0; i < path->n_keys; i++) {
        if (!hv_text_same(path->keys[i].name, CLASS_NAME) || !path->keys[i].value ||
            (name && !hv_text_same(name, path->keys[i].value)))
            return sim_fail(&call->fault, SIM_F_UNEXPECTED_SELECTORS, "Of a class only ClassName can be selected, not %s.",
                            path->keys[i].name);
        name = path->keys[i].value;
    }
    if (!sim_host_has_namespace(call->host, path->ns))
        return sim_fail_wmi(&call->fault, SIM_WBEM_INVALID_NAMESPACE, "There is no WMI namespace %s.", path->ns);
    *ret_class = name ? sim_schema_class(call->schema, path->ns, name) : NULL;
    if (name && !*ret_class)
        return sim_fail_wmi(&call->fault, SIM_WBEM_INVALID_CLASS, "There is no class %s in %s.", name, path->ns);
    return true;
}

bool sim_describe(struct sim_wire_call *call) {
    SIM_CLEANUP_XML struct sim_xml xml = { .failed = true };
    const struct sim_class *class_ = NULL;

    if (!sim_describe_target(call, &class_))
        return false;
    if (!class_)
        return sim_fail(&call->fault, SIM_F_INSUFFICIENT_SELECTORS, "The selector " CLASS_NAME " is missing.");
    sim_xml_init(&xml);
    sim_class_write(&xml, class_, sim_host_build(call->host), call->message->options);
    call->prefixes = SIM_PREFIXES_TRANSFER;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}
