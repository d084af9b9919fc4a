/* One WS-Management endpoint: where it is, whom to believe and how to sign in. */
#ifndef TRANSPORT_ENDPOINT_H
#define TRANSPORT_ENDPOINT_H

#include <hvctl/client.h>

#include "base/cleanup.h"

struct hv_endpoint;
struct hv_login;
struct hv_tls_policy;

/* Where it is, taken apart. */
struct hv_address {
    bool https;
    char *host; /* without brackets */
    uint16_t port;
    char *url; /* whole, normal form */
};

/*
 * Copies ADDRESS and what it needs of OPTIONS. Errors: ARGUMENT (pins, certificate file, user), AUTH (no user or password),
 * TLS (Basic would go to a peer that nothing verifies, or in the clear), MEMORY.
 */
HV_MUST_CHECK int hv_endpoint_new(const struct hv_address *address, const struct hv_host_options *options,
                                  struct hv_endpoint **ret_endpoint, struct hv_error *err);
/* One that is never contacted: nobody to believe, nothing to sign in with. Errors: MEMORY. */
HV_MUST_CHECK int hv_endpoint_new_named(const struct hv_address *address, struct hv_endpoint **ret_endpoint,
                                        struct hv_error *err);
/* Accepts NULL; returns NULL. Wipes the password. */
struct hv_endpoint *hv_endpoint_free(struct hv_endpoint *endpoint);
HV_DEFINE_CLEANUP(struct hv_endpoint *, hv_endpoint_free)

/* Valid as long as the endpoint. */
const char *hv_endpoint_url(const struct hv_endpoint *endpoint);
const char *hv_endpoint_host(const struct hv_endpoint *endpoint);
uint16_t hv_endpoint_port(const struct hv_endpoint *endpoint);
const struct hv_tls_policy *hv_endpoint_tls(const struct hv_endpoint *endpoint); /* NULL for http:// */
/* What the user pinned, whatever the scheme of the URL: a sign-in may have a TLS of its own. */
const struct hv_tls_policy *hv_endpoint_pins(const struct hv_endpoint *endpoint);
/* Does somebody sign in there by an exchange, which a connection then remembers? */
bool hv_endpoint_exchanges(const struct hv_endpoint *endpoint);
/* Does a certificate of ours, and nothing else, say who we are? */
bool hv_endpoint_by_certificate(const struct hv_endpoint *endpoint);
const struct hv_proxy *hv_endpoint_proxy(const struct hv_endpoint *endpoint);
const struct hv_login *hv_endpoint_login(const struct hv_endpoint *endpoint);

#endif
