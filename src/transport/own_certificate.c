/* The certificate that we sign in with: read and looked at before anything is sent (wsman.md 6.7; RFC 5280 4.2.1.12, RFC 7468).
 */
#include "transport/own_certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "transport/certificate.h"

struct hv_own_certificate {
    X509 *x509;
    STACK_OF(X509) * chain; /* above it, as far as the file has them */
    EVP_PKEY *key;
};

static int open_file(const char *path, const char *what, BIO **ret_bio, struct hv_error *err) {
    FILE *file = fopen(path, "re");
    BIO *bio = file ? BIO_new_fp(file, BIO_CLOSE) : NULL;

    if (bio) {
        *ret_bio = bio;
        return 0;
    }
    if (file) {
        (void)fclose(file);
        return hv_error_memory(err);
    }
    (void)hv_error_set(err, HV_E_ARGUMENT, "the %s \"%s\" cannot be read", what, path);
    hv_error_cause(err, errno == ENOENT ? "there is no such file" : "it is no file, or you may not read it");
    hv_error_remedy(err, "name a file that is there and that you can read");
    return HV_E_ARGUMENT;
}

static int no_certificate(const char *path, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_ARGUMENT, "there is no certificate in \"%s\"", path);
    hv_error_cause(err, "it has none in PEM form, or a damaged one");
    hv_error_remedy(err, "of a PFX file, as Windows exports it, make PEM files: openssl pkcs12 -in FILE.pfx -out FILE.pem");
    return HV_E_ARGUMENT;
}

/* The first one is ours. */
static int read_certificates(struct hv_own_certificate *own, const char *path, struct hv_error *err) {
    BIO *bio = NULL;
    X509 *above;
    int r = open_file(path, "certificate file", &bio, err);

    if (r < 0)
        return r;
    own->x509 = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    own->chain = sk_X509_new_null();
    while (r == 0 && own->x509 && own->chain && (above = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
        if (!sk_X509_push(own->chain, above)) {
            X509_free(above);
            r = hv_error_memory(err);
        }
    }
    (void)BIO_free(bio);
    if (r == 0 && !own->chain)
        r = hv_error_memory(err);
    return r == 0 && !own->x509 ? no_certificate(path, err) : r;
}

/* What a key file asked for. */
struct question {
    const char *password;
    bool was_asked;
};

static int give_password(char *bytes, int size, int writes, void *context) {
    struct question *question = context;
    size_t n = question->password ? strlen(question->password) : 0;

    (void)writes;
    question->was_asked = true;
    if (n == 0 || size < 0 || n > (size_t)size)
        return -1;
    memcpy(bytes, question->password, n);
    return (int)n;
}

static int explain_key(const struct question *question, const char *path, struct hv_error *err) {
    if (!question->was_asked) {
        (void)hv_error_set(err, HV_E_ARGUMENT, "there is no private key in \"%s\"", path);
        hv_error_cause(err, "it has none in PEM form, or a damaged one");
        hv_error_remedy(err, "name the file of the key by --key FILE, or put the key behind the certificate");
        return HV_E_ARGUMENT;
    }
    if (question->password) {
        (void)hv_error_set(err, HV_E_AUTH, "the password of the key in \"%s\" is wrong", path);
        hv_error_remedy(err, "try it by hand: openssl pkey -in %s -noout", path);
    } else {
        (void)hv_error_set(err, HV_E_AUTH, "the key in \"%s\" is encrypted, and there is no password for it", path);
        hv_error_remedy(err, "give --key-password-file FILE or --key-password-fd N");
    }
    return HV_E_AUTH;
}

static int read_key(struct hv_own_certificate *own, const char *path, const char *password, struct hv_error *err) {
    struct question question = { .password = password };
    BIO *bio = NULL;
    int r = open_file(path, "key file", &bio, err);

    if (r < 0)
        return r;
    own->key = PEM_read_bio_PrivateKey(bio, NULL, give_password, &question);
    (void)BIO_free(bio);
    return own->key ? 0 : explain_key(&question, path, err);
}

/* By OpenSSL's rules, for which too small a key will not do either. */
static int check_use(const struct hv_own_certificate *own, const char *path, const char *key_path, struct hv_error *err) {
    SSL_CTX *context;
    bool usable;

    if (X509_check_private_key(own->x509, own->key) != 1) {
        (void)hv_error_set(err, HV_E_ARGUMENT, "the key in \"%s\" is not that of the certificate in \"%s\"", key_path, path);
        hv_error_remedy(err, "name the two files that belong together; your own certificate is the first in its file");
        return HV_E_ARGUMENT;
    }
    context = SSL_CTX_new(TLS_client_method());
    if (!context)
        return hv_error_memory(err);
    usable = hv_own_certificate_use(own, context);
    SSL_CTX_free(context);
    if (usable)
        return 0;
    (void)hv_error_set(err, HV_E_ARGUMENT, "the certificate in \"%s\" cannot be used", path);
    hv_error_cause(err, "%s", ERR_reason_error_string(ERR_peek_last_error()));
    hv_error_remedy(err, "get one with an RSA key of 2048 bits or more, signed by SHA-256");
    return HV_E_ARGUMENT;
}

/* A host would refuse these, and not say why. A certificate without the extension is good for everything. */
static int check_worth(const struct hv_own_certificate *own, const char *path, struct hv_error *err) {
    HV_CLEANUP(hv_certificate_free) struct hv_certificate *words = NULL;
    bool expired = X509_cmp_current_time(X509_get0_notAfter(own->x509)) < 0;
    bool early = X509_cmp_current_time(X509_get0_notBefore(own->x509)) > 0;
    int r;

    if (!expired && !early) {
        if (X509_get_extended_key_usage(own->x509) & (XKU_SSL_CLIENT | XKU_ANYEKU))
            return 0;
        (void)hv_error_set(err, HV_E_AUTH, "the certificate in \"%s\" is not made for signing in", path);
        hv_error_cause(err, "its extended key usage does not have \"client authentication\"");
        hv_error_remedy(err, "get a certificate with that purpose");
        return HV_E_AUTH;
    }
    r = hv_certificate_read(own->x509, &words, err);
    if (r < 0)
        return r;
    if (expired)
        (void)hv_error_set(err, HV_E_AUTH, "the certificate in \"%s\" has expired", path);
    else
        (void)hv_error_set(err, HV_E_AUTH, "the certificate in \"%s\" is not valid yet", path);
    hv_error_cause(err, "that of \"%.300s\" %s %s", words->subject, expired ? "was valid until" : "becomes valid at",
                   expired ? words->valid_to : words->valid_from);
    hv_error_remedy(err, expired ? "get a new one, and map it on the host; check the clock of this machine"
                                 : "check the clock of this machine");
    return HV_E_AUTH;
}

int hv_own_certificate_new(const char *file, const char *key_file, const char *password, struct hv_own_certificate **ret_own,
                           struct hv_error *err) {
    HV_CLEANUP(hv_own_certificate_free) struct hv_own_certificate *own = calloc(1, sizeof(*own));
    int r;

    if (!own)
        return hv_error_memory(err);
    key_file = key_file ? key_file : file;
    r = read_certificates(own, file, err);
    if (r == 0)
        r = read_key(own, key_file, password, err);
    if (r == 0)
        r = check_use(own, file, key_file, err);
    if (r == 0)
        r = check_worth(own, file, err);
    ERR_clear_error(); /* the end of a file is one */
    if (r < 0)
        return r;
    *ret_own = own;
    own = NULL;
    return 0;
}

struct hv_own_certificate *hv_own_certificate_free(struct hv_own_certificate *own) {
    if (own) {
        X509_free(own->x509);
        sk_X509_pop_free(own->chain, X509_free);
        EVP_PKEY_free(own->key);
        free(own);
    }
    return NULL;
}

bool hv_own_certificate_use(const struct hv_own_certificate *own, SSL_CTX *context) {
    return SSL_CTX_use_cert_and_key(context, own->x509, own->key, own->chain, 1) == 1;
}

bool hv_own_certificate_is(const struct hv_own_certificate *own, const SSL *ssl) {
    const X509 *shown = SSL_get_certificate(ssl);

    return own ? shown && X509_cmp(shown, own->x509) == 0 : !shown;
}
