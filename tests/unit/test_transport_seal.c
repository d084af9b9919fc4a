/* The framing of encrypted messages: what is written, what is taken, and what is not (wsman.md 6.4, 6.5). */
#include "transport/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/size.h"
#include "support/failmalloc.h"
#include "transport/sealing.h"

#define PROTOCOL "application/HTTP-SPNEGO-session-encrypted"
#define TYPE     "multipart/encrypted;protocol=\"" PROTOCOL "\";boundary=\"Encrypted Boundary\""
#define SOAP     "application/soap+xml;charset=UTF-8"

static void put_part(const char *token, const char *cipher, size_t n_plain, struct hv_buf *out) {
    HV_CLEANUP_BUF struct hv_buf t = HV_BUF_INIT(4096);
    HV_CLEANUP_BUF struct hv_buf c = HV_BUF_INIT(4096);

    hv_buf_puts(&t, token);
    hv_buf_puts(&c, cipher);
    hv_seal_write_part(PROTOCOL, SOAP, n_plain, &t, &c, out);
}

static void a_message_has_the_bytes_that_winrm_wants(void **state) {
    static const char wanted[] = "--Encrypted Boundary\r\n\tContent-Type: " PROTOCOL "\r\n"
                                 "\tOriginalContent: type=" SOAP ";Length=3\r\n"
                                 "--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
                                 "\x04\0\0\0TOKNxyz--Encrypted Boundary--\r\n";
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(4096);
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(4096);

    (void)state;
    put_part("TOKN", "xyz", 3, &out);
    hv_seal_write_end(&out);
    assert_int_equal(out.len, sizeof(wanted) - 1);
    assert_memory_equal(out.data, wanted, sizeof(wanted) - 1);
    hv_seal_write_type(PROTOCOL, 1, &type);
    assert_string_equal(hv_buf_text(&type), TYPE);
    hv_buf_reset(&type);
    hv_seal_write_type(PROTOCOL, 2, &type);
    assert_memory_equal(type.data, "multipart/x-multi-encrypted;", 28);
}

static void parts_come_back_although_they_hold_delimiters(void **state) {
    static const char *const ciphers[] = { "--Encrypted Boundary--\r\n", "", "--Encrypted Boundary\r\n\tContent-Type: x\r\n" };
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(4096);
    HV_CLEANUP_SEALED struct hv_sealed sealed = { .n_parts = 0 };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(ciphers); i++)
        put_part("TOKN", ciphers[i], strlen(ciphers[i]), &out);
    hv_seal_write_end(&out);
    assert_int_equal(hv_seal_parse(TYPE, out.data, out.len, &sealed, NULL), 0);
    assert_int_equal(sealed.n_parts, 3);
    assert_string_equal(sealed.type, SOAP);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sealed.parts[i].n_token, 4);
        assert_int_equal(sealed.parts[i].n_bytes, 4 + strlen(ciphers[i]));
        assert_memory_equal(sealed.parts[i].bytes + 4, ciphers[i], strlen(ciphers[i]));
    }
}

static void every_truncation_is_refused(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(4096);

    (void)state;
    put_part("TOKN", "xyz", 3, &out);
    put_part("TOKN", "xyz", 3, &out);
    hv_seal_write_end(&out);
    for (size_t n = 0; n < out.len - 2; n++) { /* the last line end may be missing */
        struct hv_sealed sealed = { .n_parts = 7 };
        char *piece = malloc(n + 1); /* of just that size, for the sanitizer to watch */

        assert_non_null(piece);
        memcpy(piece, out.data, n);
        assert_int_equal(hv_seal_parse(TYPE, piece, n, &sealed, NULL), HV_E_PROTOCOL);
        assert_int_equal(sealed.n_parts, 7);
        free(piece);
    }
}

static void one_part_too_many_is_refused(void **state) {
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(1024 * 1024);
        struct hv_sealed sealed = { .n_parts = 0 };

        for (size_t i = 0; i < HV_SEAL_MAX_PARTS + more; i++)
            put_part("T", "x", 1, &out);
        hv_seal_write_end(&out);
        assert_int_equal(hv_seal_parse(TYPE, out.data, out.len, &sealed, NULL), more ? HV_E_LIMIT : 0);
        hv_sealed_deinit(&sealed);
    }
}

static void only_its_types_are_encrypted_messages(void **state) {
    (void)state;
    assert_true(hv_seal_is_type(TYPE));
    assert_true(hv_seal_is_type("Multipart/X-Multi-Encrypted; boundary=x"));
    assert_false(hv_seal_is_type(SOAP));
    assert_false(hv_seal_is_type(NULL));
}

/* A mechanism that changes nothing: what sealing.c checks besides. */
static int seal_nothing(struct hv_mech *mech, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                        struct hv_error *err) {
    (void)mech;
    (void)err;
    hv_buf_puts(token, "TOKN");
    hv_buf_append(cipher, plain, n_plain);
    return 0;
}

static int unseal_nothing(struct hv_mech *mech, const void *sealed, size_t n_token, size_t n_sealed, struct hv_buf *plain,
                          struct hv_error *err) {
    (void)mech;
    (void)err;
    hv_buf_append(plain, (const char *)sealed + n_token, n_sealed - n_token);
    return 0;
}

static const struct hv_mech_vtable small_chunks = {
    .protocol = PROTOCOL, .max_chunk = 4, .seal = seal_nothing, .unseal = unseal_nothing
};

static void what_is_sealed_piece_by_piece_is_whole_again(void **state) {
    struct hv_mech mech = { &small_chunks };
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(HV_SEAL_TYPE_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(4096);
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(4096);
    char plain_type[HV_SEAL_TYPE_MAX_BYTES];
    struct hv_answer answer = { .status = 200 };

    (void)state;
    assert_int_equal(hv_sealing_seal(&mech, "<envelope/>", 11, SOAP, &type, &out, NULL), 0);
    assert_memory_equal(type.data, "multipart/x-multi-encrypted;", 28);
    answer.content_type = hv_buf_text(&type);
    answer.bytes = out.data;
    answer.n_bytes = out.len;
    assert_int_equal(hv_sealing_open(&mech, &answer, plain_type, &plain, NULL), 0);
    assert_string_equal(hv_buf_text(&plain), "<envelope/>");
    assert_string_equal(plain_type, SOAP);
}

static void a_part_of_another_length_than_it_says_is_refused(void **state) {
    static const struct {
        size_t n_plain;
        int result;
    } rows[] = { { 3, 0 }, { 2, HV_E_PROTOCOL } };
    struct hv_mech mech = { &small_chunks };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(4096);
        HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(4096);
        char type[HV_SEAL_TYPE_MAX_BYTES];
        struct hv_answer answer = { .status = 200, .content_type = TYPE };

        put_part("TOKN", "xyz", rows[i].n_plain, &out);
        hv_seal_write_end(&out);
        answer.bytes = out.data;
        answer.n_bytes = out.len;
        assert_int_equal(hv_sealing_open(&mech, &answer, type, &plain, NULL), rows[i].result);
    }
}

static int parse(void *context) {
    const struct hv_buf *out = context;
    HV_CLEANUP_SEALED struct hv_sealed sealed = { .n_parts = 0 };

    return hv_seal_parse(TYPE, out->data, out->len, &sealed, NULL);
}

static void every_allocation_may_fail(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(4096);

    (void)state;
    for (size_t i = 0; i < 5; i++)
        put_part("TOKN", "xyz", 3, &out);
    hv_seal_write_end(&out);
    assert_true(failmalloc_each(parse, &out) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_has_the_bytes_that_winrm_wants),
        cmocka_unit_test(parts_come_back_although_they_hold_delimiters),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(one_part_too_many_is_refused),
        cmocka_unit_test(only_its_types_are_encrypted_messages),
        cmocka_unit_test(what_is_sealed_piece_by_piece_is_whole_again),
        cmocka_unit_test(a_part_of_another_length_than_it_says_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
