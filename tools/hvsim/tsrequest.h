/* Messages of CredSSP (MS-CSSP 2.2.1) in DER. What was read points into the bytes that were read. */
#ifndef SIM_TSREQUEST_H
#define SIM_TSREQUEST_H

#include <stdint.h>

#include "base/buf.h"

struct sim_span {
    const unsigned char *bytes; /* NULL: absent */
    size_t n;
};

struct sim_ts_request {
    uint32_t version;
    struct sim_span nego; /* the one token among negoTokens */
    struct sim_span auth_info;
    struct sim_span pub_key_auth;
    bool has_error;
    uint32_t error; /* NTSTATUS */
    struct sim_span nonce;
};
/* The whole of BYTES; false when it is none. */
HV_MUST_CHECK bool sim_ts_request_read(const void *bytes, size_t n_bytes, struct sim_ts_request *ret_request);
void sim_ts_request_write(const struct sim_ts_request *request, struct hv_buf *out);

/* TSCredentials with a password, all in UTF-16. */
struct sim_ts_password {
    struct sim_span domain;
    struct sim_span user;
    struct sim_span password;
};
HV_MUST_CHECK bool sim_ts_password_read(const void *bytes, size_t n_bytes, struct sim_ts_password *ret_password);

#endif
