/* One run of hvctl against the world, with at most one kind of trouble, and what was seen of it from outside. */
#ifndef FAULTS_SESSION_H
#define FAULTS_SESSION_H

#include <jansson.h>

#include "world.h"

/* What happens to a request. */
struct trouble {
    const char *name;
    enum fault_end end;
    int status;      /* of an answer that the world does not give; 0: it does */
    const char *arm; /* as for hvsim --fault; NULL: none */
    enum { TROUBLE_CARRIED_OUT, TROUBLE_NOT_CARRIED_OUT, TROUBLE_CARRIED_OUT_LATE } effect;
    int signal;    /* that hvctl gets while it waits for the answer; 0: none */
    bool may_last; /* it is tried in every mode, else once */
};
extern const struct trouble troubles[];
extern const size_t n_troubles;
/* NULL when there is none of that name. */
const struct trouble *trouble_find(const char *name);
bool trouble_kills(const struct trouble *trouble);

/* How long it lasts. */
enum trouble_mode {
    MODE_ONCE,  /* one request */
    MODE_BURST, /* this one and the next five to the same host: more than are tried again */
    MODE_GONE,  /* from this one on the host, to the end of the run */
    MODE_DARK,  /* from this one on both */
    MODE_COUNT,
};
extern const char *const mode_names[MODE_COUNT];

enum { BURST = 6, LATE_MS = 45000, MAX_ASKS = 4000, MAX_ONCE = 64 };

struct session_plan {
    const char *const *argv;
    const struct trouble *trouble; /* NULL: none */
    unsigned point;                /* request it begins with, from 1 */
    enum trouble_mode mode;
    const char *journal; /* path */
    const char *vm_guid; /* that moves; NULL: none */
    bool counts_memory;
};

enum sight { SIGHT_NONE, SIGHT_ABSENT, SIGHT_PRESENT };

struct session_seen {
    unsigned n_asks;                    /* requests that left, or would have */
    unsigned n_hit;                     /* of them met by the trouble */
    unsigned n_moves;                   /* requests to move */
    unsigned n_stages;                  /* requests for a planned VM */
    unsigned n_twice;                   /* once-only requests that may have arrived, and left again */
    unsigned n_stops;                   /* requests to end a job */
    unsigned n_refused;                 /* sign-ins in a row that one host refused, the most there were */
    bool has_no_intent;                 /* a request to move left that the journal did not have */
    enum sight sights[WORLD_MAX_HOSTS]; /* of the VM, by the last answer of each host to a query for it */
    bool is_killed;
    bool is_endless; /* that is why */
    int status;      /* exit status, or the negative number of a signal nobody planned */
    char *out;
    char *err;
    json_t *document; /* of stdout, when it is JSON */
};

/* False, with a word on stderr, when it could not be run. session_seen_deinit in any case. */
bool session_run(struct world *world, const struct session_plan *plan, struct session_seen *ret_seen);
void session_seen_deinit(struct session_seen *seen);

#endif
