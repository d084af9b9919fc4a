/* Every option of the command: its number, which sets it belongs to, how it is written (ux.md 2). */
#ifndef CLI_OPT_TABLE_H
#define CLI_OPT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "cli/opt_kind.h"

enum hv_opt {
    HV_OPT_HELP,
    HV_OPT_VERSION,
    HV_OPT_OUTPUT,
    HV_OPT_QUIET,
    HV_OPT_VERBOSE,
    HV_OPT_NO_COLOR,
    HV_OPT_HOST,
    HV_OPT_TO,
    HV_OPT_PORT,
    HV_OPT_USER,
    HV_OPT_PASSWORD_FILE,
    HV_OPT_PASSWORD_FD,
    HV_OPT_NO_PROMPT,
    HV_OPT_AUTH,
    HV_OPT_KEYTAB,
    HV_OPT_SPN_SERVICE,
    HV_OPT_SPN_HOST,
    HV_OPT_DELEGATE,
    HV_OPT_NO_CHANNEL_BINDING,
    HV_OPT_CACERT,
    HV_OPT_CAPATH,
    HV_OPT_PINNEDPUBKEY,
    HV_OPT_FINGERPRINT,
    HV_OPT_INSECURE,
    HV_OPT_HTTP_UNENCRYPTED_OK,
    HV_OPT_CONNECT_TIMEOUT,
    HV_OPT_REQUEST_TIMEOUT,
    HV_OPT_TRACE,
    HV_OPT_TO_USER,
    HV_OPT_TO_PASSWORD_FILE,
    HV_OPT_DESTINATION_NAME,
    HV_OPT_STORAGE,
    HV_OPT_INCLUDE_STORAGE,
    HV_OPT_TO_PATH,
    HV_OPT_DISK,
    HV_OPT_POOL,
    HV_OPT_CONFIG_PATH,
    HV_OPT_SNAPSHOT_PATH,
    HV_OPT_PAGING_PATH,
    HV_OPT_POLL,
    HV_OPT_PROGRESS,
    HV_OPT_DETACH,
    HV_OPT_DRY_RUN,
    HV_OPT_PARALLEL,
    HV_OPT_NAMESPACE,
    HV_OPT_SELECTOR,
    HV_OPT_FILTER,
    HV_OPT_MODE,
    HV_OPT_NO_OPTIMIZE,
    HV_OPT_MAX_ELEMENTS,
    HV_OPT_PARAM,
    HV_OPT_RECORD,
    HV_OPT_REPLAY,
    HV_OPT_LENIENT,
    HV_OPT_NO_REDACT,
    HV_OPT_REDACT_RULES,
    HV_OPT_YES,
    HV_OPT_ANONYMOUS,
    HV_OPT_FRAGMENT,
    HV_OPT_SET,
    HV_OPT_NULL,
    HV_OPT_TYPES,
    HV_OPT_AS_TEXT,
    HV_OPT_POLYMORPHISM,
    HV_OPT_ASSOCIATED_WITH,
    HV_OPT_REFERENCES_OF,
    HV_OPT_ASSOC_CLASS,
    HV_OPT_RESULT_CLASS,
    HV_OPT_ROLE,
    HV_OPT_RESULT_ROLE,
    HV_OPT_PRECISE_ARRAYS,
    HV_OPT_EVENT_QUERY,
    HV_OPT_EXPIRES,
    HV_OPT_HEARTBEAT,
    HV_OPT_EVENTS,
    HV_OPT_ENABLE,
    HV_OPT_DISABLE,
    HV_OPT_MAX_MIGRATIONS,
    HV_OPT_MAX_STORAGE_MIGRATIONS,
    HV_OPT_MIGRATION_AUTH,
    HV_OPT_PERFORMANCE,
    HV_OPT_METRIC,
    HV_OPT_DISK_RULE,
    HV_OPT_NETWORK,
    HV_OPT_DEST_IP,
    HV_OPT_TRANSPORT,
    HV_OPT_COMPRESS,
    HV_OPT_CANCEL_ON_LONG_BLACKOUT,
    HV_OPT_CPU_CAP,
    HV_OPT_PROCESSOR_POOL,
    HV_OPT_OVERWRITE,
    HV_OPT_KEEP_SOURCE,
    HV_OPT_AVOID_REMOVING_VHDS,
    HV_OPT_UNMANAGED,
    HV_OPT_REMOVE_SOURCE_UNMANAGED,
    HV_OPT_DEEP,
    HV_OPT_PREFLIGHT,
    HV_OPT_FORCE,
    HV_OPT_TIMEOUT,
    HV_OPT_PROCESSOR_COMPATIBILITY,
    HV_OPT_NEW_SUBNET,
    HV_OPT_LIST,
    HV_OPT_REMOVE,
    HV_OPT_LIMIT,
    HV_OPT_KEEP,
    HV_OPT_LAST,
    HV_OPT_TO_PASSWORD_FD,
    HV_OPT_NETRC_FILE,
    HV_OPT_PROXY,
    HV_OPT_PROXY_USER,
    HV_OPT_PROXY_PASSWORD_FILE,
    HV_OPT_CERT,
    HV_OPT_KEY,
    HV_OPT_KEY_PASSWORD_FILE,
    HV_OPT_KEY_PASSWORD_FD,
    HV_OPT_ON_INTERRUPT,
    HV_OPT_ON_TIMEOUT,
    HV_OPT_STALL_TIMEOUT,
    HV_OPT_GRACE,
    HV_OPT_KILL,
    HV_OPT_OFFLINE,
    HV_OPT_HOSTS,
    HV_OPT_VECTORS,
    HV_OPT_WITH_CLUSTER,
    HV_OPT_COUNT, /* the last: how many there are */
};

/* Sets of options that a command takes as a whole. */
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
#define HV_GROUP_ACCOUNT      (UINT64_C(1) << 40) /* those of CONNECT that say who signs in */

/* One spelling of an option. Rows with the same id mean the same. */
struct hv_opt_row {
    enum hv_opt id;
    uint64_t group;
    enum hv_opt_kind kind;
    char letter; /* '\0': none */
    const char *name;
    const char *argument; /* what help calls it; NULL for a flag */
    const char *implied;  /* a flag that stands for this value of the option */
    const char *help;
};
extern const struct hv_opt_row hv_opt_rows[];
extern const size_t hv_opt_n_rows;

#endif
