/* CredSSP's messages: the bytes of MS-CSSP 2.2.1, and that nothing else is taken for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/size.h"
#include "support/failmalloc.h"
#include "transport/tsrequest.h"

#define BYTES(literal)                                                                                                           \
    { (literal), sizeof(literal) - 1 }

static const struct {
    struct hv_ts_request request;
    struct hv_ts_bytes wire;
} goldens[] = {
    { { .version = 6 }, BYTES("\x30\x05\xA0\x03\x02\x01\x06") },
    { { .version = 0 }, BYTES("\x30\x05\xA0\x03\x02\x01\x00") },
    { { .version = 200 }, BYTES("\x30\x06\xA0\x04\x02\x02\x00\xC8") },
    { { .version = 6, .nego_token = BYTES("NTLMSSP") },
      BYTES("\x30\x16\xA0\x03\x02\x01\x06\xA1\x0F\x30\x0D\x30\x0B\xA0\x09\x04\x07NTLMSSP") },
    { { .version = 2, .nego_token = BYTES("a"), .pub_key_auth = BYTES("key") },
      BYTES("\x30\x17\xA0\x03\x02\x01\x02\xA1\x09\x30\x07\x30\x05\xA0\x03\x04\x01"
            "a\xA3\x05\x04\x03"
            "key") },
    { { .version = 6, .pub_key_auth = BYTES("k"), .client_nonce = BYTES("n") },
      BYTES("\x30\x0F\xA0\x03\x02\x01\x06\xA3\x03\x04\x01k\xA5\x03\x04\x01n") },
    { { .version = 6, .auth_info = BYTES("") }, BYTES("\x30\x09\xA0\x03\x02\x01\x06\xA2\x02\x04\x00") },
    { { .version = 6, .has_error_code = true, .error_code = 0xC000006D },
      BYTES("\x30\x0D\xA0\x03\x02\x01\x06\xA4\x06\x02\x04\xC0\x00\x00\x6D") },
    { { .version = 6, .has_error_code = true, .error_code = 0 }, BYTES("\x30\x0A\xA0\x03\x02\x01\x06\xA4\x03\x02\x01\x00") },
    { { .version = 6, .has_error_code = true, .error_code = 0xFFFFFF7F },
      BYTES("\x30\x0B\xA0\x03\x02\x01\x06\xA4\x04\x02\x02\xFF\x7F") },
    { { .version = 6, .has_error_code = true, .error_code = 0xFFFFFF80 },
      BYTES("\x30\x0A\xA0\x03\x02\x01\x06\xA4\x03\x02\x01\x80") },
};

static void assert_bytes(const struct hv_ts_bytes *a, const struct hv_ts_bytes *b) {
    assert_int_equal(!a->bytes, !b->bytes);
    assert_int_equal(a->n_bytes, b->n_bytes);
    if (a->n_bytes)
        assert_memory_equal(a->bytes, b->bytes, a->n_bytes);
}

static void assert_same(const struct hv_ts_request *a, const struct hv_ts_request *b) {
    assert_int_equal(a->version, b->version);
    assert_bytes(&a->nego_token, &b->nego_token);
    assert_bytes(&a->auth_info, &b->auth_info);
    assert_bytes(&a->pub_key_auth, &b->pub_key_auth);
    assert_bytes(&a->client_nonce, &b->client_nonce);
    assert_int_equal(a->has_error_code, b->has_error_code);
    assert_int_equal(a->error_code, b->error_code);
}

/* From memory of exactly that size, so that the sanitizer sees a read behind it. What was found stays valid in *ret_copy. */
static int decode(const void *bytes, size_t n, struct hv_ts_request *ret_request, uint8_t **ret_copy) {
    uint8_t *copy = malloc(n ? n : 1);
    struct hv_error err = { 0 };
    int r;

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    r = hv_ts_request_decode(copy, n, ret_request, &err);
    assert_int_equal(err.code, r);
    if (ret_copy)
        *ret_copy = copy;
    else
        free(copy);
    return r;
}

static void requests_have_the_bytes_of_the_specification(void **state) {
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(goldens); i++) {
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(1024);
        struct hv_ts_request back;
        uint8_t *copy;

        assert_int_equal(hv_ts_request_encode(&goldens[i].request, &out, NULL), 0);
        assert_int_equal(out.len, goldens[i].wire.n_bytes);
        assert_memory_equal(out.data, goldens[i].wire.bytes, out.len);
        assert_int_equal(decode(out.data, out.len, &back, &copy), 0);
        assert_same(&back, &goldens[i].request);
        free(copy);
    }
}

static void tokens_of_every_length_come_back(void **state) {
    static const size_t sizes[] = { 0, 1, 100, 108, 109, 110, 111, 112, 120, 127, 128, 240, 255, 256, 257, 65535, 65536, 131000 };
    static uint8_t token[HV_TS_MAX_BYTES];
    (void)state;

    memset(token, 0xA5, sizeof(token));
    for (size_t i = 0; i < HV_ARRAY_SIZE(sizes); i++) {
        const struct hv_ts_request request = { .version = 6, .nego_token = { token, sizes[i] } };
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(HV_TS_MAX_BYTES);
        struct hv_ts_request back;
        uint8_t *copy;

        assert_int_equal(hv_ts_request_encode(&request, &out, NULL), 0);
        assert_int_equal(decode(out.data, out.len, &back, &copy), 0);
        assert_same(&back, &request);
        free(copy);
    }
}

static void every_truncation_is_refused(void **state) {
    struct hv_ts_request request = { .version = 77 };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(goldens); i++) {
        for (size_t n = 0; n < goldens[i].wire.n_bytes; n++)
            assert_int_equal(decode(goldens[i].wire.bytes, n, &request, NULL), HV_E_PROTOCOL);
    }
    assert_int_equal(request.version, 77);
}

static void other_bytes_are_refused(void **state) {
    static const struct {
        const char *what;
        struct hv_ts_bytes wire;
    } cases[] = {
        { "no sequence", BYTES("\x31\x05\xA0\x03\x02\x01\x06") },
        { "empty sequence", BYTES("\x30\x00") },
        { "a byte behind", BYTES("\x30\x05\xA0\x03\x02\x01\x06\x00") },
        { "no version", BYTES("\x30\x05\xA2\x03\x04\x01\x06") },
        { "version twice", BYTES("\x30\x0A\xA0\x03\x02\x01\x06\xA0\x03\x02\x01\x06") },
        { "order", BYTES("\x30\x0F\xA0\x03\x02\x01\x06\xA5\x03\x04\x01n\xA3\x03\x04\x01k") },
        { "version of another type", BYTES("\x30\x05\xA0\x03\x04\x01\x06") },
        { "negative version", BYTES("\x30\x05\xA0\x03\x02\x01\xFF") },
        { "version above 31 bits", BYTES("\x30\x09\xA0\x07\x02\x05\x00\x80\x00\x00\x00") },
        { "integer of no bytes", BYTES("\x30\x04\xA0\x02\x02\x00") },
        { "integer longer than needed", BYTES("\x30\x06\xA0\x04\x02\x02\x00\x06") },
        { "negative longer than needed", BYTES("\x30\x0B\xA0\x03\x02\x01\x06\xA4\x04\x02\x02\xFF\x80") },
        { "integer of 33 bits", BYTES("\x30\x0E\xA0\x03\x02\x01\x06\xA4\x07\x02\x05\x01\x00\x00\x00\x00") },
        { "integer below 32 bits", BYTES("\x30\x0E\xA0\x03\x02\x01\x06\xA4\x07\x02\x05\xFF\x00\x00\x00\x00") },
        { "integer of 6 bytes", BYTES("\x30\x0F\xA0\x03\x02\x01\x06\xA4\x08\x02\x06\x00\x80\x00\x00\x00\x00") },
        { "length longer than needed", BYTES("\x30\x81\x05\xA0\x03\x02\x01\x06") },
        { "length with a zero in front", BYTES("\x30\x82\x00\x05\xA0\x03\x02\x01\x06") },
        { "indefinite length", BYTES("\x30\x80\xA0\x03\x02\x01\x06\x00\x00") },
        { "length of 5 bytes", BYTES("\x30\x85\x01\x00\x00\x00\x00\xA0\x03\x02\x01\x06") },
        { "length of 4 GiB", BYTES("\x30\x84\xFF\xFF\xFF\xFF\xA0\x03\x02\x01\x06") },
        { "inner length behind the end", BYTES("\x30\x05\xA0\x04\x02\x01\x06") },
        { "a byte behind the integer", BYTES("\x30\x06\xA0\x04\x02\x01\x06\x00") },
        { "implicit tag", BYTES("\x30\x08\xA0\x03\x02\x01\x06\xA3\x01k") },
        { "two tokens", BYTES("\x30\x17\xA0\x03\x02\x01\x06\xA1\x10\x30\x0E\x30\x05\xA0\x03\x04\x01"
                              "a\x30\x05\xA0\x03\x04\x01"
                              "b") },
        { "token without its sequence", BYTES("\x30\x0E\xA0\x03\x02\x01\x06\xA1\x07\x30\x05\xA0\x03\x04\x01t") },
        { "tag of many bytes", BYTES("\x30\x09\xA0\x03\x02\x01\x06\xBF\x1F\x01\x00") },
        { "universal tag", BYTES("\x30\x08\xA0\x03\x02\x01\x06\x04\x01k") },
    };
    struct hv_ts_request request;
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        if (decode(cases[i].wire.bytes, cases[i].wire.n_bytes, &request, NULL) != HV_E_PROTOCOL)
            fail_msg("taken: %s", cases[i].what);
    }
}

/* What a reader must live with: unsigned codes of other implementations, an empty list, fields of later versions. */
static void variants_are_understood(void **state) {
    static const char unsigned_code[] = "\x30\x0E\xA0\x03\x02\x01\x06\xA4\x07\x02\x05\x00\xC0\x00\x00\x6D";
    static const char no_tokens[] = "\x30\x09\xA0\x03\x02\x01\x06\xA1\x02\x30\x00";
    static const char later[] = "\x30\x0B\xA0\x03\x02\x01\x09\xA6\x04\x0C\x02hi";
    struct hv_ts_request request;
    (void)state;

    assert_int_equal(decode(unsigned_code, sizeof(unsigned_code) - 1, &request, NULL), 0);
    assert_true(request.has_error_code);
    assert_int_equal(request.error_code, 0xC000006D);
    assert_int_equal(decode(no_tokens, sizeof(no_tokens) - 1, &request, NULL), 0);
    assert_null(request.nego_token.bytes);
    assert_int_equal(decode(later, sizeof(later) - 1, &request, NULL), 0);
    assert_int_equal(request.version, 9);
}

static void a_message_that_is_too_large_is_neither_sent_nor_read(void **state) {
    static uint8_t large[HV_TS_MAX_BYTES + 1];
    const struct hv_ts_request request = { .version = 6, .nego_token = { large, sizeof(large) } };
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(SIZE_MAX);
    struct hv_ts_request back;
    (void)state;

    assert_int_equal(hv_ts_request_encode(&request, &out, NULL), HV_E_LIMIT);
    assert_int_equal(out.len, 0);
    assert_int_equal(decode(large, sizeof(large), &back, NULL), HV_E_LIMIT);
}

static void credentials_have_the_bytes_of_the_specification(void **state) {
    static const struct hv_ts_password password = { "D", "\xC3\xA4", "\xF0\x9F\x94\x91" };
    static const struct hv_ts_password local = { "", "u", "p" };
    static const char golden[] = "\x30\x1F\xA0\x03\x02\x01\x01\xA1\x18\x04\x16\x30\x14\xA0\x04\x04\x02"
                                 "D\x00\xA1\x04\x04\x02\xE4\x00\xA2\x06\x04\x04\x3D\xD8\x11\xDD";
    static const char golden_local[] = "\x30\x1B\xA0\x03\x02\x01\x01\xA1\x14\x04\x12\x30\x10\xA0\x02\x04\x00\xA1\x04\x04\x02u\x00"
                                       "\xA2\x04\x04\x02p\x00";
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(1024);
    (void)state;

    assert_int_equal(hv_ts_credentials_encode(&password, &out, NULL), 0);
    assert_int_equal(out.len, sizeof(golden) - 1);
    assert_memory_equal(out.data, golden, out.len);
    hv_buf_reset(&out);
    assert_int_equal(hv_ts_credentials_encode(&local, &out, NULL), 0);
    assert_int_equal(out.len, sizeof(golden_local) - 1);
    assert_memory_equal(out.data, golden_local, out.len);
}

/* A buffer that grew by copying would leave the secret behind in memory that was freed. */
static void credentials_are_written_into_memory_of_one_piece(void **state) {
    char text[HV_TS_MAX_TEXT + 1];
    const struct hv_ts_password password = { "domain", "user", text };
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(HV_TS_MAX_BYTES);
    (void)state;

    memset(text, 'p', sizeof(text));
    text[HV_TS_MAX_TEXT] = '\0';
    failmalloc_arm(0, false);
    assert_int_equal(hv_ts_credentials_encode(&password, &out, NULL), 0);
    assert_int_equal(failmalloc_disarm(NULL), 1);
    assert_int_equal(out.cap, out.len + 1);
}

static void texts_that_cannot_be_sent_are_refused(void **state) {
    char text[HV_TS_MAX_TEXT + 2];
    const struct hv_ts_password cases[] = {
        { "", "user", "\xFF" }, { "\x80", "user", "p" }, { "", "\xC3", "p" }, { "", "u", text }
    };
    (void)state;

    memset(text, 'p', sizeof(text));
    text[HV_TS_MAX_TEXT + 1] = '\0';
    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(8192);
        struct hv_error err = { 0 };

        assert_int_equal(hv_ts_credentials_encode(&cases[i], &out, &err), HV_E_ARGUMENT);
        assert_int_equal(out.len, 0);
        assert_null(strstr(err.message, "ppp"));
    }
}

static int encode_both(void *context) {
    static const struct hv_ts_password password = { "domain", "user", "password" };
    HV_CLEANUP_BUF struct hv_buf request = HV_BUF_INIT(1024);
    HV_CLEANUP_BUF struct hv_buf credentials = HV_BUF_INIT(1024);
    int r = hv_ts_request_encode(&goldens[3].request, &request, NULL);
    (void)context;

    return r < 0 ? r : hv_ts_credentials_encode(&password, &credentials, NULL);
}

static void the_end_of_memory_is_told(void **state) {
    (void)state;
    assert_true(failmalloc_each(encode_both, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_have_the_bytes_of_the_specification),
        cmocka_unit_test(tokens_of_every_length_come_back),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(other_bytes_are_refused),
        cmocka_unit_test(variants_are_understood),
        cmocka_unit_test(a_message_that_is_too_large_is_neither_sent_nor_read),
        cmocka_unit_test(credentials_have_the_bytes_of_the_specification),
        cmocka_unit_test(credentials_are_written_into_memory_of_one_piece),
        cmocka_unit_test(texts_that_cannot_be_sent_are_refused),
        cmocka_unit_test(the_end_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
