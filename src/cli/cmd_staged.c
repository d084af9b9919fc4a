/* hvctl staged list, show and discard: planned VMs, which Hyper-V Manager does not show (ux.md 1; hyperv.md 2.9, 4e). */
#include "base/error.h"
#include "base/size.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/say.h"
#include "cli/staged.h"
#include "cli/table.h"

enum { TEXT_MAX_BYTES = 4096 };

#define CLEANUP_TASK  HV_CLEANUP(hv_task_free)
#define CLEANUP_HOSTS HV_ATTR_CLEANUP(hv_staged_disconnect)

/* ---- hosts ---- */

int hv_staged_connect(struct hv_staged_hosts *hosts, const struct hv_args *args, struct hv_output *out, struct hv_error *err) {
    const struct hv_connect_plan plan = {
        .max_sources = 1, .may_lack_source = true, .min_destinations = 1, .max_destinations = 1
    };

    return hv_connection_init(&hosts->connection, &plan, args, out, err);
}

void hv_staged_disconnect(struct hv_staged_hosts *hosts) {
    hv_connection_deinit(&hosts->connection);
}

const struct hv_endpoint *hv_staged_host(const struct hv_staged_hosts *hosts) {
    return &hosts->connection.destinations[0];
}

/* NULL: none was named. */
static const struct hv_endpoint *origin_of(const struct hv_staged_hosts *hosts) {
    return hosts->connection.n_sources > 0 ? &hosts->connection.sources[0] : NULL;
}

struct hv_planned_options hv_staged_options(const struct hv_staged_hosts *hosts, const char *vm) {
    const struct hv_endpoint *origin = origin_of(hosts);

    return (struct hv_planned_options){
        .vm = vm,
        .host = hv_staged_host(hosts)->label,
        .has_origin = origin != NULL,
        .origin = origin ? origin->label : NULL,
    };
}

int hv_staged_do(struct hv_staged_hosts *hosts, struct hv_task *task, struct hv_error *err) {
    const struct hv_endpoint *origin = origin_of(hosts);
    const struct hv_error *error = NULL;
    int rc = hv_client_start(hosts->connection.client, task, hv_staged_host(hosts)->host, origin ? origin->host : NULL, err);

    if (rc == 0)
        rc = hv_connection_run(&hosts->connection, err);
    if (rc < 0)
        return rc;
    rc = hv_task_result(task, &error);
    return rc < 0 ? hv_error_copy(err, error) : 0;
}

/* ---- looks ---- */

/* Members of OBJECT that tell of a planned VM. */
static void put_vm(json_t **object, const struct hv_planned_vm *planned) {
    bool is_asked = planned->origin != HV_ORIGIN_UNASKED;

    hv_json_put(object, "id", hv_json_text(planned->vm.id));
    hv_json_put(object, "name", hv_json_text(planned->vm.name));
    hv_json_put(object, "state", hv_json_text(planned->vm.state_name));
    hv_json_put(object, "state_code", hv_json_number(planned->vm.state));
    hv_json_put(object, "origin", json_string(hv_origin_name(planned->origin)));
    hv_json_put(object, "orphan", hv_json_flag(is_asked ? planned->origin == HV_ORIGIN_NONE : -1));
}

static void origin_text(const struct hv_planned_vm *planned, const char *origin, struct hv_buf *buf) {
    hv_buf_reset(buf);
    switch (planned->origin) {
    case HV_ORIGIN_UNASKED:
        hv_buf_puts(buf, "unknown (name the source by --from)");
        break;
    case HV_ORIGIN_NONE:
        hv_buf_printf(buf, "orphan: not at %s", origin);
        break;
    case HV_ORIGIN_THERE:
        hv_buf_printf(buf, "at %s", origin);
        break;
    case HV_ORIGIN_MOVING:
        hv_buf_printf(buf, "moving from %s", origin);
        break;
    }
}

static void add_row(struct hv_table *table, const struct hv_staged_hosts *hosts, const struct hv_planned_vm *planned) {
    const struct hv_endpoint *origin = origin_of(hosts);
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(TEXT_MAX_BYTES);

    origin_text(planned, origin ? origin->label : "", &where);
    hv_table_add(table, (const char *const[]){ hv_staged_host(hosts)->label, planned->vm.name, planned->vm.state_name,
                                               hv_buf_text(&where), planned->vm.id });
}

/* ---- list ---- */

static void print_list(const struct hv_staged_hosts *hosts, const struct hv_planned_vm *list, size_t n, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "NAME", "STATE", "ITS VM", "ID" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        add_row(table, hosts, &list[i]);
    hv_output_table(out, table);
}

static void print_list_json(const struct hv_staged_hosts *hosts, const struct hv_planned_vm *list, size_t n,
                            struct hv_output *out) {
    bool is_lines = out->format == HV_FORMAT_JSONL;
    json_t *array = json_array();
    json_t *document = is_lines ? NULL : hv_json_document("staged.list");

    for (size_t i = 0; i < n; i++) {
        json_t *object = is_lines ? hv_json_document("staged.planned") : json_object();

        if (is_lines)
            hv_json_put(&object, "host", hv_json_text(hv_staged_host(hosts)->label));
        put_vm(&object, &list[i]);
        if (is_lines)
            hv_output_json(out, object);
        else
            hv_json_add(&array, object);
    }
    if (is_lines) {
        json_decref(array);
        return;
    }
    hv_json_put(&document, "host", hv_json_text(hv_staged_host(hosts)->label));
    hv_json_put(&document, "planned", array);
    hv_output_json(out, document);
}

int hv_cmd_staged_list(const struct hv_args *args, struct hv_output *out) {
    CLEANUP_HOSTS struct hv_staged_hosts hosts = { 0 };
    CLEANUP_TASK struct hv_task *task = NULL;
    struct hv_error error = { 0 };
    const struct hv_planned_vm *list;
    size_t n = 0;
    int rc = hv_staged_connect(&hosts, args, out, &error);

    if (rc == 0)
        rc = hv_planned_list_new(origin_of(&hosts) != NULL, &task, &error);
    if (rc == 0)
        rc = hv_staged_do(&hosts, task, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    list = hv_planned_list_result(task, &n);
    if (hv_output_is_json(out))
        print_list_json(&hosts, list, n, out);
    else
        print_list(&hosts, list, n, out);
    return 0;
}

/* ---- show ---- */

static json_t *part_object(const struct hv_planned_part *part) {
    json_t *object = json_object();

    hv_json_put(&object, "kind", json_string(hv_planned_kind_name(part->kind)));
    hv_json_put(&object, "id", hv_json_text(part->id));
    hv_json_put(&object, "checkpoint", hv_json_text(part->checkpoint));
    hv_json_put(&object, "value", hv_json_text(part->value));
    hv_json_put(&object, "fit", json_string(hv_planned_fit_name(part->fit)));
    return object;
}

void hv_staged_put_details(json_t **object, const struct hv_planned_details *details) {
    json_t *parts = json_array();
    json_t *offers = json_object();

    for (size_t i = 0; i < details->n_parts; i++)
        hv_json_add(&parts, part_object(&details->parts[i]));
    hv_json_put(&offers, "switches", hv_json_texts(details->switches, details->n_switches));
    hv_json_put(&offers, "drives", hv_json_texts(details->drives, details->n_drives));
    hv_json_put(&offers, "disk_path", hv_json_text(details->default_disk_root));
    hv_json_put(&offers, "config_path", hv_json_text(details->default_config_root));
    put_vm(object, &details->planned);
    hv_json_put(object, "configuration_version", hv_json_text(details->configuration_version));
    hv_json_put(object, "missing", json_integer((json_int_t)details->n_missing));
    hv_json_put(object, "parts", parts);
    hv_json_put(object, "offers", offers);
}

static void list_texts(struct hv_buf *buf, char *const *texts, size_t n) {
    for (size_t i = 0; i < n; i++)
        hv_buf_printf(buf, "%s%s", i ? ", " : "", texts[i]);
}

/* What the host has for a part of that kind. */
static void offer_text(const struct hv_planned_details *details, enum hv_planned_kind kind, struct hv_buf *buf) {
    switch (kind) {
    case HV_PLANNED_ADAPTER:
        list_texts(buf, details->switches, details->n_switches);
        break;
    case HV_PLANNED_PHYSICAL:
        list_texts(buf, details->drives, details->n_drives);
        break;
    case HV_PLANNED_DISK:
        hv_buf_puts(buf, details->default_disk_root ? details->default_disk_root : "");
        break;
    case HV_PLANNED_CONFIG_ROOT:
    case HV_PLANNED_SNAPSHOT_ROOT:
    case HV_PLANNED_PAGING_ROOT:
        hv_buf_puts(buf, details->default_config_root ? details->default_config_root : "");
        break;
    case HV_PLANNED_ISO:
    case HV_PLANNED_FLOPPY:
        break;
    }
}

/* Tables of its parts and of what the host offers. */
static void print_details(const struct hv_planned_details *details, struct hv_output *out) {
    static const char *const headers[] = { "PART", "CHECKPOINT", "PLANNED", "THERE", "OFFERED" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < details->n_parts; i++) {
        const struct hv_planned_part *part = &details->parts[i];
        HV_CLEANUP_BUF struct hv_buf offer = HV_BUF_INIT(TEXT_MAX_BYTES);

        offer_text(details, part->kind, &offer);
        hv_table_add(table, (const char *const[]){ hv_planned_kind_name(part->kind), part->checkpoint, part->value,
                                                   hv_planned_fit_name(part->fit), offer.len ? hv_buf_text(&offer) : NULL });
    }
    hv_output_table(out, table);
}

int hv_cmd_staged_show(const struct hv_args *args, struct hv_output *out) {
    CLEANUP_HOSTS struct hv_staged_hosts hosts = { 0 };
    CLEANUP_TASK struct hv_task *task = NULL;
    struct hv_planned_options options;
    struct hv_error error = { 0 };
    json_t *document;
    int rc = hv_staged_connect(&hosts, args, out, &error);

    if (rc == 0) {
        options = hv_staged_options(&hosts, hv_args_operand(args, 0));
        rc = hv_planned_show_new(&options, &task, &error);
    }
    if (rc == 0)
        rc = hv_staged_do(&hosts, task, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    if (!hv_output_is_json(out)) {
        print_details(hv_planned_show_result(task), out);
        return 0;
    }
    document = hv_json_document("staged.planned");
    hv_json_put(&document, "host", hv_json_text(hv_staged_host(&hosts)->label));
    hv_staged_put_details(&document, hv_planned_show_result(task));
    hv_output_json(out, document);
    return 0;
}

/* ---- discard ---- */

/* Which ones: those named, or the orphans. */
struct targets {
    const char *const *names;
    size_t n_names;
    struct hv_task *list; /* NULL: names are given */
};

static size_t n_targets(const struct targets *targets) {
    size_t n = 0;

    if (!targets->list)
        return targets->n_names;
    (void)hv_planned_list_result(targets->list, &n);
    return n;
}

/* NULL: not one to be removed. */
static const char *target_at(const struct targets *targets, size_t index) {
    const struct hv_planned_vm *list;
    size_t n = 0;

    if (!targets->list)
        return targets->names[index];
    list = hv_planned_list_result(targets->list, &n);
    return list[index].origin == HV_ORIGIN_NONE ? list[index].vm.id : NULL;
}

static int check_discard(const struct hv_args *args, struct hv_error *err) {
    size_t n = hv_args_n_operands(args);
    bool orphans = hv_args_has(args, HV_OPT_ORPHANS);

    if (orphans && n > 0)
        return hv_usage_error(err, "name planned VMs, or give --orphans", "both were given");
    if (!orphans && n == 0)
        return hv_usage_error(err, "name the planned VM, or give --orphans --from HOST", "nothing to remove was named");
    if (orphans && !hv_args_has(args, HV_OPT_HOST))
        return hv_usage_error(err, "name the host that would have their VMs: --from HOST",
                              "which of them are orphans cannot be told without it");
    return 0;
}

static int find_orphans(struct hv_staged_hosts *hosts, struct targets *targets, struct hv_error *err) {
    int rc = hv_planned_list_new(true, &targets->list, err);

    return rc < 0 ? rc : hv_staged_do(hosts, targets->list, err);
}

/* Removing wants a yes. Outcomes: 1 yes; 0 no. */
static int confirm(const struct hv_args *args, const struct hv_staged_hosts *hosts, const struct targets *targets,
                   struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf question = HV_BUF_INIT(TEXT_MAX_BYTES);
    size_t n = 0;
    int rc;

    if (hv_args_has(args, HV_OPT_YES) || hosts->connection.replays)
        return 1;
    for (size_t i = 0; i < n_targets(targets); i++)
        n += target_at(targets, i) != NULL;
    if (n == 0)
        return 1;
    if (!hv_ask_possible(args))
        return hv_usage_error(err, "give --yes", "planned VMs are not removed without a yes, and nobody can be asked");
    if (n == 1)
        hv_buf_printf(&question, "Remove the planned VM %s from %s?", targets->list ? "that is an orphan" : target_at(targets, 0),
                      hv_staged_host(hosts)->label);
    else
        hv_buf_printf(&question, "Remove %zu planned VMs from %s?", n, hv_staged_host(hosts)->label);
    rc = hv_buf_finish(&question, "the question", err);
    return rc < 0 ? rc : hv_ask_yes(hv_buf_text(&question), err);
}

static void put_discarded(json_t **array, struct hv_table *table, const struct hv_staged_hosts *hosts,
                          const struct hv_planned_vm *planned) {
    json_t *object = json_object();

    put_vm(&object, planned);
    hv_json_add(array, object);
    add_row(table, hosts, planned);
}

/* Counts those that were removed, and adds them to what is printed. */
static int discard_one(struct hv_staged_hosts *hosts, const char *vm, json_t **array, struct hv_table *table,
                       struct hv_error *err) {
    const struct hv_planned_options options = hv_staged_options(hosts, vm);
    CLEANUP_TASK struct hv_task *task = NULL;
    int rc = hv_planned_discard_new(&options, &task, err);

    if (rc == 0)
        rc = hv_staged_do(hosts, task, err);
    if (rc == 0)
        put_discarded(array, table, hosts, hv_planned_discard_result(task));
    return rc;
}

static int discard_all(struct hv_staged_hosts *hosts, const struct targets *targets, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "REMOVED", "STATE", "ITS VM", "ID" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;
    json_t *removed = json_array();
    json_t *errors = json_array();
    json_t *document = hv_json_document("staged.discarded");
    size_t n_good = 0;
    int code = 0;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0)
        out->memory_failed = true;
    for (size_t i = 0; table && i < n_targets(targets); i++) {
        const struct hv_circumstances around = { .vm = target_at(targets, i) };
        struct hv_error error = { 0 };

        if (!around.vm)
            continue;
        if (discard_one(hosts, around.vm, &removed, table, &error) == 0) {
            n_good++;
            continue;
        }
        hv_say_error(out, &error, &around);
        hv_json_add(&errors, hv_json_error(&error, &around));
        code = code == 0 || code == hv_error_exit_code(error.code) ? hv_error_exit_code(error.code)
                                                                   : hv_error_exit_code(HV_E_FAILED);
    }
    hv_json_put(&document, "host", hv_json_text(hv_staged_host(hosts)->label));
    hv_json_put(&document, "removed", removed);
    hv_json_put(&document, "errors", errors);
    if (hv_output_is_json(out))
        hv_output_json(out, document);
    else if (table)
        hv_output_table(out, table);
    if (!hv_output_is_json(out))
        json_decref(document);
    return code != 0 && n_good > 0 ? hv_error_exit_code(HV_E_PARTIAL) : code;
}

int hv_cmd_staged_discard(const struct hv_args *args, struct hv_output *out) {
    CLEANUP_HOSTS struct hv_staged_hosts hosts = { 0 };
    struct targets targets = { .names = args->words + args->n_command_words, .n_names = hv_args_n_operands(args) };
    struct hv_error error = { 0 };
    int exit_code = 0;
    int rc = check_discard(args, &error);

    if (rc == 0)
        rc = hv_staged_connect(&hosts, args, out, &error);
    if (rc == 0 && hv_args_has(args, HV_OPT_ORPHANS))
        rc = find_orphans(&hosts, &targets, &error);
    if (rc == 0)
        rc = confirm(args, &hosts, &targets, &error);
    if (rc == 0)
        rc = hv_error_set(&error, HV_E_FAILED, "nothing was removed: the answer was not yes");
    exit_code = rc < 0 ? hv_say_failure(out, &error) : discard_all(&hosts, &targets, out);
    (void)hv_task_free(targets.list);
    return exit_code;
}
