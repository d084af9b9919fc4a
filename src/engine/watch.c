/* Watching jobs (design.md 1: per host, not per job). */
#include "engine/watch.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"

struct waiter {
    struct hv_task *task;
    char *instance_id;
    uint64_t heard_ms; /* of the host, at last */
    bool is_in_look;   /* was there when the look began: only then the job must show in it */
    bool has_event;
    const struct hv_instance *job; /* as the last look showed it, NULL when it did not */
};

struct hv_watch {
    char *resource_uri;
    uint64_t fixed_ms;
    struct waiter *waiters;
    size_t n_waiters;
    bool is_looking;
    uint64_t interval_ms; /* the last pause between two looks, or the one to start with */
    uint64_t due_ms;      /* UINT64_MAX when nothing asked for a look since the last began */
    /* Of the last look. */
    struct hv_instance **jobs;
    size_t n_jobs;
    bool has_failed;
    struct hv_error error;
};

static uint64_t first_interval(const struct hv_watch *watch) {
    return watch->fixed_ms ? watch->fixed_ms : HV_WATCH_FIRST_MS;
}

int hv_watch_new(const char *resource_uri, uint64_t fixed_ms, struct hv_watch **ret_watch, struct hv_error *err) {
    struct hv_watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return hv_error_memory(err);
    if (hv_text_copy(resource_uri, &watch->resource_uri, err) < 0) {
        free(watch);
        return HV_E_MEMORY;
    }
    watch->fixed_ms = fixed_ms;
    watch->interval_ms = first_interval(watch);
    watch->due_ms = UINT64_MAX;
    *ret_watch = watch;
    return 0;
}

/* What the last look brought. */
static void forget_look(struct hv_watch *watch) {
    for (size_t i = 0; i < watch->n_waiters; i++) {
        watch->waiters[i].has_event = false;
        watch->waiters[i].job = NULL;
    }
    for (size_t i = 0; i < watch->n_jobs; i++)
        (void)hv_instance_free(watch->jobs[i]);
    free(watch->jobs);
    watch->jobs = NULL;
    watch->n_jobs = 0;
    watch->has_failed = false;
}

struct hv_watch *hv_watch_free(struct hv_watch *watch) {
    if (!watch)
        return NULL;
    forget_look(watch);
    for (size_t i = 0; i < watch->n_waiters; i++)
        free(watch->waiters[i].instance_id);
    free(watch->waiters);
    free(watch->resource_uri);
    free(watch);
    return NULL;
}

const char *hv_watch_resource_uri(const struct hv_watch *watch) {
    return watch->resource_uri;
}

bool hv_watch_is_empty(const struct hv_watch *watch) {
    return watch->n_waiters == 0;
}

uint64_t hv_watch_due_ms(const struct hv_watch *watch) {
    return watch->is_looking || watch->n_waiters == 0 ? UINT64_MAX : watch->due_ms;
}

static void remove_at(struct hv_watch *watch, size_t index) {
    free(watch->waiters[index].instance_id);
    watch->n_waiters--;
    memmove(&watch->waiters[index], &watch->waiters[index + 1], (watch->n_waiters - index) * sizeof(*watch->waiters));
}

void hv_watch_remove(struct hv_watch *watch, const struct hv_task *task) {
    for (size_t i = 0; i < watch->n_waiters; i++) {
        if (watch->waiters[i].task == task) {
            remove_at(watch, i);
            return;
        }
    }
}

/* A new job is young: the pauses begin anew for all. */
int hv_watch_add(struct hv_watch *watch, struct hv_task *task, const char *instance_id, uint64_t now_ms, struct hv_error *err) {
    struct waiter waiter = { .task = task, .heard_ms = now_ms };
    uint64_t due_ms = now_ms + first_interval(watch);
    struct waiter *bigger;

    if (hv_text_copy(instance_id, &waiter.instance_id, err) < 0)
        return HV_E_MEMORY;
    bigger = hv_grow(watch->waiters, watch->n_waiters, sizeof(*bigger));
    if (!bigger) {
        free(waiter.instance_id);
        return hv_error_memory(err);
    }
    watch->waiters = bigger;
    hv_watch_remove(watch, task);
    if (watch->n_waiters == 0 || due_ms < watch->due_ms)
        watch->due_ms = due_ms;
    watch->waiters[watch->n_waiters++] = waiter;
    watch->interval_ms = first_interval(watch);
    return 0;
}

/* Does anybody wait for this job, and does not have it yet? */
static bool is_awaited(const struct hv_watch *watch, const char *instance_id) {
    for (size_t i = 0; i < watch->n_waiters; i++) {
        const struct waiter *waiter = &watch->waiters[i];

        if (waiter->is_in_look && !waiter->job && hv_text_same(waiter->instance_id, instance_id))
            return true;
    }
    return false;
}

/* Keeps the jobs that are waited for. */
static int collect(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct hv_watch *watch = context;
    const char *instance_id = *instance ? hv_instance_text(*instance, "InstanceID") : NULL;
    struct hv_instance **bigger;

    (void)epr;
    if (!is_awaited(watch, instance_id))
        return 0;
    bigger = hv_grow(watch->jobs, watch->n_jobs, sizeof(*bigger));
    if (!bigger)
        return hv_error_memory(err);
    watch->jobs = bigger;
    for (size_t i = 0; i < watch->n_waiters; i++) {
        if (watch->waiters[i].is_in_look && hv_text_same(watch->waiters[i].instance_id, instance_id))
            watch->waiters[i].job = *instance;
    }
    watch->jobs[watch->n_jobs++] = *instance;
    *instance = NULL;
    return 0;
}

int hv_watch_begin(struct hv_watch *watch, struct hv_op **ret_op, struct hv_error *err) {
    struct hv_enumerate_options options = { .resource_uri = watch->resource_uri, .on_item = collect, .context = watch };
    int r = hv_op_new_enumerate(&options, ret_op, err);

    if (r < 0)
        return r;
    forget_look(watch);
    for (size_t i = 0; i < watch->n_waiters; i++)
        watch->waiters[i].is_in_look = true;
    watch->is_looking = true;
    watch->due_ms = UINT64_MAX;
    return 0;
}

/* The look is over; when is the next? Tasks added meanwhile have asked for one already. */
static void end_look(struct hv_watch *watch, uint64_t now_ms) {
    uint64_t due_ms;

    if (watch->due_ms == UINT64_MAX && !watch->fixed_ms) {
        watch->interval_ms += watch->interval_ms / 2;
        if (watch->interval_ms > HV_WATCH_LONGEST_MS)
            watch->interval_ms = HV_WATCH_LONGEST_MS;
    }
    due_ms = now_ms + watch->interval_ms;
    if (due_ms < watch->due_ms)
        watch->due_ms = due_ms;
    watch->is_looking = false;
}

void hv_watch_answered(struct hv_watch *watch, uint64_t now_ms, const struct hv_op *op) {
    (void)op; /* collect has what it brought */
    for (size_t i = 0; i < watch->n_waiters; i++) {
        struct waiter *waiter = &watch->waiters[i];

        waiter->heard_ms = now_ms;
        waiter->has_event = waiter->is_in_look;
        waiter->is_in_look = false;
    }
    end_look(watch, now_ms);
}

/* No later look can do better. */
static bool is_final(const struct hv_error *err) {
    return err->code == HV_E_AUTH || err->code == HV_E_DENIED || err->code == HV_E_TLS;
}

void hv_watch_failed(struct hv_watch *watch, uint64_t now_ms, const struct hv_error *err) {
    forget_look(watch);
    watch->has_failed = true;
    (void)hv_error_copy(&watch->error, err);
    for (size_t i = 0; i < watch->n_waiters; i++) {
        struct waiter *waiter = &watch->waiters[i];

        waiter->has_event = is_final(err) || now_ms - waiter->heard_ms >= HV_WATCH_LOST_MS;
        waiter->is_in_look = false;
    }
    end_look(watch, now_ms);
}

struct hv_task *hv_watch_next(struct hv_watch *watch, struct hv_event *ret_event) {
    for (size_t i = 0; i < watch->n_waiters; i++) {
        struct waiter *waiter = &watch->waiters[i];
        struct hv_task *task = waiter->task;

        if (!waiter->has_event)
            continue;
        waiter->has_event = false;
        if (watch->has_failed) {
            *ret_event = (struct hv_event){ .kind = HV_EVENT_JOB_UNREACHABLE, .err = &watch->error };
            remove_at(watch, i);
        } else if (waiter->job) {
            *ret_event = (struct hv_event){ .kind = HV_EVENT_JOB, .job = waiter->job };
        } else {
            *ret_event = (struct hv_event){ .kind = HV_EVENT_JOB_MISSING };
        }
        return task;
    }
    return NULL;
}
