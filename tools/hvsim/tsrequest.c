/* DER of CredSSP: definite lengths, explicit tags, nothing behind the end. */
#include "tsrequest.h"

enum {
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_SEQUENCE = 0x30,
    DER_FIELD = 0xA0,         /* [0], and so on */
    CREDENTIALS_PASSWORD = 1, /* credType */
};

/* ---- reading ---- */

static bool read_length(struct sim_span *from, size_t *ret_n) {
    size_t n_more;

    if (from->n == 0)
        return false;
    *ret_n = from->bytes[0];
    n_more = *ret_n & 0x7F;
    from->bytes++;
    from->n--;
    if (*ret_n < 0x80)
        return true;
    if (n_more == 0 || n_more > 3 || from->n < n_more || from->bytes[0] == 0)
        return false;
    *ret_n = 0;
    for (size_t i = 0; i < n_more; i++)
        *ret_n = *ret_n << 8 | from->bytes[i];
    from->bytes += n_more;
    from->n -= n_more;
    return *ret_n >= 0x80;
}

/* The content of the next value, which has this tag. */
static bool take(struct sim_span *from, unsigned tag, struct sim_span *content) {
    struct sim_span rest = *from;
    size_t n;

    if (rest.n == 0 || rest.bytes[0] != tag)
        return false;
    rest.bytes++;
    rest.n--;
    if (!read_length(&rest, &n) || n > rest.n)
        return false;
    *content = (struct sim_span){ rest.bytes, n };
    *from = (struct sim_span){ rest.bytes + n, rest.n - n };
    return true;
}

/* The same, and nothing follows. */
static bool take_last(struct sim_span *from, unsigned tag, struct sim_span *content) {
    return take(from, tag, content) && from->n == 0;
}

static bool has_field(const struct sim_span *from, unsigned field) {
    return from->n > 0 && from->bytes[0] == DER_FIELD + field;
}

static bool take_octets(struct sim_span *from, unsigned field, struct sim_span *content) {
    struct sim_span inner;

    return take(from, DER_FIELD + field, &inner) && take_last(&inner, DER_OCTETS, content);
}

static bool take_optional_octets(struct sim_span *from, unsigned field, struct sim_span *content) {
    return !has_field(from, field) || take_octets(from, field, content);
}

/* An NTSTATUS is negative as a signed number of 32 bits. */
static bool take_number(struct sim_span *from, unsigned field, uint32_t *ret_number) {
    struct sim_span inner;
    struct sim_span content;
    uint32_t number;

    if (!take(from, DER_FIELD + field, &inner) || !take_last(&inner, DER_INTEGER, &content) || content.n == 0 || content.n > 4)
        return false;
    number = content.bytes[0] & 0x80 ? UINT32_MAX : 0;
    for (size_t i = 0; i < content.n; i++)
        number = number << 8 | content.bytes[i];
    *ret_number = number;
    return true;
}

/* SEQUENCE OF SEQUENCE, of which one token is used. */
static bool take_nego(struct sim_span *from, struct sim_span *content) {
    struct sim_span inner;
    struct sim_span list;
    struct sim_span item;

    if (!has_field(from, 1))
        return true;
    return take(from, DER_FIELD + 1, &inner) && take_last(&inner, DER_SEQUENCE, &list) && take_last(&list, DER_SEQUENCE, &item) &&
           take_octets(&item, 0, content) && item.n == 0;
}

bool sim_ts_request_read(const void *bytes, size_t n_bytes, struct sim_ts_request *ret_request) {
    struct sim_ts_request request = { 0 };
    struct sim_span all = { bytes, n_bytes };
    struct sim_span fields;

    if (!take_last(&all, DER_SEQUENCE, &fields) || !take_number(&fields, 0, &request.version) ||
        !take_nego(&fields, &request.nego) || !take_optional_octets(&fields, 2, &request.auth_info) ||
        !take_optional_octets(&fields, 3, &request.pub_key_auth))
        return false;
    request.has_error = has_field(&fields, 4);
    if (request.has_error && !take_number(&fields, 4, &request.error))
        return false;
    if (!take_optional_octets(&fields, 5, &request.nonce) || fields.n != 0)
        return false;
    *ret_request = request;
    return true;
}

bool sim_ts_password_read(const void *bytes, size_t n_bytes, struct sim_ts_password *ret_password) {
    struct sim_ts_password password = { 0 };
    struct sim_span all = { bytes, n_bytes };
    struct sim_span outer;
    struct sim_span octets;
    struct sim_span fields;
    uint32_t type;

    if (!take_last(&all, DER_SEQUENCE, &outer) || !take_number(&outer, 0, &type) || type != CREDENTIALS_PASSWORD ||
        !take_octets(&outer, 1, &octets) || outer.n != 0 || !take_last(&octets, DER_SEQUENCE, &fields))
        return false;
    if (!take_octets(&fields, 0, &password.domain) || !take_octets(&fields, 1, &password.user) ||
        !take_octets(&fields, 2, &password.password) || fields.n != 0)
        return false;
    *ret_password = password;
    return true;
}

/* ---- writing ---- */

static void put_length(size_t n, struct hv_buf *out) {
    if (n >= 0x10000) {
        hv_buf_putc(out, (char)0x83);
        hv_buf_putc(out, (char)(n >> 16 & 0xFF));
        hv_buf_putc(out, (char)(n >> 8 & 0xFF));
    } else if (n >= 0x100) {
        hv_buf_putc(out, (char)0x82);
        hv_buf_putc(out, (char)(n >> 8 & 0xFF));
    } else if (n >= 0x80) {
        hv_buf_putc(out, (char)0x81);
    }
    hv_buf_putc(out, (char)(n & 0xFF));
}

static void put(unsigned tag, const void *content, size_t n, struct hv_buf *out) {
    hv_buf_putc(out, (char)tag);
    put_length(n, out);
    hv_buf_append(out, content, n);
}

/* TAG [FIELD] around the content. */
static void put_field(unsigned field, unsigned tag, const void *content, size_t n, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf inner = HV_BUF_INIT(SIZE_MAX / 2);

    put(tag, content, n, &inner);
    put(DER_FIELD + field, inner.data, inner.len, out);
    if (inner.failure)
        out->failure = inner.failure;
}

static void put_number(unsigned field, uint32_t number, struct hv_buf *out) {
    unsigned char bytes[4];
    size_t n = 4;

    for (size_t i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(number >> (24 - 8 * i));
    while (n > 1 && bytes[4 - n] == 0 && bytes[5 - n] < 0x80)
        n--;
    put_field(field, DER_INTEGER, bytes + 4 - n, n, out);
}

static void put_nego(const struct sim_span *token, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf item = HV_BUF_INIT(SIZE_MAX / 2);
    HV_CLEANUP_BUF struct hv_buf list = HV_BUF_INIT(SIZE_MAX / 2);

    put_field(0, DER_OCTETS, token->bytes, token->n, &item);
    put(DER_SEQUENCE, item.data, item.len, &list);
    put_field(1, DER_SEQUENCE, list.data, list.len, out);
    if (item.failure || list.failure)
        out->failure = HV_E_MEMORY;
}

void sim_ts_request_write(const struct sim_ts_request *request, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf fields = HV_BUF_INIT(SIZE_MAX / 2);

    put_number(0, request->version, &fields);
    if (request->nego.bytes)
        put_nego(&request->nego, &fields);
    if (request->auth_info.bytes)
        put_field(2, DER_OCTETS, request->auth_info.bytes, request->auth_info.n, &fields);
    if (request->pub_key_auth.bytes)
        put_field(3, DER_OCTETS, request->pub_key_auth.bytes, request->pub_key_auth.n, &fields);
    if (request->has_error)
        put_number(4, request->error, &fields);
    if (request->nonce.bytes)
        put_field(5, DER_OCTETS, request->nonce.bytes, request->nonce.n, &fields);
    put(DER_SEQUENCE, fields.data, fields.len, out);
    if (fields.failure)
        out->failure = fields.failure;
}
