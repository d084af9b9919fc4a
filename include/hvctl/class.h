/* What this library knows of remote classes: the CIM type of each property it has a table for. */
#ifndef HVCTL_CLASS_H
#define HVCTL_CLASS_H

#include <hvctl/instance.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/*
 * Type of a property of a class of root/virtualization/v2. Names disregard case.
 * HV_CIM_UNKNOWN when no table tells; *ret_is_array is then untouched.
 */
enum hv_cim_type hv_class_property(const char *class_name, const char *property, bool *ret_is_array);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
