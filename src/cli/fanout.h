/*
 * The same question to several hosts at once, or about several things of each: one that fails hides nothing of the others
 * (ux.md 1).
 */
#ifndef CLI_FANOUT_H
#define CLI_FANOUT_H

#include <jansson.h>

#include "cli/connect.h"

typedef int hv_fanout_make_fn(struct hv_task **ret_task, struct hv_error *err);
/* OPERAND is what the task is about, NULL for the host itself. */
typedef int hv_fanout_ask_fn(const void *context, const struct hv_endpoint *source, const char *operand,
                             struct hv_task **ret_task, struct hv_error *err);

struct hv_args;
struct hv_output;

/* What is asked. */
struct hv_fanout_question {
    hv_fanout_make_fn *make; /* either this */
    hv_fanout_ask_fn *ask;   /* or this, with CONTEXT */
    const void *context;
    const char *const *operands; /* asked about each, at every host; none: about the hosts */
    size_t n_operands;
};

struct hv_fanout {
    struct hv_connection *connection;
    struct hv_fanout_question question;
    struct hv_task **tasks; /* one for each source, or for each source and operand */
    size_t n_tasks;
};

/* Asks every source of CONNECTION. Errors are those of the client itself; a host's own are asked for below. */
HV_MUST_CHECK int hv_fanout_run(struct hv_fanout *fanout, struct hv_connection *connection,
                                const struct hv_fanout_question *question, struct hv_error *err);
void hv_fanout_deinit(struct hv_fanout *fanout);
/* Of task number INDEX. */
const struct hv_endpoint *hv_fanout_source(const struct hv_fanout *fanout, size_t index);
const char *hv_fanout_operand(const struct hv_fanout *fanout, size_t index);

/* Connects, asks MAKE of every host, prints what came, says every error; returns the exit code. */
typedef void hv_fanout_print_fn(const struct hv_fanout *fanout, struct hv_output *out);
int hv_fanout_command(const struct hv_connect_plan *plan, const struct hv_args *args, struct hv_output *out,
                      hv_fanout_make_fn *make, hv_fanout_print_fn *print);
int hv_fanout_command_with(const struct hv_connect_plan *plan, const struct hv_args *args, struct hv_output *out,
                           const struct hv_fanout_question *question, hv_fanout_print_fn *print);
/* The same of a connection that is open already: a command that asks in turns has one recording. */
int hv_fanout_on(struct hv_connection *connection, const struct hv_fanout_question *question, hv_fanout_print_fn *print);

/* Did any host answer, or does the format tell of errors too? */
bool hv_fanout_is_worth_printing(const struct hv_fanout *fanout);
/* The answer of task number INDEX; NULL when it failed. */
const struct hv_task *hv_fanout_answer(const struct hv_fanout *fanout, size_t index);
/* The errors of all that failed, as a JSON array. */
json_t *hv_fanout_errors(const struct hv_fanout *fanout);
/* Says every error, also as a line of JSON lines, and returns the exit code: 0, the class that all share, or partial. */
int hv_fanout_finish(const struct hv_fanout *fanout);

#endif
