/* Pull subscriptions to WMI and to the event log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

#define LOG       SIM_URI_EVENT_LOG
#define ALL       WMI "*"
#define EVENT     "xmlns:e='" SIM_NS_EVENT "'"
#define PULL_MODE "<e:Delivery Mode='http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull'/>"
#define SUBSCRIBE(uri, keys, body)                                                                                               \
    ENVELOPE(TO REPLY_TO ID URI(uri) ACTION(SIM_NS_EVENT "/Subscribe") keys, "<e:Subscribe " EVENT ">" body "</e:Subscribe>")
#define WQL(text)   "<w:Filter Dialect='" SIM_DIALECT_WQL "'>" text "</w:Filter>"
#define CHANGES     "SELECT * FROM __InstanceModificationEvent WITHIN 5 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"
#define ANY         "SELECT * FROM __InstanceOperationEvent WITHIN 5 WHERE TargetInstance ISA "
#define QUERY(list) "<w:Filter Dialect='http://schemas.microsoft.com/win/2004/08/events/eventquery'>" list "</w:Filter>"
#define WORKER      "<QueryList><Query Path='Microsoft-Windows-Hyper-V-Worker-Admin'><Select>*</Select></Query></QueryList>"
#define BUERO       "0A1B2C04-3D4E-4F50-8A6B-7C8D9E0F1004"

static void subscriptions_are_judged(void **state) {
    static const struct row rows[] = {
        { "of WMI",
          SUBSCRIBE(ALL, "", PULL_MODE WQL(CHANGES)),
          200,
          { "SubscribeResponse</a:Action>", "<a:ReferenceProperties><w:ResourceURI>" ALL "</w:ResourceURI><e:Identifier>uuid:",
            "<e:Expires>PT0.000S</e:Expires><n:EnumerationContext>uuid:" } },
        { "of a class of events",
          SUBSCRIBE(WMI "__InstanceModificationEvent", "", PULL_MODE WQL(CHANGES)),
          200,
          { "<e:Identifier>" } },
        { "of another class of events",
          SUBSCRIBE(WMI "__InstanceCreationEvent", "", PULL_MODE WQL(CHANGES)),
          500,
          { "0x80041017" } },
        { "that expires",
          SUBSCRIBE(ALL, "", PULL_MODE "<e:Expires>PT600S</e:Expires>" WQL(CHANGES)),
          200,
          { "<e:Expires>PT600.000S</e:Expires>" } },
        { "that never was",
          SUBSCRIBE(ALL, "", PULL_MODE "<e:Expires>1999-01-01T00:00:00Z</e:Expires>" WQL(CHANGES)),
          500,
          { "ExpirationTime" } },
        { "of the event log", SUBSCRIBE(LOG, "", PULL_MODE "<w:SendBookmarks/>" QUERY(WORKER)), 200, { LOG "</w:ResourceURI>" } },
        { "as text",
          SUBSCRIBE(LOG, "",
                    PULL_MODE QUERY("&lt;QueryList>&lt;Query Path='x'>&lt;Select>*&lt;/Select>&lt;/Query>&lt;/QueryList>")),
          200,
          { NULL } },
        { "by push",
          SUBSCRIBE(ALL, "",
                    "<e:Delivery Mode='http://schemas.xmlsoap.org/ws/2004/08/eventing/DeliveryModes/Push'/>" WQL(CHANGES)),
          500,
          { "e:DeliveryModeRequestedUnavailable", "2150859007", "2004/08/eventing/fault" } },
        { "by default, which is push", SUBSCRIBE(ALL, "", "<e:Delivery/>" WQL(CHANGES)), 500, { "2150859007" } },
        { "by what nobody knows", SUBSCRIBE(ALL, "", "<e:Delivery Mode='urn:x'/>" WQL(CHANGES)), 500, { "2150858782" } },
        { "without delivery", SUBSCRIBE(ALL, "", WQL(CHANGES)), 500, { "w:SchemaValidationError" } },
        { "with keys", SUBSCRIBE(ALL, KEY("Name", "x"), PULL_MODE WQL(CHANGES)), 500, { "2150859225" } },
        { "without filter", SUBSCRIBE(ALL, "", PULL_MODE), 500, { "FilteringRequired" } },
        { "in another dialect",
          SUBSCRIBE(ALL, "", PULL_MODE "<w:Filter Dialect='urn:x'>y</w:Filter>"),
          500,
          { "n:FilterDialectRequestedUnavailable" } },
        { "without WITHIN",
          SUBSCRIBE(ALL, "",
                    PULL_MODE WQL("SELECT * FROM __InstanceCreationEvent WHERE TargetInstance ISA 'Msvm_ComputerSystem'")),
          500,
          { "0x80041017" } },
        { "without ISA",
          SUBSCRIBE(ALL, "", PULL_MODE WQL("SELECT * FROM __InstanceCreationEvent WITHIN 5")),
          500,
          { "0x80041017" } },
        { "of no event", SUBSCRIBE(ALL, "", PULL_MODE WQL("SELECT * FROM Msvm_ComputerSystem WITHIN 5")), 500, { "0x80041010" } },
        { "of a missing class", SUBSCRIBE(ALL, "", PULL_MODE WQL(ANY "'Msvm_X'")), 500, { "0x80041010" } },
        { "of a missing property",
          SUBSCRIBE(ALL, "", PULL_MODE WQL(CHANGES " AND TargetInstance.X = 1")),
          500,
          { "0x80041017" } },
        { "of properties of two types",
          SUBSCRIBE(ALL, "", PULL_MODE WQL(CHANGES " AND TargetInstance.Name = PreviousInstance.EnabledState")),
          500,
          { "0x80041017" } },
        { "of the event log with a condition",
          SUBSCRIBE(LOG, "", PULL_MODE QUERY("<QueryList><Query Path='x'><Select>*[System]</Select></Query></QueryList>")),
          500,
          { "n:CannotProcessFilter" } },
        { "Get of the event log", GET_OF(LOG, ""), 500, { "a:ActionNotSupported" } },
        { "event query as enumeration",
          ENVELOPE(TO REPLY_TO ID URI(ALL) ACTION(SIM_NS_ENUM "/Enumerate"), "<n:Enumerate>" WQL(CHANGES) "</n:Enumerate>"),
          500,
          { "n:CannotProcessFilter" } },
    };

    run_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void subscribe(struct world *world, const char *request, char context[64]) {
    const char *answer = post(world, request);

    if (world->reply.status != 200)
        fail_msg("%s", answer);
    between(answer, "<n:EnumerationContext>", "<", context, 64);
}

/* One Pull, that came at SINCE_US; the context is renewed. */
static const char *pull(struct world *world, char context[64], int64_t since_us) {
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);
    struct sim_http_request request;
    const char *answer;

    hv_buf_printf(&body,
                  OPEN "<s:Header>" TO REPLY_TO ID URI(ALL) ACTION(
                      SIM_NS_ENUM "/Pull") "<w:OperationTimeout>PT30S</w:OperationTimeout></s:Header><s:Body><n:Pull>"
                                           "<n:EnumerationContext>%s</n:EnumerationContext><n:MaxElements>10</n:MaxElements>"
                                           "</n:Pull></s:Body></s:Envelope>",
                  context);
    request = good_request(hv_buf_text(&body));
    request.since_us = since_us;
    answer = handle(world, request);
    if (!world->reply.waits && world->reply.status == 200)
        between(answer, "<n:EnumerationContext>", "<", context, 64);
    return answer;
}

static void start_machine(struct world *world, const char *guid) {
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);

    hv_buf_printf(
        &body,
        OPEN "<s:Header>" TO REPLY_TO ID URI(VM) ACTION(VM "/RequestStateChange")
            TWO(ONE("CreationClassName", "Msvm_ComputerSystem"),
                ONE("Name", "%s")) "</s:Header><s:Body><p:RequestStateChange_INPUT xmlns:p='" VM
                                   "'><p:RequestedState>2</p:RequestedState></p:RequestStateChange_INPUT></s:Body></s:Envelope>",
        guid);
    assert_non_null(strstr(post(world, hv_buf_text(&body)), "<p:ReturnValue>4096</p:ReturnValue>"));
}

static void pass(struct world *world, int seconds) {
    world->now_us += seconds * INT64_C(1000000);
}

static void changes_are_told_with_before_and_after(void **state) {
    struct world *world = *state;
    char context[64];
    char first[64];
    const char *answer;

    subscribe(world,
              SUBSCRIBE(ALL, "", PULL_MODE WQL(CHANGES " AND TargetInstance.EnabledState &lt;> PreviousInstance.EnabledState")),
              context);
    memcpy(first, context, sizeof(first));
    start_machine(world, BUERO);
    (void)pull(world, context, 0);
    assert_true(world->reply.waits);
    assert_null(world->reply.log);
    pass(world, 20);
    answer = pull(world, context, NOW);
    assert_false(world->reply.waits);
    assert_int_equal(count(answer, "<p:__InstanceModificationEvent "), 1);
    assert_non_null(strstr(answer, "<p:TargetInstance xmlns:p=\"" VM "\" xsi:type=\"p:Msvm_ComputerSystem_Type\">"));
    assert_non_null(strstr(answer, "<p:EnabledState>3</p:EnabledState>"));
    assert_non_null(strstr(answer, "<p:EnabledState>2</p:EnabledState>"));
    assert_null(strstr(answer, "EndOfSequence"));
    assert_string_not_equal(first, context);
}

static void jobs_come_into_being(void **state) {
    struct world *world = *state;
    char context[64];
    const char *answer;

    subscribe(
        world,
        SUBSCRIBE(ALL, "",
                  PULL_MODE WQL("SELECT * FROM __InstanceCreationEvent WITHIN 1 WHERE TargetInstance ISA 'CIM_ConcreteJob'")),
        context);
    start_machine(world, BUERO);
    pass(world, 2);
    answer = pull(world, context, 0);
    assert_int_equal(count(answer, "<p:__InstanceCreationEvent "), 1);
    assert_non_null(strstr(answer, "Msvm_ConcreteJob_Type"));
}

static void a_pull_without_events_times_out_and_can_be_repeated(void **state) {
    struct world *world = *state;
    char context[64];
    int64_t since = world->now_us;

    subscribe(world, SUBSCRIBE(ALL, "", PULL_MODE WQL(ANY "'CIM_ConcreteJob'")), context);
    pass(world, 29);
    (void)pull(world, context, since);
    assert_true(world->reply.waits);
    pass(world, 1);
    assert_non_null(strstr(pull(world, context, since), "w:TimedOut"));
    start_machine(world, BUERO);
    pass(world, 6);
    assert_non_null(strstr(pull(world, context, 0), "__InstanceCreationEvent"));
}

static void the_event_log_has_records_and_bookmarks(void **state) {
    struct world *world = *state;
    char context[64];
    const char *answer;

    subscribe(world, SUBSCRIBE(LOG, "", PULL_MODE "<w:SendBookmarks/>" QUERY(WORKER)), context);
    start_machine(world, BUERO);
    pass(world, 20);
    answer = pull(world, context, 0);
    assert_non_null(
        strstr(answer, "<w:Bookmark><BookmarkList><Bookmark Channel=\"Microsoft-Windows-Hyper-V-Worker-Admin\" RecordId=\"2\" "
                       "IsCurrent=\"true\"/></BookmarkList></w:Bookmark></s:Header>"));
    assert_non_null(strstr(answer, "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System>"));
    assert_non_null(strstr(answer, "<EventID>18500</EventID>"));
    assert_non_null(strstr(answer, "<VmId>" BUERO "</VmId>"));
    (void)pull(world, context, 0);
    assert_true(world->reply.waits);
}

static void bookmarks_resume_the_event_log(void **state) {
    struct world *world = *state;
    char context[64];

    (void)post(world, GET_WITH(""));
    subscribe(
        world,
        SUBSCRIBE(LOG, "", PULL_MODE "<w:Bookmark>http://schemas.dmtf.org/wbem/wsman/1/wsman/bookmark/earliest</w:Bookmark>"),
        context);
    assert_non_null(strstr(pull(world, context, 0), "<EventRecordID>1</EventRecordID>"));
    assert_null(strstr(hv_buf_text(&world->reply.body), "w:Bookmark"));
    subscribe(world,
              SUBSCRIBE(LOG, "",
                        PULL_MODE "<w:Bookmark><BookmarkList><Bookmark Channel='x' RecordId='1'/></BookmarkList></w:Bookmark>"),
              context);
    (void)pull(world, context, 0);
    assert_true(world->reply.waits);
}

static void ended_subscriptions_are_gone(void **state) {
    struct world *world = *state;
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);
    char context[64];
    char identifier[64];

    subscribe(world, SUBSCRIBE(LOG, "", PULL_MODE), context);
    between(hv_buf_text(&world->reply.body), "<e:Identifier>", "<", identifier, sizeof(identifier));
    hv_buf_printf(&body,
                  OPEN "<s:Header>" TO REPLY_TO ID URI(LOG)
                      ACTION(SIM_NS_EVENT "/Unsubscribe") "<e:Identifier " EVENT " s:mustUnderstand='true'>%s"
                                                          "</e:Identifier></s:Header><s:Body><e:Unsubscribe " EVENT
                                                          "/></s:Body></s:Envelope>",
                  identifier);
    assert_non_null(strstr(post(world, hv_buf_text(&body)), "<s:Body></s:Body>"));
    assert_int_equal(world->reply.status, 200);
    assert_non_null(strstr(pull(world, context, 0), "n:InvalidEnumerationContext"));
    assert_non_null(strstr(post(world, hv_buf_text(&body)), "e:EventSourceUnableToProcess"));
    subscribe(world, SUBSCRIBE(LOG, "", PULL_MODE "<e:Expires>PT600S</e:Expires>"), context);
    pass(world, 599);
    (void)pull(world, context, 0);
    assert_true(world->reply.waits);
    pass(world, 2);
    assert_non_null(strstr(pull(world, context, 0), "n:InvalidEnumerationContext"));
}

/* A Renew of the subscription IDENTIFIER for so long. */
static const char *renew(struct world *world, const char *identifier, const char *expires) {
    HV_CLEANUP_BUF struct hv_buf body = HV_BUF_INIT(100000);

    hv_buf_printf(&body,
                  OPEN "<s:Header>" TO REPLY_TO ID URI(LOG)
                      ACTION(SIM_NS_EVENT "/Renew") "<e:Identifier " EVENT ">%s</e:Identifier></s:Header><s:Body><e:Renew " EVENT
                                                    "><e:Expires>%s</e:Expires></e:Renew></s:Body></s:Envelope>",
                  identifier, expires);
    return post(world, hv_buf_text(&body));
}

static void renewed_subscriptions_last(void **state) {
    struct world *world = *state;
    char context[64];
    char identifier[64];

    subscribe(world, SUBSCRIBE(LOG, "", PULL_MODE "<e:Expires>PT600S</e:Expires>"), context);
    between(hv_buf_text(&world->reply.body), "<e:Identifier>", "<", identifier, sizeof(identifier));
    pass(world, 599);
    assert_non_null(strstr(renew(world, identifier, "PT300S"), "<e:RenewResponse><e:Expires>PT300.000S</e:Expires>"));
    assert_non_null(strstr(renew(world, identifier, "soon"), "ExpirationTime"));
    assert_non_null(strstr(renew(world, "uuid:0", "PT300S"), "e:EventSourceUnableToProcess"));
    pass(world, 299);
    (void)pull(world, context, 0);
    assert_true(world->reply.waits);
    pass(world, 2);
    assert_non_null(strstr(pull(world, context, 0), "n:InvalidEnumerationContext"));
    assert_non_null(strstr(renew(world, identifier, "PT300S"), "e:EventSourceUnableToProcess"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(subscriptions_are_judged),
        T(changes_are_told_with_before_and_after),
        T(jobs_come_into_being),
        T(a_pull_without_events_times_out_and_can_be_repeated),
        T(the_event_log_has_records_and_bookmarks),
        T(bookmarks_resume_the_event_log),
        T(ended_subscriptions_are_gone),
        T(renewed_subscriptions_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
