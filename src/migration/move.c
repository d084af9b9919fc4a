/* The move as a task: making, reading and freeing it. */
#include <hvctl/move.h>
#include <string.h>

#include "base/error.h"
#include "hyperv/job.h"
#include "hyperv/reason.h"
#include "migration/machine.h"

static void free_texts(char **texts, size_t n) {
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    free(texts);
}

void hv_move_deinit(struct hv_move *move) {
    struct hv_move_result *result = &move->result;

    hv_plan_deinit(&move->plan);
    (void)hv_epr_free(move->service);
    (void)hv_epr_free(move->job);
    hv_mig_role_deinit(&move->role);
    hv_placements_free(move->placements, move->n_placements);
    free(move->default_folder);
    free(move->refusal);
    (void)hv_instance_free(move->processor);
    hv_job_deinit(&move->last_job);
    free(result->vm_id);
    free(result->vm_name);
    free(result->job_id);
    free(result->job_class);
    free(result->settings);
    hv_reasons_free(result->reasons, result->n_reasons);
    free_texts(result->warnings, result->n_warnings);
    free_texts(result->leftovers, result->n_leftovers);
}

static void move_free(struct hv_task *task) {
    hv_move_deinit((struct hv_move *)task);
    free(task);
}

static const struct hv_task_vtable move_vtable = { .step = hv_mig_step, .free = move_free };

int hv_move_init(struct hv_move *move, const struct hv_move_options *options, struct hv_error *err) {
    int r;

    hv_task_init(&move->task, &move_vtable);
    r = hv_plan_init(&move->plan, options, err);
    if (r == 0 && options->places)
        r = hv_plan_recall(options->places, &move->placements, &move->n_placements, err);
    if (r < 0)
        return r;
    move->moves_nothing = options->check_only;
    move->source_authentication = UINT64_MAX;
    move->cancelling.is_wanted = options->cancel;
    move->evidence.between_hosts = options->type != HV_MOVE_STORAGE;
    move->evidence.stages = options->type == HV_MOVE_STAGED;
    move->result.verdict = hv_move_outcome_name(HV_OUTCOME_NONE);
    move->result.vm_state = -1;
    move->result.job_state = -1;
    move->result.job_percent = -1;
    move->result.return_value = -1;
    return 0;
}

int hv_move_new(const struct hv_move_options *options, struct hv_task **ret_task, struct hv_error *err) {
    struct hv_move *move = calloc(1, sizeof(*move));
    int r;

    if (!move)
        return hv_error_memory(err);
    r = hv_move_init(move, options, err);
    if (r < 0) {
        move_free(&move->task);
        return r;
    }
    *ret_task = &move->task;
    return 0;
}

void hv_move_on_report(struct hv_task *task, hv_move_report_fn *fn, void *context) {
    struct hv_move *move = (struct hv_move *)task;

    move->on_report = fn;
    move->report_context = context;
}

void hv_move_on_note(struct hv_task *task, hv_move_note_fn *fn, void *context) {
    struct hv_move *move = (struct hv_move *)task;

    move->on_note = fn;
    move->note_context = context;
}

const struct hv_move_result *hv_move_result(const struct hv_task *task) {
    return &((const struct hv_move *)task)->result;
}

const char *hv_move_outcome_name(enum hv_move_outcome outcome) {
    switch (outcome) {
    case HV_OUTCOME_NONE:
        return "none";
    case HV_OUTCOME_MIGRATABLE:
        return "migratable";
    case HV_OUTCOME_NOT_MIGRATABLE:
        return "not_migratable";
    case HV_OUTCOME_MOVED:
        return "moved";
    case HV_OUTCOME_NOT_MOVED:
        return "not_moved";
    case HV_OUTCOME_RUNNING:
        return "running";
    case HV_OUTCOME_JOB_COMPLETED:
        return "job_completed";
    case HV_OUTCOME_JOB_CANCELLED:
        return "job_cancelled";
    case HV_OUTCOME_STAGED:
        return "staged";
    case HV_OUTCOME_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *hv_move_cancel_name(enum hv_move_cancel cancel) {
    switch (cancel) {
    case HV_CANCEL_ASKED:
        return "asked";
    case HV_CANCEL_ACCEPTED:
        return "accepted";
    case HV_CANCEL_REFUSED:
        return "refused";
    case HV_CANCEL_UNASKED:
        break;
    }
    return "unasked";
}

const char *hv_place_name(enum hv_place place) {
    switch (place) {
    case HV_PLACE_ABSENT:
        return "absent";
    case HV_PLACE_PRESENT:
        return "present";
    case HV_PLACE_PLANNED:
        return "planned";
    case HV_PLACE_UNKNOWN:
        break;
    }
    return "unknown";
}
