/* SOAP envelopes: the header block of wsman.md 1.5, and what an HTTP answer turns out to hold (wsman.md 5.5). */
#include "wsman/envelope.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/error.h"
#include "base/text.h"
#include "wsman/fault.h"
#include "wsman/uri.h"

enum {
    NUMBER_SIZE = 24,
    CHARSET_SIZE = 32,
};

struct hv_envelope {
    struct hv_xml_doc *doc;
    const struct hv_xml_node *header; /* NULL when absent */
    const struct hv_xml_node *body;
};

static void put_required(struct hv_xml_writer *writer, const char *name, const char *text) {
    hv_xml_begin(writer, name);
    hv_xml_put_attribute(writer, "s:mustUnderstand", "true");
    hv_xml_put_text(writer, text);
    hv_xml_end(writer);
}

/* Language for texts (Locale) and for numbers in them (DataLocale). A host may not insist on either (wsman.md 1.5). */
static void put_locale(struct hv_xml_writer *writer, const char *name) {
    hv_xml_begin(writer, name);
    hv_xml_put_attribute(writer, "xml:lang", "en-US");
    hv_xml_put_attribute(writer, "s:mustUnderstand", "false");
    hv_xml_end(writer);
}

static void put_message_id(struct hv_xml_writer *writer, const char *message_id) {
    hv_xml_begin(writer, "a:MessageID");
    hv_xml_put_text(writer, "uuid:");
    hv_xml_put_text(writer, message_id);
    hv_xml_end(writer);
}

static void put_reply_to(struct hv_xml_writer *writer) {
    hv_xml_begin(writer, "a:ReplyTo");
    put_required(writer, "a:Address", HV_ANONYMOUS);
    hv_xml_end(writer);
}

/* Options named "msftwinrm:..." carry that prefix as part of the name, whatever it is bound to (wsman.md 1.1). */
static void put_options(struct hv_xml_writer *writer, const struct hv_header *header) {
    if (header->n_options == 0)
        return;
    hv_xml_begin(writer, "w:OptionSet");
    for (size_t i = 0; i < header->n_options; i++) {
        hv_xml_begin(writer, "w:Option");
        hv_xml_put_attribute(writer, "Name", header->options[i].name);
        hv_xml_put_attribute(writer, "Type", header->options[i].type);
        hv_xml_put_text(writer, header->options[i].value);
        hv_xml_end(writer);
    }
    hv_xml_end(writer);
}

/* Where the request goes, and what of it is meant. */
static void put_target(struct hv_xml_writer *writer, const struct hv_header *header) {
    hv_epr_write_selectors(writer, header->target);
    put_options(writer, header);
    if (header->fragment)
        put_required(writer, "w:FragmentTransfer", header->fragment);
    if (header->identifier)
        hv_xml_put_element(writer, "e:Identifier", header->identifier);
}

void hv_envelope_begin(struct hv_xml_writer *writer, const struct hv_header *header) {
    char size[NUMBER_SIZE];
    char timeout[HV_DURATION_TEXT_SIZE];

    (void)snprintf(size, sizeof(size), "%" PRIu32, header->max_envelope_size);
    hv_duration_format_iso(header->operation_timeout_ms, timeout);

    hv_xml_begin(writer, "s:Envelope");
    hv_xml_put_attribute(writer, "xmlns:s", HV_NS_SOAP);
    hv_xml_put_attribute(writer, "xmlns:a", HV_NS_ADDRESSING);
    hv_xml_put_attribute(writer, "xmlns:w", HV_NS_WSMAN);
    hv_xml_put_attribute(writer, "xmlns:p", HV_NS_WSMAN_MS);
    hv_xml_put_attribute(writer, "xmlns:n", HV_NS_ENUMERATION);
    if (header->is_eventing)
        hv_xml_put_attribute(writer, "xmlns:e", HV_NS_EVENTING);
    hv_xml_begin(writer, "s:Header");
    hv_xml_put_element(writer, "a:To", header->to);
    put_required(writer, "w:ResourceURI", hv_epr_resource_uri(header->target));
    put_reply_to(writer);
    put_required(writer, "a:Action", header->action);
    put_required(writer, "w:MaxEnvelopeSize", size);
    put_message_id(writer, header->message_id);
    put_locale(writer, "w:Locale");
    put_locale(writer, "p:DataLocale");
    put_target(writer, header);
    hv_xml_put_element(writer, "w:OperationTimeout", timeout);
    hv_xml_end(writer);
    hv_xml_begin(writer, "s:Body");
}

void hv_envelope_end(struct hv_xml_writer *writer) {
    hv_xml_end(writer); /* s:Body */
    hv_xml_end(writer); /* s:Envelope */
}

/* Value of the charset parameter of a Content-Type (RFC 9110 8.3.1), "" when there is none. */
static void read_charset(const char *content_type, char charset[CHARSET_SIZE]) {
    const char *at = content_type;
    size_t n;

    charset[0] = '\0';
    while (at && (at = strchr(at, ';'))) {
        at += 1 + strspn(at + 1, " \t");
        if (!hv_text_starts_same(at, "charset="))
            continue;
        at += strlen("charset=");
        at += *at == '"';
        n = strcspn(at, "\"; \t");
        if (n < CHARSET_SIZE) {
            memcpy(charset, at, n);
            charset[n] = '\0';
        }
        return;
    }
}

/* Is it labelled as XML of any sort? */
static bool is_labelled_xml(const char *content_type) {
    size_t n = content_type ? strcspn(content_type, "; \t") : 0;

    return n >= 4 && (hv_text_starts_same(content_type + n - 4, "+xml") || hv_text_starts_same(content_type + n - 4, "/xml"));
}

/* Statuses under which WinRM and its kin send SOAP. */
static bool may_hold_soap(int status) {
    return (status >= 200 && status < 300) || status == 400 || status == 500;
}

static int not_soap(const struct hv_answer *answer, struct hv_error *err) {
    int r = hv_fault_from_status(answer->status, err);

    if (answer->n_bytes == 0 && answer->status < 300)
        hv_error_cause(err, "the answer is empty");
    else if (answer->status < 300 && answer->content_type)
        hv_error_cause(err, "the answer is of type %.80s", answer->content_type);
    if (answer->location && answer->status >= 300 && answer->status < 400)
        hv_error_cause(err, "it names %.300s, where neither the request nor the credentials went", answer->location);
    return r;
}

/* What a service of another make says, in its own words where it has some. */
static int older_soap(const struct hv_xml_node *root, int status, struct hv_error *err) {
    const struct hv_xml_node *body = hv_xml_child(root, HV_NS_SOAP_1_1, "Body");
    const struct hv_xml_node *fault = hv_xml_child(body, HV_NS_SOAP_1_1, "Fault");
    const struct hv_xml_node *text = hv_xml_child(fault, NULL, "faultstring");
    int r = hv_error_set(err, HV_E_PROTOCOL, "the answer is SOAP 1.1, which WS-Management does not use (HTTP status %d)", status);

    if (text && *hv_xml_word(text))
        hv_error_cause(err, "it says: %.400s", hv_xml_word(text));
    hv_error_remedy(err, "check that the URL is that of WinRM (usually https://HOST:5986/wsman), not of another web service");
    return r;
}

/* A limit of the reader was passed. */
static void explain_limit(struct hv_error *err) {
    if (err->code != HV_E_LIMIT || err->cause[0])
        return;
    hv_error_cause(err, "WinRM sends nothing of that sort: another program answers, or one that means ill");
    hv_error_remedy(err, "see what answers there: hvctl wsman identify -o xml");
}

/* The document, when its root is an envelope of SOAP 1.2. */
static int parse_soap(const struct hv_answer *answer, struct hv_xml_doc **ret_doc, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    struct hv_error why = { 0 };
    char charset[CHARSET_SIZE];
    const struct hv_xml_node *root;
    int r;

    if (!may_hold_soap(answer->status) || answer->n_bytes == 0)
        return not_soap(answer, err);
    read_charset(answer->content_type, charset);
    r = hv_xml_parse(answer->bytes, answer->n_bytes, charset, &doc, &why);
    if (r == HV_E_PROTOCOL && !is_labelled_xml(answer->content_type))
        return not_soap(answer, err);
    if (r == HV_E_PROTOCOL) {
        (void)hv_error_set(err, r, "the answer is %s", why.message);
        hv_error_cause(err, "it was damaged or cut off on its way, or another program than WinRM answers");
        hv_error_remedy(err, "try again; if it stays so, see what answers there: hvctl wsman identify -o xml");
        return r;
    }
    if (r < 0) {
        explain_limit(&why);
        return hv_error_copy(err, &why);
    }
    root = hv_xml_root(doc);
    if (hv_xml_is(root, HV_NS_SOAP_1_1, "Envelope"))
        return older_soap(root, answer->status, err);
    if (!hv_xml_is(root, HV_NS_SOAP, "Envelope")) {
        if (answer->status >= 300)
            return not_soap(answer, err);
        return hv_error_set(err, HV_E_PROTOCOL, "the answer is no SOAP 1.2 envelope but {%.200s}%.100s", hv_xml_namespace(root),
                            hv_xml_name(root));
    }
    *ret_doc = doc;
    doc = NULL;
    return 0;
}

/* Does the a:RelatesTo of an answer name the request? Faults and some servers leave it out. */
static int check_relates_to(const struct hv_xml_node *header, const char *message_id, struct hv_error *err) {
    const struct hv_xml_node *relates_to = hv_xml_child(header, HV_NS_ADDRESSING, "RelatesTo");
    const char *id = relates_to ? hv_xml_word(relates_to) : "";

    if (!message_id || !*id)
        return 0;
    if (hv_text_starts_same(id, "urn:"))
        id += strlen("urn:");
    if (hv_text_starts_same(id, "uuid:"))
        id += strlen("uuid:");
    if (hv_text_same(id, message_id))
        return 0;
    (void)hv_error_set(err, HV_E_PROTOCOL, "the answer belongs to another request (uuid:%.80s, not uuid:%.80s)", id, message_id);
    hv_error_cause(err, "the host, or a proxy between here and there, mixes up answers");
    hv_error_remedy(err, "try again, without the proxy if there is one");
    return HV_E_PROTOCOL;
}

static int open_body(struct hv_envelope *envelope, const struct hv_answer *answer, const char *message_id, struct hv_error *err) {
    const struct hv_xml_node *root = hv_xml_root(envelope->doc);
    const struct hv_xml_node *fault;
    struct hv_error record;
    int r;

    envelope->header = hv_xml_child(root, HV_NS_SOAP, "Header");
    envelope->body = hv_xml_child(root, HV_NS_SOAP, "Body");
    if (!envelope->body)
        return hv_error_set(err, HV_E_PROTOCOL, "the answer is a SOAP envelope without a body");
    r = check_relates_to(envelope->header, message_id, err);
    if (r < 0)
        return r;
    fault = hv_xml_child(envelope->body, HV_NS_SOAP, "Fault");
    if (fault) {
        r = hv_fault_read(fault, answer->status, &record);
        (void)hv_error_copy(err, &record);
        return r;
    }
    return answer->status < 300 ? 0 : not_soap(answer, err);
}

int hv_envelope_open(const struct hv_answer *answer, const char *message_id, struct hv_envelope **ret_envelope,
                     struct hv_error *err) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    int r;

    r = parse_soap(answer, &doc, err);
    if (r == 0) {
        envelope = calloc(1, sizeof(*envelope));
        if (!envelope)
            return hv_error_memory(err);
        envelope->doc = doc;
        doc = NULL;
        r = open_body(envelope, answer, message_id, err);
    }
    if (r < 0) {
        if (err && !err->http_status)
            err->http_status = answer->status;
        return r;
    }
    *ret_envelope = envelope;
    envelope = NULL;
    return 0;
}

struct hv_envelope *hv_envelope_free(struct hv_envelope *envelope) {
    if (envelope) {
        hv_xml_doc_free(envelope->doc);
        free(envelope);
    }
    return NULL;
}

const struct hv_xml_node *hv_envelope_body(const struct hv_envelope *envelope) {
    return envelope->body;
}

const struct hv_xml_node *hv_envelope_header(const struct hv_envelope *envelope, const char *namespace_uri, const char *name) {
    return hv_xml_child(envelope->header, namespace_uri, name);
}

const char *hv_envelope_action(const struct hv_envelope *envelope) {
    const struct hv_xml_node *action = hv_xml_child(envelope->header, HV_NS_ADDRESSING, "Action");

    return action ? hv_xml_word(action) : "";
}
