/* Embedded instances: what we write, and what we read of what others write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/size.h"
#include "cim/embedded.h"
#include "support/failmalloc.h"
#include "support/fixture.h"
#include "wsman/epr.h"

static struct hv_instance *make(const char *class_name) {
    struct hv_instance *instance = NULL;

    assert_int_equal(hv_instance_new(class_name, NULL, &instance, NULL), 0);
    return instance;
}

static struct hv_instance *decode(const char *text) {
    struct hv_instance *instance = NULL;

    assert_int_equal(hv_embedded_decode(text, NULL, &instance, NULL), 0);
    return instance;
}

/* The settings of a migration with storage: every form that Hyper-V is sent (wsman.md 4.3). */
static struct hv_instance *disk_settings(void) {
    static const char *const anywhere[] = { "" };
    struct hv_instance *instance = make("Msvm_StorageAllocationSettingData");

    assert_int_equal(hv_instance_set(instance, "InstanceID", HV_CIM_STRING, "Microsoft:4F\\83\\0\\0\\L", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "ResourceType", HV_CIM_UINT16, "31", NULL), 0);
    assert_int_equal(
        hv_instance_set(instance, "ElementName", HV_CIM_STRING, "R&D <1> \"x\" 'y' ]]>\ttab\nline \xf0\x9f\x98\x80", NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "HostResource", HV_CIM_STRING, anywhere, 1, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "PoolID", HV_CIM_STRING, "", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "Parent", HV_CIM_STRING, NULL, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "AutoDelete", HV_CIM_BOOLEAN, "TRUE", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "Delay", HV_CIM_DATETIME, "PT30M", NULL), 0);
    return instance;
}

static void test_written_as_the_host_wants_it(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = disk_settings();
    HV_CLEANUP_FREE char *text = NULL;

    (void)state;
    assert_int_equal(hv_embedded_encode(instance, &text, NULL), 0);
    fixture_assert("synthetic/cim-embedded/disk.xml", text);
    assert_null(strstr(text, "&amp;"));
    assert_null(strstr(text, "&lt;"));
    assert_null(strstr(text, "Parent"));
}

static void test_survives_the_way_there_and_back(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = disk_settings();
    HV_CLEANUP(hv_instance_free) struct hv_instance *back = NULL;
    HV_CLEANUP_FREE char *text = NULL;
    const struct hv_property *property;

    (void)state;
    assert_int_equal(hv_embedded_encode(instance, &text, NULL), 0);
    back = decode(text);
    assert_string_equal(hv_instance_class(back), "Msvm_StorageAllocationSettingData");
    assert_string_equal(hv_instance_namespace(back), "root/virtualization/v2");
    assert_string_equal(hv_instance_text(back, "ElementName"), hv_instance_text(instance, "ElementName"));
    assert_string_equal(hv_instance_text(back, "InstanceID"), hv_instance_text(instance, "InstanceID"));
    assert_string_equal(hv_instance_text(back, "Delay"), "P0DT0H30M0S");
    property = hv_instance_find(back, "HostResource");
    assert_true(hv_property_is_array(property));
    assert_int_equal(hv_property_n_values(property), 1);
    assert_string_equal(hv_property_text(property, 0), "");
    assert_string_equal(hv_instance_text(back, "PoolID"), "");
    assert_null(hv_instance_find(back, "Parent"));
}

static void test_every_type_round_trips(void **state) {
    static const struct {
        enum hv_cim_type type;
        const char *value;
    } rows[] = {
        { HV_CIM_BOOLEAN, "true" },
        { HV_CIM_BOOLEAN, "false" },
        { HV_CIM_STRING, "" },
        { HV_CIM_STRING, "  blanks  " },
        { HV_CIM_STRING, "\r\n\t" },
        { HV_CIM_STRING, "<INSTANCE CLASSNAME=\"X\"><![CDATA[&#38;]]></INSTANCE>" },
        { HV_CIM_CHAR16, " " },
        { HV_CIM_CHAR16, "\xc3\xa9" },
        { HV_CIM_UINT8, "255" },
        { HV_CIM_SINT8, "-128" },
        { HV_CIM_UINT16, "65535" },
        { HV_CIM_SINT16, "-32768" },
        { HV_CIM_UINT32, "4294967295" },
        { HV_CIM_SINT32, "-2147483648" },
        { HV_CIM_UINT64, "18446744073709551615" },
        { HV_CIM_SINT64, "-9223372036854775808" },
        { HV_CIM_REAL32, "1.5e-3" },
        { HV_CIM_REAL64, "-0.25" },
        { HV_CIM_DATETIME, "2024-05-01T10:11:12.5+02:00" },
        { HV_CIM_DATETIME, "P1DT2H3M4.5S" },
        { HV_CIM_DATETIME, "20240501******.******+000" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make("C");
        HV_CLEANUP(hv_instance_free) struct hv_instance *back = NULL;
        HV_CLEANUP_FREE char *text = NULL;
        const char *const two[] = { rows[i].value, rows[i].value };

        assert_int_equal(hv_instance_set(instance, "One", rows[i].type, rows[i].value, NULL), 0);
        assert_int_equal(hv_instance_set_array(instance, "Two", rows[i].type, two, 2, NULL), 0);
        assert_int_equal(hv_embedded_encode(instance, &text, NULL), 0);
        back = decode(text);
        assert_int_equal(hv_instance_n_properties(back), 2);
        for (size_t p = 0; p < 2; p++) {
            const struct hv_property *property = hv_instance_property(back, p);

            assert_int_equal(hv_property_type(property), rows[i].type);
            assert_int_equal(hv_property_is_array(property), p == 1);
            assert_int_equal(hv_property_n_values(property), p + 1);
            assert_string_equal(hv_property_text(property, p), rows[i].value);
        }
    }
}

static void test_what_cannot_be_written(void **state) {
    static const struct {
        enum hv_cim_type type;
        const char *value;
        const char *message;
    } rows[] = {
        { HV_CIM_UNKNOWN, "x", "C: the type of P is not known" },
        { HV_CIM_INSTANCE, "x", "C: the type of P is not known" },
        { HV_CIM_REFERENCE, "x", "C: P is a reference, which an embedded instance cannot hold" },
        { HV_CIM_UINT16, "70000", "C: P holds no value of type uint16: \"70000\"" },
        { HV_CIM_BOOLEAN, "yes", "C: P holds no value of type boolean: \"yes\"" },
        { HV_CIM_DATETIME, "now", "C: P holds no value of type datetime: \"now\"" },
        { HV_CIM_STRING, "\x01", NULL },
        { HV_CIM_STRING, "\xff", NULL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make("C");
        struct hv_error err = { 0 };
        char *text = NULL;

        assert_int_equal(hv_instance_set(instance, "P", rows[i].type, rows[i].value, NULL), 0);
        assert_int_equal(hv_embedded_encode(instance, &text, &err), HV_E_ARGUMENT);
        assert_null(text);
        if (rows[i].message)
            assert_string_equal(err.message, rows[i].message);
    }
}

/* A null of unknown type is left out like any other null. */
static void test_nulls_need_no_type(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make("C");
    HV_CLEANUP_FREE char *text = NULL;

    (void)state;
    assert_int_equal(hv_instance_set(instance, "P", HV_CIM_UNKNOWN, NULL, NULL), 0);
    assert_int_equal(hv_embedded_encode(instance, &text, NULL), 0);
    assert_null(strstr(text, "PROPERTY"));
}

/* Other people's ways to write: each row reads as P of class C with these values. */
static const struct {
    const char *text;
    size_t n_values; /* SIZE_MAX: P is absent */
    bool is_array;
    enum hv_cim_type type;
    const char *values[2];
} other_writers[] = {
    { "<INSTANCE CLASSNAME='C'/>", SIZE_MAX, false, HV_CIM_UNKNOWN, { NULL } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' PROPAGATED='true' TYPE='string'></PROPERTY></INSTANCE>",
      0,
      false,
      HV_CIM_STRING,
      { NULL } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY TYPE='string' NAME='P'><VALUE></VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_STRING,
      { "" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY CLASSORIGIN='B' TYPE='uint16' X='y' NAME='P'><VALUE>\n "
      "5\n</VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_UINT16,
      { "5" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' TYPE='string'><VALUE> 5 </VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_STRING,
      { " 5 " } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P'><VALUE>x</VALUE></PROPERTY></INSTANCE>", 1, false, HV_CIM_UNKNOWN, { "x" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' TYPE='string'><VALUE.NULL/></PROPERTY></INSTANCE>",
      0,
      false,
      HV_CIM_STRING,
      { NULL } },
    { "<INSTANCE CLASSNAME='C'><QUALIFIER NAME='P' TYPE='string'><VALUE>q</VALUE></QUALIFIER>"
      "<PROPERTY NAME='P' TYPE='string'><QUALIFIER NAME='Key' TYPE='boolean'><VALUE>true</VALUE></QUALIFIER>"
      "<VALUE>v</VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_STRING,
      { "v" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY.ARRAY NAME='P' TYPE='string'/></INSTANCE>", 0, true, HV_CIM_STRING, { NULL } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY.ARRAY NAME='P' TYPE='string'><VALUE.ARRAY/></PROPERTY.ARRAY></INSTANCE>",
      0,
      true,
      HV_CIM_STRING,
      { NULL } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY.ARRAY NAME='P' "
      "TYPE='string'><VALUE.ARRAY><VALUE/></VALUE.ARRAY></PROPERTY.ARRAY></INSTANCE>",
      1,
      true,
      HV_CIM_STRING,
      { "" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY.ARRAY NAME='P' TYPE='uint8'><VALUE.ARRAY><VALUE.NULL/><VALUE>1</VALUE></VALUE.ARRAY>"
      "</PROPERTY.ARRAY></INSTANCE>",
      2,
      true,
      HV_CIM_UINT8,
      { NULL, "1" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' "
      "TYPE='datetime'><VALUE>20240501101112.500000+000</VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_DATETIME,
      { "2024-05-01T10:11:12.5Z" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' "
      "TYPE='datetime'><VALUE>00000000000500.000000:000</VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_DATETIME,
      { "P0DT0H5M0S" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' TYPE='datetime'><VALUE>soon</VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_DATETIME,
      { "soon" } },
    { " \r\n<?xml version='1.0'?>\n<INSTANCE CLASSNAME='C'>\n <PROPERTY NAME='P' TYPE='boolean'>\n  <VALUE>TRUE</VALUE>\n "
      "</PROPERTY>\n"
      "</INSTANCE>\n",
      1,
      false,
      HV_CIM_BOOLEAN,
      { "TRUE" } },
    { "<?xml version='1.0' encoding='utf-16'?><INSTANCE CLASSNAME='C'><PROPERTY NAME='P' "
      "TYPE='string'><VALUE>\xc3\xa9</VALUE></PROPERTY>"
      "</INSTANCE>",
      1,
      false,
      HV_CIM_STRING,
      { "\xc3\xa9" } },
    { "<CIM CIMVERSION='2.0' DTDVERSION='2.0'><DECLARATION><DECLGROUP.WITHPATH><VALUE.OBJECTWITHPATH><INSTANCEPATH>"
      "<NAMESPACEPATH><HOST>H</HOST><LOCALNAMESPACEPATH><NAMESPACE NAME='root'/></LOCALNAMESPACEPATH></NAMESPACEPATH>"
      "<INSTANCENAME CLASSNAME='C'/></INSTANCEPATH><INSTANCE CLASSNAME='C'><PROPERTY NAME='P' TYPE='string'><VALUE>v</VALUE>"
      "</PROPERTY></INSTANCE></VALUE.OBJECTWITHPATH></DECLGROUP.WITHPATH></DECLARATION></CIM>",
      1,
      false,
      HV_CIM_STRING,
      { "v" } },
    { "<VALUE.NAMEDOBJECT><INSTANCENAME CLASSNAME='C'/><INSTANCE CLASSNAME='C'><PROPERTY NAME='P' "
      "TYPE='string'><VALUE>v</VALUE>"
      "</PROPERTY></INSTANCE></VALUE.NAMEDOBJECT>",
      1,
      false,
      HV_CIM_STRING,
      { "v" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' "
      "TYPE='string'><VALUE>&amp;&lt;&#62;&#x41;<![CDATA[<b>]]></VALUE></PROPERTY></INSTANCE>",
      1,
      false,
      HV_CIM_STRING,
      { "&<>A<b>" } },
    { "<INSTANCE CLASSNAME='C'><PROPERTY.REFERENCE NAME='P'><VALUE.REFERENCE>\\\\H\\root:C.K=\"v\"</VALUE.REFERENCE>"
      "</PROPERTY.REFERENCE></INSTANCE>",
      1,
      false,
      HV_CIM_REFERENCE,
      { "\\\\H\\root:C.K=\"v\"" } },
};

static void test_other_writers(void **state) {
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(other_writers); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = decode(other_writers[i].text);
        const struct hv_property *property = hv_instance_find(instance, "P");

        assert_string_equal(hv_instance_class(instance), "C");
        if (other_writers[i].n_values == SIZE_MAX) {
            assert_null(property);
            continue;
        }
        assert_non_null(property);
        assert_int_equal(hv_property_n_values(property), other_writers[i].n_values);
        assert_int_equal(hv_property_is_array(property), other_writers[i].is_array);
        assert_int_equal(hv_property_type(property), other_writers[i].type);
        for (size_t v = 0; v < other_writers[i].n_values; v++) {
            if (other_writers[i].values[v])
                assert_string_equal(hv_property_text(property, v), other_writers[i].values[v]);
            else
                assert_null(hv_property_text(property, v));
        }
    }
}

static void test_references(void **state) {
    static const struct {
        const char *value;
        const char *uri;
        const char *key;
        const char *text;
    } rows[] = {
        { "<INSTANCENAME CLASSNAME='Msvm_X'><KEYBINDING NAME='K'><KEYVALUE "
          "VALUETYPE='string'>v</KEYVALUE></KEYBINDING></INSTANCENAME>",
          "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test/Msvm_X", "K", "v" },
        { "<LOCALINSTANCEPATH><LOCALNAMESPACEPATH><NAMESPACE NAME='root'/><NAMESPACE NAME='cimv2'/></LOCALNAMESPACEPATH>"
          "<INSTANCENAME CLASSNAME='X'><KEYBINDING NAME='K'><KEYVALUE> v "
          "</KEYVALUE></KEYBINDING></INSTANCENAME></LOCALINSTANCEPATH>",
          "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X", "K", " v " },
        { "<INSTANCEPATH><NAMESPACEPATH><HOST>H</HOST><LOCALNAMESPACEPATH><NAMESPACE NAME='root'/><NAMESPACE NAME='cimv2'/>"
          "</LOCALNAMESPACEPATH></NAMESPACEPATH><INSTANCENAME CLASSNAME='X'/></INSTANCEPATH>",
          "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X", NULL, NULL },
        { "<CLASSNAME NAME='X'/>", "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/test/X", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1 << 16);
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
        const struct hv_property *property;

        hv_buf_printf(
            &buf,
            "<INSTANCE CLASSNAME='C'><PROPERTY.REFERENCE NAME='One'><VALUE.REFERENCE>%s</VALUE.REFERENCE></PROPERTY.REFERENCE>"
            "<PROPERTY.REFARRAY NAME='Many'><VALUE.REFARRAY><VALUE.REFERENCE>%s</VALUE.REFERENCE></VALUE.REFARRAY>"
            "</PROPERTY.REFARRAY><PROPERTY.REFERENCE NAME='None'/></INSTANCE>",
            rows[i].value, rows[i].value);
        assert_int_equal(hv_embedded_decode(hv_buf_text(&buf), "root/test", &instance, NULL), 0);
        property = hv_instance_find(instance, "One");
        assert_int_equal(hv_property_type(property), HV_CIM_REFERENCE);
        assert_string_equal(hv_epr_resource_uri(hv_property_reference(property, 0)), rows[i].uri);
        if (rows[i].key)
            assert_string_equal(hv_epr_selector(hv_property_reference(property, 0), rows[i].key), rows[i].text);
        assert_true(hv_property_is_array(hv_instance_find(instance, "Many")));
        assert_non_null(hv_property_reference(hv_instance_find(instance, "Many"), 0));
        assert_int_equal(hv_property_n_values(hv_instance_find(instance, "None")), 0);
    }
}

static void test_a_reference_in_a_key(void **state) {
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *instance = decode(
        "<INSTANCE CLASSNAME='C'><PROPERTY.REFERENCE NAME='R'><VALUE.REFERENCE><INSTANCENAME CLASSNAME='A'>"
        "<KEYBINDING NAME='Dependent'><VALUE.REFERENCE><INSTANCENAME CLASSNAME='B'><KEYBINDING NAME='K'><KEYVALUE>1</KEYVALUE>"
        "</KEYBINDING></INSTANCENAME></VALUE.REFERENCE></KEYBINDING></INSTANCENAME></VALUE.REFERENCE></PROPERTY.REFERENCE></"
        "INSTANCE>");
    const struct hv_epr *epr = hv_property_reference(hv_instance_find(instance, "R"), 0);

    (void)state;
    assert_string_equal(hv_epr_selector_name(epr, 0), "Dependent");
    assert_string_equal(hv_epr_selector(hv_epr_selector_reference(epr, 0), "K"), "1");
}

static void test_objects_of_the_wmi_dtd(void **state) {
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *instance = decode(
        "<INSTANCE CLASSNAME='C'><PROPERTY.OBJECT NAME='O'><VALUE.OBJECT><INSTANCE CLASSNAME='D'><PROPERTY NAME='X' TYPE='uint8'>"
        "<VALUE>1</VALUE></PROPERTY></INSTANCE></VALUE.OBJECT></PROPERTY.OBJECT><PROPERTY.OBJECTARRAY NAME='L'>"
        "<VALUE.OBJECTARRAY><VALUE.OBJECT><INSTANCE CLASSNAME='E'/></VALUE.OBJECT><VALUE.OBJECT/></VALUE.OBJECTARRAY>"
        "</PROPERTY.OBJECTARRAY></INSTANCE>");
    const struct hv_property *list = hv_instance_find(instance, "L");

    (void)state;
    assert_string_equal(hv_instance_text(hv_property_instance(hv_instance_find(instance, "O"), 0), "X"), "1");
    assert_int_equal(hv_property_n_values(list), 2);
    assert_string_equal(hv_instance_class(hv_property_instance(list, 0)), "E");
    assert_null(hv_property_instance(list, 1));
}

static void test_what_is_refused(void **state) {
    static const struct {
        const char *text;
        int code;
    } rows[] = {
        { "", HV_E_PROTOCOL },
        { "no XML", HV_E_PROTOCOL },
        { "<CIM/>", HV_E_PROTOCOL },
        { "<INSTANCE/>", HV_E_PROTOCOL },
        { "<INSTANCE CLASSNAME='C'><PROPERTY TYPE='string'/></INSTANCE>", HV_E_PROTOCOL },
        { "<INSTANCE CLASSNAME='C'><PROPERTY NAME='P' TYPE='string'><VALUE>x</PROPERTY></INSTANCE>", HV_E_PROTOCOL },
        { "<!DOCTYPE x [<!ENTITY e 'x'>]><INSTANCE CLASSNAME='C'><PROPERTY NAME='P' "
          "TYPE='string'><VALUE>&e;</VALUE></PROPERTY></INSTANCE>",
          HV_E_PROTOCOL },
        { "<INSTANCE CLASSNAME='C'><PROPERTY.REFERENCE "
          "NAME='R'><VALUE.REFERENCE><HOST/></VALUE.REFERENCE></PROPERTY.REFERENCE></INSTANCE>",
          HV_E_PROTOCOL },
        { "<INSTANCE CLASSNAME='C'><PROPERTY.REFERENCE NAME='R'><VALUE.REFERENCE><INSTANCENAME "
          "CLASSNAME='A/B'/></VALUE.REFERENCE>"
          "</PROPERTY.REFERENCE></INSTANCE>",
          HV_E_PROTOCOL },
        { "<INSTANCE CLASSNAME='C'><PROPERTY.REFERENCE NAME='R'><VALUE.REFERENCE><INSTANCENAME "
          "CLASSNAME='A'><KEYVALUE>1</KEYVALUE>"
          "</INSTANCENAME></VALUE.REFERENCE></PROPERTY.REFERENCE></INSTANCE>",
          HV_E_PROTOCOL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_instance *instance = NULL;
        struct hv_error err = { 0 };

        assert_int_equal(hv_embedded_decode(rows[i].text, NULL, &instance, &err), rows[i].code);
        assert_null(instance);
        assert_true(err.message[0] != '\0');
    }
}

/* DEPTH references in keys of references, or objects in objects. */
static int decode_nested(const char *before, const char *open, const char *close, const char *after, int depth) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1 << 16);
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;

    hv_buf_puts(&buf, before);
    for (int i = 0; i < depth; i++)
        hv_buf_puts(&buf, open);
    for (int i = 0; i < depth; i++)
        hv_buf_puts(&buf, close);
    hv_buf_puts(&buf, after);
    return hv_embedded_decode(hv_buf_text(&buf), NULL, &instance, NULL);
}

static void test_a_text_has_a_longest(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP_FREE char *text = NULL;
    HV_CLEANUP_FREE char *value = malloc(HV_EMBEDDED_MAX_BYTES + 1);
    size_t n_around;

    (void)state;
    assert_non_null(value);
    assert_int_equal(hv_instance_new("C", NULL, &instance, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "V", HV_CIM_STRING, "", NULL), 0);
    assert_int_equal(hv_instance_to_text(instance, &text, NULL), 0);
    n_around = strlen(text);
    memset(value, 'x', HV_EMBEDDED_MAX_BYTES);
    for (size_t n_past = 0; n_past < 2; n_past++) {
        HV_CLEANUP_FREE char *big = NULL;

        value[HV_EMBEDDED_MAX_BYTES - n_around + n_past] = '\0';
        assert_int_equal(hv_instance_set(instance, "V", HV_CIM_STRING, value, NULL), 0);
        assert_int_equal(hv_instance_to_text(instance, &big, NULL), n_past == 0 ? 0 : HV_E_LIMIT);
        value[HV_EMBEDDED_MAX_BYTES - n_around + n_past] = 'x';
    }
}

static void test_nesting_has_an_end(void **state) {
    static const char open_object[] = "<INSTANCE CLASSNAME='C'><PROPERTY.OBJECT NAME='O'><VALUE.OBJECT>";
    static const char close_object[] = "</VALUE.OBJECT></PROPERTY.OBJECT></INSTANCE>";
    static const char open_key[] = "<VALUE.REFERENCE><INSTANCENAME CLASSNAME='C'><KEYBINDING NAME='K'>";
    static const char close_key[] = "</KEYBINDING></INSTANCENAME></VALUE.REFERENCE>";
    static const char before[] = "<INSTANCE CLASSNAME='C'><PROPERTY.REFERENCE NAME='R'>";
    static const char after[] = "</PROPERTY.REFERENCE></INSTANCE>";

    (void)state;
    assert_int_equal(decode_nested("", open_object, close_object, "", HV_CIM_MAX_DEPTH + 1), 0);
    assert_int_equal(decode_nested("", open_object, close_object, "", HV_CIM_MAX_DEPTH + 2), HV_E_LIMIT);
    assert_int_equal(decode_nested(before, open_key, close_key, after, HV_EPR_MAX_DEPTH),
                     HV_E_PROTOCOL); /* innermost key has no value */
    assert_int_equal(decode_nested(before, open_key, close_key, after, HV_EPR_MAX_DEPTH + 1), HV_E_LIMIT);
}

static void test_truncations(void **state) {
    HV_CLEANUP_FREE char *text = fixture_read("synthetic/cim-embedded/disk.xml", NULL);

    (void)state;
    for (size_t n = 0; n < strlen(text); n++) {
        struct hv_instance *instance = NULL;
        HV_CLEANUP_FREE char *cut = strndup(text, n);

        assert_true(hv_embedded_decode(cut, NULL, &instance, NULL) < 0);
        assert_null(instance);
    }
}

static int encode_all(void *context) {
    HV_CLEANUP_FREE char *text = NULL;

    return hv_embedded_encode(context, &text, NULL);
}

static int decode_all(void *context) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;

    return hv_embedded_decode(context, NULL, &instance, NULL);
}

static void test_every_allocation_may_fail(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = disk_settings();
    char text[] =
        "<INSTANCE CLASSNAME='C'><PROPERTY NAME='A' TYPE='string'><VALUE>x</VALUE></PROPERTY><PROPERTY.REFERENCE NAME='R'>"
        "<VALUE.REFERENCE><LOCALINSTANCEPATH><LOCALNAMESPACEPATH><NAMESPACE NAME='root'/></LOCALNAMESPACEPATH>"
        "<INSTANCENAME CLASSNAME='A'><KEYBINDING NAME='K'><KEYVALUE>1</KEYVALUE></KEYBINDING></INSTANCENAME>"
        "</LOCALINSTANCEPATH></VALUE.REFERENCE></PROPERTY.REFERENCE><PROPERTY.OBJECT NAME='O'><VALUE.OBJECT>"
        "<INSTANCE CLASSNAME='D'/></VALUE.OBJECT></PROPERTY.OBJECT></INSTANCE>";

    (void)state;
    assert_true(failmalloc_each(encode_all, instance) > 0);
    assert_true(failmalloc_each_tolerant(decode_all, text) > 5); /* libxml2 does without some */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_as_the_host_wants_it),
        cmocka_unit_test(test_survives_the_way_there_and_back),
        cmocka_unit_test(test_every_type_round_trips),
        cmocka_unit_test(test_what_cannot_be_written),
        cmocka_unit_test(test_nulls_need_no_type),
        cmocka_unit_test(test_other_writers),
        cmocka_unit_test(test_references),
        cmocka_unit_test(test_a_reference_in_a_key),
        cmocka_unit_test(test_objects_of_the_wmi_dtd),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_a_text_has_a_longest),
        cmocka_unit_test(test_nesting_has_an_end),
        cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
