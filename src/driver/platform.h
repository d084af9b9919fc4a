/* What the loop takes from the machine: time, waiting and chance. Another platform gives tests and replays a clock of their own.
 */
#ifndef DRIVER_PLATFORM_H
#define DRIVER_PLATFORM_H

#include "transport/interface.h"

struct hv_platform {
    /* Milliseconds that never go back; called once a turn. */
    uint64_t (*now)(void *context);
    /* Returns when TRANSPORT has something, when UNTIL_MS has come, or after MAX_MS; whatever is first. */
    int (*wait)(void *context, struct hv_transport *transport, uint64_t until_ms, uint64_t max_ms, struct hv_error *err);
    /* Fills BYTES; false when there is no randomness to be had. */
    bool (*random)(void *context, void *bytes, size_t n_bytes);
    void *context;
};

/* CLOCK_MONOTONIC, the transport's wait, getrandom. */
extern const struct hv_platform hv_platform_real;

#endif
