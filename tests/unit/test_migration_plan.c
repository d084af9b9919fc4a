/* What the user asks for: checked before anything is sent, and where each disk goes (hyperv.md 4b to 4d). */
#include "migration/plan.h"

#include "migration/tuning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define VM "0E2A5B6C-1111-4222-8333-444455556666"

static struct hv_instance *disk(const char *slot, const char *subtype, const char *path) {
    char id[128] = "Microsoft:" VM "\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\0\\";
    struct hv_instance *instance = NULL;

    memcpy(id + strlen(id), slot, strlen(slot) + 1);
    assert_int_equal(hv_instance_new("Msvm_StorageAllocationSettingData", NULL, &instance, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "InstanceID", HV_CIM_STRING, id, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "ResourceType", HV_CIM_UINT16, "31", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "ResourceSubType", HV_CIM_STRING, subtype, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "PoolID", HV_CIM_STRING, "fast", NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "HostResource", HV_CIM_STRING, &path, 1, NULL), 0);
    return instance;
}

#define VHD "Microsoft:Hyper-V:Virtual Hard Disk"

/* A VM with two disks in two folders, one of which has a namesake, and an ISO. */
struct vm {
    struct hv_instance *settings[4];
};

static int setup(void **state) {
    static struct vm vm;

    vm.settings[0] = disk("0\\L", VHD, "C:\\VMs\\app\\system.vhdx");
    vm.settings[1] = disk("1\\L", "Microsoft:Hyper-V:Virtual CD/DVD Disk", "C:\\ISO\\setup.iso");
    vm.settings[2] = disk("2\\L", VHD, "D:\\Data\\data.vhdx");
    vm.settings[3] = disk("3\\L", VHD, "E:\\Old\\data.vhdx");
    *state = &vm;
    return 0;
}

static int teardown(void **state) {
    struct vm *vm = *state;

    for (size_t i = 0; i < 4; i++)
        (void)hv_instance_free(vm->settings[i]);
    return 0;
}

/* Places the first N settings of the VM by OPTIONS. */
static int place(struct vm *vm, size_t n, const struct hv_move_options *options, struct hv_placement **ret, size_t *ret_n,
                 struct hv_error *err) {
    const struct hv_instance *settings[4] = { vm->settings[0], vm->settings[1], vm->settings[2], vm->settings[3] };
    struct hv_plan plan;
    int r = hv_plan_init(&plan, options, err);

    if (r == 0)
        r = hv_plan_place(&plan, settings, n, ret, ret_n, err);
    hv_plan_deinit(&plan);
    return r;
}

static const struct hv_move_options both = { .vm = "app", .type = HV_MOVE_VM_AND_STORAGE, .destination_name = "hv02" };

static void without_a_path_each_disk_is_left_to_the_pool_and_the_iso_alone(void **state) {
    struct hv_placement *placements = NULL;
    size_t n = 0;

    assert_int_equal(place(*state, 4, &both, &placements, &n, NULL), 0);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        const struct hv_property *host_resource = hv_instance_find(placements[i].setting, "HostResource");
        assert_string_equal(placements[i].to, "");
        assert_int_equal(hv_property_n_values(host_resource), 1);
        assert_true(hv_property_is_array(host_resource));
        assert_string_equal(hv_property_text(host_resource, 0), "");
        assert_string_equal(hv_instance_text(placements[i].setting, "PoolID"), "fast");
        assert_string_equal(hv_instance_text(placements[i].setting, "ResourceSubType"), VHD);
    }
    assert_string_equal(placements[1].from, "D:\\Data\\data.vhdx");
    hv_placements_free(placements, n);
}

static void one_folder_takes_every_disk_under_its_own_name(void **state) {
    struct hv_move_options options = both;
    struct hv_placement *placements = NULL;
    size_t n = 0;

    options.storage_path = "F:\\New\\";
    assert_int_equal(place(*state, 3, &options, &placements, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_string_equal(placements[0].to, "F:\\New\\system.vhdx");
    assert_string_equal(placements[1].to, "F:\\New\\data.vhdx");
    hv_placements_free(placements, n);
}

static void a_path_lies_in_the_primordial_pool_unless_one_is_named(void **state) {
    struct hv_move_options options = both;
    struct hv_placement *placements = NULL;
    size_t n = 0;

    options.storage_path = "F:\\New";
    assert_int_equal(place(*state, 3, &options, &placements, &n, NULL), 0);
    assert_string_equal(hv_instance_text(placements[0].setting, "PoolID"), "");
    assert_string_equal(hv_instance_text(placements[1].setting, "PoolID"), "");
    hv_placements_free(placements, n);
    options.pool = "gold";
    assert_int_equal(place(*state, 3, &options, &placements, &n, NULL), 0);
    assert_string_equal(hv_instance_text(placements[1].setting, "PoolID"), "gold");
    hv_placements_free(placements, n);
}

static void two_disks_never_get_one_path(void **state) {
    struct hv_move_options options = both;
    struct hv_placement *placements = NULL;
    struct hv_error err = { 0 };
    size_t n = 0;

    options.storage_path = "F:\\New";
    assert_int_equal(place(*state, 4, &options, &placements, &n, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "two disks would become \"F:\\New\\data.vhdx\"");
    assert_non_null(strstr(err.remedy, "--disk"));
    assert_null(placements);
}

static void a_mapping_names_a_disk_by_path_or_file_name(void **state) {
    const struct hv_move_disk disks[] = { { "e:\\old\\DATA.vhdx", "G:\\x\\old-data.vhdx" }, { "system.vhdx", "G:\\y\\" } };
    struct hv_move_options options = both;
    struct hv_placement *placements = NULL;
    size_t n = 0;

    options.disks = disks;
    options.n_disks = 2;
    assert_int_equal(place(*state, 4, &options, &placements, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_string_equal(placements[0].to, "G:\\y\\system.vhdx");
    assert_string_equal(placements[1].to, "");
    assert_string_equal(placements[2].to, "G:\\x\\old-data.vhdx");
    hv_placements_free(placements, n);
}

static void a_mapping_that_fits_no_disk_or_two_stops_everything(void **state) {
    struct hv_move_disk mapping = { "nosuch.vhdx", "G:\\x.vhdx" };
    struct hv_move_options options = both;
    struct hv_placement *placements = NULL;
    struct hv_error err = { 0 };
    size_t n = 0;

    options.disks = &mapping;
    options.n_disks = 1;
    assert_int_equal(place(*state, 4, &options, &placements, &n, &err), HV_E_ARGUMENT);
    assert_non_null(strstr(err.message, "none of the VM's disks is \"nosuch.vhdx\""));
    assert_non_null(strstr(err.cause, "C:\\VMs\\app\\system.vhdx"));
    mapping.source = "data.vhdx";
    assert_int_equal(place(*state, 4, &options, &placements, &n, &err), HV_E_ARGUMENT);
    assert_non_null(strstr(err.message, "several of the VM's disks are called"));
    mapping.source = "setup.iso";
    assert_int_equal(place(*state, 4, &options, &placements, &n, &err), HV_E_ARGUMENT);
}

static void two_new_places_for_one_disk_are_one_too_many(void **state) {
    struct hv_move_disk disks[] = { { "system.vhdx", "G:\\x\\" }, { "C:\\VMs\\app\\system.vhdx", "G:\\y\\" } };
    struct hv_move_options options = both;
    struct hv_placement *placements = NULL;
    struct hv_error err = { 0 };
    size_t n = 0;

    options.disks = disks;
    options.n_disks = 2;
    assert_int_equal(place(*state, 2, &options, &placements, &n, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "two new places were given for the disk \"C:\\VMs\\app\\system.vhdx\"");
    assert_string_equal(err.cause, "\"G:\\x\\\" and \"G:\\y\\\"");
    disks[1].destination = "g:\\X\\";
    assert_int_equal(place(*state, 2, &options, &placements, &n, NULL), 0);
    hv_placements_free(placements, n);
}

static void a_storage_move_lists_only_disks_that_move(void **state) {
    const struct hv_move_disk mapping = { "system.vhdx", "G:\\x.vhdx" };
    const struct hv_move_options options = { .vm = "app", .type = HV_MOVE_STORAGE, .disks = &mapping, .n_disks = 1 };
    struct hv_placement *placements = NULL;
    size_t n = 0;

    assert_int_equal(place(*state, 4, &options, &placements, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_string_equal(placements[0].from, "C:\\VMs\\app\\system.vhdx");
    assert_string_equal(placements[0].to, "G:\\x.vhdx");
    hv_placements_free(placements, n);
}

static void bad_wishes_are_refused_with_a_remedy(void **state) {
    static const struct hv_move_disk linux_path = { "a.vhdx", "/srv/a.vhdx" };
    const struct {
        struct hv_move_options options;
        const char *message;
    } cases[] = {
        { { .vm = "", .type = HV_MOVE_VM, .destination_name = "b" }, "no VM was named" },
        { { .vm = "a", .type = HV_MOVE_VM }, "no destination host was named" },
        { { .vm = "a", .type = HV_MOVE_STORAGE }, "nothing to move: no new place was given for any storage" },
        { { .vm = "a", .type = HV_MOVE_STORAGE, .storage_path = "/srv/vms" },
          "storage path \"/srv/vms\" is not a full Windows path" },
        { { .vm = "a", .type = HV_MOVE_STORAGE, .config_path = "VMs" }, "configuration path \"VMs\" is not a full Windows path" },
        { { .vm = "a", .type = HV_MOVE_STORAGE, .disks = &linux_path, .n_disks = 1 },
          "new disk path \"/srv/a.vhdx\" is not a full Windows path" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hv_error err = { 0 };
        struct hv_plan plan;
        assert_int_equal(hv_plan_init(&plan, &cases[i].options, &err), HV_E_ARGUMENT);
        assert_string_equal(err.message, cases[i].message);
        hv_plan_deinit(&plan);
    }
}

/* They would go to the host, which answers late, and with a number. */
static void paths_that_no_windows_has_are_refused(void **state) {
    static const struct {
        const char *path, *cause; /* NULL: taken */
    } cases[] = {
        { "D:\\a|b", "no name of a file or folder holds the character |" },
        { "D:\\a*b", "no name of a file or folder holds the character *" },
        { "D:\\a\"", "no name of a file or folder holds the character \"" },
        { "D:\\a\nb", "it holds the control character U+000A" },
        { "D:\\a:b", "no name of a file or folder holds the character :" },
        { "\\\\server", "the path is one of the Hyper-V host, not of this machine" },
        { "\\\\server\\", "the path is one of the Hyper-V host, not of this machine" },
        { "\\\\\\server\\share", "the path is one of the Hyper-V host, not of this machine" },
        { "\\\\server\\share", NULL },
        { "\\\\fe80--1.ipv6-literal.net\\share\\", NULL },
        { "\\\\?\\Volume{0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001}\\vms", NULL },
        { "\\\\?\\D:\\vms", NULL },
        { "D:\\B\303\274ro & <'%TEMP%'", "no name of a file or folder holds the character <" },
        { "D:\\B\303\274ro & '%TEMP%'", NULL },
        { "D:/", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hv_error err = { 0 };
        assert_int_equal(hv_plan_check_path(cases[i].path, "path", &err), cases[i].cause ? HV_E_ARGUMENT : 0);
        assert_string_equal(err.cause, cases[i].cause ? cases[i].cause : "");
    }
}

static void paths_longer_than_any_of_windows_are_refused(void **state) {
    static char path[32767 + 2];
    struct hv_error err = { 0 };

    (void)state;
    memset(path, 'a', sizeof(path) - 1);
    memcpy(path, "D:\\", 3);
    assert_int_equal(hv_plan_check_path(path, "path", &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "path is longer than any of Windows, 32768 bytes");
    path[32767] = '\0';
    assert_int_equal(hv_plan_check_path(path, "path", NULL), 0);
}

static void a_guid_is_brought_into_the_hosts_form(void **state) {
    const struct hv_move_options options = { .vm = "{0e2a5b6c-1111-4222-8333-444455556666}",
                                             .type = HV_MOVE_VM,
                                             .destination_name = "b" };
    struct hv_plan plan;

    (void)state;
    assert_int_equal(hv_plan_init(&plan, &options, NULL), 0);
    assert_true(plan.vm_is_guid);
    assert_string_equal(plan.vm, VM);
    hv_plan_deinit(&plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_path_each_disk_is_left_to_the_pool_and_the_iso_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(one_folder_takes_every_disk_under_its_own_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_lies_in_the_primordial_pool_unless_one_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(two_disks_never_get_one_path, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mapping_names_a_disk_by_path_or_file_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_mapping_that_fits_no_disk_or_two_stops_everything, setup, teardown),
        cmocka_unit_test_setup_teardown(two_new_places_for_one_disk_are_one_too_many, setup, teardown),
        cmocka_unit_test_setup_teardown(a_storage_move_lists_only_disks_that_move, setup, teardown),
        cmocka_unit_test(bad_wishes_are_refused_with_a_remedy),
        cmocka_unit_test(paths_that_no_windows_has_are_refused),
        cmocka_unit_test(paths_longer_than_any_of_windows_are_refused),
        cmocka_unit_test(a_guid_is_brought_into_the_hosts_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
