/* Instances that a host sent, written as for a Put: where that can be, they read the same again. */
#include "base/buf.h"
#include "cim/wire.h"
#include "cim/write.h"
#include "fuzz/fuzz.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

enum { MAX_BYTES = 64 * 1024 * 1024 };

static const char uri[] = HV_WMI_PREFIX "root/cimv2/X";

static void check_same(const struct hv_instance *a, const struct hv_instance *b);

static void check_value(const struct hv_property *a, const struct hv_property *b, size_t index) {
    const char *text = hv_property_text(a, index);
    const struct hv_instance *object = hv_property_instance(a, index);

    CHECK(!text == !hv_property_text(b, index) && !object == !hv_property_instance(b, index));
    CHECK(!text || strcmp(text, hv_property_text(b, index)) == 0);
    CHECK(fuzz_same_epr(hv_property_reference(a, index), hv_property_reference(b, index)));
    if (!object)
        return;
    CHECK(strcmp(hv_instance_class(object), hv_instance_class(hv_property_instance(b, index))) == 0);
    check_same(object, hv_property_instance(b, index));
}

static void check_same(const struct hv_instance *a, const struct hv_instance *b) {
    CHECK(hv_instance_n_properties(a) == hv_instance_n_properties(b));
    for (size_t i = 0; i < hv_instance_n_properties(a); i++) {
        const struct hv_property *property = hv_instance_property(a, i);
        const struct hv_property *other = hv_instance_property(b, i);

        CHECK(strcmp(hv_property_name(property), hv_property_name(other)) == 0);
        CHECK(hv_property_n_values(property) == hv_property_n_values(other));
        for (size_t k = 0; k < hv_property_n_values(property); k++)
            check_value(property, other, k);
    }
}

static void read_again(const struct hv_instance *instance, const struct hv_buf *bytes) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *again = NULL;

    CHECK(hv_xml_parse(hv_buf_text(bytes), bytes->len, NULL, &doc, NULL) == 0);
    CHECK(hv_wire_read_instance(hv_xml_first(hv_xml_root(doc)), &again, NULL) == 0);
    CHECK(strcmp(hv_instance_class(again), "X") == 0 && strcmp(hv_instance_namespace(again), "root/cimv2") == 0);
    check_same(instance, again);
}

static void write_again(const struct hv_instance *instance) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    struct hv_error err = { 0 };
    struct hv_xml_writer writer;
    int r;

    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&writer, "b");
    hv_xml_put_attribute(&writer, "xmlns:a", HV_NS_ADDRESSING);
    hv_xml_put_attribute(&writer, "xmlns:w", HV_NS_WSMAN);
    r = hv_wire_write_instance(&writer, instance, uri, &err);
    hv_xml_end(&writer);
    fuzz_check_error(r, &err);
    CHECK(r == 0 || r == HV_E_ARGUMENT || r == HV_E_LIMIT);
    if (r < 0)
        return;
    CHECK(hv_xml_writer_finish(&writer, "an instance", NULL) == 0);
    read_again(instance, &buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    const struct hv_xml_node *root = doc ? hv_xml_root(doc) : NULL;
    const struct hv_xml_node *body = hv_xml_child(root, HV_NS_SOAP, "Body");
    const struct hv_xml_node *items = hv_xml_descendant(body, NULL, "Items");
    const struct hv_xml_node *node = body ? hv_xml_first(items ? items : body) : root;

    for (; node; node = hv_xml_next(node)) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;

        if (hv_wire_read_instance(node, &instance, NULL) == 0)
            write_again(instance);
    }
    return 0;
}
