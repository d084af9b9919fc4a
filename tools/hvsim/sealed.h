/* Messages that were sealed, as multipart bodies (MS-WSMV 2.2.9.1, wsman.md 6.4, 6.5): framing only, no keys. */
#ifndef SIM_SEALED_H
#define SIM_SEALED_H

#include <stdint.h>

#include "base/buf.h"

enum sim_sealing {
    SIM_SEALING_SPNEGO,
    SIM_SEALING_KERBEROS,
    SIM_SEALING_CREDSSP,
};
enum { SIM_SEALING_MAX_CHUNK = 16384 }; /* plain bytes of one part with CredSSP */

/* The Content-Type says that the body is sealed, however. NULL does not. */
bool sim_sealed_is(const char *content_type);

struct sim_sealed_part {
    const char *type; /* of the plain message: N_TYPE bytes */
    size_t n_type;
    uint64_t n_plain;
    uint32_t n_token;   /* what stands before the ciphertext; with CredSSP behind it */
    const char *sealed; /* both: N_SEALED bytes */
    size_t n_sealed;
};

struct sim_sealed_reader {
    enum sim_sealing sealing;
    bool is_multi; /* there may be several parts */
    bool had_part;
    const char *at;
    size_t n_left;
};
/* False when the Content-Type is not exactly that of SEALING. Borrows. */
HV_MUST_CHECK bool sim_sealed_begin(struct sim_sealed_reader *reader, enum sim_sealing sealing, const char *content_type,
                                    const char *body, size_t n_body);
/* 0 a part, valid as long as the body; 1 the end; -1 malformed. */
HV_MUST_CHECK int sim_sealed_next(struct sim_sealed_reader *reader, struct sim_sealed_part *ret_part);

/* Content-Type of a body with one part or several; static. */
const char *sim_sealed_type(enum sim_sealing sealing, bool is_multi);
/* How answers are written. */
struct sim_sealed_form {
    enum sim_sealing sealing;
    bool is_spaced; /* "-- Encrypted Boundary" */
};
/* The part: TOKEN_LENGTH is what is written before SEALED. */
struct sim_sealed_content {
    const char *type;
    size_t n_plain;
    size_t token_length;
    const struct hv_buf *token; /* NULL: none */
    const struct hv_buf *cipher;
};
void sim_sealed_write(const struct sim_sealed_form *form, const struct sim_sealed_content *content, struct hv_buf *out);
void sim_sealed_end(const struct sim_sealed_form *form, struct hv_buf *out);

#endif
