/*
 * Staged moves: a planned VM at the destination, which stands for the VM there, can be corrected, and is moved into or removed.
 * Of the tasks about planned VMs the client's source is the host that has them, and its destination, where HAS_ORIGIN says so,
 * the host where the VM itself may be.
 */
#ifndef HVCTL_STAGED_H
#define HVCTL_STAGED_H

#include <hvctl/move.h>
#include <hvctl/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* What the other host says of the VM that a planned VM stands for. */
enum hv_origin {
    HV_ORIGIN_UNASKED,
    HV_ORIGIN_NONE,   /* it has no such VM: the planned one is an orphan */
    HV_ORIGIN_THERE,  /* it has the VM */
    HV_ORIGIN_MOVING, /* and migrates it at the moment, perhaps into this planned VM */
};
/* "unasked", "none", "there", "moving". */
const char *hv_origin_name(enum hv_origin origin);

struct hv_planned_vm {
    struct hv_vm vm;
    enum hv_origin origin;
};

/* Every planned VM of a host. */
int hv_planned_list_new(bool has_origin, struct hv_task **ret_task, struct hv_error *err);
const struct hv_planned_vm *hv_planned_list_result(const struct hv_task *task, size_t *ret_n);

/* Which one, and how messages call the hosts. All texts are copied. */
struct hv_planned_options {
    const char *vm; /* GUID or display name */
    const char *host;
    bool has_origin;
    const char *origin;
};

enum hv_planned_kind {
    HV_PLANNED_ADAPTER,
    HV_PLANNED_DISK,
    HV_PLANNED_ISO,
    HV_PLANNED_FLOPPY,
    HV_PLANNED_PHYSICAL, /* pass-through disk */
    HV_PLANNED_CONFIG_ROOT,
    HV_PLANNED_SNAPSHOT_ROOT,
    HV_PLANNED_PAGING_ROOT,
};
/* "adapter", "disk", ... */
const char *hv_planned_kind_name(enum hv_planned_kind kind);

enum hv_planned_fit {
    HV_FIT_UNKNOWN, /* the host did not tell, or the file is on a share */
    HV_FIT_THERE,
    HV_FIT_MISSING,
    HV_FIT_NOTHING, /* not connected, no medium */
};
/* "unknown", "there", ... */
const char *hv_planned_fit_name(enum hv_planned_fit fit);

/* A part of a planned VM that points to something of its host. Absent texts are NULL. */
struct hv_planned_part {
    enum hv_planned_kind kind;
    char *id;         /* InstanceID */
    char *checkpoint; /* name of the checkpoint that it is part of; NULL: the VM as it is now */
    char *value;      /* name of the switch, path, number of the disk */
    enum hv_planned_fit fit;
};

/* Everything is owned by the task. */
struct hv_planned_details {
    struct hv_planned_vm planned;
    char *configuration_version;
    struct hv_planned_part *parts;
    size_t n_parts;
    size_t n_missing; /* parts that point to what is not there */
    /* What the host has to offer. */
    char **switches;
    size_t n_switches;
    char **drives; /* disks that can be passed through */
    size_t n_drives;
    char *default_disk_root;
    char *default_config_root;
};

/* Errors of the task: NOT_FOUND (also when two have that name). */
int hv_planned_show_new(const struct hv_planned_options *options, struct hv_task **ret_task, struct hv_error *err);
const struct hv_planned_details *hv_planned_show_result(const struct hv_task *task);

struct hv_planned_mapping {
    const char *old;
    const char *replacement;
};

/* What is to be changed of a planned VM and its checkpoints. Zeroed: nothing. All texts are copied. */
struct hv_planned_fixes {
    const struct hv_planned_mapping *switches; /* names */
    size_t n_switches;
    bool disconnect_missing;       /* adapters whose switch the host lacks */
    const char *const *disconnect; /* adapters at these switches */
    size_t n_disconnect;
    bool eject_iso;
    const struct hv_move_disk *disks; /* virtual disks, ISOs and floppies; by path or file name */
    size_t n_disks;
    const struct hv_planned_mapping *drives; /* pass-through disks, by number */
    size_t n_drives;
    const char *config_path;
    const char *snapshot_path;
    const char *paging_path;
    bool tolerant; /* a mapping that fits nothing is no error */
};

/* One change, in words that a user knows. */
struct hv_planned_change {
    char *what;
    char *from; /* NULL: nothing */
    char *to;   /* NULL: nothing */
};

struct hv_planned_set_result {
    const struct hv_planned_details *details; /* as it is now */
    const struct hv_planned_change *changes;  /* none: it was so already */
    size_t n_changes;
};

/*
 * Changes what FIXES say and looks whether it is so afterwards. With DRY_RUN nothing is changed. Errors: ARGUMENT (nothing to
 * change); of the task: NOT_FOUND (the VM; what a fix names or wants), CONFLICT (its VM is being moved), DENIED, FAILED,
 * UNKNOWN_OUTCOME, DETACHED.
 */
int hv_planned_set_new(const struct hv_planned_options *options, const struct hv_planned_fixes *fixes, bool dry_run,
                       struct hv_task **ret_task, struct hv_error *err);
const struct hv_planned_set_result *hv_planned_set_result(const struct hv_task *task);

/*
 * Removes the planned VM, and looks whether it is gone. Never one whose VM is being moved. Its disks stay. Errors of the task:
 * NOT_FOUND, CONFLICT, DENIED, FAILED, UNKNOWN_OUTCOME, DETACHED.
 */
int hv_planned_discard_new(const struct hv_planned_options *options, struct hv_task **ret_task, struct hv_error *err);
const struct hv_planned_vm *hv_planned_discard_result(const struct hv_task *task);

enum hv_staged_act {
    HV_STAGED_PREPARE,  /* make the planned VM, that is all */
    HV_STAGED_CHECK,    /* validate the one that is there, and check the move into it */
    HV_STAGED_COMPLETE, /* move into it; it stays when that fails */
    HV_STAGED_MOVE,     /* make one, correct it by FIXES, move into it or check that, and remove it unless the VM moved */
};

/*
 * A move, in all that move.h says of moves, by way of a planned VM; the client's source and destination are those of the move.
 * OPTIONS as for hv_move_new; FIXES only for HV_STAGED_MOVE, else NULL. Outcome of PREPARE: HV_OUTCOME_STAGED.
 */
int hv_staged_new(enum hv_staged_act act, const struct hv_move_options *options, const struct hv_planned_fixes *fixes,
                  struct hv_task **ret_task, struct hv_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
