/* The tree behind hv_xml_doc: every piece lives in the document's arena, so that it is freed in one go. */
#ifndef XML_TREE_H
#define XML_TREE_H

#include <stdint.h>

#include "xml/arena.h"
#include "xml/reader.h"

#define HV_XML_NAMESPACE     "http://www.w3.org/XML/1998/namespace"
#define HV_XML_XSI_NAMESPACE "http://www.w3.org/2001/XMLSchema-instance"

struct hv_xml_attribute {
    const char *namespace_uri; /* "" when none */
    const char *name;
    const char *value;
};

struct hv_xml_binding {
    const char *prefix; /* "" for the default namespace */
    const char *uri;    /* "" when undeclared */
};

/* Most elements of an answer have neither attributes nor declarations. */
struct hv_xml_extras {
    size_t n_attributes;
    size_t n_bindings;
    struct hv_xml_attribute *attributes;
    struct hv_xml_binding *bindings;
};

struct hv_xml_node {
    const char *name;
    const char *namespace_uri;
    struct hv_xml_node *parent;
    struct hv_xml_node *first;
    struct hv_xml_node *next;
    const char *text; /* followed by NUL; when is_padded then also by the same without white space around, and NUL */
    const struct hv_xml_extras *extras; /* NULL when none */
    uint32_t n_text;
    bool is_padded;
};

struct hv_xml_doc {
    struct hv_arena arena;
    struct hv_xml_node *root;
};

static inline bool hv_xml_is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

#endif
