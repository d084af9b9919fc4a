/* A move whose clock jumps (design.md 3.2). */
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOBODY BENCH_ITEMS("")
#define HERE   BENCH_ITEMS(BENCH_VM)

static void to_request(struct bench *bench) {
    static const struct hv_move_options options = {
        .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01"
    };

    bench_begin(bench, &options);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, HERE);
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
}

/* A machine that slept for a day: what was seen before is worth nothing, and everybody is asked again before anything is said. */
static void a_clock_that_jumps_ends_nothing_without_a_fresh_look(void **state) {
    struct bench bench;

    (void)state;
    for (int shows_up = 0; shows_up < 2; shows_up++) {
        to_request(&bench);
        bench_fail(&bench, HV_E_LOST, NULL);
        bench_answer(&bench, NOBODY); /* no job */
        bench_answer(&bench, NOBODY);
        bench_answer(&bench, HERE);
        assert_string_equal(bench_state(&bench), "LOOK_PAUSE");
        bench.now_ms += UINT64_C(24) * 3600 * 1000;
        bench_event(&bench, HV_EVENT_WAKE);
        assert_string_equal(bench_state(&bench), "FIND_JOB");
        bench_answer(&bench, shows_up ? BENCH_ITEMS(BENCH_JOB("4", "")) : NOBODY);
        if (shows_up) {
            assert_string_equal(bench_state(&bench), "FOLLOW");
        } else {
            bench_answer(&bench, HERE); /* it has moved meanwhile */
            bench_answer(&bench, NOBODY);
            assert_true(hv_task_is_done(&bench.move->task));
            assert_int_equal(bench.move->result.outcome, HV_OUTCOME_MOVED);
            assert_int_equal(bench.move->result.sights[HV_SIGHT_SOURCE].at_ms, bench.now_ms);
            assert_string_equal(bench.move->result.sights[HV_SIGHT_DESTINATION].seen, "it has the VM, running");
            assert_string_equal(hv_sight_name(HV_SIGHT_DESTINATION), "destination");
        }
        bench_end(&bench);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_clock_that_jumps_ends_nothing_without_a_fresh_look) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
