/* Class descriptions: what is read of them, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/size.h"
#include "cim/class.h"
#include "support/failmalloc.h"
#include "support/fixture.h"

static int read_text(const char *text, struct hv_class **ret_class, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    const struct hv_xml_node *node;
    int r = hv_xml_parse(text, strlen(text), NULL, &doc, err);

    if (r < 0)
        return r;
    node = hv_xml_root(doc);
    if (!hv_xml_is(node, NULL, "CLASS"))
        node = hv_xml_descendant(node, NULL, "CLASS");
    return hv_class_read(node, ret_class, err);
}

static struct hv_class *read_rack(void) {
    HV_CLEANUP_FREE char *text = fixture_read("synthetic/wsman-describe/000.response.xml", NULL);
    struct hv_class *class = NULL;

    assert_int_equal(read_text(text, &class, NULL), 0);
    return class;
}

static void properties_have_types_keys_and_qualifiers(void **state) {
    static const struct {
        const char *name;
        enum hv_cim_type type;
        bool is_array;
        bool is_key;
        const char *class_name;
        const char *origin;
        size_t n_qualifiers;
    } rows[] = {
        { "Caption", HV_CIM_STRING, false, false, NULL, "CIM_ManagedElement", 0 },
        { "InstanceID", HV_CIM_STRING, false, true, NULL, "Lab_Rack", 1 },
        { "Slots", HV_CIM_UINT16, true, false, NULL, "Lab_Rack", 1 },
        { "Room", HV_CIM_REFERENCE, false, false, "Lab_Room", NULL, 0 },
        { "Settings", HV_CIM_STRING, false, false, "Lab_Setting", NULL, 1 },
        { "Built", HV_CIM_DATETIME, false, false, NULL, NULL, 0 },
    };
    HV_CLEANUP(hv_class_free) struct hv_class *class = read_rack();
    const struct hv_class_qualifier *map;

    (void)state;
    assert_string_equal(hv_class_name(class), "Lab_Rack");
    assert_string_equal(hv_class_superclass(class), "CIM_ManagedElement");
    assert_int_equal(hv_class_n_qualifiers(class), 1);
    assert_string_equal(hv_class_qualifier_at(class, 0)->values[0], "2.1");
    assert_null(hv_class_qualifier_at(class, 1));
    assert_int_equal(hv_class_n_properties(class), HV_ARRAY_SIZE(rows));
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        const struct hv_class_member *property = hv_class_property_at(class, i);

        assert_string_equal(property->name, rows[i].name);
        assert_ptr_equal(hv_class_find(class, rows[i].name), property);
        assert_int_equal(property->type, rows[i].type);
        assert_int_equal(property->is_array, rows[i].is_array);
        assert_int_equal(property->is_key, rows[i].is_key);
        assert_int_equal(property->n_qualifiers, rows[i].n_qualifiers);
        assert_int_equal(property->class_name != NULL, rows[i].class_name != NULL);
        if (rows[i].class_name)
            assert_string_equal(property->class_name, rows[i].class_name);
        assert_int_equal(property->origin != NULL, rows[i].origin != NULL);
        if (rows[i].origin)
            assert_string_equal(property->origin, rows[i].origin);
    }
    map = hv_class_find(class, "slots")->qualifiers;
    assert_true(map->is_array);
    assert_int_equal(map->n_values, 2);
    assert_string_equal(map->values[1], "1");
    assert_null(hv_class_find(class, "Absent"));
    assert_null(hv_class_property_at(class, HV_ARRAY_SIZE(rows)));
}

static void methods_have_parameters(void **state) {
    static const struct {
        const char *name;
        enum hv_cim_type type;
        bool is_array;
        bool is_in;
        bool is_out;
    } rows[] = {
        { "Row", HV_CIM_UINT8, false, true, false },
        { "Names", HV_CIM_STRING, true, true, false }, /* not marked: in */
        { "Job", HV_CIM_REFERENCE, false, false, true },
        { "Racks", HV_CIM_REFERENCE, true, true, false },
    };
    HV_CLEANUP(hv_class_free) struct hv_class *class = read_rack();
    const struct hv_class_method *move = hv_class_method_at(class, 0);

    (void)state;
    assert_int_equal(hv_class_n_methods(class), 2);
    assert_string_equal(move->name, "Move");
    assert_int_equal(move->type, HV_CIM_UINT32);
    assert_false(move->is_static);
    assert_int_equal(move->n_params, HV_ARRAY_SIZE(rows));
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        assert_string_equal(move->params[i].name, rows[i].name);
        assert_int_equal(move->params[i].type, rows[i].type);
        assert_int_equal(move->params[i].is_array, rows[i].is_array);
        assert_int_equal(move->params[i].is_in, rows[i].is_in);
        assert_int_equal(move->params[i].is_out, rows[i].is_out);
    }
    assert_true(hv_class_method_at(class, 1)->is_static);
    assert_null(hv_class_method_at(class, 2));
}

static void a_bare_class_is_one(void **state) {
    HV_CLEANUP(hv_class_free) struct hv_class *class = NULL;

    (void)state;
    assert_int_equal(read_text("<x:CLASS xmlns:x='urn:x' NAME='A'><x:NEW/>text</x:CLASS>", &class, NULL), 0);
    assert_null(hv_class_superclass(class));
    assert_int_equal(hv_class_n_properties(class), 0);
    assert_int_equal(hv_class_n_methods(class), 0);
}

static void what_has_no_name_is_refused(void **state) {
    static const char *const rows[] = {
        "<CLASS/>",
        "<CLASS NAME=''/>",
        "<CLASS NAME='A'><PROPERTY TYPE='string'/></CLASS>",
        "<CLASS NAME='A'><QUALIFIER/></CLASS>",
        "<CLASS NAME='A'><METHOD/></CLASS>",
        "<CLASS NAME='A'><METHOD NAME='M'><PARAMETER/></METHOD></CLASS>",
        "<CLASS NAME='A'><PROPERTY NAME='P'><QUALIFIER/></PROPERTY></CLASS>",
    };
    struct hv_class *class = NULL;

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        assert_int_equal(read_text(rows[i], &class, NULL), HV_E_PROTOCOL);
}

/* N times PIECE inside HEAD and TAIL. */
static int read_many(const char *head, const char *piece, size_t n, const char *tail) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(1 << 20);
    HV_CLEANUP(hv_class_free) struct hv_class *class = NULL;

    hv_buf_puts(&buf, head);
    for (size_t i = 0; i < n; i++)
        hv_buf_puts(&buf, piece);
    hv_buf_puts(&buf, tail);
    return read_text(hv_buf_text(&buf), &class, NULL);
}

static void limits_hold_one_past(void **state) {
    static const struct {
        const char *head;
        const char *piece;
        const char *tail;
        size_t max;
    } rows[] = {
        { "<CLASS NAME='A'>", "<PROPERTY NAME='P'/>", "</CLASS>", HV_CLASS_MAX_MEMBERS },
        { "<CLASS NAME='A'>", "<METHOD NAME='M'/>", "</CLASS>", HV_CLASS_MAX_MEMBERS },
        { "<CLASS NAME='A'>", "<QUALIFIER NAME='Q'/>", "</CLASS>", HV_CLASS_MAX_QUALIFIERS },
        { "<CLASS NAME='A'><METHOD NAME='M'>", "<PARAMETER NAME='P'/>", "</METHOD></CLASS>", HV_CLASS_MAX_MEMBERS },
        { "<CLASS NAME='A'><QUALIFIER NAME='Q'><VALUE.ARRAY>", "<VALUE/>", "</VALUE.ARRAY></QUALIFIER></CLASS>",
          HV_CLASS_MAX_VALUES },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        assert_int_equal(read_many(rows[i].head, rows[i].piece, rows[i].max, rows[i].tail), 0);
        assert_int_equal(read_many(rows[i].head, rows[i].piece, rows[i].max + 1, rows[i].tail), HV_E_LIMIT);
    }
}

static int read_again(void *context) {
    HV_CLEANUP(hv_class_free) struct hv_class *class = NULL;
    int r = hv_class_read(context, &class, NULL);

    if (r < 0)
        assert_null(class);
    return r;
}

static void every_allocation_may_fail(void **state) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP_FREE char *text = fixture_read("synthetic/wsman-describe/000.response.xml", NULL);
    union {
        const struct hv_xml_node *node;
        void *context;
    } class;

    (void)state;
    assert_int_equal(hv_xml_parse(text, strlen(text), NULL, &doc, NULL), 0);
    class.node = hv_xml_descendant(hv_xml_root(doc), NULL, "CLASS");
    assert_true(failmalloc_each(read_again, class.context) > 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_have_types_keys_and_qualifiers),
        cmocka_unit_test(methods_have_parameters),
        cmocka_unit_test(a_bare_class_is_one),
        cmocka_unit_test(what_has_no_name_is_refused),
        cmocka_unit_test(limits_hold_one_past),
        cmocka_unit_test(every_allocation_may_fail),
    };

    hv_xml_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
