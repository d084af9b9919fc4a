/* The moves of hyperv.md 4a to 4e, and where VM and data are afterwards. */
#include "lab.h"

#include <string.h>

#define DEFAULT_VHDS "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks\\"

static void test_vm_on_a_share_moves_without_its_storage(void **state) {
    struct lab *lab = *state;
    lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(lab_host_of(lab, WEB01), "hv02");
    assert_string_equal(lab_disk_path(lab, WEB01, 0), "\\\\files.example.test\\vms\\web01\\web01.vhdx");
    assert_int_equal(lab_count(lab, "hv01", "Msvm_ComputerSystem"), 8);
    assert_int_equal(lab_count(lab, "hv02", "Msvm_ComputerSystem"), 3);
    assert_null(lab_planned(lab, WEB01));
}

static void test_vm_on_local_disks_does_not(void **state) {
    struct lab *lab = *state;
    char id[64];
    lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS_VM, NULL);
    lab_job(lab, id);
    lab_ends(lab, "hv01", 10);
    assert_true(lab_job_says(lab, "hv01", id, "app01.vhdx"));
    assert_string_equal(lab_host_of(lab, APP01), "hv01");
    assert_null(lab_planned(lab, APP01));
}

static void test_destination_chooses_the_folder(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", APP01, "");
    lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS_BOTH, NULL);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(lab_host_of(lab, APP01), "hv02");
    assert_string_equal(lab_disk_path(lab, APP01, 0), DEFAULT_VHDS "app01.vhdx");
    assert_true(lab_has_file(lab, "hv02", DEFAULT_VHDS "app01.vhdx"));
    assert_false(lab_has_file(lab, "hv01", "C:\\Hyper-V\\app01\\app01.vhdx"));
    assert_false(lab_has_file(lab, "hv02", "C:\\Hyper-V\\app01\\app01.vhdx"));
}

static void test_each_disk_goes_to_its_pool(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", DB, "");
    lab_move(lab, "hv01", MIGRATE, DB, "hv02", SETTINGS_BOTH, NULL);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(lab_disk_path(lab, DB, 0), DEFAULT_VHDS "db & system.vhdx");
    assert_string_equal(lab_disk_path(lab, DB, 1), DEFAULT_VHDS "db data.vhdx");
    assert_string_equal(lab_disk_path(lab, DB, 2), "D:\\Pools\\Gold\\db log.vhdx");
}

static void test_unchanged_paths_land_at_the_same_path(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", APP01, NULL);
    lab_move(lab, "hv01", MIGRATE, APP01, "hv02.example.test", SETTINGS_BOTH, NULL);
    lab_ends(lab, "hv01", 7);
    assert_true(lab_has_file(lab, "hv02", "C:\\Hyper-V\\app01\\app01.vhdx"));
    assert_false(lab_has_file(lab, "hv01", "C:\\Hyper-V\\app01\\app01.vhdx"));
}

static void test_explicit_paths_and_roots(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", APP01, "D:\\new\\app01.vhdx");
    lab_move(lab, "hv01", MIGRATE, APP01, "127.0.0.2", SETTINGS_BOTH,
             INSTANCE("Msvm_VirtualSystemSettingData",
                      PROPERTY("InstanceID", "string", "Microsoft:" APP01) PROPERTY("ConfigurationDataRoot", "string", "D:\\new")
                          PROPERTY("SnapshotDataRoot", "string", "D:\\new\\snapshots")));
    lab_ends(lab, "hv01", 7);
    json_t *vm = lab_vm(lab, APP01);
    assert_string_equal(json_string_value(json_object_get(vm, "config_root")), "D:\\new");
    assert_string_equal(json_string_value(json_object_get(vm, "snapshot_root")), "D:\\new\\snapshots");
    assert_string_equal(json_string_value(json_object_get(vm, "swap_root")), "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V");
    assert_string_equal(lab_disk_path(lab, APP01, 0), "D:\\new\\app01.vhdx");
}

static void test_storage_moves_on_one_host(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", APP01, "D:\\vms\\app01.vhdx");
    lab_move(lab, "hv01", MIGRATE, APP01, NULL, SETTINGS_STORAGE, NULL);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(lab_host_of(lab, APP01), "hv01");
    assert_string_equal(lab_disk_path(lab, APP01, 0), "D:\\vms\\app01.vhdx");
    assert_false(lab_has_file(lab, "hv01", "C:\\Hyper-V\\app01\\app01.vhdx"));
}

static void test_storage_moves_while_migration_is_disabled(void **state) {
    struct lab *lab = *state;
    lab_open(lab, "[host a]\nmigration = no\n[vm v]\nguid = " APP01 "\nhost = a\ndisk = C:\\v.vhdx\n");
    lab_disks(lab, "a", APP01, "C:\\new\\v.vhdx");
    lab_move(lab, "a", MIGRATE, APP01, NULL, SETTINGS_STORAGE, NULL);
    lab_ends(lab, "a", 7);
    assert_string_equal(lab_disk_path(lab, APP01, 0), "C:\\new\\v.vhdx");
}

static void test_staged_vm_is_planned_and_then_used(void **state) {
    struct lab *lab = *state;
    lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_STAGED, NULL);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(lab_host_of(lab, WEB01), "hv01");
    assert_non_null(lab_planned(lab, WEB01));
    assert_int_equal(lab_count(lab, "hv02", "Msvm_PlannedComputerSystem"), 1);

    lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL);
    lab_ends(lab, "hv01", 10);

    lab_move(lab, "hv01", MIGRATE, WEB01, "hv02",
             SETTINGS("32768", PROPERTY("DestinationPlannedVirtualSystemId", "string", WEB01)), NULL);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(lab_host_of(lab, WEB01), "hv02");
    assert_null(lab_planned(lab, WEB01));
}

static void test_vm_is_at_one_host_at_each_moment(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", APP01, "");
    lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS_BOTH, NULL);
    for (int i = 0; i < 25; i++) {
        bool has_moved = strcmp(lab_host_of(lab, APP01), "hv02") == 0;
        assert_int_equal(has_moved, i >= 20);
        assert_int_equal(lab_planned(lab, APP01) != NULL, i >= 1 && i < 20);
        assert_true(lab_has_file(lab, "hv01", "C:\\Hyper-V\\app01\\app01.vhdx") != has_moved);
        lab_pass(lab, 1);
    }
}

static void test_check_changes_nothing(void **state) {
    struct lab *lab = *state;
    uint64_t before = sim_fabric_generation(lab->fabric);
    lab_disks(lab, "hv01", APP01, "");
    lab_move(lab, "hv01", CHECK, APP01, "hv02", SETTINGS_BOTH, NULL);
    lab_ends(lab, "hv01", 7);
    assert_true(sim_fabric_generation(lab->fabric) > before);
    assert_string_equal(lab_host_of(lab, APP01), "hv01");
    assert_false(lab_has_file(lab, "hv02", DEFAULT_VHDS "app01.vhdx"));
}

static void test_checkpointed_vm_needs_all_of_its_chain(void **state) {
    struct lab *lab = *state;
    char id[64];
    lab_disks(lab, "hv01", FARM, "");
    assert_int_equal(lab->n_disks, 1);
    lab_move(lab, "hv01", MIGRATE, FARM, "hv02", SETTINGS_BOTH, NULL);
    lab_job(lab, id);
    lab_ends(lab, "hv01", 10);
    assert_true(lab_job_says(lab, "hv01", id, "build.vhdx"));

    lab_move(lab, "hv01", MIGRATE, FARM, "hv02",
             SETTINGS("32771",
                      ARRAY("UnmanagedVhds",
                            ITEM("&lt;INSTANCE CLASSNAME=\"Msvm_MoveUnmanagedVhd\"&gt;&lt;PROPERTY NAME=\"VhdSourcePath\" "
                                 "TYPE=\"string\"&gt;&lt;VALUE&gt;C:\\Hyper-V\\build\\build.vhdx&lt;/VALUE&gt;&lt;/PROPERTY&gt;"
                                 "&lt;PROPERTY NAME=\"VhdDestinationPath\" TYPE=\"string\"&gt;&lt;VALUE&gt;D:\\build.vhdx"
                                 "&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;"))),
             NULL);
    lab_ends(lab, "hv01", 7);
    assert_true(lab_has_file(lab, "hv02", "D:\\build.vhdx"));
    assert_true(lab_has_file(lab, "hv02", DEFAULT_VHDS "build_5D2A.avhdx"));
    json_t *checkpoint = json_array_get(json_object_get(lab_vm(lab, FARM), "checkpoints"), 0);
    json_t *disk = json_array_get(json_object_get(checkpoint, "disks"), 0);
    assert_string_equal(json_string_value(json_object_get(disk, "path")), "D:\\build.vhdx");
}

static void test_retained_disks_stay_at_the_source(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", APP01, "");
    lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS("32771", PROPERTY("RetainVhdCopiesOnSource", "boolean", "TRUE")),
             NULL);
    lab_ends(lab, "hv01", 7);
    assert_true(lab_has_file(lab, "hv01", "C:\\Hyper-V\\app01\\app01.vhdx"));
    assert_true(lab_has_file(lab, "hv02", DEFAULT_VHDS "app01.vhdx"));
}

static void test_iso_stays_as_it_is(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", BUERO, "");
    lab_move(lab, "hv01", MIGRATE, BUERO, "hv02", SETTINGS_BOTH, NULL);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(lab_disk_path(lab, BUERO, 1), "C:\\ISO\\debian-12.iso");
}

static void test_vm_goes_there_and_back(void **state) {
    struct lab *lab = *state;
    lab_disks(lab, "hv01", APP01, "");
    lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS_BOTH, NULL);
    lab_ends(lab, "hv01", 7);
    lab_disks_drop(lab);
    lab_disks(lab, "hv02", APP01, "");
    assert_int_equal(lab->n_disks, 1);
    assert_non_null(strstr(lab->disks[0], "\\\\HV02\\root"));
    lab_move(lab, "hv02", MIGRATE, APP01, "hv01", SETTINGS_BOTH, NULL);
    lab_ends(lab, "hv02", 7);
    assert_string_equal(lab_host_of(lab, APP01), "hv01");
    json_t *adapter = json_array_get(json_object_get(lab_vm(lab, APP01), "adapters"), 0);
    assert_string_equal(json_string_value(json_object_get(adapter, "switch")), "External");
}

#define T(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_vm_on_a_share_moves_without_its_storage),
        T(test_vm_on_local_disks_does_not),
        T(test_destination_chooses_the_folder),
        T(test_each_disk_goes_to_its_pool),
        T(test_unchanged_paths_land_at_the_same_path),
        T(test_explicit_paths_and_roots),
        T(test_storage_moves_on_one_host),
        T(test_storage_moves_while_migration_is_disabled),
        T(test_staged_vm_is_planned_and_then_used),
        T(test_vm_is_at_one_host_at_each_moment),
        T(test_check_changes_nothing),
        T(test_checkpointed_vm_needs_all_of_its_chain),
        T(test_retained_disks_stay_at_the_source),
        T(test_iso_stays_as_it_is),
        T(test_vm_goes_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
