/*
 * JSON that the command writes: schema hvctl/1, unknown values null, texts always valid UTF-8 (ux.md 4, design.md 4). Builders
 * return NULL when memory ends; a NULL value makes the object it is put into NULL, so that one test at the end is enough.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <hvctl/instance.h>
#include <hvctl/job.h>
#include <jansson.h>

struct hv_circumstances;
struct hv_types;

enum { HV_TIME_TEXT_SIZE = 40 };
/* Now, as RFC 3339 in UTC with milliseconds. */
void hv_json_now(char text[HV_TIME_TEXT_SIZE]);

/* {"schema", "type", "time"}: the beginning of every document. */
json_t *hv_json_document(const char *type);
/* Puts VALUE_TAKE; on failure *object is released and becomes NULL. */
void hv_json_put(json_t **object, const char *key, json_t *value_take);
void hv_json_add(json_t **array, json_t *value_take);

/* null for NULL; bytes that are no UTF-8 become U+FFFD. */
json_t *hv_json_text(const char *text);
/* null for an empty text. */
json_t *hv_json_text_or_null(const char *text);
/* null for negative numbers, which mean absent. */
json_t *hv_json_number(int64_t number);
/* -1 null, 0 false, else true. */
json_t *hv_json_flag(int64_t flag);
json_t *hv_json_texts(char *const *texts, size_t n_texts);
json_t *hv_json_reasons(const struct hv_reason *reasons, size_t n_reasons);

/* The error object of ux.md 4. AROUND may be NULL. */
json_t *hv_json_error(const struct hv_error *error, const struct hv_circumstances *around);
/* The same as a document of type "error". */
json_t *hv_json_error_event(const struct hv_error *error, const struct hv_circumstances *around);

/* {"resource_uri", "selectors"}. */
json_t *hv_json_reference(const struct hv_epr *epr);
/* Adds class, namespace and properties to *object, typed by the wire or by hv_types_property (TYPES may be NULL), else as texts.
 */
void hv_json_put_instance(json_t **object, const struct hv_instance *instance, const struct hv_types *types);

#endif
