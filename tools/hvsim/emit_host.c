/* The host itself: its machine, switches, pools, disks, management service and what root/cimv2 says of it. */
#include "base/size.h"
#include "base/text.h"
#include "class.h"
#include "provider.h"

enum { N_SOCKETS = 2 };

static struct sim_object *named_new(struct sim_sink *sink, const char *name, const char *element_name) {
    struct sim_object *object = sim_object_new(sink->class_, sink->host->build);
    sim_set_text(object, "CreationClassName", sink->class_->name);
    sim_set_text(object, "Name", name);
    sim_set_text(object, "ElementName", element_name);
    sim_set_text(object, "Caption", element_name);
    sim_set_number(object, "EnabledDefault", 2);
    sim_set_number(object, "HealthState", 5);
    sim_add_number(object, "OperationalStatus", 2);
    sim_add_text(object, "StatusDescriptions", "OK");
    return object;
}

void sim_emit_host_systems(struct sim_sink *sink) {
    if (sink->guid)
        return;
    struct sim_object *system = named_new(sink, sink->host->netbios, sink->host->netbios);
    sim_set_text(system, "Caption", "Hosting Computer System");
    sim_set_text(system, "Description", "Microsoft Hosting Computer System");
    sim_set_number(system, "EnabledState", 2);
    sim_set_number(system, "RequestedState", 12);
    sim_sink_add(sink, system);
}

void sim_emit_switches(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->n_switches; i++) {
        struct sim_object *object = named_new(sink, sink->host->switches[i].guid, sink->host->switches[i].name);
        sim_set_text(object, "Caption", "Virtual Switch");
        sim_set_text(object, "Description", "Microsoft Virtual Switch");
        sim_set_number(object, "EnabledState", 5);
        sim_set_number(object, "RequestedState", 12);
        sim_set_number(object, "BandwidthReservationMode", 2);
        sim_set_bool(object, "IOVPreferred", false);
        sim_sink_add(sink, object);
    }
}

/* ---- pools ---- */

static const struct {
    const char *guid, *subtype, *name;
    uint64_t type;
} primordials[] = {
    { "6A45335D-4C3A-44B7-B61F-C9808BBDF8ED", "Microsoft:Hyper-V:Virtual Hard Disk", "Virtual Hard Disk", 31 },
    { "70BB60D2-A9D3-46AA-B654-3DE53004B4F8", "Microsoft:Hyper-V:Virtual CD/DVD Disk", "Virtual CD/DVD Disk", 31 },
    { "353B3BE8-310C-4CF4-839E-4E1B14616136", "Microsoft:Hyper-V:Ethernet Connection", "Ethernet Connection", 33 },
    { "4764334D-E001-4176-82EE-5594EC9B530E", "Microsoft:Hyper-V:Processor", "Processor", 3 },
    { "118C3BE5-0D31-4804-85F0-5C6074ABEA8F", "Microsoft:Hyper-V:Memory", "Memory", 4 },
};

static void pool_emit(struct sim_sink *sink, const char *id, const char *name, uint64_t type, const char *subtype,
                      const char *pool_id) {
    HV_CLEANUP_FREE char *instance_id = sim_format("Microsoft:%s", id);
    struct sim_object *pool = sim_object_new(sink->class_, sink->host->build);
    sim_set_text(pool, "InstanceID", instance_id);
    sim_set_text(pool, "ElementName", name);
    sim_set_text(pool, "Caption", "Resource Pool");
    sim_set_text(pool, "PoolID", pool_id);
    sim_set_bool(pool, "Primordial", *pool_id == '\0');
    sim_set_number(pool, "ResourceType", type);
    sim_set_text(pool, "ResourceSubType", subtype);
    sim_set_number(pool, "Capacity", 0);
    sim_set_number(pool, "Reserved", 0);
    sim_set_number(pool, "HealthState", 5);
    sim_add_number(pool, "OperationalStatus", 2);
    sim_sink_add(sink, instance_id ? pool : sim_object_free(pool));
}

void sim_emit_pools(struct sim_sink *sink) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(primordials); i++)
        pool_emit(sink, primordials[i].guid, primordials[i].name, primordials[i].type, primordials[i].subtype, "");
    for (size_t i = 0; i < sink->host->n_pools; i++)
        pool_emit(sink, sink->host->pools[i].id, sink->host->pools[i].id, 31, "Microsoft:Hyper-V:Virtual Hard Disk",
                  sink->host->pools[i].id);
    for (size_t i = 0; i < sink->host->processor_pools.n_items; i++) {
        const char *id = sink->host->processor_pools.items[i];
        pool_emit(sink, id, id, 3, "Microsoft:Hyper-V:Processor", id);
    }
}

void sim_emit_disk_drives(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->physical_disks.n_items; i++) {
        const char *number = sink->host->physical_disks.items[i];
        HV_CLEANUP_FREE char *id = sim_format("Microsoft:%s", number);
        HV_CLEANUP_FREE char *name = sim_format("Disk %s", number);
        struct sim_object *disk = id && name ? named_new(sink, id, name) : NULL;
        sim_set_text(disk, "DeviceID", id);
        sim_set_text(disk, "SystemCreationClassName", "Msvm_ComputerSystem");
        sim_set_text(disk, "SystemName", sink->host->netbios);
        sim_sink_add(sink, disk);
    }
}

/* ---- management service ---- */

void sim_emit_management(struct sim_sink *sink) {
    struct sim_object *service = named_new(sink, "vmms", "Hyper-V Virtual System Management Service");
    sim_set_text(service, "SystemCreationClassName", "Msvm_ComputerSystem");
    sim_set_text(service, "SystemName", sink->host->netbios);
    sim_set_text(service, "Description", "Creates, changes and removes virtual machines.");
    sim_set_number(service, "EnabledState", 2);
    sim_set_number(service, "RequestedState", 12);
    sim_set_bool(service, "Started", true);
    sim_set_text(service, "StartMode", "Automatic");
    sim_sink_add(sink, service);
}

void sim_emit_management_settings(struct sim_sink *sink) {
    struct sim_object *settings = sim_object_new(sink->class_, sink->host->build);
    sim_set_text(settings, "InstanceID", "Microsoft:VirtualSystemManagementServiceSettings");
    sim_set_text(settings, "ElementName", "Hyper-V Virtual System Management Service Settings");
    sim_set_text(settings, "DefaultExternalDataRoot", sink->host->config_folder);
    sim_set_text(settings, "DefaultVirtualHardDiskPath", sink->host->vhd_folder);
    sim_set_text(settings, "MinimumMacAddress", "00155D000000");
    sim_set_text(settings, "MaximumMacAddress", "00155DFFFFFF");
    sim_set_bool(settings, "NumaSpanningEnabled", true);
    sim_set_bool(settings, "EnhancedSessionModeEnabled", true);
    sim_sink_add(sink, settings);
}

/* ---- root/cimv2 ---- */

static const char *product_name(uint32_t build) {
    static const struct {
        uint32_t build;
        const char *name;
    } products[] = {
        { SIM_BUILD_2025, "Microsoft Windows Server 2025 Datacenter" },
        { SIM_BUILD_2022, "Microsoft Windows Server 2022 Datacenter" },
        { SIM_BUILD_2019, "Microsoft Windows Server 2019 Datacenter" },
        { SIM_BUILD_2016, "Microsoft Windows Server 2016 Datacenter" },
        { SIM_BUILD_2012_R2, "Microsoft Windows Server 2012 R2 Datacenter" },
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(products); i++)
        if (build >= products[i].build)
            return products[i].name;
    return "Microsoft Windows Server 2012 Datacenter";
}

void sim_emit_operating_system(struct sim_sink *sink) {
    const struct sim_host *host = sink->host;
    HV_CLEANUP_FREE char *build = sim_format("%u", host->build);
    HV_CLEANUP_FREE char *name = sim_format("%s|C:\\Windows|\\Device\\Harddisk0\\Partition4", product_name(host->build));
    struct sim_object *system = build && name ? sim_object_new(sink->class_, host->build) : NULL;
    sim_set_text(system, "CreationClassName", "Win32_OperatingSystem");
    sim_set_text(system, "CSCreationClassName", "Win32_ComputerSystem");
    sim_set_text(system, "CSName", host->netbios);
    sim_set_text(system, "Name", name);
    sim_set_text(system, "Caption", product_name(host->build));
    sim_set_text(system, "BuildNumber", build);
    sim_set_text(system, "BuildType", "Multiprocessor Free");
    sim_set_text(system, "Version", host->os_version);
    sim_set_text(system, "OSArchitecture", "64-bit");
    sim_set_number(system, "OSLanguage", 1033);
    sim_set_number(system, "ProductType", 3);
    sim_add_text(system, "MUILanguages", "en-US");
    sim_set_text(system, "Locale", "0409");
    sim_set_text(system, "Status", "OK");
    sim_set_number(system, "TotalVisibleMemorySize", host->memory_mb * 1024);
    sim_set_number(system, "FreePhysicalMemory", host->memory_mb * 512);
    sim_set_timestamp(system, "LastBootUpTime", host->fabric->started_us - 86400 * SIM_US_PER_S);
    sim_set_timestamp(system, "LocalDateTime", host->fabric->now_us);
    sim_sink_add(sink, system);
}

void sim_emit_win32_computer(struct sim_sink *sink) {
    const struct sim_host *host = sink->host;
    struct sim_object *system = sim_object_new(sink->class_, host->build);
    const char *domain = host->fqdn;
    while (*domain && *domain != '.')
        domain++;
    sim_set_text(system, "Name", host->netbios);
    sim_set_text(system, "Caption", host->netbios);
    sim_set_text(system, "DNSHostName", host->name);
    sim_set_text(system, "Domain", *domain ? domain + 1 : "WORKGROUP");
    sim_set_bool(system, "PartOfDomain", *domain != '\0');
    sim_set_number(system, "DomainRole", *domain ? 3 : 2);
    sim_set_bool(system, "HypervisorPresent", true);
    sim_set_text(system, "Manufacturer", "hvsim");
    sim_set_text(system, "Model", "Simulated host");
    sim_set_number(system, "NumberOfProcessors", N_SOCKETS);
    sim_set_number(system, "NumberOfLogicalProcessors", 32);
    sim_set_text(system, "Status", "OK");
    sim_set_number(system, "TotalPhysicalMemory", host->memory_mb * 1024 * 1024);
    sim_sink_add(sink, system);
}

void sim_emit_processors(struct sim_sink *sink) {
    const struct sim_host *host = sink->host;
    for (unsigned i = 0; i < N_SOCKETS; i++) {
        HV_CLEANUP_FREE char *id = sim_format("CPU%u", i);
        struct sim_object *processor = id ? sim_object_new(sink->class_, host->build) : NULL;
        sim_set_text(processor, "DeviceID", id);
        sim_set_text(processor, "SocketDesignation", id);
        sim_set_text(processor, "CreationClassName", "Win32_Processor");
        sim_set_text(processor, "SystemName", host->netbios);
        sim_set_text(processor, "Name", host->processor);
        sim_set_text(processor, "Caption", host->processor);
        sim_set_text(processor, "Manufacturer", sim_processor_manufacturer(host->processor));
        sim_set_number(processor, "AddressWidth", 64);
        sim_set_number(processor, "Architecture", 9);
        sim_set_number(processor, "MaxClockSpeed", 2600);
        sim_set_number(processor, "NumberOfCores", 8);
        sim_set_number(processor, "NumberOfLogicalProcessors", 16);
        sim_set_text(processor, "Status", "OK");
        sim_sink_add(sink, processor);
    }
}

void sim_emit_volumes(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->drives.n_items; i++) {
        const char *letter = sink->host->drives.items[i];
        HV_CLEANUP_FREE char *drive = sim_format("%s:", letter);
        HV_CLEANUP_FREE char *name = sim_format("%s:\\", letter);
        HV_CLEANUP_FREE char *id = sim_format("\\\\?\\Volume{%08x-0000-4000-8000-000000000000}\\", (unsigned)letter[0]);
        struct sim_object *volume = drive && name && id ? sim_object_new(sink->class_, sink->host->build) : NULL;
        sim_set_text(volume, "DeviceID", id);
        sim_set_text(volume, "Name", name);
        sim_set_text(volume, "DriveLetter", drive);
        sim_set_number(volume, "DriveType", 3);
        sim_set_text(volume, "FileSystem", "NTFS");
        sim_set_number(volume, "Capacity", 2 * SIM_MIB * SIM_MIB);
        sim_set_number(volume, "FreeSpace", sink->host->free_mb * SIM_MIB);
        sim_sink_add(sink, volume);
    }
}

/* Disks of VMs have no content here: all have one size. What is on a share is no file of the host. */
static void data_files_emit(struct sim_sink *sink, const struct sim_files *files) {
    for (size_t i = 0; i < files->n_items; i++) {
        const struct sim_file *file = &files->items[i];
        if (hv_text_starts(file->path, "\\\\"))
            continue;
        HV_CLEANUP_FREE char *drive = sim_format("%.2s", file->path);
        struct sim_object *object = drive ? sim_object_new(sink->class_, sink->host->build) : NULL;
        sim_set_text(object, "Name", file->path);
        sim_set_text(object, "Drive", drive);
        sim_set_number(object, "FileSize", 10240 * SIM_MIB);
        sim_sink_add(sink, object);
    }
}

void sim_emit_data_files(struct sim_sink *sink) {
    data_files_emit(sink, &sink->host->files);
    data_files_emit(sink, &sink->host->fabric->shared_files);
}
