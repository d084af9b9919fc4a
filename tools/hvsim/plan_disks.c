/*
 * Where the virtual hard disks of a VM go (hyperv.md 4a to 4d): listed with HostResource "" a pool of the destination chooses the
 * folder, listed with a path they go there, not listed they stay and must be in reach. The file name stays.
 */
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "request.h"

enum { AT_DISK = 12, AT_TARGET = 20 };

struct planner {
    const struct sim_request *request;
    struct sim_plan *plan;
    struct sim_problems *problems;
    bool is_remote;
};

/* ---- the plan's list ---- */

static struct sim_disk_move *move_of(const struct sim_plan *plan, const char *from) {
    for (size_t i = 0; i < plan->n_disks; i++)
        if (plan->disks[i].is_copy && hv_text_same(plan->disks[i].from, from))
            return &plan->disks[i];
    return NULL;
}

static bool move_add(struct planner *planner, const char *instance_id, const char *from, const char *to, const char *pool,
                     bool is_copy) {
    struct sim_plan *plan = planner->plan;
    struct sim_disk_move *disks = hv_grow(plan->disks, plan->n_disks, sizeof(*disks));
    if (!disks)
        return false;
    plan->disks = disks;
    struct sim_disk_move *disk = &disks[plan->n_disks++];
    *disk = (struct sim_disk_move){ .is_copy = is_copy };
    disk->keep_source = sim_object_flag(planner->request->settings.object, "RetainVhdCopiesOnSource", false);
    return hv_text_copy(instance_id, &disk->instance_id, NULL) == 0 && hv_text_copy(from, &disk->from, NULL) == 0 &&
           hv_text_copy(to, &disk->to, NULL) == 0 && hv_text_copy(pool, &disk->pool, NULL) == 0;
}

/* ---- targets ---- */

static bool path_is_under(const char *path, const struct sim_texts *folders) {
    for (size_t i = 0; i < folders->n_items; i++) {
        size_t n = strlen(folders->items[i]);
        if (hv_text_starts_same(path, folders->items[i]) && (path[n] == '\\' || hv_text_ends(folders->items[i], "\\")))
            return true;
    }
    return false;
}

/* The pool is there, and PATH (NULL: to be chosen) fits it. */
static bool pool_check(struct planner *planner, const char *pool_id, const char *path) {
    const struct sim_host *host = planner->plan->destination;
    struct sim_pool *pool = *pool_id ? sim_pool_find(planner->plan->destination, pool_id) : NULL;
    if (!*pool_id)
        return true;
    if (!pool || pool->folders.n_items == 0) {
        sim_problem_note(planner->problems, AT_DISK, 0x80070490, NULL,
                         "The storage resource pool '%s' was not found at host '%s'.", pool_id, host->netbios);
        return false;
    }
    if (path && !path_is_under(path, &pool->folders)) {
        sim_problem_note(planner->problems, AT_DISK, 0x80070057, NULL, "The path '%s' is not in the storage resource pool '%s'.",
                         path, pool_id);
        return false;
    }
    return true;
}

static char *pool_target(struct planner *planner, const char *pool_id, const char *from) {
    const struct sim_pool *pool = *pool_id ? sim_pool_find(planner->plan->destination, pool_id) : NULL;
    return sim_path_join(pool ? pool->folders.items[0] : planner->plan->destination->vhd_folder, sim_file_name(from));
}

/* The target can be written: no other file and no other disk of this move is there. */
static void target_check(struct planner *planner, const char *from, const char *to) {
    struct sim_host *host = planner->plan->destination;
    if (!hv_text_same(sim_file_name(from), sim_file_name(to)))
        sim_problem_note(planner->problems, AT_DISK, 0x80070057, NULL, "The file name must stay the same: '%s' to '%s'.", from,
                         to);
    if (!sim_path_is_usable(host, to))
        sim_problem_note(planner->problems, AT_TARGET, 0x80070003, NULL, "The path '%s' cannot be created at host '%s'.", to,
                         host->netbios);
    else if (sim_file_find(host, to) && !planner->plan->overwrite)
        sim_problem_note(planner->problems, AT_TARGET, 0x80070050, NULL, "The file '%s' exists already at host '%s'.", to,
                         host->netbios);
    for (size_t i = 0; i < planner->plan->n_disks; i++)
        if (planner->plan->disks[i].is_copy && hv_text_same(planner->plan->disks[i].to, to))
            sim_problem_note(planner->problems, AT_TARGET, 0x80070050, NULL, "Two virtual hard disks would become the file '%s'.",
                             to);
}

/* ---- one disk ---- */

static bool is_reachable(const struct planner *planner, const char *path) {
    return !planner->is_remote || sim_path_is_shared(planner->request->host->fabric, path);
}

static void unreachable_note(struct planner *planner, const char *path) {
    sim_problem_note(planner->problems, AT_DISK, 0x80070002, NULL,
                     "The virtual hard disk '%s' of '%s' is not accessible from host '%s' and is not being moved.", path,
                     sim_vm_name(planner->request->vm), planner->plan->destination->netbios);
}

/* Copies FROM to TO, or points the setting to a copy that another setting asked for already. */
static bool copy_plan(struct planner *planner, const char *instance_id, const char *from, const char *to, const char *pool) {
    const struct sim_disk_move *same = move_of(planner->plan, from);
    if (same)
        return move_add(planner, instance_id, from, same->to, pool, false);
    target_check(planner, from, to);
    return move_add(planner, instance_id, from, to, pool, true);
}

static bool listed_plan(struct planner *planner, const struct sim_object *setting, const struct sim_object *asked) {
    const char *id = sim_object_text(setting, "InstanceID");
    const char *from = sim_setting_resource(setting);
    const char *resource = sim_object_text(asked, "HostResource");
    const char *pool = sim_object_text(asked, "PoolID");
    const char *pool_id = pool ? pool : sim_object_text(setting, "PoolID");
    const char *to = resource ? resource : from;
    HV_CLEANUP_FREE char *chosen = NULL;

    if (!pool_check(planner, pool_id ? pool_id : "", *to ? to : NULL))
        return true;
    if (!*to) {
        to = chosen = pool_target(planner, pool_id ? pool_id : "", from);
        if (!chosen)
            return false;
    }
    bool is_same_place = hv_text_same(from, to) && is_reachable(planner, from);
    if (is_same_place)
        return move_add(planner, id, from, from, pool, false);
    if (planner->request->type == SIM_TYPE_VM) {
        sim_problem_note(planner->problems, AT_DISK, 0x80070057, NULL,
                         "The disk '%s' cannot be moved without a storage migration.", from);
        return true;
    }
    return copy_plan(planner, id, from, to, pool);
}

/* The planned VM may have been pointed to a file that the destination has already. */
static bool planned_plan(struct planner *planner, const char *id, const char *from, bool *ret_done) {
    struct sim_vm *planned = sim_vm_find(planner->plan->destination, planner->request->vm->guid, true);
    const struct sim_object *setting = planned ? sim_vm_setting(planned, id, NULL) : NULL;
    const char *to = setting ? sim_setting_resource(setting) : NULL;
    *ret_done = planner->plan->use_planned && to && !hv_text_same(to, from);
    if (!*ret_done)
        return true;
    if (!sim_file_find(planner->plan->destination, to))
        unreachable_note(planner, to);
    return move_add(planner, id, from, to, NULL, false);
}

static const char *unmanaged_target(const struct planner *planner, const char *path) {
    for (size_t i = 0; i < planner->request->n_unmanaged; i++)
        if (hv_text_same(sim_object_text(planner->request->unmanaged[i].object, "VhdSourcePath"), path))
            return sim_object_text(planner->request->unmanaged[i].object, "VhdDestinationPath");
    return NULL;
}

static bool disk_plan(struct planner *planner, const struct sim_object *setting) {
    const char *id = sim_object_text(setting, "InstanceID");
    const char *from = sim_setting_resource(setting);
    const struct sim_embedded *asked = sim_request_resource(planner->request, id);
    bool done = false;
    if (!from)
        return true;
    if (asked)
        return listed_plan(planner, setting, asked->object);
    if (!planned_plan(planner, id, from, &done))
        return false;
    if (!done && !is_reachable(planner, from) && !unmanaged_target(planner, from) && !move_of(planner->plan, from))
        unreachable_note(planner, from);
    return true;
}

static bool config_plan(struct planner *planner, const struct sim_config *config) {
    for (size_t i = 0; i < config->resources.n_items; i++)
        if (sim_setting_is_vhd(config->resources.items[i]) && !disk_plan(planner, config->resources.items[i]))
            return false;
    return true;
}

/* ---- what no setting names ---- */

static bool unmanaged_plan(struct planner *planner) {
    for (size_t i = 0; i < planner->request->n_unmanaged; i++) {
        const struct sim_object *unmanaged = planner->request->unmanaged[i].object;
        const char *from = sim_object_text(unmanaged, "VhdSourcePath");
        const char *to = sim_object_text(unmanaged, "VhdDestinationPath");
        if (move_of(planner->plan, from))
            continue;
        if (!sim_file_find(planner->request->host, from))
            sim_problem_note(planner->problems, AT_DISK, 0x80070002, NULL, "The unmanaged virtual hard disk '%s' was not found.",
                             from);
        target_check(planner, from, to);
        if (!move_add(planner, NULL, from, to, NULL, true))
            return false;
        planner->plan->disks[planner->plan->n_disks - 1].keep_source =
            !sim_object_flag(planner->request->settings.object, "RemoveSourceUnmanagedVhds", false);
    }
    return true;
}

/* A differencing disk without its parent is of no use. */
static void parents_check(struct planner *planner) {
    for (size_t i = 0; i < planner->plan->n_disks; i++) {
        const struct sim_disk_move *disk = &planner->plan->disks[i];
        const struct sim_file *file = disk->is_copy ? sim_file_find(planner->request->host, disk->from) : NULL;
        const char *parent = file ? file->parent : NULL;
        if (parent && !is_reachable(planner, parent) && !move_of(planner->plan, parent))
            unreachable_note(planner, parent);
    }
}

bool sim_plan_disks(const struct sim_request *request, struct sim_plan *plan, struct sim_problems *problems) {
    struct planner planner = { request, plan, problems, plan->destination != request->host };
    bool good = config_plan(&planner, &request->vm->active);
    for (size_t i = 0; good && i < request->vm->n_checkpoints; i++)
        good = config_plan(&planner, &request->vm->checkpoints[i]);
    if (!good || !unmanaged_plan(&planner))
        return false;
    parents_check(&planner);
    return true;
}
