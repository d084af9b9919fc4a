/* A host's migration service, settings and networks (hyperv.md 2.1, 2.3, 2.5). */
#include <hvctl/host.h>

#include "base/error.h"
#include "inventory/host_read.h"

struct host_show {
    struct hv_task task;
    struct hv_host_read read;
};

static int host_show_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                          struct hv_error *err) {
    struct host_show *show = (struct host_show *)task;
    (void)now_ms;
    return hv_gather_step(&show->read.gather, event, effects, err);
}

static void host_show_free(struct hv_task *task) {
    struct host_show *show = (struct host_show *)task;
    hv_host_read_deinit(&show->read);
    free(show);
}

static const struct hv_task_vtable host_show_vtable = { host_show_step, host_show_free };

int hv_host_show_new(struct hv_task **ret_task, struct hv_error *err) {
    struct host_show *show = calloc(1, sizeof(*show));
    if (!show)
        return hv_error_memory(err);
    hv_task_init(&show->task, &host_show_vtable);
    hv_host_read_init(&show->read, NULL, NULL);
    *ret_task = &show->task;
    return 0;
}

const struct hv_host_info *hv_host_show_result(const struct hv_task *task) {
    const struct host_show *show = (const struct host_show *)task;
    bool has_result = hv_task_succeeded(task, &host_show_vtable);
    return has_result ? &show->read.info : NULL;
}
