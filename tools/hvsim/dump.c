/* The truth as JSON, for tests that compare a client's verdict with it. */
#include <jansson.h>

#include "fabric.h"
#include "job.h"
#include "vm.h"

static const char *or_empty(const char *text) {
    return text ? text : "";
}

/* What an object holds, property by property, with the type and every value as text. Nulls are left out. */
static json_t *object_dump(const struct sim_object *object) {
    json_t *properties = json_object();
    for (size_t i = 0; i < object->class_->n_properties; i++) {
        const struct sim_value *value = &object->values[i];
        char text[SIM_NUMBER_TEXT_SIZE];
        json_t *values = json_array();
        for (size_t j = 0; value->is_set && value->type != SIM_REFERENCE && value->type != SIM_OBJECT && j < value->n_items; j++)
            json_array_append_new(values, json_string(sim_value_text(value, j, text)));
        if (value->is_set)
            json_object_set_new(
                properties, object->class_->properties[i]->name,
                json_pack("{s:s, s:b, s:O}", "type", sim_type_name(value->type), "array", value->is_array, "values", values));
        json_decref(values);
    }
    return json_pack("{s:s, s:o}", "class", object->class_->name, "properties", properties);
}

static json_t *objects_dump(const struct sim_list *objects) {
    json_t *list = json_array();
    for (size_t i = 0; i < objects->n_items; i++)
        json_array_append_new(list, object_dump(objects->items[i]));
    return list;
}

static json_t *texts_dump(const struct sim_texts *texts) {
    json_t *list = json_array();
    for (size_t i = 0; i < texts->n_items; i++)
        json_array_append_new(list, json_string(texts->items[i]));
    return list;
}

static json_t *files_dump(const struct sim_files *files) {
    json_t *list = json_array();
    for (size_t i = 0; i < files->n_items; i++)
        json_array_append_new(list, json_pack("{s:s, s:b, s:s?}", "path", files->items[i].path, "partial",
                                              files->items[i].is_partial, "parent", files->items[i].parent));
    return list;
}

static json_t *disk_dump(const struct sim_object *setting) {
    const char *kind = sim_setting_is_vhd(setting)        ? "disk"
                       : sim_setting_is_media(setting)    ? "media"
                       : sim_setting_is_physical(setting) ? "physical"
                                                          : NULL;
    if (!kind)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s}", "instance_id", or_empty(sim_object_text(setting, "InstanceID")), "kind", kind,
                     "path", or_empty(sim_setting_resource(setting)), "pool", or_empty(sim_object_text(setting, "PoolID")));
}

static json_t *adapter_dump(const struct sim_vm *vm, const struct sim_object *setting) {
    const struct sim_switch *switch_ = sim_switch_of(vm->host, setting);
    return json_pack("{s:s, s:s?, s:s?}", "instance_id", or_empty(sim_object_text(setting, "InstanceID")), "switch",
                     switch_ ? switch_->name : NULL, "last_known", sim_object_text(setting, "LastKnownSwitchName"));
}

static json_t *config_dump(const struct sim_vm *vm, const struct sim_config *config) {
    json_t *disks = json_array();
    json_t *adapters = json_array();
    for (size_t i = 0; i < config->resources.n_items; i++) {
        const struct sim_object *setting = config->resources.items[i];
        json_t *disk = disk_dump(setting);
        if (disk)
            json_array_append_new(disks, disk);
        if (sim_object_number(setting, "ResourceType", 0) == 33)
            json_array_append_new(adapters, adapter_dump(vm, setting));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "name", or_empty(sim_object_text(config->system, "ElementName")),
                     "config_root", or_empty(sim_object_text(config->system, "ConfigurationDataRoot")), "snapshot_root",
                     or_empty(sim_object_text(config->system, "SnapshotDataRoot")), "swap_root",
                     or_empty(sim_object_text(config->system, "SwapFileDataRoot")), "disks", disks, "adapters", adapters);
}

static json_t *vm_dump(const struct sim_vm *vm) {
    json_t *tree = config_dump(vm, &vm->active);
    json_t *checkpoints = json_array();
    for (size_t i = 0; i < vm->n_checkpoints; i++)
        json_array_append_new(checkpoints, config_dump(vm, &vm->checkpoints[i]));
    json_object_set_new(tree, "guid", json_string(vm->guid));
    json_object_set_new(tree, "host", json_string(vm->host->name));
    json_object_set_new(tree, "planned", json_boolean(vm->is_planned));
    json_object_set_new(tree, "state", json_integer(vm->state));
    json_object_set_new(tree, "moving", json_boolean(vm->job != NULL));
    json_object_set_new(tree, "clustered", json_boolean(vm->role.is_clustered));
    json_object_set_new(tree, "role_failed", json_boolean(vm->role.has_failed));
    json_object_set_new(tree, "checkpoints", checkpoints);
    return tree;
}

static json_t *problems_dump(const struct sim_problems *problems) {
    json_t *list = json_array();
    for (size_t i = 0; i < problems->n_items; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "message", or_empty(problems->items[i].message), "message_id",
                                              or_empty(problems->items[i].message_id), "hresult",
                                              (json_int_t)problems->items[i].hresult));
    return list;
}

static json_t *job_dump(const struct sim_job *job) {
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:s?, s:b, s:b, s:o, s:o, s:o}", "id", job->id, "host", job->host->name,
                     "vm", job->vm_guid, "type", job->type, "migration_type", job->migration_type, "state", job->state, "percent",
                     job->percent, "destination", job->destination, "hidden", job->is_hidden, "over", sim_job_is_over(job),
                     "problems", problems_dump(&job->problems), "warnings", problems_dump(&job->warnings), "asked",
                     objects_dump(&job->asked));
}

static json_t *host_dump(const struct sim_host *host) {
    const struct sim_object *settings = host->migration_settings;
    json_t *switches = json_array();
    json_t *networks = json_array();
    for (size_t i = 0; i < host->n_switches; i++)
        json_array_append_new(switches, json_string(host->switches[i].name));
    for (size_t i = 0; i < host->networks.n_items; i++)
        json_array_append_new(networks, json_string(or_empty(sim_object_text(host->networks.items[i], "SubnetNumber"))));
    return json_pack("{s:s, s:s, s:b, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "name", host->name, "address", host->address,
                     "migration", sim_host_is_migration_on(host), "authentication_type",
                     (json_int_t)sim_object_number(settings, "AuthenticationType", 0), "max_vm",
                     (json_int_t)sim_object_number(settings, "MaximumActiveVirtualSystemMigration", 0), "max_storage",
                     (json_int_t)sim_object_number(settings, "MaximumActiveStorageMigration", 0), "listeners",
                     texts_dump(&host->listeners), "switches", switches, "networks", networks, "files", files_dump(&host->files),
                     "migration_settings", object_dump(settings), "network_settings", objects_dump(&host->networks));
}

static json_t *fabric_dump(const struct sim_fabric *fabric) {
    json_t *hosts = json_array();
    json_t *vms = json_array();
    json_t *jobs = json_array();
    for (size_t i = 0; i < fabric->n_hosts; i++)
        json_array_append_new(hosts, host_dump(fabric->hosts[i]));
    for (size_t i = 0; i < fabric->n_vms; i++)
        json_array_append_new(vms, vm_dump(fabric->vms[i]));
    for (size_t i = 0; i < fabric->n_jobs; i++)
        json_array_append_new(jobs, job_dump(fabric->jobs[i]));
    return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "generation", (json_int_t)fabric->generation, "time_us",
                     (json_int_t)fabric->now_us, "hosts", hosts, "vms", vms, "jobs", jobs, "shared_files",
                     files_dump(&fabric->shared_files));
}

bool sim_fabric_dump(const struct sim_fabric *fabric, struct hv_buf *json) {
    json_t *tree = fabric_dump(fabric);
    char *text = tree ? json_dumps(tree, JSON_INDENT(1)) : NULL;
    json_decref(tree);
    if (!text)
        return false;
    hv_buf_puts(json, text);
    hv_buf_putc(json, '\n');
    free(text);
    return json->failure == 0;
}
