/* Input cut to pieces, and invariants of records that many functions fill. */
#include "fuzz/fuzz.h"

#include <hvctl/epr.h>
#include <hvctl/error.h>

#include "base/text.h"
#include "cim/instance.h"
#include "wsman/epr.h"

uint8_t fuzz_option(const uint8_t **data, size_t *size) {
    uint8_t option;

    if (*size == 0 || (**data & 0xC0) != 0x80)
        return 0;
    option = **data & 0x3F;
    ++*data;
    --*size;
    return option;
}

char *fuzz_text(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);

    CHECK(text);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

char *fuzz_piece(char **at, char separator) {
    char *piece = *at;
    char *end = piece ? strchr(piece, separator) : NULL;

    *at = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    return piece;
}

struct hv_xml_doc *fuzz_parse(const uint8_t *data, size_t size) {
    struct hv_xml_doc *doc = NULL;
    struct hv_error err = { 0 };
    int r = hv_xml_parse((const char *)data, size, NULL, &doc, &err);

    fuzz_check_error(r, &err);
    CHECK((r == 0) == (doc != NULL));
    return doc;
}

static void check_text(const char *text, size_t size) {
    size_t n = strnlen(text, size);

    CHECK(n < size);
    CHECK(hv_utf8_valid(text, n));
}

void fuzz_check_error(int result, const struct hv_error *err) {
    if (result >= 0) {
        CHECK(err->code == 0);
        return;
    }
    CHECK(err->code == result);
    CHECK(result != HV_E_INTERNAL && result != HV_E_MEMORY);
    CHECK(err->message[0]);
    CHECK(hv_error_exit_code(result) > 0);
    check_text(err->message, sizeof(err->message));
    check_text(err->cause, sizeof(err->cause));
    check_text(err->remedy, sizeof(err->remedy));
    check_text(err->host, sizeof(err->host));
    check_text(err->fault_code, sizeof(err->fault_code));
    check_text(err->fault_subcode, sizeof(err->fault_subcode));
    check_text(err->fault_detail, sizeof(err->fault_detail));
    check_text(err->fault_reason, sizeof(err->fault_reason));
    check_text(err->fault_machine, sizeof(err->fault_machine));
}

bool fuzz_same_epr(const struct hv_epr *a, const struct hv_epr *b) {
    if (!a || !b)
        return !a && !b;
    if (strcmp(hv_epr_resource_uri(a), hv_epr_resource_uri(b)) != 0 || hv_epr_n_selectors(a) != hv_epr_n_selectors(b))
        return false;
    for (size_t i = 0; i < hv_epr_n_selectors(a); i++) {
        const char *value = hv_epr_selector_value(a, i);
        const char *other = hv_epr_selector_value(b, i);

        if (strcmp(hv_epr_selector_name(a, i), hv_epr_selector_name(b, i)) != 0 || !value != !other)
            return false;
        if (value ? strcmp(value, other) != 0 : !fuzz_same_epr(hv_epr_selector_reference(a, i), hv_epr_selector_reference(b, i)))
            return false;
    }
    return true;
}

static void check_epr(const struct hv_epr *epr, size_t depth) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *copy = NULL;

    CHECK(depth < HV_EPR_MAX_DEPTH && *hv_epr_resource_uri(epr) && hv_epr_n_selectors(epr) <= HV_EPR_MAX_SELECTORS);
    for (size_t i = 0; i < hv_epr_n_selectors(epr); i++) {
        const struct hv_epr *reference = hv_epr_selector_reference(epr, i);
        const char *value = hv_epr_selector_value(epr, i);

        CHECK(!value == !!reference);
        CHECK(hv_epr_selector(epr, hv_epr_selector_name(epr, i)) == value);
        if (reference)
            check_epr(reference, depth + 1);
    }
    CHECK(hv_epr_copy(epr, &copy, NULL) == 0 && fuzz_same_epr(epr, copy));
}

static void check_instance(const struct hv_instance *instance, int depth);

static void check_property(const struct hv_instance *instance, const struct hv_property *property, int depth) {
    size_t n = hv_property_n_values(property);
    struct hv_error err = { 0 };
    uint64_t number;
    bool truth;
    int r;

    CHECK(n <= HV_CIM_MAX_VALUES && (n <= 1 || hv_property_is_array(property)));
    CHECK(hv_instance_find(instance, hv_property_name(property)) == property);
    for (size_t i = 0; i < n; i++) {
        const char *text = hv_property_text(property, i);
        const struct hv_epr *reference = hv_property_reference(property, i);
        const struct hv_instance *object = hv_property_instance(property, i);

        CHECK(!!text + !!reference + !!object <= 1);
        if (text)
            CHECK(hv_utf8_valid(text, strlen(text)));
        if (reference)
            check_epr(reference, 0);
        if (object)
            check_instance(object, depth + 1);
    }
    CHECK(!hv_property_text(property, n) && !hv_property_reference(property, n) && !hv_property_instance(property, n));
    r = hv_instance_u64(instance, hv_property_name(property), 1000, &number, &err);
    fuzz_check_error(r, &err);
    CHECK(r != 0 || number <= 1000);
    err.code = 0;
    r = hv_instance_bool(instance, hv_property_name(property), &truth, &err);
    fuzz_check_error(r, &err);
}

static void check_instance(const struct hv_instance *instance, int depth) {
    size_t n = hv_instance_n_properties(instance);

    CHECK(depth <= HV_CIM_MAX_DEPTH && n <= HV_CIM_MAX_PROPERTIES);
    CHECK(hv_instance_class(instance));
    for (size_t i = 0; i < n; i++)
        check_property(instance, hv_instance_property(instance, i), depth);
    CHECK(!hv_instance_property(instance, n));
    if (hv_instance_epr(instance))
        check_epr(hv_instance_epr(instance), 0);
}

void fuzz_check_instance(const struct hv_instance *instance) {
    check_instance(instance, 0);
}
