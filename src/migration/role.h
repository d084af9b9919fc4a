/* The role of a failover cluster that a VM may be, as far as its move is concerned (role.c). */
#ifndef MIGRATION_ROLE_H
#define MIGRATION_ROLE_H

#include "hyperv/cluster.h"

struct hv_move;

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

#endif
