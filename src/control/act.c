/* A call that changes something, and its job (hyperv.md 2.1, 2.6, 3). */
#include "control/act.h"

#include "base/code.h"
#include "base/error.h"
#include "base/size.h"
#include "hyperv/advice.h"
#include "hyperv/job.h"
#include "hyperv/reason.h"
#include "wsman/epr.h"

enum {
    RETURN_DONE = 0,
    RETURN_CIM_TIMEOUT = 3,
    RETURN_JOB_STARTED = 4096,
    RETURN_STATUS_UNKNOWN = 32771,
    RETURN_TIMEOUT = 32772,
};

static const char *const error_methods[] = { "GetErrorEx", "GetError" };

void hv_act_init(struct hv_act *act, const char *host, const char *what) {
    *act = (struct hv_act){ .host = host, .what = what, .tag = HV_ACT_FIRST_TAG, .return_value = -1 };
}

void hv_act_deinit(struct hv_act *act) {
    act->job = hv_epr_free(act->job);
    hv_job_deinit(&act->last_job);
    hv_reasons_free(act->reasons, act->n_reasons);
    act->reasons = NULL;
    act->n_reasons = 0;
}

static void run(struct hv_act *act, struct hv_op *op_take, struct hv_effects *effects) {
    hv_effects_run(effects, HV_PEER_SOURCE, op_take, ++act->tag);
}

static int end(struct hv_act *act, enum hv_act_end how) {
    act->end = how;
    return HV_ACT_OVER;
}

int hv_act_begin(struct hv_act *act, const struct hv_epr *target, const char *method, const struct hv_params *params,
                 struct hv_effects *effects, struct hv_error *err) {
    struct hv_op *op = NULL;
    int r = hv_op_new_invoke(target, method, params, &op, err);

    if (r < 0)
        return r;
    act->state = HV_ACT_STATE_REQUEST;
    run(act, op, effects);
    return 0;
}

/* ---- the answer ---- */

static const char *job_id(const struct hv_act *act) {
    const char *id = act->job ? hv_epr_selector(act->job, "InstanceID") : NULL;

    return id ? id : "without a name";
}

static int detached(const struct hv_act *act, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_DETACHED, "no longer waiting for %s to %s", act->host, act->what);
    hv_error_cause(err, "job %s goes on there", job_id(act));
    hv_error_remedy(err, "look at it: hvctl job show %s -H %s", job_id(act), act->host);
    return HV_E_DETACHED;
}

static int follow(struct hv_act *act, struct hv_effects *effects, struct hv_error *err) {
    struct hv_epr *job = NULL;
    int r;

    if (act->detaching)
        return detached(act, err);
    r = hv_epr_copy(act->job, &job, err);
    if (r < 0)
        return r;
    act->state = HV_ACT_STATE_FOLLOW;
    hv_effects_watch(effects, HV_PEER_SOURCE, job);
    return HV_ACT_MORE;
}

static int refused(struct hv_act *act, uint32_t value, enum hv_act_end how) {
    const struct hv_code *code = hv_code_find(HV_CODE_RETURN_VALUE, value);
    struct hv_error *error = &act->error;

    (void)hv_error_set(error, code ? code->error : HV_E_FAILED, "%s refused to %s: %s", act->host, act->what,
                       code ? code->meaning : "unknown reason");
    error->source = HV_SOURCE_WMI;
    error->has_return_value = true;
    error->return_value = value;
    hv_error_cause(error, "the host answered with return value %u and started no job", value);
    if (code && code->remedy)
        hv_error_remedy(error, "%s", code->remedy);
    return end(act, how);
}

static int unclear(struct hv_act *act, const char *why) {
    (void)hv_error_set(&act->error, HV_E_UNKNOWN_OUTCOME, "it is not known whether %s was able to %s", act->host, act->what);
    hv_error_cause(&act->error, "%s", why);
    return end(act, HV_ACT_END_UNCLEAR);
}

static int answered(struct hv_act *act, const struct hv_op *op, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_property *job = hv_instance_find(hv_op_instance(op), "Job");
    const struct hv_epr *epr = job ? hv_property_reference(job, 0) : NULL;
    uint32_t value;
    int r;

    if (hv_op_return_value(op, &value, NULL) < 0)
        return unclear(act, "the host's answer holds no return value");
    act->return_value = value;
    if (value == RETURN_DONE)
        return end(act, HV_ACT_END_DONE);
    if (value == RETURN_STATUS_UNKNOWN || value == RETURN_TIMEOUT || value == RETURN_CIM_TIMEOUT)
        return refused(act, value, HV_ACT_END_UNCLEAR);
    if (value != RETURN_JOB_STARTED)
        return refused(act, value, HV_ACT_END_FAILED);
    if (!epr)
        return unclear(act, "the host started a job and did not name it");
    r = hv_epr_copy(epr, &act->job, err);
    return r < 0 ? r : follow(act, effects, err);
}

static int request_failed(struct hv_act *act, const struct hv_error *error) {
    if (error->code == HV_E_LOST)
        return unclear(act, error->message);
    (void)hv_error_copy(&act->error, error);
    hv_error_prefix(&act->error, "%s was not asked to %s", act->host, act->what);
    return end(act, HV_ACT_END_FAILED);
}

/* ---- the job ---- */

static int ask_errors(struct hv_act *act, struct hv_effects *effects, struct hv_error *err) {
    struct hv_op *op = NULL;
    int r = hv_op_new_invoke(act->job, error_methods[act->n_asked_errors++], NULL, &op, err);

    if (r < 0)
        return r;
    act->state = HV_ACT_STATE_ERRORS;
    run(act, op, effects);
    return HV_ACT_MORE;
}

static int job_failed(struct hv_act *act) {
    bool was_ended = act->last_job.state == HV_JOB_TERMINATED || act->last_job.state == HV_JOB_KILLED;
    struct hv_explanation why;

    hv_advice_explain(&act->last_job, act->reasons, act->n_reasons, &why);
    (void)hv_error_set(&act->error,
                       was_ended  ? HV_E_CANCELLED
                       : why.code ? why.code->error
                                  : HV_E_FAILED,
                       "%s was not able to %s", act->host, act->what);
    hv_advice_add(&why, act->reasons, act->n_reasons, &act->error);
    return end(act, HV_ACT_END_FAILED);
}

static int keep(struct hv_act *act, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_job job;
    int r = hv_job_decode(instance, &job, err);

    if (r < 0)
        return r;
    hv_job_deinit(&act->last_job);
    act->last_job = job;
    return 0;
}

static int job_ended(struct hv_act *act, struct hv_effects *effects, struct hv_error *err) {
    return act->last_job.is_successful ? end(act, HV_ACT_END_DONE) : ask_errors(act, effects, err);
}

static int job_seen(struct hv_act *act, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    int r = keep(act, event->job, err);

    if (r < 0 || !act->last_job.is_finished)
        return r < 0 ? r : HV_ACT_MORE;
    hv_effects_unwatch(effects);
    return job_ended(act, effects, err);
}

/* The reference that the host gave decides, not its list of a class (hyperv.md 1.6). */
static int job_missing(struct hv_act *act, struct hv_effects *effects, struct hv_error *err) {
    struct hv_op *op = NULL;
    int r = hv_op_new_get(act->job, &op, err);

    if (r < 0)
        return r;
    hv_effects_unwatch(effects);
    act->state = HV_ACT_STATE_CONFIRM;
    run(act, op, effects);
    return HV_ACT_MORE;
}

static int confirmed(struct hv_act *act, const struct hv_op *op, struct hv_effects *effects, struct hv_error *err) {
    int r = keep(act, hv_op_instance(op), err);

    if (r < 0)
        return r;
    return act->last_job.is_finished ? job_ended(act, effects, err) : follow(act, effects, err);
}

static int not_confirmed(struct hv_act *act, const struct hv_error *error, struct hv_effects *effects, struct hv_error *err) {
    return error->code == HV_E_NOT_FOUND ? unclear(act, "its job is gone without a word") : follow(act, effects, err);
}

static int errors_told(struct hv_act *act, const struct hv_op *op, struct hv_effects *effects, struct hv_error *err) {
    int r = op ? hv_reasons_decode(hv_op_instance(op), &act->reasons, &act->n_reasons, err) : 0;

    if (r == HV_E_MEMORY)
        return r;
    if (act->n_reasons == 0 && act->n_asked_errors < HV_ARRAY_SIZE(error_methods))
        return ask_errors(act, effects, err);
    return job_failed(act);
}

/* ---- events ---- */

static int op_done(struct hv_act *act, const struct hv_op *op, struct hv_effects *effects, struct hv_error *err) {
    switch (act->state) {
    case HV_ACT_STATE_REQUEST:
        return answered(act, op, effects, err);
    case HV_ACT_STATE_CONFIRM:
        return confirmed(act, op, effects, err);
    case HV_ACT_STATE_ERRORS:
        return errors_told(act, op, effects, err);
    case HV_ACT_STATE_FOLLOW:
        break;
    }
    return HV_ACT_MORE;
}

static int op_failed(struct hv_act *act, const struct hv_error *error, struct hv_effects *effects, struct hv_error *err) {
    switch (act->state) {
    case HV_ACT_STATE_REQUEST:
        return request_failed(act, error);
    case HV_ACT_STATE_CONFIRM:
        return not_confirmed(act, error, effects, err);
    case HV_ACT_STATE_ERRORS:
        return errors_told(act, NULL, effects, err);
    case HV_ACT_STATE_FOLLOW:
        break;
    }
    return HV_ACT_MORE;
}

/* A call that is under way is waited for: only its answer tells whether there is a job. */
static int detach(struct hv_act *act, struct hv_effects *effects, struct hv_error *err) {
    if (act->state != HV_ACT_STATE_FOLLOW) {
        act->detaching = true;
        return HV_ACT_MORE;
    }
    hv_effects_unwatch(effects);
    return detached(act, err);
}

int hv_act_step(struct hv_act *act, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    switch (event->kind) {
    case HV_EVENT_OP_DONE:
        return event->tag == act->tag ? op_done(act, event->op, effects, err) : HV_ACT_MORE;
    case HV_EVENT_OP_FAILED:
        return event->tag == act->tag ? op_failed(act, event->err, effects, err) : HV_ACT_MORE;
    case HV_EVENT_JOB:
        return job_seen(act, event, effects, err);
    case HV_EVENT_JOB_MISSING:
        return job_missing(act, effects, err);
    case HV_EVENT_JOB_UNREACHABLE:
        return unclear(act, event->err->message);
    case HV_EVENT_DETACH:
    case HV_EVENT_CANCEL:
        return detach(act, effects, err);
    case HV_EVENT_START:
    case HV_EVENT_WAKE:
        break;
    }
    return HV_ACT_MORE;
}

int hv_act_lost_sight(const struct hv_act *act, const struct hv_error *why, struct hv_error *err) {
    (void)hv_error_copy(err, why);
    hv_error_prefix(err, "%s was asked to %s, and then lost from sight", act->host, act->what);
    if (err)
        err->code = HV_E_UNKNOWN_OUTCOME;
    return HV_E_UNKNOWN_OUTCOME;
}

int hv_act_look(const struct hv_act *act, int r, const struct hv_event *event, struct hv_error *err) {
    if (event->kind == HV_EVENT_OP_FAILED && r == event->err->code)
        return hv_act_lost_sight(act, event->err, err);
    if (r != HV_TASK_UNHANDLED || (event->kind != HV_EVENT_DETACH && event->kind != HV_EVENT_CANCEL))
        return r;
    (void)hv_error_set(err, HV_E_DETACHED, "no longer waiting for %s to %s", act->host, act->what);
    hv_error_cause(err, "it was asked to, and what came of it was not looked at");
    return HV_E_DETACHED;
}
