/*
 * One operation on one host, from its first request to its end: queued, sent, retried, continued, given up.
 */
#ifndef DRIVER_EXCHANGE_H
#define DRIVER_EXCHANGE_H

#include "base/buf.h"
#include "base/uuid.h"
#include "driver/host.h"
#include "engine/op.h"

enum {
    HV_EXCHANGE_TRIES = 4,
    HV_EXCHANGE_PAUSE_FIRST_MS = 500, /* doubled after each try */
    HV_EXCHANGE_PAUSE_LONGEST_MS = 8000,
    HV_EXCHANGE_RELEASE_TIMEOUT_MS = 2000,
    /* One may be passing. Domains lock an account after a few, five being usual, and source and destination may share theirs. */
    HV_EXCHANGE_MAX_REFUSED = 2,
};

struct hv_exchange;

/* Whose it is. Either function may start and stop other exchanges. */
struct hv_exchange_owner {
    /* May be NULL. Before an answer is looked at. */
    void (*on_answer)(void *context, const struct hv_answer *answer);
    /* ERR is NULL when the operation is done. OP lives until the function returns. */
    void (*on_end)(void *context, uint32_t tag, struct hv_op *op, const struct hv_error *err);
    void *context;
    uint32_t tag;
    unsigned n_tries; /* at most; 1: failures are the owner's to judge */
};

enum hv_exchange_state {
    HV_EXCHANGE_WAITING, /* for a connection */
    HV_EXCHANGE_FLYING,
    HV_EXCHANGE_PAUSING, /* until due_ms */
};

struct hv_exchange {
    struct hv_exchange *next;
    struct hv_host *host;
    struct hv_op *op;
    struct hv_exchange_owner owner; /* zeroed for a Release that nobody waits for */
    enum hv_exchange_state state;
    unsigned n_tries;
    bool is_release;
    uint64_t due_ms;
    uint64_t sent_ms;
    unsigned n_refused; /* of the host, when it was sent */
    char message_id[HV_UUID_TEXT_SIZE];
    struct hv_buf bytes;
};

/* Queues OP_TAKE on HOST. Errors: MEMORY. */
HV_MUST_CHECK int hv_exchange_start(struct hv_host *host, struct hv_op *op_take, const struct hv_exchange_owner *owner,
                                    struct hv_error *err);
/* Stops every exchange on HOST that CONTEXT owns, without another word to it; enumerations left open are released. */
void hv_exchange_stop_all(struct hv_host *host, const void *context);
/* Sends what may go now. */
void hv_exchange_send_ready(struct hv_host *host);
/* When the next one may go; 0: at once; UINT64_MAX: none. */
uint64_t hv_exchange_due_ms(const struct hv_host *host);
/* An ended request, RESULT->user being the exchange. */
void hv_exchange_handle(const struct hv_result *result);
/* Frees without a word. */
void hv_exchange_drop_all(struct hv_host *host);

#endif
