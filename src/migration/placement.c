/* Which disk goes where (hyperv.md 4b to 4d). */
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/settings.h"
#include "migration/plan.h"
#include "migration/tuning.h"

enum { PATH_CEILING = 64 * 1024, LIST_CEILING = 600 };

static const char *file_name(const char *path) {
    const char *name = path;

    for (const char *at = path; *at; at++) {
        if (*at == '\\' || *at == '/')
            name = at + 1;
    }
    return name;
}

static bool mapping_fits(const struct hv_plan_mapping *mapping, const char *path) {
    return hv_text_same(mapping->source, path) || hv_text_same(mapping->source, file_name(path));
}

/* FOLDER, a backslash unless it ends in one, and NAME. */
static int join(const char *folder, const char *name, char **ret_path, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(PATH_CEILING);

    hv_buf_puts(&path, folder);
    if (!hv_text_ends(folder, "\\") && !hv_text_ends(folder, "/"))
        hv_buf_putc(&path, '\\');
    hv_buf_puts(&path, name);
    return hv_buf_take(&path, "the new path of a disk", ret_path, err);
}

int hv_plan_target(const char *destination, const char *from, char **ret_path, struct hv_error *err) {
    if (hv_text_ends(destination, "\\") || hv_text_ends(destination, "/"))
        return join(destination, file_name(from), ret_path, err);
    return hv_text_copy(destination, ret_path, err);
}

int hv_plan_choose(const struct hv_plan *plan, const char *from, char **ret_to, struct hv_error *err) {
    for (size_t i = 0; i < plan->n_mappings; i++) {
        if (mapping_fits(&plan->mappings[i], from))
            return hv_plan_target(plan->mappings[i].destination, from, ret_to, err);
    }
    for (size_t i = 0; i < plan->n_rules; i++) {
        if (hv_text_fits(from, plan->rules[i].source))
            return join(plan->rules[i].destination, file_name(from), ret_to, err);
    }
    if (plan->storage_path)
        return join(plan->storage_path, file_name(from), ret_to, err);
    if (plan->type == HV_MOVE_STORAGE && !plan->pool)
        return 0;
    return hv_text_copy("", ret_to, err);
}

static int place_one(const struct hv_plan *plan, const struct hv_instance *setting, struct hv_placement *placements, size_t *n,
                     struct hv_error *err) {
    const char *from = hv_instance_text(setting, "HostResource");
    struct hv_placement *placement = &placements[*n];
    int r;

    r = hv_plan_choose(plan, from ? from : "", &placement->to, err);
    if (r < 0 || !placement->to)
        return r;
    (*n)++; /* from here on hv_placements_free sees it */
    r = hv_text_copy(from ? from : "", &placement->from, err);
    if (r == 0)
        r = hv_text_copy(hv_instance_text(setting, "InstanceID"), &placement->instance_id, err);
    /* A path of our own lies in the primordial pool, "", unless the caller names one (hyperv.md 4c, 4d). */
    if (r == 0)
        r = hv_settings_disk(setting, placement->to, plan->pool || !*placement->to ? plan->pool : "", &placement->setting, err);
    return r;
}

/* Two wishes for one disk, by its path and by its name: which of them holds is not for us to choose. */
static int check_rivals(const struct hv_plan *plan, const char *from, struct hv_error *err) {
    const struct hv_plan_mapping *first = NULL;

    for (size_t i = 0; i < plan->n_mappings; i++) {
        const struct hv_plan_mapping *mapping = &plan->mappings[i];
        if (!mapping_fits(mapping, from))
            continue;
        if (first && !hv_text_same(first->destination, mapping->destination)) {
            (void)hv_error_set(err, HV_E_ARGUMENT, "two new places were given for the disk \"%s\"", from);
            hv_error_cause(err, "\"%s\" and \"%s\"", first->destination, mapping->destination);
            hv_error_remedy(err, "leave one of the two --disk out");
            return HV_E_ARGUMENT;
        }
        first = mapping;
    }
    return 0;
}

/* Every mapping must fit exactly one disk: a typing error must not leave a disk behind unseen. */
static int check_mappings(const struct hv_plan *plan, const struct hv_placement *placements, size_t n, struct hv_error *err) {
    for (size_t i = 0; i < plan->n_mappings; i++) {
        size_t fits = 0;
        for (size_t k = 0; k < n; k++)
            fits += mapping_fits(&plan->mappings[i], placements[k].from) ? 1 : 0;
        if (fits == 1)
            continue;
        HV_CLEANUP_BUF struct hv_buf list = HV_BUF_INIT(LIST_CEILING);
        for (size_t k = 0; k < n; k++)
            hv_buf_printf(&list, "%s%s", k ? ", " : "", placements[k].from);
        (void)hv_error_set(err, HV_E_ARGUMENT, "%s of the VM's disks %s \"%s\"", fits ? "several" : "none",
                           fits ? "are called" : "is", plan->mappings[i].source);
        hv_error_cause(err, "its virtual hard disks are: %s", n ? hv_buf_text(&list) : "none");
        hv_error_remedy(err, "name a disk by its full path on the host or by its file name");
        return HV_E_ARGUMENT;
    }
    return 0;
}

static int check_collisions(const struct hv_placement *placements, size_t n, struct hv_error *err) {
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            if (!*placements[i].to || !hv_text_same(placements[i].to, placements[k].to))
                continue;
            (void)hv_error_set(err, HV_E_ARGUMENT, "two disks would become \"%s\"", placements[i].to);
            hv_error_cause(err, "\"%s\" and \"%s\" have one file name", placements[i].from, placements[k].from);
            hv_error_remedy(err, "give one of them a place of its own by --disk 'OLDPATH=NEWPATH'");
            return HV_E_ARGUMENT;
        }
    }
    return 0;
}

static int place_all(const struct hv_plan *plan, const struct hv_instance *const *settings, size_t n_settings,
                     struct hv_placement *placements, size_t *n, struct hv_error *err) {
    for (size_t i = 0; i < n_settings; i++) {
        int r;
        if (!hv_settings_is_vhd(settings[i]))
            continue;
        r = place_one(plan, settings[i], placements, n, err);
        if (r < 0)
            return r;
    }
    if (plan->n_mappings > 0) {
        int r = check_mappings(plan, placements, *n, err);
        for (size_t i = 0; r == 0 && i < *n; i++)
            r = check_rivals(plan, placements[i].from, err);
        if (r < 0)
            return r;
    }
    return check_collisions(placements, *n, err);
}

int hv_plan_place(const struct hv_plan *plan, const struct hv_instance *const *settings, size_t n_settings,
                  struct hv_placement **ret_placements, size_t *ret_n, struct hv_error *err) {
    struct hv_placement *placements;
    size_t n = 0;
    int r;

    if (n_settings > HV_PLAN_MAX_DISKS)
        return hv_error_set(err, HV_E_LIMIT, "the host shows %zu disks for the VM, more than %d", n_settings, HV_PLAN_MAX_DISKS);
    placements = calloc(n_settings ? n_settings : 1, sizeof(*placements));
    if (!placements)
        return hv_error_memory(err);
    r = place_all(plan, settings, n_settings, placements, &n, err);
    if (r < 0) {
        hv_placements_free(placements, n);
        return r;
    }
    *ret_placements = placements;
    *ret_n = n;
    return 0;
}

static int recall_one(const struct hv_move_place *place, struct hv_placement *placement, struct hv_error *err) {
    int r = hv_text_copy(place->instance_id ? place->instance_id : "", &placement->instance_id, err);

    if (r == 0)
        r = hv_text_copy(place->from ? place->from : "", &placement->from, err);
    if (r == 0)
        r = hv_text_copy(place->to ? place->to : "", &placement->to, err);
    if (r == 0)
        r = hv_instance_new("Msvm_StorageAllocationSettingData", NULL, &placement->setting, err);
    return r < 0 || !place->pool ? r : hv_instance_set(placement->setting, "PoolID", HV_CIM_STRING, place->pool, err);
}

int hv_plan_recall(const struct hv_move_places *places, struct hv_placement **ret_placements, size_t *ret_n,
                   struct hv_error *err) {
    struct hv_placement *placements;
    int r = 0;

    if (places->n_disks > HV_PLAN_MAX_DISKS)
        return hv_error_set(err, HV_E_LIMIT, "the move had %zu disks, more than %d", places->n_disks, HV_PLAN_MAX_DISKS);
    if (places->n_disks == 0)
        return 0;
    placements = calloc(places->n_disks, sizeof(*placements));
    if (!placements)
        return hv_error_memory(err);
    for (size_t i = 0; r == 0 && i < places->n_disks; i++)
        r = recall_one(&places->disks[i], &placements[i], err);
    if (r < 0) {
        hv_placements_free(placements, places->n_disks);
        return r;
    }
    *ret_placements = placements;
    *ret_n = places->n_disks;
    return 0;
}

void hv_placements_free(struct hv_placement *placements, size_t n) {
    for (size_t i = 0; placements && i < n; i++) {
        free(placements[i].instance_id);
        free(placements[i].from);
        free(placements[i].to);
        (void)hv_instance_free(placements[i].setting);
    }
    free(placements);
}
