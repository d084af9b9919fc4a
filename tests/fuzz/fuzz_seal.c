/* The framing of encrypted messages: a Content-Type (first line) and a message of it. */
#include "fuzz/fuzz.h"
#include "transport/seal.h"

/* What was taken apart can be put together, and is the same when taken apart again. */
static void check_again(const struct hv_sealed *sealed) {
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(HV_SEAL_TYPE_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(64 * 1024 * 1024);
    HV_CLEANUP_SEALED struct hv_sealed again = { .n_parts = 0 };

    for (size_t i = 0; i < sealed->n_parts; i++) {
        const struct hv_sealed_part *part = &sealed->parts[i];
        HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(64 * 1024 * 1024);
        HV_CLEANUP_BUF struct hv_buf cipher = HV_BUF_INIT(64 * 1024 * 1024);

        hv_buf_append(&token, part->bytes, part->n_token);
        hv_buf_append(&cipher, part->bytes + part->n_token, part->n_bytes - part->n_token);
        hv_seal_write_part("application/x", "text/plain", part->n_bytes - part->n_token, &token, &cipher, &out);
    }
    hv_seal_write_end(&out);
    hv_seal_write_type("application/x", sealed->n_parts, &type);
    CHECK(hv_seal_is_type(hv_buf_text(&type)));
    CHECK(hv_seal_parse(hv_buf_text(&type), out.data, out.len, &again, NULL) == 0);
    CHECK(again.n_parts == sealed->n_parts);
    for (size_t i = 0; i < again.n_parts; i++) {
        CHECK(again.parts[i].n_token == sealed->parts[i].n_token && again.parts[i].n_bytes == sealed->parts[i].n_bytes);
        CHECK(memcmp(again.parts[i].bytes, sealed->parts[i].bytes, again.parts[i].n_bytes) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    HV_CLEANUP_SEALED struct hv_sealed sealed = { .n_parts = 0 };
    struct hv_error err = { 0 };
    char *at = text;
    const char *type = fuzz_piece(&at, '\n');
    size_t n_bytes = at ? size - (size_t)(at - text) : 0;
    int r = hv_seal_parse(type, at ? at : "", n_bytes, &sealed, &err);

    fuzz_check_error(r, &err);
    if (r < 0) {
        CHECK(sealed.n_parts == 0 && !sealed.parts);
        return 0;
    }
    CHECK(sealed.n_parts > 0 && sealed.n_parts <= HV_SEAL_MAX_PARTS && memchr(sealed.type, '\0', sizeof(sealed.type)));
    for (size_t i = 0; i < sealed.n_parts; i++) {
        const struct hv_sealed_part *part = &sealed.parts[i];

        CHECK(part->bytes >= at && part->n_token <= part->n_bytes && part->bytes + part->n_bytes <= at + n_bytes);
    }
    check_again(&sealed);
    return 0;
}
