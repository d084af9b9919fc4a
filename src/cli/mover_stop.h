/* Leaving moves before their end: signals, a reader that went away, limits of time (ux.md 2 and 6). */
#ifndef CLI_MOVER_STOP_H
#define CLI_MOVER_STOP_H

#include "cli/mover.h"
#include "cli/options.h"

/* --on-interrupt, --timeout, --stall-timeout, --on-timeout. */
void hv_mover_limits_read(struct hv_mover_limits *limits, const struct hv_args *args);
/* Is there a reason to stop waiting for all? Then it is done, once. */
void hv_mover_heed_user(struct hv_mover *mover);
/* The same for each item by its limits. */
void hv_mover_heed_limits(struct hv_mover *mover);
/* The item began, or its job has moved on. */
void hv_mover_note_progress(struct hv_mover_item *item, int64_t percent, int64_t state);
/* What an item that was left because of its limits says of that. */
void hv_mover_explain_limit(struct hv_mover_item *item);

#endif
