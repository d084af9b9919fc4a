/*
 * A TLS client without a connection: records in, records out, in memory. CredSSP carries them in headers while signing in and in
 * bodies afterwards (wsman.md 6.5). TLS 1.2 or 1.3, nothing resumed.
 */
#ifndef TRANSPORT_INNER_TLS_H
#define TRANSPORT_INNER_TLS_H

#include "base/buf.h"
#include "transport/tls.h"

enum { HV_INNER_TLS_RECORD_BYTES = 16384 }; /* most plain bytes of one record */

struct hv_inner_tls;

/*
 * Of POLICY, which may be NULL, the fingerprints and pins that the user named are copied: with any of them the peer's certificate
 * must match. Chain and name are never looked at: hosts make these certificates themselves. Errors: MEMORY.
 */
HV_MUST_CHECK int hv_inner_tls_new(const struct hv_tls_policy *policy, struct hv_inner_tls **ret_tls, struct hv_error *err);
/* Accepts NULL; returns NULL. */
struct hv_inner_tls *hv_inner_tls_free(struct hv_inner_tls *tls);
HV_DEFINE_CLEANUP(struct hv_inner_tls *, hv_inner_tls_free)

/*
 * One turn of the handshake with what the peer sent, nothing at first. Appends to OUT what it is to get, which may be nothing,
 * and may be something after the last turn too. Outcomes: 0 established; 1 more is needed from the peer. Errors: TLS (certificate
 * not the pinned one), PROTOCOL, MEMORY, LIMIT.
 */
HV_MUST_CHECK int hv_inner_tls_handshake(struct hv_inner_tls *tls, const void *in, size_t n_in, struct hv_buf *out,
                                         struct hv_error *err);
/* Appends the records of PLAIN, which is not empty. Errors: PROTOCOL, MEMORY, LIMIT. */
HV_MUST_CHECK int hv_inner_tls_write(struct hv_inner_tls *tls, const void *plain, size_t n_plain, struct hv_buf *out,
                                     struct hv_error *err);
/*
 * Appends what whole records hold: maybe nothing. Outcomes: 0 read; 1 the peer closed, by which nothing is appended. Errors:
 * PROTOCOL (damaged, cut off), MEMORY, LIMIT.
 */
HV_MUST_CHECK int hv_inner_tls_read(struct hv_inner_tls *tls, const void *in, size_t n_in, struct hv_buf *plain,
                                    struct hv_error *err);

/*
 * How many bytes of a record of N_RECORD stand behind the ciphertext of N_PLAIN: authentication tag, or MAC and padding, and the
 * type in TLS 1.3. Windows names them apart (SECBUFFER_STREAM_TRAILER). 0 when it is no such record.
 */
size_t hv_inner_tls_trailer(const struct hv_inner_tls *tls, size_t n_plain, size_t n_record);
/* SubjectPublicKey of the peer's certificate, the content of its bit string; valid as long as TLS. NULL before it is known. */
const void *hv_inner_tls_public_key(const struct hv_inner_tls *tls, size_t *ret_n);

#endif
