/* Filling error records. Every setter accepts a NULL record. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <hvctl/error.h>

#include "base/cleanup.h"

/* Starts a record anew. Texts too long are cut at a character. */
void hv_error_fill(struct hv_error *err, int code, const char *format, ...) HV_ATTR_PRINTF(3, 4);

static inline int hv_error_returns(int code) {
    return code;
}
/*
 * hv_error_set(err, code, format, ...) fills the record and returns CODE, so that "return hv_error_set(err, ...)" reads well. A
 * macro, for compilers and analyzers to see which value comes back: else they follow paths on which a failure was none.
 */
#define hv_error_set(err, code, ...) (hv_error_fill((err), (code), __VA_ARGS__), hv_error_returns(code))

/* "out of memory". */
static inline int hv_error_memory(struct hv_error *err) {
    return hv_error_set(err, HV_E_MEMORY, "out of memory");
}
/* Replaces cause or adds a remedy line. */
void hv_error_cause(struct hv_error *err, const char *format, ...) HV_ATTR_PRINTF(2, 3);
void hv_error_remedy(struct hv_error *err, const char *format, ...) HV_ATTR_PRINTF(2, 3);
/* Puts "context: " before the message; the details stay. */
void hv_error_prefix(struct hv_error *err, const char *format, ...) HV_ATTR_PRINTF(2, 3);

/* Copies SOURCE into DEST (NULL allowed) and returns its code. */
int hv_error_copy(struct hv_error *dest, const struct hv_error *source);

#endif
