/* Embedded instance text: what is read and what is refused (wsman.md 4.1, 4.3). */
#include "lab.h"

#include <string.h>

#include "embedded.h"

#define SETTING "Msvm_VirtualSystemMigrationSettingData"
#define SYSTEM  "Msvm_VirtualSystemSettingData"

struct fixture {
    struct sim_schema *schema;
    struct sim_embedded_rules rules;
    struct sim_embedded embedded;
};

static int schema_setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    fixture->schema = sim_schema_new();
    assert_non_null(fixture->schema);
    fixture->rules = (struct sim_embedded_rules){ fixture->schema, SIM_NS_VIRTUALIZATION, 17763, false };
    *state = fixture;
    return 0;
}

static int schema_teardown(void **state) {
    struct fixture *fixture = *state;
    sim_embedded_deinit(&fixture->embedded);
    sim_schema_free(fixture->schema);
    free(fixture);
    return 0;
}

static int parse(struct fixture *fixture, const char *class_name, const char *text) {
    sim_embedded_deinit(&fixture->embedded);
    return sim_embedded_parse(&fixture->rules, class_name, text, &fixture->embedded);
}

static void refused(struct fixture *fixture, const char *text, const char *why) {
    assert_int_equal(parse(fixture, SETTING, text), 1);
    if (!strstr(fixture->embedded.reason, why))
        fail_msg("\"%s\" does not say \"%s\"", fixture->embedded.reason, why);
}

static void test_values_are_read(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        parse(fixture, SETTING,
              INSTANCE(SETTING, PROPERTY("MigrationType", "uint16", "32771") PROPERTY("EnableCompression", "boolean", "TRUE")
                                    ARRAY("DestinationIPAddressList", ITEM("10.0.0.1") ITEM("fe80::1")))),
        0);
    assert_int_equal(sim_object_number(fixture->embedded.object, "MigrationType", 0), 32771);
    assert_true(sim_object_flag(fixture->embedded.object, "EnableCompression", false));
    const struct sim_value *addresses = sim_object_value(fixture->embedded.object, "DestinationIPAddressList");
    assert_int_equal(addresses->n_items, 2);
    assert_string_equal(addresses->items[1].text, "fe80::1");
    assert_true(sim_embedded_given(&fixture->embedded, "MigrationType"));
    assert_false(sim_embedded_given(&fixture->embedded, "TransportType"));
}

static void test_declaration_and_white_space_are_tolerated(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, SETTING,
                           "<?xml version=\"1.0\"?>\n<INSTANCE CLASSNAME=\"" SETTING "\">\n  <PROPERTY NAME=\"MigrationType\" "
                           "TYPE=\"uint16\">\n    <VALUE>32768</VALUE>\n  </PROPERTY>\n</INSTANCE>\n"),
                     0);
}

static void test_empty_text_is_not_null(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(
        parse(fixture, SYSTEM,
              INSTANCE(SYSTEM, PROPERTY("ElementName", "string",
                                        "") "<PROPERTY NAME=\"BIOSGUID\" TYPE=\"string\"/>" ARRAY("Notes", ITEM("")))),
        0);
    assert_string_equal(sim_object_text(fixture->embedded.object, "ElementName"), "");
    assert_null(sim_object_text(fixture->embedded.object, "BIOSGUID"));
    assert_true(sim_embedded_given(&fixture->embedded, "BIOSGUID"));
    assert_int_equal(sim_object_value(fixture->embedded.object, "Notes")->n_items, 1);
}

static void test_references_inside_values(void **state) {
    struct fixture *fixture = *state;
    const char *named = INSTANCE(SYSTEM, PROPERTY("ElementName", "string", "a &amp; &lt;b&gt; &quot;c&quot;"));
    assert_int_equal(parse(fixture, SYSTEM, named), 0);
    assert_string_equal(sim_object_text(fixture->embedded.object, "ElementName"), "a & <b> \"c\"");
    fixture->rules.refuse_named_references = true;
    assert_int_equal(parse(fixture, SYSTEM, named), 1);
    assert_int_equal(parse(fixture, SYSTEM, INSTANCE(SYSTEM, PROPERTY("ElementName", "string", "a &#38; &#60;b> \"c\""))), 0);
    assert_string_equal(sim_object_text(fixture->embedded.object, "ElementName"), "a & <b> \"c\"");
}

static void test_dates_are_in_cim_form(void **state) {
    struct fixture *fixture = *state;
#define DELAY(type, text) INSTANCE(SYSTEM, PROPERTY("AutomaticStartupActionDelay", type, text))
    assert_int_equal(parse(fixture, SYSTEM, DELAY("datetime", "00000000003000.000000:000")), 0);
    assert_int_equal(sim_object_value(fixture->embedded.object, "AutomaticStartupActionDelay")->items[0].datetime.us,
                     INT64_C(1800000000));
    assert_int_equal(parse(fixture, SYSTEM, DELAY("datetime", "P0DT0H30M0S")), 1);
    assert_int_equal(parse(fixture, SYSTEM, DELAY("string", "00000000003000.000000:000")), 1);
    assert_int_equal(parse(fixture, SYSTEM, DELAY("datetime", "20240230101112.000000+000")), 1);
}

static void test_unknown_names_are_refused(void **state) {
    struct fixture *fixture = *state;
    refused(fixture, INSTANCE(SETTING, PROPERTY("BandwidthReservation", "uint16", "1")), "BandwidthReservation");
    refused(fixture, INSTANCE(SETTING, PROPERTY("CancelIfBlackoutThresholdExceeds", "boolean", "true")), "no such property");
    refused(fixture, INSTANCE("Msvm_ConcreteJob", ""), "wrong class");
    refused(fixture, INSTANCE("CIM_VirtualSystemMigrationSettingData", ""), "wrong class");
    refused(fixture, INSTANCE("No_Such", ""), "wrong class");
    assert_int_equal(parse(fixture, SETTING, INSTANCE(SETTING, PROPERTY("__PATH", "string", "x"))), 0);
}

static void test_properties_wait_for_their_build(void **state) {
    struct fixture *fixture = *state;
    const char *text = INSTANCE(SETTING, PROPERTY("AllowOverwriteExistingFile", "boolean", "true"));
    assert_int_equal(parse(fixture, SETTING, text), 0);
    fixture->rules.build = 14393;
    refused(fixture, text, "AllowOverwriteExistingFile");
}

static void test_types_must_match(void **state) {
    struct fixture *fixture = *state;
    refused(fixture, INSTANCE(SETTING, PROPERTY("MigrationType", "uint32", "32768")), "TYPE");
    refused(fixture, INSTANCE(SETTING, "<PROPERTY NAME=\"MigrationType\"><VALUE>32768</VALUE></PROPERTY>"), "TYPE");
    refused(fixture, INSTANCE(SETTING, PROPERTY("MigrationType", "uint16", "70000")), "fit");
    refused(fixture, INSTANCE(SETTING, PROPERTY("MigrationType", "uint16", "0x10")), "fit");
    refused(fixture, INSTANCE(SETTING, PROPERTY("MigrationType", "uint16", "")), "fit");
    refused(fixture, INSTANCE(SETTING, PROPERTY("EnableCompression", "boolean", "yes")), "fit");
    refused(fixture, INSTANCE(SETTING, PROPERTY("DestinationIPAddressList", "string", "10.0.0.1")), "array");
    refused(fixture, INSTANCE(SETTING, ARRAY("DestinationPlannedVirtualSystemId", ITEM("x"))), "array");
}

static void test_shape_must_be_that_of_the_dtd(void **state) {
    struct fixture *fixture = *state;
    refused(fixture, "", "XML");
    refused(fixture, "<INSTANCE", "XML");
    refused(fixture, "<p:Msvm xmlns:p='u'/>", "INSTANCE");
    refused(fixture, "<!DOCTYPE INSTANCE [<!ENTITY a 'b'>]><INSTANCE CLASSNAME='" SETTING "'/>", "INSTANCE");
    refused(fixture, INSTANCE(SETTING, "text"), "text");
    refused(fixture, INSTANCE(SETTING, "<MigrationType>5</MigrationType>"), "unexpected");
    refused(fixture, INSTANCE(SETTING, PROPERTY("MigrationType", "uint16", "1") PROPERTY("MigrationType", "uint16", "1")),
            "twice");
    refused(fixture, INSTANCE(SETTING, "<PROPERTY NAME=\"MigrationType\" TYPE=\"uint16\">5</PROPERTY>"), "VALUE");
    refused(
        fixture,
        INSTANCE(SETTING, "<PROPERTY.ARRAY NAME=\"DestinationIPAddressList\" TYPE=\"string\"><VALUE>x</VALUE></PROPERTY.ARRAY>"),
        "VALUE.ARRAY");
}

static void test_read_only_properties_are_noticed(void **state) {
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, SYSTEM, INSTANCE(SYSTEM, PROPERTY("VirtualSystemIdentifier", "string", "x"))), 0);
    assert_string_equal(fixture->embedded.read_only, "VirtualSystemIdentifier");
    assert_int_equal(parse(fixture, SYSTEM, INSTANCE(SYSTEM, PROPERTY("InstanceID", "string", "x"))), 0);
    assert_null(fixture->embedded.read_only);
}

static void test_what_is_written_can_be_read(void **state) {
    struct fixture *fixture = *state;
    const char *name = "db & <test> \"one\" \xF0\x9F\x96\xA5";
    struct sim_object *object = sim_object_new(sim_schema_class(fixture->schema, SIM_NS_VIRTUALIZATION, SYSTEM), 17763);
    assert_non_null(object);
    sim_set_text(object, "ElementName", name);
    sim_set_timestamp(object, "CreationTime", INT64_C(1714558272500000));
    sim_add_text(object, "Notes", "");
    char *text = sim_object_cim_text(object);
    sim_object_free(object);
    assert_non_null(text);
    int r = parse(fixture, SYSTEM, text);
    free(text);
    assert_int_equal(r, 0);
    assert_string_equal(sim_object_text(fixture->embedded.object, "ElementName"), name);
    assert_int_equal(sim_object_value(fixture->embedded.object, "CreationTime")->items[0].datetime.us, INT64_C(1714558272500000));
}

#define T(test) cmocka_unit_test_setup_teardown(test, schema_setup, schema_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        T(test_values_are_read),
        T(test_declaration_and_white_space_are_tolerated),
        T(test_empty_text_is_not_null),
        T(test_references_inside_values),
        T(test_dates_are_in_cim_form),
        T(test_unknown_names_are_refused),
        T(test_properties_wait_for_their_build),
        T(test_types_must_match),
        T(test_shape_must_be_that_of_the_dtd),
        T(test_read_only_properties_are_noticed),
        T(test_what_is_written_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
