/*
 * The host's side of a sign-in by GSSAPI, for tests: NTLM with the users of a file (gssapi.md 3), inside SPNEGO or raw. What it
 * found out about the other side is for the test to look at.
 */
#ifndef SUPPORT_ACCEPTOR_H
#define SUPPORT_ACCEPTOR_H

#include <gssapi/gssapi.h>
#include <stdbool.h>
#include <stddef.h>

struct acceptor {
    gss_ctx_id_t context;
    gss_cred_id_t cred;
    bool done;
    char user[128]; /* who signed in, as GSSAPI tells it */
    unsigned flags; /* as gss_accept_sec_context returned them */
};

/* Writes a user file ("DOMAIN:user:password" a line) and makes it the one that gss-ntlmssp reads; acceptor_users_forget undoes.
 */
void acceptor_users(const char *lines);
void acceptor_users_forget(void);

/* For both sides: no tickets, no realm, nothing of this machine's configuration, and no name server that is asked for any. */
void acceptor_without_kerberos(void);
void acceptor_without_kerberos_forget(void);

void acceptor_init(struct acceptor *acceptor);
void acceptor_deinit(struct acceptor *acceptor);
/*
 * One turn; BINDING NULL: none. *RET_OUT is the caller's to free. Outcomes: 0 signed in; 1 another turn; -1 refused.
 */
int acceptor_step(struct acceptor *acceptor, const void *in, size_t n_in, const void *binding, size_t n_binding, void **ret_out,
                  size_t *ret_n_out);
/* The peer's message in plain; NULL when it is not good. The caller's to free. */
void *acceptor_unseal(struct acceptor *acceptor, const void *sealed, size_t n_sealed, size_t *ret_n);
/* An answer: the first *RET_N_TOKEN bytes are the token. The caller's to free. */
void *acceptor_seal(struct acceptor *acceptor, const void *plain, size_t n_plain, size_t *ret_n_token, size_t *ret_n);

#endif
