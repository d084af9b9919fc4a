/* Jobs that tasks wait for: one look serves all, and nobody looks for nobody. */
#include "driver_client.h"

#include "driver/run.h"

/* A task that waits for one job and notes what it hears. */
struct waiter {
    struct hv_task task;
    const char *job_id;
    const char *job_class;
    enum hv_peer peer;
    bool stays;  /* goes on after JOB_MISSING */
    bool leaves; /* stops watching at the first event, and wakes itself later */
    size_t n_jobs;
    size_t n_missing;
    size_t n_unreachable;
    size_t n_wakes;
    int unreachable_code;
    uint64_t last_ms;
    char state[16];
};

static struct hv_epr *job_epr(const struct waiter *waiter) {
    char uri[256] = NET_CLASS_NS;
    struct hv_epr *epr = NULL;

    memcpy(uri + strlen(NET_CLASS_NS), waiter->job_class, strlen(waiter->job_class) + 1);
    assert_int_equal(hv_epr_new(uri, &epr, NULL), 0);
    if (waiter->job_id)
        assert_int_equal(hv_epr_add_selector(epr, "InstanceID", waiter->job_id, NULL), 0);
    return epr;
}

static void heard_job(struct waiter *waiter, const struct hv_event *event, struct hv_effects *effects) {
    const char *job_state = hv_instance_text(event->job, "JobState");

    waiter->n_jobs++;
    memcpy(waiter->state, job_state, strlen(job_state) + 1);
    if (waiter->leaves) {
        hv_effects_unwatch(effects);
        hv_effects_wake(effects, waiter->last_ms + 60000);
    } else if (strcmp(job_state, "7") == 0) {
        hv_effects_done(effects);
    }
}

static int waiter_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                       struct hv_error *err) {
    struct waiter *waiter = (struct waiter *)task;

    (void)err;
    waiter->last_ms = now_ms;
    switch (event->kind) {
    case HV_EVENT_START:
        hv_effects_watch(effects, waiter->peer, job_epr(waiter));
        return 0;
    case HV_EVENT_JOB:
        heard_job(waiter, event, effects);
        return 0;
    case HV_EVENT_JOB_MISSING:
        waiter->n_missing++;
        if (!waiter->stays)
            hv_effects_done(effects);
        return 0;
    case HV_EVENT_JOB_UNREACHABLE:
        waiter->n_unreachable++;
        waiter->unreachable_code = event->err->code;
        hv_effects_done(effects);
        return 0;
    case HV_EVENT_WAKE:
        waiter->n_wakes++;
        hv_effects_done(effects);
        return 0;
    case HV_EVENT_OP_DONE:
    case HV_EVENT_OP_FAILED:
    case HV_EVENT_DETACH:
    case HV_EVENT_CANCEL:
        break;
    }
    return HV_TASK_UNHANDLED;
}

static void waiter_free(struct hv_task *task) {
    (void)task;
}

static void waiter_init(struct waiter *waiter, const char *job_id) {
    static const struct hv_task_vtable vtable = { .step = waiter_step, .free = waiter_free };

    *waiter = (struct waiter){ .job_id = job_id, .job_class = "Msvm_MigrationJob" };
    hv_task_init(&waiter->task, &vtable);
}

#define JOB(id, state) NET_INSTANCE("Msvm_MigrationJob", "<p:InstanceID>" id "</p:InstanceID><p:JobState>" state "</p:JobState>")

/* A and B run at first; at the third look A is completed and B gone. */
static struct net_reply serve_jobs(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)sent;
    if (index < 2)
        return (struct net_reply){ .status = 200, .body = NET_ITEMS(JOB("A", "4") JOB("X", "4") JOB("B", "4")) };
    return (struct net_reply){ .status = 200, .body = NET_ITEMS(JOB("X", "4") JOB("a", "7")) };
}

static struct net_reply serve_trouble(struct net *net, const struct net_sent *sent, size_t index) {
    (void)sent;
    (void)index;
    return *(const struct net_reply *)net->context;
}

static void one_look_serves_every_task_of_a_host(void **state) {
    struct fixture f;
    struct waiter a;
    struct waiter b;
    struct waiter also_a;

    (void)state;
    fixture_begin(&f, NULL, serve_jobs, NULL);
    waiter_init(&a, "A");
    waiter_init(&b, "B");
    waiter_init(&also_a, "A");
    fixture_start(&f, f.hv01, &a.task);
    fixture_start(&f, f.hv01, &b.task);
    fixture_start(&f, f.hv01, &also_a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(f.net.n_sent, 3);
    assert_int_equal(net_count(&f.net, "Msvm_MigrationJob"), 3);
    assert_int_equal(a.n_jobs, 3);
    assert_int_equal(also_a.n_jobs, 3);
    assert_int_equal(b.n_jobs, 2);
    assert_int_equal(b.n_missing, 1);
    assert_string_equal(a.state, "7");
    fixture_end(&f);
}

static void looks_begin_after_a_second_and_become_rarer(void **state) {
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, NULL, serve_jobs, NULL);
    waiter_init(&a, "A");
    fixture_start(&f, f.hv01, &a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(f.net.sent[0].at_ms, 2000);
    assert_true(f.net.sent[2].at_ms - f.net.sent[1].at_ms > f.net.sent[1].at_ms - f.net.sent[0].at_ms);
    fixture_end(&f);
}

static void an_interval_that_was_given_is_kept(void **state) {
    const struct hv_client_options options = { .poll_ms = 30 };
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, &options, serve_jobs, NULL);
    waiter_init(&a, "A");
    fixture_start(&f, f.hv01, &a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(f.net.sent[i].at_ms, 1030 + 30 * i);
    fixture_end(&f);
}

static void hosts_and_classes_are_looked_at_apart(void **state) {
    struct fixture f;
    struct waiter a;
    struct waiter b;
    struct waiter c;

    (void)state;
    fixture_begin(&f, NULL, serve_jobs, NULL);
    waiter_init(&a, "Q");
    waiter_init(&b, "Q");
    waiter_init(&c, "Q");
    b.job_class = "Msvm_ConcreteJob";
    c.peer = HV_PEER_DESTINATION;
    fixture_start(&f, f.hv01, &a.task);
    fixture_start(&f, f.hv01, &b.task);
    assert_int_equal(hv_client_start(f.client, &c.task, f.hv01, f.hv02, NULL), 0);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(f.net.n_sent, 3);
    assert_int_equal(net_count(&f.net, "Msvm_ConcreteJob"), 1);
    assert_int_equal(net_count(&f.net, "https://hv02"), 1);
    assert_int_equal(a.n_missing + b.n_missing + c.n_missing, 3);
    fixture_end(&f);
}

static void nobody_looks_once_nobody_waits(void **state) {
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, NULL, serve_jobs, NULL);
    waiter_init(&a, "A");
    a.leaves = true;
    fixture_start(&f, f.hv01, &a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(f.net.n_sent, 1);
    assert_int_equal(a.n_wakes, 1);
    assert_int_equal(f.net.now_ms, 2000 + 60000);
    fixture_end(&f);
}

static void a_look_under_way_ends_with_the_last_task(void **state) {
    static struct net_reply held = { .held = true };
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, NULL, serve_trouble, &held);
    waiter_init(&a, "A");
    fixture_start(&f, f.hv01, &a.task);
    while (f.net.n_sent < 1)
        assert_int_equal(hv_client_turn(f.client, 5000, NULL), 1);
    hv_client_detach(f.client);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(&a.task)->code, HV_E_CANCELLED);
    assert_int_equal(f.net.n_cancelled, 1);
    fixture_end(&f);
}

static void a_host_out_of_reach_is_borne_for_minutes(void **state) {
    static struct net_reply refused = { .code = HV_E_UNREACHABLE, .transient = true };
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, NULL, serve_trouble, &refused);
    waiter_init(&a, "A");
    fixture_start(&f, f.hv01, &a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(a.n_unreachable, 1);
    assert_int_equal(a.unreachable_code, HV_E_UNREACHABLE);
    assert_true(f.net.now_ms >= 1000 + 5 * 60 * 1000);
    assert_true(f.net.n_sent > 50);
    fixture_end(&f);
}

static void a_host_that_refuses_the_password_is_not_asked_again(void **state) {
    static struct net_reply refused = { .status = 401 };
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, NULL, serve_trouble, &refused);
    waiter_init(&a, "A");
    fixture_start(&f, f.hv01, &a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(a.unreachable_code, HV_E_AUTH);
    assert_int_equal(f.net.n_sent, 1);
    fixture_end(&f);
}

static void a_job_without_a_name_cannot_be_watched(void **state) {
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, NULL, serve_jobs, NULL);
    waiter_init(&a, NULL);
    fixture_start(&f, f.hv01, &a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(a.unreachable_code, HV_E_PROTOCOL);
    assert_int_equal(f.net.n_sent, 0);
    fixture_end(&f);
}

static void a_destination_that_was_not_given_cannot_be_watched(void **state) {
    struct fixture f;
    struct waiter a;

    (void)state;
    fixture_begin(&f, NULL, serve_jobs, NULL);
    waiter_init(&a, "A");
    a.peer = HV_PEER_DESTINATION;
    fixture_start(&f, f.hv01, &a.task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(a.unreachable_code, HV_E_ARGUMENT);
    fixture_end(&f);
}

static void clients_may_go_while_tasks_wait(void **state) {
    struct fixture f;
    struct waiter a;
    struct waiter b;

    (void)state;
    fixture_begin(&f, NULL, serve_jobs, NULL);
    waiter_init(&a, "A");
    waiter_init(&b, "B");
    fixture_start(&f, f.hv01, &a.task);
    fixture_start(&f, f.hv01, &b.task);
    while (f.net.n_sent < 1)
        assert_int_equal(hv_client_turn(f.client, 5000, NULL), 1);
    (void)hv_task_free(&a.task);
    fixture_end(&f);
    assert_false(hv_task_is_done(&b.task));
    assert_null(b.task.runner);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_look_serves_every_task_of_a_host),
        cmocka_unit_test(looks_begin_after_a_second_and_become_rarer),
        cmocka_unit_test(an_interval_that_was_given_is_kept),
        cmocka_unit_test(hosts_and_classes_are_looked_at_apart),
        cmocka_unit_test(nobody_looks_once_nobody_waits),
        cmocka_unit_test(a_look_under_way_ends_with_the_last_task),
        cmocka_unit_test(a_host_out_of_reach_is_borne_for_minutes),
        cmocka_unit_test(a_host_that_refuses_the_password_is_not_asked_again),
        cmocka_unit_test(a_job_without_a_name_cannot_be_watched),
        cmocka_unit_test(a_destination_that_was_not_given_cannot_be_watched),
        cmocka_unit_test(clients_may_go_while_tasks_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
