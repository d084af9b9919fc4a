/* hvctl fixture record, replay, refresh: running commands with a fixture (ux.md 9). */
#include <dirent.h>
#include <errno.h>
#include <hvctl/fixture.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/run.h"
#include "cli/say.h"

enum {
    MAX_WORDS = 1024,
    MAX_PATH = 16 * 1024,
};

static inline void fixture_free_p(struct hv_fixture **fixture) {
    (void)hv_fixture_free(*fixture);
}
#define CLEANUP_FIXTURE HV_ATTR_CLEANUP(fixture_free_p)

/* A command line in the making. Words are borrowed. */
struct line {
    char *words[MAX_WORDS];
    size_t n;
};

static int add(struct line *line, const char *word, struct hv_error *err) {
    if (line->n + 1 >= MAX_WORDS)
        return hv_error_set(err, HV_E_ARGUMENT, "the command has more than %d words", MAX_WORDS - 2);
    /* argv of C is not const; nobody writes to it. */
    memcpy(&line->words[line->n++], &word, sizeof(word));
    return 0;
}

/* Options that were given to "fixture" and are meant for the command. */
static int add_own(struct line *line, const struct hv_args *args, struct hv_error *err) {
    static const struct {
        enum hv_opt option;
        const char *name;
    } flags[] = { { HV_OPT_LENIENT, "--lenient" }, { HV_OPT_NO_REDACT, "--no-redact" }, { HV_OPT_YES, "--yes" } };
    const char *rules = hv_args_value(args, HV_OPT_REDACT_RULES);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < HV_ARRAY_SIZE(flags); i++) {
        if (hv_args_has(args, flags[i].option))
            rc = add(line, flags[i].name, err);
    }
    if (rc == 0 && rules)
        rc = add(line, "--redact-rules", err);
    return rc == 0 && rules ? add(line, rules, err) : rc;
}

static int begin_line(struct line *line, const char *option, const char *directory, const struct hv_args *args,
                      struct hv_error *err) {
    int rc = add(line, "hvctl", err);

    if (hv_args_has(args, HV_OPT_RECORD) || hv_args_has(args, HV_OPT_REPLAY)) {
        hv_error_set(err, HV_E_ARGUMENT, "a fixture command takes no --record and no --replay");
        hv_error_remedy(err, "name the directory alone: hvctl fixture record|replay|refresh %s ...", directory);
        return HV_E_ARGUMENT;
    }
    if (rc == 0)
        rc = add(line, option, err);
    if (rc == 0)
        rc = add(line, directory, err);
    return rc == 0 ? add_own(line, args, err) : rc;
}

/* Operands from FIRST on are the command. */
static int add_command(struct line *line, const struct hv_args *args, size_t first, struct hv_error *err) {
    int rc = 0;

    /* "hvctl migrate" and "migrate" mean the same. */
    if (hv_text_same(hv_args_operand(args, first), "hvctl"))
        first++;
    if (hv_text_same(hv_args_operand(args, first), "fixture"))
        return hv_error_set(err, HV_E_ARGUMENT, "a fixture command cannot be recorded or replayed itself");
    for (size_t i = first; rc == 0 && i < hv_args_n_operands(args); i++)
        rc = add(line, hv_args_operand(args, i), err);
    return rc;
}

/* Splits what hv_recording wrote into the header, in place: words with blanks between, some in single quotes. */
static int split_command(char *text, struct line *line, struct hv_error *err) {
    bool is_first = true;
    int rc = 0;

    while (rc == 0 && *text) {
        char *word = text;
        char *to = text;
        bool quoted = false;

        while (*text && (quoted || *text != ' ')) {
            if (*text == '\'')
                quoted = !quoted;
            else if (*text == '\\' && !quoted && text[1])
                *to++ = *++text;
            else
                *to++ = *text;
            text++;
        }
        text += *text ? 1 : 0;
        *to = '\0';
        if (!is_first)
            rc = add(line, word, err);
        is_first = false;
    }
    return rc;
}

/* The command that was recorded, with the names it has in the recording. */
static int recall_command(const char *directory, char **ret_text, struct hv_error *err) {
    CLEANUP_FIXTURE struct hv_fixture *fixture = NULL;
    int rc = hv_process_init(err);

    if (rc == 0)
        rc = hv_fixture_open(directory, &fixture, err);
    if (rc < 0)
        return rc;
    if (!hv_fixture_header(fixture)->command) {
        hv_error_set(err, HV_E_ARGUMENT, "%s does not tell which command was recorded", directory);
        hv_error_remedy(err, "name it: hvctl fixture replay %s -- COMMAND", directory);
        return HV_E_ARGUMENT;
    }
    return hv_text_copy(hv_fixture_header(fixture)->command, ret_text, err);
}

static int run_line(struct line *line) {
    return hv_run_command_line((int)line->n, line->words);
}

int hv_cmd_fixture_record(const struct hv_args *args, struct hv_output *out) {
    struct line line = { .n = 0 };
    struct hv_error error = { 0 };
    int rc = begin_line(&line, "--record", hv_args_operand(args, 0), args, &error);

    if (rc == 0)
        rc = add_command(&line, args, 1, &error);
    return rc < 0 ? hv_say_failure(out, &error) : run_line(&line);
}

int hv_cmd_fixture_replay(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP_FREE char *command = NULL;
    struct line line = { .n = 0 };
    struct hv_error error = { 0 };
    int rc = begin_line(&line, "--replay", hv_args_operand(args, 0), args, &error);

    if (rc == 0 && hv_args_n_operands(args) > 1) {
        rc = add_command(&line, args, 1, &error);
    } else if (rc == 0) {
        rc = recall_command(hv_args_operand(args, 0), &command, &error);
        if (rc == 0)
            rc = split_command(command, &line, &error);
    }
    return rc < 0 ? hv_say_failure(out, &error) : run_line(&line);
}

/* ---- refresh ---- */

static int confirm(const char *directory, const struct hv_args *args, struct hv_error *err) {
    int c;

    if (hv_args_has(args, HV_OPT_YES))
        return 0;
    if (!isatty(STDIN_FILENO)) {
        hv_error_set(err, HV_E_ARGUMENT, "this runs the command against real hosts and replaces the recording %s", directory);
        hv_error_remedy(err, "say --yes if that is what you want");
        return HV_E_ARGUMENT;
    }
    (void)fprintf(stderr, "Run the command against real hosts and replace the recording %s? [y/N] ", directory);
    (void)fflush(stderr);
    c = getchar();
    return c == 'y' || c == 'Y' ? 0 : hv_error_set(err, HV_E_CANCELLED, "the recording %s was left as it is", directory);
}

/* Before anything is sent: is there a recording to replace, and room for the new one beside it? */
static int check_places(const char *directory, const char *fresh, struct hv_error *err) {
    CLEANUP_FIXTURE struct hv_fixture *fixture = NULL;
    struct stat info;
    int rc = hv_process_init(err);

    if (rc == 0)
        rc = hv_fixture_open(directory, &fixture, err);
    if (rc == HV_E_FIXTURE && !err->remedy[0])
        hv_error_remedy(err, "for a new recording: hvctl fixture record %s -- COMMAND", directory);
    if (rc < 0 || lstat(fresh, &info) != 0)
        return rc;
    hv_error_set(err, HV_E_FIXTURE, "%s is in the way: it is there already", fresh);
    hv_error_cause(err, "a refresh that failed or was broken off leaves its recording there");
    hv_error_remedy(err, "look at it (hvctl fixture diff %s %s), and remove it", directory, fresh);
    return HV_E_FIXTURE;
}

/* Which files are the recording's own; others in the directory are somebody's notes and stay. */
static bool is_own(const char *name) {
    return strcmp(name, "fixture.meta") == 0 ||
           (strspn(name, "0123456789") >= 3 &&
            (hv_text_ends(name, ".meta") || hv_text_ends(name, ".request.xml") || hv_text_ends(name, ".response.xml")));
}

/* Moves (TO not NULL) or removes the recording's files of FROM. The header comes first, so that a rest is seen to be one. */
static int sweep(const char *from, const char *to, struct hv_error *err) {
    DIR *dir = opendir(from);
    const struct dirent *entry;
    int rc = dir ? 0 : -1;

    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        HV_CLEANUP_BUF struct hv_buf old_path = HV_BUF_INIT(MAX_PATH);
        HV_CLEANUP_BUF struct hv_buf new_path = HV_BUF_INIT(MAX_PATH);

        if (!is_own(entry->d_name))
            continue;
        hv_buf_printf(&old_path, "%s/%s", from, entry->d_name);
        hv_buf_printf(&new_path, "%s/%s", to ? to : "", entry->d_name);
        rc = to ? rename(hv_buf_text(&old_path), hv_buf_text(&new_path)) : unlink(hv_buf_text(&old_path));
    }
    if (rc < 0)
        (void)hv_error_set(err, HV_E_FAILED, "the files of %s cannot be %s: %s", from, to ? "moved" : "removed", strerror(errno));
    if (dir)
        (void)closedir(dir);
    return rc < 0 ? HV_E_FAILED : 0;
}

static int put_in_place(const char *directory, const char *fresh, struct hv_error *err) {
    int rc = sweep(directory, NULL, err);

    if (rc == 0)
        rc = sweep(fresh, directory, err);
    if (rc == 0 && rmdir(fresh) != 0)
        rc = hv_error_set(err, HV_E_FAILED, "%s cannot be removed: %s", fresh, strerror(errno));
    return rc;
}

/* A command that failed may have met a host that was just down: what it recorded is shown, and put aside. */
static int refresh(const char *directory, const char *fresh, struct line *line, struct hv_output *out, struct hv_error *err) {
    int exit_code = run_line(line);
    int rc = hv_fixture_print_diff(directory, fresh, out, err);

    if (rc >= 0 && exit_code == 0)
        rc = put_in_place(directory, fresh, err);
    else if (rc >= 0)
        hv_say_warning(out, "the command ended with %d, so %s was left as it is; the new recording is in %s", exit_code,
                       directory, fresh);
    return rc < 0 ? hv_say_failure(out, err) : exit_code;
}

int hv_cmd_fixture_refresh(const struct hv_args *args, struct hv_output *out) {
    const char *directory = hv_args_operand(args, 0);
    HV_CLEANUP_BUF struct hv_buf fresh = HV_BUF_INIT(MAX_PATH);
    struct line line = { .n = 0 };
    struct hv_error error = { 0 };
    size_t n = strlen(directory);
    int rc;

    while (n > 1 && directory[n - 1] == '/')
        n--;
    hv_buf_append(&fresh, directory, n);
    hv_buf_puts(&fresh, ".new");
    rc = hv_buf_finish(&fresh, "a path", &error);
    if (rc == 0)
        rc = begin_line(&line, "--record", hv_buf_text(&fresh), args, &error);
    if (rc == 0)
        rc = add_command(&line, args, 1, &error);
    if (rc == 0)
        rc = check_places(directory, hv_buf_text(&fresh), &error);
    if (rc == 0)
        rc = confirm(directory, args, &error);
    return rc < 0 ? hv_say_failure(out, &error) : refresh(directory, hv_buf_text(&fresh), &line, out, &error);
}
