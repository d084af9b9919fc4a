/* The insides of the simulated world: what model.h hides from the wire. */
#ifndef SIM_FABRIC_H
#define SIM_FABRIC_H

#include "base/uuid.h"
#include "embedded.h"
#include "model.h"
#include "setter.h"

#define SIM_US_PER_MS 1000LL
#define SIM_US_PER_S  1000000LL

struct sim_texts {
    char **items;
    size_t n_items;
};

/* What lies on a disk: paths without regard to case. */
struct sim_file {
    char *path;
    char *parent;    /* of a differencing disk; NULL: it stands alone */
    bool is_partial; /* still being copied */
};

struct sim_files {
    struct sim_file *items;
    size_t n_items;
};

struct sim_switch {
    char *name;
    char guid[HV_UUID_TEXT_SIZE];
};

/* A named pool of virtual hard disks. */
struct sim_pool {
    char *id;
    struct sim_texts folders;
};

struct sim_host {
    struct sim_fabric *fabric;
    char *name, *netbios, *fqdn, *address, *os_version, *processor;
    uint32_t build;
    bool is_down;                          /* other hosts cannot reach it */
    struct sim_object *migration_settings; /* Msvm_VirtualSystemMigrationServiceSettingData */
    struct sim_list networks;              /* Msvm_VirtualSystemMigrationNetworkSettingData */
    struct sim_texts listeners;            /* addresses that accept moves while migration is enabled */
    struct sim_texts drives;               /* letters */
    struct sim_texts denied;               /* users who may read only */
    struct sim_texts physical_disks;       /* numbers of disks that can be passed through */
    struct sim_switch *switches;
    size_t n_switches;
    struct sim_pool *pools;
    size_t n_pools;
    char *vhd_folder, *config_folder;
    uint64_t memory_mb;
    struct sim_files files;
};

/* The active settings of a VM, or a checkpoint. */
struct sim_config {
    struct sim_object *system; /* Msvm_VirtualSystemSettingData */
    struct sim_list resources;
};

struct sim_job;

struct sim_vm {
    char guid[HV_UUID_TEXT_SIZE];
    struct sim_host *host; /* the one that has it */
    bool is_planned;
    uint16_t state; /* EnabledState */
    int64_t state_since_us;
    struct sim_config active;
    struct sim_config *checkpoints;
    size_t n_checkpoints;
    struct sim_job *job; /* the move it is in, NULL when none */
};

/* Where one virtual hard disk goes. */
struct sim_disk_move {
    char *instance_id; /* of its setting; NULL for a file that no setting names */
    char *from;
    char *to;
    char *pool;   /* new pool, NULL: as it is */
    bool is_copy; /* else the file is reachable already and only the setting changes */
    bool keep_source;
    bool existed; /* a file that was at the target before */
};

/* What a move does, worked out when it starts. */
struct sim_plan {
    struct sim_host *destination; /* the same host for a move of storage */
    struct sim_disk_move *disks;
    size_t n_disks;
    char *config_root, *snapshot_root, *swap_root; /* NULL: unchanged */
    bool avoid_removing;
    bool overwrite;
    bool use_planned; /* settle into the planned VM that is there */
    bool stage_only;  /* only make a planned VM */
};

struct sim_problem {
    char *message;
    char *message_id;
    uint32_t hresult;
    uint16_t error_type;
    uint16_t percent; /* how far a move gets before it shows */
};

struct sim_problems {
    struct sim_problem *items;
    size_t n_items;
    bool failed; /* out of memory while one was noted */
};

enum sim_job_kind { SIM_JOB_CHECK, SIM_JOB_MOVE, SIM_JOB_STAGE, SIM_JOB_OTHER };

struct sim_job {
    char id[HV_UUID_TEXT_SIZE];
    enum sim_job_kind kind;
    struct sim_host *host; /* whose service runs it */
    char vm_guid[HV_UUID_TEXT_SIZE];
    uint16_t type;
    uint16_t migration_type;
    char *destination; /* as asked for */
    char *system_text; /* NewSystemSettingData as asked */
    struct sim_texts resource_texts;
    const char *description;
    int64_t submitted_us;
    int64_t duration_us;
    int64_t ended_us; /* 0 while it runs */
    uint16_t state;
    int64_t state_since_us;
    uint16_t percent;
    uint16_t cancel_as; /* state to end in once it was told to stop, 0 when it was not */
    int64_t cancel_us;
    bool holds_slot;
    bool is_hidden;        /* gone for clients before its work is done */
    bool is_copying;       /* files and planned VM exist at the destination */
    bool leaves_leftovers; /* does not clean up when it fails */
    uint32_t hang_at;      /* percent at which it stays, 0: none */
    uint32_t hide_at;      /* percent at which it vanishes, 0: none */
    struct sim_plan plan;
    struct sim_problems problems; /* why it will fail; empty: it will not */
    struct sim_problems warnings;
    int (*finish)(struct sim_job *job); /* SIM_JOB_OTHER: carried out at the end; 0 or -1 out of memory */
    uint16_t target_state;              /* of a machine that is being started, stopped and so on */
};

struct sim_armed {
    enum sim_fault_kind kind;
    uint32_t value;
    char *host, *method, *vm;
    unsigned skip, left;
    bool is_endless;
};

struct sim_fabric {
    struct sim_schema *schema;
    double time_scale;
    int64_t started_us; /* both clocks agree here */
    int64_t now_us;     /* simulated */
    int64_t move_us, check_us, ttl_us;
    bool refuse_named_references;
    uint64_t generation;
    uint64_t seed; /* of the next GUID */
    struct sim_host **hosts;
    size_t n_hosts;
    struct sim_vm **vms;
    size_t n_vms;
    struct sim_job **jobs;
    size_t n_jobs;
    struct sim_texts shared_roots; /* folders that every host sees, besides UNC paths */
    struct sim_files shared_files;
    struct sim_armed *faults;
    size_t n_faults;
    char refusal[SIM_REASON_SIZE];
};

/* ---- texts.c ---- */
HV_MUST_CHECK bool sim_texts_add(struct sim_texts *texts, const char *text);
bool sim_texts_has(const struct sim_texts *texts, const char *text); /* regardless of case */
void sim_texts_deinit(struct sim_texts *texts);
/* printf into fresh memory; NULL: out of memory. */
char *sim_format(const char *format, ...) HV_ATTR_PRINTF(1, 2);

/* ---- files.c ---- */
bool sim_path_is_shared(const struct sim_fabric *fabric, const char *path);
/* The drive exists at the host, or the path is shared. */
bool sim_path_is_usable(const struct sim_host *host, const char *path);
struct sim_file *sim_file_find(struct sim_host *host, const char *path);
/* Adds the file, or changes whether it is partial. */
HV_MUST_CHECK bool sim_file_add(struct sim_host *host, const char *path, bool is_partial);
HV_MUST_CHECK bool sim_file_set_parent(struct sim_host *host, const char *path, const char *parent);
void sim_file_remove(struct sim_host *host, const char *path);
void sim_files_deinit(struct sim_files *files);
/* Behind the last backslash. */
const char *sim_file_name(const char *path);
/* FOLDER\NAME. */
char *sim_path_join(const char *folder, const char *name);

/* ---- vm.c ---- */
const char *sim_vm_name(const struct sim_vm *vm);
struct sim_vm *sim_vm_find(struct sim_host *host, const char *guid, bool is_planned);
struct sim_vm *sim_vm_free(struct sim_vm *vm);
HV_DEFINE_CLEANUP(struct sim_vm *, sim_vm_free)
void sim_vm_remove(struct sim_fabric *fabric, struct sim_vm *vm);
HV_MUST_CHECK bool sim_vm_add(struct sim_fabric *fabric, struct sim_vm *vm_take);
/* A planned copy at HOST, not yet added; NULL: out of memory. */
struct sim_vm *sim_vm_plan(const struct sim_vm *vm, struct sim_host *host);
void sim_config_deinit(struct sim_config *config);
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

/* ---- job.c ---- */
/* A job in state 2, in the fabric's list; NULL: out of memory. */
struct sim_job *sim_job_new(struct sim_host *host, enum sim_job_kind kind, uint16_t type);
void sim_job_free(struct sim_job *job);
void sim_job_advance(struct sim_job *job);
struct sim_job *sim_job_find(struct sim_host *host, const char *id);
const char *sim_job_class(const struct sim_job *job);
struct sim_path *sim_job_path(const struct sim_job *job);
struct sim_object *sim_job_object(const struct sim_job *job);
bool sim_job_is_over(const struct sim_job *job);
struct sim_method_call;
uint32_t sim_job_invoke(struct sim_job *job, const struct sim_method_call *call, uint32_t *ret_value);

/* ---- problem.c ---- */
void sim_problem_note(struct sim_problems *problems, uint16_t percent, uint32_t hresult, const char *message_id,
                      const char *format, ...) HV_ATTR_PRINTF(5, 6);
void sim_problems_deinit(struct sim_problems *problems);
struct sim_object *sim_problem_object(const struct sim_host *host, const struct sim_problem *problem);

/* ---- move.c ---- */
void sim_plan_deinit(struct sim_plan *plan);
/* Copies begin: partial files and a planned VM at the destination. */
HV_MUST_CHECK bool sim_move_begin(struct sim_job *job, struct sim_vm *vm);
/* Removes what sim_move_begin made. */
void sim_move_undo(struct sim_job *job);
/* The switch-over: the VM and its data are at the destination afterwards, and only there. */
HV_MUST_CHECK bool sim_move_finish(struct sim_job *job, struct sim_vm *vm);

/* ---- fault.c ---- */
/* The armed fault of that kind that hits this request, counted down; NULL when none. */
const struct sim_armed *sim_fault_take(struct sim_host *host, enum sim_fault_kind kind, const char *method, const char *vm_guid,
                                       const char *vm_name);
void sim_armed_deinit(struct sim_armed *armed);

/* ---- fabric.c ---- */
void sim_guid_new(struct sim_fabric *fabric, char guid[HV_UUID_TEXT_SIZE]);
void sim_fabric_touch(struct sim_fabric *fabric);
void sim_fabric_refuse(struct sim_fabric *fabric, const char *format, ...) HV_ATTR_PRINTF(2, 3);
struct sim_object *sim_new(const struct sim_host *host, const char *class_name);
struct sim_embedded_rules sim_host_rules(const struct sim_host *host);
bool sim_host_is_migration_on(const struct sim_host *host);
/* Finds the host by name, full name or an address. */
struct sim_host *sim_fabric_resolve(struct sim_fabric *fabric, const char *name);
/* What a host of that build makes and at most takes (hyperv.md 2.10): "9.0". */
const char *sim_config_version(uint32_t build);
struct sim_pool *sim_pool_find(struct sim_host *host, const char *id);
/* Moves of VMs (or of storage) that take a slot at the host. */
uint32_t sim_host_active(const struct sim_host *host, bool is_storage);

/* ---- invoke: one handler a service ---- */
struct sim_method_call {
    struct sim_host *host;
    const struct sim_caller *caller;
    const struct sim_method *method;
    struct sim_value *values;
};
/* The value of the parameter of that name. */
struct sim_value *sim_arg_value(const struct sim_method_call *call, const char *name);
const char *sim_arg_text(const struct sim_method_call *call, const char *name);
/* Sets the out-parameter Job; the return value 4096. */
uint32_t sim_answer_job(const struct sim_method_call *call, struct sim_job *job, uint32_t *ret_value);
uint32_t sim_migration_invoke(const struct sim_method_call *call, uint32_t *ret_value);  /* migrate.c */
uint32_t sim_network_invoke(const struct sim_method_call *call, uint32_t *ret_value);    /* configure.c */
uint32_t sim_management_invoke(const struct sim_method_call *call, uint32_t *ret_value); /* management.c */
uint32_t sim_system_invoke(const struct sim_method_call *call, const struct sim_object *system,
                           uint32_t *ret_value); /* system.c */

/* Return values of Hyper-V methods (hyperv.md 2.1). */
enum {
    SIM_DONE = 0,
    SIM_JOB_STARTED = 4096,
    SIM_FAILED = 32768,
    SIM_DENIED = 32769,
    SIM_NOT_SUPPORTED = 32770,
    SIM_INVALID_PARAMETER = 32773,
    SIM_IN_USE = 32774,
    SIM_INVALID_STATE = 32775,
    SIM_WRONG_TYPE = 32776,
    SIM_NOT_COMPATIBLE = 32784,
};

enum {
    SIM_TYPE_VM = 32768,
    SIM_TYPE_STORAGE = 32769,
    SIM_TYPE_STAGED = 32770,
    SIM_TYPE_VM_AND_STORAGE = 32771,
    SIM_TYPE_DEEP_CHECK = 32772,
};

#endif
