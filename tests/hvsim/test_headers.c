/* Which envelope, header and target is refused with which fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

static void headers_are_judged(void **state) {
    static const struct row rows[] = {
        { "all required ones", GET_WITH(""), 200, { "GetResponse</a:Action>", "<a:RelatesTo>uuid:1</a:RelatesTo>" } },
        { "another prefix and order",
          "<E:Envelope xmlns:E='" SIM_NS_SOAP "'><E:Header><MessageID xmlns='" SIM_NS_ADDR
          "'>uuid:9</MessageID><q:Action xmlns:q='" SIM_NS_ADDR "'>" GET "</q:Action><q:To xmlns:q='" SIM_NS_ADDR
          "'>x</q:To><q:ReplyTo xmlns:q='" SIM_NS_ADDR "'><q:Address>" SIM_ANONYMOUS
          "</q:Address></q:ReplyTo><q:SelectorSet xmlns:q='" SIM_NS_WSMAN
          "'><q:Selector Name='creationclassname'>MSVM_VirtualSystemMigrationService</q:Selector></q:SelectorSet><q:ResourceURI "
          "xmlns:q='" SIM_NS_WSMAN "'>" SERVICE "</q:ResourceURI></E:Header><E:Body/></E:Envelope>",
          200,
          { "uuid:9" } },
        { "no action", ENVELOPE(TO REPLY_TO ID URI(SERVICE), ""), 500, { "a:MessageInformationHeaderRequired", "2150858769" } },
        { "no To", ENVELOPE(REPLY_TO ID URI(SERVICE) ACTION(GET), ""), 500, { "a:MessageInformationHeaderRequired" } },
        { "no ReplyTo", ENVELOPE(TO ID URI(SERVICE) ACTION(GET), ""), 500, { "a:MessageInformationHeaderRequired" } },
        { "no MessageID", ENVELOPE(TO REPLY_TO URI(SERVICE) ACTION(GET), ""), 500, { "a:InvalidMessageInformationHeader" } },
        { "empty MessageID",
          ENVELOPE(TO REPLY_TO "<a:MessageID/>" URI(SERVICE) ACTION(GET), ""),
          500,
          { "a:InvalidMessageInformationHeader" } },
        { "no ResourceURI", ENVELOPE(TO REPLY_TO ID ACTION(GET), ""), 500, { "a:DestinationUnreachable", "InvalidResourceURI" } },
        { "a header twice", GET_WITH(TO), 500, { "a:InvalidMessageInformationHeader" } },
        { "unknown header to understand",
          GET_WITH("<q:X xmlns:q='urn:q' s:mustUnderstand='1'/>"),
          500,
          { "<s:Value>s:MustUnderstand</s:Value></s:Code>", "2150858768" } },
        { "unknown header to ignore", GET_WITH("<q:X xmlns:q='urn:q' s:mustUnderstand='false'/>"), 200, { NULL } },
        { "ReplyTo elsewhere",
          ENVELOPE(TO "<a:ReplyTo><a:Address>http://me</a:Address></a:ReplyTo>" ID URI(SERVICE) ACTION(GET), ""),
          500,
          { "w:UnsupportedFeature", "faultDetail/AddressingMode", "uuid:1" } },
        { "FaultTo elsewhere",
          GET_WITH("<a:FaultTo><a:Address>http://me</a:Address></a:FaultTo>"),
          500,
          { "faultDetail/AddressingMode" } },
        { "envelope of 8191 bytes",
          GET_WITH("<w:MaxEnvelopeSize>8191</w:MaxEnvelopeSize>"),
          500,
          { "w:EncodingLimit", "faultDetail/MinimumEnvelopeLimit", "2150858878" } },
        { "envelope of 8192 bytes", GET_WITH("<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>"), 200, { NULL } },
        { "envelope size that is no number",
          GET_WITH("<w:MaxEnvelopeSize>big</w:MaxEnvelopeSize>"),
          500,
          { "w:SchemaValidationError" } },
        { "good timeout", GET_WITH("<w:OperationTimeout>PT60.000S</w:OperationTimeout>"), 200, { NULL } },
        { "bad timeout",
          GET_WITH("<w:OperationTimeout>60</w:OperationTimeout>"),
          500,
          { "a:InvalidMessageInformationHeader", "2150858767" } },
        { "negative timeout", GET_WITH("<w:OperationTimeout>-PT60S</w:OperationTimeout>"), 500, { "2150858767" } },
        { "locale to understand",
          GET_WITH("<w:Locale xml:lang='en-US' s:mustUnderstand='true'/>"),
          500,
          { "w:UnsupportedFeature", "faultDetail/Locale", "2150858887" } },
        { "locale and data locale",
          GET_WITH("<w:Locale xml:lang='en-US' s:mustUnderstand='false'/><m:DataLocale xml:lang='de'/>"),
          200,
          { NULL } },
        { "sequence 2", GET_WITH("<m:SequenceId>2</m:SequenceId>"), 500, { "a:InvalidMessageInformationHeader" } },
        { "options",
          GET_WITH("<w:OptionSet><w:Option Name='wmi:x' MustComply='true'>1</w:Option></w:OptionSet>"),
          200,
          { NULL } },
        { "option without name", GET_WITH("<w:OptionSet><w:Option>1</w:Option></w:OptionSet>"), 500, { "w:InvalidOptions" } },
        { "fragment",
          GET_WITH("<w:FragmentTransfer s:mustUnderstand='true'>Name</w:FragmentTransfer>"),
          200,
          { "<w:FragmentTransfer s:mustUnderstand=\"true\">Name</w:FragmentTransfer>",
            "<p:Name>migrationwmi</p:Name></w:XmlFragment>" } },
        { "fragment not to understand",
          GET_WITH("<w:FragmentTransfer>Name</w:FragmentTransfer>"),
          500,
          { "a:InvalidMessageInformationHeader" } },
        { "fragment from the root",
          GET_WITH("<w:FragmentTransfer s:mustUnderstand='true'>/Name</w:FragmentTransfer>"),
          500,
          { "w:CannotProcessFilter" } },
        { "fragment in another case",
          GET_WITH("<w:FragmentTransfer s:mustUnderstand='true'>name</w:FragmentTransfer>"),
          500,
          { "x:InvalidRepresentation", "InvalidFragment", "2004/09/transfer/fault" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void envelopes_are_judged(void **state) {
    static const struct row rows[] = {
        { "nothing", "", 500, { "w:InternalError", "2150858819" } },
        { "no XML", "{}", 500, { "2150858819" } },
        { "cut off", "<s:Envelope xmlns:s='" SIM_NS_SOAP "'><s:Body>", 500, { "2150858819" } },
        { "a document type",
          "<!DOCTYPE x []><s:Envelope xmlns:s='" SIM_NS_SOAP "'><s:Body/></s:Envelope>",
          500,
          { "2150858819" } },
        { "an entity bomb", "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>", 500, { "2150858819" } },
        { "undeclared prefix", "<s:Envelope><s:Body/></s:Envelope>", 500, { "2150858819" } },
        { "SOAP 1.1",
          "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>",
          500,
          { "<s:Value>s:VersionMismatch</s:Value>", "2150858765" } },
        { "something else", "<html/>", 500, { "w:SchemaValidationError", "InvalidBody" } },
        { "two body elements", ENVELOPE(HEADERS, "<x/><y/>"), 500, { "InvalidBody" } },
        { "Get with a body", ENVELOPE(HEADERS, "<x/>"), 500, { "InvalidBody" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void targets_are_judged(void **state) {
    static const struct row rows[] = {
        { "all keys",
          GET_OF(VM, TWO(HOST_KEYS, "")),
          200,
          { "<p:Msvm_ComputerSystem xmlns:xsi=\"" SIM_NS_XSI "\" xmlns:p=\"" VM "\" xmlns:cim=\"" SIM_NS_CIM
            "\" xsi:type=\"p:Msvm_ComputerSystem_Type\">" } },
        { "DMTF form",
          GET_OF(DMTF, TWO(HOST_KEYS, ONE("__cimnamespace", "root\\virtualization\\v2"))),
          200,
          { "xmlns:p=\"" DMTF "\"" } },
        { "DMTF form without namespace", GET_OF(DMTF, TWO(HOST_KEYS, "")), 500, { "a:DestinationUnreachable", "0x8004100e" } },
        { "namespace selector that agrees",
          GET_OF(VM, TWO(HOST_KEYS, ONE("__cimnamespace", "root/virtualization/v2"))),
          200,
          { NULL } },
        { "namespace selector that differs",
          GET_OF(VM, TWO(HOST_KEYS, ONE("__cimnamespace", "root/cimv2"))),
          500,
          { "w:InternalError", "2150859067" } },
        { "no selectors", GET_OF(VM, ""), 500, { "w:InvalidSelectors", "faultDetail/InsufficientSelectors", "2150859002" } },
        { "a selector twice", GET_OF(VM, TWO(HOST_KEYS, ONE("NAME", "x"))), 500, { "faultDetail/DuplicateSelectors" } },
        { "a selector that is no key",
          GET_OF(VM, TWO(HOST_KEYS, ONE("ElementName", "x"))),
          500,
          { "faultDetail/UnexpectedSelectors", "2150858843" } },
        { "one key of two", GET_OF(VM, KEY("Name", "hv01")), 500, { "a:DestinationUnreachable" } },
        { "nobody there",
          GET_OF(VM, TWO(ONE("CreationClassName", "Msvm_ComputerSystem"), ONE("Name", "x"))),
          500,
          { "a:DestinationUnreachable", "faultDetail/ResourceNotFound", "0x80041002" } },
        { "part of a service's key", GET_OF(SERVICE, SERVICE_KEY), 200, { "migrationwmi" } },
        { "wrong part of a service's key",
          GET_OF(SERVICE, KEY("CreationClassName", "Msvm_X")),
          500,
          { "a:DestinationUnreachable" } },
        { "unknown class", GET_OF(WMI "Msvm_X", KEY("Name", "x")), 500, { "a:DestinationUnreachable", "0x80041010" } },
        { "unknown namespace",
          GET_OF(SIM_URI_WMI "root/x/Y", KEY("Name", "x")),
          500,
          { "a:DestinationUnreachable", "0x8004100e", "root/cimv2/MSFT_WmiError" } },
        { "unknown URI", GET_OF("http://example.test/x", ""), 500, { "faultDetail/InvalidResourceURI", "2150858811" } },
        { "unknown action", ENVELOPE(TO REPLY_TO ID URI(VM) ACTION("urn:x"), ""), 500, { "a:ActionNotSupported", "2150858771" } },
        { "method of another class",
          ENVELOPE(TO REPLY_TO ID URI(VM) ACTION(SERVICE "/StartService"), ""),
          500,
          { "faultDetail/ActionMismatch" } },
        { "Put",
          ENVELOPE(TO REPLY_TO ID URI(SERVICE) ACTION(SIM_NS_XFER "/Put") SERVICE_KEY, "<p:X xmlns:p='" SERVICE "'/>"),
          500,
          { "2150859010", "0x80041024" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(headers_are_judged),
        T(envelopes_are_judged),
        T(targets_are_judged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
