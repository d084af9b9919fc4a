/*
 * One call of a method that changes something, followed to its end: sent once, its job watched, the job's errors read. Part of a
 * task, which looks afterwards whether the change is there: an answer, or its absence, proves nothing (hyperv.md 3).
 */
#ifndef CONTROL_ACT_H
#define CONTROL_ACT_H

#include <hvctl/job.h>

#include "engine/task.h"

enum { HV_ACT_FIRST_TAG = 1000 }; /* tags of its operations; those of the task must be smaller */

/* Outcomes of hv_act_step. */
enum {
    HV_ACT_OVER = 0,
    HV_ACT_MORE = 1,
};

enum hv_act_end {
    HV_ACT_END_NONE,    /* still under way */
    HV_ACT_END_DONE,    /* the host says that it was done */
    HV_ACT_END_FAILED,  /* refused, or the job failed; ERROR says why */
    HV_ACT_END_UNCLEAR, /* the answer or the job is lost; ERROR says why. The task must look for itself */
};

enum hv_act_state {
    HV_ACT_STATE_REQUEST, /* the call is under way */
    HV_ACT_STATE_FOLLOW,  /* the job is watched */
    HV_ACT_STATE_CONFIRM, /* the host's list lacks it: asking for the job itself */
    HV_ACT_STATE_ERRORS,  /* asking the job for its errors */
};

struct hv_act {
    const char *host; /* what messages call it; borrowed */
    const char *what; /* completes "was not able to ...": "start app01"; borrowed */
    enum hv_act_state state;
    enum hv_act_end end;
    uint32_t tag;
    bool detaching;
    struct hv_epr *job;
    struct hv_job last_job; /* zeroed until seen */
    size_t n_asked_errors;
    struct hv_reason *reasons;
    size_t n_reasons;
    int64_t return_value; /* -1 until answered */
    struct hv_error error;
};

void hv_act_init(struct hv_act *act, const char *host, const char *what);
void hv_act_deinit(struct hv_act *act);

/* Sends the call to the task's source. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_act_begin(struct hv_act *act, const struct hv_epr *target, const char *method,
                               const struct hv_params *params, struct hv_effects *effects, struct hv_error *err);
/*
 * One event of the task since then. HV_ACT_OVER: END is set. Errors: MEMORY; DETACHED when the user waits no more and the job
 * goes on.
 */
HV_MUST_CHECK int hv_act_step(struct hv_act *act, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err);

/* The call was made, and what has come of it cannot be seen because of WHY. Returns UNKNOWN_OUTCOME, which it says in ERR. */
int hv_act_lost_sight(const struct hv_act *act, const struct hv_error *why, struct hv_error *err);
/*
 * R is what EVENT made of the look that follows the call, and stays unless that cannot go on: HV_TASK_UNHANDLED of a stop becomes
 * DETACHED, the error of a request that failed UNKNOWN_OUTCOME, and ERR says so.
 */
int hv_act_look(const struct hv_act *act, int r, const struct hv_event *event, struct hv_error *err);

#endif
