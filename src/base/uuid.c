/* UUIDs as Windows writes them. */
#include "base/uuid.h"

#include <string.h>

#include "base/text.h"

/* Is a hyphen expected before byte INDEX? */
static bool hyphen_before(size_t index) {
    return index == 4 || index == 6 || index == 8 || index == 10;
}

bool hv_uuid_parse(const char *text, struct hv_uuid *ret_uuid) {
    struct hv_uuid uuid;
    bool braced = text[0] == '{';
    const char *at = text + (braced ? 1 : 0);

    for (size_t i = 0; i < sizeof(uuid.bytes); i++) {
        uint64_t byte;
        if (hyphen_before(i) && *at++ != '-')
            return false;
        if (at[0] == '\0' || at[1] == '\0' || !hv_text_hex(at, 2, &byte))
            return false;
        uuid.bytes[i] = (uint8_t)byte;
        at += 2;
    }
    if (strcmp(at, braced ? "}" : "") != 0)
        return false;
    *ret_uuid = uuid;
    return true;
}

void hv_uuid_format(const struct hv_uuid *uuid, char text[HV_UUID_TEXT_SIZE]) {
    static const char digits[] = "0123456789ABCDEF";
    char *at = text;

    for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
        if (hyphen_before(i))
            *at++ = '-';
        *at++ = digits[uuid->bytes[i] >> 4];
        *at++ = digits[uuid->bytes[i] & 15];
    }
    *at = '\0';
}

struct hv_uuid hv_uuid_from_random(const uint8_t random[16]) {
    struct hv_uuid uuid;

    memcpy(uuid.bytes, random, sizeof(uuid.bytes));
    uuid.bytes[6] = (uint8_t)((uuid.bytes[6] & 0x0F) | 0x40);
    uuid.bytes[8] = (uint8_t)((uuid.bytes[8] & 0x3F) | 0x80);
    return uuid;
}
