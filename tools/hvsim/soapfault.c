/* SOAP faults as WinRM sends them (wsman.md 5). */
#include "soapfault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "model.h"
#include "names.h"
#include "xml.h"

#define ACTION_WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
#define ACTION_ADDR  SIM_NS_ADDR "/fault"
#define ACTION_ENUM  SIM_NS_ENUM "/fault"
#define ACTION_XFER  SIM_NS_XFER "/fault"
#define ACTION_EVENT SIM_NS_EVENT "/fault"

static const struct row {
    const char *name;
    uint32_t code;
    const char *soap;
    const char *subcode;
    const char *detail;
    const char *action;
    const char *text;
} rows[] = {
#define X(name, code, soap, subcode, detail, action, text) { #name, code, soap, subcode, detail, ACTION_##action, text },
    SIM_FAULTS(X)
#undef X
};

/* What the WMI plug-in makes of an HRESULT; only a few are recorded (wsman.md 9, 17), the others follow their meaning. */
static const struct wmi_row {
    uint32_t hresult;
    enum sim_f kind;
    uint32_t cim_status;
    const char *text;
} wmi_rows[] = {
    { SIM_WBEM_NOT_FOUND, SIM_F_RESOURCE_NOT_FOUND, 6, "Not found" },
    { SIM_WBEM_INVALID_OBJECT_PATH, SIM_F_RESOURCE_NOT_FOUND, 4, "Invalid object path" },
    { SIM_WBEM_INVALID_NAMESPACE, SIM_F_RESOURCE_NOT_FOUND, 3, "Invalid namespace" },
    { SIM_WBEM_INVALID_CLASS, SIM_F_RESOURCE_NOT_FOUND, 5, "Invalid class" },
    { SIM_WBEM_ACCESS_DENIED, SIM_F_ACCESS_DENIED, 2, "Access denied" },
    { SIM_WBEM_TYPE_MISMATCH, SIM_F_INVALID_PARAMETER, 13, "Type mismatch" },
    { SIM_WBEM_INVALID_PARAMETER, SIM_F_INVALID_PARAMETER, 4, "Invalid parameter" },
    { SIM_WBEM_INVALID_QUERY, SIM_F_CANNOT_PROCESS_FILTER, 15, "Invalid query" },
    { SIM_WBEM_ALREADY_EXISTS, SIM_F_ALREADY_EXISTS, 11, "Object already exists" },
    { SIM_WBEM_NOT_CAPABLE, SIM_F_WMI_NOT_CAPABLE, 7, "Provider is not capable of the attempted operation" },
    { SIM_WBEM_INVALID_METHOD, SIM_F_ACTION_NOT_SUPPORTED, 17, "Invalid method" },
    { SIM_WBEM_INVALID_METHOD_PARAMS, SIM_F_INVALID_PARAMETER, 4, "Invalid method parameter(s)" },
    { SIM_WBEM_NOT_IMPLEMENTED, SIM_F_ACTION_NOT_SUPPORTED, 16, "Method is not implemented" },
    { SIM_WBEM_FAILED, SIM_F_PLUGIN_FAILED, 1, "Generic failure" },
    { SIM_WBEM_PROVIDER_FAILURE, SIM_F_PLUGIN_FAILED, 1, "Provider failure" },
    { SIM_WBEM_OUT_OF_MEMORY, SIM_F_INTERNAL, 1, "Out of memory" },
};

static const struct wmi_row *wmi_row(uint32_t hresult) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(wmi_rows); i++)
        if (wmi_rows[i].hresult == hresult)
            return &wmi_rows[i];
    return NULL;
}

HV_ATTR_PRINTF(3, 0)
static void begin(struct sim_soap_fault *fault, enum sim_f kind, const char *format, va_list args) {
    *fault = (struct sim_soap_fault){ .kind = kind };
    if (format)
        (void)vsnprintf(fault->text, sizeof(fault->text), format, args);
    else
        (void)snprintf(fault->text, sizeof(fault->text), "%s", rows[kind].text);
    hv_text_trim_partial(fault->text);
}

bool sim_fail(struct sim_soap_fault *fault, enum sim_f kind, const char *format, ...) {
    va_list args;

    va_start(args, format);
    begin(fault, kind, format, args);
    va_end(args);
    return false;
}

bool sim_fail_detail(struct sim_soap_fault *fault, enum sim_f kind, const char *detail, const char *format, ...) {
    va_list args;

    va_start(args, format);
    begin(fault, kind, format, args);
    va_end(args);
    fault->detail = detail;
    return false;
}

bool sim_fail_wmi(struct sim_soap_fault *fault, uint32_t hresult, const char *format, ...) {
    const struct wmi_row *row = wmi_row(hresult);
    va_list args;

    va_start(args, format);
    begin(fault, row ? row->kind : SIM_F_INTERNAL, format, args);
    va_end(args);
    fault->hresult = hresult;
    if (!row)
        fault->code = hresult;
    return false;
}

bool sim_fail_wmi_as(struct sim_soap_fault *fault, enum sim_f kind, uint32_t hresult, const char *format, ...) {
    va_list args;

    va_start(args, format);
    begin(fault, kind, format, args);
    va_end(args);
    fault->hresult = hresult;
    return false;
}

bool sim_fail_memory(struct sim_soap_fault *fault) {
    return sim_fail_wmi(fault, SIM_WBEM_OUT_OF_MEMORY, "Out of memory.");
}

bool sim_fault_find(const char *text, enum sim_f *ret_kind) {
    uint64_t code = 0;
    bool is_code = hv_text_starts_same(text, "0x") ? hv_text_hex(text + 2, strlen(text + 2), &code)
                                                   : hv_text_u64(text, strlen(text), 1, UINT32_MAX, &code);

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        if (is_code ? rows[i].code == code : hv_text_same(rows[i].name, text)) {
            *ret_kind = (enum sim_f)i;
            return true;
        }
    }
    return false;
}

uint32_t sim_fault_code(const struct sim_soap_fault *fault) {
    return fault->code ? fault->code : rows[fault->kind].code;
}

const char *sim_fault_subcode(const struct sim_soap_fault *fault) {
    return rows[fault->kind].subcode;
}

/* OMI has the wrong year in two of them (wsman.md 1.3). */
const char *sim_fault_action(const struct sim_soap_fault *fault, enum sim_peer peer) {
    static const struct {
        const char *right;
        const char *omi;
    } actions[] = {
        { ACTION_ENUM, "http://schemas.xmlsoap.org/ws/2004/08/enumeration/fault" },
        { ACTION_XFER, "http://schemas.xmlsoap.org/ws/2004/08/transfer/fault" },
    };
    const char *action = rows[fault->kind].action;

    for (size_t i = 0; peer == SIM_PEER_OMI && i < HV_ARRAY_SIZE(actions); i++)
        if (strcmp(actions[i].right, action) == 0)
            return actions[i].omi;
    return action;
}

/* One property of MSFT_WmiError; TEXT NULL: nil. */
static void error_property(struct sim_xml *xml, const char *name, const char *type, const char *text) {
    sim_xml_open(xml, name);
    sim_xml_attr(xml, "xsi:type", type);
    if (!text)
        sim_xml_attr(xml, "xsi:nil", "true");
    else
        sim_xml_text(xml, text);
    sim_xml_close(xml);
}

static void write_wmi_error(struct sim_xml *xml, const struct sim_soap_fault *fault, const char *ns) {
    const struct wmi_row *row = wmi_row(fault->hresult);
    const char *meaning = row ? row->text : "Failure";
    char number[32];
    char message_id[32];
    char status[16];
    HV_CLEANUP_BUF struct hv_buf uri = HV_BUF_INIT(1024);

    (void)snprintf(number, sizeof(number), "%u", fault->hresult);
    (void)snprintf(message_id, sizeof(message_id), "HRESULT 0x%08x", fault->hresult);
    (void)snprintf(status, sizeof(status), "%u", row ? row->cim_status : 1);
    hv_buf_printf(&uri, SIM_URI_WMI "%s/MSFT_WmiError", ns);

    sim_xml_open(xml, "p:MSFT_WmiError");
    sim_xml_attr(xml, "b:IsCIM_Error", "true");
    sim_xml_ns(xml, "b", SIM_NS_CIMBIND);
    sim_xml_ns(xml, "p", hv_buf_text(&uri));
    sim_xml_ns(xml, "cim", SIM_NS_CIM);
    sim_xml_ns(xml, "xsi", SIM_NS_XSI);
    sim_xml_attr(xml, "xsi:type", "p:MSFT_WmiError_Type");
    error_property(xml, "p:CIMStatusCode", "cim:cimUnsignedInt", status);
    error_property(xml, "p:ErrorSource", "cim:cimString", NULL);
    error_property(xml, "p:ErrorType", "cim:cimUnsignedShort", "0");
    error_property(xml, "p:Message", "cim:cimString", meaning);
    error_property(xml, "p:MessageID", "cim:cimString", message_id);
    error_property(xml, "p:OtherErrorType", "cim:cimString", NULL);
    error_property(xml, "p:OwningEntity", "cim:cimString", NULL);
    error_property(xml, "p:PerceivedSeverity", "cim:cimUnsignedShort", "0");
    error_property(xml, "p:ProbableCause", "cim:cimUnsignedShort", "0");
    error_property(xml, "p:error_Category", "cim:cimUnsignedInt", "0");
    error_property(xml, "p:error_Code", "cim:cimUnsignedInt", number);
    error_property(xml, "p:error_Type", "cim:cimString", "HRESULT");
    error_property(xml, "p:error_WindowsErrorMessage", "cim:cimString", meaning);
    sim_xml_close(xml);
}

static void write_wsman_fault(struct sim_xml *xml, const struct sim_soap_fault *fault, const char *machine, const char *text) {
    char number[16];

    (void)snprintf(number, sizeof(number), "%u", sim_fault_code(fault));
    sim_xml_open(xml, "f:WSManFault");
    sim_xml_ns(xml, "f", SIM_NS_WSFAULT);
    sim_xml_attr(xml, "Code", number);
    sim_xml_attr(xml, "Machine", machine);
    sim_xml_open(xml, "f:Message");
    if (text) {
        sim_xml_text(xml, text);
    } else {
        sim_xml_open(xml, "f:ProviderFault");
        sim_xml_attr(xml, "provider", "WMI Provider");
        sim_xml_attr(xml, "path", "%systemroot%\\system32\\WsmWmiPl.dll");
        write_wsman_fault(xml, fault, machine, fault->text);
        sim_xml_close(xml);
    }
    sim_xml_close_full(xml);
    sim_xml_close_full(xml);
}

static void write_detail(struct sim_xml *xml, const struct sim_soap_fault *fault, enum sim_peer peer, const char *machine,
                         const char *ns) {
    const char *detail = fault->detail ? fault->detail : rows[fault->kind].detail;

    if (peer != SIM_PEER_WINRM && !detail)
        return;
    sim_xml_open(xml, "s:Detail");
    if (detail) {
        HV_CLEANUP_BUF struct hv_buf uri = HV_BUF_INIT(1024);
        hv_buf_printf(&uri, SIM_FAULT_DETAIL "%s", detail);
        sim_xml_leaf(xml, "w:FaultDetail", hv_buf_text(&uri));
    }
    if (peer == SIM_PEER_WINRM && fault->hresult)
        write_wmi_error(xml, fault, ns);
    if (peer == SIM_PEER_WINRM)
        write_wsman_fault(xml, fault, machine, fault->hresult ? NULL : fault->text);
    sim_xml_close(xml);
}

/* OMI's own spelling (wsman.md 7). */
static const char *written_subcode(const struct row *row, enum sim_peer peer) {
    if (peer == SIM_PEER_OMI && row->subcode && strcmp(row->subcode, "a:EndpointUnavailable") == 0)
        return "a:EndpointUnavilable";
    return row->subcode;
}

void sim_fault_write(struct sim_xml *xml, const struct sim_soap_fault *fault, enum sim_peer peer, const char *machine,
                     const char *ns) {
    const struct row *row = &rows[fault->kind];
    const char *subcode = written_subcode(row, peer);
    HV_CLEANUP_BUF struct hv_buf code = HV_BUF_INIT(64);

    hv_buf_printf(&code, "s:%s", row->soap);
    sim_xml_open(xml, "s:Fault");
    sim_xml_open(xml, "s:Code");
    sim_xml_leaf(xml, "s:Value", hv_buf_text(&code));
    if (subcode) {
        sim_xml_open(xml, "s:Subcode");
        sim_xml_leaf(xml, "s:Value", subcode);
        sim_xml_close(xml);
    }
    sim_xml_close(xml);
    sim_xml_open(xml, "s:Reason");
    sim_xml_open(xml, "s:Text");
    sim_xml_attr(xml, "xml:lang", "en-US");
    sim_xml_text(xml, peer == SIM_PEER_WINRM ? row->text : fault->text);
    sim_xml_close_full(xml);
    sim_xml_close(xml);
    write_detail(xml, fault, peer, machine, ns);
    sim_xml_close(xml);
}
