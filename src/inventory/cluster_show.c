/*
 * The cluster of a host. A host that is no node has no namespace root/MSCluster: that answer is no failure, and the end of it.
 * The whole cluster is asked for its name first, the role of one VM for the VM first, so that both end after one question there.
 */
#include <hvctl/cluster.h>

#include "base/error.h"
#include "base/text.h"
#include "hyperv/cluster.h"
#include "hyperv/field.h"
#include "inventory/gather.h"

#define VM_RESOURCES "Type = '" HV_CLUSTER_VM_TYPE "'"
#define VM_GROUPS    "GroupType = 111"

enum kind {
    KIND_CLUSTER,
    KIND_NODE,
    KIND_RESOURCE,
    KIND_GROUP,
};

struct cluster_show {
    struct hv_task task;
    struct hv_gather gather;
    char *only_vm; /* NULL: all of it */
    struct hv_cluster cluster;
};

static int instance_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct cluster_show *show = target;

    switch ((enum kind)kind) {
    case KIND_CLUSTER:
        return show->cluster.name ? 0 : hv_field_text(instance, "Name", &show->cluster.name, err);
    case KIND_NODE:
        return hv_cluster_add_node(&show->cluster, instance, err);
    case KIND_RESOURCE:
        return hv_cluster_add_resource(&show->cluster, show->only_vm, instance, err);
    case KIND_GROUP:
        return hv_cluster_add_group(&show->cluster, instance, err);
    }
    return 0;
}

static int ask(struct cluster_show *show, enum kind kind, struct hv_effects *effects, struct hv_error *err) {
    static const struct {
        const char *class_name;
        const char *where;
    } questions[] = {
        [KIND_CLUSTER] = { "MSCluster_Cluster", NULL },
        [KIND_NODE] = { "MSCluster_Node", NULL },
        [KIND_RESOURCE] = { "MSCluster_Resource", VM_RESOURCES },
        [KIND_GROUP] = { "MSCluster_ResourceGroup", VM_GROUPS },
    };

    return hv_gather_query(&show->gather, kind, questions[kind].class_name, questions[kind].where, false, effects, err);
}

/* Groups last: they complete what is known of the roles. */
static int round_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct cluster_show *show = target;
    bool is_found = show->only_vm ? show->cluster.n_roles > 0 : show->cluster.name != NULL;
    int r = 0;

    if (round == 0)
        return ask(show, show->only_vm ? KIND_RESOURCE : KIND_CLUSTER, effects, err);
    if (!is_found || round > 2)
        return 0;
    if (round == 2)
        return ask(show, KIND_GROUP, effects, err);
    r = ask(show, show->only_vm ? KIND_CLUSTER : KIND_RESOURCE, effects, err);
    return r < 0 ? r : ask(show, KIND_NODE, effects, err);
}

static int cluster_show_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                             struct hv_error *err) {
    struct cluster_show *show = (struct cluster_show *)task;

    (void)now_ms;
    return hv_gather_step(&show->gather, event, effects, err);
}

static void cluster_show_free(struct hv_task *task) {
    struct cluster_show *show = (struct cluster_show *)task;

    hv_cluster_deinit(&show->cluster);
    free(show->only_vm);
    free(show);
}

static const struct hv_task_vtable cluster_show_vtable = { cluster_show_step, cluster_show_free };

static int make(const char *only_vm, struct hv_task **ret_task, struct hv_error *err) {
    struct cluster_show *show = calloc(1, sizeof(*show));

    if (!show)
        return hv_error_memory(err);
    if (hv_text_copy(only_vm, &show->only_vm, err) < 0) {
        free(show);
        return HV_E_MEMORY;
    }
    hv_task_init(&show->task, &cluster_show_vtable);
    hv_gather_init(&show->gather, round_begin, instance_add, show);
    show->gather.cim_namespace = HV_NAMESPACE_CLUSTER;
    *ret_task = &show->task;
    return 0;
}

int hv_cluster_show_new(struct hv_task **ret_task, struct hv_error *err) {
    return make(NULL, ret_task, err);
}

int hv_cluster_find_new(const char *vm_id, struct hv_task **ret_task, struct hv_error *err) {
    if (!vm_id || !*vm_id)
        return hv_error_set(err, HV_E_ARGUMENT, "the GUID of the VM is empty");
    return make(vm_id, ret_task, err);
}

const struct hv_cluster *hv_cluster_result(const struct hv_task *task) {
    const struct cluster_show *show = (const struct cluster_show *)task;

    return hv_task_succeeded(task, &cluster_show_vtable) ? &show->cluster : NULL;
}
