/* What must be so after each run, whatever went wrong (design.md 3). */
#ifndef FAULTS_JUDGE_H
#define FAULTS_JUDGE_H

#include "scenario.h"
#include "session.h"

enum { JUDGE_MAX_BYTES = 3000 };

/* hvctl's last word of a run. */
enum word {
    WORD_NOTHING, /* killed, or no move was asked for */
    WORD_MOVED,
    WORD_NOT_MOVED,
    WORD_RUNNING,
    WORD_UNKNOWN,
    WORD_STAGED,   /* a planned VM is there, the VM itself was not to move */
    WORD_ANSWERED, /* of what only asks: done as asked */
    WORD_FAILED,   /* the same: not done, and said so */
    WORD_COUNT,
};
extern const char *const word_names[WORD_COUNT];

struct judge {
    const struct scenario *scenario;
    const struct world *world;
    const char *journal;
    const json_t *reference; /* of a FAMILY_READ: what it says untroubled */
    bool is_certain;         /* nothing lasts that would keep hvctl from the truth: it must not say "unknown" */
    bool hangs_up;           /* the terminal is gone: nobody reads what it says */
    bool is_cancelling;      /* the run was to end the job: that nothing moves is what was wanted */
    bool is_detached;        /* the run was to leave the job */
    bool is_prelude;         /* the run only makes what the command is about */
    bool may_meet_another;   /* a move of before may run, or be over */
    struct hv_buf faults;    /* what is wrong, a line each; empty: nothing */
};

void judge_init(struct judge *judge, const struct scenario *scenario, const struct world *world, const char *journal);
void judge_deinit(struct judge *judge);
void judge_blame(struct judge *judge, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Of a run that was not killed; one that was says nothing. */
enum word judge_run(struct judge *judge, const struct session_seen *seen);
/* Has the journal a move of the VM without a verdict? */
bool judge_is_open(const struct judge *judge);
/* At the very end, when everything has come to rest. WORD is the last one that said something. */
void judge_end(struct judge *judge, enum word word);
/* Without times, which differ from run to run. */
void judge_strip(json_t *document);

#endif
