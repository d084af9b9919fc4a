/* JSON: typed values, errors, texts that are no UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

static json_t *read_back(const struct hv_buf *buf) {
    return json_loads(hv_buf_text(buf), JSON_REJECT_DUPLICATES, NULL);
}

static json_t *json_of(const struct hv_instance *instance) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);
    struct hv_json_columns columns = { 0 };

    hv_buf_putc(&buf, '{');
    hv_json_write_instance(&buf, &columns, instance);
    hv_buf_putc(&buf, '}');
    hv_json_columns_deinit(&columns);
    return read_back(&buf);
}

static void blanks_around_a_number_are_no_part_of_it(void **state) {
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    CLEANUP_JSON json_t *object = NULL;
    (void)state;

    assert_int_equal(hv_instance_new("No_Such_Class", NULL, &instance, NULL), 0);
    add(instance, "a", HV_CIM_UINT16, "\n    2\n  ");
    add(instance, "b", HV_CIM_BOOLEAN, "TRUE ");
    add(instance, "c", HV_CIM_UINT64, " 18446744073709551615");
    add(instance, "d", HV_CIM_REAL64, " 1.5 ");
    add(instance, "e", HV_CIM_STRING, " 2 ");
    add(instance, "f", HV_CIM_UNKNOWN, " 2 ");
    add(instance, "g", HV_CIM_UINT16, "");
    object = json_of(instance);
    same_json(object, "{\"class\":\"No_Such_Class\",\"namespace\":null,\"properties\":{\"a\":2,\"b\":true,"
                      "\"c\":\"18446744073709551615\",\"d\":1.5,\"e\":\" 2 \",\"f\":\" 2 \",\"g\":\"\"}}");
}

static void values_have_the_type_that_is_known_and_no_other(void **state) {
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    CLEANUP_JSON json_t *object = NULL;
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
    object = json_of(instance);
    same_json(object,
              "{\"class\":\"No_Such_Class\",\"namespace\":null,\"properties\":{\"a\":2,\"b\":\"2\",\"c\":true,\"d\":\"true\","
              "\"e\":9007199254740992,\"f\":\"9007199254740993\",\"g\":\"-9007199254740993\",\"h\":0.5,\"i\":\"INF\","
              "\"j\":null,\"k\":\"not a number\",\"l\":\"2026-11-22T17:24:28Z\"}}");
}

static void the_class_table_tells_types_and_arrays(void **state) {
    const char *const one[] = { "2" };
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    CLEANUP_JSON json_t *object = NULL;
    (void)state;

    assert_int_equal(hv_instance_new("Msvm_ComputerSystem", "root/virtualization/v2", &instance, NULL), 0);
    add(instance, "EnabledState", HV_CIM_UNKNOWN, "2");
    add(instance, "ElementName", HV_CIM_UNKNOWN, "2");
    assert_int_equal(hv_instance_set_array(instance, "OperationalStatus", HV_CIM_UNKNOWN, one, 1, NULL), 0);
    object = json_of(instance);
    same_json(object, "{\"class\":\"Msvm_ComputerSystem\",\"namespace\":\"root/virtualization/v2\",\"properties\":{"
                      "\"EnabledState\":2,\"ElementName\":\"2\",\"OperationalStatus\":[2]}}");
}

static void a_reference_has_its_selectors(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);
    CLEANUP_JSON json_t *object = NULL;
    struct hv_epr *epr = NULL;
    struct hv_epr *nested = NULL;
    (void)state;

    assert_int_equal(hv_epr_new("http://x/A", &epr, NULL), 0);
    assert_int_equal(hv_epr_new("http://x/B", &nested, NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "Name", "a\"b", NULL), 0);
    assert_int_equal(hv_epr_add_reference(epr, "Other", nested, NULL), 0);
    hv_json_write_reference(&buf, epr);
    object = read_back(&buf);
    same_json(object, "{\"resource_uri\":\"http://x/A\",\"selectors\":{\"Name\":\"a\\\"b\",\"Other\":"
                      "{\"resource_uri\":\"http://x/B\",\"selectors\":{}}}}");
    (void)hv_epr_free(epr);
}

static void texts_are_written_as_json_has_them(void **state) {
    static const char *const rows[][2] = {
        { "", "\"\"" },
        { "plain ~", "\"plain ~\"" },
        { "a\"b\\c", "\"a\\\"b\\\\c\"" },
        { "line\nend\x01", "\"line\\nend\\u0001\"" },
        { "B\xC3\xBCro", "\"B\xC3\xBCro\"" },
        { "a\xFF", "\"a\xEF\xBF\xBD\"" },
        { NULL, "null" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);

        hv_json_write_text(&buf, rows[i][0]);
        assert_string_equal(hv_buf_text(&buf), rows[i][1]);
    }
}

static void numbers_have_one_spelling(void **state) {
    static const char *const rows[][2] = {
        { "0", "0" },   { "-0", "0" },  { "007", "7" }, { "-012", "-12" },
        { "10", "10" }, { "-5", "-5" }, { "", "\"\"" }, { "-", "\"-\"" },
    };
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    struct hv_json_columns columns = { 0 };
    (void)state;

    assert_int_equal(hv_instance_new("X", NULL, &instance, NULL), 0);
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);

        add(instance, "n", HV_CIM_SINT32, rows[i][0]);
        hv_json_write_value(&buf, &columns, instance, 0);
        assert_string_equal(hv_buf_text(&buf), rows[i][1]);
    }
    hv_json_columns_deinit(&columns);
}

static void reals_have_the_fewest_digits(void **state) {
    static const struct {
        enum hv_cim_type type;
        const char *text;
        const char *json;
    } rows[] = {
        { HV_CIM_REAL64, "0.1", "0.1" },
        { HV_CIM_REAL64, "0.10000000000000001", "0.1" },
        { HV_CIM_REAL64, "1.7976931348623157E+308", "1.7976931348623157e308" },
        { HV_CIM_REAL64, "-2.2250738585072014e-308", "-2.2250738585072014e-308" },
        { HV_CIM_REAL64, "0.30000000000000004", "0.30000000000000004" },
        { HV_CIM_REAL64, "1500", "1500.0" },
        { HV_CIM_REAL64, "340282346638528859811704183484516925440", "3.4028234663852886e38" },
        { HV_CIM_REAL64, "-0", "-0.0" },
        { HV_CIM_REAL32, "0.100000001490116", "0.1" },
        { HV_CIM_REAL32, "3.40282347E+38", "3.40282347e38" },
        { HV_CIM_REAL32, "16777217", "16777217.0" },
        { HV_CIM_REAL32, "1e39", "1e39" },
        { HV_CIM_REAL64, "1e999", "\"1e999\"" },
        { HV_CIM_REAL64, "NaN", "\"NaN\"" },
        { HV_CIM_REAL64, "\"1\"", "\"\\\"1\\\"\"" },
    };
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    struct hv_json_columns columns = { 0 };
    (void)state;

    assert_int_equal(hv_instance_new("X", NULL, &instance, NULL), 0);
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);

        add(instance, "n", rows[i].type, rows[i].text);
        hv_json_write_value(&buf, &columns, instance, 0);
        assert_string_equal(hv_buf_text(&buf), rows[i].json);
    }
    hv_json_columns_deinit(&columns);
}

/* What is remembered of one class must not be taken for another, nor the place of a property for its name. */
static void columns_follow_class_and_name(void **state) {
    static const struct {
        const char *class_name;
        const char *names[3];
        const char *expected;
    } rows[] = {
        { "Msvm_ComputerSystem", { "Name", "EnabledState" }, "{\"Name\":\"2\",\"EnabledState\":2}" },
        { "Msvm_ComputerSystem", { "EnabledState" }, "{\"EnabledState\":2}" },
        { "Msvm_ComputerSystem",
          { "ElementName", "Name", "EnabledState" },
          "{\"ElementName\":\"2\",\"Name\":\"2\",\"EnabledState\":2}" },
        { "X", { "EnabledState", "Name" }, "{\"EnabledState\":\"2\",\"Name\":\"2\"}" },
        { "Msvm_ComputerSystem", { "enabledstate" }, "{\"enabledstate\":2}" },
    };
    struct hv_json_columns columns = { 0 };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        CLEANUP_INSTANCE struct hv_instance *instance = NULL;
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);

        assert_int_equal(hv_instance_new(rows[i].class_name, NULL, &instance, NULL), 0);
        for (size_t n = 0; n < 3 && rows[i].names[n]; n++)
            add(instance, rows[i].names[n], HV_CIM_UNKNOWN, "2");
        hv_json_write_instance(&buf, &columns, instance);
        assert_non_null(strstr(hv_buf_text(&buf), rows[i].expected));
    }
    hv_json_columns_deinit(&columns);
}

static void more_names_than_are_remembered_are_written(void **state) {
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    CLEANUP_JSON json_t *object = NULL;
    (void)state;

    assert_int_equal(hv_instance_new("X", NULL, &instance, NULL), 0);
    for (unsigned i = 0; i < 600; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "p%u", i);
        add(instance, name, HV_CIM_UINT16, "1");
    }
    object = json_of(instance);
    assert_int_equal(json_object_size(json_object_get(object, "properties")), 600);
}

static void indenting_is_what_jansson_does(void **state) {
    static const char compact[] = "{\"a\":[],\"b\":{},\"c\":[1,{\"d\":\"x{[,:\\\"]}\"}],\"e\":null}";
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);
    CLEANUP_JSON json_t *value = json_loads(compact, 0, NULL);
    HV_CLEANUP_FREE char *expected = json_dumps(value, JSON_INDENT(2));
    (void)state;

    hv_json_indent(&buf, compact);
    assert_string_equal(hv_buf_text(&buf), expected);
}

static int write_instance(void *context) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HV_JSON_MAX_BYTES);
    struct hv_json_columns columns = { 0 };

    hv_json_write_instance(&buf, &columns, context);
    hv_json_columns_deinit(&columns);
    return hv_buf_finish(&buf, "an instance", NULL);
}

/* Built from an instance that is there already; only the JSON may lack memory. */
static int build_json(void *context) {
    struct hv_json_head head = { 0 };
    CLEANUP_JSON json_t *object = hv_json_document("instance");
    struct hv_error error;
    bool is_there = hv_json_head(&head, "instance") != NULL;
    (void)context;

    free(head.text);
    hv_error_set(&error, HV_E_FAILED, "x\xFF");
    hv_error_remedy(&error, "y");
    hv_json_put(&object, "error", hv_json_error(&error, NULL));
    return object && is_there ? 0 : HV_E_MEMORY;
}

static void no_memory_gives_no_document(void **state) {
    const char *const values[] = { "2", "3" };
    CLEANUP_INSTANCE struct hv_instance *instance = NULL;
    (void)state;

    assert_int_equal(hv_instance_new("Msvm_ComputerSystem", NULL, &instance, NULL), 0);
    add(instance, "ElementName", HV_CIM_UNKNOWN, "a\"pp\x80");
    add(instance, "EnabledState", HV_CIM_UNKNOWN, "02");
    assert_int_equal(hv_instance_set_array(instance, "OperationalStatus", HV_CIM_UNKNOWN, values, 2, NULL), 0);
    assert_true(failmalloc_each(write_instance, instance) > 0);
    assert_true(failmalloc_each(build_json, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_document_tells_schema_type_and_time),
        cmocka_unit_test(bytes_that_are_no_utf8_do_not_break_the_document),
        cmocka_unit_test(an_error_tells_all_it_knows_and_null_for_the_rest),
        cmocka_unit_test(blanks_around_a_number_are_no_part_of_it),
        cmocka_unit_test(values_have_the_type_that_is_known_and_no_other),
        cmocka_unit_test(the_class_table_tells_types_and_arrays),
        cmocka_unit_test(a_reference_has_its_selectors),
        cmocka_unit_test(texts_are_written_as_json_has_them),
        cmocka_unit_test(numbers_have_one_spelling),
        cmocka_unit_test(reals_have_the_fewest_digits),
        cmocka_unit_test(columns_follow_class_and_name),
        cmocka_unit_test(more_names_than_are_remembered_are_written),
        cmocka_unit_test(indenting_is_what_jansson_does),
        cmocka_unit_test(no_memory_gives_no_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
