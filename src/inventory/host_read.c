/* A host's migration service, settings and networks (hyperv.md 2.1, 2.3, 2.5). */
#include "inventory/host_read.h"

#include "hyperv/host.h"

enum kind {
    KIND_SERVICE,
    KIND_SETTINGS,
    KIND_NETWORKS,
};

/* The first of its kind is kept as it came: requests name the service by it and send the settings back. */
static int keep(struct hv_instance **kept, const struct hv_instance *instance, struct hv_error *err) {
    return *kept ? 0 : hv_instance_copy(instance, kept, err);
}

static int part_add(void *target, uint32_t kind, const struct hv_instance *instance, struct hv_error *err) {
    struct hv_host_read *read = target;
    int r;

    switch ((enum kind)kind) {
    case KIND_SERVICE:
        r = keep(&read->service, instance, err);
        return r < 0 ? r : hv_host_add_service(&read->info, instance, err);
    case KIND_SETTINGS:
        if (hv_setting_is_template(instance))
            return 0;
        hv_host_add_settings(&read->info, instance);
        return keep(&read->settings, instance, err);
    case KIND_NETWORKS:
        return hv_host_add_network(&read->info, instance, err);
    }
    return 0;
}

static int parts_begin(void *target, size_t round, struct hv_effects *effects, struct hv_error *err) {
    struct hv_host_read *read = target;
    struct hv_gather *gather = &read->gather;
    int r;

    if (round > 0)
        return 0;
    r = hv_gather_query(gather, KIND_SERVICE, "Msvm_VirtualSystemMigrationService", NULL, true, effects, err);
    if (r == 0)
        r = hv_gather_query(gather, KIND_SETTINGS, "Msvm_VirtualSystemMigrationServiceSettingData", NULL, true, effects, err);
    if (r == 0)
        r = hv_gather_query(gather, KIND_NETWORKS, "Msvm_VirtualSystemMigrationNetworkSettingData", NULL, false, effects, err);
    return r;
}

void hv_host_read_init(struct hv_host_read *read, hv_gather_end_fn *end, void *end_target) {
    hv_gather_init(&read->gather, parts_begin, part_add, read);
    read->gather.end = end;
    read->gather.end_target = end_target;
    hv_host_info_init(&read->info);
    read->service = NULL;
    read->settings = NULL;
}

void hv_host_read_deinit(struct hv_host_read *read) {
    hv_host_info_deinit(&read->info);
    read->service = hv_instance_free(read->service);
    read->settings = hv_instance_free(read->settings);
}
