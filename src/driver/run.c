/* A task under way. Events that are not an answer's are kept in the run and delivered once a turn, so no step is inside another.
 */
#include "driver/run.h"

#include "base/error.h"
#include "driver/exchange.h"
#include "driver/poll.h"
#include "driver/trace.h"

/* Out of the client's list and away from its task, which stays the caller's. */
static void let_go(struct hv_run *run) {
    struct hv_run **link = &run->client->runs;

    while (*link != run)
        link = &(*link)->next;
    *link = run->next;
    run->client->n_runs--;
    run->client->n_runs_ended++;
    run->task->forget = NULL;
    run->task->runner = NULL;
    free(run);
}

static void stop(struct hv_run *run) {
    hv_poll_remove(run);
    for (size_t i = 0; i < 2; i++) {
        if (run->peers[i])
            hv_exchange_stop_all(run->peers[i], run);
    }
}

/* hv_task_free of a running task. */
static void forget(void *runner, struct hv_task *task) {
    struct hv_run *run = runner;

    (void)task;
    stop(run);
    let_go(run);
}

int hv_run_new(struct hv_client *client, struct hv_task *task, struct hv_host *source, struct hv_host *destination,
               struct hv_error *err) {
    struct hv_run *run = calloc(1, sizeof(*run));
    struct hv_run **link = &client->runs;

    if (!run)
        return hv_error_memory(err);
    run->client = client;
    run->task = task;
    run->peers[HV_PEER_SOURCE] = source;
    run->peers[HV_PEER_DESTINATION] = destination;
    run->wake_ms = UINT64_MAX;
    run->starts = true;
    while (*link)
        link = &(*link)->next;
    *link = run;
    client->n_runs++;
    task->forget = forget;
    task->runner = run;
    return 0;
}

static void on_answer(void *context, const struct hv_answer *answer) {
    const struct hv_run *run = context;

    if (run->task->on_answer)
        run->task->on_answer(run->task->on_answer_context, answer->bytes, answer->n_bytes);
}

static void on_end(void *context, uint32_t tag, struct hv_op *op, const struct hv_error *err) {
    const struct hv_event event = {
        .kind = err ? HV_EVENT_OP_FAILED : HV_EVENT_OP_DONE,
        .tag = tag,
        .op = op,
        .err = err,
    };

    hv_run_deliver(context, &event);
}

static void add_stillborn(struct hv_run *run, uint32_t tag, int code) {
    if (run->n_stillborn < HV_RUN_MAX_STILLBORN) {
        run->stillborn[run->n_stillborn].tag = tag;
        run->stillborn[run->n_stillborn].code = code;
        run->n_stillborn++;
    }
}

static void start_op(struct hv_run *run, struct hv_effect *effect) {
    const struct hv_exchange_owner owner = {
        .on_answer = on_answer,
        .on_end = on_end,
        .context = run,
        .tag = effect->tag,
        .n_tries = HV_EXCHANGE_TRIES,
    };
    struct hv_op *op = effect->op;
    int r;

    if (!run->peers[effect->peer]) {
        add_stillborn(run, effect->tag, HV_E_ARGUMENT);
        return;
    }
    effect->op = NULL;
    r = hv_exchange_start(run->peers[effect->peer], op, &owner, NULL);
    if (r < 0)
        add_stillborn(run, effect->tag, r);
}

static int start_watch(struct hv_run *run, const struct hv_effect *effect) {
    struct hv_host *host = run->peers[effect->peer];

    return host ? hv_poll_add(host, run, effect->job, NULL) : HV_E_ARGUMENT;
}

static void carry_out(struct hv_run *run, struct hv_effect *effect) {
    switch (effect->kind) {
    case HV_EFFECT_RUN:
        start_op(run, effect);
        break;
    case HV_EFFECT_WAKE:
        run->wake_ms = effect->at_ms;
        break;
    case HV_EFFECT_WATCH:
        run->watch_failure = start_watch(run, effect);
        break;
    case HV_EFFECT_UNWATCH:
        hv_poll_remove(run);
        run->watch_failure = 0;
        break;
    case HV_EFFECT_DONE:
        break;
    }
}

static void trace_end(const struct hv_run *run) {
    const struct hv_error *error = NULL;

    if (hv_task_result(run->task, &error) == 0)
        hv_trace(run->client, run->peers[HV_PEER_SOURCE], "* task done");
    else
        hv_trace(run->client, run->peers[HV_PEER_SOURCE], "* task ended: %s: %s", hv_error_name(error->code), error->message);
}

void hv_run_deliver(struct hv_run *run, const struct hv_event *event) {
    struct hv_effects effects = { .n = 0 };

    hv_task_step(run->task, run->client->now_ms, event, &effects);
    for (size_t i = 0; i < effects.n && !run->task->done; i++)
        carry_out(run, &effects.list[i]);
    hv_effects_deinit(&effects);
    if (run->task->done) {
        trace_end(run);
        stop(run);
        let_go(run);
    }
}

static void deliver_error(struct hv_run *run, enum hv_event_kind kind, uint32_t tag, int code) {
    struct hv_error error = { 0 };
    const struct hv_event event = { .kind = kind, .tag = tag, .err = &error };

    if (code == HV_E_ARGUMENT)
        (void)hv_error_set(&error, code, "this needs a destination host, and none was given");
    else if (code == HV_E_PROTOCOL)
        (void)hv_error_set(&error, code, "the host named a job without InstanceID");
    else
        (void)hv_error_memory(&error);
    hv_run_deliver(run, &event);
}

/* Delivers one event that is due. False: none is. RUN may be gone afterwards. */
static bool tend(struct hv_run *run) {
    struct hv_event event = { .kind = HV_EVENT_START };

    if (run->starts) {
        run->starts = false;
    } else if (run->n_stillborn > 0) {
        struct hv_stillborn *last = &run->stillborn[--run->n_stillborn];
        deliver_error(run, HV_EVENT_OP_FAILED, last->tag, last->code);
        return true;
    } else if (run->watch_failure) {
        int code = run->watch_failure;
        run->watch_failure = 0;
        deliver_error(run, HV_EVENT_JOB_UNREACHABLE, 0, code);
        return true;
    } else if (run->detaches) {
        run->detaches = false;
        event.kind = HV_EVENT_DETACH;
    } else if (run->cancels) {
        run->cancels = false;
        event.kind = HV_EVENT_CANCEL;
    } else if (run->wake_ms <= run->client->now_ms) {
        run->wake_ms = UINT64_MAX;
        event.kind = HV_EVENT_WAKE;
    } else {
        return false;
    }
    hv_run_deliver(run, &event);
    return true;
}

void hv_run_tend_all(struct hv_client *client) {
    struct hv_run *run = client->runs;

    while (run) {
        uint64_t n_ended = client->n_runs_ended;

        /* One event a turn each: a task that asks to be woken at once must not keep the others waiting. */
        (void)tend(run);
        run = client->n_runs_ended == n_ended ? run->next : client->runs;
    }
}

uint64_t hv_run_due_ms(const struct hv_client *client) {
    uint64_t due_ms = UINT64_MAX;

    for (const struct hv_run *run = client->runs; run; run = run->next) {
        if (run->starts || run->detaches || run->cancels || run->watch_failure || run->n_stillborn > 0)
            return 0;
        if (run->wake_ms < due_ms)
            due_ms = run->wake_ms;
    }
    return due_ms;
}

void hv_run_drop_all(struct hv_client *client) {
    struct hv_run *run = client->runs;

    while (run) {
        struct hv_run *next = run->next;

        let_go(run);
        run = next;
    }
}
