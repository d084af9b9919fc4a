/* Writing XML on libxml2's text writer. */
#include "xml.h"

#include <string.h>

static const xmlChar *chars(const char *text) {
    return (const xmlChar *)text;
}

static void note(struct sim_xml *xml, int rc) {
    if (rc < 0)
        xml->failed = true;
}

void sim_xml_init(struct sim_xml *xml) {
    *xml = (struct sim_xml){ 0 };
    xml->buffer = xmlBufferCreate();
    xml->writer = xml->buffer ? xmlNewTextWriterMemory(xml->buffer, 0) : NULL;
    xml->failed = !xml->writer;
}

void sim_xml_deinit(struct sim_xml *xml) {
    if (xml->writer)
        xmlFreeTextWriter(xml->writer);
    if (xml->buffer)
        xmlBufferFree(xml->buffer);
    *xml = (struct sim_xml){ .failed = true };
}

void sim_xml_open(struct sim_xml *xml, const char *name) {
    if (!xml->failed)
        note(xml, xmlTextWriterStartElement(xml->writer, chars(name)));
}

void sim_xml_attr(struct sim_xml *xml, const char *name, const char *value) {
    if (!xml->failed)
        note(xml, xmlTextWriterWriteAttribute(xml->writer, chars(name), chars(value)));
}

void sim_xml_ns(struct sim_xml *xml, const char *prefix, const char *uri) {
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(64);

    hv_buf_printf(&name, "xmlns:%s", prefix);
    sim_xml_attr(xml, hv_buf_text(&name), uri);
}

static bool is_control(char c) {
    return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

void sim_xml_text(struct sim_xml *xml, const char *text) {
    size_t n = strlen(text);
    char *clean = NULL;

    if (xml->failed || n == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!is_control(text[i]))
            continue;
        if (!clean)
            clean = strdup(text);
        if (!clean) {
            xml->failed = true;
            return;
        }
        clean[i] = '?';
    }
    note(xml, xmlTextWriterWriteString(xml->writer, chars(clean ? clean : text)));
    free(clean);
}

void sim_xml_raw(struct sim_xml *xml, const char *bytes, size_t n_bytes) {
    if (xml->failed || n_bytes == 0)
        return;
    if (n_bytes > INT_MAX)
        xml->failed = true;
    else
        note(xml, xmlTextWriterWriteRawLen(xml->writer, chars(bytes), (int)n_bytes));
}

void sim_xml_close(struct sim_xml *xml) {
    if (!xml->failed)
        note(xml, xmlTextWriterEndElement(xml->writer));
}

void sim_xml_close_full(struct sim_xml *xml) {
    if (!xml->failed)
        note(xml, xmlTextWriterFullEndElement(xml->writer));
}

void sim_xml_leaf(struct sim_xml *xml, const char *name, const char *text) {
    sim_xml_open(xml, name);
    sim_xml_text(xml, text);
    sim_xml_close_full(xml);
}

void sim_xml_nil(struct sim_xml *xml, const char *name) {
    sim_xml_open(xml, name);
    sim_xml_attr(xml, "xsi:nil", "true");
    sim_xml_close(xml);
}

bool sim_xml_take(struct sim_xml *xml, struct hv_buf *out) {
    if (!xml->failed)
        note(xml, xmlTextWriterFlush(xml->writer));
    if (xml->failed)
        return false;
    hv_buf_append(out, xmlBufferContent(xml->buffer), (size_t)xmlBufferLength(xml->buffer));
    return !out->failure;
}
