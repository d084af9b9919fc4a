/*
 * The look at the peer's certificate, by OpenSSL inside libcurl's handshake. Our callback replaces OpenSSL's verification, so
 * that the certificate is seen whole whatever the outcome, and the handshake ends before a byte of any request.
 */
#include "transport/tls.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

void hv_tls_digest_format(const struct hv_tls_digest *digest, char text[HV_TLS_FINGERPRINT_TEXT_SIZE]) {
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < sizeof(digest->bytes); i++) {
        *text++ = digits[digest->bytes[i] >> 4];
        *text++ = digits[digest->bytes[i] & 15];
        *text++ = ':';
    }
    text[-1] = '\0';
}

static bool digest_of(const void *bytes, size_t n_bytes, struct hv_tls_digest *ret_digest) {
    return EVP_Digest(bytes, n_bytes, ret_digest->bytes, NULL, EVP_sha256(), NULL) == 1;
}

static bool digest_of_certificate(X509 *certificate, struct hv_tls_digest *ret_digest) {
    return X509_digest(certificate, EVP_sha256(), ret_digest->bytes, NULL) == 1;
}

static bool digest_of_key(X509 *certificate, struct hv_tls_digest *ret_digest) {
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    bool done = n > 0 && digest_of(der, (size_t)n, ret_digest);

    OPENSSL_free(der);
    return done;
}

static bool is_listed(const struct hv_tls_digest *list, size_t n, const struct hv_tls_digest *digest) {
    for (size_t i = 0; i < n; i++) {
        if (memcmp(&list[i], digest, sizeof(*digest)) == 0)
            return true;
    }
    return false;
}

/* The peer chose these bytes: only plain characters reach a message. */
static void put_plain(char *field, size_t size, const unsigned char *bytes, size_t n_bytes) {
    size_t used = strlen(field);

    if (used && used + 2 < size) {
        memcpy(field + used, ", ", 2);
        used += 2;
    }
    for (size_t i = 0; i < n_bytes && used + 1 < size; i++)
        field[used++] = bytes[i] > ' ' && bytes[i] < 0x7F ? (char)bytes[i] : '?';
    field[used] = '\0';
}

static void put_name(char field[HV_TLS_NAME_SIZE], const X509_NAME *name) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;

    if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE) >= 0) {
        long n = BIO_get_mem_data(bio, &text);
        if (n > 0)
            (void)snprintf(field, HV_TLS_NAME_SIZE, "%.*s", (int)n, text);
    }
    BIO_free(bio);
}

static void put_address(char field[HV_TLS_NAME_SIZE], const ASN1_OCTET_STRING *address) {
    char text[INET6_ADDRSTRLEN] = "";
    int n = ASN1_STRING_length(address);

    if (n != 4 && n != 16)
        return;
    if (inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof(text)))
        put_plain(field, HV_TLS_NAME_SIZE, (const unsigned char *)text, strlen(text));
}

static void put_names(char field[HV_TLS_NAME_SIZE], const X509 *certificate) {
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            put_plain(field, HV_TLS_NAME_SIZE, ASN1_STRING_get0_data(name->d.dNSName),
                      (size_t)ASN1_STRING_length(name->d.dNSName));
        else if (name->type == GEN_IPADD)
            put_address(field, name->d.iPAddress);
    }
    GENERAL_NAMES_free(names);
    if (!field[0])
        put_name(field, X509_get_subject_name(certificate));
}

static void put_date(char field[HV_TLS_DATE_SIZE], const ASN1_TIME *time) {
    struct tm tm;

    if (ASN1_TIME_to_tm(time, &tm) == 1)
        (void)snprintf(field, HV_TLS_DATE_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                       tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool refuse(struct hv_tls_check *check, enum hv_tls_refusal refusal) {
    check->refusal = refusal;
    return false;
}

/* Fingerprints and pins, and what an error message will want to know. */
static bool identity_check(struct hv_tls_check *check, X509 *leaf) {
    const struct hv_tls_policy *policy = check->policy;
    struct hv_tls_digest fingerprint;
    struct hv_tls_digest pin;

    if (!leaf || !digest_of_certificate(leaf, &fingerprint) || !digest_of_key(leaf, &pin))
        return refuse(check, HV_TLS_REFUSED_INTERNAL);
    hv_tls_digest_format(&fingerprint, check->fingerprint);
    (void)EVP_EncodeBlock((unsigned char *)check->pin, pin.bytes, sizeof(pin.bytes));
    if (policy->n_fingerprints && !is_listed(policy->fingerprints, policy->n_fingerprints, &fingerprint))
        return refuse(check, HV_TLS_REFUSED_FINGERPRINT);
    if (policy->n_pins && !is_listed(policy->pins, policy->n_pins, &pin))
        return refuse(check, HV_TLS_REFUSED_PIN);
    return true;
}

static void describe(struct hv_tls_check *check, const X509 *leaf) {
    check->issuer[0] = '\0';
    check->names[0] = '\0';
    put_name(check->issuer, X509_get_issuer_name(leaf));
    put_names(check->names, leaf);
    put_date(check->valid_from, X509_get0_notBefore(leaf));
    put_date(check->valid_to, X509_get0_notAfter(leaf));
}

/* In place of OpenSSL's own verification; 1 lets the handshake go on. */
static int verify(X509_STORE_CTX *store, void *context) {
    struct hv_tls_check *check = context;
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    bool known = identity_check(check, leaf);

    if (leaf)
        describe(check, leaf);
    if (!known) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }
    if (hv_tls_policy_chains(check->policy) && X509_verify_cert(store) != 1) {
        check->refusal = HV_TLS_REFUSED_CHAIN;
        check->verify_error = X509_STORE_CTX_get_error(store);
        return 0;
    }
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
}

static bool is_ip_address(const char *host) {
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

bool hv_tls_setup(SSL_CTX *context, struct hv_tls_check *check) {
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);
    const char *host = check->policy->host;

    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return false;
    /* A second handshake on a connection that went to another request would judge on behalf of a request long gone. */
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, check);
    if (!hv_tls_policy_chains(check->policy))
        return true;
    return (is_ip_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(param, host) : X509_VERIFY_PARAM_set1_host(param, host, 0)) == 1;
}

bool hv_tls_recheck(SSL *ssl, struct hv_tls_check *check) {
    X509 *leaf = ssl ? SSL_get1_peer_certificate(ssl) : NULL;
    bool known = identity_check(check, leaf);

    if (!known && leaf)
        describe(check, leaf);
    X509_free(leaf);
    return known;
}
