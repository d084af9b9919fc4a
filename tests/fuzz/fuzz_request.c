/* Requests of our making: parameters and selectors of any text, given by turns (the input split at 0x1E), are read again as
 * given. */
#include <hvctl/wsman.h>

#include "base/buf.h"
#include "engine/op.h"
#include "fuzz/fuzz.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

enum { SEPARATOR = 0x1E, MAX_PIECES = 64, MAX_BYTES = 64 * 1024 * 1024 };

struct pieces {
    const char *texts[MAX_PIECES];
    size_t n;
};

static void check_selectors(const struct hv_xml_node *header, const struct hv_epr *target) {
    const struct hv_xml_node *set = hv_xml_child(header, HV_NS_WSMAN, "SelectorSet");
    size_t n = 0;

    for (const struct hv_xml_node *node = hv_xml_first(set); node; node = hv_xml_next(node), n++) {
        CHECK(strcmp(hv_xml_attribute(node, "", "Name"), hv_epr_selector_name(target, n)) == 0);
        CHECK(strcmp(hv_xml_text(node), hv_epr_selector_value(target, n)) == 0);
    }
    CHECK(n == hv_epr_n_selectors(target));
}

static void check_params(const struct hv_xml_node *body, const struct pieces *pieces) {
    const struct hv_xml_node *input = hv_xml_first(body);
    const struct hv_xml_node *node = hv_xml_first(input);

    CHECK(hv_xml_is(input, hv_xml_namespace(input), "M_INPUT") && !hv_xml_next(input));
    for (size_t i = 0; i < pieces->n; i++, node = hv_xml_next(node))
        CHECK(hv_xml_is(node, hv_xml_namespace(input), "P") && strcmp(hv_xml_text(node), pieces->texts[i]) == 0);
    CHECK(!node);
}

static void read_request(const struct hv_buf *request, const struct hv_epr *target, const struct pieces *pieces) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    const struct hv_xml_node *header;

    CHECK(hv_xml_parse(hv_buf_text(request), request->len, NULL, &doc, NULL) == 0);
    header = hv_xml_child(hv_xml_root(doc), HV_NS_SOAP, "Header");
    CHECK(strcmp(hv_xml_text(hv_xml_child(header, HV_NS_WSMAN, "ResourceURI")), hv_epr_resource_uri(target)) == 0);
    check_selectors(header, target);
    check_params(hv_xml_child(hv_xml_root(doc), HV_NS_SOAP, "Body"), pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct hv_call call = { "https://hv01:5986/wsman", FUZZ_MESSAGE_ID, 60000, 512000, 0 };
    HV_CLEANUP_BUF struct hv_buf request = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = NULL;
    struct pieces pieces = { .n = 0 };
    struct hv_params *params = NULL;
    struct hv_error err = { 0 };
    struct hv_op *op = NULL;
    char *at = text;
    int r;

    CHECK(hv_epr_new("http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/X", &target, NULL) == 0);
    CHECK(hv_params_new(&params, NULL) == 0);
    while (at && pieces.n < MAX_PIECES) {
        const char *name = fuzz_piece(&at, SEPARATOR);
        const char *value = at ? fuzz_piece(&at, SEPARATOR) : "";

        pieces.texts[pieces.n++] = value;
        CHECK(hv_params_add_text(params, "P", value, NULL) == 0);
        fuzz_check_error(hv_epr_add_selector(target, name, value, &err), &err);
        err.code = 0;
    }
    CHECK(hv_op_new_invoke(target, "M", params, &op, NULL) == 0);
    r = hv_op_build(op, &call, &request, &err);
    CHECK(r == 0 || r == HV_E_ARGUMENT);
    if (r == 0 && request.len <= HV_XML_MAX_BYTES)
        read_request(&request, target, &pieces);
    (void)hv_op_free(op);
    (void)hv_params_free(params);
    return 0;
}
