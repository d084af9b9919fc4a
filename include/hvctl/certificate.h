/* What a host shows when TLS begins: its certificate in words, for people who decide whether to trust it. */
#ifndef HVCTL_CERTIFICATE_H
#define HVCTL_CERTIFICATE_H

#include <hvctl/client.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* The peer chose these texts, in UTF-8 and without ASCII control characters. */
struct hv_certificate {
    char *subject; /* "CN = hv01, O = Example" */
    char *issuer;
    char **names; /* DNS names and IP addresses it is for; the first 64 */
    size_t n_names;
    char *valid_from; /* RFC 3339, in UTC */
    char *valid_to;
    char *sha256;            /* of the DER form, "AB:CD:..." */
    char *sha1;              /* the same by SHA-1 without colons: the thumbprint that Windows shows */
    char *pin;               /* of the public key: "sha256//" and base64 */
    struct hv_error verdict; /* why it would be refused without a fingerprint; its code is 0 when it would not be */
};

struct hv_certificate_options {
    uint64_t timeout_ms; /* until the certificate is there; 0: 15 s */
    /* Asked now and then; true ends the waiting with HV_E_CANCELLED. May be NULL. */
    bool (*stop)(void *context);
    void *stop_context;
};

/*
 * Connects to HOST, whose sign-in and fingerprints are not looked at, takes its certificate without judging it, and closes.
 * Nothing is sent after the TLS handshake. Blocks. OPTIONS may be NULL. Errors: ARGUMENT (address, certificate files, http://),
 * UNREACHABLE (also: no TLS 1.2 there), CANCELLED, MEMORY.
 */
int hv_certificate_fetch(const struct hv_host_options *host, const struct hv_certificate_options *options,
                         struct hv_certificate **ret_certificate, struct hv_error *err);
/* Accepts NULL; returns NULL. */
struct hv_certificate *hv_certificate_free(struct hv_certificate *certificate);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
