/* What a VM consists of: settings, disks, adapters, checkpoints, from the setting data classes (hyperv.md 2.10 to 2.12). */
#ifndef HYPERV_VM_DETAILS_H
#define HYPERV_VM_DETAILS_H

#include <hvctl/instance.h>
#include <hvctl/vm.h>

#include "base/cleanup.h"

#define HV_SUBTYPE_VHD           "Microsoft:Hyper-V:Virtual Hard Disk"
#define HV_SUBTYPE_ISO           "Microsoft:Hyper-V:Virtual CD/DVD Disk"
#define HV_SUBTYPE_FLOPPY        "Microsoft:Hyper-V:Virtual Floppy Disk"
#define HV_SUBTYPE_PHYSICAL_DISK "Microsoft:Hyper-V:Physical Disk Drive"

/* Of disks, of adapters, of checkpoints. A VM has at most 260, 68 and 100; more is a host gone wrong. */
enum { HV_VM_MAX_PARTS = 1024 };

/* Everything absent. */
void hv_vm_details_init(struct hv_vm_details *details);
void hv_vm_details_deinit(struct hv_vm_details *details);

/*
 * Each of these adds what INSTANCE tells to DETAILS, whose vm.id must be known, and passes over what belongs to another VM, to a
 * checkpoint or to the templates Microsoft:Definition\... Errors: MEMORY, LIMIT; DETAILS may then be filled in part.
 */
/* Msvm_VirtualSystemSettingData: the active settings, or a checkpoint. */
HV_MUST_CHECK int hv_vm_add_settings(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err);
/* Msvm_StorageAllocationSettingData, Msvm_ResourceAllocationSettingData: media and pass-through disks. */
HV_MUST_CHECK int hv_vm_add_disk(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err);
/* Msvm_SyntheticEthernetPortSettingData and its emulated sibling. */
HV_MUST_CHECK int hv_vm_add_adapter(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err);
/* Msvm_EthernetPortAllocationSettingData: what an adapter added before is connected to. */
HV_MUST_CHECK int hv_vm_add_connection(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err);
/* Msvm_VirtualEthernetSwitch: the name of a switch that a connection added before leads to. */
HV_MUST_CHECK int hv_vm_add_switch(struct hv_vm_details *details, const struct hv_instance *instance, struct hv_error *err);
/* Msvm_ProcessorSettingData. */
void hv_vm_add_processor(struct hv_vm_details *details, const struct hv_instance *instance);
/* Msvm_MemorySettingData. */
void hv_vm_add_memory(struct hv_vm_details *details, const struct hv_instance *instance);

/* Is INSTANCE a part of the active settings of the VM? By InstanceID. */
bool hv_vm_owns(const char *vm_id, const struct hv_instance *instance);

/*
 * One disk or medium; release with hv_vm_disk_deinit. Outcomes: 0; 1 INSTANCE is none (a drive without medium, a controller).
 * Errors: MEMORY.
 */
HV_MUST_CHECK int hv_vm_disk_decode(const struct hv_instance *instance, struct hv_vm_disk *ret_disk, struct hv_error *err);
void hv_vm_disk_deinit(struct hv_vm_disk *disk);

#endif
