/* Where is the VM? Both hosts are asked, again and again while they may lag, until the verdict is settled (design.md 3.2, 3.3).
 */
#include <hvctl/wsman.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "engine/op.h"
#include "hyperv/vm.h"
#include "migration/machine.h"

enum {
    LONGEST_PAUSE_MS = 1000,
    SHORTEST_PAUSE_MS = 20,
    LOOKS_A_WINDOW = 60,
    TEXT_CEILING = 4096,
    MORE_LOOKS = 2,  /* after the window, when one of its last questions had no answer */
    MAX_REFUSED = 2, /* looks in a row at which the source refused the sign-in; one may be passing */
};

uint64_t hv_mig_pause_ms(const struct hv_move *move) {
    uint64_t pause = move->plan.settle_ms / LOOKS_A_WINDOW;

    if (pause < SHORTEST_PAUSE_MS)
        return SHORTEST_PAUSE_MS;
    return pause > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause;
}

int hv_mig_look(struct hv_step *step) {
    struct hv_move *move = step->move;

    if (!move->window_is_open) {
        move->window_is_open = true;
        move->window_ends_ms = step->now_ms + move->plan.settle_ms;
        hv_mig_report(move, HV_REPORT_PHASE, "looking where the VM is");
        hv_mig_note(move, HV_NOTE_STATE, "looking where the VM is", NULL);
    }
    if (!move->evidence.between_hosts || move->evidence.no_destination)
        return hv_mig_go(step, HV_MIG_STATE_LOOK_SOURCE);
    return hv_mig_go(step, HV_MIG_STATE_LOOK_DESTINATION);
}

/* The evidence as it stands is enough, or the user wants to wait no more. */
static int conclude(struct hv_step *step) {
    struct hv_move *move = step->move;
    enum hv_move_outcome outcome = hv_verdict(&move->evidence);
    bool may_have_left_something = outcome == HV_OUTCOME_NOT_MOVED || outcome == HV_OUTCOME_UNKNOWN;

    if (may_have_left_something && move->evidence.between_hosts && !move->evidence.no_destination)
        return hv_mig_go(step, HV_MIG_STATE_LOOK_PLANNED);
    return hv_mig_look_copies(step);
}

/* Something was asked and not answered: passing trouble at the wrong moment is to leave nobody in the dark. */
static bool has_gaps(const struct hv_evidence *evidence) {
    if (evidence->jobs_unlisted || evidence->at_source == HV_PLACE_UNKNOWN)
        return true;
    if (evidence->between_hosts)
        return !evidence->no_destination && evidence->at_destination == HV_PLACE_UNKNOWN;
    return evidence->disks == HV_DISKS_UNASKED;
}

/* Both hosts were asked: is that enough? */
static int judge(struct hv_step *step) {
    struct hv_move *move = step->move;
    struct hv_evidence *evidence = &move->evidence;

    evidence->window_over = step->now_ms >= move->window_ends_ms;
    /* Without the source nothing is settled, and it will not know us better for being asked more often. */
    if (move->n_refused_looks >= MAX_REFUSED) {
        evidence->window_over = true;
        return conclude(step);
    }
    if (evidence->window_over && has_gaps(evidence) && move->n_more_looks < MORE_LOOKS) {
        move->n_more_looks++;
        evidence->window_over = false;
    }
    /* A host that knows the end of the job may show the VM as migrating a little longer, but not for ever. */
    if (evidence->window_over && evidence->job != HV_JOB_END_NONE && evidence->job != HV_JOB_END_VANISHED &&
        evidence->job != HV_JOB_END_UNREACHABLE)
        evidence->migrating = false;
    if (hv_verdict_is_settled(evidence))
        return conclude(step);
    return move->detaching ? hv_mig_finish(step) : hv_mig_go(step, HV_MIG_STATE_LOOK_PAUSE);
}

/* Fills VM from the answer when it is there. Outcomes: 0; 1 it is not there. */
static int find_vm(struct hv_step *step, struct hv_vm *vm) {
    const struct hv_op *op = step->event->op;

    for (size_t i = 0; i < hv_op_n_instances(op); i++) {
        if (hv_text_same(hv_instance_text(hv_op_instance_at(op, i), "Name"), step->move->result.vm_id))
            return hv_vm_decode(hv_op_instance_at(op, i), vm, step->err);
    }
    return 1;
}

/* VM is NULL when the host does not have it. */
static void note_place(struct hv_step *step, enum hv_sight_kind kind, enum hv_peer peer, const struct hv_vm *vm) {
    const char *state = vm ? hv_vm_state_name(vm->state) : NULL;

    if (!vm)
        hv_mig_find(step, kind, peer, "it does not have the VM");
    else
        hv_mig_find(step, kind, peer, "it has the VM, %s%s", state ? state : "in an unknown state",
                    vm->operational_status[1] == HV_VM_STATUS_MIGRATING ? ", which is being migrated" : "");
}

static void keep_state(struct hv_move *move, struct hv_vm *vm) {
    move->result.vm_state = vm->state;
    if (move->result.vm_name)
        return;
    move->result.vm_name = vm->name;
    vm->name = NULL;
}

int hv_mig_enter_look_destination(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_DESTINATION,
                        step->move->evidence.stages ? "Msvm_PlannedComputerSystem" : "Msvm_ComputerSystem", "Name",
                        step->move->result.vm_id);
}

int hv_mig_destination_looked(struct hv_step *step) {
    HV_ATTR_CLEANUP(hv_vm_deinit) struct hv_vm vm = { 0 };
    int r = find_vm(step, &vm);

    if (r < 0)
        return r;
    step->move->evidence.at_destination = r != 0                        ? HV_PLACE_ABSENT
                                          : step->move->evidence.stages ? HV_PLACE_PLANNED
                                                                        : HV_PLACE_PRESENT;
    if (step->move->evidence.stages)
        hv_mig_find(step, HV_SIGHT_PLANNED, HV_PEER_DESTINATION, r == 0 ? "it has a planned VM of that GUID" : "it has none");
    else
        note_place(step, HV_SIGHT_DESTINATION, HV_PEER_DESTINATION, r == 0 ? &vm : NULL);
    if (r == 0 && !step->move->evidence.stages)
        keep_state(step->move, &vm);
    return hv_mig_go(step, HV_MIG_STATE_LOOK_SOURCE);
}

int hv_mig_destination_silent(struct hv_step *step) {
    hv_mig_find_silence(step, HV_SIGHT_DESTINATION, HV_PEER_DESTINATION);
    step->move->evidence.at_destination = HV_PLACE_UNKNOWN;
    step->move->look_error = *step->event->err;
    return hv_mig_go(step, HV_MIG_STATE_LOOK_SOURCE);
}

int hv_mig_enter_look_source(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_SOURCE, "Msvm_ComputerSystem", "Name", step->move->result.vm_id);
}

int hv_mig_source_looked(struct hv_step *step) {
    HV_ATTR_CLEANUP(hv_vm_deinit) struct hv_vm vm = { 0 };
    struct hv_move *move = step->move;
    int r = find_vm(step, &vm);

    if (r < 0)
        return r;
    move->n_refused_looks = 0;
    move->evidence.at_source = r == 0 ? HV_PLACE_PRESENT : HV_PLACE_ABSENT;
    note_place(step, HV_SIGHT_SOURCE, HV_PEER_SOURCE, r == 0 ? &vm : NULL);
    move->evidence.migrating = r == 0 && vm.operational_status[1] == HV_VM_STATUS_MIGRATING;
    if (r == 0 && move->evidence.at_destination != HV_PLACE_PRESENT)
        keep_state(move, &vm);
    if (move->evidence.between_hosts || move->evidence.disks == HV_DISKS_UNPLANNED)
        return judge(step);
    return hv_mig_go(step, move->n_placements > 0 ? HV_MIG_STATE_LOOK_DISKS : HV_MIG_STATE_LOOK_ROOTS);
}

int hv_mig_source_silent(struct hv_step *step) {
    const struct hv_error *err = step->event->err;

    hv_mig_find_silence(step, HV_SIGHT_SOURCE, HV_PEER_SOURCE);
    step->move->evidence.at_source = HV_PLACE_UNKNOWN;
    step->move->evidence.migrating = false;
    step->move->look_error = *err;
    step->move->n_refused_looks = err->code == HV_E_AUTH && !err->credentials_unseen ? step->move->n_refused_looks + 1 : 0;
    return judge(step);
}

int hv_mig_enter_look_disks(struct hv_step *step) {
    return hv_mig_enter_read_disks(step);
}

/* Path of the disk with INSTANCE_ID among the answer; NULL when the host shows it no more. */
static const char *path_now(const struct hv_step *step, const char *instance_id) {
    const struct hv_op *op = step->event->op;

    for (size_t i = 0; i < hv_op_n_instances(op); i++) {
        const struct hv_instance *setting = hv_op_instance_at(op, i);
        if (hv_text_same(hv_instance_text(setting, "InstanceID"), instance_id))
            return hv_instance_text(setting, "HostResource");
    }
    return NULL;
}

/* Where a pool chose the path we only know that it is another one. */
static bool is_at_new_place(const struct hv_placement *placement, const char *now) {
    return *placement->to ? hv_text_same(now, placement->to) : !hv_text_same(now, placement->from);
}

int hv_mig_disks_looked(struct hv_step *step) {
    struct hv_move *move = step->move;
    size_t n_new = 0;
    size_t n_old = 0;

    for (size_t i = 0; i < move->n_placements; i++) {
        const char *now = path_now(step, move->placements[i].instance_id);
        if (now && is_at_new_place(&move->placements[i], now))
            n_new++;
        else if (hv_text_same(now, move->placements[i].from))
            n_old++;
    }
    if (n_new == move->n_placements)
        move->evidence.disks = HV_DISKS_NEW;
    else
        move->evidence.disks = n_old == move->n_placements ? HV_DISKS_OLD : HV_DISKS_MIXED;
    hv_mig_find(step, HV_SIGHT_DISKS, HV_PEER_SOURCE, "of %zu disks %zu at their new and %zu at their old places",
                move->n_placements, n_new, n_old);
    return judge(step);
}

int hv_mig_disks_silent(struct hv_step *step) {
    hv_mig_find_silence(step, HV_SIGHT_DISKS, HV_PEER_SOURCE);
    step->move->evidence.disks = HV_DISKS_UNASKED;
    step->move->look_error = *step->event->err;
    return judge(step);
}

int hv_mig_enter_look_roots(struct hv_step *step) {
    HV_CLEANUP_BUF struct hv_buf id = HV_BUF_INIT(TEXT_CEILING);
    int r;

    hv_buf_printf(&id, "Microsoft:%s", step->move->result.vm_id);
    r = hv_buf_finish(&id, "the query", step->err);
    return r < 0 ? r : hv_mig_query(step, HV_PEER_SOURCE, "Msvm_VirtualSystemSettingData", "InstanceID", hv_buf_text(&id));
}

/* Paths of folders, a closing backslash or none. */
static bool is_same_folder(const char *a, const char *b) {
    size_t n_a = a ? strlen(a) : 0;
    size_t n_b = strlen(b);

    while (n_a > 0 && a[n_a - 1] == '\\')
        n_a--;
    while (n_b > 0 && b[n_b - 1] == '\\')
        n_b--;
    for (size_t i = 0; i < n_a && i < n_b; i++) {
        if (hv_text_lower(a[i]) != hv_text_lower(b[i]))
            return false;
    }
    return a && n_a == n_b;
}

int hv_mig_roots_looked(struct hv_step *step) {
    struct hv_move *move = step->move;
    const struct hv_instance *settings = hv_op_n_instances(step->event->op) ? hv_op_instance_at(step->event->op, 0) : NULL;
    struct hv_roots roots;
    size_t n_asked = 0;
    size_t n_new = 0;

    hv_plan_roots(&move->plan, &roots);
    const struct {
        const char *name;
        const char *wanted;
    } checks[] = {
        { "ConfigurationDataRoot", roots.configuration },
        { "SnapshotDataRoot", roots.snapshot },
        { "SwapFileDataRoot", roots.swap_file },
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(checks); i++) {
        if (!checks[i].wanted)
            continue;
        n_asked++;
        if (settings && is_same_folder(hv_instance_text(settings, checks[i].name), checks[i].wanted))
            n_new++;
    }
    if (!settings)
        move->evidence.disks = HV_DISKS_UNASKED;
    else if (n_new == n_asked)
        move->evidence.disks = HV_DISKS_NEW;
    else
        move->evidence.disks = n_new == 0 ? HV_DISKS_OLD : HV_DISKS_MIXED;
    hv_mig_find(step, HV_SIGHT_DISKS, HV_PEER_SOURCE, "of %zu folders %zu at their new places%s", n_asked, n_new,
                settings ? "" : "; the host does not show them");
    return judge(step);
}

int hv_mig_enter_look_pause(struct hv_step *step) {
    hv_effects_wake(step->effects, step->now_ms + hv_mig_pause_ms(step->move));
    return 0;
}

/*
 * A job that we never knew, or that disappeared from sight while it ran, may show up. One whose host could not be asked may be
 * asked for now.
 */
int hv_mig_look_again(struct hv_step *step) {
    enum hv_job_end job = step->move->evidence.job;
    bool may_show_up = job == HV_JOB_END_NONE || (step->move->evidence.migrating && job != HV_JOB_END_SUCCEEDED);

    if (job == HV_JOB_END_UNREACHABLE && step->move->job)
        return hv_mig_go(step, HV_MIG_STATE_CONFIRM_JOB);
    if (may_show_up && step->move->plan.by_cluster)
        return hv_mig_go(step, HV_MIG_STATE_WATCH_GROUP);
    return may_show_up ? hv_mig_go(step, HV_MIG_STATE_FIND_JOB) : hv_mig_look(step);
}

int hv_mig_look_detached(struct hv_step *step) {
    step->move->detaching = true;
    return hv_mig_finish(step);
}

int hv_mig_enter_look_planned(struct hv_step *step) {
    return hv_mig_query(step, HV_PEER_DESTINATION, "Msvm_PlannedComputerSystem", "Name", step->move->result.vm_id);
}

int hv_mig_planned_looked(struct hv_step *step) {
    HV_ATTR_CLEANUP(hv_vm_deinit) struct hv_vm vm = { 0 };
    struct hv_move *move = step->move;
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_CEILING);
    char *taken;
    int r;

    r = find_vm(step, &vm);
    if (r < 0)
        return r;
    hv_mig_find(step, HV_SIGHT_PLANNED, HV_PEER_DESTINATION, r == 0 ? "it has a planned VM of that GUID" : "it has none");
    if (r > 0)
        return hv_mig_look_copies(step);
    move->may_have_planned = true;
    if (move->evidence.at_destination == HV_PLACE_ABSENT)
        move->evidence.at_destination = HV_PLACE_PLANNED;
    hv_buf_printf(&text, "planned VM %s on %s (not shown by Hyper-V Manager); to remove it: hvctl staged discard %s --to %s",
                  move->result.vm_id, hv_mig_destination_label(move), move->result.vm_id, hv_mig_destination_label(move));
    r = hv_buf_take(&text, "a text", &taken, step->err);
    if (r == 0)
        r = hv_mig_add_text(&move->result.leftovers, &move->result.n_leftovers, taken, step->err);
    return r < 0 ? r : hv_mig_look_copies(step);
}

/* What a job may have begun there is not to stay unseen (design.md 3.7). */
int hv_mig_planned_silent(struct hv_step *step) {
    struct hv_move *move = step->move;
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_CEILING);
    char *taken;
    int r;

    if (move->evidence.job == HV_JOB_END_NONE)
        return hv_mig_look_copies(step);
    move->may_have_planned = true;
    hv_buf_printf(&text, "perhaps a planned VM %s on %s, which could not be asked", move->result.vm_id,
                  hv_mig_destination_label(move));
    r = hv_buf_take(&text, "a text", &taken, step->err);
    if (r == 0)
        r = hv_mig_add_text(&move->result.leftovers, &move->result.n_leftovers, taken, step->err);
    return r < 0 ? r : hv_mig_look_copies(step);
}
