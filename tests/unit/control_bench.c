/* Conversations with tasks. */
#include "control_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "op_bench.h"

enum { MAX_OPS = 64 };

struct bench {
    struct hv_task *task;
    struct {
        struct hv_op *op;
        uint32_t tag;
    } ops[MAX_OPS];
    size_t n_ops;
    size_t n_answered;
    bool watches;
    bool wakes;
    uint64_t now_ms;
    uint64_t wake_ms;
};

static void step(struct bench *bench, const struct hv_event *event) {
    struct hv_effects effects = { .n = 0 };

    hv_task_step(bench->task, bench->now_ms, event, &effects);
    for (size_t i = 0; i < effects.n; i++) {
        struct hv_effect *effect = &effects.list[i];
        switch (effect->kind) {
        case HV_EFFECT_RUN:
            assert_true(bench->n_ops < MAX_OPS);
            bench->ops[bench->n_ops].op = effect->op;
            bench->ops[bench->n_ops++].tag = effect->tag;
            effect->op = NULL;
            break;
        case HV_EFFECT_WATCH:
            bench->watches = true;
            break;
        case HV_EFFECT_UNWATCH:
            bench->watches = false;
            break;
        case HV_EFFECT_WAKE:
            bench->wakes = true;
            bench->wake_ms = effect->at_ms;
            break;
        case HV_EFFECT_DONE:
            break;
        }
    }
    hv_effects_deinit(&effects);
}

/* Pauses are over at once. */
static void sleep_through(struct bench *bench) {
    const struct hv_event wake = { .kind = HV_EVENT_WAKE };

    while (bench->wakes && bench->n_answered == bench->n_ops && !bench->watches && !hv_task_is_done(bench->task)) {
        bench->wakes = false;
        bench->now_ms = bench->wake_ms;
        step(bench, &wake);
    }
}

static void answer(struct bench *bench, const struct talk *line, size_t number) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    size_t i = bench->n_answered++;
    struct hv_op *op = bench->ops[i].op;
    struct hv_error err = { 0 };
    int r;

    if (i == bench->n_ops)
        fail_msg("line %zu: nothing was asked", number);
    assert_int_equal(bench_build(op, &bytes, &err), 0);
    for (size_t j = 0; j < TALK_MAX_SAYS && line->says[j]; j++) {
        if (!strstr(hv_buf_text(&bytes), line->says[j]))
            fail_msg("line %zu: the request does not say %s: %s", number, line->says[j], hv_buf_text(&bytes));
    }
    r = line->kind == TALK_FAIL ? hv_error_set(&err, line->code, "the test refuses line %zu", number)
                                : bench_feed(op, 200, line->body, &err);
    if (line->kind == TALK_ANSWER && r != 0)
        fail_msg("line %zu: the answer was not taken: %s", number, err.message);
    step(bench, &(const struct hv_event){ .kind = r == 0 ? HV_EVENT_OP_DONE : HV_EVENT_OP_FAILED,
                                          .tag = bench->ops[i].tag,
                                          .op = op,
                                          .err = r == 0 ? NULL : &err });
    bench->ops[i].op = hv_op_free(op);
}

static void show_job(struct bench *bench, const struct talk *line, size_t number) {
    struct hv_op *op = bench_get();
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct hv_error err = { 0 };

    if (!bench->watches)
        fail_msg("line %zu: no job is watched", number);
    assert_int_equal(bench_build(op, &bytes, &err), 0);
    assert_int_equal(bench_feed(op, 200, line->body, &err), 0);
    step(bench, &(const struct hv_event){ .kind = HV_EVENT_JOB, .job = hv_op_instance(op) });
    (void)hv_op_free(op);
}

static void say(struct bench *bench, const struct talk *line, size_t number) {
    struct hv_error lost = { 0 };

    switch (line->kind) {
    case TALK_ANSWER:
    case TALK_FAIL:
        answer(bench, line, number);
        return;
    case TALK_SHOW_JOB:
        show_job(bench, line, number);
        return;
    case TALK_NO_JOB:
        step(bench, &(const struct hv_event){ .kind = HV_EVENT_JOB_MISSING });
        return;
    case TALK_UNREACHABLE:
        (void)hv_error_set(&lost, HV_E_UNREACHABLE, "the test cuts the line");
        bench->watches = false;
        step(bench, &(const struct hv_event){ .kind = HV_EVENT_JOB_UNREACHABLE, .err = &lost });
        return;
    case TALK_DETACH:
        step(bench, &(const struct hv_event){ .kind = HV_EVENT_DETACH });
        return;
    }
}

int talk_run(struct hv_task *task, const struct talk *lines, size_t n_lines) {
    struct bench bench = { .task = task };

    step(&bench, &(const struct hv_event){ .kind = HV_EVENT_START });
    for (size_t i = 0; i < n_lines; i++) {
        sleep_through(&bench);
        if (hv_task_is_done(task))
            fail_msg("done before line %zu: %s", i, task->error.message);
        say(&bench, &lines[i], i);
    }
    sleep_through(&bench);
    for (size_t i = bench.n_answered; i < bench.n_ops; i++)
        (void)hv_op_free(bench.ops[i].op);
    if (!hv_task_is_done(task))
        fail_msg("not done after the last line");
    return hv_task_result(task, NULL);
}
