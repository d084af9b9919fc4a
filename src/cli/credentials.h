/*
 * Who signs in where (ux.md 2 and 8). A password that is given for this run (descriptor, file, environment) serves every host;
 * where none is, what is stored for the host is looked for, and at last somebody is asked, once for all hosts. The destination
 * has options of its own and defaults to the source's account.
 */
#ifndef CLI_CREDENTIALS_H
#define CLI_CREDENTIALS_H

#include "base/secret.h"

struct hv_args;

struct hv_account {
    char *user;                 /* NULL: whose Kerberos tickets there are */
    struct hv_secret *password; /* NULL: the scheme does without */
    const char *found_in;       /* what the password was found in, for people */
};
void hv_account_deinit(struct hv_account *account);

enum hv_side {
    HV_SIDE_SOURCE,
    HV_SIDE_DESTINATION,
    HV_N_SIDES,
};

struct hv_credentials {
    const struct hv_args *args;
    bool may_lack;                 /* Kerberos can do without a password, and without a user */
    const char *users[HV_N_SIDES]; /* as named; NULL: not at all */
    struct hv_account given[HV_N_SIDES];
    struct hv_account first; /* the first account that was found at a source */
};

/* Reads what is given; HVCTL_PASSWORD leaves the environment even when it is not used. Errors: ARGUMENT, MEMORY. */
HV_MUST_CHECK int hv_credentials_init(struct hv_credentials *credentials, const struct hv_args *args, struct hv_error *err);
void hv_credentials_deinit(struct hv_credentials *credentials);
/*
 * The account for the host at ADDRESS, which messages call LABEL. Errors: ARGUMENT (no user, a file that cannot be used), AUTH
 * (no password to be had), CANCELLED, MEMORY. Where the account may lack, its password or all of it is NULL instead.
 */
HV_MUST_CHECK int hv_credentials_find(struct hv_credentials *credentials, enum hv_side side, const char *address,
                                      const char *label, struct hv_account *ret_account, struct hv_error *err);

/* One place where passwords are stored. HOST is a name or address alone, in small letters; USER may be NULL. */
struct hv_store {
    const char *name;
    /* Outcomes: 1 found; 0 not. Errors: ARGUMENT, FAILED, MEMORY. */
    int (*find)(const struct hv_args *args, const char *host, const char *user, struct hv_account *ret_account,
                struct hv_error *err);
    /* Would a file be read that nobody named? NULL: no. */
    bool (*is_uncalled)(const struct hv_args *args);
};
/* In the order they are looked into. */
extern const struct hv_store hv_stores[];
extern const size_t hv_n_stores;

/* A name, not a name and a secret. OPTION is where it stands. Errors: ARGUMENT. */
HV_MUST_CHECK int hv_user_check(const char *user, const char *option, struct hv_error *err);
/* --password-fd or --password-file (or their like), whichever is given; both are an error. *ret_password stays NULL with none. */
HV_MUST_CHECK int hv_password_given(const struct hv_args *args, enum hv_side side, struct hv_secret **ret_password,
                                    const char **ret_found_in, struct hv_error *err);

#endif
