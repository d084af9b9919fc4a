/* What is said of checks and moves: events, verdicts, results (ux.md 4, 5, 6; design.md 3). */
#include <hvctl/vm.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/json.h"
#include "cli/matrix.h"
#include "cli/mover.h"
#include "cli/output.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { TEXT_MAX_BYTES = 64 * 1024 };

static const char *const act_names[] = { "check", "migrate", "move-storage", "follow", "cancel", "prepare", "complete" };

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

static bool writes_events(const struct hv_mover_item *item) {
    return item->mover->out->format == HV_FORMAT_JSONL;
}

static const char *to_label(const struct hv_mover_item *item) {
    return item->destination ? item->destination->label : NULL;
}

static const char *type_name(const struct hv_mover_item *item) {
    if (hv_mover_is_guest(item->mover))
        return NULL;
    switch (item->options.type) {
    case HV_MOVE_VM:
        return "vm";
    case HV_MOVE_STORAGE:
        return "storage";
    case HV_MOVE_VM_AND_STORAGE:
        return "vm-and-storage";
    case HV_MOVE_STAGED:
        return "staged";
    case HV_MOVE_DEEP_CHECK:
        return "deep-check";
    }
    return NULL;
}

static struct hv_circumstances around(const struct hv_mover_item *item) {
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
    return strcmp(location, "source") == 0 ? item->source->label : to_label(item);
}

static json_t *job_object(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    json_t *object;

    if (!item->job_ref)
        return json_null();
    object = json_object();
    hv_json_put(&object, "ref", hv_json_text(item->job_ref));
    hv_json_put(&object, "id", hv_json_text(result->job_id));
    hv_json_put(&object, "class", hv_json_text(result->job_class));
    hv_json_put(&object, "state_code", hv_json_number(result->job_state));
    hv_json_put(&object, "percent", hv_json_number(result->job_percent));
    hv_json_put(&object, "vanished", json_boolean(result->job_vanished));
    return object;
}

static json_t *vm_object(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    json_t *object = json_object();

    hv_json_put(&object, "id", hv_json_text(result->vm_id));
    hv_json_put(&object, "name", hv_json_text(result->vm_name));
    hv_json_put(&object, "state", hv_json_text(hv_vm_state_name(result->vm_state)));
    hv_json_put(&object, "state_code", hv_json_number(result->vm_state));
    return object;
}

/* What every object about an item begins with. */
static void put_item(json_t **object, const struct hv_mover_item *item) {
    hv_json_put(object, "given", hv_json_text(item->given));
    hv_json_put(object, "vm", vm_object(item));
    hv_json_put(object, "host", hv_json_text(item->source->label));
    hv_json_put(object, "destination", hv_json_text(to_label(item)));
    hv_json_put(object, "job", job_object(item));
}

static json_t *disks_object(const struct hv_move_options *options) {
    json_t *array = json_array();

    for (size_t i = 0; i < options->n_disks; i++) {
        json_t *disk = json_object();
        hv_json_put(&disk, "source", hv_json_text(options->disks[i].source));
        hv_json_put(&disk, "destination", hv_json_text(options->disks[i].destination));
        hv_json_add(&array, disk);
    }
    return array;
}

/* The request that a dry run would have made. */
static json_t *request_object(const struct hv_mover_item *item) {
    const struct hv_move_options *options = &item->options;
    json_t *object;

    if (!item->mover->options.dry_run)
        return json_null();
    object = json_object();
    hv_json_put(&object, "method", json_string("MigrateVirtualSystemToHost"));
    hv_json_put(&object, "destination_name", hv_json_text(options->destination_name));
    hv_json_put(&object, "migration_type", json_integer(options->type));
    hv_json_put(&object, "staged", json_boolean(item->mover->options.is_staged));
    hv_json_put(&object, "storage_path", hv_json_text(options->storage_path));
    hv_json_put(&object, "config_path", hv_json_text(options->config_path));
    hv_json_put(&object, "snapshot_path", hv_json_text(options->snapshot_path));
    hv_json_put(&object, "paging_path", hv_json_text(options->paging_path));
    hv_json_put(&object, "pool", hv_json_text(options->pool));
    hv_json_put(&object, "disks", disks_object(options));
    hv_json_put(&object, "migration_setting_data", hv_json_text(hv_move_result(item->task)->settings));
    return object;
}

/* The verdict in a word, and what it rests on. */
static json_t *verdict_object(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    uint64_t now = hv_client_now_ms(item->mover->connection->client);
    json_t *object = json_object();
    json_t *list = json_array();

    for (int i = 0; i < HV_SIGHT_COUNT; i++) {
        const struct hv_sight *sight = &result->sights[i];
        json_t *entry;

        if (!sight->host)
            continue;
        entry = json_object();
        hv_json_put(&entry, "about", json_string(hv_sight_name((enum hv_sight_kind)i)));
        hv_json_put(&entry, "host", hv_json_text(sight->host));
        hv_json_put(&entry, "asked", json_string(sight->asked));
        hv_json_put(&entry, "seen", hv_json_text(sight->seen));
        hv_json_put(&entry, "time", hv_json_time_ago(now > sight->at_ms ? now - sight->at_ms : 0));
        hv_json_add(&list, entry);
    }
    hv_json_put(&object, "word", json_string(result->verdict));
    hv_json_put(&object, "evidence", list);
    return object;
}

static void put_result(json_t **object, const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    struct hv_circumstances circumstances = around(item);

    put_item(object, item);
    hv_json_put(object, "move", hv_json_text(type_name(item)));
    hv_json_put(object, "outcome", json_string(hv_move_outcome_name(result->outcome)));
    hv_json_put(object, "verdict", verdict_object(item));
    hv_json_put(object, "cancel", json_string(hv_move_cancel_name(result->cancel)));
    hv_json_put(object, "exit", json_integer(hv_mover_item_exit(item)));
    hv_json_put(object, "vm_location", hv_json_text(hv_mover_location(item)));
    hv_json_put(object, "at_source", json_string(hv_place_name(result->at_source)));
    hv_json_put(object, "at_destination", json_string(hv_place_name(result->at_destination)));
    hv_json_put(object, "request_sent", json_boolean(result->request_sent));
    hv_json_put(object, "return_value", hv_json_number(result->return_value));
    hv_json_put(object, "elapsed_s", json_integer((json_int_t)((item->end_ms - item->start_ms) / 1000)));
    hv_json_put(object, "reasons", hv_json_reasons(result->reasons, result->n_reasons));
    hv_json_put(object, "warnings", hv_json_texts(result->warnings, result->n_warnings));
    hv_json_put(object, "leftovers", hv_json_texts(result->leftovers, result->n_leftovers));
    hv_json_put(object, "request", request_object(item));
    if (item->preflight)
        hv_json_put(object, "preflight", hv_mover_preflight_json(item));
    hv_json_put(object, "error", item->code ? hv_json_error(&item->error, &circumstances) : json_null());
}

void hv_mover_event_warnings(struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);

    if (!writes_events(item))
        return;
    while (item->n_warned < result->n_warnings) {
        json_t *object = hv_json_document("warning");
        put_item(&object, item);
        hv_json_put(&object, "message", hv_json_text(result->warnings[item->n_warned++]));
        hv_output_json(item->mover->out, object);
    }
}

void hv_mover_event_started(struct hv_mover_item *item) {
    json_t *object;

    if (!writes_events(item))
        return;
    object = hv_json_document("job.started");
    put_item(&object, item);
    hv_output_json(item->mover->out, object);
    hv_mover_event_warnings(item);
}

void hv_mover_event_progress(const struct hv_mover_item *item, const struct hv_job *job, uint64_t now_ms) {
    json_t *object;

    if (!writes_events(item))
        return;
    object = hv_json_document("job.progress");
    put_item(&object, item);
    hv_json_put(&object, "percent", hv_json_number(job->percent));
    hv_json_put(&object, "phase", hv_json_text(item->phase));
    hv_json_put(&object, "elapsed_s", json_integer((json_int_t)((now_ms - item->start_ms) / 1000)));
    hv_output_json(item->mover->out, object);
}

static void event_finished(const struct hv_mover_item *item) {
    const struct hv_move_result *result = hv_move_result(item->task);
    json_t *object = hv_json_document("job.finished");

    put_item(&object, item);
    hv_json_put(&object, "outcome", json_string(hv_move_outcome_name(result->outcome)));
    hv_json_put(&object, "vm_location", hv_json_text(hv_mover_location(item)));
    hv_json_put(&object, "elapsed_s", json_integer((json_int_t)((item->end_ms - item->start_ms) / 1000)));
    hv_output_json(item->mover->out, object);
}

/* Every VM at every destination: rows of both would be hard to read. */
static bool is_matrix(const struct hv_mover *mover) {
    return hv_mover_is_check(mover) && mover->out->format == HV_FORMAT_TABLE && mover->connection->n_destinations > 1;
}

void hv_mover_say_done(struct hv_mover_item *item) {
    struct hv_output *out = item->mover->out;
    struct hv_circumstances circumstances = around(item);
    json_t *object;

    /* After a signal the mover says once for all what still runs; a matrix tells all reasons itself. */
    if (item->code != 0 && !is_matrix(item->mover) &&
        !(item->mover->detached && !item->mover->cancelling && (item->code == HV_E_DETACHED || item->code == HV_E_CANCELLED)))
        hv_say_error(out, &item->error, &circumstances);
    if (!writes_events(item))
        return;
    hv_mover_event_warnings(item);
    if (item->job_ref && hv_move_result(item->task)->outcome != HV_OUTCOME_RUNNING)
        event_finished(item);
    if (item->code != 0)
        hv_output_json(out, hv_json_error_event(&item->error, &circumstances));
    object = hv_json_document(item->mover->options.act == HV_ACT_CHECK ? "check" : "vm.result");
    put_result(&object, item);
    hv_output_json(out, object);
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
        hv_buf_printf(&buf, " at %s", to_label(item));
    else if (outcome == HV_OUTCOME_MOVED && is_between_hosts(item))
        hv_buf_printf(&buf, " to %s", to_label(item));
    else if ((outcome == HV_OUTCOME_MIGRATABLE || outcome == HV_OUTCOME_NOT_MIGRATABLE) && is_between_hosts(item))
        hv_buf_printf(&buf, " to %s", to_label(item));
    else if ((outcome == HV_OUTCOME_NOT_MOVED || outcome == HV_OUTCOME_UNKNOWN) && host)
        hv_buf_printf(&buf, ", the VM is on %s", host);
    return hv_buf_take(&buf, "a verdict", ret_text, err);
}

void hv_mover_say_running(const struct hv_mover *mover) {
    for (size_t i = 0; i < mover->n_items; i++) {
        const struct hv_mover_item *item = mover->items[i];
        const char *to = to_label(item);

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
                            to_label(item),           outcome_words(item), reason_of(item) };

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
            .column = to_label(item),
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

static json_t *summary(const struct hv_mover *mover, json_t *object_take, int exit_code) {
    json_t *object = object_take;
    size_t n_good = 0;
    size_t n_running = 0;

    for (size_t i = 0; i < mover->n_items; i++) {
        n_running += hv_move_result(mover->items[i]->task)->outcome == HV_OUTCOME_RUNNING;
        n_good += hv_mover_item_exit(mover->items[i]) == 0;
    }
    hv_json_put(&object, "command", json_string(act_names[mover->options.act]));
    hv_json_put(&object, "exit", json_integer(exit_code));
    hv_json_put(&object, "total", json_integer((json_int_t)mover->n_items));
    hv_json_put(&object, "succeeded", json_integer((json_int_t)n_good));
    hv_json_put(&object, "failed", json_integer((json_int_t)(mover->n_items - n_good)));
    hv_json_put(&object, "running", json_integer((json_int_t)n_running));
    return object;
}

void hv_mover_say_results(const struct hv_mover *mover, int exit_code) {
    json_t *document;
    json_t *results;

    if (mover->out->format == HV_FORMAT_JSONL) {
        hv_output_json(mover->out, summary(mover, hv_json_document("summary"), exit_code));
        return;
    }
    if (is_matrix(mover)) {
        say_matrix(mover);
        return;
    }
    if (mover->out->format != HV_FORMAT_JSON) {
        say_table(mover);
        return;
    }
    results = json_array();
    for (size_t i = 0; i < mover->n_items; i++) {
        json_t *object = json_object();
        put_result(&object, mover->items[i]);
        hv_json_add(&results, object);
    }
    document = hv_json_document(act_names[mover->options.act]);
    hv_json_put(&document, "results", results);
    hv_json_put(&document, "summary", summary(mover, json_object(), exit_code));
    hv_output_json(mover->out, document);
}
