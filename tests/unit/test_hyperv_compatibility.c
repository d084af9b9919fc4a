/* Compatibility vectors: decoding, every operation, and what is said of a difference (hyperv.md 2.12). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cim/instance.h"
#include "hyperv/compatibility.h"
#include "support/failmalloc.h"

static void every_operation_holds_where_it_should(void **state) {
    static const struct {
        int64_t operation;
        uint64_t vm;
        uint64_t host;
        bool holds;
    } rows[] = {
        { 0, 5, 5, true },
        { 0, 5, 4, false },
        { 1, 7, 5, true },
        { 1, 5, 7, false },
        { 2, 5, 7, true },
        { 2, 7, 5, false },
        { 2, 0, 0, true },
        { 3, 5, 10, true },
        { 3, 5, 4, false },
        { 4, 6, 5, true },
        { 4, 5, 5, false },
        { 5, 5, 5, true },
        { 5, 4, 5, false },
        { 6, 4, 5, true },
        { 6, 5, 5, false },
        { 7, 5, 5, true },
        { 7, 6, 5, false },
        { 8, 64, 8, true },
        { 8, 65, 8, false },
        { 8, 64, 0, false },
        { 9, 8, 64, true },
        { 9, 8, 65, false },
        { 9, 0, 64, false },
        { 10, 5, 5, false },
        { -1, 5, 5, false },
        { 2, UINT64_MAX, UINT64_MAX, true },
        { 2, UINT64_MAX, UINT64_MAX - 1, false },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        if (hv_vector_holds(rows[i].operation, rows[i].vm, rows[i].host) != rows[i].holds)
            fail_msg("row %zu", i);
    }
}

/* ---- decoding ---- */

static struct hv_instance *vector(const char *id, const char *operation, const char *value) {
    struct hv_instance *instance = NULL;

    assert_int_equal(hv_instance_new("Msvm_CompatibilityVector", NULL, &instance, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "VectorId", HV_CIM_UINT32, id, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "CompareOperation", HV_CIM_UINT32, operation, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "CompatibilityInfo", HV_CIM_UINT64, value, NULL), 0);
    return instance;
}

static struct hv_instance *output_of(const char *id, const char *value, bool as_text) {
    struct hv_instance *output = NULL;
    struct hv_instance *inner = vector(id, "2", value);
    char *text = NULL;

    assert_int_equal(hv_instance_new("M_OUTPUT", NULL, &output, NULL), 0);
    if (as_text) {
        assert_int_equal(hv_instance_to_text(inner, &text, NULL), 0);
        assert_int_equal(hv_instance_set(output, "CompatibilityVectors", HV_CIM_STRING, text, NULL), 0);
        (void)hv_instance_free(inner);
        free(text);
    } else {
        assert_int_equal(hv_instance_set_instance(output, "CompatibilityVectors", inner, NULL), 0);
    }
    return output;
}

/* Which of the two a real host writes is not known (hyperv.md 12, 4). */
static void vectors_are_read_inline_and_as_text(void **state) {
    (void)state;
    for (int as_text = 0; as_text < 2; as_text++) {
        struct hv_instance *output = output_of("1", "18446744073709551615", as_text);
        struct hv_compatibility read;

        hv_compatibility_init(&read);
        assert_int_equal(hv_compatibility_add_vectors(&read, output, NULL), 0);
        assert_int_equal(read.n_vectors, 1);
        assert_int_equal(read.vectors[0].id, 1);
        assert_int_equal(read.vectors[0].operation, 2);
        assert_true(read.vectors[0].value == UINT64_MAX);
        hv_compatibility_deinit(&read);
        (void)hv_instance_free(output);
    }
}

static void what_is_no_vector_is_passed_over(void **state) {
    static const char *const values[] = { "", "-1", "x", "18446744073709551616" };
    struct hv_compatibility read;
    struct hv_instance *output = NULL;

    (void)state;
    hv_compatibility_init(&read);
    for (size_t i = 0; i < HV_ARRAY_SIZE(values); i++) {
        output = output_of("1", "1", true);
        assert_int_equal(hv_instance_set(output, "CompatibilityVectors", HV_CIM_STRING, values[i], NULL), 0);
        assert_int_equal(hv_compatibility_add_vectors(&read, output, NULL), 0);
        (void)hv_instance_free(output);
    }
    assert_int_equal(hv_instance_new("M_OUTPUT", NULL, &output, NULL), 0);
    assert_int_equal(hv_compatibility_add_vectors(&read, output, NULL), 0);
    assert_int_equal(read.n_vectors, 0);
    /* A blob is another matter: without it nothing can be asked. */
    assert_int_equal(hv_compatibility_add_info(&read, output, NULL), HV_E_PROTOCOL);
    (void)hv_instance_free(output);
    hv_compatibility_deinit(&read);
}

/* ---- comparing ---- */

static struct hv_compatibility_vector of_vm[] = { { 1, 2, 0x30001 }, { 2, 2, 0x7 }, { 3, 0, 64 } };
static struct hv_compatibility_vector of_host[] = { { 3, 0, 64 }, { 1, 2, 0x1 }, { 2, 2, 0x3 } };
static char vm_id[] = "0E2A5B6C-1111-4222-8333-444455556666";
static char vm_name[] = "app01";
static char intel[] = "GenuineIntel";
static char amd[] = "AuthenticAMD";

static struct hv_compatibility vm_like(void) {
    return (struct hv_compatibility){ .vm_id = vm_id,
                                      .vm_name = vm_name,
                                      .vm_state = 2,
                                      .processor_compatibility = 0,
                                      .manufacturer = intel,
                                      .vectors = of_vm,
                                      .n_vectors = HV_ARRAY_SIZE(of_vm) };
}

static struct hv_compatibility host_like(void) {
    return (struct hv_compatibility){ .manufacturer = intel, .vectors = of_host, .n_vectors = HV_ARRAY_SIZE(of_host) };
}

static void differences_are_said_in_words(void **state) {
    struct hv_compatibility vm = vm_like();
    struct hv_compatibility host = host_like();
    struct hv_vector_comparison *list = NULL;
    size_t n = 0;

    (void)state;
    assert_int_equal(hv_compatibility_compare(&vm, &host, "hv02", &list, &n, NULL), 0);
    assert_int_equal(n, 3);
    assert_string_equal(list[0].text, "hv02 lacks 2 processor features: probably AES, PCLMULQDQ (bits 0x30000)");
    assert_string_equal(list[0].name, "processor features");
    assert_string_equal(list[0].operation_name, "subset of");
    assert_string_equal(list[1].text, "hv02 lacks 1 XSAVE feature: probably AVX (bits 0x4)");
    assert_null(list[2].text);
    assert_true(list[2].is_compatible && list[2].is_offered);
    hv_vector_comparisons_free(list, n);
    /* Too old a host tells none: then there is nothing to compare. */
    host.n_vectors = 0;
    assert_int_equal(hv_compatibility_compare(&vm, &host, "hv02", &list, &n, NULL), 0);
    assert_int_equal(n, 0);
    hv_vector_comparisons_free(list, n);
}

static void what_is_unknown_is_said_by_its_numbers(void **state) {
    struct hv_compatibility_vector strange[] = {
        { 9, 4, 1 }, { 8, 2, 1 }, { 1, 77, 1 }, { 3, 0, 64 }, { 1, 2, UINT64_C(1) << 63 }
    };
    struct hv_compatibility_vector offered[] = { { 9, 4, 5 }, { 1, 2, 1 }, { 3, 0, 32 } };
    struct hv_compatibility vm = vm_like();
    struct hv_compatibility host = host_like();
    struct hv_vector_comparison *list = NULL;
    size_t n = 0;

    (void)state;
    vm.vectors = strange;
    vm.n_vectors = HV_ARRAY_SIZE(strange);
    host.vectors = offered;
    host.n_vectors = HV_ARRAY_SIZE(offered);
    assert_int_equal(hv_compatibility_compare(&vm, &host, "hv02", &list, &n, NULL), 0);
    assert_string_equal(list[0].text, "vector 9: 0x1 is not above 0x5, that of hv02");
    assert_string_equal(list[1].text, "hv02 tells nothing of vector 8");
    assert_false(list[1].is_offered);
    assert_string_equal(list[2].text, "vector 1: 0x1 is not known to be compatible with 0x1, that of hv02");
    assert_null(list[2].operation_name);
    assert_string_equal(list[3].text, "the cache line flush size is 64, on hv02 32");
    assert_string_equal(list[4].text, "hv02 lacks 1 processor feature (bits 0x8000000000000000)");
    hv_vector_comparisons_free(list, n);
}

static void many_features_are_cut_short(void **state) {
    struct hv_compatibility_vector wanted[] = { { 1, 2, 0x7FF } };
    struct hv_compatibility_vector offered[] = { { 1, 2, 0 } };
    struct hv_compatibility vm = vm_like();
    struct hv_compatibility host = host_like();
    struct hv_vector_comparison *list = NULL;
    size_t n = 0;

    (void)state;
    vm.vectors = wanted;
    vm.n_vectors = 1;
    host.vectors = offered;
    host.n_vectors = 1;
    assert_int_equal(hv_compatibility_compare(&vm, &host, "hv02", &list, &n, NULL), 0);
    assert_non_null(strstr(list[0].text, "lacks 11 processor features: probably SSE3, LAHF/SAHF, SSSE3"));
    assert_non_null(strstr(list[0].text, "POPCNT and 3 more (bits 0x7FF)"));
    hv_vector_comparisons_free(list, n);
}

/* ---- explaining ---- */

static void explain(const struct hv_compatibility *vm, const struct hv_compatibility *host,
                    const struct hv_compatibility_verdict *verdict, struct hv_error *err) {
    struct hv_vector_comparison *list = NULL;
    size_t n = 0;

    assert_int_equal(hv_compatibility_compare(vm, host, "hv02", &list, &n, NULL), 0);
    memset(err, 0, sizeof(*err));
    hv_compatibility_explain(vm, "hv01", host, "hv02", verdict, list, n, err);
    assert_int_equal(err->code, HV_E_NOT_MIGRATABLE);
    hv_vector_comparisons_free(list, n);
}

static void remedies_fit_the_trouble(void **state) {
    struct hv_compatibility vm = vm_like();
    struct hv_compatibility host = host_like();
    struct hv_error err;

    (void)state;
    explain(&vm, &host, NULL, &err);
    assert_string_equal(err.message, "hv02 cannot take \"app01\" from hv01 while it runs");
    assert_string_equal(err.cause, "hv02 lacks 2 processor features: probably AES, PCLMULQDQ (bits 0x30000); lacks 1 XSAVE "
                                   "feature: probably AVX (bits 0x4)");
    assert_non_null(strstr(err.remedy, "hvctl vm set 0E2A5B6C-1111-4222-8333-444455556666 -H hv01 --processor-compatibility on"));
    assert_non_null(strstr(err.remedy, "\nmove it while it is off"));

    vm.processor_compatibility = 1;
    vm.vm_state = 6;
    explain(&vm, &host, NULL, &err);
    assert_string_equal(err.message, "hv02 cannot take \"app01\" from hv01 with its saved state");
    assert_null(strstr(err.remedy, "vm set"));
    vm.processor_compatibility = 0;

    host.manufacturer = amd;
    explain(&vm, &host, NULL, &err);
    assert_string_equal(err.cause, "hv01 has Intel processors, hv02 has AMD processors");
    assert_null(strstr(err.remedy, "vm set"));
    assert_non_null(strstr(err.remedy, "only while it is off"));
}

static void a_host_is_explained_as_all_its_vms(void **state) {
    struct hv_compatibility here = vm_like();
    struct hv_compatibility there = host_like();
    struct hv_error err;

    (void)state;
    here.vm_id = NULL;
    explain(&here, &there, NULL, &err);
    assert_string_equal(err.message, "hv02 cannot take every VM of hv01 while it runs");
    assert_non_null(strstr(err.remedy, "hvctl vm set VM... -H hv01 --processor-compatibility on"));
    assert_non_null(strstr(err.remedy, "hvctl check VM... --offline --from hv01 --to hv02"));
}

static void without_vectors_the_host_speaks(void **state) {
    static char words[] = "The processor is not supported.";
    struct hv_reason reasons[] = { { .message = NULL }, { .message = words } };
    const struct hv_compatibility_verdict verdict = { .reasons = reasons, .n_reasons = 2 };
    struct hv_compatibility vm = vm_like();
    struct hv_compatibility host = host_like();
    struct hv_error err;

    (void)state;
    vm.n_vectors = 0;
    explain(&vm, &host, &verdict, &err);
    assert_string_equal(err.cause, words);
    explain(&vm, &host, NULL, &err);
    assert_string_equal(err.cause, "hv02 gave no reason");
}

/* ---- memory ---- */

static int all_of_it(void *context) {
    const struct hv_instance *output = context;
    struct hv_compatibility host = host_like();
    struct hv_vector_comparison *list = NULL;
    struct hv_compatibility read;
    size_t n = 0;
    int r;

    hv_compatibility_init(&read);
    r = hv_compatibility_add_vectors(&read, output, NULL);
    if (r == 0)
        r = hv_compatibility_compare(&read, &host, "hv02", &list, &n, NULL);
    if (r == 0)
        hv_vector_comparisons_free(list, n);
    hv_compatibility_deinit(&read);
    return r;
}

static void memory_may_end_anywhere(void **state) {
    struct hv_instance *output = output_of("1", "255", false);

    (void)state;
    assert_true(failmalloc_each(all_of_it, output) >= 3);
    (void)hv_instance_free(output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_holds_where_it_should),
        cmocka_unit_test(vectors_are_read_inline_and_as_text),
        cmocka_unit_test(what_is_no_vector_is_passed_over),
        cmocka_unit_test(differences_are_said_in_words),
        cmocka_unit_test(what_is_unknown_is_said_by_its_numbers),
        cmocka_unit_test(many_features_are_cut_short),
        cmocka_unit_test(remedies_fit_the_trouble),
        cmocka_unit_test(a_host_is_explained_as_all_its_vms),
        cmocka_unit_test(without_vectors_the_host_speaks),
        cmocka_unit_test(memory_may_end_anywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
