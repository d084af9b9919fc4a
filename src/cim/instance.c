/* CIM instances: properties in order, their names and texts in an arena that belongs to the instance. */
#include "cim/instance.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "wsman/epr.h"
#include "xml/arena.h"

enum {
    FIRST_BLOCK = 2048, /* holds names and values of some 30 properties */
    LAST_BLOCK = 65536,
    FIRST_PROPERTIES = 32,
};

enum value_kind {
    VALUE_NULL,
    VALUE_TEXT,
    VALUE_REFERENCE,
    VALUE_INSTANCE,
};

struct value {
    enum value_kind kind;
    union {
        const char *text; /* in the arena */
        struct hv_epr *reference;
        struct hv_instance *instance;
    };
};

struct hv_property {
    const char *name; /* in the arena */
    uint32_t sign;    /* of the name, see sign_of */
    enum hv_cim_type type;
    bool is_array;
    bool is_null;  /* a null came, and no value yet */
    bool is_empty; /* an array that was said to be there; counts while there is no value */
    uint32_t n_values;
    struct value one;     /* the value while there is but one */
    struct value *values; /* else all of them, in the arena; room for the next power of two */
};

struct hv_instance {
    const char *class_name;
    const char *cim_namespace;
    struct hv_epr *epr;
    struct hv_property *properties;
    size_t n_properties;
    size_t max_properties;
    struct hv_arena arena; /* of names and values */
    uint64_t signs;        /* one bit for each sign that is there, others may share it: tells most new names at once */
    size_t n_bytes;        /* of memory, but for the arena and the EPR */
    size_t n_objects;      /* instances in it, at any depth */
};

int hv_instance_new_n(const char *class_name, size_t n_class, const char *cim_namespace, size_t n_namespace,
                      struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = calloc(1, sizeof(*instance));

    if (!instance)
        return hv_error_memory(err);
    instance->n_bytes = sizeof(*instance);
    hv_arena_init_small(&instance->arena, FIRST_BLOCK, LAST_BLOCK);
    instance->class_name = hv_arena_copy(&instance->arena, class_name, n_class);
    if (!instance->class_name)
        return hv_error_memory(err);
    if (cim_namespace) {
        instance->cim_namespace = hv_arena_copy(&instance->arena, cim_namespace, n_namespace);
        if (!instance->cim_namespace)
            return hv_error_memory(err);
    }
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

int hv_instance_new(const char *class_name, const char *cim_namespace, struct hv_instance **ret_instance, struct hv_error *err) {
    if (!class_name || !*class_name)
        return hv_error_set(err, HV_E_ARGUMENT, "an instance needs the name of its class");
    return hv_instance_new_n(class_name, strlen(class_name), cim_namespace, cim_namespace ? strlen(cim_namespace) : 0,
                             ret_instance, err);
}

static void free_value(struct value *value) {
    if (value->kind == VALUE_REFERENCE)
        (void)hv_epr_free(value->reference);
    else if (value->kind == VALUE_INSTANCE)
        (void)hv_instance_free(value->instance);
}

static struct value *values_of(struct hv_property *property) {
    return property->values ? property->values : &property->one;
}

static void free_values(struct hv_property *property) {
    for (size_t i = 0; i < property->n_values; i++)
        free_value(&values_of(property)[i]);
}

struct hv_instance *hv_instance_free(struct hv_instance *instance) {
    if (!instance)
        return NULL;
    for (size_t i = 0; i < instance->n_properties; i++)
        free_values(&instance->properties[i]);
    free(instance->properties);
    (void)hv_epr_free(instance->epr);
    hv_arena_deinit(&instance->arena);
    free(instance);
    return NULL;
}

/* Most names of a class differ in length, beginning, middle or end: a look-up compares these before it compares all. */
static uint32_t sign_of(const char *name) {
    size_t n = strlen(name);
    uint32_t first = (uint8_t)hv_text_lower(name[0]);
    uint32_t middle = (uint8_t)hv_text_lower(name[n / 2]);
    uint32_t last = n > 0 ? (uint8_t)hv_text_lower(name[n - 1]) : 0;

    return (uint32_t)n << 24 ^ first << 16 ^ middle << 8 ^ last;
}

static uint64_t sign_bit(uint32_t sign) {
    return UINT64_C(1) << (sign * 0x9E3779B1U >> 26);
}

static struct hv_property *find(const struct hv_instance *instance, const char *name, uint32_t sign) {
    if (!(instance->signs & sign_bit(sign)))
        return NULL;
    /* From the end: the values of an array come one behind the other as a rule. */
    for (size_t i = instance->n_properties; i > 0; i--) {
        struct hv_property *property = &instance->properties[i - 1];

        if (property->sign == sign && hv_text_same(property->name, name))
            return property;
    }
    return NULL;
}

/* A new property without value. Errors: LIMIT, MEMORY. */
static int add(struct hv_instance *instance, const char *name, uint32_t sign, enum hv_cim_type type,
               struct hv_property **ret_property, struct hv_error *err) {
    struct hv_property *property;
    const char *copy;

    if (instance->n_properties == HV_CIM_MAX_PROPERTIES)
        return hv_error_set(err, HV_E_LIMIT, "an instance of %s has more than %d properties", instance->class_name,
                            HV_CIM_MAX_PROPERTIES);
    if (instance->n_properties == instance->max_properties) {
        size_t max = instance->max_properties ? instance->max_properties * 2 : FIRST_PROPERTIES;
        struct hv_property *bigger = realloc(instance->properties, max * sizeof(*bigger));

        if (!bigger)
            return hv_error_memory(err);
        instance->properties = bigger;
        instance->n_bytes += (max - instance->max_properties) * sizeof(*bigger);
        instance->max_properties = max;
    }
    copy = hv_arena_copy(&instance->arena, name, strlen(name));
    if (!copy)
        return hv_error_memory(err);
    instance->signs |= sign_bit(sign);
    property = &instance->properties[instance->n_properties++];
    *property = (struct hv_property){ .name = copy, .sign = sign, .type = type };
    *ret_property = property;
    return 0;
}

/* One value more; it belongs to the property on success only. */
static int push(struct hv_instance *instance, struct hv_property *property, const struct value *value, struct hv_error *err) {
    uint32_t n = property->n_values;

    if (n == HV_CIM_MAX_VALUES)
        return hv_error_set(err, HV_E_LIMIT, "%s.%s has more than %d values", instance->class_name, property->name,
                            HV_CIM_MAX_VALUES);
    if (n > 0 && (n & (n - 1)) == 0) {
        struct value *bigger = hv_arena_alloc(&instance->arena, (size_t)n * 2 * sizeof(*bigger));

        if (!bigger)
            return hv_error_memory(err);
        memcpy(bigger, values_of(property), n * sizeof(*bigger));
        property->values = bigger;
    }
    values_of(property)[n] = *value;
    property->n_values = n + 1;
    return 0;
}

/* Finds or adds. */
static int demand(struct hv_instance *instance, const char *name, enum hv_cim_type type, struct hv_property **ret_property,
                  struct hv_error *err) {
    uint32_t sign = sign_of(name);
    struct hv_property *property = find(instance, name, sign);

    if (!property)
        return add(instance, name, sign, type, ret_property, err);
    if (property->type == HV_CIM_UNKNOWN)
        property->type = type;
    *ret_property = property;
    return 0;
}

/* The rules of one value after the other; VALUE belongs to the instance on success only. */
static int append(struct hv_instance *instance, const char *name, enum hv_cim_type type, const struct value *value,
                  struct hv_error *err) {
    static const struct value null = { .kind = VALUE_NULL };
    struct hv_property *property;
    int r = demand(instance, name, type, &property, err);

    if (r < 0)
        return r;
    if (!property->is_array) {
        bool is_first = property->n_values == 0 && !property->is_null;

        if (is_first && value->kind == VALUE_NULL) {
            property->is_null = true;
            return 0;
        }
        property->is_array = !is_first;
        if (property->is_null)
            r = push(instance, property, &null, err);
        property->is_null = false;
    }
    return r < 0 ? r : push(instance, property, value, err);
}

int hv_instance_append_text(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *text,
                            size_t n_bytes, struct hv_error *err) {
    struct value value = { .kind = VALUE_TEXT, .text = hv_arena_copy(&instance->arena, text, n_bytes) };

    return value.text ? append(instance, name, type, &value, err) : hv_error_memory(err);
}

int hv_instance_append_null(struct hv_instance *instance, const char *name, enum hv_cim_type type, struct hv_error *err) {
    return append(instance, name, type, &(struct value){ .kind = VALUE_NULL }, err);
}

int hv_instance_append_reference(struct hv_instance *instance, const char *name, struct hv_epr *value_take,
                                 struct hv_error *err) {
    struct value value = { .kind = VALUE_REFERENCE, .reference = value_take };
    int r = append(instance, name, HV_CIM_REFERENCE, &value, err);

    if (r < 0)
        free_value(&value);
    else
        instance->n_bytes += hv_epr_size(value_take);
    return r;
}

int hv_instance_append_instance(struct hv_instance *instance, const char *name, struct hv_instance *value_take,
                                struct hv_error *err) {
    struct value value = { .kind = VALUE_INSTANCE, .instance = value_take };
    size_t n_objects = instance->n_objects + value_take->n_objects + 1;
    int r = 0;

    if (n_objects > HV_CIM_MAX_OBJECTS)
        r = hv_error_set(err, HV_E_LIMIT, "an instance of %s holds more than %d instances", instance->class_name,
                         HV_CIM_MAX_OBJECTS);
    if (r == 0)
        r = append(instance, name, HV_CIM_INSTANCE, &value, err);
    if (r < 0) {
        free_value(&value);
        return r;
    }
    instance->n_objects = n_objects;
    instance->n_bytes += hv_instance_size(value_take);
    return 0;
}

int hv_instance_declare(struct hv_instance *instance, const char *name, enum hv_cim_type type, bool is_array,
                        struct hv_error *err) {
    struct hv_property *property;
    int r = demand(instance, name, type, &property, err);

    if (r == 0 && is_array)
        property->is_array = true;
    return r;
}

int hv_instance_declare_empty(struct hv_instance *instance, const char *name, enum hv_cim_type type, struct hv_error *err) {
    struct hv_property *property;
    int r = demand(instance, name, type, &property, err);

    if (r == 0) {
        property->is_array = true;
        property->is_empty = true;
    }
    return r;
}

void hv_instance_set_epr(struct hv_instance *instance, struct hv_epr *epr_take) {
    (void)hv_epr_free(instance->epr);
    instance->epr = epr_take;
}

size_t hv_instance_size(const struct hv_instance *instance) {
    return instance->n_bytes + instance->arena.n_bytes + (instance->epr ? hv_epr_size(instance->epr) : 0);
}

/* Copies of N texts as values, in the arena. */
static int keep_values(struct hv_instance *instance, const char *const *texts, size_t n, struct value **ret_values,
                       struct hv_error *err) {
    size_t room = 1; /* push counts on the next power of two */
    struct value *values;

    while (room < n)
        room *= 2;
    values = hv_arena_alloc(&instance->arena, room * sizeof(*values));
    if (!values)
        return hv_error_memory(err);
    for (size_t i = 0; i < n; i++) {
        values[i] = (struct value){ .kind = VALUE_TEXT, .text = hv_arena_copy(&instance->arena, texts[i], strlen(texts[i])) };
        if (!values[i].text)
            return hv_error_memory(err);
    }
    *ret_values = values;
    return 0;
}

static int check_property_name(const struct hv_instance *instance, const char *name, struct hv_error *err) {
    if (!name || !*name)
        return hv_error_set(err, HV_E_ARGUMENT, "a property of %s needs a name", instance->class_name);
    return 0;
}

/* The property NAME without value. */
static int clear(struct hv_instance *instance, const char *name, enum hv_cim_type type, struct hv_property **ret_property,
                 struct hv_error *err) {
    struct hv_property *property;
    int r = demand(instance, name, type, &property, err);

    if (r < 0)
        return r;
    free_values(property);
    property->type = type;
    property->is_array = false;
    property->is_null = false;
    property->is_empty = false;
    property->n_values = 0;
    property->values = NULL;
    *ret_property = property;
    return 0;
}

static int set(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *const *texts, size_t n,
               bool is_array, struct hv_error *err) {
    struct hv_property *property;
    struct value *values = NULL;
    int r = check_property_name(instance, name, err);

    if (r < 0)
        return r;
    if (n > HV_CIM_MAX_VALUES)
        return hv_error_set(err, HV_E_ARGUMENT, "%s.%s is given more than %d values", instance->class_name, name,
                            HV_CIM_MAX_VALUES);
    for (size_t i = 0; i < n; i++) {
        if (!texts[i])
            return hv_error_set(err, HV_E_ARGUMENT, "%s.%s is given a null among its values", instance->class_name, name);
    }
    if (n > 0)
        r = keep_values(instance, texts, n, &values, err);
    if (r == 0)
        r = clear(instance, name, type, &property, err);
    if (r < 0)
        return r;
    property->is_array = is_array;
    property->is_empty = is_array && texts && n == 0;
    property->is_null = n == 0 && !property->is_empty;
    property->n_values = (uint32_t)n;
    property->values = n > 1 ? values : NULL;
    if (n == 1)
        property->one = values[0];
    return 0;
}

int hv_instance_set(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *value,
                    struct hv_error *err) {
    return set(instance, name, type, &value, value ? 1 : 0, false, err);
}

int hv_instance_set_array(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *const *values,
                          size_t n_values, struct hv_error *err) {
    return set(instance, name, type, values, n_values, true, err);
}

/* The one value of NAME, which it takes even on failure. */
static int set_value(struct hv_instance *instance, const char *name, enum hv_cim_type type, struct value *value_take,
                     struct hv_error *err) {
    struct hv_property *property;
    int r = check_property_name(instance, name, err);

    if (r == 0)
        r = clear(instance, name, type, &property, err);
    if (r < 0) {
        free_value(value_take);
        return r;
    }
    property->one = *value_take;
    property->n_values = 1;
    return 0;
}

int hv_instance_set_reference(struct hv_instance *instance, const char *name, struct hv_epr *value_take, struct hv_error *err) {
    struct value value = { .kind = VALUE_REFERENCE, .reference = value_take };

    if (!value_take)
        return hv_error_set(err, HV_E_ARGUMENT, "%s.%s needs a value", instance->class_name, name ? name : "");
    return set_value(instance, name, HV_CIM_REFERENCE, &value, err);
}

int hv_instance_set_instance(struct hv_instance *instance, const char *name, struct hv_instance *value_take,
                             struct hv_error *err) {
    struct value value = { .kind = VALUE_INSTANCE, .instance = value_take };

    if (!value_take)
        return hv_error_set(err, HV_E_ARGUMENT, "%s.%s needs a value", instance->class_name, name ? name : "");
    return set_value(instance, name, HV_CIM_INSTANCE, &value, err);
}

static int copy_value(const struct hv_property *property, size_t index, struct hv_instance *copy, struct hv_error *err) {
    const struct value *value = property->values ? &property->values[index] : &property->one;
    struct hv_instance *instance = NULL;
    struct hv_epr *reference = NULL;
    int r = 0;

    switch (value->kind) {
    case VALUE_NULL:
        return hv_instance_append_null(copy, property->name, property->type, err);
    case VALUE_TEXT:
        return hv_instance_append_text(copy, property->name, property->type, value->text, strlen(value->text), err);
    case VALUE_REFERENCE:
        r = hv_epr_copy(value->reference, &reference, err);
        return r < 0 ? r : hv_instance_append_reference(copy, property->name, reference, err);
    case VALUE_INSTANCE:
        r = hv_instance_copy(value->instance, &instance, err);
        return r < 0 ? r : hv_instance_append_instance(copy, property->name, instance, err);
    }
    return r;
}

static int copy_property(const struct hv_property *property, struct hv_instance *copy, struct hv_error *err) {
    struct hv_property *twin;
    int r = add(copy, property->name, property->sign, property->type, &twin, err);

    if (r < 0)
        return r;
    twin->is_array = property->is_array;
    for (size_t i = 0; i < property->n_values && r == 0; i++)
        r = copy_value(property, i, copy, err);
    if (r == 0) {
        twin = &copy->properties[copy->n_properties - 1];
        twin->is_null = property->is_null;
        twin->is_empty = property->is_empty;
    }
    return r;
}

int hv_instance_copy(const struct hv_instance *instance, struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *copy = NULL;
    int r = hv_instance_new(instance->class_name, instance->cim_namespace, &copy, err);

    if (r == 0 && instance->epr)
        r = hv_epr_copy(instance->epr, &copy->epr, err);
    for (size_t i = 0; i < instance->n_properties && r == 0; i++)
        r = copy_property(&instance->properties[i], copy, err);
    if (r < 0)
        return r;
    *ret_instance = copy;
    copy = NULL;
    return 0;
}

const char *hv_instance_class(const struct hv_instance *instance) {
    return instance->class_name;
}

const char *hv_instance_namespace(const struct hv_instance *instance) {
    return instance->cim_namespace;
}

const struct hv_epr *hv_instance_epr(const struct hv_instance *instance) {
    return instance->epr;
}

size_t hv_instance_n_properties(const struct hv_instance *instance) {
    return instance->n_properties;
}

const struct hv_property *hv_instance_property(const struct hv_instance *instance, size_t index) {
    return index < instance->n_properties ? &instance->properties[index] : NULL;
}

const struct hv_property *hv_instance_find(const struct hv_instance *instance, const char *name) {
    return find(instance, name, sign_of(name));
}

const char *hv_property_name(const struct hv_property *property) {
    return property->name;
}

uint32_t hv_property_sign(const struct hv_property *property) {
    return property->sign;
}

enum hv_cim_type hv_property_type(const struct hv_property *property) {
    return property->type;
}

bool hv_property_is_array(const struct hv_property *property) {
    return property->is_array;
}

size_t hv_property_n_values(const struct hv_property *property) {
    return property->n_values;
}

bool hv_property_is_empty(const struct hv_property *property) {
    return property->is_empty && property->n_values == 0;
}

/* Value INDEX when it is of that kind, else NULL. */
static const struct value *value_at(const struct hv_property *property, size_t index, enum value_kind kind) {
    const struct value *values = property->values ? property->values : &property->one;

    return index < property->n_values && values[index].kind == kind ? &values[index] : NULL;
}

const char *hv_property_text(const struct hv_property *property, size_t index) {
    const struct value *value = value_at(property, index, VALUE_TEXT);

    return value ? value->text : NULL;
}

const struct hv_epr *hv_property_reference(const struct hv_property *property, size_t index) {
    const struct value *value = value_at(property, index, VALUE_REFERENCE);

    return value ? value->reference : NULL;
}

const struct hv_instance *hv_property_instance(const struct hv_property *property, size_t index) {
    const struct value *value = value_at(property, index, VALUE_INSTANCE);

    return value ? value->instance : NULL;
}
