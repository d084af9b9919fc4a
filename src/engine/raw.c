/* The public tasks of wsman.h and of class descriptions: one operation each. */
#include <hvctl/wsman.h>

#include "base/error.h"
#include "base/text.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "engine/task.h"
#include "wsman/epr.h"
#include "wsman/identify.h"

struct raw_task {
    struct hv_task task;
    struct hv_op *op; /* until the start */
    char *once;       /* name of an operation that acts and is under way; NULL otherwise */
    struct hv_identity identity;
    bool has_identity;
    struct hv_instance *instance;
    struct hv_epr *created;
    struct hv_class *description;
};

static void raw_free(struct hv_task *task) {
    struct raw_task *raw = (struct raw_task *)task;

    (void)hv_op_free(raw->op);
    free(raw->once);
    hv_identity_deinit(&raw->identity);
    (void)hv_instance_free(raw->instance);
    (void)hv_epr_free(raw->created);
    (void)hv_class_free(raw->description);
    free(raw);
}

static int start(struct raw_task *raw, struct hv_effects *effects, struct hv_error *err) {
    int r = hv_op_is_once(raw->op) ? hv_text_copy(hv_op_name(raw->op), &raw->once, err) : 0;

    if (r < 0)
        return r;
    hv_effects_run(effects, HV_PEER_SOURCE, raw->op, 0);
    raw->op = NULL;
    return 0;
}

/* What acts is sent once and cannot be taken back: whoever stops waiting does not know. */
static int detach(const struct raw_task *raw, struct hv_error *err) {
    if (!raw->once)
        return HV_TASK_UNHANDLED;
    (void)hv_error_set(err, HV_E_LOST, "%s may have been carried out: stopped before the answer", raw->once);
    hv_error_remedy(err, "look what state the host is in before you do it again");
    return HV_E_LOST;
}

static int raw_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                    struct hv_error *err) {
    struct raw_task *raw = (struct raw_task *)task;

    (void)now_ms;
    switch (event->kind) {
    case HV_EVENT_START:
        return start(raw, effects, err);
    case HV_EVENT_OP_DONE:
        raw->has_identity = hv_op_identity(event->op) != NULL;
        hv_op_take_identity(event->op, &raw->identity);
        raw->instance = hv_op_take_instance(event->op);
        raw->created = hv_op_take_created(event->op);
        raw->description = hv_op_take_class(event->op);
        hv_effects_done(effects);
        return 0;
    case HV_EVENT_OP_FAILED:
        return hv_error_copy(err, event->err);
    case HV_EVENT_WAKE:
    case HV_EVENT_JOB:
    case HV_EVENT_JOB_MISSING:
    case HV_EVENT_JOB_UNREACHABLE:
        break;
    case HV_EVENT_DETACH:
    case HV_EVENT_CANCEL:
        return detach(raw, err);
    }
    return HV_TASK_UNHANDLED;
}

static const struct hv_task_vtable raw_vtable = { .step = raw_step, .free = raw_free };

/* A task around an operation, which it takes even on failure. */
static int raw_new(struct hv_op *op_take, struct hv_task **ret_task, struct hv_error *err) {
    struct raw_task *raw = calloc(1, sizeof(*raw));

    if (!raw) {
        (void)hv_op_free(op_take);
        return hv_error_memory(err);
    }
    hv_task_init(&raw->task, &raw_vtable);
    raw->op = op_take;
    *ret_task = &raw->task;
    return 0;
}

/* The raw task that TASK is and that succeeded; else NULL. */
static const struct raw_task *succeeded(const struct hv_task *task) {
    if (task->vtable != &raw_vtable || !task->done || task->error.code != 0)
        return NULL;
    return (const struct raw_task *)task;
}

static int no_target(const char *operation, struct hv_error *err) {
    return hv_error_set(err, HV_E_ARGUMENT, "a %s needs a target", operation);
}

int hv_identify_new(struct hv_task **ret_task, struct hv_error *err) {
    struct hv_op *op;
    int r = hv_op_new_identify(&op, err);

    return r < 0 ? r : raw_new(op, ret_task, err);
}

int hv_identify_anonymous_new(struct hv_task **ret_task, struct hv_error *err) {
    struct hv_op *op;
    int r = hv_op_new_identify_anonymous(&op, err);

    return r < 0 ? r : raw_new(op, ret_task, err);
}

const struct hv_identity *hv_identify_result(const struct hv_task *task) {
    const struct raw_task *raw = succeeded(task);

    return raw && raw->has_identity ? &raw->identity : NULL;
}

int hv_get_new(const struct hv_epr *target, struct hv_task **ret_task, struct hv_error *err) {
    struct hv_op *op;
    int r;

    if (!target)
        return no_target("Get", err);
    r = hv_op_new_get(target, &op, err);
    return r < 0 ? r : raw_new(op, ret_task, err);
}

const struct hv_instance *hv_get_result(const struct hv_task *task) {
    const struct raw_task *raw = succeeded(task);

    return raw ? raw->instance : NULL;
}

int hv_get_fragment_new(const struct hv_epr *target, const char *fragment, struct hv_task **ret_task, struct hv_error *err) {
    struct hv_op *op;
    int r;

    if (!target || !fragment)
        return no_target("Get", err);
    r = hv_op_new_get_fragment(target, fragment, &op, err);
    return r < 0 ? r : raw_new(op, ret_task, err);
}

int hv_put_new(const struct hv_epr *target, const struct hv_instance *instance, const char *fragment, struct hv_task **ret_task,
               struct hv_error *err) {
    struct hv_op *op;
    int r;

    if (!target || !instance)
        return no_target("Put", err);
    r = hv_op_new_put(target, instance, fragment, &op, err);
    return r < 0 ? r : raw_new(op, ret_task, err);
}

const struct hv_instance *hv_put_result(const struct hv_task *task) {
    return hv_get_result(task);
}

int hv_create_new(const struct hv_epr *resource, const struct hv_instance *instance, struct hv_task **ret_task,
                  struct hv_error *err) {
    struct hv_op *op;
    int r;

    if (!resource || !instance)
        return no_target("Create", err);
    r = hv_op_new_create(resource, instance, &op, err);
    return r < 0 ? r : raw_new(op, ret_task, err);
}

const struct hv_epr *hv_create_result(const struct hv_task *task) {
    const struct raw_task *raw = succeeded(task);

    return raw ? raw->created : NULL;
}

int hv_delete_new(const struct hv_epr *target, struct hv_task **ret_task, struct hv_error *err) {
    struct hv_op *op;
    int r;

    if (!target)
        return no_target("Delete", err);
    r = hv_op_new_delete(target, &op, err);
    return r < 0 ? r : raw_new(op, ret_task, err);
}

int hv_class_describe_new(const char *cim_namespace, const char *class_name, struct hv_task **ret_task, struct hv_error *err) {
    struct hv_op *op;
    int r = hv_op_new_describe(cim_namespace, class_name, &op, err);

    return r < 0 ? r : raw_new(op, ret_task, err);
}

const struct hv_class *hv_class_describe_result(const struct hv_task *task) {
    const struct raw_task *raw = succeeded(task);

    return raw ? raw->description : NULL;
}

struct hv_class *hv_class_describe_take(struct hv_task *task) {
    struct hv_class *description = NULL;

    if (succeeded(task)) {
        description = ((struct raw_task *)task)->description;
        ((struct raw_task *)task)->description = NULL;
    }
    return description;
}

/* For callers that look at the answers' bytes only: nothing is collected that nobody can ask for. */
static int discard(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    (void)context;
    (void)instance;
    (void)epr;
    (void)err;
    return 0;
}

int hv_enumerate_new(const struct hv_enumerate_options *options, struct hv_task **ret_task, struct hv_error *err) {
    struct hv_enumerate_options own;
    struct hv_op *op;
    int r;

    if (!options)
        return hv_error_set(err, HV_E_ARGUMENT, "an enumeration needs a resource URI");
    own = *options;
    if (!own.on_item)
        own.on_item = discard;
    r = hv_op_new_enumerate(&own, &op, err);
    return r < 0 ? r : raw_new(op, ret_task, err);
}

int hv_invoke_new(const struct hv_epr *target, const char *method, const struct hv_params *params, struct hv_task **ret_task,
                  struct hv_error *err) {
    struct hv_op *op;
    int r;

    if (!target)
        return no_target("call of a method", err);
    r = hv_op_new_invoke(target, method, params, &op, err);
    return r < 0 ? r : raw_new(op, ret_task, err);
}

const struct hv_instance *hv_invoke_result(const struct hv_task *task) {
    return hv_get_result(task);
}
