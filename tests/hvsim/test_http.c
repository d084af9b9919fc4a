/* HTTP rules, sign-in, character sets, the request log and troubles asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth.h"
#include "wire.h"

#define IDENTIFY                                                                                                                 \
    "<s:Envelope xmlns:s='" SIM_NS_SOAP "'><s:Header/><s:Body><i:Identify xmlns:i='" SIM_NS_IDENTITY "'/></s:Body></s:Envelope>"

static void http_rules_hold(void **state) {
    struct world *world = *state;
    struct sim_http_request request = good_request(IDENTIFY);

    assert_non_null(strstr(handle(world, request), "IdentifyResponse"));
    assert_int_equal(world->reply.status, 200);
    request.path = "/wsman/";
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 200);
    request.path = "/";
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 404);
    request = good_request(IDENTIFY);
    request.method = "GET";
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 405);
    request = good_request(IDENTIFY);
    request.has_length = false;
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 411);
    request = good_request("");
    request.too_large = true;
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 413);
}

static void content_types_are_judged(void **state) {
    static const struct {
        const char *type;
        int status;
        const char *has;
    } rows[] = {
        { "application/soap+xml", 200, "IdentifyResponse" },
        { "Application/SOAP+XML; charset=\"utf-8\"", 200, "IdentifyResponse" },
        { "application/soap+xml;charset=ISO-8859-1", 500, "faultDetail/CharacterSet" },
        { "application/soap+xmlx", 415, "" },
        { "text/xml", 415, "" },
        { NULL, 415, "" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sim_http_request request = good_request(IDENTIFY);
        request.content_type = rows[i].type;
        assert_non_null(strstr(handle(*state, request), rows[i].has));
        assert_int_equal(((struct world *)*state)->reply.status, rows[i].status);
    }
}

static void only_right_credentials_over_tls_sign_in(void **state) {
    struct world *world = *state;
    static const char *const wrong[] = { NULL,           "", "Basic", "Basic !", "Basic YWRtaW46", "Basic YWRtaW46c2VjcmV0cw==",
                                         "Negotiate abc" };
    struct sim_http_request request = good_request(IDENTIFY);

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        request.authorization = wrong[i];
        (void)handle(world, request);
        assert_int_equal(world->reply.status, 401);
        assert_non_null(world->reply.offers[0]);
    }
    request.authorization = SIGNED;
    request.tls = false;
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 401);
    assert_null(world->reply.offers[0]);
    request.tls = true;
    request.authorization = NULL;
    request.wsman_identify = "unauthenticated";
    assert_non_null(strstr(handle(world, request), "OS: 0.0.0 SP: 0.0 Stack: 3.0"));
    assert_null(strstr(hv_buf_text(&world->reply.body), "SecurityProfile"));
    request.bytes = GET_WITH("");
    request.n_bytes = strlen(request.bytes);
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 401);
}

static void utf16_is_answered_in_kind(void **state) {
    struct world *world = *state;
    HV_CLEANUP_BUF struct hv_buf coded = HV_BUF_INIT(100000);
    HV_CLEANUP_BUF struct hv_buf plain = HV_BUF_INIT(100000);
    struct sim_http_request request = good_request("");

    sim_utf16_encode((struct sim_utf16){ .has_mark = true }, IDENTIFY, strlen(IDENTIFY), &coded);
    request.content_type = "application/soap+xml;charset=UTF-16";
    request.bytes = hv_buf_text(&coded);
    request.n_bytes = coded.len;
    (void)handle(world, request);
    assert_int_equal(world->reply.status, 200);
    assert_string_equal(world->reply.content_type, "application/soap+xml;charset=UTF-16");
    assert_true(sim_utf16_decode(hv_buf_text(&world->reply.body), world->reply.body.len, &plain));
    assert_non_null(strstr(hv_buf_text(&plain), "IdentifyResponse"));
}

static void the_log_tells_what_was_asked_and_no_secret(void **state) {
    struct world *world = *state;

    (void)post(world, GET_WITH(""));
    assert_non_null(world->reply.log);
    assert_non_null(strstr(world->reply.log, "\"operation\":\"Get\""));
    assert_non_null(strstr(world->reply.log, "\"selectors\":{\"CreationClassName\":\"Msvm_VirtualSystemMigrationService\"}"));
    assert_non_null(strstr(world->reply.log, "\"message_id\":\"uuid:1\""));
    assert_non_null(strstr(world->reply.log, "\"status\":200"));
    assert_null(strstr(world->reply.log, "Basic"));
    assert_null(strstr(world->reply.log, "secret"));
}

static void troubles_hit_what_they_name(void **state) {
    struct world *world = *state;
    static const char *const specs[] = { "http=503,action=Get,nth=2", "drop-before,action=StartService,times=2",
                                         "fault=QUOTA_OPERATIONS,class=Msvm_ComputerSystem,times=0", "auth,host=hv02" };

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
        assert_int_equal(sim_arms_add(&world->arms, specs[i], NULL), 0);
    (void)post(world, GET_WITH(""));
    assert_int_equal(world->reply.status, 200);
    (void)post(world, GET_WITH(""));
    assert_int_equal(world->reply.status, 503);
    (void)post(world, GET_WITH(""));
    assert_int_equal(world->reply.status, 200);
    for (int i = 0; i < 3; i++) {
        (void)post(world, INVOKE("StartService", SERVICE_KEY, INPUT("StartService", "")));
        assert_int_equal(world->reply.drop, i < 2);
    }
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(post(world, GET_OF(VM, TWO(HOST_KEYS, ""))), "2150859174"));
}

static void bad_specs_are_refused(void **state) {
    static const char *const specs[] = {
        "",          "nonsense",    "http",        "http=200",        "http=x",   "timeout=5",
        "fault=0x1", "auth,nth=0",  "auth,nth=",   "auth,planet=x",   "stall=-1", "auth,host",
        "return",    "job-fails=x", "stall=99999", "http=503;host=x", "auth,",    "job-hangs=101"
    };
    struct sim_arms arms = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
        if (sim_arms_add(&arms, specs[i], NULL) != HV_E_ARGUMENT)
            fail_msg("%s was taken", specs[i]);
    assert_int_equal(arms.n_items, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        T(http_rules_hold),
        T(content_types_are_judged),
        T(only_right_credentials_over_tls_sign_in),
        T(utf16_is_answered_in_kind),
        T(the_log_tells_what_was_asked_and_no_secret),
        T(troubles_hit_what_they_name),
        T(bad_specs_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
