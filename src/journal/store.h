/* The journal's file, and statements on it; what goes through here is SQLite's, what comes out is ours. */
#ifndef JOURNAL_STORE_H
#define JOURNAL_STORE_H

#include <hvctl/journal.h>
#include <sqlite3.h>

#include "base/cleanup.h"

struct hv_journal {
    sqlite3 *db;
    char *path;
};

/* What a row of the table "place" is about. */
#define HV_PLACE_KIND_DISK     "disk"
#define HV_PLACE_KIND_CONFIG   "configuration"
#define HV_PLACE_KIND_SNAPSHOT "checkpoints"
#define HV_PLACE_KIND_PAGING   "paging"

/* A value for a "?" of a statement: TEXT, or NUMBER where IS_NUMBER; NULL otherwise. */
struct hv_bind {
    const char *text;
    int64_t number;
    bool is_number;
};
/* Either is NULL in the file when it is absent here: a NULL text, a number of -1. */
#define HV_BIND_TEXT(text_)     ((struct hv_bind){ .text = (text_) })
#define HV_BIND_NUMBER(number_) ((struct hv_bind){ .number = (number_), .is_number = (number_) != -1 })

/* Called for each row; a failure ends the statement. */
typedef int hv_row_fn(void *context, sqlite3_stmt *row, struct hv_error *err);

/* Runs one statement to its end. FN may be NULL. Errors: FAILED, as sqlite_error tells; MEMORY; those of FN. */
HV_MUST_CHECK int hv_store_run(struct hv_journal *journal, const char *sql, const struct hv_bind *binds, size_t n_binds,
                               hv_row_fn *fn, void *context, struct hv_error *err);
/* Copies a column; NULL stays NULL. Errors: MEMORY. */
HV_MUST_CHECK int hv_store_text(sqlite3_stmt *row, int column, char **ret_text, struct hv_error *err);
/* -1 for NULL. */
int64_t hv_store_number(sqlite3_stmt *row, int column);
/* What SQLite's last failure means for the user. Returns FAILED or MEMORY. */
int hv_store_fail(const struct hv_journal *journal, const char *doing, struct hv_error *err);

#endif
