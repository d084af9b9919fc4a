/* Where the user's journal is (XDG base directory specification). */
#include "cli/journal.h"

#include <pwd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"

enum { PATH_MAX_BYTES = 4096 };

/* A relative path is to be ignored, says the specification. */
static const char *absolute(const char *variable) {
    const char *value = getenv(variable);

    return value && value[0] == '/' ? value : NULL;
}

static int find_path(char **ret_path, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(PATH_MAX_BYTES);
    const char *state = absolute("XDG_STATE_HOME");
    const char *home = absolute("HOME");
    const struct passwd *account = state || home ? NULL : getpwuid(geteuid());

    if (!home && account && account->pw_dir && account->pw_dir[0] == '/')
        home = account->pw_dir;
    if (!state && !home) {
        (void)hv_error_set(err, HV_E_FAILED, "there is no place for the journal of moves");
        hv_error_cause(err, "neither XDG_STATE_HOME nor HOME is set, and this user has no home");
        hv_error_remedy(err, "set XDG_STATE_HOME to a folder that can be written");
        return HV_E_FAILED;
    }
    hv_buf_printf(&path, "%s%s/hvctl/journal.db", state ? state : home, state ? "" : "/.local/state");
    return hv_buf_take(&path, "the path of the journal", ret_path, err);
}

int hv_journal_open_own(struct hv_journal **ret_journal, struct hv_error *err) {
    HV_CLEANUP_FREE char *path = NULL;
    int rc = find_path(&path, err);

    return rc < 0 ? rc : hv_journal_open(path, ret_journal, err);
}

int hv_journal_find_last(struct hv_journal *journal, struct hv_journal_filter filter, struct hv_journal_entry **ret_entry,
                         struct hv_error *err) {
    struct hv_journal_entry *entries = NULL;
    size_t n = 0;
    int rc;

    filter.n_last = 1;
    rc = hv_journal_list(journal, &filter, &entries, &n, err);
    if (rc == 0)
        *ret_entry = entries; /* NULL when N is 0 */
    return rc;
}
