/* What holds for every task: its end, its result, the list of effects of a step. */
#include "engine/task.h"

#include <assert.h>

#include "base/error.h"
#include "wsman/epr.h"

static struct hv_effect *add(struct hv_effects *effects, enum hv_effect_kind kind) {
    struct hv_effect *effect;

    assert(effects->n < HV_EFFECTS_MAX);
    effect = &effects->list[effects->n++];
    *effect = (struct hv_effect){ .kind = kind };
    return effect;
}

void hv_effects_run(struct hv_effects *effects, enum hv_peer peer, struct hv_op *op_take, uint32_t tag) {
    struct hv_effect *effect = add(effects, HV_EFFECT_RUN);

    effect->peer = peer;
    effect->op = op_take;
    effect->tag = tag;
}

void hv_effects_wake(struct hv_effects *effects, uint64_t at_ms) {
    add(effects, HV_EFFECT_WAKE)->at_ms = at_ms;
}

void hv_effects_watch(struct hv_effects *effects, enum hv_peer peer, struct hv_epr *job_take) {
    struct hv_effect *effect = add(effects, HV_EFFECT_WATCH);

    effect->peer = peer;
    effect->job = job_take;
}

void hv_effects_unwatch(struct hv_effects *effects) {
    (void)add(effects, HV_EFFECT_UNWATCH);
}

void hv_effects_done(struct hv_effects *effects) {
    (void)add(effects, HV_EFFECT_DONE);
}

void hv_effects_deinit(struct hv_effects *effects) {
    for (size_t i = 0; i < effects->n; i++) {
        (void)hv_op_free(effects->list[i].op);
        (void)hv_epr_free(effects->list[i].job);
    }
    effects->n = 0;
}

void hv_task_init(struct hv_task *task, const struct hv_task_vtable *vtable) {
    *task = (struct hv_task){ .vtable = vtable };
}

/* The task ends with what is in its error; nothing of this step is carried out any more. */
static void fail(struct hv_task *task, int code, struct hv_effects *effects) {
    if (task->error.code == 0)
        (void)hv_error_set(&task->error, code, "the task failed without saying why");
    hv_effects_deinit(effects);
    hv_effects_done(effects);
    task->done = true;
}

void hv_task_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects) {
    struct hv_error err = { 0 };
    int r;

    if (task->done)
        return;
    r = task->vtable->step(task, now_ms, event, effects, &err);
    if (r == HV_TASK_UNHANDLED) {
        if (event->kind == HV_EVENT_DETACH || event->kind == HV_EVENT_CANCEL)
            r = hv_error_set(&err, HV_E_CANCELLED, "stopped before the end");
        else
            r = hv_error_set(&err, HV_E_INTERNAL, "a task got event %d, which it does not know", (int)event->kind);
    }
    if (r < 0) {
        task->error = err;
        fail(task, r, effects);
        return;
    }
    for (size_t i = 0; i < effects->n; i++) {
        if (effects->list[i].kind == HV_EFFECT_DONE)
            task->done = true;
    }
}

struct hv_task *hv_task_free(struct hv_task *task) {
    if (!task)
        return NULL;
    if (!task->done && task->forget)
        task->forget(task->runner, task);
    task->vtable->free(task);
    return NULL;
}

bool hv_task_is_done(const struct hv_task *task) {
    return task->done;
}

int hv_task_result(const struct hv_task *task, const struct hv_error **ret_error) {
    static const struct hv_error not_done = { .code = HV_E_INTERNAL, .message = "the task has not ended" };
    const struct hv_error *error = task->done ? &task->error : &not_done;

    if (ret_error)
        *ret_error = error;
    return error->code;
}

void hv_task_on_answer(struct hv_task *task, hv_answer_fn *fn, void *context) {
    task->on_answer = fn;
    task->on_answer_context = context;
}
