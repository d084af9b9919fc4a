/* hvctl job history, and hvctl journal export, check and compact (ux.md 6). */
#include <stdio.h>

#include "base/error.h"
#include "base/size.h"
#include "cli/cmd.h"
#include "cli/entry.h"
#include "cli/journal.h"
#include "cli/json.h"
#include "cli/say.h"

enum { USUAL_KEEP_S = 90 * 86400 };

struct history {
    struct hv_journal_entry *entries;
    size_t n;
};

static void history_deinit(struct history *history) {
    hv_journal_entries_free(history->entries, history->n);
}
#define CLEANUP_HISTORY HV_ATTR_CLEANUP(history_deinit)

static int read_history(struct hv_journal *journal, const struct hv_args *args, struct history *history, struct hv_error *err) {
    const struct hv_journal_filter filter = {
        .vm = hv_args_n_operands(args) > 0 ? hv_args_operand(args, 0) : NULL,
        .n_last = (size_t)hv_args_number(args, HV_OPT_LIMIT, 0),
    };

    return hv_journal_list(journal, &filter, &history->entries, &history->n, err);
}

static void print_table(const struct history *history, struct hv_output *out) {
    static const char *const headers[] = { "ID", "STARTED", "VM", "FROM", "TO", "OUTCOME", "JOB" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < history->n; i++) {
        const struct hv_journal_entry *entry = &history->entries[i];

        hv_table_cell_number(table, entry->id);
        hv_table_cell(table, entry->started);
        hv_table_cell(table, entry->vm_name ? entry->vm_name : entry->vm_id);
        hv_table_cell(table, entry->source);
        hv_table_cell(table, entry->destination);
        hv_table_cell(table, hv_entry_outcome(entry));
        hv_table_cell(table, entry->job_id);
    }
    hv_output_table(out, table);
}

static void print_history(const struct history *history, struct hv_output *out) {
    json_t *document;
    json_t *list;

    if (!hv_output_is_json(out)) {
        print_table(history, out);
        return;
    }
    list = json_array();
    for (size_t i = 0; i < history->n; i++) {
        bool is_line = out->format == HV_FORMAT_JSONL;
        json_t *object = is_line ? hv_json_document("journal.entry") : json_object();

        hv_entry_put(&object, &history->entries[i]);
        if (is_line)
            hv_output_json(out, object);
        else
            hv_json_add(&list, object);
    }
    if (out->format == HV_FORMAT_JSONL) {
        json_decref(list);
        return;
    }
    document = hv_json_document("journal");
    hv_json_put(&document, "entries", list);
    hv_output_json(out, document);
}

int hv_cmd_job_history(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    CLEANUP_HISTORY struct history history = { 0 };
    struct hv_error error = { 0 };
    int rc = hv_journal_open_own(&journal, &error);

    if (rc == 0)
        rc = read_history(journal, args, &history, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    print_history(&history, out);
    return 0;
}

/* Everything, one entry a line, events inside. */
static int export_all(struct hv_journal *journal, const struct history *history, struct hv_output *out, struct hv_error *err) {
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < history->n; i++) {
        json_t *object = hv_json_document("journal.entry");

        hv_entry_put(&object, &history->entries[i]);
        rc = hv_entry_put_events(&object, journal, history->entries[i].id, err);
        if (rc == 0)
            hv_output_json(out, object);
        else
            json_decref(object);
    }
    return rc;
}

int hv_cmd_journal_export(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    CLEANUP_HISTORY struct history history = { 0 };
    struct hv_error error = { 0 };
    int rc = hv_journal_open_own(&journal, &error);

    out->format = HV_FORMAT_JSONL;
    if (rc == 0)
        rc = read_history(journal, args, &history, &error);
    if (rc == 0)
        rc = export_all(journal, &history, out, &error);
    return rc < 0 ? hv_say_failure(out, &error) : 0;
}

/* What was done, as a document with one MEMBER, which is taken, or in WORDS. */
static void print_done(struct hv_output *out, const char *type, const char *member, json_t *value_take, const char *words) {
    json_t *document;

    if (!hv_output_is_json(out)) {
        json_decref(value_take);
        hv_say_note(out, "%s", words);
        return;
    }
    document = hv_json_document(type);
    hv_json_put(&document, member, value_take);
    hv_output_json(out, document);
}

int hv_cmd_journal_check(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    struct hv_error error = { 0 };
    int rc = hv_journal_open_own(&journal, &error);

    (void)args;
    if (rc == 0)
        rc = hv_journal_check(journal, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    print_done(out, "journal.check", "whole", json_true(), "the journal is whole");
    return 0;
}

int hv_cmd_journal_compact(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    uint64_t keep_ms = hv_args_ms(args, HV_OPT_KEEP, (uint64_t)USUAL_KEEP_S * 1000);
    struct hv_error error = { 0 };
    char words[64];
    size_t n = 0;
    int rc = hv_journal_open_own(&journal, &error);

    if (rc == 0)
        rc = hv_journal_compact(journal, keep_ms / 1000, &n, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    (void)snprintf(words, sizeof(words), "%zu entries removed", n);
    print_done(out, "journal.compact", "removed", json_integer((json_int_t)n), words);
    return 0;
}
