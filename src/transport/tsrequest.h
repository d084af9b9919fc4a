/*
 * What CredSSP says inside its TLS: TSRequest and TSCredentials (MS-CSSP 2.2.1) in DER, where one value has one spelling.
 * Pure functions on bytes.
 */
#ifndef TRANSPORT_TSREQUEST_H
#define TRANSPORT_TSREQUEST_H

#include "base/buf.h"

enum {
    HV_TS_MAX_BYTES = 131072, /* of one TSRequest: a Kerberos token has at most 64 KiB */
    HV_TS_NONCE_SIZE = 32,
    HV_TS_MAX_TEXT = 1024, /* bytes of UTF-8 in one part of the credentials */
};

/* BYTES NULL: absent. Borrowed, from the caller or from what was decoded. */
struct hv_ts_bytes {
    const void *bytes;
    size_t n_bytes;
};

struct hv_ts_request {
    uint32_t version;
    struct hv_ts_bytes nego_token;
    struct hv_ts_bytes auth_info;
    struct hv_ts_bytes pub_key_auth;
    struct hv_ts_bytes client_nonce;
    bool has_error_code;
    uint32_t error_code; /* NTSTATUS or SECURITY_STATUS */
};

/* Appends. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_ts_request_encode(const struct hv_ts_request *request, struct hv_buf *out, struct hv_error *err);

/*
 * Fields behind those known here are passed over: a later version may have them. An empty list of tokens is as good as none.
 * Borrows from BYTES. Errors: PROTOCOL (no DER, no TSRequest, more than one token), LIMIT.
 */
HV_MUST_CHECK int hv_ts_request_decode(const void *bytes, size_t n_bytes, struct hv_ts_request *ret_request,
                                       struct hv_error *err);

/* UTF-8. */
struct hv_ts_password {
    const char *domain; /* "" when the user is a local one or a user principal name */
    const char *user;
    const char *password;
};

/*
 * Appends TSCredentials with TSPasswordCreds; texts become UTF-16LE. The bytes are reserved at once, so that the secret lies in
 * no memory but OUT's, which the caller wipes. Errors: ARGUMENT (no UTF-8, too long), MEMORY (or OUT's ceiling).
 */
HV_MUST_CHECK int hv_ts_credentials_encode(const struct hv_ts_password *password, struct hv_buf *out, struct hv_error *err);

#endif
