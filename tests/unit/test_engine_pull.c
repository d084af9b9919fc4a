/* Operations of several exchanges when something goes wrong between: begun anew, with less, another way, or given up clearly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/size.h"
#include "cim/class.h"
#include "cim/instance.h"
#include "op_bench.h"

#define X(id)          "<p:Msvm_X><p:InstanceID>" id "</p:InstanceID></p:Msvm_X>"
#define COUNTED(id, n) "<p:Msvm_X><p:Count>" n "</p:Count><p:InstanceID>" id "</p:InstanceID></p:Msvm_X>"
#define PLAIN(a)       "<p:Msvm_X><p:A>" a "</p:A></p:Msvm_X>"
#define MORE(items)    "<n:PullResponse><n:EnumerationContext>c</n:EnumerationContext><n:Items>" items "</n:Items></n:PullResponse>"
#define LAST(items)    "<n:PullResponse><n:Items>" items "</n:Items><n:EndOfSequence/></n:PullResponse>"

struct seen {
    char ids[200]; /* "a b c" */
};

static int note(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct seen *seen = context;
    const char *id = hv_instance_text(*instance, "InstanceID");
    size_t n = strlen(seen->ids);

    (void)epr;
    (void)err;
    if (!id)
        id = hv_instance_text(*instance, "A");
    (void)snprintf(seen->ids + n, sizeof(seen->ids) - n, "%s%s", n ? " " : "", id ? id : "?");
    return 0;
}

static struct hv_op *open_list(struct seen *seen, uint32_t max_elements) {
    return bench_enumeration(&(struct hv_enumerate_options){
        .resource_uri = BENCH_V2 "Msvm_X", .on_item = note, .context = seen, .max_elements = max_elements });
}

/* Builds the next request, which must hold WANTED, and feeds BODY. */
static int exchange(struct hv_op *op, const char *wanted, const char *body, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);

    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    if (!strstr(hv_buf_text(&bytes), wanted))
        fail_msg("\"%s\" is not in %s", wanted, hv_buf_text(&bytes));
    return bench_feed(op, 200, body, err);
}

static int refuse(struct hv_op *op, const char *wanted, const char *subcode, const char *code, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);

    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    if (!strstr(hv_buf_text(&bytes), wanted))
        fail_msg("\"%s\" is not in %s", wanted, hv_buf_text(&bytes));
    return bench_feed_fault(op, "Sender", subcode, code, err);
}

static int forget(struct hv_op *op, struct hv_error *err) {
    return refuse(op, "enumeration/Pull<", "n:InvalidEnumerationContext", "2150858779", err);
}

static void an_expired_enumeration_begins_anew_and_gives_nothing_twice(void **state) {
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_list(&seen, 0);

    (void)state;
    assert_int_equal(exchange(op, "n:Enumerate>", MORE(COUNTED("a", "1") X("b")), NULL), HV_OP_MORE);
    assert_int_equal(exchange(op, "n:Pull>", MORE(X("c")), NULL), HV_OP_MORE);
    assert_int_equal(forget(op, NULL), HV_OP_MORE);
    /* A counter that moved on does not make another instance of it. */
    assert_int_equal(exchange(op, "n:Enumerate>", MORE(COUNTED("a", "2")), NULL), HV_OP_MORE);
    assert_int_equal(exchange(op, "n:Pull>", MORE(X("b") X("c") X("d")), NULL), HV_OP_MORE);
    assert_int_equal(exchange(op, "n:Pull>", LAST(X("e")), NULL), HV_OP_DONE);
    assert_string_equal(seen.ids, "a b c d e");
}

static void another_list_after_a_new_beginning_ends_it_clearly(void **state) {
    static const char *const second[] = {
        LAST(X("b") X("a") X("c")), /* other order */
        LAST(X("a") X("x") X("c")), /* another one */
        LAST(X("a")),               /* one is gone */
        LAST(""),
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(second); i++) {
        struct seen seen = { "" };
        HV_CLEANUP(hv_op_free) struct hv_op *op = open_list(&seen, 0);
        struct hv_error err = { 0 };

        assert_int_equal(exchange(op, "n:Enumerate>", MORE(X("a") X("b")), NULL), HV_OP_MORE);
        assert_int_equal(forget(op, NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "n:Enumerate>", second[i], &err), HV_E_CONFLICT);
        assert_string_equal(err.message, "Enumerate Msvm_X: the list changed while it was read, after 2 items");
        assert_string_equal(seen.ids, "a b");
    }
}

/* Without keys that are known by name all values count: what changed cannot be told from another. */
static void instances_without_known_keys_are_told_by_all_their_values(void **state) {
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *same = open_list(&seen, 0);
    HV_CLEANUP(hv_op_free) struct hv_op *other = open_list(&seen, 0);

    (void)state;
    assert_int_equal(exchange(same, "n:Enumerate>", MORE(PLAIN("1")), NULL), HV_OP_MORE);
    assert_int_equal(forget(same, NULL), HV_OP_MORE);
    assert_int_equal(exchange(same, "n:Enumerate>", LAST(PLAIN("1") PLAIN("1")), NULL), HV_OP_DONE);
    assert_string_equal(seen.ids, "1 1");
    assert_int_equal(exchange(other, "n:Enumerate>", MORE(PLAIN("1")), NULL), HV_OP_MORE);
    assert_int_equal(forget(other, NULL), HV_OP_MORE);
    assert_int_equal(exchange(other, "n:Enumerate>", LAST(PLAIN("2") PLAIN("1")), NULL), HV_E_CONFLICT);
}

static void names_and_pairs_are_told_by_their_references(void **state) {
#define NAME(id)                                                                                                                 \
    "<a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" BENCH_V2                                                       \
    "Msvm_X</w:ResourceURI><w:SelectorSet><w:Selector Name='InstanceID'>" id                                                     \
    "</w:Selector></w:SelectorSet></a:ReferenceParameters></a:EndpointReference>"
    static const struct {
        const char *first;
        const char *second;
        int outcome;
        size_t n;
    } rows[] = {
        { MORE(NAME("a")), LAST(NAME("a") NAME("b")), HV_OP_DONE, 2 },
        { MORE(NAME("a")), LAST(NAME("b") NAME("a")), HV_E_CONFLICT, 1 },
        { MORE("<w:Item>" PLAIN("1") NAME("a") "</w:Item>"), LAST("<w:Item>" PLAIN("2") NAME("a") "</w:Item>"), HV_OP_DONE, 1 },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_op_free)
        struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X" });

        assert_int_equal(exchange(op, "n:Enumerate>", rows[i].first, NULL), HV_OP_MORE);
        assert_int_equal(forget(op, NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "n:Enumerate>", rows[i].second, NULL), rows[i].outcome);
        assert_int_equal(hv_op_n_instances(op), rows[i].n);
    }
}

static void a_host_that_always_forgets_is_given_up(void **state) {
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_list(&seen, 0);
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(exchange(op, "n:Enumerate>", MORE(X("a")), NULL), HV_OP_MORE);
    for (int i = 0; i < HV_OP_MAX_RESTARTS; i++) {
        assert_int_equal(forget(op, NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "n:Enumerate>", MORE(X("a")), NULL), HV_OP_MORE);
    }
    assert_true(forget(op, &err) < 0);
    assert_non_null(strstr(err.message, "the enumeration has expired at the host"));
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
    assert_string_equal(seen.ids, "a");
}

/* Pulls must keep the limits of the first request, so the open enumeration is released and another begun. */
static void answers_that_are_too_large_lower_the_batch(void **state) {
    static const struct {
        const char *subcode;
        const char *code;
    } rows[] = {
        { "w:EncodingLimit", "2150858824" },
        { "w:EncodingLimit", "2150858825" },
        { "w:EncodingLimit", "0" },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct seen seen = { "" };
        HV_CLEANUP(hv_op_free) struct hv_op *op = open_list(&seen, 5);

        assert_int_equal(refuse(op, "<w:MaxElements>5<", rows[i].subcode, rows[i].code, NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "<w:MaxElements>2<", MORE(X("a") X("b")), NULL), HV_OP_MORE);
        assert_int_equal(refuse(op, "<n:MaxElements>2<", rows[i].subcode, rows[i].code, NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "<n:Release><n:EnumerationContext>c<", "", NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "<w:MaxElements>1<", MORE(X("a")), NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "<n:MaxElements>1<", MORE(X("b")), NULL), HV_OP_MORE);
        assert_int_equal(exchange(op, "<n:MaxElements>1<", LAST(X("c")), NULL), HV_OP_DONE);
        assert_string_equal(seen.ids, "a b c");
    }
}

static void one_item_that_is_too_large_is_told(void **state) {
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_list(&seen, 1);
    struct hv_error err = { 0 };

    (void)state;
    assert_true(refuse(op, "<w:MaxElements>1<", "w:EncodingLimit", "2150858824", &err) < 0);
    assert_string_equal(err.message, "Enumerate Msvm_X: the answer is larger than was asked for");
    assert_non_null(strstr(err.remedy, "MaxEnvelopeSizekb"));
}

/* Other limits of encoding are no matter of the batch. */
static void other_limits_are_not_taken_for_it(void **state) {
    static const char *const codes[] = { "2150858878", "2150858797" };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(codes); i++) {
        struct seen seen = { "" };
        HV_CLEANUP(hv_op_free) struct hv_op *op = open_list(&seen, 100);

        assert_true(refuse(op, "<w:MaxElements>100<", "w:EncodingLimit", codes[i], NULL) < 0);
    }
}

/* The first refusal is what is told when the second way fails too. */
static void a_class_that_is_not_there_is_told_as_such(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP(hv_op_free) struct hv_op *ended = NULL;
    HV_CLEANUP(hv_op_free) struct hv_op *denied = NULL;
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_op_new_describe(NULL, "Msvm_X", &op, NULL), 0);
    assert_int_equal(refuse(op, "transfer/Get<", "a:DestinationUnreachable", "2150858752", NULL), HV_OP_MORE);
    assert_int_equal(refuse(op, "n:Enumerate>", "a:ActionNotSupported", "2150858771", &err), HV_E_NOT_FOUND);
    assert_int_equal(err.wsman_code, 2150858752);
    assert_int_equal(hv_op_new_describe(NULL, "Msvm_X", &ended, NULL), 0);
    assert_int_equal(refuse(ended, "transfer/Get<", "a:ActionNotSupported", "2150858771", NULL), HV_OP_MORE);
    assert_int_equal(exchange(ended, "n:Enumerate>", LAST("<CLASS NAME='Msvm_Y'/>"), &err), HV_E_NOT_FOUND);
    assert_int_equal(hv_op_new_describe(NULL, "Msvm_X", &denied, NULL), 0);
    assert_int_equal(refuse(denied, "transfer/Get<", "w:AccessDenied", "5", &err), HV_E_DENIED);
}

/* More classes than were asked for: what is still open is closed. */
static void a_description_found_early_ends_the_enumeration(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP(hv_class_free) struct hv_class *class = NULL;

    (void)state;
    assert_int_equal(hv_op_new_describe(NULL, "Msvm_X", &op, NULL), 0);
    assert_int_equal(refuse(op, "transfer/Get<", "a:ActionNotSupported", "2150858771", NULL), HV_OP_MORE);
    assert_int_equal(exchange(op, "n:Enumerate>", MORE("<CLASS NAME='Msvm_Y'/><CLASS NAME='msvm_x'/>"), NULL), HV_OP_MORE);
    assert_int_equal(exchange(op, "n:Release>", "", NULL), HV_OP_DONE);
    class = hv_op_take_class(op);
    assert_string_equal(hv_class_name(class), "msvm_x");
}

#define SUBSCRIBED                                                                                                               \
    "<e:SubscribeResponse xmlns:e='" HV_NS_EVENTING "'><e:SubscriptionManager><a:ReferenceProperties>"                           \
    "<e:Identifier>S1</e:Identifier></a:ReferenceProperties></e:SubscriptionManager></e:SubscribeResponse>"                      \
    "<n:EnumerationContext>c1</n:EnumerationContext>"

static struct hv_op *subscribe(struct seen *seen, const char *query) {
    const struct hv_subscribe_options options = {
        .resource_uri = BENCH_V2 "*", .event_query = query, .on_event = note, .context = seen
    };
    struct hv_op *op = NULL;

    assert_int_equal(hv_op_new_subscribe(&options, &op, NULL), 0);
    return op;
}

static void a_subscription_asks_as_long_as_nothing_happens(void **state) {
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *op = subscribe(&seen, NULL);

    (void)state;
    assert_int_equal(exchange(op, "e:Subscribe>", SUBSCRIBED, NULL), HV_OP_MORE);
    for (int i = 0; i < 3 * HV_OP_MAX_AGAIN; i++)
        assert_int_equal(refuse(op, "<n:EnumerationContext>c1<", "w:TimedOut", "2150858793", NULL), HV_OP_AGAIN);
    for (int i = 0; i < 3 * HV_OP_MAX_EMPTY; i++)
        assert_int_equal(exchange(op, "n:Pull>", MORE(""), NULL), HV_OP_AGAIN);
    assert_int_equal(exchange(op, "<n:EnumerationContext>c<", MORE(X("a")), NULL), HV_OP_MORE);
    assert_string_equal(seen.ids, "a");
    assert_int_equal(hv_op_stop(op), HV_OP_MORE);
    assert_int_equal(exchange(op, "<e:Identifier>S1<", "", NULL), HV_OP_DONE);
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
}

/* From the bookmark on, so that nothing that happened between is lost. */
static void a_subscription_that_was_forgotten_is_made_anew(void **state) {
    static const char marked[] =
        "<s:Envelope xmlns:s='" HV_NS_SOAP "' xmlns:n='" HV_NS_ENUMERATION "' xmlns:w='" HV_NS_WSMAN "'><s:Header><w:Bookmark>"
        "<BookmarkList><Bookmark Channel='System' RecordId='41'/></BookmarkList></w:Bookmark></s:Header><s:Body>" MORE(
            "") "</s:Body></s:Envelope>";
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *op = subscribe(&seen, "<QueryList/>");
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);

    (void)state;
    assert_int_equal(exchange(op, "<w:SendBookmarks/>", SUBSCRIBED, NULL), HV_OP_MORE);
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    assert_int_equal(bench_feed_text(op, 200, marked, NULL), HV_OP_AGAIN);
    for (int i = 0; i < HV_OP_MAX_RESTARTS; i++) {
        assert_int_equal(forget(op, NULL), HV_OP_MORE);
        assert_int_equal(
            exchange(op, "<w:Bookmark><BookmarkList><Bookmark Channel=\"System\" RecordId=\"41\"/></BookmarkList></w:Bookmark>",
                     SUBSCRIBED, NULL),
            HV_OP_MORE);
    }
    assert_true(forget(op, NULL) < 0);
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
}

/* However often, when the host waited for events in between. */
static void a_quiet_subscription_is_made_anew_for_ever(void **state) {
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *op = subscribe(&seen, NULL);

    (void)state;
    for (int i = 0; i < 3 * HV_OP_MAX_RESTARTS; i++) {
        assert_int_equal(exchange(op, "e:Subscribe>", SUBSCRIBED, NULL), HV_OP_MORE);
        assert_int_equal(refuse(op, "<n:EnumerationContext>c1<", "w:TimedOut", "2150858793", NULL), HV_OP_AGAIN);
        assert_int_equal(forget(op, NULL), HV_OP_MORE);
    }
}

static void a_subscription_that_the_host_ends_is_a_failure(void **state) {
    struct seen seen = { "" };
    HV_CLEANUP(hv_op_free) struct hv_op *op = subscribe(&seen, NULL);
    HV_CLEANUP(hv_op_free) struct hv_op *empty = subscribe(&seen, NULL);
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(exchange(op, "e:Subscribe>", SUBSCRIBED, NULL), HV_OP_MORE);
    assert_int_equal(exchange(op, "n:Pull>", LAST(X("a")), &err), HV_E_FAILED);
    assert_non_null(strstr(err.message, "the host ended the subscription"));
    assert_string_equal(seen.ids, "a");
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
    assert_int_equal(exchange(empty, "e:Subscribe>", "<e:SubscribeResponse xmlns:e='" HV_NS_EVENTING "'/>", &err), HV_E_PROTOCOL);
}

static void subscriptions_that_make_no_sense_are_refused(void **state) {
    static const struct hv_subscribe_options rows[] = {
        { .resource_uri = NULL, .on_event = note },
        { .resource_uri = "http://x/*", .on_event = NULL },
        { .resource_uri = "http://x/*", .on_event = note, .wql = "SELECT", .event_query = "<a/>" },
        { .resource_uri = "http://x/*", .on_event = note, .event_query = "<a" },
    };
    struct hv_op *op = NULL;

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        assert_int_equal(hv_op_new_subscribe(&rows[i], &op, NULL), HV_E_ARGUMENT);
}

static void an_enumeration_takes_one_filter(void **state) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = bench_target(BENCH_V2 "Msvm_X", "A", "1");
    const struct hv_association association = { .object = epr };
    const struct hv_association nothing = { .object = NULL };
    const struct hv_enumerate_options rows[] = {
        { .resource_uri = "http://x/*", .wql = "SELECT", .selectors = epr },
        { .resource_uri = "http://x/*", .selectors = epr, .association = &association },
        { .resource_uri = "http://x/*", .association = &nothing },
    };
    struct hv_op *op = NULL;

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++)
        assert_int_equal(hv_op_new_enumerate(&rows[i], &op, NULL), HV_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expired_enumeration_begins_anew_and_gives_nothing_twice),
        cmocka_unit_test(another_list_after_a_new_beginning_ends_it_clearly),
        cmocka_unit_test(instances_without_known_keys_are_told_by_all_their_values),
        cmocka_unit_test(names_and_pairs_are_told_by_their_references),
        cmocka_unit_test(a_host_that_always_forgets_is_given_up),
        cmocka_unit_test(answers_that_are_too_large_lower_the_batch),
        cmocka_unit_test(one_item_that_is_too_large_is_told),
        cmocka_unit_test(other_limits_are_not_taken_for_it),
        cmocka_unit_test(a_class_that_is_not_there_is_told_as_such),
        cmocka_unit_test(a_description_found_early_ends_the_enumeration),
        cmocka_unit_test(a_subscription_asks_as_long_as_nothing_happens),
        cmocka_unit_test(a_subscription_that_was_forgotten_is_made_anew),
        cmocka_unit_test(a_quiet_subscription_is_made_anew_for_ever),
        cmocka_unit_test(a_subscription_that_the_host_ends_is_a_failure),
        cmocka_unit_test(subscriptions_that_make_no_sense_are_refused),
        cmocka_unit_test(an_enumeration_takes_one_filter),
    };

    hv_op_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
