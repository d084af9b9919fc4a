/* What is to be changed of a planned VM: the wishes of a user, and the edits that they come to (hyperv.md 4e). Pure. */
#ifndef CONTROL_PLANNED_FIXES_H
#define CONTROL_PLANNED_FIXES_H

#include <hvctl/wsman.h>

#include "control/planned.h"

enum { HV_PLANNED_MAX_WISHES = 1024 };

/* OLD in place of what NEW says. */
struct hv_planned_wish {
    char *old;
    char *replacement; /* NULL: nothing */
};

/* hv_planned_fixes with texts of its own. */
struct hv_planned_wishes {
    struct hv_planned_wish *switches; /* those to disconnect have no replacement */
    size_t n_switches;
    struct hv_planned_wish *disks;
    size_t n_disks;
    struct hv_planned_wish *drives;
    size_t n_drives;
    bool disconnect_missing;
    bool eject_iso;
    char *roots[3]; /* configuration, checkpoints, paging file */
    bool tolerant;
};

/* Errors: ARGUMENT (a path that is none, too many), MEMORY. Release with hv_planned_wishes_deinit also then. */
HV_MUST_CHECK int hv_planned_wishes_init(struct hv_planned_wishes *wishes, const struct hv_planned_fixes *fixes,
                                         struct hv_error *err);
void hv_planned_wishes_deinit(struct hv_planned_wishes *wishes);
bool hv_planned_wishes_are_empty(const struct hv_planned_wishes *wishes);
/* NOT_FOUND when a replacement is a switch that SWITCHES lack. HOST is what messages call it. */
HV_MUST_CHECK int hv_planned_wishes_check(const struct hv_planned_wishes *wishes, const struct hv_instance_list *switches,
                                          const char *host, struct hv_error *err);

/* planned_set.c: hv_planned_set_new with wishes of somebody's, which must outlive the task. */
HV_MUST_CHECK int hv_planned_set_with(const struct hv_planned_options *options, const struct hv_planned_wishes *wishes,
                                      struct hv_task **ret_task, struct hv_error *err);

/* The edits, and how they are asked for. */
struct hv_planned_edits {
    struct hv_planned_change *changes;
    char **ids;                  /* InstanceID of what each of them changes */
    enum hv_planned_kind *kinds; /* and what that is */
    size_t n;
    struct hv_instance_list modified; /* for ModifyResourceSettings */
    struct hv_epr **removed;          /* for RemoveResourceSettings */
    size_t n_removed;
    struct hv_instance *system; /* for ModifySystemSettings; NULL: as it is */
};

/* What the wishes come to. RET_EDITS is zeroed; release it also after a failure. Errors: NOT_FOUND, MEMORY. */
HV_MUST_CHECK int hv_planned_plan(const struct hv_planned_wishes *wishes, const struct hv_planned_facts *facts,
                                  const struct hv_planned_who *who, struct hv_planned_edits *ret_edits, struct hv_error *err);
void hv_planned_edits_deinit(struct hv_planned_edits *edits);
/* Do the facts show what the edits wanted? Outcomes: 0 yes; 1 no, *ret_index being one that is missing. Errors: MEMORY. */
HV_MUST_CHECK int hv_planned_is_done(const struct hv_planned_edits *edits, const struct hv_planned_facts *facts,
                                     size_t *ret_index, struct hv_error *err);

#endif
