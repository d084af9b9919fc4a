/*
 * Names that Hyper-V puts into texts: WMI object paths, as in HostResource and Parent (hyperv.md 1.3), and the InstanceIDs of
 * settings (hyperv.md 2.10, 2.11).
 */
#ifndef HYPERV_PATH_H
#define HYPERV_PATH_H

#include <hvctl/instance.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/uuid.h"

/*
 * Value of KEY in \\HOST\root\virtualization\v2:Class.Key="value",Key2="value", escapes resolved; host and namespace may be
 * missing. Outcomes: 0; 1 PATH (NULL allowed) is no such path or has no such key. Errors: MEMORY.
 */
HV_MUST_CHECK int hv_path_key(const char *path, const char *key, char **ret_value, struct hv_error *err);

/*
 * Appends \\HOST\root\virtualization\v2:CLASS.Key="value",Key2="value" with the KEYS of INSTANCE that it shows, backslashes and
 * quotes escaped.
 */
void hv_path_write(struct hv_buf *buf, const char *host, const struct hv_instance *instance, const char *const *keys,
                   size_t n_keys);

/* Microsoft:<GUID>[\<controller GUID>\<controller>\<slot>\L]; the GUID is that of a VM or of a checkpoint. */
struct hv_setting_id {
    char owner[HV_UUID_TEXT_SIZE]; /* upper case */
    int64_t controller;            /* -1 when absent */
    int64_t slot;
};

/* False, *ret_id untouched, for anything else, such as the templates Microsoft:Definition\... NULL is allowed. */
bool hv_setting_id_parse(const char *instance_id, struct hv_setting_id *ret_id);

#endif
