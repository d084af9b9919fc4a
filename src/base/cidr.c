/* Internet addresses and networks (RFC 4632, RFC 4291 2.2). */
#include "base/cidr.h"

#include <string.h>

#include "base/text.h"

enum { GROUPS = 8, GROUP_DIGITS = 4, BITS = 8 };

static bool parse_v4(const char *text, size_t n, uint8_t *bytes) {
    for (int i = 0; i < 4; i++) {
        const char *dot = memchr(text, '.', n);
        size_t n_digits = dot ? (size_t)(dot - text) : n;
        uint64_t value;

        /* "010" is 8 to some readers and 10 to others. */
        if ((dot != NULL) != (i < 3) || n_digits > 3 || (n_digits > 1 && text[0] == '0') ||
            !hv_text_u64(text, n_digits, 0, UINT8_MAX, &value))
            return false;
        bytes[i] = (uint8_t)value;
        text += n_digits + 1;
        n -= n_digits + (i < 3);
    }
    return true;
}

/* The groups of one side of "::", with an IPv4 address as the last two where MAY_END_V4. *N counts the groups read. */
static bool parse_groups(const char *text, size_t n, bool may_end_v4, uint8_t *bytes, size_t *ret_n) {
    size_t n_groups = 0;

    while (n > 0) {
        const char *colon = memchr(text, ':', n);
        size_t n_group = colon ? (size_t)(colon - text) : n;
        uint64_t value;

        if (!colon && may_end_v4 && memchr(text, '.', n)) {
            if (n_groups + 2 > GROUPS || !parse_v4(text, n, bytes + 2 * n_groups))
                return false;
            n_groups += 2;
            break;
        }
        if (n_groups == GROUPS || n_group > GROUP_DIGITS || !hv_text_hex(text, n_group, &value) || (colon && n == n_group + 1))
            return false;
        bytes[2 * n_groups] = (uint8_t)(value >> BITS);
        bytes[2 * n_groups + 1] = (uint8_t)(value & UINT8_MAX);
        n_groups++;
        text += n_group + (colon != NULL);
        n -= n_group + (colon != NULL);
    }
    *ret_n = n_groups;
    return true;
}

static bool parse_v6(const char *text, size_t n, uint8_t *bytes) {
    const char *gap = memmem(text, n, "::", 2);
    uint8_t tail[2 * GROUPS] = { 0 };
    size_t n_head;
    size_t n_tail = 0;

    memset(bytes, 0, (size_t)2 * GROUPS);
    if (!gap)
        return parse_groups(text, n, true, bytes, &n_head) && n_head == GROUPS;
    if (!parse_groups(text, (size_t)(gap - text), false, bytes, &n_head) ||
        !parse_groups(gap + 2, n - (size_t)(gap - text) - 2, true, tail, &n_tail) || n_head + n_tail >= GROUPS)
        return false;
    memcpy(bytes + 2 * (GROUPS - n_tail), tail, 2 * n_tail);
    return true;
}

static bool parse(const char *text, size_t n, struct hv_ip *ret_ip) {
    struct hv_ip address = { .n_bytes = 4 };

    if (memchr(text, ':', n)) {
        const char *zone = memchr(text, '%', n);
        address.n_bytes = 2 * GROUPS;
        if (!parse_v6(text, zone ? (size_t)(zone - text) : n, address.bytes))
            return false;
    } else if (!parse_v4(text, n, address.bytes)) {
        return false;
    }
    *ret_ip = address;
    return true;
}

bool hv_ip_parse(const char *text, struct hv_ip *ret_ip) {
    return text && parse(text, strlen(text), ret_ip);
}

bool hv_cidr_parse(const char *text, struct hv_cidr *ret_cidr) {
    const char *slash = text ? strchr(text, '/') : NULL;
    struct hv_cidr cidr;
    uint64_t length;

    if (!slash || !parse(text, (size_t)(slash - text), &cidr.address) ||
        !hv_text_u64(slash + 1, strlen(slash + 1), 0, (uint64_t)cidr.address.n_bytes * BITS, &length))
        return false;
    cidr.prefix_length = (uint8_t)length;
    *ret_cidr = cidr;
    return true;
}

bool hv_cidr_make(const char *address, int64_t prefix_length, struct hv_cidr *ret_cidr) {
    struct hv_cidr cidr;

    if (!hv_ip_parse(address, &cidr.address) || prefix_length < 0 || prefix_length > (int64_t)cidr.address.n_bytes * BITS)
        return false;
    cidr.prefix_length = (uint8_t)prefix_length;
    *ret_cidr = cidr;
    return true;
}

/* Bits of byte INDEX that belong to the prefix. */
static uint8_t mask_at(const struct hv_cidr *cidr, size_t index) {
    size_t n_bits = cidr->prefix_length > index * BITS ? cidr->prefix_length - index * BITS : 0;

    return (uint8_t)(n_bits >= BITS ? UINT8_MAX : UINT8_MAX << (BITS - n_bits));
}

bool hv_cidr_contains(const struct hv_cidr *cidr, const struct hv_ip *address) {
    bool same = cidr->address.n_bytes == address->n_bytes;

    for (size_t i = 0; same && i < address->n_bytes; i++)
        same = ((cidr->address.bytes[i] ^ address->bytes[i]) & mask_at(cidr, i)) == 0;
    return same;
}

bool hv_cidr_same(const struct hv_cidr *a, const struct hv_cidr *b) {
    return a->prefix_length == b->prefix_length && hv_cidr_contains(a, &b->address);
}

bool hv_cidr_is_network(const struct hv_cidr *cidr) {
    bool is_network = true;

    for (size_t i = 0; is_network && i < cidr->address.n_bytes; i++)
        is_network = (cidr->address.bytes[i] & (uint8_t)~mask_at(cidr, i)) == 0;
    return is_network;
}
