/*
 * Progress of several moves on stderr (ux.md 5): on a terminal one line each, redrawn at most five times a second; elsewhere a
 * plain line at the start, at each phase, at each 10 % or 30 s, and at the end. The clock is the caller's.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <hvctl/error.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/clean.h"

struct hv_args;
struct hv_output;
struct hv_progress;

enum hv_progress_kind {
    HV_PROGRESS_NONE,
    HV_PROGRESS_PLAIN,
    HV_PROGRESS_BAR,
    HV_PROGRESS_JSON,
};

/* What --progress, --quiet and the terminal make of it. */
enum hv_progress_kind hv_progress_choose(const struct hv_args *args, const struct hv_output *out);

/* N_SLOTS pieces of work; STREAM is borrowed. Errors: MEMORY. */
HV_MUST_CHECK int hv_progress_new(enum hv_progress_kind kind, FILE *stream, const struct hv_charset *charset, size_t n_slots,
                                  struct hv_progress **ret_progress, struct hv_error *err);
struct hv_progress *hv_progress_free(struct hv_progress *progress);

/* NAME, PHASE and PERCENT (negative: unknown) as they are now; texts are copied, NULL keeps what was. The first call for a slot
 * starts it. */
void hv_progress_update(struct hv_progress *progress, size_t slot, uint64_t now_ms, const char *name, const char *phase,
                        int64_t percent);
/* The slot is done; VERDICT is said in the plain form. */
void hv_progress_end(struct hv_progress *progress, size_t slot, uint64_t now_ms, const char *verdict);
/* Redraws when it is time to. WIDTH is the terminal's. */
void hv_progress_tick(struct hv_progress *progress, uint64_t now_ms, size_t width);
/* Takes the lines off the terminal, so that something else can be said; the next tick draws them again. */
void hv_progress_hide(struct hv_progress *progress);

/* Columns of the terminal behind stderr. */
size_t hv_progress_terminal_width(void);

#endif
