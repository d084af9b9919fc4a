/* Writing a move down as it goes (design.md 3.1). */
#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "journal/store.h"

#define NOW "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"

enum { EVIDENCE_MAX_BYTES = 16 * 1024 };

struct hv_journal_writer {
    struct hv_journal *journal;
    char *source;
    char *source_address;
    char *destination;
    char *destination_address;
    int64_t id; /* of the entry; 0: none yet */
};

int hv_journal_writer_new(struct hv_journal *journal, const struct hv_journal_about *about, struct hv_journal_writer **ret_writer,
                          struct hv_error *err) {
    struct hv_journal_writer *writer = calloc(1, sizeof(*writer));
    int r;

    if (!writer)
        return hv_error_memory(err);
    writer->journal = journal;
    writer->id = about->entry;
    r = hv_text_copy(about->source, &writer->source, err);
    if (r == 0)
        r = hv_text_copy(about->source_address, &writer->source_address, err);
    if (r == 0)
        r = hv_text_copy(about->destination, &writer->destination, err);
    if (r == 0)
        r = hv_text_copy(about->destination_address, &writer->destination_address, err);
    if (r < 0) {
        (void)hv_journal_writer_free(writer);
        return r;
    }
    *ret_writer = writer;
    return 0;
}

struct hv_journal_writer *hv_journal_writer_free(struct hv_journal_writer *writer) {
    if (writer) {
        free(writer->source);
        free(writer->source_address);
        free(writer->destination);
        free(writer->destination_address);
        free(writer);
    }
    return NULL;
}

static int begin_entry(struct hv_journal_writer *writer, const struct hv_move_note *note, struct hv_error *err) {
    const struct hv_bind binds[] = {
        HV_BIND_TEXT(writer->source),        HV_BIND_TEXT(writer->source_address),
        HV_BIND_TEXT(writer->destination),   HV_BIND_TEXT(writer->destination_address),
        HV_BIND_NUMBER((int64_t)note->type), HV_BIND_TEXT(note->result->vm_id),
        HV_BIND_TEXT(note->vm_name),
    };
    int r = hv_store_run(writer->journal,
                         "INSERT INTO move (started, source, source_address, destination, destination_address, type, vm_id,"
                         " vm_name) VALUES (" NOW ", ?, ?, ?, ?, ?, ?, ?)",
                         binds, HV_ARRAY_SIZE(binds), NULL, NULL, err);

    if (r == 0)
        writer->id = sqlite3_last_insert_rowid(writer->journal->db);
    return r;
}

static int keep_id(void *context, sqlite3_stmt *row, struct hv_error *err) {
    struct hv_journal_writer *writer = context;

    (void)err;
    writer->id = sqlite3_column_int64(row, 0);
    return 0;
}

/* A job that somebody else started has no entry yet. */
static int find_entry(struct hv_journal_writer *writer, const struct hv_move_note *note, struct hv_error *err) {
    const struct hv_bind binds[] = { HV_BIND_TEXT(note->result->job_id) };
    int r = hv_store_run(writer->journal, "SELECT id FROM move WHERE job_id = ? ORDER BY id DESC LIMIT 1", binds,
                         HV_ARRAY_SIZE(binds), keep_id, writer, err);

    return r < 0 || writer->id != 0 ? r : begin_entry(writer, note, err);
}

static int update_entry(const struct hv_journal_writer *writer, const struct hv_move_note *note, struct hv_error *err) {
    const struct hv_move_result *result = note->result;
    const struct hv_bind binds[] = {
        HV_BIND_TEXT(result->vm_id),       HV_BIND_TEXT(note->vm_name),         HV_BIND_TEXT(result->job_id),
        HV_BIND_NUMBER(result->job_state), HV_BIND_NUMBER(result->job_percent), HV_BIND_NUMBER(writer->id),
    };

    return hv_store_run(
        writer->journal,
        "UPDATE move SET vm_id = coalesce(?, vm_id), vm_name = coalesce(?, vm_name), job_id = coalesce(?, job_id),"
        " job_state = coalesce(?, job_state), job_percent = coalesce(?, job_percent) WHERE id = ?",
        binds, HV_ARRAY_SIZE(binds), NULL, NULL, err);
}

/* A move that runs on has a verdict of its own, and no end. */
static int end_entry(const struct hv_journal_writer *writer, const struct hv_move_note *note, struct hv_error *err) {
    const struct hv_move_result *result = note->result;
    const struct hv_bind binds[] = {
        HV_BIND_NUMBER(result->outcome == HV_OUTCOME_RUNNING ? 1 : 0),
        HV_BIND_TEXT(hv_move_outcome_name(result->outcome)),
        HV_BIND_TEXT(hv_place_name(result->at_source)),
        HV_BIND_TEXT(hv_place_name(result->at_destination)),
        HV_BIND_TEXT(note->error ? hv_error_name(note->error->code) : NULL),
        HV_BIND_TEXT(note->error ? note->error->message : NULL),
        HV_BIND_TEXT(result->verdict),
        HV_BIND_NUMBER(writer->id),
    };

    return hv_store_run(writer->journal,
                        "UPDATE move SET ended = iif(?, NULL, " NOW "), outcome = ?, at_source = ?, at_destination = ?,"
                        " error = ?, message = ?, verdict = ? WHERE id = ?",
                        binds, HV_ARRAY_SIZE(binds), NULL, NULL, err);
}

static const char *kind_name(enum hv_move_note_kind kind) {
    switch (kind) {
    case HV_NOTE_INTENT:
        return "intent";
    case HV_NOTE_JOB:
        return "job";
    case HV_NOTE_STATE:
        return "state";
    case HV_NOTE_VERDICT:
        break;
    }
    return "verdict";
}

static int add_event(const struct hv_journal_writer *writer, const char *kind, const char *text, struct hv_error *err) {
    const struct hv_bind binds[] = { HV_BIND_NUMBER(writer->id), HV_BIND_TEXT(kind), HV_BIND_TEXT(text) };

    return hv_store_run(writer->journal, "INSERT INTO event (move, time, kind, text) VALUES (?, " NOW ", ?, ?)", binds,
                        HV_ARRAY_SIZE(binds), NULL, NULL, err);
}

static int add_place(const struct hv_journal_writer *writer, const char *kind, const struct hv_move_place *place,
                     struct hv_error *err) {
    const struct hv_bind binds[] = {
        HV_BIND_NUMBER(writer->id), HV_BIND_TEXT(kind),      HV_BIND_TEXT(place->instance_id),
        HV_BIND_TEXT(place->from),  HV_BIND_TEXT(place->to), HV_BIND_TEXT(place->pool),
    };

    return hv_store_run(writer->journal,
                        "INSERT INTO place (move, kind, instance_id, source, destination, pool) VALUES (?, ?, ?, ?, ?, ?)", binds,
                        HV_ARRAY_SIZE(binds), NULL, NULL, err);
}

/* What is asked for: whoever takes the move up cannot learn it from the host. */
static int add_places(const struct hv_journal_writer *writer, const struct hv_move_places *places, struct hv_error *err) {
    const struct {
        const char *kind;
        const char *path;
    } folders[] = {
        { HV_PLACE_KIND_CONFIG, places->config_path },
        { HV_PLACE_KIND_SNAPSHOT, places->snapshot_path },
        { HV_PLACE_KIND_PAGING, places->paging_path },
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < places->n_disks; i++)
        r = add_place(writer, HV_PLACE_KIND_DISK, &places->disks[i], err);
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(folders); i++) {
        if (folders[i].path)
            r = add_place(writer, folders[i].kind, &(const struct hv_move_place){ .to = folders[i].path }, err);
    }
    return r;
}

/* What the verdict rests on, and what remains. */
static int add_evidence(const struct hv_journal_writer *writer, const struct hv_move_result *result, struct hv_error *err) {
    int r = 0;

    for (int i = 0; r == 0 && i < HV_SIGHT_COUNT; i++) {
        const struct hv_sight *sight = &result->sights[i];
        HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(EVIDENCE_MAX_BYTES);

        if (!sight->host)
            continue;
        hv_buf_printf(&text, "%s, asked %s: %s", sight->host, sight->asked, sight->seen);
        r = hv_buf_finish(&text, "evidence", err);
        if (r == 0)
            r = add_event(writer, "evidence", hv_buf_text(&text), err);
    }
    for (size_t i = 0; r == 0 && i < result->n_leftovers; i++)
        r = add_event(writer, "leftover", result->leftovers[i], err);
    return r;
}

static int write_note(struct hv_journal_writer *writer, const struct hv_move_note *note, struct hv_error *err) {
    int r = 0;

    if (note->kind == HV_NOTE_INTENT)
        r = begin_entry(writer, note, err);
    else if (writer->id == 0)
        r = find_entry(writer, note, err);
    if (r == 0 && note->places)
        r = add_places(writer, note->places, err);
    if (r == 0)
        r = update_entry(writer, note, err);
    if (r == 0 && note->kind == HV_NOTE_VERDICT)
        r = end_entry(writer, note, err);
    if (r == 0 && note->kind == HV_NOTE_VERDICT)
        r = add_evidence(writer, note->result, err);
    return r < 0 ? r : add_event(writer, kind_name(note->kind), note->text, err);
}

int hv_journal_note(void *context, const struct hv_move_note *note, struct hv_error *err) {
    struct hv_journal_writer *writer = context;
    int64_t id_before = writer->id;
    int r;

    r = hv_store_run(writer->journal, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL, err);
    if (r < 0)
        return r;
    r = write_note(writer, note, err);
    if (r == 0)
        r = hv_store_run(writer->journal, "COMMIT", NULL, 0, NULL, NULL, err);
    if (r < 0) {
        (void)sqlite3_exec(writer->journal->db, "ROLLBACK", NULL, NULL, NULL);
        writer->id = id_before;
    }
    return r;
}
