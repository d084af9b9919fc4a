/* A host from its part of the configuration. */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "class.h"
#include "inventory.h"

static const char *const keys[] = {
    "id",          "name",           "address",       "allow_unencrypted",
    "auth",        "cache_line",     "cbt",           "certmapping",
    "cluster",     "compression",    "config_folder", "denied",
    "drive",       "down",           "file",          "features",
    "fqdn",        "free",           "listen",        "listener",
    "max_storage", "max_vm",         "memory",        "migration",
    "network",     "node",           "physical",      "pool",
    "processor",   "processor_pool", "sign_in",       "smb",
    "switch",      "version",        "vhd_folder",    "xsave",
    NULL,
};

/* By number, or by the name of a profile. */
static const char *version_of(const struct sim_section *section) {
    const char *text = sim_section_text(section, "version", "2019");
    const char *version = sim_profile_version(text);
    return version ? version : text;
}

static int text_take(const char *text, char **ret_text, struct hv_error *err) {
    return hv_text_copy(text, ret_text, err);
}

/* "pool.gold = D:\Gold" keys name pools that "pool = gold" declares: checked here, since their names are free. */
static int keys_check(const struct sim_section *section, struct hv_error *err) {
    SIM_CLEANUP_JSON json_t *plain = json_copy(section->tree);
    const char *key;
    void *next;
    json_t *value;
    struct sim_section rest = { plain, section->what, section->name };
    if (!plain)
        return hv_error_memory(err);
    json_object_foreach_safe(plain, next, key, value) {
        if (hv_text_starts(key, "pool."))
            json_object_del(plain, key);
    }
    return sim_section_check(&rest, keys, err);
}

static int names_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    HV_CLEANUP_FREE char *fqdn = sim_format("%s.example.test", section->name);
    const size_t number = host->fabric->n_hosts; /* this one counted */
    HV_CLEANUP_FREE char *address = sim_format("127.0.%zu.%zu", number / 250, number % 250);
    int r;
    if (!fqdn || !address)
        return hv_error_memory(err);
    if ((r = text_take(section->name, &host->name, err)) || (r = text_take(section->name, &host->netbios, err)) ||
        (r = text_take(sim_section_text(section, "fqdn", fqdn), &host->fqdn, err)) ||
        (r = text_take(sim_section_text(section, "address", address), &host->address, err)) ||
        (r = text_take(version_of(section), &host->os_version, err)) ||
        (r = text_take(sim_section_text(section, "processor", "Intel-1"), &host->processor, err)) ||
        (r = text_take(sim_section_text(section, "vhd_folder", "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks"),
                       &host->vhd_folder, err)) ||
        (r = text_take(sim_section_text(section, "config_folder", "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V"),
                       &host->config_folder, err)))
        return r;
    for (char *c = host->netbios; *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return 0;
}

/* "10.0.17763" or "6.3.9600": what counts is the build. */
static int build_number(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    uint64_t build;
    const char *dot = strrchr(host->os_version, '.');
    if (!dot || !hv_text_u64(dot + 1, strlen(dot + 1), SIM_BUILD_2012, UINT32_MAX, &build))
        return sim_section_fail(section, err, "\"version\" must be as 2019 or 10.0.17763, from 6.2.9200 on");
    host->build = (uint32_t)build;
    return 0;
}

/* "features = 0x39F": in hexadecimal. */
static int bits_build(const struct sim_section *section, const char *key, uint64_t *bits, struct hv_error *err) {
    const char *text = sim_section_text(section, key, NULL);
    size_t n_prefix = text && hv_text_starts_same(text, "0x") ? 2 : 0;
    if (text && !hv_text_hex(text + n_prefix, strlen(text) - n_prefix, bits))
        return sim_section_fail(section, err, "\"%s\" must be as 0x1F", key);
    return 0;
}

static int processor_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    struct sim_processor *bits = &host->processor_bits;
    sim_processor_named(host->processor, bits);
    int r = bits_build(section, "features", &bits->features, err);
    if (r == 0)
        r = bits_build(section, "xsave", &bits->xsave, err);
    return r ? r : sim_section_number(section, "cache_line", bits->cache_line, UINT16_MAX, &bits->cache_line, err);
}

static int settings_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    static const struct {
        const char *key, *property;
        bool fallback;
    } flags[] = {
        { "migration", "EnableVirtualSystemMigration", true },
        { "compression", "EnableCompression", true },
        { "smb", "EnableSmbTransport", false },
    };
    static const struct {
        const char *key, *property;
        uint64_t fallback;
    } numbers[] = {
        { "max_vm", "MaximumActiveVirtualSystemMigration", 2 },
        { "max_storage", "MaximumActiveStorageMigration", 2 },
    };
    struct sim_object *settings = sim_new(host, "Msvm_VirtualSystemMigrationServiceSettingData");
    host->migration_settings = settings;
    const char *auth = sim_section_text(section, "auth", "kerberos");
    if (!hv_text_same(auth, "kerberos") && !hv_text_same(auth, "credssp"))
        return sim_section_fail(section, err, "\"auth\" must be kerberos or credssp");
    sim_set_text(settings, "InstanceID", "Microsoft:VirtualSystemMigrationServiceSettings");
    sim_set_text(settings, "ElementName", "Virtual System Migration Service Settings");
    sim_set_number(settings, "AuthenticationType", hv_text_same(auth, "kerberos"));
    for (size_t i = 0; i < HV_ARRAY_SIZE(flags); i++) {
        bool flag;
        int r = sim_section_flag(section, flags[i].key, flags[i].fallback, &flag, err);
        if (r)
            return r;
        sim_set_bool(settings, flags[i].property, flag);
    }
    for (size_t i = 0; i < HV_ARRAY_SIZE(numbers); i++) {
        uint64_t number;
        int r = sim_section_number(section, numbers[i].key, numbers[i].fallback, 1000, &number, err);
        if (r)
            return r;
        sim_set_number(settings, numbers[i].property, number);
    }
    return sim_object_good(settings) ? 0 : hv_error_memory(err);
}

/* "10.0.0.0/24", with " | metric=100" if wanted. */
static int network_build(struct sim_host *host, const struct sim_section *section, const char *text, struct hv_error *err) {
    HV_CLEANUP_FREE char *subnet = NULL;
    uint64_t prefix, metric = 0;
    char guid[HV_UUID_TEXT_SIZE];
    const char *slash = strchr(text, '/');
    const char *bar = strstr(text, " | metric=");
    const char *end = bar ? bar : text + strlen(text);
    if (!slash || slash > end || !hv_text_u64(slash + 1, (size_t)(end - slash - 1), 0, 128, &prefix) ||
        (bar && !hv_text_u64(bar + 10, strlen(bar + 10), 0, UINT32_MAX, &metric)))
        return sim_section_fail(section, err, "\"network\" must be as 10.0.0.0/24 or 10.0.0.0/24 | metric=100");
    if (hv_text_copy_n(text, (size_t)(slash - text), &subnet, err))
        return HV_E_MEMORY;
    sim_guid_new(host->fabric, guid);
    HV_CLEANUP_FREE char *id = sim_format("Microsoft:%s", guid);
    struct sim_object *network = sim_new(host, "Msvm_VirtualSystemMigrationNetworkSettingData");
    sim_set_text(network, "InstanceID", id);
    sim_set_text(network, "ElementName", "Virtual System Migration Network Settings");
    sim_set_text(network, "SubnetNumber", subnet);
    sim_set_number(network, "PrefixLength", prefix);
    sim_set_number(network, "Metric", metric);
    sim_add_text(network, "Tags", "Microsoft:UserManaged");
    return id && sim_list_add(&host->networks, network) ? 0 : hv_error_memory(err);
}

static int networks_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    for (size_t i = 0; i < sim_section_count(section, "network"); i++) {
        int r = network_build(host, section, sim_section_item(section, "network", i), err);
        if (r)
            return r;
    }
    return 0;
}

static int switches_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    size_t n = sim_section_count(section, "switch");
    host->switches = calloc(n + 1, sizeof(*host->switches));
    if (!host->switches)
        return hv_error_memory(err);
    for (; host->n_switches < n; host->n_switches++) {
        struct sim_switch *switch_ = &host->switches[host->n_switches];
        sim_guid_new(host->fabric, switch_->guid);
        int r = text_take(sim_section_item(section, "switch", host->n_switches), &switch_->name, err);
        if (r)
            return r;
    }
    return 0;
}

static int pools_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    size_t n = sim_section_count(section, "pool");
    host->pools = calloc(n + 1, sizeof(*host->pools));
    if (!host->pools)
        return hv_error_memory(err);
    for (size_t i = 0; i < n; i++) {
        struct sim_pool *pool = &host->pools[host->n_pools++];
        int r = text_take(sim_section_item(section, "pool", i), &pool->id, err);
        HV_CLEANUP_FREE char *key = r ? NULL : sim_format("pool.%s", pool->id);
        if (!key)
            return hv_error_memory(err);
        r = sim_section_texts(section, key, &pool->folders, err);
        if (r)
            return r;
    }
    return 0;
}

static int access_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    int r;
    if ((r = text_take(sim_section_text(section, "listen", NULL), &host->listen, err)) ||
        (r = text_take(sim_section_text(section, "sign_in", NULL), &host->sign_in, err)) ||
        (r = text_take(sim_section_text(section, "cbt", NULL), &host->cbt, err)))
        return r;
    return text_take(sim_section_text(section, "allow_unencrypted", NULL), &host->allow_unencrypted, err);
}

static int lists_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    int r;
    if ((r = sim_section_texts(section, "listener", &host->listeners, err)) ||
        (r = sim_section_texts(section, "drive", &host->drives, err)) ||
        (r = sim_section_texts(section, "denied", &host->denied, err)) ||
        (r = sim_section_texts(section, "certmapping", &host->certmappings, err)) ||
        (r = sim_section_texts(section, "physical", &host->physical_disks, err)) ||
        (r = sim_section_texts(section, "processor_pool", &host->processor_pools, err)))
        return r;
    if (host->drives.n_items == 0 && !sim_texts_add(&host->drives, "C"))
        return hv_error_memory(err);
    for (size_t i = 0; i < sim_section_count(section, "file"); i++)
        if (!sim_file_add(host, sim_section_item(section, "file", i), false))
            return hv_error_memory(err);
    return 0;
}

static int node_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    static const char *const states[] = { "up", "down", "paused", "joining" }; /* CLUSTER_NODE_STATE */
    const char *state = sim_section_text(section, "node", states[0]);
    while (host->node_state < HV_ARRAY_SIZE(states) && !hv_text_same(states[host->node_state], state))
        host->node_state++;
    if (host->node_state == HV_ARRAY_SIZE(states))
        return sim_section_fail(section, err, "\"node\" must be up, down, paused or joining");
    return text_take(sim_section_text(section, "cluster", NULL), &host->cluster, err);
}

static int host_build(struct sim_host *host, const struct sim_section *section, struct hv_error *err) {
    int r;
    if ((r = keys_check(section, err)) || (r = names_build(host, section, err)) || (r = build_number(host, section, err)) ||
        (r = processor_build(host, section, err)) ||
        (r = sim_section_number(section, "memory", 65536, UINT32_MAX, &host->memory_mb, err)) ||
        (r = sim_section_number(section, "free", 1048576, UINT32_MAX, &host->free_mb, err)) ||
        (r = sim_section_flag(section, "down", false, &host->is_down, err)) || (r = settings_build(host, section, err)) ||
        (r = networks_build(host, section, err)) || (r = switches_build(host, section, err)) ||
        (r = pools_build(host, section, err)) || (r = access_build(host, section, err)) || (r = node_build(host, section, err)))
        return r;
    return lists_build(host, section, err);
}

int sim_inventory_host(struct sim_fabric *fabric, json_t *tree, struct hv_error *err) {
    struct sim_section section = { tree, "host", NULL };
    section.name = sim_section_text(&section, "name", sim_section_text(&section, "id", ""));
    if (!*section.name || sim_fabric_find_host(fabric, section.name))
        return sim_section_fail(&section, err, "needs a name of its own");
    struct sim_host **hosts = hv_grow(fabric->hosts, fabric->n_hosts, sizeof(struct sim_host *));
    struct sim_host *host = hosts ? calloc(1, sizeof(*host)) : NULL;
    if (hosts)
        fabric->hosts = hosts;
    if (!host)
        return hv_error_memory(err);
    host->fabric = fabric;
    hosts[fabric->n_hosts++] = host;
    return host_build(host, &section, err);
}
