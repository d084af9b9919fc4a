/* Watching the jobs of a host: when it looks, what each task is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "cim/instance.h"
#include "engine/watch.h"
#include "support/failmalloc.h"
#include "wsman/uri.h"

#define JOB_URI HV_WMI_PREFIX "root/virtualization/v2/Msvm_MigrationJob"

enum { MOST_BYTES = 1 << 20 };

/* Tasks are only named by their addresses here. */
static struct hv_task tasks[3];

static struct hv_watch *make(uint64_t fixed_ms) {
    struct hv_watch *watch = NULL;

    assert_int_equal(hv_watch_new(JOB_URI, fixed_ms, &watch, NULL), 0);
    return watch;
}

static void add(struct hv_watch *watch, int task, const char *id, uint64_t now_ms) {
    assert_int_equal(hv_watch_add(watch, &tasks[task], id, now_ms, NULL), 0);
}

static struct hv_op *begin(struct hv_watch *watch) {
    struct hv_op *op = NULL;

    assert_int_equal(hv_watch_begin(watch, &op, NULL), 0);
    assert_string_equal(hv_op_name(op), "Enumerate Msvm_MigrationJob");
    assert_true(hv_watch_due_ms(watch) == UINT64_MAX);
    return op;
}

/* Feeds OP one whole answer with a job for each of IDS, a NULL behind the last. */
static int feed_jobs(struct hv_op *op, const char *const *ids) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(MOST_BYTES);
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(MOST_BYTES);
    const struct hv_call call = { .to = "h", .message_id = "ID", .operation_timeout_ms = 1, .max_envelope_size = 512000 };
    struct hv_answer answer = { .status = 200, .content_type = "application/soap+xml" };

    assert_int_equal(hv_op_build(op, &call, &bytes, NULL), 0);
    hv_buf_puts(&text,
                "<s:Envelope xmlns:s='" HV_NS_SOAP "' xmlns:a='" HV_NS_ADDRESSING "' xmlns:n='" HV_NS_ENUMERATION
                "' xmlns:p='" JOB_URI "'><s:Header><a:RelatesTo>uuid:ID</a:RelatesTo></s:Header><s:Body><n:EnumerateResponse>"
                "<n:Items>");
    for (; *ids; ids++)
        hv_buf_printf(
            &text, "<p:Msvm_MigrationJob><p:InstanceID>%s</p:InstanceID><p:JobState>4</p:JobState></p:Msvm_MigrationJob>", *ids);
    hv_buf_puts(&text, "<p:Msvm_MigrationJob/></n:Items><n:EndOfSequence/></n:EnumerateResponse></s:Body></s:Envelope>");
    answer.bytes = hv_buf_text(&text);
    answer.n_bytes = text.len;
    return hv_op_feed(op, &answer, NULL);
}

/* A look that shows IDS, answered at NOW_MS. */
static void look(struct hv_watch *watch, uint64_t now_ms, const char *const *ids) {
    struct hv_op *op = begin(watch);

    assert_int_equal(feed_jobs(op, ids), HV_OP_DONE);
    assert_int_equal(hv_op_n_instances(op), 0);
    hv_watch_answered(watch, now_ms, op);
    (void)hv_op_free(op);
}

static void fail_look(struct hv_watch *watch, uint64_t now_ms, int code) {
    struct hv_op *op = begin(watch);
    struct hv_error err;

    (void)hv_error_set(&err, code, "no");
    hv_watch_failed(watch, now_ms, &err);
    (void)hv_op_free(op);
}

static const char *const nothing[] = { NULL };

static void expect(struct hv_watch *watch, int task, enum hv_event_kind kind, const char *id) {
    struct hv_event event;

    assert_ptr_equal(hv_watch_next(watch, &event), &tasks[task]);
    assert_int_equal(event.kind, kind);
    assert_int_equal(event.job != NULL, id != NULL);
    if (id)
        assert_string_equal(hv_instance_text(event.job, "InstanceID"), id);
    assert_int_equal(event.err != NULL, kind == HV_EVENT_JOB_UNREACHABLE);
}

static void expect_no_more(struct hv_watch *watch) {
    struct hv_event event;

    assert_null(hv_watch_next(watch, &event));
}

static void test_nobody_waits(void **state) {
    struct hv_watch *watch = make(0);

    (void)state;
    assert_true(hv_watch_is_empty(watch));
    assert_true(hv_watch_due_ms(watch) == UINT64_MAX);
    assert_string_equal(hv_watch_resource_uri(watch), JOB_URI);
    expect_no_more(watch);
    assert_null(hv_watch_free(watch));
    assert_null(hv_watch_free(NULL));
}

/* 1 s, then half as long again each time, up to 5 s. */
static void test_pauses_grow(void **state) {
    static const uint64_t pauses[] = { 1000, 1500, 2250, 3375, 5000, 5000, 5000 };
    static const char *const shown[] = { "J", NULL };
    struct hv_watch *watch = make(0);
    uint64_t now = 100;

    (void)state;
    add(watch, 0, "J", now);
    for (size_t i = 0; i < HV_ARRAY_SIZE(pauses); i++) {
        assert_int_equal(hv_watch_due_ms(watch) - now, pauses[i]);
        now += pauses[i] + 7;
        look(watch, now, shown);
        expect(watch, 0, HV_EVENT_JOB, "J");
        expect_no_more(watch);
    }
    (void)hv_watch_free(watch);
}

static void test_a_fixed_pause_does_not_grow(void **state) {
    struct hv_watch *watch = make(200);

    (void)state;
    add(watch, 0, "J", 0);
    for (uint64_t now = 0; now < 2000; now += 200) {
        assert_int_equal(hv_watch_due_ms(watch), now + 200);
        look(watch, now + 200, nothing);
    }
    (void)hv_watch_free(watch);
}

/* Failed looks pause like others. */
static void test_failures_pause_alike(void **state) {
    struct hv_watch *watch = make(0);

    (void)state;
    add(watch, 0, "J", 0);
    fail_look(watch, 1000, HV_E_UNREACHABLE);
    expect_no_more(watch);
    assert_int_equal(hv_watch_due_ms(watch), 2500);
    fail_look(watch, 2500, HV_E_PROTOCOL);
    assert_int_equal(hv_watch_due_ms(watch), 4750);
    (void)hv_watch_free(watch);
}

/* A new job is looked at soon, and the pauses begin anew for all. */
static void test_a_new_job_is_looked_at_soon(void **state) {
    struct hv_watch *watch = make(0);

    (void)state;
    add(watch, 0, "J", 0);
    for (uint64_t now = 1000; now < 20000; now = hv_watch_due_ms(watch))
        look(watch, now, nothing);
    look(watch, 30000, nothing);
    assert_int_equal(hv_watch_due_ms(watch), 35000);
    add(watch, 1, "K", 31000);
    assert_int_equal(hv_watch_due_ms(watch), 32000);
    look(watch, 32000, nothing);
    assert_int_equal(hv_watch_due_ms(watch), 33500);
    (void)hv_watch_free(watch);
}

static void test_each_task_is_told_of_its_job(void **state) {
    static const char *const shown[] = { "other", "b", "A", "a", NULL };
    struct hv_watch *watch = make(0);

    (void)state;
    add(watch, 0, "A", 0);
    add(watch, 1, "B", 0);
    add(watch, 2, "C", 0);
    look(watch, 1000, shown);
    expect(watch, 0, HV_EVENT_JOB, "A");
    expect(watch, 1, HV_EVENT_JOB, "b");
    expect(watch, 2, HV_EVENT_JOB_MISSING, NULL);
    expect_no_more(watch);
    look(watch, 2500, nothing);
    for (int i = 0; i < 3; i++)
        expect(watch, i, HV_EVENT_JOB_MISSING, NULL);
    expect_no_more(watch);
    (void)hv_watch_free(watch);
}

static void test_two_tasks_one_job(void **state) {
    static const char *const shown[] = { "J", NULL };
    struct hv_watch *watch = make(0);

    (void)state;
    add(watch, 0, "J", 0);
    add(watch, 1, "j", 0);
    look(watch, 1000, shown);
    expect(watch, 0, HV_EVENT_JOB, "J");
    expect(watch, 1, HV_EVENT_JOB, "J");
    (void)hv_watch_free(watch);
}

/* A look that began before a task waited proves nothing about its job. */
static void test_added_during_a_look(void **state) {
    static const char *const shown[] = { "J", "K", NULL };
    struct hv_watch *watch = make(0);
    struct hv_op *op;

    (void)state;
    add(watch, 0, "J", 0);
    op = begin(watch);
    add(watch, 1, "K", 1100);
    add(watch, 2, "L", 1100);
    assert_true(hv_watch_due_ms(watch) == UINT64_MAX);
    assert_int_equal(feed_jobs(op, shown), HV_OP_DONE);
    hv_watch_answered(watch, 1200, op);
    (void)hv_op_free(op);
    expect(watch, 0, HV_EVENT_JOB, "J");
    expect_no_more(watch);
    assert_int_equal(hv_watch_due_ms(watch), 2100);
    look(watch, 2100, shown);
    expect(watch, 0, HV_EVENT_JOB, "J");
    expect(watch, 1, HV_EVENT_JOB, "K");
    expect(watch, 2, HV_EVENT_JOB_MISSING, NULL);
    (void)hv_watch_free(watch);
}

static void test_removed_during_a_look_and_between_events(void **state) {
    static const char *const shown[] = { "A", "B", "C", NULL };
    struct hv_watch *watch = make(0);
    struct hv_op *op;

    (void)state;
    for (int i = 0; i < 3; i++)
        add(watch, i, shown[i], 0);
    op = begin(watch);
    hv_watch_remove(watch, &tasks[0]);
    assert_int_equal(feed_jobs(op, shown), HV_OP_DONE);
    hv_watch_answered(watch, 1000, op);
    (void)hv_op_free(op);
    expect(watch, 1, HV_EVENT_JOB, "B");
    hv_watch_remove(watch, &tasks[2]);
    hv_watch_remove(watch, &tasks[2]);
    add(watch, 0, "A", 1000);
    expect_no_more(watch);
    hv_watch_remove(watch, &tasks[0]);
    hv_watch_remove(watch, &tasks[1]);
    assert_true(hv_watch_is_empty(watch));
    assert_true(hv_watch_due_ms(watch) == UINT64_MAX);
    (void)hv_watch_free(watch);
}

static void test_one_job_a_task(void **state) {
    static const char *const shown[] = { "A", "B", NULL };
    struct hv_watch *watch = make(0);

    (void)state;
    add(watch, 0, "A", 0);
    add(watch, 0, "B", 0);
    look(watch, 1000, shown);
    expect(watch, 0, HV_EVENT_JOB, "B");
    expect_no_more(watch);
    (void)hv_watch_free(watch);
}

/* What no later look can mend ends the watch at once. */
static void test_refusals_end_it(void **state) {
    static const int codes[] = { HV_E_AUTH, HV_E_DENIED, HV_E_TLS };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(codes); i++) {
        struct hv_watch *watch = make(0);
        struct hv_event event;

        add(watch, 0, "A", 0);
        add(watch, 1, "B", 0);
        fail_look(watch, 1000, codes[i]);
        assert_ptr_equal(hv_watch_next(watch, &event), &tasks[0]);
        assert_int_equal(event.kind, HV_EVENT_JOB_UNREACHABLE);
        assert_int_equal(event.err->code, codes[i]);
        expect(watch, 1, HV_EVENT_JOB_UNREACHABLE, NULL);
        expect_no_more(watch);
        assert_true(hv_watch_is_empty(watch));
        (void)hv_watch_free(watch);
    }
}

/* Contact is lost after five minutes without a good answer, counted for each task. */
static void test_lost_contact(void **state) {
    struct hv_watch *watch = make(0);
    uint64_t last_good = 1000;

    (void)state;
    add(watch, 0, "A", 0);
    look(watch, last_good, nothing);
    expect(watch, 0, HV_EVENT_JOB_MISSING, NULL);
    fail_look(watch, last_good + HV_WATCH_LOST_MS - 1, HV_E_UNREACHABLE);
    expect_no_more(watch);
    add(watch, 1, "B", last_good + HV_WATCH_LOST_MS - 1);
    fail_look(watch, last_good + HV_WATCH_LOST_MS, HV_E_LOST);
    expect(watch, 0, HV_EVENT_JOB_UNREACHABLE, NULL);
    expect_no_more(watch);
    assert_false(hv_watch_is_empty(watch));
    look(watch, last_good + HV_WATCH_LOST_MS + 1000, nothing);
    expect(watch, 1, HV_EVENT_JOB_MISSING, NULL);
    expect_no_more(watch);
    (void)hv_watch_free(watch);
}

/* What a look brought before it failed does not count. */
static void test_half_a_look(void **state) {
    static const char *const shown[] = { "A", NULL };
    struct hv_watch *watch = make(0);
    struct hv_error err;
    struct hv_op *op;

    (void)state;
    add(watch, 0, "A", 0);
    op = begin(watch);
    assert_int_equal(feed_jobs(op, shown), HV_OP_DONE);
    (void)hv_error_set(&err, HV_E_UNREACHABLE, "gone");
    hv_watch_failed(watch, 1000, &err);
    (void)hv_op_free(op);
    expect_no_more(watch);
    (void)hv_watch_free(watch);
}

static int watch_jobs(void *context) {
    static const char *const ids[] = { "A", "B", "C" };
    struct hv_watch *watch = NULL;
    struct hv_op *op = NULL;
    int r = hv_watch_new(JOB_URI, 0, &watch, NULL);

    (void)context;
    for (int i = 0; r == 0 && i < 3; i++)
        r = hv_watch_add(watch, &tasks[i], ids[i], 0, NULL);
    if (r == 0)
        r = hv_watch_begin(watch, &op, NULL);
    (void)hv_op_free(op);
    (void)hv_watch_free(watch);
    return r;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    assert_true(failmalloc_each(watch_jobs, NULL) > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_waits),
        cmocka_unit_test(test_pauses_grow),
        cmocka_unit_test(test_a_fixed_pause_does_not_grow),
        cmocka_unit_test(test_failures_pause_alike),
        cmocka_unit_test(test_a_new_job_is_looked_at_soon),
        cmocka_unit_test(test_each_task_is_told_of_its_job),
        cmocka_unit_test(test_two_tasks_one_job),
        cmocka_unit_test(test_added_during_a_look),
        cmocka_unit_test(test_removed_during_a_look_and_between_events),
        cmocka_unit_test(test_one_job_a_task),
        cmocka_unit_test(test_refusals_end_it),
        cmocka_unit_test(test_lost_contact),
        cmocka_unit_test(test_half_a_look),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
