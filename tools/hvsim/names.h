/* Namespaces and URIs of the wire, the simulator's own copy (DSP0226, MS-WSMV 2.2.1). */
#ifndef SIM_NAMES_H
#define SIM_NAMES_H

#define SIM_NS_SOAP     "http://www.w3.org/2003/05/soap-envelope"
#define SIM_NS_ADDR     "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define SIM_NS_ENUM     "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define SIM_NS_XFER     "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define SIM_NS_EVENT    "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define SIM_NS_WSMAN    "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define SIM_NS_MSWSMAN  "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
#define SIM_NS_CIMBIND  "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
#define SIM_NS_CIM      "http://schemas.dmtf.org/wbem/wscim/1/common"
#define SIM_NS_WSFAULT  "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
#define SIM_NS_IDENTITY "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
#define SIM_NS_IDENTIFY "http://schemas.dmtf.org/wbem/wsman/identify/1/wsmanidentity.xsd"
#define SIM_NS_XSI      "http://www.w3.org/2001/XMLSchema-instance"
#define SIM_NS_XML      "http://www.w3.org/XML/1998/namespace"

#define SIM_ANONYMOUS    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
#define SIM_FAULT_DETAIL "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

#define SIM_URI_WMI       "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
#define SIM_URI_CLASS2    "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define SIM_URI_METADATA  "http://schemas.dmtf.org/wbem/cim-xml/2/cim-schema/2/" /* class descriptions */
#define SIM_URI_EVENT_LOG "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog"
#define SIM_URI_ALL       "http://schemas.dmtf.org/wbem/wscim/1/*"

#define SIM_DIALECT_WQL      "http://schemas.microsoft.com/wbem/wsman/1/WQL"
#define SIM_DIALECT_SELECTOR "http://schemas.dmtf.org/wbem/wsman/1/wsman/SelectorFilter"
#define SIM_DIALECT_ASSOC    "http://schemas.dmtf.org/wbem/wsman/1/cimbinding/associationFilter"
#define SIM_DIALECT_XPATH    "http://www.w3.org/TR/1999/REC-xpath-19991116"

#endif
