/* Virtual machines: states, decoding of Msvm_ComputerSystem, and which of many is meant (hyperv.md 1.5, 2.8). */
#ifndef HYPERV_VM_H
#define HYPERV_VM_H

#include <hvctl/instance.h>
#include <hvctl/vm.h>

#include "base/buf.h"
#include "base/uuid.h"

/* EnabledState, the values that decide something. */
enum {
    HV_VM_RUNNING = 2,
    HV_VM_OFF = 3,
    HV_VM_SHUTTING_DOWN = 4,
    HV_VM_SAVED = 6,
    HV_VM_PAUSED = 9,
    HV_VM_STARTING = 10,
};
/* OperationalStatus[1] while a VM migrates. */
enum { HV_VM_STATUS_MIGRATING = 32774 };

/*
 * Fills VM, whose old contents are not looked at. Outcomes: 0; 1 the instance is no VM but the host itself, which Caption and
 * Description, being translated, do not tell: a VM's Name is a GUID. Errors: MEMORY. Serves planned VMs too.
 */
HV_MUST_CHECK int hv_vm_decode(const struct hv_instance *instance, struct hv_vm *ret_vm, struct hv_error *err);
/* Accepts a zeroed VM and leaves one. */
void hv_vm_deinit(struct hv_vm *vm);

/*
 * A VM looked for by GUID or display name: query Msvm_ComputerSystem where PROPERTY equals VALUE, offer what comes, and end.
 */
struct hv_vm_find {
    const char *wanted;         /* borrowed */
    char id[HV_UUID_TEXT_SIZE]; /* WANTED when it is a GUID, else "" */
    struct hv_vm vm;            /* the first found */
    size_t n_found;
    struct hv_buf ids; /* of those found, for the message */
};

void hv_vm_find_init(struct hv_vm_find *find, const char *wanted);
void hv_vm_find_deinit(struct hv_vm_find *find);
/* "Name" or "ElementName". */
const char *hv_vm_find_property(const struct hv_vm_find *find);
const char *hv_vm_find_value(const struct hv_vm_find *find);
/* Instances that are another VM, or none, are passed over: what is moved must be what was named. Errors: MEMORY. */
HV_MUST_CHECK int hv_vm_find_offer(struct hv_vm_find *find, const struct hv_instance *instance, struct hv_error *err);
/* Hands the VM over. Errors: NOT_FOUND (none, or several of that name; the message lists the GUIDs). */
HV_MUST_CHECK int hv_vm_find_end(struct hv_vm_find *find, struct hv_vm *ret_vm, struct hv_error *err);

#endif
