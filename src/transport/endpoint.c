/* One WS-Management endpoint: where it is, whom to believe and how to sign in. */
#include "transport/endpoint.h"

#include "base/error.h"
#include "base/text.h"
#include "transport/auth.h"
#include "transport/proxy.h"
#include "transport/tls.h"

struct hv_endpoint {
    char *url;
    char *host;
    uint16_t port;
    bool https;
    struct hv_tls_policy tls;
    struct hv_login login;
    struct hv_proxy proxy;
};

/* Credentials leave only for a peer that is known, on a channel nobody else reads (design.md 3.8). */
static int basic_check(const struct hv_endpoint *endpoint, bool http_unencrypted_ok, struct hv_error *err) {
    int r = 0;

    if (!endpoint->https && !http_unencrypted_ok) {
        r = hv_error_set(err, HV_E_TLS, "%s: Basic sign-in over http:// would show the password to the network", endpoint->host);
        hv_error_remedy(err, "use https:// (WinRM's HTTPS listener, port 5986)");
        hv_error_remedy(err, "use --auth negotiate, which encrypts the messages themselves");
        hv_error_remedy(err, "say --http-unencrypted-ok where nobody else can listen");
    } else if (endpoint->https && !hv_tls_policy_verifies(&endpoint->tls)) {
        r = hv_error_set(err, HV_E_TLS, "%s: Basic sign-in would send the password to whoever answers", endpoint->host);
        hv_error_cause(err, "--insecure switches the verification of the certificate off");
        hv_error_remedy(err, "name the host's certificate by --fingerprint or --pinnedpubkey, or its authority by --cacert");
    }
    if (r < 0 && err)
        err->source = HV_SOURCE_TLS;
    return r;
}

static int exposure_check(const struct hv_endpoint *endpoint, bool http_unencrypted_ok, struct hv_error *err) {
    if (hv_login_has(&endpoint->login, HV_AUTH_CERTIFICATE) && !endpoint->https) {
        (void)hv_error_set(err, HV_E_TLS, "%s: a certificate signs in over https:// only", endpoint->host);
        hv_error_remedy(err, "use https:// (WinRM's HTTPS listener, port 5986)");
        return HV_E_TLS;
    }
    return hv_login_has(&endpoint->login, HV_AUTH_BASIC) ? basic_check(endpoint, http_unencrypted_ok, err) : 0;
}

int hv_endpoint_new_named(const struct hv_address *address, struct hv_endpoint **ret_endpoint, struct hv_error *err) {
    HV_CLEANUP(hv_endpoint_free) struct hv_endpoint *endpoint = calloc(1, sizeof(*endpoint));
    int r;

    if (!endpoint)
        return hv_error_memory(err);
    endpoint->https = address->https;
    endpoint->port = address->port;
    r = hv_text_copy(address->url, &endpoint->url, err);
    if (r == 0)
        r = hv_text_copy(address->host, &endpoint->host, err);
    if (r < 0)
        return r;
    *ret_endpoint = endpoint;
    endpoint = NULL;
    return 0;
}

int hv_endpoint_new(const struct hv_address *address, const struct hv_host_options *options, struct hv_endpoint **ret_endpoint,
                    struct hv_error *err) {
    HV_CLEANUP(hv_endpoint_free) struct hv_endpoint *endpoint = NULL;
    int r = hv_endpoint_new_named(address, &endpoint, err);

    if (r == 0)
        r = hv_tls_policy_init(&endpoint->tls, address, options, err);
    if (r == 0)
        r = hv_login_init(&endpoint->login, address->host, options, err);
    if (r == 0)
        r = hv_proxy_init(&endpoint->proxy, address->https, options, err);
    if (r == 0)
        r = exposure_check(endpoint, options->http_unencrypted_ok, err);
    if (r < 0)
        return r;
    *ret_endpoint = endpoint;
    endpoint = NULL;
    return 0;
}

struct hv_endpoint *hv_endpoint_free(struct hv_endpoint *endpoint) {
    if (endpoint) {
        hv_login_deinit(&endpoint->login);
        hv_tls_policy_deinit(&endpoint->tls);
        hv_proxy_deinit(&endpoint->proxy);
        free(endpoint->host);
        free(endpoint->url);
        free(endpoint);
    }
    return NULL;
}

const char *hv_endpoint_url(const struct hv_endpoint *endpoint) {
    return endpoint->url;
}

const char *hv_endpoint_host(const struct hv_endpoint *endpoint) {
    return endpoint->host;
}

uint16_t hv_endpoint_port(const struct hv_endpoint *endpoint) {
    return endpoint->port;
}

const struct hv_tls_policy *hv_endpoint_tls(const struct hv_endpoint *endpoint) {
    return endpoint->https ? &endpoint->tls : NULL;
}

const struct hv_tls_policy *hv_endpoint_pins(const struct hv_endpoint *endpoint) {
    return &endpoint->tls;
}

const struct hv_proxy *hv_endpoint_proxy(const struct hv_endpoint *endpoint) {
    return &endpoint->proxy;
}

const struct hv_login *hv_endpoint_login(const struct hv_endpoint *endpoint) {
    return &endpoint->login;
}

bool hv_endpoint_exchanges(const struct hv_endpoint *endpoint) {
    return endpoint->login.n_schemes > 0 && !hv_login_is_simple(&endpoint->login);
}

bool hv_endpoint_by_certificate(const struct hv_endpoint *endpoint) {
    return endpoint->login.n_schemes == 1 && endpoint->login.schemes[0] == HV_AUTH_CERTIFICATE;
}
