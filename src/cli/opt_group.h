/* Sets of options that a command takes as a whole: bits of a uint64_t. */
#ifndef CLI_OPT_GROUP_H
#define CLI_OPT_GROUP_H

#include <stdint.h>

#define HV_GROUP_GENERAL      (UINT64_C(1) << 0)
#define HV_GROUP_CONNECT      (UINT64_C(1) << 1)
#define HV_GROUP_HOST         (UINT64_C(1) << 2)
#define HV_GROUP_TO           (UINT64_C(1) << 3)
#define HV_GROUP_DESTINATION  (UINT64_C(1) << 4)
#define HV_GROUP_STORAGE      (UINT64_C(1) << 5)
#define HV_GROUP_TO_PATH      (UINT64_C(1) << 6)
#define HV_GROUP_PLACE        (UINT64_C(1) << 7)
#define HV_GROUP_WAIT         (UINT64_C(1) << 8)
#define HV_GROUP_DETACH       (UINT64_C(1) << 9)
#define HV_GROUP_DRY_RUN      (UINT64_C(1) << 10)
#define HV_GROUP_PARALLEL     (UINT64_C(1) << 11)
#define HV_GROUP_RESOURCE     (UINT64_C(1) << 12)
#define HV_GROUP_SELECTOR     (UINT64_C(1) << 13)
#define HV_GROUP_ENUMERATE    (UINT64_C(1) << 14)
#define HV_GROUP_PARAM        (UINT64_C(1) << 15)
#define HV_GROUP_ANONYMOUS    (UINT64_C(1) << 16)
#define HV_GROUP_FRAGMENT     (UINT64_C(1) << 17)
#define HV_GROUP_SET          (UINT64_C(1) << 18)
#define HV_GROUP_TYPES        (UINT64_C(1) << 19)
#define HV_GROUP_SUBSCRIBE    (UINT64_C(1) << 20)
#define HV_GROUP_CONFIG       (UINT64_C(1) << 21)
#define HV_GROUP_METRIC       (UINT64_C(1) << 22)
#define HV_GROUP_NEW_SUBNET   (UINT64_C(1) << 23)
#define HV_GROUP_CHANGE       (UINT64_C(1) << 24)
#define HV_GROUP_REACH        (UINT64_C(1) << 25) /* those of CONNECT that matter before anybody signs in */
#define HV_GROUP_TRUST        (UINT64_C(1) << 26)
#define HV_GROUP_LIMIT        (UINT64_C(1) << 27)
#define HV_GROUP_KEEP         (UINT64_C(1) << 28)
#define HV_GROUP_LAST         (UINT64_C(1) << 29)
#define HV_GROUP_POWER        (UINT64_C(1) << 30)
#define HV_GROUP_FORCE        (UINT64_C(1) << 31)
#define HV_GROUP_VM_SET       (UINT64_C(1) << 32)
#define HV_GROUP_WAY          (UINT64_C(1) << 33) /* between two hosts */
#define HV_GROUP_DEEP         (UINT64_C(1) << 34)
#define HV_GROUP_PREFLIGHT    (UINT64_C(1) << 35)
#define HV_GROUP_CANCEL       (UINT64_C(1) << 44)
#define HV_GROUP_OFFLINE      (UINT64_C(1) << 48)
#define HV_GROUP_WITH_CLUSTER (UINT64_C(1) << 50)
#define HV_GROUP_CLUSTER      (UINT64_C(1) << 51)
#define HV_GROUP_ACCOUNT      (UINT64_C(1) << 40) /* those of CONNECT that say who signs in */
#define HV_GROUP_FIX          (UINT64_C(1) << 54) /* of planned VMs, by moves that make one and by themselves */
#define HV_GROUP_PLANNED      (UINT64_C(1) << 55) /* by themselves only */
#define HV_GROUP_ORPHANS      (UINT64_C(1) << 56)

#endif
