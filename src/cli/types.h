/*
 * Which type has this property? Asked of the class tables of the library first, and with --types of the host, whose descriptions
 * are kept as long as the command runs.
 */
#ifndef CLI_TYPES_H
#define CLI_TYPES_H

#include <hvctl/class.h>

#include "base/cleanup.h"
#include "base/error.h"

struct hv_args;
struct hv_connection;
struct hv_output;

/* Most descriptions in one command. */
enum { HV_TYPES_MAX = 64 };

struct hv_types {
    struct hv_connection *connection; /* NULL: the host is not asked */
    const char *cim_namespace;        /* NULL: root/virtualization/v2 */
    char *own_namespace;              /* that of a resource, where it says so itself */
    struct hv_class **list;
    size_t n;
    const char *base;    /* class that stands in for those nobody described, its descendants; may be NULL */
    const char *method;  /* the one whose output is shown; may be NULL */
    bool as_text;        /* a value of unknown type may be sent as it is written */
    bool precise_arrays; /* the host was asked to mark null arrays: a nil without mark is an empty one */
};

/* Options of the command; CONNECTION outlives it. */
void hv_types_init(struct hv_types *types, const struct hv_args *args, struct hv_connection *connection);
void hv_types_deinit(struct hv_types *types);
/* Classes are looked up in the namespace that RESOURCE is in, where its URI or a selector tells. Errors: MEMORY. */
HV_MUST_CHECK int hv_types_follow(struct hv_types *types, const struct hv_epr *resource, struct hv_error *err);

/*
 * For showing values, asks the host to describe CLASS_NAME unless it did; no effect without --types. A class that it does not
 * describe is warned of on OUT, and its values stay texts: not every peer describes classes. Errors: LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_types_try(struct hv_types *types, const char *class_name, struct hv_output *out, struct hv_error *err);
/* Keeps a description that somebody else fetched, or frees it when it is one too many. Accepts NULL. */
void hv_types_add(struct hv_types *types, struct hv_class *description_take);
/* Fetches the classes of all instances inside INSTANCE (may be NULL); one that the host does not describe is left unknown. */
HV_MUST_CHECK int hv_types_fetch_inside(struct hv_types *types, const struct hv_instance *instance, struct hv_error *err);
/* The description, when there is one. TYPES may be NULL. */
const struct hv_class *hv_types_class(const struct hv_types *types, const char *class_name);
/* As hv_class_property, with what was fetched. TYPES may be NULL. */
enum hv_cim_type hv_types_property(const struct hv_types *types, const char *class_name, const char *property,
                                   bool *ret_is_array);
/*
 * The type of a property that is to be sent, fetched if need be; HV_CIM_UNKNOWN only with --as-text. Errors: ARGUMENT (nobody
 * knows it; the message names the option that helps), and those of the request.
 */
HV_MUST_CHECK int hv_types_require(struct hv_types *types, const char *class_name, const char *property,
                                   enum hv_cim_type *ret_type, bool *ret_is_array, struct hv_error *err);

#endif
