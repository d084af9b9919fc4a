/* Subscribe, Renew and Unsubscribe (wsman.md 1.9; WS-Eventing 2004/08; DSP0226 10). */
#include "wsman/eventing.h"

#include "base/duration.h"
#include "base/error.h"
#include "wsman/uri.h"

enum { DEFAULT_EXPIRES_MS = 60 * 60 * 1000 };

static void put_duration(struct hv_xml_writer *writer, const char *name, uint64_t ms) {
    char text[HV_DURATION_TEXT_SIZE];

    hv_duration_format_iso(ms, text);
    hv_xml_put_element(writer, name, text);
}

static void put_filter(struct hv_xml_writer *writer, const struct hv_subscribe_options *options,
                       const struct hv_xml_node *query) {
    if (!options->wql && !query)
        return;
    hv_xml_begin(writer, "w:Filter");
    hv_xml_put_attribute(writer, "Dialect", query ? HV_DIALECT_EVENT_QUERY : HV_DIALECT_WQL);
    if (query)
        hv_xml_put_node(writer, query);
    else
        hv_xml_put_text(writer, options->wql);
    hv_xml_end(writer);
}

static void put_expires(struct hv_xml_writer *writer, const struct hv_subscribe_options *options) {
    put_duration(writer, "e:Expires", options->expires_ms ? options->expires_ms : DEFAULT_EXPIRES_MS);
}

/* Bookmarks are an affair of the event log: WMI has none. */
static void put_bookmarks(struct hv_xml_writer *writer, const struct hv_xml_node *bookmark) {
    if (bookmark) {
        hv_xml_begin(writer, "w:Bookmark");
        if (hv_xml_first(bookmark))
            hv_xml_put_node(writer, hv_xml_first(bookmark));
        else
            hv_xml_put_text(writer, hv_xml_text(bookmark));
        hv_xml_end(writer);
    }
    hv_xml_put_element(writer, "w:SendBookmarks", NULL);
}

void hv_subscribe_write(struct hv_xml_writer *writer, const struct hv_subscribe_options *options, const struct hv_xml_node *query,
                        const struct hv_xml_node *bookmark) {
    hv_xml_begin(writer, "e:Subscribe");
    hv_xml_begin(writer, "e:Delivery");
    hv_xml_put_attribute(writer, "Mode", HV_DELIVERY_PULL);
    if (options->heartbeat_ms)
        put_duration(writer, "w:Heartbeats", options->heartbeat_ms);
    hv_xml_end(writer);
    put_expires(writer, options);
    put_filter(writer, options, query);
    if (!options->wql)
        put_bookmarks(writer, bookmark);
    hv_xml_end(writer);
}

void hv_unsubscribe_write(struct hv_xml_writer *writer) {
    hv_xml_put_element(writer, "e:Unsubscribe", NULL);
}

void hv_renew_write(struct hv_xml_writer *writer, const struct hv_subscribe_options *options) {
    hv_xml_begin(writer, "e:Renew");
    put_expires(writer, options);
    hv_xml_end(writer);
}

static const char *word_of(const struct hv_xml_node *node) {
    return node && *hv_xml_word(node) ? hv_xml_word(node) : NULL;
}

/* PT0S is no end (wsman.md 1.9). A point in time would be one of the host's clock, which nobody here knows. */
static uint64_t read_expires(const struct hv_xml_node *response) {
    const struct hv_xml_node *expires = hv_xml_child(response, HV_NS_EVENTING, "Expires");
    uint64_t ms = 0;

    return expires && hv_duration_parse_iso(hv_xml_word(expires), &ms) ? ms : 0;
}

int hv_renewed_parse(const struct hv_envelope *envelope, uint64_t *ret_expires_ms, struct hv_error *err) {
    const struct hv_xml_node *response = hv_xml_child(hv_envelope_body(envelope), HV_NS_EVENTING, "RenewResponse");

    if (!response)
        return hv_error_set(err, HV_E_PROTOCOL, "the answer to a Renew holds no RenewResponse");
    *ret_expires_ms = read_expires(response);
    return 0;
}

int hv_subscribed_parse(const struct hv_envelope *envelope, struct hv_subscribed *ret_subscribed, struct hv_error *err) {
    const struct hv_xml_node *body = hv_envelope_body(envelope);
    const struct hv_xml_node *response = hv_xml_child(body, HV_NS_EVENTING, "SubscribeResponse");
    const struct hv_xml_node *manager = hv_xml_child(response, HV_NS_EVENTING, "SubscriptionManager");
    struct hv_subscribed subscribed;

    if (!response)
        return hv_error_set(err, HV_E_PROTOCOL, "the answer to a Subscribe holds no SubscribeResponse");
    /* Some put the context beside the response, others into it. */
    subscribed.context = word_of(hv_xml_descendant(body, HV_NS_ENUMERATION, "EnumerationContext"));
    subscribed.identifier = word_of(hv_xml_descendant(manager, HV_NS_EVENTING, "Identifier"));
    subscribed.resource_uri = word_of(hv_xml_descendant(manager, HV_NS_WSMAN, "ResourceURI"));
    subscribed.expires_ms = read_expires(response);
    if (!subscribed.context)
        return hv_error_set(err, HV_E_PROTOCOL, "the host accepted the subscription but gave nothing to fetch its events with");
    *ret_subscribed = subscribed;
    return 0;
}
