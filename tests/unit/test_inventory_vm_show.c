/* vm show against answers written from the documents. */
#include "support/exchange.h"

#include <hvctl/vm.h>

#include "base/size.h"

#define A  "A1A1A1A1-0000-4000-8000-000000000001"
#define B  "B2B2B2B2-0000-4000-8000-000000000002"
#define SW "5C5C5C5C-3333-4000-8000-00000000000D"

#define NONE             "synthetic/no-instances/001.response.xml"
#define NO_CLASS         .file = "synthetic/inventory-faults/001.response.xml", .status = 500
#define NO_CLASS_QUERIED .file = "synthetic/inventory-faults/005.response.xml", .status = 500
#define OF_VM            "InstanceID LIKE 'Microsoft:" A "%'"
#define SELECT(c)        "SELECT * FROM " c " WHERE "

static const struct exchange whole[] = {
    { .file = "synthetic/vm-show/001.response.xml", .says = { "v2/*<", SELECT("Msvm_ComputerSystem") "ElementName = 'web01'" } },
    { .file = "synthetic/vm-show/002.response.xml",
      .says = { SELECT("Msvm_VirtualSystemSettingData") "VirtualSystemIdentifier = '" A "'" } },
    { .file = "synthetic/vm-show/003.response.xml", .says = { SELECT("Msvm_StorageAllocationSettingData") OF_VM } },
    { .file = "synthetic/vm-show/004.response.xml",
      .says = { SELECT("Msvm_ResourceAllocationSettingData") "ResourceType = 17 AND " OF_VM } },
    { .file = "synthetic/vm-show/005.response.xml", .says = { SELECT("Msvm_SyntheticEthernetPortSettingData") OF_VM } },
    { .file = "synthetic/vm-show/006.response.xml",
      .status = 500,
      .says = { SELECT("Msvm_EmulatedEthernetPortSettingData") OF_VM } },
    { .file = "synthetic/vm-show/007.response.xml", .says = { SELECT("Msvm_ProcessorSettingData") OF_VM } },
    { .file = "synthetic/vm-show/008.response.xml", .says = { SELECT("Msvm_MemorySettingData") OF_VM } },
    { .file = "synthetic/vm-show/009.response.xml", .says = { "v2/Msvm_VirtualSystemMigrationService<" } },
    { .file = "synthetic/vm-show/010.response.xml", .says = { SELECT("Msvm_EthernetPortAllocationSettingData") OF_VM } },
    { .file = "synthetic/vm-show/011.response.xml", .says = { "v2/Msvm_VirtualEthernetSwitch<" } },
};

static struct hv_task *show(const char *vm, const struct exchange *exchanges, size_t n, int result) {
    struct hv_task *task = NULL;
    assert_int_equal(hv_vm_show_new(vm, &task, NULL), 0);
    assert_int_equal(exchange_all(task, exchanges, n), result);
    return task;
}

static void settings_are_those_of_the_running_vm(void **state) {
    (void)state;
    struct hv_task *task = show("web01", whole, HV_ARRAY_SIZE(whole), 0);
    const struct hv_vm_details *details = hv_vm_show_result(task);
    assert_non_null(details);
    assert_string_equal(details->vm.id, A);
    assert_string_equal(details->vm.name, "web01");
    assert_string_equal(details->host_name, "HV01");
    assert_string_equal(details->configuration_version, "10.0");
    assert_int_equal(details->generation, 2);
    assert_string_equal(details->configuration_root, "C:\\VMs\\web01");
    assert_string_equal(details->snapshot_root, "C:\\VMs\\web01");
    assert_string_equal(details->paging_root, "D:\\paging");
    assert_string_equal(details->notes, "first line\nsecond line");
    assert_int_equal(details->processors, 4);
    assert_int_equal(details->limit_processor_features, 1);
    assert_int_equal(details->memory_mib, 4096);
    (void)hv_task_free(task);
}

static void media_are_told_apart_and_templates_left_out(void **state) {
    (void)state;
    static const struct {
        enum hv_medium medium;
        const char *path;
        const char *pool;
        int64_t slot;
    } expected[] = {
        { HV_MEDIUM_VHD, "C:\\VMs\\web01\\disk & 0.vhdx", "", 0 },
        { HV_MEDIUM_ISO, "C:\\ISO\\setup.iso", NULL, 1 },
        { HV_MEDIUM_FLOPPY, "C:\\ISO\\boot.vfd", "silver", 2 },
        { HV_MEDIUM_OTHER, NULL, "", 3 },
        { HV_MEDIUM_PHYSICAL,
          "\\\\HV01\\root\\virtualization\\v2:Msvm_DiskDrive.DeviceID=\"Microsoft:353B3BE8-310C-4cf4-839E-4E1B14616136\\\\2\"",
          "", 4 },
    };
    struct hv_task *task = show("web01", whole, HV_ARRAY_SIZE(whole), 0);
    const struct hv_vm_details *details = hv_vm_show_result(task);
    assert_int_equal(details->n_disks, HV_ARRAY_SIZE(expected));
    for (size_t i = 0; i < details->n_disks; i++) {
        const struct hv_vm_disk *disk = &details->disks[i];
        assert_int_equal(disk->medium, expected[i].medium);
        assert_int_equal(disk->controller, 0);
        assert_int_equal(disk->slot, expected[i].slot);
        if (expected[i].path)
            assert_string_equal(disk->path, expected[i].path);
        else
            assert_null(disk->path);
        if (expected[i].pool)
            assert_string_equal(disk->pool_id, expected[i].pool);
        else
            assert_null(disk->pool_id);
    }
    (void)hv_task_free(task);
}

static void adapters_lead_to_their_switches(void **state) {
    (void)state;
    struct hv_task *task = show("web01", whole, HV_ARRAY_SIZE(whole), 0);
    const struct hv_vm_details *details = hv_vm_show_result(task);
    assert_int_equal(details->n_adapters, 2);
    const struct hv_vm_adapter *first = &details->adapters[0];
    assert_string_equal(first->name, "Network Adapter");
    assert_string_equal(first->mac, "00-15-5D-0A-0B-0C");
    assert_true(first->mac_is_static);
    assert_true(first->connected);
    assert_string_equal(first->switch_id, SW);
    assert_string_equal(first->switch_name, "External");
    const struct hv_vm_adapter *second = &details->adapters[1];
    assert_null(second->mac);
    assert_false(second->mac_is_static);
    assert_false(second->connected);
    assert_null(second->switch_id);
    assert_string_equal(second->switch_name, "gone");
    (void)hv_task_free(task);
}

static void checkpoints_are_listed_and_do_not_replace_settings(void **state) {
    (void)state;
    struct hv_task *task = show("web01", whole, HV_ARRAY_SIZE(whole), 0);
    const struct hv_vm_details *details = hv_vm_show_result(task);
    assert_int_equal(details->n_checkpoints, 2);
    assert_string_equal(details->checkpoints[0].id, "9A9A9A9A-4444-4000-8000-00000000000E");
    assert_string_equal(details->checkpoints[0].name, "before update");
    assert_string_equal(details->checkpoints[0].created, "2026-06-01T08:00:00Z");
    assert_false(details->checkpoints[0].is_recovery);
    assert_true(details->checkpoints[1].is_recovery);
    (void)hv_task_free(task);
}

static void what_a_host_lacks_is_absent(void **state) {
    (void)state;
    static const struct exchange bare[] = {
        /* A GUID in any spelling; no adapter, so nobody asks for connections. */
        { .file = "synthetic/vm-show/001.response.xml", .says = { "WHERE Name = '" A "'" } },
        { .file = NONE },
        { .file = NONE },
        { NO_CLASS },
        { NO_CLASS_QUERIED },
        { NO_CLASS },
        { NO_CLASS },
        { NO_CLASS },
        { NO_CLASS },
    };
    struct hv_task *task = show("{a1a1a1a1-0000-4000-8000-000000000001}", bare, HV_ARRAY_SIZE(bare), 0);
    const struct hv_vm_details *details = hv_vm_show_result(task);
    assert_string_equal(details->vm.name, "web01");
    assert_null(details->host_name);
    assert_null(details->configuration_version);
    assert_int_equal(details->generation, -1);
    assert_int_equal(details->processors, -1);
    assert_int_equal(details->memory_mib, -1);
    assert_int_equal(details->limit_processor_features, -1);
    assert_int_equal(details->n_disks, 0);
    assert_int_equal(details->n_adapters, 0);
    assert_int_equal(details->n_checkpoints, 0);
    (void)hv_task_free(task);
}

static void without_switches_the_last_known_name_stays(void **state) {
    (void)state;
    struct exchange exchanges[HV_ARRAY_SIZE(whole)];
    memcpy(exchanges, whole, sizeof(whole));
    exchanges[10] = (struct exchange){ NO_CLASS };
    struct hv_task *task = show("web01", exchanges, HV_ARRAY_SIZE(exchanges), 0);
    const struct hv_vm_details *details = hv_vm_show_result(task);
    assert_string_equal(details->adapters[0].switch_id, SW);
    assert_string_equal(details->adapters[0].switch_name, "old name");
    (void)hv_task_free(task);
}

static void assert_not_found(struct hv_task *task, const char *message, const char *remedy) {
    const struct hv_error *error;
    assert_int_equal(hv_task_result(task, &error), HV_E_NOT_FOUND);
    assert_string_equal(error->message, message);
    assert_string_equal(error->remedy, remedy);
    assert_null(hv_vm_show_result(task));
    (void)hv_task_free(task);
}

static void an_unknown_name_is_not_found(void **state) {
    (void)state;
    static const struct exchange none[] = { { .file = NONE, .says = { "ElementName = 'o\\'Hara \\\\ &amp; &lt;x" } } };
    struct hv_task *task = show("o'Hara \\ & <x", none, 1, HV_E_NOT_FOUND);
    assert_not_found(task, "there is no VM named \"o'Hara \\ & <x\"", "see which VMs the host has: hvctl vm list -H HOST");
}

static void an_unknown_guid_is_not_found(void **state) {
    (void)state;
    static const struct exchange none[] = { { .file = NONE } };
    struct hv_task *task = show(A, none, 1, HV_E_NOT_FOUND);
    assert_not_found(task, "there is no VM with the GUID \"" A "\"", "see which VMs the host has: hvctl vm list -H HOST");
}

static void two_vms_of_one_name_stop_with_both_guids(void **state) {
    (void)state;
    static const struct exchange two[] = { { .file = "synthetic/vm-ambiguous/001.response.xml" } };
    struct hv_task *task = show("web01", two, 1, HV_E_NOT_FOUND);
    assert_not_found(task, "2 VMs are named \"web01\": " A ", " B, "give the GUID of the one you mean instead of the name");
}

static void a_vm_that_was_not_asked_for_is_not_taken(void **state) {
    (void)state;
    static const struct exchange stranger[] = { { .file = "synthetic/vm-stranger/001.response.xml" } };
    struct hv_task *task = show("web01", stranger, 1, HV_E_NOT_FOUND);
    assert_not_found(task, "there is no VM named \"web01\"", "see which VMs the host has: hvctl vm list -H HOST");
}

static void disks_that_cannot_be_read_are_an_error(void **state) {
    (void)state;
    struct exchange exchanges[HV_ARRAY_SIZE(whole)];
    memcpy(exchanges, whole, sizeof(whole));
    exchanges[2] = (struct exchange){ NO_CLASS };
    struct hv_task *task = show("web01", exchanges, HV_ARRAY_SIZE(exchanges), HV_E_NOT_FOUND);
    assert_null(hv_vm_show_result(task));
    (void)hv_task_free(task);
}

static void denied_parts_are_an_error(void **state) {
    (void)state;
    struct exchange exchanges[HV_ARRAY_SIZE(whole)];
    memcpy(exchanges, whole, sizeof(whole));
    exchanges[7] = (struct exchange){ .file = "synthetic/inventory-faults/004.response.xml", .status = 500 };
    struct hv_task *task = show("web01", exchanges, HV_ARRAY_SIZE(exchanges), HV_E_DENIED);
    assert_null(hv_vm_show_result(task));
    (void)hv_task_free(task);
}

static void an_empty_name_is_refused(void **state) {
    (void)state;
    struct hv_task *task = NULL;
    assert_int_equal(hv_vm_show_new("", &task, NULL), HV_E_ARGUMENT);
    assert_null(task);
}

static int show_once(void) {
    struct hv_task *task = NULL;
    int r = hv_vm_show_new("web01", &task, NULL);
    if (r == 0)
        r = exchange_all(task, whole, HV_ARRAY_SIZE(whole));
    (void)hv_task_free(task);
    return r;
}

static void refused_allocations_do_no_harm(void **state) {
    (void)state;
    assert_true(exchange_each_allocation(show_once) > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_those_of_the_running_vm),
        cmocka_unit_test(media_are_told_apart_and_templates_left_out),
        cmocka_unit_test(adapters_lead_to_their_switches),
        cmocka_unit_test(checkpoints_are_listed_and_do_not_replace_settings),
        cmocka_unit_test(what_a_host_lacks_is_absent),
        cmocka_unit_test(without_switches_the_last_known_name_stays),
        cmocka_unit_test(an_unknown_name_is_not_found),
        cmocka_unit_test(an_unknown_guid_is_not_found),
        cmocka_unit_test(two_vms_of_one_name_stop_with_both_guids),
        cmocka_unit_test(a_vm_that_was_not_asked_for_is_not_taken),
        cmocka_unit_test(disks_that_cannot_be_read_are_an_error),
        cmocka_unit_test(denied_parts_are_an_error),
        cmocka_unit_test(an_empty_name_is_refused),
        cmocka_unit_test(refused_allocations_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
