/* Planned VMs and staged moves: what is sent in which order, and what is left at the end of each road (hyperv.md 4e). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hvctl/staged.h>

#include "base/size.h"
#include "control_bench.h"

#define ID "0E2A5B6C-1111-4222-8333-444455556666"
#define VM                                                                                                                       \
    TALK_ITEMS(TALK_INSTANCE("Msvm_ComputerSystem", "<p:ElementName>app01</p:ElementName><p:EnabledState>2</p:EnabledState>"     \
                                                    "<p:Name>" ID "</p:Name>"))
#define PLANNED                                                                                                                  \
    TALK_ITEMS(TALK_INSTANCE("Msvm_PlannedComputerSystem", "<p:ElementName>app01</p:ElementName>"                                \
                                                           "<p:EnabledState>6</p:EnabledState><p:Name>" ID "</p:Name>"))
#define MIGRATING                                                                                                                \
    TALK_ITEMS(TALK_INSTANCE("Msvm_ComputerSystem",                                                                              \
                             "<p:ElementName>app01</p:ElementName><p:Name>" ID "</p:Name>"                                       \
                             "<p:OperationalStatus>11</p:OperationalStatus><p:OperationalStatus>32774</p:OperationalStatus>"))
#define NOTHING TALK_ITEMS("")
#define SERVICE                                                                                                                  \
    TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemManagementService",                                                              \
                             "<p:CreationClassName>Msvm_VirtualSystemManagementService</p:CreationClassName>"                    \
                             "<p:Name>vmms</p:Name><p:SystemName>HV02</p:SystemName>"))
#define SETTINGS                                                                                                                 \
    TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData",                                                    \
                             "<p:AuthenticationType>1</p:AuthenticationType>"                                                    \
                             "<p:EnableVirtualSystemMigration>true</p:EnableVirtualSystemMigration>"))
#define OWN_SERVICE                                                                                                              \
    TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationService",                                                               \
                             "<p:CreationClassName>Msvm_VirtualSystemMigrationService</p:CreationClassName>"                     \
                             "<p:Name>migrationwmi</p:Name>"))
#define LISTENERS                                                                                                                \
    TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationService",                                                               \
                             "<p:MigrationServiceListenerIPAddressList>192.0.2.2</p:MigrationServiceListenerIPAddressList>"))
#define DONE TALK_RETURN("0")

#define RUN(task, lines) talk_run(task, lines, HV_ARRAY_SIZE(lines))

static const struct hv_planned_options which = { .vm = ID, .host = "hv02", .has_origin = true, .origin = "hv01" };
static const struct hv_move_options move = {
    .vm = ID, .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01", .settle_ms = 20
};

static struct hv_task *discard(void) {
    struct hv_task *task = NULL;

    assert_int_equal(hv_planned_discard_new(&which, &task, NULL), 0);
    return task;
}

static struct hv_task *staged(enum hv_staged_act act) {
    static const struct hv_planned_fixes none = { .eject_iso = false };
    struct hv_task *task = NULL;

    assert_int_equal(hv_staged_new(act, &move, act == HV_STAGED_MOVE ? &none : NULL, &task, NULL), 0);
    return task;
}

/* ---- removing ---- */

static void a_planned_vm_is_removed_by_its_own_class_and_looked_for(void **state) {
    static const struct talk lines[] = {
        { .says = { "Msvm_PlannedComputerSystem WHERE Name = ", ID }, .body = PLANNED },
        { .says = { "Msvm_VirtualSystemManagementService" }, .body = SERVICE },
        { .says = { "Msvm_ComputerSystem WHERE Name = " }, .body = VM },
        { .says = { "Msvm_MigrationJob" }, .body = NOTHING },
        { .says = { "/DestroySystem<", "AffectedSystem", "Name=\"CreationClassName\">Msvm_PlannedComputerSystem<", ID },
          .body = DONE },
        { .says = { "Msvm_PlannedComputerSystem WHERE Name = " }, .body = NOTHING },
    };
    struct hv_task *task = discard();

    (void)state;
    assert_null(hv_planned_discard_result(task));
    assert_int_equal(RUN(task, lines), 0);
    assert_int_equal(hv_planned_discard_result(task)->origin, HV_ORIGIN_THERE);
    assert_string_equal(hv_origin_name(HV_ORIGIN_THERE), "there");
    (void)hv_task_free(task);
}

static void one_that_a_move_may_go_into_is_left_alone(void **state) {
    static const struct talk shown[] = { { .body = PLANNED }, { .body = SERVICE }, { .body = MIGRATING }, { .body = NOTHING } };
    static const struct talk job[] = {
        { .body = PLANNED },
        { .body = SERVICE },
        { .body = VM },
        { .body = TALK_ITEMS(TALK_INSTANCE("Msvm_MigrationJob", "<p:InstanceID>J</p:InstanceID><p:JobState>4</p:JobState>"
                                                                "<p:VirtualSystemName>" ID "</p:VirtualSystemName>")) },
    };
    struct hv_task *task = discard();

    (void)state;
    assert_int_equal(RUN(task, shown), HV_E_CONFLICT);
    (void)hv_task_free(task);
    task = discard();
    assert_int_equal(RUN(task, job), HV_E_CONFLICT);
    (void)hv_task_free(task);
}

static void what_the_host_shows_at_the_end_decides(void **state) {
    static const struct talk lost[] = { { .body = PLANNED },
                                        { .body = SERVICE },
                                        { .body = NOTHING },
                                        { .body = NOTHING },
                                        { .kind = TALK_FAIL, .code = HV_E_LOST },
                                        { .body = NOTHING } };
    static const struct talk stubborn[] = { { .body = PLANNED }, { .body = SERVICE }, { .body = NOTHING },
                                            { .body = NOTHING }, { .body = DONE },    { .body = PLANNED } };
    static const struct talk blind[] = {
        { .body = PLANNED }, { .body = SERVICE }, { .body = NOTHING },
        { .body = NOTHING }, { .body = DONE },    { .kind = TALK_FAIL, .code = HV_E_UNREACHABLE }
    };
    static const struct talk left[] = { { .body = PLANNED }, { .body = SERVICE }, { .body = NOTHING },
                                        { .body = NOTHING }, { .body = DONE },    { .kind = TALK_DETACH } };
    static const struct {
        const struct talk *lines;
        size_t n;
        int result;
    } cases[] = { { lost, HV_ARRAY_SIZE(lost), 0 },
                  { left, HV_ARRAY_SIZE(left), HV_E_DETACHED },
                  { stubborn, HV_ARRAY_SIZE(stubborn), HV_E_FAILED },
                  { blind, HV_ARRAY_SIZE(blind), HV_E_UNKNOWN_OUTCOME } };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        struct hv_task *task = discard();
        assert_int_equal(talk_run(task, cases[i].lines, cases[i].n), cases[i].result);
        (void)hv_task_free(task);
    }
}

/* ---- listing ---- */

static void a_planned_vm_whose_vm_is_nowhere_is_an_orphan(void **state) {
    static const struct talk lines[] = { { .body = PLANNED }, { .body = NOTHING }, { .body = NOTHING } };
    static const struct talk moving[] = { { .body = PLANNED }, { .body = MIGRATING }, { .body = NOTHING } };
    struct hv_task *task = NULL;
    size_t n = 9;

    (void)state;
    assert_int_equal(hv_planned_list_new(true, &task, NULL), 0);
    assert_null(hv_planned_list_result(task, &n));
    assert_int_equal(RUN(task, lines), 0);
    assert_int_equal(hv_planned_list_result(task, &n)[0].origin, HV_ORIGIN_NONE);
    assert_int_equal(n, 1);
    (void)hv_task_free(task);
    assert_int_equal(hv_planned_list_new(true, &task, NULL), 0);
    assert_int_equal(RUN(task, moving), 0);
    assert_int_equal(hv_planned_list_result(task, &n)[0].origin, HV_ORIGIN_MOVING);
    (void)hv_task_free(task);
}

/* ---- moves ---- */

/* The roads of a staged move up to the request that moves, which comes next. */
#define STAGED_LINES                                                                                                             \
    { .body = VM }, { .says = { "Msvm_PlannedComputerSystem" }, .body = NOTHING }, { .body = VM }, { .body = SETTINGS },         \
        { .body = OWN_SERVICE }, { .body = LISTENERS },                                                                          \
        { .says = { "/MigrateVirtualSystemToHost<", "32770", "192.0.2.2" }, .body = DONE },                                      \
        { .says = { "Msvm_PlannedComputerSystem" }, .body = PLANNED }, { .body = VM }, { .body = VM }, { .body = SETTINGS },     \
        { .body = OWN_SERVICE }, {                                                                                               \
        .body = LISTENERS                                                                                                        \
    }
#define REMOVED_LINES                                                                                                            \
    { .says = { "Msvm_PlannedComputerSystem" }, .body = PLANNED }, { .body = SERVICE }, { .body = VM }, { .body = NOTHING },     \
        { .says = { "/DestroySystem<", "Msvm_PlannedComputerSystem" }, .body = DONE }, {                                         \
        .body = NOTHING                                                                                                          \
    }

static void a_move_goes_into_the_planned_vm_that_it_made(void **state) {
    static const struct talk lines[] = {
        STAGED_LINES,
        { .says = { "/MigrateVirtualSystemToHost<", "32768", "DestinationPlannedVirtualSystemId", ID }, .body = DONE },
        { .says = { "Msvm_ComputerSystem" }, .body = VM },
        { .body = NOTHING },
    };
    struct hv_task *task = staged(HV_STAGED_MOVE);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    assert_int_equal(hv_move_result(task)->outcome, HV_OUTCOME_MOVED);
    assert_int_equal(hv_move_result(task)->n_leftovers, 0);
    (void)hv_task_free(task);
}

static void a_refused_move_removes_what_it_made(void **state) {
    static const struct talk lines[] = { STAGED_LINES, { .body = TALK_RETURN("32775") }, REMOVED_LINES };
    struct hv_task *task = staged(HV_STAGED_MOVE);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_CONFLICT);
    assert_int_equal(hv_move_result(task)->outcome, HV_OUTCOME_NOT_MOVED);
    assert_int_equal(hv_move_result(task)->n_leftovers, 0);
    (void)hv_task_free(task);
}

static void what_cannot_be_removed_is_named(void **state) {
    static const struct talk lines[] = { STAGED_LINES,
                                         { .body = TALK_RETURN("32775") },
                                         { .kind = TALK_FAIL, .code = HV_E_UNREACHABLE } };
    struct hv_task *task = staged(HV_STAGED_MOVE);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_CONFLICT);
    assert_int_equal(hv_move_result(task)->n_leftovers, 1);
    assert_non_null(strstr(hv_move_result(task)->leftovers[0], "planned VM " ID " on hv02"));
    assert_non_null(strstr(hv_move_result(task)->leftovers[0], "hvctl staged discard " ID " --to hv02"));
    (void)hv_task_free(task);
}

/* It may be going on at the host: nothing is taken from under it. */
static void a_move_that_is_left_to_itself_keeps_its_planned_vm(void **state) {
    static const struct talk lines[] = { STAGED_LINES, { .body = TALK_STARTED }, { .kind = TALK_DETACH } };
    struct hv_task *task = staged(HV_STAGED_MOVE);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_DETACHED);
    assert_int_equal(hv_move_result(task)->outcome, HV_OUTCOME_RUNNING);
    assert_non_null(strstr(hv_move_result(task)->leftovers[0], "unless the VM moves into it"));
    (void)hv_task_free(task);
}

/* A check moves nothing, whether it is waited for or not. */
static void a_check_leaves_nothing(void **state) {
    static const struct talk lines[] = {
        { .body = VM },
        { .body = NOTHING },
        { .body = VM },
        { .body = SETTINGS },
        { .body = OWN_SERVICE },
        { .body = LISTENERS },
        { .body = DONE },
        { .body = PLANNED },
        { .body = VM },
        { .body = VM },
        { .body = SETTINGS },
        { .body = OWN_SERVICE },
        { .body = LISTENERS },
        { .body = SETTINGS },
        { .says = { "/CheckVirtualSystemIsMigratable<", "DestinationPlannedVirtualSystemId" }, .body = TALK_STARTED },
        { .kind = TALK_DETACH },
        REMOVED_LINES,
    };
    static const struct hv_planned_fixes none = { .eject_iso = false };
    struct hv_move_options options = move;
    struct hv_task *task = NULL;

    (void)state;
    options.check_only = true;
    assert_int_equal(hv_staged_new(HV_STAGED_MOVE, &options, &none, &task, NULL), 0);
    assert_int_equal(RUN(task, lines), HV_E_DETACHED);
    assert_int_equal(hv_move_result(task)->n_leftovers, 0);
    (void)hv_task_free(task);
}

static void a_planned_vm_of_somebody_is_not_touched(void **state) {
    static const struct talk lines[] = { { .body = VM }, { .body = PLANNED } };
    static const struct talk none[] = { { .body = VM }, { .body = NOTHING } };
    struct hv_task *task = staged(HV_STAGED_MOVE);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_CONFLICT);
    assert_false(hv_move_result(task)->request_sent);
    (void)hv_task_free(task);
    task = staged(HV_STAGED_PREPARE);
    assert_int_equal(RUN(task, lines), HV_E_CONFLICT);
    (void)hv_task_free(task);
    task = staged(HV_STAGED_COMPLETE);
    assert_int_equal(RUN(task, none), HV_E_NOT_FOUND);
    (void)hv_task_free(task);
}

static void staging_that_is_refused_ends_the_move(void **state) {
    static const struct talk lines[] = { { .body = VM },
                                         { .body = NOTHING },
                                         { .body = VM },
                                         { .body = SETTINGS },
                                         { .body = OWN_SERVICE },
                                         { .body = LISTENERS },
                                         { .body = TALK_RETURN("32769") } };
    struct hv_task *task = staged(HV_STAGED_MOVE);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_DENIED);
    assert_int_equal(hv_move_result(task)->outcome, HV_OUTCOME_NOT_MOVED);
    assert_int_equal(hv_move_result(task)->n_leftovers, 0);
    (void)hv_task_free(task);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planned_vm_is_removed_by_its_own_class_and_looked_for),
        cmocka_unit_test(one_that_a_move_may_go_into_is_left_alone),
        cmocka_unit_test(what_the_host_shows_at_the_end_decides),
        cmocka_unit_test(a_planned_vm_whose_vm_is_nowhere_is_an_orphan),
        cmocka_unit_test(a_move_goes_into_the_planned_vm_that_it_made),
        cmocka_unit_test(a_refused_move_removes_what_it_made),
        cmocka_unit_test(what_cannot_be_removed_is_named),
        cmocka_unit_test(a_move_that_is_left_to_itself_keeps_its_planned_vm),
        cmocka_unit_test(a_check_leaves_nothing),
        cmocka_unit_test(a_planned_vm_of_somebody_is_not_touched),
        cmocka_unit_test(staging_that_is_refused_ends_the_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
