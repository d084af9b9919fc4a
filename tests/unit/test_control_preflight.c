/* Preflight: every rule with its condition and without (hyperv.md 2.8 to 2.11, 4, 5, 7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "control/preflight_rules.h"
#include "control_bench.h"

/* Facts against which nothing can be said, for a test to spoil. */
struct world {
    struct hv_vm_disk disk;
    struct hv_vm_adapter adapter;
    struct hv_vm_details vm;
    struct hv_host_info source;
    struct hv_host_info destination;
    char *listener;
    char *switches[1];
    struct hv_volume volume;
    struct hv_known_file file;
    struct hv_disk_target target;
    struct hv_preflight_facts facts;
};

static char disk_path[] = "D:\\a.vhdx";
static char target_path[] = "E:\\New\\a.vhdx";
static char volume_name[] = "E:\\";
static char office[] = "Office";
static char lab[] = "Lab";
static char address[] = "192.0.2.1";
static char version[] = "9.0";
static char newer[] = "10.0";

static void make(struct world *world) {
    *world = (struct world){ .listener = address, .switches = { office } };
    world->disk = (struct hv_vm_disk){ .medium = HV_MEDIUM_VHD, .path = disk_path };
    world->adapter = (struct hv_vm_adapter){ .connected = true, .switch_name = office };
    world->vm = (struct hv_vm_details){ .vm = { .state = 2, .operational_status = { 2, -1 } },
                                        .configuration_version = version,
                                        .memory_mib = 1024,
                                        .disks = &world->disk,
                                        .n_disks = 1,
                                        .adapters = &world->adapter,
                                        .n_adapters = 1 };
    world->source = (struct hv_host_info){ .migration_enabled = 1, .max_vm_migrations = 2, .authentication_type = 1 };
    world->destination = world->source;
    world->destination.listeners = &world->listener;
    world->destination.n_listeners = 1;
    world->volume = (struct hv_volume){ volume_name, INT64_C(1) << 40 };
    world->file = (struct hv_known_file){ disk_path, INT64_C(1) << 30 };
    world->target = (struct hv_disk_target){ disk_path, target_path };
    world->facts = (struct hv_preflight_facts){ .source = "hv01",
                                                .destination = "hv02",
                                                .vm = &world->vm,
                                                .source_info = &world->source,
                                                .destination_info = &world->destination,
                                                .switches_known = true,
                                                .switches = world->switches,
                                                .n_switches = 1,
                                                .free_memory_mib = 4096,
                                                .build = 17763,
                                                .volumes = &world->volume,
                                                .n_volumes = 1,
                                                .sources = &world->file,
                                                .n_sources = 1,
                                                .disks = &world->target,
                                                .n_disks = 1 };
}

/* The one finding has this code; NULL: there is none. */
static void finds(const struct world *world, const char *code) {
    struct hv_findings findings = { 0 };

    assert_int_equal(hv_preflight_judge(&world->facts, &findings, NULL), 0);
    if (!code && findings.n > 0)
        fail_msg("%s: %s", findings.items[0].code, findings.items[0].fact);
    if (code) {
        assert_int_equal(findings.n, 1);
        assert_string_equal(findings.items[0].code, code);
        assert_true(findings.items[0].text[0] && findings.items[0].fact[0]);
    }
    hv_findings_deinit(&findings);
}

static void nothing_is_said_without_a_reason(void **state) {
    struct world world;

    (void)state;
    make(&world);
    finds(&world, NULL);
    /* What a host does not tell is no reason. */
    world.source = (struct hv_host_info){ .migration_enabled = -1 };
    world.source.max_vm_migrations = -1;
    world.source.authentication_type = -1;
    world.facts.switches_known = false;
    world.facts.n_switches = 0;
    world.facts.build = -1;
    world.facts.free_memory_mib = -1;
    world.facts.replication_state = -1;
    world.volume.free_bytes = -1;
    world.vm.configuration_version = NULL;
    finds(&world, NULL);
}

#define SPOIL(code, change)                                                                                                      \
    do {                                                                                                                         \
        struct world world;                                                                                                      \
        make(&world);                                                                                                            \
        change;                                                                                                                  \
        finds(&world, code);                                                                                                     \
    } while (0)

static void hosts_are_judged(void **state) {
    (void)state;
    SPOIL("migration_disabled", world.source.migration_enabled = 0);
    SPOIL("migration_disabled", world.destination.migration_enabled = 0);
    SPOIL("no_listener", world.destination.n_listeners = 0);
    SPOIL("authentication_differs", world.source.authentication_type = 0);
    SPOIL("authentication_credssp", world.source.authentication_type = world.destination.authentication_type = 0);
    SPOIL("slots_full", world.source.active_vm_migrations = 2);
    SPOIL("slots_full", world.destination.max_vm_migrations = 0);
    SPOIL("configuration_version", world.vm.configuration_version = newer);
    SPOIL(NULL, world.facts.build = 20348; world.vm.configuration_version = newer);
    SPOIL("memory", world.facts.free_memory_mib = 1023);
    SPOIL(NULL, world.facts.free_memory_mib = 1; world.vm.vm.state = 3);
}

static void the_vm_is_judged(void **state) {
    (void)state;
    SPOIL("vm_busy", world.vm.vm.operational_status[1] = 32768);
    SPOIL("job_running", world.facts.running_job = lab);
    SPOIL("replication", world.facts.replication_state = 3);
    SPOIL("vm_exists", world.facts.is_there = true);
    SPOIL("planned_vm_exists", world.facts.is_planned = true);
    SPOIL("switch_missing", world.adapter.switch_name = lab);
    SPOIL(NULL, world.adapter.switch_name = lab; world.adapter.connected = false);
    SPOIL("checkpoints", world.vm.n_checkpoints = 1);
}

static void a_role_of_a_cluster_is_judged(void **state) {
    static char group[] = "one";
    static char node[] = "HV02";
    static char name[] = "hvc01";
    struct hv_cluster_role role = { .group = group, .owner = node };
    struct hv_cluster_node nodes[] = { { .name = node }, { .name = NULL } };
    struct hv_cluster cluster = { .name = name, .nodes = nodes, .n_nodes = 2, .roles = &role, .n_roles = 1 };
    struct hv_cluster_role odd_role = { .group = NULL };
    struct hv_cluster odd = { .roles = &odd_role, .n_roles = 1 };
    struct hv_cluster without = { .name = name, .nodes = nodes, .n_nodes = 2 };

    (void)state;
    SPOIL("clustered", world.facts.cluster = &cluster);
    SPOIL("clustered", world.facts.cluster = &odd);
    SPOIL(NULL, world.facts.cluster = &without);
}

static void disks_are_judged(void **state) {
    static char iso[] = "D:\\x.iso";
    static char share[] = "\\\\fs\\x.iso";
    static char shared[] = "D:\\x.vhds";
    static char differencing[] = "D:\\x.avhdx";

    (void)state;
    SPOIL("medium_attached", world.disk.medium = HV_MEDIUM_ISO; world.disk.path = iso);
    SPOIL(NULL, world.disk.medium = HV_MEDIUM_ISO; world.disk.path = share);
    SPOIL("passthrough_disk", world.disk.medium = HV_MEDIUM_PHYSICAL; world.disk.path = NULL);
    SPOIL("shared_disk", world.disk.path = shared);
    SPOIL("differencing_disk", world.disk.path = differencing);
    SPOIL("space", world.volume.free_bytes = 1 << 20);
    SPOIL(NULL, world.volume.free_bytes = 1 << 20; world.target.to = NULL);
    SPOIL("file_exists", world.facts.targets = &world.file; world.facts.n_targets = 1);
    SPOIL(NULL, world.facts.targets = &world.file; world.facts.n_targets = 1; world.facts.may_overwrite = true);
}

static void a_vm_that_is_not_there_cannot_be_judged(void **state) {
    static const struct talk lines[] = { { .says = { "ElementName" }, .body = TALK_ITEMS("") } };
    const struct hv_move_options options = { .vm = "app01", .destination_name = "hv02" };
    struct hv_task *task = NULL;
    size_t n = 1;

    (void)state;
    assert_int_equal(hv_preflight_new(&options, &task, NULL), 0);
    assert_int_equal(talk_run(task, lines, HV_ARRAY_SIZE(lines)), HV_E_NOT_FOUND);
    assert_null(hv_preflight_result(task, &n));
    assert_int_equal(n, 0);
    (void)hv_task_free(task);
}

#define GUID "0E2A5B6C-1111-4222-8333-444455556666"
#define DISK(instance, path)                                                                                                     \
    TALK_INSTANCE("Msvm_StorageAllocationSettingData", "<p:HostResource>" path "</p:HostResource><p:InstanceID>Microsoft:" GUID  \
                                                       "\\" instance "</p:InstanceID><p:ResourceType>31</p:ResourceType>"        \
                                                       "<p:ResourceSubType>Microsoft:Hyper-V:Virtual Hard Disk"                  \
                                                       "</p:ResourceSubType>")
#define VOLUME               TALK_INSTANCE("Win32_Volume", "<p:Name>D:\\</p:Name><p:FreeSpace>1048576</p:FreeSpace>")
#define FILE_OF(path, bytes) TALK_INSTANCE("CIM_DataFile", "<p:Name>" path "</p:Name><p:FileSize>" bytes "</p:FileSize>")
#define NONE(class)                                                                                                              \
    { .says = { class }, .body = TALK_ITEMS("") }
/* What a host says of itself, and nothing of it matters here. */
#define HOST                                                                                                                     \
    { .says = { "Msvm_VirtualSystemMigrationService" },                                                                          \
      .body = TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationService", "<p:Name>x</p:Name>")) },                           \
        { .says = { "Msvm_VirtualSystemMigrationServiceSettingData" },                                                           \
          .body =                                                                                                                \
              TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData", "<p:InstanceID>x</p:InstanceID>")) },    \
        NONE("Msvm_VirtualSystemMigrationNetworkSettingData")
/* The VM has two disks; up to what is asked about files. */
#define UP_TO_FILES                                                                                                              \
    { .says = { "Msvm_ComputerSystem" },                                                                                         \
      .body =                                                                                                                    \
          TALK_ITEMS(TALK_INSTANCE("Msvm_ComputerSystem", "<p:ElementName>app01</p:ElementName><p:Name>" GUID "</p:Name>")) },   \
        NONE("Msvm_VirtualSystemSettingData"),                                                                                   \
        { .says = { "Msvm_StorageAllocationSettingData" },                                                                       \
          .body = TALK_ITEMS(DISK("1", "C:\\a.vhdx") DISK("2", "C:\\b.vhdx")) },                                                 \
        NONE("Msvm_ResourceAllocationSettingData"), NONE("Msvm_SyntheticEthernetPortSettingData"),                               \
        NONE("Msvm_EmulatedEthernetPortSettingData"), NONE("Msvm_ProcessorSettingData"), NONE("Msvm_MemorySettingData"),         \
        NONE("Msvm_VirtualSystemMigrationService"), HOST, HOST, NONE("Job"), NONE("Job"), NONE("MSCluster_Resource"),            \
        NONE("Msvm_ComputerSystem"), NONE("Msvm_VirtualEthernetSwitch"), NONE("Msvm_ComputerSystem"),                            \
        NONE("Msvm_PlannedComputerSystem"), NONE("Win32_OperatingSystem"), {                                                     \
        .says = { "Win32_Volume" }, .body = TALK_ITEMS(VOLUME)                                                                   \
    }
#define SOURCE_FILES                                                                                                             \
    {                                                                                                                            \
        .says = { "CIM_DataFile", "C:\\\\a.vhdx", "C:\\\\b.vhdx" },                                                              \
        .body = TALK_ITEMS(FILE_OF("C:\\a.vhdx", "2097152") FILE_OF("C:\\b.vhdx", "2097152"))                                    \
    }

/* The codes of what is found, in order, are CODES, up to NULL. */
static void talk_finds(const struct hv_move_options *options, const struct talk *lines, size_t n_lines,
                       const char *const *codes) {
    struct hv_task *task = NULL;
    const struct hv_finding *findings;
    size_t n_seen = 0;
    size_t n = 0;

    assert_int_equal(hv_preflight_new(options, &task, NULL), 0);
    assert_int_equal(talk_run(task, lines, n_lines), 0);
    findings = hv_preflight_result(task, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(findings[i].code, "space") != 0 && strcmp(findings[i].code, "file_exists") != 0)
            continue;
        if (!codes[n_seen])
            fail_msg("%s: %s", findings[i].code, findings[i].fact);
        assert_string_equal(findings[i].code, codes[n_seen++]);
    }
    assert_null(codes[n_seen]);
    (void)hv_task_free(task);
}

static void disks_that_are_placed_one_by_one_are_looked_for(void **state) {
    static const struct hv_move_disk disk = { "a.vhdx", "D:\\New\\" };
    static const struct hv_move_disk rule = { "*b.vhdx", "D:\\Rule" };
    static const struct hv_move_disk parent = { "C:\\base.vhdx", "D:\\Base\\" };
    static const struct talk lines[] = { UP_TO_FILES,
                                         { .says = { "CIM_DataFile", "C:\\\\a.vhdx", "C:\\\\b.vhdx", "C:\\\\base.vhdx" },
                                           .body = TALK_ITEMS(FILE_OF("C:\\base.vhdx", "2097152")) },
                                         { .says = { "CIM_DataFile", "D:\\\\New\\\\a.vhdx", "D:\\\\Rule\\\\b.vhdx",
                                                     "D:\\\\Base\\\\base.vhdx" },
                                           .body = TALK_ITEMS(FILE_OF("D:\\Rule\\b.vhdx", "1")) } };
    const struct hv_move_options options = { .vm = "app01",
                                             .type = HV_MOVE_VM_AND_STORAGE,
                                             .destination_name = "hv02",
                                             .disks = &disk,
                                             .n_disks = 1,
                                             .rules = &rule,
                                             .n_rules = 1,
                                             .tuning = { .unmanaged = &parent, .n_unmanaged = 1 } };

    (void)state;
    talk_finds(&options, lines, HV_ARRAY_SIZE(lines), (const char *const[]){ "space", "file_exists", NULL });
}

static void nothing_is_said_of_disks_that_a_pool_places(void **state) {
    static const struct hv_move_disk rule = { "*c.vhdx", "D:\\Rule" };
    static const struct talk lines[] = { UP_TO_FILES, SOURCE_FILES };
    const struct hv_move_options options = { .vm = "app01",
                                             .type = HV_MOVE_VM_AND_STORAGE,
                                             .destination_name = "hv02",
                                             .config_path = "D:\\Machines",
                                             .rules = &rule,
                                             .n_rules = 1,
                                             .pool = "gold" };

    (void)state;
    talk_finds(&options, lines, HV_ARRAY_SIZE(lines), (const char *const[]){ NULL });
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_without_a_reason),
        cmocka_unit_test(hosts_are_judged),
        cmocka_unit_test(the_vm_is_judged),
        cmocka_unit_test(a_role_of_a_cluster_is_judged),
        cmocka_unit_test(disks_are_judged),
        cmocka_unit_test(a_vm_that_is_not_there_cannot_be_judged),
        cmocka_unit_test(disks_that_are_placed_one_by_one_are_looked_for),
        cmocka_unit_test(nothing_is_said_of_disks_that_a_pool_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
