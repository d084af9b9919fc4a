/* CredSSP's proof of the key: the bytes that MS-CSSP 3.1.5 gives, hashed by another program, and nothing that comes close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "transport/key_proof.h"

static const unsigned char key[] = { 0x30, 0x03, 0x02, 0x01, 0xFF };
static const char nonce[] = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A\x0B\x0C\x0D\x0E\x0F"
                            "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C\x1D\x1E\x1F";
/* hashlib.sha256(label + b"\0" + nonce + key) of Python. */
static const char client_hash[] = "\xD3\xC4\x4E\x59\xE8\x02\xE3\x2B\xB3\xF9\x4D\x9C\xD2\xB7\x80\x24"
                                  "\xD4\x98\xFE\x3F\x5E\xDA\xFF\x8A\x21\x0F\xAD\x68\x05\x42\x97\x4D";
static const char server_hash[] = "\x1A\xA3\x0E\xC9\x09\x75\xDF\x57\x6F\xDD\x6D\x6D\x82\x75\x96\x47"
                                  "\x01\x51\x9D\x56\x2B\x63\x45\x41\x2C\xB8\xD4\xCF\x56\x13\xAE\x2D";

static struct hv_key_proof proof_of(uint32_t version) {
    return (struct hv_key_proof){ .version = version, .key = key, .n_key = sizeof(key), .nonce = nonce };
}

static void the_client_shows_key_or_hash(void **state) {
    (void)state;
    for (uint32_t version = 2; version <= 6; version++) {
        const struct hv_key_proof proof = proof_of(version);
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(64);

        assert_int_equal(hv_key_proof_build(&proof, &out, NULL), 0);
        assert_int_equal(out.len, version < 5 ? sizeof(key) : 32);
        assert_memory_equal(out.data, version < 5 ? (const void *)key : client_hash, out.len);
    }
}

static void every_other_byte_is_refused(void **state) {
    static const unsigned char key_plus_one[] = { 0x31, 0x03, 0x02, 0x01, 0xFF };
    (void)state;

    for (uint32_t version = 2; version <= 6; version++) {
        const struct hv_key_proof proof = proof_of(version);
        unsigned char answer[33] = { 0 };
        size_t n = version < 5 ? sizeof(key) : 32;

        memcpy(answer, version < 5 ? (const void *)key_plus_one : server_hash, n);
        assert_true(hv_key_proof_check(&proof, answer, n));
        assert_false(hv_key_proof_check(&proof, answer, n - 1));
        assert_false(hv_key_proof_check(&proof, answer, n + 1));
        assert_false(hv_key_proof_check(&proof, answer, 0));
        for (size_t i = 0; i < n * 8; i++) {
            answer[i / 8] ^= (unsigned char)(1U << i % 8);
            assert_false(hv_key_proof_check(&proof, answer, n));
            answer[i / 8] ^= (unsigned char)(1U << i % 8);
        }
    }
}

/* Of the first byte, which wraps, alone. */
static void plus_one_has_no_carry(void **state) {
    static const unsigned char full[] = { 0xFF, 0xFF };
    static const unsigned char answer[] = { 0x00, 0xFF };
    const struct hv_key_proof proof = { .version = 2, .key = full, .n_key = 2, .nonce = nonce };
    (void)state;

    assert_true(hv_key_proof_check(&proof, answer, 2));
}

static void what_the_client_said_proves_nothing(void **state) {
    const struct hv_key_proof new = proof_of(6);
    const struct hv_key_proof old = proof_of(4);
    const struct hv_key_proof none = { .version = 4, .key = key, .n_key = 0, .nonce = nonce };
    (void)state;

    assert_false(hv_key_proof_check(&new, client_hash, 32));
    assert_false(hv_key_proof_check(&old, key, sizeof(key)));
    assert_false(hv_key_proof_check(&none, key, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_client_shows_key_or_hash),
        cmocka_unit_test(every_other_byte_is_refused),
        cmocka_unit_test(plus_one_has_no_carry),
        cmocka_unit_test(what_the_client_said_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
