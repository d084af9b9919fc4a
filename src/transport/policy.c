/* What the user says about trust, and who we are: fingerprints, pins, certificate files, checked before anything is sent. */
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "transport/tls.h"

enum {
    PIN_TEXT_LENGTH = 44, /* base64 of 32 bytes */
    PIN_DECODED_SIZE = 33,
    LABEL_MAX_BYTES = 512,
};

static int fingerprints_parse(struct hv_tls_policy *policy, const struct hv_host_options *options, struct hv_error *err) {
    int r;

    if (options->n_fingerprints > HV_TLS_MAX_PINS)
        return hv_error_set(err, HV_E_ARGUMENT, "more than %d fingerprints for one host", HV_TLS_MAX_PINS);
    for (size_t i = 0; i < options->n_fingerprints; i++) {
        const char *text = options->fingerprints[i];
        if (!hv_text_hex_bytes(text, strlen(text), policy->fingerprints[i].bytes, HV_TLS_DIGEST_SIZE)) {
            r = hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no fingerprint", text);
            hv_error_cause(err, "a fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits, colons optional");
            hv_error_remedy(err, "openssl x509 -in CERT.pem -noout -fingerprint -sha256 prints it");
            return r;
        }
        policy->n_fingerprints++;
    }
    return 0;
}

/* "sha256//" and base64 of N bytes in all. */
static bool pin_parse(const char *text, size_t n, struct hv_tls_digest *ret_digest) {
    unsigned char decoded[PIN_DECODED_SIZE];

    if (n != strlen(HV_TLS_PIN_PREFIX) + PIN_TEXT_LENGTH || !hv_text_starts(text, HV_TLS_PIN_PREFIX))
        return false;
    text += strlen(HV_TLS_PIN_PREFIX);
    if (text[PIN_TEXT_LENGTH - 1] != '=' || text[PIN_TEXT_LENGTH - 2] == '=')
        return false;
    if (EVP_DecodeBlock(decoded, (const unsigned char *)text, PIN_TEXT_LENGTH) != PIN_DECODED_SIZE)
        return false;
    memcpy(ret_digest->bytes, decoded, sizeof(ret_digest->bytes));
    return true;
}

static int pins_parse(struct hv_tls_policy *policy, const char *text, struct hv_error *err) {
    int r;

    while (text) {
        const char *end = strchrnul(text, ';');

        if (policy->n_pins == HV_TLS_MAX_PINS)
            return hv_error_set(err, HV_E_ARGUMENT, "more than %d public key pins for one host", HV_TLS_MAX_PINS);
        if (!pin_parse(text, (size_t)(end - text), &policy->pins[policy->n_pins])) {
            r = hv_error_set(err, HV_E_ARGUMENT, "\"%.*s\" is no public key pin", (int)(end - text), text);
            hv_error_cause(err,
                           "a pin is \"sha256//\" and the base64 of the SHA-256 of the public key; several are parted by \";\"");
            return r;
        }
        policy->n_pins++;
        text = *end ? end + 1 : NULL;
    }
    return 0;
}

static bool has_crl(const X509_STORE *store) {
    const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    bool found = false;

    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++)
        found = found || X509_OBJECT_get_type(sk_X509_OBJECT_value(objects, i)) == X509_LU_CRL;
    return found;
}

/* A file of certificates that cannot be used is the user's mistake: told now, not as a failed handshake. */
static int cacert_check(const char *path, bool *ret_has_crl, struct hv_error *err) {
    X509_STORE *store = X509_STORE_new();
    bool good;
    int r;

    if (!store)
        return hv_error_memory(err);
    good = X509_STORE_load_file(store, path) == 1;
    *ret_has_crl = good && has_crl(store);
    X509_STORE_free(store);
    if (good)
        return 0;
    r = hv_error_set(err, HV_E_ARGUMENT, "no certificates can be read from \"%s\"", path);
    hv_error_cause(err, "the file is missing, not readable, or not in PEM form");
    hv_error_remedy(err, "name a file of certificates in PEM form by --cacert or HVCTL_CACERT");
    return r;
}

/* The same for a folder; what is in it is looked up by name when a certificate needs it. */
static int capath_check(const char *path, struct hv_error *err) {
    struct stat status;
    int r;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode) && access(path, R_OK | X_OK) == 0)
        return 0;
    r = hv_error_set(err, HV_E_ARGUMENT, "\"%s\" is no folder of certificates that can be read", path);
    hv_error_remedy(err, "name a folder of PEM files that \"openssl rehash\" has prepared by --capath");
    return r;
}

/* The system's store is libcurl's; OpenSSL's two variables move it, as they do for other programs. */
static int store_choose(struct hv_tls_policy *policy, const struct hv_host_options *options, struct hv_error *err) {
    bool named = options->cacert || options->capath;
    int r = 0;

    if (options->cacert)
        r = cacert_check(options->cacert, &policy->knows_revoked, err);
    if (r == 0 && options->capath)
        r = capath_check(options->capath, err);
    if (r == 0)
        r = hv_text_copy(named ? options->cacert : getenv("SSL_CERT_FILE"), &policy->cacert, err);
    return r < 0 ? r : hv_text_copy(named ? options->capath : getenv("SSL_CERT_DIR"), &policy->capath, err);
}

static int names_copy(struct hv_tls_policy *policy, const struct hv_address *address, const struct hv_host_options *options,
                      struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf label = HV_BUF_INIT(LABEL_MAX_BYTES);
    bool is_ipv6 = strchr(address->host, ':') != NULL;
    int r = hv_text_copy(address->host, &policy->host, err);

    hv_buf_printf(&label, is_ipv6 ? "[%s]:%u" : "%s:%u", address->host, (unsigned)address->port);
    if (r == 0)
        r = hv_text_copy(options->trusted_by, &policy->trusted_by, err);
    return r < 0 ? r : hv_buf_take(&label, "the name of the host", &policy->label, err);
}

static int own_load(struct hv_tls_policy *policy, const struct hv_host_options *options, struct hv_error *err) {
    if (options->client_cert)
        return hv_own_certificate_new(options->client_cert, options->client_key, options->client_key_password, &policy->own, err);
    if (!options->client_key)
        return 0;
    (void)hv_error_set(err, HV_E_ARGUMENT, "there is a key, \"%s\", and no certificate", options->client_key);
    hv_error_remedy(err, "name the certificate by --cert FILE");
    return HV_E_ARGUMENT;
}

int hv_tls_policy_init(struct hv_tls_policy *policy, const struct hv_address *address, const struct hv_host_options *options,
                       struct hv_error *err) {
    int r;

    policy->insecure = options->insecure;
    r = names_copy(policy, address, options, err);
    if (r == 0)
        r = fingerprints_parse(policy, options, err);
    if (r == 0)
        r = pins_parse(policy, options->pinned_pubkey, err);
    if (r == 0 && hv_tls_policy_chains(policy))
        r = store_choose(policy, options, err);
    return r < 0 ? r : own_load(policy, options, err);
}

void hv_tls_policy_deinit(struct hv_tls_policy *policy) {
    free(policy->host);
    free(policy->label);
    free(policy->trusted_by);
    free(policy->cacert);
    free(policy->capath);
    policy->own = hv_own_certificate_free(policy->own);
    *policy = (struct hv_tls_policy){ 0 };
}

bool hv_tls_policy_chains(const struct hv_tls_policy *policy) {
    return !policy->insecure && policy->n_fingerprints == 0;
}

bool hv_tls_policy_verifies(const struct hv_tls_policy *policy) {
    return !policy->insecure || policy->n_fingerprints > 0 || policy->n_pins > 0;
}
