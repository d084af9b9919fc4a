/* A task under way: feeds it events and carries out what it wants. */
#ifndef DRIVER_RUN_H
#define DRIVER_RUN_H

#include "driver/host.h"
#include "engine/task.h"

enum { HV_RUN_MAX_STILLBORN = 2 * HV_EFFECTS_MAX };

/* An operation that could not even be queued; its owner hears of it in the next turn. */
struct hv_stillborn {
    uint32_t tag;
    int code;
};

struct hv_run {
    struct hv_run *next;
    struct hv_client *client;
    struct hv_task *task;
    struct hv_host *peers[2]; /* by enum hv_peer; the destination may be NULL */
    struct hv_poll *poll;     /* NULL: waits for no job */
    uint64_t wake_ms;         /* UINT64_MAX: not asked for */
    bool starts;              /* events due in the next turn */
    bool detaches;
    bool cancels;
    int watch_failure; /* HV_E_*, 0: none */
    struct hv_stillborn stillborn[HV_RUN_MAX_STILLBORN];
    size_t n_stillborn;
};

/* Errors: MEMORY. */
HV_MUST_CHECK int hv_run_new(struct hv_client *client, struct hv_task *task, struct hv_host *source, struct hv_host *destination,
                             struct hv_error *err);
/* RUN is gone afterwards when the event ended its task. */
void hv_run_deliver(struct hv_run *run, const struct hv_event *event);
/* Delivers what is due: starts, wakes, ... */
void hv_run_tend_all(struct hv_client *client);
/* When the next is due; 0: at once; UINT64_MAX: none. */
uint64_t hv_run_due_ms(const struct hv_client *client);
/* The client goes: lets go of the tasks and leaves them as they are. */
void hv_run_drop_all(struct hv_client *client);

#endif
