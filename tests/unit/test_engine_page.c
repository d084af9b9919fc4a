/* Enumerations as conversations: pages, their ends, timeouts and faults; and as real hosts sent them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"
#include "op_bench.h"
#include "support/fixture.h"

static void test_enumerate(void **state) {
    HV_CLEANUP(hv_op_free)
    struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_ComputerSystem" });
    static const char *const names[] = { "HV01", "1C5D9A52-77B6-4C3C-8D7E-11B0F7B5A001", "1C5D9A52-77B6-4C3C-8D7E-11B0F7B5A002",
                                         "1C5D9A52-77B6-4C3C-8D7E-11B0F7B5A003" };

    (void)state;
    assert_string_equal(hv_op_name(op), "Enumerate Msvm_ComputerSystem");
    assert_int_equal(bench_talk(op, "synthetic/wsman-enumerate", 3), HV_OP_DONE);
    assert_int_equal(hv_op_n_instances(op), HV_ARRAY_SIZE(names));
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++)
        assert_string_equal(hv_instance_text(hv_op_instance_at(op, i), "Name"), names[i]);
    assert_null(hv_op_instance_at(op, 4));
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
}

static void test_query_with_names(void **state) {
    HV_CLEANUP(hv_op_free)
    struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){
        .resource_uri = BENCH_V2 "*",
        .wql = "SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'R&D <1>'",
        .mode = HV_ENUMERATE_OBJECT_AND_EPR,
        .max_elements = 20,
    });

    (void)state;
    assert_string_equal(hv_op_name(op), "Query SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'R&D <1>'");
    assert_int_equal(bench_talk(op, "synthetic/wsman-query", 1), HV_OP_DONE);
    assert_int_equal(hv_op_n_instances(op), 1);
    assert_string_equal(hv_epr_selector(hv_instance_epr(hv_op_instance_at(op, 0)), "CreationClassName"), "Msvm_ComputerSystem");
}

static void test_release(void **state) {
    HV_CLEANUP(hv_op_free)
    struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_ComputerSystem" });
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);

    (void)state;
    assert_int_equal(bench_talk(op, "synthetic/wsman-enumerate", 1), HV_OP_MORE);
    assert_int_equal(hv_op_stop(op), HV_OP_MORE);
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    fixture_assert("synthetic/wsman-release/000.request.xml", hv_buf_text(&bytes));
    assert_int_equal(bench_feed_text(op, 500, "whatever", NULL), HV_OP_DONE);
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
    assert_int_equal(bench_build(op, &bytes, NULL), HV_E_INTERNAL);
}

/* One answer of an enumeration, as the first or as a later one: its items, and whether it is the last. */
static void test_pages(void **state) {
    static const struct {
        const char *content;
        bool is_last;
        size_t n_items;
    } rows[] = {
        { "<n:EnumerationContext>uuid:2</n:EnumerationContext>", false, 0 },
        { "<n:EnumerationContext> uuid:2\n</n:EnumerationContext><n:Items><p:Msvm_X/></n:Items>", false, 1 },
        { "<n:EnumerationContext/><w:Items><p:Msvm_X/><p:Msvm_X/></w:Items><w:EndOfSequence/>", true, 2 },
        { "<n:EnumerationContext></n:EnumerationContext><w:Items/>", true, 0 },
        { "<n:Items><p:Msvm_X/></n:Items><n:EndOfSequence/>", true, 1 },
        { "<n:Items><p:Msvm_X/></n:Items>", true, 1 },
        { "<n:EndOfSequence/><n:Items><p:Msvm_X/></n:Items><n:EnumerationContext>uuid:2</n:EnumerationContext>", true, 1 },
        { "<w:EndOfSequence/><n:EnumerationContext>uuid:2</n:EnumerationContext>", true, 0 },
        { "<x:New xmlns:x='urn:x'/><n:EnumerationContext>uuid:2</n:EnumerationContext><w:Items><p:Msvm_X/></w:Items>", false, 1 },
        { "", true, 0 },
    };
    static const char *const wrappers[] = { "EnumerateResponse", "PullResponse" };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows) * 2; i++) {
        HV_CLEANUP(hv_op_free)
        struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X" });
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
        HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(BENCH_BYTES);
        const char *wrapper = wrappers[i % 2];

        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        if (i % 2) {
            assert_int_equal(
                bench_feed(op, 200,
                           "<n:EnumerateResponse><n:EnumerationContext>uuid:1</n:EnumerationContext></n:EnumerateResponse>",
                           NULL),
                HV_OP_MORE);
            assert_int_equal(bench_build(op, &bytes, NULL), 0);
            assert_non_null(strstr(hv_buf_text(&bytes), "<n:EnumerationContext>uuid:1</n:EnumerationContext>"));
        }
        hv_buf_printf(&body, "<n:%s>%s</n:%s>", wrapper, rows[i / 2].content, wrapper);
        assert_int_equal(bench_feed(op, 200, hv_buf_text(&body), NULL), rows[i / 2].is_last ? HV_OP_DONE : HV_OP_MORE);
        assert_int_equal(hv_op_n_instances(op), rows[i / 2].n_items);
        if (rows[i / 2].is_last) {
            assert_int_equal(hv_op_stop(op), HV_OP_DONE);
            continue;
        }
        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        assert_non_null(strstr(hv_buf_text(&bytes), "enumeration/Pull<"));
        assert_non_null(strstr(hv_buf_text(&bytes), "<n:EnumerationContext>uuid:2</n:EnumerationContext>"));
        assert_non_null(strstr(hv_buf_text(&bytes), "<n:MaxElements>32000</n:MaxElements>"));
        assert_non_null(strstr(hv_buf_text(&bytes), BENCH_V2 "Msvm_X</w:ResourceURI>"));
    }
}

/* Pulls keep the limits of the first request, as WinRM demands (0x803381AD). */
static void test_pulls_keep_the_limits(void **state) {
    HV_CLEANUP(hv_op_free)
    struct hv_op *op =
        bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X", .plain = true, .max_elements = 7 });
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct hv_call call = {
        .to = "http://h/wsman", .message_id = BENCH_MESSAGE_ID, .operation_timeout_ms = 1, .max_envelope_size = 512000
    };

    (void)state;
    assert_int_equal(hv_op_build(op, &call, &bytes, NULL), 0);
    assert_null(strstr(hv_buf_text(&bytes), "OptimizeEnumeration"));
    assert_int_equal(
        bench_feed(op, 200, "<n:EnumerateResponse><n:EnumerationContext>c</n:EnumerationContext></n:EnumerateResponse>", NULL),
        HV_OP_MORE);
    call.max_envelope_size = 153600;
    hv_buf_reset(&bytes);
    assert_int_equal(hv_op_build(op, &call, &bytes, NULL), 0);
    assert_non_null(strstr(hv_buf_text(&bytes), ">512000</w:MaxEnvelopeSize>"));
    assert_non_null(strstr(hv_buf_text(&bytes), "<n:MaxElements>7</n:MaxElements>"));
}

/* Starts an enumeration and brings it to its first pull, built. */
static struct hv_op *open_enumeration(hv_item_fn *on_item, void *context, struct hv_buf *bytes) {
    struct hv_op *op = bench_enumeration(
        &(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X", .on_item = on_item, .context = context });

    assert_int_equal(bench_build(op, bytes, NULL), 0);
    assert_int_equal(
        bench_feed(op, 200, "<n:EnumerateResponse><n:EnumerationContext>c1</n:EnumerationContext></n:EnumerateResponse>", NULL),
        HV_OP_MORE);
    assert_int_equal(bench_build(op, bytes, NULL), 0);
    return op;
}

static void test_a_pull_that_timed_out_is_asked_again(void **state) {
    HV_CLEANUP_BUF struct hv_buf first = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP_BUF struct hv_buf again = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_enumeration(NULL, NULL, &first);
    struct hv_error err = { 0 };

    (void)state;
    for (int i = 0; i < HV_OP_MAX_AGAIN; i++) {
        assert_int_equal(bench_feed_fault(op, "Receiver", "w:TimedOut", "2150858793", &err), HV_OP_AGAIN);
        assert_int_equal(err.code, 0);
        assert_int_equal(bench_build(op, &again, NULL), 0);
        assert_string_equal(hv_buf_text(&again), hv_buf_text(&first));
    }
    assert_true(bench_feed_fault(op, "Receiver", "w:TimedOut", "2150858793", &err) < 0);
    assert_int_equal(hv_op_stop(op), HV_OP_MORE);
}

/* Patience starts anew after a page. */
static void test_a_page_between_timeouts(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_enumeration(NULL, NULL, &bytes);

    (void)state;
    for (int i = 0; i < HV_OP_MAX_AGAIN; i++)
        assert_int_equal(bench_feed_fault(op, "Receiver", "w:TimedOut", "2150858793", NULL), HV_OP_AGAIN);
    assert_int_equal(
        bench_feed(op, 200, "<n:PullResponse><n:EnumerationContext>c2</n:EnumerationContext></n:PullResponse>", NULL),
        HV_OP_MORE);
    assert_int_equal(bench_feed_fault(op, "Receiver", "w:TimedOut", "2150858793", NULL), HV_OP_AGAIN);
}

/* What a failed pull leaves to be done. */
static void test_faults_of_a_pull(void **state) {
    static const struct {
        const char *code;
        const char *subcode;
        const char *wsman_code;
        int stop;
        bool retry;
    } rows[] = {
        { "Receiver", "n:InvalidEnumerationContext", "2150858884", HV_OP_DONE, false }, /* a provider failed */
        { "Receiver", "w:InternalError", "2150859174", HV_OP_MORE, true },
        { "Sender", "w:AccessDenied", "5", HV_OP_MORE, false },
    };

    (void)state;
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
        HV_CLEANUP(hv_op_free) struct hv_op *op = open_enumeration(NULL, NULL, &bytes);
        struct hv_error err = { 0 };
        int r = bench_feed_fault(op, rows[i].code, rows[i].subcode, rows[i].wsman_code, &err);

        assert_true(r < 0);
        assert_int_equal(err.code, r);
        assert_non_null(strstr(err.message, "Enumerate Msvm_X: "));
        assert_int_equal(hv_op_retry(op, &err), rows[i].retry);
        if (rows[i].retry) {
            assert_int_equal(bench_build(op, &bytes, NULL), 0);
            assert_non_null(strstr(hv_buf_text(&bytes), "<n:EnumerationContext>c1<"));
        }
        assert_int_equal(hv_op_stop(op), rows[i].stop);
        assert_false(hv_op_retry(op, &err));
    }
}

struct listener {
    int n_items;
    int fail_at; /* -1: never */
    struct hv_instance *kept;
    char last_uri[200];
};

static int listen(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    struct listener *listener = context;

    if (listener->n_items == listener->fail_at)
        return hv_error_set(err, HV_E_CONFLICT, "enough");
    listener->n_items++;
    if (epr)
        (void)snprintf(listener->last_uri, sizeof(listener->last_uri), "%s", hv_epr_resource_uri(epr));
    if (*instance && !listener->kept) {
        listener->kept = *instance;
        *instance = NULL;
    }
    return 0;
}

static const char PAGE[] =
    "<n:PullResponse><n:EnumerationContext>c2</n:EnumerationContext><n:Items><p:Msvm_X><p:A>1</p:A></p:Msvm_X>"
    "<a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" BENCH_V2
    "Msvm_Y</w:ResourceURI></a:ReferenceParameters></a:EndpointReference>"
    "<w:Item><p:Msvm_X/><a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" BENCH_V2
    "Msvm_Z</w:ResourceURI></a:ReferenceParameters></a:EndpointReference></w:Item></n:Items></n:PullResponse>";

static void test_items_are_handed_on(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct listener listener = { .fail_at = -1 };
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_enumeration(listen, &listener, &bytes);

    (void)state;
    assert_int_equal(bench_feed(op, 200, PAGE, NULL), HV_OP_MORE);
    assert_int_equal(listener.n_items, 3);
    assert_string_equal(listener.last_uri, BENCH_V2 "Msvm_Z");
    assert_string_equal(hv_instance_text(listener.kept, "A"), "1");
    assert_int_equal(hv_op_n_instances(op), 0);
    (void)hv_instance_free(listener.kept);
}

/* A listener that had enough ends the enumeration, whose newest context is then released. */
static void test_a_listener_may_end_it(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    struct listener listener = { .fail_at = 1 };
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_enumeration(listen, &listener, &bytes);
    struct hv_error err = { 0 };

    (void)state;
    assert_int_equal(bench_feed(op, 200, PAGE, &err), HV_E_CONFLICT);
    assert_string_equal(err.message, "Enumerate Msvm_X: enough");
    assert_int_equal(hv_op_stop(op), HV_OP_MORE);
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    assert_non_null(strstr(hv_buf_text(&bytes), "<n:Release><n:EnumerationContext>c2</n:EnumerationContext></n:Release>"));
    (void)hv_instance_free(listener.kept);
}

/* Also when the very first answer brought items and a context. */
static void test_a_bad_first_page_is_released(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP(hv_op_free)
    struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X" });

    (void)state;
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    assert_int_equal(bench_feed(op, 200,
                                "<n:EnumerateResponse><n:EnumerationContext>c1</n:EnumerationContext><w:Items><w:Item/></w:Items>"
                                "</n:EnumerateResponse>",
                                NULL),
                     HV_E_PROTOCOL);
    assert_int_equal(hv_op_stop(op), HV_OP_MORE);
    assert_int_equal(bench_build(op, &bytes, NULL), 0);
    assert_non_null(strstr(hv_buf_text(&bytes), "enumeration/Release<"));
}

/* Collected names without instances are instances that know but their name. */
static void test_names_are_collected(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_enumeration(NULL, NULL, &bytes);

    (void)state;
    assert_int_equal(bench_feed(op, 200, PAGE, NULL), HV_OP_MORE);
    assert_int_equal(hv_op_n_instances(op), 3);
    assert_null(hv_instance_epr(hv_op_instance_at(op, 0)));
    assert_string_equal(hv_instance_class(hv_op_instance_at(op, 1)), "Msvm_Y");
    assert_string_equal(hv_instance_namespace(hv_op_instance_at(op, 1)), "root/virtualization/v2");
    assert_int_equal(hv_instance_n_properties(hv_op_instance_at(op, 1)), 0);
    assert_non_null(hv_instance_epr(hv_op_instance_at(op, 1)));
    assert_non_null(hv_instance_epr(hv_op_instance_at(op, 2)));
}

static void test_a_host_that_never_ends(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP(hv_op_free) struct hv_op *op = open_enumeration(NULL, NULL, &bytes);
    struct hv_error err = { 0 };

    (void)state;
    for (int i = 1; i < HV_OP_MAX_EMPTY; i++)
        assert_int_equal(
            bench_feed(op, 200, "<n:PullResponse><n:EnumerationContext>c</n:EnumerationContext></n:PullResponse>", NULL),
            HV_OP_MORE);
    assert_int_equal(bench_feed(op, 200, "<n:PullResponse><n:EnumerationContext>c</n:EnumerationContext></n:PullResponse>", &err),
                     HV_E_LIMIT);
    assert_int_equal(hv_op_stop(op), HV_OP_MORE);
}

/* Few instances, but large ones, page after page. */
static void test_what_is_collected_has_a_ceiling(void **state) {
    enum { TEXT_BYTES = BENCH_BYTES / 2 };
    HV_CLEANUP(hv_op_free)
    struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X" });
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(TEXT_BYTES + 1024);
    struct hv_error err = { 0 };
    int n_pages = 0;
    int r = HV_OP_MORE;

    (void)state;
    hv_buf_puts(&body, "<n:PullResponse><n:EnumerationContext>c</n:EnumerationContext><n:Items><p:Msvm_X><p:Text>");
    for (int i = 0; i < TEXT_BYTES / 8; i++)
        hv_buf_puts(&body, "eight   ");
    hv_buf_puts(&body, "</p:Text></p:Msvm_X></n:Items></n:PullResponse>");
    for (; r == HV_OP_MORE && n_pages <= HV_OP_MAX_HELD / TEXT_BYTES; n_pages++) {
        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        r = bench_feed(op, 200, hv_buf_text(&body), &err);
    }
    assert_int_equal(r, HV_E_LIMIT);
    assert_non_null(strstr(err.message, "128 MiB"));
    assert_true(n_pages > HV_OP_MAX_HELD / TEXT_BYTES / 2);
}

static void test_stop_before_anything(void **state) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP(hv_op_free)
    struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "Msvm_X" });

    (void)state;
    assert_int_equal(hv_op_stop(op), HV_OP_DONE);
    assert_int_equal(bench_build(op, &bytes, NULL), HV_E_INTERNAL);
}

static void test_long_queries_are_shortened_in_names(void **state) {
    char wql[400] = "SELECT * FROM X WHERE N = '";
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;

    (void)state;
    for (size_t i = strlen(wql); i + 4 < sizeof(wql); i += 2)
        memcpy(wql + i, "\xc3\xa9", 3);
    op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "*", .wql = wql });
    assert_true(strlen(hv_op_name(op)) < 140);
    assert_true(hv_text_ends(hv_op_name(op), "..."));
    assert_true(hv_utf8_valid(hv_op_name(op), strlen(hv_op_name(op))));
}

static int converse(void *context) {
    const struct hv_buf *answers = context;
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    int r;

    r = hv_op_new_enumerate(&(struct hv_enumerate_options){ .resource_uri = BENCH_V2 "*", .wql = "SELECT * FROM Msvm_X" }, &op,
                            NULL);
    if (r == 0)
        r = bench_build(op, &bytes, NULL);
    if (r == 0)
        r = bench_feed_text(op, 200, hv_buf_text(&answers[0]), NULL);
    if (r == HV_OP_MORE)
        r = bench_build(op, &bytes, NULL);
    if (r == 0)
        r = bench_feed_text(op, 200, hv_buf_text(&answers[1]), NULL);
    if (r == HV_OP_MORE)
        r = hv_op_stop(op) == HV_OP_MORE ? bench_build(op, &bytes, NULL) : HV_E_FAILED;
    return r;
}

/* The answers are made before, because only the allocations of the operation are to fail. */
static void test_every_allocation_may_fail(void **state) {
    struct hv_buf answers[] = { HV_BUF_INIT(BENCH_BYTES), HV_BUF_INIT(BENCH_BYTES) };

    (void)state;
    bench_write_answer(&answers[0],
                       "<n:EnumerateResponse><n:EnumerationContext>c1</n:EnumerationContext><w:Items><p:Msvm_X><p:A>1</p:A>"
                       "</p:Msvm_X></w:Items></n:EnumerateResponse>");
    bench_write_answer(&answers[1], PAGE);
    bench_starve(converse, answers);
    hv_buf_deinit(&answers[0]);
    hv_buf_deinit(&answers[1]);
}

/* The message id that a recorded answer belongs to. */
static void related_id(const char *answer, char id[40]) {
    const char *at = strstr(answer, "RelatesTo>");

    assert_non_null(at);
    at = strstr(at, "uuid:");
    assert_non_null(at);
    (void)snprintf(id, 40, "%.36s", at + strlen("uuid:"));
}

static int replay(struct hv_op *op, const char *name, int status, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    HV_CLEANUP_FREE char *answer = NULL;
    char path[4096];
    char id[40];
    struct hv_call call = { .to = "http://h/wsman", .message_id = id, .operation_timeout_ms = 1, .max_envelope_size = 153600 };

    (void)snprintf(path, sizeof(path), "%s/%s", getenv("HVCTL_RECORDINGS"), name);
    answer = fixture_read(path, NULL);
    related_id(answer, id);
    assert_int_equal(hv_op_build(op, &call, &bytes, NULL), 0);
    return bench_feed_text(op, status, answer, err);
}

static bool skip_recordings(void) {
    if (getenv("HVCTL_RECORDINGS"))
        return false;
    print_message("skipped: HVCTL_RECORDINGS names no folder of recorded answers\n");
    return true;
}

static void test_recorded_enumerations(void **state) {
    static const struct {
        const char *name;
        int n_files;
        bool is_whole;
        size_t n_instances;
        const char *class_name;
        size_t n_derived; /* instances of another class, derived from it */
    } rows[] = {
        { "Win32_Service_star", 4, true, 122, "Win32_Service", 1 },
        { "Win32_LogicalDisk_star", 2, true, 2, "Win32_LogicalDisk", 0 },
        { "Win32_OperatingSystem_star", 1, true, 1, "Win32_OperatingSystem", 0 },
        { "Win32_NetworkAdapterConfiguration_star", 2, true, 14, "Win32_NetworkAdapterConfiguration", 0 },
        { "Win32_NetworkAdapterConfiguration_all", 1, false, 1, "XmlFragment", 0 },
        { "Win32_IP4RouteTable_all", 1, false, 1, "XmlFragment", 0 },
    };

    (void)state;
    if (skip_recordings())
        skip();
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        HV_CLEANUP(hv_op_free)
        struct hv_op *op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = HV_WMI_PREFIX "root/cimv2/X" });
        size_t n_derived = 0;
        int r = HV_OP_MORE;

        for (int f = 0; f < rows[i].n_files; f++) {
            char name[200];

            assert_int_equal(r, HV_OP_MORE);
            (void)snprintf(name, sizeof(name), "server_2008/%s_%03d.xml", rows[i].name, f);
            r = replay(op, name, 200, NULL);
        }
        assert_int_equal(r, rows[i].is_whole ? HV_OP_DONE : HV_OP_MORE);
        assert_int_equal(hv_op_n_instances(op), rows[i].n_instances);
        for (size_t n = 0; n < rows[i].n_instances; n++)
            n_derived += strcmp(hv_instance_class(hv_op_instance_at(op, n)), rows[i].class_name) != 0;
        assert_int_equal(n_derived, rows[i].n_derived);
    }
}

static void test_recorded_values(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    const struct hv_instance *os;

    (void)state;
    if (skip_recordings())
        skip();
    op = bench_enumeration(&(struct hv_enumerate_options){ .resource_uri = HV_WMI_PREFIX "root/cimv2/X" });
    assert_int_equal(replay(op, "server_2008/Win32_OperatingSystem_star_000.xml", 200, NULL), HV_OP_DONE);
    os = hv_op_instance_at(op, 0);
    assert_string_equal(hv_instance_namespace(os), "root/cimv2");
    assert_string_equal(hv_instance_text(os, "LastBootUpTime"), "2013-04-15T16:28:39.5Z");
    assert_int_equal(hv_property_type(hv_instance_find(os, "LastBootUpTime")), HV_CIM_DATETIME);
    assert_string_equal(hv_instance_text(os, "Description"), "");
    assert_int_equal(hv_property_n_values(hv_instance_find(os, "PAEEnabled")), 0);
    assert_null(hv_instance_find(os, "Absent"));
    assert_string_equal(hv_instance_text(os, "Caption"), "Microsoft Windows Server 2008 R2 Datacenter ");
}

static void test_recorded_quota_fault(void **state) {
    HV_CLEANUP(hv_op_free) struct hv_op *op = NULL;
    struct hv_error err = { 0 };

    (void)state;
    if (skip_recordings())
        skip();
    op = bench_get();
    assert_true(replay(op, "fault_max_concurrent.xml", 500, &err) < 0);
    assert_int_equal(err.wsman_code, 2150859174U);
    assert_true(hv_op_retry(op, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enumerate),
        cmocka_unit_test(test_query_with_names),
        cmocka_unit_test(test_release),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_pulls_keep_the_limits),
        cmocka_unit_test(test_a_pull_that_timed_out_is_asked_again),
        cmocka_unit_test(test_a_page_between_timeouts),
        cmocka_unit_test(test_faults_of_a_pull),
        cmocka_unit_test(test_items_are_handed_on),
        cmocka_unit_test(test_a_listener_may_end_it),
        cmocka_unit_test(test_a_bad_first_page_is_released),
        cmocka_unit_test(test_names_are_collected),
        cmocka_unit_test(test_a_host_that_never_ends),
        cmocka_unit_test(test_what_is_collected_has_a_ceiling),
        cmocka_unit_test(test_stop_before_anything),
        cmocka_unit_test(test_long_queries_are_shortened_in_names),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_recorded_enumerations),
        cmocka_unit_test(test_recorded_values),
        cmocka_unit_test(test_recorded_quota_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
