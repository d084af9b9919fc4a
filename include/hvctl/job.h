/* Jobs of a host. */
#ifndef HVCTL_JOB_H
#define HVCTL_JOB_H

#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* One entry of a host's error chain (Msvm_Error). Absent texts are NULL. */
struct hv_reason {
    char *message;
    char *message_id;
    char *error_source;
    uint32_t hresult; /* found in the text, 0 when none */
};

/* Absent texts are NULL, absent numbers are -1. Everything is owned by the task. */
struct hv_job {
    char *id; /* InstanceID */
    char *class_name;
    int64_t type; /* JobType */
    char *type_name;
    int64_t state;          /* JobState */
    const char *state_name; /* "running", "completed with warnings", ...; NULL when unknown */
    bool is_finished;
    bool is_successful; /* meaningful when finished */
    int64_t percent;
    int64_t error_code;
    char *error_description;
    char *description;
    char *status;
    char *vm_id;       /* of migration jobs */
    char *destination; /* DestinationHost */
    int64_t migration_type;
    int64_t cancellable;
    char *started; /* RFC 3339 */
    int64_t elapsed_ms;
};

/* Msvm_MigrationJob and Msvm_ConcreteJob instances of a host. */
int hv_job_list_new(struct hv_task **ret_task, struct hv_error *err);
const struct hv_job *hv_job_list_result(const struct hv_task *task, size_t *ret_n_jobs);

/* One job by InstanceID, with what GetErrorEx tells when it failed or warned. */
int hv_job_show_new(const char *id, struct hv_task **ret_task, struct hv_error *err);
const struct hv_job *hv_job_show_result(const struct hv_task *task);
const struct hv_reason *hv_job_show_reasons(const struct hv_task *task, size_t *ret_n_reasons);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
