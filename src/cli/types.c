/* See types.h. */
#include "cli/types.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "cli/connect.h"
#include "cli/options.h"
#include "cli/say.h"

void hv_types_init(struct hv_types *types, const struct hv_args *args, struct hv_connection *connection) {
    *types = (struct hv_types){
        .connection = hv_args_has(args, HV_OPT_TYPES) ? connection : NULL,
        .cim_namespace = hv_args_value(args, HV_OPT_NAMESPACE),
        .as_text = hv_args_has(args, HV_OPT_AS_TEXT),
        .precise_arrays = hv_args_has(args, HV_OPT_PRECISE_ARRAYS),
    };
}

void hv_types_deinit(struct hv_types *types) {
    for (size_t i = 0; i < types->n; i++)
        (void)hv_class_free(types->list[i]);
    free(types->list);
    free(types->own_namespace);
    types->own_namespace = NULL;
    types->list = NULL;
    types->n = 0;
}

int hv_types_follow(struct hv_types *types, const struct hv_epr *resource, struct hv_error *err) {
    static const char prefix[] = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";
    const char *uri = hv_epr_resource_uri(resource);
    const char *told = hv_epr_selector(resource, "__cimnamespace");
    char *copy = NULL;
    int rc = 0;

    if (hv_text_starts_same(uri, prefix) && strrchr(uri, '/') > uri + strlen(prefix))
        rc = hv_text_copy_n(uri + strlen(prefix), (size_t)(strrchr(uri, '/') - uri) - strlen(prefix), &copy, err);
    else if (told)
        rc = hv_text_copy(told, &copy, err);
    if (rc < 0 || !copy)
        return rc;
    free(types->own_namespace);
    types->own_namespace = copy;
    types->cim_namespace = copy;
    return 0;
}

const struct hv_class *hv_types_class(const struct hv_types *types, const char *class_name) {
    for (size_t i = 0; types && class_name && i < types->n; i++) {
        if (hv_text_same(hv_class_name(types->list[i]), class_name))
            return types->list[i];
    }
    return NULL;
}

/* Asks the host to describe CLASS_NAME unless it did. Errors: those of the request, LIMIT, MEMORY. */
static int fetch(struct hv_types *types, const char *class_name, struct hv_error *err) {
    HV_CLEANUP(hv_task_free) struct hv_task *task = NULL;
    struct hv_class **longer;
    int rc;

    if (!types || !types->connection || hv_types_class(types, class_name))
        return 0;
    if (types->n == HV_TYPES_MAX)
        return hv_error_set(err, HV_E_LIMIT, "more than %d classes would have to be described", HV_TYPES_MAX);
    longer = hv_grow(types->list, types->n, sizeof(struct hv_class *));
    if (!longer)
        return hv_error_memory(err);
    types->list = longer;
    rc = hv_class_describe_new(types->cim_namespace, class_name, &task, err);
    if (rc == 0)
        rc = hv_connection_do(types->connection, task, err);
    if (rc == 0) {
        types->list[types->n] = hv_class_describe_take(task);
        types->n++;
    }
    return rc;
}

int hv_types_try(struct hv_types *types, const char *class_name, struct hv_output *out, struct hv_error *err) {
    int rc = fetch(types, class_name, err);

    if (rc != HV_E_NOT_FOUND)
        return rc;
    hv_say_warning(out, "the host does not describe the class %s: values of unknown type are shown as texts", class_name);
    *err = (struct hv_error){ 0 };
    return 0;
}

void hv_types_add(struct hv_types *types, struct hv_class *description_take) {
    struct hv_class **longer = NULL;

    if (description_take && types->n < HV_TYPES_MAX)
        longer = hv_grow(types->list, types->n, sizeof(struct hv_class *));
    if (!longer) {
        (void)hv_class_free(description_take);
        return;
    }
    types->list = longer;
    types->list[types->n++] = description_take;
}

/* The class of OBJECT and what is inside it; a class that the host cannot tell of is no failure, its values stay texts. */
static int fetch_object(struct hv_types *types, const struct hv_instance *object, struct hv_error *err) {
    int rc = fetch(types, hv_instance_class(object), err);

    return rc < 0 && rc != HV_E_NOT_FOUND ? rc : hv_types_fetch_inside(types, object, err);
}

int hv_types_fetch_inside(struct hv_types *types, const struct hv_instance *instance, struct hv_error *err) {
    int rc = 0;

    if (!types->connection || !instance)
        return 0;
    for (size_t i = 0; rc == 0 && i < hv_instance_n_properties(instance); i++) {
        const struct hv_property *property = hv_instance_property(instance, i);

        for (size_t k = 0; rc == 0 && k < hv_property_n_values(property); k++) {
            const struct hv_instance *object = hv_property_instance(property, k);

            if (object)
                rc = fetch_object(types, object, err);
        }
    }
    return rc;
}

/* MEMBER's type, or unknown when there is none. */
static enum hv_cim_type member_type(const struct hv_class_member *member, bool *ret_is_array) {
    if (!member)
        return HV_CIM_UNKNOWN;
    if (ret_is_array)
        *ret_is_array = member->is_array;
    return member->type;
}

static const struct hv_class_method *find_method(const struct hv_class *description, const char *name) {
    for (size_t i = 0; description && i < hv_class_n_methods(description); i++) {
        const struct hv_class_method *method = hv_class_method_at(description, i);

        if (hv_text_same(method->name, name))
            return method;
    }
    return NULL;
}

/* What a method gave back: an instance of METHOD_OUTPUT. */
static enum hv_cim_type output_type(const struct hv_types *types, const char *class_name, const char *property,
                                    bool *ret_is_array) {
    const struct hv_class_method *method = find_method(hv_types_class(types, types->base), types->method);
    size_t n = method ? strlen(method->name) : 0;

    if (!method || !hv_text_starts_same(class_name, method->name) || !hv_text_same(class_name + n, "_OUTPUT"))
        return HV_CIM_UNKNOWN;
    if (hv_text_same(property, "ReturnValue"))
        return method->type;
    for (size_t i = 0; i < method->n_params; i++) {
        if (hv_text_same(method->params[i].name, property))
            return member_type(&method->params[i], ret_is_array);
    }
    return HV_CIM_UNKNOWN;
}

enum hv_cim_type hv_types_property(const struct hv_types *types, const char *class_name, const char *property,
                                   bool *ret_is_array) {
    enum hv_cim_type type = hv_class_property(class_name, property, ret_is_array);
    const struct hv_class *description;

    if (type != HV_CIM_UNKNOWN || !types)
        return type;
    description = hv_types_class(types, class_name);
    if (!description && types->method)
        return output_type(types, class_name, property, ret_is_array);
    if (!description)
        description = hv_types_class(types, types->base);
    return description ? member_type(hv_class_find(description, property), ret_is_array) : HV_CIM_UNKNOWN;
}

int hv_types_require(struct hv_types *types, const char *class_name, const char *property, enum hv_cim_type *ret_type,
                     bool *ret_is_array, struct hv_error *err) {
    enum hv_cim_type type;
    bool is_array = false;
    int rc;

    type = hv_types_property(types, class_name, property, &is_array);
    if (type == HV_CIM_UNKNOWN && types && types->connection) {
        rc = fetch(types, class_name, err);
        if (rc < 0 && rc != HV_E_NOT_FOUND)
            return rc;
        type = hv_types_property(types, class_name, property, &is_array);
    }
    if (type != HV_CIM_UNKNOWN || (types && types->as_text)) {
        *ret_type = type;
        *ret_is_array = is_array;
        return 0;
    }
    hv_error_set(err, HV_E_ARGUMENT, "the type of %s.%s is not known", class_name, property);
    if (hv_types_class(types, class_name)) {
        hv_error_cause(err, "the class has no such property");
        return HV_E_ARGUMENT;
    }
    if (types && types->connection) {
        hv_error_cause(err, "the host does not describe the class, and a type is never guessed");
    } else {
        hv_error_cause(err, "no class table of this build has that property, and a type is never guessed");
        hv_error_remedy(err, "give --types, and the host is asked");
    }
    hv_error_remedy(err, "give --as-text, and the value is sent as it is written");
    return HV_E_ARGUMENT;
}
