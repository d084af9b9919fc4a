/* What a host shows and how it is configured: listing, getting, associations, service settings, planned VMs, inventories. */
#include "lab.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIGRATION  "Msvm_VirtualSystemMigrationService.CreationClassName=\"Msvm_VirtualSystemMigrationService\""
#define MANAGEMENT "Msvm_VirtualSystemManagementService.CreationClassName=\"Msvm_VirtualSystemManagementService\""

static struct sim_host *hv01(struct lab *lab) {
    return sim_fabric_find_host(lab->fabric, "hv01");
}

static uint32_t get(struct lab *lab, const char *text, struct sim_object **ret_object) {
    struct sim_path *path = sim_path_parse(text);
    assert_non_null(path);
    uint32_t r = sim_host_get(hv01(lab), path, ret_object);
    sim_path_free(path);
    return r;
}

static size_t associators(struct lab *lab, const char *object, const char *assoc_class, const char *result_class,
                          const char *role) {
    struct sim_path *path = sim_path_parse(object);
    struct sim_association_query query = {
        .object = path, .assoc_class = assoc_class, .result_class = result_class, .role = role
    };
    struct sim_list list = { 0 };
    assert_non_null(path);
    assert_int_equal(sim_host_associators(hv01(lab), &query, &list), 0);
    size_t n = list.n_items;
    sim_list_deinit(&list);
    sim_path_free(path);
    return n;
}

static void test_every_class_can_be_listed(void **state) {
    struct lab *lab = *state;
    const struct sim_schema *schema = sim_fabric_schema(lab->fabric);
    for (size_t i = 0; i < sim_schema_n_classes(schema); i++) {
        const struct sim_class *class_ = sim_schema_class_at(schema, i);
        struct sim_list list = { 0 };
        if (!sim_host_has_namespace(hv01(lab), class_->ns))
            continue;
        assert_int_equal(sim_host_list(hv01(lab), class_->ns, class_->name, &list), 0);
        for (size_t j = 0; j < list.n_items; j++) {
            struct sim_object *same = NULL;
            struct sim_path *path = sim_object_path(list.items[j]);
            assert_true(sim_class_is_a(list.items[j]->class_, class_->name));
            assert_int_equal(sim_host_get(hv01(lab), path, &same), 0);
            assert_ptr_equal(same->class_, list.items[j]->class_);
            sim_object_free(same);
            sim_path_free(path);
        }
        sim_list_deinit(&list);
    }
}

static void test_base_classes_find_what_derives(void **state) {
    struct lab *lab = *state;
    assert_int_equal(lab_count(lab, "hv01", "Msvm_ComputerSystem"), 9);
    assert_int_equal(lab_count(lab, "hv01", "CIM_ComputerSystem"), 11);
    assert_int_equal(lab_count(lab, "hv01", "CIM_ResourcePool"), 6);
    assert_true(lab_count(lab, "hv01", "CIM_SettingData") > lab_count(lab, "hv01", "Msvm_VirtualSystemSettingData"));
    assert_int_equal(lab_count(lab, "hv01", "Msvm_VirtualSystemSettingData"), 9);
}

static void test_namespace_and_class_are_part_of_the_question(void **state) {
    struct lab *lab = *state;
    struct sim_list list = { 0 };
    assert_int_equal(sim_host_list(hv01(lab), "root/nowhere", "Msvm_ComputerSystem", &list), SIM_WBEM_INVALID_NAMESPACE);
    assert_int_equal(sim_host_list(hv01(lab), SIM_NS_CIMV2, "Msvm_ComputerSystem", &list), SIM_WBEM_INVALID_CLASS);
    assert_int_equal(sim_host_list(hv01(lab), SIM_NS_CIMV2, "Win32_OperatingSystem", &list), 0);
    assert_int_equal(list.n_items, 1);
    assert_string_equal(sim_object_text(list.items[0], "BuildNumber"), "17763");
    sim_list_deinit(&list);
}

static void test_keys_must_be_whole_and_right(void **state) {
    struct lab *lab = *state;
    struct sim_object *object = NULL;
    assert_int_equal(get(lab, "Msvm_ComputerSystem.Name='" APP01 "'", &object), SIM_WBEM_INVALID_OBJECT_PATH);
    assert_int_equal(get(lab, "Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Nam='x'", &object),
                     SIM_WBEM_INVALID_PARAMETER);
    assert_int_equal(get(lab, "Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='x'", &object),
                     SIM_WBEM_NOT_FOUND);
    assert_int_equal(get(lab, "CIM_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='" APP01 "'", &object), 0);
    assert_string_equal(sim_object_text(object, "ElementName"), "app01");
    sim_object_free(object);
}

static void test_paths_in_text(void **state) {
    (void)state;
    struct sim_path *path =
        sim_path_parse("\\\\HV01\\root\\virtualization\\v2:Msvm_X.InstanceID=\"Microsoft:G\\\\X\\\\0 \\\"q\\\"\",B=1");
    assert_non_null(path);
    assert_string_equal(path->machine, "HV01");
    assert_string_equal(path->ns, "root/virtualization/v2");
    assert_string_equal(sim_path_key(path, "instanceid"), "Microsoft:G\\X\\0 \"q\"");
    assert_string_equal(sim_path_key(path, "B"), "1");
    char *text = sim_path_format(path);
    struct sim_path *again = sim_path_parse(text);
    assert_string_equal(sim_path_key(again, "InstanceID"), "Microsoft:G\\X\\0 \"q\"");
    sim_path_free(again);
    sim_path_free(path);
    free(text);
    static const char *const bad[] = { "", ".A='b'", "C.A", "C.A='b", "C.A='b'x", "C.='b'", "\\\\:C", ":C" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(sim_path_parse(bad[i]));
}

static void test_associations_lead_from_vm_to_disks(void **state) {
    struct lab *lab = *state;
    const char *vm = "Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='" DB "'";
    const char *settings = "Msvm_VirtualSystemSettingData.InstanceID='Microsoft:" DB "'";
    assert_int_equal(associators(lab, vm, "Msvm_SettingsDefineState", "Msvm_VirtualSystemSettingData", NULL), 1);
    assert_int_equal(associators(lab, vm, "Msvm_SettingsDefineState", NULL, "SettingData"), 0);
    assert_int_equal(
        associators(lab, settings, "Msvm_VirtualSystemSettingDataComponent", "Msvm_StorageAllocationSettingData", NULL), 3);
    assert_int_equal(
        associators(lab, settings, "Msvm_VirtualSystemSettingDataComponent", "Msvm_EthernetPortAllocationSettingData", NULL), 2);
    assert_int_equal(associators(lab, "Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='" FARM "'",
                                 "Msvm_SnapshotOfVirtualSystem", NULL, NULL),
                     1);
    assert_int_equal(associators(lab,
                                 "Msvm_VirtualSystemMigrationService.CreationClassName='Msvm_VirtualSystemMigrationService',"
                                 "Name='migrationwmi',SystemCreationClassName='Msvm_ComputerSystem',SystemName='HV01'",
                                 "Msvm_ElementSettingData", "Msvm_VirtualSystemMigrationServiceSettingData", NULL),
                     1);
}

static void test_references_are_association_instances(void **state) {
    struct lab *lab = *state;
    struct sim_path *path = sim_path_parse("Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='" DB "'");
    struct sim_association_query query = { .object = path, .result_class = "Msvm_SettingsDefineState" };
    struct sim_list list = { 0 };
    assert_int_equal(sim_host_references(hv01(lab), &query, &list), 0);
    assert_int_equal(list.n_items, 1);
    const struct sim_value *end = sim_object_value(list.items[0], "SettingData");
    assert_string_equal(sim_path_key(end->items[0].path, "InstanceID"), "Microsoft:" DB);
    sim_list_deinit(&list);
    query.result_class = "No_Such";
    assert_int_equal(sim_host_references(hv01(lab), &query, &list), SIM_WBEM_INVALID_CLASS);
    sim_path_free(path);
}

static void test_properties_newer_than_the_host_do_not_exist(void **state) {
    struct lab *lab = *state;
    struct sim_list list = { 0 };
    lab_open(lab, "[host hv01]\nversion = 6.2.9200\n");
    assert_int_equal(sim_host_list(hv01(lab), SIM_NS_VIRTUALIZATION, "Msvm_VirtualSystemMigrationServiceSettingData", &list), 0);
    assert_null(sim_object_value(list.items[0], "EnableCompression"));
    assert_non_null(sim_object_value(list.items[0], "AuthenticationType"));
    sim_list_deinit(&list);
}

static void test_service_settings_can_be_changed(void **state) {
    struct lab *lab = *state;
#define SERVICE(body) INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData", body)
#define SERVICE_ID    PROPERTY("InstanceID", "string", "Microsoft:VirtualSystemMigrationServiceSettings")
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "ModifyServiceSettings", "ServiceSettingData",
                              SERVICE(SERVICE_ID PROPERTY("EnableVirtualSystemMigration", "boolean", "false")), NULL),
                     0);
    assert_int_equal(lab_count(lab, "hv01", "Msvm_VirtualSystemMigrationServiceSettingData"), 1);
    lab_move(lab, "hv01", MIGRATE, WEB01, "hv02", SETTINGS_VM, NULL);
    lab_ends(lab, "hv01", 10);
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "ModifyServiceSettings", "ServiceSettingData",
                              SERVICE(SERVICE_ID PROPERTY("AuthenticationType", "uint32", "2")), NULL),
                     32773);
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "ModifyServiceSettings", "ServiceSettingData",
                              SERVICE(PROPERTY("AuthenticationType", "uint32", "0")), NULL),
                     32773);
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "ModifyServiceSettings", NULL), 32773);
}

static void test_networks_come_change_and_go(void **state) {
    struct lab *lab = *state;
    char text[512], path[256];
    struct sim_list list = { 0 };
#define NETWORK(body) INSTANCE("Msvm_VirtualSystemMigrationNetworkSettingData", body)
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "AddNetworkSettings", "NetworkSettings",
                              NETWORK(PROPERTY("SubnetNumber", "string", "192.168.1.0") PROPERTY("PrefixLength", "uint8", "24")
                                          PROPERTY("Metric", "uint32", "100") ARRAY("Tags", ITEM("Microsoft:UserManaged"))),
                              NULL),
                     0);
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "AddNetworkSettings", "NetworkSettings",
                              NETWORK(PROPERTY("SubnetNumber", "string", "192.168.1") PROPERTY("PrefixLength", "uint8", "24")),
                              NULL),
                     32773);
    assert_int_equal(sim_host_list(hv01(lab), SIM_NS_VIRTUALIZATION, "Msvm_VirtualSystemMigrationNetworkSettingData", &list), 0);
    assert_int_equal(list.n_items, 1);
    const char *id = sim_object_text(list.items[0], "InstanceID");
    snprintf(text, sizeof(text), NETWORK(PROPERTY("InstanceID", "string", "%s") PROPERTY("Metric", "uint32", "200")), id);
    snprintf(path, sizeof(path), "Msvm_VirtualSystemMigrationNetworkSettingData.InstanceID=\"%s\"", id);
    sim_list_deinit(&list);
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "ModifyNetworkSettings", "NetworkSettings", text, NULL), 0);
    struct sim_object *network = NULL;
    assert_int_equal(get(lab, path, &network), 0);
    assert_int_equal(sim_object_number(network, "Metric", 0), 200);
    assert_string_equal(sim_object_text(network, "SubnetNumber"), "192.168.1.0");
    sim_object_free(network);
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "RemoveNetworkSettings", "NetworkSettings", path, NULL), 0);
    assert_int_equal(lab_call(lab, "hv01", MIGRATION, "RemoveNetworkSettings", "NetworkSettings", path, NULL), 32773);
}

/* What SYSTEM of host "a" wants, carried to HOST, after byte SPOILT of it (-1: none) was changed. Tells the return value. */
static uint32_t carry(struct lab *lab, const char *system, const char *host, int spoilt, size_t *ret_n_reasons) {
    const struct sim_class *class_ =
        sim_schema_class(sim_fabric_schema(lab->fabric), SIM_NS_VIRTUALIZATION, "Msvm_VirtualSystemMigrationService");
    const struct sim_method *method = sim_class_method(class_, "CheckSystemCompatibilityInfo");
    struct sim_path *target = sim_path_parse(MIGRATION);
    struct sim_value values[2];
    uint32_t value = 0;
    char path[256];

    (void)snprintf(path, sizeof(path), "Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='%s'", system);
    assert_int_equal(lab_call(lab, "a", MIGRATION, "GetSystemCompatibilityInfo", "ComputerSystem", path, NULL), 0);
    assert_true(lab->values[1].n_items > 0);
    assert_int_equal(sim_value_copy(&lab->values[1], &values[0]), 0);
    if (spoilt >= 0)
        values[0].items[(size_t)spoilt % values[0].n_items].u ^= 1;
    sim_value_init(&values[1], SIM_STRING, true);
    assert_int_equal(sim_host_invoke(sim_fabric_find_host(lab->fabric, host), &lab->caller, target, method, values, &value), 0);
    if (ret_n_reasons)
        *ret_n_reasons = values[1].n_items;
    sim_path_free(target);
    sim_value_deinit(&values[0]);
    sim_value_deinit(&values[1]);
    return value;
}

static void test_compatibility_is_judged_from_the_blob(void **state) {
    struct lab *lab = *state;
    size_t n_reasons = 0;

    lab_open(lab, "[host a]\nprocessor = Intel-2\n[host amd]\nprocessor = AMD-2\n[host less]\nprocessor = Intel-1\n"
                  "[host more]\nprocessor = Intel-3\n[host other]\nprocessor = Intel-x\n[host line]\nprocessor = Intel-2\n"
                  "cache_line = 128\n[vm on]\nguid = " APP01 "\nhost = a\nstate = running\n[vm off]\nguid = " WEB01
                  "\nhost = a\n[vm low]\nguid = " DB "\nhost = a\nstate = saved\nlimit_processor_features = yes\n");
    static const struct {
        const char *system, *host;
        uint32_t value;
    } rows[] = {
        { "A", "a", 0 },        { "A", "amd", 32784 }, { "A", "less", 32784 },   { "A", "more", 0 },      { "A", "other", 32784 },
        { "A", "line", 32784 }, { APP01, "more", 0 },  { APP01, "less", 32784 }, { APP01, "amd", 32784 }, { WEB01, "amd", 0 },
        { WEB01, "less", 0 },   { DB, "less", 0 },     { DB, "line", 0 },        { DB, "amd", 32784 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint32_t value = carry(lab, rows[i].system, rows[i].host, -1, &n_reasons);
        if (value != rows[i].value || n_reasons != (value != 0))
            fail_msg("row %zu: %u with %zu reasons", i, value, n_reasons);
    }
}

static void test_a_blob_is_taken_back_only_whole(void **state) {
    struct lab *lab = *state;

    lab_open(lab, "[host a]\nprocessor = Intel-1\n");
    for (int i = 0; i < 100; i += 7)
        assert_int_equal(carry(lab, "A", "a", i, NULL), 32773);
    assert_int_equal(lab_call(lab, "a", MIGRATION, "CheckSystemCompatibilityInfo", "CompatibilityInfo", "7", NULL), 32773);
    assert_int_equal(lab_call(lab, "a", MIGRATION, "CheckSystemCompatibilityInfo", NULL), 32773);
    assert_int_equal(lab_call(lab, "a", MIGRATION, "GetSystemCompatibilityInfo", NULL), 32773);
}

/* Vector number INDEX of the last call. */
static uint64_t vector_of(struct lab *lab, size_t index) {
    assert_int_equal(lab->values[1].n_items, 3);
    assert_int_equal(sim_object_number(lab->values[1].items[index].object, "VectorId", 0), index + 1);
    return sim_object_number(lab->values[1].items[index].object, "CompatibilityInfo", 0);
}

static void test_vectors_came_with_2012_r2_and_limits_later(void **state) {
    struct lab *lab = *state;
    const char *self = "Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='A'";

    lab_open(lab, "[host a]\nversion = 2012\n");
    (void)lab_call(lab, "a", MIGRATION, "GetSystemCompatibilityVectors", "ComputerSystem", self, NULL);
    assert_int_equal(lab->hresult, SIM_WBEM_INVALID_METHOD);
    assert_int_equal(lab_call(lab, "a", MIGRATION, "GetSystemCompatibilityInfo", "ComputerSystem", self, NULL), 0);
    lab_open(lab, "[host a]\nversion = 2012r2\nfeatures = 0x1F\nxsave = a\ncache_line = 32\n");
    assert_int_equal(lab_call(lab, "a", MIGRATION, "GetSystemCompatibilityVectors", "ComputerSystem", self, NULL), 0);
    assert_int_equal(vector_of(lab, 0), 0x1F);
    assert_int_equal(vector_of(lab, 1), 10);
    assert_int_equal(vector_of(lab, 2), 32);
    (void)lab_call(lab, "a", MIGRATION, "GetProcessorFeatureLimits", NULL);
    assert_int_equal(lab->hresult, SIM_WBEM_INVALID_METHOD);
    lab_open(lab, "[host a]\nversion = 2025\n");
    assert_int_equal(lab_call(lab, "a", MIGRATION, "GetProcessorFeatureLimits", NULL), 0);
    assert_true(vector_of(lab, 0) > 0);
}

static void test_planned_vm_can_be_corrected_and_removed(void **state) {
    struct lab *lab = *state;
    const char *planned = "Msvm_PlannedComputerSystem.CreationClassName='Msvm_PlannedComputerSystem',Name='" LAB "'";
    struct sim_list list = { 0 };
    char text[1024];
    lab_move(lab, "hv01", MIGRATE, LAB, "hv02", SETTINGS_STAGED, NULL);
    lab_ends(lab, "hv01", 7);
    assert_int_equal(lab_call(lab, "hv02", MANAGEMENT, "ValidatePlannedSystem", "PlannedSystem", planned, NULL), 4096);
    lab_ends(lab, "hv02", 10);

    assert_int_equal(sim_host_list(sim_fabric_find_host(lab->fabric, "hv02"), SIM_NS_VIRTUALIZATION,
                                   "Msvm_EthernetPortAllocationSettingData", &list),
                     0);
    for (size_t i = 0; i < list.n_items; i++) {
        const char *id = sim_object_text(list.items[i], "InstanceID");
        if (!strstr(id, LAB))
            continue;
        snprintf(text, sizeof(text),
                 INSTANCE("Msvm_EthernetPortAllocationSettingData",
                          PROPERTY("InstanceID", "string", "%s") PROPERTY("EnabledState", "uint16", "3")),
                 id);
        assert_int_equal(lab_call(lab, "hv02", MANAGEMENT, "ModifyResourceSettings", "ResourceSettings", text, NULL), 4096);
        lab_ends(lab, "hv02", 7);
    }
    sim_list_deinit(&list);

    assert_int_equal(lab_call(lab, "hv02", MANAGEMENT, "DestroySystem", "AffectedSystem", planned, NULL), 4096);
    lab_ends(lab, "hv02", 7);
    assert_null(lab_planned(lab, LAB));
    assert_string_equal(lab_host_of(lab, LAB), "hv01");
    assert_int_equal(lab_call(lab, "hv02", MANAGEMENT, "DestroySystem", "AffectedSystem", planned, NULL), 32773);
    assert_int_equal(lab_call(lab, "hv02", MANAGEMENT, "DefineSystem", NULL), 32770);
}

static void test_modifying_a_read_only_property_fails_the_job(void **state) {
    struct lab *lab = *state;
    assert_int_equal(lab_call(lab, "hv01", MANAGEMENT, "ModifySystemSettings", "SystemSettings",
                              INSTANCE("Msvm_VirtualSystemSettingData", PROPERTY("InstanceID", "string", "Microsoft:" APP01)
                                                                            PROPERTY("VirtualSystemIdentifier", "string", "x")),
                              NULL),
                     4096);
    lab_ends(lab, "hv01", 10);
    assert_int_equal(lab_call(lab, "hv01", MANAGEMENT, "ModifySystemSettings", "SystemSettings",
                              INSTANCE("Msvm_VirtualSystemSettingData", PROPERTY("InstanceID", "string", "Microsoft:" APP01)
                                                                            PROPERTY("ElementName", "string", "renamed")),
                              NULL),
                     4096);
    lab_ends(lab, "hv01", 7);
    assert_string_equal(json_string_value(json_object_get(lab_vm(lab, APP01), "name")), "renamed");
}

static void test_machine_changes_state(void **state) {
    struct lab *lab = *state;
    const char *vm = "Msvm_ComputerSystem.CreationClassName='Msvm_ComputerSystem',Name='" APP01 "'";
    assert_int_equal(lab_call(lab, "hv01", vm, "RequestStateChange", "RequestedState", "6", NULL), 4096);
    lab_ends(lab, "hv01", 7);
    assert_int_equal(json_integer_value(json_object_get(lab_vm(lab, APP01), "state")), 6);
    assert_int_equal(lab_call(lab, "hv01", vm, "RequestStateChange", "RequestedState", "9", NULL), 32775);
    assert_int_equal(lab_call(lab, "hv01", vm, "RequestStateChange", "RequestedState", "77", NULL), 32773);
}

static void config_refused(const char *name, const char *text, const char *why) {
    char path[64];
    struct sim_options options = { .config_path = path };
    struct sim_fabric *fabric = NULL;
    struct hv_error err = { 0 };
    snprintf(path, sizeof(path), "/tmp/hvsim-test-XXXXXX.%s", name);
    int fd = mkstemps(path, (int)strlen(name) + 1);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int r = sim_fabric_new(&options, 0, &fabric, &err);
    unlink(path);
    sim_fabric_free(fabric);
    assert_int_equal(r, HV_E_CONFIG);
    if (!strstr(err.message, why))
        fail_msg("\"%s\" does not say \"%s\"", err.message, why);
}

static void test_wrong_configurations_are_told(void **state) {
    (void)state;
    config_refused("ini", "", "no host");
    config_refused("ini", "[hosts]\na = b\n", "line 2");
    config_refused("ini", "[host aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee]\ndrive = C\n", "line 2");
    config_refused("ini", "[host a]\ncolour = red\n", "colour");
    config_refused("ini", "[host a]\nmigration = maybe\n", "yes or no");
    config_refused("ini", "[host a]\nversion = new\n", "version");
    config_refused("ini", "[host a]\ndrive = C\n[vm v]\nhost = b\n", "host");
    config_refused("ini", "[host a]\ndrive = C\n[vm v]\nhost = a\nstate = ill\n", "state");
    config_refused("ini", "[host a]\ndrive = C\n[vm v]\nhost = a\nadapter = none\n", "switch");
    config_refused("ini", "[host a]\ndrive = C\n[vm v]\nhost = a\ndisk = E:\\x.vhdx\n", "drive");
    config_refused("ini", "[host a]\ndrive = C\n[vm v]\nhost = a\nguid = 1\n", "guid");
    config_refused("ini", "[host a]\ndrive = C\n[vm v]\nhost = a\nguid = " APP01 "\n[vm w]\nhost = a\nguid = " APP01 "\n",
                   "used");
    config_refused("json", "{\"hosts\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}", "name of its own");
    config_refused("json", "[1]", "object");
    config_refused("json", "{", "line 1");
}

static void test_json_says_the_same_as_ini(void **state) {
    (void)state;
    char path[] = "/tmp/hvsim-test-XXXXXX.json";
    const char *text =
        "{\"hosts\": [{\"name\": \"a\", \"migration\": false, \"max_vm\": 7, \"switch\": [\"S\"]}],"
        "\"vms\": [{\"name\": \"v \\\"1\\\"\", \"host\": \"a\", \"disk\": [\"C:\\\\v.vhdx\"], \"adapter\": \"S\"}]}";
    struct sim_options options = { .config_path = path };
    struct lab lab = { 0 };
    int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int r = sim_fabric_new(&options, 0, &lab.fabric, NULL);
    unlink(path);
    assert_int_equal(r, 0);
    assert_int_equal(lab_count(&lab, "a", "Msvm_ComputerSystem"), 2);
    assert_true(lab_has_file(&lab, "a", "C:\\v.vhdx"));
    json_t *host = json_array_get(json_object_get(lab.truth, "hosts"), 0);
    assert_true(json_is_false(json_object_get(host, "migration")));
    assert_int_equal(json_integer_value(json_object_get(host, "max_vm")), 7);
    json_decref(lab.truth);
    sim_fabric_free(lab.fabric);
}

static void test_hosts_can_be_named(void **state) {
    struct lab *lab = *state;
    static const char *const names[] = { "alpha", "beta", "gamma" };
    struct sim_options options = { .host_names = names, .n_host_names = 3 };
    sim_fabric_free(lab->fabric);
    assert_int_equal(sim_fabric_new(&options, 0, &lab->fabric, NULL), 0);
    assert_int_equal(sim_fabric_n_hosts(lab->fabric), 3);
    assert_string_equal(sim_host_address(sim_fabric_host(lab->fabric, 2)), "127.0.0.3");
    assert_string_equal(sim_host_fqdn(sim_fabric_host(lab->fabric, 1)), "beta.example.test");
    assert_string_equal(lab_host_of(lab, APP01), "alpha");
    assert_string_equal(lab_host_of(lab, RAW01), "beta");
}

#define T(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_every_class_can_be_listed),
        T(test_base_classes_find_what_derives),
        T(test_namespace_and_class_are_part_of_the_question),
        T(test_keys_must_be_whole_and_right),
        cmocka_unit_test(test_paths_in_text),
        T(test_associations_lead_from_vm_to_disks),
        T(test_references_are_association_instances),
        T(test_properties_newer_than_the_host_do_not_exist),
        T(test_service_settings_can_be_changed),
        T(test_networks_come_change_and_go),
        T(test_compatibility_is_judged_from_the_blob),
        T(test_a_blob_is_taken_back_only_whole),
        T(test_vectors_came_with_2012_r2_and_limits_later),
        T(test_planned_vm_can_be_corrected_and_removed),
        T(test_modifying_a_read_only_property_fails_the_job),
        T(test_machine_changes_state),
        cmocka_unit_test(test_wrong_configurations_are_told),
        cmocka_unit_test(test_json_says_the_same_as_ini),
        T(test_hosts_can_be_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
