/*
 * Properties of the classes that this program meets (hyperv.md 2), with what they inherit from the CIM schema 2.x. Tables are
 * sorted by lower-cased name; what a table lacks is looked for in the one it extends.
 */
#include <hvctl/class.h>
#include <stdlib.h>

#include "base/size.h"
#include "base/text.h"

enum { ARRAY = 0x100 };
enum kind {
    TEXT = HV_CIM_STRING,
    TEXTS = HV_CIM_STRING | ARRAY,
    BOOLEAN = HV_CIM_BOOLEAN,
    U8 = HV_CIM_UINT8,
    U8S = HV_CIM_UINT8 | ARRAY,
    U16 = HV_CIM_UINT16,
    U16S = HV_CIM_UINT16 | ARRAY,
    U32 = HV_CIM_UINT32,
    U64 = HV_CIM_UINT64,
    S8 = HV_CIM_SINT8,
    S32 = HV_CIM_SINT32,
    TIME = HV_CIM_DATETIME,
    REFERENCE = HV_CIM_REFERENCE,
};

struct property {
    const char *name;
    enum kind kind;
};

struct table {
    const struct property *properties;
    size_t n_properties;
    const struct table *extends;
};

#define TABLE(properties_, extends_)                                                                                             \
    { properties_, HV_ARRAY_SIZE(properties_), extends_ }

static const struct property managed_element_properties[] = {
    { "Caption", TEXT },
    { "Description", TEXT },
    { "ElementName", TEXT },
    { "InstanceID", TEXT },
};
static const struct table managed_element = TABLE(managed_element_properties, NULL);

static const struct property system_element_properties[] = {
    { "CommunicationStatus", U16 },  { "DetailedStatus", U16 }, { "HealthState", U16 },
    { "InstallDate", TIME },         { "Name", TEXT },          { "OperatingStatus", U16 },
    { "OperationalStatus", U16S },   { "PrimaryStatus", U16 },  { "Status", TEXT },
    { "StatusDescriptions", TEXTS },
};
static const struct table system_element = TABLE(system_element_properties, &managed_element);

static const struct property enabled_element_properties[] = {
    { "AvailableRequestedStates", U16S }, { "EnabledDefault", U16 }, { "EnabledState", U16 },
    { "OtherEnabledState", TEXT },        { "RequestedState", U16 }, { "TimeOfLastStateChange", TIME },
    { "TransitioningToState", U16 },
};
static const struct table enabled_element = TABLE(enabled_element_properties, &system_element);

static const struct property cim_computer_system_properties[] = {
    { "CreationClassName", TEXT },
    { "Dedicated", U16S },
    { "IdentifyingDescriptions", TEXTS },
    { "NameFormat", TEXT },
    { "OtherDedicatedDescriptions", TEXTS },
    { "OtherIdentifyingInfo", TEXTS },
    { "PowerManagementCapabilities", U16S },
    { "PrimaryOwnerContact", TEXT },
    { "PrimaryOwnerName", TEXT },
    { "ResetCapability", U16 },
    { "Roles", TEXTS },
};
static const struct table cim_computer_system = TABLE(cim_computer_system_properties, &enabled_element);

static const struct property computer_system_properties[] = {
    { "AssignedNumaNodeList", U16S },
    { "EnhancedSessionModeState", U16 },
    { "FailedOverReplicationType", U16 },
    { "HwThreadsPerCoreRealized", U32 },
    { "LastApplicationConsistentReplicationTime", TIME },
    { "LastReplicationTime", TIME },
    { "LastReplicationType", U16 },
    { "LastSuccessfulBackupTime", TIME },
    { "NumberOfNumaNodes", U16 },
    { "OnTimeInMilliseconds", U64 },
    { "ProcessID", U32 },
    { "ReplicationHealth", U16 },
    { "ReplicationMode", U16 },
    { "ReplicationState", U16 },
    { "TimeOfLastConfigurationChange", TIME },
};
static const struct table computer_system = TABLE(computer_system_properties, &cim_computer_system);

static const struct property ethernet_switch_properties[] = {
    { "MaxIOVOffloads", U32 },
    { "MaxVMQOffloads", U32 },
};
static const struct table ethernet_switch = TABLE(ethernet_switch_properties, &cim_computer_system);

static const struct property service_properties[] = {
    { "CreationClassName", TEXT }, { "PrimaryOwnerContact", TEXT },     { "PrimaryOwnerName", TEXT }, { "Started", BOOLEAN },
    { "StartMode", TEXT },         { "SystemCreationClassName", TEXT }, { "SystemName", TEXT },
};
static const struct table service = TABLE(service_properties, &enabled_element);

static const struct property migration_service_properties[] = {
    { "ActiveStorageMigrationCount", U32 },
    { "ActiveVirtualSystemMigrationCount", U32 },
    { "MigrationServiceListenerIPAddressList", TEXTS },
};
static const struct table migration_service = TABLE(migration_service_properties, &service);

static const struct property migration_setting_properties[] = {
    { "AdvancedOptions", TEXT },
    { "AllowOverwriteExistingFile", BOOLEAN },
    { "AvoidRemovingVHDs", BOOLEAN },
    { "Bandwidth", U16 },
    { "BandwidthUnit", TEXT },
    { "CancelIfBlackoutThresholdExceeded", BOOLEAN },
    { "CPUCappingMagnitude", U16 },
    { "DestinationIPAddressList", TEXTS },
    { "DestinationPlannedVirtualSystemId", TEXT },
    { "EnableCompression", BOOLEAN },
    { "EnableVhdCompression", BOOLEAN },
    { "MigrationType", U16 },
    { "OtherTransportType", TEXT },
    { "Priority", U16 },
    { "RemoveSourceUnmanagedVhds", BOOLEAN },
    { "RetainVhdCopiesOnSource", BOOLEAN },
    { "TransportType", U16 },
    { "UnmanagedVhds", TEXTS },
};
static const struct table migration_setting = TABLE(migration_setting_properties, &managed_element);

static const struct property migration_service_setting_properties[] = {
    { "AuthenticationType", U32 },
    { "EnableCompression", BOOLEAN },
    { "EnableSmbTransport", BOOLEAN },
    { "EnableVirtualSystemMigration", BOOLEAN },
    { "MaximumActiveStorageMigration", U32 },
    { "MaximumActiveVirtualSystemMigration", U32 },
};
static const struct table migration_service_setting = TABLE(migration_service_setting_properties, &managed_element);

static const struct property migration_network_properties[] = {
    { "Metric", U32 },
    { "PrefixLength", U8 },
    { "SubnetNumber", TEXT },
    { "Tags", TEXTS },
};
static const struct table migration_network = TABLE(migration_network_properties, &managed_element);

static const struct property migration_capabilities_properties[] = {
    { "AsynchronousMethodsSupported", U16S },
    { "DestinationHostFormatsSupported", U16S },
    { "SynchronousMethodsSupported", U16S },
};
static const struct table migration_capabilities = TABLE(migration_capabilities_properties, &managed_element);

static const struct property job_properties[] = {
    { "DeleteOnCompletion", BOOLEAN },
    { "ElapsedTime", TIME },
    { "ErrorCode", U16 },
    { "ErrorDescription", TEXT },
    { "JobRunTimes", U32 },
    { "JobState", U16 },
    { "JobStatus", TEXT },
    { "LocalOrUtcTime", U16 },
    { "Notify", TEXT },
    { "OtherRecoveryAction", TEXT },
    { "Owner", TEXT },
    { "PercentComplete", U16 },
    { "Priority", U32 },
    { "RecoveryAction", U16 },
    { "RunDay", S8 },
    { "RunDayOfWeek", S8 },
    { "RunMonth", U8 },
    { "RunStartInterval", TIME },
    { "ScheduledStartTime", TIME },
    { "StartTime", TIME },
    { "TimeBeforeRemoval", TIME },
    { "TimeOfLastStateChange", TIME },
    { "TimeSubmitted", TIME },
    { "UntilTime", TIME },
};
static const struct table job = TABLE(job_properties, &system_element);

static const struct property hyperv_job_properties[] = {
    { "Cancellable", BOOLEAN },
    { "ErrorSummaryDescription", TEXT },
    { "JobType", U16 },
};
static const struct table hyperv_job = TABLE(hyperv_job_properties, &job);

static const struct property migration_job_properties[] = {
    { "DestinationHost", TEXT },      { "MigrationType", U16 },      { "NewResourceSettingData", TEXTS },
    { "NewSystemSettingData", TEXT }, { "VirtualSystemName", TEXT },
};
static const struct table migration_job = TABLE(migration_job_properties, &hyperv_job);

static const struct property storage_job_properties[] = {
    { "Child", TEXT },
    { "JobCompletionStatusCode", U32 },
    { "Parent", TEXT },
};
static const struct table storage_job = TABLE(storage_job_properties, &hyperv_job);

static const struct property error_properties[] = {
    { "CIMStatusCode", U32 },
    { "CIMStatusCodeDescription", TEXT },
    { "ErrorSource", TEXT },
    { "ErrorSourceFormat", U16 },
    { "ErrorType", U16 },
    { "Message", TEXT },
    { "MessageArguments", TEXTS },
    { "MessageID", TEXT },
    { "OtherErrorSourceFormat", TEXT },
    { "OtherErrorType", TEXT },
    { "OwningEntity", TEXT },
    { "PerceivedSeverity", U16 },
    { "ProbableCause", U16 },
    { "ProbableCauseDescription", TEXT },
    { "RecommendedActions", TEXTS },
};
static const struct table error = TABLE(error_properties, NULL);

static const struct property compatibility_vector_properties[] = {
    { "CompareOperation", U32 },
    { "CompatibilityInfo", U64 },
    { "VectorId", U32 },
};
static const struct table compatibility_vector = TABLE(compatibility_vector_properties, NULL);

static const struct property unmanaged_vhd_properties[] = {
    { "VhdDestinationPath", TEXT },
    { "VhdSourcePath", TEXT },
};
static const struct table unmanaged_vhd = TABLE(unmanaged_vhd_properties, NULL);

static const struct property system_setting_properties[] = {
    { "AdditionalRecoveryInformation", TEXT },
    { "AllowFullSCSICommandSet", BOOLEAN },
    { "AllowReducedFcRedundancy", BOOLEAN },
    { "AutomaticCriticalErrorAction", U16 },
    { "AutomaticCriticalErrorActionTimeout", TIME },
    { "AutomaticRecoveryAction", U16 },
    { "AutomaticShutdownAction", U16 },
    { "AutomaticSnapshotsEnabled", BOOLEAN },
    { "AutomaticStartupAction", U16 },
    { "AutomaticStartupActionDelay", TIME },
    { "AutomaticStartupActionSequenceNumber", U16 },
    { "BaseBoardSerialNumber", TEXT },
    { "BIOSGUID", TEXT },
    { "BIOSNumLock", BOOLEAN },
    { "BIOSSerialNumber", TEXT },
    { "BootOrder", U16S },
    { "BootPciExpress", BOOLEAN },
    { "BootPciExpressInstanceFilter", TEXT },
    { "BootSourceOrder", TEXTS },
    { "ChassisAssetTag", TEXT },
    { "ChassisSerialNumber", TEXT },
    { "ConfigurationDataRoot", TEXT },
    { "ConfigurationFile", TEXT },
    { "ConfigurationID", TEXT },
    { "ConsoleMode", U16 },
    { "CreationTime", TIME },
    { "DebugChannelId", U32 },
    { "DebugPort", U32 },
    { "DebugPortEnabled", U16 },
    { "EnableHibernation", BOOLEAN },
    { "EnhancedSessionTransportType", U16 },
    { "GuestControlledCacheTypes", BOOLEAN },
    { "GuestStateDataRoot", TEXT },
    { "GuestStateFile", TEXT },
    { "GuestStateIsolationEnabled", BOOLEAN },
    { "HighMmioGapBase", U64 },
    { "HighMmioGapSize", U64 },
    { "IncrementalBackupEnabled", BOOLEAN },
    { "IsAutomaticSnapshot", BOOLEAN },
    { "IsSaved", BOOLEAN },
    { "LockOnDisconnect", BOOLEAN },
    { "LogDataRoot", TEXT },
    { "LowMmioGapSize", U64 },
    { "NetworkBootPreferredProtocol", U16 },
    { "Notes", TEXTS },
    { "NumaNodeTopologyArray", TEXTS },
    { "Parent", TEXT },
    { "PauseAfterBootFailure", BOOLEAN },
    { "RecoveryFile", TEXT },
    { "SecureBootEnabled", BOOLEAN },
    { "SecureBootTemplateId", TEXT },
    { "SnapshotDataRoot", TEXT },
    { "SuspendDataRoot", TEXT },
    { "SwapFileDataRoot", TEXT },
    { "TurnOffOnGuestRestart", BOOLEAN },
    { "UserSnapshotType", U16 },
    { "Version", TEXT },
    { "VirtualNumaEnabled", BOOLEAN },
    { "VirtualSystemIdentifier", TEXT },
    { "VirtualSystemSubType", TEXT },
    { "VirtualSystemType", TEXT },
};
static const struct table system_setting = TABLE(system_setting_properties, &managed_element);

static const struct property resource_setting_properties[] = {
    { "Address", TEXT },
    { "AddressOnParent", TEXT },
    { "AllocationUnits", TEXT },
    { "AutomaticAllocation", BOOLEAN },
    { "AutomaticDeallocation", BOOLEAN },
    { "Connection", TEXTS },
    { "ConsumerVisibility", U16 },
    { "HostResource", TEXTS },
    { "Limit", U64 },
    { "MappingBehavior", U16 },
    { "OtherResourceType", TEXT },
    { "Parent", TEXT },
    { "PoolID", TEXT },
    { "Reservation", U64 },
    { "ResourceSubType", TEXT },
    { "ResourceType", U16 },
    { "VirtualQuantity", U64 },
    { "VirtualQuantityUnits", TEXT },
    { "VirtualSystemIdentifiers", TEXTS },
    { "Weight", U32 },
};
static const struct table resource_setting = TABLE(resource_setting_properties, &managed_element);

static const struct property storage_setting_properties[] = {
    { "Access", U16 },
    { "CachingMode", U16 },
    { "HostExtentName", TEXT },
    { "HostExtentNameFormat", U16 },
    { "HostExtentNameNamespace", U16 },
    { "HostExtentStartingAddress", U64 },
    { "HostResourceBlockSize", U64 },
    { "IgnoreFlushes", BOOLEAN },
    { "IOPSAllocationUnits", TEXT },
    { "IOPSLimit", U64 },
    { "IOPSReservation", U64 },
    { "OtherHostExtentNameFormat", TEXT },
    { "OtherHostExtentNameNamespace", TEXT },
    { "PersistentReservationsSupported", BOOLEAN },
    { "SnapshotId", TEXT },
    { "StorageQoSPolicyID", TEXT },
    { "VirtualResourceBlockSize", U64 },
    { "WriteHardeningMethod", U16 },
};
static const struct table storage_setting = TABLE(storage_setting_properties, &resource_setting);

static const struct property port_setting_properties[] = {
    { "DesiredVLANEndpointMode", U16 },
    { "OtherEndpointMode", TEXT },
};
static const struct table port_setting = TABLE(port_setting_properties, &resource_setting);

static const struct property port_allocation_properties[] = {
    { "CompartmentGuid", TEXT },       { "EnabledState", U16 },       { "LastKnownSwitchName", TEXT },
    { "RequiredFeatureHints", TEXTS }, { "RequiredFeatures", TEXTS }, { "TestReplicaPoolID", TEXT },
    { "TestReplicaSwitchName", TEXT },
};
static const struct table port_allocation = TABLE(port_allocation_properties, &port_setting);

static const struct property synthetic_port_properties[] = {
    { "AllowPacketDirect", BOOLEAN },
    { "ClusterMonitored", BOOLEAN },
    { "DeviceNamingEnabled", BOOLEAN },
    { "InterruptModeration", BOOLEAN },
    { "MediaType", U32 },
    { "NumaAwarePlacement", BOOLEAN },
    { "StaticMacAddress", BOOLEAN },
};
static const struct table synthetic_port = TABLE(synthetic_port_properties, &port_setting);

static const struct property processor_setting_properties[] = {
    { "CpuGroupId", TEXT },
    { "DisableSpeculationControls", BOOLEAN },
    { "EnableHostResourceProtection", BOOLEAN },
    { "EnablePerfmonLbr", BOOLEAN },
    { "EnablePerfmonPebs", BOOLEAN },
    { "EnablePerfmonPmu", BOOLEAN },
    { "ExposeVirtualizationExtensions", BOOLEAN },
    { "HideHypervisorPresent", BOOLEAN },
    { "HwThreadsPerCore", U64 },
    { "LimitCPUID", BOOLEAN },
    { "LimitProcessorFeatures", BOOLEAN },
    { "MaxNumaNodesPerSocket", U64 },
    { "MaxProcessorsPerNumaNode", U64 },
};
static const struct table processor_setting = TABLE(processor_setting_properties, &resource_setting);

static const struct property memory_setting_properties[] = {
    { "DynamicMemoryEnabled", BOOLEAN }, { "HugePagesEnabled", BOOLEAN },
    { "IsVirtualized", BOOLEAN },        { "MaxMemoryBlocksPerNumaNode", U64 },
    { "SgxEnabled", BOOLEAN },           { "SgxLaunchControlDefault", TEXT },
    { "SgxLaunchControlMode", U32 },     { "SgxSize", U64 },
    { "SwapFilesInUse", BOOLEAN },       { "TargetMemoryBuffer", U32 },
};
static const struct table memory_setting = TABLE(memory_setting_properties, &resource_setting);

static const struct property resource_pool_properties[] = {
    { "AllocationUnits", TEXT },
    { "Capacity", U64 },
    { "ConsumedResourceUnits", TEXT },
    { "CurrentlyConsumedResource", U64 },
    { "MaxConsumableResource", U64 },
    { "OtherResourceType", TEXT },
    { "PoolID", TEXT },
    { "Primordial", BOOLEAN },
    { "Reserved", U64 },
    { "ResourceSubType", TEXT },
    { "ResourceType", U16 },
};
static const struct table resource_pool = TABLE(resource_pool_properties, &system_element);

static const struct property summary_properties[] = {
    { "AllocatedGPU", TEXT },
    { "ApplicationHealth", U16 },
    { "AvailableMemoryBuffer", S32 },
    { "CreationTime", TIME },
    { "ElementName", TEXT },
    { "EnabledState", U16 },
    { "EnhancedSessionModeState", U16 },
    { "GuestOperatingSystem", TEXT },
    { "HealthState", U16 },
    { "Heartbeat", U16 },
    { "HostComputerSystemName", TEXT },
    { "HypervisorPartitionId", U64 },
    { "InstanceID", TEXT },
    { "IntegrationServicesVersionState", U16 },
    { "MemoryAvailable", S32 },
    { "MemorySpansPhysicalNumaNodes", BOOLEAN },
    { "MemoryUsage", U64 },
    { "Name", TEXT },
    { "Notes", TEXT },
    { "NumberOfProcessors", U16 },
    { "OperationalStatus", U16S },
    { "OtherEnabledState", TEXT },
    { "ProcessorLoad", U16 },
    { "ProcessorLoadHistory", U16S },
    { "ReplicationHealth", U16 },
    { "ReplicationHealthEx", U16S },
    { "ReplicationMode", U16 },
    { "ReplicationProviderId", TEXTS },
    { "ReplicationState", U16 },
    { "ReplicationStateEx", U16S },
    { "Shielded", BOOLEAN },
    { "StatusDescriptions", TEXTS },
    { "SwapFilesInUse", BOOLEAN },
    { "ThumbnailImage", U8S },
    { "ThumbnailImageHeight", U16 },
    { "ThumbnailImageWidth", U16 },
    { "UpTime", U64 },
    { "Version", TEXT },
    { "VirtualSwitchNames", TEXTS },
    { "VirtualSystemSubType", TEXT },
};
static const struct table summary = TABLE(summary_properties, NULL);

static const struct property element_and_setting_properties[] = {
    { "IsCurrent", U16 },
    { "IsDefault", U16 },
    { "IsMaximum", U16 },
    { "IsMinimum", U16 },
    { "IsNext", U16 },
    { "IsPending", U16 },
    { "ManagedElement", REFERENCE },
    { "SettingData", REFERENCE },
};
static const struct table element_and_setting = TABLE(element_and_setting_properties, NULL);

static const struct property component_properties[] = {
    { "GroupComponent", REFERENCE }, { "PartComponent", REFERENCE }, { "PropertyPolicy", U16 },
    { "ValueRange", U16 },           { "ValueRole", U16 },
};
static const struct table component = TABLE(component_properties, NULL);

static const struct property dependency_properties[] = {
    { "Antecedent", REFERENCE },
    { "Dependent", REFERENCE },
};
static const struct table dependency = TABLE(dependency_properties, NULL);

static const struct property parent_child_properties[] = {
    { "Child", REFERENCE },
    { "Parent", REFERENCE },
};
static const struct table parent_child = TABLE(parent_child_properties, NULL);

static const struct property affected_element_properties[] = {
    { "AffectedElement", REFERENCE },
    { "AffectingElement", REFERENCE },
    { "ElementEffects", U16S },
    { "OtherElementEffectsDescriptions", TEXTS },
};
static const struct table affected_element = TABLE(affected_element_properties, NULL);

static const struct property owned_job_properties[] = {
    { "OwnedElement", REFERENCE },
    { "OwningElement", REFERENCE },
};
static const struct table owned_job = TABLE(owned_job_properties, NULL);

static const struct property element_capabilities_properties[] = {
    { "Capabilities", REFERENCE },
    { "Characteristics", U16S },
    { "ManagedElement", REFERENCE },
};
static const struct table element_capabilities = TABLE(element_capabilities_properties, NULL);

static const struct property method_output_properties[] = {
    { "Error", TEXT },
    { "ErrorMessage", TEXT },
    { "Errors", TEXTS },
    { "ImportedSystem", REFERENCE },
    { "IsMigratable", BOOLEAN },
    { "Job", REFERENCE },
    { "NewComputerSystem", REFERENCE },
    { "Reasons", TEXTS },
    { "ResultingSystem", REFERENCE },
    { "ReturnValue", U32 },
};
static const struct table method_output = TABLE(method_output_properties, NULL);

static const struct class {
    const char *name;
    const struct table *table;
} classes[] = {
    { "CIM_ComputerSystem", &cim_computer_system },
    { "CIM_ConcreteJob", &job },
    { "CIM_Error", &error },
    { "CIM_Job", &job },
    { "CIM_ResourceAllocationSettingData", &resource_setting },
    { "CIM_ResourcePool", &resource_pool },
    { "CIM_StorageAllocationSettingData", &storage_setting },
    { "CIM_VirtualSystemMigrationService", &migration_service },
    { "CIM_VirtualSystemSettingData", &system_setting },
    { "Msvm_AffectedJobElement", &affected_element },
    { "Msvm_CompatibilityVector", &compatibility_vector },
    { "Msvm_ComputerSystem", &computer_system },
    { "Msvm_ConcreteJob", &hyperv_job },
    { "Msvm_ElementCapabilities", &element_capabilities },
    { "Msvm_ElementSettingData", &element_and_setting },
    { "Msvm_EmulatedEthernetPortSettingData", &synthetic_port },
    { "Msvm_Error", &error },
    { "Msvm_EthernetPortAllocationSettingData", &port_allocation },
    { "Msvm_HostedService", &dependency },
    { "Msvm_ImageManagementService", &service },
    { "Msvm_LastAppliedSnapshot", &dependency },
    { "Msvm_MemorySettingData", &memory_setting },
    { "Msvm_MigrationJob", &migration_job },
    { "Msvm_MoveUnmanagedVhd", &unmanaged_vhd },
    { "Msvm_OwningJobElement", &owned_job },
    { "Msvm_ParentChildSettingData", &parent_child },
    { "Msvm_PlannedComputerSystem", &computer_system },
    { "Msvm_ProcessorSettingData", &processor_setting },
    { "Msvm_ResourceAllocationFromPool", &dependency },
    { "Msvm_ResourceAllocationSettingData", &resource_setting },
    { "Msvm_ResourcePool", &resource_pool },
    { "Msvm_ServiceAffectsElement", &affected_element },
    { "Msvm_SettingsDefineCapabilities", &component },
    { "Msvm_SettingsDefineState", &element_and_setting },
    { "Msvm_SnapshotOfVirtualSystem", &dependency },
    { "Msvm_StorageAllocationSettingData", &storage_setting },
    { "Msvm_StorageJob", &storage_job },
    { "Msvm_SummaryInformation", &summary },
    { "Msvm_SyntheticEthernetPortSettingData", &synthetic_port },
    { "Msvm_VirtualEthernetSwitch", &ethernet_switch },
    { "Msvm_VirtualEthernetSwitchManagementService", &service },
    { "Msvm_VirtualSystemManagementService", &service },
    { "Msvm_VirtualSystemMigrationCapabilities", &migration_capabilities },
    { "Msvm_VirtualSystemMigrationNetworkSettingData", &migration_network },
    { "Msvm_VirtualSystemMigrationService", &migration_service },
    { "Msvm_VirtualSystemMigrationServiceSettingData", &migration_service_setting },
    { "Msvm_VirtualSystemMigrationServiceSettingDataComponent", &component },
    { "Msvm_VirtualSystemMigrationSettingData", &migration_setting },
    { "Msvm_VirtualSystemSettingData", &system_setting },
    { "Msvm_VirtualSystemSettingDataComponent", &component },
};

static int compare(const char *a, const char *b) {
    while (*a && hv_text_lower(*a) == hv_text_lower(*b)) {
        a++;
        b++;
    }
    return (unsigned char)hv_text_lower(*a) - (unsigned char)hv_text_lower(*b);
}

static int compare_class(const void *key, const void *element) {
    return compare(key, ((const struct class *)element)->name);
}

static int compare_property(const void *key, const void *element) {
    return compare(key, ((const struct property *)element)->name);
}

static const struct table *table_find(const char *class_name) {
    const struct class *found = bsearch(class_name, classes, HV_ARRAY_SIZE(classes), sizeof(classes[0]), compare_class);
    if (found)
        return found->table;
    /* What a method gave back comes as an instance of this made-up class (hvctl/wsman.h). */
    return hv_text_ends(class_name, "_OUTPUT") ? &method_output : NULL;
}

enum hv_cim_type hv_class_property(const char *class_name, const char *property, bool *ret_is_array) {
    for (const struct table *table = table_find(class_name); table; table = table->extends) {
        const struct property *found =
            bsearch(property, table->properties, table->n_properties, sizeof(struct property), compare_property);
        if (found) {
            if (ret_is_array)
                *ret_is_array = ((unsigned)found->kind & ARRAY) != 0;
            return (enum hv_cim_type)((unsigned)found->kind & ~(unsigned)ARRAY);
        }
    }
    return HV_CIM_UNKNOWN;
}
