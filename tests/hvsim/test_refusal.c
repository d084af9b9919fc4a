/* Requests that are refused at once, and jobs that fail, with their reasons (hyperv.md 2.1, 5, 7). */
#include "lab.h"

#include <string.h>

enum { INVALID = 32773, IN_USE = 32774, STATE = 32775, NOT_SUPPORTED = 32770, DENIED = 32769 };

/* One VM "v" (guid APP01) at host a, on a share, and host b. */
#define SHARE(host_a, host_b, vm)                                                                                                \
    "[host a]\nlistener = 10.0.0.1\n" host_a "\n[host b]\nlistener = 10.0.0.2\n" host_b "\n[vm v]\nguid = " APP01                \
    "\nhost = a\nstate = running\nconfig_root = \\\\f\\v\ndisk = \\\\f\\v\\v.vhdx\n" vm "\n"

static void fails(struct lab *lab, const char *ini, const char *settings, const char *destination, const char *text) {
    char id[64];
    if (ini)
        lab_open(lab, ini);
    const char *host = ini ? "a" : "hv01";
    lab_move(lab, host, MIGRATE, APP01, destination, settings, NULL);
    lab_job(lab, id);
    lab_ends(lab, host, 10);
    if (!lab_job_says(lab, host, id, text))
        fail_msg("no error says \"%s\"", text);
    assert_string_equal(lab_host_of(lab, APP01), host);
}

static void passes(struct lab *lab, const char *ini, const char *settings, const char *destination) {
    lab_open(lab, ini);
    lab_move(lab, "a", MIGRATE, APP01, destination, settings, NULL);
    lab_ends(lab, "a", 7);
    assert_string_equal(lab_host_of(lab, APP01), "b");
}

static void test_malformed_requests(void **state) {
    struct lab *lab = *state;
    static const struct {
        const char *destination, *settings, *system;
        uint32_t value;
    } cases[] = {
        { "hv02", NULL, NULL, INVALID },
        { NULL, SETTINGS_VM, NULL, INVALID },
        { "", SETTINGS_VM, NULL, INVALID },
        { "hv02", "<INSTANCE/>", NULL, INVALID },
        { "hv02", SETTINGS("1", ""), NULL, INVALID },
        { "hv02", SETTINGS("32773", ""), NULL, INVALID },
        { "hv02", SETTINGS("32772", ""), NULL, NOT_SUPPORTED },
        { "hv02", SETTINGS_STORAGE, NULL, INVALID },
        { NULL, SETTINGS("32769", ARRAY("DestinationIPAddressList", ITEM("127.0.0.2"))), NULL, INVALID },
        { "hv02", SETTINGS("32768", PROPERTY("DestinationPlannedVirtualSystemId", "string", "web01")), NULL, INVALID },
        { "hv02", SETTINGS("32770", PROPERTY("DestinationPlannedVirtualSystemId", "string", WEB01)), NULL, INVALID },
        { "hv02", SETTINGS("32768", ARRAY("UnmanagedVhds", ITEM("x"))), NULL, INVALID },
        { "hv02", SETTINGS_VM, INSTANCE("Msvm_VirtualSystemSettingData", ""), INVALID },
        { "hv02", SETTINGS_VM, INSTANCE("Msvm_VirtualSystemSettingData", PROPERTY("InstanceID", "string", "Microsoft:" DB)),
          INVALID },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lab_move(lab, "hv01", MIGRATE, WEB01, cases[i].destination, cases[i].settings, cases[i].system);
        if (lab->hresult || lab->value != cases[i].value)
            fail_msg("case %zu: 0x%08X, %u", i, lab->hresult, lab->value);
        assert_string_not_equal(sim_fabric_refusal(lab->fabric), "");
    }
    assert_int_equal(lab_count(lab, "hv01", "Msvm_MigrationJob"), 0);
}

static void test_transport_must_fit_the_host(void **state) {
    struct lab *lab = *state;
    const char *smb = INSTANCE("Msvm_VirtualSystemMigrationSettingData",
                               PROPERTY("MigrationType", "uint16", "32768") PROPERTY("TransportType", "uint16", "32768"));
    passes(lab, SHARE("", "", ""), smb, "b");
    lab_open(lab, SHARE("version = 6.2.9200", "version = 6.2.9200", ""));
    assert_int_equal(lab_move(lab, "a", MIGRATE, APP01, "b", smb, NULL), INVALID);
    assert_int_equal(
        lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS("32768", PROPERTY("EnableCompression", "boolean", "true")), NULL),
        INVALID);
    lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS_VM, NULL);
    lab_ends(lab, "a", 7);
}

static void test_malformed_resources(void **state) {
    struct lab *lab = *state;
#define DISK(id, more) INSTANCE("Msvm_StorageAllocationSettingData", PROPERTY("InstanceID", "string", id) more)
    static const char *const texts[] = {
        INSTANCE("Msvm_StorageAllocationSettingData", ARRAY("HostResource", ITEM(""))),
        DISK("Microsoft:" APP01 "\\no\\0\\0\\L", ARRAY("HostResource", ITEM(""))),
        DISK("Microsoft:" APP01, ""),
        INSTANCE("Msvm_ResourcePool", ""),
        "no XML",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        lab_disk_add(lab, texts[i]);
        assert_int_equal(lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS_BOTH, NULL), INVALID);
        lab_disks_drop(lab);
    }
    lab_disks(lab, "hv01", APP01, "");
    lab_disks(lab, "hv01", APP01, "");
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, APP01, "hv02", SETTINGS_BOTH, NULL), INVALID);
}

static void test_machine_must_be_known_idle_and_settled(void **state) {
    struct lab *lab = *state;
    lab_move(lab, "hv01", MIGRATE, RAW01, "hv02", SETTINGS_VM, NULL);
    assert_int_equal(lab->hresult, SIM_WBEM_NOT_FOUND);
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, "HV01", "hv02", SETTINGS_VM, NULL), INVALID);
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL), 4096);
    assert_int_equal(lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL), IN_USE);
    lab_open(lab, SHARE("", "", "") "[vm w]\nguid = " WEB01 "\nhost = a\nstate = starting\n");
    assert_int_equal(lab_move(lab, "a", MIGRATE, WEB01, "b", SETTINGS_VM, NULL), STATE);
}

static void test_service_is_named_by_its_class(void **state) {
    struct lab *lab = *state;
    lab_call(lab, "hv01", "Msvm_VirtualSystemMigrationService", "StartService", NULL);
    assert_int_equal(lab->hresult, SIM_WBEM_INVALID_METHOD_PARAMS);
    lab_call(lab, "hv01", "Msvm_VirtualSystemMigrationService.Name=\"migrationwmi\"", "StartService", NULL);
    assert_int_equal(lab->hresult, SIM_WBEM_INVALID_OBJECT_PATH);
    lab_call(lab, "hv01", "Msvm_VirtualSystemMigrationService.CreationClassName=\"Msvm_VirtualSystemManagementService\"",
             "StartService", NULL);
    assert_int_equal(lab->hresult, SIM_WBEM_NOT_FOUND);
    lab_call(lab, "hv01", "Msvm_VirtualSystemMigrationService.CreationClassName=\"Msvm_VirtualSystemMigrationService\"",
             "StartService", NULL);
    assert_int_equal(lab->hresult, 0);
    assert_int_equal(lab->value, 1);
}

static void test_users_who_may_only_read(void **state) {
    struct lab *lab = *state;
    lab_open(lab, SHARE("denied = guest", "", ""));
    lab->caller.user = "guest";
    assert_int_equal(lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS_VM, NULL), DENIED);
    lab->caller.user = "admin";
    assert_int_equal(lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS_VM, NULL), 4096);
}

static void test_destination_out_of_reach(void **state) {
    struct lab *lab = *state;
    fails(lab, SHARE("", "", ""), SETTINGS_VM, "nowhere", "(0x800706BA)");
    fails(lab, SHARE("", "down = yes", ""), SETTINGS_VM, "b", "(0x8007274C)");
    fails(lab, SHARE("", "migration = no", ""), SETTINGS_VM, "b", "(0x8007274D)");
    fails(lab, SHARE("migration = no", "", ""), SETTINGS_VM, "b", "not enabled at the source");
    fails(lab, SHARE("", "", ""), SETTINGS_VM, "a", "(0x80070057)");
    fails(lab, SHARE("", "", ""), SETTINGS("32768", ARRAY("DestinationIPAddressList", ITEM("10.9.9.9"))), "b", "(0x8007274C)");
    passes(lab, SHARE("", "", ""), SETTINGS("32768", ARRAY("DestinationIPAddressList", ITEM("10.9.9.9") ITEM("10.0.0.2"))), "b");
    passes(lab, SHARE("", "listener = fd00::b", ""), SETTINGS("32768", ARRAY("DestinationIPAddressList", ITEM("FD00:0:0::B"))),
           "b");
    fails(lab, "[host a]\nlistener = 10.0.0.1\n[host b]\ndrive = C\n[vm v]\nguid = " APP01 "\nhost = a\n", SETTINGS_VM, "b",
          "(0x8007274D)");
}

static void test_sign_in_from_host_to_host(void **state) {
    struct lab *lab = *state;
    static const enum sim_scheme weak[] = { SIM_SCHEME_BASIC, SIM_SCHEME_NTLM, SIM_SCHEME_KERBEROS, SIM_SCHEME_CERTIFICATE };
    const char *credssp = SHARE("auth = credssp", "auth = credssp", "");
    for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        lab->caller.scheme = weak[i];
        fails(lab, credssp, SETTINGS_VM, "b", "(0x8009030E)");
        passes(lab, SHARE("", "", ""), SETTINGS_VM, "b");
    }
    lab->caller.scheme = SIM_SCHEME_CREDSSP;
    passes(lab, credssp, SETTINGS_VM, "b");
    fails(lab, SHARE("auth = credssp", "", ""), SETTINGS_VM, "b", "(0x8009030E)");
}

static void test_no_slot_is_free(void **state) {
    struct lab *lab = *state;
    lab_open(lab, SHARE("", "max_vm = 1", "[vm w]\nguid = " WEB01 "\nhost = a\nconfig_root = \\\\f\\w\n"));
    assert_int_equal(lab_move(lab, "a", MIGRATE, WEB01, "b", SETTINGS_VM, NULL), 4096);
    char id[64];
    lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS_VM, NULL);
    lab_job(lab, id);
    lab_ends(lab, "a", 10);
    assert_true(lab_job_says(lab, "a", id, "limit of 1 migrations"));
    assert_string_equal(lab_host_of(lab, WEB01), "b");
    lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS_VM, NULL);
    lab_ends(lab, "a", 7);
}

static void test_destination_that_does_not_fit(void **state) {
    struct lab *lab = *state;
    fails(lab, SHARE("", "version = 10.0.14393", ""), SETTINGS_VM, "b", "configuration version 9.0");
    fails(lab, SHARE("", "processor = AMD-1", ""), SETTINGS_VM, "b", "processor-specific");
    fails(lab, SHARE("", "processor = AMD-1", "limit_processor_features = yes"), SETTINGS_VM, "b", "processor-specific");
    passes(lab, SHARE("", "processor = Intel-2", "limit_processor_features = yes"), SETTINGS_VM, "b");
    fails(lab, SHARE("", "memory = 1024", "memory = 2048"), SETTINGS_VM, "b", "(0x8007000E)");
    fails(lab, SHARE("switch = S", "switch = T", "adapter = S"), SETTINGS_VM, "b", "switch 'S'");
    passes(lab, SHARE("switch = S", "switch = S", "adapter = S"), SETTINGS_VM, "b");
    fails(lab, SHARE("file = C:\\a.iso", "", "iso = C:\\a.iso"), SETTINGS_VM, "b", "(0xC03A0014)");
    fails(lab, SHARE("physical = 1", "physical = 1", "passthrough = 1"), SETTINGS_VM, "b", "pass-through");
}

static void test_missing_switch_has_its_message_id(void **state) {
    struct lab *lab = *state;
    fails(lab, SHARE("switch = S", "", "adapter = S"), SETTINGS_VM, "b", ">33012<");
}

static void test_disks_that_cannot_land(void **state) {
    struct lab *lab = *state;
    static const struct {
        const char *path, *text;
    } cases[] = {
        { "E:\\x\\app01.vhdx", "(0x80070003)" },
        { "D:\\a|b\\app01.vhdx", "(0x80070003)" },
        { "D:\\a\\\"app01.vhdx", "(0x80070003)" },
        { "D:\\a\tb\\app01.vhdx", "(0x80070003)" },
        { "\\\\\\server\\vms\\app01.vhdx", "(0x80070003)" },
        { "D:\\x\\other.vhdx", "file name" },
        { "C:\\ISO\\debian-12.iso", "file name" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        lab_disks(lab, "hv01", APP01, cases[i].path);
        fails(lab, NULL, SETTINGS_BOTH, "hv02", cases[i].text);
        lab_disks_drop(lab);
    }
    lab_open(lab, "[host a]\nlistener = 1\n[host b]\nlistener = 2\nfile = C:\\new\\v.vhdx\n[vm v]\nguid = " APP01
                  "\nhost = a\ndisk = C:\\v.vhdx\n");
    lab_disks(lab, "a", APP01, "C:\\new\\v.vhdx");
    lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS_BOTH, NULL);
    lab_ends(lab, "a", 10);
    assert_true(lab_has_file(lab, "b", "C:\\new\\v.vhdx"));
    lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS("32771", PROPERTY("AllowOverwriteExistingFile", "boolean", "true")), NULL);
    lab_ends(lab, "a", 7);
}

static void test_pools_must_be_there_and_hold_the_path(void **state) {
    struct lab *lab = *state;
    const char *hosts = "[host a]\nlistener = 1\npool = gold\npool.gold = C:\\gold\n[host b]\nlistener = 2\n[vm v]\nguid = " APP01
                        "\nhost = a\ndisk = C:\\gold\\v.vhdx | pool=gold\n";
    lab_open(lab, hosts);
    lab_disks(lab, "a", APP01, "");
    lab_move(lab, "a", MIGRATE, APP01, "b", SETTINGS_BOTH, NULL);
    lab_ends(lab, "a", 10);
    lab_disks_drop(lab);
    lab_disks(lab, "a", APP01, "C:\\elsewhere\\v.vhdx");
    lab_move(lab, "a", MIGRATE, APP01, NULL, SETTINGS_STORAGE, NULL);
    lab_ends(lab, "a", 10);
    lab_disks_drop(lab);
    lab_disks(lab, "a", APP01, "C:\\gold\\sub\\v.vhdx");
    lab_move(lab, "a", MIGRATE, APP01, NULL, SETTINGS_STORAGE, NULL);
    lab_ends(lab, "a", 7);
}

static void test_iso_must_not_be_sent_like_a_disk(void **state) {
    struct lab *lab = *state;
    char id[64];
    lab_disks(lab, "hv01", BUERO, "");
    lab_disk_add(lab,
                 INSTANCE("Msvm_StorageAllocationSettingData",
                          PROPERTY("InstanceID", "string", "Microsoft:" BUERO "\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\1\\0\\L")
                              ARRAY("HostResource", ITEM(""))));
    lab_move(lab, "hv01", MIGRATE, BUERO, "hv02", SETTINGS_BOTH, NULL);
    lab_job(lab, id);
    lab_ends(lab, "hv01", 10);
    assert_true(lab_job_says(lab, "hv01", id, "removable medium"));
}

#define T(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_malformed_requests),
        T(test_transport_must_fit_the_host),
        T(test_malformed_resources),
        T(test_machine_must_be_known_idle_and_settled),
        T(test_service_is_named_by_its_class),
        T(test_users_who_may_only_read),
        T(test_destination_out_of_reach),
        T(test_sign_in_from_host_to_host),
        T(test_no_slot_is_free),
        T(test_destination_that_does_not_fit),
        T(test_missing_switch_has_its_message_id),
        T(test_disks_that_cannot_land),
        T(test_pools_must_be_there_and_hold_the_path),
        T(test_iso_must_not_be_sent_like_a_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
