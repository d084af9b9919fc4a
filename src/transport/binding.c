/* Channel binding "tls-server-end-point" (RFC 5929, 4.1; wsman.md 6.6). */
#include "transport/binding.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

static const char prefix[] = "tls-server-end-point:";

/* The hash of the certificate's signature; SHA-256 in place of those that are too weak. */
static const EVP_MD *hash_of(const X509 *certificate) {
    int hash = NID_undef;

    if (X509_get_signature_info((X509 *)(uintptr_t)certificate, &hash, NULL, NULL, NULL) != 1 || hash == NID_undef)
        return NULL;
    return hash == NID_md5 || hash == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(hash);
}

static void of_certificate(const X509 *certificate, struct hv_binding *ret_binding) {
    const EVP_MD *hash = hash_of(certificate);
    unsigned n_hash = 0;

    ret_binding->n_bytes = 0;
    if (!hash || sizeof(prefix) - 1 + (size_t)EVP_MD_get_size(hash) > sizeof(ret_binding->bytes))
        return;
    if (X509_digest(certificate, hash, ret_binding->bytes + sizeof(prefix) - 1, &n_hash) != 1)
        return;
    memcpy(ret_binding->bytes, prefix, sizeof(prefix) - 1);
    ret_binding->n_bytes = sizeof(prefix) - 1 + n_hash;
}

void hv_binding_of(const SSL *ssl, struct hv_binding *ret_binding) {
    X509 *leaf = SSL_get1_peer_certificate(ssl);

    ret_binding->n_bytes = 0;
    if (leaf)
        of_certificate(leaf, ret_binding);
    X509_free(leaf);
}
