/*
 * JSON that the command writes: schema hvctl/1, unknown values null, texts always valid UTF-8 (ux.md 4, design.md 4). Builders
 * return NULL when memory ends; a NULL value makes the object it is put into NULL, so that one test at the end is enough.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <hvctl/instance.h>
#include <hvctl/job.h>
#include <jansson.h>

#include "base/buf.h"

struct hv_circumstances;
struct hv_types;

enum { HV_JSON_MAX_BYTES = 256 * 1024 * 1024 }; /* of one instance or text */

enum { HV_TIME_TEXT_SIZE = 40 };
/* Now, as RFC 3339 in UTC with milliseconds. */
void hv_json_now(char text[HV_TIME_TEXT_SIZE]);

/* The time of the day that was so long ago, RFC 3339. */
json_t *hv_json_time_ago(uint64_t ago_ms);
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

/*
 * Instances and references as text, on one line. Failures stick to the buffer.
 *
 * Columns are what the instances of a class have in common: the names of properties as JSON, and their types as hv_types_property
 * tells them. Zeroed at first but for TYPES, they are filled as instances are written, and serve the next one of that class.
 */
struct hv_json_column {
    char *name;
    char *key; /* the name as JSON, with the colon */
    size_t n_key;
    enum hv_cim_type type; /* as the class has it */
    bool is_array;
};
struct hv_json_columns {
    const struct hv_types *types; /* may be NULL */
    char *class_name;
    struct hv_json_column *columns;
    size_t n;
    size_t next; /* where the next property is looked for first */
};
void hv_json_columns_deinit(struct hv_json_columns *columns);
/* A text in quotes; null for NULL. */
void hv_json_write_text(struct hv_buf *buf, const char *text);
/* {"resource_uri", "selectors"}. */
void hv_json_write_reference(struct hv_buf *buf, const struct hv_epr *epr);
/* The members class, namespace and properties, typed by the wire or by the class, else as texts; without braces around. */
void hv_json_write_instance(struct hv_buf *buf, struct hv_json_columns *columns, const struct hv_instance *instance);

/* Property number INDEX alone, without its name. */
void hv_json_write_value(struct hv_buf *buf, struct hv_json_columns *columns, const struct hv_instance *instance, size_t index);
/* Appends JSON, which is on one line, on many lines as jansson's JSON_INDENT(2) has it. */
void hv_json_indent(struct hv_buf *buf, const char *json);

/*
 * {"schema", "type", "time" as in hv_json_document, as text that the document's other members follow. It is made anew when the
 * time has changed. NULL when memory ends; valid until the next call.
 */
struct hv_json_head {
    int64_t ms;
    const char *type;
    char *text; /* to be freed at the end */
};
/* TYPE must outlive HEAD. */
const char *hv_json_head(struct hv_json_head *head, const char *type);

#endif
