/*
 * The host's side of CredSSP for tests, written apart from ours: messages by the ASN.1 templates of OpenSSL, its own reading of
 * MS-CSSP 3.1.5, the acceptor of GSSAPI for the sign-in. It is strict with the client, and can be made to misbehave.
 */
#ifndef SUPPORT_CREDSSP_PEER_H
#define SUPPORT_CREDSSP_PEER_H

#include <stdint.h>

#include "support/acceptor.h"
#include "support/tls_peer.h"

enum credssp_trick {
    TRICK_NONE,
    TRICK_OTHER_KEY,     /* proves another key, as somebody in between would */
    TRICK_OTHER_NONCE,   /* of an older sign-in */
    TRICK_ECHO,          /* the client's own proof comes back */
    TRICK_CLIENT_LABEL,  /* the right hash under the client's label; before version 5 the key minus one */
    TRICK_DAMAGED_PROOF, /* one bit on its way */
    TRICK_BARE_PROOF,    /* not encrypted */
    TRICK_SHORT_PROOF,
    TRICK_LONG_PROOF,
    TRICK_EMPTY_PROOF,
    TRICK_NO_PROOF,
    TRICK_NO_TOKEN,
    TRICK_TOKEN_GARBAGE,
    TRICK_VERSION_CHANGE,
    TRICK_NO_DER,
    TRICK_CLOSE,
    TRICK_SILENCE,    /* an answer without a token */
    TRICK_ERROR,      /* error_code in place of the answer */
    TRICK_SPEAK_FIRST /* a message before the client's first one */
};

struct credssp_peer_options {
    struct tls_peer_options tls;
    uint32_t version;
    enum credssp_trick trick;
    unsigned trick_leg; /* 1: the answer to the first token; 2: to the proof; 3: to the credentials */
    uint32_t error_code;
};

struct credssp_peer {
    struct credssp_peer_options options;
    struct tls_peer tls;
    struct acceptor acceptor;
    int phase;
    bool used_nonce;
    bool token_with_key; /* the client's last token came together with its proof */
    unsigned n_messages; /* of the client */
    bool has_credentials;
    struct hv_buf domain; /* UTF-16LE, as they came */
    struct hv_buf user;
    struct hv_buf password;
};

void credssp_peer_start(struct credssp_peer *peer, const struct credssp_peer_options *options);
void credssp_peer_stop(struct credssp_peer *peer);
/* One turn. 1: another; 0: signed in; -1: refused, with what OUT holds. Fails the test when the client does what it must not. */
int credssp_peer_turn(struct credssp_peer *peer, const void *in, size_t n_in, struct hv_buf *out);

#endif
