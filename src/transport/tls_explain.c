/* A refused certificate in words: which of the usual reasons it was, and what to do about it. */
#include <openssl/x509_vfy.h>
#include <string.h>

#include "base/buf.h"
#include "base/size.h"
#include "transport/tls.h"

enum { NAMES_MAX_BYTES = 600 }; /* of a cause */

/* What chain verification can object to, by OpenSSL's number. */
enum chain_fault {
    CHAIN_OTHER,
    CHAIN_EXPIRED,
    CHAIN_NOT_YET,
    CHAIN_NAME,
    CHAIN_SELF_SIGNED,
    CHAIN_ISSUER,
    CHAIN_REVOKED,
    CHAIN_CRL,
    CHAIN_PURPOSE,
    CHAIN_WEAK,
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
        { X509_V_ERR_CERT_REVOKED, CHAIN_REVOKED },
        { X509_V_ERR_CERT_REJECTED, CHAIN_REVOKED },
        { X509_V_ERR_UNABLE_TO_GET_CRL, CHAIN_CRL },
        { X509_V_ERR_CRL_HAS_EXPIRED, CHAIN_CRL },
        { X509_V_ERR_CRL_NOT_YET_VALID, CHAIN_CRL },
        { X509_V_ERR_INVALID_PURPOSE, CHAIN_PURPOSE },
        { X509_V_ERR_INVALID_CA, CHAIN_PURPOSE },
        { X509_V_ERR_EE_KEY_TOO_SMALL, CHAIN_WEAK },
        { X509_V_ERR_CA_KEY_TOO_SMALL, CHAIN_WEAK },
        { X509_V_ERR_CA_MD_TOO_WEAK, CHAIN_WEAK },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(table); i++) {
        if (table[i].verify_error == verify_error)
            return table[i].fault;
    }
    return CHAIN_OTHER;
}

/* "hv01.example, 192.0.2.1", the subject where there are no alternative names. */
static void put_names(struct hv_buf *buf, const struct hv_certificate *certificate) {
    if (certificate->n_names == 0)
        hv_buf_printf(buf, "\"%s\"", certificate->subject);
    for (size_t i = 0; i < certificate->n_names; i++) {
        if (buf->len + strlen(certificate->names[i]) + 8 > buf->ceiling) {
            hv_buf_puts(buf, ", ...");
            return;
        }
        hv_buf_printf(buf, "%s%s", i ? ", " : "", certificate->names[i]);
    }
}

static void remedy_trust(const struct hv_tls_check *check, struct hv_error *err) {
    hv_error_remedy(err, "if this is the right host, compare the certificate there and trust it: hvctl trust %s",
                    check->policy->label);
    hv_error_remedy(err, "for this run alone: --fingerprint %s", check->seen->sha256);
}

/* What is said of dates is about one certificate of the chain, perhaps an authority's. */
static void explain_dates(const struct hv_tls_check *check, bool expired, struct hv_error *err) {
    const struct hv_certificate *whose = check->at_fault ? check->at_fault : check->seen;
    const char *what = check->at_fault ? "the certificate of the authority" : "the certificate";

    if (expired)
        (void)hv_error_set(err, HV_E_TLS, "%s has expired", what);
    else
        (void)hv_error_set(err, HV_E_TLS, "%s is not valid yet", what);
    if (check->at_fault)
        hv_error_cause(err, "\"%.300s\" %s %s (certificate of the host: SHA-256 %s)", whose->subject,
                       expired ? "was valid until" : "becomes valid at", expired ? whose->valid_to : whose->valid_from,
                       check->seen->sha256);
    else
        hv_error_cause(err, "it %s %s (SHA-256 %s)", expired ? "was valid until" : "becomes valid at",
                       expired ? whose->valid_to : whose->valid_from, whose->sha256);
    if (expired)
        hv_error_remedy(err, "renew the certificate of %s; check the clock of this machine",
                        check->at_fault ? "the authority" : "the WinRM listener");
    else
        hv_error_remedy(err, "check the clock of this machine and of the host");
}

static void explain_chain(const struct hv_tls_check *check, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf names = HV_BUF_INIT(NAMES_MAX_BYTES);
    const struct hv_certificate *seen = check->seen;
    const char *host = check->policy->host;
    const char *words = X509_verify_cert_error_string(check->verify_error);

    put_names(&names, seen);
    switch (chain_fault_of(check->verify_error)) {
    case CHAIN_EXPIRED:
        explain_dates(check, true, err);
        break;
    case CHAIN_NOT_YET:
        explain_dates(check, false, err);
        break;
    case CHAIN_NAME:
        (void)hv_error_set(err, HV_E_TLS, "the certificate is for another name than \"%s\"", host);
        hv_error_cause(err, "it is for %s (SHA-256 %s)", hv_buf_text(&names), seen->sha256);
        hv_error_remedy(err, "use a name that the certificate carries, or give the listener a certificate for \"%s\"", host);
        break;
    case CHAIN_SELF_SIGNED:
        (void)hv_error_set(err, HV_E_TLS, "the certificate is self-signed and not trusted");
        hv_error_cause(err, "it is for %s (SHA-256 %s); nobody known here vouches for it", hv_buf_text(&names), seen->sha256);
        hv_error_remedy(err, "save it as a PEM file and name that by --cacert FILE");
        break;
    case CHAIN_ISSUER:
        (void)hv_error_set(err, HV_E_TLS, "the certificate's issuer is not known here");
        hv_error_cause(err, "it was issued by \"%.400s\" (SHA-256 %s)", seen->issuer, seen->sha256);
        hv_error_remedy(err, "name the certificate of that authority by --cacert FILE, or a folder of them by --capath DIR");
        break;
    case CHAIN_REVOKED:
        (void)hv_error_set(err, HV_E_TLS, "the certificate has been revoked");
        hv_error_cause(err, "a list of \"%.400s\" names it (SHA-256 %s)", seen->issuer, seen->sha256);
        hv_error_remedy(err, "give the WinRM listener a new certificate, and find out why this one was taken back");
        return; /* that it could be trusted nevertheless is no advice */
    case CHAIN_CRL:
        (void)hv_error_set(err, HV_E_TLS, "whether the certificate has been revoked cannot be told: %s", words);
        hv_error_cause(err, "--cacert has revocation lists, but no valid one of \"%.400s\" (SHA-256 %s)", seen->issuer,
                       seen->sha256);
        hv_error_remedy(err, "put that authority's present list into the file, or take the lists out of it");
        break;
    case CHAIN_PURPOSE:
        (void)hv_error_set(err, HV_E_TLS, "the certificate is not made for a server");
        hv_error_cause(err, "%s (SHA-256 %s)", words, seen->sha256);
        hv_error_remedy(err, "give the WinRM listener a certificate with the extended key usage \"server authentication\"");
        break;
    case CHAIN_WEAK:
        (void)hv_error_set(err, HV_E_TLS, "the certificate is too weak to be believed");
        hv_error_cause(err, "%s (SHA-256 %s)", words, seen->sha256);
        hv_error_remedy(err, "give the WinRM listener a certificate with an RSA key of 2048 bits or more, signed by SHA-256");
        break;
    case CHAIN_OTHER:
        (void)hv_error_set(err, HV_E_TLS, "the certificate was refused: %s", words);
        hv_error_cause(err, "it is for %s (SHA-256 %s)", hv_buf_text(&names), seen->sha256);
        break;
    }
    remedy_trust(check, err);
}

static void put_expected(struct hv_buf *buf, const struct hv_tls_policy *policy) {
    for (size_t i = 0; i < policy->n_fingerprints; i++) {
        char text[HV_TLS_FINGERPRINT_TEXT_SIZE];
        hv_tls_digest_format(&policy->fingerprints[i], text);
        hv_buf_printf(buf, "%s%s", i ? " or " : "", text);
    }
}

/* Another certificate than the one that somebody compared and trusted: the case that pins are for. */
static void explain_change(const struct hv_tls_check *check, const char *expected, struct hv_error *err) {
    const struct hv_certificate *seen = check->seen;

    (void)hv_error_set(err, HV_E_TLS, "THE CERTIFICATE HAS CHANGED since it was trusted");
    hv_error_cause(err,
                   "found SHA-256 %s (thumbprint %s, valid from %s), trusted %s (%.200s); either it was renewed, or somebody "
                   "stands between here and the host",
                   seen->sha256, seen->sha1, seen->valid_from, expected, check->policy->trusted_by);
    hv_error_remedy(err, "do not sign in before you know which: compare the thumbprint on the host, by "
                         "winrm enumerate winrm/config/Listener");
    hv_error_remedy(err, "if the host has it: hvctl trust %s", check->policy->label);
}

static void explain_fingerprint(const struct hv_tls_check *check, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf expected = HV_BUF_INIT(sizeof(err->cause));

    put_expected(&expected, check->policy);
    if (check->policy->trusted_by) {
        explain_change(check, hv_buf_text(&expected), err);
        return;
    }
    (void)hv_error_set(err, HV_E_TLS, "the certificate's fingerprint is not the expected one");
    hv_error_cause(err, "found %s, expected %s", check->seen->sha256, hv_buf_text(&expected));
    hv_error_remedy(err, "find out on the host whether its certificate was renewed; if so, give the new fingerprint");
}

static void explain_pin(const struct hv_tls_check *check, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_TLS, "the public key of the certificate is not the pinned one");
    hv_error_cause(err, "found %s (certificate SHA-256 %s)", check->seen->pin, check->seen->sha256);
    hv_error_remedy(err, "find out on the host whether its key was renewed; if so, give the new --pinnedpubkey");
}

int hv_tls_explain(const struct hv_tls_check *check, struct hv_error *err) {
    switch (check->seen ? check->refusal : HV_TLS_REFUSED_INTERNAL) {
    case HV_TLS_REFUSED_CHAIN:
        explain_chain(check, err);
        break;
    case HV_TLS_REFUSED_FINGERPRINT:
        explain_fingerprint(check, err);
        break;
    case HV_TLS_REFUSED_PIN:
        explain_pin(check, err);
        break;
    case HV_TLS_REFUSED_OTHERS:
        (void)hv_error_set(err, HV_E_TLS, "the connection shows another certificate of ours than the one to sign in with");
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
