/* What became of a move: a pure function of what was seen (design.md 3). */
#ifndef MIGRATION_VERDICT_H
#define MIGRATION_VERDICT_H

#include <hvctl/move.h>

/* How the job ended, as far as we know. */
enum hv_job_end {
    HV_JOB_END_NONE, /* no job was ever seen */
    HV_JOB_END_RUNNING,
    HV_JOB_END_SUCCEEDED, /* with or without warnings */
    HV_JOB_END_FAILED,
    HV_JOB_END_CANCELLED,   /* terminated or killed */
    HV_JOB_END_VANISHED,    /* the host forgot it, at the latest five minutes after its end */
    HV_JOB_END_UNREACHABLE, /* the source could not be asked any more */
    HV_JOB_END_COUNT,
};

/* Where the disks of a storage move are. */
enum hv_disks {
    HV_DISKS_UNASKED,
    HV_DISKS_NEW,
    HV_DISKS_OLD,
    HV_DISKS_MIXED,
    HV_DISKS_UNPLANNED, /* a job of somebody else, or of an older hvctl: only the job knows where they were to go */
    HV_DISKS_COUNT,
};

struct hv_evidence {
    bool between_hosts; /* else storage on one host */
    bool stages;        /* only a planned VM is made at the destination; AT_DESTINATION is PLANNED when it is there */
    enum hv_job_end job;
    enum hv_place at_source;
    enum hv_place at_destination;
    bool no_destination; /* nobody told us how to reach it */
    bool migrating;      /* the source shows the VM as being migrated (OperationalStatus 32774) */
    enum hv_disks disks;
    bool window_over;   /* looked for as long as a request can be under way */
    bool jobs_unlisted; /* the source did not say which jobs it has when it was asked at last */
    bool has_leftovers; /* something is known to remain, or was to be kept: copies of disks, a planned VM */
};

/* RUNNING, MOVED, STAGED, NOT_MOVED, JOB_COMPLETED, or UNKNOWN: as it stands now. */
enum hv_move_outcome hv_verdict(const struct hv_evidence *evidence);
/* OUTCOME in a word, as it is told to people and scripts: a move that left something behind is another one. Static. */
const char *hv_verdict_word(enum hv_move_outcome outcome, const struct hv_evidence *evidence);
/* May another look change the outcome? */
bool hv_verdict_is_settled(const struct hv_evidence *evidence);

#endif
