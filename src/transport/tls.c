/*
 * The look at the peer's certificate, by OpenSSL inside libcurl's handshake. Our callback replaces OpenSSL's verification, so
 * that the certificate is seen whole whatever the outcome, and the handshake ends before a byte of any request.
 */
#include "transport/tls.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "transport/certificate.h"

void hv_tls_digest_format(const struct hv_tls_digest *digest, char text[HV_TLS_FINGERPRINT_TEXT_SIZE]) {
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < sizeof(digest->bytes); i++) {
        *text++ = digits[digest->bytes[i] >> 4];
        *text++ = digits[digest->bytes[i] & 15];
        *text++ = ':';
    }
    text[-1] = '\0';
}

static bool is_listed(const struct hv_tls_digest *list, size_t n, const struct hv_tls_digest *digest) {
    for (size_t i = 0; i < n; i++) {
        if (memcmp(&list[i], digest, sizeof(*digest)) == 0)
            return true;
    }
    return false;
}

void hv_tls_check_deinit(struct hv_tls_check *check) {
    check->seen = hv_certificate_free(check->seen);
    check->at_fault = hv_certificate_free(check->at_fault);
}

static bool refuse(struct hv_tls_check *check, enum hv_tls_refusal refusal) {
    check->refusal = refusal;
    return false;
}

/* Fingerprints and pins. */
static bool identity_check(struct hv_tls_check *check, X509 *leaf) {
    const struct hv_tls_policy *policy = check->policy;
    struct hv_tls_digest fingerprint;
    struct hv_tls_digest pin;

    if (!leaf || !hv_certificate_digest(leaf, &fingerprint) || !hv_certificate_key_digest(leaf, &pin))
        return refuse(check, HV_TLS_REFUSED_INTERNAL);
    if (policy->n_fingerprints && !is_listed(policy->fingerprints, policy->n_fingerprints, &fingerprint))
        return refuse(check, HV_TLS_REFUSED_FINGERPRINT);
    if (policy->n_pins && !is_listed(policy->pins, policy->n_pins, &pin))
        return refuse(check, HV_TLS_REFUSED_PIN);
    return true;
}

/* For the message. Without it there is no telling who the peer is. */
static bool describe(struct hv_tls_check *check, X509 *leaf) {
    hv_tls_check_deinit(check);
    return (leaf && hv_certificate_read(leaf, &check->seen, NULL) == 0) || refuse(check, HV_TLS_REFUSED_INTERNAL);
}

static bool chain_check(struct hv_tls_check *check, X509_STORE_CTX *store) {
    X509 *at_fault;

    if (!hv_tls_policy_chains(check->policy) || X509_verify_cert(store) == 1)
        return true;
    check->verify_error = X509_STORE_CTX_get_error(store);
    check->depth = X509_STORE_CTX_get_error_depth(store);
    at_fault = check->depth > 0 ? X509_STORE_CTX_get_current_cert(store) : NULL;
    if (at_fault && hv_certificate_read(at_fault, &check->at_fault, NULL) < 0)
        return refuse(check, HV_TLS_REFUSED_INTERNAL);
    return refuse(check, HV_TLS_REFUSED_CHAIN);
}

/* In place of OpenSSL's own verification; 1 lets the handshake go on. */
static int verify(X509_STORE_CTX *store, void *context) {
    struct hv_tls_check *check = context;
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    bool passes = describe(check, leaf) && identity_check(check, leaf) && chain_check(check, store);

    if (check->only_looks)
        passes = check->seen != NULL;
    X509_STORE_CTX_set_error(store, passes ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    return passes;
}

static bool is_ip_address(const char *host) {
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

bool hv_tls_setup(SSL_CTX *context, struct hv_tls_check *check) {
    X509_VERIFY_PARAM *param = SSL_CTX_get0_param(context);
    const char *host = check->policy->host;

    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return false;
    /* A second handshake on a connection that went to another request would judge on behalf of a request long gone. */
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    if (check->policy->own) {
        if (!hv_own_certificate_use(check->policy->own, context))
            return false;
        SSL_CTX_set_post_handshake_auth(context, 1); /* how TLS 1.3 asks later */
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, verify, check);
    if (!hv_tls_policy_chains(check->policy))
        return true;
    if (check->policy->knows_revoked && X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK) != 1)
        return false;
    return (is_ip_address(host) ? X509_VERIFY_PARAM_set1_ip_asc(param, host) : X509_VERIFY_PARAM_set1_host(param, host, 0)) == 1;
}

/* A renegotiation must show the very certificate that was judged: it is all that the store of the connection has. */
static int verify_again(X509_STORE_CTX *context, void *unused) {
    const STACK_OF(X509_OBJECT) *known = X509_STORE_get0_objects(X509_STORE_CTX_get0_store(context));
    const X509 *before = sk_X509_OBJECT_num(known) == 1 ? X509_OBJECT_get0_X509(sk_X509_OBJECT_value(known, 0)) : NULL;
    const X509 *leaf = X509_STORE_CTX_get0_cert(context);
    bool same = before && leaf && X509_cmp(before, leaf) == 0;

    (void)unused;
    X509_STORE_CTX_set_error(context, same ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    return same;
}

/*
 * http.sys asks for our certificate by renegotiation once it has seen the request (wsman.md 6.7). That may be allowed when the
 * judge is one that does not belong to any request.
 */
static bool allow_renegotiation(SSL *ssl, X509 *leaf) {
    X509_STORE *store;

    if (!(SSL_get_options(ssl) & SSL_OP_NO_RENEGOTIATION))
        return true;
    store = X509_STORE_new();
    if (!store || X509_STORE_add_cert(store, leaf) != 1 || SSL_set1_verify_cert_store(ssl, store) != 1) {
        X509_STORE_free(store);
        return false;
    }
    X509_STORE_free(store);
    SSL_CTX_set_cert_verify_callback(SSL_get_SSL_CTX(ssl), verify_again, NULL);
    (void)SSL_clear_options(ssl, SSL_OP_NO_RENEGOTIATION);
    return true;
}

/* Whom the host takes us for on this connection, and may ask again. */
static bool own_check(struct hv_tls_check *check, SSL *ssl, X509 *leaf) {
    const struct hv_own_certificate *own = check->policy->own;

    if (!hv_own_certificate_is(own, ssl))
        return refuse(check, HV_TLS_REFUSED_OTHERS);
    return !own || allow_renegotiation(ssl, leaf) || refuse(check, HV_TLS_REFUSED_INTERNAL);
}

bool hv_tls_recheck(SSL *ssl, struct hv_tls_check *check) {
    X509 *leaf = ssl ? SSL_get1_peer_certificate(ssl) : NULL;
    bool known = identity_check(check, leaf) && own_check(check, ssl, leaf);

    if (!known)
        (void)describe(check, leaf);
    X509_free(leaf);
    return known;
}
