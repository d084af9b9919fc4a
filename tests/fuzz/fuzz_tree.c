/* Any document: what the reader takes, written again and read again, is the same tree. */
#include "base/buf.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "wsman/uri.h"
#include "xml/tree.h"
#include "xml/writer.h"

enum { MAX_BYTES = 128 * 1024 * 1024 };

static const char *const encodings[] = { NULL, "utf-8", "UTF-16", "utf-16be", "ISO-8859-1", "x-unknown" };

/* Elements of the namespace "xml" need its own prefix, which the default namespace cannot be. */
static bool is_plain(const struct hv_xml_node *node) {
    if (strcmp(node->namespace_uri, HV_XML_NAMESPACE) == 0)
        return false;
    for (const struct hv_xml_node *child = node->first; child; child = child->next) {
        if (!is_plain(child))
            return false;
    }
    return true;
}

/* Attributes get prefixes of their number, elements the default namespace. */
static void write_node(struct hv_xml_writer *writer, const struct hv_xml_node *node, struct hv_buf *names) {
    size_t n_attributes = node->extras ? node->extras->n_attributes : 0;

    hv_xml_begin(writer, node->name);
    hv_xml_put_attribute(writer, "xmlns", node->namespace_uri);
    for (size_t i = 0; i < n_attributes; i++) {
        const struct hv_xml_attribute *attribute = &node->extras->attributes[i];
        bool is_bare = !*attribute->namespace_uri;
        bool is_xml = strcmp(attribute->namespace_uri, HV_XML_NAMESPACE) == 0;

        hv_buf_reset(names);
        hv_buf_printf(names, "xmlns:a%zu", i);
        if (!is_bare && !is_xml)
            hv_xml_put_attribute(writer, hv_buf_text(names), attribute->namespace_uri);
        hv_buf_reset(names);
        if (is_xml)
            hv_buf_puts(names, "xml:");
        else if (!is_bare)
            hv_buf_printf(names, "a%zu:", i);
        hv_buf_puts(names, attribute->name);
        hv_xml_put_attribute(writer, hv_buf_text(names), attribute->value);
    }
    hv_xml_put_text(writer, node->text);
    for (const struct hv_xml_node *child = node->first; child; child = child->next)
        write_node(writer, child, names);
    hv_xml_end(writer);
}

static void check_same(const struct hv_xml_node *a, const struct hv_xml_node *b) {
    size_t n_attributes = a->extras ? a->extras->n_attributes : 0;
    const struct hv_xml_node *mine = a->first;
    const struct hv_xml_node *theirs = b->first;

    CHECK(hv_xml_is(b, a->namespace_uri, a->name));
    CHECK(strcmp(hv_xml_text(a), hv_xml_text(b)) == 0 && strcmp(hv_xml_word(a), hv_xml_word(b)) == 0);
    CHECK(hv_utf8_valid(a->text, strlen(a->text)));
    CHECK(hv_xml_is_nil(a) == hv_xml_is_nil(b));
    for (size_t i = 0; i < n_attributes; i++) {
        const struct hv_xml_attribute *attribute = &a->extras->attributes[i];
        const char *value = hv_xml_attribute(b, attribute->namespace_uri, attribute->name);

        CHECK(value && strcmp(value, attribute->value) == 0);
    }
    for (; mine && theirs; mine = mine->next, theirs = theirs->next)
        check_same(mine, theirs);
    CHECK(!mine && !theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t option = fuzz_option(&data, &size) % (sizeof(encodings) / sizeof(encodings[0]));
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf names = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *again = NULL;
    HV_CLEANUP_FREE char *bytes = fuzz_text(data, size);
    struct hv_error err = { 0 };
    struct hv_xml_writer writer;
    int r = hv_xml_parse(bytes, size, encodings[option], &doc, &err);

    fuzz_check_error(r, &err);
    if (r < 0 || !is_plain(hv_xml_root(doc)))
        return 0;
    hv_xml_writer_init(&writer, &buf, HV_XML_ESCAPE_NAMED);
    write_node(&writer, hv_xml_root(doc), &names);
    CHECK(hv_xml_writer_finish(&writer, "the tree", NULL) == 0);
    r = hv_xml_parse(hv_buf_text(&buf), buf.len, NULL, &again, &err);
    /* More declarations than before may pass a limit. */
    CHECK(r == 0 || r == HV_E_LIMIT);
    if (r == 0)
        check_same(hv_xml_root(doc), hv_xml_root(again));
    return 0;
}
