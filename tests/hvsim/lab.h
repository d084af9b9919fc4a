/* The model under test without any wire: a fabric on a clock of our own, calls by texts, and the truth as JSON. */
#ifndef TEST_LAB_H
#define TEST_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "model.h"
#include "setter.h"

#define APP01 "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001"
#define WEB01 "0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002"
#define DB    "0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003"
#define BUERO "0A1B2C04-3D4E-4F50-8A6B-7C8D9E0F1004"
#define LAB   "0A1B2C07-3D4E-4F50-8A6B-7C8D9E0F1007"
#define FARM  "0A1B2C08-3D4E-4F50-8A6B-7C8D9E0F1008"
#define RAW01 "0A1B2C09-3D4E-4F50-8A6B-7C8D9E0F1009"

#define MIGRATE "MigrateVirtualSystemToHost"
#define CHECK   "CheckVirtualSystemIsMigratable"

#define INSTANCE(class_, body)     "<INSTANCE CLASSNAME=\"" class_ "\">" body "</INSTANCE>"
#define PROPERTY(name, type, text) "<PROPERTY NAME=\"" name "\" TYPE=\"" type "\"><VALUE>" text "</VALUE></PROPERTY>"
#define ARRAY(name, values)                                                                                                      \
    "<PROPERTY.ARRAY NAME=\"" name "\" TYPE=\"string\"><VALUE.ARRAY>" values "</VALUE.ARRAY></PROPERTY.ARRAY>"
#define ITEM(text) "<VALUE>" text "</VALUE>"
#define SETTINGS(type, more)                                                                                                     \
    INSTANCE("Msvm_VirtualSystemMigrationSettingData",                                                                           \
             PROPERTY("MigrationType", "uint16", type) PROPERTY("TransportType", "uint16", "5") more)
#define SETTINGS_VM      SETTINGS("32768", "")
#define SETTINGS_STAGED  SETTINGS("32770", "")
#define SETTINGS_BOTH    SETTINGS("32771", "")
#define SETTINGS_STORAGE INSTANCE("Msvm_VirtualSystemMigrationSettingData", PROPERTY("MigrationType", "uint16", "32769"))

enum { LAB_DISKS_MAX = 8 };

struct lab {
    struct sim_fabric *fabric;
    int64_t now_us;
    struct sim_caller caller;
    /* what the last call gave */
    uint32_t hresult;
    uint32_t value;
    const struct sim_method *method;
    struct sim_value values[8];
    /* texts made for a request */
    char *disks[LAB_DISKS_MAX];
    size_t n_disks;
    json_t *truth;
    /* set to COUNTDOWN_FROM as the model is called; NULL: nothing is (test_memory.c) */
    long *countdown;
    long countdown_from;
};

/* cmocka fixtures: the default inventory. */
int lab_setup(void **state);
int lab_teardown(void **state);
/* Replaces the world by one of this INI text (NULL: the default). */
void lab_open(struct lab *lab, const char *ini);
void lab_pass(struct lab *lab, int seconds);

/* PATH in WMI text form; then pairs of parameter name and text up to NULL: a reference where the parameter is one, several texts
 * for an array by naming it several times. Gives the return value; HRESULTs are in lab->hresult. */
uint32_t lab_call(struct lab *lab, const char *host, const char *path, const char *method, ...);
uint32_t lab_move(struct lab *lab, const char *host, const char *method, const char *vm, const char *destination,
                  const char *settings, const char *system);
/* A list of all virtual hard disks of the VM (as the next requests send it): HostResource [PATH], or unchanged with NULL. */
void lab_disks(struct lab *lab, const char *host, const char *vm, const char *path);
void lab_disks_drop(struct lab *lab);
void lab_disk_add(struct lab *lab, const char *text);

/* The job of the last call: its InstanceID ("" when none), its state (0 when it is gone), and whether an error names TEXT. */
const char *lab_job(struct lab *lab, char id[64]);
uint64_t lab_job_state(struct lab *lab, const char *host, const char *id);
bool lab_job_says(struct lab *lab, const char *host, const char *id, const char *text);
uint64_t lab_job_number(struct lab *lab, const char *host, const char *id, const char *property);
/* Accepted, waited for, and ended in that state. */
void lab_ends(struct lab *lab, const char *host, uint64_t state);

/* The machine in the truth (valid until the next look), NULL when none; planned ones apart. */
json_t *lab_vm(struct lab *lab, const char *guid);
json_t *lab_planned(struct lab *lab, const char *guid);
const char *lab_host_of(struct lab *lab, const char *guid);
const char *lab_disk_path(struct lab *lab, const char *guid, size_t i);
bool lab_has_file(struct lab *lab, const char *host, const char *path);
size_t lab_count(struct lab *lab, const char *host, const char *class_name);

#endif
