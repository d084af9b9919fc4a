/* Jobs on the clock: states, ageing, errors, cancelling, and armed faults (hyperv.md 2.6, 3, 4g). */
#include "lab.h"

#include <stdio.h>
#include <string.h>

static void start(struct lab *lab, char id[64]) {
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL), 4096);
    assert_string_not_equal(lab_job(lab, id), "");
}

static uint32_t ask(struct lab *lab, const char *id, const char *state) {
    char path[128];
    snprintf(path, sizeof(path), "Msvm_MigrationJob.InstanceID=\"%s\"", id);
    return lab_call(lab, "hv01", path, "RequestStateChange", "RequestedState", state, NULL);
}

static void test_states_and_percent_follow_the_clock(void **state) {
    struct lab *lab = *state;
    char id[64];
    start(lab, id);
    assert_int_equal(lab_job_state(lab, "hv01", id), 2);
    lab->now_us += 100000;
    sim_fabric_tick(lab->fabric, lab->now_us);
    assert_int_equal(lab_job_state(lab, "hv01", id), 3);
    lab_pass(lab, 10);
    assert_int_equal(lab_job_state(lab, "hv01", id), 4);
    assert_int_equal(lab_job_number(lab, "hv01", id, "PercentComplete"), 50);
    assert_int_equal(lab_job_number(lab, "hv01", id, "JobType"), 305);
    assert_int_equal(lab_job_number(lab, "hv01", id, "MigrationType"), 32768);
    lab_pass(lab, 10);
    assert_int_equal(lab_job_state(lab, "hv01", id), 7);
    assert_int_equal(lab_job_number(lab, "hv01", id, "PercentComplete"), 100);
}

static void test_time_can_be_scaled(void **state) {
    struct lab *lab = *state;
    char id[64];
    struct sim_options options = { .time_scale = 10 };
    sim_fabric_free(lab->fabric);
    assert_int_equal(sim_fabric_new(&options, lab->now_us, &lab->fabric, NULL), 0);
    start(lab, id);
    lab_pass(lab, 1);
    assert_int_equal(lab_job_number(lab, "hv01", id, "PercentComplete"), 50);
    lab_pass(lab, 1);
    assert_int_equal(lab_job_state(lab, "hv01", id), 7);
}

static void test_job_is_gone_five_minutes_after_its_end(void **state) {
    struct lab *lab = *state;
    char id[64];
    start(lab, id);
    lab_pass(lab, 20 + 299);
    assert_int_equal(lab_job_state(lab, "hv01", id), 7);
    lab_pass(lab, 1);
    assert_int_equal(lab_job_state(lab, "hv01", id), 0);
    assert_int_equal(lab_count(lab, "hv01", "Msvm_MigrationJob"), 0);
}

static void test_migration_job_is_no_concrete_job_of_hyper_v(void **state) {
    struct lab *lab = *state;
    char id[64];
    start(lab, id);
    assert_int_equal(lab_count(lab, "hv01", "Msvm_MigrationJob"), 1);
    assert_int_equal(lab_count(lab, "hv01", "CIM_ConcreteJob"), 1);
    assert_int_equal(lab_count(lab, "hv01", "Msvm_ConcreteJob"), 0);
    assert_int_equal(lab_count(lab, "hv02", "Msvm_MigrationJob"), 0);
}

static void test_job_types(void **state) {
    struct lab *lab = *state;
    static const struct {
        const char *method, *destination, *settings;
        uint64_t type;
    } cases[] = {
        { MIGRATE, "hv02", SETTINGS_STAGED, 300 }, { CHECK, "hv02", SETTINGS_VM, 301 },
        { CHECK, "hv02", SETTINGS_BOTH, 302 },     { CHECK, "hv02", SETTINGS("32772", ""), 303 },
        { CHECK, NULL, SETTINGS_STORAGE, 304 },    { MIGRATE, "hv02", SETTINGS_VM, 305 },
        { MIGRATE, "hv02", SETTINGS_BOTH, 306 },   { MIGRATE, NULL, SETTINGS_STORAGE, 307 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char id[64];
        lab_open(lab, NULL);
        assert_int_equal(lab_move(lab, "hv01", cases[i].method, WEB01, cases[i].destination, cases[i].settings, NULL), 4096);
        assert_int_equal(lab_job_number(lab, "hv01", lab_job(lab, id), "JobType"), cases[i].type);
    }
}

static void test_machine_shows_that_it_moves(void **state) {
    struct lab *lab = *state;
    char id[64];
    struct sim_object *vm = NULL;
    struct sim_path *path = sim_path_parse("Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='" WEB01 "'");
    start(lab, id);
    lab_pass(lab, 5);
    assert_int_equal(sim_host_get(sim_fabric_find_host(lab->fabric, "hv01"), path, &vm), 0);
    sim_path_free(path);
    const struct sim_value *status = sim_object_value(vm, "OperationalStatus");
    assert_int_equal(status->n_items, 2);
    assert_int_equal(status->items[1].u, 32774);
    sim_object_free(vm);
}

static void test_no_errors_while_fine(void **state) {
    struct lab *lab = *state;
    char id[64];
    start(lab, id);
    assert_false(lab_job_says(lab, "hv01", id, ""));
    lab_pass(lab, 30);
    assert_false(lab_job_says(lab, "hv01", id, ""));
}

static void test_cancel_gently_and_hard(void **state) {
    struct lab *lab = *state;
    static const struct {
        const char *request;
        uint64_t end;
    } cases[] = { { "4", 8 }, { "5", 9 } };
    for (size_t i = 0; i < 2; i++) {
        char id[64];
        lab_open(lab, NULL);
        start(lab, id);
        lab_pass(lab, 10);
        assert_non_null(lab_planned(lab, WEB01));
        assert_int_equal(ask(lab, id, cases[i].request), 0);
        assert_int_equal(lab_job_state(lab, "hv01", id), 6);
        assert_int_equal(ask(lab, id, cases[i].request), 32775);
        lab_pass(lab, 2);
        assert_int_equal(lab_job_state(lab, "hv01", id), cases[i].end);
        assert_string_equal(lab_host_of(lab, WEB01), "hv01");
        assert_null(lab_planned(lab, WEB01));
        assert_int_equal(lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL), 4096);
    }
}

static void test_too_late_to_cancel(void **state) {
    struct lab *lab = *state;
    char id[64];
    start(lab, id);
    lab_pass(lab, 19);
    assert_int_equal(ask(lab, id, "4"), 32775);
    lab_pass(lab, 1);
    assert_int_equal(ask(lab, id, "4"), 32775);
    assert_int_equal(ask(lab, id, "3"), 32770);
    assert_int_equal(ask(lab, id, "77"), 32773);
}

static void arm(struct lab *lab, enum sim_fault_kind kind, uint32_t value, unsigned count) {
    struct sim_fault fault = { .kind = kind, .value = value, .count = count };
    assert_true(sim_fabric_arm(lab->fabric, &fault));
}

static void test_armed_return_value(void **state) {
    struct lab *lab = *state;
    arm(lab, SIM_FAULT_RETURN, 32771, 1);
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL), 32771);
    assert_int_equal(lab_count(lab, "hv01", "Msvm_MigrationJob"), 0);
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL), 4096);
}

static void test_armed_failure(void **state) {
    struct lab *lab = *state;
    char id[64];
    arm(lab, SIM_FAULT_JOB_FAILS, 0x80072746, 0);
    start(lab, id);
    lab_pass(lab, 30);
    assert_int_equal(lab_job_state(lab, "hv01", id), 10);
    assert_true(lab_job_says(lab, "hv01", id, "(0x80072746)"));
    assert_string_equal(lab_host_of(lab, WEB01), "hv01");
    assert_null(lab_planned(lab, WEB01));
}

static void test_armed_warning(void **state) {
    struct lab *lab = *state;
    char id[64];
    arm(lab, SIM_FAULT_JOB_WARNS, 0, 0);
    start(lab, id);
    lab_pass(lab, 30);
    assert_int_equal(lab_job_state(lab, "hv01", id), 32768);
    assert_true(lab_job_says(lab, "hv01", id, "longer than expected"));
    assert_string_equal(lab_host_of(lab, WEB01), "hv02");
}

static void test_armed_vanishing(void **state) {
    struct lab *lab = *state;
    static const uint32_t outcomes[] = { 0, 0x80070005 };
    for (size_t i = 0; i < 2; i++) {
        char id[64];
        lab_open(lab, NULL);
        arm(lab, SIM_FAULT_JOB_VANISHES, outcomes[i], 0);
        start(lab, id);
        lab_pass(lab, 9);
        assert_int_equal(lab_job_state(lab, "hv01", id), 4);
        lab_pass(lab, 1);
        assert_int_equal(lab_job_state(lab, "hv01", id), 0);
        assert_string_equal(lab_host_of(lab, WEB01), "hv01");
        lab_pass(lab, 10);
        assert_string_equal(lab_host_of(lab, WEB01), outcomes[i] ? "hv01" : "hv02");
        assert_int_equal(lab_job_state(lab, "hv01", id), 0);
    }
}

static void test_armed_hang_ends_by_cancelling(void **state) {
    struct lab *lab = *state;
    char id[64];
    arm(lab, SIM_FAULT_JOB_HANGS, 40, 0);
    start(lab, id);
    lab_pass(lab, 500);
    assert_int_equal(lab_job_state(lab, "hv01", id), 4);
    assert_int_equal(lab_job_number(lab, "hv01", id, "PercentComplete"), 40);
    assert_int_equal(ask(lab, id, "4"), 0);
    lab_pass(lab, 2);
    assert_int_equal(lab_job_state(lab, "hv01", id), 8);
}

static void test_stubborn_job_ends_by_killing_only(void **state) {
    struct lab *lab = *state;
    char id[64];
    arm(lab, SIM_FAULT_CANCEL_HANGS, 0, 0);
    start(lab, id);
    lab_pass(lab, 5);
    assert_int_equal(ask(lab, id, "4"), 0);
    lab_pass(lab, 100);
    assert_int_equal(lab_job_state(lab, "hv01", id), 6);
    assert_int_equal(ask(lab, id, "4"), 32775);
    assert_int_equal(ask(lab, id, "5"), 0);
    lab_pass(lab, 2);
    assert_int_equal(lab_job_state(lab, "hv01", id), 9);
    assert_string_equal(lab_host_of(lab, WEB01), "hv01");
    assert_int_equal(ask(lab, id, "5"), 32775);
}

static void test_armed_leftovers(void **state) {
    struct lab *lab = *state;
    char id[64];
    const char *copy = "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks\\app01.vhdx";
    arm(lab, SIM_FAULT_JOB_FAILS, 0, 0);
    arm(lab, SIM_FAULT_LEFTOVERS, 0, 0);
    lab_disks(lab, "hv01", APP01, "");
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS_BOTH, NULL), 4096);
    lab_job(lab, id);
    lab_pass(lab, 30);
    assert_int_equal(lab_job_state(lab, "hv01", id), 10);
    assert_non_null(lab_planned(lab, APP01));
    assert_true(lab_has_file(lab, "hv02", copy));
    assert_true(lab_has_file(lab, "hv01", "C:\\Hyper-V\\app01\\app01.vhdx"));
}

#define T(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_states_and_percent_follow_the_clock),
        T(test_time_can_be_scaled),
        T(test_job_is_gone_five_minutes_after_its_end),
        T(test_migration_job_is_no_concrete_job_of_hyper_v),
        T(test_job_types),
        T(test_machine_shows_that_it_moves),
        T(test_no_errors_while_fine),
        T(test_cancel_gently_and_hard),
        T(test_too_late_to_cancel),
        T(test_armed_return_value),
        T(test_armed_failure),
        T(test_armed_warning),
        T(test_armed_vanishing),
        T(test_armed_hang_ends_by_cancelling),
        T(test_stubborn_job_ends_by_killing_only),
        T(test_armed_leftovers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
