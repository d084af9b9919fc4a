/* What a move says in the end, and what it sent: the safety rules of design.md 3, one behaviour a test. */
#include "base/size.h"
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <string.h>

static const struct hv_move_options vm_only = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01"
};

static void to_request(struct bench *bench, const struct hv_move_options *options) {
    bench_begin(bench, options);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
}

static void to_job(struct bench *bench) {
    to_request(bench, &vm_only);
    bench_answer(bench, BENCH_STARTED);
}

static void count_warnings(void *context, const struct hv_move_report *report) {
    *(size_t *)context += report->kind == HV_REPORT_WARNING ? 1 : 0;
}

/* Before anything is asked for: what the sign-in leaves at the source against how the hosts authenticate (hyperv.md 5). */
static void credentials_that_cannot_do_are_warned_of(void **state) {
    static const struct {
        const char *type; /* AuthenticationType */
        enum hv_move_credentials credentials;
        size_t n_reports;
        size_t n_kept;
    } rows[] = {
        { "0", HV_CREDENTIALS_UNTOLD, 1, 1 }, { "0", HV_CREDENTIALS_LOCAL, 1, 1 },  { "0", HV_CREDENTIALS_DOMAIN, 1, 1 },
        { "0", HV_CREDENTIALS_GIVEN, 0, 0 },  { "1", HV_CREDENTIALS_UNTOLD, 0, 0 }, { "1", HV_CREDENTIALS_LOCAL, 1, 0 },
        { "1", HV_CREDENTIALS_DOMAIN, 0, 0 }, { "1", HV_CREDENTIALS_GIVEN, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_move_options options = vm_only;
        char settings[1024];
        struct bench bench;
        size_t n_reports = 0;

        options.credentials = rows[i].credentials;
        (void)snprintf(settings, sizeof(settings),
                       BENCH_ITEMS(BENCH_INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData",
                                                  "<p:AuthenticationType>%s</p:AuthenticationType>")),
                       rows[i].type);
        bench_begin(&bench, &options);
        hv_move_on_report(&bench.move->task, count_warnings, &n_reports);
        bench_event(&bench, HV_EVENT_START);
        bench_answer(&bench, BENCH_ITEMS(BENCH_VM));
        bench_answer(&bench, settings);
        assert_string_equal(bench_state(&bench), "READ_SERVICE");
        assert_int_equal(n_reports, rows[i].n_reports);
        assert_int_equal(bench.move->result.n_warnings, rows[i].n_kept);
        bench_end(&bench);
    }
}

#define NOBODY BENCH_ITEMS("")
#define HERE   BENCH_ITEMS(BENCH_VM)

static void moved_only_when_the_destination_shows_it_and_the_source_does_not(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "4");
    bench_job(&bench, "7");
    assert_false(hv_task_is_done(&bench.move->task));
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.move->result.at_destination, HV_PLACE_PRESENT);
    assert_int_equal(bench.move->result.at_source, HV_PLACE_ABSENT);
    assert_string_equal(bench.move->result.job_id, BENCH_JOB_ID);
    assert_int_equal(bench.n_moves, 1);
    bench_end(&bench);
}

/* Looks go on with pauses until the window of a minute is over. */
static void look_until_the_window_is_over(struct bench *bench, const char *destination, const char *source) {
    for (int i = 0; i < 100 && strcmp(bench_state(bench), "LOOK_DESTINATION") == 0; i++) {
        bench_look(bench, destination, source);
        if (strcmp(bench_state(bench), "LOOK_PAUSE") != 0)
            return;
        bench->now_ms = bench->wake_ms;
        bench_event(bench, HV_EVENT_WAKE);
        if (strcmp(bench_state(bench), "FIND_JOB") == 0)
            bench_answer(bench, NOBODY);
    }
}

static void a_completed_job_that_moved_nothing_is_a_failure(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "7");
    look_until_the_window_is_over(&bench, NOBODY, HERE);
    bench_answer(&bench, NOBODY); /* no planned VM */
    error = bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_FAILED);
    assert_non_null(strstr(error->message, "is reported as completed, but nothing moved"));
    assert_true(bench.now_ms >= 60000);
    bench_end(&bench);
}

static void a_host_that_lags_is_looked_at_again(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "7");
    bench_look(&bench, NOBODY, HERE);
    assert_string_equal(bench_state(&bench), "LOOK_PAUSE");
    bench_event(&bench, HV_EVENT_WAKE);
    bench_look(&bench, HERE, HERE);
    assert_string_equal(bench_state(&bench), "LOOK_PAUSE");
    bench_event(&bench, HV_EVENT_WAKE);
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
}

static void a_vm_on_both_hosts_or_on_neither_is_unknown(void **state) {
    static const char *const seen[] = { HERE, NOBODY };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct hv_error *error;
        struct bench bench;
        to_job(&bench);
        bench_job(&bench, "7");
        look_until_the_window_is_over(&bench, seen[i], seen[i]);
        bench_answer(&bench, NOBODY);
        error = bench_outcome(&bench, HV_OUTCOME_UNKNOWN, HV_E_UNKNOWN_OUTCOME);
        assert_non_null(strstr(error->remedy, "hvctl job follow hv01/" BENCH_JOB_ID));
        bench_end(&bench);
    }
}

static void a_vanished_job_is_settled_by_both_hosts(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "4");
    bench_event(&bench, HV_EVENT_JOB_MISSING);
    bench_fail(&bench, HV_E_NOT_FOUND, NULL);
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    assert_true(bench.move->result.job_vanished);
    bench_end(&bench);
}

static void a_vanished_job_of_a_vm_that_still_migrates_is_waited_for(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_event(&bench, HV_EVENT_JOB_MISSING);
    bench_fail(&bench, HV_E_NOT_FOUND, NULL);
    for (int i = 0; i < 100; i++) { /* longer than the window */
        bench_look(&bench, NOBODY, BENCH_ITEMS(BENCH_VM_MIGRATING));
        assert_string_equal(bench_state(&bench), "LOOK_PAUSE");
        bench.now_ms += 1000;
        bench_event(&bench, HV_EVENT_WAKE);
        assert_string_equal(bench_state(&bench), "FIND_JOB");
        bench_answer(&bench, NOBODY);
    }
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
}

static void a_failed_job_explains_itself(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "10");
    bench_answer(&bench, BENCH_ERRORS);
    bench_look(&bench, NOBODY, HERE);
    bench_answer(&bench, NOBODY);
    error = bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_DELEGATION);
    assert_int_equal(error->hresult, 0x8009030E);
    assert_int_equal(error->source, HV_SOURCE_JOB);
    assert_string_equal(error->message, "the move of \"app01\" from hv01 to hv02 failed");
    assert_string_equal(error->cause, "No credentials (0x8009030E).");
    assert_true(strlen(error->remedy) > 0);
    assert_int_equal(bench.move->result.n_reasons, 1);
    bench_end(&bench);
}

static void a_failed_job_whose_vm_arrived_is_moved(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "10");
    bench_answer(&bench, BENCH_ERRORS);
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
}

static void warnings_are_success_and_are_kept(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "32768");
    assert_string_equal(bench_state(&bench), "READ_ERRORS");
    bench_answer(&bench, BENCH_ERRORS);
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.move->result.n_reasons, 1);
    bench_end(&bench);
}

static void a_job_that_somebody_ended_is_cancelled(void **state) {
    static const char *const states[] = { "8", "9" };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench bench;
        to_job(&bench);
        bench_job(&bench, states[i]);
        bench_fail(&bench, HV_E_PROTOCOL, NULL); /* GetErrorEx */
        bench_fail(&bench, HV_E_PROTOCOL, NULL); /* GetError */
        bench_look(&bench, NOBODY, HERE);
        bench_answer(&bench, NOBODY);
        (void)bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_CANCELLED);
        bench_end(&bench);
    }
}

static void a_planned_vm_that_stayed_behind_is_named(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "10");
    bench_answer(&bench, BENCH_ERRORS);
    bench_look(&bench, NOBODY, HERE);
    bench_answer(&bench, BENCH_ITEMS(BENCH_INSTANCE("Msvm_PlannedComputerSystem", "<p:Name>" BENCH_VM_ID "</p:Name>")));
    (void)bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_DELEGATION);
    assert_int_equal(bench.move->result.at_destination, HV_PLACE_PLANNED);
    assert_int_equal(bench.move->result.n_leftovers, 1);
    assert_non_null(strstr(bench.move->result.leftovers[0], "planned VM " BENCH_VM_ID " on hv02"));
    bench_end(&bench);
}

/* A host that left the planned VM has not cleaned up: the copies may be there too, wherever its pools put them. */
static void copies_beside_a_planned_vm_are_named(void **state) {
    const struct hv_move_options options = { .vm = "app01", .type = HV_MOVE_VM_AND_STORAGE, .destination_name = "hv02" };
    struct bench bench;

    (void)state;
    bench_begin(&bench, &options);
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, BENCH_ITEMS(BENCH_VM));
    bench_answer(&bench, BENCH_ITEMS(BENCH_DISK("C:\\old\\a.vhdx")));
    bench_answer(&bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(&bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(&bench, BENCH_ITEMS(BENCH_SERVICE));
    bench_answer(&bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(&bench, BENCH_STARTED);
    bench_job(&bench, "10");
    bench_answer(&bench, BENCH_ERRORS);
    bench_look(&bench, NOBODY, HERE);
    bench_answer(&bench, BENCH_ITEMS(BENCH_INSTANCE("Msvm_PlannedComputerSystem", "<p:Name>" BENCH_VM_ID "</p:Name>")));
    bench_fail(&bench, HV_E_DENIED, NULL); /* where pools put disks */
    (void)bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_DELEGATION);
    assert_int_equal(bench.move->result.n_leftovers, 2);
    assert_non_null(strstr(bench.move->result.leftovers[1], "copy of disk C:\\old\\a.vhdx"));
    bench_end(&bench);
}

/* The one answer that is missing when the window ends is asked for once more. */
static void silence_at_the_end_of_the_window_is_asked_into(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "7");
    bench.now_ms += 100000;
    bench_fail(&bench, HV_E_UNREACHABLE, NULL);
    bench_answer(&bench, NOBODY);
    assert_string_equal(bench_state(&bench), "LOOK_PAUSE");
    bench.now_ms = bench.wake_ms;
    bench_event(&bench, HV_EVENT_WAKE);
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
}

static void a_destination_that_does_not_tell_of_a_planned_vm_is_named(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_job(&bench, "10");
    bench_answer(&bench, BENCH_ERRORS);
    bench_look(&bench, NOBODY, HERE);
    bench_fail(&bench, HV_E_UNREACHABLE, NULL);
    (void)bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_DELEGATION);
    assert_int_equal(bench.move->result.n_leftovers, 1);
    assert_non_null(strstr(bench.move->result.leftovers[0], "perhaps a planned VM " BENCH_VM_ID " on hv02"));
    bench_end(&bench);
}

static void a_job_out_of_reach_is_asked_for_again(void **state) {
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_event(&bench, HV_EVENT_JOB_UNREACHABLE);
    bench_look(&bench, NOBODY, HERE);
    bench.now_ms = bench.wake_ms;
    bench_event(&bench, HV_EVENT_WAKE);
    assert_string_equal(bench_state(&bench), "CONFIRM_JOB");
    bench_fail(&bench, HV_E_UNREACHABLE, NULL);
    bench_look(&bench, NOBODY, HERE);
    bench.now_ms = bench.wake_ms;
    bench_event(&bench, HV_EVENT_WAKE);
    bench_answer(&bench, BENCH_JOB("4", ""));
    assert_string_equal(bench_state(&bench), "FOLLOW");
    bench_job(&bench, "7");
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    bench_end(&bench);
}

static void a_lost_answer_is_looked_for_and_never_sent_again(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench, &vm_only);
    bench_fail(&bench, HV_E_LOST, NULL);
    bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("4", "<p:MigrationType>32768</p:MigrationType>")));
    assert_string_equal(bench_state(&bench), "FOLLOW");
    bench_job(&bench, "7");
    bench_look(&bench, HERE, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.n_moves, 1);
    bench_end(&bench);
}

static void a_lost_request_whose_job_shows_up_late_is_followed(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench, &vm_only);
    bench_fail(&bench, HV_E_LOST, NULL);
    bench_answer(&bench, NOBODY);
    bench_look(&bench, NOBODY, HERE);
    assert_string_equal(bench_state(&bench), "LOOK_PAUSE");
    bench_event(&bench, HV_EVENT_WAKE);
    bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("3", "")));
    assert_string_equal(bench_state(&bench), "FOLLOW");
    bench_end(&bench);
}

/* An old job of the VM, one of another VM, a check, and one to another host are all not ours. */
static void jobs_of_others_are_not_followed(void **state) {
    static const char *const others[] = {
        BENCH_ITEMS(BENCH_JOB("10", "")),
        BENCH_ITEMS(BENCH_JOB("4", "<p:MigrationType>32769</p:MigrationType>")),
        BENCH_ITEMS(BENCH_JOB("4", "<p:DestinationHost>hv09</p:DestinationHost>")),
        BENCH_ITEMS(BENCH_INSTANCE("Msvm_MigrationJob",
                                   "<p:InstanceID>X</p:InstanceID><p:JobState>4</p:JobState><p:JobType>301</p:JobType>"
                                   "<p:VirtualSystemName>" BENCH_VM_ID "</p:VirtualSystemName>")),
        BENCH_ITEMS(BENCH_INSTANCE("Msvm_MigrationJob",
                                   "<p:InstanceID>X</p:InstanceID><p:JobState>4</p:JobState>"
                                   "<p:VirtualSystemName>FFFFFFFF-1111-4222-8333-444455556666</p:VirtualSystemName>")),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct bench bench;
        to_request(&bench, &vm_only);
        bench_fail(&bench, HV_E_LOST, NULL);
        bench_answer(&bench, others[i]);
        assert_string_equal(bench_state(&bench), "LOOK_DESTINATION");
        bench_end(&bench);
    }
}

static void a_request_that_never_took_effect_is_unreachable(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_request(&bench, &vm_only);
    bench_fail(&bench, HV_E_LOST, NULL);
    bench_answer(&bench, NOBODY);
    look_until_the_window_is_over(&bench, NOBODY, HERE);
    bench_answer(&bench, NOBODY);
    error = bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_UNREACHABLE);
    assert_non_null(strstr(error->message, "never started"));
    assert_true(bench.now_ms >= 60000);
    assert_int_equal(bench.n_moves, 1);
    bench_end(&bench);
}

static void a_lost_request_with_silent_hosts_is_unknown(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench, &vm_only);
    bench_fail(&bench, HV_E_LOST, NULL);
    while (!hv_task_is_done(&bench.move->task)) {
        if (bench.op) {
            bench_fail(&bench, HV_E_UNREACHABLE, NULL);
        } else {
            bench.now_ms = bench.wake_ms;
            bench_event(&bench, HV_EVENT_WAKE);
        }
    }
    (void)bench_outcome(&bench, HV_OUTCOME_UNKNOWN, HV_E_UNKNOWN_OUTCOME);
    assert_true(bench.move->result.request_sent);
    bench_end(&bench);
}

/* The hosts show the VM, but never which jobs there are: a job may be waiting for its turn. */
static void a_lost_request_with_unlisted_jobs_is_unknown(void **state) {
    struct bench bench;

    (void)state;
    to_request(&bench, &vm_only);
    bench_fail(&bench, HV_E_LOST, NULL);
    while (!hv_task_is_done(&bench.move->task)) {
        if (strcmp(bench_state(&bench), "FIND_JOB") == 0) {
            bench_fail(&bench, HV_E_UNREACHABLE, NULL);
        } else if (bench.op) {
            bench_answer(&bench, strcmp(bench_state(&bench), "LOOK_SOURCE") == 0 ? HERE : NOBODY);
        } else {
            bench.now_ms = bench.wake_ms;
            bench_event(&bench, HV_EVENT_WAKE);
        }
    }
    (void)bench_outcome(&bench, HV_OUTCOME_UNKNOWN, HV_E_UNKNOWN_OUTCOME);
    bench_end(&bench);
}

static void a_job_whose_host_writes_the_destination_longer_is_ours(void **state) {
    static const char *const same[] = { "HV02", "hv02.example.com" };
    static const char *const others[] = { "hv021", "hv0", "hv02-example.com" };
    char items[2048];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct bench bench;
        to_request(&bench, &vm_only);
        bench_fail(&bench, HV_E_LOST, NULL);
        (void)snprintf(items, sizeof(items), BENCH_ITEMS(BENCH_JOB("4", "<p:DestinationHost>%s</p:DestinationHost>")),
                       i < 2 ? same[i] : others[i - 2]);
        bench_answer(&bench, items);
        assert_string_equal(bench_state(&bench), i < 2 ? "FOLLOW" : "LOOK_DESTINATION");
        bench_end(&bench);
    }
}

static void an_answer_without_sense_is_a_lost_answer(void **state) {
    static const char *const answers[] = {
        "<p:M_OUTPUT xmlns:p=\"" BENCH_NS "X\"><p:ReturnValue>many</p:ReturnValue></p:M_OUTPUT>",
        "<p:M_OUTPUT xmlns:p=\"" BENCH_NS "X\"></p:M_OUTPUT>",
        BENCH_RETURN("4096"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct bench bench;
        to_request(&bench, &vm_only);
        bench_answer(&bench, answers[i]);
        assert_string_equal(bench_state(&bench), "FIND_JOB");
        bench_end(&bench);
    }
}

/* "Status unknown" and "timeout" do not say that nothing was started. */
static void a_return_value_in_doubt_is_looked_into(void **state) {
    static const char *const answers[] = { BENCH_RETURN("32771"), BENCH_RETURN("32772"), BENCH_RETURN("3") };
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        to_request(&bench, &vm_only);
        bench_answer(&bench, answers[i]);
        assert_string_equal(bench_state(&bench), "FIND_JOB");
        bench_answer(&bench, BENCH_ITEMS(BENCH_JOB("4", "")));
        assert_string_equal(bench_state(&bench), "FOLLOW");
        bench_end(&bench);
    }
    to_request(&bench, &vm_only);
    bench_answer(&bench, answers[0]);
    bench_answer(&bench, NOBODY);
    look_until_the_window_is_over(&bench, NOBODY, HERE);
    bench_answer(&bench, NOBODY);
    error = bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_FAILED);
    assert_int_equal(error->return_value, 32771);
    bench_end(&bench);
}

static void a_refusal_by_return_value_moves_nothing(void **state) {
    static const struct {
        const char *answer;
        uint32_t value;
        int code;
    } cases[] = {
        { BENCH_RETURN("32768"), 32768, HV_E_FAILED },   { BENCH_RETURN("32769"), 32769, HV_E_DENIED },
        { BENCH_RETURN("32774"), 32774, HV_E_CONFLICT }, { BENCH_RETURN("32775"), 32775, HV_E_CONFLICT },
        { BENCH_RETURN("77777"), 77777, HV_E_FAILED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct hv_error *error;
        struct bench bench;
        to_request(&bench, &vm_only);
        bench_answer(&bench, cases[i].answer);
        error = bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, cases[i].code);
        assert_true(error->has_return_value);
        assert_int_equal(error->return_value, cases[i].value);
        bench_end(&bench);
    }
}

static void the_service_is_called_by_every_key_that_it_shows(void **state) {
    static const struct {
        const char *service;
        const char *selectors;
    } rows[] = {
        { BENCH_ITEMS(BENCH_OWN_SERVICE), "<w:Selector Name=\"SystemCreationClassName\">Msvm_ComputerSystem</w:Selector>"
                                          "<w:Selector Name=\"SystemName\">HV01</w:Selector>"
                                          "<w:Selector Name=\"CreationClassName\">Msvm_VirtualSystemMigrationService</w:Selector>"
                                          "<w:Selector Name=\"Name\">migrationwmi</w:Selector></w:SelectorSet>" },
        { BENCH_ITEMS(BENCH_SERVICE),
          "<w:SelectorSet><w:Selector "
          "Name=\"CreationClassName\">Msvm_VirtualSystemMigrationService</w:Selector></w:SelectorSet>" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench bench;
        bench_begin(&bench, &vm_only);
        bench_event(&bench, HV_EVENT_START);
        bench_answer(&bench, HERE);
        bench_answer(&bench, BENCH_ITEMS(BENCH_SETTINGS));
        bench_answer(&bench, rows[i].service);
        bench_answer(&bench, BENCH_ITEMS(BENCH_SERVICE));
        bench_answer(&bench, BENCH_ITEMS(BENCH_SETTINGS));
        bench_answer(&bench, BENCH_STARTED);
        assert_non_null(strstr(hv_buf_text(&bench.log), rows[i].selectors));
        bench_end(&bench);
    }
}

static void hosts_that_do_not_take_part_stop_the_move_before_it_starts(void **state) {
    static const char disabled[] =
        BENCH_ITEMS(BENCH_INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData",
                                   "<p:EnableVirtualSystemMigration>false</p:EnableVirtualSystemMigration>"));
    static const char silent[] = BENCH_ITEMS(BENCH_INSTANCE("Msvm_VirtualSystemMigrationService", ""));
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    for (int destination = 0; destination < 2; destination++) {
        bench_begin(&bench, &vm_only);
        bench_event(&bench, HV_EVENT_START);
        bench_answer(&bench, HERE);
        if (destination) {
            bench_answer(&bench, BENCH_ITEMS(BENCH_SETTINGS));
            bench_answer(&bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
            bench_answer(&bench, silent);
        }
        bench_answer(&bench, disabled);
        error = bench_outcome(&bench, HV_OUTCOME_NONE, HV_E_NOT_MIGRATABLE);
        assert_string_equal(error->message,
                            destination ? "live migration is disabled on hv02" : "live migration is disabled on hv01");
        assert_int_equal(bench.n_moves, 0);
        bench_end(&bench);
    }
    bench_begin(&bench, &vm_only);
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, HERE);
    bench_answer(&bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(&bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(&bench, silent);
    bench_answer(&bench, BENCH_ITEMS(BENCH_SETTINGS));
    error = bench_outcome(&bench, HV_OUTCOME_NONE, HV_E_NOT_MIGRATABLE);
    assert_string_equal(error->message, "hv02 listens for migrations on no address");
    bench_end(&bench);
}

static void a_name_of_two_vms_stops_and_lists_their_guids(void **state) {
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    bench_begin(&bench, &vm_only);
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, BENCH_ITEMS(BENCH_VM BENCH_INSTANCE("Msvm_ComputerSystem",
                                                             "<p:ElementName>app01</p:ElementName>"
                                                             "<p:Name>AAAAAAAA-1111-4222-8333-444455556666</p:Name>")));
    error = bench_outcome(&bench, HV_OUTCOME_NONE, HV_E_NOT_FOUND);
    assert_non_null(strstr(error->message, BENCH_VM_ID));
    assert_non_null(strstr(error->message, "AAAAAAAA-1111-4222-8333-444455556666"));
    bench_end(&bench);
}

static void a_vm_that_is_there_already_by_guid_needs_nothing(void **state) {
    struct hv_move_options options = vm_only;
    struct bench bench;

    (void)state;
    options.vm = BENCH_VM_ID;
    bench_begin(&bench, &options);
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, NOBODY);
    bench_answer(&bench, HERE);
    (void)bench_outcome(&bench, HV_OUTCOME_MOVED, 0);
    assert_int_equal(bench.move->result.n_warnings, 1);
    assert_int_equal(bench.n_moves, 0);
    bench_end(&bench);
    bench_begin(&bench, &vm_only); /* by name it may be another VM */
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, NOBODY);
    bench_answer(&bench, HERE);
    (void)bench_outcome(&bench, HV_OUTCOME_NONE, HV_E_NOT_FOUND);
    bench_end(&bench);
}

static void a_check_ends_with_its_job(void **state) {
    struct hv_move_options options = vm_only;
    struct bench bench;

    (void)state;
    options.check_only = true;
    to_request(&bench, &options);
    bench_answer(&bench, BENCH_STARTED);
    bench_job(&bench, "7");
    (void)bench_outcome(&bench, HV_OUTCOME_MIGRATABLE, 0);
    assert_int_equal(bench.n_moves, 0);
    assert_non_null(strstr(hv_buf_text(&bench.log), "CheckVirtualSystemIsMigratable_INPUT"));
    bench_end(&bench);
    to_request(&bench, &options);
    bench_answer(&bench, BENCH_STARTED);
    bench_job(&bench, "10");
    bench_answer(&bench, BENCH_RETURN("0"));
    bench_answer(&bench, BENCH_RETURN("0"));
    (void)bench_outcome(&bench, HV_OUTCOME_NOT_MIGRATABLE, HV_E_NOT_MIGRATABLE);
    bench_end(&bench);
}

static void detaching_leaves_the_job_alone_and_names_it(void **state) {
    struct hv_move_options options = vm_only;
    const struct hv_error *error;
    struct bench bench;

    (void)state;
    to_job(&bench);
    bench_event(&bench, HV_EVENT_DETACH);
    error = bench_outcome(&bench, HV_OUTCOME_RUNNING, HV_E_DETACHED);
    assert_non_null(strstr(error->remedy, "hvctl job follow hv01/" BENCH_JOB_ID));
    bench_end(&bench);
    to_request(&bench, &vm_only); /* while the request is under way, its answer is waited for */
    bench_event(&bench, HV_EVENT_DETACH);
    assert_false(hv_task_is_done(&bench.move->task));
    bench_answer(&bench, BENCH_STARTED);
    (void)bench_outcome(&bench, HV_OUTCOME_RUNNING, HV_E_DETACHED);
    bench_end(&bench);
    options.detach = true; /* asked for, it is a success */
    to_request(&bench, &options);
    bench_answer(&bench, BENCH_STARTED);
    (void)bench_outcome(&bench, HV_OUTCOME_RUNNING, 0);
    bench_end(&bench);
}

static void a_guid_needs_five_requests_to_its_job(void **state) {
    struct hv_move_options options = vm_only;
    struct bench bench;
    int n = 0;

    (void)state;
    options.vm = BENCH_VM_ID;
    options.type = HV_MOVE_VM_AND_STORAGE;
    bench_begin(&bench, &options);
    bench_event(&bench, HV_EVENT_START);
    static const char *const answers[] = { BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")), BENCH_ITEMS(BENCH_SETTINGS),
                                           BENCH_ITEMS(BENCH_SETTINGS), BENCH_ITEMS(BENCH_SERVICE), BENCH_STARTED };
    for (; bench.op; n++)
        bench_answer(&bench, answers[n]);
    assert_int_equal(n, 5);
    assert_string_equal(bench_state(&bench), "FOLLOW");
    bench_end(&bench);
}

static void a_followed_job_without_destination_is_not_called_moved(void **state) {
    const struct hv_move_options options = { .follow_id = BENCH_JOB_ID, .source_name = "hv01" };
    struct bench bench;

    (void)state;
    bench_begin(&bench, &options);
    bench_event(&bench, HV_EVENT_START);
    bench_answer(&bench, BENCH_JOB("4", ""));
    bench_job(&bench, "7");
    assert_string_equal(bench_state(&bench), "LOOK_SOURCE");
    bench_answer(&bench, NOBODY);
    (void)bench_outcome(&bench, HV_OUTCOME_JOB_COMPLETED, 0);
    bench_end(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_that_cannot_do_are_warned_of),
        cmocka_unit_test(moved_only_when_the_destination_shows_it_and_the_source_does_not),
        cmocka_unit_test(a_completed_job_that_moved_nothing_is_a_failure),
        cmocka_unit_test(a_host_that_lags_is_looked_at_again),
        cmocka_unit_test(a_vm_on_both_hosts_or_on_neither_is_unknown),
        cmocka_unit_test(a_vanished_job_is_settled_by_both_hosts),
        cmocka_unit_test(a_vanished_job_of_a_vm_that_still_migrates_is_waited_for),
        cmocka_unit_test(a_failed_job_explains_itself),
        cmocka_unit_test(a_failed_job_whose_vm_arrived_is_moved),
        cmocka_unit_test(warnings_are_success_and_are_kept),
        cmocka_unit_test(a_job_that_somebody_ended_is_cancelled),
        cmocka_unit_test(a_planned_vm_that_stayed_behind_is_named),
        cmocka_unit_test(copies_beside_a_planned_vm_are_named),
        cmocka_unit_test(silence_at_the_end_of_the_window_is_asked_into),
        cmocka_unit_test(a_destination_that_does_not_tell_of_a_planned_vm_is_named),
        cmocka_unit_test(a_job_out_of_reach_is_asked_for_again),
        cmocka_unit_test(a_lost_answer_is_looked_for_and_never_sent_again),
        cmocka_unit_test(a_lost_request_whose_job_shows_up_late_is_followed),
        cmocka_unit_test(jobs_of_others_are_not_followed),
        cmocka_unit_test(a_request_that_never_took_effect_is_unreachable),
        cmocka_unit_test(a_lost_request_with_silent_hosts_is_unknown),
        cmocka_unit_test(a_lost_request_with_unlisted_jobs_is_unknown),
        cmocka_unit_test(a_job_whose_host_writes_the_destination_longer_is_ours),
        cmocka_unit_test(an_answer_without_sense_is_a_lost_answer),
        cmocka_unit_test(a_return_value_in_doubt_is_looked_into),
        cmocka_unit_test(a_refusal_by_return_value_moves_nothing),
        cmocka_unit_test(the_service_is_called_by_every_key_that_it_shows),
        cmocka_unit_test(hosts_that_do_not_take_part_stop_the_move_before_it_starts),
        cmocka_unit_test(a_name_of_two_vms_stops_and_lists_their_guids),
        cmocka_unit_test(a_vm_that_is_there_already_by_guid_needs_nothing),
        cmocka_unit_test(a_check_ends_with_its_job),
        cmocka_unit_test(detaching_leaves_the_job_alone_and_names_it),
        cmocka_unit_test(a_guid_needs_five_requests_to_its_job),
        cmocka_unit_test(a_followed_job_without_destination_is_not_called_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
