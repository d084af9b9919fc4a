/*
 * CIM-XML instance text (wsman.md 4.1 and 4.3): the DTD 2.0 subset that WMI writes and Hyper-V reads. Strict about names, types
 * and values, since that is what a wrong client stumbles over; tolerant about order, white space, qualifiers and an XML
 * declaration.
 */
#include "embedded.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "setter.h"

enum { TEXT_MAX = 512 * 1024, ARRAY_MAX = 4096 };

#define UTF8(text) ((const xmlChar *)(text))

struct reader {
    const struct sim_embedded_rules *rules;
    struct sim_embedded *out;
};

static int refuse(struct reader *reader, const char *what, const char *name) {
    snprintf(reader->out->reason, sizeof(reader->out->reason), "%s%s%s", what, name ? ": " : "", name ? name : "");
    hv_text_trim_partial(reader->out->reason);
    return 1;
}

static bool is_named(const xmlNode *node, const char *name) {
    return node->type == XML_ELEMENT_NODE && !node->ns && strcmp((const char *)node->name, name) == 0;
}

static bool is_blank(const xmlNode *node) {
    if (node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE)
        return true;
    return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) && xmlIsBlankNode(node);
}

/* malloc()ed by our allocator rules: copied, so that free() fits. NULL when absent or out of memory. */
static char *attribute_copy(const xmlNode *node, const char *name) {
    char *copy = NULL;
    xmlChar *text = xmlGetNoNsProp(node, UTF8(name));
    if (text && hv_text_copy((const char *)text, &copy, NULL))
        copy = NULL;
    xmlFree(text);
    return copy;
}

static bool has_element_child(const xmlNode *node) {
    for (const xmlNode *child = node->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE)
            return true;
    return false;
}

/* Text of a VALUE as WS-CIM would write it: booleans and dates have another form here. */
static int item_add(struct reader *reader, const struct sim_property *property, const xmlNode *node, struct sim_value *value) {
    if (has_element_child(node))
        return refuse(reader, "VALUE holds elements", property->name);
    xmlChar *content = xmlNodeGetContent(node);
    if (!content)
        return -1;
    const char *text = (const char *)content;
    int r;
    if (property->type == SIM_DATETIME) {
        struct sim_datetime datetime;
        r = sim_datetime_parse_cim(text, &datetime) ? sim_value_add_datetime(value, datetime) : 1;
    } else {
        r = sim_value_add_text(value, text);
    }
    xmlFree(content);
    return r == 1 ? refuse(reader, "value does not fit the type", property->name) : r;
}

static int scalar_read(struct reader *reader, const struct sim_property *property, const xmlNode *node, struct sim_value *value) {
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (is_blank(child) || is_named(child, "QUALIFIER"))
            continue;
        if (!is_named(child, "VALUE") || value->is_set)
            return refuse(reader, "PROPERTY holds something else than one VALUE", property->name);
        int r = item_add(reader, property, child, value);
        if (r)
            return r;
    }
    return 0;
}

static int array_read(struct reader *reader, const struct sim_property *property, const xmlNode *node, struct sim_value *value) {
    const xmlNode *array = NULL;
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (is_blank(child) || is_named(child, "QUALIFIER"))
            continue;
        if (!is_named(child, "VALUE.ARRAY") || array)
            return refuse(reader, "PROPERTY.ARRAY holds something else than one VALUE.ARRAY", property->name);
        array = child;
    }
    value->is_set = array != NULL;
    for (const xmlNode *child = array ? array->children : NULL; child; child = child->next) {
        if (is_blank(child))
            continue;
        if (!is_named(child, "VALUE") || value->n_items == ARRAY_MAX)
            return refuse(reader, "VALUE.ARRAY holds something else than VALUEs, or too many", property->name);
        int r = item_add(reader, property, child, value);
        if (r)
            return r;
    }
    return 0;
}

static size_t property_index(const struct sim_class *class_, const struct sim_property *property) {
    size_t i = 0;
    while (class_->properties[i] != property)
        i++;
    return i;
}

static int typed_read(struct reader *reader, const struct sim_property *property, const xmlNode *node) {
    struct sim_embedded *out = reader->out;
    size_t i = property_index(out->object->class_, property);
    HV_CLEANUP_FREE char *type = attribute_copy(node, "TYPE");
    bool is_array = is_named(node, "PROPERTY.ARRAY");

    if (!type || strcmp(type, sim_type_name(property->type)) != 0)
        return refuse(reader, "TYPE is not that of the property", property->name);
    if (is_array != property->is_array)
        return refuse(reader, "array and scalar confused", property->name);
    if (out->given[i])
        return refuse(reader, "property given twice", property->name);
    out->given[i] = true;
    int r = (is_array ? array_read : scalar_read)(reader, property, node, &out->object->values[i]);
    if (r == 0 && !property->is_writable && out->object->values[i].is_set)
        out->read_only = property->name;
    return r;
}

static int property_read(struct reader *reader, const xmlNode *node) {
    if (!is_named(node, "PROPERTY") && !is_named(node, "PROPERTY.ARRAY"))
        return refuse(reader, "unexpected element", (const char *)node->name);
    HV_CLEANUP_FREE char *name = attribute_copy(node, "NAME");
    if (!name)
        return refuse(reader, "PROPERTY without NAME", NULL);
    if (hv_text_starts(name, "__"))
        return 0; /* WMI's system properties are tolerated (hyperv.md 1.4) */
    const struct sim_property *property = sim_class_property(reader->out->object->class_, name);
    if (!property || property->since > reader->rules->build)
        return refuse(reader, "the class has no such property", name);
    return typed_read(reader, property, node);
}

static int instance_read(struct reader *reader, const char *class_name, const xmlNode *node) {
    HV_CLEANUP_FREE char *name = attribute_copy(node, "CLASSNAME");
    const struct sim_class *class_ = name ? sim_schema_class(reader->rules->schema, reader->rules->ns, name) : NULL;
    if (!class_ || class_->is_abstract || !sim_class_is_a(class_, class_name))
        return refuse(reader, "instance of a wrong class", name);
    reader->out->object = sim_object_new(class_, reader->rules->build);
    reader->out->given = calloc(class_->n_properties + 1, sizeof(bool));
    if (!reader->out->object || !reader->out->given)
        return -1;
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (is_blank(child) || is_named(child, "QUALIFIER"))
            continue;
        if (child->type != XML_ELEMENT_NODE)
            return refuse(reader, "text between the properties", NULL);
        int r = property_read(reader, child);
        if (r)
            return r;
    }
    return 0;
}

/* The INSTANCE, which the WMI flavour of the text may wrap (wsman.md 4.4). */
static const xmlNode *instance_find(const xmlNode *node) {
    static const char *const wrappers[] = { "VALUE.NAMEDOBJECT", "VALUE.NAMEDINSTANCE", "VALUE.OBJECT" };
    if (!node || is_named(node, "INSTANCE"))
        return node;
    for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++)
        if (is_named(node, wrappers[i]))
            for (const xmlNode *child = node->children; child; child = child->next)
                if (is_named(child, "INSTANCE"))
                    return child;
    return NULL;
}

int sim_embedded_parse(const struct sim_embedded_rules *rules, const char *class_name, const char *text,
                       struct sim_embedded *ret) {
    struct reader reader = { rules, ret };
    *ret = (struct sim_embedded){ 0 };
    size_t n = strlen(text);
    if (n > TEXT_MAX)
        return refuse(&reader, "text too long", NULL);
    if (rules->refuse_named_references && (strstr(text, "&amp;") || strstr(text, "&lt;")))
        return refuse(&reader, "named reference in embedded text", NULL);
    xmlDoc *doc = xmlReadMemory(text, (int)n, NULL, "UTF-8", XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc)
        return refuse(&reader, "not well-formed XML", NULL);
    const xmlNode *instance = doc->intSubset ? NULL : instance_find(xmlDocGetRootElement(doc));
    int r = instance ? instance_read(&reader, class_name, instance) : refuse(&reader, "no INSTANCE", NULL);
    xmlFreeDoc(doc);
    return r;
}

void sim_embedded_deinit(struct sim_embedded *embedded) {
    sim_object_free(embedded->object);
    free(embedded->given);
    embedded->object = NULL;
    embedded->given = NULL;
}

bool sim_embedded_given(const struct sim_embedded *embedded, const char *name) {
    const struct sim_property *property = embedded->object ? sim_class_property(embedded->object->class_, name) : NULL;
    return property && embedded->given[property_index(embedded->object->class_, property)];
}
