/* Carrying out a plan: copies at the destination, the switch-over, or undoing it all (hyperv.md 4). */

#include "base/text.h"
#include "fabric.h"
#include "job.h"
#include "vm.h"

void sim_plan_deinit(struct sim_plan *plan) {
    for (size_t i = 0; i < plan->n_disks; i++) {
        free(plan->disks[i].instance_id);
        free(plan->disks[i].from);
        free(plan->disks[i].to);
        free(plan->disks[i].pool);
    }
    free(plan->disks);
    free(plan->processor_pool);
    free(plan->config_root);
    free(plan->snapshot_root);
    free(plan->swap_root);
    *plan = (struct sim_plan){ 0 };
}

bool sim_move_begin(struct sim_job *job, struct sim_vm *vm) {
    struct sim_plan *plan = &job->plan;
    for (size_t i = 0; !plan->stage_only && i < plan->n_disks; i++) {
        struct sim_disk_move *disk = &plan->disks[i];
        if (!disk->is_copy)
            continue;
        disk->existed = sim_file_find(plan->destination, disk->to) != NULL;
        if (!disk->existed && !sim_file_add(plan->destination, disk->to, true))
            return false;
    }
    sim_fabric_touch(job->host->fabric);
    if (plan->destination == job->host || plan->use_planned)
        return true;
    return sim_vm_add(job->host->fabric, sim_vm_plan(vm, plan->destination));
}

void sim_move_undo(struct sim_job *job) {
    struct sim_plan *plan = &job->plan;
    if (job->leaves_leftovers)
        return;
    for (size_t i = 0; !plan->stage_only && i < plan->n_disks && !plan->avoid_removing; i++)
        if (plan->disks[i].is_copy && !plan->disks[i].existed)
            sim_file_remove(plan->destination, plan->disks[i].to);
    if (plan->destination == job->host || plan->use_planned)
        return;
    struct sim_vm *planned = sim_vm_find(plan->destination, job->vm_guid, true);
    if (planned)
        sim_vm_remove(job->host->fabric, planned);
}

/* ---- switch-over ---- */

/* Where a file went, NULL when it did not move. */
static const char *new_place(const struct sim_plan *plan, const char *path) {
    for (size_t i = 0; i < plan->n_disks; i++)
        if (hv_text_same(plan->disks[i].from, path))
            return plan->disks[i].to;
    return NULL;
}

static bool files_settle(struct sim_job *job) {
    const struct sim_plan *plan = &job->plan;
    for (size_t i = 0; i < plan->n_disks; i++) {
        const struct sim_disk_move *disk = &plan->disks[i];
        const struct sim_file *source = sim_file_find(job->host, disk->from);
        const char *parent = source ? source->parent : NULL;
        const char *moved = parent ? new_place(plan, parent) : NULL;
        HV_CLEANUP_FREE char *new_parent = NULL;
        if (!disk->is_copy)
            continue;
        if (hv_text_copy(moved ? moved : parent, &new_parent, NULL) || !sim_file_add(plan->destination, disk->to, false) ||
            !sim_file_set_parent(plan->destination, disk->to, new_parent))
            return false;
    }
    for (size_t i = 0; i < plan->n_disks; i++)
        if (plan->disks[i].is_copy && !plan->disks[i].keep_source && !plan->avoid_removing)
            sim_file_remove(job->host, plan->disks[i].from);
    return true;
}

static bool disks_redirect(struct sim_vm *vm, const struct sim_plan *plan) {
    for (size_t i = 0; i < plan->n_disks; i++) {
        const struct sim_disk_move *disk = &plan->disks[i];
        struct sim_object *setting = disk->instance_id ? sim_vm_setting(vm, disk->instance_id, NULL) : NULL;
        if (!setting)
            continue;
        if (disk->pool)
            sim_set_text(setting, "PoolID", disk->pool);
        if (!sim_setting_redirect(setting, disk->to))
            return false;
    }
    return true;
}

/* Settings that name a file without being in the plan themselves, as a parent that went along unmanaged. */
static bool config_follow(struct sim_config *config, const struct sim_plan *plan) {
    for (size_t i = 0; i < config->resources.n_items; i++) {
        struct sim_object *setting = config->resources.items[i];
        const char *path = sim_setting_is_vhd(setting) ? sim_setting_resource(setting) : NULL;
        const char *moved = path ? new_place(plan, path) : NULL;
        if (moved && !sim_setting_redirect(setting, moved))
            return false;
    }
    return true;
}

static bool roots_set(struct sim_config *config, const struct sim_plan *plan) {
    if (plan->config_root) {
        sim_set_text(config->system, "ConfigurationDataRoot", plan->config_root);
        sim_set_text(config->system, "SuspendDataRoot", plan->config_root);
        sim_set_text(config->system, "LogDataRoot", plan->config_root);
        sim_set_text(config->system, "GuestStateDataRoot", plan->config_root);
    }
    if (plan->snapshot_root)
        sim_set_text(config->system, "SnapshotDataRoot", plan->snapshot_root);
    if (plan->swap_root)
        sim_set_text(config->system, "SwapFileDataRoot", plan->swap_root);
    return sim_object_good(config->system);
}

static bool config_carry(struct sim_config *config, const struct sim_plan *plan, const char *type) {
    sim_set_text(config->system, "VirtualSystemType", type);
    return config_follow(config, plan) && roots_set(config, plan);
}

/* The planned VM gives its settings, as somebody may have corrected them, and goes. */
static void planned_merge(struct sim_vm *vm, struct sim_vm *planned) {
    struct sim_config active = vm->active;
    struct sim_config *checkpoints = vm->checkpoints;
    size_t n_checkpoints = vm->n_checkpoints;
    vm->active = planned->active;
    vm->checkpoints = planned->checkpoints;
    vm->n_checkpoints = planned->n_checkpoints;
    planned->active = active;
    planned->checkpoints = checkpoints;
    planned->n_checkpoints = n_checkpoints;
}

static void processor_redirect(struct sim_vm *vm, const struct sim_plan *plan) {
    for (size_t i = 0; plan->processor_pool && i < vm->active.resources.n_items; i++)
        if (sim_object_number(vm->active.resources.items[i], "ResourceType", 0) == 3)
            sim_set_text(vm->active.resources.items[i], "PoolID", plan->processor_pool);
}

static bool vm_settle(struct sim_job *job, struct sim_vm *vm) {
    const struct sim_plan *plan = &job->plan;
    struct sim_vm *planned = plan->destination == job->host ? NULL : sim_vm_find(plan->destination, vm->guid, true);
    if (planned && plan->use_planned)
        planned_merge(vm, planned);
    if (planned)
        sim_vm_remove(job->host->fabric, planned);
    if (!config_carry(&vm->active, plan, "Microsoft:Hyper-V:System:Realized"))
        return false;
    for (size_t i = 0; i < vm->n_checkpoints; i++)
        if (!config_carry(&vm->checkpoints[i], plan, "Microsoft:Hyper-V:Snapshot:Realized"))
            return false;
    if (!disks_redirect(vm, plan))
        return false;
    processor_redirect(vm, plan);
    if (plan->destination == job->host)
        return true;
    vm->job = NULL;
    vm->state_since_us = job->host->fabric->now_us;
    return sim_vm_settle(vm, plan->destination);
}

bool sim_move_finish(struct sim_job *job, struct sim_vm *vm) {
    struct sim_plan *plan = &job->plan;
    sim_fabric_touch(job->host->fabric);
    if (plan->stage_only) /* the planned VM is there since the beginning */
        return true;
    return files_settle(job) && vm_settle(job, vm);
}
