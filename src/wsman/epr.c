/* Endpoint references: building, copying, reading and writing (WS-Addressing 2004/08; DSP0226 5.1; wsman.md 2.3). */
#include "wsman/epr.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "wsman/uri.h"

struct selector {
    char *name;
    char *value;              /* NULL when it holds a reference */
    struct hv_epr *reference; /* NULL when it holds text */
};

struct hv_epr {
    char *resource_uri;
    struct selector *selectors;
    size_t n_selectors;
    size_t depth; /* 1 without references in it */
};

int hv_epr_new(const char *resource_uri, struct hv_epr **ret_epr, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    int r;

    if (!resource_uri || !*resource_uri)
        return hv_error_set(err, HV_E_ARGUMENT, "a reference needs a resource URI");
    epr = calloc(1, sizeof(*epr));
    if (!epr)
        return hv_error_memory(err);
    epr->depth = 1;
    r = hv_text_copy(resource_uri, &epr->resource_uri, err);
    if (r < 0)
        return r;
    *ret_epr = epr;
    epr = NULL;
    return 0;
}

struct hv_epr *hv_epr_free(struct hv_epr *epr) {
    if (!epr)
        return NULL;
    for (size_t i = 0; i < epr->n_selectors; i++) {
        free(epr->selectors[i].name);
        free(epr->selectors[i].value);
        hv_epr_free(epr->selectors[i].reference);
    }
    free(epr->selectors);
    free(epr->resource_uri);
    free(epr);
    return NULL;
}

static const struct selector *find(const struct hv_epr *epr, const char *name) {
    for (size_t i = 0; i < epr->n_selectors; i++) {
        if (hv_text_same(epr->selectors[i].name, name))
            return &epr->selectors[i];
    }
    return NULL;
}

/* Appends a selector with nothing but its name. */
static int add(struct hv_epr *epr, const char *name, struct selector **ret_selector, struct hv_error *err) {
    struct selector *selectors;
    char *copy;
    int r;

    if (!name || !*name)
        return hv_error_set(err, HV_E_ARGUMENT, "a selector needs a name");
    if (find(epr, name))
        return hv_error_set(err, HV_E_ARGUMENT, "selector %s is given twice", name);
    if (epr->n_selectors == HV_EPR_MAX_SELECTORS)
        return hv_error_set(err, HV_E_LIMIT, "a reference with more than %d selectors", HV_EPR_MAX_SELECTORS);
    selectors = hv_grow(epr->selectors, epr->n_selectors, sizeof(*selectors));
    if (!selectors)
        return hv_error_memory(err);
    epr->selectors = selectors;
    r = hv_text_copy(name, &copy, err);
    if (r < 0)
        return r;
    selectors[epr->n_selectors] = (struct selector){ .name = copy };
    *ret_selector = &selectors[epr->n_selectors++];
    return 0;
}

/* Takes back what add() appended last. */
static void remove_last(struct hv_epr *epr) {
    free(epr->selectors[--epr->n_selectors].name);
}

int hv_epr_add_selector(struct hv_epr *epr, const char *name, const char *value, struct hv_error *err) {
    struct selector *selector;
    int r;

    if (!value)
        return hv_error_set(err, HV_E_ARGUMENT, "selector %s needs a value", name ? name : "");
    r = add(epr, name, &selector, err);
    if (r < 0)
        return r;
    r = hv_text_copy(value, &selector->value, err);
    if (r < 0)
        remove_last(epr);
    return r;
}

int hv_epr_add_reference(struct hv_epr *epr, const char *name, struct hv_epr *value_take, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *value = value_take;
    struct selector *selector;
    int r;

    if (!value)
        return hv_error_set(err, HV_E_ARGUMENT, "selector %s needs a value", name ? name : "");
    if (value->depth >= HV_EPR_MAX_DEPTH)
        return hv_error_set(err, HV_E_LIMIT, "references nested deeper than %d", HV_EPR_MAX_DEPTH);
    r = add(epr, name, &selector, err);
    if (r < 0)
        return r;
    if (epr->depth < value->depth + 1)
        epr->depth = value->depth + 1;
    selector->reference = value;
    value = NULL;
    return 0;
}

int hv_epr_copy(const struct hv_epr *epr, struct hv_epr **ret_epr, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *copy = NULL;
    int r = hv_epr_new(epr->resource_uri, &copy, err);

    for (size_t i = 0; r == 0 && i < epr->n_selectors; i++) {
        const struct selector *selector = &epr->selectors[i];
        struct hv_epr *reference = NULL;

        if (!selector->reference) {
            r = hv_epr_add_selector(copy, selector->name, selector->value, err);
            continue;
        }
        r = hv_epr_copy(selector->reference, &reference, err);
        if (r == 0)
            r = hv_epr_add_reference(copy, selector->name, reference, err);
    }
    if (r < 0)
        return r;
    *ret_epr = copy;
    copy = NULL;
    return 0;
}

size_t hv_epr_size(const struct hv_epr *epr) {
    size_t n_bytes = sizeof(*epr) + strlen(epr->resource_uri) + 1;

    for (size_t i = 0; i < epr->n_selectors; i++) {
        const struct selector *selector = &epr->selectors[i];

        n_bytes += sizeof(*selector) + strlen(selector->name) + 1;
        n_bytes += selector->reference ? hv_epr_size(selector->reference) : strlen(selector->value) + 1;
    }
    return n_bytes;
}

const char *hv_epr_resource_uri(const struct hv_epr *epr) {
    return epr->resource_uri;
}

size_t hv_epr_n_selectors(const struct hv_epr *epr) {
    return epr->n_selectors;
}

const char *hv_epr_selector_name(const struct hv_epr *epr, size_t index) {
    return index < epr->n_selectors ? epr->selectors[index].name : NULL;
}

const char *hv_epr_selector_value(const struct hv_epr *epr, size_t index) {
    return index < epr->n_selectors ? epr->selectors[index].value : NULL;
}

const struct hv_epr *hv_epr_selector_reference(const struct hv_epr *epr, size_t index) {
    return index < epr->n_selectors ? epr->selectors[index].reference : NULL;
}

const char *hv_epr_selector(const struct hv_epr *epr, const char *name) {
    const struct selector *selector = find(epr, name);

    return selector ? selector->value : NULL;
}

/* The element with the reference parameters of the reference at NODE; NULL when there is none. */
static const struct hv_xml_node *parameters_in(const struct hv_xml_node *node) {
    static const char *const names[] = { "ReferenceParameters", "ReferenceProperties" };
    const struct hv_xml_node *inner = hv_xml_child(node, HV_NS_ADDRESSING, "EndpointReference");
    const struct hv_xml_node *any = NULL;

    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        const struct hv_xml_node *parameters = hv_xml_child(inner ? inner : node, HV_NS_ADDRESSING, names[i]);
        if (hv_xml_child(parameters, HV_NS_WSMAN, "ResourceURI"))
            return parameters;
        if (!any)
            any = parameters;
    }
    return any;
}

bool hv_epr_is_in(const struct hv_xml_node *node) {
    return parameters_in(node) != NULL;
}

static int parse_at(const struct hv_xml_node *node, size_t depth, struct hv_epr **ret_epr, struct hv_error *err);

static int parse_selector(const struct hv_xml_node *node, size_t depth, struct hv_epr *epr, struct hv_error *err) {
    const char *name = hv_xml_attribute(node, "", "Name");
    struct hv_epr *reference = NULL;
    int r;

    if (!name || !*name)
        return hv_error_set(err, HV_E_PROTOCOL, "a reference to %s has a selector without a name",
                            hv_uri_class(epr->resource_uri));
    if (find(epr, name))
        return hv_error_set(err, HV_E_PROTOCOL, "a reference to %s names selector %s twice", hv_uri_class(epr->resource_uri),
                            name);
    if (!hv_epr_is_in(node))
        return hv_epr_add_selector(epr, name, hv_xml_text(node), err);
    r = parse_at(node, depth + 1, &reference, err);
    if (r < 0)
        return r;
    return hv_epr_add_reference(epr, name, reference, err);
}

/* DEPTH counts the references around this one. It is checked on the way down: the peer decides how deep that is. */
static int parse_at(const struct hv_xml_node *node, size_t depth, struct hv_epr **ret_epr, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    const struct hv_xml_node *parameters = parameters_in(node);
    const struct hv_xml_node *uri = hv_xml_child(parameters, HV_NS_WSMAN, "ResourceURI");
    const struct hv_xml_node *set = hv_xml_child(parameters, HV_NS_WSMAN, "SelectorSet");
    int r;

    if (depth >= HV_EPR_MAX_DEPTH)
        return hv_error_set(err, HV_E_LIMIT, "references nested deeper than %d", HV_EPR_MAX_DEPTH);
    if (!uri || !*hv_xml_word(uri))
        return hv_error_set(err, HV_E_PROTOCOL, "element %s holds no reference with a resource URI", hv_xml_name(node));
    r = hv_epr_new(hv_xml_word(uri), &epr, err);
    for (const struct hv_xml_node *child = hv_xml_first(set); r == 0 && child; child = hv_xml_next(child)) {
        if (hv_xml_is(child, HV_NS_WSMAN, "Selector"))
            r = parse_selector(child, depth, epr, err);
    }
    if (r < 0)
        return r;
    *ret_epr = epr;
    epr = NULL;
    return 0;
}

int hv_epr_parse(const struct hv_xml_node *node, struct hv_epr **ret_epr, struct hv_error *err) {
    return parse_at(node, 0, ret_epr, err);
}

void hv_epr_write(struct hv_xml_writer *writer, const struct hv_epr *epr) {
    hv_xml_put_element(writer, "a:Address", HV_ANONYMOUS);
    hv_xml_begin(writer, "a:ReferenceParameters");
    hv_xml_put_element(writer, "w:ResourceURI", epr->resource_uri);
    hv_epr_write_selectors(writer, epr);
    hv_xml_end(writer);
}

void hv_epr_write_selectors(struct hv_xml_writer *writer, const struct hv_epr *epr) {
    if (epr->n_selectors == 0)
        return;
    hv_xml_begin(writer, "w:SelectorSet");
    for (size_t i = 0; i < epr->n_selectors; i++) {
        const struct selector *selector = &epr->selectors[i];

        hv_xml_begin(writer, "w:Selector");
        hv_xml_put_attribute(writer, "Name", selector->name);
        if (selector->reference) {
            hv_xml_begin(writer, "a:EndpointReference");
            hv_epr_write(writer, selector->reference);
            hv_xml_end(writer);
        } else {
            hv_xml_put_text(writer, selector->value);
        }
        hv_xml_end(writer);
    }
    hv_xml_end(writer);
}
