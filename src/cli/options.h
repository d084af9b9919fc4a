/*
 * The command line, read by tables: options may stand before and after the command's words, "--" ends them, short ones can be
 * joined, no option needs an equals sign. Nothing is abbreviated and nothing is guessed: a near miss is only suggested.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <hvctl/error.h>

#include "base/cleanup.h"
#include "cli/opt_table.h"

struct hv_output;
struct hv_args;

enum { HV_COMMAND_MAX_WORDS = 3, HV_COMMAND_NAME_SIZE = 64 };

struct hv_command {
    const char *words[HV_COMMAND_MAX_WORDS]; /* "vm", "list"; NULL behind the last */
    const char *operands;                    /* as in help */
    const char *summary;
    const char *examples;
    const char *details; /* may be NULL */
    uint64_t groups;
    size_t min_operands;
    size_t max_operands;
    int (*run)(const struct hv_args *args, struct hv_output *out); /* returns the exit code */
};
size_t hv_command_n_words(const struct hv_command *command);
/* Its words with blanks between, in NAME. */
const char *hv_command_name(const struct hv_command *command, char name[HV_COMMAND_NAME_SIZE]);
extern const struct hv_command hv_commands[];
extern const size_t hv_n_commands;

/* What was given. Values are borrowed from argv. */
struct hv_args {
    const struct hv_command *command; /* NULL when none was named, as in "hvctl --help" */
    struct hv_given *given;
    size_t n_given;
    const char **words; /* all that is no option; the command's own words come first */
    size_t n_words;
    size_t n_command_words;
};

/* Errors: ARGUMENT, MEMORY. What could be read is in *ret_args even then, so that the format of the error is known. */
HV_MUST_CHECK int hv_args_parse(int argc, char *const *argv, struct hv_args *ret_args, struct hv_error *err);
void hv_args_deinit(struct hv_args *args);

bool hv_args_has(const struct hv_args *args, enum hv_opt option);
/* How often it was given. */
size_t hv_args_count(const struct hv_args *args, enum hv_opt option);
/* Value number INDEX of OPTION, in the order given; NULL when there is none. */
const char *hv_args_nth(const struct hv_args *args, enum hv_opt option, size_t index);
/* The last one given; NULL when none was. */
const char *hv_args_value(const struct hv_args *args, enum hv_opt option);
/* As above for durations and numbers, which were checked while parsing. */
uint64_t hv_args_ms(const struct hv_args *args, enum hv_opt option, uint64_t otherwise);
uint64_t hv_args_number(const struct hv_args *args, enum hv_opt option, uint64_t otherwise);

/* All options in the order given; the value is NULL for a plain flag. */
size_t hv_args_n_options(const struct hv_args *args);
const struct hv_opt_row *hv_args_option(const struct hv_args *args, size_t index);
const char *hv_args_option_value(const struct hv_args *args, size_t index);

size_t hv_args_n_operands(const struct hv_args *args);
const char *hv_args_operand(const struct hv_args *args, size_t index);

/* An ARGUMENT error with the one thing to do about it; returns its code. */
int hv_usage_error(struct hv_error *err, const char *remedy, const char *format, ...) HV_ATTR_PRINTF(3, 4);

/* The command of these words, NULL when there is none; *ret_n_words counts those it takes. */
const struct hv_command *hv_command_find(const char *const *words, size_t n_words, size_t *ret_n_words);

#endif
