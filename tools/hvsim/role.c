/*
 * The cluster moves a role: MSCluster_ResourceGroup.MoveToNewNodeParams, which is MoveClusterGroupEx with the property list that
 * VM_RESDLL_CONTEXT of resapi.h describes. It has no return value: what is refused is a fault with the Windows error in it.
 */
#include "role.h"

#include <string.h>

#include "base/text.h"
#include "provider.h"
#include "request.h"

enum {
    GROUP_ONLINE = 0,
    GROUP_OFFLINE = 1,
    GROUP_FAILED = 2,
    GROUP_PENDING = 4,
};

enum { STATUS_WAITING_IN_QUEUE_FOR_MOVE = 4 }; /* CLUSGRP_STATUS_ */

enum { /* CLUSAPI_GROUP_MOVE_ */
       MOVE_RETURN_TO_SOURCE_NODE_ON_ERROR = 2,
       MOVE_QUEUE_ENABLED = 4,
       MOVE_KNOWN_FLAGS = 0x1F,
};

enum { /* winerror.h */
       ERROR_DENIED = 5,
       ERROR_PARAMETER = 87,
       ERROR_PENDING = 997, /* ERROR_IO_PENDING: it was accepted */
       ERROR_STATE = 5023,
       ERROR_NODE_NOT_FOUND = 5042,
       ERROR_NODE_DOWN = 5050,
       ERROR_NODE_PAUSED = 5070,
       ERROR_GROUP_MOVING = 5908,
};
enum { NODE_UP = 0, NODE_PAUSED = 2 };

enum { /* clusapi.h: how a property list is made up */
       SYNTAX_END = 0,
       SYNTAX_NAME = 0x00040003,
       SYNTAX_DWORD = 0x00010002,
       LIVE_MIGRATION = 4, /* VmResdllContextLiveMigration */
       NAME_MAX_UNITS = 64,
};

enum { VM_OFF = 3, VM_SAVED = 6, MIGRATION_NONE = 0, MIGRATION_FAILURE = 5, AT_FAILURE = 60 };
#define E_FAIL 0x80004005U

static uint32_t win32(uint32_t error) {
    return error > UINT16_MAX ? error : 0x80070000U | error;
}

uint32_t sim_role_state(const struct sim_vm *vm) {
    if (vm->role.job)
        return GROUP_PENDING;
    if (vm->role.has_failed)
        return GROUP_FAILED;
    return vm->state == VM_OFF || vm->state == VM_SAVED ? GROUP_OFFLINE : GROUP_ONLINE;
}

uint64_t sim_role_status(const struct sim_vm *vm) {
    return vm->role.node ? STATUS_WAITING_IN_QUEUE_FOR_MOVE : 0;
}

/* ---- the property list: count, then for each the name, the value and an end ---- */

struct bytes {
    const struct sim_value *value;
    size_t at;
    bool failed;
};

static uint32_t take_dword(struct bytes *bytes) {
    uint32_t number = 0;
    if (bytes->failed || bytes->value->n_items - bytes->at < 4) {
        bytes->failed = true;
        return 0;
    }
    for (unsigned i = 0; i < 4; i++)
        number |= (uint32_t)bytes->value->items[bytes->at++].u << 8 * i;
    return number;
}

/* UTF-16, with its end counted. Only names that are all ASCII mean anything here. */
static void take_name(struct bytes *bytes, char name[NAME_MAX_UNITS]) {
    uint32_t syntax = take_dword(bytes);
    uint32_t n_bytes = take_dword(bytes);
    *name = '\0';
    if (bytes->failed || syntax != SYNTAX_NAME || n_bytes < 4 || n_bytes % 2 != 0 || n_bytes > 2 * NAME_MAX_UNITS ||
        bytes->value->n_items - bytes->at < n_bytes) {
        bytes->failed = true;
        return;
    }
    for (size_t i = 0; i < n_bytes / 2; i++) {
        uint64_t low = bytes->value->items[bytes->at++].u;
        uint64_t high = bytes->value->items[bytes->at++].u;
        bool is_last = i == n_bytes / 2 - 1;
        bytes->failed = bytes->failed || high != 0 || low > 0x7F || (low == 0) != is_last;
        name[i] = (char)low;
    }
    while (!bytes->failed && bytes->at % 4 != 0 && bytes->at < bytes->value->n_items)
        bytes->at++;
}

static uint32_t take_value(struct bytes *bytes) {
    uint32_t syntax = take_dword(bytes);
    uint32_t n_bytes = take_dword(bytes);
    uint32_t number = take_dword(bytes);
    uint32_t end = take_dword(bytes);
    bytes->failed = bytes->failed || syntax != SYNTAX_DWORD || n_bytes != 4 || end != SYNTAX_END;
    return number;
}

/* Both resources of a VM are told to migrate live, and nothing else is asked for. */
static bool is_live_move(const struct sim_value *value) {
    static const char *const names[] = { "Virtual Machine", "Virtual Machine Configuration" };
    struct bytes bytes = { .value = value };
    uint32_t n = take_dword(&bytes);
    bool seen[2] = { false, false };
    for (uint32_t i = 0; i < n && !bytes.failed; i++) {
        char name[NAME_MAX_UNITS];
        take_name(&bytes, name);
        uint32_t number = take_value(&bytes);
        for (size_t k = 0; k < 2; k++)
            if (hv_text_same(name, names[k]))
                seen[k] = number == LIVE_MIGRATION;
    }
    return !bytes.failed && n == 2 && bytes.at == value->n_items && seen[0] && seen[1];
}

/* ---- the move ---- */

static struct sim_host *node_find(struct sim_host *host, const char *name) {
    for (size_t i = 0; name && i < host->fabric->n_hosts; i++) {
        struct sim_host *node = host->fabric->hosts[i];
        if (hv_text_same(node->cluster, host->cluster) && hv_text_same(node->netbios, name))
            return node;
    }
    return NULL;
}

static struct sim_vm *role_find(struct sim_host *host, const char *guid) {
    for (size_t i = 0; i < host->fabric->n_hosts; i++) {
        struct sim_host *node = host->fabric->hosts[i];
        struct sim_vm *vm = hv_text_same(node->cluster, host->cluster) ? sim_vm_find(node, guid, false) : NULL;
        if (vm && vm->role.is_clustered)
            return vm;
    }
    return NULL;
}

static bool job_fill(struct sim_job *job, const struct sim_request *request) {
    memcpy(job->vm_guid, request->vm->guid, sizeof(job->vm_guid));
    job->migration_type = SIM_TYPE_VM;
    return hv_text_copy(request->destination, &job->destination, NULL) == 0;
}

/* The owner's migration service makes the move, as for one that was asked of itself. False when out of memory. */
static bool job_start(const struct sim_method_call *call, struct sim_vm *vm, struct sim_host *node) {
    struct sim_request request = { .host = vm->host, .vm = vm, .destination = node->netbios, .node = node, .type = SIM_TYPE_VM };
    struct sim_plan plan = { 0 };
    struct sim_problems problems = { 0 };
    request.settings.object = sim_new(vm->host, "Msvm_VirtualSystemMigrationSettingData");
    bool good = request.settings.object && sim_plan_make(&request, &plan, &problems);
    struct sim_job *job = good ? sim_job_new(vm->host, SIM_JOB_MOVE, 305) : NULL;
    if (!job) {
        sim_plan_deinit(&plan);
        sim_problems_deinit(&problems);
    } else {
        job->plan = plan;
        job->problems = problems;
        good = job_fill(job, &request);
        vm->role.job = vm->job = job;
        vm->role.has_failed = false;
        job->holds_slot = job->problems.n_items == 0;
        sim_job_faults(call, vm, job);
        vm->role.fails = sim_fault_take(call->host, SIM_FAULT_ROLE_FAILS, call->method->name, vm->guid, sim_vm_name(vm)) != NULL;
        if (vm->role.fails)
            sim_problem_note(&job->problems, AT_FAILURE, E_FAIL, NULL, "The role of '%s' failed.", sim_vm_name(vm));
    }
    sim_request_deinit(&request);
    return job && good;
}

static uint32_t refuse(const struct sim_method_call *call, uint32_t error, const char *why) {
    sim_fabric_refuse(call->host->fabric, "%s", why);
    return win32(error);
}

static uint32_t form_check(const struct sim_method_call *call) {
    const struct sim_value *parameters = sim_arg_value(call, "Parameters");
    const struct sim_value *flags = sim_arg_value(call, "Flags");
    if (!flags->is_set || flags->items[0].u > MOVE_KNOWN_FLAGS)
        return refuse(call, ERROR_PARAMETER, "no Flags, or unknown ones");
    if (!parameters->is_set || !is_live_move(parameters))
        return refuse(call, ERROR_PARAMETER, "Parameters is no property list that asks for a live migration");
    return 0;
}

static uint32_t node_check(const struct sim_method_call *call, const struct sim_vm *vm, const struct sim_host *node) {
    if (sim_texts_has(&call->host->denied, call->caller->user))
        return win32(ERROR_DENIED);
    if (!node)
        return refuse(call, ERROR_NODE_NOT_FOUND, "NodeName is no node of the cluster");
    if (node->node_state != NODE_UP)
        return win32(node->node_state == NODE_PAUSED ? ERROR_NODE_PAUSED : ERROR_NODE_DOWN);
    if (vm->role.node || vm->job)
        return win32(ERROR_GROUP_MOVING);
    return 0;
}

static uint32_t move_begin(const struct sim_method_call *call, struct sim_vm *vm, struct sim_host *node) {
    const struct sim_armed *queue =
        sim_fault_take(call->host, SIM_FAULT_ROLE_QUEUES, call->method->name, vm->guid, sim_vm_name(vm));
    vm->role.move_flags = (uint32_t)sim_arg_value(call, "Flags")->items[0].u;
    vm->role.migration = MIGRATION_NONE;
    vm->role.reason = 0;
    if (!queue)
        return job_start(call, vm, node) ? 0 : SIM_WBEM_OUT_OF_MEMORY;
    if (!(vm->role.move_flags & MOVE_QUEUE_ENABLED))
        return win32(ERROR_STATE);
    vm->role.node = node;
    vm->role.starts_us = call->host->fabric->now_us + (int64_t)queue->value * SIM_US_PER_MS;
    sim_fabric_touch(call->host->fabric);
    return 0;
}

uint32_t sim_role_invoke(const struct sim_method_call *call, const struct sim_object *group) {
    struct sim_vm *vm = role_find(call->host, sim_object_text(group, "Id"));
    struct sim_host *node = node_find(call->host, sim_arg_text(call, "NodeName"));
    uint32_t r = vm ? form_check(call) : SIM_WBEM_NOT_FOUND;
    const struct sim_armed *armed =
        r ? NULL : sim_fault_take(call->host, SIM_FAULT_RETURN, call->method->name, vm->guid, sim_vm_name(vm));
    if (armed && armed->value != ERROR_PENDING)
        return win32(armed->value);
    r = r ? r : node_check(call, vm, node);
    if (r == 0 && node != vm->host)
        r = move_begin(call, vm, node);
    return r == 0 && armed ? win32(ERROR_PENDING) : r;
}

/* ---- time ---- */

/* Without leave to go back, a group whose move failed stays failed. */
static void move_settle(struct sim_vm *vm) {
    struct sim_role *role = &vm->role;
    bool good = role->job->problems.n_items == 0;
    role->migration = good ? MIGRATION_NONE : MIGRATION_FAILURE;
    role->reason = good ? 0 : role->job->problems.items[0].hresult;
    if (!good && role->reason == 0)
        role->reason = E_FAIL;
    role->has_failed = !good && (role->fails || !(role->move_flags & MOVE_RETURN_TO_SOURCE_NODE_ON_ERROR));
    role->job = NULL;
    sim_fabric_touch(vm->host->fabric);
}

static void queue_leave(struct sim_vm *vm) {
    const struct sim_class *class_ = sim_schema_class(vm->host->fabric->schema, SIM_NS_MSCLUSTER, "MSCluster_ResourceGroup");
    const struct sim_method_call call = { .host = vm->host, .method = sim_class_method(class_, "MoveToNewNodeParams") };
    struct sim_host *node = vm->role.node;
    vm->role.node = NULL;
    if (!job_start(&call, vm, node))
        vm->role.has_failed = true;
}

void sim_roles_advance(struct sim_fabric *fabric) {
    for (size_t i = 0; i < fabric->n_vms; i++) {
        struct sim_vm *vm = fabric->vms[i];
        if (vm->role.job && sim_job_is_over(vm->role.job))
            move_settle(vm);
        else if (vm->role.node && fabric->now_us >= vm->role.starts_us)
            queue_leave(vm);
    }
}
