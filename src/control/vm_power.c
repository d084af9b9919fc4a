/*
 * Starting, stopping and suspending a VM (hyperv.md 2.8). A guest is shut down by its own component, which answers before the
 * guest is down: the state is looked at until it is the wanted one.
 */
#include <hvctl/vm.h>
#include <hvctl/wsman.h>
#include <stdio.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "control/act.h"
#include "hyperv/reference.h"
#include "hyperv/vm.h"
#include "inventory/gather.h"
#include "wsman/epr.h"
#include "wsman/wql.h"

enum {
    DEFAULT_TIMEOUT_MS = 5 * 60 * 1000,
    FIRST_PAUSE_MS = 500,
    LONGEST_PAUSE_MS = 5000,
    WHERE_MAX_BYTES = 1024,
    WHAT_SIZE = 512,
};

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

/* By hv_vm_action. */
static const struct action {
    const char *verb;
    int64_t goal;           /* EnabledState */
    const char *request;    /* RequestedState; NULL: the guest is asked */
    const char *from;       /* what the VM must be, in words */
    int64_t from_states[3]; /* 0: no more */
} actions[] = {
    [HV_VM_START] = { "start", HV_VM_RUNNING, "2", "off, saved or paused", { HV_VM_OFF, HV_VM_SAVED, HV_VM_PAUSED } },
    [HV_VM_STOP] = { "stop", HV_VM_OFF, "3", NULL, { 0 } },
    [HV_VM_SHUTDOWN] = { "shut down", HV_VM_OFF, NULL, "running", { HV_VM_RUNNING } },
    [HV_VM_SAVE] = { "save", HV_VM_SAVED, "6", "running or paused", { HV_VM_RUNNING, HV_VM_PAUSED } },
    [HV_VM_PAUSE] = { "pause", HV_VM_PAUSED, "9", "running", { HV_VM_RUNNING } },
    [HV_VM_RESUME] = { "resume", HV_VM_RUNNING, "2", "paused", { HV_VM_PAUSED } },
};

enum phase {
    PHASE_FIND,
    PHASE_COMPONENT, /* looking for what shuts the guest down */
    PHASE_ACT,
    PHASE_LOOK, /* is it in the wanted state? */
    PHASE_PAUSE,
};

struct vm_power {
    struct hv_task task;
    const struct action *action;
    char *wanted;
    char *host;
    bool force;
    bool dry_run;
    uint64_t timeout_ms;
    uint64_t now_ms;
    enum phase phase;
    struct hv_gather gather;
    struct hv_vm_find find;
    struct hv_vm before;
    struct hv_vm after;
    struct hv_epr *component;
    struct hv_act act;
    char what[WHAT_SIZE];
    uint64_t deadline_ms;
    uint64_t pause_ms;
    struct hv_vm_power_result result;
};

static const char *label(const struct vm_power *self) {
    return self->before.name ? self->before.name : self->wanted;
}

static int done(struct vm_power *self, struct hv_effects *effects) {
    self->result.before = &self->before;
    self->result.after = self->after.id ? &self->after : &self->before;
    hv_effects_done(effects);
    return 0;
}

/* ---- looking at the VM ---- */

static int gather_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct vm_power *self = target;

    return round > 0 ? 0 : hv_gather_find_vm(&self->gather, 0, &self->find, effects, err);
}

static int gather_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct vm_power *self = target;

    (void)kind;
    return hv_vm_find_offer(&self->find, instance, err);
}

static int found(void *target, struct hv_effects *effects, struct hv_error *err);
static int looked(void *target, struct hv_effects *effects, struct hv_error *err);

static void gather_init(struct vm_power *self, const char *wanted, hv_gather_end_fn *end) {
    hv_vm_find_deinit(&self->find);
    hv_vm_find_init(&self->find, wanted);
    hv_gather_init(&self->gather, gather_begin, gather_add, self);
    self->gather.end = end;
    self->gather.end_target = self;
}

static int look(struct vm_power *self, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    self->phase = PHASE_LOOK;
    gather_init(self, self->before.id, looked);
    return hv_gather_step(&self->gather, &start, effects, err);
}

/* ---- asking for the new state ---- */

static void act_init(struct vm_power *self) {
    (void)snprintf(self->what, sizeof(self->what), "%s \"%s\"", self->action->verb, label(self));
    hv_text_trim_partial(self->what);
    hv_act_init(&self->act, self->host, self->what);
    self->phase = PHASE_ACT;
}

static int request_state(struct vm_power *self, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *vm = NULL;
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int r = hv_reference_vm(self->before.id, &vm, err);

    if (r == 0)
        r = hv_params_new(&params, err);
    if (r == 0)
        r = hv_params_add_text(params, "RequestedState", self->action->request, err);
    if (r < 0)
        return r;
    act_init(self);
    return hv_act_begin(&self->act, vm, "RequestStateChange", params, effects, err);
}

/* The component is named by the host: its keys are not the same in all documents. */
static int component_add(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct vm_power *self = context;

    (void)instance;
    return epr && !self->component ? hv_epr_copy(epr, &self->component, err) : 0;
}

static int find_component(struct vm_power *self, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf wql = HV_BUF_INIT(WHERE_MAX_BYTES);
    HV_CLEANUP_FREE char *uri = NULL;
    struct hv_op *op = NULL;
    int r;

    hv_buf_puts(&wql, "SELECT * FROM Msvm_ShutdownComponent WHERE SystemName = ");
    hv_wql_quote(&wql, self->before.id);
    r = hv_buf_finish(&wql, "query", err);
    if (r == 0)
        r = hv_resource_uri(HV_NAMESPACE_V2, "*", &uri, err);
    if (r == 0)
        r = hv_op_new_enumerate(&(const struct hv_enumerate_options){ .resource_uri = uri,
                                                                      .wql = hv_buf_text(&wql),
                                                                      .mode = HV_ENUMERATE_EPR,
                                                                      .on_item = component_add,
                                                                      .context = self },
                                &op, err);
    if (r < 0)
        return r;
    self->phase = PHASE_COMPONENT;
    hv_effects_run(effects, HV_PEER_SOURCE, op, 0);
    return 0;
}

static int ask_guest(struct vm_power *self, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int r;

    if (!self->component) {
        (void)hv_error_set(err, HV_E_CONFLICT, "the guest of \"%s\" on %s cannot be asked to shut down", label(self), self->host);
        hv_error_cause(err, "its integration services are missing or do not run");
        hv_error_remedy(err, "shut it down from within, or cut its power: hvctl vm stop");
        return HV_E_CONFLICT;
    }
    r = hv_params_new(&params, err);
    if (r == 0)
        r = hv_params_add_text(params, "Force", self->force ? "true" : "false", err);
    if (r == 0)
        r = hv_params_add_text(params, "Reason", "hvctl vm shutdown", err);
    if (r < 0)
        return r;
    act_init(self);
    return hv_act_begin(&self->act, self->component, "InitiateShutdown", params, effects, err);
}

/* ---- what is to be done ---- */

static bool can_start_from(const struct action *action, int64_t state) {
    bool any = false;

    for (size_t i = 0; i < HV_ARRAY_SIZE(action->from_states) && action->from_states[i]; i++) {
        if (action->from_states[i] == state)
            return true;
        any = true;
    }
    return !any;
}

static int wrong_state(const struct vm_power *self, struct hv_error *err) {
    const char *name = self->before.state_name;

    (void)hv_error_set(err, HV_E_CONFLICT, "\"%s\" on %s is %s: there is nothing to %s", label(self), self->host,
                       name ? name : "in an unknown state", self->action->verb);
    hv_error_cause(err, "it would have to be %s", self->action->from);
    hv_error_remedy(err, "look at it: hvctl vm show %s -H %s", self->before.id, self->host);
    return HV_E_CONFLICT;
}

static int found(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct vm_power *self = target;
    int r = hv_vm_find_end(&self->find, &self->before, err);

    if (r < 0)
        return r;
    self->result.is_needed = self->before.state != self->action->goal;
    if (!self->result.is_needed)
        return done(self, effects);
    if (!can_start_from(self->action, self->before.state))
        return wrong_state(self, err);
    if (self->dry_run)
        return done(self, effects);
    return self->action->request ? request_state(self, effects, err) : find_component(self, effects, err);
}

/* ---- what has come of it ---- */

static int not_there_yet(const struct vm_power *self, struct hv_error *err) {
    const char *state = self->after.state_name;
    /* A guest may take its time, or ask its user; the host itself should not. */
    int class = self->action->request ? HV_E_FAILED : HV_E_DETACHED;

    if (self->act.end == HV_ACT_END_UNCLEAR)
        return hv_error_copy(err, &self->act.error);
    if (self->action->request)
        (void)hv_error_set(err, class, "\"%s\" on %s is %s, after the host was asked to %s it", label(self), self->host,
                           state ? state : "in an unknown state", self->action->verb);
    else
        (void)hv_error_set(err, class, "\"%s\" on %s is %s, after its guest was asked to shut down", label(self), self->host,
                           state ? state : "in an unknown state");
    hv_error_cause(err, "it did not get any further in time");
    hv_error_remedy(err, "look at it: hvctl vm show %s -H %s", self->before.id, self->host);
    return class;
}

static int looked(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct vm_power *self = target;
    struct hv_vm vm = { 0 };
    int r = hv_vm_find_end(&self->find, &vm, err);

    if (r < 0)
        return r;
    hv_vm_deinit(&self->after);
    self->after = vm;
    if (vm.state == self->action->goal)
        return done(self, effects);
    if (self->now_ms >= self->deadline_ms)
        return not_there_yet(self, err);
    self->phase = PHASE_PAUSE;
    hv_effects_wake(effects, self->now_ms + self->pause_ms);
    self->pause_ms += self->pause_ms / 2;
    if (self->pause_ms > LONGEST_PAUSE_MS)
        self->pause_ms = LONGEST_PAUSE_MS;
    return 0;
}

static int act_over(struct vm_power *self, struct hv_effects *effects, struct hv_error *err) {
    if (self->act.end == HV_ACT_END_FAILED)
        return hv_error_copy(err, &self->act.error);
    self->deadline_ms = self->now_ms + self->timeout_ms;
    self->pause_ms = FIRST_PAUSE_MS;
    return look(self, effects, err);
}

/* ---- the task ---- */

static int step_act(struct vm_power *self, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    int r = hv_act_step(&self->act, event, effects, err);

    if (r < 0)
        return r;
    return r == HV_ACT_MORE ? 0 : act_over(self, effects, err);
}

static int step_component(struct vm_power *self, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    if (event->kind == HV_EVENT_OP_FAILED && !hv_gather_is_missing(event->err))
        return hv_error_copy(err, event->err);
    if (event->kind != HV_EVENT_OP_FAILED && event->kind != HV_EVENT_OP_DONE)
        return HV_TASK_UNHANDLED;
    return ask_guest(self, effects, err);
}

static int waits_no_more(const struct vm_power *self, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_DETACHED, "no longer waiting for %s to %s", self->host, self->what);
    hv_error_remedy(err, "look at it: hvctl vm show %s -H %s", self->before.id, self->host);
    return HV_E_DETACHED;
}

static bool is_to_stop(const struct hv_event *event) {
    return event->kind == HV_EVENT_DETACH || event->kind == HV_EVENT_CANCEL;
}

static int vm_power_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                         struct hv_error *err) {
    struct vm_power *self = (struct vm_power *)task;

    self->now_ms = now_ms;
    switch (self->phase) {
    case PHASE_FIND:
        return hv_gather_step(&self->gather, event, effects, err);
    case PHASE_COMPONENT:
        return step_component(self, event, effects, err);
    case PHASE_ACT:
        return step_act(self, event, effects, err);
    case PHASE_LOOK:
        if (is_to_stop(event))
            return waits_no_more(self, err);
        if (event->kind == HV_EVENT_OP_FAILED)
            return hv_act_lost_sight(&self->act, event->err, err);
        return hv_gather_step(&self->gather, event, effects, err);
    case PHASE_PAUSE:
        return is_to_stop(event) ? waits_no_more(self, err) : look(self, effects, err);
    }
    return HV_TASK_UNHANDLED;
}

static void vm_power_free(struct hv_task *task) {
    struct vm_power *self = (struct vm_power *)task;

    hv_vm_find_deinit(&self->find);
    hv_vm_deinit(&self->before);
    hv_vm_deinit(&self->after);
    (void)hv_epr_free(self->component);
    hv_act_deinit(&self->act);
    free(self->wanted);
    free(self->host);
    free(self);
}

static const struct hv_task_vtable vm_power_vtable = { vm_power_step, vm_power_free };

int hv_vm_power_new(const struct hv_vm_power_options *options, struct hv_task **ret_task, struct hv_error *err) {
    struct vm_power *self;
    int r;

    if (!options->vm || !*options->vm)
        return hv_error_set(err, HV_E_ARGUMENT, "the name of the VM is empty");
    self = calloc(1, sizeof(*self));
    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &vm_power_vtable);
    self->action = &actions[options->action];
    self->force = options->force;
    self->dry_run = options->dry_run;
    self->timeout_ms = options->timeout_ms ? options->timeout_ms : DEFAULT_TIMEOUT_MS;
    r = hv_text_copy(options->vm, &self->wanted, err);
    if (r == 0)
        r = hv_text_copy(options->host ? options->host : "the host", &self->host, err);
    if (r < 0) {
        vm_power_free(&self->task);
        return r;
    }
    gather_init(self, self->wanted, found);
    *ret_task = &self->task;
    return 0;
}

const struct hv_vm_power_result *hv_vm_power_result(const struct hv_task *task) {
    const struct vm_power *self = (const struct vm_power *)task;

    return hv_task_succeeded(task, &vm_power_vtable) ? &self->result : NULL;
}
