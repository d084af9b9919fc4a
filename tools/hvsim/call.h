/* One operation under way, and the operations themselves (wsman.md 1.6 to 1.8, 3). */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include "context.h"
#include "eventlog.h"
#include "manner.h"
#include "message.h"
#include "model.h"

/* Prefixes that WinRM declares on an envelope, by operation (wsman.md 1.5). */
enum sim_prefixes {
    SIM_PREFIXES_NONE,        /* s only */
    SIM_PREFIXES_ENUMERATION, /* s a n w */
    SIM_PREFIXES_TRANSFER,    /* s a x w p */
    SIM_PREFIXES_FAULT,       /* s a x e n w p */
    SIM_PREFIXES_EVENTING,    /* s a e n w */
};

enum sim_operation {
    SIM_OP_NONE, /* not known yet, or never */
    SIM_OP_IDENTIFY,
    SIM_OP_GET,
    SIM_OP_PUT,
    SIM_OP_CREATE,
    SIM_OP_DELETE,
    SIM_OP_ENUMERATE,
    SIM_OP_PULL,
    SIM_OP_RELEASE,
    SIM_OP_INVOKE,
    SIM_OP_SUBSCRIBE,
    SIM_OP_UNSUBSCRIBE,
    SIM_OP_RENEW,
};
/* "Get"; NULL for NONE. */
const char *sim_operation_name(enum sim_operation operation);

/* Makes UUIDs from a seed: the same ones from the same seed. */
struct sim_ids {
    uint64_t state;
};
enum { SIM_ID_TEXT_SIZE = 48 };
/* "uuid:8-4-4-4-12". */
void sim_ids_next(struct sim_ids *ids, char text[SIM_ID_TEXT_SIZE]);
/* A decimal number. */
void sim_ids_number(struct sim_ids *ids, char text[SIM_ID_TEXT_SIZE]);

struct sim_wire_call {
    struct sim_host *host;
    const struct sim_schema *schema;
    struct sim_contexts *contexts;
    struct sim_ids *ids;
    const struct sim_limits *limits;
    const struct sim_manner *manner;
    const struct sim_caller *caller; /* NULL: anonymous */
    bool tls;
    int64_t now_us; /* real time */
    int64_t simulated_us;
    int64_t waited_us; /* simulated time since the request came first */
    const struct sim_event_log *log;
    const struct sim_message *message;
    enum sim_operation operation;
    const char *method; /* of INVOKE, as in the action; else NULL */

    /* Filled by the operation. */
    enum sim_prefixes prefixes;
    struct hv_buf header; /* XML for the end of s:Header */
    struct hv_buf body;   /* XML for s:Body */
    bool waits;           /* a Pull found nothing yet: to be tried again soon; nothing else is filled */
    bool invoked;         /* the model was called: its refusal, if any, is about this call */
    struct sim_soap_fault fault;
};

/* Which operation the action asks for; *ret_method points into the message. Faults: ACTION_NOT_SUPPORTED, ACTION_MISMATCH. */
bool sim_operation_find(const struct sim_message *message, enum sim_operation *ret_operation, const char **ret_method,
                        struct sim_soap_fault *fault);

/* Each fills header and body and returns true, or fills the fault and returns false. */
bool sim_identify(struct sim_wire_call *call);
bool sim_get(struct sim_wire_call *call);
bool sim_put(struct sim_wire_call *call);
bool sim_create(struct sim_wire_call *call);
bool sim_delete(struct sim_wire_call *call);
bool sim_enumerate(struct sim_wire_call *call);
bool sim_pull(struct sim_wire_call *call);
bool sim_release(struct sim_wire_call *call);
bool sim_invoke(struct sim_wire_call *call);
bool sim_subscribe(struct sim_wire_call *call);
bool sim_unsubscribe(struct sim_wire_call *call);
bool sim_renew(struct sim_wire_call *call);
/* Pull of a subscription. */
bool sim_pull_events(struct sim_wire_call *call, struct sim_context *context, uint64_t max_items);

/* A context for the enumeration, which is consumed. */
bool sim_call_open_context(struct sim_wire_call *call, struct sim_enumeration *enumeration_take, char id[SIM_ID_TEXT_SIZE]);
/* PullResponse with these items and the context that follows. */
bool sim_call_answer_pull(struct sim_wire_call *call, struct sim_context *context, const struct hv_buf *items);
/* For troubles: the context that a Pull or Release names, if any, is removed. */
void sim_call_forget_context(struct sim_wire_call *call);
/* MaxElements of an Enumerate or Pull in either namespace, 1 without. */
uint64_t sim_call_max_elements(const struct sim_wire_call *call);
/* How the answer is written. */
struct sim_writing sim_call_writing(const struct sim_wire_call *call);
/* The object that the selectors name. */
bool sim_call_object(struct sim_wire_call *call, const struct sim_class *class_, struct sim_object **ret_object);
/* The property that w:FragmentTransfer names: its plain name, perhaps with /text(). */
bool sim_call_fragment(struct sim_wire_call *call, const struct sim_object *object, const struct sim_property **ret_property,
                       bool *ret_text_only);
/* The fragment as the whole answer. */
bool sim_call_answer_fragment(struct sim_wire_call *call, const struct sim_object *object, const struct sim_property *property,
                              bool text_only);
/* The class named in the resource URI. Faults: namespace or class unknown. */
bool sim_call_class(struct sim_wire_call *call, const struct sim_class **ret_class);
/* The selectors are keys of the class, and some are there where the class has keys. */
bool sim_call_selectors(struct sim_wire_call *call, const struct sim_class *class_);

/* Whole answer: envelope around header and body. RELATES_TO NULL: none. False: out of memory or limit. */
bool sim_envelope_write(struct sim_wire_call *call, const char *action, const char *relates_to, struct hv_buf *out);
bool sim_envelope_fault(struct sim_wire_call *call, const char *relates_to, struct hv_buf *out);

#endif
