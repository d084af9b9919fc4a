/* The class tables joined: superclasses resolved, inherited members gathered, properties in the order in which WinRM writes them.
 */
#include "class.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

struct sim_schema {
    struct sim_class *classes;
    size_t n_classes;
};

static const struct sim_class_table *const tables[] = {
    &sim_classes_cim,   &sim_classes_system, &sim_classes_setting, &sim_classes_migration,
    &sim_classes_event, &sim_classes_link,   &sim_classes_cluster, &sim_classes_lab,
};

static int property_compare(const void *a, const void *b) {
    return strcasecmp((*(const struct sim_property *const *)a)->name, (*(const struct sim_property *const *)b)->name);
}

static const struct sim_property *own_find(const struct sim_class_spec *spec, const char *name) {
    for (size_t i = 0; i < spec->n_properties; i++)
        if (hv_text_same(spec->properties[i].name, name))
            return &spec->properties[i];
    return NULL;
}

static bool properties_gather(struct sim_class *class_, const struct sim_class_spec *spec) {
    const struct sim_class *super = class_->superclass;
    size_t most = (super ? super->n_properties : 0) + spec->n_properties + 1;
    class_->properties = calloc(most, sizeof(*class_->properties));
    class_->declared = calloc(most, sizeof(*class_->declared));
    if (!class_->properties || !class_->declared)
        return false;
    for (size_t i = 0; super && i < super->n_properties; i++) {
        const struct sim_property *own = own_find(spec, super->declared[i]->name);
        class_->properties[class_->n_properties++] = own ? own : super->declared[i];
    }
    for (size_t i = 0; i < spec->n_properties; i++)
        if (!sim_class_property(class_, spec->properties[i].name))
            class_->properties[class_->n_properties++] = &spec->properties[i];
    memcpy(class_->declared, class_->properties, class_->n_properties * sizeof(*class_->declared));
    qsort(class_->properties, class_->n_properties, sizeof(*class_->properties), property_compare);
    return true;
}

static bool methods_gather(struct sim_class *class_, const struct sim_class_spec *spec) {
    const struct sim_class *super = class_->superclass;
    size_t most = (super ? super->n_methods : 0) + spec->n_methods;
    class_->methods = calloc(most ? most : 1, sizeof(*class_->methods));
    if (!class_->methods)
        return false;
    for (size_t i = 0; i < spec->n_methods; i++)
        class_->methods[class_->n_methods++] = &spec->methods[i];
    for (size_t i = 0; super && i < super->n_methods; i++)
        if (!sim_class_method(class_, super->methods[i]->name))
            class_->methods[class_->n_methods++] = super->methods[i];
    return true;
}

static bool class_join(struct sim_schema *schema, const struct sim_class_spec *spec) {
    struct sim_class *class_ = &schema->classes[schema->n_classes];
    *class_ = (struct sim_class){
        .name = spec->name,
        .ns = spec->ns,
        .is_association = spec->is_association,
        .is_abstract = spec->is_abstract,
        .superclass = spec->superclass ? sim_schema_class(schema, spec->ns, spec->superclass) : NULL,
    };
    schema->n_classes++;
    return properties_gather(class_, spec) && methods_gather(class_, spec);
}

struct sim_schema *sim_schema_new(void) {
    struct sim_schema *schema = calloc(1, sizeof(*schema));
    size_t n = 0;
    if (!schema)
        return NULL;
    for (size_t i = 0; i < HV_ARRAY_SIZE(tables); i++)
        n += tables[i]->n_classes;
    schema->classes = calloc(n, sizeof(*schema->classes));
    for (size_t i = 0; schema->classes && i < HV_ARRAY_SIZE(tables); i++)
        for (size_t j = 0; j < tables[i]->n_classes; j++)
            if (!class_join(schema, &tables[i]->classes[j]))
                return sim_schema_free(schema);
    return schema->classes ? schema : sim_schema_free(schema);
}

struct sim_schema *sim_schema_free(struct sim_schema *schema) {
    if (!schema)
        return NULL;
    for (size_t i = 0; i < schema->n_classes; i++) {
        free(schema->classes[i].properties);
        free(schema->classes[i].declared);
        free(schema->classes[i].methods);
    }
    free(schema->classes);
    free(schema);
    return NULL;
}

size_t sim_schema_n_classes(const struct sim_schema *schema) {
    return schema->n_classes;
}

const struct sim_class *sim_schema_class_at(const struct sim_schema *schema, size_t i) {
    return &schema->classes[i];
}

bool sim_schema_has_namespace(const struct sim_schema *schema, const char *ns) {
    for (size_t i = 0; i < schema->n_classes; i++)
        if (hv_text_same(schema->classes[i].ns, ns))
            return true;
    return false;
}

const struct sim_class *sim_schema_class(const struct sim_schema *schema, const char *ns, const char *name) {
    for (size_t i = 0; i < schema->n_classes; i++)
        if (hv_text_same(schema->classes[i].name, name) && hv_text_same(schema->classes[i].ns, ns))
            return &schema->classes[i];
    return NULL;
}

const struct sim_property *sim_class_property(const struct sim_class *class_, const char *name) {
    for (size_t i = 0; i < class_->n_properties; i++)
        if (hv_text_same(class_->properties[i]->name, name))
            return class_->properties[i];
    return NULL;
}

const struct sim_method *sim_class_method(const struct sim_class *class_, const char *name) {
    for (size_t i = 0; i < class_->n_methods; i++)
        if (hv_text_same(class_->methods[i]->name, name))
            return class_->methods[i];
    return NULL;
}

bool sim_class_is_a(const struct sim_class *class_, const char *name) {
    for (; class_; class_ = class_->superclass)
        if (hv_text_same(class_->name, name))
            return true;
    return false;
}
