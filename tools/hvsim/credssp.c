/* The server of CredSSP, with OpenSSL on memory BIOs. */
#include "credssp.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "auth.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"
#include "logon.h"
#include "tsrequest.h"

enum {
    MAX_MESSAGE = 128 * 1024,
    MAX_BINDING_KEY = 8192,
    N_NONCE = 32,
    N_HASH = 32,
    TRAILER_TLS12 = 16, /* the tag of GCM and of Poly1305 */
    TRAILER_TLS13 = 17, /* the same, and the type of the record */
};

#define STATUS_LOGON_FAILURE 0xC000006DU

struct sim_credssp_host {
    SSL_CTX *tls;
    unsigned char *key; /* content of the BIT STRING in SubjectPublicKeyInfo */
    size_t n_key;
};

enum phase {
    PHASE_TOKENS, /* the inner handshake */
    PHASE_KEY,    /* it is done; pubKeyAuth is to come */
    PHASE_PASSWORD,
    PHASE_DONE,
};

struct sim_credssp {
    struct sim_credssp_options options;
    SSL *tls;
    BIO *in; /* both of TLS */
    BIO *out;
    struct sim_acceptor *acceptor;
    enum phase phase;
    unsigned version; /* that both speak */
    unsigned char nonce[N_NONCE];
    bool has_nonce;
    char reason[512];
};

/* ---- host ---- */

/* Only ciphers whose trailer has one length: who seals has to tell it. */
static bool set_tls(SSL_CTX *tls, unsigned max_tls) {
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) &&
           SSL_CTX_set_max_proto_version(tls, max_tls == 2 ? TLS1_2_VERSION : TLS1_3_VERSION) &&
           SSL_CTX_set_cipher_list(tls, "ECDHE+AESGCM:ECDHE+CHACHA20") && SSL_CTX_set_num_tickets(tls, 1);
}

static bool set_cert(struct sim_credssp_host *host, const struct sim_cert *cert) {
    BIO *cert_bio = BIO_new_mem_buf(cert->cert_pem, -1);
    BIO *key_bio = BIO_new_mem_buf(cert->key_pem, -1);
    X509 *x509 = cert_bio ? PEM_read_bio_X509(cert_bio, NULL, NULL, NULL) : NULL;
    EVP_PKEY *key = key_bio ? PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL) : NULL;
    const ASN1_BIT_STRING *bits = x509 ? X509_get0_pubkey_bitstr(x509) : NULL;
    bool good = bits && key && SSL_CTX_use_certificate(host->tls, x509) && SSL_CTX_use_PrivateKey(host->tls, key);

    if (good) {
        host->n_key = (size_t)bits->length;
        host->key = malloc(host->n_key);
        good = host->key && host->n_key <= MAX_BINDING_KEY;
        if (good)
            memcpy(host->key, bits->data, host->n_key);
    }
    X509_free(x509);
    EVP_PKEY_free(key);
    BIO_free(cert_bio);
    BIO_free(key_bio);
    return good;
}

int sim_credssp_host_new(const struct sim_cert *cert, unsigned max_tls, struct sim_credssp_host **ret_host,
                         struct hv_error *err) {
    struct sim_credssp_host *host = calloc(1, sizeof(*host));

    if (!host)
        return hv_error_memory(err);
    host->tls = SSL_CTX_new(TLS_server_method());
    if (!host->tls || !set_tls(host->tls, max_tls) || !set_cert(host, cert)) {
        (void)sim_credssp_host_free(host);
        return hv_error_set(err, HV_E_INTERNAL, "cannot set up the TLS of CredSSP");
    }
    *ret_host = host;
    return 0;
}

struct sim_credssp_host *sim_credssp_host_free(struct sim_credssp_host *host) {
    if (!host)
        return NULL;
    SSL_CTX_free(host->tls);
    free(host->key);
    free(host);
    return NULL;
}

/* ---- TLS ---- */

struct sim_credssp *sim_credssp_new(const struct sim_credssp_options *options) {
    HV_CLEANUP(sim_credssp_free) struct sim_credssp *credssp = calloc(1, sizeof(*credssp));
    struct sim_credssp *done;
    BIO *in;
    BIO *out;

    if (!credssp)
        return NULL;
    credssp->options = *options;
    credssp->acceptor = sim_acceptor_new(&options->acceptor);
    credssp->tls = SSL_new(options->host->tls);
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    if (!credssp->acceptor || !credssp->tls || !in || !out) {
        BIO_free(in);
        BIO_free(out);
        return NULL;
    }
    SSL_set_bio(credssp->tls, in, out);
    SSL_set_accept_state(credssp->tls);
    credssp->in = in;
    credssp->out = out;
    done = credssp;
    credssp = NULL;
    return done;
}

struct sim_credssp *sim_credssp_free(struct sim_credssp *credssp) {
    if (!credssp)
        return NULL;
    (void)sim_acceptor_free(credssp->acceptor);
    SSL_free(credssp->tls);
    free(credssp);
    return NULL;
}

const char *sim_credssp_reason(const struct sim_credssp *credssp) {
    return credssp->reason;
}

const char *sim_credssp_user(const struct sim_credssp *credssp) {
    return sim_acceptor_user(credssp->acceptor);
}

static int refuse(struct sim_credssp *credssp, const char *why) {
    (void)snprintf(credssp->reason, sizeof(credssp->reason), "CredSSP: %s", why);
    hv_text_trim_partial(credssp->reason);
    return -1;
}

static bool drain(struct sim_credssp *credssp, struct hv_buf *out) {
    const size_t n = BIO_ctrl_pending(credssp->out);
    char *bytes = n ? hv_buf_extend(out, n) : NULL;
    size_t n_read = 0;

    return n == 0 || (bytes && BIO_read_ex(credssp->out, bytes, n, &n_read) && n_read == n);
}

static bool feed(struct sim_credssp *credssp, const void *bytes, size_t n) {
    size_t n_written = 0;

    return n == 0 || (BIO_write_ex(credssp->in, bytes, n, &n_written) && n_written == n);
}

/* All that came so far; false when it is damaged. */
static bool read_all(struct sim_credssp *credssp, struct hv_buf *plain) {
    char bytes[4096];
    size_t n = 0;

    ERR_clear_error();
    while (SSL_read_ex(credssp->tls, bytes, sizeof(bytes), &n))
        hv_buf_append(plain, bytes, n);
    hv_secret_wipe(bytes, sizeof(bytes));
    return SSL_get_error(credssp->tls, 0) == SSL_ERROR_WANT_READ && !plain->failure;
}

static bool write_all(struct sim_credssp *credssp, const void *plain, size_t n, struct hv_buf *out) {
    size_t n_written = 0;

    ERR_clear_error();
    return SSL_write_ex(credssp->tls, plain, n, &n_written) && n_written == n && drain(credssp, out) && !out->failure;
}

/* ---- messages ---- */

static bool send_message(struct sim_credssp *credssp, const struct sim_ts_request *message, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf der = HV_BUF_INIT(MAX_MESSAGE);

    sim_ts_request_write(message, &der);
    return !der.failure && write_all(credssp, der.data, der.len, out);
}

void sim_credssp_deny(struct sim_credssp *credssp, uint32_t status, struct hv_buf *out) {
    const struct sim_ts_request message = { .version = credssp->options.version, .has_error = true, .error = status };

    if (credssp->version == 3 || credssp->version == 4 || credssp->version == 6)
        (void)send_message(credssp, &message, out);
}

static int refuse_logon(struct sim_credssp *credssp, const char *why, struct hv_buf *out) {
    sim_credssp_deny(credssp, STATUS_LOGON_FAILURE, out);
    return refuse(credssp, why);
}

static bool hash_key(const struct sim_credssp *credssp, const char *label, unsigned char hash[N_HASH]) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(2 * (size_t)MAX_BINDING_KEY);
    unsigned n = 0;

    hv_buf_append(&text, label, strlen(label) + 1); /* the NUL counts */
    hv_buf_append(&text, credssp->nonce, sizeof(credssp->nonce));
    hv_buf_append(&text, credssp->options.host->key, credssp->options.host->n_key);
    return !text.failure && EVP_Digest(text.data, text.len, hash, &n, EVP_sha256(), NULL) && n == N_HASH;
}

/* What the caller must have wrapped, or what is wrapped for him. */
static bool make_proof(const struct sim_credssp *credssp, bool is_answer, struct hv_buf *proof) {
    unsigned char hash[N_HASH];

    if (credssp->version < 5) {
        hv_buf_append(proof, credssp->options.host->key, credssp->options.host->n_key);
        if (!proof->failure && is_answer)
            proof->data[0]++;
        return !proof->failure;
    }
    if (!hash_key(credssp, is_answer ? "CredSSP Server-To-Client Binding Hash" : "CredSSP Client-To-Server Binding Hash", hash))
        return false;
    hv_buf_append(proof, hash, sizeof(hash));
    return !proof->failure;
}

static bool is_proved(struct sim_credssp *credssp, const struct sim_span *proof) {
    HV_CLEANUP_BUF struct hv_buf have = HV_BUF_INIT(MAX_MESSAGE);
    HV_CLEANUP_BUF struct hv_buf wanted = HV_BUF_INIT(MAX_MESSAGE);

    return sim_acceptor_unwrap(credssp->acceptor, proof->bytes, proof->n, &have) && make_proof(credssp, false, &wanted) &&
           have.len == wanted.len && CRYPTO_memcmp(have.data, wanted.data, have.len) == 0;
}

/* TOKEN, which ends the inner handshake, may be empty. */
static int check_key(struct sim_credssp *credssp, const struct sim_ts_request *request, const struct hv_buf *token,
                     struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf proof = HV_BUF_INIT(MAX_MESSAGE);
    HV_CLEANUP_BUF struct hv_buf wrapped = HV_BUF_INIT(MAX_MESSAGE);
    struct sim_ts_request answer = { .version = credssp->options.version };

    if (credssp->version >= 5 && !credssp->has_nonce)
        return refuse(credssp, "no clientNonce");
    if (!is_proved(credssp, &request->pub_key_auth))
        return refuse(credssp, "pubKeyAuth is wrong");
    if (!make_proof(credssp, true, &proof) || !sim_acceptor_wrap(credssp->acceptor, proof.data, proof.len, &wrapped))
        return refuse(credssp, "the answer to pubKeyAuth cannot be made");
    answer.pub_key_auth = (struct sim_span){ (const unsigned char *)wrapped.data, wrapped.len };
    if (token->len)
        answer.nego = (struct sim_span){ (const unsigned char *)token->data, token->len };
    credssp->phase = PHASE_PASSWORD;
    return send_message(credssp, &answer, out) ? 1 : refuse(credssp, "out of memory");
}

static int take_token(struct sim_credssp *credssp, const struct sim_ts_request *request, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(MAX_MESSAGE);
    struct sim_ts_request answer = { .version = credssp->options.version };
    int rc;

    if (!request->nego.bytes)
        return refuse(credssp, "no negoTokens");
    rc = sim_acceptor_step(credssp->acceptor, request->nego.bytes, request->nego.n, &token);
    if (rc < 0)
        return refuse_logon(credssp, sim_acceptor_reason(credssp->acceptor), out);
    if (rc == 0)
        credssp->phase = PHASE_KEY;
    if (request->pub_key_auth.bytes)
        return rc == 0 ? check_key(credssp, request, &token, out) : refuse(credssp, "pubKeyAuth before the end of the handshake");
    if (token.len == 0)
        return refuse(credssp, "no pubKeyAuth with the last token");
    answer.nego = (struct sim_span){ (const unsigned char *)token.data, token.len };
    return send_message(credssp, &answer, out) ? 1 : refuse(credssp, "out of memory");
}

static bool is_utf8_of(const struct sim_span *wide, struct hv_buf *text) {
    return sim_utf16_decode((const char *)wide->bytes, wide->n, text) && strlen(hv_buf_text(text)) == text->len;
}

static int log_on(struct sim_credssp *credssp, const struct sim_ts_password *given, struct hv_buf *out) {
    struct hv_buf domain = HV_BUF_INIT(MAX_MESSAGE);
    struct hv_buf user = HV_BUF_INIT(MAX_MESSAGE);
    struct hv_buf password = HV_BUF_INIT(MAX_MESSAGE);
    bool good = is_utf8_of(&given->domain, &domain) && is_utf8_of(&given->user, &user) && is_utf8_of(&given->password, &password);

    if (good) {
        const struct sim_logon logon = { .domain = hv_buf_text(&domain),
                                         .user = hv_buf_text(&user),
                                         .password = hv_buf_text(&password) };
        good = sim_logon_check(&logon, credssp->options.users, credssp->options.acceptor.keys);
    }
    hv_buf_deinit(&domain);
    hv_buf_deinit(&user);
    hv_buf_deinit_secret(&password);
    if (!good)
        return refuse_logon(credssp, "nobody can log on with the password that was handed over", out);
    credssp->phase = PHASE_DONE;
    return 0;
}

static int take_password(struct sim_credssp *credssp, const struct sim_ts_request *request, struct hv_buf *out) {
    struct hv_buf plain = HV_BUF_INIT(MAX_MESSAGE);
    struct sim_ts_password given;
    int rc;

    if (!request->auth_info.bytes)
        rc = refuse(credssp, "no authInfo");
    else if (!sim_acceptor_unwrap(credssp->acceptor, request->auth_info.bytes, request->auth_info.n, &plain))
        rc = refuse(credssp, "authInfo cannot be unwrapped");
    else if (!sim_ts_password_read(plain.data, plain.len, &given))
        rc = refuse(credssp, "authInfo holds no password credentials");
    else
        rc = log_on(credssp, &given, out);
    hv_buf_deinit_secret(&plain);
    return rc;
}

static int take_message(struct sim_credssp *credssp, const struct hv_buf *bytes, struct hv_buf *out) {
    struct sim_ts_request request;

    if (!sim_ts_request_read(bytes->data, bytes->len, &request))
        return refuse(credssp, "no TSRequest");
    if (request.version < 2 || (credssp->version && request.version < credssp->version))
        return refuse(credssp, "the version is unknown, or another than before");
    if (!credssp->version)
        credssp->version = request.version < credssp->options.version ? request.version : credssp->options.version;
    if (request.has_error)
        return refuse(credssp, "the caller sent an error");
    if (request.nonce.bytes && request.nonce.n != N_NONCE)
        return refuse(credssp, "clientNonce has not 32 bytes");
    if (request.nonce.bytes) {
        memcpy(credssp->nonce, request.nonce.bytes, N_NONCE);
        credssp->has_nonce = true;
    }
    switch (credssp->phase) {
    case PHASE_TOKENS:
        return take_token(credssp, &request, out);
    case PHASE_KEY: {
        const struct hv_buf none = HV_BUF_INIT(0);
        return request.pub_key_auth.bytes ? check_key(credssp, &request, &none, out) : refuse(credssp, "no pubKeyAuth");
    }
    case PHASE_PASSWORD:
        return take_password(credssp, &request, out);
    case PHASE_DONE:
        break;
    }
    return refuse(credssp, "a message after the end");
}

static bool shake_hands(struct sim_credssp *credssp) {
    int rc;

    ERR_clear_error();
    rc = SSL_do_handshake(credssp->tls);
    return rc == 1 || SSL_get_error(credssp->tls, rc) == SSL_ERROR_WANT_READ;
}

int sim_credssp_step(struct sim_credssp *credssp, const void *in, size_t n_in, struct hv_buf *out) {
    struct hv_buf message = HV_BUF_INIT(MAX_MESSAGE);
    int rc = 1;

    if (!feed(credssp, in, n_in) || (!SSL_is_init_finished(credssp->tls) && !shake_hands(credssp)))
        return refuse(credssp, "the TLS handshake failed");
    if (SSL_is_init_finished(credssp->tls) && !read_all(credssp, &message))
        rc = refuse(credssp, "TLS: a record is damaged, or the end");
    else if (message.len)
        rc = take_message(credssp, &message, out);
    else if (!drain(credssp, out) || out->len == 0)
        rc = refuse(credssp, "a part of a message");
    hv_buf_deinit_secret(&message);
    return rc;
}

/* ---- sealing ---- */

static size_t trailer_of(const struct sim_credssp *credssp) {
    return SSL_version(credssp->tls) == TLS1_3_VERSION ? TRAILER_TLS13 : TRAILER_TLS12;
}

bool sim_credssp_seal(struct sim_credssp *credssp, const void *plain, size_t n_plain, size_t *ret_trailer,
                      struct hv_buf *cipher) {
    *ret_trailer = trailer_of(credssp);
    return write_all(credssp, plain, n_plain, cipher);
}

bool sim_credssp_unseal(struct sim_credssp *credssp, size_t trailer, const void *cipher, size_t n_cipher, struct hv_buf *plain) {
    return trailer == trailer_of(credssp) && feed(credssp, cipher, n_cipher) && read_all(credssp, plain) &&
           BIO_ctrl_pending(credssp->in) == 0;
}
