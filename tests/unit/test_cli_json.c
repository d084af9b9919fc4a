/* JSON: typed values, errors, texts that are no UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/size.h"
#include "cli/json.h"
#include "cli/say.h"
#include "support/failmalloc.h"

static inline void json_free_p(json_t **value) {
    json_decref(*value);
}
#define CLEANUP_JSON HV_ATTR_CLEANUP(json_free_p)
static inline void instance_free_p(struct hv_instance **instance) {
    (void)hv_instance_free(*instance);
}
#define CLEANUP_INSTANCE HV_ATTR_CLEANUP(instance_free_p)

static void same_json(json_t *value, const char *expected) {
    HV_CLEANUP_FREE char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    assert_non_null(text);
    assert_string_equal(text, expected);
}

static void every_document_tells_schema_type_and_time(void **state) {
    CLEANUP_JSON json_t *document = hv_json_document("vms");
    const char *time;
    (void)state;

    assert_string_equal(json_string_value(json_object_get(document, "schema")), "hvctl/1");
    assert_string_equal(json_string_value(json_object_get(document, "type")), "vms");
    time = json_string_value(json_object_get(document, "time"));
    assert_int_equal(strlen(time), strlen("2026-11-22T17:24:28.396Z"));
    assert_int_equal(time[10], 'T');
    assert_int_equal(time[23], 'Z');
}

static void bytes_that_are_no_utf8_do_not_break_the_document(void **state) {
    CLEANUP_JSON json_t *text = hv_json_text("a\xFF"
                                             "b\xC3");
    CLEANUP_JSON json_t *fine = hv_json_text("B\xC3\xBCro");
    CLEANUP_JSON json_t *nothing = hv_json_text(NULL);
    (void)state;

    assert_string_equal(json_string_value(text), "a\xEF\xBF\xBD"
                                                 "b\xEF\xBF\xBD");
    assert_string_equal(json_string_value(fine), "B\xC3\xBCro");
    assert_true(json_is_null(nothing));
}

static void an_error_tells_all_it_knows_and_null_for_the_rest(void **state) {
    struct hv_reason reason = { .message = NULL, .hresult = 0x8009030E };
    struct hv_circumstances around = { .vm = "app01", .job_ref = "hv01/4F0C", .reasons = &reason, .n_reasons = 1 };
    CLEANUP_JSON json_t *object = NULL;
    struct hv_error error;
    (void)state;

    hv_error_set(&error, HV_E_DELEGATION, "no sign-in");
    hv_error_remedy(&error, "one");
    hv_error_remedy(&error, "two");
    error.source = HV_SOURCE_JOB;
    error.hresult = 0x8009030E;
    object = hv_json_error(&error, &around);
    same_json(object,
              "{\"code\":\"delegation\",\"exit\":13,\"message\":\"no sign-in\",\"cause\":null,\"remedy\":[\"one\",\"two\"],"
              "\"source\":\"job\",\"wmi_return\":null,\"hresult\":\"0x8009030E\",\"http_status\":null,"
              "\"wsman_fault\":null,\"details\":[{\"message\":null,\"message_id\":null,\"source\":null,"
              "\"hresult\":\"0x8009030E\"}],\"host\":null,\"vm\":\"app01\",\"job\":\"hv01/4F0C\",\"doc\":null}");
}

static void add(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *value) {
    assert_int_equal(hv_instance_set(instance, name, type, value, NULL), 0);
}

static void values_have_the_type_that_is_known_and_no_other(void **state) {
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    CLEANUP_JSON json_t *object = json_object();
    (void)state;

    assert_int_equal(hv_instance_new("No_Such_Class", NULL, &instance, NULL), 0);
    add(instance, "a", HV_CIM_UINT16, "2");
    add(instance, "b", HV_CIM_UNKNOWN, "2");
    add(instance, "c", HV_CIM_BOOLEAN, "TRUE");
    add(instance, "d", HV_CIM_UNKNOWN, "true");
    add(instance, "e", HV_CIM_UINT64, "9007199254740992");
    add(instance, "f", HV_CIM_UINT64, "9007199254740993");
    add(instance, "g", HV_CIM_SINT64, "-9007199254740993");
    add(instance, "h", HV_CIM_REAL64, "0.5");
    add(instance, "i", HV_CIM_REAL64, "INF");
    add(instance, "j", HV_CIM_STRING, NULL);
    add(instance, "k", HV_CIM_UINT16, "not a number");
    add(instance, "l", HV_CIM_DATETIME, "2026-11-22T17:24:28Z");
    hv_json_put_instance(&object, instance, NULL);
    same_json(object,
              "{\"class\":\"No_Such_Class\",\"namespace\":null,\"properties\":{\"a\":2,\"b\":\"2\",\"c\":true,\"d\":\"true\","
              "\"e\":9007199254740992,\"f\":\"9007199254740993\",\"g\":\"-9007199254740993\",\"h\":0.5,\"i\":\"INF\","
              "\"j\":null,\"k\":\"not a number\",\"l\":\"2026-11-22T17:24:28Z\"}}");
}

static void the_class_table_tells_types_and_arrays(void **state) {
    const char *const one[] = { "2" };
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    CLEANUP_JSON json_t *object = json_object();
    (void)state;

    assert_int_equal(hv_instance_new("Msvm_ComputerSystem", "root/virtualization/v2", &instance, NULL), 0);
    add(instance, "EnabledState", HV_CIM_UNKNOWN, "2");
    add(instance, "ElementName", HV_CIM_UNKNOWN, "2");
    assert_int_equal(hv_instance_set_array(instance, "OperationalStatus", HV_CIM_UNKNOWN, one, 1, NULL), 0);
    hv_json_put_instance(&object, instance, NULL);
    same_json(object, "{\"class\":\"Msvm_ComputerSystem\",\"namespace\":\"root/virtualization/v2\",\"properties\":{"
                      "\"EnabledState\":2,\"ElementName\":\"2\",\"OperationalStatus\":[2]}}");
}

static void a_reference_has_its_selectors(void **state) {
    CLEANUP_JSON json_t *object = NULL;
    struct hv_epr *epr = NULL;
    struct hv_epr *nested = NULL;
    (void)state;

    assert_int_equal(hv_epr_new("http://x/A", &epr, NULL), 0);
    assert_int_equal(hv_epr_new("http://x/B", &nested, NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "Name", "a\"b", NULL), 0);
    assert_int_equal(hv_epr_add_reference(epr, "Other", nested, NULL), 0);
    object = hv_json_reference(epr);
    same_json(object, "{\"resource_uri\":\"http://x/A\",\"selectors\":{\"Name\":\"a\\\"b\",\"Other\":"
                      "{\"resource_uri\":\"http://x/B\",\"selectors\":{}}}}");
    (void)hv_epr_free(epr);
}

/* Built from an instance that is there already; only the JSON may lack memory. */
static int build_json(void *context) {
    CLEANUP_JSON json_t *object = hv_json_document("instance");
    struct hv_error error;

    hv_json_put_instance(&object, context, NULL);
    hv_error_set(&error, HV_E_FAILED, "x\xFF");
    hv_error_remedy(&error, "y");
    hv_json_put(&object, "error", hv_json_error(&error, NULL));
    return object ? 0 : HV_E_MEMORY;
}

static void no_memory_gives_no_document(void **state) {
    const char *const values[] = { "2", "3" };
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    (void)state;

    assert_int_equal(hv_instance_new("Msvm_ComputerSystem", NULL, &instance, NULL), 0);
    add(instance, "ElementName", HV_CIM_UNKNOWN, "app01");
    assert_int_equal(hv_instance_set_array(instance, "OperationalStatus", HV_CIM_UNKNOWN, values, 2, NULL), 0);
    assert_true(failmalloc_each(build_json, instance) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_document_tells_schema_type_and_time),
        cmocka_unit_test(bytes_that_are_no_utf8_do_not_break_the_document),
        cmocka_unit_test(an_error_tells_all_it_knows_and_null_for_the_rest),
        cmocka_unit_test(values_have_the_type_that_is_known_and_no_other),
        cmocka_unit_test(the_class_table_tells_types_and_arrays),
        cmocka_unit_test(a_reference_has_its_selectors),
        cmocka_unit_test(no_memory_gives_no_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
