/* A logon with name and password, as a host does it that was handed them (CredSSP). */
#ifndef SIM_LOGON_H
#define SIM_LOGON_H

#include <hvctl/error.h>

#include "base/cleanup.h"

struct sim_users;
struct sim_keys;

struct sim_logon {
    const char *domain; /* "" none; "." this host */
    const char *user;   /* or name@domain */
    const char *password;
};
/* Known among USERS, in the file NTLM_USER_FILE, or at the KDC, which is asked last. */
HV_MUST_CHECK bool sim_logon_check(const struct sim_logon *logon, const struct sim_users *users, const struct sim_keys *keys);

#endif
