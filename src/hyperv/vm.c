/* Msvm_ComputerSystem and the choice of one VM (hyperv.md 1.5, 2.8). */
#include "hyperv/vm.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/field.h"

enum {
    FIND_MAX_LISTED = 16,
    FIND_IDS_BYTES = 1024,
};

/* From 32768 on the numbers are those of the older namespace; hosts of today still show some of them. */
static const struct {
    int64_t number;
    const char *name;
} states[] = {
    { 0, "unknown" },
    { 1, "other" },
    { HV_VM_RUNNING, "running" },
    { HV_VM_OFF, "off" },
    { HV_VM_SHUTTING_DOWN, "shutting down" },
    { 5, "not applicable" },
    { HV_VM_SAVED, "saved" },
    { 7, "in test" },
    { 8, "deferred" },
    { HV_VM_PAUSED, "paused" },
    { HV_VM_STARTING, "starting" },
    { 32768, "paused" },
    { 32769, "saved" },
    { 32773, "saving" },
    { 32776, "pausing" },
    { 32777, "resuming" },
    { 32779, "fast saved" },
    { 32780, "fast saving" },
    { 32781, "running (critical)" },
    { 32782, "off (critical)" },
    { 32783, "stopping (critical)" },
    { 32784, "saved (critical)" },
    { 32785, "paused (critical)" },
    { 32786, "starting (critical)" },
    { 32787, "reset (critical)" },
    { 32788, "saving (critical)" },
    { 32789, "pausing (critical)" },
    { 32790, "resuming (critical)" },
    { 32791, "fast saved (critical)" },
    { 32792, "fast saving (critical)" },
};

const char *hv_vm_state_name(int64_t state) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(states); i++)
        if (states[i].number == state)
            return states[i].name;
    return NULL;
}

/* What keeps a VM busy: OperationalStatus[1] (hyperv.md 2.8). */
static const struct {
    int64_t number;
    const char *name;
} activities[] = {
    { 32768, "creating checkpoint" }, { 32769, "applying checkpoint" }, { 32770, "deleting checkpoint" },
    { 32771, "waiting to start" },    { 32772, "merging disks" },       { 32773, "exporting" },
    { 32774, "migrating" },
};

const char *hv_vm_activity_name(int64_t number) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(activities); i++) {
        if (activities[i].number == number)
            return activities[i].name;
    }
    return NULL;
}

int hv_vm_decode(const struct hv_instance *instance, struct hv_vm *ret_vm, struct hv_error *err) {
    const char *name = hv_instance_text(instance, "Name");
    struct hv_uuid uuid;
    if (!name || !hv_uuid_parse(name, &uuid))
        return 1;
    char id[HV_UUID_TEXT_SIZE];
    hv_uuid_format(&uuid, id);
    struct hv_vm vm = {
        .state = hv_field_number(instance, "EnabledState", UINT16_MAX),
        .health = hv_field_number(instance, "HealthState", UINT16_MAX),
        .operational_status = { hv_field_number_at(instance, "OperationalStatus", 0, UINT16_MAX),
                                hv_field_number_at(instance, "OperationalStatus", 1, UINT16_MAX) },
        .uptime_ms = hv_field_number(instance, "OnTimeInMilliseconds", INT64_MAX),
        .process_id = hv_field_number(instance, "ProcessID", UINT32_MAX),
    };
    vm.state_name = hv_vm_state_name(vm.state);
    int r = hv_text_copy(id, &vm.id, err);
    if (r == 0)
        r = hv_field_text(instance, "ElementName", &vm.name, err);
    if (r < 0) {
        hv_vm_deinit(&vm);
        return r;
    }
    *ret_vm = vm;
    return 0;
}

void hv_vm_deinit(struct hv_vm *vm) {
    free(vm->id);
    free(vm->name);
    memset(vm, 0, sizeof(*vm));
}

void hv_vm_find_init(struct hv_vm_find *find, const char *wanted) {
    memset(find, 0, sizeof(*find));
    find->wanted = wanted;
    hv_buf_init(&find->ids, FIND_IDS_BYTES);
    struct hv_uuid uuid;
    if (hv_uuid_parse(wanted, &uuid))
        hv_uuid_format(&uuid, find->id);
}

void hv_vm_find_deinit(struct hv_vm_find *find) {
    hv_vm_deinit(&find->vm);
    hv_buf_deinit(&find->ids);
}

const char *hv_vm_find_property(const struct hv_vm_find *find) {
    return *find->id ? "Name" : "ElementName";
}

const char *hv_vm_find_value(const struct hv_vm_find *find) {
    return *find->id ? find->id : find->wanted;
}

/* A name compares regardless of case, as WQL does. */
static bool is_wanted(const struct hv_vm_find *find, const struct hv_vm *vm) {
    return *find->id ? strcmp(vm->id, find->id) == 0 : hv_text_same(vm->name, find->wanted);
}

int hv_vm_find_offer(struct hv_vm_find *find, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_vm vm;
    int r = hv_vm_decode(instance, &vm, err);
    if (r != 0)
        return r < 0 ? r : 0;
    if (is_wanted(find, &vm)) {
        find->n_found++;
        if (find->n_found <= FIND_MAX_LISTED)
            hv_buf_printf(&find->ids, "%s%s", find->n_found > 1 ? ", " : "", vm.id);
        if (find->n_found == 1) {
            find->vm = vm;
            return 0;
        }
    }
    hv_vm_deinit(&vm);
    return 0;
}

int hv_vm_find_end(struct hv_vm_find *find, struct hv_vm *ret_vm, struct hv_error *err) {
    if (find->n_found == 1) {
        *ret_vm = find->vm;
        memset(&find->vm, 0, sizeof(find->vm));
        return 0;
    }
    if (find->n_found == 0) {
        hv_error_set(err, HV_E_NOT_FOUND, "there is no VM %s \"%s\"", *find->id ? "with the GUID" : "named", find->wanted);
        hv_error_remedy(err, "see which VMs the host has: hvctl vm list -H HOST");
        return HV_E_NOT_FOUND;
    }
    hv_error_set(err, HV_E_NOT_FOUND, "%zu VMs are named \"%s\": %s%s", find->n_found, find->wanted, hv_buf_text(&find->ids),
                 find->n_found > FIND_MAX_LISTED ? ", ..." : "");
    hv_error_remedy(err, "give the GUID of the one you mean instead of the name");
    return HV_E_NOT_FOUND;
}
