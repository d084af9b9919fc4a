/* hvctl staged set: corrections of a planned VM (ux.md 1; hyperv.md 4e.2). */
#include "base/error.h"
#include "base/size.h"
#include "cli/cmd.h"
#include "cli/fixes.h"
#include "cli/json.h"
#include "cli/say.h"
#include "cli/staged.h"
#include "cli/table.h"

#define CLEANUP_TASK  HV_CLEANUP(hv_task_free)
#define CLEANUP_HOSTS HV_ATTR_CLEANUP(hv_staged_disconnect)
#define CLEANUP_FIXES HV_ATTR_CLEANUP(hv_fixes_deinit)

static void print_json(const struct hv_staged_hosts *hosts, const struct hv_planned_set_result *result, bool dry_run,
                       struct hv_output *out) {
    json_t *document = hv_json_document("staged.change");
    json_t *changes = json_array();
    json_t *planned = json_object();

    for (size_t i = 0; i < result->n_changes; i++) {
        json_t *change = json_object();

        hv_json_put(&change, "what", hv_json_text(result->changes[i].what));
        hv_json_put(&change, "from", hv_json_text(result->changes[i].from));
        hv_json_put(&change, "to", hv_json_text(result->changes[i].to));
        hv_json_add(&changes, change);
    }
    hv_staged_put_details(&planned, result->details);
    hv_json_put(&document, "host", hv_json_text(hv_staged_host(hosts)->label));
    hv_json_put(&document, "dry_run", json_boolean(dry_run));
    hv_json_put(&document, "changed", json_boolean(result->n_changes > 0 && !dry_run));
    hv_json_put(&document, "needed", json_boolean(result->n_changes > 0));
    hv_json_put(&document, "changes", changes);
    hv_json_put(&document, "planned", planned);
    hv_output_json(out, document);
}

static void print_changes(const struct hv_planned_set_result *result, bool dry_run, struct hv_output *out) {
    static const char *const headers[] = { "CHANGED", "BEFORE", "AFTER" };
    static const char *const dry_headers[] = { "TO CHANGE", "BEFORE", "AFTER" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (result->n_changes == 0) {
        hv_say_note(out, "it is so already, nothing to do");
        return;
    }
    if (hv_table_new(dry_run ? dry_headers : headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < result->n_changes; i++) {
        const struct hv_planned_change *change = &result->changes[i];

        hv_table_add(table, (const char *const[]){ change->what, change->from, change->to });
    }
    hv_output_table(out, table);
}

int hv_cmd_staged_set(const struct hv_args *args, struct hv_output *out) {
    CLEANUP_HOSTS struct hv_staged_hosts hosts = { 0 };
    CLEANUP_FIXES struct hv_fixes fixes = { 0 };
    CLEANUP_TASK struct hv_task *task = NULL;
    bool dry_run = hv_args_has(args, HV_OPT_DRY_RUN);
    struct hv_error error = { 0 };
    int rc = hv_fixes_read(&fixes, args, true, &error);

    if (rc == 0)
        rc = hv_staged_connect(&hosts, args, out, &error);
    if (rc == 0) {
        const struct hv_planned_options options = hv_staged_options(&hosts, hv_args_operand(args, 0));
        rc = hv_planned_set_new(&options, &fixes.list, dry_run, &task, &error);
    }
    if (rc == 0)
        rc = hv_staged_do(&hosts, task, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    if (hv_output_is_json(out))
        print_json(&hosts, hv_planned_set_result(task), dry_run, out);
    else
        print_changes(hv_planned_set_result(task), dry_run, out);
    return 0;
}
