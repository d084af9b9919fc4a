/* UUIDs as Windows writes them: 8-4-4-4-12 hexadecimal digits, upper case. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HV_UUID_TEXT_SIZE = 37 };

struct hv_uuid {
    uint8_t bytes[16]; /* in the order of the digits */
};

/* Any case, optional braces, nothing else around. */
bool hv_uuid_parse(const char *text, struct hv_uuid *ret_uuid);
void hv_uuid_format(const struct hv_uuid *uuid, char text[HV_UUID_TEXT_SIZE]);
/* Version 4 from 16 random bytes of the caller (RFC 4122 4.4). */
struct hv_uuid hv_uuid_from_random(const uint8_t random[16]);

#endif
