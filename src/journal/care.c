/* Looking after the journal: is it whole, and does it need to be so big? */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "journal/store.h"

static int judge(void *context, sqlite3_stmt *row, struct hv_error *err) {
    const struct hv_journal *journal = context;
    const char *text = (const char *)sqlite3_column_text(row, 0);

    if (text && strcmp(text, "ok") == 0)
        return 0;
    (void)hv_error_set(err, HV_E_FAILED, "the journal %s is damaged", journal->path);
    hv_error_cause(err, "%s", text ? text : "its check gives no answer");
    hv_error_remedy(err, "keep it aside (mv): a new one is begun; \"sqlite3 FILE .recover\" saves what can be saved");
    return HV_E_FAILED;
}

int hv_journal_check(struct hv_journal *journal, struct hv_error *err) {
    return hv_store_run(journal, "PRAGMA integrity_check(1)", NULL, 0, judge, journal, err);
}

int hv_journal_compact(struct hv_journal *journal, uint64_t keep_s, size_t *ret_n, struct hv_error *err) {
    const struct hv_bind binds[] = { { .number = keep_s < INT64_MAX ? (int64_t)keep_s : INT64_MAX, .is_number = true } };
    int r =
        hv_store_run(journal, "DELETE FROM move WHERE ended IS NOT NULL AND julianday(ended) < julianday('now') - ? / 86400.0",
                     binds, HV_ARRAY_SIZE(binds), NULL, NULL, err);
    int n = r == 0 ? sqlite3_changes(journal->db) : 0;

    if (r == 0)
        r = hv_store_run(journal, "VACUUM", NULL, 0, NULL, NULL, err);
    if (r == 0)
        r = hv_store_run(journal, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, 0, NULL, NULL, err);
    if (r == 0 && ret_n)
        *ret_n = (size_t)n;
    return r;
}
