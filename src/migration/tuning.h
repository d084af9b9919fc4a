/* How a move is made: reading the wishes, and saying them in the request (hyperv.md 2.2). */
#ifndef MIGRATION_TUNING_H
#define MIGRATION_TUNING_H

#include <hvctl/class.h>

#include "migration/plan.h"

/* TUNING is zeroed. Errors: ARGUMENT, MEMORY; release with hv_tuning_deinit also then. */
HV_MUST_CHECK int hv_tuning_init(struct hv_tuning *tuning, const struct hv_move_options *options, struct hv_error *err);
void hv_tuning_deinit(struct hv_tuning *tuning);

/* Is anything asked for that not every version of Windows knows? */
bool hv_tuning_is_gated(const struct hv_tuning *tuning);

/*
 * Which of these properties a host knows: told by templates and by the description of the class. A template does not show an
 * array that is null, so that UnmanagedVhds is taken to be there where the property that came with it is (hyperv.md 2.2).
 */
struct hv_tuning_seen {
    uint32_t properties; /* a bit for each, in the order of the table in tuning.c */
};
void hv_tuning_see_instance(struct hv_tuning_seen *seen, const struct hv_instance *instance);
void hv_tuning_see_class(struct hv_tuning_seen *seen, const struct hv_class *description);
/* The first one that is asked for and was not seen, with the option and the version that it came with; false when none is. */
struct hv_tuning_lack {
    const char *property;
    const char *option;
    const char *since;
};
bool hv_tuning_lacks(const struct hv_tuning *tuning, const struct hv_tuning_seen *seen, struct hv_tuning_lack *ret_lack);

/* Keeps those of the destination's LISTENERS that are in the network asked for. Outcomes: 0; 1 none is. Errors: MEMORY. */
HV_MUST_CHECK int hv_tuning_choose(struct hv_tuning *tuning, const struct hv_property *listeners, struct hv_error *err);

/* Adds what is asked for to Msvm_VirtualSystemMigrationSettingData. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_tuning_apply(const struct hv_tuning *tuning, struct hv_instance *settings, struct hv_error *err);

/* Shared with plan.c. */
HV_MUST_CHECK int hv_plan_check_path(const char *path, const char *what, struct hv_error *err);
HV_MUST_CHECK int hv_plan_copy_mappings(const struct hv_move_disk *disks, size_t n, struct hv_plan_mapping **ret_mappings,
                                        size_t *ret_n, struct hv_error *err);
/* DESTINATION, with the file name of FROM behind it when it is a folder, which ends in a backslash. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_plan_target(const char *destination, const char *from, char **ret_path, struct hv_error *err);
void hv_plan_free_mappings(struct hv_plan_mapping *mappings, size_t n);

#endif
