/* SOAP faults as WinRM sends them (wsman.md 5): a table of codes, and one fault in the making. */
#ifndef SIM_SOAPFAULT_H
#define SIM_SOAPFAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "manner.h"

struct sim_xml;

/* NAME, low 16 bits of 0x8033xxxx (a Win32 code when below 0x100 with WIN32), SOAP code, subcode, faultDetail, fault action,
 * text. */
#define SIM_FAULTS(X)                                                                                                            \
    X(ACCESS_DENIED, 5, "Sender", "w:AccessDenied", NULL, WSMAN, "Access is denied.")                                            \
    X(RESOURCE_NOT_FOUND, 0x80338000, "Sender", "a:DestinationUnreachable", "ResourceNotFound", ADDR,                            \
      "No resource answers to this resource URI and these selectors.")                                                           \
    X(INVALID_ACTION_URI, 0x80338001, "Sender", "a:ActionNotSupported", NULL, ADDR, "The action URI is not valid.")              \
    X(PULL_IN_PROGRESS, 0x80338006, "Receiver", "w:InternalError", NULL, WSMAN, "Another pull uses this context.")               \
    X(SOAP_VERSION, 0x8033800D, "VersionMismatch", NULL, NULL, ADDR, "The envelope is not SOAP 1.2.")                            \
    X(INVALID_MESSAGE_HEADER, 0x8033800F, "Sender", "a:InvalidMessageInformationHeader", NULL, ADDR,                             \
      "A message information header is not valid.")                                                                              \
    X(MUST_UNDERSTAND, 0x80338010, "MustUnderstand", NULL, NULL, ADDR, "A header that must be understood is unknown.")           \
    X(MESSAGE_HEADER_REQUIRED, 0x80338011, "Sender", "a:MessageInformationHeaderRequired", NULL, ADDR,                           \
      "A required message information header is missing.")                                                                       \
    X(DESTINATION_UNREACHABLE, 0x80338012, "Sender", "a:DestinationUnreachable", NULL, ADDR,                                     \
      "No route can be determined to reach the destination.")                                                                    \
    X(ACTION_NOT_SUPPORTED, 0x80338013, "Sender", "a:ActionNotSupported", NULL, ADDR, "The resource does not do this action.")   \
    X(ENDPOINT_UNAVAILABLE, 0x80338014, "Receiver", "a:EndpointUnavailable", NULL, ADDR, "The endpoint is not available.")       \
    X(INVALID_REPRESENTATION, 0x80338015, "Sender", "x:InvalidRepresentation", NULL, XFER, "The XML body is not valid.")         \
    X(FILTERING_NOT_SUPPORTED, 0x80338018, "Sender", "n:FilteringNotSupported", NULL, ENUM, "No filter can be used here.")       \
    X(FILTER_DIALECT, 0x80338019, "Sender", "n:FilterDialectRequestedUnavailable", NULL, ENUM,                                   \
      "The filter dialect is not supported.")                                                                                    \
    X(CANNOT_PROCESS_FILTER, 0x8033801A, "Sender", "n:CannotProcessFilter", NULL, ENUM, "The filter cannot be processed.")       \
    X(INVALID_CONTEXT, 0x8033801B, "Receiver", "n:InvalidEnumerationContext", NULL, ENUM,                                        \
      "The enumeration context is unknown, has expired or was used already.")                                                    \
    X(PULL_TIMED_OUT, 0x8033801C, "Receiver", "n:TimedOut", NULL, ENUM, "No item came in time; the context stays valid.")        \
    X(DELIVERY_MODE, 0x8033801E, "Sender", "e:DeliveryModeRequestedUnavailable", NULL, EVENT,                                    \
      "The delivery mode is not supported.")                                                                                     \
    X(EVENT_SOURCE, 0x80338023, "Receiver", "e:EventSourceUnableToProcess", NULL, EVENT, "The event source cannot do this.")     \
    X(INVALID_BODY, 0x80338027, "Sender", "w:SchemaValidationError", "InvalidBody", WSMAN, "The SOAP body is not valid.")        \
    X(TIMED_OUT, 0x80338029, "Receiver", "w:TimedOut", NULL, WSMAN,                                                              \
      "The operation did not finish within OperationTimeout; it may go on.")                                                     \
    X(UNSUPPORTED_ENCODING, 0x8033802C, "Sender", "w:EncodingLimit", "CharacterSet", WSMAN,                                      \
      "The character set of the request is not supported.")                                                                      \
    X(URI_LIMIT, 0x8033802D, "Sender", "w:EncodingLimit", "URILimitExceeded", WSMAN, "The URI is too long.")                     \
    X(ACTION_MISMATCH, 0x80338031, "Sender", "a:ActionNotSupported", "ActionMismatch", ADDR,                                     \
      "The action does not fit the body or the resource URI.")                                                                   \
    X(CONCURRENCY, 0x80338032, "Sender", "w:Concurrency", NULL, WSMAN, "Somebody else is changing the resource.")                \
    X(ALREADY_EXISTS, 0x80338033, "Sender", "w:AlreadyExists", NULL, WSMAN, "The resource exists already.")                      \
    X(INVALID_OPTIONS, 0x80338039, "Sender", "w:InvalidOptions", "InvalidName", WSMAN, "An option is not valid.")                \
    X(INVALID_PARAMETER, 0x8033803A, "Sender", "w:InvalidParameter", NULL, WSMAN, "A parameter is not valid.")                   \
    X(INVALID_RESOURCE_URI, 0x8033803B, "Sender", "a:DestinationUnreachable", "InvalidResourceURI", ADDR,                        \
      "The resource URI is missing or malformed.")                                                                               \
    X(INVALID_SELECTORS, 0x8033803D, "Sender", "w:InvalidSelectors", NULL, WSMAN, "The selectors are not valid.")                \
    X(QUOTA, 0x8033803F, "Sender", "w:QuotaLimit", NULL, WSMAN, "A quota has been exceeded.")                                    \
    X(SCHEMA_VALIDATION, 0x80338041, "Sender", "w:SchemaValidationError", NULL, WSMAN,                                           \
      "The XML of the request does not fit the schema.")                                                                         \
    X(UNSUPPORTED_FEATURE, 0x80338042, "Sender", "w:UnsupportedFeature", NULL, WSMAN, "The feature is not supported.")           \
    X(INVALID_XML, 0x80338043, "Sender", "w:InternalError", "Invalid", WSMAN, "The request is not well-formed XML.")             \
    X(MAX_ENVELOPE_SIZE, 0x80338047, "Sender", "w:EncodingLimit", "MaxEnvelopeSize", WSMAN, "The answer is too large.")          \
    X(MAX_ENVELOPE_SIZE_EXCEEDED, 0x80338048, "Sender", "w:EncodingLimit", "MaxEnvelopeSizeExceeded", WSMAN,                     \
      "The answer does not fit the MaxEnvelopeSize of the request.")                                                             \
    X(SERVER_ENVELOPE_LIMIT, 0x80338049, "Sender", "w:EncodingLimit", "ServiceEnvelopeLimit", WSMAN,                             \
      "The answer does not fit the envelope size limit of the service.")                                                         \
    X(UNREPORTABLE_SUCCESS, 0x8033804D, "Sender", "w:EncodingLimit", "UnreportableSuccess", WSMAN,                               \
      "The operation succeeded but its answer is too large.")                                                                    \
    X(INVALID_VALUES, 0x80338056, "Sender", "x:InvalidRepresentation", "InvalidValues", XFER,                                    \
      "The XML holds values that are not valid.")                                                                                \
    X(MISSING_VALUES, 0x80338057, "Sender", "x:InvalidRepresentation", "MissingValues", XFER, "The XML lacks required values.")  \
    X(INVALID_NAMESPACE, 0x80338058, "Sender", "x:InvalidRepresentation", "InvalidNamespace", XFER,                              \
      "The XML is in a wrong namespace.")                                                                                        \
    X(INVALID_FRAGMENT, 0x80338059, "Sender", "x:InvalidRepresentation", "InvalidFragment", XFER, "The fragment is not valid.")  \
    X(INSUFFICIENT_SELECTORS, 0x8033805A, "Sender", "w:InvalidSelectors", "InsufficientSelectors", WSMAN,                        \
      "Too few selectors for this resource.")                                                                                    \
    X(UNEXPECTED_SELECTORS, 0x8033805B, "Sender", "w:InvalidSelectors", "UnexpectedSelectors", WSMAN,                            \
      "The selectors do not fit this resource.")                                                                                 \
    X(SELECTOR_TYPE, 0x8033805C, "Sender", "w:InvalidSelectors", "TypeMismatch", WSMAN, "A selector is of the wrong type.")      \
    X(SELECTOR_VALUE, 0x8033805D, "Sender", "w:InvalidSelectors", "InvalidValue", WSMAN, "A selector value is not valid.")       \
    X(AMBIGUOUS_SELECTORS, 0x8033805E, "Sender", "w:InvalidSelectors", "AmbiguousSelectors", WSMAN,                              \
      "The selectors fit several resources.")                                                                                    \
    X(DUPLICATE_SELECTORS, 0x8033805F, "Sender", "w:InvalidSelectors", "DuplicateSelectors", WSMAN,                              \
      "A selector is there more than once.")                                                                                     \
    X(MIN_ENVELOPE_SIZE, 0x8033807E, "Sender", "w:EncodingLimit", "MinimumEnvelopeLimit", WSMAN,                                 \
      "MaxEnvelopeSize must be at least 8192.")                                                                                  \
    X(EPR_DEPTH, 0x8033807F, "Sender", "w:InvalidSelectors", NULL, WSMAN, "Endpoint references are nested too deep.")            \
    X(PLUGIN_FAILED, 0x80338083, "Receiver", "w:InternalError", NULL, WSMAN, "The provider failed.")                             \
    X(ENUMERATION_INVALID, 0x80338084, "Receiver", "w:InternalError", NULL, WSMAN, "The enumeration broke off.")                 \
    X(ENUMERATION_MODE, 0x80338086, "Sender", "w:UnsupportedFeature", "EnumerationMode", WSMAN,                                  \
      "The enumeration mode is not supported.")                                                                                  \
    X(LOCALE, 0x80338087, "Sender", "w:UnsupportedFeature", "Locale", WSMAN, "mustUnderstand cannot be true on Locale.")         \
    X(FRAGMENT_DIALECT, 0x80338090, "Sender", "w:FragmentDialectNotSupported", NULL, WSMAN,                                      \
      "The fragment dialect is not supported.")                                                                                  \
    X(FRAGMENT_PATH, 0x80338093, "Sender", "w:CannotProcessFilter", NULL, WSMAN, "The fragment path cannot be used.")            \
    X(CANNOT_CHANGE_KEYS, 0x803380ED, "Sender", "x:InvalidRepresentation", "InvalidValues", XFER,                                \
      "Keys cannot be changed: those of the body differ from the selectors.")                                                    \
    X(WMI_SINGLETON, 0x803380FA, "Sender", "w:InvalidSelectors", "InsufficientSelectors", WSMAN,                                 \
      "The class has several instances: selectors are needed.")                                                                  \
    X(WMI_WQL_URI, 0x803380FB, "Sender", "a:DestinationUnreachable", NULL, ADDR,                                                 \
      "A WQL filter needs a resource URI that ends in * and has no selectors.")                                                  \
    X(ONLY_PULL, 0x803380FF, "Sender", "e:DeliveryModeRequestedUnavailable", NULL, EVENT,                                        \
      "Only pull subscriptions are supported.")                                                                                  \
    X(REMOTE_REFERENCE, 0x80338101, "Sender", "w:InvalidParameter", NULL, WSMAN, "A reference names another machine.")           \
    X(WMI_NOT_CAPABLE, 0x80338102, "Receiver", "w:InternalError", NULL, WSMAN, "The WMI provider cannot do this.")               \
    X(ENUMERATE_KEYS, 0x80338108, "Sender", "w:InvalidSelectors", "UnexpectedSelectors", WSMAN,                                  \
      "An enumeration takes no selectors.")                                                                                      \
    X(URI_NOT_SUPPORTED, 0x80338138, "Sender", "w:UnsupportedFeature", NULL, WSMAN, "The URI is not supported here.")            \
    X(DIFFERENT_CIM_SELECTOR, 0x8033813B, "Sender", "w:InternalError", NULL, WSMAN,                                              \
      "__cimnamespace differs from the namespace in the resource URI.")                                                          \
    X(QUOTA_SHELLS, 0x803381A5, "Sender", "w:QuotaLimit", NULL, WSMAN, "This user has too many shells.")                         \
    X(QUOTA_OPERATIONS, 0x803381A6, "Receiver", "w:InternalError", NULL, WSMAN,                                                  \
      "This user has reached the limit of concurrent operations.")                                                               \
    X(QUOTA_USER, 0x803381A7, "Receiver", "w:InternalError", NULL, WSMAN, "This user sends requests too fast.")                  \
    X(QUOTA_SYSTEM, 0x803381A8, "Receiver", "w:InternalError", NULL, WSMAN, "The service gets requests too fast.")               \
    X(PULL_PARAMETERS, 0x803381AD, "Sender", "w:InvalidParameter", NULL, WSMAN,                                                  \
      "The limits of a Pull must be those of its Enumerate.")                                                                    \
    X(SUBSCRIBE_KEYS, 0x803381D9, "Sender", "w:InvalidSelectors", "UnexpectedSelectors", WSMAN,                                  \
      "A subscription takes no selectors.")                                                                                      \
    X(INTERNAL, 1359, "Receiver", "w:InternalError", NULL, WSMAN, "The service failed.")

enum sim_f {
#define X(name, code, soap, subcode, detail, action, text) SIM_F_##name,
    SIM_FAULTS(X)
#undef X
};

enum { SIM_FAULT_TEXT_SIZE = 512 };

/* Copied by assignment. */
struct sim_soap_fault {
    enum sim_f kind;
    uint32_t code;      /* in place of the table's; 0: the table's */
    const char *detail; /* faultDetail in place of the table's; a literal; NULL: the table's */
    char text[SIM_FAULT_TEXT_SIZE];
    uint32_t hresult; /* of WMI: the fault then has MSFT_WmiError; 0 none */
};

/* Fills the fault and returns false, so that "return sim_fail(...)" reads well. FORMAT NULL: the table's text. */
bool sim_fail(struct sim_soap_fault *fault, enum sim_f kind, const char *format, ...) HV_ATTR_PRINTF(3, 4);
/* With another faultDetail of that table row. */
bool sim_fail_detail(struct sim_soap_fault *fault, enum sim_f kind, const char *detail, const char *format, ...)
    HV_ATTR_PRINTF(4, 5);
/* What a failure of WMI becomes; KIND where the fault is known from what was asked. */
bool sim_fail_wmi(struct sim_soap_fault *fault, uint32_t hresult, const char *format, ...) HV_ATTR_PRINTF(3, 4);
bool sim_fail_wmi_as(struct sim_soap_fault *fault, enum sim_f kind, uint32_t hresult, const char *format, ...)
    HV_ATTR_PRINTF(4, 5);
bool sim_fail_memory(struct sim_soap_fault *fault);

/* The row with that code (decimal, 0x hexadecimal) or name ("TIMED_OUT", any case). False when there is none. */
bool sim_fault_find(const char *text, enum sim_f *ret_kind);

uint32_t sim_fault_code(const struct sim_soap_fault *fault);
/* "w:TimedOut"; NULL for MustUnderstand and VersionMismatch. */
const char *sim_fault_subcode(const struct sim_soap_fault *fault);
/* Value of a:Action. */
const char *sim_fault_action(const struct sim_soap_fault *fault, enum sim_peer peer);
/* s:Fault, in an envelope that declares s, a, x, e, n, w, p. */
void sim_fault_write(struct sim_xml *xml, const struct sim_soap_fault *fault, enum sim_peer peer, const char *machine,
                     const char *ns);

#endif
