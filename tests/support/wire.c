/* Messages against fixtures. */
#include "support/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/fixture.h"

int wire_open(const char *fixture, int status, struct hv_envelope **ret_envelope, struct hv_error *err) {
    HV_CLEANUP_FREE char *bytes = NULL;
    struct hv_answer answer = { .status = status, .content_type = "application/soap+xml;charset=UTF-8" };

    bytes = fixture_read(fixture, &answer.n_bytes);
    answer.bytes = bytes;
    return hv_envelope_open(&answer, WIRE_MESSAGE_ID, ret_envelope, err);
}

struct hv_header wire_header(const struct hv_epr *target, const char *action) {
    return (struct hv_header){
        .to = "https://hv01.example.test:5986/wsman",
        .action = action,
        .message_id = WIRE_MESSAGE_ID,
        .target = target,
        .operation_timeout_ms = 60000,
        .max_envelope_size = 512000,
    };
}

void wire_compare(const struct hv_buf *buf, const char *fixture) {
    HV_CLEANUP_FREE char *want = NULL;
    size_t n;

    want = fixture_read(fixture, &n);
    if (n != strlen(want))
        fail_msg("%s holds a zero byte", fixture);
    assert_string_equal(hv_buf_text(buf), want);
    assert_int_equal(buf->len, n);
}
