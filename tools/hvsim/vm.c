/* VMs and their settings: stored objects that go with the VM from host to host. */
#include "vm.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "fabric.h"

const char *sim_vm_name(const struct sim_vm *vm) {
    const char *name = sim_object_text(vm->active.system, "ElementName");
    return name ? name : "";
}

struct sim_vm *sim_vm_find(struct sim_host *host, const char *guid, bool is_planned) {
    struct sim_fabric *fabric = host->fabric;
    for (size_t i = 0; i < fabric->n_vms; i++)
        if (fabric->vms[i]->host == host && fabric->vms[i]->is_planned == is_planned && hv_text_same(fabric->vms[i]->guid, guid))
            return fabric->vms[i];
    return NULL;
}

static void config_deinit(struct sim_config *config) {
    sim_object_free(config->system);
    sim_list_deinit(&config->resources);
    config->system = NULL;
}

struct sim_vm *sim_vm_free(struct sim_vm *vm) {
    if (!vm)
        return NULL;
    config_deinit(&vm->active);
    for (size_t i = 0; i < vm->n_checkpoints; i++)
        config_deinit(&vm->checkpoints[i]);
    free(vm->checkpoints);
    free(vm);
    return NULL;
}

bool sim_vm_add(struct sim_fabric *fabric, struct sim_vm *vm_take) {
    struct sim_vm **vms = vm_take ? hv_grow(fabric->vms, fabric->n_vms, sizeof(struct sim_vm *)) : NULL;
    if (!vms) {
        sim_vm_free(vm_take);
        return false;
    }
    fabric->vms = vms;
    vms[fabric->n_vms++] = vm_take;
    sim_fabric_touch(fabric);
    return true;
}

void sim_vm_remove(struct sim_fabric *fabric, struct sim_vm *vm) {
    for (size_t i = 0; i < fabric->n_vms; i++) {
        if (fabric->vms[i] != vm)
            continue;
        memmove(&fabric->vms[i], &fabric->vms[i + 1], (fabric->n_vms - i - 1) * sizeof(struct sim_vm *));
        fabric->n_vms--;
        sim_vm_free(vm);
        sim_fabric_touch(fabric);
        return;
    }
}

/* ---- copies ---- */

static bool config_copy(const struct sim_config *config, struct sim_config *ret_config) {
    ret_config->system = sim_object_copy(config->system);
    if (!ret_config->system)
        return false;
    for (size_t i = 0; i < config->resources.n_items; i++)
        if (!sim_list_add(&ret_config->resources, sim_object_copy(config->resources.items[i])))
            return false;
    return true;
}

static bool config_mark_planned(struct sim_config *config, const char *type) {
    sim_set_text(config->system, "VirtualSystemType", type);
    return sim_object_good(config->system);
}

struct sim_vm *sim_vm_plan(const struct sim_vm *vm, struct sim_host *host) {
    HV_CLEANUP(sim_vm_free) struct sim_vm *plan = calloc(1, sizeof(*plan));
    if (!plan)
        return NULL;
    memcpy(plan->guid, vm->guid, sizeof(plan->guid));
    plan->host = vm->host;
    plan->is_planned = true;
    plan->guest = vm->guest;
    plan->state = vm->state == 3 ? 3 : 6;
    plan->state_since_us = host->fabric->now_us;
    plan->checkpoints = calloc(vm->n_checkpoints + 1, sizeof(*plan->checkpoints));
    if (!plan->checkpoints || !config_copy(&vm->active, &plan->active) ||
        !config_mark_planned(&plan->active, "Microsoft:Hyper-V:System:Planned"))
        return NULL;
    for (size_t i = 0; i < vm->n_checkpoints; i++) {
        plan->n_checkpoints++;
        if (!config_copy(&vm->checkpoints[i], &plan->checkpoints[i]) ||
            !config_mark_planned(&plan->checkpoints[i], "Microsoft:Hyper-V:Snapshot:Planned"))
            return NULL;
    }
    if (!sim_vm_settle(plan, host))
        return NULL;
    struct sim_vm *ret = plan;
    plan = NULL;
    return ret;
}

/* ---- settings ---- */

static struct sim_object *config_setting(struct sim_config *config, const char *instance_id) {
    if (hv_text_same(sim_object_text(config->system, "InstanceID"), instance_id))
        return config->system;
    for (size_t i = 0; i < config->resources.n_items; i++)
        if (hv_text_same(sim_object_text(config->resources.items[i], "InstanceID"), instance_id))
            return config->resources.items[i];
    return NULL;
}

struct sim_object *sim_vm_setting(struct sim_vm *vm, const char *instance_id, struct sim_config **ret_config) {
    struct sim_config *config = &vm->active;
    struct sim_object *setting = config_setting(config, instance_id);
    for (size_t i = 0; !setting && i < vm->n_checkpoints; i++) {
        config = &vm->checkpoints[i];
        setting = config_setting(config, instance_id);
    }
    if (setting && ret_config)
        *ret_config = config;
    return setting;
}

static bool setting_is(const struct sim_object *setting, uint64_t type, const char *subtype) {
    return sim_object_number(setting, "ResourceType", 0) == type &&
           hv_text_same(sim_object_text(setting, "ResourceSubType"), subtype);
}

bool sim_setting_is_vhd(const struct sim_object *setting) {
    return setting_is(setting, 31, "Microsoft:Hyper-V:Virtual Hard Disk");
}

bool sim_setting_is_media(const struct sim_object *setting) {
    return setting_is(setting, 31, "Microsoft:Hyper-V:Virtual CD/DVD Disk") ||
           setting_is(setting, 31, "Microsoft:Hyper-V:Virtual Floppy Disk");
}

bool sim_setting_is_physical(const struct sim_object *setting) {
    return setting_is(setting, 17, "Microsoft:Hyper-V:Physical Disk Drive");
}

const char *sim_setting_resource(const struct sim_object *setting) {
    const char *resource = sim_object_text(setting, "HostResource");
    return resource && *resource ? resource : NULL;
}

bool sim_setting_redirect(struct sim_object *setting, const char *resource) {
    sim_set_null(setting, "HostResource");
    sim_add_text(setting, "HostResource", resource);
    return sim_object_good(setting);
}

/* ---- paths and switches ---- */

struct sim_switch *sim_switch_find(struct sim_host *host, const char *name) {
    for (size_t i = 0; i < host->n_switches; i++)
        if (hv_text_same(host->switches[i].name, name))
            return &host->switches[i];
    return NULL;
}

struct sim_switch *sim_switch_of(struct sim_host *host, const struct sim_object *connection) {
    const char *resource = sim_setting_resource(connection);
    HV_CLEANUP(sim_path_free) struct sim_path *path = resource ? sim_path_parse(resource) : NULL;
    const char *guid = path ? sim_path_key(path, "Name") : NULL;
    for (size_t i = 0; guid && i < host->n_switches; i++)
        if (hv_text_same(host->switches[i].guid, guid))
            return &host->switches[i];
    return NULL;
}

static char *path_text(const struct sim_host *host, struct sim_path *path_take, bool good) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = path_take;
    if (!good || hv_text_copy(host->netbios, &path->machine, NULL))
        return NULL;
    return sim_path_format(path);
}

char *sim_switch_path(const struct sim_host *host, const struct sim_switch *switch_) {
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, "Msvm_VirtualEthernetSwitch");
    return path_text(host, path,
                     path && sim_path_add(path, "CreationClassName", "Msvm_VirtualEthernetSwitch") &&
                         sim_path_add(path, "Name", switch_->guid));
}

char *sim_setting_path(const struct sim_host *host, const char *class_name, const char *instance_id) {
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, class_name);
    return path_text(host, path, path && sim_path_add(path, "InstanceID", instance_id));
}

/* "\\OLD\root..." becomes "\\NEW\root...". */
static bool machine_rename(struct sim_object *setting, const char *name, const struct sim_host *host) {
    const char *text = sim_object_text(setting, name);
    if (!text || !hv_text_starts(text, "\\\\") || !strstr(text, "\\root\\"))
        return true;
    HV_CLEANUP_FREE char *renamed = sim_format("\\\\%s%s", host->netbios, strstr(text, "\\root\\"));
    if (!renamed)
        return false;
    sim_set_null(setting, name);
    sim_add_text(setting, name, renamed);
    return sim_object_good(setting);
}

static bool connection_settle(struct sim_object *setting, struct sim_host *host) {
    const char *name = sim_object_text(setting, "LastKnownSwitchName");
    struct sim_switch *switch_ = name ? sim_switch_find(host, name) : NULL;
    if (sim_switch_of(host, setting) || !switch_ || !sim_setting_resource(setting))
        return true;
    HV_CLEANUP_FREE char *path = sim_switch_path(host, switch_);
    return path && sim_setting_redirect(setting, path);
}

static bool config_settle(struct sim_config *config, struct sim_host *host) {
    config->system->build = host->build;
    for (size_t i = 0; i < config->resources.n_items; i++) {
        struct sim_object *setting = config->resources.items[i];
        setting->build = host->build;
        if (sim_object_number(setting, "ResourceType", 0) == 33 && !connection_settle(setting, host))
            return false;
        if (!machine_rename(setting, "Parent", host) || !machine_rename(setting, "HostResource", host))
            return false;
    }
    return true;
}

bool sim_vm_settle(struct sim_vm *vm, struct sim_host *host) {
    vm->host = host;
    for (size_t i = 0; i < vm->n_checkpoints; i++)
        if (!config_settle(&vm->checkpoints[i], host))
            return false;
    return config_settle(&vm->active, host);
}
