/* A host's migration service, its settings and networks (hyperv.md 2.1, 2.3, 2.5). */
#ifndef HYPERV_HOST_H
#define HYPERV_HOST_H

#include <hvctl/host.h>
#include <hvctl/instance.h>

#include "base/cleanup.h"

/* AuthenticationType of the host's service settings. */
enum {
    HV_HOST_AUTH_CREDSSP = 0,
    HV_HOST_AUTH_KERBEROS = 1,
};

enum { HV_HOST_MAX_NETWORKS = 1024 };

/* Tags of migration networks (hyperv.md 2.5): one that an administrator made, and those that mean every network. */
#define HV_NETWORK_TAG_USER "Microsoft:UserManaged"
#define HV_NETWORK_TAG_ALL  "Microsoft:UserManagedAllNetworks"

/* Everything absent. */
void hv_host_info_init(struct hv_host_info *info);
void hv_host_info_deinit(struct hv_host_info *info);
/* RET_COPY's old contents are not looked at. Errors: MEMORY; RET_COPY is then to be deinit'ed all the same. */
HV_MUST_CHECK int hv_host_info_copy(const struct hv_host_info *info, struct hv_host_info *ret_copy, struct hv_error *err);

/* One network more, or number INDEX less. Absent texts are NULL. Errors: LIMIT, MEMORY. */
HV_MUST_CHECK int hv_host_append_network(struct hv_host_info *info, const struct hv_migration_network *network,
                                         struct hv_error *err);
void hv_host_drop_network(struct hv_host_info *info, size_t index);
/* The network of INFO that covers the same addresses as WANTED; NULL when there is none. */
const struct hv_migration_network *hv_host_find_network(const struct hv_host_info *info,
                                                        const struct hv_migration_network *wanted);

/*
 * Each adds what INSTANCE tells; members that are absent there become absent here. Errors: MEMORY, LIMIT; INFO may then be filled
 * in part.
 */
/* Msvm_VirtualSystemMigrationService: name, running migrations, listeners. */
HV_MUST_CHECK int hv_host_add_service(struct hv_host_info *info, const struct hv_instance *instance, struct hv_error *err);
/* Msvm_VirtualSystemMigrationServiceSettingData. Templates (Microsoft:Definition\...) are passed over. */
void hv_host_add_settings(struct hv_host_info *info, const struct hv_instance *instance);
/* Msvm_VirtualSystemMigrationNetworkSettingData. Templates are passed over. */
HV_MUST_CHECK int hv_host_add_network(struct hv_host_info *info, const struct hv_instance *instance, struct hv_error *err);

/* Is INSTANCE one of the defaults that stand beside real settings when a class is enumerated (hyperv.md A.5)? */
bool hv_setting_is_template(const struct hv_instance *instance);

#endif
