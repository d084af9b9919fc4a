/*
 * Whom to believe: certificate chain and name, fingerprints that replace both, public key pins on top. Checked inside the
 * handshake, and again before each request, since a connection may serve several endpoints of one address.
 */
#ifndef TRANSPORT_TLS_H
#define TRANSPORT_TLS_H

#include <hvctl/certificate.h>
#include <openssl/ssl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "transport/endpoint.h"
#include "transport/own_certificate.h"

enum {
    HV_TLS_DIGEST_SIZE = 32, /* SHA-256 */
    HV_TLS_MAX_PINS = 16,    /* of each kind */
    HV_TLS_FINGERPRINT_TEXT_SIZE = HV_TLS_DIGEST_SIZE * 3,
    HV_TLS_PIN_TEXT_SIZE = 64,
};
/* Before the base64 of a public key's SHA-256, as curl and RFC 7469 write pins. */
#define HV_TLS_PIN_PREFIX "sha256//"

struct hv_tls_digest {
    uint8_t bytes[HV_TLS_DIGEST_SIZE];
};

struct hv_tls_policy {
    char *host;         /* name or address the certificate must be for */
    char *label;        /* the same with the port, as hvctl trust takes it */
    char *cacert;       /* PEM file; NULL: the system's store, or SSL_CERT_FILE */
    char *capath;       /* of hashed PEM files; SSL_CERT_DIR */
    char *trusted_by;   /* where the fingerprints stand; NULL: the user named them */
    bool knows_revoked; /* cacert has revocation lists: each certificate needs one of its issuer */
    bool insecure;
    struct hv_tls_digest fingerprints[HV_TLS_MAX_PINS];
    size_t n_fingerprints;
    struct hv_tls_digest pins[HV_TLS_MAX_PINS];
    size_t n_pins;
    struct hv_own_certificate *own; /* what we show; NULL: nothing */
};

/* POLICY is zeroed before and the caller's to deinit even after a failure. Errors: ARGUMENT (pins, certificate files), AUTH (a
 * certificate of our own that is of no use), MEMORY.
 */
HV_MUST_CHECK int hv_tls_policy_init(struct hv_tls_policy *policy, const struct hv_address *address,
                                     const struct hv_host_options *options, struct hv_error *err);
void hv_tls_policy_deinit(struct hv_tls_policy *policy);
/* Is a peer that passes certain to be the right one? */
bool hv_tls_policy_verifies(const struct hv_tls_policy *policy);
/* Are chain and name looked at? */
bool hv_tls_policy_chains(const struct hv_tls_policy *policy);

enum hv_tls_refusal {
    HV_TLS_NOT_REFUSED,
    HV_TLS_REFUSED_CHAIN, /* verify_error tells */
    HV_TLS_REFUSED_FINGERPRINT,
    HV_TLS_REFUSED_PIN,
    HV_TLS_REFUSED_OTHERS,   /* the connection is somebody else's, who shows another certificate than we would */
    HV_TLS_REFUSED_INTERNAL, /* no certificate to look at */
};

/* One look at one peer. */
struct hv_tls_check {
    const struct hv_tls_policy *policy;
    bool only_looks; /* lets every certificate pass, and keeps it; refusal is what would have been */
    enum hv_tls_refusal refusal;
    int verify_error;                /* X509_V_ERR_* */
    int depth;                       /* whose: 0 the peer's own certificate, from 1 on those of authorities */
    struct hv_certificate *seen;     /* for the error message */
    struct hv_certificate *at_fault; /* of the authority that verify_error is about; NULL when it is the peer's own */
};
void hv_tls_check_deinit(struct hv_tls_check *check);

/*
 * Prepares the context of one connection: TLS 1.2 or later, CHECK judges; our own certificate, if any, is there for the asking.
 * CHECK must outlive the handshake.
 */
HV_MUST_CHECK bool hv_tls_setup(SSL_CTX *context, struct hv_tls_check *check);
/*
 * Looks at the peer of a connection that may have been opened for another request: fingerprints, pins, and whom it takes us for.
 * From here on a host may ask for our certificate by renegotiation, if we have one.
 */
HV_MUST_CHECK bool hv_tls_recheck(SSL *ssl, struct hv_tls_check *check);
/* "AB:CD:..." */
void hv_tls_digest_format(const struct hv_tls_digest *digest, char text[HV_TLS_FINGERPRINT_TEXT_SIZE]);
/* Fills ERR with what CHECK refused, why, and what to do. Returns HV_E_TLS. */
int hv_tls_explain(const struct hv_tls_check *check, struct hv_error *err);

#endif
