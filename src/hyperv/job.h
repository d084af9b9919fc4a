/* Jobs: states, types, and the decoding of Msvm_MigrationJob, Msvm_ConcreteJob and their relatives (hyperv.md 2.6, 3.2). */
#ifndef HYPERV_JOB_H
#define HYPERV_JOB_H

#include <hvctl/instance.h>
#include <hvctl/job.h>

#include "base/cleanup.h"

/* JobState, CIM_ConcreteJob. */
enum {
    HV_JOB_NEW = 2,
    HV_JOB_STARTING = 3,
    HV_JOB_RUNNING = 4,
    HV_JOB_SUSPENDED = 5,
    HV_JOB_SHUTTING_DOWN = 6,
    HV_JOB_COMPLETED = 7,
    HV_JOB_TERMINATED = 8, /* cancelled gently */
    HV_JOB_KILLED = 9,     /* cancelled hard */
    HV_JOB_EXCEPTION = 10,
    HV_JOB_SERVICE = 11,
    HV_JOB_QUERY_PENDING = 12,
    HV_JOB_COMPLETED_WITH_WARNINGS = 32768, /* as a return value the same number means "failed" */
};

/* Numbers that are not in the table are not final: a vendor may add a phase, and a job that ended vanishes anyhow. */
bool hv_job_state_is_final(int64_t state);
bool hv_job_state_is_success(int64_t state);
/* "running", ...; NULL when unknown. */
const char *hv_job_state_name(int64_t state);
/* JobType: "moving VM", ...; NULL when unknown. */
const char *hv_job_type_name(int64_t type);

/*
 * Fills JOB, whose old contents are not looked at; hv_job_deinit releases it. Unusable properties are absent members.
 * Errors: MEMORY; JOB is then untouched.
 */
HV_MUST_CHECK int hv_job_decode(const struct hv_instance *instance, struct hv_job *ret_job, struct hv_error *err);
/* Accepts a zeroed job and leaves one. */
void hv_job_deinit(struct hv_job *job);

#endif
