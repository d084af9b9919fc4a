/* Who signs in, by which schemes, and the headers that need no exchange: Basic (RFC 7617) and certificate (wsman.md 6.7). */
#include "transport/auth.h"

#include <string.h>

#include "base/base64.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/size.h"
#include "base/text.h"

static int schemes_init(struct hv_login *login, const struct hv_host_options *options, struct hv_error *err) {
    login->schemes[0] = options->auth;
    login->n_schemes = 1;
    if (!options->n_auth_list)
        return 0;
    if (options->n_auth_list > HV_LOGIN_MAX_SCHEMES)
        return hv_error_set(err, HV_E_ARGUMENT, "more than %d schemes of sign-in", HV_LOGIN_MAX_SCHEMES);
    for (size_t i = 0; i < options->n_auth_list; i++) {
        if (options->auth_list[i] == HV_AUTH_NONE)
            return hv_error_set(err, HV_E_ARGUMENT, "not to sign in is no scheme among others");
        login->schemes[i] = options->auth_list[i];
    }
    login->n_schemes = options->n_auth_list;
    return 0;
}

/* What Basic cannot carry, said before anything is sent. Where other schemes are given too, they may do without a password. */
static int basic_check(const struct hv_login *login, struct hv_error *err) {
    int r;

    if (hv_login_is_simple(login) && (!login->user || !login->user[0] || !login->password)) {
        r = hv_error_set(err, HV_E_AUTH, "no %s to sign in with", !login->user || !login->user[0] ? "user" : "password");
        hv_error_remedy(err, "give a user by -u USER and a password by --password-file FILE");
        return r;
    }
    if (login->user && strchr(login->user, ':')) {
        r = hv_error_set(err, HV_E_ARGUMENT, "the user name holds a colon, which Basic sign-in cannot carry");
        hv_error_remedy(err, "give the user as USER, DOMAIN\\USER or USER@REALM, and the password by --password-file FILE");
        return r;
    }
    return 0;
}

int hv_login_init(struct hv_login *login, const char *host, const struct hv_host_options *options, struct hv_error *err) {
    const struct {
        const char *from;
        char **to;
    } texts[] = {
        { options->user, &login->user },
        { options->password, &login->password },
        { options->keytab, &login->keytab },
        { options->spn_service ? options->spn_service : "HTTP", &login->service },
        { options->spn_host ? options->spn_host : host, &login->host },
    };
    size_t n_bytes = (options->user ? strlen(options->user) : 0) + (options->password ? strlen(options->password) : 0);
    int r = schemes_init(login, options, err);

    if (r == 0 && n_bytes > HV_LOGIN_MAX_BYTES)
        r = hv_error_set(err, HV_E_ARGUMENT, "user and password are longer than %d bytes together", HV_LOGIN_MAX_BYTES);
    if (hv_login_has(login, HV_AUTH_NONE))
        return r;
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(texts); i++)
        r = hv_text_copy(texts[i].from, texts[i].to, err);
    if (r == 0 && hv_login_has(login, HV_AUTH_CERTIFICATE) && !options->client_cert) {
        r = hv_error_set(err, HV_E_ARGUMENT, "there is no certificate to sign in with");
        hv_error_remedy(err, "name it by --cert FILE, and its key by --key FILE");
    }
    login->delegate = options->delegate;
    login->binds = !options->no_channel_binding;
    return r == 0 && hv_login_has(login, HV_AUTH_BASIC) ? basic_check(login, err) : r;
}

void hv_login_deinit(struct hv_login *login) {
    free(login->user);
    free(login->keytab);
    free(login->service);
    free(login->host);
    login->password = hv_secret_free(login->password);
    *login = (struct hv_login){ .n_schemes = 0 };
}

bool hv_login_has(const struct hv_login *login, enum hv_auth scheme) {
    for (size_t i = 0; i < login->n_schemes; i++) {
        if (login->schemes[i] == scheme)
            return true;
    }
    return false;
}

bool hv_login_is_simple(const struct hv_login *login) {
    return login->n_schemes == 1 &&
           (login->schemes[0] == HV_AUTH_BASIC || login->schemes[0] == HV_AUTH_CERTIFICATE || login->schemes[0] == HV_AUTH_NONE);
}

static void write_basic(const struct hv_login *login, struct hv_buf *header) {
    struct hv_buf plain = HV_BUF_INIT(HV_LOGIN_MAX_BYTES + 1);

    hv_buf_puts(&plain, login->user);
    hv_buf_putc(&plain, ':');
    hv_buf_puts(&plain, login->password);
    hv_buf_puts(header, "Authorization: Basic ");
    hv_base64_encode(plain.data, plain.len, header);
    if (plain.failure)
        header->failure = plain.failure;
    hv_buf_deinit_secret(&plain);
}

int hv_login_write(const struct hv_login *login, enum hv_auth scheme, struct hv_buf *header, struct hv_error *err) {
    if (scheme == HV_AUTH_BASIC && login->user && login->password)
        write_basic(login, header);
    else if (scheme == HV_AUTH_CERTIFICATE)
        hv_buf_puts(header, "Authorization: http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual");
    else
        return hv_error_set(err, HV_E_AUTH, "there are no credentials for this host");
    return hv_buf_finish(header, "the Authorization header", err);
}

const char *hv_auth_name(enum hv_auth scheme) {
    static const char *const names[] = {
        [HV_AUTH_NEGOTIATE] = "negotiate", [HV_AUTH_KERBEROS] = "kerberos",       [HV_AUTH_NTLM] = "ntlm",
        [HV_AUTH_CREDSSP] = "credssp",     [HV_AUTH_CERTIFICATE] = "certificate", [HV_AUTH_BASIC] = "basic",
        [HV_AUTH_NONE] = "none",
    };

    return names[scheme];
}
