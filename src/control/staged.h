/*
 * A move by way of a planned VM, as staged.c, staged_look.c and staged_left.c share it: the move itself, and around it what is
 * looked at first, the parts, and what is left behind.
 */
#ifndef CONTROL_STAGED_H
#define CONTROL_STAGED_H

#include <hvctl/staged.h>

#include "control/planned_fixes.h"
#include "migration/machine.h"

enum hv_staged_state {
    HV_STAGED_STATE_LOOK,     /* is the VM there, is there a planned one already, has the destination the switches? */
    HV_STAGED_STATE_STAGE,    /* the source makes a planned VM at the destination */
    HV_STAGED_STATE_SET,      /* the planned VM is being corrected */
    HV_STAGED_STATE_VALIDATE, /* the destination looks for what is wrong with it */
    HV_STAGED_STATE_MOVE,     /* the move, or its check */
    HV_STAGED_STATE_DISCARD,  /* nothing moved: the planned VM is being removed */
    HV_STAGED_STATE_OVER,
    HV_STAGED_N_STATES,
};

struct hv_staged {
    struct hv_move move; /* first */
    enum hv_staged_act act;
    enum hv_staged_state state;
    /* Of LOOK. */
    struct hv_gather gather;
    struct hv_vm_find find;
    struct hv_vm vm;
    struct hv_instance_list switches;
    bool has_planned;
    bool has_looked;
    struct hv_planned_wishes wishes;
    struct hv_task *parts[HV_STAGED_N_STATES]; /* kept to the end: operations of a part that failed may still be under way */
    bool detaching;
    bool sleeps;             /* the part wants to be woken */
    bool is_made;            /* a planned VM that is ours is there, or may be */
    int code;                /* of the end, as far as it is known */
    struct hv_error failure; /* when CODE is not 0 */
};

/* The destination, as messages name it. */
static inline const char *hv_staged_destination(const struct hv_staged *self) {
    return hv_mig_destination_label(&self->move);
}

/* ---- staged_look.c ---- */

/* SELF has its move, act and wishes. */
void hv_staged_look_init(struct hv_staged *self);
/*
 * Events of its own queries. Outcomes: 0; 1 over, and what was seen is what this act wants, or the VM was not found, when vm.id
 * is NULL. Errors: CONFLICT, NOT_FOUND (by the planned VM or a switch), those of the queries, MEMORY.
 */
HV_MUST_CHECK int hv_staged_look_step(struct hv_staged *self, const struct hv_event *event, struct hv_effects *effects,
                                      struct hv_error *err);

/* ---- staged_left.c ---- */

/* Is it certain that nothing moves into the planned VM? */
bool hv_staged_may_discard(const struct hv_staged *self);
/*
 * May staging that ended so have made a planned VM that was not seen? A request that was refused made none; after the failure of
 * a job the machine looks for one, and without an answer that stays open.
 */
bool hv_staged_may_be_made(const struct hv_move_result *result, bool was_sent, enum hv_move_outcome outcome);

/* The planned VM is left, with HOW before that: "" or "perhaps: ". Errors: MEMORY. */
HV_MUST_CHECK int hv_staged_leftover_add(struct hv_staged *self, const char *how, struct hv_error *err);
/* Is it named already, by the move that looked for it? */
bool hv_staged_leftover_is_named(const struct hv_staged *self);
/* It is gone. */
void hv_staged_leftover_forget(struct hv_staged *self);
/* At the end: names it where it stays or may be there, and is not named yet. Errors: MEMORY. */
HV_MUST_CHECK int hv_staged_leftover_name(struct hv_staged *self, struct hv_error *err);

#endif
