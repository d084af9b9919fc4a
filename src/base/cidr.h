/* Internet addresses and networks as text: IPv4 with dots (RFC 4632), IPv6 (RFC 4291 2.2), without zones. */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include <stdbool.h>
#include <stdint.h>

struct hv_ip {
    uint8_t bytes[16];
    uint8_t n_bytes; /* 4 or 16 */
};

struct hv_cidr {
    struct hv_ip address;
    uint8_t prefix_length;
};

/* All false, the result untouched, when TEXT is none. A zone ("%12") after an IPv6 address is passed over. */
bool hv_ip_parse(const char *text, struct hv_ip *ret_ip);
/* "192.0.2.0/24". */
bool hv_cidr_parse(const char *text, struct hv_cidr *ret_cidr);
/* Of two parts, as hosts tell them; PREFIX_LENGTH may be out of range. */
bool hv_cidr_make(const char *address, int64_t prefix_length, struct hv_cidr *ret_cidr);

bool hv_cidr_contains(const struct hv_cidr *cidr, const struct hv_ip *address);
bool hv_cidr_same(const struct hv_cidr *a, const struct hv_cidr *b);
/* Are all bits behind the prefix zero, so that it is the network's own address? */
bool hv_cidr_is_network(const struct hv_cidr *cidr);

#endif
