/* The parts of a planned VM that point to something of its host, and whether that is there (hyperv.md 2.10 to 2.12, 4e). */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "control/planned.h"
#include "hyperv/field.h"
#include "hyperv/path.h"
#include "hyperv/vm_details.h"

enum { RESOURCE_CONNECTION = 33, CONNECTION_DISABLED = 3 };

#define VENDOR "Microsoft:"

const char *hv_planned_kind_name(enum hv_planned_kind kind) {
    static const char *const names[] = {
        [HV_PLANNED_ADAPTER] = "adapter",
        [HV_PLANNED_DISK] = "disk",
        [HV_PLANNED_ISO] = "iso",
        [HV_PLANNED_FLOPPY] = "floppy",
        [HV_PLANNED_PHYSICAL] = "physical",
        [HV_PLANNED_CONFIG_ROOT] = "config-path",
        [HV_PLANNED_SNAPSHOT_ROOT] = "snapshot-path",
        [HV_PLANNED_PAGING_ROOT] = "paging-path",
    };

    return names[kind];
}

const char *hv_planned_fit_name(enum hv_planned_fit fit) {
    static const char *const names[] = {
        [HV_FIT_UNKNOWN] = "unknown",
        [HV_FIT_THERE] = "there",
        [HV_FIT_MISSING] = "missing",
        [HV_FIT_NOTHING] = "nothing",
    };

    return names[fit];
}

const char *hv_origin_name(enum hv_origin origin) {
    static const char *const names[] = {
        [HV_ORIGIN_UNASKED] = "unasked",
        [HV_ORIGIN_NONE] = "none",
        [HV_ORIGIN_THERE] = "there",
        [HV_ORIGIN_MOVING] = "moving",
    };

    return names[origin];
}

void hv_planned_part_deinit(struct hv_planned_part *part) {
    free(part->id);
    free(part->checkpoint);
    free(part->value);
    *part = (struct hv_planned_part){ 0 };
}

/* ---- adapters ---- */

static const struct hv_instance *switch_of(const struct hv_instance_list *switches, const char *id) {
    for (size_t i = 0; i < switches->n; i++) {
        if (hv_text_same(hv_instance_text(switches->items[i], "Name"), id))
            return switches->items[i];
    }
    return NULL;
}

/* The name that people know: as this host has it, as the VM remembers it, as the other host has it. */
static const char *switch_name(const struct hv_planned_facts *facts, const struct hv_instance *connection, const char *id,
                               bool *ret_is_there) {
    const struct hv_instance *here = switch_of(&facts->switches, id);
    const struct hv_instance *there = switch_of(&facts->origin_switches, id);
    const char *known = hv_instance_text(connection, "LastKnownSwitchName");
    const char *name = here ? hv_instance_text(here, "ElementName") : known && *known ? known : NULL;

    *ret_is_there = here != NULL;
    if (!name && there)
        name = hv_instance_text(there, "ElementName");
    return name ? name : id;
}

static int read_adapter(const struct hv_planned_facts *facts, const struct hv_instance *connection, struct hv_planned_part *part,
                        struct hv_error *err) {
    bool is_off = hv_field_number(connection, "EnabledState", UINT16_MAX) == CONNECTION_DISABLED;
    HV_CLEANUP_FREE char *id = NULL;
    bool is_there = false;
    const char *name;
    int r = hv_path_key(hv_instance_text(connection, "HostResource"), "Name", &id, err);

    part->kind = HV_PLANNED_ADAPTER;
    part->fit = HV_FIT_NOTHING;
    if (r != 0)
        return r < 0 ? r : 0;
    name = switch_name(facts, connection, id, &is_there);
    if (!is_off)
        part->fit = is_there ? HV_FIT_THERE : HV_FIT_MISSING;
    return hv_text_copy(name, &part->value, err);
}

/* ---- disks ---- */

static bool is_listed(char *const *list, size_t n, const char *text) {
    for (size_t i = 0; i < n; i++) {
        if (hv_text_same(list[i], text))
            return true;
    }
    return false;
}

static enum hv_planned_fit file_fit(const struct hv_planned_facts *facts, const char *path) {
    if (!path || !*path)
        return HV_FIT_NOTHING;
    if (is_listed(facts->files, facts->n_files, path))
        return HV_FIT_THERE;
    return is_listed(facts->asked_files, facts->n_asked_files, path) ? HV_FIT_MISSING : HV_FIT_UNKNOWN;
}

/* "Microsoft:1" and "Microsoft:<GUID>\1" are disk 1. */
static const char *device_name(const char *id) {
    const char *slash = id ? strrchr(id, '\\') : NULL;

    if (slash)
        return slash + 1;
    return id && hv_text_starts_same(id, VENDOR) ? id + strlen(VENDOR) : id;
}

const char *hv_planned_drive_name(const struct hv_instance *drive) {
    const char *number = hv_instance_text(drive, "DriveNumber");

    return number ? number : device_name(hv_instance_text(drive, "DeviceID"));
}

static int read_physical(const struct hv_planned_facts *facts, const struct hv_instance *resource, struct hv_planned_part *part,
                         struct hv_error *err) {
    HV_CLEANUP_FREE char *id = NULL;
    const char *name;
    int r = hv_path_key(hv_instance_text(resource, "HostResource"), "DeviceID", &id, err);

    part->kind = HV_PLANNED_PHYSICAL;
    part->fit = HV_FIT_NOTHING;
    if (r != 0)
        return r < 0 ? r : 0;
    name = device_name(id);
    part->fit = HV_FIT_MISSING;
    for (size_t i = 0; i < facts->drives.n; i++) {
        if (!hv_text_same(hv_instance_text(facts->drives.items[i], "DeviceID"), id))
            continue;
        part->fit = HV_FIT_THERE;
        name = hv_planned_drive_name(facts->drives.items[i]);
    }
    return hv_text_copy(name, &part->value, err);
}

static int read_medium(const struct hv_planned_facts *facts, const struct hv_vm_disk *disk, struct hv_planned_part *part,
                       struct hv_error *err) {
    part->kind = disk->medium == HV_MEDIUM_ISO      ? HV_PLANNED_ISO
                 : disk->medium == HV_MEDIUM_FLOPPY ? HV_PLANNED_FLOPPY
                                                    : HV_PLANNED_DISK;
    part->fit = file_fit(facts, disk->path);
    return hv_text_copy(disk->path, &part->value, err);
}

static int read_resource(const struct hv_planned_facts *facts, const struct hv_instance *resource, struct hv_planned_part *part,
                         struct hv_error *err) {
    struct hv_vm_disk disk;
    int r;

    if (hv_field_number(resource, "ResourceType", UINT16_MAX) == RESOURCE_CONNECTION)
        return read_adapter(facts, resource, part, err);
    r = hv_vm_disk_decode(resource, &disk, err);
    if (r != 0)
        return r;
    r = disk.medium == HV_MEDIUM_PHYSICAL ? read_physical(facts, resource, part, err) : read_medium(facts, &disk, part, err);
    hv_vm_disk_deinit(&disk);
    return r;
}

/* ---- whose ---- */

static bool is_owner(const struct hv_instance *system, const struct hv_instance *resource) {
    struct hv_setting_id a;
    struct hv_setting_id b;

    return hv_setting_id_parse(hv_instance_text(system, "InstanceID"), &a) &&
           hv_setting_id_parse(hv_instance_text(resource, "InstanceID"), &b) && strcmp(a.owner, b.owner) == 0;
}

static bool is_active(const struct hv_planned_facts *facts, const struct hv_instance *system) {
    return hv_vm_owns(facts->vm.id, system);
}

static int name_checkpoint(const struct hv_planned_facts *facts, const struct hv_instance *resource, char **ret_name,
                           struct hv_error *err) {
    for (size_t i = 0; i < facts->systems.n; i++) {
        const struct hv_instance *system = facts->systems.items[i];
        const char *name = hv_instance_text(system, "ElementName");

        if (is_owner(system, resource))
            return is_active(facts, system) ? 0 : hv_text_copy(name ? name : "", ret_name, err);
    }
    return 0;
}

int hv_planned_part_read(const struct hv_planned_facts *facts, const struct hv_instance *resource,
                         struct hv_planned_part *ret_part, struct hv_error *err) {
    struct hv_planned_part part = { 0 };
    int r = read_resource(facts, resource, &part, err);

    if (r == 0)
        r = hv_text_copy(hv_instance_text(resource, "InstanceID"), &part.id, err);
    if (r == 0)
        r = name_checkpoint(facts, resource, &part.checkpoint, err);
    if (r != 0) {
        hv_planned_part_deinit(&part);
        return r;
    }
    *ret_part = part;
    return 0;
}

/* ---- all ---- */

static int add_part(struct hv_planned_details *details, struct hv_planned_part *part_take, struct hv_error *err) {
    struct hv_planned_part *grown = hv_grow(details->parts, details->n_parts, sizeof(*grown));

    if (!grown) {
        hv_planned_part_deinit(part_take);
        return hv_error_memory(err);
    }
    details->parts = grown;
    grown[details->n_parts++] = *part_take;
    details->n_missing += part_take->fit == HV_FIT_MISSING;
    return 0;
}

static int add_resources(const struct hv_planned_facts *facts, const struct hv_instance *system,
                         struct hv_planned_details *details, struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < facts->resources.n; i++) {
        struct hv_planned_part part;

        if (!is_owner(system, facts->resources.items[i]))
            continue;
        r = hv_planned_part_read(facts, facts->resources.items[i], &part, err);
        if (r == 0)
            r = add_part(details, &part, err);
        else if (r > 0)
            r = 0;
    }
    return r;
}

/* Only the drive is looked at: the folder is made when it is needed. */
static enum hv_planned_fit root_fit(const struct hv_planned_facts *facts, const char *path) {
    if (!path || !*path)
        return HV_FIT_NOTHING;
    if (facts->n_volumes == 0 || hv_text_starts(path, "\\\\"))
        return HV_FIT_UNKNOWN;
    for (size_t i = 0; i < facts->n_volumes; i++) {
        if (hv_text_starts_same(path, facts->volumes[i]))
            return HV_FIT_THERE;
    }
    return HV_FIT_MISSING;
}

static int add_roots(const struct hv_planned_facts *facts, const struct hv_instance *system, struct hv_planned_details *details,
                     struct hv_error *err) {
    static const struct {
        enum hv_planned_kind kind;
        const char *property;
    } roots[] = {
        { HV_PLANNED_CONFIG_ROOT, "ConfigurationDataRoot" },
        { HV_PLANNED_SNAPSHOT_ROOT, "SnapshotDataRoot" },
        { HV_PLANNED_PAGING_ROOT, "SwapFileDataRoot" },
    };
    int r = hv_field_text(system, "Version", &details->configuration_version, err);

    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(roots); i++) {
        struct hv_planned_part part = { .kind = roots[i].kind };

        part.fit = root_fit(facts, hv_instance_text(system, roots[i].property));
        r = hv_field_text(system, roots[i].property, &part.value, err);
        if (r == 0)
            r = hv_text_copy(hv_instance_text(system, "InstanceID"), &part.id, err);
        if (r == 0)
            r = add_part(details, &part, err);
        else
            hv_planned_part_deinit(&part);
    }
    return r;
}

static int list_names(const struct hv_instance_list *list, bool are_drives, char ***ret_names, size_t *ret_n,
                      struct hv_error *err) {
    int r = 0;

    *ret_names = calloc(list->n + 1, sizeof(**ret_names));
    if (!*ret_names)
        return hv_error_memory(err);
    for (size_t i = 0; r == 0 && i < list->n; i++) {
        const char *name = are_drives ? hv_planned_drive_name(list->items[i]) : hv_instance_text(list->items[i], "ElementName");

        if (!name)
            continue;
        r = hv_text_copy(name, &(*ret_names)[*ret_n], err);
        if (r == 0)
            (*ret_n)++;
    }
    return r;
}

int hv_planned_judge(const struct hv_planned_facts *facts, struct hv_planned_details *ret_details, struct hv_error *err) {
    struct hv_planned_details *details = ret_details;
    int r;

    details->planned.vm = facts->vm;
    details->planned.origin = facts->origin;
    details->planned.vm.id = NULL;
    details->planned.vm.name = NULL;
    r = hv_text_copy(facts->vm.id, &details->planned.vm.id, err);
    if (r == 0)
        r = hv_text_copy(facts->vm.name, &details->planned.vm.name, err);
    if (r == 0)
        r = hv_text_copy(facts->default_disk_root, &details->default_disk_root, err);
    if (r == 0)
        r = hv_text_copy(facts->default_config_root, &details->default_config_root, err);
    if (r == 0)
        r = list_names(&facts->switches, false, &details->switches, &details->n_switches, err);
    if (r == 0)
        r = list_names(&facts->drives, true, &details->drives, &details->n_drives, err);
    for (int checkpoints = 0; r == 0 && checkpoints < 2; checkpoints++) {
        for (size_t i = 0; r == 0 && i < facts->systems.n; i++) {
            const struct hv_instance *system = facts->systems.items[i];

            if (is_active(facts, system) == (checkpoints == 1))
                continue;
            r = add_resources(facts, system, details, err);
            if (r == 0 && checkpoints == 0)
                r = add_roots(facts, system, details, err);
        }
    }
    return r;
}

void hv_planned_details_deinit(struct hv_planned_details *details) {
    hv_vm_deinit(&details->planned.vm);
    free(details->configuration_version);
    for (size_t i = 0; i < details->n_parts; i++)
        hv_planned_part_deinit(&details->parts[i]);
    free(details->parts);
    (void)hv_field_texts_free(details->switches, details->n_switches);
    (void)hv_field_texts_free(details->drives, details->n_drives);
    free(details->default_disk_root);
    free(details->default_config_root);
    *details = (struct hv_planned_details){ 0 };
}
