/* Names of the objects that requests are sent to or speak of (hyperv.md 1.2). */
#ifndef HYPERV_REFERENCE_H
#define HYPERV_REFERENCE_H

#include <hvctl/epr.h>
#include <hvctl/instance.h>

#include "base/cleanup.h"

/*
 * A service as the host showed it: all its keys, since a request that is sent once must be right the first time. One that shows
 * none is named by CreationClassName, the part of the key that is known to do for services. Errors: MEMORY.
 */
HV_MUST_CHECK int hv_reference_service(const char *class_name, const struct hv_instance *shown, struct hv_epr **ret_epr,
                                       struct hv_error *err);
/* A VM by its GUID. Errors: MEMORY. */
HV_MUST_CHECK int hv_reference_vm(const char *vm_id, struct hv_epr **ret_epr, struct hv_error *err);
/* A planned VM, which is never the VM of that GUID. Errors: MEMORY. */
HV_MUST_CHECK int hv_reference_planned(const char *vm_id, struct hv_epr **ret_epr, struct hv_error *err);
/* A job or a setting by its InstanceID. Errors: MEMORY. */
HV_MUST_CHECK int hv_reference_id(const char *class_name, const char *instance_id, struct hv_epr **ret_epr, struct hv_error *err);

#endif
