/* All VMs of a host: one enumeration of Msvm_ComputerSystem (hyperv.md 1.5). */
#include <hvctl/vm.h>

#include "base/error.h"
#include "base/size.h"
#include "hyperv/vm.h"
#include "inventory/gather.h"

struct vm_list {
    struct hv_task task;
    struct hv_gather gather;
    struct hv_vm *vms;
    size_t n_vms;
};

static int vm_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct vm_list *list = target;
    (void)kind;
    struct hv_vm *grown = hv_grow(list->vms, list->n_vms, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    list->vms = grown;
    int r = hv_vm_decode(instance, &list->vms[list->n_vms], err);
    if (r == 0)
        list->n_vms++;
    return r < 0 ? r : 0;
}

static int vms_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct vm_list *list = target;
    return round == 0 ? hv_gather_query(&list->gather, 0, "Msvm_ComputerSystem", NULL, true, effects, err) : 0;
}

static int vm_list_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                        struct hv_error *err) {
    struct vm_list *list = (struct vm_list *)task;
    (void)now_ms;
    return hv_gather_step(&list->gather, event, effects, err);
}

static void vm_list_free(struct hv_task *task) {
    struct vm_list *list = (struct vm_list *)task;
    for (size_t i = 0; i < list->n_vms; i++)
        hv_vm_deinit(&list->vms[i]);
    free(list->vms);
    free(list);
}

static const struct hv_task_vtable vm_list_vtable = { vm_list_step, vm_list_free };

int hv_vm_list_new(struct hv_task **ret_task, struct hv_error *err) {
    struct vm_list *list = calloc(1, sizeof(*list));
    if (!list)
        return hv_error_memory(err);
    hv_task_init(&list->task, &vm_list_vtable);
    hv_gather_init(&list->gather, vms_begin, vm_add, list);
    *ret_task = &list->task;
    return 0;
}

const struct hv_vm *hv_vm_list_result(const struct hv_task *task, size_t *ret_n_vms) {
    const struct vm_list *list = (const struct vm_list *)task;
    bool has_result = hv_task_succeeded(task, &vm_list_vtable);
    *ret_n_vms = has_result ? list->n_vms : 0;
    return has_result ? list->vms : NULL;
}
