/* What goes to stderr: errors in the form of ux.md 10, warnings, notes. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <hvctl/job.h>

#include "base/cleanup.h"

struct hv_output;

/* What is known around an error. Absent parts are NULL. */
struct hv_circumstances {
    const char *vm;
    const char *job_ref;
    const struct hv_reason *reasons; /* the host's error chain */
    size_t n_reasons;
};

/* The error on stderr only. AROUND may be NULL. */
void hv_say_error(struct hv_output *out, const struct hv_error *error, const struct hv_circumstances *around);
/* The same for the error that ends the command; returns its exit code. An end by a signal is not commented. */
int hv_say_ending(struct hv_output *out, const struct hv_error *error);
/* As above, and in the JSON formats also as an object on stdout. */
int hv_say_failure(struct hv_output *out, const struct hv_error *error);
/* "warning: ...", also with --quiet. */
void hv_say_warning(struct hv_output *out, const char *format, ...) HV_ATTR_PRINTF(2, 3);
/* A plain line, also with --quiet. */
void hv_say_line(struct hv_output *out, const char *format, ...) HV_ATTR_PRINTF(2, 3);
/* A plain line, unless --quiet. */
void hv_say_note(struct hv_output *out, const char *format, ...) HV_ATTR_PRINTF(2, 3);

#endif
