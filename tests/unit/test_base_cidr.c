/* Addresses and networks as text (RFC 4632, RFC 4291 2.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cidr.h"
#include "base/size.h"

static void addresses_of_both_kinds_are_read(void **state) {
    static const struct {
        const char *text;
        uint8_t n_bytes;
        uint8_t bytes[16];
    } cases[] = {
        { "192.0.2.10", 4, { 192, 0, 2, 10 } },
        { "0.0.0.0", 4, { 0 } },
        { "::", 16, { 0 } },
        { "::1", 16, { [15] = 1 } },
        { "fe80::1%12", 16, { 0xFE, 0x80, [15] = 1 } },
        { "fd00:6876::A", 16, { 0xFD, 0, 0x68, 0x76, [15] = 10 } },
        { "2001:db8:1:2:3:4:5:6", 16, { 0x20, 1, 0x0D, 0xB8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6 } },
        { "::ffff:192.0.2.1", 16, { [10] = 0xFF, 0xFF, 192, 0, 2, 1 } },
        { "1::", 16, { 0, 1 } },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        struct hv_ip address;
        assert_true(hv_ip_parse(cases[i].text, &address));
        assert_int_equal(address.n_bytes, cases[i].n_bytes);
        assert_memory_equal(address.bytes, cases[i].bytes, cases[i].n_bytes);
    }
}

static void what_is_no_address_is_refused(void **state) {
    static const char *const cases[] = {
        "",           "1.2.3", "1.2.3.4.5",     "1.2.3.256",         "01.2.3.4",         "1.2.3.",
        "a.b.c.d",    ":",     "1:2:3:4:5:6:7", "1::2::3",           "12345::",          ":1::",
        "::1:",       "1:",    "::g",           "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "hv02",
        "192.0.2.1 ", "%1",    "::1.2.3",
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        struct hv_ip address;
        if (hv_ip_parse(cases[i], &address))
            fail_msg("\"%s\" was taken", cases[i]);
    }
}

static void networks_need_a_prefix_that_fits(void **state) {
    static const char *const bad[] = {
        "192.0.2.0", "192.0.2.0/33", "::/129", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/8/8", "/8"
    };
    struct hv_cidr cidr;

    (void)state;
    assert_true(hv_cidr_parse("192.0.2.0/24", &cidr));
    assert_int_equal(cidr.prefix_length, 24);
    assert_true(hv_cidr_parse("::/0", &cidr));
    assert_true(hv_cidr_parse("2001:db8::/128", &cidr));
    for (size_t i = 0; i < HV_ARRAY_SIZE(bad); i++)
        assert_false(hv_cidr_parse(bad[i], &cidr));
    assert_true(hv_cidr_make("192.0.2.0", 24, &cidr));
    assert_false(hv_cidr_make("192.0.2.0", -1, &cidr));
    assert_false(hv_cidr_make("192.0.2.0", 33, &cidr));
    assert_false(hv_cidr_make(NULL, 8, &cidr));
}

static bool contains(const char *network, const char *text) {
    struct hv_cidr cidr;
    struct hv_ip address;

    assert_true(hv_cidr_parse(network, &cidr));
    assert_true(hv_ip_parse(text, &address));
    return hv_cidr_contains(&cidr, &address);
}

static void a_network_contains_its_addresses_alone(void **state) {
    (void)state;
    assert_true(contains("192.0.2.0/24", "192.0.2.255"));
    assert_false(contains("192.0.2.0/24", "192.0.3.0"));
    assert_true(contains("192.0.2.64/26", "192.0.2.127"));
    assert_false(contains("192.0.2.64/26", "192.0.2.128"));
    assert_true(contains("0.0.0.0/0", "203.0.113.9"));
    assert_false(contains("0.0.0.0/0", "::1"));
    assert_true(contains("fe80::/10", "febf::1"));
    assert_false(contains("fe80::/10", "fec0::1"));
    assert_true(contains("192.0.2.1/32", "192.0.2.1"));
}

static void networks_are_compared_by_what_they_mean(void **state) {
    struct hv_cidr a;
    struct hv_cidr b;

    (void)state;
    assert_true(hv_cidr_parse("FD00:0:0::/48", &a) && hv_cidr_parse("fd00::/48", &b));
    assert_true(hv_cidr_same(&a, &b));
    assert_true(hv_cidr_parse("fd00::/49", &b));
    assert_false(hv_cidr_same(&a, &b));
    assert_true(hv_cidr_is_network(&a));
    assert_true(hv_cidr_parse("192.0.2.1/24", &a));
    assert_false(hv_cidr_is_network(&a));
    assert_true(hv_cidr_parse("192.0.2.1/32", &a));
    assert_true(hv_cidr_is_network(&a));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_both_kinds_are_read),        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(networks_need_a_prefix_that_fits),        cmocka_unit_test(a_network_contains_its_addresses_alone),
        cmocka_unit_test(networks_are_compared_by_what_they_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
