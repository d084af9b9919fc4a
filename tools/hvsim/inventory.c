/* From a configuration file, or the built-in text, to a tree, and from that to hosts and VMs. */
#include "inventory.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

enum {
    CONFIG_MAX = 64 * 1024 * 1024,
    TITLE_MAX = 49, /* from here on inih cuts the title of a section */
};

/* ---- INI ---- */

struct ini_reader {
    json_t *tree;
    bool no_memory;
};

/* "vm app01" is {"name":"app01"} in "vms"; the same section again goes on. */
static json_t *section_open(struct ini_reader *reader, const char *list, const char *name) {
    json_t *sections = json_object_get(reader->tree, list);
    size_t i;
    json_t *section;
    if (!sections && json_object_set_new(reader->tree, list, sections = json_array()))
        return NULL;
    json_array_foreach(sections, i,
                       section) if (strcmp(json_string_value(json_object_get(section, "id")), name) == 0) return section;
    section = json_object();
    if (json_object_set_new(section, "id", json_string(name)) || json_array_append_new(sections, section))
        return NULL;
    return section;
}

static bool value_add(json_t *section, const char *key, const char *value) {
    json_t *old = json_object_get(section, key);
    json_t *text = json_string(value);
    if (!old)
        return json_object_set_new(section, key, text) == 0;
    if (json_is_array(old))
        return json_array_append_new(old, text) == 0;
    json_t *list = json_array();
    if (json_array_append(list, old) || json_array_append_new(list, text)) {
        json_decref(list);
        return false;
    }
    return json_object_set_new(section, key, list) == 0;
}

/* As inih wants it: 1 goes on, 0 makes the line an error. */
static int ini_take(void *user, const char *section, const char *name, const char *value) {
    struct ini_reader *reader = user;
    json_t *target = NULL;
    if (strlen(section) >= TITLE_MAX)
        return 0;
    if (strcmp(section, "fabric") == 0)
        target = reader->tree;
    else if (hv_text_starts(section, "host "))
        target = section_open(reader, "hosts", section + 5);
    else if (hv_text_starts(section, "vm "))
        target = section_open(reader, "vms", section + 3);
    else
        return 0;
    reader->no_memory = !target || !value_add(target, name, value);
    return !reader->no_memory;
}

/* INI text as the same tree that a JSON file has: {"hosts":[{"name":..}], "vms":[..], "shared":..}; values are strings, a key
 * given several times is an array of strings. */
static int read_ini(const char *text, json_t **ret_tree, struct hv_error *err) {
    SIM_CLEANUP_JSON json_t *tree = json_object();
    struct ini_reader reader = { tree, tree == NULL };
    int line = tree ? ini_parse_string(text, ini_take, &reader) : 0;
    if (reader.no_memory || line < 0)
        return hv_error_memory(err);
    if (line > 0)
        return hv_error_set(err, HV_E_CONFIG, "line %d is not understood", line);
    *ret_tree = tree;
    tree = NULL;
    return 0;
}

/* ---- JSON ---- */

/* Numbers and booleans become what the INI form would have. */
static json_t *text_of(const json_t *value) {
    char number[32];
    if (json_is_integer(value)) {
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        return json_string(number);
    }
    return json_string(json_is_true(value) ? "yes" : "no");
}

static bool is_plain(const json_t *value) {
    return json_is_integer(value) || json_is_boolean(value);
}

static bool tree_flatten(json_t *section) {
    const char *key;
    void *next;
    json_t *value, *item;
    size_t i;
    json_object_foreach_safe(section, next, key, value) {
        if (is_plain(value) && json_object_set_new(section, key, text_of(value)))
            return false;
        if (json_is_array(value))
            json_array_foreach(value, i, item) {
                if (is_plain(item) && json_array_set_new(value, i, text_of(item)))
                    return false;
                if (json_is_object(item) && !tree_flatten(item))
                    return false;
            }
    }
    return true;
}

static int json_read(const char *text, json_t **ret_tree, struct hv_error *err) {
    json_error_t problem;
    SIM_CLEANUP_JSON json_t *tree = json_loads(text, JSON_REJECT_DUPLICATES, &problem);
    if (!tree || !json_is_object(tree))
        return hv_error_set(err, HV_E_CONFIG, "line %d: %s", tree ? 1 : problem.line, tree ? "not an object" : problem.text);
    if (!tree_flatten(tree))
        return hv_error_memory(err);
    *ret_tree = tree;
    tree = NULL;
    return 0;
}

/* ---- file and built-in text ---- */

static int file_read(const char *path, char **ret_text, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(CONFIG_MAX);
    char chunk[8192];
    size_t n;
    FILE *file = fopen(path, "re");
    if (!file)
        return hv_error_set(err, HV_E_CONFIG, "cannot read %s", path);
    hv_buf_puts(&buf, "");
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        hv_buf_append(&buf, chunk, n);
    bool good = !ferror(file);
    fclose(file);
    if (!good)
        return hv_error_set(err, HV_E_CONFIG, "cannot read %s", path);
    return hv_buf_take(&buf, path, ret_text, err);
}

static int config_read(const char *path, json_t **ret_tree, struct hv_error *err) {
    HV_CLEANUP_FREE char *text = NULL;
    int r = file_read(path, &text, err);
    if (r)
        return r;
    r = hv_text_ends(path, ".json") ? json_read(text, ret_tree, err) : read_ini(text, ret_tree, err);
    if (r)
        hv_error_prefix(err, "%s", path);
    return r;
}

/* Host I of another name and number of hosts: a copy of one of the two, with an address of its own. */
static json_t *host_clone(json_t *hosts, size_t i, const char *name) {
    char address[32];
    json_t *host = json_deep_copy(json_array_get(hosts, i < 1 ? 0 : 1));
    snprintf(address, sizeof(address), "127.0.%zu.%zu", (i + 1) / 250, (i + 1) % 250);
    bool good = host && json_object_set_new(host, "id", json_string(name)) == 0 &&
                json_object_set_new(host, "address", json_string(address)) == 0;
    json_t *listeners = good ? json_object_get(host, "listener") : NULL;
    if (good && json_array_set_new(listeners, 0, json_string(address)) == 0) {
        snprintf(address, sizeof(address), "fd00:6876::%zx", i + 1);
        good = json_array_set_new(listeners, 1, json_string(address)) == 0;
        snprintf(address, sizeof(address), "fe80::6876:%zx", i + 1);
        if (good && json_array_set_new(listeners, 2, json_string(address)) == 0)
            return host;
    }
    json_decref(host);
    return NULL;
}

static bool hosts_rename(json_t *tree, const struct sim_options *options) {
    json_t *old = json_object_get(tree, "hosts");
    SIM_CLEANUP_JSON json_t *hosts = json_array();
    size_t i;
    json_t *vm;
    for (i = 0; i < options->n_host_names; i++)
        if (json_array_append_new(hosts, host_clone(old, i, options->host_names[i])))
            return false;
    json_array_foreach(json_object_get(tree, "vms"), i, vm) {
        bool is_second = strcmp(json_string_value(json_object_get(vm, "host")), "hv02") == 0;
        const char *name = options->host_names[is_second && options->n_host_names > 1 ? 1 : 0];
        if (json_object_set_new(vm, "host", json_string(name)))
            return false;
    }
    return json_object_set(tree, "hosts", hosts) == 0;
}

static int default_read(const struct sim_options *options, json_t **ret_tree, struct hv_error *err) {
    SIM_CLEANUP_JSON json_t *tree = NULL;
    int r = read_ini(sim_inventory_default(), &tree, err);
    if (r)
        return r;
    if (options->n_host_names && !hosts_rename(tree, options))
        return hv_error_memory(err);
    *ret_tree = tree;
    tree = NULL;
    return 0;
}

/* ---- all ---- */

static int shared_read(struct sim_fabric *fabric, json_t *tree, struct hv_error *err) {
    static const char *const keys[] = { "hosts", "vms", "shared", NULL };
    struct sim_section section = { tree, "fabric", "" };
    int r = sim_section_check(&section, keys, err);
    return r ? r : sim_section_texts(&section, "shared", &fabric->shared_roots, err);
}

static int tree_build(struct sim_fabric *fabric, json_t *tree, struct hv_error *err) {
    size_t i;
    json_t *section;
    int r = shared_read(fabric, tree, err);
    if (r)
        return r;
    json_array_foreach(json_object_get(tree, "hosts"), i, section) {
        r = sim_inventory_host(fabric, section, err);
        if (r)
            return r;
    }
    if (fabric->n_hosts == 0)
        return hv_error_set(err, HV_E_CONFIG, "the inventory names no host");
    json_array_foreach(json_object_get(tree, "vms"), i, section) {
        r = sim_inventory_vm(fabric, section, err);
        if (r)
            return r;
    }
    return 0;
}

/* ---- versions ---- */

static const struct {
    const char *name;
    const char *version;
} profiles[] = {
    { "2012", "6.2.9200" },   { "2012r2", "6.3.9600" }, { "2016", "10.0.14393" },
    { "1703", "10.0.15063" }, { "1709", "10.0.16299" }, { "2019", "10.0.17763" },
    { "2022", "10.0.20348" }, { "23h2", "10.0.25398" }, { "2025", "10.0.26100" },
};

const char *sim_profile_version(const char *name) {
    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
        if (hv_text_same(profiles[i].name, name))
            return profiles[i].version;
    return NULL;
}

struct overlay {
    const struct sim_profile *list;
    size_t n;
    const char *key;
    const char *option;
};

static int profile_apply(json_t *tree, const struct overlay *overlay, const struct sim_profile *profile, struct hv_error *err) {
    bool is_found = false;
    size_t i;
    json_t *host;
    json_array_foreach(json_object_get(tree, "hosts"), i, host) {
        if (profile->host && !hv_text_same(profile->host, json_string_value(json_object_get(host, "id"))))
            continue;
        is_found = true;
        if (json_object_set_new(host, overlay->key, json_string(profile->version)))
            return hv_error_memory(err);
    }
    return is_found ? 0 : hv_error_set(err, HV_E_CONFIG, "%s names an unknown host %s", overlay->option, profile->host);
}

/* Those for all hosts first, so that one for a single host stands. */
static int overlay_apply(json_t *tree, const struct overlay *overlay, struct hv_error *err) {
    int r = 0;
    for (size_t i = 0; r == 0 && i < 2 * overlay->n; i++) {
        const struct sim_profile *profile = &overlay->list[i % overlay->n];
        if ((profile->host == NULL) == (i < overlay->n))
            r = profile_apply(tree, overlay, profile, err);
    }
    return r;
}

static int profiles_apply(json_t *tree, const struct sim_options *options, struct hv_error *err) {
    const struct overlay versions = { options->profiles, options->n_profiles, "version", "--version-profile" };
    const struct overlay processors = { options->processors, options->n_processors, "processor", "--processor" };
    int r = overlay_apply(tree, &versions, err);
    return r ? r : overlay_apply(tree, &processors, err);
}

int sim_inventory_load(struct sim_fabric *fabric, const struct sim_options *options, struct hv_error *err) {
    SIM_CLEANUP_JSON json_t *tree = NULL;
    int r = options->config_path ? config_read(options->config_path, &tree, err) : default_read(options, &tree, err);
    if (r == 0)
        r = profiles_apply(tree, options, err);
    return r ? r : tree_build(fabric, tree, err);
}
