/*
 * Changing a host's settings (hyperv.md 4h): read them, see what is to be done, call, read them again. What the host shows at the
 * end decides: an answer that was lost may have been a yes, and a yes may have changed nothing.
 */
#include <hvctl/host.h>

#include "base/error.h"
#include "control/act.h"
#include "control/host_plan.h"
#include "hyperv/host.h"
#include "hyperv/reference.h"
#include "inventory/host_read.h"
#include "wsman/epr.h"

#define SERVICE_CLASS "Msvm_VirtualSystemMigrationService"

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

enum phase {
    PHASE_BEFORE, /* reading what is */
    PHASE_ACT,
    PHASE_AFTER, /* reading what has become of it */
};

struct host_change {
    struct hv_task task;
    struct hv_host_plan plan;
    enum phase phase;
    struct hv_host_read before;
    struct hv_host_read after;
    struct hv_host_info wanted;
    struct hv_act act;
    struct hv_host_difference *differences;
    struct hv_host_change_result result;
};

static int compare(struct host_change *self, const struct hv_host_info *after, struct hv_error *err) {
    int r;

    hv_host_differences_free(self->differences, self->result.n_differences);
    self->differences = NULL;
    self->result.n_differences = 0;
    self->result.before = &self->before.info;
    self->result.after = after;
    r = hv_host_diff(&self->before.info, after, &self->differences, &self->result.n_differences, err);
    self->result.differences = self->differences;
    return r;
}

/* ---- before ---- */

static int act_begin(struct host_change *self, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *service = NULL;
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    const char *method = NULL;
    int r;

    if (!self->before.service)
        return hv_error_set(err, HV_E_NOT_FOUND, "%s shows no migration service", self->plan.change.host);
    r = hv_reference_service(SERVICE_CLASS, self->before.service, &service, err);
    if (r == 0)
        r = hv_host_plan_call(&self->plan, &self->before.info, &self->wanted, self->before.settings, &method, &params, err);
    if (r < 0)
        return r;
    self->phase = PHASE_ACT;
    hv_act_init(&self->act, self->plan.change.host,
                self->plan.change.network ? "change its migration networks" : "change its migration settings");
    return hv_act_begin(&self->act, service, method, params, effects, err);
}

static int before_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct host_change *self = target;
    int r;

    hv_host_info_deinit(&self->wanted);
    r = hv_host_info_copy(&self->before.info, &self->wanted, err);
    if (r == 0)
        r = hv_host_plan_apply(&self->plan, &self->wanted, err);
    if (r == 0)
        r = compare(self, &self->wanted, err);
    if (r < 0)
        return r;
    if (!self->plan.change.dry_run && self->result.n_differences > 0)
        return act_begin(self, effects, err);
    hv_effects_done(effects);
    return 0;
}

/* ---- after ---- */

/* What was left to the host cannot be missed. */
static void forgive_defaults(struct host_change *self) {
    for (size_t i = 0; i < self->wanted.n_networks; i++) {
        struct hv_migration_network *network = &self->wanted.networks[i];
        const struct hv_migration_network *shown = hv_host_find_network(&self->after.info, network);
        if (shown && network->metric < 0)
            network->metric = shown->metric;
    }
}

static int is_as_wanted(struct host_change *self, bool *ret_is_so, struct hv_error *err) {
    struct hv_host_difference *missing = NULL;
    size_t n_missing = 0;
    int r;

    forgive_defaults(self);
    r = hv_host_diff(&self->after.info, &self->wanted, &missing, &n_missing, err);
    if (r < 0)
        return r;
    hv_host_differences_free(missing, n_missing);
    *ret_is_so = n_missing == 0;
    return 0;
}

static int fail(struct host_change *self, struct hv_error *err) {
    if (self->act.end != HV_ACT_END_DONE) {
        int code = hv_error_copy(err, &self->act.error);
        if (self->result.n_differences > 0)
            hv_error_remedy(err, "some of its settings have changed nevertheless; see them: hvctl host show -H %s",
                            self->plan.change.host);
        return code;
    }
    (void)hv_error_set(err, HV_E_FAILED, "%s reports its settings as changed, but shows others", self->plan.change.host);
    hv_error_cause(err, "somebody else may be changing them at the same time");
    hv_error_remedy(err, "look at them: hvctl host show -H %s", self->plan.change.host);
    return HV_E_FAILED;
}

static int after_read(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct host_change *self = target;
    bool is_so = false;
    int r = compare(self, &self->after.info, err);

    if (r == 0)
        r = is_as_wanted(self, &is_so, err);
    if (r < 0)
        return r;
    if (!is_so)
        return fail(self, err);
    hv_effects_done(effects);
    return 0;
}

static int act_over(struct host_change *self, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    /* Nothing left, or nothing was taken: no need to look. */
    if (self->act.end == HV_ACT_END_FAILED && !self->act.job)
        return hv_error_copy(err, &self->act.error);
    self->phase = PHASE_AFTER;
    return hv_gather_step(&self->after.gather, &start, effects, err);
}

/* ---- the task ---- */

static int step_after(struct host_change *self, const struct hv_event *event, struct hv_effects *effects, struct hv_error *err) {
    return hv_act_look(&self->act, hv_gather_step(&self->after.gather, event, effects, err), event, err);
}

static int host_change_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                            struct hv_error *err) {
    struct host_change *self = (struct host_change *)task;
    int r;

    (void)now_ms;
    switch (self->phase) {
    case PHASE_BEFORE:
        return hv_gather_step(&self->before.gather, event, effects, err);
    case PHASE_AFTER:
        return step_after(self, event, effects, err);
    case PHASE_ACT:
        break;
    }
    r = hv_act_step(&self->act, event, effects, err);
    if (r < 0)
        return r;
    return r == HV_ACT_MORE ? 0 : act_over(self, effects, err);
}

static void host_change_free(struct hv_task *task) {
    struct host_change *self = (struct host_change *)task;

    hv_host_read_deinit(&self->before);
    hv_host_read_deinit(&self->after);
    hv_host_info_deinit(&self->wanted);
    hv_act_deinit(&self->act);
    hv_host_differences_free(self->differences, self->result.n_differences);
    hv_host_plan_deinit(&self->plan);
    free(self);
}

static const struct hv_task_vtable host_change_vtable = { host_change_step, host_change_free };

int hv_host_change_new(const struct hv_host_change *change, struct hv_task **ret_task, struct hv_error *err) {
    struct host_change *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &host_change_vtable);
    hv_host_read_init(&self->before, before_read, self);
    hv_host_read_init(&self->after, after_read, self);
    hv_host_info_init(&self->wanted);
    r = hv_host_plan_init(&self->plan, change, err);
    if (r < 0) {
        host_change_free(&self->task);
        return r;
    }
    *ret_task = &self->task;
    return 0;
}

const struct hv_host_change_result *hv_host_change_result(const struct hv_task *task) {
    const struct host_change *self = (const struct host_change *)task;

    return hv_task_succeeded(task, &host_change_vtable) ? &self->result : NULL;
}
