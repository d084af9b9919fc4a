/* What lies on the disks of hosts and on shares. */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

struct sim_fabric;
struct sim_host;

/* What lies on a disk: paths without regard to case. */
struct sim_file {
    char *path;
    char *parent;    /* of a differencing disk; NULL: it stands alone */
    bool is_partial; /* still being copied */
};

struct sim_files {
    struct sim_file *items;
    size_t n_items;
};

bool sim_path_is_shared(const struct sim_fabric *fabric, const char *path);
/* The drive exists at the host, or the path is shared. */
bool sim_path_is_usable(const struct sim_host *host, const char *path);
struct sim_file *sim_file_find(struct sim_host *host, const char *path);
/* Adds the file, or changes whether it is partial. */
HV_MUST_CHECK bool sim_file_add(struct sim_host *host, const char *path, bool is_partial);
HV_MUST_CHECK bool sim_file_set_parent(struct sim_host *host, const char *path, const char *parent);
void sim_file_remove(struct sim_host *host, const char *path);
void sim_files_deinit(struct sim_files *files);
/* Behind the last backslash. */
const char *sim_file_name(const char *path);
/* FOLDER\NAME. */
char *sim_path_join(const char *folder, const char *name);

#endif
