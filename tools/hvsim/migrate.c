/* Methods that start or check a move (hyperv.md 2.1, 4). */
#include <string.h>

#include "base/text.h"
#include "request.h"

/* JobType by migration type (hyperv.md 2.6). */
static uint16_t job_type(const struct sim_request *request) {
    switch (request->type) {
    case SIM_TYPE_VM:
        return request->is_check ? 301 : 305;
    case SIM_TYPE_STORAGE:
        return request->is_check ? 304 : 307;
    case SIM_TYPE_STAGED:
        return request->is_check ? 301 : 300;
    case SIM_TYPE_VM_AND_STORAGE:
        return request->is_check ? 302 : 306;
    default:
        return 303;
    }
}

static enum sim_job_kind job_kind(const struct sim_request *request) {
    if (request->is_check)
        return SIM_JOB_CHECK;
    return request->type == SIM_TYPE_STAGED ? SIM_JOB_STAGE : SIM_JOB_MOVE;
}

static const struct sim_armed *fault_take(const struct sim_method_call *call, const struct sim_vm *vm, enum sim_fault_kind kind) {
    return sim_fault_take(call->host, kind, call->method->name, vm ? vm->guid : NULL, vm ? sim_vm_name(vm) : NULL);
}

static const char *label(const struct sim_vm *vm) {
    return vm ? sim_vm_name(vm) : "the host";
}

void sim_job_faults(const struct sim_method_call *call, const struct sim_vm *vm, struct sim_job *job) {
    const struct sim_armed *armed;
    if ((armed = fault_take(call, vm, SIM_FAULT_JOB_FAILS)))
        sim_problem_note(&job->problems, armed->percent, armed->value ? armed->value : 0x80070005, NULL,
                         "An unexpected error occurred in %s of '%s'.", call->method->name, label(vm));
    if ((armed = fault_take(call, vm, SIM_FAULT_JOB_SAYS)))
        sim_reason_note(&job->problems, armed->percent, armed->value, label(vm),
                        job->destination ? job->destination : call->host->netbios);
    if (fault_take(call, vm, SIM_FAULT_JOB_WARNS))
        sim_problem_note(&job->warnings, 0, 0, "20417", "The blackout of '%s' was longer than expected.", label(vm));
    if ((armed = fault_take(call, vm, SIM_FAULT_JOB_HANGS)))
        job->hang_at = armed->value ? armed->value : 1;
    if (fault_take(call, vm, SIM_FAULT_CANCEL_HANGS))
        job->is_stubborn = true;
    if ((armed = fault_take(call, vm, SIM_FAULT_JOB_VANISHES))) {
        job->hide_at = 50;
        if (armed->value)
            sim_problem_note(&job->problems, armed->percent, armed->value, NULL,
                             "An unexpected error occurred while '%s' was being moved.", label(vm));
    }
    if (fault_take(call, vm, SIM_FAULT_LEFTOVERS))
        job->leaves_leftovers = true;
}

static bool asked_keep(struct sim_job *job, const struct sim_embedded *embedded, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (embedded[i].object && !sim_list_add(&job->asked, sim_object_copy(embedded[i].object)))
            return false;
    return true;
}

static bool job_fill(const struct sim_method_call *call, const struct sim_request *request, struct sim_job *job) {
    const struct sim_value *resources = sim_arg_value(call, "NewResourceSettingData");
    memcpy(job->vm_guid, request->vm->guid, sizeof(job->vm_guid));
    job->migration_type = request->type;
    if (hv_text_copy(request->destination, &job->destination, NULL) ||
        hv_text_copy(sim_arg_text(call, "NewSystemSettingData"), &job->system_text, NULL))
        return false;
    for (size_t i = 0; i < resources->n_items; i++)
        if (!sim_texts_add(&job->resource_texts, resources->items[i].text))
            return false;
    return asked_keep(job, &request->settings, 1) && asked_keep(job, request->unmanaged, request->n_unmanaged) &&
           asked_keep(job, &request->system, 1) && asked_keep(job, request->resources, request->n_resources);
}

/* A job that could not be made whole ends at once, so that nothing acts on it. */
static uint32_t job_start(const struct sim_method_call *call, const struct sim_request *request, uint32_t *ret_value) {
    struct sim_plan plan = { 0 };
    struct sim_problems problems = { 0 };
    bool good = sim_plan_make(request, &plan, &problems);
    struct sim_job *job = good ? sim_job_new(call->host, job_kind(request), job_type(request)) : NULL;
    if (!job) {
        sim_plan_deinit(&plan);
        sim_problems_deinit(&problems);
        return SIM_WBEM_OUT_OF_MEMORY;
    }
    job->plan = plan;
    job->problems = problems;
    if (!job_fill(call, request, job)) {
        job->ended_us = call->host->fabric->now_us;
        return SIM_WBEM_OUT_OF_MEMORY;
    }
    if (!request->is_check) {
        request->vm->job = job;
        job->holds_slot = job->problems.n_items == 0;
    }
    sim_job_faults(call, request->vm, job);
    return sim_answer_job(call, job, ret_value);
}

static uint32_t to_host(const struct sim_method_call *call, uint32_t *ret_value) {
    struct sim_request request;
    uint32_t r = sim_request_read(call, &request, ret_value);
    if (r == 0 && *ret_value == 0) {
        const struct sim_armed *armed = fault_take(call, request.vm, SIM_FAULT_RETURN);
        if (armed)
            *ret_value = armed->value;
        else if (sim_texts_has(&call->host->denied, call->caller->user))
            *ret_value = SIM_DENIED;
        else
            r = job_start(call, &request, ret_value);
    }
    sim_request_deinit(&request);
    return r;
}

/* The question in CIM's own form: an answer at once, by CIM's return values (hyperv.md 2.1). */
static uint32_t is_migratable(const struct sim_method_call *call, uint32_t *ret_value) {
    struct sim_request request;
    struct sim_plan plan = { 0 };
    struct sim_problems problems = { 0 };
    uint32_t r = sim_request_read(call, &request, ret_value);
    if (r == 0 && *ret_value != 0) {
        *ret_value = *ret_value == SIM_INVALID_PARAMETER                           ? 4
                     : *ret_value == SIM_IN_USE || *ret_value == SIM_INVALID_STATE ? 5
                                                                                   : 2;
    } else if (r == 0) {
        bool good = sim_plan_make(&request, &plan, &problems) &&
                    sim_value_add_number(sim_arg_value(call, "IsMigratable"), problems.n_items == 0) == 0;
        r = good ? 0 : SIM_WBEM_OUT_OF_MEMORY;
    }
    sim_plan_deinit(&plan);
    sim_problems_deinit(&problems);
    sim_request_deinit(&request);
    return r;
}

uint32_t sim_migration_invoke(const struct sim_method_call *call, uint32_t *ret_value) {
    const char *name = call->method->name;
    if (strcmp(name, "MigrateVirtualSystemToHost") == 0 || strcmp(name, "CheckVirtualSystemIsMigratable") == 0)
        return to_host(call, ret_value);
    if (strcmp(name, "CheckVirtualSystemIsMigratableToHost") == 0)
        return is_migratable(call, ret_value);
    if (strcmp(name, "MigrateVirtualSystemToSystem") == 0 || strcmp(name, "CheckVirtualSystemIsMigratableToSystem") == 0) {
        *ret_value = 1; /* CIM's "not supported" */
        return 0;
    }
    return sim_network_invoke(call, ret_value);
}
