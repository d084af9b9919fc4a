/* See op_bench.h. */
#include "op_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failmalloc.h"
#include "support/fixture.h"

int bench_build(struct hv_op *op, struct hv_buf *bytes, struct hv_error *err) {
    const struct hv_call call = {
        .to = "https://hv01.example.test:5986/wsman",
        .message_id = BENCH_MESSAGE_ID,
        .operation_timeout_ms = 60000,
        .max_envelope_size = 512000,
    };

    hv_buf_reset(bytes);
    return hv_op_build(op, &call, bytes, err);
}

int bench_feed_text(struct hv_op *op, int status, const char *text, struct hv_error *err) {
    const struct hv_answer answer = {
        .status = status,
        .content_type = "application/soap+xml;charset=UTF-8",
        .bytes = text,
        .n_bytes = strlen(text),
    };

    return hv_op_feed(op, &answer, err);
}

void bench_write_answer(struct hv_buf *buf, const char *body) {
    hv_buf_printf(buf,
                  "<s:Envelope xmlns:s='" HV_NS_SOAP "' xmlns:a='" HV_NS_ADDRESSING "' xmlns:n='" HV_NS_ENUMERATION
                  "' xmlns:w='" HV_NS_WSMAN "' xmlns:p='" BENCH_V2 "Msvm_X' xmlns:xsi='" HV_NS_XSI
                  "'><s:Header><a:RelatesTo>uuid:%s</a:RelatesTo>"
                  "</s:Header><s:Body>%s</s:Body></s:Envelope>",
                  BENCH_MESSAGE_ID, body);
}

int bench_feed(struct hv_op *op, int status, const char *body, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(BENCH_BYTES);

    bench_write_answer(&buf, body);
    return bench_feed_text(op, status, hv_buf_text(&buf), err);
}

int bench_feed_fault(struct hv_op *op, const char *code, const char *subcode, const char *wsman_code, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(BENCH_BYTES);

    hv_buf_printf(&buf,
                  "<s:Fault><s:Code><s:Value>s:%s</s:Value><s:Subcode><s:Value>%s</s:Value></s:Subcode></s:Code><s:Reason>"
                  "<s:Text>no</s:Text></s:Reason><s:Detail><f:WSManFault xmlns:f='" HV_NS_WSMAN_FAULT
                  "' Code='%s'><f:Message>no</f:Message></f:WSManFault></s:Detail></s:Fault>",
                  code, subcode, wsman_code);
    return bench_feed(op, 500, hv_buf_text(&buf), err);
}

struct hv_epr *bench_target(const char *class_uri, const char *name, const char *value) {
    struct hv_epr *epr = NULL;

    assert_int_equal(hv_epr_new(class_uri, &epr, NULL), 0);
    if (name)
        assert_int_equal(hv_epr_add_selector(epr, name, value, NULL), 0);
    return epr;
}

struct hv_op *bench_enumeration(const struct hv_enumerate_options *options) {
    struct hv_op *op = NULL;

    assert_int_equal(hv_op_new_enumerate(options, &op, NULL), 0);
    return op;
}

struct hv_op *bench_get(void) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = bench_target(BENCH_V2 "Msvm_X", "InstanceID", "1");
    struct hv_op *op = NULL;

    assert_int_equal(hv_op_new_get(target, &op, NULL), 0);
    return op;
}

struct hv_op *bench_invoke(void) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *target = bench_target(BENCH_V2 "Msvm_X", "InstanceID", "1");
    struct hv_op *op = NULL;

    assert_int_equal(hv_op_new_invoke(target, "Start", NULL, &op, NULL), 0);
    return op;
}

int bench_talk(struct hv_op *op, const char *scenario, int n_exchanges) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(BENCH_BYTES);
    char name[200];
    int r = HV_OP_MORE;

    for (int i = 0; i < n_exchanges; i++) {
        HV_CLEANUP_FREE char *answer = NULL;

        assert_int_equal(r, HV_OP_MORE);
        assert_int_equal(bench_build(op, &bytes, NULL), 0);
        (void)snprintf(name, sizeof(name), "%s/%03d.request.xml", scenario, i);
        fixture_assert(name, hv_buf_text(&bytes));
        (void)snprintf(name, sizeof(name), "%s/%03d.response.xml", scenario, i);
        answer = fixture_read(name, NULL);
        r = bench_feed_text(op, 200, answer, NULL);
    }
    return r;
}

/* True when ATTEMPT got as far as allocation FIRST. */
static bool starve_at(int (*attempt)(void *context), void *context, size_t first, bool and_later) {
    size_t n_refused;
    int r;

    failmalloc_arm(first, and_later);
    r = attempt(context);
    (void)failmalloc_disarm(&n_refused);
    if (n_refused == 0)
        assert_int_equal(r, 0);
    else
        assert_true(r == 0 || r == HV_E_MEMORY || r == HV_E_PROTOCOL);
    return n_refused > 0;
}

void bench_starve(int (*attempt)(void *context), void *context) {
    size_t n = 1;

    while (starve_at(attempt, context, n, false)) {
        (void)starve_at(attempt, context, n, true);
        n++;
    }
    assert_true(n > 10);
}
