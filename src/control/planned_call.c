/*
 * Removing a planned VM (hyperv.md 2.13, 4e.5): DestroySystem, sent once, of an object that is no realized VM, and a look whether
 * it is gone. And asking what is wrong with it, ValidatePlannedSystem.
 */
#include <hvctl/staged.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cim/params.h"
#include "control/act.h"
#include "control/planned.h"
#include "hyperv/reference.h"
#include "wsman/epr.h"

enum { WHAT_SIZE = 512 };

enum phase {
    PHASE_BEFORE,
    PHASE_ACT,
    PHASE_AFTER,
};

static const struct verb {
    const char *method;
    const char *parameter;
    const char *what;
    const char *done; /* completes "cannot be ..." */
    bool removes;
} verbs[] = {
    { "DestroySystem", "AffectedSystem", "remove", "removed", true },
    { "ValidatePlannedSystem", "PlannedSystem", "validate", "validated", false },
};

struct planned_call {
    struct hv_task task;
    const struct verb *verb;
    struct hv_planned_who who;
    enum phase phase;
    struct hv_planned_reader reader;
    struct hv_planned_vm planned;
    struct hv_act act;
    char what[WHAT_SIZE];
};

static int begin(struct planned_call *self, const struct hv_epr *service, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *planned = NULL;
    int r = hv_reference_planned(self->planned.vm.id, &planned, err);

    if (r == 0)
        r = hv_params_new(&params, err);
    if (r == 0)
        r = hv_params_add_reference(params, self->verb->parameter, planned, err);
    if (r < 0)
        return r;
    (void)snprintf(self->what, sizeof(self->what), "%s the planned VM \"%s\"", self->verb->what,
                   self->planned.vm.name ? self->planned.vm.name : self->planned.vm.id);
    hv_text_trim_partial(self->what);
    hv_act_init(&self->act, self->who.host, self->what);
    self->phase = PHASE_ACT;
    return hv_act_begin(&self->act, service, self->verb->method, params, effects, err);
}

static int before_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct planned_call *self = target;
    struct hv_planned_facts *facts = &self->reader.facts;
    int r = hv_planned_check_idle(facts, &self->who, self->verb->done, err);

    if (r < 0)
        return r;
    if (!facts->service)
        return hv_error_set(err, HV_E_PROTOCOL, "%s shows no management service", self->who.host);
    self->planned = (struct hv_planned_vm){ .vm = facts->vm, .origin = facts->origin };
    facts->vm.id = NULL;
    facts->vm.name = NULL;
    return begin(self, facts->service, effects, err);
}

/* ---- is it gone? ---- */

static int find_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct planned_call *self = target;

    (void)kind;
    return hv_vm_find_offer(&self->reader.find, instance, err);
}

static int after_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct planned_call *self = target;

    if (self->reader.find.n_found == 0) {
        hv_effects_done(effects);
        return 0;
    }
    if (self->act.end != HV_ACT_END_DONE)
        return hv_error_copy(err, &self->act.error);
    (void)hv_error_set(err, HV_E_FAILED, "%s reports the planned VM %s as removed, but still has it", self->who.host,
                       self->planned.vm.id);
    hv_error_remedy(err, "look into the log Hyper-V-VMMS-Admin of the host");
    return HV_E_FAILED;
}

static int find_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct planned_call *self = target;
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHAT_SIZE);
    int r;

    if (round > 0)
        return 0;
    hv_buf_printf(&where, "Name = '%s'", self->planned.vm.id);
    r = hv_buf_finish(&where, "query", err);
    if (r < 0)
        return r;
    return hv_gather_query(&self->reader.gather, 0, "Msvm_PlannedComputerSystem", hv_buf_text(&where), true, effects, err);
}

static int act_over(struct planned_call *self, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    if (!self->verb->removes && self->act.end != HV_ACT_END_DONE)
        return hv_error_copy(err, &self->act.error);
    if (!self->verb->removes) {
        hv_effects_done(effects);
        return 0;
    }
    self->phase = PHASE_AFTER;
    hv_planned_reader_deinit(&self->reader);
    hv_vm_find_init(&self->reader.find, self->planned.vm.id);
    hv_gather_init(&self->reader.gather, find_begin, find_add, self);
    self->reader.gather.end = after_read;
    self->reader.gather.end_target = self;
    return hv_gather_step(&self->reader.gather, &start, effects, err);
}

/* ---- the task ---- */

/* Who cannot be asked whether it is gone leaves that open. */
static int look_step(struct planned_call *self, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    int r = hv_gather_step(&self->reader.gather, event, effects, err);

    if (r >= 0 || r == HV_E_MEMORY || event->kind != HV_EVENT_OP_FAILED)
        return hv_act_look(&self->act, r, event, err);
    (void)hv_error_set(err, HV_E_UNKNOWN_OUTCOME, "it is not known whether the planned VM %s is gone from %s",
                       self->planned.vm.id, self->who.host);
    hv_error_cause(err, "%s", event->err->message);
    hv_error_remedy(err, "look again: hvctl staged list --to %s", self->who.host);
    return HV_E_UNKNOWN_OUTCOME;
}

static int planned_call_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                             struct hv_error *err) {
    struct planned_call *self = (struct planned_call *)task;
    int r;

    (void)now_ms;
    if (self->phase == PHASE_BEFORE)
        return hv_gather_step(&self->reader.gather, event, effects, err);
    if (self->phase == PHASE_AFTER)
        return look_step(self, event, effects, err);
    r = hv_act_step(&self->act, event, effects, err);
    if (r < 0)
        return r;
    return r == HV_ACT_MORE ? 0 : act_over(self, effects, err);
}

static void planned_call_free(struct hv_task *task) {
    struct planned_call *self = (struct planned_call *)task;

    hv_planned_reader_deinit(&self->reader);
    hv_vm_deinit(&self->planned.vm);
    hv_act_deinit(&self->act);
    hv_planned_who_deinit(&self->who);
    free(self);
}

static const struct hv_task_vtable planned_call_vtable = { planned_call_step, planned_call_free };

static int call_new(const struct verb *verb, const struct hv_planned_options *options, struct hv_task **ret_task,
                    struct hv_error *err) {
    struct planned_call *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &planned_call_vtable);
    self->verb = verb;
    r = hv_planned_who_init(&self->who, options, err);
    if (r < 0) {
        planned_call_free(&self->task);
        return r;
    }
    hv_planned_reader_init(&self->reader, &self->who, true, before_read, self);
    *ret_task = &self->task;
    return 0;
}

int hv_planned_discard_new(const struct hv_planned_options *options, struct hv_task **ret_task, struct hv_error *err) {
    return call_new(&verbs[0], options, ret_task, err);
}

int hv_planned_validate_new(const struct hv_planned_options *options, struct hv_task **ret_task, struct hv_error *err) {
    return call_new(&verbs[1], options, ret_task, err);
}

const struct hv_reason *hv_planned_validate_reasons(const struct hv_task *task, size_t *ret_n) {
    const struct planned_call *self = (const struct planned_call *)task;

    *ret_n = self->act.n_reasons;
    return self->act.reasons;
}

const struct hv_planned_vm *hv_planned_discard_result(const struct hv_task *task) {
    const struct planned_call *self = (const struct planned_call *)task;
    bool has_result = hv_task_succeeded(task, &planned_call_vtable);

    return has_result && self->verb->removes ? &self->planned : NULL;
}
