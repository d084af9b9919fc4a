/* The certificate of a host that nobody has signed in to yet. */
#include <hvctl/certificate.h>
#include <string.h>

#include "base/error.h"
#include "driver/address.h"
#include "transport/look.h"

/* Only how to reach the host and which authorities are known. */
static struct hv_host_options without_identity(const struct hv_host_options *host) {
    struct hv_host_options plain = *host;

    plain.auth = HV_AUTH_NONE;
    plain.user = NULL;
    plain.password = NULL;
    plain.fingerprints = NULL;
    plain.n_fingerprints = 0;
    plain.pinned_pubkey = NULL;
    plain.insecure = false;
    return plain;
}

static void stamp(const char *name, struct hv_error *err) {
    hv_error_prefix(err, "%s", name);
    memcpy(err->host, name, strnlen(name, sizeof(err->host) - 1));
}

int hv_certificate_fetch(const struct hv_host_options *host, const struct hv_certificate_options *options,
                         struct hv_certificate **ret_certificate, struct hv_error *err) {
    HV_CLEANUP(hv_endpoint_free) struct hv_endpoint *endpoint = NULL;
    struct hv_host_options plain = without_identity(host);
    struct hv_address address = { 0 };
    int r = hv_address_parse(host->address, &address, err);

    if (r < 0)
        return r;
    if (!address.https) {
        r = hv_error_set(err, HV_E_ARGUMENT, "a certificate is shown over https:// only");
        hv_error_remedy(err, "name the HTTPS listener, usually https://%s:%d", address.host, HV_PORT_HTTPS);
    }
    if (r == 0)
        r = hv_endpoint_new(&address, &plain, &endpoint, err);
    if (r == 0)
        r = hv_look_run(endpoint, options, ret_certificate, err);
    if (r < 0 && err)
        stamp(host->name ? host->name : address.host, err);
    hv_address_deinit(&address);
    return r;
}
