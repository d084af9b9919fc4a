/*
 * The server of CredSSP (MS-CSSP 3.1.5, wsman.md 6.5): TLS within the tokens, in it a handshake of SPNEGO, NTLM or Kerberos,
 * proof that both see the same certificate, and the caller's password. Then the TLS session seals the messages.
 */
#ifndef SIM_CREDSSP_H
#define SIM_CREDSSP_H

#include "acceptor.h"
#include "cert.h"

struct sim_users;

/* TLS of one host: its certificate and key. */
struct sim_credssp_host;
/* MAX_TLS: 2 or 3, of 1.2 and 1.3. Errors: INTERNAL, MEMORY. */
HV_MUST_CHECK int sim_credssp_host_new(const struct sim_cert *cert, unsigned max_tls, struct sim_credssp_host **ret_host,
                                       struct hv_error *err);
struct sim_credssp_host *sim_credssp_host_free(struct sim_credssp_host *host);

struct sim_credssp_options {
    const struct sim_credssp_host *host;
    unsigned version; /* the greatest that is spoken */
    const struct sim_users *users;
    struct sim_acceptor_options acceptor;
};

struct sim_credssp;
/* NULL: out of memory. Borrows what OPTIONS points to. */
struct sim_credssp *sim_credssp_new(const struct sim_credssp_options *options);
struct sim_credssp *sim_credssp_free(struct sim_credssp *credssp);
HV_DEFINE_CLEANUP(struct sim_credssp *, sim_credssp_free)
/* As sim_acceptor_step; after a refusal OUT may hold a TSRequest with the error code, which versions 3, 4 and 6 have. */
HV_MUST_CHECK int sim_credssp_step(struct sim_credssp *credssp, const void *in, size_t n_in, struct hv_buf *out);
/* Takes back that it was accepted: a TSRequest with that error code, where the version has one. */
void sim_credssp_deny(struct sim_credssp *credssp, uint32_t status, struct hv_buf *out);
const char *sim_credssp_reason(const struct sim_credssp *credssp);
const char *sim_credssp_user(const struct sim_credssp *credssp);

/* At most SIM_SEALING_MAX_CHUNK bytes; *RET_TRAILER is the length that stands before the ciphertext. */
HV_MUST_CHECK bool sim_credssp_seal(struct sim_credssp *credssp, const void *plain, size_t n_plain, size_t *ret_trailer,
                                    struct hv_buf *cipher);
HV_MUST_CHECK bool sim_credssp_unseal(struct sim_credssp *credssp, size_t trailer, const void *cipher, size_t n_cipher,
                                      struct hv_buf *plain);

#endif
