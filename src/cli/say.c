/* Errors, warnings and notes for people (ux.md 10). */
#include "cli/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/signals.h"

enum { SAY_MAX_BYTES = 1024 * 1024 };

/* Nothing can be reported when stderr itself fails, so its result does not matter. */
static void flush_to_stderr(struct hv_output *out, const struct hv_buf *buf) {
    if (out->progress)
        hv_progress_hide(out->progress);
    (void)fwrite(hv_buf_text(buf), 1, buf->len, stderr);
    (void)fflush(stderr);
}

static void append_label(struct hv_buf *buf, const struct hv_output *out, const char *color, const char *label) {
    hv_buf_printf(buf, "%s%s%s", out->color ? color : "", label, out->color ? "\033[0m" : "");
}

/* "  cause:  text", the text made harmless. Nothing for an empty text. */
static void append_line(struct hv_buf *buf, const struct hv_output *out, const char *label, const char *text, size_t n_bytes) {
    HV_CLEANUP_FREE char *copy = NULL;

    if (n_bytes == 0 || hv_text_copy_n(text, n_bytes, &copy, NULL) < 0)
        return;
    hv_buf_printf(buf, "  %-7s ", label);
    hv_clean_append(buf, copy, &out->err_text);
    hv_buf_putc(buf, '\n');
}

/* One remedy a line: the first is the fix, the others are alternatives. */
static void append_remedies(struct hv_buf *buf, const struct hv_output *out, const char *remedies) {
    const char *label = "fix:";

    while (*remedies) {
        size_t n = strcspn(remedies, "\n");
        append_line(buf, out, label, remedies, n);
        label = "or:";
        remedies += remedies[n] ? n + 1 : n;
    }
}

/* The host's own words, where the message does not quote them already. */
static void append_host_words(struct hv_buf *buf, const struct hv_output *out, const struct hv_error *error,
                              const struct hv_circumstances *around) {
    if (error->fault_reason[0] && !strstr(error->message, error->fault_reason) && !strstr(error->cause, error->fault_reason))
        append_line(buf, out, "host:", error->fault_reason, strlen(error->fault_reason));
    for (size_t i = 0; around && i < around->n_reasons; i++) {
        const char *text = around->reasons[i].message;
        if (text && strcmp(text, error->fault_reason) != 0 && !strstr(error->message, text) && !strstr(error->cause, text))
            append_line(buf, out, "host:", text, strlen(text));
    }
}

static void append_number(struct hv_buf *buf, const char **separator, const char *format, unsigned number) {
    hv_buf_puts(buf, *separator);
    if (strcmp(format, "hresult") == 0)
        hv_buf_printf(buf, "0x%08X", number);
    else
        hv_buf_printf(buf, "%s %u", format, number);
    *separator = ", ";
}

static void append_code(struct hv_buf *buf, const struct hv_output *out, const struct hv_error *error,
                        const struct hv_circumstances *around) {
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(SAY_MAX_BYTES);
    const char *separator = " (";

    hv_buf_puts(&line, hv_error_name(error->code));
    if (error->hresult)
        append_number(&line, &separator, "hresult", error->hresult);
    if (error->has_return_value)
        append_number(&line, &separator, "return value", error->return_value);
    if (error->wsman_code && error->wsman_code != error->hresult)
        append_number(&line, &separator, "WS-Management fault", error->wsman_code);
    if (error->http_status && error->http_status != 200)
        append_number(&line, &separator, "HTTP", (unsigned)error->http_status);
    if (strcmp(separator, ", ") == 0)
        hv_buf_putc(&line, ')');
    hv_buf_printf(&line, ", exit %d", hv_error_exit_code(error->code));
    if (around && around->job_ref)
        hv_buf_printf(&line, ", job %s", around->job_ref);
    append_line(buf, out, "code:", hv_buf_text(&line), line.len);
}

void hv_say_error(struct hv_output *out, const struct hv_error *error, const struct hv_circumstances *around) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(SAY_MAX_BYTES);

    append_label(&buf, out, "\033[1;31m", "error:");
    hv_buf_putc(&buf, ' ');
    hv_clean_append(&buf, error->message, &out->err_text);
    hv_buf_putc(&buf, '\n');
    append_line(&buf, out, "cause:", error->cause, strlen(error->cause));
    append_host_words(&buf, out, error, around);
    append_remedies(&buf, out, error->remedy);
    append_code(&buf, out, error, around);
    flush_to_stderr(out, &buf);
}

int hv_say_ending(struct hv_output *out, const struct hv_error *error) {
    /* Who pressed Ctrl-C knows why it ended. */
    if (error->code == HV_E_CANCELLED && hv_signals_caught() != 0)
        return hv_signals_exit_code();
    hv_say_error(out, error, NULL);
    return hv_error_exit_code(error->code);
}

int hv_say_failure(struct hv_output *out, const struct hv_error *error) {
    int exit_code = hv_say_ending(out, error);

    if (hv_output_is_json(out))
        hv_output_json(out, hv_json_error_event(error, NULL));
    return exit_code;
}

HV_ATTR_PRINTF(3, 0)
static void say_text(struct hv_output *out, const char *label, const char *format, va_list args) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(SAY_MAX_BYTES);
    char text[HV_ERROR_TEXT_SIZE * 2];

    if (vsnprintf(text, sizeof(text), format, args) < 0)
        return;
    hv_text_trim_partial(text);
    if (label) {
        append_label(&buf, out, "\033[1;33m", label);
        hv_buf_putc(&buf, ' ');
    }
    hv_clean_append(&buf, text, &out->err_text);
    hv_buf_putc(&buf, '\n');
    flush_to_stderr(out, &buf);
}

void hv_say_warning(struct hv_output *out, const char *format, ...) {
    va_list args;

    va_start(args, format);
    say_text(out, "warning:", format, args);
    va_end(args);
}

void hv_say_line(struct hv_output *out, const char *format, ...) {
    va_list args;

    va_start(args, format);
    say_text(out, NULL, format, args);
    va_end(args);
}

void hv_say_note(struct hv_output *out, const char *format, ...) {
    va_list args;

    if (out->quiet)
        return;
    va_start(args, format);
    say_text(out, NULL, format, args);
    va_end(args);
}
