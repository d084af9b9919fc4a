/*
 * Kerberos tokens as Windows writes them: MS-KILE 3.4.5.4.1 has 16 bytes of filler behind the message (EC 16), which MIT's
 * library never makes, though it reads them. What stands before the ciphertext is longer then, 76 bytes instead of 60 with AES.
 */
#ifndef SIM_KERBEROS_H
#define SIM_KERBEROS_H

#include <gssapi/gssapi.h>

#include "base/buf.h"

/* HEADER: the token that gss_wrap_iov() made for a message; its sequence number and flags are used. False: it cannot be done, for
 * instance with a cipher other than AES. */
HV_MUST_CHECK bool sim_kerberos_seal(gss_ctx_id_t context, const gss_buffer_desc *header, const void *plain, size_t n_plain,
                                     struct hv_buf *token, struct hv_buf *cipher);

#endif
