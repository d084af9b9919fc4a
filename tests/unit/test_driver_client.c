/* The loop: tasks run to their end, hosts are not flooded, and whoever leaves leaves nothing behind. */
#include "driver_client.h"

#include "base/text.h"
#include "support/failmalloc.h"

static struct net_reply serve_identity(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)sent;
    (void)index;
    return (struct net_reply){ .status = 200, .body = NET_IDENTITY, .delay_ms = 20 };
}

static struct net_reply serve_never(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)sent;
    (void)index;
    return (struct net_reply){ .held = true };
}

/* Enumerations have two pages. */
static struct net_reply serve_pages(struct net *net, const struct net_sent *sent, size_t index) {
    static const char first[] = NET_PAGE("ctx-1", NET_INSTANCE("Msvm_ComputerSystem", "<p:Name>a</p:Name>"));
    static const char second[] = NET_PULLED(NET_INSTANCE("Msvm_ComputerSystem", "<p:Name>b</p:Name>"));

    (void)net;
    (void)index;
    if (strstr(sent->bytes, "n:Release"))
        return (struct net_reply){ .status = 200, .body = NET_ENVELOPE(""), .delay_ms = 20 };
    return (struct net_reply){ .status = 200, .body = strstr(sent->bytes, "n:Pull") ? second : first, .delay_ms = 20 };
}

/* As above, but pulls are never answered. */
static struct net_reply serve_first_page(struct net *net, const struct net_sent *sent, size_t index) {
    struct net_reply reply = serve_pages(net, sent, index);

    reply.held = strstr(sent->bytes, "n:Pull") != NULL;
    return reply;
}

static void a_task_runs_to_its_end(void **state) {
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_identity, NULL);
    task = fixture_start(&f, f.hv01, task_identify());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_string_equal(hv_identify_result(task)->protocol_version, "p");
    assert_int_equal(f.net.n_sent, 1);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void a_client_without_tasks_has_nothing_to_do(void **state) {
    struct fixture f;

    (void)state;
    fixture_begin(&f, NULL, serve_identity, NULL);
    assert_int_equal(hv_client_turn(f.client, 1000, NULL), 0);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    hv_client_detach(f.client);
    fixture_end(&f);
}

static void a_turn_waits_no_longer_than_told(void **state) {
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_never, NULL);
    task = fixture_start(&f, f.hv01, task_identify());
    assert_int_equal(hv_client_turn(f.client, 500, NULL), 1); /* the start is due: no wait */
    assert_int_equal(f.net.now_ms, 1000);
    assert_int_equal(hv_client_turn(f.client, 500, NULL), 1);
    assert_int_equal(f.net.now_ms, 1500);
    assert_false(hv_task_is_done(task));
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void the_host_is_told_less_time_than_we_wait(void **state) {
    const struct hv_client_options options = { .operation_timeout_ms = 30000 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, &options, serve_pages, NULL);
    task = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(f.net.sent[0].timeout_ms, 35000);
    assert_non_null(strstr(f.net.sent[0].bytes, "PT30.000S"));
    assert_non_null(strstr(f.net.sent[0].bytes, "512000"));
    assert_non_null(strstr(f.net.sent[0].bytes, "https://hv01:5986/wsman"));
    (void)hv_task_free(task);
    fixture_end(&f);
}

static int count_item(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    (void)instance;
    (void)epr;
    (void)err;
    ++*(size_t *)context;
    return 0;
}

static void an_enumeration_pulls_to_its_end_with_an_id_for_each_request(void **state) {
    struct fixture f;
    struct hv_task *task;
    size_t n_items = 0;

    (void)state;
    fixture_begin(&f, NULL, serve_pages, NULL);
    task = fixture_start(&f, f.hv01, task_enumerate(count_item, &n_items));
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_int_equal(n_items, 2);
    assert_int_equal(f.net.n_sent, 2);
    assert_non_null(strstr(f.net.sent[0].bytes, "uuid:01010101-0101-4101-8101-010101010101"));
    assert_non_null(strstr(f.net.sent[1].bytes, "uuid:02020202-0202-4202-8202-020202020202"));
    assert_int_equal(net_count(&f.net, "n:Release"), 0);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static int refuse_item(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    (void)context;
    (void)instance;
    (void)epr;
    if (err) {
        memset(err, 0, sizeof(*err));
        err->code = HV_E_FAILED;
    }
    return HV_E_FAILED;
}

static void an_enumeration_that_fails_half_way_is_released(void **state) {
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_pages, NULL);
    task = fixture_start(&f, f.hv01, task_enumerate(refuse_item, NULL));
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, HV_E_FAILED);
    assert_int_equal(f.net.n_sent, 2);
    assert_int_equal(net_count(&f.net, "n:Release"), 1);
    assert_int_equal(net_count(&f.net, "ctx-1"), 1);
    assert_int_equal(f.net.sent[1].timeout_ms, 2000);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void a_host_gets_two_requests_at_a_time_and_all_in_turn(void **state) {
    enum { N = 7 };
    struct fixture f;
    struct hv_task *tasks[2 * N];

    (void)state;
    fixture_begin(&f, NULL, serve_identity, NULL);
    for (size_t i = 0; i < N; i++) {
        tasks[i] = fixture_start(&f, f.hv01, task_identify());
        tasks[N + i] = fixture_start(&f, f.hv02, task_identify());
    }
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(f.net.most_flying, 2);
    assert_int_equal(f.net.n_sent, 2 * N);
    /* Seven requests of 20 ms, two at a time, on both hosts at once. */
    assert_int_equal(f.net.now_ms, 1000 + 4 * 20);
    for (size_t i = 0; i < 2 * N; i++) {
        assert_int_equal(task_error(tasks[i])->code, 0);
        (void)hv_task_free(tasks[i]);
    }
    fixture_end(&f);
}

static void detaching_ends_tasks_and_closes_what_they_opened(void **state) {
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve_first_page, NULL);
    task = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
    while (f.net.n_sent < 2)
        assert_int_equal(hv_client_turn(f.client, 50, NULL), 1);
    hv_client_detach(f.client);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, HV_E_CANCELLED);
    assert_int_equal(f.net.n_cancelled, 1);
    assert_int_equal(net_count(&f.net, "n:Release"), 1);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void one_task_is_stopped_and_the_others_go_on(void **state) {
    void (*const stops[])(struct hv_client *, struct hv_task *) = { hv_client_detach_task, hv_client_cancel_task };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture f;
        struct hv_task *stopped;
        struct hv_task *other;

        fixture_begin(&f, NULL, serve_first_page, NULL);
        stopped = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
        other = fixture_start(&f, f.hv02, task_enumerate(ignore_item, NULL));
        while (f.net.n_sent < 4)
            assert_int_equal(hv_client_turn(f.client, 50, NULL), 1);
        stops[i](f.client, stopped);
        assert_int_equal(hv_client_turn(f.client, 50, NULL), 1);
        assert_int_equal(task_error(stopped)->code, HV_E_CANCELLED);
        assert_false(hv_task_is_done(other));
        stops[i](f.client, stopped); /* done: nothing happens */
        (void)hv_task_free(stopped);
        (void)hv_task_free(other);
        assert_int_equal(hv_client_run(f.client, NULL), 0);
        fixture_end(&f);
    }
}

static void a_task_freed_while_it_runs_is_forgotten_and_closed(void **state) {
    struct fixture f;
    struct hv_task *freed;
    struct hv_task *other;

    (void)state;
    fixture_begin(&f, NULL, serve_first_page, NULL);
    freed = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
    other = fixture_start(&f, f.hv02, task_enumerate(ignore_item, NULL));
    while (f.net.n_sent < 4)
        assert_int_equal(hv_client_turn(f.client, 50, NULL), 1);
    (void)hv_task_free(freed);
    assert_int_equal(hv_client_turn(f.client, 50, NULL), 1);
    assert_int_equal(net_count(&f.net, "n:Release"), 1);
    assert_false(hv_task_is_done(other));
    (void)hv_task_free(other);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(net_count(&f.net, "n:Release"), 2);
    fixture_end(&f);
}

static void tasks_outlive_their_client(void **state) {
    struct fixture f;
    struct hv_task *started;
    struct hv_task *fresh;

    (void)state;
    fixture_begin(&f, NULL, serve_first_page, NULL);
    started = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
    while (f.net.n_sent < 2)
        assert_int_equal(hv_client_turn(f.client, 50, NULL), 1);
    fresh = fixture_start(&f, f.hv01, task_identify());
    fixture_end(&f);
    assert_false(hv_task_is_done(started));
    assert_false(hv_task_is_done(fresh));
    (void)hv_task_free(started);
    (void)hv_task_free(fresh);
}

static void a_task_starts_once_and_on_hosts_of_its_client(void **state) {
    struct fixture f;
    struct fixture g;
    struct hv_task *task = task_identify();

    (void)state;
    fixture_begin(&f, NULL, serve_identity, NULL);
    fixture_begin(&g, NULL, serve_identity, NULL);
    assert_int_equal(hv_client_start(f.client, task, NULL, NULL, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_client_start(f.client, task, g.hv01, NULL, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_client_start(f.client, task, f.hv01, g.hv02, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_client_start(f.client, task, f.hv01, f.hv02, NULL), 0);
    assert_int_equal(hv_client_start(f.client, task, f.hv01, NULL, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(hv_client_start(f.client, task, f.hv01, NULL, NULL), HV_E_ARGUMENT);
    (void)hv_task_free(task);
    fixture_end(&g);
    fixture_end(&f);
}

static void hosts_are_called_what_the_user_said(void **state) {
    struct fixture f;
    struct hv_host *host = NULL;
    struct hv_host_options options = {
        .address = "https://[::1]:1/x", .name = "lab", .auth = HV_AUTH_BASIC, .user = "u", .password = "p"
    };
    struct hv_error err = { 0 };

    (void)state;
    fixture_begin(&f, NULL, serve_identity, NULL);
    assert_string_equal(hv_host_name(f.hv01), "hv01");
    assert_int_equal(hv_client_add_host(f.client, &options, &host, NULL), 0);
    assert_string_equal(hv_host_name(host), "lab");
    assert_string_equal(hv_host_address_name(host), "::1");
    host = NULL;
    options.insecure = true;
    assert_int_equal(hv_client_add_host(f.client, &options, &host, &err), HV_E_TLS);
    assert_non_null(strstr(err.remedy, "--fingerprint"));
    options.address = "http://hv01";
    assert_int_equal(hv_client_add_host(f.client, &options, &host, &err), HV_E_TLS);
    assert_non_null(strstr(err.remedy, "--http-unencrypted-ok"));
    options.address = "ht tp";
    assert_int_equal(hv_client_add_host(f.client, &options, &host, &err), HV_E_ARGUMENT);
    assert_null(host);
    fixture_end(&f);
}

struct heard {
    char lines[4096];
    char bytes[4096];
};

static void hear_line(void *context, const char *line) {
    struct heard *heard = context;
    size_t used = strlen(heard->lines);

    assert_true(used + strlen(line) + 2 < sizeof(heard->lines));
    memcpy(heard->lines + used, line, strlen(line));
    memcpy(heard->lines + used + strlen(line), "\n", 2);
}

static void hear_answer(void *context, const char *bytes, size_t n_bytes) {
    struct heard *heard = context;

    assert_true(n_bytes < sizeof(heard->bytes));
    memcpy(heard->bytes, bytes, n_bytes);
    heard->bytes[n_bytes] = '\0';
}

static void a_trace_tells_requests_and_answers_and_no_secret(void **state) {
    struct heard heard = { .lines = "" };
    const struct hv_client_options options = { .trace = hear_line, .trace_context = &heard };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, &options, serve_identity, NULL);
    task = fixture_start(&f, f.hv01, task_identify());
    hv_task_on_answer(task, hear_answer, &heard);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_non_null(strstr(heard.lines, "hv01 > Identify 01010101-0101-4101-8101-010101010101 "));
    assert_non_null(strstr(heard.lines, "hv01 < Identify 200 "));
    assert_non_null(strstr(heard.lines, " bytes 20 ms\n"));
    assert_non_null(strstr(heard.lines, "hv01 * task done\n"));
    assert_null(strstr(heard.lines, "s3cret"));
    assert_null(strstr(heard.lines, "Authorization"));
    assert_string_equal(heard.bytes, NET_IDENTITY);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static int run_whole(void *context) {
    struct fixture f = { .client = NULL };
    const struct hv_host_options options = { .address = "hv01", .auth = HV_AUTH_BASIC, .user = "user", .password = "s3cret" };
    struct hv_task *task = NULL;
    struct hv_error err = { 0 };
    const struct hv_error *error;
    int r;

    (void)context;
    net_init(&f.net, serve_pages, NULL);
    r = hv_client_new_on(NULL, &f.net.transport, &f.net.platform, &f.client, &err);
    if (r == 0)
        r = hv_client_add_host(f.client, &options, &f.hv01, &err);
    if (r == 0) {
        const struct hv_enumerate_options what = { .resource_uri = NET_CLASS_NS "X", .on_item = ignore_item };
        r = hv_enumerate_new(&what, &task, &err);
    }
    if (r == 0)
        r = hv_client_start(f.client, task, f.hv01, NULL, &err);
    if (r == 0)
        r = hv_client_run(f.client, &err);
    if (r == 0)
        r = hv_task_result(task, &error);
    (void)hv_task_free(task);
    fixture_end(&f);
    return r == HV_E_PROTOCOL ? HV_E_MEMORY : r; /* libxml2 takes the want of memory for bad XML now and then */
}

static void a_whole_run_survives_the_end_of_memory(void **state) {
    (void)state;
    assert_true(failmalloc_each_tolerant(run_whole, NULL) > 20);
}

static int group_setup(void **state) {
    (void)state;
    return hv_process_init(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_runs_to_its_end),
        cmocka_unit_test(a_client_without_tasks_has_nothing_to_do),
        cmocka_unit_test(a_turn_waits_no_longer_than_told),
        cmocka_unit_test(the_host_is_told_less_time_than_we_wait),
        cmocka_unit_test(an_enumeration_pulls_to_its_end_with_an_id_for_each_request),
        cmocka_unit_test(an_enumeration_that_fails_half_way_is_released),
        cmocka_unit_test(a_host_gets_two_requests_at_a_time_and_all_in_turn),
        cmocka_unit_test(detaching_ends_tasks_and_closes_what_they_opened),
        cmocka_unit_test(one_task_is_stopped_and_the_others_go_on),
        cmocka_unit_test(a_task_freed_while_it_runs_is_forgotten_and_closed),
        cmocka_unit_test(tasks_outlive_their_client),
        cmocka_unit_test(a_task_starts_once_and_on_hosts_of_its_client),
        cmocka_unit_test(hosts_are_called_what_the_user_said),
        cmocka_unit_test(a_trace_tells_requests_and_answers_and_no_secret),
        cmocka_unit_test(a_whole_run_survives_the_end_of_memory),
    };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
