/* Job states, job types and the decoding of job instances (hyperv.md 2.6 and 3.2). */
#include "hyperv/job.h"

#include <string.h>

#include "base/duration.h"
#include "base/size.h"
#include "base/text.h"
#include "base/uuid.h"
#include "hyperv/field.h"

static const struct state {
    int64_t number;
    const char *name;
    bool is_final;
    bool is_success;
} states[] = {
    { HV_JOB_NEW, "new", false, false },
    { HV_JOB_STARTING, "starting", false, false },
    { HV_JOB_RUNNING, "running", false, false },
    { HV_JOB_SUSPENDED, "suspended", false, false },
    { HV_JOB_SHUTTING_DOWN, "shutting down", false, false },
    { HV_JOB_COMPLETED, "completed", true, true },
    { HV_JOB_TERMINATED, "terminated", true, false },
    { HV_JOB_KILLED, "killed", true, false },
    { HV_JOB_EXCEPTION, "exception", true, false },
    { HV_JOB_SERVICE, "service", false, false },
    { HV_JOB_QUERY_PENDING, "query pending", false, false },
    { HV_JOB_COMPLETED_WITH_WARNINGS, "completed with warnings", true, true },
};

static const struct job_type {
    int64_t first;
    int64_t last;
    const char *name;
} job_types[] = {
    { 1, 1, "defining VM" },
    { 2, 2, "modifying VM" },
    { 3, 3, "removing VM" },
    { 4, 4, "modifying host settings" },
    { 10, 16, "changing power state" },
    { 30, 30, "adding resources" },
    { 31, 31, "modifying resources" },
    { 32, 32, "removing resources" },
    { 50, 50, "merging disks" },
    { 60, 64, "importing or exporting VM" },
    { 70, 73, "working on checkpoint" },
    { 140, 140, "validating planned VM" },
    { 141, 141, "realizing planned VM" },
    { 150, 153, "changing resource pool" },
    { 300, 300, "creating planned VM at destination" },
    { 301, 301, "checking VM" },
    { 302, 302, "checking VM and storage" },
    { 303, 303, "checking storage" },
    { 304, 304, "checking storage migration" },
    { 305, 305, "moving VM" },
    { 306, 306, "moving VM and storage" },
    { 307, 307, "moving storage" },
};

static const struct state *state_find(int64_t number) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(states); i++)
        if (states[i].number == number)
            return &states[i];
    return NULL;
}

bool hv_job_state_is_final(int64_t state) {
    const struct state *found = state_find(state);
    return found && found->is_final;
}

bool hv_job_state_is_success(int64_t state) {
    const struct state *found = state_find(state);
    return found && found->is_success;
}

const char *hv_job_state_name(int64_t state) {
    const struct state *found = state_find(state);
    return found ? found->name : NULL;
}

const char *hv_job_type_name(int64_t type) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(job_types); i++)
        if (type >= job_types[i].first && type <= job_types[i].last)
            return job_types[i].name;
    return NULL;
}

/* The GUID in our spelling, so that it compares with a VM's; other text as it came. */
static int vm_id_decode(const struct hv_instance *instance, char **ret_id, struct hv_error *err) {
    const char *text = hv_instance_text(instance, "VirtualSystemName");
    struct hv_uuid uuid;
    if (!text || !hv_uuid_parse(text, &uuid))
        return hv_field_text(instance, "VirtualSystemName", ret_id, err);
    char formatted[HV_UUID_TEXT_SIZE];
    hv_uuid_format(&uuid, formatted);
    return hv_text_copy(formatted, ret_id, err);
}

static int texts_decode(const struct hv_instance *instance, struct hv_job *job, struct hv_error *err) {
    const struct {
        const char *name;
        char **ret_text;
    } fields[] = {
        { "InstanceID", &job->id },    { "ErrorDescription", &job->error_description }, { "Description", &job->description },
        { "JobStatus", &job->status }, { "DestinationHost", &job->destination },        { "StartTime", &job->started },
    };
    int r = vm_id_decode(instance, &job->vm_id, err);
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(fields); i++)
        r = hv_field_text(instance, fields[i].name, fields[i].ret_text, err);
    if (r == 0 && !job->error_description)
        r = hv_field_text(instance, "ErrorSummaryDescription", &job->error_description, err);
    if (r == 0)
        r = hv_text_copy(hv_instance_class(instance), &job->class_name, err);
    if (r == 0)
        r = hv_text_copy(hv_job_type_name(job->type), &job->type_name, err);
    return r;
}

int hv_job_decode(const struct hv_instance *instance, struct hv_job *ret_job, struct hv_error *err) {
    struct hv_job job = {
        .type = hv_field_number(instance, "JobType", UINT16_MAX),
        .state = hv_field_number(instance, "JobState", UINT16_MAX),
        .percent = hv_field_number(instance, "PercentComplete", 100),
        .error_code = hv_field_number(instance, "ErrorCode", UINT16_MAX),
        .migration_type = hv_field_number(instance, "MigrationType", UINT16_MAX),
        .cancellable = hv_field_bool(instance, "Cancellable"),
        .elapsed_ms = -1,
    };
    job.state_name = hv_job_state_name(job.state);
    job.is_finished = hv_job_state_is_final(job.state);
    job.is_successful = hv_job_state_is_success(job.state);
    const char *elapsed = hv_instance_text(instance, "ElapsedTime");
    uint64_t elapsed_ms;
    if (elapsed && hv_duration_parse_iso(elapsed, &elapsed_ms) && elapsed_ms <= INT64_MAX)
        job.elapsed_ms = (int64_t)elapsed_ms;
    int r = texts_decode(instance, &job, err);
    if (r < 0) {
        hv_job_deinit(&job);
        return r;
    }
    *ret_job = job;
    return 0;
}

void hv_job_deinit(struct hv_job *job) {
    free(job->id);
    free(job->class_name);
    free(job->type_name);
    free(job->error_description);
    free(job->description);
    free(job->status);
    free(job->vm_id);
    free(job->destination);
    free(job->started);
    memset(job, 0, sizeof(*job));
}
