/* A host: where it is, and what goes on with it. */
#ifndef DRIVER_HOST_H
#define DRIVER_HOST_H

#include "driver/client.h"

/* Requests at a time to one host; the others wait here, where their timeouts do not run. */
enum { HV_HOST_CONNECTIONS = 2 };

struct hv_host {
    struct hv_client *client;
    char *name;
    struct hv_address address;
    struct hv_endpoint *endpoint;
    bool has_answered;  /* so a broken connection is a passing trouble */
    unsigned n_refused; /* sign-ins in a row */
    size_t n_flying;
    struct hv_exchange *exchanges; /* oldest first */
    struct hv_poll *polls;
};

HV_MUST_CHECK int hv_host_new(struct hv_client *client, const struct hv_host_options *options, struct hv_host **ret_host,
                              struct hv_error *err);
/* Drops what goes on, unsaid. The transport must have forgotten it. */
struct hv_host *hv_host_free(struct hv_host *host);
HV_DEFINE_CLEANUP(struct hv_host *, hv_host_free)

#endif
