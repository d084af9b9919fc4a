/* A change of the migration service's settings (hyperv.md 2.3, 4h); networks: host_networks.c. */
#include "control/host_plan.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cim/instance.h"
#include "control/host_networks.h"

#define SETTINGS_CLASS "Msvm_VirtualSystemMigrationServiceSettingData"

enum { NUMBER_SIZE = 24 };

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

/* One property of the settings, where it is in the three structures that hold it. */
static const struct setting {
    const char *property;
    enum hv_cim_type type;
    size_t in_change;
    size_t in_info;
    int64_t max;
} settings_table[] = {
#define SETTING(property, type, member, max)                                                                                     \
    { property, HV_CIM_##type, offsetof(struct hv_host_change, member), offsetof(struct hv_host_info, member), max }
    SETTING("EnableVirtualSystemMigration", BOOLEAN, migration_enabled, 1),
    SETTING("MaximumActiveVirtualSystemMigration", UINT32, max_vm_migrations, UINT32_MAX),
    SETTING("MaximumActiveStorageMigration", UINT32, max_storage_migrations, UINT32_MAX),
    SETTING("AuthenticationType", UINT32, authentication_type, 1),
    SETTING("EnableCompression", BOOLEAN, compression, 1),
    SETTING("EnableSmbTransport", BOOLEAN, smb_transport, 1),
#undef SETTING
};

static int64_t number_at(const void *structure, size_t offset) {
    int64_t number;

    memcpy(&number, (const char *)structure + offset, sizeof(number));
    return number;
}

void hv_host_change_init(struct hv_host_change *change) {
    *change = (struct hv_host_change){
        .migration_enabled = -1,
        .max_vm_migrations = -1,
        .max_storage_migrations = -1,
        .authentication_type = -1,
        .compression = -1,
        .smb_transport = -1,
    };
}

static int check(const struct hv_host_change *change, struct hv_error *err) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(settings_table); i++) {
        int64_t number = number_at(change, settings_table[i].in_change);
        if (number < -1 || number > settings_table[i].max)
            return hv_error_set(err, HV_E_ARGUMENT, "%s cannot be %lld", settings_table[i].property, (long long)number);
        if (number >= 0 && change->network)
            return hv_error_set(err, HV_E_ARGUMENT, "settings and networks are changed by two calls");
    }
    return 0;
}

int hv_host_plan_init(struct hv_host_plan *plan, const struct hv_host_change *change, struct hv_error *err) {
    int r;

    memset(plan, 0, sizeof(*plan));
    r = check(change, err);
    if (r < 0)
        return r;
    plan->change = *change;
    plan->change.network = change->network ? &plan->network : NULL;
    r = hv_text_copy(change->host ? change->host : "the host", &plan->host, err);
    plan->change.host = plan->host;
    return r == 0 && change->network ? hv_host_networks_read(plan, change->network, err) : r;
}

void hv_host_plan_deinit(struct hv_host_plan *plan) {
    free(plan->host);
    free(plan->network_text);
    free(plan->new_network_text);
    memset(plan, 0, sizeof(*plan));
}

/* Properties that came with later versions are not there before: to send them would spoil the whole instance. */
static int lacks(const struct hv_host_plan *plan, const char *property, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_ARGUMENT, "%s has no setting %s", plan->change.host, property);
    hv_error_cause(err, "its version of Windows Server is too old for it: compression and SMB came with 2012 R2");
    hv_error_remedy(err, "leave that setting alone on this host");
    return HV_E_ARGUMENT;
}

int hv_host_plan_apply(const struct hv_host_plan *plan, struct hv_host_info *wanted, struct hv_error *err) {
    if (plan->change.network)
        return hv_host_networks_apply(plan, wanted, err);
    for (size_t i = 0; i < HV_ARRAY_SIZE(settings_table); i++) {
        const struct setting *setting = &settings_table[i];
        int64_t number = number_at(&plan->change, setting->in_change);

        if (number < 0)
            continue;
        if (number_at(wanted, setting->in_info) < 0)
            return lacks(plan, setting->property, err);
        memcpy((char *)wanted + setting->in_info, &number, sizeof(number));
    }
    return 0;
}

static int set_number(struct hv_instance *instance, const struct setting *setting, int64_t number, struct hv_error *err) {
    char text[NUMBER_SIZE];

    if (setting->type == HV_CIM_BOOLEAN)
        return hv_instance_set(instance, setting->property, setting->type, number ? "true" : "false", err);
    (void)snprintf(text, sizeof(text), "%lld", (long long)number);
    return hv_instance_set(instance, setting->property, setting->type, text, err);
}

/* What the host has, with the changes in it, and its key as it was read (hyperv.md 2.3). */
static int settings_call(const struct hv_host_info *wanted, const struct hv_instance *shown, struct hv_params *params,
                         struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    const char *id = shown ? hv_instance_text(shown, "InstanceID") : NULL;
    int r;

    if (!id)
        return hv_error_set(err, HV_E_PROTOCOL, "the host showed its migration settings without InstanceID");
    r = hv_instance_new(SETTINGS_CLASS, HV_NAMESPACE_V2, &instance, err);
    if (r == 0)
        r = hv_instance_set(instance, "InstanceID", HV_CIM_STRING, id, err);
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(settings_table); i++) {
        int64_t number = number_at(wanted, settings_table[i].in_info);
        if (number >= 0)
            r = set_number(instance, &settings_table[i], number, err);
    }
    return r < 0 ? r : hv_params_add_instance(params, "ServiceSettingData", instance, err);
}

int hv_host_plan_call(const struct hv_host_plan *plan, const struct hv_host_info *before, const struct hv_host_info *wanted,
                      const struct hv_instance *settings, const char **ret_method, struct hv_params **ret_params,
                      struct hv_error *err) {
    HV_CLEANUP(hv_params_free) struct hv_params *params = NULL;
    const char *method = "ModifyServiceSettings";
    int r = hv_params_new(&params, err);

    if (r == 0 && plan->change.network)
        r = hv_host_networks_call(plan, before, wanted, &method, params, err);
    else if (r == 0)
        r = settings_call(wanted, settings, params, err);
    if (r < 0)
        return r;
    *ret_method = method;
    *ret_params = params;
    params = NULL;
    return 0;
}
