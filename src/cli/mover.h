/*
 * Checks and moves of several VMs in one client: a queue with a limit, progress, events, the verdict of each, and one exit code
 * for all (ux.md 3, 4, 5, 6).
 */
#ifndef CLI_MOVER_H
#define CLI_MOVER_H

#include <hvctl/journal.h>
#include <hvctl/move.h>
#include <hvctl/staged.h>
#include <jansson.h>

#include "cli/connect.h"
#include "cli/progress.h"

enum hv_mover_act {
    HV_ACT_CHECK,
    HV_ACT_MIGRATE,
    HV_ACT_MOVE_STORAGE,
    HV_ACT_FOLLOW,
    HV_ACT_CANCEL,
    HV_ACT_PREPARE,
    HV_ACT_COMPLETE,
};

/* When to stop waiting, and what becomes of the job then: it runs on, unless it is to be cancelled. */
struct hv_mover_limits {
    bool interrupt_cancels;
    uint64_t timeout_ms; /* of one item from its start; 0: none */
    uint64_t stall_ms;   /* without any change; 0: none */
    bool timeout_cancels;
    bool timeout_fails; /* class FAILED in place of DETACHED */
};

struct hv_mover_options {
    enum hv_mover_act act;
    bool dry_run; /* check only, and show the request */
    size_t parallel;
    enum hv_progress_kind progress;
    bool is_staged; /* by way of a planned VM, as STAGED and FIXES say */
    enum hv_staged_act staged;
    const struct hv_planned_fixes *fixes;
    int64_t entry; /* of the journal, that is taken up; 0: none */
    struct hv_mover_limits limits;
};

enum { HV_MOVER_LIMIT_SIZE = 96 };

enum hv_mover_state {
    HV_ITEM_WAITING,
    HV_ITEM_RUNNING,
    HV_ITEM_DONE,
};

/* One VM and one destination. */
struct hv_mover_item {
    struct hv_mover *mover;
    size_t index;
    enum hv_mover_state state;
    const char *given;              /* as the user named it */
    struct hv_move_options options; /* its texts are the caller's */
    struct hv_endpoint *source;
    struct hv_endpoint *destination; /* may be NULL */
    struct hv_task *task;
    struct hv_task *preflight;        /* NULL unless asked for */
    struct hv_journal_writer *writer; /* NULL: nothing is kept */
    char *job_ref;                    /* NULL until a job is known */
    char *label;                      /* NULL until hv_mover_item_label had to make one */
    char *phase;
    size_t n_warned; /* warnings of the result that were written as events */
    uint64_t start_ms;
    uint64_t end_ms;
    uint64_t change_ms; /* when percent or state changed last; 0: not yet */
    int64_t seen_percent;
    int64_t seen_state;
    uint64_t limit_ms; /* when a limit was reached last; 0: none was */
    char limit[HV_MOVER_LIMIT_SIZE];
    bool is_left;          /* because of it */
    int code;              /* 0 or the class of ERROR */
    struct hv_error error; /* when CODE is not 0 */
};

struct hv_mover {
    struct hv_connection *connection;
    struct hv_output *out;
    struct hv_mover_options options;
    struct hv_mover_item **items;
    size_t n_items;
    size_t n_running;
    struct hv_progress *progress;
    struct hv_journal *journal; /* NULL: nothing is kept */
    bool detached;              /* by a signal, or because nobody reads: nothing more is started */
    bool cancelling;            /* besides, what runs is to be ended */
    char **said;                /* warnings, which may be the same for many items */
    size_t n_said;
};

void hv_mover_init(struct hv_mover *mover, const struct hv_mover_options *options, struct hv_connection *connection);
void hv_mover_deinit(struct hv_mover *mover);

/* All texts in OPTIONS must outlive the mover. Errors: as hv_move_new. */
HV_MUST_CHECK int hv_mover_add(struct hv_mover *mover, const char *given, const struct hv_move_options *options,
                               struct hv_endpoint *source, struct hv_endpoint *destination, struct hv_error *err);
/* Compares the hosts of every item, and warns. What a host does not answer is said as a warning too. Errors: MEMORY, CANCELLED.
 */
HV_MUST_CHECK int hv_mover_preflight(struct hv_mover *mover, struct hv_error *err);
/* What was found for one item: an array, empty when nothing was. */
json_t *hv_mover_preflight_json(const struct hv_mover_item *item);
/* Runs everything, says everything, and returns the exit code. */
int hv_mover_run(struct hv_mover *mover);

/* Was its job started by somebody else, or by an earlier run? */
bool hv_mover_is_guest(const struct hv_mover *mover);
/* Nothing is to move. */
static inline bool hv_mover_is_check(const struct hv_mover *mover) {
    return mover->options.act == HV_ACT_CHECK || mover->options.dry_run;
}

/* The name of its destination; NULL when there is none. */
static inline const char *hv_mover_item_to(const struct hv_mover_item *item) {
    return item->destination ? item->destination->label : NULL;
}

/* Of one item that is done: its exit code, and whether that counts as done as asked. */
int hv_mover_item_exit(const struct hv_mover_item *item);

/* The item ends without its task having done so. */
void hv_mover_fail_item(struct hv_mover_item *item, const struct hv_error *error);

/* mover_report.c: what is said of an item. */
const char *hv_mover_item_name(const struct hv_mover_item *item);
/* The same, with the destination where there are several: "app01 to hv02". Valid until it is asked for again. */
const char *hv_mover_item_label(struct hv_mover_item *item);
/* What an error of it is told with. */
struct hv_circumstances;
struct hv_circumstances hv_mover_around(const struct hv_mover_item *item);
/* The item is done: its events, its error on stderr. */
void hv_mover_say_done(struct hv_mover_item *item);
/* "moved to hv02": the verdict in a few words. Errors: MEMORY. */
HV_MUST_CHECK int hv_mover_verdict(const struct hv_mover_item *item, char **ret_text, struct hv_error *err);
/* Where the VM is: "source", "destination", "both", "neither"; NULL when it is not known. */
const char *hv_mover_location(const struct hv_mover_item *item);
/* What still runs after a signal, and how to follow it. */
void hv_mover_say_running(const struct hv_mover *mover);
/* The table, the list or the document at the end. */
void hv_mover_say_results(const struct hv_mover *mover, int exit_code);

#endif
