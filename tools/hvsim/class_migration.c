/* The migration service, what it is asked with, its jobs and their errors (hyperv.md 2.1 to 2.7). */
#include "class.h"

static const struct sim_property service[] = {
    SIM_P("ActiveStorageMigrationCount", UINT32),
    SIM_P("ActiveVirtualSystemMigrationCount", UINT32),
    SIM_PR("MigrationServiceListenerIPAddressList", STRING),
};

static const struct sim_parameter to_host[] = {
    SIM_IN_REF("ComputerSystem", "CIM_ComputerSystem"),
    SIM_IN("DestinationHost", STRING),
    SIM_IN_EMBEDDED("MigrationSettingData", "CIM_VirtualSystemMigrationSettingData"),
    SIM_IN_EMBEDDED("NewSystemSettingData", "CIM_VirtualSystemSettingData"),
    SIM_INR_EMBEDDED("NewResourceSettingData", "CIM_ResourceAllocationSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter check_to_host[] = {
    SIM_IN_REF("ComputerSystem", "CIM_ComputerSystem"),
    SIM_IN("DestinationHost", STRING),
    SIM_IN_EMBEDDED("MigrationSettingData", "CIM_VirtualSystemMigrationSettingData"),
    SIM_IN_EMBEDDED("NewSystemSettingData", "CIM_VirtualSystemSettingData"),
    SIM_INR_EMBEDDED("NewResourceSettingData", "CIM_ResourceAllocationSettingData"),
    SIM_OUT("IsMigratable", BOOLEAN),
};

static const struct sim_parameter to_system[] = {
    SIM_IN_REF("ComputerSystem", "CIM_ComputerSystem"),
    SIM_IN_REF("DestinationSystem", "CIM_System"),
    SIM_IN_EMBEDDED("MigrationSettingData", "CIM_VirtualSystemMigrationSettingData"),
    SIM_IN_EMBEDDED("NewSystemSettingData", "CIM_VirtualSystemSettingData"),
    SIM_INR_EMBEDDED("NewResourceSettingData", "CIM_ResourceAllocationSettingData"),
    SIM_OUT_REF("NewComputerSystem", "CIM_ComputerSystem"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter check_to_system[] = {
    SIM_IN_REF("ComputerSystem", "CIM_ComputerSystem"),
    SIM_IN_REF("DestinationSystem", "CIM_System"),
    SIM_IN_EMBEDDED("MigrationSettingData", "CIM_VirtualSystemMigrationSettingData"),
    SIM_IN_EMBEDDED("NewSystemSettingData", "CIM_VirtualSystemSettingData"),
    SIM_INR_EMBEDDED("NewResourceSettingData", "CIM_ResourceAllocationSettingData"),
    SIM_OUT("IsMigratable", BOOLEAN),
};

static const struct sim_parameter modify_service[] = {
    SIM_IN_EMBEDDED("ServiceSettingData", "Msvm_VirtualSystemMigrationServiceSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter network_settings[] = {
    SIM_INR_EMBEDDED("NetworkSettings", "Msvm_VirtualSystemMigrationNetworkSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter remove_network[] = {
    SIM_INR_REF("NetworkSettings", "Msvm_VirtualSystemMigrationNetworkSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter get_compatibility[] = {
    SIM_IN_REF("ComputerSystem", "CIM_ComputerSystem"),
    { "CompatibilityInfo", true, SIM_UINT8, true, NULL, true },
};

static const struct sim_parameter check_compatibility[] = {
    { "CompatibilityInfo", false, SIM_UINT8, true, NULL, true },
    SIM_OUTR_EMBEDDED("Reasons", "Msvm_Error"),
};

static const struct sim_parameter get_vectors[] = {
    SIM_IN_REF("ComputerSystem", "CIM_ComputerSystem"),
    SIM_OUTR_OBJECT("CompatibilityVectors", "Msvm_CompatibilityVector"),
};

static const struct sim_parameter get_limits[] = {
    SIM_IN("Options", STRING),
    SIM_OUTR_OBJECT("CompatibilityVectors", "Msvm_CompatibilityVector"),
};

static const struct sim_method service_methods[] = {
    SIM_METHOD("AddNetworkSettings", network_settings),
    SIM_METHOD("CheckSystemCompatibilityInfo", check_compatibility),
    SIM_METHOD("CheckVirtualSystemIsMigratable", to_host),
    SIM_METHOD("CheckVirtualSystemIsMigratableToHost", check_to_host),
    SIM_METHOD_SINCE("CheckVirtualSystemIsMigratableToSystem", check_to_system, SIM_BUILD_2016),
    SIM_METHOD_SINCE("GetProcessorFeatureLimits", get_limits, SIM_BUILD_23H2),
    SIM_METHOD("GetSystemCompatibilityInfo", get_compatibility),
    SIM_METHOD_SINCE("GetSystemCompatibilityVectors", get_vectors, SIM_BUILD_2012_R2),
    SIM_METHOD("MigrateVirtualSystemToHost", to_host),
    SIM_METHOD("MigrateVirtualSystemToSystem", to_system),
    SIM_METHOD("ModifyNetworkSettings", network_settings),
    SIM_METHOD("ModifyServiceSettings", modify_service),
    SIM_METHOD("RemoveNetworkSettings", remove_network),
};

static const struct sim_property setting[] = {
    SIM_PWS("AdvancedOptions", STRING, SIM_BUILD_23H2),
    SIM_PWS("AllowOverwriteExistingFile", BOOLEAN, SIM_BUILD_1703),
    SIM_PWS("AvoidRemovingVHDs", BOOLEAN, SIM_BUILD_1703),
    SIM_P("Bandwidth", UINT16),
    SIM_P("BandwidthUnit", STRING),
    SIM_PWS("CancelIfBlackoutThresholdExceeded", BOOLEAN, SIM_BUILD_1709),
    SIM_PWS("CPUCappingMagnitude", UINT16, SIM_BUILD_1709),
    SIM_PWR("DestinationIPAddressList", STRING),
    SIM_PW("DestinationPlannedVirtualSystemId", STRING),
    SIM_P("ElementName", STRING),
    SIM_PWS("EnableCompression", BOOLEAN, SIM_BUILD_2012_R2),
    SIM_PWS("EnableVhdCompression", BOOLEAN, SIM_BUILD_23H2),
    SIM_PW("MigrationType", UINT16),
    SIM_P("OtherTransportType", STRING),
    SIM_P("Priority", UINT16),
    SIM_PWS("RemoveSourceUnmanagedVhds", BOOLEAN, SIM_BUILD_2016),
    SIM_PW("RetainVhdCopiesOnSource", BOOLEAN),
    SIM_PW("TransportType", UINT16),
    { "UnmanagedVhds", SIM_STRING, true, false, true, "Msvm_MoveUnmanagedVhd", SIM_BUILD_2016, false },
};

static const struct sim_property unmanaged_vhd[] = {
    SIM_PW("VhdDestinationPath", STRING),
    SIM_PW("VhdSourcePath", STRING),
};

static const struct sim_property service_setting[] = {
    SIM_PW("AuthenticationType", UINT32),
    SIM_P("ElementName", STRING),
    SIM_PWS("EnableCompression", BOOLEAN, SIM_BUILD_2012_R2),
    SIM_PWS("EnableSmbTransport", BOOLEAN, SIM_BUILD_2012_R2),
    SIM_PW("EnableVirtualSystemMigration", BOOLEAN),
    SIM_PW("MaximumActiveStorageMigration", UINT32),
    SIM_PW("MaximumActiveVirtualSystemMigration", UINT32),
};

static const struct sim_property migration_capabilities[] = {
    SIM_PR("AsynchronousMethodsSupported", UINT16),
    SIM_PR("DestinationHostFormatsSupported", UINT16),
    SIM_PR("SynchronousMethodsSupported", UINT16),
};

static const struct sim_property network[] = {
    SIM_P("ElementName", STRING),   SIM_PW("Metric", UINT32), SIM_PW("PrefixLength", UINT8),
    SIM_PW("SubnetNumber", STRING), SIM_PWR("Tags", STRING),
};

static const struct sim_property compatibility_vector[] = {
    SIM_P("CompareOperation", UINT32),
    SIM_P("CompatibilityInfo", UINT64),
    SIM_P("VectorId", UINT32),
};

static const struct sim_property migration_job[] = {
    SIM_P("Cancellable", BOOLEAN),
    SIM_P("DestinationHost", STRING),
    SIM_P("ErrorSummaryDescription", STRING),
    SIM_P("JobType", UINT16),
    SIM_P("MigrationType", UINT16),
    { "NewResourceSettingData", SIM_STRING, true, false, false, "CIM_ResourceAllocationSettingData", 0, false },
    { "NewSystemSettingData", SIM_STRING, false, false, false, "CIM_VirtualSystemSettingData", 0, false },
    SIM_P("VirtualSystemName", STRING),
};

static const struct sim_property concrete_job[] = {
    SIM_P("Cancellable", BOOLEAN),
    SIM_P("ErrorSummaryDescription", STRING),
    SIM_P("JobType", UINT16),
};

static const struct sim_parameter get_error[] = {
    SIM_OUT_EMBEDDED("Error", "Msvm_Error"),
};

static const struct sim_parameter get_error_ex[] = {
    SIM_OUTR_EMBEDDED("Errors", "Msvm_Error"),
};

static const struct sim_method job_methods[] = {
    SIM_METHOD("GetError", get_error),
    SIM_METHOD("GetErrorEx", get_error_ex),
};

#define VIRT(name_, super_, ...)                                                                                                 \
    { name_, super_, SIM_NS_VIRTUALIZATION, false, false, __VA_ARGS__ }

static const struct sim_class_spec classes[] = {
    VIRT("Msvm_VirtualSystemMigrationService", "CIM_VirtualSystemMigrationService", SIM_PROPERTIES(service),
         SIM_METHODS(service_methods)),
    VIRT("Msvm_VirtualSystemMigrationSettingData", "CIM_VirtualSystemMigrationSettingData", SIM_PROPERTIES(setting), SIM_NONE),
    VIRT("Msvm_MoveUnmanagedVhd", NULL, SIM_PROPERTIES(unmanaged_vhd), SIM_NONE),
    VIRT("Msvm_VirtualSystemMigrationServiceSettingData", "CIM_SettingData", SIM_PROPERTIES(service_setting), SIM_NONE),
    VIRT("Msvm_VirtualSystemMigrationCapabilities", "CIM_VirtualSystemMigrationCapabilities",
         SIM_PROPERTIES(migration_capabilities), SIM_NONE),
    VIRT("Msvm_VirtualSystemMigrationNetworkSettingData", "CIM_SettingData", SIM_PROPERTIES(network), SIM_NONE),
    VIRT("Msvm_CompatibilityVector", NULL, SIM_PROPERTIES(compatibility_vector), SIM_NONE),
    VIRT("Msvm_MigrationJob", "CIM_ConcreteJob", SIM_PROPERTIES(migration_job), SIM_METHODS(job_methods)),
    VIRT("Msvm_ConcreteJob", "CIM_ConcreteJob", SIM_PROPERTIES(concrete_job), SIM_METHODS(job_methods)),
    VIRT("Msvm_Error", "CIM_Error", SIM_NONE, SIM_NONE),
};

const struct sim_class_table sim_classes_migration = { classes, HV_ARRAY_SIZE(classes) };
