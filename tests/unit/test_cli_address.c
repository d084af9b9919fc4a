/* Names of hosts and references of jobs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cli/connect.h"
#include "support/failmalloc.h"

static void a_port_is_added_where_none_is(void **state) {
    static const struct {
        const char *text;
        uint64_t port;
        const char *address;
    } rows[] = {
        { "hv01", 0, "hv01" },
        { "hv01", 5999, "hv01:5999" },
        { "hv01:1234", 5999, "hv01:1234" },
        { "10.0.0.1", 5999, "10.0.0.1:5999" },
        { "[fe80::1]", 5999, "[fe80::1]:5999" },
        { "[fe80::1]:1234", 5999, "[fe80::1]:1234" },
        { "fe80::1", 0, "[fe80::1]" },
        { "fe80::1", 5999, "[fe80::1]:5999" },
        { "https://hv01/wsman", 5999, "https://hv01/wsman" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_FREE char *address = NULL;
        assert_int_equal(hv_address_with_port(rows[i].text, rows[i].port, &address, NULL), 0);
        assert_string_equal(address, rows[i].address);
    }
}

static void a_certificate_is_known_by_host_and_port(void **state) {
    static const struct {
        const char *address;
        const char *key;
    } rows[] = {
        { "HV01.Example", "hv01.example:5986" },
        { "hv01:5986", "hv01:5986" },
        { "https://HV01/wsman", "hv01:5986" },
        { "https://hv01:15986/wsman", "hv01:15986" },
        { "[FE80::1]", "[fe80::1]:5986" },
        { "[fe80::1]:1", "[fe80::1]:1" },
        { "http://hv01:5985", NULL },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_FREE char *key = NULL;
        assert_int_equal(hv_address_key(rows[i].address, &key, NULL), 0);
        if (rows[i].key)
            assert_string_equal(key, rows[i].key);
        else
            assert_null(key);
    }
}

static void the_host_alone_names_passwords(void **state) {
    static const char *const rows[][2] = {
        { "HV01", "hv01" },        { "hv01:5986", "hv01" },         { "https://HV01.example:1/wsman", "hv01.example" },
        { "http://hv01", "hv01" }, { "[FE80::1]:5986", "fe80::1" }, { "https://[::1]/wsman", "::1" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_FREE char *host = NULL;
        assert_int_equal(hv_address_host(rows[i][0], &host, NULL), 0);
        assert_string_equal(host, rows[i][1]);
    }
}

static void a_label_is_short_and_still_an_address(void **state) {
    static const struct {
        const char *address;
        const char *label;
    } rows[] = {
        { "hv01", "hv01" },
        { "hv01:5986", "hv01" },
        { "hv01:15986", "hv01:15986" },
        { "https://hv01:5986/wsman", "hv01" },
        { "https://127.0.0.1:40001/wsman", "127.0.0.1:40001" },
        { "http://hv01:5985/wsman", "http://hv01" },
        { "http://hv01:5986/wsman", "http://hv01:5986" },
        { "[fe80::1]:5986", "[fe80::1]" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_FREE char *label = NULL;
        assert_int_equal(hv_address_label(rows[i].address, &label, NULL), 0);
        assert_string_equal(label, rows[i].label);
    }
}

static void a_job_reference_is_split_at_its_last_slash(void **state) {
    static const struct {
        const char *ref;
        const char *host; /* NULL: none */
        const char *id;   /* NULL: refused */
    } rows[] = {
        { "hv01/4F0C", "hv01", "4F0C" },
        { "4F0C", NULL, "4F0C" },
        { "127.0.0.1:40001/4F0C", "127.0.0.1:40001", "4F0C" },
        { "https://hv01:5986/wsman/4F0C", "https://hv01:5986/wsman", "4F0C" },
        { "hv01/", NULL, NULL },
        { "/4F0C", NULL, NULL },
        { "", NULL, NULL },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_FREE char *host = NULL;
        HV_CLEANUP_FREE char *id = NULL;
        int rc = hv_job_ref_split(rows[i].ref, &host, &id, NULL);

        assert_int_equal(rc, rows[i].id ? 0 : HV_E_ARGUMENT);
        assert_true(!host == !rows[i].host && (!host || strcmp(host, rows[i].host) == 0));
        assert_true(!id == !rows[i].id && (!id || strcmp(id, rows[i].id) == 0));
    }
}

static int use_all(void *context) {
    HV_CLEANUP_FREE char *address = NULL;
    HV_CLEANUP_FREE char *label = NULL;
    HV_CLEANUP_FREE char *host = NULL;
    HV_CLEANUP_FREE char *id = NULL;
    int rc = hv_address_with_port("hv01", 5999, &address, NULL);

    (void)context;
    if (rc == 0)
        rc = hv_address_label("https://hv01/wsman", &label, NULL);
    return rc < 0 ? rc : hv_job_ref_split("hv01/4F0C", &host, &id, NULL);
}

static void no_memory_is_an_error(void **state) {
    (void)state;
    assert_true(failmalloc_each(use_all, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_is_added_where_none_is),
        cmocka_unit_test(a_certificate_is_known_by_host_and_port),
        cmocka_unit_test(the_host_alone_names_passwords),
        cmocka_unit_test(a_label_is_short_and_still_an_address),
        cmocka_unit_test(a_job_reference_is_split_at_its_last_slash),
        cmocka_unit_test(no_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
