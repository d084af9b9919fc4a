/*
 * Reading a planned VM. Round 0 finds it; round 1 asks for its settings and those of its checkpoints, for what the host offers
 * and what the origin says; round 2 for the resources, by the InstanceIDs of the settings; round 3 for the files.
 */
#include <hvctl/wsman.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "control/planned.h"
#include "hyperv/field.h"
#include "hyperv/job.h"
#include "hyperv/path.h"
#include "hyperv/reference.h"
#include "hyperv/vm_details.h"
#include "wsman/epr.h"
#include "wsman/wql.h"

#define PLANNED_CLASS "Msvm_PlannedComputerSystem"
#define SERVICE_CLASS "Msvm_VirtualSystemManagementService"

enum { WHERE_MAX_BYTES = 16384, MAX_TEXTS = 4096 };

enum kind {
    KIND_VM,
    KIND_SYSTEM,
    KIND_SERVICE,
    KIND_DEFAULTS,
    KIND_SWITCH,
    KIND_DRIVE,
    KIND_VOLUME,
    KIND_ORIGIN_VM,
    KIND_ORIGIN_JOB,
    KIND_ORIGIN_SWITCH,
    KIND_RESOURCE,
    KIND_FILE,
};

/* ---- lists ---- */

int hv_instance_list_add(struct hv_instance_list *list, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_instance **grown;
    int r;

    if (list->n == HV_PLANNED_MAX_ITEMS)
        return hv_error_set(err, HV_E_LIMIT, "more than %d instances of %s", HV_PLANNED_MAX_ITEMS, hv_instance_class(instance));
    grown = hv_grow(list->items, list->n, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    list->items = grown;
    r = hv_instance_copy(instance, &grown[list->n], err);
    if (r == 0)
        list->n++;
    return r;
}

void hv_instance_list_deinit(struct hv_instance_list *list) {
    for (size_t i = 0; i < list->n; i++)
        (void)hv_instance_free(list->items[i]);
    free(list->items);
    *list = (struct hv_instance_list){ 0 };
}

static int push_text(char ***list, size_t *n, const char *text, struct hv_error *err) {
    char **grown;

    if (!text || *n == MAX_TEXTS)
        return 0;
    grown = hv_grow(*list, *n, sizeof(**list));
    if (!grown)
        return hv_error_memory(err);
    *list = grown;
    grown[*n] = NULL;
    return hv_text_copy(text, &grown[(*n)++], err);
}

/* ---- who ---- */

int hv_planned_who_init(struct hv_planned_who *who, const struct hv_planned_options *options, struct hv_error *err) {
    int r;

    *who = (struct hv_planned_who){ .has_origin = options->has_origin };
    if (!options->vm || !*options->vm)
        return hv_error_set(err, HV_E_ARGUMENT, "the name of the VM is empty");
    r = hv_text_copy(options->vm, &who->vm, err);
    if (r == 0)
        r = hv_text_copy(options->host ? options->host : "the host", &who->host, err);
    return r < 0 ? r : hv_text_copy(options->origin ? options->origin : "the other host", &who->origin, err);
}

void hv_planned_who_deinit(struct hv_planned_who *who) {
    free(who->vm);
    free(who->host);
    free(who->origin);
}

const char *hv_planned_label(const struct hv_planned_facts *facts, const struct hv_planned_who *who) {
    if (facts->vm.name)
        return facts->vm.name;
    return facts->vm.id ? facts->vm.id : who->vm;
}

/* ---- what comes ---- */

static int add_system(struct hv_planned_facts *facts, const struct hv_instance *instance, struct hv_error *err) {
    const char *owner = hv_instance_text(instance, "VirtualSystemIdentifier");
    struct hv_setting_id id;

    if (!hv_setting_id_parse(hv_instance_text(instance, "InstanceID"), &id) || (owner && !hv_text_same(owner, facts->vm.id)))
        return 0;
    return hv_instance_list_add(&facts->systems, instance, err);
}

static int add_service(struct hv_planned_facts *facts, const struct hv_instance *instance, struct hv_error *err) {
    int r;

    if (facts->service)
        return 0;
    r = hv_field_text(instance, "SystemName", &facts->host_name, err);
    return r < 0 ? r : hv_reference_service(SERVICE_CLASS, instance, &facts->service, err);
}

static int add_defaults(struct hv_planned_facts *facts, const struct hv_instance *instance, struct hv_error *err) {
    int r;

    if (facts->default_disk_root || facts->default_config_root)
        return 0;
    r = hv_field_text(instance, "DefaultVirtualHardDiskPath", &facts->default_disk_root, err);
    return r < 0 ? r : hv_field_text(instance, "DefaultExternalDataRoot", &facts->default_config_root, err);
}

/* A host may ignore the filter of a query. */
static int add_origin(struct hv_planned_facts *facts, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_vm vm = { 0 };
    int r = hv_vm_decode(instance, &vm, err);

    if (r == 0 && hv_text_same(vm.id, facts->vm.id)) {
        if (vm.operational_status[1] == HV_VM_STATUS_MIGRATING)
            facts->origin = HV_ORIGIN_MOVING;
        else if (facts->origin != HV_ORIGIN_MOVING)
            facts->origin = HV_ORIGIN_THERE;
    }
    hv_vm_deinit(&vm);
    return r < 0 ? r : 0;
}

static int add_job(struct hv_planned_facts *facts, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_job job;
    int r = hv_job_decode(instance, &job, err);

    if (r < 0)
        return r;
    if (!job.is_finished && hv_text_same(job.vm_id, facts->vm.id))
        facts->origin = HV_ORIGIN_MOVING;
    hv_job_deinit(&job);
    return 0;
}

/* Is it of the VM, or of a checkpoint of it? */
static bool owns(const struct hv_planned_facts *facts, const struct hv_instance *resource) {
    struct hv_setting_id id;
    struct hv_setting_id system;

    if (!hv_setting_id_parse(hv_instance_text(resource, "InstanceID"), &id))
        return false;
    for (size_t i = 0; i < facts->systems.n; i++) {
        if (hv_setting_id_parse(hv_instance_text(facts->systems.items[i], "InstanceID"), &system) &&
            strcmp(id.owner, system.owner) == 0)
            return true;
    }
    return false;
}

static int add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_planned_reader *reader = target;
    struct hv_planned_facts *facts = &reader->facts;

    switch ((enum kind)kind) {
    case KIND_VM:
        return hv_vm_find_offer(&reader->find, instance, err);
    case KIND_SYSTEM:
        return add_system(facts, instance, err);
    case KIND_SERVICE:
        return add_service(facts, instance, err);
    case KIND_DEFAULTS:
        return add_defaults(facts, instance, err);
    case KIND_SWITCH:
        return hv_instance_list_add(&facts->switches, instance, err);
    case KIND_DRIVE:
        return hv_instance_list_add(&facts->drives, instance, err);
    case KIND_VOLUME:
        return push_text(&facts->volumes, &facts->n_volumes, hv_instance_text(instance, "Name"), err);
    case KIND_ORIGIN_VM:
        return add_origin(facts, instance, err);
    case KIND_ORIGIN_JOB:
        return add_job(facts, instance, err);
    case KIND_ORIGIN_SWITCH:
        return hv_instance_list_add(&facts->origin_switches, instance, err);
    case KIND_RESOURCE:
        return owns(facts, instance) ? hv_instance_list_add(&facts->resources, instance, err) : 0;
    case KIND_FILE:
        return push_text(&facts->files, &facts->n_files, hv_instance_text(instance, "Name"), err);
    }
    return 0;
}

/* ---- what is asked ---- */

enum filter {
    FILTER_NONE,
    FILTER_NAME,   /* of the VM */
    FILTER_SYSTEM, /* settings that name it */
};

static const struct query {
    enum kind kind;
    enum hv_peer peer;
    enum filter filter;
    bool is_brief; /* wanted in any case */
    bool required;
    const char *cim_namespace;
    const char *class_name;
} queries[] = {
    { KIND_SYSTEM, HV_PEER_SOURCE, FILTER_SYSTEM, false, true, NULL, "Msvm_VirtualSystemSettingData" },
    { KIND_SERVICE, HV_PEER_SOURCE, FILTER_NONE, true, true, NULL, SERVICE_CLASS },
    { KIND_DEFAULTS, HV_PEER_SOURCE, FILTER_NONE, false, false, NULL, "Msvm_VirtualSystemManagementServiceSettingData" },
    { KIND_SWITCH, HV_PEER_SOURCE, FILTER_NONE, false, true, NULL, "Msvm_VirtualEthernetSwitch" },
    { KIND_DRIVE, HV_PEER_SOURCE, FILTER_NONE, false, false, NULL, "Msvm_DiskDrive" },
    { KIND_VOLUME, HV_PEER_SOURCE, FILTER_NONE, false, false, "root/cimv2", "Win32_Volume" },
    { KIND_ORIGIN_VM, HV_PEER_DESTINATION, FILTER_NAME, true, true, NULL, "Msvm_ComputerSystem" },
    { KIND_ORIGIN_JOB, HV_PEER_DESTINATION, FILTER_NONE, true, false, NULL, "Msvm_MigrationJob" },
    { KIND_ORIGIN_SWITCH, HV_PEER_DESTINATION, FILTER_NONE, false, false, NULL, "Msvm_VirtualEthernetSwitch" },
};

static int ask(struct hv_planned_reader *reader, const struct query *query, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r;

    if (query->filter != FILTER_NONE) {
        hv_buf_puts(&where, query->filter == FILTER_NAME ? "Name = " : "VirtualSystemIdentifier = ");
        hv_wql_quote(&where, reader->facts.vm.id);
    }
    r = hv_buf_finish(&where, "query", err);
    if (r < 0)
        return r;
    reader->gather.peer = query->peer;
    reader->gather.cim_namespace = query->cim_namespace;
    return hv_gather_query(&reader->gather, query->kind, query->class_name, where.data, query->required, effects, err);
}

static int find_begin(struct hv_planned_reader *reader, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    int r;

    hv_buf_printf(&where, "%s = ", hv_vm_find_property(&reader->find));
    hv_wql_quote(&where, hv_vm_find_value(&reader->find));
    r = hv_buf_finish(&where, "query for the planned VM", err);
    return r < 0 ? r : hv_gather_query(&reader->gather, KIND_VM, PLANNED_CLASS, hv_buf_text(&where), true, effects, err);
}

static int not_found(const struct hv_planned_reader *reader, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_NOT_FOUND, "%s has no planned VM \"%s\"", reader->who->host, reader->who->vm);
    hv_error_remedy(err, "see which it has: hvctl staged list --to %s", reader->who->host);
    return HV_E_NOT_FOUND;
}

static int questions_begin(struct hv_planned_reader *reader, struct hv_effects *effects, struct hv_error *err) {
    int r;

    if (reader->find.n_found == 0)
        return not_found(reader, err);
    r = hv_vm_find_end(&reader->find, &reader->facts.vm, err);
    reader->facts.origin = reader->who->has_origin ? HV_ORIGIN_NONE : HV_ORIGIN_UNASKED;
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(queries); i++) {
        bool is_possible = queries[i].peer == HV_PEER_SOURCE || reader->who->has_origin;

        if (is_possible && (queries[i].is_brief || !reader->brief))
            r = ask(reader, &queries[i], effects, err);
    }
    return r;
}

/* "InstanceID LIKE 'Microsoft:<GUID>%'", for the VM and for every checkpoint. */
static void write_owners(const struct hv_planned_facts *facts, struct hv_buf *where) {
    for (size_t i = 0; i < facts->systems.n; i++) {
        hv_buf_puts(where, i == 0 ? "(InstanceID LIKE " : " OR InstanceID LIKE ");
        hv_wql_quote_prefix(where, hv_instance_text(facts->systems.items[i], "InstanceID"));
    }
    hv_buf_putc(where, ')');
}

static int resources_begin(struct hv_planned_reader *reader, struct hv_effects *effects, struct hv_error *err) {
    static const struct {
        const char *class_name;
        const char *where;
        bool required;
    } classes[] = {
        { "Msvm_StorageAllocationSettingData", "", true },
        { "Msvm_ResourceAllocationSettingData", "ResourceType = 17 AND ", false },
        { "Msvm_EthernetPortAllocationSettingData", "", false },
    };
    int r = 0;

    if (reader->facts.systems.n == 0)
        return hv_error_set(err, HV_E_PROTOCOL, "%s shows no settings of the planned VM \"%s\"", reader->who->host,
                            hv_planned_label(&reader->facts, reader->who));
    reader->gather.peer = HV_PEER_SOURCE;
    reader->gather.cim_namespace = NULL;
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(classes); i++) {
        HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);

        hv_buf_puts(&where, classes[i].where);
        write_owners(&reader->facts, &where);
        r = hv_buf_finish(&where, "query", err);
        if (r == 0)
            r = hv_gather_query(&reader->gather, KIND_RESOURCE, classes[i].class_name, hv_buf_text(&where), classes[i].required,
                                effects, err);
    }
    return r;
}

/* Files on shares are not looked for: the account that asks here may see others than the host does. */
static int note_file(struct hv_planned_facts *facts, const struct hv_instance *resource, struct hv_error *err) {
    const char *path = hv_instance_text(resource, "HostResource");

    if (hv_field_number(resource, "ResourceType", UINT16_MAX) != 31 || !path || !*path || hv_text_starts(path, "\\\\") ||
        facts->n_asked_files == HV_PLANNED_MAX_FILES)
        return 0;
    for (size_t i = 0; i < facts->n_asked_files; i++) {
        if (hv_text_same(facts->asked_files[i], path))
            return 0;
    }
    return hv_text_copy(path, &facts->asked_files[facts->n_asked_files++], err);
}

static int files_begin(struct hv_planned_reader *reader, struct hv_effects *effects, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf where = HV_BUF_INIT(WHERE_MAX_BYTES);
    struct hv_planned_facts *facts = &reader->facts;
    int r = 0;

    for (size_t i = 0; r == 0 && i < facts->resources.n; i++)
        r = note_file(facts, facts->resources.items[i], err);
    for (size_t i = 0; i < facts->n_asked_files; i++) {
        hv_buf_puts(&where, i == 0 ? "Name = " : " OR Name = ");
        hv_wql_quote(&where, facts->asked_files[i]);
    }
    if (r == 0)
        r = hv_buf_finish(&where, "query", err);
    if (r < 0 || facts->n_asked_files == 0)
        return r;
    reader->gather.cim_namespace = "root/cimv2";
    return hv_gather_query(&reader->gather, KIND_FILE, "CIM_DataFile", hv_buf_text(&where), false, effects, err);
}

static int begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct hv_planned_reader *reader = target;

    if (round == 0)
        return find_begin(reader, effects, err);
    if (round == 1)
        return questions_begin(reader, effects, err);
    if (round == 2 && !reader->brief)
        return resources_begin(reader, effects, err);
    return round == 3 && !reader->brief ? files_begin(reader, effects, err) : 0;
}

void hv_planned_reader_init(struct hv_planned_reader *reader, const struct hv_planned_who *who, bool brief, hv_gather_end_fn *end,
                            void *target) {
    *reader = (struct hv_planned_reader){ .who = who, .brief = brief };
    hv_vm_find_init(&reader->find, who->vm);
    hv_gather_init(&reader->gather, begin, add, reader);
    reader->gather.end = end;
    reader->gather.end_target = target;
}

void hv_planned_reader_deinit(struct hv_planned_reader *reader) {
    struct hv_planned_facts *facts = &reader->facts;

    hv_vm_find_deinit(&reader->find);
    hv_vm_deinit(&facts->vm);
    free(facts->host_name);
    facts->service = hv_epr_free(facts->service);
    hv_instance_list_deinit(&facts->systems);
    hv_instance_list_deinit(&facts->resources);
    hv_instance_list_deinit(&facts->switches);
    hv_instance_list_deinit(&facts->origin_switches);
    hv_instance_list_deinit(&facts->drives);
    (void)hv_field_texts_free(facts->volumes, facts->n_volumes);
    free(facts->default_disk_root);
    free(facts->default_config_root);
    for (size_t i = 0; i < facts->n_asked_files; i++)
        free(facts->asked_files[i]);
    (void)hv_field_texts_free(facts->files, facts->n_files);
    *reader = (struct hv_planned_reader){ 0 };
}

int hv_planned_check_idle(const struct hv_planned_facts *facts, const struct hv_planned_who *who, const char *what,
                          struct hv_error *err) {
    if (facts->origin != HV_ORIGIN_MOVING)
        return 0;
    (void)hv_error_set(err, HV_E_CONFLICT, "the planned VM \"%s\" on %s cannot be %s now", hv_planned_label(facts, who),
                       who->host, what);
    hv_error_cause(err, "%s migrates the VM at the moment, perhaps into it", who->origin);
    hv_error_remedy(err, "wait for the end: hvctl job list -H %s", who->origin);
    return HV_E_CONFLICT;
}
