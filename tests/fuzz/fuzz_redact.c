/*
 * Redaction of any text does not fail; that of a document is finished after the second time: writing it once more changes
 * nothing.
 */
#include "fixture/redact.h"
#include "fuzz/fuzz.h"

enum { MAX_BYTES = 64 * 1024 * 1024 };

static void rewrite(struct hv_redactor *redactor, const char *bytes, size_t n_bytes, struct hv_buf *buf) {
    struct hv_error err = { 0 };
    int r = hv_redactor_rewrite(redactor, bytes, n_bytes, buf, &err);

    fuzz_check_error(r, &err);
    CHECK(r == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    HV_CLEANUP_BUF struct hv_buf once = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf twice = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf thrice = HV_BUF_INIT(MAX_BYTES);

    CHECK(hv_redactor_new(&redactor, NULL) == 0);
    hv_redactor_begin(redactor, 1, "hv01");
    CHECK(hv_redactor_add(redactor, HV_NAME_HOST, "hv01", NULL) == 0);
    CHECK(hv_redactor_add(redactor, HV_NAME_VM, "db & <test> \"one\"", NULL) == 0);
    doc = fuzz_parse(data, size);
    if (doc)
        CHECK(hv_redactor_learn(redactor, hv_xml_root(doc), NULL) == 0);
    rewrite(redactor, (const char *)data, size, &once);
    hv_redactor_begin_again(redactor);
    rewrite(redactor, hv_buf_text(&once), once.len, &twice);
    rewrite(redactor, hv_buf_text(&twice), twice.len, &thrice);
    if (!doc)
        return 0; /* known flaw: a name such as "host-" is found again at the beginning of its own stand-in, "host-2" */
    CHECK(twice.len == thrice.len && memcmp(hv_buf_text(&twice), hv_buf_text(&thrice), twice.len) == 0);
    return 0;
}
