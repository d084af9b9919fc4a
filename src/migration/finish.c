/* The end of a move: the verdict put into words (design.md 3.3, 3.4; ux.md 3 and 10). */
#include <string.h>

#include "base/buf.h"
#include "base/code.h"
#include "base/error.h"
#include "base/text.h"
#include "hyperv/advice.h"
#include "hyperv/job.h"
#include "hyperv/reason.h"
#include "migration/machine.h"

enum { LEFTOVER_CEILING = 64 * 1024 };

static const char *verb(const struct hv_move *move) {
    if (move->plan.check_only)
        return "the check";
    return move->evidence.stages ? "the planning" : "the move";
}

/* A job that was only seen in the host's list is named by that; a reference may lack the name. */
static const char *job_label(const struct hv_move *move) {
    if (move->result.job_id)
        return move->result.job_id;
    return move->last_job.id ? move->last_job.id : "without a name";
}

/* Starts the record: "WHAT of "app01" from hv01 to hv02". */
static void begin(const struct hv_move *move, struct hv_error *err, int code, const char *what) {
    if (move->moves_nothing && !move->plan.check_only)
        (void)hv_error_set(err, code, "job %s on %s %s", job_label(move), move->plan.source_name, what);
    else if (move->evidence.between_hosts && move->plan.destination_label)
        (void)hv_error_set(err, code, "%s of \"%s\" from %s to %s %s", verb(move), hv_mig_vm_label(move), move->plan.source_name,
                           move->plan.destination_label, what);
    else
        (void)hv_error_set(err, code, "%s of \"%s\" on %s %s", verb(move), hv_mig_vm_label(move), move->plan.source_name, what);
}

/* A check that could not be made, because the hosts do not trust each other, is no answer of "no". */
static int failure_class(const struct hv_move *move, const struct hv_code *code) {
    int class = code ? code->error : HV_E_FAILED;

    return move->plan.check_only && class != HV_E_DELEGATION ? HV_E_NOT_MIGRATABLE : class;
}

static int explain_failure(const struct hv_move *move, struct hv_error *err) {
    struct hv_explanation why;
    int class;

    hv_advice_explain(&move->last_job, move->result.reasons, move->result.n_reasons, &why);
    class = failure_class(move, why.code);
    begin(move, err, class, move->plan.check_only ? "says no" : "failed");
    hv_advice_add(&why, move->result.reasons, move->result.n_reasons, err);
    return class;
}

/* The cluster took the request, or failed at it, and nothing came of it. */
static int never_began(const struct hv_move *move, struct hv_error *err) {
    begin(move, err, HV_E_FAILED, "never started");
    if (err)
        err->hresult = move->look_error.hresult;
    if (move->look_error.hresult != 0)
        hv_error_cause(err, "the cluster answered the request with 0x%08X (%s), and the role was never seen moving",
                       move->look_error.hresult, move->look_error.fault_reason);
    else
        hv_error_cause(err, "the cluster took the request, and the role was never seen moving");
    hv_error_remedy(err, "look into the log Microsoft-Windows-FailoverClustering/Operational of the nodes");
    return HV_E_FAILED;
}

/* The request was not answered, or the host did not know itself; nothing came of it. */
static int never_started(const struct hv_move *move, struct hv_error *err) {
    if (move->plan.by_cluster && (!move->lost || move->look_error.hresult != 0))
        return never_began(move, err);
    bool answered = move->result.return_value >= 0;
    int class = answered ? HV_E_FAILED : HV_E_UNREACHABLE;

    begin(move, err, class, "never started");
    if (err && answered) {
        err->source = HV_SOURCE_WMI;
        err->has_return_value = true;
        err->return_value = (uint32_t)move->result.return_value;
    }
    hv_error_cause(err, "the request %s (%s), and no job of this VM appeared", answered ? "had no clear answer" : "was lost",
                   move->look_error.message);
    hv_error_remedy(err, "start the move again");
    return class;
}

/* Somebody ended the job: by a request of ours, whatever state it ended in. */
static bool is_cancelled(const struct hv_move *move) {
    enum hv_job_end job = move->evidence.job;
    bool over = job == HV_JOB_END_FAILED || job == HV_JOB_END_VANISHED;

    return job == HV_JOB_END_CANCELLED || (over && move->result.cancel == HV_CANCEL_ACCEPTED);
}

static int cancelled(const struct hv_move *move, struct hv_error *err) {
    const char *state = hv_job_state_name(move->last_job.state);

    if (move->plan.cancel)
        return 0;
    begin(move, err, HV_E_CANCELLED, "was cancelled");
    if (move->result.cancel == HV_CANCEL_ACCEPTED)
        hv_error_cause(err, "its host was asked to end job %s, and did", job_label(move));
    else
        hv_error_cause(err, "somebody ended job %s (state %s)", job_label(move), state ? state : "unknown");
    return HV_E_CANCELLED;
}

/* Whoever wanted the job to be ended has that: it is over, and nothing moved. */
static int nothing_to_cancel(struct hv_move *move, struct hv_error *err) {
    const char *state = hv_job_state_name(move->last_job.state);

    if (move->evidence.job == HV_JOB_END_NONE)
        return hv_mig_warn(move, err, "there was no job to cancel, and none of this move will come");
    if (move->evidence.job == HV_JOB_END_VANISHED)
        return hv_mig_warn(move, err, "there was no job to cancel: it was over, and its host has forgotten it");
    return hv_mig_warn(move, err, "there was no job to cancel: it was over (state %s)", state ? state : "unknown");
}

/* The job was done, or too far. */
static int too_late(struct hv_move *move, struct hv_error *err) {
    if (!move->plan.cancel && move->result.cancel == HV_CANCEL_UNASKED)
        return 0;
    if (!move->plan.cancel)
        return hv_mig_warn(move, err, "the request to cancel it came too late");
    begin(move, err, HV_E_CONFLICT, "could not be cancelled");
    hv_error_cause(err, "job %s was complete before it could be ended", job_label(move));
    if (move->result.outcome == HV_OUTCOME_MOVED && move->evidence.between_hosts)
        hv_error_remedy(err, "move it back: hvctl migrate %s --from %s --to %s", move->result.vm_id,
                        hv_mig_destination_label(move), move->plan.source_name);
    return HV_E_CONFLICT;
}

static int not_moved(struct hv_move *move, struct hv_error *err) {
    if (move->refusal)
        return hv_error_copy(err, move->refusal);
    if (move->plan.cancel && (move->result.cancel == HV_CANCEL_UNASKED || !is_cancelled(move)))
        return nothing_to_cancel(move, err);
    if (is_cancelled(move))
        return cancelled(move, err);
    switch (move->evidence.job) {
    case HV_JOB_END_SUCCEEDED:
        begin(move, err, HV_E_FAILED, "is reported as completed, but nothing moved");
        hv_error_cause(err, "its host shows it where it was before");
        hv_error_remedy(err, "look into the log Hyper-V-VMMS-Admin of both hosts");
        return HV_E_FAILED;
    case HV_JOB_END_VANISHED:
        begin(move, err, HV_E_FAILED, "did not happen");
        hv_error_cause(err, "job %s is gone without a word, and the VM is where it was before", job_label(move));
        hv_error_remedy(err, "look into the log Hyper-V-VMMS-Admin of both hosts, then start the move again");
        return HV_E_FAILED;
    case HV_JOB_END_NONE:
        return never_started(move, err);
    case HV_JOB_END_FAILED:
    case HV_JOB_END_CANCELLED:
    case HV_JOB_END_RUNNING:
    case HV_JOB_END_UNREACHABLE:
    case HV_JOB_END_COUNT:
        break;
    }
    return explain_failure(move, err);
}

static void say_command(const struct hv_move *move, struct hv_error *err, const char *why, const char *command) {
    const char *to = move->evidence.between_hosts ? move->plan.destination_label : NULL;

    if (move->plan.by_cluster)
        hv_error_remedy(err, "see what the cluster does with it: hvctl cluster show -H %s", move->plan.source_name);
    if (move->result.job_id)
        hv_error_remedy(err, "%s: hvctl job %s %s/%s%s%s", why, command, move->plan.source_name, move->result.job_id,
                        to ? " --to " : "", to ? to : "");
}

void hv_mig_say_follow(const struct hv_move *move, struct hv_error *err, const char *why) {
    say_command(move, err, why, "follow");
}

static const char *place_words(enum hv_place place) {
    switch (place) {
    case HV_PLACE_ABSENT:
        return "does not have the VM";
    case HV_PLACE_PRESENT:
        return "has the VM";
    case HV_PLACE_PLANNED:
        return "has only a planned VM";
    case HV_PLACE_UNKNOWN:
        break;
    }
    return "did not tell";
}

/* The same of a move within one host, where the VM stays and its disks go. */
static const char *storage_words(const struct hv_move *move) {
    if (move->evidence.at_source == HV_PLACE_PRESENT && move->evidence.disks == HV_DISKS_MIXED)
        return "shows some disks at their old and some at their new places";
    if (move->evidence.at_source == HV_PLACE_PRESENT)
        return "did not tell where the disks are";
    return place_words(move->evidence.at_source);
}

static int unknown(const struct hv_move *move, struct hv_error *err) {
    begin(move, err, HV_E_UNKNOWN_OUTCOME, "has an unknown outcome");
    if (move->evidence.between_hosts)
        hv_error_cause(err, "%s %s, %s %s%s%s", move->plan.source_name, place_words(move->evidence.at_source),
                       hv_mig_destination_label(move), place_words(move->evidence.at_destination),
                       move->look_error.code ? "; last error: " : "", move->look_error.code ? move->look_error.message : "");
    else
        hv_error_cause(err, "%s %s%s%s", move->plan.source_name, storage_words(move),
                       move->look_error.code ? "; last error: " : "", move->look_error.code ? move->look_error.message : "");
    if (move->look_error.code == HV_E_AUTH)
        hv_error_remedy(err, "sign in with user and password that %s takes, and look again",
                        move->look_error.host[0] ? move->look_error.host : "the host");
    hv_mig_say_follow(move, err, "look again");
    hv_error_remedy(
        err, "see %s: hvctl vm show %s -H HOST%s", move->evidence.between_hosts ? "where the VM is" : "where its disks are",
        move->result.vm_id ? move->result.vm_id : hv_mig_vm_label(move), move->evidence.between_hosts ? ", on both hosts" : "");
    return HV_E_UNKNOWN_OUTCOME;
}

static int running(const struct hv_move *move, struct hv_error *err) {
    if (move->plan.detach && move->result.cancel == HV_CANCEL_UNASKED)
        return 0;
    begin(move, err, HV_E_DETACHED, "is still running");
    if (move->result.cancel == HV_CANCEL_ACCEPTED)
        hv_error_cause(err, "we stopped waiting; its host was asked to end the job, and it has not ended yet");
    else
        hv_error_cause(err, "we stopped waiting; the job goes on");
    hv_mig_say_follow(move, err, "follow it");
    if (move->result.cancel != HV_CANCEL_ACCEPTED)
        say_command(move, err, "cancel it", "cancel");
    return HV_E_DETACHED;
}

/* A check, or a followed job that moves no VM: the job's own end is all there is. */
static int finish_without_look(struct hv_move *move, struct hv_error *err) {
    if (is_cancelled(move) && move->evidence.job != HV_JOB_END_VANISHED) {
        move->result.outcome = HV_OUTCOME_JOB_CANCELLED;
        return cancelled(move, err);
    }
    switch (move->evidence.job) {
    case HV_JOB_END_SUCCEEDED:
        move->result.outcome = move->plan.check_only ? HV_OUTCOME_MIGRATABLE : HV_OUTCOME_JOB_COMPLETED;
        return too_late(move, err);
    case HV_JOB_END_RUNNING:
        move->result.outcome = HV_OUTCOME_RUNNING;
        return running(move, err);
    case HV_JOB_END_FAILED:
        move->result.outcome = move->plan.check_only ? HV_OUTCOME_NOT_MIGRATABLE : HV_OUTCOME_NONE;
        return explain_failure(move, err);
    case HV_JOB_END_CANCELLED:
    case HV_JOB_END_NONE:
    case HV_JOB_END_VANISHED:
    case HV_JOB_END_UNREACHABLE:
    case HV_JOB_END_COUNT:
        break;
    }
    return unknown(move, err);
}

/* Between "sent, answer lost" and the end of the window a job that was over may belong to an earlier try; now it is the best
 * guess. */
static void use_candidate(struct hv_move *move) {
    if (move->evidence.job != HV_JOB_END_NONE || !move->last_job.is_finished || move->last_job.is_successful)
        return;
    move->evidence.job = move->last_job.state == HV_JOB_EXCEPTION ? HV_JOB_END_FAILED : HV_JOB_END_CANCELLED;
}

static int verdict(struct hv_move *move, struct hv_error *err) {
    struct hv_move_result *result = &move->result;

    result->outcome = hv_verdict(&move->evidence);
    if (result->outcome == HV_OUTCOME_NOT_MOVED)
        use_candidate(move);
    if (result->outcome == HV_OUTCOME_MOVED && move->refusal)
        return hv_mig_warn(move, err, "\"%s\" is at %s already, by another request: this one was refused", hv_mig_vm_label(move),
                           hv_mig_destination_label(move));
    switch (result->outcome) {
    case HV_OUTCOME_MOVED:
    case HV_OUTCOME_STAGED:
    case HV_OUTCOME_JOB_COMPLETED:
        return too_late(move, err);
    case HV_OUTCOME_RUNNING:
        return running(move, err);
    case HV_OUTCOME_NOT_MOVED:
        return not_moved(move, err);
    case HV_OUTCOME_JOB_CANCELLED:
    case HV_OUTCOME_NONE:
    case HV_OUTCOME_MIGRATABLE:
    case HV_OUTCOME_NOT_MIGRATABLE:
    case HV_OUTCOME_UNKNOWN:
        break;
    }
    return unknown(move, err);
}

static int add_leftover(struct hv_move *move, struct hv_buf *text, struct hv_error *err) {
    char *taken;
    int r = hv_buf_take(text, "a text", &taken, err);

    return r < 0 ? r : hv_mig_add_text(&move->result.leftovers, &move->result.n_leftovers, taken, err);
}

/* Whoever follows a move does not know which disks went where. */
static int note_copies_of_others(struct hv_move *move, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(LEFTOVER_CEILING);

    if (move->plan.type != HV_MOVE_VM_AND_STORAGE && move->last_job.migration_type != HV_MOVE_VM_AND_STORAGE)
        return 0;
    hv_buf_printf(&text, "perhaps copies of its disks on %s", hv_mig_destination_label(move));
    return add_leftover(move, &text, err);
}

/* Copies that the user wanted to be kept at the source. Those that a failed move left were looked for (leftovers.c). */
static int note_copies(struct hv_move *move, struct hv_error *err) {
    const struct hv_tuning *tuning = &move->plan.tuning;
    bool were_kept = move->result.outcome == HV_OUTCOME_MOVED && (tuning->keep_source || tuning->avoid_removing_vhds);
    int r = 0;

    if (move->result.outcome == HV_OUTCOME_NOT_MOVED && move->may_have_planned && move->n_placements == 0)
        return note_copies_of_others(move, err);
    for (size_t i = 0; r == 0 && were_kept && i < move->n_placements; i++) {
        HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(LEFTOVER_CEILING);

        hv_buf_printf(&text, "perhaps the old copy of disk %s on %s", move->placements[i].from, move->plan.source_name);
        r = add_leftover(move, &text, err);
    }
    return r;
}

int hv_mig_finish(struct hv_step *step) {
    struct hv_move *move = step->move;
    bool job_runs = move->evidence.job == HV_JOB_END_RUNNING;
    int r;

    if (move->moves_nothing)
        r = finish_without_look(move, step->err);
    else if (job_runs) {
        move->result.outcome = HV_OUTCOME_RUNNING;
        r = running(move, step->err);
    } else
        r = verdict(move, step->err);
    if (!move->moves_nothing) {
        move->result.at_source = move->evidence.at_source;
        move->result.at_destination = move->evidence.at_destination;
    }
    if (note_copies(move, NULL) < 0)
        r = r < 0 ? r : hv_error_memory(step->err);
    move->evidence.has_leftovers = move->result.n_leftovers > 0;
    move->state = HV_MIG_STATE_DONE;
    hv_effects_done(step->effects);
    return r;
}
