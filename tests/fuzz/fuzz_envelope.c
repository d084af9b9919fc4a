/* An HTTP answer opened as an envelope: any bytes, under several content types, statuses and encodings. */
#include "base/size.h"
#include "fuzz/fuzz.h"
#include "wsman/enumeration.h"
#include "wsman/envelope.h"
#include "wsman/fault.h"
#include "wsman/identify.h"

static const char *const types[] = {
    "application/soap+xml;charset=UTF-8",         "application/soap+xml;charset=UTF-16",
    "application/soap+xml; charset=\"utf-16le\"", "text/xml; charset=iso-8859-1",
    "multipart/encrypted;protocol=\"x\"",         "text/html",
    "application/soap+xml;charset=ebcdic",        NULL,
};

static const int statuses[] = { 200, 500, 400, 401 };

/* Each byte as a UTF-16 unit, behind a byte order mark: LSB first when LITTLE. */
static char *widen(const uint8_t *data, size_t size, bool little) {
    char *wide = fuzz_text(NULL, 0);

    wide = realloc(wide, size * 2 + 2);
    CHECK(wide);
    wide[little ? 0 : 1] = '\xFF';
    wide[little ? 1 : 0] = '\xFE';
    for (size_t i = 0; i < size; i++) {
        wide[2 + i * 2 + !little] = (char)data[i];
        wide[2 + i * 2 + little] = '\0';
    }
    return wide;
}

static void check_identity(const struct hv_envelope *envelope) {
    struct hv_identity identity;
    struct hv_error err = { 0 };

    fuzz_check_error(hv_identify_parse(envelope, &identity, &err), &err);
    hv_identity_deinit(&identity);
}

static void open_answer(const struct hv_answer *answer, const char *message_id) {
    HV_CLEANUP(hv_envelope_free) struct hv_envelope *envelope = NULL;
    struct hv_error err = { 0 };
    struct hv_page page = { 0 };
    int r = hv_envelope_open(answer, message_id, &envelope, &err);

    fuzz_check_error(r, &err);
    CHECK(r <= 0 && (r == 0) == (envelope != NULL));
    if (r < 0) {
        CHECK(err.http_status == answer->status);
        CHECK(!(hv_fault_is_timeout(&err) && hv_fault_is_refusal(&err)));
        return;
    }
    CHECK(answer->status < 300 && hv_envelope_body(envelope) && hv_envelope_action(envelope));
    check_identity(envelope);
    r = hv_page_parse(envelope, &page, &err);
    fuzz_check_error(r, &err);
    CHECK(r < 0 || !page.context || *page.context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t option = fuzz_option(&data, &size);
    struct hv_answer answer = {
        .status = statuses[option >> 4],
        .content_type = types[option & 7],
        .n_bytes = size,
    };
    char *bytes = option & 8 ? widen(data, size, option & 16) : fuzz_text(data, size);

    answer.bytes = bytes;
    if (option & 8)
        answer.n_bytes = 2 + size * 2;
    open_answer(&answer, NULL);
    open_answer(&answer, FUZZ_MESSAGE_ID);
    free(bytes);
    return 0;
}
