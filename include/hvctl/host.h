/* A host and its migration settings. */
#ifndef HVCTL_HOST_H
#define HVCTL_HOST_H

#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct hv_migration_network {
    char *instance_id;
    char *subnet;
    int64_t prefix_length;
    int64_t metric;
    char **tags;
    size_t n_tags;
};

/* Absent texts are NULL, absent numbers and booleans are -1. Everything is owned by the task. */
struct hv_host_info {
    char *name; /* what the host calls itself */
    int64_t migration_enabled;
    int64_t max_vm_migrations;
    int64_t max_storage_migrations;
    int64_t active_vm_migrations;
    int64_t active_storage_migrations;
    int64_t authentication_type; /* 0 CredSSP, 1 Kerberos */
    int64_t compression;
    int64_t smb_transport;
    char **listeners; /* addresses that accept migrations */
    size_t n_listeners;
    struct hv_migration_network *networks;
    size_t n_networks;
};

/* What a host tells of itself as a place to move to and from. Errors of the task: NOT_FOUND (it has no Hyper-V). */
int hv_host_show_new(struct hv_task **ret_task, struct hv_error *err);
const struct hv_host_info *hv_host_show_result(const struct hv_task *task);

/* A setting that two states have differently. NULL: absent there. */
struct hv_host_difference {
    char *setting; /* "migration_enabled", ..., "network 192.0.2.0/24" */
    char *a;
    char *b;
};
/*
 * What differs between the settings of A and B, of two hosts or of one at two times: migration settings and networks. Names,
 * listeners and running migrations are no settings. The caller frees the list. Errors: MEMORY.
 */
int hv_host_diff(const struct hv_host_info *a, const struct hv_host_info *b, struct hv_host_difference **ret_differences,
                 size_t *ret_n, struct hv_error *err);
/* Accepts NULL. */
void hv_host_differences_free(struct hv_host_difference *differences, size_t n);

enum hv_network_verb {
    HV_NETWORK_ADD,    /* or give METRIC to the one that is there */
    HV_NETWORK_SET,    /* new metric, new network */
    HV_NETWORK_REMOVE, /* nothing to do when it is not there */
    HV_NETWORK_ANY,    /* take migrations on every network */
    HV_NETWORK_ONLY,   /* on those that are named alone: takes ANY back */
};

struct hv_network_change {
    enum hv_network_verb verb;
    const char *network;     /* "192.0.2.0/24" or "fd00::/48"; NULL with ANY and ONLY */
    const char *new_network; /* SET: NULL leaves it */
    int64_t metric;          /* -1: as it is, or the host's default; lower is preferred */
};

/* All texts are copied. Numbers and flags that are -1 stay as they are. */
struct hv_host_change {
    const char *host; /* what messages call it */
    bool dry_run;     /* read and compare only */
    int64_t migration_enabled;
    int64_t max_vm_migrations;
    int64_t max_storage_migrations;
    int64_t authentication_type;
    int64_t compression;
    int64_t smb_transport;
    const struct hv_network_change *network; /* NULL: none. Not together with the others */
};
/* Nothing is changed but what CHANGE names. */
void hv_host_change_init(struct hv_host_change *change);

/*
 * Makes the host's settings as CHANGE wants them, which may mean that nothing is sent, and reads them again. Errors: ARGUMENT
 * (no network, or a setting that this version of Windows lacks); of the task besides: NOT_FOUND (the network to set), DENIED,
 * FAILED, UNKNOWN_OUTCOME, DETACHED.
 */
int hv_host_change_new(const struct hv_host_change *change, struct hv_task **ret_task, struct hv_error *err);

struct hv_host_change_result {
    const struct hv_host_info *before;
    const struct hv_host_info *after;             /* as the host shows it; in a dry run as it would be */
    const struct hv_host_difference *differences; /* from BEFORE to AFTER; none: it was so already */
    size_t n_differences;
};
/* NULL unless the task succeeded; valid until it is freed. */
const struct hv_host_change_result *hv_host_change_result(const struct hv_task *task);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
