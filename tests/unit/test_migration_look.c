/* Where is the VM? How long that is asked, and of whom. */
#include "move_bench.h"
#include "move_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/size.h"

#define NOBODY BENCH_ITEMS("")
#define HERE   BENCH_ITEMS(BENCH_VM)

/* Each refusal of a password counts towards the lock of an account; one may be passing. */
static void a_source_that_refuses_the_sign_in_is_not_asked_for_long(void **state) {
    const struct hv_error *error = NULL;
    struct bench bench;
    unsigned n_asked = 0;

    (void)state;
    bench_reach(&bench, HV_MIG_STATE_REQUEST);
    bench_fail(&bench, HV_E_LOST, NULL);
    while (!hv_task_is_done(&bench.move->task)) {
        if (!bench.op) {
            bench.now_ms = bench.wake_ms;
            bench_event(&bench, HV_EVENT_WAKE);
        } else if (bench.peer == HV_PEER_SOURCE) {
            n_asked++;
            bench_fail(&bench, HV_E_AUTH, NULL);
        } else {
            bench_answer(&bench, NOBODY);
        }
    }
    assert_int_equal(n_asked, 4); /* two rounds, for the job and for the VM */
    assert_int_equal(hv_task_result(&bench.move->task, &error), HV_E_UNKNOWN_OUTCOME);
    assert_int_equal(bench.move->result.outcome, HV_OUTCOME_UNKNOWN);
    assert_non_null(strstr(error->remedy, "sign in with user and password that"));
    assert_int_equal(bench.n_moves, 1);
    bench_end(&bench);
}

/* The job goes on meanwhile, and is followed on. */
static void a_refusal_that_passes_does_not_end_the_following(void **state) {
    struct bench bench;

    (void)state;
    bench_reach(&bench, HV_MIG_STATE_FOLLOW);
    for (unsigned i = 0; i < 3; i++) {
        bench_event(&bench, HV_EVENT_JOB_UNREACHABLE);
        bench_answer(&bench, NOBODY);
        bench_fail(&bench, HV_E_AUTH, NULL);
        assert_string_equal(bench_state(&bench), "LOOK_PAUSE");
        bench.now_ms = bench.wake_ms;
        bench_event(&bench, HV_EVENT_WAKE);
        bench_answer(&bench, BENCH_JOB("4", ""));
        assert_string_equal(bench_state(&bench), "FOLLOW");
    }
    bench_end(&bench);
}

/* Between the look and the request another request moved it: what is said of it is where it is. */
static void a_vm_that_is_gone_when_it_is_asked_for_is_looked_for(void **state) {
    static const struct {
        int code;
        const char *subcode;
        const char *destination; /* NULL: nobody is asked */
        const char *source;
        enum hv_move_outcome outcome;
        int end;
    } rows[] = {
        { HV_E_NOT_FOUND, NULL, HERE, NOBODY, HV_OUTCOME_MOVED, 0 },
        { HV_E_NOT_FOUND, NULL, NOBODY, HERE, HV_OUTCOME_NOT_MOVED, HV_E_NOT_FOUND },
        { HV_E_NOT_FOUND, "{x}InvalidSelectors", NOBODY, HERE, HV_OUTCOME_NOT_MOVED, HV_E_NOT_FOUND },
        { HV_E_NOT_FOUND, "{x}DestinationUnreachable", NOBODY, HERE, HV_OUTCOME_NOT_MOVED, HV_E_NOT_FOUND },
        { HV_E_NOT_FOUND, NULL, NOBODY, NOBODY, HV_OUTCOME_UNKNOWN, HV_E_UNKNOWN_OUTCOME },
        { HV_E_DENIED, NULL, NULL, NULL, HV_OUTCOME_NOT_MOVED, HV_E_DENIED },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const struct hv_error *error = NULL;
        struct bench bench;

        bench_reach(&bench, HV_MIG_STATE_REQUEST);
        bench_fail(&bench, rows[i].code, rows[i].subcode);
        while (!hv_task_is_done(&bench.move->task)) {
            assert_non_null(rows[i].destination);
            assert_non_null(bench.op);
            if (bench.move->state == HV_MIG_STATE_LOOK_DESTINATION)
                bench_answer(&bench, rows[i].destination);
            else
                bench_answer(&bench, bench.peer == HV_PEER_SOURCE ? rows[i].source : NOBODY);
        }
        assert_int_equal(hv_task_result(&bench.move->task, &error), rows[i].end);
        assert_string_equal(hv_move_outcome_name(bench.move->result.outcome), hv_move_outcome_name(rows[i].outcome));
        if (rows[i].outcome == HV_OUTCOME_NOT_MOVED)
            assert_non_null(strstr(error->message, "was not asked to move"));
        assert_false(bench.move->result.request_sent);
        assert_int_equal(bench.n_moves, 1);
        bench_end(&bench);
    }
}

/* ---- storage that moved within one host, when the job is gone and so is whoever asked for it ---- */

#define DISK_ID "Microsoft:" BENCH_VM_ID "\\C\\0\\0\\L"

static const struct hv_move_place to_path = { .instance_id = DISK_ID, .from = "C:\\a.vhdx", .to = "D:\\New\\a.vhdx" };
static const struct hv_move_place to_pool = { .instance_id = DISK_ID, .from = "C:\\a.vhdx", .to = "", .pool = "fast" };

static const char *answer_to(const struct bench *bench, const char *files) {
    switch (bench->move->state) {
    case HV_MIG_STATE_LOOK_SOURCE:
        return HERE;
    case HV_MIG_STATE_LOOK_DISKS:
    case HV_MIG_STATE_LOOK_ROOTS:
        return files;
    default:
        return NOBODY;
    }
}

static void to_the_end(struct bench *bench, const char *files) {
    bench_event(bench, HV_EVENT_START);
    while (!hv_task_is_done(&bench->move->task)) {
        if (!bench->op) {
            bench->now_ms = bench->wake_ms;
            bench_event(bench, HV_EVENT_WAKE);
        } else if (bench->move->state == HV_MIG_STATE_READ_JOB) {
            bench_fail(bench, HV_E_NOT_FOUND, NULL);
        } else {
            bench_answer(bench, answer_to(bench, files));
        }
    }
}

static void the_places_that_were_asked_for_settle_a_move_without_a_job(void **state) {
    static const struct hv_move_places path = { .disks = &to_path, .n_disks = 1 };
    static const struct hv_move_places pool = { .disks = &to_pool, .n_disks = 1 };
    static const struct hv_move_places folder = { .config_path = "D:\\New" };
    static const struct {
        const struct hv_move_places *places;
        const char *files;
        enum hv_move_outcome outcome;
    } rows[] = {
        { &path, BENCH_ITEMS(BENCH_DISK("D:\\New\\a.vhdx")), HV_OUTCOME_MOVED },
        { &path, BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")), HV_OUTCOME_NOT_MOVED },
        { &path, BENCH_ITEMS(BENCH_DISK("E:\\b.vhdx")), HV_OUTCOME_UNKNOWN },
        { &path, NOBODY, HV_OUTCOME_UNKNOWN },
        { &pool, BENCH_ITEMS(BENCH_DISK("E:\\Pool\\a.vhdx")), HV_OUTCOME_MOVED },
        { &pool, BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")), HV_OUTCOME_NOT_MOVED },
        { &folder, BENCH_ITEMS(BENCH_ROOTS("D:\\New\\")), HV_OUTCOME_MOVED },
        { &folder, BENCH_ITEMS(BENCH_ROOTS("C:\\Old")), HV_OUTCOME_NOT_MOVED },
        { NULL, BENCH_ITEMS(BENCH_DISK("D:\\New\\a.vhdx")), HV_OUTCOME_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < 2 * HV_ARRAY_SIZE(rows); i++) {
        const struct hv_move_options options = {
            .vm = BENCH_VM_ID,
            .type = HV_MOVE_STORAGE,
            .source_name = "hv01",
            .follow_id = i % 2 == 0 ? BENCH_JOB_ID : NULL,
            .resume = i % 2 != 0,
            .places = rows[i / 2].places,
        };
        struct bench bench;

        bench_begin(&bench, &options);
        to_the_end(&bench, rows[i / 2].files);
        if (bench.move->result.outcome != rows[i / 2].outcome)
            fail_msg("row %zu: %s", i, hv_move_outcome_name(bench.move->result.outcome));
        assert_int_equal(bench.n_moves, 0);
        bench_end(&bench);
    }
}

/* The job began, failed, and was forgotten before anybody came back. */
static void copies_of_a_forgotten_job_are_named(void **state) {
    static const char copy[] =
        BENCH_ITEMS("<p:CIM_DataFile xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/CIM_DataFile\">"
                    "<p:Name>d:\\new\\a.vhdx</p:Name></p:CIM_DataFile>");
    const struct hv_move_places places = { .disks = &to_path, .n_disks = 1 };
    const struct hv_move_options options = {
        .vm = BENCH_VM_ID,
        .type = HV_MOVE_VM_AND_STORAGE,
        .source_name = "hv01",
        .destination_name = "hv02",
        .resume = true,
        .places = &places,
    };
    struct bench bench;

    (void)state;
    bench_begin(&bench, &options);
    bench_event(&bench, HV_EVENT_START);
    while (!hv_task_is_done(&bench.move->task)) {
        if (bench.op) {
            bench_answer(&bench, bench.move->state == HV_MIG_STATE_LOOK_COPIES ? copy : answer_to(&bench, NOBODY));
        } else {
            bench.now_ms = bench.wake_ms;
            bench_event(&bench, HV_EVENT_WAKE);
        }
    }
    assert_int_equal(bench.move->result.outcome, HV_OUTCOME_NOT_MOVED);
    assert_int_equal(bench.move->result.n_leftovers, 1);
    assert_non_null(strstr(bench.move->result.leftovers[0], "D:\\New\\a.vhdx on hv02"));
    bench_end(&bench);
}

/* Places of a request to come are said by other options. */
static void places_of_before_start_nothing(void **state) {
    const struct hv_move_places places = { .disks = &to_path, .n_disks = 1 };
    const struct hv_move_options options = {
        .vm = "app01", .type = HV_MOVE_STORAGE, .storage_path = "D:\\New", .places = &places
    };
    struct hv_task *task = NULL;

    (void)state;
    assert_int_equal(hv_move_new(&options, &task, NULL), HV_E_ARGUMENT);
    assert_null(task);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_that_refuses_the_sign_in_is_not_asked_for_long),
        cmocka_unit_test(a_refusal_that_passes_does_not_end_the_following),
        cmocka_unit_test(a_vm_that_is_gone_when_it_is_asked_for_is_looked_for),
        cmocka_unit_test(the_places_that_were_asked_for_settle_a_move_without_a_job),
        cmocka_unit_test(copies_of_a_forgotten_job_are_named),
        cmocka_unit_test(places_of_before_start_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
