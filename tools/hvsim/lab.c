/* The classes of root/hvsim that have no state: Hvsim_Echo gives back what it gets, Hvsim_Bulk are instances by number. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "provider.h"

/* ---- Echo ---- */

void sim_emit_echo(struct sim_sink *sink) {
    sim_sink_add(sink, sim_object_new(sink->class_, sink->host->build));
}

/* Embedded instances are read and written anew, so that the answer shows what was understood. */
static uint32_t embedded_echo(const struct sim_method_call *call, const char *class_name, const struct sim_value *in,
                              struct sim_value *out) {
    struct sim_embedded_rules rules = sim_host_rules(call->host);
    rules.ns = SIM_NS_LAB;
    for (size_t i = 0; i < in->n_items; i++) {
        struct sim_embedded embedded;
        int r = sim_embedded_parse(&rules, class_name, in->items[i].text, &embedded);
        HV_CLEANUP_FREE char *text = r == 0 ? sim_object_cim_text(embedded.object) : NULL;
        if (r > 0)
            sim_fabric_refuse(call->host->fabric, "%s: %s", class_name, embedded.reason);
        sim_embedded_deinit(&embedded);
        if (r > 0)
            return SIM_INVALID_PARAMETER;
        if (!text || sim_value_add_text(out, text))
            return SIM_WBEM_OUT_OF_MEMORY;
    }
    return 0;
}

uint32_t sim_echo_invoke(const struct sim_method_call *call, uint32_t *ret_value) {
    for (size_t i = 0; i < call->method->n_parameters; i++) {
        const struct sim_parameter *parameter = &call->method->parameters[i];
        struct sim_value *out = &call->values[i];
        const struct sim_value *in;
        uint32_t r;
        if (!parameter->is_out)
            continue;
        in = sim_arg_value(call, parameter->name + strlen("Out"));
        if (parameter->type == SIM_STRING && parameter->embedded)
            r = embedded_echo(call, parameter->embedded, in, out);
        else
            r = sim_value_copy(in, out) ? SIM_WBEM_OUT_OF_MEMORY : 0;
        if (r == SIM_WBEM_OUT_OF_MEMORY)
            return r;
        *ret_value = r;
        if (r)
            return 0;
    }
    return 0;
}

/* ---- Bulk ---- */

uint32_t sim_host_n_bulk(const struct sim_host *host) {
    return host->fabric->bulk_items;
}

/* Differs from instance to instance and from property to property, the same at each call. */
static void bulk_set(struct sim_object *object, const struct sim_property *property, uint32_t i, uint32_t salt) {
    uint64_t number = ((uint64_t)i + 1) * 0x9E3779B97F4A7C15U >> (salt % 16);
    char text[64];
    snprintf(text, sizeof(text), "%s of item %u: %llx", property->name, i, (unsigned long long)number);
    if (hv_text_starts(property->name, "Missing"))
        return;
    if (property->is_key)
        sim_set_number(object, property->name, i);
    else if (property->type == SIM_BOOLEAN)
        sim_set_bool(object, property->name, number & 1);
    else if (property->type == SIM_DATETIME)
        sim_set_timestamp(object, property->name, 1700000000000000 + (int64_t)i * 1000001);
    else if (property->type == SIM_STRING && property->is_array)
        for (uint32_t n = 0; n < 2; n++)
            sim_add_text(object, property->name, n ? "second" : text);
    else if (property->type == SIM_STRING)
        sim_set_text(object, property->name, text);
    else if (property->is_array)
        for (uint32_t n = 0; n < i % 4; n++)
            sim_add_number(object, property->name, n);
    else
        sim_set_number(object, property->name, property->type == SIM_UINT16 ? number & UINT16_MAX : number);
}

struct sim_object *sim_host_bulk(const struct sim_host *host, uint32_t i) {
    struct sim_object *object = sim_new_in(host, SIM_NS_LAB, "Hvsim_Bulk");
    for (size_t p = 0; object && p < object->class_->n_properties; p++)
        bulk_set(object, object->class_->properties[p], i, (uint32_t)p);
    return sim_object_good(object) ? object : sim_object_free(object);
}

void sim_emit_bulk(struct sim_sink *sink) {
    const char *index = sink->path ? sim_path_key(sink->path, "Index") : NULL;
    uint32_t n = sim_host_n_bulk(sink->host);
    uint64_t i = 0;
    if (index && n && hv_text_u64(index, strlen(index), 0, n - 1, &i))
        sim_sink_add(sink, sim_host_bulk(sink->host, (uint32_t)i));
    for (; !index && i < n && !sink->failed; i++)
        sim_sink_add(sink, sim_host_bulk(sink->host, (uint32_t)i));
}
