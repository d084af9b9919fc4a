/* Settings of VMs (hyperv.md 2.10 to 2.12). */
#include "class.h"

static const struct sim_property system_setting[] = {
    SIM_PWS("AutomaticCriticalErrorAction", UINT16, SIM_BUILD_2016),
    SIM_PWS("AutomaticCriticalErrorActionTimeout", DATETIME, SIM_BUILD_2016),
    SIM_PW("AutomaticRecoveryAction", UINT16),
    SIM_PW("AutomaticShutdownAction", UINT16),
    SIM_PW("AutomaticStartupAction", UINT16),
    SIM_PW("AutomaticStartupActionDelay", DATETIME),
    SIM_PW("AutomaticStartupActionSequenceNumber", UINT16),
    SIM_PW("BaseBoardSerialNumber", STRING),
    SIM_PW("BIOSGUID", STRING),
    SIM_PW("BIOSNumLock", BOOLEAN),
    SIM_PW("BIOSSerialNumber", STRING),
    SIM_PWR("BootOrder", UINT16),
    SIM_PW("ChassisAssetTag", STRING),
    SIM_PW("ChassisSerialNumber", STRING),
    SIM_PW("ConfigurationDataRoot", STRING),
    SIM_P("ConfigurationFile", STRING),
    SIM_P("ConfigurationID", STRING),
    SIM_P("CreationTime", DATETIME),
    SIM_PWS("GuestStateDataRoot", STRING, SIM_BUILD_1709),
    SIM_PS("GuestStateFile", STRING, SIM_BUILD_1709),
    SIM_PW("IncrementalBackupEnabled", BOOLEAN),
    SIM_P("IsSaved", BOOLEAN),
    SIM_PW("LogDataRoot", STRING),
    SIM_PWR("Notes", STRING),
    SIM_P("Parent", STRING),
    SIM_PWS("SecureBootEnabled", BOOLEAN, SIM_BUILD_2012_R2),
    SIM_PW("SnapshotDataRoot", STRING),
    SIM_PW("SuspendDataRoot", STRING),
    SIM_PW("SwapFileDataRoot", STRING),
    SIM_PWS("UserSnapshotType", UINT16, SIM_BUILD_2016),
    SIM_PW("Version", STRING),
    SIM_PW("VirtualNumaEnabled", BOOLEAN),
    SIM_P("VirtualSystemIdentifier", STRING),
    SIM_PWS("VirtualSystemSubType", STRING, SIM_BUILD_2012_R2),
    SIM_P("VirtualSystemType", STRING),
};

static const struct sim_property storage[] = {
    SIM_PW("Access", UINT16),
    SIM_PWS("CachingMode", UINT16, SIM_BUILD_2012_R2),
    SIM_PW("HostExtentName", STRING),
    SIM_PW("HostExtentNameFormat", UINT16),
    SIM_PW("HostExtentNameNamespace", UINT16),
    SIM_PW("HostExtentStartingAddress", UINT64),
    SIM_PW("HostResourceBlockSize", UINT64),
    SIM_PWS("IgnoreFlushes", BOOLEAN, SIM_BUILD_2012_R2),
    SIM_PWS("IOPSAllocationUnits", STRING, SIM_BUILD_2012_R2),
    SIM_PWS("IOPSLimit", UINT64, SIM_BUILD_2012_R2),
    SIM_PWS("IOPSReservation", UINT64, SIM_BUILD_2012_R2),
    SIM_PW("OtherHostExtentNameFormat", STRING),
    SIM_PW("OtherHostExtentNameNamespace", STRING),
    SIM_PWS("PersistentReservationsSupported", BOOLEAN, SIM_BUILD_2012_R2),
    SIM_PWS("SnapshotId", STRING, SIM_BUILD_2012_R2),
    SIM_PWS("StorageQoSPolicyID", STRING, SIM_BUILD_2016),
    SIM_PW("VirtualResourceBlockSize", UINT64),
    SIM_PWS("WriteHardeningMethod", UINT16, SIM_BUILD_2016),
};

static const struct sim_property ethernet_port[] = {
    SIM_PW("ClusterMonitored", BOOLEAN),
    SIM_PW("DesiredVLANEndpointMode", UINT16),
    SIM_PWS("DeviceNamingEnabled", BOOLEAN, SIM_BUILD_2016),
    SIM_PW("OtherEndpointMode", STRING),
    SIM_PW("StaticMacAddress", BOOLEAN),
    SIM_PWR("VirtualSystemIdentifiers", STRING),
};

static const struct sim_property ethernet_connection[] = {
    SIM_P("CompartmentGuid", STRING),        SIM_PW("DesiredVLANEndpointMode", UINT16),
    SIM_PW("EnabledState", UINT16),          SIM_PS("LastKnownSwitchName", STRING, SIM_BUILD_2016),
    SIM_PW("OtherEndpointMode", STRING),     SIM_PWR("RequiredFeatureHints", STRING),
    SIM_PWR("RequiredFeatures", STRING),     SIM_PW("TestReplicaPoolID", STRING),
    SIM_PW("TestReplicaSwitchName", STRING),
};

static const struct sim_property processor[] = {
    SIM_PWS("HideHypervisorPresent", BOOLEAN, SIM_BUILD_2016),
    SIM_PWS("HwThreadsPerCore", UINT64, SIM_BUILD_2016),
    SIM_PW("LimitCPUID", BOOLEAN),
    SIM_PW("LimitProcessorFeatures", BOOLEAN),
    SIM_PW("MaxProcessorsPerNumaNode", UINT64),
    SIM_PW("MaxNumaNodesPerSocket", UINT64),
};

static const struct sim_property memory[] = {
    SIM_PW("DynamicMemoryEnabled", BOOLEAN), SIM_P("IsVirtualized", BOOLEAN),      SIM_PW("MaxMemoryBlocksPerNumaNode", UINT64),
    SIM_P("SwapFilesInUse", BOOLEAN),        SIM_PW("TargetMemoryBuffer", UINT32),
};

#define VIRT(name_, super_, ...)                                                                                                 \
    { name_, super_, SIM_NS_VIRTUALIZATION, false, false, __VA_ARGS__, SIM_NONE }

static const struct sim_class_spec classes[] = {
    VIRT("Msvm_VirtualSystemSettingData", "CIM_VirtualSystemSettingData", SIM_PROPERTIES(system_setting)),
    VIRT("Msvm_ResourceAllocationSettingData", "CIM_ResourceAllocationSettingData", SIM_NONE),
    VIRT("Msvm_StorageAllocationSettingData", "CIM_StorageAllocationSettingData", SIM_PROPERTIES(storage)),
    VIRT("Msvm_SyntheticEthernetPortSettingData", "CIM_ResourceAllocationSettingData", SIM_PROPERTIES(ethernet_port)),
    VIRT("Msvm_EthernetPortAllocationSettingData", "CIM_EthernetPortAllocationSettingData", SIM_PROPERTIES(ethernet_connection)),
    VIRT("Msvm_ProcessorSettingData", "CIM_ResourceAllocationSettingData", SIM_PROPERTIES(processor)),
    VIRT("Msvm_MemorySettingData", "CIM_ResourceAllocationSettingData", SIM_PROPERTIES(memory)),
};

const struct sim_class_table sim_classes_setting = { classes, HV_ARRAY_SIZE(classes) };
