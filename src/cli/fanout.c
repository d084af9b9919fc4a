/* One task for each source host, run at once. */
#include "cli/fanout.h"

#include "base/error.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/say.h"
#include "cli/signals.h"

const struct hv_endpoint *hv_fanout_source(const struct hv_fanout *fanout, size_t index) {
    size_t n = fanout->question.n_operands;

    return &fanout->connection->sources[n > 0 ? index / n : index];
}

const char *hv_fanout_operand(const struct hv_fanout *fanout, size_t index) {
    size_t n = fanout->question.n_operands;

    return n > 0 ? fanout->question.operands[index % n] : NULL;
}

static int make_task(const struct hv_fanout *fanout, size_t index, struct hv_task **ret_task, struct hv_error *err) {
    const struct hv_fanout_question *question = &fanout->question;

    if (question->ask)
        return question->ask(question->context, hv_fanout_source(fanout, index), hv_fanout_operand(fanout, index), ret_task, err);
    return question->make(ret_task, err);
}

int hv_fanout_run(struct hv_fanout *fanout, struct hv_connection *connection, const struct hv_fanout_question *question,
                  struct hv_error *err) {
    int rc = 0;

    fanout->connection = connection;
    fanout->question = *question;
    fanout->n_tasks = connection->n_sources * (question->n_operands > 0 ? question->n_operands : 1);
    fanout->tasks = calloc(fanout->n_tasks, sizeof(struct hv_task *));
    if (!fanout->tasks)
        return hv_error_memory(err);
    for (size_t i = 0; rc == 0 && i < fanout->n_tasks; i++) {
        rc = make_task(fanout, i, &fanout->tasks[i], err);
        if (rc == 0)
            rc = hv_client_start(connection->client, fanout->tasks[i], hv_fanout_source(fanout, i)->host, NULL, err);
    }
    return rc < 0 ? rc : hv_connection_run(connection, err);
}

void hv_fanout_deinit(struct hv_fanout *fanout) {
    for (size_t i = 0; fanout->tasks && i < fanout->n_tasks; i++)
        (void)hv_task_free(fanout->tasks[i]);
    free(fanout->tasks);
    fanout->tasks = NULL;
}

static const struct hv_error *error_of(const struct hv_fanout *fanout, size_t index) {
    const struct hv_error *error = NULL;

    return hv_task_result(fanout->tasks[index], &error) < 0 ? error : NULL;
}

const struct hv_task *hv_fanout_answer(const struct hv_fanout *fanout, size_t index) {
    return hv_task_result(fanout->tasks[index], NULL) < 0 ? NULL : fanout->tasks[index];
}

json_t *hv_fanout_errors(const struct hv_fanout *fanout) {
    json_t *array = json_array();

    for (size_t i = 0; i < fanout->n_tasks; i++) {
        const struct hv_circumstances around = { .vm = hv_fanout_operand(fanout, i) };
        const struct hv_error *error = error_of(fanout, i);
        if (error)
            hv_json_add(&array, hv_json_error(error, &around));
    }
    return array;
}

int hv_fanout_finish(const struct hv_fanout *fanout) {
    struct hv_output *out = fanout->connection->out;
    size_t n_failed = 0;
    int code = 0;

    for (size_t i = 0; i < fanout->n_tasks; i++) {
        const struct hv_circumstances around = { .vm = hv_fanout_operand(fanout, i) };
        const struct hv_error *error = error_of(fanout, i);
        int own = error ? hv_error_exit_code(error->code) : 0;

        if (!error)
            continue;
        n_failed++;
        code = code == 0 || code == own ? own : hv_error_exit_code(HV_E_FAILED);
        if (hv_signals_caught() != 0 && error->code == HV_E_CANCELLED)
            continue;
        hv_say_error(out, error, &around);
        if (out->format == HV_FORMAT_JSONL)
            hv_output_json(out, hv_json_error_event(error, &around));
    }
    if (n_failed > 0 && hv_signals_caught() != 0)
        return hv_signals_exit_code();
    return n_failed > 0 && n_failed < fanout->n_tasks ? hv_error_exit_code(HV_E_PARTIAL) : code;
}

/* A table without any answer would be a header only; a JSON document tells of the errors. */
bool hv_fanout_is_worth_printing(const struct hv_fanout *fanout) {
    bool any = false;

    for (size_t i = 0; i < fanout->n_tasks; i++)
        any = any || hv_fanout_answer(fanout, i);
    return any || hv_output_is_json(fanout->connection->out);
}

int hv_fanout_command(const struct hv_connect_plan *plan, const struct hv_args *args, struct hv_output *out,
                      hv_fanout_make_fn *make, hv_fanout_print_fn *print) {
    const struct hv_fanout_question question = { .make = make };

    return hv_fanout_command_with(plan, args, out, &question, print);
}

int hv_fanout_on(struct hv_connection *connection, const struct hv_fanout_question *question, hv_fanout_print_fn *print) {
    struct hv_fanout fanout = { 0 };
    struct hv_error error = { 0 };
    int exit_code;

    if (hv_fanout_run(&fanout, connection, question, &error) == 0) {
        if (hv_fanout_is_worth_printing(&fanout))
            print(&fanout, connection->out);
        exit_code = hv_fanout_finish(&fanout);
    } else {
        exit_code = hv_say_failure(connection->out, &error);
    }
    hv_fanout_deinit(&fanout);
    return exit_code;
}

int hv_fanout_command_with(const struct hv_connect_plan *plan, const struct hv_args *args, struct hv_output *out,
                           const struct hv_fanout_question *question, hv_fanout_print_fn *print) {
    struct hv_connection connection = { 0 };
    struct hv_error error = { 0 };
    int exit_code;

    if (hv_connection_init(&connection, plan, args, out, &error) == 0)
        exit_code = hv_fanout_on(&connection, question, print);
    else
        exit_code = hv_say_failure(out, &error);
    hv_connection_deinit(&connection);
    return exit_code;
}
