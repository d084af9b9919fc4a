/*
 * The whole machine of a move, against two hosts that say anything. The first two bytes of the input are the options; after them
 * each letter is what comes next: an answer, a failure, the watched job, the clock or the user (table below). "<" begins an
 * answer of the input's own, up to "~". When the input ends, nobody answers any more: the machine must then come to its end.
 */
#include <hvctl/wsman.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "cim/wire.h"
#include "fuzz/fuzz.h"
#include "unit/move_bench.h"
#include "wsman/epr.h"

enum {
    SETTLE_MS = 200,
    LAST_STEPS = 500, /* enough for the window of SETTLE_MS, looked at every 20 ms */
    MAX_BYTES = 64 * 1024 * 1024,
};

#define OLD_DISK BENCH_DISK("C:\\old\\a.vhdx")
#define NEW_DISK BENCH_DISK("D:\\new\\a.vhdx")
#define FAULT(subcode)                                                                                                           \
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:" subcode "</s:Value></s:Subcode></s:Code>"               \
    "<s:Reason><s:Text>no</s:Text></s:Reason></s:Fault>"
#define SERVICE_ITEM                                                                                                             \
    "<w:Item>" BENCH_SERVICE "<a:EndpointReference><a:ReferenceParameters><w:ResourceURI>" BENCH_NS                              \
    "Msvm_VirtualSystemMigrationService</w:ResourceURI><w:SelectorSet><w:Selector Name=\"Name\">x</w:Selector></w:SelectorSet>"  \
    "</a:ReferenceParameters></a:EndpointReference></w:Item>"

/* Answers; SHAPE_INSTANCE is wrapped in a page when an enumeration is under way. */
enum shape { SHAPE_BODY, SHAPE_INSTANCE, SHAPE_FAULT };
static const struct canned {
    char letter;
    enum shape shape;
    const char *text;
} canned[] = {
    { 'v', SHAPE_INSTANCE, BENCH_VM },
    { 'm', SHAPE_INSTANCE, BENCH_VM_MIGRATING },
    { 'V', SHAPE_INSTANCE, BENCH_VM BENCH_VM },
    { 'e', SHAPE_BODY, BENCH_ITEMS("") },
    { 's', SHAPE_INSTANCE, BENCH_SETTINGS },
    { 'L', SHAPE_INSTANCE, BENCH_SERVICE },
    { 'P', SHAPE_INSTANCE, SERVICE_ITEM },
    { 'd', SHAPE_INSTANCE, OLD_DISK },
    { 'D', SHAPE_INSTANCE, NEW_DISK },
    { 'r', SHAPE_INSTANCE, BENCH_ROOTS("C:\\old") },
    { 'R', SHAPE_INSTANCE, BENCH_ROOTS("D:\\new") },
    { 'J', SHAPE_BODY, BENCH_STARTED },
    { '0', SHAPE_BODY, BENCH_RETURN("0") },
    { '1', SHAPE_BODY, BENCH_RETURN("32775") },
    { '4', SHAPE_BODY, BENCH_RETURN("4096") },
    { 'j', SHAPE_INSTANCE, BENCH_JOB("4", "") },
    { 'c', SHAPE_INSTANCE, BENCH_JOB("7", "") },
    { 'f', SHAPE_INSTANCE, BENCH_JOB("10", "<p:ErrorCode>32768</p:ErrorCode>") },
    { 'k', SHAPE_INSTANCE, BENCH_JOB("8", "") },
    { 'w', SHAPE_INSTANCE, BENCH_JOB("32768", "<p:MigrationType>32769</p:MigrationType>") },
    { 'C', SHAPE_INSTANCE, BENCH_INSTANCE("Msvm_MigrationJob", "<p:JobType>303</p:JobType>") },
    { 'E', SHAPE_BODY, BENCH_ERRORS },
    { 'i', SHAPE_FAULT, FAULT("InvalidSelectors") },
    { 'n', SHAPE_FAULT, FAULT("DestinationUnreachable") },
    { 't', SHAPE_FAULT, FAULT("TimedOut") },
    { 'b', SHAPE_FAULT, FAULT("QuotaLimit") },
    { 'a', SHAPE_FAULT, FAULT("AccessDenied") },
    { 'y', SHAPE_BODY, "<n:PullResponse><n:EnumerationContext>c</n:EnumerationContext><n:Items/></n:PullResponse>" },
};

/* Failures without an answer: the request did not leave, or may have arrived. */
enum { FAIL_UNSENT = 'u', FAIL_LOST = 'l', USER_DETACHES = 'q', USER_CANCELS = 'x', CLOCK_MOVES = 'T', RAW = '<', RAW_END = '~' };

/* Where a query of its own by GUID saw the VM last. */
enum sight { SIGHT_NONE, SIGHT_ABSENT, SIGHT_PRESENT };

struct stage {
    struct hv_move *move;
    const uint8_t *data;
    size_t size;
    uint64_t now_ms;
    struct hv_op *op; /* under way */
    enum hv_peer peer;
    uint32_t tag;
    bool watches;
    bool says_null; /* the input does */
    bool sleeps;
    uint64_t wake_ms;

    bool is_first;        /* none of its requests was built yet */
    size_t n_moves;       /* requests to move that were built */
    bool is_move;         /* the last request built was one */
    bool looks;           /* it was a query for the VM by GUID */
    bool may_have_moved;  /* one was answered, or lost */
    bool was_refused;     /* the last one certainly did nothing */
    enum sight sights[2]; /* by peer */
};

static void take_effects(struct stage *stage, struct hv_effects *effects) {
    for (size_t i = 0; i < effects->n; i++) {
        struct hv_effect *effect = &effects->list[i];

        switch (effect->kind) {
        case HV_EFFECT_RUN:
            CHECK(!stage->op && effect->op);
            stage->op = effect->op;
            stage->is_first = true;
            stage->peer = effect->peer;
            stage->tag = effect->tag;
            effect->op = NULL;
            break;
        case HV_EFFECT_WAKE:
            CHECK(effect->at_ms >= stage->now_ms);
            stage->sleeps = effect->at_ms != UINT64_MAX;
            stage->wake_ms = effect->at_ms;
            break;
        case HV_EFFECT_WATCH:
            CHECK(effect->peer == HV_PEER_SOURCE && effect->job);
            stage->watches = true;
            break;
        case HV_EFFECT_UNWATCH:
            stage->watches = false;
            break;
        case HV_EFFECT_DONE:
            CHECK(hv_task_is_done(&stage->move->task));
            break;
        }
    }
    hv_effects_deinit(effects);
}

/* A task that is not over waits for one thing. */
static void step(struct stage *stage, const struct hv_event *event) {
    struct hv_effects effects = { .n = 0 };

    hv_task_step(&stage->move->task, stage->now_ms, event, &effects);
    take_effects(stage, &effects);
    if (!hv_task_is_done(&stage->move->task))
        CHECK(stage->op != NULL || stage->watches || stage->sleeps);
}

static void simple_event(struct stage *stage, enum hv_event_kind kind) {
    static const struct hv_error lost_contact = { .code = HV_E_UNREACHABLE, .message = "no route" };

    step(stage, &(const struct hv_event){ .kind = kind, .err = &lost_contact });
}

/* The request leaves. A second one to move is built only when the first was refused before it did anything. */
static void build(struct stage *stage) {
    HV_CLEANUP_BUF struct hv_buf request = HV_BUF_INIT(MAX_BYTES);
    const struct hv_call call = { "https://hv/wsman", FUZZ_MESSAGE_ID, 60000, 512000, 0 };

    CHECK(hv_op_build(stage->op, &call, &request, NULL) == 0);
    if (!stage->is_first) /* a pull */
        return;
    stage->is_first = false;
    stage->is_move = strstr(hv_buf_text(&request), "MigrateVirtualSystemToHost_INPUT") != NULL;
    stage->looks = strstr(hv_buf_text(&request), "FROM Msvm_ComputerSystem WHERE Name = ") != NULL;
    if (!stage->is_move)
        return;
    CHECK(stage->peer == HV_PEER_SOURCE && !stage->move->plan.check_only && !stage->move->plan.follow_id);
    CHECK(!stage->may_have_moved && (stage->n_moves == 0 || stage->was_refused));
    CHECK(++stage->n_moves <= 2);
}

static enum sight look(const struct stage *stage, const struct hv_op *op) {
    for (size_t i = 0; i < hv_op_n_instances(op); i++) {
        if (hv_text_same(hv_instance_text(hv_op_instance_at(op, i), "Name"), stage->move->result.vm_id))
            return SIGHT_PRESENT;
    }
    return SIGHT_ABSENT;
}

static void op_done(struct stage *stage) {
    struct hv_op *op = stage->op;

    stage->op = NULL;
    if (stage->looks)
        stage->sights[stage->peer] = look(stage, op);
    stage->may_have_moved = stage->may_have_moved || stage->is_move;
    step(stage, &(const struct hv_event){ .kind = HV_EVENT_OP_DONE, .tag = stage->tag, .op = op });
    (void)hv_op_free(op);
}

static void op_failed(struct stage *stage, struct hv_error *err) {
    struct hv_op *op = stage->op;

    stage->op = NULL;
    if (stage->looks)
        stage->sights[stage->peer] = SIGHT_NONE;
    stage->was_refused = stage->is_move && err->code != HV_E_LOST;
    stage->may_have_moved = stage->may_have_moved || (stage->is_move && err->code == HV_E_LOST);
    step(stage, &(const struct hv_event){ .kind = HV_EVENT_OP_FAILED, .tag = stage->tag, .op = op, .err = err });
    (void)hv_op_stop(op);
    (void)hv_op_free(op);
}

static void fail_without_answer(struct stage *stage, bool may_have_arrived) {
    struct hv_error err;

    build(stage);
    (void)hv_error_set(&err, may_have_arrived && hv_op_is_once(stage->op) ? HV_E_LOST : HV_E_UNREACHABLE, "no route");
    op_failed(stage, &err);
}

/* As the driver does it: what is sent once and was not refused for certain is lost. */
static void feed(struct stage *stage, const char *bytes, size_t n_bytes, int status) {
    const struct hv_answer answer = { status, "application/soap+xml;charset=UTF-8", bytes, n_bytes, NULL };
    struct hv_error err = { 0 };
    int r;

    build(stage);
    r = hv_op_feed(stage->op, &answer, &err);
    fuzz_check_error(r, &err);
    if (r > 0)
        return;
    if (r == HV_OP_DONE) {
        op_done(stage);
        return;
    }
    if (hv_op_is_once(stage->op) && !hv_op_refused(&err))
        err.code = HV_E_LOST;
    op_failed(stage, &err);
}

static void feed_body(struct stage *stage, enum shape shape, const char *body) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(MAX_BYTES);
    const char *name = hv_op_name(stage->op);
    bool is_page = shape == SHAPE_INSTANCE && (hv_text_starts(name, "Query ") || hv_text_starts(name, "Enumerate "));

    hv_buf_puts(&text, "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
                       "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
                       "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "
                       "xmlns:p=\"" BENCH_NS "X\" "
                       "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Body>");
    hv_buf_puts(&text, is_page ? "<n:EnumerateResponse><n:EnumerationContext/><w:Items>" : "");
    hv_buf_puts(&text, body);
    hv_buf_puts(&text, is_page ? "</w:Items><w:EndOfSequence/></n:EnumerateResponse>" : "");
    hv_buf_puts(&text, "</s:Body></s:Envelope>");
    feed(stage, hv_buf_text(&text), text.len, shape == SHAPE_FAULT ? 500 : 200);
}

/* The watched job is as BODY says; NULL: it is missing. */
static void feed_job(struct stage *stage, const char *body) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    struct hv_instance *job = NULL;

    if (!body || hv_xml_parse(body, strlen(body), NULL, &doc, NULL) < 0 ||
        hv_wire_read_instance(hv_xml_root(doc), &job, NULL) < 0) {
        simple_event(stage, HV_EVENT_JOB_MISSING);
        return;
    }
    step(stage, &(const struct hv_event){ .kind = HV_EVENT_JOB, .job = job });
    (void)hv_instance_free(job);
}

static void wake(struct stage *stage) {
    if (stage->now_ms < stage->wake_ms)
        stage->now_ms = stage->wake_ms;
    stage->sleeps = false;
    simple_event(stage, HV_EVENT_WAKE);
}

/* Nobody answers any more. */
static void give_up(struct stage *stage) {
    stage->now_ms++;
    if (stage->op)
        fail_without_answer(stage, true);
    else if (stage->sleeps)
        wake(stage);
    else if (stage->watches) {
        stage->watches = false;
        simple_event(stage, HV_EVENT_JOB_UNREACHABLE);
    }
}

static const struct canned *find_canned(char letter) {
    for (size_t i = 0; i < sizeof(canned) / sizeof(canned[0]); i++) {
        if (canned[i].letter == letter)
            return &canned[i];
    }
    return NULL;
}

/* An answer of the input's own; free() it. */
static char *take_raw(struct stage *stage) {
    const uint8_t *end = memchr(stage->data, RAW_END, stage->size);
    size_t n = end ? (size_t)(end - stage->data) : stage->size;
    char *text = fuzz_text(stage->data, n);

    stage->data += n + (end != NULL);
    stage->size -= n + (end != NULL);
    return text;
}

/* An answer to what is under way, when something is. */
static void answer(struct stage *stage, char letter) {
    const struct canned *what = find_canned(letter);
    HV_CLEANUP_FREE char *raw = letter == RAW ? take_raw(stage) : NULL;

    if (!raw && !what)
        return;
    if (!stage->op && stage->watches)
        feed_job(stage, what && what->shape != SHAPE_INSTANCE ? NULL : raw ? raw : what->text);
    else if (stage->op && raw && hv_text_starts(raw, "<?xml"))
        feed(stage, raw, strlen(raw), 200);
    else if (stage->op)
        feed_body(stage, raw ? SHAPE_INSTANCE : what->shape, raw ? raw : what->text);
}

static void play(struct stage *stage) {
    char letter = (char)*stage->data;

    stage->now_ms++;
    if (letter != RAW) {
        stage->data++;
        stage->size--;
    }
    if (letter == USER_DETACHES) {
        simple_event(stage, HV_EVENT_DETACH);
    } else if (letter == USER_CANCELS) {
        simple_event(stage, HV_EVENT_CANCEL);
    } else if (letter == CLOCK_MOVES) {
        stage->now_ms += SETTLE_MS / 4;
    } else if (letter == FAIL_UNSENT || letter == FAIL_LOST) {
        if (stage->op)
            fail_without_answer(stage, letter == FAIL_LOST);
        else
            give_up(stage);
    } else if (!stage->op && stage->sleeps && letter != RAW) {
        wake(stage);
    } else {
        answer(stage, letter);
    }
}

/* What the result may say, from what was seen from outside. */
static void check_moved(const struct stage *stage, const struct hv_move_result *result) {
    CHECK(hv_task_result(&stage->move->task, NULL) == (stage->move->plan.cancel ? HV_E_CONFLICT : 0));
    if (stage->move->evidence.between_hosts) {
        CHECK(stage->sights[HV_PEER_DESTINATION] == SIGHT_PRESENT && stage->sights[HV_PEER_SOURCE] == SIGHT_ABSENT);
        CHECK(result->at_destination == HV_PLACE_PRESENT && result->at_source == HV_PLACE_ABSENT);
    } else {
        CHECK(stage->sights[HV_PEER_SOURCE] == SIGHT_PRESENT && result->at_source == HV_PLACE_PRESENT);
    }
}

static void check_not_moved(const struct stage *stage, const struct hv_move_result *result) {
    CHECK(stage->move->plan.cancel || hv_task_result(&stage->move->task, NULL) < 0);
    /* Refused, or still seen where it was. */
    CHECK(!stage->may_have_moved || result->return_value > 0 || stage->sights[HV_PEER_SOURCE] == SIGHT_PRESENT);
}

static void check_end(const struct stage *stage) {
    const struct hv_move_result *result = hv_move_result(&stage->move->task);
    const struct hv_error *err = NULL;
    int r = hv_task_result(&stage->move->task, &err);

    fuzz_check_error(r, err);
    CHECK(r != HV_E_LOST);
    if (r < 0)
        CHECK(stage->says_null || (!strstr(err->message, "(null)") && !strstr(err->cause, "(null)")));
    if (stage->may_have_moved)
        CHECK(result->request_sent && result->outcome != HV_OUTCOME_NONE);
    if (result->outcome == HV_OUTCOME_MOVED)
        check_moved(stage, result);
    if (result->outcome == HV_OUTCOME_UNKNOWN)
        CHECK(r == HV_E_UNKNOWN_OUTCOME);
    if (result->outcome == HV_OUTCOME_NOT_MOVED)
        check_not_moved(stage, result);
    if (r == 0)
        CHECK(result->outcome != HV_OUTCOME_NONE && (result->outcome != HV_OUTCOME_NOT_MOVED || stage->move->plan.cancel));
    CHECK(!stage->move->plan.check_only || (stage->n_moves == 0 && !result->request_sent));
}

static struct hv_task *new_move(uint8_t how, uint8_t where) {
    static const enum hv_move_type types[] = { HV_MOVE_VM, HV_MOVE_STORAGE, HV_MOVE_VM_AND_STORAGE, HV_MOVE_VM };
    static const struct hv_move_disk disk = { "a.vhdx", "D:\\new\\a.vhdx" };
    const struct hv_move_options options = {
        .type = types[how & 3],
        .vm = how & 4 ? BENCH_VM_ID : "app01",
        .check_only = how & 8,
        .detach = how & 16,
        .follow_id = where & 1 ? BENCH_JOB_ID : NULL,
        .destination_name = where & 2 ? NULL : "hv02",
        .storage_path = where & 4 ? "D:\\new" : NULL,
        .config_path = where & 8 ? "D:\\new" : NULL,
        .disks = &disk,
        .n_disks = where & 16 ? 1 : 0,
        .pool = where & 32 ? "Primordial" : NULL,
        .settle_ms = SETTLE_MS,
        .cancel = (where & 129) == 129,
        .kill = how & 32,
        .grace_ms = SETTLE_MS,
    };
    struct hv_error err = { 0 };
    struct hv_task *task = NULL;
    int r = hv_move_new(&options, &task, &err);

    fuzz_check_error(r, &err);
    CHECK(r == 0 || r == HV_E_ARGUMENT);
    return task;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct hv_task *task = size >= 2 ? new_move(data[0], data[1]) : NULL;
    struct stage stage = { .move = (struct hv_move *)task, .data = data + 2, .size = size - 2, .now_ms = 1000 };

    if (!task)
        return 0;
    stage.says_null = memmem(data, size, "(null", 5) != NULL;
    simple_event(&stage, HV_EVENT_START);
    while (!hv_task_is_done(task) && stage.size > 0)
        play(&stage);
    for (size_t i = 0; !hv_task_is_done(task); i++) {
        CHECK(i < LAST_STEPS);
        give_up(&stage);
    }
    check_end(&stage);
    (void)hv_op_free(stage.op);
    (void)hv_task_free(task);
    return 0;
}
