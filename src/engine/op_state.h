/* What an operation holds: for the files that make one (op_new.c) and that carry it on (op.c, op_pull.c). */
#ifndef ENGINE_OP_STATE_H
#define ENGINE_OP_STATE_H

#include "cim/class.h"
#include "cim/params.h"
#include "engine/op.h"
#include "engine/page.h"
#include "wsman/envelope.h"

enum hv_op_kind {
    HV_OP_IDENTIFY,
    HV_OP_GET,
    HV_OP_PUT,
    HV_OP_CREATE,
    HV_OP_DELETE,
    HV_OP_INVOKE,
    HV_OP_DESCRIBE,
    HV_OP_ENUMERATE,
    HV_OP_SUBSCRIBE,
};

enum hv_op_phase {
    HV_OP_FIRST,  /* the only request, or the one that opens something at the host */
    HV_OP_PULL,   /* goes on with what is open */
    HV_OP_RENEW,  /* keeps what is open from being forgotten */
    HV_OP_REOPEN, /* closes it, to begin anew */
    HV_OP_CLOSE,  /* closes it, to end */
    HV_OP_OVER,
};

struct hv_op {
    enum hv_op_kind kind;
    enum hv_op_phase phase;
    char *name;
    struct hv_epr *target; /* NULL for Identify */
    char *message_id;      /* of the last build */
    bool is_anonymous;
    bool is_precise; /* ask for precise arrays */
    bool built;      /* the one request of an operation that is sent once was made */

    char *fragment;            /* Get, Put: NULL for the whole */
    struct hv_instance *value; /* Put, Create: what is sent */
    char *method;
    char *action; /* Invoke: RESOURCE_URI/METHOD */
    char *input;  /* "p:METHOD_INPUT" */
    struct hv_params *params;

    struct hv_enumerate_options options; /* texts belong to target and to what follows */
    char *wql;
    struct hv_epr *selectors;
    struct hv_association association;
    struct hv_epr *object;
    char *association_texts[4];

    struct hv_subscribe_options subscription;
    struct hv_xml_doc *query;   /* the event query; NULL when there is none */
    struct hv_envelope *marked; /* the last answer that had a bookmark; NULL when none had */
    struct hv_epr *manager;     /* to unsubscribe at; NULL: at the target */
    char *identifier;
    uint64_t n_events;
    uint64_t granted_ms;  /* how long the host keeps it; 0: no need to renew, or no use */
    uint64_t renew_at_ms; /* 0: to be set with the next request */
    bool renewed;         /* just now: a Pull comes first, however little was granted */

    char *enum_context; /* NULL while nothing is open at the host */
    uint32_t max_envelope_size;
    unsigned n_again;
    unsigned n_restarts;
    struct hv_page_reader reader;

    bool by_enumeration;      /* Describe: the Get was refused */
    struct hv_error *refusal; /* with this; NULL when there was no memory to keep it */

    struct hv_identity identity;
    bool has_identity;
    struct hv_instance *instance;
    struct hv_epr *created;
    struct hv_class *description;
};

/* op_pull.c: the answers to what opens, goes on with and closes an enumeration or a subscription; outcomes of hv_op_feed. */
HV_MUST_CHECK int hv_op_feed_page(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err);
/* ENVELOPE_TAKE is set to NULL when it is kept. */
HV_MUST_CHECK int hv_op_feed_events(struct hv_op *op, struct hv_envelope **envelope_take, struct hv_error *err);
HV_MUST_CHECK int hv_op_feed_class(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err);
/* A fault or an answer that is none: what to do about it, or its own code when nothing can be done; an earlier one may replace
 * it. */
HV_MUST_CHECK int hv_op_judge(struct hv_op *op, struct hv_error *fault);

#endif
