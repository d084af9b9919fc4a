/* Tokens in header fields (RFC 4648 4). */
#ifndef SIM_BASE64_H
#define SIM_BASE64_H

#include "base/buf.h"

/* Whole, padded, without white space; false otherwise, when too long or out of memory. Empty text is no bytes. */
HV_MUST_CHECK bool sim_base64_decode(const char *text, struct hv_buf *out);
void sim_base64_encode(const void *bytes, size_t n_bytes, struct hv_buf *out);

#endif
