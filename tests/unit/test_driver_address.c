/* What people may write for a host. */
#include "driver/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "support/failmalloc.h"

static void addresses_are_put_into_normal_form(void **state) {
    static const struct {
        const char *text;
        const char *url;
        const char *host;
        bool https;
        uint16_t port;
    } rows[] = {
        { "hv01", "https://hv01:5986/wsman", "hv01", true, 5986 },
        { "hv01.example.com:443", "https://hv01.example.com:443/wsman", "hv01.example.com", true, 443 },
        { "192.0.2.7", "https://192.0.2.7:5986/wsman", "192.0.2.7", true, 5986 },
        { "[::1]", "https://[::1]:5986/wsman", "::1", true, 5986 },
        { "[2001:db8::2]:65535", "https://[2001:db8::2]:65535/wsman", "2001:db8::2", true, 65535 },
        { "2001:db8::2", "https://[2001:db8::2]:5986/wsman", "2001:db8::2", true, 5986 },
        { "https://hv01", "https://hv01:5986/wsman", "hv01", true, 5986 },
        { "https://hv01/", "https://hv01:5986/wsman", "hv01", true, 5986 },
        { "HTTPS://hv01:1/winrm/x", "https://hv01:1/winrm/x", "hv01", true, 1 },
        { "http://hv01", "http://hv01:5985/wsman", "hv01", false, 5985 },
        { "http://[::1]:80/wsman", "http://[::1]:80/wsman", "::1", false, 80 },
        { "hv_01", "https://hv_01:5986/wsman", "hv_01", true, 5986 },
        { "h\xC3\xB6st", "https://h\xC3\xB6st:5986/wsman", "h\xC3\xB6st", true, 5986 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_address address = { 0 };
        assert_int_equal(hv_address_parse(rows[i].text, &address, NULL), 0);
        assert_string_equal(address.url, rows[i].url);
        assert_string_equal(address.host, rows[i].host);
        assert_int_equal(address.https, rows[i].https);
        assert_int_equal(address.port, rows[i].port);
        hv_address_deinit(&address);
    }
}

static void what_is_no_address_is_refused_with_a_reason(void **state) {
    static const struct {
        const char *text;
        const char *cause;
    } rows[] = {
        { NULL, "empty" },
        { "", "neither a host name nor" },
        { "hv 01", "neither a host name nor" },
        { "-hv01", "neither a host name nor" },
        { "hv01\n", "neither a host name nor" },
        { "h\xFFst", "neither a host name nor" },
        { "hv01:", "a port is a number" },
        { "hv01:0", "a port is a number" },
        { "hv01:65536", "a port is a number" },
        { "hv01:5986x", "a port is a number" },
        { "hv01:1:2", "a port is a number" },
        { "hv01/wsman", "only allowed in a URL" },
        { "ssh://hv01", "only https:// and http://" },
        { "https://user:pw@hv01", "user and password" },
        { "user@hv01", "user and password" },
        { "https://hv01/wsman?x", "no query" },
        { "https://hv01?x", "no query" },
        { "https://hv01/ws man", "no query" },
        { "[::1", "brackets" },
        { "[::1]5986", "brackets" },
        { "[hv01]", "neither a host name nor" },
        { "https://", "neither a host name nor" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_address address = { 0 };
        struct hv_error err = { 0 };
        assert_int_equal(hv_address_parse(rows[i].text, &address, &err), HV_E_ARGUMENT);
        assert_non_null(strstr(err.cause, rows[i].cause));
        assert_non_null(strstr(err.remedy, "NAME:PORT"));
        assert_null(address.url);
        assert_null(address.host);
    }
}

static void names_and_paths_have_a_longest(void **state) {
    char text[600];
    struct hv_address address = { 0 };

    (void)state;
    memset(text, 'a', sizeof(text));
    text[HV_ADDRESS_MAX_HOST] = '\0';
    assert_int_equal(hv_address_parse(text, &address, NULL), 0);
    hv_address_deinit(&address);
    memset(text, 'a', HV_ADDRESS_MAX_HOST + 1);
    text[HV_ADDRESS_MAX_HOST + 1] = '\0';
    assert_int_equal(hv_address_parse(text, &address, NULL), HV_E_ARGUMENT);
    memset(text, 'a', sizeof(text));
    memcpy(text, "https://hv01/", 13);
    text[12 + HV_ADDRESS_MAX_PATH] = '\0';
    assert_int_equal(hv_address_parse(text, &address, NULL), 0);
    hv_address_deinit(&address);
    text[12 + HV_ADDRESS_MAX_PATH] = 'a';
    text[13 + HV_ADDRESS_MAX_PATH] = '\0';
    assert_int_equal(hv_address_parse(text, &address, NULL), HV_E_ARGUMENT);
}

static int parse(void *context) {
    struct hv_address address = { 0 };
    int r = hv_address_parse("https://hv01:1/x", &address, NULL);

    (void)context;
    if (r < 0)
        assert_null(address.url);
    hv_address_deinit(&address);
    return r;
}

static void parsing_survives_the_end_of_memory(void **state) {
    (void)state;
    assert_true(failmalloc_each(parse, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_put_into_normal_form),
        cmocka_unit_test(what_is_no_address_is_refused_with_a_reason),
        cmocka_unit_test(names_and_paths_have_a_longest),
        cmocka_unit_test(parsing_survives_the_end_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
