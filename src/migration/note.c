/* What is kept of a move beyond this process (design.md 3.1): the intent before it leaves, the job, changes, the verdict. */
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "hyperv/job.h"
#include "migration/machine.h"

static int give(struct hv_move *move, enum hv_move_note_kind kind, const char *text, const struct hv_error *error,
                const struct hv_move_places *places, struct hv_error *err) {
    const struct hv_move_note note = {
        .kind = kind,
        .type = move->plan.type,
        .result = &move->result,
        .vm_name = hv_mig_vm_label(move),
        .text = text,
        .error = error,
        .places = places,
    };

    return move->on_note(move->note_context, &note, err);
}

static bool is_kept(const struct hv_move *move) {
    return move->on_note && !move->moves_nothing;
}

/* With what the request says of places. */
static int give_intent(struct hv_move *move, struct hv_error *err) {
    HV_CLEANUP_FREE struct hv_move_place *disks = NULL;
    struct hv_move_places places = { .n_disks = move->n_placements };
    struct hv_roots roots;

    hv_plan_roots(&move->plan, &roots);
    places.config_path = roots.configuration;
    places.snapshot_path = roots.snapshot;
    places.paging_path = roots.swap_file;
    if (move->n_placements > 0) {
        disks = calloc(move->n_placements, sizeof(*disks));
        if (!disks)
            return hv_error_memory(err);
    }
    for (size_t i = 0; i < move->n_placements; i++) {
        const struct hv_placement *placement = &move->placements[i];

        disks[i] = (struct hv_move_place){
            .instance_id = placement->instance_id,
            .from = placement->from,
            .to = placement->to,
            .pool = hv_instance_text(placement->setting, "PoolID"),
        };
    }
    places.disks = disks;
    return give(move, HV_NOTE_INTENT, NULL, NULL, &places, err);
}

int hv_mig_note_intent(struct hv_move *move, struct hv_error *err) {
    int r;

    if (!is_kept(move))
        return 0;
    r = give_intent(move, err);
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
    if (give(move, kind, text, error, NULL, &failure) == 0 || move->note_failed)
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

/* What was asked, by enum hv_sight_kind. */
static const struct {
    const char *name;
    const char *asked;
} sights[HV_SIGHT_COUNT] = {
    [HV_SIGHT_REQUEST] = { "request", "to move the VM (MigrateVirtualSystemToHost)" },
    [HV_SIGHT_JOB] = { "job", "how the job is (JobState)" },
    [HV_SIGHT_JOB_LIST] = { "job_list", "which jobs it has (Msvm_MigrationJob)" },
    [HV_SIGHT_DESTINATION] = { "destination", "whether it has the VM (Msvm_ComputerSystem)" },
    [HV_SIGHT_SOURCE] = { "source", "whether it has the VM (Msvm_ComputerSystem)" },
    [HV_SIGHT_DISKS] = { "disks", "where the VM's files are" },
    [HV_SIGHT_PLANNED] = { "planned", "whether it has a planned VM (Msvm_PlannedComputerSystem)" },
};

const char *hv_sight_name(enum hv_sight_kind kind) {
    return sights[kind].name;
}

void hv_mig_find(struct hv_step *step, enum hv_sight_kind kind, enum hv_peer peer, const char *format, ...) {
    struct hv_move *move = step->move;
    struct hv_sight *sight = &move->result.sights[kind];
    va_list args;

    sight->host = peer == HV_PEER_SOURCE ? move->plan.source_name : hv_mig_destination_label(move);
    sight->asked = sights[kind].asked;
    sight->at_ms = step->now_ms;
    va_start(args, format);
    if (vsnprintf(sight->seen, sizeof(sight->seen), format, args) >= (int)sizeof(sight->seen))
        hv_text_trim_partial(sight->seen);
    va_end(args);
}

void hv_mig_find_silence(struct hv_step *step, enum hv_sight_kind kind, enum hv_peer peer) {
    hv_mig_find(step, kind, peer, "no answer: %s", step->event->err ? step->event->err->message : "none that makes sense");
}
