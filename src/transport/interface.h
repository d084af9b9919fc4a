/*
 * Carries requests to hosts and answers back, and judges neither. Three verbs that do not block (submit, collect, cancel) and one
 * that does (wait). Whoever implements this signs in and verifies the peer too, so what passes here holds no secret.
 */
#ifndef TRANSPORT_INTERFACE_H
#define TRANSPORT_INTERFACE_H

#include "base/answer.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "transport/endpoint.h"

/* Most bytes of one answer's body: what the XML reader accepts (a WinRM envelope is 500 KiB unless the administrator raised it).
 */
enum { HV_ANSWER_MAX_BYTES = 8 * 1024 * 1024 };

struct hv_request {
    const struct hv_endpoint *endpoint; /* outlives the transport, which may stay signed in to it */
    const char *bytes;                  /* outlive the request */
    size_t n_bytes;
    uint64_t timeout_ms; /* for the answer, and as much for signing in before; what a KDC takes comes on top */
    bool at_most_once;   /* no second copy leaves, whatever happens to the connection */
    bool anonymous;      /* without credentials, and said to be so (wsman.md 1.6) */
    void *user;          /* names the request; no two under way share one */
};

struct hv_result {
    void *user;
    int code;                /* 0: answer holds; else error holds and this is its class */
    bool left;               /* bytes of the request may have left; false is proof that the peer has seen nothing */
    bool transient;          /* a failure that may pass by itself: refused, reset, dropped */
    struct hv_answer answer; /* valid until the next collect, or the end of the transport */
    struct hv_error error;   /* HV_E_LOST when at_most_once and left */
};

struct hv_transport;

struct hv_transport_vtable {
    int (*submit)(struct hv_transport *transport, const struct hv_request *request, struct hv_error *err);
    int (*collect)(struct hv_transport *transport, struct hv_result *ret_result, struct hv_error *err);
    void (*cancel)(struct hv_transport *transport, const void *user);
    int (*wait)(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err);
    void (*free)(struct hv_transport *transport);
};

/* Embedded as first member. */
struct hv_transport {
    const struct hv_transport_vtable *vtable;
};

/* Starts a request; its timeout runs from here. Errors: MEMORY. Nothing has left after a failure. */
HV_MUST_CHECK static inline int hv_transport_submit(struct hv_transport *transport, const struct hv_request *request,
                                                    struct hv_error *err) {
    return transport->vtable->submit(transport, request, err);
}

/* Outcomes: 1 a request has ended, see *ret_result; 0 none has. Errors: INTERNAL, MEMORY. */
HV_MUST_CHECK static inline int hv_transport_collect(struct hv_transport *transport, struct hv_result *ret_result,
                                                     struct hv_error *err) {
    return transport->vtable->collect(transport, ret_result, err);
}

/* Forgets the request that USER names; unknown names are ignored. What has left cannot be taken back. */
static inline void hv_transport_cancel(struct hv_transport *transport, const void *user) {
    transport->vtable->cancel(transport, user);
}

/* Returns when collect may have something to give, at the latest after MAX_MS. Errors: INTERNAL, MEMORY. */
HV_MUST_CHECK static inline int hv_transport_wait(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err) {
    return transport->vtable->wait(transport, max_ms, err);
}

/* Cancels everything. Accepts NULL; returns NULL. */
static inline struct hv_transport *hv_transport_free(struct hv_transport *transport) {
    if (transport)
        transport->vtable->free(transport);
    return NULL;
}
HV_DEFINE_CLEANUP(struct hv_transport *, hv_transport_free)

#endif
