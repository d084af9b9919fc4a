/* Enumerate, Pull, Release: requests byte for byte, and pages in each form hosts send them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "support/wire.h"
#include "wsman/enumeration.h"
#include "wsman/uri.h"

#define V2      HV_WMI_PREFIX "root/virtualization/v2/"
#define CONTEXT "uuid:9A0B4A5E-0000-4000-8000-00000000000A"

typedef void write_fn(struct hv_xml_writer *writer, const void *what);

static void expect(const char *resource_uri, const char *action, write_fn *write, const void *what, const char *fixture) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = NULL;
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(100000);
    struct hv_xml_writer writer;
    struct hv_header header;

    assert_int_equal(hv_epr_new(resource_uri, &target, NULL), 0);
    header = wire_header(target, action);
    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    hv_envelope_begin(&writer, &header);
    write(&writer, what);
    hv_envelope_end(&writer);
    assert_int_equal(hv_xml_writer_finish(&writer, "request", NULL), 0);
    wire_compare(&buf, fixture);
}

static void write_enumerate(struct hv_xml_writer *writer, const void *what) {
    hv_enumerate_write(writer, what);
}

static void write_pull(struct hv_xml_writer *writer, const void *what) {
    hv_pull_write(writer, what, 0);
}

static void write_release(struct hv_xml_writer *writer, const void *what) {
    hv_release_write(writer, what);
}

static void an_enumerate_is_written_byte_for_byte(void **state) {
    const struct hv_enumerate_options whole = { .resource_uri = V2 "Msvm_ComputerSystem" };
    const struct hv_enumerate_options query = {
        .resource_uri = V2 "*",
        .wql = "SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'R&D <1>'",
        .mode = HV_ENUMERATE_OBJECT_AND_EPR,
        .max_elements = 100,
    };
    const struct hv_enumerate_options plain = {
        .resource_uri = V2 "Msvm_ComputerSystem",
        .mode = HV_ENUMERATE_EPR,
        .plain = true,
    };
    (void)state;

    expect(whole.resource_uri, HV_ACTION_ENUMERATE, write_enumerate, &whole, "synthetic/wsman-requests/enumerate.xml");
    expect(query.resource_uri, HV_ACTION_ENUMERATE, write_enumerate, &query, "synthetic/wsman-requests/enumerate-wql.xml");
    expect(plain.resource_uri, HV_ACTION_ENUMERATE, write_enumerate, &plain, "synthetic/wsman-requests/enumerate-plain-epr.xml");
}

static void polymorphism_is_asked_for_by_name(void **state) {
    static const char *const words[] = {
        [HV_POLYMORPHISM_UNSAID] = "<n:Enumerate/>",
        [HV_POLYMORPHISM_INCLUDE] = ">IncludeSubClassProperties</b:PolymorphismMode>",
        [HV_POLYMORPHISM_EXCLUDE] = ">ExcludeSubClassProperties</b:PolymorphismMode>",
        [HV_POLYMORPHISM_NONE] = "<b:PolymorphismMode xmlns:b=\"" HV_NS_CIM_BINDING "\">None</b:PolymorphismMode>",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(10000);
        const struct hv_enumerate_options options = { .plain = true, .polymorphism = (enum hv_polymorphism)i };
        struct hv_xml_writer writer;

        hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
        hv_enumerate_write(&writer, &options);
        assert_int_equal(hv_xml_writer_finish(&writer, "request", NULL), 0);
        assert_non_null(strstr(hv_buf_text(&buf), words[i]));
    }
}

static void a_pull_and_a_release_are_written_byte_for_byte(void **state) {
    (void)state;

    expect(V2 "Msvm_ComputerSystem", HV_ACTION_PULL, write_pull, CONTEXT, "synthetic/wsman-requests/pull.xml");
    expect(V2 "Msvm_ComputerSystem", HV_ACTION_RELEASE, write_release, CONTEXT, "synthetic/wsman-requests/release.xml");
}

static void a_page_tells_items_and_whether_more_follow(void **state) {
    static const struct {
        const char *file;
        int n_items; /* -1: no element for them */
        const char *context;
    } pages[] = {
        { "enumerate-more", 2, "uuid:9A0B4A5E-0000-4000-8000-00000000000B" },
        { "enumerate-last", 1, NULL },
        { "enumerate-context-only", -1, "uuid:9A0B4A5E-0000-4000-8000-00000000000B" },
        { "enumerate-empty", 0, NULL },
        { "pull-more", 1, "uuid:9A0B4A5E-0000-4000-8000-00000000000B" },
        { "pull-last", 1, NULL },
        { "pull-last-with-context", 0, NULL },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
        HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1000);
        struct hv_error err;
        struct hv_page page;
        int n = 0;

        print_message("%s\n", pages[i].file);
        hv_buf_printf(&name, "synthetic/wsman-answers/%s.xml", pages[i].file);
        assert_int_equal(wire_open(hv_buf_text(&name), 200, &envelope, &err), 0);
        assert_int_equal(hv_page_parse(envelope, &page, &err), 0);
        assert_int_equal(page.items == NULL, pages[i].n_items < 0);
        for (const struct hv_xml_node *item = hv_xml_first(page.items); item; item = hv_xml_next(item))
            n++;
        assert_int_equal(n, pages[i].n_items < 0 ? 0 : pages[i].n_items);
        if (pages[i].context)
            assert_string_equal(page.context, pages[i].context);
        else
            assert_null(page.context);
    }
}

static void the_context_comes_without_white_space_around(void **state) {
    static const char text[] =
        "<s:Envelope xmlns:s='" HV_NS_SOAP "'><s:Body><q:PullResponse xmlns:q='" HV_NS_ENUMERATION
        "'>\n <q:EnumerationContext>\n  17\n </q:EnumerationContext>\n</q:PullResponse></s:Body></s:Envelope>";
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    struct hv_answer answer = { 200, NULL, text, strlen(text), NULL };
    struct hv_page page;
    (void)state;

    assert_int_equal(hv_envelope_open(&answer, NULL, &envelope, NULL), 0);
    assert_int_equal(hv_page_parse(envelope, &page, NULL), 0);
    assert_string_equal(page.context, "17");
    assert_null(page.items);
}

/* Not the end of the sequence, which nobody said. */
static void a_context_of_elements_is_an_error(void **state) {
    static const char begin[] = "<s:Envelope xmlns:s='" HV_NS_SOAP "'><s:Body><q:PullResponse xmlns:q='" HV_NS_ENUMERATION
                                "'><q:EnumerationContext><c>1</c></q:EnumerationContext>";
    static const char *const ends[] = { "</q:PullResponse></s:Body></s:Envelope>",
                                        "<q:EndOfSequence/></q:PullResponse></s:Body></s:Envelope>" };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(ends); i++) {
        HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
        HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(4096);
        struct hv_answer answer = { .status = 200 };
        struct hv_page page = { 0 };

        hv_buf_puts(&text, begin);
        hv_buf_puts(&text, ends[i]);
        answer.bytes = hv_buf_text(&text);
        answer.n_bytes = text.len;
        assert_int_equal(hv_envelope_open(&answer, NULL, &envelope, NULL), 0);
        assert_int_equal(hv_page_parse(envelope, &page, NULL), i == 0 ? HV_E_PROTOCOL : 0);
        assert_null(page.context);
    }
}

static void another_body_is_no_page(void **state) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    struct hv_page page = { .context = "untouched" };
    struct hv_error err;
    (void)state;

    assert_int_equal(wire_open("synthetic/wsman-answers/get.xml", 200, &envelope, &err), 0);
    assert_int_equal(hv_page_parse(envelope, &page, &err), HV_E_PROTOCOL);
    assert_string_equal(page.context, "untouched");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_enumerate_is_written_byte_for_byte),
        cmocka_unit_test(polymorphism_is_asked_for_by_name),
        cmocka_unit_test(a_pull_and_a_release_are_written_byte_for_byte),
        cmocka_unit_test(a_page_tells_items_and_whether_more_follow),
        cmocka_unit_test(the_context_comes_without_white_space_around),
        cmocka_unit_test(a_context_of_elements_is_an_error),
        cmocka_unit_test(another_body_is_no_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
