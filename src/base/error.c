/* Error records: texts of fixed size, cut at character borders, so that reporting never needs memory. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"

static const struct {
    int code;
    int exit_code;
    const char *name;
} classes[] = {
    { HV_E_FAILED, 1, "failed" },
    { HV_E_ARGUMENT, 2, "usage" },
    { HV_E_NOT_MIGRATABLE, 3, "not_migratable" },
    { HV_E_PARTIAL, 4, "partial" },
    { HV_E_UNREACHABLE, 5, "unreachable" },
    { HV_E_TLS, 6, "tls_untrusted" },
    { HV_E_AUTH, 7, "auth_failed" },
    { HV_E_DENIED, 8, "denied" },
    { HV_E_NOT_FOUND, 9, "not_found" },
    { HV_E_CONFLICT, 10, "conflict" },
    { HV_E_DETACHED, 11, "timeout_detached" },
    { HV_E_CANCELLED, 12, "cancelled" },
    { HV_E_DELEGATION, 13, "delegation" },
    { HV_E_PROTOCOL, 14, "protocol" },
    { HV_E_FIXTURE, 15, "fixture_mismatch" },
    { HV_E_UNKNOWN_OUTCOME, 16, "unknown_outcome" },
    { HV_E_INTERNAL, 70, "internal" },
    { HV_E_CONFIG, 78, "config" },
    { HV_E_MEMORY, 1, "failed" },
    { HV_E_LIMIT, 14, "protocol" },
    { HV_E_LOST, 16, "unknown_outcome" },
};

const char *hv_error_name(int code) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(classes); i++) {
        if (classes[i].code == code)
            return classes[i].name;
    }
    return "internal";
}

int hv_error_exit_code(int code) {
    if (code == 0)
        return 0;
    for (size_t i = 0; i < HV_ARRAY_SIZE(classes); i++) {
        if (classes[i].code == code)
            return classes[i].exit_code;
    }
    return 70;
}

/* Writes a formatted text into a field of SIZE bytes. What a peer sent may be no UTF-8, or be cut within a character. */
static void HV_ATTR_PRINTF(3, 0) put(char *field, size_t size, const char *format, va_list args) {
    int n = vsnprintf(field, size, format, args);

    if (n < 0)
        field[0] = '\0';
    else if ((size_t)n >= size)
        hv_text_trim_partial(field);
    hv_text_repair(field);
}

void hv_error_fill(struct hv_error *err, int code, const char *format, ...) {
    va_list args;

    if (!err)
        return;
    memset(err, 0, sizeof(*err));
    err->code = code;
    va_start(args, format);
    put(err->message, sizeof(err->message), format, args);
    va_end(args);
}

void hv_error_cause(struct hv_error *err, const char *format, ...) {
    va_list args;

    if (!err)
        return;
    va_start(args, format);
    put(err->cause, sizeof(err->cause), format, args);
    va_end(args);
}

void hv_error_remedy(struct hv_error *err, const char *format, ...) {
    va_list args;
    size_t used;

    if (!err)
        return;
    used = strlen(err->remedy);
    if (used > 0 && used + 1 < sizeof(err->remedy)) {
        err->remedy[used++] = '\n';
        err->remedy[used] = '\0';
    }
    va_start(args, format);
    put(err->remedy + used, sizeof(err->remedy) - used, format, args);
    va_end(args);
}

void hv_error_prefix(struct hv_error *err, const char *format, ...) {
    char old[HV_ERROR_TEXT_SIZE];
    va_list args;
    size_t used;

    if (!err)
        return;
    memcpy(old, err->message, sizeof(old));
    va_start(args, format);
    put(err->message, sizeof(err->message), format, args);
    va_end(args);
    used = strlen(err->message);
    if ((size_t)snprintf(err->message + used, sizeof(err->message) - used, ": %s", old) >= sizeof(err->message) - used)
        hv_text_trim_partial(err->message);
}

int hv_error_copy(struct hv_error *dest, const struct hv_error *source) {
    if (dest && dest != source)
        *dest = *source;
    return source->code;
}
