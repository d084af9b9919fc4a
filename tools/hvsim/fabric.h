/* The insides of the simulated world: what model.h hides from the wire. */
#ifndef SIM_FABRIC_H
#define SIM_FABRIC_H

#include "base/uuid.h"
#include "embedded.h"
#include "files.h"
#include "model.h"
#include "processor.h"
#include "setter.h"
#include "texts.h"

#define SIM_US_PER_MS 1000LL
#define SIM_US_PER_S  1000000LL
#define SIM_MIB       1048576ULL

struct sim_job;
struct sim_vm;

struct sim_switch {
    char *name;
    char guid[HV_UUID_TEXT_SIZE];
};

/* A named pool of virtual hard disks. */
struct sim_pool {
    char *id;
    struct sim_texts folders;
};

struct sim_host {
    struct sim_fabric *fabric;
    char *name, *netbios, *fqdn, *address, *os_version, *processor;
    uint32_t build;
    char *cluster;                                    /* of which it is a node; NULL: of none */
    uint32_t node_state;                              /* of MSCluster_Node */
    struct sim_processor processor_bits;              /* what goes with PROCESSOR, unless told otherwise */
    bool is_down;                                     /* other hosts cannot reach it */
    struct sim_object *migration_settings;            /* Msvm_VirtualSystemMigrationServiceSettingData */
    struct sim_list networks;                         /* Msvm_VirtualSystemMigrationNetworkSettingData */
    struct sim_texts listeners;                       /* addresses that accept moves while migration is enabled */
    struct sim_texts drives;                          /* letters */
    struct sim_texts denied;                          /* users who may read only */
    char *listen, *sign_in, *cbt, *allow_unencrypted; /* sim_host_access */
    struct sim_texts certmappings;
    struct sim_texts processor_pools; /* named ones */
    struct sim_texts physical_disks;  /* numbers of disks that can be passed through */
    struct sim_switch *switches;
    size_t n_switches;
    struct sim_pool *pools;
    size_t n_pools;
    char *vhd_folder, *config_folder;
    uint64_t memory_mb;
    uint64_t free_mb; /* on each drive */
    struct sim_files files;
    struct sim_list stored; /* instances that clients may change (store.c) */
};

struct sim_armed {
    enum sim_fault_kind kind;
    uint32_t value;
    uint16_t percent; /* at which a job fails */
    char *host, *method, *vm;
    unsigned skip, left;
    bool is_endless;
};

struct sim_fabric {
    struct sim_schema *schema;
    double time_scale;
    int64_t started_us; /* both clocks agree here */
    int64_t now_us;     /* simulated */
    int64_t move_us, check_us, ttl_us;
    bool refuse_named_references;
    uint32_t bulk_items;
    uint64_t generation;
    uint64_t seed; /* of the next GUID */
    struct sim_host **hosts;
    size_t n_hosts;
    struct sim_vm **vms;
    size_t n_vms;
    struct sim_job **jobs;
    size_t n_jobs;
    struct sim_texts shared_roots; /* folders that every host sees, besides UNC paths */
    struct sim_files shared_files;
    struct sim_armed *faults;
    size_t n_faults;
    char refusal[SIM_REASON_SIZE];
};

void sim_guid_new(struct sim_fabric *fabric, char guid[HV_UUID_TEXT_SIZE]);
void sim_fabric_touch(struct sim_fabric *fabric);
void sim_fabric_refuse(struct sim_fabric *fabric, const char *format, ...) HV_ATTR_PRINTF(2, 3);
/* store.c: the instances that a host has at the start. False when out of memory. */
HV_MUST_CHECK bool sim_store_fill(struct sim_host *host);
struct sim_object *sim_new_in(const struct sim_host *host, const char *ns, const char *class_name);
struct sim_object *sim_new(const struct sim_host *host, const char *class_name);
struct sim_embedded_rules sim_host_rules(const struct sim_host *host);
bool sim_host_is_migration_on(const struct sim_host *host);
/* Finds the host by name, full name or an address. */
struct sim_host *sim_fabric_resolve(struct sim_fabric *fabric, const char *name);
/* What a host of that build makes and at most takes (hyperv.md 2.10): "9.0". */
const char *sim_config_version(uint32_t build);
struct sim_pool *sim_pool_find(struct sim_host *host, const char *id);
/* Moves of VMs (or of storage) that take a slot at the host. */
uint32_t sim_host_active(const struct sim_host *host, bool is_storage);

/* The armed fault of that kind that hits this request, counted down; NULL when none. */
const struct sim_armed *sim_fault_take(struct sim_host *host, enum sim_fault_kind kind, const char *method, const char *vm_guid,
                                       const char *vm_name);
void sim_armed_deinit(struct sim_armed *armed);

#endif
