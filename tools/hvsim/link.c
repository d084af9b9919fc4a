/* Associations (hyperv.md 2.14): each kind lists pairs of paths; queries and instances come from the pairs. */

#include "base/size.h"
#include "base/text.h"
#include "provider.h"

/* Takes both paths; NULL ones count as out of memory. */
struct pair_sink {
    struct sim_host *host;
    const char *guid; /* only pairs that have to do with this VM; NULL: all */
    void (*take)(struct pair_sink *sink, struct sim_path *a_take, struct sim_path *b_take);
    void *context;
    bool failed;
};

struct link_kind {
    const char *class_name;
    const char *role_a, *role_b;
    void (*pairs)(struct pair_sink *sink);
};

/* ---- paths of things ---- */

static struct sim_path *id_path(const char *class_name, const char *id) {
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, class_name);
    return path && sim_path_add(path, "InstanceID", id) ? path : sim_path_free(path);
}

static struct sim_path *named_path(const char *class_name, const char *name) {
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, class_name);
    if (path && sim_path_add(path, "CreationClassName", class_name) && sim_path_add(path, "Name", name))
        return path;
    return sim_path_free(path);
}

static struct sim_path *service_path(const struct sim_host *host, const char *class_name, const char *name) {
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, class_name);
    if (path && sim_path_add(path, "SystemCreationClassName", "Msvm_ComputerSystem") &&
        sim_path_add(path, "SystemName", host->netbios) && sim_path_add(path, "CreationClassName", class_name) &&
        sim_path_add(path, "Name", name))
        return path;
    return sim_path_free(path);
}

static struct sim_path *migration_path(const struct sim_host *host) {
    return service_path(host, "Msvm_VirtualSystemMigrationService", "migrationwmi");
}

static struct sim_path *management_path(const struct sim_host *host) {
    return service_path(host, "Msvm_VirtualSystemManagementService", "vmms");
}

static void pair(struct pair_sink *sink, struct sim_path *a_take, struct sim_path *b_take) {
    if (a_take && b_take) {
        sink->take(sink, a_take, b_take);
        return;
    }
    sink->failed = true;
    sim_path_free(a_take);
    sim_path_free(b_take);
}

/* ---- VMs of the host that are in question ---- */

typedef void (*vm_pairs_fn)(struct pair_sink *sink, struct sim_vm *vm);

static void each_vm(struct pair_sink *sink, vm_pairs_fn pairs) {
    struct sim_sink scope = { .host = sink->host, .guid = sink->guid };
    for (size_t i = 0; i < sink->host->fabric->n_vms; i++)
        if (sim_sink_covers(&scope, sink->host->fabric->vms[i]))
            pairs(sink, sink->host->fabric->vms[i]);
}

static void state_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    pair(sink, sim_vm_path(vm), sim_object_path(vm->active.system));
}

static void settings_define_state(struct pair_sink *sink) {
    each_vm(sink, state_pairs);
}

static void component_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    for (size_t i = 0; i <= vm->n_checkpoints; i++) {
        const struct sim_config *config = i ? &vm->checkpoints[i - 1] : &vm->active;
        for (size_t j = 0; j < config->resources.n_items; j++)
            pair(sink, sim_object_path(config->system), sim_object_path(config->resources.items[j]));
    }
}

static void setting_component(struct pair_sink *sink) {
    each_vm(sink, component_pairs);
}

static void checkpoint_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    for (size_t i = 0; i < vm->n_checkpoints && !vm->is_planned; i++)
        pair(sink, sim_vm_path(vm), sim_object_path(vm->checkpoints[i].system));
}

static void snapshot_of(struct pair_sink *sink) {
    each_vm(sink, checkpoint_pairs);
}

static void last_checkpoint_pair(struct pair_sink *sink, struct sim_vm *vm) {
    if (vm->n_checkpoints)
        pair(sink, sim_vm_path(vm), sim_object_path(vm->checkpoints[vm->n_checkpoints - 1].system));
}

static void last_checkpoint(struct pair_sink *sink) {
    each_vm(sink, last_checkpoint_pair);
}

static void lineage_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    for (size_t i = 0; i < vm->n_checkpoints; i++)
        pair(sink, sim_object_path(vm->checkpoints[i].system),
             sim_object_path(i + 1 < vm->n_checkpoints ? vm->checkpoints[i + 1].system : vm->active.system));
}

static void parent_child(struct pair_sink *sink) {
    each_vm(sink, lineage_pairs);
}

static void planned_checkpoint_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    for (size_t i = 0; i < vm->n_checkpoints && vm->is_planned; i++)
        pair(sink, sim_vm_path(vm), sim_object_path(vm->checkpoints[i].system));
}

static void element_setting(struct pair_sink *sink) {
    each_vm(sink, planned_checkpoint_pairs);
    if (sink->guid)
        return;
    pair(sink, migration_path(sink->host), sim_object_path(sink->host->migration_settings));
    pair(sink, management_path(sink->host),
         id_path("Msvm_VirtualSystemManagementServiceSettingData", "Microsoft:VirtualSystemManagementServiceSettings"));
}

static void served_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    pair(sink, sim_vm_path(vm), management_path(sink->host));
}

static void service_affects(struct pair_sink *sink) {
    each_vm(sink, served_pairs);
}

static void hosted_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    pair(sink, named_path("Msvm_ComputerSystem", sink->host->netbios), sim_vm_path(vm));
}

static void hosted_dependency(struct pair_sink *sink) {
    each_vm(sink, hosted_pairs);
}

static struct sim_path *pool_path(const struct sim_object *setting) {
    const char *pool = sim_object_text(setting, "PoolID");
    if (!pool || !*pool)
        return id_path("Msvm_ResourcePool", "Microsoft:6A45335D-4C3A-44B7-B61F-C9808BBDF8ED");
    HV_CLEANUP_FREE char *id = sim_format("Microsoft:%s", pool);
    return id ? id_path("Msvm_ResourcePool", id) : NULL;
}

static void pool_pairs(struct pair_sink *sink, struct sim_vm *vm) {
    for (size_t i = 0; i < vm->active.resources.n_items; i++)
        if (sim_setting_is_vhd(vm->active.resources.items[i]))
            pair(sink, pool_path(vm->active.resources.items[i]), sim_object_path(vm->active.resources.items[i]));
}

static void allocation_from_pool(struct pair_sink *sink) {
    each_vm(sink, pool_pairs);
}

/* ---- services and jobs ---- */

static void network_component(struct pair_sink *sink) {
    for (size_t i = 0; i < sink->host->networks.n_items; i++)
        pair(sink, sim_object_path(sink->host->migration_settings), sim_object_path(sink->host->networks.items[i]));
}

static void element_capabilities(struct pair_sink *sink) {
    pair(sink, migration_path(sink->host),
         id_path("Msvm_VirtualSystemMigrationCapabilities", "Microsoft:VirtualSystemMigrationCapabilities"));
}

static void settings_capabilities(struct pair_sink *sink) {
    static const char *const templates[] = { "Microsoft:VirtualSystem", "Microsoft:Storage", "Microsoft:Staged",
                                             "Microsoft:VirtualSystemAndStorage" };
    for (size_t i = 0; i < HV_ARRAY_SIZE(templates); i++)
        pair(sink, id_path("Msvm_VirtualSystemMigrationCapabilities", "Microsoft:VirtualSystemMigrationCapabilities"),
             id_path("Msvm_VirtualSystemMigrationSettingData", templates[i]));
}

static void hosted_service(struct pair_sink *sink) {
    pair(sink, named_path("Msvm_ComputerSystem", sink->host->netbios), migration_path(sink->host));
    pair(sink, named_path("Msvm_ComputerSystem", sink->host->netbios), management_path(sink->host));
}

static void owning_job(struct pair_sink *sink) {
    for (size_t i = 0; i < sink->host->fabric->n_jobs; i++) {
        const struct sim_job *job = sink->host->fabric->jobs[i];
        if (job->host == sink->host && !job->is_hidden)
            pair(sink, job->kind == SIM_JOB_OTHER ? management_path(sink->host) : migration_path(sink->host), sim_job_path(job));
    }
}

/* Typed Msvm_ConcreteJob, which a migration job is not (hyperv.md 2.14). */
static void affected_job(struct pair_sink *sink) {
    for (size_t i = 0; i < sink->host->fabric->n_jobs; i++) {
        const struct sim_job *job = sink->host->fabric->jobs[i];
        if (job->host == sink->host && job->kind == SIM_JOB_OTHER && *job->vm_guid)
            pair(sink, named_path("Msvm_ComputerSystem", job->vm_guid), sim_job_path(job));
    }
}

static const struct link_kind kinds[] = {
    { "Msvm_SettingsDefineState", "ManagedElement", "SettingData", settings_define_state },
    { "Msvm_VirtualSystemSettingDataComponent", "GroupComponent", "PartComponent", setting_component },
    { "Msvm_ElementSettingData", "ManagedElement", "SettingData", element_setting },
    { "Msvm_SnapshotOfVirtualSystem", "Antecedent", "Dependent", snapshot_of },
    { "Msvm_LastAppliedSnapshot", "Antecedent", "Dependent", last_checkpoint },
    { "Msvm_MostCurrentSnapshotInBranch", "Antecedent", "Dependent", last_checkpoint },
    { "Msvm_ParentChildSettingData", "Parent", "Child", parent_child },
    { "Msvm_AffectedJobElement", "AffectedElement", "AffectingElement", affected_job },
    { "Msvm_OwningJobElement", "OwningElement", "OwnedElement", owning_job },
    { "Msvm_VirtualSystemMigrationServiceSettingDataComponent", "GroupComponent", "PartComponent", network_component },
    { "Msvm_ElementCapabilities", "ManagedElement", "Capabilities", element_capabilities },
    { "Msvm_SettingsDefineCapabilities", "GroupComponent", "PartComponent", settings_capabilities },
    { "Msvm_HostedService", "Antecedent", "Dependent", hosted_service },
    { "Msvm_HostedDependency", "Antecedent", "Dependent", hosted_dependency },
    { "Msvm_ServiceAffectsElement", "AffectedElement", "AffectingElement", service_affects },
    { "Msvm_ResourceAllocationFromPool", "Antecedent", "Dependent", allocation_from_pool },
};

/* ---- instances ---- */

struct instance_context {
    struct sim_sink *sink;
    const struct link_kind *kind;
};

static void instance_take(struct pair_sink *pairs, struct sim_path *a_take, struct sim_path *b_take) {
    struct instance_context *context = pairs->context;
    struct sim_object *object = sim_object_new(context->sink->class_, pairs->host->build);
    sim_set_path(object, context->kind->role_a, a_take);
    sim_set_path(object, context->kind->role_b, b_take);
    sim_sink_add(context->sink, object);
}

void sim_emit_links(struct sim_sink *sink) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        struct instance_context context = { sink, &kinds[i] };
        struct pair_sink pairs = { sink->host, sink->guid, instance_take, &context, false };
        if (!hv_text_same(kinds[i].class_name, sink->class_->name))
            continue;
        kinds[i].pairs(&pairs);
        sink->failed |= pairs.failed;
    }
}

/* ---- queries ---- */

struct query_context {
    const struct sim_association_query *query;
    const struct link_kind *kind;
    const struct sim_class *class_; /* of the association */
    struct sim_list *list;
    bool wants_association;
    uint32_t failure;
};

static bool role_fits(const char *wanted, const char *role) {
    return !wanted || hv_text_same(wanted, role);
}

static void association_add(struct pair_sink *pairs, const struct sim_path *a, const struct sim_path *b) {
    struct query_context *context = pairs->context;
    struct sim_object *object = sim_object_new(context->class_, pairs->host->build);
    sim_set_path(object, context->kind->role_a, sim_path_copy(a));
    sim_set_path(object, context->kind->role_b, sim_path_copy(b));
    if (!sim_list_add(context->list, object))
        pairs->failed = true;
}

static bool list_has(const struct sim_list *list, const struct sim_host *host, const struct sim_path *path) {
    for (size_t i = 0; i < list->n_items; i++) {
        HV_CLEANUP(sim_path_free) struct sim_path *other = sim_object_path(list->items[i]);
        if (other && sim_path_same(host, path, other))
            return true;
    }
    return false;
}

static void end_add(struct pair_sink *pairs, const struct sim_path *path) {
    struct query_context *context = pairs->context;
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    if (list_has(context->list, pairs->host, path))
        return;
    uint32_t r = sim_host_get(pairs->host, path, &object);
    if (r == SIM_WBEM_NOT_FOUND)
        return;
    if (r) {
        context->failure = r;
        return;
    }
    if (context->query->result_class && !sim_class_is_a(object->class_, context->query->result_class))
        return;
    struct sim_object *found = object;
    object = NULL;
    if (!sim_list_add(context->list, found))
        pairs->failed = true;
}

static void query_take(struct pair_sink *pairs, struct sim_path *a_take, struct sim_path *b_take) {
    struct query_context *context = pairs->context;
    const struct sim_association_query *query = context->query;
    const struct link_kind *kind = context->kind;
    HV_CLEANUP(sim_path_free) struct sim_path *a = a_take;
    HV_CLEANUP(sim_path_free) struct sim_path *b = b_take;
    bool from_a = role_fits(query->role, kind->role_a) && sim_path_same(pairs->host, query->object, a);
    bool from_b = role_fits(query->role, kind->role_b) && sim_path_same(pairs->host, query->object, b);
    if (context->wants_association) {
        if (from_a || from_b)
            association_add(pairs, a, b);
        return;
    }
    if (from_a && role_fits(query->result_role, kind->role_b))
        end_add(pairs, b);
    if (from_b && role_fits(query->result_role, kind->role_a))
        end_add(pairs, a);
}

static uint32_t classes_check(const struct sim_host *host, const struct sim_association_query *query) {
    const char *const names[] = { query->assoc_class, query->result_class };
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++)
        if (names[i] && !sim_schema_class(host->fabric->schema, SIM_NS_VIRTUALIZATION, names[i]))
            return SIM_WBEM_INVALID_CLASS;
    return 0;
}

static uint32_t query_run(struct sim_host *host, const struct sim_association_query *query, bool wants_association,
                          struct sim_list *ret_list) {
    HV_CLEANUP(sim_object_free) struct sim_object *object = NULL;
    struct query_context context = { .query = query, .list = ret_list, .wants_association = wants_association };
    char guid[HV_UUID_TEXT_SIZE];
    struct pair_sink pairs = { host, sim_path_vm(host, query->object, guid), query_take, &context, false };
    const char *wanted = wants_association ? query->result_class : query->assoc_class;
    uint32_t r;
    if ((r = classes_check(host, query)) || (r = sim_host_get(host, query->object, &object)))
        return r;
    for (size_t i = 0; i < HV_ARRAY_SIZE(kinds); i++) {
        context.kind = &kinds[i];
        context.class_ = sim_schema_class(host->fabric->schema, SIM_NS_VIRTUALIZATION, kinds[i].class_name);
        if (wanted && !sim_class_is_a(context.class_, wanted))
            continue;
        kinds[i].pairs(&pairs);
    }
    return pairs.failed ? SIM_WBEM_OUT_OF_MEMORY : context.failure;
}

uint32_t sim_host_associators(struct sim_host *host, const struct sim_association_query *query, struct sim_list *ret_list) {
    return query_run(host, query, false, ret_list);
}

uint32_t sim_host_references(struct sim_host *host, const struct sim_association_query *query, struct sim_list *ret_list) {
    return query_run(host, query, true, ret_list);
}
