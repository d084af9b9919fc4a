/* Making the instances of a class: each emitter offers objects to a sink, which keeps those that were asked for. */
#ifndef SIM_PROVIDER_H
#define SIM_PROVIDER_H

#include "fabric.h"
#include "job.h"
#include "method.h"
#include "vm.h"

struct sim_sink {
    struct sim_host *host;
    const struct sim_class *class_; /* this very class is wanted */
    const char *guid;               /* only what belongs to this VM of the host (or to its checkpoint); NULL: all */
    const struct sim_path *path;    /* only the object with these keys; NULL: all */
    struct sim_list *list;
    bool failed; /* out of memory */
};

typedef void (*sim_emit_fn)(struct sim_sink *sink);

/* Consumes the object; NULL and broken ones count as out of memory. */
void sim_sink_add(struct sim_sink *sink, struct sim_object *object_take);
/* Adds a copy if it is wanted. */
void sim_sink_copy(struct sim_sink *sink, const struct sim_object *object);
bool sim_sink_covers(const struct sim_sink *sink, const struct sim_vm *vm);

/* emit_host.c */
void sim_emit_host_systems(struct sim_sink *sink);
void sim_emit_switches(struct sim_sink *sink);
void sim_emit_pools(struct sim_sink *sink);
void sim_emit_disk_drives(struct sim_sink *sink);
void sim_emit_management(struct sim_sink *sink);
void sim_emit_management_settings(struct sim_sink *sink);
void sim_emit_operating_system(struct sim_sink *sink);
void sim_emit_win32_computer(struct sim_sink *sink);
void sim_emit_processors(struct sim_sink *sink);
void sim_emit_volumes(struct sim_sink *sink);
void sim_emit_data_files(struct sim_sink *sink);
/* emit_migration.c */
void sim_emit_migration_service(struct sim_sink *sink);
void sim_emit_migration_templates(struct sim_sink *sink);
void sim_emit_migration_settings(struct sim_sink *sink);
void sim_emit_migration_capabilities(struct sim_sink *sink);
void sim_emit_networks(struct sim_sink *sink);
void sim_emit_jobs(struct sim_sink *sink);
/* emit_vm.c */
void sim_emit_systems(struct sim_sink *sink); /* the host, then its VMs */
void sim_emit_planned_systems(struct sim_sink *sink);
void sim_emit_settings(struct sim_sink *sink);
void sim_emit_shutdown_components(struct sim_sink *sink); /* of machines that run, and have a guest that listens */
struct sim_object *sim_vm_object(const struct sim_vm *vm);
/* emit_cluster.c */
void sim_emit_cluster(struct sim_sink *sink);
void sim_emit_nodes(struct sim_sink *sink);
void sim_emit_groups(struct sim_sink *sink);
void sim_emit_resources(struct sim_sink *sink);
/* store.c */
void sim_emit_stored(struct sim_sink *sink);
/* lab.c */
void sim_emit_echo(struct sim_sink *sink);
void sim_emit_bulk(struct sim_sink *sink);
/* link.c */
void sim_emit_links(struct sim_sink *sink);

/* The VM's GUID in a path to it, to its settings or to a part of them, when the host has that VM; else NULL. GUID is room for it.
 */
const char *sim_path_vm(struct sim_host *host, const struct sim_path *path, char guid[HV_UUID_TEXT_SIZE]);
/* As sim_host_get, but keys may be missing: the first object that fits. */
uint32_t sim_host_match(struct sim_host *host, const struct sim_path *path, struct sim_object **ret_object);
/* Same class (or one a superclass of the other) and the same keys. */
bool sim_path_same(const struct sim_host *host, const struct sim_path *a, const struct sim_path *b);
struct sim_path *sim_vm_path(const struct sim_vm *vm);

#endif
