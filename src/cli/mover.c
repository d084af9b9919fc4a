/* The queue of moves and the loop that runs it. */
#include "cli/mover.h"

#include <signal.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/journal.h"
#include "cli/mover_json.h"
#include "cli/mover_stop.h"
#include "cli/output.h"
#include "cli/recording.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/tally.h"

/* How long the client may wait before we look at signals and redraw. */
enum { TURN_MS = 200, REF_MAX_BYTES = 8192 };

/* The client's clock, so that a replay shows the times of the recording. */
static uint64_t now_ms(const struct hv_mover *mover) {
    return hv_client_now_ms(mover->connection->client);
}

bool hv_mover_is_guest(const struct hv_mover *mover) {
    return mover->options.act == HV_ACT_FOLLOW || mover->options.act == HV_ACT_CANCEL;
}

void hv_mover_init(struct hv_mover *mover, const struct hv_mover_options *options, struct hv_connection *connection) {
    memset(mover, 0, sizeof(*mover));
    mover->options = *options;
    mover->connection = connection;
    mover->out = connection->out;
}

void hv_mover_deinit(struct hv_mover *mover) {
    for (size_t i = 0; i < mover->n_items; i++) {
        struct hv_mover_item *item = mover->items[i];

        (void)hv_task_free(item->task);
        (void)hv_task_free(item->preflight);
        (void)hv_journal_writer_free(item->writer);
        free(item->job_ref);
        free(item->label);
        free(item->phase);
        free(item);
    }
    free(mover->items);
    for (size_t i = 0; i < mover->n_said; i++)
        free(mover->said[i]);
    free(mover->said);
    if (mover->out)
        mover->out->progress = NULL;
    mover->progress = hv_progress_free(mover->progress);
    mover->journal = hv_journal_close(mover->journal);
    memset(mover, 0, sizeof(*mover));
}

/* A job of this item is known from now on: its reference is what people and scripts need should we end here. */
static void note_job(struct hv_mover_item *item, const char *job_id) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(REF_MAX_BYTES);

    if (item->job_ref || !job_id)
        return;
    hv_buf_printf(&buf, "%s/%s", item->source->label, job_id);
    if (hv_buf_take(&buf, "a job reference", &item->job_ref, NULL) < 0)
        item->mover->out->memory_failed = true;
}

static void keep_phase(struct hv_mover_item *item, const char *phase) {
    char *copy = NULL;

    if (!phase || hv_text_copy(phase, &copy, NULL) < 0)
        return;
    free(item->phase);
    item->phase = copy;
}

/* What is the same for every VM is said for the first one only. */
static bool is_news(struct hv_mover *mover, const char *text) {
    char **grown;

    for (size_t i = 0; i < mover->n_said; i++) {
        if (strcmp(mover->said[i], text) == 0)
            return false;
    }
    grown = hv_grow(mover->said, mover->n_said, sizeof(*grown));
    if (!grown)
        return true;
    mover->said = grown;
    if (hv_text_copy(text, &grown[mover->n_said], NULL) == 0)
        mover->n_said++;
    return true;
}

static void on_report(void *context, const struct hv_move_report *report) {
    struct hv_mover_item *item = context;
    struct hv_mover *mover = item->mover;
    const struct hv_job *job = report->job;
    uint64_t now = now_ms(mover);

    switch (report->kind) {
    case HV_REPORT_PHASE:
        keep_phase(item, report->text);
        break;
    case HV_REPORT_WARNING:
        if (is_news(mover, report->text))
            hv_say_warning(mover->out, "%s: %s", hv_mover_item_label(item), report->text);
        /* The start of a job is to be the first event (ux.md 4); what was warned of before it waits. */
        if (item->job_ref)
            hv_mover_event_warnings(item);
        break;
    case HV_REPORT_JOB_STARTED:
        note_job(item, report->job_id);
        if (item->job_ref && !hv_mover_is_guest(mover))
            hv_say_note(mover->out, "%s: job %s", hv_mover_item_label(item), item->job_ref);
        hv_mover_event_started(item);
        break;
    case HV_REPORT_PROGRESS:
        keep_phase(item, job && job->type_name ? job->type_name : report->text);
        if (job)
            hv_mover_note_progress(item, job->percent, job->state);
        if (job)
            hv_mover_event_progress(item, job, now);
        break;
    }
    hv_progress_update(mover->progress, item->index, now, hv_mover_item_label(item), item->phase, job ? job->percent : -1);
}

int hv_mover_add(struct hv_mover *mover, const char *given, const struct hv_move_options *options, struct hv_endpoint *source,
                 struct hv_endpoint *destination, struct hv_error *err) {
    struct hv_mover_item **grown = hv_grow(mover->items, mover->n_items, sizeof(struct hv_mover_item *));
    struct hv_mover_item *item;

    if (!grown)
        return hv_error_memory(err);
    mover->items = grown;
    item = calloc(1, sizeof(*item));
    if (!item)
        return hv_error_memory(err);
    item->mover = mover;
    item->index = mover->n_items;
    item->given = given;
    item->options = *options;
    item->source = source;
    item->destination = destination;
    mover->items[mover->n_items++] = item;
    if (mover->options.is_staged)
        return hv_staged_new(mover->options.staged, options, mover->options.fixes, &item->task, err);
    return hv_move_new(options, &item->task, err);
}

static void finish_item(struct hv_mover_item *item, uint64_t now) {
    HV_CLEANUP_FREE char *verdict = NULL;
    struct hv_mover *mover = item->mover;

    mover->n_running -= item->state == HV_ITEM_RUNNING;
    item->state = HV_ITEM_DONE;
    item->end_ms = now;
    note_job(item, hv_move_result(item->task)->job_id);
    if (hv_mover_verdict(item, &verdict, NULL) < 0)
        mover->out->memory_failed = true;
    hv_progress_end(mover->progress, item->index, now, verdict);
    hv_mover_say_done(item);
}

void hv_mover_fail_item(struct hv_mover_item *item, const struct hv_error *error) {
    item->code = hv_error_copy(&item->error, error);
    finish_item(item, now_ms(item->mover));
}

static int keep_item(struct hv_mover_item *item, struct hv_error *err) {
    const struct hv_journal_about about = {
        .entry = item->mover->options.entry,
        .source = item->source->label,
        .source_address = item->source->address,
        .destination = hv_mover_item_to(item),
        .destination_address = item->destination ? item->destination->address : NULL,
    };
    int rc;

    if (!item->mover->journal)
        return 0;
    rc = hv_journal_writer_new(item->mover->journal, &about, &item->writer, err);
    if (rc == 0)
        hv_move_on_note(item->task, hv_journal_note, item->writer);
    return rc;
}

static void start_item(struct hv_mover_item *item) {
    struct hv_mover *mover = item->mover;
    struct hv_host *destination = item->destination ? item->destination->host : NULL;
    struct hv_error error = { 0 };

    item->start_ms = now_ms(mover);
    hv_move_on_report(item->task, on_report, item);
    hv_progress_update(mover->progress, item->index, item->start_ms, hv_mover_item_label(item), "starting", -1);
    if (keep_item(item, &error) < 0 ||
        hv_client_start(mover->connection->client, item->task, item->source->host, destination, &error) < 0) {
        hv_mover_fail_item(item, &error);
        return;
    }
    item->state = HV_ITEM_RUNNING;
    mover->n_running++;
}

static void start_more(struct hv_mover *mover) {
    for (size_t i = 0; i < mover->n_items && mover->n_running < mover->options.parallel; i++) {
        if (mover->items[i]->state == HV_ITEM_WAITING)
            start_item(mover->items[i]);
    }
}

static void collect_done(struct hv_mover *mover) {
    for (size_t i = 0; i < mover->n_items; i++) {
        struct hv_mover_item *item = mover->items[i];
        const struct hv_error *error = NULL;

        if (item->state != HV_ITEM_RUNNING || !hv_task_is_done(item->task))
            continue;
        item->code = hv_task_result(item->task, &error);
        if (item->code != 0 && error)
            hv_error_copy(&item->error, error);
        hv_mover_explain_limit(item);
        finish_item(item, now_ms(mover));
    }
}

/* The client cannot go on: nothing more will be learnt of what runs. */
static void give_up(struct hv_mover *mover, const struct hv_error *error) {
    for (size_t i = 0; i < mover->n_items; i++) {
        if (mover->items[i]->state != HV_ITEM_DONE)
            hv_mover_fail_item(mover->items[i], error);
    }
}

static void run_all(struct hv_mover *mover) {
    struct hv_error error = { 0 };

    start_more(mover);
    while (mover->n_running > 0) {
        int rc;

        hv_recording_watch(mover->connection);
        hv_mover_heed_user(mover);
        hv_mover_heed_limits(mover);
        hv_progress_tick(mover->progress, now_ms(mover), hv_progress_terminal_width());
        rc = hv_client_turn(mover->connection->client, TURN_MS, &error);
        collect_done(mover);
        if (rc < 0) {
            give_up(mover, &error);
            return;
        }
        if (!mover->detached)
            start_more(mover);
    }
}

int hv_mover_item_exit(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);

    switch (result->outcome) {
    case HV_OUTCOME_MIGRATABLE:
    case HV_OUTCOME_STAGED:
        return 0;
    case HV_OUTCOME_MOVED:
    case HV_OUTCOME_JOB_COMPLETED:
        return item->options.cancel ? hv_error_exit_code(item->code) : 0;
    case HV_OUTCOME_RUNNING:
        return item->options.detach && item->code == 0 ? 0 : hv_error_exit_code(item->code ? item->code : HV_E_DETACHED);
    case HV_OUTCOME_UNKNOWN:
        return hv_error_exit_code(HV_E_UNKNOWN_OUTCOME);
    case HV_OUTCOME_NOT_MIGRATABLE:
        return hv_error_exit_code(item->code ? item->code : HV_E_NOT_MIGRATABLE);
    case HV_OUTCOME_NONE:
    case HV_OUTCOME_NOT_MOVED:
    case HV_OUTCOME_JOB_CANCELLED:
        break;
    }
    if (item->code == 0 && item->options.cancel)
        return 0;
    return hv_error_exit_code(item->code ? item->code : HV_E_FAILED);
}

/* Of checks a single no is the answer. */
static int exit_of_checks(const struct hv_mover *mover) {
    struct hv_tally tally = { 0 };

    for (size_t i = 0; i < mover->n_items; i++) {
        const struct hv_mover_item *item = mover->items[i];
        hv_tally_add(&tally, hv_mover_item_exit(item), hv_move_result(item->task)->outcome == HV_OUTCOME_NOT_MIGRATABLE);
    }
    return hv_tally_exit(&tally);
}

/* One code for all: the common one, or partial when some went well, or failed when the failures have nothing in common. */
static int exit_of_all(const struct hv_mover *mover) {
    size_t n_good = 0;
    size_t n_running = 0;
    bool any_job = false;
    int code = 0;

    for (size_t i = 0; i < mover->n_items; i++) {
        const struct hv_mover_item *item = mover->items[i];
        int own = hv_mover_item_exit(item);

        any_job = any_job || item->job_ref || hv_move_result(item->task)->request_sent;
        n_good += own == 0;
        n_running += own == hv_error_exit_code(HV_E_DETACHED);
        if (own != 0)
            code = code == 0 || code == own ? own : hv_error_exit_code(HV_E_FAILED);
    }
    if (code == 0)
        return 0;
    if (mover->detached && !any_job) /* 0: whoever ends the output says that nobody read it */
        return hv_signals_caught() ? hv_signals_exit_code() : 0;
    if (mover->detached && n_running > 0)
        return hv_error_exit_code(HV_E_DETACHED);
    if (hv_mover_is_check(mover))
        return exit_of_checks(mover);
    return n_good > 0 ? hv_error_exit_code(HV_E_PARTIAL) : code;
}

/* No move starts that cannot be written down. One that runs already is followed all the same. */
static int open_journal(struct hv_mover *mover, struct hv_error *err) {
    int rc;

    if (mover->options.act == HV_ACT_CHECK || mover->options.dry_run || mover->connection->replays)
        return 0;
    rc = hv_journal_open_own(&mover->journal, err);
    if (rc < 0 && hv_mover_is_guest(mover)) {
        hv_say_warning(mover->out, "what is followed here will not be in the journal: %s", err->message);
        return 0;
    }
    return rc;
}

int hv_mover_run(struct hv_mover *mover) {
    struct hv_error error = { 0 };
    int exit_code;

    if (open_journal(mover, &error) < 0)
        return hv_say_failure(mover->out, &error);
    if (hv_progress_new(mover->options.progress, stderr, &mover->out->err_text, mover->n_items, &mover->progress, &error) < 0)
        return hv_say_failure(mover->out, &error);
    mover->out->progress = mover->progress;
    run_all(mover);
    hv_progress_hide(mover->progress);
    exit_code = exit_of_all(mover);
    if (mover->detached && hv_signals_caught() != SIGHUP && !hv_output_lost_reader(mover->out))
        hv_mover_say_running(mover);
    hv_mover_say_results(mover, exit_code);
    return exit_code;
}
