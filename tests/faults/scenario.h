/* The commands that are put through the campaign: what each says to a world where nothing goes wrong but what is its own point.
 */
#ifndef FAULTS_SCENARIO_H
#define FAULTS_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum family {
    FAMILY_MOVE,   /* moves a VM, or follows what does */
    FAMILY_CHECK,  /* asks about a move */
    FAMILY_READ,   /* says on stdout what is so */
    FAMILY_CHANGE, /* brings a VM into a state */
    FAMILY_SET,    /* sets something else: see truth.h */
};

enum { SCENARIO_MAX_WORDS = 24, SCENARIO_MAX_ARMS = 4 };

/* What a setting is about. */
enum thing {
    THING_NONE,
    THING_PLANNED,       /* is there a planned VM at the second host? */
    THING_PROCESSOR,     /* DETAIL of the VM's processor setting */
    THING_STARTED,       /* is the VM off, and nobody starts it? */
    THING_SERVICE,       /* settings of the first host's migration service */
    THING_NETWORKS,      /* its migration networks */
    THING_STORED,        /* Uint8 of its Hvsim_AllTypes whose Id is DETAIL */
    THING_PLANNED_PARTS, /* where its adapters, its images and its configuration are */
};

struct scenario {
    const char *name;
    enum family family;
    const char *argv[SCENARIO_MAX_WORDS];
    const char *setup[SCENARIO_MAX_WORDS]; /* a command that runs untroubled before; empty: none */
    const char *arms[SCENARIO_MAX_ARMS];   /* as for hvsim --fault */
    int exit;                              /* without trouble */
    const char *outcome;                   /* likewise, of a move or a check; NULL: it has none */
    const char *vm;                        /* GUID of the VM that it is about; NULL: none */
    const char *disk;                      /* a move of storage within a host: the first disk as it was; NULL: another host */
    uint16_t state;                        /* of a change: EnabledState that is wanted */
    enum thing thing;                      /* of a setting */
    const char *detail;                    /* likewise: which, when there are several */
    const char *before;                    /* likewise: what truth_tell says of it before */
    const char *asked;                     /* and when all is done */
    const char *config;                    /* as for hvsim --config; NULL: its own inventory */
    bool may_cancel;                       /* it ends jobs */
    bool never_ends;                       /* its job goes on until somebody ends it */
    bool is_limited;                       /* it may stop waiting before it can know */
    bool leaves_rubbish;                   /* its failure leaves something at the destination */
};

extern const struct scenario scenarios[];
extern const size_t n_scenarios;
/* NULL when there is none of that name. */
const struct scenario *scenario_find(const char *name);

#endif
