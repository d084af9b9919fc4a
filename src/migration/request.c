/* The one request that checks or moves, and what its answer means (hyperv.md 2.1, 4a to 4f; design.md 3.1, 3.2). */
#include <hvctl/wsman.h>
#include <string.h>

#include "base/code.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/op.h"
#include "hyperv/reference.h"
#include "hyperv/settings.h"
#include "migration/machine.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

enum {
    RETURN_DONE = 0,
    RETURN_CIM_TIMEOUT = 3,
    RETURN_JOB_STARTED = 4096,
    RETURN_STATUS_UNKNOWN = 32771,
    RETURN_TIMEOUT = 32772,
};

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

static int add_vm(const struct hv_move *move, struct hv_params *params, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *vm = NULL;
    int r = hv_reference_vm(move->result.vm_id, &vm, err);

    return r < 0 ? r : hv_params_add_reference(params, "ComputerSystem", vm, err);
}

static int add_migration(struct hv_move *move, struct hv_params *params, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *settings = NULL;
    int r = hv_settings_migration(move->plan.type, move->plan.tuning.transport, &settings, err);

    if (r == 0)
        r = hv_tuning_apply(&move->plan.tuning, settings, err);
    if (r == 0 && move->plan.into_planned)
        r = hv_instance_set(settings, "DestinationPlannedVirtualSystemId", HV_CIM_STRING, move->result.vm_id, err);
    free(move->result.settings);
    move->result.settings = NULL;
    if (r == 0)
        r = hv_instance_to_text(settings, &move->result.settings, err);
    return r < 0 ? r : hv_params_add_instance(params, "MigrationSettingData", settings, err);
}

static int add_roots(const struct hv_move *move, struct hv_params *params, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *settings = NULL;
    struct hv_roots roots;
    int r;

    if (!hv_plan_has_roots(&move->plan))
        return 0;
    hv_plan_roots(&move->plan, &roots);
    r = hv_settings_system(move->result.vm_id, &roots, &settings, err);
    return r < 0 ? r : hv_params_add_instance(params, "NewSystemSettingData", settings, err);
}

/* In the order of the method's signature. */
static int build_params(struct hv_move *move, struct hv_params *params, struct hv_error *err) {
    int r;

    r = add_vm(move, params, err);
    if (r == 0 && move->evidence.between_hosts)
        r = hv_params_add_text(params, "DestinationHost", move->plan.destination_name, err);
    if (r == 0)
        r = add_migration(move, params, err);
    if (r == 0)
        r = add_roots(move, params, err);
    for (size_t i = 0; r == 0 && i < move->n_placements; i++)
        r = hv_params_add_instance(params, "NewResourceSettingData", move->placements[i].setting, err);
    if (r == 0 && move->processor)
        r = hv_params_add_instance(params, "NewResourceSettingData", move->processor, err);
    return r;
}

static int request_op(struct hv_move *move, struct hv_op **ret_op, struct hv_error *err) {
    const char *method = move->plan.check_only ? "CheckVirtualSystemIsMigratable" : "MigrateVirtualSystemToHost";
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int r;

    r = hv_params_new(&params, err);
    if (r == 0)
        r = build_params(move, params, err);
    return r < 0 ? r : hv_op_new_invoke(move->service, method, params, ret_op, err);
}

/* The host would do nothing, and call that complete. */
static int check_storage(const struct hv_move *move, struct hv_error *err) {
    if (move->plan.type != HV_MOVE_STORAGE || move->n_placements > 0 || move->plan.tuning.n_unmanaged > 0 ||
        hv_plan_has_roots(&move->plan))
        return 0;
    (void)hv_error_set(err, HV_E_ARGUMENT, "nothing of \"%s\" would move", hv_mig_vm_label(move));
    hv_error_cause(err,
                   move->plan.n_rules > 0 ? "no --disk-rule fits one of its virtual hard disks" : "it has no virtual hard disks");
    hv_error_remedy(err, "see its disks: hvctl vm show \"%s\" -H %s", hv_mig_vm_label(move), move->plan.source_name);
    return HV_E_ARGUMENT;
}

int hv_mig_enter_request(struct hv_step *step) {
    struct hv_move *move = step->move;
    struct hv_op *op = NULL;
    int r;

    r = check_storage(move, step->err);
    if (r == 0)
        r = request_op(move, &op, step->err);
    if (r < 0)
        return r;
    r = hv_mig_note_intent(move, step->err);
    if (r < 0) {
        (void)hv_op_free(op);
        return r;
    }
    hv_mig_report(move, HV_REPORT_PHASE,
                  move->plan.check_only   ? "asking for the check"
                  : move->evidence.stages ? "asking for a planned VM"
                                          : "asking for the move");
    move->result.request_sent = !move->plan.check_only;
    return hv_mig_run(step, HV_PEER_SOURCE, op);
}

/*
 * The VM was there a moment ago. Where it is not found any more, another request has moved it meanwhile, such as that of a client
 * that was killed: the hosts tell.
 */
static int look_whether_gone(struct hv_step *step, const struct hv_error *refusal) {
    struct hv_move *move = step->move;

    move->result.outcome = HV_OUTCOME_NOT_MOVED;
    if (refusal->code != HV_E_NOT_FOUND || !move->evidence.between_hosts || move->evidence.stages)
        return hv_error_copy(step->err, refusal);
    move->refusal = malloc(sizeof(*move->refusal));
    if (!move->refusal)
        return hv_error_copy(step->err, refusal);
    *move->refusal = *refusal;
    move->window_is_open = true;
    move->window_ends_ms = step->now_ms;
    return hv_mig_look(step);
}

/* The method answered with a number that means no. */
static int refused(struct hv_step *step, uint32_t value) {
    struct hv_move *move = step->move;
    const struct hv_code *code = hv_code_find(HV_CODE_RETURN_VALUE, value);
    int class = code ? code->error : HV_E_FAILED;
    struct hv_error error = { 0 };

    (void)hv_error_set(&error, class, "%s refused to %s \"%s\": %s", move->plan.source_name,
                       move->plan.check_only ? "check" : "move", hv_mig_vm_label(move), code ? code->meaning : "unknown reason");
    error.source = HV_SOURCE_WMI;
    error.has_return_value = true;
    error.return_value = value;
    hv_error_cause(&error, "the host answered the request with return value %u and started no job", value);
    if (code && code->remedy)
        hv_error_remedy(&error, "%s", code->remedy);
    return move->plan.check_only ? hv_error_copy(step->err, &error) : look_whether_gone(step, &error);
}

static int look_for_job(struct hv_step *step, const char *why) {
    int r;

    step->move->lost = true;
    hv_mig_note(step->move, HV_NOTE_STATE, why, NULL);
    r = hv_mig_warn(step->move, step->err, "%s", why);
    return r < 0 ? r : hv_mig_go(step, HV_MIG_STATE_FIND_JOB);
}

/* "I do not know how it ended" and "it took too long" are no proof that no job was started. */
static bool is_doubtful(uint32_t value) {
    return value == RETURN_STATUS_UNKNOWN || value == RETURN_TIMEOUT || value == RETURN_CIM_TIMEOUT;
}

static int doubt(struct hv_step *step, uint32_t value) {
    struct hv_move *move = step->move;
    const struct hv_code *code = hv_code_find(HV_CODE_RETURN_VALUE, value);

    (void)hv_error_set(&move->look_error, HV_E_LOST, "return value %u: %s", value, code ? code->meaning : "in doubt");
    return look_for_job(step, "the host does not know what became of the request; looking for it");
}

int hv_mig_request_answered(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_property *job = hv_instance_find(hv_op_instance(step->event->op), "Job");
    const struct hv_epr *epr = job ? hv_property_reference(job, 0) : NULL;
    uint32_t value;

    if (hv_op_return_value(step->event->op, &value, step->err) < 0)
        return hv_mig_request_lost(step);
    move->result.return_value = value;
    hv_mig_find(step, HV_SIGHT_REQUEST, HV_PEER_SOURCE, "return value %u%s", value, epr ? ", and a job" : "");
    if (value == RETURN_DONE) {
        move->evidence.job = HV_JOB_END_SUCCEEDED;
        return move->plan.check_only ? hv_mig_finish(step) : hv_mig_look(step);
    }
    if (value != RETURN_JOB_STARTED)
        return is_doubtful(value) && !move->plan.check_only ? doubt(step, value) : refused(step, value);
    /* A job without its name has to be looked for, as if the answer had been lost. */
    return epr ? hv_mig_job_started(step, epr) : hv_mig_request_lost(step);
}

/* Not even a fault that proves that nothing was carried out leads to a second request: the user may make one. */
int hv_mig_request_refused(struct hv_step *step) {
    struct hv_move *move = step->move;
    struct hv_error error = *step->event->err;

    hv_mig_find(step, HV_SIGHT_REQUEST, HV_PEER_SOURCE, "refused: %s", error.message);
    hv_error_prefix(&error, "%s was not asked to %s \"%s\"", move->plan.source_name, move->plan.check_only ? "check" : "move",
                    hv_mig_vm_label(move));
    move->result.request_sent = false;
    return move->plan.check_only ? hv_error_copy(step->err, &error) : look_whether_gone(step, &error);
}

/* A check changes nothing, so that asking again is the user's affair; a move is looked for and never sent again. */
int hv_mig_request_lost(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (move->plan.check_only) {
        (void)hv_error_set(step->err, HV_E_UNREACHABLE, "%s did not answer the check of \"%s\"", move->plan.source_name,
                           hv_mig_vm_label(move));
        if (step->event->err)
            hv_error_cause(step->err, "%s", step->event->err->message);
        hv_error_remedy(step->err, "check again: a check changes nothing");
        return HV_E_UNREACHABLE;
    }
    hv_mig_find_silence(step, HV_SIGHT_REQUEST, HV_PEER_SOURCE);
    if (step->event->err)
        move->look_error = *step->event->err;
    return look_for_job(step, "the answer to the request was lost; looking for what became of it");
}

int hv_mig_resume(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (!move->result.vm_id)
        return hv_error_set(step->err, HV_E_ARGUMENT, "a move is only taken up by the GUID of its VM");
    move->result.request_sent = true;
    move->evidence.no_destination = !move->plan.destination_name;
    move->evidence.disks = hv_mig_places_known(move) ? HV_DISKS_UNASKED : HV_DISKS_UNPLANNED;
    (void)hv_error_set(&move->look_error, HV_E_LOST, "whoever asked for the move is gone");
    return look_for_job(step, "looking for what became of an earlier request");
}

int hv_mig_job_started(struct hv_step *step, const struct hv_epr *job) {
    struct hv_move *move = step->move;
    int r;

    move->job = hv_epr_free(move->job);
    free(move->result.job_id);
    free(move->result.job_class);
    move->result.job_id = NULL;
    move->result.job_class = NULL;
    r = hv_epr_copy(job, &move->job, step->err);
    if (r == 0)
        r = hv_text_copy(hv_epr_selector(job, "InstanceID"), &move->result.job_id, step->err);
    if (r == 0)
        r = hv_text_copy(hv_uri_class(hv_epr_resource_uri(job)), &move->result.job_class, step->err);
    if (r < 0)
        return r;
    move->evidence.job = HV_JOB_END_RUNNING;
    hv_mig_note(move, HV_NOTE_JOB, move->result.job_id, NULL);
    hv_mig_report(move, HV_REPORT_JOB_STARTED, NULL);
    if (move->detaching || (move->plan.detach && !move->cancelling.is_wanted))
        return hv_mig_finish(step);
    return hv_mig_go(step, move->cancelling.is_wanted ? HV_MIG_STATE_CANCEL : HV_MIG_STATE_FOLLOW);
}

int hv_mig_remember_detach(struct hv_step *step) {
    step->move->detaching = true;
    return 0;
}
