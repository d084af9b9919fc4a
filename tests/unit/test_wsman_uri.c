/* Resource URIs taken apart and made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hvctl/wsman.h>

#include "base/cleanup.h"
#include "support/failmalloc.h"
#include "wsman/uri.h"

static void the_class_is_what_follows_the_last_slash(void **state) {
    (void)state;

    assert_string_equal(hv_uri_class(HV_WMI_PREFIX "root/virtualization/v2/Msvm_ComputerSystem"), "Msvm_ComputerSystem");
    assert_string_equal(hv_uri_class(HV_WMI_PREFIX "root/virtualization/v2/*"), "*");
    assert_string_equal(hv_uri_class("Msvm_ComputerSystem"), "Msvm_ComputerSystem");
    assert_string_equal(hv_uri_class(""), "");
}

static void the_namespace_stands_between_prefix_and_class(void **state) {
    const char *uri = HV_WMI_PREFIX "root/virtualization/v2/Msvm_ComputerSystem";
    size_t n = 0;
    const char *start = hv_uri_namespace(uri, &n);
    (void)state;

    assert_int_equal(n, strlen("root/virtualization/v2"));
    assert_memory_equal(start, "root/virtualization/v2", n);
    assert_non_null(hv_uri_namespace("HTTP://Schemas.Microsoft.com/wbem/wsman/1/wmi/root/cimv2/X", &n));
    assert_int_equal(n, strlen("root/cimv2"));
}

static void other_uris_tell_no_namespace(void **state) {
    size_t n = 77;
    (void)state;

    assert_null(hv_uri_namespace(HV_CIM_SCHEMA_PREFIX "CIM_ComputerSystem", &n));
    assert_null(hv_uri_namespace(HV_WMI_PREFIX "Msvm_ComputerSystem", &n));
    assert_null(hv_uri_namespace(HV_WMI_PREFIX "/Msvm_ComputerSystem", &n));
    assert_null(hv_uri_namespace("Msvm_ComputerSystem", &n));
    assert_int_equal(n, 77);
}

static void expect_uri(const char *cim_namespace, const char *name, const char *want) {
    HV_CLEANUP_FREE char *uri = NULL;

    assert_int_equal(hv_resource_uri(cim_namespace, name, &uri, NULL), 0);
    assert_string_equal(uri, want);
}

static void a_class_and_a_namespace_make_a_uri(void **state) {
    (void)state;

    expect_uri("root/virtualization/v2", "Msvm_ComputerSystem", HV_WMI_PREFIX "root/virtualization/v2/Msvm_ComputerSystem");
    expect_uri("root\\cimv2", "Win32_Service", HV_WMI_PREFIX "root/cimv2/Win32_Service");
    expect_uri("/root/cimv2/", "*", HV_WMI_PREFIX "root/cimv2/*");
}

static void a_uri_is_copied_as_it_is(void **state) {
    (void)state;

    expect_uri("root/cimv2", "http://schemas.microsoft.com/wbem/wsman/1/config",
               "http://schemas.microsoft.com/wbem/wsman/1/config");
    expect_uri(NULL, HV_CIM_SCHEMA_PREFIX "X?a b", HV_CIM_SCHEMA_PREFIX "X?a b");
}

static void refuse(const char *cim_namespace, const char *name, const char *part) {
    char *uri = NULL;
    struct hv_error err;

    assert_int_equal(hv_resource_uri(cim_namespace, name, &uri, &err), HV_E_ARGUMENT);
    assert_null(uri);
    if (!strstr(err.message, part))
        fail_msg("\"%s\" is not in \"%s\"", part, err.message);
}

static void what_would_make_another_uri_is_refused(void **state) {
    char name[4096];
    (void)state;

    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    refuse("root/cimv2", "", "class name");
    refuse("root/cimv2", NULL, "class name");
    refuse("", "X", "namespace");
    refuse("//", "X", "namespace");
    refuse(NULL, "X", "namespace");
    refuse("root/cimv2", "a/b", "\"a/b\"");
    refuse("root/cimv2", "a\\b", "name of a class");
    refuse("root/cimv2", "a b", "name of a class");
    refuse("root/cimv2", "a?b=c", "name of a class");
    refuse("root/ci mv2", "X", "name of a namespace");
    refuse("root/cimv2#", "X", "name of a namespace");
    refuse("root/cimv2", name, "2048");
}

static int make_once(void *context) {
    HV_CLEANUP_FREE char *uri = NULL;
    int r = hv_resource_uri("root/cimv2", context, &uri, NULL);

    if (r < 0)
        assert_null(uri);
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    (void)state;
    char name[] = "Win32_Service";
    char uri[] = "http://x/y";

    assert_true(failmalloc_each(make_once, name) > 0);
    assert_true(failmalloc_each(make_once, uri) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_class_is_what_follows_the_last_slash),
        cmocka_unit_test(the_namespace_stands_between_prefix_and_class),
        cmocka_unit_test(other_uris_tell_no_namespace),
        cmocka_unit_test(a_class_and_a_namespace_make_a_uri),
        cmocka_unit_test(a_uri_is_copied_as_it_is),
        cmocka_unit_test(what_would_make_another_uri_is_refused),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
