/*
 * Drives a move by hand: events in, effects out, answers made of XML, no socket and no clock. One bench is one move.
 */
#ifndef TESTS_MOVE_BENCH_H
#define TESTS_MOVE_BENCH_H

#include "migration/machine.h"

#define BENCH_VM_ID  "0E2A5B6C-1111-4222-8333-444455556666"
#define BENCH_JOB_ID "E3CCD734-71F6-46A1-BBB2-B4DB47242C2D"

/* Bodies of answers. */
#define BENCH_NS                          "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
#define BENCH_INSTANCE(class, properties) "<p:" class " xmlns:p=\"" BENCH_NS class "\">" properties "</p:" class ">"
#define BENCH_ITEMS(items)                                                                                                       \
    "<n:EnumerateResponse><n:EnumerationContext/><w:Items>" items "</w:Items><w:EndOfSequence/></n:EnumerateResponse>"
#define BENCH_VM                                                                                                                 \
    BENCH_INSTANCE("Msvm_ComputerSystem",                                                                                        \
                   "<p:ElementName>app01</p:ElementName><p:EnabledState>2</p:EnabledState><p:Name>" BENCH_VM_ID "</p:Name>"      \
                   "<p:OperationalStatus>2</p:OperationalStatus>")
#define BENCH_VM_MIGRATING                                                                                                       \
    BENCH_INSTANCE("Msvm_ComputerSystem",                                                                                        \
                   "<p:ElementName>app01</p:ElementName><p:Name>" BENCH_VM_ID "</p:Name>"                                        \
                   "<p:OperationalStatus>2</p:OperationalStatus><p:OperationalStatus>32774</p:OperationalStatus>")
#define BENCH_SETTINGS                                                                                                           \
    BENCH_INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData",                                                              \
                   "<p:AuthenticationType>1</p:AuthenticationType>"                                                              \
                   "<p:EnableVirtualSystemMigration>true</p:EnableVirtualSystemMigration>")
#define BENCH_OWN_SERVICE                                                                                                        \
    BENCH_INSTANCE(                                                                                                              \
        "Msvm_VirtualSystemMigrationService",                                                                                    \
        "<p:CreationClassName>Msvm_VirtualSystemMigrationService</p:CreationClassName><p:Name>migrationwmi</p:Name>"             \
        "<p:SystemCreationClassName>Msvm_ComputerSystem</p:SystemCreationClassName><p:SystemName>HV01</p:SystemName>")
#define BENCH_SERVICE                                                                                                            \
    BENCH_INSTANCE("Msvm_VirtualSystemMigrationService",                                                                         \
                   "<p:MigrationServiceListenerIPAddressList>192.0.2.2</p:MigrationServiceListenerIPAddressList>")
#define BENCH_DISK(path)                                                                                                         \
    BENCH_INSTANCE("Msvm_StorageAllocationSettingData",                                                                          \
                   "<p:HostResource>" path "</p:HostResource><p:InstanceID>Microsoft:" BENCH_VM_ID                               \
                   "\\C\\0\\0\\L</p:InstanceID><p:PoolID></p:PoolID>"                                                            \
                   "<p:ResourceSubType>Microsoft:Hyper-V:Virtual Hard Disk</p:ResourceSubType>"                                  \
                   "<p:ResourceType>31</p:ResourceType>")
#define BENCH_ROOTS(path)                                                                                                        \
    BENCH_INSTANCE("Msvm_VirtualSystemSettingData", "<p:ConfigurationDataRoot>" path "</p:ConfigurationDataRoot>")
#define BENCH_JOB(state, more)                                                                                                   \
    BENCH_INSTANCE("Msvm_MigrationJob",                                                                                          \
                   "<p:InstanceID>" BENCH_JOB_ID "</p:InstanceID><p:JobState>" state "</p:JobState>"                             \
                   "<p:JobType>305</p:JobType><p:VirtualSystemName>" BENCH_VM_ID "</p:VirtualSystemName>" more)
#define BENCH_STARTED                                                                                                            \
    "<p:MigrateVirtualSystemToHost_OUTPUT xmlns:p=\"" BENCH_NS                                                                   \
    "Msvm_VirtualSystemMigrationService\"><p:Job><a:Address>x</a:Address>"                                                       \
    "<a:ReferenceParameters><w:ResourceURI>" BENCH_NS                                                                            \
    "Msvm_MigrationJob</w:ResourceURI><w:SelectorSet><w:Selector Name=\"InstanceID\">" BENCH_JOB_ID                              \
    "</w:Selector></w:SelectorSet></a:ReferenceParameters></p:Job><p:ReturnValue>4096</p:ReturnValue>"                           \
    "</p:MigrateVirtualSystemToHost_OUTPUT>"
#define BENCH_RETURN(value) "<p:M_OUTPUT xmlns:p=\"" BENCH_NS "X\"><p:ReturnValue>" value "</p:ReturnValue></p:M_OUTPUT>"
#define BENCH_ERRORS                                                                                                             \
    "<p:GetErrorEx_OUTPUT xmlns:p=\"" BENCH_NS "Msvm_MigrationJob\"><p:Errors>&lt;INSTANCE CLASSNAME=\"Msvm_Error\"&gt;"         \
    "&lt;PROPERTY NAME=\"Message\" TYPE=\"string\"&gt;&lt;VALUE&gt;No credentials (0x8009030E).&lt;/VALUE&gt;&lt;/PROPERTY&gt;"  \
    "&lt;/INSTANCE&gt;</p:Errors><p:ReturnValue>0</p:ReturnValue></p:GetErrorEx_OUTPUT>"

/* A failover cluster that owns the VM, with two nodes. */
#define BENCH_CLUSTER_NS                      "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/MSCluster/"
#define BENCH_CLUSTER_ITEM(class, properties) "<p:" class " xmlns:p=\"" BENCH_CLUSTER_NS class "\">" properties "</p:" class ">"
#define BENCH_ROLE_FAILED(reason)                                                                                                \
    BENCH_CLUSTER_ITEM("MSCluster_Resource",                                                                                     \
                       "<p:OwnerGroup>app</p:OwnerGroup><p:OwnerNode>HV01</p:OwnerNode><p:PrivateProperties>"                    \
                       "<p:VmID>" BENCH_VM_ID "</p:VmID><p:MigrationFailureReason>" reason                                       \
                       "</p:MigrationFailureReason></p:PrivateProperties><p:Type>Virtual Machine</p:Type>")
#define BENCH_ROLE    BENCH_ROLE_FAILED("0")
#define BENCH_CLUSTER BENCH_CLUSTER_ITEM("MSCluster_Cluster", "<p:Name>hvc01</p:Name>")
#define BENCH_NODES                                                                                                              \
    BENCH_CLUSTER_ITEM("MSCluster_Node", "<p:Name>HV01</p:Name><p:State>0</p:State>")                                            \
    BENCH_CLUSTER_ITEM("MSCluster_Node", "<p:Name>HV02</p:Name><p:State>0</p:State>")
#define BENCH_NODE_NAME BENCH_INSTANCE("Msvm_VirtualSystemMigrationService", "<p:SystemName>HV02</p:SystemName>")
#define BENCH_GROUP(owner, state, status)                                                                                        \
    "<w:Item>" BENCH_CLUSTER_ITEM("MSCluster_ResourceGroup",                                                                     \
                                  "<p:Name>app</p:Name><p:OwnerNode>" owner "</p:OwnerNode><p:State>" state                      \
                                  "</p:State><p:StatusInformation>" status                                                       \
                                  "</p:StatusInformation>") "<a:EndpointReference><a:Address>x</"                                \
                                                            "a:Address><a:ReferenceParameters><w:ResourceURI>" BENCH_CLUSTER_NS  \
                                                            "MSCluster_ResourceGroup</w:ResourceURI><w:SelectorSet><w:Selector " \
                                                            "Name=\"Name\">app</w:Selector></w:SelectorSet>"                     \
                                                            "</a:ReferenceParameters></a:EndpointReference></w:Item>"
#define BENCH_TAKEN                                                                                                              \
    "<p:MoveToNewNodeParams_OUTPUT xmlns:p=\"" BENCH_CLUSTER_NS "MSCluster_ResourceGroup\"></p:MoveToNewNodeParams_OUTPUT>"

struct bench {
    struct hv_move *move;
    uint64_t now_ms;
    struct hv_op *op; /* under way, NULL when none */
    enum hv_peer peer;
    char effects[64]; /* of the last step: "run:source watch done" */
    uint64_t wake_ms;
    struct hv_buf log; /* every request's bytes */
    size_t n_moves;    /* requests to move that were built */
    bool has_cluster;  /* the test answers for the cluster; else the VM is no role, and that needs no line */
};

void bench_begin(struct bench *bench, const struct hv_move_options *options);
void bench_end(struct bench *bench);
/* One event without contents. */
void bench_event(struct bench *bench, enum hv_event_kind kind);
/* The operation under way is answered by a body, and must be content with it. */
void bench_answer(struct bench *bench, const char *body);
/* It fails with CODE; SUBCODE is of the fault, NULL when there was none. */
void bench_fail(struct bench *bench, int code, const char *subcode);
/* The watched job is in STATE. */
void bench_job(struct bench *bench, const char *state);
/* The destination shows DESTINATION, then the source shows SOURCE. */
void bench_look(struct bench *bench, const char *destination, const char *source);
/* Asserts that the move is over with OUTCOME and CODE and was asked for once at most. Returns the error, borrowed of the task. */
const struct hv_error *bench_outcome(const struct bench *bench, enum hv_move_outcome outcome, int code);
const char *bench_state(const struct bench *bench);

#endif
