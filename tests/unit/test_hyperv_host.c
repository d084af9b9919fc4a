/* Host settings: every member, gaps, templates, limits (hyperv.md 2.1, 2.3, 2.5). */
#include "support/make.h"

#include "hyperv/field.h"
#include "hyperv/host.h"
#include "support/failmalloc.h"

static struct hv_instance *service_make(void) {
    return make_instance("Msvm_VirtualSystemMigrationService", "SystemName", "HV01", "ActiveVirtualSystemMigrationCount", "1",
                         "ActiveStorageMigrationCount", "x", "MigrationServiceListenerIPAddressList", "192.0.2.1",
                         "MigrationServiceListenerIPAddressList", "", "MigrationServiceListenerIPAddressList", "fe80::1", NULL);
}

static void the_service_tells_name_load_and_listeners(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *service = service_make();
    struct hv_host_info info;
    hv_host_info_init(&info);
    assert_int_equal(hv_host_add_service(&info, service, NULL), 0);
    assert_string_equal(info.name, "HV01");
    assert_int_equal(info.active_vm_migrations, 1);
    assert_int_equal(info.active_storage_migrations, -1);
    assert_int_equal(info.n_listeners, 2);
    assert_string_equal(info.listeners[1], "fe80::1");
    /* A second answer replaces the first. */
    assert_int_equal(hv_host_add_service(&info, service, NULL), 0);
    assert_int_equal(info.n_listeners, 2);
    hv_host_info_deinit(&info);
    assert_int_equal(info.active_vm_migrations, -1);
}

static void settings_are_read_and_templates_are_not(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *settings = make_instance("Msvm_VirtualSystemMigrationServiceSettingData", "InstanceID", "Microsoft:X",
                                                 "EnableVirtualSystemMigration", "true", "AuthenticationType", "0",
                                                 "MaximumActiveVirtualSystemMigration", "2", "MaximumActiveStorageMigration", "3",
                                                 "EnableCompression", "false", "EnableSmbTransport", MAKE_NULL, NULL);
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *template =
        make_instance("Msvm_VirtualSystemMigrationServiceSettingData", "InstanceID", "microsoft:definition\\X\\Default",
                      "EnableVirtualSystemMigration", "false", "AuthenticationType", "1", NULL);
    struct hv_host_info info;
    hv_host_info_init(&info);
    hv_host_add_settings(&info, settings);
    hv_host_add_settings(&info, template);
    assert_int_equal(info.migration_enabled, 1);
    assert_int_equal(info.authentication_type, HV_HOST_AUTH_CREDSSP);
    assert_int_equal(info.max_vm_migrations, 2);
    assert_int_equal(info.max_storage_migrations, 3);
    assert_int_equal(info.compression, 0);
    assert_int_equal(info.smb_transport, -1);
    hv_host_info_deinit(&info);
}

static void more_listeners_than_the_most_are_refused(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *service = make_instance("Msvm_VirtualSystemMigrationService", NULL);
    struct hv_host_info info;
    hv_host_info_init(&info);
    for (size_t i = 0; i < HV_FIELD_MAX_TEXTS; i++)
        assert_int_equal(hv_instance_append_text(service, "MigrationServiceListenerIPAddressList", HV_CIM_STRING, "a", 1, NULL),
                         0);
    assert_int_equal(hv_host_add_service(&info, service, NULL), 0);
    assert_int_equal(info.n_listeners, HV_FIELD_MAX_TEXTS);
    assert_int_equal(hv_instance_append_text(service, "MigrationServiceListenerIPAddressList", HV_CIM_STRING, "a", 1, NULL), 0);
    assert_int_equal(hv_host_add_service(&info, service, NULL), HV_E_LIMIT);
    assert_int_equal(info.n_listeners, HV_FIELD_MAX_TEXTS);
    hv_host_info_deinit(&info);
}

static void more_networks_than_the_most_are_refused(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *network =
        make_instance("Msvm_VirtualSystemMigrationNetworkSettingData", "SubnetNumber", "192.0.2.0", NULL);
    struct hv_host_info info;
    hv_host_info_init(&info);
    for (size_t i = 0; i < HV_HOST_MAX_NETWORKS; i++)
        assert_int_equal(hv_host_add_network(&info, network, NULL), 0);
    assert_int_equal(hv_host_add_network(&info, network, NULL), HV_E_LIMIT);
    assert_int_equal(info.n_networks, HV_HOST_MAX_NETWORKS);
    hv_host_info_deinit(&info);
}

struct parts {
    struct hv_instance *service;
    struct hv_instance *network;
};

static int build_once(void *context) {
    const struct parts *parts = context;
    struct hv_host_info info;
    hv_host_info_init(&info);
    int r = hv_host_add_service(&info, parts->service, NULL);
    if (r == 0)
        r = hv_host_add_network(&info, parts->network, NULL);
    hv_host_info_deinit(&info);
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *service = service_make();
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *network =
        make_instance("Msvm_VirtualSystemMigrationNetworkSettingData", "InstanceID", "Microsoft:n", "SubnetNumber", "192.0.2.0",
                      "PrefixLength", "24", "Tags", "t", "Tags", "u", NULL);
    struct parts parts = { service, network };
    assert_int_equal(failmalloc_each(build_once, &parts), 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_service_tells_name_load_and_listeners), cmocka_unit_test(settings_are_read_and_templates_are_not),
        cmocka_unit_test(more_listeners_than_the_most_are_refused),  cmocka_unit_test(more_networks_than_the_most_are_refused),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
