/* See campaign.h. */
#include "campaign.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { SOON_MS = 1000, LATE_FOLLOW_MS = 400000, REST_MS = 3600000, MAX_RUNS = 6 };

const char *const after_names[AFTER_COUNT] = { "follow", "follow-late", "again", "again-late" };

/* ---- names ---- */

void case_name(const struct fault_case *one, char name[CASE_NAME_SIZE]) {
    if (!one->trouble)
        (void)snprintf(name, CASE_NAME_SIZE, "%s", one->scenario->name);
    else
        (void)snprintf(name, CASE_NAME_SIZE, "%s/%s/%u/%s/%s", one->scenario->name, one->trouble->name, one->point,
                       mode_names[one->mode], after_names[one->after]);
}

static int word_index(const char *word, const char *const *words, int n) {
    for (int i = 0; word && i < n; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    return -1;
}

bool case_parse(const char *name, struct fault_case *ret_case) {
    HV_CLEANUP_FREE char *copy = strdup(name);
    char *rest = copy;
    char *words[5] = { NULL };
    uint64_t point = 0;
    int mode;
    int after;

    for (int i = 0; i < 5 && rest; i++)
        words[i] = strsep(&rest, "/");
    memset(ret_case, 0, sizeof(*ret_case));
    ret_case->scenario = words[0] ? scenario_find(words[0]) : NULL;
    if (!words[1])
        return ret_case->scenario != NULL;
    ret_case->trouble = trouble_find(words[1]);
    mode = word_index(words[3], mode_names, MODE_COUNT);
    after = word_index(words[4], after_names, AFTER_COUNT);
    if (!ret_case->scenario || !ret_case->trouble || !words[2] || !hv_text_u64(words[2], strlen(words[2]), 1, 10000, &point) ||
        mode < 0 || after < 0)
        return false;
    ret_case->point = (unsigned)point;
    ret_case->mode = (enum trouble_mode)mode;
    ret_case->after = (enum after)after;
    return true;
}

/* ---- the bench ---- */

static bool set_environment(const struct bench *bench, const char *password_file) {
    static const char *const fixed[][2] = {
        { "HVCTL_USER", world_user }, { "HVCTL_AUTH", "basic" }, { "HVCTL_OUTPUT", "json" },
        { "LC_ALL", "C.UTF-8" },      { "TZ", "UTC" },           { "NO_COLOR", "1" },
    };
    static const char *const folders[] = { "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME" };

    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (setenv(fixed[i][0], fixed[i][1], 1) < 0)
            return false;
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (setenv(folders[i], bench->folder, 1) < 0)
            return false;
    }
    return setenv("HVCTL_PASSWORD_FILE", password_file, 1) == 0;
}

static bool write_password(const char *path) {
    FILE *file = fopen(path, "w");
    bool good = file && fchmod(fileno(file), 0600) == 0 && fputs(world_password, file) >= 0;

    return (!file || fclose(file) == 0) && good;
}

bool bench_open(struct bench *bench, const char *folder) {
    HV_CLEANUP_FREE char *password = sim_format("%s/password", folder);

    *bench = (struct bench){ .folder = strdup(folder), .journal = sim_format("%s/hvctl/journal.db", folder) };
    bench->references = calloc(n_scenarios, sizeof(json_t *));
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return false;
    return bench->folder && bench->journal && password && bench->references && write_password(password) &&
           set_environment(bench, password);
}

static void forget_journal(const struct bench *bench) {
    static const char *const ends[] = { "", "-wal", "-shm" };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        HV_CLEANUP_FREE char *path = sim_format("%s%s", bench->journal, ends[i]);
        if (path)
            (void)unlink(path);
    }
}

void bench_close(struct bench *bench) {
    for (size_t i = 0; i < n_scenarios; i++)
        json_decref(bench->references[i]);
    free(bench->references);
    free(bench->folder);
    free(bench->journal);
}

/* ---- running ---- */

struct play {
    struct bench *bench;
    const struct fault_case *one;
    struct world world;
    struct judge judge;
    struct verdict *verdict;
    unsigned n_asks; /* of the troubled run */
};

static void show(const char *const *argv, const struct session_seen *seen, enum word word) {
    (void)fprintf(stderr, "--- hvctl");
    for (size_t i = 1; argv[i]; i++)
        (void)fprintf(stderr, " %s", argv[i]);
    (void)fprintf(stderr, "\n%s%s--- %u requests, %u troubled, exit status %d, %s\n", seen->err ? seen->err : "",
                  seen->out ? seen->out : "", seen->n_asks, seen->n_hit, seen->status, word_names[word]);
}

/* WORDS without "hvctl" in front. */
static enum word play_run(struct play *play, const char *const *words, bool is_troubled, struct session_seen *ret_seen) {
    const char *argv[SCENARIO_MAX_WORDS + 2] = { "hvctl" };
    struct session_plan plan = {
        .argv = argv,
        .trouble = is_troubled ? play->one->trouble : NULL,
        .point = play->one->point,
        .mode = play->one->mode,
        .journal = play->bench->journal,
        .vm_guid = play->one->scenario->vm,
        .counts_memory = play->bench->counts_memory,
    };
    enum word word = WORD_NOTHING;

    play->judge.is_detached = false;
    play->judge.is_cancelling = words[0] && words[1] && strcmp(words[0], "job") == 0 && strcmp(words[1], "cancel") == 0;
    for (size_t i = 0; i < SCENARIO_MAX_WORDS && words[i]; i++) {
        argv[i + 1] = words[i];
        play->judge.is_detached = play->judge.is_detached || strcmp(words[i], "--detach") == 0;
    }
    play->verdict->n_runs++;
    if (!session_run(&play->world, &plan, ret_seen))
        judge_blame(&play->judge, "hvctl could not be run");
    else
        word = judge_run(&play->judge, ret_seen);
    if (play->bench->is_verbose)
        show(argv, ret_seen, word);
    return word;
}

/* What is done about a move that is not over. */
static const char *const *take_up(const struct scenario *scenario) {
    static const char *const follow[] = { "job", "follow", "--last", NULL };
    static const char *const cancel[] = { "job", "cancel", "--last", NULL };

    return scenario->never_ends ? cancel : follow;
}

static bool must_settle(enum word word) {
    return word == WORD_RUNNING || word == WORD_UNKNOWN;
}

/* Nothing is wrong any more: what is not settled must be settled now. */
static enum word play_settle(struct play *play, enum word word) {
    while (must_settle(word) && play->verdict->n_runs < MAX_RUNS) {
        struct session_seen seen;

        world_pass(&play->world, play->world.now_ms + SOON_MS);
        play->judge.is_certain = true;
        word = play_run(play, take_up(play->one->scenario), false, &seen);
        if (!seen.is_killed && seen.status == 9)
            judge_blame(&play->judge, "what is not settled cannot be followed");
        session_seen_deinit(&seen);
    }
    return word;
}

static void judge_taken_up(struct play *play, const struct session_seen *before, bool is_open, int status) {
    if (!play->one->scenario->setup[0] && before->n_moves + before->n_stages == 0 && status != 9)
        judge_blame(&play->judge, "nothing was asked for, and yet there is something to follow");
    if (is_open && status == 9)
        judge_blame(&play->judge, "a move was asked for, and there is nothing to follow");
}

/* hvctl was killed. Without an intent in the journal nothing was asked for, and there is nothing to follow. */
static enum word play_after(struct play *play, const struct session_seen *before) {
    bool is_late = play->one->after == AFTER_FOLLOW_LATE || play->one->after == AFTER_AGAIN_LATE;
    bool is_again = play->one->after == AFTER_AGAIN || play->one->after == AFTER_AGAIN_LATE;
    bool is_open = before->n_moves > 0 && judge_is_open(&play->judge);
    struct session_seen seen;
    enum word word;

    world_pass(&play->world, play->world.now_ms + (is_late ? LATE_FOLLOW_MS : SOON_MS));
    play->judge.is_certain = true;
    play->judge.may_meet_another = is_again;
    word = play_run(play, is_again ? play->one->scenario->argv : take_up(play->one->scenario), false, &seen);
    if (!is_again)
        judge_taken_up(play, before, is_open, seen.status);
    play->judge.may_meet_another = false;
    if (is_again && seen.status == 10 && is_open)
        word = WORD_RUNNING; /* the first one still runs: it is in the journal */
    session_seen_deinit(&seen);
    return word;
}

static bool play_setup(struct play *play) {
    struct session_seen seen;
    bool good = true;

    if (!play->one->scenario->setup[0])
        return true;
    play->judge.is_prelude = true;
    (void)play_run(play, play->one->scenario->setup, false, &seen);
    play->judge.is_prelude = false;
    good = seen.status == 0;
    session_seen_deinit(&seen);
    if (!good)
        judge_blame(&play->judge, "what comes before it did not go well");
    return good;
}

static void judge_untroubled(struct play *play, const struct session_seen *seen) {
    const struct scenario *scenario = play->one->scenario;
    const json_t *result = json_array_get(json_object_get(seen->document, "results"), 0);
    const char *outcome = json_string_value(json_object_get(result, "outcome"));

    if (seen->status != scenario->exit)
        judge_blame(&play->judge, "exit status %d in place of %d", seen->status, scenario->exit);
    if (scenario->outcome && !hv_text_same(outcome, scenario->outcome))
        judge_blame(&play->judge, "outcome %s in place of %s", outcome ? outcome : "none", scenario->outcome);
}

static void keep_reference(const struct play *play, const struct session_seen *seen) {
    json_t **reference = &play->bench->references[play->one->scenario - scenarios];

    if (!*reference && play->one->scenario->family == FAMILY_READ)
        *reference = json_incref(seen->document);
}

static void play_case(struct play *play) {
    const struct fault_case *one = play->one;
    struct session_seen seen;
    enum word word;

    if (!play_setup(play))
        return;
    /* A single trouble leaves the way to the truth open, and so does one that ends. */
    play->judge.is_certain = !one->trouble || (one->mode == MODE_ONCE && !one->trouble->signal && !one->scenario->is_limited);
    play->judge.hangs_up = one->trouble && one->trouble->signal == SIGHUP;
    word = play_run(play, one->scenario->argv, true, &seen);
    play->verdict->first = word;
    play->verdict->was_hit = seen.n_hit > 0;
    play->n_asks = seen.n_asks;
    if (!one->trouble) {
        judge_untroubled(play, &seen);
        keep_reference(play, &seen);
    }
    if (one->scenario->family == FAMILY_MOVE) {
        if (seen.is_killed)
            word = play_after(play, &seen);
        word = play_settle(play, word);
    }
    session_seen_deinit(&seen);
    world_pass(&play->world, play->world.now_ms + REST_MS);
    judge_end(&play->judge, word);
    play->verdict->last = word;
}

static unsigned run_case(struct bench *bench, const struct fault_case *one, struct verdict *ret_verdict) {
    struct play play = { .bench = bench, .one = one, .verdict = ret_verdict };
    size_t number = (size_t)(one->scenario - scenarios);

    memset(ret_verdict, 0, sizeof(*ret_verdict));
    forget_journal(bench);
    judge_init(&play.judge, one->scenario, &play.world, bench->journal);
    play.judge.reference = bench->references[number];
    if (!world_open(&play.world, one->scenario->config, one->scenario->arms))
        judge_blame(&play.judge, "the hosts could not be made");
    else
        play_case(&play);
    (void)snprintf(ret_verdict->faults, sizeof(ret_verdict->faults), "%s", hv_buf_text(&play.judge.faults));
    judge_deinit(&play.judge);
    world_close(&play.world);
    return play.n_asks;
}

void case_run(struct bench *bench, const struct fault_case *one, struct verdict *ret_verdict) {
    (void)run_case(bench, one, ret_verdict);
}

unsigned case_count(struct bench *bench, const struct scenario *scenario) {
    const struct fault_case one = { .scenario = scenario };
    struct verdict verdict;
    unsigned n = run_case(bench, &one, &verdict);

    if (!*verdict.faults)
        return n;
    (void)fprintf(stderr, "%s, without any trouble:\n%s", scenario->name, verdict.faults);
    return 0;
}
