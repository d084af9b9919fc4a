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
/*
 * The same as a target without keys. A URI that is none of WMI's does not hold its namespace: CIM_NAMESPACE then goes into the
 * selector __cimnamespace, or nowhere when it is NULL. With a class name NULL means HV_NAMESPACE_V2. Errors: ARGUMENT (a URI of
 * another namespace), MEMORY.
 */
int hv_resource_new(const char *cim_namespace, const char *name, struct hv_epr **ret_resource, struct hv_error *err);

/* Identify. */
struct hv_identity {
    char *protocol_version;
    char *vendor;
    char *product_version;
    char **security_profiles;
    size_t n_security_profiles;
};
/* Asks which WS-Management a host speaks. */
int hv_identify_new(struct hv_task **ret_task, struct hv_error *err);
/* Without credentials, as hosts allow for this operation only; they then tell less of themselves. */
int hv_identify_anonymous_new(struct hv_task **ret_task, struct hv_error *err);
/* NULL unless the task succeeded; valid until it is freed. */
const struct hv_identity *hv_identify_result(const struct hv_task *task);

/* Get of one instance. TARGET is copied. */
int hv_get_new(const struct hv_epr *target, struct hv_task **ret_task, struct hv_error *err);
const struct hv_instance *hv_get_result(const struct hv_task *task);
/* Get of the property FRAGMENT alone, whose spelling counts. The result holds that property and no other. */
int hv_get_fragment_new(const struct hv_epr *target, const char *fragment, struct hv_task **ret_task, struct hv_error *err);

/*
 * Put, Create and Delete, each sent at most once: an answer that is lost is told as LOST. All arguments are copied. What is put
 * must hold the keys of TARGET; the class of the instance does not matter, that of the target does. With a FRAGMENT (else NULL)
 * only the property of that name is sent and changed.
 */
int hv_put_new(const struct hv_epr *target, const struct hv_instance *instance, const char *fragment, struct hv_task **ret_task,
               struct hv_error *err);
/* What the host holds now; NULL when it did not say. */
const struct hv_instance *hv_put_result(const struct hv_task *task);
/* RESOURCE names the class and has no keys. */
int hv_create_new(const struct hv_epr *resource, const struct hv_instance *instance, struct hv_task **ret_task,
                  struct hv_error *err);
/* The name of the new instance. */
const struct hv_epr *hv_create_result(const struct hv_task *task);
/* Has no result: it succeeded or not. */
int hv_delete_new(const struct hv_epr *target, struct hv_task **ret_task, struct hv_error *err);

/* Enumerate, then Pull until the end. */
enum hv_enumeration_mode {
    HV_ENUMERATE_OBJECT,
    HV_ENUMERATE_EPR,
    HV_ENUMERATE_OBJECT_AND_EPR,
};

/* What is sent of instances of subclasses (DSP0227). WinRM disregards it, other hosts may refuse it. */
enum hv_polymorphism {
    HV_POLYMORPHISM_UNSAID, /* the host's own choice */
    HV_POLYMORPHISM_INCLUDE,
    HV_POLYMORPHISM_EXCLUDE, /* they are sent, with the properties of the class that was asked for */
    HV_POLYMORPHISM_NONE,    /* they are not sent */
};

/* One item: INSTANCE is NULL in mode EPR, else it may be kept by setting *instance to NULL. A negative return ends the
 * enumeration. */
typedef int hv_item_fn(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err);

/* What is linked with an object (DSP0227). All but OBJECT may be NULL. */
struct hv_association {
    const struct hv_epr *object;
    bool references; /* the links themselves; else what is at their other ends */
    const char *association_class;
    const char *result_class;
    const char *role;        /* of OBJECT in the link */
    const char *result_role; /* of the other end; not with references */
};

struct hv_enumerate_options {
    const char *resource_uri;  /* ends in "*" when WQL is given */
    const char *cim_namespace; /* sent as selector, for URIs that do not hold it; else NULL */
    /* One filter at most: */
    const char *wql;
    const struct hv_epr *selectors; /* instances that have these selectors' values; its URI does not matter */
    const struct hv_association *association;
    enum hv_enumeration_mode mode;
    enum hv_polymorphism polymorphism;
    bool plain;            /* do not ask for items in the first answer */
    bool precise_arrays;   /* ask for a difference between null and empty arrays, which not every host makes */
    uint32_t max_elements; /* per answer; 0: 32000; lowered when answers grow too large for the host */
    hv_item_fn *on_item;   /* called as items arrive */
    void *context;
};
/*
 * An enumeration that the host forgot, or whose answers were too large, is begun anew, and what was given before is passed over:
 * as long as the same instances come again in the same order (told by their keys where these are known by name, else by all
 * their values). Where they do not it ends with CONFLICT; nothing is ever given twice.
 */
int hv_enumerate_new(const struct hv_enumerate_options *options, struct hv_task **ret_task, struct hv_error *err);

/* Parameters of a method, in the order they are to be sent. A name added again makes an array. Values are copied. */
struct hv_params;
int hv_params_new(struct hv_params **ret_params, struct hv_error *err);
/* Accepts NULL; returns NULL. */
struct hv_params *hv_params_free(struct hv_params *params);
int hv_params_add_text(struct hv_params *params, const char *name, const char *value, struct hv_error *err);
/* VALUE is RFC 3339 or an ISO 8601 duration. */
int hv_params_add_datetime(struct hv_params *params, const char *name, const char *value, struct hv_error *err);
int hv_params_add_reference(struct hv_params *params, const char *name, const struct hv_epr *value, struct hv_error *err);
/* Sent as CIM-XML text; every property must have a type. */
int hv_params_add_instance(struct hv_params *params, const char *name, const struct hv_instance *value, struct hv_error *err);
/* Inline, for the few methods that want an object and no text; types as in hv_instance_set, and may be unknown. */
int hv_params_add_object(struct hv_params *params, const char *name, const struct hv_instance *value, struct hv_error *err);
/* A null that is told (xsi:nil). As a rule a parameter without a value is left out. */
int hv_params_add_null(struct hv_params *params, const char *name, struct hv_error *err);

/* Invoke of METHOD on TARGET; both copied, PARAMS (may be NULL) too. Sent at most once. */
int hv_invoke_new(const struct hv_epr *target, const char *method, const struct hv_params *params, struct hv_task **ret_task,
                  struct hv_error *err);
/* Out parameters and ReturnValue as properties of an instance whose class is METHOD_OUTPUT. */
const struct hv_instance *hv_invoke_result(const struct hv_task *task);

/*
 * A subscription whose events are fetched (delivery mode Pull). It ends when the client detaches, when on_event fails, or after
 * MAX_EVENTS, and then unsubscribes. It is renewed in time. A subscription that the host forgot all the same is made anew, from
 * the last bookmark where there was one; WMI has none, and what happened in between is then not told.
 */
struct hv_subscribe_options {
    const char *resource_uri;
    const char *cim_namespace; /* as above */
    const char *wql;           /* of WMI, as "SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE ..."; or */
    const char *event_query;   /* of the event log: XML, a QueryList; or NULL both */
    uint64_t expires_ms;       /* how long the host shall keep it unless renewed; 0: 1 h */
    uint64_t heartbeat_ms;     /* 0: none asked for */
    uint64_t max_events;       /* 0: no end */
    hv_item_fn *on_event;
    void *context;
};
int hv_subscribe_new(const struct hv_subscribe_options *options, struct hv_task **ret_task, struct hv_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
