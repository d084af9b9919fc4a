/* hvctl vm list and show (ux.md 1). */
#include <hvctl/vm.h>
#include <inttypes.h>

#include "base/duration.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/fanout.h"
#include "cli/json.h"
#include "cli/sheet.h"

/* What keeps a VM busy: OperationalStatus[1] (hyperv.md 2.8). */
static const struct {
    int64_t number;
    const char *name;
} activities[] = {
    { 32768, "creating checkpoint" }, { 32769, "applying checkpoint" }, { 32770, "deleting checkpoint" },
    { 32771, "waiting to start" },    { 32772, "merging disks" },       { 32773, "exporting" },
    { 32774, "migrating" },
};

static const char *activity_name(int64_t number) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(activities); i++) {
        if (activities[i].number == number)
            return activities[i].name;
    }
    return NULL;
}

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
    hv_json_put(object, "activity", hv_json_text(activity_name(vm->operational_status[1])));
    hv_json_put(object, "uptime_ms", hv_json_number(vm->uptime_ms));
    hv_json_put(object, "process_id", hv_json_number(vm->process_id));
}

/* "running, migrating", "off", "state 12". */
static void state_text(const struct hv_vm *vm, struct hv_buf *buf) {
    const char *activity = activity_name(vm->operational_status[1]);

    hv_buf_reset(buf);
    if (vm->state_name)
        hv_buf_puts(buf, vm->state_name);
    else if (vm->state >= 0)
        hv_buf_printf(buf, "state %" PRId64, vm->state);
    if (activity)
        hv_buf_printf(buf, "%s%s", buf->len ? ", " : "", activity);
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

static void print_rows(const struct hv_fanout *fanout, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "NAME", "STATE", "UPTIME", "ID" };
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < fanout->connection->n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        size_t n = 0;
        const struct hv_vm *vms = task ? hv_vm_list_result(task, &n) : NULL;

        for (size_t j = 0; j < n; j++)
            add_row(table, fanout->connection->sources[i].label, &vms[j], out->format == HV_FORMAT_PLAIN);
    }
    hv_output_table(out, table);
}

static void print_json(const struct hv_fanout *fanout, struct hv_output *out) {
    bool is_lines = out->format == HV_FORMAT_JSONL;
    json_t *list = json_array();
    json_t *document;

    for (size_t i = 0; i < fanout->connection->n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        size_t n = 0;
        const struct hv_vm *vms = task ? hv_vm_list_result(task, &n) : NULL;

        for (size_t j = 0; j < n; j++) {
            json_t *object = is_lines ? hv_json_document("vm") : json_object();

            hv_json_put(&object, "host", hv_json_text(fanout->connection->sources[i].label));
            put_vm(&object, &vms[j]);
            if (is_lines)
                hv_output_json(out, object);
            else
                hv_json_add(&list, object);
        }
    }
    if (is_lines) {
        json_decref(list);
        return;
    }
    document = hv_json_document("vms");
    hv_json_put(&document, "vms", list);
    hv_json_put(&document, "errors", hv_fanout_errors(fanout));
    hv_output_json(out, document);
}

int hv_cmd_vm_list(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = HV_MAX_HOSTS };

    return hv_fanout_command(&plan, args, out, hv_vm_list_new, hv_output_is_json(out) ? print_json : print_rows);
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

static void print_details(const struct hv_task *task, const struct hv_endpoint *source, struct hv_output *out) {
    const struct hv_vm_details *vm = hv_vm_show_result(task);
    struct hv_sheet sheet;

    if (hv_output_is_json(out)) {
        hv_output_json(out, details_json(vm, source->label));
        return;
    }
    hv_sheet_begin(&sheet, out);
    add_settings(&sheet, vm, source->label);
    add_parts(&sheet, vm);
    hv_sheet_end(&sheet);
}

int hv_cmd_vm_show(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    const struct hv_connect_plan plan = { .max_sources = 1 };
    struct hv_error error = { 0 };
    int rc = hv_vm_show_new(hv_args_operand(args, 0), &task, &error);

    return hv_single_command(&plan, args, out, rc, &error, task, print_details);
}
