/* The task of a subscription: it goes on until somebody stops it, which is its good end. */
#include "base/error.h"
#include "engine/task.h"

struct subscription {
    struct hv_task task;
    struct hv_op *op; /* until the start */
};

static void subscription_free(struct hv_task *task) {
    struct subscription *subscription = (struct subscription *)task;

    (void)hv_op_free(subscription->op);
    free(subscription);
}

/* What a driver drops it stops first, so that an Unsubscribe goes out. */
static int step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                struct hv_error *err) {
    struct subscription *subscription = (struct subscription *)task;

    (void)now_ms;
    switch (event->kind) {
    case HV_EVENT_START:
        hv_effects_run(effects, HV_PEER_SOURCE, subscription->op, 0);
        subscription->op = NULL;
        return 0;
    case HV_EVENT_OP_DONE:
    case HV_EVENT_DETACH:
    case HV_EVENT_CANCEL:
        hv_effects_done(effects);
        return 0;
    case HV_EVENT_OP_FAILED:
        return hv_error_copy(err, event->err);
    case HV_EVENT_WAKE:
    case HV_EVENT_JOB:
    case HV_EVENT_JOB_MISSING:
    case HV_EVENT_JOB_UNREACHABLE:
        break;
    }
    return HV_TASK_UNHANDLED;
}

static const struct hv_task_vtable vtable = { .step = step, .free = subscription_free };

int hv_subscribe_new(const struct hv_subscribe_options *options, struct hv_task **ret_task, struct hv_error *err) {
    struct subscription *subscription;
    struct hv_op *op;
    int r;

    if (!options)
        return hv_error_set(err, HV_E_ARGUMENT, "a subscription needs a resource URI");
    r = hv_op_new_subscribe(options, &op, err);
    if (r < 0)
        return r;
    subscription = calloc(1, sizeof(*subscription));
    if (!subscription) {
        (void)hv_op_free(op);
        return hv_error_memory(err);
    }
    hv_task_init(&subscription->task, &vtable);
    subscription->op = op;
    *ret_task = &subscription->task;
    return 0;
}
