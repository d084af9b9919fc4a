/*
 * How a failover cluster moves a role, by MSCluster_ResourceGroup.MoveToNewNodeParams (hvctl(1), CLUSTERS, tells the sources).
 * The request is sent once; what became of it is seen in the group's state and owner, which every node tells, and proven on both
 * hosts as for any move.
 */
#include <hvctl/wsman.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/code.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "engine/op.h"
#include "hyperv/job.h"
#include "migration/machine.h"

#define MOVE_METHOD "MoveToNewNodeParams"

enum {
    TEXT_CEILING = 4096,
    LIST_CEILING = 4096,
    MAX_SILENT = 6,    /* looks in a row that neither node answered */
    MAX_JOB_LOOKS = 3, /* for the job of a move that runs; it serves the display */
};

/*
 * CLUSAPI_GROUP_MOVE_RETURN_TO_SOURCE_NODE_ON_ERROR, _QUEUE_ENABLED and _HIGH_PRIORITY_START: those with which os-win moves VMs
 * live (ClusterUtils._migrate_vm).
 */
#define MOVE_FLAGS "14"

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

/* ERROR_IO_PENDING: the move goes on. Some clients have seen MoveToNewNodeParams fail although it worked (os-win). */
static const uint32_t io_pending = 0x800703E5;

/* What the cluster says when it did nothing (winerror.h). Any other fault proves nothing. */
static const uint32_t refusals[] = {
    0x80070005, /* ERROR_ACCESS_DENIED */
    0x80070057, /* ERROR_INVALID_PARAMETER */
    0x8007138D, /* ERROR_GROUP_NOT_FOUND, 5013 */
    0x8007139F, /* ERROR_INVALID_STATE, 5023 */
    0x800713B2, /* ERROR_CLUSTER_NODE_NOT_FOUND, 5042 */
    0x800713BA, /* ERROR_CLUSTER_NODE_DOWN, 5050 */
    0x800713CE, /* ERROR_CLUSTER_NODE_PAUSED, 5070 */
    0x80071714, /* ERROR_CLUSTER_GROUP_MOVING, 5908 */
};

/* ---- the request ---- */

static int build_params(const struct hv_move *move, struct hv_params *params, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf list = HV_BUF_INIT(LIST_CEILING);
    int r = hv_params_add_text(params, "NodeName", move->role.node, err);

    hv_cluster_live_move(&list);
    if (r == 0)
        r = hv_buf_finish(&list, "a list", err);
    /* A number for each byte, as WinRM writes such arrays (StdRegProv.GetBinaryValue) and its schema of uint8[] has it. */
    for (size_t i = 0; r == 0 && i < list.len; i++) {
        char number[4];

        (void)snprintf(number, sizeof(number), "%u", (unsigned)(unsigned char)list.data[i]);
        r = hv_params_add_text(params, "Parameters", number, err);
    }
    return r < 0 ? r : hv_params_add_text(params, "Flags", MOVE_FLAGS, err);
}

int hv_mig_enter_request_role(struct hv_step *step) {
    struct hv_move *move = step->move;
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    struct hv_op *op = NULL;
    int r = hv_params_new(&params, step->err);

    if (r == 0)
        r = build_params(move, params, step->err);
    if (r == 0)
        r = hv_op_new_invoke(move->role.group, MOVE_METHOD, params, &op, step->err);
    if (r < 0)
        return r;
    r = hv_mig_note_intent(move, step->err);
    if (r < 0) {
        (void)hv_op_free(op);
        return r;
    }
    hv_mig_report(move, HV_REPORT_PHASE, "asking the cluster for the move");
    move->result.request_sent = true;
    move->role.begins_by_ms = step->now_ms + move->plan.settle_ms;
    return hv_mig_run(step, HV_PEER_SOURCE, op);
}

static int watch(struct hv_step *step, const char *text) {
    hv_mig_note(step->move, HV_NOTE_STATE, text, NULL);
    step->move->role.begins_by_ms = step->now_ms + step->move->plan.settle_ms;
    return hv_mig_go(step, HV_MIG_STATE_WATCH_GROUP);
}

/* The method has no return value: that it is answered means that the cluster took the request. */
int hv_mig_role_request_answered(struct hv_step *step) {
    return watch(step, "the cluster took the request");
}

static bool is_refusal(uint32_t hresult) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(refusals); i++) {
        if (refusals[i] == hresult)
            return true;
    }
    return false;
}

/* In the cluster's own words, and in ours where the code is known. */
static int refused(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_error *error = step->event->err;
    const struct hv_code *code = hv_code_find_hresult(error->hresult);
    int class = code ? code->error : HV_E_FAILED;

    if (step->err)
        *step->err = *error;
    (void)hv_error_set(step->err, class, "the cluster refused to move \"%s\" to %s: %s", hv_mig_vm_label(move), move->role.node,
                       code ? code->meaning : "unknown reason");
    if (step->err) {
        step->err->source = HV_SOURCE_WSMAN;
        step->err->hresult = error->hresult;
        step->err->http_status = error->http_status;
    }
    hv_error_cause(step->err, "%s of the role \"%s\" was answered with 0x%08X", MOVE_METHOD, hv_mig_role_name(move),
                   error->hresult);
    if (code && code->remedy)
        hv_error_remedy(step->err, "%s", code->remedy);
    move->result.outcome = HV_OUTCOME_NOT_MOVED;
    return class;
}

/* A failure that leaves open what was carried out, or that is none: the group tells. */
int hv_mig_role_request_failed(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_error *error = step->event->err;
    int r;

    if (error->hresult == io_pending)
        return watch(step, "the cluster took the request (ERROR_IO_PENDING)");
    if (is_refusal(error->hresult))
        return refused(step);
    if (error->code != HV_E_LOST)
        return hv_mig_request_refused(step);
    move->lost = true;
    move->look_error = *error;
    r = hv_mig_warn(move, step->err, "the answer to the request was lost; looking for what became of it");
    return r < 0 ? r : watch(step, "the answer to the request was lost");
}

/* ---- its course ---- */

int hv_mig_enter_watch_group(struct hv_step *step) {
    return hv_mig_ask_group(step, step->move->role.n_silent % 2 == 0 ? HV_PEER_SOURCE : HV_PEER_DESTINATION);
}

/* Moving, or waiting for its turn: the cluster has it in hand. */
static int moves_on(struct hv_step *step, const struct hv_cluster_role *role) {
    struct hv_move *move = step->move;
    bool is_worth_it = move->role.n_job_looks < MAX_JOB_LOOKS || move->cancelling.is_wanted;
    bool may_have_job = !role->is_queued && !move->job && is_worth_it;

    if (!move->role.has_begun)
        hv_mig_note(move, HV_NOTE_STATE, role->is_queued ? "waiting in the cluster's queue" : "the cluster moves it", NULL);
    move->role.has_begun = true;
    move->evidence.job = HV_JOB_END_RUNNING;
    hv_mig_report(move, HV_REPORT_PHASE, role->is_queued ? "waiting in the cluster's queue" : "the cluster moves it");
    if ((move->plan.detach && !may_have_job) || move->detaching)
        return hv_mig_finish(step);
    if (!may_have_job)
        return hv_mig_go(step, HV_MIG_STATE_WATCH_PAUSE);
    move->role.n_job_looks++;
    return hv_mig_go(step, HV_MIG_STATE_FIND_JOB);
}

static int arrived(struct hv_step *step, const struct hv_cluster_role *role) {
    struct hv_move *move = step->move;
    int r = 0;

    move->evidence.job = HV_JOB_END_SUCCEEDED;
    if (role->state == HV_GROUP_FAILED)
        r = hv_mig_warn(move, step->err, "the role \"%s\" has failed on node %s", hv_mig_role_name(move), move->role.node);
    return r < 0 ? r : hv_mig_look(step);
}

/* It never began: from now on the hosts alone can tell. */
static int never_began(struct hv_step *step) {
    struct hv_move *move = step->move;

    move->evidence.job = HV_JOB_END_NONE;
    move->window_is_open = true;
    move->window_ends_ms = step->now_ms;
    return hv_mig_look(step);
}

int hv_mig_group_seen(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_cluster_role *role = hv_mig_role_of(move);
    int r = hv_mig_take_group(step);

    if (r < 0)
        return r;
    if (r > 0)
        return hv_mig_group_silent(step);
    move->role.n_silent = 0;
    if (hv_mig_role_is_moving(role))
        return moves_on(step, role);
    if (hv_text_same(role->owner, move->role.node))
        return arrived(step, role);
    if (move->role.has_begun || role->state == HV_GROUP_FAILED)
        return hv_mig_go(step, HV_MIG_STATE_READ_FAILURE);
    if (step->now_ms >= move->role.begins_by_ms)
        return never_began(step);
    return move->detaching ? hv_mig_finish(step) : hv_mig_go(step, HV_MIG_STATE_WATCH_PAUSE);
}

/* One node may be the one that failed: the other is asked in turn. */
int hv_mig_group_silent(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (step->event->err)
        move->look_error = *step->event->err;
    if (++move->role.n_silent < MAX_SILENT && !move->detaching)
        return hv_mig_go(step, HV_MIG_STATE_WATCH_PAUSE);
    move->evidence.job = HV_JOB_END_UNREACHABLE;
    return hv_mig_look(step);
}

int hv_mig_enter_watch_pause(struct hv_step *step) {
    hv_effects_wake(step->effects, step->now_ms + hv_mig_pause_ms(step->move));
    return 0;
}

int hv_mig_watch_again(struct hv_step *step) {
    return hv_mig_go(step, HV_MIG_STATE_WATCH_GROUP);
}

/* ---- why it came back ---- */

int hv_mig_enter_read_failure(struct hv_step *step) {
    return hv_mig_ask_cluster(step, HV_PEER_SOURCE, "MSCluster_Resource", "Type", HV_CLUSTER_VM_TYPE);
}

static int add_reason(struct hv_move *move, uint32_t hresult, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_CEILING);
    struct hv_reason *reasons = calloc(1, sizeof(*reasons));
    int r;

    if (!reasons)
        return hv_error_memory(err);
    hv_buf_printf(&text, "the cluster tells MigrationFailureReason 0x%08X of the role \"%s\"", hresult, hv_mig_role_name(move));
    r = hv_buf_take(&text, "a reason", &reasons[0].message, err);
    if (r < 0) {
        free(reasons);
        return r;
    }
    reasons[0].hresult = hresult;
    move->result.reasons = reasons;
    move->result.n_reasons = 1;
    return 0;
}

static int fell_back(struct hv_step *step) {
    struct hv_move *move = step->move;
    bool was_ended = move->last_job.state == HV_JOB_TERMINATED || move->last_job.state == HV_JOB_KILLED;
    int r = 0;

    move->evidence.job = was_ended ? HV_JOB_END_CANCELLED : HV_JOB_END_FAILED;
    if (hv_mig_role_of(move)->state == HV_GROUP_FAILED)
        r = hv_mig_warn(move, step->err, "the role \"%s\" has failed on node %s", hv_mig_role_name(move),
                        hv_mig_role_of(move)->owner ? hv_mig_role_of(move)->owner : "?");
    return r < 0 ? r : hv_mig_look(step);
}

/* The job told more, where there was one. */
int hv_mig_failure_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_op *op = step->event->op;
    struct hv_cluster seen = { 0 };
    int r = 0;

    for (size_t i = 0; r == 0 && i < hv_op_n_instances(op); i++)
        r = hv_cluster_add_resource(&seen, move->result.vm_id, hv_op_instance_at(op, i), step->err);
    if (r == 0 && seen.n_roles > 0 && seen.roles[0].migration_failure > 0 && move->result.n_reasons == 0)
        r = add_reason(move, (uint32_t)seen.roles[0].migration_failure, step->err);
    hv_cluster_deinit(&seen);
    return r < 0 ? r : fell_back(step);
}

int hv_mig_failure_not_told(struct hv_step *step) {
    return fell_back(step);
}
