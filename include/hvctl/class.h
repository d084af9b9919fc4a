/*
 * What is known of remote classes: the CIM type of each property that this library has a table for, and the descriptions that
 * hosts give of their classes.
 */
#ifndef HVCTL_CLASS_H
#define HVCTL_CLASS_H

#include <hvctl/instance.h>
#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/*
 * Type of a property of a class of root/virtualization/v2. Names disregard case.
 * HV_CIM_UNKNOWN when no table tells; *ret_is_array is then untouched.
 */
enum hv_cim_type hv_class_property(const char *class_name, const char *property, bool *ret_is_array);
/* "uint16" and so on; NULL for HV_CIM_UNKNOWN and HV_CIM_INSTANCE, which have no name in CIM. */
const char *hv_type_name(enum hv_cim_type type);

/* Something said about a class, a property, a method or a parameter. Values are texts, booleans "true" or "false". */
struct hv_class_qualifier {
    const char *name;
    enum hv_cim_type type;
    bool is_array;
    const char *const *values;
    size_t n_values;
};

/* A property or a parameter. */
struct hv_class_member {
    const char *name;
    enum hv_cim_type type; /* HV_CIM_STRING also for an embedded instance */
    bool is_array;
    bool is_key;
    bool is_in; /* parameters only; one without either mark counts as in */
    bool is_out;
    const char *class_name; /* of what a reference or an embedded instance is; NULL when not told */
    const char *origin;     /* class that introduced it; NULL when not told */
    const struct hv_class_qualifier *qualifiers;
    size_t n_qualifiers;
};

struct hv_class_method {
    const char *name;
    enum hv_cim_type type; /* of its ReturnValue; HV_CIM_UNKNOWN when it has none */
    bool is_static;
    const struct hv_class_member *params;
    size_t n_params;
    const struct hv_class_qualifier *qualifiers;
    size_t n_qualifiers;
};

/* Everything borrowed from a description is valid until it is freed. */
struct hv_class;
/* Accepts NULL; returns NULL. */
struct hv_class *hv_class_free(struct hv_class *description);
const char *hv_class_name(const struct hv_class *description);
/* NULL when it has none, or the host did not tell. */
const char *hv_class_superclass(const struct hv_class *description);
size_t hv_class_n_properties(const struct hv_class *description);
/* In the host's order; NULL beyond the last. */
const struct hv_class_member *hv_class_property_at(const struct hv_class *description, size_t index);
/* By name, any case; NULL when absent. */
const struct hv_class_member *hv_class_find(const struct hv_class *description, const char *name);
size_t hv_class_n_methods(const struct hv_class *description);
const struct hv_class_method *hv_class_method_at(const struct hv_class *description, size_t index);
size_t hv_class_n_qualifiers(const struct hv_class *description);
const struct hv_class_qualifier *hv_class_qualifier_at(const struct hv_class *description, size_t index);

/* Asks a host to describe a class, with all that it inherits. CIM_NAMESPACE NULL means root/virtualization/v2. */
int hv_class_describe_new(const char *cim_namespace, const char *class_name, struct hv_task **ret_task, struct hv_error *err);
/* NULL unless the task succeeded; valid until it is freed. */
const struct hv_class *hv_class_describe_result(const struct hv_task *task);
/* The same, to be kept: the caller frees it. NULL when there is none any more. */
struct hv_class *hv_class_describe_take(struct hv_task *task);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
