/* Every kind of request as golden bytes that are parsed back, every kind of answer whole and cut at every byte. */
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
#include "cim/params.h"
#include "op_bench.h"
#include "support/fixture.h"
#include "xml/reader.h"

#define CIMV2 HV_WMI_PREFIX "root/cimv2/"
#define ALL   "http://schemas.dmtf.org/wbem/wscim/1/*"
#define LOG   "http://schemas.microsoft.com/wbem/wsman/1/windows/EventLog"

/* What operations are made from, made before anything is refused memory. */
static struct {
    struct hv_epr *environment;
    struct hv_epr *class;
    struct hv_epr *vm;
    struct hv_epr *by_name;
    struct hv_instance *variable;
} given;

static int begin(void **state) {
    (void)state;
    given.environment = bench_target(CIMV2 "Win32_Environment", "Name", "X");
    assert_int_equal(hv_epr_add_selector(given.environment, "UserName", "<SYSTEM>", NULL), 0);
    given.class = bench_target(CIMV2 "Win32_Environment", NULL, NULL);
    given.vm = bench_target(BENCH_V2 "Msvm_ComputerSystem", "Name", "1C5D9A52-77B6-4C3C-8D7E-11B0F7B5A001");
    given.by_name = bench_target(BENCH_V2 "Msvm_ComputerSystem", "ElementName", "web 01");
    assert_int_equal(hv_instance_new("Win32_Environment", "root/cimv2", &given.variable, NULL), 0);
    assert_int_equal(hv_instance_set(given.variable, "Name", HV_CIM_STRING, "X", NULL), 0);
    assert_int_equal(hv_instance_set(given.variable, "UserName", HV_CIM_STRING, "<SYSTEM>", NULL), 0);
    assert_int_equal(hv_instance_set(given.variable, "VariableValue", HV_CIM_STRING, "1 & 2", NULL), 0);
    return 0;
}

static int end(void **state) {
    (void)state;
    (void)hv_epr_free(given.environment);
    (void)hv_epr_free(given.class);
    (void)hv_epr_free(given.vm);
    (void)hv_epr_free(given.by_name);
    (void)hv_instance_free(given.variable);
    return 0;
}

static int make_get_fragment(struct hv_op **ret_op) {
    return hv_op_new_get_fragment(given.vm, "EnabledState", ret_op, NULL);
}

static int make_put(struct hv_op **ret_op) {
    return hv_op_new_put(given.environment, given.variable, NULL, ret_op, NULL);
}

static int make_put_fragment(struct hv_op **ret_op) {
    return hv_op_new_put(given.environment, given.variable, "VariableValue", ret_op, NULL);
}

static int make_create(struct hv_op **ret_op) {
    return hv_op_new_create(given.class, given.variable, ret_op, NULL);
}

static int make_delete(struct hv_op **ret_op) {
    return hv_op_new_delete(given.environment, ret_op, NULL);
}

static int make_describe(struct hv_op **ret_op) {
    return hv_op_new_describe("root/lab", "Lab_Rack", ret_op, NULL);
}

static int make_filter_selector(struct hv_op **ret_op) {
    const struct hv_enumerate_options options = { .resource_uri = BENCH_V2 "Msvm_ComputerSystem", .selectors = given.by_name };

    return hv_op_new_enumerate(&options, ret_op, NULL);
}

static int make_filter_association(struct hv_op **ret_op) {
    const struct hv_association association = {
        .object = given.vm,
        .association_class = "Msvm_HostedDependency",
        .result_class = "Msvm_ComputerSystem",
        .role = "Antecedent",
        .result_role = "Dependent",
    };
    const struct hv_enumerate_options options = {
        .resource_uri = ALL, .cim_namespace = HV_NAMESPACE_V2, .association = &association, .precise_arrays = true
    };

    return hv_op_new_enumerate(&options, ret_op, NULL);
}

static int make_filter_references(struct hv_op **ret_op) {
    const struct hv_association association = {
        .object = given.vm, .references = true, .result_class = "Msvm_HostedDependency", .role = "Antecedent"
    };

    return hv_op_new_enumerate(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "*", .association = &association },
                               ret_op, NULL);
}

static int take_event(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    (void)context;
    (void)epr;
    (void)err;
    assert_non_null(*instance);
    return 0;
}

static int make_subscribe(struct hv_op **ret_op) {
    const struct hv_subscribe_options options = {
        .resource_uri = BENCH_V2 "*",
        .wql = "SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
        .expires_ms = 600000,
        .max_events = 2,
        .on_event = take_event,
    };

    return hv_op_new_subscribe(&options, ret_op, NULL);
}

static int make_subscribe_log(struct hv_op **ret_op) {
    const struct hv_subscribe_options options = {
        .resource_uri = LOG,
        .event_query = "<QueryList><Query Path=\"System\"><Select>*[System[EventID &lt; 42]]</Select></Query></QueryList>",
        .heartbeat_ms = 30000,
        .max_events = 3,
        .on_event = take_event,
    };

    return hv_op_new_subscribe(&options, ret_op, NULL);
}

typedef int make_fn(struct hv_op **ret_op);

static struct hv_op *made(make_fn *make) {
    struct hv_op *op = NULL;

    assert_int_equal(make(&op), 0);
    return op;
}

/* What the last request must hold, and each request once: an element in its namespace and its text. */
static const struct kind {
    const char *scenario;
    make_fn *make;
    int n_exchanges;
    const char *name;
    bool is_once;
    struct {
        const char *uri;
        const char *element;
        const char *text;
    } holds[3]; /* in the first request, or where it was refused in the second */
} kinds[] = {
    { "synthetic/wsman-get-fragment",
      make_get_fragment,
      1,
      "Get Msvm_ComputerSystem",
      false,
      { { HV_NS_WSMAN, "FragmentTransfer", "EnabledState" }, { HV_NS_ADDRESSING, "Action", HV_ACTION_GET } } },
    { "synthetic/wsman-put",
      make_put,
      1,
      "Put Win32_Environment",
      true,
      { { CIMV2 "Win32_Environment", "VariableValue", "1 & 2" },
        { HV_NS_ADDRESSING, "Action", HV_ACTION_PUT },
        { CIMV2 "Win32_Environment", "UserName", "<SYSTEM>" } } },
    { "synthetic/wsman-put-fragment",
      make_put_fragment,
      1,
      "Put Win32_Environment",
      true,
      { { CIMV2 "Win32_Environment", "VariableValue", "1 & 2" },
        { HV_NS_WSMAN, "FragmentTransfer", "VariableValue" },
        { HV_NS_WSMAN, "XmlFragment", "" } } },
    { "synthetic/wsman-create",
      make_create,
      1,
      "Create Win32_Environment",
      true,
      { { HV_NS_ADDRESSING, "Action", HV_ACTION_CREATE }, { CIMV2 "Win32_Environment", "Name", "X" } } },
    { "synthetic/wsman-delete",
      make_delete,
      1,
      "Delete Win32_Environment",
      true,
      { { HV_NS_ADDRESSING, "Action", HV_ACTION_DELETE }, { HV_NS_WSMAN, "Selector", "X" } } },
    { "synthetic/wsman-describe",
      make_describe,
      1,
      "Describe Lab_Rack",
      false,
      { { HV_NS_WSMAN, "ResourceURI", HV_CIM_XML_ALL },
        { HV_NS_WSMAN, "Selector", "root/lab" },
        { HV_NS_WSMAN, "Option", "true" } } },
    { "synthetic/wsman-describe-enumerate",
      make_describe,
      3,
      "Describe Lab_Rack",
      false,
      { { HV_NS_ADDRESSING, "Action", HV_ACTION_GET } } },
    { "synthetic/wsman-filter-selector",
      make_filter_selector,
      1,
      "Enumerate Msvm_ComputerSystem",
      false,
      { { HV_NS_WSMAN, "Selector", "web 01" }, { HV_NS_WSMAN, "ResourceURI", BENCH_V2 "Msvm_ComputerSystem" } } },
    { "synthetic/wsman-filter-association",
      make_filter_association,
      1,
      "Enumerate *",
      false,
      { { HV_NS_CIM_BINDING, "AssociationClassName", "Msvm_HostedDependency" },
        { HV_NS_CIM_BINDING, "ResultRole", "Dependent" },
        { HV_NS_WSMAN, "Selector", HV_NAMESPACE_V2 } } },
    { "synthetic/wsman-filter-references",
      make_filter_references,
      1,
      "Enumerate *",
      false,
      { { HV_NS_CIM_BINDING, "AssociationInstances", "" }, { HV_NS_CIM_BINDING, "ResultClassName", "Msvm_HostedDependency" } } },
    { "synthetic/wsman-subscribe",
      make_subscribe,
      4,
      "Subscribe SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
      false,
      { { HV_NS_EVENTING, "Expires", "PT600.000S" }, { HV_NS_EVENTING, "Delivery", "" } } },
    { "synthetic/wsman-renew",
      make_subscribe,
      4,
      "Subscribe SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
      false,
      { { HV_NS_EVENTING, "Expires", "PT600.000S" } } },
    { "synthetic/wsman-subscribe-log",
      make_subscribe_log,
      4,
      "Subscribe EventLog",
      false,
      { { HV_NS_WSMAN, "Heartbeats", "PT30.000S" },
        { "", "Select", "*[System[EventID < 42]]" },
        { HV_NS_WSMAN, "SendBookmarks", "" } } },
};

static void each_kind_sends_its_golden_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        HV_CLEANUP(hv_op_free) struct hv_op *op = made(kinds[i].make);

        assert_string_equal(hv_op_name(op), kinds[i].name);
        assert_int_equal(hv_op_is_once(op), kinds[i].is_once);
        assert_false(hv_op_is_anonymous(op));
        assert_int_equal(bench_talk(op, kinds[i].scenario, kinds[i].n_exchanges), HV_OP_DONE);
        assert_int_equal(hv_op_stop(op), HV_OP_DONE);
    }
}

/* Is {URI}NAME with TEXT somewhere below NODE? */
static bool holds(const struct hv_xml_node *node, const char *uri, const char *name, const char *text) {
    for (const struct hv_xml_node *child = hv_xml_first(node); child; child = hv_xml_next(child)) {
        if ((hv_xml_is(child, uri, name) && strcmp(hv_xml_text(child), text) == 0) || holds(child, uri, name, text))
            return true;
    }
    return false;
}

/* By the reader, which knows nothing of what wrote them: namespaces are bound, the header is complete. */
static void golden_bytes_say_what_was_meant(void **state) {
    static const char *const headers[] = { "To", "ReplyTo", "Action", "MessageID" };
    char name[200];

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        for (int j = 0; j < kinds[i].n_exchanges; j++) {
            HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
            HV_CLEANUP_FREE char *bytes = NULL;
            const struct hv_xml_node *header;
            size_t n;

            (void)snprintf(name, sizeof(name), "%s/%03d.request.xml", kinds[i].scenario, j);
            bytes = fixture_read(name, &n);
            assert_int_equal(hv_xml_parse(bytes, n, NULL, &doc, NULL), 0);
            assert_true(hv_xml_is(hv_xml_root(doc), HV_NS_SOAP, "Envelope"));
            assert_non_null(hv_xml_child(hv_xml_root(doc), HV_NS_SOAP, "Body"));
            header = hv_xml_child(hv_xml_root(doc), HV_NS_SOAP, "Header");
            for (size_t k = 0; k < HV_ARRAY_SIZE(headers); k++)
                assert_non_null(hv_xml_child(header, HV_NS_ADDRESSING, headers[k]));
            assert_non_null(hv_xml_child(header, HV_NS_WSMAN, "ResourceURI"));
            assert_non_null(hv_xml_child(header, HV_NS_WSMAN, "OperationTimeout"));
            for (size_t k = 0; j == 0 && k < HV_ARRAY_SIZE(kinds[i].holds) && kinds[i].holds[k].element; k++)
                assert_true(holds(hv_xml_root(doc), kinds[i].holds[k].uri, kinds[i].holds[k].element, kinds[i].holds[k].text));
        }
    }
}

/* Brings OP to exchange INDEX and builds its request. */
static void advance(struct hv_op *op, const char *scenario, int index) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);

    if (index > 0)
        assert_int_equal(bench_talk(op, scenario, index), HV_OP_MORE);
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
}

static void no_answer_is_believed_that_was_cut(void **state) {
    char name[200];

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        for (int j = 0; j < kinds[i].n_exchanges; j++) {
            HV_CLEANUP_FREE char *answer = NULL;
            size_t n;

            if (j == 3) /* the answer to an Unsubscribe does not matter */
                continue;
            (void)snprintf(name, sizeof(name), "%s/%03d.response.xml", kinds[i].scenario, j);
            answer = fixture_read(name, &n);
            for (size_t cut = 1; cut <= n; cut++) {
                HV_CLEANUP(hv_op_free) struct hv_op *op = made(kinds[i].make);
                char kept = answer[n - cut];

                advance(op, kinds[i].scenario, j);
                answer[n - cut] = '\0';
                assert_true(bench_feed_text(op, 200, answer, NULL) < 0);
                answer[n - cut] = kept;
            }
        }
    }
}

enum { MAX_EXCHANGES = 4 };

struct conversation {
    make_fn *make;
    int n_exchanges;
    char *answers[MAX_EXCHANGES];
};

static int converse(void *context) {
    const struct conversation *conversation = context;
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    int r = conversation->make(&op);

    if (r == 0)
        r = HV_OP_MORE;
    for (int i = 0; i < conversation->n_exchanges && r == HV_OP_MORE; i++) {
        r = bench_build(op, &bytes, NULL);
        if (r == 0)
            r = bench_feed_text(op, 200, conversation->answers[i], NULL);
    }
    return r;
}

static void every_allocation_of_a_conversation_may_fail(void **state) {
    char name[200];

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        struct conversation conversation = { kinds[i].make, kinds[i].n_exchanges, { NULL } };

        for (int j = 0; j < kinds[i].n_exchanges; j++) {
            (void)snprintf(name, sizeof(name), "%s/%03d.response.xml", kinds[i].scenario, j);
            conversation.answers[j] = fixture_read(name, NULL);
        }
        bench_starve(converse, &conversation);
        for (int j = 0; j < kinds[i].n_exchanges; j++)
            free(conversation.answers[j]);
    }
}

static void test_results(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *get = made(make_get_fragment);
    HV_CLEANUP(hv_op_free) struct hv_op *put = made(make_put);
    HV_CLEANUP(hv_op_free) struct hv_op *create = made(make_create);
    HV_CLEANUP(hv_op_free) struct hv_op *describe = made(make_describe);
    HV_CLEANUP(hv_epr_free) struct hv_epr *created = NULL;
    HV_CLEANUP(hv_class_free) struct hv_class *class = NULL;

    (void)state;
    assert_int_equal(bench_talk(get, "synthetic/wsman-get-fragment", 1), HV_OP_DONE);
    assert_string_equal(hv_instance_class(hv_op_instance(get)), "Msvm_ComputerSystem");
    assert_int_equal(hv_instance_n_properties(hv_op_instance(get)), 1);
    assert_string_equal(hv_instance_text(hv_op_instance(get), "EnabledState"), "2");
    assert_int_equal(bench_talk(put, "synthetic/wsman-put", 1), HV_OP_DONE);
    assert_string_equal(hv_instance_text(hv_op_instance(put), "VariableValue"), "1 & 2");
    assert_int_equal(bench_talk(create, "synthetic/wsman-create", 1), HV_OP_DONE);
    created = hv_op_take_created(create);
    assert_string_equal(hv_epr_selector(created, "UserName"), "<SYSTEM>");
    assert_null(hv_op_take_created(create));
    assert_int_equal(bench_talk(describe, "synthetic/wsman-describe-enumerate", 3), HV_OP_DONE);
    class = hv_op_take_class(describe);
    assert_string_equal(hv_class_name(class), "Lab_Rack");
}

/* Put, Create and Delete are built once, whatever came of it. */
static void what_changes_something_is_sent_once(void **state) {
    static make_fn *const makes[] = { make_put, make_put_fragment, make_create, make_delete };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(makes); i++) {
        HV_CLEANUP(hv_op_free) struct hv_op *op = made(makes[i]);
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
        struct hv_error err = { 0 };

        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        assert_true(bench_feed_fault(op, "Receiver", "w:InternalError", "2150859174", &err) < 0);
        assert_false(hv_op_retry(op, &err));
        assert_int_equal(bench_build(op, &bytes, NULL), HV_E_INTERNAL);
        assert_int_equal(hv_op_stop(op), HV_OP_DONE);
    }
}

/* What some servers answer. */
static void odd_answers_to_changes_are_taken(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *put = made(make_put);
    HV_CLEANUP(hv_op_free) struct hv_op *create = made(make_create);
    HV_CLEANUP(hv_op_free) struct hv_op *nameless = made(make_create);
    HV_CLEANUP(hv_op_free) struct hv_op *deleted = made(make_delete);
    HV_CLEANUP(hv_epr_free) struct hv_epr *created = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);

    (void)state;
    assert_int_equal(bench_build(put, &bytes, NULL), 0);
    assert_int_equal(bench_feed(put, 200, "", NULL), HV_OP_DONE);
    assert_null(hv_op_instance(put));
    assert_int_equal(bench_build(create, &bytes, NULL), 0);
    assert_int_equal(bench_feed(create, 200,
                                "<a:EndpointReference><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>" CIMV2
                                "X</w:ResourceURI></a:ReferenceParameters></a:EndpointReference>",
                                NULL),
                     HV_OP_DONE);
    created = hv_op_take_created(create);
    assert_string_equal(hv_epr_resource_uri(created), CIMV2 "X");
    assert_int_equal(bench_build(nameless, &bytes, NULL), 0);
    assert_int_equal(bench_feed(nameless, 200, "", NULL), HV_E_PROTOCOL);
    assert_int_equal(bench_build(deleted, &bytes, NULL), 0);
    assert_int_equal(bench_feed(deleted, 200, "<p:Anything/>", NULL), HV_OP_DONE);
}

static void what_cannot_be_sent_is_refused(void **state) {
    const struct hv_epr *epr = given.environment;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_instance_copy(given.variable, &instance, NULL), 0);
    assert_int_equal(hv_op_new_get_fragment(epr, "a/b", &op, &err), HV_E_ARGUMENT);
    assert_int_equal(hv_op_new_put(epr, instance, "Absent", &op, NULL), 0);
    assert_int_equal(bench_build(op, &bytes, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "Put Win32_Environment: there is no property Absent to put");
    op = hv_op_free(op);
    assert_int_equal(hv_instance_set(instance, "Size", HV_CIM_UINT8, "256", NULL), 0);
    assert_int_equal(hv_instance_set_array(instance, "Sizes", HV_CIM_UINT16, (const char *const[]){ "1", "x" }, 2, NULL), 0);
    assert_int_equal(hv_op_new_put(epr, instance, NULL, &op, NULL), 0);
    hv_buf_reset(&bytes);
    assert_int_equal(bench_build(op, &bytes, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "Put Win32_Environment: Size is no value of type uint8: \"256\"");
    op = hv_op_free(op);
    assert_int_equal(hv_instance_set(instance, "Size", HV_CIM_UINT8, "255", NULL), 0);
    assert_int_equal(hv_op_new_put(epr, instance, NULL, &op, NULL), 0);
    hv_buf_reset(&bytes);
    assert_int_equal(bench_build(op, &bytes, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "Put Win32_Environment: Sizes is no value of type uint16: \"x\"");
    assert_int_equal(hv_op_new_describe(NULL, "a b", &op, &err), HV_E_ARGUMENT);
}

static void control_characters_are_told_as_such(void **state) {
    const struct hv_epr *epr = given.environment;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(hv_instance_copy(given.variable, &instance, NULL), 0);
    assert_int_equal(hv_instance_set(instance, "VariableValue", HV_CIM_STRING, "a\x02", NULL), 0);
    assert_int_equal(hv_op_new_put(epr, instance, NULL, &op, NULL), 0);
    assert_int_equal(bench_build(op, &bytes, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "Put Win32_Environment: the request holds the character U+0002, which XML cannot carry");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_sends_its_golden_bytes),
        cmocka_unit_test(golden_bytes_say_what_was_meant),
        cmocka_unit_test(no_answer_is_believed_that_was_cut),
        cmocka_unit_test(test_results),
        cmocka_unit_test(what_changes_something_is_sent_once),
        cmocka_unit_test(odd_answers_to_changes_are_taken),
        cmocka_unit_test(what_cannot_be_sent_is_refused),
        cmocka_unit_test(control_characters_are_told_as_such),
        cmocka_unit_test(every_allocation_of_a_conversation_may_fail),
    };

    hv_op_process_init();
    return cmocka_run_group_tests(tests, begin, end);
}
