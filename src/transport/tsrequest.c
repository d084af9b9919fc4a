/*
 * TSRequest and TSCredentials (MS-CSSP 2.2.1, 2.2.1.1, 2.2.1.2) in DER (X.690). All tags are explicit, each below 31, so that a
 * tag is one byte; lengths are definite and as short as can be.
 */
#include "transport/tsrequest.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

enum {
    TAG_INTEGER = 0x02,
    TAG_OCTET_STRING = 0x04,
    TAG_SEQUENCE = 0x30,
    TAG_FIELD = 0xA0, /* [0]; the number of the field is added */
    TAG_FIELD_LAST = 0xBE,
    MAX_INTEGER_BYTES = 5, /* an unsigned one of 32 bits */
    CREDENTIALS_PASSWORD = 1,
};

enum field {
    FIELD_VERSION,
    FIELD_NEGO_TOKENS,
    FIELD_AUTH_INFO,
    FIELD_PUB_KEY_AUTH,
    FIELD_ERROR_CODE,
    FIELD_CLIENT_NONCE,
};

/* Writing: how long a thing gets is known before its first byte is written. */

static size_t length_size(size_t n) {
    size_t size = 1;

    for (size_t rest = n; n >= 0x80 && rest; rest >>= 8)
        size++;
    return size;
}

static size_t tlv_size(size_t n_content) {
    return 1 + length_size(n_content) + n_content;
}

static void put_head(struct hv_buf *out, unsigned tag, size_t n_content) {
    size_t size = length_size(n_content);

    hv_buf_putc(out, (char)tag);
    if (size == 1) {
        hv_buf_putc(out, (char)n_content);
        return;
    }
    hv_buf_putc(out, (char)(0x80 | (size - 1)));
    for (size_t shift = (size - 1) * 8; shift > 0; shift -= 8)
        hv_buf_putc(out, (char)(n_content >> (shift - 8) & 0xFF));
}

/* As Windows does with an NTSTATUS: the 32 bits are a signed number. */
static size_t integer_size(uint32_t value) {
    int32_t number = (int32_t)value;
    size_t size = 1;

    while (size < sizeof(number) && (number < -128 || number > 127)) {
        number >>= 8;
        size++;
    }
    return size;
}

static size_t integer_field_size(uint32_t value) {
    return tlv_size(tlv_size(integer_size(value)));
}

static void put_integer_field(struct hv_buf *out, unsigned field, uint32_t value) {
    size_t size = integer_size(value);

    put_head(out, TAG_FIELD + field, tlv_size(size));
    put_head(out, TAG_INTEGER, size);
    for (size_t shift = size * 8; shift > 0; shift -= 8)
        hv_buf_putc(out, (char)(value >> (shift - 8) & 0xFF));
}

static size_t octets_field_size(size_t n) {
    return tlv_size(tlv_size(n));
}

static void put_octets_head(struct hv_buf *out, unsigned field, size_t n) {
    put_head(out, TAG_FIELD + field, tlv_size(n));
    put_head(out, TAG_OCTET_STRING, n);
}

static size_t optional_size(const struct hv_ts_bytes *bytes) {
    return bytes->bytes ? octets_field_size(bytes->n_bytes) : 0;
}

static void put_optional(struct hv_buf *out, unsigned field, const struct hv_ts_bytes *bytes) {
    if (!bytes->bytes)
        return;
    put_octets_head(out, field, bytes->n_bytes);
    hv_buf_append(out, bytes->bytes, bytes->n_bytes);
}

/* NegoData of one token: a sequence of sequences of one field. */
static size_t nego_size(const struct hv_ts_bytes *token) {
    return token->bytes ? tlv_size(tlv_size(tlv_size(octets_field_size(token->n_bytes)))) : 0;
}

static void put_nego(struct hv_buf *out, const struct hv_ts_bytes *token) {
    size_t n = octets_field_size(token->n_bytes);

    if (!token->bytes)
        return;
    put_head(out, TAG_FIELD + FIELD_NEGO_TOKENS, tlv_size(tlv_size(n)));
    put_head(out, TAG_SEQUENCE, tlv_size(n));
    put_head(out, TAG_SEQUENCE, n);
    put_optional(out, 0, token);
}

static bool is_large(const struct hv_ts_bytes *bytes) {
    return bytes->bytes && bytes->n_bytes > HV_TS_MAX_BYTES;
}

int hv_ts_request_encode(const struct hv_ts_request *request, struct hv_buf *out, struct hv_error *err) {
    size_t n;

    if (is_large(&request->nego_token) || is_large(&request->auth_info) || is_large(&request->pub_key_auth) ||
        is_large(&request->client_nonce))
        return hv_error_set(err, HV_E_LIMIT, "a CredSSP message would be larger than %d bytes", HV_TS_MAX_BYTES);
    n = integer_field_size(request->version) + nego_size(&request->nego_token) + optional_size(&request->auth_info) +
        optional_size(&request->pub_key_auth) + (request->has_error_code ? integer_field_size(request->error_code) : 0) +
        optional_size(&request->client_nonce);
    put_head(out, TAG_SEQUENCE, n);
    put_integer_field(out, FIELD_VERSION, request->version);
    put_nego(out, &request->nego_token);
    put_optional(out, FIELD_AUTH_INFO, &request->auth_info);
    put_optional(out, FIELD_PUB_KEY_AUTH, &request->pub_key_auth);
    if (request->has_error_code)
        put_integer_field(out, FIELD_ERROR_CODE, request->error_code);
    put_optional(out, FIELD_CLIENT_NONCE, &request->client_nonce);
    return hv_buf_finish(out, "the CredSSP message", err);
}

/* Reading. */

struct span {
    const uint8_t *at;
    size_t left;
};

/* False when it is no length in DER, or one that reaches behind the end. */
static bool take_length(struct span *span, size_t *ret_length) {
    size_t length;
    size_t n_more;

    if (span->left == 0)
        return false;
    length = *span->at++;
    span->left--;
    if (length >= 0x80) {
        n_more = length & 0x7F;
        if (n_more == 0 || n_more > sizeof(uint32_t) || n_more > span->left || *span->at == 0)
            return false;
        length = 0;
        for (size_t i = 0; i < n_more; i++)
            length = length << 8 | *span->at++;
        span->left -= n_more;
        if (length < 0x80)
            return false;
    }
    if (length > span->left)
        return false;
    *ret_length = length;
    return true;
}

/* Takes one element of this tag off the front. */
static bool take(struct span *span, unsigned tag, struct span *ret_content) {
    struct span rest = *span;
    size_t length;

    if (rest.left == 0 || *rest.at != tag)
        return false;
    rest.at++;
    rest.left--;
    if (!take_length(&rest, &length))
        return false;
    *ret_content = (struct span){ rest.at, length };
    *span = (struct span){ rest.at + length, rest.left - length };
    return true;
}

/* One element of this tag, and nothing behind it. */
static bool take_only(struct span span, unsigned tag, struct span *ret_content) {
    return take(&span, tag, ret_content) && span.left == 0;
}

/* Signed, as Windows writes an NTSTATUS, or unsigned, as others do. */
static bool read_integer(struct span field, uint32_t *ret_value) {
    struct span content;
    int64_t value;

    if (!take_only(field, TAG_INTEGER, &content) || content.left == 0 || content.left > MAX_INTEGER_BYTES)
        return false;
    if (content.left > 1 && ((content.at[0] == 0 && content.at[1] < 0x80) || (content.at[0] == 0xFF && content.at[1] >= 0x80)))
        return false;
    value = content.at[0] < 0x80 ? 0 : -1;
    for (size_t i = 0; i < content.left; i++)
        value = (int64_t)((uint64_t)value << 8 | content.at[i]);
    if (value < INT32_MIN || value > (int64_t)UINT32_MAX)
        return false;
    *ret_value = (uint32_t)value;
    return true;
}

static bool read_octets(struct span field, struct hv_ts_bytes *ret_bytes) {
    struct span content;

    if (!take_only(field, TAG_OCTET_STRING, &content))
        return false;
    *ret_bytes = (struct hv_ts_bytes){ content.at, content.left };
    return true;
}

static bool read_nego(struct span field, struct hv_ts_bytes *ret_token) {
    struct span tokens;
    struct span item;
    struct span token;

    if (!take_only(field, TAG_SEQUENCE, &tokens))
        return false;
    if (tokens.left == 0)
        return true;
    return take_only(tokens, TAG_SEQUENCE, &item) && take_only(item, TAG_FIELD, &token) && read_octets(token, ret_token);
}

static bool read_field(struct hv_ts_request *request, unsigned field, struct span content) {
    switch (field) {
    case FIELD_VERSION:
        return read_integer(content, &request->version) && request->version <= INT32_MAX;
    case FIELD_NEGO_TOKENS:
        return read_nego(content, &request->nego_token);
    case FIELD_AUTH_INFO:
        return read_octets(content, &request->auth_info);
    case FIELD_PUB_KEY_AUTH:
        return read_octets(content, &request->pub_key_auth);
    case FIELD_ERROR_CODE:
        request->has_error_code = true;
        return read_integer(content, &request->error_code);
    case FIELD_CLIENT_NONCE:
        return read_octets(content, &request->client_nonce);
    default:
        return true;
    }
}

static bool read_request(struct span span, struct hv_ts_request *request) {
    struct span fields;
    struct span content;
    unsigned next = TAG_FIELD;

    if (!take_only(span, TAG_SEQUENCE, &fields) || fields.left == 0 || *fields.at != TAG_FIELD + FIELD_VERSION)
        return false;
    while (fields.left > 0) {
        unsigned tag = *fields.at;

        if (tag < next || tag > TAG_FIELD_LAST || !take(&fields, tag, &content) || !read_field(request, tag - TAG_FIELD, content))
            return false;
        next = tag + 1;
    }
    return true;
}

int hv_ts_request_decode(const void *bytes, size_t n_bytes, struct hv_ts_request *ret_request, struct hv_error *err) {
    struct hv_ts_request request = { 0 };

    if (n_bytes > HV_TS_MAX_BYTES)
        return hv_error_set(err, HV_E_LIMIT, "a CredSSP message is larger than %d bytes", HV_TS_MAX_BYTES);
    if (!read_request((struct span){ bytes, n_bytes }, &request))
        return hv_error_set(err, HV_E_PROTOCOL, "the host sent something else than a CredSSP message");
    *ret_request = request;
    return 0;
}

/* Credentials. */

/* Calls with OUT NULL only count. Returns the bytes of UTF-16LE, or SIZE_MAX for what is no UTF-8 or too long. */
static size_t put_utf16(struct hv_buf *out, const char *text) {
    size_t n = strlen(text);
    size_t n_out = 0;

    if (n > HV_TS_MAX_TEXT)
        return SIZE_MAX;
    while (n > 0) {
        uint32_t code;
        uint32_t units[2];
        size_t n_units;
        size_t n_char = hv_utf8_decode(text, n, &code);

        if (n_char == 0)
            return SIZE_MAX;
        n_units = code < 0x10000 ? 1 : 2;
        units[0] = n_units == 1 ? code : 0xD800 + ((code - 0x10000) >> 10);
        units[1] = 0xDC00 + ((code - 0x10000) & 0x3FF);
        for (size_t i = 0; out && i < n_units; i++) {
            hv_buf_putc(out, (char)(units[i] & 0xFF));
            hv_buf_putc(out, (char)(units[i] >> 8));
        }
        n_out += n_units * 2;
        text += n_char;
        n -= n_char;
    }
    return n_out;
}

int hv_ts_credentials_encode(const struct hv_ts_password *password, struct hv_buf *out, struct hv_error *err) {
    const char *const texts[] = { password->domain, password->user, password->password };
    size_t sizes[HV_ARRAY_SIZE(texts)];
    size_t n_inner = 0;
    size_t n_outer;

    for (unsigned i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        sizes[i] = put_utf16(NULL, texts[i]);
        if (sizes[i] == SIZE_MAX)
            return hv_error_set(err, HV_E_ARGUMENT, "user or password is no UTF-8 text of at most %d bytes", HV_TS_MAX_TEXT);
        n_inner += octets_field_size(sizes[i]);
    }
    n_outer = integer_field_size(CREDENTIALS_PASSWORD) + octets_field_size(tlv_size(n_inner));
    hv_buf_reserve(out, tlv_size(n_outer));
    if (out->cap - out->len <= tlv_size(n_outer))
        return hv_error_memory(err);
    put_head(out, TAG_SEQUENCE, n_outer);
    put_integer_field(out, 0, CREDENTIALS_PASSWORD);
    put_octets_head(out, 1, tlv_size(n_inner));
    put_head(out, TAG_SEQUENCE, n_inner);
    for (unsigned i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        put_octets_head(out, i, sizes[i]);
        (void)put_utf16(out, texts[i]);
    }
    return hv_buf_finish(out, "the credentials", err);
}
