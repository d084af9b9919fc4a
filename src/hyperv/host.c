/* Host settings (hyperv.md 2.1, 2.3, 2.5). */
#include "hyperv/host.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/field.h"

void hv_host_info_init(struct hv_host_info *info) {
    memset(info, 0, sizeof(*info));
    info->migration_enabled = -1;
    info->max_vm_migrations = -1;
    info->max_storage_migrations = -1;
    info->active_vm_migrations = -1;
    info->active_storage_migrations = -1;
    info->authentication_type = -1;
    info->compression = -1;
    info->smb_transport = -1;
}

static void network_deinit(struct hv_migration_network *network) {
    free(network->instance_id);
    free(network->subnet);
    (void)hv_field_texts_free(network->tags, network->n_tags);
    memset(network, 0, sizeof(*network));
}

void hv_host_info_deinit(struct hv_host_info *info) {
    free(info->name);
    (void)hv_field_texts_free(info->listeners, info->n_listeners);
    for (size_t i = 0; i < info->n_networks; i++)
        network_deinit(&info->networks[i]);
    free(info->networks);
    hv_host_info_init(info);
}

bool hv_setting_is_template(const struct hv_instance *instance) {
    const char *id = hv_instance_text(instance, "InstanceID");
    return id && hv_text_starts_same(id, "Microsoft:Definition\\");
}

int hv_host_add_service(struct hv_host_info *info, const struct hv_instance *instance, struct hv_error *err) {
    HV_CLEANUP_FREE char *name = NULL;
    char **listeners = NULL;
    size_t n_listeners = 0;
    int r = hv_field_text(instance, "SystemName", &name, err);
    if (r == 0)
        r = hv_field_texts(instance, "MigrationServiceListenerIPAddressList", &listeners, &n_listeners, err);
    if (r < 0)
        return r;
    free(info->name);
    info->name = name;
    name = NULL;
    (void)hv_field_texts_free(info->listeners, info->n_listeners);
    info->listeners = listeners;
    info->n_listeners = n_listeners;
    info->active_vm_migrations = hv_field_number(instance, "ActiveVirtualSystemMigrationCount", UINT32_MAX);
    info->active_storage_migrations = hv_field_number(instance, "ActiveStorageMigrationCount", UINT32_MAX);
    return 0;
}

void hv_host_add_settings(struct hv_host_info *info, const struct hv_instance *instance) {
    if (hv_setting_is_template(instance))
        return;
    info->migration_enabled = hv_field_bool(instance, "EnableVirtualSystemMigration");
    info->max_vm_migrations = hv_field_number(instance, "MaximumActiveVirtualSystemMigration", UINT32_MAX);
    info->max_storage_migrations = hv_field_number(instance, "MaximumActiveStorageMigration", UINT32_MAX);
    info->authentication_type = hv_field_number(instance, "AuthenticationType", UINT32_MAX);
    info->compression = hv_field_bool(instance, "EnableCompression");
    info->smb_transport = hv_field_bool(instance, "EnableSmbTransport");
}

static int texts_copy(char *const *texts, size_t n, char ***ret_texts, size_t *ret_n, struct hv_error *err) {
    char **copy = n > 0 ? calloc(n, sizeof(*copy)) : NULL;
    int r = n > 0 && !copy ? hv_error_memory(err) : 0;

    for (size_t i = 0; r == 0 && i < n; i++)
        r = hv_text_copy(texts[i], &copy[i], err);
    if (r < 0) {
        (void)hv_field_texts_free(copy, n);
        return r;
    }
    *ret_texts = copy;
    *ret_n = n;
    return 0;
}

/* Takes what NETWORK owns, also on failure. */
static int network_push(struct hv_host_info *info, struct hv_migration_network *network, struct hv_error *err) {
    struct hv_migration_network *grown = hv_grow(info->networks, info->n_networks, sizeof(*grown));

    if (!grown) {
        network_deinit(network);
        return hv_error_memory(err);
    }
    info->networks = grown;
    info->networks[info->n_networks++] = *network;
    return 0;
}

static int check_room(const struct hv_host_info *info, struct hv_error *err) {
    if (info->n_networks < HV_HOST_MAX_NETWORKS)
        return 0;
    return hv_error_set(err, HV_E_LIMIT, "a host with more than %d migration networks", HV_HOST_MAX_NETWORKS);
}

int hv_host_append_network(struct hv_host_info *info, const struct hv_migration_network *network, struct hv_error *err) {
    struct hv_migration_network copy = { .prefix_length = network->prefix_length, .metric = network->metric };
    int r = check_room(info, err);

    if (r == 0)
        r = hv_text_copy(network->instance_id, &copy.instance_id, err);
    if (r == 0)
        r = hv_text_copy(network->subnet, &copy.subnet, err);
    if (r == 0)
        r = texts_copy(network->tags, network->n_tags, &copy.tags, &copy.n_tags, err);
    if (r == 0)
        return network_push(info, &copy, err);
    network_deinit(&copy);
    return r;
}

void hv_host_drop_network(struct hv_host_info *info, size_t index) {
    network_deinit(&info->networks[index]);
    info->n_networks--;
    memmove(&info->networks[index], &info->networks[index + 1], (info->n_networks - index) * sizeof(*info->networks));
}

int hv_host_info_copy(const struct hv_host_info *info, struct hv_host_info *ret_copy, struct hv_error *err) {
    int r;

    *ret_copy = *info;
    ret_copy->name = NULL;
    ret_copy->listeners = NULL;
    ret_copy->n_listeners = 0;
    ret_copy->networks = NULL;
    ret_copy->n_networks = 0;
    r = hv_text_copy(info->name, &ret_copy->name, err);
    if (r == 0)
        r = texts_copy(info->listeners, info->n_listeners, &ret_copy->listeners, &ret_copy->n_listeners, err);
    for (size_t i = 0; r == 0 && i < info->n_networks; i++)
        r = hv_host_append_network(ret_copy, &info->networks[i], err);
    return r;
}

int hv_host_add_network(struct hv_host_info *info, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_migration_network network = {
        .prefix_length = hv_field_number(instance, "PrefixLength", UINT8_MAX),
        .metric = hv_field_number(instance, "Metric", UINT32_MAX),
    };
    int r;

    if (hv_setting_is_template(instance))
        return 0;
    r = check_room(info, err);
    if (r == 0)
        r = hv_field_text(instance, "InstanceID", &network.instance_id, err);
    if (r == 0)
        r = hv_field_text(instance, "SubnetNumber", &network.subnet, err);
    if (r == 0)
        r = hv_field_texts(instance, "Tags", &network.tags, &network.n_tags, err);
    if (r == 0)
        return network_push(info, &network, err);
    network_deinit(&network);
    return r;
}
