/* Events of a subscription: each item of a page, or the document itself. */
#include "cim/event.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    const struct hv_xml_node *root = doc ? hv_xml_root(doc) : NULL;
    const struct hv_xml_node *items = hv_xml_descendant(root, NULL, "Items");

    for (const struct hv_xml_node *node = items ? hv_xml_first(items) : root; node; node = hv_xml_next(node)) {
        HV_CLEANUP(hv_instance_free) struct hv_instance *event = NULL;
        struct hv_error err = { 0 };
        int r = hv_event_read(node, &event, &err);

        fuzz_check_error(r, &err);
        CHECK(r <= 1 && (r == 0) == (event != NULL));
        if (event)
            fuzz_check_instance(event);
    }
    return 0;
}
