/* The table of the move's state machine, and what all its handlers share. */
#include "migration/machine.h"

#include <hvctl/wsman.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "wsman/wql.h"

enum { QUERY_CEILING = 64 * 1024 };

static const char *const state_names[HV_MIG_N_STATES] = {
#define NAME(name, meaning) [HV_MIG_STATE_##name] = #name,
    HV_MIG_STATES(NAME)
#undef NAME
};

static hv_mig_handler *const entries[HV_MIG_N_STATES] = {
    [HV_MIG_STATE_FIND_VM] = hv_mig_enter_find_vm,
    [HV_MIG_STATE_FIND_ELSEWHERE] = hv_mig_enter_find_elsewhere,
    [HV_MIG_STATE_READ_ROLE] = hv_mig_enter_read_role,
    [HV_MIG_STATE_READ_CLUSTER] = hv_mig_enter_read_cluster,
    [HV_MIG_STATE_READ_NODES] = hv_mig_enter_read_nodes,
    [HV_MIG_STATE_READ_NODE_NAME] = hv_mig_enter_read_node_name,
    [HV_MIG_STATE_READ_GROUP] = hv_mig_enter_read_group,
    [HV_MIG_STATE_REQUEST_ROLE] = hv_mig_enter_request_role,
    [HV_MIG_STATE_WATCH_GROUP] = hv_mig_enter_watch_group,
    [HV_MIG_STATE_WATCH_PAUSE] = hv_mig_enter_watch_pause,
    [HV_MIG_STATE_READ_FAILURE] = hv_mig_enter_read_failure,
    [HV_MIG_STATE_READ_DISKS] = hv_mig_enter_read_disks,
    [HV_MIG_STATE_READ_PROCESSOR] = hv_mig_enter_read_processor,
    [HV_MIG_STATE_READ_TEMPLATE] = hv_mig_enter_read_template,
    [HV_MIG_STATE_READ_CLASS] = hv_mig_enter_read_class,
    [HV_MIG_STATE_READ_SOURCE] = hv_mig_enter_read_source,
    [HV_MIG_STATE_READ_SERVICE] = hv_mig_enter_read_service,
    [HV_MIG_STATE_READ_LISTENERS] = hv_mig_enter_read_listeners,
    [HV_MIG_STATE_READ_DESTINATION] = hv_mig_enter_read_destination,
    [HV_MIG_STATE_REQUEST] = hv_mig_enter_request,
    [HV_MIG_STATE_READ_JOB] = hv_mig_enter_read_job,
    [HV_MIG_STATE_FIND_JOB] = hv_mig_enter_find_job,
    [HV_MIG_STATE_FOLLOW] = hv_mig_enter_follow,
    [HV_MIG_STATE_CANCEL] = hv_mig_enter_cancel,
    [HV_MIG_STATE_CONFIRM_JOB] = hv_mig_enter_confirm_job,
    [HV_MIG_STATE_READ_ERRORS] = hv_mig_enter_read_errors,
    [HV_MIG_STATE_LOOK_DESTINATION] = hv_mig_enter_look_destination,
    [HV_MIG_STATE_LOOK_SOURCE] = hv_mig_enter_look_source,
    [HV_MIG_STATE_LOOK_DISKS] = hv_mig_enter_look_disks,
    [HV_MIG_STATE_LOOK_ROOTS] = hv_mig_enter_look_roots,
    [HV_MIG_STATE_LOOK_PAUSE] = hv_mig_enter_look_pause,
    [HV_MIG_STATE_LOOK_PLANNED] = hv_mig_enter_look_planned,
    [HV_MIG_STATE_LOOK_FOLDER] = hv_mig_enter_look_folder,
    [HV_MIG_STATE_LOOK_COPIES] = hv_mig_enter_look_copies,
};

#define ON(event) [HV_MIG_EV_##event]

/* A question asked before anything was requested: its failure ends the task, and so does the wish to wait no more. */
#define PROLOGUE(answered)                                                                                                       \
    {                                                                                                                            \
        ON(ANSWER) = (answered), ON(ERROR) = hv_mig_prologue_failed, ON(DETACH) = hv_mig_prologue_detached,                      \
        ON(CANCEL) = hv_mig_prologue_detached                                                                                    \
    }

static hv_mig_handler *const handlers[HV_MIG_N_STATES][HV_MIG_N_EVENTS] = {
    [HV_MIG_STATE_NEW] = { ON(START) = hv_mig_start, ON(DETACH) = hv_mig_prologue_detached,
                           ON(CANCEL) = hv_mig_prologue_detached },
    [HV_MIG_STATE_FIND_VM] = PROLOGUE(hv_mig_vm_answered),
    [HV_MIG_STATE_FIND_ELSEWHERE] = { ON(ANSWER) = hv_mig_elsewhere_answered, ON(ERROR) = hv_mig_elsewhere_failed,
                                      ON(DETACH) = hv_mig_prologue_detached, ON(CANCEL) = hv_mig_prologue_detached },
    [HV_MIG_STATE_READ_ROLE] = { ON(ANSWER) = hv_mig_role_answered, ON(ERROR) = hv_mig_role_not_told,
                                 ON(DETACH) = hv_mig_prologue_detached, ON(CANCEL) = hv_mig_prologue_detached },
    [HV_MIG_STATE_READ_CLUSTER] = PROLOGUE(hv_mig_cluster_answered),
    [HV_MIG_STATE_READ_NODES] = PROLOGUE(hv_mig_nodes_answered),
    [HV_MIG_STATE_READ_NODE_NAME] = PROLOGUE(hv_mig_node_name_answered),
    [HV_MIG_STATE_READ_GROUP] = PROLOGUE(hv_mig_group_answered),
    [HV_MIG_STATE_REQUEST_ROLE] = { ON(ANSWER) = hv_mig_role_request_answered, ON(ERROR) = hv_mig_role_request_failed,
                                    ON(LOST) = hv_mig_role_request_failed, ON(DETACH) = hv_mig_remember_detach,
                                    ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_WATCH_GROUP] = { ON(ANSWER) = hv_mig_group_seen, ON(ERROR) = hv_mig_group_silent,
                                   ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_WATCH_PAUSE] = { ON(WAKE) = hv_mig_watch_again, ON(DETACH) = hv_mig_look_detached,
                                   ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_READ_FAILURE] = { ON(ANSWER) = hv_mig_failure_answered, ON(ERROR) = hv_mig_failure_not_told,
                                    ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_READ_DISKS] = PROLOGUE(hv_mig_disks_answered),
    [HV_MIG_STATE_READ_PROCESSOR] = PROLOGUE(hv_mig_processor_answered),
    [HV_MIG_STATE_READ_TEMPLATE] = PROLOGUE(hv_mig_template_answered),
    [HV_MIG_STATE_READ_CLASS] = { ON(ANSWER) = hv_mig_class_answered, ON(ERROR) = hv_mig_class_unknown,
                                  ON(DETACH) = hv_mig_prologue_detached, ON(CANCEL) = hv_mig_prologue_detached },
    [HV_MIG_STATE_READ_SOURCE] = PROLOGUE(hv_mig_source_answered),
    [HV_MIG_STATE_READ_SERVICE] = PROLOGUE(hv_mig_service_answered),
    [HV_MIG_STATE_READ_LISTENERS] = PROLOGUE(hv_mig_listeners_answered),
    [HV_MIG_STATE_READ_DESTINATION] = PROLOGUE(hv_mig_destination_answered),
    [HV_MIG_STATE_REQUEST] = { ON(ANSWER) = hv_mig_request_answered, ON(ERROR) = hv_mig_request_refused,
                               ON(LOST) = hv_mig_request_lost, ON(DETACH) = hv_mig_remember_detach,
                               ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_READ_JOB] = { ON(ANSWER) = hv_mig_job_read, ON(ERROR) = hv_mig_job_not_read,
                                ON(DETACH) = hv_mig_prologue_detached, ON(CANCEL) = hv_mig_prologue_detached },
    [HV_MIG_STATE_FIND_JOB] = { ON(ANSWER) = hv_mig_jobs_answered, ON(ERROR) = hv_mig_jobs_failed,
                                ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_FOLLOW] = { ON(JOB) = hv_mig_job_seen, ON(JOB_MISSING) = hv_mig_job_missing,
                              ON(JOB_UNREACHABLE) = hv_mig_job_unreachable, ON(DETACH) = hv_mig_follow_detached,
                              ON(WAKE) = hv_mig_grace_over, ON(CANCEL) = hv_mig_follow_cancelled },
    [HV_MIG_STATE_CANCEL] = { ON(ANSWER) = hv_mig_cancel_answered, ON(ERROR) = hv_mig_cancel_failed,
                              ON(LOST) = hv_mig_cancel_failed, ON(DETACH) = hv_mig_remember_detach,
                              ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_CONFIRM_JOB] = { ON(ANSWER) = hv_mig_job_confirmed, ON(ERROR) = hv_mig_job_not_confirmed,
                                   ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_READ_ERRORS] = { ON(ANSWER) = hv_mig_errors_answered, ON(ERROR) = hv_mig_errors_failed,
                                   ON(LOST) = hv_mig_errors_failed, ON(DETACH) = hv_mig_remember_detach,
                                   ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_DESTINATION] = { ON(ANSWER) = hv_mig_destination_looked, ON(ERROR) = hv_mig_destination_silent,
                                        ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_SOURCE] = { ON(ANSWER) = hv_mig_source_looked, ON(ERROR) = hv_mig_source_silent,
                                   ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_DISKS] = { ON(ANSWER) = hv_mig_disks_looked, ON(ERROR) = hv_mig_disks_silent,
                                  ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_ROOTS] = { ON(ANSWER) = hv_mig_roots_looked, ON(ERROR) = hv_mig_disks_silent,
                                  ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_PAUSE] = { ON(WAKE) = hv_mig_look_again, ON(DETACH) = hv_mig_look_detached,
                                  ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_PLANNED] = { ON(ANSWER) = hv_mig_planned_looked, ON(ERROR) = hv_mig_planned_silent,
                                    ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_FOLDER] = { ON(ANSWER) = hv_mig_folder_looked, ON(ERROR) = hv_mig_folder_silent,
                                   ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
    [HV_MIG_STATE_LOOK_COPIES] = { ON(ANSWER) = hv_mig_copies_looked, ON(ERROR) = hv_mig_copies_silent,
                                   ON(DETACH) = hv_mig_remember_detach, ON(CANCEL) = hv_mig_remember_cancel },
};

const char *hv_mig_state_name(enum hv_mig_state state) {
    return state_names[state];
}

bool hv_mig_is_legal(enum hv_mig_state state, enum hv_mig_event event) {
    return handlers[state][event] != NULL;
}

int hv_mig_go(struct hv_step *step, enum hv_mig_state state) {
    step->move->state = state;
    return entries[state] ? entries[state](step) : 0;
}

static enum hv_mig_event translate(const struct hv_event *event) {
    switch (event->kind) {
    case HV_EVENT_START:
        return HV_MIG_EV_START;
    case HV_EVENT_OP_DONE:
        return HV_MIG_EV_ANSWER;
    case HV_EVENT_OP_FAILED:
        return event->err->code == HV_E_LOST ? HV_MIG_EV_LOST : HV_MIG_EV_ERROR;
    case HV_EVENT_WAKE:
        return HV_MIG_EV_WAKE;
    case HV_EVENT_JOB:
        return HV_MIG_EV_JOB;
    case HV_EVENT_JOB_MISSING:
        return HV_MIG_EV_JOB_MISSING;
    case HV_EVENT_JOB_UNREACHABLE:
        return HV_MIG_EV_JOB_UNREACHABLE;
    case HV_EVENT_CANCEL:
        return HV_MIG_EV_CANCEL;
    case HV_EVENT_DETACH:
        break;
    }
    return HV_MIG_EV_DETACH;
}

/* After a request to move may have left, a failure of ours must not sound as if nothing had happened. */
static int own_failure(struct hv_step *step, int code) {
    struct hv_move *move = step->move;

    if (code >= 0 || !move->result.request_sent || move->result.outcome != HV_OUTCOME_NONE)
        return code;
    move->result.outcome = HV_OUTCOME_UNKNOWN;
    hv_error_prefix(step->err, "lost track of \"%s\" after asking for its move", hv_mig_vm_label(move));
    if (step->err) {
        step->err->code = HV_E_UNKNOWN_OUTCOME;
        hv_error_remedy(step->err, "look where it is: hvctl job list and hvctl vm list on both hosts");
    }
    return HV_E_UNKNOWN_OUTCOME;
}

int hv_mig_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                struct hv_error *err) {
    struct hv_move *move = (struct hv_move *)task;
    struct hv_step step = { move, now_ms, event, effects, err };
    enum hv_mig_event kind = translate(event);
    int r;

    if ((event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED) && event->tag != move->tag)
        return 0;
    if (!hv_mig_is_legal(move->state, kind))
        r = hv_error_set(err, HV_E_INTERNAL, "event %d is not expected in state %s", (int)kind, hv_mig_state_name(move->state));
    else
        r = handlers[move->state][kind](&step);
    r = own_failure(&step, r);
    move->result.verdict = hv_verdict_word(move->result.outcome, &move->evidence);
    if (r < 0 || move->state == HV_MIG_STATE_DONE)
        hv_mig_note(move, HV_NOTE_VERDICT, hv_move_outcome_name(move->result.outcome), r < 0 ? err : NULL);
    return r;
}

int hv_mig_run(struct hv_step *step, enum hv_peer peer, struct hv_op *op_take) {
    hv_effects_run(step->effects, peer, op_take, ++step->move->tag);
    return 0;
}

static int enumerate(struct hv_step *step, enum hv_peer peer, const char *resource, const char *wql) {
    HV_CLEANUP_FREE char *uri = NULL;
    struct hv_op *op = NULL;
    int r;

    r = hv_resource_uri(HV_NAMESPACE_V2, resource, &uri, step->err);
    if (r < 0)
        return r;
    r = hv_op_new_enumerate(&(const struct hv_enumerate_options){ .resource_uri = uri, .wql = wql }, &op, step->err);
    return r < 0 ? r : hv_mig_run(step, peer, op);
}

int hv_mig_query(struct hv_step *step, enum hv_peer peer, const char *class_name, const char *property, const char *value) {
    HV_CLEANUP_BUF struct hv_buf wql = HV_BUF_INIT(QUERY_CEILING);
    int r;

    if (!property)
        return enumerate(step, peer, class_name, NULL);
    hv_buf_printf(&wql, "SELECT * FROM %s WHERE %s = ", class_name, property);
    hv_wql_quote(&wql, value);
    r = hv_buf_finish(&wql, "the query", step->err);
    return r < 0 ? r : hv_mig_query_text(step, peer, hv_buf_text(&wql));
}

int hv_mig_query_text(struct hv_step *step, enum hv_peer peer, const char *wql) {
    return enumerate(step, peer, "*", wql);
}

const char *hv_mig_vm_label(const struct hv_move *move) {
    if (move->result.vm_name)
        return move->result.vm_name;
    if (move->plan.vm)
        return move->plan.vm;
    return move->result.vm_id ? move->result.vm_id : "the VM";
}

const char *hv_mig_destination_label(const struct hv_move *move) {
    return move->plan.destination_label ? move->plan.destination_label : "the destination";
}

void hv_mig_report(struct hv_move *move, enum hv_move_report_kind kind, const char *text) {
    const struct hv_move_report report = {
        .kind = kind,
        .vm_name = hv_mig_vm_label(move),
        .vm_id = move->result.vm_id,
        .text = text,
        .job_id = move->result.job_id,
        .job = kind == HV_REPORT_PROGRESS ? &move->last_job : NULL,
    };

    if (move->on_report)
        move->on_report(move->report_context, &report);
}

int hv_mig_add_text(char ***list, size_t *n, char *text_take, struct hv_error *err) {
    char **grown;

    if (*n >= HV_MIG_MAX_TEXTS) {
        free(text_take);
        return 0;
    }
    grown = hv_grow(*list, *n, sizeof(**list));
    if (!grown) {
        free(text_take);
        return hv_error_memory(err);
    }
    grown[(*n)++] = text_take;
    *list = grown;
    return 0;
}

int hv_mig_warn(struct hv_move *move, struct hv_error *err, const char *format, ...) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(QUERY_CEILING);
    char *taken;
    va_list args;
    int r;

    va_start(args, format);
    hv_buf_vprintf(&text, format, args);
    va_end(args);
    r = hv_buf_take(&text, "a warning", &taken, err);
    if (r < 0)
        return r;
    hv_mig_report(move, HV_REPORT_WARNING, taken);
    return hv_mig_add_text(&move->result.warnings, &move->result.n_warnings, taken, err);
}
