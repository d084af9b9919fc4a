/* What is sent again, how often and when; and what is sent once whatever happens. */
#include "driver_client.h"

#include "base/size.h"
#include "base/text.h"

enum { MAX_REPLIES = 8 };

/* Replies in order; the last one repeats. */
struct script {
    struct net_reply replies[MAX_REPLIES];
    size_t n_replies;
};

static struct net_reply serve_script(struct net *net, const struct net_sent *sent, size_t index) {
    const struct script *script = net->context;

    (void)sent;
    return script->replies[index < script->n_replies ? index : script->n_replies - 1];
}

static const struct net_reply identity = { .status = 200, .body = NET_IDENTITY };
static const struct net_reply busy = { .status = 503 };
static const struct net_reply dropped = { .code = HV_E_UNREACHABLE, .left = true, .transient = true };
static const struct net_reply refused = { .code = HV_E_UNREACHABLE, .transient = true };

/* Identify against SCRIPT on a fresh client; returns its result and how many requests left. */
static int identify(struct script *script, struct fixture *f, size_t *ret_n_sent) {
    struct hv_task *task;
    int r;

    fixture_begin(f, NULL, serve_script, script);
    task = fixture_start(f, f->hv01, task_identify());
    assert_int_equal(hv_client_run(f->client, NULL), 0);
    r = task_error(task)->code;
    *ret_n_sent = f->net.n_sent;
    (void)hv_task_free(task);
    return r;
}

static void a_busy_host_is_asked_again(void **state) {
    struct script script = { { busy, busy, identity }, 3 };
    struct fixture f;
    size_t n_sent;

    (void)state;
    assert_int_equal(identify(&script, &f, &n_sent), 0);
    assert_int_equal(n_sent, 3);
    fixture_end(&f);
}

static void a_host_that_stays_busy_is_given_up_after_four_tries(void **state) {
    struct script script = { { busy }, 1 };
    struct fixture f;
    size_t n_sent;

    (void)state;
    assert_true(identify(&script, &f, &n_sent) < 0);
    assert_int_equal(n_sent, 4);
    fixture_end(&f);
}

static void pauses_double_and_are_spread(void **state) {
    static const uint16_t chances[] = { 0, UINT16_MAX };
    static const uint64_t pauses[][3] = { { 250, 500, 1000 }, { 500, 1000, 2000 } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct script script = { { busy }, 1 };
        struct fixture f;
        struct hv_task *task;

        fixture_begin(&f, NULL, serve_script, &script);
        f.net.chance = chances[i];
        task = fixture_start(&f, f.hv01, task_identify());
        assert_int_equal(hv_client_run(f.client, NULL), 0);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(f.net.sent[k + 1].at_ms - f.net.sent[k].at_ms, pauses[i][k]);
        (void)hv_task_free(task);
        fixture_end(&f);
    }
}

static void a_dropped_connection_is_tried_again(void **state) {
    struct script script = { { dropped, identity }, 2 };
    struct fixture f;
    size_t n_sent;

    (void)state;
    assert_int_equal(identify(&script, &f, &n_sent), 0);
    assert_int_equal(n_sent, 2);
    fixture_end(&f);
}

static void a_host_that_never_answered_is_reported_at_once(void **state) {
    struct script script = { { refused }, 1 };
    struct fixture f;
    size_t n_sent;

    (void)state;
    assert_int_equal(identify(&script, &f, &n_sent), HV_E_UNREACHABLE);
    assert_int_equal(n_sent, 1);
    fixture_end(&f);
}

static void a_host_that_answered_before_gets_more_tries(void **state) {
    struct script script = { { identity, refused, refused, identity }, 4 };
    struct fixture f;
    struct hv_task *task;
    size_t n_sent;

    (void)state;
    assert_int_equal(identify(&script, &f, &n_sent), 0);
    task = fixture_start(&f, f.hv01, task_identify());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_int_equal(f.net.n_sent, 4);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void a_failure_that_lasts_is_reported_at_once(void **state) {
    static const struct net_reply lasting[] = {
        { .code = HV_E_TLS },
        { .code = HV_E_UNREACHABLE, .left = true },
        { .status = 401 },
        { .status = 404 },
        { .status = 200, .body = "no XML" },
        { .status = 500, .body = NET_FAULT("Sender", "InvalidSelectors", "2150858843") },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(lasting); i++) {
        struct script script = { { lasting[i] }, 1 };
        struct fixture f;
        size_t n_sent;

        assert_true(identify(&script, &f, &n_sent) < 0);
        assert_int_equal(n_sent, 1);
        fixture_end(&f);
    }
}

static void a_failure_names_its_host(void **state) {
    struct script script = { { refused }, 1 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    task = fixture_start(&f, f.hv02, task_identify());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_string_equal(task_error(task)->host, "hv02");
    assert_string_equal(task_error(task)->message, "hv02: the net broke");
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void a_pull_that_timed_out_is_asked_again_without_haste(void **state) {
    static const struct net_reply page = { .status = 200, .body = NET_PAGE("c", "") };
    static const struct net_reply timed_out = { .status = 500, .body = NET_FAULT("Receiver", "TimedOut", "2150858793") };
    static const struct net_reply end = { .status = 200, .body = NET_PULLED("") };
    struct script script = { { page, timed_out, timed_out, end }, 4 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    task = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_int_equal(f.net.n_sent, 4);
    assert_int_equal(net_count(&f.net, "n:Pull"), 3);
    assert_int_equal(f.net.sent[2].at_ms - f.net.sent[1].at_ms, 500);
    (void)hv_task_free(task);
    fixture_end(&f);
}

/* Each way an Invoke can go wrong, and what may be said of it. */
static const struct {
    struct net_reply reply;
    int code;
} wrongs[] = {
    { { .code = HV_E_LOST, .left = true, .transient = true }, HV_E_LOST },
    { { .code = HV_E_UNREACHABLE, .transient = true }, HV_E_UNREACHABLE },
    { { .code = HV_E_TLS }, HV_E_TLS },
    { { .status = 200, .body = "" }, HV_E_LOST },
    { { .status = 200, .body = "220 mail.example" }, HV_E_LOST },
    { { .status = 200, .body = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Bo" }, HV_E_LOST },
    { { .status = 200, .body = NET_ENVELOPE("") }, HV_E_LOST },
    { { .status = 500, .body = "" }, HV_E_LOST },
    { { .status = 500, .body = NET_FAULT("Receiver", "TimedOut", "2150858793") }, HV_E_LOST },
    { { .status = 500, .body = NET_FAULT("Receiver", "InternalError", "2147749889") }, HV_E_LOST },
    { { .status = 401 }, HV_E_AUTH },
    { { .status = 302 }, HV_E_LOST },
};

static void what_may_act_is_sent_once_whatever_happens(void **state) {
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(wrongs); i++) {
        struct script script = { { identity, wrongs[i].reply }, 2 };
        struct fixture f;
        struct hv_task *task;
        size_t n_sent;

        assert_int_equal(identify(&script, &f, &n_sent), 0); /* so that the host counts as one that answers */
        task = fixture_start(&f, f.hv01, task_invoke());
        assert_int_equal(hv_client_run(f.client, NULL), 0);
        if (task_error(task)->code != wrongs[i].code)
            fail_msg("row %zu gives %d: %s", i, task_error(task)->code, task_error(task)->message);
        assert_int_equal(net_count(&f.net, "M_INPUT"), 1);
        assert_true(f.net.sent[1].at_most_once);
        assert_false(f.net.sent[0].at_most_once);
        if (wrongs[i].code == HV_E_LOST)
            assert_non_null(strstr(task_error(task)->message, "may have been carried out"));
        else
            assert_null(strstr(task_error(task)->message, "may have been carried out"));
        (void)hv_task_free(task);
        fixture_end(&f);
    }
}

static void a_refusal_of_what_may_act_keeps_its_class(void **state) {
    struct script script = { { { .status = 500, .body = NET_FAULT("Sender", "InvalidSelectors", "2150858843") } }, 1 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    task = fixture_start(&f, f.hv01, task_invoke());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_not_equal(task_error(task)->code, HV_E_LOST);
    assert_int_not_equal(task_error(task)->code, 0);
    assert_int_equal(task_error(task)->wsman_code, 2150858843U);
    assert_int_equal(f.net.n_sent, 1);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void what_acted_brings_its_return_value(void **state) {
    struct script script = { { { .status = 200, .body = NET_RETURNED("4096") } }, 1 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    task = fixture_start(&f, f.hv01, task_invoke());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_string_equal(hv_instance_text(hv_invoke_result(task), "ReturnValue"), "4096");
    (void)hv_task_free(task);
    fixture_end(&f);
}

enum { N_CROWD = 6 };

/* So many tasks at a time look at hv01; returns how many were refused. */
static size_t look_in_a_crowd(struct fixture *f) {
    struct hv_task *tasks[N_CROWD];
    size_t n_refused = 0;

    for (size_t i = 0; i < N_CROWD; i++)
        tasks[i] = fixture_start(f, f->hv01, task_enumerate(ignore_item, NULL));
    assert_int_equal(hv_client_run(f->client, NULL), 0);
    for (size_t i = 0; i < N_CROWD; i++) {
        n_refused += task_error(tasks[i])->code == HV_E_AUTH;
        (void)hv_task_free(tasks[i]);
    }
    return n_refused;
}

static const struct net_reply unauthorized = { .status = 401 };
static const struct net_reply nothing = { .status = 200, .body = NET_ITEMS("") };

static void who_is_refused_twice_in_a_row_is_not_tried_again(void **state) {
    struct script script = { { nothing, unauthorized }, 2 };
    struct hv_task *task;
    struct fixture f;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    assert_int_equal(look_in_a_crowd(&f), N_CROWD - 1);
    assert_int_equal(f.net.n_sent, 3);
    task = fixture_start(&f, f.hv01, task_invoke());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(f.net.n_sent, 3);
    assert_int_equal(task_error(task)->code, HV_E_AUTH);
    assert_int_equal(task_error(task)->http_status, 401);
    assert_string_equal(task_error(task)->host, "hv01");
    assert_non_null(strstr(task_error(task)->message, "failed 2 times in a row"));
    (void)hv_task_free(task);
    fixture_end(&f);
}

/* Another host may think otherwise, and who asks for no sign-in is not refused. */
static void a_refusal_is_of_one_host_and_of_who_signs_in(void **state) {
    struct script script = { { unauthorized, unauthorized, identity }, 3 };
    struct hv_task *task;
    struct fixture f;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    assert_int_equal(look_in_a_crowd(&f), N_CROWD);
    assert_int_equal(f.net.n_sent, 2);
    task = fixture_start(&f, f.hv02, task_identify());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    (void)hv_task_free(task);
    assert_int_equal(hv_identify_anonymous_new(&task, NULL), 0);
    task = fixture_start(&f, f.hv01, task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_int_equal(f.net.n_sent, 4);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void a_refusal_that_passes_shuts_nobody_out(void **state) {
    struct script script = { { unauthorized, nothing, nothing, unauthorized, dropped, nothing }, 6 };
    struct fixture f;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    assert_int_equal(look_in_a_crowd(&f), 2);
    assert_int_equal(look_in_a_crowd(&f), 0);
    fixture_end(&f);
}

/* As when the KDC is silent for a while: no password is counted as wrong. */
static void trouble_before_the_credentials_are_seen_shuts_nobody_out(void **state) {
    static const struct net_reply no_kdc = { .code = HV_E_AUTH, .unseen = true };
    struct script script = { { nothing, no_kdc, no_kdc, no_kdc, nothing }, 5 };
    struct fixture f;

    (void)state;
    fixture_begin(&f, NULL, serve_script, &script);
    assert_int_equal(look_in_a_crowd(&f), 3);
    assert_int_equal(f.net.n_sent, N_CROWD);
    fixture_end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_busy_host_is_asked_again),
        cmocka_unit_test(a_host_that_stays_busy_is_given_up_after_four_tries),
        cmocka_unit_test(pauses_double_and_are_spread),
        cmocka_unit_test(a_dropped_connection_is_tried_again),
        cmocka_unit_test(a_host_that_never_answered_is_reported_at_once),
        cmocka_unit_test(a_host_that_answered_before_gets_more_tries),
        cmocka_unit_test(a_failure_that_lasts_is_reported_at_once),
        cmocka_unit_test(a_failure_names_its_host),
        cmocka_unit_test(a_pull_that_timed_out_is_asked_again_without_haste),
        cmocka_unit_test(what_may_act_is_sent_once_whatever_happens),
        cmocka_unit_test(a_refusal_of_what_may_act_keeps_its_class),
        cmocka_unit_test(what_acted_brings_its_return_value),
        cmocka_unit_test(who_is_refused_twice_in_a_row_is_not_tried_again),
        cmocka_unit_test(a_refusal_is_of_one_host_and_of_who_signs_in),
        cmocka_unit_test(a_refusal_that_passes_shuts_nobody_out),
        cmocka_unit_test(trouble_before_the_credentials_are_seen_shuts_nobody_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
