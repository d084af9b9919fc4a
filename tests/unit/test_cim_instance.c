/* Instances: what is set can be asked for, in any case of its name; what is wrong changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "cim/instance.h"
#include "support/failmalloc.h"
#include "wsman/epr.h"

static struct hv_instance *make(void) {
    struct hv_instance *instance = NULL;

    assert_int_equal(hv_instance_new("Msvm_Test", "root/virtualization/v2", &instance, NULL), 0);
    return instance;
}

static void test_set_and_find(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    const struct hv_property *property;

    (void)state;
    assert_string_equal(hv_instance_class(instance), "Msvm_Test");
    assert_string_equal(hv_instance_namespace(instance), "root/virtualization/v2");
    assert_null(hv_instance_epr(instance));
    assert_int_equal(hv_instance_set(instance, "ElementName", HV_CIM_STRING, "web 01", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "Notes", HV_CIM_STRING, "", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "Parent", HV_CIM_STRING, NULL, NULL), 0);
    assert_int_equal(hv_instance_n_properties(instance), 3);
    assert_string_equal(hv_instance_text(instance, "elementNAME"), "web 01");
    assert_string_equal(hv_instance_text(instance, "Notes"), "");
    assert_null(hv_instance_text(instance, "Parent"));
    assert_null(hv_instance_text(instance, "Absent"));
    property = hv_instance_property(instance, 0);
    assert_string_equal(hv_property_name(property), "ElementName");
    assert_int_equal(hv_property_type(property), HV_CIM_STRING);
    assert_false(hv_property_is_array(property));
    assert_int_equal(hv_property_n_values(property), 1);
    assert_null(hv_property_text(property, 1));
    assert_null(hv_property_reference(property, 0));
    assert_null(hv_property_instance(property, 0));
    assert_int_equal(hv_property_n_values(hv_instance_property(instance, 2)), 0);
    assert_null(hv_instance_property(instance, 3));
}

static void test_set_again_replaces_in_place(void **state) {
    static const char *const three[] = { "a", "b", "c" };
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    const struct hv_property *property;

    (void)state;
    assert_int_equal(hv_instance_set(instance, "A", HV_CIM_STRING, "1", NULL), 0);
    assert_int_equal(hv_instance_set(instance, "B", HV_CIM_STRING, "2", NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "a", HV_CIM_UINT8, three, 3, NULL), 0);
    assert_int_equal(hv_instance_n_properties(instance), 2);
    property = hv_instance_property(instance, 0);
    assert_string_equal(hv_property_name(property), "A");
    assert_true(hv_property_is_array(property));
    assert_int_equal(hv_property_type(property), HV_CIM_UINT8);
    assert_int_equal(hv_property_n_values(property), 3);
    assert_string_equal(hv_property_text(property, 2), "c");
    assert_int_equal(hv_instance_set_array(instance, "A", HV_CIM_STRING, three, 1, NULL), 0);
    assert_true(hv_property_is_array(hv_instance_find(instance, "A")));
    assert_int_equal(hv_property_n_values(hv_instance_find(instance, "A")), 1);
    assert_int_equal(hv_instance_set_array(instance, "A", HV_CIM_STRING, NULL, 0, NULL), 0);
    assert_null(hv_instance_text(instance, "A"));
    assert_string_equal(hv_instance_text(instance, "B"), "2");
}

static void test_wrong_arguments_change_nothing(void **state) {
    static const char *const with_null[] = { "a", NULL };
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    struct hv_instance *other = NULL;
    struct hv_error err;

    (void)state;
    assert_int_equal(hv_instance_new("", NULL, &other, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_instance_new(NULL, NULL, &other, &err), HV_E_ARGUMENT);
    assert_null(other);
    assert_int_equal(hv_instance_set(instance, "", HV_CIM_STRING, "x", &err), HV_E_ARGUMENT);
    assert_int_equal(hv_instance_set(instance, NULL, HV_CIM_STRING, "x", &err), HV_E_ARGUMENT);
    assert_int_equal(hv_instance_set_array(instance, "A", HV_CIM_STRING, with_null, 2, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_instance_n_properties(instance), 0);
}

static int append(struct hv_instance *instance, const char *name, const char *text) {
    return text ? hv_instance_append_text(instance, name, HV_CIM_UNKNOWN, text, strlen(text), NULL)
                : hv_instance_append_null(instance, name, HV_CIM_UNKNOWN, NULL);
}

static void test_values_that_come_again_make_an_array(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    const struct hv_property *property;

    (void)state;
    for (int i = 0; i < 100; i++) {
        char text[16];

        (void)snprintf(text, sizeof(text), "%d", i);
        assert_int_equal(append(instance, "Many", text), 0);
        assert_int_equal(append(instance, i % 2 ? "OTHER" : "Other", text), 0);
    }
    assert_int_equal(hv_instance_n_properties(instance), 2);
    property = hv_instance_find(instance, "many");
    assert_true(hv_property_is_array(property));
    assert_int_equal(hv_property_n_values(property), 100);
    assert_string_equal(hv_property_text(property, 0), "0");
    assert_string_equal(hv_property_text(property, 64), "64");
    assert_string_equal(hv_property_text(property, 99), "99");
    assert_null(hv_property_text(property, 100));
}

/* Null, declared or not, before and behind values. */
static void test_nulls(void **state) {
    static const struct {
        const char *values[3]; /* "-" for null, NULL for the end */
        bool declare;
        size_t n;
        bool is_array;
    } rows[] = {
        { { NULL }, true, 0, true },      { { "-" }, false, 0, false },     { { "-", "-" }, false, 2, true },
        { { "-", "a" }, false, 2, true }, { { "a", "-" }, false, 2, true }, { { "a" }, false, 1, false },
        { { "a" }, true, 1, true },       { { "-" }, true, 1, true },       { { "-", "-", "a" }, false, 3, true },
        { { "", "" }, false, 2, true },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
        const struct hv_property *property;

        if (rows[i].declare)
            assert_int_equal(hv_instance_declare(instance, "P", HV_CIM_STRING, true, NULL), 0);
        for (size_t v = 0; v < 3 && rows[i].values[v]; v++)
            assert_int_equal(append(instance, "P", strcmp(rows[i].values[v], "-") == 0 ? NULL : rows[i].values[v]), 0);
        property = hv_instance_find(instance, "P");
        assert_non_null(property);
        assert_int_equal(hv_property_n_values(property), rows[i].n);
        assert_int_equal(hv_property_is_array(property), rows[i].is_array);
        for (size_t v = 0; v < rows[i].n; v++) {
            if (strcmp(rows[i].values[v], "-") == 0)
                assert_null(hv_property_text(property, v));
            else
                assert_string_equal(hv_property_text(property, v), rows[i].values[v]);
        }
    }
}

static void test_numbers(void **state) {
    static const struct {
        const char *text; /* NULL: null */
        uint64_t max;
        int outcome;
        uint64_t value;
    } rows[] = {
        { "0", 10, 0, 0 },
        { "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
        { "10", 10, 0, 10 },
        { " 7\n", 10, 0, 7 },
        { NULL, 10, 1, 0 },
        { "11", 10, HV_E_PROTOCOL, 0 },
        { "-1", 10, HV_E_PROTOCOL, 0 },
        { "", 10, HV_E_PROTOCOL, 0 },
        { "1.0", 10, HV_E_PROTOCOL, 0 },
        { "0x1", 10, HV_E_PROTOCOL, 0 },
        { "18446744073709551616", UINT64_MAX, HV_E_PROTOCOL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
        uint64_t value = 4711;

        assert_int_equal(append(instance, "N", rows[i].text), 0);
        assert_int_equal(hv_instance_u64(instance, "n", rows[i].max, &value, NULL), rows[i].outcome);
        assert_int_equal(value, rows[i].outcome == 0 ? rows[i].value : 4711);
    }
}

static void test_booleans(void **state) {
    static const struct {
        const char *text;
        int outcome;
        bool value;
    } rows[] = {
        { "true", 0, true },
        { "FALSE", 0, false },
        { "True", 0, true },
        { "1", 0, true },
        { "0", 0, false },
        { NULL, 1, false },
        { "yes", HV_E_PROTOCOL, 0 },
        { "", HV_E_PROTOCOL, 0 },
        { "truex", HV_E_PROTOCOL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
        bool value = !rows[i].value;

        assert_int_equal(append(instance, "B", rows[i].text), 0);
        assert_int_equal(hv_instance_bool(instance, "B", &value, NULL), rows[i].outcome);
        if (rows[i].outcome == 0)
            assert_int_equal(value, rows[i].value);
    }
}

/* The message names property and text, cut at a character. */
static void test_bad_number_is_shown(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    struct hv_error err = { 0 };
    uint64_t value;
    bool yes;

    (void)state;
    assert_int_equal(append(instance, "N", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xc3\xa9"), 0);
    assert_int_equal(hv_instance_u64(instance, "N", 5, &value, &err), HV_E_PROTOCOL);
    assert_non_null(strstr(err.message, "Msvm_Test.N is no number from 0 to 5: \"xxx"));
    assert_null(strchr(err.message, '\xc3'));
    assert_int_equal(hv_instance_bool(instance, "N", &yes, &err), HV_E_PROTOCOL);
    assert_non_null(strstr(err.message, "Msvm_Test.N is no boolean"));
}

static void test_a_reference_is_no_number(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    struct hv_epr *epr = NULL;
    uint64_t value;

    (void)state;
    assert_int_equal(hv_epr_new("http://example/x", &epr, NULL), 0);
    assert_int_equal(hv_instance_append_reference(instance, "R", epr, NULL), 0);
    assert_ptr_equal(hv_property_reference(hv_instance_find(instance, "R"), 0), epr);
    assert_null(hv_instance_text(instance, "R"));
    assert_int_equal(hv_instance_u64(instance, "R", 5, &value, NULL), HV_E_PROTOCOL);
}

/* What is set again or freed takes its references along. */
static void test_values_are_owned(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    struct hv_instance *inner = make();
    struct hv_epr *epr = NULL;

    (void)state;
    assert_int_equal(hv_epr_new("http://example/x", &epr, NULL), 0);
    assert_int_equal(hv_instance_append_reference(instance, "R", epr, NULL), 0);
    assert_int_equal(hv_instance_append_instance(instance, "R", inner, NULL), 0);
    assert_ptr_equal(hv_property_instance(hv_instance_find(instance, "R"), 1), inner);
    assert_int_equal(hv_instance_set(instance, "R", HV_CIM_STRING, "text", NULL), 0);
    assert_string_equal(hv_instance_text(instance, "R"), "text");
    assert_int_equal(hv_epr_new("http://example/x", &epr, NULL), 0);
    hv_instance_set_epr(instance, epr);
    assert_int_equal(hv_epr_new("http://example/y", &epr, NULL), 0);
    hv_instance_set_epr(instance, epr);
    assert_ptr_equal(hv_instance_epr(instance), epr);
}

static void test_ceilings(void **state) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    struct hv_error err = { 0 };
    char name[32];

    (void)state;
    for (int i = 0; i < HV_CIM_MAX_PROPERTIES; i++) {
        (void)snprintf(name, sizeof(name), "Property%d", i);
        assert_int_equal(append(instance, name, "x"), 0);
    }
    assert_int_equal(hv_instance_append_text(instance, "OneMore", HV_CIM_UNKNOWN, "x", 1, &err), HV_E_LIMIT);
    assert_non_null(strstr(err.message, "1024 properties"));
    for (int i = 1; i < HV_CIM_MAX_VALUES; i++)
        assert_int_equal(append(instance, "Property7", ""), 0);
    assert_int_equal(hv_instance_append_text(instance, "property7", HV_CIM_UNKNOWN, "", 0, &err), HV_E_LIMIT);
    assert_non_null(strstr(err.message, "65536 values"));
    assert_int_equal(hv_property_n_values(hv_instance_find(instance, "Property7")), HV_CIM_MAX_VALUES);
}

/* Each of two holds half of what one may hold with both in it, then one more. */
static void test_instances_inside_have_a_ceiling(void **state) {
    (void)state;
    for (int more = 0; more <= 1; more++) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *whole = make();
        struct hv_error err = { 0 };

        for (int i = 0; i < 2; i++) {
            struct hv_instance *half = make();
            for (int n = 1; n < HV_CIM_MAX_OBJECTS / 2 + (i == 1 ? more : 0); n++)
                assert_int_equal(hv_instance_append_instance(half, "Inner", make(), NULL), 0);
            assert_int_equal(hv_instance_append_instance(whole, "Half", half, &err), i == 1 && more ? HV_E_LIMIT : 0);
        }
        assert_int_equal(strstr(err.message, "4096 instances") != NULL, more);
    }
}

static void test_size_counts_all_that_is_held(void **state) {
    static const char text[1000] = "";
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();
    struct hv_instance *inner = make();
    struct hv_epr *epr = NULL;
    size_t before = hv_instance_size(instance);

    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(hv_instance_append_text(inner, "Text", HV_CIM_STRING, text, sizeof(text), NULL), 0);
    assert_true(hv_instance_size(inner) >= 100 * sizeof(text));
    assert_int_equal(hv_instance_append_instance(instance, "Inner", inner, NULL), 0);
    assert_true(hv_instance_size(instance) >= before + 100 * sizeof(text));
    before = hv_instance_size(instance);
    assert_int_equal(hv_epr_new("http://example/x", &epr, NULL), 0);
    assert_int_equal(hv_epr_add_selector(epr, "Name", "some value", NULL), 0);
    hv_instance_set_epr(instance, epr);
    assert_true(hv_instance_size(instance) >= before + strlen("http://example/xNamesome value"));
}

static void test_long_texts(void **state) {
    static char text[200001];
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make();

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    assert_int_equal(append(instance, "A", text), 0);
    assert_int_equal(append(instance, "B", "short"), 0);
    assert_string_equal(hv_instance_text(instance, "A"), text);
    assert_string_equal(hv_instance_text(instance, "B"), "short");
}

static int build_instance(void *context) {
    static const char *const values[] = { "a", "b", "c", "d", "e" };
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    struct hv_instance *inner = NULL;
    struct hv_epr *epr = NULL;
    int r = hv_instance_new("C", "n", &instance, NULL);

    (void)context;
    for (int i = 0; r == 0 && i < 40; i++) {
        char name[100];

        (void)snprintf(name, sizeof(name), "%090d", i);
        r = hv_instance_set(instance, name, HV_CIM_STRING, name, NULL);
    }
    if (r == 0)
        r = hv_instance_set_array(instance, "A", HV_CIM_STRING, values, 5, NULL);
    for (int i = 0; r == 0 && i < 9; i++)
        r = append(instance, "B", values[0]);
    if (r == 0)
        r = hv_epr_new("http://example/x", &epr, NULL);
    if (r == 0)
        r = hv_instance_append_reference(instance, "R", epr, NULL);
    if (r == 0)
        r = hv_instance_new("D", NULL, &inner, NULL);
    if (r == 0)
        r = hv_instance_append_instance(instance, "I", inner, NULL);
    return r;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    assert_true(failmalloc_each(build_instance, NULL) > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_and_find),
        cmocka_unit_test(test_set_again_replaces_in_place),
        cmocka_unit_test(test_wrong_arguments_change_nothing),
        cmocka_unit_test(test_values_that_come_again_make_an_array),
        cmocka_unit_test(test_nulls),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_booleans),
        cmocka_unit_test(test_bad_number_is_shown),
        cmocka_unit_test(test_a_reference_is_no_number),
        cmocka_unit_test(test_values_are_owned),
        cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_instances_inside_have_a_ceiling),
        cmocka_unit_test(test_size_counts_all_that_is_held),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
