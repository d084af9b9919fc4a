/* How a move is made: wishes checked, versions kept apart, and what the request says (hyperv.md 2.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"
#include "migration/tuning.h"

#define SETTINGS "Msvm_VirtualSystemMigrationSettingData"

static int init(struct hv_tuning *tuning, const struct hv_move_tuning *wish, enum hv_move_type type) {
    const struct hv_move_options options = { .vm = "app01", .type = type, .tuning = *wish };

    memset(tuning, 0, sizeof(*tuning));
    return hv_tuning_init(tuning, &options, NULL);
}

static char *say(const struct hv_tuning *tuning) {
    struct hv_instance *instance = NULL;
    char *text = NULL;

    assert_int_equal(hv_instance_new(SETTINGS, NULL, &instance, NULL), 0);
    assert_int_equal(hv_tuning_apply(tuning, instance, NULL), 0);
    assert_int_equal(hv_instance_to_text(instance, &text, NULL), 0);
    (void)hv_instance_free(instance);
    return text;
}

static void nothing_is_said_that_was_not_asked_for(void **state) {
    const struct hv_move_tuning wish = { 0 };
    struct hv_tuning tuning;
    char *text;

    (void)state;
    assert_int_equal(init(&tuning, &wish, HV_MOVE_VM), 0);
    assert_int_equal(tuning.transport, 5);
    assert_false(hv_tuning_is_gated(&tuning));
    text = say(&tuning);
    assert_null(strstr(text, "PROPERTY"));
    free(text);
    hv_tuning_deinit(&tuning);
    assert_int_equal(init(&tuning, &wish, HV_MOVE_STORAGE), 0);
    assert_int_equal(tuning.transport, 0);
    hv_tuning_deinit(&tuning);
}

static void every_wish_is_one_property(void **state) {
    static const char *const ips[] = { "192.0.2.1", "fd00::1" };
    static const struct hv_move_disk parents[] = { { "C:\\p\\a&b.vhdx", "D:\\q\\" } };
    const struct hv_move_tuning wish = {
        .destination_ips = ips,
        .n_destination_ips = 2,
        .compression = HV_CHOICE_NO,
        .cancel_on_long_blackout = true,
        .cpu_cap = HV_CPU_CAP_HIGH,
        .overwrite = true,
        .keep_source = true,
        .avoid_removing_vhds = true,
        .unmanaged = parents,
        .n_unmanaged = 1,
        .remove_source_unmanaged = true,
    };
    static const char *const pieces[] = {
        "NAME=\"AllowOverwriteExistingFile\" TYPE=\"boolean\"",
        "NAME=\"AvoidRemovingVHDs\" TYPE=\"boolean\"",
        "NAME=\"CancelIfBlackoutThresholdExceeded\" TYPE=\"boolean\"",
        "NAME=\"CPUCappingMagnitude\" TYPE=\"uint16\"><VALUE>2<",
        "<VALUE>192.0.2.1</VALUE><VALUE>fd00::1</VALUE>",
        "NAME=\"EnableCompression\" TYPE=\"boolean\"><VALUE>false<",
        "NAME=\"RemoveSourceUnmanagedVhds\" TYPE=\"boolean\"",
        "NAME=\"RetainVhdCopiesOnSource\" TYPE=\"boolean\"",
        "NAME=\"UnmanagedVhds\" TYPE=\"string\"",
        "Msvm_MoveUnmanagedVhd",
        "D:\\q\\a",
    };
    struct hv_tuning tuning;
    char *text;

    (void)state;
    assert_int_equal(init(&tuning, &wish, HV_MOVE_VM_AND_STORAGE), 0);
    text = say(&tuning);
    for (size_t i = 0; i < HV_ARRAY_SIZE(pieces); i++) {
        if (!strstr(text, pieces[i]))
            fail_msg("%s is not in %s", pieces[i], text);
    }
    free(text);
    hv_tuning_deinit(&tuning);
}

static void wishes_that_cannot_be_are_refused(void **state) {
    static const char *const bad_ip[] = { "hv02" };
    static const struct hv_move_disk relative[] = { { "a.vhdx", "D:\\b.vhdx" } };
    static const struct {
        struct hv_move_tuning wish;
        enum hv_move_type type;
    } cases[] = {
        { { .network = "192.0.2.0" }, HV_MOVE_VM },
        { { .network = "192.0.2.0/24", .destination_ips = bad_ip, .n_destination_ips = 1 }, HV_MOVE_VM },
        { { .destination_ips = bad_ip, .n_destination_ips = 1 }, HV_MOVE_VM },
        { { .smb = true, .compression = HV_CHOICE_YES }, HV_MOVE_VM },
        { { .smb = true }, HV_MOVE_STORAGE },
        { { .cpu_cap = HV_CPU_CAP_LOW }, HV_MOVE_STORAGE },
        { { .network = "192.0.2.0/24" }, HV_MOVE_STORAGE },
        { { .processor_pool = "gold" }, HV_MOVE_STORAGE },
        { { .unmanaged = relative, .n_unmanaged = 1 }, HV_MOVE_VM_AND_STORAGE },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        struct hv_tuning tuning;
        assert_int_equal(init(&tuning, &cases[i].wish, cases[i].type), HV_E_ARGUMENT);
        hv_tuning_deinit(&tuning);
    }
}

static void a_template_tells_what_a_host_knows(void **state) {
    static const struct hv_move_disk parents[] = { { "C:\\a.vhdx", "D:\\b.vhdx" } };
    static const struct {
        struct hv_move_tuning wish;
        const char *shown; /* the property that settles it */
        const char *lack;
    } cases[] = {
        { { .compression = HV_CHOICE_YES }, "EnableCompression", "EnableCompression" },
        { { .smb = true }, "EnableCompression", "EnableCompression" },
        { { .overwrite = true }, "AllowOverwriteExistingFile", "AllowOverwriteExistingFile" },
        { { .avoid_removing_vhds = true }, "AvoidRemovingVHDs", "AvoidRemovingVHDs" },
        { { .cancel_on_long_blackout = true }, "CancelIfBlackoutThresholdExceeded", "CancelIfBlackoutThresholdExceeded" },
        { { .cpu_cap = HV_CPU_CAP_NORMAL }, "CPUCappingMagnitude", "CPUCappingMagnitude" },
        { { .remove_source_unmanaged = true }, "RemoveSourceUnmanagedVhds", "RemoveSourceUnmanagedVhds" },
        { { .unmanaged = parents, .n_unmanaged = 1 }, "RemoveSourceUnmanagedVhds", "UnmanagedVhds" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        struct hv_instance *template = NULL;
        struct hv_tuning_seen seen = { 0 };
        struct hv_tuning_lack lack;
        struct hv_tuning tuning;

        assert_int_equal(init(&tuning, &cases[i].wish, HV_MOVE_VM_AND_STORAGE), 0);
        assert_true(hv_tuning_is_gated(&tuning));
        assert_true(hv_tuning_lacks(&tuning, &seen, &lack));
        assert_string_equal(lack.property, cases[i].lack);
        assert_int_equal(hv_instance_new(SETTINGS, NULL, &template, NULL), 0);
        assert_int_equal(hv_instance_set(template, cases[i].shown, HV_CIM_STRING, NULL, NULL), 0); /* null, but there */
        hv_tuning_see_instance(&seen, template);
        assert_false(hv_tuning_lacks(&tuning, &seen, &lack));
        (void)hv_instance_free(template);
        hv_tuning_deinit(&tuning);
    }
}

static void listeners_are_chosen_by_their_network(void **state) {
    static const char *const listeners[] = { "192.0.2.7", "fe80::1%12", "198.51.100.7", "nonsense", "192.0.2.9" };
    const struct hv_move_tuning near = { .network = "192.0.2.0/24" };
    const struct hv_move_tuning far = { .network = "203.0.113.0/24" };
    struct hv_instance *service = NULL;
    struct hv_tuning tuning;

    (void)state;
    assert_int_equal(hv_instance_new("S", NULL, &service, NULL), 0);
    assert_int_equal(hv_instance_set_array(service, "L", HV_CIM_STRING, listeners, HV_ARRAY_SIZE(listeners), NULL), 0);
    assert_int_equal(init(&tuning, &near, HV_MOVE_VM), 0);
    assert_int_equal(hv_tuning_choose(&tuning, hv_instance_find(service, "L"), NULL), 0);
    assert_int_equal(tuning.n_addresses, 2);
    assert_string_equal(tuning.addresses[1], "192.0.2.9");
    hv_tuning_deinit(&tuning);
    assert_int_equal(init(&tuning, &far, HV_MOVE_VM), 0);
    assert_int_equal(hv_tuning_choose(&tuning, hv_instance_find(service, "L"), NULL), 1);
    assert_int_equal(hv_tuning_choose(&tuning, NULL, NULL), 1);
    hv_tuning_deinit(&tuning);
    (void)hv_instance_free(service);
}

static void patterns_fit_whole_texts(void **state) {
    static const struct {
        const char *text;
        const char *pattern;
        bool fits;
    } cases[] = {
        { "C:\\a\\Log.vhdx", "*log*", true },
        { "C:\\a\\log.vhdx", "log", false },
        { "abc", "a?c", true },
        { "ac", "a?c", false },
        { "", "*", true },
        { "", "", true },
        { "a", "", false },
        { "aXbXc", "a*b*c", true },
        { "aXbX", "a*b*c", false },
        { "aaab", "*a?b", true },
        { "C:\\x\\y.vhdx", "C:\\*\\*.vhdx", true },
        { "C:\\x.vhdx", "D:*", false },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        if (hv_text_fits(cases[i].text, cases[i].pattern) != cases[i].fits)
            fail_msg("%s %s %s", cases[i].text, cases[i].fits ? "must fit" : "must not fit", cases[i].pattern);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_that_was_not_asked_for), cmocka_unit_test(every_wish_is_one_property),
        cmocka_unit_test(wishes_that_cannot_be_are_refused),      cmocka_unit_test(a_template_tells_what_a_host_knows),
        cmocka_unit_test(listeners_are_chosen_by_their_network),  cmocka_unit_test(patterns_fit_whole_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
