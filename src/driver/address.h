/* What people write for a host: NAME, NAME:PORT, [::1]:PORT, or a URL. */
#ifndef DRIVER_ADDRESS_H
#define DRIVER_ADDRESS_H

#include "transport/endpoint.h"

enum {
    HV_PORT_HTTP = 5985,
    HV_PORT_HTTPS = 5986,
    HV_ADDRESS_MAX_HOST = 253, /* longest DNS name (RFC 1035 2.3.4) */
    HV_ADDRESS_MAX_PATH = 255,
};

/* HTTPS and path /wsman unless the text says otherwise. Errors: ARGUMENT, MEMORY. */
HV_MUST_CHECK int hv_address_parse(const char *text, struct hv_address *ret_address, struct hv_error *err);
void hv_address_deinit(struct hv_address *address);

#endif
