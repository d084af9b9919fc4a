/* One planned VM next to what its host has to offer (hyperv.md 4e). */
#include <hvctl/staged.h>

#include "base/error.h"
#include "control/planned.h"

struct planned_show {
    struct hv_task task;
    struct hv_planned_who who;
    struct hv_planned_reader reader;
    struct hv_planned_details details;
};

static int judge(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct planned_show *self = target;
    int r = hv_planned_judge(&self->reader.facts, &self->details, err);

    if (r < 0)
        return r;
    hv_effects_done(effects);
    return 0;
}

static int planned_show_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                             struct hv_error *err) {
    (void)now_ms;
    return hv_gather_step(&((struct planned_show *)task)->reader.gather, event, effects, err);
}

static void planned_show_free(struct hv_task *task) {
    struct planned_show *self = (struct planned_show *)task;

    hv_planned_reader_deinit(&self->reader);
    hv_planned_details_deinit(&self->details);
    hv_planned_who_deinit(&self->who);
    free(self);
}

static const struct hv_task_vtable planned_show_vtable = { planned_show_step, planned_show_free };

int hv_planned_show_new(const struct hv_planned_options *options, struct hv_task **ret_task, struct hv_error *err) {
    struct planned_show *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &planned_show_vtable);
    r = hv_planned_who_init(&self->who, options, err);
    if (r < 0) {
        planned_show_free(&self->task);
        return r;
    }
    hv_planned_reader_init(&self->reader, &self->who, false, judge, self);
    *ret_task = &self->task;
    return 0;
}

const struct hv_planned_details *hv_planned_show_result(const struct hv_task *task) {
    const struct planned_show *self = (const struct planned_show *)task;

    return hv_task_succeeded(task, &planned_show_vtable) ? &self->details : NULL;
}
