/* Machines and their settings as instances (hyperv.md 2.8 to 2.12). */
#include "base/size.h"
#include "base/text.h"
#include "provider.h"

struct sim_object *sim_vm_object(const struct sim_vm *vm) {
    const char *class_name = vm->is_planned ? "Msvm_PlannedComputerSystem" : "Msvm_ComputerSystem";
    const char *caption = vm->is_planned ? "Planned Virtual Machine" : "Virtual Machine";
    bool is_on = vm->state == 2 || vm->state == 9;
    int64_t up_us = vm->host->fabric->now_us - vm->state_since_us;
    struct sim_object *system = sim_new(vm->host, class_name);
    sim_set_text(system, "CreationClassName", class_name);
    sim_set_text(system, "Name", vm->guid);
    sim_set_text(system, "ElementName", sim_vm_name(vm));
    sim_set_text(system, "Caption", caption);
    sim_set_text(system, "Description", "Microsoft Virtual Machine");
    sim_set_number(system, "EnabledState", vm->state);
    sim_set_number(system, "EnabledDefault", 2);
    sim_set_number(system, "RequestedState", 5);
    sim_set_number(system, "HealthState", 5);
    sim_add_number(system, "OperationalStatus", vm->job ? 11 : 2);
    sim_add_text(system, "StatusDescriptions", vm->job ? "In service" : "Operating normally");
    if (vm->job) {
        sim_add_number(system, "OperationalStatus", 32774);
        sim_add_text(system, "StatusDescriptions", "Migrating virtual machine");
    }
    sim_set_number(system, "OnTimeInMilliseconds", is_on ? (uint64_t)(up_us / SIM_US_PER_MS) : 0);
    sim_set_number(system, "ProcessID", is_on ? 4000U + (unsigned)vm->guid[35] * 4U : 0);
    sim_set_number(system, "NumberOfNumaNodes", 1);
    sim_set_timestamp(system, "TimeOfLastStateChange", vm->state_since_us);
    sim_set_value(system, "InstallDate", sim_object_value(vm->active.system, "CreationTime"));
    sim_set_number(system, "EnhancedSessionModeState", 3);
    if (vm->busy && !vm->job) {
        sim_add_number(system, "OperationalStatus", vm->busy);
        sim_add_text(system, "StatusDescriptions", "Busy");
    }
    sim_set_number(system, "ReplicationState", vm->replication);
    sim_set_number(system, "ReplicationMode", 0);
    sim_set_number(system, "ReplicationHealth", 0);
    return system;
}

static void machines_emit(struct sim_sink *sink, bool is_planned) {
    for (size_t i = 0; i < sink->host->fabric->n_vms; i++) {
        const struct sim_vm *vm = sink->host->fabric->vms[i];
        if (vm->is_planned == is_planned && sim_sink_covers(sink, vm))
            sim_sink_add(sink, sim_vm_object(vm));
    }
}

void sim_emit_systems(struct sim_sink *sink) {
    sim_emit_host_systems(sink);
    machines_emit(sink, false);
}

void sim_emit_planned_systems(struct sim_sink *sink) {
    machines_emit(sink, true);
}

void sim_emit_shutdown_components(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->fabric->n_vms; i++) {
        const struct sim_vm *vm = sink->host->fabric->vms[i];
        if (vm->is_planned || vm->state != 2 || vm->guest == SIM_GUEST_NONE || !sim_sink_covers(sink, vm))
            continue;
        HV_CLEANUP_FREE char *id = sim_format("Microsoft:%s\\9F8233AC-BE49-4C79-8EE3-E7E1985B2077", vm->guid);
        struct sim_object *component = id ? sim_new(vm->host, "Msvm_ShutdownComponent") : NULL;
        sim_set_text(component, "CreationClassName", "Msvm_ShutdownComponent");
        sim_set_text(component, "DeviceID", id);
        sim_set_text(component, "SystemCreationClassName", "Msvm_ComputerSystem");
        sim_set_text(component, "SystemName", vm->guid);
        sim_set_text(component, "Name", "Shutdown");
        sim_set_text(component, "ElementName", "Shutdown");
        sim_set_text(component, "Caption", "Shutdown");
        sim_set_text(component, "Description", "Microsoft Shutdown Service");
        sim_set_number(component, "EnabledState", 2);
        sim_set_number(component, "RequestedState", 12);
        sim_set_number(component, "HealthState", 5);
        sim_add_number(component, "OperationalStatus", 2);
        sim_sink_add(sink, component);
    }
}

/* Default settings stand among the others and have to be told apart by their InstanceID (hyperv.md A.5). */
static void definitions_emit(struct sim_sink *sink) {
    static const struct {
        const char *class_name, *guid, *subtype;
        uint64_t type;
    } kinds[] = {
        { "Msvm_StorageAllocationSettingData", "70BB60D2-A9D3-46AA-B654-3DE53004B4F8", "Microsoft:Hyper-V:Virtual Hard Disk",
          31 },
        { "Msvm_StorageAllocationSettingData", "E3A7C3B4-0F9B-4B5E-8D8A-2A0F2F1E6C11", "Microsoft:Hyper-V:Virtual CD/DVD Disk",
          31 },
        { "Msvm_ResourceAllocationSettingData", "4C6D9B7A-1E2F-4A3B-9C8D-7E6F5A4B3C22", "Microsoft:Hyper-V:Synthetic Disk Drive",
          17 },
        { "Msvm_MemorySettingData", "9A8B7C6D-5E4F-4031-A213-141516171833", "Microsoft:Hyper-V:Memory", 4 },
        { "Msvm_ProcessorSettingData", "8B7C6D5E-4F3A-4B2C-9D1E-0F1A2B3C4D44", "Microsoft:Hyper-V:Processor", 3 },
    };
    static const char *const roles[] = { "Default", "Minimum", "Maximum", "Increment" };
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds) * HV_ARRAY_SIZE(roles); i++) {
        size_t kind = i / HV_ARRAY_SIZE(roles);
        if (!hv_text_same(kinds[kind].class_name, sink->class_->name))
            continue;
        HV_CLEANUP_FREE char *id = sim_format("Microsoft:Definition\\%s\\%s", kinds[kind].guid, roles[i % HV_ARRAY_SIZE(roles)]);
        struct sim_object *setting = sim_new(sink->host, kinds[kind].class_name);
        sim_set_text(setting, "InstanceID", id);
        sim_set_text(setting, "ElementName", roles[i % HV_ARRAY_SIZE(roles)]);
        sim_set_number(setting, "ResourceType", kinds[kind].type);
        sim_set_text(setting, "ResourceSubType", kinds[kind].subtype);
        sim_set_text(setting, "PoolID", "");
        sim_set_number(setting, "VirtualQuantity", 1);
        sim_sink_add(sink, id ? setting : sim_object_free(setting));
    }
}

static void config_emit(struct sim_sink *sink, const struct sim_config *config) {
    sim_sink_copy(sink, config->system);
    for (size_t i = 0; i < config->resources.n_items; i++)
        sim_sink_copy(sink, config->resources.items[i]);
}

void sim_emit_settings(struct sim_sink *sink) {
    if (!sink->guid)
        definitions_emit(sink);
    for (size_t i = 0; i < sink->host->fabric->n_vms; i++) {
        const struct sim_vm *vm = sink->host->fabric->vms[i];
        if (!sim_sink_covers(sink, vm))
            continue;
        config_emit(sink, &vm->active);
        for (size_t j = 0; j < vm->n_checkpoints; j++)
            config_emit(sink, &vm->checkpoints[j]);
    }
}

struct sim_path *sim_vm_path(const struct sim_vm *vm) {
    const char *class_name = vm->is_planned ? "Msvm_PlannedComputerSystem" : "Msvm_ComputerSystem";
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, class_name);
    if (path && sim_path_add(path, "CreationClassName", class_name) && sim_path_add(path, "Name", vm->guid))
        return path;
    return sim_path_free(path);
}
