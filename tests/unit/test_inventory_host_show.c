/* host show against answers written from the documents. */
#include "support/exchange.h"

#include <hvctl/host.h>

#include "base/size.h"

static const struct exchange whole[] = {
    { .file = "synthetic/host-show/001.response.xml", .says = { "v2/Msvm_VirtualSystemMigrationService<" } },
    { .file = "synthetic/host-show/002.response.xml", .says = { "v2/Msvm_VirtualSystemMigrationServiceSettingData<" } },
    { .file = "synthetic/host-show/003.response.xml", .says = { "v2/Msvm_VirtualSystemMigrationNetworkSettingData<" } },
};

static struct hv_task *show(const struct exchange *exchanges, size_t n, int result) {
    struct hv_task *task = NULL;
    assert_int_equal(hv_host_show_new(&task, NULL), 0);
    assert_int_equal(exchange_all(task, exchanges, n), result);
    return task;
}

static void service_settings_and_networks_are_shown(void **state) {
    (void)state;
    struct hv_task *task = show(whole, HV_ARRAY_SIZE(whole), 0);
    const struct hv_host_info *info = hv_host_show_result(task);
    assert_string_equal(info->name, "HV01");
    assert_int_equal(info->active_vm_migrations, 2);
    assert_int_equal(info->active_storage_migrations, 1);
    assert_int_equal(info->n_listeners, 2);
    assert_string_equal(info->listeners[0], "192.0.2.11");
    assert_string_equal(info->listeners[1], "fe80::1");
    assert_int_equal(info->migration_enabled, 1);
    assert_int_equal(info->max_vm_migrations, 4);
    assert_int_equal(info->max_storage_migrations, 5);
    assert_int_equal(info->authentication_type, 1);
    assert_int_equal(info->compression, 1);
    assert_int_equal(info->smb_transport, 0);
    assert_int_equal(info->n_networks, 2);
    assert_string_equal(info->networks[0].subnet, "192.0.2.0");
    assert_int_equal(info->networks[0].prefix_length, 24);
    assert_int_equal(info->networks[0].metric, 100);
    assert_int_equal(info->networks[0].n_tags, 1);
    assert_string_equal(info->networks[0].tags[0], "Microsoft:UserManaged");
    assert_string_equal(info->networks[1].instance_id, "Microsoft:net1");
    assert_int_equal(info->networks[1].prefix_length, -1);
    assert_int_equal(info->networks[1].metric, -1);
    assert_int_equal(info->networks[1].n_tags, 0);
    (void)hv_task_free(task);
}

static void what_a_host_leaves_out_is_absent(void **state) {
    (void)state;
    static const struct exchange bare[] = {
        { .file = "synthetic/host-show-bare/001.response.xml" },
        { .file = "synthetic/host-show-bare/002.response.xml" },
        { .file = "synthetic/inventory-faults/001.response.xml", .status = 500 },
    };
    struct hv_task *task = show(bare, HV_ARRAY_SIZE(bare), 0);
    const struct hv_host_info *info = hv_host_show_result(task);
    assert_null(info->name);
    assert_int_equal(info->n_listeners, 0);
    assert_int_equal(info->active_vm_migrations, -1);
    assert_int_equal(info->migration_enabled, 0);
    assert_int_equal(info->max_vm_migrations, -1);
    assert_int_equal(info->authentication_type, -1);
    assert_int_equal(info->compression, -1);
    assert_int_equal(info->n_networks, 0);
    (void)hv_task_free(task);
}

static void a_host_without_the_service_is_an_error(void **state) {
    (void)state;
    static const struct exchange no_service[] = { { .file = "synthetic/inventory-faults/001.response.xml", .status = 500 } };
    struct hv_task *task = show(no_service, HV_ARRAY_SIZE(no_service), HV_E_NOT_FOUND);
    assert_null(hv_host_show_result(task));
    (void)hv_task_free(task);
}

static int show_once(void) {
    struct hv_task *task = NULL;
    int r = hv_host_show_new(&task, NULL);
    if (r == 0)
        r = exchange_all(task, whole, HV_ARRAY_SIZE(whole));
    (void)hv_task_free(task);
    return r;
}

static void refused_allocations_do_no_harm(void **state) {
    (void)state;
    assert_true(exchange_each_allocation(show_once) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(service_settings_and_networks_are_shown),
        cmocka_unit_test(what_a_host_leaves_out_is_absent),
        cmocka_unit_test(a_host_without_the_service_is_an_error),
        cmocka_unit_test(refused_allocations_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
