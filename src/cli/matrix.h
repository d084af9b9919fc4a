/* Answers for every VM at every destination, as a table for people: a word in each cell, the reasons below (ux.md 1). */
#ifndef CLI_MATRIX_H
#define CLI_MATRIX_H

#include <hvctl/job.h>

struct hv_output;

/* Texts are borrowed. */
struct hv_matrix_cell {
    const char *row;
    const char *from;                /* source of the row; NULL: ROW is it */
    const char *column;              /* destination */
    const char *word;                /* "yes" */
    const char *reason;              /* NULL: the word says it all */
    const char *remedy;              /* as in hv_error: one a line; NULL or "": none */
    const struct hv_reason *reasons; /* the host's own words, told as far as REASON does not quote them */
    size_t n_reasons;
};

/* CELLS row by row, N_COLUMNS in each. ROW_HEADER in capitals. Reasons that are the same get one number. */
void hv_matrix_print(const struct hv_matrix_cell *cells, size_t n_cells, size_t n_columns, const char *row_header,
                     struct hv_output *out);

#endif
