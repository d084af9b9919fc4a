/* The options that correct a planned VM as hv_planned_fixes (ux.md 2, hyperv.md 4e). */
#ifndef CLI_FIXES_H
#define CLI_FIXES_H

#include <hvctl/staged.h>

#include "cli/move_options.h"

/* hv_planned_fixes and all that it points to. */
struct hv_fixes {
    struct hv_planned_fixes list;
    struct hv_move_pairs switches;
    struct hv_move_pairs drives;
    struct hv_move_pairs disks;
    struct hv_planned_mapping *switch_list;
    struct hv_planned_mapping *drive_list;
    const char **disconnect;
};

/* Was any of those given that check and migrate take? */
bool hv_fixes_given(const struct hv_args *args);
/* FIXES is zeroed. With WITH_DISKS also disks and folders, which check and migrate take as those of the move. Errors: ARGUMENT,
 * MEMORY; release it also then. */
HV_MUST_CHECK int hv_fixes_read(struct hv_fixes *fixes, const struct hv_args *args, bool with_disks, struct hv_error *err);
void hv_fixes_deinit(struct hv_fixes *fixes);

#endif
