/*
 * A move by way of a planned VM (hyperv.md 4e). It is the move of migration/machine.h, whose results, reports and notes it has,
 * and around it parts that are tasks of their own, one after the other: making the planned VM, correcting and validating it,
 * removing it when nothing moved into it. What is left behind is named, always (design.md 3.7).
 */
#include "control/staged.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/size.h"

enum { TAGS_OF_PART = 1000000 };

/* Every part has its own tags; those of the move are below them all. */
static uint32_t base_of(enum hv_staged_state state) {
    return TAGS_OF_PART * ((uint32_t)state + 1);
}

/* A part about planned VMs has our destination as its source. */
static bool is_turned(enum hv_staged_state state) {
    return state == HV_STAGED_STATE_SET || state == HV_STAGED_STATE_VALIDATE || state == HV_STAGED_STATE_DISCARD;
}

static int fail_as(struct hv_staged *self, int code, const struct hv_error *error) {
    self->code = code;
    (void)hv_error_copy(&self->failure, error);
    return code;
}

/* ---- parts ---- */

static int end(struct hv_staged *self, struct hv_effects *effects, struct hv_error *err) {
    self->state = HV_STAGED_STATE_OVER;
    self->move.state = HV_MIG_STATE_DONE;
    if (self->code < 0)
        return hv_error_copy(err, &self->failure);
    hv_effects_done(effects);
    return 0;
}

static int part_over(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err);

/* What a part asks for is asked for by us; its end is not ours. Nothing of it is watched or waited for afterwards. */
static void take_effects(struct hv_staged *self, struct hv_effects *effects) {
    for (size_t i = 0; i < effects->n; i++) {
        struct hv_effect *effect = &effects->list[i];

        effect->tag += base_of(self->state);
        if (is_turned(self->state))
            effect->peer = effect->peer == HV_PEER_SOURCE ? HV_PEER_DESTINATION : HV_PEER_SOURCE;
        self->sleeps = self->sleeps || effect->kind == HV_EFFECT_WAKE;
    }
    if (!hv_task_is_done(self->parts[self->state]))
        return;
    hv_effects_deinit(effects);
    hv_effects_unwatch(effects);
    self->sleeps = false;
}

static int part_step(struct hv_staged *self, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                     struct hv_error *err) {
    struct hv_event own = *event;

    if (event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED)
        own.tag = event->tag - base_of(self->state);
    hv_task_step(self->parts[self->state], now_ms, &own, effects);
    take_effects(self, effects);
    return hv_task_is_done(self->parts[self->state]) ? part_over(self, now_ms, effects, err) : 0;
}

static int part_begin(struct hv_staged *self, enum hv_staged_state state, uint64_t now_ms, struct hv_effects *effects,
                      struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    self->state = state;
    return part_step(self, now_ms, &start, effects, err);
}

static struct hv_planned_options planned_options(const struct hv_staged *self) {
    return (struct hv_planned_options){
        .vm = self->vm.id, .host = hv_staged_destination(self), .has_origin = true, .origin = self->move.plan.source_name
    };
}

/* ---- removing the planned VM ---- */

static int discard(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_planned_options options = planned_options(self);
    int r = hv_planned_discard_new(&options, &self->parts[HV_STAGED_STATE_DISCARD], err);

    if (r < 0)
        return r;
    hv_mig_report(&self->move, HV_REPORT_PHASE, "removing the planned VM");
    return part_begin(self, HV_STAGED_STATE_DISCARD, now_ms, effects, err);
}

static int discarded(struct hv_staged *self, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;
    int r = hv_task_result(self->parts[HV_STAGED_STATE_DISCARD], &error);

    if (r == 0 || r == HV_E_NOT_FOUND) {
        hv_staged_leftover_forget(self);
        return end(self, effects, err);
    }
    r = hv_mig_warn(&self->move, err, "the planned VM could not be removed: %s%s%s", error->message, error->cause[0] ? ": " : "",
                    error->cause);
    if (r == 0 && !hv_staged_leftover_is_named(self))
        r = hv_staged_leftover_add(self, "", err);
    return r < 0 ? r : end(self, effects, err);
}

/* ---- the move, and what follows from its end ---- */

/* What the destination's own look at the planned VM says outweighs a check that is content. */
static void weigh_validation(struct hv_staged *self) {
    const struct hv_error *error = NULL;

    if (!self->parts[HV_STAGED_STATE_VALIDATE] || hv_task_result(self->parts[HV_STAGED_STATE_VALIDATE], &error) == 0)
        return;
    if (self->move.plan.type != HV_MOVE_VM || self->code < 0)
        return;
    (void)fail_as(self, HV_E_NOT_MIGRATABLE, error);
    self->failure.code = HV_E_NOT_MIGRATABLE;
    self->move.result.outcome = HV_OUTCOME_NOT_MIGRATABLE;
}

static int moved(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    int r;

    weigh_validation(self);
    if (self->is_made && hv_staged_may_discard(self))
        return discard(self, now_ms, effects, err);
    r = hv_staged_leftover_name(self, err);
    return r < 0 ? r : end(self, effects, err);
}

static int move_step(struct hv_staged *self, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                     struct hv_error *err) {
    struct hv_error error = { 0 };
    int r = hv_mig_step(&self->move.task, now_ms, event, effects, &error);

    if (r >= 0 && self->move.state != HV_MIG_STATE_DONE)
        return r;
    if (r < 0)
        (void)fail_as(self, r, &error);
    hv_effects_deinit(effects);
    hv_effects_unwatch(effects);
    return moved(self, now_ms, effects, err);
}

static int move_begin(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    self->state = HV_STAGED_STATE_MOVE;
    if (self->move.plan.vm_is_guid) { /* the machine begins with that */
        free(self->move.result.vm_id);
        self->move.result.vm_id = NULL;
    }
    return move_step(self, now_ms, &start, effects, err);
}

/* ---- making the planned VM ---- */

/* Its job is not the one that moves the VM: who follows that must not be told of this one as if it were. */
static void forward(void *context, const struct hv_move_report *report) {
    struct hv_staged *self = context;

    if (report->kind == HV_REPORT_JOB_STARTED)
        hv_mig_report(&self->move, HV_REPORT_PHASE, "making a planned VM");
}

static int stage(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_plan *plan = &self->move.plan;
    const struct hv_move_options options = {
        .vm = self->vm.id,
        .type = HV_MOVE_STAGED,
        .destination_name = plan->destination_name,
        .source_name = plan->source_name,
        .destination_label = plan->destination_label,
        .credentials = plan->credentials,
        .settle_ms = plan->settle_ms,
        .tuning = { .network = plan->tuning.network_text,
                    .destination_ips = (const char *const *)plan->tuning.addresses,
                    .n_destination_ips = plan->tuning.n_addresses },
    };
    int r = hv_move_new(&options, &self->parts[HV_STAGED_STATE_STAGE], err);

    if (r < 0)
        return r;
    hv_move_on_report(self->parts[HV_STAGED_STATE_STAGE], forward, self);
    hv_move_on_note(self->parts[HV_STAGED_STATE_STAGE], self->move.on_note, self->move.note_context);
    return part_begin(self, HV_STAGED_STATE_STAGE, now_ms, effects, err);
}

/* Takes over what the part that failed has learnt; of the VM it is certain that nobody asked for its move. */
static void absorb(struct hv_move_result *result, struct hv_move_result *part) {
    struct hv_move_result own = *result;

    own.at_source = part->at_source;
    own.at_destination = part->at_destination;
    own.job_id = part->job_id;
    own.job_class = part->job_class;
    own.job_state = part->job_state;
    own.job_percent = part->job_percent;
    own.job_vanished = part->job_vanished;
    own.return_value = part->return_value;
    own.reasons = part->reasons;
    own.n_reasons = part->n_reasons;
    own.warnings = part->warnings;
    own.n_warnings = part->n_warnings;
    own.leftovers = part->leftovers;
    own.n_leftovers = part->n_leftovers;
    part->job_id = NULL;
    part->job_class = NULL;
    part->reasons = NULL;
    part->n_reasons = 0;
    part->warnings = NULL;
    part->n_warnings = 0;
    part->leftovers = NULL;
    part->n_leftovers = 0;
    *result = own;
}

static void not_moved(struct hv_staged *self) {
    if (!self->move.plan.check_only)
        self->move.result.outcome = HV_OUTCOME_NOT_MOVED;
    if (self->move.result.at_source == HV_PLACE_UNKNOWN)
        self->move.result.at_source = HV_PLACE_PRESENT;
}

static int set_begin(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err);

static int staged_over(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    struct hv_move_result *part = &((struct hv_move *)self->parts[HV_STAGED_STATE_STAGE])->result;
    enum hv_move_outcome outcome = part->outcome;
    bool was_sent = part->request_sent;
    const struct hv_error *error = NULL;
    int r = hv_task_result(self->parts[HV_STAGED_STATE_STAGE], &error);

    if (r == 0 && outcome == HV_OUTCOME_STAGED) {
        self->is_made = true;
        return set_begin(self, now_ms, effects, err);
    }
    (void)fail_as(self, r < 0 ? r : HV_E_FAILED, error);
    absorb(&self->move.result, part);
    not_moved(self);
    /* Its job is over and failed: what it left is nobody's. */
    if (outcome == HV_OUTCOME_NOT_MOVED && hv_staged_leftover_is_named(self))
        return discard(self, now_ms, effects, err);
    if (!hv_staged_leftover_is_named(self) && hv_staged_may_be_made(&self->move.result, was_sent, outcome))
        r = hv_staged_leftover_add(self, "perhaps: ", err);
    else
        r = 0;
    return r < 0 ? r : end(self, effects, err);
}

/* ---- correcting it ---- */

static int set_begin(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_planned_options options = planned_options(self);
    int r;

    if (hv_planned_wishes_are_empty(&self->wishes))
        return move_begin(self, now_ms, effects, err);
    r = hv_planned_set_with(&options, &self->wishes, &self->parts[HV_STAGED_STATE_SET], err);
    if (r < 0)
        return r;
    hv_mig_report(&self->move, HV_REPORT_PHASE, "correcting the planned VM");
    return part_begin(self, HV_STAGED_STATE_SET, now_ms, effects, err);
}

static int set_over(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;
    struct hv_error stopped = { 0 };
    int r = hv_task_result(self->parts[HV_STAGED_STATE_SET], &error);

    if (r == 0 && !self->detaching)
        return move_begin(self, now_ms, effects, err);
    (void)hv_error_set(&stopped, HV_E_CANCELLED, "stopped before the move of \"%s\" was asked for", hv_mig_vm_label(&self->move));
    (void)fail_as(self, r < 0 ? r : HV_E_CANCELLED, r < 0 ? error : &stopped);
    not_moved(self);
    return discard(self, now_ms, effects, err);
}

/* ---- validating it ---- */

static int validate(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_planned_options options = planned_options(self);
    int r = hv_planned_validate_new(&options, &self->parts[HV_STAGED_STATE_VALIDATE], err);

    if (r < 0)
        return r;
    hv_mig_report(&self->move, HV_REPORT_PHASE, "validating the planned VM");
    return part_begin(self, HV_STAGED_STATE_VALIDATE, now_ms, effects, err);
}

/* Reasons of the host's job are a "no"; anything else means that it could not be asked. */
static int validated(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;
    size_t n = 0;
    const struct hv_reason *reasons = hv_planned_validate_reasons(self->parts[HV_STAGED_STATE_VALIDATE], &n);
    int r = hv_task_result(self->parts[HV_STAGED_STATE_VALIDATE], &error);

    if (r < 0 && n == 0) {
        (void)fail_as(self, r, error);
        return end(self, effects, err);
    }
    /* The first one is general where there are others (hyperv.md 3.3). */
    for (size_t i = n > 1; i < n; i++) {
        if (!reasons[i].message)
            continue;
        r = hv_mig_warn(&self->move, err, "the planned VM as %s sees it: %s", hv_staged_destination(self), reasons[i].message);
        if (r < 0)
            return r;
    }
    return move_begin(self, now_ms, effects, err);
}

static int part_over(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;

    if (hv_task_result(self->parts[self->state], &error) == HV_E_MEMORY && self->state != HV_STAGED_STATE_DISCARD)
        return hv_error_copy(err, error);
    switch (self->state) {
    case HV_STAGED_STATE_STAGE:
        return staged_over(self, now_ms, effects, err);
    case HV_STAGED_STATE_SET:
        return set_over(self, now_ms, effects, err);
    case HV_STAGED_STATE_VALIDATE:
        return validated(self, now_ms, effects, err);
    case HV_STAGED_STATE_DISCARD:
        return discarded(self, effects, err);
    case HV_STAGED_STATE_LOOK:
    case HV_STAGED_STATE_MOVE:
    case HV_STAGED_STATE_OVER:
    case HV_STAGED_N_STATES:
        break;
    }
    return 0;
}

/* ---- before anything is asked for ---- */

static int looked(struct hv_staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    if (!self->vm.id)
        return move_begin(self, now_ms, effects, err); /* which says where it is, if anywhere */
    if (self->act == HV_STAGED_MOVE)
        return stage(self, now_ms, effects, err);
    return self->act == HV_STAGED_CHECK ? validate(self, now_ms, effects, err) : move_begin(self, now_ms, effects, err);
}

static int look_step(struct hv_staged *self, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                     struct hv_error *err) {
    struct hv_event own = *event;
    size_t n_before = effects->n;
    int r;

    if (event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED)
        own.tag = event->tag - base_of(HV_STAGED_STATE_LOOK);
    r = hv_staged_look_step(self, &own, effects, err);
    for (size_t i = n_before; i < effects->n; i++)
        effects->list[i].tag += base_of(HV_STAGED_STATE_LOOK);
    return r <= 0 ? r : looked(self, now_ms, effects, err);
}

/* ---- the task ---- */

/* Whose event is it? A part that failed may have left operations under way; those of the move have the small tags. */
static bool is_stale(const struct hv_staged *self, const struct hv_event *event) {
    uint32_t owner = event->tag / TAGS_OF_PART;

    if (event->kind == HV_EVENT_WAKE)
        return self->state != HV_STAGED_STATE_MOVE && !self->sleeps;
    if (event->kind != HV_EVENT_OP_DONE && event->kind != HV_EVENT_OP_FAILED)
        return false;
    return self->state == HV_STAGED_STATE_MOVE ? owner != 0 : owner != (uint32_t)self->state + 1;
}

/* Who wants to wait no more waits for what is short: the planned VM is put away first. */
static bool is_deferred(struct hv_staged *self, const struct hv_event *event) {
    if (event->kind != HV_EVENT_DETACH || (self->state != HV_STAGED_STATE_SET && self->state != HV_STAGED_STATE_DISCARD))
        return false;
    self->detaching = true;
    return true;
}

static int staged_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                       struct hv_error *err) {
    struct hv_staged *self = (struct hv_staged *)task;

    if (is_stale(self, event) || is_deferred(self, event))
        return 0;
    switch (self->state) {
    case HV_STAGED_STATE_LOOK:
        return look_step(self, now_ms, event, effects, err);
    case HV_STAGED_STATE_STAGE:
    case HV_STAGED_STATE_SET:
    case HV_STAGED_STATE_VALIDATE:
    case HV_STAGED_STATE_DISCARD:
        return part_step(self, now_ms, event, effects, err);
    case HV_STAGED_STATE_MOVE:
        return move_step(self, now_ms, event, effects, err);
    case HV_STAGED_STATE_OVER:
    case HV_STAGED_N_STATES:
        break;
    }
    return 0;
}

static void staged_free(struct hv_task *task) {
    struct hv_staged *self = (struct hv_staged *)task;

    for (size_t i = 0; i < HV_ARRAY_SIZE(self->parts); i++)
        (void)hv_task_free(self->parts[i]);
    hv_vm_find_deinit(&self->find);
    hv_vm_deinit(&self->vm);
    hv_instance_list_deinit(&self->switches);
    hv_planned_wishes_deinit(&self->wishes);
    hv_move_deinit(&self->move);
    free(self);
}

static const struct hv_task_vtable staged_vtable = { staged_step, staged_free };

static int init(struct hv_staged *self, const struct hv_move_options *options, const struct hv_planned_fixes *fixes,
                struct hv_error *err) {
    struct hv_move_options own = *options;
    int r;

    if (self->act == HV_STAGED_PREPARE)
        own.type = HV_MOVE_STAGED;
    else
        own.into_planned = true;
    if (self->act == HV_STAGED_CHECK)
        own.check_only = true;
    r = hv_move_init(&self->move, &own, err);
    if (r == 0 && fixes)
        r = hv_planned_wishes_init(&self->wishes, fixes, err);
    self->wishes.tolerant = true;
    return r;
}

int hv_staged_new(enum hv_staged_act act, const struct hv_move_options *options, const struct hv_planned_fixes *fixes,
                  struct hv_task **ret_task, struct hv_error *err) {
    struct hv_staged *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return hv_error_memory(err);
    self->act = act;
    r = init(self, options, fixes, err);
    if (r < 0) {
        staged_free(&self->move.task);
        return r;
    }
    self->move.task.vtable = &staged_vtable;
    hv_staged_look_init(self);
    *ret_task = &self->move.task;
    return 0;
}
