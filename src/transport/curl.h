/* The transport that really sends: libcurl's multi interface, HTTP/1.1. */
#ifndef TRANSPORT_CURL_H
#define TRANSPORT_CURL_H

#include "transport/interface.h"

/* Process-wide start-up of libcurl; once, before any thread. Errors: INTERNAL. */
HV_MUST_CHECK int hv_curl_init(struct hv_error *err);

/* Errors: MEMORY. */
HV_MUST_CHECK int hv_curl_new(uint64_t connect_timeout_ms, struct hv_transport **ret_transport, struct hv_error *err);

#endif
