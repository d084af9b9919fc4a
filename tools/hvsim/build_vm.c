/* A VM from its part of the configuration: the settings objects as a real host would have them (hyperv.md 2.10 to 2.12). */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "class.h"
#include "inventory.h"

enum { SLOTS_MAX = 64, CHECKPOINTS_MAX = 50 };

#define IDE_GUID       "83F8638B-8DCA-4152-9EDA-2CA8B33039B4"
#define MEMORY_GUID    "4764334D-E001-4176-82EE-5594EC9B530E"
#define PROCESSOR_GUID "B637F346-6A0E-4DEC-AF52-BD70CB80A21D"

static const char *const keys[] = {
    "id",          "adapter",        "busy",          "checkpoint",  "clustered",
    "config_root", "config_version", "disk",          "floppy",      "generation",
    "guest",       "guid",           "host",          "iso",         "limit_processor_features",
    "memory",      "name",           "notes",         "passthrough", "planned",
    "processors",  "replication",    "snapshot_root", "state",       "swap_root",
    NULL,
};

static const struct {
    const char *word;
    uint16_t state;
} states[] = { { "running", 2 }, { "off", 3 }, { "saved", 6 }, { "paused", 9 }, { "starting", 10 } };

struct builder {
    struct sim_fabric *fabric;
    struct sim_vm *vm;
    struct sim_config *config; /* that is being filled */
    const struct sim_section *section;
    uint64_t generation;
    char scsi_guid[HV_UUID_TEXT_SIZE];
    size_t n_scsi; /* slots used */
    size_t n_ide[2];
};

static struct sim_object *setting_new(const struct builder *builder, const char *class_name, const char *id, const char *name,
                                      uint64_t type, const char *subtype) {
    struct sim_object *setting = sim_new(builder->vm->host, class_name);
    HV_CLEANUP_FREE char *instance_id = sim_format("Microsoft:%s%s%s", builder->vm->guid, *id ? "\\" : "", id);
    if (!instance_id)
        return sim_object_free(setting);
    sim_set_text(setting, "InstanceID", instance_id);
    sim_set_text(setting, "Caption", name);
    sim_set_text(setting, "Description", name);
    sim_set_text(setting, "ElementName", name);
    sim_set_number(setting, "ResourceType", type);
    sim_set_text(setting, "ResourceSubType", subtype);
    sim_set_text(setting, "PoolID", "");
    sim_set_text(setting, "AllocationUnits", "count");
    sim_set_bool(setting, "AutomaticAllocation", true);
    sim_set_bool(setting, "AutomaticDeallocation", true);
    sim_set_number(setting, "ConsumerVisibility", 3);
    sim_set_number(setting, "VirtualQuantity", 1);
    sim_set_text(setting, "VirtualQuantityUnits", "count");
    sim_set_number(setting, "Limit", 1);
    sim_set_number(setting, "Reservation", 1);
    sim_set_number(setting, "Weight", 0);
    return setting;
}

static int setting_keep(struct builder *builder, struct sim_object *setting_take, struct hv_error *err) {
    return sim_list_add(&builder->config->resources, setting_take) ? 0 : hv_error_memory(err);
}

/* Parent: path of another setting of this VM. */
static void parent_set(const struct builder *builder, struct sim_object *setting, const char *parent_id) {
    HV_CLEANUP_FREE char *id = sim_format("Microsoft:%s\\%s", builder->vm->guid, parent_id);
    HV_CLEANUP_FREE char *path = id ? sim_setting_path(builder->vm->host, "Msvm_ResourceAllocationSettingData", id) : NULL;
    sim_set_text(setting, "Parent", path);
    if (setting && !path)
        setting->broken = true;
}

/* ---- controllers and slots ---- */

static int controllers_build(struct builder *builder, struct hv_error *err) {
    HV_CLEANUP_FREE char *scsi = sim_format("%s\\0", builder->scsi_guid);
    if (!scsi)
        return hv_error_memory(err);
    for (unsigned i = 0; builder->generation == 1 && i < 2; i++) {
        struct sim_object *ide =
            setting_new(builder, "Msvm_ResourceAllocationSettingData", i ? IDE_GUID "\\1" : IDE_GUID "\\0",
                        i ? "IDE Controller 1" : "IDE Controller 0", 5, "Microsoft:Hyper-V:Emulated IDE Controller");
        sim_set_text(ide, "Address", i ? "1" : "0");
        int r = setting_keep(builder, ide, err);
        if (r)
            return r;
    }
    return setting_keep(builder,
                        setting_new(builder, "Msvm_ResourceAllocationSettingData", scsi, "SCSI Controller", 6,
                                    "Microsoft:Hyper-V:Synthetic SCSI Controller"),
                        err);
}

/* "<controller>\<number>" and the slot there: IDE for the first things of an old machine, SCSI for all else. */
static bool slot_take(struct builder *builder, bool is_dvd, char **ret_controller, size_t *ret_slot) {
    size_t ide = is_dvd ? 1 : 0;
    if (builder->generation == 1 && builder->n_ide[ide] < 2) {
        *ret_controller = sim_format(IDE_GUID "\\%zu", ide);
        *ret_slot = builder->n_ide[ide]++;
    } else {
        *ret_controller = sim_format("%s\\0", builder->scsi_guid);
        *ret_slot = builder->n_scsi++;
    }
    return *ret_controller != NULL;
}

static const struct drive_kind {
    const char *drive_name, *drive_subtype;
    uint64_t drive_type;
    const char *medium_name, *medium_subtype; /* NULL: the drive is all */
    bool is_dvd;
    uint64_t access;
} drive_kinds[] = {
    { "Hard Drive", "Microsoft:Hyper-V:Synthetic Disk Drive", 17, "Hard Disk Image", "Microsoft:Hyper-V:Virtual Hard Disk", false,
      3 },
    { "DVD Drive", "Microsoft:Hyper-V:Synthetic DVD Drive", 16, "ISO Disk Image", "Microsoft:Hyper-V:Virtual CD/DVD Disk", true,
      1 },
    { "Diskette Drive", "Microsoft:Hyper-V:Synthetic Diskette Drive", 14, "Floppy Disk Image",
      "Microsoft:Hyper-V:Virtual Floppy Disk", false, 3 },
    { "Hard Drive", "Microsoft:Hyper-V:Physical Disk Drive", 17, NULL, NULL, false, 3 },
};
enum { DRIVE_DISK, DRIVE_DVD, DRIVE_FLOPPY, DRIVE_PHYSICAL };

/* The drive slot (..\D) and, but for a physical disk, the medium in it (..\L) with RESOURCE. */
static int drive_build(struct builder *builder, const struct drive_kind *kind, const char *resource, const char *pool,
                       struct hv_error *err) {
    HV_CLEANUP_FREE char *controller = NULL;
    size_t slot;
    if (!slot_take(builder, kind->is_dvd, &controller, &slot))
        return hv_error_memory(err);
    if (slot >= SLOTS_MAX)
        return sim_section_fail(builder->section, err, "more than %d drives", SLOTS_MAX);
    HV_CLEANUP_FREE char *drive_id = sim_format("%s\\%zu\\D", controller, slot);
    HV_CLEANUP_FREE char *medium_id = sim_format("%s\\%zu\\L", controller, slot);
    HV_CLEANUP_FREE char *address = sim_format("%zu", slot);
    if (!drive_id || !medium_id || !address)
        return hv_error_memory(err);
    struct sim_object *drive = setting_new(builder, "Msvm_ResourceAllocationSettingData", drive_id, kind->drive_name,
                                           kind->drive_type, kind->drive_subtype);
    sim_set_text(drive, "AddressOnParent", address);
    parent_set(builder, drive, controller);
    if (!kind->medium_name)
        sim_add_text(drive, "HostResource", resource);
    int r = setting_keep(builder, drive, err);
    if (r || !kind->medium_name)
        return r;
    struct sim_object *medium =
        setting_new(builder, "Msvm_StorageAllocationSettingData", medium_id, kind->medium_name, 31, kind->medium_subtype);
    parent_set(builder, medium, drive_id);
    sim_add_text(medium, "HostResource", resource);
    sim_set_text(medium, "PoolID", pool);
    sim_set_number(medium, "Access", kind->access);
    sim_set_text(medium, "VirtualQuantityUnits", "count(fixed size block)");
    return setting_keep(builder, medium, err);
}

/* ---- disks: "PATH | pool=ID | parent=PATH" ---- */

struct disk_spec {
    char *path, *pool, *parent;
};

static void disk_spec_deinit(struct disk_spec *spec) {
    free(spec->path);
    free(spec->pool);
    free(spec->parent);
}

static int disk_spec_read(const struct sim_section *section, const char *text, struct disk_spec *spec, struct hv_error *err) {
    const char *bar = strstr(text, " | ");
    if (hv_text_copy_n(text, bar ? (size_t)(bar - text) : strlen(text), &spec->path, err))
        return HV_E_MEMORY;
    while (bar) {
        const char *part = bar + 3;
        bar = strstr(part, " | ");
        size_t n = bar ? (size_t)(bar - part) : strlen(part);
        char **target = hv_text_starts(part, "pool=") ? &spec->pool : hv_text_starts(part, "parent=") ? &spec->parent : NULL;
        if (!target || *target)
            return sim_section_fail(section, err, "\"disk\" must be as PATH | pool=ID | parent=PATH");
        size_t skip = strcspn(part, "=") + 1;
        if (hv_text_copy_n(part + skip, n - skip, target, err))
            return HV_E_MEMORY;
    }
    return 0;
}

/* A checkpoint sees the disk as it was: the parent of what is written to now. */
static int disk_build(struct builder *builder, const char *text, bool is_checkpoint, struct hv_error *err) {
    HV_ATTR_CLEANUP(disk_spec_deinit) struct disk_spec spec = { 0 };
    int r = disk_spec_read(builder->section, text, &spec, err);
    if (r)
        return r;
    if (!sim_path_is_usable(builder->vm->host, spec.path))
        return sim_section_fail(builder->section, err, "disk %s: no such drive at the host", spec.path);
    if (!sim_file_add(builder->vm->host, spec.path, false) ||
        (spec.parent && (!sim_file_add(builder->vm->host, spec.parent, false) ||
                         !sim_file_set_parent(builder->vm->host, spec.path, spec.parent))))
        return hv_error_memory(err);
    return drive_build(builder, &drive_kinds[DRIVE_DISK], is_checkpoint && spec.parent ? spec.parent : spec.path,
                       spec.pool ? spec.pool : "", err);
}

static int physical_build(struct builder *builder, const char *number, struct hv_error *err) {
    struct sim_host *host = builder->vm->host;
    HV_CLEANUP_FREE char *path = sim_format(
        "\\\\%s\\root\\virtualization\\v2:Msvm_DiskDrive.CreationClassName=\"Msvm_DiskDrive\",DeviceID=\"Microsoft:%s\","
        "SystemCreationClassName=\"Msvm_ComputerSystem\",SystemName=\"%s\"",
        host->netbios, number, host->netbios);
    if (!path)
        return hv_error_memory(err);
    if (!sim_texts_has(&host->physical_disks, number))
        return sim_section_fail(builder->section, err, "the host has no physical disk %s", number);
    return drive_build(builder, &drive_kinds[DRIVE_PHYSICAL], path, "", err);
}

static int drives_build(struct builder *builder, bool is_checkpoint, struct hv_error *err) {
    const struct sim_section *section = builder->section;
    int r = 0;
    builder->n_scsi = builder->n_ide[0] = builder->n_ide[1] = 0;
    for (size_t i = 0; !r && i < sim_section_count(section, "disk"); i++)
        r = disk_build(builder, sim_section_item(section, "disk", i), is_checkpoint, err);
    for (size_t i = 0; !r && i < sim_section_count(section, "passthrough"); i++)
        r = physical_build(builder, sim_section_item(section, "passthrough", i), err);
    for (size_t i = 0; !r && i < sim_section_count(section, "iso"); i++)
        r = drive_build(builder, &drive_kinds[DRIVE_DVD], sim_section_item(section, "iso", i), "", err);
    for (size_t i = 0; !r && i < sim_section_count(section, "floppy"); i++)
        r = drive_build(builder, &drive_kinds[DRIVE_FLOPPY], sim_section_item(section, "floppy", i), "", err);
    return r;
}

/* ---- adapters, memory, processor ---- */

static int adapter_build(struct builder *builder, size_t i, struct hv_error *err) {
    struct sim_host *host = builder->vm->host;
    const char *name = sim_section_item(builder->section, "adapter", i);
    struct sim_switch *switch_ = sim_switch_find(host, name);
    char guid[HV_UUID_TEXT_SIZE], mac[16];
    if (*name && !switch_)
        return sim_section_fail(builder->section, err, "the host has no switch \"%s\"", name);
    sim_guid_new(builder->fabric, guid);
    memcpy(mac, "00155D", 6);
    memcpy(mac + 6, guid, 6);
    mac[12] = '\0';
    HV_CLEANUP_FREE char *connection_id = sim_format("%s\\C", guid);
    HV_CLEANUP_FREE char *switch_path = switch_ ? sim_switch_path(host, switch_) : NULL;
    if (!connection_id || (switch_ && !switch_path))
        return hv_error_memory(err);
    struct sim_object *port = setting_new(builder, "Msvm_SyntheticEthernetPortSettingData", guid, "Network Adapter", 10,
                                          "Microsoft:Hyper-V:Synthetic Ethernet Port");
    sim_set_text(port, "Address", mac);
    sim_set_bool(port, "StaticMacAddress", false);
    sim_set_bool(port, "ClusterMonitored", true);
    int r = setting_keep(builder, port, err);
    if (r)
        return r;
    struct sim_object *connection = setting_new(builder, "Msvm_EthernetPortAllocationSettingData", connection_id,
                                                "Dynamic Ethernet Switch Port", 33, "Microsoft:Hyper-V:Ethernet Connection");
    HV_CLEANUP_FREE char *port_id = sim_format("Microsoft:%s\\%s", builder->vm->guid, guid);
    HV_CLEANUP_FREE char *port_path = port_id ? sim_setting_path(host, "Msvm_SyntheticEthernetPortSettingData", port_id) : NULL;
    sim_set_text(connection, "Parent", port_path);
    sim_set_number(connection, "EnabledState", switch_ ? 2 : 3);
    if (switch_) {
        sim_add_text(connection, "HostResource", switch_path);
        sim_set_text(connection, "LastKnownSwitchName", switch_->name);
    }
    return setting_keep(builder, port_path ? connection : sim_object_free(connection), err);
}

static int board_build(struct builder *builder, struct hv_error *err) {
    uint64_t memory, processors;
    bool limit;
    int r;
    if ((r = sim_section_number(builder->section, "memory", 2048, 1U << 24, &memory, err)) ||
        (r = sim_section_number(builder->section, "processors", 2, 240, &processors, err)) ||
        (r = sim_section_flag(builder->section, "limit_processor_features", false, &limit, err)))
        return r;
    struct sim_object *setting =
        setting_new(builder, "Msvm_MemorySettingData", MEMORY_GUID, "Memory", 4, "Microsoft:Hyper-V:Memory");
    sim_set_text(setting, "AllocationUnits", "byte * 2^20");
    sim_set_text(setting, "VirtualQuantityUnits", "byte * 2^20");
    sim_set_number(setting, "VirtualQuantity", memory);
    sim_set_number(setting, "Reservation", memory);
    sim_set_number(setting, "Limit", memory);
    sim_set_number(setting, "Weight", 5000);
    sim_set_bool(setting, "DynamicMemoryEnabled", false);
    r = setting_keep(builder, setting, err);
    if (r)
        return r;
    setting =
        setting_new(builder, "Msvm_ProcessorSettingData", PROCESSOR_GUID "\\0", "Processor", 3, "Microsoft:Hyper-V:Processor");
    sim_set_text(setting, "AllocationUnits", "percent / 1000");
    sim_set_number(setting, "VirtualQuantity", processors);
    sim_set_number(setting, "Limit", 100000);
    sim_set_number(setting, "Reservation", 0);
    sim_set_number(setting, "Weight", 100);
    sim_set_bool(setting, "LimitProcessorFeatures", limit);
    return setting_keep(builder, setting, err);
}

/* ---- the machine ---- */

const char *sim_config_version(uint32_t build) {
    if (build >= SIM_BUILD_2025)
        return "12.0";
    if (build >= SIM_BUILD_2022)
        return "10.0";
    if (build >= SIM_BUILD_2019)
        return "9.0";
    return build >= SIM_BUILD_2016 ? "8.0" : "5.0";
}

static struct sim_object *system_build(const struct builder *builder, const char *id, const char *name, const char *type) {
    const struct sim_section *section = builder->section;
    const struct sim_host *host = builder->vm->host;
    const char *root = sim_section_text(section, "config_root", host->config_folder);
    struct sim_object *system = sim_new(host, "Msvm_VirtualSystemSettingData");
    HV_CLEANUP_FREE char *instance_id = sim_format("Microsoft:%s", id);
    HV_CLEANUP_FREE char *file = sim_format("%s\\%s.%s", strcmp(id, builder->vm->guid) == 0 ? "Virtual Machines" : "Snapshots",
                                            id, host->build >= SIM_BUILD_2016 ? "vmcx" : "xml");
    HV_CLEANUP_FREE char *state_file = sim_format("Virtual Machines\\%s.vmgs", id);
    HV_CLEANUP_FREE char *subtype = sim_format("Microsoft:Hyper-V:SubType:%u", (unsigned)builder->generation);
    HV_CLEANUP_FREE char *bios = sim_format("{%s}", builder->vm->guid);
    if (!instance_id || !file || !state_file || !subtype || !bios)
        return sim_object_free(system);
    sim_set_text(system, "InstanceID", instance_id);
    sim_set_text(system, "Caption", "Virtual Machine Settings");
    sim_set_text(system, "Description", "Active settings for the virtual machine.");
    sim_set_text(system, "ElementName", name);
    sim_set_text(system, "VirtualSystemIdentifier", builder->vm->guid);
    sim_set_text(system, "VirtualSystemType", type);
    sim_set_text(system, "VirtualSystemSubType", subtype);
    sim_set_text(system, "Version", sim_section_text(section, "config_version", sim_config_version(host->build)));
    sim_set_text(system, "ConfigurationID", id);
    sim_set_text(system, "ConfigurationFile", file);
    sim_set_text(system, "ConfigurationDataRoot", root);
    sim_set_text(system, "SnapshotDataRoot", sim_section_text(section, "snapshot_root", root));
    sim_set_text(system, "SwapFileDataRoot", sim_section_text(section, "swap_root", root));
    sim_set_text(system, "SuspendDataRoot", root);
    sim_set_text(system, "LogDataRoot", root);
    sim_set_text(system, "GuestStateDataRoot", root);
    sim_set_text(system, "GuestStateFile", state_file);
    sim_set_text(system, "BIOSGUID", bios);
    sim_set_timestamp(system, "CreationTime", builder->fabric->now_us - 86400 * SIM_US_PER_S);
    sim_set_bool(system, "IsSaved", builder->vm->state == 6);
    sim_set_bool(system, "VirtualNumaEnabled", true);
    sim_set_number(system, "AutomaticStartupAction", 3);
    sim_set_number(system, "AutomaticShutdownAction", 3);
    sim_add_text(system, "Notes", sim_section_text(section, "notes", ""));
    return system;
}

static int checkpoints_build(struct builder *builder, struct hv_error *err) {
    const struct sim_section *section = builder->section;
    struct sim_vm *vm = builder->vm;
    size_t n = sim_section_count(section, "checkpoint");
    char guid[HV_UUID_TEXT_SIZE], active[HV_UUID_TEXT_SIZE];
    if (n > CHECKPOINTS_MAX)
        return sim_section_fail(section, err, "more than %d checkpoints", CHECKPOINTS_MAX);
    vm->checkpoints = calloc(n + 1, sizeof(*vm->checkpoints));
    if (!vm->checkpoints)
        return hv_error_memory(err);
    memcpy(active, vm->guid, sizeof(active));
    for (size_t i = 0; i < n; i++) {
        builder->config = &vm->checkpoints[vm->n_checkpoints++];
        sim_guid_new(builder->fabric, guid);
        builder->config->system =
            system_build(builder, guid, sim_section_item(section, "checkpoint", i), "Microsoft:Hyper-V:Snapshot:Realized");
        if (!sim_object_good(builder->config->system))
            return hv_error_memory(err);
        /* Settings in a checkpoint are named by its GUID. */
        memcpy(vm->guid, guid, sizeof(vm->guid));
        int r = controllers_build(builder, err);
        r = r ? r : drives_build(builder, true, err);
        memcpy(vm->guid, active, sizeof(vm->guid));
        if (r)
            return r;
    }
    return 0;
}

static int active_build(struct builder *builder, struct hv_error *err) {
    const struct sim_section *section = builder->section;
    struct sim_vm *vm = builder->vm;
    int r;
    builder->config = &vm->active;
    vm->active.system = system_build(builder, vm->guid, sim_section_text(section, "name", section->name),
                                     vm->is_planned ? "Microsoft:Hyper-V:System:Planned" : "Microsoft:Hyper-V:System:Realized");
    if (!sim_object_good(vm->active.system))
        return hv_error_memory(err);
    if ((r = board_build(builder, err)) || (r = controllers_build(builder, err)) || (r = drives_build(builder, false, err)))
        return r;
    for (size_t i = 0; !r && i < sim_section_count(section, "adapter"); i++)
        r = adapter_build(builder, i, err);
    return r;
}

static bool guest_read(const struct sim_section *section, struct sim_vm *vm) {
    static const char *const words[] = { "ready", "locked", "deaf", "none" };
    const char *word = sim_section_text(section, "guest", words[0]);
    for (size_t i = 0; i < HV_ARRAY_SIZE(words); i++)
        if (hv_text_same(words[i], word)) {
            vm->guest = (enum sim_guest)i;
            return true;
        }
    return false;
}

static int role_read(const struct sim_section *section, struct sim_vm *vm, struct hv_error *err) {
    int r = sim_section_flag(section, "clustered", false, &vm->role.is_clustered, err);
    if (r == 0 && vm->role.is_clustered && (!vm->host->cluster || vm->is_planned))
        return sim_section_fail(section, err, "\"clustered\" wants a host with a cluster, and a VM that is not planned");
    return r;
}

static int identity_read(struct builder *builder, struct hv_error *err) {
    const struct sim_section *section = builder->section;
    struct sim_vm *vm = builder->vm;
    struct hv_uuid uuid;
    const char *guid = sim_section_text(section, "guid", NULL);
    const char *state = sim_section_text(section, "state", "off");
    vm->host = sim_fabric_find_host(builder->fabric, sim_section_text(section, "host", ""));
    if (!vm->host)
        return sim_section_fail(section, err, "\"host\" must name a host");
    if (guid && !hv_uuid_parse(guid, &uuid))
        return sim_section_fail(section, err, "\"guid\" is none");
    if (guid)
        hv_uuid_format(&uuid, vm->guid);
    else
        sim_guid_new(builder->fabric, vm->guid);
    for (size_t i = 0; i < HV_ARRAY_SIZE(states); i++)
        if (hv_text_same(states[i].word, state))
            vm->state = states[i].state;
    if (vm->state == 0)
        return sim_section_fail(section, err, "\"state\" must be running, off, saved, paused or starting");
    if (!guest_read(section, vm))
        return sim_section_fail(section, err, "\"guest\" must be ready, locked, deaf or none");
    vm->state_since_us = builder->fabric->now_us - 3600 * SIM_US_PER_S;
    uint64_t busy = 0, replication = 0;
    if (sim_section_number(section, "busy", 0, UINT16_MAX, &busy, err) ||
        sim_section_number(section, "replication", 0, UINT16_MAX, &replication, err))
        return HV_E_CONFIG;
    vm->busy = (uint16_t)busy;
    vm->replication = (uint16_t)replication;
    int r = sim_section_flag(section, "planned", false, &vm->is_planned, err);
    r = r ? r : role_read(section, vm, err);
    r = r ? r : sim_section_number(section, "generation", 2, 2, &builder->generation, err);
    if (r == 0 && builder->generation == 0)
        return sim_section_fail(section, err, "\"generation\" must be 1 or 2");
    return r;
}

/* Another host may have one of that GUID, as when a copy was imported there. */
static bool guid_is_used(const struct sim_fabric *fabric, const struct sim_vm *vm) {
    for (size_t i = 0; i < fabric->n_vms; i++)
        if (hv_text_same(fabric->vms[i]->guid, vm->guid) && fabric->vms[i]->host == vm->host)
            return true;
    return false;
}

int sim_inventory_vm(struct sim_fabric *fabric, json_t *tree, struct hv_error *err) {
    HV_CLEANUP(sim_vm_free) struct sim_vm *vm = calloc(1, sizeof(*vm));
    struct sim_section section = { tree, "vm", NULL };
    struct builder builder = { .fabric = fabric, .vm = vm, .section = &section };
    int r;
    section.name = sim_section_text(&section, "id", sim_section_text(&section, "name", ""));
    if (!vm)
        return hv_error_memory(err);
    if ((r = sim_section_check(&section, keys, err)) || (r = identity_read(&builder, err)))
        return r;
    if (guid_is_used(fabric, vm))
        return sim_section_fail(&section, err, "its guid is used already");
    sim_guid_new(fabric, builder.scsi_guid);
    if ((r = active_build(&builder, err)) || (r = checkpoints_build(&builder, err)))
        return r;
    struct sim_vm *done = vm;
    vm = NULL;
    return sim_vm_add(fabric, done) ? 0 : hv_error_memory(err);
}
