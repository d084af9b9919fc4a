/* The client's insides, for the other files of this room and for tests that bring their own transport and clock. */
#ifndef DRIVER_CLIENT_H
#define DRIVER_CLIENT_H

#include <hvctl/client.h>

#include "driver/platform.h"

enum {
    HV_CONNECT_TIMEOUT_MS = 15000,
    HV_OPERATION_TIMEOUT_MS = 60000, /* WinRM's MaxTimeoutms (wsman.md 5.6) */
    HV_ANSWER_GRACE_MS = 5000,       /* we wait longer than the host: WinRM's own NetworkDelayms */
    HV_MAX_ENVELOPE_SIZE = 512000,   /* WinRM's MaxEnvelopeSizekb, 500 */
    HV_MAX_HOSTS = 1024,
};

struct hv_client {
    struct hv_client_options options; /* defaults filled in */
    struct hv_platform platform;
    struct hv_transport *transport;
    struct hv_transport *recorder; /* the transport, when it records */
    struct hv_transport *player;   /* likewise, when it replays */
    struct hv_host **hosts;
    size_t n_hosts;
    struct hv_run *runs;
    size_t n_runs;
    uint64_t n_runs_ended; /* tells a walk over the runs that its place may be gone */
    size_t n_releases;     /* under way for nobody */
    uint64_t now_ms;       /* read once a turn */
};

/* As hv_client_new, on a transport and a platform of the caller. TRANSPORT_TAKE is freed even on failure. */
HV_MUST_CHECK int hv_client_new_on(const struct hv_client_options *options, struct hv_transport *transport_take,
                                   const struct hv_platform *platform, struct hv_client **ret_client, struct hv_error *err);

#endif
