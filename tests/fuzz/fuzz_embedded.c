/* Embedded instances: what can be read can be written if its types allow, and then reads the same again. */
#include "base/text.h"
#include "cim/datetime.h"
#include "cim/embedded.h"
#include "cim/type.h"
#include "fuzz/fuzz.h"

/* A datetime in its native form, which it still has where a property was given before with a type that is not known. */
static const char *native(const char *text, char cim[HV_DATETIME_CIM_SIZE]) {
    return hv_datetime_to_cim(text, cim) ? cim : text;
}

/* A host may write a boolean or a datetime in ways that we do not. */
static bool same_text(enum hv_cim_type type, const char *a, const char *b) {
    char cim_a[HV_DATETIME_CIM_SIZE];
    char cim_b[HV_DATETIME_CIM_SIZE];

    if (!a || !b)
        return !a && !b;
    if (type == HV_CIM_BOOLEAN)
        return hv_text_same(a, b);
    if (type == HV_CIM_DATETIME)
        return strcmp(native(a, cim_a), native(b, cim_b)) == 0;
    return strcmp(a, b) == 0;
}

static void check_same(const struct hv_property *a, const struct hv_property *b) {
    CHECK(b && strcmp(hv_property_name(a), hv_property_name(b)) == 0);
    CHECK(hv_property_type(a) == hv_property_type(b) && hv_property_is_array(a) == hv_property_is_array(b));
    CHECK(hv_property_n_values(a) == hv_property_n_values(b) && hv_property_is_empty(a) == hv_property_is_empty(b));
    for (size_t i = 0; i < hv_property_n_values(a); i++)
        CHECK(same_text(hv_property_type(a), hv_property_text(a, i), hv_property_text(b, i)));
}

/* Nulls are left out; an array without elements is none. */
static bool is_written(const struct hv_property *property) {
    return hv_property_n_values(property) > 0 || hv_property_is_empty(property);
}

static bool can_write(const struct hv_property *property) {
    enum hv_cim_type type = hv_property_type(property);

    if (!is_written(property))
        return true;
    if (!hv_type_name(type) || type == HV_CIM_REFERENCE)
        return false;
    for (size_t i = 0; i < hv_property_n_values(property); i++) {
        const char *text = hv_property_text(property, i);

        if (hv_property_reference(property, i) || hv_property_instance(property, i) || (text && !hv_type_fits(type, text)))
            return false;
    }
    return true;
}

static bool can_write_all(const struct hv_instance *instance) {
    for (size_t i = 0; i < hv_instance_n_properties(instance); i++) {
        if (!can_write(hv_instance_property(instance, i)))
            return false;
    }
    return true;
}

static void write_again(const struct hv_instance *instance) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *again = NULL;
    HV_CLEANUP_FREE char *text = NULL;
    struct hv_error err = { 0 };
    size_t n = 0;
    int r = hv_embedded_encode(instance, &text, &err);

    fuzz_check_error(r, &err);
    CHECK((r == 0) == can_write_all(instance) || r == HV_E_LIMIT);
    if (r < 0)
        return;
    r = hv_embedded_decode(text, hv_instance_namespace(instance), &again, &err);
    fuzz_check_error(r, &err);
    CHECK(r == 0 && strcmp(hv_instance_class(instance), hv_instance_class(again)) == 0);
    for (size_t i = 0; i < hv_instance_n_properties(instance); i++) {
        const struct hv_property *property = hv_instance_property(instance, i);

        if (is_written(property))
            check_same(property, hv_instance_property(again, n++));
    }
    CHECK(n == hv_instance_n_properties(again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *cim_namespace = fuzz_option(&data, &size) ? "root/cimv2" : NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    struct hv_error err = { 0 };
    int r = hv_embedded_decode(text, cim_namespace, &instance, &err);

    fuzz_check_error(r, &err);
    CHECK((r == 0) == (instance != NULL));
    if (instance) {
        fuzz_check_instance(instance);
        write_again(instance);
    }
    return 0;
}
