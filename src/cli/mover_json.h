/* Checks and moves as JSON (ux.md 6). */
#ifndef CLI_MOVER_JSON_H
#define CLI_MOVER_JSON_H

#include "cli/mover.h"

/* Events of JSON lines; nothing in the other formats. */
void hv_mover_event_started(struct hv_mover_item *item);
void hv_mover_event_progress(const struct hv_mover_item *item, const struct hv_job *job, uint64_t now_ms);
/* Those not written yet. */
void hv_mover_event_warnings(struct hv_mover_item *item);
/* The item is done: what is not written yet, the end of its job, its error, its result. */
void hv_mover_event_done(struct hv_mover_item *item);
/* The last line: how many did what was asked. Written whatever the format is. */
void hv_mover_event_summary(const struct hv_mover *mover, int exit_code);

/* All results and their summary. NULL without memory, which hv_output_json takes. */
json_t *hv_mover_document(const struct hv_mover *mover, int exit_code);

#endif
