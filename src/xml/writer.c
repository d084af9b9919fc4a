/* Writing XML 1.0: what may stand in a document, and how the rest is escaped (sections 2.2, 2.4, 2.11, 3.3.3). */
#include "xml/writer.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "xml/tree.h"

void hv_xml_writer_init(struct hv_xml_writer *writer, struct hv_buf *buf, enum hv_xml_escaping escaping) {
    memset(writer, 0, sizeof(*writer));
    writer->buf = buf;
    writer->escaping = escaping;
}

/* Ends a start tag that attributes could still be added to. */
static void close_tag(struct hv_xml_writer *writer) {
    if (writer->in_tag)
        hv_buf_putc(writer->buf, '>');
    writer->in_tag = false;
}

static void put_name(const struct hv_xml_writer *writer, const char *prefix, const char *name) {
    if (prefix) {
        hv_buf_puts(writer->buf, prefix);
        hv_buf_putc(writer->buf, ':');
    }
    hv_buf_puts(writer->buf, name);
}

void hv_xml_begin_in(struct hv_xml_writer *writer, const char *prefix, const char *name) {
    if (writer->failure)
        return;
    close_tag(writer);
    if (writer->n_open == HV_XML_WRITER_DEPTH) {
        writer->failure = HV_E_LIMIT;
        return;
    }
    writer->open[writer->n_open] = name;
    writer->open_prefix[writer->n_open++] = prefix;
    hv_buf_putc(writer->buf, '<');
    put_name(writer, prefix, name);
    writer->in_tag = true;
}

void hv_xml_begin(struct hv_xml_writer *writer, const char *name) {
    hv_xml_begin_in(writer, NULL, name);
}

void hv_xml_end(struct hv_xml_writer *writer) {
    if (writer->failure)
        return; /* begin opened nothing either */
    assert(writer->n_open > 0);
    writer->n_open--;
    if (writer->in_tag) {
        hv_buf_puts(writer->buf, "/>");
        writer->in_tag = false;
        return;
    }
    hv_buf_puts(writer->buf, "</");
    put_name(writer, writer->open_prefix[writer->n_open], writer->open[writer->n_open]);
    hv_buf_putc(writer->buf, '>');
}

/* What stands for C; NULL when it stands for itself. */
static const char *escape(const struct hv_xml_writer *writer, char c, bool in_attribute) {
    bool named = writer->escaping == HV_XML_ESCAPE_NAMED;

    switch (c) {
    case '&':
        return named ? "&amp;" : "&#38;";
    case '<':
        return named ? "&lt;" : "&#60;";
    case '>': /* always, so that no "]]>" appears */
        return named ? "&gt;" : "&#62;";
    case '"':
        return named ? "&quot;" : "&#34;";
    case '\r': /* a reader turns it into a line feed otherwise */
        return "&#13;";
    case '\n': /* into a blank, in attributes */
        return in_attribute ? "&#10;" : NULL;
    case '\t':
        return in_attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

static bool is_xml_character(uint32_t code) {
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    return code != 0xFFFE && code != 0xFFFF;
}

static void refuse(struct hv_xml_writer *writer, uint32_t character, bool bad_encoding) {
    writer->failure = HV_E_ARGUMENT;
    writer->bad_character = character;
    writer->bad_encoding = bad_encoding;
}

/* Length of the character at TEXT, 0 after refusing it. */
static size_t check(struct hv_xml_writer *writer, const char *text, size_t n_left) {
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t code;
    size_t n = hv_utf8_decode(text, n_left, &code);

    if (n == 0) {
        /* Half of a surrogate pair, encoded by somebody who converted UTF-16 badly, has a code that can be named. */
        bool surrogate = n_left >= 3 && bytes[0] == 0xED && (bytes[1] & 0xE0U) == 0xA0U && (bytes[2] & 0xC0U) == 0x80U;
        refuse(writer, surrogate ? 0xD000U | (bytes[1] & 0x3FU) << 6 | (bytes[2] & 0x3FU) : bytes[0], !surrogate);
        return 0;
    }
    if (!is_xml_character(code)) {
        refuse(writer, code, false);
        return 0;
    }
    return n;
}

static void put_escaped(struct hv_xml_writer *writer, const char *text, bool in_attribute) {
    size_t n_text = strlen(text);
    size_t from = 0; /* of what is not yet appended */
    size_t at = 0;

    while (at < n_text) {
        unsigned char c = (unsigned char)text[at];
        const char *escaped = escape(writer, text[at], in_attribute);
        size_t n = c >= 0x20 && c < 0x80 ? 1 : check(writer, text + at, n_text - at);

        if (n == 0)
            return;
        if (escaped) {
            hv_buf_append(writer->buf, text + from, at - from);
            hv_buf_puts(writer->buf, escaped);
            from = at + n;
        }
        at += n;
    }
    hv_buf_append(writer->buf, text + from, n_text - from);
}

void hv_xml_put_attribute(struct hv_xml_writer *writer, const char *name, const char *value) {
    if (writer->failure)
        return;
    assert(writer->in_tag);
    hv_buf_putc(writer->buf, ' ');
    hv_buf_puts(writer->buf, name);
    hv_buf_puts(writer->buf, "=\"");
    put_escaped(writer, value, true);
    hv_buf_putc(writer->buf, '"');
}

void hv_xml_put_text(struct hv_xml_writer *writer, const char *text) {
    if (writer->failure)
        return;
    close_tag(writer);
    put_escaped(writer, text, false);
}

void hv_xml_put_element(struct hv_xml_writer *writer, const char *name, const char *text) {
    hv_xml_begin(writer, name);
    if (text)
        hv_xml_put_text(writer, text);
    hv_xml_end(writer);
}

/* Recursion ends with the depth that the reader allows. */
static void put_node_in(struct hv_xml_writer *writer, const struct hv_xml_node *node, const char *default_namespace) {
    hv_xml_begin(writer, node->name);
    if (strcmp(node->namespace_uri, default_namespace) != 0)
        hv_xml_put_attribute(writer, "xmlns", node->namespace_uri);
    for (size_t i = 0; node->extras && i < node->extras->n_attributes; i++) {
        const struct hv_xml_attribute *attribute = &node->extras->attributes[i];

        if (!*attribute->namespace_uri)
            hv_xml_put_attribute(writer, attribute->name, attribute->value);
    }
    for (const struct hv_xml_node *child = node->first; child; child = child->next)
        put_node_in(writer, child, node->namespace_uri);
    if (!node->first && node->n_text > 0)
        hv_xml_put_text(writer, node->text);
    hv_xml_end(writer);
}

void hv_xml_put_node(struct hv_xml_writer *writer, const struct hv_xml_node *node) {
    put_node_in(writer, node, "");
}

int hv_xml_writer_finish(const struct hv_xml_writer *writer, const char *what, struct hv_error *err) {
    if (writer->failure == HV_E_LIMIT)
        return hv_error_set(err, HV_E_LIMIT, "%s is nested deeper than %d levels", what, HV_XML_WRITER_DEPTH);
    if (writer->bad_encoding)
        return hv_error_set(err, HV_E_ARGUMENT, "%s holds text that is not UTF-8 (byte 0x%02X)", what,
                            (unsigned)writer->bad_character);
    if (writer->failure) {
        (void)hv_error_set(err, HV_E_ARGUMENT, "%s holds the character U+%04X, which XML cannot carry", what,
                           (unsigned)writer->bad_character);
        hv_error_cause(err, "of the control characters XML 1.0 has tab, line feed and carriage return only");
        return HV_E_ARGUMENT;
    }
    assert(writer->n_open == 0);
    return hv_buf_finish(writer->buf, what, err);
}
