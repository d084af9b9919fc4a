/* Invoke: METHOD_INPUT to values, the call, values to METHOD_OUTPUT (wsman.md 3). */
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "input.h"
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

static bool read_argument(struct sim_wire_call *call, const xmlNode *node, const struct arguments *arguments) {
    for (size_t i = 0; i < arguments->method->n_parameters; i++) {
        const struct sim_parameter *parameter = &arguments->method->parameters[i];
        struct sim_value *value = &arguments->values[i];

        if (parameter->is_out || strcmp(parameter->name, sim_dom_name(node)) != 0)
            continue;
        /* The element of an object stands in the namespace of what it holds (wsman.md 2.4). */
        if (parameter->type != SIM_OBJECT && strcmp(sim_dom_ns(node), sim_dom_ns(node->parent)) != 0)
            return sim_input_fault(call, "is in another namespace than its method", parameter->name);
        return sim_input_read(call, node, parameter, value);
    }
    return sim_input_fault(call, "is no in-parameter of the method", sim_dom_name(node));
}

static bool read_input(struct sim_wire_call *call, const struct arguments *arguments) {
    const xmlNode *payload = call->message->payload;
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1024);

    hv_buf_printf(&name, "%s_INPUT", arguments->method->name);
    if (!sim_dom_is(payload, call->message->resource.uri, hv_buf_text(&name)))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no %s in the namespace of the resource URI.",
                        hv_buf_text(&name));
    for (const xmlNode *node = sim_dom_first(payload); node; node = sim_dom_next(node)) {
        if (!read_argument(call, node, arguments))
            return false;
    }
    return true;
}

/* ---- output ---- */

static bool write_output(struct sim_wire_call *call, const struct sim_class *class_, const struct arguments *arguments,
                         uint32_t return_value) {
    const struct sim_writing writing = sim_call_writing(call);
    const bool is_omi = call->manner->peer == SIM_PEER_OMI; /* wsman.md 7 */
    const char *ns = call->message->resource.path->ns;
    HV_CLEANUP_FREE char *uri = sim_class_uri(writing.style, ns, class_->name);
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1024);
    SIM_CLEANUP_XML struct sim_xml xml;
    char number[16];

    sim_xml_init(&xml);
    if (!uri)
        return sim_fail_memory(&call->fault);
    hv_buf_printf(&name, "p:%s_OUTPUT", is_omi ? class_->name : arguments->method->name);
    (void)snprintf(number, sizeof(number), "%u", return_value);
    sim_xml_open(&xml, hv_buf_text(&name));
    sim_xml_ns(&xml, "xsi", SIM_NS_XSI);
    sim_xml_ns(&xml, "p", uri);
    sim_xml_ns(&xml, "cim", SIM_NS_CIM);
    if (is_omi && !arguments->method->is_void)
        sim_xml_leaf(&xml, "p:ReturnValue", number);
    for (size_t i = 0; i < arguments->method->n_parameters; i++) {
        const struct sim_parameter *parameter = &arguments->method->parameters[i];
        if (parameter->is_out)
            sim_value_write(&xml, &writing, ns, parameter->name, parameter->is_octets, &arguments->values[i]);
    }
    if (!is_omi && !arguments->method->is_void)
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
