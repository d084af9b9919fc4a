/* Identify. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failmalloc.h"
#include "support/wire.h"
#include "wsman/identify.h"
#include "wsman/uri.h"

static void the_request_is_written_byte_for_byte(void **state) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(10000);
    struct hv_xml_writer writer;
    (void)state;

    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    hv_identify_write(&writer);
    assert_int_equal(hv_xml_writer_finish(&writer, "request", NULL), 0);
    wire_compare(&buf, "synthetic/wsman-requests/identify.xml");
}

static struct hv_envelope *open_file(const char *fixture) {
    struct hv_envelope *envelope = NULL;

    assert_int_equal(wire_open(fixture, 200, &envelope, NULL), 0);
    return envelope;
}

static void an_identity_is_read_in_full(void **state) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = open_file("synthetic/wsman-answers/identify-signed-in.xml");
    struct hv_identity identity;
    (void)state;

    assert_int_equal(hv_identify_parse(envelope, &identity, NULL), 0);
    assert_string_equal(identity.protocol_version, HV_NS_WSMAN);
    assert_string_equal(identity.vendor, "Microsoft Corporation");
    assert_string_equal(identity.product_version, "OS: 10.0.20348 SP: 0.0 Stack: 3.0");
    assert_int_equal(identity.n_security_profiles, 2);
    assert_string_equal(identity.security_profiles[1],
                        "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/http/spnego-kerberos");
    hv_identity_deinit(&identity);
    assert_null(identity.vendor);
}

static void the_other_spelling_of_the_namespace_is_accepted(void **state) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = open_file("synthetic/wsman-answers/identify-anonymous.xml");
    struct hv_identity identity;
    (void)state;

    assert_int_equal(hv_identify_parse(envelope, &identity, NULL), 0);
    assert_string_equal(identity.product_version, "OS: 0.0.0 SP: 0.0 Stack: 3.0");
    assert_int_equal(identity.n_security_profiles, 0);
    hv_identity_deinit(&identity);
}

/* Parses the answer with CONTENT inside the IdentifyResponse. */
static int parse_content(const char *content, struct hv_identity *identity) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(100000);
    struct hv_answer answer = { .status = 200 };

    hv_buf_printf(
        &text, "<s:Envelope xmlns:s='%s'><s:Body><i:IdentifyResponse xmlns:i='%s'>%s</i:IdentifyResponse></s:Body></s:Envelope>",
        HV_NS_SOAP, HV_NS_IDENTITY, content);
    answer.bytes = text.data;
    answer.n_bytes = text.len;
    assert_int_equal(hv_envelope_open(&answer, NULL, &envelope, NULL), 0);
    return hv_identify_parse(envelope, identity, NULL);
}

static void everything_in_it_may_be_absent(void **state) {
    struct hv_identity identity;
    (void)state;

    assert_int_equal(parse_content("<i:Unknown/>", &identity), 0);
    assert_null(identity.protocol_version);
    assert_null(identity.vendor);
    assert_null(identity.product_version);
    assert_int_equal(identity.n_security_profiles, 0);
    hv_identity_deinit(&identity);
}

static void profiles_have_a_ceiling(void **state) {
    HV_CLEANUP_BUF struct hv_buf content = HV_BUF_INIT(100000);
    struct hv_identity identity;
    (void)state;

    hv_buf_puts(&content, "<i:SecurityProfiles>");
    for (int i = 0; i < 33; i++)
        hv_buf_puts(&content, "<i:SecurityProfileName>x</i:SecurityProfileName>");
    hv_buf_puts(&content, "</i:SecurityProfiles>");
    assert_int_equal(parse_content(hv_buf_text(&content), &identity), HV_E_LIMIT);
    hv_identity_deinit(&identity);
}

static void another_body_is_no_identity(void **state) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = open_file("synthetic/wsman-answers/get.xml");
    struct hv_identity identity;
    (void)state;

    assert_int_equal(hv_identify_parse(envelope, &identity, NULL), HV_E_PROTOCOL);
    hv_identity_deinit(&identity);
}

static int parse_once(void *context) {
    struct hv_identity identity;
    int r = hv_identify_parse(context, &identity, NULL);

    hv_identity_deinit(&identity);
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = open_file("synthetic/wsman-answers/identify-signed-in.xml");
    (void)state;

    assert_true(failmalloc_each(parse_once, envelope) >= 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_is_written_byte_for_byte),
        cmocka_unit_test(an_identity_is_read_in_full),
        cmocka_unit_test(the_other_spelling_of_the_namespace_is_accepted),
        cmocka_unit_test(everything_in_it_may_be_absent),
        cmocka_unit_test(profiles_have_a_ceiling),
        cmocka_unit_test(another_body_is_no_identity),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
