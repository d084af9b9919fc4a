/* Whom to believe, from options, environment and the file of trusted certificates. */
#include "cli/trust.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "cli/connect.h"
#include "cli/credentials.h"
#include "cli/options.h"
#include "cli/password.h"

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

int hv_proxy_options(const struct hv_args *args, struct hv_host_options *options, struct hv_secret **ret_password,
                     struct hv_error *err) {
    const char *proxy = hv_args_value(args, HV_OPT_PROXY);
    const char *user = hv_args_value(args, HV_OPT_PROXY_USER);
    const char *file = hv_args_value(args, HV_OPT_PROXY_PASSWORD_FILE);
    const char *scheme = proxy ? strstr(proxy, "://") : NULL;
    const char *at = proxy ? strrchr(proxy, '@') : NULL;
    const char *colon = at ? strchr(scheme ? scheme + 3 : proxy, ':') : NULL;

    if (colon && colon < at) {
        hv_error_set(err, HV_E_ARGUMENT, "--proxy takes no password in its address");
        hv_error_cause(err, "everybody on this machine could read it in the process list");
        hv_error_remedy(err, "give --proxy-user NAME and --proxy-password-file FILE");
        return HV_E_ARGUMENT;
    }
    if (user && hv_user_check(user, "proxy-user", err) < 0)
        return HV_E_ARGUMENT;
    options->proxy = proxy;
    options->proxy_user = user;
    if (file) {
        int rc = hv_password_read_file(file, ret_password, err);
        if (rc < 0)
            return rc;
    }
    options->proxy_password = hv_secret_text(*ret_password);
    return 0;
}

void hv_proxy_forget(void) {
    static const char *const names[] = { "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY" };

    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        char *value = getenv(names[i]);
        char *scheme = value ? strstr(value, "://") : NULL;
        char *user = scheme ? scheme + strlen("://") : value;
        char *at = user ? strrchr(user, '@') : NULL;
        char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;
        size_t n_secret = colon ? (size_t)(at - colon) : 0;
        size_t n_rest = colon ? strlen(at) : 0;

        if (!colon)
            continue;
        hv_password_guard(true);
        memmove(colon, at, n_rest + 1);
        hv_secret_wipe(colon + n_rest, n_secret);
    }
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
