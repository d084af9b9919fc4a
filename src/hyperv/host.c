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

int hv_host_add_network(struct hv_host_info *info, const struct hv_instance *instance, struct hv_error *err) {
    if (hv_setting_is_template(instance))
        return 0;
    if (info->n_networks == HV_HOST_MAX_NETWORKS)
        return hv_error_set(err, HV_E_LIMIT, "a host with more than %d migration networks", HV_HOST_MAX_NETWORKS);
    struct hv_migration_network *grown = hv_grow(info->networks, info->n_networks, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    info->networks = grown;
    struct hv_migration_network network = {
        .prefix_length = hv_field_number(instance, "PrefixLength", UINT8_MAX),
        .metric = hv_field_number(instance, "Metric", UINT32_MAX),
    };
    int r = hv_field_text(instance, "InstanceID", &network.instance_id, err);
    if (r == 0)
        r = hv_field_text(instance, "SubnetNumber", &network.subnet, err);
    if (r == 0)
        r = hv_field_texts(instance, "Tags", &network.tags, &network.n_tags, err);
    if (r < 0) {
        network_deinit(&network);
        return r;
    }
    info->networks[info->n_networks++] = network;
    return 0;
}
