/* From wishes and facts to what is to be sent, and whether it came true (hyperv.md 2.13, 4e.2). */
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "control/planned_fixes.h"
#include "hyperv/path.h"
#include "hyperv/reference.h"
#include "hyperv/settings.h"
#include "hyperv/vm_details.h"
#include "migration/tuning.h"

enum { CONNECTED = 2, DISCONNECTED = 3, PATH_CEILING = 32 * 1024, LIST_CEILING = 600, MAX_USED = HV_PLANNED_MAX_WISHES };

static const char *const root_properties[] = { "ConfigurationDataRoot", "SnapshotDataRoot", "SwapFileDataRoot" };
static const enum hv_planned_kind root_kinds[] = { HV_PLANNED_CONFIG_ROOT, HV_PLANNED_SNAPSHOT_ROOT, HV_PLANNED_PAGING_ROOT };

/* One run of the planning. */
struct planner {
    const struct hv_planned_wishes *wishes;
    const struct hv_planned_facts *facts;
    const struct hv_planned_who *who;
    struct hv_planned_edits *edits;
    bool used_switches[MAX_USED]; /* a wish that fits something, or is fulfilled */
    bool used_disks[MAX_USED];
    bool used_drives[MAX_USED];
};

/* ---- lists ---- */

static int reserve(struct hv_planned_edits *edits, struct hv_error *err) {
    struct hv_planned_change *changes = hv_grow(edits->changes, edits->n, sizeof(*changes));
    char **ids = changes ? hv_grow(edits->ids, edits->n, sizeof(*ids)) : NULL;
    enum hv_planned_kind *kinds = ids ? hv_grow(edits->kinds, edits->n, sizeof(*kinds)) : NULL;

    if (changes)
        edits->changes = changes;
    if (ids)
        edits->ids = ids;
    if (kinds)
        edits->kinds = kinds;
    return kinds ? 0 : hv_error_memory(err);
}

static int add_change(struct planner *planner, const struct hv_planned_part *part, const char *to, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf what = HV_BUF_INIT(PATH_CEILING);
    struct hv_planned_edits *edits = planner->edits;
    struct hv_planned_change *change;
    int r = reserve(edits, err);

    if (r < 0)
        return r;
    change = &edits->changes[edits->n];
    *change = (struct hv_planned_change){ 0 };
    edits->ids[edits->n] = NULL;
    edits->kinds[edits->n] = part->kind;
    hv_buf_puts(&what, hv_planned_kind_name(part->kind));
    if (part->checkpoint)
        hv_buf_printf(&what, " of checkpoint \"%s\"", part->checkpoint);
    r = hv_text_copy(part->id, &edits->ids[edits->n++], err);
    if (r == 0)
        r = hv_buf_take(&what, "a change", &change->what, err);
    if (r == 0)
        r = hv_text_copy(part->value, &change->from, err);
    return r < 0 ? r : hv_text_copy(to, &change->to, err);
}

/* RESOURCE is to point to HOST_RESOURCE (NULL: as it does), which people call TO. */
static int modify(struct planner *planner, const struct hv_instance *resource, const struct hv_planned_part *part,
                  const char *host_resource, unsigned state, const char *to, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *setting = NULL;
    int r = hv_settings_resource(resource, host_resource, state, &setting, err);

    if (r == 0)
        r = hv_instance_list_add(&planner->edits->modified, setting, err);
    return r < 0 ? r : add_change(planner, part, to, err);
}

static int remove_resource(struct planner *planner, const struct hv_instance *resource, const struct hv_planned_part *part,
                           struct hv_error *err) {
    struct hv_planned_edits *edits = planner->edits;
    struct hv_epr **grown = hv_grow(edits->removed, edits->n_removed, sizeof(struct hv_epr *));
    int r;

    if (!grown)
        return hv_error_memory(err);
    edits->removed = grown;
    r = hv_reference_id(hv_instance_class(resource), part->id, &grown[edits->n_removed], err);
    if (r < 0)
        return r;
    edits->n_removed++;
    return add_change(planner, part, NULL, err);
}

static int write_path(const struct planner *planner, const struct hv_instance *target, bool is_drive, char **ret_path,
                      struct hv_error *err) {
    static const char *const switch_keys[] = { "CreationClassName", "Name" };
    static const char *const drive_keys[] = { "CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName" };
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(PATH_CEILING);

    if (!planner->facts->host_name)
        return hv_error_set(err, HV_E_PROTOCOL, "%s does not tell what it calls itself", planner->who->host);
    hv_path_write(&path, planner->facts->host_name, target, is_drive ? drive_keys : switch_keys,
                  is_drive ? HV_ARRAY_SIZE(drive_keys) : HV_ARRAY_SIZE(switch_keys));
    return hv_buf_take(&path, "a path", ret_path, err);
}

/* ---- adapters ---- */

static const struct hv_instance *find_switch(const struct planner *planner, const char *name) {
    for (size_t i = 0; i < planner->facts->switches.n; i++) {
        if (hv_text_same(hv_instance_text(planner->facts->switches.items[i], "ElementName"), name))
            return planner->facts->switches.items[i];
    }
    return NULL;
}

static int connect_adapter(struct planner *planner, const struct hv_instance *resource, const struct hv_planned_part *part,
                           const char *name, struct hv_error *err) {
    const struct hv_instance *target = find_switch(planner, name);
    HV_CLEANUP_FREE char *path = NULL;
    int r;

    if (!target) /* checked before */
        return hv_error_set(err, HV_E_NOT_FOUND, "%s has no virtual switch \"%s\"", planner->who->host, name);
    if (part->fit == HV_FIT_THERE && hv_text_same(part->value, name))
        return 0;
    r = write_path(planner, target, false, &path, err);
    return r < 0 ? r : modify(planner, resource, part, path, CONNECTED, name, err);
}

static int plan_adapter(struct planner *planner, const struct hv_instance *resource, const struct hv_planned_part *part,
                        struct hv_error *err) {
    const struct hv_planned_wishes *wishes = planner->wishes;

    for (size_t i = 0; i < wishes->n_switches; i++) {
        const struct hv_planned_wish *wish = &wishes->switches[i];

        if (part->fit == HV_FIT_THERE && hv_text_same(part->value, wish->replacement))
            planner->used_switches[i] = true;
        if (!hv_text_same(part->value, wish->old))
            continue;
        planner->used_switches[i] = true;
        if (wish->replacement)
            return connect_adapter(planner, resource, part, wish->replacement, err);
        return part->fit == HV_FIT_NOTHING ? 0 : modify(planner, resource, part, NULL, DISCONNECTED, NULL, err);
    }
    if (wishes->disconnect_missing && part->fit == HV_FIT_MISSING)
        return modify(planner, resource, part, NULL, DISCONNECTED, NULL, err);
    return 0;
}

/* ---- disks ---- */

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '\\');

    return slash ? slash + 1 : path;
}

static bool is_medium(const struct hv_planned_part *part, const struct hv_planned_wish *wish) {
    return hv_text_same(part->value, wish->old) || hv_text_same(file_name(part->value), wish->old);
}

static int refuse_rivals(const char *disk, const char *first, const char *second, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_ARGUMENT, "two different changes were named for \"%s\"", disk);
    hv_error_cause(err, "to \"%s\", and to %s%s%s", first, second ? "\"" : "", second ? second : "eject it", second ? "\"" : "");
    hv_error_remedy(err, "leave one of the two out");
    return HV_E_ARGUMENT;
}

/* Is another wish than the one at FOUND, whose target is TARGET, for the medium at VALUE too? */
static int check_medium(const struct planner *planner, const struct hv_planned_part *part, size_t found, const char *target,
                        struct hv_error *err) {
    const struct hv_planned_wishes *wishes = planner->wishes;

    if (part->kind == HV_PLANNED_ISO && wishes->eject_iso)
        return refuse_rivals(part->value, target, NULL, err);
    for (size_t i = found + 1; i < wishes->n_disks; i++) {
        const struct hv_planned_wish *wish = &wishes->disks[i];
        HV_CLEANUP_FREE char *other = NULL;
        int r;

        if (!is_medium(part, wish))
            continue;
        r = hv_plan_target(wish->replacement, part->value, &other, err);
        if (r < 0 || !hv_text_same(target, other))
            return r < 0 ? r : refuse_rivals(part->value, target, other, err);
    }
    return 0;
}

/* A wish is also fulfilled by what lies where its disk would come to lie. */
static int plan_medium(struct planner *planner, const struct hv_instance *resource, const struct hv_planned_part *part,
                       struct hv_error *err) {
    const struct hv_planned_wishes *wishes = planner->wishes;
    int r;

    for (size_t i = 0; part->value && i < wishes->n_disks; i++) {
        const struct hv_planned_wish *wish = &wishes->disks[i];
        bool fits = is_medium(part, wish);
        HV_CLEANUP_FREE char *target = NULL;
        bool is_there;

        r = hv_plan_target(wish->replacement, fits ? part->value : wish->old, &target, err);
        if (r < 0)
            return r;
        is_there = hv_text_same(part->value, target);
        if (!fits && !is_there)
            continue;
        planner->used_disks[i] = true;
        r = check_medium(planner, part, i, target, err);
        return r < 0 || is_there ? r : modify(planner, resource, part, target, 0, target, err);
    }
    return part->kind == HV_PLANNED_ISO && wishes->eject_iso ? remove_resource(planner, resource, part, err) : 0;
}

static const struct hv_instance *find_drive(const struct planner *planner, const char *name) {
    for (size_t i = 0; i < planner->facts->drives.n; i++) {
        const struct hv_instance *drive = planner->facts->drives.items[i];

        if (hv_text_same(hv_planned_drive_name(drive), name) || hv_text_same(hv_instance_text(drive, "DeviceID"), name))
            return drive;
    }
    return NULL;
}

static int plan_physical(struct planner *planner, const struct hv_instance *resource, const struct hv_planned_part *part,
                         struct hv_error *err) {
    const struct hv_planned_wishes *wishes = planner->wishes;

    for (size_t i = 0; i < wishes->n_drives; i++) {
        const char *wanted = wishes->drives[i].replacement;
        const struct hv_instance *drive = find_drive(planner, wanted);
        HV_CLEANUP_FREE char *path = NULL;
        int r;

        if (!hv_text_same(part->value, wishes->drives[i].old) &&
            !(part->fit == HV_FIT_THERE && hv_text_same(part->value, wanted)))
            continue;
        planner->used_drives[i] = true;
        if (!drive) {
            (void)hv_error_set(err, HV_E_NOT_FOUND, "%s has no disk \"%s\" that can be passed through", planner->who->host,
                               wanted);
            hv_error_remedy(err, "see what it offers: hvctl staged show %s --to %s", planner->facts->vm.id, planner->who->host);
            return HV_E_NOT_FOUND;
        }
        if (part->fit == HV_FIT_THERE && hv_text_same(part->value, hv_planned_drive_name(drive)))
            return 0;
        r = write_path(planner, drive, true, &path, err);
        return r < 0 ? r : modify(planner, resource, part, path, 0, hv_planned_drive_name(drive), err);
    }
    return 0;
}

static int plan_resource(struct planner *planner, const struct hv_instance *resource, struct hv_error *err) {
    struct hv_planned_part part;
    int r = hv_planned_part_read(planner->facts, resource, &part, err);

    if (r != 0)
        return r < 0 ? r : 0;
    if (part.kind == HV_PLANNED_ADAPTER)
        r = plan_adapter(planner, resource, &part, err);
    else if (part.kind == HV_PLANNED_PHYSICAL)
        r = plan_physical(planner, resource, &part, err);
    else
        r = plan_medium(planner, resource, &part, err);
    hv_planned_part_deinit(&part);
    return r;
}

/* ---- folders ---- */

static const struct hv_instance *active_system(const struct hv_planned_facts *facts) {
    for (size_t i = 0; i < facts->systems.n; i++) {
        if (hv_vm_owns(facts->vm.id, facts->systems.items[i]))
            return facts->systems.items[i];
    }
    return NULL;
}

static int plan_roots(struct planner *planner, struct hv_error *err) {
    const struct hv_instance *system = active_system(planner->facts);
    const char *wanted[HV_ARRAY_SIZE(root_properties)] = { 0 };
    bool any = false;
    int r = 0;

    for (size_t i = 0; system && r == 0 && i < HV_ARRAY_SIZE(root_properties); i++) {
        const char *now = hv_instance_text(system, root_properties[i]);
        struct hv_planned_part part = { .kind = root_kinds[i] };

        if (!planner->wishes->roots[i] || hv_text_same(now, planner->wishes->roots[i]))
            continue;
        any = true;
        wanted[i] = planner->wishes->roots[i];
        r = hv_text_copy(now, &part.value, err);
        if (r == 0)
            r = hv_text_copy(hv_instance_text(system, "InstanceID"), &part.id, err);
        if (r == 0)
            r = add_change(planner, &part, wanted[i], err);
        hv_planned_part_deinit(&part);
    }
    if (r < 0 || !any)
        return r;
    return hv_settings_system(planner->facts->vm.id, &(const struct hv_roots){ wanted[0], wanted[1], wanted[2] },
                              &planner->edits->system, err);
}

/* ---- all ---- */

static int refuse_unused(const struct planner *planner, const struct hv_planned_wish *wishes, size_t n, const bool *used,
                         const char *what, struct hv_error *err) {
    for (size_t i = 0; !planner->wishes->tolerant && i < n; i++) {
        if (used[i])
            continue;
        (void)hv_error_set(err, HV_E_NOT_FOUND, "the planned VM \"%s\" has no %s \"%s\"",
                           hv_planned_label(planner->facts, planner->who), what, wishes[i].old);
        hv_error_remedy(err, "see what it has: hvctl staged show %s --to %s", planner->facts->vm.id, planner->who->host);
        return HV_E_NOT_FOUND;
    }
    return 0;
}

/* Two disks in one file: each would spoil the other. */
static int refuse_collisions(const struct hv_planned_edits *edits, struct hv_error *err) {
    for (size_t i = 0; i < edits->n; i++) {
        for (size_t k = i + 1; edits->kinds[i] == HV_PLANNED_DISK && k < edits->n; k++) {
            const struct hv_planned_change *a = &edits->changes[i];
            const struct hv_planned_change *b = &edits->changes[k];
            if (edits->kinds[k] != HV_PLANNED_DISK || !a->to || !hv_text_same(a->to, b->to) || hv_text_same(a->from, b->from))
                continue;
            (void)hv_error_set(err, HV_E_ARGUMENT, "two disks would become \"%s\"", a->to);
            hv_error_cause(err, "\"%s\" and \"%s\"", a->from, b->from);
            hv_error_remedy(err, "give one of them a place of its own by --disk 'OLDPATH=NEWPATH'");
            return HV_E_ARGUMENT;
        }
    }
    return 0;
}

int hv_planned_plan(const struct hv_planned_wishes *wishes, const struct hv_planned_facts *facts,
                    const struct hv_planned_who *who, struct hv_planned_edits *ret_edits, struct hv_error *err) {
    struct planner planner = { .wishes = wishes, .facts = facts, .who = who, .edits = ret_edits };
    int r = hv_planned_wishes_check(wishes, &facts->switches, who->host, err);

    for (size_t i = 0; r == 0 && i < facts->resources.n; i++)
        r = plan_resource(&planner, facts->resources.items[i], err);
    if (r == 0)
        r = plan_roots(&planner, err);
    if (r == 0)
        r = refuse_unused(&planner, wishes->switches, wishes->n_switches, planner.used_switches, "adapter at switch", err);
    if (r == 0)
        r = refuse_unused(&planner, wishes->disks, wishes->n_disks, planner.used_disks, "disk", err);
    if (r == 0)
        r = refuse_unused(&planner, wishes->drives, wishes->n_drives, planner.used_drives, "pass-through disk", err);
    return r < 0 ? r : refuse_collisions(ret_edits, err);
}

void hv_planned_edits_deinit(struct hv_planned_edits *edits) {
    for (size_t i = 0; i < edits->n; i++) {
        free(edits->changes[i].what);
        free(edits->changes[i].from);
        free(edits->changes[i].to);
        free(edits->ids[i]);
    }
    free(edits->changes);
    free(edits->ids);
    free(edits->kinds);
    hv_instance_list_deinit(&edits->modified);
    for (size_t i = 0; i < edits->n_removed; i++)
        (void)hv_epr_free(edits->removed[i]);
    free(edits->removed);
    (void)hv_instance_free(edits->system);
    *edits = (struct hv_planned_edits){ 0 };
}

/* ---- afterwards ---- */

static bool is_root(enum hv_planned_kind kind, size_t *ret_index) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(root_kinds); i++) {
        *ret_index = i;
        if (root_kinds[i] == kind)
            return true;
    }
    return false;
}

/* Folders may come back with a backslash at the end. */
static bool is_same_path(const char *a, const char *b) {
    size_t n = b ? strlen(b) : 0;

    return hv_text_same(a, b) || (a && b && hv_text_starts_same(a, b) && a[n] == '\\' && !a[n + 1]);
}

static int resource_is_done(const struct hv_planned_change *change, const char *id, const struct hv_planned_facts *facts,
                            bool *ret_is_done, struct hv_error *err) {
    struct hv_planned_part part;
    int r;

    *ret_is_done = !change->to;
    for (size_t i = 0; i < facts->resources.n; i++) {
        if (!hv_text_same(hv_instance_text(facts->resources.items[i], "InstanceID"), id))
            continue;
        r = hv_planned_part_read(facts, facts->resources.items[i], &part, err);
        if (r != 0)
            return r < 0 ? r : 0;
        *ret_is_done =
            change->to ? hv_text_same(part.value, change->to) && part.fit != HV_FIT_NOTHING : part.fit == HV_FIT_NOTHING;
        hv_planned_part_deinit(&part);
        return 0;
    }
    return 0;
}

int hv_planned_is_done(const struct hv_planned_edits *edits, const struct hv_planned_facts *facts, size_t *ret_index,
                       struct hv_error *err) {
    const struct hv_instance *system = active_system(facts);

    for (size_t i = 0; i < edits->n; i++) {
        bool is_done = false;
        size_t root;
        int r = 0;

        if (is_root(edits->kinds[i], &root))
            is_done = system && is_same_path(hv_instance_text(system, root_properties[root]), edits->changes[i].to);
        else
            r = resource_is_done(&edits->changes[i], edits->ids[i], facts, &is_done, err);
        if (r < 0)
            return r;
        *ret_index = i;
        if (!is_done)
            return 1;
    }
    return 0;
}
