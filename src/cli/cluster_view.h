/* A failover cluster for people and as JSON. */
#ifndef CLI_CLUSTER_VIEW_H
#define CLI_CLUSTER_VIEW_H

#include <hvctl/cluster.h>
#include <jansson.h>

#include "cli/sheet.h"

/* The role that the VM of this GUID is; NULL when CLUSTER (may be NULL) does not own it. */
const struct hv_cluster_role *hv_cluster_view_find(const struct hv_cluster *cluster, const char *vm_id);
/* {"role", "owner", "state", ...}. */
json_t *hv_cluster_view_role(const struct hv_cluster_role *role);
/* The member "cluster" of a VM: {"name", "role", ...}, null for NULL. */
json_t *hv_cluster_view_vm(const struct hv_cluster *cluster, const struct hv_cluster_role *role);
/* Rows of a VM's sheet; none for NULL. */
void hv_cluster_view_sheet(const struct hv_cluster *cluster, const struct hv_cluster_role *role, struct hv_sheet *sheet);

#endif
