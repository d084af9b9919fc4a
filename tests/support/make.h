/* Instances for tests, as if a host had sent them. */
#ifndef SUPPORT_MAKE_H
#define SUPPORT_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cim/instance.h"

/*
 * make_instance("Msvm_X", "Name", "value", ..., NULL): a name given again makes an array. A value of MAKE_NULL is null. The
 * caller frees it.
 */
#define MAKE_NULL "\1null"

static inline struct hv_instance *make_instance(const char *class_name, ...) {
    struct hv_instance *instance = NULL;
    va_list args;

    assert_int_equal(hv_instance_new(class_name, NULL, &instance, NULL), 0);
    va_start(args, class_name);
    for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);
        int r = strcmp(value, MAKE_NULL) == 0
                    ? hv_instance_append_null(instance, name, HV_CIM_UNKNOWN, NULL)
                    : hv_instance_append_text(instance, name, HV_CIM_UNKNOWN, value, strlen(value), NULL);
        assert_int_equal(r, 0);
    }
    va_end(args);
    return instance;
}

#endif
