/* Error chains: CIM-XML, and everything else that may come in its place (hyperv.md 2.7, 3.3). */
#include "support/make.h"

#include "base/size.h"
#include "hyperv/reason.h"
#include "support/failmalloc.h"

#define PROPERTY(name, value) "<PROPERTY NAME=\"" name "\" TYPE=\"string\"><VALUE>" value "</VALUE></PROPERTY>"
#define ERROR(properties)     "<INSTANCE CLASSNAME=\"Msvm_Error\">" properties "</INSTANCE>"

static void hresults_are_found_in_messages(void **state) {
    (void)state;
    assert_int_equal(hv_reason_hresult("failed: no credentials (0x8009030E)."), 0x8009030E);
    assert_int_equal(hv_reason_hresult("0X80070005"), 0x80070005);
    assert_int_equal(hv_reason_hresult("id 0x12, then 0xC03A0014 and 0x80070002"), 0xC03A0014);
    assert_int_equal(hv_reason_hresult("0x0x800705AA"), 0x800705AA);
}

static void what_is_no_hresult_is_passed_over(void **state) {
    (void)state;
    static const char *const texts[] = {
        "", "0x", "0x8009030", "0x8009030E1", "0x8009030G", "8009030E", "0x00000000", "at 0x00007FF612345678",
    };
    assert_int_equal(hv_reason_hresult(NULL), 0);
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++)
        assert_int_equal(hv_reason_hresult(texts[i]), 0);
}

static void an_error_instance_gives_its_members(void **state) {
    (void)state;
    struct hv_reason reason;
    assert_int_equal(hv_reason_decode("<?xml version=\"1.0\"?>\n" ERROR(
                                          PROPERTY("OwningEntity", "x") PROPERTY("MessageID", "12900")
                                              PROPERTY("Message", "R&amp;D: access denied (0x80070005)\nsecond line")
                                                  PROPERTY("ErrorSource", "\\\\HV01\\root")),
                                      &reason, NULL),
                     0);
    assert_string_equal(reason.message, "R&D: access denied (0x80070005)\nsecond line");
    assert_string_equal(reason.message_id, "12900");
    assert_string_equal(reason.error_source, "\\\\HV01\\root");
    assert_int_equal(reason.hresult, 0x80070005);
    hv_reason_deinit(&reason);
    assert_null(reason.message);
}

static void a_status_text_stands_in_for_a_missing_message(void **state) {
    (void)state;
    struct hv_reason reason;
    assert_int_equal(hv_reason_decode(ERROR("<PROPERTY NAME=\"Message\" TYPE=\"string\"></PROPERTY>" PROPERTY(
                                          "CIMStatusCodeDescription", "Access denied")),
                                      &reason, NULL),
                     0);
    assert_string_equal(reason.message, "Access denied");
    hv_reason_deinit(&reason);
    assert_int_equal(hv_reason_decode(ERROR(""), &reason, NULL), 0);
    assert_null(reason.message);
    assert_int_equal(reason.hresult, 0);
    hv_reason_deinit(&reason);
}

static void text_that_cannot_be_decoded_is_kept(void **state) {
    (void)state;
    static const char *const texts[] = {
        "just words (0x800705B4)",
        "<INSTANCE CLASSNAME=\"Msvm_Error\"><PROPERTY NAME=\"Message\" (0x800705B4)",
        "<other>0x800705B4</other>",
        "instance of Msvm_Error { Message = \"0x800705B4\"; };",
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        struct hv_reason reason;
        assert_int_equal(hv_reason_decode(texts[i], &reason, NULL), 0);
        assert_string_equal(reason.message, texts[i]);
        assert_null(reason.message_id);
        assert_int_equal(reason.hresult, 0x800705B4);
        hv_reason_deinit(&reason);
    }
}

static struct hv_instance *chain(void) {
    return make_instance("GetErrorEx_OUTPUT", "ReturnValue", "0", "errors", ERROR(PROPERTY("Message", "general")), "errors", "",
                         "errors", "plain cause", NULL);
}

static void a_chain_keeps_its_order(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *output = chain();
    struct hv_reason *reasons;
    size_t n;
    assert_int_equal(hv_reasons_decode(output, &reasons, &n, NULL), 0);
    assert_int_equal(n, 2);
    assert_string_equal(reasons[0].message, "general");
    assert_string_equal(reasons[1].message, "plain cause");
    hv_reasons_free(reasons, n);
}

static void single_errors_and_reasons_count_too(void **state) {
    (void)state;
    static const char *const names[] = { "Error", "Reasons" };
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        HV_CLEANUP(hv_instance_free)
        struct hv_instance *output = make_instance("X_OUTPUT", "Errors", MAKE_NULL, names[i], "why", NULL);
        struct hv_reason *reasons;
        size_t n;
        assert_int_equal(hv_reasons_decode(output, &reasons, &n, NULL), 0);
        assert_int_equal(n, 1);
        assert_string_equal(reasons[0].message, "why");
        hv_reasons_free(reasons, n);
    }
}

static void inline_instances_are_read_as_well(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *output = make_instance("GetErrorEx_OUTPUT", NULL);
    struct hv_instance *error = make_instance("Msvm_Error", "Message", "inline", NULL);
    assert_int_equal(hv_instance_append_instance(output, "Errors", error, NULL), 0);
    struct hv_reason *reasons;
    size_t n;
    assert_int_equal(hv_reasons_decode(output, &reasons, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_string_equal(reasons[0].message, "inline");
    hv_reasons_free(reasons, n);
}

static void no_errors_are_no_reasons(void **state) {
    (void)state;
    static const char *const names[] = { "ReturnValue", "Errors", "Error" };
    static const char *const values[] = { "0", MAKE_NULL, "" };
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *output = make_instance("GetErrorEx_OUTPUT", names[i], values[i], NULL);
        struct hv_reason *reasons;
        size_t n = 7;
        assert_int_equal(hv_reasons_decode(output, &reasons, &n, NULL), 0);
        assert_int_equal(n, 0);
        assert_null(reasons);
    }
}

static void one_more_than_the_most_is_left_out(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *output = make_instance("GetErrorEx_OUTPUT", NULL);
    for (size_t i = 0; i < HV_REASON_MAX + 1; i++)
        assert_int_equal(hv_instance_append_text(output, "Errors", HV_CIM_STRING, "why", 3, NULL), 0);
    struct hv_reason *reasons;
    size_t n;
    assert_int_equal(hv_reasons_decode(output, &reasons, &n, NULL), 0);
    assert_int_equal(n, HV_REASON_MAX);
    hv_reasons_free(reasons, n);
}

static int decode_once(void *context) {
    struct hv_reason *reasons = NULL;
    size_t n = 0;
    int r = hv_reasons_decode(context, &reasons, &n, NULL);
    if (r < 0)
        assert_true(!reasons && n == 0);
    hv_reasons_free(reasons, n);
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *output = make_instance("GetErrorEx_OUTPUT", "Errors", "one", "Errors", "two", NULL);
    assert_int_equal(failmalloc_each(decode_once, output), 3);
}

/* What a parser without memory could not read is kept as text. */
static void refusals_inside_the_parser_do_no_harm(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *output = chain();
    assert_true(failmalloc_each_tolerant(decode_once, output) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hresults_are_found_in_messages),
        cmocka_unit_test(what_is_no_hresult_is_passed_over),
        cmocka_unit_test(an_error_instance_gives_its_members),
        cmocka_unit_test(a_status_text_stands_in_for_a_missing_message),
        cmocka_unit_test(text_that_cannot_be_decoded_is_kept),
        cmocka_unit_test(a_chain_keeps_its_order),
        cmocka_unit_test(single_errors_and_reasons_count_too),
        cmocka_unit_test(inline_instances_are_read_as_well),
        cmocka_unit_test(no_errors_are_no_reasons),
        cmocka_unit_test(one_more_than_the_most_is_left_out),
        cmocka_unit_test(every_refused_allocation_is_reported),
        cmocka_unit_test(refusals_inside_the_parser_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
