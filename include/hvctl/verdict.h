/* What became of a move or of a followed job, and what says so. */
#ifndef HVCTL_VERDICT_H
#define HVCTL_VERDICT_H

#include <hvctl/job.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

enum hv_move_outcome {
    HV_OUTCOME_NONE,       /* not done yet, or failed before any request to move */
    HV_OUTCOME_MIGRATABLE, /* check: yes */
    HV_OUTCOME_NOT_MIGRATABLE,
    HV_OUTCOME_MOVED,
    HV_OUTCOME_NOT_MOVED,
    HV_OUTCOME_RUNNING,       /* detached */
    HV_OUTCOME_JOB_COMPLETED, /* a followed job succeeded; nothing was looked up, or there was no destination to ask */
    HV_OUTCOME_JOB_CANCELLED, /* a followed job that moves nothing was ended */
    HV_OUTCOME_UNKNOWN,
    HV_OUTCOME_STAGED, /* the planned VM is there, the VM where it was */
};

enum hv_place {
    HV_PLACE_UNKNOWN, /* could not be asked */
    HV_PLACE_ABSENT,
    HV_PLACE_PRESENT,
    HV_PLACE_PLANNED, /* only a planned VM, invisible in Hyper-V Manager */
};

/* What became of the wish to end the job. */
enum hv_move_cancel {
    HV_CANCEL_UNASKED,
    HV_CANCEL_ASKED, /* whether the host heard of it is not known */
    HV_CANCEL_ACCEPTED,
    HV_CANCEL_REFUSED,
};

/* What a verdict rests on: the last look at each. */
enum hv_sight_kind {
    HV_SIGHT_REQUEST, /* what the request was answered */
    HV_SIGHT_JOB,
    HV_SIGHT_JOB_LIST, /* where the job had to be looked for */
    HV_SIGHT_DESTINATION,
    HV_SIGHT_SOURCE,
    HV_SIGHT_DISKS,
    HV_SIGHT_PLANNED, /* a planned VM at the destination */
    HV_SIGHT_COUNT,
};
enum { HV_SIGHT_TEXT_SIZE = 256 };

struct hv_sight {
    const char *host;  /* valid as long as the task; NULL: nobody was asked */
    const char *asked; /* static */
    char seen[HV_SIGHT_TEXT_SIZE];
    uint64_t at_ms; /* of the client's clock */
};

/* Absent texts are NULL, absent numbers are -1. */
struct hv_move_result {
    enum hv_move_outcome outcome;
    const char *verdict; /* the outcome in one word, "moved_with_leftovers" among them; static */
    struct hv_sight sights[HV_SIGHT_COUNT];
    enum hv_move_cancel cancel;
    enum hv_place at_source;
    enum hv_place at_destination;
    char *vm_id;
    char *vm_name;
    int64_t vm_state; /* EnabledState where it lives now */
    char *job_id;
    char *job_class;
    int64_t job_state;
    int64_t job_percent;
    bool job_vanished;
    int64_t return_value; /* of the request, when answered */
    char *settings;       /* MigrationSettingData of the request, as it was sent; NULL before */
    bool request_sent;    /* the request to move left, or may have left */
    struct hv_reason *reasons;
    size_t n_reasons;
    char **warnings;
    size_t n_warnings;
    char **leftovers; /* what is known to remain: planned VMs, old disks */
    size_t n_leftovers;
};

/* "moved", "present", "accepted", ...: the words of the JSON and of the journal. */
const char *hv_move_outcome_name(enum hv_move_outcome outcome);
const char *hv_place_name(enum hv_place place);
const char *hv_move_cancel_name(enum hv_move_cancel cancel);
/* "request", "job", "job_list", ... */
const char *hv_sight_name(enum hv_sight_kind kind);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
