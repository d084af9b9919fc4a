/* Parameters and selectors from the command line: what they become on the wire, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/size.h"
#include "cim/params.h"
#include "cli/param.h"
#include "cli/types.h"
#include "support/failmalloc.h"
#include "xml/writer.h"

/* The parameters as they would be sent; free() it. */
static char *written(const struct hv_params *params) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(65536);
    struct hv_xml_writer writer;
    char *text = NULL;

    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    assert_int_equal(hv_params_write(params, &writer, "M_INPUT", "http://x/A", NULL), 0);
    assert_int_equal(hv_xml_writer_finish(&writer, "a request", NULL), 0);
    assert_int_equal(hv_buf_take(&buf, "a request", &text, NULL), 0);
    return text;
}

static char *sent(const char *pair) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    struct hv_error err = { 0 };

    assert_int_equal(hv_params_new(&params, NULL), 0);
    if (hv_param_add(params, NULL, pair, &err) != 0)
        fail_msg("%s: %s", pair, err.message);
    return written(params);
}

static void has(const char *pair, const char *part) {
    HV_CLEANUP_FREE char *text = sent(pair);

    if (!strstr(text, part))
        fail_msg("%s gives %s", pair, text);
}

static void texts_stay_as_they_are(void **state) {
    (void)state;

    has("Name=a&b=c", "a&amp;b=c<");
    has("Id={0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001}", ">{0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001}<");
    has("Empty=", "Empty");
}

static void a_file_gives_its_bytes(void **state) {
    char path[] = "/tmp/hvctl-test-XXXXXX";
    HV_CLEANUP_FREE char *pair = NULL;
    int fd = mkstemp(path);
    (void)state;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "{\"<x>", 5), 5);
    assert_int_equal(close(fd), 0);
    assert_true(asprintf(&pair, "Data=@%s", path) > 0);
    has(pair, "{&quot;&lt;x&gt;");
    (void)unlink(path);
}

static void json_gives_a_reference(void **state) {
    (void)state;

    has("VM={\"resource_uri\": \"http://x/VM\", \"selectors\": {\"Name\": \"a\", \"N\": 2}}", "http://x/VM");
    has("VM={\"resource_uri\": \"http://x/VM\", \"selectors\": {\"Name\": \"a\", \"N\": 2}}", ">2<");
    /* A class name stands for its resource in the namespace of Hyper-V. */
    has("VM={\"resource_uri\": \"Msvm_ComputerSystem\"}", "/root/virtualization/v2/Msvm_ComputerSystem");
}

static void json_gives_an_instance_typed_by_the_class(void **state) {
    (void)state;

    has("S={\"class\": \"Msvm_VirtualSystemMigrationSettingData\", \"properties\": {\"MigrationType\": 32768}}", "uint16");
    has("S={\"class\": \"Msvm_VirtualSystemMigrationSettingData\", \"properties\": {\"MigrationType\": 32768}}", "32768");
    has("S={\"class\": \"Msvm_StorageAllocationSettingData\", \"properties\": {\"HostResource\": \"C:\\\\x\"}}",
        "PROPERTY.ARRAY");
    has("S={\"class\": \"Msvm_StorageAllocationSettingData\", \"properties\": {\"HostResource\": [\"\"]}}", "VALUE.ARRAY");
}

static void an_inline_instance_is_elements(void **state) {
    static const char pair[] = "S={\"inline\": {\"class\": \"Msvm_StorageAllocationSettingData\","
                               " \"properties\": {\"HostResource\": [\"a & b\", \"\"], \"Limit\": 5}}}";
    (void)state;

    has(pair, " xsi:type=\"p1:Msvm_StorageAllocationSettingData_Type\">");
    has(pair, "<p1:HostResource>a &amp; b</p1:HostResource><p1:HostResource></p1:HostResource><p1:Limit>5</p1:Limit>");
}

static void dates_are_told_apart_from_texts(void **state) {
    (void)state;

    has("D={\"datetime\": \"2024-05-01T10:11:12Z\"}", ">2024-05-01T10:11:12Z</cim:Datetime>");
    has("D={\"datetime\": \"PT30M\"}", ">PT30M</cim:Interval>");
    has("D=2024-05-01T10:11:12Z", "D>2024-05-01T10:11:12Z</");
}

static const struct {
    const char *pair;
    const char *message;
} refused[] = {
    { "noequals", "no NAME=VALUE form" },
    { "=x", "no NAME=VALUE form" },
    { "A=@/nonexistent/file", "cannot be opened" },
    { "A={\"resource_uri\": ", "is no JSON" },
    { "A={\"x\": 1}", "neither a reference nor an instance" },
    { "A={\"resource_uri\": 1}", "is no reference" },
    { "A={\"resource_uri\": \"http://x/y\", \"selectors\": []}", "is no reference" },
    { "A={\"resource_uri\": \"http://x/y\", \"selectors\": {\"a\": null}}", "selector \"a\" is null" },
    { "A={\"class\": 1}", "no embedded instance" },
    { "A={\"class\": \"No_Such_Class\", \"properties\": {\"x\": 1}}", "the type of No_Such_Class.x is not known" },
    { "A={\"class\": \"Msvm_ComputerSystem\", \"properties\": {\"EnabledState\": {\"a\": 1}}}", "neither a reference nor" },
    { "A={\"class\": \"Msvm_ComputerSystem\", \"properties\": {\"OperationalStatus\": [[1]]}}", "neither text, number" },
    { "A={\"inline\": 1}", "no embedded instance" },
    { "A={\"inline\": {\"class\": \"No_Such_Class\", \"properties\": {\"x\": 1}}}", "the type of No_Such_Class.x is not known" },
    { "A={\"datetime\": 1}", "a date is" },
    { "A={\"class\": \"Msvm_ComputerSystem\", \"properties\": {\"OperationalStatus\": [null]}}", "null in its list" },
};

static void what_has_no_meaning_is_refused(void **state) {
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(refused); i++) {
        HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
        struct hv_error err = { 0 };

        assert_int_equal(hv_params_new(&params, NULL), 0);
        assert_int_equal(hv_param_add(params, NULL, refused[i].pair, &err), HV_E_ARGUMENT);
        if (!strstr(err.message, refused[i].message))
            fail_msg("%s: %s", refused[i].pair, err.message);
    }
}

static void a_number_too_large_for_json_goes_between_quotes(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    const char *pair = "A={\"resource_uri\": \"http://x/y\", \"selectors\": {\"a\": 18446744073709551615}}";
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_params_new(&params, NULL), 0);
    assert_int_equal(hv_param_add(params, NULL, pair, &err), HV_E_ARGUMENT);
    assert_string_equal(err.remedy, "put a number that large between quotes");
}

static void references_nest_to_a_limit(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    HV_CLEANUP_BUF struct hv_buf pair = HV_BUF_INIT(65536);
    struct hv_error err = { 0 };
    (void)state;

    hv_buf_puts(&pair, "A=");
    for (int i = 0; i < 9; i++)
        hv_buf_puts(&pair, "{\"resource_uri\":\"http://x/y\",\"selectors\":{\"a\":");
    hv_buf_puts(&pair, "1");
    for (int i = 0; i < 9; i++)
        hv_buf_puts(&pair, "}}");
    assert_int_equal(hv_params_new(&params, NULL), 0);
    assert_int_equal(hv_param_add(params, NULL, hv_buf_text(&pair), &err), HV_E_ARGUMENT);
    assert_non_null(strstr(err.message, "more than 8 deep"));
}

static void selectors_are_texts_or_references(void **state) {
    struct hv_epr *epr = NULL;
    (void)state;

    assert_int_equal(hv_epr_new("http://x/A", &epr, NULL), 0);
    assert_int_equal(hv_param_add_selector(epr, "Name=a=b", NULL, NULL), 0);
    assert_int_equal(hv_param_add_selector(epr, "Id={0A1B}", NULL, NULL), 0);
    assert_int_equal(hv_param_add_selector(epr, "Ref={\"resource_uri\": \"http://x/B\"}", NULL, NULL), 0);
    assert_string_equal(hv_epr_selector(epr, "name"), "a=b");
    assert_string_equal(hv_epr_selector(epr, "Id"), "{0A1B}");
    assert_string_equal(hv_epr_resource_uri(hv_epr_selector_reference(epr, 2)), "http://x/B");
    assert_int_equal(hv_param_add_selector(epr, "name=again", NULL, NULL), HV_E_ARGUMENT);
    (void)hv_epr_free(epr);
}

static void classes_of_references_are_in_the_namespace_at_hand(void **state) {
    struct hv_types types = { .cim_namespace = "root/lab" };
    struct hv_params *params = NULL;
    struct hv_epr *epr = NULL;
    const char *pair = "R={\"resource_uri\": \"Lab_X\", \"selectors\": {\"A\": {\"resource_uri\": \"Lab_Y\"}}}";
    char *text;

    (void)state;
    assert_int_equal(hv_params_new(&params, NULL), 0);
    assert_int_equal(hv_param_add(params, &types, pair, NULL), 0);
    text = written(params);
    assert_non_null(strstr(text, "/wmi/root/lab/Lab_X<"));
    assert_non_null(strstr(text, "/wmi/root/lab/Lab_Y<"));
    free(text);
    (void)hv_params_free(params);
    assert_int_equal(hv_param_read_reference("R", pair + 2, "root/other", &epr, NULL), 0);
    assert_non_null(strstr(hv_epr_resource_uri(epr), "/wmi/root/other/Lab_X"));
    (void)hv_epr_free(epr);
}

static int add_some(void *context) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    int rc = hv_params_new(&params, NULL);

    (void)context;
    if (rc == 0)
        rc = hv_param_add(params, NULL, "Name=x", NULL);
    if (rc == 0)
        rc = hv_param_add(params, NULL, "VM={\"resource_uri\": \"Msvm_ComputerSystem\", \"selectors\": {\"Name\": \"a\"}}", NULL);
    if (rc == 0)
        rc = hv_param_add(params, NULL,
                          "S={\"class\": \"Msvm_StorageAllocationSettingData\", \"properties\": {\"HostResource\": [\"\"]}}",
                          NULL);
    /* jansson calls a token that it had no memory for an invalid one, or goes on without it. */
    return rc == HV_E_ARGUMENT ? HV_E_MEMORY : rc;
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    assert_true(failmalloc_each_tolerant(add_some, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_stay_as_they_are),
        cmocka_unit_test(a_file_gives_its_bytes),
        cmocka_unit_test(json_gives_a_reference),
        cmocka_unit_test(json_gives_an_instance_typed_by_the_class),
        cmocka_unit_test(an_inline_instance_is_elements),
        cmocka_unit_test(dates_are_told_apart_from_texts),
        cmocka_unit_test(what_has_no_meaning_is_refused),
        cmocka_unit_test(a_number_too_large_for_json_goes_between_quotes),
        cmocka_unit_test(references_nest_to_a_limit),
        cmocka_unit_test(selectors_are_texts_or_references),
        cmocka_unit_test(classes_of_references_are_in_the_namespace_at_hand),
        cmocka_unit_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
