/* hvctl job list and show (ux.md 1 and 6). */
#include <hvctl/job.h>

#include "base/duration.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/entry.h"
#include "cli/fanout_view.h"
#include "cli/job_ref.h"
#include "cli/journal.h"
#include "cli/json.h"
#include "cli/say.h"
#include "cli/sheet.h"

enum { REF_MAX_BYTES = 8192 };

static json_t *ref_json(const char *host, const struct hv_job *job) {
    HV_CLEANUP_BUF struct hv_buf ref = HV_BUF_INIT(REF_MAX_BYTES);

    if (!job->id)
        return json_null();
    hv_buf_printf(&ref, "%s/%s", host, job->id);
    return hv_buf_finish(&ref, "a job reference", NULL) < 0 ? NULL : hv_json_text(hv_buf_text(&ref));
}

static void put_job(json_t **object, const struct hv_job *job, const char *host) {
    hv_json_put(object, "ref", ref_json(host, job));
    hv_json_put(object, "host", hv_json_text(host));
    hv_json_put(object, "id", hv_json_text(job->id));
    hv_json_put(object, "class", hv_json_text(job->class_name));
    hv_json_put(object, "job_type", hv_json_number(job->type));
    hv_json_put(object, "job_type_name", hv_json_text(job->type_name));
    hv_json_put(object, "state", hv_json_text(job->state_name));
    hv_json_put(object, "state_code", hv_json_number(job->state));
    hv_json_put(object, "finished", json_boolean(job->is_finished));
    hv_json_put(object, "successful", job->is_finished ? json_boolean(job->is_successful) : json_null());
    hv_json_put(object, "percent", hv_json_number(job->percent));
    hv_json_put(object, "error_code", hv_json_number(job->error_code));
    hv_json_put(object, "error_description", hv_json_text(job->error_description));
    hv_json_put(object, "description", hv_json_text(job->description));
    hv_json_put(object, "status", hv_json_text(job->status));
    hv_json_put(object, "vm_id", hv_json_text(job->vm_id));
    hv_json_put(object, "destination", hv_json_text(job->destination));
    hv_json_put(object, "migration_type", hv_json_number(job->migration_type));
    hv_json_put(object, "cancellable", hv_json_flag(job->cancellable));
    hv_json_put(object, "started", hv_json_text(job->started));
    hv_json_put(object, "elapsed_ms", hv_json_number(job->elapsed_ms));
}

static void print_list_json(const struct hv_fanout *fanout, struct hv_output *out) {
    struct hv_fanout_list list;

    hv_fanout_list_begin(&list, fanout, out, "job", false);
    for (size_t i = 0; i < fanout->connection->n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        size_t n = 0;
        const struct hv_job *jobs = task ? hv_job_list_result(task, &n) : NULL;

        for (size_t j = 0; j < n; j++) {
            json_t *object = hv_fanout_list_object(&list);

            put_job(&object, &jobs[j], fanout->connection->sources[i].label);
            hv_fanout_list_add(&list, object);
        }
    }
    hv_fanout_list_end(&list, "jobs", "jobs");
}

static void add_row(struct hv_table *table, const char *host, const struct hv_job *job) {
    HV_CLEANUP_BUF struct hv_buf ref = HV_BUF_INIT(REF_MAX_BYTES);

    hv_buf_printf(&ref, "%s/%s", host, job->id ? job->id : "-");
    hv_table_cell(table, hv_buf_text(&ref));
    hv_table_cell(table, job->type_name ? job->type_name : job->description);
    if (job->state_name)
        hv_table_cell(table, job->state_name);
    else
        hv_table_cell_number(table, job->state);
    hv_table_cell_number(table, job->percent);
    hv_table_cell(table, job->vm_id);
    hv_table_cell(table, job->destination);
    hv_table_cell(table, job->started);
}

static void add_jobs(struct hv_table *table, const struct hv_fanout *fanout, size_t index, struct hv_output *out) {
    size_t n = 0;
    const struct hv_job *jobs = hv_job_list_result(hv_fanout_answer(fanout, index), &n);

    (void)out;
    for (size_t i = 0; i < n; i++)
        add_row(table, hv_fanout_source(fanout, index)->label, &jobs[i]);
}

static void print_list(const struct hv_fanout *fanout, struct hv_output *out) {
    static const char *const headers[] = { "JOB", "TYPE", "STATE", "PERCENT", "VM", "DESTINATION", "STARTED" };
    static const struct hv_fanout_table table = { headers, HV_ARRAY_SIZE(headers), add_jobs, false };

    hv_fanout_print_table(fanout, out, &table);
}

int hv_cmd_job_list(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = HV_MAX_HOSTS };

    return hv_fanout_command(&plan, args, out, hv_job_list_new, hv_output_is_json(out) ? print_list_json : print_list);
}

/* A job that is in the journal too. */
struct kept {
    struct hv_journal *journal;
    struct hv_journal_entry *entry; /* NULL: it is not */
};

static void kept_deinit(struct kept *kept) {
    hv_journal_entry_free_p(&kept->entry);
    kept->journal = hv_journal_close(kept->journal);
}

/* A journal that cannot be read knows nothing. */
static void find_kept(const char *id, struct kept *kept) {
    const struct hv_journal_filter filter = { .job_id = id };

    if (hv_journal_open_own(&kept->journal, NULL) < 0 || hv_journal_find_last(kept->journal, filter, &kept->entry, NULL) < 0)
        kept->entry = NULL;
}

static void print_job_sheet(const struct hv_job *job, const struct hv_reason *reasons, size_t n_reasons, const char *host,
                            const struct kept *kept, struct hv_output *out) {
    char elapsed[HV_DURATION_TEXT_SIZE];
    struct hv_sheet sheet;

    hv_duration_format(job->elapsed_ms > 0 ? (uint64_t)job->elapsed_ms : 0, elapsed);
    hv_sheet_begin(&sheet, out);
    hv_sheet_printf(&sheet, "job", "%s/%s", host, job->id ? job->id : "-");
    hv_sheet_text(&sheet, "class", job->class_name);
    hv_sheet_text(&sheet, "type", job->type_name);
    hv_sheet_text(&sheet, "description", job->description);
    if (job->state_name)
        hv_sheet_text(&sheet, "state", job->state_name);
    else
        hv_sheet_number(&sheet, "state", job->state);
    hv_sheet_number(&sheet, "percent", job->percent);
    hv_sheet_text(&sheet, "status", job->status);
    hv_sheet_text(&sheet, "VM", job->vm_id);
    hv_sheet_text(&sheet, "destination", job->destination);
    hv_sheet_flag(&sheet, "cancellable", job->cancellable);
    hv_sheet_text(&sheet, "started", job->started);
    hv_sheet_text(&sheet, "elapsed", job->elapsed_ms >= 0 ? elapsed : NULL);
    if (job->error_code > 0)
        hv_sheet_number(&sheet, "error code", job->error_code);
    hv_sheet_text(&sheet, "error", job->error_description);
    for (size_t i = 0; i < n_reasons; i++)
        hv_sheet_text(&sheet, "reason", reasons[i].message);
    if (kept->entry && hv_entry_add_rows(&sheet, kept->journal, kept->entry, NULL) < 0)
        hv_sheet_text(&sheet, "journal entry", "cannot be read");
    hv_sheet_end(&sheet);
}

static json_t *kept_json(const struct kept *kept) {
    json_t *object;

    if (!kept->entry)
        return json_null();
    object = json_object();
    hv_entry_put(&object, kept->entry);
    if (hv_entry_put_events(&object, kept->journal, kept->entry->id, NULL) < 0)
        hv_json_put(&object, "events", json_null());
    return object;
}

static void print_job(const struct hv_task *task, const struct hv_endpoint *source, const struct kept *kept,
                      struct hv_output *out) {
    const struct hv_job *job = hv_job_show_result(task);
    size_t n_reasons = 0;
    const struct hv_reason *reasons = hv_job_show_reasons(task, &n_reasons);
    json_t *document;

    if (!hv_output_is_json(out)) {
        print_job_sheet(job, reasons, n_reasons, source->label, kept, out);
        return;
    }
    document = hv_json_document("job");
    put_job(&document, job, source->label);
    hv_json_put(&document, "reasons", hv_json_reasons(reasons, n_reasons));
    hv_json_put(&document, "journal", kept_json(kept));
    hv_output_json(out, document);
}

/* The journal's words, where the host has none. False: there are none either. */
static bool show_kept(const struct kept *kept, const struct hv_error *host_says, struct hv_output *out) {
    if (!kept->entry)
        return false;
    hv_say_note(out, "%s; this is from the journal", host_says->message);
    return hv_entry_show(kept->journal, kept->entry, out, NULL) == 0;
}

static int ask_job(const struct hv_job_ref *ref, const struct hv_args *args, struct hv_connection *connection,
                   struct hv_task **task, struct hv_error *err) {
    const struct hv_connect_plan plan = { .source = hv_job_ref_source(ref, args), .max_sources = 1 };
    int rc = hv_job_show_new(ref->id, task, err);

    if (rc == 0)
        rc = hv_connection_init(connection, &plan, args, connection->out, err);
    return rc < 0 ? rc : hv_connection_do(connection, *task, err);
}

int hv_cmd_job_show(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP_JOB_REF struct hv_job_ref ref = { 0 };
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    HV_ATTR_CLEANUP(kept_deinit) struct kept kept = { 0 };
    struct hv_connection connection = { .out = out };
    struct hv_error error = { 0 };
    int exit_code = 0;
    int rc = hv_job_ref_read(&ref, hv_args_operand(args, 0), &error);

    if (rc == 0)
        rc = ask_job(&ref, args, &connection, &task, &error);
    if (!connection.replays && (rc == 0 || rc == HV_E_NOT_FOUND || rc == HV_E_UNREACHABLE))
        find_kept(ref.id, &kept);
    if (rc == 0)
        print_job(task, &connection.sources[0], &kept, out);
    else if (!show_kept(&kept, &error, out))
        exit_code = hv_say_failure(out, &error);
    hv_connection_deinit(&connection);
    return exit_code;
}
