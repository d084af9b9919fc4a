/* Class descriptions, wherever a document has one. */
#include "base/text.h"
#include "cim/class.h"
#include "fuzz/fuzz.h"

static void check_qualifiers(const struct hv_class_qualifier *list, size_t n) {
    CHECK(n <= HV_CLASS_MAX_QUALIFIERS && (n == 0 || list));
    for (size_t i = 0; i < n; i++) {
        CHECK(*list[i].name && list[i].n_values <= HV_CLASS_MAX_VALUES);
        for (size_t k = 0; k < list[i].n_values; k++)
            CHECK(hv_utf8_valid(list[i].values[k], strlen(list[i].values[k])));
    }
}

static void check_members(const struct hv_class_member *list, size_t n) {
    CHECK(n <= HV_CLASS_MAX_MEMBERS && (n == 0 || list));
    for (size_t i = 0; i < n; i++) {
        CHECK(*list[i].name && (!list[i].origin || hv_utf8_valid(list[i].origin, strlen(list[i].origin))));
        CHECK(!list[i].class_name || hv_utf8_valid(list[i].class_name, strlen(list[i].class_name)));
        check_qualifiers(list[i].qualifiers, list[i].n_qualifiers);
    }
}

static void check_class(const struct hv_class *description) {
    CHECK(*hv_class_name(description));
    (void)hv_class_superclass(description);
    for (size_t i = 0; i < hv_class_n_properties(description); i++) {
        const struct hv_class_member *member = hv_class_property_at(description, i);

        check_members(member, 1);
        CHECK(hv_text_same(hv_class_find(description, member->name)->name, member->name));
    }
    for (size_t i = 0; i < hv_class_n_methods(description); i++) {
        const struct hv_class_method *method = hv_class_method_at(description, i);

        CHECK(*method->name);
        check_members(method->params, method->n_params);
        for (size_t k = 0; k < method->n_params; k++)
            CHECK(method->params[k].is_in || method->params[k].is_out);
        check_qualifiers(method->qualifiers, method->n_qualifiers);
    }
    CHECK(!hv_class_property_at(description, hv_class_n_properties(description)));
    CHECK(!hv_class_method_at(description, hv_class_n_methods(description)));
    for (size_t i = 0; i < hv_class_n_qualifiers(description); i++)
        check_qualifiers(hv_class_qualifier_at(description, i), 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    HV_CLEANUP(hv_class_free) struct hv_class *description = NULL;
    const struct hv_xml_node *node = doc ? hv_xml_descendant(hv_xml_root(doc), NULL, "CLASS") : NULL;
    struct hv_error err = { 0 };
    int r;

    if (!doc)
        return 0;
    r = hv_class_read(node ? node : hv_xml_root(doc), &description, &err);
    fuzz_check_error(r, &err);
    CHECK((r == 0) == (description != NULL));
    if (description)
        check_class(description);
    return 0;
}
