/* See judge.h. */
#include "judge.h"

#include <hvctl/journal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "client.h"
#include "truth.h"

/* More may lock an account: two, and one that was under way beside the first and is not waited for. */
enum { MAX_REFUSED = 3 };

HV_DEFINE_CLEANUP(struct hv_journal *, hv_journal_close)

const char *const word_names[WORD_COUNT] = { "nothing", "moved",    "not moved", "running",
                                             "unknown", "prepared", "answered",  "failed" };

void judge_init(struct judge *judge, const struct scenario *scenario, const struct world *world, const char *journal) {
    *judge = (struct judge){ .scenario = scenario, .world = world, .journal = journal };
    hv_buf_init(&judge->faults, JUDGE_MAX_BYTES);
}

void judge_deinit(struct judge *judge) {
    hv_buf_deinit(&judge->faults);
}

void judge_blame(struct judge *judge, const char *format, ...) {
    va_list args;

    va_start(args, format);
    hv_buf_vprintf(&judge->faults, format, args);
    va_end(args);
    hv_buf_putc(&judge->faults, '\n');
}

/* ---- whatever the command ---- */

static bool holds_password(const struct judge *judge, const struct session_seen *seen) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(64 * 1024 * 1024);
    FILE *file = fopen(judge->journal, "rb");
    char block[8192];
    size_t n;

    while (file && (n = fread(block, 1, sizeof(block), file)) > 0)
        hv_buf_append(&bytes, block, n);
    if (file)
        (void)fclose(file);
    return strstr(seen->out, world_password) || strstr(seen->err, world_password) ||
           (bytes.len > 0 && memmem(bytes.data, bytes.len, world_password, strlen(world_password)));
}

/* Exit statuses that say that something of hvctl itself is wrong. */
static void judge_health(struct judge *judge, const struct session_seen *seen) {
    static const struct {
        int status;
        const char *what;
    } rows[] = {
        { CLIENT_LEAKED, "hvctl left memory behind" },
        { CLIENT_LEFT_OPEN, "hvctl left descriptors open" },
        { CLIENT_NOT_STARTED, "hvctl did not start" },
        { 70, "hvctl speaks of a bug of its own" },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        if (seen->status == rows[i].status)
            judge_blame(judge, "%s", rows[i].what);
    }
    if (seen->status < 0)
        judge_blame(judge, "hvctl died of signal %d", -seen->status);
    if (strstr(seen->err, "Sanitizer") || strstr(seen->err, "runtime error"))
        judge_blame(judge, "a sanitizer complains");
}

/* Whoever is interrupted, or has no terminal any more, need not be told. */
static bool may_be_quiet(const struct judge *judge, const struct session_seen *seen) {
    return seen->status == 0 || seen->status > 128 || judge->hangs_up;
}

static void judge_process(struct judge *judge, const struct session_seen *seen) {
    judge_health(judge, seen);
    if (seen->is_endless)
        judge_blame(judge, "hvctl does not end");
    if (holds_password(judge, seen))
        judge_blame(judge, "the password is shown");
    if (!may_be_quiet(judge, seen) && !strstr(seen->err, "error: ") && !strstr(seen->err, "interrupted"))
        judge_blame(judge, "exit status %d without a word on stderr", seen->status);
    if (seen->n_moves > 1)
        judge_blame(judge, "%u requests to move in one run", seen->n_moves);
    if (seen->n_stages > 1)
        judge_blame(judge, "%u requests for a planned VM in one run", seen->n_stages);
    if (seen->n_twice > 0)
        judge_blame(judge, "what may be asked for only once was asked for again");
    if (seen->has_no_intent)
        judge_blame(judge, "a request to move left before its intent was in the journal");
    if (seen->n_refused > MAX_REFUSED)
        judge_blame(judge, "a host that refused the sign-in was asked %u times in a row", seen->n_refused);
    if (seen->n_stops > 0 && !judge->scenario->may_cancel)
        judge_blame(judge, "the job was to be ended, which nobody asked for");
}

/* ---- moves ---- */

static const json_t *result_of(const struct session_seen *seen) {
    return json_array_get(json_object_get(seen->document, "results"), 0);
}

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

static enum word word_of(const struct session_seen *seen) {
    static const struct {
        const char *outcome;
        enum word word;
    } words[] = {
        { "moved", WORD_MOVED },     { "job_completed", WORD_MOVED }, { "not_moved", WORD_NOT_MOVED },
        { "running", WORD_RUNNING }, { "unknown", WORD_UNKNOWN },     { "none", WORD_NOTHING },
        { "staged", WORD_STAGED },
    };
    const char *outcome = text_of(result_of(seen), "outcome");

    for (size_t i = 0; i < HV_ARRAY_SIZE(words); i++) {
        if (strcmp(words[i].outcome, outcome) == 0)
            return words[i].word;
    }
    return WORD_NOTHING;
}

static bool is_at_end(const struct judge *judge, const struct world_truth *truth) {
    return judge->scenario->disk ? truth->host == 0 && truth->has_moved_disks : truth->host == 1;
}

static bool is_at_start(const struct judge *judge, const struct world_truth *truth) {
    return truth->host == 0 && !(judge->scenario->disk && truth->has_moved_disks);
}

static void judge_moved(struct judge *judge, const struct session_seen *seen, const struct world_truth *truth) {
    if (seen->status != (judge->is_cancelling ? 10 : 0))
        judge_blame(judge, "moved, but exit status %d", seen->status);
    if (!is_at_end(judge, truth) || truth->is_moving)
        judge_blame(judge, "moved, it says; in truth it is %s host %d", truth->is_moving ? "on its way from" : "at", truth->host);
    if (judge->scenario->disk)
        return;
    if (seen->sights[1] != SIGHT_PRESENT || seen->sights[0] != SIGHT_ABSENT)
        judge_blame(judge, "moved, it says, without having seen the VM at the destination and missed it at the source");
}

/* A conflict is about this request, and somebody else's may go on. */
static bool is_conflict(const struct judge *judge, const struct session_seen *seen) {
    return judge->may_meet_another && seen->status == 10;
}

static bool names(const json_t *list, const char *text) {
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        if (item && strstr(item, text))
            return true;
    }
    return false;
}

static void judge_not_moved(struct judge *judge, const struct session_seen *seen, const struct world_truth *truth) {
    /* Of the VM it is certain while only its planned VM was asked for, about which there may be no telling. */
    bool is_prepared_only = seen->n_stages > 0 && seen->n_moves == 0;

    if ((seen->status == 16 || seen->status == 11) && is_prepared_only &&
        !names(json_object_get(result_of(seen), "leftovers"), "planned"))
        judge_blame(judge, "unknown whether there is a planned VM, and it is not named");
    if ((seen->status == 0) != judge->is_cancelling || ((seen->status == 11 || seen->status == 16) && !is_prepared_only))
        judge_blame(judge, "not moved, but exit status %d", seen->status);
    if (is_conflict(judge, seen))
        return;
    if (!is_at_start(judge, truth) || truth->is_moving)
        judge_blame(judge, "not moved, it says; in truth it is %s host %d", truth->is_moving ? "on its way from" : "at",
                    truth->host);
}

/* What is said of an unknown outcome: what is known, and a command to look again (design.md 3.4). */
static void judge_unknown(struct judge *judge, const struct session_seen *seen) {
    const json_t *error = json_object_get(result_of(seen), "error");
    const json_t *remedies = json_object_get(error, "remedy");
    bool has_command = false;

    if (seen->status != 16)
        judge_blame(judge, "unknown, but exit status %d", seen->status);
    for (size_t i = 0; i < json_array_size(remedies); i++) {
        const char *remedy = json_string_value(json_array_get(remedies, i));
        has_command = has_command || (remedy && strstr(remedy, "hvctl "));
    }
    if (!*text_of(error, "message") || !*text_of(error, "cause") || !has_command)
        judge_blame(judge, "unknown, without what is known and a command that looks again");
    if (judge->is_certain)
        judge_blame(judge, "unknown, where it could be known");
}

static void judge_running(struct judge *judge, const struct session_seen *seen) {
    /* Whoever came to end it hears first of all why that could not be. */
    if (seen->status != 11 && !(seen->status == 0 && judge->is_detached) && !(seen->status > 0 && judge->is_cancelling))
        judge_blame(judge, "running, but exit status %d", seen->status);
}

static void judge_places(struct judge *judge, const json_t *result, const struct world_truth *truth) {
    static const char *const keys[] = { "at_source", "at_destination" };

    if (truth->is_moving || judge->scenario->disk)
        return;
    for (int i = 0; i < 2; i++) {
        const char *said = text_of(result, keys[i]);
        if (strcmp(said, "present") == 0 && truth->host != i)
            judge_blame(judge, "%s present, it says; in truth it is at host %d", keys[i], truth->host);
        if (strcmp(said, "absent") == 0 && truth->host == i)
            judge_blame(judge, "%s absent, it says, and there it is", keys[i]);
    }
}

struct rubbish {
    struct judge *judge;
    const json_t *leftovers;
    const char *cause; /* of the failure; NULL: none */
};

static void judge_file(void *context, const char *host, const char *path) {
    const struct rubbish *rubbish = context;

    /* Where a pool puts it hvctl cannot know; its name stays. A file of an earlier try may be what was in the way of this one. */
    if (rubbish->cause && strstr(rubbish->cause, path))
        return;
    if (!names(rubbish->leftovers, sim_file_name(path)) && !names(rubbish->leftovers, "copies of its disks"))
        judge_blame(rubbish->judge, "%s stays on %s, and nothing is said of it", path, host);
}

/* What a failure leaves is named (design.md 3.7). */
static void judge_leftovers(struct judge *judge, const json_t *result, const struct world_truth *truth) {
    struct rubbish rubbish = { judge, json_object_get(result, "leftovers"), text_of(json_object_get(result, "error"), "cause") };

    if (truth->is_moving)
        return;
    if (truth->is_planned[1] && !names(rubbish.leftovers, "planned"))
        judge_blame(judge, "a planned VM stays at the destination, and nothing is said of it");
    if (judge->scenario->leaves_rubbish)
        world_rubbish(judge->world, judge_file, &rubbish);
}

/* The row that the journal has of this run (design.md 3.1). */
static void judge_row(struct judge *judge, const struct session_seen *seen) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    const struct hv_journal_filter filter = { .vm = judge->scenario->vm };
    const json_t *result = result_of(seen);
    struct hv_journal_entry *entries = NULL;
    bool is_running = word_of(seen) == WORD_RUNNING;
    size_t n = 0;
    bool found = false;

    if (hv_journal_open(judge->journal, &journal, NULL) < 0 || hv_journal_list(journal, &filter, &entries, &n, NULL) < 0) {
        judge_blame(judge, "the journal cannot be read");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct hv_journal_entry *entry = &entries[i];
        /* What the verdict rests on: a planned VM that hvctl made is put away after that. */
        bool is_put_away = seen->n_stages > 0 && hv_text_same(entry->at_destination, "planned") &&
                           strcmp(text_of(result, "at_destination"), "absent") == 0;
        found = found || (hv_text_same(entry->outcome, text_of(result, "outcome")) && !entry->ended == is_running &&
                          hv_text_same(entry->at_source, text_of(result, "at_source")) &&
                          (hv_text_same(entry->at_destination, text_of(result, "at_destination")) || is_put_away));
    }
    if (!found)
        judge_blame(judge, "no row of the journal (%zu) says %s", n, text_of(result, "outcome"));
    hv_journal_entries_free(entries, n);
}

static void judge_nothing(struct judge *judge, const struct session_seen *seen) {
    if (seen->n_moves > 0)
        judge_blame(judge, "a request to move left, and it has no word on it");
    if (seen->status == 0 || seen->status == 11 || seen->status == 16)
        judge_blame(judge, "nothing done, but exit status %d", seen->status);
}

/* Of a planned VM that another run asked for: it is there, and the VM is where it was. */
static void judge_staged(struct judge *judge, const struct session_seen *seen, const struct world_truth *truth) {
    if (seen->status != 0)
        judge_blame(judge, "prepared, but exit status %d", seen->status);
    if (!truth->is_planned[1] || !is_at_start(judge, truth))
        judge_blame(judge, "prepared, it says; in truth there is %s planned VM", truth->is_planned[1] ? "a" : "no");
}

static void judge_word(struct judge *judge, enum word word, const struct session_seen *seen, const struct world_truth *truth) {
    switch (word) {
    case WORD_MOVED:
        judge_moved(judge, seen, truth);
        break;
    case WORD_NOT_MOVED:
        judge_not_moved(judge, seen, truth);
        judge_leftovers(judge, result_of(seen), truth);
        break;
    case WORD_UNKNOWN:
        judge_unknown(judge, seen);
        break;
    case WORD_RUNNING:
        judge_running(judge, seen);
        break;
    case WORD_STAGED:
        judge_staged(judge, seen, truth);
        break;
    case WORD_NOTHING:
    case WORD_ANSWERED:
    case WORD_FAILED:
    case WORD_COUNT:
        judge_nothing(judge, seen);
        break;
    }
}

static void judge_exits(struct judge *judge, const struct session_seen *seen) {
    json_int_t of_all = json_integer_value(json_object_get(json_object_get(seen->document, "summary"), "exit"));
    json_int_t of_one = json_integer_value(json_object_get(result_of(seen), "exit"));

    /* Above there are signals, which are no affair of one VM. */
    if (of_all != seen->status || (seen->status < 128 && of_one != seen->status))
        judge_blame(judge, "what it says of its exit is not the exit status %d", seen->status);
}

static enum word judge_move(struct judge *judge, const struct session_seen *seen) {
    enum word word = word_of(seen);
    struct world_truth truth;

    world_look(judge->world, judge->scenario->vm, judge->scenario->disk, &truth);
    if (truth.n_places != 1)
        judge_blame(judge, "the VM is at %zu hosts", truth.n_places);
    if (!result_of(seen)) {
        if (seen->status == 0 || seen->n_moves > 0)
            judge_blame(judge, "exit status %d without a result", seen->status);
        return WORD_NOTHING;
    }
    judge_exits(judge, seen);
    judge_word(judge, word, seen, &truth);
    if (word == WORD_MOVED || word == WORD_NOT_MOVED)
        judge_places(judge, result_of(seen), &truth);
    if (seen->n_moves > 0)
        judge_row(judge, seen);
    return word;
}

/* ---- the others ---- */

static enum word judge_check(struct judge *judge, const struct session_seen *seen) {
    const char *outcome = text_of(result_of(seen), "outcome");

    if (seen->n_moves > 0)
        judge_blame(judge, "a check asked for a move");
    if ((seen->status == 0 || seen->status == 3) &&
        (seen->status != judge->scenario->exit || strcmp(outcome, judge->scenario->outcome) != 0))
        judge_blame(judge, "exit status %d, outcome %s", seen->status, outcome);
    return seen->status == 0 || seen->status == 3 ? WORD_ANSWERED : WORD_FAILED;
}

static enum word judge_read(struct judge *judge, const struct session_seen *seen) {
    if (seen->n_moves > 0)
        judge_blame(judge, "a look asked for a move");
    if (seen->status != 0)
        return WORD_FAILED;
    if (!seen->document) {
        judge_blame(judge, "exit status 0, and stdout is no JSON");
        return WORD_ANSWERED;
    }
    judge_strip(seen->document);
    if (judge->reference && !json_equal(seen->document, judge->reference))
        judge_blame(judge, "exit status 0, and stdout is not what it is without trouble");
    return WORD_ANSWERED;
}

static enum word judge_change(struct judge *judge, const struct session_seen *seen) {
    struct world_truth truth;

    world_look(judge->world, judge->scenario->vm, NULL, &truth);
    if (seen->status == 0 && truth.state != judge->scenario->state)
        judge_blame(judge, "exit status 0, and the VM is in state %u", (unsigned)truth.state);
    return seen->status == 0 ? WORD_ANSWERED : seen->status == 16 || seen->status == 11 ? WORD_UNKNOWN : WORD_FAILED;
}

/* A setting is as asked or as before, and whoever cannot say which says so. */
static enum word word_of_setting(int status) {
    if (status == 0)
        return WORD_ANSWERED;
    return status == 4 || status == 11 || status == 16 || status > 128 ? WORD_UNKNOWN : WORD_FAILED;
}

static enum word judge_set(struct judge *judge, const struct session_seen *seen) {
    HV_CLEANUP_FREE char *now = truth_tell(judge->world, judge->scenario);
    bool is_asked = hv_text_same(now, judge->scenario->asked);
    bool is_before = hv_text_same(now, judge->scenario->before);
    enum word word = word_of_setting(seen->status);

    if (word == WORD_ANSWERED && !is_asked)
        judge_blame(judge, "exit status 0, and in truth it is %s", now ? now : "unknown");
    if (word == WORD_FAILED && !is_before)
        judge_blame(judge, "not done, says exit status %d; in truth it is %s", seen->status, now ? now : "unknown");
    /* Whoever asks for several things at once may get some of them. */
    if (seen->status == 4 && (is_asked || is_before))
        judge_blame(judge, "done in part, it says; in truth it is %s", now ? now : "unknown");
    return word;
}

enum word judge_run(struct judge *judge, const struct session_seen *seen) {
    if (seen->is_killed && !seen->is_endless)
        return WORD_NOTHING;
    judge_process(judge, seen);
    if (judge->is_prelude)
        return WORD_NOTHING;
    switch (judge->scenario->family) {
    case FAMILY_MOVE:
        return judge_move(judge, seen);
    case FAMILY_CHECK:
        return judge_check(judge, seen);
    case FAMILY_READ:
        return judge_read(judge, seen);
    case FAMILY_SET:
        return judge_set(judge, seen);
    case FAMILY_CHANGE:
        break;
    }
    return judge_change(judge, seen);
}

/* ---- the end ---- */

bool judge_is_open(const struct judge *judge) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    const struct hv_journal_filter filter = { .vm = judge->scenario->vm };
    struct hv_journal_entry *entries = NULL;
    bool is_open = false;
    size_t n = 0;

    if (hv_journal_open(judge->journal, &journal, NULL) < 0 || hv_journal_list(journal, &filter, &entries, &n, NULL) < 0)
        return true;
    for (size_t i = 0; i < n; i++)
        is_open = is_open || !entries[i].ended;
    hv_journal_entries_free(entries, n);
    return is_open;
}

static void judge_journal(struct judge *judge) {
    HV_CLEANUP(hv_journal_close) struct hv_journal *journal = NULL;
    struct hv_error err = { 0 };

    if (access(judge->journal, F_OK) < 0)
        return;
    if (hv_journal_open(judge->journal, &journal, &err) < 0 || hv_journal_check(journal, &err) < 0)
        judge_blame(judge, "the journal is damaged: %s", err.message);
}

static void judge_set_end(struct judge *judge, enum word word) {
    HV_CLEANUP_FREE char *now = truth_tell(judge->world, judge->scenario);

    if (word == WORD_ANSWERED && !hv_text_same(now, judge->scenario->asked))
        judge_blame(judge, "done, it said; in the end it is %s", now ? now : "unknown");
    if (word == WORD_FAILED && !hv_text_same(now, judge->scenario->before))
        judge_blame(judge, "not done, it said; in the end it is %s", now ? now : "unknown");
}

void judge_end(struct judge *judge, enum word word) {
    struct world_truth truth;

    judge_journal(judge);
    if (judge->scenario->thing != THING_NONE)
        judge_set_end(judge, word);
    if (!judge->scenario->vm)
        return;
    world_look(judge->world, judge->scenario->vm, judge->scenario->disk, &truth);
    if (truth.n_places != 1)
        judge_blame(judge, "in the end the VM is at %zu hosts", truth.n_places);
    if (word == WORD_MOVED && !is_at_end(judge, &truth))
        judge_blame(judge, "the last word was moved; in the end it is at host %d", truth.host);
    if (word == WORD_NOT_MOVED && !is_at_start(judge, &truth))
        judge_blame(judge, "the last word was not moved; in the end it is at host %d", truth.host);
}

void judge_strip(json_t *document) {
    static const char *const keys[] = { "time", "uptime_ms", "uptime", "elapsed_ms", "elapsed_s" };
    const char *key;
    json_t *value;
    size_t i;

    for (i = 0; i < HV_ARRAY_SIZE(keys); i++)
        (void)json_object_del(document, keys[i]);
    json_object_foreach(document, key, value) judge_strip(value);
    json_array_foreach(document, i, value) judge_strip(value);
}
