/* A host: where it is, and what goes on with it. */
#include "driver/host.h"

#include <hvctl/fixture.h>

#include "base/error.h"
#include "base/text.h"
#include "driver/address.h"
#include "driver/exchange.h"
#include "driver/poll.h"

int hv_host_new(struct hv_client *client, const struct hv_host_options *options, struct hv_host **ret_host,
                struct hv_error *err) {
    HV_CLEANUP(hv_host_free) struct hv_host *host = calloc(1, sizeof(*host));
    int r;

    if (!host)
        return hv_error_memory(err);
    host->client = client;
    r = hv_address_parse(options->address, &host->address, err);
    if (r == 0)
        r = hv_text_copy(options->name ? options->name : host->address.host, &host->name, err);
    if (r == 0)
        r = client->player ? hv_endpoint_new_named(&host->address, &host->endpoint, err)
                           : hv_endpoint_new(&host->address, options, &host->endpoint, err);
    if (r == 0)
        r = hv_client_record_name(client, HV_NAME_HOST, host->address.host, err);
    if (r < 0)
        return r;
    *ret_host = host;
    host = NULL;
    return 0;
}

struct hv_host *hv_host_free(struct hv_host *host) {
    if (host) {
        hv_exchange_drop_all(host);
        hv_poll_drop_all(host);
        (void)hv_endpoint_free(host->endpoint);
        hv_address_deinit(&host->address);
        free(host->name);
        free(host);
    }
    return NULL;
}

const char *hv_host_name(const struct hv_host *host) {
    return host->name;
}

const char *hv_host_address_name(const struct hv_host *host) {
    return host->address.host;
}
