/*
 * One WS-Management operation as a resumable object without I/O: build gives the next request, feed takes its answer and says
 * whether there is another request to make. Most take one exchange, an enumeration one or more, a subscription any number.
 */
#ifndef ENGINE_OP_H
#define ENGINE_OP_H

#include <hvctl/class.h>
#include <hvctl/wsman.h>

#include "base/answer.h"
#include "base/buf.h"

struct hv_op;

/* Process-wide start-up of what is below; once, before any thread. */
void hv_op_process_init(void);

/* Outcomes of hv_op_feed and hv_op_stop. */
enum {
    HV_OP_DONE = 0,
    HV_OP_MORE = 1,  /* build the next request */
    HV_OP_AGAIN = 2, /* nothing yet ("timed out" on a pull): build and send the same request again */
};

HV_MUST_CHECK int hv_op_new_identify(struct hv_op **ret_op, struct hv_error *err);
/* Without credentials (HTTP header WSMANIDENTIFY). */
HV_MUST_CHECK int hv_op_new_identify_anonymous(struct hv_op **ret_op, struct hv_error *err);
HV_MUST_CHECK int hv_op_new_get(const struct hv_epr *target, struct hv_op **ret_op, struct hv_error *err);
/* Without on_item the instances are collected for hv_op_instances, up to HV_OP_MAX_HELD, some 60,000 of them. */
HV_MUST_CHECK int hv_op_new_enumerate(const struct hv_enumerate_options *options, struct hv_op **ret_op, struct hv_error *err);
HV_MUST_CHECK int hv_op_new_invoke(const struct hv_epr *target, const char *method, const struct hv_params *params,
                                   struct hv_op **ret_op, struct hv_error *err);
HV_MUST_CHECK int hv_op_new_get_fragment(const struct hv_epr *target, const char *fragment, struct hv_op **ret_op,
                                         struct hv_error *err);
/* FRAGMENT NULL: the whole instance. */
HV_MUST_CHECK int hv_op_new_put(const struct hv_epr *target, const struct hv_instance *instance, const char *fragment,
                                struct hv_op **ret_op, struct hv_error *err);
HV_MUST_CHECK int hv_op_new_create(const struct hv_epr *resource, const struct hv_instance *instance, struct hv_op **ret_op,
                                   struct hv_error *err);
HV_MUST_CHECK int hv_op_new_delete(const struct hv_epr *target, struct hv_op **ret_op, struct hv_error *err);
/*
 * The description of one class: by a Get, and where the host does not know that, by the enumeration that PowerShell makes
 * (wsman.md 1.2).
 */
HV_MUST_CHECK int hv_op_new_describe(const char *cim_namespace, const char *class_name, struct hv_op **ret_op,
                                     struct hv_error *err);
/* Subscribe, then Pull again and again; a stop while it lasts asks for an Unsubscribe. */
HV_MUST_CHECK int hv_op_new_subscribe(const struct hv_subscribe_options *options, struct hv_op **ret_op, struct hv_error *err);
struct hv_op *hv_op_free(struct hv_op *op);
HV_DEFINE_CLEANUP(struct hv_op *, hv_op_free)

enum {
    HV_OP_MAX_HELD = 128 * 1024 * 1024, /* bytes of memory that these take */
    HV_OP_RENEW_PART = 4,               /* of the time that a subscription lasts, a Pull may take one in so many */
    HV_OP_SHORTEST_PULL_MS = 1000,      /* but not less than this */
    HV_OP_MAX_EMPTY = 100,              /* pages in a row without any item */
    HV_OP_MAX_AGAIN = 10,               /* HV_OP_AGAIN in a row; each takes an operation timeout. No limit for a subscription */
    HV_OP_MAX_RESTARTS = 3,             /* new beginnings of an enumeration that the host forgot, or of a subscription in a row */
};

/* What the driver decides for each request. */
struct hv_call {
    const char *to;         /* endpoint URL */
    const char *message_id; /* fresh UUID text */
    uint64_t operation_timeout_ms;
    uint32_t max_envelope_size;
    uint64_t now_ms; /* for what has to be renewed in time */
};

/*
 * Appends the request's bytes. An operation that is sent once is built once: a second build fails with INTERNAL. The pulls of an
 * enumeration keep the envelope size of its first request, as hosts demand.
 */
HV_MUST_CHECK int hv_op_build(struct hv_op *op, const struct hv_call *call, struct hv_buf *bytes, struct hv_error *err);
/* Outcomes above. After a failure only hv_op_stop, hv_op_retry and hv_op_free make sense. */
HV_MUST_CHECK int hv_op_feed(struct hv_op *op, const struct hv_answer *answer, struct hv_error *err);
/*
 * Ends an operation early. HV_OP_MORE: build and send one more request, a Release or an Unsubscribe, whose answer does not
 * matter; HV_OP_DONE: nothing is open at the host.
 */
int hv_op_stop(struct hv_op *op);

/* Sent at most once: a second copy could do something again. True for Invoke, Put, Create and Delete. */
bool hv_op_is_once(const struct hv_op *op);
/* To be sent without credentials. */
bool hv_op_is_anonymous(const struct hv_op *op);
/* May the request that failed with ERR be built and sent again later: repeatable, and the host was only busy? */
bool hv_op_retry(const struct hv_op *op, const struct hv_error *err);
/*
 * After a failure of an operation that is sent once: is it certain that the host did nothing? (hv_fault_is_refusal; the transport
 * judges failures of its own.)
 */
bool hv_op_refused(const struct hv_error *err);
/* For messages and traces: "Enumerate Msvm_ComputerSystem". Valid as long as the op. */
const char *hv_op_name(const struct hv_op *op);

/* Results, borrowed, NULL or none when the op was another or failed. */
const struct hv_identity *hv_op_identity(const struct hv_op *op);
/* Get: the instance. Put: what the host holds now, NULL when it did not say. Invoke: out parameters and ReturnValue. */
const struct hv_instance *hv_op_instance(const struct hv_op *op);
size_t hv_op_n_instances(const struct hv_op *op);
const struct hv_instance *hv_op_instance_at(const struct hv_op *op, size_t index);
/* Get, Put, Invoke: hands the instance over; NULL when there is none. */
struct hv_instance *hv_op_take_instance(struct hv_op *op);
/* Create: hands over the name of what was made. Describe: the class. NULL when there is none. */
struct hv_epr *hv_op_take_created(struct hv_op *op);
struct hv_class *hv_op_take_class(struct hv_op *op);
/* Moves the identity into *ret_identity, which is zeroed when there is none. */
void hv_op_take_identity(struct hv_op *op, struct hv_identity *ret_identity);
/* Invoke: the ReturnValue. Errors: PROTOCOL when absent or no number. */
HV_MUST_CHECK int hv_op_return_value(const struct hv_op *op, uint32_t *ret_value, struct hv_error *err);

#endif
