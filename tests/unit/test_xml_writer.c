/* The XML writer: what it escapes, what it refuses, and that a reader gets back what was put in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failmalloc.h"
#include "xml/reader.h"
#include "xml/writer.h"

struct fixture {
    struct hv_buf buf;
    struct hv_xml_writer writer;
    struct hv_error err;
};

static void start(struct fixture *f, enum hv_xml_escaping escaping) {
    hv_buf_init(&f->buf, 100000);
    hv_xml_writer_init(&f->writer, &f->buf, escaping);
}

/* The document is TEXT. */
static void expect(struct fixture *f, const char *text) {
    assert_int_equal(hv_xml_writer_finish(&f->writer, "document", &f->err), 0);
    assert_string_equal(hv_buf_text(&f->buf), text);
    hv_buf_deinit(&f->buf);
}

static void expect_failure(struct fixture *f, int code, const char *message) {
    assert_int_equal(hv_xml_writer_finish(&f->writer, "document", &f->err), code);
    assert_string_equal(f->err.message, message);
    hv_buf_deinit(&f->buf);
}

static void elements_nest_and_empty_ones_are_short(void **state) {
    struct fixture f;
    (void)state;

    start(&f, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&f.writer, "s:a");
    hv_xml_put_attribute(&f.writer, "xmlns:s", "u:s");
    hv_xml_put_attribute(&f.writer, "b", "c");
    hv_xml_put_element(&f.writer, "d", "text");
    hv_xml_put_element(&f.writer, "nothing", NULL);
    hv_xml_put_element(&f.writer, "empty", "");
    hv_xml_begin(&f.writer, "e");
    hv_xml_put_attribute(&f.writer, "f", "");
    hv_xml_end(&f.writer);
    hv_xml_put_text(&f.writer, "one");
    hv_xml_put_text(&f.writer, " two");
    hv_xml_end(&f.writer);
    expect(&f, "<s:a xmlns:s=\"u:s\" b=\"c\"><d>text</d><nothing/><empty></empty><e f=\"\"/>one two</s:a>");
}

static void markup_is_escaped_by_name(void **state) {
    struct fixture f;
    (void)state;

    start(&f, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&f.writer, "a");
    hv_xml_put_attribute(&f.writer, "b", "<\"&'>");
    hv_xml_put_text(&f.writer, "<\"&'> ]]>");
    hv_xml_end(&f.writer);
    expect(&f, "<a b=\"&lt;&quot;&amp;'&gt;\">&lt;&quot;&amp;'&gt; ]]&gt;</a>");
}

/* What Hyper-V wants inside embedded instances (wsman.md 4.3). */
static void markup_is_escaped_by_number(void **state) {
    struct fixture f;
    (void)state;

    start(&f, HV_XML_ESCAPE_NUMERIC);
    hv_xml_begin(&f.writer, "VALUE");
    hv_xml_put_attribute(&f.writer, "b", "<\"&'>");
    hv_xml_put_text(&f.writer, "<\"&'>");
    hv_xml_end(&f.writer);
    expect(&f, "<VALUE b=\"&#60;&#34;&#38;'&#62;\">&#60;&#34;&#38;'&#62;</VALUE>");
}

static void white_space_survives_a_reader(void **state) {
    struct fixture f;
    (void)state;

    start(&f, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&f.writer, "a");
    hv_xml_put_attribute(&f.writer, "b", "\t\r\n ");
    hv_xml_put_text(&f.writer, "\t\r\n ");
    hv_xml_end(&f.writer);
    expect(&f, "<a b=\"&#9;&#13;&#10; \">\t&#13;\n </a>");
}

/* Every character that XML allows comes back; every other one is refused and named. */
static void each_character_below_u0800_comes_back_or_is_named(void **state) {
    (void)state;

    for (uint32_t code = 1; code < 0x800; code++) {
        char text[3] = { (char)code, 0, 0 };
        struct fixture f;

        if (code >= 0x80) {
            text[0] = (char)(0xC0 | code >> 6);
            text[1] = (char)(0x80 | (code & 0x3F));
        }
        start(&f, code % 2 ? HV_XML_ESCAPE_NAMED : HV_XML_ESCAPE_NUMERIC);
        hv_xml_begin(&f.writer, "a");
        hv_xml_put_attribute(&f.writer, "b", text);
        hv_xml_put_text(&f.writer, text);
        hv_xml_end(&f.writer);
        if (code < 0x20 && code != '\t' && code != '\n' && code != '\r') {
            HV_CLEANUP_BUF struct hv_buf want = HV_BUF_INIT(100);
            hv_buf_printf(&want, "document holds the character U+%04X, which XML cannot carry", (unsigned)code);
            expect_failure(&f, HV_E_ARGUMENT, hv_buf_text(&want));
        } else {
            HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
            assert_int_equal(hv_xml_writer_finish(&f.writer, "document", NULL), 0);
            assert_int_equal(hv_xml_parse(f.buf.data, f.buf.len, NULL, &doc, NULL), 0);
            assert_string_equal(hv_xml_text(hv_xml_root(doc)), text);
            assert_string_equal(hv_xml_attribute(hv_xml_root(doc), "", "b"), text);
            hv_buf_deinit(&f.buf);
        }
    }
}

static void what_xml_cannot_carry_is_refused_and_named(void **state) {
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        { "bell \x07", "document holds the character U+0007, which XML cannot carry" },
        { "\xEF\xBF\xBE", "document holds the character U+FFFE, which XML cannot carry" },
        { "x\xEF\xBF\xBF", "document holds the character U+FFFF, which XML cannot carry" },
        { "\xED\xA0\x80", "document holds the character U+D800, which XML cannot carry" },
        { "\xED\xBF\xBF", "document holds the character U+DFFF, which XML cannot carry" },
        { "M\xFCller", "document holds text that is not UTF-8 (byte 0xFC)" },
        { "\xC0\xBC", "document holds text that is not UTF-8 (byte 0xC0)" },
        { "\xE2\x82", "document holds text that is not UTF-8 (byte 0xE2)" },
        { "\xF4\x90\x80\x80", "document holds text that is not UTF-8 (byte 0xF4)" },
        { "\x80", "document holds text that is not UTF-8 (byte 0x80)" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fixture f;

        start(&f, HV_XML_ESCAPE_NAMED);
        hv_xml_put_element(&f.writer, "a", cases[i].text);
        expect_failure(&f, HV_E_ARGUMENT, cases[i].message);
        start(&f, HV_XML_ESCAPE_NUMERIC);
        hv_xml_begin(&f.writer, "a");
        hv_xml_put_attribute(&f.writer, "b", cases[i].text);
        hv_xml_end(&f.writer);
        expect_failure(&f, HV_E_ARGUMENT, cases[i].message);
    }
}

static void characters_beyond_the_first_plane_pass(void **state) {
    struct fixture f;
    (void)state;

    start(&f, HV_XML_ESCAPE_NAMED);
    hv_xml_put_element(&f.writer, "a", "\xF0\x9D\x84\x9E\xF4\x8F\xBF\xBF\xEE\x80\x80\xED\x9F\xBF");
    expect(&f, "<a>\xF0\x9D\x84\x9E\xF4\x8F\xBF\xBF\xEE\x80\x80\xED\x9F\xBF</a>");
}

static void the_first_failure_sticks(void **state) {
    struct fixture f;
    (void)state;

    start(&f, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&f.writer, "a");
    hv_xml_put_element(&f.writer, "b", "\x01");
    hv_xml_put_element(&f.writer, "c", "\x02");
    hv_xml_begin(&f.writer, "d");
    hv_xml_put_attribute(&f.writer, "e", "fine");
    hv_xml_end(&f.writer);
    hv_xml_end(&f.writer);
    expect_failure(&f, HV_E_ARGUMENT, "document holds the character U+0001, which XML cannot carry");
}

static void nesting_has_a_ceiling(void **state) {
    struct fixture f;
    (void)state;

    for (size_t depth = HV_XML_WRITER_DEPTH; depth <= HV_XML_WRITER_DEPTH + 1; depth++) {
        start(&f, HV_XML_ESCAPE_NAMED);
        for (size_t i = 0; i < depth; i++)
            hv_xml_begin(&f.writer, "a");
        for (size_t i = 0; i < depth; i++)
            hv_xml_end(&f.writer);
        if (depth > HV_XML_WRITER_DEPTH)
            expect_failure(&f, HV_E_LIMIT, "document is nested deeper than 64 levels");
        else
            assert_int_equal(hv_xml_writer_finish(&f.writer, "document", NULL), 0);
        hv_buf_deinit(&f.buf);
    }
}

static void the_ceiling_of_the_buffer_is_reported(void **state) {
    struct fixture f;
    (void)state;

    hv_buf_init(&f.buf, 10);
    hv_xml_writer_init(&f.writer, &f.buf, HV_XML_ESCAPE_NAMED);
    hv_xml_put_element(&f.writer, "a", "too much text");
    expect_failure(&f, HV_E_LIMIT, "document is larger than 10 bytes");
}

static int write_once(void *context) {
    struct fixture f;
    int r;

    (void)context;
    start(&f, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&f.writer, "a");
    for (int i = 0; i < 200; i++)
        hv_xml_put_element(&f.writer, "element", "text & more");
    hv_xml_end(&f.writer);
    r = hv_xml_writer_finish(&f.writer, "document", &f.err);
    hv_buf_deinit(&f.buf);
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    (void)state;
    assert_true(failmalloc_each(write_once, NULL) > 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_nest_and_empty_ones_are_short),
        cmocka_unit_test(markup_is_escaped_by_name),
        cmocka_unit_test(markup_is_escaped_by_number),
        cmocka_unit_test(white_space_survives_a_reader),
        cmocka_unit_test(each_character_below_u0800_comes_back_or_is_named),
        cmocka_unit_test(what_xml_cannot_carry_is_refused_and_named),
        cmocka_unit_test(characters_beyond_the_first_plane_pass),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(nesting_has_a_ceiling),
        cmocka_unit_test(the_ceiling_of_the_buffer_is_reported),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
