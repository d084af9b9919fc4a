/* The journal's file: what comes back, what is refused and how that is told, and several writers at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <hvctl/journal.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

#define VM_ID  "0E2A5B6C-1111-4222-8333-444455556666"
#define JOB_ID "E3CCD734-71F6-46A1-BBB2-B4DB47242C2D"

static char folder[] = "/tmp/hvctl-journal-XXXXXX";
static char path[128];

static const struct hv_journal_about about = {
    .source = "hv01",
    .source_address = "https://hv01:5986/wsman",
    .destination = "hv02",
    .destination_address = "hv02",
};

static void remove_files(void) {
    static const char *const tails[] = { "", "-wal", "-shm" };
    char name[192];

    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof(name), "%s%s", path, tails[i]);
        (void)unlink(name);
    }
}

static int setup(void **state) {
    (void)state;
    remove_files();
    return 0;
}

static struct hv_journal *opened(void) {
    struct hv_journal *journal = NULL;
    struct hv_error err = { 0 };

    if (hv_journal_open(path, &journal, &err) != 0)
        fail_msg("%s: %s", err.message, err.cause);
    return journal;
}

static void execute(const char *sql) {
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static struct hv_move_result result_of_move(void) {
    return (struct hv_move_result){
        .vm_id = (char *)(uintptr_t)VM_ID, .vm_state = -1, .job_state = -1, .job_percent = -1, .return_value = -1
    };
}

static void note(struct hv_journal_writer *writer, enum hv_move_note_kind kind, const struct hv_move_result *result,
                 const char *text) {
    const struct hv_move_note n = {
        .kind = kind, .type = HV_MOVE_VM_AND_STORAGE, .result = result, .vm_name = "app01", .text = text
    };
    struct hv_error err = { 0 };

    if (hv_journal_note(writer, &n, &err) != 0)
        fail_msg("%s: %s", err.message, err.cause);
}

static size_t count(struct hv_journal *journal, const struct hv_journal_filter *filter) {
    struct hv_journal_entry *entries = NULL;
    size_t n = 0;

    assert_int_equal(hv_journal_list(journal, filter, &entries, &n, NULL), 0);
    hv_journal_entries_free(entries, n);
    return n;
}

static void test_a_move_comes_back_as_it_was_noted(void **state) {
    struct hv_move_result result = result_of_move();
    struct hv_journal_writer *writer = NULL;
    struct hv_journal_entry *entries = NULL;
    struct hv_journal_event *events = NULL;
    struct hv_journal *journal = opened();
    size_t n = 0;

    (void)state;
    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    note(writer, HV_NOTE_INTENT, &result, NULL);
    result.job_id = (char *)(uintptr_t)JOB_ID;
    note(writer, HV_NOTE_JOB, &result, JOB_ID);
    result.job_state = 4;
    result.job_percent = 32;
    note(writer, HV_NOTE_STATE, &result, "running");
    (void)hv_journal_writer_free(writer);
    (void)hv_journal_close(journal);

    journal = opened();
    assert_int_equal(hv_journal_list(journal, &(const struct hv_journal_filter){ .open_only = true }, &entries, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_string_equal(entries[0].vm_id, VM_ID);
    assert_string_equal(entries[0].vm_name, "app01");
    assert_string_equal(entries[0].source, "hv01");
    assert_string_equal(entries[0].source_address, "https://hv01:5986/wsman");
    assert_string_equal(entries[0].destination, "hv02");
    assert_string_equal(entries[0].job_id, JOB_ID);
    assert_int_equal(entries[0].job_state, 4);
    assert_int_equal(entries[0].job_percent, 32);
    assert_int_equal(entries[0].type, HV_MOVE_VM_AND_STORAGE);
    assert_null(entries[0].ended);
    assert_null(entries[0].outcome);
    assert_int_equal(hv_journal_events(journal, entries[0].id, &events, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_string_equal(events[0].kind, "intent");
    assert_null(events[0].text);
    assert_string_equal(events[1].kind, "job");
    assert_string_equal(events[2].text, "running");
    hv_journal_events_free(events, n);
    hv_journal_entries_free(entries, 1);
    (void)hv_journal_close(journal);
}

static void test_a_followed_job_goes_on_in_its_entry(void **state) {
    struct hv_move_result result = result_of_move();
    struct hv_journal_writer *writer = NULL;
    struct hv_journal_entry *entries = NULL;
    struct hv_journal *journal = opened();
    size_t n = 0;

    (void)state;
    result.job_id = (char *)(uintptr_t)JOB_ID;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
        note(writer, i == 0 ? HV_NOTE_INTENT : HV_NOTE_STATE, &result, NULL);
        writer = hv_journal_writer_free(writer);
    }
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ 0 }), 1);

    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    result.outcome = HV_OUTCOME_MOVED;
    result.at_source = HV_PLACE_ABSENT;
    result.at_destination = HV_PLACE_PRESENT;
    note(writer, HV_NOTE_VERDICT, &result, "moved");
    writer = hv_journal_writer_free(writer);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .open_only = true }), 0);
    assert_int_equal(hv_journal_list(journal, &(const struct hv_journal_filter){ .job_id = JOB_ID }, &entries, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_string_equal(entries[0].outcome, "moved");
    assert_string_equal(entries[0].at_source, "absent");
    assert_string_equal(entries[0].at_destination, "present");
    assert_non_null(entries[0].ended);
    hv_journal_entries_free(entries, n);
    (void)hv_journal_close(journal);
}

static void test_a_move_left_running_stays_open(void **state) {
    struct hv_move_result result = result_of_move();
    struct hv_journal_writer *writer = NULL;
    struct hv_journal *journal = opened();

    (void)state;
    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    note(writer, HV_NOTE_INTENT, &result, NULL);
    result.outcome = HV_OUTCOME_RUNNING;
    note(writer, HV_NOTE_VERDICT, &result, "running");
    (void)hv_journal_writer_free(writer);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .open_only = true }), 1);
    (void)hv_journal_close(journal);
}

static void test_an_unknown_outcome_stays_open_too(void **state) {
    struct hv_move_result result = result_of_move();
    struct hv_journal_writer *writer = NULL;
    struct hv_journal *journal = opened();

    (void)state;
    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    note(writer, HV_NOTE_INTENT, &result, NULL);
    result.outcome = HV_OUTCOME_UNKNOWN;
    note(writer, HV_NOTE_VERDICT, &result, "unknown");
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .open_only = true }), 1);
    result.outcome = HV_OUTCOME_NOT_MOVED;
    note(writer, HV_NOTE_VERDICT, &result, "not_moved");
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .open_only = true }), 0);
    (void)hv_journal_writer_free(writer);
    (void)hv_journal_close(journal);
}

static void test_filters(void **state) {
    struct hv_move_result result = result_of_move();
    struct hv_journal *journal = opened();

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct hv_journal_writer *writer = NULL;

        assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
        note(writer, HV_NOTE_INTENT, &result, NULL);
        (void)hv_journal_writer_free(writer);
    }
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ 0 }), 5);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .n_last = 2 }), 2);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .id = 3 }), 1);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .vm = "APP01" }), 5);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .vm = "0e2a5b6c-1111-4222-8333-444455556666" }), 5);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .vm = "app02" }), 0);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ .job_id = JOB_ID }), 0);
    (void)hv_journal_close(journal);
}

static void test_old_entries_go_and_open_ones_stay(void **state) {
    struct hv_journal *journal = opened();
    size_t n = 0;

    (void)state;
    execute("INSERT INTO move (started, ended) VALUES ('2020-01-01T00:00:00.000Z', '2020-01-01T01:00:00.000Z');"
            "INSERT INTO event (move, time, kind) VALUES (1, '2020-01-01T00:00:00.000Z', 'intent');"
            "INSERT INTO move (started) VALUES ('2020-01-01T00:00:00.000Z');"
            "INSERT INTO move (started, ended) SELECT t, t FROM (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS t)");
    assert_int_equal(hv_journal_compact(journal, 3600, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ 0 }), 2);
    assert_int_equal(hv_journal_check(journal, NULL), 0);
    (void)hv_journal_close(journal);
}

static void expect_refusal(const char *message, const char *remedy) {
    struct hv_journal *journal = NULL;
    struct hv_error err = { 0 };

    assert_int_equal(hv_journal_open(path, &journal, &err), HV_E_FAILED);
    assert_null(journal);
    if (!strstr(err.message, message) && !strstr(err.cause, message))
        fail_msg("\"%s\" is neither in \"%s\" nor in \"%s\"", message, err.message, err.cause);
    if (!strstr(err.remedy, remedy))
        fail_msg("\"%s\" is not in \"%s\"", remedy, err.remedy);
}

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_what_is_no_journal_is_refused_and_left_alone(void **state) {
    struct stat before;
    struct stat after;

    (void)state;
    write_file(
        "This is a shopping list, long enough to have room for the header of a database: milk, bread, butter, cheese, apples.");
    assert_int_equal(stat(path, &before), 0);
    expect_refusal("no SQLite database", "move it away");
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_size, after.st_size);

    remove_files();
    execute("CREATE TABLE move (id INTEGER)");
    expect_refusal("no journal of hvctl", "move it away");
}

static void test_a_newer_journal_is_refused(void **state) {
    (void)state;
    (void)hv_journal_close(opened());
    execute("PRAGMA user_version = 99");
    expect_refusal("newer hvctl", "newer hvctl");
}

/* Journals as earlier versions of hvctl made them, each with a move in it. */
static const char *const older[] = {
    "CREATE TABLE move (id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, ended TEXT,"
    " source TEXT, source_address TEXT, destination TEXT, destination_address TEXT, type INTEGER, vm_id TEXT, vm_name TEXT,"
    " job_id TEXT, job_state INTEGER, job_percent INTEGER, outcome TEXT, at_source TEXT, at_destination TEXT,"
    " error TEXT, message TEXT);"
    "CREATE INDEX move_job ON move (job_id);"
    "CREATE INDEX move_vm ON move (vm_id);"
    "CREATE TABLE event (id INTEGER PRIMARY KEY, move INTEGER NOT NULL REFERENCES move (id) ON DELETE CASCADE,"
    " time TEXT NOT NULL, kind TEXT NOT NULL, text TEXT);"
    "CREATE INDEX event_move ON event (move);"
    "PRAGMA user_version = 1; PRAGMA application_id = 0x48564A31;"
    "INSERT INTO move (started, vm_name, job_id, type) VALUES ('2026-01-02T03:04:05.678Z', 'old', '" JOB_ID "', 32771);"
    "INSERT INTO event (move, time, kind) VALUES (1, '2026-01-02T03:04:05.678Z', 'intent');",
    "CREATE TABLE move (id INTEGER PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, ended TEXT,"
    " source TEXT, source_address TEXT, destination TEXT, destination_address TEXT, type INTEGER, vm_id TEXT, vm_name TEXT,"
    " job_id TEXT, job_state INTEGER, job_percent INTEGER, outcome TEXT, at_source TEXT, at_destination TEXT,"
    " error TEXT, message TEXT, verdict TEXT);"
    "CREATE INDEX move_job ON move (job_id);"
    "CREATE INDEX move_vm ON move (vm_id);"
    "CREATE TABLE event (id INTEGER PRIMARY KEY, move INTEGER NOT NULL REFERENCES move (id) ON DELETE CASCADE,"
    " time TEXT NOT NULL, kind TEXT NOT NULL, text TEXT);"
    "CREATE INDEX event_move ON event (move);"
    "PRAGMA user_version = 2; PRAGMA application_id = 0x48564A31;"
    "INSERT INTO move (started, vm_name, job_id, type) VALUES ('2026-01-02T03:04:05.678Z', 'old', '" JOB_ID "', 32771);"
    "INSERT INTO event (move, time, kind) VALUES (1, '2026-01-02T03:04:05.678Z', 'intent');",
};

static void test_places_come_back(void **state) {
    const struct hv_move_place disks[] = {
        { .instance_id = "Microsoft:x\\C\\0\\0\\L", .from = "C:\\a.vhdx", .to = "D:\\a.vhdx" },
        { .instance_id = "Microsoft:x\\C\\0\\1\\L", .from = "C:\\b.vhdx", .to = "", .pool = "fast" },
    };
    const struct hv_move_places places = { .disks = disks, .n_disks = 2, .config_path = "D:\\c", .paging_path = "D:\\p" };
    struct hv_move_result result = result_of_move();
    const struct hv_move_note n = {
        .kind = HV_NOTE_INTENT, .type = HV_MOVE_STORAGE, .result = &result, .vm_name = "app01", .places = &places
    };
    struct hv_journal_writer *writer = NULL;
    struct hv_move_places *back = NULL;
    struct hv_journal *journal = opened();

    (void)state;
    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    assert_int_equal(hv_journal_note(writer, &n, NULL), 0);
    (void)hv_journal_writer_free(writer);
    assert_int_equal(hv_journal_places(journal, 1, &back, NULL), 0);
    assert_non_null(back);
    assert_int_equal(back->n_disks, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(back->disks[i].instance_id, disks[i].instance_id);
        assert_string_equal(back->disks[i].from, disks[i].from);
        assert_string_equal(back->disks[i].to, disks[i].to);
    }
    assert_null(back->disks[0].pool);
    assert_string_equal(back->disks[1].pool, "fast");
    assert_string_equal(back->config_path, "D:\\c");
    assert_null(back->snapshot_path);
    assert_string_equal(back->paging_path, "D:\\p");
    back = hv_journal_places_free(back);
    assert_int_equal(hv_journal_places(journal, 2, &back, NULL), 0);
    assert_null(back);
    (void)hv_journal_close(journal);
}

static void test_older_journals_are_brought_up_with_all_that_is_in_them(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof(older) / sizeof(older[0]); i++) {
        struct hv_move_result result = result_of_move();
        struct hv_journal_writer *writer = NULL;
        struct hv_journal_entry *entries = NULL;
        struct hv_journal_event *events = NULL;
        struct hv_move_places *places = NULL;
        struct hv_journal *journal;
        size_t n = 0;

        remove_files();
        execute(older[i]);
        journal = opened();
        assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
        result.job_id = (char *)(uintptr_t)JOB_ID;
        result.outcome = HV_OUTCOME_MOVED;
        result.verdict = "moved_with_leftovers";
        note(writer, HV_NOTE_VERDICT, &result, "moved"); /* of the old move: the job is the same */
        (void)hv_journal_writer_free(writer);
        (void)hv_journal_close(journal);
        journal = opened();
        assert_int_equal(hv_journal_check(journal, NULL), 0);
        assert_int_equal(hv_journal_list(journal, &(const struct hv_journal_filter){ 0 }, &entries, &n, NULL), 0);
        assert_int_equal(n, 1);
        assert_string_equal(entries[0].started, "2026-01-02T03:04:05.678Z");
        assert_string_equal(entries[0].verdict, "moved_with_leftovers");
        assert_int_equal(entries[0].type, HV_MOVE_VM_AND_STORAGE);
        hv_journal_entries_free(entries, n);
        assert_int_equal(hv_journal_events(journal, 1, &events, &n, NULL), 0);
        assert_int_equal(n, 2);
        assert_string_equal(events[0].kind, "intent");
        hv_journal_events_free(events, n);
        assert_int_equal(hv_journal_places(journal, 1, &places, NULL), 0);
        assert_null(places);
        (void)hv_journal_close(journal);
    }
}

static void test_evidence_and_leftovers_are_kept_with_the_verdict(void **state) {
    static char *left[] = { (char *)(uintptr_t) "a planned VM" };
    struct hv_move_result result = result_of_move();
    struct hv_journal_writer *writer = NULL;
    struct hv_journal_event *events = NULL;
    struct hv_journal *journal = opened();
    size_t n = 0;

    (void)state;
    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    note(writer, HV_NOTE_INTENT, &result, NULL);
    result.sights[HV_SIGHT_SOURCE] = (struct hv_sight){ .host = "hv01", .asked = "whether", .seen = "it does not have the VM" };
    result.leftovers = left;
    result.n_leftovers = 1;
    note(writer, HV_NOTE_VERDICT, &result, "moved");
    assert_int_equal(hv_journal_events(journal, 1, &events, &n, NULL), 0);
    assert_int_equal(n, 4);
    assert_string_equal(events[1].kind, "evidence");
    assert_string_equal(events[1].text, "hv01, asked whether: it does not have the VM");
    assert_string_equal(events[2].kind, "leftover");
    assert_string_equal(events[2].text, "a planned VM");
    assert_string_equal(events[3].kind, "verdict");
    hv_journal_events_free(events, n);
    (void)hv_journal_writer_free(writer);
    (void)hv_journal_close(journal);
}

/* Another process that writes and does not end. */
static void test_a_locked_journal_is_told_and_no_move_begins(void **state) {
    struct hv_move_result result = result_of_move();
    const struct hv_move_note n = { .kind = HV_NOTE_INTENT, .type = HV_MOVE_VM, .result = &result, .vm_name = "app01" };
    struct hv_journal *journal = opened();
    struct hv_journal_writer *writer = NULL;
    struct hv_error err = { 0 };
    sqlite3 *other = NULL;

    (void)state;
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    assert_int_equal(hv_journal_note(writer, &n, &err), HV_E_FAILED);
    assert_non_null(strstr(err.cause, "keeps it locked"));
    assert_non_null(strstr(err.remedy, "try again"));
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(hv_journal_note(writer, &n, &err), 0);
    (void)hv_journal_writer_free(writer);
    (void)hv_journal_close(journal);
}

static void test_a_damaged_journal_is_found(void **state) {
    struct hv_journal *journal = opened();
    struct hv_error err = { 0 };
    char page[4096];
    int fd;

    (void)state;
    (void)hv_journal_close(journal);
    execute("INSERT INTO move (started, message) SELECT 'x', hex(randomblob(3000)) FROM (VALUES (1), (2), (3))");
    execute("PRAGMA wal_checkpoint(TRUNCATE)");
    memset(page, 0xA5, sizeof(page));
    fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, page, sizeof(page), 4096), sizeof(page));
    assert_int_equal(close(fd), 0);
    if (hv_journal_open(path, &journal, &err) == 0) {
        assert_int_equal(hv_journal_check(journal, &err), HV_E_FAILED);
        (void)hv_journal_close(journal);
    }
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.remedy, "new one is begun"));
}

/* The limit of the process stands for a full disk: SQLite sees a short write either way. */
static void test_without_room_an_intent_fails(void **state) {
    const struct rlimit small = { .rlim_cur = 16384, .rlim_max = RLIM_INFINITY };
    struct hv_move_result result = result_of_move();
    const struct hv_move_note n = { .kind = HV_NOTE_INTENT, .type = HV_MOVE_VM, .result = &result, .vm_name = "app01" };
    struct hv_journal *journal = opened();
    struct hv_journal_writer *writer = NULL;
    struct hv_error err = { 0 };
    struct rlimit before;
    int r = 0;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int i = 0; i < 1000 && r == 0; i++)
        r = hv_journal_note(writer, &n, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(r, HV_E_FAILED);
    assert_non_null(strstr(err.message, "cannot be written"));
    assert_true(err.remedy[0] != '\0');
    (void)hv_journal_writer_free(writer);
    (void)hv_journal_close(journal);
}

static void test_a_folder_that_is_a_file_is_told(void **state) {
    struct hv_journal *journal = NULL;
    struct hv_error err = { 0 };
    char below[192];

    (void)state;
    write_file("x");
    (void)snprintf(below, sizeof(below), "%s/hvctl/journal.db", path);
    assert_int_equal(hv_journal_open(below, &journal, &err), HV_E_FAILED);
    assert_non_null(strstr(err.message, "cannot be made"));
    assert_non_null(strstr(err.remedy, "XDG_STATE_HOME"));
}

static void test_nobody_else_can_read_it(void **state) {
    struct stat status;

    (void)state;
    (void)hv_journal_close(opened());
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

/* Each process opens the file anew, the first of them makes it, and each adds its entries. */
static void test_many_processes_write_at_once(void **state) {
    enum { N_PROCESSES = 8, N_NOTES = 10 };
    struct hv_journal *journal;
    pid_t children[N_PROCESSES];

    (void)state;
    for (int i = 0; i < N_PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            struct hv_move_result result = result_of_move();
            struct hv_journal_writer *writer = NULL;

            journal = opened();
            for (int j = 0; j < N_NOTES; j++) {
                assert_int_equal(hv_journal_writer_new(journal, &about, &writer, NULL), 0);
                note(writer, HV_NOTE_INTENT, &result, NULL);
                writer = hv_journal_writer_free(writer);
            }
            (void)hv_journal_close(journal);
            _exit(0);
        }
    }
    for (int i = 0; i < N_PROCESSES; i++) {
        int status = -1;

        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    journal = opened();
    assert_int_equal(count(journal, &(const struct hv_journal_filter){ 0 }), N_PROCESSES * N_NOTES);
    assert_int_equal(hv_journal_check(journal, NULL), 0);
    (void)hv_journal_close(journal);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_move_comes_back_as_it_was_noted, setup),
        cmocka_unit_test_setup(test_a_followed_job_goes_on_in_its_entry, setup),
        cmocka_unit_test_setup(test_a_move_left_running_stays_open, setup),
        cmocka_unit_test_setup(test_an_unknown_outcome_stays_open_too, setup),
        cmocka_unit_test_setup(test_filters, setup),
        cmocka_unit_test_setup(test_old_entries_go_and_open_ones_stay, setup),
        cmocka_unit_test_setup(test_what_is_no_journal_is_refused_and_left_alone, setup),
        cmocka_unit_test_setup(test_a_newer_journal_is_refused, setup),
        cmocka_unit_test_setup(test_older_journals_are_brought_up_with_all_that_is_in_them, setup),
        cmocka_unit_test_setup(test_places_come_back, setup),
        cmocka_unit_test_setup(test_evidence_and_leftovers_are_kept_with_the_verdict, setup),
        cmocka_unit_test_setup(test_a_locked_journal_is_told_and_no_move_begins, setup),
        cmocka_unit_test_setup(test_a_damaged_journal_is_found, setup),
        cmocka_unit_test_setup(test_without_room_an_intent_fails, setup),
        cmocka_unit_test_setup(test_a_folder_that_is_a_file_is_told, setup),
        cmocka_unit_test_setup(test_nobody_else_can_read_it, setup),
        cmocka_unit_test_setup(test_many_processes_write_at_once, setup),
    };
    int failed;

    if (!mkdtemp(folder))
        return 1;
    (void)snprintf(path, sizeof(path), "%s/journal.db", folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove_files();
    (void)rmdir(folder);
    return failed;
}
