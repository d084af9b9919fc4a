/* Open enumerations of one host (wsman.md 1.8): found by a context that changes on each pull and dies of idleness. */
#ifndef SIM_CONTEXT_H
#define SIM_CONTEXT_H

#include "instance.h"
#include "list.h"
#include "wql.h"

enum { SIM_MAX_CONTEXTS = 1500 }; /* MaxConcurrentOperationsPerUser */

enum sim_enum_mode {
    SIM_MODE_OBJECT,
    SIM_MODE_EPR,
    SIM_MODE_OBJECT_AND_EPR,
};

struct sim_host;
struct sim_subscription;

/* Items are the objects of a list, or made one after the other, or descriptions of classes. */
struct sim_enumeration {
    struct sim_list list;
    const struct sim_host *bulk; /* its instances of Hvsim_Bulk in place of the list; NULL: no */
    struct sim_wql *wql;         /* those of them that fit; NULL: all */
    struct sim_object *made;     /* the next of them */
    const struct sim_class **classes;
    size_t n_classes;
    unsigned options; /* for descriptions */
    size_t next;      /* item of the list, or of what is made */
    enum sim_enum_mode mode;
    struct sim_writing writing;
    struct sim_subscription *subscription; /* items are events as they happen; NULL: an enumeration */
    char **columns;                        /* of a projection; none: whole instances */
    size_t n_columns;
    uint64_t asked_bytes;    /* MaxEnvelopeSize of the Enumerate, 0 none */
    uint64_t asked_elements; /* MaxElements, 0 none */
};
struct sim_enumeration *sim_enumeration_free(struct sim_enumeration *enumeration);
HV_DEFINE_CLEANUP(struct sim_enumeration *, sim_enumeration_free)
/* Whether there is another item; -1 out of memory, 0, 1. */
HV_MUST_CHECK int sim_enumeration_more(struct sim_enumeration *enumeration);
/* The item; NULL when it is a class. Only after the above said so. */
const struct sim_object *sim_enumeration_object(const struct sim_enumeration *enumeration);
void sim_enumeration_advance(struct sim_enumeration *enumeration);

struct sim_context {
    char id[48];
    int64_t used_us;
    struct sim_enumeration *enumeration;
};

struct sim_contexts {
    struct sim_context *items;
    size_t n_items;
};

void sim_contexts_deinit(struct sim_contexts *contexts);
/* Drops enumerations idle since before OLDEST_US, and subscriptions that expired at SIMULATED_US. */
void sim_contexts_expire(struct sim_contexts *contexts, int64_t oldest_us, int64_t simulated_us);
/* Takes the enumeration: 0, 1 too many are open, -1 out of memory (freed in both). */
HV_MUST_CHECK int sim_contexts_add(struct sim_contexts *contexts, const char *id, int64_t now_us,
                                   struct sim_enumeration *enumeration_take);
/* NULL when unknown. Valid until the next add or remove. */
struct sim_context *sim_contexts_find(struct sim_contexts *contexts, const char *id);
void sim_contexts_remove(struct sim_contexts *contexts, struct sim_context *context);

#endif
