/* Basic sign-in (RFC 7617): user and password in UTF-8, sent with the first request. */
#include "transport/auth.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/text.h"

int hv_login_init(struct hv_login *login, enum hv_auth scheme, const char *user, const char *password, struct hv_error *err) {
    int r;

    login->scheme = scheme;
    if (scheme == HV_AUTH_NONE)
        return 0;
    if (scheme != HV_AUTH_BASIC)
        return hv_error_set(err, HV_E_ARGUMENT, "the scheme of sign-in is not known");
    if (!user || !user[0] || !password) {
        r = hv_error_set(err, HV_E_AUTH, "no %s to sign in with", !user || !user[0] ? "user" : "password");
        hv_error_remedy(err, "give a user by -u USER and a password by --password-file FILE");
        return r;
    }
    if (strchr(user, ':')) {
        r = hv_error_set(err, HV_E_ARGUMENT, "the user name holds a colon, which Basic sign-in cannot carry");
        hv_error_remedy(err, "give the user as USER, DOMAIN\\USER or USER@REALM, and the password by --password-file FILE");
        return r;
    }
    if (strlen(user) + strlen(password) > HV_LOGIN_MAX_BYTES)
        return hv_error_set(err, HV_E_ARGUMENT, "user and password are longer than %d bytes together", HV_LOGIN_MAX_BYTES);
    r = hv_text_copy(user, &login->user, err);
    return r < 0 ? r : hv_text_copy(password, &login->password, err);
}

void hv_login_deinit(struct hv_login *login) {
    free(login->user);
    login->user = NULL;
    login->password = hv_secret_free(login->password);
}

int hv_login_write(const struct hv_login *login, struct hv_buf *header, struct hv_error *err) {
    unsigned char plain[HV_LOGIN_MAX_BYTES + 1];
    unsigned char coded[(HV_LOGIN_MAX_BYTES + 1 + 2) / 3 * 4 + 1];
    size_t n_user;
    size_t n_password;
    int n;

    if (login->scheme == HV_AUTH_NONE)
        return hv_error_set(err, HV_E_AUTH, "there are no credentials for this host");
    n_user = strlen(login->user);
    n_password = strlen(login->password);
    memcpy(plain, login->user, n_user);
    plain[n_user] = ':';
    memcpy(plain + n_user + 1, login->password, n_password);
    n = EVP_EncodeBlock(coded, plain, (int)(n_user + 1 + n_password));
    hv_buf_puts(header, "Authorization: Basic ");
    hv_buf_append(header, coded, (size_t)n);
    hv_secret_wipe(plain, sizeof(plain));
    hv_secret_wipe(coded, sizeof(coded));
    return hv_buf_finish(header, "the Authorization header", err);
}
