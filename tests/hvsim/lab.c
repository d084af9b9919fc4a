/* See lab.h. */
#include "lab.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define START INT64_C(1700000000000000)

static void call_forget(struct lab *lab) {
    for (size_t i = 0; lab->method && i < lab->method->n_parameters; i++)
        sim_value_deinit(&lab->values[i]);
    lab->method = NULL;
}

void lab_open(struct lab *lab, const char *ini) {
    char path[] = "/tmp/hvsim-test-XXXXXX.ini";
    struct sim_options options = { 0 };
    struct hv_error err = { 0 };
    call_forget(lab);
    lab->fabric = sim_fabric_free(lab->fabric);
    if (ini) {
        int fd = mkstemps(path, 4);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, ini, strlen(ini)), strlen(ini));
        close(fd);
        options.config_path = path;
    }
    int r = sim_fabric_new(&options, START, &lab->fabric, &err);
    if (ini)
        unlink(path);
    if (r)
        fail_msg("%s", err.message);
    lab->now_us = START;
}

int lab_setup(void **state) {
    struct lab *lab = calloc(1, sizeof(*lab));
    assert_non_null(lab);
    lab->caller = (struct sim_caller){ "admin", SIM_SCHEME_BASIC };
    lab_open(lab, NULL);
    *state = lab;
    return 0;
}

int lab_teardown(void **state) {
    struct lab *lab = *state;
    call_forget(lab);
    lab_disks_drop(lab);
    json_decref(lab->truth);
    sim_fabric_free(lab->fabric);
    free(lab);
    return 0;
}

void lab_pass(struct lab *lab, int seconds) {
    lab->now_us += seconds * INT64_C(1000000);
    sim_fabric_tick(lab->fabric, lab->now_us);
}

/* ---- calls ---- */

static struct sim_host *host_of(struct lab *lab, const char *name) {
    struct sim_host *host = sim_fabric_find_host(lab->fabric, name);
    assert_non_null(host);
    return host;
}

static void value_give(struct lab *lab, const char *name, const char *text) {
    for (size_t i = 0; i < lab->method->n_parameters; i++) {
        if (strcmp(lab->method->parameters[i].name, name) != 0)
            continue;
        if (lab->method->parameters[i].type == SIM_REFERENCE)
            assert_int_equal(sim_value_add_path(&lab->values[i], sim_path_parse(text)), 0);
        else
            assert_int_equal(sim_value_add_text(&lab->values[i], text), 0);
        return;
    }
    fail_msg("no parameter %s", name);
}

static struct sim_path *call_begin(struct lab *lab, const char *path, const char *method) {
    struct sim_path *target = sim_path_parse(path);
    assert_non_null(target);
    const struct sim_class *class_ = sim_schema_class(sim_fabric_schema(lab->fabric), SIM_NS_VIRTUALIZATION, target->class_name);
    assert_non_null(class_);
    call_forget(lab);
    lab->method = sim_class_method(class_, method);
    assert_non_null(lab->method);
    for (size_t i = 0; i < lab->method->n_parameters; i++)
        sim_value_init(&lab->values[i], lab->method->parameters[i].type, lab->method->parameters[i].is_array);
    return target;
}

static uint32_t call_end(struct lab *lab, const char *host, struct sim_path *target_take) {
    lab->value = UINT32_MAX;
    if (lab->countdown)
        *lab->countdown = lab->countdown_from;
    lab->hresult = sim_host_invoke(host_of(lab, host), &lab->caller, target_take, lab->method, lab->values, &lab->value);
    sim_path_free(target_take);
    return lab->value;
}

uint32_t lab_call(struct lab *lab, const char *host, const char *path, const char *method, ...) {
    struct sim_path *target = call_begin(lab, path, method);
    va_list list;
    const char *name;
    va_start(list, method);
    while ((name = va_arg(list, const char *)))
        value_give(lab, name, va_arg(list, const char *));
    va_end(list);
    return call_end(lab, host, target);
}

uint32_t lab_move(struct lab *lab, const char *host, const char *method, const char *vm, const char *destination,
                  const char *settings, const char *system) {
    char machine[256];
    struct sim_path *target =
        call_begin(lab, "Msvm_VirtualSystemMigrationService.CreationClassName=\"Msvm_VirtualSystemMigrationService\"", method);
    snprintf(machine, sizeof(machine), "Msvm_ComputerSystem.CreationClassName=\"Msvm_ComputerSystem\",Name=\"%s\"", vm);
    value_give(lab, "ComputerSystem", machine);
    if (destination)
        value_give(lab, "DestinationHost", destination);
    if (settings)
        value_give(lab, "MigrationSettingData", settings);
    if (system)
        value_give(lab, "NewSystemSettingData", system);
    for (size_t i = 0; i < lab->n_disks; i++)
        value_give(lab, "NewResourceSettingData", lab->disks[i]);
    return call_end(lab, host, target);
}

/* ---- disks ---- */

void lab_disks_drop(struct lab *lab) {
    for (size_t i = 0; i < lab->n_disks; i++)
        free(lab->disks[i]);
    lab->n_disks = 0;
}

void lab_disk_add(struct lab *lab, const char *text) {
    assert_true(lab->n_disks < LAB_DISKS_MAX);
    lab->disks[lab->n_disks] = strdup(text);
    assert_non_null(lab->disks[lab->n_disks++]);
}

void lab_disks(struct lab *lab, const char *host, const char *vm, const char *path) {
    struct sim_list list = { 0 };
    assert_int_equal(sim_host_list(host_of(lab, host), SIM_NS_VIRTUALIZATION, "Msvm_StorageAllocationSettingData", &list), 0);
    for (size_t i = 0; i < list.n_items; i++) {
        struct sim_object *disk = list.items[i];
        if (!strstr(sim_object_text(disk, "InstanceID"), vm) ||
            strcmp(sim_object_text(disk, "ResourceSubType"), "Microsoft:Hyper-V:Virtual Hard Disk") != 0)
            continue;
        if (path) {
            sim_set_null(disk, "HostResource");
            sim_add_text(disk, "HostResource", path);
        }
        char *text = sim_object_cim_text(disk);
        assert_non_null(text);
        lab_disk_add(lab, text);
        free(text);
    }
    sim_list_deinit(&list);
}

/* ---- jobs ---- */

const char *lab_job(struct lab *lab, char id[64]) {
    const char *text = NULL;
    for (size_t i = 0; lab->method && i < lab->method->n_parameters; i++)
        if (strcmp(lab->method->parameters[i].name, "Job") == 0 && lab->values[i].is_set)
            text = sim_path_key(lab->values[i].items[0].path, "InstanceID");
    snprintf(id, 64, "%s", text ? text : "");
    return id;
}

static struct sim_object *job_get(struct lab *lab, const char *host, const char *id) {
    struct sim_object *object = NULL;
    struct sim_path *path = sim_path_new(SIM_NS_VIRTUALIZATION, "CIM_ConcreteJob");
    assert_true(path && sim_path_add(path, "InstanceID", id));
    uint32_t r = sim_host_get(host_of(lab, host), path, &object);
    sim_path_free(path);
    assert_true(r == 0 || r == SIM_WBEM_NOT_FOUND);
    return object;
}

uint64_t lab_job_number(struct lab *lab, const char *host, const char *id, const char *property) {
    struct sim_object *job = job_get(lab, host, id);
    uint64_t number = job ? sim_object_number(job, property, 0) : 0;
    sim_object_free(job);
    return number;
}

uint64_t lab_job_state(struct lab *lab, const char *host, const char *id) {
    return lab_job_number(lab, host, id, "JobState");
}

bool lab_job_says(struct lab *lab, const char *host, const char *id, const char *text) {
    char path[128];
    bool found = false;
    snprintf(path, sizeof(path), "Msvm_MigrationJob.InstanceID=\"%s\"", id);
    assert_int_equal(lab_call(lab, host, path, "GetErrorEx", NULL), 0);
    for (size_t i = 0; i < lab->values[0].n_items; i++)
        found |= strstr(lab->values[0].items[i].text, text) != NULL;
    return found;
}

void lab_ends(struct lab *lab, const char *host, uint64_t state) {
    char id[64];
    assert_int_equal(lab->hresult, 0);
    if (lab->value != 4096)
        fail_msg("answered %u: %s", lab->value, sim_fabric_refusal(lab->fabric));
    lab_job(lab, id);
    lab_pass(lab, 30);
    uint64_t ended = lab_job_state(lab, host, id);
    if (ended == 10 && state != 10) {
        struct sim_object *job = job_get(lab, host, id);
        print_message("%s\n", sim_object_text(job, "ErrorDescription"));
        sim_object_free(job);
    }
    assert_int_equal(ended, state);
    assert_int_equal(lab_job_number(lab, host, id, "ErrorCode"), state == 7 || state == 32768 ? 0 : 32768);
}

/* ---- truth ---- */

static json_t *truth(struct lab *lab) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(16 * 1024 * 1024);
    assert_true(sim_fabric_dump(lab->fabric, &text));
    json_decref(lab->truth);
    lab->truth = json_loads(hv_buf_text(&text), 0, NULL);
    assert_non_null(lab->truth);
    return lab->truth;
}

static json_t *machine(struct lab *lab, const char *guid, bool planned) {
    size_t i;
    json_t *vm;
    json_t *found = NULL;
    json_t *vms = json_object_get(truth(lab), "vms");
    json_array_foreach(vms, i, vm) {
        if (strcmp(json_string_value(json_object_get(vm, "guid")), guid) != 0 ||
            json_is_true(json_object_get(vm, "planned")) != planned)
            continue;
        assert_null(found);
        found = vm;
    }
    return found;
}

json_t *lab_vm(struct lab *lab, const char *guid) {
    return machine(lab, guid, false);
}

json_t *lab_planned(struct lab *lab, const char *guid) {
    return machine(lab, guid, true);
}

const char *lab_host_of(struct lab *lab, const char *guid) {
    return json_string_value(json_object_get(lab_vm(lab, guid), "host"));
}

const char *lab_disk_path(struct lab *lab, const char *guid, size_t i) {
    json_t *disks = json_object_get(lab_vm(lab, guid), "disks");
    const char *path = json_string_value(json_object_get(json_array_get(disks, i), "path"));
    return path ? path : "";
}

static bool files_have(const json_t *files, const char *path) {
    size_t i;
    json_t *file;
    json_array_foreach(files, i, file) {
        if (hv_text_same(json_string_value(json_object_get(file, "path")), path))
            return true;
    }
    return false;
}

bool lab_has_file(struct lab *lab, const char *host, const char *path) {
    size_t i;
    json_t *tree;
    json_t *world = truth(lab);
    if (files_have(json_object_get(world, "shared_files"), path))
        return true;
    json_array_foreach(json_object_get(world, "hosts"), i, tree) {
        if (strcmp(json_string_value(json_object_get(tree, "name")), host) == 0)
            return files_have(json_object_get(tree, "files"), path);
    }
    return false;
}

size_t lab_count(struct lab *lab, const char *host, const char *class_name) {
    struct sim_list list = { 0 };
    assert_int_equal(sim_host_list(host_of(lab, host), SIM_NS_VIRTUALIZATION, class_name, &list), 0);
    size_t n = list.n_items;
    sim_list_deinit(&list);
    return n;
}
