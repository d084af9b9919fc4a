/* What other servers than WinRM do (wsman.md 7): OMI, openwsman, and odd ones. None of it may break us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cim/event.h"
#include "cim/instance.h"
#include "op_bench.h"

#define CIM HV_CIM_SCHEMA_PREFIX
#define ENVELOPE                                                                                                                 \
    "<SOAP-ENV:Envelope xmlns:SOAP-ENV='" HV_NS_SOAP "' xmlns:wsa='" HV_NS_ADDRESSING "' xmlns:wsen='" HV_NS_ENUMERATION         \
    "' xmlns:wsman='" HV_NS_WSMAN "' xmlns:msftwinrm='" HV_NS_WSMAN_MS "' xmlns:xsi='" HV_NS_XSI "' xmlns:k='" CIM               \
    "SCX_OperatingSystem'>"

/* Header block and body as OMI writes them. */
static int feed_omi(struct hv_op *op, int status, const char *action, const char *body, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(BENCH_BYTES);

    hv_buf_printf(&buf,
                  ENVELOPE
                  "<SOAP-ENV:Header><wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>"
                  "<wsa:Action>%s</wsa:Action><wsa:MessageID>uuid:0</wsa:MessageID><wsa:RelatesTo>uuid:%s</wsa:RelatesTo>"
                  "</SOAP-ENV:Header><SOAP-ENV:Body>%s</SOAP-ENV:Body></SOAP-ENV:Envelope>",
                  action, BENCH_MESSAGE_ID, body);
    return bench_feed_text(op, status, hv_buf_text(&buf), err);
}

static struct hv_op *built(struct hv_op *op) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);

    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    return op;
}

static struct hv_op *list(void) {
    return bench_enumeration(&(struct hv_enumerate_options){
        .resource_uri = CIM "SCX_OperatingSystem", .cim_namespace = "root/scx", .max_elements = 2 });
}

/* Output named after the class, ReturnValue first, booleans in capitals, the request's own action in the answer. */
static void omi_answers_an_invoke(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = bench_target(CIM "SCX_OperatingSystem", "__cimnamespace", "root/scx");
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    uint32_t value = 1;
    bool flag = false;

    (void)state;
    assert_int_equal(hv_op_new_invoke(target, "ExecuteCommand", NULL, &op, NULL), 0);
    (void)built(op);
    assert_int_equal(feed_omi(op, 200, CIM "SCX_OperatingSystem/ExecuteCommand",
                              "<k:SCX_OperatingSystem_OUTPUT><k:ReturnValue>TRUE</k:ReturnValue><k:ReturnCode>0</k:ReturnCode>"
                              "<k:StdOut>\n</k:StdOut></k:SCX_OperatingSystem_OUTPUT>",
                              NULL),
                     HV_OP_DONE);
    assert_int_equal(hv_instance_bool(hv_op_instance(op), "ReturnValue", &flag, NULL), 0);
    assert_true(flag);
    assert_string_equal(hv_instance_text(hv_op_instance(op), "StdOut"), "\n");
    assert_string_equal(hv_instance_class(hv_op_instance(op)), "ExecuteCommand_OUTPUT");
    assert_int_equal(hv_op_return_value(op, &value, NULL), HV_E_PROTOCOL); /* no number, and told as such */
}

/* Contexts that are numbers and stay the same, null arrays as one nil element, properties in the order of the class. */
static void omi_answers_an_enumeration(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = list();
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    const struct hv_instance *first;

    (void)state;
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    assert_non_null(strstr(hv_buf_text(&bytes), "<w:Selector Name=\"__cimnamespace\">root/scx</w:Selector>"));
    assert_non_null(strstr(hv_buf_text(&bytes), "<w:MaxElements>2</w:MaxElements>"));
    assert_int_equal(
        feed_omi(op, 200, HV_NS_ENUMERATION "/EnumerateResponse",
                 "<wsen:EnumerateResponse><wsman:Items><k:SCX_OperatingSystem xsi:type='k:SCX_OperatingSystem_Type'>"
                 "<k:Name>b</k:Name><k:Flag>TRUE</k:Flag><k:Array xsi:nil='true'/>"
                 "<k:Precise xsi:nil='true' msftwinrm:IsNullArray='true'/><k:Caption>a</k:Caption></k:SCX_OperatingSystem>"
                 "</wsman:Items><wsen:EnumerationContext>37</wsen:EnumerationContext></wsen:EnumerateResponse>",
                 NULL),
        HV_OP_MORE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        assert_non_null(strstr(hv_buf_text(&bytes), "<n:EnumerationContext>37</n:EnumerationContext><n:MaxElements>2<"));
        assert_int_equal(feed_omi(op, 200, HV_NS_ENUMERATION "/PullResponse",
                                  "<wsen:PullResponse><wsen:Items><k:SCX_OperatingSystem/></wsen:Items>"
                                  "<wsen:EnumerationContext>37</wsen:EnumerationContext></wsen:PullResponse>",
                                  NULL),
                         HV_OP_MORE);
    }
    (void)built(op);
    assert_int_equal(feed_omi(op, 200, "any", "<wsen:PullResponse><wsen:Items/><wsen:EndOfSequence/></wsen:PullResponse>", NULL),
                     HV_OP_DONE);
    assert_int_equal(hv_op_n_instances(op), 3);
    first = hv_op_instance_at(op, 0);
    assert_string_equal(hv_property_name(hv_instance_property(first, 0)), "Name");
    assert_int_equal(hv_property_n_values(hv_instance_find(first, "Array")), 0);
    assert_true(hv_property_is_array(hv_instance_find(first, "Precise")));
    assert_null(hv_instance_namespace(first));
}

/* One item an answer, as without MaxElements, and an end in an answer of its own. */
static void openwsman_sends_one_item_at_a_time(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = list();

    (void)state;
    (void)built(op);
    assert_int_equal(bench_feed(op, 200,
                                "<n:EnumerateResponse><n:EnumerationContext>uuid:1</n:EnumerationContext></n:EnumerateResponse>",
                                NULL),
                     HV_OP_MORE);
    for (int i = 0; i < 3; i++) {
        (void)built(op);
        assert_int_equal(bench_feed(op, 200,
                                    "<n:PullResponse><n:EnumerationContext>uuid:1</n:EnumerationContext><n:Items>"
                                    "<p:Msvm_X><p:A>1</p:A></p:Msvm_X></n:Items></n:PullResponse>",
                                    NULL),
                         HV_OP_MORE);
    }
    (void)built(op);
    assert_int_equal(bench_feed(op, 200, "<n:PullResponse><n:EndOfSequence/></n:PullResponse>", NULL), HV_OP_DONE);
    assert_int_equal(hv_op_n_instances(op), 3);
}

/* Faults without WSManFault, in namespaces and actions of another year, with OMI's own words and mistakes. */
static void faults_of_others_are_understood(void **state) {
    static const struct {
        const char *action;
        const char *code;
        const char *subcode;
        const char *detail;
        int error;
        uint32_t cim_status;
        const char *message;
    } rows[] = {
        { "http://schemas.xmlsoap.org/ws/2004/08/enumeration/fault", "Receiver", "wsen:InvalidEnumerationContext", "",
          HV_E_PROTOCOL, 0, "the enumeration has expired at the host" },
        { "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault", "Receiver", "wsa:EndpointUnavilable", "", HV_E_CONFLICT, 0,
          "" },
        { "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault", "Sender", "wsa:DestinationUnreachable",
          "<k:OMI_Error xsi:type='k:OMI_Error_Type'><k:CIMStatusCode xsi:type='cim:cimUnsignedInt'>5</k:CIMStatusCode>"
          "<k:Message>The specified class does not exist.</k:Message><k:OMI_Code>5</k:OMI_Code><k:OMI_Type>MI</k:OMI_Type>"
          "</k:OMI_Error>",
          HV_E_NOT_FOUND, 5, "" },
        { "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", "Sender", "wsman:AccessDenied", "", HV_E_DENIED, 0, "" },
        { "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", "Sender", "unbound:QuotaLimit", "", HV_E_CONFLICT, 0, "" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_op_free) struct hv_op *op = built(bench_get());
        HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(BENCH_BYTES);
        struct hv_error err = { 0 };

        hv_buf_printf(&body,
                      "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:%s</SOAP-ENV:Value><SOAP-ENV:Subcode>"
                      "<SOAP-ENV:Value>%s</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason>"
                      "<SOAP-ENV:Text xml:lang='en-US'>as it is</SOAP-ENV:Text></SOAP-ENV:Reason><SOAP-ENV:Detail>"
                      "<wsman:FaultDetail>http://x/detail</wsman:FaultDetail>%s</SOAP-ENV:Detail></SOAP-ENV:Fault>",
                      rows[i].code, rows[i].subcode, rows[i].detail);
        assert_int_equal(feed_omi(op, 500, rows[i].action, hv_buf_text(&body), &err), rows[i].error);
        assert_int_equal(err.cim_status, rows[i].cim_status);
        assert_int_equal(err.wsman_code, 0);
        assert_string_equal(err.fault_detail, "http://x/detail");
        assert_string_equal(err.fault_code, rows[i].code);
        assert_non_null(strstr(err.message, rows[i].message));
        assert_true(err.fault_reason[0] != '\0');
    }
}

/* Several prefixes for a namespace, none at all, an answer without RelatesTo, and one that is for somebody else. */
static void envelopes_of_all_sorts_are_opened(void **state) {
    static const struct {
        const char *text;
        int outcome;
    } rows[] = {
        { "<Envelope xmlns='" HV_NS_SOAP "'><Body><X xmlns='" CIM "X'><A>1</A></X></Body></Envelope>", HV_OP_DONE },
        { "<s:Envelope xmlns:s='" HV_NS_SOAP "' xmlns:t='" HV_NS_SOAP "'><t:Header/><t:Body><a:X xmlns:a='" CIM "X' xmlns:b='" CIM
          "X'><b:A>1</b:A></a:X></t:Body></s:Envelope>",
          HV_OP_DONE },
        { "<?xml version='1.0' encoding='UTF-8'?>\n<s:Envelope xmlns:s='" HV_NS_SOAP
          "'>\n<!-- c --><s:Body>\n<X>\n<A>1</A>\n</X>\n"
          "</s:Body>\n</s:Envelope>\n",
          HV_OP_DONE },
        { "<s:Envelope xmlns:s='" HV_NS_SOAP "' xmlns:a='" HV_NS_ADDRESSING
          "'><s:Header><a:RelatesTo>uuid:00000000-0000-4000-8000-000000000000</a:RelatesTo></s:Header><s:Body><X/></s:Body></"
          "s:Envelope>",
          HV_E_PROTOCOL },
        { "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><X/></s:Body></s:Envelope>", HV_E_PROTOCOL },
        { "<s:Envelope xmlns:s='" HV_NS_SOAP "'><s:Header/></s:Envelope>", HV_E_PROTOCOL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_op_free) struct hv_op *op = built(bench_get());

        assert_int_equal(bench_feed_text(op, 200, rows[i].text, NULL), rows[i].outcome);
        if (rows[i].outcome == HV_OP_DONE)
            assert_string_equal(hv_instance_text(hv_op_instance(op), "A"), "1");
    }
}

static int feed_typed(struct hv_op *op, const char *type, const char *bytes, size_t n_bytes) {
    const struct hv_answer answer = { .status = 200, .content_type = type, .bytes = bytes, .n_bytes = n_bytes };

    return hv_op_feed(op, &answer, NULL);
}

/* ASCII as UTF-16; BIG: most significant byte first. */
static size_t widen(const char *text, bool big, bool mark, char *wide) {
    size_t n = 0;

    if (mark) {
        wide[n++] = big ? '\xFE' : '\xFF';
        wide[n++] = big ? '\xFF' : '\xFE';
    }
    for (; *text; text++) {
        wide[n++] = big ? '\0' : *text;
        wide[n++] = big ? *text : '\0';
    }
    return n;
}

static void utf16_and_wrong_types_are_read(void **state) {
    static const char text[] = "<s:Envelope xmlns:s='" HV_NS_SOAP "'><s:Body><X><A>1</A></X></s:Body></s:Envelope>";
    static const char *const types[] = {
        "application/soap+xml;charset=UTF-16",
        "application/soap+xml",
        "text/html",
        NULL,
    };
    char wide[2 * sizeof(text) + 2];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        size_t n = widen(text, i & 1, i & 2, wide);

        for (size_t j = 0; j < 4; j++) {
            HV_CLEANUP(hv_op_free) struct hv_op *op = built(bench_get());

            assert_int_equal(feed_typed(op, types[j], wide, n), HV_OP_DONE);
            assert_string_equal(hv_instance_text(hv_op_instance(op), "A"), "1");
        }
    }
    for (size_t j = 1; j < 4; j++) {
        HV_CLEANUP(hv_op_free) struct hv_op *op = built(bench_get());

        assert_int_equal(feed_typed(op, types[j], text, strlen(text)), HV_OP_DONE);
    }
}

/* One event each way of writing it; what is no event is passed over. */
static void events_come_in_several_forms(void **state) {
#define EVENT                                                                                                                    \
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Lab'/><EventID>7</EventID>"    \
    "</System><EventData><Data Name='A'>x</Data><Data>y</Data></EventData></Event>"
    static const struct {
        const char *text;
        int outcome;
    } rows[] = {
        { "<w:Event xmlns:w='" HV_NS_WSMAN "'>" EVENT "</w:Event>", 0 },
        { "<w:Event xmlns:w='" HV_NS_WSMAN "'><![CDATA[" EVENT "]]></w:Event>", 0 },
        { EVENT, 0 },
        { "<w:Event xmlns:w='" HV_NS_WSMAN "' Action='" HV_EVENT_HEARTBEAT "'/>", 1 },
        { "<w:Event xmlns:w='" HV_NS_WSMAN "'/>", HV_E_PROTOCOL },
        { "<w:Event xmlns:w='" HV_NS_WSMAN "'>no xml</w:Event>", HV_E_PROTOCOL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
        HV_CLEANUP(hv_instance_free) struct hv_instance *event = NULL;
        const struct hv_instance *system;
        const struct hv_property *data;

        assert_int_equal(hv_xml_parse(rows[i].text, strlen(rows[i].text), NULL, &doc, NULL), 0);
        assert_int_equal(hv_event_read(hv_xml_root(doc), &event, NULL), rows[i].outcome);
        if (rows[i].outcome != 0)
            continue;
        system = hv_property_instance(hv_instance_find(event, "System"), 0);
        assert_string_equal(hv_instance_text(system, "EventID"), "7");
        assert_string_equal(hv_instance_text(hv_property_instance(hv_instance_find(system, "Provider"), 0), "Name"), "Lab");
        data = hv_instance_find(hv_property_instance(hv_instance_find(event, "EventData"), 0), "Data");
        assert_int_equal(hv_property_n_values(data), 2);
        assert_string_equal(hv_instance_text(hv_property_instance(data, 0), "Value"), "x");
        assert_string_equal(hv_property_text(data, 1), "y");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(omi_answers_an_invoke),
        cmocka_unit_test(omi_answers_an_enumeration),
        cmocka_unit_test(openwsman_sends_one_item_at_a_time),
        cmocka_unit_test(faults_of_others_are_understood),
        cmocka_unit_test(envelopes_of_all_sorts_are_opened),
        cmocka_unit_test(utf16_and_wrong_types_are_read),
        cmocka_unit_test(events_come_in_several_forms),
    };

    hv_op_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
