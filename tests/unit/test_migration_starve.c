/*
 * One whole move without memory: each allocation of it refused in turn, alone and with all behind it. The host carries the
 * request out once it was built, so that a move that says "not moved" afterwards, or that nothing was sent, tells a lie.
 */
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "support/failmalloc.h"

#define MESSAGE_ID "11111111-2222-4333-8444-555555555555"
#define ANSWER(body)                                                                                                             \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "                                                           \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                                                              \
    "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "                                                             \
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header><a:RelatesTo>uuid:" MESSAGE_ID                         \
    "</a:RelatesTo></s:Header><s:Body>" body "</s:Body></s:Envelope>"

enum {
    MOST_BYTES = 1 << 20,
    MOST_STEPS = 2000,
    MOST_ALLOCATIONS = 20000,
};

struct world {
    struct hv_task *task;
    struct hv_op *op; /* under way */
    enum hv_peer peer;
    uint32_t tag;
    uint64_t now_ms;
    uint64_t wake_ms;
    bool watches;
    bool is_asked; /* the request to move was built: the host moves the VM */
    struct hv_buf request;
    struct hv_instance *job;
};

static bool is_at(const struct world *world) {
    return world->is_asked == (world->peer == HV_PEER_DESTINATION);
}

/* What the hosts answer; the first row whose text is in the request. */
static const char *answer_of(struct world *world) {
    static const struct {
        const char *text;
        const char *answer;
    } rows[] = {
        { "MigrateVirtualSystemToHost_INPUT", ANSWER(BENCH_STARTED) },
        { "GetErrorEx_INPUT", ANSWER(BENCH_ERRORS) },
        { "Planned", ANSWER(BENCH_ITEMS("")) },
        { "Msvm_VirtualSystemMigrationServiceSettingData", ANSWER(BENCH_ITEMS(BENCH_SETTINGS)) },
        { "Msvm_VirtualSystemMigrationService", ANSWER(BENCH_ITEMS(BENCH_SERVICE)) },
        { "transfer/Get<", ANSWER(BENCH_JOB("7", "")) },
        { "Job", ANSWER(BENCH_ITEMS("")) },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        if (!strstr(hv_buf_text(&world->request), rows[i].text))
            continue;
        world->is_asked = world->is_asked || i == 0;
        return rows[i].answer;
    }
    return is_at(world) ? ANSWER(BENCH_ITEMS(BENCH_VM)) : ANSWER(BENCH_ITEMS(""));
}

static void carry_out(struct world *world, struct hv_effects *effects) {
    for (size_t i = 0; i < effects->n; i++) {
        struct hv_effect *effect = &effects->list[i];

        switch (effect->kind) {
        case HV_EFFECT_RUN:
            assert_null(world->op);
            world->op = effect->op;
            world->peer = effect->peer;
            world->tag = effect->tag;
            effect->op = NULL;
            break;
        case HV_EFFECT_WAKE:
            world->wake_ms = effect->at_ms;
            break;
        case HV_EFFECT_WATCH:
            world->watches = true;
            break;
        case HV_EFFECT_UNWATCH:
            world->watches = false;
            break;
        case HV_EFFECT_DONE:
            break;
        }
    }
    hv_effects_deinit(effects);
}

static void step(struct world *world, const struct hv_event *event) {
    struct hv_effects effects = { .n = 0 };

    hv_task_step(world->task, world->now_ms, event, &effects);
    carry_out(world, &effects);
}

/* The operation under way, as the driver runs it: what may have acted and whose answer is not understood is lost. */
static void run_op(struct world *world) {
    static const struct hv_call call = { "https://hv/wsman", MESSAGE_ID, 60000, 512000, 0 };
    struct hv_answer answer = { .status = 200, .content_type = "application/soap+xml;charset=UTF-8" };
    struct hv_event event = { .kind = HV_EVENT_OP_DONE, .tag = world->tag, .op = world->op };
    struct hv_error err = { 0 };
    int r;

    world->op = NULL;
    hv_buf_reset(&world->request);
    r = hv_op_build(event.op, &call, &world->request, &err);
    if (r == 0) {
        answer.bytes = answer_of(world);
        answer.n_bytes = strlen(answer.bytes);
        r = hv_op_feed(event.op, &answer, &err);
        if (r < 0 && hv_op_is_once(event.op) && !hv_op_refused(&err))
            err.code = HV_E_LOST;
    }
    if (r < 0) {
        event.kind = HV_EVENT_OP_FAILED;
        event.err = &err;
    }
    step(world, &event);
    (void)hv_op_free(event.op);
}

/* What happens next. */
static void go_on(struct world *world) {
    if (world->op) {
        run_op(world);
    } else if (world->watches) {
        step(world, &(const struct hv_event){ .kind = HV_EVENT_JOB, .job = world->job });
    } else {
        assert_true(world->wake_ms > 0);
        world->now_ms = world->wake_ms;
        step(world, &(const struct hv_event){ .kind = HV_EVENT_WAKE });
    }
}

static void check_end(const struct world *world, bool refused) {
    const struct hv_move_result *result = &((const struct hv_move *)world->task)->result;
    int code = hv_task_result(world->task, NULL);

    if (!refused) {
        assert_int_equal(code, 0);
        assert_int_equal(result->outcome, HV_OUTCOME_MOVED);
    }
    if (code == 0)
        assert_int_equal(result->outcome, HV_OUTCOME_MOVED);
    if (world->is_asked) {
        assert_true(result->request_sent);
        assert_int_not_equal(result->outcome, HV_OUTCOME_NOT_MOVED);
        assert_int_not_equal(result->outcome, HV_OUTCOME_NONE);
    } else {
        assert_int_not_equal(result->outcome, HV_OUTCOME_MOVED);
    }
}

/* True when the move got as far as allocation FIRST. */
static bool move(struct world *world, size_t first, bool and_later) {
    const struct hv_move_options options = {
        .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01"
    };
    struct hv_task *task = NULL;
    size_t n_refused = 0;
    int r;

    failmalloc_arm(first, and_later);
    r = hv_move_new(&options, &task, NULL);
    world->task = task;
    if (r == 0)
        step(world, &(const struct hv_event){ .kind = HV_EVENT_START });
    for (int i = 0; r == 0 && i < MOST_STEPS && !hv_task_is_done(task); i++)
        go_on(world);
    (void)failmalloc_disarm(&n_refused);
    if (r == 0) {
        assert_true(hv_task_is_done(task));
        check_end(world, n_refused > 0);
    } else {
        assert_int_equal(r, HV_E_MEMORY);
    }
    (void)hv_op_free(world->op);
    (void)hv_task_free(task);
    return n_refused > 0;
}

static void a_move_without_memory_tells_no_lie(void **state) {
    struct hv_buf request = HV_BUF_INIT(MOST_BYTES);
    struct hv_instance *job = NULL;
    size_t n = 1;
    bool more = true;

    (void)state;
    assert_int_equal(hv_instance_new("Msvm_MigrationJob", NULL, &job, NULL), 0);
    assert_int_equal(hv_instance_set(job, "InstanceID", HV_CIM_STRING, BENCH_JOB_ID, NULL), 0);
    assert_int_equal(hv_instance_set(job, "JobState", HV_CIM_UINT16, "7", NULL), 0);
    for (int i = 0; i < MOST_BYTES - 1; i += 1024) /* has its memory before any is refused */
        hv_buf_append(&request, (const char[1024]){ 0 }, 1023);
    for (; more && n < MOST_ALLOCATIONS; n++) {
        for (int and_later = 0; and_later < 2; and_later++) {
            struct world world = { .request = request, .job = job };

            more = move(&world, n, and_later != 0);
            request = world.request;
        }
    }
    assert_false(more);
    assert_true(n > 300);
    hv_buf_deinit(&request);
    (void)hv_instance_free(job);
}

static void a_move_that_is_taken_up_without_memory_leaks_nothing(void **state) {
    const struct hv_move_place disks[] = { { "A", "C:\\a", "D:\\a", NULL }, { "B", "C:\\b", "", "pool" } };
    const struct hv_move_places places = { .disks = disks, .n_disks = 2, .config_path = "D:\\c" };
    const struct hv_move_options options = {
        .vm = "app01", .type = HV_MOVE_STORAGE, .follow_id = BENCH_JOB_ID, .places = &places
    };
    size_t n_refused = 1;
    size_t n;

    (void)state;
    for (n = 1; n_refused > 0 && n < MOST_ALLOCATIONS; n++) {
        struct hv_task *task = NULL;
        int r;

        failmalloc_arm(n, false);
        r = hv_move_new(&options, &task, NULL);
        (void)failmalloc_disarm(&n_refused);
        assert_int_equal(r, n_refused > 0 ? HV_E_MEMORY : 0);
        (void)hv_task_free(task);
    }
    assert_int_equal(n_refused, 0);
    assert_true(n > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_move_without_memory_tells_no_lie),
        cmocka_unit_test(a_move_that_is_taken_up_without_memory_leaks_nothing),
    };

    hv_op_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
