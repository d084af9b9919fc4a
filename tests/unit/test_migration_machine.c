/*
 * The table of the move's state machine: for each of its states and each event, which state comes next and what is to be done,
 * or that the pair is illegal. A pair that is missing here fails by count.
 */
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct hv_move_options vm_only = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01"
};
static const struct hv_move_options with_storage = {
    .vm = "app01", .type = HV_MOVE_VM_AND_STORAGE, .destination_name = "hv02", .source_name = "hv01"
};
static const struct hv_move_options with_folder = {
    .vm = "app01", .type = HV_MOVE_VM_AND_STORAGE, .destination_name = "hv02", .source_name = "hv01", .storage_path = "D:\\New"
};
static const struct hv_move_options from_pool = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01", .tuning = { .processor_pool = "gold" }
};
static const struct hv_move_options capped = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01", .tuning = { .cpu_cap = HV_CPU_CAP_LOW }
};
static const struct hv_move_options by_cluster = {
    .vm = "app01", .type = HV_MOVE_VM, .destination_name = "hv02", .source_name = "hv01", .by_cluster = true
};
#define BENCH_PROCESSOR                                                                                                          \
    BENCH_INSTANCE("Msvm_ProcessorSettingData", "<p:InstanceID>Microsoft:" BENCH_VM_ID "\\P\\0</p:InstanceID>")
#define BENCH_TEMPLATE                                                                                                           \
    BENCH_INSTANCE("Msvm_VirtualSystemMigrationSettingData", "<p:CPUCappingMagnitude>0</p:CPUCappingMagnitude>")
#define BENCH_DEFAULT_FOLDER                                                                                                     \
    BENCH_ITEMS(BENCH_INSTANCE("Msvm_VirtualSystemManagementServiceSettingData",                                                 \
                               "<p:DefaultVirtualHardDiskPath>E:\\Disks</p:DefaultVirtualHardDiskPath>"))
#define BENCH_CLASS                                                                                                              \
    "<CLASS NAME=\"Msvm_VirtualSystemMigrationSettingData\"><PROPERTY NAME=\"CPUCappingMagnitude\" TYPE=\"uint16\"/></CLASS>"
static const struct hv_move_options storage_only = { .vm = "app01", .type = HV_MOVE_STORAGE, .storage_path = "D:\\New" };
static const struct hv_move_options roots_only = { .vm = "app01", .type = HV_MOVE_STORAGE, .config_path = "D:\\New" };
static const struct hv_move_options follow = { .follow_id = BENCH_JOB_ID, .destination_name = "hv02", .source_name = "hv01" };

/* Brings a move to the state, by nothing but events. */
static void to_new(struct bench *bench) {
    bench_begin(bench, &vm_only);
}

static void to_find_vm(struct bench *bench) {
    to_new(bench);
    bench_event(bench, HV_EVENT_START);
}

static void to_find_elsewhere(struct bench *bench) {
    to_find_vm(bench);
    bench_answer(bench, BENCH_ITEMS(""));
}

static void to_read_disks(struct bench *bench) {
    bench_begin(bench, &with_storage);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_read_role(struct bench *bench) {
    bench_begin(bench, &by_cluster);
    bench->has_cluster = true;
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_read_cluster(struct bench *bench) {
    to_read_role(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_ROLE));
}

static void to_read_nodes(struct bench *bench) {
    to_read_cluster(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_CLUSTER));
}

static void to_read_node_name(struct bench *bench) {
    to_read_nodes(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_NODES));
}

static void to_read_group(struct bench *bench) {
    to_read_node_name(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_NODE_NAME));
}

static void to_request_role(struct bench *bench) {
    to_read_group(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_GROUP("HV01", "0", "0")));
}

static void to_watch_group(struct bench *bench) {
    to_request_role(bench);
    bench_answer(bench, BENCH_TAKEN);
}

static void to_watch_pause(struct bench *bench) {
    to_watch_group(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_GROUP("HV01", "0", "4")));
}

static void to_read_failure(struct bench *bench) {
    to_watch_pause(bench);
    bench_event(bench, HV_EVENT_WAKE);
    bench_answer(bench, BENCH_ITEMS(BENCH_GROUP("HV01", "0", "0")));
}

static void to_read_processor(struct bench *bench) {
    bench_begin(bench, &from_pool);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_read_template(struct bench *bench) {
    bench_begin(bench, &capped);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_read_class(struct bench *bench) {
    to_read_template(bench);
    bench_answer(bench, BENCH_ITEMS(""));
}

static void to_read_source(struct bench *bench) {
    to_find_vm(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_read_service(struct bench *bench) {
    to_read_source(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
}

static void to_read_listeners(struct bench *bench) {
    to_read_service(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
}

static void to_read_destination(struct bench *bench) {
    to_read_listeners(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_SERVICE));
}

static void to_request(struct bench *bench) {
    to_read_destination(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
}

static void to_read_job(struct bench *bench) {
    bench_begin(bench, &follow);
    bench_event(bench, HV_EVENT_START);
}

static void to_find_job(struct bench *bench) {
    to_request(bench);
    bench_fail(bench, HV_E_LOST, NULL);
}

static void to_follow(struct bench *bench) {
    to_request(bench);
    bench_answer(bench, BENCH_STARTED);
}

static void to_cancel(struct bench *bench) {
    to_follow(bench);
    bench_event(bench, HV_EVENT_CANCEL);
}

static void to_confirm_job(struct bench *bench) {
    to_follow(bench);
    bench_event(bench, HV_EVENT_JOB_MISSING);
}

static void to_read_errors(struct bench *bench) {
    to_follow(bench);
    bench_job(bench, "10");
}

static void to_look_destination(struct bench *bench) {
    to_follow(bench);
    bench_job(bench, "7");
}

static void to_look_source(struct bench *bench) {
    to_look_destination(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_storage_look(struct bench *bench, const struct hv_move_options *options) {
    bench_begin(bench, options);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
    bench_answer(bench, options == &storage_only ? BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")) : BENCH_ITEMS(""));
    bench_answer(bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(bench, BENCH_STARTED);
    bench_job(bench, "7");
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_look_disks(struct bench *bench) {
    to_storage_look(bench, &storage_only);
}

static void to_look_roots(struct bench *bench) {
    to_storage_look(bench, &roots_only);
}

static void to_look_pause(struct bench *bench) {
    to_look_source(bench);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

static void to_look_planned(struct bench *bench) {
    to_read_errors(bench);
    bench_answer(bench, BENCH_ERRORS);
    bench_answer(bench, BENCH_ITEMS(""));
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
}

/* A move that failed and had copied disks. */
static void to_look_copies_of(struct bench *bench, const struct hv_move_options *options) {
    bench_begin(bench, options);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
    bench_answer(bench, BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(bench, BENCH_STARTED);
    bench_job(bench, "10");
    bench_answer(bench, BENCH_ERRORS);
    bench_answer(bench, BENCH_ITEMS(""));
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
    bench_answer(bench, BENCH_ITEMS(""));
}

static void to_look_folder(struct bench *bench) {
    to_look_copies_of(bench, &with_storage);
}

static void to_look_copies(struct bench *bench) {
    to_look_copies_of(bench, &with_folder);
}

static void to_done(struct bench *bench) {
    to_look_source(bench);
    bench_answer(bench, BENCH_ITEMS(""));
}

#define ILLEGAL                                                                                                                  \
    { NULL, NULL }

/* One row a state: how to get there, what the answer is, and for each event in the order of HV_MIG_EVENTS the next state and the
 * effects. */
static const struct row {
    enum hv_mig_state state;
    void (*reach)(struct bench *bench);
    const char *answer;
    struct {
        const char *next;
        const char *effects;
    } events[HV_MIG_N_EVENTS];
} rows[] = {
    /*                                  START, ANSWER, ERROR, LOST, WAKE, JOB, JOB_MISSING, JOB_UNREACHABLE, DETACH, CANCEL */
    { HV_MIG_STATE_NEW,
      to_new,
      NULL,
      { { "FIND_VM", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "NEW", "done" },
        { "NEW", "done" } } },
    { HV_MIG_STATE_FIND_VM,
      to_find_vm,
      BENCH_ITEMS(BENCH_VM),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "FIND_VM", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FIND_VM", "done" },
        { "FIND_VM", "done" } } },
    { HV_MIG_STATE_FIND_ELSEWHERE,
      to_find_elsewhere,
      BENCH_ITEMS(BENCH_VM),
      { ILLEGAL,
        { "FIND_ELSEWHERE", "done" },
        { "FIND_ELSEWHERE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FIND_ELSEWHERE", "done" },
        { "FIND_ELSEWHERE", "done" } } },
    { HV_MIG_STATE_READ_ROLE,
      to_read_role,
      BENCH_ITEMS(BENCH_ROLE),
      { ILLEGAL,
        { "READ_CLUSTER", "run:source" },
        { "READ_ROLE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_ROLE", "done" },
        { "READ_ROLE", "done" } } },
    { HV_MIG_STATE_READ_CLUSTER,
      to_read_cluster,
      BENCH_ITEMS(BENCH_CLUSTER),
      { ILLEGAL,
        { "READ_NODES", "run:source" },
        { "READ_CLUSTER", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_CLUSTER", "done" },
        { "READ_CLUSTER", "done" } } },
    { HV_MIG_STATE_READ_NODES,
      to_read_nodes,
      BENCH_ITEMS(BENCH_NODES),
      { ILLEGAL,
        { "READ_NODE_NAME", "run:destination" },
        { "READ_NODES", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_NODES", "done" },
        { "READ_NODES", "done" } } },
    { HV_MIG_STATE_READ_NODE_NAME,
      to_read_node_name,
      BENCH_ITEMS(BENCH_NODE_NAME),
      { ILLEGAL,
        { "READ_GROUP", "run:source" },
        { "READ_NODE_NAME", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_NODE_NAME", "done" },
        { "READ_NODE_NAME", "done" } } },
    { HV_MIG_STATE_READ_GROUP,
      to_read_group,
      BENCH_ITEMS(BENCH_GROUP("HV01", "0", "0")),
      { ILLEGAL,
        { "REQUEST_ROLE", "run:source" },
        { "READ_GROUP", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_GROUP", "done" },
        { "READ_GROUP", "done" } } },
    { HV_MIG_STATE_READ_DISKS,
      to_read_disks,
      BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_DISKS", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_DISKS", "done" },
        { "READ_DISKS", "done" } } },
    { HV_MIG_STATE_READ_PROCESSOR,
      to_read_processor,
      BENCH_ITEMS(BENCH_PROCESSOR),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_PROCESSOR", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_PROCESSOR", "done" },
        { "READ_PROCESSOR", "done" } } },
    { HV_MIG_STATE_READ_TEMPLATE,
      to_read_template,
      BENCH_ITEMS(BENCH_TEMPLATE),
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_TEMPLATE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_TEMPLATE", "done" },
        { "READ_TEMPLATE", "done" } } },
    { HV_MIG_STATE_READ_CLASS,
      to_read_class,
      BENCH_CLASS,
      { ILLEGAL,
        { "READ_SOURCE", "run:source" },
        { "READ_CLASS", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_CLASS", "done" },
        { "READ_CLASS", "done" } } },
    { HV_MIG_STATE_READ_SOURCE,
      to_read_source,
      BENCH_ITEMS(BENCH_SETTINGS),
      { ILLEGAL,
        { "READ_SERVICE", "run:source" },
        { "READ_SOURCE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_SOURCE", "done" },
        { "READ_SOURCE", "done" } } },
    { HV_MIG_STATE_READ_SERVICE,
      to_read_service,
      BENCH_ITEMS(BENCH_OWN_SERVICE),
      { ILLEGAL,
        { "READ_LISTENERS", "run:destination" },
        { "READ_SERVICE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_SERVICE", "done" },
        { "READ_SERVICE", "done" } } },
    { HV_MIG_STATE_READ_LISTENERS,
      to_read_listeners,
      BENCH_ITEMS(BENCH_SERVICE),
      { ILLEGAL,
        { "READ_DESTINATION", "run:destination" },
        { "READ_LISTENERS", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_LISTENERS", "done" },
        { "READ_LISTENERS", "done" } } },
    { HV_MIG_STATE_READ_DESTINATION,
      to_read_destination,
      BENCH_ITEMS(BENCH_SETTINGS),
      { ILLEGAL,
        { "REQUEST", "run:source" },
        { "READ_DESTINATION", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_DESTINATION", "done" },
        { "READ_DESTINATION", "done" } } },
    { HV_MIG_STATE_REQUEST,
      to_request,
      BENCH_STARTED,
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "REQUEST", "done" },
        { "FIND_JOB", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "REQUEST", "" },
        { "REQUEST", "" } } },
    { HV_MIG_STATE_REQUEST_ROLE,
      to_request_role,
      BENCH_TAKEN,
      { ILLEGAL,
        { "WATCH_GROUP", "run:source" },
        { "REQUEST_ROLE", "done" },
        { "WATCH_GROUP", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "REQUEST_ROLE", "" },
        { "REQUEST_ROLE", "" } } },
    { HV_MIG_STATE_WATCH_GROUP,
      to_watch_group,
      BENCH_ITEMS(BENCH_GROUP("HV02", "0", "0")),
      { ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        { "WATCH_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "WATCH_GROUP", "" },
        { "WATCH_GROUP", "" } } },
    { HV_MIG_STATE_WATCH_PAUSE,
      to_watch_pause,
      NULL,
      { ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "WATCH_GROUP", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "DONE", "done" },
        { "WATCH_PAUSE", "" } } },
    { HV_MIG_STATE_READ_FAILURE,
      to_read_failure,
      BENCH_ITEMS(BENCH_ROLE_FAILED("2147500037")),
      { ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        { "LOOK_DESTINATION", "run:destination" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_FAILURE", "" },
        { "READ_FAILURE", "" } } },
    { HV_MIG_STATE_READ_JOB,
      to_read_job,
      BENCH_JOB("4", ""),
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "READ_JOB", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_JOB", "done" },
        { "READ_JOB", "done" } } },
    { HV_MIG_STATE_FIND_JOB,
      to_find_job,
      BENCH_ITEMS(BENCH_JOB("4", "")),
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "LOOK_DESTINATION", "run:destination" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FIND_JOB", "" },
        { "FIND_JOB", "" } } },
    { HV_MIG_STATE_FOLLOW,
      to_follow,
      NULL,
      { ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "FOLLOW", "" },
        { "FOLLOW", "" },
        { "CONFIRM_JOB", "unwatch run:source" },
        { "LOOK_DESTINATION", "run:destination" },
        { "DONE", "done" },
        { "CANCEL", "unwatch run:source" } } },
    { HV_MIG_STATE_CANCEL,
      to_cancel,
      BENCH_RETURN("0"),
      { ILLEGAL,
        { "FOLLOW", "watch wake" },
        { "FOLLOW", "watch" },
        { "FOLLOW", "watch" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "CANCEL", "" },
        { "CANCEL", "" } } },
    { HV_MIG_STATE_CONFIRM_JOB,
      to_confirm_job,
      BENCH_JOB("4", ""),
      { ILLEGAL,
        { "FOLLOW", "watch" },
        { "FOLLOW", "watch" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "CONFIRM_JOB", "" },
        { "CONFIRM_JOB", "" } } },
    { HV_MIG_STATE_READ_ERRORS,
      to_read_errors,
      BENCH_ERRORS,
      { ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        { "READ_ERRORS", "run:source" },
        { "READ_ERRORS", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "READ_ERRORS", "" },
        { "READ_ERRORS", "" } } },
    { HV_MIG_STATE_LOOK_DESTINATION,
      to_look_destination,
      BENCH_ITEMS(BENCH_VM),
      { ILLEGAL,
        { "LOOK_SOURCE", "run:source" },
        { "LOOK_SOURCE", "run:source" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_DESTINATION", "" },
        { "LOOK_DESTINATION", "" } } },
    { HV_MIG_STATE_LOOK_SOURCE,
      to_look_source,
      BENCH_ITEMS(""),
      { ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_SOURCE", "" },
        { "LOOK_SOURCE", "" } } },
    { HV_MIG_STATE_LOOK_DISKS,
      to_look_disks,
      BENCH_ITEMS(BENCH_DISK("D:\\New\\a.vhdx")),
      { ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_DISKS", "" },
        { "LOOK_DISKS", "" } } },
    { HV_MIG_STATE_LOOK_ROOTS,
      to_look_roots,
      BENCH_ITEMS(BENCH_ROOTS("D:\\New\\")),
      { ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "wake" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_ROOTS", "" },
        { "LOOK_ROOTS", "" } } },
    { HV_MIG_STATE_LOOK_PAUSE,
      to_look_pause,
      NULL,
      { ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_DESTINATION", "run:destination" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "DONE", "done" },
        { "LOOK_PAUSE", "" } } },
    { HV_MIG_STATE_LOOK_PLANNED,
      to_look_planned,
      BENCH_ITEMS(""),
      { ILLEGAL,
        { "DONE", "done" },
        { "DONE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_PLANNED", "" },
        { "LOOK_PLANNED", "" } } },
    { HV_MIG_STATE_LOOK_FOLDER,
      to_look_folder,
      BENCH_DEFAULT_FOLDER,
      { ILLEGAL,
        { "LOOK_COPIES", "run:destination" },
        { "DONE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_FOLDER", "" },
        { "LOOK_FOLDER", "" } } },
    { HV_MIG_STATE_LOOK_COPIES,
      to_look_copies,
      BENCH_ITEMS(""),
      { ILLEGAL,
        { "DONE", "done" },
        { "DONE", "done" },
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        ILLEGAL,
        { "LOOK_COPIES", "" },
        { "LOOK_COPIES", "" } } },
    { HV_MIG_STATE_DONE,
      to_done,
      NULL,
      { ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL } },
};

/* Gives a legal event to the move. */
static void apply(struct bench *bench, const struct row *row, enum hv_mig_event event) {
    switch (event) {
    case HV_MIG_EV_START:
        bench_event(bench, HV_EVENT_START);
        break;
    case HV_MIG_EV_ANSWER:
        bench_answer(bench, row->answer);
        break;
    case HV_MIG_EV_ERROR:
        bench_fail(bench, HV_E_UNREACHABLE, NULL);
        break;
    case HV_MIG_EV_LOST:
        bench_fail(bench, HV_E_LOST, NULL);
        break;
    case HV_MIG_EV_WAKE:
        bench_event(bench, HV_EVENT_WAKE);
        break;
    case HV_MIG_EV_JOB:
        bench_job(bench, "4");
        break;
    case HV_MIG_EV_JOB_MISSING:
        bench_event(bench, HV_EVENT_JOB_MISSING);
        break;
    case HV_MIG_EV_JOB_UNREACHABLE:
        bench_event(bench, HV_EVENT_JOB_UNREACHABLE);
        break;
    case HV_MIG_EV_DETACH:
        bench_event(bench, HV_EVENT_DETACH);
        break;
    case HV_MIG_EV_CANCEL:
        bench_event(bench, HV_EVENT_CANCEL);
        break;
    case HV_MIG_N_EVENTS:
        break;
    }
}

/* Gives an illegal event straight to the machine: it must be an error, and must leave the state alone. */
static void refuse(struct bench *bench, enum hv_mig_event event) {
    static const enum hv_event_kind kinds[] = { HV_EVENT_START,  HV_EVENT_OP_DONE, HV_EVENT_OP_FAILED,   HV_EVENT_OP_FAILED,
                                                HV_EVENT_WAKE,   HV_EVENT_JOB,     HV_EVENT_JOB_MISSING, HV_EVENT_JOB_UNREACHABLE,
                                                HV_EVENT_DETACH, HV_EVENT_CANCEL };
    const struct hv_error failure = { .code = event == HV_MIG_EV_LOST ? HV_E_LOST : HV_E_UNREACHABLE };
    const struct hv_event illegal = { .kind = kinds[event], .tag = bench->move->tag, .err = &failure };
    enum hv_mig_state before = bench->move->state;
    struct hv_effects effects = { .n = 0 };
    struct hv_error err = { 0 };
    int r = hv_mig_step(&bench->move->task, 0, &illegal, &effects, &err);

    assert_true(r == HV_E_INTERNAL || r == HV_E_UNKNOWN_OUTCOME);
    assert_non_null(strstr(err.message, "is not expected in state"));
    assert_int_equal(bench->move->state, before);
    assert_int_equal(effects.n, 0);
}

static void every_pair_of_state_and_event_is_as_the_table_says(void **state) {
    size_t n_pairs = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(rows[i].state, i);
        for (int event = 0; event < HV_MIG_N_EVENTS; event++) {
            struct bench bench;
            rows[i].reach(&bench);
            assert_string_equal(bench_state(&bench), hv_mig_state_name(rows[i].state));
            assert_int_equal(hv_mig_is_legal(rows[i].state, (enum hv_mig_event)event), rows[i].events[event].next != NULL);
            if (rows[i].events[event].next) {
                apply(&bench, &rows[i], (enum hv_mig_event)event);
                assert_string_equal(bench_state(&bench), rows[i].events[event].next);
                assert_string_equal(bench.effects, rows[i].events[event].effects);
            } else {
                refuse(&bench, (enum hv_mig_event)event);
            }
            assert_true(bench.n_moves <= 1);
            bench_end(&bench);
            n_pairs++;
        }
    }
    assert_int_equal(n_pairs, HV_MIG_N_STATES * HV_MIG_N_EVENTS);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_pair_of_state_and_event_is_as_the_table_says) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
