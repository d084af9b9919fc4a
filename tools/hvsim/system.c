/* RequestStateChange of a machine (hyperv.md 2.8). */
#include <string.h>

#include "base/size.h"
#include "provider.h"

/* From which states (EnabledState) a request leads where. */
static const struct {
    uint64_t requested;
    uint16_t from, to;
    uint16_t job_type;
} changes[] = {
    { 2, 3, 2, 10 }, { 2, 6, 2, 10 }, { 2, 9, 2, 15 }, { 3, 2, 3, 11 },  { 3, 9, 3, 11 },  { 3, 6, 3, 11 },
    { 6, 2, 6, 13 }, { 6, 9, 6, 13 }, { 9, 2, 9, 14 }, { 10, 2, 2, 12 }, { 11, 2, 2, 12 },
};

static int state_settle(struct sim_job *job) {
    struct sim_vm *vm = sim_vm_find(job->host, job->vm_guid, false);
    if (!vm || vm->job)
        return 0;
    vm->state = job->target_state;
    vm->state_since_us = job->host->fabric->now_us;
    sim_set_bool(vm->active.system, "IsSaved", vm->state == 6);
    sim_fabric_touch(job->host->fabric);
    return sim_object_good(vm->active.system) ? 0 : -1;
}

static uint32_t change_start(const struct sim_method_call *call, const struct sim_vm *vm, size_t i, uint32_t *ret_value) {
    struct sim_job *job = sim_job_new(call->host, SIM_JOB_OTHER, changes[i].job_type);
    if (!job)
        return SIM_WBEM_OUT_OF_MEMORY;
    memcpy(job->vm_guid, vm->guid, sizeof(job->vm_guid));
    job->target_state = changes[i].to;
    job->finish = state_settle;
    sim_job_faults(call, vm, job);
    return sim_answer_job(call, job, ret_value);
}

uint32_t sim_system_invoke(const struct sim_method_call *call, const struct sim_object *system, uint32_t *ret_value) {
    struct sim_vm *vm = sim_vm_find(call->host, sim_object_text(system, "Name"), false);
    const struct sim_value *requested = sim_arg_value(call, "RequestedState");
    bool is_known = false;
    if (!vm || strcmp(call->method->name, "RequestStateChange") != 0) {
        *ret_value = SIM_NOT_SUPPORTED;
        return 0;
    }
    if (sim_texts_has(&call->host->denied, call->caller->user)) {
        *ret_value = SIM_DENIED;
        return 0;
    }
    if (vm->job) {
        *ret_value = SIM_IN_USE;
        return 0;
    }
    const struct sim_armed *armed = sim_fault_take(call->host, SIM_FAULT_RETURN, call->method->name, vm->guid, sim_vm_name(vm));
    if (armed) {
        *ret_value = armed->value;
        return 0;
    }
    for (size_t i = 0; requested->is_set && i < HV_ARRAY_SIZE(changes); i++) {
        if (changes[i].requested != requested->items[0].u)
            continue;
        if (changes[i].from == vm->state)
            return change_start(call, vm, i, ret_value);
        is_known = true;
    }
    *ret_value = is_known ? SIM_INVALID_STATE : SIM_INVALID_PARAMETER;
    return 0;
}

/* ---- shutting the guest down ---- */

/* Nobody sees this job: it is the time that the guest takes. */
static uint32_t guest_end(const struct sim_method_call *call, struct sim_vm *vm) {
    struct sim_job *job = sim_job_new(call->host, SIM_JOB_OTHER, 11);
    if (!job)
        return SIM_WBEM_OUT_OF_MEMORY;
    memcpy(job->vm_guid, vm->guid, sizeof(job->vm_guid));
    job->is_hidden = true;
    job->target_state = 3;
    job->finish = state_settle;
    vm->state = 4;
    vm->state_since_us = call->host->fabric->now_us;
    sim_fabric_touch(call->host->fabric);
    return 0;
}

uint32_t sim_shutdown_invoke(const struct sim_method_call *call, const struct sim_object *component, uint32_t *ret_value) {
    struct sim_vm *vm = sim_vm_find(call->host, sim_object_text(component, "SystemName"), false);
    const struct sim_value *force = sim_arg_value(call, "Force");
    const struct sim_armed *armed;
    *ret_value = SIM_DONE;
    if (!vm || strcmp(call->method->name, "InitiateShutdown") != 0)
        *ret_value = SIM_NOT_SUPPORTED;
    else if (sim_texts_has(&call->host->denied, call->caller->user))
        *ret_value = SIM_DENIED;
    else if (!force->is_set || !sim_arg_text(call, "Reason"))
        *ret_value = SIM_INVALID_PARAMETER;
    else if ((armed = sim_fault_take(call->host, SIM_FAULT_RETURN, call->method->name, vm->guid, sim_vm_name(vm))))
        *ret_value = armed->value;
    else if (vm->job)
        *ret_value = SIM_IN_USE;
    else if (vm->guest == SIM_GUEST_LOCKED && !force->items[0].boolean)
        *ret_value = SIM_LOCKED;
    else if (vm->guest != SIM_GUEST_DEAF)
        return guest_end(call, vm);
    return 0;
}
