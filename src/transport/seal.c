/*
 * The multipart framing of encrypted messages (wsman.md 6.4, 6.5). It looks like MIME and is not: no empty line ends the head of
 * a part, and the binary part ends where the next delimiter begins, with no line end before it.
 */
#include "transport/seal.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

enum {
    BOUNDARY_MAX_BYTES = 70, /* RFC 2046, 5.1.1 */
    LENGTH_BYTES = 4,
};

static const char usual_boundary[] = "Encrypted Boundary";
static const char one_type[] = "multipart/encrypted";
static const char several_type[] = "multipart/x-multi-encrypted";

void hv_seal_write_type(const char *protocol, size_t n_parts, struct hv_buf *out) {
    hv_buf_printf(out, "%s;protocol=\"%s\";boundary=\"%s\"", n_parts > 1 ? several_type : one_type, protocol, usual_boundary);
}

void hv_seal_write_part(const char *protocol, const char *type, size_t n_plain, const struct hv_buf *token,
                        const struct hv_buf *cipher, struct hv_buf *out) {
    uint32_t n_token = (uint32_t)token->len;
    const char length[LENGTH_BYTES] = { (char)(n_token & 255), (char)(n_token >> 8 & 255), (char)(n_token >> 16 & 255),
                                        (char)(n_token >> 24) };

    hv_buf_printf(out, "--%s\r\n\tContent-Type: %s\r\n\tOriginalContent: type=%s;Length=%zu\r\n", usual_boundary, protocol, type,
                  n_plain);
    hv_buf_printf(out, "--%s\r\n\tContent-Type: application/octet-stream\r\n", usual_boundary);
    hv_buf_append(out, length, sizeof(length));
    hv_buf_append(out, token->data, token->len);
    hv_buf_append(out, cipher->data, cipher->len);
}

void hv_seal_write_end(struct hv_buf *out) {
    hv_buf_printf(out, "--%s--\r\n", usual_boundary);
}

bool hv_seal_is_type(const char *type) {
    return type && (hv_text_starts_same(type, one_type) || hv_text_starts_same(type, several_type));
}

/* What is left to read. */
struct span {
    const char *at;
    const char *end;
};

static size_t left(const struct span *span) {
    return (size_t)(span->end - span->at);
}

static bool skip(struct span *span, const char *text) {
    size_t n = strlen(text);

    if (left(span) < n || memcmp(span->at, text, n) != 0)
        return false;
    span->at += n;
    return true;
}

/* The boundary that the Content-Type names. */
static void read_boundary(const char *type, char boundary[BOUNDARY_MAX_BYTES + 1]) {
    static const char name[] = "boundary=";
    const char *at = type;
    size_t n;

    memcpy(boundary, usual_boundary, sizeof(usual_boundary));
    while ((at = strchr(at, ';'))) {
        at += 1 + strspn(at + 1, " \t");
        if (!hv_text_starts_same(at, name))
            continue;
        at += sizeof(name) - 1;
        n = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t");
        if (n > 0 && n <= BOUNDARY_MAX_BYTES) {
            memcpy(boundary, at, n);
            boundary[n] = '\0';
        }
        return;
    }
}

/* "--Encrypted Boundary"; some write a blank between (wsman.md 6.4). */
static bool skip_delimiter(struct span *span, const char *boundary) {
    struct span rest = *span;

    if (!skip(&rest, "--"))
        return false;
    (void)skip(&rest, " ");
    if (!skip(&rest, boundary))
        return false;
    *span = rest;
    return true;
}

/* The next line without its end; it may be ended by LF alone. */
static bool read_line(struct span *span, struct span *ret_line) {
    const char *end = memchr(span->at, '\n', left(span));

    if (!end || end - span->at > HV_SEAL_MAX_HEAD_BYTES)
        return false;
    ret_line->at = span->at;
    ret_line->end = end > span->at && end[-1] == '\r' ? end - 1 : end;
    span->at = end + 1;
    return true;
}

static bool skip_line_end(struct span *span) {
    return skip(span, "\r\n") || skip(span, "\n");
}

static void skip_blanks(struct span *span) {
    while (span->at < span->end && (*span->at == ' ' || *span->at == '\t'))
        span->at++;
}

/* Where NAME begins in LINE, whatever its case; NULL: nowhere. */
static const char *find(const struct span *line, const char *name) {
    size_t n = strlen(name);

    for (const char *at = line->at; (size_t)(line->end - at) >= n; at++) {
        if (strncasecmp(at, name, n) == 0)
            return at;
    }
    return NULL;
}

/* "OriginalContent: type=application/soap+xml;charset=UTF-8;Length=1234" */
static bool read_original(struct span line, struct hv_sealed *sealed, struct hv_sealed_part *part) {
    static const char length_name[] = ";Length=";
    static const char type_name[] = "type=";
    const char *type = find(&line, type_name);
    const char *length = find(&line, length_name);
    uint64_t n_plain;

    if (length) {
        const char *digits = length + sizeof(length_name) - 1;
        size_t n = 0;
        while (digits + n < line.end && digits[n] >= '0' && digits[n] <= '9')
            n++;
        if (!hv_text_u64(digits, n, 0, UINT32_MAX, &n_plain))
            return false;
        part->has_n_plain = true;
        part->n_plain = (size_t)n_plain;
    }
    if (type && !sealed->type[0]) {
        const char *end = length && length > type ? length : line.end;
        type += sizeof(type_name) - 1;
        if (end > type && (size_t)(end - type) < sizeof(sealed->type))
            memcpy(sealed->type, type, (size_t)(end - type));
    }
    return true;
}

/* The lines of a part's head, up to the next delimiter; what is not known is left aside. */
static bool read_head(struct span *span, const char *boundary, struct hv_sealed *sealed, struct hv_sealed_part *part) {
    static const char original[] = "OriginalContent:";
    const char *begin = span->at;
    struct span line;

    if (!skip_line_end(span))
        return false;
    while (!skip_delimiter(span, boundary)) {
        if (!read_line(span, &line) || span->at - begin > HV_SEAL_MAX_HEAD_BYTES)
            return false;
        skip_blanks(&line);
        if (left(&line) >= sizeof(original) - 1 && strncasecmp(line.at, original, sizeof(original) - 1) == 0 &&
            !read_original(line, sealed, part))
            return false;
    }
    return true;
}

/* The next delimiter at or behind AT; NULL: none. */
static const char *find_delimiter(const struct span *span, const char *at, const char *boundary) {
    while (at < span->end && (at = memmem(at, (size_t)(span->end - at), "--", 2))) {
        struct span here = { at, span->end };
        if (skip_delimiter(&here, boundary))
            return at;
        at++;
    }
    return NULL;
}

/*
 * Length of the token, token and ciphertext. These may hold any bytes, so the search for their end begins behind what they hold
 * at least: the token and as many bytes as the plain text has.
 */
static bool read_binary(struct span *span, const char *boundary, struct hv_sealed_part *part) {
    const unsigned char *length;
    const char *end;
    size_t n_least;
    struct span line;

    if (!skip_line_end(span) || !read_line(span, &line) || left(span) < LENGTH_BYTES)
        return false;
    length = (const unsigned char *)span->at;
    part->n_token = (size_t)length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16 | (size_t)length[3] << 24;
    span->at += LENGTH_BYTES;
    n_least = part->n_token + (part->has_n_plain ? part->n_plain : 0);
    if (n_least > left(span))
        return false;
    end = find_delimiter(span, span->at + n_least, boundary);
    if (!end)
        return false;
    part->bytes = span->at;
    part->n_bytes = (size_t)(end - span->at);
    span->at = end;
    return true;
}

static int add_part(struct hv_sealed *sealed, const struct hv_sealed_part *part, struct hv_error *err) {
    struct hv_sealed_part *longer;

    if (sealed->n_parts == HV_SEAL_MAX_PARTS)
        return hv_error_set(err, HV_E_LIMIT, "the encrypted answer has more than %d parts", HV_SEAL_MAX_PARTS);
    longer = hv_grow(sealed->parts, sealed->n_parts, sizeof(*sealed->parts));
    if (!longer)
        return hv_error_memory(err);
    sealed->parts = longer;
    sealed->parts[sealed->n_parts++] = *part;
    return 0;
}

/* Outcomes: 1 the message ended; 0 there is more. */
static int parse_part(struct span *span, const char *boundary, struct hv_sealed *sealed, struct hv_error *err) {
    struct hv_sealed_part part = { .bytes = NULL };
    int r;

    if (!read_head(span, boundary, sealed, &part) || !read_binary(span, boundary, &part))
        return hv_error_set(err, HV_E_PROTOCOL, "the encrypted answer is not put together as it should be");
    r = add_part(sealed, &part, err);
    if (r < 0)
        return r;
    (void)skip_delimiter(span, boundary);
    return skip(span, "--") ? 1 : 0;
}

int hv_seal_parse(const char *type, const char *bytes, size_t n_bytes, struct hv_sealed *ret_sealed, struct hv_error *err) {
    HV_CLEANUP_SEALED struct hv_sealed sealed = { .n_parts = 0 };
    struct span span = { bytes, bytes + n_bytes };
    char boundary[BOUNDARY_MAX_BYTES + 1];
    int r;

    read_boundary(type, boundary);
    (void)skip_line_end(&span);
    if (!skip_delimiter(&span, boundary))
        return hv_error_set(err, HV_E_PROTOCOL, "the encrypted answer does not begin as it should");
    do
        r = parse_part(&span, boundary, &sealed, err);
    while (r == 0);
    if (r < 0)
        return r;
    *ret_sealed = sealed;
    /* cppcheck-suppress unreadVariable ; the cleanup reads it */
    sealed = (struct hv_sealed){ .n_parts = 0 };
    return 0;
}

void hv_sealed_deinit(struct hv_sealed *sealed) {
    free(sealed->parts);
    sealed->parts = NULL;
    sealed->n_parts = 0;
}
