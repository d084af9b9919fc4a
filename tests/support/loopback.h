/*
 * A small HTTP server on 127.0.0.1 for tests of the transport: one thread that takes connections one after the other and does
 * with each what its script says. Everything it was sent is kept for the test to look at.
 */
#ifndef SUPPORT_LOOPBACK_H
#define SUPPORT_LOOPBACK_H

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/acceptor.h"
#include "support/certificate.h"
#include "support/credssp_peer.h"

enum {
    LOOPBACK_MAX_CONNECTIONS = 16,
    LOOPBACK_MAX_STEPS = 20,
    LOOPBACK_MAX_REQUESTS = 48,
    LOOPBACK_BIG_BYTES = 8 * 1024 * 1024 + 1,
};

enum loopback_step {
    DO_CLOSE, /* also what follows the last step */
    DO_READ,  /* one whole request */
    DO_ANSWER,
    DO_ANSWER_CHUNKED,
    DO_ANSWER_BY_BYTES, /* after "100 Continue", in chunks of a byte, each written alone, with a trailer */
    DO_ANSWER_401,
    DO_ANSWER_REDIRECT,
    DO_ANSWER_BIG,       /* one byte more than the transport takes */
    DO_ANSWER_TRUNCATED, /* fewer bytes than announced */
    DO_GARBAGE,          /* no HTTP */
    DO_HOLD,             /* says nothing more, stays open until the end */
    DO_OFFER,            /* 401 with what the server offers */
    DO_ACCEPT,           /* one turn of a sign-in by the token of the last request */
    DO_ANSWER_SIGNED,    /* an answer where somebody is signed in on this connection, else 401; sealed on plain HTTP */
    DO_ANSWER_PARTS,     /* as DO_ANSWER_SIGNED, sealed byte by byte */
    DO_ANSWER_FAULT,     /* as DO_ANSWER_SIGNED, with status 500 */
    DO_ANSWER_LOOSE,     /* as DO_ANSWER_SIGNED, in the framing of old servers */
    DO_ANSWER_DAMAGED,   /* as DO_ANSWER_SIGNED, one bit wrong */
    DO_ANSWER_404,
    DO_ASK_CERTIFICATE, /* after a request: by renegotiation, in TLS 1.3 by post-handshake authentication */
};

struct loopback {
    int listener;
    uint16_t port;
    pthread_t thread;
    SSL_CTX *tls; /* NULL: plain */
    const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS];
    size_t n_scripts;
    const char *answer;                         /* body of DO_ANSWER */
    const char *offer;                          /* WWW-Authenticate lines of DO_OFFER */
    const char *scheme;                         /* of the tokens of DO_ACCEPT; "Negotiate" */
    const struct credssp_peer_options *credssp; /* with it DO_ACCEPT takes part in CredSSP */
    bool strict;                                /* a sign-in must be bound to the TLS connection */
    char user[128];                             /* who signed in last */
    size_t n_signed_in;
    size_t n_opened;       /* sealed requests whose plain text was "<body/>" */
    size_t n_opened_bytes; /* with CredSSP: of the last request, which may be any that begins so, and its parts */
    size_t n_opened_parts;
    unsigned char binding[128]; /* of the certificate */
    size_t n_binding;
    bool asks;                                     /* the client for its certificate, in the first handshake */
    const struct loopback_certificate *turns_into; /* its own one in a renegotiation; NULL: the same */
    X509 *shown[LOOPBACK_MAX_REQUESTS];            /* the client's, with each request; NULL: none */
    size_t n_connections;
    size_t n_requests;
    char *requests[LOOPBACK_MAX_REQUESTS]; /* head and body */
    int held[LOOPBACK_MAX_CONNECTIONS];
    SSL *held_tls[LOOPBACK_MAX_CONNECTIONS];
    size_t n_held;
    pthread_mutex_t lock;
    pthread_cond_t closed;
    size_t n_closed; /* behind the lock */
};

/* CERTIFICATE NULL: plain HTTP. SCRIPTS: what to do with the first, second ... connection; later ones are closed at once. */
void loopback_start(struct loopback *server, const struct loopback_certificate *certificate,
                    const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts);
/* The same with a server that goes no further than this TLS version, such as TLS1_1_VERSION; 0: the latest. */
void loopback_start_at(struct loopback *server, const struct loopback_certificate *certificate,
                       const enum loopback_step (*scripts)[LOOPBACK_MAX_STEPS], size_t n_scripts, int max_tls);
/*
 * Lets it sign in whom acceptor.h knows, and offer LINES ("WWW-Authenticate: ...", each with its end). CERTIFICATE, when not
 * NULL, is the one that sign-ins must be bound to, if to any. Before the first connection.
 */
void loopback_accept(struct loopback *server, const char *lines, const struct loopback_certificate *certificate);
/* Waits until the server has closed N connections. */
void loopback_wait_closed(struct loopback *server, size_t n);
/*
 * Afterwards what it counted and kept may be looked at. The client closes its connections first: the server may be reading.
 */
void loopback_stop(struct loopback *server);
/* Frees the requests and what was shown with them. */
void loopback_forget(struct loopback *server);

#endif
