/*
 * The client's turns of CredSSP (MS-CSSP 3.1.5): TLS, tokens of the sign-in, proof of the key, credentials. After a failure
 * nothing more is sent.
 */
#include "transport/credssp.h"

#include <openssl/rand.h>
#include <string.h>

#include "base/code.h"
#include "base/secret.h"
#include "base/text.h"
#include "transport/gss.h"
#include "transport/inner_tls.h"
#include "transport/key_proof.h"
#include "transport/tsrequest.h"

enum state {
    STATE_TLS,    /* the handshake is under way */
    STATE_READY,  /* our last flight of it was sent: tickets may come, or nothing */
    STATE_TOKENS, /* a token was sent */
    STATE_KEY,    /* the proof of the key was sent */
    STATE_HANDED, /* the credentials were sent: signed in, if the host takes them */
    STATE_FAILED,
};

struct credssp {
    struct hv_mech mech;
    struct hv_inner_tls *tls;
    struct hv_gss *gss; /* NULL once it is not needed any more */
    char *user;
    struct hv_secret *password; /* likewise */
    enum state state;
    uint32_t version;      /* in force: the lower one of both */
    uint32_t peer_version; /* as it was sent; 0: none yet */
    unsigned char nonce[HV_TS_NONCE_SIZE];
};

static struct credssp *credssp_of(struct hv_mech *mech) {
    return (struct credssp *)mech;
}

/* What went wrong. Each says who said so: to the transport that means that there is nothing to add. */

static int said_by(enum hv_error_source source, int r, struct hv_error *err) {
    if (err)
        err->source = source;
    return r;
}

static int explain_code(const struct credssp *credssp, uint32_t code, struct hv_error *err) {
    const struct hv_code *known = hv_code_find(HV_CODE_SIGN_IN, code);
    const char *reason = credssp->gss ? hv_gss_note(credssp->gss) : "";
    int r;

    if (known)
        r = hv_error_set(err, known->error, "the host refused the sign-in by CredSSP: %s", known->meaning);
    else
        r = hv_error_set(err, HV_E_AUTH, "the host refused the sign-in by CredSSP");
    hv_error_cause(err, "it answered 0x%08X%s%s%s%s", (unsigned)code, known ? ", " : "", known ? known->name : "",
                   reason[0] ? "; NTLM was used because " : "", reason);
    hv_error_remedy(err, "%s", known ? known->remedy : "look into the Security log of the host");
    if (err)
        err->hresult = code;
    return said_by(HV_SOURCE_HTTP, r, err);
}

/* No token, or an end of the TLS: what hosts do that may not say why, those of versions 2 and 5 among them. */
static int explain_silence(const struct credssp *credssp, struct hv_error *err) {
    const char *reason = credssp->gss ? hv_gss_note(credssp->gss) : "";
    int r = hv_error_set(err, HV_E_AUTH, "the host refused the sign-in by CredSSP without saying why");

    hv_error_cause(err, "user or password is wrong, the account may not sign in, or the host's policy forbids it%s%s",
                   reason[0] ? "; NTLM was used because " : "", reason);
    hv_error_remedy(err, "check user and password, and look into the Security log of the host");
    return said_by(HV_SOURCE_HTTP, r, err);
}

static int explain_foul(struct hv_error *err) {
    int r = hv_error_set(err, HV_E_AUTH, "the host did not prove that the TLS within CredSSP ends at it");

    hv_error_cause(err, "its answer does not fit the key of the certificate: somebody may be in between");
    hv_error_remedy(err, "nothing was handed over; find out what is between here and the host before trying again");
    return said_by(HV_SOURCE_TLS, r, err);
}

static int explain_version(uint32_t version, struct hv_error *err) {
    int r = hv_error_set(err, HV_E_AUTH, "the host speaks version %u of CredSSP, which is not safe", (unsigned)version);

    hv_error_cause(err, "versions %d to %d are spoken here", HV_CREDSSP_VERSION_MIN, HV_CREDSSP_VERSION);
    hv_error_remedy(err, "bring the host up to date, or sign in by --auth kerberos");
    return said_by(HV_SOURCE_HTTP, r, err);
}

/* Messages. */

/* Encrypts REQUEST into OUT. */
static int put_request(struct credssp *credssp, struct hv_ts_request *request, struct hv_buf *out, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT((size_t)HV_TS_MAX_BYTES * 2);
    int r;

    request->version = HV_CREDSSP_VERSION;
    r = hv_ts_request_encode(request, &plain, err);
    return r < 0 ? r : hv_inner_tls_write(credssp->tls, plain.data, plain.len, out, err);
}

/* A host that changes its version midway is believed neither of the two. */
static int note_version(struct credssp *credssp, uint32_t version, struct hv_error *err) {
    if (version < HV_CREDSSP_VERSION_MIN)
        return explain_version(version, err);
    if (credssp->peer_version && version != credssp->peer_version)
        return hv_error_set(err, HV_E_PROTOCOL, "the host changed its version of CredSSP from %u to %u during the sign-in",
                            (unsigned)credssp->peer_version, (unsigned)version);
    credssp->peer_version = version;
    credssp->version = version < HV_CREDSSP_VERSION ? version : HV_CREDSSP_VERSION;
    return 0;
}

/* REQUEST borrows from PLAIN. */
static int receive(struct credssp *credssp, const void *in, size_t n_in, struct hv_buf *plain, struct hv_ts_request *request,
                   struct hv_error *err) {
    int r = n_in > 0 ? hv_inner_tls_read(credssp->tls, in, n_in, plain, err) : 1;

    if (r != 0)
        return r < 0 ? r : explain_silence(credssp, err);
    r = hv_ts_request_decode(hv_buf_text(plain), plain->len, request, err);
    if (r < 0)
        return r;
    if (request->has_error_code && request->error_code != 0)
        return explain_code(credssp, request->error_code, err);
    return note_version(credssp, request->version, err);
}

static struct hv_ts_bytes bytes_of(const struct hv_buf *buf) {
    return (struct hv_ts_bytes){ buf->len ? buf->data : NULL, buf->len };
}

/* Turns. */

static int send_key(struct credssp *credssp, const struct hv_buf *token, struct hv_buf *out, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(HV_TS_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf sealed = HV_BUF_INIT(HV_TS_MAX_BYTES);
    struct hv_key_proof proof = { .version = credssp->version, .nonce = credssp->nonce };
    struct hv_ts_request request = { .nego_token = bytes_of(token) };
    int r;

    proof.key = hv_inner_tls_public_key(credssp->tls, &proof.n_key);
    if (!proof.key || RAND_bytes(credssp->nonce, sizeof(credssp->nonce)) != 1)
        return hv_error_set(err, HV_E_INTERNAL, "there is no key, or no randomness");
    r = hv_key_proof_build(&proof, &plain, err);
    if (r == 0)
        r = hv_gss_wrap(credssp->gss, plain.data, plain.len, &sealed, err);
    if (r < 0)
        return r;
    request.pub_key_auth = bytes_of(&sealed);
    if (credssp->version >= HV_CREDSSP_VERSION_HASH)
        request.client_nonce = (struct hv_ts_bytes){ credssp->nonce, sizeof(credssp->nonce) };
    credssp->state = STATE_KEY;
    r = put_request(credssp, &request, out, err);
    return r < 0 ? r : 1;
}

/* Our next token with what it needs besides, from theirs. */
static int send_token(struct credssp *credssp, const struct hv_ts_bytes *theirs, struct hv_buf *out, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(HV_TS_MAX_BYTES);
    struct hv_ts_request request = { 0 };
    int r = hv_gss_step(credssp->gss, theirs->bytes, theirs->n_bytes, &token, err);

    if (r < 0)
        return r;
    if (r == 0)
        return send_key(credssp, &token, out, err);
    if (token.len == 0)
        return hv_error_set(err, HV_E_PROTOCOL, "the sign-in within CredSSP stands still");
    request.nego_token = bytes_of(&token);
    credssp->state = STATE_TOKENS;
    r = put_request(credssp, &request, out, err);
    return r < 0 ? r : 1;
}

static int step_tls(struct credssp *credssp, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    static const struct hv_ts_bytes nothing = { NULL, 0 };
    size_t before = out->len;
    int r = hv_inner_tls_handshake(credssp->tls, in, n_in, out, err);

    if (r < 0)
        return r;
    if (r > 0 && out->len == before)
        return n_in == 0 ? explain_silence(credssp, err)
                         : hv_error_set(err, HV_E_PROTOCOL, "the host's part of the TLS handshake within CredSSP is cut off");
    if (r > 0)
        return 1;
    /* In TLS 1.3 the last flight is ours. Hosts are known to read it alone, before anything else. */
    credssp->state = STATE_READY;
    return out->len > before ? 1 : send_token(credssp, &nothing, out, err);
}

/* Tickets, which hold nothing for us, or no token at all; or a host that refuses before it was asked for anything. */
static int step_ready(struct credssp *credssp, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    static const struct hv_ts_bytes nothing = { NULL, 0 };
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(HV_TS_MAX_BYTES);
    struct hv_ts_request request = { 0 };
    int r = hv_inner_tls_read(credssp->tls, in, n_in, &plain, err);

    if (r != 0)
        return r < 0 ? r : explain_silence(credssp, err);
    if (plain.len == 0)
        return send_token(credssp, &nothing, out, err);
    r = hv_ts_request_decode(plain.data, plain.len, &request, err);
    if (r < 0)
        return r;
    if (request.has_error_code && request.error_code != 0)
        return explain_code(credssp, request.error_code, err);
    return hv_error_set(err, HV_E_PROTOCOL, "the host spoke first within CredSSP");
}

static int step_tokens(struct credssp *credssp, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(HV_TS_MAX_BYTES);
    struct hv_ts_request request = { 0 };
    int r = receive(credssp, in, n_in, &plain, &request, err);

    if (r < 0)
        return r;
    if (!request.nego_token.bytes || request.nego_token.n_bytes == 0)
        return hv_error_set(err, HV_E_PROTOCOL, "the host's answer within CredSSP holds no token");
    return send_token(credssp, &request.nego_token, out, err);
}

/* "DOMAIN\user" in two; "user@REALM" and "user" are a user without a domain. */
static int encode_credentials(const struct credssp *credssp, struct hv_buf *out, struct hv_error *err) {
    const char *backslash = strchr(credssp->user, '\\');
    HV_CLEANUP_FREE char *domain = NULL;
    struct hv_ts_password password = { .user = backslash ? backslash + 1 : credssp->user,
                                       .password = hv_secret_text(credssp->password) };
    int r = hv_text_copy_n(credssp->user, backslash ? (size_t)(backslash - credssp->user) : 0, &domain, err);

    if (r < 0)
        return r;
    password.domain = domain;
    return hv_ts_credentials_encode(&password, out, err);
}

static int send_credentials(struct credssp *credssp, struct hv_buf *out, struct hv_error *err) {
    struct hv_buf plain HV_ATTR_CLEANUP(hv_buf_deinit_secret) = HV_BUF_INIT(HV_TS_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf sealed = HV_BUF_INIT(HV_TS_MAX_BYTES);
    struct hv_ts_request request = { 0 };
    int r = encode_credentials(credssp, &plain, err);

    if (r == 0)
        r = hv_gss_wrap(credssp->gss, plain.data, plain.len, &sealed, err);
    if (r < 0)
        return r;
    request.auth_info = bytes_of(&sealed);
    r = put_request(credssp, &request, out, err);
    if (r < 0)
        return r;
    credssp->state = STATE_HANDED;
    credssp->password = hv_secret_end(credssp->password);
    credssp->gss = hv_gss_free(credssp->gss);
    return 0;
}

static int step_key(struct credssp *credssp, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(HV_TS_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf answer = HV_BUF_INIT(HV_TS_MAX_BYTES);
    struct hv_key_proof proof = { .version = credssp->version, .nonce = credssp->nonce };
    struct hv_ts_request request = { 0 };
    int r = receive(credssp, in, n_in, &plain, &request, err);

    if (r < 0)
        return r;
    if (!request.pub_key_auth.bytes)
        return hv_error_set(err, HV_E_PROTOCOL, "the host's answer within CredSSP does not prove its key");
    r = hv_gss_unwrap(credssp->gss, request.pub_key_auth.bytes, request.pub_key_auth.n_bytes, &answer, err);
    if (r == HV_E_AUTH)
        return explain_foul(err);
    if (r < 0)
        return r;
    proof.key = hv_inner_tls_public_key(credssp->tls, &proof.n_key);
    if (!hv_key_proof_check(&proof, hv_buf_text(&answer), answer.len))
        return explain_foul(err);
    return send_credentials(credssp, out, err);
}

/* The host had everything, and still asks. */
static int step_handed(struct credssp *credssp, const void *in, size_t n_in, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(HV_TS_MAX_BYTES);
    struct hv_ts_request request = { 0 };
    int r = receive(credssp, in, n_in, &plain, &request, err);

    return r < 0 ? r : explain_silence(credssp, err);
}

static int take_turn(struct credssp *credssp, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    switch (credssp->state) {
    case STATE_TLS:
        return step_tls(credssp, in, n_in, out, err);
    case STATE_READY:
        return step_ready(credssp, in, n_in, out, err);
    case STATE_TOKENS:
        return step_tokens(credssp, in, n_in, out, err);
    case STATE_KEY:
        return step_key(credssp, in, n_in, out, err);
    case STATE_HANDED:
        return step_handed(credssp, in, n_in, err);
    case STATE_FAILED:
        break;
    }
    return hv_error_set(err, HV_E_PROTOCOL, "the sign-in by CredSSP has failed before");
}

static int step(struct hv_mech *mech, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    struct credssp *credssp = credssp_of(mech);
    int r = take_turn(credssp, in, n_in, out, err);

    if (r < 0)
        credssp->state = STATE_FAILED;
    return r;
}

/* Sealing. */

static int check_sealing(const struct credssp *credssp, struct hv_error *err) {
    return credssp->state == STATE_HANDED ? 0 : hv_error_set(err, HV_E_INTERNAL, "CredSSP seals nothing before the sign-in");
}

/*
 * A record is one piece to both ends; only its trailer's length is told apart (wsman.md 6.5). So many bytes of its front pass for
 * the token, and the rest for the ciphertext: joined again they are the record.
 */
static int seal(struct hv_mech *mech, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                struct hv_error *err) {
    struct credssp *credssp = credssp_of(mech);
    HV_CLEANUP_BUF struct hv_buf record = HV_BUF_INIT((size_t)HV_INNER_TLS_RECORD_BYTES * 2);
    size_t n_trailer;
    int r = check_sealing(credssp, err);

    if (r < 0)
        return r;
    if (n_plain == 0 || n_plain > HV_INNER_TLS_RECORD_BYTES)
        return hv_error_set(err, HV_E_INTERNAL, "a part of %zu bytes cannot be sealed", n_plain);
    r = hv_inner_tls_write(credssp->tls, plain, n_plain, &record, err);
    if (r < 0)
        return r;
    n_trailer = hv_inner_tls_trailer(credssp->tls, n_plain, record.len);
    hv_buf_append(token, record.data, n_trailer);
    hv_buf_append(cipher, record.data + n_trailer, record.len - n_trailer);
    r = hv_buf_finish(token, "a sealed message", err);
    return r < 0 ? r : hv_buf_finish(cipher, "a sealed message", err);
}

static int unseal(struct hv_mech *mech, const void *sealed, size_t n_token, size_t n_sealed, struct hv_buf *plain,
                  struct hv_error *err) {
    struct credssp *credssp = credssp_of(mech);
    int r = check_sealing(credssp, err);

    (void)n_token;
    if (r == 0)
        r = hv_inner_tls_read(credssp->tls, sealed, n_sealed, plain, err);
    return r <= 0 ? r : hv_error_set(err, HV_E_PROTOCOL, "the host closed the TLS within CredSSP");
}

static const char *note(const struct hv_mech *mech) {
    const struct credssp *credssp = (const struct credssp *)mech;

    return credssp->gss ? hv_gss_note(credssp->gss) : "";
}

static void destroy(struct hv_mech *mech) {
    struct credssp *credssp = credssp_of(mech);

    (void)hv_inner_tls_free(credssp->tls);
    (void)hv_gss_free(credssp->gss);
    free(credssp->user);
    (void)hv_secret_end(credssp->password);
    hv_secret_wipe(credssp->nonce, sizeof(credssp->nonce));
    free(credssp);
}

static int check_options(const struct hv_credssp_options *options, struct hv_error *err) {
    int r;

    if (options->user && options->user[0] && options->password && options->password[0])
        return 0;
    r = hv_error_set(err, HV_E_AUTH, "no %s to sign in with by CredSSP", options->user && options->user[0] ? "password" : "user");
    hv_error_cause(err, "CredSSP hands the host user and password; a Kerberos ticket does not do");
    hv_error_remedy(err, "give a user by -u USER and a password by --password-file FILE");
    return r;
}

int hv_credssp_new(const struct hv_credssp_options *options, struct hv_mech **ret_mech, struct hv_error *err) {
    static const struct hv_mech_vtable vtable = {
        .scheme = "CredSSP",
        .protocol = "application/HTTP-CredSSP-session-encrypted",
        .max_chunk = HV_INNER_TLS_RECORD_BYTES,
        .step = step,
        .seal = seal,
        .unseal = unseal,
        .free = destroy,
        .note = note,
    };
    const struct hv_gss_options gss = {
        .scheme = options->inner,
        .user = options->user,
        .password = options->password,
        .service = options->service,
        .host = options->host,
    };
    struct credssp *credssp;
    int r = check_options(options, err);

    if (r < 0)
        return r;
    credssp = calloc(1, sizeof(*credssp));
    if (!credssp)
        return hv_error_memory(err);
    credssp->mech.vtable = &vtable;
    credssp->version = HV_CREDSSP_VERSION;
    r = hv_text_copy(options->user, &credssp->user, err);
    if (r == 0)
        r = hv_secret_new(options->password, strlen(options->password), &credssp->password, err);
    if (r == 0)
        r = hv_gss_new(&gss, &credssp->gss, err);
    if (r == 0)
        r = hv_inner_tls_new(options->policy, &credssp->tls, err);
    if (r < 0) {
        destroy(&credssp->mech);
        return r;
    }
    *ret_mech = &credssp->mech;
    return 0;
}
