/* Associations (hyperv.md 2.14). */
#include "class.h"

#define LINK(variable, role_a, class_a, role_b, class_b)                                                                         \
    static const struct sim_property variable[] = { SIM_END(role_a, class_a), SIM_END(role_b, class_b) }

LINK(settings_define_state, "ManagedElement", "CIM_ManagedElement", "SettingData", "CIM_SettingData");
LINK(setting_component, "GroupComponent", "CIM_SettingData", "PartComponent", "CIM_SettingData");
LINK(element_setting, "ManagedElement", "CIM_ManagedElement", "SettingData", "CIM_SettingData");
LINK(dependency, "Antecedent", "CIM_ManagedElement", "Dependent", "CIM_ManagedElement");
LINK(parent_child, "Parent", "CIM_VirtualSystemSettingData", "Child", "CIM_VirtualSystemSettingData");
LINK(affected_job, "AffectedElement", "CIM_ManagedElement", "AffectingElement", "CIM_ConcreteJob");
LINK(owning_job, "OwningElement", "CIM_ManagedElement", "OwnedElement", "CIM_ConcreteJob");
LINK(element_capabilities, "ManagedElement", "CIM_ManagedElement", "Capabilities", "CIM_Capabilities");
LINK(settings_capabilities, "GroupComponent", "CIM_Capabilities", "PartComponent", "CIM_SettingData");
LINK(service_affects, "AffectedElement", "CIM_ManagedElement", "AffectingElement", "CIM_Service");

#define ASSOCIATION(name_, properties_)                                                                                          \
    { name_, NULL, SIM_NS_VIRTUALIZATION, true, false, SIM_PROPERTIES(properties_), SIM_NONE }

static const struct sim_class_spec classes[] = {
    ASSOCIATION("Msvm_SettingsDefineState", settings_define_state),
    ASSOCIATION("Msvm_VirtualSystemSettingDataComponent", setting_component),
    ASSOCIATION("Msvm_ElementSettingData", element_setting),
    ASSOCIATION("Msvm_SnapshotOfVirtualSystem", dependency),
    ASSOCIATION("Msvm_LastAppliedSnapshot", dependency),
    ASSOCIATION("Msvm_MostCurrentSnapshotInBranch", dependency),
    ASSOCIATION("Msvm_ParentChildSettingData", parent_child),
    ASSOCIATION("Msvm_AffectedJobElement", affected_job),
    ASSOCIATION("Msvm_OwningJobElement", owning_job),
    ASSOCIATION("Msvm_VirtualSystemMigrationServiceSettingDataComponent", setting_component),
    ASSOCIATION("Msvm_ElementCapabilities", element_capabilities),
    ASSOCIATION("Msvm_SettingsDefineCapabilities", settings_capabilities),
    ASSOCIATION("Msvm_HostedService", dependency),
    ASSOCIATION("Msvm_HostedDependency", dependency),
    ASSOCIATION("Msvm_ServiceAffectsElement", service_affects),
    ASSOCIATION("Msvm_ResourceAllocationFromPool", dependency),
};

const struct sim_class_table sim_classes_link = { classes, HV_ARRAY_SIZE(classes) };
