/*
 * The journal of moves: what was asked of which host, the job that came of it, and how it ended, on disk. One SQLite file that
 * several processes may use at once; nothing in it is secret. It outlives the job objects of the hosts, which go after minutes.
 */
#ifndef HVCTL_JOURNAL_H
#define HVCTL_JOURNAL_H

#include <hvctl/move.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct hv_journal;

/*
 * Opens the journal at PATH, or makes it (mode 0600, missing folders too). An older one is brought to the present form. Errors:
 * FAILED (not writable, locked for long, damaged, of a newer version; the remedy tells what to do), MEMORY.
 */
int hv_journal_open(const char *path, struct hv_journal **ret_journal, struct hv_error *err);
/* Accepts NULL; returns NULL. Its writers must be gone. */
struct hv_journal *hv_journal_close(struct hv_journal *journal);

/* What a move cannot tell itself: how the hosts are called and reached. Copied. */
struct hv_journal_about {
    int64_t entry; /* that goes on; 0: a new one, or for a followed job the last one of that job */
    const char *source;
    const char *source_address;
    const char *destination; /* NULL for a move within one host, or when nobody told */
    const char *destination_address;
};

/* Keeps one move. Nothing is written before the first note. Errors: MEMORY. */
struct hv_journal_writer;
int hv_journal_writer_new(struct hv_journal *journal, const struct hv_journal_about *about, struct hv_journal_writer **ret_writer,
                          struct hv_error *err);
/* Accepts NULL; returns NULL. The move must be gone, or have another function. */
struct hv_journal_writer *hv_journal_writer_free(struct hv_journal_writer *writer);
/*
 * A hv_move_note_fn whose context is a writer. An intent begins an entry and is on disk when the function returns; other notes
 * go to the entry of this move or, for a move that was only followed, to the last one of the same job. Errors: as open.
 */
int hv_journal_note(void *context, const struct hv_move_note *note, struct hv_error *err);

/* One try to move one VM. Absent texts are NULL, absent numbers are -1. */
struct hv_journal_entry {
    int64_t id;    /* 1, 2, ... */
    char *started; /* RFC 3339 */
    char *ended;   /* NULL: no verdict, it runs or its client was killed */
    char *source;
    char *source_address;
    char *destination;
    char *destination_address;
    int64_t type; /* enum hv_move_type */
    char *vm_id;
    char *vm_name;
    char *job_id;
    int64_t job_state;
    int64_t job_percent;
    char *outcome; /* hv_move_outcome_name */
    char *verdict; /* hv_move_result; NULL in entries of hvctl that knew none */
    char *at_source;
    char *at_destination;
    char *error;   /* hv_error_name */
    char *message; /* of the error */
};

struct hv_journal_event {
    char *time; /* RFC 3339 */
    char *kind; /* "intent", "job", "state", "evidence", "leftover", "verdict" */
    char *text;
};

/* Which entries. All that is given must fit. */
struct hv_journal_filter {
    int64_t id;         /* 0: any */
    const char *vm;     /* name or GUID */
    const char *job_id; /* NULL: any */
    bool open_only;     /* without verdict, or with one that settles nothing: unknown */
    size_t n_last;      /* at most so many, the latest; 0: all */
};

/* In the order they began. Errors: as open. Free with hv_journal_entries_free. */
int hv_journal_list(struct hv_journal *journal, const struct hv_journal_filter *filter, struct hv_journal_entry **ret_entries,
                    size_t *ret_n, struct hv_error *err);
void hv_journal_entries_free(struct hv_journal_entry *entries, size_t n);
/* In the order they came. Free with hv_journal_events_free. */
int hv_journal_events(struct hv_journal *journal, int64_t id, struct hv_journal_event **ret_events, size_t *ret_n,
                      struct hv_error *err);
void hv_journal_events_free(struct hv_journal_event *events, size_t n);

/*
 * Where the move of entry ID was to put disks and folders; NULL when it named none, or an older hvctl wrote the entry. Errors: as
 * open.
 */
int hv_journal_places(struct hv_journal *journal, int64_t id, struct hv_move_places **ret_places, struct hv_error *err);
/* Accepts NULL; returns NULL. For what hv_journal_places gave. */
struct hv_move_places *hv_journal_places_free(struct hv_move_places *places);

/* Looks through the whole file. Errors: FAILED (damaged, with what is wrong first), MEMORY. */
int hv_journal_check(struct hv_journal *journal, struct hv_error *err);
/* Removes entries that ended more than KEEP_S seconds ago and gives their room back. *ret_n may be NULL. Errors: as open. */
int hv_journal_compact(struct hv_journal *journal, uint64_t keep_s, size_t *ret_n, struct hv_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
