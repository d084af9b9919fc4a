/*
 * Rounds of enumerations whose instances go to one function: what the inventory tasks are made of. The queries of a round are
 * under way at once; when all have ended, the next round may begin.
 */
#ifndef INVENTORY_GATHER_H
#define INVENTORY_GATHER_H

#include "engine/task.h"

enum { HV_GATHER_MAX_QUERIES = 16 };

/* Begins the queries of ROUND, 0 being the first. When it begins none, the task is done. */
typedef int hv_gather_begin_fn(void *target, size_t round, struct hv_effects *effects, struct hv_error *err);
/* One instance of a query of KIND. A negative return ends the enumeration and the task. */
typedef int hv_gather_add_fn(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err);

/* Goes on with a task that does more than gather. */
typedef int hv_gather_end_fn(void *target, struct hv_effects *effects, struct hv_error *err);

struct hv_gather {
    hv_gather_begin_fn *begin;
    hv_gather_add_fn *add;
    void *target;
    enum hv_peer peer;         /* of the queries that are begun from now on */
    const char *cim_namespace; /* likewise; NULL: root/virtualization/v2 */
    bool is_courtesy;          /* likewise: whatever fails but memory, they are done without */
    hv_gather_end_fn *end;     /* called in place of ending the task; NULL: none */
    void *end_target;
    struct hv_gather_query {
        struct hv_gather *gather;
        uint32_t kind;
        bool required;
        bool is_courtesy;
        bool is_elsewhere;            /* in a namespace of its own */
    } queries[HV_GATHER_MAX_QUERIES]; /* all that were ever begun: the tag of an op is its index */
    size_t n_queries;
    size_t n_pending;
    size_t round;
    bool answered; /* at least one of the classes exists at the host */
};

/* TARGET must live as long as the ops: GATHER is a member of the task that TARGET is. */
void hv_gather_init(struct hv_gather *gather, hv_gather_begin_fn *begin, hv_gather_add_fn *add, void *target);

/*
 * For the begin function: enumerates CLASS_NAME of the gather's namespace, or those that fit the WQL condition WHERE (NULL: all).
 * Unless REQUIRED, a host without that class, or without that namespace, just has no instance of it. Errors: LIMIT (queries,
 * length), MEMORY.
 */
HV_MUST_CHECK int hv_gather_query(struct hv_gather *gather, uint32_t kind, const char *class_name, const char *where,
                                  bool required, struct hv_effects *effects, struct hv_error *err);

struct hv_vm_find;
/* The same for the VM that FIND looks for; what comes is to be offered to it. */
HV_MUST_CHECK int hv_gather_find_vm(struct hv_gather *gather, uint32_t kind, const struct hv_vm_find *find,
                                    struct hv_effects *effects, struct hv_error *err);

/*
 * The step of a task that does nothing else. Errors: those of the functions and of the queries; a missing class too when not one
 * of the classes asked for exists.
 */
HV_MUST_CHECK int hv_gather_step(struct hv_gather *gather, const struct hv_event *event, struct hv_effects *effects,
                                 struct hv_error *err);

/* Does ERR, of a request, say that the object or its class does not exist? Not so when the host knows nothing of Hyper-V at all.
 */
bool hv_gather_is_missing(const struct hv_error *err);

#endif
