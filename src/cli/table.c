/* Tables of texts (ux.md 4). */
#include "cli/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

enum { TABLE_MAX_BYTES = 256 * 1024 * 1024 };

struct hv_table {
    const char *const *headers;
    size_t n_columns;
    char **cells; /* row by row; NULL is absent */
    size_t n_cells;
    bool failed;
};

int hv_table_new(const char *const *headers, size_t n_columns, struct hv_table **ret_table, struct hv_error *err) {
    struct hv_table *table = calloc(1, sizeof(*table));

    if (!table)
        return hv_error_memory(err);
    table->headers = headers;
    table->n_columns = n_columns;
    *ret_table = table;
    return 0;
}

struct hv_table *hv_table_free(struct hv_table *table) {
    if (!table)
        return NULL;
    for (size_t i = 0; i < table->n_cells; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
    return NULL;
}

void hv_table_cell(struct hv_table *table, const char *text) {
    char **grown = hv_grow(table->cells, table->n_cells, sizeof(*table->cells));
    char *copy = NULL;

    if (grown)
        table->cells = grown;
    if (!grown || hv_text_copy(text, &copy, NULL) < 0) {
        table->failed = true;
        return;
    }
    table->cells[table->n_cells++] = copy;
}

void hv_table_cell_number(struct hv_table *table, int64_t number) {
    char text[32];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    hv_table_cell(table, number < 0 ? NULL : text);
}

void hv_table_add(struct hv_table *table, const char *const *cells) {
    for (size_t i = 0; i < table->n_columns; i++)
        hv_table_cell(table, cells[i]);
}

size_t hv_table_n_rows(const struct hv_table *table) {
    return table->n_cells / table->n_columns;
}

/* The cell as it is shown, in BUF, which is emptied first. A failure stays in BUF. */
static const char *shown(const struct hv_table *table, size_t row, size_t column, const struct hv_charset *charset,
                         struct hv_buf *buf) {
    const char *cell = table->cells[row * table->n_columns + column];

    if (buf->failure == 0)
        hv_buf_reset(buf);
    hv_clean_append(buf, cell ? cell : "-", charset);
    return hv_buf_text(buf);
}

static void append_padded(struct hv_buf *buf, const char *text, size_t width, bool is_last, const struct hv_charset *charset) {
    hv_buf_puts(buf, text);
    if (is_last) {
        hv_buf_putc(buf, '\n');
        return;
    }
    for (size_t used = hv_clean_width(text, charset); used < width + 2; used++)
        hv_buf_putc(buf, ' ');
}

static void measure_columns(const struct hv_table *table, const struct hv_charset *charset, size_t *widths, struct hv_buf *cell) {
    for (size_t column = 0; column < table->n_columns; column++) {
        widths[column] = strlen(table->headers[column]);
        for (size_t row = 0; row < hv_table_n_rows(table); row++) {
            size_t width = hv_clean_width(shown(table, row, column, charset, cell), charset);
            if (width > widths[column])
                widths[column] = width;
        }
    }
}

int hv_table_build(const struct hv_table *table, const struct hv_charset *charset, struct hv_buf *buf, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf cell = HV_BUF_INIT(TABLE_MAX_BYTES);
    HV_CLEANUP_FREE size_t *widths = calloc(table->n_columns, sizeof(*widths));
    int rc;

    if (!widths || table->failed)
        return hv_error_memory(err);
    measure_columns(table, charset, widths, &cell);
    for (size_t column = 0; column < table->n_columns; column++)
        append_padded(buf, table->headers[column], widths[column], column + 1 == table->n_columns, charset);
    for (size_t row = 0; row < hv_table_n_rows(table); row++) {
        for (size_t column = 0; column < table->n_columns; column++)
            append_padded(buf, shown(table, row, column, charset, &cell), widths[column], column + 1 == table->n_columns,
                          charset);
    }
    rc = hv_buf_finish(&cell, "a table", err);
    return rc < 0 ? rc : hv_buf_finish(buf, "a table", err);
}

int hv_table_build_plain(const struct hv_table *table, const struct hv_charset *charset, struct hv_buf *buf,
                         struct hv_error *err) {
    if (table->failed)
        return hv_error_memory(err);
    for (size_t i = 0; i < hv_table_n_rows(table) * table->n_columns; i++) {
        hv_clean_append(buf, table->cells[i], charset);
        hv_buf_putc(buf, (i + 1) % table->n_columns == 0 ? '\n' : '\t');
    }
    return hv_buf_finish(buf, "a list", err);
}
