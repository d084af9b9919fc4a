/* Enumerate, Pull and Release. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define ALL WMI "*"
#define ENUMERATE_OF(uri, keys, body)                                                                                            \
    ENVELOPE(TO REPLY_TO ID URI(uri) ACTION(SIM_NS_ENUM "/Enumerate") keys, "<n:Enumerate>" body "</n:Enumerate>")
#define WQL(text) "<w:Filter Dialect='" SIM_DIALECT_WQL "'>" text "</w:Filter>"
#define OPTIMIZED "<w:OptimizeEnumeration/><w:MaxElements>32000</w:MaxElements>"
#define MODE(m)   "<w:EnumerationMode>" m "</w:EnumerationMode>"
#define HOST_ONLY "SELECT * FROM Msvm_ComputerSystem WHERE Name = 'HV01'"

static void enumerations_are_judged(void **state) {
    static const struct row rows[] = {
        { "context only", ENUMERATE_OF(VM, "", ""), 200, { "<n:EnumerateResponse><n:EnumerationContext>uuid:" } },
        { "whole in one answer",
          ENUMERATE_OF(VM, "", OPTIMIZED),
          200,
          { "<n:EnumerationContext></n:EnumerationContext><w:Items>", "</w:Items><w:EndOfSequence/></n:EnumerateResponse>" } },
        { "one item when no number is given",
          ENUMERATE_OF(VM, "", "<w:OptimizeEnumeration/>"),
          200,
          { "<n:EnumerationContext>uuid:", "</p:Msvm_ComputerSystem></w:Items></n:EnumerateResponse>" } },
        { "WQL", ENUMERATE_OF(ALL, "", OPTIMIZED WQL(HOST_ONLY)), 200, { "<p:Name>HV01</p:Name>", "<w:EndOfSequence/>" } },
        { "n:Filter as well",
          ENUMERATE_OF(ALL, "", OPTIMIZED "<n:Filter Dialect='" SIM_DIALECT_WQL "'>" HOST_ONLY "</n:Filter>"),
          200,
          { "<p:Name>HV01</p:Name>" } },
        { "columns",
          ENUMERATE_OF(ALL, "", OPTIMIZED WQL("SELECT Name,InstallDate,EnabledState FROM Msvm_ComputerSystem WHERE Name='HV01'")),
          200,
          { "<w:XmlFragment xmlns:xsi=\"" SIM_NS_XSI "\" xmlns:w=\"" SIM_NS_WSMAN "\"><EnabledState>2</EnabledState><InstallDate",
            "<Name>HV01</Name></w:XmlFragment>" } },
        { "references",
          ENUMERATE_OF(ALL, "", OPTIMIZED WQL(HOST_ONLY) MODE("EnumerateEPR")),
          200,
          { "<w:Items><a:EndpointReference><a:Address>" SIM_ANONYMOUS "</a:Address><a:ReferenceParameters><w:ResourceURI>" VM
            "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"CreationClassName\">" } },
        { "objects and references",
          ENUMERATE_OF(ALL, "", OPTIMIZED WQL(HOST_ONLY) MODE("EnumerateObjectAndEPR")),
          200,
          { "<w:Items><w:Item><p:Msvm_ComputerSystem", "</p:Msvm_ComputerSystem><a:EndpointReference>" } },
        { "unknown mode", ENUMERATE_OF(VM, "", MODE("x")), 500, { "w:UnsupportedFeature", "faultDetail/EnumerationMode" } },
        { "selectors", ENUMERATE_OF(VM, KEY("Name", "x"), ""), 500, { "w:InvalidSelectors", "2150859016" } },
        { "WQL on a class", ENUMERATE_OF(VM, "", WQL(HOST_ONLY)), 500, { "2150859003" } },
        { "all classes without filter", ENUMERATE_OF(ALL, "", ""), 500, { "w:UnsupportedFeature", "FilteringRequired" } },
        { "another dialect",
          ENUMERATE_OF(ALL, "", "<w:Filter Dialect='urn:x'>y</w:Filter>"),
          500,
          { "n:FilterDialectRequestedUnavailable", "2004/09/enumeration/fault" } },
        { "unknown class in WQL",
          ENUMERATE_OF(ALL, "", WQL("SELECT * FROM X")),
          500,
          { "n:CannotProcessFilter", "2150858778", "0x80041010" } },
        { "bad WQL", ENUMERATE_OF(ALL, "", WQL("SELEKT")), 500, { "n:CannotProcessFilter", "0x80041017" } },
        { "WQL in an unknown namespace",
          ENUMERATE_OF(SIM_URI_WMI "root/x/*", "", WQL("SELECT * FROM X")),
          500,
          { "n:CannotProcessFilter", "0x8004100e" } },
        { "unknown class", ENUMERATE_OF(WMI "X", "", ""), 500, { "a:DestinationUnreachable", "0x80041010" } },
        { "unexpected element", ENUMERATE_OF(VM, "", "<w:X/>"), 500, { "w:SchemaValidationError" } },
        { "zero elements", ENUMERATE_OF(VM, "", "<w:MaxElements>0</w:MaxElements>"), 500, { "w:SchemaValidationError" } },
        { "selector filter",
          ENUMERATE_OF(VM, "", OPTIMIZED "<w:Filter Dialect='" SIM_DIALECT_SELECTOR "'>" KEY("Name", "hv01") "</w:Filter>"),
          200,
          { "<p:Name>HV01</p:Name>", "<w:EndOfSequence/>" } },
        { "selector filter on an array",
          ENUMERATE_OF(VM, "", "<w:Filter Dialect='" SIM_DIALECT_SELECTOR "'>" KEY("OperationalStatus", "2") "</w:Filter>"),
          500,
          { "n:CannotProcessFilter" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static const char *pull(struct world *world, const char *context, const char *limits, const char *header) {
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);

    hv_buf_printf(&body,
                  OPEN "<s:Header>" TO REPLY_TO ID URI(VM) ACTION(
                      SIM_NS_ENUM "/Pull") "%s</s:Header><s:Body><n:Pull>"
                                           "<n:EnumerationContext>%s</n:EnumerationContext>%s</n:Pull></s:Body></s:Envelope>",
                  header, context, limits);
    return post(world, hv_buf_text(&body));
}

static size_t count_systems(struct world *world) {
    return count(post(world, ENUMERATE_OF(VM, "", OPTIMIZED)), "xsi:type=\"p:Msvm_ComputerSystem_Type\"");
}

static void pulls_bring_one_item_each_by_default(void **state) {
    struct world *world = *state;
    const size_t total = count_systems(world);
    char context[64];
    char before[64] = "";
    size_t seen = 0;

    between(post(world, ENUMERATE_OF(VM, "", "")), "<n:EnumerationContext>", "<", context, sizeof(context));
    while (*context) {
        const char *answer = pull(world, context, "", "");
        assert_int_equal(world->reply.status, 200);
        assert_int_equal(count(answer, "_Type\""), 1);
        memcpy(before, context, sizeof(before));
        between(answer, "<n:EnumerationContext>", "<", context, sizeof(context));
        assert_string_not_equal(before, context);
        seen++;
        assert_int_equal(*context == '\0', strstr(answer, "</n:Items><n:EndOfSequence/></n:PullResponse>") != NULL);
    }
    assert_int_equal(seen, total);
    assert_non_null(strstr(pull(world, before, "", ""), "n:InvalidEnumerationContext"));
}

static void pulls_keep_the_limits_of_their_enumerate(void **state) {
    struct world *world = *state;
    char context[64];

    between(post(world,
                 ENVELOPE(TO REPLY_TO ID URI(VM) ACTION(SIM_NS_ENUM "/Enumerate") "<w:MaxEnvelopeSize>65536</w:MaxEnvelopeSize>",
                          "<n:Enumerate><w:MaxElements>2</w:MaxElements></n:Enumerate>")),
            "<n:EnumerationContext>", "<", context, sizeof(context));
    assert_non_null(strstr(pull(world, context, "<n:MaxElements>2</n:MaxElements>", ""), "2150859181"));
    assert_non_null(strstr(pull(world, context, "", "<w:MaxEnvelopeSize>65536</w:MaxEnvelopeSize>"), "2150859181"));
    (void)pull(world, context, "<n:MaxElements>2</n:MaxElements>", "<w:MaxEnvelopeSize>65536</w:MaxEnvelopeSize>");
    assert_int_equal(world->reply.status, 200);
}

static void batches_fit_the_envelope(void **state) {
    struct world *world = *state;
    const size_t total = count_systems(world);
    size_t seen = 0;
    char context[64];
    const char *answer = post(world, ENVELOPE(TO REPLY_TO ID URI(VM)
                                                  ACTION(SIM_NS_ENUM "/Enumerate") "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>",
                                              "<n:Enumerate>" OPTIMIZED "</n:Enumerate>"));
    unsigned n_answers = 1;

    for (;;) {
        assert_int_equal(world->reply.status, 200);
        assert_true(world->reply.body.len <= 8192);
        seen += count(answer, "xsi:type=\"p:Msvm_ComputerSystem_Type\"");
        between(answer, "<n:EnumerationContext>", "<", context, sizeof(context));
        if (!*context)
            break;
        answer = pull(world, context, "<n:MaxElements>32000</n:MaxElements>", "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>");
        n_answers++;
    }
    assert_int_equal(seen, total);
    assert_true(n_answers > 1);
}

static void idle_contexts_die_and_used_ones_live(void **state) {
    struct world *world = *state;
    char context[64];

    between(post(world, ENUMERATE_OF(VM, "", "")), "<n:EnumerationContext>", "<", context, sizeof(context));
    world->now_us += INT64_C(239) * 1000000;
    between(pull(world, context, "", ""), "<n:EnumerationContext>", "<", context, sizeof(context));
    assert_true(*context);
    world->now_us += INT64_C(241) * 1000000;
    assert_non_null(strstr(pull(world, context, "", ""), "2150858779"));
}

static void released_contexts_are_gone(void **state) {
    struct world *world = *state;
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);
    char context[64];

    between(post(world, ENUMERATE_OF(VM, "", "")), "<n:EnumerationContext>", "<", context, sizeof(context));
    hv_buf_printf(&body,
                  OPEN "<s:Header>" TO REPLY_TO ID URI(VM) ACTION(
                      SIM_NS_ENUM
                      "/Release") "</s:Header><s:Body><n:Release><n:EnumerationContext>%s</n:EnumerationContext></n:Release>"
                                  "</s:Body></s:Envelope>",
                  context);
    assert_non_null(strstr(post(world, hv_buf_text(&body)), "<s:Body></s:Body>"));
    assert_int_equal(world->reply.status, 200);
    assert_non_null(strstr(pull(world, context, "", ""), "n:InvalidEnumerationContext"));
}

/* Sends a Get whose selectors are those of the first reference in an answer. */
static void follow_reference(struct world *world, const char *answer, const char *uri) {
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);
    const char *start = strstr(answer, "<w:SelectorSet>");
    const char *end = start ? strstr(start, "</w:SelectorSet></a:ReferenceParameters></a:EndpointReference></w:Items>") : NULL;

    assert_non_null(end);
    hv_buf_printf(&body, OPEN "<s:Header>" TO REPLY_TO ID ACTION(GET) "<w:ResourceURI>%s</w:ResourceURI>", uri);
    hv_buf_append(&body, start, (size_t)(end - start) + strlen("</w:SelectorSet>"));
    hv_buf_puts(&body, "</s:Header><s:Body/></s:Envelope>");
    (void)post(world, hv_buf_text(&body));
}

static void references_of_associations_can_be_followed(void **state) {
    struct world *world = *state;

    follow_reference(
        world, post(world, ENUMERATE_OF(WMI "Msvm_SettingsDefineState", "", "<w:OptimizeEnumeration/>" MODE("EnumerateEPR"))),
        WMI "Msvm_SettingsDefineState");
    assert_int_equal(world->reply.status, 200);
    assert_non_null(strstr(hv_buf_text(&world->reply.body), "xsi:type=\"p:Msvm_SettingsDefineState_Type\""));
}

static void references_keep_the_style_of_the_request(void **state) {
    struct world *world = *state;
    const char *answer = post(world, ENUMERATE_OF(DMTF, KEY("__cimnamespace", "root/virtualization/v2"),
                                                  "<w:OptimizeEnumeration/>" MODE("EnumerateEPR")));

    assert_non_null(strstr(answer, "<w:ResourceURI>" DMTF "</w:ResourceURI>"));
    assert_non_null(strstr(answer, "<w:Selector Name=\"__cimnamespace\">root/virtualization/v2</w:Selector>"));
    follow_reference(world, answer, DMTF);
    assert_int_equal(world->reply.status, 200);
}

static void association_filters_are_taken(void **state) {
    struct world *world = *state;
    const char *answer = post(
        world, ENUMERATE_OF(ALL, "",
                            OPTIMIZED
                            "<w:Filter Dialect='" SIM_DIALECT_ASSOC "'><b:AssociatedInstances><b:Object><a:Address>" SIM_ANONYMOUS
                            "</a:Address><a:ReferenceParameters><w:ResourceURI>" SERVICE
                            "</w:ResourceURI><w:SelectorSet>" ONE("CreationClassName", "Msvm_VirtualSystemMigrationService")
                                ONE("Name", "migrationwmi") ONE("SystemCreationClassName", "Msvm_ComputerSystem") ONE(
                                    "SystemName", "HV01") "</w:SelectorSet></a:ReferenceParameters></b:Object><b:ResultClassName>"
                                                          "Msvm_VirtualSystemMigrationServiceSettingData</b:ResultClassName>"
                                                          "</b:AssociatedInstances></w:Filter>"));

    assert_int_equal(world->reply.status, 200);
    assert_int_equal(count(answer, "xsi:type=\"p:Msvm_VirtualSystemMigrationServiceSettingData_Type\""), 1);
}

static void an_item_that_never_fits_is_a_fault(void **state) {
    struct world *world = *state;

    world->service.limits.envelope_bytes = 2000;
    assert_non_null(strstr(post(world, ENUMERATE_OF(VM, "", OPTIMIZED)), "faultDetail/ServiceEnvelopeLimit"));
    assert_int_equal(world->service.contexts.n_items, 0);
}

static void too_many_enumerations_hit_the_quota(void **state) {
    struct world *world = *state;

    for (int i = 0; i < SIM_MAX_CONTEXTS; i++)
        (void)post(world, ENUMERATE_OF(WMI "Msvm_VirtualSystemMigrationCapabilities", "", ""));
    assert_int_equal(world->reply.status, 200);
    assert_non_null(strstr(post(world, ENUMERATE_OF(VM, "", "")), "2150859174"));
    world->now_us += INT64_C(241) * 1000000;
    (void)post(world, ENUMERATE_OF(VM, "", ""));
    assert_int_equal(world->reply.status, 200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(enumerations_are_judged),
        T(pulls_bring_one_item_each_by_default),
        T(pulls_keep_the_limits_of_their_enumerate),
        T(batches_fit_the_envelope),
        T(idle_contexts_die_and_used_ones_live),
        T(released_contexts_are_gone),
        T(references_of_associations_can_be_followed),
        T(references_keep_the_style_of_the_request),
        T(association_filters_are_taken),
        T(an_item_that_never_fits_is_a_fault),
        T(too_many_enumerations_hit_the_quota),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
