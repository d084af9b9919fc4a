/* Where passwords may be stored: systemd's credentials, the keyring, netrc (ux.md 8). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/credentials.h"
#include "cli/keyring.h"
#include "cli/netrc.h"
#include "cli/options.h"
#include "cli/password.h"

enum { PATH_MAX_BYTES = 4096 };

static const char *environment(const char *name) {
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

/*
 * $CREDENTIALS_DIRECTORY/hvctl.HOST (systemd.exec(5), LoadCredential=). The folder is the service's own; with User= systemd lets
 * that user in by an access list, which shows as a group's right.
 */
static int find_in_systemd(const struct hv_args *args, const char *host, const char *user, struct hv_account *ret_account,
                           struct hv_error *err) {
    const char *folder = environment("CREDENTIALS_DIRECTORY");
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(PATH_MAX_BYTES);
    int fd = -1;
    int rc;

    (void)args;
    (void)user;
    if (!folder || strchr(host, '/'))
        return 0;
    hv_buf_printf(&path, "%s/hvctl.%s", folder, host);
    rc = hv_buf_finish(&path, "the path of a credential", err);
    if (rc < 0)
        return rc;
    if (access(path.data, F_OK) < 0 && errno == ENOENT)
        return 0;
    rc = hv_secret_file_open(path.data, "credential", HV_READERS_GROUP, &fd, err);
    if (rc < 0)
        return rc;
    rc = hv_password_read_fd(fd, path.data, &ret_account->password, err);
    (void)close(fd);
    return rc < 0 ? rc : 1;
}

/* Without a session there is no keyring, which is no error as long as nobody asked for it. */
static int find_in_keyring(const struct hv_args *args, const char *host, const char *user, struct hv_account *ret_account,
                           struct hv_error *err) {
    if (!hv_keyring_is_near())
        return 0;
    hv_password_guard(true);
    return hv_keyring_find(host, user, hv_ask_possible(args), &ret_account->user, &ret_account->password, err);
}

/* The file that was named must be there; ~/.netrc need not. */
static int find_in_netrc(const struct hv_args *args, const char *host, const char *user, struct hv_account *ret_account,
                         struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(PATH_MAX_BYTES);
    const char *named = hv_args_value(args, HV_OPT_NETRC_FILE);
    struct hv_netrc netrc = { 0 };
    const char *home = environment("HOME");
    int rc;

    named = named ? named : environment("NETRC");
    if (!named && !home)
        return 0;
    if (named)
        hv_buf_puts(&path, named);
    else
        hv_buf_printf(&path, "%s/.netrc", home);
    rc = hv_buf_finish(&path, "the path of the netrc file", err);
    if (rc < 0 || (!named && access(path.data, F_OK) < 0))
        return rc;
    rc = hv_netrc_read(path.data, host, user, &netrc, err);
    if (rc > 0) {
        ret_account->user = netrc.user;
        ret_account->password = netrc.password;
    }
    return rc;
}

static bool is_own_netrc(const struct hv_args *args) {
    return !hv_args_value(args, HV_OPT_NETRC_FILE) && !environment("NETRC");
}

const struct hv_store hv_stores[] = {
    { "systemd credential", find_in_systemd, NULL },
    { "keyring", find_in_keyring, NULL },
    { "netrc", find_in_netrc, is_own_netrc },
};
const size_t hv_n_stores = HV_ARRAY_SIZE(hv_stores);
