/* Asking hosts about processors: what is asked of whom, and that the blob goes on just as it came (hyperv.md 4i). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <hvctl/compatibility.h>

#include "base/size.h"
#include "control_bench.h"

#define ID "0E2A5B6C-1111-4222-8333-444455556666"
#define VM                                                                                                                       \
    TALK_ITEMS(TALK_INSTANCE("Msvm_ComputerSystem", "<p:ElementName>app01</p:ElementName><p:EnabledState>2</p:EnabledState>"     \
                                                    "<p:Name>" ID "</p:Name>"))
#define SERVICE                                                                                                                  \
    TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationService",                                                               \
                             "<p:CreationClassName>Msvm_VirtualSystemMigrationService</p:CreationClassName>"                     \
                             "<p:Name>migrationwmi</p:Name><p:SystemName>HV01</p:SystemName>"))
#define PROCESSOR                                                                                                                \
    TALK_ITEMS(TALK_INSTANCE("Win32_Processor", "<p:Manufacturer>GenuineIntel</p:Manufacturer><p:Name>Xeon</p:Name>"))
#define LIMIT(value)                                                                                                             \
    TALK_ITEMS(TALK_INSTANCE("Msvm_ProcessorSettingData", "<p:InstanceID>Microsoft:" ID "\\P\\0</p:InstanceID>"                  \
                                                          "<p:LimitProcessorFeatures>" value "</p:LimitProcessorFeatures>"))
#define OUTPUT(values, return_value)                                                                                             \
    "<p:M_OUTPUT xmlns:p=\"" TALK_NS "X\">" values "<p:ReturnValue>" return_value "</p:ReturnValue></p:M_OUTPUT>"
#define INFO(values) OUTPUT(values, "0")
#define BYTES                                                                                                                    \
    "<p:CompatibilityInfo>7</p:CompatibilityInfo><p:CompatibilityInfo>0</p:CompatibilityInfo>"                                   \
    "<p:CompatibilityInfo>255</p:CompatibilityInfo>"
#define BASE64 "<p:CompatibilityInfo>BwD/</p:CompatibilityInfo>"
#define VECTORS                                                                                                                  \
    OUTPUT("<p:CompatibilityVectors xmlns:p=\"" TALK_NS "Msvm_CompatibilityVector\">"                                            \
           "<p:CompareOperation>2</p:CompareOperation><p:CompatibilityInfo>3</p:CompatibilityInfo><p:VectorId>1</p:VectorId>"    \
           "</p:CompatibilityVectors>",                                                                                          \
           "0")
#define REASONS                                                                                                                  \
    OUTPUT("<p:Reasons>&lt;INSTANCE CLASSNAME=\"Msvm_Error\"&gt;&lt;PROPERTY NAME=\"Message\" TYPE=\"string\"&gt;"               \
           "&lt;VALUE&gt;Nein.&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;</p:Reasons>",                                     \
           "32784")

#define RUN(task, lines) talk_run(task, lines, HV_ARRAY_SIZE(lines))

static struct hv_task *reading(const char *vm, bool without_info) {
    const struct hv_compatibility_read_options options = { .vm = vm, .host = "hv01", .without_info = without_info };
    struct hv_task *task = NULL;

    assert_int_equal(hv_compatibility_read_new(&options, &task, NULL), 0);
    return task;
}

static void a_vm_is_read_at_its_host(void **state) {
    static const struct talk lines[] = {
        { .says = { "ElementName = ", "app01" }, .body = VM },
        { .says = { "Msvm_VirtualSystemMigrationService" }, .body = SERVICE },
        { .says = { "root/cimv2/Win32_Processor" }, .body = PROCESSOR },
        { .says = { "Msvm_ProcessorSettingData", ID }, .body = LIMIT("true") },
        { .says = { "GetSystemCompatibilityInfo_INPUT", "\"Name\">" ID "<", ">migrationwmi<" }, .body = INFO(BYTES) },
        { .says = { "GetSystemCompatibilityVectors_INPUT", "\"Name\">" ID "<" }, .body = VECTORS },
    };
    struct hv_task *task = reading("app01", false);
    const struct hv_compatibility *result;

    (void)state;
    assert_null(hv_compatibility_read_result(task));
    assert_null(hv_compatibility_check_result(task));
    assert_int_equal(RUN(task, lines), 0);
    result = hv_compatibility_read_result(task);
    assert_string_equal(result->vm_id, ID);
    assert_string_equal(result->vm_name, "app01");
    assert_int_equal(result->vm_state, 2);
    assert_int_equal(result->processor_compatibility, 1);
    assert_string_equal(result->host_name, "HV01");
    assert_string_equal(result->manufacturer, "GenuineIntel");
    assert_int_equal(result->n_info, 3);
    assert_string_equal(result->info[2], "255");
    assert_int_equal(result->n_vectors, 1);
    (void)hv_task_free(task);
}

static void a_host_is_named_as_its_service_says(void **state) {
    static const struct talk lines[] = {
        { .says = { "Msvm_VirtualSystemMigrationService" }, .body = SERVICE },
        { .says = { "Win32_Processor" }, .body = PROCESSOR },
        { .says = { "GetSystemCompatibilityInfo_INPUT", "\"Name\">HV01<" }, .body = INFO(BYTES) },
        { .says = { "GetSystemCompatibilityVectors_INPUT", "\"Name\">HV01<" }, .body = VECTORS },
    };
    static const struct talk compared[] = {
        { .body = SERVICE },
        { .body = PROCESSOR },
        { .says = { "GetSystemCompatibilityVectors_INPUT" }, .body = VECTORS },
    };
    struct hv_task *task = reading(NULL, false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    assert_null(hv_compatibility_read_result(task)->vm_id);
    (void)hv_task_free(task);
    task = reading(NULL, true);
    assert_int_equal(RUN(task, compared), 0);
    assert_int_equal(hv_compatibility_read_result(task)->n_info, 0);
    (void)hv_task_free(task);
}

/* Makers, limits and vectors are good to have; a host that keeps them for itself can be asked all the same. */
static void what_is_only_good_to_have_is_done_without(void **state) {
    static const struct talk lines[] = {
        { .body = VM },
        { .body = SERVICE },
        { .kind = TALK_FAIL, .code = HV_E_DENIED },
        { .kind = TALK_FAIL, .code = HV_E_DENIED },
        { .body = INFO(BASE64) },
        { .kind = TALK_FAIL, .code = HV_E_NOT_FOUND },
    };
    static const struct talk refused[] = {
        { .body = SERVICE }, { .body = PROCESSOR }, { .body = INFO(BYTES) }, { .body = TALK_RETURN("32770") }
    };
    struct hv_task *task = reading("app01", false);

    (void)state;
    assert_int_equal(RUN(task, lines), 0);
    assert_null(hv_compatibility_read_result(task)->manufacturer);
    assert_int_equal(hv_compatibility_read_result(task)->processor_compatibility, -1);
    assert_int_equal(hv_compatibility_read_result(task)->n_vectors, 0);
    assert_int_equal(hv_compatibility_read_result(task)->n_info, 1);
    (void)hv_task_free(task);
    task = reading(NULL, false);
    assert_int_equal(RUN(task, refused), 0);
    assert_int_equal(hv_compatibility_read_result(task)->n_vectors, 0);
    (void)hv_task_free(task);
}

static void what_goes_wrong_is_said(void **state) {
    static const struct talk nobody[] = { { .body = TALK_ITEMS("") }, { .body = SERVICE }, { .body = PROCESSOR } };
    static const struct talk no_service[] = { { .body = TALK_ITEMS("") }, { .body = PROCESSOR } };
    static const struct talk refused[] = { { .body = SERVICE }, { .body = PROCESSOR }, { .body = TALK_RETURN("32769") } };
    static const struct talk lost[] = { { .body = SERVICE }, { .body = PROCESSOR }, { .kind = TALK_FAIL, .code = HV_E_LOST } };
    static const struct talk nothing[] = { { .body = SERVICE }, { .body = PROCESSOR }, { .body = TALK_RETURN("0") } };
    static const struct talk bare[] = { { .body = SERVICE }, { .body = PROCESSOR }, { .body = OUTPUT(BYTES, "") } };
    static const struct {
        const char *vm;
        const struct talk *lines;
        size_t n;
        int code;
    } rows[] = {
        { "app01", nobody, HV_ARRAY_SIZE(nobody), HV_E_NOT_FOUND },
        { NULL, no_service, HV_ARRAY_SIZE(no_service), HV_E_PROTOCOL },
        { NULL, refused, HV_ARRAY_SIZE(refused), HV_E_DENIED },
        { NULL, lost, HV_ARRAY_SIZE(lost), HV_E_UNREACHABLE },
        { NULL, nothing, HV_ARRAY_SIZE(nothing), HV_E_PROTOCOL },
        { NULL, bare, HV_ARRAY_SIZE(bare), HV_E_PROTOCOL },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_task *task = reading(rows[i].vm, false);
        if (talk_run(task, rows[i].lines, rows[i].n) != rows[i].code)
            fail_msg("row %zu", i);
        assert_null(hv_compatibility_read_result(task));
        (void)hv_task_free(task);
    }
}

/* ---- carrying ---- */

/* A host read with INFO as its blob, and its task, which owns it. */
static const struct hv_compatibility *subject(const char *info, struct hv_task **ret_task) {
    const struct talk lines[] = { { .body = SERVICE }, { .body = PROCESSOR }, { .body = info }, { .body = VECTORS } };
    struct hv_task *task = reading(NULL, false);

    assert_int_equal(RUN(task, lines), 0);
    *ret_task = task;
    return hv_compatibility_read_result(task);
}

static int check(const char *info, const struct talk *line, struct hv_task **ret_task) {
    struct hv_task *read = NULL;
    const struct hv_compatibility *read_result = subject(info, &read);
    int r;

    assert_int_equal(hv_compatibility_check_new(read_result, read_result, "hv02", ret_task, NULL), 0);
    (void)hv_task_free(read); /* what it needs is copied */
    r = talk_run(*ret_task, line, 1);
    return r;
}

static void the_blob_goes_on_in_the_form_it_came(void **state) {
    static const struct talk bytes = { .says = { "CheckSystemCompatibilityInfo_INPUT", BYTES, ">migrationwmi<" },
                                       .body = TALK_RETURN("0") };
    static const struct talk base64 = { .says = { BASE64 }, .body = TALK_RETURN("0") };
    struct hv_task *task = NULL;

    (void)state;
    assert_int_equal(check(INFO(BYTES), &bytes, &task), 0);
    assert_true(hv_compatibility_check_result(task)->is_compatible);
    (void)hv_task_free(task);
    assert_int_equal(check(INFO(BASE64), &base64, &task), 0);
    (void)hv_task_free(task);
}

static void a_no_is_an_answer_with_reasons(void **state) {
    static const struct talk no = { .body = REASONS };
    static const struct talk failed = { .body = TALK_RETURN("32773") };
    static const struct talk lost = { .kind = TALK_FAIL, .code = HV_E_LOST };
    struct hv_task *task = NULL;
    const struct hv_error *error = NULL;

    (void)state;
    assert_int_equal(check(INFO(BYTES), &no, &task), 0);
    assert_false(hv_compatibility_check_result(task)->is_compatible);
    assert_int_equal(hv_compatibility_check_result(task)->n_reasons, 1);
    assert_string_equal(hv_compatibility_check_result(task)->reasons[0].message, "Nein.");
    (void)hv_task_free(task);
    assert_true(check(INFO(BYTES), &failed, &task) < 0);
    (void)hv_task_result(task, &error);
    assert_int_equal(error->return_value, 32773);
    assert_non_null(strstr(error->message, "hv02"));
    assert_null(hv_compatibility_check_result(task));
    (void)hv_task_free(task);
    assert_int_equal(check(INFO(BYTES), &lost, &task), HV_E_UNREACHABLE);
    (void)hv_task_free(task);
}

static void nothing_read_is_nothing_to_ask_with(void **state) {
    const struct hv_compatibility nothing = { .vm_state = -1 };
    struct hv_task *task = NULL;

    (void)state;
    assert_int_equal(hv_compatibility_check_new(&nothing, &nothing, "hv02", &task, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_compatibility_read_new(&(const struct hv_compatibility_read_options){ .vm = "" }, &task, NULL),
                     HV_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_vm_is_read_at_its_host),
        cmocka_unit_test(a_host_is_named_as_its_service_says),
        cmocka_unit_test(what_is_only_good_to_have_is_done_without),
        cmocka_unit_test(what_goes_wrong_is_said),
        cmocka_unit_test(the_blob_goes_on_in_the_form_it_came),
        cmocka_unit_test(a_no_is_an_answer_with_reasons),
        cmocka_unit_test(nothing_read_is_nothing_to_ask_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
