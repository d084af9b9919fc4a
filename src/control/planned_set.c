/*
 * Correcting a planned VM (hyperv.md 4e.2): read, change what differs from the wishes, each kind by one call, and read again:
 * what the host shows at the end decides.
 */
#include <hvctl/staged.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cim/params.h"
#include "control/act.h"
#include "control/planned_fixes.h"

enum { WHAT_SIZE = 512 };

enum phase {
    PHASE_BEFORE,
    PHASE_MODIFY,
    PHASE_REMOVE,
    PHASE_SYSTEM,
    PHASE_AFTER,
};

struct planned_set {
    struct hv_task task;
    struct hv_planned_who who;
    struct hv_planned_wishes own;
    const struct hv_planned_wishes *wishes;
    bool dry_run;
    bool is_part; /* of a move, which is then not made: what became of the planned VM it finds out itself */
    enum phase phase;
    struct hv_planned_reader reader;
    struct hv_epr *service;
    struct hv_planned_edits edits;
    struct hv_act act;
    bool acts;     /* a call is under way */
    size_t n_done; /* calls before it, which are done */
    char what[WHAT_SIZE];
    struct hv_planned_details details;
    struct hv_planned_set_result result;
};

static int read_again(struct planned_set *self, struct hv_effects *effects, struct hv_error *err);

/* ---- calls ---- */

static int add_settings(const struct planned_set *self, struct hv_params *params, struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < self->edits.modified.n; i++)
        r = hv_params_add_instance(params, "ResourceSettings", self->edits.modified.items[i], err);
    return r;
}

static int add_removed(const struct planned_set *self, struct hv_params *params, struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < self->edits.n_removed; i++)
        r = hv_params_add_reference(params, "ResourceSettings", self->edits.removed[i], err);
    return r;
}

static int call(struct planned_set *self, struct hv_effects *effects, struct hv_error *err) {
    static const char *const methods[] = { [PHASE_MODIFY] = "ModifyResourceSettings",
                                           [PHASE_REMOVE] = "RemoveResourceSettings",
                                           [PHASE_SYSTEM] = "ModifySystemSettings" };
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int r = hv_params_new(&params, err);

    if (r == 0 && self->phase == PHASE_MODIFY)
        r = add_settings(self, params, err);
    else if (r == 0 && self->phase == PHASE_REMOVE)
        r = add_removed(self, params, err);
    else if (r == 0)
        r = hv_params_add_instance(params, "SystemSettings", self->edits.system, err);
    if (r < 0)
        return r;
    hv_act_deinit(&self->act);
    hv_act_init(&self->act, self->who.host, self->what);
    self->acts = true;
    return hv_act_begin(&self->act, self->service, methods[self->phase], params, effects, err);
}

/* The next kind of change that is wanted; then the look. */
static int next(struct planned_set *self, struct hv_effects *effects, struct hv_error *err) {
    const bool wanted[] = { [PHASE_MODIFY] = self->edits.modified.n > 0,
                            [PHASE_REMOVE] = self->edits.n_removed > 0,
                            [PHASE_SYSTEM] = self->edits.system != NULL };

    do {
        self->phase++;
    } while (self->phase < PHASE_AFTER && !wanted[self->phase]);
    return self->phase < PHASE_AFTER ? call(self, effects, err) : read_again(self, effects, err);
}

/* ---- before ---- */

static int finish(struct planned_set *self, struct hv_effects *effects, struct hv_error *err) {
    int r = hv_planned_judge(&self->reader.facts, &self->details, err);

    if (r < 0)
        return r;
    self->result = (struct hv_planned_set_result){ &self->details, self->edits.changes, self->edits.n };
    hv_effects_done(effects);
    return 0;
}

static int before_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct planned_set *self = target;
    struct hv_planned_facts *facts = &self->reader.facts;
    int r = hv_planned_check_idle(facts, &self->who, "changed", err);

    if (r == 0)
        r = hv_planned_plan(self->wishes, facts, &self->who, &self->edits, err);
    if (r < 0)
        return r;
    if (self->dry_run || self->edits.n == 0)
        return finish(self, effects, err);
    if (!facts->service)
        return hv_error_set(err, HV_E_PROTOCOL, "%s shows no management service", self->who.host);
    self->service = facts->service;
    facts->service = NULL;
    (void)snprintf(self->what, sizeof(self->what), "change the planned VM \"%s\"", hv_planned_label(facts, &self->who));
    hv_text_trim_partial(self->what);
    return next(self, effects, err);
}

/* ---- after ---- */

static int not_done(struct planned_set *self, size_t index, struct hv_error *err) {
    const struct hv_planned_change *change = &self->edits.changes[index];

    if (self->act.end != HV_ACT_END_DONE)
        return hv_error_copy(err, &self->act.error);
    (void)hv_error_set(err, HV_E_FAILED, "%s reports the %s of the planned VM as changed, but shows the old value",
                       self->who.host, change->what);
    hv_error_cause(err, "it was to become %s", change->to ? change->to : "nothing");
    hv_error_remedy(err, "look into the log Hyper-V-VMMS-Admin of the host");
    return HV_E_FAILED;
}

static int after_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct planned_set *self = target;
    size_t index = 0;
    int r = hv_planned_is_done(&self->edits, &self->reader.facts, &index, err);

    if (r != 0)
        return r < 0 ? r : not_done(self, index, err);
    return finish(self, effects, err);
}

static int read_again(struct planned_set *self, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    self->phase = PHASE_AFTER;
    hv_planned_reader_deinit(&self->reader);
    hv_planned_reader_init(&self->reader, &self->who, false, after_read, self);
    return hv_gather_step(&self->reader.gather, &start, effects, err);
}

/* What was done before stays done. */
static int partly(const struct planned_set *self, struct hv_error *err) {
    (void)hv_error_copy(err, &self->act.error);
    hv_error_prefix(err, "only some of it was changed");
    hv_error_remedy(err, "see what: hvctl staged show %s --to %s", self->who.vm, self->who.host);
    if (err)
        err->code = HV_E_PARTIAL;
    return HV_E_PARTIAL;
}

static int act_over(struct planned_set *self, struct hv_effects *effects, struct hv_error *err) {
    self->acts = false;
    if (self->act.end == HV_ACT_END_FAILED)
        return self->n_done > 0 && !self->is_part ? partly(self, err) : hv_error_copy(err, &self->act.error);
    self->n_done++;
    /* What is in doubt is looked at before anything else is asked for. */
    return self->act.end == HV_ACT_END_DONE ? next(self, effects, err) : read_again(self, effects, err);
}

/* ---- the task ---- */

static int planned_set_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                            struct hv_error *err) {
    struct planned_set *self = (struct planned_set *)task;
    int r;

    (void)now_ms;
    if (!self->acts) {
        r = hv_gather_step(&self->reader.gather, event, effects, err);
        return self->phase == PHASE_AFTER && !self->is_part ? hv_act_look(&self->act, r, event, err) : r;
    }
    r = hv_act_step(&self->act, event, effects, err);
    if (r < 0)
        return r;
    return r == HV_ACT_MORE ? 0 : act_over(self, effects, err);
}

static void planned_set_free(struct hv_task *task) {
    struct planned_set *self = (struct planned_set *)task;

    hv_planned_reader_deinit(&self->reader);
    hv_planned_edits_deinit(&self->edits);
    hv_planned_details_deinit(&self->details);
    hv_planned_wishes_deinit(&self->own);
    (void)hv_epr_free(self->service);
    hv_act_deinit(&self->act);
    hv_planned_who_deinit(&self->who);
    free(self);
}

static const struct hv_task_vtable planned_set_vtable = { planned_set_step, planned_set_free };

static int refuse_nothing(struct hv_error *err) {
    (void)hv_error_set(err, HV_E_ARGUMENT, "nothing to change of the planned VM");
    hv_error_remedy(err, "say what: --map-switch, --disconnect-missing, --eject-iso, --disk, --config-path, ...");
    return HV_E_ARGUMENT;
}

static int set_new(const struct hv_planned_options *options, struct planned_set **ret_set, struct hv_error *err) {
    struct planned_set *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &planned_set_vtable);
    r = hv_planned_who_init(&self->who, options, err);
    if (r < 0) {
        planned_set_free(&self->task);
        return r;
    }
    hv_planned_reader_init(&self->reader, &self->who, false, before_read, self);
    *ret_set = self;
    return 0;
}

int hv_planned_set_with(const struct hv_planned_options *options, const struct hv_planned_wishes *wishes,
                        struct hv_task **ret_task, struct hv_error *err) {
    struct planned_set *self = NULL;
    int r = set_new(options, &self, err);

    if (r < 0)
        return r;
    self->wishes = wishes;
    self->is_part = true;
    *ret_task = &self->task;
    return 0;
}

int hv_planned_set_new(const struct hv_planned_options *options, const struct hv_planned_fixes *fixes, bool dry_run,
                       struct hv_task **ret_task, struct hv_error *err) {
    struct planned_set *self = NULL;
    int r = set_new(options, &self, err);

    if (r < 0)
        return r;
    self->dry_run = dry_run;
    self->wishes = &self->own;
    r = hv_planned_wishes_init(&self->own, fixes, err);
    if (r == 0 && hv_planned_wishes_are_empty(&self->own))
        r = refuse_nothing(err);
    if (r < 0) {
        planned_set_free(&self->task);
        return r;
    }
    *ret_task = &self->task;
    return 0;
}

const struct hv_planned_set_result *hv_planned_set_result(const struct hv_task *task) {
    const struct planned_set *self = (const struct planned_set *)task;

    return hv_task_succeeded(task, &planned_set_vtable) ? &self->result : NULL;
}
