/* CredSSP with Kerberos within, against the KDC that tests/lab/with_kdc.sh starts: its tokens, its wrapping, its refusals. */
#include "credssp_meeting.h"

static char password[256];

static struct hv_credssp_options tester(enum hv_auth inner) {
    return (struct hv_credssp_options){
        .inner = inner,
        .user = "tester@LAB.EXAMPLE",
        .password = password,
        .service = "HTTP",
        .host = "hv01.localhost",
    };
}

static void every_version_hands_the_credentials_over(void **state) {
    static const enum hv_auth inner[] = { HV_AUTH_KERBEROS, HV_AUTH_NEGOTIATE };
    (void)state;

    for (uint32_t version = 2; version <= 6; version++) {
        for (size_t i = 0; i < HV_ARRAY_SIZE(inner) * 2; i++) {
            const struct hv_credssp_options client = tester(inner[i % 2]);
            HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(CEILING);
            HV_CLEANUP_BUF struct hv_buf cipher = HV_BUF_INIT(CEILING);
            HV_CLEANUP_BUF struct hv_buf opened = HV_BUF_INIT(CEILING);
            struct meeting m;

            meeting_begin(&m, &client,
                          (struct credssp_peer_options){ .tls = { .version = i < 2 ? TLS1_2_VERSION : TLS1_3_VERSION },
                                                         .version = version });
            if (meeting_run(&m) != 0)
                fail_msg("version %u: %s; %s", (unsigned)version, m.err.message, m.err.cause);
            assert_string_equal(m.peer.acceptor.user, "tester@LAB.EXAMPLE");
            assert_false(m.peer.token_with_key);
            meeting_assert_utf16(&m.peer.domain, "");
            meeting_assert_utf16(&m.peer.user, "tester@LAB.EXAMPLE");
            meeting_assert_utf16(&m.peer.password, password);
            assert_int_equal(m.mech->vtable->seal(m.mech, "<a/>", 4, &token, &cipher, NULL), 0);
            hv_buf_append(&token, cipher.data, cipher.len);
            assert_true(tls_peer_read(&m.peer.tls, token.data, token.len, &opened));
            assert_string_equal(hv_buf_text(&opened), "<a/>");
            meeting_end(&m);
        }
    }
}

static void a_domain_in_front_becomes_the_realm(void **state) {
    struct hv_credssp_options client = tester(HV_AUTH_KERBEROS);
    struct meeting m;
    (void)state;

    client.user = "LAB.EXAMPLE\\tester";
    meeting_begin(&m, &client, (struct credssp_peer_options){ .version = 6 });
    assert_int_equal(meeting_run(&m), 0);
    assert_string_equal(m.peer.acceptor.user, "tester@LAB.EXAMPLE");
    meeting_assert_utf16(&m.peer.domain, "LAB.EXAMPLE");
    meeting_assert_utf16(&m.peer.user, "tester");
    meeting_end(&m);
}

static void a_host_that_does_not_prove_its_key_gets_nothing(void **state) {
    static const enum credssp_trick tricks[] = { TRICK_OTHER_KEY, TRICK_OTHER_NONCE, TRICK_ECHO, TRICK_DAMAGED_PROOF,
                                                 TRICK_BARE_PROOF };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(tricks); i++) {
        const struct hv_credssp_options client = tester(HV_AUTH_KERBEROS);
        struct meeting m;

        meeting_begin(&m, &client, (struct credssp_peer_options){ .trick = tricks[i] });
        assert_int_equal(meeting_run(&m), HV_E_AUTH);
        assert_non_null(strstr(m.err.cause, "in between"));
        meeting_assert_safe(&m);
        meeting_end(&m);
    }
}

/* Whatever Kerberos refuses is known before the host gets a message, and in Kerberos's words. */
static void what_kerberos_refuses_reaches_no_host(void **state) {
    static const struct {
        const char *user;
        const char *password;
        const char *host;
        enum hv_auth inner;
    } rows[] = {
        { "tester@LAB.EXAMPLE", "wrong", "hv01.localhost", HV_AUTH_KERBEROS },
        { "tester@LAB.EXAMPLE", "wrong", "hv01.localhost", HV_AUTH_NEGOTIATE },
        { "locked@LAB.EXAMPLE", NULL, "hv01.localhost", HV_AUTH_NEGOTIATE },
        { "outdated@LAB.EXAMPLE", NULL, "hv01.localhost", HV_AUTH_NEGOTIATE },
        { "ended@LAB.EXAMPLE", NULL, "hv01.localhost", HV_AUTH_NEGOTIATE },
        { "tester@LAB.EXAMPLE", NULL, "other.localhost", HV_AUTH_KERBEROS },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_credssp_options client = tester(rows[i].inner);
        struct meeting m;

        client.user = rows[i].user;
        client.password = rows[i].password ? rows[i].password : password;
        client.host = rows[i].host;
        meeting_begin(&m, &client, (struct credssp_peer_options){ .version = 6 });
        if (meeting_run(&m) != HV_E_AUTH)
            fail_msg("%s at %s: %s", rows[i].user, rows[i].host, m.err.message);
        assert_int_equal(m.peer.n_messages, 0);
        assert_int_equal(m.err.source, HV_SOURCE_KRB5);
        assert_true(m.err.remedy[0]);
        meeting_assert_safe(&m);
        meeting_end(&m);
    }
}

static int setup(void **state) {
    FILE *file = fopen(getenv("LAB_PASSWORD_FILE"), "r");
    (void)state;

    assert_non_null(file);
    assert_non_null(fgets(password, sizeof(password), file));
    (void)fclose(file);
    password[strcspn(password, "\n")] = '\0';
    meeting_certificate = loopback_certificate("DNS:hv01.localhost", NULL, -DAY, DAY);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    loopback_certificate_free(&meeting_certificate);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_hands_the_credentials_over),
        cmocka_unit_test(a_domain_in_front_becomes_the_realm),
        cmocka_unit_test(a_host_that_does_not_prove_its_key_gets_nothing),
        cmocka_unit_test(what_kerberos_refuses_reaches_no_host),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
