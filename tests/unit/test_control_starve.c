/*
 * Tasks of this room without memory: each allocation of a whole run refused in turn, alone and with all behind it. No task may
 * crash, leak or hang, and none may say that it was done when the host was never asked, or that it was not when it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hvctl/compatibility.h>
#include <hvctl/host.h>
#include <hvctl/instance.h>
#include <hvctl/preflight.h>
#include <hvctl/vm.h>

#include "base/error.h"
#include "base/size.h"
#include "cim/instance.h"
#include "control_bench.h"
#include "engine/op.h"
#include "support/failmalloc.h"

#define ID         "0E2A5B6C-1111-4222-8333-444455556666"
#define MESSAGE_ID "11111111-2222-4333-8444-555555555555"
#define ANSWER(body)                                                                                                             \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "                                                           \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                                                              \
    "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "                                                             \
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header><a:RelatesTo>uuid:" MESSAGE_ID                         \
    "</a:RelatesTo></s:Header><s:Body>" body "</s:Body></s:Envelope>"
#define NOTHING ANSWER(TALK_ITEMS(""))
#define STARTED ANSWER(TALK_STARTED)
#define VM(state)                                                                                                                \
    ANSWER(TALK_ITEMS(TALK_INSTANCE("Msvm_ComputerSystem", "<p:ElementName>app01</p:ElementName><p:EnabledState>" state          \
                                                           "</p:EnabledState><p:Name>" ID "</p:Name>")))
#define SERVICE(class, name)                                                                                                     \
    ANSWER(TALK_ITEMS(TALK_INSTANCE(class, "<p:CreationClassName>" class "</p:CreationClassName><p:Name>" name                   \
                                                                         "</p:Name><p:SystemName>HV01</p:SystemName>")))
#define SETTINGS(max)                                                                                                            \
    ANSWER(TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationServiceSettingData",                                             \
                                    "<p:AuthenticationType>1</p:AuthenticationType>"                                             \
                                    "<p:EnableVirtualSystemMigration>true</p:EnableVirtualSystemMigration>"                      \
                                    "<p:InstanceID>Microsoft:X</p:InstanceID>"                                                   \
                                    "<p:MaximumActiveVirtualSystemMigration>" max "</p:MaximumActiveVirtualSystemMigration>")))
#define NETWORK                                                                                                                  \
    ANSWER(TALK_ITEMS(TALK_INSTANCE("Msvm_VirtualSystemMigrationNetworkSettingData",                                             \
                                    "<p:InstanceID>Microsoft:N</p:InstanceID><p:Metric>7</p:Metric>"                             \
                                    "<p:PrefixLength>24</p:PrefixLength><p:SubnetNumber>192.0.2.0</p:SubnetNumber>"              \
                                    "<p:Tags>Microsoft:UserManaged</p:Tags>")))
#define PROCESSOR(limit)                                                                                                         \
    ANSWER(TALK_ITEMS(TALK_INSTANCE("Msvm_ProcessorSettingData",                                                                 \
                                    "<p:InstanceID>Microsoft:" ID "\\P\\0</p:InstanceID>"                                        \
                                    "<p:LimitProcessorFeatures>" limit "</p:LimitProcessorFeatures>")))
#define COMPONENT                                                                                                                \
    ANSWER(TALK_ITEMS("<a:EndpointReference><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>" TALK_NS              \
                      "Msvm_ShutdownComponent</w:ResourceURI><w:SelectorSet><w:Selector Name=\"DeviceID\">Microsoft:D"           \
                      "</w:Selector><w:Selector Name=\"SystemName\">" ID "</w:Selector></w:SelectorSet>"                         \
                      "</a:ReferenceParameters></a:EndpointReference>"))
#define INFO                                                                                                                     \
    ANSWER("<p:M_OUTPUT xmlns:p=\"" TALK_NS "X\"><p:CompatibilityInfo>7</p:CompatibilityInfo>"                                   \
           "<p:ReturnValue>0</p:ReturnValue></p:M_OUTPUT>")
#define VECTORS                                                                                                                  \
    ANSWER("<p:M_OUTPUT xmlns:p=\"" TALK_NS "X\"><p:CompatibilityVectors xmlns:p=\"" TALK_NS "Msvm_CompatibilityVector\">"       \
           "<p:CompareOperation>2</p:CompareOperation><p:CompatibilityInfo>3</p:CompatibilityInfo><p:VectorId>1</p:VectorId>"    \
           "</p:CompatibilityVectors><p:ReturnValue>0</p:ReturnValue></p:M_OUTPUT>")

enum {
    MOST_BYTES = 1 << 20,
    MOST_OPS = 64,
    MOST_STEPS = 500,
    MOST_ALLOCATIONS = 20000,
};

/* A host answers the first row whose text is in the request, by what it was asked to do so far. */
struct row {
    const char *text;
    const char *before;
    const char *after; /* NULL: as before */
};

struct drill {
    int (*make)(struct hv_task **ret_task);
    const char *act; /* what stands in the request that changes something; NULL: none does */
    const char *job_state;
    int code; /* of a run that lacks nothing */
    struct row rows[8];
};

struct world {
    const struct drill *drill;
    struct hv_task *task;
    struct hv_op *ops[MOST_OPS];
    uint32_t tags[MOST_OPS];
    size_t n_ops;
    size_t n_done;
    uint64_t now_ms;
    uint64_t wake_ms;
    bool watches;
    bool is_asked;
    struct hv_buf request;
    struct hv_instance *job;
};

static const char *answer_of(struct world *world) {
    const struct drill *drill = world->drill;
    const char *request = hv_buf_text(&world->request);
    const char *answer = NOTHING;

    for (size_t i = 0; i < HV_ARRAY_SIZE(drill->rows) && drill->rows[i].text; i++) {
        if (!strstr(request, drill->rows[i].text))
            continue;
        answer = world->is_asked && drill->rows[i].after ? drill->rows[i].after : drill->rows[i].before;
        break;
    }
    world->is_asked = world->is_asked || (drill->act && strstr(request, drill->act));
    return answer;
}

static void step(struct world *world, const struct hv_event *event) {
    struct hv_effects effects = { .n = 0 };

    hv_task_step(world->task, world->now_ms, event, &effects);
    for (size_t i = 0; i < effects.n; i++) {
        struct hv_effect *effect = &effects.list[i];
        switch (effect->kind) {
        case HV_EFFECT_RUN:
            assert_true(world->n_ops < MOST_OPS);
            world->ops[world->n_ops] = effect->op;
            world->tags[world->n_ops++] = effect->tag;
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
    hv_effects_deinit(&effects);
}

/* The oldest operation, as the driver runs it: what may have acted and whose answer is not understood is lost. */
static void run_op(struct world *world) {
    static const struct hv_call call = { "https://hv/wsman", MESSAGE_ID, 60000, 512000, 0 };
    struct hv_answer answer = { .status = 200, .content_type = "application/soap+xml;charset=UTF-8" };
    size_t i = world->n_done++;
    struct hv_event event = { .kind = HV_EVENT_OP_DONE, .tag = world->tags[i], .op = world->ops[i] };
    struct hv_error err = { 0 };
    int r;

    world->ops[i] = NULL;
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

static void go_on(struct world *world) {
    if (world->n_done < world->n_ops) {
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
    const struct drill *drill = world->drill;
    int code = hv_task_result(world->task, NULL);

    if (!refused)
        assert_int_equal(code, drill->code);
    if (code == 0 && drill->act)
        assert_true(world->is_asked);
    if (code != 0 && world->is_asked && drill->code == 0 && code != HV_E_MEMORY && code != HV_E_UNKNOWN_OUTCOME)
        fail_msg("the host was asked and did it, and the task ends with %d", code);
}

/* True when the run got as far as allocation FIRST. */
static bool run(struct world *world, size_t first, bool and_later) {
    size_t n_refused = 0;
    int r;

    failmalloc_arm(first, and_later);
    r = world->drill->make(&world->task);
    if (r == 0)
        step(world, &(const struct hv_event){ .kind = HV_EVENT_START });
    for (int i = 0; r == 0 && i < MOST_STEPS && !hv_task_is_done(world->task); i++)
        go_on(world);
    (void)failmalloc_disarm(&n_refused);
    if (r == 0) {
        assert_true(hv_task_is_done(world->task));
        check_end(world, n_refused > 0);
    } else {
        assert_int_equal(r, HV_E_MEMORY);
    }
    for (size_t i = world->n_done; i < world->n_ops; i++)
        (void)hv_op_free(world->ops[i]);
    (void)hv_task_free(world->task);
    return n_refused > 0;
}

static void starve(const struct drill *drill) {
    struct hv_buf request = HV_BUF_INIT(MOST_BYTES);
    struct hv_instance *job = NULL;
    size_t n = 1;
    bool more = true;

    assert_int_equal(hv_instance_new("Msvm_ConcreteJob", NULL, &job, NULL), 0);
    assert_int_equal(hv_instance_set(job, "InstanceID", HV_CIM_STRING, TALK_JOB_ID, NULL), 0);
    assert_int_equal(hv_instance_set(job, "JobState", HV_CIM_UINT16, drill->job_state ? drill->job_state : "7", NULL), 0);
    for (int i = 0; i < MOST_BYTES - 1; i += 1024) /* has its memory before any is refused */
        hv_buf_append(&request, (const char[1024]){ 0 }, 1023);
    for (; more && n < MOST_ALLOCATIONS; n++) {
        for (int and_later = 0; and_later < 2; and_later++) {
            struct world world = { .drill = drill, .request = request, .job = job };

            more = run(&world, n, and_later != 0);
            request = world.request;
        }
    }
    assert_false(more);
    assert_true(n > 50);
    hv_buf_deinit(&request);
    (void)hv_instance_free(job);
}

/* ---- the tasks ---- */

static int make_settings(struct hv_task **ret_task) {
    struct hv_host_change wish;

    hv_host_change_init(&wish);
    wish.host = "hv01";
    wish.max_vm_migrations = 9;
    return hv_host_change_new(&wish, ret_task, NULL);
}

static int make_network(struct hv_task **ret_task) {
    static const struct hv_network_change add = { .verb = HV_NETWORK_ADD, .network = "192.0.2.0/24", .metric = 7 };
    struct hv_host_change wish;

    hv_host_change_init(&wish);
    wish.host = "hv01";
    wish.network = &add;
    return hv_host_change_new(&wish, ret_task, NULL);
}

static int make_start(struct hv_task **ret_task) {
    const struct hv_vm_power_options options = { .vm = "app01", .host = "hv01", .action = HV_VM_START };

    return hv_vm_power_new(&options, ret_task, NULL);
}

static int make_shutdown(struct hv_task **ret_task) {
    const struct hv_vm_power_options options = { .vm = ID, .host = "hv01", .action = HV_VM_SHUTDOWN };

    return hv_vm_power_new(&options, ret_task, NULL);
}

static int make_set(struct hv_task **ret_task) {
    const struct hv_vm_set_options options = { .vm = "app01", .host = "hv01", .processor_compatibility = 1 };

    return hv_vm_set_new(&options, ret_task, NULL);
}

static int make_preflight(struct hv_task **ret_task) {
    const struct hv_move_options options = { .vm = "app01",
                                             .type = HV_MOVE_VM_AND_STORAGE,
                                             .destination_name = "hv02",
                                             .source_name = "hv01",
                                             .storage_path = "D:\\New" };

    return hv_preflight_new(&options, ret_task, NULL);
}

static int make_reading(struct hv_task **ret_task) {
    const struct hv_compatibility_read_options options = { .vm = "app01", .host = "hv01" };

    return hv_compatibility_read_new(&options, ret_task, NULL);
}

#define MIGRATION_SERVICE SERVICE("Msvm_VirtualSystemMigrationService", "migrationwmi")
#define HOST_ROWS(max_before, max_after)                                                                                         \
    { "Msvm_VirtualSystemMigrationServiceSettingData<", SETTINGS(max_before), SETTINGS(max_after) }, {                           \
        "Msvm_VirtualSystemMigrationService<", MIGRATION_SERVICE, NULL                                                           \
    }

static void host_settings(void **state) {
    static const struct drill drill = {
        make_settings, "ModifyServiceSettings_INPUT", NULL, 0, { { "_INPUT", STARTED, NULL }, HOST_ROWS("2", "9") }
    };

    (void)state;
    starve(&drill);
}

static void host_settings_that_are_refused_by_a_job(void **state) {
    static const struct drill drill = {
        make_settings,
        "ModifyServiceSettings_INPUT",
        "10",
        HV_E_DENIED,
        { { "GetErrorEx_INPUT", ANSWER(TALK_ERRORS("No (0x80070005)")), NULL }, { "_INPUT", STARTED, NULL }, HOST_ROWS("2", "2") }
    };

    (void)state;
    starve(&drill);
}

static void host_networks(void **state) {
    static const struct drill drill = { make_network,
                                        "AddNetworkSettings_INPUT",
                                        NULL,
                                        0,
                                        { { "_INPUT", ANSWER(TALK_RETURN("0")), NULL },
                                          { "Msvm_VirtualSystemMigrationNetworkSettingData<", NOTHING, NETWORK },
                                          HOST_ROWS("2", "2") } };

    (void)state;
    starve(&drill);
}

static void starting_a_vm(void **state) {
    static const struct drill drill = {
        make_start,
        "RequestStateChange_INPUT",
        NULL,
        0,
        { { "_INPUT", STARTED, NULL }, { "Msvm_ComputerSystem", VM("3"), VM("2") } },
    };

    (void)state;
    starve(&drill);
}

static void shutting_a_vm_down(void **state) {
    static const struct drill drill = { make_shutdown,
                                        "InitiateShutdown_INPUT",
                                        NULL,
                                        0,
                                        { { "_INPUT", ANSWER(TALK_RETURN("0")), NULL },
                                          { "Msvm_ShutdownComponent", COMPONENT, NULL },
                                          { "Msvm_ComputerSystem", VM("2"), VM("3") } } };

    (void)state;
    starve(&drill);
}

static void vm_settings(void **state) {
    static const struct drill drill = {
        make_set,
        "ModifyResourceSettings_INPUT",
        NULL,
        0,
        { { "_INPUT", STARTED, NULL },
          { "Msvm_ProcessorSettingData", PROCESSOR("false"), PROCESSOR("true") },
          { "Msvm_VirtualSystemManagementService", SERVICE("Msvm_VirtualSystemManagementService", "vmms"), NULL },
          { "Msvm_ComputerSystem", VM("3"), NULL } },
    };

    (void)state;
    starve(&drill);
}

static void preflight(void **state) {
    static const struct drill drill = {
        make_preflight, NULL, NULL, 0, { HOST_ROWS("2", "2"), { "Msvm_ComputerSystem", VM("2"), NULL } }
    };

    (void)state;
    starve(&drill);
}

static void reading_for_compatibility(void **state) {
    static const struct drill drill = {
        make_reading,
        NULL,
        NULL,
        0,
        { { "GetSystemCompatibilityInfo_INPUT", INFO, NULL },
          { "GetSystemCompatibilityVectors_INPUT", VECTORS, NULL },
          { "Msvm_ProcessorSettingData", PROCESSOR("true"), NULL },
          { "Msvm_VirtualSystemMigrationService", MIGRATION_SERVICE, NULL },
          { "Msvm_ComputerSystem", VM("2"), NULL } },
    };

    (void)state;
    starve(&drill);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_settings),      cmocka_unit_test(host_settings_that_are_refused_by_a_job),
        cmocka_unit_test(host_networks),      cmocka_unit_test(starting_a_vm),
        cmocka_unit_test(shutting_a_vm_down), cmocka_unit_test(vm_settings),
        cmocka_unit_test(preflight),          cmocka_unit_test(reading_for_compatibility),
    };

    hv_op_process_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
