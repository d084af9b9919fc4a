/*
 * Hardened reader: a whole document becomes a tree that is walked by (namespace, local name). No DTD, no entities but the five
 * predefined ones, no network; size, depth and node count have ceilings.
 */
#ifndef XML_READER_H
#define XML_READER_H

#include "base/cleanup.h"
#include "base/error.h"

enum {
    HV_XML_MAX_BYTES = 8 * 1024 * 1024, /* of the document; a WinRM envelope is 500 KiB unless the admin raised it */
    HV_XML_MAX_DEPTH = 64,
    HV_XML_MAX_NODES = 1000000,  /* elements, attributes and namespace declarations */
    HV_XML_MAX_ATTRIBUTES = 256, /* of one element, declarations included; the parser compares each with each */
    HV_XML_MAX_NAMES = 16384,    /* different ones, namespaces included; libxml2 searches them in chains that grow */
    HV_XML_MAX_BINDINGS = 256,   /* namespace declarations in scope at once; each name is looked up among them */
};

struct hv_xml_doc;
struct hv_xml_node; /* an element; lives as long as its document */

/* Process-wide start-up of the parser; once, before any thread. */
void hv_xml_process_init(void);

/*
 * BYTES are UTF-8, UTF-16 of either order, US-ASCII or ISO-8859-1. ENCODING as in a Content-Type's charset, NULL when not told:
 * it settles what the first bytes and the XML declaration leave open. Errors: PROTOCOL ("not XML: line 3: ..."), LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_xml_parse(const char *bytes, size_t n_bytes, const char *encoding, struct hv_xml_doc **ret_doc,
                               struct hv_error *err);
struct hv_xml_doc *hv_xml_doc_free(struct hv_xml_doc *doc);
HV_DEFINE_CLEANUP(struct hv_xml_doc *, hv_xml_doc_free)

const struct hv_xml_node *hv_xml_root(const struct hv_xml_doc *doc);
const char *hv_xml_name(const struct hv_xml_node *node);      /* local name */
const char *hv_xml_namespace(const struct hv_xml_node *node); /* "" when none */
/* NAMESPACE_URI NULL: any. */
bool hv_xml_is(const struct hv_xml_node *node, const char *namespace_uri, const char *name);

/* Element children in document order; NULL at the end. NODE may be NULL, which has none. */
const struct hv_xml_node *hv_xml_first(const struct hv_xml_node *node);
const struct hv_xml_node *hv_xml_next(const struct hv_xml_node *node);
/* First child of that name, NULL when none. */
const struct hv_xml_node *hv_xml_child(const struct hv_xml_node *node, const char *namespace_uri, const char *name);
/* First descendant of that name, in document order. */
const struct hv_xml_node *hv_xml_descendant(const struct hv_xml_node *node, const char *namespace_uri, const char *name);

/* All character data directly inside, joined, exact; "" when none. Never NULL. */
const char *hv_xml_text(const struct hv_xml_node *node);
/* Its length. */
size_t hv_xml_length(const struct hv_xml_node *node);
/* Same without white space around it. For URIs, numbers and words, not for values. Never NULL. */
const char *hv_xml_word(const struct hv_xml_node *node);
/* As hv_xml_word, with its length. */
size_t hv_xml_trimmed(const struct hv_xml_node *node, const char **ret_start);
/* NULL when absent. NAMESPACE_URI "" for attributes without prefix. */
const char *hv_xml_attribute(const struct hv_xml_node *node, const char *namespace_uri, const char *name);
/* Attribute number INDEX in document order, declarations not counted; false when there are not so many. */
bool hv_xml_attribute_at(const struct hv_xml_node *node, size_t index, const char **ret_name, const char **ret_value);
/* xsi:nil="true" or "1". */
bool hv_xml_is_nil(const struct hv_xml_node *node);
/* Namespace that PREFIX is bound to at NODE; NULL when to none. PREFIX "" asks for the default namespace. */
const char *hv_xml_resolve(const struct hv_xml_node *node, const char *prefix, size_t n_prefix);

#endif
