/* Whom to believe, from options, environment and the file of trusted certificates. */
#include "cli/trust.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/connect.h"
#include "cli/options.h"

void hv_trust_options(const struct hv_args *args, struct hv_host_options *options) {
    const char *cacert = getenv("HVCTL_CACERT");

    options->capath = hv_args_value(args, HV_OPT_CAPATH);
    options->cacert = hv_args_value(args, HV_OPT_CACERT);
    /* A folder that was named now says more than a file that was named once. */
    if (!options->cacert && !options->capath && cacert && *cacert)
        options->cacert = cacert;
    options->pinned_pubkey = hv_args_value(args, HV_OPT_PINNEDPUBKEY);
    options->insecure = hv_args_has(args, HV_OPT_INSECURE);
}

int hv_trust_find(const struct hv_known_hosts *known, const char *address, struct hv_trusted *ret_trusted, struct hv_error *err) {
    HV_CLEANUP_FREE char *key = NULL;
    struct hv_trusted trusted = { .n = 0 };
    const struct hv_known_line *line;
    size_t index = 0;
    int rc = hv_address_key(address, &key, err);

    if (rc < 0)
        return rc;
    while (key && (line = hv_known_hosts_next(known, key, &index))) {
        if (trusted.n == HV_KNOWN_MAX_PINS) {
            hv_error_set(err, HV_E_CONFIG, "%s has more than %d certificates of %s", known->path, HV_KNOWN_MAX_PINS, key);
            hv_error_remedy(err, "hvctl trust --remove %s, then trust the right one", key);
            return HV_E_CONFIG;
        }
        if (trusted.n == 0)
            (void)snprintf(trusted.by, sizeof(trusted.by), "line %zu of %s", index, known->path);
        trusted.list[trusted.n++] = line->sha256;
    }
    *ret_trusted = trusted;
    return 0;
}
