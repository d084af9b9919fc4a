/*
 * The table of the move's state machine: for each of its states and each event, which state comes next and what is to be done,
 * or that the pair is illegal. A pair that is missing here fails by count.
 */
#include "move_bench.h"
#include "move_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define ILLEGAL                                                                                                                  \
    { NULL, NULL }

/* One row a state: what the answer is, and for each event in the order of HV_MIG_EVENTS the next state and the
 * effects. */
static const struct row {
    enum hv_mig_state state;
    const char *answer;
    struct {
        const char *next;
        const char *effects;
    } events[HV_MIG_N_EVENTS];
} rows[] = {
    /*                                  START, ANSWER, ERROR, LOST, WAKE, JOB, JOB_MISSING, JOB_UNREACHABLE, DETACH, CANCEL */
    { HV_MIG_STATE_NEW,
      NULL,
      { { "FIND_VM", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "NEW", "done" },
        { "NEW", "done" } } },
    { HV_MIG_STATE_FIND_VM,
      BENCH_ITEMS(BENCH_VM),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "FIND_VM", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FIND_VM", "done" },
        { "FIND_VM", "done" } } },
    { HV_MIG_STATE_FIND_ELSEWHERE,
      BENCH_ITEMS(BENCH_VM),
      { ILLEGAL,
        { "FIND_ELSEWHERE", "done" },
        { "FIND_ELSEWHERE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FIND_ELSEWHERE", "done" },
        { "FIND_ELSEWHERE", "done" } } },
    { HV_MIG_STATE_READ_ROLE,
      BENCH_ITEMS(BENCH_ROLE),
      { ILLEGAL,
        { "READ_CLUSTER", "run:source" },
        { "READ_ROLE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_ROLE", "done" },
        { "READ_ROLE", "done" } } },
    { HV_MIG_STATE_READ_CLUSTER,
      BENCH_ITEMS(BENCH_CLUSTER),
      { ILLEGAL,
        { "READ_NODES", "run:source" },
        { "READ_CLUSTER", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_CLUSTER", "done" },
        { "READ_CLUSTER", "done" } } },
    { HV_MIG_STATE_READ_NODES,
      BENCH_ITEMS(BENCH_NODES),
      { ILLEGAL,
        { "READ_NODE_NAME", "run:destination" },
        { "READ_NODES", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_NODES", "done" },
        { "READ_NODES", "done" } } },
    { HV_MIG_STATE_READ_NODE_NAME,
      BENCH_ITEMS(BENCH_NODE_NAME),
      { ILLEGAL,
        { "READ_GROUP", "run:source" },
        { "READ_NODE_NAME", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_NODE_NAME", "done" },
        { "READ_NODE_NAME", "done" } } },
    { HV_MIG_STATE_READ_GROUP,
      BENCH_ITEMS(BENCH_GROUP("HV01", "0", "0")),
      { ILLEGAL,
        { "REQUEST_ROLE", "run:source" },
        { "READ_GROUP", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_GROUP", "done" },
        { "READ_GROUP", "done" } } },
    { HV_MIG_STATE_READ_DISKS,
      BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_DISKS", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_DISKS", "done" },
        { "READ_DISKS", "done" } } },
    { HV_MIG_STATE_READ_PROCESSOR,
      BENCH_ITEMS(BENCH_PROCESSOR),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_PROCESSOR", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_PROCESSOR", "done" },
        { "READ_PROCESSOR", "done" } } },
    { HV_MIG_STATE_READ_TEMPLATE,
      BENCH_ITEMS(BENCH_TEMPLATE),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_TEMPLATE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_TEMPLATE", "done" },
        { "READ_TEMPLATE", "done" } } },
    { HV_MIG_STATE_READ_CLASS,
      BENCH_CLASS,
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_CLASS", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_CLASS", "done" },
        { "READ_CLASS", "done" } } },
    { HV_MIG_STATE_READ_SOURCE,
      BENCH_ITEMS(BENCH_SETTINGS),
      { ILLEGAL,
        { "READ_SERVICE", "run:source" },
        { "READ_SOURCE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_SOURCE", "done" },
        { "READ_SOURCE", "done" } } },
    { HV_MIG_STATE_READ_SERVICE,
      BENCH_ITEMS(BENCH_OWN_SERVICE),
      { ILLEGAL,
        { "READ_LISTENERS", "run:destination" },
        { "READ_SERVICE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_SERVICE", "done" },
        { "READ_SERVICE", "done" } } },
    { HV_MIG_STATE_READ_LISTENERS,
      BENCH_ITEMS(BENCH_SERVICE),
      { ILLEGAL,
        { "READ_DESTINATION", "run:destination" },
        { "READ_LISTENERS", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_LISTENERS", "done" },
        { "READ_LISTENERS", "done" } } },
    { HV_MIG_STATE_READ_DESTINATION,
      BENCH_ITEMS(BENCH_SETTINGS),
      { ILLEGAL,
        { "REQUEST", "run:source" },
        { "READ_DESTINATION", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_DESTINATION", "done" },
        { "READ_DESTINATION", "done" } } },
    { HV_MIG_STATE_REQUEST,
      BENCH_STARTED,
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "REQUEST", "done" },
        { "FIND_JOB", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "REQUEST", "" },
        { "REQUEST", "" } } },
    { HV_MIG_STATE_REQUEST_ROLE,
      BENCH_TAKEN,
      { ILLEGAL,
        { "WATCH_GROUP", "run:source" },
        { "REQUEST_ROLE", "done" },
        { "WATCH_GROUP", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "REQUEST_ROLE", "" },
        { "REQUEST_ROLE", "" } } },
    { HV_MIG_STATE_WATCH_GROUP,
      BENCH_ITEMS(BENCH_GROUP("HV02", "0", "0")),
      { ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        { "WATCH_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "WATCH_GROUP", "" },
        { "WATCH_GROUP", "" } } },
    { HV_MIG_STATE_WATCH_PAUSE,
      NULL,
      { ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "WATCH_GROUP", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "DONE", "done" },
        { "WATCH_PAUSE", "" } } },
    { HV_MIG_STATE_READ_FAILURE,
      BENCH_ITEMS(BENCH_ROLE_FAILED("2147500037")),
      { ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        { "LOOK_DESTINATION", "run:destination" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_FAILURE", "" },
        { "READ_FAILURE", "" } } },
    { HV_MIG_STATE_READ_JOB,
      BENCH_JOB("4", ""),
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "READ_JOB", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_JOB", "done" },
        { "READ_JOB", "done" } } },
    { HV_MIG_STATE_FIND_JOB,
      BENCH_ITEMS(BENCH_JOB("4", "")),
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "LOOK_DESTINATION", "run:destination" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FIND_JOB", "" },
        { "FIND_JOB", "" } } },
    { HV_MIG_STATE_FOLLOW,
      NULL,
      { ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FOLLOW", "" },
        { "FOLLOW", "" },
        { "CONFIRM_JOB", "unwatch run:source" },
        { "LOOK_DESTINATION", "run:destination" },
        { "DONE", "done" },
        { "CANCEL", "unwatch run:source" } } },
    { HV_MIG_STATE_CANCEL,
      BENCH_RETURN("0"),
      { ILLEGAL,
        { "FOLLOW", "watch wake" },
        { "FOLLOW", "watch" },
        { "FOLLOW", "watch" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "CANCEL", "" },
        { "CANCEL", "" } } },
    { HV_MIG_STATE_CONFIRM_JOB,
      BENCH_JOB("4", ""),
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "FOLLOW", "watch" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "CONFIRM_JOB", "" },
        { "CONFIRM_JOB", "" } } },
    { HV_MIG_STATE_READ_ERRORS,
      BENCH_ERRORS,
      { ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        { "READ_ERRORS", "run:source" },
        { "READ_ERRORS", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_ERRORS", "" },
        { "READ_ERRORS", "" } } },
    { HV_MIG_STATE_LOOK_DESTINATION,
      BENCH_ITEMS(BENCH_VM),
      { ILLEGAL,
        { "LOOK_SOURCE", "run:source" },
        { "LOOK_SOURCE", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_DESTINATION", "" },
        { "LOOK_DESTINATION", "" } } },
    { HV_MIG_STATE_LOOK_SOURCE,
      BENCH_ITEMS(""),
      { ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_SOURCE", "" },
        { "LOOK_SOURCE", "" } } },
    { HV_MIG_STATE_LOOK_DISKS,
      BENCH_ITEMS(BENCH_DISK("D:\\New\\a.vhdx")),
      { ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_DISKS", "" },
        { "LOOK_DISKS", "" } } },
    { HV_MIG_STATE_LOOK_ROOTS,
      BENCH_ITEMS(BENCH_ROOTS("D:\\New\\")),
      { ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_ROOTS", "" },
        { "LOOK_ROOTS", "" } } },
    { HV_MIG_STATE_LOOK_PAUSE,
      NULL,
      { ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "" } } },
    { HV_MIG_STATE_LOOK_PLANNED,
      BENCH_ITEMS(""),
      { ILLEGAL,
        { "DONE", "done" },
        { "DONE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_PLANNED", "" },
        { "LOOK_PLANNED", "" } } },
    { HV_MIG_STATE_LOOK_FOLDER,
      BENCH_DEFAULT_FOLDER,
      { ILLEGAL,
        { "LOOK_COPIES", "run:destination" },
        { "DONE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_FOLDER", "" },
        { "LOOK_FOLDER", "" } } },
    { HV_MIG_STATE_LOOK_COPIES,
      BENCH_ITEMS(""),
      { ILLEGAL,
        { "DONE", "done" },
        { "DONE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_COPIES", "" },
        { "LOOK_COPIES", "" } } },
    { HV_MIG_STATE_DONE, NULL, { ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL } },
};

/* Gives a legal event to the move. */
static void apply(struct bench *bench, const struct row *row, enum hv_mig_event event) {
    switch (event) {
    case HV_MIG_EV_START:
        bench_event(bench, HV_EVENT_START);
        break;
    case HV_MIG_EV_ANSWER:
        bench_answer(bench, row->answer);
        break;
    case HV_MIG_EV_ERROR:
        bench_fail(bench, HV_E_UNREACHABLE, NULL);
        break;
    case HV_MIG_EV_LOST:
        bench_fail(bench, HV_E_LOST, NULL);
        break;
    case HV_MIG_EV_WAKE:
        bench_event(bench, HV_EVENT_WAKE);
        break;
    case HV_MIG_EV_JOB:
        bench_job(bench, "4");
        break;
    case HV_MIG_EV_JOB_MISSING:
        bench_event(bench, HV_EVENT_JOB_MISSING);
        break;
    case HV_MIG_EV_JOB_UNREACHABLE:
        bench_event(bench, HV_EVENT_JOB_UNREACHABLE);
        break;
    case HV_MIG_EV_DETACH:
        bench_event(bench, HV_EVENT_DETACH);
        break;
    case HV_MIG_EV_CANCEL:
        bench_event(bench, HV_EVENT_CANCEL);
        break;
    case HV_MIG_N_EVENTS:
        break;
    }
}

/* Gives an illegal event straight to the machine: it must be an error, and must leave the state alone. */
static void refuse(struct bench *bench, enum hv_mig_event event) {
    static const enum hv_event_kind kinds[] = { HV_EVENT_START,  HV_EVENT_OP_DONE, HV_EVENT_OP_FAILED,   HV_EVENT_OP_FAILED,
                                                HV_EVENT_WAKE,   HV_EVENT_JOB,     HV_EVENT_JOB_MISSING, HV_EVENT_JOB_UNREACHABLE,
                                                HV_EVENT_DETACH, HV_EVENT_CANCEL };
    const struct hv_error failure = { .code = event == HV_MIG_EV_LOST ? HV_E_LOST : HV_E_UNREACHABLE };
    const struct hv_event illegal = { .kind = kinds[event], .tag = bench->move->tag, .err = &failure };
    enum hv_mig_state before = bench->move->state;
    struct hv_effects effects = { .n = 0 };
    struct hv_error err = { 0 };
    int r = hv_mig_step(&bench->move->task, 0, &illegal, &effects, &err);

    assert_true(r == HV_E_INTERNAL || r == HV_E_UNKNOWN_OUTCOME);
    assert_non_null(strstr(err.message, "is not expected in state"));
    assert_int_equal(bench->move->state, before);
    assert_int_equal(effects.n, 0);
}

static void every_pair_of_state_and_event_is_as_the_table_says(void **state) {
    size_t n_pairs = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(rows[i].state, i);
        for (int event = 0; event < HV_MIG_N_EVENTS; event++) {
            struct bench bench;
            bench_reach(&bench, rows[i].state);
            assert_string_equal(bench_state(&bench), hv_mig_state_name(rows[i].state));
            assert_int_equal(hv_mig_is_legal(rows[i].state, (enum hv_mig_event)event), rows[i].events[event].next != NULL);
            if (rows[i].events[event].next) {
                apply(&bench, &rows[i], (enum hv_mig_event)event);
                assert_string_equal(bench_state(&bench), rows[i].events[event].next);
                assert_string_equal(bench.effects, rows[i].events[event].effects);
            } else {
                refuse(&bench, (enum hv_mig_event)event);
            }
            assert_true(bench.n_moves <= 1);
            bench_end(&bench);
            n_pairs++;
        }
    }
    assert_int_equal(n_pairs, HV_MIG_N_STATES * HV_MIG_N_EVENTS);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_pair_of_state_and_event_is_as_the_table_says) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
