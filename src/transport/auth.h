/* Signing in: what goes into the Authorization header. Basic is complete in one header; other schemes will need several turns. */
#ifndef TRANSPORT_AUTH_H
#define TRANSPORT_AUTH_H

#include <hvctl/client.h>

#include "base/buf.h"

struct hv_login {
    enum hv_auth scheme;
    char *user; /* as given: "user", "DOMAIN\user", "user@REALM" */
    char *password;
};

/* Errors: AUTH (user or password missing), ARGUMENT (what Basic cannot carry), MEMORY. LOGIN is zeroed before. */
HV_MUST_CHECK int hv_login_init(struct hv_login *login, enum hv_auth scheme, const char *user, const char *password,
                                struct hv_error *err);
/* Wipes. */
void hv_login_deinit(struct hv_login *login);

enum { HV_LOGIN_MAX_BYTES = 4096 }; /* of user and password together */

/* Appends "Authorization: Basic ..." (RFC 7617, UTF-8). HEADER holds a secret from here on. Errors: MEMORY, LIMIT. */
HV_MUST_CHECK int hv_login_write(const struct hv_login *login, struct hv_buf *header, struct hv_error *err);

#endif
