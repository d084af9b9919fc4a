/*
 * What the command says: data on stdout in the chosen format, everything else on stderr. The first failure to write stdout is
 * kept and decides the exit code at the end; a reader that went away ends the command quietly.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <hvctl/error.h>
#include <jansson.h>

#include "base/buf.h"
#include "cli/clean.h"
#include "cli/table.h"

struct hv_args;
struct hv_progress;

enum hv_format {
    HV_FORMAT_TABLE,
    HV_FORMAT_PLAIN,
    HV_FORMAT_JSON,
    HV_FORMAT_JSONL,
    HV_FORMAT_XML, /* wsman only */
};

struct hv_output {
    enum hv_format format;
    bool quiet;
    unsigned verbose;
    bool color;                   /* on stderr */
    bool stderr_is_terminal;      /* one that can redraw */
    struct hv_charset out_text;   /* of stdout */
    struct hv_charset err_text;   /* of stderr */
    struct hv_progress *progress; /* taken off the terminal before anything else is said; may be NULL */
    int write_errno;              /* of the first failed write to stdout, 0 while all went well */
    struct hv_error fixture;      /* what is wrong with a recording; told when nothing else failed */
    bool memory_failed;           /* something could not be shown for lack of memory */
};

/* Errors: ARGUMENT (HVCTL_OUTPUT, or xml where the command has none). OUT is usable even then. */
HV_MUST_CHECK int hv_output_init(struct hv_output *out, const struct hv_args *args, struct hv_error *err);
bool hv_output_is_json(const struct hv_output *out);

void hv_output_bytes(struct hv_output *out, const char *bytes, size_t n_bytes);
void hv_output_text(struct hv_output *out, const char *text);
/* The table in the format table or plain. */
void hv_output_table(struct hv_output *out, const struct hv_table *table);
/* One JSON document, or one line of JSON lines. NULL means that memory ran out while it was built. */
void hv_output_json(struct hv_output *out, json_t *object_take);
/* The same without a newline and always on one line, for documents that are written piece by piece. */
void hv_output_json_piece(struct hv_output *out, json_t *object_take);
void hv_output_flush(struct hv_output *out);
/* Nobody reads stdout any more, or it cannot be written. */
bool hv_output_is_broken(const struct hv_output *out);
/* It went away: everything that is written from now on is lost. */
bool hv_output_lost_reader(const struct hv_output *out);
/* Flushes, reports a failed write, and returns the exit code that the command ends with. */
int hv_output_finish(struct hv_output *out, int exit_code);

#endif
