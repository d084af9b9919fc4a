/* Certificates for the tests, made on the spot. */
#include "support/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void add_extension(X509 *x509, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, issuer, x509, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(x509, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

struct loopback_certificate loopback_certificate(const char *names, const struct loopback_certificate *issuer, long valid_from,
                                                 long valid_to) {
    struct loopback_certificate made = { .x509 = X509_new(), .key = EVP_EC_gen("P-256") };
    X509 *by = issuer ? issuer->x509 : made.x509;
    const char *common_name = names ? "loopback server" : "loopback authority";

    X509_set_version(made.x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.x509), names ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(made.x509), valid_from);
    X509_gmtime_adj(X509_getm_notAfter(made.x509), valid_to);
    X509_set_pubkey(made.x509, made.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.x509), "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1,
                               0);
    X509_set_issuer_name(made.x509, X509_get_subject_name(by));
    add_extension(made.x509, by, NID_basic_constraints, names ? "CA:FALSE" : "critical,CA:TRUE");
    if (names)
        add_extension(made.x509, by, NID_subject_alt_name, names);
    assert_true(X509_sign(made.x509, issuer ? issuer->key : made.key, EVP_sha256()) > 0);
    return made;
}

void loopback_certificate_free(struct loopback_certificate *certificate) {
    X509_free(certificate->x509);
    EVP_PKEY_free(certificate->key);
}

static char *test_path(void) {
    static const char pattern[] = "/tmp/hvctl-test-XXXXXX";
    char *path = malloc(sizeof(pattern));

    assert_non_null(path);
    memcpy(path, pattern, sizeof(pattern));
    return path;
}

char *loopback_certificate_file(const struct loopback_certificate *certificate) {
    char *path = test_path();
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");

    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate->x509), 1);
    assert_int_equal(fclose(file), 0);
    return path;
}

char *loopback_key_file(const struct loopback_certificate *certificate, const char *password) {
    char *path = test_path();
    FILE *file = fdopen(mkstemp(path), "w");

    assert_non_null(file);
    assert_int_equal(PEM_write_PKCS8PrivateKey(file, certificate->key, password ? EVP_aes_128_cbc() : NULL, password,
                                               password ? (int)strlen(password) : 0, NULL, NULL),
                     1);
    assert_int_equal(fclose(file), 0);
    return path;
}

void loopback_certificate_limit(struct loopback_certificate *certificate, const struct loopback_certificate *issuer,
                                const char *purpose) {
    add_extension(certificate->x509, issuer->x509, NID_ext_key_usage, purpose);
    assert_true(X509_sign(certificate->x509, issuer->key, EVP_sha256()) > 0);
}

static X509_CRL *make_crl(const struct loopback_certificate *authority, const struct loopback_certificate *revoked) {
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, -60);
    ASN1_TIME *next = X509_gmtime_adj(NULL, 24L * 60 * 60);

    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(authority->x509));
    X509_CRL_set1_lastUpdate(crl, now);
    X509_CRL_set1_nextUpdate(crl, next);
    if (revoked) {
        X509_REVOKED *entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->x509));
        X509_REVOKED_set_revocationDate(entry, now);
        assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
    }
    assert_true(X509_CRL_sign(crl, authority->key, EVP_sha256()) > 0);
    ASN1_TIME_free(now);
    ASN1_TIME_free(next);
    return crl;
}

char *loopback_crl_file(const struct loopback_certificate *authority, const struct loopback_certificate *revoked) {
    char *path = loopback_certificate_file(authority);
    X509_CRL *crl = make_crl(authority, revoked);
    FILE *file = fopen(path, "a");

    assert_non_null(file);
    assert_int_equal(PEM_write_X509_CRL(file, crl), 1);
    assert_int_equal(fclose(file), 0);
    X509_CRL_free(crl);
    return path;
}
