/*
 * Who is at the other end of one TCP connection (wsman.md 6.1, 6.2): a handshake of Negotiate, Kerberos or CredSSP signs the
 * connection in until it ends or a new one begins; Basic and certificates count for one request. Also what the request under way
 * says once it is unsealed, and sealing the answer to it.
 */
#ifndef SIM_SESSION_H
#define SIM_SESSION_H

#include "base/buf.h"
#include "clientcert.h"
#include "model.h"

struct sim_http_request;
struct sim_service;
struct sim_acceptor;
struct sim_arm;
struct sim_credssp;

enum sim_talk {
    SIM_TALK_NONE,
    SIM_TALK_NEGOTIATE,
    SIM_TALK_KERBEROS,
    SIM_TALK_CREDSSP,
};

struct sim_session {
    enum sim_talk talk; /* of the handshake, under way or done */
    struct sim_acceptor *acceptor;
    struct sim_credssp *credssp; /* in place of the acceptor */
    bool is_signed_in;           /* the handshake is done */

    /* The request under way. */
    struct sim_caller caller; /* user NULL: nobody */
    char *user;               /* owner of caller.user */
    bool is_sealed;           /* the message was, so the answer will be */
    bool is_bound;            /* channel binding */
    bool is_delegated;        /* a ticket was forwarded, or a password handed over */
    unsigned leg;             /* of a handshake, from 1; 0: no part of one */
    char reason[512];         /* why it was refused, for a tester; "" */
    bool has_certificate;     /* CLIENT shows who it is, once the resource is known */
    struct sim_client client;
    const struct sim_arm *arm; /* the trouble that hit the handshake */
    const char *content_type;
    const char *bytes; /* as the service is to see them */
    size_t n_bytes;
    struct hv_buf plain; /* owner of BYTES when they were sealed */
    char *plain_type;    /* likewise */
};
/* All zero bytes is a new one. */
void sim_session_deinit(struct sim_session *session);
/* Nobody is signed in any more. */
void sim_session_forget(struct sim_session *session);

enum sim_entry {
    SIM_ENTRY_IN,           /* somebody is signed in: carry out what BYTES say */
    SIM_ENTRY_NOBODY,       /* nobody, but the request does not claim to be somebody */
    SIM_ENTRY_MORE,         /* 401 with the challenge */
    SIM_ENTRY_DONE,         /* signed in by a request that asks for nothing: 200, perhaps with a challenge */
    SIM_ENTRY_UNAUTHORIZED, /* 401, with the challenge if there is one */
    SIM_ENTRY_UNSEALED,     /* 500: this host wants messages sealed */
    SIM_ENTRY_FORBIDDEN,    /* 403: the certificate is not let in */
    SIM_ENTRY_DROP,         /* trouble asked for: the connection is closed */
    SIM_ENTRY_BAD,          /* 400: what is sealed cannot be read; nobody is signed in any more */
};
/* Signs in and unseals. CHALLENGE, empty before, is the value of a WWW-Authenticate line or stays empty. The session borrows from
 * REQUEST until the next one. */
HV_MUST_CHECK enum sim_entry sim_session_enter(struct sim_session *session, const struct sim_service *service,
                                               const struct sim_http_request *request, struct hv_buf *challenge);
/* Whom the certificate stands for at this resource (NULL: at none); false when it is nobody, or nobody knows whom. */
HV_MUST_CHECK bool sim_session_map(struct sim_session *session, const struct sim_service *service, const char *uri);
/* Most plain bytes of a part of an answer; 0: no limit. */
struct sim_session_form {
    size_t max_part;
    bool is_spaced;  /* sim_sealed_form */
    bool has_filler; /* sim_acceptor_form */
};
/* The answer to a message that was sealed: BODY, of that type and not empty, becomes what goes out; *RET_TYPE is its type then.
 * False: it cannot be sealed. */
HV_MUST_CHECK bool sim_session_seal(struct sim_session *session, const struct sim_session_form *form, const char *type,
                                    struct hv_buf *body, const char **ret_type);

#endif
