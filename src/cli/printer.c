/* Instances and references on stdout, in every format but xml (design.md 4). */
#include "cli/printer.h"

#include <string.h>

void hv_printer_init(struct hv_printer *printer, struct hv_output *out, const struct hv_types *types) {
    *printer = (struct hv_printer){ .out = out, .columns.types = types };
    hv_buf_init(&printer->piece, HV_JSON_MAX_BYTES);
    hv_buf_init(&printer->value, HV_JSON_MAX_BYTES);
}

void hv_printer_deinit(struct hv_printer *printer) {
    free(printer->head.text);
    hv_json_columns_deinit(&printer->columns);
    hv_buf_deinit(&printer->piece);
    hv_buf_deinit(&printer->value);
}

static void print_piece(struct hv_printer *printer, const struct hv_buf *piece) {
    if (hv_buf_finish(piece, "an instance", NULL) < 0)
        printer->out->memory_failed = true;
    else
        hv_output_bytes(printer->out, hv_buf_text(piece), piece->len);
}

/* NAME = VALUE for people: TEXT as it is when JSON says that the value is a text, the rest as JSON, null as "-". */
static void put_member(struct hv_printer *printer, const char *name, const char *text, const struct hv_buf *json) {
    bool is_plain = printer->out->format == HV_FORMAT_PLAIN;
    const struct hv_charset *charset = &printer->out->out_text;
    const char *value = hv_buf_text(json);
    struct hv_buf *piece = &printer->piece;

    hv_buf_puts(piece, is_plain ? "\t" : "\n  ");
    hv_clean_append(piece, name, charset);
    hv_buf_puts(piece, is_plain ? "=" : " = ");
    if (json->failure)
        piece->failure = json->failure;
    else if (*value == '"')
        hv_clean_append(piece, text, charset);
    else
        hv_clean_append(piece, strcmp(value, "null") == 0 ? "-" : value, charset);
}

static void put_instance(struct hv_printer *printer, const struct hv_instance *instance) {
    hv_clean_append(&printer->piece, hv_instance_class(instance), &printer->out->out_text);
    for (size_t i = 0; i < hv_instance_n_properties(instance); i++) {
        const struct hv_property *property = hv_instance_property(instance, i);

        hv_buf_reset(&printer->value);
        hv_json_write_value(&printer->value, &printer->columns, instance, i);
        put_member(printer, hv_property_name(property), hv_property_text(property, 0), &printer->value);
    }
}

static void put_reference(struct hv_printer *printer, const struct hv_epr *epr) {
    hv_clean_append(&printer->piece, hv_epr_resource_uri(epr), &printer->out->out_text);
    for (size_t i = 0; i < hv_epr_n_selectors(epr); i++) {
        const struct hv_epr *nested = hv_epr_selector_reference(epr, i);
        const char *text = hv_epr_selector_value(epr, i);

        hv_buf_reset(&printer->value);
        if (nested)
            hv_json_write_reference(&printer->value, nested);
        else
            hv_json_write_text(&printer->value, text);
        put_member(printer, hv_epr_selector_name(epr, i), text, &printer->value);
    }
}

/* Members under a head, a line each, or one line with tabs between. */
static void print_text(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr) {
    hv_buf_reset(&printer->piece);
    if (printer->out->format == HV_FORMAT_TABLE && printer->n_items > 0)
        hv_buf_putc(&printer->piece, '\n');
    if (instance)
        put_instance(printer, instance);
    else if (epr)
        put_reference(printer, epr);
    hv_buf_putc(&printer->piece, '\n');
    print_piece(printer, &printer->piece);
}

/* null for NULL. */
static void write_reference(struct hv_buf *buf, const struct hv_epr *epr) {
    if (epr)
        hv_json_write_reference(buf, epr);
    else
        hv_buf_puts(buf, "null");
}

/* A document of its own, on one line. */
static void write_document(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr) {
    struct hv_buf *piece = &printer->piece;
    const char *head = hv_json_head(&printer->head, instance ? "instance" : "reference");

    if (!head)
        piece->failure = HV_E_MEMORY;
    hv_buf_puts(piece, head ? head : "");
    if (instance) {
        hv_buf_putc(piece, ',');
        hv_json_write_instance(piece, &printer->columns, instance);
    }
    if (printer->with_references || !instance) {
        hv_buf_puts(piece, ",\"reference\":");
        write_reference(piece, epr);
    }
    hv_buf_putc(piece, '}');
}

/* An element of the list of instances. */
static void write_element(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr) {
    struct hv_buf *piece = &printer->piece;

    hv_buf_puts(piece, printer->n_items > 0 ? ",\n" : "\n");
    if (!instance) {
        write_reference(piece, epr);
        return;
    }
    hv_buf_putc(piece, '{');
    hv_json_write_instance(piece, &printer->columns, instance);
    if (printer->with_references) {
        hv_buf_puts(piece, ",\"reference\":");
        write_reference(piece, epr);
    }
    hv_buf_putc(piece, '}');
}

static void print_json_item(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr) {
    hv_buf_reset(&printer->piece);
    if (printer->out->format == HV_FORMAT_JSONL) {
        write_document(printer, instance, epr);
        hv_buf_putc(&printer->piece, '\n');
    } else {
        write_element(printer, instance, epr);
    }
    print_piece(printer, &printer->piece);
}

void hv_printer_one(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr) {
    struct hv_buf *piece = &printer->piece;

    if (!hv_output_is_json(printer->out)) {
        print_text(printer, instance, epr);
        return;
    }
    hv_buf_reset(piece);
    write_document(printer, instance, epr);
    if (printer->out->format == HV_FORMAT_JSON && !piece->failure) {
        hv_buf_reset(&printer->value);
        hv_json_indent(&printer->value, hv_buf_text(piece));
        piece = &printer->value;
    }
    hv_buf_putc(piece, '\n');
    print_piece(printer, piece);
    hv_output_flush(printer->out);
}

void hv_printer_item(struct hv_printer *printer, const struct hv_instance *instance, const struct hv_epr *epr) {
    if (hv_output_is_json(printer->out))
        print_json_item(printer, instance, epr);
    else
        print_text(printer, instance, epr);
    printer->n_items++;
}
