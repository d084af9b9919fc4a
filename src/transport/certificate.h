/* A certificate in words. */
#ifndef TRANSPORT_CERTIFICATE_H
#define TRANSPORT_CERTIFICATE_H

#include <hvctl/certificate.h>
#include <openssl/x509.h>

#include "base/cleanup.h"

struct hv_tls_digest;

enum {
    HV_CERTIFICATE_MAX_NAMES = 64,
    HV_CERTIFICATE_MAX_TEXT = 1024, /* bytes of subject or issuer; the rest is cut */
};

/* SHA-256 of the whole, or of the public key alone. False without memory. */
HV_MUST_CHECK bool hv_certificate_digest(X509 *x509, struct hv_tls_digest *ret_digest);
HV_MUST_CHECK bool hv_certificate_key_digest(X509 *x509, struct hv_tls_digest *ret_digest);

/* All of it but the verdict. Errors: MEMORY. */
HV_MUST_CHECK int hv_certificate_read(X509 *x509, struct hv_certificate **ret_certificate, struct hv_error *err);
HV_DEFINE_CLEANUP(struct hv_certificate *, hv_certificate_free)

#endif
