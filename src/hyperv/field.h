/*
 * Properties of an instance as members of a result structure: what is absent, null, empty or malformed becomes NULL or -1, since
 * no display may fail over a property it could do without (hyperv.md 2).
 */
#ifndef HYPERV_FIELD_H
#define HYPERV_FIELD_H

#include <hvctl/instance.h>

#include "base/cleanup.h"

enum { HV_FIELD_MAX_TEXTS = 4096 };

/* Copies the first value; NULL when absent, null or empty. Errors: MEMORY. */
HV_MUST_CHECK int hv_field_text(const struct hv_instance *instance, const char *name, char **ret_text, struct hv_error *err);
/* As above, but an empty value stays an empty text. */
HV_MUST_CHECK int hv_field_text_or_empty(const struct hv_instance *instance, const char *name, char **ret_text,
                                         struct hv_error *err);
/* Copies every value that is text. Errors: MEMORY, LIMIT (over HV_FIELD_MAX_TEXTS). */
HV_MUST_CHECK int hv_field_texts(const struct hv_instance *instance, const char *name, char ***ret_texts, size_t *ret_n,
                                 struct hv_error *err);
/* Frees N texts and the array; returns NULL. */
char **hv_field_texts_free(char **texts, size_t n);

/* -1 when absent, null, malformed or over MAX. */
int64_t hv_field_number(const struct hv_instance *instance, const char *name, int64_t max);
/* Value INDEX of an array. */
int64_t hv_field_number_at(const struct hv_instance *instance, const char *name, size_t index, int64_t max);
/* 1, 0, or -1 as above. */
int64_t hv_field_bool(const struct hv_instance *instance, const char *name);

#endif
