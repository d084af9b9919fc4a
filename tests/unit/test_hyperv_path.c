/* WMI object paths and InstanceIDs inside texts (hyperv.md 1.3, 2.10, 2.11). */
#include "support/make.h"

#include "base/size.h"
#include "hyperv/path.h"
#include "support/failmalloc.h"

#define VM  "A1A1A1A1-0000-4000-8000-000000000001"
#define CTL "0F0F0F0F-1111-4000-8000-00000000000A"
#define V2  "\\\\HV01.example.test\\root\\virtualization\\v2:"

static void keys_are_found_by_name(void **state) {
    (void)state;
    static const struct {
        const char *path;
        const char *key;
        const char *value;
    } rows[] = {
        { V2 "Msvm_VirtualEthernetSwitch.CreationClassName=\"Msvm_VirtualEthernetSwitch\",Name=\"" VM "\"", "Name", VM },
        { V2 "Msvm_VirtualEthernetSwitch.CreationClassName=\"a.b\",Name=\"x\"", "creationclassname", "a.b" },
        { V2 "Msvm_X.InstanceID=\"Microsoft:" VM "\\\\" CTL "\"", "InstanceID", "Microsoft:" VM "\\" CTL },
        { "Msvm_X.Name=\"no host\"", "Name", "no host" },
        { "root\\virtualization\\v2:Msvm_X.Name='single, \"quoted\"',Other=\"y\"", "Other", "y" },
        { "//HV01/root/virtualization/v2:Msvm_X.Name=\"slashes\"", "Name", "slashes" },
        { V2 "Msvm_X.Name=\"say \\\"x, Other=\\\"\",Other=\"y\"", "Other", "y" },
        { V2 "Msvm_X.Name=\"say \\\"x\\\"\"", "Name", "say \"x\"" },
        { V2 "Msvm_X.Number=5,Name=\"\"", "Number", "5" },
        { V2 "Msvm_X.Number=5,Name=\"\"", "Name", "" },
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_FREE char *value = NULL;
        assert_int_equal(hv_path_key(rows[i].path, rows[i].key, &value, NULL), 0);
        assert_string_equal(value, rows[i].value);
    }
}

static void what_is_no_path_has_no_key(void **state) {
    (void)state;
    static const char *const paths[] = {
        "",
        "C:\\disk.vhdx",
        "\\\\server\\share\\disk.vhdx",
        "Msvm_X",
        "Msvm_X.",
        "Msvm_X.Nam",
        "Msvm_X.Name",
        "Msvm_X.Name=\"not closed",
        "Msvm_X.Name=\"ends in escape\\",
        "Msvm_X.Other=\"Name=\"",
        "Msvm_X.NameX=\"x\"",
        "Msvm_X=@",
        "\"Msvm.Name=\"x\"",
    };
    char *value = NULL;
    assert_int_equal(hv_path_key(NULL, "Name", &value, NULL), 1);
    for (size_t i = 0; i < HV_ARRAY_SIZE(paths); i++) {
        assert_int_equal(hv_path_key(paths[i], "Name", &value, NULL), 1);
        assert_null(value);
    }
}

static int key_once(void *context) {
    HV_CLEANUP_FREE char *value = NULL;
    return hv_path_key(context, "Name", &value, NULL);
}

static void refused_memory_is_reported(void **state) {
    (void)state;
    char path[] = "Msvm_X.Name=\"x\"";
    assert_int_equal(failmalloc_each(key_once, path), 1);
}

static void setting_ids_tell_owner_and_place(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t controller;
        int64_t slot;
    } rows[] = {
        { "Microsoft:" VM, -1, -1 },
        { "microsoft:a1a1a1a1-0000-4000-8000-000000000001", -1, -1 },
        { "Microsoft:" VM "\\" CTL "\\0\\1\\L", 0, 1 },
        { "Microsoft:" VM "\\" CTL "\\3\\62\\D", 3, 62 },
        { "Microsoft:" VM "\\" CTL "\\3", 3, -1 },
        { "Microsoft:" VM "\\" CTL "\\x\\1\\L", -1, -1 },
        { "Microsoft:" VM "\\" CTL "\\0\\99999999999\\L", 0, -1 },
        { "Microsoft:" VM "\\" CTL, -1, -1 },
        { "Microsoft:" VM "\\", -1, -1 },
        { "Microsoft:" VM "\\something", -1, -1 },
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_setting_id id;
        assert_true(hv_setting_id_parse(rows[i].text, &id));
        assert_string_equal(id.owner, VM);
        assert_int_equal(id.controller, rows[i].controller);
        assert_int_equal(id.slot, rows[i].slot);
    }
}

static void other_ids_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "Microsoft:",
        "Microsoft:A1A1A1A1",
        "Microsoft:Definition\\" VM "\\Default",
        "Microsoft:VirtualSystemAndStorage",
        "Contoso:" VM,
        VM,
        "Microsoft:" VM "X",
        "Microsoft:" VM "/" CTL,
    };
    struct hv_setting_id id = { .controller = 77 };
    assert_false(hv_setting_id_parse(NULL, &id));
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++)
        assert_false(hv_setting_id_parse(texts[i], &id));
    assert_int_equal(id.controller, 77);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_found_by_name),     cmocka_unit_test(what_is_no_path_has_no_key),
        cmocka_unit_test(refused_memory_is_reported), cmocka_unit_test(setting_ids_tell_owner_and_place),
        cmocka_unit_test(other_ids_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
