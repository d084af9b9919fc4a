/* Endpoint references: built, copied, read (fixtures/hostile/epr: refused) and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failmalloc.h"
#include "support/fixture.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

#define URI        HV_WMI_PREFIX "root/virtualization/v2/Msvm_ComputerSystem"
#define NAMESPACES " xmlns:a='" HV_NS_ADDRESSING "' xmlns:w='" HV_NS_WSMAN "'"
#define PARAMETERS                                                                                                               \
    "<w:ResourceURI>\n " URI " </w:ResourceURI><w:SelectorSet><w:Selector Name='Name'> x &amp; y </w:Selector>"                  \
    "<w:Selector Name='Empty'/></w:SelectorSet>"

static struct hv_epr *new_epr(void) {
    struct hv_epr *epr = NULL;

    assert_int_equal(hv_epr_new(URI, &epr, NULL), 0);
    return epr;
}

/* The reference in the root element of TEXT, or the error. */
static int parse(const char *text, struct hv_epr **ret_epr, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    int r = hv_xml_parse(text, strlen(text), NULL, &doc, err);

    return r < 0 ? r : hv_epr_parse(hv_xml_root(doc), ret_epr, err);
}

/* Written as hv_epr_write does, inside an element that binds the prefixes. */
static void expect_written(const struct hv_epr *epr, const char *want) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(100000);
    struct hv_xml_writer writer;

    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&writer, "r");
    hv_epr_write(&writer, epr);
    hv_xml_end(&writer);
    assert_int_equal(hv_xml_writer_finish(&writer, "reference", NULL), 0);
    assert_string_equal(hv_buf_text(&buf), want);
}

static void selectors_keep_their_order_and_are_found_in_any_case(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = new_epr();
    (void)state;

    assert_int_equal(hv_epr_add_selector(epr, "Name", "vm", NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "CreationClassName", "", NULL), 0);
    assert_int_equal(hv_epr_add_reference(epr, "Element", new_epr(), NULL), 0);
    assert_string_equal(hv_epr_resource_uri(epr), URI);
    assert_int_equal(hv_epr_n_selectors(epr), 3);
    assert_string_equal(hv_epr_selector_name(epr, 1), "CreationClassName");
    assert_string_equal(hv_epr_selector_value(epr, 1), "");
    assert_string_equal(hv_epr_selector(epr, "NAME"), "vm");
    assert_null(hv_epr_selector_reference(epr, 0));
    assert_null(hv_epr_selector_value(epr, 2));
    assert_string_equal(hv_epr_resource_uri(hv_epr_selector_reference(epr, 2)), URI);
    assert_null(hv_epr_selector(epr, "Element"));
    assert_null(hv_epr_selector(epr, "Other"));
    assert_null(hv_epr_selector_name(epr, 3));
    assert_null(hv_epr_selector_value(epr, 3));
    assert_null(hv_epr_selector_reference(epr, 3));
}

static void bad_parts_are_refused_and_leave_it_as_it_was(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = new_epr();
    struct hv_epr *none = NULL;
    struct hv_error err;
    (void)state;

    assert_int_equal(hv_epr_new("", &none, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_epr_new(NULL, &none, NULL), HV_E_ARGUMENT);
    assert_null(none);
    assert_int_equal(hv_epr_add_selector(epr, "Name", "vm", NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "name", "x", &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "selector name is given twice");
    assert_int_equal(hv_epr_add_reference(epr, "NAME", new_epr(), NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_epr_add_selector(epr, "", "x", NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_epr_add_selector(epr, NULL, "x", NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_epr_add_selector(epr, "Other", NULL, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_epr_add_reference(epr, "Other", NULL, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_epr_n_selectors(epr), 1);
}

static void selectors_have_a_ceiling(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = new_epr();
    (void)state;

    for (int i = 0; i < HV_EPR_MAX_SELECTORS; i++) {
        HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(10);
        hv_buf_printf(&name, "K%d", i);
        assert_int_equal(hv_epr_add_selector(epr, hv_buf_text(&name), "v", NULL), 0);
    }
    assert_int_equal(hv_epr_add_selector(epr, "K", "v", NULL), HV_E_LIMIT);
}

static void nesting_has_a_ceiling(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = new_epr();
    HV_CLEANUP(hv_epr_free) struct hv_epr *outer = NULL;
    (void)state;

    for (int depth = 2; depth <= HV_EPR_MAX_DEPTH; depth++) {
        outer = new_epr();
        assert_int_equal(hv_epr_add_reference(outer, "Inner", epr, NULL), 0);
        epr = outer;
        outer = NULL;
    }
    outer = new_epr();
    assert_int_equal(hv_epr_add_reference(outer, "Inner", epr, NULL), HV_E_LIMIT);
    epr = NULL; /* taken nevertheless */
    assert_int_equal(hv_epr_n_selectors(outer), 0);
}

/* Inside N_AROUND elements, as text. */
static void write_inside(struct hv_buf *buf, const struct hv_epr *epr, size_t n_around) {
    struct hv_xml_writer writer;

    hv_xml_writer_init(&writer, buf, HV_XML_ESCAPE_NAMED);
    for (size_t i = 0; i < n_around; i++)
        hv_xml_begin(&writer, "r");
    hv_xml_put_attribute(&writer, "xmlns:a", HV_NS_ADDRESSING);
    hv_xml_put_attribute(&writer, "xmlns:w", HV_NS_WSMAN);
    hv_epr_write(&writer, epr);
    for (size_t i = 0; i < n_around; i++)
        hv_xml_end(&writer);
    assert_int_equal(hv_xml_writer_finish(&writer, "reference", NULL), 0);
}

static void the_deepest_reference_can_be_sent_and_read(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = new_epr();
    HV_CLEANUP(hv_epr_free) struct hv_epr *back = NULL;
    HV_CLEANUP_BUF struct hv_buf sent = HV_BUF_INIT(100000);
    HV_CLEANUP_BUF struct hv_buf alone = HV_BUF_INIT(100000);
    HV_CLEANUP_BUF struct hv_buf again = HV_BUF_INIT(100000);
    (void)state;

    for (int depth = 2; depth <= HV_EPR_MAX_DEPTH; depth++) {
        struct hv_epr *outer = new_epr();
        assert_int_equal(hv_epr_add_reference(outer, "Inner", epr, NULL), 0);
        epr = outer;
    }
    write_inside(&sent, epr, 4); /* envelope, body, method, parameter */
    write_inside(&alone, epr, 1);
    assert_int_equal(parse(hv_buf_text(&alone), &back, NULL), 0);
    write_inside(&again, back, 1);
    assert_string_equal(hv_buf_text(&again), hv_buf_text(&alone));
}

static void a_copy_is_whole_and_independent(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = new_epr();
    struct hv_epr *inner = new_epr();
    struct hv_epr *copy = NULL;
    (void)state;

    assert_int_equal(hv_epr_add_selector(inner, "Name", "inner", NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "Name", "outer", NULL), 0);
    assert_int_equal(hv_epr_add_reference(epr, "Element", inner, NULL), 0);
    assert_int_equal(hv_epr_copy(epr, &copy, NULL), 0);
    epr = hv_epr_free(epr);
    assert_null(epr);
    assert_string_equal(hv_epr_resource_uri(copy), URI);
    assert_string_equal(hv_epr_selector(copy, "Name"), "outer");
    assert_string_equal(hv_epr_selector(hv_epr_selector_reference(copy, 1), "Name"), "inner");
    hv_epr_free(copy);
    assert_null(hv_epr_free(NULL));
}

static void a_reference_is_written_as_winrm_takes_it(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = new_epr();
    struct hv_epr *inner = new_epr();
    (void)state;

    expect_written(epr, "<r><a:Address>" HV_ANONYMOUS "</a:Address><a:ReferenceParameters><w:ResourceURI>" URI
                        "</w:ResourceURI></a:ReferenceParameters></r>");
    assert_int_equal(hv_epr_add_selector(epr, "Name", "R&D <1> \"x\"", NULL), 0);
    assert_int_equal(hv_epr_add_selector(inner, "K", "\\v", NULL), 0);
    assert_int_equal(hv_epr_add_reference(epr, "Antecedent", inner, NULL), 0);
    expect_written(epr,
                   "<r><a:Address>" HV_ANONYMOUS "</a:Address><a:ReferenceParameters><w:ResourceURI>" URI
                   "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"Name\">R&amp;D &lt;1&gt; &quot;x&quot;</w:Selector>"
                   "<w:Selector Name=\"Antecedent\"><a:EndpointReference><a:Address>" HV_ANONYMOUS
                   "</a:Address><a:ReferenceParameters><w:ResourceURI>" URI
                   "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"K\">\\v</w:Selector></w:SelectorSet>"
                   "</a:ReferenceParameters></a:EndpointReference></w:Selector></w:SelectorSet></a:ReferenceParameters></r>");
}

static void a_reference_is_read_wherever_hosts_put_it(void **state) {
    static const char *const forms[] = {
        "<p" NAMESPACES "><a:Address>x</a:Address><a:ReferenceParameters>" PARAMETERS "</a:ReferenceParameters></p>",
        "<p" NAMESPACES "><a:ReferenceProperties>" PARAMETERS "</a:ReferenceProperties></p>",
        "<p" NAMESPACES "><a:EndpointReference><a:ReferenceParameters>" PARAMETERS
        "</a:ReferenceParameters></a:EndpointReference></p>",
        "<a:EndpointReference" NAMESPACES "><a:ReferenceParameters>" PARAMETERS "</a:ReferenceParameters></a:EndpointReference>",
        "<p" NAMESPACES "><a:ReferenceParameters/><a:ReferenceProperties>" PARAMETERS "<w:Unknown/></a:ReferenceProperties></p>",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
        struct hv_error err;

        if (parse(forms[i], &epr, &err) < 0)
            fail_msg("%s: %s", forms[i], err.message);
        assert_string_equal(hv_epr_resource_uri(epr), URI);
        assert_int_equal(hv_epr_n_selectors(epr), 2);
        assert_string_equal(hv_epr_selector(epr, "Name"), " x & y ");
        assert_string_equal(hv_epr_selector(epr, "Empty"), "");
    }
}

static void an_element_without_reference_is_told_from_one_with(void **state) {
    static const char text[] =
        "<r" NAMESPACES "><x>text</x><y><a:ReferenceParameters/></y><z><w:ResourceURI>u</w:ResourceURI></z></r>";
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    (void)state;

    assert_int_equal(hv_xml_parse(text, strlen(text), NULL, &doc, NULL), 0);
    assert_false(hv_epr_is_in(hv_xml_child(hv_xml_root(doc), NULL, "x")));
    assert_true(hv_epr_is_in(hv_xml_child(hv_xml_root(doc), NULL, "y")));
    assert_false(hv_epr_is_in(hv_xml_child(hv_xml_root(doc), NULL, "z")));
}

static void refuse_file(const char *path, const char *bytes, size_t n, void *context) {
    struct hv_epr *epr = NULL;
    struct hv_error err;
    int r = parse(bytes, &epr, &err);

    (void)context;
    (void)n;
    if (r != (strstr(path, "one-past") ? HV_E_LIMIT : HV_E_PROTOCOL))
        fail_msg("%s: result %d", path, r);
    assert_null(epr);
    assert_true(err.message[0]);
}

static void hostile_references_are_refused(void **state) {
    (void)state;
    assert_true(fixture_each("hostile/epr", refuse_file, NULL) > 5);
}

static int parse_and_copy(void *context) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *copy = NULL;
    int r = hv_epr_parse(context, &epr, NULL);

    if (r == 0)
        r = hv_epr_copy(epr, &copy, NULL);
    if (r < 0)
        assert_null(copy);
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    static const char text[] =
        "<p" NAMESPACES "><a:ReferenceParameters><w:ResourceURI>u:x</w:ResourceURI><w:SelectorSet>"
        "<w:Selector Name='A'>1</w:Selector><w:Selector Name='B'>2</w:Selector><w:Selector Name='C'><a:EndpointReference>"
        "<a:ReferenceParameters>" PARAMETERS
        "</a:ReferenceParameters></a:EndpointReference></w:Selector></w:SelectorSet></a:ReferenceParameters></p>";
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    (void)state;

    assert_int_equal(hv_xml_parse(text, strlen(text), NULL, &doc, NULL), 0);
    assert_true(failmalloc_each(parse_and_copy, (void *)(uintptr_t)hv_xml_root(doc)) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selectors_keep_their_order_and_are_found_in_any_case),
        cmocka_unit_test(bad_parts_are_refused_and_leave_it_as_it_was),
        cmocka_unit_test(selectors_have_a_ceiling),
        cmocka_unit_test(nesting_has_a_ceiling),
        cmocka_unit_test(the_deepest_reference_can_be_sent_and_read),
        cmocka_unit_test(a_copy_is_whole_and_independent),
        cmocka_unit_test(a_reference_is_written_as_winrm_takes_it),
        cmocka_unit_test(a_reference_is_read_wherever_hosts_put_it),
        cmocka_unit_test(an_element_without_reference_is_told_from_one_with),
        cmocka_unit_test(hostile_references_are_refused),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
