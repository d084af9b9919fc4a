/*
 * Writing XML on libxml2's text writer. The first failure sticks: calls return nothing and sim_xml_take tells. Names come with
 * their prefix, since WinRM's choice of prefixes and the order of its declarations are part of what is simulated.
 */
#ifndef SIM_XML_H
#define SIM_XML_H

#include <libxml/xmlwriter.h>

#include "base/buf.h"

struct sim_xml {
    xmlTextWriter *writer;
    xmlBuffer *buffer;
    bool failed;
};

void sim_xml_init(struct sim_xml *xml);
void sim_xml_deinit(struct sim_xml *xml);
#define SIM_CLEANUP_XML HV_ATTR_CLEANUP(sim_xml_deinit)

void sim_xml_open(struct sim_xml *xml, const char *name);
void sim_xml_attr(struct sim_xml *xml, const char *name, const char *value);
/* xmlns:PREFIX="URI". */
void sim_xml_ns(struct sim_xml *xml, const char *prefix, const char *uri);
/* Escapes; control characters but TAB, LF, CR become '?' (MS-WSMV 3.1.4.1.25). */
void sim_xml_text(struct sim_xml *xml, const char *text);
/* XML that is ready. */
void sim_xml_raw(struct sim_xml *xml, const char *bytes, size_t n_bytes);
/* "<x/>" when nothing was written. */
void sim_xml_close(struct sim_xml *xml);
/* Always "</x>", as WinRM writes empty strings. */
void sim_xml_close_full(struct sim_xml *xml);
/* <name>text</name>. */
void sim_xml_leaf(struct sim_xml *xml, const char *name, const char *text);
/* <name xsi:nil="true"/>. */
void sim_xml_nil(struct sim_xml *xml, const char *name);

/* Appends what was written to OUT. False when anything failed. */
HV_MUST_CHECK bool sim_xml_take(struct sim_xml *xml, struct hv_buf *out);

#endif
