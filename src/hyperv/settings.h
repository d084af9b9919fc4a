/* Builders of the embedded instances that a migration request carries (hyperv.md 2.2, 2.10, 2.11, 4). */
#ifndef HYPERV_SETTINGS_H
#define HYPERV_SETTINGS_H

#include "cim/instance.h"

enum {
    HV_TRANSPORT_NONE = 0, /* storage stays on its host */
    HV_TRANSPORT_TCP = 5,
    HV_TRANSPORT_SMB = 32768,
};

/* Msvm_VirtualSystemMigrationSettingData; TRANSPORT HV_TRANSPORT_NONE is left out. */
HV_MUST_CHECK int hv_settings_migration(unsigned migration_type, unsigned transport, struct hv_instance **ret_instance,
                                        struct hv_error *err);

/* Where a VM keeps what is not a disk; NULL: as it is. */
struct hv_roots {
    const char *configuration;
    const char *snapshot;
    const char *swap_file;
};

/* Msvm_VirtualSystemSettingData of a VM or a checkpoint, with its key and the changed roots. */
HV_MUST_CHECK int hv_settings_system(const char *vm_id, const struct hv_roots *roots, struct hv_instance **ret_instance,
                                     struct hv_error *err);

/*
 * Msvm_StorageAllocationSettingData for disk AS_READ, put at PATH ("": the pool chooses) in pool POOL_ID (NULL: as it is).
 * Key, type, parent and pool go back as they were read: the provider ties the setting to the disk by them.
 */
HV_MUST_CHECK int hv_settings_disk(const struct hv_instance *as_read, const char *path, const char *pool_id,
                                   struct hv_instance **ret_instance, struct hv_error *err);

/*
 * Msvm_ProcessorSettingData for the processors AS_READ, taken from pool POOL_ID of the destination. Errors: PROTOCOL (no key),
 * MEMORY.
 */
HV_MUST_CHECK int hv_settings_processor(const struct hv_instance *as_read, const char *pool_id, struct hv_instance **ret_instance,
                                        struct hv_error *err);

/*
 * Any resource AS_READ, to be changed where it is: HOST_RESOURCE in place of what it points to, and for a connection its
 * ENABLED_STATE (0: as it is). Errors: PROTOCOL (no key), MEMORY.
 */
HV_MUST_CHECK int hv_settings_resource(const struct hv_instance *as_read, const char *host_resource, unsigned enabled_state,
                                       struct hv_instance **ret_instance, struct hv_error *err);

/* Is this setting a virtual hard disk? An ISO and a floppy have the same class and ResourceType (hyperv.md 2.11). */
bool hv_settings_is_vhd(const struct hv_instance *setting);

#endif
