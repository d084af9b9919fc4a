/* What is kept of a move beyond this process (design.md 3.1): the intent before it leaves, the job, changes, the verdict. */
#include "base/error.h"
#include "hyperv/job.h"
#include "migration/machine.h"

static int give(struct hv_move *move, enum hv_move_note_kind kind, const char *text, const struct hv_error *error,
                struct hv_error *err) {
    const struct hv_move_note note = {
        .kind = kind,
        .type = move->plan.type,
        .result = &move->result,
        .vm_name = hv_mig_vm_label(move),
        .text = text,
        .error = error,
    };

    return move->on_note(move->note_context, &note, err);
}

static bool is_kept(const struct hv_move *move) {
    return move->on_note && !move->moves_nothing;
}

int hv_mig_note_intent(struct hv_move *move, struct hv_error *err) {
    int r;

    if (!is_kept(move))
        return 0;
    r = give(move, HV_NOTE_INTENT, NULL, NULL, err);
    if (r < 0)
        hv_error_prefix(err, "\"%s\" was not moved, for the move could not be written down first", hv_mig_vm_label(move));
    move->is_noted = r == 0;
    return r;
}

/* The move goes on whether it can be written down or not; the user hears of it once. */
void hv_mig_note(struct hv_move *move, enum hv_move_note_kind kind, const char *text, const struct hv_error *error) {
    struct hv_error failure = { 0 };

    if (!is_kept(move) || (!move->is_noted && kind == HV_NOTE_VERDICT))
        return;
    move->is_noted = true;
    if (give(move, kind, text, error, &failure) == 0 || move->note_failed)
        return;
    move->note_failed = true;
    /* Without memory for the warning there is none. */
    if (hv_mig_warn(move, NULL, "from here on the move cannot be written down: %s", failure.message) < 0)
        return;
}

void hv_mig_note_job(struct hv_move *move, int64_t state_before) {
    const char *name = hv_job_state_name(move->last_job.state);

    if (move->last_job.state != state_before)
        hv_mig_note(move, HV_NOTE_STATE, name ? name : "job in an unknown state", NULL);
}
