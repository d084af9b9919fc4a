/* A SOAP fault as an error record. */
#include "fuzz/fuzz.h"
#include "wsman/fault.h"
#include "wsman/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int status = fuzz_option(&data, &size) ? 400 : 500;
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    const struct hv_xml_node *root = doc ? hv_xml_root(doc) : NULL;
    const struct hv_xml_node *fault = hv_xml_descendant(root, HV_NS_SOAP, "Fault");
    struct hv_error err = { 0 };

    if (!root)
        return 0;
    /* Whatever the root is, it is read: a fault is recognised by its name elsewhere. */
    fuzz_check_error(hv_fault_read(fault ? fault : root, status, &err), &err);
    CHECK(err.source == HV_SOURCE_WSMAN && err.http_status == status);
    CHECK(!hv_fault_is_refusal(&err) || !hv_fault_is_timeout(&err));
    (void)hv_fault_is_busy(&err);
    (void)hv_fault_is_context_lost(&err);
    return 0;
}
