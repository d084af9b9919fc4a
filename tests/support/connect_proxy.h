/*
 * A small CONNECT proxy on 127.0.0.1: one thread, one tunnel at a time, every name leads to 127.0.0.1. What it was sent before
 * the tunnel is kept.
 */
#ifndef SUPPORT_CONNECT_PROXY_H
#define SUPPORT_CONNECT_PROXY_H

#include <pthread.h>
#include <stdint.h>

enum {
    CONNECT_PROXY_MAX_HEADS = 16,
    CONNECT_PROXY_HEAD_SIZE = 4096,
};

struct connect_proxy {
    int listener;
    int wake[2]; /* a pipe whose end ends the tunnels */
    uint16_t port;
    pthread_t thread;
    const char *authorization; /* "Basic ..." that is wanted; NULL: none */
    const char *refusal; /* status line of the answer to everything, such as "502 Bad Gateway"; "": it hangs up; NULL: none */
    const char *offer;   /* Proxy-Authenticate of a 407; NULL: Basic */
    unsigned n_tunnels;
    unsigned n_heads;
    char heads[CONNECT_PROXY_MAX_HEADS][CONNECT_PROXY_HEAD_SIZE];
};

/* What decides is set in PROXY before. */
void connect_proxy_start(struct connect_proxy *proxy);
/* Ends tunnels too. Afterwards what it counted and kept may be looked at. */
void connect_proxy_stop(struct connect_proxy *proxy);

#endif
