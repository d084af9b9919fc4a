/*
 * Building instances from what a peer sent: values arrive one by one, a name that comes again makes an array, wherever it comes
 * again. For instances of our own see hv_instance_set.
 *
 * An instance is a few allocations however many properties it has: names and texts live in blocks that are freed with it. A value
 * that is set again leaves its old text there.
 */
#ifndef CIM_INSTANCE_H
#define CIM_INSTANCE_H

#include <hvctl/instance.h>

#include "base/cleanup.h"

/* Ceilings; one more is HV_E_LIMIT. The widest class of root/virtualization/v2 has fewer than 200 properties. */
enum {
    HV_CIM_MAX_PROPERTIES = 1024,
    HV_CIM_MAX_VALUES = 65536, /* of one property */
    HV_CIM_MAX_DEPTH = 8,      /* instances in instances */
    HV_CIM_MAX_OBJECTS = 4096, /* instances in one, at any depth */
};

HV_DEFINE_CLEANUP(struct hv_instance *, hv_instance_free)

/* As hv_instance_new with spans of text. CIM_NAMESPACE may be NULL. Errors: MEMORY. */
HV_MUST_CHECK int hv_instance_new_n(const char *class_name, size_t n_class, const char *cim_namespace, size_t n_namespace,
                                    struct hv_instance **ret_instance, struct hv_error *err);

/* One value more for property NAME. Errors of all: LIMIT, MEMORY; the instance is then good for nothing but free. */
HV_MUST_CHECK int hv_instance_append_text(struct hv_instance *instance, const char *name, enum hv_cim_type type, const char *text,
                                          size_t n_bytes, struct hv_error *err);
/* A null: the whole property, unless other values come too or it was declared an array. */
HV_MUST_CHECK int hv_instance_append_null(struct hv_instance *instance, const char *name, enum hv_cim_type type,
                                          struct hv_error *err);
/* Both take their value even on failure. */
HV_MUST_CHECK int hv_instance_append_reference(struct hv_instance *instance, const char *name, struct hv_epr *value_take,
                                               struct hv_error *err);
HV_MUST_CHECK int hv_instance_append_instance(struct hv_instance *instance, const char *name, struct hv_instance *value_take,
                                              struct hv_error *err);
/* NAME is there, with the values that follow, none at all being null. An array stays one with one value. */
HV_MUST_CHECK int hv_instance_declare(struct hv_instance *instance, const char *name, enum hv_cim_type type, bool is_array,
                                      struct hv_error *err);

/* NAME is an array that is there, with the values that follow, and empty when none do. */
HV_MUST_CHECK int hv_instance_declare_empty(struct hv_instance *instance, const char *name, enum hv_cim_type type,
                                            struct hv_error *err);

/* The instance's own name; takes EPR_TAKE, replaces an earlier one. */
void hv_instance_set_epr(struct hv_instance *instance, struct hv_epr *epr_take);

/* A number that tells most names of a class apart, the same for a name in any case. */
uint32_t hv_property_sign(const struct hv_property *property);
/* About how many bytes of memory it holds, with all that is in it. */
size_t hv_instance_size(const struct hv_instance *instance);

#endif
