/* Raw WS-Management: single operations on any resource, as tasks. */
#ifndef HVCTL_WSMAN_H
#define HVCTL_WSMAN_H

#include <hvctl/instance.h>
#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define HV_NAMESPACE_V2 "root/virtualization/v2"

/*
 * Resource URI of class NAME in CIM_NAMESPACE. A NAME that already is a URI is copied as it is.
 * The caller frees the text with free(). Errors: ARGUMENT, MEMORY.
 */
int hv_resource_uri(const char *cim_namespace, const char *name, char **ret_uri, struct hv_error *err);

/* Identify. */
struct hv_identity {
    char *protocol_version;
    char *vendor;
    char *product_version;
    char **security_profiles;
    size_t n_security_profiles;
};
int hv_identify_new(struct hv_task **ret_task, struct hv_error *err);
/* NULL unless the task succeeded; valid until it is freed. */
const struct hv_identity *hv_identify_result(const struct hv_task *task);

/* Get of one instance. TARGET is copied. */
int hv_get_new(const struct hv_epr *target, struct hv_task **ret_task, struct hv_error *err);
const struct hv_instance *hv_get_result(const struct hv_task *task);

/* Enumerate, then Pull until the end. */
enum hv_enumeration_mode {
    HV_ENUMERATE_OBJECT,
    HV_ENUMERATE_EPR,
    HV_ENUMERATE_OBJECT_AND_EPR,
};

/* One item: INSTANCE is NULL in mode EPR, else it may be kept by setting *instance to NULL. A negative return ends the
 * enumeration. */
typedef int hv_item_fn(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err);

struct hv_enumerate_options {
    const char *resource_uri; /* ends in "*" when FILTER is WQL */
    const char *wql;          /* NULL: no filter */
    enum hv_enumeration_mode mode;
    bool plain;            /* do not ask for items in the first answer */
    uint32_t max_elements; /* per answer; 0: 32000 */
    hv_item_fn *on_item;   /* called as items arrive */
    void *context;
};
int hv_enumerate_new(const struct hv_enumerate_options *options, struct hv_task **ret_task, struct hv_error *err);

/* Parameters of a method, in the order they are to be sent. A name added again makes an array. */
struct hv_params;
int hv_params_new(struct hv_params **ret_params, struct hv_error *err);
struct hv_params *hv_params_free(struct hv_params *params);
int hv_params_add_text(struct hv_params *params, const char *name, const char *value, struct hv_error *err);
/* VALUE is RFC 3339 or an ISO 8601 duration. */
int hv_params_add_datetime(struct hv_params *params, const char *name, const char *value, struct hv_error *err);
int hv_params_add_reference(struct hv_params *params, const char *name, const struct hv_epr *value, struct hv_error *err);
/* Sent as CIM-XML text; every property must have a type. */
int hv_params_add_instance(struct hv_params *params, const char *name, const struct hv_instance *value, struct hv_error *err);

/* Invoke of METHOD on TARGET; both copied, PARAMS (may be NULL) too. Sent at most once. */
int hv_invoke_new(const struct hv_epr *target, const char *method, const struct hv_params *params, struct hv_task **ret_task,
                  struct hv_error *err);
/* Out parameters and ReturnValue as properties of an instance whose class is METHOD_OUTPUT. */
const struct hv_instance *hv_invoke_result(const struct hv_task *task);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
