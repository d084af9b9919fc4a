/* The manners of other products. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define IDENTIFY                                                                                                                 \
    "<s:Envelope xmlns:s='" SIM_NS_SOAP "'><s:Header/><s:Body><i:Identify xmlns:i='" SIM_NS_IDENTITY "'/></s:Body></s:Envelope>"
#define TYPES     SIM_URI_CLASS2 "Hvsim_AllTypes"
#define ECHO      SIM_URI_CLASS2 "Hvsim_Echo"
#define LAB       ONE("__cimnamespace", "root/hvsim")
#define OPTIMIZED "<w:OptimizeEnumeration/>"
#define ENUMERATE ENVELOPE(TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_ENUM "/Enumerate") TWO(LAB, ""), "<n:Enumerate/>")
#define CALL                                                                                                                     \
    ENVELOPE(TO REPLY_TO ID URI(ECHO) ACTION(ECHO "/Echo") TWO(LAB, ""),                                                         \
             "<p:Echo_INPUT xmlns:p='" ECHO "'><p:Boolean>false</p:Boolean></p:Echo_INPUT>")

static void behave(struct world *world, enum sim_peer peer) {
    sim_service_behave(&world->service, (struct sim_manner){ .peer = peer });
}

static void omi_has_its_own_ways(void **state) {
    static const struct row rows[] = {
        { "Identify", IDENTIFY, 200, { "<wsmid:ProductVendor>OMI</wsmid:ProductVendor>", "<SOAP-ENV:Envelope" } },
        { "booleans, null arrays and prefixes",
          GET_OF(TYPES, TWO(ONE("Id", "full"), LAB)),
          200,
          { "<p:Boolean>TRUE</p:Boolean>", "<wsa:Action>" SIM_NS_XFER "/GetResponse</wsa:Action>",
            "<SOAP-ENV:Body><p:Hvsim_AllTypes" } },
        { "null arrays", GET_OF(TYPES, TWO(ONE("Id", "null"), LAB)), 200, { "<p:StringArray xsi:nil=\"true\"/>" } },
        { "order of the class",
          GET_OF(TYPES, TWO(ONE("Id", "full"), LAB)),
          200,
          { "<p:Id>full</p:Id><p:Boolean>TRUE</p:Boolean><p:BooleanArray>TRUE</p:BooleanArray><p:BooleanArray>FALSE</"
            "p:BooleanArray><p:Uint8>" } },
        { "methods",
          CALL,
          200,
          { "<wsa:Action>" ECHO "/Echo</wsa:Action>", "<p:Hvsim_Echo_OUTPUT",
            "<p:ReturnValue>0</p:ReturnValue><p:OutBoolean>FALSE" } },
        { "resource URIs of WMI", GET_OF(SERVICE, SERVICE_KEY), 500, { "wsa:DestinationUnreachable", "InvalidResourceURI" } },
        { "URI without namespace", GET_OF(TYPES, KEY("Id", "full")), 500, { "wsa:DestinationUnreachable" } },
        { "faults of enumerations",
          ENVELOPE(TO REPLY_TO ID URI(SIM_URI_CLASS2 "*") ACTION(SIM_NS_ENUM "/Enumerate") TWO(LAB, ""),
                   "<n:Enumerate><w:Filter Dialect='" SIM_DIALECT_WQL "'>SELEKT</w:Filter></n:Enumerate>"),
          500,
          { "<wsa:Action>http://schemas.xmlsoap.org/ws/2004/08/enumeration/fault<", ">wsen:CannotProcessFilter<",
            ">SOAP-ENV:Sender<" } },
        { "query",
          ENVELOPE(TO REPLY_TO ID URI(SIM_URI_CLASS2 "*") ACTION(SIM_NS_ENUM "/Enumerate") TWO(LAB, ""),
                   "<n:Enumerate>" OPTIMIZED "<w:Filter Dialect='" SIM_DIALECT_WQL
                   "'>SELECT * FROM Hvsim_AllTypes WHERE Id='full'</w:Filter></n:Enumerate>"),
          200,
          { "<wsman:Items><p:Hvsim_AllTypes" } },
    };
    struct world *world = *state;
    char context[64];

    behave(world, SIM_PEER_OMI);
    run_rows(world, rows, sizeof(rows) / sizeof(rows[0]));
    assert_null(strstr(post(world, rows[5].body), "WSManFault"));
    between(post(world, ENUMERATE), "<wsen:EnumerationContext>", "<", context, sizeof(context));
    assert_int_equal(strspn(context, "0123456789"), strlen(context));
    assert_int_equal(sim_arms_add(&world->arms, "fault=ENDPOINT_UNAVAILABLE", NULL), 0);
    assert_non_null(strstr(post(world, IDENTIFY), ">wsa:EndpointUnavilable<"));
}

static void openwsman_has_its_own_ways(void **state) {
    static const struct row rows[] = {
        { "Identify", IDENTIFY, 200, { "<wsmid:ProductVendor>Openwsman Project<", "<s:Envelope" } },
        { "small envelopes",
          GET_OF(TYPES, TWO(ONE("Id", "empty"), LAB) "<w:MaxEnvelopeSize>8000</w:MaxEnvelopeSize>"),
          200,
          { "<wsa:RelatesTo>uuid:1</wsa:RelatesTo>" } },
        { "methods", CALL, 200, { "EchoResponse</wsa:Action>", "<p:Echo_OUTPUT", "<p:OutBoolean>false</p:OutBoolean>" } },
        { "faults", GET_OF(TYPES, TWO(LAB, "")), 500, { ">wsman:InvalidSelectors<", "<wsman:FaultDetail>" } },
    };
    struct world *world = *state;
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);
    char first[64];
    char second[64];

    behave(world, SIM_PEER_OPENWSMAN);
    run_rows(world, rows, sizeof(rows) / sizeof(rows[0]));
    between(post(world, ENUMERATE), "<wsen:EnumerationContext>", "<", first, sizeof(first));
    hv_buf_printf(&body,
                  OPEN "<s:Header>" TO REPLY_TO ID URI(TYPES) ACTION(SIM_NS_ENUM "/Pull")
                      TWO(LAB, "") "</s:Header><s:Body><n:Pull><n:EnumerationContext>%s"
                                   "</n:EnumerationContext></n:Pull></s:Body></s:Envelope>",
                  first);
    between(post(world, hv_buf_text(&body)), "<wsen:EnumerationContext>", "<", second, sizeof(second));
    assert_string_equal(first, second);
}

static void offers_of_schemes_differ(void **state) {
    struct world *world = *state;
    struct sim_http_request request = good_request(IDENTIFY);

    request.authorization = NULL;
    (void)handle(world, request);
    assert_string_equal(world->reply.offers[0], "Basic realm=\"WSMAN\"");
    assert_null(world->reply.offers[1]);
    behave(world, SIM_PEER_OMI);
    (void)handle(world, request);
    assert_string_equal(world->reply.offers[2], "Kerberos");
    behave(world, SIM_PEER_OPENWSMAN);
    (void)handle(world, request);
    assert_memory_equal(world->reply.offers[1], "Digest ", 7);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(omi_has_its_own_ways),
        T(openwsman_has_its_own_ways),
        T(offers_of_schemes_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
