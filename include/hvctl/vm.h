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

enum hv_vm_action {
    HV_VM_START,
    HV_VM_STOP,     /* cut the power */
    HV_VM_SHUTDOWN, /* ask the guest */
    HV_VM_SAVE,
    HV_VM_PAUSE,
    HV_VM_RESUME, /* out of a pause */
};

/* All texts are copied. */
struct hv_vm_power_options {
    const char *vm;   /* GUID or display name */
    const char *host; /* what messages call it */
    enum hv_vm_action action;
    bool force;          /* SHUTDOWN: applications lose what they did not save */
    bool dry_run;        /* only look whether there is something to do */
    uint64_t timeout_ms; /* how long the new state is waited for once the host took the wish; 0: 5 min */
};

/*
 * Brings a VM into a state, unless it is there already, and sees that it got there. Errors: ARGUMENT, MEMORY; of the task
 * besides: NOT_FOUND, CONFLICT (a state from which that cannot be), DENIED, FAILED, DETACHED (not there yet when the time was
 * over), UNKNOWN_OUTCOME.
 */
int hv_vm_power_new(const struct hv_vm_power_options *options, struct hv_task **ret_task, struct hv_error *err);

struct hv_vm_power_result {
    const struct hv_vm *before;
    const struct hv_vm *after; /* in a dry run the same as BEFORE */
    bool is_needed;            /* the VM was not in that state */
};
/* NULL unless the task succeeded; valid until it is freed. */
const struct hv_vm_power_result *hv_vm_power_result(const struct hv_task *task);

/* What is to be set; -1 leaves it. */
struct hv_vm_set_options {
    const char *vm;
    const char *host;
    bool dry_run;
    int64_t processor_compatibility; /* LimitProcessorFeatures: use only what other processors have too */
};

/* Errors as above; CONFLICT when the VM would have to be off. */
int hv_vm_set_new(const struct hv_vm_set_options *options, struct hv_task **ret_task, struct hv_error *err);

struct hv_vm_set_result {
    const struct hv_vm *vm;
    int64_t processor_compatibility_before; /* 1 yes, 0 no */
    int64_t processor_compatibility_after;  /* in a dry run as it would be */
};
const struct hv_vm_set_result *hv_vm_set_result(const struct hv_task *task);

/* "running", "off", ... for an EnabledState; NULL for one that no document names. */
const char *hv_vm_state_name(int64_t state);

/* What keeps a VM busy: "migrating", ... for its second OperationalStatus; NULL for one that no document names. */
const char *hv_vm_activity_name(int64_t number);

/* "vhd", "iso", ... Never NULL. */
const char *hv_medium_name(enum hv_medium medium);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
