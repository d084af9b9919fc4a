/* Text and numbers as protocols write them: ASCII rules, no locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <hvctl/error.h>

#include "base/cleanup.h"

/* Copies; NULL stays NULL with success. Errors: MEMORY. */
HV_MUST_CHECK int hv_text_copy(const char *text, char **ret_text, struct hv_error *err);
/* Copies N_BYTES and adds a NUL. Errors: MEMORY. */
HV_MUST_CHECK int hv_text_copy_n(const char *bytes, size_t n_bytes, char **ret_text, struct hv_error *err);

/* Equality of A to Z regardless of case; NULL equals nothing. */
bool hv_text_same(const char *a, const char *b);
bool hv_text_starts(const char *text, const char *prefix);
bool hv_text_ends(const char *text, const char *suffix);
/* As hv_text_starts, regardless of case. */
bool hv_text_starts_same(const char *text, const char *prefix);
static inline char hv_text_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Does TEXT fit PATTERN as a whole, "*" being any text and "?" any one byte, regardless of case? */
bool hv_text_fits(const char *text, const char *pattern);

/* Decimal digits only, whole span, in [min, max]. False, *ret untouched, otherwise. */
bool hv_text_u64(const char *text, size_t n_bytes, uint64_t min, uint64_t max, uint64_t *ret_value);
/* As above with an optional minus. */
bool hv_text_i64(const char *text, size_t n_bytes, int64_t min, int64_t max, int64_t *ret_value);
/* Hexadecimal digits only, 1 to 16. */
bool hv_text_hex(const char *text, size_t n_bytes, uint64_t *ret_value);

/* Two hexadecimal digits for each of N_BYTES bytes and nothing else but single colons between them. */
bool hv_text_hex_bytes(const char *text, size_t n_text, uint8_t *ret_bytes, size_t n_bytes);

/* Length of the valid UTF-8 character at TEXT (N_BYTES left), 0 when invalid; *ret_code gets its code point. */
size_t hv_utf8_decode(const char *text, size_t n_bytes, uint32_t *ret_code);
bool hv_utf8_valid(const char *text, size_t n_bytes);
/* Cuts an incomplete UTF-8 character off the end of TEXT. */
void hv_text_trim_partial(char *text);
/* Replaces each byte that belongs to no UTF-8 character by "?". */
void hv_text_repair(char *text);

#endif
