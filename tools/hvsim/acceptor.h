/*
 * The acceptor's side of one GSSAPI exchange, and sealing with what came of it (wsman.md 6.4): SPNEGO, Kerberos and NTLM as the
 * libraries of the machine have them. Kerberos keys come from KRB5_KTNAME, NTLM users from NTLM_USER_FILE.
 */
#ifndef SIM_ACCEPTOR_H
#define SIM_ACCEPTOR_H

#include "base/buf.h"
#include "model.h"

/* Which tokens are taken. */
enum sim_mechs {
    SIM_MECHS_ANY,      /* SPNEGO, raw Kerberos, raw NTLM */
    SIM_MECHS_NTLM,     /* raw NTLM, and SPNEGO around it */
    SIM_MECHS_KERBEROS, /* raw Kerberos */
};

/* What the machine accepts with; made once. */
struct sim_keys;
/* WANTS_KERBEROS: fails when there is no Kerberos key. Errors: CONFIG, MEMORY. */
HV_MUST_CHECK int sim_keys_new(bool wants_kerberos, struct sim_keys **ret_keys, struct hv_error *err);
struct sim_keys *sim_keys_free(struct sim_keys *keys);
HV_DEFINE_CLEANUP(struct sim_keys *, sim_keys_free)
/* A logon with name and password at the KDC of the realm; blocks while it is asked. */
HV_MUST_CHECK bool sim_keys_logon(const struct sim_keys *keys, const char *user, const char *password);

struct sim_acceptor_options {
    const struct sim_keys *keys;
    enum sim_mechs mechs;
    const void *binding; /* application data of the channel binding; NULL: none is looked at */
    size_t n_binding;
    bool binding_required;
    const struct sim_host *host; /* a ticket must be for it */
};

struct sim_acceptor;
/* NULL: out of memory. Borrows what OPTIONS points to. */
struct sim_acceptor *sim_acceptor_new(const struct sim_acceptor_options *options);
struct sim_acceptor *sim_acceptor_free(struct sim_acceptor *acceptor);
HV_DEFINE_CLEANUP(struct sim_acceptor *, sim_acceptor_free)

/* One token of the caller; what is to be sent back is appended to OUT, which may be nothing. 0 accepted, 1 another turn, -1
 * refused: sim_acceptor_reason says why, and OUT may hold a token that tells the caller. */
HV_MUST_CHECK int sim_acceptor_step(struct sim_acceptor *acceptor, const void *in, size_t n_in, struct hv_buf *out);
/* In words for a tester; "" while nothing was refused. */
const char *sim_acceptor_reason(const struct sim_acceptor *acceptor);

/* Once accepted. The name is as the mechanism writes it ("alice@EXAMPLE.TEST", "DOMAIN\alice"). */
const char *sim_acceptor_user(const struct sim_acceptor *acceptor);
bool sim_acceptor_is_kerberos(const struct sim_acceptor *acceptor);
bool sim_acceptor_is_bound(const struct sim_acceptor *acceptor);     /* the caller sent the right channel binding */
bool sim_acceptor_is_delegated(const struct sim_acceptor *acceptor); /* the caller forwarded a ticket */

struct sim_acceptor_form {
    bool has_filler; /* Kerberos only (kerberos.h) */
};
/* One part: TOKEN is what stands before the ciphertext. False: it cannot be done. */
HV_MUST_CHECK bool sim_acceptor_seal(struct sim_acceptor *acceptor, const struct sim_acceptor_form *form, const void *plain,
                                     size_t n_plain, struct hv_buf *token, struct hv_buf *cipher);
/* SEALED is token and ciphertext together, the token N_TOKEN bytes. False: damaged, out of order, or not of this caller. */
HV_MUST_CHECK bool sim_acceptor_unseal(struct sim_acceptor *acceptor, const void *sealed, size_t n_token, size_t n_sealed,
                                       struct hv_buf *plain);
/* Plain tokens, as CredSSP has them. */
HV_MUST_CHECK bool sim_acceptor_wrap(struct sim_acceptor *acceptor, const void *plain, size_t n_plain, struct hv_buf *out);
HV_MUST_CHECK bool sim_acceptor_unwrap(struct sim_acceptor *acceptor, const void *wrapped, size_t n_wrapped,
                                       struct hv_buf *plain);

#endif
