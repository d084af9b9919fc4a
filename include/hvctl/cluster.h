/*
 * The failover cluster that a host is a node of, and the VMs that it owns: each is a role, a group of its own, which the cluster
 * alone may move (root/MSCluster).
 */
#ifndef HVCTL_CLUSTER_H
#define HVCTL_CLUSTER_H

#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Absent texts are NULL, absent numbers are -1. Everything is owned by the task. */
struct hv_cluster_node {
    char *name;             /* its NetBIOS name */
    int64_t state;          /* CLUSTER_NODE_STATE: 0 up */
    const char *state_name; /* NULL for a number that no document names */
};

struct hv_cluster_role {
    char *vm_id;            /* upper-case GUID */
    char *group;            /* name of the role */
    char *owner;            /* node that has it */
    int64_t state;          /* CLUSTER_GROUP_STATE: 0 online; -1 when it was not asked for */
    const char *state_name; /* NULL as above */
    bool is_queued;         /* a move of it waits for its turn */
    int64_t migration_state;
    int64_t migration_percent; /* of a move by the cluster */
    int64_t migration_failure; /* HRESULT of the last one; 0: none */
};

struct hv_cluster {
    char *name; /* NULL: the host is a node of none */
    struct hv_cluster_node *nodes;
    size_t n_nodes;
    struct hv_cluster_role *roles;
    size_t n_roles;
};

/* Its nodes, and the roles that are VMs. */
int hv_cluster_show_new(struct hv_task **ret_task, struct hv_error *err);
/* The role that the VM of this GUID is; none when no cluster of the host owns it, and then nothing else is asked. */
int hv_cluster_find_new(const char *vm_id, struct hv_task **ret_task, struct hv_error *err);
/* Of both. NULL unless the task succeeded; valid until it is freed. */
const struct hv_cluster *hv_cluster_result(const struct hv_task *task);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
