/* What is said of checks and moves: verdicts, errors, tables (ux.md 4, 5; design.md 3). */
#include <hvctl/vm.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/matrix.h"
#include "cli/mover.h"
#include "cli/mover_json.h"
#include "cli/output.h"
#include "cli/say.h"

enum { TEXT_MAX_BYTES = 64 * 1024 };

const char *hv_mover_item_name(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);

    return result->vm_name ? result->vm_name : item->given;
}

const char *hv_mover_item_label(struct hv_mover_item *item) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(TEXT_MAX_BYTES);
    const char *name = hv_mover_item_name(item);

    if (!item->destination || item->mover->connection->n_destinations < 2)
        return name;
    hv_buf_printf(&buf, "%s to %s", name, item->destination->label);
    free(item->label);
    item->label = NULL;
    if (hv_buf_take(&buf, "a name", &item->label, NULL) < 0)
        return name;
    return item->label;
}

static bool is_between_hosts(const struct hv_mover_item *item) {
    return item->destination != NULL;
}

struct hv_circumstances hv_mover_around(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);

    return (struct hv_circumstances){
        .vm = hv_mover_item_name(item),
        .job_ref = item->job_ref,
        .reasons = result->reasons,
        .n_reasons = result->n_reasons,
    };
}

const char *hv_mover_location(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    bool at_source = result->at_source == HV_PLACE_PRESENT;
    bool at_destination = result->at_destination == HV_PLACE_PRESENT;

    if (at_source && at_destination)
        return "both";
    if (at_destination)
        return "destination";
    if (at_source)
        return "source";
    if (result->at_source == HV_PLACE_ABSENT &&
        (result->at_destination == HV_PLACE_ABSENT || result->at_destination == HV_PLACE_PLANNED))
        return "neither";
    return NULL;
}

/* Names of the hosts where the VM was seen; NULL when none is known. */
static const char *host_of(const struct hv_mover_item *item) {
    const char *location = hv_mover_location(item);

    if (!location)
        return NULL;
    if (strcmp(location, "both") == 0)
        return "both hosts";
    if (strcmp(location, "neither") == 0)
        return "neither host";
    return strcmp(location, "source") == 0 ? item->source->label : hv_mover_item_to(item);
}

/* Every VM at every destination: rows of both would be hard to read. */
static bool is_matrix(const struct hv_mover *mover) {
    return hv_mover_is_check(mover) && mover->out->format == HV_FORMAT_TABLE && mover->connection->n_destinations > 1;
}

void hv_mover_say_done(struct hv_mover_item *item) {
    struct hv_circumstances circumstances = hv_mover_around(item);

    /* After a signal the mover says once for all what still runs; a matrix tells all reasons itself. */
    if (item->code != 0 && !is_matrix(item->mover) &&
        !(item->mover->detached && !item->mover->cancelling && (item->code == HV_E_DETACHED || item->code == HV_E_CANCELLED)))
        hv_say_error(item->mover->out, &item->error, &circumstances);
    hv_mover_event_done(item);
}

static const char *outcome_words(const struct hv_mover_item *item) {
    switch (hv_move_result(item->task)->outcome) {
    case HV_OUTCOME_NONE:
        return "nothing done";
    case HV_OUTCOME_MIGRATABLE:
        return "can move";
    case HV_OUTCOME_NOT_MIGRATABLE:
        return "cannot move";
    case HV_OUTCOME_MOVED:
        return hv_move_result(item->task)->n_leftovers > 0 ? "moved with leftovers" : "moved";
    case HV_OUTCOME_STAGED:
        return "planned";
    case HV_OUTCOME_NOT_MOVED:
        return item->options.cancel && hv_move_result(item->task)->cancel == HV_CANCEL_ACCEPTED ? "cancelled" : "not moved";
    case HV_OUTCOME_RUNNING:
        return "still running";
    case HV_OUTCOME_JOB_COMPLETED:
        return "job completed";
    case HV_OUTCOME_JOB_CANCELLED:
        return "job cancelled";
    case HV_OUTCOME_UNKNOWN:
        break;
    }
    return "outcome unknown";
}

int hv_mover_verdict(const struct hv_mover_item *item, char **ret_text, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(TEXT_MAX_BYTES);
    enum hv_move_outcome outcome = hv_move_result(item->task)->outcome;
    const char *host = host_of(item);

    hv_buf_puts(&buf, outcome_words(item));
    if (outcome == HV_OUTCOME_STAGED)
        hv_buf_printf(&buf, " at %s", hv_mover_item_to(item));
    else if (outcome == HV_OUTCOME_MOVED && is_between_hosts(item))
        hv_buf_printf(&buf, " to %s", hv_mover_item_to(item));
    else if ((outcome == HV_OUTCOME_MIGRATABLE || outcome == HV_OUTCOME_NOT_MIGRATABLE) && is_between_hosts(item))
        hv_buf_printf(&buf, " to %s", hv_mover_item_to(item));
    else if ((outcome == HV_OUTCOME_NOT_MOVED || outcome == HV_OUTCOME_UNKNOWN) && host)
        hv_buf_printf(&buf, ", the VM is on %s", host);
    return hv_buf_take(&buf, "a verdict", ret_text, err);
}

void hv_mover_say_running(const struct hv_mover *mover) {
    for (size_t i = 0; i < mover->n_items; i++) {
        const struct hv_mover_item *item = mover->items[i];
        const char *to = hv_mover_item_to(item);

        if (!item->job_ref || hv_move_result(item->task)->outcome != HV_OUTCOME_RUNNING)
            continue;
        if (hv_move_result(item->task)->cancel == HV_CANCEL_ACCEPTED)
            hv_say_line(mover->out, "%s: still running on %s, which was asked to end it; it has not ended yet",
                        hv_mover_item_name(item), item->source->label);
        else
            hv_say_line(mover->out, "%s: still running on %s", hv_mover_item_name(item), item->source->label);
        hv_say_line(mover->out, "  follow with: hvctl job follow %s%s%s", item->job_ref, to ? " --to " : "", to ? to : "");
        hv_say_line(mover->out, "  cancel with: hvctl job cancel %s%s%s", item->job_ref, to ? " --to " : "", to ? to : "");
    }
}

/* The cause that the error tells, which for a "no" of the host is the telling one of its reasons. */
static const char *reason_of(const struct hv_mover_item *item) {
    if (item->code == 0)
        return NULL;
    return item->error.cause[0] ? item->error.cause : item->error.message;
}

static void add_check_row(struct hv_table *table, const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    const char *cells[] = { hv_mover_item_name(item), result->vm_id,       item->source->label,
                            hv_mover_item_to(item),   outcome_words(item), reason_of(item) };

    hv_table_add(table, cells);
}

static void add_move_row(struct hv_table *table, const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    const char *state = hv_vm_state_name(result->vm_state);
    const char *cells[] = { hv_mover_item_name(item), result->vm_id, outcome_words(item), host_of(item), state, item->job_ref };

    hv_table_add(table, cells);
}

static void say_request(const struct hv_mover_item *item) {
    const struct hv_move_options *options = &item->options;
    struct hv_output *out = item->mover->out;

    hv_say_note(out, "%s: would call MigrateVirtualSystemToHost on %s: DestinationHost %s, MigrationType %d",
                hv_mover_item_name(item), item->source->label, options->destination_name ? options->destination_name : "(none)",
                (int)options->type);
    if (options->storage_path)
        hv_say_note(out, "  everything without a place of its own goes to %s", options->storage_path);
    if (options->config_path)
        hv_say_note(out, "  configuration goes to %s", options->config_path);
    if (options->snapshot_path)
        hv_say_note(out, "  checkpoints go to %s", options->snapshot_path);
    if (options->paging_path)
        hv_say_note(out, "  the paging file goes to %s", options->paging_path);
    if (options->pool)
        hv_say_note(out, "  disks go to the pool %s", options->pool);
    if (out->verbose > 0 && hv_move_result(item->task)->settings)
        hv_say_note(out, "  MigrationSettingData %s", hv_move_result(item->task)->settings);
    for (size_t i = 0; i < options->n_disks; i++)
        hv_say_note(out, "  disk %s goes to %s", options->disks[i].source, options->disks[i].destination);
}

static const char *cell_word(const struct hv_mover_item *item) {
    switch (hv_move_result(item->task)->outcome) {
    case HV_OUTCOME_MIGRATABLE:
        return "yes";
    case HV_OUTCOME_NOT_MIGRATABLE:
        return "no";
    case HV_OUTCOME_NONE:
    case HV_OUTCOME_MOVED:
    case HV_OUTCOME_NOT_MOVED:
    case HV_OUTCOME_RUNNING:
    case HV_OUTCOME_JOB_COMPLETED:
    case HV_OUTCOME_JOB_CANCELLED:
    case HV_OUTCOME_STAGED:
    case HV_OUTCOME_UNKNOWN:
        break;
    }
    return "?";
}

/* What could not be asked is told by what failed, a no by its cause. */
static const char *cell_reason(const struct hv_mover_item *item) {
    bool is_no = hv_move_result(item->task)->outcome == HV_OUTCOME_NOT_MIGRATABLE;

    if (item->code == 0)
        return NULL;
    return is_no && item->error.cause[0] ? item->error.cause : item->error.message;
}

static void say_matrix(const struct hv_mover *mover) {
    HV_CLEANUP_FREE struct hv_matrix_cell *cells = calloc(mover->n_items + 1, sizeof(*cells));

    if (!cells) {
        mover->out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < mover->n_items; i++) {
        const struct hv_mover_item *item = mover->items[i];
        const struct hv_move_result *result = hv_move_result(item->task);

        cells[i] = (struct hv_matrix_cell){
            .row = hv_mover_item_name(item),
            .from = item->source->label,
            .column = hv_mover_item_to(item),
            .word = cell_word(item),
            .reason = cell_reason(item),
            .remedy = item->code ? item->error.remedy : NULL,
            .reasons = result->reasons,
            .n_reasons = result->n_reasons,
        };
    }
    hv_matrix_print(cells, mover->n_items, mover->connection->n_destinations, "VM", mover->out);
}

static void say_table(const struct hv_mover *mover) {
    static const char *const check_headers[] = { "VM", "ID", "FROM", "TO", "RESULT", "REASON" };
    static const char *const move_headers[] = { "VM", "ID", "RESULT", "NOW ON", "STATE", "JOB" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;
    bool is_check = hv_mover_is_check(mover);

    if (hv_table_new(is_check ? check_headers : move_headers, HV_ARRAY_SIZE(check_headers), &table, NULL) < 0) {
        mover->out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < mover->n_items; i++) {
        if (is_check)
            add_check_row(table, mover->items[i]);
        else
            add_move_row(table, mover->items[i]);
    }
    hv_output_table(mover->out, table);
    hv_output_flush(mover->out);
    for (size_t i = 0; i < mover->n_items; i++) {
        const struct hv_move_result *result = hv_move_result(mover->items[i]->task);

        for (size_t j = 0; j < result->n_leftovers; j++)
            hv_say_warning(mover->out, "left behind by %s: %s", hv_mover_item_name(mover->items[i]), result->leftovers[j]);
        if (mover->options.dry_run)
            say_request(mover->items[i]);
    }
}

void hv_mover_say_results(const struct hv_mover *mover, int exit_code) {
    if (mover->out->format == HV_FORMAT_JSONL)
        hv_mover_event_summary(mover, exit_code);
    else if (mover->out->format == HV_FORMAT_JSON)
        hv_output_json(mover->out, hv_mover_document(mover, exit_code));
    else if (is_matrix(mover))
        say_matrix(mover);
    else
        say_table(mover);
}
