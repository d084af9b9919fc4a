/* A host's migration service, settings and networks (hyperv.md 2.1, 2.3, 2.5). */
#include <hvctl/host.h>

#include "base/error.h"
#include "hyperv/host.h"
#include "inventory/gather.h"

enum kind {
    KIND_SERVICE,
    KIND_SETTINGS,
    KIND_NETWORKS,
};

struct host_show {
    struct hv_task task;
    struct hv_gather gather;
    struct hv_host_info info;
};

static int part_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct host_show *show = target;
    switch ((enum kind)kind) {
    case KIND_SERVICE:
        return hv_host_add_service(&show->info, instance, err);
    case KIND_SETTINGS:
        hv_host_add_settings(&show->info, instance);
        return 0;
    case KIND_NETWORKS:
        return hv_host_add_network(&show->info, instance, err);
    }
    return 0;
}

static int parts_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct host_show *show = target;
    struct hv_gather *gather = &show->gather;
    if (round > 0)
        return 0;
    int r = hv_gather_query(gather, KIND_SERVICE, "Msvm_VirtualSystemMigrationService", NULL, true, effects, err);
    if (r == 0)
        r = hv_gather_query(gather, KIND_SETTINGS, "Msvm_VirtualSystemMigrationServiceSettingData", NULL, true, effects, err);
    if (r == 0)
        r = hv_gather_query(gather, KIND_NETWORKS, "Msvm_VirtualSystemMigrationNetworkSettingData", NULL, false, effects, err);
    return r;
}

static int host_show_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                          struct hv_error *err) {
    struct host_show *show = (struct host_show *)task;
    (void)now_ms;
    return hv_gather_step(&show->gather, event, effects, err);
}

static void host_show_free(struct hv_task *task) {
    struct host_show *show = (struct host_show *)task;
    hv_host_info_deinit(&show->info);
    free(show);
}

static const struct hv_task_vtable host_show_vtable = { host_show_step, host_show_free };

int hv_host_show_new(struct hv_task **ret_task, struct hv_error *err) {
    struct host_show *show = calloc(1, sizeof(*show));
    if (!show)
        return hv_error_memory(err);
    hv_task_init(&show->task, &host_show_vtable);
    hv_gather_init(&show->gather, parts_begin, part_add, show);
    hv_host_info_init(&show->info);
    *ret_task = &show->task;
    return 0;
}

const struct hv_host_info *hv_host_show_result(const struct hv_task *task) {
    const struct host_show *show = (const struct host_show *)task;
    bool has_result = task->vtable == &host_show_vtable && task->done && task->error.code == 0;
    return has_result ? &show->info : NULL;
}
