/* hvctl host config, network and diff (ux.md 1; hyperv.md 4h). */
#include <hvctl/host.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/fanout_view.h"
#include "cli/host_view.h"
#include "cli/json.h"
#include "cli/say.h"

/* ---- what was changed ---- */

static json_t *differences_json(const struct hv_host_difference *differences, size_t n, const char *a, const char *b) {
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *object = json_object();

        hv_json_put(&object, "setting", hv_json_text(differences[i].setting));
        hv_json_put(&object, a, hv_json_text(differences[i].a));
        hv_json_put(&object, b, hv_json_text(differences[i].b));
        hv_json_add(&array, object);
    }
    return array;
}

static json_t *info_json(const struct hv_host_info *info) {
    json_t *object = json_object();

    hv_host_view_put(&object, info, NULL);
    return object;
}

static void put_change(json_t **object, const struct hv_host_change_result *result, const char *host, bool dry_run) {
    hv_json_put(object, "host", hv_json_text(host));
    hv_json_put(object, "dry_run", json_boolean(dry_run));
    hv_json_put(object, "changed", json_boolean(!dry_run && result->n_differences > 0));
    hv_json_put(object, "changes", differences_json(result->differences, result->n_differences, "before", "after"));
    hv_json_put(object, "before", info_json(result->before));
    hv_json_put(object, "after", info_json(result->after));
}

static bool is_dry_run(const struct hv_fanout *fanout) {
    const struct hv_host_change *change = fanout->question.context;

    return change->dry_run;
}

/* One document "host.change" for one host, "host.changes" for several; JSON lines have one object a host. */
static void print_changes_json(const struct hv_fanout *fanout, struct hv_output *out) {
    struct hv_fanout_list list;

    hv_fanout_list_begin(&list, fanout, out, "host.change", true);
    for (size_t i = 0; i < fanout->n_tasks; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        json_t *object;

        if (!task)
            continue;
        object = hv_fanout_list_object(&list);
        put_change(&object, hv_host_change_result(task), hv_fanout_source(fanout, i)->label, is_dry_run(fanout));
        hv_fanout_list_add(&list, object);
    }
    hv_fanout_list_end(&list, "host.changes", "hosts");
}

static void add_changes(struct hv_table *table, const struct hv_fanout *fanout, size_t index, struct hv_output *out) {
    const struct hv_host_change_result *result = hv_host_change_result(hv_fanout_answer(fanout, index));
    const char *host = hv_fanout_source(fanout, index)->label;

    if (result->n_differences == 0)
        hv_say_note(out, "%s: it is so already, nothing to change", host);
    else if (is_dry_run(fanout))
        hv_say_note(out, "%s: would be changed", host);
    for (size_t i = 0; i < result->n_differences; i++) {
        const struct hv_host_difference *difference = &result->differences[i];

        hv_table_add(table, (const char *const[]){ host, difference->setting, difference->a, difference->b });
    }
}

static void print_changes(const struct hv_fanout *fanout, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "SETTING", "BEFORE", "AFTER" };
    static const struct hv_fanout_table table = { headers, HV_ARRAY_SIZE(headers), add_changes, true };

    hv_fanout_print_table(fanout, out, &table);
}

static int ask_change(const void *context, const struct hv_endpoint *source, const char *operand, struct hv_task **ret_task,
                      struct hv_error *err) {
    struct hv_host_change change = *(const struct hv_host_change *)context;

    (void)operand;
    change.host = source->label;
    return hv_host_change_new(&change, ret_task, err);
}

static hv_fanout_print_fn *printer(const struct hv_output *out) {
    return hv_output_is_json(out) ? print_changes_json : print_changes;
}

int hv_host_change_on(const struct hv_host_change *change, struct hv_connection *connection) {
    const struct hv_fanout_question question = { .ask = ask_change, .context = change };

    return hv_fanout_on(connection, &question, printer(connection->out));
}

int hv_host_change_run(const struct hv_host_change *change, const char *source, const struct hv_args *args,
                       struct hv_output *out) {
    const struct hv_connect_plan plan = { .source = source, .max_sources = HV_MAX_HOSTS };
    const struct hv_fanout_question question = { .ask = ask_change, .context = change };

    return hv_fanout_command_with(&plan, args, out, &question, printer(out));
}

/* ---- host config ---- */

static int read_config(const struct hv_args *args, struct hv_host_change *change, struct hv_error *err) {
    const char *authentication = hv_args_value(args, HV_OPT_MIGRATION_AUTH);
    const char *performance = hv_args_value(args, HV_OPT_PERFORMANCE);

    if (hv_args_has(args, HV_OPT_ENABLE) && hv_args_has(args, HV_OPT_DISABLE))
        return hv_usage_error(err, "leave one of the two out", "--enable and --disable exclude each other");
    if (hv_args_has(args, HV_OPT_ENABLE) || hv_args_has(args, HV_OPT_DISABLE))
        change->migration_enabled = hv_args_has(args, HV_OPT_ENABLE);
    if (hv_args_has(args, HV_OPT_MAX_MIGRATIONS))
        change->max_vm_migrations = (int64_t)hv_args_number(args, HV_OPT_MAX_MIGRATIONS, 0);
    if (hv_args_has(args, HV_OPT_MAX_STORAGE_MIGRATIONS))
        change->max_storage_migrations = (int64_t)hv_args_number(args, HV_OPT_MAX_STORAGE_MIGRATIONS, 0);
    if (authentication)
        change->authentication_type = strcmp(authentication, "kerberos") == 0;
    if (!performance)
        return 0;
    /* With SMB the compression is ignored and stays as it is (hyperv.md 2.3). */
    change->smb_transport = strcmp(performance, "smb") == 0;
    if (!change->smb_transport)
        change->compression = strcmp(performance, "compression") == 0;
    return 0;
}

static bool changes_something(const struct hv_args *args) {
    static const enum hv_opt options[] = { HV_OPT_ENABLE,         HV_OPT_DISABLE,
                                           HV_OPT_MAX_MIGRATIONS, HV_OPT_MAX_STORAGE_MIGRATIONS,
                                           HV_OPT_MIGRATION_AUTH, HV_OPT_PERFORMANCE };

    for (size_t i = 0; i < HV_ARRAY_SIZE(options); i++) {
        if (hv_args_has(args, options[i]))
            return true;
    }
    return false;
}

int hv_cmd_host_config(const struct hv_args *args, struct hv_output *out) {
    struct hv_host_change change;
    struct hv_error error = { 0 };

    if (!changes_something(args))
        return hv_cmd_host_show(args, out);
    hv_host_change_init(&change);
    change.dry_run = hv_args_has(args, HV_OPT_DRY_RUN);
    if (read_config(args, &change, &error) < 0)
        return hv_say_failure(out, &error);
    return hv_host_change_run(&change, NULL, args, out);
}

/* ---- host network ---- */

static int run_network(struct hv_network_change *network, const struct hv_args *args, struct hv_output *out) {
    struct hv_host_change change;

    network->metric = hv_args_has(args, HV_OPT_METRIC) ? (int64_t)hv_args_number(args, HV_OPT_METRIC, 0) : -1;
    hv_host_change_init(&change);
    change.dry_run = hv_args_has(args, HV_OPT_DRY_RUN);
    change.network = network;
    return hv_host_change_run(&change, NULL, args, out);
}

int hv_cmd_host_network_add(const struct hv_args *args, struct hv_output *out) {
    struct hv_network_change network = { .verb = HV_NETWORK_ADD, .network = hv_args_operand(args, 0) };

    return run_network(&network, args, out);
}

int hv_cmd_host_network_set(const struct hv_args *args, struct hv_output *out) {
    struct hv_network_change network = { .verb = HV_NETWORK_SET,
                                         .network = hv_args_operand(args, 0),
                                         .new_network = hv_args_value(args, HV_OPT_NEW_SUBNET) };
    struct hv_error error = { 0 };

    if (hv_args_has(args, HV_OPT_METRIC) || network.new_network)
        return run_network(&network, args, out);
    (void)hv_usage_error(&error, "give --metric N or --new-subnet CIDR", "nothing to set for %s", network.network);
    return hv_say_failure(out, &error);
}

int hv_cmd_host_network_remove(const struct hv_args *args, struct hv_output *out) {
    struct hv_network_change network = { .verb = HV_NETWORK_REMOVE, .network = hv_args_operand(args, 0) };

    return run_network(&network, args, out);
}

int hv_cmd_host_network_any(const struct hv_args *args, struct hv_output *out) {
    const char *word = hv_args_operand(args, 0);
    struct hv_network_change network = { .verb = HV_NETWORK_ANY };
    struct hv_error error = { 0 };

    if (hv_text_same(word, "off"))
        network.verb = HV_NETWORK_ONLY;
    if (hv_text_same(word, "on") || hv_text_same(word, "off"))
        return run_network(&network, args, out);
    (void)hv_usage_error(&error, "hvctl host network any on", "\"%s\" is neither on nor off", word);
    return hv_say_failure(out, &error);
}

/* ---- host network list ---- */

static void print_networks_json(const struct hv_fanout *fanout, struct hv_output *out) {
    struct hv_fanout_list list;

    hv_fanout_list_begin(&list, fanout, out, "network", false);
    for (size_t i = 0; i < fanout->n_tasks; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        const struct hv_host_info *info = task ? hv_host_show_result(task) : NULL;

        for (size_t j = 0; info && j < info->n_networks; j++) {
            json_t *object = hv_fanout_list_object(&list);

            hv_json_put(&object, "host", hv_json_text(hv_fanout_source(fanout, i)->label));
            hv_host_view_put_network(&object, &info->networks[j]);
            hv_fanout_list_add(&list, object);
        }
    }
    hv_fanout_list_end(&list, "networks", "networks");
}

static void add_networks(struct hv_table *table, const struct hv_fanout *fanout, size_t index, struct hv_output *out) {
    const struct hv_host_info *info = hv_host_show_result(hv_fanout_answer(fanout, index));

    (void)out;
    for (size_t i = 0; i < info->n_networks; i++) {
        const struct hv_migration_network *network = &info->networks[i];
        HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(256);
        HV_CLEANUP_BUF struct hv_buf tags = HV_BUF_INIT((size_t)64 * 1024);

        hv_buf_printf(&name, "%s/%" PRId64, network->subnet ? network->subnet : "-", network->prefix_length);
        for (size_t k = 0; k < network->n_tags; k++)
            hv_buf_printf(&tags, "%s%s", k > 0 ? "," : "", network->tags[k]);
        hv_table_cell(table, hv_fanout_source(fanout, index)->label);
        hv_table_cell(table, hv_buf_text(&name));
        hv_table_cell_number(table, network->metric);
        hv_table_cell(table, network->n_tags > 0 ? hv_buf_text(&tags) : NULL);
    }
}

static void print_networks(const struct hv_fanout *fanout, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "NETWORK", "METRIC", "TAGS" };
    static const struct hv_fanout_table table = { headers, HV_ARRAY_SIZE(headers), add_networks, false };

    hv_fanout_print_table(fanout, out, &table);
}

int hv_cmd_host_network_list(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = HV_MAX_HOSTS };

    return hv_fanout_command(&plan, args, out, hv_host_show_new, hv_output_is_json(out) ? print_networks_json : print_networks);
}

/* ---- host diff ---- */

struct pair {
    const struct hv_host_info *info[2];
    const char *label[2];
    struct hv_host_difference *differences;
    size_t n_differences;
};

static void print_diff_json(const struct pair *pair, struct hv_output *out) {
    json_t *document = hv_json_document("host.diff");
    json_t *hosts = json_array();

    for (size_t i = 0; i < 2; i++) {
        json_t *object = json_object();
        hv_host_view_put(&object, pair->info[i], pair->label[i]);
        hv_json_add(&hosts, object);
    }
    hv_json_put(&document, "same", json_boolean(pair->n_differences == 0));
    hv_json_put(&document, "differences", differences_json(pair->differences, pair->n_differences, "a", "b"));
    hv_json_put(&document, "hosts", hosts);
    hv_output_json(out, document);
}

static void print_diff_table(const struct pair *pair, struct hv_output *out) {
    const char *const headers[] = { "SETTING", pair->label[0], pair->label[1] };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (pair->n_differences == 0) {
        hv_say_note(out, "%s and %s have the same migration settings", pair->label[0], pair->label[1]);
        return;
    }
    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < pair->n_differences; i++)
        hv_table_add(table,
                     (const char *const[]){ pair->differences[i].setting, pair->differences[i].a, pair->differences[i].b });
    hv_output_table(out, table);
}

static void print_no_diff(const struct hv_fanout *fanout, struct hv_output *out) {
    json_t *document = hv_json_document("host.diff");

    hv_json_put(&document, "same", json_null());
    hv_json_put(&document, "differences", json_null());
    hv_json_put(&document, "errors", hv_fanout_errors(fanout));
    hv_output_json(out, document);
}

/* Nothing is said of a pair of which one host did not answer: its error is said at the end. */
static void print_diff(const struct hv_fanout *fanout, struct hv_output *out) {
    struct pair pair = { 0 };

    if (fanout->n_tasks != 2 || !hv_fanout_answer(fanout, 0) || !hv_fanout_answer(fanout, 1)) {
        if (hv_output_is_json(out))
            print_no_diff(fanout, out);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        pair.info[i] = hv_host_show_result(hv_fanout_answer(fanout, i));
        pair.label[i] = hv_fanout_source(fanout, i)->label;
    }
    if (hv_host_diff(pair.info[0], pair.info[1], &pair.differences, &pair.n_differences, NULL) < 0)
        out->memory_failed = true;
    else if (hv_output_is_json(out))
        print_diff_json(&pair, out);
    else
        print_diff_table(&pair, out);
    hv_host_differences_free(pair.differences, pair.n_differences);
}

int hv_cmd_host_diff(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP_BUF struct hv_buf both = HV_BUF_INIT((size_t)64 * 1024);
    struct hv_connect_plan plan = { .max_sources = 2 };
    struct hv_error error = { 0 };

    hv_buf_printf(&both, "%s,%s", hv_args_operand(args, 0), hv_args_operand(args, 1));
    if (hv_buf_finish(&both, "the hosts", &error) < 0)
        return hv_say_failure(out, &error);
    plan.source = hv_buf_text(&both);
    return hv_fanout_command(&plan, args, out, hv_host_show_new, print_diff);
}
