/* Builders of the embedded instances that a migration request carries (hyperv.md 2.2, 2.10, 2.11, 4). */
#include "hyperv/settings.h"

#include <hvctl/wsman.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

#define SUBTYPE_VHD "Microsoft:Hyper-V:Virtual Hard Disk"

enum { PATH_CEILING = 64 * 1024 };

static int set_number(struct hv_instance *instance, const char *name, enum hv_cim_type type, unsigned value,
                      struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(32);
    int r;

    hv_buf_printf(&text, "%u", value);
    r = hv_buf_finish(&text, name, err);
    return r < 0 ? r : hv_instance_set(instance, name, type, hv_buf_text(&text), err);
}

int hv_settings_migration(unsigned migration_type, unsigned transport, struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r;

    r = hv_instance_new("Msvm_VirtualSystemMigrationSettingData", HV_NAMESPACE_V2, &instance, err);
    if (r < 0)
        return r;
    r = set_number(instance, "MigrationType", HV_CIM_UINT16, migration_type, err);
    if (r < 0)
        return r;
    if (transport != HV_TRANSPORT_NONE) {
        r = set_number(instance, "TransportType", HV_CIM_UINT16, transport, err);
        if (r < 0)
            return r;
    }
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

int hv_settings_system(const char *vm_id, const struct hv_roots *roots, struct hv_instance **ret_instance, struct hv_error *err) {
    const struct {
        const char *name;
        const char *path;
    } changes[] = {
        { "ConfigurationDataRoot", roots->configuration },
        { "SnapshotDataRoot", roots->snapshot },
        { "SwapFileDataRoot", roots->swap_file },
    };
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP_BUF struct hv_buf key = HV_BUF_INIT(PATH_CEILING);
    int r;

    hv_buf_printf(&key, "Microsoft:%s", vm_id);
    r = hv_buf_finish(&key, "InstanceID", err);
    if (r < 0)
        return r;
    r = hv_instance_new("Msvm_VirtualSystemSettingData", HV_NAMESPACE_V2, &instance, err);
    if (r < 0)
        return r;
    r = hv_instance_set(instance, "InstanceID", HV_CIM_STRING, hv_buf_text(&key), err);
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(changes); i++) {
        if (changes[i].path)
            r = hv_instance_set(instance, changes[i].name, HV_CIM_STRING, changes[i].path, err);
    }
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

/* What ties a setting to the one that it is to become: key, kind, parent and pool, as they were read. */
static int copy_identity(const struct hv_instance *as_read, const char *class_name, struct hv_instance **ret_instance,
                         struct hv_error *err) {
    static const struct {
        const char *name;
        enum hv_cim_type type;
    } kept[] = {
        { "InstanceID", HV_CIM_STRING }, { "ResourceType", HV_CIM_UINT16 }, { "ResourceSubType", HV_CIM_STRING },
        { "PoolID", HV_CIM_STRING },     { "Parent", HV_CIM_STRING },
    };
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r;

    if (!hv_instance_text(as_read, "InstanceID"))
        return hv_error_set(err, HV_E_PROTOCOL, "the host showed a setting of the VM without InstanceID (%s)", class_name);
    r = hv_instance_new(class_name, HV_NAMESPACE_V2, &instance, err);
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(kept); i++) {
        const char *value = hv_instance_text(as_read, kept[i].name);
        if (value)
            r = hv_instance_set(instance, kept[i].name, kept[i].type, value, err);
    }
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

int hv_settings_disk(const struct hv_instance *as_read, const char *path, const char *pool_id, struct hv_instance **ret_instance,
                     struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r = copy_identity(as_read, "Msvm_StorageAllocationSettingData", &instance, err);

    if (r == 0 && pool_id)
        r = hv_instance_set(instance, "PoolID", HV_CIM_STRING, pool_id, err);
    if (r == 0)
        r = hv_instance_set_array(instance, "HostResource", HV_CIM_STRING, &path, 1, err);
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

int hv_settings_processor(const struct hv_instance *as_read, const char *pool_id, struct hv_instance **ret_instance,
                          struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r = copy_identity(as_read, "Msvm_ProcessorSettingData", &instance, err);

    if (r == 0)
        r = hv_instance_set(instance, "PoolID", HV_CIM_STRING, pool_id, err);
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

int hv_settings_resource(const struct hv_instance *as_read, const char *host_resource, unsigned enabled_state,
                         struct hv_instance **ret_instance, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    int r = copy_identity(as_read, hv_instance_class(as_read), &instance, err);

    if (r == 0 && host_resource)
        r = hv_instance_set_array(instance, "HostResource", HV_CIM_STRING, &host_resource, 1, err);
    if (r == 0 && enabled_state)
        r = set_number(instance, "EnabledState", HV_CIM_UINT16, enabled_state, err);
    if (r < 0)
        return r;
    *ret_instance = instance;
    instance = NULL;
    return 0;
}

bool hv_settings_is_vhd(const struct hv_instance *setting) {
    return hv_text_same(hv_instance_text(setting, "ResourceSubType"), SUBTYPE_VHD);
}
