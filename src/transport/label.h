/* What recordings call a host: its name, and its port where that is not the usual one. */
#ifndef TRANSPORT_LABEL_H
#define TRANSPORT_LABEL_H

#include "transport/endpoint.h"

/* "hv01", "hv01:5985", "[2001:db8::1]:443". The caller frees it. Errors: MEMORY. */
HV_MUST_CHECK int hv_label_of(const struct hv_endpoint *endpoint, char **ret_label, struct hv_error *err);

#endif
