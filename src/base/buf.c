/* Growing byte buffer with a ceiling. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/size.h"

enum { FIRST_CAPACITY = 256 };

void hv_buf_init(struct hv_buf *buf, size_t ceiling) {
    *buf = (struct hv_buf)HV_BUF_INIT(ceiling);
}

void hv_buf_deinit(struct hv_buf *buf) {
    free(buf->data);
    *buf = (struct hv_buf)HV_BUF_INIT(buf->ceiling);
}

void hv_buf_deinit_secret(struct hv_buf *buf) {
    hv_secret_wipe(buf->data, buf->cap);
    hv_buf_deinit(buf);
}

void hv_buf_reset(struct hv_buf *buf) {
    buf->len = 0;
    buf->failure = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

/* Bytes needed for N_BYTES more and the NUL; 0 when the ceiling forbids it. */
static size_t size_with(const struct hv_buf *buf, size_t n_bytes) {
    size_t need;

    if (!hv_size_add(buf->len, n_bytes, &need) || need > buf->ceiling || !hv_size_add(need, 1, &need))
        return 0;
    return need;
}

static bool resize(struct hv_buf *buf, size_t cap) {
    char *data = realloc(buf->data, cap);

    if (!data)
        return false;
    buf->data = data;
    buf->cap = cap;
    return true;
}

void hv_buf_reserve(struct hv_buf *buf, size_t n_bytes) {
    size_t need = size_with(buf, n_bytes);

    if (need > buf->cap && resize(buf, need))
        buf->data[buf->len] = '\0';
}

/* Makes room for N_BYTES more and the NUL. */
static bool reserve(struct hv_buf *buf, size_t n_bytes) {
    size_t need = size_with(buf, n_bytes);
    size_t cap = buf->cap ? buf->cap : FIRST_CAPACITY;

    if (buf->failure)
        return false;
    if (need == 0) {
        buf->failure = HV_E_LIMIT;
        return false;
    }
    if (need <= buf->cap)
        return true;
    while (cap < need) {
        if (!hv_size_mul(cap, 2, &cap))
            cap = need;
    }
    if (!resize(buf, cap))
        buf->failure = HV_E_MEMORY;
    return !buf->failure;
}

char *hv_buf_extend(struct hv_buf *buf, size_t n_bytes) {
    char *room;

    if (!reserve(buf, n_bytes))
        return NULL;
    room = buf->data + buf->len;
    buf->len += n_bytes;
    buf->data[buf->len] = '\0';
    return room;
}

void hv_buf_append(struct hv_buf *buf, const void *bytes, size_t n_bytes) {
    char *room = hv_buf_extend(buf, n_bytes);

    if (room && n_bytes)
        memcpy(room, bytes, n_bytes);
}

void hv_buf_puts(struct hv_buf *buf, const char *text) {
    hv_buf_append(buf, text, strlen(text));
}

void hv_buf_putc(struct hv_buf *buf, char c) {
    hv_buf_append(buf, &c, 1);
}

void hv_buf_vprintf(struct hv_buf *buf, const char *format, va_list args) {
    va_list again;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    if (n >= 0 && reserve(buf, (size_t)n)) {
        (void)vsnprintf(buf->data + buf->len, (size_t)n + 1, format, again);
        buf->len += (size_t)n;
    }
    va_end(again);
}

void hv_buf_printf(struct hv_buf *buf, const char *format, ...) {
    va_list args;

    va_start(args, format);
    hv_buf_vprintf(buf, format, args);
    va_end(args);
}

int hv_buf_finish(const struct hv_buf *buf, const char *what, struct hv_error *err) {
    if (buf->failure == HV_E_LIMIT)
        return hv_error_set(err, HV_E_LIMIT, "%s is larger than %zu bytes", what, buf->ceiling);
    if (buf->failure)
        return hv_error_memory(err);
    return 0;
}

const char *hv_buf_text(const struct hv_buf *buf) {
    return buf->data ? buf->data : "";
}

int hv_buf_take(struct hv_buf *buf, const char *what, char **ret_text, struct hv_error *err) {
    int r;

    hv_buf_append(buf, "", 0);
    r = hv_buf_finish(buf, what, err);
    if (r < 0)
        return r;
    *ret_text = buf->data;
    *buf = (struct hv_buf)HV_BUF_INIT(buf->ceiling);
    return 0;
}
