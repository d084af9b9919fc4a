/* A message in the encryption of the session that carries it: sealed part by part, framed, and back. */
#ifndef TRANSPORT_SEALING_H
#define TRANSPORT_SEALING_H

#include "base/answer.h"
#include "transport/mech.h"
#include "transport/seal.h"

enum { HV_SEALING_MAX_BYTES = 64 * 1024 * 1024 }; /* of a request; far above what hosts take */

/*
 * Appends the message of N_BYTES, of the content type TYPE, sealed and framed to OUT, and its Content-Type to RET_TYPE. Each call
 * uses the mechanism up by one message: what it made must be sent, or the session is lost. Errors: AUTH, MEMORY, LIMIT.
 */
HV_MUST_CHECK int hv_sealing_seal(struct hv_mech *mech, const char *bytes, size_t n_bytes, const char *type,
                                  struct hv_buf *ret_type, struct hv_buf *out, struct hv_error *err);

/*
 * Appends ANSWER in plain to PLAIN. An answer without body passes; one with a body that anybody could have written does not.
 * Errors: PROTOCOL (readable, or not put together rightly), AUTH (cannot be opened), UNREACHABLE, MEMORY, LIMIT.
 */
HV_MUST_CHECK int hv_sealing_open(struct hv_mech *mech, const struct hv_answer *answer, char type[HV_SEAL_TYPE_MAX_BYTES],
                                  struct hv_buf *plain, struct hv_error *err);

#endif
