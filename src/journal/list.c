/* Reading the journal. */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "journal/store.h"

enum { MAX_ENTRIES = 1000000 };

struct entries {
    struct hv_journal_entry *list;
    size_t n;
};

static void entry_deinit(struct hv_journal_entry *entry) {
    char *const texts[] = { entry->started,        entry->ended,
                            entry->source,         entry->source_address,
                            entry->destination,    entry->vm_id,
                            entry->vm_name,        entry->job_id,
                            entry->outcome,        entry->at_source,
                            entry->at_destination, entry->error,
                            entry->message,        entry->destination_address,
                            entry->verdict };

    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++)
        free(texts[i]);
}

void hv_journal_entries_free(struct hv_journal_entry *entries, size_t n) {
    for (size_t i = 0; i < n; i++)
        entry_deinit(&entries[i]);
    free(entries);
}

#define ENTRY_COLUMNS                                                                                                            \
    "id, started, ended, source, source_address, destination, destination_address, vm_id, vm_name, job_id, outcome, at_source,"  \
    " at_destination, error, message, verdict, type, job_state, job_percent"

static int add_entry(void *context, sqlite3_stmt *row, struct hv_error *err) {
    struct entries *entries = context;
    struct hv_journal_entry *grown = hv_grow(entries->list, entries->n, sizeof(*grown));
    struct hv_journal_entry *entry;
    int r = 0;

    if (!grown)
        return hv_error_memory(err);
    entries->list = grown;
    entry = &grown[entries->n++];
    memset(entry, 0, sizeof(*entry));
    {
        char **const texts[] = { &entry->started,        &entry->ended,       &entry->source,
                                 &entry->source_address, &entry->destination, &entry->destination_address,
                                 &entry->vm_id,          &entry->vm_name,     &entry->job_id,
                                 &entry->outcome,        &entry->at_source,   &entry->at_destination,
                                 &entry->error,          &entry->message,     &entry->verdict };

        entry->id = hv_store_number(row, 0);
        for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(texts); i++)
            r = hv_store_text(row, (int)i + 1, texts[i], err);
        entry->type = hv_store_number(row, (int)HV_ARRAY_SIZE(texts) + 1);
        entry->job_state = hv_store_number(row, (int)HV_ARRAY_SIZE(texts) + 2);
        entry->job_percent = hv_store_number(row, (int)HV_ARRAY_SIZE(texts) + 3);
    }
    return r;
}

int hv_journal_list(struct hv_journal *journal, const struct hv_journal_filter *filter, struct hv_journal_entry **ret_entries,
                    size_t *ret_n, struct hv_error *err) {
    const struct hv_bind binds[] = {
        { .number = filter->id, .is_number = filter->id != 0 },
        HV_BIND_TEXT(filter->vm),
        HV_BIND_TEXT(filter->job_id),
        { .number = filter->open_only, .is_number = true },
        { .number = filter->n_last > 0 && filter->n_last < MAX_ENTRIES ? (int64_t)filter->n_last : MAX_ENTRIES,
          .is_number = true },
    };
    struct entries entries = { 0 };
    int r = hv_store_run(journal,
                         "SELECT * FROM (SELECT " ENTRY_COLUMNS " FROM move WHERE (?1 IS NULL OR id = ?1)"
                         " AND (?2 IS NULL OR vm_id = upper(?2) OR vm_name = ?2 COLLATE NOCASE)"
                         " AND (?3 IS NULL OR job_id = ?3 COLLATE NOCASE) AND (NOT ?4 OR ended IS NULL OR outcome = 'unknown')"
                         " ORDER BY id DESC LIMIT ?5) ORDER BY id",
                         binds, HV_ARRAY_SIZE(binds), add_entry, &entries, err);

    if (r < 0) {
        hv_journal_entries_free(entries.list, entries.n);
        return r;
    }
    *ret_entries = entries.list;
    *ret_n = entries.n;
    return 0;
}

struct events {
    struct hv_journal_event *list;
    size_t n;
};

void hv_journal_events_free(struct hv_journal_event *events, size_t n) {
    for (size_t i = 0; i < n; i++) {
        free(events[i].time);
        free(events[i].kind);
        free(events[i].text);
    }
    free(events);
}

static int add_event(void *context, sqlite3_stmt *row, struct hv_error *err) {
    struct events *events = context;
    struct hv_journal_event *grown = hv_grow(events->list, events->n, sizeof(*grown));
    struct hv_journal_event *event;
    int r;

    if (!grown)
        return hv_error_memory(err);
    events->list = grown;
    event = &grown[events->n++];
    memset(event, 0, sizeof(*event));
    r = hv_store_text(row, 0, &event->time, err);
    if (r == 0)
        r = hv_store_text(row, 1, &event->kind, err);
    return r < 0 ? r : hv_store_text(row, 2, &event->text, err);
}

int hv_journal_events(struct hv_journal *journal, int64_t id, struct hv_journal_event **ret_events, size_t *ret_n,
                      struct hv_error *err) {
    const struct hv_bind binds[] = { { .number = id, .is_number = true } };
    struct events events = { 0 };
    int r = hv_store_run(journal, "SELECT time, kind, text FROM event WHERE move = ? ORDER BY id", binds, HV_ARRAY_SIZE(binds),
                         add_event, &events, err);

    if (r < 0) {
        hv_journal_events_free(events.list, events.n);
        return r;
    }
    *ret_events = events.list;
    *ret_n = events.n;
    return 0;
}
