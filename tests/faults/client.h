/*
 * hvctl in a process of its own: the whole command, from argv to its exit code, with a transport that asks over a socket and a
 * clock that goes on when there is something to wait for.
 */
#ifndef FAULTS_CLIENT_H
#define FAULTS_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    CLIENT_MAX_HOSTS = 32,
    CLIENT_LEAKED = 97,      /* exit status: memory was left */
    CLIENT_LEFT_OPEN = 96,   /* descriptors were left */
    CLIENT_NOT_STARTED = 95, /* it could not be set up */
    CLIENT_LATENCY_MS = 20,  /* until an answer is there */
};

struct client_plan {
    const char *const *argv;  /* NULL ends it; argv[0] is "hvctl" */
    const char *const *hosts; /* names of the hosts that can be reached; NULL ends them */
    uint64_t now_ms;
    uint64_t seed;
    bool counts_memory; /* it looks for leaks at its end, which takes its time */
    int out;            /* descriptors for its stdout and stderr */
    int err;
};

/* Once, before the first. */
void client_prepare(void);
/* Starts it; *ret_fd is where it asks. -1 when it cannot be had. */
pid_t client_start(const struct client_plan *plan, int *ret_fd);

#endif
