/* One request envelope: its headers under the rules of wsman.md 1.5. */
#include "message.h"

#include <string.h>

#include "base/duration.h"
#include "base/size.h"
#include "base/text.h"
#include "names.h"

enum { SHORTEST_TIMEOUT_MS = 500 };

void sim_message_deinit(struct sim_message *message) {
    if (message->doc)
        xmlFreeDoc(message->doc);
    free(message->action);
    free(message->message_id);
    free(message->fragment);
    free(message->fragment_dialect);
    free(message->identifier);
    sim_resource_deinit(&message->resource);
    *message = (struct sim_message){ 0 };
}

/* A reader of one header; the headers that have none are understood and ignored. */
struct reading {
    struct sim_message *message;
    const struct sim_limits *limits;
    struct sim_soap_fault *fault;
    const xmlNode *resource_uri;
    const xmlNode *selector_set;
    bool has_reply_to;
    bool has_to;
};
typedef bool (*read_fn)(struct reading *reading, const xmlNode *node);

static bool keep_token(struct reading *reading, const xmlNode *node, char **target) {
    *target = sim_dom_token(node);
    return *target || sim_fail_memory(reading->fault);
}

static bool read_to(struct reading *reading, const xmlNode *node) {
    (void)node;
    reading->has_to = true;
    return true;
}

static bool read_action(struct reading *reading, const xmlNode *node) {
    return keep_token(reading, node, &reading->message->action);
}

static bool read_resource_uri(struct reading *reading, const xmlNode *node) {
    reading->resource_uri = node;
    return true;
}

static bool read_selector_set(struct reading *reading, const xmlNode *node) {
    reading->selector_set = node;
    return true;
}

static bool read_anonymous(struct reading *reading, const xmlNode *node) {
    HV_CLEANUP_FREE char *address = sim_dom_token(sim_dom_child(node, SIM_NS_ADDR, "Address"));

    if (!address)
        return sim_fail_memory(reading->fault);
    if (!*address)
        return sim_fail(reading->fault, SIM_F_MESSAGE_HEADER_REQUIRED, "The header %s has no a:Address.", sim_dom_name(node));
    if (strcmp(address, SIM_ANONYMOUS) != 0)
        return sim_fail_detail(reading->fault, SIM_F_UNSUPPORTED_FEATURE, "AddressingMode",
                               "The header %s must hold the anonymous address.", sim_dom_name(node));
    return true;
}

static bool read_reply_to(struct reading *reading, const xmlNode *node) {
    reading->has_reply_to = true;
    return read_anonymous(reading, node);
}

static bool read_message_id(struct reading *reading, const xmlNode *node) {
    HV_CLEANUP_FREE char *id = sim_dom_token(node);

    if (!id)
        return sim_fail_memory(reading->fault);
    if (!*id || strlen(id) > SIM_MAX_MESSAGE_ID)
        return sim_fail(reading->fault, SIM_F_INVALID_MESSAGE_HEADER, "a:MessageID is empty or too long.");
    reading->message->message_id = id;
    id = NULL;
    return true;
}

static bool read_envelope_size(struct reading *reading, const xmlNode *node) {
    HV_CLEANUP_FREE char *text = sim_dom_token(node);
    struct sim_message *message = reading->message;

    if (!text)
        return sim_fail_memory(reading->fault);
    if (!hv_text_u64(text, strlen(text), 0, UINT64_MAX, &message->asked_bytes))
        return sim_fail(reading->fault, SIM_F_SCHEMA_VALIDATION, "w:MaxEnvelopeSize is no number of bytes.");
    if (message->asked_bytes < reading->limits->least_envelope_bytes)
        return sim_fail(reading->fault, SIM_F_MIN_ENVELOPE_SIZE, NULL);
    if (message->asked_bytes < reading->limits->envelope_bytes)
        message->envelope_bytes = message->asked_bytes;
    return true;
}

static bool read_timeout(struct reading *reading, const xmlNode *node) {
    HV_CLEANUP_FREE char *text = sim_dom_token(node);
    uint64_t ms;

    if (!text)
        return sim_fail_memory(reading->fault);
    /* The faultDetail InvalidTimeout with the code of the addressing fault is what was recorded (wsman.md 5.3). */
    if (!hv_duration_parse_iso(text, &ms))
        return sim_fail_detail(reading->fault, SIM_F_INVALID_MESSAGE_HEADER, "InvalidTimeout",
                               "w:OperationTimeout is no duration: %s", text);
    if (ms < SHORTEST_TIMEOUT_MS)
        ms = SHORTEST_TIMEOUT_MS;
    if (ms < reading->message->timeout_ms)
        reading->message->timeout_ms = ms;
    return true;
}

static bool read_locale(struct reading *reading, const xmlNode *node) {
    if (sim_dom_flag(node, SIM_NS_SOAP, "mustUnderstand"))
        return sim_fail(reading->fault, SIM_F_LOCALE, NULL);
    return true;
}

static bool read_identifier(struct reading *reading, const xmlNode *node) {
    return keep_token(reading, node, &reading->message->identifier);
}

static bool read_sequence(struct reading *reading, const xmlNode *node) {
    HV_CLEANUP_FREE char *text = sim_dom_token(node);

    if (!text)
        return sim_fail_memory(reading->fault);
    if (strcmp(text, "1") != 0)
        return sim_fail(reading->fault, SIM_F_INVALID_MESSAGE_HEADER, "p:SequenceId must be 1.");
    return true;
}

static bool read_fragment(struct reading *reading, const xmlNode *node) {
    if (!sim_dom_flag(node, SIM_NS_SOAP, "mustUnderstand"))
        return sim_fail(reading->fault, SIM_F_INVALID_MESSAGE_HEADER, "w:FragmentTransfer needs mustUnderstand true.");
    reading->message->fragment_dialect = sim_dom_attr(node, NULL, "Dialect");
    return keep_token(reading, node, &reading->message->fragment);
}

/* Names come with and without a prefix (wsman.md 1.5). */
static void note_option(struct sim_message *message, const char *name, const xmlNode *node) {
    static const char *const names[] = {
        [SIM_OPTION_PRECISE_ARRAYS] = "UsePreciseArrays",
        [SIM_OPTION_INHERITED] = "IncludeInheritedElements",
        [SIM_OPTION_QUALIFIERS] = "IncludeQualifiers",
        [SIM_OPTION_CLASS_ORIGIN] = "IncludeClassOrigin",
    };
    HV_CLEANUP_FREE char *value = sim_dom_token(node);
    const char *colon = strrchr(name, ':');

    if (!value || (!hv_text_same(value, "true") && strcmp(value, "1") != 0))
        return;
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++)
        if (hv_text_same(colon ? colon + 1 : name, names[i]))
            message->options |= 1U << i;
}

static bool read_options(struct reading *reading, const xmlNode *set) {
    for (const xmlNode *node = sim_dom_first(set); node; node = sim_dom_next(node)) {
        HV_CLEANUP_FREE char *name = sim_dom_attr(node, NULL, "Name");

        if (!sim_dom_is(node, SIM_NS_WSMAN, "Option") || !name || !*name)
            return sim_fail(reading->fault, SIM_F_INVALID_OPTIONS,
                            "An option has no name, or something else stands in OptionSet.");
        note_option(reading->message, name, node);
    }
    return true;
}

static const struct header {
    const char *ns;
    const char *name;
    read_fn read; /* NULL: understood, without effect */
} headers[] = {
    { SIM_NS_ADDR, "To", read_to },
    { SIM_NS_ADDR, "Action", read_action },
    { SIM_NS_ADDR, "ReplyTo", read_reply_to },
    { SIM_NS_ADDR, "FaultTo", read_anonymous },
    { SIM_NS_ADDR, "MessageID", read_message_id },
    { SIM_NS_ADDR, "From", NULL },
    { SIM_NS_WSMAN, "ResourceURI", read_resource_uri },
    { SIM_NS_WSMAN, "SelectorSet", read_selector_set },
    { SIM_NS_WSMAN, "MaxEnvelopeSize", read_envelope_size },
    { SIM_NS_WSMAN, "OperationTimeout", read_timeout },
    { SIM_NS_WSMAN, "Locale", read_locale },
    { SIM_NS_WSMAN, "OptionSet", read_options },
    { SIM_NS_WSMAN, "FragmentTransfer", read_fragment },
    { SIM_NS_WSMAN, "RequestEPR", NULL },
    { SIM_NS_WSMAN, "RequestTotalItemsCountEstimate", NULL },
    { SIM_NS_EVENT, "Identifier", read_identifier },
    { SIM_NS_MSWSMAN, "DataLocale", read_locale },
    { SIM_NS_MSWSMAN, "SessionId", NULL },
    { SIM_NS_MSWSMAN, "OperationID", NULL },
    { SIM_NS_MSWSMAN, "SequenceId", read_sequence },
    { SIM_NS_MSWSMAN, "ActivityId", NULL },
};

static bool read_header(struct reading *reading, const xmlNode *node, uint64_t *seen) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(headers); i++) {
        if (!sim_dom_is(node, headers[i].ns, headers[i].name))
            continue;
        if (*seen & (uint64_t)1 << i)
            return sim_fail(reading->fault, SIM_F_INVALID_MESSAGE_HEADER, "The header %s is there twice.", headers[i].name);
        *seen |= (uint64_t)1 << i;
        return !headers[i].read || headers[i].read(reading, node);
    }
    if (sim_dom_flag(node, SIM_NS_SOAP, "mustUnderstand"))
        return sim_fail(reading->fault, SIM_F_MUST_UNDERSTAND, "The header %s in namespace %s is not understood.",
                        sim_dom_name(node), sim_dom_ns(node));
    return true;
}

/* Headers that other refusals must not hide: RelatesTo of the fault needs the message ID wherever it stands. */
static bool read_headers(struct reading *reading, const xmlNode *header) {
    struct sim_soap_fault first;
    uint64_t seen = 0;
    bool good = true;

    for (const xmlNode *node = sim_dom_first(header); node; node = sim_dom_next(node)) {
        if (good && !read_header(reading, node, &seen)) {
            good = false;
            first = *reading->fault;
        } else if (!good && !reading->message->message_id && sim_dom_is(node, SIM_NS_ADDR, "MessageID")) {
            (void)read_message_id(reading, node);
        }
    }
    if (!good)
        *reading->fault = first;
    return good;
}

static bool check_required(const struct reading *reading) {
    const struct sim_message *message = reading->message;

    if (!message->action || !*message->action)
        return sim_fail(reading->fault, SIM_F_MESSAGE_HEADER_REQUIRED, "The header a:Action is missing.");
    if (!reading->has_to)
        return sim_fail(reading->fault, SIM_F_MESSAGE_HEADER_REQUIRED, "The header a:To is missing.");
    if (!reading->has_reply_to)
        return sim_fail(reading->fault, SIM_F_MESSAGE_HEADER_REQUIRED, "The header a:ReplyTo is missing.");
    if (!message->message_id)
        return sim_fail(reading->fault, SIM_F_INVALID_MESSAGE_HEADER, "The header a:MessageID is missing.");
    if (!reading->resource_uri)
        return sim_fail(reading->fault, SIM_F_INVALID_RESOURCE_URI, "The header w:ResourceURI is missing.");
    return true;
}

static bool find_parts(struct sim_message *message, const xmlNode **ret_header, struct sim_soap_fault *fault) {
    const xmlNode *root = xmlDocGetRootElement(message->doc);

    if (strcmp(sim_dom_name(root), "Envelope") == 0 && strcmp(sim_dom_ns(root), SIM_NS_SOAP) != 0)
        return sim_fail(fault, SIM_F_SOAP_VERSION, NULL);
    if (!sim_dom_is(root, SIM_NS_SOAP, "Envelope"))
        return sim_fail(fault, SIM_F_INVALID_BODY, "The document is no SOAP envelope.");
    *ret_header = sim_dom_child(root, SIM_NS_SOAP, "Header");
    message->body = sim_dom_child(root, SIM_NS_SOAP, "Body");
    if (!message->body || sim_dom_next(message->body))
        return sim_fail(fault, SIM_F_INVALID_BODY, "The envelope has no s:Body at its end.");
    message->payload = sim_dom_first(message->body);
    if (message->payload && sim_dom_next(message->payload))
        return sim_fail(fault, SIM_F_INVALID_BODY, "s:Body holds more than one element.");
    return true;
}

static bool is_identify(const xmlNode *payload) {
    return sim_dom_is(payload, SIM_NS_IDENTITY, "Identify") || sim_dom_is(payload, SIM_NS_IDENTIFY, "Identify");
}

bool sim_message_read(struct sim_message *message, const char *bytes, size_t n_bytes, const struct sim_limits *limits,
                      struct sim_soap_fault *fault) {
    struct reading reading = { .message = message, .limits = limits, .fault = fault };
    const xmlNode *header = NULL;
    HV_CLEANUP_FREE char *uri = NULL;

    message->envelope_bytes = limits->envelope_bytes;
    message->timeout_ms = limits->timeout_ms;
    message->doc = sim_dom_parse(bytes, n_bytes);
    if (!message->doc)
        return sim_fail(fault, SIM_F_INVALID_XML, NULL);
    if (!find_parts(message, &header, fault))
        return false;
    if (is_identify(message->payload)) {
        message->is_identify = true;
        return read_headers(&reading, header);
    }
    if (!read_headers(&reading, header) || !check_required(&reading))
        return false;
    uri = sim_dom_token(reading.resource_uri);
    if (!uri)
        return sim_fail_memory(fault);
    return sim_resource_read(uri, reading.selector_set, &message->resource, fault);
}
