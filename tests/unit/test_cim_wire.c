/* Instances as hosts write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/size.h"
#include "cim/wire.h"
#include "support/failmalloc.h"
#include "support/fixture.h"
#include "wsman/epr.h"

#define WMI "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
#define V2  WMI "root/virtualization/v2/"
#define DECLARATIONS                                                                                                             \
    " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:p='" V2 "Msvm_X'"                                              \
    " xmlns:cim='http://schemas.dmtf.org/wbem/wscim/1/common'"                                                                   \
    " xmlns:a='http://schemas.xmlsoap.org/ws/2004/08/addressing'"                                                                \
    " xmlns:w='http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd'"                                                                  \
    " xmlns:m='http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd'"

static int read_text(const char *xml, struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    int r = hv_xml_parse(xml, strlen(xml), NULL, &doc, err);

    return r < 0 ? r : hv_wire_read_instance(hv_xml_root(doc), ret_instance, err);
}

/* An instance of Msvm_X with CONTENT as its children. */
static struct hv_instance *read_content(const char *content) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1 << 20);
    struct hv_instance *instance = NULL;

    hv_buf_printf(&buf, "<p:Msvm_X%s xsi:type='p:Msvm_X_Type'>%s</p:Msvm_X>", DECLARATIONS, content);
    assert_int_equal(read_text(hv_buf_text(&buf), &instance, NULL), 0);
    return instance;
}

static void test_class_and_namespace(void **state) {
    static const struct {
        const char *xml;
        const char *class_name;
        const char *cim_namespace;
    } rows[] = {
        { "<p:Msvm_X" DECLARATIONS " xsi:type='p:Msvm_X_Type'/>", "Msvm_X", "root/virtualization/v2" },
        { "<p:Msvm_X" DECLARATIONS "/>", "Msvm_X", "root/virtualization/v2" },
        { "<p:CIM_Job" DECLARATIONS " xsi:type='q:Msvm_Job_Type'/>", "Msvm_Job", "root/virtualization/v2" },
        { "<p:Msvm_X" DECLARATIONS " xsi:type='_Type'/>", "Msvm_X", "root/virtualization/v2" },
        { "<X xmlns='" WMI "root/cimv2/X'/>", "X", "root/cimv2" },
        { "<X xmlns='http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/X'/>", "X", NULL },
        { "<w:XmlFragment" DECLARATIONS "/>", "XmlFragment", NULL },
        { "<X/>", "X", NULL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;

        assert_int_equal(read_text(rows[i].xml, &instance, NULL), 0);
        assert_string_equal(hv_instance_class(instance), rows[i].class_name);
        if (rows[i].cim_namespace)
            assert_string_equal(hv_instance_namespace(instance), rows[i].cim_namespace);
        else
            assert_null(hv_instance_namespace(instance));
    }
}

/* Null, empty, absent, explicit null array: each is told from the others where the wire tells it. */
static void test_values(void **state) {
    static const struct {
        const char *content;
        size_t n_values; /* SIZE_MAX: the property is absent */
        bool is_array;
        const char *values[3];
        enum hv_cim_type type;
    } rows[] = {
        { "", SIZE_MAX, false, { NULL }, HV_CIM_UNKNOWN },
        { "<p:V xsi:nil='true'/>", 0, false, { NULL }, HV_CIM_UNKNOWN },
        { "<p:V xsi:nil='1'></p:V>", 0, false, { NULL }, HV_CIM_UNKNOWN },
        { "<p:V xsi:nil='false'/>", 1, false, { "" }, HV_CIM_UNKNOWN },
        { "<p:V m:IsNullArray='true' xsi:nil='true'/>", 0, true, { NULL }, HV_CIM_UNKNOWN },
        { "<p:V></p:V>", 1, false, { "" }, HV_CIM_UNKNOWN },
        { "<p:V/>", 1, false, { "" }, HV_CIM_UNKNOWN },
        { "<p:V> a b </p:V>", 1, false, { " a b " }, HV_CIM_UNKNOWN },
        { "<p:V>TRUE</p:V>", 1, false, { "TRUE" }, HV_CIM_UNKNOWN },
        { "<p:V>&lt;INSTANCE/&gt; &amp;amp; <![CDATA[]]]]><![CDATA[>]]></p:V>",
          1,
          false,
          { "<INSTANCE/> &amp; ]]>" },
          HV_CIM_UNKNOWN },
        { "<p:V>a\nb</p:V>", 1, false, { "a\nb" }, HV_CIM_UNKNOWN },
        { "<p:V>\xf0\x9f\x98\x80 &#x1F600;</p:V>", 1, false, { "\xf0\x9f\x98\x80 \xf0\x9f\x98\x80" }, HV_CIM_UNKNOWN },
        { "<p:V>2</p:V><p:V>5</p:V>", 2, true, { "2", "5" }, HV_CIM_UNKNOWN },
        { "<p:V>2</p:V><p:Other>x</p:Other><p:V>5</p:V><p:v>7</p:v>", 3, true, { "2", "5", "7" }, HV_CIM_UNKNOWN },
        { "<p:V>2</p:V><p:V xsi:nil='true'/>", 2, true, { "2", NULL }, HV_CIM_UNKNOWN },
        { "<p:V></p:V><p:V></p:V>", 2, true, { "", "" }, HV_CIM_UNKNOWN },
        { "<p:V><cim:Datetime>2024-05-01T10:11:12.5Z</cim:Datetime></p:V>",
          1,
          false,
          { "2024-05-01T10:11:12.5Z" },
          HV_CIM_DATETIME },
        { "<p:V>\n <cim:Interval> P0DT0H5M0S </cim:Interval>\n</p:V>", 1, false, { "P0DT0H5M0S" }, HV_CIM_DATETIME },
        { "<p:V><Datetime>2024-05-01T10:11:12Z</Datetime></p:V>", 1, false, { "2024-05-01T10:11:12Z" }, HV_CIM_DATETIME },
        { "<p:V><cim:Date>2024-05-01</cim:Date></p:V>", 1, false, { "2024-05-01" }, HV_CIM_DATETIME },
        { "<p:V><cim:Time>10:11:12</cim:Time></p:V>", 1, false, { "10:11:12" }, HV_CIM_DATETIME },
        { "<p:V><cim:CIM_DateTime>20240501101112.500000+060</cim:CIM_DateTime></p:V>",
          1,
          false,
          { "2024-05-01T10:11:12.5+01:00" },
          HV_CIM_DATETIME },
        { "<p:V><cim:CIM_DateTime>20240501******.******+060</cim:CIM_DateTime></p:V>",
          1,
          false,
          { "20240501******.******+060" },
          HV_CIM_DATETIME },
        { "<p:V><cim:Datetime>1601-01-01T00:00:00Z</cim:Datetime></p:V><p:V><cim:Interval>P1DT0H0M0S</cim:Interval></p:V>",
          2,
          true,
          { "1601-01-01T00:00:00Z", "P1DT0H0M0S" },
          HV_CIM_DATETIME },
        { "<p:V xsi:type='cim:cimUnsignedShort'>5</p:V>", 1, false, { "5" }, HV_CIM_UINT16 },
        { "<p:V xsi:type='cim:cimString'></p:V>", 1, false, { "" }, HV_CIM_STRING },
        { "<p:V xsi:type='cim:cimString' xsi:nil='true'/>", 0, false, { NULL }, HV_CIM_STRING },
        { "<p:V xsi:nil='true'/><p:V xsi:type='xs:int'>5</p:V>", 2, true, { NULL, "5" }, HV_CIM_SINT32 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = read_content(rows[i].content);
        const struct hv_property *property = hv_instance_find(instance, "V");

        if (rows[i].n_values == SIZE_MAX) {
            assert_null(property);
            continue;
        }
        assert_non_null(property);
        assert_int_equal(hv_property_n_values(property), rows[i].n_values);
        assert_int_equal(hv_property_is_array(property), rows[i].is_array);
        assert_int_equal(hv_property_type(property), rows[i].type);
        for (size_t v = 0; v < rows[i].n_values; v++) {
            if (rows[i].values[v])
                assert_string_equal(hv_property_text(property, v), rows[i].values[v]);
            else
                assert_null(hv_property_text(property, v));
        }
    }
}

/* Two ways to write one instance. */
static void test_prefixes_do_not_matter(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *a = read_content("<p:A>1</p:A><p:B xsi:nil='true'/>");
    HV_CLEANUP(hv_instance_free) struct hv_instance *b = NULL;

    (void)state;
    assert_int_equal(read_text("<Msvm_X xmlns='" V2 "Msvm_X' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
                               "i:type='Msvm_X_Type'><A>1</A><q:B xmlns:q='" V2 "Msvm_X' i:nil='true'/></Msvm_X>",
                               &b, NULL),
                     0);
    assert_string_equal(hv_instance_class(a), hv_instance_class(b));
    assert_string_equal(hv_instance_namespace(a), hv_instance_namespace(b));
    assert_int_equal(hv_instance_n_properties(a), hv_instance_n_properties(b));
    assert_string_equal(hv_instance_text(a, "A"), hv_instance_text(b, "A"));
    assert_int_equal(hv_property_n_values(hv_instance_find(b, "B")), 0);
}

static void test_references(void **state) {
    static const char content[] =
        "<p:One><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>" V2 "Msvm_Y</w:ResourceURI>"
        "<w:SelectorSet><w:Selector Name='InstanceID'>Microsoft:A\\B</w:Selector></w:SelectorSet></a:ReferenceParameters></p:One>"
        "<p:Two><a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" V2 "Msvm_Z</w:ResourceURI></a:ReferenceParameters>"
        "</a:EndpointReference></p:Two>"
        "<p:One><a:ReferenceParameters><w:ResourceURI>" V2 "Msvm_Z</w:ResourceURI></a:ReferenceParameters></p:One>"
        "<cim:Location><a:Address>self</a:Address></cim:Location>";
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = read_content(content);
    const struct hv_property *one = hv_instance_find(instance, "One");
    const struct hv_property *two = hv_instance_find(instance, "Two");

    (void)state;
    assert_int_equal(hv_instance_n_properties(instance), 2);
    assert_int_equal(hv_property_type(one), HV_CIM_REFERENCE);
    assert_int_equal(hv_property_n_values(one), 2);
    assert_string_equal(hv_epr_resource_uri(hv_property_reference(one, 0)), V2 "Msvm_Y");
    assert_string_equal(hv_epr_selector(hv_property_reference(one, 0), "instanceid"), "Microsoft:A\\B");
    assert_string_equal(hv_epr_resource_uri(hv_property_reference(one, 1)), V2 "Msvm_Z");
    assert_string_equal(hv_epr_resource_uri(hv_property_reference(two, 0)), V2 "Msvm_Z");
    assert_null(hv_property_text(one, 0));
}

static void test_a_reference_without_target_is_refused(void **state) {
    struct hv_instance *instance = NULL;
    struct hv_error err;

    (void)state;
    assert_int_equal(read_text("<p:Msvm_X" DECLARATIONS "><p:R><a:ReferenceParameters/></p:R></p:Msvm_X>", &instance, &err),
                     HV_E_PROTOCOL);
    assert_null(instance);
}

/* Objects inline: typed or not, one or many, with or without an element of their own, empty. */
static void test_inline_objects(void **state) {
    static const char content[] =
        "<p:S xmlns:q='" V2 "Msvm_S' xsi:type='q:Msvm_S_Type'><q:Name>a</q:Name><q:L>1</q:L><q:L>2</q:L></p:S>"
        "<p:S xmlns:q='" V2 "Msvm_S'><q:Name>b</q:Name></p:S>"
        "<p:S><q:Msvm_S xmlns:q='" V2 "Msvm_S'><q:Name>c</q:Name></q:Msvm_S></p:S>"
        "<p:S xsi:type='p:Msvm_S_Type'/>";
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = read_content(content);
    const struct hv_property *property = hv_instance_find(instance, "S");
    static const char *const names[] = { "a", "b", "c", NULL };

    (void)state;
    assert_int_equal(hv_property_type(property), HV_CIM_INSTANCE);
    assert_int_equal(hv_property_n_values(property), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct hv_instance *object = hv_property_instance(property, i);

        assert_non_null(object);
        assert_string_equal(hv_instance_class(object), "Msvm_S");
        if (names[i])
            assert_string_equal(hv_instance_text(object, "Name"), names[i]);
        else
            assert_int_equal(hv_instance_n_properties(object), 0);
    }
    assert_string_equal(hv_instance_namespace(hv_property_instance(property, 0)), "root/virtualization/v2");
    assert_int_equal(hv_property_n_values(hv_instance_find(hv_property_instance(property, 0), "L")), 2);
}

/* Instances in instances, as deep as allowed and one deeper. */
static void test_nesting_has_an_end(void **state) {
    (void)state;
    for (int depth = HV_CIM_MAX_DEPTH; depth <= HV_CIM_MAX_DEPTH + 1; depth++) {
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1 << 20);
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
        struct hv_error err = { 0 };

        hv_buf_printf(&buf, "<p:Msvm_X%s>", DECLARATIONS);
        for (int i = 0; i < depth; i++)
            hv_buf_puts(&buf, "<p:O><p:V>1</p:V>");
        for (int i = 0; i < depth; i++)
            hv_buf_puts(&buf, "</p:O>");
        hv_buf_puts(&buf, "</p:Msvm_X>");
        assert_int_equal(read_text(hv_buf_text(&buf), &instance, &err), depth > HV_CIM_MAX_DEPTH ? HV_E_LIMIT : 0);
    }
}

static void test_property_count_has_an_end(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1 << 20);
    struct hv_instance *instance = NULL;
    struct hv_error err = { 0 };

    (void)state;
    hv_buf_printf(&buf, "<p:Msvm_X%s>", DECLARATIONS);
    for (int i = 0; i <= HV_CIM_MAX_PROPERTIES; i++)
        hv_buf_printf(&buf, "<p:P%d/>", i);
    hv_buf_puts(&buf, "</p:Msvm_X>");
    assert_int_equal(read_text(hv_buf_text(&buf), &instance, &err), HV_E_LIMIT);
    assert_null(instance);
}

static void test_items(void **state) {
    static const char xml[] =
        "<Items" DECLARATIONS ">"
        "<p:Msvm_X><p:A>1</p:A></p:Msvm_X>"
        "<a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" V2
        "Msvm_Y</w:ResourceURI></a:ReferenceParameters></a:EndpointReference>"
        "<w:Item><p:Msvm_X><p:A>2</p:A></p:Msvm_X><a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" V2
        "Msvm_Z</w:ResourceURI></a:ReferenceParameters></a:EndpointReference></w:Item>"
        "<w:Item><a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" V2
        "Msvm_Z</w:ResourceURI></a:ReferenceParameters></a:EndpointReference><p:Msvm_X/></w:Item>"
        "<w:Item><w:XmlFragment><A>3</A></w:XmlFragment></w:Item>"
        "<w:Item><a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" V2
        "Msvm_W</w:ResourceURI></a:ReferenceParameters></a:EndpointReference></w:Item>"
        "<w:Item/></Items>";
    static const struct {
        const char *class_name; /* NULL: no instance */
        const char *name;       /* class of the item's own name, NULL when it has none */
        bool is_bad;
    } rows[] = {
        { "Msvm_X", NULL, false },      { NULL, "Msvm_Y", false }, { "Msvm_X", "Msvm_Z", false }, { "Msvm_X", "Msvm_Z", false },
        { "XmlFragment", NULL, false }, { NULL, "Msvm_W", false }, { NULL, NULL, true },
    };
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    const struct hv_xml_node *node;

    (void)state;
    assert_int_equal(hv_xml_parse(xml, strlen(xml), NULL, &doc, NULL), 0);
    node = hv_xml_first(hv_xml_root(doc));
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++, node = hv_xml_next(node)) {
        struct hv_wire_item item = { NULL, NULL };
        const struct hv_epr *epr;

        assert_non_null(node);
        assert_int_equal(hv_wire_read_item(node, &item, NULL), rows[i].is_bad ? HV_E_PROTOCOL : 0);
        epr = item.instance ? hv_instance_epr(item.instance) : item.epr;
        assert_int_equal(item.instance != NULL, rows[i].class_name != NULL);
        if (rows[i].class_name)
            assert_string_equal(hv_instance_class(item.instance), rows[i].class_name);
        assert_int_equal(epr != NULL, rows[i].name != NULL);
        if (rows[i].name)
            assert_true(strstr(hv_epr_resource_uri(epr), rows[i].name) != NULL);
        (void)hv_instance_free(item.instance);
        (void)hv_epr_free(item.epr);
    }
    assert_null(node);
}

static void test_body(void **state) {
    static const char xml[] = "<Body" DECLARATIONS "><p:SCX_X_OUTPUT><p:ReturnValue>0</p:ReturnValue></p:SCX_X_OUTPUT></Body>";
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    struct hv_instance *none = NULL;
    struct hv_error err;

    (void)state;
    assert_int_equal(hv_xml_parse(xml, strlen(xml), NULL, &doc, NULL), 0);
    assert_int_equal(hv_wire_read_body(hv_xml_root(doc), "M_OUTPUT", &instance, NULL), 0);
    assert_string_equal(hv_instance_class(instance), "M_OUTPUT");
    assert_string_equal(hv_instance_text(instance, "ReturnValue"), "0");
    assert_int_equal(hv_wire_read_body(hv_xml_first(hv_xml_first(hv_xml_root(doc))), NULL, &none, &err), HV_E_PROTOCOL);
    assert_string_equal(err.message, "the answer holds no instance");
    assert_null(none);
}

/* A whole instance from a file: every form of section 2 of the wire format at once. */
static int read_whole(void *context) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r = hv_wire_read_instance(hv_xml_root(context), &instance, NULL);

    if (r < 0)
        assert_null(instance);
    return r;
}

static void test_whole_instance(void **state) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP_FREE char *xml = fixture_read("synthetic/cim-instance/instance.xml", NULL);
    bool available;
    uint64_t max;

    (void)state;
    assert_int_equal(hv_xml_parse(xml, strlen(xml), NULL, &doc, NULL), 0);
    assert_int_equal(hv_wire_read_instance(hv_xml_root(doc), &instance, NULL), 0);
    assert_string_equal(hv_instance_class(instance), "Msvm_ComputerSystem");
    assert_string_equal(hv_instance_text(instance, "ElementName"), "R&D <1> \"\xc3\xbc\"");
    assert_int_equal(hv_property_n_values(hv_instance_find(instance, "OperationalStatus")), 2);
    assert_string_equal(hv_instance_text(instance, "InstallDate"), "2024-05-01T10:11:12.5Z");
    assert_int_equal(hv_instance_bool(instance, "Available", &available, NULL), 0);
    assert_true(available);
    assert_int_equal(hv_instance_u64(instance, "OnTimeInMilliseconds", UINT64_MAX, &max, NULL), 0);
    assert_true(max == UINT64_MAX);
    assert_int_equal(hv_instance_u64(instance, "OtherEnabledState", 10, &max, NULL), 1);
    assert_string_equal(hv_instance_text(instance, "Notes"), "");
    assert_non_null(hv_property_reference(hv_instance_find(instance, "Host"), 0));
    assert_non_null(hv_property_instance(hv_instance_find(instance, "Summary"), 1));
    assert_true(failmalloc_each(read_whole, doc) > 10);
}

/* Cut anywhere, the document is refused and nothing leaks. */
static void test_truncations(void **state) {
    char *xml = fixture_read("synthetic/cim-instance/instance.xml", NULL);
    size_t n_bytes = strlen(xml);

    (void)state;
    while (n_bytes > 0 && (xml[n_bytes - 1] == '\n' || xml[n_bytes - 1] == ' '))
        n_bytes--;
    for (size_t n = 0; n < n_bytes; n++) {
        struct hv_instance *instance = NULL;
        char *cut = malloc(n + 1);

        assert_non_null(cut);
        memcpy(cut, xml, n);
        cut[n] = '\0';
        assert_true(read_text(cut, &instance, NULL) < 0);
        assert_null(instance);
        free(cut);
    }
    free(xml);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_and_namespace),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_prefixes_do_not_matter),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_a_reference_without_target_is_refused),
        cmocka_unit_test(test_inline_objects),
        cmocka_unit_test(test_nesting_has_an_end),
        cmocka_unit_test(test_property_count_has_an_end),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_whole_instance),
        cmocka_unit_test(test_truncations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
