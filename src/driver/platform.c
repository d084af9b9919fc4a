/* The real platform. */
#include "driver/platform.h"

#include <sys/random.h>
#include <time.h>

static uint64_t now(void *context) {
    struct timespec time;

    (void)context;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static int wait_until(void *context, struct hv_transport *transport, uint64_t until_ms, uint64_t max_ms, struct hv_error *err) {
    uint64_t now_ms = now(context);
    uint64_t left_ms = until_ms > now_ms ? until_ms - now_ms : 0;

    return hv_transport_wait(transport, left_ms < max_ms ? left_ms : max_ms, err);
}

static bool fill_random(void *context, void *bytes, size_t n_bytes) {
    (void)context;
    return getrandom(bytes, n_bytes, 0) == (ssize_t)n_bytes;
}

const struct hv_platform hv_platform_real = { .now = now, .wait = wait_until, .random = fill_random };
