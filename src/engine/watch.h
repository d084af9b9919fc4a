/*
 * The jobs of one class on one host, and who waits for which: one enumeration a turn serves all (design.md 1). The first interval
 * grows with each look up to a ceiling; a failed look is repeated with the same pauses until contact was lost for too long.
 */
#ifndef ENGINE_WATCH_H
#define ENGINE_WATCH_H

#include "engine/task.h"

enum {
    HV_WATCH_FIRST_MS = 1000,
    HV_WATCH_LONGEST_MS = 5000,
    HV_WATCH_LOST_MS = 5 * 60 * 1000, /* without any answer; a host keeps a finished job for as long */
};

struct hv_watch;

/* RESOURCE_URI of the job class. FIXED_MS: 0 for the growing interval, else the interval. */
HV_MUST_CHECK int hv_watch_new(const char *resource_uri, uint64_t fixed_ms, struct hv_watch **ret_watch, struct hv_error *err);
struct hv_watch *hv_watch_free(struct hv_watch *watch);
const char *hv_watch_resource_uri(const struct hv_watch *watch);

/* TASK waits for the job with INSTANCE_ID; looked at once FIRST interval from NOW_MS has passed. One job a task. */
HV_MUST_CHECK int hv_watch_add(struct hv_watch *watch, struct hv_task *task, const char *instance_id, uint64_t now_ms,
                               struct hv_error *err);
void hv_watch_remove(struct hv_watch *watch, const struct hv_task *task);
bool hv_watch_is_empty(const struct hv_watch *watch);
/* When to begin the next look; UINT64_MAX while nobody waits or a look is under way. */
uint64_t hv_watch_due_ms(const struct hv_watch *watch);

/*
 * Begins a look: the caller runs the op, which must not outlive the watch, and reports by one of the two below. Only jobs that
 * somebody waits for are kept.
 */
HV_MUST_CHECK int hv_watch_begin(struct hv_watch *watch, struct hv_op **ret_op, struct hv_error *err);
/* After either, hv_watch_next gives events until it returns NULL; a task may be removed or added in between. */
void hv_watch_answered(struct hv_watch *watch, uint64_t now_ms, const struct hv_op *op);
void hv_watch_failed(struct hv_watch *watch, uint64_t now_ms, const struct hv_error *err);
/* The next task that has an event to get, with the event; valid until begin, answered, failed or free. NULL: no more.
 * JOB_UNREACHABLE removes the task. */
struct hv_task *hv_watch_next(struct hv_watch *watch, struct hv_event *ret_event);

#endif
