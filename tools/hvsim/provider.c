/* Listing and getting: which emitter makes which class, and what a path must look like (wsman.md 3.2). */
#include "provider.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"

static const struct {
    const char *class_name;
    sim_emit_fn emit;
} emitters[] = {
    { "Msvm_ComputerSystem", sim_emit_systems },
    { "Msvm_PlannedComputerSystem", sim_emit_planned_systems },
    { "Msvm_VirtualEthernetSwitch", sim_emit_switches },
    { "Msvm_ResourcePool", sim_emit_pools },
    { "Msvm_DiskDrive", sim_emit_disk_drives },
    { "Msvm_ShutdownComponent", sim_emit_shutdown_components },
    { "Msvm_VirtualSystemManagementService", sim_emit_management },
    { "Msvm_VirtualSystemManagementServiceSettingData", sim_emit_management_settings },
    { "Msvm_VirtualSystemSettingData", sim_emit_settings },
    { "Msvm_ResourceAllocationSettingData", sim_emit_settings },
    { "Msvm_StorageAllocationSettingData", sim_emit_settings },
    { "Msvm_SyntheticEthernetPortSettingData", sim_emit_settings },
    { "Msvm_EthernetPortAllocationSettingData", sim_emit_settings },
    { "Msvm_ProcessorSettingData", sim_emit_settings },
    { "Msvm_MemorySettingData", sim_emit_settings },
    { "Msvm_VirtualSystemMigrationService", sim_emit_migration_service },
    { "Msvm_VirtualSystemMigrationSettingData", sim_emit_migration_templates },
    { "Msvm_VirtualSystemMigrationServiceSettingData", sim_emit_migration_settings },
    { "Msvm_VirtualSystemMigrationCapabilities", sim_emit_migration_capabilities },
    { "Msvm_VirtualSystemMigrationNetworkSettingData", sim_emit_networks },
    { "Msvm_MigrationJob", sim_emit_jobs },
    { "Msvm_ConcreteJob", sim_emit_jobs },
    { "Win32_OperatingSystem", sim_emit_operating_system },
    { "Win32_ComputerSystem", sim_emit_win32_computer },
    { "Win32_Processor", sim_emit_processors },
    { "Win32_Volume", sim_emit_volumes },
    { "CIM_DataFile", sim_emit_data_files },
    { "Win32_Environment", sim_emit_stored },
    { "MSCluster_Cluster", sim_emit_cluster },
    { "MSCluster_Node", sim_emit_nodes },
    { "MSCluster_ResourceGroup", sim_emit_groups },
    { "MSCluster_Resource", sim_emit_resources },
    { "Hvsim_AllTypes", sim_emit_stored },
    { "Hvsim_Link", sim_emit_stored },
    { "Hvsim_Echo", sim_emit_echo },
    { "Hvsim_Bulk", sim_emit_bulk },
};

static sim_emit_fn emitter_find(const struct sim_class *class_) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(emitters); i++)
        if (hv_text_same(emitters[i].class_name, class_->name))
            return emitters[i].emit;
    return class_->is_association ? sim_emit_links : NULL;
}

/* ---- paths ---- */

static bool is_system_key(const struct sim_key *key) {
    return hv_text_starts(key->name, "__");
}

static const struct sim_key *path_key(const struct sim_path *path, const char *name) {
    for (size_t i = 0; i < path->n_keys; i++)
        if (hv_text_same(path->keys[i].name, name))
            return &path->keys[i];
    return NULL;
}

static bool keys_same(const struct sim_host *host, const struct sim_path *a, const struct sim_path *b) {
    for (size_t i = 0; i < a->n_keys; i++) {
        const struct sim_key *key = &a->keys[i];
        const struct sim_key *other = path_key(b, key->name);
        if (is_system_key(key))
            continue;
        if (!other ||
            (key->path ? !other->path || !sim_path_same(host, key->path, other->path) : !hv_text_same(key->value, other->value)))
            return false;
    }
    return true;
}

static const char *ns_of(const struct sim_path *path) {
    return path->ns ? path->ns : SIM_NS_VIRTUALIZATION;
}

bool sim_path_same(const struct sim_host *host, const struct sim_path *a, const struct sim_path *b) {
    const struct sim_class *class_a = sim_schema_class(host->fabric->schema, ns_of(a), a->class_name);
    const struct sim_class *class_b = sim_schema_class(host->fabric->schema, ns_of(b), b->class_name);
    if (!class_a || !class_b || (!sim_class_is_a(class_a, class_b->name) && !sim_class_is_a(class_b, class_a->name)))
        return false;
    return keys_same(host, a, b) && keys_same(host, b, a);
}

static bool vm_has_guid(const struct sim_vm *vm, const char *guid) {
    if (hv_text_same(vm->guid, guid))
        return true;
    for (size_t i = 0; i < vm->n_checkpoints; i++)
        if (hv_text_same(sim_object_text(vm->checkpoints[i].system, "ConfigurationID"), guid))
            return true;
    return false;
}

const char *sim_path_vm(struct sim_host *host, const struct sim_path *path, char guid[HV_UUID_TEXT_SIZE]) {
    const char *text = sim_path_key(path, "InstanceID");
    if (!text)
        text = sim_path_key(path, "Name");
    if (text && hv_text_starts(text, "Microsoft:"))
        text += strlen("Microsoft:");
    if (!text || strlen(text) < HV_UUID_TEXT_SIZE - 1)
        return NULL;
    memcpy(guid, text, HV_UUID_TEXT_SIZE - 1);
    guid[HV_UUID_TEXT_SIZE - 1] = '\0';
    for (size_t i = 0; i < host->fabric->n_vms; i++)
        if (host->fabric->vms[i]->host == host && vm_has_guid(host->fabric->vms[i], guid))
            return guid;
    return NULL;
}

/* ---- sink ---- */

bool sim_sink_covers(const struct sim_sink *sink, const struct sim_vm *vm) {
    return vm->host == sink->host && (!sink->guid || vm_has_guid(vm, sink->guid));
}

static bool key_matches(const struct sim_sink *sink, const struct sim_object *object, const struct sim_key *key) {
    char number[SIM_NUMBER_TEXT_SIZE];
    const struct sim_value *value = sim_object_value(object, key->name);
    if (!value || !value->is_set)
        return false;
    if (value->type == SIM_REFERENCE)
        return key->path && sim_path_same(sink->host, key->path, value->items[0].path);
    return hv_text_same(sim_value_text(value, 0, number), key->value);
}

static bool sink_wants(const struct sim_sink *sink, const struct sim_object *object) {
    if (object->class_ != sink->class_)
        return false;
    for (size_t i = 0; sink->path && i < sink->path->n_keys; i++)
        if (!is_system_key(&sink->path->keys[i]) && !key_matches(sink, object, &sink->path->keys[i]))
            return false;
    return true;
}

void sim_sink_add(struct sim_sink *sink, struct sim_object *object_take) {
    if (sim_object_good(object_take) && !sink_wants(sink, object_take))
        sim_object_free(object_take);
    else if (!sim_list_add(sink->list, object_take))
        sink->failed = true;
}

void sim_sink_copy(struct sim_sink *sink, const struct sim_object *object) {
    if (sink_wants(sink, object))
        sim_sink_add(sink, sim_object_copy(object));
}

/* ---- list and get ---- */

static uint32_t classes_emit(struct sim_host *host, const struct sim_class *class_, const struct sim_path *path,
                             struct sim_list *ret_list) {
    const struct sim_schema *schema = host->fabric->schema;
    char guid[HV_UUID_TEXT_SIZE];
    struct sim_sink sink = { .host = host, .path = path, .list = ret_list };
    sink.guid = path ? sim_path_vm(host, path, guid) : NULL;
    for (size_t i = 0; i < sim_schema_n_classes(schema); i++) {
        const struct sim_class *derived = sim_schema_class_at(schema, i);
        sim_emit_fn emit = derived->ns == class_->ns || strcmp(derived->ns, class_->ns) == 0 ? emitter_find(derived) : NULL;
        if (!emit || !sim_class_is_a(derived, class_->name))
            continue;
        sink.class_ = derived;
        emit(&sink);
    }
    return sink.failed ? SIM_WBEM_OUT_OF_MEMORY : 0;
}

static uint32_t class_find(struct sim_host *host, const char *ns, const char *name, const struct sim_class **ret_class) {
    if (!sim_host_has_namespace(host, ns))
        return SIM_WBEM_INVALID_NAMESPACE;
    *ret_class = sim_schema_class(host->fabric->schema, ns, name);
    return *ret_class ? 0 : SIM_WBEM_INVALID_CLASS;
}

uint32_t sim_host_list(struct sim_host *host, const char *ns, const char *class_name, struct sim_list *ret_list) {
    const struct sim_class *class_ = NULL;
    uint32_t r = class_find(host, ns, class_name, &class_);
    return r ? r : classes_emit(host, class_, NULL, ret_list);
}

static uint32_t names_check(const struct sim_class *class_, const struct sim_path *path) {
    for (size_t i = 0; i < path->n_keys; i++) {
        const struct sim_property *property = sim_class_property(class_, path->keys[i].name);
        if (!is_system_key(&path->keys[i]) && (!property || !property->is_key))
            return SIM_WBEM_INVALID_PARAMETER;
    }
    return 0;
}

static uint32_t complete_check(const struct sim_class *class_, const struct sim_path *path) {
    for (size_t i = 0; i < class_->n_properties; i++)
        if (class_->properties[i]->is_key && !path_key(path, class_->properties[i]->name))
            return SIM_WBEM_INVALID_OBJECT_PATH;
    return 0;
}

static uint32_t first_find(struct sim_host *host, const struct sim_class *class_, const struct sim_path *path,
                           struct sim_object **ret_object) {
    struct sim_list list = { 0 };
    uint32_t r = classes_emit(host, class_, path, &list);
    if (r == 0 && list.n_items == 0)
        r = SIM_WBEM_NOT_FOUND;
    if (r == 0) {
        *ret_object = list.items[0];
        list.items[0] = NULL;
    }
    sim_list_deinit(&list);
    return r;
}

uint32_t sim_host_match(struct sim_host *host, const struct sim_path *path, struct sim_object **ret_object) {
    const struct sim_class *class_ = NULL;
    uint32_t r;
    if ((r = class_find(host, ns_of(path), path->class_name, &class_)) || (r = names_check(class_, path)))
        return r;
    return first_find(host, class_, path, ret_object);
}

uint32_t sim_host_get(struct sim_host *host, const struct sim_path *path, struct sim_object **ret_object) {
    const struct sim_class *class_ = NULL;
    uint32_t r;
    if ((r = class_find(host, ns_of(path), path->class_name, &class_)) || (r = names_check(class_, path)) ||
        (r = complete_check(class_, path)))
        return r;
    return first_find(host, class_, path, ret_object);
}
