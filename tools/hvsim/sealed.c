/* Multipart bodies of sealed messages. Reading is as strict as the grammar of MS-WSMV 2.2.9.1.1: it is said to mind case and
 * tabs. */
#include "sealed.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SPNEGO    "application/HTTP-SPNEGO-session-encrypted"
#define KERBEROS  "application/HTTP-Kerberos-session-encrypted"
#define CREDSSP   "application/HTTP-CredSSP-session-encrypted"
#define ONE       "multipart/encrypted"
#define SEVERAL   "multipart/x-multi-encrypted"
#define DELIMITER "--Encrypted Boundary"
#define END       DELIMITER "--\r\n"

#define TYPE(kind, protocol) kind ";protocol=\"" protocol "\";boundary=\"Encrypted Boundary\""

enum { N_LENGTH = 4, MAX_HEADER = 256 };

static const struct {
    const char *protocol;
    const char *one;
    const char *several;
} sealings[] = {
    [SIM_SEALING_SPNEGO] = { SPNEGO, TYPE(ONE, SPNEGO), TYPE(SEVERAL, SPNEGO) },
    [SIM_SEALING_KERBEROS] = { KERBEROS, TYPE(ONE, KERBEROS), TYPE(SEVERAL, KERBEROS) },
    [SIM_SEALING_CREDSSP] = { CREDSSP, TYPE(ONE, CREDSSP), TYPE(SEVERAL, CREDSSP) },
};

bool sim_sealed_is(const char *content_type) {
    return content_type && (hv_text_starts_same(content_type, ONE) || hv_text_starts_same(content_type, SEVERAL));
}

const char *sim_sealed_type(enum sim_sealing sealing, bool is_multi) {
    return is_multi ? sealings[sealing].several : sealings[sealing].one;
}

/* ---- reading ---- */

/* The same but for blanks behind semicolons, which a header field may have. */
static bool is_type(const char *have, const char *wanted) {
    while (*have || *wanted) {
        if (*have != *wanted)
            return false;
        have++;
        if (*wanted++ == ';')
            have += strspn(have, " ");
    }
    return true;
}

/* Several parts are known of CredSSP only, whose parts have a greatest size. */
bool sim_sealed_begin(struct sim_sealed_reader *reader, enum sim_sealing sealing, const char *content_type, const char *body,
                      size_t n_body) {
    const bool is_multi = is_type(content_type, sealings[sealing].several);

    if (!is_type(content_type, sealings[sealing].one) && !(is_multi && sealing == SIM_SEALING_CREDSSP))
        return false;
    *reader = (struct sim_sealed_reader){ .sealing = sealing, .is_multi = is_multi, .at = body, .n_left = n_body };
    return true;
}

static bool skip(struct sim_sealed_reader *reader, const char *text) {
    const size_t n = strlen(text);

    if (reader->n_left < n || memcmp(reader->at, text, n) != 0)
        return false;
    reader->at += n;
    reader->n_left -= n;
    return true;
}

/* "type=application/soap+xml;charset=UTF-8;Length=1234" up to the end of the line. */
static bool read_content(struct sim_sealed_reader *reader, struct sim_sealed_part *part) {
    static const char mark[] = ";Length=";
    const size_t n_mark = sizeof(mark) - 1;
    const size_t n_seen = reader->n_left < MAX_HEADER ? reader->n_left : MAX_HEADER;
    const char *end = memmem(reader->at, n_seen, "\r\n", 2);
    const char *length = end ? memmem(reader->at, (size_t)(end - reader->at), mark, n_mark) : NULL;

    if (!length || !hv_text_u64(length + n_mark, (size_t)(end - length) - n_mark, 1, UINT32_MAX, &part->n_plain))
        return false;
    part->type = reader->at;
    part->n_type = (size_t)(length - reader->at);
    reader->n_left -= (size_t)(end - reader->at);
    reader->at = end;
    return skip(reader, "\r\n");
}

static uint32_t little_endian(const char *bytes) {
    uint32_t value = 0;

    for (size_t i = N_LENGTH; i > 0; i--)
        value = value << 8 | (unsigned char)bytes[i - 1];
    return value;
}

/* The last part ends with the body, so that bytes which look like a delimiter do not matter; those before it have to be
 * searched. */
static const char *find_end(const struct sim_sealed_reader *reader) {
    static const char end[] = END;
    const size_t n_end = sizeof(end) - 1;
    const char *next =
        reader->is_multi ? memmem(reader->at, reader->n_left, DELIMITER "\r\n\t", strlen(DELIMITER "\r\n\t")) : NULL;

    if (next)
        return next;
    if (reader->n_left < n_end || memcmp(reader->at + reader->n_left - n_end, end, n_end) != 0)
        return NULL;
    return reader->at + reader->n_left - n_end;
}

static bool read_sealed(struct sim_sealed_reader *reader, struct sim_sealed_part *part) {
    const char *end = find_end(reader);

    if (!end || end - reader->at < N_LENGTH)
        return false;
    part->n_token = little_endian(reader->at);
    part->sealed = reader->at + N_LENGTH;
    part->n_sealed = (size_t)(end - part->sealed);
    reader->n_left -= (size_t)(end - reader->at);
    reader->at = end;
    return part->n_token <= part->n_sealed;
}

int sim_sealed_next(struct sim_sealed_reader *reader, struct sim_sealed_part *ret_part) {
    struct sim_sealed_part part = { 0 };

    if (reader->had_part && reader->n_left == strlen(END) && skip(reader, END))
        return 1;
    if (!skip(reader, DELIMITER "\r\n\tContent-Type: ") || !skip(reader, sealings[reader->sealing].protocol) ||
        !skip(reader, "\r\n\tOriginalContent: type=") || !read_content(reader, &part) ||
        !skip(reader, DELIMITER "\r\n\tContent-Type: application/octet-stream\r\n") || !read_sealed(reader, &part))
        return -1;
    if (reader->sealing == SIM_SEALING_CREDSSP && part.n_plain > SIM_SEALING_MAX_CHUNK)
        return -1;
    reader->had_part = true;
    *ret_part = part;
    return 0;
}

/* ---- writing ---- */

static void write_delimiter(const struct sim_sealed_form *form, const char *rest, struct hv_buf *out) {
    hv_buf_printf(out, "--%sEncrypted Boundary%s\r\n", form->is_spaced ? " " : "", rest);
}

void sim_sealed_write(const struct sim_sealed_form *form, const struct sim_sealed_content *content, struct hv_buf *out) {
    write_delimiter(form, "", out);
    hv_buf_printf(out, "\tContent-Type: %s\r\n\tOriginalContent: type=%s;Length=%zu\r\n", sealings[form->sealing].protocol,
                  content->type, content->n_plain);
    write_delimiter(form, "", out);
    hv_buf_puts(out, "\tContent-Type: application/octet-stream\r\n");
    for (unsigned i = 0; i < N_LENGTH; i++)
        hv_buf_putc(out, (char)(content->token_length >> (8 * i) & 0xFF));
    if (content->token)
        hv_buf_append(out, content->token->data, content->token->len);
    hv_buf_append(out, content->cipher->data, content->cipher->len);
}

void sim_sealed_end(const struct sim_sealed_form *form, struct hv_buf *out) {
    write_delimiter(form, "--", out);
}
