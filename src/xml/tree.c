/* Walking a parsed document. Names are compared by (namespace URI, local name), as XML Namespaces 1.0 asks; prefixes are gone. */
#include "xml/tree.h"

#include <string.h>

struct hv_xml_doc *hv_xml_doc_free(struct hv_xml_doc *doc) {
    if (doc) {
        hv_arena_deinit(&doc->arena);
        free(doc);
    }
    return NULL;
}

const struct hv_xml_node *hv_xml_root(const struct hv_xml_doc *doc) {
    return doc->root;
}

const char *hv_xml_name(const struct hv_xml_node *node) {
    return node->name;
}

const char *hv_xml_namespace(const struct hv_xml_node *node) {
    return node->namespace_uri;
}

bool hv_xml_is(const struct hv_xml_node *node, const char *namespace_uri, const char *name) {
    return node && node->name[0] == name[0] && strcmp(node->name, name) == 0 &&
           (!namespace_uri || strcmp(node->namespace_uri, namespace_uri) == 0);
}

const struct hv_xml_node *hv_xml_first(const struct hv_xml_node *node) {
    return node ? node->first : NULL;
}

const struct hv_xml_node *hv_xml_next(const struct hv_xml_node *node) {
    return node ? node->next : NULL;
}

const struct hv_xml_node *hv_xml_child(const struct hv_xml_node *node, const char *namespace_uri, const char *name) {
    for (const struct hv_xml_node *child = hv_xml_first(node); child; child = child->next) {
        if (hv_xml_is(child, namespace_uri, name))
            return child;
    }
    return NULL;
}

const struct hv_xml_node *hv_xml_descendant(const struct hv_xml_node *node, const char *namespace_uri, const char *name) {
    const struct hv_xml_node *at = hv_xml_first(node);

    while (at) {
        if (hv_xml_is(at, namespace_uri, name))
            return at;
        if (at->first) {
            at = at->first;
            continue;
        }
        while (at != node && !at->next)
            at = at->parent;
        if (at == node)
            return NULL;
        at = at->next;
    }
    return NULL;
}

const char *hv_xml_text(const struct hv_xml_node *node) {
    return node->text;
}

size_t hv_xml_length(const struct hv_xml_node *node) {
    return node->n_text;
}

size_t hv_xml_trimmed(const struct hv_xml_node *node, const char **ret_start) {
    const char *word = hv_xml_word(node);

    *ret_start = word;
    return node->is_padded ? strlen(word) : node->n_text;
}

const char *hv_xml_word(const struct hv_xml_node *node) {
    return node->is_padded ? node->text + node->n_text + 1 : node->text;
}

const char *hv_xml_attribute(const struct hv_xml_node *node, const char *namespace_uri, const char *name) {
    size_t n = node->extras ? node->extras->n_attributes : 0;

    for (size_t i = 0; i < n; i++) {
        const struct hv_xml_attribute *attribute = &node->extras->attributes[i];
        if (strcmp(attribute->name, name) == 0 && strcmp(attribute->namespace_uri, namespace_uri) == 0)
            return attribute->value;
    }
    return NULL;
}

bool hv_xml_attribute_at(const struct hv_xml_node *node, size_t index, const char **ret_name, const char **ret_value) {
    if (!node->extras || index >= node->extras->n_attributes)
        return false;
    *ret_name = node->extras->attributes[index].name;
    *ret_value = node->extras->attributes[index].value;
    return true;
}

bool hv_xml_is_nil(const struct hv_xml_node *node) {
    const char *nil = node->extras ? hv_xml_attribute(node, HV_XML_XSI_NAMESPACE, "nil") : NULL;

    return nil && (strcmp(nil, "true") == 0 || strcmp(nil, "1") == 0);
}

const char *hv_xml_resolve(const struct hv_xml_node *node, const char *prefix, size_t n_prefix) {
    for (; node; node = node->parent) {
        size_t n = node->extras ? node->extras->n_bindings : 0;
        for (size_t i = 0; i < n; i++) {
            const struct hv_xml_binding *binding = &node->extras->bindings[i];
            if (strncmp(binding->prefix, prefix, n_prefix) == 0 && binding->prefix[n_prefix] == '\0')
                return binding->uri[0] ? binding->uri : NULL;
        }
    }
    return n_prefix == 3 && memcmp(prefix, "xml", 3) == 0 ? HV_XML_NAMESPACE : NULL;
}
