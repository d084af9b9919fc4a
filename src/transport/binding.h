/* Channel binding "tls-server-end-point" (RFC 5929, 4.1): the hash of the certificate that the TLS connection ends at. */
#ifndef TRANSPORT_BINDING_H
#define TRANSPORT_BINDING_H

#include <openssl/ssl.h>

#include "base/cleanup.h"

enum { HV_BINDING_MAX_BYTES = 128 }; /* prefix and a SHA-512 */

/* What GSSAPI takes as application_data. */
struct hv_binding {
    unsigned char bytes[HV_BINDING_MAX_BYTES];
    size_t n_bytes; /* 0: none */
};

/* That of the certificate of SSL's peer. One whose signature names no hash (Ed25519) has none: the RFC leaves that open. */
void hv_binding_of(const SSL *ssl, struct hv_binding *ret_binding);

#endif
