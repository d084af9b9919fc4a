/* The role of a failover cluster that a VM may be, as far as its move is concerned (role.c, role_move.c). */
#ifndef MIGRATION_ROLE_H
#define MIGRATION_ROLE_H

#include "engine/task.h"
#include "hyperv/cluster.h"

struct hv_move;
struct hv_step;

struct hv_mig_role {
    bool is_asked;
    struct hv_cluster cluster; /* with no other role than that */
    struct hv_epr *group;      /* as the host named it */
    char *node;                /* what the destination calls itself */
    bool has_begun;            /* it was seen moving, or waiting to move */
    unsigned n_silent;         /* looks in a row without an answer */
    unsigned n_job_looks;
    uint64_t begins_by_ms; /* what has not begun then will not */
};
void hv_mig_role_deinit(struct hv_mig_role *role);

/* Is it worth asking, before anything else, whether a cluster owns the VM? */
bool hv_mig_may_be_role(const struct hv_move *move);

/* NULL before one was found. */
const struct hv_cluster_role *hv_mig_role_of(const struct hv_move *move);
/* Of its group, for messages too: never NULL. */
const char *hv_mig_role_name(const struct hv_move *move);
/* Moving, or waiting for its turn. */
static inline bool hv_mig_role_is_moving(const struct hv_cluster_role *role) {
    return role->state == HV_GROUP_PENDING || role->is_queued;
}

/* Enumerates a class of root/MSCluster; of its instances all, or those whose property WHERE is VALUE. Errors: LIMIT, MEMORY. */
HV_MUST_CHECK int hv_mig_ask_cluster(struct hv_step *step, enum hv_peer peer, const char *class_name, const char *where,
                                     const char *value);
HV_MUST_CHECK int hv_mig_ask_group(struct hv_step *step, enum hv_peer peer);
/* Takes state, owner and full name from the answer. Outcomes: 0; 1 the group is not there. Errors: MEMORY. */
HV_MUST_CHECK int hv_mig_take_group(struct hv_step *step);

#endif
