/* What an endpoint accepts before anything is sent: trust that can be read, credentials that are safe. */
#include "transport/endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "support/failmalloc.h"
#include "transport/auth.h"
#include "transport/tls.h"

#define PIN         "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define FINGERPRINT "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F"
#define WITH_COLONS "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F"

static int make(bool https, const struct hv_host_options *options, struct hv_endpoint **ret_endpoint, struct hv_error *err) {
    char host[] = "hv01";
    char url[] = "https://hv01:5986/wsman";
    const struct hv_address address = { .https = https, .host = host, .port = 5986, .url = url };

    return hv_endpoint_new(&address, options, ret_endpoint, err);
}

static struct hv_host_options signed_in(void) {
    return (struct hv_host_options){ .auth = HV_AUTH_BASIC, .user = "user", .password = "s3cret" };
}

static void pins_and_fingerprints_mean_their_bytes(void **state) {
    const char *const list[] = { FINGERPRINT, WITH_COLONS };
    struct hv_host_options options = signed_in();
    struct hv_endpoint *endpoint = NULL;
    const struct hv_tls_policy *policy;

    (void)state;
    options.fingerprints = list;
    options.n_fingerprints = 2;
    options.pinned_pubkey = PIN ";" PIN;
    assert_int_equal(make(true, &options, &endpoint, NULL), 0);
    policy = hv_endpoint_tls(endpoint);
    assert_int_equal(policy->n_fingerprints, 2);
    assert_int_equal(policy->n_pins, 2);
    for (size_t i = 0; i < HV_TLS_DIGEST_SIZE; i++) {
        assert_int_equal(policy->fingerprints[0].bytes[i], i);
        assert_int_equal(policy->fingerprints[1].bytes[i], i);
        assert_int_equal(policy->pins[1].bytes[i], i);
    }
    (void)hv_endpoint_free(endpoint);
}

static void what_is_no_pin_or_fingerprint_is_refused(void **state) {
    static const char *const fingerprints[] = {
        "", "00", FINGERPRINT "20", WITH_COLONS ":", "zz0102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F",
    };
    static const char *const pins[] = {
        "",
        "sha256//",
        PIN ";",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "/etc/key.pem",
        "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH!8=",
        "sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHw==",
    };
    struct hv_endpoint *endpoint = NULL;
    struct hv_error err;

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(fingerprints); i++) {
        struct hv_host_options options = signed_in();
        options.fingerprints = &fingerprints[i];
        options.n_fingerprints = 1;
        assert_int_equal(make(true, &options, &endpoint, &err), HV_E_ARGUMENT);
        assert_non_null(strstr(err.cause, "64 hexadecimal digits"));
    }
    for (size_t i = 0; i < HV_ARRAY_SIZE(pins); i++) {
        struct hv_host_options options = signed_in();
        options.pinned_pubkey = pins[i];
        assert_int_equal(make(true, &options, &endpoint, &err), HV_E_ARGUMENT);
        assert_non_null(strstr(err.cause, "sha256//"));
    }
    assert_null(endpoint);
}

static void there_is_a_most_of_pins_and_fingerprints(void **state) {
    const char *list[HV_TLS_MAX_PINS + 1];
    char pins[(HV_TLS_MAX_PINS + 1) * sizeof(PIN)];
    struct hv_host_options options = signed_in();
    struct hv_endpoint *endpoint = NULL;

    (void)state;
    for (size_t i = 0; i <= HV_TLS_MAX_PINS; i++) {
        list[i] = FINGERPRINT;
        memcpy(pins + i * sizeof(PIN), PIN ";", sizeof(PIN));
    }
    options.fingerprints = list;
    options.n_fingerprints = HV_TLS_MAX_PINS;
    pins[HV_TLS_MAX_PINS * sizeof(PIN) - 1] = '\0';
    options.pinned_pubkey = pins;
    assert_int_equal(make(true, &options, &endpoint, NULL), 0);
    endpoint = hv_endpoint_free(endpoint);
    pins[HV_TLS_MAX_PINS * sizeof(PIN) - 1] = ';';
    pins[sizeof(pins) - 1] = '\0';
    assert_int_equal(make(true, &options, &endpoint, NULL), HV_E_ARGUMENT);
    options.pinned_pubkey = NULL;
    options.n_fingerprints = HV_TLS_MAX_PINS + 1;
    assert_int_equal(make(true, &options, &endpoint, NULL), HV_E_ARGUMENT);
    assert_null(endpoint);
}

static void a_certificate_file_that_cannot_be_used_is_told_at_once(void **state) {
    static const char *const files[] = { "/nonexistent/ca.pem", "/dev/null", "" };
    struct hv_endpoint *endpoint = NULL;
    struct hv_error err;

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(files); i++) {
        struct hv_host_options options = signed_in();
        options.cacert = files[i];
        assert_int_equal(make(true, &options, &endpoint, &err), HV_E_ARGUMENT);
        assert_non_null(strstr(err.message, files[i]));
    }
    assert_null(endpoint);
}

static void the_system_s_store_can_be_moved(void **state) {
    struct hv_host_options options = signed_in();
    struct hv_endpoint *endpoint = NULL;

    (void)state;
    assert_int_equal(setenv("SSL_CERT_FILE", "/x/ca.pem", 1), 0);
    assert_int_equal(setenv("SSL_CERT_DIR", "/x/certs", 1), 0);
    assert_int_equal(make(true, &options, &endpoint, NULL), 0);
    assert_string_equal(hv_endpoint_tls(endpoint)->cacert, "/x/ca.pem");
    assert_string_equal(hv_endpoint_tls(endpoint)->capath, "/x/certs");
    (void)hv_endpoint_free(endpoint);
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
}

static void a_password_goes_only_where_it_is_safe(void **state) {
    static const char *const fingerprints[] = { FINGERPRINT };
    static const struct {
        bool https;
        struct hv_host_options options;
        int result;
    } rows[] = {
        { true, { .insecure = false }, 0 },
        { true, { .insecure = true }, HV_E_TLS },
        { true, { .insecure = true, .pinned_pubkey = PIN }, 0 },
        { true, { .insecure = true, .fingerprints = fingerprints, .n_fingerprints = 1 }, 0 },
        { false, { .insecure = false }, HV_E_TLS },
        { false, { .insecure = true, .pinned_pubkey = PIN }, HV_E_TLS },
        { false, { .http_unencrypted_ok = true }, 0 },
        { true, { .insecure = true, .http_unencrypted_ok = true }, HV_E_TLS },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_host_options options = rows[i].options;
        struct hv_endpoint *endpoint = NULL;
        struct hv_error err = { 0 };

        options.auth = HV_AUTH_BASIC;
        options.user = "user";
        options.password = "s3cret";
        assert_int_equal(make(rows[i].https, &options, &endpoint, &err), rows[i].result);
        assert_null(strstr(err.message, "s3cret"));
        (void)hv_endpoint_free(endpoint);
    }
}

static void signing_in_needs_a_user_and_a_password(void **state) {
    char long_password[HV_LOGIN_MAX_BYTES + 1];
    const struct {
        const char *user;
        const char *password;
        int result;
    } rows[] = {
        { NULL, "s3cret", HV_E_AUTH },
        { "", "s3cret", HV_E_AUTH },
        { "user", NULL, HV_E_AUTH },
        { "us:er", "s3cret", HV_E_ARGUMENT },
        { "user", "", 0 },
        { "DOM\\user", "s:3cret", 0 },
        { "user@REALM", "s3cret", 0 },
        { "", long_password, HV_E_AUTH },
        { "user", long_password, HV_E_ARGUMENT },
    };

    (void)state;
    memset(long_password, 'x', sizeof(long_password));
    long_password[HV_LOGIN_MAX_BYTES] = '\0';
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .user = rows[i].user, .password = rows[i].password };
        struct hv_endpoint *endpoint = NULL;

        assert_int_equal(make(true, &options, &endpoint, NULL), rows[i].result);
        (void)hv_endpoint_free(endpoint);
    }
}

static void the_header_of_basic_is_that_of_rfc_7617(void **state) {
    static const struct {
        const char *user;
        const char *password;
        const char *header;
    } rows[] = {
        { "Aladdin", "open sesame", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
        { "test", "123\xC2\xA3", "Authorization: Basic dGVzdDoxMjPCow==" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf header = HV_BUF_INIT(1024);
        struct hv_login login = { .n_schemes = 0 };
        const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .user = rows[i].user, .password = rows[i].password };

        assert_int_equal(hv_login_init(&login, "hv01", &options, NULL), 0);
        assert_int_equal(hv_login_write(&login, HV_AUTH_BASIC, &header, NULL), 0);
        assert_string_equal(hv_buf_text(&header), rows[i].header);
        hv_login_deinit(&login);
        assert_null(login.password);
    }
}

static int build(void *context) {
    struct hv_host_options options = signed_in();
    struct hv_endpoint *endpoint = NULL;
    int r;

    (void)context;
    options.pinned_pubkey = PIN;
    r = make(true, &options, &endpoint, NULL);
    if (r < 0)
        assert_null(endpoint);
    (void)hv_endpoint_free(endpoint);
    return r;
}

static void making_one_survives_the_end_of_memory(void **state) {
    (void)state;
    assert_true(failmalloc_each(build, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pins_and_fingerprints_mean_their_bytes),
        cmocka_unit_test(what_is_no_pin_or_fingerprint_is_refused),
        cmocka_unit_test(there_is_a_most_of_pins_and_fingerprints),
        cmocka_unit_test(a_certificate_file_that_cannot_be_used_is_told_at_once),
        cmocka_unit_test(the_system_s_store_can_be_moved),
        cmocka_unit_test(a_password_goes_only_where_it_is_safe),
        cmocka_unit_test(signing_in_needs_a_user_and_a_password),
        cmocka_unit_test(the_header_of_basic_is_that_of_rfc_7617),
        cmocka_unit_test(making_one_survives_the_end_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
