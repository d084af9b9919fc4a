/* A VM as a role of a failover cluster, and the move that the cluster makes of it (cluster: MsCS and ClusWMI of the reference).
 */
#ifndef SIM_ROLE_H
#define SIM_ROLE_H

#include <stdbool.h>
#include <stdint.h>

struct sim_fabric;
struct sim_host;
struct sim_job;
struct sim_vm;

struct sim_role {
    bool is_clustered;
    bool has_failed;       /* state of the group: ClusterGroupFailed */
    bool fails;            /* it will have failed when the move has ended */
    uint32_t move_flags;   /* of the move that waits or runs */
    struct sim_host *node; /* where a move that waits goes; NULL: none waits */
    int64_t starts_us;     /* when it begins */
    struct sim_job *job;   /* the move that runs */
    uint32_t migration;    /* MigrationState of the last one */
    uint32_t reason;       /* MigrationFailureReason */
};

/* State of the group, CLUSTER_GROUP_STATE. */
uint32_t sim_role_state(const struct sim_vm *vm);
/* StatusInformation of the group. */
uint64_t sim_role_status(const struct sim_vm *vm);
/* Moves that waited begin, those that ended leave their traces. */
void sim_roles_advance(struct sim_fabric *fabric);

#endif
