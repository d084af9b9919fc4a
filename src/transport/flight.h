/*
 * One request on its way: signing in first where its session is not signed in, and again where the connection was lost. Does no
 * input or output itself: each call says what is to be done next, and is told what came of it.
 */
#ifndef TRANSPORT_FLIGHT_H
#define TRANSPORT_FLIGHT_H

#include "transport/interface.h"
#include "transport/seal.h"
#include "transport/session.h"
#include "transport/transfer.h"
#include "transport/worker.h"

enum {
    HV_FLIGHT_MAX_SIGN_INS = 4, /* of one request: the first, and after lost connections */
    HV_FLIGHT_MAX_LEGS = 32,    /* of one sign-in */
};

enum hv_flight_next {
    HV_FLIGHT_SEND, /* flight->transfer */
    HV_FLIGHT_TURN, /* flight->turn is for the worker */
    HV_FLIGHT_END,  /* flight->result tells */
};

enum hv_flight_state {
    HV_FLIGHT_PROBING, /* a request without sign-in and body: what does the host offer, and by which certificate? */
    HV_FLIGHT_TURNING,
    HV_FLIGHT_TALKING, /* a token is on its way */
    HV_FLIGHT_ASKING,  /* the request itself is */
};

struct hv_flight {
    struct hv_flight *next;
    struct hv_request request;
    uint64_t connect_timeout_ms;
    struct hv_session *session; /* NULL: signs in by a header, or not at all */
    enum hv_flight_state state;
    struct hv_transfer *transfer;
    struct hv_turn *turn;
    uint64_t sign_in_ms; /* time left for it, KDCs apart */
    unsigned n_sign_ins;
    unsigned n_legs;
    bool let_in;   /* the last answer to a token was no 401 */
    bool has_left; /* a copy of the request, before the present transfer */
    bool fresh;    /* no connection that is there would do */
    struct hv_buf header;
    struct hv_buf sealed;                    /* the request, where it is sent encrypted */
    char plain_type[HV_SEAL_TYPE_MAX_BYTES]; /* the answer, where it came so */
    struct hv_buf plain;
    struct hv_error failure; /* of the first scheme that failed */
    struct hv_buf failures;  /* of all, a clause each */
    unsigned n_failures;
    struct hv_result result;
};

/* SESSION may be NULL; it and what REQUEST points to outlive the flight. Errors: MEMORY. */
HV_MUST_CHECK int hv_flight_new(const struct hv_request *request, uint64_t connect_timeout_ms, struct hv_session *session,
                                struct hv_flight **ret_flight, struct hv_error *err);
/* Its transfer is out of the multi handle, its turn not with the worker. Accepts NULL; returns NULL. */
struct hv_flight *hv_flight_free(struct hv_flight *flight);
HV_DEFINE_CLEANUP(struct hv_flight *, hv_flight_free)

enum hv_flight_next hv_flight_begin(struct hv_flight *flight);
/* The transfer ended, and is out of the multi handle. */
enum hv_flight_next hv_flight_on_transfer(struct hv_flight *flight, CURLcode code);
/* The worker is done with the turn. */
enum hv_flight_next hv_flight_on_turn(struct hv_flight *flight);

#endif
