/* What the classes of Hyper-V derive from (DMTF CIM schema), as far as queries by a base class and inherited members need it. */
#include "class.h"

static const struct sim_property managed_element[] = {
    SIM_P("Caption", STRING),
    SIM_P("Description", STRING),
    SIM_PW("ElementName", STRING),
    SIM_P("InstanceID", STRING),
};

static const struct sim_property managed_system_element[] = {
    SIM_P("CommunicationStatus", UINT16), SIM_P("DetailedStatus", UINT16), SIM_P("HealthState", UINT16),
    SIM_P("InstallDate", DATETIME),       SIM_P("Name", STRING),           SIM_P("OperatingStatus", UINT16),
    SIM_PR("OperationalStatus", UINT16),  SIM_P("PrimaryStatus", UINT16),  SIM_P("Status", STRING),
    SIM_PR("StatusDescriptions", STRING),
};

static const struct sim_property enabled_element[] = {
    SIM_PR("AvailableRequestedStates", UINT16), SIM_P("EnabledDefault", UINT16), SIM_P("EnabledState", UINT16),
    SIM_P("OtherEnabledState", STRING),         SIM_P("RequestedState", UINT16), SIM_P("TimeOfLastStateChange", DATETIME),
    SIM_P("TransitioningToState", UINT16),
};

static const struct sim_parameter request_state_change[] = {
    SIM_IN("RequestedState", UINT16),
    SIM_OUT_REF("Job", "CIM_ConcreteJob"),
    SIM_IN("TimeoutPeriod", DATETIME),
};

static const struct sim_method enabled_element_methods[] = {
    SIM_METHOD("RequestStateChange", request_state_change),
};

static const struct sim_property named_system[] = {
    SIM_PK("CreationClassName", STRING),
    SIM_PK("Name", STRING),
    SIM_P("NameFormat", STRING),
    SIM_PR("IdentifyingDescriptions", STRING),
    SIM_PR("OtherIdentifyingInfo", STRING),
    SIM_P("PrimaryOwnerContact", STRING),
    SIM_P("PrimaryOwnerName", STRING),
    SIM_PR("Roles", STRING),
};

static const struct sim_property computer_system[] = {
    SIM_PR("Dedicated", UINT16),
    SIM_PR("OtherDedicatedDescriptions", STRING),
    SIM_PR("PowerManagementCapabilities", UINT16),
    SIM_P("ResetCapability", UINT16),
};

static const struct sim_property service[] = {
    SIM_PK("SystemCreationClassName", STRING),
    SIM_PK("SystemName", STRING),
    SIM_PK("CreationClassName", STRING),
    SIM_PK("Name", STRING),
    SIM_P("PrimaryOwnerContact", STRING),
    SIM_P("PrimaryOwnerName", STRING),
    SIM_P("Started", BOOLEAN),
    SIM_P("StartMode", STRING),
};

static const struct sim_method service_methods[] = {
    { "StartService", NULL, 0, 0, false, false },
    { "StopService", NULL, 0, 0, false, false },
};

static const struct sim_property job[] = {
    SIM_P("DeleteOnCompletion", BOOLEAN), SIM_P("ElapsedTime", DATETIME),
    SIM_P("ErrorCode", UINT16),           SIM_P("ErrorDescription", STRING),
    SIM_P("JobRunTimes", UINT32),         SIM_P("JobStatus", STRING),
    SIM_P("LocalOrUtcTime", UINT16),      SIM_P("Notify", STRING),
    SIM_P("OtherRecoveryAction", STRING), SIM_P("Owner", STRING),
    SIM_P("PercentComplete", UINT16),     SIM_P("Priority", UINT32),
    SIM_P("RecoveryAction", UINT16),      SIM_P("RunDay", SINT8),
    SIM_P("RunDayOfWeek", SINT8),         SIM_P("RunMonth", UINT8),
    SIM_P("RunStartInterval", DATETIME),  SIM_P("ScheduledStartTime", DATETIME),
    SIM_P("StartTime", DATETIME),         SIM_P("TimeSubmitted", DATETIME),
    SIM_P("UntilTime", DATETIME),
};

static const struct sim_parameter kill_job[] = {
    SIM_IN("DeleteOnKill", BOOLEAN),
};

static const struct sim_method job_methods[] = {
    SIM_METHOD("KillJob", kill_job),
};

static const struct sim_property concrete_job[] = {
    SIM_PK("InstanceID", STRING),
    SIM_P("JobState", UINT16),
    SIM_P("TimeBeforeRemoval", DATETIME),
    SIM_P("TimeOfLastStateChange", DATETIME),
};

static const struct sim_parameter job_state_change[] = {
    SIM_IN("RequestedState", UINT16),
    SIM_IN("TimeoutPeriod", DATETIME),
};

static const struct sim_parameter get_error[] = {
    SIM_OUT_EMBEDDED("Error", "CIM_Error"),
};

static const struct sim_method concrete_job_methods[] = {
    SIM_METHOD("RequestStateChange", job_state_change),
    SIM_METHOD("GetError", get_error),
};

static const struct sim_property setting_data[] = {
    SIM_PK("InstanceID", STRING),
};

/* hyperv.md 2.11 and the inherited members of CIM_ResourceAllocationSettingData. */
static const struct sim_property resource_setting[] = {
    SIM_PW("Address", STRING),
    SIM_PW("AddressOnParent", STRING),
    SIM_PW("AllocationUnits", STRING),
    SIM_PW("AutomaticAllocation", BOOLEAN),
    SIM_PW("AutomaticDeallocation", BOOLEAN),
    SIM_PWR("Connection", STRING),
    SIM_PW("ConsumerVisibility", UINT16),
    SIM_PWR("HostResource", STRING),
    SIM_PW("Limit", UINT64),
    SIM_PW("MappingBehavior", UINT16),
    SIM_PW("OtherResourceType", STRING),
    SIM_PW("Parent", STRING),
    SIM_PW("PoolID", STRING),
    SIM_PW("Reservation", UINT64),
    SIM_PW("ResourceSubType", STRING),
    SIM_PW("ResourceType", UINT16),
    SIM_PW("VirtualQuantity", UINT64),
    SIM_PW("VirtualQuantityUnits", STRING),
    SIM_PW("Weight", UINT32),
};

static const struct sim_property capabilities[] = {
    SIM_PK("InstanceID", STRING),
};

static const struct sim_property resource_pool[] = {
    SIM_P("AllocationUnits", STRING),       SIM_P("Capacity", UINT64),
    SIM_P("ConsumedResourceUnits", STRING), SIM_P("CurrentlyConsumedResource", UINT64),
    SIM_PK("InstanceID", STRING),           SIM_P("MaxConsumableResource", UINT64),
    SIM_P("OtherResourceType", STRING),     SIM_PW("PoolID", STRING),
    SIM_P("Primordial", BOOLEAN),           SIM_P("Reserved", UINT64),
    SIM_PW("ResourceSubType", STRING),      SIM_PW("ResourceType", UINT16),
};

/* hyperv.md 2.7. */
static const struct sim_property error[] = {
    SIM_P("CIMStatusCode", UINT32),
    SIM_P("CIMStatusCodeDescription", STRING),
    SIM_P("ErrorSource", STRING),
    SIM_P("ErrorSourceFormat", UINT16),
    SIM_P("ErrorType", UINT16),
    SIM_P("Message", STRING),
    SIM_PR("MessageArguments", STRING),
    SIM_P("MessageID", STRING),
    SIM_P("OtherErrorSourceFormat", STRING),
    SIM_P("OtherErrorType", STRING),
    SIM_P("OwningEntity", STRING),
    SIM_P("PerceivedSeverity", UINT16),
    SIM_P("ProbableCause", UINT16),
    SIM_P("ProbableCauseDescription", STRING),
    SIM_PR("RecommendedActions", STRING),
};

#define BASE(name_, super_, ...)                                                                                                 \
    { name_, super_, SIM_NS_VIRTUALIZATION, false, true, __VA_ARGS__ }

static const struct sim_class_spec classes[] = {
    BASE("CIM_ManagedElement", NULL, SIM_PROPERTIES(managed_element), SIM_NONE),
    BASE("CIM_ManagedSystemElement", "CIM_ManagedElement", SIM_PROPERTIES(managed_system_element), SIM_NONE),
    BASE("CIM_LogicalElement", "CIM_ManagedSystemElement", SIM_NONE, SIM_NONE),
    BASE("CIM_EnabledLogicalElement", "CIM_LogicalElement", SIM_PROPERTIES(enabled_element),
         SIM_METHODS(enabled_element_methods)),
    BASE("CIM_System", "CIM_EnabledLogicalElement", SIM_PROPERTIES(named_system), SIM_NONE),
    BASE("CIM_ComputerSystem", "CIM_System", SIM_PROPERTIES(computer_system), SIM_NONE),
    BASE("CIM_Service", "CIM_EnabledLogicalElement", SIM_PROPERTIES(service), SIM_METHODS(service_methods)),
    BASE("CIM_VirtualizationService", "CIM_Service", SIM_NONE, SIM_NONE),
    BASE("CIM_VirtualSystemManagementService", "CIM_Service", SIM_NONE, SIM_NONE),
    BASE("CIM_VirtualSystemMigrationService", "CIM_Service", SIM_NONE, SIM_NONE),
    BASE("CIM_Job", "CIM_LogicalElement", SIM_PROPERTIES(job), SIM_METHODS(job_methods)),
    BASE("CIM_ConcreteJob", "CIM_Job", SIM_PROPERTIES(concrete_job), SIM_METHODS(concrete_job_methods)),
    BASE("CIM_SettingData", "CIM_ManagedElement", SIM_PROPERTIES(setting_data), SIM_NONE),
    BASE("CIM_ResourceAllocationSettingData", "CIM_SettingData", SIM_PROPERTIES(resource_setting), SIM_NONE),
    BASE("CIM_StorageAllocationSettingData", "CIM_ResourceAllocationSettingData", SIM_NONE, SIM_NONE),
    BASE("CIM_EthernetPortAllocationSettingData", "CIM_ResourceAllocationSettingData", SIM_NONE, SIM_NONE),
    BASE("CIM_VirtualSystemSettingData", "CIM_SettingData", SIM_NONE, SIM_NONE),
    BASE("CIM_VirtualSystemMigrationSettingData", "CIM_SettingData", SIM_NONE, SIM_NONE),
    BASE("CIM_Capabilities", "CIM_ManagedElement", SIM_PROPERTIES(capabilities), SIM_NONE),
    BASE("CIM_EnabledLogicalElementCapabilities", "CIM_Capabilities", SIM_NONE, SIM_NONE),
    BASE("CIM_VirtualSystemMigrationCapabilities", "CIM_EnabledLogicalElementCapabilities", SIM_NONE, SIM_NONE),
    BASE("CIM_ResourcePool", "CIM_LogicalElement", SIM_PROPERTIES(resource_pool), SIM_NONE),
    BASE("CIM_Error", NULL, SIM_PROPERTIES(error), SIM_NONE),
};

const struct sim_class_table sim_classes_cim = { classes, HV_ARRAY_SIZE(classes) };
