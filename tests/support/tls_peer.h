/* The other end of a TLS without a connection: a server of OpenSSL over two memory BIOs. */
#ifndef SUPPORT_TLS_PEER_H
#define SUPPORT_TLS_PEER_H

#include <openssl/ssl.h>
#include <stddef.h>

#include "base/buf.h"
#include "support/certificate.h"

struct tls_peer_options {
    const struct loopback_certificate *certificate;
    int version;         /* TLS1_2_VERSION; 0: whatever OpenSSL likes */
    const char *ciphers; /* of TLS 1.2 */
    const char *suites;  /* of TLS 1.3 */
    size_t n_tickets;
};

struct tls_peer {
    SSL_CTX *context;
    SSL *ssl;
};

void tls_peer_start(struct tls_peer *peer, const struct tls_peer_options *options);
void tls_peer_stop(struct tls_peer *peer);
/* One turn with what the client sent; 1 when the handshake is complete, 0 when not yet, -1 when it failed. */
int tls_peer_handshake(struct tls_peer *peer, const void *in, size_t n_in, struct hv_buf *out);
/* Reads what is there. False when it is damaged or the other end closed. */
bool tls_peer_read(struct tls_peer *peer, const void *in, size_t n_in, struct hv_buf *plain);
void tls_peer_write(struct tls_peer *peer, const void *plain, size_t n_plain, struct hv_buf *out);
/* What is to be sent, an alert perhaps. */
void tls_peer_drain(struct tls_peer *peer, struct hv_buf *out);

#endif
