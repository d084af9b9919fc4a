/* Power of a VM and its processor setting: what is sent, and what the end proves (hyperv.md 2.8, 2.12). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hvctl/vm.h>

#include "base/size.h"
#include "control_bench.h"

#define ID "0E2A5B6C-1111-4222-8333-444455556666"
#define VM(state)                                                                                                                \
    TALK_ITEMS(TALK_INSTANCE("Msvm_ComputerSystem", "<p:ElementName>app01</p:ElementName><p:EnabledState>" state                 \
                                                    "</p:EnabledState><p:Name>" ID "</p:Name>"))
#define COMPONENT                                                                                                                \
    TALK_ITEMS("<a:EndpointReference><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>" TALK_NS                     \
               "Msvm_ShutdownComponent</w:ResourceURI><w:SelectorSet><w:Selector Name=\"DeviceID\">Microsoft:D</w:Selector>"     \
               "<w:Selector Name=\"SystemName\">" ID                                                                             \
               "</w:Selector></w:SelectorSet></a:ReferenceParameters></a:EndpointReference>")

#define RUN(task, lines) talk_run(task, lines, HV_ARRAY_SIZE(lines))

static struct hv_task *power(enum hv_vm_action action) {
    const struct hv_vm_power_options options = { .vm = "app01", .host = "hv01", .action = action, .timeout_ms = 3000 };
    struct hv_task *task = NULL;

    assert_int_equal(hv_vm_power_new(&options, &task, NULL), 0);
    return task;
}

static void a_vm_is_started_and_seen_running(void **state) {
    static const struct talk lines[] = {
        { .says = { "ElementName = ", "app01" }, .body = VM("3") },
        { .says = { "Msvm_ComputerSystem/RequestStateChange<", ID, "RequestedState>2<" }, .body = TALK_STARTED },
        { .kind = TALK_SHOW_JOB, .body = TALK_JOB("7", "") },
        { .says = { "Name = ", ID }, .body = VM("10") },
        { .body = VM("2") },
    };
    struct hv_task *task = power(HV_VM_START);
    const struct hv_vm_power_result *result;

    (void)state;
    assert_null(hv_vm_power_result(task));
    assert_int_equal(RUN(task, lines), 0);
    result = hv_vm_power_result(task);
    assert_true(result->is_needed);
    assert_int_equal(result->before->state, 3);
    assert_int_equal(result->after->state, 2);
    (void)hv_task_free(task);
}

static void a_vm_in_that_state_is_left_alone(void **state) {
    static const struct talk lines[] = { { .body = VM("3") } };
    static const enum hv_vm_action actions[] = { HV_VM_STOP, HV_VM_SHUTDOWN };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(actions); i++) {
        struct hv_task *task = power(actions[i]);
        assert_int_equal(RUN(task, lines), 0);
        assert_false(hv_vm_power_result(task)->is_needed);
        (void)hv_task_free(task);
    }
}

static void what_cannot_be_is_said_before_anything_is_sent(void **state) {
    static const struct {
        enum hv_vm_action action;
        const char *body;
    } cases[] = {
        { HV_VM_PAUSE, VM("3") },
        { HV_VM_SAVE, VM("3") },
        { HV_VM_RESUME, VM("6") },
        { HV_VM_SHUTDOWN, VM("9") },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        const struct talk lines[] = { { .body = cases[i].body } };
        struct hv_task *task = power(cases[i].action);
        assert_int_equal(RUN(task, lines), HV_E_CONFLICT);
        (void)hv_task_free(task);
    }
}

static void a_guest_is_asked_by_the_component_that_the_host_names(void **state) {
    static const struct talk lines[] = {
        { .body = VM("2") },
        { .says = { "Msvm_ShutdownComponent WHERE SystemName = ", ID, "EnumerateEPR" }, .body = COMPONENT },
        { .says = { "Msvm_ShutdownComponent/InitiateShutdown<", "Name=\"DeviceID\">Microsoft:D<", "Force>false<", "Reason>" },
          .body = TALK_RETURN("0") },
        { .body = VM("4") },
        { .body = VM("3") },
    };
    static const struct talk bare[] = { { .body = VM("2") }, { .body = TALK_ITEMS("") } };
    struct hv_task *task = power(HV_VM_SHUTDOWN);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    (void)hv_task_free(task);
    task = power(HV_VM_SHUTDOWN);
    assert_int_equal(RUN(task, bare), HV_E_CONFLICT);
    (void)hv_task_free(task);
}

static void a_guest_that_goes_on_is_left_to_itself(void **state) {
    /* The pauses are 500, 750, 1125, 1687 ms: the fifth look is beyond three seconds. */
    static const struct talk lines[] = {
        { .body = VM("2") }, { .body = COMPONENT }, { .body = TALK_RETURN("0") }, { .body = VM("2") },
        { .body = VM("2") }, { .body = VM("2") },   { .body = VM("2") },          { .body = VM("2") },
    };
    struct hv_task *task = power(HV_VM_SHUTDOWN);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_DETACHED);
    (void)hv_task_free(task);
}

static void a_lost_answer_is_settled_by_the_state(void **state) {
    static const struct talk there[] = { { .body = VM("2") }, { .kind = TALK_FAIL, .code = HV_E_LOST }, { .body = VM("3") } };
    static const struct talk blind[] = { { .body = VM("2") },
                                         { .body = TALK_RETURN("0") },
                                         { .kind = TALK_FAIL, .code = HV_E_UNREACHABLE } };
    static const struct talk refused[] = { { .body = VM("2") }, { .body = TALK_RETURN("32775") } };
    struct hv_task *task = power(HV_VM_STOP);

    (void)state;
    assert_int_equal(RUN(task, there), 0);
    (void)hv_task_free(task);
    task = power(HV_VM_STOP);
    assert_int_equal(RUN(task, blind), HV_E_UNKNOWN_OUTCOME);
    (void)hv_task_free(task);
    task = power(HV_VM_STOP);
    assert_int_equal(RUN(task, refused), HV_E_CONFLICT);
    (void)hv_task_free(task);
}

static void waiting_can_be_given_up(void **state) {
    static const struct talk lines[] = { { .body = VM("2") }, { .body = TALK_STARTED }, { .kind = TALK_DETACH } };
    struct hv_task *task = power(HV_VM_STOP);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_DETACHED);
    (void)hv_task_free(task);
}

/* ---- settings ---- */

#define SERVICE                                                                                                                  \
    TALK_ITEMS(                                                                                                                  \
        TALK_INSTANCE("Msvm_VirtualSystemManagementService",                                                                     \
                      "<p:CreationClassName>Msvm_VirtualSystemManagementService</p:CreationClassName><p:Name>vmms</p:Name>"))
#define PROCESSOR(limit)                                                                                                         \
    TALK_ITEMS(TALK_INSTANCE("Msvm_ProcessorSettingData", "<p:InstanceID>Microsoft:" ID "\\P\\0</p:InstanceID>"                  \
                                                          "<p:LimitProcessorFeatures>" limit "</p:LimitProcessorFeatures>"))

static struct hv_task *set(int64_t value) {
    const struct hv_vm_set_options options = { .vm = ID, .host = "hv01", .processor_compatibility = value };
    struct hv_task *task = NULL;

    assert_int_equal(hv_vm_set_new(&options, &task, NULL), 0);
    return task;
}

static void the_processor_setting_is_changed_and_read_again(void **state) {
    static const struct talk lines[] = {
        { .body = VM("3") },
        { .says = { "Msvm_ProcessorSettingData WHERE InstanceID LIKE ", ID }, .body = PROCESSOR("false") },
        { .body = SERVICE },
        { .says = { "/ModifyResourceSettings<", "Name=\"Name\">vmms<", "\\P\\0", "LimitProcessorFeatures" },
          .body = TALK_RETURN("0") },
        { .body = PROCESSOR("true") },
    };
    struct hv_task *task = set(1);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    assert_int_equal(hv_vm_set_result(task)->processor_compatibility_before, 0);
    assert_int_equal(hv_vm_set_result(task)->processor_compatibility_after, 1);
    (void)hv_task_free(task);
}

static void a_vm_that_is_on_keeps_its_processor(void **state) {
    static const struct talk on[] = { { .body = VM("2") }, { .body = PROCESSOR("false") }, { .body = SERVICE } };
    static const struct talk same[] = { { .body = VM("2") }, { .body = PROCESSOR("true") }, { .body = SERVICE } };
    static const struct talk stubborn[] = { { .body = VM("3") },
                                            { .body = PROCESSOR("false") },
                                            { .body = SERVICE },
                                            { .body = TALK_RETURN("0") },
                                            { .body = PROCESSOR("false") } };
    struct hv_task *task = set(1);

    (void)state;
    assert_int_equal(RUN(task, on), HV_E_CONFLICT);
    (void)hv_task_free(task);
    task = set(1);
    assert_int_equal(RUN(task, same), 0);
    (void)hv_task_free(task);
    task = set(1);
    assert_int_equal(RUN(task, stubborn), HV_E_FAILED);
    (void)hv_task_free(task);
}

static void a_vm_must_be_named(void **state) {
    struct hv_task *task = NULL;

    (void)state;
    assert_int_equal(hv_vm_power_new(&(const struct hv_vm_power_options){ .vm = "" }, &task, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_vm_set_new(&(const struct hv_vm_set_options){ .vm = NULL }, &task, NULL), HV_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vm_is_started_and_seen_running),
        cmocka_unit_test(a_vm_in_that_state_is_left_alone),
        cmocka_unit_test(what_cannot_be_is_said_before_anything_is_sent),
        cmocka_unit_test(a_guest_is_asked_by_the_component_that_the_host_names),
        cmocka_unit_test(a_guest_that_goes_on_is_left_to_itself),
        cmocka_unit_test(a_lost_answer_is_settled_by_the_state),
        cmocka_unit_test(waiting_can_be_given_up),
        cmocka_unit_test(the_processor_setting_is_changed_and_read_again),
        cmocka_unit_test(a_vm_that_is_on_keeps_its_processor),
        cmocka_unit_test(a_vm_must_be_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
