/*
 * Users and passwords by host, in the file that ftp, curl and others share: "machine NAME login USER password SECRET", "default",
 * "account" and "macdef", with words in quotes as curl writes them. Only the entry of one host is taken out of it.
 */
#ifndef CLI_NETRC_H
#define CLI_NETRC_H

#include "base/secret.h"

enum {
    HV_NETRC_MAX_BYTES = 256 * 1024,
    HV_NETRC_MAX_WORD = 4096,
};

struct hv_netrc {
    char *user; /* NULL when the entry has none */
    struct hv_secret *password;
};
void hv_netrc_deinit(struct hv_netrc *netrc);

/*
 * The first entry of HOST, or of "default", whose login is USER when that is not NULL, and that has a password. Outcomes: 1
 * found; 0 there is none. Errors: ARGUMENT (not understood, with the line), MEMORY. PATH is for messages.
 */
HV_MUST_CHECK int hv_netrc_parse(const char *bytes, size_t n_bytes, const char *path, const char *host, const char *user,
                                 struct hv_netrc *ret_netrc, struct hv_error *err);
/* The same from a file. Errors besides: ARGUMENT (missing, too long, or others can read it). */
HV_MUST_CHECK int hv_netrc_read(const char *path, const char *host, const char *user, struct hv_netrc *ret_netrc,
                                struct hv_error *err);

#endif
