/* Resource URIs, selectors and endpoint references (wsman.md 1.2, 2.3). */
#include "resource.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "dom.h"
#include "names.h"
#include "xml.h"

#define CIM_NAMESPACE     "__cimnamespace"
#define DEFAULT_NAMESPACE "root/hardware" /* of DMTF URIs without the selector (MS-WSMV 3.1.4.1.1) */

void sim_resource_deinit(struct sim_resource *resource) {
    free(resource->uri);
    (void)sim_path_free(resource->path);
    *resource = (struct sim_resource){ 0 };
}

/* URIs that have no namespace in them. */
static const struct uri_form {
    const char *uri;
    const char *class_name; /* the URI is the whole; NULL: the class follows */
    enum sim_uri_style style;
    const char *ns;
} forms[] = {
    { SIM_URI_ALL, "*", SIM_STYLE_DMTF, DEFAULT_NAMESPACE },
    { SIM_URI_CLASS2, NULL, SIM_STYLE_DMTF, DEFAULT_NAMESPACE },
    { SIM_URI_METADATA, NULL, SIM_STYLE_METADATA, DEFAULT_NAMESPACE },
    { SIM_URI_EVENT_LOG, "EventLog", SIM_STYLE_EVENT_LOG, "" },
};

/* Splits the URI; the path has no keys yet. */
static bool read_uri(const char *uri, enum sim_uri_style *ret_style, struct sim_path **ret_path, struct sim_soap_fault *fault) {
    HV_CLEANUP_FREE char *ns = NULL;
    const char *rest;
    const char *slash;

    if (strlen(uri) > SIM_MAX_URI)
        return sim_fail(fault, SIM_F_URI_LIMIT, NULL);
    for (size_t i = 0; i < HV_ARRAY_SIZE(forms); i++) {
        const struct uri_form *form = &forms[i];
        if (form->class_name ? !hv_text_same(uri, form->uri) : !hv_text_starts_same(uri, form->uri))
            continue;
        *ret_style = form->style;
        *ret_path = sim_path_new(form->ns, form->class_name ? form->class_name : uri + strlen(form->uri));
        return *ret_path || sim_fail_memory(fault);
    }
    if (!hv_text_starts_same(uri, SIM_URI_WMI))
        return sim_fail(fault, SIM_F_INVALID_RESOURCE_URI, "No plug-in serves the resource URI %s.", uri);
    rest = uri + strlen(SIM_URI_WMI);
    slash = strrchr(rest, '/');
    if (!slash || slash == rest || !slash[1] || strpbrk(rest, "?# "))
        return sim_fail(fault, SIM_F_INVALID_RESOURCE_URI, "The resource URI %s names no namespace and class.", uri);
    ns = strndup(rest, (size_t)(slash - rest));
    *ret_style = SIM_STYLE_WMI;
    *ret_path = ns ? sim_path_new(ns, slash + 1) : NULL;
    return *ret_path || sim_fail_memory(fault);
}

static bool same_namespace(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        char x = *a == '\\' ? '/' : hv_text_lower(*a);
        char y = *b == '\\' ? '/' : hv_text_lower(*b);
        if (x != y)
            return false;
    }
    return *a == *b;
}

static bool take_namespace(enum sim_uri_style style, struct sim_path *path, const char *value, struct sim_soap_fault *fault) {
    char *ns;

    if (style == SIM_STYLE_WMI)
        return same_namespace(value, path->ns) || sim_fail(fault, SIM_F_DIFFERENT_CIM_SELECTOR, NULL);
    ns = strdup(value);
    if (!ns)
        return sim_fail_memory(fault);
    for (char *at = ns; *at; at++)
        if (*at == '\\')
            *at = '/';
    free(path->ns);
    path->ns = ns;
    return true;
}

static bool read_epr(const xmlNode *node, int depth, struct sim_path **ret_path, struct sim_soap_fault *fault);

static bool read_selector(enum sim_uri_style style, const xmlNode *node, int depth, struct sim_path *path,
                          struct sim_soap_fault *fault) {
    HV_CLEANUP_FREE char *name = sim_dom_attr(node, NULL, "Name");
    HV_CLEANUP_FREE char *value = sim_dom_text(node);
    const xmlNode *child = sim_dom_first(node);
    struct sim_path *nested = NULL;

    if (!value)
        return sim_fail_memory(fault);
    if (!sim_dom_is(node, SIM_NS_WSMAN, "Selector") || !name || !*name)
        return sim_fail(fault, SIM_F_INVALID_SELECTORS, "A selector has no name, or something else stands in SelectorSet.");
    for (size_t i = 0; i < path->n_keys; i++)
        if (hv_text_same(path->keys[i].name, name))
            return sim_fail(fault, SIM_F_DUPLICATE_SELECTORS, "The selector %s is there more than once.", name);
    if (!child) {
        if (hv_text_same(name, CIM_NAMESPACE))
            return take_namespace(style, path, value, fault);
        return sim_path_add(path, name, value) || sim_fail_memory(fault);
    }
    if (!sim_dom_is(child, SIM_NS_ADDR, "EndpointReference") || sim_dom_next(child))
        return sim_fail(fault, SIM_F_SELECTOR_VALUE, "The selector %s holds something other than one a:EndpointReference.", name);
    if (!read_epr(child, depth + 1, &nested, fault))
        return false;
    return sim_path_add_path(path, name, nested) || sim_fail_memory(fault);
}

static bool read_selectors(enum sim_uri_style style, const xmlNode *set, int depth, struct sim_path *path,
                           struct sim_soap_fault *fault) {
    size_t n = 0;

    for (const xmlNode *node = sim_dom_first(set); node; node = sim_dom_next(node)) {
        if (++n > SIM_MAX_SELECTORS)
            return sim_fail_detail(fault, SIM_F_MAX_ENVELOPE_SIZE, "SelectorLimit", "There are too many selectors.");
        if (!read_selector(style, node, depth, path, fault))
            return false;
    }
    return true;
}

static bool read_target(const char *uri, const xmlNode *set, int depth, enum sim_uri_style *ret_style, struct sim_path **ret_path,
                        struct sim_soap_fault *fault) {
    HV_CLEANUP(sim_path_free) struct sim_path *path = NULL;

    if (!read_uri(uri, ret_style, &path, fault) || !read_selectors(*ret_style, set, depth, path, fault))
        return false;
    *ret_path = path;
    path = NULL;
    return true;
}

bool sim_resource_read(const char *uri, const xmlNode *selector_set, struct sim_resource *ret_resource,
                       struct sim_soap_fault *fault) {
    SIM_CLEANUP_RESOURCE struct sim_resource resource = { .uri = strdup(uri) };

    if (!resource.uri)
        return sim_fail_memory(fault);
    if (!read_target(uri, selector_set, 0, &resource.style, &resource.path, fault))
        return false;
    *ret_resource = resource;
    resource = (struct sim_resource){ 0 };
    return true;
}

static bool read_epr(const xmlNode *node, int depth, struct sim_path **ret_path, struct sim_soap_fault *fault) {
    const xmlNode *parameters = sim_dom_child(node, SIM_NS_ADDR, "ReferenceParameters");
    const xmlNode *uri_node = sim_dom_child(parameters, SIM_NS_WSMAN, "ResourceURI");
    const xmlNode *address_node = sim_dom_child(node, SIM_NS_ADDR, "Address");
    HV_CLEANUP_FREE char *address = sim_dom_token(address_node);
    HV_CLEANUP_FREE char *uri = sim_dom_token(uri_node);
    enum sim_uri_style style;

    if (depth > SIM_MAX_EPR_DEPTH)
        return sim_fail(fault, SIM_F_EPR_DEPTH, NULL);
    if (!address || !uri)
        return sim_fail_memory(fault);
    for (const xmlNode *child = sim_dom_first(node); child; child = sim_dom_next(child))
        if (strcmp(sim_dom_ns(child), SIM_NS_ADDR) != 0 || strcmp(sim_dom_name(child), "EndpointReference") == 0)
            return sim_fail(fault, SIM_F_SCHEMA_VALIDATION, "A reference holds an unexpected element %s.", sim_dom_name(child));
    if (!address_node || !uri_node)
        return sim_fail(fault, SIM_F_SCHEMA_VALIDATION, "A reference lacks a:Address or w:ResourceURI.");
    if (strcmp(address, SIM_ANONYMOUS) != 0)
        return sim_fail(fault, SIM_F_REMOTE_REFERENCE, "A reference names the machine %s.", address);
    return read_target(uri, sim_dom_child(parameters, SIM_NS_WSMAN, "SelectorSet"), depth, &style, ret_path, fault);
}

bool sim_epr_read(const xmlNode *node, struct sim_path **ret_path, struct sim_soap_fault *fault) {
    return read_epr(node, 0, ret_path, fault);
}

char *sim_class_uri(enum sim_uri_style style, const char *ns, const char *class_name) {
    HV_CLEANUP_BUF struct hv_buf uri = HV_BUF_INIT(4096);
    char *text = NULL;

    if (style == SIM_STYLE_DMTF)
        hv_buf_printf(&uri, SIM_URI_CLASS2 "%s", class_name);
    else
        hv_buf_printf(&uri, SIM_URI_WMI "%s/%s", ns, class_name);
    return hv_buf_take(&uri, "resource URI", &text, NULL) < 0 ? NULL : text;
}

static void write_selector(struct sim_xml *xml, enum sim_uri_style style, const struct sim_key *key, const char *ns) {
    sim_xml_open(xml, "w:Selector");
    sim_xml_attr(xml, "Name", key->name);
    if (key->path) {
        sim_xml_open(xml, "a:EndpointReference");
        sim_epr_write(xml, style, key->path, ns);
        sim_xml_close(xml);
    } else {
        sim_xml_text(xml, key->value ? key->value : "");
    }
    sim_xml_close_full(xml);
}

void sim_epr_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_path *path, const char *ns) {
    const char *in = path->ns ? path->ns : ns;
    HV_CLEANUP_FREE char *uri = sim_class_uri(style, in, path->class_name);

    if (!uri) {
        xml->failed = true;
        return;
    }
    sim_xml_leaf(xml, "a:Address", SIM_ANONYMOUS);
    sim_xml_open(xml, "a:ReferenceParameters");
    sim_xml_leaf(xml, "w:ResourceURI", uri);
    sim_xml_open(xml, "w:SelectorSet");
    if (style == SIM_STYLE_DMTF) {
        sim_xml_open(xml, "w:Selector");
        sim_xml_attr(xml, "Name", CIM_NAMESPACE);
        sim_xml_text(xml, in);
        sim_xml_close_full(xml);
    }
    for (size_t i = 0; i < path->n_keys; i++)
        write_selector(xml, style, &path->keys[i], in);
    sim_xml_close(xml);
    sim_xml_close(xml);
}
