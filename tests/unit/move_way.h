/* Brings a move into the state that a test is about. */
#ifndef MOVE_WAY_H
#define MOVE_WAY_H

#include "migration/state.h"
#include "move_bench.h"

/* Answers that some states wait for. */
#define BENCH_PROCESSOR                                                                                                          \
    BENCH_INSTANCE("Msvm_ProcessorSettingData", "<p:InstanceID>Microsoft:" BENCH_VM_ID "\\P\\0</p:InstanceID>")
#define BENCH_TEMPLATE                                                                                                           \
    BENCH_INSTANCE("Msvm_VirtualSystemMigrationSettingData", "<p:CPUCappingMagnitude>0</p:CPUCappingMagnitude>")
#define BENCH_DEFAULT_FOLDER                                                                                                     \
    BENCH_ITEMS(BENCH_INSTANCE("Msvm_VirtualSystemManagementServiceSettingData",                                                 \
                               "<p:DefaultVirtualHardDiskPath>E:\\Disks</p:DefaultVirtualHardDiskPath>"))
#define BENCH_CLASS                                                                                                              \
    "<CLASS NAME=\"Msvm_VirtualSystemMigrationSettingData\"><PROPERTY NAME=\"CPUCappingMagnitude\" TYPE=\"uint16\"/></CLASS>"

/* BENCH was not begun yet: the way chooses the options that lead to STATE. */
void bench_reach(struct bench *bench, enum hv_mig_state state);

#endif
