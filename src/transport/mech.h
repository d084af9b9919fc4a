/* One side of one sign-in, bound to one connection: tokens in, tokens out, then sealing (wsman.md 6.2, 6.4). */
#ifndef TRANSPORT_MECH_H
#define TRANSPORT_MECH_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

struct hv_mech;

struct hv_mech_vtable {
    const char *scheme;   /* in the Authorization header: "Negotiate", "Kerberos", "CredSSP" */
    const char *protocol; /* "application/HTTP-SPNEGO-session-encrypted" and its sisters */
    size_t max_chunk;     /* most plain bytes of one sealed part; 0: no limit */
    /*
     * IN is what the peer sent, decoded from base64, and empty for the first turn. Appends what is to be sent to OUT, which may
     * be nothing. Outcomes: 0 signed in; 1 another turn. Errors: AUTH, PROTOCOL, UNREACHABLE, MEMORY. May block while a KDC is
     * asked: runs on the transport's worker, while nobody else touches MECH.
     */
    int (*step)(struct hv_mech *mech, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err);
    /* One part: TOKEN is what stands before the ciphertext on the wire, with its length in front. Errors: AUTH, MEMORY. */
    int (*seal)(struct hv_mech *mech, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                struct hv_error *err);
    /* SEALED is token and ciphertext together, as one part carried them. Errors: AUTH (damaged, repeated), MEMORY, LIMIT. */
    int (*unseal)(struct hv_mech *mech, const void *sealed, size_t n_token, size_t n_sealed, struct hv_buf *plain,
                  struct hv_error *err);
    void (*free)(struct hv_mech *mech);
    /* NULL allowed. What a refusal by the host should tell besides, as why Kerberos was not used; "" for nothing. Borrowed. */
    const char *(*note)(const struct hv_mech *mech);
    /* NULL allowed. Did somebody else than the host, a KDC, find the credentials good already? */
    bool (*is_vouched)(const struct hv_mech *mech);
};

/* Embedded as first member. */
struct hv_mech {
    const struct hv_mech_vtable *vtable;
};

/* Accepts NULL; returns NULL. */
static inline struct hv_mech *hv_mech_free(struct hv_mech *mech) {
    if (mech)
        mech->vtable->free(mech);
    return NULL;
}
HV_DEFINE_CLEANUP(struct hv_mech *, hv_mech_free)

#endif
