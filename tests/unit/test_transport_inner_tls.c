/* TLS without a connection, against a server of OpenSSL: handshakes, pins, records and what is no record. */
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
#include "support/tls_peer.h"
#include "transport/inner_tls.h"

enum {
    DAY = 24 * 60 * 60,
    MOST_TURNS = 8,
    CEILING = 1024 * 1024,
};

static struct loopback_certificate certificate;

struct pair {
    struct tls_peer peer;
    struct hv_inner_tls *tls;
    struct hv_error err;
};

static void begin(struct pair *pair, struct tls_peer_options options, const struct hv_tls_policy *policy) {
    *pair = (struct pair){ .err = { .code = 0 } };
    options.certificate = &certificate;
    tls_peer_start(&pair->peer, &options);
    assert_int_equal(hv_inner_tls_new(policy, &pair->tls, NULL), 0);
}

static void end(struct pair *pair) {
    pair->tls = hv_inner_tls_free(pair->tls);
    tls_peer_stop(&pair->peer);
}

/* Until our side is done or fails. What is left for the peer then is handed over too. */
static int shake_hands(struct pair *pair) {
    HV_CLEANUP_BUF struct hv_buf ours = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf theirs = HV_BUF_INIT(CEILING);
    int r = 1;

    for (int turn = 0; r > 0; turn++) {
        assert_true(turn < MOST_TURNS);
        hv_buf_reset(&ours);
        r = hv_inner_tls_handshake(pair->tls, theirs.data, theirs.len, &ours, &pair->err);
        hv_buf_reset(&theirs);
        if (ours.len > 0)
            (void)tls_peer_handshake(&pair->peer, ours.data, ours.len, &theirs);
        if (r > 0)
            assert_true(theirs.len > 0);
    }
    if (r == 0 && theirs.len > 0)
        assert_int_equal(hv_inner_tls_read(pair->tls, theirs.data, theirs.len, &ours, NULL), 0);
    return r;
}

static const struct tls_peer_options forms[] = {
    { .version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384" },
    { .version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305" },
    { .version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES256-SHA384" },
    { .version = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA" },
    { .version = TLS1_3_VERSION, .suites = "TLS_AES_256_GCM_SHA384" },
    { .version = TLS1_3_VERSION, .suites = "TLS_CHACHA20_POLY1305_SHA256" },
    { .version = TLS1_3_VERSION, .n_tickets = 2 },
};

static void records_pass_in_both_directions(void **state) {
    static uint8_t plain[HV_INNER_TLS_RECORD_BYTES + 1];
    static const size_t sizes[] = { 1, 15, 16, 17, 1000, HV_INNER_TLS_RECORD_BYTES, HV_INNER_TLS_RECORD_BYTES + 1 };
    (void)state;

    memset(plain, 0x5A, sizeof(plain));
    for (size_t i = 0; i < HV_ARRAY_SIZE(forms); i++) {
        struct pair pair;

        begin(&pair, forms[i], NULL);
        assert_int_equal(shake_hands(&pair), 0);
        for (size_t k = 0; k < HV_ARRAY_SIZE(sizes); k++) {
            HV_CLEANUP_BUF struct hv_buf there = HV_BUF_INIT(CEILING);
            HV_CLEANUP_BUF struct hv_buf back = HV_BUF_INIT(CEILING);
            HV_CLEANUP_BUF struct hv_buf read = HV_BUF_INIT(CEILING);

            assert_int_equal(hv_inner_tls_write(pair.tls, plain, sizes[k], &there, NULL), 0);
            assert_null(memmem(there.data, there.len, "ZZZZZZZZ", 8));
            assert_true(tls_peer_read(&pair.peer, there.data, there.len, &read));
            assert_int_equal(read.len, sizes[k]);
            assert_memory_equal(read.data, plain, sizes[k]);
            tls_peer_write(&pair.peer, plain, sizes[k], &back);
            hv_buf_reset(&read);
            assert_int_equal(hv_inner_tls_read(pair.tls, back.data, back.len, &read, NULL), 0);
            assert_int_equal(read.len, sizes[k]);
        }
        end(&pair);
    }
}

/* Known by the specifications: tag 16, with the type 17 in TLS 1.3; MAC of 20 or 48 bytes, and padding, with CBC. */
static void the_trailer_of_a_record_is_what_the_suite_makes(void **state) {
    static const struct {
        size_t form;
        size_t n_plain;
        size_t trailer;
    } cases[] = {
        { 0, 1, 16 }, { 0, 1000, 16 }, { 0, HV_INNER_TLS_RECORD_BYTES, 16 }, { 1, 10, 16 },
        { 4, 1, 17 }, { 4, 1000, 17 }, { 4, HV_INNER_TLS_RECORD_BYTES, 17 }, { 5, 10, 17 },
    };
    static const char plain[HV_INNER_TLS_RECORD_BYTES] = { 0 };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(cases); i++) {
        HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
        struct pair pair;

        begin(&pair, forms[cases[i].form], NULL);
        assert_int_equal(shake_hands(&pair), 0);
        assert_int_equal(hv_inner_tls_write(pair.tls, plain, cases[i].n_plain, &out, NULL), 0);
        assert_int_equal(hv_inner_tls_trailer(pair.tls, cases[i].n_plain, out.len), cases[i].trailer);
        assert_int_equal(hv_inner_tls_trailer(pair.tls, cases[i].n_plain, 5), 0);
        end(&pair);
    }
}

/* Encrypt-then-MAC, which OpenSSL agrees on with itself and Windows does not know: padding first, then the MAC. */
static void the_trailer_with_cbc_is_mac_and_padding(void **state) {
    static const char plain[32] = { 0 };
    (void)state;

    for (size_t form = 2; form <= 3; form++) {
        size_t mac = form == 2 ? 48 : 20;
        struct pair pair;

        begin(&pair, forms[form], NULL);
        assert_int_equal(shake_hands(&pair), 0);
        for (size_t n = 1; n <= sizeof(plain); n++) {
            HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);

            assert_int_equal(hv_inner_tls_write(pair.tls, plain, n, &out, NULL), 0);
            assert_int_equal(hv_inner_tls_trailer(pair.tls, n, out.len), 16 - n % 16 + mac);
        }
        end(&pair);
    }
}

static void both_ends_see_the_same_public_key(void **state) {
    const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(certificate.x509);
    const void *seen;
    struct pair pair;
    size_t n = 7;
    (void)state;

    begin(&pair, forms[0], NULL);
    assert_null(hv_inner_tls_public_key(pair.tls, &n));
    assert_int_equal(n, 7);
    assert_int_equal(shake_hands(&pair), 0);
    seen = hv_inner_tls_public_key(pair.tls, &n);
    assert_int_equal(n, 65);
    assert_int_equal(n, key->length);
    assert_memory_equal(seen, key->data, n);
    end(&pair);
}

static void policy_with(struct hv_tls_policy *policy, bool fingerprint, bool right) {
    struct hv_tls_digest digest = { { 0 } };
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.x509), &der);

    *policy = (struct hv_tls_policy){ .n_fingerprints = fingerprint, .n_pins = !fingerprint };
    if (right && fingerprint)
        assert_int_equal(X509_digest(certificate.x509, EVP_sha256(), digest.bytes, NULL), 1);
    else if (right)
        assert_int_equal(EVP_Digest(der, (size_t)n, digest.bytes, NULL, EVP_sha256(), NULL), 1);
    OPENSSL_free(der);
    policy->fingerprints[0] = digest;
    policy->pins[0] = digest;
}

static void the_pinned_certificate_is_taken_and_no_other(void **state) {
    (void)state;
    for (int i = 0; i < 8; i++) {
        bool fingerprint = i & 1;
        bool right = i & 2;
        struct hv_tls_policy policy;
        struct pair pair;

        policy_with(&policy, fingerprint, right);
        begin(&pair, forms[i & 4 ? 4 : 0], &policy);
        assert_int_equal(shake_hands(&pair), right ? 0 : HV_E_TLS);
        if (!right) {
            assert_int_equal(pair.err.source, HV_SOURCE_TLS);
            assert_non_null(strstr(pair.err.message, fingerprint ? "fingerprint" : "public key"));
            assert_true(pair.err.remedy[0]);
        }
        end(&pair);
    }
}

/* What "hvctl trust" keeps is the certificate of the listener, as a rule another one. */
static void fingerprints_that_are_kept_of_the_listener_do_not_count(void **state) {
    char known_hosts[] = "known_hosts:1";
    struct hv_tls_policy policy;
    struct pair pair;
    (void)state;

    policy_with(&policy, true, false);
    policy.trusted_by = known_hosts;
    begin(&pair, forms[0], &policy);
    assert_int_equal(shake_hands(&pair), 0);
    end(&pair);
}

static void old_tls_is_refused(void **state) {
    struct pair pair;
    (void)state;

    begin(&pair, (struct tls_peer_options){ .version = TLS1_1_VERSION, .ciphers = "ALL:@SECLEVEL=0" }, NULL);
    {
        HV_CLEANUP_BUF struct hv_buf ours = HV_BUF_INIT(CEILING);
        HV_CLEANUP_BUF struct hv_buf theirs = HV_BUF_INIT(CEILING);

        assert_int_equal(hv_inner_tls_handshake(pair.tls, NULL, 0, &ours, NULL), 1);
        assert_int_equal(tls_peer_handshake(&pair.peer, ours.data, ours.len, &theirs), -1);
        assert_int_equal(hv_inner_tls_handshake(pair.tls, theirs.data, theirs.len, &ours, &pair.err), HV_E_PROTOCOL);
        assert_non_null(strstr(pair.err.remedy, "TLS 1.2"));
    }
    end(&pair);
}

static void what_is_no_tls_is_told(void **state) {
    static const char html[] = "<html><body>proxy says no</body></html>";
    HV_CLEANUP_BUF struct hv_buf ours = HV_BUF_INIT(CEILING);
    struct pair pair;
    (void)state;

    begin(&pair, forms[0], NULL);
    assert_int_equal(hv_inner_tls_handshake(pair.tls, NULL, 0, &ours, NULL), 1);
    assert_int_equal(hv_inner_tls_handshake(pair.tls, html, sizeof(html) - 1, &ours, &pair.err), HV_E_PROTOCOL);
    assert_int_equal(pair.err.code, HV_E_PROTOCOL);
    end(&pair);
}

/* A handshake cut anywhere asks for more and sends nothing: the layer above sees that it stands still. */
static void a_flight_that_is_cut_off_asks_for_more(void **state) {
    HV_CLEANUP_BUF struct hv_buf hello = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf theirs = HV_BUF_INIT(CEILING);
    struct pair pair;
    (void)state;

    begin(&pair, forms[0], NULL);
    assert_int_equal(hv_inner_tls_handshake(pair.tls, NULL, 0, &hello, NULL), 1);
    assert_int_equal(tls_peer_handshake(&pair.peer, hello.data, hello.len, &theirs), 0);
    for (size_t n = 0; n < theirs.len; n++) {
        HV_CLEANUP_BUF struct hv_buf ours = HV_BUF_INIT(CEILING);

        assert_int_equal(hv_inner_tls_handshake(pair.tls, theirs.data + n, 1, &ours, NULL), 1);
        assert_int_equal(ours.len > 0, n == theirs.len - 1);
    }
    end(&pair);
}

static void damaged_and_cut_records_are_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(forms); i++) {
        for (size_t damage = 0; damage < 3; damage++) {
            HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
            HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(CEILING);
            struct pair pair;

            begin(&pair, forms[i], NULL);
            assert_int_equal(shake_hands(&pair), 0);
            tls_peer_write(&pair.peer, "hello", 5, &out);
            if (damage == 0)
                out.data[out.len - 1] ^= 1;
            assert_int_equal(hv_inner_tls_read(pair.tls, out.data,
                                               damage == 1   ? out.len - 1
                                               : damage == 2 ? 3
                                                             : out.len,
                                               &plain, &pair.err),
                             HV_E_PROTOCOL);
            assert_int_equal(plain.len, 0);
            assert_true(pair.err.message[0]);
            end(&pair);
        }
    }
}

static void a_record_that_comes_twice_is_refused(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(CEILING);
    struct pair pair;
    (void)state;

    begin(&pair, forms[0], NULL);
    assert_int_equal(shake_hands(&pair), 0);
    tls_peer_write(&pair.peer, "hello", 5, &out);
    assert_int_equal(hv_inner_tls_read(pair.tls, out.data, out.len, &plain, NULL), 0);
    assert_int_equal(hv_inner_tls_read(pair.tls, out.data, out.len, &plain, NULL), HV_E_PROTOCOL);
    end(&pair);
}

static void a_peer_that_closes_is_told(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(CEILING);
    struct pair pair;
    (void)state;

    begin(&pair, forms[0], NULL);
    assert_int_equal(shake_hands(&pair), 0);
    (void)SSL_shutdown(pair.peer.ssl);
    tls_peer_drain(&pair.peer, &out);
    assert_int_equal(hv_inner_tls_read(pair.tls, out.data, out.len, &plain, NULL), 1);
    end(&pair);
}

static void limits_of_the_buffers_hold(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf small = HV_BUF_INIT(4);
    struct pair pair;
    (void)state;

    begin(&pair, forms[0], NULL);
    assert_int_equal(hv_inner_tls_handshake(pair.tls, NULL, 0, &small, NULL), HV_E_LIMIT);
    end(&pair);
    begin(&pair, forms[0], NULL);
    assert_int_equal(shake_hands(&pair), 0);
    hv_buf_reset(&small);
    assert_int_equal(hv_inner_tls_write(pair.tls, "hello", 5, &small, NULL), HV_E_LIMIT);
    tls_peer_write(&pair.peer, "hello", 5, &out);
    hv_buf_reset(&small);
    assert_int_equal(hv_inner_tls_read(pair.tls, out.data, out.len, &small, NULL), HV_E_LIMIT);
    end(&pair);
}

static int make_and_greet(void *context) {
    HV_CLEANUP(hv_inner_tls_free) struct hv_inner_tls *tls = NULL;
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
    struct hv_error err = { 0 };
    int r = hv_inner_tls_new(NULL, &tls, &err);
    (void)context;

    if (r == 0)
        r = hv_inner_tls_handshake(tls, NULL, 0, &out, &err);
    return r > 0 ? 0 : r;
}

static void the_end_of_memory_is_told(void **state) {
    (void)state;
    assert_true(failmalloc_each(make_and_greet, NULL) > 0);
}

static int make_certificate(void **state) {
    (void)state;
    certificate = loopback_certificate("DNS:hv01.example.test", NULL, -DAY, DAY);
    return 0;
}

static int forget_certificate(void **state) {
    (void)state;
    loopback_certificate_free(&certificate);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_pass_in_both_directions),
        cmocka_unit_test(the_trailer_of_a_record_is_what_the_suite_makes),
        cmocka_unit_test(the_trailer_with_cbc_is_mac_and_padding),
        cmocka_unit_test(both_ends_see_the_same_public_key),
        cmocka_unit_test(the_pinned_certificate_is_taken_and_no_other),
        cmocka_unit_test(fingerprints_that_are_kept_of_the_listener_do_not_count),
        cmocka_unit_test(old_tls_is_refused),
        cmocka_unit_test(what_is_no_tls_is_told),
        cmocka_unit_test(a_flight_that_is_cut_off_asks_for_more),
        cmocka_unit_test(damaged_and_cut_records_are_refused),
        cmocka_unit_test(a_record_that_comes_twice_is_refused),
        cmocka_unit_test(a_peer_that_closes_is_told),
        cmocka_unit_test(limits_of_the_buffers_hold),
        cmocka_unit_test(the_end_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, make_certificate, forget_certificate);
}
