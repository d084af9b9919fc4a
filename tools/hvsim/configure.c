/* Configuring the migration service (hyperv.md 2.1, 4h). */
#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"
#include "provider.h"

/* Copies each value that was given and is not read-only; broken when out of memory. */
static void given_apply(const struct sim_embedded *embedded, struct sim_object *object) {
    for (size_t i = 0; i < object->class_->n_properties; i++) {
        const struct sim_property *property = object->class_->properties[i];
        if (embedded->given[i] && property->is_writable && !property->is_key)
            sim_set_value(object, property->name, &embedded->object->values[i]);
    }
}

static bool replace(struct sim_object **object, struct sim_object *new_take) {
    if (!sim_object_good(new_take)) {
        sim_object_free(new_take);
        return false;
    }
    sim_object_free(*object);
    *object = new_take;
    return true;
}

/* ---- service settings ---- */

static uint32_t settings_change(const struct sim_method_call *call, const struct sim_embedded *embedded, uint32_t *ret_value) {
    struct sim_host *host = call->host;
    const char *id = sim_object_text(embedded->object, "InstanceID");
    if (!hv_text_same(id, sim_object_text(host->migration_settings, "InstanceID")))
        return sim_refuse(call, "InstanceID is not that of the service settings", SIM_INVALID_PARAMETER, ret_value);
    if (sim_object_number(embedded->object, "AuthenticationType", 0) > 1)
        return sim_refuse(call, "AuthenticationType must be 0 or 1", SIM_INVALID_PARAMETER, ret_value);
    struct sim_object *changed = sim_object_copy(host->migration_settings);
    if (changed)
        given_apply(embedded, changed);
    if (!replace(&host->migration_settings, changed))
        return SIM_WBEM_OUT_OF_MEMORY;
    sim_fabric_touch(host->fabric);
    return 0;
}

static uint32_t settings_modify(const struct sim_method_call *call, uint32_t *ret_value) {
    const char *text = sim_arg_text(call, "ServiceSettingData");
    struct sim_embedded embedded = { 0 };
    if (!text)
        return sim_refuse(call, "no ServiceSettingData", SIM_INVALID_PARAMETER, ret_value);
    uint32_t r = sim_embedded_read(call, "Msvm_VirtualSystemMigrationServiceSettingData", text, &embedded, ret_value);
    if (r == 0 && *ret_value == 0)
        r = settings_change(call, &embedded, ret_value);
    sim_embedded_deinit(&embedded);
    return r;
}

/* ---- networks ---- */

static bool subnet_is_good(const struct sim_object *network) {
    const char *subnet = sim_object_text(network, "SubnetNumber");
    uint64_t prefix = sim_object_number(network, "PrefixLength", 256);
    struct in6_addr address;
    if (!subnet)
        return false;
    if (inet_pton(AF_INET, subnet, &address) == 1)
        return prefix <= 32;
    return inet_pton(AF_INET6, subnet, &address) == 1 && prefix <= 128;
}

static struct sim_object **network_find(struct sim_host *host, const char *id) {
    for (size_t i = 0; i < host->networks.n_items; i++)
        if (hv_text_same(sim_object_text(host->networks.items[i], "InstanceID"), id))
            return &host->networks.items[i];
    return NULL;
}

static uint32_t network_add(const struct sim_method_call *call, const struct sim_embedded *embedded, uint32_t *ret_value) {
    char guid[HV_UUID_TEXT_SIZE];
    if (!subnet_is_good(embedded->object))
        return sim_refuse(call, "SubnetNumber and PrefixLength are no network", SIM_INVALID_PARAMETER, ret_value);
    sim_guid_new(call->host->fabric, guid);
    HV_CLEANUP_FREE char *id = sim_format("Microsoft:%s", guid);
    struct sim_object *network = sim_object_copy(embedded->object);
    sim_set_text(network, "InstanceID", id);
    if (network && !sim_object_value(network, "Metric")->is_set)
        sim_set_number(network, "Metric", 0);
    return id && sim_list_add(&call->host->networks, network) ? 0 : SIM_WBEM_OUT_OF_MEMORY;
}

static uint32_t network_modify(const struct sim_method_call *call, const struct sim_embedded *embedded, uint32_t *ret_value) {
    struct sim_object **network = network_find(call->host, sim_object_text(embedded->object, "InstanceID"));
    if (!network)
        return sim_refuse(call, "InstanceID names no network of the service", SIM_INVALID_PARAMETER, ret_value);
    HV_CLEANUP(sim_object_free) struct sim_object *changed = sim_object_copy(*network);
    if (!changed)
        return SIM_WBEM_OUT_OF_MEMORY;
    given_apply(embedded, changed);
    if (!subnet_is_good(changed))
        return sim_refuse(call, "SubnetNumber and PrefixLength are no network", SIM_INVALID_PARAMETER, ret_value);
    struct sim_object *done = changed;
    changed = NULL;
    return replace(network, done) ? 0 : SIM_WBEM_OUT_OF_MEMORY;
}

static uint32_t networks_take(const struct sim_method_call *call, bool is_new, uint32_t *ret_value) {
    const struct sim_value *value = sim_arg_value(call, "NetworkSettings");
    uint32_t r = 0;
    if (value->n_items == 0)
        return sim_refuse(call, "no NetworkSettings", SIM_INVALID_PARAMETER, ret_value);
    for (size_t i = 0; i < value->n_items && r == 0 && *ret_value == 0; i++) {
        struct sim_embedded embedded = { 0 };
        r = sim_embedded_read(call, "Msvm_VirtualSystemMigrationNetworkSettingData", value->items[i].text, &embedded, ret_value);
        if (r == 0 && *ret_value == 0)
            r = (is_new ? network_add : network_modify)(call, &embedded, ret_value);
        sim_embedded_deinit(&embedded);
    }
    sim_fabric_touch(call->host->fabric);
    return r;
}

static uint32_t networks_remove(const struct sim_method_call *call, uint32_t *ret_value) {
    const struct sim_value *value = sim_arg_value(call, "NetworkSettings");
    struct sim_list *networks = &call->host->networks;
    if (value->n_items == 0)
        return sim_refuse(call, "no NetworkSettings", SIM_INVALID_PARAMETER, ret_value);
    for (size_t i = 0; i < value->n_items; i++)
        if (!network_find(call->host, sim_path_key(value->items[i].path, "InstanceID")))
            return sim_refuse(call, "a reference names no network of the service", SIM_INVALID_PARAMETER, ret_value);
    for (size_t i = 0; i < value->n_items; i++) {
        struct sim_object **network = network_find(call->host, sim_path_key(value->items[i].path, "InstanceID"));
        if (!network)
            continue; /* named twice */
        sim_object_free(*network);
        *network = networks->items[--networks->n_items];
    }
    sim_fabric_touch(call->host->fabric);
    return 0;
}

uint32_t sim_network_invoke(const struct sim_method_call *call, uint32_t *ret_value) {
    const char *name = call->method->name;
    bool changes = !hv_text_starts(name, "Get") && !hv_text_starts(name, "Check");
    *ret_value = SIM_DONE;
    if (changes && sim_texts_has(&call->host->denied, call->caller->user)) {
        *ret_value = SIM_DENIED;
        return 0;
    }
    if (strcmp(name, "ModifyServiceSettings") == 0)
        return settings_modify(call, ret_value);
    if (strcmp(name, "AddNetworkSettings") == 0)
        return networks_take(call, true, ret_value);
    if (strcmp(name, "ModifyNetworkSettings") == 0)
        return networks_take(call, false, ret_value);
    if (strcmp(name, "RemoveNetworkSettings") == 0)
        return networks_remove(call, ret_value);
    return sim_compatibility_invoke(call, ret_value);
}
