/* Whether the destination can run the VM, and where its configuration goes (hyperv.md 4, 7). Disks: plan_disks.c. */
#include <string.h>

#include "base/text.h"
#include "provider.h"
#include "request.h"

enum { AT_CHECK = 10, AT_REGISTER = 92 };

/* "9.0" as 9000, so that versions compare; 0 when it is none. */
static uint64_t version_rank(const char *text) {
    uint64_t major, minor;
    const char *dot = text ? strchr(text, '.') : NULL;
    if (!dot || !hv_text_u64(text, (size_t)(dot - text), 0, 1000, &major) ||
        !hv_text_u64(dot + 1, strlen(dot + 1), 0, 999, &minor))
        return 0;
    return major * 1000 + minor;
}

static void version_check(const struct sim_request *request, const struct sim_plan *plan, struct sim_problems *problems) {
    const char *version = sim_object_text(request->vm->active.system, "Version");
    if (version_rank(version) > version_rank(sim_config_version(plan->destination->build)))
        sim_problem_note(problems, AT_CHECK, 0, NULL, "The configuration version %s of '%s' is not supported by host '%s'.",
                         version, sim_vm_name(request->vm), plan->destination->netbios);
}

static const struct sim_object *board_find(const struct sim_vm *vm, uint64_t type) {
    for (size_t i = 0; i < vm->active.resources.n_items; i++)
        if (sim_object_number(vm->active.resources.items[i], "ResourceType", 0) == type)
            return vm->active.resources.items[i];
    return NULL;
}

static void processor_check(const struct sim_request *request, const struct sim_plan *plan, struct sim_problems *problems) {
    HV_CLEANUP_FREE char *who = sim_format("The virtual machine '%s'", sim_vm_name(request->vm));
    struct sim_processor wanted;
    sim_processor_wanted(request->host, request->vm, &wanted);
    if (who)
        sim_processor_fit(&wanted, request->host->processor, who, plan->destination, AT_CHECK, problems);
    else
        problems->failed = true;
}

static uint64_t memory_of(const struct sim_vm *vm) {
    const struct sim_object *memory = board_find(vm, 4);
    bool is_on = !vm->is_planned && (vm->state == 2 || vm->state == 9);
    return memory && is_on ? sim_object_number(memory, "VirtualQuantity", 0) : 0;
}

static void memory_check(const struct sim_request *request, const struct sim_plan *plan, struct sim_problems *problems) {
    const struct sim_fabric *fabric = request->host->fabric;
    uint64_t used = 0;
    for (size_t i = 0; i < fabric->n_vms; i++)
        if (fabric->vms[i]->host == plan->destination)
            used += memory_of(fabric->vms[i]);
    if (memory_of(request->vm) == 0 || used + memory_of(request->vm) <= plan->destination->memory_mb)
        return;
    sim_problem_note(problems, AT_CHECK, 0x8007000E, NULL, "Host '%s' has not enough memory for '%s'.",
                     plan->destination->netbios, sim_vm_name(request->vm));
}

/* ---- settings that must fit the destination: those of the planned VM where one is given ---- */

static void connection_check(const struct sim_object *connection, const struct sim_plan *plan, struct sim_problems *problems) {
    const char *name = sim_object_text(connection, "LastKnownSwitchName");
    bool is_connected = sim_object_number(connection, "EnabledState", 2) == 2 && sim_setting_resource(connection);
    if (!is_connected || sim_switch_of(plan->destination, connection))
        return;
    if (!plan->use_planned && name && sim_switch_find(plan->destination, name))
        return;
    sim_problem_note(problems, AT_CHECK, 0, "33012", "Could not find Ethernet switch '%s' at host '%s'.", name ? name : "",
                     plan->destination->netbios);
}

static void physical_check(const struct sim_object *drive, const struct sim_request *request, const struct sim_plan *plan,
                           struct sim_problems *problems) {
    const char *resource = sim_setting_resource(drive);
    HV_CLEANUP(sim_path_free) struct sim_path *path = resource ? sim_path_parse(resource) : NULL;
    const char *id = path ? sim_path_key(path, "DeviceID") : NULL;
    bool is_there = id && path->machine && hv_text_same(path->machine, plan->destination->netbios) &&
                    hv_text_starts(id, "Microsoft:") &&
                    sim_texts_has(&plan->destination->physical_disks, id + strlen("Microsoft:"));
    if (plan->use_planned && is_there)
        return;
    sim_problem_note(problems, AT_CHECK, 0x80070032, NULL,
                     "The pass-through disk of '%s' cannot be moved to host '%s'; it must be assigned at the destination.",
                     sim_vm_name(request->vm), plan->destination->netbios);
}

/* An ISO or floppy stays where it is: its path must be good at the destination. */
static void media_check(const struct sim_object *media, const struct sim_request *request, const struct sim_plan *plan,
                        struct sim_problems *problems) {
    const struct sim_embedded *asked = sim_request_resource(request, sim_object_text(media, "InstanceID"));
    const char *path = sim_setting_resource(media);
    if (asked && sim_embedded_given(asked, "HostResource")) {
        path = sim_object_text(asked->object, "HostResource");
        if (!path || !*path) {
            sim_problem_note(problems, AT_CHECK, 0x80070057, NULL,
                             "The request gives no file for the removable medium '%s', which no pool can choose.",
                             sim_object_text(media, "InstanceID"));
            return;
        }
    }
    if (path && !sim_file_find(plan->destination, path))
        sim_problem_note(
            problems, AT_REGISTER, 0xC03A0014, NULL,
            "The medium '%s' of '%s' cannot be opened at host '%s': a virtual disk support provider for the specified file "
            "was not found.",
            path, sim_vm_name(request->vm), plan->destination->netbios);
}

static void settings_check(const struct sim_request *request, const struct sim_plan *plan, struct sim_problems *problems) {
    struct sim_vm *planned = plan->use_planned ? sim_vm_find(plan->destination, request->vm->guid, true) : NULL;
    const struct sim_config *config = planned ? &planned->active : &request->vm->active;
    for (size_t i = 0; i < config->resources.n_items; i++) {
        const struct sim_object *setting = config->resources.items[i];
        if (sim_object_number(setting, "ResourceType", 0) == 33)
            connection_check(setting, plan, problems);
        else if (sim_setting_is_physical(setting))
            physical_check(setting, request, plan, problems);
        else if (sim_setting_is_media(setting))
            media_check(setting, request, plan, problems);
    }
}

/* The processors come from a pool of the destination (hyperv.md 6). */
static bool processor_choose(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems) {
    for (size_t i = 0; i < request->n_resources; i++) {
        const struct sim_object *asked = request->resources[i].object;
        const char *pool = sim_object_text(asked, "PoolID");
        if (!sim_class_is_a(asked->class_, "Msvm_ProcessorSettingData") || !pool)
            continue;
        if (*pool && !sim_texts_has(&plan->destination->processor_pools, pool))
            sim_problem_note(problems, AT_CHECK, 0x80070490, NULL, "The processor resource pool '%s' was not found at host '%s'.",
                             pool, plan->destination->netbios);
        return hv_text_copy(pool, &plan->processor_pool, NULL) == 0;
    }
    return true;
}

/* On one host only media that the request lists matter. */
static void listed_media_check(const struct sim_request *request, const struct sim_plan *plan, struct sim_problems *problems) {
    for (size_t i = 0; i < request->n_resources; i++)
        if (sim_setting_is_media(request->resources[i].object))
            media_check(request->resources[i].object, request, plan, problems);
}

/* ---- planned VM ---- */

/* What belongs to a cluster goes by the cluster: its group would be left behind without the VM (hyperv.md 9). */
static void role_check(const struct sim_request *request, struct sim_problems *problems) {
    if (request->vm->role.is_clustered && !request->node)
        sim_problem_note(problems, AT_CHECK, 0x80071398, NULL,
                         "The virtual machine '%s' is a role of cluster '%s', and the specified node does not own its group.",
                         sim_vm_name(request->vm), request->host->cluster);
}

static void planned_check(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems) {
    const char *wanted = sim_object_text(request->settings.object, "DestinationPlannedVirtualSystemId");
    struct sim_vm *planned = sim_vm_find(plan->destination, request->vm->guid, true);
    if (wanted && (!planned || !hv_text_same(wanted, planned->guid)))
        sim_problem_note(problems, AT_CHECK, 0x80070490, NULL, "Host '%s' has no planned virtual machine %s for '%s'.",
                         plan->destination->netbios, wanted, sim_vm_name(request->vm));
    else if (!wanted && planned)
        sim_problem_note(problems, AT_CHECK, 0x800700B7, NULL, "Host '%s' has a planned virtual machine %s already.",
                         plan->destination->netbios, request->vm->guid);
    if (plan->destination != request->host && sim_vm_find(plan->destination, request->vm->guid, false))
        sim_problem_note(problems, AT_CHECK, 0x800700B7, NULL, "Host '%s' has a virtual machine %s already.",
                         plan->destination->netbios, request->vm->guid);
    plan->use_planned = wanted && planned;
}

/* ---- roots ---- */

/* The folder asked for; else the destination's own when the present one is out of its reach. */
static bool root_choose(const struct sim_request *request, const struct sim_plan *plan, const char *name, char **ret_root,
                        struct sim_problems *problems) {
    const char *asked = request->system.object ? sim_object_text(request->system.object, name) : NULL;
    const char *present = sim_object_text(request->vm->active.system, name);
    bool is_remote = plan->destination != request->host;
    if (asked && *asked) {
        if (!sim_path_is_usable(plan->destination, asked))
            sim_problem_note(problems, AT_REGISTER, 0x80070003, "20413", "The folder '%s' (%s) cannot be created at host '%s'.",
                             asked, name, plan->destination->netbios);
        return hv_text_copy(asked, ret_root, NULL) == 0;
    }
    if (!is_remote || (present && sim_path_is_shared(request->host->fabric, present)))
        return true;
    return hv_text_copy(plan->destination->config_folder, ret_root, NULL) == 0;
}

static bool roots_choose(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems) {
    return root_choose(request, plan, "ConfigurationDataRoot", &plan->config_root, problems) &&
           root_choose(request, plan, "SnapshotDataRoot", &plan->snapshot_root, problems) &&
           root_choose(request, plan, "SwapFileDataRoot", &plan->swap_root, problems);
}

bool sim_plan_make(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems) {
    plan->avoid_removing = sim_object_flag(request->settings.object, "AvoidRemovingVHDs", false);
    plan->overwrite = sim_object_flag(request->settings.object, "AllowOverwriteExistingFile", false);
    plan->stage_only = request->type == SIM_TYPE_STAGED;
    if (!sim_plan_reach(request, plan, problems))
        return !problems->failed;
    if (sim_type_is_remote(request->type)) {
        role_check(request, problems);
        planned_check(request, plan, problems);
        version_check(request, plan, problems);
    }
    if (plan->stage_only)
        return !problems->failed;
    if (sim_type_is_remote(request->type)) {
        processor_check(request, plan, problems);
        memory_check(request, plan, problems);
        settings_check(request, plan, problems);
        if (!processor_choose(request, plan, problems))
            return false;
    } else {
        listed_media_check(request, plan, problems);
    }
    return roots_choose(request, plan, problems) && sim_plan_disks(request, plan, problems) && !problems->failed;
}
