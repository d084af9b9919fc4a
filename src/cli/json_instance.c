/*
 * Instances as JSON (design.md 4): numbers, booleans and arrays where the wire or a class table tells the type, else texts. A
 * type is never guessed from how a text looks.
 */
#include <string.h>

#include "base/text.h"
#include "cli/json.h"
#include "cli/types.h"

/* Deepest nesting of references and instances that is shown. */
enum { MAX_DEPTH = 16 };

/* Integers beyond this are not exact in the readers of JSON that have doubles only. */
#define EXACT_MAX ((int64_t)1 << 53)

static json_t *instance_value(const struct hv_instance *instance, const struct hv_types *types, unsigned depth);
static json_t *reference_value(const struct hv_epr *epr, unsigned depth);

static json_t *integer_value(const char *text) {
    int64_t number;

    if (hv_text_i64(text, strlen(text), -EXACT_MAX, EXACT_MAX, &number))
        return json_integer(number);
    return hv_json_text(text);
}

static json_t *boolean_value(const char *text) {
    if (hv_text_same(text, "true") || strcmp(text, "1") == 0)
        return json_true();
    if (hv_text_same(text, "false") || strcmp(text, "0") == 0)
        return json_false();
    return hv_json_text(text);
}

/* xs:double has spellings that JSON lacks (INF, NaN, "+1"): those stay texts. */
static json_t *real_value(const char *text) {
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    if (json_is_number(value))
        return value;
    json_decref(value);
    return hv_json_text(text);
}

static json_t *text_value(const char *text, enum hv_cim_type type) {
    switch (type) {
    case HV_CIM_BOOLEAN:
        return boolean_value(text);
    case HV_CIM_UINT8:
    case HV_CIM_SINT8:
    case HV_CIM_UINT16:
    case HV_CIM_SINT16:
    case HV_CIM_UINT32:
    case HV_CIM_SINT32:
    case HV_CIM_UINT64:
    case HV_CIM_SINT64:
        return integer_value(text);
    case HV_CIM_REAL32:
    case HV_CIM_REAL64:
        return real_value(text);
    case HV_CIM_UNKNOWN:
    case HV_CIM_STRING:
    case HV_CIM_CHAR16:
    case HV_CIM_DATETIME:
    case HV_CIM_REFERENCE:
    case HV_CIM_INSTANCE:
        return hv_json_text(text);
    }
    return hv_json_text(text);
}

static json_t *one_value(const struct hv_property *property, size_t index, enum hv_cim_type type, const struct hv_types *types,
                         unsigned depth) {
    const struct hv_epr *reference = hv_property_reference(property, index);
    const struct hv_instance *instance = hv_property_instance(property, index);
    const char *text = hv_property_text(property, index);

    if (reference)
        return reference_value(reference, depth);
    if (instance)
        return instance_value(instance, types, depth);
    return text ? text_value(text, type) : json_null();
}

/* Nothing at all: an empty array where that is certain, else null. */
static json_t *no_value(const struct hv_property *property, bool class_says_array, const struct hv_types *types) {
    bool is_unmarked = types && types->precise_arrays && class_says_array && !hv_property_is_array(property);

    return hv_property_is_empty(property) || is_unmarked ? json_array() : json_null();
}

static json_t *property_value(const char *class_name, const struct hv_property *property, const struct hv_types *types,
                              unsigned depth) {
    enum hv_cim_type type = hv_property_type(property);
    bool is_array = false;
    enum hv_cim_type class_type = class_name ? hv_types_property(types, class_name, hv_property_name(property), &is_array) : type;
    size_t n_values = hv_property_n_values(property);
    json_t *array;

    type = type == HV_CIM_UNKNOWN ? class_type : type;
    if (n_values == 0)
        return no_value(property, is_array, types);
    is_array = is_array || hv_property_is_array(property) || n_values > 1;
    if (!is_array)
        return one_value(property, 0, type, types, depth);
    array = json_array();
    for (size_t i = 0; i < n_values; i++)
        hv_json_add(&array, one_value(property, i, type, types, depth));
    return array;
}

static void put_instance(json_t **object, const struct hv_instance *instance, const struct hv_types *types, unsigned depth) {
    const char *class_name = hv_instance_class(instance);
    json_t *properties = json_object();

    for (size_t i = 0; i < hv_instance_n_properties(instance); i++) {
        const struct hv_property *property = hv_instance_property(instance, i);
        hv_json_put(&properties, hv_property_name(property), property_value(class_name, property, types, depth));
    }
    hv_json_put(object, "class", hv_json_text(class_name));
    hv_json_put(object, "namespace", hv_json_text(hv_instance_namespace(instance)));
    hv_json_put(object, "properties", properties);
}

static json_t *instance_value(const struct hv_instance *instance, const struct hv_types *types, unsigned depth) {
    json_t *object = depth < MAX_DEPTH ? json_object() : NULL;

    if (depth >= MAX_DEPTH)
        return json_null();
    put_instance(&object, instance, types, depth + 1);
    return object;
}

static json_t *reference_value(const struct hv_epr *epr, unsigned depth) {
    json_t *object = depth < MAX_DEPTH ? json_object() : NULL;
    json_t *selectors;

    if (depth >= MAX_DEPTH)
        return json_null();
    selectors = json_object();
    for (size_t i = 0; i < hv_epr_n_selectors(epr); i++) {
        const struct hv_epr *nested = hv_epr_selector_reference(epr, i);
        hv_json_put(&selectors, hv_epr_selector_name(epr, i),
                    nested ? reference_value(nested, depth + 1) : hv_json_text(hv_epr_selector_value(epr, i)));
    }
    hv_json_put(&object, "resource_uri", hv_json_text(hv_epr_resource_uri(epr)));
    hv_json_put(&object, "selectors", selectors);
    return object;
}

json_t *hv_json_reference(const struct hv_epr *epr) {
    return reference_value(epr, 0);
}

void hv_json_put_instance(json_t **object, const struct hv_instance *instance, const struct hv_types *types) {
    put_instance(object, instance, types, 0);
}
