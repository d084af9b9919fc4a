/* Reading class descriptions (DSP0201 5.2.4; wsman.md 1.2). Everything of a class lives in one arena. */
#include "cim/class.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cim/type.h"
#include "xml/arena.h"

enum { FIRST_BLOCK = 4096 };

struct hv_class {
    struct hv_arena arena;
    const char *name;
    const char *superclass;
    struct hv_class_member *properties;
    size_t n_properties;
    struct hv_class_method *methods;
    size_t n_methods;
    struct hv_class_qualifier *qualifiers;
    size_t n_qualifiers;
};

struct hv_class *hv_class_free(struct hv_class *description) {
    if (description) {
        hv_arena_deinit(&description->arena);
        free(description);
    }
    return NULL;
}

/* Copies TEXT; NULL stays NULL. */
static int keep(struct hv_class *class, const char *text, const char **ret_copy, struct hv_error *err) {
    const char *copy = NULL;

    if (text) {
        copy = hv_arena_copy(&class->arena, text, strlen(text));
        if (!copy)
            return hv_error_memory(err);
    }
    *ret_copy = copy;
    return 0;
}

/* The name that NODE must have. */
static int keep_name(struct hv_class *class, const struct hv_xml_node *node, const char **ret_name, struct hv_error *err) {
    const char *name = hv_xml_attribute(node, "", "NAME");

    if (!name || !*name)
        return hv_error_set(err, HV_E_PROTOCOL, "an element %s of a class description has no name", hv_xml_name(node));
    return keep(class, name, ret_name, err);
}

static bool is_any(const struct hv_xml_node *node, const char *const *names) {
    for (; *names; names++) {
        if (hv_xml_is(node, NULL, *names))
            return true;
    }
    return false;
}

/* Room for as many elements as NODE has children of these NAMES, MAX at most. *RET is NULL when there are none. */
static int make_room(struct hv_class *class, const struct hv_xml_node *node, const char *const *names, size_t max, size_t size,
                     void **ret, struct hv_error *err) {
    size_t n = 0;
    void *room = NULL;

    for (const struct hv_xml_node *child = hv_xml_first(node); child; child = hv_xml_next(child))
        n += is_any(child, names) ? 1 : 0;
    if (n > max)
        return hv_error_set(err, HV_E_LIMIT, "a class description holds more than %zu elements %s side by side", max, names[0]);
    if (n > 0) {
        room = hv_arena_alloc(&class->arena, n * size);
        if (!room)
            return hv_error_memory(err);
        memset(room, 0, n * size);
    }
    *ret = room;
    return 0;
}

static const char *const value_names[] = { "VALUE", NULL };
static const char *const qualifier_names[] = { "QUALIFIER", NULL };
static const char *const property_names[] = { "PROPERTY", "PROPERTY.ARRAY", "PROPERTY.REFERENCE", NULL };
static const char *const param_names[] = { "PARAMETER", "PARAMETER.ARRAY", "PARAMETER.REFERENCE", "PARAMETER.REFARRAY", NULL };
static const char *const method_names[] = { "METHOD", NULL };

static int read_qualifier(struct hv_class *class, const struct hv_xml_node *node, struct hv_class_qualifier *qualifier,
                          struct hv_error *err) {
    const struct hv_xml_node *list = hv_xml_child(node, NULL, "VALUE.ARRAY");
    const char **values = NULL;
    void *room;
    int r = keep_name(class, node, &qualifier->name, err);

    qualifier->type = hv_type_from_name(hv_xml_attribute(node, "", "TYPE"));
    qualifier->is_array = list != NULL;
    if (!list)
        list = node;
    if (r == 0)
        r = make_room(class, list, value_names, HV_CLASS_MAX_VALUES, sizeof(*values), &room, err);
    if (r != 0)
        return r;
    values = room; /* NULL when there is none to read */
    for (const struct hv_xml_node *child = hv_xml_first(list); child && values && r == 0; child = hv_xml_next(child)) {
        if (is_any(child, value_names))
            r = keep(class, hv_xml_text(child), &values[qualifier->n_values++], err);
    }
    qualifier->values = values;
    return r;
}

static int read_qualifiers(struct hv_class *class, const struct hv_xml_node *node, struct hv_class_qualifier **ret_list,
                           size_t *ret_n, struct hv_error *err) {
    struct hv_class_qualifier *list;
    size_t n = 0;
    void *room;
    int r = make_room(class, node, qualifier_names, HV_CLASS_MAX_QUALIFIERS, sizeof(*list), &room, err);

    if (r != 0)
        return r;
    list = room;
    for (const struct hv_xml_node *child = hv_xml_first(node); child && list && r == 0; child = hv_xml_next(child)) {
        if (is_any(child, qualifier_names))
            r = read_qualifier(class, child, &list[n++], err);
    }
    *ret_list = list;
    *ret_n = n;
    return r;
}

static const struct hv_class_qualifier *find_qualifier(const struct hv_class_qualifier *list, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++) {
        if (hv_text_same(list[i].name, name))
            return &list[i];
    }
    return NULL;
}

/* Is the boolean qualifier NAME there, and not false? */
static bool is_marked(const struct hv_class_qualifier *list, size_t n, const char *name) {
    const struct hv_class_qualifier *qualifier = find_qualifier(list, n, name);

    return qualifier && (qualifier->n_values == 0 || !hv_text_same(qualifier->values[0], "false"));
}

/* A property or parameter: the element's name tells array and reference, its attributes and qualifiers the rest. */
static int read_member(struct hv_class *class, const struct hv_xml_node *node, struct hv_class_member *member,
                       struct hv_error *err) {
    const char *element = hv_xml_name(node);
    bool is_reference = strstr(element, ".REF") != NULL;
    const struct hv_class_qualifier *embedded;
    struct hv_class_qualifier *qualifiers;
    int r = keep_name(class, node, &member->name, err);

    if (r == 0)
        r = keep(class, hv_xml_attribute(node, "", "CLASSORIGIN"), &member->origin, err);
    if (r == 0 && is_reference)
        r = keep(class, hv_xml_attribute(node, "", "REFERENCECLASS"), &member->class_name, err);
    if (r == 0)
        r = read_qualifiers(class, node, &qualifiers, &member->n_qualifiers, err);
    if (r != 0)
        return r;
    member->qualifiers = qualifiers;
    member->type = is_reference ? HV_CIM_REFERENCE : hv_type_from_name(hv_xml_attribute(node, "", "TYPE"));
    member->is_array = hv_text_ends(element, "ARRAY");
    member->is_key = is_marked(qualifiers, member->n_qualifiers, "key");
    member->is_in = is_marked(qualifiers, member->n_qualifiers, "in");
    member->is_out = is_marked(qualifiers, member->n_qualifiers, "out");
    embedded = find_qualifier(qualifiers, member->n_qualifiers, "EmbeddedInstance");
    if (embedded && embedded->n_values > 0 && !member->class_name)
        member->class_name = embedded->values[0];
    return 0;
}

static int read_members(struct hv_class *class, const struct hv_xml_node *node, const char *const *names,
                        struct hv_class_member **ret_list, size_t *ret_n, struct hv_error *err) {
    struct hv_class_member *list;
    size_t n = 0;
    void *room;
    int r = make_room(class, node, names, HV_CLASS_MAX_MEMBERS, sizeof(*list), &room, err);

    if (r != 0)
        return r;
    list = room;
    for (const struct hv_xml_node *child = hv_xml_first(node); child && list && r == 0; child = hv_xml_next(child)) {
        if (is_any(child, names))
            r = read_member(class, child, &list[n++], err);
    }
    *ret_list = list;
    *ret_n = n;
    return r;
}

static int read_method(struct hv_class *class, const struct hv_xml_node *node, struct hv_class_method *method,
                       struct hv_error *err) {
    struct hv_class_qualifier *qualifiers = NULL;
    struct hv_class_member *params = NULL;
    int r = keep_name(class, node, &method->name, err);

    if (r == 0)
        r = read_qualifiers(class, node, &qualifiers, &method->n_qualifiers, err);
    if (r == 0)
        r = read_members(class, node, param_names, &params, &method->n_params, err);
    if (r != 0)
        return r;
    method->type = hv_type_from_name(hv_xml_attribute(node, "", "TYPE"));
    method->qualifiers = qualifiers;
    method->params = params;
    method->is_static = is_marked(qualifiers, method->n_qualifiers, "static");
    for (size_t i = 0; i < method->n_params; i++)
        params[i].is_in = params[i].is_in || !params[i].is_out;
    return 0;
}

static int read_methods(struct hv_class *class, const struct hv_xml_node *node, struct hv_error *err) {
    void *room;
    int r = make_room(class, node, method_names, HV_CLASS_MAX_MEMBERS, sizeof(*class->methods), &room, err);

    if (r < 0)
        return r;
    class->methods = room;
    for (const struct hv_xml_node *child = hv_xml_first(node); child && room && r == 0; child = hv_xml_next(child)) {
        if (is_any(child, method_names))
            r = read_method(class, child, &class->methods[class->n_methods++], err);
    }
    return r;
}

int hv_class_read(const struct hv_xml_node *node, struct hv_class **ret_class, struct hv_error *err) {
    HV_CLEANUP(hv_class_free) struct hv_class *class = calloc(1, sizeof(*class));
    int r;

    if (!class)
        return hv_error_memory(err);
    hv_arena_init(&class->arena, FIRST_BLOCK);
    r = keep_name(class, node, &class->name, err);
    if (r == 0)
        r = keep(class, hv_xml_attribute(node, "", "SUPERCLASS"), &class->superclass, err);
    if (r == 0)
        r = read_qualifiers(class, node, &class->qualifiers, &class->n_qualifiers, err);
    if (r == 0)
        r = read_members(class, node, property_names, &class->properties, &class->n_properties, err);
    if (r == 0)
        r = read_methods(class, node, err);
    if (r < 0)
        return r;
    *ret_class = class;
    class = NULL;
    return 0;
}

const char *hv_class_name(const struct hv_class *description) {
    return description->name;
}

const char *hv_class_superclass(const struct hv_class *description) {
    return description->superclass;
}

size_t hv_class_n_properties(const struct hv_class *description) {
    return description->n_properties;
}

const struct hv_class_member *hv_class_property_at(const struct hv_class *description, size_t index) {
    return index < description->n_properties ? &description->properties[index] : NULL;
}

const struct hv_class_member *hv_class_find(const struct hv_class *description, const char *name) {
    for (size_t i = 0; i < description->n_properties; i++) {
        if (hv_text_same(description->properties[i].name, name))
            return &description->properties[i];
    }
    return NULL;
}

size_t hv_class_n_methods(const struct hv_class *description) {
    return description->n_methods;
}

const struct hv_class_method *hv_class_method_at(const struct hv_class *description, size_t index) {
    return index < description->n_methods ? &description->methods[index] : NULL;
}

size_t hv_class_n_qualifiers(const struct hv_class *description) {
    return description->n_qualifiers;
}

const struct hv_class_qualifier *hv_class_qualifier_at(const struct hv_class *description, size_t index) {
    return index < description->n_qualifiers ? &description->qualifiers[index] : NULL;
}
