/* A host's settings on the screen and in JSON (ux.md 4). */
#include "cli/host_view.h"

#include <inttypes.h>

#include "base/size.h"
#include "cli/json.h"
#include "cli/sheet.h"

/* AuthenticationType of the migration service (hyperv.md 2.3). */
static const char *authentication_name(int64_t type) {
    static const char *const names[] = { "credssp", "kerberos" };

    return type >= 0 && type < (int64_t)HV_ARRAY_SIZE(names) ? names[type] : NULL;
}

void hv_host_view_put_network(json_t **object, const struct hv_migration_network *network) {
    hv_json_put(object, "subnet", hv_json_text(network->subnet));
    hv_json_put(object, "prefix_length", hv_json_number(network->prefix_length));
    hv_json_put(object, "metric", hv_json_number(network->metric));
    hv_json_put(object, "tags", hv_json_texts(network->tags, network->n_tags));
    hv_json_put(object, "instance_id", hv_json_text(network->instance_id));
}

static json_t *networks_json(const struct hv_host_info *info) {
    json_t *array = json_array();

    for (size_t i = 0; i < info->n_networks; i++) {
        json_t *object = json_object();

        hv_host_view_put_network(&object, &info->networks[i]);
        hv_json_add(&array, object);
    }
    return array;
}

void hv_host_view_put(json_t **object, const struct hv_host_info *info, const char *host) {
    if (host)
        hv_json_put(object, "host", hv_json_text(host));
    hv_json_put(object, "name", hv_json_text(info->name));
    hv_json_put(object, "migration_enabled", hv_json_flag(info->migration_enabled));
    hv_json_put(object, "max_vm_migrations", hv_json_number(info->max_vm_migrations));
    hv_json_put(object, "active_vm_migrations", hv_json_number(info->active_vm_migrations));
    hv_json_put(object, "max_storage_migrations", hv_json_number(info->max_storage_migrations));
    hv_json_put(object, "active_storage_migrations", hv_json_number(info->active_storage_migrations));
    hv_json_put(object, "authentication_type", hv_json_number(info->authentication_type));
    hv_json_put(object, "authentication", hv_json_text(authentication_name(info->authentication_type)));
    hv_json_put(object, "compression", hv_json_flag(info->compression));
    hv_json_put(object, "smb_transport", hv_json_flag(info->smb_transport));
    hv_json_put(object, "listeners", hv_json_texts(info->listeners, info->n_listeners));
    hv_json_put(object, "networks", networks_json(info));
}

void hv_host_view_sheet(const struct hv_host_info *info, const char *host, struct hv_output *out) {
    const char *authentication = authentication_name(info->authentication_type);
    struct hv_sheet sheet;

    hv_sheet_begin(&sheet, out);
    hv_sheet_text(&sheet, "host", host);
    hv_sheet_text(&sheet, "name", info->name);
    hv_sheet_flag(&sheet, "migration enabled", info->migration_enabled);
    hv_sheet_number(&sheet, "VM migrations, most at once", info->max_vm_migrations);
    hv_sheet_number(&sheet, "VM migrations now", info->active_vm_migrations);
    hv_sheet_number(&sheet, "storage migrations, most at once", info->max_storage_migrations);
    hv_sheet_number(&sheet, "storage migrations now", info->active_storage_migrations);
    if (authentication)
        hv_sheet_text(&sheet, "authentication", authentication);
    else
        hv_sheet_number(&sheet, "authentication", info->authentication_type);
    hv_sheet_flag(&sheet, "compression", info->compression);
    hv_sheet_flag(&sheet, "SMB transport", info->smb_transport);
    for (size_t i = 0; i < info->n_listeners; i++)
        hv_sheet_text(&sheet, "listener", info->listeners[i]);
    for (size_t i = 0; i < info->n_networks; i++) {
        const struct hv_migration_network *network = &info->networks[i];
        hv_sheet_printf(&sheet, "network", "%s/%" PRId64 ", metric %" PRId64, network->subnet ? network->subnet : "-",
                        network->prefix_length, network->metric);
    }
    hv_sheet_end(&sheet);
}
