/*
 * Whole operations of every kind, fed with the input. Bytes behind a 0x1C are the next
 * answer; the last one is given again while the operation asks for more. The ids of the input's RelatesTo count as right.
 */
#include "cim/class.h"
#include "cim/instance.h"
#include "engine/op.h"
#include "fuzz/fuzz.h"
#include "wsman/epr.h"
#include "wsman/fault.h"

enum { MAX_ANSWERS = 8, MINUTE_MS = 60000, SEPARATOR = 0x1C };

/* The operations, by option. */
enum {
    DO_ENUMERATE,
    DO_ENUMERATE_EPR,
    DO_ENUMERATE_BOTH,
    DO_STREAM,
    DO_STREAM_EPR,
    DO_GET,
    DO_INVOKE,
    DO_IDENTIFY,
    DO_GET_FRAGMENT,
    DO_PUT,
    DO_CREATE,
    DO_DELETE,
    DO_DESCRIBE,
    DO_SUBSCRIBE,
    DO_SUBSCRIBE_LOG,
    N_DO
};

static const char uri[] = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/Msvm_ComputerSystem";

static int on_item(void *context, struct hv_instance **instance, const struct hv_epr *epr, struct hv_error *err) {
    size_t *n = context;

    (void)err;
    ++*n;
    CHECK(*instance || epr);
    if (*instance)
        fuzz_check_instance(*instance);
    if (*n % 2 == 0) { /* kept */
        (void)hv_instance_free(*instance);
        *instance = NULL;
    }
    return 0;
}

static struct hv_op *new_enumeration(uint8_t what, size_t *n_items) {
    static const enum hv_enumeration_mode modes[] = {
        [DO_ENUMERATE] = HV_ENUMERATE_OBJECT,
        [DO_ENUMERATE_EPR] = HV_ENUMERATE_EPR,
        [DO_ENUMERATE_BOTH] = HV_ENUMERATE_OBJECT_AND_EPR,
        [DO_STREAM] = HV_ENUMERATE_OBJECT_AND_EPR,
        [DO_STREAM_EPR] = HV_ENUMERATE_EPR,
    };
    const struct hv_enumerate_options options = {
        .resource_uri = uri,
        .mode = modes[what],
        .on_item = what >= DO_STREAM ? on_item : NULL,
        .context = n_items,
    };
    struct hv_op *op = NULL;

    CHECK(hv_op_new_enumerate(&options, &op, NULL) == 0);
    return op;
}

static struct hv_op *new_subscription(uint8_t what, size_t *n_items) {
    const struct hv_subscribe_options options = {
        .resource_uri = uri,
        .wql = what == DO_SUBSCRIBE ? "SELECT * FROM __InstanceModificationEvent" : NULL,
        .event_query = what == DO_SUBSCRIBE ? NULL : "<QueryList><Query><Select Path=\"System\">*</Select></Query></QueryList>",
        .max_events = 1000,
        .on_event = on_item,
        .context = n_items,
    };
    struct hv_op *op = NULL;

    CHECK(hv_op_new_subscribe(&options, &op, NULL) == 0);
    return op;
}

/* Those of one instance. */
static int new_single(uint8_t what, struct hv_op **ret_op) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;

    CHECK(hv_epr_new(uri, &epr, NULL) == 0 && hv_instance_new("Msvm_ComputerSystem", NULL, &instance, NULL) == 0);
    switch (what) {
    case DO_GET:
        return hv_op_new_get(epr, ret_op, NULL);
    case DO_GET_FRAGMENT:
        return hv_op_new_get_fragment(epr, "Name", ret_op, NULL);
    case DO_PUT:
        return hv_op_new_put(epr, instance, NULL, ret_op, NULL);
    case DO_CREATE:
        return hv_op_new_create(epr, instance, ret_op, NULL);
    case DO_DELETE:
        return hv_op_new_delete(epr, ret_op, NULL);
    default:
        return hv_op_new_invoke(epr, "GetErrorEx", NULL, ret_op, NULL);
    }
}

static struct hv_op *new_op(uint8_t what, size_t *n_items) {
    struct hv_op *op = NULL;
    int r = 0;

    if (what == DO_IDENTIFY)
        r = hv_op_new_identify(&op, NULL);
    else if (what == DO_DESCRIBE)
        r = hv_op_new_describe("root/virtualization/v2", "Msvm_ComputerSystem", &op, NULL);
    else if (what >= DO_SUBSCRIBE)
        op = new_subscription(what, n_items);
    else if (what <= DO_STREAM_EPR)
        op = new_enumeration(what, n_items);
    else
        r = new_single(what, &op);
    CHECK(r == 0 && op);
    return op;
}

/* What an operation makes when it succeeds, and no other. */
static void check_gains(struct hv_op *op, uint8_t what) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *created = hv_op_take_created(op);
    HV_CLEANUP(hv_class_free) struct hv_class *description = hv_op_take_class(op);
    bool may_have_instance = what == DO_GET || what == DO_GET_FRAGMENT || what == DO_INVOKE || what == DO_PUT;

    CHECK(!created || what == DO_CREATE);
    CHECK(!description == (what != DO_DESCRIBE));
    CHECK(!hv_op_identity(op) == (what != DO_IDENTIFY));
    CHECK(hv_op_instance(op) ? may_have_instance : !may_have_instance || what == DO_PUT);
}

static void check_results(struct hv_op *op, uint8_t what) {
    uint32_t value;

    for (size_t i = 0; i < hv_op_n_instances(op); i++)
        fuzz_check_instance(hv_op_instance_at(op, i));
    CHECK(!hv_op_instance_at(op, hv_op_n_instances(op)));
    check_gains(op, what);
    if (!hv_op_instance(op))
        return;
    fuzz_check_instance(hv_op_instance(op));
    if (what == DO_INVOKE) {
        struct hv_error err = { 0 };

        CHECK(strcmp(hv_instance_class(hv_op_instance(op)), "GetErrorEx_OUTPUT") == 0);
        fuzz_check_error(hv_op_return_value(op, &value, &err), &err);
    }
}

/* One request, whose bytes must be XML. Its id is the one that the answer relates to, if that is one. */
static void build(struct hv_op *op, const char *answer, uint64_t now_ms) {
    HV_CLEANUP_BUF struct hv_buf request = HV_BUF_INIT(64 * 1024 * 1024);
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    const char *relates_to = strstr(answer, "RelatesTo>uuid:");
    char message_id[sizeof(FUZZ_MESSAGE_ID)] = FUZZ_MESSAGE_ID;
    const struct hv_call call = { "https://hv01:5986/wsman", message_id, 60000, 512000, now_ms };

    if (relates_to && strcspn(relates_to += strlen("RelatesTo>uuid:"), "<&\r\n") == sizeof(message_id) - 1)
        memcpy(message_id, relates_to, sizeof(message_id) - 1);
    /* The bytes may be such as no request can carry; nobody makes such ids. */
    for (char *at = message_id; *at; at++) {
        if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7E)
            *at = '0';
    }
    CHECK(hv_op_build(op, &call, &request, NULL) == 0);
    CHECK(hv_xml_parse(hv_buf_text(&request), request.len, NULL, &doc, NULL) == 0);
}

/* Outcomes of hv_op_feed. */
static int feed(struct hv_op *op, const char *bytes, size_t n_bytes, struct hv_error *err) {
    struct hv_answer answer = { 200, "application/soap+xml;charset=UTF-8", bytes, n_bytes, NULL };
    int r;

    if (strstr(bytes, "Fault>"))
        answer.status = 500;
    r = hv_op_feed(op, &answer, err);
    fuzz_check_error(r, err);
    CHECK(r <= HV_OP_AGAIN && (r <= 0 || !hv_op_is_once(op)));
    if (r < 0) {
        (void)hv_op_retry(op, err);
        CHECK(!(hv_op_refused(err) && hv_fault_is_timeout(err)));
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t what = fuzz_option(&data, &size) % N_DO;
    HV_CLEANUP_FREE char *bytes = fuzz_text(data, size);
    size_t n_items = 0;
    HV_CLEANUP(hv_op_free) struct hv_op *op = new_op(what, &n_items);
    struct hv_error err = { 0 };
    char *at = bytes;
    char *end = bytes + size;
    int r = HV_OP_MORE;

    for (size_t i = 0; i < MAX_ANSWERS && r > 0; i++) {
        char *separator = memchr(at, SEPARATOR, (size_t)(end - at));
        char *last = separator ? separator : end;

        *last = '\0';
        build(op, at, (i + 1) * MINUTE_MS);
        r = feed(op, at, (size_t)(last - at), &err);
        at = separator ? separator + 1 : at;
    }
    if (r == 0)
        check_results(op, what);
    else if (hv_op_stop(op) == HV_OP_MORE) {
        build(op, "", UINT64_MAX);
        CHECK(feed(op, "", 0, &(struct hv_error){ 0 }) == HV_OP_DONE);
    }
    CHECK(hv_op_stop(op) == HV_OP_DONE);
    return 0;
}
