/*
 * One job by InstanceID (hyperv.md 1.6, 2.6, 3.3). Its class is not known, so the classes that have jobs are asked in turn, the
 * migration jobs first. A job that failed or warned is asked for its error chain: GetErrorEx, else GetError, else its own
 * description.
 */
#include <hvctl/job.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "base/uuid.h"
#include "hyperv/job.h"
#include "hyperv/reason.h"
#include "hyperv/reference.h"
#include "inventory/gather.h"
#include "wsman/epr.h"

static const char *const classes[] = { "Msvm_MigrationJob", "Msvm_ConcreteJob", "Msvm_StorageJob" };
static const char *const error_methods[] = { "GetErrorEx", "GetError" };

enum tag {
    TAG_GET,
    TAG_ERRORS,
};

struct job_show {
    struct hv_task task;
    char *id;
    size_t class_index;
    size_t method_index;
    struct hv_job job;
    struct hv_reason *reasons;
    size_t n_reasons;
};

static int get_run(const struct job_show *show, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    struct hv_op *op = NULL;
    int r = hv_reference_id(classes[show->class_index], show->id, &epr, err);
    if (r == 0)
        r = hv_op_new_get(epr, &op, err);
    if (r == 0)
        hv_effects_run(effects, HV_PEER_SOURCE, op, TAG_GET);
    return r;
}

static int errors_run(const struct job_show *show, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    struct hv_op *op = NULL;
    int r = hv_reference_id(classes[show->class_index], show->id, &epr, err);
    if (r == 0)
        r = hv_op_new_invoke(epr, error_methods[show->method_index], NULL, &op, err);
    if (r == 0)
        hv_effects_run(effects, HV_PEER_SOURCE, op, TAG_ERRORS);
    return r;
}

static int job_got(struct job_show *show, const struct hv_op *op, struct hv_effects *effects, struct hv_error *err) {
    int r = hv_job_decode(hv_op_instance(op), &show->job, err);
    if (r < 0)
        return r;
    if (show->job.state == HV_JOB_EXCEPTION || show->job.state == HV_JOB_COMPLETED_WITH_WARNINGS)
        return errors_run(show, effects, err);
    hv_effects_done(effects);
    return 0;
}

/* The next class, or the verdict that no class knows the job. */
static int job_missing(struct job_show *show, struct hv_effects *effects, struct hv_error *err) {
    if (++show->class_index < HV_ARRAY_SIZE(classes))
        return get_run(show, effects, err);
    hv_error_set(err, HV_E_NOT_FOUND, "there is no job %s", show->id);
    hv_error_cause(err, "a host forgets a job five minutes after it ended");
    hv_error_remedy(err, "see which jobs the host knows: hvctl job list -H HOST");
    return HV_E_NOT_FOUND;
}

static int description_keep(struct job_show *show, struct hv_error *err) {
    if (!show->job.error_description)
        return 0;
    struct hv_reason *reasons = calloc(1, sizeof(*reasons));
    if (!reasons)
        return hv_error_memory(err);
    int r = hv_reason_decode(show->job.error_description, reasons, err);
    if (r < 0) {
        free(reasons);
        return r;
    }
    show->reasons = reasons;
    show->n_reasons = 1;
    return 0;
}

/* OUTPUT is NULL when the method failed: the job may have vanished since, and what is known of it is still worth showing. */
static int errors_got(struct job_show *show, const struct hv_instance *output, struct hv_effects *effects, struct hv_error *err) {
    int r = output ? hv_reasons_decode(output, &show->reasons, &show->n_reasons, err) : 0;
    if (r == 0 && show->n_reasons == 0) {
        if (++show->method_index < HV_ARRAY_SIZE(error_methods))
            return errors_run(show, effects, err);
        r = description_keep(show, err);
    }
    if (r == 0)
        hv_effects_done(effects);
    return r;
}

static int op_failed(struct job_show *show, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    if (event->tag == TAG_ERRORS && event->err->code != HV_E_MEMORY)
        return errors_got(show, NULL, effects, err);
    if (event->tag == TAG_GET && hv_gather_is_missing(event->err))
        return job_missing(show, effects, err);
    return hv_error_copy(err, event->err);
}

static int job_show_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                         struct hv_error *err) {
    struct job_show *show = (struct job_show *)task;
    (void)now_ms;
    switch (event->kind) {
    case HV_EVENT_START:
        return get_run(show, effects, err);
    case HV_EVENT_OP_DONE:
        if (event->tag == TAG_GET)
            return job_got(show, event->op, effects, err);
        return errors_got(show, hv_op_instance(event->op), effects, err);
    case HV_EVENT_OP_FAILED:
        return op_failed(show, event, effects, err);
    case HV_EVENT_WAKE:
    case HV_EVENT_JOB:
    case HV_EVENT_JOB_MISSING:
    case HV_EVENT_JOB_UNREACHABLE:
    case HV_EVENT_DETACH:
    case HV_EVENT_CANCEL:
        break;
    }
    return HV_TASK_UNHANDLED;
}

static void job_show_free(struct hv_task *task) {
    struct job_show *show = (struct job_show *)task;
    hv_job_deinit(&show->job);
    hv_reasons_free(show->reasons, show->n_reasons);
    free(show->id);
    free(show);
}

static const struct hv_task_vtable job_show_vtable = { job_show_step, job_show_free };

int hv_job_show_new(const char *id, struct hv_task **ret_task, struct hv_error *err) {
    if (!id || !*id)
        return hv_error_set(err, HV_E_ARGUMENT, "the id of the job is empty");
    /* Hosts write job ids as upper-case GUIDs; what people paste may have braces or small letters. */
    struct hv_uuid uuid;
    char formatted[HV_UUID_TEXT_SIZE];
    if (hv_uuid_parse(id, &uuid)) {
        hv_uuid_format(&uuid, formatted);
        id = formatted;
    }
    struct job_show *show = calloc(1, sizeof(*show));
    if (!show)
        return hv_error_memory(err);
    int r = hv_text_copy(id, &show->id, err);
    if (r < 0) {
        free(show);
        return r;
    }
    hv_task_init(&show->task, &job_show_vtable);
    *ret_task = &show->task;
    return 0;
}

static const struct job_show *result_of(const struct hv_task *task) {
    const struct job_show *show = (const struct job_show *)task;
    return hv_task_succeeded(task, &job_show_vtable) ? show : NULL;
}

const struct hv_job *hv_job_show_result(const struct hv_task *task) {
    const struct job_show *show = result_of(task);
    return show ? &show->job : NULL;
}

const struct hv_reason *hv_job_show_reasons(const struct hv_task *task, size_t *ret_n_reasons) {
    const struct job_show *show = result_of(task);
    *ret_n_reasons = show ? show->n_reasons : 0;
    return show ? show->reasons : NULL;
}
