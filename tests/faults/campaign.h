/* One case: a scenario, what happens to which of its requests, and what is done afterwards. */
#ifndef FAULTS_CAMPAIGN_H
#define FAULTS_CAMPAIGN_H

#include "judge.h"

/* What follows a run that was killed. */
enum after {
    AFTER_FOLLOW,      /* hvctl job follow --last, at once */
    AFTER_FOLLOW_LATE, /* the same when the host has forgotten the job */
    AFTER_AGAIN,       /* the same command once more, at once */
    AFTER_AGAIN_LATE,
    AFTER_COUNT,
};
extern const char *const after_names[AFTER_COUNT];

struct fault_case {
    const struct scenario *scenario;
    const struct trouble *trouble; /* NULL: none, which must come out as the scenario says */
    unsigned point;
    enum trouble_mode mode;
    enum after after;
};
enum { CASE_NAME_SIZE = 160 };
/* "migrate-state/kill-after/7/once/follow", which names it on the command line. */
void case_name(const struct fault_case *one, char name[CASE_NAME_SIZE]);
/* False when it is no such name. */
bool case_parse(const char *name, struct fault_case *ret_case);

/* Where the runs of one worker keep their files. */
struct bench {
    char *folder;
    char *journal;
    json_t **references; /* by number of the scenario */
    bool is_verbose;     /* what each run says goes to stderr */
    bool counts_memory;  /* each run looks for leaks */
};
/* FOLDER is made, and the environment says so. It stays. */
bool bench_open(struct bench *bench, const char *folder);
void bench_close(struct bench *bench);

/* How many requests it has without trouble; 0 with a word on stderr when it does not come out as it should. */
unsigned case_count(struct bench *bench, const struct scenario *scenario);

struct verdict {
    enum word first; /* of the troubled run */
    enum word last;  /* of the case */
    unsigned n_runs;
    bool was_hit;
    char faults[JUDGE_MAX_BYTES]; /* empty: passed */
};
void case_run(struct bench *bench, const struct fault_case *one, struct verdict *ret_verdict);

#endif
