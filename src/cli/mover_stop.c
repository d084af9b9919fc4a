/* See mover_stop.h. What runs at a host runs on when we leave; only who asked for that has it ended. */
#include "cli/mover_stop.h"

#include <signal.h>
#include <string.h>

#include "base/duration.h"
#include "base/error.h"
#include "cli/output.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { SHORTEST_END_MS = 10000 };

static bool is_word(const struct hv_args *args, enum hv_opt option, const char *word) {
    const char *value = hv_args_value(args, option);

    return value && strcmp(value, word) == 0;
}

void hv_mover_limits_read(struct hv_mover_limits *limits, const struct hv_args *args) {
    limits->interrupt_cancels = is_word(args, HV_OPT_ON_INTERRUPT, "cancel");
    limits->timeout_ms = hv_args_ms(args, HV_OPT_TIMEOUT, 0);
    limits->stall_ms = hv_args_ms(args, HV_OPT_STALL_TIMEOUT, 0);
    limits->timeout_cancels = is_word(args, HV_OPT_ON_TIMEOUT, "cancel");
    limits->timeout_fails = is_word(args, HV_OPT_ON_TIMEOUT, "fail");
}

/* What has not been started will not be. */
static void start_no_more(struct hv_mover *mover) {
    struct hv_error error;

    mover->detached = true;
    for (size_t i = 0; i < mover->n_items; i++) {
        if (mover->items[i]->state != HV_ITEM_WAITING)
            continue;
        hv_error_set(&error, HV_E_CANCELLED, "\"%s\" was not started: interrupted", mover->items[i]->given);
        hv_mover_fail_item(mover->items[i], &error);
    }
}

static void detach_all(struct hv_mover *mover) {
    hv_client_detach(mover->connection->client);
    start_no_more(mover);
}

static void cancel_all(struct hv_mover *mover) {
    mover->cancelling = true;
    for (size_t i = 0; i < mover->n_items; i++) {
        if (mover->items[i]->state == HV_ITEM_RUNNING)
            hv_client_cancel_task(mover->connection->client, mover->items[i]->task);
    }
    start_no_more(mover);
}

void hv_mover_heed_user(struct hv_mover *mover) {
    int caught = hv_signals_caught();

    if (mover->detached)
        return;
    if (caught == SIGHUP || hv_output_lost_reader(mover->out)) { /* nobody is there to be told */
        detach_all(mover);
    } else if (caught != 0 && mover->options.limits.interrupt_cancels) {
        hv_say_note(mover->out, "interrupted: running jobs are being cancelled (once more to leave at once)");
        cancel_all(mover);
    } else if (caught != 0) {
        hv_say_note(mover->out, "interrupted: no longer waiting, running jobs go on (once more to leave at once)");
        detach_all(mover);
    }
}

void hv_mover_note_progress(struct hv_mover_item *item, int64_t percent, int64_t state) {
    if (item->change_ms != 0 && percent == item->seen_percent && state == item->seen_state)
        return;
    item->seen_percent = percent;
    item->seen_state = state;
    item->change_ms = hv_client_now_ms(item->mover->connection->client);
}

/* A job that was told to end gets some time for it, however short the limit. */
static bool is_over(const struct hv_mover_item *item, uint64_t limit_ms, uint64_t elapsed_ms) {
    return limit_ms && elapsed_ms >= limit_ms && (item->limit_ms == 0 || elapsed_ms >= SHORTEST_END_MS);
}

/* Which limit is reached; in WORDS what is said of it. */
static bool is_reached(const struct hv_mover_item *item, uint64_t now_ms, char words[HV_MOVER_LIMIT_SIZE]) {
    const struct hv_mover_limits *limits = &item->mover->options.limits;
    uint64_t since_ms = item->limit_ms ? item->limit_ms : item->start_ms;
    uint64_t change_ms = item->change_ms > since_ms ? item->change_ms : since_ms;
    bool late = is_over(item, limits->timeout_ms, now_ms - since_ms);
    bool stalled = is_over(item, limits->stall_ms, now_ms - change_ms);
    char duration[HV_DURATION_TEXT_SIZE];

    if (!late && !stalled)
        return false;
    hv_duration_format(late ? limits->timeout_ms : limits->stall_ms, duration);
    (void)snprintf(words, HV_MOVER_LIMIT_SIZE, late ? "not done after %s" : "no progress for %s", duration);
    return true;
}

/* The first time as the user wants it; when a job that was to end does not end either, it is left. */
static void stop_item(struct hv_mover_item *item, uint64_t now_ms) {
    struct hv_mover *mover = item->mover;
    bool cancels = mover->options.limits.timeout_cancels && item->limit_ms == 0;

    item->limit_ms = now_ms;
    item->is_left = !cancels;
    hv_say_note(mover->out, "%s: %s: %s", hv_mover_item_name(item), item->limit,
                cancels ? "its job is being cancelled" : "no longer waiting");
    if (cancels)
        hv_client_cancel_task(mover->connection->client, item->task);
    else
        hv_client_detach_task(mover->connection->client, item->task);
}

void hv_mover_heed_limits(struct hv_mover *mover) {
    uint64_t now_ms = hv_client_now_ms(mover->connection->client);

    for (size_t i = 0; i < mover->n_items; i++) {
        struct hv_mover_item *item = mover->items[i];

        if (item->state == HV_ITEM_RUNNING && !item->is_left && is_reached(item, now_ms, item->limit))
            stop_item(item, now_ms);
    }
}

/* Why the host did not take the request to end it stands in the message. */
static const char *fate_of(const struct hv_move_result *result) {
    if (result->cancel == HV_CANCEL_ACCEPTED)
        return "its host was asked to end the job, and it has not ended yet";
    return result->cancel == HV_CANCEL_REFUSED ? "its host was asked to end the job, and would not" : "the job goes on";
}

void hv_mover_explain_limit(struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);

    if (item->limit_ms == 0)
        return;
    if (item->code == HV_E_CANCELLED && result->outcome == HV_OUTCOME_NONE) {
        item->code = hv_error_set(&item->error, HV_E_UNREACHABLE, "nothing was started on %s for \"%s\": %s", item->source->label,
                                  hv_mover_item_name(item), item->limit);
        hv_error_remedy(&item->error, "start it again, with more time: --timeout, --stall-timeout");
    } else if (item->code == HV_E_DETACHED) {
        hv_error_cause(&item->error, "%s; %s", item->limit, fate_of(result));
        if (item->mover->options.limits.timeout_fails)
            item->code = item->error.code = HV_E_FAILED;
    }
}
