/*
 * root/MSCluster as far as moving a VM needs it: names and types by the reference of ClusWMI (MSCluster_Cluster, _Node,
 * _ResourceGroup, _Resource), private properties of VMs by "Virtual Machine Private Properties" of MsCS.
 */
#include "class.h"

static const struct sim_property cluster[] = {
    SIM_P("Caption", STRING),           SIM_P("Description", STRING), SIM_P("Fqdn", STRING),
    SIM_P("InstallDate", DATETIME),     SIM_PK("Name", STRING),       SIM_P("QuorumType", STRING),
    SIM_P("SharedVolumesRoot", STRING), SIM_P("Status", STRING),
};

static const struct sim_property node[] = {
    SIM_P("BuildNumber", UINT32),     SIM_P("Caption", STRING),      SIM_P("Description", STRING),  SIM_P("Id", STRING),
    SIM_P("InstallDate", DATETIME),   SIM_P("MajorVersion", UINT32), SIM_P("MinorVersion", UINT32), SIM_PK("Name", STRING),
    SIM_P("NodeDrainStatus", UINT32), SIM_P("State", UINT32),        SIM_P("Status", STRING),
};

static const struct sim_property group[] = {
    SIM_PR("AntiAffinityClassNames", STRING),
    SIM_P("AutoFailbackType", UINT32),
    SIM_P("Caption", STRING),
    SIM_P("Characteristics", UINT32),
    SIM_P("DefaultOwner", UINT32),
    SIM_P("Description", STRING),
    SIM_P("FailbackWindowEnd", SINT32),
    SIM_P("FailbackWindowStart", SINT32),
    SIM_P("FailoverPeriod", UINT32),
    SIM_P("FailoverThreshold", UINT32),
    SIM_P("Flags", UINT32),
    SIM_P("GroupType", UINT32),
    SIM_P("Id", STRING),
    SIM_P("InstallDate", DATETIME),
    SIM_P("InternalState", STRING),
    SIM_P("IsCore", BOOLEAN),
    SIM_PK("Name", STRING),
    SIM_P("OwnerNode", STRING),
    SIM_P("PersistentState", BOOLEAN),
    SIM_P("Priority", UINT32),
    SIM_P("State", UINT32),
    SIM_P("Status", STRING),
    SIM_P("StatusInformation", UINT64),
};

static const struct sim_parameter move_to_new_node_params[] = {
    SIM_IN("NodeName", STRING),
    SIM_INR("Parameters", UINT8),
    SIM_IN("Flags", UINT32),
};

static const struct sim_method group_methods[] = {
    SIM_METHOD_VOID("MoveToNewNodeParams", move_to_new_node_params),
};

static const struct sim_property vm_properties[] = {
    SIM_P("DefaultMoveType", UINT32), SIM_P("MigrationFailureReason", UINT32), SIM_P("MigrationProgress", UINT32),
    SIM_P("MigrationState", UINT32),  SIM_P("OfflineAction", UINT32),          SIM_P("VmID", STRING),
    SIM_P("VmState", UINT32),
};

static const struct sim_property resource[] = {
    SIM_P("Caption", STRING),
    SIM_P("CoreResource", BOOLEAN),
    SIM_P("Description", STRING),
    SIM_P("Id", STRING),
    SIM_P("InstallDate", DATETIME),
    SIM_PK("Name", STRING),
    SIM_P("OwnerGroup", STRING),
    SIM_P("OwnerNode", STRING),
    SIM_P_OBJECT("PrivateProperties", "MSCluster_Property"),
    SIM_P("ResourceClass", UINT32),
    SIM_P("State", UINT32),
    SIM_P("Status", STRING),
    SIM_P("StatusInformation", UINT64),
    SIM_P("Type", STRING),
};

#define CLUSTER(name_, super_, ...)                                                                                              \
    { name_, super_, SIM_NS_MSCLUSTER, false, false, __VA_ARGS__ }

static const struct sim_class_spec classes[] = {
    CLUSTER("MSCluster_Property", NULL, SIM_NONE, SIM_NONE),
    CLUSTER("MSCluster_Property_Resource_Virtual_Machine", "MSCluster_Property", SIM_PROPERTIES(vm_properties), SIM_NONE),
    CLUSTER("MSCluster_Cluster", NULL, SIM_PROPERTIES(cluster), SIM_NONE),
    CLUSTER("MSCluster_Node", NULL, SIM_PROPERTIES(node), SIM_NONE),
    CLUSTER("MSCluster_ResourceGroup", NULL, SIM_PROPERTIES(group), SIM_METHODS(group_methods)),
    CLUSTER("MSCluster_Resource", NULL, SIM_PROPERTIES(resource), SIM_NONE),
};

const struct sim_class_table sim_classes_cluster = { classes, HV_ARRAY_SIZE(classes) };
