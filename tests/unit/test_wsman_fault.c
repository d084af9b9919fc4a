/* Faults: what is read out of each known shape, and what follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/wire.h"
#include "wsman/fault.h"
#include "wsman/uri.h"

static struct hv_error read_fault(const char *file) {
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(1000);
    struct hv_envelope *envelope = NULL;
    struct hv_error err;

    hv_buf_printf(&name, "synthetic/wsman-faults/%s.xml", file);
    assert_true(wire_open(hv_buf_text(&name), 500, &envelope, &err) < 0);
    assert_null(envelope);
    assert_int_equal(err.source, HV_SOURCE_WSMAN);
    assert_int_equal(err.http_status, 500);
    assert_true(err.message[0]);
    return err;
}

static const struct {
    const char *file;
    int code;
    const char *soap_code;
    const char *subcode;
    uint32_t wsman_code;
    uint32_t hresult;
    const char *consequences; /* T timeout, B busy, L context lost, R refusal */
} cases[] = {
    { "missing-class", HV_E_NOT_FOUND, "Sender", "{" HV_NS_ENUMERATION "}CannotProcessFilter", 2150858778, 0x80041010, "R" },
    { "invalid-namespace", HV_E_NOT_FOUND, "Sender", "{" HV_NS_ENUMERATION "}CannotProcessFilter", 2150858778, 0x8004100E, "R" },
    { "timed-out", HV_E_FAILED, "Receiver", "{" HV_NS_WSMAN "}TimedOut", 2150858793, 0, "T" },
    { "bad-timeout", HV_E_PROTOCOL, "Sender", "{" HV_NS_ADDRESSING "}InvalidMessageInformationHeader", 2150858767, 0, "R" },
    { "unexpected-selectors", HV_E_NOT_FOUND, "Sender", "{" HV_NS_WSMAN "}InvalidSelectors", 2150858843, 0, "R" },
    { "schema-validation", HV_E_PROTOCOL, "Sender", "{" HV_NS_WSMAN "}SchemaValidationError", 2150858817, 0, "R" },
    { "too-many-shells", HV_E_CONFLICT, "Sender", "{" HV_NS_WSMAN "}QuotaLimit", 2150859173, 0x803381A5, "BR" },
    { "too-many-operations", HV_E_CONFLICT, "Receiver", "{" HV_NS_WSMAN "}InternalError", 2150859174, 0, "BR" },
    { "no-such-class", HV_E_NOT_FOUND, "Sender", "DestinationUnreachable", 0, 0, "R" },
    { "access-denied", HV_E_DENIED, "Sender", "{" HV_NS_WSMAN "}AccessDenied", 5, 0, "R" },
    { "wmi-access-denied", HV_E_DENIED, "Sender", "{" HV_NS_WSMAN "}AccessDenied", 0x80041003, 0x80041003, "R" },
    { "context-lost", HV_E_PROTOCOL, "Receiver", "{" HV_NS_ENUMERATION "}InvalidEnumerationContext", 2150858779, 0, "LR" },
    { "done-but-unreportable", HV_E_PROTOCOL, "Sender", "{" HV_NS_WSMAN "}EncodingLimit", 2150858829, 0, "" },
    { "answer-too-large", HV_E_PROTOCOL, "Sender", "{" HV_NS_WSMAN "}EncodingLimit", 2150858824, 0, "" },
    { "provider-failed", HV_E_FAILED, "Receiver", "{" HV_NS_WSMAN "}InternalError", 2150858883, 0x80041001, "" },
    { "foreign-unavailable", HV_E_CONFLICT, "Receiver", "{" HV_NS_ADDRESSING "}EndpointUnavilable", 0, 0, "" },
    { "foreign-unknown", HV_E_PROTOCOL, "Sender", "{" HV_NS_WSMAN "}Whatever", 0, 0, "R" },
    { "bare", HV_E_PROTOCOL, "Receiver", "", 0, 0, "" },
};

static void each_shape_gives_its_codes_and_class(void **state) {
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hv_error err = read_fault(cases[i].file);

        print_message("%s: %s\n", cases[i].file, err.message);
        assert_int_equal(err.code, cases[i].code);
        assert_string_equal(err.fault_code, cases[i].soap_code);
        assert_string_equal(err.fault_subcode, cases[i].subcode);
        assert_int_equal(err.wsman_code, cases[i].wsman_code);
        assert_int_equal(err.hresult, cases[i].hresult);
    }
}

static void each_shape_has_its_consequences(void **state) {
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hv_error err = read_fault(cases[i].file);
        const char *want = cases[i].consequences;

        print_message("%s\n", cases[i].file);
        assert_int_equal(hv_fault_is_timeout(&err), strchr(want, 'T') != NULL);
        assert_int_equal(hv_fault_is_busy(&err), strchr(want, 'B') != NULL);
        assert_int_equal(hv_fault_is_context_lost(&err), strchr(want, 'L') != NULL);
        assert_int_equal(hv_fault_is_refusal(&err), strchr(want, 'R') != NULL);
    }
}

static void plain_words_lead_and_those_of_the_host_follow(void **state) {
    struct hv_error err = read_fault("invalid-namespace");
    (void)state;

    assert_string_equal(err.message, "the WMI namespace does not exist: the Hyper-V role is missing or you lack rights");
    assert_string_equal(err.cause, "The WMI service was asked for a namespace it lacks.");
    assert_string_equal(err.fault_reason, err.cause);
    assert_non_null(strstr(err.remedy, "Hyper-V role"));
    assert_string_equal(err.fault_machine, "hv01.example.test");
    assert_int_equal(err.cim_status, 3);
}

static void the_innermost_message_is_the_reason(void **state) {
    (void)state;

    assert_string_equal(read_fault("missing-class").fault_reason, "The WMI service reports that the class is missing.");
    assert_string_equal(read_fault("schema-validation").fault_reason, "The parameter Job is unknown.");
    assert_string_equal(read_fault("foreign-unknown").fault_reason, "Something this client never heard of.");
    assert_string_equal(read_fault("foreign-unknown").message, "Something this client never heard of.");
}

static void the_fault_detail_is_kept(void **state) {
    (void)state;

    assert_string_equal(read_fault("unexpected-selectors").fault_detail,
                        "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors");
    assert_string_equal(read_fault("access-denied").fault_detail, "");
}

static void a_fault_that_says_nothing_is_still_a_message(void **state) {
    (void)state;
    assert_string_equal(read_fault("bare").message, "the host refused the request (no reason given)");
}

/* A fault with DETAIL, read without the rest of an envelope. */
static struct hv_error read_detail(const char *subcode, const char *detail) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(100000);
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    struct hv_error err;
    int r;

    hv_buf_printf(&text,
                  "<s:Fault xmlns:s='%s' xmlns:w='%s'><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value> %s "
                  "</s:Value></s:Subcode></s:Code><s:Detail>%s</s:Detail></s:Fault>",
                  HV_NS_SOAP, HV_NS_WSMAN, subcode, detail);
    assert_int_equal(hv_xml_parse(text.data, text.len, NULL, &doc, NULL), 0);
    r = hv_fault_read(hv_xml_root(doc), 500, &err);
    assert_int_equal(r, err.code);
    return err;
}

static void codes_are_read_in_each_way_they_are_written(void **state) {
    static const struct {
        const char *detail;
        uint32_t hresult;
    } forms[] = {
        { "<e><StatusCode>2147749902</StatusCode></e>", 0 },
        { "<__ExtendedStatus><StatusCode>2147749902</StatusCode></__ExtendedStatus>", 0x8004100E },
        { "<__ExtendedStatus><StatusCode>-2147217394</StatusCode></__ExtendedStatus>", 0x8004100E },
        { "<__ExtendedStatus><StatusCode> 0x8004100e </StatusCode></__ExtendedStatus>", 0x8004100E },
        { "<__ExtendedStatus><StatusCode/></__ExtendedStatus>", 0 },
        { "<__ExtendedStatus><StatusCode>many</StatusCode></__ExtendedStatus>", 0 },
        { "<__ExtendedStatus><StatusCode>99999999999</StatusCode></__ExtendedStatus>", 0 },
        { "<a><b><MSFT_WmiError><MessageID>HRESULT 0x80041003</MessageID></MSFT_WmiError></b></a>", 0x80041003 },
        { "<MSFT_WmiError><error_Code>2147749891</error_Code><MessageID>x</MessageID></MSFT_WmiError>", 0x80041003 },
        { "<MSFT_WmiError><error_Code></error_Code><MessageID>MI RESULT 6</MessageID></MSFT_WmiError>", 6 },
        { "<f:WSManFault xmlns:f='u' Code='2147749891'/>", 0x80041003 },
        { "<f:WSManFault xmlns:f='u' Code='0x80070005'/>", 0x80070005 },
        { "<f:WSManFault xmlns:f='u' Code='2150858793'/>", 0 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        assert_int_equal(read_detail("w:InternalError", forms[i].detail).hresult, forms[i].hresult);
}

static void a_vague_inner_code_does_not_hide_the_outer_one(void **state) {
    struct hv_error err = read_detail("w:InternalError", "<f:WSManFault xmlns:f='u' Code='2150859174'/>"
                                                         "<MSFT_WmiError><error_Code>2147749889</error_Code></MSFT_WmiError>");
    (void)state;

    assert_int_equal(err.hresult, 0x80041001);
    assert_int_equal(err.code, HV_E_CONFLICT);
}

static void a_cim_status_speaks_when_nothing_else_does(void **state) {
    (void)state;

    assert_int_equal(read_detail("w:InternalError", "<MSFT_WmiError><CIMStatusCode>2</CIMStatusCode></MSFT_WmiError>").code,
                     HV_E_DENIED);
    assert_int_equal(read_detail("w:InternalError", "<MSFT_WmiError><CIMStatusCode>6</CIMStatusCode></MSFT_WmiError>").code,
                     HV_E_NOT_FOUND);
}

static void a_reason_of_many_lines_becomes_one(void **state) {
    struct hv_error err = read_detail(
        "w:InternalError", "<f:WSManFault xmlns:f='u' Code=''><f:Message>\n  one\r\n\ttwo  three \n</f:Message></f:WSManFault>");
    (void)state;

    assert_string_equal(err.fault_reason, "one two three");
}

static void texts_too_long_are_cut_at_a_character(void **state) {
    HV_CLEANUP_BUF struct hv_buf detail = HV_BUF_INIT(100000);
    struct hv_error err;
    (void)state;

    hv_buf_puts(&detail, "<f:WSManFault xmlns:f='u' Machine='");
    for (int i = 0; i < 200; i++)
        hv_buf_puts(&detail, "\xE2\x82\xAC");
    hv_buf_puts(&detail, "'><f:Message>x");
    for (int i = 0; i < 2000; i++)
        hv_buf_puts(&detail, "\xE2\x82\xAC");
    hv_buf_puts(&detail, "</f:Message></f:WSManFault>");
    err = read_detail("w:InternalError", hv_buf_text(&detail));
    assert_int_equal(strlen(err.fault_machine), 255);
    assert_int_equal(strlen(err.fault_reason), 1 + 340 * 3);
    assert_int_equal(strlen(err.message), 1 + 340 * 3);
}

static void faults_inside_faults_without_end_are_read_to_a_depth(void **state) {
    HV_CLEANUP_BUF struct hv_buf detail = HV_BUF_INIT(100000);
    (void)state;

    for (int i = 0; i < 25; i++)
        hv_buf_puts(&detail, "<WSManFault><Message>");
    hv_buf_puts(&detail, "deep");
    for (int i = 0; i < 25; i++)
        hv_buf_puts(&detail, "</Message></WSManFault>");
    assert_int_equal(read_detail("w:InternalError", hv_buf_text(&detail)).code, HV_E_PROTOCOL);
}

static void only_certain_http_statuses_prove_that_nothing_happened(void **state) {
    static const struct {
        int status;
        bool refusal;
        bool busy;
    } statuses[] = { { 200, false, false }, { 301, false, false }, { 400, true, false },  { 401, true, false },
                     { 403, true, false },  { 404, true, false },  { 408, false, false }, { 413, true, false },
                     { 429, true, true },   { 500, false, false }, { 502, false, false }, { 503, true, true },
                     { 504, false, false } };
    (void)state;

    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        struct hv_error err;

        assert_true(hv_fault_from_status(statuses[i].status, &err) < 0);
        assert_int_equal(hv_fault_is_refusal(&err), statuses[i].refusal);
        assert_int_equal(hv_fault_is_busy(&err), statuses[i].busy);
        assert_false(hv_fault_is_timeout(&err));
        assert_false(hv_fault_is_context_lost(&err));
    }
}

static void errors_of_our_own_have_no_consequences_here(void **state) {
    struct hv_error err = { .code = HV_E_UNREACHABLE };
    (void)state;

    assert_false(hv_fault_is_refusal(&err));
    assert_false(hv_fault_is_busy(&err));
    assert_false(hv_fault_is_timeout(&err));
    assert_false(hv_fault_is_context_lost(&err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_shape_gives_its_codes_and_class),
        cmocka_unit_test(each_shape_has_its_consequences),
        cmocka_unit_test(plain_words_lead_and_those_of_the_host_follow),
        cmocka_unit_test(the_innermost_message_is_the_reason),
        cmocka_unit_test(the_fault_detail_is_kept),
        cmocka_unit_test(a_fault_that_says_nothing_is_still_a_message),
        cmocka_unit_test(codes_are_read_in_each_way_they_are_written),
        cmocka_unit_test(a_vague_inner_code_does_not_hide_the_outer_one),
        cmocka_unit_test(a_cim_status_speaks_when_nothing_else_does),
        cmocka_unit_test(a_reason_of_many_lines_becomes_one),
        cmocka_unit_test(texts_too_long_are_cut_at_a_character),
        cmocka_unit_test(faults_inside_faults_without_end_are_read_to_a_depth),
        cmocka_unit_test(only_certain_http_statuses_prove_that_nothing_happened),
        cmocka_unit_test(errors_of_our_own_have_no_consequences_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
