/* Answers for every VM at every destination (ux.md 1). */
#include "cli/matrix.h"

#include <stdio.h>
#include <string.h>

#include "cli/output.h"

enum { NOTES_MAX_BYTES = 16 * 1024 * 1024, CELL_SIZE = 64, FIXED_COLUMNS = 2 };

struct notes {
    const struct hv_matrix_cell **list;
    size_t n;
};

static bool is_same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_same_note(const struct hv_matrix_cell *a, const struct hv_matrix_cell *b) {
    if (!is_same_text(a->reason, b->reason) || !is_same_text(a->remedy, b->remedy) || a->n_reasons != b->n_reasons)
        return false;
    for (size_t i = 0; i < a->n_reasons; i++) {
        if (!is_same_text(a->reasons[i].message, b->reasons[i].message))
            return false;
    }
    return true;
}

/* Its number, from 1. */
static size_t note_of(struct notes *notes, const struct hv_matrix_cell *cell) {
    size_t i = 0;

    while (i < notes->n && !is_same_note(notes->list[i], cell))
        i++;
    if (i == notes->n)
        notes->list[notes->n++] = cell;
    return i + 1;
}

static void add_row(struct hv_table *table, struct notes *notes, const struct hv_matrix_cell *cells, size_t n_columns) {
    char text[CELL_SIZE];

    hv_table_cell(table, cells[0].row);
    if (cells[0].from)
        hv_table_cell(table, cells[0].from);
    for (size_t i = 0; i < n_columns; i++) {
        if (cells[i].reason)
            (void)snprintf(text, sizeof(text), "%s [%zu]", cells[i].word, note_of(notes, &cells[i]));
        else
            (void)snprintf(text, sizeof(text), "%s", cells[i].word);
        hv_table_cell(table, text);
    }
}

static void append_clean(struct hv_buf *buf, const char *text, size_t n_bytes, const struct hv_output *out) {
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(NOTES_MAX_BYTES);

    hv_buf_append(&line, text, n_bytes);
    hv_clean_append(buf, hv_buf_text(&line), &out->out_text);
    hv_buf_putc(buf, '\n');
}

static void append_note(struct hv_buf *buf, size_t number, const struct hv_matrix_cell *cell, const struct hv_output *out) {
    const char *label = "fix: ";

    hv_buf_printf(buf, "[%zu] ", number);
    append_clean(buf, cell->reason, strlen(cell->reason), out);
    for (size_t i = 0; i < cell->n_reasons; i++) {
        const char *text = cell->reasons[i].message;

        if (!text || strstr(cell->reason, text))
            continue;
        hv_buf_puts(buf, "    host: ");
        append_clean(buf, text, strlen(text), out);
    }
    for (const char *at = cell->remedy ? cell->remedy : ""; *at;) {
        size_t n = strcspn(at, "\n");

        hv_buf_printf(buf, "    %s ", label);
        append_clean(buf, at, n, out);
        label = "or:  ";
        at += at[n] ? n + 1 : n;
    }
}

static void print_notes(const struct notes *notes, struct hv_output *out) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(NOTES_MAX_BYTES);

    for (size_t i = 0; i < notes->n; i++) {
        hv_buf_puts(&buf, i == 0 ? "\n" : "");
        append_note(&buf, i + 1, notes->list[i], out);
    }
    if (buf.failure)
        out->memory_failed = true;
    hv_output_bytes(out, hv_buf_text(&buf), buf.len);
}

void hv_matrix_print(const struct hv_matrix_cell *cells, size_t n_cells, size_t n_columns, const char *row_header,
                     struct hv_output *out) {
    HV_CLEANUP_FREE const char **headers = calloc(n_columns + FIXED_COLUMNS, sizeof(*headers));
    HV_CLEANUP(hv_table_free) struct hv_table *table = NULL;
    struct notes notes = { .list = calloc(n_cells + 1, sizeof(const struct hv_matrix_cell *)) };
    size_t n = 0;

    if (headers && n_cells > 0) {
        headers[n++] = row_header;
        if (cells[0].from)
            headers[n++] = "FROM";
        for (size_t i = 0; i < n_columns; i++)
            headers[n++] = cells[i].column;
    }
    if (!headers || !notes.list || hv_table_new(headers, n, &table, NULL) < 0) {
        out->memory_failed = true;
    } else {
        for (size_t i = 0; i + n_columns <= n_cells; i += n_columns)
            add_row(table, &notes, &cells[i], n_columns);
        hv_output_table(out, table);
        print_notes(&notes, out);
    }
    free(notes.list);
}
