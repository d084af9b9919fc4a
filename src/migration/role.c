/*
 * A VM that a failover cluster owns: found before a plain move would spoil its role, and looked at before the cluster is asked to
 * move it (hvctl(1), CLUSTERS, tells the sources).
 */
#include <hvctl/wsman.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/op.h"
#include "hyperv/cluster.h"
#include "hyperv/field.h"
#include "migration/machine.h"
#include "wsman/epr.h"
#include "wsman/wql.h"

#define SERVICE_CLASS "Msvm_VirtualSystemMigrationService"

enum {
    QUERY_CEILING = 16384,
    TEXT_CEILING = 4096,
};

static const uint32_t wbem_e_invalid_namespace = 0x8004100E;

void hv_mig_role_deinit(struct hv_mig_role *role) {
    hv_cluster_deinit(&role->cluster);
    role->group = hv_epr_free(role->group);
    free(role->node);
    role->node = NULL;
}

const struct hv_cluster_role *hv_mig_role_of(const struct hv_move *move) {
    return move->role.cluster.n_roles > 0 ? &move->role.cluster.roles[0] : NULL;
}

const char *hv_mig_role_name(const struct hv_move *move) {
    const struct hv_cluster_role *role = hv_mig_role_of(move);

    return role && role->group ? role->group : "without a name";
}

static const char *cluster_name(const struct hv_move *move) {
    return move->role.cluster.name ? move->role.cluster.name : "a failover cluster";
}

int hv_mig_ask_cluster(struct hv_step *step, enum hv_peer peer, const char *class_name, const char *where, const char *value) {
    HV_CLEANUP_BUF struct hv_buf wql = HV_BUF_INIT(QUERY_CEILING);
    HV_CLEANUP_FREE char *uri = NULL;
    struct hv_op *op = NULL;
    int r;

    if (where) {
        hv_buf_printf(&wql, "SELECT * FROM %s WHERE %s = ", class_name, where);
        hv_wql_quote(&wql, value);
    }
    r = hv_buf_finish(&wql, "the query", step->err);
    if (r == 0)
        r = hv_resource_uri(HV_NAMESPACE_CLUSTER, where ? "*" : class_name, &uri, step->err);
    const struct hv_enumerate_options options = { .resource_uri = uri,
                                                  .wql = where ? hv_buf_text(&wql) : NULL,
                                                  .mode = HV_ENUMERATE_OBJECT_AND_EPR };
    if (r == 0)
        r = hv_op_new_enumerate(&options, &op, step->err);
    return r < 0 ? r : hv_mig_run(step, peer, op);
}

int hv_mig_ask_group(struct hv_step *step, enum hv_peer peer) {
    return hv_mig_ask_cluster(step, peer, "MSCluster_ResourceGroup", "Name", hv_mig_role_name(step->move));
}

/* ---- is it a role? ---- */

/*
 * What makes the question worth asking: a disk on a volume of the cluster, or storage that is said to be shared. A VM given by
 * GUID without its disks is not asked about, since five requests have to do for it (design.md 5); its host refuses then.
 */
bool hv_mig_may_be_role(const struct hv_move *move) {
    if (move->role.is_asked)
        return false;
    if (move->plan.type == HV_MOVE_VM && !move->plan.vm_is_guid && move->evidence.between_hosts)
        return true;
    for (size_t i = 0; i < move->n_placements; i++) {
        const char *from = move->placements[i].from;
        if (from && strlen(from) > 3 && hv_text_starts_same(from + 2, "\\ClusterStorage\\"))
            return true;
    }
    return move->plan.by_cluster;
}

int hv_mig_enter_read_role(struct hv_step *step) {
    hv_mig_report(step->move, HV_REPORT_PHASE, "asking whether a failover cluster owns it");
    return hv_mig_ask_cluster(step, HV_PEER_SOURCE, "MSCluster_Resource", "Type", HV_CLUSTER_VM_TYPE);
}

static int not_migratable(struct hv_move *move) {
    if (move->plan.check_only)
        move->result.outcome = HV_OUTCOME_NOT_MIGRATABLE;
    return HV_E_NOT_MIGRATABLE;
}

static int no_role(struct hv_step *step, const char *why) {
    struct hv_move *move = step->move;

    (void)hv_error_set(step->err, HV_E_NOT_MIGRATABLE, "no failover cluster of %s owns \"%s\"", move->plan.source_name,
                       hv_mig_vm_label(move));
    hv_error_cause(step->err, "%s", why);
    hv_error_remedy(step->err, "leave --cluster out: %s moves it by itself", move->plan.source_name);
    return not_migratable(move);
}

int hv_mig_role_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_op *op = step->event->op;
    int r = 0;

    move->role.is_asked = true;
    for (size_t i = 0; r == 0 && i < hv_op_n_instances(op); i++)
        r = hv_cluster_add_resource(&move->role.cluster, move->result.vm_id, hv_op_instance_at(op, i), step->err);
    if (r < 0)
        return r;
    if (hv_mig_role_of(move))
        return hv_mig_go(step, HV_MIG_STATE_READ_CLUSTER);
    return move->plan.by_cluster ? no_role(step, "the cluster has no role with this VM") : hv_mig_prologue_next(step);
}

/* Without the namespace the host is a node of none. A plain move goes on in any case: the host will judge. */
int hv_mig_role_not_told(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_error *error = step->event->err;
    int r = 0;

    if (error->code == HV_E_MEMORY)
        return hv_error_copy(step->err, error);
    move->role.is_asked = true;
    if (move->plan.by_cluster)
        return error->hresult == wbem_e_invalid_namespace
                   ? no_role(step, "the host has no WMI namespace root/MSCluster, and so is a node of no cluster")
                   : hv_error_copy(step->err, error);
    if (error->hresult != wbem_e_invalid_namespace)
        r = hv_mig_warn(move, step->err, "whether a failover cluster owns %s was not told: %s", hv_mig_vm_label(move),
                        error->message);
    return r < 0 ? r : hv_mig_prologue_next(step);
}

int hv_mig_enter_read_cluster(struct hv_step *step) {
    return hv_mig_ask_cluster(step, HV_PEER_SOURCE, "MSCluster_Cluster", NULL, NULL);
}

int hv_mig_cluster_answered(struct hv_step *step) {
    struct hv_cluster *cluster = &step->move->role.cluster;
    int r = 0;

    if (hv_op_n_instances(step->event->op) > 0 && !cluster->name)
        r = hv_field_text(hv_op_instance_at(step->event->op, 0), "Name", &cluster->name, step->err);
    return r < 0 ? r : hv_mig_go(step, HV_MIG_STATE_READ_NODES);
}

int hv_mig_enter_read_nodes(struct hv_step *step) {
    return hv_mig_ask_cluster(step, HV_PEER_SOURCE, "MSCluster_Node", NULL, NULL);
}

static void list_nodes(const struct hv_cluster *cluster, struct hv_buf *buf) {
    for (size_t i = 0; i < cluster->n_nodes; i++)
        hv_buf_printf(buf, "%s%s", i > 0 ? ", " : "", cluster->nodes[i].name ? cluster->nodes[i].name : "?");
}

/* A plain move would leave the role without its VM (hyperv.md 9). */
static int refuse_plain(struct hv_step *step) {
    struct hv_move *move = step->move;
    HV_CLEANUP_BUF struct hv_buf nodes = HV_BUF_INIT(TEXT_CEILING);

    list_nodes(&move->role.cluster, &nodes);
    (void)hv_error_set(step->err, HV_E_NOT_MIGRATABLE, "\"%s\" belongs to the failover cluster %s, which has to move it",
                       hv_mig_vm_label(move), cluster_name(move));
    hv_error_cause(step->err, "it is the role \"%s\"; a host that moves it refuses, or leaves the role without its VM",
                   hv_mig_role_name(move));
    hv_error_remedy(step->err, "to one of the nodes (%s): the same command with --cluster", hv_buf_text(&nodes));
    hv_error_remedy(step->err,
                    "to any other host: take it out of the cluster first, Remove-ClusterGroup -VMId %s -RemoveResources",
                    move->result.vm_id);
    return not_migratable(move);
}

int hv_mig_nodes_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_op *op = step->event->op;
    int r = 0;

    for (size_t i = 0; r == 0 && i < hv_op_n_instances(op); i++)
        r = hv_cluster_add_node(&move->role.cluster, hv_op_instance_at(op, i), step->err);
    if (r < 0)
        return r;
    return move->plan.by_cluster ? hv_mig_go(step, HV_MIG_STATE_READ_NODE_NAME) : refuse_plain(step);
}

/* ---- where to ---- */

/* Hosts are called by many names; a node has one, which its migration service tells. */
int hv_mig_enter_read_node_name(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_DESTINATION, SERVICE_CLASS, NULL, NULL);
}

static int refuse_node(struct hv_step *step, const struct hv_cluster_node *node) {
    struct hv_move *move = step->move;
    const char *label = hv_mig_destination_label(move);
    HV_CLEANUP_BUF struct hv_buf nodes = HV_BUF_INIT(TEXT_CEILING);

    list_nodes(&move->role.cluster, &nodes);
    if (node) {
        (void)hv_error_set(step->err, HV_E_NOT_MIGRATABLE, "node %s of %s is %s", node->name, cluster_name(move),
                           node->state_name ? node->state_name : "in an unknown state");
        hv_error_cause(step->err, "a role moves only to a node that is up");
        hv_error_remedy(step->err, "let the node take part again (Resume-ClusterNode), or choose another one of %s",
                        hv_buf_text(&nodes));
    } else {
        (void)hv_error_set(step->err, HV_E_NOT_MIGRATABLE, "%s is no node of %s", label, cluster_name(move));
        hv_error_cause(step->err, "it calls itself %s, and the nodes are %s", move->role.node ? move->role.node : "nothing",
                       hv_buf_text(&nodes));
        hv_error_remedy(step->err, "choose one of the nodes");
    }
    return not_migratable(move);
}

int hv_mig_node_name_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_cluster_node *node;
    int r = 0;

    if (hv_op_n_instances(step->event->op) > 0)
        r = hv_field_text(hv_op_instance_at(step->event->op, 0), "SystemName", &move->role.node, step->err);
    if (r < 0)
        return r;
    node = hv_cluster_node_find(&move->role.cluster, move->role.node);
    if (!node || (node->state >= 0 && node->state != HV_NODE_UP))
        return refuse_node(step, node);
    return hv_mig_go(step, HV_MIG_STATE_READ_GROUP);
}

int hv_mig_enter_read_group(struct hv_step *step) {
    return hv_mig_ask_group(step, HV_PEER_SOURCE);
}

int hv_mig_take_group(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_op *op = step->event->op;

    for (size_t i = 0; i < hv_op_n_instances(op); i++) {
        const struct hv_instance *group = hv_op_instance_at(op, i);
        const struct hv_epr *epr = hv_instance_epr(group);
        int r;

        if (!hv_text_same(hv_instance_text(group, "Name"), hv_mig_role_name(move)))
            continue;
        r = hv_cluster_add_group(&move->role.cluster, group, step->err);
        if (r == 0 && epr && !move->role.group)
            r = hv_epr_copy(epr, &move->role.group, step->err);
        return r;
    }
    return 1;
}

int hv_mig_group_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_cluster_role *role;
    int r = hv_mig_take_group(step);

    if (r < 0)
        return r;
    if (r > 0 || !move->role.group)
        return hv_error_set(step->err, HV_E_PROTOCOL, "%s shows no group \"%s\"", move->plan.source_name, hv_mig_role_name(move));
    role = hv_mig_role_of(move);
    if (hv_mig_role_is_moving(role)) {
        (void)hv_error_set(step->err, HV_E_CONFLICT, "the cluster is busy with \"%s\" already", hv_mig_vm_label(move));
        hv_error_cause(step->err, "its role \"%s\" is %s", hv_mig_role_name(move),
                       role->is_queued ? "waiting to move" : "pending");
        hv_error_remedy(step->err, "wait until that is over: hvctl cluster show -H %s", move->plan.source_name);
        return HV_E_CONFLICT;
    }
    if (role->state == HV_GROUP_FAILED)
        r = hv_mig_warn(move, step->err, "the role \"%s\" has failed before this move", hv_mig_role_name(move));
    if (r < 0 || !move->plan.check_only)
        return r < 0 ? r : hv_mig_go(step, HV_MIG_STATE_REQUEST_ROLE);
    move->evidence.job = HV_JOB_END_SUCCEEDED;
    return hv_mig_finish(step);
}
