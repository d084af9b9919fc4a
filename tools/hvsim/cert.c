/* Certificates of one run, on OpenSSL. */
#include "cert.h"

#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

enum {
    VALID_DAYS = 30,
    BACKDATED_S = 3600, /* for clients whose clock is behind */
    MAX_PEM = 1024 * 1024,
};

struct sim_authority {
    EVP_PKEY *key;
    X509 *cert;
    long serial;
};

static int failed(struct hv_error *err) {
    return hv_error_set(err, HV_E_INTERNAL, "cannot make a certificate");
}

struct sim_authority *sim_authority_free(struct sim_authority *authority) {
    if (!authority)
        return NULL;
    X509_free(authority->cert);
    EVP_PKEY_free(authority->key);
    free(authority);
    return NULL;
}

static bool set_name(X509_NAME *name, const char *common_name) {
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"hvsim", -1, -1, 0) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name, -1, -1, 0);
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool good;

    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    good = extension && X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return good;
}

/* A certificate without extensions or signature; NULL on failure. */
static X509 *new_cert(EVP_PKEY *key, const char *common_name, long serial) {
    X509 *cert = X509_new();

    if (cert && X509_set_version(cert, 2) && ASN1_INTEGER_set(X509_get_serialNumber(cert), serial) &&
        X509_gmtime_adj(X509_getm_notBefore(cert), -BACKDATED_S) &&
        X509_time_adj_ex(X509_getm_notAfter(cert), VALID_DAYS, 0, NULL) && X509_set_pubkey(cert, key) &&
        set_name(X509_get_subject_name(cert), common_name))
        return cert;
    X509_free(cert);
    return NULL;
}

static bool sign_authority(struct sim_authority *authority) {
    X509 *cert = authority->cert;

    return X509_set_issuer_name(cert, X509_get_subject_name(cert)) &&
           add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           add_extension(cert, cert, NID_subject_key_identifier, "hash") && X509_sign(cert, authority->key, EVP_sha256());
}

int sim_authority_new(struct sim_authority **ret_authority, struct hv_error *err) {
    HV_CLEANUP(sim_authority_free) struct sim_authority *authority = calloc(1, sizeof(*authority));

    if (!authority)
        return hv_error_memory(err);
    authority->serial = 1;
    authority->key = EVP_EC_gen("P-256");
    authority->cert = authority->key ? new_cert(authority->key, "hvsim test authority", authority->serial) : NULL;
    if (!authority->cert || !sign_authority(authority))
        return failed(err);
    *ret_authority = authority;
    authority = NULL;
    return 0;
}

static char *take_text(BIO *bio) {
    char *data = NULL;
    long n = BIO_get_mem_data(bio, &data);

    return n > 0 ? strndup(data, (size_t)n) : NULL;
}

static char *cert_pem(X509 *cert) {
    BIO *bio = BIO_new(BIO_s_mem());
    char *text = bio && PEM_write_bio_X509(bio, cert) ? take_text(bio) : NULL;

    BIO_free(bio);
    return text;
}

static char *key_pem(EVP_PKEY *key) {
    BIO *bio = BIO_new(BIO_s_secmem());
    char *text = bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) ? take_text(bio) : NULL;

    BIO_free(bio);
    return text;
}

char *sim_authority_pem(const struct sim_authority *authority) {
    return cert_pem(authority->cert);
}

void sim_cert_deinit(struct sim_cert *cert) {
    free(cert->cert_pem);
    cert->cert_pem = NULL;
    cert->key_pem = hv_secret_free(cert->key_pem);
}

static bool write_fingerprint(const X509 *cert, char text[SIM_FINGERPRINT_TEXT_SIZE]) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int n = 0;

    if (!X509_digest(cert, EVP_sha256(), digest, &n) || n != 32)
        return false;
    for (unsigned int i = 0; i < n; i++)
        (void)snprintf(text + (size_t)3 * i, 4 - (i == n - 1), "%02X:", digest[i]);
    return true;
}

/* The hash is that of the certificate's signature; SHA-256 in place of MD5 and SHA-1. */
static bool write_binding(const X509 *cert, struct sim_cert *made) {
    static const char name[] = "tls-server-end-point:";
    const size_t n_name = sizeof(name) - 1;
    const EVP_MD *hash = NULL;
    unsigned int n = 0;
    int nid = NID_undef;

    if (OBJ_find_sigid_algs(X509_get_signature_nid(cert), &nid, NULL) && nid != NID_md5 && nid != NID_sha1)
        hash = EVP_get_digestbynid(nid);
    if (!hash)
        hash = EVP_sha256();
    memcpy(made->binding, name, n_name);
    if (n_name + (size_t)EVP_MD_get_size(hash) > sizeof(made->binding) || !X509_digest(cert, hash, made->binding + n_name, &n))
        return false;
    made->n_binding = n_name + n;
    return true;
}

static bool sign_host(const struct sim_authority *authority, X509 *cert, const char *names) {
    return X509_set_issuer_name(cert, X509_get_subject_name(authority->cert)) &&
           add_extension(cert, authority->cert, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(cert, authority->cert, NID_key_usage, "critical,digitalSignature") &&
           add_extension(cert, authority->cert, NID_ext_key_usage, "serverAuth") &&
           add_extension(cert, authority->cert, NID_subject_alt_name, names) &&
           add_extension(cert, authority->cert, NID_subject_key_identifier, "hash") &&
           add_extension(cert, authority->cert, NID_authority_key_identifier, "keyid") &&
           X509_sign(cert, authority->key, EVP_sha256());
}

int sim_authority_issue(struct sim_authority *authority, const char *name, const char *fqdn, const char *address,
                        struct sim_cert *ret_cert, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf names = HV_BUF_INIT(4096);
    struct sim_cert made = { 0 };
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? new_cert(key, fqdn, ++authority->serial) : NULL;
    bool good;

    hv_buf_printf(&names, "DNS:%s,DNS:%s,DNS:%s.localhost,DNS:localhost,IP:%s", name, fqdn, name, address);
    good = cert && sign_host(authority, cert, hv_buf_text(&names)) && write_fingerprint(cert, made.fingerprint) &&
           write_binding(cert, &made);
    made.cert_pem = good ? cert_pem(cert) : NULL;
    made.key_pem = good ? key_pem(key) : NULL;
    X509_free(cert);
    EVP_PKEY_free(key);
    if (!made.cert_pem || !made.key_pem) {
        sim_cert_deinit(&made);
        return failed(err);
    }
    *ret_cert = made;
    return 0;
}

/* ---- certificates of others ---- */

static int read_pem(const char *path, char **ret_text, struct hv_error *err) {
    FILE *file = fopen(path, "re");
    HV_CLEANUP_FREE char *bytes = calloc(1, MAX_PEM + 1);
    size_t n;

    if (!file)
        return hv_error_set(err, HV_E_ARGUMENT, "cannot read %s", path);
    n = bytes ? fread(bytes, 1, MAX_PEM, file) : 0;
    (void)fclose(file);
    if (!bytes)
        return hv_error_memory(err);
    bytes[n] = '\0';
    *ret_text = bytes;
    bytes = NULL;
    return 0;
}

int sim_cert_load(const char *cert_path, const char *key_path, struct sim_cert *ret_cert, struct hv_error *err) {
    struct sim_cert made = { 0 };
    BIO *bio = NULL;
    X509 *cert = NULL;
    int rc = read_pem(cert_path, &made.cert_pem, err);

    if (rc == 0)
        rc = read_pem(key_path, &made.key_pem, err);
    if (rc == 0) {
        bio = BIO_new_mem_buf(made.cert_pem, -1);
        cert = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
        if (!cert || !write_fingerprint(cert, made.fingerprint) || !write_binding(cert, &made))
            rc = hv_error_set(err, HV_E_ARGUMENT, "%s holds no certificate", cert_path);
    }
    X509_free(cert);
    BIO_free(bio);
    if (rc < 0) {
        sim_cert_deinit(&made);
        return rc;
    }
    *ret_cert = made;
    return 0;
}

int sim_cert_copy(const struct sim_cert *cert, struct sim_cert *ret_cert, struct hv_error *err) {
    struct sim_cert copy = *cert;

    copy.key_pem = NULL;
    if (hv_text_copy(cert->cert_pem, &copy.cert_pem, err) < 0)
        return HV_E_MEMORY;
    if (hv_text_copy(cert->key_pem, &copy.key_pem, err) < 0) {
        sim_cert_deinit(&copy);
        return HV_E_MEMORY;
    }
    *ret_cert = copy;
    return 0;
}
