/* hvctl cluster show, list and move. */
#include <hvctl/cluster.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cluster_view.h"
#include "cli/cmd.h"
#include "cli/fanout_view.h"
#include "cli/json.h"
#include "cli/say.h"
#include "cli/sheet.h"

/* ---- list ---- */

static void add_row(struct hv_table *table, const struct hv_cluster *cluster, const struct hv_cluster_role *role) {
    hv_table_cell(table, cluster->name);
    hv_table_cell(table, role->group);
    hv_table_cell(table, role->is_queued ? "queued" : role->state_name);
    hv_table_cell(table, role->owner);
    hv_table_cell(table, role->vm_id);
}

/* Nodes of one cluster tell the same: only the first of them counts. */
static bool is_repeated(const struct hv_fanout *fanout, size_t index) {
    const char *name = hv_cluster_result(hv_fanout_answer(fanout, index))->name;

    for (size_t i = 0; name && i < index; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);

        if (task && hv_text_same(hv_cluster_result(task)->name, name))
            return true;
    }
    return false;
}

static const struct hv_cluster *cluster_at(const struct hv_fanout *fanout, size_t index) {
    const struct hv_task *task = hv_fanout_answer(fanout, index);

    return task && hv_cluster_result(task)->name && !is_repeated(fanout, index) ? hv_cluster_result(task) : NULL;
}

static void say_lonely(const struct hv_fanout *fanout, struct hv_output *out) {
    for (size_t i = 0; i < fanout->connection->n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);

        if (task && !hv_cluster_result(task)->name)
            hv_say_note(out, "%s is a node of no failover cluster", fanout->connection->sources[i].label);
    }
}

static void add_roles(struct hv_table *table, const struct hv_fanout *fanout, size_t index, struct hv_output *out) {
    const struct hv_cluster *cluster = cluster_at(fanout, index);

    (void)out;
    for (size_t i = 0; cluster && i < cluster->n_roles; i++)
        add_row(table, cluster, &cluster->roles[i]);
}

static void print_rows(const struct hv_fanout *fanout, struct hv_output *out) {
    static const char *const headers[] = { "CLUSTER", "ROLE", "STATE", "OWNER", "ID" };
    static const struct hv_fanout_table table = { headers, HV_ARRAY_SIZE(headers), add_roles, false };

    hv_fanout_print_table(fanout, out, &table);
    say_lonely(fanout, out);
}

static json_t *role_json(const struct hv_cluster_role *role) {
    json_t *object = hv_cluster_view_role(role);

    hv_json_put(&object, "id", hv_json_text(role->vm_id));
    hv_json_put(&object, "migration_state", hv_json_number(role->migration_state));
    hv_json_put(&object, "migration_percent", hv_json_number(role->migration_percent));
    return object;
}

static void put_cluster(json_t **object, const struct hv_cluster *cluster, const char *host) {
    json_t *nodes = json_array();
    json_t *roles = json_array();

    for (size_t i = 0; i < cluster->n_nodes; i++) {
        json_t *node = json_object();

        hv_json_put(&node, "name", hv_json_text(cluster->nodes[i].name));
        hv_json_put(&node, "state", hv_json_text(cluster->nodes[i].state_name));
        hv_json_put(&node, "state_code", hv_json_number(cluster->nodes[i].state));
        hv_json_add(&nodes, node);
    }
    for (size_t i = 0; i < cluster->n_roles; i++)
        hv_json_add(&roles, role_json(&cluster->roles[i]));
    hv_json_put(object, "name", hv_json_text(cluster->name));
    hv_json_put(object, "host", hv_json_text(host));
    hv_json_put(object, "nodes", nodes);
    hv_json_put(object, "roles", roles);
}

/* JSON lines have one object a cluster. */
static void print_json(const struct hv_fanout *fanout, struct hv_output *out) {
    struct hv_fanout_list list;

    hv_fanout_list_begin(&list, fanout, out, "cluster", false);
    for (size_t i = 0; i < fanout->connection->n_sources; i++) {
        const struct hv_cluster *cluster = cluster_at(fanout, i);
        json_t *object;

        if (!cluster)
            continue;
        object = hv_fanout_list_object(&list);
        put_cluster(&object, cluster, fanout->connection->sources[i].label);
        hv_fanout_list_add(&list, object);
    }
    say_lonely(fanout, out);
    hv_fanout_list_end(&list, "clusters", "clusters");
}

int hv_cmd_cluster_list(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = HV_MAX_HOSTS };

    return hv_fanout_command(&plan, args, out, hv_cluster_show_new, hv_output_is_json(out) ? print_json : print_rows);
}

/* ---- show ---- */

static void print_sheet(const struct hv_cluster *cluster, struct hv_output *out) {
    struct hv_sheet sheet;

    hv_sheet_begin(&sheet, out);
    hv_sheet_text(&sheet, "cluster", cluster->name);
    for (size_t i = 0; i < cluster->n_nodes; i++)
        hv_sheet_printf(&sheet, "node", "%s, %s", cluster->nodes[i].name ? cluster->nodes[i].name : "-",
                        cluster->nodes[i].state_name ? cluster->nodes[i].state_name : "in an unknown state");
    for (size_t i = 0; i < cluster->n_roles; i++) {
        const struct hv_cluster_role *role = &cluster->roles[i];

        hv_sheet_printf(&sheet, "role", "%s, %s%s, owned by %s", role->group ? role->group : "-",
                        role->state_name ? role->state_name : "in an unknown state", role->is_queued ? ", waiting to move" : "",
                        role->owner ? role->owner : "an unknown node");
    }
    hv_sheet_end(&sheet);
}

static int not_a_node(const struct hv_endpoint *source, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_NOT_FOUND, "%s is a node of no failover cluster", source->label);
    hv_error_cause(err, "it has no WMI namespace root/MSCluster");
    hv_error_remedy(err, "ask a host that is a node");
    return HV_E_NOT_FOUND;
}

int hv_cmd_cluster_show(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = 1 };
    struct hv_connection connection = { 0 };
    struct hv_task *task = NULL;
    struct hv_error error = { 0 };
    int exit_code = 0;
    int rc = hv_cluster_show_new(&task, &error);

    if (rc == 0)
        rc = hv_connection_init(&connection, &plan, args, out, &error);
    if (rc == 0)
        rc = hv_connection_do(&connection, task, &error);
    if (rc == 0 && !hv_cluster_result(task)->name)
        rc = not_a_node(&connection.sources[0], &error);
    if (rc < 0) {
        exit_code = hv_say_failure(out, &error);
    } else if (hv_output_is_json(out)) {
        json_t *document = hv_json_document("cluster");

        put_cluster(&document, hv_cluster_result(task), connection.sources[0].label);
        hv_output_json(out, document);
    } else {
        print_sheet(hv_cluster_result(task), out);
    }
    (void)hv_task_free(task);
    hv_connection_deinit(&connection);
    return exit_code;
}
