/*
 * Ending the job (hyperv.md 2.6 and 4g): RequestStateChange Terminate, and Kill only for whoever wants that. The request changes
 * nothing when the job is over and the same thing when it comes twice, so that it is made again, but only for a job that was seen
 * to run after it was made. What the host answers is no proof of anything: the job is followed to its end, and the VM looked for.
 */
#include <hvctl/wsman.h>

#include "base/code.h"
#include "base/duration.h"
#include "base/error.h"
#include "engine/op.h"
#include "hyperv/job.h"
#include "migration/machine.h"

enum { MAX_ASKED = 5 };

/* What RequestStateChange answers. CIM_ConcreteJob has the small numbers and those from 4096, Msvm_MigrationJob the others. */
enum {
    RETURN_DONE = 0,
    RETURN_CIM_UNKNOWN = 2,
    RETURN_CIM_TIMEOUT = 3,
    RETURN_CIM_IN_USE = 6,
    RETURN_STARTED = 4096,
    RETURN_INVALID_TRANSITION = 4097,
    RETURN_BUSY = 4099,
    RETURN_STATUS_UNKNOWN = 32771,
    RETURN_TIMEOUT = 32772,
    RETURN_IN_USE = 32774,
    RETURN_INVALID_STATE = 32775,
};

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

void hv_mig_grace_begin(struct hv_step *step) {
    uint64_t ends_ms = step->move->cancelling.grace_ends_ms;

    if (ends_ms)
        hv_effects_wake(step->effects, ends_ms > step->now_ms ? ends_ms : step->now_ms);
}

void hv_mig_grace_end(struct hv_step *step) {
    if (step->move->cancelling.grace_ends_ms)
        hv_effects_wake(step->effects, UINT64_MAX);
}

static void take_as_accepted(struct hv_step *step) {
    struct hv_move *move = step->move;

    move->result.cancel = HV_CANCEL_ACCEPTED;
    move->cancelling.is_wanted = false;
    move->cancelling.grace_ends_ms = move->cancelling.by_force ? 0 : step->now_ms + move->plan.grace_ms;
    hv_mig_note(move, HV_NOTE_STATE, "the host ends the job", NULL);
}

bool hv_mig_cancel_is_due(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_cancelling *cancelling = &move->cancelling;

    if (!cancelling->is_wanted)
        return false;
    if (move->last_job.state == HV_JOB_SHUTTING_DOWN && !cancelling->by_force) { /* its answer did not come, but it did */
        take_as_accepted(step);
        hv_mig_grace_begin(step);
        return false;
    }
    /* Cancellable is only a hint (hyperv.md 2.6), but there is no use in asking again while the host gives it. */
    return cancelling->n_asked < MAX_ASKED && (cancelling->by_force || move->last_job.cancellable != 0);
}

int hv_mig_remember_cancel(struct hv_step *step) {
    step->move->cancelling.is_wanted = true;
    return 0;
}

int hv_mig_follow_cancelled(struct hv_step *step) {
    struct hv_cancelling *cancelling = &step->move->cancelling;

    if (step->move->result.cancel == HV_CANCEL_ACCEPTED)
        return 0;
    cancelling->is_wanted = true;
    cancelling->n_asked = 0;
    hv_effects_unwatch(step->effects);
    return hv_mig_go(step, HV_MIG_STATE_CANCEL);
}

int hv_mig_enter_cancel(struct hv_step *step) {
    struct hv_move *move = step->move;
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    const char *what = move->cancelling.by_force ? "asking the host to kill the job" : "asking the host to end the job";
    struct hv_op *op = NULL;
    int r;

    r = hv_params_new(&params, step->err);
    if (r == 0)
        r = hv_params_add_text(params, "RequestedState", move->cancelling.by_force ? "5" : "4", step->err);
    if (r == 0)
        r = hv_op_new_invoke(move->job, "RequestStateChange", params, &op, step->err);
    if (r < 0)
        return r;
    hv_mig_report(move, HV_REPORT_PHASE, what);
    hv_mig_note(move, HV_NOTE_STATE, what, NULL);
    move->cancelling.n_asked++;
    if (move->result.cancel != HV_CANCEL_ACCEPTED)
        move->result.cancel = HV_CANCEL_ASKED;
    return hv_mig_run(step, HV_PEER_SOURCE, op);
}

/* Back to the job, whose next look tells whether to ask again. */
static int watch_on(struct hv_step *step) {
    return step->move->detaching ? hv_mig_finish(step) : hv_mig_go(step, HV_MIG_STATE_FOLLOW);
}

static int accepted(struct hv_step *step) {
    take_as_accepted(step);
    return watch_on(step);
}

/*
 * The host will not end the job whoever asks how often: the wish has failed, and the job goes on. For whoever came to cancel it
 * that is the failure, with its class; whoever came to move the VM has a move that runs.
 */
static int refused(struct hv_step *step) {
    struct hv_move *move = step->move;
    int class = move->plan.cancel ? move->cancelling.error.code : HV_E_DETACHED;

    if (move->cancelling.by_force) { /* it was told to end in good order, and may still do so */
        move->cancelling.is_wanted = false;
        if (hv_mig_warn(move, step->err, "the job cannot be killed: %s", move->cancelling.error.message) < 0)
            return HV_E_MEMORY;
        return watch_on(step);
    }
    move->result.cancel = HV_CANCEL_REFUSED;
    move->result.outcome = HV_OUTCOME_RUNNING;
    (void)hv_error_copy(step->err, &move->cancelling.error);
    hv_error_prefix(step->err, "the job of \"%s\" was not cancelled and goes on", hv_mig_vm_label(move));
    hv_mig_say_follow(move, step->err, "follow it");
    if (step->err)
        step->err->code = class;
    return class;
}

/* Perhaps the next time. After the last the end of the job decides. */
static int try_again(struct hv_step *step) {
    struct hv_move *move = step->move;
    const char *why = move->cancelling.error.message;
    int r = 0;

    if (move->cancelling.n_asked == 1 || move->cancelling.n_asked >= MAX_ASKED)
        r = hv_mig_warn(move, step->err, "the job was not cancelled yet: %s", why);
    return r < 0 ? r : watch_on(step);
}

/* Done already, nearly done, or busy: no answer that ends anything. */
static bool is_passing(uint32_t value) {
    static const uint32_t values[] = { RETURN_CIM_UNKNOWN,  RETURN_CIM_TIMEOUT,    RETURN_CIM_IN_USE, RETURN_INVALID_TRANSITION,
                                       RETURN_BUSY,         RETURN_STATUS_UNKNOWN, RETURN_TIMEOUT,    RETURN_IN_USE,
                                       RETURN_INVALID_STATE };

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (values[i] == value)
            return true;
    }
    return false;
}

int hv_mig_cancel_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    struct hv_error *error = &move->cancelling.error;
    const struct hv_code *code;
    uint32_t value;

    if (hv_op_return_value(step->event->op, &value, error) < 0)
        return try_again(step);
    if (value == RETURN_DONE || value == RETURN_STARTED)
        return accepted(step);
    code = hv_code_find(HV_CODE_RETURN_VALUE, value);
    (void)hv_error_set(error, code ? code->error : HV_E_FAILED, "%s does not end it (return value %u): %s",
                       move->plan.source_name, value, code ? code->meaning : "unknown reason");
    if (code && code->remedy)
        hv_error_remedy(error, "%s", code->remedy);
    error->source = HV_SOURCE_WMI;
    error->has_return_value = true;
    error->return_value = value;
    return is_passing(value) ? try_again(step) : refused(step);
}

/* "Not found" is said of a job that ended a while ago. */
int hv_mig_cancel_failed(struct hv_step *step) {
    struct hv_move *move = step->move;

    switch (step->event->err->code) {
    case HV_E_NOT_FOUND:
        return hv_mig_job_gone(step);
    case HV_E_MEMORY:
        return hv_error_copy(step->err, step->event->err);
    case HV_E_LOST:
    case HV_E_UNREACHABLE:
    case HV_E_CONFLICT:
        move->cancelling.error = *step->event->err;
        return try_again(step);
    default:
        move->cancelling.error = *step->event->err;
        return refused(step);
    }
}

int hv_mig_grace_over(struct hv_step *step) {
    struct hv_move *move = step->move;
    char grace[HV_DURATION_TEXT_SIZE];

    if (!move->cancelling.grace_ends_ms)
        return 0;
    move->cancelling.grace_ends_ms = 0;
    if (!move->plan.kill) {
        hv_duration_format(move->plan.grace_ms, grace);
        return hv_mig_warn(move, step->err, "the job has not ended %s after it was told to; --kill ends it by force", grace);
    }
    move->cancelling.by_force = true;
    move->cancelling.is_wanted = true;
    move->cancelling.n_asked = 0;
    hv_effects_unwatch(step->effects);
    return hv_mig_go(step, HV_MIG_STATE_CANCEL);
}
