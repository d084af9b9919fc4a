/* Looks at the jobs of a host, shared by all tasks that wait there. */
#include "driver/poll.h"

#include <string.h>

#include "driver/exchange.h"
#include "driver/run.h"
#include "driver/trace.h"

struct hv_poll {
    struct hv_poll *next;
    struct hv_host *host;
    struct hv_watch *watch;
    bool busy; /* handing out events: must not be freed */
};

static void unhook(struct hv_poll *poll) {
    struct hv_poll **link = &poll->host->polls;

    while (*link != poll)
        link = &(*link)->next;
    *link = poll->next;
}

static void poll_free(struct hv_poll *poll) {
    (void)hv_watch_free(poll->watch);
    free(poll);
}

/* A look that nobody waits for any more is stopped with it. */
static void drop_if_empty(struct hv_poll *poll) {
    if (poll->busy || !hv_watch_is_empty(poll->watch))
        return;
    hv_exchange_stop_all(poll->host, poll);
    unhook(poll);
    poll_free(poll);
}

static void hand_out(struct hv_poll *poll) {
    struct hv_event event;
    struct hv_task *task;

    poll->busy = true;
    while ((task = hv_watch_next(poll->watch, &event)) != NULL) {
        struct hv_run *run = task->runner;
        if (event.kind == HV_EVENT_JOB_UNREACHABLE)
            run->poll = NULL; /* the watch has let go of it */
        hv_run_deliver(run, &event);
    }
    poll->busy = false;
    drop_if_empty(poll);
}

static void on_end(void *context, uint32_t tag, struct hv_op *op, const struct hv_error *err) {
    struct hv_poll *poll = context;
    uint64_t now_ms = poll->host->client->now_ms;

    (void)tag;
    if (err)
        hv_watch_failed(poll->watch, now_ms, err);
    else
        hv_watch_answered(poll->watch, now_ms, op);
    hand_out(poll);
}

static int begin(struct hv_poll *poll, struct hv_error *err) {
    const struct hv_exchange_owner owner = { .on_end = on_end, .context = poll, .n_tries = 1 };
    struct hv_op *op = NULL;
    int r = hv_watch_begin(poll->watch, &op, err);

    return r < 0 ? r : hv_exchange_start(poll->host, op, &owner, err);
}

void hv_poll_begin_due(struct hv_host *host) {
    struct hv_poll *poll = host->polls;

    while (poll) {
        struct hv_error error = { 0 };

        if (hv_watch_due_ms(poll->watch) <= host->client->now_ms && begin(poll, &error) < 0) {
            hv_watch_failed(poll->watch, host->client->now_ms, &error);
            hand_out(poll);
            poll = host->polls; /* tasks may have left and polls gone */
            continue;
        }
        poll = poll->next;
    }
}

uint64_t hv_poll_due_ms(const struct hv_host *host) {
    uint64_t due_ms = UINT64_MAX;

    for (const struct hv_poll *poll = host->polls; poll; poll = poll->next) {
        uint64_t at_ms = hv_watch_due_ms(poll->watch);
        if (at_ms < due_ms)
            due_ms = at_ms;
    }
    return due_ms;
}

/* The poll of that class on HOST, made when there is none. */
static int obtain(struct hv_host *host, const char *resource_uri, struct hv_poll **ret_poll, struct hv_error *err) {
    struct hv_poll *poll = host->polls;

    while (poll && strcmp(hv_watch_resource_uri(poll->watch), resource_uri) != 0)
        poll = poll->next;
    if (!poll) {
        int r;

        poll = calloc(1, sizeof(*poll));
        if (!poll)
            return hv_error_memory(err);
        r = hv_watch_new(resource_uri, host->client->options.poll_ms, &poll->watch, err);
        if (r < 0) {
            free(poll);
            return r;
        }
        poll->host = host;
        poll->next = host->polls;
        host->polls = poll;
    }
    *ret_poll = poll;
    return 0;
}

int hv_poll_add(struct hv_host *host, struct hv_run *run, const struct hv_epr *job, struct hv_error *err) {
    const char *instance_id = hv_epr_selector(job, "InstanceID");
    struct hv_poll *poll = NULL;
    int r;

    hv_poll_remove(run);
    if (!instance_id)
        return HV_E_PROTOCOL;
    r = obtain(host, hv_epr_resource_uri(job), &poll, err);
    if (r < 0)
        return r;
    r = hv_watch_add(poll->watch, run->task, instance_id, host->client->now_ms, err);
    if (r < 0) {
        drop_if_empty(poll);
        return r;
    }
    run->poll = poll;
    hv_trace(host->client, host, "* waiting for job %s", instance_id);
    return 0;
}

void hv_poll_remove(struct hv_run *run) {
    struct hv_poll *poll = run->poll;

    if (!poll)
        return;
    run->poll = NULL;
    hv_watch_remove(poll->watch, run->task);
    drop_if_empty(poll);
}

void hv_poll_drop_all(struct hv_host *host) {
    while (host->polls) {
        struct hv_poll *poll = host->polls;

        host->polls = poll->next;
        poll_free(poll);
    }
}
