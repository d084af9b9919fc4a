/* A refused certificate in words: which of the usual reasons it was, and what to do about it. */
#include <openssl/x509_vfy.h>
#include <string.h>

#include "base/buf.h"
#include "base/size.h"
#include "transport/tls.h"

/* What chain verification can object to, by OpenSSL's number. */
enum chain_fault {
    CHAIN_OTHER,
    CHAIN_EXPIRED,
    CHAIN_NOT_YET,
    CHAIN_NAME,
    CHAIN_SELF_SIGNED,
    CHAIN_ISSUER,
};

static enum chain_fault chain_fault_of(int verify_error) {
    static const struct {
        int verify_error;
        enum chain_fault fault;
    } table[] = {
        { X509_V_ERR_CERT_HAS_EXPIRED, CHAIN_EXPIRED },
        { X509_V_ERR_CERT_NOT_YET_VALID, CHAIN_NOT_YET },
        { X509_V_ERR_HOSTNAME_MISMATCH, CHAIN_NAME },
        { X509_V_ERR_IP_ADDRESS_MISMATCH, CHAIN_NAME },
        { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, CHAIN_SELF_SIGNED },
        { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, CHAIN_ISSUER },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, CHAIN_ISSUER },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CHAIN_ISSUER },
        { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, CHAIN_ISSUER },
        { X509_V_ERR_CERT_UNTRUSTED, CHAIN_ISSUER },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(table); i++) {
        if (table[i].verify_error == verify_error)
            return table[i].fault;
    }
    return CHAIN_OTHER;
}

static void remedy_fingerprint(const struct hv_tls_check *check, struct hv_error *err) {
    hv_error_remedy(err, "if this is the right host, compare the certificate there and trust it by --fingerprint %s",
                    check->fingerprint);
}

static void explain_chain(const struct hv_tls_check *check, struct hv_error *err) {
    const char *host = check->policy->host;

    switch (chain_fault_of(check->verify_error)) {
    case CHAIN_EXPIRED:
        (void)hv_error_set(err, HV_E_TLS, "the certificate has expired");
        hv_error_cause(err, "it was valid until %s (SHA-256 %s)", check->valid_to, check->fingerprint);
        hv_error_remedy(err, "renew the certificate of the WinRM listener; check the clock of this machine");
        break;
    case CHAIN_NOT_YET:
        (void)hv_error_set(err, HV_E_TLS, "the certificate is not valid yet");
        hv_error_cause(err, "it becomes valid at %s (SHA-256 %s)", check->valid_from, check->fingerprint);
        hv_error_remedy(err, "check the clock of this machine and of the host");
        break;
    case CHAIN_NAME:
        (void)hv_error_set(err, HV_E_TLS, "the certificate is for another name than \"%s\"", host);
        hv_error_cause(err, "it is for %s (SHA-256 %s)", check->names, check->fingerprint);
        hv_error_remedy(err, "use a name that the certificate carries, or give the listener a certificate for \"%s\"", host);
        break;
    case CHAIN_SELF_SIGNED:
        (void)hv_error_set(err, HV_E_TLS, "the certificate is self-signed and not trusted");
        hv_error_cause(err, "it is for %s (SHA-256 %s); nobody known here vouches for it", check->names, check->fingerprint);
        hv_error_remedy(err, "save it as a PEM file and name that by --cacert FILE");
        break;
    case CHAIN_ISSUER:
        (void)hv_error_set(err, HV_E_TLS, "the certificate's issuer is not known here");
        hv_error_cause(err, "it was issued by \"%s\" (SHA-256 %s)", check->issuer, check->fingerprint);
        hv_error_remedy(err, "name the certificate of that authority by --cacert FILE");
        break;
    case CHAIN_OTHER:
        (void)hv_error_set(err, HV_E_TLS, "the certificate was refused: %s", X509_verify_cert_error_string(check->verify_error));
        hv_error_cause(err, "it is for %s (SHA-256 %s)", check->names, check->fingerprint);
        break;
    }
    remedy_fingerprint(check, err);
}

static void explain_fingerprint(const struct hv_tls_check *check, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf expected = HV_BUF_INIT(sizeof(err->cause));

    for (size_t i = 0; i < check->policy->n_fingerprints; i++) {
        char text[HV_TLS_FINGERPRINT_TEXT_SIZE];
        hv_tls_digest_format(&check->policy->fingerprints[i], text);
        hv_buf_printf(&expected, "%s%s", i ? " or " : "", text);
    }
    (void)hv_error_set(err, HV_E_TLS, "the certificate's fingerprint is not the expected one");
    hv_error_cause(err, "found %s, expected %s", check->fingerprint, hv_buf_text(&expected));
    hv_error_remedy(err, "find out on the host whether its certificate was renewed; if so, give the new fingerprint");
}

static void explain_pin(const struct hv_tls_check *check, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_TLS, "the public key of the certificate is not the pinned one");
    hv_error_cause(err, "found sha256//%s (certificate SHA-256 %s)", check->pin, check->fingerprint);
    hv_error_remedy(err, "find out on the host whether its key was renewed; if so, give the new --pinnedpubkey");
}

int hv_tls_explain(const struct hv_tls_check *check, struct hv_error *err) {
    switch (check->refusal) {
    case HV_TLS_REFUSED_CHAIN:
        explain_chain(check, err);
        break;
    case HV_TLS_REFUSED_FINGERPRINT:
        explain_fingerprint(check, err);
        break;
    case HV_TLS_REFUSED_PIN:
        explain_pin(check, err);
        break;
    case HV_TLS_NOT_REFUSED:
    case HV_TLS_REFUSED_INTERNAL:
        (void)hv_error_set(err, HV_E_TLS, "the certificate cannot be examined");
        break;
    }
    if (err)
        err->source = HV_SOURCE_TLS;
    return HV_E_TLS;
}
