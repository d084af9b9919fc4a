/* Drives a move by hand. */
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#define MESSAGE_ID "11111111-2222-4333-8444-555555555555"

void bench_begin(struct bench *bench, const struct hv_move_options *options) {
    struct hv_task *task = NULL;
    struct hv_error err = { 0 };

    memset(bench, 0, sizeof(*bench));
    hv_buf_init(&bench->log, 1 << 20);
    if (hv_move_new(options, &task, &err) < 0)
        fail_msg("%s", err.message);
    bench->move = (struct hv_move *)task;
}

void bench_end(struct bench *bench) {
    (void)hv_op_free(bench->op);
    (void)hv_task_free(&bench->move->task);
    hv_buf_deinit(&bench->log);
}

static void note(struct bench *bench, const char *word) {
    size_t used = strlen(bench->effects);

    assert_true(used + strlen(word) + 2 < sizeof(bench->effects));
    if (used > 0)
        bench->effects[used++] = ' ';
    memcpy(bench->effects + used, word, strlen(word) + 1);
}

/* Takes what the step wants done; at most one operation is under way. */
static void carry_out(struct bench *bench, struct hv_effects *effects) {
    bench->effects[0] = '\0';
    for (size_t i = 0; i < effects->n; i++) {
        struct hv_effect *effect = &effects->list[i];
        switch (effect->kind) {
        case HV_EFFECT_RUN:
            note(bench, effect->peer == HV_PEER_SOURCE ? "run:source" : "run:destination");
            assert_null(bench->op);
            bench->op = effect->op;
            bench->peer = effect->peer;
            assert_int_equal(effect->tag, bench->move->tag);
            effect->op = NULL;
            break;
        case HV_EFFECT_WAKE:
            note(bench, "wake");
            bench->wake_ms = effect->at_ms;
            break;
        case HV_EFFECT_WATCH:
            note(bench, "watch");
            assert_string_equal(hv_epr_selector(effect->job, "InstanceID"), BENCH_JOB_ID);
            break;
        case HV_EFFECT_UNWATCH:
            note(bench, "unwatch");
            break;
        case HV_EFFECT_DONE:
            note(bench, "done");
            break;
        }
    }
    hv_effects_deinit(effects);
}

static void step(struct bench *bench, const struct hv_event *event) {
    struct hv_effects effects = { .n = 0 };

    hv_task_step(&bench->move->task, bench->now_ms, event, &effects);
    carry_out(bench, &effects);
}

void bench_event(struct bench *bench, enum hv_event_kind kind) {
    static const struct hv_error lost_contact = { .code = HV_E_UNREACHABLE, .message = "no route" };

    step(bench, &(const struct hv_event){ .kind = kind, .err = kind == HV_EVENT_JOB_UNREACHABLE ? &lost_contact : NULL });
}

static struct hv_op *take_op(struct bench *bench) {
    struct hv_op *op = bench->op;

    assert_non_null(op);
    bench->op = NULL;
    return op;
}

/* The request leaves: its bytes are kept, moves are counted. */
static void build(struct bench *bench, struct hv_op *op) {
    const struct hv_call call = { "https://hv/wsman", MESSAGE_ID, 60000, 512000, 0 };
    size_t before = bench->log.len;

    assert_int_equal(hv_op_build(op, &call, &bench->log, NULL), 0);
    if (strstr(hv_buf_text(&bench->log) + before, "MigrateVirtualSystemToHost_INPUT") ||
        strstr(hv_buf_text(&bench->log) + before, "MoveToNewNodeParams_INPUT"))
        bench->n_moves++;
}

void bench_answer(struct bench *bench, const char *body) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(1 << 20);
    struct hv_op *op = take_op(bench);
    struct hv_answer answer = { .status = 200, .content_type = "application/soap+xml;charset=UTF-8" };
    struct hv_error err = { 0 };

    build(bench, op);
    hv_buf_printf(&text,
                  "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
                  "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
                  "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "
                  "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header><a:Action>any</a:Action>"
                  "<a:RelatesTo>uuid:" MESSAGE_ID "</a:RelatesTo></s:Header><s:Body>%s</s:Body></s:Envelope>",
                  body);
    answer.bytes = hv_buf_text(&text);
    answer.n_bytes = text.len;
    if (hv_op_feed(op, &answer, &err) != HV_OP_DONE)
        fail_msg("%s", err.message);
    step(bench, &(const struct hv_event){ .kind = HV_EVENT_OP_DONE, .tag = bench->move->tag, .op = op });
    (void)hv_op_free(op);
    if (bench->op && bench->move->state == HV_MIG_STATE_READ_ROLE && !bench->has_cluster)
        bench_answer(bench, BENCH_ITEMS(""));
}

void bench_fail(struct bench *bench, int code, const char *subcode) {
    struct hv_op *op = take_op(bench);
    struct hv_error err;

    build(bench, op);
    (void)hv_error_set(&err, code, "it failed");
    if (subcode)
        (void)snprintf(err.fault_subcode, sizeof(err.fault_subcode), "%s", subcode);
    step(bench, &(const struct hv_event){ .kind = HV_EVENT_OP_FAILED, .tag = bench->move->tag, .op = op, .err = &err });
    (void)hv_op_free(op);
}

void bench_look(struct bench *bench, const char *destination, const char *source) {
    bench_answer(bench, destination);
    bench_answer(bench, source);
}

const struct hv_error *bench_outcome(const struct bench *bench, enum hv_move_outcome outcome, int code) {
    const struct hv_error *error = NULL;

    assert_true(hv_task_is_done(&bench->move->task));
    assert_int_equal(hv_task_result(&bench->move->task, &error), code);
    assert_string_equal(hv_move_outcome_name(bench->move->result.outcome), hv_move_outcome_name(outcome));
    assert_true(bench->n_moves <= 1);
    return error;
}

void bench_job(struct bench *bench, const char *state) {
    struct hv_instance *job = NULL;

    assert_int_equal(hv_instance_new("Msvm_MigrationJob", NULL, &job, NULL), 0);
    assert_int_equal(hv_instance_set(job, "InstanceID", HV_CIM_STRING, BENCH_JOB_ID, NULL), 0);
    assert_int_equal(hv_instance_set(job, "JobState", HV_CIM_UINT16, state, NULL), 0);
    assert_int_equal(hv_instance_set(job, "PercentComplete", HV_CIM_UINT16, "40", NULL), 0);
    step(bench, &(const struct hv_event){ .kind = HV_EVENT_JOB, .job = job });
    (void)hv_instance_free(job);
}

const char *bench_state(const struct bench *bench) {
    return hv_mig_state_name(bench->move->state);
}
