/* A certificate in words (RFC 5280 4.1, 4.2.1.6), its fingerprints, and the pin of its key (RFC 7469 2.4). */
#include "transport/certificate.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "transport/tls.h"

enum { SHA1_SIZE = 20 };

bool hv_certificate_digest(X509 *x509, struct hv_tls_digest *ret_digest) {
    return X509_digest(x509, EVP_sha256(), ret_digest->bytes, NULL) == 1;
}

bool hv_certificate_key_digest(X509 *x509, struct hv_tls_digest *ret_digest) {
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
    bool done = n > 0 && EVP_Digest(der, (size_t)n, ret_digest->bytes, NULL, EVP_sha256(), NULL) == 1;

    OPENSSL_free(der);
    return done;
}

/* Text of the peer's choice: in UTF-8, and nothing in it acts on a terminal. */
static int copy_text(const char *bytes, size_t n_bytes, char **ret_text, struct hv_error *err) {
    int r = hv_text_copy_n(bytes, n_bytes, ret_text, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < n_bytes; i++) {
        unsigned char c = (unsigned char)(*ret_text)[i];
        if (c < ' ' || c == 0x7F)
            (*ret_text)[i] = '?';
    }
    hv_text_repair(*ret_text);
    return 0;
}

static int copy_name(const X509_NAME *name, char **ret_text, struct hv_error *err) {
    static const unsigned long readable = XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = NULL;
    long n = bio && X509_NAME_print_ex(bio, name, 0, readable) >= 0 ? BIO_get_mem_data(bio, &text) : -1;
    int r;

    if (n > HV_CERTIFICATE_MAX_TEXT)
        n = HV_CERTIFICATE_MAX_TEXT;
    r = n < 0 ? hv_error_memory(err) : copy_text(text ? text : "", (size_t)n, ret_text, err);
    BIO_free(bio);
    return r;
}

static int copy_address(const ASN1_OCTET_STRING *address, char **ret_text, struct hv_error *err) {
    char text[INET6_ADDRSTRLEN] = "?";
    int n = ASN1_STRING_length(address);

    if (n == 4 || n == 16)
        (void)inet_ntop(n == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof(text));
    return hv_text_copy(text, ret_text, err);
}

static int copy_alternative(const GENERAL_NAME *name, struct hv_certificate *certificate, struct hv_error *err) {
    char **slot = &certificate->names[certificate->n_names];
    int r = 0;

    if (name->type == GEN_DNS)
        r = copy_text((const char *)ASN1_STRING_get0_data(name->d.dNSName), (size_t)ASN1_STRING_length(name->d.dNSName), slot,
                      err);
    else if (name->type == GEN_IPADD)
        r = copy_address(name->d.iPAddress, slot, err);
    if (*slot)
        certificate->n_names++;
    return r;
}

static int copy_alternatives(const X509 *x509, struct hv_certificate *certificate, struct hv_error *err) {
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    int r = 0;

    certificate->names = calloc(HV_CERTIFICATE_MAX_NAMES, sizeof(*certificate->names));
    if (!certificate->names)
        r = hv_error_memory(err);
    for (int i = 0; r == 0 && i < sk_GENERAL_NAME_num(names) && certificate->n_names < HV_CERTIFICATE_MAX_NAMES; i++)
        r = copy_alternative(sk_GENERAL_NAME_value(names, i), certificate, err);
    GENERAL_NAMES_free(names);
    return r;
}

static int copy_date(const ASN1_TIME *time, char **ret_text, struct hv_error *err) {
    char text[64] = "?";
    struct tm tm;

    if (ASN1_TIME_to_tm(time, &tm) == 1)
        (void)snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                       tm.tm_hour, tm.tm_min, tm.tm_sec);
    return hv_text_copy(text, ret_text, err);
}

static int copy_digests(X509 *x509, struct hv_certificate *certificate, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf sha1_text = HV_BUF_INIT((size_t)SHA1_SIZE * 2);
    char sha256_text[HV_TLS_FINGERPRINT_TEXT_SIZE];
    char pin_text[HV_TLS_PIN_TEXT_SIZE] = HV_TLS_PIN_PREFIX;
    struct hv_tls_digest sha256;
    struct hv_tls_digest key;
    unsigned char sha1[SHA1_SIZE];
    int r;

    if (!hv_certificate_digest(x509, &sha256) || !hv_certificate_key_digest(x509, &key) ||
        X509_digest(x509, EVP_sha1(), sha1, NULL) != 1)
        return hv_error_memory(err);
    hv_tls_digest_format(&sha256, sha256_text);
    (void)EVP_EncodeBlock((unsigned char *)pin_text + strlen(HV_TLS_PIN_PREFIX), key.bytes, sizeof(key.bytes));
    for (size_t i = 0; i < sizeof(sha1); i++)
        hv_buf_printf(&sha1_text, "%02X", sha1[i]);
    r = hv_text_copy(sha256_text, &certificate->sha256, err);
    if (r == 0)
        r = hv_text_copy(pin_text, &certificate->pin, err);
    return r < 0 ? r : hv_buf_take(&sha1_text, "the thumbprint", &certificate->sha1, err);
}

int hv_certificate_read(X509 *x509, struct hv_certificate **ret_certificate, struct hv_error *err) {
    HV_CLEANUP(hv_certificate_free) struct hv_certificate *certificate = calloc(1, sizeof(*certificate));
    int r;

    if (!certificate)
        return hv_error_memory(err);
    r = copy_digests(x509, certificate, err);
    if (r == 0)
        r = copy_name(X509_get_subject_name(x509), &certificate->subject, err);
    if (r == 0)
        r = copy_name(X509_get_issuer_name(x509), &certificate->issuer, err);
    if (r == 0)
        r = copy_alternatives(x509, certificate, err);
    if (r == 0)
        r = copy_date(X509_get0_notBefore(x509), &certificate->valid_from, err);
    if (r == 0)
        r = copy_date(X509_get0_notAfter(x509), &certificate->valid_to, err);
    if (r < 0)
        return r;
    *ret_certificate = certificate;
    certificate = NULL;
    return 0;
}

struct hv_certificate *hv_certificate_free(struct hv_certificate *certificate) {
    if (!certificate)
        return NULL;
    for (size_t i = 0; i < certificate->n_names; i++)
        free(certificate->names[i]);
    free(certificate->names);
    free(certificate->subject);
    free(certificate->issuer);
    free(certificate->valid_from);
    free(certificate->valid_to);
    free(certificate->sha256);
    free(certificate->sha1);
    free(certificate->pin);
    free(certificate);
    return NULL;
}
