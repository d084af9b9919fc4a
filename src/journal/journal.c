/*
 * Opening the journal, and its form (design.md 2 and 3.1; ux.md 6). WAL lets several processes write in turn while others read;
 * synchronous FULL has every note on disk when its statement is done.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "journal/store.h"

enum {
    APPLICATION_ID = 0x48564A31, /* "HVJ1": tells file(1) and us whose database it is */
    LOCK_PATIENCE_MS = 10000,
};

/* Statement I brings a journal of version I to version I + 1. What stands here once is never changed, only followed by more. */
static const char *const versions[] = {
    "CREATE TABLE move (id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, ended TEXT,"
    " source TEXT, source_address TEXT, destination TEXT, destination_address TEXT, type INTEGER, vm_id TEXT, vm_name TEXT,"
    " job_id TEXT, job_state INTEGER, job_percent INTEGER, outcome TEXT, at_source TEXT, at_destination TEXT,"
    " error TEXT, message TEXT);"
    "CREATE INDEX move_job ON move (job_id);"
    "CREATE INDEX move_vm ON move (vm_id);"
    "CREATE TABLE event (id INTEGER PRIMARY KEY, move INTEGER NOT NULL REFERENCES move (id) ON DELETE CASCADE,"
    " time TEXT NOT NULL, kind TEXT NOT NULL, text TEXT);"
    "CREATE INDEX event_move ON event (move);",
    "ALTER TABLE move ADD COLUMN verdict TEXT;",
    "CREATE TABLE place (id INTEGER PRIMARY KEY, move INTEGER NOT NULL REFERENCES move (id) ON DELETE CASCADE,"
    " kind TEXT NOT NULL, instance_id TEXT, source TEXT, destination TEXT, pool TEXT);"
    "CREATE INDEX place_move ON place (move);",
};
enum { VERSION = HV_ARRAY_SIZE(versions) };

static int execute(struct hv_journal *journal, const char *sql, struct hv_error *err) {
    return sqlite3_exec(journal->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : hv_store_fail(journal, "opened", err);
}

static const char *reason_of(int number) {
    switch (number) {
    case EACCES:
    case EPERM:
        return "its folder cannot be written by this user";
    case EROFS:
        return "the file system is read-only";
    case ENOSPC:
    case EDQUOT:
        return "the disk, or this user's share of it, is full";
    case ENOTDIR:
        return "a part of the path is no folder";
    default:
        return "the system refused it";
    }
}

static int cannot_make(const char *path, struct hv_error *err) {
    int number = errno;

    (void)hv_error_set(err, HV_E_FAILED, "the journal %s cannot be made", path);
    hv_error_cause(err, "%s (errno %d)", reason_of(number), number);
    hv_error_remedy(err, "set XDG_STATE_HOME to a folder that can be written");
    return HV_E_FAILED;
}

/* The folders above PATH, for nobody else to read (XDG base directory specification). */
static int make_folders(const char *path, struct hv_error *err) {
    HV_CLEANUP_FREE char *folder = NULL;
    int r = hv_text_copy(path, &folder, err);

    for (char *at = r == 0 ? strchr(folder + 1, '/') : NULL; at; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(folder, 0700) < 0 && errno != EEXIST)
            return cannot_make(path, err);
        *at = '/';
    }
    return r;
}

/* SQLite would make it with the permissions of the umask. */
static int make_file(const char *path, struct hv_error *err) {
    int fd;
    int r;

    if (access(path, F_OK) == 0)
        return 0;
    r = make_folders(path, err);
    if (r < 0)
        return r;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return cannot_make(path, err);
    (void)close(fd);
    return 0;
}

static int keep_number(void *context, sqlite3_stmt *row, struct hv_error *err) {
    int64_t *number = context;

    (void)err;
    *number = sqlite3_column_int64(row, 0);
    return 0;
}

static int ask_number(struct hv_journal *journal, const char *sql, int64_t *ret_number, struct hv_error *err) {
    return hv_store_run(journal, sql, NULL, 0, keep_number, ret_number, err);
}

static int refuse_foreign(const struct hv_journal *journal, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_FAILED, "%s is a database, but no journal of hvctl", journal->path);
    hv_error_remedy(err, "move it away: a new one is begun");
    return HV_E_FAILED;
}

static int refuse_newer(const struct hv_journal *journal, int64_t version, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_FAILED, "the journal %s was written by a newer hvctl", journal->path);
    hv_error_cause(err, "it has version %lld, this hvctl knows up to %d", (long long)version, (int)VERSION);
    hv_error_remedy(err, "use the newer hvctl, or set XDG_STATE_HOME to another folder");
    return HV_E_FAILED;
}

/* Inside a transaction: two processes may find the same old form. */
static int bring_up(struct hv_journal *journal, struct hv_error *err) {
    char stamp[96];
    int64_t version = 0;
    int r = ask_number(journal, "PRAGMA user_version", &version, err);

    for (int64_t i = version; r == 0 && i < VERSION; i++)
        r = execute(journal, versions[i], err);
    if (r < 0 || version >= VERSION)
        return r;
    (void)sqlite3_snprintf((int)sizeof(stamp), stamp, "PRAGMA user_version = %d; PRAGMA application_id = %d", (int)VERSION,
                           (int)APPLICATION_ID);
    return execute(journal, stamp, err);
}

static int check_form(struct hv_journal *journal, struct hv_error *err) {
    int64_t version = 0;
    int64_t id = 0;
    int64_t n_tables = 0;
    int r;

    r = ask_number(journal, "PRAGMA user_version", &version, err);
    if (r == 0)
        r = ask_number(journal, "PRAGMA application_id", &id, err);
    if (r == 0)
        r = ask_number(journal, "SELECT count(*) FROM sqlite_schema", &n_tables, err);
    if (r < 0)
        return r;
    if (n_tables > 0 && id != APPLICATION_ID)
        return refuse_foreign(journal, err);
    if (version > VERSION)
        return refuse_newer(journal, version, err);
    if (version == VERSION)
        return 0;
    r = execute(journal, "BEGIN IMMEDIATE", err);
    if (r < 0)
        return r;
    r = bring_up(journal, err);
    if (r < 0) {
        (void)sqlite3_exec(journal->db, "ROLLBACK", NULL, NULL, NULL);
        return r;
    }
    return execute(journal, "COMMIT", err);
}

static int open_file(struct hv_journal *journal, struct hv_error *err) {
    int r;

    if (sqlite3_open_v2(journal->path, &journal->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
        return hv_store_fail(journal, "opened", err);
    (void)sqlite3_busy_timeout(journal->db, LOCK_PATIENCE_MS);
    r = execute(journal, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", err);
    return r < 0 ? r : check_form(journal, err);
}

int hv_journal_open(const char *path, struct hv_journal **ret_journal, struct hv_error *err) {
    struct hv_journal *journal;
    int r = make_file(path, err);

    if (r < 0)
        return r;
    journal = calloc(1, sizeof(*journal));
    if (!journal)
        return hv_error_memory(err);
    r = hv_text_copy(path, &journal->path, err);
    if (r == 0)
        r = open_file(journal, err);
    if (r < 0) {
        (void)hv_journal_close(journal);
        return r;
    }
    *ret_journal = journal;
    return 0;
}

struct hv_journal *hv_journal_close(struct hv_journal *journal) {
    if (journal) {
        (void)sqlite3_close(journal->db);
        free(journal->path);
        free(journal);
    }
    return NULL;
}
