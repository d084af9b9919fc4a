/* Rows of text with a header: aligned for people, tab separated for scripts. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/buf.h"
#include "cli/clean.h"

struct hv_table;

/* HEADERS, N_COLUMNS texts in capitals, must outlive the table. Errors: MEMORY. */
HV_MUST_CHECK int hv_table_new(const char *const *headers, size_t n_columns, struct hv_table **ret_table, struct hv_error *err);
struct hv_table *hv_table_free(struct hv_table *table);

/* Cells are copied as they are, NULL shows as "-". A failure sticks until the table is built. */
void hv_table_add(struct hv_table *table, const char *const *cells);
/* Appends cells one by one to the row that is being filled; rows end by themselves. */
void hv_table_cell(struct hv_table *table, const char *text);
void hv_table_cell_number(struct hv_table *table, int64_t number);

size_t hv_table_n_rows(const struct hv_table *table);
/* Aligned columns under their headers; the last column is not padded. */
HV_MUST_CHECK int hv_table_build(const struct hv_table *table, const struct hv_charset *charset, struct hv_buf *buf,
                                 struct hv_error *err);
/* One line a row, tabs between, no header, empty for absent cells. */
HV_MUST_CHECK int hv_table_build_plain(const struct hv_table *table, const struct hv_charset *charset, struct hv_buf *buf,
                                       struct hv_error *err);

static inline void hv_table_free_p(struct hv_table **table) {
    (void)hv_table_free(*table);
}

#endif
