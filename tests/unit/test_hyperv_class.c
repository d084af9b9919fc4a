/* Class tables: every name is found, in any case, with the type that the documents give (hyperv.md 2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <hvctl/class.h>

#include "base/size.h"
#include "base/text.h"

/* A table out of order would lose names to the binary search. */
static const struct {
    const char *class_name;
    const char *properties;
} all[] = {
    { "CIM_Job", "Caption Description ElementName InstanceID" },
    { "CIM_Job", "CommunicationStatus DetailedStatus HealthState InstallDate Name OperatingStatus OperationalStatus "
                 "PrimaryStatus Status StatusDescriptions" },
    { "CIM_ComputerSystem", "AvailableRequestedStates EnabledDefault EnabledState OtherEnabledState RequestedState "
                            "TimeOfLastStateChange TransitioningToState" },
    { "CIM_ComputerSystem",
      "CreationClassName Dedicated IdentifyingDescriptions NameFormat OtherDedicatedDescriptions OtherIdentifyingInfo "
      "PowerManagementCapabilities PrimaryOwnerContact PrimaryOwnerName ResetCapability Roles" },
    { "Msvm_ComputerSystem", "AssignedNumaNodeList EnhancedSessionModeState FailedOverReplicationType HwThreadsPerCoreRealized "
                             "LastApplicationConsistentReplicationTime LastReplicationTime LastReplicationType "
                             "LastSuccessfulBackupTime NumberOfNumaNodes OnTimeInMilliseconds ProcessID ReplicationHealth "
                             "ReplicationMode ReplicationState TimeOfLastConfigurationChange" },
    { "Msvm_VirtualEthernetSwitch", "MaxIOVOffloads MaxVMQOffloads" },
    { "Msvm_VirtualSystemManagementService",
      "CreationClassName PrimaryOwnerContact PrimaryOwnerName Started StartMode SystemCreationClassName SystemName" },
    { "CIM_VirtualSystemMigrationService",
      "ActiveStorageMigrationCount ActiveVirtualSystemMigrationCount MigrationServiceListenerIPAddressList" },
    { "Msvm_VirtualSystemMigrationSettingData",
      "AdvancedOptions AllowOverwriteExistingFile AvoidRemovingVHDs Bandwidth BandwidthUnit CancelIfBlackoutThresholdExceeded "
      "CPUCappingMagnitude DestinationIPAddressList DestinationPlannedVirtualSystemId EnableCompression EnableVhdCompression "
      "MigrationType OtherTransportType Priority RemoveSourceUnmanagedVhds RetainVhdCopiesOnSource TransportType UnmanagedVhds" },
    { "Msvm_VirtualSystemMigrationServiceSettingData",
      "AuthenticationType EnableCompression EnableSmbTransport EnableVirtualSystemMigration MaximumActiveStorageMigration "
      "MaximumActiveVirtualSystemMigration" },
    { "Msvm_VirtualSystemMigrationNetworkSettingData", "Metric PrefixLength SubnetNumber Tags" },
    { "Msvm_VirtualSystemMigrationCapabilities",
      "AsynchronousMethodsSupported DestinationHostFormatsSupported SynchronousMethodsSupported" },
    { "CIM_ConcreteJob",
      "DeleteOnCompletion ElapsedTime ErrorCode ErrorDescription JobRunTimes JobState JobStatus LocalOrUtcTime Notify "
      "OtherRecoveryAction Owner PercentComplete Priority RecoveryAction RunDay RunDayOfWeek RunMonth RunStartInterval "
      "ScheduledStartTime StartTime TimeBeforeRemoval TimeOfLastStateChange TimeSubmitted UntilTime" },
    { "Msvm_ConcreteJob", "Cancellable ErrorSummaryDescription JobType" },
    { "Msvm_MigrationJob", "DestinationHost MigrationType NewResourceSettingData NewSystemSettingData VirtualSystemName" },
    { "Msvm_StorageJob", "Child JobCompletionStatusCode Parent" },
    { "CIM_Error", "CIMStatusCode CIMStatusCodeDescription ErrorSource ErrorSourceFormat ErrorType Message MessageArguments "
                   "MessageID OtherErrorSourceFormat OtherErrorType OwningEntity PerceivedSeverity ProbableCause "
                   "ProbableCauseDescription RecommendedActions" },
    { "Msvm_CompatibilityVector", "CompareOperation CompatibilityInfo VectorId" },
    { "Msvm_MoveUnmanagedVhd", "VhdDestinationPath VhdSourcePath" },
    { "CIM_VirtualSystemSettingData",
      "AdditionalRecoveryInformation AllowFullSCSICommandSet AllowReducedFcRedundancy AutomaticCriticalErrorAction "
      "AutomaticCriticalErrorActionTimeout AutomaticRecoveryAction AutomaticShutdownAction AutomaticSnapshotsEnabled "
      "AutomaticStartupAction AutomaticStartupActionDelay AutomaticStartupActionSequenceNumber BaseBoardSerialNumber BIOSGUID "
      "BIOSNumLock BIOSSerialNumber BootOrder BootPciExpress BootPciExpressInstanceFilter BootSourceOrder ChassisAssetTag "
      "ChassisSerialNumber ConfigurationDataRoot ConfigurationFile ConfigurationID ConsoleMode CreationTime DebugChannelId "
      "DebugPort DebugPortEnabled EnableHibernation EnhancedSessionTransportType GuestControlledCacheTypes GuestStateDataRoot "
      "GuestStateFile GuestStateIsolationEnabled HighMmioGapBase HighMmioGapSize IncrementalBackupEnabled IsAutomaticSnapshot "
      "IsSaved LockOnDisconnect LogDataRoot LowMmioGapSize NetworkBootPreferredProtocol Notes NumaNodeTopologyArray Parent "
      "PauseAfterBootFailure RecoveryFile SecureBootEnabled SecureBootTemplateId SnapshotDataRoot SuspendDataRoot "
      "SwapFileDataRoot TurnOffOnGuestRestart UserSnapshotType Version VirtualNumaEnabled VirtualSystemIdentifier "
      "VirtualSystemSubType VirtualSystemType" },
    { "CIM_ResourceAllocationSettingData",
      "Address AddressOnParent AllocationUnits AutomaticAllocation AutomaticDeallocation Connection ConsumerVisibility "
      "HostResource Limit MappingBehavior OtherResourceType Parent PoolID Reservation ResourceSubType ResourceType "
      "VirtualQuantity VirtualQuantityUnits VirtualSystemIdentifiers Weight" },
    { "CIM_StorageAllocationSettingData",
      "Access CachingMode HostExtentName HostExtentNameFormat HostExtentNameNamespace HostExtentStartingAddress "
      "HostResourceBlockSize IgnoreFlushes IOPSAllocationUnits IOPSLimit IOPSReservation OtherHostExtentNameFormat "
      "OtherHostExtentNameNamespace PersistentReservationsSupported SnapshotId StorageQoSPolicyID VirtualResourceBlockSize "
      "WriteHardeningMethod" },
    { "Msvm_EthernetPortAllocationSettingData", "DesiredVLANEndpointMode OtherEndpointMode" },
    { "Msvm_EthernetPortAllocationSettingData", "CompartmentGuid EnabledState LastKnownSwitchName RequiredFeatureHints "
                                                "RequiredFeatures TestReplicaPoolID TestReplicaSwitchName" },
    { "Msvm_EmulatedEthernetPortSettingData", "AllowPacketDirect ClusterMonitored DeviceNamingEnabled InterruptModeration "
                                              "MediaType NumaAwarePlacement StaticMacAddress" },
    { "Msvm_ProcessorSettingData",
      "CpuGroupId DisableSpeculationControls EnableHostResourceProtection EnablePerfmonLbr EnablePerfmonPebs EnablePerfmonPmu "
      "ExposeVirtualizationExtensions HideHypervisorPresent HwThreadsPerCore LimitCPUID LimitProcessorFeatures "
      "MaxNumaNodesPerSocket MaxProcessorsPerNumaNode" },
    { "Msvm_MemorySettingData", "DynamicMemoryEnabled HugePagesEnabled IsVirtualized MaxMemoryBlocksPerNumaNode SgxEnabled "
                                "SgxLaunchControlDefault SgxLaunchControlMode SgxSize SwapFilesInUse TargetMemoryBuffer" },
    { "CIM_ResourcePool", "AllocationUnits Capacity ConsumedResourceUnits CurrentlyConsumedResource MaxConsumableResource "
                          "OtherResourceType PoolID Primordial Reserved ResourceSubType ResourceType" },
    { "Msvm_SummaryInformation",
      "AllocatedGPU ApplicationHealth AvailableMemoryBuffer CreationTime ElementName EnabledState EnhancedSessionModeState "
      "GuestOperatingSystem HealthState Heartbeat HostComputerSystemName HypervisorPartitionId InstanceID "
      "IntegrationServicesVersionState MemoryAvailable MemorySpansPhysicalNumaNodes MemoryUsage Name Notes NumberOfProcessors "
      "OperationalStatus OtherEnabledState ProcessorLoad ProcessorLoadHistory ReplicationHealth ReplicationHealthEx "
      "ReplicationMode ReplicationProviderId ReplicationState ReplicationStateEx Shielded StatusDescriptions SwapFilesInUse "
      "ThumbnailImage ThumbnailImageHeight ThumbnailImageWidth UpTime Version VirtualSwitchNames VirtualSystemSubType" },
    { "Msvm_ElementSettingData", "IsCurrent IsDefault IsMaximum IsMinimum IsNext IsPending ManagedElement SettingData" },
    { "Msvm_SettingsDefineCapabilities", "GroupComponent PartComponent PropertyPolicy ValueRange ValueRole" },
    { "Msvm_HostedService", "Antecedent Dependent" },
    { "Msvm_ParentChildSettingData", "Child Parent" },
    { "Msvm_AffectedJobElement", "AffectedElement AffectingElement ElementEffects OtherElementEffectsDescriptions" },
    { "Msvm_OwningJobElement", "OwnedElement OwningElement" },
    { "Msvm_ElementCapabilities", "Capabilities Characteristics ManagedElement" },
    { "GetErrorEx_OUTPUT",
      "Error ErrorMessage Errors ImportedSystem IsMigratable Job NewComputerSystem Reasons ResultingSystem ReturnValue" },
};

static void every_property_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(all); i++) {
        const char *at = all[i].properties;
        while (*at) {
            char name[128] = { 0 };
            size_t n = strcspn(at, " ");
            assert_true(n < sizeof(name));
            memcpy(name, at, n);
            bool is_array;
            if (hv_class_property(all[i].class_name, name, &is_array) == HV_CIM_UNKNOWN)
                fail_msg("%s.%s is not found", all[i].class_name, name);
            at += n + (at[n] == ' ');
        }
    }
}

static void assert_type(const char *class_name, const char *property, enum hv_cim_type type, bool is_array) {
    bool told = !is_array;
    assert_int_equal(hv_class_property(class_name, property, &told), type);
    assert_int_equal(told, is_array);
}

static void types_are_those_of_the_documents(void **state) {
    (void)state;
    assert_type("Msvm_ComputerSystem", "EnabledState", HV_CIM_UINT16, false);
    assert_type("Msvm_ComputerSystem", "OperationalStatus", HV_CIM_UINT16, true);
    assert_type("Msvm_ComputerSystem", "OnTimeInMilliseconds", HV_CIM_UINT64, false);
    assert_type("Msvm_ComputerSystem", "ElementName", HV_CIM_STRING, false);
    assert_type("Msvm_ComputerSystem", "InstallDate", HV_CIM_DATETIME, false);
    assert_type("Msvm_StorageAllocationSettingData", "HostResource", HV_CIM_STRING, true);
    assert_type("Msvm_StorageAllocationSettingData", "ResourceType", HV_CIM_UINT16, false);
    assert_type("Msvm_StorageAllocationSettingData", "Parent", HV_CIM_STRING, false);
    assert_type("Msvm_VirtualSystemMigrationSettingData", "MigrationType", HV_CIM_UINT16, false);
    assert_type("Msvm_VirtualSystemMigrationSettingData", "DestinationIPAddressList", HV_CIM_STRING, true);
    assert_type("Msvm_VirtualSystemMigrationSettingData", "AvoidRemovingVHDs", HV_CIM_BOOLEAN, false);
    assert_type("Msvm_VirtualSystemMigrationServiceSettingData", "AuthenticationType", HV_CIM_UINT32, false);
    assert_type("Msvm_VirtualSystemMigrationNetworkSettingData", "PrefixLength", HV_CIM_UINT8, false);
    assert_type("Msvm_MigrationJob", "PercentComplete", HV_CIM_UINT16, false);
    assert_type("Msvm_MigrationJob", "ElapsedTime", HV_CIM_DATETIME, false);
    assert_type("Msvm_MigrationJob", "RunDay", HV_CIM_SINT8, false);
    assert_type("Msvm_Error", "CIMStatusCode", HV_CIM_UINT32, false);
    assert_type("Msvm_CompatibilityVector", "CompatibilityInfo", HV_CIM_UINT64, false);
    assert_type("Msvm_SettingsDefineState", "SettingData", HV_CIM_REFERENCE, false);
    assert_type("Msvm_SummaryInformation", "MemoryAvailable", HV_CIM_SINT32, false);
}

static void case_does_not_matter(void **state) {
    (void)state;
    assert_type("MSVM_COMPUTERSYSTEM", "enabledstate", HV_CIM_UINT16, false);
    assert_type("msvm_processorsettingdata", "LIMITPROCESSORFEATURES", HV_CIM_BOOLEAN, false);
}

static void out_parameters_have_types(void **state) {
    (void)state;
    assert_type("MigrateVirtualSystemToHost_OUTPUT", "ReturnValue", HV_CIM_UINT32, false);
    assert_type("GetErrorEx_OUTPUT", "Errors", HV_CIM_STRING, true);
}

static void unknown_names_leave_the_flag_alone(void **state) {
    (void)state;
    bool is_array = true;
    assert_int_equal(hv_class_property("Win32_Service", "Name", &is_array), HV_CIM_UNKNOWN);
    assert_int_equal(hv_class_property("Msvm_ComputerSystem", "NoSuchProperty", &is_array), HV_CIM_UNKNOWN);
    assert_int_equal(hv_class_property("Msvm_ComputerSystem", "", &is_array), HV_CIM_UNKNOWN);
    assert_int_equal(hv_class_property("", "Name", &is_array), HV_CIM_UNKNOWN);
    /* A prefix of a name, and a name with something behind it. */
    assert_int_equal(hv_class_property("Msvm_ComputerSystem", "EnabledStat", &is_array), HV_CIM_UNKNOWN);
    assert_int_equal(hv_class_property("Msvm_ComputerSystem", "EnabledStates", &is_array), HV_CIM_UNKNOWN);
    assert_true(is_array);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_property_is_found),
        cmocka_unit_test(types_are_those_of_the_documents),
        cmocka_unit_test(case_does_not_matter),
        cmocka_unit_test(out_parameters_have_types),
        cmocka_unit_test(unknown_names_leave_the_flag_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
