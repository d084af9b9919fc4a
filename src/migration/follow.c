/* The job: finding it, following it, and what it says at its end (hyperv.md 1.6, 2.6, 3). */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "engine/op.h"
#include "hyperv/job.h"
#include "hyperv/reason.h"
#include "hyperv/reference.h"
#include "migration/machine.h"
#include "wsman/epr.h"

/* JobType: what checks and what moves (hyperv.md 2.6). */
enum {
    JOB_TYPE_STAGE = 300,
    JOB_TYPE_FIRST_CHECK = 301,
    JOB_TYPE_LAST_CHECK = 304,
    JOB_TYPE_FIRST_MOVE = 305,
    JOB_TYPE_LAST_MOVE = 307
};

/* A migration job is no Msvm_ConcreteJob: each class is asked for by its own name (hyperv.md 1.6). */
static const char *const job_classes[] = { "Msvm_MigrationJob", "Msvm_ConcreteJob", "Msvm_StorageJob" };
static const char *const error_methods[] = { "GetErrorEx", "GetError" };

static int get_job(struct hv_step *step) {
    struct hv_op *op = NULL;
    int r = hv_op_new_get(step->move->job, &op, step->err);

    return r < 0 ? r : hv_mig_run(step, HV_PEER_SOURCE, op);
}

/* Keeps what the host shows of the job. */
static int keep(struct hv_step *step, const struct hv_instance *instance) {
    struct hv_move *move = step->move;
    struct hv_job job;
    int r;

    r = hv_job_decode(instance, &job, step->err);
    if (r < 0)
        return r;
    hv_job_deinit(&move->last_job);
    move->last_job = job;
    move->result.job_state = job.state;
    move->result.job_percent = job.percent;
    hv_mig_find(step, HV_SIGHT_JOB, HV_PEER_SOURCE, "%s, %d %%", job.state_name ? job.state_name : "in an unknown state",
                (int)(job.percent > 0 ? job.percent : 0));
    return 0;
}

static enum hv_job_end job_end(const struct hv_job *job) {
    if (!job->is_finished)
        return HV_JOB_END_RUNNING;
    if (job->is_successful)
        return HV_JOB_END_SUCCEEDED;
    return job->state == HV_JOB_TERMINATED || job->state == HV_JOB_KILLED ? HV_JOB_END_CANCELLED : HV_JOB_END_FAILED;
}

/* Nothing more is to be learnt from the job: where is the VM? */
static int job_over(struct hv_step *step) {
    if (step->move->plan.by_cluster)
        return hv_mig_go(step, HV_MIG_STATE_WATCH_GROUP);
    return step->move->moves_nothing ? hv_mig_finish(step) : hv_mig_look(step);
}

static void forget_reasons(struct hv_move *move) {
    hv_reasons_free(move->result.reasons, move->result.n_reasons);
    move->result.reasons = NULL;
    move->result.n_reasons = 0;
}

static int job_ended(struct hv_step *step) {
    struct hv_move *move = step->move;

    move->evidence.job = job_end(&move->last_job);
    /* It may be the second job that is followed: what the first one told is of no use for it. */
    move->n_asked_errors = 0;
    forget_reasons(move);
    if (move->last_job.state == HV_JOB_COMPLETED)
        return job_over(step);
    return hv_mig_go(step, HV_MIG_STATE_READ_ERRORS);
}

/* ---- following a job that somebody else started ---- */

int hv_mig_enter_read_job(struct hv_step *step) {
    struct hv_move *move = step->move;
    int r;

    move->job = hv_epr_free(move->job);
    r = hv_reference_id(job_classes[move->n_asked_classes++], move->plan.follow_id, &move->job, step->err);
    return r < 0 ? r : get_job(step);
}

bool hv_mig_places_known(const struct hv_move *move) {
    return move->n_placements > 0 || hv_plan_has_roots(&move->plan);
}

/* What the job tells of the move it makes. */
static int adopt(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_job *job = &move->last_job;
    int r;

    free(move->result.vm_id);
    move->result.vm_id = NULL;
    r = hv_text_copy(job->vm_id, &move->result.vm_id, step->err);
    if (r < 0)
        return r;
    move->moves_nothing = !job->vm_id || (job->type >= JOB_TYPE_FIRST_CHECK && job->type <= JOB_TYPE_LAST_CHECK);
    move->evidence.between_hosts = job->migration_type != HV_MOVE_STORAGE && job->type != JOB_TYPE_LAST_MOVE;
    move->evidence.no_destination = !move->plan.destination_name;
    move->evidence.disks = hv_mig_places_known(move) ? HV_DISKS_UNASKED : HV_DISKS_UNPLANNED;
    move->evidence.stages = job->migration_type == HV_MOVE_STAGED || job->type == JOB_TYPE_STAGE;
    if (move->evidence.stages)
        move->plan.type = HV_MOVE_STAGED;
    else
        move->plan.type = move->evidence.between_hosts ? HV_MOVE_VM : HV_MOVE_STORAGE;
    return 0;
}

int hv_mig_job_read(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_epr *job = move->job;
    int r;

    r = keep(step, hv_op_instance(step->event->op));
    if (r == 0)
        r = adopt(step);
    if (r < 0)
        return r;
    if (!move->last_job.is_finished)
        return hv_mig_adopt_job(step);
    r = hv_text_copy(hv_epr_selector(job, "InstanceID"), &move->result.job_id, step->err);
    return r < 0 ? r : job_ended(step);
}

/* The host has forgotten the job; where the VM is tells what became of it. */
static int job_forgotten(struct hv_step *step) {
    struct hv_move *move = step->move;
    int r = hv_text_copy(move->plan.follow_id, &move->result.job_id, step->err);

    if (r < 0)
        return r;
    hv_mig_find(step, HV_SIGHT_JOB, HV_PEER_SOURCE, "it is not known any more");
    move->result.job_vanished = true;
    move->evidence.job = HV_JOB_END_VANISHED;
    move->evidence.no_destination = !move->plan.destination_name;
    move->evidence.disks = hv_mig_places_known(move) ? HV_DISKS_UNASKED : HV_DISKS_UNPLANNED;
    return hv_mig_look(step);
}

int hv_mig_job_not_read(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (step->event->err->code != HV_E_NOT_FOUND)
        return hv_error_copy(step->err, step->event->err);
    if (move->n_asked_classes < HV_ARRAY_SIZE(job_classes))
        return hv_mig_go(step, HV_MIG_STATE_READ_JOB);
    if (move->result.vm_id)
        return job_forgotten(step);
    (void)hv_error_set(step->err, HV_E_NOT_FOUND, "%s knows no job %s", move->plan.source_name, move->plan.follow_id);
    hv_error_cause(step->err, "a host forgets a job five minutes after its end");
    hv_error_remedy(step->err, "see what it knows: hvctl job list -H %s", move->plan.source_name);
    return HV_E_NOT_FOUND;
}

/* ---- looking for the job of a request whose answer was lost ---- */

int hv_mig_enter_find_job(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_SOURCE, job_classes[0], NULL, NULL);
}

/* The host may write the name that we gave shorter or longer: "hv02" and "hv02.example.com" are one, two addresses never. */
static bool is_same_host(const char *a, const char *b) {
    const char *longer = strlen(a) > strlen(b) ? a : b;
    const char *shorter = longer == a ? b : a;

    if (hv_text_same(a, b))
        return true;
    return !strchr(shorter, '.') && hv_text_starts_same(longer, shorter) && longer[strlen(shorter)] == '.';
}

/* Is it a job that moves our VM as we asked? */
static bool is_ours(const struct hv_move *move, const struct hv_job *job) {
    if (!hv_text_same(job->vm_id, move->result.vm_id))
        return false;
    if (move->plan.by_cluster)
        return !job->is_finished; /* the cluster asked for it, in its own words */
    if (job->migration_type >= 0 && job->migration_type != (int64_t)move->plan.type)
        return false;
    if (job->type >= JOB_TYPE_FIRST_CHECK && job->type <= JOB_TYPE_LAST_CHECK)
        return false;
    return !job->destination || !move->evidence.between_hosts || is_same_host(job->destination, move->plan.destination_name);
}

/* The cluster's move is followed by its group as well. */
static int without_job(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (!move->plan.by_cluster)
        return hv_mig_look(step);
    return move->detaching ? hv_mig_finish(step) : hv_mig_go(step, HV_MIG_STATE_WATCH_PAUSE);
}

int hv_mig_jobs_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_op *op = step->event->op;

    move->evidence.jobs_unlisted = false;
    hv_mig_find(step, HV_SIGHT_JOB_LIST, HV_PEER_SOURCE, "no job that runs and moves this VM");
    for (size_t i = 0; i < hv_op_n_instances(op); i++) {
        struct hv_job job;
        bool ours;
        bool finished;
        int r = hv_job_decode(hv_op_instance_at(op, i), &job, step->err);
        if (r < 0)
            return r;
        ours = is_ours(move, &job);
        finished = job.is_finished;
        hv_job_deinit(&job);
        if (!ours)
            continue;
        r = keep(step, hv_op_instance_at(op, i));
        if (r < 0)
            return r;
        if (!finished) {
            hv_mig_find(step, HV_SIGHT_JOB_LIST, HV_PEER_SOURCE, "a job that runs and moves this VM");
            return hv_mig_adopt_job(step);
        }
        /* One that is over may be of an earlier try: it proves nothing, but it may explain what will be seen. */
    }
    return without_job(step);
}

int hv_mig_jobs_failed(struct hv_step *step) {
    hv_mig_find_silence(step, HV_SIGHT_JOB_LIST, HV_PEER_SOURCE);
    if (step->move->plan.by_cluster)
        return without_job(step);
    step->move->evidence.jobs_unlisted = true;
    step->move->look_error = *step->event->err;
    return hv_mig_look(step);
}

int hv_mig_adopt_job(struct hv_step *step) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    const struct hv_job *job = &step->move->last_job;
    int r;

    r = hv_reference_id(job->class_name ? job->class_name : job_classes[0], job->id ? job->id : "", &epr, step->err);
    return r < 0 ? r : hv_mig_job_started(step, epr);
}

/* ---- the job runs ---- */

int hv_mig_enter_follow(struct hv_step *step) {
    struct hv_epr *job = NULL;
    int r = hv_epr_copy(step->move->job, &job, step->err);

    if (r < 0)
        return r;
    hv_effects_watch(step->effects, HV_PEER_SOURCE, job);
    hv_mig_grace_begin(step);
    return 0;
}

int hv_mig_job_seen(struct hv_step *step) {
    struct hv_move *move = step->move;
    int64_t state_before = move->result.job_state;
    int r = keep(step, step->event->job);

    if (r < 0)
        return r;
    hv_mig_note_job(move, state_before);
    hv_mig_report(move, HV_REPORT_PROGRESS, move->last_job.description);
    if (!move->last_job.is_finished && !hv_mig_cancel_is_due(step))
        return 0;
    hv_effects_unwatch(step->effects);
    hv_mig_grace_end(step);
    return move->last_job.is_finished ? job_ended(step) : hv_mig_go(step, HV_MIG_STATE_CANCEL);
}

int hv_mig_job_missing(struct hv_step *step) {
    hv_effects_unwatch(step->effects);
    hv_mig_grace_end(step);
    return hv_mig_go(step, HV_MIG_STATE_CONFIRM_JOB);
}

int hv_mig_job_unreachable(struct hv_step *step) {
    struct hv_move *move = step->move;

    hv_mig_find_silence(step, HV_SIGHT_JOB, HV_PEER_SOURCE);
    move->evidence.job = HV_JOB_END_UNREACHABLE;
    move->look_error = *step->event->err;
    hv_mig_grace_end(step);
    return job_over(step);
}

int hv_mig_follow_detached(struct hv_step *step) {
    step->move->detaching = true;
    hv_effects_unwatch(step->effects);
    return hv_mig_finish(step);
}

/* The reference that the host gave decides, not its list of a class (hyperv.md 1.6). */
int hv_mig_enter_confirm_job(struct hv_step *step) {
    return get_job(step);
}

int hv_mig_job_confirmed(struct hv_step *step) {
    struct hv_move *move = step->move;
    int r = keep(step, hv_op_instance(step->event->op));

    if (r < 0)
        return r;
    hv_mig_report(move, HV_REPORT_PROGRESS, move->last_job.description);
    if (move->last_job.is_finished)
        return job_ended(step);
    /* It may have been out of reach for a while: the window in which its end is looked for is still to come. */
    move->evidence.job = HV_JOB_END_RUNNING;
    move->window_is_open = false;
    move->n_more_looks = 0;
    move->n_refused_looks = 0;
    return move->detaching ? hv_mig_finish(step) : hv_mig_go(step, HV_MIG_STATE_FOLLOW);
}

int hv_mig_job_not_confirmed(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (step->event->err->code != HV_E_NOT_FOUND && move->evidence.job == HV_JOB_END_UNREACHABLE)
        return hv_mig_look(step);
    if (step->event->err->code != HV_E_NOT_FOUND)
        return move->detaching ? hv_mig_finish(step) : hv_mig_go(step, HV_MIG_STATE_FOLLOW);
    return hv_mig_job_gone(step);
}

int hv_mig_job_gone(struct hv_step *step) {
    hv_mig_find(step, HV_SIGHT_JOB, HV_PEER_SOURCE, "it is not known any more");
    step->move->result.job_vanished = true;
    step->move->evidence.job = HV_JOB_END_VANISHED;
    return job_over(step);
}

/* ---- why did it fail, or what does it warn of? ---- */

int hv_mig_enter_read_errors(struct hv_step *step) {
    struct hv_move *move = step->move;
    struct hv_op *op = NULL;
    int r = hv_op_new_invoke(move->job, error_methods[move->n_asked_errors++], NULL, &op, step->err);

    return r < 0 ? r : hv_mig_run(step, HV_PEER_SOURCE, op);
}

int hv_mig_errors_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    int r;

    forget_reasons(move);
    r = hv_reasons_decode(hv_op_instance(step->event->op), &move->result.reasons, &move->result.n_reasons, step->err);
    if (r == HV_E_MEMORY)
        return r;
    return move->result.n_reasons > 0 ? job_over(step) : hv_mig_errors_failed(step);
}

/* The words of the job itself have to do then. */
int hv_mig_errors_failed(struct hv_step *step) {
    if (step->move->n_asked_errors < HV_ARRAY_SIZE(error_methods))
        return hv_mig_go(step, HV_MIG_STATE_READ_ERRORS);
    return job_over(step);
}
