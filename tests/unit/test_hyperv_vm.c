/* VMs: states, decoding, the choice of one, and the parts that a VM has (hyperv.md 1.5, 2.8 to 2.12). */
#include "support/make.h"

#include <stdio.h>

#include "base/error.h"
#include "base/size.h"
#include "hyperv/vm.h"
#include "hyperv/vm_details.h"
#include "support/failmalloc.h"

#define A "A1A1A1A1-0000-4000-8000-000000000001"
#define B "B2B2B2B2-0000-4000-8000-000000000002"

static void states_have_names(void **state) {
    (void)state;
    static const struct {
        int64_t number;
        const char *name;
    } rows[] = {
        { 2, "running" },
        { 3, "off" },
        { 4, "shutting down" },
        { 6, "saved" },
        { 9, "paused" },
        { 10, "starting" },
        { 32773, "saving" },
        { 32781, "running (critical)" },
        { 32792, "fast saving (critical)" },
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        assert_string_equal(hv_vm_state_name(rows[i].number), rows[i].name);
    assert_null(hv_vm_state_name(-1));
    assert_null(hv_vm_state_name(32793));
}

static struct hv_instance *vm_instance(const char *id, const char *name) {
    return make_instance("Msvm_ComputerSystem", "Name", id, "ElementName", name, "EnabledState", "2", NULL);
}

static void a_vm_is_what_has_a_guid_for_a_name(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *vm_of_small_letters = vm_instance("a1a1a1a1-0000-4000-8000-000000000001", "x");
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *host = make_instance("Msvm_ComputerSystem", "Name", "HV01", "Caption", "Virtual Machine", NULL);
    HV_CLEANUP(hv_instance_free) struct hv_instance *nothing = make_instance("Msvm_ComputerSystem", "Name", MAKE_NULL, NULL);
    struct hv_vm vm;
    assert_int_equal(hv_vm_decode(vm_of_small_letters, &vm, NULL), 0);
    assert_string_equal(vm.id, A);
    hv_vm_deinit(&vm);
    assert_int_equal(hv_vm_decode(host, &vm, NULL), 1);
    assert_int_equal(hv_vm_decode(nothing, &vm, NULL), 1);
}

static int decode_once(void *context) {
    struct hv_vm vm = { .state = 77 };
    int r = hv_vm_decode(context, &vm, NULL);
    if (r < 0)
        assert_int_equal(vm.state, 77);
    else
        hv_vm_deinit(&vm);
    return r;
}

static void refused_memory_is_reported(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = vm_instance(A, "web01");
    assert_int_equal(failmalloc_each(decode_once, instance), 2);
}

/* Offers two VMs and returns what the search ends in. */
static int find(const char *wanted, const char *name_a, const char *name_b, struct hv_vm *ret_vm, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *a = vm_instance(A, name_a);
    HV_CLEANUP(hv_instance_free) struct hv_instance *b = vm_instance(B, name_b);
    HV_ATTR_CLEANUP(hv_vm_find_deinit) struct hv_vm_find search;
    hv_vm_find_init(&search, wanted);
    int r = hv_vm_find_offer(&search, a, err);
    if (r == 0)
        r = hv_vm_find_offer(&search, b, err);
    return r < 0 ? r : hv_vm_find_end(&search, ret_vm, err);
}

static void a_name_finds_its_vm_in_any_case(void **state) {
    (void)state;
    struct hv_vm vm;
    assert_int_equal(find("WEB02", "web01", "Web02", &vm, NULL), 0);
    assert_string_equal(vm.id, B);
    hv_vm_deinit(&vm);
}

static void a_guid_finds_its_vm_and_no_name(void **state) {
    (void)state;
    struct hv_vm vm;
    assert_int_equal(find("{b2b2b2b2-0000-4000-8000-000000000002}", B, "x", &vm, NULL), 0);
    assert_string_equal(vm.id, B);
    hv_vm_deinit(&vm);
}

static void a_search_says_what_to_query(void **state) {
    (void)state;
    HV_ATTR_CLEANUP(hv_vm_find_deinit) struct hv_vm_find by_name;
    HV_ATTR_CLEANUP(hv_vm_find_deinit) struct hv_vm_find by_id;
    hv_vm_find_init(&by_name, "web01");
    hv_vm_find_init(&by_id, "{a1a1a1a1-0000-4000-8000-000000000001}");
    assert_string_equal(hv_vm_find_property(&by_name), "ElementName");
    assert_string_equal(hv_vm_find_value(&by_name), "web01");
    assert_string_equal(hv_vm_find_property(&by_id), "Name");
    assert_string_equal(hv_vm_find_value(&by_id), A);
}

static void many_of_one_name_are_listed_up_to_a_limit(void **state) {
    (void)state;
    HV_ATTR_CLEANUP(hv_vm_find_deinit) struct hv_vm_find search;
    hv_vm_find_init(&search, "same");
    for (int i = 0; i < 20; i++) {
        char id[HV_UUID_TEXT_SIZE];
        (void)snprintf(id, sizeof(id), "A1A1A1A1-0000-4000-8000-%012d", i);
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = vm_instance(id, "same");
        assert_int_equal(hv_vm_find_offer(&search, instance, NULL), 0);
    }
    struct hv_vm vm;
    struct hv_error err;
    assert_int_equal(hv_vm_find_end(&search, &vm, &err), HV_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "20 VMs are named \"same\""));
    assert_non_null(strstr(err.message, "-000000000015, ..."));
    assert_null(strstr(err.message, "-000000000016"));
}

static void media_have_names(void **state) {
    (void)state;
    assert_string_equal(hv_medium_name(HV_MEDIUM_VHD), "vhd");
    assert_string_equal(hv_medium_name(HV_MEDIUM_ISO), "iso");
    assert_string_equal(hv_medium_name(HV_MEDIUM_FLOPPY), "floppy");
    assert_string_equal(hv_medium_name(HV_MEDIUM_PHYSICAL), "physical");
    assert_string_equal(hv_medium_name(HV_MEDIUM_OTHER), "other");
}

static void a_drive_without_medium_is_no_disk(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *drive = make_instance("Msvm_ResourceAllocationSettingData", "ResourceType", "17", "ResourceSubType",
                                              "Microsoft:Hyper-V:Synthetic Disk Drive", "HostResource", "", NULL);
    HV_CLEANUP(hv_instance_free) struct hv_instance *nothing = make_instance("Msvm_StorageAllocationSettingData", NULL);
    struct hv_vm_disk disk;
    assert_int_equal(hv_vm_disk_decode(drive, &disk, NULL), 1);
    assert_int_equal(hv_vm_disk_decode(nothing, &disk, NULL), 1);
}

struct parts {
    struct hv_instance *settings;
    struct hv_instance *checkpoint;
    struct hv_instance *disk;
    struct hv_instance *adapter;
    struct hv_instance *connection;
    struct hv_instance *network;
};

static void parts_make(struct parts *parts) {
    parts->settings = make_instance("Msvm_VirtualSystemSettingData", "InstanceID", "Microsoft:" A, "Version", "9.0",
                                    "VirtualSystemSubType", "Microsoft:Hyper-V:SubType:1", "ConfigurationDataRoot", "C:\\a",
                                    "SnapshotDataRoot", "C:\\b", "SwapFileDataRoot", "C:\\c", "Notes", "n", NULL);
    parts->checkpoint = make_instance("Msvm_VirtualSystemSettingData", "InstanceID", "Microsoft:" B, "VirtualSystemIdentifier", A,
                                      "VirtualSystemType", "Microsoft:Hyper-V:Snapshot:Realized", "ElementName", "c",
                                      "CreationTime", "2026-06-01T08:00:00Z", NULL);
    parts->disk =
        make_instance("Msvm_StorageAllocationSettingData", "InstanceID", "Microsoft:" A "\\" B "\\1\\2\\L", "ResourceType", "31",
                      "ResourceSubType", "microsoft:hyper-v:virtual hard disk", "HostResource", "C:\\d.vhdx", "PoolID", "", NULL);
    /* Without Parent: the connection is then told by its own id. */
    parts->adapter = make_instance("Msvm_SyntheticEthernetPortSettingData", "InstanceID", "Microsoft:" A "\\" B, "ElementName",
                                   "nic", "Address", "00155D010203", NULL);
    parts->connection =
        make_instance("Msvm_EthernetPortAllocationSettingData", "InstanceID", "Microsoft:" A "\\" B "\\C", "HostResource",
                      "Msvm_VirtualEthernetSwitch.Name=\"" B "\"", "LastKnownSwitchName", "old", "EnabledState", "2", NULL);
    parts->network = make_instance("Msvm_VirtualEthernetSwitch", "Name", B, "ElementName", "External", NULL);
}

static void parts_free(struct parts *parts) {
    (void)hv_instance_free(parts->settings);
    (void)hv_instance_free(parts->checkpoint);
    (void)hv_instance_free(parts->disk);
    (void)hv_instance_free(parts->adapter);
    (void)hv_instance_free(parts->connection);
    (void)hv_instance_free(parts->network);
}

static int details_build(const struct parts *parts, struct hv_vm_details *details) {
    int r = 0;
    hv_vm_details_init(details);
    HV_CLEANUP(hv_instance_free) struct hv_instance *vm = NULL;
    r = hv_instance_new("Msvm_ComputerSystem", NULL, &vm, NULL);
    if (r == 0)
        r = hv_instance_set(vm, "Name", HV_CIM_STRING, A, NULL);
    if (r == 0)
        r = hv_vm_decode(vm, &details->vm, NULL);
    if (r == 0)
        r = hv_vm_add_settings(details, parts->settings, NULL);
    if (r == 0)
        r = hv_vm_add_settings(details, parts->checkpoint, NULL);
    if (r == 0)
        r = hv_vm_add_disk(details, parts->disk, NULL);
    if (r == 0)
        r = hv_vm_add_adapter(details, parts->adapter, NULL);
    if (r == 0)
        r = hv_vm_add_connection(details, parts->connection, NULL);
    if (r == 0)
        r = hv_vm_add_switch(details, parts->network, NULL);
    return r;
}

static void parts_come_together(void **state) {
    (void)state;
    struct parts parts;
    struct hv_vm_details details;
    parts_make(&parts);
    assert_int_equal(details_build(&parts, &details), 0);
    assert_int_equal(details.generation, 1);
    assert_string_equal(details.configuration_version, "9.0");
    assert_string_equal(details.paging_root, "C:\\c");
    assert_int_equal(details.n_checkpoints, 1);
    assert_string_equal(details.checkpoints[0].id, B);
    assert_int_equal(details.n_disks, 1);
    assert_int_equal(details.disks[0].medium, HV_MEDIUM_VHD);
    assert_int_equal(details.disks[0].controller, 1);
    assert_int_equal(details.disks[0].slot, 2);
    assert_int_equal(details.n_adapters, 1);
    assert_string_equal(details.adapters[0].mac, "00-15-5D-01-02-03");
    assert_true(details.adapters[0].connected);
    assert_string_equal(details.adapters[0].switch_name, "External");
    hv_vm_details_deinit(&details);
    parts_free(&parts);
}

static void more_parts_than_the_most_are_refused(void **state) {
    (void)state;
    struct parts parts;
    struct hv_vm_details details;
    struct hv_error err = { 0 };
    parts_make(&parts);
    assert_int_equal(details_build(&parts, &details), 0);
    for (size_t i = 1; i < HV_VM_MAX_PARTS; i++) {
        assert_int_equal(hv_vm_add_settings(&details, parts.checkpoint, NULL), 0);
        assert_int_equal(hv_vm_add_disk(&details, parts.disk, NULL), 0);
        assert_int_equal(hv_vm_add_adapter(&details, parts.adapter, NULL), 0);
    }
    assert_int_equal(hv_vm_add_settings(&details, parts.checkpoint, &err), HV_E_LIMIT);
    assert_non_null(strstr(err.message, "checkpoints"));
    assert_int_equal(hv_vm_add_disk(&details, parts.disk, &err), HV_E_LIMIT);
    assert_non_null(strstr(err.message, "disks"));
    assert_int_equal(hv_vm_add_adapter(&details, parts.adapter, &err), HV_E_LIMIT);
    assert_non_null(strstr(err.message, "adapters"));
    hv_vm_details_deinit(&details);
    parts_free(&parts);
}

static void parts_of_others_are_passed_over(void **state) {
    (void)state;
    struct parts parts;
    struct hv_vm_details details;
    parts_make(&parts);
    hv_vm_details_init(&details);
    char id[] = "D4D4D4D4-0000-4000-8000-000000000004";
    details.vm.id = id;
    assert_int_equal(hv_vm_add_settings(&details, parts.settings, NULL), 0);
    assert_int_equal(hv_vm_add_settings(&details, parts.checkpoint, NULL), 0);
    assert_int_equal(hv_vm_add_disk(&details, parts.disk, NULL), 0);
    assert_int_equal(hv_vm_add_adapter(&details, parts.adapter, NULL), 0);
    assert_int_equal(hv_vm_add_connection(&details, parts.connection, NULL), 0);
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *memory = make_instance("Msvm_MemorySettingData", "InstanceID", "Microsoft:Definition\\" A "\\Default",
                                               "VirtualQuantity", "1", NULL);
    hv_vm_add_memory(&details, memory);
    hv_vm_add_processor(&details, memory);
    assert_null(details.configuration_version);
    assert_int_equal(details.memory_mib, -1);
    assert_int_equal(details.processors, -1);
    assert_int_equal(details.n_checkpoints + details.n_disks + details.n_adapters, 0);
    details.vm.id = NULL;
    hv_vm_details_deinit(&details);
    parts_free(&parts);
}

static int build_once(void *context) {
    struct hv_vm_details details;
    int r = details_build(context, &details);
    hv_vm_details_deinit(&details);
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    (void)state;
    struct parts parts;
    parts_make(&parts);
    assert_true(failmalloc_each(build_once, &parts) > 20);
    parts_free(&parts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(a_vm_is_what_has_a_guid_for_a_name),
        cmocka_unit_test(refused_memory_is_reported),
        cmocka_unit_test(a_name_finds_its_vm_in_any_case),
        cmocka_unit_test(a_guid_finds_its_vm_and_no_name),
        cmocka_unit_test(a_search_says_what_to_query),
        cmocka_unit_test(many_of_one_name_are_listed_up_to_a_limit),
        cmocka_unit_test(media_have_names),
        cmocka_unit_test(a_drive_without_medium_is_no_disk),
        cmocka_unit_test(parts_come_together),
        cmocka_unit_test(more_parts_than_the_most_are_refused),
        cmocka_unit_test(parts_of_others_are_passed_over),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
