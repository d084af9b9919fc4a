/* Looking at the certificate of a host, whatever it is, without sending anything. */
#include <hvctl/certificate.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/loopback.h"

enum { DAY = 24 * 60 * 60 };

static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
    { DO_READ, DO_ANSWER, DO_HOLD },
    { DO_READ, DO_ANSWER, DO_HOLD },
};

static void everything_about_a_good_certificate_is_told(void **state) {
    struct loopback_certificate authority = loopback_certificate(NULL, NULL, -DAY, DAY);
    struct loopback_certificate good = loopback_certificate("IP:127.0.0.1,DNS:hv01.example,IP:::1", &authority, -DAY, DAY);
    char *file = loopback_certificate_file(&authority);
    char address[64];
    const struct hv_host_options host = { .address = address, .cacert = file };
    struct hv_certificate *certificate = NULL;
    struct loopback server;

    (void)state;
    loopback_start(&server, &good, scripts, 1);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", server.port);
    assert_int_equal(hv_certificate_fetch(&host, NULL, &certificate, NULL), 0);
    assert_string_equal(certificate->subject, "CN = loopback server");
    assert_string_equal(certificate->issuer, "CN = loopback authority");
    assert_int_equal(certificate->n_names, 3);
    assert_string_equal(certificate->names[0], "127.0.0.1");
    assert_string_equal(certificate->names[1], "hv01.example");
    assert_string_equal(certificate->names[2], "::1");
    assert_int_equal(strlen(certificate->valid_from), strlen("2024-05-01T10:11:12Z"));
    assert_true(strcmp(certificate->valid_from, certificate->valid_to) < 0);
    assert_int_equal(strlen(certificate->sha256), 32 * 3 - 1);
    assert_int_equal(strlen(certificate->sha1), 40);
    assert_int_equal(strlen(certificate->pin), strlen("sha256//") + 44);
    assert_int_equal(certificate->verdict.code, 0);
    (void)hv_certificate_free(certificate);
    loopback_stop(&server);
    assert_int_equal(server.n_requests, 0);
    loopback_forget(&server);
    unlink(file);
    free(file);
    loopback_certificate_free(&good);
    loopback_certificate_free(&authority);
}

/* One that nobody would accept is shown all the same, with the reason; what was asked of the host before is no matter. */
static void a_bad_certificate_is_shown_with_what_is_wrong(void **state) {
    static const char *const fingerprints[] = { "nonsense" };
    struct loopback_certificate expired = loopback_certificate("DNS:other.example", NULL, -2 * DAY, -DAY);
    char address[64];
    const struct hv_host_options host = {
        .address = address, .auth = HV_AUTH_BASIC, .fingerprints = fingerprints, .n_fingerprints = 1, .insecure = true
    };
    struct hv_certificate *certificate = NULL;
    struct loopback server;

    (void)state;
    loopback_start(&server, &expired, scripts, 1);
    (void)snprintf(address, sizeof(address), "https://127.0.0.1:%u/wsman", server.port);
    assert_int_equal(hv_certificate_fetch(&host, NULL, &certificate, NULL), 0);
    assert_int_equal(certificate->verdict.code, HV_E_TLS);
    assert_non_null(strstr(certificate->verdict.cause, certificate->sha256));
    (void)hv_certificate_free(certificate);
    loopback_stop(&server);
    assert_int_equal(server.n_requests, 0);
    loopback_forget(&server);
    loopback_certificate_free(&expired);
}

static bool at_once(void *context) {
    (*(int *)context)++;
    return true;
}

static void the_caller_can_stop_it(void **state) {
    struct loopback_certificate good = loopback_certificate("IP:127.0.0.1", NULL, -DAY, DAY);
    int n_asked = 0;
    const struct hv_certificate_options options = { .stop = at_once, .stop_context = &n_asked };
    char address[64];
    const struct hv_host_options host = { .address = address };
    struct hv_certificate *certificate = NULL;
    struct hv_error err;
    struct loopback server;

    (void)state;
    loopback_start(&server, &good, scripts, 1);
    (void)snprintf(address, sizeof(address), "127.0.0.1:%u", server.port);
    assert_int_equal(hv_certificate_fetch(&host, &options, &certificate, &err), HV_E_CANCELLED);
    assert_null(certificate);
    assert_true(n_asked > 0);
    loopback_stop(&server);
    loopback_forget(&server);
    loopback_certificate_free(&good);
}

static void hosts_without_certificates_are_told_apart(void **state) {
    struct hv_certificate *certificate = NULL;
    struct hv_error err;

    (void)state;
    assert_int_equal(hv_certificate_fetch(&(struct hv_host_options){ .address = "http://hv01" }, NULL, &certificate, &err),
                     HV_E_ARGUMENT);
    assert_non_null(strstr(err.message, "hv01: a certificate is shown over https:// only"));
    assert_int_equal(hv_certificate_fetch(&(struct hv_host_options){ .address = "hv 01" }, NULL, &certificate, &err),
                     HV_E_ARGUMENT);
    assert_int_equal(hv_certificate_fetch(&(struct hv_host_options){ .address = "127.0.0.1:1" }, NULL, &certificate, &err),
                     HV_E_UNREACHABLE);
    assert_string_equal(err.host, "127.0.0.1");
    assert_null(certificate);
}

static int group_setup(void **state) {
    static const char *const variables[] = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "SSL_CERT_FILE" };

    (void)state;
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        unsetenv(variables[i]);
    return hv_process_init(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_about_a_good_certificate_is_told),
        cmocka_unit_test(a_bad_certificate_is_shown_with_what_is_wrong),
        cmocka_unit_test(the_caller_can_stop_it),
        cmocka_unit_test(hosts_without_certificates_are_told_apart),
    };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
