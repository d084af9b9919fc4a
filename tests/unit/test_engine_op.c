/* Operations of one exchange as conversations: what we must have sent, what was answered, what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"
#include "cim/params.h"
#include "op_bench.h"
#include "support/fixture.h"
#include "wsman/identify.h"

static void test_identify(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    struct hv_identity identity;

    (void)state;
    assert_int_equal(hv_op_new_identify(&op, NULL), 0);
    assert_string_equal(hv_op_name(op), "Identify");
    assert_null(hv_op_identity(op));
    assert_int_equal(bench_talk(op, "synthetic/wsman-identify", 1), HV_OP_DONE);
    assert_string_equal(hv_op_identity(op)->vendor, "Microsoft Corporation");
    assert_int_equal(hv_op_identity(op)->n_security_profiles, 2);
    assert_null(hv_op_instance(op));
    assert_int_equal(hv_op_n_instances(op), 0);
    hv_op_take_identity(op, &identity);
    assert_null(hv_op_identity(op));
    assert_string_equal(identity.product_version, "OS: 10.0.20348 SP: 0.0 Stack: 3.0");
    hv_identity_deinit(&identity);
    hv_op_take_identity(op, &identity);
    assert_null(identity.vendor);
}

static void test_get(void **state) {
    HV_CLEANUP(hv_epr_free)
    struct hv_epr *target = bench_target(BENCH_V2 "Msvm_ComputerSystem", "CreationClassName", "Msvm_ComputerSystem");
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *taken = NULL;

    (void)state;
    assert_int_equal(hv_epr_add_selector(target, "Name", "1C5D9A52-77B6-4C3C-8D7E-11B0F7B5A001", NULL), 0);
    assert_int_equal(hv_op_new_get(target, &op, NULL), 0);
    assert_string_equal(hv_op_name(op), "Get Msvm_ComputerSystem");
    assert_false(hv_op_is_once(op));
    assert_int_equal(bench_talk(op, "synthetic/wsman-get", 1), HV_OP_DONE);
    assert_string_equal(hv_instance_text(hv_op_instance(op), "ElementName"), "web 01 <&>");
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
    taken = hv_op_take_instance(op);
    assert_non_null(taken);
    assert_null(hv_op_instance(op));
    assert_null(hv_op_take_instance(op));
}

static void test_invoke(void **state) {
    HV_CLEANUP(hv_epr_free)
    struct hv_epr *service =
        bench_target(BENCH_V2 "Msvm_VirtualSystemMigrationService", "CreationClassName", "Msvm_VirtualSystemMigrationService");
    HV_CLEANUP(hv_epr_free)
    struct hv_epr *vm = bench_target(BENCH_V2 "Msvm_ComputerSystem", "CreationClassName", "Msvm_ComputerSystem");
    HV_CLEANUP(hv_instance_free) struct hv_instance *settings = NULL;
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    const struct hv_epr *job;
    uint32_t value;

    (void)state;
    assert_int_equal(hv_epr_add_selector(vm, "Name", "1C5D9A52-77B6-4C3C-8D7E-11B0F7B5A001", NULL), 0);
    assert_int_equal(hv_instance_new("Msvm_VirtualSystemMigrationSettingData", NULL, &settings, NULL), 0);
    assert_int_equal(hv_instance_set(settings, "MigrationType", HV_CIM_UINT16, "32768", NULL), 0);
    assert_int_equal(hv_instance_set(settings, "TransportType", HV_CIM_UINT16, "5", NULL), 0);
    assert_int_equal(hv_params_new(&params, NULL), 0);
    assert_int_equal(hv_params_add_reference(params, "ComputerSystem", vm, NULL), 0);
    assert_int_equal(hv_params_add_text(params, "DestinationHost", "hv02.example.test", NULL), 0);
    assert_int_equal(hv_params_add_instance(params, "MigrationSettingData", settings, NULL), 0);
    assert_int_equal(hv_op_new_invoke(service, "MigrateVirtualSystemToHost", params, &op, NULL), 0);
    params = hv_params_free(params); /* copied */
    assert_string_equal(hv_op_name(op), "Invoke Msvm_VirtualSystemMigrationService.MigrateVirtualSystemToHost");
    assert_true(hv_op_is_once(op));
    assert_int_equal(bench_talk(op, "synthetic/wsman-invoke", 1), HV_OP_DONE);
    assert_int_equal(hv_op_return_value(op, &value, NULL), 0);
    assert_int_equal(value, 4096);
    assert_string_equal(hv_instance_class(hv_op_instance(op)), "MigrateVirtualSystemToHost_OUTPUT");
    job = hv_property_reference(hv_instance_find(hv_op_instance(op), "Job"), 0);
    assert_string_equal(hv_epr_selector(job, "InstanceID"), "E3CCD734-71F6-46A1-BBB2-B4DB47242C2D");
    assert_int_equal(bench_build(op, &bytes, NULL), HV_E_INTERNAL);
}

/* Sent at most once: whatever came of the first request, there is no second. */
static void test_an_invoke_is_built_once(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = bench_invoke();
    HV_CLEANUP_BUF struct hv_buf tiny = HV_BUF_INIT(10);
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(bench_build(op, &tiny, &err), HV_E_LIMIT);
    assert_non_null(strstr(err.message, "Invoke Msvm_X.Start: "));
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    assert_true(bench_feed_fault(op, "Receiver", "w:InternalError", "2150859174", &err) < 0);
    assert_false(hv_op_retry(op, &err));
    assert_int_equal(bench_build(op, &bytes, &err), HV_E_INTERNAL);
}

static void test_return_values(void **state) {
    static const struct {
        const char *body;
        int outcome;
        uint32_t value;
    } rows[] = {
        { "<p:Start_OUTPUT><p:ReturnValue>0</p:ReturnValue></p:Start_OUTPUT>", 0, 0 },
        { "<p:Start_OUTPUT><p:ReturnValue> 32775 </p:ReturnValue><p:Job xsi:nil='true'/></p:Start_OUTPUT>", 0, 32775 },
        { "<p:Msvm_X_OUTPUT><p:returnvalue>4294967295</p:returnvalue></p:Msvm_X_OUTPUT>", 0, 4294967295 },
        { "<p:Start_OUTPUT/>", HV_E_PROTOCOL, 0 },
        { "<p:Start_OUTPUT><p:ReturnValue xsi:nil='true'/></p:Start_OUTPUT>", HV_E_PROTOCOL, 0 },
        { "<p:Start_OUTPUT><p:ReturnValue>-1</p:ReturnValue></p:Start_OUTPUT>", HV_E_PROTOCOL, 0 },
        { "<p:Start_OUTPUT><p:ReturnValue>4294967296</p:ReturnValue></p:Start_OUTPUT>", HV_E_PROTOCOL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_op_free) struct hv_op *op = bench_invoke();
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
        struct hv_error err = { 0 };
        uint32_t value = 4711;

        assert_int_equal(hv_op_return_value(op, &value, &err), HV_E_PROTOCOL);
        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        assert_int_equal(bench_feed(op, 200, rows[i].body, NULL), HV_OP_DONE);
        assert_int_equal(hv_op_return_value(op, &value, &err), rows[i].outcome);
        assert_int_equal(value, rows[i].outcome == 0 ? rows[i].value : 4711);
        if (rows[i].outcome < 0)
            assert_non_null(strstr(err.message, "Invoke Msvm_X.Start: "));
    }
}

static void test_other_timeouts_are_failures(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        HV_CLEANUP(hv_op_free)
        struct hv_op *op = i == 0   ? bench_get()
                           : i == 1 ? bench_invoke()
                                    : bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X" });
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
        struct hv_error err = { 0 };

        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        assert_true(bench_feed_fault(op, "Receiver", "w:TimedOut", "2150858793", &err) < 0);
        assert_int_equal(hv_op_stop(op), HV_OP_DONE);
        assert_false(hv_op_refused(&err));
    }
}

/* Bad answers to each operation: an error that names the operation, and no result. */
static void test_bad_answers(void **state) {
    static const struct {
        int status;
        const char *text;
        int code;
    } rows[] = {
        { 200, "", HV_E_PROTOCOL },
        { 200, "<html/>", HV_E_PROTOCOL },
        { 200, "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body/></s:Envelope>", HV_E_PROTOCOL },
        { 200, "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Bo", HV_E_PROTOCOL },
        { 401, "", HV_E_AUTH },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows) * 4; i++) {
        HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
        struct hv_error err = { 0 };

        switch (i % 4) {
        case 0:
            assert_int_equal(hv_op_new_identify(&op, NULL), 0);
            break;
        case 1:
            op = bench_get();
            break;
        case 2:
            op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X" });
            break;
        default:
            op = bench_invoke();
        }
        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        assert_int_equal(bench_feed_text(op, rows[i / 4].status, rows[i / 4].text, &err), rows[i / 4].code);
        assert_true(hv_text_starts(err.message, hv_op_name(op)));
        assert_null(hv_op_identity(op));
        assert_null(hv_op_instance(op));
        assert_int_equal(hv_op_n_instances(op), 0);
    }
}

static void test_an_answer_to_another_request(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = bench_get();
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct hv_call call = {
        .to = "http://h/wsman", .message_id = "OTHER", .operation_timeout_ms = 1, .max_envelope_size = 512000
    };
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_op_build(op, &call, &bytes, NULL), 0);
    assert_int_equal(bench_feed(op, 200, "<p:Msvm_X/>", &err), HV_E_PROTOCOL);
    /* The newest request counts. */
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    assert_int_equal(bench_feed(op, 200, "<p:Msvm_X/>", &err), HV_OP_DONE);
}

static void test_wrong_arguments(void **state) {
    static const char *const bad_methods[] = { NULL, "", "a b", "a/b", "1", "a>" };
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = bench_target(BENCH_V2 "Msvm_X", NULL, NULL);
    struct hv_op *op = NULL;

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(bad_methods); i++)
        assert_int_equal(hv_op_new_invoke(target, bad_methods[i], NULL, &op, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_op_new_enumerate(&(struct hv_enumerate_options){ .resource_uri = NULL }, &op, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_op_new_enumerate(&(struct hv_enumerate_options){ .resource_uri = "" }, &op, NULL), HV_E_ARGUMENT);
    assert_null(op);
}

/* The answer is made before, because only the allocations of the operation are to fail. */
struct script {
    struct hv_epr *target;
    struct hv_buf answer;
};

static int call_method(void *context) {
    struct script *script = context;
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    int r = hv_params_new(&params, NULL);

    if (r == 0)
        r = hv_params_add_text(params, "A", "1", NULL);
    if (r == 0)
        r = hv_op_new_invoke(script->target, "Start", params, &op, NULL);
    if (r == 0)
        r = bench_build(op, &bytes, NULL);
    if (r == 0)
        r = bench_feed_text(op, 200, hv_buf_text(&script->answer), NULL);
    return r;
}

static int identify(void *context) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    int r = hv_op_new_identify(&op, NULL);

    if (r == 0)
        r = bench_build(op, &bytes, NULL);
    return r == 0 ? bench_feed_text(op, 200, context, NULL) : r;
}

static void test_every_allocation_may_fail(void **state) {
    HV_CLEANUP_FREE char *identity = fixture_read("synthetic/wsman-identify/000.response.xml", NULL);
    struct script script = { .target = bench_target(BENCH_V2 "Msvm_X", "InstanceID", "1"), .answer = HV_BUF_INIT(BENCH_BYTES) };

    (void)state;
    bench_write_answer(&script.answer, "<p:Start_OUTPUT><p:ReturnValue>0</p:ReturnValue></p:Start_OUTPUT>");
    bench_starve(call_method, &script);
    bench_starve(identify, identity);
    hv_buf_deinit(&script.answer);
    (void)hv_epr_free(script.target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identify),        cmocka_unit_test(test_get),
        cmocka_unit_test(test_invoke),          cmocka_unit_test(test_an_invoke_is_built_once),
        cmocka_unit_test(test_return_values),   cmocka_unit_test(test_other_timeouts_are_failures),
        cmocka_unit_test(test_bad_answers),     cmocka_unit_test(test_an_answer_to_another_request),
        cmocka_unit_test(test_wrong_arguments), cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
