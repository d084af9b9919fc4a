/* What a host shows of one planned VM, and of itself as far as that one needs it (hyperv.md 2.9 to 2.12, 4e). */
#ifndef CONTROL_PLANNED_H
#define CONTROL_PLANNED_H

#include <hvctl/staged.h>

#include "base/cleanup.h"
#include "hyperv/vm.h"
#include "inventory/gather.h"

enum { HV_PLANNED_MAX_ITEMS = 4096, HV_PLANNED_MAX_FILES = 64 };

/* Copies of instances, in the order in which they came. */
struct hv_instance_list {
    struct hv_instance **items;
    size_t n;
};

struct hv_planned_facts {
    struct hv_vm vm;
    enum hv_origin origin;
    char *host_name; /* as it calls itself in paths */
    struct hv_epr *service;
    struct hv_instance_list systems;   /* Msvm_VirtualSystemSettingData of the VM and of its checkpoints */
    struct hv_instance_list resources; /* media, pass-through disks and connections of all of them */
    struct hv_instance_list switches;
    struct hv_instance_list origin_switches;
    struct hv_instance_list drives; /* Msvm_DiskDrive */
    char **volumes;                 /* "C:\" */
    size_t n_volumes;
    char *default_disk_root;
    char *default_config_root;
    char *asked_files[HV_PLANNED_MAX_FILES]; /* that were looked for */
    size_t n_asked_files;
    char **files; /* those of them that are there */
    size_t n_files;
};

/* Options with texts of its own. */
struct hv_planned_who {
    char *vm;
    char *host;
    char *origin;
    bool has_origin;
};
HV_MUST_CHECK int hv_planned_who_init(struct hv_planned_who *who, const struct hv_planned_options *options, struct hv_error *err);
void hv_planned_who_deinit(struct hv_planned_who *who);

/* Reads the facts, as part of a task whose source is the host. */
struct hv_planned_reader {
    struct hv_gather gather;
    const struct hv_planned_who *who;
    bool brief; /* only the VM itself, its origin and the service */
    struct hv_vm_find find;
    struct hv_planned_facts facts;
};

/*
 * READER is zeroed, or was deinited. END is called with TARGET when all is read. Its steps are those of its gather. Errors of
 * these: NOT_FOUND (none, or several of that name), and those of the queries.
 */
void hv_planned_reader_init(struct hv_planned_reader *reader, const struct hv_planned_who *who, bool brief, hv_gather_end_fn *end,
                            void *target);
void hv_planned_reader_deinit(struct hv_planned_reader *reader);

/* CONFLICT when the VM is being moved: the planned one is somebody's who works with it. WHAT completes "cannot be ...". */
HV_MUST_CHECK int hv_planned_check_idle(const struct hv_planned_facts *facts, const struct hv_planned_who *who, const char *what,
                                        struct hv_error *err);

/* planned_parts.c: the facts in words. RET_DETAILS is zeroed; release with hv_planned_details_deinit also after a failure. */
HV_MUST_CHECK int hv_planned_judge(const struct hv_planned_facts *facts, struct hv_planned_details *ret_details,
                                   struct hv_error *err);
void hv_planned_details_deinit(struct hv_planned_details *details);
/* The part that RESOURCE is. Outcomes: 0; 1 it is none. Errors: MEMORY. Release with hv_planned_part_deinit. */
HV_MUST_CHECK int hv_planned_part_read(const struct hv_planned_facts *facts, const struct hv_instance *resource,
                                       struct hv_planned_part *ret_part, struct hv_error *err);
void hv_planned_part_deinit(struct hv_planned_part *part);
/* Name of a disk drive that people use: its number. Borrowed from DRIVE. */
const char *hv_planned_drive_name(const struct hv_instance *drive);

/* Label of it for messages: name, else GUID, else what was asked for. */
const char *hv_planned_label(const struct hv_planned_facts *facts, const struct hv_planned_who *who);

/*
 * planned_call.c: has the host look for what would keep the planned VM from running there. Errors of the task: those of the
 * host's job, and as hv_planned_discard_new.
 */
HV_MUST_CHECK int hv_planned_validate_new(const struct hv_planned_options *options, struct hv_task **ret_task,
                                          struct hv_error *err);
/* What the job told, valid until the task is freed. */
const struct hv_reason *hv_planned_validate_reasons(const struct hv_task *task, size_t *ret_n);

HV_MUST_CHECK int hv_instance_list_add(struct hv_instance_list *list, const struct hv_instance *instance, struct hv_error *err);
void hv_instance_list_deinit(struct hv_instance_list *list);

#endif
