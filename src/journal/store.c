/* Statements on the journal's file, and the words for what goes wrong with it (sqlite.org: rescode, pragma). */
#include "journal/store.h"

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

/* What the primary result codes mean here; the others are told in SQLite's words. */
static const struct {
    int code;
    const char *cause;
    const char *remedy;
} advices[] = {
    { SQLITE_FULL, "the disk is full", "make room on the disk, or set XDG_STATE_HOME to a folder elsewhere" },
    { SQLITE_READONLY, "the file or its folder cannot be written",
      "change its permissions, or set XDG_STATE_HOME to a folder that can be written" },
    { SQLITE_PERM, "access to the file is not permitted", "change its permissions, or set XDG_STATE_HOME to a folder of yours" },
    { SQLITE_CANTOPEN, "the file cannot be opened or made there",
      "change the permissions of its folder, or set XDG_STATE_HOME to a folder that can be written" },
    { SQLITE_BUSY, "another process keeps it locked", "end that process, or try again when it is done" },
    { SQLITE_LOCKED, "another process keeps it locked", "end that process, or try again when it is done" },
    { SQLITE_CORRUPT, "the file is damaged",
      "keep it aside (mv): a new one is begun; \"sqlite3 FILE .recover\" saves what can be saved" },
    { SQLITE_NOTADB, "the file is no SQLite database", "move it away: a new one is begun" },
    { SQLITE_IOERR, "the disk reports an error", "look at the system's log; set XDG_STATE_HOME to a folder elsewhere" },
};

int hv_store_fail(const struct hv_journal *journal, const char *doing, struct hv_error *err) {
    int code = journal->db ? sqlite3_errcode(journal->db) : SQLITE_NOMEM;

    if ((code & 0xFF) == SQLITE_NOMEM)
        return hv_error_memory(err);
    (void)hv_error_set(err, HV_E_FAILED, "the journal %s cannot be %s", journal->path, doing);
    for (size_t i = 0; i < HV_ARRAY_SIZE(advices); i++) {
        if (advices[i].code != (code & 0xFF))
            continue;
        hv_error_cause(err, "%s (%s)", advices[i].cause, sqlite3_errmsg(journal->db));
        hv_error_remedy(err, "%s", advices[i].remedy);
        return HV_E_FAILED;
    }
    hv_error_cause(err, "%s", sqlite3_errmsg(journal->db));
    return HV_E_FAILED;
}

static bool bind_all(sqlite3_stmt *statement, const struct hv_bind *binds, size_t n_binds) {
    for (size_t i = 0; i < n_binds; i++) {
        int place = (int)i + 1;
        int code;

        if (binds[i].is_number)
            code = sqlite3_bind_int64(statement, place, binds[i].number);
        else if (binds[i].text)
            code = sqlite3_bind_text(statement, place, binds[i].text, -1, SQLITE_STATIC);
        else
            code = sqlite3_bind_null(statement, place);
        if (code != SQLITE_OK)
            return false;
    }
    return true;
}

int hv_store_run(struct hv_journal *journal, const char *sql, const struct hv_bind *binds, size_t n_binds, hv_row_fn *fn,
                 void *context, struct hv_error *err) {
    const char *doing = fn ? "read" : "written";
    sqlite3_stmt *statement = NULL;
    int code;
    int r = 0;

    if (sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL) != SQLITE_OK || !bind_all(statement, binds, n_binds)) {
        r = hv_store_fail(journal, doing, err);
        (void)sqlite3_finalize(statement);
        return r;
    }
    while (r == 0 && (code = sqlite3_step(statement)) != SQLITE_DONE) {
        if (code != SQLITE_ROW)
            r = hv_store_fail(journal, doing, err);
        else if (fn)
            r = fn(context, statement, err);
    }
    (void)sqlite3_finalize(statement);
    return r;
}

int hv_store_text(sqlite3_stmt *row, int column, char **ret_text, struct hv_error *err) {
    return hv_text_copy((const char *)sqlite3_column_text(row, column), ret_text, err);
}

int64_t hv_store_number(sqlite3_stmt *row, int column) {
    return sqlite3_column_type(row, column) == SQLITE_NULL ? -1 : sqlite3_column_int64(row, column);
}
