/* CredSSP against a host's side of its own making: every version, everything that may go wrong, and who gets the password. */
#include "credssp_meeting.h"
#include "support/failmalloc.h"

static const char users[] = "EXDOM:alice:Passw0rd\nEXDOM:j\xC3\xBCrgen:Gr\xC3\xBC\xC3\x9F\n:local:Secr3t\n";

static const struct hv_credssp_options alice = {
    .inner = HV_AUTH_NEGOTIATE,
    .user = "EXDOM\\alice",
    .password = "Passw0rd",
    .service = "HTTP",
    .host = "hv01.example",
};

static void every_version_over_every_tls_hands_the_credentials_over(void **state) {
    static const struct tls_peer_options tls[] = {
        { .version = TLS1_2_VERSION },
        { .version = TLS1_3_VERSION },
        { .version = TLS1_3_VERSION, .n_tickets = 2 },
    };
    static const enum hv_auth inner[] = { HV_AUTH_NTLM, HV_AUTH_NEGOTIATE };
    (void)state;

    for (uint32_t version = 2; version <= 7; version++) {
        for (size_t i = 0; i < HV_ARRAY_SIZE(tls) * HV_ARRAY_SIZE(inner); i++) {
            struct hv_credssp_options client = alice;
            struct meeting m;

            client.inner = inner[i % 2];
            meeting_begin(&m, &client, (struct credssp_peer_options){ .tls = tls[i / 2], .version = version });
            if (meeting_run(&m) != 0)
                fail_msg("version %u: %s; %s", (unsigned)version, m.err.message, m.err.cause);
            assert_string_equal(m.peer.acceptor.user, "EXDOM\\alice");
            assert_int_equal(m.peer.used_nonce, version >= 5);
            assert_int_equal(m.peer.token_with_key, client.inner == HV_AUTH_NTLM);
            meeting_assert_utf16(&m.peer.domain, "EXDOM");
            meeting_assert_utf16(&m.peer.user, "alice");
            meeting_assert_utf16(&m.peer.password, "Passw0rd");
            meeting_end(&m);
        }
    }
}

static void forms_of_a_user_are_split_for_the_host(void **state) {
    static const struct {
        const char *user;
        const char *password;
        const char *domain;
        const char *name;
    } rows[] = {
        { "EXDOM\\alice", "Passw0rd", "EXDOM", "alice" },
        { "alice@EXDOM", "Passw0rd", "", "alice@EXDOM" },
        { "local", "Secr3t", "", "local" },
        { ".\\local", "Secr3t", ".", "local" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_credssp_options client = alice;
        struct meeting m;

        client.user = rows[i].user;
        client.password = rows[i].password;
        meeting_begin(&m, &client, (struct credssp_peer_options){ .version = 6 });
        if (meeting_run(&m) != 0)
            fail_msg("%s: %s; %s", rows[i].user, m.err.message, m.err.cause);
        meeting_assert_utf16(&m.peer.domain, rows[i].domain);
        meeting_assert_utf16(&m.peer.user, rows[i].name);
        meeting_assert_utf16(&m.peer.password, rows[i].password);
        meeting_end(&m);
    }
}

static void names_and_passwords_go_as_utf16(void **state) {
    struct hv_credssp_options client = alice;
    struct meeting m;
    (void)state;

    client.user = "EXDOM\\j\xC3\xBCrgen";
    client.password = "Gr\xC3\xBC\xC3\x9F";
    meeting_begin(&m, &client, (struct credssp_peer_options){ .version = 6 });
    assert_int_equal(meeting_run(&m), 0);
    assert_int_equal(m.peer.user.len, 12);
    assert_memory_equal(m.peer.user.data, "j\0\xFC\0r\0g\0e\0n\0", 12);
    assert_int_equal(m.peer.password.len, 8);
    assert_memory_equal(m.peer.password.data, "G\0r\0\xFC\0\xDF\0", 8);
    meeting_end(&m);
}

/* Somebody in between can answer, but not with the proof. */
static void a_host_that_does_not_prove_its_key_gets_nothing(void **state) {
    static const struct {
        enum credssp_trick trick;
        int error;
        uint32_t from; /* versions */
    } rows[] = {
        { TRICK_OTHER_KEY, HV_E_AUTH, 2 },    { TRICK_OTHER_NONCE, HV_E_AUTH, 5 },        { TRICK_ECHO, HV_E_AUTH, 2 },
        { TRICK_CLIENT_LABEL, HV_E_AUTH, 2 }, { TRICK_DAMAGED_PROOF, HV_E_AUTH, 2 },      { TRICK_BARE_PROOF, HV_E_AUTH, 2 },
        { TRICK_SHORT_PROOF, HV_E_AUTH, 2 },  { TRICK_LONG_PROOF, HV_E_AUTH, 2 },         { TRICK_EMPTY_PROOF, HV_E_AUTH, 2 },
        { TRICK_NO_PROOF, HV_E_PROTOCOL, 2 }, { TRICK_VERSION_CHANGE, HV_E_PROTOCOL, 2 },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        for (uint32_t version = rows[i].from; version <= 6; version++) {
            struct meeting m;
            int r;

            meeting_begin(&m, &alice, (struct credssp_peer_options){ .version = version, .trick = rows[i].trick });
            r = meeting_run(&m);
            if (r != rows[i].error)
                fail_msg("trick %d, version %u: %d, %s", (int)rows[i].trick, (unsigned)version, r, m.err.message);
            meeting_assert_safe(&m);
            if (r == HV_E_AUTH)
                assert_non_null(strstr(m.err.cause, "in between"));
            meeting_end(&m);
        }
    }
}

static void versions_that_are_not_safe_are_refused(void **state) {
    static const uint32_t versions[] = { 1, 0x7FFFFFFF };
    struct meeting m;
    (void)state;

    meeting_begin(&m, &alice, (struct credssp_peer_options){ .version = versions[0] });
    assert_int_equal(meeting_run(&m), HV_E_AUTH);
    assert_non_null(strstr(m.err.message, "version 1"));
    meeting_assert_safe(&m);
    meeting_end(&m);
    meeting_begin(&m, &alice, (struct credssp_peer_options){ .version = versions[1] });
    assert_int_equal(meeting_run(&m), 0);
    meeting_end(&m);
}

static void a_host_that_misbehaves_is_told_and_gets_nothing(void **state) {
    static const struct {
        enum credssp_trick trick;
        unsigned leg;
        int error;
    } rows[] = {
        { TRICK_NO_DER, 1, HV_E_PROTOCOL },   { TRICK_NO_DER, 2, HV_E_PROTOCOL },    { TRICK_CLOSE, 1, HV_E_AUTH },
        { TRICK_CLOSE, 2, HV_E_AUTH },        { TRICK_SILENCE, 1, HV_E_AUTH },       { TRICK_SILENCE, 2, HV_E_AUTH },
        { TRICK_NO_TOKEN, 1, HV_E_PROTOCOL }, { TRICK_TOKEN_GARBAGE, 1, HV_E_AUTH }, { TRICK_NO_TOKEN, 2, HV_E_PROTOCOL },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct meeting m;
        int r;

        meeting_begin(&m, &alice, (struct credssp_peer_options){ .trick = rows[i].trick, .trick_leg = rows[i].leg });
        r = meeting_run(&m);
        if (r != rows[i].error)
            fail_msg("trick %d, leg %u: %d, %s", (int)rows[i].trick, rows[i].leg, r, m.err.message);
        meeting_assert_safe(&m);
        meeting_end(&m);
    }
}

/* In TLS 1.3 the host has a turn before our first message: it may be used for tickets and for nothing else. */
static void a_host_that_speaks_first_is_refused(void **state) {
    struct meeting m;
    (void)state;

    meeting_begin(&m, &alice, (struct credssp_peer_options){ .tls = { .version = TLS1_3_VERSION }, .trick = TRICK_SPEAK_FIRST });
    assert_int_equal(meeting_run(&m), HV_E_PROTOCOL);
    assert_non_null(strstr(m.err.message, "spoke first"));
    meeting_assert_safe(&m);
    meeting_end(&m);
}

static void what_the_host_says_is_put_into_words(void **state) {
    static const struct {
        uint32_t code;
        int error;
        const char *words;
        const char *remedy;
    } rows[] = {
        { 0xC000006D, HV_E_AUTH, "user or password is wrong", "DOMAIN\\USER" },
        { 0xC0000234, HV_E_AUTH, "the account is locked", "unlocked" },
        { 0xC0000071, HV_E_AUTH, "the password has expired", "new password" },
        { 0xC0000193, HV_E_AUTH, "the account has expired", "extend" },
        { 0xC0000072, HV_E_AUTH, "the account is disabled", "enable" },
        { 0xC0000224, HV_E_AUTH, "the password must be changed", "new password" },
        { 0xC000015B, HV_E_DENIED, "may not sign in to this host in this way", "Allow log on locally" },
        { 0x8009035E, HV_E_DENIED, "a policy forbids", "kerberos" },
        { 0x80090302, HV_E_AUTH, "another version of CredSSP", "CVE-2018-0886" },
        { 0xC0001234, HV_E_AUTH, "refused the sign-in", "Security log" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows) * 3; i++) {
        size_t row = i / 3;
        unsigned leg = 1 + (unsigned)(i % 3);
        struct meeting m;

        meeting_begin(&m, &alice,
                      (struct credssp_peer_options){ .trick = TRICK_ERROR, .trick_leg = leg, .error_code = rows[row].code });
        assert_int_equal(meeting_run(&m), rows[row].error);
        assert_int_equal(m.err.hresult, rows[row].code);
        assert_non_null(strstr(m.err.message, rows[row].words));
        assert_non_null(strstr(m.err.remedy, rows[row].remedy));
        assert_int_equal(m.peer.has_credentials, leg == 3);
        meeting_end(&m);
    }
}

/* The host notices at the last token; with a code, or, as versions 2 and 5 do, without a word. */
static void a_wrong_password_is_told(void **state) {
    static const enum hv_auth inner[] = { HV_AUTH_NTLM, HV_AUTH_NEGOTIATE };
    static const enum credssp_trick tricks[] = { TRICK_ERROR, TRICK_SILENCE, TRICK_CLOSE };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(inner) * HV_ARRAY_SIZE(tricks); i++) {
        struct hv_credssp_options client = alice;
        struct meeting m;

        client.inner = inner[i % 2];
        client.password = "wrong";
        meeting_begin(&m, &client,
                      (struct credssp_peer_options){ .trick = tricks[i / 2], .trick_leg = 2, .error_code = 0xC000006D });
        assert_int_equal(meeting_run(&m), HV_E_AUTH);
        assert_non_null(strstr(m.err.message, "refused"));
        assert_true(strstr(m.err.message, "password is wrong") || strstr(m.err.cause, "password is wrong"));
        meeting_assert_safe(&m);
        assert_null(strstr(m.err.message, "Passw0rd"));
        meeting_end(&m);
    }
}

static void without_a_token_the_sign_in_ends(void **state) {
    (void)state;
    for (unsigned cut = 1; cut <= 5; cut++) {
        struct meeting m;

        meeting_begin(&m, &alice, (struct credssp_peer_options){ .tls = { .version = TLS1_2_VERSION } });
        assert_int_equal(meeting_cut(&m, cut, 0, NULL), HV_E_AUTH);
        assert_non_null(strstr(m.err.message, "without saying why"));
        meeting_assert_safe(&m);
        meeting_end(&m);
    }
}

static void an_answer_that_is_cut_anywhere_ends_the_sign_in(void **state) {
    (void)state;
    for (unsigned cut = 1; cut <= 5; cut++) {
        size_t n = 1;
        size_t n_answer = 2;

        while (n < n_answer) {
            struct meeting m;
            int r;

            meeting_begin(&m, &alice, (struct credssp_peer_options){ .tls = { .version = TLS1_2_VERSION } });
            r = meeting_cut(&m, cut, n, &n_answer);
            if (r != HV_E_PROTOCOL)
                fail_msg("leg %u cut to %zu bytes: %d, %s", cut, n, r, m.err.message);
            meeting_assert_safe(&m);
            meeting_end(&m);
            n += n < 8 || n + 8 >= n_answer ? 1 : n_answer / 8;
        }
    }
}

static void after_a_failure_nothing_more_is_said(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
    struct meeting m;
    (void)state;

    meeting_begin(&m, &alice, (struct credssp_peer_options){ .trick = TRICK_OTHER_KEY });
    assert_int_equal(meeting_run(&m), HV_E_AUTH);
    for (int i = 0; i < 2; i++)
        assert_int_equal(m.mech->vtable->step(m.mech, "x", (size_t)i, &out, &m.err), HV_E_PROTOCOL);
    assert_int_equal(out.len, 0);
    assert_int_equal(m.mech->vtable->seal(m.mech, "x", 1, &out, &out, &m.err), HV_E_INTERNAL);
    assert_int_equal(out.len, 0);
    meeting_end(&m);
}

static void pins(struct hv_tls_policy *policy, bool right) {
    *policy = (struct hv_tls_policy){ .n_fingerprints = 1 };
    if (right)
        assert_int_equal(X509_digest(meeting_certificate.x509, EVP_sha256(), policy->fingerprints[0].bytes, NULL), 1);
}

static void the_certificate_within_must_be_the_pinned_one(void **state) {
    (void)state;
    for (int right = 0; right < 2; right++) {
        struct hv_credssp_options client = alice;
        struct hv_tls_policy policy;
        struct meeting m;

        pins(&policy, right);
        client.policy = &policy;
        meeting_begin(&m, &client, (struct credssp_peer_options){ .version = 6 });
        assert_int_equal(meeting_run(&m), right ? 0 : HV_E_TLS);
        assert_int_equal(m.peer.has_credentials, right);
        if (!right) {
            assert_int_equal(m.peer.n_messages, 0);
            assert_non_null(strstr(m.err.message, "within CredSSP"));
        }
        meeting_end(&m);
    }
}

/* As the multipart framing carries it: the length of the trailer, then the record in one piece. */
static void messages_are_records_with_the_length_of_their_trailer(void **state) {
    static char plain[16384];
    static const size_t sizes[] = { 1, 7, 1000, 16383, 16384 };
    (void)state;

    memset(plain, 'Z', sizeof(plain));
    for (int tls13 = 0; tls13 < 2; tls13++) {
        struct meeting m;

        meeting_begin(&m, &alice, (struct credssp_peer_options){ .tls = { .version = tls13 ? TLS1_3_VERSION : TLS1_2_VERSION } });
        assert_int_equal(meeting_run(&m), 0);
        assert_int_equal(m.mech->vtable->max_chunk, sizeof(plain));
        for (size_t i = 0; i < HV_ARRAY_SIZE(sizes); i++) {
            HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(CEILING);
            HV_CLEANUP_BUF struct hv_buf cipher = HV_BUF_INIT(CEILING);
            HV_CLEANUP_BUF struct hv_buf opened = HV_BUF_INIT(CEILING);

            assert_int_equal(m.mech->vtable->seal(m.mech, plain, sizes[i], &token, &cipher, NULL), 0);
            assert_int_equal(token.len, tls13 ? 17 : 16);
            assert_int_equal(token.len + cipher.len, sizes[i] + (tls13 ? 22 : 29));
            hv_buf_append(&token, cipher.data, cipher.len);
            assert_null(memmem(token.data, token.len, "ZZZZ", 4));
            assert_true(tls_peer_read(&m.peer.tls, token.data, token.len, &opened));
            assert_int_equal(opened.len, sizes[i]);
            assert_memory_equal(opened.data, plain, sizes[i]);
            hv_buf_reset(&opened);
            hv_buf_reset(&cipher);
            tls_peer_write(&m.peer.tls, plain, sizes[i], &cipher);
            assert_int_equal(m.mech->vtable->unseal(m.mech, cipher.data, 16, cipher.len, &opened, NULL), 0);
            assert_int_equal(opened.len, sizes[i]);
            assert_memory_equal(opened.data, plain, sizes[i]);
        }
        meeting_end(&m);
    }
}

static void sealed_messages_that_are_not_whole_are_refused(void **state) {
    HV_CLEANUP_BUF struct hv_buf sealed = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf opened = HV_BUF_INIT(CEILING);
    struct meeting m;
    (void)state;

    for (int i = 0; i < 4; i++) {
        hv_buf_reset(&sealed);
        meeting_begin(&m, &alice, (struct credssp_peer_options){ .version = 6 });
        assert_int_equal(meeting_run(&m), 0);
        assert_int_equal(m.mech->vtable->seal(m.mech, "", 0, &opened, &opened, NULL), HV_E_INTERNAL);
        if (i == 3)
            (void)SSL_shutdown(m.peer.tls.ssl);
        else
            tls_peer_write(&m.peer.tls, "<a/>", 4, &sealed);
        tls_peer_drain(&m.peer.tls, &sealed);
        if (i == 1)
            sealed.data[sealed.len - 1] ^= 1;
        if (i == 2)
            sealed.len--;
        assert_int_equal(m.mech->vtable->unseal(m.mech, sealed.data, 16, sealed.len, &opened, &m.err), i ? HV_E_PROTOCOL : 0);
        assert_int_equal(opened.len, i ? 0 : 4);
        hv_buf_reset(&opened);
        meeting_end(&m);
    }
}

static void nothing_is_sealed_before_the_sign_in(void **state) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(CEILING);
    struct meeting m;
    (void)state;

    meeting_begin(&m, &alice, (struct credssp_peer_options){ .version = 6 });
    assert_int_equal(m.mech->vtable->seal(m.mech, "x", 1, &out, &out, &m.err), HV_E_INTERNAL);
    assert_int_equal(m.mech->vtable->unseal(m.mech, "x", 1, 1, &out, &m.err), HV_E_INTERNAL);
    assert_string_equal(m.mech->vtable->scheme, "CredSSP");
    assert_string_equal(m.mech->vtable->protocol, "application/HTTP-CredSSP-session-encrypted");
    meeting_end(&m);
}

static void without_a_password_there_is_nothing_to_hand_over(void **state) {
    static const struct {
        const char *user;
        const char *password;
        const char *missing;
    } rows[] = { { NULL, NULL, "user" }, { "", "x", "user" }, { "alice", NULL, "password" }, { "alice", "", "password" } };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_credssp_options client = alice;
        struct hv_mech *mech = NULL;
        struct hv_error err = { 0 };

        client.user = rows[i].user;
        client.password = rows[i].password;
        assert_int_equal(hv_credssp_new(&client, &mech, &err), HV_E_AUTH);
        assert_null(mech);
        assert_non_null(strstr(err.message, rows[i].missing));
        assert_non_null(strstr(err.remedy, "--password-file"));
    }
}

/* A whole sign-in in which allocation N_ALLOCATION of turn TURN is refused. True when there was such an allocation. */
static bool starve(unsigned turn, size_t n_allocation, bool *ret_turned) {
    HV_CLEANUP_BUF struct hv_buf ours = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf theirs = HV_BUF_INIT(CEILING);
    struct meeting m;
    size_t n_refused = 0;
    unsigned i = 0;
    int r = 1;

    meeting_begin(&m, &alice, (struct credssp_peer_options){ .tls = { .version = TLS1_3_VERSION } });
    for (; r > 0; i++) {
        hv_buf_deinit(&ours);
        if (i == turn)
            failmalloc_arm(n_allocation, false);
        r = m.mech->vtable->step(m.mech, theirs.data, theirs.len, &ours, &m.err);
        if (i == turn)
            (void)failmalloc_disarm(&n_refused);
        hv_buf_reset(&theirs);
        if (r >= 0)
            (void)credssp_peer_turn(&m.peer, ours.data, ours.len, &theirs);
    }
    *ret_turned = i > turn;
    if (n_refused > 0 && r != 0)
        assert_true(r == HV_E_MEMORY || r == HV_E_TLS); /* TLS: no memory to look at the meeting_certificate */
    else
        assert_int_equal(r, 0);
    assert_int_equal(m.peer.has_credentials, r == 0);
    meeting_end(&m);
    return n_refused > 0;
}

static void the_end_of_memory_in_any_turn_is_told(void **state) {
    bool turned = true;
    size_t n = 0;
    (void)state;

    for (unsigned turn = 0; turned; turn++) {
        size_t n_allocation = 1;

        while (starve(turn, n_allocation, &turned)) {
            n_allocation++;
            n++;
        }
    }
    assert_true(n > 10);
}

static int make(void *context) {
    struct hv_mech *mech = NULL;
    int r = hv_credssp_new(&alice, &mech, NULL);
    (void)context;

    assert_true(r == 0 || !mech);
    (void)hv_mech_free(mech);
    return r;
}

static void the_end_of_memory_at_the_start_is_told(void **state) {
    (void)state;
    assert_true(failmalloc_each(make, NULL) > 0);
}

static int setup(void **state) {
    (void)state;
    acceptor_without_kerberos();
    acceptor_users(users);
    meeting_certificate = loopback_certificate("DNS:hv01.example", NULL, -DAY, DAY);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    loopback_certificate_free(&meeting_certificate);
    acceptor_users_forget();
    acceptor_without_kerberos_forget();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_over_every_tls_hands_the_credentials_over),
        cmocka_unit_test(forms_of_a_user_are_split_for_the_host),
        cmocka_unit_test(names_and_passwords_go_as_utf16),
        cmocka_unit_test(a_host_that_does_not_prove_its_key_gets_nothing),
        cmocka_unit_test(versions_that_are_not_safe_are_refused),
        cmocka_unit_test(a_host_that_misbehaves_is_told_and_gets_nothing),
        cmocka_unit_test(a_host_that_speaks_first_is_refused),
        cmocka_unit_test(what_the_host_says_is_put_into_words),
        cmocka_unit_test(a_wrong_password_is_told),
        cmocka_unit_test(without_a_token_the_sign_in_ends),
        cmocka_unit_test(an_answer_that_is_cut_anywhere_ends_the_sign_in),
        cmocka_unit_test(after_a_failure_nothing_more_is_said),
        cmocka_unit_test(the_certificate_within_must_be_the_pinned_one),
        cmocka_unit_test(messages_are_records_with_the_length_of_their_trailer),
        cmocka_unit_test(sealed_messages_that_are_not_whole_are_refused),
        cmocka_unit_test(nothing_is_sealed_before_the_sign_in),
        cmocka_unit_test(without_a_password_there_is_nothing_to_hand_over),
        cmocka_unit_test(the_end_of_memory_in_any_turn_is_told),
        cmocka_unit_test(the_end_of_memory_at_the_start_is_told),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
