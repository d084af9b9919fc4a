/*
 * A task is a state machine: it gets events, says what is to be done as effects, and does nothing itself. The driver feeds it.
 */
#ifndef ENGINE_TASK_H
#define ENGINE_TASK_H

#include <hvctl/task.h>

#include "engine/op.h"

enum hv_peer {
    HV_PEER_SOURCE,
    HV_PEER_DESTINATION,
};

enum hv_event_kind {
    HV_EVENT_START,
    HV_EVENT_OP_DONE,         /* op, tag */
    HV_EVENT_OP_FAILED,       /* op, tag, err; err->code is HV_E_LOST when a once-only request may have been carried out */
    HV_EVENT_WAKE,            /* the time asked for has come */
    HV_EVENT_JOB,             /* job: the watched job as the host shows it now */
    HV_EVENT_JOB_MISSING,     /* the host's list no longer shows the watched job */
    HV_EVENT_JOB_UNREACHABLE, /* err: polling failed for longer than hv_watch tolerates; the watch has ended */
    HV_EVENT_DETACH,          /* stop waiting */
    HV_EVENT_CANCEL,          /* end what was started, and see how that ends; DETACH for a task that can not */
};

struct hv_event {
    enum hv_event_kind kind;
    uint32_t tag;
    struct hv_op *op; /* results may be taken out of it */
    const struct hv_error *err;
    const struct hv_instance *job;
};

enum hv_effect_kind {
    HV_EFFECT_RUN,     /* run op on peer, answer with tag */
    HV_EFFECT_WAKE,    /* event WAKE at at_ms; replaces an earlier one */
    HV_EFFECT_WATCH,   /* poll the job (epr) on peer: events JOB, JOB_MISSING, JOB_UNREACHABLE; replaces an earlier one */
    HV_EFFECT_UNWATCH, /* stop that */
    HV_EFFECT_DONE,    /* the task is over; ops and watches of it are dropped */
};

struct hv_effect {
    enum hv_effect_kind kind;
    enum hv_peer peer;
    uint32_t tag;
    struct hv_op *op;   /* owned by the effect until the driver takes it */
    struct hv_epr *job; /* likewise */
    uint64_t at_ms;
};

enum { HV_EFFECTS_MAX = 16 };

struct hv_effects {
    struct hv_effect list[HV_EFFECTS_MAX];
    size_t n;
};

/* Takes OP_TAKE or JOB_TAKE. More than HV_EFFECTS_MAX in one step is a bug and asserts. */
void hv_effects_run(struct hv_effects *effects, enum hv_peer peer, struct hv_op *op_take, uint32_t tag);
void hv_effects_wake(struct hv_effects *effects, uint64_t at_ms);
void hv_effects_watch(struct hv_effects *effects, enum hv_peer peer, struct hv_epr *job_take);
void hv_effects_unwatch(struct hv_effects *effects);
void hv_effects_done(struct hv_effects *effects);
/* Frees what nobody took. */
void hv_effects_deinit(struct hv_effects *effects);

struct hv_task_vtable {
    /*
     * Handles one event. A negative result fails the task: it is done, and the driver keeps ERR as its result. DETACH
     * and CANCEL may be left to the caller by returning HV_TASK_UNHANDLED: the task then ends with HV_E_CANCELLED.
     */
    int (*step)(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                struct hv_error *err);
    void (*free)(struct hv_task *task);
};
enum { HV_TASK_UNHANDLED = 1 };

/* Embedded as first member of every task. */
struct hv_task {
    const struct hv_task_vtable *vtable;
    bool done;
    struct hv_error error; /* result, code 0 for success */
    hv_answer_fn *on_answer;
    void *on_answer_context;
    /* The driver's: called by hv_task_free while the task runs. */
    void (*forget)(void *runner, struct hv_task *task);
    void *runner;
};

void hv_task_init(struct hv_task *task, const struct hv_task_vtable *vtable);
/*
 * One event through the machine, with the rules that hold for every task: no event after the end, failure and DONE end it.
 * Effects are the caller's to carry out and deinit.
 */
void hv_task_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects);

/* Is it a task of the kind that VTABLE says, and did it end well? Only then its result is whole. */
static inline bool hv_task_succeeded(const struct hv_task *task, const struct hv_task_vtable *vtable) {
    return task->vtable == vtable && task->done && task->error.code == 0;
}

#endif
