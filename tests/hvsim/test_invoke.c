/* Which call is refused, and what an answer looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define CHECK "CheckVirtualSystemIsMigratable"
#define REFERENCE(uri)                                                                                                           \
    "<a:Address>" SIM_ANONYMOUS "</a:Address><a:ReferenceParameters><w:ResourceURI>" uri                                         \
    "</w:ResourceURI><w:SelectorSet>" HOST_KEYS "</w:SelectorSet></a:ReferenceParameters>"
#define SYSTEM(content) "<p:ComputerSystem>" content "</p:ComputerSystem>"
#define CALL(content)   INVOKE(CHECK, SERVICE_KEY, INPUT(CHECK, content))

static void calls_are_judged(void **state) {
    static const struct row rows[] = {
        { "a call",
          INVOKE("StartService", SERVICE_KEY, INPUT("StartService", "")),
          200,
          { "<a:Action>" SERVICE "/StartServiceResponse</a:Action>",
            "<p:StartService_OUTPUT xmlns:xsi=\"" SIM_NS_XSI "\" xmlns:p=\"" SERVICE "\" xmlns:cim=\"" SIM_NS_CIM
            "\"><p:ReturnValue>1</p:ReturnValue></p:StartService_OUTPUT>" } },
        { "no selectors",
          INVOKE("StartService", "", INPUT("StartService", "")),
          500,
          { "faultDetail/InsufficientSelectors", "0x8004102f" } },
        { "no such method",
          INVOKE("Nonsense", SERVICE_KEY, INPUT("Nonsense", "")),
          500,
          { "a:ActionNotSupported", "0x8004102e" } },
        { "no input element", INVOKE("StartService", SERVICE_KEY, ""), 500, { "w:SchemaValidationError", "2150858817" } },
        { "input of another method",
          INVOKE("StartService", SERVICE_KEY, INPUT("StopService", "")),
          500,
          { "w:SchemaValidationError" } },
        { "input in another namespace",
          INVOKE("StartService", SERVICE_KEY, "<p:StartService_INPUT xmlns:p='" VM "'/>"),
          500,
          { "w:SchemaValidationError" } },
        { "unknown parameter", CALL("<p:Nonsense/>"), 500, { "w:SchemaValidationError" } },
        { "parameter in another case", CALL("<p:destinationhost>x</p:destinationhost>"), 500, { "w:SchemaValidationError" } },
        { "parameter in no namespace", CALL("<DestinationHost>x</DestinationHost>"), 500, { "w:SchemaValidationError" } },
        { "out-parameter", CALL("<p:Job/>"), 500, { "w:SchemaValidationError" } },
        { "scalar twice",
          CALL("<p:DestinationHost>x</p:DestinationHost><p:DestinationHost>x</p:DestinationHost>"),
          500,
          { "w:SchemaValidationError" } },
        { "elements in a text", CALL("<p:DestinationHost><x/></p:DestinationHost>"), 500, { "w:SchemaValidationError" } },
        { "wrapped reference",
          CALL(SYSTEM("<a:EndpointReference>" REFERENCE(VM) "</a:EndpointReference>")),
          500,
          { "w:SchemaValidationError" } },
        { "path as reference", CALL(SYSTEM("\\\\H\\root:X.Y='z'")), 500, { "w:SchemaValidationError" } },
        { "reference twice", CALL(SYSTEM(REFERENCE(VM)) SYSTEM(REFERENCE(VM))), 500, { "w:SchemaValidationError" } },
        { "reference to another kind of class", CALL(SYSTEM(REFERENCE(SERVICE))), 500, { "w:InvalidParameter", "0x80041005" } },
        { "reference to a machine",
          CALL(SYSTEM("<a:Address>http://other/wsman</a:Address><a:ReferenceParameters><w:ResourceURI>" VM
                      "</w:ResourceURI></a:ReferenceParameters>")),
          500,
          { "2150859009" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void nil_is_null(void **state) {
    struct world *world = *state;
    char value[32];
    char other[32];

    between(post(world, CALL("")), "<p:ReturnValue>", "<", value, sizeof(value));
    assert_int_equal(world->reply.status, 200);
    between(post(world, CALL("<p:DestinationHost xmlns:i='" SIM_NS_XSI "' i:nil='true'/>")), "<p:ReturnValue>", "<", other,
            sizeof(other));
    assert_int_equal(world->reply.status, 200);
    assert_string_equal(value, other);
    assert_true(*value);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(calls_are_judged),
        T(nil_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
