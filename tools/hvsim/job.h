/* Jobs, and the plan that a job which moves something carries out. */
#ifndef SIM_JOB_H
#define SIM_JOB_H

#include "base/uuid.h"
#include "list.h"
#include "problem.h"
#include "texts.h"

struct sim_host;
struct sim_method_call;
struct sim_vm;

/* MigrationType (hyperv.md 2.2). */
enum {
    SIM_TYPE_VM = 32768,
    SIM_TYPE_STORAGE = 32769,
    SIM_TYPE_STAGED = 32770,
    SIM_TYPE_VM_AND_STORAGE = 32771,
    SIM_TYPE_DEEP_CHECK = 32772,
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
    char *processor_pool;                          /* NULL: as it is */
    char *config_root, *snapshot_root, *swap_root; /* NULL: unchanged */
    bool avoid_removing;
    bool overwrite;
    bool use_planned; /* settle into the planned VM that is there */
    bool stage_only;  /* only make a planned VM */
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
    struct sim_list asked; /* every instance that the request embeds, as it was understood */
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
    bool is_stubborn;      /* does not end by Terminate, only by Kill */
    uint32_t hang_at;      /* percent at which it stays, 0: none */
    uint32_t hide_at;      /* percent at which it vanishes, 0: none */
    struct sim_plan plan;
    struct sim_problems problems; /* why it will fail; empty: it will not */
    struct sim_problems warnings;
    int (*finish)(struct sim_job *job); /* SIM_JOB_OTHER: carried out at the end; 0 or -1 out of memory */
    uint16_t target_state;              /* of a machine that is being started, stopped and so on */
};

/* A job in state 2, in the fabric's list; NULL: out of memory. */
struct sim_job *sim_job_new(struct sim_host *host, enum sim_job_kind kind, uint16_t type);
void sim_job_free(struct sim_job *job);
void sim_job_advance(struct sim_job *job);
struct sim_job *sim_job_find(struct sim_host *host, const char *id);
const char *sim_job_class(const struct sim_job *job);
struct sim_path *sim_job_path(const struct sim_job *job);
struct sim_object *sim_job_object(const struct sim_job *job);
bool sim_job_is_over(const struct sim_job *job);
uint32_t sim_job_invoke(struct sim_job *job, const struct sim_method_call *call, uint32_t *ret_value);

void sim_plan_deinit(struct sim_plan *plan);
/* Copies begin: partial files and a planned VM at the destination. */
HV_MUST_CHECK bool sim_move_begin(struct sim_job *job, struct sim_vm *vm);
/* Removes what sim_move_begin made. */
void sim_move_undo(struct sim_job *job);
/* The switch-over: the VM and its data are at the destination afterwards, and only there. */
HV_MUST_CHECK bool sim_move_finish(struct sim_job *job, struct sim_vm *vm);

#endif
