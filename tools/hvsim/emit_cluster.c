/* root/MSCluster: the cluster that a host is a node of, its nodes, and each clustered VM as a group with two resources. */
#include "base/text.h"
#include "provider.h"

enum {
    GROUP_TYPE_VM = 111,
    RESOURCE_ONLINE = 2,
    RESOURCE_OFFLINE = 3,
    RESOURCE_FAILED = 4,
    RESOURCE_PENDING = 128,
    GROUP_ONLINE = 0,
    GROUP_OFFLINE = 1,
    GROUP_FAILED = 2,
};

static struct sim_object *named_new(struct sim_sink *sink, const char *name) {
    struct sim_object *object = sim_object_new(sink->class_, sink->host->build);
    sim_set_text(object, "Name", name);
    sim_set_text(object, "Caption", name);
    sim_set_text(object, "Status", "OK");
    return object;
}

static bool is_node_of(const struct sim_host *host, const char *cluster) {
    return hv_text_same(host->cluster, cluster);
}

void sim_emit_cluster(struct sim_sink *sink) {
    HV_CLEANUP_FREE char *fqdn = sim_format("%s.example.test", sink->host->cluster);
    struct sim_object *cluster = named_new(sink, sink->host->cluster);
    sim_set_text(cluster, "Fqdn", fqdn);
    sim_set_text(cluster, "SharedVolumesRoot", "C:\\ClusterStorage");
    sim_sink_add(sink, fqdn ? cluster : sim_object_free(cluster));
}

void sim_emit_nodes(struct sim_sink *sink) {
    for (size_t i = 0; i < sink->host->fabric->n_hosts; i++) {
        const struct sim_host *host = sink->host->fabric->hosts[i];
        HV_CLEANUP_FREE char *id = sim_format("%zu", i + 1);
        if (!is_node_of(host, sink->host->cluster))
            continue;
        struct sim_object *node = named_new(sink, host->netbios);
        sim_set_text(node, "Id", id);
        sim_set_number(node, "State", host->node_state);
        sim_set_number(node, "BuildNumber", host->build);
        sim_set_number(node, "NodeDrainStatus", 0);
        sim_sink_add(sink, id ? node : sim_object_free(node));
    }
}

static const struct sim_vm *next_role(const struct sim_sink *sink, size_t *at) {
    const struct sim_fabric *fabric = sink->host->fabric;
    while (*at < fabric->n_vms) {
        const struct sim_vm *vm = fabric->vms[(*at)++];
        if (vm->role.is_clustered && is_node_of(vm->host, sink->host->cluster))
            return vm;
    }
    return NULL;
}

void sim_emit_groups(struct sim_sink *sink) {
    const struct sim_vm *vm;
    for (size_t at = 0; (vm = next_role(sink, &at));) {
        struct sim_object *group = named_new(sink, sim_vm_name(vm));
        sim_set_text(group, "Id", vm->guid);
        sim_set_number(group, "GroupType", GROUP_TYPE_VM);
        sim_set_number(group, "State", sim_role_state(vm));
        sim_set_number(group, "StatusInformation", sim_role_status(vm));
        sim_set_text(group, "OwnerNode", vm->host->netbios);
        sim_set_number(group, "Priority", 2000);
        sim_set_bool(group, "IsCore", false);
        sim_set_bool(group, "PersistentState", true);
        sim_sink_add(sink, group);
    }
}

static struct sim_object *private_new(const struct sim_sink *sink, const struct sim_vm *vm) {
    struct sim_object *object = sim_new_in(sink->host, SIM_NS_MSCLUSTER, "MSCluster_Property_Resource_Virtual_Machine");
    const struct sim_job *job = vm->role.job;
    sim_set_text(object, "VmID", vm->guid);
    sim_set_number(object, "VmState", vm->state);
    sim_set_number(object, "OfflineAction", 1);
    sim_set_number(object, "DefaultMoveType", UINT32_MAX);
    sim_set_number(object, "MigrationState", job ? (job->percent < 5 ? 1 : job->percent < 90 ? 2 : 3) : vm->role.migration);
    sim_set_number(object, "MigrationProgress", job ? job->percent : 0);
    sim_set_number(object, "MigrationFailureReason", job ? 0 : vm->role.reason);
    return object;
}

static uint64_t resource_state(const struct sim_vm *vm) {
    switch (sim_role_state(vm)) {
    case GROUP_ONLINE:
        return RESOURCE_ONLINE;
    case GROUP_OFFLINE:
        return RESOURCE_OFFLINE;
    case GROUP_FAILED:
        return RESOURCE_FAILED;
    default:
        return RESOURCE_PENDING;
    }
}

static void resource_emit(struct sim_sink *sink, const struct sim_vm *vm, const char *type) {
    HV_CLEANUP_FREE char *name = sim_format("%s %s", type, sim_vm_name(vm));
    HV_CLEANUP_FREE char *id = sim_format("%s:%s", vm->guid, type);
    struct sim_object *resource = name && id ? named_new(sink, name) : NULL;
    sim_set_text(resource, "Id", id);
    sim_set_text(resource, "Type", type);
    sim_set_text(resource, "OwnerGroup", sim_vm_name(vm));
    sim_set_text(resource, "OwnerNode", vm->host->netbios);
    sim_set_number(resource, "State", resource_state(vm));
    sim_set_number(resource, "StatusInformation", sim_role_status(vm));
    sim_set_bool(resource, "CoreResource", false);
    sim_set_object(resource, "PrivateProperties", private_new(sink, vm));
    sim_sink_add(sink, resource);
}

void sim_emit_resources(struct sim_sink *sink) {
    const struct sim_vm *vm;
    for (size_t at = 0; (vm = next_role(sink, &at));) {
        resource_emit(sink, vm, "Virtual Machine");
        resource_emit(sink, vm, "Virtual Machine Configuration");
    }
}
