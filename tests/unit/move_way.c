/* How a move gets into each of its states. */
#include "move_way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

void bench_reach(struct bench *bench, enum hv_mig_state state) {
    static void (*const ways[])(struct bench * bench) = {
        [HV_MIG_STATE_NEW] = to_new,
        [HV_MIG_STATE_FIND_VM] = to_find_vm,
        [HV_MIG_STATE_FIND_ELSEWHERE] = to_find_elsewhere,
        [HV_MIG_STATE_READ_ROLE] = to_read_role,
        [HV_MIG_STATE_READ_CLUSTER] = to_read_cluster,
        [HV_MIG_STATE_READ_NODES] = to_read_nodes,
        [HV_MIG_STATE_READ_NODE_NAME] = to_read_node_name,
        [HV_MIG_STATE_READ_GROUP] = to_read_group,
        [HV_MIG_STATE_READ_DISKS] = to_read_disks,
        [HV_MIG_STATE_READ_PROCESSOR] = to_read_processor,
        [HV_MIG_STATE_READ_TEMPLATE] = to_read_template,
        [HV_MIG_STATE_READ_CLASS] = to_read_class,
        [HV_MIG_STATE_READ_SOURCE] = to_read_source,
        [HV_MIG_STATE_READ_SERVICE] = to_read_service,
        [HV_MIG_STATE_READ_LISTENERS] = to_read_listeners,
        [HV_MIG_STATE_READ_DESTINATION] = to_read_destination,
        [HV_MIG_STATE_REQUEST] = to_request,
        [HV_MIG_STATE_REQUEST_ROLE] = to_request_role,
        [HV_MIG_STATE_WATCH_GROUP] = to_watch_group,
        [HV_MIG_STATE_WATCH_PAUSE] = to_watch_pause,
        [HV_MIG_STATE_READ_FAILURE] = to_read_failure,
        [HV_MIG_STATE_READ_JOB] = to_read_job,
        [HV_MIG_STATE_FIND_JOB] = to_find_job,
        [HV_MIG_STATE_FOLLOW] = to_follow,
        [HV_MIG_STATE_CANCEL] = to_cancel,
        [HV_MIG_STATE_CONFIRM_JOB] = to_confirm_job,
        [HV_MIG_STATE_READ_ERRORS] = to_read_errors,
        [HV_MIG_STATE_LOOK_DESTINATION] = to_look_destination,
        [HV_MIG_STATE_LOOK_SOURCE] = to_look_source,
        [HV_MIG_STATE_LOOK_DISKS] = to_look_disks,
        [HV_MIG_STATE_LOOK_ROOTS] = to_look_roots,
        [HV_MIG_STATE_LOOK_PAUSE] = to_look_pause,
        [HV_MIG_STATE_LOOK_PLANNED] = to_look_planned,
        [HV_MIG_STATE_LOOK_FOLDER] = to_look_folder,
        [HV_MIG_STATE_LOOK_COPIES] = to_look_copies,
        [HV_MIG_STATE_DONE] = to_done,
    };

    _Static_assert(sizeof(ways) / sizeof(ways[0]) == HV_MIG_N_STATES, "each state can be reached");
    assert_non_null(ways[state]);
    ways[state](bench);
}
