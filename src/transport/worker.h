/*
 * The one thread that the transport may own: it takes turns of sign-ins, which may wait long for a KDC that does not answer, so
 * that traffic with other hosts goes on (design.md 1). It knows neither connections nor libcurl.
 */
#ifndef TRANSPORT_WORKER_H
#define TRANSPORT_WORKER_H

#include "transport/mech.h"

struct hv_worker;

/* One turn: what the peer sent, and what came of it. */
struct hv_turn {
    struct hv_turn *next;
    struct hv_mech *mech; /* the turn's as long as the worker has it */
    struct hv_buf in;
    struct hv_buf out;
    int result; /* of the mech's step */
    struct hv_error error;
    void *user;
};

/* IN is copied. Errors: MEMORY. */
HV_MUST_CHECK int hv_turn_new(const void *in, size_t n_in, void *user, struct hv_turn **ret_turn, struct hv_error *err);
/* Frees its mech too. Accepts NULL; returns NULL. */
struct hv_turn *hv_turn_free(struct hv_turn *turn);
HV_DEFINE_CLEANUP(struct hv_turn *, hv_turn_free)

/* Takes the turn here and now: for mechanisms that ask nobody. */
void hv_turn_take(struct hv_turn *turn);

/* WAKE is called, from the thread, whenever a turn is done. The thread begins with the first turn. Errors: MEMORY. */
HV_MUST_CHECK int hv_worker_new(void (*wake)(void *context), void *context, struct hv_worker **ret_worker, struct hv_error *err);
/* Does not wait: a turn under way goes on until it ends, and is freed then. Accepts NULL; returns NULL. */
struct hv_worker *hv_worker_free(struct hv_worker *worker);

/* Errors: MEMORY (no thread can be had); the turn is still the caller's then. */
HV_MUST_CHECK int hv_worker_submit(struct hv_worker *worker, struct hv_turn *turn, struct hv_error *err);
/* A turn that is done, the caller's again; NULL: none. */
struct hv_turn *hv_worker_collect(struct hv_worker *worker);
/* Forgets TURN, submitted before and not collected: it is freed, at once or when it ends. */
void hv_worker_abandon(struct hv_worker *worker, struct hv_turn *turn);

#endif
