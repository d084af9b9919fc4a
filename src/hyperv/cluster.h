/*
 * Nodes and roles of a failover cluster from root/MSCluster, and what a move by the cluster is asked for with. Classes and
 * numbers are those of the reference (ClusWMI, MsCS).
 */
#ifndef HYPERV_CLUSTER_H
#define HYPERV_CLUSTER_H

#include <hvctl/cluster.h>
#include <hvctl/instance.h>

#include "base/buf.h"

#define HV_NAMESPACE_CLUSTER "root/MSCluster"
#define HV_CLUSTER_VM_TYPE   "Virtual Machine" /* Type of the resource that is a VM; a key, and so never translated */

/* CLUSTER_NODE_STATE, CLUSTER_GROUP_STATE, GroupType, CLUSGRP_STATUS_*: the values that decide something. */
enum { HV_NODE_UP = 0, HV_NODE_DOWN = 1, HV_NODE_PAUSED = 2 };
enum { HV_GROUP_ONLINE = 0, HV_GROUP_OFFLINE = 1, HV_GROUP_FAILED = 2, HV_GROUP_PARTIAL = 3, HV_GROUP_PENDING = 4 };
enum { HV_GROUP_TYPE_VM = 111, HV_GROUP_STATUS_QUEUED = 4 };

enum { HV_CLUSTER_MAX_NODES = 256, HV_CLUSTER_MAX_ROLES = 65536 }; /* Windows takes 64 nodes and 8000 VMs */

/* All of these accept a zeroed cluster; what is filled in part is released all the same. */
void hv_cluster_deinit(struct hv_cluster *cluster);
/* MSCluster_Node. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_cluster_add_node(struct hv_cluster *cluster, const struct hv_instance *instance, struct hv_error *err);
/*
 * MSCluster_Resource: a role when it is a VM, and ONLY_VM (NULL: any) is its GUID; all else is passed over. The VM's GUID is
 * among the private properties of the resource. Errors: MEMORY, LIMIT.
 */
HV_MUST_CHECK int hv_cluster_add_resource(struct hv_cluster *cluster, const char *only_vm, const struct hv_instance *instance,
                                          struct hv_error *err);
/* MSCluster_ResourceGroup: state and owner of a role that is known. Errors: MEMORY. */
HV_MUST_CHECK int hv_cluster_add_group(struct hv_cluster *cluster, const struct hv_instance *instance, struct hv_error *err);

/* NULL when there is none of that name, regardless of case. */
const struct hv_cluster_node *hv_cluster_node_find(const struct hv_cluster *cluster, const char *name);

/*
 * Appends the property list that asks MoveClusterGroupEx, and so MoveToNewNodeParams, for a live migration of a VM and of its
 * configuration: VM_RESDLL_CONTEXT of resapi.h, written as "Property Lists" of MsCS says.
 */
void hv_cluster_live_move(struct hv_buf *bytes);

#endif
