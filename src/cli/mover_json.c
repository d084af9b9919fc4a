/* Checks and moves as JSON: the object of each, events of JSON lines, the document (ux.md 6). */
#include "cli/mover_json.h"

#include <hvctl/vm.h>

#include "cli/json.h"
#include "cli/output.h"
#include "cli/say.h"

static const char *const act_names[] = { "check", "migrate", "move-storage", "follow", "cancel", "prepare", "complete" };

static bool writes_events(const struct hv_mover_item *item) {
    return item->mover->out->format == HV_FORMAT_JSONL;
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
    hv_json_put(object, "destination", hv_json_text(hv_mover_item_to(item)));
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
    struct hv_circumstances circumstances = hv_mover_around(item);

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

void hv_mover_event_done(struct hv_mover_item *item) {
    struct hv_output *out = item->mover->out;
    struct hv_circumstances circumstances = hv_mover_around(item);
    json_t *object;

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

void hv_mover_event_summary(const struct hv_mover *mover, int exit_code) {
    hv_output_json(mover->out, summary(mover, hv_json_document("summary"), exit_code));
}

json_t *hv_mover_document(const struct hv_mover *mover, int exit_code) {
    json_t *document = hv_json_document(act_names[mover->options.act]);
    json_t *results = json_array();

    for (size_t i = 0; i < mover->n_items; i++) {
        json_t *object = json_object();
        put_result(&object, mover->items[i]);
        hv_json_add(&results, object);
    }
    hv_json_put(&document, "results", results);
    hv_json_put(&document, "summary", summary(mover, json_object(), exit_code));
    return document;
}
