/* How what several hosts answered is shown: as one table, or as one document (ux.md 1, 4). */
#ifndef CLI_FANOUT_VIEW_H
#define CLI_FANOUT_VIEW_H

#include "cli/fanout.h"
#include "cli/output.h"

/* Adds the rows of task number INDEX, which succeeded; may say notes of it. */
typedef void hv_fanout_rows_fn(struct hv_table *table, const struct hv_fanout *fanout, size_t index, struct hv_output *out);

struct hv_fanout_table {
    const char *const *headers;
    size_t n_headers;
    hv_fanout_rows_fn *add;
    bool hides_empty; /* without rows there is no header either */
};
void hv_fanout_print_table(const struct hv_fanout *fanout, struct hv_output *out, const struct hv_fanout_table *table);

/* Objects that become one document with the errors of all hosts, or with JSON lines a document each. */
struct hv_fanout_list {
    const struct hv_fanout *fanout;
    struct hv_output *out;
    const char *one; /* type of such a document */
    bool is_alone;   /* documents each */
    json_t *array;
};
/* With MAY_BE_ALONE the answer of the only task is a document of its own, also without JSON lines. End it with the last one. */
void hv_fanout_list_begin(struct hv_fanout_list *list, const struct hv_fanout *fanout, struct hv_output *out, const char *one,
                          bool may_be_alone);
/* An object to be filled and then added. */
json_t *hv_fanout_list_object(const struct hv_fanout_list *list);
void hv_fanout_list_add(struct hv_fanout_list *list, json_t *object_take);
/* ALL is the type of the document, KEY what the list is called there. */
void hv_fanout_list_end(struct hv_fanout_list *list, const char *all, const char *key);

#endif
