/* SOAP envelopes: requests built, answers opened (wsman.md 1.5, 5). */
#ifndef WSMAN_ENVELOPE_H
#define WSMAN_ENVELOPE_H

#include "base/answer.h"
#include "wsman/epr.h"
#include "xml/reader.h"
#include "xml/writer.h"

/* What an operation wants of a provider beside its parameters. */
struct hv_option {
    const char *name;
    const char *type; /* as "xs:boolean" */
    const char *value;
};

struct hv_header {
    const char *to; /* endpoint URL */
    const char *action;
    const char *message_id;      /* UUID text, without "uuid:" */
    const struct hv_epr *target; /* resource URI and selectors */
    uint64_t operation_timeout_ms;
    uint32_t max_envelope_size; /* bytes */
    const char *fragment;       /* a property that alone is meant; NULL: the whole instance */
    const char *identifier;     /* of a subscription; else NULL */
    bool is_eventing;           /* Subscribe and Unsubscribe */
    const struct hv_option *options;
    size_t n_options;
};

/* Opens envelope and body with prefixes s, a, w, p, n bound (p: Microsoft's headers), e in eventing. */
void hv_envelope_begin(struct hv_xml_writer *writer, const struct hv_header *header);
void hv_envelope_end(struct hv_xml_writer *writer);

struct hv_envelope;

/*
 * Opens the answer to the request with MESSAGE_ID (NULL: Identify, which has none). A SOAP fault, an HTTP status without SOAP, a
 * foreign RelatesTo or a body that is not SOAP fill ERR. Errors: what the fault or status means (fault.h), PROTOCOL, LIMIT,
 * MEMORY.
 */
HV_MUST_CHECK int hv_envelope_open(const struct hv_answer *answer, const char *message_id, struct hv_envelope **ret_envelope,
                                   struct hv_error *err);
struct hv_envelope *hv_envelope_free(struct hv_envelope *envelope);
HV_DEFINE_CLEANUP(struct hv_envelope *, hv_envelope_free)

/* The s:Body element; never NULL. */
const struct hv_xml_node *hv_envelope_body(const struct hv_envelope *envelope);
/* The header block {NAMESPACE_URI}NAME; NULL when absent. */
const struct hv_xml_node *hv_envelope_header(const struct hv_envelope *envelope, const char *namespace_uri, const char *name);
/* Text of the a:Action header; "" when absent. */
const char *hv_envelope_action(const struct hv_envelope *envelope);

#endif
