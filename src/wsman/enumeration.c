/* Enumerate, Pull and Release (wsman.md 1.8; DSP0226 8). */
#include "wsman/enumeration.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"
#include "wsman/uri.h"

enum {
    DEFAULT_MAX_ELEMENTS = 32000, /* MaxBatchItems of current hosts; 1 would apply when absent */
    NUMBER_SIZE = 12,
};

static void put_max_elements(struct hv_xml_writer *writer, const char *name, uint32_t max_elements) {
    char number[NUMBER_SIZE];

    (void)snprintf(number, sizeof(number), "%" PRIu32, max_elements ? max_elements : DEFAULT_MAX_ELEMENTS);
    hv_xml_put_element(writer, name, number);
}

static void put_dialect(struct hv_xml_writer *writer, const char *dialect) {
    hv_xml_begin(writer, "w:Filter");
    hv_xml_put_attribute(writer, "Dialect", dialect);
}

static void put_if(struct hv_xml_writer *writer, const char *name, const char *text) {
    if (text)
        hv_xml_put_element(writer, name, text);
}

/* The order of children is that of the schema (DSP0227 annex). */
static void put_association(struct hv_xml_writer *writer, const struct hv_association *association) {
    hv_xml_begin(writer, association->references ? "b:AssociationInstances" : "b:AssociatedInstances");
    hv_xml_put_attribute(writer, "xmlns:b", HV_NS_CIM_BINDING);
    hv_xml_begin(writer, "b:Object");
    hv_epr_write(writer, association->object);
    hv_xml_end(writer);
    if (association->references) {
        put_if(writer, "b:ResultClassName", association->result_class);
        put_if(writer, "b:Role", association->role);
    } else {
        put_if(writer, "b:AssociationClassName", association->association_class);
        put_if(writer, "b:Role", association->role);
        put_if(writer, "b:ResultClassName", association->result_class);
        put_if(writer, "b:ResultRole", association->result_role);
    }
    hv_xml_end(writer);
}

static void put_filter(struct hv_xml_writer *writer, const struct hv_enumerate_options *options) {
    if (options->wql) {
        put_dialect(writer, HV_DIALECT_WQL);
        hv_xml_put_text(writer, options->wql);
    } else if (options->selectors) {
        put_dialect(writer, HV_DIALECT_SELECTOR);
        hv_epr_write_selectors(writer, options->selectors);
    } else if (options->association) {
        put_dialect(writer, HV_DIALECT_ASSOCIATION);
        put_association(writer, options->association);
    } else {
        return;
    }
    hv_xml_end(writer);
}

void hv_enumerate_write(struct hv_xml_writer *writer, const struct hv_enumerate_options *options) {
    static const char *const modes[] = {
        [HV_ENUMERATE_OBJECT] = NULL, /* what absence means */
        [HV_ENUMERATE_EPR] = "EnumerateEPR",
        [HV_ENUMERATE_OBJECT_AND_EPR] = "EnumerateObjectAndEPR",
    };

    static const char *const polymorphisms[] = {
        [HV_POLYMORPHISM_UNSAID] = NULL,
        [HV_POLYMORPHISM_INCLUDE] = "IncludeSubClassProperties",
        [HV_POLYMORPHISM_EXCLUDE] = "ExcludeSubClassProperties",
        [HV_POLYMORPHISM_NONE] = "None",
    };

    hv_xml_begin(writer, "n:Enumerate");
    if (!options->plain) {
        hv_xml_put_element(writer, "w:OptimizeEnumeration", NULL);
        put_max_elements(writer, "w:MaxElements", options->max_elements);
    }
    put_filter(writer, options);
    if (modes[options->mode])
        hv_xml_put_element(writer, "w:EnumerationMode", modes[options->mode]);
    if (polymorphisms[options->polymorphism]) {
        hv_xml_begin(writer, "b:PolymorphismMode");
        hv_xml_put_attribute(writer, "xmlns:b", HV_NS_CIM_BINDING);
        hv_xml_put_text(writer, polymorphisms[options->polymorphism]);
        hv_xml_end(writer);
    }
    hv_xml_end(writer);
}

void hv_pull_write(struct hv_xml_writer *writer, const char *context, uint32_t max_elements) {
    hv_xml_begin(writer, "n:Pull");
    hv_xml_put_element(writer, "n:EnumerationContext", context);
    put_max_elements(writer, "n:MaxElements", max_elements);
    hv_xml_end(writer);
}

void hv_release_write(struct hv_xml_writer *writer, const char *context) {
    hv_xml_begin(writer, "n:Release");
    hv_xml_put_element(writer, "n:EnumerationContext", context);
    hv_xml_end(writer);
}

/* EnumerateResponse holds some of its children in the namespace of WS-Man, PullResponse the same ones in that of enumeration. */
static const struct hv_xml_node *either(const struct hv_xml_node *response, const char *name) {
    const struct hv_xml_node *node = hv_xml_child(response, HV_NS_ENUMERATION, name);

    return node ? node : hv_xml_child(response, HV_NS_WSMAN, name);
}

int hv_page_parse(const struct hv_envelope *envelope, struct hv_page *ret_page, struct hv_error *err) {
    const struct hv_xml_node *body = hv_envelope_body(envelope);
    const struct hv_xml_node *response = hv_xml_child(body, HV_NS_ENUMERATION, "EnumerateResponse");
    const struct hv_xml_node *context;

    if (!response)
        response = hv_xml_child(body, HV_NS_ENUMERATION, "PullResponse");
    if (!response)
        return hv_error_set(err, HV_E_PROTOCOL, "the answer to an enumeration holds no EnumerateResponse or PullResponse");
    context = hv_xml_child(response, HV_NS_ENUMERATION, "EnumerationContext");
    /* WS-Enumeration 3.1 allows it; no peer of wsman.md 7 does so, and to take it for an end would lose what follows. */
    if (context && hv_xml_first(context) && !either(response, "EndOfSequence"))
        return hv_error_set(err, HV_E_PROTOCOL, "the host calls the enumeration by elements (%.100s), not by a text",
                            hv_xml_name(hv_xml_first(context)));
    ret_page->items = either(response, "Items");
    ret_page->context = NULL;
    if (context && *hv_xml_word(context) && !either(response, "EndOfSequence"))
        ret_page->context = hv_xml_word(context);
    return 0;
}
