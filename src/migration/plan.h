/* What the user asked for: a checked, owned copy of hv_move_options, and the placement of disks that follows from it. */
#ifndef MIGRATION_PLAN_H
#define MIGRATION_PLAN_H

#include <hvctl/instance.h>
#include <hvctl/move.h>

#include "base/cidr.h"
#include "base/cleanup.h"
#include "hyperv/settings.h"

enum { HV_PLAN_MAX_DISKS = 256 }; /* Hyper-V attaches at most 4 x 64 SCSI disks and 4 IDE ones; more is a host gone wrong */

struct hv_plan_mapping {
    char *source;
    char *destination;
};

/* How the move is made: hv_move_tuning, checked and owned. */
struct hv_tuning {
    unsigned transport; /* HV_TRANSPORT_* */
    enum hv_choice compression;
    bool cancel_on_long_blackout;
    enum hv_cpu_cap cpu_cap;
    bool overwrite;
    bool keep_source;
    bool avoid_removing_vhds;
    bool remove_source_unmanaged;
    bool all_listeners;
    bool has_network;
    struct hv_cidr network;
    char *network_text;
    char **addresses; /* of the destination: given, or chosen among its listeners */
    size_t n_addresses;
    struct hv_plan_mapping *unmanaged;
    size_t n_unmanaged;
    char *processor_pool;
};

struct hv_plan {
    char *vm;
    bool vm_is_guid; /* VM is then in upper case without braces */
    enum hv_move_type type;
    bool check_only;
    bool detach;
    enum hv_move_credentials credentials;
    char *destination_name;
    char *source_name;
    char *destination_label;
    char *storage_path;
    char *config_path;
    char *snapshot_path;
    char *paging_path;
    struct hv_plan_mapping *mappings;
    size_t n_mappings;
    struct hv_plan_mapping *rules;
    size_t n_rules;
    struct hv_tuning tuning;
    char *pool;
    bool into_planned;
    uint64_t settle_ms;
    char *follow_id;
    bool resume;
    bool cancel;
    bool kill;
    uint64_t grace_ms;
    bool by_cluster;
};

/* Errors: ARGUMENT (with the option to change), MEMORY. Release with hv_plan_deinit, also after a failure. */
HV_MUST_CHECK int hv_plan_init(struct hv_plan *plan, const struct hv_move_options *options, struct hv_error *err);
void hv_plan_deinit(struct hv_plan *plan);

/* Does the plan move any root (configuration, checkpoints, paging file)? */
bool hv_plan_has_roots(const struct hv_plan *plan);
/* Where each root goes: its own option, else the folder for everything. Borrowed from the plan. */
void hv_plan_roots(const struct hv_plan *plan, struct hv_roots *ret_roots);
bool hv_plan_has_storage(const struct hv_plan *plan);

/* New path of the disk at FROM; "": a pool chooses. *ret_to stays NULL when the disk does not move. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_plan_choose(const struct hv_plan *plan, const char *from, char **ret_to, struct hv_error *err);

/* One disk that moves. */
struct hv_placement {
    char *instance_id;
    char *from;
    char *to;                    /* "": a pool chooses */
    struct hv_instance *setting; /* what the request says of it */
};

/*
 * Decides for the virtual hard disks among N settings of the VM; other media stay as they are. Release with hv_placements_free.
 * Errors: ARGUMENT (a mapping that fits no disk or two, two disks with one new path), PROTOCOL, LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_plan_place(const struct hv_plan *plan, const struct hv_instance *const *settings, size_t n_settings,
                                struct hv_placement **ret_placements, size_t *ret_n, struct hv_error *err);
/* Those that a request of before had, as far as they can be told: their settings have nothing but the pool. */
HV_MUST_CHECK int hv_plan_recall(const struct hv_move_places *places, struct hv_placement **ret_placements, size_t *ret_n,
                                 struct hv_error *err);
void hv_placements_free(struct hv_placement *placements, size_t n);

#endif
