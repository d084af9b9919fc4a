/* The verdict's whole table: every end of a job against every pair of places (design.md 3.2 to 3.4). */
#include "migration/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const enum hv_place source_places[] = { HV_PLACE_UNKNOWN, HV_PLACE_ABSENT, HV_PLACE_PRESENT };
static const enum hv_place destination_places[] = { HV_PLACE_UNKNOWN, HV_PLACE_ABSENT, HV_PLACE_PRESENT, HV_PLACE_PLANNED };

static char letter(enum hv_move_outcome outcome) {
    switch (outcome) {
    case HV_OUTCOME_MOVED:
        return 'M';
    case HV_OUTCOME_NOT_MOVED:
        return 'N';
    case HV_OUTCOME_RUNNING:
        return 'R';
    case HV_OUTCOME_JOB_COMPLETED:
        return 'C';
    case HV_OUTCOME_STAGED:
        return 'S';
    case HV_OUTCOME_UNKNOWN:
        return '?';
    case HV_OUTCOME_JOB_CANCELLED:
    case HV_OUTCOME_NONE:
    case HV_OUTCOME_MIGRATABLE:
    case HV_OUTCOME_NOT_MIGRATABLE:
        break;
    }
    return '!';
}

/*
 * Source unknown, absent, present; in each the destination unknown, absent, present, planned.
 * M moved, N not moved, R running, C the job completed, ? unknown.
 */
static const struct {
    enum hv_job_end job;
    const char *early; /* while the hosts may lag */
    const char *late;  /* when the window is over */
} between_hosts[] = {
    { HV_JOB_END_NONE, "???? ??M? ????", "???? ??M? ?N?N" },        { HV_JOB_END_RUNNING, "???? ??M? ?R?R", "???? ??M? ?R?R" },
    { HV_JOB_END_SUCCEEDED, "???? ??M? ????", "???? ??M? ?N?N" },   { HV_JOB_END_FAILED, "???? ??M? NN?N", "???? ??M? NN?N" },
    { HV_JOB_END_CANCELLED, "???? ??M? NN?N", "???? ??M? NN?N" },   { HV_JOB_END_VANISHED, "???? ??M? ????", "???? ??M? ?N?N" },
    { HV_JOB_END_UNREACHABLE, "???? ??M? ????", "???? ??M? ????" },
};

static void check_matrix(struct hv_evidence evidence, const char *expected) {
    char found[] = "???? ???? ????";

    for (size_t s = 0; s < 3; s++) {
        for (size_t d = 0; d < 4; d++) {
            evidence.at_source = source_places[s];
            evidence.at_destination = destination_places[d];
            found[s * 5 + d] = letter(hv_verdict(&evidence));
        }
    }
    assert_string_equal(found, expected);
}

static void every_pair_of_places_has_its_verdict(void **state) {
    (void)state;
    assert_int_equal(sizeof(between_hosts) / sizeof(between_hosts[0]), HV_JOB_END_COUNT);
    for (size_t i = 0; i < HV_JOB_END_COUNT; i++) {
        struct hv_evidence evidence = { .between_hosts = true, .job = between_hosts[i].job };
        assert_int_equal(between_hosts[i].job, i);
        check_matrix(evidence, between_hosts[i].early);
        evidence.window_over = true;
        check_matrix(evidence, between_hosts[i].late);
    }
}

/* The destination unknown, absent, present, planned; the rest as above, S staged. */
static const struct {
    enum hv_job_end job;
    const char *early;
    const char *late;
} staging[] = {
    { HV_JOB_END_NONE, "???? ???? ????", "???S ???? ?N?S" },        { HV_JOB_END_RUNNING, "RR?R ???? RR?R", "RR?R ???? RR?R" },
    { HV_JOB_END_SUCCEEDED, "???S ???? ???S", "???S ???? ?N?S" },   { HV_JOB_END_FAILED, "NN?N ???? NN?N", "NN?N ???? NN?N" },
    { HV_JOB_END_CANCELLED, "NN?N ???? NN?N", "NN?N ???? NN?N" },   { HV_JOB_END_VANISHED, "???? ???? ????", "???S ???? ?N?S" },
    { HV_JOB_END_UNREACHABLE, "???? ???? ????", "???? ???? ????" },
};

static void a_planned_vm_is_made_where_both_hosts_say_so(void **state) {
    (void)state;
    assert_int_equal(sizeof(staging) / sizeof(staging[0]), HV_JOB_END_COUNT);
    for (size_t i = 0; i < HV_JOB_END_COUNT; i++) {
        struct hv_evidence evidence = { .between_hosts = true, .stages = true, .job = staging[i].job };
        assert_int_equal(staging[i].job, i);
        check_matrix(evidence, staging[i].early);
        evidence.window_over = true;
        check_matrix(evidence, staging[i].late);
    }
}

static void a_lost_request_may_still_make_a_planned_vm(void **state) {
    const struct hv_evidence evidence = { .between_hosts = true,
                                          .stages = true,
                                          .jobs_unlisted = true,
                                          .at_source = HV_PLACE_PRESENT,
                                          .at_destination = HV_PLACE_PLANNED,
                                          .window_over = true };

    (void)state;
    assert_int_equal(hv_verdict(&evidence), HV_OUTCOME_UNKNOWN);
}

static void without_a_destination_to_ask_nothing_is_called_moved(void **state) {
    (void)state;
    for (int job = 0; job < HV_JOB_END_COUNT; job++) {
        for (size_t s = 0; s < 3; s++) {
            const struct hv_evidence evidence = {
                .between_hosts = true,
                .job = (enum hv_job_end)job,
                .no_destination = true,
                .at_source = source_places[s],
                .window_over = true,
            };
            enum hv_move_outcome outcome = hv_verdict(&evidence);
            bool completed = job == HV_JOB_END_SUCCEEDED && source_places[s] == HV_PLACE_ABSENT;
            assert_int_not_equal(outcome, HV_OUTCOME_MOVED);
            assert_int_equal(outcome == HV_OUTCOME_JOB_COMPLETED, completed);
        }
    }
}

/* Letters for job none, running, succeeded, failed, cancelled, vanished, unreachable. */
static const struct {
    enum hv_disks disks;
    const char *early;
    const char *late;
} storage[] = {
    { HV_DISKS_UNASKED, "???????", "???????" },   { HV_DISKS_NEW, "MMMMMMM", "MMMMMMM" },
    { HV_DISKS_OLD, "?R?NN??", "NRNNNN?" },       { HV_DISKS_MIXED, "???????", "???????" },
    { HV_DISKS_UNPLANNED, "?RCNN??", "?RCNN??" },
};

static void disks_decide_a_storage_move(void **state) {
    (void)state;
    assert_int_equal(sizeof(storage) / sizeof(storage[0]), HV_DISKS_COUNT);
    for (size_t i = 0; i < HV_DISKS_COUNT; i++) {
        for (int job = 0; job < HV_JOB_END_COUNT; job++) {
            struct hv_evidence evidence = { .job = (enum hv_job_end)job,
                                            .disks = storage[i].disks,
                                            .at_source = HV_PLACE_PRESENT };
            assert_int_equal(storage[i].disks, i);
            assert_int_equal(letter(hv_verdict(&evidence)), storage[i].early[job]);
            evidence.window_over = true;
            assert_int_equal(letter(hv_verdict(&evidence)), storage[i].late[job]);
            evidence.at_source = HV_PLACE_ABSENT;
            assert_int_equal(hv_verdict(&evidence), HV_OUTCOME_UNKNOWN);
            evidence.at_source = HV_PLACE_UNKNOWN;
            assert_int_equal(hv_verdict(&evidence), HV_OUTCOME_UNKNOWN);
        }
    }
}

static void a_vm_that_shows_as_migrating_is_never_settled(void **state) {
    const struct hv_evidence evidence = { .between_hosts = true,
                                          .job = HV_JOB_END_VANISHED,
                                          .migrating = true,
                                          .at_source = HV_PLACE_PRESENT,
                                          .at_destination = HV_PLACE_ABSENT,
                                          .window_over = true };

    (void)state;
    assert_int_equal(hv_verdict(&evidence), HV_OUTCOME_RUNNING);
    assert_false(hv_verdict_is_settled(&evidence));
}

static void only_what_another_look_cannot_change_is_settled(void **state) {
    (void)state;
    for (int job = 0; job < HV_JOB_END_COUNT; job++) {
        for (size_t s = 0; s < 3; s++) {
            for (size_t d = 0; d < 4; d++) {
                struct hv_evidence evidence = { .between_hosts = true,
                                                .job = (enum hv_job_end)job,
                                                .at_source = source_places[s],
                                                .at_destination = destination_places[d] };
                enum hv_move_outcome early = hv_verdict(&evidence);
                bool settled = early == HV_OUTCOME_MOVED || early == HV_OUTCOME_NOT_MOVED;
                assert_int_equal(hv_verdict_is_settled(&evidence), settled);
                evidence.window_over = true;
                assert_int_equal(hv_verdict_is_settled(&evidence), hv_verdict(&evidence) != HV_OUTCOME_RUNNING);
            }
        }
    }
}

static void the_word_is_the_outcome_but_for_leftovers(void **state) {
    (void)state;
    for (int outcome = 0; outcome <= HV_OUTCOME_UNKNOWN; outcome++) {
        struct hv_evidence evidence = { .between_hosts = true };
        const char *name = hv_move_outcome_name((enum hv_move_outcome)outcome);

        assert_string_equal(hv_verdict_word((enum hv_move_outcome)outcome, &evidence), name);
        evidence.has_leftovers = true;
        assert_string_equal(hv_verdict_word((enum hv_move_outcome)outcome, &evidence),
                            outcome == HV_OUTCOME_MOVED ? "moved_with_leftovers" : name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_places_has_its_verdict),
        cmocka_unit_test(a_planned_vm_is_made_where_both_hosts_say_so),
        cmocka_unit_test(a_lost_request_may_still_make_a_planned_vm),
        cmocka_unit_test(without_a_destination_to_ask_nothing_is_called_moved),
        cmocka_unit_test(disks_decide_a_storage_move),
        cmocka_unit_test(a_vm_that_shows_as_migrating_is_never_settled),
        cmocka_unit_test(the_word_is_the_outcome_but_for_leftovers),
        cmocka_unit_test(only_what_another_look_cannot_change_is_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
