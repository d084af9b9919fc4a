/* Changing host settings: what is sent, when nothing is, and what the end proves (hyperv.md 4h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hvctl/host.h>

#include "base/size.h"
#include "control_bench.h"

#define SERVICE                                                                                                                  \
    TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationService",                                                               \
                             "<p:CreationClassName>Msvm_VirtualSystemMigrationService</p:CreationClassName>"                     \
                             "<p:Name>migrationwmi</p:Name><p:SystemName>HV01</p:SystemName>"))
#define SETTINGS_OF(max, more)                                                                                                   \
    TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData",                                                    \
                             "<p:AuthenticationType>1</p:AuthenticationType>" more                                               \
                             "<p:EnableVirtualSystemMigration>true</p:EnableVirtualSystemMigration>"                             \
                             "<p:InstanceID>Microsoft:X</p:InstanceID>"                                                          \
                             "<p:MaximumActiveVirtualSystemMigration>" max "</p:MaximumActiveVirtualSystemMigration>"))
#define MODERN        "<p:EnableCompression>true</p:EnableCompression><p:EnableSmbTransport>false</p:EnableSmbTransport>"
#define SETTINGS(max) SETTINGS_OF(max, MODERN)
#define NETWORK(metric)                                                                                                          \
    TALK_INSTANCE("Msvm_VirtualSystemMigrationNetworkSettingData",                                                               \
                  "<p:InstanceID>Microsoft:N</p:InstanceID><p:Metric>" metric "</p:Metric><p:PrefixLength>24</p:PrefixLength>"   \
                  "<p:SubnetNumber>192.0.2.0</p:SubnetNumber><p:Tags>Microsoft:UserManaged</p:Tags>")

#define READ(settings, networks)                                                                                                 \
    { .says = { "v2/Msvm_VirtualSystemMigrationService<" }, .body = SERVICE }, { .body = settings }, {                           \
        .body = TALK_ITEMS(networks)                                                                                             \
    }

static struct hv_task *change(int64_t max, const struct hv_network_change *network, bool dry_run) {
    struct hv_host_change wish;
    struct hv_task *task = NULL;

    hv_host_change_init(&wish);
    wish.host = "hv01";
    wish.dry_run = dry_run;
    wish.max_vm_migrations = max;
    wish.network = network;
    assert_int_equal(hv_host_change_new(&wish, &task, NULL), 0);
    return task;
}

#define RUN(task, lines) talk_run(task, lines, HV_ARRAY_SIZE(lines))

static void settings_are_read_changed_and_read_again(void **state) {
    /* All that the host has goes back, with the key as it was read. */
    static const struct talk lines[] = {
        READ(SETTINGS("2"), ""),
        { .says = { "Msvm_VirtualSystemMigrationService/ModifyServiceSettings<", "Name=\"Name\">migrationwmi<", "Microsoft:X",
                    "EnableCompression", "MaximumActiveVirtualSystemMigration" },
          .body = TALK_RETURN("0") },
        READ(SETTINGS("9"), ""),
    };
    struct hv_task *task = change(9, NULL, false);
    const struct hv_host_change_result *result;

    (void)state;
    assert_null(hv_host_change_result(task));
    assert_int_equal(RUN(task, lines), 0);
    result = hv_host_change_result(task);
    assert_int_equal(result->n_differences, 1);
    assert_string_equal(result->differences[0].setting, "max_vm_migrations");
    assert_string_equal(result->differences[0].a, "2");
    assert_string_equal(result->differences[0].b, "9");
    assert_int_equal(result->before->max_vm_migrations, 2);
    assert_int_equal(result->after->max_vm_migrations, 9);
    (void)hv_task_free(task);
}

static void what_is_so_already_is_left_alone(void **state) {
    static const struct talk lines[] = { READ(SETTINGS("9"), "") };
    struct hv_task *task = change(9, NULL, false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    assert_int_equal(hv_host_change_result(task)->n_differences, 0);
    (void)hv_task_free(task);
}

static void a_dry_run_only_reads(void **state) {
    static const struct talk lines[] = { READ(SETTINGS("2"), "") };
    struct hv_task *task = change(9, NULL, true);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    assert_int_equal(hv_host_change_result(task)->after->max_vm_migrations, 9);
    assert_int_equal(hv_host_change_result(task)->n_differences, 1);
    (void)hv_task_free(task);
}

static void a_job_is_followed_to_its_end(void **state) {
    static const struct talk lines[] = {
        READ(SETTINGS("2"), ""),
        { .body = TALK_STARTED },
        { .kind = TALK_SHOW_JOB, .body = TALK_JOB("4", "") },
        { .kind = TALK_SHOW_JOB, .body = TALK_JOB("7", "") },
        READ(SETTINGS("9"), ""),
    };
    struct hv_task *task = change(9, NULL, false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    (void)hv_task_free(task);
}

static void a_failed_job_tells_why(void **state) {
    static const struct talk lines[] = {
        READ(SETTINGS("2"), ""),
        { .body = TALK_STARTED },
        { .kind = TALK_SHOW_JOB, .body = TALK_JOB("10", "<p:ErrorCode>32768</p:ErrorCode>") },
        { .says = { "Msvm_ConcreteJob/GetErrorEx<", TALK_JOB_ID }, .body = TALK_ERRORS("It cannot be (0x80070005).") },
        READ(SETTINGS("2"), ""),
    };
    struct hv_task *task = change(9, NULL, false);
    const struct hv_error *error;

    (void)state;
    assert_int_not_equal(RUN(task, lines), 0);
    (void)hv_task_result(task, &error);
    assert_string_equal(error->message, "hv01 was not able to change its migration settings");
    assert_non_null(strstr(error->cause, "It cannot be"));
    assert_int_equal(error->hresult, 0x80070005);
    assert_null(hv_host_change_result(task));
    (void)hv_task_free(task);
}

/* The call answered ANSWER (NULL: it failed with CODE), and the host shows MAX afterwards. */
static int settle(const struct talk *answer, const char *settings) {
    const struct talk lines[] = { READ(SETTINGS("2"), ""), *answer, READ(settings, "") };
    struct hv_task *task = change(9, NULL, false);
    int result = RUN(task, lines);

    (void)hv_task_free(task);
    return result;
}

static void what_the_host_shows_decides(void **state) {
    static const struct talk lost = { .kind = TALK_FAIL, .code = HV_E_LOST };
    static const struct talk doubtful = { .body = TALK_RETURN("32771") };
    static const struct talk yes = { .body = TALK_RETURN("0") };
    static const struct talk nameless = { .body = TALK_RETURN("4096") };

    (void)state;
    assert_int_equal(settle(&lost, SETTINGS("9")), 0);
    assert_int_equal(settle(&lost, SETTINGS("2")), HV_E_UNKNOWN_OUTCOME);
    assert_int_equal(settle(&doubtful, SETTINGS("9")), 0);
    assert_int_equal(settle(&nameless, SETTINGS("9")), 0);
    assert_int_equal(settle(&yes, SETTINGS("2")), HV_E_FAILED);
}

static void what_cannot_be_seen_afterwards_is_said_to_be_unknown(void **state) {
    static const struct talk lines[] = { READ(SETTINGS("2"), ""),
                                         { .body = TALK_RETURN("0") },
                                         { .kind = TALK_FAIL, .code = HV_E_UNREACHABLE } };
    struct hv_task *task = change(9, NULL, false);
    const struct hv_error *error;

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_UNKNOWN_OUTCOME);
    (void)hv_task_result(task, &error);
    assert_non_null(strstr(error->message, "hv01 was asked to change its migration settings, and then lost from sight"));
    (void)hv_task_free(task);
}

static void who_stops_before_the_look_does_not_call_it_off(void **state) {
    static const struct talk lines[] = { READ(SETTINGS("2"), ""), { .body = TALK_RETURN("0") }, { .kind = TALK_DETACH } };
    struct hv_task *task = change(9, NULL, false);

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_DETACHED);
    (void)hv_task_free(task);
}

static void a_refusal_needs_no_second_look(void **state) {
    static const struct talk lines[] = { READ(SETTINGS("2"), ""), { .body = TALK_RETURN("32769") } };
    static const struct talk unsent[] = { READ(SETTINGS("2"), ""), { .kind = TALK_FAIL, .code = HV_E_UNREACHABLE } };
    struct hv_task *task = change(9, NULL, false);
    const struct hv_error *error;

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_DENIED);
    (void)hv_task_result(task, &error);
    assert_true(error->has_return_value);
    assert_int_equal(error->return_value, 32769);
    (void)hv_task_free(task);
    task = change(9, NULL, false);
    assert_int_equal(RUN(task, unsent), HV_E_UNREACHABLE);
    (void)hv_task_free(task);
}

static void a_job_that_vanished_is_looked_for_by_its_deed(void **state) {
    static const struct talk lines[] = {
        READ(SETTINGS("2"), ""), { .body = TALK_STARTED }, { .kind = TALK_NO_JOB }, { .kind = TALK_FAIL, .code = HV_E_NOT_FOUND },
        READ(SETTINGS("9"), ""),
    };
    static const struct talk back[] = {
        READ(SETTINGS("2"), ""),
        { .body = TALK_STARTED },
        { .kind = TALK_NO_JOB },
        { .says = { "/Get<", TALK_JOB_ID }, .body = TALK_JOB("4", "") },
        { .kind = TALK_SHOW_JOB, .body = TALK_JOB("7", "") },
        READ(SETTINGS("9"), ""),
    };
    struct hv_task *task = change(9, NULL, false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    (void)hv_task_free(task);
    task = change(9, NULL, false);
    assert_int_equal(RUN(task, back), 0);
    (void)hv_task_free(task);
}

static void who_waits_no_more_is_told_of_the_job(void **state) {
    static const struct talk lines[] = { READ(SETTINGS("2"), ""), { .body = TALK_STARTED }, { .kind = TALK_DETACH } };
    static const struct talk early[] = { READ(SETTINGS("2"), ""), { .kind = TALK_DETACH }, { .body = TALK_STARTED } };
    struct hv_task *task = change(9, NULL, false);
    const struct hv_error *error;

    (void)state;
    assert_int_equal(RUN(task, lines), HV_E_DETACHED);
    (void)hv_task_result(task, &error);
    assert_non_null(strstr(error->cause, TALK_JOB_ID));
    (void)hv_task_free(task);
    task = change(9, NULL, false);
    assert_int_equal(RUN(task, early), HV_E_DETACHED);
    (void)hv_task_free(task);
}

static void an_old_host_lacks_a_setting(void **state) {
    static const struct talk lines[] = { READ(SETTINGS_OF("2", ""), "") };
    struct hv_host_change wish;
    struct hv_task *task = NULL;

    (void)state;
    hv_host_change_init(&wish);
    wish.smb_transport = 1;
    assert_int_equal(hv_host_change_new(&wish, &task, NULL), 0);
    assert_int_equal(RUN(task, lines), HV_E_ARGUMENT);
    (void)hv_task_free(task);
    wish.smb_transport = 2;
    assert_int_equal(hv_host_change_new(&wish, &task, NULL), HV_E_ARGUMENT);
}

/* ---- networks ---- */

static void a_network_is_added_with_the_tag_of_an_administrator(void **state) {
    static const struct hv_network_change add = { .verb = HV_NETWORK_ADD, .network = "192.0.2.0/24", .metric = -1 };
    static const struct talk lines[] = {
        READ(SETTINGS("2"), ""),
        { .says = { "/AddNetworkSettings<", "192.0.2.0", "PrefixLength", "Microsoft:UserManaged" }, .body = TALK_RETURN("0") },
        READ(SETTINGS("2"), NETWORK("7")), /* the metric is the host's to choose */
    };
    struct hv_task *task = change(-1, &add, false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    assert_string_equal(hv_host_change_result(task)->differences[0].setting, "network 192.0.2.0/24");
    assert_null(hv_host_change_result(task)->differences[0].a);
    assert_string_equal(hv_host_change_result(task)->differences[0].b, "metric 7, Microsoft:UserManaged");
    (void)hv_task_free(task);
}

static void a_network_that_is_there_gets_the_metric(void **state) {
    static const struct hv_network_change add = { .verb = HV_NETWORK_ADD, .network = "192.0.2.0/24", .metric = 5 };
    static const struct talk lines[] = {
        READ(SETTINGS("2"), NETWORK("7")),
        { .says = { "/ModifyNetworkSettings<", "Microsoft:N", "Metric" }, .body = TALK_RETURN("0") },
        READ(SETTINGS("2"), NETWORK("5")),
    };
    struct hv_task *task = change(-1, &add, false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    (void)hv_task_free(task);
}

static void a_network_is_removed_by_its_reference(void **state) {
    static const struct hv_network_change gone = { .verb = HV_NETWORK_REMOVE, .network = "192.0.2.0/24", .metric = -1 };
    static const struct talk lines[] = {
        READ(SETTINGS("2"), NETWORK("7")),
        { .says = { "/RemoveNetworkSettings<", "Name=\"InstanceID\">Microsoft:N<" }, .body = TALK_RETURN("0") },
        READ(SETTINGS("2"), ""),
    };
    static const struct talk absent[] = { READ(SETTINGS("2"), "") };
    struct hv_task *task = change(-1, &gone, false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    (void)hv_task_free(task);
    task = change(-1, &gone, false);
    assert_int_equal(RUN(task, absent), 0);
    (void)hv_task_free(task);
}

static void networks_that_are_none_are_refused_at_once(void **state) {
    static const char *const bad[] = { "192.0.2.1/24", "192.0.2.0", "", "x/8" };
    struct hv_network_change add = { .verb = HV_NETWORK_ADD, .metric = -1 };
    struct hv_host_change wish;
    struct hv_task *task = NULL;

    (void)state;
    hv_host_change_init(&wish);
    wish.network = &add;
    for (size_t i = 0; i < HV_ARRAY_SIZE(bad); i++) {
        add.network = bad[i];
        assert_int_equal(hv_host_change_new(&wish, &task, NULL), HV_E_ARGUMENT);
    }
    add.network = "192.0.2.0/24";
    wish.max_vm_migrations = 1;
    assert_int_equal(hv_host_change_new(&wish, &task, NULL), HV_E_ARGUMENT);
}

static void two_hosts_are_compared_by_their_settings(void **state) {
    struct hv_migration_network net = { .subnet = (char[]){ "fd00:0::" }, .prefix_length = 64, .metric = 1 };
    struct hv_migration_network same = { .subnet = (char[]){ "FD00::" }, .prefix_length = 64, .metric = 1 };
    struct hv_host_info a = {
        .migration_enabled = 1, .authentication_type = 0, .compression = -1, .networks = &net, .n_networks = 1
    };
    struct hv_host_info b = a;
    struct hv_host_difference *differences = NULL;
    size_t n = 1;

    (void)state;
    b.name = (char[]){ "other" };
    b.active_vm_migrations = 4;
    b.networks = &same;
    assert_int_equal(hv_host_diff(&a, &b, &differences, &n, NULL), 0);
    assert_int_equal(n, 0);
    hv_host_differences_free(differences, n);
    b.authentication_type = 1;
    b.compression = 0;
    b.n_networks = 0;
    assert_int_equal(hv_host_diff(&a, &b, &differences, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_string_equal(differences[0].setting, "authentication");
    assert_string_equal(differences[0].a, "credssp");
    assert_string_equal(differences[0].b, "kerberos");
    assert_null(differences[1].a);
    assert_string_equal(differences[1].b, "no");
    assert_string_equal(differences[2].setting, "network fd00:0::/64");
    assert_null(differences[2].b);
    hv_host_differences_free(differences, n);
    hv_host_differences_free(NULL, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_read_changed_and_read_again),
        cmocka_unit_test(what_is_so_already_is_left_alone),
        cmocka_unit_test(a_dry_run_only_reads),
        cmocka_unit_test(a_job_is_followed_to_its_end),
        cmocka_unit_test(a_failed_job_tells_why),
        cmocka_unit_test(what_the_host_shows_decides),
        cmocka_unit_test(what_cannot_be_seen_afterwards_is_said_to_be_unknown),
        cmocka_unit_test(who_stops_before_the_look_does_not_call_it_off),
        cmocka_unit_test(a_refusal_needs_no_second_look),
        cmocka_unit_test(a_job_that_vanished_is_looked_for_by_its_deed),
        cmocka_unit_test(who_waits_no_more_is_told_of_the_job),
        cmocka_unit_test(an_old_host_lacks_a_setting),
        cmocka_unit_test(a_network_is_added_with_the_tag_of_an_administrator),
        cmocka_unit_test(a_network_that_is_there_gets_the_metric),
        cmocka_unit_test(a_network_is_removed_by_its_reference),
        cmocka_unit_test(networks_that_are_none_are_refused_at_once),
        cmocka_unit_test(two_hosts_are_compared_by_their_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
