/* The options of check, migrate and move-storage as hv_move_options (ux.md 2, hyperv.md 2.2). */
#ifndef CLI_MOVE_OPTIONS_H
#define CLI_MOVE_OPTIONS_H

#include <hvctl/move.h>

#include "cli/options.h"

/* SRC=DST pairs. The sources are copies, the destinations are borrowed from argv. */
struct hv_move_pairs {
    struct hv_move_disk *list;
    char **sources;
    size_t n;
};

/* All that OPTION, called NAME in messages, was given. Errors: ARGUMENT, MEMORY; release it also then. */
HV_MUST_CHECK int hv_move_pairs_read(struct hv_move_pairs *pairs, const struct hv_args *args, enum hv_opt option,
                                     const char *name, struct hv_error *err);
void hv_move_pairs_deinit(struct hv_move_pairs *pairs);

/* Everything that hv_move_options points to. */
struct hv_move_lists {
    struct hv_move_pairs disks;
    struct hv_move_pairs rules;
    struct hv_move_pairs unmanaged;
    const char **addresses;
    size_t n_addresses;
};

/* LISTS is zeroed. Errors: ARGUMENT, MEMORY; release with hv_move_lists_deinit also then. */
HV_MUST_CHECK int hv_move_lists_read(struct hv_move_lists *lists, const struct hv_args *args, struct hv_error *err);
void hv_move_lists_deinit(struct hv_move_lists *lists);

/* Storage stays where it is unless one of the options says otherwise. */
enum hv_move_type hv_move_type_choose(const struct hv_args *args);
/* Placement and tuning; the rest is the caller's. LISTS must outlive *options. */
void hv_move_options_read(struct hv_move_options *options, const struct hv_args *args, const struct hv_move_lists *lists);

#endif
