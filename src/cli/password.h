/*
 * Where a password comes from (ux.md 8): --password-fd, --password-file, the environment, a prompt. Never from an argument. Every
 * buffer it passes through is wiped, and no core file is written once one was read.
 */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include <hvctl/error.h>

#include "base/cleanup.h"

/* Longest password, in bytes. */
enum { HV_PASSWORD_MAX = 4096 };

/*
 * The first line of FILE, "-" is stdin. *ret_password goes to hv_secret_free. Errors: ARGUMENT (missing, empty, too long, or
 * others can read it), MEMORY.
 */
HV_MUST_CHECK int hv_password_read_file(const char *path, char **ret_password, struct hv_error *err);
HV_MUST_CHECK int hv_password_read_fd(int fd, const char *what, char **ret_password, struct hv_error *err);
/* Takes VARIABLE out of the environment, its memory too. *ret_password is NULL when it is not set. */
HV_MUST_CHECK int hv_password_take_environment(const char *variable, char **ret_password, struct hv_error *err);
/* Asks on the terminal, without echo. Errors: AUTH (nothing given), CANCELLED (a signal), ARGUMENT, MEMORY. */
HV_MUST_CHECK int hv_password_prompt(const char *user, const char *host, char **ret_password, struct hv_error *err);

/* No core files and no attaching while a secret is held; afterwards as before. */
void hv_password_guard(bool on);

#endif
