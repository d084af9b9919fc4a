/* Pull subscriptions (wsman.md 1.9; WS-Eventing 2004/08; DSP0226 10). */
#ifndef WSMAN_EVENTING_H
#define WSMAN_EVENTING_H

#include <hvctl/wsman.h>

#include "wsman/envelope.h"

/*
 * Writes e:Subscribe inside an open body. QUERY is the parsed event query of OPTIONS, NULL when there is none; BOOKMARK is the
 * content of the last w:Bookmark, NULL to begin with what comes next.
 */
void hv_subscribe_write(struct hv_xml_writer *writer, const struct hv_subscribe_options *options, const struct hv_xml_node *query,
                        const struct hv_xml_node *bookmark);
void hv_unsubscribe_write(struct hv_xml_writer *writer);
/* e:Renew for as long as OPTIONS want. */
void hv_renew_write(struct hv_xml_writer *writer, const struct hv_subscribe_options *options);

/* What a SubscribeResponse says; texts live as long as the envelope. */
struct hv_subscribed {
    const char *context;      /* to pull with */
    const char *identifier;   /* to unsubscribe with; NULL when the host gave none */
    const char *resource_uri; /* of the manager; NULL when the host gave none */
    uint64_t expires_ms;      /* how long it lasts; 0: for ever, or the host did not say it as a duration */
};

/* Errors: PROTOCOL (no such answer, or nothing to pull with). */
HV_MUST_CHECK int hv_subscribed_parse(const struct hv_envelope *envelope, struct hv_subscribed *ret_subscribed,
                                      struct hv_error *err);
/* What a RenewResponse grants, as in expires_ms. Errors: PROTOCOL. */
HV_MUST_CHECK int hv_renewed_parse(const struct hv_envelope *envelope, uint64_t *ret_expires_ms, struct hv_error *err);

#endif
