/*
 * After a move that failed: which copies of disks are there now that nobody owns (hyperv.md 4j; design.md 3.7). Where a pool was
 * to choose, the host's default folder is looked into; what cannot be looked up is said to be there perhaps.
 */
#include <hvctl/wsman.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "engine/op.h"
#include "migration/machine.h"
#include "wsman/wql.h"

#define CIMV2       "root/cimv2"
#define FILE_EXISTS UINT32_C(0x80070050)

enum {
    MOST_FILES = 16, /* in one question, each of which costs the host a search */
    TEXT_CEILING = 64 * 1024,
};

/* One disk that was to be copied; the texts belong to the move. */
struct copy {
    const char *from;
    const char *to; /* "": a pool chose */
    bool in_default_folder;
};

static size_t n_copies(const struct hv_move *move) {
    return move->n_placements + move->plan.tuning.n_unmanaged;
}

static struct copy copy_at(const struct hv_move *move, size_t i) {
    const struct hv_placement *placement;
    const char *pool;

    if (i >= move->n_placements) {
        const struct hv_plan_mapping *unmanaged = &move->plan.tuning.unmanaged[i - move->n_placements];
        return (struct copy){ unmanaged->source, unmanaged->destination, false };
    }
    placement = &move->placements[i];
    pool = hv_instance_text(placement->setting, "PoolID");
    return (struct copy){ placement->from, placement->to, !*placement->to && (!pool || !*pool) };
}

/* The disk itself, seen from both hosts, is no copy. */
static bool is_copy(const struct hv_move *move, const struct copy *copy) {
    bool is_shared = !move->evidence.between_hosts || hv_text_starts(copy->from, "\\\\");

    return !(is_shared && hv_text_same(copy->from, copy->to));
}

static enum hv_peer peer_of(const struct hv_move *move) {
    return move->evidence.between_hosts ? HV_PEER_DESTINATION : HV_PEER_SOURCE;
}

/* Where it was to go, as far as that is known; false when it is not. */
static bool target(const struct hv_move *move, const struct copy *copy, struct hv_buf *path) {
    const char *name = strrchr(copy->from, '\\');

    hv_buf_reset(path);
    if (*copy->to)
        hv_buf_puts(path, copy->to);
    else if (copy->in_default_folder && move->default_folder)
        hv_buf_printf(path, "%s%s%s", move->default_folder, hv_text_ends(move->default_folder, "\\") ? "" : "\\",
                      name ? name + 1 : copy->from);
    return path->failure == 0 && path->len > 0;
}

/* ---- what is asked ---- */

int hv_mig_look_copies(struct hv_step *step) {
    struct hv_move *move = step->move;
    /* Whoever takes a move up may come when its host has forgotten a job that failed. */
    bool may_have_copied = move->evidence.job != HV_JOB_END_NONE || move->last_job.is_finished || move->plan.resume;
    bool needs_folder = false;

    if (!may_have_copied || n_copies(move) == 0 || hv_verdict(&move->evidence) != HV_OUTCOME_NOT_MOVED)
        return hv_mig_finish(step);
    for (size_t i = 0; i < n_copies(move); i++) {
        const struct copy copy = copy_at(move, i);
        needs_folder = needs_folder || copy.in_default_folder;
    }
    return hv_mig_go(step, needs_folder ? HV_MIG_STATE_LOOK_FOLDER : HV_MIG_STATE_LOOK_COPIES);
}

int hv_mig_enter_look_folder(struct hv_step *step) {
    return hv_mig_query(step, peer_of(step->move), "Msvm_VirtualSystemManagementServiceSettingData", NULL, NULL);
}

int hv_mig_folder_looked(struct hv_step *step) {
    const struct hv_op *op = step->event->op;
    int r = 0;

    if (hv_op_n_instances(op) > 0 && !step->move->default_folder)
        r = hv_text_copy(hv_instance_text(hv_op_instance_at(op, 0), "DefaultVirtualHardDiskPath"), &step->move->default_folder,
                         step->err);
    return r < 0 ? r : hv_mig_go(step, HV_MIG_STATE_LOOK_COPIES);
}

int hv_mig_folder_silent(struct hv_step *step) {
    return hv_mig_go(step, HV_MIG_STATE_LOOK_COPIES);
}

static size_t write_query(const struct hv_move *move, struct hv_buf *wql) {
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(TEXT_CEILING);
    size_t n = 0;

    hv_buf_puts(wql, "SELECT * FROM CIM_DataFile WHERE Name = ");
    for (size_t i = 0; i < n_copies(move) && n < MOST_FILES; i++) {
        const struct copy copy = copy_at(move, i);
        if (!is_copy(move, &copy) || !target(move, &copy, &path))
            continue;
        hv_buf_puts(wql, n++ > 0 ? " OR Name = " : "");
        hv_wql_quote(wql, hv_buf_text(&path));
    }
    return n;
}

/* ---- what is said ---- */

static int say(struct hv_move *move, const struct copy *copy, const char *path, bool was_seen, struct hv_error *err) {
    const char *host = move->evidence.between_hosts ? hv_mig_destination_label(move) : move->plan.source_name;
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_CEILING);
    char *taken;
    int r;

    if (was_seen)
        hv_buf_printf(&text, "file %s on %s: perhaps an unfinished copy of disk %s", path, host, copy->from);
    else if (path)
        hv_buf_printf(&text, "perhaps a copy of disk %s at %s on %s", copy->from, path, host);
    else
        hv_buf_printf(&text, "perhaps a copy of disk %s, where its pool on %s put it", copy->from, host);
    r = hv_buf_take(&text, "a text", &taken, err);
    return r < 0 ? r : hv_mig_add_text(&move->result.leftovers, &move->result.n_leftovers, taken, err);
}

static bool is_listed(const struct hv_op *op, const char *path) {
    for (size_t i = 0; i < hv_op_n_instances(op); i++) {
        if (hv_text_same(hv_instance_text(hv_op_instance_at(op, i), "Name"), path))
            return true;
    }
    return false;
}

/* The move failed because this file was in its way: nobody's copy. */
static bool was_in_the_way(const struct hv_move *move, const char *path) {
    for (size_t i = 0; i < move->result.n_reasons; i++) {
        const struct hv_reason *reason = &move->result.reasons[i];
        if (reason->hresult == FILE_EXISTS && reason->message && strstr(reason->message, path))
            return true;
    }
    return false;
}

/* OP lists the files that are there; NULL when the host did not tell. */
static int note_copies(struct hv_step *step, const struct hv_op *op) {
    struct hv_move *move = step->move;
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(TEXT_CEILING);
    size_t n_asked = 0;
    int r = 0;

    for (size_t i = 0; r == 0 && i < n_copies(move); i++) {
        const struct copy copy = copy_at(move, i);
        bool is_known = target(move, &copy, &path);
        bool was_asked = is_known && n_asked < MOST_FILES;

        if (!is_copy(move, &copy))
            continue;
        n_asked += is_known ? 1 : 0;
        if (is_known && was_in_the_way(move, hv_buf_text(&path)))
            continue;
        if (op && was_asked && is_listed(op, hv_buf_text(&path)))
            r = say(move, &copy, hv_buf_text(&path), true, step->err);
        else if (!op || !was_asked)
            r = say(move, &copy, is_known ? hv_buf_text(&path) : NULL, false, step->err);
    }
    return r < 0 ? r : hv_mig_finish(step);
}

int hv_mig_enter_look_copies(struct hv_step *step) {
    HV_CLEANUP_BUF struct hv_buf wql = HV_BUF_INIT(TEXT_CEILING);
    HV_CLEANUP_FREE char *uri = NULL;
    struct hv_op *op = NULL;
    int r;

    if (write_query(step->move, &wql) == 0 || hv_buf_finish(&wql, "the query", NULL) < 0)
        return note_copies(step, NULL);
    r = hv_resource_uri(CIMV2, "*", &uri, step->err);
    if (r == 0)
        r = hv_op_new_enumerate(&(const struct hv_enumerate_options){ .resource_uri = uri, .wql = hv_buf_text(&wql) }, &op,
                                step->err);
    return r < 0 ? r : hv_mig_run(step, peer_of(step->move), op);
}

int hv_mig_copies_looked(struct hv_step *step) {
    return note_copies(step, step->event->op);
}

int hv_mig_copies_silent(struct hv_step *step) {
    return note_copies(step, NULL);
}
