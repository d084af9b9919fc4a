/* Who signs in, by which schemes, and the Authorization headers that are complete in themselves: Basic and certificate. */
#ifndef TRANSPORT_AUTH_H
#define TRANSPORT_AUTH_H

#include <hvctl/client.h>

#include "base/buf.h"

enum {
    HV_LOGIN_MAX_BYTES = 4096, /* of user and password together */
    HV_LOGIN_MAX_SCHEMES = 8,
};

struct hv_login {
    enum hv_auth schemes[HV_LOGIN_MAX_SCHEMES]; /* in the order they are tried */
    size_t n_schemes;
    char *user; /* as given: "user", "DOMAIN\user", "user@REALM"; NULL: whoever the Kerberos tickets are of */
    char *password;
    char *keytab;
    char *service;
    char *host; /* as the service's name has it */
    bool delegate;
    bool binds; /* to the TLS connection */
};

/*
 * HOST is the host part of the address. Errors: AUTH (user or password missing), ARGUMENT (what Basic cannot carry, no
 * certificate), MEMORY. LOGIN is zeroed before and the caller's to deinit.
 */
HV_MUST_CHECK int hv_login_init(struct hv_login *login, const char *host, const struct hv_host_options *options,
                                struct hv_error *err);
/* Wipes. */
void hv_login_deinit(struct hv_login *login);

bool hv_login_has(const struct hv_login *login, enum hv_auth scheme);
/* Is there but one scheme, which needs nothing from the host: Basic, certificate, or none? Else the host is asked what it offers.
 */
bool hv_login_is_simple(const struct hv_login *login);

/*
 * Appends the header line "Authorization: ..." of SCHEME: BASIC (RFC 7617, UTF-8) or CERTIFICATE (wsman.md 6.7). HEADER holds a
 * secret from here on. Errors: AUTH, MEMORY, LIMIT.
 */
HV_MUST_CHECK int hv_login_write(const struct hv_login *login, enum hv_auth scheme, struct hv_buf *header, struct hv_error *err);

/* "negotiate" and so on, as --auth takes them. */
const char *hv_auth_name(enum hv_auth scheme);

#endif
