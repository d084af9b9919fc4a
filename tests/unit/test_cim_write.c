/* Values there and back: what is written is read again as it was, and what was read is written as it came. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/size.h"
#include "cim/identity.h"
#include "cim/wire.h"
#include "cim/write.h"
#include "support/failmalloc.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

#define URI HV_WMI_PREFIX "root/lab/Lab_X"

/* INSTANCE inside an element that binds the prefixes of an envelope. */
static int write_whole(const struct hv_instance *instance, struct hv_buf *bytes, struct hv_error *err) {
    struct hv_xml_writer writer;
    int r;

    hv_buf_reset(bytes);
    hv_xml_writer_init(&writer, bytes, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&writer, "body");
    hv_xml_put_attribute(&writer, "xmlns:a", HV_NS_ADDRESSING);
    hv_xml_put_attribute(&writer, "xmlns:w", HV_NS_WSMAN);
    r = hv_wire_write_instance(&writer, instance, URI, err);
    hv_xml_end(&writer);
    return r < 0 ? r : hv_xml_writer_finish(&writer, "the instance", err);
}

static int read_back(const struct hv_buf *bytes, struct hv_instance **ret_instance) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    int r = hv_xml_parse(hv_buf_text(bytes), bytes->len, NULL, &doc, NULL);

    return r < 0 ? r : hv_wire_read_body(hv_xml_root(doc), NULL, ret_instance, NULL);
}

/* What is written, read and written again has the same bytes. */
static struct hv_instance *round_trip(const struct hv_instance *instance) {
    HV_CLEANUP_BUF struct hv_buf first = HV_BUF_INIT(1 << 20);
    HV_CLEANUP_BUF struct hv_buf second = HV_BUF_INIT(1 << 20);
    struct hv_instance *back = NULL;
    struct hv_error err = { 0 };

    if (write_whole(instance, &first, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(read_back(&first, &back), 0);
    assert_int_equal(write_whole(back, &second, NULL), 0);
    assert_string_equal(hv_buf_text(&first), hv_buf_text(&second));
    return back;
}

static struct hv_instance *new_instance(void) {
    struct hv_instance *instance = NULL;

    assert_int_equal(hv_instance_new("Lab_X", "root/lab", &instance, NULL), 0);
    return instance;
}

static void every_type_survives(void **state) {
    static const struct {
        enum hv_cim_type type;
        const char *text;
    } rows[] = {
        { HV_CIM_BOOLEAN, "true" },
        { HV_CIM_BOOLEAN, "FALSE" },
        { HV_CIM_BOOLEAN, "1" },
        { HV_CIM_BOOLEAN, "0" },
        { HV_CIM_STRING, "" },
        { HV_CIM_STRING, "  <a> & ]]> \"q\" 'q' \r\n\t \xF0\x9F\x98\x80 \xE2\x80\xA8" },
        { HV_CIM_CHAR16, "\xC3\xA9" },
        { HV_CIM_CHAR16, " " },
        { HV_CIM_UINT8, "255" },
        { HV_CIM_SINT8, "-128" },
        { HV_CIM_UINT16, "65535" },
        { HV_CIM_SINT16, "-32768" },
        { HV_CIM_UINT32, "4294967295" },
        { HV_CIM_SINT32, "-2147483648" },
        { HV_CIM_UINT64, "18446744073709551615" },
        { HV_CIM_SINT64, "-9223372036854775808" },
        { HV_CIM_REAL32, "1.5E-3" },
        { HV_CIM_REAL32, "-INF" },
        { HV_CIM_REAL64, "2.2250738585072014e-308" },
        { HV_CIM_REAL64, "NaN" },
        { HV_CIM_DATETIME, "2024-05-01T10:11:12.5Z" },
        { HV_CIM_DATETIME, "2024-05-01T10:11:12+09:00" },
        { HV_CIM_DATETIME, "1601-01-01T00:00:00Z" },
        { HV_CIM_DATETIME, "2024-05-01T10:11:12.1234567Z" },
        { HV_CIM_DATETIME, "P0DT0H30M0S" },
        { HV_CIM_DATETIME, "P12DT1H2M3.004S" },
        { HV_CIM_DATETIME, "2024-05-01" },
        { HV_CIM_DATETIME, "10:11:12Z" },
        { HV_CIM_DATETIME, "20240501101112.******+000" },
        { HV_CIM_UNKNOWN, "anything" },
    };
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
        HV_CLEANUP(hv_instance_free) struct hv_instance *back = NULL;

        assert_int_equal(hv_instance_set(instance, "V", rows[i].type, rows[i].text, NULL), 0);
        back = round_trip(instance);
        assert_string_equal(hv_instance_text(back, "V"), rows[i].text);
        if (rows[i].type == HV_CIM_DATETIME)
            assert_int_equal(hv_property_type(hv_instance_find(back, "V")), HV_CIM_DATETIME);
    }
}

static void values_that_are_none_of_their_type_are_refused(void **state) {
    static const struct {
        enum hv_cim_type type;
        const char *text;
    } rows[] = {
        { HV_CIM_BOOLEAN, "yes" },       { HV_CIM_BOOLEAN, "2" }, { HV_CIM_UINT16, "65536" }, { HV_CIM_SINT8, "-129" },
        { HV_CIM_CHAR16, "ab" },         { HV_CIM_CHAR16, "" },   { HV_CIM_REAL32, "1,5" },   { HV_CIM_UINT64, "0x10" },
        { HV_CIM_DATETIME, "tomorrow" }, { HV_CIM_DATETIME, "" },
    };
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(1 << 20);

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
        struct hv_error err = { 0 };

        assert_int_equal(hv_instance_set(instance, "V", rows[i].type, rows[i].text, NULL), 0);
        assert_int_equal(write_whole(instance, &bytes, &err), HV_E_ARGUMENT);
        assert_non_null(strstr(err.message, "V is no value of type "));
    }
}

static void null_and_empty_text_and_arrays_differ(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
    HV_CLEANUP(hv_instance_free) struct hv_instance *back = NULL;
    const char *const one[] = { "7" };
    const char *const two[] = { "", "b" };

    (void)state;
    assert_int_equal(hv_instance_set(instance, "Null", HV_CIM_STRING, NULL, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "Empty", HV_CIM_STRING, "", NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "One", HV_CIM_UINT8, one, 1, NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "Two", HV_CIM_STRING, two, 2, NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "None", HV_CIM_STRING, two, 0, NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "NullArray", HV_CIM_STRING, NULL, 0, NULL), 0);
    assert_true(hv_property_is_empty(hv_instance_find(instance, "None")));
    assert_false(hv_property_is_empty(hv_instance_find(instance, "NullArray")));
    assert_false(hv_property_is_empty(hv_instance_find(instance, "Null")));
    assert_false(hv_property_is_empty(hv_instance_find(instance, "One")));
    back = round_trip(instance);
    assert_int_equal(hv_property_n_values(hv_instance_find(back, "Null")), 0);
    assert_string_equal(hv_instance_text(back, "Empty"), "");
    assert_string_equal(hv_instance_text(back, "One"), "7");
    assert_int_equal(hv_property_n_values(hv_instance_find(back, "Two")), 2);
    assert_string_equal(hv_property_text(hv_instance_find(back, "Two"), 0), "");
    assert_int_equal(hv_property_n_values(hv_instance_find(back, "None")), 0);
}

/* An empty array that gets a value is one no more, and a value that is set again is the only one. */
static void setting_again_replaces(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
    struct hv_instance *inner = NULL;
    struct hv_epr *epr = NULL;

    (void)state;
    assert_int_equal(hv_instance_set_array(instance, "V", HV_CIM_STRING, (const char *const[]){ "a", "b" }, 2, NULL), 0);
    assert_int_equal(hv_epr_new(URI, &epr, NULL), 0);
    assert_int_equal(hv_instance_set_reference(instance, "V", epr, NULL), 0);
    assert_int_equal(hv_property_n_values(hv_instance_find(instance, "V")), 1);
    assert_string_equal(hv_epr_resource_uri(hv_property_reference(hv_instance_find(instance, "v"), 0)), URI);
    assert_int_equal(hv_instance_new("Lab_Y", NULL, &inner, NULL), 0);
    assert_int_equal(hv_instance_set_instance(instance, "V", inner, NULL), 0);
    assert_null(hv_property_reference(hv_instance_find(instance, "V"), 0));
    assert_string_equal(hv_instance_class(hv_property_instance(hv_instance_find(instance, "V"), 0)), "Lab_Y");
    assert_int_equal(hv_instance_set(instance, "V", HV_CIM_STRING, "c", NULL), 0);
    assert_string_equal(hv_instance_text(instance, "V"), "c");
    assert_int_equal(hv_instance_set_reference(instance, "V", NULL, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_instance_set_instance(instance, "", NULL, NULL), HV_E_ARGUMENT);
}

/* As base64 in one text or as numbers: it goes back as it came (DSP0230 7.2.5). */
static void octets_go_back_in_the_form_that_came(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
    HV_CLEANUP(hv_instance_free) struct hv_instance *back = NULL;
    const char *const coded[] = { "AAECAw==" };
    const char *const numbers[] = { "0", "1", "255" };

    (void)state;
    assert_int_equal(hv_instance_set_array(instance, "Coded", HV_CIM_UINT8, coded, 1, NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "Numbers", HV_CIM_UINT8, numbers, 3, NULL), 0);
    back = round_trip(instance);
    assert_string_equal(hv_instance_text(back, "Coded"), coded[0]);
    assert_int_equal(hv_property_n_values(hv_instance_find(back, "Numbers")), 3);
}

static void a_number_that_is_none_is_refused(void **state) {
    static const struct {
        const char *text;
        bool is_array;
    } refused[] = { { "256", false }, { "-1", false }, { "1.5", false }, { "", false },    { "0x10", false },
                    { " 5", false },  { "256", true }, { "AA=A", true }, { "A===", true }, { "[1]", true } };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(refused); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(4096);
        struct hv_xml_writer writer;
        struct hv_error err = { 0 };

        if (refused[i].is_array)
            assert_int_equal(hv_instance_set_array(instance, "V", HV_CIM_UINT8, &refused[i].text, 1, NULL), 0);
        else
            assert_int_equal(hv_instance_set(instance, "V", HV_CIM_UINT8, refused[i].text, NULL), 0);
        hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
        assert_int_equal(hv_wire_write_instance(&writer, instance, HV_WMI_PREFIX "root/lab/Lab_X", &err), HV_E_ARGUMENT);
        assert_non_null(strstr(err.message, "V is no value of type uint8"));
    }
}

/* A reference whose key is a reference, and an instance in an instance. */
static struct hv_instance *nested(void) {
    struct hv_instance *instance = new_instance();
    struct hv_instance *middle = NULL;
    struct hv_instance *inner = NULL;
    struct hv_epr *key = NULL;
    struct hv_epr *epr = NULL;

    assert_int_equal(hv_epr_new(HV_WMI_PREFIX "root/lab/Lab_Y", &key, NULL), 0);
    assert_int_equal(hv_epr_add_selector(key, "Id", " a<b ", NULL), 0);
    assert_int_equal(hv_epr_new(HV_WMI_PREFIX "root/lab/Lab_Link", &epr, NULL), 0);
    assert_int_equal(hv_epr_add_reference(epr, "Antecedent", key, NULL), 0);
    assert_int_equal(hv_instance_set_reference(instance, "Link", epr, NULL), 0);
    assert_int_equal(hv_instance_new("Lab_Inner", NULL, &inner, NULL), 0);
    assert_int_equal(hv_instance_set(inner, "When", HV_CIM_DATETIME, "P0DT0H0M1S", NULL), 0);
    assert_int_equal(hv_instance_new("Lab_Middle", NULL, &middle, NULL), 0);
    assert_int_equal(hv_instance_set_instance(middle, "Inner", inner, NULL), 0);
    assert_int_equal(hv_instance_set(middle, "Text", HV_CIM_STRING, "x", NULL), 0);
    assert_int_equal(hv_instance_set_instance(instance, "Object", middle, NULL), 0);
    return instance;
}

static void references_and_instances_inside_survive(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = nested();
    HV_CLEANUP(hv_instance_free) struct hv_instance *back = round_trip(instance);
    HV_CLEANUP(hv_instance_free) struct hv_instance *copy = NULL;
    const struct hv_epr *link = hv_property_reference(hv_instance_find(back, "Link"), 0);
    const struct hv_instance *middle = hv_property_instance(hv_instance_find(back, "Object"), 0);
    const struct hv_instance *inner = hv_property_instance(hv_instance_find(middle, "Inner"), 0);

    (void)state;
    assert_string_equal(hv_epr_selector(hv_epr_selector_reference(link, 0), "Id"), " a<b ");
    assert_string_equal(hv_instance_class(middle), "Lab_Middle");
    assert_string_equal(hv_instance_namespace(middle), "root/lab");
    assert_string_equal(hv_instance_class(inner), "Lab_Inner");
    assert_string_equal(hv_instance_text(inner, "When"), "P0DT0H0M1S");
    assert_int_equal(hv_instance_copy(back, &copy, NULL), 0);
    assert_true(hv_identity_mix(HV_IDENTITY_BEGIN, copy, NULL) == hv_identity_mix(HV_IDENTITY_BEGIN, back, NULL));
    assert_int_equal(hv_instance_set(copy, "More", HV_CIM_STRING, "", NULL), 0);
    assert_true(hv_identity_mix(HV_IDENTITY_BEGIN, copy, NULL) != hv_identity_mix(HV_IDENTITY_BEGIN, back, NULL));
}

static void nesting_has_a_limit(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(1 << 20);
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();

    (void)state;
    for (int i = 0; i <= HV_CIM_MAX_DEPTH; i++) {
        struct hv_instance *outer = new_instance();

        assert_int_equal(write_whole(instance, &bytes, NULL), 0);
        assert_int_equal(hv_instance_set_instance(outer, "Object", instance, NULL), 0);
        instance = outer;
    }
    assert_int_equal(write_whole(instance, &bytes, NULL), HV_E_ARGUMENT);
}

static void names_that_are_no_xml_are_refused(void **state) {
    static const char *const names[] = { "a b", "x:y", "1", "a><b", "" };
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(1 << 20);

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
        struct hv_instance *inner = NULL;

        if (hv_instance_set(instance, names[i], HV_CIM_STRING, "", NULL) == 0)
            assert_int_equal(write_whole(instance, &bytes, NULL), HV_E_ARGUMENT);
        if (hv_instance_new(names[i], NULL, &inner, NULL) < 0)
            continue;
        assert_int_equal(hv_instance_set_instance(instance, "Object", inner, NULL), 0);
        assert_int_equal(write_whole(instance, &bytes, NULL), HV_E_ARGUMENT);
    }
}

/* Both directions of the text that Hyper-V's string properties hold. */
static void embedded_texts_survive(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = new_instance();
    HV_CLEANUP(hv_instance_free) struct hv_instance *back = NULL;
    HV_CLEANUP_FREE char *text = NULL;

    (void)state;
    assert_int_equal(hv_instance_set(instance, "Text", HV_CIM_STRING, "a & b < ]]> \xF0\x9F\x98\x80", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "Null", HV_CIM_STRING, NULL, NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "None", HV_CIM_STRING, (const char *const[]){ "" }, 0, NULL), 0);
    assert_int_equal(hv_instance_to_text(instance, &text, NULL), 0);
    assert_non_null(strstr(text, "a &#38; b &#60; ]]&#62;"));
    assert_int_equal(hv_instance_from_text(text, "root/lab", &back, NULL), 0);
    assert_string_equal(hv_instance_text(back, "Text"), "a & b < ]]> \xF0\x9F\x98\x80");
    assert_null(hv_instance_find(back, "Null"));
    assert_true(hv_property_is_empty(hv_instance_find(back, "None")));
    assert_int_equal(hv_instance_from_text(NULL, NULL, &back, NULL), HV_E_ARGUMENT);
}

struct trip {
    const struct hv_instance *instance;
    struct hv_buf bytes;
};

static int copy_and_write(void *context) {
    struct trip *trip = context;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(1 << 20);
    HV_CLEANUP(hv_instance_free) struct hv_instance *copy = NULL;
    int r = hv_instance_copy(trip->instance, &copy, NULL);

    return r < 0 ? r : write_whole(copy, &bytes, NULL);
}

static void every_allocation_may_fail(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = nested();
    struct trip trip = { instance, HV_BUF_INIT(1 << 20) };

    (void)state;
    assert_true(failmalloc_each(copy_and_write, &trip) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_survives),
        cmocka_unit_test(values_that_are_none_of_their_type_are_refused),
        cmocka_unit_test(null_and_empty_text_and_arrays_differ),
        cmocka_unit_test(setting_again_replaces),
        cmocka_unit_test(octets_go_back_in_the_form_that_came),
        cmocka_unit_test(a_number_that_is_none_is_refused),
        cmocka_unit_test(references_and_instances_inside_survive),
        cmocka_unit_test(nesting_has_a_limit),
        cmocka_unit_test(names_that_are_no_xml_are_refused),
        cmocka_unit_test(embedded_texts_survive),
        cmocka_unit_test(every_allocation_may_fail),
    };

    hv_xml_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
