/*
 * Which encoding a document is in (XML 1.0 appendix F), and its conversion to UTF-8.
 *
 * The first bytes of a document tell UTF-8 from UTF-16 without fail, since the first character is "<" or white space; what sender
 * or declaration say of these matters only when it names something else. WinRM answers in the encoding of the request (wsman.md
 * 6.1), so anything but UTF-8 is rare.
 */
#include "xml/encoding.h"

#include <stdint.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"

enum family {
    FAMILY_UNKNOWN,
    FAMILY_UTF8, /* and US-ASCII, which is part of it */
    FAMILY_UTF16,
    FAMILY_UTF16_LE,
    FAMILY_UTF16_BE,
    FAMILY_LATIN1,
    FAMILY_OTHER,
};

enum { DECLARATION_SIZE = 256 };

static enum family family_of_name(const char *name) {
    static const struct {
        const char *name;
        enum family family;
    } names[] = {
        { "UTF-8", FAMILY_UTF8 },        { "utf8", FAMILY_UTF8 },         { "US-ASCII", FAMILY_UTF8 },
        { "UTF-16", FAMILY_UTF16 },      { "utf16", FAMILY_UTF16 },       { "unicode", FAMILY_UTF16 },
        { "UTF-16LE", FAMILY_UTF16_LE }, { "UTF-16BE", FAMILY_UTF16_BE }, { "ISO-8859-1", FAMILY_LATIN1 },
        { "iso8859-1", FAMILY_LATIN1 },  { "latin1", FAMILY_LATIN1 },
    };

    if (!name || !*name)
        return FAMILY_UNKNOWN;
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (hv_text_same(name, names[i].name))
            return names[i].family;
    }
    return FAMILY_OTHER;
}

/* From a byte order mark, whose length goes to *RET_SKIP, or from where the zero bytes stand. */
static enum family family_of_bytes(const unsigned char *bytes, size_t n_bytes, size_t *ret_skip) {
    *ret_skip = 0;
    if (n_bytes >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF) {
        *ret_skip = 3;
        return FAMILY_UTF8;
    }
    if (n_bytes < 2)
        return FAMILY_UNKNOWN;
    if ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)) {
        *ret_skip = 2;
        return bytes[0] == 0xFF ? FAMILY_UTF16_LE : FAMILY_UTF16_BE;
    }
    if (bytes[0] != 0 && bytes[1] == 0)
        return FAMILY_UTF16_LE;
    if (bytes[0] == 0 && bytes[1] != 0)
        return FAMILY_UTF16_BE;
    return FAMILY_UNKNOWN;
}

/* Encoding that the XML declaration names, "" when none. */
static void declared_encoding(const char *bytes, size_t n_bytes, char name[DECLARATION_SIZE]) {
    char head[DECLARATION_SIZE];
    size_t n = n_bytes < sizeof(head) - 1 ? n_bytes : sizeof(head) - 1;
    char *at;
    char *end;

    name[0] = '\0';
    memcpy(head, bytes, n);
    head[n] = '\0';
    end = hv_text_starts(head, "<?xml") ? strstr(head, "?>") : NULL;
    if (!end)
        return;
    *end = '\0';
    at = strstr(head, "encoding");
    if (!at)
        return;
    at += strcspn(at, "\"'");
    end = *at ? strchr(at + 1, *at) : NULL;
    if (!end)
        return;
    *end = '\0';
    memcpy(name, at + 1, (size_t)(end - at));
}

static size_t encode_utf8(uint32_t code, char *out) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static uint32_t unit_at(const unsigned char *bytes, bool big_endian) {
    return big_endian ? (uint32_t)bytes[0] << 8 | bytes[1] : (uint32_t)bytes[1] << 8 | bytes[0];
}

static int convert_utf16(const unsigned char *bytes, size_t n_bytes, bool big_endian, char *out, size_t *ret_n,
                         struct hv_error *err) {
    size_t n = 0;

    if (n_bytes % 2 != 0)
        return hv_error_set(err, HV_E_PROTOCOL, "not XML: UTF-16 text of an odd number of bytes");
    for (size_t i = 0; i < n_bytes; i += 2) {
        uint32_t code = unit_at(bytes + i, big_endian);
        if (code >= 0xD800 && code < 0xE000) {
            uint32_t low = i + 2 < n_bytes ? unit_at(bytes + i + 2, big_endian) : 0;
            if (code >= 0xDC00 || low < 0xDC00 || low >= 0xE000)
                return hv_error_set(err, HV_E_PROTOCOL, "not XML: half of a UTF-16 surrogate pair at byte %zu", i);
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        }
        n += encode_utf8(code, out + n);
    }
    *ret_n = n;
    return 0;
}

static int convert(const unsigned char *bytes, size_t n_bytes, enum family family, char **ret_copy, size_t *ret_n,
                   struct hv_error *err) {
    HV_CLEANUP_FREE char *copy = NULL;
    size_t size;
    int r;

    /* A UTF-16 unit takes at most three bytes, a Latin-1 character two. */
    if (!hv_size_mul(n_bytes, 2, &size) || !hv_size_add(size, 4, &size))
        return hv_error_memory(err);
    copy = malloc(size);
    if (!copy)
        return hv_error_memory(err);
    if (family == FAMILY_LATIN1) {
        size_t n = 0;
        for (size_t i = 0; i < n_bytes; i++)
            n += encode_utf8(bytes[i], copy + n);
        *ret_n = n;
    } else {
        r = convert_utf16(bytes, n_bytes, family == FAMILY_UTF16_BE, copy, ret_n, err);
        if (r < 0)
            return r;
    }
    *ret_copy = copy;
    copy = NULL;
    return 0;
}

/* For text whose first bytes are no sign of UTF-16, whatever was said of that. Errors: PROTOCOL. */
static int family_by_name(const char *bytes, size_t n_bytes, const char *encoding, enum family *ret_family,
                          struct hv_error *err) {
    char declared[DECLARATION_SIZE];
    enum family family = family_of_name(encoding);

    if (family == FAMILY_UNKNOWN || family == FAMILY_OTHER) {
        declared_encoding(bytes, n_bytes, declared);
        family = family_of_name(declared);
        if (family == FAMILY_OTHER)
            return hv_error_set(err, HV_E_PROTOCOL, "not XML that can be read: its encoding is \"%.40s\"", declared);
    }
    *ret_family = family == FAMILY_LATIN1 ? FAMILY_LATIN1 : FAMILY_UTF8;
    return 0;
}

static int check_start(const char *text, size_t n, struct hv_error *err) {
    if (n == 0)
        return hv_error_set(err, HV_E_PROTOCOL, "not XML: it is empty");
    if (n > 1 && memcmp(text, "\x1F\x8B", 2) == 0)
        return hv_error_set(err, HV_E_PROTOCOL, "not XML: it is compressed (gzip), which nobody asked for");
    if (!memchr("< \t\r\n", text[0], 5))
        return hv_error_set(err, HV_E_PROTOCOL, "not XML: it begins with the byte 0x%02X instead of \"<\"",
                            (unsigned char)text[0]);
    if (memchr(text, '\0', n))
        return hv_error_set(err, HV_E_PROTOCOL, "not XML: it holds a zero byte");
    return 0;
}

int hv_xml_to_utf8(const char *bytes, size_t n_bytes, const char *encoding, const char **ret_text, size_t *ret_n, char **ret_copy,
                   struct hv_error *err) {
    HV_CLEANUP_FREE char *copy = NULL;
    const char *text = bytes;
    size_t n = n_bytes;
    size_t skip;
    enum family family = family_of_bytes((const unsigned char *)bytes, n_bytes, &skip);
    int r = 0;

    if (family == FAMILY_UNKNOWN)
        r = family_by_name(bytes, n_bytes, encoding, &family, err);
    if (r < 0)
        return r;
    text += skip;
    n -= skip;
    if (family != FAMILY_UTF8) {
        r = convert((const unsigned char *)text, n, family, &copy, &n, err);
        if (r < 0)
            return r;
        text = copy;
    }
    r = check_start(text, n, err);
    if (r < 0)
        return r;
    *ret_text = text;
    *ret_n = n;
    *ret_copy = copy;
    copy = NULL;
    return 0;
}
