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

int hv_host_show_new(struct hv_task **ret_task, struct hv_error *err);
const struct hv_host_info *hv_host_show_result(const struct hv_task *task);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
