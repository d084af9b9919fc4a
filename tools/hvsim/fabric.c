/* The world: hosts, clock, lookups. */
#include "fabric.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "inventory.h"
#include "job.h"
#include "role.h"

static void host_free(struct sim_host *host) {
    if (!host)
        return;
    char *const texts[] = { host->name,      host->netbios,           host->fqdn,          host->address, host->os_version,
                            host->processor, host->vhd_folder,        host->config_folder, host->listen,  host->sign_in,
                            host->cbt,       host->allow_unencrypted, host->cluster };
    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++)
        free(texts[i]);
    for (size_t i = 0; i < host->n_switches; i++)
        free(host->switches[i].name);
    for (size_t i = 0; i < host->n_pools; i++) {
        free(host->pools[i].id);
        sim_texts_deinit(&host->pools[i].folders);
    }
    free(host->switches);
    free(host->pools);
    sim_object_free(host->migration_settings);
    sim_list_deinit(&host->networks);
    sim_texts_deinit(&host->listeners);
    sim_texts_deinit(&host->drives);
    sim_texts_deinit(&host->denied);
    sim_texts_deinit(&host->certmappings);
    sim_texts_deinit(&host->physical_disks);
    sim_texts_deinit(&host->processor_pools);
    sim_files_deinit(&host->files);
    sim_list_deinit(&host->stored);
    free(host);
}

struct sim_fabric *sim_fabric_free(struct sim_fabric *fabric) {
    if (!fabric)
        return NULL;
    for (size_t i = 0; i < fabric->n_jobs; i++)
        sim_job_free(fabric->jobs[i]);
    for (size_t i = 0; i < fabric->n_vms; i++)
        sim_vm_free(fabric->vms[i]);
    for (size_t i = 0; i < fabric->n_hosts; i++)
        host_free(fabric->hosts[i]);
    for (size_t i = 0; i < fabric->n_faults; i++)
        sim_armed_deinit(&fabric->faults[i]);
    free(fabric->jobs);
    free(fabric->vms);
    free(fabric->hosts);
    free(fabric->faults);
    sim_texts_deinit(&fabric->shared_roots);
    sim_files_deinit(&fabric->shared_files);
    sim_schema_free(fabric->schema);
    free(fabric);
    return NULL;
}

int sim_fabric_new(const struct sim_options *options, int64_t now_us, struct sim_fabric **ret_fabric, struct hv_error *err) {
    HV_CLEANUP(sim_fabric_free) struct sim_fabric *fabric = calloc(1, sizeof(*fabric));
    if (!fabric)
        return hv_error_memory(err);
    fabric->schema = sim_schema_new();
    if (!fabric->schema)
        return hv_error_memory(err);
    fabric->time_scale = options->time_scale > 0 ? options->time_scale : 1;
    fabric->started_us = now_us;
    fabric->now_us = now_us;
    fabric->move_us = (int64_t)(options->migrate_ms ? options->migrate_ms : 20000) * SIM_US_PER_MS;
    fabric->check_us = (int64_t)(options->check_ms ? options->check_ms : 2000) * SIM_US_PER_MS;
    fabric->ttl_us = (int64_t)(options->job_ttl_ms ? options->job_ttl_ms : 300000) * SIM_US_PER_MS;
    fabric->refuse_named_references = options->refuse_named_references;
    fabric->bulk_items = options->bulk_items;
    fabric->seed = 0x6876736D;
    int r = sim_inventory_load(fabric, options, err);
    if (r)
        return r;
    for (size_t i = 0; i < fabric->n_hosts; i++)
        if (!sim_store_fill(fabric->hosts[i]))
            return hv_error_memory(err);
    *ret_fabric = fabric;
    fabric = NULL;
    return 0;
}

static void job_drop(struct sim_fabric *fabric, size_t i) {
    sim_job_free(fabric->jobs[i]);
    memmove(&fabric->jobs[i], &fabric->jobs[i + 1], (fabric->n_jobs - i - 1) * sizeof(struct sim_job *));
    fabric->n_jobs--;
    sim_fabric_touch(fabric);
}

void sim_fabric_tick(struct sim_fabric *fabric, int64_t now_us) {
    int64_t simulated = fabric->started_us + (int64_t)((double)(now_us - fabric->started_us) * fabric->time_scale);
    if (simulated > fabric->now_us)
        fabric->now_us = simulated;
    for (size_t i = 0; i < fabric->n_jobs; i++)
        sim_job_advance(fabric->jobs[i]);
    sim_roles_advance(fabric);
    for (size_t i = fabric->n_jobs; i-- > 0;)
        if (sim_job_is_over(fabric->jobs[i]) && fabric->now_us - fabric->jobs[i]->ended_us >= fabric->ttl_us)
            job_drop(fabric, i);
}

int64_t sim_fabric_time(const struct sim_fabric *fabric) {
    return fabric->now_us;
}

double sim_fabric_scale(const struct sim_fabric *fabric) {
    return fabric->time_scale;
}

const struct sim_schema *sim_fabric_schema(const struct sim_fabric *fabric) {
    return fabric->schema;
}

size_t sim_fabric_n_hosts(const struct sim_fabric *fabric) {
    return fabric->n_hosts;
}

struct sim_host *sim_fabric_host(struct sim_fabric *fabric, size_t i) {
    return fabric->hosts[i];
}

struct sim_host *sim_fabric_find_host(struct sim_fabric *fabric, const char *name) {
    for (size_t i = 0; i < fabric->n_hosts; i++)
        if (hv_text_same(fabric->hosts[i]->name, name))
            return fabric->hosts[i];
    return NULL;
}

struct sim_host *sim_fabric_resolve(struct sim_fabric *fabric, const char *name) {
    for (size_t i = 0; i < fabric->n_hosts; i++) {
        struct sim_host *host = fabric->hosts[i];
        if (hv_text_same(host->name, name) || hv_text_same(host->netbios, name) || hv_text_same(host->fqdn, name) ||
            hv_text_same(host->address, name) || sim_texts_has(&host->listeners, name))
            return host;
    }
    return NULL;
}

uint64_t sim_fabric_generation(const struct sim_fabric *fabric) {
    return fabric->generation;
}

void sim_fabric_touch(struct sim_fabric *fabric) {
    fabric->generation++;
}

const char *sim_fabric_refusal(const struct sim_fabric *fabric) {
    return fabric->refusal;
}

void sim_fabric_refuse(struct sim_fabric *fabric, const char *format, ...) {
    va_list list;
    va_start(list, format);
    vsnprintf(fabric->refusal, sizeof(fabric->refusal), format, list);
    va_end(list);
    hv_text_trim_partial(fabric->refusal);
}

/* splitmix64: the same run gives the same GUIDs. */
static uint64_t number_next(uint64_t *seed) {
    uint64_t z = *seed += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

void sim_guid_new(struct sim_fabric *fabric, char guid[HV_UUID_TEXT_SIZE]) {
    uint64_t numbers[2] = { number_next(&fabric->seed), number_next(&fabric->seed) };
    uint8_t random[16];
    memcpy(random, numbers, sizeof(random));
    struct hv_uuid uuid = hv_uuid_from_random(random);
    hv_uuid_format(&uuid, guid);
}

struct sim_object *sim_new_in(const struct sim_host *host, const char *ns, const char *class_name) {
    const struct sim_class *class_ = sim_schema_class(host->fabric->schema, ns, class_name);
    return class_ ? sim_object_new(class_, host->build) : NULL;
}

struct sim_object *sim_new(const struct sim_host *host, const char *class_name) {
    return sim_new_in(host, SIM_NS_VIRTUALIZATION, class_name);
}

struct sim_embedded_rules sim_host_rules(const struct sim_host *host) {
    return (struct sim_embedded_rules){ host->fabric->schema, SIM_NS_VIRTUALIZATION, host->build,
                                        host->fabric->refuse_named_references };
}

/* ---- hosts ---- */

const char *sim_host_name(const struct sim_host *host) {
    return host->name;
}

const char *sim_host_netbios(const struct sim_host *host) {
    return host->netbios;
}

const char *sim_host_fqdn(const struct sim_host *host) {
    return host->fqdn;
}

struct sim_host_access sim_host_access(const struct sim_host *host) {
    return (struct sim_host_access){ .listen = host->listen,
                                     .sign_in = host->sign_in,
                                     .cbt = host->cbt,
                                     .allow_unencrypted = host->allow_unencrypted,
                                     .certmappings = (const char *const *)host->certmappings.items,
                                     .n_certmappings = host->certmappings.n_items };
}

const char *sim_host_address(const struct sim_host *host) {
    return host->address;
}

const char *sim_host_os_version(const struct sim_host *host) {
    return host->os_version;
}

uint32_t sim_host_build(const struct sim_host *host) {
    return host->build;
}

const struct sim_schema *sim_host_schema(const struct sim_host *host) {
    return host->fabric->schema;
}

bool sim_host_has_namespace(const struct sim_host *host, const char *ns) {
    if (hv_text_same(ns, SIM_NS_MSCLUSTER))
        return host->cluster != NULL;
    return sim_schema_has_namespace(host->fabric->schema, ns);
}

bool sim_host_is_migration_on(const struct sim_host *host) {
    return sim_object_flag(host->migration_settings, "EnableVirtualSystemMigration", false);
}

struct sim_pool *sim_pool_find(struct sim_host *host, const char *id) {
    for (size_t i = 0; i < host->n_pools; i++)
        if (hv_text_same(host->pools[i].id, id))
            return &host->pools[i];
    return NULL;
}

static bool job_touches(const struct sim_job *job, const struct sim_host *host, bool is_storage) {
    if (!job->holds_slot || (job->migration_type == SIM_TYPE_STORAGE) != is_storage)
        return false;
    return job->host == host || job->plan.destination == host;
}

uint32_t sim_host_active(const struct sim_host *host, bool is_storage) {
    uint32_t n = 0;
    for (size_t i = 0; i < host->fabric->n_jobs; i++)
        n += job_touches(host->fabric->jobs[i], host, is_storage);
    return n;
}
