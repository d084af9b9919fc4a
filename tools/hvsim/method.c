/* Which object a method call is for, and who carries it out. */
#include <string.h>

#include "provider.h"

struct sim_value *sim_arg_value(const struct sim_method_call *call, const char *name) {
    for (size_t i = 0; i < call->method->n_parameters; i++)
        if (strcmp(call->method->parameters[i].name, name) == 0)
            return &call->values[i];
    return NULL;
}

const char *sim_arg_text(const struct sim_method_call *call, const char *name) {
    const struct sim_value *value = sim_arg_value(call, name);
    return value && value->is_set && value->n_items ? value->items[0].text : NULL;
}

uint32_t sim_refuse(const struct sim_method_call *call, const char *why, uint32_t value, uint32_t *ret_value) {
    sim_fabric_refuse(call->host->fabric, "%s", why);
    *ret_value = value;
    return 0;
}

uint32_t sim_embedded_read(const struct sim_method_call *call, const char *class_name, const char *text, struct sim_embedded *ret,
                           uint32_t *ret_value) {
    struct sim_embedded_rules rules = sim_host_rules(call->host);
    int r = sim_embedded_parse(&rules, class_name, text, ret);
    if (r < 0)
        return SIM_WBEM_OUT_OF_MEMORY;
    return r ? sim_refuse(call, ret->reason, SIM_INVALID_PARAMETER, ret_value) : 0;
}

uint32_t sim_answer_job(const struct sim_method_call *call, struct sim_job *job, uint32_t *ret_value) {
    *ret_value = SIM_JOB_STARTED;
    return sim_value_add_path(sim_arg_value(call, "Job"), sim_job_path(job)) ? SIM_WBEM_OUT_OF_MEMORY : 0;
}

/* CIM's "not supported": what the services answer to what they only inherit (hyperv.md 2.1, 2.13). */
static bool is_inherited(const struct sim_method *method) {
    static const char *const names[] = { "RequestStateChange", "StartService", "StopService" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], method->name) == 0)
            return true;
    return false;
}

static uint32_t service_invoke(const struct sim_method_call *call, const struct sim_object *service, uint32_t *ret_value) {
    bool is_move = strcmp(call->method->name, "MigrateVirtualSystemToHost") == 0 ||
                   strcmp(call->method->name, "CheckVirtualSystemIsMigratable") == 0;
    bool is_migration = sim_class_is_a(service->class_, "Msvm_VirtualSystemMigrationService");
    if (is_inherited(call->method)) {
        *ret_value = 1;
        return 0;
    }
    const struct sim_armed *armed = is_move ? NULL : sim_fault_take(call->host, SIM_FAULT_RETURN, call->method->name, NULL, NULL);
    if (armed) {
        *ret_value = armed->value;
        return 0;
    }
    return is_migration ? sim_migration_invoke(call, ret_value) : sim_management_invoke(call, ret_value);
}

/* The whole object path, or for a service as much as names its class (wsman.md 3.2). */
static uint32_t target_find(struct sim_host *host, const struct sim_path *target, const struct sim_method *method,
                            struct sim_object **ret_object) {
    const char *ns = target->ns ? target->ns : SIM_NS_VIRTUALIZATION;
    const struct sim_class *class_ = sim_schema_class(host->fabric->schema, ns, target->class_name);
    bool is_service = class_ && sim_class_is_a(class_, "CIM_Service");
    if (class_ && (sim_class_method(class_, method->name) != method || method->since > host->build))
        return SIM_WBEM_INVALID_METHOD;
    if (is_service && target->n_keys == 0)
        return SIM_WBEM_INVALID_METHOD_PARAMS;
    if (is_service && sim_path_key(target, "CreationClassName"))
        return sim_host_match(host, target, ret_object);
    return sim_host_get(host, target, ret_object);
}

static uint32_t object_invoke(const struct sim_method_call *call, const struct sim_object *object, uint32_t *ret_value) {
    if (sim_class_is_a(object->class_, "CIM_Service"))
        return service_invoke(call, object, ret_value);
    if (sim_class_is_a(object->class_, "CIM_ConcreteJob")) {
        struct sim_job *job = sim_job_find(call->host, sim_object_text(object, "InstanceID"));
        return job ? sim_job_invoke(job, call, ret_value) : SIM_WBEM_NOT_FOUND;
    }
    if (sim_class_is_a(object->class_, "Msvm_ComputerSystem"))
        return sim_system_invoke(call, object, ret_value);
    if (sim_class_is_a(object->class_, "Msvm_ShutdownComponent"))
        return sim_shutdown_invoke(call, object, ret_value);
    if (sim_class_is_a(object->class_, "MSCluster_ResourceGroup"))
        return sim_role_invoke(call, object);
    if (sim_class_is_a(object->class_, "Hvsim_Echo"))
        return sim_echo_invoke(call, ret_value);
    *ret_value = SIM_NOT_SUPPORTED;
    return 0;
}

uint32_t sim_host_invoke(struct sim_host *host, const struct sim_caller *caller, const struct sim_path *target,
                         const struct sim_method *method, struct sim_value *values, uint32_t *ret_return_value) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    struct sim_method_call call = { host, caller, method, values };
    uint32_t value = 0;
    host->fabric->refusal[0] = '\0';
    uint32_t r = target_find(host, target, method, &object);
    if (r == 0)
        r = object_invoke(&call, object, &value);
    if (r == 0)
        *ret_return_value = value;
    return r;
}
