/* A TLS server over two memory BIOs. */
#include "support/tls_peer.h"

#include <openssl/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void tls_peer_start(struct tls_peer *peer, const struct tls_peer_options *options) {
    peer->context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(peer->context, options->certificate->x509), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(peer->context, options->certificate->key), 1);
    assert_int_equal(SSL_CTX_set_num_tickets(peer->context, options->n_tickets), 1);
    if (options->version) {
        assert_int_equal(SSL_CTX_set_min_proto_version(peer->context, options->version), 1);
        assert_int_equal(SSL_CTX_set_max_proto_version(peer->context, options->version), 1);
    }
    if (options->ciphers)
        assert_int_equal(SSL_CTX_set_cipher_list(peer->context, options->ciphers), 1);
    if (options->suites)
        assert_int_equal(SSL_CTX_set_ciphersuites(peer->context, options->suites), 1);
    peer->ssl = SSL_new(peer->context);
    assert_non_null(peer->ssl);
    SSL_set_bio(peer->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(peer->ssl);
}

void tls_peer_stop(struct tls_peer *peer) {
    SSL_free(peer->ssl);
    SSL_CTX_free(peer->context);
}

static void feed(struct tls_peer *peer, const void *in, size_t n_in) {
    ERR_clear_error();
    if (n_in > 0)
        assert_int_equal(BIO_write(SSL_get_rbio(peer->ssl), in, (int)n_in), n_in);
}

void tls_peer_drain(struct tls_peer *peer, struct hv_buf *out) {
    char *bytes;
    long n = BIO_get_mem_data(SSL_get_wbio(peer->ssl), &bytes);

    hv_buf_append(out, bytes, (size_t)n);
    (void)BIO_reset(SSL_get_wbio(peer->ssl));
}

int tls_peer_handshake(struct tls_peer *peer, const void *in, size_t n_in, struct hv_buf *out) {
    int done;

    feed(peer, in, n_in);
    done = SSL_do_handshake(peer->ssl);
    tls_peer_drain(peer, out);
    if (done == 1)
        return 1;
    return SSL_get_error(peer->ssl, done) == SSL_ERROR_WANT_READ ? 0 : -1;
}

bool tls_peer_read(struct tls_peer *peer, const void *in, size_t n_in, struct hv_buf *plain) {
    char bytes[4096];
    size_t n;

    feed(peer, in, n_in);
    while (SSL_read_ex(peer->ssl, bytes, sizeof(bytes), &n) == 1)
        hv_buf_append(plain, bytes, n);
    return SSL_get_error(peer->ssl, 0) == SSL_ERROR_WANT_READ;
}

void tls_peer_write(struct tls_peer *peer, const void *plain, size_t n_plain, struct hv_buf *out) {
    size_t n;

    assert_int_equal(SSL_write_ex(peer->ssl, plain, n_plain, &n), 1);
    tls_peer_drain(peer, out);
}
