/* Who signs in where. */
#include "cli/credentials.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/connect.h"
#include "cli/options.h"
#include "cli/password.h"

enum { QUESTION_MAX_BYTES = 1024 };

/* The options of each side. */
static const struct {
    enum hv_opt user;
    enum hv_opt file;
    enum hv_opt fd;
    const char *user_name;
    const char *file_name;
    const char *fd_name;
} sides[HV_N_SIDES] = {
    { HV_OPT_USER, HV_OPT_PASSWORD_FILE, HV_OPT_PASSWORD_FD, "user", "--password-file", "--password-fd" },
    { HV_OPT_TO_USER, HV_OPT_TO_PASSWORD_FILE, HV_OPT_TO_PASSWORD_FD, "to-user", "--to-password-file", "--to-password-fd" },
};

static const char *environment(const char *name) {
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

void hv_account_deinit(struct hv_account *account) {
    free(account->user);
    account->user = NULL;
    account->password = hv_secret_end(account->password);
}

/* "DOMAIN\\", "USER@" and "@REALM" have lost something on their way here, such as a variable that is empty. */
static bool has_gap(const char *user) {
    const char *slash = strchr(user, '\\');
    const char *at = strrchr(user, '@');

    return slash ? !slash[1] : !*user || (at && (at == user || !at[1]));
}

int hv_user_check(const char *user, const char *option, struct hv_error *err) {
    if (has_gap(user))
        return hv_usage_error(err, "write it as 'DOMAIN\\user', user@REALM or user", "--%s: \"%s\" is no whole name of a user",
                              option, user);
    if (!strchr(user, ':'))
        return 0;
    hv_error_set(err, HV_E_ARGUMENT, "--%s takes a name only, no \"name:secret\"", option);
    hv_error_cause(err, "a password in an argument can be read by everybody on this machine, in the process list");
    hv_error_remedy(err, "use --password-file FILE or --password-fd N, or let hvctl ask");
    return HV_E_ARGUMENT;
}

int hv_password_given(const struct hv_args *args, enum hv_side side, struct hv_secret **ret_password, const char **ret_found_in,
                      struct hv_error *err) {
    const char *file = hv_args_value(args, sides[side].file);
    bool has_fd = hv_args_has(args, sides[side].fd);

    if (file && has_fd)
        return hv_usage_error(err, "leave one of the two out", "%s and %s exclude each other", sides[side].file_name,
                              sides[side].fd_name);
    if (has_fd) {
        *ret_found_in = sides[side].fd_name;
        return hv_password_read_fd((int)hv_args_number(args, sides[side].fd, 0), sides[side].fd_name, ret_password, err);
    }
    if (!file)
        return 0;
    *ret_found_in = sides[side].file_name;
    return hv_password_read_file(file, ret_password, err);
}

/* Behind the options: the variables, of which the file is the better one. */
static int take_variables(struct hv_account *given, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *variable = NULL;
    const char *file = environment("HVCTL_PASSWORD_FILE");
    int rc = hv_password_take_environment("HVCTL_PASSWORD", &variable, err);

    if (rc < 0 || given->password)
        return rc;
    if (file) {
        given->found_in = "HVCTL_PASSWORD_FILE";
        return hv_password_read_file(file, &given->password, err);
    }
    given->found_in = "HVCTL_PASSWORD";
    given->password = variable;
    variable = NULL;
    return 0;
}

/* What comes out of one pipe cannot be read twice. */
static int check_stdin(const struct hv_args *args, struct hv_error *err) {
    const char *file = hv_args_value(args, HV_OPT_PASSWORD_FILE);
    const char *to_file = hv_args_value(args, HV_OPT_TO_PASSWORD_FILE);

    if (!file || !to_file || strcmp(file, "-") != 0 || strcmp(to_file, "-") != 0)
        return 0;
    return hv_usage_error(err, "give one of them by --password-fd or --to-password-fd, or leave the destination's out",
                          "--password-file and --to-password-file cannot both be stdin");
}

/*
 * A keytab is as good as the password. The one that Kerberos would take by itself must not be there. Other kinds than files have
 * no mode.
 */
static int check_keytab(const struct hv_args *args, struct hv_error *err) {
    const char *given = hv_args_value(args, HV_OPT_KEYTAB);
    const char *path = given ? given : environment("KRB5_CLIENT_KTNAME");
    int fd = -1;
    int rc;

    if (path && hv_text_starts(path, "FILE:"))
        path += strlen("FILE:");
    if (!path || (path[0] != '/' && strchr(path, ':')) || (!given && access(path, F_OK) < 0))
        return 0;
    rc = hv_secret_file_open(path, "keytab", HV_READERS_OWNER, &fd, err);
    if (rc == 0)
        (void)close(fd);
    return rc;
}

int hv_credentials_init(struct hv_credentials *credentials, const struct hv_args *args, struct hv_error *err) {
    int rc = check_stdin(args, err);

    memset(credentials, 0, sizeof(*credentials));
    credentials->args = args;
    for (int side = 0; rc == 0 && side < HV_N_SIDES; side++) {
        struct hv_account *given = &credentials->given[side];
        const char *user = hv_args_value(args, sides[side].user);

        if (!user && side == HV_SIDE_SOURCE)
            user = environment("HVCTL_USER");
        credentials->users[side] = user;
        if (user)
            rc = hv_user_check(user, sides[side].user_name, err);
        if (rc == 0)
            rc = hv_password_given(args, (enum hv_side)side, &given->password, &given->found_in, err);
    }
    if (rc == 0)
        rc = check_keytab(args, err);
    return rc < 0 ? rc : take_variables(&credentials->given[HV_SIDE_SOURCE], err);
}

void hv_credentials_deinit(struct hv_credentials *credentials) {
    for (int side = 0; side < HV_N_SIDES; side++)
        hv_account_deinit(&credentials->given[side]);
    hv_account_deinit(&credentials->first);
}

static int no_user(struct hv_error *err) {
    hv_error_set(err, HV_E_ARGUMENT, "no user was named");
    hv_error_remedy(err, "give -u USER, such as -u 'DOMAIN\\user'");
    hv_error_remedy(err, "set HVCTL_USER");
    return HV_E_ARGUMENT;
}

static int no_password(struct hv_error *err) {
    hv_error_set(err, HV_E_AUTH, "there is no password to sign in with");
    hv_error_cause(err, "none was given and none is stored for this host, and hvctl may not or cannot ask for it here");
    hv_error_remedy(err, "give --password-file FILE (\"-\" is stdin) or --password-fd N");
    hv_error_remedy(err, "set HVCTL_PASSWORD_FILE or HVCTL_PASSWORD");
    hv_error_remedy(err, "store it: hvctl auth login HOST, or a netrc file");
    return HV_E_AUTH;
}

/* ACCOUNT has what FROM has, and USER where that is named. */
static int copy_account(const struct hv_account *from, const char *user, struct hv_account *account, struct hv_error *err) {
    int rc = hv_text_copy(user ? user : from->user, &account->user, err);

    account->found_in = from->found_in;
    return rc < 0 ? rc : hv_secret_new(hv_secret_text(from->password), hv_secret_length(from->password), &account->password, err);
}

/* Outcomes: 1 found; 0 not. */
static int find_stored(const struct hv_credentials *credentials, const char *address, const char *user,
                       struct hv_account *account, struct hv_error *err) {
    HV_CLEANUP_FREE char *host = NULL;
    int rc = hv_address_host(address, &host, err);

    for (size_t i = 0; rc == 0 && i < hv_n_stores; i++) {
        rc = hv_stores[i].find(credentials->args, host, user, account, err);
        account->found_in = hv_stores[i].name;
        if (rc == HV_E_FAILED)
            rc = 0; /* a keyring that does not answer hides nothing of what is behind it */
        if (rc == HV_E_ARGUMENT && credentials->may_lack && hv_stores[i].is_uncalled &&
            hv_stores[i].is_uncalled(credentials->args))
            rc = 0; /* nobody named that file, and tickets do without */
    }
    if (rc > 0 && user) {
        free(account->user);
        account->user = NULL;
        return hv_text_copy(user, &account->user, err) < 0 ? HV_E_MEMORY : 1;
    }
    return rc;
}

static int ask(const struct hv_credentials *credentials, const char *user, const char *label, struct hv_account *account,
               struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf question = HV_BUF_INIT(QUESTION_MAX_BYTES);
    bool has_key = hv_args_has(credentials->args, HV_OPT_KEYTAB);
    int rc;

    if (credentials->may_lack && (!user || has_key || !hv_ask_possible(credentials->args)))
        return hv_text_copy(user, &account->user, err);
    if (!user)
        return no_user(err);
    if (!hv_ask_possible(credentials->args))
        return no_password(err);
    hv_buf_printf(&question, "Password of %s at %s", user, label);
    rc = hv_buf_finish(&question, "the question", err);
    if (rc == 0)
        rc = hv_text_copy(user, &account->user, err);
    account->found_in = "the terminal";
    return rc < 0 ? rc : hv_password_prompt(hv_buf_text(&question), &account->password, err);
}

/* In the order of ux.md 8. */
static int search(struct hv_credentials *credentials, enum hv_side side, const char *address, const char *label,
                  struct hv_account *account, struct hv_error *err) {
    const struct hv_account *given = credentials->given;
    const struct hv_account *first = &credentials->first;
    const char *own_user = credentials->users[side];
    const char *user = own_user ? own_user : credentials->users[HV_SIDE_SOURCE];
    int rc;

    if (given[side].password)
        return copy_account(&given[side], user ? user : first->user, account, err);
    /* What is given for the source serves here too, but for another user something may be stored. */
    if (given[HV_SIDE_SOURCE].password && !own_user)
        return copy_account(&given[HV_SIDE_SOURCE], user ? user : first->user, account, err);
    rc = find_stored(credentials, address, user, account, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    if (given[HV_SIDE_SOURCE].password)
        return copy_account(&given[HV_SIDE_SOURCE], user, account, err);
    if (first->password)
        return copy_account(first, user, account, err);
    return ask(credentials, user, label, account, err);
}

int hv_credentials_find(struct hv_credentials *credentials, enum hv_side side, const char *address, const char *label,
                        struct hv_account *ret_account, struct hv_error *err) {
    struct hv_account account = { 0 };
    int rc = search(credentials, side, address, label, &account, err);

    if (rc == 0 && !account.user && (account.password || !credentials->may_lack))
        rc = no_user(err);
    if (rc == 0 && account.password && !credentials->first.password)
        rc = copy_account(&account, NULL, &credentials->first, err);
    if (rc < 0) {
        hv_account_deinit(&account);
        return rc;
    }
    *ret_account = account;
    return 0;
}
