/* What a host says when it refuses (SOAP 1.2 part 1, 5.4; DSP0226; MS-WSMV; wsman.md 5). */
#include "wsman/fault.h"

#include <stdio.h>
#include <string.h>

#include "base/code.h"
#include "base/size.h"
#include "base/text.h"
#include "wsman/uri.h"

enum { MAX_PROVIDER_FAULTS = 16 }; /* WSManFault inside WSManFault */

/* Copies TEXT as one line: runs of white space become one blank, and it is cut at a character when too long. */
static void put_line(char *field, size_t size, const char *text) {
    size_t n = 0;

    for (; *text && n + 1 < size; text++) {
        bool space = *text == ' ' || *text == '\t' || *text == '\n' || *text == '\r';
        if (!space)
            field[n++] = *text;
        else if (n > 0 && field[n - 1] != ' ')
            field[n++] = ' ';
    }
    while (n > 0 && field[n - 1] == ' ')
        n--;
    field[n] = '\0';
    hv_text_trim_partial(field);
}

/* Local part of a QName in text. */
static const char *local_part(const char *qname) {
    const char *colon = strchr(qname, ':');

    return colon ? colon + 1 : qname;
}

/* "{namespace}local"; the local part alone when the prefix is bound to nothing, as MS-WSMV 4.10 shows. */
static void put_qname(char *field, size_t size, const struct hv_xml_node *value) {
    const char *qname = hv_xml_word(value);
    const char *local = local_part(qname);
    const char *uri = hv_xml_resolve(value, qname, local > qname ? (size_t)(local - qname) - 1 : 0);

    if (snprintf(field, size, uri ? "{%s}%s" : "%s%s", uri ? uri : "", local) >= (int)size)
        hv_text_trim_partial(field);
}

/* A code as hosts write it: decimal, signed decimal, or hexadecimal, at the end of TEXT ("HRESULT 0x80041010"). */
static uint32_t read_code(const char *text) {
    const char *blank = strrchr(text, ' ');
    const char *word = blank ? blank + 1 : text;
    uint64_t value;
    int64_t negative;

    if (hv_text_starts_same(word, "0x"))
        return hv_text_hex(word + 2, strlen(word + 2), &value) && value <= UINT32_MAX ? (uint32_t)value : 0;
    if (hv_text_u64(word, strlen(word), 0, UINT32_MAX, &value))
        return (uint32_t)value;
    if (hv_text_i64(word, strlen(word), INT32_MIN, -1, &negative))
        return (uint32_t)negative;
    return 0;
}

static uint32_t code_in(const struct hv_xml_node *node, const char *name) {
    const struct hv_xml_node *child = hv_xml_child(node, NULL, name);

    return child ? read_code(hv_xml_word(child)) : 0;
}

/* The first text that says something, from the innermost f:Message outwards. */
static void read_messages(const struct hv_xml_node *fault, struct hv_error *err) {
    for (size_t i = 0; fault && i < MAX_PROVIDER_FAULTS; i++) {
        const struct hv_xml_node *message = hv_xml_child(fault, NULL, "Message");

        if (message && *hv_xml_word(message))
            put_line(err->fault_reason, sizeof(err->fault_reason), hv_xml_word(message));
        fault = hv_xml_descendant(message, NULL, "WSManFault");
    }
}

/* f:WSManFault: the code is the outermost's, and when that has none the next one's. */
static void read_wsman_fault(const struct hv_xml_node *detail, struct hv_error *err) {
    const struct hv_xml_node *fault = hv_xml_descendant(detail, NULL, "WSManFault");

    read_messages(fault, err);
    for (size_t i = 0; fault && i < MAX_PROVIDER_FAULTS; i++) {
        const char *code = hv_xml_attribute(fault, "", "Code");
        const char *machine = hv_xml_attribute(fault, "", "Machine");

        if (code && !err->wsman_code)
            err->wsman_code = read_code(code);
        if (machine && !err->fault_machine[0])
            put_line(err->fault_machine, sizeof(err->fault_machine), machine);
        fault = hv_xml_descendant(fault, NULL, "WSManFault");
    }
}

/* MSFT_WmiError of Windows 8 and later, __ExtendedStatus of older hosts; all anywhere below the detail (wsman.md 5.2). */
static void read_wmi_error(const struct hv_xml_node *detail, struct hv_error *err) {
    static const struct {
        const char *element;
        const char *codes[2];
        const char *text;
    } forms[] = {
        { "MSFT_WmiError", { "error_Code", "MessageID" }, "Message" },
        { "__ExtendedStatus", { "StatusCode", NULL }, "Description" },
        { "OMI_Error", { NULL, NULL }, "Message" }, /* of OMI, whose own results are CIM statuses */
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(forms); i++) {
        const struct hv_xml_node *error = hv_xml_descendant(detail, NULL, forms[i].element);
        const struct hv_xml_node *text = hv_xml_child(error, NULL, forms[i].text);

        if (!error)
            continue;
        for (size_t j = 0; j < HV_ARRAY_SIZE(forms[i].codes) && !err->hresult; j++) {
            if (forms[i].codes[j])
                err->hresult = code_in(error, forms[i].codes[j]);
        }
        err->cim_status = code_in(error, "CIMStatusCode");
        if (!err->cim_status)
            err->cim_status = code_in(error, "OMI_Code");
        if (text && *hv_xml_word(text) && !err->fault_reason[0])
            put_line(err->fault_reason, sizeof(err->fault_reason), hv_xml_word(text));
        return;
    }
}

static void read_soap(const struct hv_xml_node *fault, struct hv_error *err) {
    const struct hv_xml_node *code = hv_xml_child(fault, HV_NS_SOAP, "Code");
    const struct hv_xml_node *value = hv_xml_child(code, HV_NS_SOAP, "Value");
    const struct hv_xml_node *subvalue = hv_xml_child(hv_xml_child(code, HV_NS_SOAP, "Subcode"), HV_NS_SOAP, "Value");
    const struct hv_xml_node *text = hv_xml_child(hv_xml_child(fault, HV_NS_SOAP, "Reason"), HV_NS_SOAP, "Text");
    const struct hv_xml_node *detail = hv_xml_child(fault, HV_NS_SOAP, "Detail");
    const struct hv_xml_node *uri = hv_xml_descendant(detail, HV_NS_WSMAN, "FaultDetail");

    if (value)
        put_line(err->fault_code, sizeof(err->fault_code), local_part(hv_xml_word(value)));
    if (subvalue)
        put_qname(err->fault_subcode, sizeof(err->fault_subcode), subvalue);
    if (uri)
        put_line(err->fault_detail, sizeof(err->fault_detail), hv_xml_word(uri));
    read_wsman_fault(detail, err);
    read_wmi_error(detail, err);
    if (text && !err->fault_reason[0])
        put_line(err->fault_reason, sizeof(err->fault_reason), hv_xml_word(text));
}

/* Codes of WMI that say no more than the WS-Man code around them. */
static bool is_vague(const struct hv_code *code) {
    return !code || (code->space != HV_CODE_WSMAN && code->error == HV_E_FAILED);
}

/* The subcode's entry, for hosts that send no WSManFault (wsman.md 5.4, 7). */
static const struct hv_code *find_subcode(const char *subcode) {
    static const struct {
        const char *local;
        uint32_t code;
    } subcodes[] = {
        { "AccessDenied", 5 },
        { "ActionNotSupported", 0x80338013 },
        { "AlreadyExists", 0x80338033 },
        { "CannotProcessFilter", 0x8033801A },
        { "Concurrency", 0x80338032 },
        { "DestinationUnreachable", 0x80338012 },
        { "EndpointUnavailable", 0x80338014 },
        { "EndpointUnavilable", 0x80338014 }, /* as OMI spells it */
        { "InvalidEnumerationContext", 0x8033801B },
        { "InvalidParameter", 0x8033803A },
        { "InvalidSelectors", 0x8033803D },
        { "QuotaLimit", 0x8033803F },
        { "SchemaValidationError", 0x80338041 },
        { "TimedOut", 0x80338029 },
        { "UnsupportedFeature", 0x80338042 },
    };
    const char *close = strrchr(subcode, '}');
    const char *local = close ? close + 1 : subcode;

    for (size_t i = 0; i < HV_ARRAY_SIZE(subcodes); i++) {
        if (strcmp(local, subcodes[i].local) == 0)
            return hv_code_find_hresult(subcodes[i].code);
    }
    return NULL;
}

/* The entry that tells most: WMI's own code, CIM's, WS-Man's, the subcode's. */
static const struct hv_code *explain(const struct hv_error *err) {
    const struct hv_code *known = err->hresult ? hv_code_find_hresult(err->hresult) : NULL;
    const struct hv_code *wsman = err->wsman_code ? hv_code_find_hresult(err->wsman_code) : NULL;

    if (is_vague(known) && err->cim_status > 1)
        known = hv_code_find(HV_CODE_CIM_STATUS, err->cim_status);
    if (is_vague(known) && wsman)
        known = wsman;
    return known ? known : find_subcode(err->fault_subcode);
}

int hv_fault_read(const struct hv_xml_node *fault, int http_status, struct hv_error *err) {
    const struct hv_code *known;

    (void)hv_error_set(err, HV_E_PROTOCOL, "%s", "");
    err->source = HV_SOURCE_WSMAN;
    err->http_status = http_status;
    read_soap(fault, err);
    if (!err->hresult && (err->wsman_code >> 16 == 0x8004 || err->wsman_code >> 16 == 0x8007))
        err->hresult = err->wsman_code; /* the plug-in passed the provider's code on */

    known = explain(err);
    if (known) {
        err->code = known->error;
        put_line(err->message, sizeof(err->message), known->meaning);
        hv_error_cause(err, "%s", err->fault_reason);
        if (known->remedy)
            hv_error_remedy(err, "%s", known->remedy);
    } else if (err->fault_reason[0]) {
        put_line(err->message, sizeof(err->message), err->fault_reason);
    } else {
        (void)snprintf(err->message, sizeof(err->message), "the host refused the request (%s)",
                       err->fault_subcode[0] ? err->fault_subcode : "no reason given");
    }
    return err->code;
}

static const struct {
    int status;
    int error;
    const char *message;
    const char *cause;
    const char *remedy;
} statuses[] = {
    { 400, HV_E_PROTOCOL, "the host could not read the request (HTTP status 400)", NULL,
      "check that host and port are those of WinRM, not of a proxy or another service" },
    { 401, HV_E_AUTH, "the host refused the credentials (HTTP status 401)", NULL,
      "check the user name and the password\n"
      "for Basic: use a local account, and allow it on the host: winrm set winrm/config/service/auth @{Basic=\"true\"}\n"
      "if the host demands channel binding (CbtHardeningLevel Strict), Basic does not do: set Relaxed or use Kerberos" },
    { 403, HV_E_DENIED, "the host forbids access to this URL (HTTP status 403)", NULL,
      "check the rights of the account, and whether a proxy or a client certificate stands in the way" },
    { 404, HV_E_NOT_FOUND, "no WinRM listener under this URL (HTTP status 404)", NULL,
      "check port and path of the URL (usually https://HOST:5986/wsman)\n"
      "on the host: winrm enumerate winrm/config/listener" },
    { 405, HV_E_PROTOCOL, "no WinRM listener answers here: POST is not allowed (HTTP status 405)", NULL,
      "check port and path of the URL (usually https://HOST:5986/wsman)" },
    { 407, HV_E_AUTH, "a proxy asks for credentials (HTTP status 407)", NULL,
      "go round the proxy: add the host to the environment variable no_proxy" },
    { 408, HV_E_PROTOCOL, "the request did not arrive whole in time (HTTP status 408)", NULL, "try again" },
    { 411, HV_E_PROTOCOL, "the host or a proxy demands a Content-Length (HTTP status 411)",
      "there was one: a proxy in between took it away", "go round the proxy: add the host to the environment variable no_proxy" },
    { 413, HV_E_PROTOCOL, "the request is larger than the host accepts (HTTP status 413)", NULL,
      "raise the limit on the host: winrm set winrm/config @{MaxEnvelopeSizekb=\"8192\"}" },
    { 415, HV_E_PROTOCOL, "the host does not take SOAP in UTF-8 (HTTP status 415)", NULL,
      "check that host and port are those of WinRM" },
    { 425, HV_E_CONFLICT, "the host is not ready yet (HTTP status 425)", NULL, "try again later" },
    { 429, HV_E_CONFLICT, "the host is busy (HTTP status 429)", NULL, "try again later" },
    { 500, HV_E_PROTOCOL, "the host failed without giving a reason (HTTP status 500)",
      "over http:// probably that the host demands encryption (AllowUnencrypted is false)",
      "over http://: use https://\n"
      "over https://: look into the log Microsoft-Windows-WinRM/Operational of the host, and at what is between here and there" },
    { 502, HV_E_PROTOCOL, "a proxy got no good answer from the host (HTTP status 502)", NULL,
      "see whether the host is up and its WinRM service runs\n"
      "go round the proxy: add the host to the environment variable no_proxy" },
    { 504, HV_E_PROTOCOL, "a proxy waited too long for the host (HTTP status 504)", NULL,
      "go round the proxy: add the host to the environment variable no_proxy" },
    { 503, HV_E_CONFLICT, "the WinRM service is stopped or too busy (HTTP status 503)", NULL,
      "try again later, and check that the service WinRM runs on the host" },
};

int hv_fault_from_status(int http_status, struct hv_error *err) {
    int r = HV_E_PROTOCOL;

    if (http_status >= 200 && http_status < 300)
        (void)hv_error_set(err, r, "the answer holds no SOAP (HTTP status %d)", http_status);
    else if (http_status >= 300 && http_status < 400)
        (void)hv_error_set(err, r, "the host redirects to another place (HTTP status %d)", http_status);
    else
        (void)hv_error_set(err, r, "the answer has an unexpected HTTP status: %d", http_status);
    if (http_status < 400)
        hv_error_remedy(err,
                        "check that the URL is that of WinRM (usually https://HOST:5986/wsman), not of a proxy or web server");

    for (size_t i = 0; i < HV_ARRAY_SIZE(statuses); i++) {
        if (statuses[i].status != http_status)
            continue;
        r = hv_error_set(err, statuses[i].error, "%s", statuses[i].message);
        if (statuses[i].cause)
            hv_error_cause(err, "%s", statuses[i].cause);
        if (statuses[i].remedy)
            hv_error_remedy(err, "%s", statuses[i].remedy);
    }
    if (err) {
        err->source = HV_SOURCE_HTTP;
        err->http_status = http_status;
    }
    return r;
}

/* Is the WS-Man code one of these? LOW_PARTS ends with 0, which is no fault anybody sends. */
static bool has_code(const struct hv_error *err, const uint16_t *low_parts) {
    if (err->wsman_code >> 16 != 0x8033)
        return false;
    for (; *low_parts; low_parts++) {
        if (err->wsman_code == (UINT32_C(0x80338000) | *low_parts))
            return true;
    }
    return false;
}

static bool has_subcode(const struct hv_error *err, const char *local) {
    size_t n = strlen(err->fault_subcode);
    size_t n_local = strlen(local);

    return n >= n_local && strcmp(err->fault_subcode + n - n_local, local) == 0 &&
           (n == n_local || err->fault_subcode[n - n_local - 1] == '}');
}

/* Codes: operation timed out, enumeration timed out. */
bool hv_fault_is_timeout(const struct hv_error *err) {
    static const uint16_t codes[] = { 0x029, 0x01C, 0 };

    return err->source == HV_SOURCE_WSMAN && (has_code(err, codes) || has_subcode(err, "TimedOut"));
}

/* Codes: concurrency, quota, service unavailable, and the quotas of user, system and plug-in (wsman.md 5.4). */
bool hv_fault_is_busy(const struct hv_error *err) {
    static const uint16_t codes[] = { 0x032, 0x03F, 0x112, 0x1A5, 0x1A6, 0x1A7, 0x1A8, 0x1E4,
                                      0x1E5, 0x1E6, 0x1E7, 0x1E8, 0x1E9, 0x1EA, 0 };

    if (err->source == HV_SOURCE_HTTP)
        return err->http_status == 503 || err->http_status == 429 || err->http_status == 425;
    return err->source == HV_SOURCE_WSMAN &&
           (has_code(err, codes) || has_subcode(err, "QuotaLimit") || has_subcode(err, "Concurrency"));
}

/* Codes: invalid enumeration context, enumeration invalid. */
bool hv_fault_is_context_lost(const struct hv_error *err) {
    static const uint16_t codes[] = { 0x01B, 0x084, 0 };

    return err->source == HV_SOURCE_WSMAN && (has_code(err, codes) || has_subcode(err, "InvalidEnumerationContext"));
}

/* Not the code "enumeration invalid": with that a provider failed, and would again. */
bool hv_fault_is_context_forgotten(const struct hv_error *err) {
    return hv_fault_is_context_lost(err) && err->wsman_code != 0x80338084;
}

/* Codes: answer larger than asked for, than the host's limit, than its limit for one item. */
bool hv_fault_is_too_large(const struct hv_error *err) {
    static const uint16_t codes[] = { 0x048, 0x049, 0x04D, 0 };

    if (err->source != HV_SOURCE_WSMAN)
        return false;
    if (has_code(err, codes) || hv_text_ends(err->fault_detail, "/MaxEnvelopeSizeExceeded") ||
        hv_text_ends(err->fault_detail, "/ServiceEnvelopeLimit"))
        return true;
    return !err->wsman_code && !err->fault_detail[0] && has_subcode(err, "EncodingLimit");
}

bool hv_fault_is_unsupported(const struct hv_error *err) {
    return err->source == HV_SOURCE_WSMAN &&
           (err->code == HV_E_NOT_FOUND || has_subcode(err, "ActionNotSupported") || has_subcode(err, "UnsupportedFeature") ||
            has_subcode(err, "DestinationUnreachable") || has_subcode(err, "InvalidSelectors") ||
            has_subcode(err, "InvalidResourceURI"));
}

/* Codes of WMI and RPC with which a provider may break off after it acted. */
static bool may_have_acted(uint32_t hresult) {
    switch (hresult) {
    case 0x80041001: /* failed */
    case 0x80041004: /* provider failure */
    case 0x800706BA: /* RPC server unavailable */
    case 0x800706BE: /* RPC call failed */
        return true;
    default:
        return false;
    }
}

/* WMI found nobody to act: class, method or namespace missing, or a provider that cannot do such a thing (WbemErrorEnum). */
static bool found_no_actor(uint32_t hresult) {
    switch (hresult) {
    case 0x8004100E: /* WBEM_E_INVALID_NAMESPACE */
    case 0x80041010: /* WBEM_E_INVALID_CLASS */
    case 0x80041024: /* WBEM_E_PROVIDER_NOT_CAPABLE */
    case 0x8004102E: /* WBEM_E_INVALID_METHOD */
    case 0x8004102F: /* WBEM_E_INVALID_METHOD_PARAMETERS */
    case 0x80041055: /* WBEM_E_METHOD_NOT_IMPLEMENTED */
        return true;
    default:
        return false;
    }
}

bool hv_fault_is_refusal(const struct hv_error *err) {
    /* Answer too large (which says nothing of the act), and "done, but the answer is too large". */
    static const uint16_t done_codes[] = { 0x026, 0x048, 0x049, 0x04D, 0x083, 0 };

    if (err->source == HV_SOURCE_HTTP)
        return (err->http_status >= 400 && err->http_status < 500 && err->http_status != 408) || err->http_status == 503;
    if (err->source != HV_SOURCE_WSMAN || hv_fault_is_timeout(err))
        return false;
    if (has_code(err, done_codes) || may_have_acted(err->hresult))
        return false;
    if (has_subcode(err, "EncodingLimit") && !err->wsman_code)
        return false;
    return strcmp(err->fault_code, "Receiver") != 0 || found_no_actor(err->hresult) || hv_fault_is_busy(err) ||
           hv_fault_is_context_lost(err);
}
