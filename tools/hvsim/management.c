/* The management service, as far as moving VMs needs it (hyperv.md 2.13, 4e): planned VMs are corrected and removed here. */
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "provider.h"

/* The VM, planned or not, that a parameter refers to; NULL when none. */
static struct sim_vm *vm_of(const struct sim_method_call *call, const char *name) {
    const struct sim_value *value = sim_arg_value(call, name);
    const char *guid = value->is_set ? sim_path_key(value->items[0].path, "Name") : NULL;
    const char *class_name = value->is_set ? sim_path_key(value->items[0].path, "CreationClassName") : NULL;
    return guid ? sim_vm_find(call->host, guid, hv_text_same(class_name, "Msvm_PlannedComputerSystem")) : NULL;
}

/* A move goes into the planned machine, or is making it. */
static bool is_taken(const struct sim_vm *vm) {
    const struct sim_fabric *fabric = vm->host->fabric;
    for (size_t i = 0; vm->is_planned && i < fabric->n_jobs; i++) {
        const struct sim_job *job = fabric->jobs[i];
        bool moves = job->kind == SIM_JOB_MOVE || job->kind == SIM_JOB_STAGE;
        if (moves && !sim_job_is_over(job) && job->plan.destination == vm->host && hv_text_same(job->vm_guid, vm->guid))
            return true;
    }
    return false;
}

static struct sim_job *job_new(const struct sim_method_call *call, uint16_t type, const char *guid) {
    struct sim_job *job = sim_job_new(call->host, SIM_JOB_OTHER, type);
    if (job)
        memcpy(job->vm_guid, guid, sizeof(job->vm_guid));
    return job;
}

/* ---- removing ---- */

static int planned_destroy(struct sim_job *job) {
    struct sim_vm *vm = sim_vm_find(job->host, job->vm_guid, true);
    if (vm)
        sim_vm_remove(job->host->fabric, vm);
    return 0;
}

static int system_destroy(struct sim_job *job) {
    struct sim_vm *vm = sim_vm_find(job->host, job->vm_guid, false);
    if (vm && !vm->job)
        sim_vm_remove(job->host->fabric, vm);
    return 0;
}

/* Virtual hard disks stay behind, as they do on a host. */
static uint32_t destroy(const struct sim_method_call *call, uint32_t *ret_value) {
    struct sim_vm *vm = vm_of(call, "AffectedSystem");
    if (!vm)
        return sim_refuse(call, "AffectedSystem is no machine of this host", SIM_INVALID_PARAMETER, ret_value);
    if (vm->job || is_taken(vm))
        return sim_refuse(call, "the machine is being moved", SIM_IN_USE, ret_value);
    if (!vm->is_planned && vm->state != 3 && vm->state != 6)
        return sim_refuse(call, "the machine is on", SIM_INVALID_STATE, ret_value);
    struct sim_job *job = job_new(call, 3, vm->guid);
    if (!job)
        return SIM_WBEM_OUT_OF_MEMORY;
    job->finish = vm->is_planned ? planned_destroy : system_destroy;
    sim_job_faults(call, vm, job);
    return sim_answer_job(call, job, ret_value);
}

/* ---- validating ---- */

/* Is the disk that is passed through one of this host? */
static bool physical_is_there(const struct sim_vm *vm, const char *resource) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = sim_path_parse(resource);
    const char *id = path ? sim_path_key(path, "DeviceID") : NULL;
    return id && hv_text_starts(id, "Microsoft:") && sim_texts_has(&vm->host->physical_disks, id + strlen("Microsoft:"));
}

/* What would keep a planned VM, or a checkpoint of it, from running here. */
static void config_problems(struct sim_vm *vm, const struct sim_config *config, struct sim_problems *problems) {
    for (size_t i = 0; i < config->resources.n_items; i++) {
        const struct sim_object *setting = config->resources.items[i];
        const char *resource = sim_setting_resource(setting);
        bool is_file = sim_setting_is_vhd(setting) || sim_setting_is_media(setting);
        bool is_connection =
            sim_object_number(setting, "ResourceType", 0) == 33 && sim_object_number(setting, "EnabledState", 2) == 2;
        const char *name = sim_object_text(setting, "LastKnownSwitchName");
        if (is_file && resource && !sim_file_find(vm->host, resource))
            sim_problem_note(problems, 50, 0x80070002, NULL, "The file '%s' of '%s' was not found.", resource, sim_vm_name(vm));
        if (is_connection && resource && !sim_switch_of(vm->host, setting))
            sim_problem_note(problems, 50, 0, "33012", "Could not find Ethernet switch '%s'.", name ? name : "");
        if (sim_setting_is_physical(setting) && resource && !physical_is_there(vm, resource))
            sim_problem_note(problems, 50, 0x80070002, NULL, "The pass-through disk of '%s' was not found.", sim_vm_name(vm));
    }
}

static void planned_problems(struct sim_vm *vm, struct sim_problems *problems) {
    config_problems(vm, &vm->active, problems);
    for (size_t i = 0; i < vm->n_checkpoints; i++)
        config_problems(vm, &vm->checkpoints[i], problems);
}

static uint32_t validate(const struct sim_method_call *call, uint32_t *ret_value) {
    struct sim_vm *vm = vm_of(call, "PlannedSystem");
    if (!vm || !vm->is_planned)
        return sim_refuse(call, "PlannedSystem is no planned machine of this host", SIM_INVALID_PARAMETER, ret_value);
    if (is_taken(vm))
        return sim_refuse(call, "the machine is being moved", SIM_IN_USE, ret_value);
    struct sim_job *job = job_new(call, 140, vm->guid);
    if (!job)
        return SIM_WBEM_OUT_OF_MEMORY;
    planned_problems(vm, &job->problems);
    sim_job_faults(call, vm, job);
    return sim_answer_job(call, job, ret_value);
}

/* ---- realizing ---- */

static bool config_realize(struct sim_config *config, const char *type) {
    sim_set_text(config->system, "VirtualSystemType", type);
    return sim_object_good(config->system);
}

static int planned_realize(struct sim_job *job) {
    struct sim_vm *vm = sim_vm_find(job->host, job->vm_guid, true);
    if (!vm)
        return 0;
    vm->is_planned = false;
    bool good = config_realize(&vm->active, "Microsoft:Hyper-V:System:Realized");
    for (size_t i = 0; good && i < vm->n_checkpoints; i++)
        good = config_realize(&vm->checkpoints[i], "Microsoft:Hyper-V:Snapshot:Realized");
    sim_fabric_touch(job->host->fabric);
    return good ? 0 : -1;
}

/* It is validated first; a machine of that GUID that runs here already stands in the way. */
static uint32_t realize(const struct sim_method_call *call, uint32_t *ret_value) {
    struct sim_vm *vm = vm_of(call, "PlannedSystem");
    if (!vm || !vm->is_planned)
        return sim_refuse(call, "PlannedSystem is no planned machine of this host", SIM_INVALID_PARAMETER, ret_value);
    if (is_taken(vm) || sim_vm_find(call->host, vm->guid, false))
        return sim_refuse(call, "the machine is being moved, or is here already", SIM_IN_USE, ret_value);
    struct sim_job *job = job_new(call, 141, vm->guid);
    if (!job)
        return SIM_WBEM_OUT_OF_MEMORY;
    planned_problems(vm, &job->problems);
    job->finish = planned_realize;
    sim_job_faults(call, vm, job);
    return sim_answer_job(call, job, ret_value);
}

/* ---- changing settings ---- */

static struct sim_vm *owner_find(struct sim_host *host, const char *instance_id, struct sim_object **ret_setting) {
    for (size_t i = 0; instance_id && i < host->fabric->n_vms; i++) {
        struct sim_vm *vm = host->fabric->vms[i];
        *ret_setting = vm->host == host ? sim_vm_setting(vm, instance_id, NULL) : NULL;
        if (*ret_setting)
            return vm;
    }
    return NULL;
}

/* A switch that HostResource names must be there, and its name is remembered. */
static bool connection_check(const struct sim_method_call *call, struct sim_object *setting) {
    struct sim_switch *switch_ = sim_switch_of(call->host, setting);
    if (sim_object_number(setting, "ResourceType", 0) != 33 || !sim_setting_resource(setting))
        return true;
    if (switch_)
        sim_set_text(setting, "LastKnownSwitchName", switch_->name);
    return switch_ || sim_object_number(setting, "EnabledState", 2) == 3;
}

static void given_apply(const struct sim_embedded *embedded, struct sim_object *object) {
    for (size_t i = 0; i < object->class_->n_properties; i++) {
        const struct sim_property *property = object->class_->properties[i];
        if (embedded->given[i] && property->is_writable && !property->is_key)
            sim_set_value(object, property->name, &embedded->object->values[i]);
    }
}

/* What cannot be changed while the machine is on (hyperv.md 2.12). */
static bool is_for_off(const struct sim_embedded *embedded) {
    return sim_class_is_a(embedded->object->class_, "Msvm_ProcessorSettingData") &&
           sim_embedded_given(embedded, "LimitProcessorFeatures");
}

/* Puts the changed values of TEXT in place of those of the setting it names. A read-only property makes the job fail
 * (wsman.md 4.3). */
static uint32_t setting_modify(const struct sim_method_call *call, const struct sim_embedded *embedded, struct sim_job *job,
                               uint32_t *ret_value) {
    struct sim_object *setting = NULL;
    const char *id = sim_object_text(embedded->object, "InstanceID");
    struct sim_vm *vm = owner_find(call->host, id, &setting);
    if (!vm || setting->class_ != embedded->object->class_)
        return sim_refuse(call, "InstanceID names no such setting", SIM_INVALID_PARAMETER, ret_value);
    if (vm->job || is_taken(vm))
        return sim_refuse(call, "the machine is being moved", SIM_IN_USE, ret_value);
    memcpy(job->vm_guid, vm->guid, sizeof(job->vm_guid));
    if (is_for_off(embedded) && !vm->is_planned && vm->state != 3)
        return sim_refuse(call, "LimitProcessorFeatures can be changed only while the machine is off", SIM_INVALID_STATE,
                          ret_value);
    if (embedded->read_only) {
        sim_problem_note(&job->problems, 50, 0x80041005, NULL, "The property '%s' cannot be changed.", embedded->read_only);
        return 0;
    }
    HV_CLEANUP(sim_object_free) struct sim_object *changed = sim_object_copy(setting);
    if (!changed)
        return SIM_WBEM_OUT_OF_MEMORY;
    given_apply(embedded, changed);
    if (!sim_object_good(changed))
        return SIM_WBEM_OUT_OF_MEMORY;
    if (!connection_check(call, changed))
        return sim_refuse(call, "HostResource names no switch of this host", SIM_INVALID_PARAMETER, ret_value);
    if (job->problems.n_items) /* it will fail */
        return 0;
    struct sim_value *values = setting->values;
    setting->values = changed->values;
    changed->values = values;
    sim_fabric_touch(call->host->fabric);
    return 0;
}

static uint32_t modify_one(const struct sim_method_call *call, const char *class_name, const char *text, struct sim_job *job,
                           uint32_t *ret_value) {
    struct sim_embedded embedded = { 0 };
    uint32_t r = sim_embedded_read(call, class_name, text, &embedded, ret_value);
    if (r == 0 && *ret_value == 0)
        r = setting_modify(call, &embedded, job, ret_value);
    sim_embedded_deinit(&embedded);
    return r;
}

/* A refused call leaves no job. */
static void job_forget(struct sim_job *job) {
    job->is_hidden = true;
    job->ended_us = job->submitted_us;
}

static uint32_t modify(const struct sim_method_call *call, const char *class_name, const struct sim_value *texts, uint16_t type,
                       uint32_t *ret_value) {
    uint32_t r = 0;
    if (texts->n_items == 0)
        return sim_refuse(call, "no settings given", SIM_INVALID_PARAMETER, ret_value);
    struct sim_job *job = sim_job_new(call->host, SIM_JOB_OTHER, type);
    if (!job)
        return SIM_WBEM_OUT_OF_MEMORY;
    sim_job_faults(call, NULL, job);
    for (size_t i = 0; i < texts->n_items && r == 0 && *ret_value == 0; i++)
        r = modify_one(call, class_name, texts->items[i].text, job, ret_value);
    if (r || *ret_value) {
        job_forget(job);
        return r;
    }
    return sim_answer_job(call, job, ret_value);
}

static void resource_drop(struct sim_list *list, struct sim_object *setting) {
    for (size_t i = 0; i < list->n_items; i++)
        if (list->items[i] == setting) {
            sim_object_free(setting);
            memmove(&list->items[i], &list->items[i + 1], (list->n_items - i - 1) * sizeof(struct sim_object *));
            list->n_items--;
            return;
        }
}

/* All of them, or none. */
static uint32_t resources_remove(const struct sim_method_call *call, uint32_t *ret_value) {
    const struct sim_value *value = sim_arg_value(call, "ResourceSettings");
    struct sim_config *config = NULL;
    struct sim_object *setting = NULL;
    struct sim_vm *vm = NULL;
    for (size_t i = 0; i < value->n_items; i++) {
        const char *id = sim_path_key(value->items[i].path, "InstanceID");
        vm = owner_find(call->host, id, &setting);
        if (!vm || vm->job || is_taken(vm) || !sim_vm_setting(vm, id, &config) || setting == config->system)
            return sim_refuse(call, "a reference names no resource that can be removed", SIM_INVALID_PARAMETER, ret_value);
    }
    if (!vm)
        return sim_refuse(call, "no ResourceSettings", SIM_INVALID_PARAMETER, ret_value);
    struct sim_job *job = job_new(call, 32, vm->guid);
    if (!job)
        return SIM_WBEM_OUT_OF_MEMORY;
    sim_job_faults(call, vm, job);
    for (size_t i = 0; job->problems.n_items == 0 && i < value->n_items; i++)
        if ((vm = owner_find(call->host, sim_path_key(value->items[i].path, "InstanceID"), &setting)) &&
            sim_vm_setting(vm, sim_path_key(value->items[i].path, "InstanceID"), &config))
            resource_drop(&config->resources, setting);
    sim_fabric_touch(call->host->fabric);
    return sim_answer_job(call, job, ret_value);
}

/* ---- errors and summaries ---- */

static uint32_t format_error(const struct sim_method_call *call, uint32_t *ret_value) {
    const struct sim_value *errors = sim_arg_value(call, "Errors");
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(256 * 1024);
    for (size_t i = 0; i < errors->n_items; i++) {
        struct sim_embedded embedded = { 0 };
        uint32_t r = sim_embedded_read(call, "Msvm_Error", errors->items[i].text, &embedded, ret_value);
        const char *message = embedded.object ? sim_object_text(embedded.object, "Message") : NULL;
        hv_buf_printf(&buf, "%s%s", i ? "\n\n" : "", message ? message : "");
        sim_embedded_deinit(&embedded);
        if (r || *ret_value)
            return r;
    }
    return sim_value_add_text(sim_arg_value(call, "ErrorMessage"), hv_buf_text(&buf)) ? SIM_WBEM_OUT_OF_MEMORY : 0;
}

static bool is_wanted(const struct sim_method_call *call, uint64_t id) {
    const struct sim_value *wanted = sim_arg_value(call, "RequestedInformation");
    for (size_t i = 0; i < wanted->n_items; i++)
        if (wanted->items[i].u == id)
            return true;
    return false;
}

/* Properties whose number was not asked for stay null (hyperv.md 2.13). */
static struct sim_object *summary_make(const struct sim_method_call *call, const struct sim_vm *vm) {
    static const struct {
        uint64_t id;
        const char *property;
    } copied[] = { { 100, "EnabledState" }, { 109, "HealthState" }, { 110, "OperationalStatus" }, { 111, "StatusDescriptions" } };
    HV_CLEANUP(sim_object_free) struct sim_object *machine = sim_vm_object(vm);
    struct sim_object *summary = sim_new(call->host, "Msvm_SummaryInformation");
    sim_set_text(summary, "InstanceID", sim_object_text(vm->active.system, "InstanceID"));
    if (is_wanted(call, 0))
        sim_set_text(summary, "Name", vm->guid);
    if (is_wanted(call, 1))
        sim_set_text(summary, "ElementName", sim_vm_name(vm));
    if (is_wanted(call, 2))
        sim_set_value(summary, "CreationTime", sim_object_value(vm->active.system, "CreationTime"));
    if (is_wanted(call, 3))
        sim_set_text(summary, "Notes", sim_object_text(vm->active.system, "Notes"));
    if (is_wanted(call, 105))
        sim_set_number(summary, "UpTime", machine ? sim_object_number(machine, "OnTimeInMilliseconds", 0) : 0);
    for (size_t i = 0; machine && i < HV_ARRAY_SIZE(copied); i++)
        if (is_wanted(call, copied[i].id))
            sim_set_value(summary, copied[i].property, sim_object_value(machine, copied[i].property));
    return sim_object_good(machine) ? summary : sim_object_free(summary);
}

static bool summary_is_for(const struct sim_method_call *call, const struct sim_vm *vm) {
    const struct sim_value *settings = sim_arg_value(call, "SettingData");
    if (vm->host != call->host || vm->is_planned)
        return false;
    for (size_t i = 0; i < settings->n_items; i++)
        if (hv_text_same(sim_path_key(settings->items[i].path, "InstanceID"), sim_object_text(vm->active.system, "InstanceID")))
            return true;
    return !settings->is_set;
}

static uint32_t summarize(const struct sim_method_call *call) {
    struct sim_value *out = sim_arg_value(call, "SummaryInformation");
    for (size_t i = 0; i < call->host->fabric->n_vms; i++) {
        const struct sim_vm *vm = call->host->fabric->vms[i];
        if (!summary_is_for(call, vm))
            continue;
        struct sim_object *summary = summary_make(call, vm);
        if (!sim_object_good(summary)) {
            sim_object_free(summary);
            return SIM_WBEM_OUT_OF_MEMORY;
        }
        if (sim_value_add_object(out, summary))
            return SIM_WBEM_OUT_OF_MEMORY;
    }
    return 0;
}

uint32_t sim_management_invoke(const struct sim_method_call *call, uint32_t *ret_value) {
    const char *name = call->method->name;
    bool is_reading = strcmp(name, "GetSummaryInformation") == 0 || strcmp(name, "FormatError") == 0;
    *ret_value = SIM_DONE;
    if (!is_reading && sim_texts_has(&call->host->denied, call->caller->user))
        return sim_refuse(call, "the caller may only read", SIM_DENIED, ret_value);
    if (strcmp(name, "DestroySystem") == 0)
        return destroy(call, ret_value);
    if (strcmp(name, "ValidatePlannedSystem") == 0)
        return validate(call, ret_value);
    if (strcmp(name, "RealizePlannedSystem") == 0)
        return realize(call, ret_value);
    if (strcmp(name, "ModifySystemSettings") == 0)
        return modify(call, "Msvm_VirtualSystemSettingData", sim_arg_value(call, "SystemSettings"), 2, ret_value);
    if (strcmp(name, "ModifyResourceSettings") == 0)
        return modify(call, "CIM_ResourceAllocationSettingData", sim_arg_value(call, "ResourceSettings"), 31, ret_value);
    if (strcmp(name, "RemoveResourceSettings") == 0)
        return resources_remove(call, ret_value);
    if (strcmp(name, "GetSummaryInformation") == 0)
        return summarize(call);
    if (strcmp(name, "FormatError") == 0)
        return format_error(call, ret_value);
    return sim_refuse(call, "not simulated", SIM_NOT_SUPPORTED, ret_value);
}
