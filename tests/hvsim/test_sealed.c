/* What sign-in is written in: multipart bodies, CredSSP's DER, base64, words of the command line and rows for certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base64.h"
#include "clientcert.h"
#include "policy.h"
#include "sealed.h"
#include "tsrequest.h"

#define SPNEGO "application/HTTP-SPNEGO-session-encrypted"
#define TYPE   "multipart/encrypted;protocol=\"" SPNEGO "\";boundary=\"Encrypted Boundary\""
#define HEAD                                                                                                                     \
    "--Encrypted Boundary\r\n\tContent-Type: " SPNEGO "\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=3"  \
    "\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
#define BYTES   "\x02\0\0\0TKabc"
#define MESSAGE HEAD BYTES "--Encrypted Boundary--\r\n"

static int read_one(const char *type, const char *body, size_t n, struct sim_sealed_part *part) {
    struct sim_sealed_reader reader;
    struct sim_sealed_part next;

    if (!sim_sealed_begin(&reader, SIM_SEALING_SPNEGO, type, body, n) || sim_sealed_next(&reader, part) != 0)
        return -1;
    return sim_sealed_next(&reader, &next) == 1 ? 0 : -1;
}

static void a_sealed_body_is_written_and_read_by_the_letter(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(1000);
    HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(10);
    HV_CLEANUP_BUF struct hv_buf cipher = HV_BUF_INIT(10);
    const struct sim_sealed_form form = { .sealing = SIM_SEALING_SPNEGO };
    const struct sim_sealed_content content = {
        .type = "application/soap+xml;charset=UTF-8", .n_plain = 3, .token_length = 2, .token = &token, .cipher = &cipher
    };
    struct sim_sealed_part part;

    (void)state;
    hv_buf_puts(&token, "TK");
    hv_buf_puts(&cipher, "abc");
    sim_sealed_write(&form, &content, &out);
    sim_sealed_end(&form, &out);
    assert_int_equal(out.len, sizeof(MESSAGE) - 1);
    assert_memory_equal(out.data, MESSAGE, out.len);
    assert_string_equal(sim_sealed_type(SIM_SEALING_SPNEGO, false), TYPE);
    assert_int_equal(read_one(TYPE, out.data, out.len, &part), 0);
    assert_int_equal(part.n_plain, 3);
    assert_int_equal(part.n_token, 2);
    assert_int_equal(part.n_sealed, 5);
    assert_memory_equal(part.sealed, "TKabc", 5);
}

static void bytes_that_look_like_a_delimiter_do_not_end_a_part(void **state) {
    static const char body[] = HEAD "\0\0\0\0--Encrypted Boundary--\r\n--Encrypted Boundary--\r\n";
    struct sim_sealed_part part;

    (void)state;
    assert_int_equal(read_one(TYPE, body, sizeof(body) - 1, &part), 0);
    assert_int_equal(part.n_sealed, strlen("--Encrypted Boundary--\r\n"));
}

/* Cut anywhere, or with any byte of the framing changed, it is none; nothing behind the end is read. */
static void a_damaged_sealed_body_is_refused(void **state) {
    static const char message[] = MESSAGE;
    const size_t n = sizeof(message) - 1;
    const size_t type = (size_t)(strstr(message, "type=") - message) + strlen("type=");
    const size_t length = (size_t)(strstr(message, ";Length=") - message);
    struct sim_sealed_part part;

    (void)state;
    for (size_t i = 0; i < n; i++) {
        char *copy = malloc(i + 1);
        memcpy(copy, message, i);
        assert_int_equal(read_one(TYPE, copy, i, &part), -1);
        free(copy);
    }
    for (size_t i = 0; i < n; i++) {
        char copy[sizeof(message)];
        const bool is_type = i >= type && i < length;
        const bool is_number = message[i] == '3';
        const bool is_sealed = i >= strlen(HEAD) && i < strlen(HEAD) + sizeof(BYTES) - 1;
        memcpy(copy, message, n);
        copy[i] ^= 0x40;
        assert_true(read_one(TYPE, copy, n, &part) < 0 || is_type || is_number || is_sealed);
    }
}

static void the_type_of_a_sealed_body_is_that_of_its_scheme(void **state) {
    struct sim_sealed_part part;
    static const char *const wrong[] = {
        "multipart/encrypted",
        "multipart/encrypted;protocol=\"" SPNEGO "\"",
        "multipart/encrypted;protocol=" SPNEGO ";boundary=\"Encrypted Boundary\"",
        "multipart/encrypted;protocol=\"" SPNEGO "\";boundary=\"Other Boundary\"",
        "multipart/encrypted;protocol=\"application/HTTP-Kerberos-session-encrypted\";boundary=\"Encrypted Boundary\"",
        "multipart/x-multi-encrypted;protocol=\"" SPNEGO "\";boundary=\"Encrypted Boundary\"",
        TYPE ";charset=UTF-8",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(read_one(wrong[i], MESSAGE, sizeof(MESSAGE) - 1, &part), -1);
    assert_int_equal(read_one("multipart/encrypted; protocol=\"" SPNEGO "\";  boundary=\"Encrypted Boundary\"", MESSAGE,
                              sizeof(MESSAGE) - 1, &part),
                     0);
    assert_true(sim_sealed_is("Multipart/Encrypted"));
    assert_false(sim_sealed_is("application/soap+xml"));
    assert_false(sim_sealed_is(NULL));
}

/* ---- DER ---- */

static const unsigned char golden[] = { 0x30, 0x29, 0xA0, 0x03, 0x02, 0x01, 0x06, 0xA1, 0x09, 0x30, 0x07, 0x30, 0x05, 0xA0, 0x03,
                                        0x04, 0x01, 'T',  0xA2, 0x03, 0x04, 0x01, 'A',  0xA3, 0x03, 0x04, 0x01, 'K',  0xA4, 0x06,
                                        0x02, 0x04, 0xC0, 0x00, 0x00, 0x6D, 0xA5, 0x05, 0x04, 0x03, 'N',  'O',  'N' };

static void a_message_of_credssp_is_read_and_written(void **state) {
    struct sim_ts_request request;
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(1000);

    (void)state;
    assert_true(sim_ts_request_read(golden, sizeof(golden), &request));
    assert_int_equal(request.version, 6);
    assert_memory_equal(request.nego.bytes, "T", request.nego.n);
    assert_memory_equal(request.auth_info.bytes, "A", request.auth_info.n);
    assert_memory_equal(request.pub_key_auth.bytes, "K", request.pub_key_auth.n);
    assert_true(request.has_error);
    assert_int_equal(request.error, 0xC000006D);
    assert_int_equal(request.nonce.n, 3);
    sim_ts_request_write(&request, &out);
    assert_int_equal(out.len, sizeof(golden));
    assert_memory_equal(out.data, golden, out.len);
}

static void long_tokens_have_long_lengths(void **state) {
    static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536, 100000 };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char *token = calloc(1, sizes[i] + 1);
        const struct sim_ts_request request = { .version = 2, .nego = { token, sizes[i] } };
        struct sim_ts_request again;
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(200000);

        sim_ts_request_write(&request, &out);
        assert_true(sim_ts_request_read(out.data, out.len, &again));
        assert_int_equal(again.nego.n, sizes[i]);
        assert_false(again.has_error);
        assert_null(again.nonce.bytes);
        free(token);
    }
}

static void damaged_messages_of_credssp_are_refused(void **state) {
    static const char *const wrong[] = {
        "",
        "\x30",
        "\x30\x80\xA0\x03\x02\x01\x06",     /* no end */
        "\x30\x81\x05\xA0\x03\x02\x01\x06", /* a length that is longer than need be */
        "\x30\x84\x11\x11\x11\x11",
        "\x30\x06\xA0\x04\x02\x02\x01\x06\x01", /* something behind the end */
        "\x30\x07\xA0\x05\x02\x05\x01\x01\x01", /* cut */
        "\x31\x05\xA0\x03\x02\x01\x06",
        "\x30\x05\xA1\x03\x02\x01\x06", /* no version */
    };
    struct sim_ts_request request;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(sim_ts_request_read(wrong[i], strlen(wrong[i]), &request));
    for (size_t i = 0; i < sizeof(golden); i++) {
        unsigned char *copy = malloc(i + 1);
        memcpy(copy, golden, i);
        assert_false(sim_ts_request_read(copy, i, &request));
        free(copy);
    }
}

static void credentials_of_credssp_are_passwords(void **state) {
    unsigned char bytes[] = { 0x30, 0x1A, 0xA0, 0x03, 0x02, 0x01, 0x01, 0xA1, 0x13, 0x04, 0x11, 0x30, 0x0F, 0xA0,
                              0x03, 0x04, 0x01, 'D',  0xA1, 0x03, 0x04, 0x01, 'U',  0xA2, 0x03, 0x04, 0x01, 'P' };
    struct sim_ts_password password;

    (void)state;
    assert_true(sim_ts_password_read(bytes, sizeof(bytes), &password));
    assert_memory_equal(password.domain.bytes, "D", password.domain.n);
    assert_memory_equal(password.user.bytes, "U", password.user.n);
    assert_memory_equal(password.password.bytes, "P", password.password.n);
    bytes[6] = 2; /* smart card */
    assert_false(sim_ts_password_read(bytes, sizeof(bytes), &password));
    bytes[6] = 1;
    for (size_t i = 0; i < sizeof(bytes); i++)
        assert_false(sim_ts_password_read(bytes, i, &password));
}

/* ---- words ---- */

static void base64_is_taken_whole_or_not_at_all(void **state) {
    static const struct {
        const char *text;
        const char *bytes; /* NULL: refused */
    } rows[] = { { "", "" },           { "YQ==", "a" },  { "YWI=", "ab" },  { "YWJj", "abc" },  { "YWJjZA==", "abcd" },
                 { "YQ", NULL },       { "YQ=", NULL },  { "Y===", NULL },  { "=", NULL },      { "====", NULL },
                 { "YWI=YWI=", NULL }, { "YW J", NULL }, { " YWJj", NULL }, { "YWJj\n", NULL }, { "YW-_", NULL },
                 { "YWJ\x80", NULL } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(100);
        HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(100);

        if (sim_base64_decode(rows[i].text, &bytes) != (rows[i].bytes != NULL))
            fail_msg("%s", rows[i].text);
        if (!rows[i].bytes)
            continue;
        assert_int_equal(bytes.len, strlen(rows[i].bytes));
        sim_base64_encode(bytes.data, bytes.len, &text);
        assert_string_equal(hv_buf_text(&text), rows[i].text);
    }
}

static void lists_of_schemes_are_read(void **state) {
    unsigned offers = 0;

    (void)state;
    assert_true(sim_offers_read("negotiate,ntlm,kerberos,basic,credssp,certificate", &offers));
    assert_int_equal(offers, 63);
    assert_true(sim_offers_read("kerberos", &offers));
    assert_int_equal(offers, SIM_OFFER_KERBEROS);
    assert_false(sim_offers_read("", &offers));
    assert_false(sim_offers_read("kerberos,,basic", &offers));
    assert_false(sim_offers_read("kerberosbasic", &offers));
    assert_false(sim_offers_read("kerb", &offers));
    assert_int_equal(offers, SIM_OFFER_KERBEROS);
}

static void the_closest_row_maps_a_certificate(void **state) {
    struct sim_certmaps maps = { 0 };
    const struct sim_client client = { .name = "alice@example.test", .issuers = { "AB", "CD" }, .n_issuers = 2 };
    const struct sim_client nobody = { .n_issuers = 0 };
    const struct sim_certmap *map;

    (void)state;
    assert_null(sim_certmaps_find(&maps, &client, "uri"));
    assert_int_equal(sim_certmaps_add(&maps, "user=any", NULL), 0);
    assert_int_equal(sim_certmaps_add(&maps, "user=domain,subject=*@EXAMPLE.test,uri=http://a/*", NULL), 0);
    assert_int_equal(sim_certmaps_add(&maps, "user=longer,subject=*@example.test,uri=http://a/b/*,issuer=cd", NULL), 0);
    assert_int_equal(sim_certmaps_add(&maps, "user=foreign,subject=alice@example.test,issuer=EF", NULL), 0);
    assert_non_null(map = sim_certmaps_find(&maps, &client, "http://x"));
    assert_string_equal(map->user, "any");
    assert_non_null(map = sim_certmaps_find(&maps, &client, "HTTP://A/c"));
    assert_string_equal(map->user, "domain");
    assert_non_null(map = sim_certmaps_find(&maps, &client, "http://a/b/c"));
    assert_string_equal(map->user, "longer");
    assert_null(sim_certmaps_find(&maps, &nobody, "http://a/b/c"));
    assert_int_equal(sim_certmaps_add(&maps, "user=twin,subject=*@example.test,uri=http://a/b/*", NULL), 0);
    assert_null(sim_certmaps_find(&maps, &client, "http://a/b/c"));
    for (size_t i = 0; i < 4; i++) {
        static const char *const wrong[] = { "", "subject=x", "user=", "user=a,planet=b" };
        assert_int_equal(sim_certmaps_add(&maps, wrong[i], NULL), HV_E_ARGUMENT);
    }
    assert_int_equal(maps.n_items, 5);
    sim_certmaps_deinit(&maps);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_body_is_written_and_read_by_the_letter),
        cmocka_unit_test(bytes_that_look_like_a_delimiter_do_not_end_a_part),
        cmocka_unit_test(a_damaged_sealed_body_is_refused),
        cmocka_unit_test(the_type_of_a_sealed_body_is_that_of_its_scheme),
        cmocka_unit_test(a_message_of_credssp_is_read_and_written),
        cmocka_unit_test(long_tokens_have_long_lengths),
        cmocka_unit_test(damaged_messages_of_credssp_are_refused),
        cmocka_unit_test(credentials_of_credssp_are_passwords),
        cmocka_unit_test(base64_is_taken_whole_or_not_at_all),
        cmocka_unit_test(lists_of_schemes_are_read),
        cmocka_unit_test(the_closest_row_maps_a_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
