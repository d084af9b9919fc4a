/* Machines, switches, pools, the management service (hyperv.md 2.8, 2.9, 2.12, 2.13) and two classes of root/cimv2. */
#include "class.h"

static const struct sim_property computer_system[] = {
    SIM_PR("AssignedNumaNodeList", UINT16),
    SIM_PS("EnhancedSessionModeState", UINT16, SIM_BUILD_2012_R2),
    SIM_P("FailedOverReplicationType", UINT16),
    SIM_PS("HwThreadsPerCoreRealized", UINT32, SIM_BUILD_2019),
    SIM_P("LastApplicationConsistentReplicationTime", DATETIME),
    SIM_P("LastReplicationTime", DATETIME),
    SIM_P("LastReplicationType", UINT16),
    SIM_P("LastSuccessfulBackupTime", DATETIME),
    SIM_P("NumberOfNumaNodes", UINT16),
    SIM_P("OnTimeInMilliseconds", UINT64),
    SIM_P("ProcessID", UINT32),
    SIM_P("ReplicationHealth", UINT16),
    SIM_P("ReplicationMode", UINT16),
    SIM_P("ReplicationState", UINT16),
    SIM_P("TimeOfLastConfigurationChange", DATETIME),
};

static const struct sim_property ethernet_switch[] = {
    SIM_PS("BandwidthReservationMode", UINT32, SIM_BUILD_2012),
    SIM_P("IOVPreferred", BOOLEAN),
    SIM_P("MaxVMQOffloads", UINT32),
    SIM_P("MaxIOVOffloads", UINT32),
};

static const struct sim_parameter modify_system_settings[] = {
    SIM_IN_EMBEDDED("SystemSettings", "CIM_VirtualSystemSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter modify_resource_settings[] = {
    SIM_INR_EMBEDDED("ResourceSettings", "CIM_ResourceAllocationSettingData"),
    SIM_OUTR_REF("ResultingResourceSettings", "CIM_ResourceAllocationSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter add_resource_settings[] = {
    SIM_IN_REF("AffectedConfiguration", "CIM_VirtualSystemSettingData"),
    SIM_INR_EMBEDDED("ResourceSettings", "CIM_ResourceAllocationSettingData"),
    SIM_OUTR_REF("ResultingResourceSettings", "CIM_ResourceAllocationSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter remove_resource_settings[] = {
    SIM_INR_REF("ResourceSettings", "CIM_ResourceAllocationSettingData"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter validate_planned_system[] = {
    SIM_IN_REF("PlannedSystem", "Msvm_PlannedComputerSystem"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter realize_planned_system[] = {
    SIM_IN_REF("PlannedSystem", "Msvm_PlannedComputerSystem"),
    SIM_OUT_REF("ResultingSystem", "CIM_ComputerSystem"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter destroy_system[] = {
    SIM_IN_REF("AffectedSystem", "CIM_ComputerSystem"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter define_system[] = {
    SIM_IN_EMBEDDED("SystemSettings", "CIM_VirtualSystemSettingData"),
    SIM_INR_EMBEDDED("ResourceSettings", "CIM_ResourceAllocationSettingData"),
    SIM_IN_REF("ReferenceConfiguration", "CIM_VirtualSystemSettingData"),
    SIM_OUT_REF("ResultingSystem", "CIM_ComputerSystem"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter import_system_definition[] = {
    SIM_IN("SystemDefinitionFile", STRING),         SIM_IN("SnapshotFolder", STRING),
    SIM_IN("GenerateNewSystemIdentifier", BOOLEAN), SIM_OUT_REF("ImportedSystem", "Msvm_PlannedComputerSystem"),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
};

static const struct sim_parameter get_summary_information[] = {
    SIM_INR_REF("SettingData", "CIM_VirtualSystemSettingData"),
    SIM_INR("RequestedInformation", UINT32),
    SIM_OUTR_OBJECT("SummaryInformation", "Msvm_SummaryInformationBase"),
};

static const struct sim_parameter format_error[] = {
    SIM_INR_EMBEDDED("Errors", "Msvm_Error"),
    SIM_OUT("ErrorMessage", STRING),
};

static const struct sim_method management_methods[] = {
    SIM_METHOD("AddResourceSettings", add_resource_settings),
    SIM_METHOD("DefineSystem", define_system),
    SIM_METHOD("DestroySystem", destroy_system),
    SIM_METHOD("FormatError", format_error),
    SIM_METHOD("GetSummaryInformation", get_summary_information),
    SIM_METHOD("ImportSystemDefinition", import_system_definition),
    SIM_METHOD("ModifyResourceSettings", modify_resource_settings),
    SIM_METHOD("ModifySystemSettings", modify_system_settings),
    SIM_METHOD("RealizePlannedSystem", realize_planned_system),
    SIM_METHOD("RemoveResourceSettings", remove_resource_settings),
    SIM_METHOD("ValidatePlannedSystem", validate_planned_system),
};

static const struct sim_property management_settings[] = {
    SIM_P("BiosLockString", STRING),
    SIM_PW("DefaultExternalDataRoot", STRING),
    SIM_PW("DefaultVirtualHardDiskPath", STRING),
    SIM_PWS("EnhancedSessionModeEnabled", BOOLEAN, SIM_BUILD_2012_R2),
    SIM_PW("MaximumMacAddress", STRING),
    SIM_PW("MinimumMacAddress", STRING),
    SIM_PW("NumaSpanningEnabled", BOOLEAN),
};

static const struct sim_property summary[] = {
    SIM_P("AllocatedGPU", STRING),
    SIM_P("CreationTime", DATETIME),
    SIM_P("ElementName", STRING),
    SIM_P("EnabledState", UINT16),
    SIM_P("GuestOperatingSystem", STRING),
    SIM_P("HealthState", UINT16),
    SIM_P("Heartbeat", UINT16),
    SIM_P("InstanceID", STRING),
    SIM_P("MemoryUsage", UINT64),
    SIM_P("Name", STRING),
    SIM_P("Notes", STRING),
    SIM_P("NumberOfProcessors", UINT16),
    SIM_PR("OperationalStatus", UINT16),
    SIM_P("OtherEnabledState", STRING),
    SIM_P("ProcessorLoad", UINT16),
    SIM_PR("StatusDescriptions", STRING),
    SIM_P("UpTime", UINT64),
    SIM_PS("Version", STRING, SIM_BUILD_2012_R2),
    SIM_PR("VirtualSwitchNames", STRING),
    SIM_P("VirtualSystemSubType", STRING),
};

static const struct sim_property disk_drive[] = {
    SIM_PK("CreationClassName", STRING), SIM_PK("DeviceID", STRING),   SIM_PK("SystemCreationClassName", STRING),
    SIM_PK("SystemName", STRING),        SIM_P("DriveNumber", UINT32),
};

/* Msvm_ShutdownComponent of the reference: CIM_LogicalDevice's keys. */
static const struct sim_property shutdown_component[] = {
    SIM_PK("CreationClassName", STRING),
    SIM_PK("DeviceID", STRING),
    SIM_PK("SystemCreationClassName", STRING),
    SIM_PK("SystemName", STRING),
};

static const struct sim_parameter initiate_shutdown[] = {
    SIM_IN("Force", BOOLEAN),
    SIM_IN("Reason", STRING),
};

static const struct sim_method shutdown_methods[] = {
    SIM_METHOD("InitiateShutdown", initiate_shutdown),
};

static const struct sim_property operating_system[] = {
    SIM_P("BuildNumber", STRING),
    SIM_P("BuildType", STRING),
    SIM_P("Caption", STRING),
    SIM_P("CodeSet", STRING),
    SIM_P("CountryCode", STRING),
    SIM_PK("CreationClassName", STRING),
    SIM_PK("CSCreationClassName", STRING),
    SIM_PK("CSName", STRING),
    SIM_P("CurrentTimeZone", SINT16),
    SIM_P("FreePhysicalMemory", UINT64),
    SIM_P("LastBootUpTime", DATETIME),
    SIM_P("LocalDateTime", DATETIME),
    SIM_P("Locale", STRING),
    SIM_PR("MUILanguages", STRING),
    SIM_PK("Name", STRING),
    SIM_P("OSArchitecture", STRING),
    SIM_P("OSLanguage", UINT32),
    SIM_P("ProductType", UINT32),
    SIM_P("Status", STRING),
    SIM_P("TotalVisibleMemorySize", UINT64),
    SIM_P("Version", STRING),
};

static const struct sim_property win32_computer[] = {
    SIM_P("Caption", STRING),
    SIM_PK("Name", STRING),
    SIM_P("DNSHostName", STRING),
    SIM_P("Domain", STRING),
    SIM_P("DomainRole", UINT16),
    SIM_P("HypervisorPresent", BOOLEAN),
    SIM_P("Manufacturer", STRING),
    SIM_P("Model", STRING),
    SIM_P("NumberOfLogicalProcessors", UINT32),
    SIM_P("NumberOfProcessors", UINT32),
    SIM_P("PartOfDomain", BOOLEAN),
    SIM_P("Status", STRING),
    SIM_P("TotalPhysicalMemory", UINT64),
};

static const struct sim_property win32_processor[] = {
    SIM_P("AddressWidth", UINT16),      SIM_P("Architecture", UINT16),
    SIM_P("Caption", STRING),           SIM_P("CreationClassName", STRING),
    SIM_PK("DeviceID", STRING),         SIM_P("Manufacturer", STRING),
    SIM_P("MaxClockSpeed", UINT32),     SIM_P("Name", STRING),
    SIM_P("NumberOfCores", UINT32),     SIM_P("NumberOfLogicalProcessors", UINT32),
    SIM_P("SocketDesignation", STRING), SIM_P("Status", STRING),
    SIM_P("SystemName", STRING),
};

static const struct sim_property win32_volume[] = {
    SIM_P("Capacity", UINT64),   SIM_PK("DeviceID", STRING), SIM_P("DriveLetter", STRING), SIM_P("DriveType", UINT32),
    SIM_P("FileSystem", STRING), SIM_P("FreeSpace", UINT64), SIM_P("Name", STRING),
};

static const struct sim_property data_file[] = {
    SIM_P("Drive", STRING),
    SIM_P("FileSize", UINT64),
    SIM_PK("Name", STRING),
};

#define VIRT(name_, super_, ...)                                                                                                 \
    { name_, super_, SIM_NS_VIRTUALIZATION, false, false, __VA_ARGS__ }
#define CIMV2(name_, super_, ...)                                                                                                \
    { name_, super_, SIM_NS_CIMV2, false, false, __VA_ARGS__ }

static const struct sim_class_spec classes[] = {
    VIRT("Msvm_ComputerSystem", "CIM_ComputerSystem", SIM_PROPERTIES(computer_system), SIM_NONE),
    VIRT("Msvm_PlannedComputerSystem", "CIM_ComputerSystem", SIM_PROPERTIES(computer_system), SIM_NONE),
    VIRT("Msvm_VirtualEthernetSwitch", "CIM_ComputerSystem", SIM_PROPERTIES(ethernet_switch), SIM_NONE),
    VIRT("Msvm_ResourcePool", "CIM_ResourcePool", SIM_NONE, SIM_NONE),
    VIRT("Msvm_DiskDrive", "CIM_EnabledLogicalElement", SIM_PROPERTIES(disk_drive), SIM_NONE),
    VIRT("Msvm_ShutdownComponent", "CIM_EnabledLogicalElement", SIM_PROPERTIES(shutdown_component),
         SIM_METHODS(shutdown_methods)),
    VIRT("Msvm_VirtualSystemManagementService", "CIM_VirtualSystemManagementService", SIM_NONE, SIM_METHODS(management_methods)),
    VIRT("Msvm_VirtualSystemManagementServiceSettingData", "CIM_SettingData", SIM_PROPERTIES(management_settings), SIM_NONE),
    VIRT("Msvm_SummaryInformationBase", NULL, SIM_NONE, SIM_NONE),
    VIRT("Msvm_SummaryInformation", "Msvm_SummaryInformationBase", SIM_PROPERTIES(summary), SIM_NONE),
    CIMV2("Win32_OperatingSystem", NULL, SIM_PROPERTIES(operating_system), SIM_NONE),
    CIMV2("Win32_Processor", NULL, SIM_PROPERTIES(win32_processor), SIM_NONE),
    CIMV2("Win32_Volume", NULL, SIM_PROPERTIES(win32_volume), SIM_NONE),
    CIMV2("CIM_DataFile", NULL, SIM_PROPERTIES(data_file), SIM_NONE),
    CIMV2("Win32_ComputerSystem", NULL, SIM_PROPERTIES(win32_computer), SIM_NONE),
};

const struct sim_class_table sim_classes_system = { classes, HV_ARRAY_SIZE(classes) };
