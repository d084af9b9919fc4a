/* Names that WS-Management gives to things (wsman.md 1.1 to 1.4). */
#ifndef WSMAN_URI_H
#define WSMAN_URI_H

#include <stdbool.h>
#include <stddef.h>

#define HV_NS_SOAP        "http://www.w3.org/2003/05/soap-envelope"
#define HV_NS_SOAP_1_1    "http://schemas.xmlsoap.org/soap/envelope/"
#define HV_NS_ADDRESSING  "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define HV_NS_ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define HV_NS_TRANSFER    "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define HV_NS_EVENTING    "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define HV_NS_WSMAN       "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define HV_NS_WSMAN_MS    "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
#define HV_NS_WSMAN_FAULT "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
#define HV_NS_CIM         "http://schemas.dmtf.org/wbem/wscim/1/common"
#define HV_NS_IDENTITY    "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
#define HV_NS_XSI         "http://www.w3.org/2001/XMLSchema-instance"
#define HV_NS_CIM_BINDING "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"

#define HV_ANONYMOUS         "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
#define HV_WMI_PREFIX        "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
#define HV_CIM_SCHEMA_PREFIX "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define HV_CIM_XML_ALL       "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/*" /* class descriptions */

#define HV_DIALECT_WQL         "http://schemas.microsoft.com/wbem/wsman/1/WQL"
#define HV_DIALECT_SELECTOR    "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
#define HV_DIALECT_ASSOCIATION "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
#define HV_DIALECT_EVENT_QUERY "http://schemas.microsoft.com/win/2004/08/events/eventquery"
#define HV_DELIVERY_PULL       "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"
#define HV_EVENT_HEARTBEAT     "http://schemas.dmtf.org/wbem/wsman/1/wsman/Heartbeat"

/* Selector that names the CIM namespace where the URI does not (wsman.md 1.2). */
#define HV_SELECTOR_NAMESPACE "__cimnamespace"
/* Selector that names the class whose description is asked for. */
#define HV_SELECTOR_CLASS "ClassName"

#define HV_ACTION_GET         HV_NS_TRANSFER "/Get"
#define HV_ACTION_PUT         HV_NS_TRANSFER "/Put"
#define HV_ACTION_CREATE      HV_NS_TRANSFER "/Create"
#define HV_ACTION_DELETE      HV_NS_TRANSFER "/Delete"
#define HV_ACTION_ENUMERATE   HV_NS_ENUMERATION "/Enumerate"
#define HV_ACTION_PULL        HV_NS_ENUMERATION "/Pull"
#define HV_ACTION_RELEASE     HV_NS_ENUMERATION "/Release"
#define HV_ACTION_SUBSCRIBE   HV_NS_EVENTING "/Subscribe"
#define HV_ACTION_UNSUBSCRIBE HV_NS_EVENTING "/Unsubscribe"
#define HV_ACTION_RENEW       HV_NS_EVENTING "/Renew"

/* Class part of a resource URI: what follows the last "/". */
const char *hv_uri_class(const char *resource_uri);
/* Namespace part of a WMI URI ("root/virtualization/v2"), not terminated; NULL when the URI is not of that form. */
const char *hv_uri_namespace(const char *resource_uri, size_t *ret_n_bytes);

#endif
