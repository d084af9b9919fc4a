/* Answers: envelopes, Identify, and what an action asks for. */
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "base/uuid.h"
#include "call.h"
#include "names.h"
#include "xml.h"

static const char *const operation_names[] = {
    [SIM_OP_NONE] = NULL,
    [SIM_OP_IDENTIFY] = "Identify",
    [SIM_OP_GET] = "Get",
    [SIM_OP_PUT] = "Put",
    [SIM_OP_CREATE] = "Create",
    [SIM_OP_DELETE] = "Delete",
    [SIM_OP_ENUMERATE] = "Enumerate",
    [SIM_OP_PULL] = "Pull",
    [SIM_OP_RELEASE] = "Release",
    [SIM_OP_INVOKE] = "Invoke",
    [SIM_OP_SUBSCRIBE] = "Subscribe",
    [SIM_OP_UNSUBSCRIBE] = "Unsubscribe",
    [SIM_OP_RENEW] = "Renew",
};

const char *sim_operation_name(enum sim_operation operation) {
    return operation_names[operation];
}

static const struct verb {
    const char *action;
    enum sim_operation operation;
} verbs[] = {
    { SIM_NS_XFER "/Get", SIM_OP_GET },
    { SIM_NS_XFER "/Put", SIM_OP_PUT },
    { SIM_NS_XFER "/Create", SIM_OP_CREATE },
    { SIM_NS_XFER "/Delete", SIM_OP_DELETE },
    { SIM_NS_ENUM "/Enumerate", SIM_OP_ENUMERATE },
    { SIM_NS_ENUM "/Pull", SIM_OP_PULL },
    { SIM_NS_ENUM "/Release", SIM_OP_RELEASE },
    { SIM_NS_EVENT "/Subscribe", SIM_OP_SUBSCRIBE },
    { SIM_NS_EVENT "/Unsubscribe", SIM_OP_UNSUBSCRIBE },
    { SIM_NS_EVENT "/Renew", SIM_OP_RENEW },
};

bool sim_operation_find(const struct sim_message *message, enum sim_operation *ret_operation, const char **ret_method,
                        struct sim_soap_fault *fault) {
    const char *action = message->action;
    const char *uri = message->resource.uri;

    *ret_method = NULL;
    if (message->is_identify) {
        *ret_operation = SIM_OP_IDENTIFY;
        return true;
    }
    for (size_t i = 0; i < HV_ARRAY_SIZE(verbs); i++) {
        if (strcmp(action, verbs[i].action) == 0) {
            *ret_operation = verbs[i].operation;
            return true;
        }
    }
    if (hv_text_starts_same(action, uri) && action[strlen(uri)] == '/' && action[strlen(uri) + 1] &&
        !strchr(action + strlen(uri) + 1, '/')) {
        *ret_operation = SIM_OP_INVOKE;
        *ret_method = action + strlen(uri) + 1;
        return true;
    }
    if (hv_text_starts_same(action, SIM_URI_WMI) || hv_text_starts_same(action, SIM_URI_CLASS2))
        return sim_fail(fault, SIM_F_ACTION_MISMATCH, "The action %s is no method of the resource URI %s.", action, uri);
    return sim_fail(fault, SIM_F_ACTION_NOT_SUPPORTED, "The action %s is not supported.", action);
}

/* splitmix64: good enough to be unlike, and the same in each run of a test. */
static uint64_t random_word(struct sim_ids *ids) {
    uint64_t z = ids->state += 0x9E3779B97F4A7C15U;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

void sim_ids_number(struct sim_ids *ids, char text[SIM_ID_TEXT_SIZE]) {
    (void)snprintf(text, SIM_ID_TEXT_SIZE, "%u", (unsigned)(random_word(ids) >> 32));
}

void sim_ids_next(struct sim_ids *ids, char text[SIM_ID_TEXT_SIZE]) {
    const uint64_t words[2] = { random_word(ids), random_word(ids) };
    uint8_t bytes[16];
    struct hv_uuid uuid;

    memcpy(bytes, words, sizeof(bytes));
    uuid = hv_uuid_from_random(bytes);
    memcpy(text, "uuid:", strlen("uuid:"));
    hv_uuid_format(&uuid, text + strlen("uuid:"));
}

/* ---- envelopes ---- */

static void declare_prefixes(struct sim_xml *xml, enum sim_prefixes set) {
    static const struct {
        const char *prefix;
        const char *uri;
        unsigned sets; /* bit per enum sim_prefixes */
    } rows[] = {
        { "s", SIM_NS_SOAP, 0x1F },
        { "a", SIM_NS_ADDR,
          1U << SIM_PREFIXES_ENUMERATION | 1U << SIM_PREFIXES_TRANSFER | 1U << SIM_PREFIXES_FAULT | 1U << SIM_PREFIXES_EVENTING },
        { "x", SIM_NS_XFER, 1U << SIM_PREFIXES_TRANSFER | 1U << SIM_PREFIXES_FAULT },
        { "e", SIM_NS_EVENT, 1U << SIM_PREFIXES_FAULT | 1U << SIM_PREFIXES_EVENTING },
        { "n", SIM_NS_ENUM, 1U << SIM_PREFIXES_ENUMERATION | 1U << SIM_PREFIXES_FAULT | 1U << SIM_PREFIXES_EVENTING },
        { "w", SIM_NS_WSMAN,
          1U << SIM_PREFIXES_ENUMERATION | 1U << SIM_PREFIXES_TRANSFER | 1U << SIM_PREFIXES_FAULT | 1U << SIM_PREFIXES_EVENTING },
        { "p", SIM_NS_MSWSMAN, 1U << SIM_PREFIXES_TRANSFER | 1U << SIM_PREFIXES_FAULT },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        if (rows[i].sets & 1U << set)
            sim_xml_ns(xml, rows[i].prefix, rows[i].uri);
}

bool sim_envelope_write(struct sim_wire_call *call, const char *action, const char *relates_to, struct hv_buf *out) {
    SIM_CLEANUP_XML struct sim_xml xml;
    char id[SIM_ID_TEXT_SIZE];

    sim_xml_init(&xml);
    sim_xml_open(&xml, "s:Envelope");
    sim_xml_attr(&xml, "xml:lang", "en-US");
    declare_prefixes(&xml, call->prefixes);
    sim_xml_open(&xml, "s:Header");
    if (action) {
        sim_ids_next(call->ids, id);
        sim_xml_leaf(&xml, "a:Action", action);
        sim_xml_leaf(&xml, "a:MessageID", id);
        sim_xml_leaf(&xml, "a:To", SIM_ANONYMOUS);
        if (relates_to)
            sim_xml_leaf(&xml, "a:RelatesTo", relates_to);
    }
    sim_xml_raw(&xml, hv_buf_text(&call->header), call->header.len);
    sim_xml_close(&xml);
    sim_xml_open(&xml, "s:Body");
    sim_xml_raw(&xml, hv_buf_text(&call->body), call->body.len);
    sim_xml_close_full(&xml);
    sim_xml_close(&xml);
    return sim_xml_take(&xml, out);
}

bool sim_envelope_fault(struct sim_wire_call *call, const char *relates_to, struct hv_buf *out) {
    const struct sim_message *message = call->message;
    SIM_CLEANUP_XML struct sim_xml xml;
    bool has_ns = message->resource.path && message->resource.path->ns && *message->resource.path->ns;

    sim_xml_init(&xml);
    hv_buf_reset(&call->header);
    hv_buf_reset(&call->body);
    call->prefixes = SIM_PREFIXES_FAULT;
    sim_fault_write(&xml, &call->fault, call->manner->peer, sim_host_netbios(call->host),
                    has_ns && call->fault.hresult != SIM_WBEM_INVALID_NAMESPACE ? message->resource.path->ns : SIM_NS_CIMV2);
    return sim_xml_take(&xml, &call->body) &&
           sim_envelope_write(call, sim_fault_action(&call->fault, call->manner->peer), relates_to, out);
}

/* ---- Identify ---- */

static void write_profiles(struct sim_xml *xml, bool tls) {
    sim_xml_open(xml, "wsmid:SecurityProfiles");
    sim_xml_leaf(xml, "wsmid:SecurityProfileName",
                 tls ? "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/basic"
                     : "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/http/basic");
    sim_xml_close(xml);
}

bool sim_identify(struct sim_wire_call *call) {
    static const struct {
        const char *vendor;
        const char *version; /* NULL: that of Windows */
    } products[] = {
        [SIM_PEER_WINRM] = { "Microsoft Corporation", NULL },
        [SIM_PEER_OMI] = { "OMI", "1.6.8-0" },
        [SIM_PEER_OPENWSMAN] = { "Openwsman Project", "2.7.1" },
    };
    const enum sim_peer peer = call->manner->peer;
    SIM_CLEANUP_XML struct sim_xml xml;
    HV_CLEANUP_BUF struct hv_buf version = HV_BUF_INIT(256);

    if (products[peer].version)
        hv_buf_puts(&version, products[peer].version);
    else
        hv_buf_printf(&version, "OS: %s SP: 0.0 Stack: 3.0", call->caller ? sim_host_os_version(call->host) : "0.0.0");
    sim_xml_init(&xml);
    sim_xml_open(&xml, "wsmid:IdentifyResponse");
    sim_xml_ns(&xml, "wsmid", SIM_NS_IDENTITY);
    sim_xml_leaf(&xml, "wsmid:ProtocolVersion", SIM_NS_WSMAN);
    sim_xml_leaf(&xml, "wsmid:ProductVendor", products[peer].vendor);
    sim_xml_leaf(&xml, "wsmid:ProductVersion", hv_buf_text(&version));
    if (call->caller && peer == SIM_PEER_WINRM)
        write_profiles(&xml, call->tls);
    sim_xml_close(&xml);
    call->prefixes = SIM_PREFIXES_NONE;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}
