/* hvctl vm list and show (ux.md 1). */
#include <hvctl/cluster.h>
#include <hvctl/vm.h>
#include <inttypes.h>

#include "base/duration.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cluster_view.h"
#include "cli/cmd.h"
#include "cli/fanout_view.h"
#include "cli/json.h"
#include "cli/say.h"
#include "cli/sheet.h"

#define CLUSTER_UNTOLD "what a failover cluster owns was not told: %s"

static void put_vm(json_t **object, const struct hv_vm *vm) {
    json_t *status = json_array();

    for (size_t i = 0; i < HV_ARRAY_SIZE(vm->operational_status) && vm->operational_status[i] >= 0; i++)
        hv_json_add(&status, hv_json_number(vm->operational_status[i]));
    hv_json_put(object, "id", hv_json_text(vm->id));
    hv_json_put(object, "name", hv_json_text(vm->name));
    hv_json_put(object, "state", hv_json_text(vm->state_name));
    hv_json_put(object, "state_code", hv_json_number(vm->state));
    hv_json_put(object, "health", hv_json_number(vm->health));
    hv_json_put(object, "operational_status", status);
    hv_json_put(object, "activity", hv_json_text(hv_vm_activity_name(vm->operational_status[1])));
    hv_json_put(object, "uptime_ms", hv_json_number(vm->uptime_ms));
    hv_json_put(object, "process_id", hv_json_number(vm->process_id));
}

/* "running, migrating", "off", "state 12". */
static void state_text(const struct hv_vm *vm, struct hv_buf *buf) {
    const char *activity = hv_vm_activity_name(vm->operational_status[1]);

    hv_buf_reset(buf);
    if (vm->state_name)
        hv_buf_puts(buf, vm->state_name);
    else if (vm->state >= 0)
        hv_buf_printf(buf, "state %" PRId64, vm->state);
    if (activity)
        hv_buf_printf(buf, "%s%s", buf->len ? ", " : "", activity);
}

/* The VMs of all hosts, and when they were asked for the clusters. */
struct listing {
    struct hv_fanout vms;
    struct hv_fanout clusters;
    bool has_clusters;
};

/* NULL where there is none, or the host did not tell. */
static const struct hv_cluster *cluster_of(const struct listing *listing, size_t host) {
    const struct hv_task *task = listing->has_clusters ? hv_fanout_answer(&listing->clusters, host) : NULL;

    return task ? hv_cluster_result(task) : NULL;
}

static const struct hv_vm *vms_of(const struct listing *listing, size_t host, size_t *ret_n) {
    const struct hv_task *task = hv_fanout_answer(&listing->vms, host);

    *ret_n = 0;
    return task ? hv_vm_list_result(task, ret_n) : NULL;
}

static const char *host_name(const struct listing *listing, size_t host) {
    return listing->vms.connection->sources[host].label;
}

static void add_cluster_cells(struct hv_table *table, const struct hv_cluster *cluster, const char *vm_id) {
    const struct hv_cluster_role *role = hv_cluster_view_find(cluster, vm_id);

    hv_table_cell(table, role ? cluster->name : NULL);
    hv_table_cell(table, role ? role->group : NULL);
}

static void add_row(struct hv_table *table, const char *host, const struct hv_vm *vm, bool plain) {
    HV_CLEANUP_BUF struct hv_buf state = HV_BUF_INIT(256);
    char uptime[HV_DURATION_TEXT_SIZE];

    state_text(vm, &state);
    hv_table_cell(table, host);
    hv_table_cell(table, vm->name);
    hv_table_cell(table, state.len ? hv_buf_text(&state) : NULL);
    if (plain) {
        hv_table_cell_number(table, vm->uptime_ms);
    } else {
        hv_duration_format(vm->uptime_ms > 0 ? (uint64_t)vm->uptime_ms : 0, uptime);
        hv_table_cell(table, vm->uptime_ms > 0 ? uptime : NULL);
    }
    hv_table_cell(table, vm->id);
}

static void print_rows(const struct listing *listing, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "NAME", "STATE", "UPTIME", "ID", "CLUSTER", "ROLE" };
    size_t n_headers = HV_ARRAY_SIZE(headers) - (listing->has_clusters ? 0 : 2);
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (hv_table_new(headers, n_headers, &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < listing->vms.connection->n_sources; i++) {
        size_t n = 0;
        const struct hv_vm *vms = vms_of(listing, i, &n);

        for (size_t j = 0; j < n; j++) {
            add_row(table, host_name(listing, i), &vms[j], out->format == HV_FORMAT_PLAIN);
            if (listing->has_clusters)
                add_cluster_cells(table, cluster_of(listing, i), vms[j].id);
        }
    }
    hv_output_table(out, table);
}

static void print_json(const struct listing *listing, struct hv_output *out) {
    struct hv_fanout_list list;

    hv_fanout_list_begin(&list, &listing->vms, out, "vm", false);
    for (size_t i = 0; i < listing->vms.connection->n_sources; i++) {
        const struct hv_cluster *cluster = cluster_of(listing, i);
        size_t n = 0;
        const struct hv_vm *vms = vms_of(listing, i, &n);

        for (size_t j = 0; j < n; j++) {
            json_t *object = hv_fanout_list_object(&list);

            hv_json_put(&object, "host", hv_json_text(host_name(listing, i)));
            put_vm(&object, &vms[j]);
            if (listing->has_clusters)
                hv_json_put(&object, "cluster", hv_cluster_view_vm(cluster, hv_cluster_view_find(cluster, vms[j].id)));
            hv_fanout_list_add(&list, object);
        }
    }
    hv_fanout_list_end(&list, "vms", "vms");
}

/* The VMs are listed whether a host tells of its cluster or not. */
static int ask_clusters(struct listing *listing, struct hv_connection *connection, struct hv_error *err) {
    const struct hv_fanout_question question = { .make = hv_cluster_show_new };
    int rc = hv_fanout_run(&listing->clusters, connection, &question, err);

    for (size_t i = 0; rc == 0 && i < connection->n_sources; i++) {
        const struct hv_error *error = NULL;

        if (hv_task_result(listing->clusters.tasks[i], &error) < 0 && hv_fanout_answer(&listing->vms, i))
            hv_say_warning(connection->out, CLUSTER_UNTOLD, error->message);
    }
    listing->has_clusters = rc == 0;
    return rc;
}

int hv_cmd_vm_list(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = HV_MAX_HOSTS };
    const struct hv_fanout_question question = { .make = hv_vm_list_new };
    struct hv_connection connection = { 0 };
    struct listing listing = { 0 };
    struct hv_error error = { 0 };
    int exit_code;
    int rc = hv_connection_init(&connection, &plan, args, out, &error);

    if (rc == 0)
        rc = hv_fanout_run(&listing.vms, &connection, &question, &error);
    if (rc == 0 && hv_args_has(args, HV_OPT_WITH_CLUSTER))
        rc = ask_clusters(&listing, &connection, &error);
    if (rc < 0) {
        exit_code = hv_say_failure(out, &error);
    } else {
        if (hv_output_is_json(out))
            print_json(&listing, out);
        else if (hv_fanout_is_worth_printing(&listing.vms))
            print_rows(&listing, out);
        exit_code = hv_fanout_finish(&listing.vms);
    }
    hv_fanout_deinit(&listing.clusters);
    hv_fanout_deinit(&listing.vms);
    hv_connection_deinit(&connection);
    return exit_code;
}

static json_t *disks_json(const struct hv_vm_details *vm) {
    json_t *array = json_array();

    for (size_t i = 0; i < vm->n_disks; i++) {
        json_t *disk = json_object();
        hv_json_put(&disk, "medium", json_string(hv_medium_name(vm->disks[i].medium)));
        hv_json_put(&disk, "path", hv_json_text(vm->disks[i].path));
        hv_json_put(&disk, "controller", hv_json_number(vm->disks[i].controller));
        hv_json_put(&disk, "slot", hv_json_number(vm->disks[i].slot));
        hv_json_put(&disk, "pool_id", hv_json_text(vm->disks[i].pool_id));
        hv_json_put(&disk, "instance_id", hv_json_text(vm->disks[i].instance_id));
        hv_json_add(&array, disk);
    }
    return array;
}

static json_t *adapters_json(const struct hv_vm_details *vm) {
    json_t *array = json_array();

    for (size_t i = 0; i < vm->n_adapters; i++) {
        json_t *adapter = json_object();
        hv_json_put(&adapter, "name", hv_json_text(vm->adapters[i].name));
        hv_json_put(&adapter, "mac", hv_json_text(vm->adapters[i].mac));
        hv_json_put(&adapter, "mac_is_static", json_boolean(vm->adapters[i].mac_is_static));
        hv_json_put(&adapter, "connected", json_boolean(vm->adapters[i].connected));
        hv_json_put(&adapter, "switch", hv_json_text(vm->adapters[i].switch_name));
        hv_json_put(&adapter, "switch_id", hv_json_text(vm->adapters[i].switch_id));
        hv_json_put(&adapter, "instance_id", hv_json_text(vm->adapters[i].instance_id));
        hv_json_add(&array, adapter);
    }
    return array;
}

static json_t *checkpoints_json(const struct hv_vm_details *vm) {
    json_t *array = json_array();

    for (size_t i = 0; i < vm->n_checkpoints; i++) {
        json_t *checkpoint = json_object();
        hv_json_put(&checkpoint, "id", hv_json_text(vm->checkpoints[i].id));
        hv_json_put(&checkpoint, "name", hv_json_text(vm->checkpoints[i].name));
        hv_json_put(&checkpoint, "created", hv_json_text(vm->checkpoints[i].created));
        hv_json_put(&checkpoint, "is_recovery", json_boolean(vm->checkpoints[i].is_recovery));
        hv_json_add(&array, checkpoint);
    }
    return array;
}

static json_t *details_json(const struct hv_vm_details *vm, const char *host) {
    json_t *object = hv_json_document("vm");

    hv_json_put(&object, "host", hv_json_text(host));
    put_vm(&object, &vm->vm);
    hv_json_put(&object, "host_name", hv_json_text(vm->host_name));
    hv_json_put(&object, "configuration_version", hv_json_text(vm->configuration_version));
    hv_json_put(&object, "generation", hv_json_number(vm->generation));
    hv_json_put(&object, "processors", hv_json_number(vm->processors));
    hv_json_put(&object, "memory_mib", hv_json_number(vm->memory_mib));
    hv_json_put(&object, "limit_processor_features", hv_json_flag(vm->limit_processor_features));
    hv_json_put(&object, "configuration_root", hv_json_text(vm->configuration_root));
    hv_json_put(&object, "snapshot_root", hv_json_text(vm->snapshot_root));
    hv_json_put(&object, "paging_root", hv_json_text(vm->paging_root));
    hv_json_put(&object, "notes", hv_json_text(vm->notes));
    hv_json_put(&object, "disks", disks_json(vm));
    hv_json_put(&object, "adapters", adapters_json(vm));
    hv_json_put(&object, "checkpoints", checkpoints_json(vm));
    return object;
}

static void add_settings(struct hv_sheet *sheet, const struct hv_vm_details *vm, const char *host) {
    HV_CLEANUP_BUF struct hv_buf state = HV_BUF_INIT(256);
    char uptime[HV_DURATION_TEXT_SIZE];

    state_text(&vm->vm, &state);
    hv_duration_format(vm->vm.uptime_ms > 0 ? (uint64_t)vm->vm.uptime_ms : 0, uptime);
    hv_sheet_text(sheet, "name", vm->vm.name);
    hv_sheet_text(sheet, "id", vm->vm.id);
    hv_sheet_text(sheet, "host", host);
    hv_sheet_text(sheet, "host name", vm->host_name);
    hv_sheet_text(sheet, "state", state.len ? hv_buf_text(&state) : NULL);
    hv_sheet_text(sheet, "uptime", vm->vm.uptime_ms > 0 ? uptime : NULL);
    hv_sheet_text(sheet, "configuration version", vm->configuration_version);
    hv_sheet_number(sheet, "generation", vm->generation);
    hv_sheet_number(sheet, "processors", vm->processors);
    hv_sheet_number(sheet, "memory (MiB)", vm->memory_mib);
    hv_sheet_flag(sheet, "limited processor features", vm->limit_processor_features);
    hv_sheet_text(sheet, "configuration folder", vm->configuration_root);
    hv_sheet_text(sheet, "checkpoint folder", vm->snapshot_root);
    hv_sheet_text(sheet, "paging file folder", vm->paging_root);
    hv_sheet_text(sheet, "notes", vm->notes);
}

static void add_disk(struct hv_sheet *sheet, const struct hv_vm_disk *disk) {
    const char *medium = hv_medium_name(disk->medium);
    const char *path = disk->path ? disk->path : "-";

    if (disk->controller >= 0 && disk->slot >= 0)
        hv_sheet_printf(sheet, "disk", "%s %" PRId64 ":%" PRId64 " %s", medium, disk->controller, disk->slot, path);
    else
        hv_sheet_printf(sheet, "disk", "%s %s", medium, path);
}

static void add_parts(struct hv_sheet *sheet, const struct hv_vm_details *vm) {
    for (size_t i = 0; i < vm->n_disks; i++)
        add_disk(sheet, &vm->disks[i]);
    for (size_t i = 0; i < vm->n_adapters; i++) {
        const struct hv_vm_adapter *adapter = &vm->adapters[i];
        hv_sheet_printf(sheet, "network adapter", "%s, %s %s, %s", adapter->name ? adapter->name : "-",
                        adapter->mac_is_static ? "static" : "dynamic", adapter->mac ? adapter->mac : "-",
                        !adapter->connected    ? "not connected"
                        : adapter->switch_name ? adapter->switch_name
                                               : "unknown switch");
    }
    for (size_t i = 0; i < vm->n_checkpoints; i++) {
        const struct hv_vm_checkpoint *checkpoint = &vm->checkpoints[i];
        hv_sheet_printf(sheet, "checkpoint", "%s, %s%s", checkpoint->name ? checkpoint->name : "-",
                        checkpoint->created ? checkpoint->created : "-", checkpoint->is_recovery ? ", recovery" : "");
    }
}

static void print_details(const struct hv_vm_details *vm, const struct hv_cluster *cluster, const char *host,
                          struct hv_output *out) {
    const struct hv_cluster_role *role = hv_cluster_view_find(cluster, vm->vm.id);
    struct hv_sheet sheet;

    if (hv_output_is_json(out)) {
        json_t *document = details_json(vm, host);

        hv_json_put(&document, "cluster", hv_cluster_view_vm(cluster, role));
        hv_output_json(out, document);
        return;
    }
    hv_sheet_begin(&sheet, out);
    add_settings(&sheet, vm, host);
    hv_cluster_view_sheet(cluster, role, &sheet);
    add_parts(&sheet, vm);
    hv_sheet_end(&sheet);
}

/* The VM is shown whether the host tells of its cluster or not. */
static int find_cluster(struct hv_connection *connection, const char *vm_id, struct hv_task **ret_task, struct hv_error *err) {
    struct hv_error error = { 0 };
    int rc = hv_cluster_find_new(vm_id, ret_task, err);

    if (rc < 0)
        return rc;
    rc = hv_connection_do(connection, *ret_task, &error);
    if (rc == HV_E_MEMORY || rc == HV_E_CANCELLED || rc == HV_E_FIXTURE)
        return hv_error_copy(err, &error);
    if (rc < 0)
        hv_say_warning(connection->out, CLUSTER_UNTOLD, error.message);
    return 0;
}

int hv_cmd_vm_show(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    HV_CLEANUP(hv_task_free) struct hv_task *cluster = NULL;
    const struct hv_connect_plan plan = { .max_sources = 1 };
    struct hv_connection connection = { 0 };
    struct hv_error error = { 0 };
    int exit_code = 0;
    int rc = hv_vm_show_new(hv_args_operand(args, 0), &task, &error);

    if (rc == 0)
        rc = hv_connection_init(&connection, &plan, args, out, &error);
    if (rc == 0)
        rc = hv_connection_do(&connection, task, &error);
    if (rc == 0)
        rc = find_cluster(&connection, hv_vm_show_result(task)->vm.id, &cluster, &error);
    if (rc == 0)
        print_details(hv_vm_show_result(task), hv_cluster_result(cluster), connection.sources[0].label, out);
    else
        exit_code = hv_say_failure(out, &error);
    hv_connection_deinit(&connection);
    return exit_code;
}
