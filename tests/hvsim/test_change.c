/* Put, Create and Delete, whole and by fragment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define ENV                     SIM_URI_WMI "root/cimv2/Win32_Environment"
#define TYPES                   SIM_URI_WMI "root/hvsim/Hvsim_AllTypes"
#define LINK                    SIM_URI_WMI "root/hvsim/Hvsim_Link"
#define KEYS(name)              TWO(ONE("Name", name), ONE("UserName", "&lt;SYSTEM&gt;"))
#define PUT(uri, keys, body)    ENVELOPE(TO REPLY_TO ID URI(uri) ACTION(SIM_NS_XFER "/Put") keys, body)
#define CREATE(uri, keys, body) ENVELOPE(TO REPLY_TO ID URI(uri) ACTION(SIM_NS_XFER "/Create") keys, body)
#define DELETE(uri, keys)       ENVELOPE(TO REPLY_TO ID URI(uri) ACTION(SIM_NS_XFER "/Delete") keys, "")
#define INSTANCE(class_, uri, properties)                                                                                        \
    "<p:" class_ " xmlns:p='" uri "' xmlns:xsi='" SIM_NS_XSI "' xmlns:cim='" SIM_NS_CIM "'>" properties "</p:" class_ ">"
#define NAMES(name)             "<p:Name>" name "</p:Name><p:UserName>&lt;SYSTEM&gt;</p:UserName>"
#define VARIABLE(name, value)   INSTANCE("Win32_Environment", ENV, NAMES(name) value)
#define VALUE(text)             "<p:VariableValue>" text "</p:VariableValue>"
#define FRAGMENT(name)          "<w:FragmentTransfer s:mustUnderstand='true'>" name "</w:FragmentTransfer>"
#define XML_FRAGMENT(uri, body) "<w:XmlFragment xmlns:p='" uri "' xmlns:xsi='" SIM_NS_XSI "'>" body "</w:XmlFragment>"

static void puts_are_judged(void **state) {
    static const struct row rows[] = {
        { "a change",
          PUT(ENV, KEYS("OS"), VARIABLE("OS", VALUE("x"))),
          200,
          { "PutResponse</a:Action>", "<p:VariableValue>x</p:VariableValue>" } },
        { "it stays", GET_OF(ENV, KEYS("os")), 200, { "<p:VariableValue>x</p:VariableValue>" } },
        { "null",
          PUT(ENV, KEYS("OS"), VARIABLE("OS", "<p:VariableValue xsi:nil='true'/>")),
          200,
          { "<p:VariableValue xsi:nil=\"true\"/>" } },
        { "read-only properties are taken and ignored",
          PUT(ENV, KEYS("OS"), VARIABLE("OS", "<p:Status>bad</p:Status>" VALUE("y"))),
          200,
          { "<p:Status>OK</p:Status>", "<p:VariableValue>y</p:VariableValue>" } },
        { "another key", PUT(ENV, KEYS("OS"), VARIABLE("Path", VALUE("x"))), 500, { "2150858989" } },
        { "no key", PUT(ENV, KEYS("OS"), INSTANCE("Win32_Environment", ENV, VALUE("x"))), 500, { "MissingValues" } },
        { "nobody", PUT(ENV, KEYS("NOBODY"), VARIABLE("NOBODY", "")), 500, { "0x80041002" } },
        { "no body", PUT(ENV, KEYS("OS"), ""), 500, { "w:SchemaValidationError" } },
        { "another class", PUT(ENV, KEYS("OS"), INSTANCE("X", ENV, "")), 500, { "w:SchemaValidationError" } },
        { "another namespace",
          PUT(ENV, KEYS("OS"), INSTANCE("Win32_Environment", "urn:x", NAMES("OS"))),
          500,
          { "InvalidNamespace" } },
        { "unknown property", PUT(ENV, KEYS("OS"), VARIABLE("OS", "<p:X/>")), 500, { "w:SchemaValidationError" } },
        { "property in another case",
          PUT(ENV, KEYS("OS"), VARIABLE("OS", "<p:variablevalue/>")),
          500,
          { "w:SchemaValidationError" } },
        { "twice", PUT(ENV, KEYS("OS"), VARIABLE("OS", VALUE("x") VALUE("y"))), 500, { "w:SchemaValidationError" } },
        { "wrong type",
          PUT(TYPES, KEY("Id", "null"), INSTANCE("Hvsim_AllTypes", TYPES, "<p:Id>null</p:Id><p:Uint8>256</p:Uint8>")),
          500,
          { "w:SchemaValidationError" } },
        { "of Hyper-V",
          PUT(SERVICE, SERVICE_KEY, INSTANCE("Msvm_VirtualSystemMigrationService", SERVICE, "")),
          500,
          { "0x80041024", "2150859010" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void fragments_are_judged(void **state) {
    static const struct row rows[] = {
        { "element",
          PUT(ENV, KEYS("OS") FRAGMENT("VariableValue"), XML_FRAGMENT(ENV, "<p:VariableValue>z</p:VariableValue>")),
          200,
          { "<w:FragmentTransfer s:mustUnderstand=\"true\">VariableValue</w:FragmentTransfer>",
            "<p:VariableValue>z</p:VariableValue></w:XmlFragment>" } },
        { "text",
          PUT(ENV, KEYS("OS") FRAGMENT("VariableValue/text()"), XML_FRAGMENT(ENV, "zz")),
          200,
          { ">zz</w:XmlFragment>" } },
        { "it stays", GET_OF(ENV, KEYS("OS")), 200, { "<p:VariableValue>zz</p:VariableValue>" } },
        { "array",
          PUT(TYPES, KEY("Id", "null") FRAGMENT("Uint8Array"),
              XML_FRAGMENT(TYPES, "<p:Uint8Array>1</p:Uint8Array><p:Uint8Array>2</p:Uint8Array>")),
          200,
          { "<p:Uint8Array>1</p:Uint8Array><p:Uint8Array>2</p:Uint8Array>" } },
        { "array becomes null",
          PUT(TYPES, KEY("Id", "null") FRAGMENT("Uint8Array"), XML_FRAGMENT(TYPES, "")),
          200,
          { "XmlFragment" } },
        { "not to understand",
          PUT(ENV, KEYS("OS") "<w:FragmentTransfer>VariableValue</w:FragmentTransfer>", XML_FRAGMENT(ENV, "")),
          500,
          { "a:InvalidMessageInformationHeader" } },
        { "key", PUT(ENV, KEYS("OS") FRAGMENT("Name"), XML_FRAGMENT(ENV, "<p:Name>OS</p:Name>")), 500, { "2150858989" } },
        { "read-only",
          PUT(ENV, KEYS("OS") FRAGMENT("Status"), XML_FRAGMENT(ENV, "<p:Status>x</p:Status>")),
          500,
          { "0x80041024" } },
        { "other property",
          PUT(ENV, KEYS("OS") FRAGMENT("VariableValue"), XML_FRAGMENT(ENV, "<p:X/>")),
          500,
          { "InvalidFragment" } },
        { "no fragment", PUT(ENV, KEYS("OS") FRAGMENT("VariableValue"), VARIABLE("OS", "")), 500, { "w:SchemaValidationError" } },
        { "unknown", PUT(ENV, KEYS("OS") FRAGMENT("X"), XML_FRAGMENT(ENV, "")), 500, { "InvalidFragment" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void creations_and_deletions_are_judged(void **state) {
    static const struct row rows[] = {
        { "a creation",
          CREATE(ENV, "", VARIABLE("NEW", VALUE("v"))),
          200,
          { "<x:ResourceCreated><a:Address>" SIM_ANONYMOUS "</a:Address><a:ReferenceParameters><w:ResourceURI>" ENV,
            "<w:Selector Name=\"Name\">NEW</w:Selector><w:Selector Name=\"UserName\">&lt;SYSTEM&gt;</w:Selector>" } },
        { "it is there", GET_OF(ENV, KEYS("NEW")), 200, { "<p:VariableValue>v</p:VariableValue>" } },
        { "twice", CREATE(ENV, "", VARIABLE("NEW", VALUE("v"))), 500, { "w:AlreadyExists", "0x80041019", "2150858803" } },
        { "with selectors", CREATE(ENV, KEYS("OTHER"), VARIABLE("OTHER", "")), 500, { "w:InvalidSelectors" } },
        { "without key", CREATE(ENV, "", INSTANCE("Win32_Environment", ENV, VALUE("v"))), 500, { "MissingValues" } },
        { "of Hyper-V", CREATE(VM, "", INSTANCE("Msvm_ComputerSystem", VM, "")), 500, { "0x80041024" } },
        { "a deletion", DELETE(ENV, KEYS("NEW")), 200, { "DeleteResponse</a:Action>", "<s:Body></s:Body>" } },
        { "it is gone", GET_OF(ENV, KEYS("NEW")), 500, { "0x80041002" } },
        { "again", DELETE(ENV, KEYS("NEW")), 500, { "a:DestinationUnreachable" } },
        { "of Hyper-V", DELETE(SERVICE, SERVICE_KEY), 500, { "0x80041024" } },
        { "a deletion with a body",
          ENVELOPE(TO REPLY_TO ID URI(ENV) ACTION(SIM_NS_XFER "/Delete") KEYS("OS"), "<x/>"),
          500,
          { "InvalidBody" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

/* What Get gives can be put unchanged, and says the same afterwards. */
static void every_type_goes_round(void **state) {
    struct world *world = *state;
    HV_CLEANUP_BUF struct hv_buf first = HV_BUF_INIT(100000);
    HV_CLEANUP_BUF struct hv_buf request = HV_BUF_INIT(200000);
    const char *answer = post(world, GET_OF(TYPES, KEY("Id", "full")));
    const char *start = strstr(answer, "<s:Body>");
    const char *end = strstr(answer, "</s:Body>");

    assert_int_equal(world->reply.status, 200);
    start += strlen("<s:Body>");
    hv_buf_append(&first, start, (size_t)(end - start));
    (void)post(world,
               PUT(TYPES, KEY("Id", "full"), INSTANCE("Hvsim_AllTypes", TYPES, "<p:Id>full</p:Id><p:String>other</p:String>")));
    assert_int_equal(world->reply.status, 200);
    hv_buf_puts(&request,
                OPEN "<s:Header>" TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_XFER "/Put") KEY("Id", "full") "</s:Header><s:Body>");
    hv_buf_puts(&request, hv_buf_text(&first));
    hv_buf_puts(&request, "</s:Body></s:Envelope>");
    answer = post(world, hv_buf_text(&request));
    if (world->reply.status != 200)
        fail_msg("%s", answer);
    assert_non_null(strstr(answer, hv_buf_text(&first)));
}

static void keys_that_are_references_name_an_instance(void **state) {
    static const struct row rows[] = {
        { "the link",
          GET_OF(LINK, TWO("<w:Selector Name='Left'><a:EndpointReference><a:Address>" SIM_ANONYMOUS
                           "</a:Address><a:ReferenceParameters><w:ResourceURI>" TYPES
                           "</w:ResourceURI>" KEY("Id", "full") "</a:ReferenceParameters></a:EndpointReference></w:Selector>",
                           "<w:Selector Name='Right'><a:EndpointReference><a:Address>" SIM_ANONYMOUS
                           "</a:Address><a:ReferenceParameters><w:ResourceURI>" TYPES
                           "</w:ResourceURI>" KEY("Id", "empty") "</a:ReferenceParameters></a:EndpointReference></w:Selector>")),
          200,
          { "<p:Weight>2</p:Weight>" } },
    };

    run_rows(*state, rows, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(puts_are_judged),
        T(fragments_are_judged),
        T(creations_and_deletions_are_judged),
        T(every_type_goes_round),
        T(keys_that_are_references_name_an_instance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
