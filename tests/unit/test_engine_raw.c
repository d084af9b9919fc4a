/* The public tasks of wsman.h, run by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "cim/instance.h"
#include "cim/params.h"
#include "engine/task.h"
#include "support/failmalloc.h"
#include "support/fixture.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

#define V2 HV_WMI_PREFIX "root/virtualization/v2/"

enum { MOST_BYTES = 1 << 20 };

/* Starts TASK and returns the operation that it wants run. */
static struct hv_op *start(struct hv_task *task) {
    struct hv_effects effects = { .n = 0 };
    struct hv_op *op;

    hv_task_step(task, 0, &(struct hv_event){ .kind = HV_EVENT_START }, &effects);
    assert_int_equal(effects.n, 1);
    assert_int_equal(effects.list[0].kind, HV_EFFECT_RUN);
    assert_int_equal(effects.list[0].peer, HV_PEER_SOURCE);
    op = effects.list[0].op;
    effects.list[0].op = NULL;
    hv_effects_deinit(&effects);
    return op;
}

/* Lets a fixture answer OP and tells TASK. */
static void finish(struct hv_task *task, struct hv_op *op, const char *name) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(MOST_BYTES);
    HV_CLEANUP_FREE char *text = fixture_read(name, NULL);
    const struct hv_call call = { .to = "https://hv01/wsman",
                                  .message_id = "5D4C0B39-0A45-4E8B-9F01-6F2D7A1C0E11",
                                  .operation_timeout_ms = 60000,
                                  .max_envelope_size = 512000 };
    const struct hv_answer answer = {
        .status = 200, .content_type = "application/soap+xml", .bytes = text, .n_bytes = strlen(text)
    };
    struct hv_effects effects = { .n = 0 };

    assert_int_equal(hv_op_build(op, &call, &bytes, NULL), 0);
    assert_int_equal(hv_op_feed(op, &answer, NULL), HV_OP_DONE);
    hv_task_step(task, 0, &(struct hv_event){ .kind = HV_EVENT_OP_DONE, .op = op }, &effects);
    assert_true(hv_task_is_done(task));
    assert_int_equal(effects.n, 1);
    assert_int_equal(effects.list[0].kind, HV_EFFECT_DONE);
}

static struct hv_epr *make_target(void) {
    struct hv_epr *epr = NULL;

    assert_int_equal(hv_epr_new(V2 "Msvm_X", &epr, NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "InstanceID", "1", NULL), 0);
    return epr;
}

static void test_identify(void **state) {
    struct hv_task *task = NULL;
    struct hv_op *op;

    (void)state;
    assert_int_equal(hv_identify_new(&task, NULL), 0);
    assert_null(hv_identify_result(task));
    op = start(task);
    finish(task, op, "synthetic/wsman-identify/000.response.xml");
    (void)hv_op_free(op); /* the result outlives it */
    assert_int_equal(hv_task_result(task, NULL), 0);
    assert_string_equal(hv_identify_result(task)->vendor, "Microsoft Corporation");
    assert_null(hv_get_result(task));
    assert_null(hv_task_free(task));
}

static void test_get(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = make_target();
    struct hv_task *task = NULL;
    struct hv_op *op;

    (void)state;
    assert_int_equal(hv_get_new(target, &task, NULL), 0);
    assert_null(hv_get_result(task));
    op = start(task);
    finish(task, op, "synthetic/wsman-get/000.response.xml");
    (void)hv_op_free(op);
    assert_string_equal(hv_instance_text(hv_get_result(task), "ElementName"), "web 01 <&>");
    assert_null(hv_identify_result(task));
    (void)hv_task_free(task);
}

static void test_invoke(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = make_target();
    struct hv_task *task = NULL;
    struct hv_op *op;
    uint64_t value;

    (void)state;
    assert_int_equal(hv_invoke_new(target, "MigrateVirtualSystemToHost", NULL, &task, NULL), 0);
    op = start(task);
    assert_true(hv_op_is_once(op));
    finish(task, op, "synthetic/wsman-invoke/000.response.xml");
    (void)hv_op_free(op);
    assert_int_equal(hv_instance_u64(hv_invoke_result(task), "ReturnValue", UINT32_MAX, &value, NULL), 0);
    assert_int_equal(value, 4096);
    (void)hv_task_free(task);
}

static int count_item(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    (void)err;
    assert_non_null(*instance);
    assert_non_null(epr);
    (*(int *)context)++;
    return 0;
}

static void test_enumerate(void **state) {
    int n_items = 0;
    struct hv_task *task = NULL;
    struct hv_op *op;
    const struct hv_enumerate_options options = { .resource_uri = V2 "*",
                                                  .wql = "SELECT * FROM Msvm_ComputerSystem",
                                                  .mode = HV_ENUMERATE_OBJECT_AND_EPR,
                                                  .on_item = count_item,
                                                  .context = &n_items };

    (void)state;
    assert_int_equal(hv_enumerate_new(&options, &task, NULL), 0);
    op = start(task);
    finish(task, op, "synthetic/wsman-query/000.response.xml");
    (void)hv_op_free(op);
    assert_int_equal(n_items, 1);
    assert_int_equal(hv_task_result(task, NULL), 0);
    (void)hv_task_free(task);
}

/* Who looks at the bytes only needs no listener, and nothing piles up. */
static void test_enumerate_without_listener(void **state) {
    struct hv_task *task = NULL;
    struct hv_op *op;

    (void)state;
    assert_int_equal(hv_enumerate_new(&(struct hv_enumerate_options){ .resource_uri = V2 "Msvm_X" }, &task, NULL), 0);
    op = start(task);
    finish(task, op, "synthetic/wsman-query/000.response.xml");
    assert_int_equal(hv_op_n_instances(op), 0);
    (void)hv_op_free(op);
    (void)hv_task_free(task);
}

static void test_failure_is_kept(void **state) {
    struct hv_task *task = NULL;
    struct hv_op *op;
    struct hv_error err;
    const struct hv_error *kept;
    struct hv_effects effects = { .n = 0 };

    (void)state;
    assert_int_equal(hv_identify_new(&task, NULL), 0);
    op = start(task);
    (void)hv_error_set(&err, HV_E_TLS, "no trust");
    hv_task_step(task, 0, &(struct hv_event){ .kind = HV_EVENT_OP_FAILED, .op = op, .err = &err }, &effects);
    assert_int_equal(hv_task_result(task, &kept), HV_E_TLS);
    assert_string_equal(kept->message, "no trust");
    assert_null(hv_identify_result(task));
    (void)hv_op_free(op);
    (void)hv_task_free(task);
}

static void test_detach_cancels(void **state) {
    struct hv_task *task = NULL;
    struct hv_op *op;
    struct hv_effects effects = { .n = 0 };

    (void)state;
    assert_int_equal(hv_identify_new(&task, NULL), 0);
    op = start(task);
    hv_task_step(task, 0, &(struct hv_event){ .kind = HV_EVENT_DETACH }, &effects);
    assert_int_equal(hv_task_result(task, NULL), HV_E_CANCELLED);
    (void)hv_op_free(op);
    (void)hv_task_free(task);
}

/* What acts may have been done when nobody waits for its answer any more. */
static void test_detach_from_what_acts_does_not_know(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = make_target();
    const struct hv_error *error = NULL;
    struct hv_effects effects = { .n = 0 };
    struct hv_task *tasks[2] = { NULL, NULL };

    (void)state;
    assert_int_equal(hv_invoke_new(target, "M", NULL, &tasks[0], NULL), 0);
    assert_int_equal(hv_delete_new(target, &tasks[1], NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        struct hv_op *op = start(tasks[i]);

        hv_task_step(tasks[i], 0, &(struct hv_event){ .kind = HV_EVENT_DETACH }, &effects);
        assert_int_equal(hv_task_result(tasks[i], &error), HV_E_LOST);
        assert_non_null(strstr(error->message, "may have been carried out"));
        assert_true(error->remedy[0]);
        (void)hv_op_free(op);
        (void)hv_task_free(tasks[i]);
    }
}

static void test_wrong_arguments(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = make_target();
    struct hv_task *task = NULL;

    (void)state;
    assert_int_equal(hv_get_new(NULL, &task, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_invoke_new(NULL, "M", NULL, &task, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_invoke_new(target, "M N", NULL, &task, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_enumerate_new(NULL, &task, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_enumerate_new(&(struct hv_enumerate_options){ .resource_uri = NULL }, &task, NULL), HV_E_ARGUMENT);
    assert_null(task);
}

static int make_all(void *context) {
    struct hv_task *task = NULL;
    int r = hv_identify_new(&task, NULL);

    task = hv_task_free(task);
    if (r == 0)
        r = hv_get_new(context, &task, NULL);
    task = hv_task_free(task);
    if (r == 0)
        r = hv_invoke_new(context, "M", NULL, &task, NULL);
    (void)hv_task_free(task);
    return r;
}

static void test_every_allocation_may_fail(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = make_target();

    (void)state;
    assert_true(failmalloc_each(make_all, target) > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identify),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_invoke),
        cmocka_unit_test(test_enumerate),
        cmocka_unit_test(test_enumerate_without_listener),
        cmocka_unit_test(test_failure_is_kept),
        cmocka_unit_test(test_detach_cancels),
        cmocka_unit_test(test_detach_from_what_acts_does_not_know),
        cmocka_unit_test(test_wrong_arguments),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
