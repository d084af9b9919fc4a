/*
 * Redaction of any text does not fail, and is finished once no more names are learnt: writing it again changes nothing. In a
 * document that was rewritten so, whoever verifies it finds nothing that should have been replaced. Of texts that hold words
 * like stand-ins before anything was replaced neither is promised: nobody can tell "path-2" of a host from one of ours.
 */
#include "fixture/redactor.h"
#include "fixture/token.h"
#include "fuzz/fuzz.h"

enum { MAX_BYTES = 64 * 1024 * 1024 };

static void rewrite(struct hv_redactor *redactor, const char *bytes, size_t n_bytes, struct hv_buf *buf) {
    struct hv_error err = { 0 };
    int r = hv_redactor_rewrite(redactor, bytes, n_bytes, buf, &err);

    fuzz_check_error(r, &err);
    CHECK(r == 0);
}

static void rewrite_in_place(struct hv_redactor *redactor, struct hv_buf *text) {
    HV_CLEANUP_BUF struct hv_buf again = HV_BUF_INIT(MAX_BYTES);

    rewrite(redactor, hv_buf_text(text), text->len, &again);
    hv_buf_reset(text);
    hv_buf_append(text, hv_buf_text(&again), again.len);
}

static void count(void *context, size_t offset, const char *text, size_t n) {
    size_t *n_found = context;

    (void)offset;
    (void)text;
    (void)n;
    (*n_found)++;
}

static void verify(const struct hv_buf *text) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse((const uint8_t *)hv_buf_text(text), text->len);
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    HV_CLEANUP_BUF struct hv_buf same = HV_BUF_INIT(MAX_BYTES);
    size_t n_found = 0;

    if (!doc)
        return;
    CHECK(hv_redactor_new(&redactor, NULL) == 0);
    hv_redactor_look(redactor, count, &n_found);
    CHECK(hv_redactor_learn(redactor, hv_xml_root(doc), NULL) == 0);
    rewrite(redactor, hv_buf_text(text), text->len, &same);
    CHECK(n_found == 0);
}

/* GUIDs that mean the same everywhere count as stand-ins too, and are in every document. */
static bool holds_stand_in(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);

    for (size_t i = 0; i < size; i++) {
        if (hv_redactor_stand_in(text + i, size - i) > 0 && hv_token_guid(text + i, size - i) == 0)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf again = HV_BUF_INIT(MAX_BYTES);
    size_t n_names = 0;

    CHECK(hv_redactor_new(&redactor, NULL) == 0);
    hv_redactor_begin(redactor, 1, "hv01");
    CHECK(hv_redactor_add(redactor, HV_NAME_HOST, "hv01", NULL) == 0);
    CHECK(hv_redactor_add(redactor, HV_NAME_VM, "db & <test> \"one\"", NULL) == 0);
    doc = fuzz_parse(data, size);
    if (doc)
        CHECK(hv_redactor_learn(redactor, hv_xml_root(doc), NULL) == 0);
    rewrite(redactor, (const char *)data, size, &text);
    while (hv_redactor_n_names(redactor) > n_names) {
        n_names = hv_redactor_n_names(redactor);
        hv_redactor_begin_again(redactor);
        rewrite_in_place(redactor, &text);
    }
    rewrite(redactor, hv_buf_text(&text), text.len, &again);
    if (holds_stand_in(data, size))
        return 0;
    CHECK(text.len == again.len && memcmp(hv_buf_text(&text), hv_buf_text(&again), text.len) == 0);
    if (doc)
        verify(&text);
    return 0;
}
