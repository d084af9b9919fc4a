/* Files on the disks of hosts, and on shares that all hosts see. Only names: sizes and contents play no part. */
#include "files.h"

#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "fabric.h"

bool sim_path_is_shared(const struct sim_fabric *fabric, const char *path) {
    if (hv_text_starts(path, "\\\\"))
        return true;
    for (size_t i = 0; i < fabric->shared_roots.n_items; i++)
        if (hv_text_starts_same(path, fabric->shared_roots.items[i]))
            return true;
    return false;
}

/* None that a file can have (ERROR_INVALID_NAME of Windows): characters that mean something else, and a server without a share.
 */
static bool is_wrong_name(const char *path) {
    size_t n_server = hv_text_starts(path, "\\\\") ? strcspn(path + 2, "\\") : 0;
    bool is_device = hv_text_starts(path, "\\\\?\\");
    if (hv_text_starts(path, "\\\\") && (n_server == 0 || strcspn(path + 2 + n_server, "\\") > 0 || !path[2 + n_server] ||
                                         !path[3 + n_server] || path[3 + n_server] == '\\'))
        return true;
    for (const char *at = path + (is_device ? 4 : strnlen(path, 2)); *at; at++)
        if ((unsigned char)*at < ' ' || strchr("\"*<>?|/", *at) || (*at == ':' && !is_device))
            return true;
    return strlen(path) > 32767;
}

bool sim_path_is_usable(const struct sim_host *host, const char *path) {
    if (is_wrong_name(path))
        return false;
    if (sim_path_is_shared(host->fabric, path))
        return true;
    if (path[0] == '\0' || path[1] != ':' || path[2] != '\\')
        return false;
    for (size_t i = 0; i < host->drives.n_items; i++)
        if (hv_text_lower(host->drives.items[i][0]) == hv_text_lower(path[0]))
            return true;
    return false;
}

static struct sim_files *files_of(struct sim_host *host, const char *path) {
    return sim_path_is_shared(host->fabric, path) ? &host->fabric->shared_files : &host->files;
}

struct sim_file *sim_file_find(struct sim_host *host, const char *path) {
    struct sim_files *files = files_of(host, path);
    for (size_t i = 0; i < files->n_items; i++)
        if (hv_text_same(files->items[i].path, path))
            return &files->items[i];
    return NULL;
}

bool sim_file_add(struct sim_host *host, const char *path, bool is_partial) {
    struct sim_files *files = files_of(host, path);
    struct sim_file *file = sim_file_find(host, path);
    if (!file) {
        struct sim_file *items = hv_grow(files->items, files->n_items, sizeof(*items));
        if (!items)
            return false;
        files->items = items;
        file = &items[files->n_items];
        *file = (struct sim_file){ 0 };
        if (hv_text_copy(path, &file->path, NULL))
            return false;
        files->n_items++;
    }
    file->is_partial = is_partial;
    return true;
}

bool sim_file_set_parent(struct sim_host *host, const char *path, const char *parent) {
    struct sim_file *file = sim_file_find(host, path);
    char *copy = NULL;
    if (!file || hv_text_copy(parent, &copy, NULL))
        return false;
    free(file->parent);
    file->parent = copy;
    return true;
}

void sim_file_remove(struct sim_host *host, const char *path) {
    struct sim_files *files = files_of(host, path);
    struct sim_file *file = sim_file_find(host, path);
    if (!file)
        return;
    free(file->path);
    free(file->parent);
    *file = files->items[--files->n_items];
}

void sim_files_deinit(struct sim_files *files) {
    for (size_t i = 0; i < files->n_items; i++) {
        free(files->items[i].path);
        free(files->items[i].parent);
    }
    free(files->items);
    *files = (struct sim_files){ 0 };
}

const char *sim_file_name(const char *path) {
    const char *slash = strrchr(path, '\\');
    return slash ? slash + 1 : path;
}

char *sim_path_join(const char *folder, const char *name) {
    return sim_format("%s%s%s", folder, hv_text_ends(folder, "\\") ? "" : "\\", name);
}
