/*
 * Encrypted messages in HTTP: the multipart framing that WinRM puts around them (MS-WSMV 2.2.9.1; wsman.md 6.4, 6.5). Bytes in,
 * bytes out; what is inside the parts is a mechanism's.
 */
#ifndef TRANSPORT_SEAL_H
#define TRANSPORT_SEAL_H

#include "base/buf.h"
#include "base/cleanup.h"

enum {
    HV_SEAL_MAX_PARTS = 1024,      /* CredSSP seals 16 KiB at a time, an answer has 8 MiB */
    HV_SEAL_TYPE_MAX_BYTES = 256,  /* of a content type */
    HV_SEAL_MAX_HEAD_BYTES = 4096, /* of the lines before one part */
};

/* Appends the Content-Type of a message of N_PARTS parts by PROTOCOL, "application/HTTP-SPNEGO-session-encrypted" or a sister. */
void hv_seal_write_type(const char *protocol, size_t n_parts, struct hv_buf *out);
/* Appends one part. N_PLAIN: how long it is in plain; TYPE: the content type of the whole in plain. */
void hv_seal_write_part(const char *protocol, const char *type, size_t n_plain, const struct hv_buf *token,
                        const struct hv_buf *cipher, struct hv_buf *out);
/* After the last part. */
void hv_seal_write_end(struct hv_buf *out);

/* Is this the Content-Type of an encrypted message? TYPE may be NULL. */
bool hv_seal_is_type(const char *type);

struct hv_sealed_part {
    const char *bytes; /* token and ciphertext, in the message */
    size_t n_token;
    size_t n_bytes;
    bool has_n_plain;
    size_t n_plain;
};

struct hv_sealed {
    char type[HV_SEAL_TYPE_MAX_BYTES]; /* in plain; empty when none is told */
    struct hv_sealed_part *parts;
    size_t n_parts;
};

/*
 * Takes apart a message of N_BYTES with the Content-Type TYPE; the parts stay in BYTES. Errors: PROTOCOL, LIMIT, MEMORY.
 * *RET_SEALED is to be freed by hv_sealed_deinit after success.
 */
HV_MUST_CHECK int hv_seal_parse(const char *type, const char *bytes, size_t n_bytes, struct hv_sealed *ret_sealed,
                                struct hv_error *err);
void hv_sealed_deinit(struct hv_sealed *sealed);
#define HV_CLEANUP_SEALED HV_ATTR_CLEANUP(hv_sealed_deinit)

#endif
