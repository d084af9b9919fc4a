/*
 * Growing byte buffer with a ceiling. Appends return nothing: the first failure sticks, later appends do nothing, and
 * hv_buf_finish tells. The bytes are always followed by a NUL that is not counted.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <hvctl/error.h>
#include <stdarg.h>

#include "base/cleanup.h"

struct hv_buf {
    char *data; /* NULL while nothing was appended */
    size_t len;
    size_t cap;
    size_t ceiling;
    int failure; /* 0, HV_E_MEMORY or HV_E_LIMIT */
};

/* CEILING: most bytes it will hold. */
#define HV_BUF_INIT(ceiling_)                                                                                                    \
    { NULL, 0, 0, (ceiling_), 0 }

void hv_buf_init(struct hv_buf *buf, size_t ceiling);
void hv_buf_deinit(struct hv_buf *buf);
/* Wipes the bytes first. */
void hv_buf_deinit_secret(struct hv_buf *buf);
/* Empty again, failure forgotten, memory kept. */
void hv_buf_reset(struct hv_buf *buf);

void hv_buf_append(struct hv_buf *buf, const void *bytes, size_t n_bytes);
/* Makes room for N_BYTES more, where that is known beforehand: else memory doubles as it fills. Failures do not stick. */
void hv_buf_reserve(struct hv_buf *buf, size_t n_bytes);
/* Room for N_BYTES more, counted already, which the caller fills. NULL when there is none. Valid until the next append. */
char *hv_buf_extend(struct hv_buf *buf, size_t n_bytes);
void hv_buf_puts(struct hv_buf *buf, const char *text);
void hv_buf_putc(struct hv_buf *buf, char c);
void hv_buf_printf(struct hv_buf *buf, const char *format, ...) HV_ATTR_PRINTF(2, 3);
void hv_buf_vprintf(struct hv_buf *buf, const char *format, va_list args) HV_ATTR_PRINTF(2, 0);

/* 0, or MEMORY or LIMIT. WHAT names the thing built, for the message. */
HV_MUST_CHECK int hv_buf_finish(const struct hv_buf *buf, const char *what, struct hv_error *err);
/* The text; "" while empty. Valid until the next append. */
const char *hv_buf_text(const struct hv_buf *buf);
/* Hands the memory over (never NULL on success, free() it) and empties the buffer. */
HV_MUST_CHECK int hv_buf_take(struct hv_buf *buf, const char *what, char **ret_text, struct hv_error *err);

#define HV_CLEANUP_BUF HV_ATTR_CLEANUP(hv_buf_deinit)

#endif
