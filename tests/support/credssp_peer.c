/* The host's side of CredSSP for tests (MS-CSSP 2.2.1, 3.1.5). */
#include "support/credssp_peer.h"

#include <openssl/asn1t.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    CEILING = 1024 * 1024,
    PHASE_TLS = 0,
    PHASE_TOKENS,
    PHASE_CREDENTIALS,
    PHASE_DONE,
    NONCE_SIZE = 32,
};

/* The templates want names of types. */
typedef struct {
    ASN1_OCTET_STRING *token;
} PEER_NEGO;
DEFINE_STACK_OF(PEER_NEGO)
DECLARE_ASN1_FUNCTIONS(PEER_NEGO)
ASN1_SEQUENCE(PEER_NEGO) = { ASN1_EXP(PEER_NEGO, token, ASN1_OCTET_STRING, 0) } ASN1_SEQUENCE_END(PEER_NEGO)
    IMPLEMENT_ASN1_FUNCTIONS(PEER_NEGO)

        typedef struct {
    ASN1_INTEGER *version;
    STACK_OF(PEER_NEGO) * tokens;
    ASN1_OCTET_STRING *auth_info;
    ASN1_OCTET_STRING *key;
    ASN1_INTEGER *error;
    ASN1_OCTET_STRING *nonce;
} PEER_REQUEST;
DECLARE_ASN1_FUNCTIONS(PEER_REQUEST)
ASN1_SEQUENCE(PEER_REQUEST) = {
    ASN1_EXP(PEER_REQUEST, version, ASN1_INTEGER, 0),
    ASN1_EXP_SEQUENCE_OF_OPT(PEER_REQUEST, tokens, PEER_NEGO, 1),
    ASN1_EXP_OPT(PEER_REQUEST, auth_info, ASN1_OCTET_STRING, 2),
    ASN1_EXP_OPT(PEER_REQUEST, key, ASN1_OCTET_STRING, 3),
    ASN1_EXP_OPT(PEER_REQUEST, error, ASN1_INTEGER, 4),
    ASN1_EXP_OPT(PEER_REQUEST, nonce, ASN1_OCTET_STRING, 5),
} ASN1_SEQUENCE_END(PEER_REQUEST)
IMPLEMENT_ASN1_FUNCTIONS(PEER_REQUEST)

typedef struct {
    ASN1_INTEGER *type;
    ASN1_OCTET_STRING *credentials;
} PEER_CREDENTIALS;
DECLARE_ASN1_FUNCTIONS(PEER_CREDENTIALS)
ASN1_SEQUENCE(PEER_CREDENTIALS) = {
    ASN1_EXP(PEER_CREDENTIALS, type, ASN1_INTEGER, 0),
    ASN1_EXP(PEER_CREDENTIALS, credentials, ASN1_OCTET_STRING, 1),
} ASN1_SEQUENCE_END(PEER_CREDENTIALS)
IMPLEMENT_ASN1_FUNCTIONS(PEER_CREDENTIALS)

typedef struct {
    ASN1_OCTET_STRING *domain;
    ASN1_OCTET_STRING *user;
    ASN1_OCTET_STRING *password;
} PEER_PASSWORD;
DECLARE_ASN1_FUNCTIONS(PEER_PASSWORD)
ASN1_SEQUENCE(PEER_PASSWORD) = {
    ASN1_EXP(PEER_PASSWORD, domain, ASN1_OCTET_STRING, 0),
    ASN1_EXP(PEER_PASSWORD, user, ASN1_OCTET_STRING, 1),
    ASN1_EXP(PEER_PASSWORD, password, ASN1_OCTET_STRING, 2),
} ASN1_SEQUENCE_END(PEER_PASSWORD)
IMPLEMENT_ASN1_FUNCTIONS(PEER_PASSWORD)

void credssp_peer_start(struct credssp_peer *peer, const struct credssp_peer_options *options) {
    memset(peer, 0, sizeof(*peer));
    peer->options = *options;
    tls_peer_start(&peer->tls, &options->tls);
    acceptor_init(&peer->acceptor);
    hv_buf_init(&peer->domain, CEILING);
    hv_buf_init(&peer->user, CEILING);
    hv_buf_init(&peer->password, CEILING);
}

void credssp_peer_stop(struct credssp_peer *peer) {
    tls_peer_stop(&peer->tls);
    acceptor_deinit(&peer->acceptor);
    hv_buf_deinit(&peer->domain);
    hv_buf_deinit(&peer->user);
    hv_buf_deinit(&peer->password);
}

static ASN1_OCTET_STRING *octets(const void *bytes, size_t n) {
    ASN1_OCTET_STRING *made = ASN1_OCTET_STRING_new();

    assert_int_equal(ASN1_OCTET_STRING_set(made, bytes, (int)n), 1);
    return made;
}

static void write_request(struct credssp_peer *peer, PEER_REQUEST *request, struct hv_buf *out) {
    unsigned char *der = NULL;
    bool changed = peer->options.trick == TRICK_VERSION_CHANGE && peer->acceptor.done;
    int n;

    assert_int_equal(ASN1_INTEGER_set_uint64(request->version, peer->options.version + (changed ? 1 : 0)), 1);
    n = i2d_PEER_REQUEST(request, &der);
    assert_true(n > 0);
    tls_peer_write(&peer->tls, der, (size_t)n, out);
    OPENSSL_free(der);
    PEER_REQUEST_free(request);
}

static PEER_REQUEST *parse_request(const struct hv_buf *plain) {
    const unsigned char *at = (const unsigned char *)plain->data;
    PEER_REQUEST *request = d2i_PEER_REQUEST(NULL, &at, (long)plain->len);
    uint64_t version = 0;

    assert_non_null(request);
    assert_ptr_equal(at, (const unsigned char *)plain->data + plain->len);
    assert_int_equal(ASN1_INTEGER_get_uint64(&version, request->version), 1);
    assert_int_equal(version, 6);
    assert_null(request->error);
    assert_true(!request->tokens || sk_PEER_NEGO_num(request->tokens) == 1);
    return request;
}

/* What stands in for an answer. True when it did. */
static bool play(struct credssp_peer *peer, unsigned leg, struct hv_buf *out) {
    PEER_REQUEST *request;

    if (peer->options.trick_leg != leg)
        return false;
    switch (peer->options.trick) {
    case TRICK_NO_DER:
        tls_peer_write(&peer->tls, "hello", 5, out);
        return true;
    case TRICK_CLOSE:
        (void)SSL_shutdown(peer->tls.ssl);
        tls_peer_drain(&peer->tls, out);
        return true;
    case TRICK_SILENCE:
        return true;
    case TRICK_NO_TOKEN:
        write_request(peer, PEER_REQUEST_new(), out);
        return true;
    case TRICK_TOKEN_GARBAGE:
        request = PEER_REQUEST_new();
        request->tokens = sk_PEER_NEGO_new_null();
        sk_PEER_NEGO_push(request->tokens, PEER_NEGO_new());
        assert_int_equal(ASN1_OCTET_STRING_set(sk_PEER_NEGO_value(request->tokens, 0)->token, (const unsigned char *)"junk", 4),
                         1);
        write_request(peer, request, out);
        return true;
    case TRICK_ERROR:
        request = PEER_REQUEST_new();
        request->error = ASN1_INTEGER_new();
        assert_int_equal(ASN1_INTEGER_set_int64(request->error, (int32_t)peer->options.error_code), 1);
        write_request(peer, request, out);
        return true;
    default:
        return false;
    }
}

/* The proof of CLIENT or host, as MS-CSSP 3.1.5 words it. */
static void prove(const struct credssp_peer *peer, bool client, const ASN1_OCTET_STRING *nonce, struct hv_buf *out) {
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(peer->options.tls.certificate->x509);
    const char *label = client ? "CredSSP Client-To-Server Binding Hash" : "CredSSP Server-To-Client Binding Hash";
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(CEILING);
    unsigned char hash[32];

    if (peer->options.version < 5) {
        hv_buf_append(out, key->data, (size_t)key->length);
        out->data[0] = (char)(out->data[0] + (client ? 0 : 1));
        return;
    }
    hv_buf_append(&text, label, strlen(label) + 1);
    hv_buf_append(&text, ASN1_STRING_get0_data(nonce), NONCE_SIZE);
    hv_buf_append(&text, key->data, (size_t)key->length);
    assert_int_equal(EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL), 1);
    hv_buf_append(out, hash, sizeof(hash));
}

/* What to prove, bent to the trick. */
static void prove_badly(const struct credssp_peer *peer, const PEER_REQUEST *request, const struct hv_buf *theirs,
                        struct hv_buf *out) {
    static const unsigned char old[NONCE_SIZE] = { 1 };
    ASN1_OCTET_STRING *stale = octets(old, sizeof(old));

    switch (peer->options.trick) {
    case TRICK_ECHO:
        hv_buf_append(out, theirs->data, theirs->len);
        break;
    case TRICK_OTHER_NONCE:
        prove(peer, false, stale, out);
        break;
    case TRICK_CLIENT_LABEL:
        prove(peer, true, request->nonce, out);
        out->data[0] = (char)(out->data[0] - (peer->options.version < 5 ? 1 : 0));
        break;
    case TRICK_EMPTY_PROOF:
        hv_buf_putc(out, '\0');
        break;
    default:
        prove(peer, false, request->nonce, out);
    }
    ASN1_OCTET_STRING_free(stale);
    if (peer->options.trick == TRICK_OTHER_KEY)
        out->data[out->len - 1] ^= 1;
    if (peer->options.trick == TRICK_LONG_PROOF)
        hv_buf_putc(out, '\0');
    if (peer->options.trick == TRICK_SHORT_PROOF)
        out->len--;
}

static void check_proof(struct credssp_peer *peer, const PEER_REQUEST *request, const struct hv_buf *theirs) {
    HV_CLEANUP_BUF struct hv_buf expected = HV_BUF_INIT(CEILING);

    peer->used_nonce = request->nonce != NULL;
    assert_int_equal(peer->used_nonce, peer->options.version >= 5);
    if (request->nonce)
        assert_int_equal(ASN1_STRING_length(request->nonce), NONCE_SIZE);
    prove(peer, true, request->nonce, &expected);
    assert_int_equal(theirs->len, expected.len);
    assert_memory_equal(theirs->data, expected.data, expected.len);
}

static int answer_proof(struct credssp_peer *peer, const PEER_REQUEST *request, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf theirs = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf proof = HV_BUF_INIT(CEILING);
    PEER_REQUEST *answer = PEER_REQUEST_new();
    HV_CLEANUP_FREE char *plain = NULL;
    HV_CLEANUP_FREE char *sealed = NULL;
    size_t n_token;
    size_t n;

    plain = acceptor_unseal(&peer->acceptor, ASN1_STRING_get0_data(request->key), (size_t)ASN1_STRING_length(request->key), &n);
    assert_non_null(plain);
    hv_buf_append(&theirs, plain, n);
    check_proof(peer, request, &theirs);
    if (play(peer, 2, out)) {
        PEER_REQUEST_free(answer);
        return 1;
    }
    prove_badly(peer, request, &theirs, &proof);
    sealed = acceptor_seal(&peer->acceptor, proof.data, proof.len, &n_token, &n);
    if (peer->options.trick == TRICK_DAMAGED_PROOF)
        sealed[n - 1] ^= 1;
    if (peer->options.trick == TRICK_BARE_PROOF)
        answer->key = octets(proof.data, proof.len);
    else if (peer->options.trick != TRICK_NO_PROOF)
        answer->key = octets(sealed, n);
    write_request(peer, answer, out);
    peer->phase = PHASE_CREDENTIALS;
    return 1;
}

/* A token, a proof, or both. */
static int take_token(struct credssp_peer *peer, const PEER_REQUEST *request, struct hv_buf *out) {
    HV_CLEANUP_FREE void *token = NULL;
    PEER_REQUEST *answer;
    size_t n_token = 0;
    int r = 0;

    assert_null(request->auth_info);
    assert_true(request->tokens || request->key);
    peer->token_with_key = request->tokens && request->key;
    if (request->tokens) {
        const ASN1_OCTET_STRING *theirs = sk_PEER_NEGO_value(request->tokens, 0)->token;

        r = acceptor_step(&peer->acceptor, ASN1_STRING_get0_data(theirs), (size_t)ASN1_STRING_length(theirs), NULL, 0, &token,
                          &n_token);
    }
    if (r < 0) {
        if (peer->options.trick_leg == 2)
            (void)play(peer, 2, out);
        return -1;
    }
    if (request->key)
        return answer_proof(peer, request, out);
    if (play(peer, 1, out))
        return 1;
    answer = PEER_REQUEST_new();
    assert_true(n_token > 0);
    answer->tokens = sk_PEER_NEGO_new_null();
    sk_PEER_NEGO_push(answer->tokens, PEER_NEGO_new());
    assert_int_equal(ASN1_OCTET_STRING_set(sk_PEER_NEGO_value(answer->tokens, 0)->token, token, (int)n_token), 1);
    write_request(peer, answer, out);
    return 1;
}

static void append(struct hv_buf *out, const ASN1_OCTET_STRING *bytes) {
    hv_buf_append(out, ASN1_STRING_get0_data(bytes), (size_t)ASN1_STRING_length(bytes));
}

static int take_credentials(struct credssp_peer *peer, const PEER_REQUEST *request, struct hv_buf *out) {
    HV_CLEANUP_FREE void *plain = NULL;
    PEER_CREDENTIALS *credentials;
    PEER_PASSWORD *password;
    const unsigned char *at;
    size_t n;

    assert_true(request->auth_info && !request->tokens && !request->key && !request->nonce);
    plain = acceptor_unseal(&peer->acceptor, ASN1_STRING_get0_data(request->auth_info),
                            (size_t)ASN1_STRING_length(request->auth_info), &n);
    assert_non_null(plain);
    at = plain;
    credentials = d2i_PEER_CREDENTIALS(NULL, &at, (long)n);
    assert_non_null(credentials);
    assert_ptr_equal(at, (unsigned char *)plain + n);
    assert_int_equal(ASN1_INTEGER_get(credentials->type), 1);
    at = ASN1_STRING_get0_data(credentials->credentials);
    password = d2i_PEER_PASSWORD(NULL, &at, ASN1_STRING_length(credentials->credentials));
    assert_non_null(password);
    append(&peer->domain, password->domain);
    append(&peer->user, password->user);
    append(&peer->password, password->password);
    PEER_PASSWORD_free(password);
    PEER_CREDENTIALS_free(credentials);
    peer->has_credentials = true;
    peer->phase = PHASE_DONE;
    return play(peer, 3, out) ? -1 : 0;
}

int credssp_peer_turn(struct credssp_peer *peer, const void *in, size_t n_in, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(CEILING);
    PEER_REQUEST *request;
    int r;

    if (peer->phase == PHASE_TLS) {
        r = tls_peer_handshake(&peer->tls, in, n_in, out);
        if (r <= 0)
            return r < 0 ? -1 : 1;
        peer->phase = PHASE_TOKENS;
        if (peer->options.trick == TRICK_SPEAK_FIRST)
            tls_peer_write(&peer->tls, "\x30\x05\xA0\x03\x02\x01\x06", 7, out);
        return 1;
    }
    assert_int_not_equal(peer->phase, PHASE_DONE);
    assert_true(tls_peer_read(&peer->tls, in, n_in, &plain));
    request = parse_request(&plain);
    peer->n_messages++;
    r = peer->phase == PHASE_TOKENS ? take_token(peer, request, out) : take_credentials(peer, request, out);
    PEER_REQUEST_free(request);
    return r;
}
