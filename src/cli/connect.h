/* The client and its hosts, from options, environment and prompt (ux.md 2, 7 and 8; design.md 4). */
#ifndef CLI_CONNECT_H
#define CLI_CONNECT_H

#include <hvctl/client.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "cli/client_cert.h"
#include "cli/known_hosts.h"
#include "cli/scheme.h"

struct hv_args;
struct hv_output;

/* Most hosts in one command. */
enum { HV_MAX_HOSTS = 256 };

/* One host as the user named it. */
struct hv_endpoint {
    char *address; /* with the port of --port where none was given */
    char *label;   /* what messages call it, short where that is enough */
    struct hv_host *host;
    bool as_local; /* signs in as an account of that host alone: .\USER */
};

struct hv_connection {
    struct hv_client *client;
    struct hv_endpoint *sources;
    size_t n_sources;
    struct hv_endpoint *destinations;
    size_t n_destinations;
    struct hv_schemes schemes;   /* of sign-in */
    struct hv_client_cert cert;  /* to sign in with; only until the hosts are made */
    struct hv_known_hosts known; /* certificates trusted before */
    FILE *trace;
    struct hv_output *out;
    bool anonymous; /* as planned */
    bool replays;   /* a recording answers, no host does */
};

/* What a command needs. Names given here stand for --host and --to, as the sample's arguments do; NULL: from the options. */
struct hv_connect_plan {
    const char *source;
    const char *destination;
    size_t max_sources;
    size_t min_destinations;
    size_t max_destinations;
    bool anonymous; /* nobody signs in */
    bool any_route; /* a source may be a destination too */
    bool may_lack_source;
};

/*
 * Nothing is sent yet. Errors: ARGUMENT (hosts or user missing, bad options), AUTH (no password to be had), TLS, CANCELLED,
 * MEMORY.
 */
HV_MUST_CHECK int hv_connection_init(struct hv_connection *connection, const struct hv_connect_plan *plan,
                                     const struct hv_args *args, struct hv_output *out, struct hv_error *err);
void hv_connection_deinit(struct hv_connection *connection);

/* Starts TASK on the first source and runs it to its end; its error is copied to ERR. */
HV_MUST_CHECK int hv_connection_do(struct hv_connection *connection, struct hv_task *task, struct hv_error *err);
/* Runs all tasks that were started, to their end or until a signal, which makes them stop waiting. */
HV_MUST_CHECK int hv_connection_run(struct hv_connection *connection, struct hv_error *err);

static inline void hv_task_free_p(struct hv_task **task) {
    (void)hv_task_free(*task);
}

/* The host that --host or the environment names; NULL when none does. Borrowed. */
const char *hv_connection_named_source(const struct hv_args *args);

/* Splits a job reference "HOST/INSTANCEID" at its last slash; *ret_host is NULL for an InstanceID alone. Errors: ARGUMENT,
 * MEMORY.
 */
HV_MUST_CHECK int hv_job_ref_split(const char *ref, char **ret_host, char **ret_id, struct hv_error *err);

/* Address of a host with PORT where TEXT has none; PORT 0 leaves it alone. Errors: MEMORY. */
HV_MUST_CHECK int hv_address_with_port(const char *text, uint64_t port, char **ret_address, struct hv_error *err);
/*
 * What messages and job references call a host: its address without https://, path and the default port. It is an address itself,
 * which is why http:// stays. Errors: MEMORY.
 */
HV_MUST_CHECK int hv_address_label(const char *address, char **ret_label, struct hv_error *err);
/* The host part alone, in small letters and without brackets. Errors: MEMORY. */
HV_MUST_CHECK int hv_address_host(const char *address, char **ret_host, struct hv_error *err);
/*
 * Under what name its certificate is known: "host:port" in small letters. *ret_key stays as it is, NULL, for http://, which has
 * none. Errors: MEMORY.
 */
HV_MUST_CHECK int hv_address_key(const char *address, char **ret_key, struct hv_error *err);

#endif
