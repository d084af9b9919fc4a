/* What the facts of two hosts say against a move: pure rules, one for each trouble (hyperv.md 4, 7). */
#ifndef CONTROL_PREFLIGHT_RULES_H
#define CONTROL_PREFLIGHT_RULES_H

#include <hvctl/cluster.h>
#include <hvctl/host.h>
#include <hvctl/preflight.h>
#include <hvctl/vm.h>

#include "base/cleanup.h"

enum { HV_PREFLIGHT_MAX = 256 };

/* A volume of the destination. */
struct hv_volume {
    char *name; /* "C:\" or a folder it is mounted at, with a backslash at the end */
    int64_t free_bytes;
};

/* A file that was asked for by name. */
struct hv_known_file {
    char *path;
    int64_t bytes;
};

/* Where a disk goes, as the move will ask for it. */
struct hv_disk_target {
    char *from;
    char *to; /* NULL or "": stays, or a pool chooses */
};

/* Numbers that are -1 and lists that are empty were not told. */
struct hv_preflight_facts {
    const char *source; /* what messages call them */
    const char *destination;
    const struct hv_vm_details *vm;
    const struct hv_host_info *source_info;
    const struct hv_host_info *destination_info;
    bool switches_known;
    char **switches; /* names of those of the destination */
    size_t n_switches;
    int64_t replication_state;        /* of the VM */
    int64_t free_memory_mib;          /* of the destination */
    int64_t build;                    /* of its Windows */
    const struct hv_cluster *cluster; /* with the role that the VM is; NULL: not told */
    char *running_job;                /* description of a job of this VM; NULL: none */
    bool is_there;                    /* a VM of that GUID at the destination */
    bool is_planned;                  /* a planned one */
    struct hv_volume *volumes;
    size_t n_volumes;
    struct hv_known_file *sources; /* disks of the VM */
    size_t n_sources;
    struct hv_known_file *targets; /* files that are at the new paths already */
    size_t n_targets;
    struct hv_disk_target *disks;
    size_t n_disks;
    bool may_overwrite;
};

struct hv_findings {
    struct hv_finding *items;
    size_t n;
};

/* Applies every rule. Errors: MEMORY; what was found is kept then. */
HV_MUST_CHECK int hv_preflight_judge(const struct hv_preflight_facts *facts, struct hv_findings *findings, struct hv_error *err);
void hv_findings_deinit(struct hv_findings *findings);

#endif
