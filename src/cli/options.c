/* The command line against the tables of options and commands (POSIX and GNU habits, ux.md 2 and 11). */
#include "cli/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/suggest.h"

struct hv_given {
    const struct hv_opt_row *row;
    const char *value; /* NULL for a plain flag */
};

struct parser {
    struct hv_args *args;
    int argc;
    char *const *argv;
    int at;
    struct hv_error *err;
    int failure; /* the first one; reading goes on so that --output is known */
};

/* Spellings that people bring along and that must not work, with the reason. */
static const struct {
    const char *name;
    const char *reason;
    const char *remedy;
} refused[] = {
    { "password", "everybody on this machine could read it in the process list",
      "use --password-file FILE, --password-fd N or HVCTL_PASSWORD, or let hvctl ask" },
    { "to-password", "everybody on this machine could read it in the process list",
      "use --to-password-file FILE or --to-password-fd N" },
};

int hv_usage_error(struct hv_error *err, const char *remedy, const char *format, ...) {
    char message[HV_ERROR_TEXT_SIZE];
    va_list args;

    va_start(args, format);
    if (vsnprintf(message, sizeof(message), format, args) < 0)
        message[0] = '\0';
    va_end(args);
    hv_error_set(err, HV_E_ARGUMENT, "%s", message);
    hv_error_remedy(err, "%s", remedy);
    return HV_E_ARGUMENT;
}

/* Keeps the first failure only. */
static int fail(struct parser *parser, const struct hv_error *error) {
    if (parser->failure == 0)
        parser->failure = hv_error_copy(parser->err, error);
    return parser->failure;
}

static int push_given(struct parser *parser, const struct hv_opt_row *row, const char *value) {
    struct hv_args *args = parser->args;
    struct hv_given *grown = hv_grow(args->given, args->n_given, sizeof(*args->given));
    struct hv_error error;

    if (!grown) {
        hv_error_memory(&error);
        return fail(parser, &error);
    }
    args->given = grown;
    args->given[args->n_given].row = row;
    args->given[args->n_given].value = value ? value : row->implied;
    args->n_given++;
    return 0;
}

static int push_word(struct parser *parser, const char *word) {
    struct hv_args *args = parser->args;
    const char **grown = hv_grow(args->words, args->n_words, sizeof(*args->words));
    struct hv_error error;

    if (!grown) {
        hv_error_memory(&error);
        return fail(parser, &error);
    }
    args->words = grown;
    args->words[args->n_words++] = word;
    return 0;
}

static bool is_choice(const char *choices, const char *value) {
    size_t n = strlen(value);

    while (choices) {
        size_t n_choice = strcspn(choices, "|");
        if (n_choice == n && strncmp(choices, value, n) == 0)
            return true;
        choices = choices[n_choice] ? choices + n_choice + 1 : NULL;
    }
    return false;
}

/* NULL when VALUE suits ROW, else what is wrong with it. */
static const char *value_complaint(const struct hv_opt_row *row, const char *value) {
    uint64_t number;

    if (!*value)
        return "is empty";
    switch (row->kind) {
    case HV_KIND_FLAG:
    case HV_KIND_TEXT:
        return NULL;
    case HV_KIND_DURATION:
        if (!hv_duration_parse(value, &number))
            return "is no duration; write 500ms, 90s, 15m or 2h";
        return number > 0 ? NULL : "is no time at all; write 500ms, 90s, 15m or 2h"; /* 0 would silently be the default */
    case HV_KIND_PORT:
        return hv_text_u64(value, strlen(value), 1, UINT16_MAX, &number) ? NULL : "is no port; that is a number from 1 to 65535";
    case HV_KIND_NUMBER:
        return hv_text_u64(value, strlen(value), 0, UINT32_MAX, &number) ? NULL : "is no number";
    case HV_KIND_CHOICE:
        return is_choice(row->argument, value) ? NULL : "is none of the words it takes";
    case HV_KIND_PAIR:
        return strchr(value, '=') && value[0] != '=' ? NULL : "has no NAME=VALUE form";
    }
    return NULL;
}

static int take_value(struct parser *parser, const struct hv_opt_row *row, const char *value) {
    const char *complaint = value_complaint(row, value);
    struct hv_error error;

    if (!complaint)
        return push_given(parser, row, value);
    /* A value is echoed only where it cannot be a secret that went to the wrong place. */
    if (row->kind == HV_KIND_TEXT || row->kind == HV_KIND_PAIR)
        hv_error_set(&error, HV_E_ARGUMENT, "the value of --%s %s", row->name, complaint);
    else
        hv_error_set(&error, HV_E_ARGUMENT, "--%s: \"%s\" %s", row->name, value, complaint);
    hv_error_remedy(&error, "--%s %s: %s", row->name, row->argument, row->help);
    return fail(parser, &error);
}

/* The value that must follow: the rest of this argument, or the next one. */
static const char *next_value(struct parser *parser, const struct hv_opt_row *row, const char *rest) {
    struct hv_error error;

    if (rest)
        return rest;
    if (parser->at < parser->argc)
        return parser->argv[parser->at++];
    hv_error_set(&error, HV_E_ARGUMENT, "--%s needs a value", row->name);
    hv_error_remedy(&error, "--%s %s: %s", row->name, row->argument, row->help);
    fail(parser, &error);
    return NULL;
}

static int unknown_option(struct parser *parser, const char *name, size_t n_name) {
    HV_CLEANUP_FREE char *word = NULL;
    struct hv_suggest suggest = { 0 };
    struct hv_error error;

    if (hv_text_copy_n(name, n_name, &word, &error) < 0)
        return fail(parser, &error);
    hv_error_set(&error, HV_E_ARGUMENT, "unknown option --%s", word);
    suggest.word = word;
    for (size_t i = 0; i < hv_opt_n_rows; i++)
        hv_suggest_offer(&suggest, hv_opt_rows[i].name);
    for (size_t i = 0; i < HV_ARRAY_SIZE(refused); i++) {
        if (strcmp(refused[i].name, word) == 0) {
            hv_error_set(&error, HV_E_ARGUMENT, "there is no --%s", word);
            hv_error_cause(&error, "%s", refused[i].reason);
            hv_error_remedy(&error, "%s", refused[i].remedy);
            return fail(parser, &error);
        }
    }
    if (suggest.nearest)
        hv_error_remedy(&error, "did you mean --%s?", suggest.nearest);
    return fail(parser, &error);
}

static int read_long(struct parser *parser, const char *text) {
    size_t n_name = strcspn(text, "=");
    const char *rest = text[n_name] ? text + n_name + 1 : NULL;
    struct hv_error error;

    for (size_t i = 0; i < hv_opt_n_rows; i++) {
        const struct hv_opt_row *row = &hv_opt_rows[i];
        const char *value;

        if (strlen(row->name) != n_name || strncmp(row->name, text, n_name) != 0)
            continue;
        if (row->kind != HV_KIND_FLAG) {
            value = next_value(parser, row, rest);
            return value ? take_value(parser, row, value) : parser->failure;
        }
        if (!rest)
            return push_given(parser, row, NULL);
        hv_error_set(&error, HV_E_ARGUMENT, "--%s takes no value", row->name);
        return fail(parser, &error);
    }
    return unknown_option(parser, text, n_name);
}

/* Joined short options: flags, the last of them may take the rest or the next argument. */
static int read_short(struct parser *parser, const char *letters) {
    struct hv_error error;

    for (; *letters; letters++) {
        const struct hv_opt_row *row = NULL;
        const char *value;

        for (size_t i = 0; !row && i < hv_opt_n_rows; i++)
            row = hv_opt_rows[i].letter == *letters ? &hv_opt_rows[i] : NULL;
        if (!row) {
            hv_error_set(&error, HV_E_ARGUMENT, "unknown option -%c", (unsigned char)*letters < 0x80 ? *letters : '?');
            return fail(parser, &error);
        }
        if (row->kind != HV_KIND_FLAG) {
            value = next_value(parser, row, letters[1] ? letters + 1 : NULL);
            return value ? take_value(parser, row, value) : parser->failure;
        }
        if (push_given(parser, row, NULL) < 0)
            return parser->failure;
    }
    return 0;
}

static void read_arguments(struct parser *parser) {
    bool options_end = false;

    while (parser->at < parser->argc) {
        const char *text = parser->argv[parser->at++];

        if (!options_end && strcmp(text, "--") == 0)
            options_end = true;
        else if (!options_end && hv_text_starts(text, "--"))
            (void)read_long(parser, text + 2);
        else if (!options_end && text[0] == '-' && text[1])
            (void)read_short(parser, text + 1);
        else
            (void)push_word(parser, text);
    }
}

size_t hv_command_n_words(const struct hv_command *command) {
    size_t n = 0;

    while (n < HV_COMMAND_MAX_WORDS && command->words[n])
        n++;
    return n;
}

const char *hv_command_name(const struct hv_command *command, char name[HV_COMMAND_NAME_SIZE]) {
    const char *const *words = command->words;

    (void)snprintf(name, HV_COMMAND_NAME_SIZE, "%s%s%s%s%s", words[0], words[1] ? " " : "", words[1] ? words[1] : "",
                   words[1] && words[2] ? " " : "", words[1] && words[2] ? words[2] : "");
    return name;
}

/* How many of the words are those of COMMAND, from the first on. */
static size_t count_common(const struct hv_command *command, const char *const *words, size_t n_words) {
    size_t n = 0;

    while (n < n_words && n < hv_command_n_words(command) && strcmp(command->words[n], words[n]) == 0)
        n++;
    return n;
}

const struct hv_command *hv_command_find(const char *const *words, size_t n_words, size_t *ret_n_words) {
    for (size_t i = 0; i < hv_n_commands; i++) {
        size_t n = hv_command_n_words(&hv_commands[i]);

        if (count_common(&hv_commands[i], words, n_words) != n)
            continue;
        *ret_n_words = n;
        return &hv_commands[i];
    }
    return NULL;
}

/* Commands of ux.md 1 that this version does not have: better said than answered by a guess at a typo. */
static bool is_planned(const char *word) {
    static const char *const planned[] = { "staged", "evacuate", "doctor", "explain", "completion" };

    for (size_t i = 0; i < HV_ARRAY_SIZE(planned); i++) {
        if (strcmp(planned[i], word) == 0)
            return true;
    }
    return false;
}

static int unknown_family(const char *word, struct hv_error *err) {
    struct hv_suggest suggest = { .word = word };

    for (size_t i = 0; i < hv_n_commands; i++)
        hv_suggest_offer(&suggest, hv_commands[i].words[0]);
    hv_error_set(err, HV_E_ARGUMENT, "unknown command \"%s\"", word);
    if (is_planned(word))
        hv_error_cause(err, "this version of hvctl does not have it");
    else if (suggest.nearest)
        hv_error_remedy(err, "did you mean \"hvctl %s\"?", suggest.nearest);
    hv_error_remedy(err, "hvctl help lists the commands");
    return HV_E_ARGUMENT;
}

/* The word at fault is the first that leads to no command; those before it name a family of commands. */
static int unknown_command(const struct hv_args *args, struct hv_error *err) {
    char family[HV_COMMAND_NAME_SIZE] = "";
    struct hv_suggest suggest = { 0 };
    size_t n_known = 0;

    for (size_t i = 0; i < hv_n_commands; i++) {
        size_t n = count_common(&hv_commands[i], args->words, args->n_words);
        n_known = n > n_known ? n : n_known;
    }
    if (n_known == 0)
        return unknown_family(args->words[0], err);
    for (size_t i = 0; i < n_known; i++)
        (void)snprintf(family + strlen(family), sizeof(family) - strlen(family), "%s%s", i > 0 ? " " : "", args->words[i]);
    if (args->n_words == n_known) {
        hv_error_set(err, HV_E_ARGUMENT, "hvctl %s needs one word more", family);
        hv_error_remedy(err, "hvctl help %s", family);
        return HV_E_ARGUMENT;
    }
    suggest.word = args->words[n_known];
    for (size_t i = 0; i < hv_n_commands; i++) {
        if (count_common(&hv_commands[i], args->words, args->n_words) == n_known)
            hv_suggest_offer(&suggest, hv_commands[i].words[n_known]);
    }
    hv_error_set(err, HV_E_ARGUMENT, "unknown command \"%s %s\"", family, suggest.word);
    if (suggest.nearest)
        hv_error_remedy(err, "did you mean \"hvctl %s %s\"?", family, suggest.nearest);
    hv_error_remedy(err, "hvctl help %s lists the commands", family);
    return HV_E_ARGUMENT;
}

static void name_command(const struct hv_command *command, struct hv_error *err) {
    char name[HV_COMMAND_NAME_SIZE];

    hv_error_remedy(err, "hvctl help %s", hv_command_name(command, name));
}

static int check_operands(const struct hv_args *args, struct hv_error *err) {
    const struct hv_command *command = args->command;
    size_t n = hv_args_n_operands(args);
    char name[HV_COMMAND_NAME_SIZE];

    if (n < command->min_operands)
        hv_error_set(err, HV_E_ARGUMENT, "something is missing: hvctl %s %s", hv_command_name(command, name), command->operands);
    else if (n > command->max_operands)
        hv_error_set(err, HV_E_ARGUMENT, "one argument too many: \"%s\"", hv_args_operand(args, command->max_operands));
    else
        return 0;
    name_command(command, err);
    return HV_E_ARGUMENT;
}

static int check_command(const struct hv_args *args, struct hv_error *err) {
    char name[HV_COMMAND_NAME_SIZE];

    for (size_t i = 0; i < args->n_given; i++) {
        const struct hv_opt_row *row = args->given[i].row;

        if (row->group & (args->command->groups | HV_GROUP_GENERAL))
            continue;
        hv_error_set(err, HV_E_ARGUMENT, "--%s does not belong to hvctl %s", row->name, hv_command_name(args->command, name));
        name_command(args->command, err);
        return HV_E_ARGUMENT;
    }
    return check_operands(args, err);
}

int hv_args_parse(int argc, char *const *argv, struct hv_args *ret_args, struct hv_error *err) {
    struct parser parser = { .args = ret_args, .argc = argc, .argv = argv, .at = 1, .err = err };
    struct hv_args *args = ret_args;

    memset(args, 0, sizeof(*args));
    read_arguments(&parser);
    if (parser.failure && err && !err->remedy[0])
        hv_error_remedy(err, "hvctl help lists the commands, hvctl help COMMAND its options");
    if (args->n_words > 0)
        args->command = hv_command_find(args->words, args->n_words, &args->n_command_words);
    if (parser.failure)
        return parser.failure;
    if (hv_args_has(args, HV_OPT_HELP) || hv_args_has(args, HV_OPT_VERSION))
        return 0;
    if (args->n_words == 0) {
        hv_error_set(err, HV_E_ARGUMENT, "which command?");
        hv_error_remedy(err, "hvctl help lists the commands");
        return HV_E_ARGUMENT;
    }
    return args->command ? check_command(args, err) : unknown_command(args, err);
}

void hv_args_deinit(struct hv_args *args) {
    free(args->given);
    free(args->words);
    memset(args, 0, sizeof(*args));
}

bool hv_args_has(const struct hv_args *args, enum hv_opt option) {
    return hv_args_count(args, option) > 0;
}

size_t hv_args_count(const struct hv_args *args, enum hv_opt option) {
    size_t n = 0;

    for (size_t i = 0; i < args->n_given; i++)
        n += args->given[i].row->id == option;
    return n;
}

const char *hv_args_nth(const struct hv_args *args, enum hv_opt option, size_t index) {
    for (size_t i = 0; i < args->n_given; i++) {
        if (args->given[i].row->id == option && index-- == 0)
            return args->given[i].value;
    }
    return NULL;
}

const char *hv_args_value(const struct hv_args *args, enum hv_opt option) {
    size_t n = hv_args_count(args, option);

    return n > 0 ? hv_args_nth(args, option, n - 1) : NULL;
}

uint64_t hv_args_ms(const struct hv_args *args, enum hv_opt option, uint64_t otherwise) {
    const char *value = hv_args_value(args, option);
    uint64_t ms = otherwise;

    if (value)
        (void)hv_duration_parse(value, &ms);
    return ms;
}

uint64_t hv_args_number(const struct hv_args *args, enum hv_opt option, uint64_t otherwise) {
    const char *value = hv_args_value(args, option);
    uint64_t number = otherwise;

    if (value)
        (void)hv_text_u64(value, strlen(value), 0, UINT32_MAX, &number);
    return number;
}

size_t hv_args_n_options(const struct hv_args *args) {
    return args->n_given;
}

const struct hv_opt_row *hv_args_option(const struct hv_args *args, size_t index) {
    return args->given[index].row;
}

const char *hv_args_option_value(const struct hv_args *args, size_t index) {
    return args->given[index].value;
}

size_t hv_args_n_operands(const struct hv_args *args) {
    return args->n_words - args->n_command_words;
}

const char *hv_args_operand(const struct hv_args *args, size_t index) {
    return index < hv_args_n_operands(args) ? args->words[args->n_command_words + index] : NULL;
}
