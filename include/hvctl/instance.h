/*
 * One CIM instance as a host sent it, or as we are about to send it. Property names keep the host's spelling and order, lookups
 * disregard case. Values are kept as text: a type is known only where the wire or a class table says so.
 *
 * Timestamps are held as RFC 3339, intervals as ISO 8601 durations, whichever encoding they came in.
 */
#ifndef HVCTL_INSTANCE_H
#define HVCTL_INSTANCE_H

#include <hvctl/epr.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

enum hv_cim_type {
    HV_CIM_UNKNOWN,
    HV_CIM_BOOLEAN,
    HV_CIM_STRING,
    HV_CIM_CHAR16,
    HV_CIM_UINT8,
    HV_CIM_SINT8,
    HV_CIM_UINT16,
    HV_CIM_SINT16,
    HV_CIM_UINT32,
    HV_CIM_SINT32,
    HV_CIM_UINT64,
    HV_CIM_SINT64,
    HV_CIM_REAL32,
    HV_CIM_REAL64,
    HV_CIM_DATETIME,
    HV_CIM_REFERENCE,
    HV_CIM_INSTANCE, /* embedded instance, inline */
};

struct hv_instance;
struct hv_property;

/* CLASS_NAME as "Msvm_Error"; CIM_NAMESPACE as "root/virtualization/v2", may be NULL. */
int hv_instance_new(const char *class_name, const char *cim_namespace, struct hv_instance **ret_instance, struct hv_error *err);
/* Accepts NULL; returns NULL. */
struct hv_instance *hv_instance_free(struct hv_instance *instance);
/* With all that is in it. Errors: MEMORY. */
int hv_instance_copy(const struct hv_instance *instance, struct hv_instance **ret_instance, struct hv_error *err);

/*
 * Sets a property, replacing one of that name. N_VALUES texts are copied; an array keeps them all, a scalar takes exactly one.
 * VALUE or VALUES NULL means null; an array of no values that are there is empty. Errors: ARGUMENT, MEMORY.
 */
int hv_instance_set(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *value,
                    struct hv_error *err);
int hv_instance_set_array(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *const *values,
                          size_t n_values, struct hv_error *err);
/* Likewise one value that is no text; both take it even on failure. */
int hv_instance_set_reference(struct hv_instance *instance, const char *name, struct hv_epr *value_take, struct hv_error *err);
int hv_instance_set_instance(struct hv_instance *instance, const char *name, struct hv_instance *value_take,
                             struct hv_error *err);

/*
 * An embedded instance as the text that hosts put into string properties (CIM-XML), and back. Every property needs a type;
 * nulls are left out. The caller frees the text. Errors: ARGUMENT, LIMIT, MEMORY.
 */
int hv_instance_to_text(const struct hv_instance *instance, char **ret_text, struct hv_error *err);
/* CIM_NAMESPACE is that of the answer the text came in; NULL: root/virtualization/v2. Errors: PROTOCOL, LIMIT, MEMORY. */
int hv_instance_from_text(const char *text, const char *cim_namespace, struct hv_instance **ret_instance, struct hv_error *err);

/* Everything borrowed below is valid until the instance is changed or freed. */
const char *hv_instance_class(const struct hv_instance *instance);
/* NULL when the wire did not tell, as in a projection. */
const char *hv_instance_namespace(const struct hv_instance *instance);
/* The instance's own name, when the enumeration mode asked for it; else NULL. */
const struct hv_epr *hv_instance_epr(const struct hv_instance *instance);
size_t hv_instance_n_properties(const struct hv_instance *instance);
/* In the order of the wire; NULL beyond the last. */
const struct hv_property *hv_instance_property(const struct hv_instance *instance, size_t index);
/* NULL when absent. */
const struct hv_property *hv_instance_find(const struct hv_instance *instance, const char *name);

const char *hv_property_name(const struct hv_property *property);
/* What the wire told: often HV_CIM_UNKNOWN; see hv_class_property for what the class says. */
enum hv_cim_type hv_property_type(const struct hv_property *property);
/* True when the wire showed several values or an explicit array. One value alone cannot be told from a scalar. */
bool hv_property_is_array(const struct hv_property *property);
/* 0 for null, and for an array that is empty. */
size_t hv_property_n_values(const struct hv_property *property);
/* An array that is there and has no values: not the same as null, where the wire told them apart. */
bool hv_property_is_empty(const struct hv_property *property);
/* Value INDEX as a text, a reference or an instance; NULL when it is of another kind, null, or beyond the last. */
const char *hv_property_text(const struct hv_property *property, size_t index);
const struct hv_epr *hv_property_reference(const struct hv_property *property, size_t index);
const struct hv_instance *hv_property_instance(const struct hv_property *property, size_t index);

/* First value of a property as text; NULL when absent or null. */
const char *hv_instance_text(const struct hv_instance *instance, const char *name);
/* Outcomes: 0; 1 absent or null. Errors: PROTOCOL (not a number in range, not a boolean). */
int hv_instance_u64(const struct hv_instance *instance, const char *name, uint64_t max, uint64_t *ret_value,
                    struct hv_error *err);
int hv_instance_bool(const struct hv_instance *instance, const char *name, bool *ret_value, struct hv_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
