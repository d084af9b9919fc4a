/*
 * Ending a job (hyperv.md 4g): asked for in good order first, by force only for whoever wants that, again only for a job that was
 * seen to run, and believed only when the VM was looked for.
 */
#include "base/size.h"
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define NOBODY BENCH_ITEMS("")
#define HERE   BENCH_ITEMS(BENCH_VM)

static const struct hv_move_options vm_only = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01"
};
static const struct hv_move_options job_cancel = {
    .follow_id = BENCH_JOB_ID, .cancel = true, .destination_name = "hv02", .source_name = "hv01", .destination_label = "hv02"
};

static void to_request(struct bench *bench) {
    bench_begin(bench, &vm_only);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, HERE);
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
}

/* A move of ours whose job runs. */
static void to_job(struct bench *bench) {
    to_request(bench);
    bench_answer(bench, BENCH_STARTED);
}

/* "hvctl job cancel" of a job that runs: the request is under way. */
static void to_cancel(struct bench *bench, const struct hv_move_options *options) {
    bench_begin(bench, options);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_JOB("4", ""));
    assert_string_equal(bench_state(bench), "CANCEL");
}

static size_t count(const struct bench *bench, const char *text) {
    size_t n = 0;

    for (const char *at = hv_buf_text(&bench->log); (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}
static size_t n_terminates(const struct bench *bench) {
    return count(bench, "RequestedState>4<");
}
static size_t n_kills(const struct bench *bench) {
    return count(bench, "RequestedState>5<");
}

/* The job ended in STATE, tells nothing, and the hosts show the VM as said. */
static void ends(struct bench *bench, const char *state, const char *destination, const char *source) {
    bench_job(bench, state);
    for (int i = 0; i < 2 && strcmp(bench_state(bench), "READ_ERRORS") == 0; i++)
        bench_fail(bench, HV_E_PROTOCOL, NULL);
    bench_answer(bench, destination);
    bench_answer(bench, source);
    if (strcmp(bench_state(bench), "LOOK_PLANNED") == 0)
        bench_answer(bench, NOBODY);
}

static const struct hv_error *over(const struct bench *bench, enum hv_move_outcome outcome, int code) {
    const struct hv_error *error = NULL;

    assert_true(hv_task_is_done(&bench->move->task));
    assert_int_equal(hv_task_result(&bench->move->task, &error), code);
    assert_string_equal(hv_move_outcome_name(bench->move->result.outcome), hv_move_outcome_name(outcome));
    return error;
}

static void a_cancelled_job_whose_vm_stayed_is_a_success(void **state) {
    static const char *const ends_in[] = { "8", "9", "10" };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(ends_in); i++) {
        struct bench bench;

        to_cancel(&bench, &job_cancel);
        bench_answer(&bench, BENCH_RETURN("0"));
        assert_string_equal(bench_state(&bench), "FOLLOW");
        bench_job(&bench, "6");
        ends(&bench, ends_in[i], NOBODY, HERE);
        (void)over(&bench, HV_OUTCOME_NOT_MOVED, 0);
        assert_int_equal(bench.move->result.cancel, HV_CANCEL_ACCEPTED);
        assert_int_equal(bench.move->result.at_source, HV_PLACE_PRESENT);
        assert_int_equal(bench.move->result.at_destination, HV_PLACE_ABSENT);
        assert_int_equal(n_terminates(&bench), 1);
        assert_int_equal(n_kills(&bench), 0);
        bench_end(&bench);
    }
}

static void a_job_that_won_the_race_is_a_conflict(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    bench_answer(&bench, BENCH_RETURN("0"));
    ends(&bench, "7", HERE, NOBODY);
    error = over(&bench, HV_OUTCOME_MOVED, HV_E_CONFLICT);
    assert_non_null(strstr(error->message, "could not be cancelled"));
    assert_non_null(strstr(error->remedy, "hvctl migrate " BENCH_VM_ID " --from hv02 --to hv01"));
    bench_end(&bench);
}

/* Whatever the job says: a VM that is on both hosts, or on none, is nowhere. */
static void a_cancelled_job_with_a_vm_on_both_hosts_is_unknown(void **state) {
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    bench_answer(&bench, BENCH_RETURN("0"));
    bench_job(&bench, "8");
    for (int i = 0; i < 2; i++)
        bench_fail(&bench, HV_E_PROTOCOL, NULL);
    for (int i = 0; i < 200 && strcmp(bench_state(&bench), "LOOK_DESTINATION") == 0; i++) {
        bench_answer(&bench, HERE);
        bench_answer(&bench, HERE);
        if (strcmp(bench_state(&bench), "LOOK_PAUSE") != 0)
            break;
        bench.now_ms = bench.wake_ms;
        bench_event(&bench, HV_EVENT_WAKE);
    }
    bench_answer(&bench, NOBODY);
    (void)over(&bench, HV_OUTCOME_UNKNOWN, HV_E_UNKNOWN_OUTCOME);
    bench_end(&bench);
}

static void a_job_that_was_over_needs_no_request(void **state) {
    static const struct {
        const char *job;
        const char *destination;
        const char *source;
        enum hv_move_outcome outcome;
        int code;
    } rows[] = {
        { "8", NOBODY, HERE, HV_OUTCOME_NOT_MOVED, 0 },
        { "10", NOBODY, HERE, HV_OUTCOME_NOT_MOVED, 0 },
        { "7", HERE, NOBODY, HV_OUTCOME_MOVED, HV_E_CONFLICT },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct bench bench;

        bench_begin(&bench, &job_cancel);
        bench_event(&bench, HV_EVENT_START);
        bench_answer(&bench, i == 0 ? BENCH_JOB("8", "") : i == 1 ? BENCH_JOB("10", "") : BENCH_JOB("7", ""));
        for (int n = 0; n < 2 && strcmp(bench_state(&bench), "READ_ERRORS") == 0; n++)
            bench_fail(&bench, HV_E_PROTOCOL, NULL);
        bench_answer(&bench, rows[i].destination);
        bench_answer(&bench, rows[i].source);
        if (strcmp(bench_state(&bench), "LOOK_PLANNED") == 0)
            bench_answer(&bench, NOBODY);
        (void)over(&bench, rows[i].outcome, rows[i].code);
        assert_int_equal(bench.move->result.cancel, HV_CANCEL_UNASKED);
        assert_int_equal(n_terminates(&bench), 0);
        bench_end(&bench);
    }
}

/* The request may be repeated, but only for a job that runs. */
static void a_lost_answer_is_asked_again_only_when_the_job_runs(void **state) {
    static const int losses[] = { HV_E_LOST, HV_E_UNREACHABLE, HV_E_CONFLICT };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(losses); i++) {
        struct bench bench;

        to_cancel(&bench, &job_cancel);
        bench_fail(&bench, losses[i], NULL);
        assert_string_equal(bench_state(&bench), "FOLLOW");
        assert_int_equal(bench.move->result.cancel, HV_CANCEL_ASKED);
        bench_job(&bench, "4"); /* it runs as if nothing had been said */
        assert_string_equal(bench_state(&bench), "CANCEL");
        assert_string_equal(bench.effects, "unwatch run:source");
        bench_answer(&bench, BENCH_RETURN("0"));
        ends(&bench, "8", NOBODY, HERE);
        (void)over(&bench, HV_OUTCOME_NOT_MOVED, 0);
        assert_int_equal(n_terminates(&bench), 2);
        bench_end(&bench);
    }
}

static void a_lost_answer_of_a_job_that_ends_is_not_asked_again(void **state) {
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    bench_fail(&bench, HV_E_LOST, NULL);
    bench_job(&bench, "6"); /* shutting down: the request had arrived */
    assert_string_equal(bench_state(&bench), "FOLLOW");
    assert_int_equal(bench.move->result.cancel, HV_CANCEL_ACCEPTED);
    ends(&bench, "8", NOBODY, HERE);
    (void)over(&bench, HV_OUTCOME_NOT_MOVED, 0);
    assert_int_equal(n_terminates(&bench), 1);
    bench_end(&bench);
}

static void a_host_that_never_answers_is_not_asked_for_ever(void **state) {
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    for (int i = 0; i < 20 && strcmp(bench_state(&bench), "CANCEL") == 0; i++) {
        bench_fail(&bench, HV_E_LOST, NULL);
        bench_job(&bench, "4");
    }
    assert_string_equal(bench_state(&bench), "FOLLOW");
    assert_int_equal(n_terminates(&bench), 5);
    ends(&bench, "7", HERE, NOBODY);
    (void)over(&bench, HV_OUTCOME_MOVED, HV_E_CONFLICT);
    assert_int_equal(bench.move->result.cancel, HV_CANCEL_ASKED);
    bench_end(&bench);
}

static void a_job_that_is_gone_when_it_is_to_end_is_settled_by_both_hosts(void **state) {
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    bench_fail(&bench, HV_E_NOT_FOUND, NULL);
    assert_true(bench.move->result.job_vanished);
    bench_answer(&bench, HERE);
    bench_answer(&bench, NOBODY);
    (void)over(&bench, HV_OUTCOME_MOVED, HV_E_CONFLICT);
    bench_end(&bench);
}

static void a_refusal_ends_the_wish_and_not_the_job(void **state) {
    static const struct {
        const char *body; /* NULL: a fault */
        int code;
    } rows[] = { { BENCH_RETURN("32769"), HV_E_DENIED }, { BENCH_RETURN("32770"), HV_E_FAILED }, { NULL, HV_E_DENIED } };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const struct hv_error *error;
        struct bench bench;

        to_cancel(&bench, &job_cancel);
        if (rows[i].body)
            bench_answer(&bench, rows[i].body);
        else
            bench_fail(&bench, rows[i].code, NULL);
        error = over(&bench, HV_OUTCOME_RUNNING, rows[i].code);
        assert_non_null(strstr(error->message, "was not cancelled and goes on"));
        assert_int_equal(bench.move->result.cancel, HV_CANCEL_REFUSED);
        bench_end(&bench);
    }
}

/* "Invalid state" near the end of a move: the end decides, and a host that says so is not asked in vain. */
static void a_job_in_the_wrong_state_is_followed_and_asked_again_when_it_can_be(void **state) {
    struct hv_instance *job = NULL;
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    bench_answer(&bench, BENCH_RETURN("32775"));
    assert_string_equal(bench_state(&bench), "FOLLOW");
    assert_int_equal(hv_instance_new("Msvm_MigrationJob", NULL, &job, NULL), 0);
    assert_int_equal(hv_instance_set(job, "JobState", HV_CIM_UINT16, "4", NULL), 0);
    assert_int_equal(hv_instance_set(job, "Cancellable", HV_CIM_BOOLEAN, "false", NULL), 0);
    for (int i = 0; i < 10; i++) {
        struct hv_effects effects = { .n = 0 };

        hv_task_step(&bench.move->task, 0, &(const struct hv_event){ .kind = HV_EVENT_JOB, .job = job }, &effects);
        assert_int_equal(effects.n, 0);
    }
    (void)hv_instance_free(job);
    bench_job(&bench, "4"); /* does not say */
    assert_string_equal(bench_state(&bench), "CANCEL");
    bench_answer(&bench, BENCH_RETURN("0"));
    ends(&bench, "8", NOBODY, HERE);
    (void)over(&bench, HV_OUTCOME_NOT_MOVED, 0);
    bench_end(&bench);
}

static void only_who_wants_it_kills_and_only_after_the_grace(void **state) {
    struct hv_move_options options = job_cancel;

    (void)state;
    options.grace_ms = 5000;
    for (int kill = 0; kill < 2; kill++) {
        struct bench bench;

        options.kill = kill != 0;
        to_cancel(&bench, &options);
        bench.now_ms = 1000;
        bench_answer(&bench, BENCH_RETURN("0"));
        assert_string_equal(bench.effects, "watch wake");
        assert_int_equal(bench.wake_ms, 6000);
        bench_job(&bench, "6");
        bench.now_ms = 6000;
        bench_event(&bench, HV_EVENT_WAKE);
        assert_string_equal(bench_state(&bench), kill ? "CANCEL" : "FOLLOW");
        assert_int_equal(bench.move->result.n_warnings, kill ? 0 : 1);
        if (kill)
            bench_answer(&bench, BENCH_RETURN("0"));
        ends(&bench, kill ? "9" : "8", NOBODY, HERE);
        (void)over(&bench, HV_OUTCOME_NOT_MOVED, 0);
        assert_int_equal(n_terminates(&bench), 1);
        assert_int_equal(n_kills(&bench), kill ? 1 : 0);
        bench_end(&bench);
    }
}

/* A grace that is over when the job is not looked at any more wakes nobody. */
static void the_end_of_the_job_ends_the_grace(void **state) {
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    bench_answer(&bench, BENCH_RETURN("0"));
    bench_job(&bench, "8");
    assert_string_equal(bench.effects, "unwatch wake run:source");
    assert_true(bench.wake_ms == UINT64_MAX);
    bench_end(&bench);
    to_cancel(&bench, &job_cancel);
    bench_answer(&bench, BENCH_RETURN("0"));
    bench_event(&bench, HV_EVENT_JOB_MISSING);
    assert_string_equal(bench.effects, "unwatch wake run:source");
    bench_answer(&bench, BENCH_JOB("6", "")); /* it is there: the grace goes on where it was */
    assert_string_equal(bench.effects, "watch wake");
    assert_int_equal(bench.wake_ms, 60000);
    bench_end(&bench);
}

static void a_kill_that_is_refused_leaves_the_job_to_its_end(void **state) {
    struct hv_move_options options = job_cancel;
    struct bench bench;

    (void)state;
    options.kill = true;
    to_cancel(&bench, &options);
    bench_answer(&bench, BENCH_RETURN("0"));
    bench_event(&bench, HV_EVENT_WAKE);
    bench_answer(&bench, BENCH_RETURN("32770"));
    assert_string_equal(bench_state(&bench), "FOLLOW");
    assert_int_equal(bench.move->result.n_warnings, 1);
    ends(&bench, "8", NOBODY, HERE);
    (void)over(&bench, HV_OUTCOME_NOT_MOVED, 0);
    bench_end(&bench);
}

/* ---- a move of ours that is to end ---- */

static void a_move_that_is_cancelled_says_so(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_event(&bench, HV_EVENT_CANCEL);
    bench_answer(&bench, BENCH_RETURN("0"));
    bench_event(&bench, HV_EVENT_CANCEL); /* once is enough */
    assert_string_equal(bench_state(&bench), "FOLLOW");
    ends(&bench, "8", NOBODY, HERE);
    error = over(&bench, HV_OUTCOME_NOT_MOVED, HV_E_CANCELLED);
    assert_string_equal(error->message, "the move of \"app01\" from hv01 to hv02 was cancelled");
    assert_int_equal(n_terminates(&bench), 1);
    bench_end(&bench);
    to_job(&bench);
    bench_event(&bench, HV_EVENT_CANCEL);
    bench_answer(&bench, BENCH_RETURN("0"));
    ends(&bench, "7", HERE, NOBODY);
    (void)over(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.move->result.n_warnings, 1);
    bench_end(&bench);
}

/* The final word is about the move. */
static void a_move_that_cannot_be_cancelled_runs_on(void **state) {
    static const struct {
        const char *body; /* NULL: it fails */
        int code;
        const char *reason;
    } rows[] = {
        { BENCH_RETURN("32769"), 0, "32769" }, { BENCH_RETURN("32770"), 0, "32770" }, { NULL, HV_E_AUTH, "it failed" },
        { NULL, HV_E_DENIED, "it failed" },    { NULL, HV_E_PROTOCOL, "it failed" },  { NULL, HV_E_TLS, "it failed" },
        { NULL, HV_E_ARGUMENT, "it failed" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const struct hv_error *error;
        struct bench bench;

        to_job(&bench);
        bench_event(&bench, HV_EVENT_CANCEL);
        if (rows[i].body)
            bench_answer(&bench, rows[i].body);
        else
            bench_fail(&bench, rows[i].code, NULL);
        error = over(&bench, HV_OUTCOME_RUNNING, HV_E_DETACHED);
        assert_non_null(strstr(error->message, "was not cancelled and goes on"));
        assert_non_null(strstr(error->message, rows[i].reason));
        assert_non_null(strstr(error->remedy, "hvctl job follow hv01/" BENCH_JOB_ID));
        assert_int_equal(bench.move->result.cancel, HV_CANCEL_REFUSED);
        bench_end(&bench);
    }
}

/* While the request is under way nobody knows whether there is a job. */
static void a_wish_that_comes_early_waits_for_the_job(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench);
    bench_event(&bench, HV_EVENT_CANCEL);
    assert_string_equal(bench_state(&bench), "REQUEST");
    bench_answer(&bench, BENCH_STARTED);
    assert_string_equal(bench_state(&bench), "CANCEL");
    bench_end(&bench);
    to_request(&bench);
    bench_event(&bench, HV_EVENT_CANCEL);
    bench_fail(&bench, HV_E_LOST, NULL);
    assert_string_equal(bench_state(&bench), "FIND_JOB");
    bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("4", "")));
    assert_string_equal(bench_state(&bench), "CANCEL");
    bench_end(&bench);
}

static void who_leaves_while_the_job_is_to_end_is_told_so(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_cancel(&bench, &job_cancel);
    bench_event(&bench, HV_EVENT_DETACH);
    assert_false(hv_task_is_done(&bench.move->task));
    bench_answer(&bench, BENCH_RETURN("0"));
    error = over(&bench, HV_OUTCOME_RUNNING, HV_E_DETACHED);
    assert_non_null(strstr(error->cause, "has not ended yet"));
    bench_end(&bench);
}

/* A journal that names no job: it is looked for, and what is found is ended. */
static void the_job_of_a_move_whose_client_died_is_found_and_ended(void **state) {
    struct hv_move_options options = vm_only;
    struct bench bench;

    (void)state;
    options.vm = BENCH_VM_ID;
    options.resume = options.cancel = true;
    bench_begin(&bench, &options);
    bench_event(&bench, HV_EVENT_START);
    assert_string_equal(bench_state(&bench), "FIND_JOB");
    bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("4", "")));
    assert_string_equal(bench_state(&bench), "CANCEL");
    bench_answer(&bench, BENCH_RETURN("0"));
    ends(&bench, "8", NOBODY, HERE);
    (void)over(&bench, HV_OUTCOME_NOT_MOVED, 0);
    assert_int_equal(bench.n_moves, 0);
    bench_end(&bench);
}

/* Also when nobody knows where its disks were to go. */
static void a_storage_move_whose_client_died_is_taken_up_too(void **state) {
    const struct hv_move_options options = { .vm = BENCH_VM_ID, .type = HV_MOVE_STORAGE, .resume = true, .source_name = "hv01" };
    struct bench bench;

    (void)state;
    bench_begin(&bench, &options);
    bench_event(&bench, HV_EVENT_START);
    assert_string_equal(bench_state(&bench), "FIND_JOB");
    bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("4", "")));
    assert_string_equal(bench_state(&bench), "FOLLOW");
    bench_end(&bench);
}

static void a_job_that_moves_nothing_is_ended_without_a_look(void **state) {
    struct bench bench;

    (void)state;
    bench_begin(&bench, &job_cancel);
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench,
                 BENCH_INSTANCE("Msvm_ConcreteJob", "<p:InstanceID>" BENCH_JOB_ID "</p:InstanceID><p:JobState>4</p:JobState>"));
    bench_answer(&bench, BENCH_RETURN("4096"));
    bench_job(&bench, "8");
    for (int i = 0; i < 2; i++)
        bench_fail(&bench, HV_E_PROTOCOL, NULL);
    (void)over(&bench, HV_OUTCOME_JOB_CANCELLED, 0);
    bench_end(&bench);
}

static void a_wish_without_a_job_is_refused(void **state) {
    struct hv_move_options options = vm_only;
    struct hv_task *task = NULL;

    (void)state;
    options.cancel = true;
    assert_int_equal(hv_move_new(&options, &task, NULL), HV_E_ARGUMENT);
    assert_string_equal(hv_move_cancel_name(HV_CANCEL_UNASKED), "unasked");
    assert_string_equal(hv_move_cancel_name(HV_CANCEL_REFUSED), "refused");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cancelled_job_whose_vm_stayed_is_a_success),
        cmocka_unit_test(a_job_that_won_the_race_is_a_conflict),
        cmocka_unit_test(a_cancelled_job_with_a_vm_on_both_hosts_is_unknown),
        cmocka_unit_test(a_job_that_was_over_needs_no_request),
        cmocka_unit_test(a_lost_answer_is_asked_again_only_when_the_job_runs),
        cmocka_unit_test(a_lost_answer_of_a_job_that_ends_is_not_asked_again),
        cmocka_unit_test(a_host_that_never_answers_is_not_asked_for_ever),
        cmocka_unit_test(a_job_that_is_gone_when_it_is_to_end_is_settled_by_both_hosts),
        cmocka_unit_test(a_refusal_ends_the_wish_and_not_the_job),
        cmocka_unit_test(a_job_in_the_wrong_state_is_followed_and_asked_again_when_it_can_be),
        cmocka_unit_test(only_who_wants_it_kills_and_only_after_the_grace),
        cmocka_unit_test(the_end_of_the_job_ends_the_grace),
        cmocka_unit_test(a_kill_that_is_refused_leaves_the_job_to_its_end),
        cmocka_unit_test(a_move_that_is_cancelled_says_so),
        cmocka_unit_test(a_move_that_cannot_be_cancelled_runs_on),
        cmocka_unit_test(a_wish_that_comes_early_waits_for_the_job),
        cmocka_unit_test(who_leaves_while_the_job_is_to_end_is_told_so),
        cmocka_unit_test(the_job_of_a_move_whose_client_died_is_found_and_ended),
        cmocka_unit_test(a_storage_move_whose_client_died_is_taken_up_too),
        cmocka_unit_test(a_job_that_moves_nothing_is_ended_without_a_look),
        cmocka_unit_test(a_wish_without_a_job_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
