/*
 * The proxy on the way to a host: always a tunnel (CONNECT, RFC 9110 9.3.6), so that it sees where to and nothing else, and
 * signed in to by Basic. Chosen by option, or by the environment as curl does: https_proxy, HTTPS_PROXY, for http:// hosts
 * http_proxy, then all_proxy, ALL_PROXY. What NO_PROXY says is libcurl's to follow.
 */
#ifndef TRANSPORT_PROXY_H
#define TRANSPORT_PROXY_H

#include <hvctl/client.h>

#include "base/secret.h"

struct hv_proxy {
    char *url;                /* without user; "": none, also where the environment has one */
    struct hv_secret *header; /* "Proxy-Authorization: ..."; NULL: none */
};

/* PROXY is zeroed before and the caller's to deinit. Errors: ARGUMENT (no http:// proxy, a password in the option), MEMORY. */
HV_MUST_CHECK int hv_proxy_init(struct hv_proxy *proxy, bool https, const struct hv_host_options *options, struct hv_error *err);
void hv_proxy_deinit(struct hv_proxy *proxy);

#endif
