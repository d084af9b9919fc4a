/* A handshake for its certificate. */
#ifndef TRANSPORT_LOOK_H
#define TRANSPORT_LOOK_H

#include <hvctl/certificate.h>

#include "base/cleanup.h"
#include "transport/endpoint.h"

/* ENDPOINT is https:// and has no fingerprints. OPTIONS may be NULL. Blocks. Errors: UNREACHABLE, TLS, CANCELLED, MEMORY. */
HV_MUST_CHECK int hv_look_run(const struct hv_endpoint *endpoint, const struct hv_certificate_options *options,
                              struct hv_certificate **ret_certificate, struct hv_error *err);

#endif
