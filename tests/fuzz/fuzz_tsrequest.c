/* CredSSP's messages: what is understood, is written again as it came but for what nobody knows. */
#include "fuzz/fuzz.h"
#include "transport/tsrequest.h"

static void check_inside(const struct hv_ts_bytes *bytes, const uint8_t *data, size_t size) {
    const uint8_t *at = bytes->bytes;

    CHECK(!at || (at >= data && bytes->n_bytes <= size && (size_t)(at - data) <= size - bytes->n_bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct hv_buf out = HV_BUF_INIT((size_t)HV_TS_MAX_BYTES * 2);
    struct hv_ts_request request;
    struct hv_ts_request again;
    struct hv_error err = { 0 };
    int r = hv_ts_request_decode(data, size, &request, &err);

    fuzz_check_error(r, &err);
    if (r < 0)
        return 0;
    check_inside(&request.nego_token, data, size);
    check_inside(&request.auth_info, data, size);
    check_inside(&request.pub_key_auth, data, size);
    check_inside(&request.client_nonce, data, size);
    CHECK(hv_ts_request_encode(&request, &out, NULL) == 0);
    CHECK(out.len <= size);
    CHECK(hv_ts_request_decode(out.data, out.len, &again, NULL) == 0);
    CHECK(again.version == request.version && again.has_error_code == request.has_error_code);
    CHECK(again.error_code == request.error_code && !again.nego_token.bytes == !request.nego_token.bytes);
    CHECK(again.pub_key_auth.n_bytes == request.pub_key_auth.n_bytes);
    hv_buf_deinit(&out);
    return 0;
}
