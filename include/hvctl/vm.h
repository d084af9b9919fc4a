/* Virtual machines of a host. */
#ifndef HVCTL_VM_H
#define HVCTL_VM_H

#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* Absent texts are NULL, absent numbers are -1. Everything is owned by the task. */
struct hv_vm {
    char *id;                      /* upper-case GUID */
    char *name;                    /* display name, not unique */
    int64_t state;                 /* EnabledState */
    const char *state_name;        /* "running", "off", "saved", "paused", ...; "state N" texts are never made up: NULL */
    int64_t health;                /* HealthState */
    int64_t operational_status[2]; /* [1] tells what keeps a VM busy: 32774 is migrating */
    int64_t uptime_ms;
    int64_t process_id;
};

enum hv_medium {
    HV_MEDIUM_VHD,
    HV_MEDIUM_ISO,
    HV_MEDIUM_FLOPPY,
    HV_MEDIUM_PHYSICAL, /* pass-through disk */
    HV_MEDIUM_OTHER,
};

struct hv_vm_disk {
    enum hv_medium medium;
    char *instance_id;
    char *path; /* HostResource[0] */
    char *pool_id;
    int64_t controller; /* of the InstanceID: controller and slot number */
    int64_t slot;
};

struct hv_vm_adapter {
    char *instance_id;
    char *name;
    char *mac; /* AA-BB-CC-DD-EE-FF */
    bool mac_is_static;
    bool connected;
    char *switch_id;
    char *switch_name;
};

struct hv_vm_checkpoint {
    char *id;
    char *name;
    char *created; /* RFC 3339 */
    bool is_recovery;
};

struct hv_vm_details {
    struct hv_vm vm;
    char *host_name;             /* what the host calls itself; NULL when unknown */
    char *configuration_version; /* "10.0" */
    int64_t generation;          /* 1 or 2 */
    char *configuration_root;
    char *snapshot_root;
    char *paging_root;
    char *notes;
    int64_t processors;
    int64_t memory_mib;
    int64_t limit_processor_features; /* 1 yes, 0 no */
    struct hv_vm_disk *disks;
    size_t n_disks;
    struct hv_vm_adapter *adapters;
    size_t n_adapters;
    struct hv_vm_checkpoint *checkpoints;
    size_t n_checkpoints;
};

/* All VMs of a host, in the host's order, without the host itself. */
int hv_vm_list_new(struct hv_task **ret_task, struct hv_error *err);
const struct hv_vm *hv_vm_list_result(const struct hv_task *task, size_t *ret_n_vms);

/* One VM by GUID or display name. Errors of the task: NOT_FOUND (also when two VMs have that name; it lists the GUIDs). */
int hv_vm_show_new(const char *vm, struct hv_task **ret_task, struct hv_error *err);
const struct hv_vm_details *hv_vm_show_result(const struct hv_task *task);

/* "running", "off", ... for an EnabledState; NULL for one that no document names. */
const char *hv_vm_state_name(int64_t state);

/* "vhd", "iso", ... Never NULL. */
const char *hv_medium_name(enum hv_medium medium);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
