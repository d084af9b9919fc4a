/* Jobs: their life on the simulated clock, and what they look like (hyperv.md 2.6, 3.2). */
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "provider.h"

enum {
    STATE_NEW = 2,
    STATE_STARTING = 3,
    STATE_RUNNING = 4,
    STATE_SHUTTING_DOWN = 6,
    STATE_COMPLETED = 7,
    STATE_TERMINATED = 8,
    STATE_KILLED = 9,
    STATE_EXCEPTION = 10,
    STATE_WARNINGS = 32768,
};

enum {
    STARTED_AT = 2, /* percent from which a job is running and not just starting */
    COPYING_AT = 5,
    SETTLED_AT = 90, /* from here on it cannot be cancelled */
};

#define CANCEL_US SIM_US_PER_S

static const struct {
    uint16_t type;
    const char *description;
} descriptions[] = {
    { 3, "Removing Virtual Machine" },
    { 30, "Adding Resources" },
    { 31, "Modifying Resources" },
    { 32, "Removing Resources" },
    { 140, "Validating Planned Virtual Machine" },
    { 141, "Realizing Planned Virtual Machine" },
    { 300, "Creating Virtual Machine on Remote Host" },
    { 301, "Checking Virtual Machine Compatibility" },
    { 302, "Checking Virtual Machine and Storage Compatibility" },
    { 303, "Checking Storage Compatibility" },
    { 304, "Checking Storage Migration" },
    { 305, "Moving Virtual Machine" },
    { 306, "Moving Virtual Machine and Storage" },
    { 307, "Moving Storage" },
};

struct sim_job *sim_job_new(struct sim_host *host, enum sim_job_kind kind, uint16_t type) {
    struct sim_fabric *fabric = host->fabric;
    struct sim_job **jobs = hv_grow(fabric->jobs, fabric->n_jobs, sizeof(struct sim_job *));
    struct sim_job *job = jobs ? calloc(1, sizeof(*job)) : NULL;
    if (jobs)
        fabric->jobs = jobs;
    if (!job)
        return NULL;
    jobs[fabric->n_jobs++] = job;
    sim_guid_new(fabric, job->id);
    job->kind = kind;
    job->host = host;
    job->type = type;
    job->description = "";
    for (size_t i = 0; i < HV_ARRAY_SIZE(descriptions); i++)
        if (descriptions[i].type == type)
            job->description = descriptions[i].description;
    job->state = STATE_NEW;
    job->submitted_us = job->state_since_us = fabric->now_us;
    job->duration_us = kind == SIM_JOB_OTHER ? SIM_US_PER_S : kind == SIM_JOB_CHECK ? fabric->check_us : fabric->move_us;
    sim_fabric_touch(fabric);
    return job;
}

void sim_job_free(struct sim_job *job) {
    free(job->destination);
    free(job->system_text);
    sim_texts_deinit(&job->resource_texts);
    sim_list_deinit(&job->asked);
    sim_plan_deinit(&job->plan);
    sim_problems_deinit(&job->problems);
    sim_problems_deinit(&job->warnings);
    free(job);
}

struct sim_job *sim_job_find(struct sim_host *host, const char *id) {
    for (size_t i = 0; i < host->fabric->n_jobs; i++)
        if (host->fabric->jobs[i]->host == host && !host->fabric->jobs[i]->is_hidden &&
            hv_text_same(host->fabric->jobs[i]->id, id))
            return host->fabric->jobs[i];
    return NULL;
}

bool sim_job_is_over(const struct sim_job *job) {
    return job->ended_us != 0;
}

static bool is_cancellable(const struct sim_job *job) {
    return !sim_job_is_over(job) && !job->cancel_as && job->kind != SIM_JOB_OTHER && job->percent < SETTLED_AT;
}

/* A later request takes the place of an earlier one (hyperv.md 4g): a job that is to end in good order can still be killed. */
static bool is_open_to(const struct sim_job *job, uint64_t request) {
    bool kills_ending = request == 5 && !sim_job_is_over(job) && job->cancel_as == STATE_TERMINATED;
    return kills_ending || is_cancellable(job);
}

/* ---- life ---- */

static void state_set(struct sim_job *job, uint16_t state, int64_t at_us) {
    if (job->state == state)
        return;
    job->state = state;
    job->state_since_us = at_us;
    sim_fabric_touch(job->host->fabric);
}

static struct sim_vm *vm_of(const struct sim_job *job) {
    return sim_vm_find(job->host, job->vm_guid, false);
}

static void job_end(struct sim_job *job, uint16_t state, int64_t at_us) {
    struct sim_vm *vm = vm_of(job);
    if (vm && vm->job == job)
        vm->job = NULL;
    state_set(job, state, at_us);
    job->ended_us = at_us;
    job->holds_slot = false;
}

static void job_fail(struct sim_job *job, uint16_t state, int64_t at_us) {
    job_end(job, state, at_us);
    if (job->is_copying)
        sim_move_undo(job);
}

static void job_complete(struct sim_job *job, int64_t at_us) {
    struct sim_vm *vm = vm_of(job);
    bool good = true;
    if (job->kind == SIM_JOB_OTHER)
        good = !job->finish || job->finish(job) == 0;
    else if (job->kind != SIM_JOB_CHECK)
        good = vm && sim_move_finish(job, vm);
    if (!good) {
        sim_problem_note(&job->problems, 0, 0x8007000E, NULL, "Not enough memory to finish the operation.");
        job_fail(job, STATE_EXCEPTION, at_us);
        return;
    }
    if (vm && vm->job == job)
        vm->job = NULL;
    job->percent = 100;
    job_end(job, job->warnings.n_items ? STATE_WARNINGS : STATE_COMPLETED, at_us);
}

/* The percentage at which it fails, 101 when it will not. */
static uint16_t failing_percent(const struct sim_job *job) {
    uint16_t percent = 101;
    for (size_t i = 0; i < job->problems.n_items; i++)
        if (job->problems.items[i].percent < percent)
            percent = job->problems.items[i].percent;
    return percent;
}

static int64_t time_of_percent(const struct sim_job *job, uint16_t percent) {
    return job->submitted_us + job->duration_us * percent / 100;
}

static void copying_begin(struct sim_job *job) {
    struct sim_vm *vm = vm_of(job);
    bool moves = job->kind == SIM_JOB_MOVE || job->kind == SIM_JOB_STAGE;
    if (!moves || job->is_copying || !vm || job->percent < COPYING_AT)
        return;
    job->is_copying = true;
    if (!sim_move_begin(job, vm))
        sim_problem_note(&job->problems, COPYING_AT, 0x8007000E, NULL, "Not enough memory at the destination.");
}

static void cancel_advance(struct sim_job *job) {
    int64_t end_us = job->cancel_us + CANCEL_US;
    if (job->host->fabric->now_us < end_us || (job->is_stubborn && job->cancel_as == STATE_TERMINATED))
        return;
    sim_problem_note(&job->problems, 0, 0x800704C7, NULL, "The operation was cancelled by the user.");
    job_fail(job, job->cancel_as, end_us);
}

/* What the job shows at PERCENT of its time: it never shows its end before it is there, nor goes past where it fails or hangs. */
static uint16_t shown_percent(const struct sim_job *job, int64_t percent) {
    int64_t shown = percent > 99 ? 99 : percent;
    if (job->hang_at && shown > job->hang_at)
        shown = job->hang_at;
    return (uint16_t)(shown > failing_percent(job) ? failing_percent(job) : shown);
}

static void progress_set(struct sim_job *job, uint16_t shown) {
    if (shown != job->percent) {
        job->percent = shown;
        sim_fabric_touch(job->host->fabric);
    }
    if (job->hide_at && job->percent >= job->hide_at)
        job->is_hidden = true;
}

static void end_at(struct sim_job *job, int64_t percent) {
    uint16_t failing = failing_percent(job);
    if (job->hang_at && percent >= job->hang_at)
        return;
    if (failing <= 100 && percent >= failing)
        job_fail(job, STATE_EXCEPTION, time_of_percent(job, failing));
    else if (percent >= 100)
        job_complete(job, time_of_percent(job, 100));
}

void sim_job_advance(struct sim_job *job) {
    int64_t now_us = job->host->fabric->now_us;
    int64_t elapsed = now_us - job->submitted_us;
    int64_t percent = job->duration_us > 0 ? elapsed * 100 / job->duration_us : 100;
    if (sim_job_is_over(job))
        return;
    if (job->cancel_as) {
        cancel_advance(job);
        return;
    }
    progress_set(job, shown_percent(job, percent));
    if (elapsed > 0)
        state_set(job, job->percent < STARTED_AT ? STATE_STARTING : STATE_RUNNING, now_us);
    copying_begin(job);
    end_at(job, percent);
}

/* ---- looks ---- */

const char *sim_job_class(const struct sim_job *job) {
    return job->kind == SIM_JOB_OTHER ? "Msvm_ConcreteJob" : "Msvm_MigrationJob";
}

struct sim_path *sim_job_path(const struct sim_job *job) {
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, sim_job_class(job));
    return path && sim_path_add(path, "InstanceID", job->id) ? path : sim_path_free(path);
}

/* What stands above the causes. */
static char *general_message(const struct sim_job *job) {
    const char *what = job->kind == SIM_JOB_CHECK   ? "The migration check"
                       : job->kind == SIM_JOB_OTHER ? "The operation"
                                                    : "The migration";
    return sim_format("%s of virtual machine %s failed at the source host '%s'.", what, job->vm_guid, job->host->netbios);
}

static bool has_failed(const struct sim_job *job) {
    return job->state == STATE_TERMINATED || job->state == STATE_KILLED || job->state == STATE_EXCEPTION;
}

static char *full_message(const struct sim_job *job) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(64 * 1024);
    HV_CLEANUP_FREE char *general = general_message(job);
    char *text = NULL;
    if (!general)
        return NULL;
    hv_buf_puts(&buf, general);
    for (size_t i = 0; i < job->problems.n_items; i++)
        hv_buf_printf(&buf, "\n\n%s", job->problems.items[i].message);
    return hv_buf_take(&buf, "error description", &text, NULL) ? NULL : text;
}

static const char *status_text(const struct sim_job *job) {
    switch (job->state) {
    case STATE_NEW:
    case STATE_STARTING:
        return "Job is starting";
    case STATE_SHUTTING_DOWN:
        return "Job is being cancelled";
    case STATE_COMPLETED:
        return "Job has completed successfully";
    case STATE_WARNINGS:
        return "Job has completed with warnings";
    case STATE_TERMINATED:
    case STATE_KILLED:
        return "Job was cancelled";
    case STATE_EXCEPTION:
        return "Job has failed";
    default:
        return "Job is running";
    }
}

static void migration_describe(struct sim_object *object, const struct sim_job *job) {
    sim_set_number(object, "MigrationType", job->migration_type);
    sim_set_text(object, "VirtualSystemName", job->vm_guid);
    sim_set_text(object, "DestinationHost", job->destination);
    sim_set_text(object, "NewSystemSettingData", job->system_text);
    for (size_t i = 0; i < job->resource_texts.n_items; i++)
        sim_add_text(object, "NewResourceSettingData", job->resource_texts.items[i]);
}

static void failure_describe(struct sim_object *object, const struct sim_job *job) {
    HV_CLEANUP_FREE char *general = general_message(job);
    HV_CLEANUP_FREE char *full = full_message(job);
    sim_set_number(object, "ErrorCode", SIM_FAILED);
    sim_set_text(object, "ErrorDescription", full);
    sim_set_text(object, "ErrorSummaryDescription", general);
    if (object && (!general || !full))
        object->broken = true;
}

struct sim_object *sim_job_object(const struct sim_job *job) {
    struct sim_object *object = sim_new(job->host, sim_job_class(job));
    int64_t until = job->ended_us ? job->ended_us : job->host->fabric->now_us;
    sim_set_text(object, "InstanceID", job->id);
    sim_set_text(object, "Name", "Msvm_Job");
    sim_set_text(object, "ElementName", job->description);
    sim_set_text(object, "Caption", job->description);
    sim_set_text(object, "Description", job->description);
    sim_set_number(object, "JobState", job->state);
    sim_set_number(object, "JobType", job->type);
    sim_set_text(object, "JobStatus", status_text(job));
    sim_set_text(object, "Status", has_failed(job) ? "Error" : "OK");
    sim_set_number(object, "PercentComplete", job->percent);
    sim_set_number(object, "ErrorCode", 0);
    sim_set_bool(object, "Cancellable", is_cancellable(job));
    sim_set_bool(object, "DeleteOnCompletion", true);
    sim_set_timestamp(object, "StartTime", job->submitted_us);
    sim_set_timestamp(object, "TimeSubmitted", job->submitted_us);
    sim_set_timestamp(object, "TimeOfLastStateChange", job->state_since_us);
    sim_set_interval(object, "ElapsedTime", until - job->submitted_us);
    sim_set_interval(object, "TimeBeforeRemoval", job->host->fabric->ttl_us);
    sim_set_number(object, "HealthState", has_failed(job) ? 25 : 5);
    sim_add_number(object, "OperationalStatus", has_failed(job) ? 6 : 2);
    sim_add_text(object, "StatusDescriptions", status_text(job));
    sim_set_number(object, "LocalOrUtcTime", 2);
    if (job->kind != SIM_JOB_OTHER)
        migration_describe(object, job);
    if (has_failed(job))
        failure_describe(object, job);
    return object;
}

/* ---- methods ---- */

static uint32_t state_change(struct sim_job *job, const struct sim_method_call *call, uint32_t *ret_value) {
    const struct sim_armed *armed = sim_fault_take(job->host, SIM_FAULT_RETURN, call->method->name, job->vm_guid, NULL);
    const struct sim_value *wanted = sim_arg_value(call, "RequestedState");
    const struct sim_value *timeout = sim_arg_value(call, "TimeoutPeriod");
    uint64_t state = wanted && wanted->is_set ? wanted->items[0].u : 0;
    if (armed)
        *ret_value = armed->value;
    else if (timeout && timeout->is_set && timeout->items[0].datetime.us != 0)
        *ret_value = 4098;
    else if (state != 4 && state != 5)
        *ret_value = state == 2 || state == 3 || state == 6 ? SIM_NOT_SUPPORTED : SIM_INVALID_PARAMETER;
    else if (!is_open_to(job, state))
        *ret_value = SIM_INVALID_STATE;
    else {
        job->cancel_as = state == 4 ? STATE_TERMINATED : STATE_KILLED;
        job->cancel_us = job->host->fabric->now_us;
        state_set(job, STATE_SHUTTING_DOWN, job->cancel_us);
        *ret_value = SIM_DONE;
    }
    return 0;
}

static bool error_add(struct sim_value *value, struct sim_object *error_take) {
    HV_CLEANUP(sim_object_free) struct sim_object *error = error_take;
    HV_CLEANUP_FREE char *text = sim_object_good(error) ? sim_object_cim_text(error) : NULL;
    return text && sim_value_add_text(value, text) == 0;
}

static struct sim_object *general_error(const struct sim_job *job, char *message_take) {
    HV_CLEANUP_FREE char *message = message_take;
    struct sim_object *error = sim_new(job->host, "Msvm_Error");
    sim_set_text(error, "Message", message);
    sim_set_text(error, "MessageID", "21024");
    sim_set_number(error, "ErrorType", 4);
    sim_set_number(error, "PerceivedSeverity", 4);
    sim_set_number(error, "ProbableCause", 0);
    sim_set_number(error, "ErrorSourceFormat", 0);
    sim_set_number(error, "CIMStatusCode", 1);
    sim_set_text(error, "OwningEntity", "Microsoft-Windows-Hyper-V-VMMS");
    return message ? error : sim_object_free(error);
}

static bool errors_list(const struct sim_job *job, struct sim_value *value) {
    const struct sim_problems *problems = has_failed(job) ? &job->problems : &job->warnings;
    if (!sim_job_is_over(job))
        return true;
    if (has_failed(job) && !error_add(value, general_error(job, general_message(job))))
        return false;
    for (size_t i = 0; i < problems->n_items; i++)
        if (!error_add(value, sim_problem_object(job->host, &problems->items[i])))
            return false;
    return true;
}

uint32_t sim_job_invoke(struct sim_job *job, const struct sim_method_call *call, uint32_t *ret_value) {
    const char *name = call->method->name;
    *ret_value = SIM_DONE;
    if (strcmp(name, "RequestStateChange") == 0)
        return state_change(job, call, ret_value);
    if (strcmp(name, "GetErrorEx") == 0)
        return errors_list(job, sim_arg_value(call, "Errors")) ? 0 : SIM_WBEM_OUT_OF_MEMORY;
    if (strcmp(name, "GetError") == 0) {
        if (!has_failed(job))
            return 0;
        return error_add(sim_arg_value(call, "Error"), general_error(job, full_message(job))) ? 0 : SIM_WBEM_OUT_OF_MEMORY;
    }
    *ret_value = SIM_NOT_SUPPORTED;
    return 0;
}
