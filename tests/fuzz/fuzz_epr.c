/* Endpoint references, wherever a document has one: read, written, and read again they are the same. */
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "wsman/epr.h"
#include "wsman/uri.h"
#include "xml/writer.h"

enum { MAX_BYTES = 16 * 1024 * 1024, MAX_READ = 64 };

static void write_again(const struct hv_epr *epr) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *again = NULL;
    struct hv_xml_writer writer;

    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    hv_xml_begin(&writer, "x");
    hv_xml_put_attribute(&writer, "xmlns:a", HV_NS_ADDRESSING);
    hv_xml_put_attribute(&writer, "xmlns:w", HV_NS_WSMAN);
    hv_epr_write(&writer, epr);
    hv_xml_end(&writer);
    CHECK(hv_xml_writer_finish(&writer, "a reference", NULL) == 0);
    CHECK(hv_xml_parse(hv_buf_text(&buf), buf.len, NULL, &doc, NULL) == 0);
    CHECK(hv_epr_is_in(hv_xml_root(doc)));
    CHECK(hv_epr_parse(hv_xml_root(doc), &again, NULL) == 0);
    CHECK(fuzz_same_epr(epr, again));
}

static void read_epr(const struct hv_xml_node *node) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    struct hv_error err = { 0 };
    int r = hv_epr_parse(node, &epr, &err);

    fuzz_check_error(r, &err);
    CHECK((r == 0) == (epr != NULL));
    if (epr)
        write_again(epr);
}

static void walk(const struct hv_xml_node *node, size_t *n_left) {
    for (; node && *n_left > 0; node = hv_xml_next(node)) {
        if (hv_epr_is_in(node)) {
            read_epr(node);
            --*n_left;
        }
        walk(hv_xml_first(node), n_left);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    size_t n_left = MAX_READ;

    if (!doc)
        return 0;
    read_epr(hv_xml_root(doc));
    walk(hv_xml_root(doc), &n_left);
    return 0;
}
