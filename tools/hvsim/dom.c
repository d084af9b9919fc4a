/* Reading XML of the peer. */
#include "dom.h"

#include <libxml/parser.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

static void silent(void *data, xmlError *error) {
    (void)data;
    (void)error;
}

static bool too_deep(const xmlNode *root) {
    const xmlNode *node = root;
    int depth = 1;

    while (node) {
        if (node->type == XML_ELEMENT_NODE && node->children && node->children->type != XML_ENTITY_DECL) {
            node = node->children;
            if (++depth > SIM_DOM_MAX_DEPTH)
                return true;
            continue;
        }
        while (node && node != root && !node->next) {
            node = node->parent;
            depth--;
        }
        if (!node || node == root)
            return false;
        node = node->next;
    }
    return false;
}

xmlDoc *sim_dom_parse(const char *bytes, size_t n_bytes) {
    const int options = XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    xmlParserCtxt *parser;
    xmlDoc *doc;

    if (n_bytes == 0 || n_bytes > INT_MAX)
        return NULL;
    parser = xmlNewParserCtxt();
    if (!parser)
        return NULL;
    xmlSetStructuredErrorFunc(parser, silent);
    doc = xmlCtxtReadMemory(parser, bytes, (int)n_bytes, NULL, "UTF-8", options);
    xmlSetStructuredErrorFunc(NULL, NULL);
    if (doc && (!parser->wellFormed || !parser->nsWellFormed || doc->intSubset || !xmlDocGetRootElement(doc) ||
                too_deep(xmlDocGetRootElement(doc)))) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    xmlFreeParserCtxt(parser);
    return doc;
}

static xmlNode *element_from(xmlNode *node) {
    while (node && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

xmlNode *sim_dom_first(const xmlNode *node) {
    return node ? element_from(node->children) : NULL;
}

xmlNode *sim_dom_next(const xmlNode *node) {
    return node ? element_from(node->next) : NULL;
}

const char *sim_dom_ns(const xmlNode *node) {
    return node && node->ns && node->ns->href ? (const char *)node->ns->href : "";
}

const char *sim_dom_name(const xmlNode *node) {
    return node ? (const char *)node->name : "";
}

bool sim_dom_is(const xmlNode *node, const char *ns, const char *name) {
    return node && strcmp(sim_dom_name(node), name) == 0 && strcmp(sim_dom_ns(node), ns) == 0;
}

xmlNode *sim_dom_child(const xmlNode *node, const char *ns, const char *name) {
    for (xmlNode *child = sim_dom_first(node); child; child = sim_dom_next(child))
        if (sim_dom_is(child, ns, name))
            return child;
    return NULL;
}

/* libxml2's memory and ours are the same allocator only by default, so texts are copied. */
static char *adopt(xmlChar *content) {
    char *copy = content ? strdup((const char *)content) : NULL;

    xmlFree(content);
    return copy;
}

char *sim_dom_text(const xmlNode *node) {
    return adopt(xmlNodeGetContent(node));
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

char *sim_dom_token(const xmlNode *node) {
    char *text = sim_dom_text(node);
    size_t start = 0;
    size_t end;

    if (!text)
        return NULL;
    end = strlen(text);
    while (end > 0 && is_blank(text[end - 1]))
        end--;
    while (start < end && is_blank(text[start]))
        start++;
    memmove(text, text + start, end - start);
    text[end - start] = '\0';
    return text;
}

char *sim_dom_attr(const xmlNode *node, const char *ns, const char *name) {
    if (ns)
        return adopt(xmlGetNsProp(node, (const xmlChar *)name, (const xmlChar *)ns));
    return adopt(xmlGetNoNsProp(node, (const xmlChar *)name));
}

bool sim_dom_flag(const xmlNode *node, const char *ns, const char *name) {
    HV_CLEANUP_FREE char *value = sim_dom_attr(node, ns, name);

    return value && (strcmp(value, "true") == 0 || strcmp(value, "1") == 0);
}

bool sim_dom_nil(const xmlNode *node) {
    return sim_dom_flag(node, SIM_NS_XSI, "nil");
}

bool sim_dom_blank(const xmlNode *node) {
    HV_CLEANUP_FREE char *token = NULL;

    if (sim_dom_first(node))
        return false;
    token = sim_dom_token(node);
    return token && !*token;
}
