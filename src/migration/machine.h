/*
 * The move as an explicit state machine. Each state has one line of meaning, an entry action and the events it knows; the table
 * in machine.c is the whole truth about who handles what. A pair that is not in it is a bug of the driver and fails the task.
 */
#ifndef MIGRATION_MACHINE_H
#define MIGRATION_MACHINE_H

#include "engine/task.h"
#include "migration/handlers.h"
#include "migration/plan.h"
#include "migration/role.h"
#include "migration/state.h"
#include "migration/tuning.h"
#include "migration/verdict.h"

enum { HV_MIG_MAX_TEXTS = 64 };

/* The wish to end the job. */
struct hv_cancelling {
    bool is_wanted; /* to be asked for as soon as the job is seen to run */
    bool by_force;  /* by Kill */
    unsigned n_asked;
    uint64_t grace_ends_ms; /* 0: nobody waits for that */
    struct hv_error error;  /* why it was not accepted at last */
};

struct hv_move {
    struct hv_task task; /* first */
    struct hv_plan plan;
    enum hv_mig_state state;
    uint32_t tag; /* of the operation under way: an older answer is not ours */
    bool detaching;
    struct hv_cancelling cancelling;

    hv_move_report_fn *on_report;
    void *report_context;
    hv_move_note_fn *on_note;
    void *note_context;
    bool is_noted; /* there is an entry that wants a verdict */
    bool note_failed;

    struct hv_epr *service; /* the source's migration service */
    bool no_listener;       /* the destination takes migrations on no address */
    struct hv_epr *job;
    struct hv_mig_role role;
    bool disks_read;
    bool tuning_known; /* the source knows all that is asked for */
    struct hv_tuning_seen seen;
    struct hv_instance *processor;  /* what the request says of it; NULL: nothing */
    bool moves_nothing;             /* a check, or a followed job that is no migration */
    bool lost;                      /* the answer to the request is missing */
    size_t n_asked_classes;         /* of jobs, tried for the one to follow */
    size_t n_asked_errors;          /* methods tried for the job's errors */
    uint64_t source_authentication; /* AuthenticationType, UINT64_MAX unless told */

    struct hv_placement *placements;
    size_t n_placements;
    char *default_folder; /* where the host of the copies puts disks that were given no place; NULL until told */

    struct hv_evidence evidence;
    bool window_is_open;
    uint64_t window_ends_ms;
    bool may_have_planned;      /* a planned VM stayed, or the destination did not tell */
    unsigned n_more_looks;      /* after its end, because the last ones had no answer */
    unsigned n_refused_looks;   /* in a row: the source refused the sign-in */
    struct hv_job last_job;     /* as last seen; zeroed when none was */
    struct hv_error look_error; /* why the last look failed; code 0 when it did not */
    struct hv_error *refusal;   /* of the request; NULL: it was not refused, or the refusal says all */

    struct hv_move_result result;
};

/*
 * move.c: a zeroed move that is a part of another object, which has the first word on what its task is. To be deinited also after
 * a failure. Errors: as hv_move_new.
 */
HV_MUST_CHECK int hv_move_init(struct hv_move *move, const struct hv_move_options *options, struct hv_error *err);
void hv_move_deinit(struct hv_move *move);

/* What a handler works with. */
struct hv_step {
    struct hv_move *move;
    uint64_t now_ms;
    const struct hv_event *event;
    struct hv_effects *effects;
    struct hv_error *err;
};

/* The step function of the task. */
int hv_mig_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                struct hv_error *err);

/* The one place where the state changes: sets it and runs its entry action. */
int hv_mig_go(struct hv_step *step, enum hv_mig_state state);
/* finish.c: ends the task by the evidence as it stands. */
int hv_mig_finish(struct hv_step *step);
/* finish.c: adds the command that goes on with the job as a remedy; WHY is "follow it". */
void hv_mig_say_follow(const struct hv_move *move, struct hv_error *err, const char *why);
void hv_mig_report(struct hv_move *move, enum hv_move_report_kind kind, const char *text);
/* note.c: keeps what was seen at PEER, for the verdict. */
void hv_mig_find(struct hv_step *step, enum hv_sight_kind kind, enum hv_peer peer, const char *format, ...) HV_ATTR_PRINTF(4, 5);
/* note.c: the same, for a question that failed with the event's error. */
void hv_mig_find_silence(struct hv_step *step, enum hv_sight_kind kind, enum hv_peer peer);
/* note.c: asks whoever keeps the move to write its intent down. A failure means that the request must not leave. */
HV_MUST_CHECK int hv_mig_note_intent(struct hv_move *move, struct hv_error *err);
/* note.c: what comes after; failures become a warning. */
void hv_mig_note(struct hv_move *move, enum hv_move_note_kind kind, const char *text, const struct hv_error *error);
/* note.c: the job as last seen, when its state was another before. */
void hv_mig_note_job(struct hv_move *move, int64_t state_before);
/* Adds to a list of the result, which keeps at most HV_MIG_MAX_TEXTS; frees TEXT_TAKE in any case. */
HV_MUST_CHECK int hv_mig_add_text(char ***list, size_t *n, char *text_take, struct hv_error *err);
/* Keeps a warning and reports it. */
HV_MUST_CHECK int hv_mig_warn(struct hv_move *move, struct hv_error *err, const char *format, ...) HV_ATTR_PRINTF(3, 4);

/* Runs OP_TAKE on PEER as the operation under way. */
int hv_mig_run(struct hv_step *step, enum hv_peer peer, struct hv_op *op_take);
/* Runs "SELECT * FROM class" or "... WHERE property = 'value'" (property NULL: all instances). */
int hv_mig_query(struct hv_step *step, enum hv_peer peer, const char *class_name, const char *property, const char *value);
/* Runs a whole WQL query. */
int hv_mig_query_text(struct hv_step *step, enum hv_peer peer, const char *wql);
/* Display name when known, else what the user gave, else the GUID. */
const char *hv_mig_vm_label(const struct hv_move *move);
/* What messages call it: "hv02", or "the destination". */
const char *hv_mig_destination_label(const struct hv_move *move);

/* prologue.c: what follows once the VM is known. */
int hv_mig_prologue_next(struct hv_step *step);
/* look.c: how long to wait between two looks. */
uint64_t hv_mig_pause_ms(const struct hv_move *move);
/* look.c: starts to look where the VM is; from the first look on there is a window in which the hosts may lag. */
int hv_mig_look(struct hv_step *step);
/* request.c: looks for what became of a request that somebody may have made. */
int hv_mig_resume(struct hv_step *step);
/* request.c: takes the job of a request that was accepted. */
int hv_mig_job_started(struct hv_step *step, const struct hv_epr *job);
/* follow.c: the same for the job last seen. */
int hv_mig_adopt_job(struct hv_step *step);
/* follow.c: is it known where disks and folders of a move that was taken up were to go? */
bool hv_mig_places_known(const struct hv_move *move);
/* follow.c: the host knows the job no more. */
int hv_mig_job_gone(struct hv_step *step);
/* cancel.c: the job was seen to run; is the host to be asked now to end it? */
bool hv_mig_cancel_is_due(struct hv_step *step);
/* cancel.c: the watch begins, or ends: the time that the job has for its end is kept, or not looked at any more. */
void hv_mig_grace_begin(struct hv_step *step);
void hv_mig_grace_end(struct hv_step *step);

#endif
