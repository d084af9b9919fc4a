/* hvctl host show (ux.md 1). */
#include <hvctl/host.h>
#include <inttypes.h>

#include "base/size.h"
#include "cli/cmd.h"
#include "cli/fanout.h"
#include "cli/json.h"
#include "cli/sheet.h"

/* AuthenticationType of the migration service (hyperv.md 2.3). */
static const char *authentication_name(int64_t type) {
    static const char *const names[] = { "credssp", "kerberos" };

    return type >= 0 && type < (int64_t)HV_ARRAY_SIZE(names) ? names[type] : NULL;
}

static json_t *networks_json(const struct hv_host_info *info) {
    json_t *array = json_array();

    for (size_t i = 0; i < info->n_networks; i++) {
        const struct hv_migration_network *network = &info->networks[i];
        json_t *object = json_object();

        hv_json_put(&object, "subnet", hv_json_text(network->subnet));
        hv_json_put(&object, "prefix_length", hv_json_number(network->prefix_length));
        hv_json_put(&object, "metric", hv_json_number(network->metric));
        hv_json_put(&object, "tags", hv_json_texts(network->tags, network->n_tags));
        hv_json_put(&object, "instance_id", hv_json_text(network->instance_id));
        hv_json_add(&array, object);
    }
    return array;
}

static void put_host(json_t **object, const struct hv_host_info *info, const char *host) {
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

/* One document "host" for one host, "hosts" for several; JSON lines have one object a host. */
static void print_json(const struct hv_fanout *fanout, struct hv_output *out) {
    size_t n_sources = fanout->connection->n_sources;
    bool is_alone = out->format == HV_FORMAT_JSONL || (n_sources == 1 && hv_fanout_answer(fanout, 0));
    json_t *list = json_array();
    json_t *document;

    for (size_t i = 0; i < n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        json_t *object;

        if (!task)
            continue;
        object = is_alone ? hv_json_document("host") : json_object();
        put_host(&object, hv_host_show_result(task), fanout->connection->sources[i].label);
        if (is_alone)
            hv_output_json(out, object);
        else
            hv_json_add(&list, object);
    }
    if (is_alone) {
        json_decref(list);
        return;
    }
    document = hv_json_document("hosts");
    hv_json_put(&document, "hosts", list);
    hv_json_put(&document, "errors", hv_fanout_errors(fanout));
    hv_output_json(out, document);
}

static void print_sheet(const struct hv_host_info *info, const char *host, struct hv_output *out) {
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

static void print_sheets(const struct hv_fanout *fanout, struct hv_output *out) {
    bool any = false;

    for (size_t i = 0; i < fanout->connection->n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);

        if (!task)
            continue;
        if (any)
            hv_output_text(out, "\n");
        any = true;
        print_sheet(hv_host_show_result(task), fanout->connection->sources[i].label, out);
    }
}

int hv_cmd_host_show(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = HV_MAX_HOSTS };

    return hv_fanout_command(&plan, args, out, hv_host_show_new, hv_output_is_json(out) ? print_json : print_sheets);
}
