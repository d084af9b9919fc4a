/*
 * Passwords in the keyring of the desktop session (ux.md 8), by libsecret: kept by "host:port" and user. The library is loaded
 * when it is needed, since it takes longer to start than a command.
 */
#ifndef CLI_KEYRING_H
#define CLI_KEYRING_H

#include "base/secret.h"

/* Was this build made with the keyring? */
bool hv_keyring_is_built(void);
/* Is there a session that may have a keyring? */
bool hv_keyring_is_near(void);

/*
 * The password of USER at HOST ("name:port"), of anybody there when USER is NULL. UNLOCKS: a locked keyring may ask on the
 * desktop. Outcomes: 1 found; 0 none. Errors: FAILED (no keyring to be had), MEMORY. *ret_user may be NULL.
 */
HV_MUST_CHECK int hv_keyring_find(const char *host, const char *user, bool unlocks, char **ret_user,
                                  struct hv_secret **ret_password, struct hv_error *err);
/* Replaces one that is there. Errors: FAILED. */
HV_MUST_CHECK int hv_keyring_store(const char *host, const char *user, struct hv_secret *password, struct hv_error *err);
/* USER NULL: of all users. Outcomes: 1 removed; 0 there was none. Errors: FAILED. */
HV_MUST_CHECK int hv_keyring_remove(const char *host, const char *user, struct hv_error *err);

#endif
