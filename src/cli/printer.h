/*
 * Prints instances and references: one, or a list of them as they come. What the pieces have in common is kept from one to the
 * next, because lists are long.
 */
#ifndef CLI_PRINTER_H
#define CLI_PRINTER_H

#include "cli/json.h"
#include "cli/output.h"

struct hv_types;

struct hv_printer {
    struct hv_output *out;
    bool with_references; /* each instance with its name, which may be null */
    size_t n_items;
    struct hv_json_head head;
    struct hv_json_columns columns;
    struct hv_buf piece; /* the one being written */
    struct hv_buf value; /* part of it */
};

/* TYPES may be NULL. */
void hv_printer_init(struct hv_printer *printer, struct hv_output *out, const struct hv_types *types);
void hv_printer_deinit(struct hv_printer *printer);
/* A document of its own; the reference when INSTANCE is NULL. */
void hv_printer_one(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr);
/* One of a list: an element in JSON, whose brackets are the caller's, else as if it were alone. One of the two may be NULL. */
void hv_printer_item(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr);

#endif
