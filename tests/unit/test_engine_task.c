/* The rules that hold for every task. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/size.h"
#include "engine/task.h"
#include "wsman/epr.h"

/* A task that does at each step what it was told. */
struct puppet {
    struct hv_task task;
    int result;
    const char *message; /* put into the error record before the result; NULL: none */
    bool run, done;
    int n_steps;
    bool *freed;
};

static int puppet_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                       struct hv_error *err) {
    struct puppet *puppet = (struct puppet *)task;
    struct hv_op *op = NULL;

    (void)event;
    puppet->n_steps++;
    if (puppet->run) {
        assert_int_equal(hv_op_new_identify(&op, NULL), 0);
        hv_effects_run(effects, HV_PEER_DESTINATION, op, 7);
        hv_effects_wake(effects, now_ms + 5);
    }
    if (puppet->done)
        hv_effects_done(effects);
    if (puppet->message)
        (void)hv_error_set(err, puppet->result, "%s", puppet->message);
    return puppet->result;
}

static void puppet_free(struct hv_task *task) {
    struct puppet *puppet = (struct puppet *)task;

    if (puppet->freed)
        *puppet->freed = true;
}

static const struct hv_task_vtable vtable = { .step = puppet_step, .free = puppet_free };

static void start(struct puppet *puppet) {
    *puppet = (struct puppet){ .result = 0 };
    hv_task_init(&puppet->task, &vtable);
}

static void step(struct puppet *puppet, enum hv_event_kind kind, struct hv_effects *effects) {
    *effects = (struct hv_effects){ .n = 0 };
    hv_task_step(&puppet->task, 100, &(struct hv_event){ .kind = kind }, effects);
}

static void test_a_running_task_has_no_result(void **state) {
    struct puppet puppet;
    struct hv_effects effects;
    const struct hv_error *error;

    (void)state;
    start(&puppet);
    step(&puppet, HV_EVENT_START, &effects);
    assert_int_equal(effects.n, 0);
    assert_false(hv_task_is_done(&puppet.task));
    assert_int_equal(hv_task_result(&puppet.task, &error), HV_E_INTERNAL);
    assert_int_equal(error->code, HV_E_INTERNAL);
}

static void test_effects_are_handed_over(void **state) {
    struct puppet puppet;
    struct hv_effects effects;

    (void)state;
    start(&puppet);
    puppet.run = true;
    step(&puppet, HV_EVENT_START, &effects);
    assert_int_equal(effects.n, 2);
    assert_int_equal(effects.list[0].kind, HV_EFFECT_RUN);
    assert_int_equal(effects.list[0].peer, HV_PEER_DESTINATION);
    assert_int_equal(effects.list[0].tag, 7);
    assert_string_equal(hv_op_name(effects.list[0].op), "Identify");
    assert_int_equal(effects.list[1].kind, HV_EFFECT_WAKE);
    assert_int_equal(effects.list[1].at_ms, 105);
    hv_effects_deinit(&effects);
    assert_int_equal(effects.n, 0);
}

static void test_done_ends_it(void **state) {
    struct puppet puppet;
    struct hv_effects effects;
    const struct hv_error *error;

    (void)state;
    start(&puppet);
    puppet.done = true;
    step(&puppet, HV_EVENT_START, &effects);
    assert_true(hv_task_is_done(&puppet.task));
    assert_int_equal(hv_task_result(&puppet.task, &error), 0);
    assert_int_equal(error->code, 0);
    step(&puppet, HV_EVENT_WAKE, &effects);
    assert_int_equal(puppet.n_steps, 1);
    assert_int_equal(effects.n, 0);
}

/* A failed step: its error stays, its effects are dropped, the driver is told that it is over. */
static void test_failure_ends_it(void **state) {
    struct puppet puppet;
    struct hv_effects effects;
    const struct hv_error *error;

    (void)state;
    start(&puppet);
    puppet.run = true;
    puppet.result = HV_E_CONFLICT;
    puppet.message = "busy";
    step(&puppet, HV_EVENT_OP_DONE, &effects);
    assert_int_equal(effects.n, 1);
    assert_int_equal(effects.list[0].kind, HV_EFFECT_DONE);
    assert_int_equal(hv_task_result(&puppet.task, &error), HV_E_CONFLICT);
    assert_string_equal(error->message, "busy");
    step(&puppet, HV_EVENT_DETACH, &effects);
    assert_int_equal(puppet.n_steps, 1);
}

static void test_failure_without_words(void **state) {
    struct puppet puppet;
    struct hv_effects effects;
    const struct hv_error *error;

    (void)state;
    start(&puppet);
    puppet.result = HV_E_MEMORY;
    step(&puppet, HV_EVENT_START, &effects);
    assert_int_equal(hv_task_result(&puppet.task, &error), HV_E_MEMORY);
    assert_true(error->message[0] != '\0');
}

static void test_what_a_task_does_not_handle(void **state) {
    static const struct {
        enum hv_event_kind kind;
        int code;
    } rows[] = {
        { HV_EVENT_DETACH, HV_E_CANCELLED },
        { HV_EVENT_WAKE, HV_E_INTERNAL },
        { HV_EVENT_JOB, HV_E_INTERNAL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct puppet puppet;
        struct hv_effects effects;

        start(&puppet);
        puppet.result = HV_TASK_UNHANDLED;
        step(&puppet, rows[i].kind, &effects);
        assert_int_equal(hv_task_result(&puppet.task, NULL), rows[i].code);
        assert_int_equal(effects.n, 1);
    }
}

static void forget(void *runner, struct hv_task *task) {
    (void)task;
    (*(int *)runner)++;
}

/* The driver is told when a task that runs is freed, not of one that ended. */
static void test_freeing(void **state) {
    struct puppet puppet;
    struct hv_effects effects;
    bool freed = false;
    int n_forgotten = 0;

    (void)state;
    start(&puppet);
    puppet.freed = &freed;
    puppet.task.forget = forget;
    puppet.task.runner = &n_forgotten;
    assert_null(hv_task_free(&puppet.task));
    assert_true(freed);
    assert_int_equal(n_forgotten, 1);

    start(&puppet);
    puppet.task.forget = forget;
    puppet.task.runner = &n_forgotten;
    puppet.done = true;
    step(&puppet, HV_EVENT_START, &effects);
    assert_null(hv_task_free(&puppet.task));
    assert_int_equal(n_forgotten, 1);
    assert_null(hv_task_free(NULL));
}

/* What nobody took is freed. */
static void test_effects_own_what_is_in_them(void **state) {
    struct hv_effects effects = { .n = 0 };
    struct hv_op *op = NULL;
    struct hv_epr *job = NULL;

    (void)state;
    assert_int_equal(hv_op_new_identify(&op, NULL), 0);
    assert_int_equal(hv_epr_new("http://example/job", &job, NULL), 0);
    hv_effects_run(&effects, HV_PEER_SOURCE, op, 1);
    hv_effects_watch(&effects, HV_PEER_SOURCE, job);
    hv_effects_unwatch(&effects);
    assert_int_equal(effects.n, 3);
    assert_int_equal(effects.list[1].kind, HV_EFFECT_WATCH);
    assert_ptr_equal(effects.list[1].job, job);
    assert_int_equal(effects.list[2].kind, HV_EFFECT_UNWATCH);
    hv_effects_deinit(&effects);
    assert_int_equal(effects.n, 0);
}

static void on_answer(void *context, const char *bytes, size_t n_bytes) {
    (void)context;
    (void)bytes;
    (void)n_bytes;
}

static void test_the_listener_is_kept(void **state) {
    struct puppet puppet;

    (void)state;
    start(&puppet);
    hv_task_on_answer(&puppet.task, on_answer, &puppet);
    assert_true(puppet.task.on_answer == on_answer);
    assert_ptr_equal(puppet.task.on_answer_context, &puppet);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_running_task_has_no_result),
        cmocka_unit_test(test_effects_are_handed_over),
        cmocka_unit_test(test_done_ends_it),
        cmocka_unit_test(test_failure_ends_it),
        cmocka_unit_test(test_failure_without_words),
        cmocka_unit_test(test_what_a_task_does_not_handle),
        cmocka_unit_test(test_freeing),
        cmocka_unit_test(test_effects_own_what_is_in_them),
        cmocka_unit_test(test_the_listener_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
