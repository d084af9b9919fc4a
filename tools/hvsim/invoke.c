/* Invoke: METHOD_INPUT to values, the call, values to METHOD_OUTPUT (wsman.md 3). */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "call.h"
#include "instance.h"
#include "names.h"
#include "xml.h"

struct arguments {
    const struct sim_method *method;
    struct sim_value *values; /* one for each parameter */
};

static void deinit_arguments(struct arguments *arguments) {
    for (size_t i = 0; arguments->values && i < arguments->method->n_parameters; i++)
        sim_value_deinit(&arguments->values[i]);
    free(arguments->values);
}

static bool init_arguments(const struct sim_method *method, struct arguments *ret_arguments) {
    struct sim_value *values = calloc(method->n_parameters + 1, sizeof(*values));

    if (!values)
        return false;
    for (size_t i = 0; i < method->n_parameters; i++)
        sim_value_init(&values[i], method->parameters[i].type, method->parameters[i].is_array);
    *ret_arguments = (struct arguments){ method, values };
    return true;
}

/* ---- input ---- */

static bool schema_fault(struct sim_wire_call *call, const char *what, const char *name) {
    return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The parameter %s %s.", name, what);
}

static bool read_reference(struct sim_wire_call *call, const xmlNode *node, const struct sim_parameter *parameter,
                           struct sim_value *value) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = NULL;
    struct sim_path *take;
    const struct sim_class *class_;
    int rc;

    if (!sim_dom_child(node, SIM_NS_ADDR, "Address"))
        return schema_fault(call, "holds no a:Address; a reference stands in the element directly", parameter->name);
    if (!sim_epr_read(node, &path, &call->fault))
        return false;
    class_ = sim_schema_class(call->schema, path->ns, path->class_name);
    if (!class_ || (parameter->embedded && !sim_class_is_a(class_, parameter->embedded)))
        return sim_fail_wmi_as(&call->fault, SIM_F_INVALID_PARAMETER, SIM_WBEM_TYPE_MISMATCH,
                               "The parameter %s cannot refer to %s.", parameter->name, path->class_name);
    take = path;
    path = NULL;
    rc = sim_value_add_path(value, take);
    return rc == 0 || (rc < 0 ? sim_fail_memory(&call->fault) : schema_fault(call, "is there twice", parameter->name));
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
        return schema_fault(call, "is neither numbers nor base64", parameter->name);
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
        return schema_fault(call, "holds no cim:Datetime or cim:Interval", sim_dom_name(node));
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
        return schema_fault(call, "holds elements where a text belongs", parameter->name);
    if (value->is_set && !value->is_array)
        return schema_fault(call, "is there twice", parameter->name);
    rc = sim_value_add_text(value, text);
    if (rc == 1 && parameter->type == SIM_UINT8 && parameter->is_array && value->n_items == 0)
        return read_base64(call, text, parameter, value);
    return rc == 0 || (rc < 0 ? sim_fail_memory(&call->fault) : schema_fault(call, "is of the wrong type", parameter->name));
}

static bool read_argument(struct sim_wire_call *call, const xmlNode *node, const struct arguments *arguments) {
    for (size_t i = 0; i < arguments->method->n_parameters; i++) {
        const struct sim_parameter *parameter = &arguments->method->parameters[i];
        struct sim_value *value = &arguments->values[i];

        if (parameter->is_out || strcmp(parameter->name, sim_dom_name(node)) != 0)
            continue;
        if (sim_dom_nil(node))
            return sim_dom_blank(node) || schema_fault(call, "is nil and has content", parameter->name);
        return parameter->type == SIM_REFERENCE ? read_reference(call, node, parameter, value)
                                                : read_text(call, node, parameter, value);
    }
    return schema_fault(call, "is no in-parameter of the method", sim_dom_name(node));
}

static bool read_input(struct sim_wire_call *call, const struct arguments *arguments) {
    const xmlNode *payload = call->message->payload;
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1024);

    hv_buf_printf(&name, "%s_INPUT", arguments->method->name);
    if (!sim_dom_is(payload, call->message->resource.uri, hv_buf_text(&name)))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no %s in the namespace of the resource URI.",
                        hv_buf_text(&name));
    for (const xmlNode *node = sim_dom_first(payload); node; node = sim_dom_next(node)) {
        if (strcmp(sim_dom_ns(node), sim_dom_ns(payload)) != 0)
            return schema_fault(call, "is in another namespace than its method", sim_dom_name(node));
        if (!read_argument(call, node, arguments))
            return false;
    }
    return true;
}

/* ---- output ---- */

static bool write_output(struct sim_wire_call *call, const struct sim_class *class_, const struct arguments *arguments,
                         uint32_t return_value) {
    const enum sim_uri_style style = call->message->resource.style;
    const char *ns = call->message->resource.path->ns;
    HV_CLEANUP_FREE char *uri = sim_class_uri(style, ns, class_->name);
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1024);
    SIM_CLEANUP_XML struct sim_xml xml;
    char number[16];

    sim_xml_init(&xml);
    if (!uri)
        return sim_fail_memory(&call->fault);
    hv_buf_printf(&name, "p:%s_OUTPUT", arguments->method->name);
    (void)snprintf(number, sizeof(number), "%u", return_value);
    sim_xml_open(&xml, hv_buf_text(&name));
    sim_xml_ns(&xml, "xsi", SIM_NS_XSI);
    sim_xml_ns(&xml, "p", uri);
    sim_xml_ns(&xml, "cim", SIM_NS_CIM);
    for (size_t i = 0; i < arguments->method->n_parameters; i++)
        if (arguments->method->parameters[i].is_out)
            sim_value_write(&xml, style, ns, arguments->method->parameters[i].name, &arguments->values[i]);
    sim_xml_leaf(&xml, "p:ReturnValue", number);
    sim_xml_close_full(&xml);
    call->prefixes = SIM_PREFIXES_TRANSFER;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

static bool find_method(struct sim_wire_call *call, const struct sim_class *class_, const struct sim_method **ret_method) {
    *ret_method = sim_class_method(class_, call->method);
    if (!*ret_method || (*ret_method)->since > sim_host_build(call->host))
        return sim_fail_wmi(&call->fault, SIM_WBEM_INVALID_METHOD, "%s has no method %s.", class_->name, call->method);
    return true;
}

static bool run(struct sim_wire_call *call, const struct sim_class *class_, struct arguments *arguments) {
    uint32_t return_value = 0;
    uint32_t hresult;

    if (!read_input(call, arguments))
        return false;
    call->invoked = true;
    hresult = sim_host_invoke(call->host, call->caller, call->message->resource.path, arguments->method, arguments->values,
                              &return_value);
    if (hresult)
        return sim_fail_wmi(&call->fault, hresult, "%s of %s cannot be called so.", arguments->method->name, class_->name);
    return write_output(call, class_, arguments, return_value);
}

bool sim_invoke(struct sim_wire_call *call) {
    const struct sim_class *class_;
    const struct sim_method *method;
    struct arguments arguments = { 0 };
    bool good;

    if (!sim_call_class(call, &class_) || !find_method(call, class_, &method) || !sim_call_selectors(call, class_))
        return false;
    if (!init_arguments(method, &arguments))
        return sim_fail_memory(&call->fault);
    good = run(call, class_, &arguments);
    deinit_arguments(&arguments);
    return good;
}
