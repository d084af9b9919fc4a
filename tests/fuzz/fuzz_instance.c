/* Instances on the wire: a document that is one, the body of an envelope, or the items of a page. */
#include "base/size.h"
#include "cim/wire.h"
#include "fuzz/fuzz.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

static void read_items(const struct hv_xml_node *items) {
    for (const struct hv_xml_node *node = hv_xml_first(items); node; node = hv_xml_next(node)) {
        struct hv_wire_item item = { NULL, NULL };
        struct hv_error err = { 0 };
        int r = hv_wire_read_item(node, &item, &err);

        fuzz_check_error(r, &err);
        CHECK(r < 0 ? !item.instance && !item.epr : !item.instance == !!item.epr);
        if (item.instance)
            fuzz_check_instance(item.instance);
        (void)hv_instance_free(item.instance);
        (void)hv_epr_free(item.epr);
    }
}

static void read_whole(const struct hv_xml_node *node, const char *class_name, bool is_body) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    struct hv_error err = { 0 };
    int r = is_body ? hv_wire_read_body(node, class_name, &instance, &err) : hv_wire_read_instance(node, &instance, &err);

    fuzz_check_error(r, &err);
    CHECK((r == 0) == (instance != NULL));
    if (!instance)
        return;
    fuzz_check_instance(instance);
    CHECK(!class_name || strcmp(hv_instance_class(instance), class_name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    const struct hv_xml_node *root = doc ? hv_xml_root(doc) : NULL;
    const struct hv_xml_node *body = hv_xml_child(root, HV_NS_SOAP, "Body");
    const struct hv_xml_node *items = hv_xml_descendant(body, NULL, "Items");

    if (items)
        read_items(items);
    if (body)
        read_whole(body, NULL, true);
    if (body)
        read_whole(body, "M_OUTPUT", true);
    if (root && !body)
        read_whole(root, NULL, false);
    return 0;
}
