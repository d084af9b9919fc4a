/* Machines: their settings are stored objects, which go with them from host to host. */
#ifndef SIM_VM_H
#define SIM_VM_H

#include "base/uuid.h"
#include "list.h"
#include "role.h"
#include "setter.h"

struct sim_fabric;
struct sim_host;
struct sim_job;
struct sim_switch;

/* The active settings of a VM, or a checkpoint. */
struct sim_config {
    struct sim_object *system; /* Msvm_VirtualSystemSettingData */
    struct sim_list resources;
};

/* How the guest takes a wish to shut down. */
enum sim_guest {
    SIM_GUEST_READY,
    SIM_GUEST_LOCKED, /* only with force */
    SIM_GUEST_DEAF,   /* says yes and goes on */
    SIM_GUEST_NONE,   /* has no integration services */
};

struct sim_vm {
    char guid[HV_UUID_TEXT_SIZE];
    struct sim_host *host; /* the one that has it */
    bool is_planned;
    uint16_t state; /* EnabledState */
    int64_t state_since_us;
    uint16_t replication; /* ReplicationState */
    uint16_t busy;        /* OperationalStatus[1], 0: none */
    enum sim_guest guest;
    struct sim_config active;
    struct sim_config *checkpoints;
    size_t n_checkpoints;
    struct sim_job *job; /* the move it is in, NULL when none */
    struct sim_role role;
};

const char *sim_vm_name(const struct sim_vm *vm);
struct sim_vm *sim_vm_find(struct sim_host *host, const char *guid, bool is_planned);
struct sim_vm *sim_vm_free(struct sim_vm *vm);
HV_DEFINE_CLEANUP(struct sim_vm *, sim_vm_free)
void sim_vm_remove(struct sim_fabric *fabric, struct sim_vm *vm);
HV_MUST_CHECK bool sim_vm_add(struct sim_fabric *fabric, struct sim_vm *vm_take);
/* A planned copy at HOST, not yet added; NULL: out of memory. */
struct sim_vm *sim_vm_plan(const struct sim_vm *vm, struct sim_host *host);
/* The setting with that InstanceID, in the active settings or a checkpoint; *RET_CONFIG (may be NULL) tells where. */
struct sim_object *sim_vm_setting(struct sim_vm *vm, const char *instance_id, struct sim_config **ret_config);
bool sim_setting_is_vhd(const struct sim_object *setting);
bool sim_setting_is_media(const struct sim_object *setting); /* ISO or floppy */
bool sim_setting_is_physical(const struct sim_object *setting);
/* First of HostResource, NULL when none or empty. */
const char *sim_setting_resource(const struct sim_object *setting);
HV_MUST_CHECK bool sim_setting_redirect(struct sim_object *setting, const char *resource);
/* Makes all that names the old host name the new one, and connects adapters to the switch of the same name there. */
HV_MUST_CHECK bool sim_vm_settle(struct sim_vm *vm, struct sim_host *host);
struct sim_switch *sim_switch_find(struct sim_host *host, const char *name);
/* The switch a connection names, by the GUID in its HostResource, NULL when there is none at the host. */
struct sim_switch *sim_switch_of(struct sim_host *host, const struct sim_object *connection);
char *sim_switch_path(const struct sim_host *host, const struct sim_switch *switch_);
char *sim_setting_path(const struct sim_host *host, const char *class_name, const char *instance_id);

#endif
