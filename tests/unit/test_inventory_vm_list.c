/* vm list against answers written from the documents. */
#include "support/exchange.h"

#include <hvctl/vm.h>

#include "base/size.h"

#define A "A1A1A1A1-0000-4000-8000-000000000001"
#define B "B2B2B2B2-0000-4000-8000-000000000002"
#define C "C3C3C3C3-0000-4000-8000-000000000003"

static const struct exchange two_pages[] = {
    { .file = "synthetic/vm-list/001.response.xml",
      .says = { "/enumeration/Enumerate<", "root/virtualization/v2/Msvm_ComputerSystem<" } },
    { .file = "synthetic/vm-list/002.response.xml",
      .says = { "/enumeration/Pull<", "uuid:11111111-2222-3333-4444-555555555555" } },
};

static struct hv_task *task_new(void) {
    struct hv_task *task = NULL;
    assert_int_equal(hv_vm_list_new(&task, NULL), 0);
    return task;
}

static void every_vm_is_listed_without_the_host(void **state) {
    (void)state;
    struct hv_task *task = task_new();
    assert_int_equal(exchange_all(task, two_pages, HV_ARRAY_SIZE(two_pages)), 0);
    size_t n;
    const struct hv_vm *vms = hv_vm_list_result(task, &n);
    assert_int_equal(n, 3);
    assert_string_equal(vms[0].id, A);
    assert_string_equal(vms[0].name, "web01");
    assert_int_equal(vms[0].state, 2);
    assert_string_equal(vms[0].state_name, "running");
    assert_int_equal(vms[0].health, 5);
    assert_int_equal(vms[0].operational_status[0], 2);
    assert_int_equal(vms[0].operational_status[1], -1);
    assert_int_equal(vms[0].uptime_ms, 86400000);
    assert_int_equal(vms[0].process_id, 4711);
    assert_string_equal(vms[1].name, "R&D <old> \"x\"");
    assert_string_equal(vms[1].state_name, "off");
    assert_int_equal(vms[1].process_id, -1);
    assert_string_equal(vms[2].name, "データ 01");
    assert_string_equal(vms[2].state_name, "paused");
    assert_int_equal(vms[2].operational_status[1], 32774);
    (void)hv_task_free(task);
}

static void form_and_gaps_do_not_matter(void **state) {
    (void)state;
    static const struct exchange odd[] = { { .file = "synthetic/vm-list-odd/001.response.xml" } };
    struct hv_task *task = task_new();
    assert_int_equal(exchange_all(task, odd, HV_ARRAY_SIZE(odd)), 0);
    size_t n;
    const struct hv_vm *vms = hv_vm_list_result(task, &n);
    assert_int_equal(n, 3);
    assert_string_equal(vms[0].id, A);
    assert_string_equal(vms[0].state_name, "running");
    assert_int_equal(vms[0].health, -1);
    assert_int_equal(vms[0].operational_status[0], -1);
    assert_string_equal(vms[1].id, B);
    assert_null(vms[1].name);
    assert_int_equal(vms[1].state, -1);
    assert_null(vms[1].state_name);
    assert_int_equal(vms[1].health, -1);
    assert_int_equal(vms[1].uptime_ms, -1);
    assert_int_equal(vms[1].process_id, -1);
    assert_null(vms[2].name);
    assert_int_equal(vms[2].state, 54321);
    assert_null(vms[2].state_name);
    (void)hv_task_free(task);
}

static void a_host_without_vms_has_an_empty_list(void **state) {
    (void)state;
    static const struct exchange none[] = { { .file = "synthetic/no-instances/001.response.xml" } };
    struct hv_task *task = task_new();
    assert_int_equal(exchange_all(task, none, HV_ARRAY_SIZE(none)), 0);
    size_t n = 1;
    assert_null(hv_vm_list_result(task, &n));
    assert_int_equal(n, 0);
    (void)hv_task_free(task);
}

static void a_host_without_the_role_is_an_error(void **state) {
    (void)state;
    static const struct exchange no_role[] = { { .file = "synthetic/inventory-faults/003.response.xml", .status = 500 } };
    struct hv_task *task = task_new();
    assert_int_equal(exchange_all(task, no_role, HV_ARRAY_SIZE(no_role)), HV_E_NOT_FOUND);
    const struct hv_error *error;
    (void)hv_task_result(task, &error);
    assert_int_equal(error->hresult, 0x8004100E);
    size_t n;
    assert_null(hv_vm_list_result(task, &n));
    (void)hv_task_free(task);
}

static void a_broken_second_page_fails_the_whole_list(void **state) {
    (void)state;
    const struct exchange broken[] = { two_pages[0], { .failure = HV_E_UNREACHABLE } };
    struct hv_task *task = task_new();
    assert_int_equal(exchange_all(task, broken, HV_ARRAY_SIZE(broken)), HV_E_UNREACHABLE);
    size_t n = 1;
    assert_null(hv_vm_list_result(task, &n));
    assert_int_equal(n, 0);
    (void)hv_task_free(task);
}

static void detaching_cancels(void **state) {
    (void)state;
    struct hv_task *task = task_new();
    struct exchange_run run = { .task = task };
    const struct hv_event start = { .kind = HV_EVENT_START };
    const struct hv_event detach = { .kind = HV_EVENT_DETACH };
    exchange_step(&run, &start);
    exchange_step(&run, &detach);
    assert_true(hv_task_is_done(task));
    assert_int_equal(hv_task_result(task, NULL), HV_E_CANCELLED);
    (void)hv_op_free(run.ops[0].op);
    (void)hv_task_free(task);
}

static void results_of_another_task_are_not_mistaken(void **state) {
    (void)state;
    struct hv_task *task = task_new();
    assert_null(hv_vm_show_result(task));
    (void)hv_task_free(task);
}

static int list_once(void) {
    struct hv_task *task = NULL;
    int r = hv_vm_list_new(&task, NULL);
    if (r == 0)
        r = exchange_all(task, two_pages, HV_ARRAY_SIZE(two_pages));
    (void)hv_task_free(task);
    return r;
}

static void refused_allocations_do_no_harm(void **state) {
    (void)state;
    assert_true(exchange_each_allocation(list_once) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vm_is_listed_without_the_host),       cmocka_unit_test(form_and_gaps_do_not_matter),
        cmocka_unit_test(a_host_without_vms_has_an_empty_list),      cmocka_unit_test(a_host_without_the_role_is_an_error),
        cmocka_unit_test(a_broken_second_page_fails_the_whole_list), cmocka_unit_test(detaching_cancels),
        cmocka_unit_test(results_of_another_task_are_not_mistaken),  cmocka_unit_test(refused_allocations_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
