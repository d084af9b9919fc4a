/*
 * Where a password comes from (ux.md 8): descriptors, files, the environment, a prompt. Never from an argument. It is read into
 * memory that is locked and wiped, and no core file is written once one was read.
 */
#ifndef CLI_PASSWORD_H
#define CLI_PASSWORD_H

#include "base/secret.h"

/* Longest password, in bytes. */
enum { HV_PASSWORD_MAX = 4096 };

/* Who may be able to read a file with a secret: the owner; in a folder that is private itself also the group. */
enum hv_file_readers {
    HV_READERS_OWNER,
    HV_READERS_GROUP,
};

/*
 * Opens a file that holds a secret; WHAT names its kind ("password file"). *ret_fd is the caller's to close. Errors: ARGUMENT
 * (missing, or others can read it: the message names the chmod).
 */
HV_MUST_CHECK int hv_secret_file_open(const char *path, const char *what, enum hv_file_readers readers, int *ret_fd,
                                      struct hv_error *err);
/* Everything up to the end, at most MAX_BYTES. WHAT is for messages. Errors: ARGUMENT, MEMORY. */
HV_MUST_CHECK int hv_secret_read(int fd, const char *what, size_t max_bytes, struct hv_secret **ret_secret, struct hv_error *err);

/* The first line of FILE, "-" is stdin. Errors: ARGUMENT (missing, empty, too long, or others can read it), MEMORY. */
HV_MUST_CHECK int hv_password_read_file(const char *path, struct hv_secret **ret_password, struct hv_error *err);
HV_MUST_CHECK int hv_password_read_fd(int fd, const char *what, struct hv_secret **ret_password, struct hv_error *err);
/* Takes VARIABLE out of the environment, its memory too. *ret_password is NULL when it is not set. */
HV_MUST_CHECK int hv_password_take_environment(const char *variable, struct hv_secret **ret_password, struct hv_error *err);
/*
 * Asks QUESTION on the terminal, without echo. Errors: AUTH (nothing given), CANCELLED (a signal), ARGUMENT, MEMORY.
 */
HV_MUST_CHECK int hv_password_prompt(const char *question, struct hv_secret **ret_password, struct hv_error *err);

/* No core files and no attaching while a secret is held; afterwards as before. */
void hv_password_guard(bool on);

#endif
