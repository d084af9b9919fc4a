/* Where is the VM? How long that is asked, and of whom. */
#include "move_bench.h"
#include "move_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define NOBODY BENCH_ITEMS("")

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_that_refuses_the_sign_in_is_not_asked_for_long),
        cmocka_unit_test(a_refusal_that_passes_does_not_end_the_following),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
