/* Whom the transport believes, and that nothing leaves for anybody else. */
#include <unistd.h>

#include "base/text.h"
#include "transport/tls.h"
#include "transport_client.h"

enum { DAY = 24 * 60 * 60 };

struct certificates {
    struct loopback_certificate authority;
    struct loopback_certificate good;
    struct loopback_certificate other; /* also good, another key */
    struct loopback_certificate self_signed;
    struct loopback_certificate expired;
    struct loopback_certificate future;
    struct loopback_certificate wrong_name;
    char *authority_file;
    char *self_signed_file;
};

static struct certificates certificates;

static void fingerprint_of(const struct loopback_certificate *certificate, char text[HV_TLS_FINGERPRINT_TEXT_SIZE]) {
    struct hv_tls_digest digest;

    assert_int_equal(X509_digest(certificate->x509, EVP_sha256(), digest.bytes, NULL), 1);
    hv_tls_digest_format(&digest, text);
}

static void pin_of(const struct loopback_certificate *certificate, char text[64]) {
    unsigned char digest[32];
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(certificate->key, &der);

    assert_int_equal(EVP_Digest(der, (size_t)n, digest, NULL, EVP_sha256(), NULL), 1);
    OPENSSL_free(der);
    memcpy(text, "sha256//", 8);
    (void)EVP_EncodeBlock((unsigned char *)text + 8, digest, sizeof(digest));
}

static const enum loopback_step one_answer[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_HOLD } };

/* One request to a server with CERTIFICATE; *ret_n_requests: how many it read. */
static struct hv_result ask(const struct loopback_certificate *certificate, const char *host,
                            const struct hv_host_options *options, size_t *ret_n_requests) {
    struct loopback server;
    struct hv_endpoint *endpoint;
    struct hv_transport *transport = client_transport();
    struct hv_result result;

    loopback_start(&server, certificate, one_answer, 1);
    endpoint = client_endpoint(&server, host, *options);
    result = client_ask(transport, endpoint, true);
    (void)hv_transport_free(transport);
    loopback_stop(&server);
    *ret_n_requests = server.n_requests;
    loopback_forget(&server);
    (void)hv_endpoint_free(endpoint);
    return result;
}

static void assert_refused(const struct loopback_certificate *certificate, const struct hv_host_options *options,
                           const char *message, const char *remedy) {
    size_t n_requests;
    struct hv_result result = ask(certificate, "127.0.0.1", options, &n_requests);
    char fingerprint[HV_TLS_FINGERPRINT_TEXT_SIZE];

    fingerprint_of(certificate, fingerprint);
    assert_int_equal(result.code, HV_E_TLS);
    assert_int_equal(result.error.source, HV_SOURCE_TLS);
    assert_false(result.left);
    assert_string_equal(result.error.message, message);
    assert_non_null(strstr(result.error.cause, fingerprint));
    assert_non_null(strstr(result.error.remedy, remedy));
    assert_int_equal(n_requests, 0);
}

static void assert_accepted(const struct loopback_certificate *certificate, const char *host,
                            const struct hv_host_options *options) {
    size_t n_requests;
    struct hv_result result = ask(certificate, host, options, &n_requests);

    assert_int_equal(result.code, 0);
    assert_int_equal(n_requests, 1);
}

static void a_certificate_of_a_known_authority_is_accepted(void **state) {
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .cacert = certificates.authority_file };

    (void)state;
    assert_accepted(&certificates.good, "127.0.0.1", &options);
    assert_accepted(&certificates.good, "localhost", &options);
}

static void a_self_signed_certificate_is_accepted_as_its_own_authority(void **state) {
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .cacert = certificates.self_signed_file };

    (void)state;
    assert_accepted(&certificates.self_signed, "127.0.0.1", &options);
}

static void each_reason_for_refusal_is_told_apart(void **state) {
    const struct hv_host_options known = { .auth = HV_AUTH_BASIC, .cacert = certificates.authority_file };
    const struct hv_host_options unknown = { .auth = HV_AUTH_BASIC, .cacert = certificates.self_signed_file };

    (void)state;
    assert_refused(&certificates.self_signed, &known, "the certificate is self-signed and not trusted", "--cacert FILE");
    assert_refused(&certificates.self_signed, &known, "the certificate is self-signed and not trusted", "--fingerprint ");
    assert_refused(&certificates.good, &unknown, "the certificate's issuer is not known here", "--cacert FILE");
    assert_refused(&certificates.expired, &known, "the certificate has expired", "renew the certificate");
    assert_refused(&certificates.future, &known, "the certificate is not valid yet", "check the clock");
    assert_refused(&certificates.wrong_name, &known, "the certificate is for another name than \"127.0.0.1\"",
                   "use a name that the certificate carries");
}

static void join_files(const char *from, const char *to) {
    char bytes[4096];
    FILE *in = fopen(from, "r");
    FILE *out = fopen(to, "a");
    size_t n = fread(bytes, 1, sizeof(bytes), in);

    assert_true(n > 0 && n < sizeof(bytes));
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
}

static void a_revoked_certificate_is_refused_where_the_list_is_known(void **state) {
    char *list = loopback_crl_file(&certificates.authority, &certificates.good);
    char *empty = loopback_crl_file(&certificates.authority, NULL);
    char *foreign = loopback_crl_file(&certificates.self_signed, NULL);
    const struct hv_host_options with_list = { .auth = HV_AUTH_BASIC, .cacert = list };
    const struct hv_host_options with_empty = { .auth = HV_AUTH_BASIC, .cacert = empty };
    const struct hv_host_options with_foreign = { .auth = HV_AUTH_BASIC, .cacert = foreign };

    (void)state;
    assert_refused(&certificates.good, &with_list, "the certificate has been revoked", "new certificate");
    assert_accepted(&certificates.good, "127.0.0.1", &with_empty);
    join_files(certificates.authority_file, foreign);
    assert_refused(&certificates.good, &with_foreign,
                   "whether the certificate has been revoked cannot be told: unable to get "
                   "certificate CRL",
                   "present list");
    unlink(list);
    unlink(empty);
    unlink(foreign);
    free(list);
    free(empty);
    free(foreign);
}

static void a_folder_of_authorities_is_used(void **state) {
    char folder[] = "/tmp/hvctl-test-XXXXXX";
    char path[64];
    struct hv_host_options options = { .auth = HV_AUTH_BASIC, .capath = folder };

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_refused(&certificates.good, &options, "the certificate's issuer is not known here", "--capath DIR");
    (void)snprintf(path, sizeof(path), "%s/%08lx.0", folder, X509_subject_name_hash(certificates.authority.x509));
    assert_int_equal(link(certificates.authority_file, path), 0);
    assert_accepted(&certificates.good, "127.0.0.1", &options);
    options.cacert = certificates.self_signed_file;
    assert_accepted(&certificates.good, "127.0.0.1", &options);
    assert_accepted(&certificates.self_signed, "127.0.0.1", &options);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void the_fault_of_an_authority_is_not_laid_on_the_host(void **state) {
    struct loopback_certificate old = loopback_certificate(NULL, NULL, -2 * DAY, -DAY);
    struct loopback_certificate leaf = loopback_certificate("IP:127.0.0.1", &old, -DAY, DAY);
    char *file = loopback_certificate_file(&old);
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .cacert = file };

    (void)state;
    assert_refused(&leaf, &options, "the certificate of the authority has expired", "renew the certificate of the authority");
    unlink(file);
    free(file);
    loopback_certificate_free(&leaf);
    loopback_certificate_free(&old);
}

/* A server that goes no further than TLS 1.1, in the two ways servers say so. */
static void a_server_below_tls_1_2_is_refused(void **state) {
    struct loopback server;
    struct hv_endpoint *endpoint;
    struct hv_transport *transport = client_transport();
    struct hv_result result;

    (void)state;
    loopback_start_at(&server, &certificates.good, one_answer, 1, TLS1_1_VERSION);
    endpoint = client_endpoint(&server, "127.0.0.1",
                               (struct hv_host_options){ .auth = HV_AUTH_BASIC, .cacert = certificates.authority_file });
    result = client_ask(transport, endpoint, true);
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_int_equal(result.error.source, HV_SOURCE_TLS);
    assert_false(result.left);
    assert_string_equal(result.error.message, "cannot connect: the TLS version is too old");
    assert_non_null(strstr(result.error.remedy, "TLS 1.2"));
    (void)hv_transport_free(transport);
    loopback_stop(&server);
    assert_int_equal(server.n_requests, 0);
    loopback_forget(&server);
    (void)hv_endpoint_free(endpoint);
}

static void a_server_of_tls_1_2_is_accepted(void **state) {
    struct loopback server;
    struct hv_endpoint *endpoint;
    struct hv_transport *transport = client_transport();

    (void)state;
    loopback_start_at(&server, &certificates.good, one_answer, 1, TLS1_2_VERSION);
    endpoint = client_endpoint(&server, "127.0.0.1",
                               (struct hv_host_options){ .auth = HV_AUTH_BASIC, .cacert = certificates.authority_file });
    assert_int_equal(client_ask(transport, endpoint, true).code, 0);
    (void)hv_transport_free(transport);
    loopback_stop(&server);
    loopback_forget(&server);
    (void)hv_endpoint_free(endpoint);
}

static void the_systems_authorities_do_not_know_ours(void **state) {
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .cacert = NULL };

    (void)state;
    assert_refused(&certificates.good, &options, "the certificate's issuer is not known here", "--cacert FILE");
}

static void a_wrong_name_is_shown_beside_the_right_one(void **state) {
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .cacert = certificates.authority_file };
    size_t n_requests;
    struct hv_result result = ask(&certificates.wrong_name, "localhost", &options, &n_requests);

    (void)state;
    assert_int_equal(result.code, HV_E_TLS);
    assert_non_null(strstr(result.error.message, "\"localhost\""));
    assert_non_null(strstr(result.error.cause, "other.example, 192.0.2.1"));
}

static void a_fingerprint_replaces_chain_name_and_dates(void **state) {
    const struct loopback_certificate *all[] = { &certificates.self_signed, &certificates.expired, &certificates.wrong_name };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char fingerprint[HV_TLS_FINGERPRINT_TEXT_SIZE];
        char plain[HV_TLS_FINGERPRINT_TEXT_SIZE];
        const char *list[] = { "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
                               plain };
        const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .fingerprints = list, .n_fingerprints = 2 };
        size_t n = 0;

        fingerprint_of(all[i], fingerprint);
        for (const char *at = fingerprint; *at; at++) {
            if (*at != ':')
                plain[n++] = hv_text_lower(*at);
        }
        plain[n] = '\0';
        assert_accepted(all[i], "127.0.0.1", &options);
    }
}

static void another_fingerprint_is_refused_with_both(void **state) {
    char expected[HV_TLS_FINGERPRINT_TEXT_SIZE];
    const char *list[] = { expected };
    const struct hv_host_options options = {
        .auth = HV_AUTH_BASIC, .fingerprints = list, .n_fingerprints = 1, .cacert = certificates.authority_file
    };
    size_t n_requests;
    struct hv_result result;

    (void)state;
    fingerprint_of(&certificates.other, expected);
    assert_refused(&certificates.good, &options, "the certificate's fingerprint is not the expected one", "new fingerprint");
    result = ask(&certificates.good, "127.0.0.1", &options, &n_requests);
    assert_non_null(strstr(result.error.cause, expected));
}

static void a_change_since_it_was_trusted_is_said_loudly(void **state) {
    char expected[HV_TLS_FINGERPRINT_TEXT_SIZE];
    const char *list[] = { expected };
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC,
                                             .fingerprints = list,
                                             .n_fingerprints = 1,
                                             .trusted_by = "known_hosts, line 3",
                                             .cacert = certificates.authority_file };
    size_t n_requests;
    struct hv_result result;

    (void)state;
    fingerprint_of(&certificates.other, expected);
    result = ask(&certificates.good, "127.0.0.1", &options, &n_requests);
    assert_int_equal(result.code, HV_E_TLS);
    assert_int_equal(n_requests, 0);
    assert_string_equal(result.error.message, "THE CERTIFICATE HAS CHANGED since it was trusted");
    assert_non_null(strstr(result.error.cause, expected));
    assert_non_null(strstr(result.error.cause, "known_hosts, line 3"));
    fingerprint_of(&certificates.good, expected);
    assert_non_null(strstr(result.error.cause, expected));
    assert_non_null(strstr(result.error.remedy, "hvctl trust 127.0.0.1:"));
}

static void a_pin_is_checked_on_top_of_verification(void **state) {
    char pins[160];
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC,
                                             .cacert = certificates.authority_file,
                                             .pinned_pubkey = pins };

    (void)state;
    pin_of(&certificates.good, pins);
    assert_accepted(&certificates.good, "127.0.0.1", &options);
    assert_refused(&certificates.other, &options, "the public key of the certificate is not the pinned one", "--pinnedpubkey");
    pin_of(&certificates.expired, pins);
    assert_refused(&certificates.expired, &options, "the certificate has expired", "renew");
    pin_of(&certificates.good, pins);
    pins[52] = ';';
    pin_of(&certificates.other, pins + 53);
    assert_accepted(&certificates.other, "127.0.0.1", &options);
}

static void without_verification_a_pin_still_holds(void **state) {
    char pin[64];
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .insecure = true, .pinned_pubkey = pin };

    (void)state;
    pin_of(&certificates.expired, pin);
    assert_accepted(&certificates.expired, "127.0.0.1", &options);
    assert_refused(&certificates.good, &options, "the public key of the certificate is not the pinned one", "--pinnedpubkey");
}

/* Two endpoints of one address that trust different certificates share libcurl's connections. */
static void pooled_connections_do_not_carry_trust_over(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_READ, DO_ANSWER, DO_HOLD } };
    char right[HV_TLS_FINGERPRINT_TEXT_SIZE];
    char wrong[HV_TLS_FINGERPRINT_TEXT_SIZE];
    const char *right_list[] = { right };
    const char *wrong_list[] = { wrong };
    struct hv_transport *transport = client_transport();
    struct hv_endpoint *trusting;
    struct hv_endpoint *other;
    struct loopback server;
    struct hv_result result;

    (void)state;
    fingerprint_of(&certificates.good, right);
    fingerprint_of(&certificates.other, wrong);
    loopback_start(&server, &certificates.good, scripts, 1);
    trusting = client_endpoint(
        &server, "127.0.0.1", (struct hv_host_options){ .auth = HV_AUTH_BASIC, .fingerprints = right_list, .n_fingerprints = 1 });
    other = client_endpoint(&server, "127.0.0.1",
                            (struct hv_host_options){ .auth = HV_AUTH_BASIC, .fingerprints = wrong_list, .n_fingerprints = 1 });
    assert_int_equal(client_ask(transport, trusting, false).code, 0);
    result = client_ask(transport, other, false);
    assert_int_equal(result.code, HV_E_TLS);
    assert_false(result.left);
    (void)hv_transport_free(transport);
    loopback_stop(&server);
    assert_int_equal(server.n_connections, 1);
    assert_int_equal(server.n_requests, 1);
    loopback_forget(&server);
    (void)hv_endpoint_free(trusting);
    (void)hv_endpoint_free(other);
}

static void a_plain_server_cannot_be_spoken_to(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_GARBAGE } };
    struct hv_transport *transport = client_transport();
    struct hv_endpoint *endpoint;
    struct loopback server;
    struct hv_result result;

    (void)state;
    loopback_start(&server, NULL, scripts, 1);
    server.tls = SSL_CTX_new(TLS_server_method()); /* so that the URL says https */
    endpoint = client_endpoint(&server, "127.0.0.1",
                               (struct hv_host_options){ .auth = HV_AUTH_BASIC, .cacert = certificates.authority_file });
    SSL_CTX_free(server.tls);
    server.tls = NULL;
    result = client_ask(transport, endpoint, true);
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_false(result.left);
    assert_string_equal(result.error.message, "cannot connect: there is no TLS on this port");
    (void)hv_transport_free(transport);
    loopback_stop(&server);
    (void)hv_endpoint_free(endpoint);
}

static int group_setup(void **state) {
    static const char names[] = "IP:127.0.0.1,DNS:localhost";
    struct certificates *c = &certificates;

    c->authority = loopback_certificate(NULL, NULL, -DAY, DAY);
    c->good = loopback_certificate(names, &c->authority, -DAY, DAY);
    c->other = loopback_certificate(names, &c->authority, -DAY, DAY);
    c->self_signed = loopback_certificate(names, NULL, -DAY, DAY);
    c->expired = loopback_certificate(names, &c->authority, -2 * DAY, -DAY);
    c->future = loopback_certificate(names, &c->authority, DAY, 2 * DAY);
    c->wrong_name = loopback_certificate("DNS:other.example,IP:192.0.2.1", &c->authority, -DAY, DAY);
    c->authority_file = loopback_certificate_file(&c->authority);
    c->self_signed_file = loopback_certificate_file(&c->self_signed);
    return client_group_setup(state);
}

static int group_teardown(void **state) {
    struct certificates *c = &certificates;
    struct loopback_certificate *all[] = { &c->authority, &c->good,   &c->other,     &c->self_signed,
                                           &c->expired,   &c->future, &c->wrong_name };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        loopback_certificate_free(all[i]);
    unlink(c->authority_file);
    unlink(c->self_signed_file);
    free(c->authority_file);
    free(c->self_signed_file);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_of_a_known_authority_is_accepted),
        cmocka_unit_test(a_self_signed_certificate_is_accepted_as_its_own_authority),
        cmocka_unit_test(each_reason_for_refusal_is_told_apart),
        cmocka_unit_test(a_revoked_certificate_is_refused_where_the_list_is_known),
        cmocka_unit_test(a_folder_of_authorities_is_used),
        cmocka_unit_test(the_fault_of_an_authority_is_not_laid_on_the_host),
        cmocka_unit_test(a_server_below_tls_1_2_is_refused),
        cmocka_unit_test(a_server_of_tls_1_2_is_accepted),
        cmocka_unit_test(the_systems_authorities_do_not_know_ours),
        cmocka_unit_test(a_wrong_name_is_shown_beside_the_right_one),
        cmocka_unit_test(a_fingerprint_replaces_chain_name_and_dates),
        cmocka_unit_test(another_fingerprint_is_refused_with_both),
        cmocka_unit_test(a_change_since_it_was_trusted_is_said_loudly),
        cmocka_unit_test(a_pin_is_checked_on_top_of_verification),
        cmocka_unit_test(without_verification_a_pin_still_holds),
        cmocka_unit_test(pooled_connections_do_not_carry_trust_over),
        cmocka_unit_test(a_plain_server_cannot_be_spoken_to),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
