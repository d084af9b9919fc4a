/* How both ends of a CredSSP sign-in show that they see the same key in its TLS (MS-CSSP 3.1.5, steps 3 and 4). */
#ifndef TRANSPORT_KEY_PROOF_H
#define TRANSPORT_KEY_PROOF_H

#include "base/buf.h"

enum {
    HV_CREDSSP_VERSION_MIN = 2,
    HV_CREDSSP_VERSION_HASH = 5, /* from here on a hash with a nonce, before it the key itself */
    HV_CREDSSP_VERSION = 6,
};

struct hv_key_proof {
    uint32_t version;
    const void *key; /* SubjectPublicKey */
    size_t n_key;
    const void *nonce; /* HV_TS_NONCE_SIZE bytes */
};

/* Appends what the client encrypts as pubKeyAuth. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_key_proof_build(const struct hv_key_proof *proof, struct hv_buf *out, struct hv_error *err);
/* Is ANSWER, decrypted, what only a server that has the key can say? Takes the same time wherever the first difference is. */
HV_MUST_CHECK bool hv_key_proof_check(const struct hv_key_proof *proof, const void *answer, size_t n_answer);

#endif
