/* Text and numbers as protocols write them: ASCII rules, no locale. */
#include "base/text.h"

#include <string.h>

#include "base/error.h"

int hv_text_copy_n(const char *bytes, size_t n_bytes, char **ret_text, struct hv_error *err) {
    char *copy = n_bytes < SIZE_MAX ? malloc(n_bytes + 1) : NULL;

    if (!copy)
        return hv_error_memory(err);
    memcpy(copy, bytes, n_bytes);
    copy[n_bytes] = '\0';
    *ret_text = copy;
    return 0;
}

int hv_text_copy(const char *text, char **ret_text, struct hv_error *err) {
    if (!text) {
        *ret_text = NULL;
        return 0;
    }
    return hv_text_copy_n(text, strlen(text), ret_text, err);
}

bool hv_text_same(const char *a, const char *b) {
    if (!a || !b)
        return false;
    while (*a && hv_text_lower(*a) == hv_text_lower(*b)) {
        a++;
        b++;
    }
    return hv_text_lower(*a) == hv_text_lower(*b);
}

bool hv_text_starts(const char *text, const char *prefix) {
    return text && strncmp(text, prefix, strlen(prefix)) == 0;
}

bool hv_text_ends(const char *text, const char *suffix) {
    size_t n_text = text ? strlen(text) : 0;
    size_t n_suffix = strlen(suffix);

    return n_text >= n_suffix && text && memcmp(text + n_text - n_suffix, suffix, n_suffix) == 0;
}

bool hv_text_starts_same(const char *text, const char *prefix) {
    if (!text)
        return false;
    while (*prefix && hv_text_lower(*text) == hv_text_lower(*prefix)) {
        text++;
        prefix++;
    }
    return !*prefix;
}

bool hv_text_fits(const char *text, const char *pattern) {
    const char *star = NULL;   /* the last one met */
    const char *resume = NULL; /* where what it stands for ends, so far */

    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern && (*pattern == '?' || hv_text_lower(*pattern) == hv_text_lower(*text))) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

bool hv_text_u64(const char *text, size_t n_bytes, uint64_t min, uint64_t max, uint64_t *ret_value) {
    uint64_t value = 0;

    if (n_bytes == 0)
        return false;
    for (size_t i = 0; i < n_bytes; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
            return false;
    }
    if (value < min || value > max)
        return false;
    *ret_value = value;
    return true;
}

bool hv_text_i64(const char *text, size_t n_bytes, int64_t min, int64_t max, int64_t *ret_value) {
    uint64_t magnitude;
    int64_t value;

    if (n_bytes > 0 && text[0] == '-') {
        if (!hv_text_u64(text + 1, n_bytes - 1, 0, (uint64_t)INT64_MAX + 1, &magnitude))
            return false;
        value = magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1;
    } else {
        if (!hv_text_u64(text, n_bytes, 0, INT64_MAX, &magnitude))
            return false;
        value = (int64_t)magnitude;
    }
    if (value < min || value > max)
        return false;
    *ret_value = value;
    return true;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = hv_text_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hv_text_hex(const char *text, size_t n_bytes, uint64_t *ret_value) {
    uint64_t value = 0;

    if (n_bytes == 0 || n_bytes > 16)
        return false;
    for (size_t i = 0; i < n_bytes; i++) {
        int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        value = value << 4 | (uint64_t)digit;
    }
    *ret_value = value;
    return true;
}

bool hv_text_hex_bytes(const char *text, size_t n_text, uint8_t *ret_bytes, size_t n_bytes) {
    for (int pass = 0; pass < 2; pass++) { /* the first one only looks */
        size_t at = 0;

        for (size_t i = 0; i < n_bytes; i++) {
            uint64_t byte;
            if (i > 0 && at < n_text && text[at] == ':')
                at++;
            if (n_text - at < 2 || !hv_text_hex(text + at, 2, &byte))
                return false;
            if (pass == 1)
                ret_bytes[i] = (uint8_t)byte;
            at += 2;
        }
        if (at != n_text)
            return false;
    }
    return true;
}

/* Bytes that the lead byte announces, 0 when it is none; *ret_min is the least code point allowed at that length. */
static size_t utf8_length(unsigned char lead, uint32_t *ret_code, uint32_t *ret_min) {
    if (lead < 0x80) {
        *ret_code = lead;
        *ret_min = 0;
        return 1;
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        *ret_code = lead & 0x1FU;
        *ret_min = 0x80;
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        *ret_code = lead & 0x0FU;
        *ret_min = 0x800;
        return 3;
    }
    if (lead >= 0xF0 && lead < 0xF5) {
        *ret_code = lead & 0x07U;
        *ret_min = 0x10000;
        return 4;
    }
    return 0;
}

size_t hv_utf8_decode(const char *text, size_t n_bytes, uint32_t *ret_code) {
    uint32_t code;
    uint32_t min;
    size_t n;

    if (n_bytes == 0)
        return 0;
    n = utf8_length((unsigned char)text[0], &code, &min);
    if (n == 0 || n > n_bytes)
        return 0;
    for (size_t i = 1; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c & 0xC0U) != 0x80U)
            return 0;
        code = code << 6 | (c & 0x3FU);
    }
    if (code < min || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    *ret_code = code;
    return n;
}

bool hv_utf8_valid(const char *text, size_t n_bytes) {
    uint32_t code;

    while (n_bytes > 0) {
        size_t n = hv_utf8_decode(text, n_bytes, &code);
        if (n == 0)
            return false;
        text += n;
        n_bytes -= n;
    }
    return true;
}

void hv_text_trim_partial(char *text) {
    size_t len = strlen(text);
    size_t back = 0;

    while (back < 3 && back < len && ((unsigned char)text[len - 1 - back] & 0xC0U) == 0x80U)
        back++;
    if (back < len) {
        uint32_t code;
        size_t start = len - 1 - back;
        if (((unsigned char)text[start] & 0x80U) && hv_utf8_decode(text + start, len - start, &code) == 0)
            text[start] = '\0';
    }
}

void hv_text_repair(char *text) {
    size_t n_left = strlen(text);
    uint32_t code;

    while (n_left > 0) {
        size_t n = hv_utf8_decode(text, n_left, &code);

        if (n == 0) {
            *text = '?';
            n = 1;
        }
        text += n;
        n_left -= n;
    }
}
