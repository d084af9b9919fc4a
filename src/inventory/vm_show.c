/*
 * One VM with everything that it consists of (hyperv.md 1.5, 2.8 to 2.12). Round 0 finds it; round 1 asks for all parts at once,
 * by the VM's GUID in their InstanceID, which leaves out what belongs to checkpoints; connections need the adapters, switches
 * need the connections, so these follow, when there are any.
 */
#include <hvctl/vm.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/field.h"
#include "hyperv/vm.h"
#include "hyperv/vm_details.h"
#include "inventory/gather.h"
#include "wsman/wql.h"

enum { WHERE_MAX_BYTES = 8192 };

enum kind {
    KIND_VM,
    KIND_SETTINGS,
    KIND_DISKS,
    KIND_DRIVES,
    KIND_ADAPTERS,
    KIND_LEGACY_ADAPTERS,
    KIND_PROCESSOR,
    KIND_MEMORY,
    KIND_HOST,
    KIND_CONNECTIONS,
    KIND_SWITCHES,
};

struct vm_show {
    struct hv_task task;
    struct hv_gather gather;
    char *wanted;
    struct hv_vm_find find;
    struct hv_vm_details details;
};

/* What the VM's GUID is compared with. */
enum filter {
    FILTER_NONE,
    FILTER_SYSTEM, /* settings and checkpoints name the VM */
    FILTER_PART,   /* InstanceID begins with Microsoft:<GUID> */
    FILTER_DRIVE,  /* the same, disk drives only: pass-through disks are among them (ResourceType 17) */
};

static const struct query {
    enum kind kind;
    enum filter filter;
    bool required;
    const char *class_name;
} parts[] = {
    { KIND_SETTINGS, FILTER_SYSTEM, true, "Msvm_VirtualSystemSettingData" },
    { KIND_DISKS, FILTER_PART, true, "Msvm_StorageAllocationSettingData" },
    { KIND_DRIVES, FILTER_DRIVE, false, "Msvm_ResourceAllocationSettingData" },
    { KIND_ADAPTERS, FILTER_PART, false, "Msvm_SyntheticEthernetPortSettingData" },
    { KIND_LEGACY_ADAPTERS, FILTER_PART, false, "Msvm_EmulatedEthernetPortSettingData" },
    { KIND_PROCESSOR, FILTER_PART, false, "Msvm_ProcessorSettingData" },
    { KIND_MEMORY, FILTER_PART, false, "Msvm_MemorySettingData" },
    { KIND_HOST, FILTER_NONE, false, "Msvm_VirtualSystemMigrationService" },
};
static const struct query connections = { KIND_CONNECTIONS, FILTER_PART, false, "Msvm_EthernetPortAllocationSettingData" };
static const struct query switches = { KIND_SWITCHES, FILTER_NONE, false, "Msvm_VirtualEthernetSwitch" };

static int where_write(struct hv_buf *where, enum filter filter, const char *vm_id, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf prefix = HV_BUF_INIT(WHERE_MAX_BYTES);
    if (filter == FILTER_SYSTEM) {
        hv_buf_puts(where, "VirtualSystemIdentifier = ");
        hv_wql_quote(where, vm_id);
    } else if (filter != FILTER_NONE) {
        hv_buf_printf(&prefix, "Microsoft:%s", vm_id);
        hv_buf_puts(where, filter == FILTER_DRIVE ? "ResourceType = 17 AND InstanceID LIKE " : "InstanceID LIKE ");
        hv_wql_quote_prefix(where, hv_buf_text(&prefix));
    }
    int r = hv_buf_finish(&prefix, "query", err);
    return r < 0 ? r : hv_buf_finish(where, "query", err);
}

static int query_begin(struct vm_show *show, const struct query *query, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r = where_write(&where, query->filter, show->details.vm.id, err);
    if (r < 0)
        return r;
    return hv_gather_query(&show->gather, query->kind, query->class_name, where.data, query->required, effects, err);
}

static int parts_begin(struct vm_show *show, struct hv_effects *effects, struct hv_error *err) {
    int r = hv_vm_find_end(&show->find, &show->details.vm, err);
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(parts); i++)
        r = query_begin(show, &parts[i], effects, err);
    return r;
}

static bool leads_to_switch(const struct hv_vm_details *details) {
    for (size_t i = 0; i < details->n_adapters; i++)
        if (details->adapters[i].switch_id)
            return true;
    return false;
}

static int round_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct vm_show *show = target;
    if (round == 0)
        return hv_gather_find_vm(&show->gather, KIND_VM, &show->find, effects, err);
    if (round == 1)
        return parts_begin(show, effects, err);
    if (round == 2 && show->details.n_adapters > 0)
        return query_begin(show, &connections, effects, err);
    if (round == 3 && leads_to_switch(&show->details))
        return query_begin(show, &switches, effects, err);
    return 0;
}

static int host_add(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err) {
    return details->host_name ? 0 : hv_field_text(instance, "SystemName", &details->host_name, err);
}

static int instance_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct vm_show *show = target;
    struct hv_vm_details *details = &show->details;
    switch ((enum kind)kind) {
    case KIND_VM:
        return hv_vm_find_offer(&show->find, instance, err);
    case KIND_SETTINGS:
        return hv_vm_add_settings(details, instance, err);
    case KIND_DISKS:
    case KIND_DRIVES:
        return hv_vm_add_disk(details, instance, err);
    case KIND_ADAPTERS:
    case KIND_LEGACY_ADAPTERS:
        return hv_vm_add_adapter(details, instance, err);
    case KIND_PROCESSOR:
        hv_vm_add_processor(details, instance);
        return 0;
    case KIND_MEMORY:
        hv_vm_add_memory(details, instance);
        return 0;
    case KIND_HOST:
        return host_add(details, instance, err);
    case KIND_CONNECTIONS:
        return hv_vm_add_connection(details, instance, err);
    case KIND_SWITCHES:
        return hv_vm_add_switch(details, instance, err);
    }
    return 0;
}

static int vm_show_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                        struct hv_error *err) {
    struct vm_show *show = (struct vm_show *)task;
    (void)now_ms;
    return hv_gather_step(&show->gather, event, effects, err);
}

static void vm_show_free(struct hv_task *task) {
    struct vm_show *show = (struct vm_show *)task;
    hv_vm_find_deinit(&show->find);
    hv_vm_details_deinit(&show->details);
    free(show->wanted);
    free(show);
}

static const struct hv_task_vtable vm_show_vtable = { vm_show_step, vm_show_free };

int hv_vm_show_new(const char *vm, struct hv_task **ret_task, struct hv_error *err) {
    if (!vm || !*vm)
        return hv_error_set(err, HV_E_ARGUMENT, "the name of the VM is empty");
    struct vm_show *show = calloc(1, sizeof(*show));
    if (!show)
        return hv_error_memory(err);
    int r = hv_text_copy(vm, &show->wanted, err);
    if (r < 0) {
        free(show);
        return r;
    }
    hv_task_init(&show->task, &vm_show_vtable);
    hv_gather_init(&show->gather, round_begin, instance_add, show);
    hv_vm_find_init(&show->find, show->wanted);
    hv_vm_details_init(&show->details);
    *ret_task = &show->task;
    return 0;
}

const struct hv_vm_details *hv_vm_show_result(const struct hv_task *task) {
    const struct vm_show *show = (const struct vm_show *)task;
    bool has_result = hv_task_succeeded(task, &vm_show_vtable);
    return has_result ? &show->details : NULL;
}
