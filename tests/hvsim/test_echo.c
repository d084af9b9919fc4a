/* Every kind of parameter there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define ECHO  SIM_URI_WMI "root/hvsim/Hvsim_Echo"
#define TYPES SIM_URI_WMI "root/hvsim/Hvsim_AllTypes"
#define PART  SIM_URI_WMI "root/hvsim/Hvsim_Part"
#define CALL(content)                                                                                                            \
    ENVELOPE(TO REPLY_TO ID URI(ECHO) ACTION(ECHO "/Echo"), "<p:Echo_INPUT xmlns:p='" ECHO "' xmlns:xsi='" SIM_NS_XSI            \
                                                            "' xmlns:cim='" SIM_NS_CIM "'>" content "</p:Echo_INPUT>")
#define EPR(id)                                                                                                                  \
    "<a:Address>" SIM_ANONYMOUS "</a:Address><a:ReferenceParameters><w:ResourceURI>" TYPES                                       \
    "</w:ResourceURI>" KEY("Id", id) "</a:ReferenceParameters>"

/* In this form it goes in and, with another name, comes out. */
static const struct {
    const char *name;
    const char *text;
} values[] = {
    { "Boolean", "true" },
    { "Boolean", "false" },
    { "Uint8", "255" },
    { "Uint16", "65535" },
    { "Uint32", "4294967295" },
    { "Uint64", "18446744073709551615" },
    { "Sint8", "-128" },
    { "Sint16", "-32768" },
    { "Sint32", "-2147483648" },
    { "Sint64", "-9223372036854775808" },
    { "Real32", "3.40282347e+38" },
    { "Real32", "0.5" },
    { "Real64", "1.7976931348623157e+308" },
    { "Real64", "4.9406564584124654e-324" },
    { "Real64", "0.10000000000000001" },
    { "Real64", "0.30000000000000004" },
    { "Real64", "-2.2250738585072014e-308" },
    { "Real64", "INF" },
    { "Real64", "-INF" },
    { "Real64", "NaN" },
    { "Real64", "-0" },
    { "Char16", "x" },
    { "Char16", "7" },
    { "Char16", "\xC3\xBC" },
    { "Char16", "\xE2\x82\xAC" },
    { "String", " a &amp; b &lt;c&gt; " },
    { "String", "" },
    { "String", "]]&gt;" },
    { "String", "\xF0\x9F\x96\xA5" },
    { "Datetime", "<cim:Datetime>2024-05-01T10:11:12.5Z</cim:Datetime>" },
    { "Datetime", "<cim:Datetime>1601-01-01T00:00:00Z</cim:Datetime>" },
    { "Interval", "<cim:Interval>P0DT0H0M1.00417S</cim:Interval>" },
};

static void scalars_come_back_as_they_were(void **state) {
    struct world *world = *state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        HV_CLEANUP_BUF struct hv_buf request = HV_BUF_INIT(100000);
        HV_CLEANUP_BUF struct hv_buf wanted = HV_BUF_INIT(100000);
        const char *answer;

        hv_buf_puts(&request, OPEN "<s:Header>" TO REPLY_TO ID URI(ECHO) ACTION(ECHO "/Echo") "</s:Header><s:Body>");
        hv_buf_printf(&request, "<p:Echo_INPUT xmlns:p='%s' xmlns:cim='%s'><p:%s>%s</p:%s></p:Echo_INPUT></s:Body></s:Envelope>",
                      ECHO, SIM_NS_CIM, values[i].name, values[i].text, values[i].name);
        hv_buf_printf(&wanted, "<p:Out%s>%s</p:Out%s>", values[i].name, values[i].text, values[i].name);
        answer = post(world, hv_buf_text(&request));
        if (!strstr(answer, hv_buf_text(&wanted)))
            fail_msg("no %s in %s", hv_buf_text(&wanted), answer);
    }
}

static void calls_are_judged(void **state) {
    static const struct row rows[] = {
        { "nothing", CALL(""), 200, { "<p:OutString xsi:nil=\"true\"/>", "<p:ReturnValue>0</p:ReturnValue></p:Echo_OUTPUT>" } },
        { "null", CALL("<p:Uint8 xsi:nil='true'/>"), 200, { "<p:OutUint8 xsi:nil=\"true\"/>" } },
        { "array",
          CALL("<p:StringArray>a</p:StringArray><p:StringArray></p:StringArray><p:StringArray>a</p:StringArray>"),
          200,
          { "<p:OutStringArray>a</p:OutStringArray><p:OutStringArray></p:OutStringArray><p:OutStringArray>a</"
            "p:OutStringArray>" } },
        { "time zone",
          CALL("<p:Datetime><cim:Datetime>2024-05-01T10:11:12+09:00</cim:Datetime></p:Datetime>"),
          200,
          { "<p:OutDatetime><cim:Datetime>2024-05-01T01:11:12Z</cim:Datetime></p:OutDatetime>" } },
        { "reference", CALL("<p:Reference>" EPR("full") "</p:Reference>"), 200, { "<w:Selector Name=\"Id\">full</w:Selector>" } },
        { "references",
          CALL("<p:ReferenceArray>" EPR("one") "</p:ReferenceArray><p:ReferenceArray>" EPR("two") "</p:ReferenceArray>"),
          200,
          { ">one</w:Selector>", ">two</w:Selector>" } },
        { "wrapped reference",
          CALL("<p:Reference><a:EndpointReference>" EPR("full") "</a:EndpointReference></p:Reference>"),
          500,
          { "w:SchemaValidationError" } },
        { "embedded instance",
          CALL("<p:Embedded><![CDATA[<INSTANCE CLASSNAME=\"Hvsim_Part\"><PROPERTY NAME=\"Name\" TYPE=\"string\"><VALUE>a &#38; "
               "&#60;b&#62;"
               "</VALUE></PROPERTY></INSTANCE>]]></p:Embedded>"),
          200,
          { "&lt;VALUE&gt;a &amp;amp; &amp;lt;b&amp;gt;&lt;/VALUE&gt;" } },
        { "embedded instance that is none", CALL("<p:Embedded>x</p:Embedded>"), 200, { "<p:ReturnValue>32773</p:ReturnValue>" } },
        { "object",
          CALL("<p:Object xmlns:q='" PART
               "' xsi:type='q:Hvsim_Part_Type'><q:Name>n</q:Name><q:Numbers>-1</q:Numbers></p:Object>"),
          200,
          { "<p:Name>n</p:Name>", "<p:Numbers>-1</p:Numbers>", "xsi:type=\"p:Hvsim_Part_Type\"" } },
        { "bytes as numbers",
          CALL("<p:Octets>0</p:Octets><p:Octets>255</p:Octets>"),
          200,
          { "<p:OutOctets>0</p:OutOctets><p:OutOctets>255</p:OutOctets>" } },
        { "bytes as base64",
          CALL("<p:Octets>AP8=</p:Octets>"),
          200,
          { "<p:OutOctets>0</p:OutOctets><p:OutOctets>255</p:OutOctets>" } },
        { "too large", CALL("<p:Uint8>256</p:Uint8>"), 500, { "w:SchemaValidationError" } },
        { "too large a real", CALL("<p:Real64>1e400</p:Real64>"), 500, { "w:SchemaValidationError" } },
        { "no number", CALL("<p:Real64>.</p:Real64>"), 500, { "w:SchemaValidationError" } },
        { "selectors",
          ENVELOPE(TO REPLY_TO ID URI(ECHO) ACTION(ECHO "/Echo") KEY("Id", "x"), ""),
          500,
          { "w:InvalidSelectors" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void octets_are_base64_where_asked_for(void **state) {
    struct world *world = *state;

    world->service.manner.quirks = 1U << SIM_QUIRK_OCTETS_BASE64;
    assert_non_null(
        strstr(post(world, CALL("<p:Octets>0</p:Octets><p:Octets>255</p:Octets>")), "<p:OutOctets>AP8=</p:OutOctets>"));
    assert_non_null(strstr(post(world, CALL("<p:Uint8Array>0</p:Uint8Array>")), "<p:OutUint8Array>0</p:OutUint8Array>"));
    assert_non_null(strstr(post(world, GET_OF(TYPES, KEY("Id", "full"))), "<p:Octets>AH//</p:Octets>"));
}

static void null_arrays_are_marked_on_request(void **state) {
    static const struct row rows[] = {
        { "without", GET_OF(TYPES, KEY("Id", "null")), 200, { NULL } },
        { "with",
          GET_OF(TYPES,
                 KEY("Id", "null") "<w:OptionSet><w:Option Name='msftwinrm:UsePreciseArrays'>true</w:Option></w:OptionSet>"),
          200,
          { "<p:StringArray xmlns:msftwinrm=\"" SIM_NS_MSWSMAN "\" msftwinrm:IsNullArray=\"true\" xsi:nil=\"true\"/>" } },
    };
    struct world *world = *state;

    run_rows(world, rows, 2);
    assert_null(strstr(post(world, rows[0].body), "StringArray"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(scalars_come_back_as_they_were),
        T(calls_are_judged),
        T(octets_are_base64_where_asked_for),
        T(null_arrays_are_marked_on_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
