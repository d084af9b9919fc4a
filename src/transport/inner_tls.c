/* TLS over two memory BIOs of OpenSSL, driven by what is there to be sent and what is missing (gssapi.md 7). */
#include "transport/inner_tls.h"

#include <limits.h>
#include <openssl/err.h>

#include "base/error.h"

enum {
    RECORD_HEAD = 5,
    EXPLICIT_NONCE = 8, /* of AES-GCM in TLS 1.2 (RFC 5288) */
    READ_BYTES = 4096,
};

struct hv_inner_tls {
    SSL_CTX *context;
    SSL *ssl;
    BIO *in;  /* the peer's records; owned by SSL */
    BIO *out; /* ours */
    struct hv_tls_policy policy;
    struct hv_tls_check check;
};

/* Fingerprints and pins alone, and those only that the user named: what "hvctl trust" keeps is the listener's certificate. */
static void policy_copy(struct hv_inner_tls *tls, const struct hv_tls_policy *policy) {
    tls->policy.n_fingerprints = policy->trusted_by ? 0 : policy->n_fingerprints;
    tls->policy.n_pins = policy->n_pins;
    for (size_t i = 0; i < tls->policy.n_fingerprints; i++)
        tls->policy.fingerprints[i] = policy->fingerprints[i];
    for (size_t i = 0; i < policy->n_pins; i++)
        tls->policy.pins[i] = policy->pins[i];
}

static bool set_up(struct hv_inner_tls *tls) {
    tls->check.policy = &tls->policy;
    tls->context = SSL_CTX_new(TLS_client_method());
    if (!tls->context || !hv_tls_setup(tls->context, &tls->check))
        return false;
    SSL_CTX_set_options(tls->context, SSL_OP_NO_TICKET);
    (void)SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_OFF);
    tls->ssl = SSL_new(tls->context);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    if (!tls->ssl || !tls->in || !tls->out) {
        BIO_free(tls->in);
        BIO_free(tls->out);
        return false;
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_connect_state(tls->ssl);
    return true;
}

int hv_inner_tls_new(const struct hv_tls_policy *policy, struct hv_inner_tls **ret_tls, struct hv_error *err) {
    HV_CLEANUP(hv_inner_tls_free) struct hv_inner_tls *tls = calloc(1, sizeof(*tls));

    if (!tls)
        return hv_error_memory(err);
    tls->policy.insecure = true;
    if (policy)
        policy_copy(tls, policy);
    if (!set_up(tls))
        return hv_error_memory(err);
    *ret_tls = tls;
    tls = NULL;
    return 0;
}

struct hv_inner_tls *hv_inner_tls_free(struct hv_inner_tls *tls) {
    if (tls) {
        SSL_free(tls->ssl);
        SSL_CTX_free(tls->context);
        hv_tls_check_deinit(&tls->check);
        free(tls);
    }
    return NULL;
}

static int explain(const struct hv_inner_tls *tls, const char *what, struct hv_error *err) {
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    int r;

    if (tls->check.refusal != HV_TLS_NOT_REFUSED) {
        r = hv_tls_explain(&tls->check, err);
        hv_error_prefix(err, "within CredSSP");
        hv_error_remedy(err, "hosts have a certificate of their own for CredSSP unless winrm/config/service names one by "
                             "CertificateThumbprint: if it is the host's, name it besides the listener's");
        return r;
    }
    if (ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE)
        return hv_error_memory(err);
    r = hv_error_set(err, HV_E_PROTOCOL, "%s", what);
    hv_error_cause(err, "TLS says: %s", reason ? reason : "nothing more");
    if (err)
        err->source = HV_SOURCE_TLS;
    return r;
}

static int feed(struct hv_inner_tls *tls, const void *in, size_t n_in, struct hv_error *err) {
    ERR_clear_error();
    if (n_in == 0)
        return 0;
    if (n_in > INT_MAX)
        return hv_error_set(err, HV_E_LIMIT, "the host sent more than %d bytes at once", INT_MAX);
    return BIO_write(tls->in, in, (int)n_in) == (int)n_in ? 0 : hv_error_memory(err);
}

static int drain(struct hv_inner_tls *tls, struct hv_buf *out, struct hv_error *err) {
    char *bytes;
    long n = BIO_get_mem_data(tls->out, &bytes);

    if (n > 0)
        hv_buf_append(out, bytes, (size_t)n);
    (void)BIO_reset(tls->out);
    return hv_buf_finish(out, "what TLS sends", err);
}

int hv_inner_tls_handshake(struct hv_inner_tls *tls, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    int r = feed(tls, in, n_in, err);
    int done;

    if (r < 0)
        return r;
    done = SSL_do_handshake(tls->ssl);
    if (done != 1 && SSL_get_error(tls->ssl, done) != SSL_ERROR_WANT_READ) {
        r = explain(tls, "the TLS handshake inside CredSSP failed", err);
        if (r == HV_E_PROTOCOL)
            hv_error_remedy(err, "check that the host offers TLS 1.2 or later");
        return r;
    }
    r = drain(tls, out, err);
    return r < 0 ? r : done != 1;
}

int hv_inner_tls_write(struct hv_inner_tls *tls, const void *plain, size_t n_plain, struct hv_buf *out, struct hv_error *err) {
    size_t n_written;

    ERR_clear_error();
    if (SSL_write_ex(tls->ssl, plain, n_plain, &n_written) != 1)
        return explain(tls, "TLS inside CredSSP cannot encrypt", err);
    return drain(tls, out, err);
}

int hv_inner_tls_read(struct hv_inner_tls *tls, const void *in, size_t n_in, struct hv_buf *plain, struct hv_error *err) {
    char bytes[READ_BYTES];
    size_t n;
    int r = feed(tls, in, n_in, err);

    if (r < 0)
        return r;
    while (SSL_read_ex(tls->ssl, bytes, sizeof(bytes), &n) == 1)
        hv_buf_append(plain, bytes, n);
    switch (SSL_get_error(tls->ssl, 0)) {
    case SSL_ERROR_WANT_READ:
        if (SSL_has_pending(tls->ssl))
            return hv_error_set(err, HV_E_PROTOCOL, "what the host sent through CredSSP's TLS is cut off");
        return hv_buf_finish(plain, "what the host sent through CredSSP's TLS", err);
    case SSL_ERROR_ZERO_RETURN:
        return 1;
    default:
        return explain(tls, "what the host sent through CredSSP's TLS is damaged", err);
    }
}

/* Bytes between the head of a record and its ciphertext. */
static size_t lead_of(const SSL *ssl) {
    const SSL_CIPHER *suite = SSL_get_current_cipher(ssl);
    const EVP_CIPHER *cipher = suite ? EVP_get_cipherbynid(SSL_CIPHER_get_cipher_nid(suite)) : NULL;

    if (!cipher || SSL_version(ssl) >= TLS1_3_VERSION)
        return 0;
    switch (EVP_CIPHER_get_mode(cipher)) {
    case EVP_CIPH_GCM_MODE:
        return EXPLICIT_NONCE;
    case EVP_CIPH_CBC_MODE:
        return (size_t)EVP_CIPHER_get_iv_length(cipher);
    default:
        return 0;
    }
}

size_t hv_inner_tls_trailer(const struct hv_inner_tls *tls, size_t n_plain, size_t n_record) {
    size_t n_front = RECORD_HEAD + lead_of(tls->ssl) + n_plain;

    return n_front < n_record ? n_record - n_front : 0;
}

const void *hv_inner_tls_public_key(const struct hv_inner_tls *tls, size_t *ret_n) {
    X509 *leaf = SSL_get0_peer_certificate(tls->ssl);
    const ASN1_BIT_STRING *key = leaf ? X509_get0_pubkey_bitstr(leaf) : NULL;

    if (!key || key->length <= 0)
        return NULL;
    *ret_n = (size_t)key->length;
    return key->data;
}
