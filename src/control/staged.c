/*
 * A move by way of a planned VM (hyperv.md 4e). It is the move of migration/machine.h, whose results, reports and notes it has,
 * and around it parts that are tasks of their own, one after the other: making the planned VM, correcting and validating it,
 * removing it when nothing moved into it. What is left behind is named, always (design.md 3.7).
 */
#include <hvctl/staged.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "control/planned_fixes.h"
#include "migration/machine.h"

enum { TAGS_OF_PART = 1000000, WHERE_MAX_BYTES = 4096, TEXT_CEILING = 16 * 1024 };

/* state, what it means */
#define STAGED_STATES(X)                                                                                                         \
    X(LOOK, "is the VM there, is there a planned one already, has the destination the switches?")                                \
    X(STAGE, "the source makes a planned VM at the destination")                                                                 \
    X(SET, "the planned VM is being corrected")                                                                                  \
    X(VALIDATE, "the destination looks for what is wrong with it")                                                               \
    X(MOVE, "the move, or its check")                                                                                            \
    X(DISCARD, "nothing moved: the planned VM is being removed")                                                                 \
    X(OVER, "the end")

#define ENUM(name, meaning) STATE_##name,
enum state { STAGED_STATES(ENUM) N_STATES };
#undef ENUM

enum kind {
    KIND_VM,
    KIND_PLANNED,
    KIND_SWITCH,
};

struct staged {
    struct hv_move move; /* first */
    enum hv_staged_act act;
    enum state state;
    struct hv_gather gather; /* of LOOK */
    struct hv_vm_find find;
    struct hv_vm vm;
    struct hv_instance_list switches;
    bool has_planned;
    struct hv_planned_wishes wishes;
    struct hv_task *parts[N_STATES]; /* kept to the end: operations of a part that failed may still be under way */
    bool detaching;
    bool sleeps;             /* the part wants to be woken */
    bool is_made;            /* a planned VM that is ours is there, or may be */
    int code;                /* of the end, as far as it is known */
    struct hv_error failure; /* when CODE is not 0 */
};

static const char *host_of(const struct staged *self) {
    return hv_mig_destination_label(&self->move);
}

/* Every part has its own tags; those of the move are below them all. */
static uint32_t base_of(enum state state) {
    return TAGS_OF_PART * ((uint32_t)state + 1);
}

/* A part about planned VMs has our destination as its source. */
static bool is_turned(enum state state) {
    return state == STATE_SET || state == STATE_VALIDATE || state == STATE_DISCARD;
}

static int fail_as(struct staged *self, int code, const struct hv_error *error) {
    self->code = code;
    (void)hv_error_copy(&self->failure, error);
    return code;
}

/* ---- what is left ---- */

static int add_leftover(struct staged *self, const char *how, struct hv_error *err) {
    struct hv_move_result *result = &self->move.result;
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_CEILING);
    char *taken;
    int r;

    hv_buf_printf(&text, "%splanned VM %s on %s (not shown by Hyper-V Manager); to remove it: hvctl staged discard %s --to %s",
                  how, self->vm.id, host_of(self), self->vm.id, host_of(self));
    r = hv_buf_take(&text, "a text", &taken, err);
    return r < 0 ? r : hv_mig_add_text(&result->leftovers, &result->n_leftovers, taken, err);
}

/* What the move machine and we write alike. */
static bool is_planned_text(const char *text) {
    return hv_text_starts(text, "planned VM ");
}

/* Is it named already, by the move that looked for it? */
static bool is_named(const struct staged *self) {
    for (size_t i = 0; i < self->move.result.n_leftovers; i++) {
        if (is_planned_text(self->move.result.leftovers[i]))
            return true;
    }
    return false;
}

static void forget_leftover(struct staged *self) {
    struct hv_move_result *result = &self->move.result;
    size_t n = 0;

    for (size_t i = 0; i < result->n_leftovers; i++) {
        if (is_planned_text(result->leftovers[i]))
            free(result->leftovers[i]);
        else
            result->leftovers[n++] = result->leftovers[i];
    }
    result->n_leftovers = n;
    if (result->at_destination == HV_PLACE_PLANNED)
        result->at_destination = HV_PLACE_ABSENT;
}

/* ---- parts ---- */

static int end(struct staged *self, struct hv_effects *effects, struct hv_error *err) {
    self->state = STATE_OVER;
    self->move.state = HV_MIG_STATE_DONE;
    if (self->code < 0)
        return hv_error_copy(err, &self->failure);
    hv_effects_done(effects);
    return 0;
}

static int part_over(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err);

/* What a part asks for is asked for by us; its end is not ours. Nothing of it is watched or waited for afterwards. */
static void take_effects(struct staged *self, struct hv_effects *effects) {
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

static int part_step(struct staged *self, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                     struct hv_error *err) {
    struct hv_event own = *event;

    if (event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED)
        own.tag = event->tag - base_of(self->state);
    hv_task_step(self->parts[self->state], now_ms, &own, effects);
    take_effects(self, effects);
    return hv_task_is_done(self->parts[self->state]) ? part_over(self, now_ms, effects, err) : 0;
}

static int part_begin(struct staged *self, enum state state, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    self->state = state;
    return part_step(self, now_ms, &start, effects, err);
}

static struct hv_planned_options planned_options(const struct staged *self) {
    return (struct hv_planned_options){
        .vm = self->vm.id, .host = host_of(self), .has_origin = true, .origin = self->move.plan.source_name
    };
}

/* ---- removing the planned VM ---- */

static int discard(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_planned_options options = planned_options(self);
    int r = hv_planned_discard_new(&options, &self->parts[STATE_DISCARD], err);

    if (r < 0)
        return r;
    hv_mig_report(&self->move, HV_REPORT_PHASE, "removing the planned VM");
    return part_begin(self, STATE_DISCARD, now_ms, effects, err);
}

static int discarded(struct staged *self, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;
    int r = hv_task_result(self->parts[STATE_DISCARD], &error);

    if (r == 0 || r == HV_E_NOT_FOUND) {
        forget_leftover(self);
        return end(self, effects, err);
    }
    r = hv_mig_warn(&self->move, err, "the planned VM could not be removed: %s%s%s", error->message, error->cause[0] ? ": " : "",
                    error->cause);
    if (r == 0 && !is_named(self))
        r = add_leftover(self, "", err);
    return r < 0 ? r : end(self, effects, err);
}

/* ---- the move, and what follows from its end ---- */

/* Only where it is certain that nothing moves into it. */
static bool may_discard(const struct staged *self) {
    if (self->move.plan.check_only)
        return true; /* whatever became of the check */
    switch (self->move.result.outcome) {
    case HV_OUTCOME_NONE:
    case HV_OUTCOME_MIGRATABLE:
    case HV_OUTCOME_NOT_MIGRATABLE:
    case HV_OUTCOME_NOT_MOVED:
        return true;
    case HV_OUTCOME_MOVED:
    case HV_OUTCOME_RUNNING:
    case HV_OUTCOME_JOB_COMPLETED:
    case HV_OUTCOME_JOB_CANCELLED:
    case HV_OUTCOME_UNKNOWN:
    case HV_OUTCOME_STAGED:
        break;
    }
    return false;
}

/*
 * May staging that ended so have made a planned VM that was not seen? A request that was refused made none; after the failure of
 * a job the machine looks for one, and without an answer that stays open.
 */
static bool may_be_made(const struct hv_move_result *result, bool was_sent, enum hv_move_outcome outcome) {
    bool is_seen = outcome == HV_OUTCOME_NOT_MOVED && (!result->job_id || result->at_destination != HV_PLACE_UNKNOWN);

    return was_sent && !is_seen;
}

/* A planned VM that stays, or that may be there, is named; where the machine saw it, it has named it. */
static int name_leftover(struct staged *self, struct hv_error *err) {
    const struct hv_move_result *result = &self->move.result;
    bool is_move = !self->move.plan.check_only && self->act != HV_STAGED_CHECK;

    if (!is_move || is_named(self) || result->outcome == HV_OUTCOME_MOVED || result->outcome == HV_OUTCOME_STAGED)
        return 0;
    if (self->act != HV_STAGED_PREPARE)
        return self->has_planned || self->is_made
                   ? add_leftover(self, may_discard(self) ? "" : "unless the VM moves into it: ", err)
                   : 0;
    return may_be_made(result, result->request_sent, result->outcome) ? add_leftover(self, "perhaps: ", err) : 0;
}

/* What the destination's own look at the planned VM says outweighs a check that is content. */
static void weigh_validation(struct staged *self) {
    const struct hv_error *error = NULL;

    if (!self->parts[STATE_VALIDATE] || hv_task_result(self->parts[STATE_VALIDATE], &error) == 0)
        return;
    if (self->move.plan.type != HV_MOVE_VM || self->code < 0)
        return;
    (void)fail_as(self, HV_E_NOT_MIGRATABLE, error);
    self->failure.code = HV_E_NOT_MIGRATABLE;
    self->move.result.outcome = HV_OUTCOME_NOT_MIGRATABLE;
}

static int moved(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    int r;

    weigh_validation(self);
    if (self->is_made && may_discard(self))
        return discard(self, now_ms, effects, err);
    r = name_leftover(self, err);
    return r < 0 ? r : end(self, effects, err);
}

static int move_step(struct staged *self, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
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

static int move_begin(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    self->state = STATE_MOVE;
    if (self->move.plan.vm_is_guid) { /* the machine begins with that */
        free(self->move.result.vm_id);
        self->move.result.vm_id = NULL;
    }
    return move_step(self, now_ms, &start, effects, err);
}

/* ---- making the planned VM ---- */

/* Its job is not the one that moves the VM: who follows that must not be told of this one as if it were. */
static void forward(void *context, const struct hv_move_report *report) {
    struct staged *self = context;

    if (report->kind == HV_REPORT_JOB_STARTED)
        hv_mig_report(&self->move, HV_REPORT_PHASE, "making a planned VM");
}

static int stage(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
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
    int r = hv_move_new(&options, &self->parts[STATE_STAGE], err);

    if (r < 0)
        return r;
    hv_move_on_report(self->parts[STATE_STAGE], forward, self);
    hv_move_on_note(self->parts[STATE_STAGE], self->move.on_note, self->move.note_context);
    return part_begin(self, STATE_STAGE, now_ms, effects, err);
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

static void not_moved(struct staged *self) {
    if (!self->move.plan.check_only)
        self->move.result.outcome = HV_OUTCOME_NOT_MOVED;
    if (self->move.result.at_source == HV_PLACE_UNKNOWN)
        self->move.result.at_source = HV_PLACE_PRESENT;
}

static int set_begin(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err);

static int staged_over(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    struct hv_move_result *part = &((struct hv_move *)self->parts[STATE_STAGE])->result;
    enum hv_move_outcome outcome = part->outcome;
    bool was_sent = part->request_sent;
    const struct hv_error *error = NULL;
    int r = hv_task_result(self->parts[STATE_STAGE], &error);

    if (r == 0 && outcome == HV_OUTCOME_STAGED) {
        self->is_made = true;
        return set_begin(self, now_ms, effects, err);
    }
    (void)fail_as(self, r < 0 ? r : HV_E_FAILED, error);
    absorb(&self->move.result, part);
    not_moved(self);
    /* Its job is over and failed: what it left is nobody's. */
    if (outcome == HV_OUTCOME_NOT_MOVED && is_named(self))
        return discard(self, now_ms, effects, err);
    if (!is_named(self) && may_be_made(&self->move.result, was_sent, outcome))
        r = add_leftover(self, "perhaps: ", err);
    else
        r = 0;
    return r < 0 ? r : end(self, effects, err);
}

/* ---- correcting it ---- */

static int set_begin(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_planned_options options = planned_options(self);
    int r;

    if (hv_planned_wishes_are_empty(&self->wishes))
        return move_begin(self, now_ms, effects, err);
    r = hv_planned_set_with(&options, &self->wishes, &self->parts[STATE_SET], err);
    if (r < 0)
        return r;
    hv_mig_report(&self->move, HV_REPORT_PHASE, "correcting the planned VM");
    return part_begin(self, STATE_SET, now_ms, effects, err);
}

static int set_over(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;
    struct hv_error stopped = { 0 };
    int r = hv_task_result(self->parts[STATE_SET], &error);

    if (r == 0 && !self->detaching)
        return move_begin(self, now_ms, effects, err);
    (void)hv_error_set(&stopped, HV_E_CANCELLED, "stopped before the move of \"%s\" was asked for", hv_mig_vm_label(&self->move));
    (void)fail_as(self, r < 0 ? r : HV_E_CANCELLED, r < 0 ? error : &stopped);
    not_moved(self);
    return discard(self, now_ms, effects, err);
}

/* ---- validating it ---- */

static int validate(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_planned_options options = planned_options(self);
    int r = hv_planned_validate_new(&options, &self->parts[STATE_VALIDATE], err);

    if (r < 0)
        return r;
    hv_mig_report(&self->move, HV_REPORT_PHASE, "validating the planned VM");
    return part_begin(self, STATE_VALIDATE, now_ms, effects, err);
}

/* Reasons of the host's job are a "no"; anything else means that it could not be asked. */
static int validated(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;
    size_t n = 0;
    const struct hv_reason *reasons = hv_planned_validate_reasons(self->parts[STATE_VALIDATE], &n);
    int r = hv_task_result(self->parts[STATE_VALIDATE], &error);

    if (r < 0 && n == 0) {
        (void)fail_as(self, r, error);
        return end(self, effects, err);
    }
    /* The first one is general where there are others (hyperv.md 3.3). */
    for (size_t i = n > 1; i < n; i++) {
        if (!reasons[i].message)
            continue;
        r = hv_mig_warn(&self->move, err, "the planned VM as %s sees it: %s", host_of(self), reasons[i].message);
        if (r < 0)
            return r;
    }
    return move_begin(self, now_ms, effects, err);
}

static int part_over(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    const struct hv_error *error = NULL;

    if (hv_task_result(self->parts[self->state], &error) == HV_E_MEMORY && self->state != STATE_DISCARD)
        return hv_error_copy(err, error);
    switch (self->state) {
    case STATE_STAGE:
        return staged_over(self, now_ms, effects, err);
    case STATE_SET:
        return set_over(self, now_ms, effects, err);
    case STATE_VALIDATE:
        return validated(self, now_ms, effects, err);
    case STATE_DISCARD:
        return discarded(self, effects, err);
    case STATE_LOOK:
    case STATE_MOVE:
    case STATE_OVER:
    case N_STATES:
        break;
    }
    return 0;
}

/* ---- before anything is asked for ---- */

static int look_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct staged *self = target;
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r;

    if (round == 0)
        return hv_gather_find_vm(&self->gather, KIND_VM, &self->find, effects, err);
    if (round > 1 || self->find.n_found == 0)
        return 0;
    r = hv_vm_find_end(&self->find, &self->vm, err);
    if (r < 0)
        return r;
    hv_buf_printf(&where, "Name = '%s'", self->vm.id);
    r = hv_buf_finish(&where, "query", err);
    self->gather.peer = HV_PEER_DESTINATION;
    if (r == 0)
        r = hv_gather_query(&self->gather, KIND_PLANNED, "Msvm_PlannedComputerSystem", hv_buf_text(&where), true, effects, err);
    if (r < 0 || self->wishes.n_switches == 0)
        return r;
    return hv_gather_query(&self->gather, KIND_SWITCH, "Msvm_VirtualEthernetSwitch", NULL, true, effects, err);
}

static int look_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct staged *self = target;

    switch ((enum kind)kind) {
    case KIND_VM:
        return hv_vm_find_offer(&self->find, instance, err);
    case KIND_PLANNED:
        self->has_planned = self->has_planned || hv_text_same(hv_instance_text(instance, "Name"), self->vm.id);
        return 0;
    case KIND_SWITCH:
        return hv_instance_list_add(&self->switches, instance, err);
    }
    return 0;
}

/* Somebody made it and may want it: it is not ours to move into or to remove. */
static int refuse_planned(const struct staged *self, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_CONFLICT, "%s has a planned VM of \"%s\" already", host_of(self), hv_mig_vm_label(&self->move));
    hv_error_cause(err, "somebody prepared a staged move, or one was broken off; GUID %s", self->vm.id);
    hv_error_remedy(err, "move into it: hvctl staged complete %s --from %s --to %s", self->vm.id, self->move.plan.source_name,
                    host_of(self));
    hv_error_remedy(err, "or remove it: hvctl staged discard %s --to %s", self->vm.id, host_of(self));
    return HV_E_CONFLICT;
}

static int refuse_missing(const struct staged *self, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_NOT_FOUND, "%s has no planned VM of \"%s\"", host_of(self), hv_mig_vm_label(&self->move));
    hv_error_remedy(err, "make one: hvctl staged prepare %s --from %s --to %s", self->vm.id, self->move.plan.source_name,
                    host_of(self));
    return HV_E_NOT_FOUND;
}

static int keep_vm(struct staged *self, struct hv_error *err) {
    struct hv_move_result *result = &self->move.result;
    int r;

    free(result->vm_id);
    free(result->vm_name);
    result->vm_id = NULL;
    result->vm_name = NULL;
    result->vm_state = self->vm.state;
    result->at_source = HV_PLACE_PRESENT;
    r = hv_text_copy(self->vm.id, &result->vm_id, err);
    return r < 0 ? r : hv_text_copy(self->vm.name, &result->vm_name, err);
}

static int looked(struct staged *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    bool wants_planned = self->act == HV_STAGED_CHECK || self->act == HV_STAGED_COMPLETE;
    int r;

    if (!self->vm.id)
        return move_begin(self, now_ms, effects, err); /* which says where it is, if anywhere */
    r = keep_vm(self, err);
    if (r < 0)
        return r;
    if (self->has_planned && !wants_planned)
        return refuse_planned(self, err);
    if (!self->has_planned && wants_planned)
        return refuse_missing(self, err);
    r = hv_planned_wishes_check(&self->wishes, &self->switches, host_of(self), err);
    if (r < 0)
        return r;
    if (self->act == HV_STAGED_MOVE)
        return stage(self, now_ms, effects, err);
    return self->act == HV_STAGED_CHECK ? validate(self, now_ms, effects, err) : move_begin(self, now_ms, effects, err);
}

/* The gather of this round is over when it has set this. */
static int look_end(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct staged *self = target;

    (void)effects;
    (void)err;
    self->state = N_STATES;
    return 0;
}

static int look_step(struct staged *self, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                     struct hv_error *err) {
    struct hv_event own = *event;
    size_t n_before = effects->n;
    int r;

    if (event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED)
        own.tag = event->tag - base_of(STATE_LOOK);
    r = hv_gather_step(&self->gather, &own, effects, err);
    for (size_t i = n_before; i < effects->n; i++)
        effects->list[i].tag += base_of(STATE_LOOK);
    return r != 0 || self->state == STATE_LOOK ? r : looked(self, now_ms, effects, err);
}

/* ---- the task ---- */

/* Whose event is it? A part that failed may have left operations under way; those of the move have the small tags. */
static bool is_stale(const struct staged *self, const struct hv_event *event) {
    uint32_t owner = event->tag / TAGS_OF_PART;

    if (event->kind == HV_EVENT_WAKE)
        return self->state != STATE_MOVE && !self->sleeps;
    if (event->kind != HV_EVENT_OP_DONE && event->kind != HV_EVENT_OP_FAILED)
        return false;
    return self->state == STATE_MOVE ? owner != 0 : owner != (uint32_t)self->state + 1;
}

/* Who wants to wait no more waits for what is short: the planned VM is put away first. */
static bool is_deferred(struct staged *self, const struct hv_event *event) {
    if (event->kind != HV_EVENT_DETACH || (self->state != STATE_SET && self->state != STATE_DISCARD))
        return false;
    self->detaching = true;
    return true;
}

static int staged_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                       struct hv_error *err) {
    struct staged *self = (struct staged *)task;

    if (is_stale(self, event) || is_deferred(self, event))
        return 0;
    switch (self->state) {
    case STATE_LOOK:
        return look_step(self, now_ms, event, effects, err);
    case STATE_STAGE:
    case STATE_SET:
    case STATE_VALIDATE:
    case STATE_DISCARD:
        return part_step(self, now_ms, event, effects, err);
    case STATE_MOVE:
        return move_step(self, now_ms, event, effects, err);
    case STATE_OVER:
    case N_STATES:
        break;
    }
    return 0;
}

static void staged_free(struct hv_task *task) {
    struct staged *self = (struct staged *)task;

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

static int init(struct staged *self, const struct hv_move_options *options, const struct hv_planned_fixes *fixes,
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
    struct staged *self = calloc(1, sizeof(*self));
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
    hv_vm_find_init(&self->find, self->move.plan.vm);
    hv_gather_init(&self->gather, look_begin, look_add, self);
    self->gather.end = look_end;
    self->gather.end_target = self;
    *ret_task = &self->move.task;
    return 0;
}
