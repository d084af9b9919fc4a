/* Parameters written into METHOD_INPUT, results read from METHOD_OUTPUT. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/size.h"
#include "cim/params.h"
#include "support/failmalloc.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

#define CLASS_URI HV_WMI_PREFIX "root/virtualization/v2/Msvm_S"

static void write_input(const struct hv_params *params, struct hv_buf *buf) {
    struct hv_xml_writer writer;

    hv_xml_writer_init(&writer, buf, HV_XML_ESCAPE_NAMED);
    assert_int_equal(hv_params_write(params, &writer, "p:M_INPUT", CLASS_URI, NULL), 0);
    assert_int_equal(hv_xml_writer_finish(&writer, "input", NULL), 0);
}

static void assert_written(const struct hv_params *params, const char *content) {
    HV_CLEANUP_BUF struct hv_buf got = HV_BUF_INIT(1 << 20);
    HV_CLEANUP_BUF struct hv_buf expected = HV_BUF_INIT(1 << 20);

    write_input(params, &got);
    if (*content)
        hv_buf_printf(&expected, "<p:M_INPUT xmlns:p=\"" CLASS_URI "\">%s</p:M_INPUT>", content);
    else
        hv_buf_puts(&expected, "<p:M_INPUT xmlns:p=\"" CLASS_URI "\"/>");
    assert_string_equal(hv_buf_text(&got), hv_buf_text(&expected));
}

static struct hv_params *make(void) {
    struct hv_params *params = NULL;

    assert_int_equal(hv_params_new(&params, NULL), 0);
    return params;
}

static void test_no_parameters_is_an_empty_element(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = make();

    (void)state;
    assert_written(params, "");
    assert_written(NULL, "");
}

static void test_each_kind(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = make();
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;

    (void)state;
    assert_int_equal(hv_epr_new(CLASS_URI, &epr, NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "Name", "a<b", NULL), 0);
    assert_int_equal(hv_instance_new("C", NULL, &instance, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "V", HV_CIM_STRING, "x & y", NULL), 0);
    assert_int_equal(hv_params_add_text(params, "Text", "R&D <1>", NULL), 0);
    assert_int_equal(hv_params_add_text(params, "Empty", "", NULL), 0);
    assert_int_equal(hv_params_add_datetime(params, "When", "2024-05-01T10:11:12Z", NULL), 0);
    assert_int_equal(hv_params_add_datetime(params, "Long", "PT30M", NULL), 0);
    assert_int_equal(hv_params_add_reference(params, "Ref", epr, NULL), 0);
    assert_int_equal(hv_params_add_instance(params, "Settings", instance, NULL), 0);
    assert_written(
        params,
        "<p:Text>R&amp;D &lt;1&gt;</p:Text><p:Empty></p:Empty>"
        "<p:When><cim:Datetime "
        "xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\">2024-05-01T10:11:12Z</cim:Datetime></p:When>"
        "<p:Long><cim:Interval xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\">PT30M</cim:Interval></p:Long>"
        "<p:Ref><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address><a:ReferenceParameters>"
        "<w:ResourceURI>" CLASS_URI "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"Name\">a&lt;b</w:Selector></w:SelectorSet>"
        "</a:ReferenceParameters></p:Ref>"
        "<p:Settings>&lt;INSTANCE CLASSNAME=&quot;C&quot;&gt;&lt;PROPERTY NAME=&quot;V&quot; TYPE=&quot;string&quot;&gt;"
        "&lt;VALUE&gt;x &amp;#38; y&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;</p:Settings>");
}

static void test_null_and_inline(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = make();
    HV_CLEANUP(hv_params_free) struct hv_params *copy = NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *object = NULL;
    struct hv_instance *inner = NULL;
    static const char expected[] =
        "<p:None xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>"
        "<p:Object xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xmlns:cim=\"http://schemas.dmtf.org/wbem/wscim/1/common\" "
        "xmlns:p1=\"" HV_WMI_PREFIX "root/virtualization/v2/C\" xsi:type=\"p1:C_Type\">"
        "<p1:V>x &amp; y</p1:V><p1:When><cim:Datetime>2024-05-01T10:11:12Z</cim:Datetime></p1:When><p1:N xsi:nil=\"true\"/>"
        "<p1:In xmlns:p2=\"" HV_WMI_PREFIX "root/virtualization/v2/D\" xsi:type=\"p2:D_Type\"><p2:W>1</p2:W></p1:In></p:Object>";

    (void)state;
    assert_int_equal(hv_instance_new("C", NULL, &object, NULL), 0);
    assert_int_equal(hv_instance_set(object, "V", HV_CIM_STRING, "x & y", NULL), 0);
    assert_int_equal(hv_instance_set(object, "When", HV_CIM_DATETIME, "2024-05-01T10:11:12Z", NULL), 0);
    assert_int_equal(hv_instance_set(object, "N", HV_CIM_UINT32, NULL, NULL), 0);
    assert_int_equal(hv_instance_new("D", NULL, &inner, NULL), 0);
    assert_int_equal(hv_instance_set(inner, "W", HV_CIM_UNKNOWN, "1", NULL), 0);
    assert_int_equal(hv_instance_set_instance(object, "In", inner, NULL), 0);
    assert_int_equal(hv_params_add_null(params, "None", NULL), 0);
    assert_int_equal(hv_params_add_object(params, "Object", object, NULL), 0);
    assert_written(params, expected);
    assert_int_equal(hv_params_copy(params, &copy, NULL), 0);
    assert_written(copy, expected);
}

static void test_an_inline_value_must_fit_its_type(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = make();
    HV_CLEANUP(hv_instance_free) struct hv_instance *object = NULL;
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1 << 20);
    struct hv_xml_writer writer;
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_instance_new("C", NULL, &object, NULL), 0);
    assert_int_equal(hv_instance_set(object, "V", HV_CIM_UINT8, "256", NULL), 0);
    assert_int_equal(hv_instance_set_array(object, "V", HV_CIM_UINT8, (const char *const[]){ "256", "1" }, 2, NULL), 0);
    assert_int_equal(hv_params_add_object(params, "Object", object, NULL), 0);
    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    assert_int_equal(hv_params_write(params, &writer, "p:M_INPUT", CLASS_URI, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "parameter Object: V is no value of type uint8: \"256\"");
}

/* Values of one name stand together, at the place of the first. */
static void test_order(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = make();
    HV_CLEANUP(hv_params_free) struct hv_params *copy = NULL;
    static const char expected[] = "<p:B>1</p:B><p:B>2</p:B><p:b>x</p:b><p:A>3</p:A>";

    (void)state;
    assert_int_equal(hv_params_add_text(params, "B", "1", NULL), 0);
    assert_int_equal(hv_params_add_text(params, "A", "3", NULL), 0);
    assert_int_equal(hv_params_add_text(params, "B", "2", NULL), 0);
    assert_int_equal(hv_params_add_text(params, "b", "x", NULL), 0);
    assert_written(params, expected);
    assert_int_equal(hv_params_copy(params, &copy, NULL), 0);
    assert_written(copy, expected);
}

static void test_what_is_refused(void **state) {
    static const char *const bad_names[] = { NULL, "", "1a", "a b", "a:b", "a>", "-a", "\xc3\xa9" };
    HV_CLEANUP(hv_params_free) struct hv_params *params = make();
    HV_CLEANUP(hv_instance_free) struct hv_instance *untyped = NULL;
    struct hv_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(bad_names); i++)
        assert_int_equal(hv_params_add_text(params, bad_names[i], "x", &err), HV_E_ARGUMENT);
    assert_int_equal(hv_params_add_text(params, "A", NULL, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_params_add_reference(params, "A", NULL, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_params_add_object(params, "A", NULL, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_params_add_null(params, "a b", &err), HV_E_ARGUMENT);
    assert_int_equal(hv_params_add_instance(params, "A", NULL, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_params_add_datetime(params, "A", NULL, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_params_add_datetime(params, "A", "tomorrow", &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "parameter A is no date and time: \"tomorrow\"");
    assert_true(err.remedy[0] != '\0');
    assert_int_equal(hv_instance_new("C", NULL, &untyped, NULL), 0);
    assert_int_equal(hv_instance_set(untyped, "P", HV_CIM_UNKNOWN, "x", NULL), 0);
    assert_int_equal(hv_params_add_instance(params, "A", untyped, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "parameter A: C: the type of P is not known");
    assert_written(params, "");
}

static void test_names(void **state) {
    (void)state;
    assert_true(hv_params_is_name("_a-1.b"));
    assert_false(hv_params_is_name("a\nb"));
}

static void test_count_has_an_end(void **state) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = make();
    struct hv_error err = { 0 };

    (void)state;
    for (int i = 0; i < HV_PARAMS_MAX; i++)
        assert_int_equal(hv_params_add_text(params, "P", "", NULL), 0);
    assert_int_equal(hv_params_add_text(params, "P", "", &err), HV_E_ARGUMENT);
}

static struct hv_xml_doc *parse(const char *xml) {
    struct hv_xml_doc *doc = NULL;

    assert_int_equal(hv_xml_parse(xml, strlen(xml), NULL, &doc, NULL), 0);
    return doc;
}

/* The element's name differs between WinRM and OMI; the class of what we make of it does not. */
static void test_output(void **state) {
    static const char *const bodies[] = {
        "<B><p:M_OUTPUT xmlns:p='" CLASS_URI "' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><p:Job xsi:nil='true'/>"
        "<p:ReturnValue>4096</p:ReturnValue></p:M_OUTPUT></B>",
        "<B><p:Msvm_S_OUTPUT xmlns:p='" CLASS_URI "'><p:ReturnValue>4096</p:ReturnValue><p:Job "
        "i:nil='true' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'/></p:Msvm_S_OUTPUT></B>",
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(bodies); i++) {
        HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = parse(bodies[i]);
        HV_CLEANUP(hv_instance_free) struct hv_instance *output = NULL;
        uint64_t value;

        assert_int_equal(hv_output_read(hv_xml_root(doc), "M", &output, NULL), 0);
        assert_string_equal(hv_instance_class(output), "M_OUTPUT");
        assert_string_equal(hv_instance_namespace(output), "root/virtualization/v2");
        assert_int_equal(hv_instance_u64(output, "ReturnValue", UINT32_MAX, &value, NULL), 0);
        assert_int_equal(value, 4096);
        assert_non_null(hv_instance_find(output, "Job"));
        assert_int_equal(hv_property_n_values(hv_instance_find(output, "Job")), 0);
    }
}

static void test_an_empty_body_is_no_output(void **state) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = parse("<B/>");
    struct hv_instance *output = NULL;
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_output_read(hv_xml_root(doc), "M", &output, &err), HV_E_PROTOCOL);
    assert_string_equal(err.message, "the answer holds no M_OUTPUT");
    assert_null(output);
}

static int build_all(void *context) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    HV_CLEANUP(hv_params_free) struct hv_params *copy = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    int r = hv_params_new(&params, NULL);

    if (r == 0)
        r = hv_epr_new(CLASS_URI, &epr, NULL);
    if (r == 0)
        r = hv_params_add_text(params, "A", "x", NULL);
    if (r == 0)
        r = hv_params_add_datetime(params, "B", "PT1S", NULL);
    if (r == 0)
        r = hv_params_add_reference(params, "C", epr, NULL);
    if (r == 0)
        r = hv_params_add_instance(params, "A", context, NULL);
    if (r == 0)
        r = hv_params_add_object(params, "O", context, NULL);
    if (r == 0)
        r = hv_params_add_null(params, "N", NULL);
    if (r == 0)
        r = hv_params_copy(params, &copy, NULL);
    return r;
}

static void test_every_allocation_may_fail(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;

    (void)state;
    assert_int_equal(hv_instance_new("C", NULL, &instance, NULL), 0);
    assert_true(failmalloc_each(build_all, instance) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_parameters_is_an_empty_element),
        cmocka_unit_test(test_each_kind),
        cmocka_unit_test(test_null_and_inline),
        cmocka_unit_test(test_an_inline_value_must_fit_its_type),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_count_has_an_end),
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_an_empty_body_is_no_output),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
