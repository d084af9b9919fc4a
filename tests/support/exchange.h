/*
 * Runs a task by hand against answers from fixtures: what the task must say to the host and what the host says stand
 * side by side in a table. Requests are answered one after the other, in the order in which the task made them.
 */
#ifndef SUPPORT_EXCHANGE_H
#define SUPPORT_EXCHANGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "engine/task.h"
#include "support/failmalloc.h"

enum {
    EXCHANGE_MAX_TEXTS = 4,
    EXCHANGE_MAX_OPS = 64,
    EXCHANGE_MAX_BYTES = 65536,
};

struct exchange {
    const char *file;                     /* below fixtures; NULL: the request fails with FAILURE */
    int failure;                          /* enum hv_error_code */
    int status;                           /* HTTP; 0: 200 */
    const char *says[EXCHANGE_MAX_TEXTS]; /* texts of the request */
};

struct exchange_run {
    struct hv_task *task;
    const struct exchange *exchanges;
    size_t n_exchanges;
    size_t n_used;
    struct {
        struct hv_op *op;
        uint32_t tag;
    } ops[EXCHANGE_MAX_OPS];
    size_t n_ops;
    size_t n_begun;
};

static inline void exchange_read(const char *file, char *bytes, size_t *ret_n_bytes) {
    char path[1024];
    const char *root = getenv("HVCTL_FIXTURES");
    FILE *stream;

    (void)snprintf(path, sizeof(path), "%s/%s", root ? root : "fixtures", file);
    stream = fopen(path, "rb");
    if (!stream)
        fail_msg("cannot open %s", path);
    *ret_n_bytes = fread(bytes, 1, EXCHANGE_MAX_BYTES, stream);
    assert_true(*ret_n_bytes < EXCHANGE_MAX_BYTES);
    (void)fclose(stream);
}

/* Answers one request. Returns what hv_op_feed does. */
static inline int exchange_answer(struct exchange_run *run, struct hv_op *op, const char *request, struct hv_error *err) {
    static char bytes[EXCHANGE_MAX_BYTES];
    const struct exchange *exchange;
    size_t n_bytes;

    if (run->n_used == run->n_exchanges)
        fail_msg("one request too many: %s", request);
    exchange = &run->exchanges[run->n_used++];
    for (size_t i = 0; i < EXCHANGE_MAX_TEXTS && exchange->says[i]; i++) {
        if (!strstr(request, exchange->says[i]))
            fail_msg("request %zu does not say %s: %s", run->n_used, exchange->says[i], request);
    }
    if (!exchange->file)
        return hv_error_set(err, exchange->failure, "the test refuses request %zu", run->n_used);
    exchange_read(exchange->file, bytes, &n_bytes);
    const struct hv_answer answer = {
        .status = exchange->status ? exchange->status : 200,
        .content_type = "application/soap+xml;charset=UTF-8",
        .bytes = bytes,
        .n_bytes = n_bytes,
    };
    return hv_op_feed(op, &answer, err);
}

static inline void exchange_step(struct exchange_run *run, const struct hv_event *event) {
    struct hv_effects effects = { .n = 0 };

    hv_task_step(run->task, 0, event, &effects);
    for (size_t i = 0; i < effects.n; i++) {
        struct hv_effect *effect = &effects.list[i];
        if (effect->kind == HV_EFFECT_DONE)
            continue;
        assert_int_equal(effect->kind, HV_EFFECT_RUN);
        assert_int_equal(effect->peer, HV_PEER_SOURCE);
        assert_true(run->n_ops < EXCHANGE_MAX_OPS);
        run->ops[run->n_ops].op = effect->op;
        run->ops[run->n_ops++].tag = effect->tag;
        effect->op = NULL;
    }
    hv_effects_deinit(&effects);
}

static inline void exchange_op(struct exchange_run *run, struct hv_op *op, uint32_t tag) {
    const struct hv_call call = {
        .to = "https://hv01.example.test:5986/wsman",
        .message_id = "00000000-0000-4000-8000-000000000001",
        .operation_timeout_ms = 60000,
        .max_envelope_size = 512000,
    };
    struct hv_error err = { .code = 0 };
    int r;

    do {
        HV_CLEANUP_BUF struct hv_buf request = HV_BUF_INIT(EXCHANGE_MAX_BYTES);
        r = hv_op_build(op, &call, &request, &err);
        if (r == 0)
            r = exchange_answer(run, op, hv_buf_text(&request), &err);
    } while (r > 0);
    const struct hv_event event = {
        .kind = r == 0 ? HV_EVENT_OP_DONE : HV_EVENT_OP_FAILED,
        .tag = tag,
        .op = op,
        .err = r == 0 ? NULL : &err,
    };
    exchange_step(run, &event);
}

/* Runs TASK to its end and returns its result. A success must have used every exchange. */
static inline int exchange_all(struct hv_task *task, const struct exchange *exchanges, size_t n_exchanges) {
    struct exchange_run run = { .task = task, .exchanges = exchanges, .n_exchanges = n_exchanges };
    const struct hv_event start = { .kind = HV_EVENT_START };

    exchange_step(&run, &start);
    while (!hv_task_is_done(task) && run.n_begun < run.n_ops) {
        size_t i = run.n_begun++;
        exchange_op(&run, run.ops[i].op, run.ops[i].tag);
        run.ops[i].op = hv_op_free(run.ops[i].op);
    }
    while (run.n_begun < run.n_ops)
        (void)hv_op_free(run.ops[run.n_begun++].op);
    assert_true(hv_task_is_done(task));
    if (hv_task_result(task, NULL) == 0)
        assert_int_equal(run.n_used, n_exchanges);
    return hv_task_result(task, NULL);
}

/*
 * Refuses each allocation of RUN in turn; returns how many there are. The parser of libxml2 2.9 passes some refusals over and
 * calls others malformed, so a run may also succeed or end with PROTOCOL: what is proven here is that nothing crashes or leaks,
 * while the tests of the decoders, which need no XML, demand HV_E_MEMORY.
 */
static inline size_t exchange_each_allocation(int (*run)(void)) {
    for (size_t n = 1;; n++) {
        size_t n_refused;
        int r;

        failmalloc_arm(n, false);
        r = run();
        (void)failmalloc_disarm(&n_refused);
        if (n_refused == 0) {
            assert_int_equal(r, 0);
            return n - 1;
        }
        if (r != 0 && r != HV_E_MEMORY && r != HV_E_PROTOCOL)
            fail_msg("allocation %zu refused: result %d", n, r);
    }
}

#endif
