/* Setting data of one VM (hyperv.md 2.10 to 2.12). */
#include "hyperv/vm_details.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/field.h"
#include "hyperv/path.h"

enum {
    RESOURCE_LOGICAL_DISK = 31,
    CONNECTION_DISABLED = 3,
    MAC_DIGITS = 12,
};

static const struct {
    const char *subtype;
    enum hv_medium medium;
} media[] = {
    { HV_SUBTYPE_VHD, HV_MEDIUM_VHD },
    { HV_SUBTYPE_ISO, HV_MEDIUM_ISO },
    { HV_SUBTYPE_FLOPPY, HV_MEDIUM_FLOPPY },
    { HV_SUBTYPE_PHYSICAL_DISK, HV_MEDIUM_PHYSICAL },
};

const char *hv_medium_name(enum hv_medium medium) {
    switch (medium) {
    case HV_MEDIUM_VHD:
        return "vhd";
    case HV_MEDIUM_ISO:
        return "iso";
    case HV_MEDIUM_FLOPPY:
        return "floppy";
    case HV_MEDIUM_PHYSICAL:
        return "physical";
    case HV_MEDIUM_OTHER:
        break;
    }
    return "other";
}

void hv_vm_details_init(struct hv_vm_details *details) {
    memset(details, 0, sizeof(*details));
    details->generation = -1;
    details->processors = -1;
    details->memory_mib = -1;
    details->limit_processor_features = -1;
}

void hv_vm_disk_deinit(struct hv_vm_disk *disk) {
    free(disk->instance_id);
    free(disk->path);
    free(disk->pool_id);
    memset(disk, 0, sizeof(*disk));
}

static void adapter_deinit(struct hv_vm_adapter *adapter) {
    free(adapter->instance_id);
    free(adapter->name);
    free(adapter->mac);
    free(adapter->switch_id);
    free(adapter->switch_name);
    memset(adapter, 0, sizeof(*adapter));
}

static void checkpoint_deinit(struct hv_vm_checkpoint *checkpoint) {
    free(checkpoint->id);
    free(checkpoint->name);
    free(checkpoint->created);
    memset(checkpoint, 0, sizeof(*checkpoint));
}

static void settings_deinit(struct hv_vm_details *details) {
    free(details->configuration_version);
    free(details->configuration_root);
    free(details->snapshot_root);
    free(details->paging_root);
    free(details->notes);
    details->configuration_version = NULL;
    details->configuration_root = NULL;
    details->snapshot_root = NULL;
    details->paging_root = NULL;
    details->notes = NULL;
}

void hv_vm_details_deinit(struct hv_vm_details *details) {
    free(details->vm.id);
    free(details->vm.name);
    free(details->host_name);
    settings_deinit(details);
    for (size_t i = 0; i < details->n_disks; i++)
        hv_vm_disk_deinit(&details->disks[i]);
    for (size_t i = 0; i < details->n_adapters; i++)
        adapter_deinit(&details->adapters[i]);
    for (size_t i = 0; i < details->n_checkpoints; i++)
        checkpoint_deinit(&details->checkpoints[i]);
    free(details->disks);
    free(details->adapters);
    free(details->checkpoints);
    hv_vm_details_init(details);
}

bool hv_vm_owns(const char *vm_id, const struct hv_instance *instance) {
    struct hv_setting_id id;
    return hv_setting_id_parse(hv_instance_text(instance, "InstanceID"), &id) && strcmp(id.owner, vm_id) == 0;
}

/* "true" only for what says so: settings of another VM come when a host ignores the filter of a query. */
static bool names_vm(const struct hv_vm_details *details, const struct hv_instance *instance) {
    const char *text = hv_instance_text(instance, "VirtualSystemIdentifier");
    return !text || !*text || hv_text_same(text, details->vm.id);
}

/* Is there room for one more behind N? Errors: LIMIT. */
static int check_count(size_t n, const char *what, struct hv_error *err) {
    if (n < HV_VM_MAX_PARTS)
        return 0;
    return hv_error_set(err, HV_E_LIMIT, "a VM with more than %d %s", HV_VM_MAX_PARTS, what);
}

static int checkpoint_add(struct hv_vm_details *details, const struct hv_instance *instance, const char *id, bool is_recovery,
                          struct hv_error *err) {
    int r = check_count(details->n_checkpoints, "checkpoints", err);
    if (r < 0)
        return r;
    struct hv_vm_checkpoint *grown = hv_grow(details->checkpoints, details->n_checkpoints, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    details->checkpoints = grown;
    struct hv_vm_checkpoint checkpoint = { .is_recovery = is_recovery };
    r = hv_text_copy(id, &checkpoint.id, err);
    if (r == 0)
        r = hv_field_text(instance, "ElementName", &checkpoint.name, err);
    if (r == 0)
        r = hv_field_text(instance, "CreationTime", &checkpoint.created, err);
    if (r < 0) {
        checkpoint_deinit(&checkpoint);
        return r;
    }
    details->checkpoints[details->n_checkpoints++] = checkpoint;
    return 0;
}

/* "Microsoft:Hyper-V:SubType:2" is generation 2. Hosts before 2012 R2 have no subtype and generation 1 only. */
static int64_t generation_of(const struct hv_instance *instance) {
    const char *text = hv_instance_text(instance, "VirtualSystemSubType");
    if (!text || !*text)
        return -1;
    const char *number = strrchr(text, ':');
    int64_t generation;
    if (!number || !hv_text_i64(number + 1, strlen(number + 1), 1, 9, &generation))
        return -1;
    return generation;
}

static int active_settings_set(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err) {
    const struct {
        const char *name;
        char **ret_text;
    } fields[] = {
        { "Version", &details->configuration_version },
        { "ConfigurationDataRoot", &details->configuration_root },
        { "SnapshotDataRoot", &details->snapshot_root },
        { "SwapFileDataRoot", &details->paging_root },
        { "Notes", &details->notes },
    };
    settings_deinit(details);
    details->generation = generation_of(instance);
    int r = 0;
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(fields); i++)
        r = hv_field_text(instance, fields[i].name, fields[i].ret_text, err);
    return r;
}

int hv_vm_add_settings(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_setting_id id;
    if (!hv_setting_id_parse(hv_instance_text(instance, "InstanceID"), &id) || !names_vm(details, instance))
        return 0;
    if (strcmp(id.owner, details->vm.id) == 0)
        return active_settings_set(details, instance, err);
    const char *type = hv_instance_text(instance, "VirtualSystemType");
    if (!type || !hv_text_starts_same(type, "Microsoft:Hyper-V:Snapshot:"))
        return 0;
    return checkpoint_add(details, instance, id.owner, hv_text_ends(type, ":Recovery"), err);
}

/* What a logical disk of no known subtype holds is unknown; any other resource is no medium at all. */
static bool medium_of(const struct hv_instance *instance, enum hv_medium *ret_medium) {
    const char *subtype = hv_instance_text(instance, "ResourceSubType");
    for (size_t i = 0; i < HV_ARRAY_SIZE(media); i++) {
        if (hv_text_same(subtype, media[i].subtype)) {
            *ret_medium = media[i].medium;
            return true;
        }
    }
    if (hv_field_number(instance, "ResourceType", UINT16_MAX) != RESOURCE_LOGICAL_DISK)
        return false;
    *ret_medium = HV_MEDIUM_OTHER;
    return true;
}

int hv_vm_disk_decode(const struct hv_instance *instance, struct hv_vm_disk *ret_disk, struct hv_error *err) {
    struct hv_vm_disk disk = { .controller = -1, .slot = -1 };
    if (!medium_of(instance, &disk.medium))
        return 1;
    struct hv_setting_id id;
    if (hv_setting_id_parse(hv_instance_text(instance, "InstanceID"), &id)) {
        disk.controller = id.controller;
        disk.slot = id.slot;
    }
    int r = hv_field_text(instance, "InstanceID", &disk.instance_id, err);
    if (r == 0)
        r = hv_field_text(instance, "HostResource", &disk.path, err);
    /* The empty pool is a pool: the primordial one. */
    if (r == 0)
        r = hv_field_text_or_empty(instance, "PoolID", &disk.pool_id, err);
    if (r < 0) {
        hv_vm_disk_deinit(&disk);
        return r;
    }
    *ret_disk = disk;
    return 0;
}

int hv_vm_add_disk(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err) {
    if (!hv_vm_owns(details->vm.id, instance))
        return 0;
    int r = check_count(details->n_disks, "disks", err);
    if (r < 0)
        return r;
    struct hv_vm_disk *grown = hv_grow(details->disks, details->n_disks, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    details->disks = grown;
    r = hv_vm_disk_decode(instance, &details->disks[details->n_disks], err);
    if (r == 0)
        details->n_disks++;
    return r < 0 ? r : 0;
}

/* "00155D010203" becomes "00-15-5D-01-02-03"; other text stays as it is. */
static int mac_decode(const struct hv_instance *instance, char **ret_mac, struct hv_error *err) {
    const char *address = hv_instance_text(instance, "Address");
    uint64_t number;
    if (!address || strlen(address) != MAC_DIGITS || !hv_text_hex(address, MAC_DIGITS, &number))
        return hv_field_text(instance, "Address", ret_mac, err);
    static const char digits[] = "0123456789ABCDEF";
    char mac[MAC_DIGITS / 2 * 3];
    for (size_t i = 0; i < MAC_DIGITS; i++) {
        size_t at = i / 2 * 3 + i % 2;
        mac[at] = digits[number >> (4 * (MAC_DIGITS - 1 - i)) & 15];
        mac[at + 1] = '-';
    }
    mac[sizeof(mac) - 1] = '\0';
    return hv_text_copy(mac, ret_mac, err);
}

int hv_vm_add_adapter(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err) {
    if (!hv_vm_owns(details->vm.id, instance))
        return 0;
    int r = check_count(details->n_adapters, "network adapters", err);
    if (r < 0)
        return r;
    struct hv_vm_adapter *grown = hv_grow(details->adapters, details->n_adapters, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    details->adapters = grown;
    struct hv_vm_adapter adapter = { .mac_is_static = hv_field_bool(instance, "StaticMacAddress") == 1 };
    r = hv_field_text(instance, "InstanceID", &adapter.instance_id, err);
    if (r == 0)
        r = hv_field_text(instance, "ElementName", &adapter.name, err);
    if (r == 0)
        r = mac_decode(instance, &adapter.mac, err);
    if (r < 0) {
        adapter_deinit(&adapter);
        return r;
    }
    details->adapters[details->n_adapters++] = adapter;
    return 0;
}

/* By the path in Parent; hosts that leave it out still name the connection as the port, with something behind. */
static int adapter_find(const struct hv_vm_details *details, const struct hv_instance *connection,
                        struct hv_vm_adapter **ret_adapter, struct hv_error *err) {
    HV_CLEANUP_FREE char *parent = NULL;
    int r = hv_path_key(hv_instance_text(connection, "Parent"), "InstanceID", &parent, err);
    if (r < 0)
        return r;
    const char *id = hv_instance_text(connection, "InstanceID");
    *ret_adapter = NULL;
    for (size_t i = 0; i < details->n_adapters; i++) {
        const char *port = details->adapters[i].instance_id;
        if (parent ? hv_text_same(parent, port) : hv_text_starts_same(id, port) && id[strlen(port)] == '\\') {
            *ret_adapter = &details->adapters[i];
            break;
        }
    }
    return 0;
}

int hv_vm_add_connection(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_vm_adapter *adapter;
    if (!hv_vm_owns(details->vm.id, instance))
        return 0;
    int r = adapter_find(details, instance, &adapter, err);
    if (r < 0 || !adapter)
        return r;
    HV_CLEANUP_FREE char *switch_id = NULL;
    HV_CLEANUP_FREE char *switch_name = NULL;
    r = hv_path_key(hv_instance_text(instance, "HostResource"), "Name", &switch_id, err);
    if (r >= 0)
        r = hv_field_text(instance, "LastKnownSwitchName", &switch_name, err);
    if (r < 0)
        return r;
    free(adapter->switch_id);
    free(adapter->switch_name);
    adapter->switch_id = switch_id;
    adapter->switch_name = switch_name;
    adapter->connected = switch_id && hv_field_number(instance, "EnabledState", UINT16_MAX) != CONNECTION_DISABLED;
    switch_id = NULL;
    switch_name = NULL;
    return 0;
}

int hv_vm_add_switch(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err) {
    const char *id = hv_instance_text(instance, "Name");
    for (size_t i = 0; i < details->n_adapters; i++) {
        struct hv_vm_adapter *adapter = &details->adapters[i];
        if (!hv_text_same(adapter->switch_id, id))
            continue;
        char *name;
        int r = hv_field_text(instance, "ElementName", &name, err);
        if (r < 0)
            return r;
        if (name) {
            free(adapter->switch_name);
            adapter->switch_name = name;
        }
    }
    return 0;
}

void hv_vm_add_processor(struct hv_vm_details *details, const struct hv_instance *instance) {
    if (hv_vm_owns(details->vm.id, instance)) {
        details->processors = hv_field_number(instance, "VirtualQuantity", INT64_MAX);
        details->limit_processor_features = hv_field_bool(instance, "LimitProcessorFeatures");
    }
}

void hv_vm_add_memory(struct hv_vm_details *details, const struct hv_instance *instance) {
    if (hv_vm_owns(details->vm.id, instance))
        details->memory_mib = hv_field_number(instance, "VirtualQuantity", INT64_MAX);
}
