/* Subscriptions on a client: they last until somebody ends them, and are taken back whatever ended them. */
#include "driver_client.h"

#include "base/error.h"
#include "base/size.h"
#include "engine/op.h"

#define SUBSCRIBED                                                                                                               \
    NET_ENVELOPE("<e:SubscribeResponse xmlns:e=\"http://schemas.xmlsoap.org/ws/2004/08/eventing\"><e:SubscriptionManager>"       \
                 "<a:ReferenceProperties><e:Identifier>S1</e:Identifier></a:ReferenceProperties></e:SubscriptionManager>"        \
                 "<n:EnumerationContext>c1</n:EnumerationContext></e:SubscribeResponse>")
#define EVENTS                                                                                                                   \
    NET_ENVELOPE("<n:PullResponse><n:EnumerationContext>c2</n:EnumerationContext><n:Items>" NET_INSTANCE(                        \
        "Lab_Event", "<p:A>1</p:A>") NET_INSTANCE("Lab_Event", "<p:A>2</p:A>") "</n:Items></n:PullResponse>")
#define NOTHING  NET_ENVELOPE("<n:PullResponse><n:EnumerationContext>c3</n:EnumerationContext></n:PullResponse>")
#define TIMEDOUT NET_FAULT("Receiver", "TimedOut", "2150858793")

/* What the host says to each Pull, the last again and again. */
struct host {
    struct net_reply pulls[4];
    size_t n_pulls;
    size_t n_pulled;
    int unsubscribe_status;
};

static struct net_reply serve(struct net *net, const struct net_sent *sent, size_t index) {
    struct host *host = net->context;

    (void)index;
    if (strstr(sent->bytes, "eventing/Subscribe<"))
        return (struct net_reply){ .status = 200, .body = SUBSCRIBED };
    if (strstr(sent->bytes, "eventing/Unsubscribe<"))
        return (struct net_reply){ .status = host->unsubscribe_status, .body = NET_ENVELOPE("") };
    host->n_pulled++;
    return host->pulls[host->n_pulled < host->n_pulls ? host->n_pulled - 1 : host->n_pulls - 1];
}

struct reader {
    size_t n_events;
    size_t fail_at; /* 0: never */
};

static int on_event(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct reader *reader = context;

    (void)epr;
    assert_non_null(*instance);
    reader->n_events++;
    return reader->n_events == reader->fail_at ? hv_error_set(err, HV_E_CONFLICT, "enough") : 0;
}

static struct hv_task *task_subscribe(struct reader *reader, uint64_t max_events) {
    const struct hv_subscribe_options options = {
        .resource_uri = NET_CLASS_NS "*",
        .wql = "SELECT * FROM Lab_Event",
        .max_events = max_events,
        .on_event = on_event,
        .context = reader,
    };
    struct hv_task *task = NULL;

    assert_int_equal(hv_subscribe_new(&options, &task, NULL), 0);
    return task;
}

static void stopping_is_a_good_end_and_unsubscribes(void **state) {
    struct host host = { { { .status = 500, .body = TIMEDOUT, .delay_ms = 60000 },
                           { .status = 200, .body = EVENTS },
                           { .status = 200, .body = NOTHING },
                           { .held = true } },
                         4,
                         0,
                         200 };
    struct reader reader = { 0 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve, &host);
    task = fixture_start(&f, f.hv01, task_subscribe(&reader, 0));
    while (host.n_pulled < 4)
        assert_int_equal(hv_client_turn(f.client, 1000, NULL), 1);
    assert_int_equal(reader.n_events, 2);
    assert_true(f.net.now_ms > 60000);
    hv_client_detach(f.client);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_int_equal(net_count(&f.net, "eventing/Unsubscribe<"), 1);
    assert_int_equal(net_count(&f.net, "<e:Identifier>S1<"), 1);
    assert_int_equal(net_count(&f.net, "eventing/Subscribe<"), 1);
    (void)hv_task_free(task);
    fixture_end(&f);
}

/* The host may be gone by then: the command ends all the same. */
static void an_unsubscribe_that_fails_does_not_matter(void **state) {
    struct host host = { { { .status = 200, .body = EVENTS } }, 1, 0, 0 };
    struct reader reader = { 0 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve, &host);
    task = fixture_start(&f, f.hv01, task_subscribe(&reader, 0));
    while (reader.n_events == 0)
        assert_int_equal(hv_client_turn(f.client, 1000, NULL), 1);
    hv_client_detach(f.client);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_int_equal(net_count(&f.net, "eventing/Unsubscribe<"), 1);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void enough_events_end_it(void **state) {
    struct host host = { { { .status = 200, .body = EVENTS } }, 1, 0, 200 };
    struct reader reader = { 0 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve, &host);
    task = fixture_start(&f, f.hv01, task_subscribe(&reader, 3));
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, 0);
    assert_int_equal(reader.n_events, 3);
    assert_int_equal(net_count(&f.net, "eventing/Unsubscribe<"), 1);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void a_reader_that_fails_ends_it_with_its_error(void **state) {
    struct host host = { { { .status = 200, .body = EVENTS } }, 1, 0, 200 };
    struct reader reader = { .fail_at = 2 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve, &host);
    task = fixture_start(&f, f.hv01, task_subscribe(&reader, 0));
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(task_error(task)->code, HV_E_CONFLICT);
    assert_int_equal(net_count(&f.net, "eventing/Unsubscribe<"), 1);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void freeing_a_running_one_unsubscribes(void **state) {
    struct host host = { { { .status = 200, .body = EVENTS } }, 1, 0, 200 };
    struct reader reader = { 0 };
    struct fixture f;
    struct hv_task *task;

    (void)state;
    fixture_begin(&f, NULL, serve, &host);
    task = fixture_start(&f, f.hv01, task_subscribe(&reader, 0));
    while (reader.n_events == 0)
        assert_int_equal(hv_client_turn(f.client, 1000, NULL), 1);
    (void)hv_task_free(task);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(net_count(&f.net, "eventing/Unsubscribe<"), 1);
    fixture_end(&f);
}

static struct net_reply serve_identity(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)sent;
    (void)index;
    return (struct net_reply){ .status = 200, .body = NET_IDENTITY };
}

/* Only this one operation goes without credentials. */
static void an_anonymous_identify_says_so_to_the_transport(void **state) {
    struct fixture f;
    struct hv_task *anonymous = NULL;
    struct hv_task *known;

    (void)state;
    fixture_begin(&f, NULL, serve_identity, NULL);
    assert_int_equal(hv_identify_anonymous_new(&anonymous, NULL), 0);
    (void)fixture_start(&f, f.hv01, anonymous);
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    known = fixture_start(&f, f.hv01, task_identify());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_true(f.net.sent[0].anonymous);
    assert_false(f.net.sent[1].anonymous);
    assert_string_equal(f.net.sent[0].bytes, f.net.sent[1].bytes);
    assert_string_equal(hv_identify_result(anonymous)->protocol_version, "p");
    (void)hv_task_free(anonymous);
    (void)hv_task_free(known);
    fixture_end(&f);
}

static struct net_reply serve_lost(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)index;
    assert_true(sent->at_most_once);
    return (struct net_reply){ .code = HV_E_LOST, .left = true, .transient = true };
}

/* Grants 40 s each time; what the host says to the third Renew is in CONTEXT. */
static struct net_reply serve_limited(struct net *net, const struct net_sent *sent, size_t index) {
    static const char subscribed[] =
        NET_ENVELOPE("<e:SubscribeResponse xmlns:e=\"http://schemas.xmlsoap.org/ws/2004/08/eventing\"><e:SubscriptionManager>"
                     "<a:ReferenceProperties><e:Identifier>S1</e:Identifier></a:ReferenceProperties></e:SubscriptionManager>"
                     "<e:Expires>PT40.000S</e:Expires></e:SubscribeResponse>"
                     "<n:EnumerationContext>c1</n:EnumerationContext>");
    static const char renewed[] = NET_ENVELOPE("<e:RenewResponse xmlns:e=\"http://schemas.xmlsoap.org/ws/2004/08/eventing\">"
                                               "<e:Expires>PT40S</e:Expires></e:RenewResponse>");
    const struct net_reply *third = net->context;

    (void)index;
    if (strstr(sent->bytes, "eventing/Subscribe<"))
        return (struct net_reply){ .status = 200, .body = subscribed };
    if (strstr(sent->bytes, "eventing/Unsubscribe<"))
        return (struct net_reply){ .status = 200, .body = NET_ENVELOPE("") };
    if (strstr(sent->bytes, "eventing/Renew<")) {
        assert_non_null(strstr(sent->bytes, "<e:Identifier>S1</e:Identifier>"));
        assert_non_null(strstr(sent->bytes, "<e:Renew><e:Expires>PT40.000S</e:Expires></e:Renew>"));
        return net_count(net, "eventing/Renew<") == 3 ? *third : (struct net_reply){ .status = 200, .body = renewed };
    }
    /* Pulls are back before it is time. */
    assert_non_null(strstr(sent->bytes, net_count(net, "eventing/Renew<") < 3 || third->status == 503
                                            ? "<w:OperationTimeout>PT10.000S<"
                                            : "<w:OperationTimeout>PT60.000S<"));
    return (struct net_reply){ .status = 500, .body = TIMEDOUT, .delay_ms = 9000 };
}

static void listen_for(struct fixture *f, uint64_t ms) {
    uint64_t end_ms = f->net.now_ms + ms;

    while (f->net.now_ms < end_ms)
        assert_int_equal(hv_client_turn(f->client, 1000, NULL), 1);
}

/* Renewed at half time, again and again; a host that refuses is not asked again, one that is busy is. */
static void a_subscription_is_renewed_in_time(void **state) {
    static const struct {
        struct net_reply third;
        size_t n_more;
    } rows[] = {
        { { .status = 500, .body = NET_FAULT("Sender", "ActionNotSupported", "2150858771") }, 0 },
        { { .status = 503 }, 1 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct reader reader = { 0 };
        struct net_reply third = rows[i].third;
        const struct hv_subscribe_options options = {
            .resource_uri = NET_CLASS_NS "*",
            .wql = "SELECT * FROM Lab_Event",
            .expires_ms = 40000,
            .on_event = on_event,
            .context = &reader,
        };
        struct hv_task *task = NULL;
        struct fixture f;
        size_t n;

        fixture_begin(&f, NULL, serve_limited, &third);
        assert_int_equal(hv_subscribe_new(&options, &task, NULL), 0);
        (void)fixture_start(&f, f.hv01, task);
        listen_for(&f, 19000);
        assert_int_equal(net_count(&f.net, "eventing/Renew<"), 0);
        listen_for(&f, 20000);
        assert_int_equal(net_count(&f.net, "eventing/Renew<"), 1);
        listen_for(&f, 30000);
        n = net_count(&f.net, "eventing/Renew<");
        assert_in_range(n, 2, 3);
        listen_for(&f, 21000);
        n = net_count(&f.net, "eventing/Renew<");
        assert_true(n >= 3);
        if (rows[i].n_more == 0) {
            listen_for(&f, 100000);
            assert_int_equal(net_count(&f.net, "eventing/Renew<"), n);
        }
        hv_client_detach(f.client);
        assert_int_equal(hv_client_run(f.client, NULL), 0);
        assert_int_equal(net_count(&f.net, "eventing/Subscribe<"), 1);
        (void)hv_task_free(task);
        fixture_end(&f);
    }
}

/* What changes something is sent once; an answer that is lost is told as that. */
static void a_lost_answer_to_a_change_is_told(void **state) {
    struct hv_task *tasks[3] = { NULL };
    struct hv_instance *instance = NULL;
    struct hv_epr *epr = NULL;

    (void)state;
    assert_int_equal(hv_epr_new(NET_CLASS_NS "Msvm_Thing", &epr, NULL), 0);
    assert_int_equal(hv_instance_new("Msvm_Thing", NULL, &instance, NULL), 0);
    assert_int_equal(hv_put_new(epr, instance, NULL, &tasks[0], NULL), 0);
    assert_int_equal(hv_create_new(epr, instance, &tasks[1], NULL), 0);
    assert_int_equal(hv_delete_new(epr, &tasks[2], NULL), 0);
    for (size_t i = 0; i < 3; i++) {
        struct fixture f;

        fixture_begin(&f, NULL, serve_lost, NULL);
        (void)fixture_start(&f, f.hv01, tasks[i]);
        assert_int_equal(hv_client_run(f.client, NULL), 0);
        assert_int_equal(f.net.n_sent, 1);
        assert_int_equal(task_error(tasks[i])->code, HV_E_LOST);
        assert_non_null(strstr(task_error(tasks[i])->message, "may have been carried out"));
        assert_null(hv_put_result(tasks[i]));
        assert_null(hv_create_result(tasks[i]));
        (void)hv_task_free(tasks[i]);
        fixture_end(&f);
    }
    (void)hv_instance_free(instance);
    (void)hv_epr_free(epr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopping_is_a_good_end_and_unsubscribes),
        cmocka_unit_test(an_unsubscribe_that_fails_does_not_matter),
        cmocka_unit_test(enough_events_end_it),
        cmocka_unit_test(a_reader_that_fails_ends_it_with_its_error),
        cmocka_unit_test(freeing_a_running_one_unsubscribes),
        cmocka_unit_test(an_anonymous_identify_says_so_to_the_transport),
        cmocka_unit_test(a_subscription_is_renewed_in_time),
        cmocka_unit_test(a_lost_answer_to_a_change_is_told),
    };

    hv_op_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
