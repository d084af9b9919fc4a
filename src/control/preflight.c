/*
 * Collecting the facts: the VM, the settings of both hosts, then what else the source and the destination tell. The parts are
 * tasks of their own, one after the other, whose questions go to the host that they are about.
 */
#include <hvctl/cluster.h>
#include <hvctl/host.h>
#include <hvctl/job.h>
#include <hvctl/preflight.h>
#include <hvctl/vm.h>
#include <hvctl/wsman.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "control/preflight_rules.h"
#include "hyperv/field.h"
#include "hyperv/job.h"
#include "hyperv/vm.h"
#include "inventory/gather.h"
#include "migration/plan.h"
#include "wsman/wql.h"

#define CIMV2 "root/cimv2"

enum { MAX_LIST = 4096, MAX_FILES = 4, WHERE_MAX_BYTES = 16384, KIB_PER_MIB = 1024, TAGS_OF_PART = 1000 };

enum part {
    PART_VM,
    PART_SOURCE,
    PART_DESTINATION,
    PART_JOBS,
    PART_CLUSTER, /* made when the VM's GUID is known */
    PART_COUNT,
};

/* Kinds of the last rounds. */
enum kind {
    KIND_REPLICATION,
    KIND_SWITCH,
    KIND_THERE,
    KIND_PLANNED,
    KIND_SYSTEM,
    KIND_VOLUME,
    KIND_SOURCE_FILE,
    KIND_TARGET_FILE,
};

struct preflight {
    struct hv_task task;
    struct hv_plan plan; /* of the move */
    size_t part;
    struct hv_task *parts[PART_COUNT];
    struct hv_gather gather;
    struct hv_preflight_facts facts;
    struct hv_findings findings;
};

/* ---- what comes ---- */

static int push_text(char ***list, size_t *n, const char *text, struct hv_error *err) {
    char **grown = text && *n < MAX_LIST ? hv_grow(*list, *n, sizeof(**list)) : NULL;

    if (!text || *n == MAX_LIST)
        return 0;
    if (!grown)
        return hv_error_memory(err);
    *list = grown;
    grown[*n] = NULL;
    return hv_text_copy(text, &grown[(*n)++], err);
}

static int push_volume(struct hv_preflight_facts *facts, const struct hv_instance *instance, struct hv_error *err) {
    const char *name = hv_instance_text(instance, "Name");
    struct hv_volume *grown;

    if (!name || facts->n_volumes == MAX_LIST)
        return 0;
    grown = hv_grow(facts->volumes, facts->n_volumes, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    facts->volumes = grown;
    grown[facts->n_volumes] = (struct hv_volume){ .free_bytes = hv_field_number(instance, "FreeSpace", INT64_MAX) };
    return hv_text_copy(name, &grown[facts->n_volumes++].name, err);
}

static int push_file(struct hv_known_file **list, size_t *n, const struct hv_instance *instance, struct hv_error *err) {
    const char *name = hv_instance_text(instance, "Name");
    struct hv_known_file *grown;

    if (!name || *n == MAX_LIST)
        return 0;
    grown = hv_grow(*list, *n, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    *list = grown;
    grown[*n] = (struct hv_known_file){ .bytes = hv_field_number(instance, "FileSize", INT64_MAX) };
    return hv_text_copy(name, &grown[(*n)++].path, err);
}

static void keep_system(struct hv_preflight_facts *facts, const struct hv_instance *instance) {
    const char *build = hv_instance_text(instance, "BuildNumber");
    int64_t free_kib = hv_field_number(instance, "FreePhysicalMemory", INT64_MAX);

    facts->free_memory_mib = free_kib < 0 ? -1 : free_kib / KIB_PER_MIB;
    if (build)
        (void)hv_text_i64(build, strlen(build), 0, UINT32_MAX, &facts->build);
}

static int fact_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_preflight_facts *facts = &((struct preflight *)target)->facts;

    switch ((enum kind)kind) {
    case KIND_REPLICATION:
        facts->replication_state = hv_field_number(instance, "ReplicationState", UINT16_MAX);
        return 0;
    case KIND_SWITCH:
        return push_text(&facts->switches, &facts->n_switches, hv_instance_text(instance, "ElementName"), err);
    case KIND_THERE:
        facts->is_there = true;
        return 0;
    case KIND_PLANNED:
        facts->is_planned = true;
        return 0;
    case KIND_SYSTEM:
        keep_system(facts, instance);
        return 0;
    case KIND_VOLUME:
        return push_volume(facts, instance, err);
    case KIND_SOURCE_FILE:
        return push_file(&facts->sources, &facts->n_sources, instance, err);
    case KIND_TARGET_FILE:
        return push_file(&facts->targets, &facts->n_targets, instance, err);
    }
    return 0;
}

/* ---- what is asked ---- */

static int ask(struct preflight *self, enum hv_peer peer, const char *cim_namespace, enum kind kind, const char *class_name,
               const char *where, struct hv_effects *effects, struct hv_error *err) {
    self->gather.peer = peer;
    self->gather.cim_namespace = cim_namespace;
    return hv_gather_query(&self->gather, kind, class_name, where, false, effects, err);
}

static int ask_for_vm(struct preflight *self, enum hv_peer peer, enum kind kind, const char *class_name,
                      struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r;

    hv_buf_puts(&where, "Name = ");
    hv_wql_quote(&where, self->facts.vm->vm.id);
    r = hv_buf_finish(&where, "query", err);
    return r < 0 ? r : ask(self, peer, NULL, kind, class_name, hv_buf_text(&where), effects, err);
}

/* Local files by name; a share is not looked into. A few are enough to warn by, and each costs the host a search. */
static int ask_for_files(struct preflight *self, enum hv_peer peer, enum kind kind, struct hv_effects *effects,
                         struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    size_t n = 0;
    int r;

    for (size_t i = 0; i < self->facts.n_disks && n < MAX_FILES; i++) {
        const char *path = kind == KIND_SOURCE_FILE ? self->facts.disks[i].from : self->facts.disks[i].to;
        if (!path || !*path || hv_text_starts(path, "\\\\"))
            continue;
        hv_buf_puts(&where, n++ > 0 ? " OR Name = " : "Name = ");
        hv_wql_quote(&where, path);
    }
    r = hv_buf_finish(&where, "query", err);
    return r < 0 || n == 0 ? r : ask(self, peer, CIMV2, kind, "CIM_DataFile", hv_buf_text(&where), effects, err);
}

static int facts_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct preflight *self = target;
    int r;

    if (round > 0)
        return 0;
    r = ask_for_vm(self, HV_PEER_SOURCE, KIND_REPLICATION, "Msvm_ComputerSystem", effects, err);
    if (r == 0)
        r = ask(self, HV_PEER_DESTINATION, NULL, KIND_SWITCH, "Msvm_VirtualEthernetSwitch", NULL, effects, err);
    if (r == 0)
        r = ask_for_vm(self, HV_PEER_DESTINATION, KIND_THERE, "Msvm_ComputerSystem", effects, err);
    if (r == 0)
        r = ask_for_vm(self, HV_PEER_DESTINATION, KIND_PLANNED, "Msvm_PlannedComputerSystem", effects, err);
    if (r == 0)
        r = ask(self, HV_PEER_DESTINATION, CIMV2, KIND_SYSTEM, "Win32_OperatingSystem", NULL, effects, err);
    if (r == 0)
        r = ask(self, HV_PEER_DESTINATION, CIMV2, KIND_VOLUME, "Win32_Volume", NULL, effects, err);
    if (r == 0)
        r = ask_for_files(self, HV_PEER_SOURCE, KIND_SOURCE_FILE, effects, err);
    if (r == 0)
        r = ask_for_files(self, HV_PEER_DESTINATION, KIND_TARGET_FILE, effects, err);
    self->facts.switches_known = true;
    return r;
}

/* ---- parts ---- */

/* From here on the facts own the next target; its new path is the caller's to fill in. */
static struct hv_disk_target *next_target(struct preflight *self) {
    return &self->facts.disks[self->facts.n_disks++];
}

/* As the move will place them. What a pool or the destination chooses has no path, and nothing is asked about it. */
static int plan_disks(struct preflight *self, struct hv_error *err) {
    const struct hv_vm_details *vm = self->facts.vm;
    const struct hv_tuning *tuning = &self->plan.tuning;
    int r = 0;

    self->facts.disks = calloc(vm->n_disks + tuning->n_unmanaged + 1, sizeof(*self->facts.disks));
    if (!self->facts.disks)
        return hv_error_memory(err);
    for (size_t i = 0; r == 0 && i < vm->n_disks; i++) {
        struct hv_disk_target *disk;

        if (vm->disks[i].medium != HV_MEDIUM_VHD || !vm->disks[i].path)
            continue;
        disk = next_target(self);
        r = hv_text_copy(vm->disks[i].path, &disk->from, err);
        if (r == 0)
            r = hv_plan_choose(&self->plan, disk->from, &disk->to, err);
    }
    for (size_t i = 0; r == 0 && i < tuning->n_unmanaged; i++) {
        struct hv_disk_target *disk = next_target(self);

        r = hv_text_copy(tuning->unmanaged[i].source, &disk->from, err);
        if (r == 0)
            r = hv_text_copy(tuning->unmanaged[i].destination, &disk->to, err);
    }
    return r;
}

static int keep_job(struct preflight *self, struct hv_error *err) {
    size_t n = 0;
    const struct hv_job *jobs = hv_job_list_result(self->parts[PART_JOBS], &n);

    for (size_t i = 0; i < n; i++) {
        if (!jobs[i].is_finished && hv_text_same(jobs[i].vm_id, self->facts.vm->vm.id))
            return hv_text_copy(jobs[i].type_name ? jobs[i].type_name : jobs[i].id, &self->facts.running_job, err);
    }
    return 0;
}

static int part_begin(struct preflight *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err);

/* Jobs and clusters that cannot be had are done without. */
static bool is_courtesy(size_t part) {
    return part == PART_JOBS || part == PART_CLUSTER;
}

/* The part's result is taken. */
static int part_end(struct preflight *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };
    const struct hv_error *error = NULL;
    int r = 0;

    if (hv_task_result(self->parts[self->part], &error) < 0 && (!is_courtesy(self->part) || error->code == HV_E_MEMORY))
        return hv_error_copy(err, error);
    if (self->part == PART_VM) {
        self->facts.vm = hv_vm_show_result(self->parts[PART_VM]);
        r = plan_disks(self, err);
        if (r == 0)
            r = hv_cluster_find_new(self->facts.vm->vm.id, &self->parts[PART_CLUSTER], err);
    } else if (self->part == PART_CLUSTER) {
        self->facts.cluster = hv_cluster_result(self->parts[PART_CLUSTER]);
    } else if (self->part == PART_JOBS) {
        r = keep_job(self, err);
    }
    if (r < 0)
        return r;
    self->part++;
    if (self->part < PART_COUNT)
        return part_begin(self, now_ms, effects, err);
    self->facts.source_info = hv_host_show_result(self->parts[PART_SOURCE]);
    self->facts.destination_info = hv_host_show_result(self->parts[PART_DESTINATION]);
    return hv_gather_step(&self->gather, &start, effects, err);
}

/* The part speaks of "the source", which for one of them is our destination; its end is not ours. */
static int part_step(struct preflight *self, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                     struct hv_error *err) {
    struct hv_task *part = self->parts[self->part];
    uint32_t base = TAGS_OF_PART * (uint32_t)(self->part + 1);
    struct hv_event own = *event;

    if (event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED) {
        if (event->tag / TAGS_OF_PART != self->part + 1)
            return 0; /* of a part that failed meanwhile */
        own.tag = event->tag - base;
    }
    hv_task_step(part, now_ms, &own, effects);
    for (size_t i = 0; i < effects->n; i++) {
        effects->list[i].tag += base;
        effects->list[i].peer = self->part == PART_DESTINATION ? HV_PEER_DESTINATION : HV_PEER_SOURCE;
    }
    if (!part->done)
        return 0;
    hv_effects_deinit(effects);
    return part_end(self, now_ms, effects, err);
}

static int part_begin(struct preflight *self, uint64_t now_ms, struct hv_effects *effects, struct hv_error *err) {
    static const struct hv_event start = { .kind = HV_EVENT_START };

    return part_step(self, now_ms, &start, effects, err);
}

static int judge(void *target, struct hv_effects *effects, struct hv_error *err) {
    struct preflight *self = target;
    int r = hv_preflight_judge(&self->facts, &self->findings, err);

    if (r < 0)
        return r;
    hv_effects_done(effects);
    return 0;
}

static int preflight_step(struct hv_task *task, uint64_t now_ms, const struct hv_event *event, struct hv_effects *effects,
                          struct hv_error *err) {
    struct preflight *self = (struct preflight *)task;

    if (event->kind == HV_EVENT_DETACH || event->kind == HV_EVENT_CANCEL)
        return HV_TASK_UNHANDLED;
    if (self->part < PART_COUNT)
        return part_step(self, now_ms, event, effects, err);
    if ((event->kind == HV_EVENT_OP_DONE || event->kind == HV_EVENT_OP_FAILED) && event->tag >= TAGS_OF_PART)
        return 0;
    return hv_gather_step(&self->gather, event, effects, err);
}

static void files_free(struct hv_known_file *files, size_t n) {
    for (size_t i = 0; i < n; i++)
        free(files[i].path);
    free(files);
}

static void facts_deinit(struct hv_preflight_facts *facts) {
    (void)hv_field_texts_free(facts->switches, facts->n_switches);
    for (size_t i = 0; i < facts->n_volumes; i++)
        free(facts->volumes[i].name);
    free(facts->volumes);
    files_free(facts->sources, facts->n_sources);
    files_free(facts->targets, facts->n_targets);
    for (size_t i = 0; i < facts->n_disks; i++) {
        free(facts->disks[i].from);
        free(facts->disks[i].to);
    }
    free(facts->disks);
    free(facts->running_job);
}

static void preflight_free(struct hv_task *task) {
    struct preflight *self = (struct preflight *)task;

    facts_deinit(&self->facts);
    hv_findings_deinit(&self->findings);
    for (size_t i = 0; i < PART_COUNT; i++)
        (void)hv_task_free(self->parts[i]);
    hv_plan_deinit(&self->plan);
    free(self);
}

static const struct hv_task_vtable preflight_vtable = { preflight_step, preflight_free };

static int init(struct preflight *self, const struct hv_move_options *options, struct hv_error *err) {
    int r = hv_plan_init(&self->plan, options, err);

    if (r == 0)
        r = hv_vm_show_new(self->plan.vm, &self->parts[PART_VM], err);
    if (r == 0)
        r = hv_host_show_new(&self->parts[PART_SOURCE], err);
    if (r == 0)
        r = hv_host_show_new(&self->parts[PART_DESTINATION], err);
    if (r == 0)
        r = hv_job_list_new(&self->parts[PART_JOBS], err);
    self->facts.source = self->plan.source_name;
    self->facts.destination = self->plan.destination_label;
    self->facts.may_overwrite = options->tuning.overwrite;
    return r;
}

int hv_preflight_new(const struct hv_move_options *options, struct hv_task **ret_task, struct hv_error *err) {
    struct preflight *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return hv_error_memory(err);
    hv_task_init(&self->task, &preflight_vtable);
    self->facts.replication_state = -1;
    self->facts.free_memory_mib = -1;
    self->facts.build = -1;
    hv_gather_init(&self->gather, facts_begin, fact_add, self);
    self->gather.end = judge;
    self->gather.end_target = self;
    r = init(self, options, err);
    if (r < 0) {
        preflight_free(&self->task);
        return r;
    }
    *ret_task = &self->task;
    return 0;
}

const struct hv_finding *hv_preflight_result(const struct hv_task *task, size_t *ret_n) {
    const struct preflight *self = (const struct preflight *)task;
    bool has_result = hv_task_succeeded(task, &preflight_vtable);

    *ret_n = has_result ? self->findings.n : 0;
    if (!has_result)
        return NULL;
    return self->findings.items;
}
