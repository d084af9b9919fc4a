/* The move of a role by its cluster: what is asked before, what is sent once, and what the end is proven by. */
#include "base/error.h"
#include "base/size.h"
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct hv_move_options by_cluster = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "192.0.2.2", .source_name = "hv01", .by_cluster = true
};
static const struct hv_move_options plain = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01"
};

#define NOBODY       BENCH_ITEMS("")
#define HERE         BENCH_ITEMS(BENCH_VM)
#define GROUP(...)   BENCH_ITEMS(BENCH_GROUP(__VA_ARGS__))
#define HOME         GROUP("HV01", "0", "0")
#define PENDING      GROUP("HV01", "4", "0")
#define QUEUED       GROUP("HV01", "0", "4")
#define ARRIVED      GROUP("HV02", "0", "0")
#define FAILED_HERE  GROUP("HV01", "2", "0")
#define FAILED_THERE GROUP("HV02", "2", "0")

/* Up to where the VM is known to be a role of hvc01. */
static void to_nodes(struct bench *bench, const struct hv_move_options *options) {
    bench_begin(bench, options);
    bench->has_cluster = true;
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, HERE);
    bench_answer(bench, BENCH_ITEMS(BENCH_ROLE));
    bench_answer(bench, BENCH_ITEMS(BENCH_CLUSTER));
}

static void to_request(struct bench *bench, const struct hv_move_options *options) {
    to_nodes(bench, options);
    bench_answer(bench, BENCH_ITEMS(BENCH_NODES));
    bench_answer(bench, BENCH_ITEMS(BENCH_NODE_NAME));
    bench_answer(bench, HOME);
}

static void to_watch(struct bench *bench) {
    to_request(bench, &by_cluster);
    bench_answer(bench, BENCH_TAKEN);
}

/* The request fails with this HRESULT, which proves nothing to those below. */
static void fail_with(struct bench *bench, uint32_t hresult) {
    struct hv_op *op = bench->op;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(1 << 20);
    struct hv_error err = { 0 };
    struct hv_effects effects = { .n = 0 };
    const struct hv_call call = { "https://hv/wsman", "11111111-2222-4333-8444-555555555555", 60000, 512000, 0 };

    assert_int_equal(hv_op_build(op, &call, &bytes, NULL), 0);
    bench->n_moves++;
    bench->op = NULL;
    (void)hv_error_set(&err, HV_E_LOST, "it may have been carried out");
    err.hresult = hresult;
    hv_task_step(&bench->move->task, bench->now_ms,
                 &(const struct hv_event){ .kind = HV_EVENT_OP_FAILED, .tag = bench->move->tag, .op = op, .err = &err },
                 &effects);
    (void)hv_op_free(op);
    for (size_t i = 0; i < effects.n; i++) {
        if (effects.list[i].kind == HV_EFFECT_RUN) {
            bench->op = effects.list[i].op;
            effects.list[i].op = NULL;
        }
    }
    hv_effects_deinit(&effects);
}

static void pause_over(struct bench *bench) {
    assert_string_equal(bench_state(bench), "WATCH_PAUSE");
    bench->now_ms = bench->wake_ms;
    bench_event(bench, HV_EVENT_WAKE);
}

static const struct hv_error *end(struct bench *bench, enum hv_move_outcome outcome, int code) {
    const struct hv_error *error = NULL;

    if (!hv_task_is_done(&bench->move->task))
        fail_msg("the move is in state %s", bench_state(bench));
    assert_int_equal(hv_task_result(&bench->move->task, &error), code);
    assert_string_equal(hv_move_outcome_name(bench->move->result.outcome), hv_move_outcome_name(outcome));
    assert_true(bench->n_moves <= 1);
    return error;
}

static void a_role_that_arrived_is_proven_on_both_hosts(void **state) {
    struct bench bench;

    (void)state;
    to_watch(&bench);
    bench_answer(&bench, QUEUED);
    pause_over(&bench);
    bench_answer(&bench, PENDING);
    assert_string_equal(bench_state(&bench), "FIND_JOB");
    bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("4", "<p:DestinationHost>HV02</p:DestinationHost>")));
    assert_string_equal(bench_state(&bench), "FOLLOW");
    bench_job(&bench, "7");
    assert_string_equal(bench_state(&bench), "WATCH_GROUP");
    bench_answer(&bench, ARRIVED);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)end(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.n_moves, 1);
    assert_non_null(strstr(hv_buf_text(&bench.log), "<p:NodeName>HV02</p:NodeName><p:Parameters>2</p:Parameters>"));
    assert_non_null(strstr(hv_buf_text(&bench.log), "<p:Flags>14</p:Flags>"));
    bench_end(&bench);
}

static void an_owner_that_changed_is_not_enough(void **state) {
    struct bench bench;

    (void)state;
    to_watch(&bench);
    bench_answer(&bench, ARRIVED);
    for (int i = 0; i < 1000 && !hv_task_is_done(&bench.move->task); i++) {
        if (strcmp(bench_state(&bench), "LOOK_PAUSE") == 0) {
            bench.now_ms = bench.wake_ms;
            bench_event(&bench, HV_EVENT_WAKE);
        } else {
            bench_answer(&bench, bench.peer == HV_PEER_SOURCE ? HERE : NOBODY);
        }
    }
    (void)end(&bench, HV_OUTCOME_NOT_MOVED, HV_E_FAILED);
    bench_end(&bench);
}

static void a_move_that_came_back_tells_why(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_watch(&bench);
    bench_answer(&bench, PENDING);
    bench_answer(&bench, NOBODY);
    pause_over(&bench);
    bench_answer(&bench, HOME);
    assert_string_equal(bench_state(&bench), "READ_FAILURE");
    bench_answer(&bench, BENCH_ITEMS(BENCH_ROLE_FAILED("2147942570"))); /* 0x800700AA */
    bench_answer(&bench, NOBODY);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    error = end(&bench, HV_OUTCOME_NOT_MOVED, HV_E_FAILED);
    assert_non_null(strstr(error->cause, "0x800700AA"));
    bench_end(&bench);
}

static void a_role_that_failed_is_warned_of(void **state) {
    struct bench bench;

    (void)state;
    to_watch(&bench);
    bench_answer(&bench, FAILED_HERE);
    bench_answer(&bench, BENCH_ITEMS(BENCH_ROLE));
    bench_answer(&bench, NOBODY);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)end(&bench, HV_OUTCOME_NOT_MOVED, HV_E_FAILED);
    assert_int_equal(bench.move->result.n_warnings, 1);
    bench_end(&bench);
    to_watch(&bench);
    bench_answer(&bench, FAILED_THERE);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)end(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.move->result.n_warnings, 1);
    bench_end(&bench);
}

static void a_lost_answer_is_looked_for_in_the_group(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench, &by_cluster);
    bench_fail(&bench, HV_E_LOST, NULL);
    bench_answer(&bench, ARRIVED);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)end(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.n_moves, 1);
    bench_end(&bench);
}

/* Looks for as long as the request can have effect; nothing ever moves. */
static void stay(struct bench *bench) {
    for (int i = 0; i < 1000 && !hv_task_is_done(&bench->move->task); i++) {
        if (strcmp(bench_state(bench), "WATCH_PAUSE") == 0)
            pause_over(bench);
        else if (strcmp(bench_state(bench), "WATCH_GROUP") == 0)
            bench_answer(bench, HOME);
        else
            bench_answer(bench, bench->peer == HV_PEER_SOURCE ? HERE : NOBODY);
    }
}

static void a_move_that_never_began_is_told_after_a_while(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench, &by_cluster);
    bench_fail(&bench, HV_E_LOST, NULL);
    stay(&bench);
    (void)end(&bench, HV_OUTCOME_NOT_MOVED, HV_E_UNREACHABLE);
    bench_end(&bench);
    to_watch(&bench);
    stay(&bench);
    assert_non_null(strstr(end(&bench, HV_OUTCOME_NOT_MOVED, HV_E_FAILED)->cause, "never seen moving"));
    bench_end(&bench);
    to_request(&bench, &by_cluster);
    fail_with(&bench, 0x8007001F);
    stay(&bench);
    assert_non_null(strstr(end(&bench, HV_OUTCOME_NOT_MOVED, HV_E_FAILED)->cause, "0x8007001F"));
    bench_end(&bench);
}

static void the_clusters_own_no_is_believed(void **state) {
    static const struct {
        uint32_t hresult;
        int code;
    } rows[] = {
        { 0x800713CE, HV_E_NOT_MIGRATABLE }, { 0x800713BA, HV_E_NOT_MIGRATABLE }, { 0x80071714, HV_E_CONFLICT },
        { 0x8007139F, HV_E_CONFLICT },       { 0x800713B2, HV_E_NOT_FOUND },      { 0x80070005, HV_E_DENIED },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const struct hv_error *error;
        struct bench bench;

        to_request(&bench, &by_cluster);
        fail_with(&bench, rows[i].hresult);
        error = end(&bench, HV_OUTCOME_NOT_MOVED, rows[i].code);
        assert_int_equal(error->hresult, rows[i].hresult);
        bench_end(&bench);
    }
}

static void an_error_that_says_pending_is_none(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench, &by_cluster);
    fail_with(&bench, 0x800703E5);
    assert_int_equal(bench.move->result.n_warnings, 0);
    bench_answer(&bench, ARRIVED);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)end(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
}

static void the_other_node_is_asked_when_one_is_silent(void **state) {
    struct bench bench;

    (void)state;
    to_watch(&bench);
    bench_fail(&bench, HV_E_UNREACHABLE, NULL);
    pause_over(&bench);
    assert_int_equal(bench.peer, HV_PEER_DESTINATION);
    bench_answer(&bench, ARRIVED);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)end(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
    to_watch(&bench);
    while (strcmp(bench_state(&bench), "LOOK_DESTINATION") != 0) {
        bench_fail(&bench, HV_E_UNREACHABLE, NULL);
        if (strcmp(bench_state(&bench), "WATCH_PAUSE") == 0)
            pause_over(&bench);
    }
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)end(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
}

static void who_waits_no_more_leaves_it_to_the_cluster(void **state) {
    struct hv_move_options options = by_cluster;
    struct bench bench;

    (void)state;
    to_watch(&bench);
    bench_answer(&bench, QUEUED);
    bench_event(&bench, HV_EVENT_DETACH);
    (void)end(&bench, HV_OUTCOME_RUNNING, HV_E_DETACHED);
    bench_end(&bench);
    options.detach = true;
    to_request(&bench, &options);
    bench_answer(&bench, BENCH_TAKEN);
    bench_answer(&bench, QUEUED);
    (void)end(&bench, HV_OUTCOME_RUNNING, 0);
    bench_end(&bench);
    to_request(&bench, &options);
    bench_answer(&bench, BENCH_TAKEN);
    bench_answer(&bench, PENDING);
    bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("4", "")));
    (void)end(&bench, HV_OUTCOME_RUNNING, 0);
    assert_string_equal(bench.move->result.job_id, BENCH_JOB_ID);
    bench_end(&bench);
}

static void nothing_is_asked_for_that_cannot_be(void **state) {
    struct hv_move_options check = by_cluster;
    struct bench bench;

    (void)state;
    to_nodes(&bench, &by_cluster);
    bench_answer(&bench, BENCH_ITEMS(BENCH_CLUSTER_ITEM("MSCluster_Node", "<p:Name>HV02</p:Name><p:State>2</p:State>")));
    bench_answer(&bench, BENCH_ITEMS(BENCH_NODE_NAME));
    assert_non_null(strstr(end(&bench, HV_OUTCOME_NONE, HV_E_NOT_MIGRATABLE)->message, "paused"));
    bench_end(&bench);
    to_nodes(&bench, &by_cluster);
    bench_answer(&bench, BENCH_ITEMS(BENCH_CLUSTER_ITEM("MSCluster_Node", "<p:Name>HV03</p:Name><p:State>0</p:State>")));
    bench_answer(&bench, BENCH_ITEMS(BENCH_NODE_NAME));
    assert_non_null(strstr(end(&bench, HV_OUTCOME_NONE, HV_E_NOT_MIGRATABLE)->message, "is no node of hvc01"));
    bench_end(&bench);
    to_nodes(&bench, &by_cluster);
    bench_answer(&bench, BENCH_ITEMS(BENCH_NODES));
    bench_answer(&bench, BENCH_ITEMS(BENCH_NODE_NAME));
    bench_answer(&bench, PENDING);
    (void)end(&bench, HV_OUTCOME_NONE, HV_E_CONFLICT);
    assert_int_equal(bench.n_moves, 0);
    bench_end(&bench);
    check.check_only = true;
    to_request(&bench, &check);
    (void)end(&bench, HV_OUTCOME_MIGRATABLE, 0);
    assert_int_equal(bench.n_moves, 0);
    bench_end(&bench);
}

static void a_vm_of_no_cluster_is_not_the_clusters_to_move(void **state) {
    struct bench bench;

    (void)state;
    bench_begin(&bench, &by_cluster);
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, HERE); /* and no role */
    (void)end(&bench, HV_OUTCOME_NONE, HV_E_NOT_MIGRATABLE);
    bench_end(&bench);
}

static void a_plain_move_of_a_role_is_refused(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_nodes(&bench, &plain);
    bench_answer(&bench, BENCH_ITEMS(BENCH_NODES));
    error = end(&bench, HV_OUTCOME_NONE, HV_E_NOT_MIGRATABLE);
    assert_non_null(strstr(error->message, "belongs to the failover cluster hvc01"));
    assert_non_null(strstr(error->remedy, "--cluster"));
    bench_end(&bench);
}

static void a_host_that_keeps_its_cluster_to_itself_stops_no_plain_move(void **state) {
    struct bench bench;

    (void)state;
    bench_begin(&bench, &plain);
    bench.has_cluster = true;
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, HERE);
    bench_fail(&bench, HV_E_DENIED, NULL);
    assert_string_equal(bench_state(&bench), "READ_SOURCE");
    assert_int_equal(bench.move->result.n_warnings, 1);
    bench_end(&bench);
}

static void a_disk_on_a_volume_of_the_cluster_is_reason_to_ask(void **state) {
    static const struct hv_move_options with_storage = {
        .vm = BENCH_VM_ID, .type = HV_MOVE_VM_AND_STORAGE, .destination_name = "hv02", .source_name = "hv01"
    };
    struct bench bench;

    (void)state;
    bench_begin(&bench, &with_storage);
    bench.has_cluster = true;
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, BENCH_ITEMS(BENCH_DISK("C:\\ClusterStorage\\Volume1\\a.vhdx")));
    assert_string_equal(bench_state(&bench), "READ_ROLE");
    bench_end(&bench);
    bench_begin(&bench, &with_storage);
    bench.has_cluster = true;
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, BENCH_ITEMS(BENCH_DISK("D:\\a.vhdx")));
    assert_string_equal(bench_state(&bench), "READ_SOURCE");
    bench_end(&bench);
}

static void what_a_cluster_does_not_take_is_refused_at_once(void **state) {
    struct hv_move_options options = by_cluster;
    struct hv_task *task = NULL;

    (void)state;
    options.type = HV_MOVE_VM_AND_STORAGE;
    assert_int_equal(hv_move_new(&options, &task, NULL), HV_E_ARGUMENT);
    options = by_cluster;
    options.tuning.smb = true;
    assert_int_equal(hv_move_new(&options, &task, NULL), HV_E_ARGUMENT);
    options = by_cluster;
    options.config_path = "C:\\x";
    assert_int_equal(hv_move_new(&options, &task, NULL), HV_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_role_that_arrived_is_proven_on_both_hosts),
        cmocka_unit_test(an_owner_that_changed_is_not_enough),
        cmocka_unit_test(a_move_that_came_back_tells_why),
        cmocka_unit_test(a_role_that_failed_is_warned_of),
        cmocka_unit_test(a_lost_answer_is_looked_for_in_the_group),
        cmocka_unit_test(a_move_that_never_began_is_told_after_a_while),
        cmocka_unit_test(the_clusters_own_no_is_believed),
        cmocka_unit_test(an_error_that_says_pending_is_none),
        cmocka_unit_test(the_other_node_is_asked_when_one_is_silent),
        cmocka_unit_test(who_waits_no_more_leaves_it_to_the_cluster),
        cmocka_unit_test(nothing_is_asked_for_that_cannot_be),
        cmocka_unit_test(a_vm_of_no_cluster_is_not_the_clusters_to_move),
        cmocka_unit_test(a_plain_move_of_a_role_is_refused),
        cmocka_unit_test(a_host_that_keeps_its_cluster_to_itself_stops_no_plain_move),
        cmocka_unit_test(a_disk_on_a_volume_of_the_cluster_is_reason_to_ask),
        cmocka_unit_test(what_a_cluster_does_not_take_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
