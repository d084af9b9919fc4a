/* stdout, and what is known of both streams (ux.md 4). */
#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/size.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/say.h"

enum {
    OUTPUT_MAX_BYTES = 1024 * 1024 * 1024,
    EXIT_BROKEN_PIPE = 141, /* what a shell reports for a process that SIGPIPE ended */
};

static char stdout_buffer[64 * 1024];

static const char *const format_names[] = { "table", "plain", "json", "jsonl", "xml" };

static bool is_set(const char *variable) {
    const char *value = getenv(variable);

    return value && *value;
}

static bool wants_color(const struct hv_args *args) {
    const char *term = getenv("TERM");

    if (hv_args_has(args, HV_OPT_NO_COLOR) || is_set("NO_COLOR") || is_set("HVCTL_NO_COLOR"))
        return false;
    if (is_set("FORCE_COLOR"))
        return true;
    return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

static int read_format(struct hv_output *out, const struct hv_args *args, struct hv_error *err) {
    const char *name = hv_args_value(args, HV_OPT_OUTPUT);

    if (!name && is_set("HVCTL_OUTPUT"))
        name = getenv("HVCTL_OUTPUT");
    for (size_t i = 0; name && i < HV_ARRAY_SIZE(format_names); i++) {
        if (strcmp(format_names[i], name) != 0)
            continue;
        out->format = (enum hv_format)i;
        if (out->format != HV_FORMAT_XML || !args->command || strcmp(args->command->words[0], "wsman") == 0)
            return 0;
        out->format = HV_FORMAT_TABLE;
        hv_error_set(err, HV_E_ARGUMENT, "only the wsman commands have the output format xml");
        hv_error_remedy(err, "use -o json");
        return HV_E_ARGUMENT;
    }
    return name ? hv_usage_error(err, "set it to table, plain, json, jsonl or xml", "HVCTL_OUTPUT is no output format") : 0;
}

int hv_output_init(struct hv_output *out, const struct hv_args *args, struct hv_error *err) {
    const char *term = getenv("TERM");

    memset(out, 0, sizeof(*out));
    out->quiet = hv_args_has(args, HV_OPT_QUIET);
    out->verbose = (unsigned)hv_args_count(args, HV_OPT_VERBOSE);
    out->color = wants_color(args);
    out->stderr_is_terminal = isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
    out->out_text = hv_charset_of(isatty(STDOUT_FILENO) != 0);
    out->err_text = hv_charset_of(isatty(STDERR_FILENO) != 0);
    /* Lists are long, and each piece of them is flushed by who prints it. */
    if (!isatty(STDOUT_FILENO))
        (void)setvbuf(stdout, stdout_buffer, _IOFBF, sizeof(stdout_buffer));
    return read_format(out, args, err);
}

bool hv_output_is_json(const struct hv_output *out) {
    return out->format == HV_FORMAT_JSON || out->format == HV_FORMAT_JSONL;
}

static void note_failure(struct hv_output *out) {
    if (out->write_errno == 0)
        out->write_errno = errno ? errno : EIO;
}

void hv_output_bytes(struct hv_output *out, const char *bytes, size_t n_bytes) {
    if (out->write_errno != 0 || n_bytes == 0)
        return;
    if (out->progress && isatty(STDOUT_FILENO))
        hv_progress_hide(out->progress);
    errno = 0;
    if (fwrite(bytes, 1, n_bytes, stdout) != n_bytes)
        note_failure(out);
}

void hv_output_text(struct hv_output *out, const char *text) {
    hv_output_bytes(out, text, strlen(text));
}

void hv_output_table(struct hv_output *out, const struct hv_table *table) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(OUTPUT_MAX_BYTES);
    int rc = out->format == HV_FORMAT_PLAIN ? hv_table_build_plain(table, &out->out_text, &buf, NULL)
                                            : hv_table_build(table, &out->out_text, &buf, NULL);

    if (rc < 0)
        out->memory_failed = true;
    else
        hv_output_bytes(out, hv_buf_text(&buf), buf.len);
}

static int append_json(const char *bytes, size_t n_bytes, void *context) {
    hv_buf_append(context, bytes, n_bytes);
    return 0;
}

static void put_json(struct hv_output *out, json_t *object_take, size_t flags, const char *end) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(OUTPUT_MAX_BYTES);

    if (!object_take || json_dump_callback(object_take, append_json, &buf, flags | JSON_ENCODE_ANY) != 0)
        out->memory_failed = true;
    hv_buf_puts(&buf, end);
    if (hv_buf_finish(&buf, "JSON", NULL) < 0)
        out->memory_failed = true;
    else if (!out->memory_failed)
        hv_output_bytes(out, hv_buf_text(&buf), buf.len);
    json_decref(object_take);
}

void hv_output_json(struct hv_output *out, json_t *object_take) {
    put_json(out, object_take, out->format == HV_FORMAT_JSONL ? JSON_COMPACT : JSON_INDENT(2), "\n");
    hv_output_flush(out);
}

void hv_output_json_piece(struct hv_output *out, json_t *object_take) {
    put_json(out, object_take, JSON_COMPACT, "");
}

void hv_output_flush(struct hv_output *out) {
    if (out->write_errno != 0)
        return;
    errno = 0;
    if (fflush(stdout) != 0)
        note_failure(out);
}

bool hv_output_is_broken(const struct hv_output *out) {
    return out->write_errno != 0;
}

bool hv_output_lost_reader(const struct hv_output *out) {
    return out->write_errno == EPIPE;
}

int hv_output_finish(struct hv_output *out, int exit_code) {
    struct hv_error error;

    hv_output_flush(out);
    if (out->fixture.code && exit_code == 0) {
        hv_say_error(out, &out->fixture, NULL);
        exit_code = hv_error_exit_code(out->fixture.code);
    }
    if (out->memory_failed) {
        hv_error_memory(&error);
        hv_say_error(out, &error, NULL);
        return exit_code ? exit_code : 1;
    }
    if (out->write_errno == 0)
        return exit_code;
    if (out->write_errno == EPIPE)
        return exit_code ? exit_code : EXIT_BROKEN_PIPE;
    hv_error_set(&error, HV_E_FAILED, "the output could not be written to the end");
    hv_error_cause(&error, "%s", strerror(out->write_errno));
    hv_say_error(out, &error, NULL);
    return exit_code ? exit_code : 1;
}
