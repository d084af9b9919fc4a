/* What a staged move leaves behind: a planned VM that stays, or that may be there, is named, always (design.md 3.7). */
#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "control/staged.h"

enum { TEXT_CEILING = 16 * 1024 };

int hv_staged_leftover_add(struct hv_staged *self, const char *how, struct hv_error *err) {
    struct hv_move_result *result = &self->move.result;
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_CEILING);
    char *taken;
    int r;

    hv_buf_printf(&text, "%splanned VM %s on %s (not shown by Hyper-V Manager); to remove it: hvctl staged discard %s --to %s",
                  how, self->vm.id, hv_staged_destination(self), self->vm.id, hv_staged_destination(self));
    r = hv_buf_take(&text, "a text", &taken, err);
    return r < 0 ? r : hv_mig_add_text(&result->leftovers, &result->n_leftovers, taken, err);
}

/* What the move machine and we write alike. */
static bool is_planned_text(const char *text) {
    return hv_text_starts(text, "planned VM ");
}

bool hv_staged_leftover_is_named(const struct hv_staged *self) {
    for (size_t i = 0; i < self->move.result.n_leftovers; i++) {
        if (is_planned_text(self->move.result.leftovers[i]))
            return true;
    }
    return false;
}

void hv_staged_leftover_forget(struct hv_staged *self) {
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

bool hv_staged_may_discard(const struct hv_staged *self) {
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

bool hv_staged_may_be_made(const struct hv_move_result *result, bool was_sent, enum hv_move_outcome outcome) {
    bool is_seen = outcome == HV_OUTCOME_NOT_MOVED && (!result->job_id || result->at_destination != HV_PLACE_UNKNOWN);

    return was_sent && !is_seen;
}

int hv_staged_leftover_name(struct hv_staged *self, struct hv_error *err) {
    const struct hv_move_result *result = &self->move.result;
    bool is_move = !self->move.plan.check_only && self->act != HV_STAGED_CHECK;

    if (!is_move || hv_staged_leftover_is_named(self) || result->outcome == HV_OUTCOME_MOVED ||
        result->outcome == HV_OUTCOME_STAGED)
        return 0;
    if (self->act != HV_STAGED_PREPARE)
        return self->has_planned || self->is_made
                   ? hv_staged_leftover_add(self, hv_staged_may_discard(self) ? "" : "unless the VM moves into it: ", err)
                   : 0;
    return hv_staged_may_be_made(result, result->request_sent, result->outcome) ? hv_staged_leftover_add(self, "perhaps: ", err)
                                                                                : 0;
}
