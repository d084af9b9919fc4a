/* One entry of the journal as JSON and as a sheet. */
#include "cli/entry.h"

#include <string.h>

#include "base/buf.h"

enum { REF_MAX_BYTES = 8192 };

const char *hv_entry_outcome(const struct hv_journal_entry *entry) {
    return entry->outcome ? entry->outcome : "open";
}

static const char *type_name(int64_t type) {
    switch (type) {
    case HV_MOVE_VM:
        return "vm";
    case HV_MOVE_STORAGE:
        return "storage";
    case HV_MOVE_VM_AND_STORAGE:
        return "vm_and_storage";
    case HV_MOVE_STAGED:
        return "staged";
    default:
        return NULL;
    }
}

static json_t *job_ref(const struct hv_journal_entry *entry) {
    HV_CLEANUP_BUF struct hv_buf ref = HV_BUF_INIT(REF_MAX_BYTES);

    if (!entry->job_id)
        return json_null();
    hv_buf_printf(&ref, "%s/%s", entry->source ? entry->source : "", entry->job_id);
    return hv_buf_finish(&ref, "a job reference", NULL) < 0 ? NULL : hv_json_text(hv_buf_text(&ref));
}

void hv_entry_put(json_t **object, const struct hv_journal_entry *entry) {
    hv_json_put(object, "id", hv_json_number(entry->id));
    hv_json_put(object, "started", hv_json_text(entry->started));
    hv_json_put(object, "ended", hv_json_text(entry->ended));
    hv_json_put(object, "vm", hv_json_text(entry->vm_name));
    hv_json_put(object, "vm_id", hv_json_text(entry->vm_id));
    hv_json_put(object, "move", hv_json_text(type_name(entry->type)));
    hv_json_put(object, "source", hv_json_text(entry->source));
    hv_json_put(object, "source_address", hv_json_text(entry->source_address));
    hv_json_put(object, "destination", hv_json_text(entry->destination));
    hv_json_put(object, "destination_address", hv_json_text(entry->destination_address));
    hv_json_put(object, "job_ref", job_ref(entry));
    hv_json_put(object, "job_id", hv_json_text(entry->job_id));
    hv_json_put(object, "job_state", hv_json_number(entry->job_state));
    hv_json_put(object, "percent", hv_json_number(entry->job_percent));
    hv_json_put(object, "outcome", hv_json_text(entry->outcome));
    hv_json_put(object, "verdict", hv_json_text(entry->verdict));
    hv_json_put(object, "at_source", hv_json_text(entry->at_source));
    hv_json_put(object, "at_destination", hv_json_text(entry->at_destination));
    hv_json_put(object, "error", hv_json_text(entry->error));
    hv_json_put(object, "message", hv_json_text(entry->message));
}

static json_t *events_json(const struct hv_journal_event *events, size_t n) {
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *event = json_object();

        hv_json_put(&event, "time", hv_json_text(events[i].time));
        hv_json_put(&event, "kind", hv_json_text(events[i].kind));
        hv_json_put(&event, "text", hv_json_text(events[i].text));
        hv_json_add(&list, event);
    }
    return list;
}

static bool is_kind(const struct hv_journal_event *event, const char *kind) {
    return event->kind && strcmp(event->kind, kind) == 0;
}

/* Where the last verdict begins: what it rests on and what it left stand before it. */
static size_t last_verdict(const struct hv_journal_event *events, size_t n) {
    size_t first = 0;
    size_t next = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_kind(&events[i], "verdict"))
            continue;
        first = next;
        next = i + 1;
    }
    return first;
}

static json_t *leftovers_json(const struct hv_journal_event *events, size_t n) {
    json_t *list = json_array();

    for (size_t i = last_verdict(events, n); i < n; i++) {
        if (is_kind(&events[i], "leftover"))
            hv_json_add(&list, hv_json_text(events[i].text));
    }
    return list;
}

/* PLACES may be NULL. */
static json_t *places_json(const struct hv_move_places *places) {
    json_t *object = json_object();
    json_t *disks = json_array();

    for (size_t i = 0; places && i < places->n_disks; i++) {
        const struct hv_move_place *place = &places->disks[i];
        json_t *disk = json_object();

        hv_json_put(&disk, "instance_id", hv_json_text(place->instance_id));
        hv_json_put(&disk, "source", hv_json_text(place->from));
        hv_json_put(&disk, "destination", hv_json_text(place->to));
        hv_json_put(&disk, "pool", hv_json_text(place->pool));
        hv_json_add(&disks, disk);
    }
    hv_json_put(&object, "disks", disks);
    hv_json_put(&object, "config_path", hv_json_text(places ? places->config_path : NULL));
    hv_json_put(&object, "snapshot_path", hv_json_text(places ? places->snapshot_path : NULL));
    hv_json_put(&object, "paging_path", hv_json_text(places ? places->paging_path : NULL));
    return object;
}

int hv_entry_put_events(json_t **object, struct hv_journal *journal, int64_t id, struct hv_error *err) {
    struct hv_journal_event *events = NULL;
    struct hv_move_places *places = NULL;
    size_t n = 0;
    int rc = hv_journal_places(journal, id, &places, err);

    if (rc < 0)
        return rc;
    hv_json_put(object, "places", places_json(places));
    (void)hv_journal_places_free(places);
    rc = hv_journal_events(journal, id, &events, &n, err);
    if (rc < 0)
        return rc;
    hv_json_put(object, "leftovers", leftovers_json(events, n));
    hv_json_put(object, "events", events_json(events, n));
    hv_journal_events_free(events, n);
    return 0;
}

int hv_entry_add_rows(struct hv_sheet *sheet, struct hv_journal *journal, const struct hv_journal_entry *entry,
                      struct hv_error *err) {
    struct hv_journal_event *events = NULL;
    size_t n = 0;
    int rc = hv_journal_events(journal, entry->id, &events, &n, err);

    if (rc < 0)
        return rc;
    hv_sheet_number(sheet, "journal entry", entry->id);
    hv_sheet_text(sheet, "VM name", entry->vm_name);
    hv_sheet_text(sheet, "from", entry->source);
    hv_sheet_text(sheet, "to", entry->destination);
    hv_sheet_text(sheet, "outcome", entry->verdict ? entry->verdict : hv_entry_outcome(entry));
    for (size_t i = last_verdict(events, n); i < n; i++) {
        if (is_kind(&events[i], "leftover"))
            hv_sheet_text(sheet, "leftover", events[i].text);
    }
    hv_journal_events_free(events, n);
    return 0;
}

static int show_sheet(struct hv_journal *journal, const struct hv_journal_entry *entry, struct hv_output *out,
                      struct hv_error *err) {
    struct hv_journal_event *events = NULL;
    struct hv_sheet sheet;
    size_t n = 0;
    int rc = hv_journal_events(journal, entry->id, &events, &n, err);

    if (rc < 0)
        return rc;
    hv_sheet_begin(&sheet, out);
    hv_sheet_number(&sheet, "journal entry", entry->id);
    hv_sheet_text(&sheet, "VM", entry->vm_name);
    hv_sheet_text(&sheet, "VM id", entry->vm_id);
    hv_sheet_text(&sheet, "move", type_name(entry->type));
    hv_sheet_text(&sheet, "from", entry->source);
    hv_sheet_text(&sheet, "to", entry->destination);
    hv_sheet_text(&sheet, "job", entry->job_id);
    hv_sheet_text(&sheet, "started", entry->started);
    hv_sheet_text(&sheet, "ended", entry->ended);
    hv_sheet_text(&sheet, "outcome", entry->verdict ? entry->verdict : hv_entry_outcome(entry));
    hv_sheet_text(&sheet, "at the source", entry->at_source);
    hv_sheet_text(&sheet, "at the destination", entry->at_destination);
    hv_sheet_text(&sheet, "error", entry->message);
    for (size_t i = 0; i < n; i++)
        hv_sheet_printf(&sheet, "event", "%s %s%s%s", events[i].time, events[i].kind, events[i].text ? ": " : "",
                        events[i].text ? events[i].text : "");
    hv_sheet_end(&sheet);
    hv_journal_events_free(events, n);
    return 0;
}

int hv_entry_show(struct hv_journal *journal, const struct hv_journal_entry *entry, struct hv_output *out, struct hv_error *err) {
    json_t *document;
    int rc;

    if (!hv_output_is_json(out))
        return show_sheet(journal, entry, out, err);
    document = hv_json_document("journal.entry");
    hv_entry_put(&document, entry);
    rc = hv_entry_put_events(&document, journal, entry->id, err);
    if (rc == 0)
        hv_output_json(out, document);
    else
        json_decref(document);
    return rc;
}
