/* Every planned VM of a host, and what another host says of the VMs that they stand for (hyperv.md 2.9, 4e). */
#include <hvctl/staged.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/job.h"
#include "hyperv/vm.h"
#include "inventory/gather.h"

enum { MAX_LISTED = 65536 };

enum kind {
    KIND_PLANNED,
    KIND_ORIGIN,
    KIND_JOB,
};

struct planned_list {
    struct hv_task task;
    struct hv_gather gather;
    bool has_origin;
    struct hv_planned_vm *planned;
    size_t n_planned;
    /* VMs of the other host; and again those that a job of it moves. Origin THERE or MOVING. */
    struct hv_planned_vm *others;
    size_t n_others;
};

static int round_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct planned_list *self = target;
    int r = 0;

    if (round > 0)
        return 0;
    r = hv_gather_query(&self->gather, KIND_PLANNED, "Msvm_PlannedComputerSystem", NULL, true, effects, err);
    if (r < 0 || !self->has_origin)
        return r;
    self->gather.peer = HV_PEER_DESTINATION;
    r = hv_gather_query(&self->gather, KIND_ORIGIN, "Msvm_ComputerSystem", NULL, true, effects, err);
    return r < 0 ? r : hv_gather_query(&self->gather, KIND_JOB, "Msvm_MigrationJob", NULL, false, effects, err);
}

/* Takes what VM owns. */
static int push(struct hv_planned_vm **list, size_t *n, struct hv_vm *vm_take, enum hv_origin origin, struct hv_error *err) {
    struct hv_planned_vm *grown = *n < MAX_LISTED ? hv_grow(*list, *n, sizeof(*grown)) : NULL;

    if (!grown) {
        hv_vm_deinit(vm_take);
        return *n == MAX_LISTED ? hv_error_set(err, HV_E_LIMIT, "more than %d VMs", MAX_LISTED) : hv_error_memory(err);
    }
    *list = grown;
    grown[(*n)++] = (struct hv_planned_vm){ .vm = *vm_take, .origin = origin };
    return 0;
}

static int add_job(struct planned_list *self, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_vm vm = { 0 };
    struct hv_job job;
    int r = hv_job_decode(instance, &job, err);

    if (r < 0)
        return r;
    if (!job.is_finished && job.vm_id) {
        r = hv_text_copy(job.vm_id, &vm.id, err);
        if (r == 0)
            r = push(&self->others, &self->n_others, &vm, HV_ORIGIN_MOVING, err);
    }
    hv_job_deinit(&job);
    return r;
}

static int add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct planned_list *self = target;
    struct hv_vm vm;
    int r;

    if (kind == KIND_JOB)
        return add_job(self, instance, err);
    r = hv_vm_decode(instance, &vm, err);
    if (r != 0)
        return r < 0 ? r : 0;
    if (kind == KIND_PLANNED)
        return push(&self->planned, &self->n_planned, &vm, HV_ORIGIN_UNASKED, err);
    return push(&self->others, &self->n_others, &vm,
                vm.operational_status[1] == HV_VM_STATUS_MIGRATING ? HV_ORIGIN_MOVING : HV_ORIGIN_THERE, err);
}

/* The names of the origins are in the order of what they mean for the planned VM. */
static void compare(struct hv_planned_vm *planned, const struct planned_list *self) {
    planned->origin = HV_ORIGIN_NONE;
    for (size_t i = 0; i < self->n_others; i++) {
        if (hv_text_same(self->others[i].vm.id, planned->vm.id) && self->others[i].origin > planned->origin)
            planned->origin = self->others[i].origin;
    }
}

static int judge(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct planned_list *self = target;

    (void)err;
    for (size_t i = 0; self->has_origin && i < self->n_planned; i++)
        compare(&self->planned[i], self);
    hv_effects_done(effects);
    return 0;
}

static int planned_list_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                             struct hv_error *err) {
    (void)now_ms;
    return hv_gather_step(&((struct planned_list *)task)->gather, event, effects, err);
}

static void list_free(struct hv_planned_vm *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        hv_vm_deinit(&list[i].vm);
    free(list);
}

static void planned_list_free(struct hv_task *task) {
    struct planned_list *self = (struct planned_list *)task;

    list_free(self->planned, self->n_planned);
    list_free(self->others, self->n_others);
    free(self);
}

static const struct hv_task_vtable planned_list_vtable = { planned_list_step, planned_list_free };

int hv_planned_list_new(bool has_origin, struct hv_task **ret_task, struct hv_error *err) {
    struct planned_list *self = calloc(1, sizeof(*self));

    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &planned_list_vtable);
    self->has_origin = has_origin;
    hv_gather_init(&self->gather, round_begin, add, self);
    self->gather.end = judge;
    self->gather.end_target = self;
    *ret_task = &self->task;
    return 0;
}

const struct hv_planned_vm *hv_planned_list_result(const struct hv_task *task, size_t *ret_n) {
    const struct planned_list *self = (const struct planned_list *)task;
    bool has_result = hv_task_succeeded(task, &planned_list_vtable);

    *ret_n = has_result ? self->n_planned : 0;
    if (!has_result)
        return NULL;
    return self->planned;
}
