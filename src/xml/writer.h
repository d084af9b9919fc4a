/*
 * Writer into a buffer. Names come from us and are trusted; text and attribute values are escaped here and nowhere else.
 * Failures (a character that XML 1.0 forbids, invalid UTF-8, memory, the buffer's ceiling) stick until hv_xml_writer_finish.
 */
#ifndef XML_WRITER_H
#define XML_WRITER_H

#include "base/buf.h"

enum { HV_XML_WRITER_DEPTH = 64 }; /* holds HV_EPR_MAX_DEPTH references inside a request */

struct hv_xml_node;

enum hv_xml_escaping {
    HV_XML_ESCAPE_NAMED,   /* &amp; &lt; &gt; &quot; */
    HV_XML_ESCAPE_NUMERIC, /* &#38; &#60; ...: what Hyper-V wants inside embedded instances (wsman.md 4.3) */
};

struct hv_xml_writer {
    struct hv_buf *buf; /* borrowed */
    enum hv_xml_escaping escaping;
    const char *open[HV_XML_WRITER_DEPTH];        /* borrowed names */
    const char *open_prefix[HV_XML_WRITER_DEPTH]; /* likewise, NULL when it is part of the name */
    size_t n_open;
    bool in_tag;
    int failure;            /* 0 or HV_E_ARGUMENT or HV_E_LIMIT */
    uint32_t bad_character; /* code point, or the first byte that is no UTF-8 */
    bool bad_encoding;      /* it was no UTF-8 */
};

void hv_xml_writer_init(struct hv_xml_writer *writer, struct hv_buf *buf, enum hv_xml_escaping escaping);
/* NAME with prefix, as "s:Envelope"; must live until the element ends. */
void hv_xml_begin(struct hv_xml_writer *writer, const char *name);
/* PREFIX without colon and NAME without prefix; both must live until the element ends. */
void hv_xml_begin_in(struct hv_xml_writer *writer, const char *prefix, const char *name);
void hv_xml_end(struct hv_xml_writer *writer);
/* Only right after begin or another attribute. Also for xmlns:prefix. */
void hv_xml_put_attribute(struct hv_xml_writer *writer, const char *name, const char *value);
void hv_xml_put_text(struct hv_xml_writer *writer, const char *text);
/* begin, text, end; TEXT NULL leaves it empty. */
void hv_xml_put_element(struct hv_xml_writer *writer, const char *name, const char *text);
/*
 * Writes NODE and what is in it again, where no default namespace is bound. Lost are prefixes, attributes that have one, and text
 * beside elements: what is kept to be sent again, queries and bookmarks of events, has none of these.
 */
void hv_xml_put_node(struct hv_xml_writer *writer, const struct hv_xml_node *node);
/* 0, or ARGUMENT (bad character), LIMIT, MEMORY. WHAT names the thing built. */
HV_MUST_CHECK int hv_xml_writer_finish(const struct hv_xml_writer *writer, const char *what, struct hv_error *err);

#endif
