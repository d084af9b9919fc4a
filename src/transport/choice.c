/* Which scheme of sign-in comes next. WinRM has no scheme of the name NTLM: its tokens go by Negotiate (wsman.md 6.2). */
#include "transport/choice.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"

/* For each scheme the first row that the host offers counts. */
static const struct hv_choice choices[] = {
    { HV_AUTH_NEGOTIATE, HV_AUTH_NEGOTIATE, "Negotiate", false },
    { HV_AUTH_NEGOTIATE, HV_AUTH_KERBEROS, "Kerberos", true },
    { HV_AUTH_KERBEROS, HV_AUTH_KERBEROS, "Kerberos", true },
    { HV_AUTH_KERBEROS, HV_AUTH_NEGOTIATE, "Negotiate", true },
    { HV_AUTH_NTLM, HV_AUTH_NTLM, "Negotiate", false },
    { HV_AUTH_CREDSSP, HV_AUTH_CREDSSP, "CredSSP", false },
    { HV_AUTH_CERTIFICATE, HV_AUTH_CERTIFICATE, "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual", false },
    { HV_AUTH_BASIC, HV_AUTH_BASIC, "Basic", false },
};

static const struct hv_choice *offered_row(enum hv_auth scheme, const struct hv_challenges *offered) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(choices); i++) {
        if (choices[i].scheme == scheme && hv_challenges_find(offered, choices[i].offer))
            return &choices[i];
    }
    return NULL;
}

int hv_choice_next(const struct hv_login *login, const struct hv_challenges *offered, unsigned tried,
                   struct hv_choice *ret_choice) {
    for (size_t i = 0; i < login->n_schemes; i++) {
        const struct hv_choice *row = (tried & 1U << login->schemes[i]) ? NULL : offered_row(login->schemes[i], offered);

        if (row) {
            *ret_choice = *row;
            return 1;
        }
    }
    return 0;
}

/* What would do, of what the host offers. */
static void advise(const struct hv_challenges *offered, struct hv_error *err) {
    static const struct {
        const char *offer;
        const char *remedy;
    } rows[] = {
        { "Negotiate", "use --auth negotiate" },
        { "Kerberos", "use --auth kerberos, with a ticket of the host's realm" },
        { "CredSSP", "use --auth credssp; it gives your password to the host" },
        { "Basic", "use --auth basic, with a local account of the host; it sends the password" },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        if (hv_challenges_find(offered, rows[i].offer))
            hv_error_remedy(err, "%s", rows[i].remedy);
    }
    if (!hv_challenges_find(offered, "Negotiate"))
        hv_error_remedy(err, "allow more on the host: winrm set winrm/config/service/auth @{Negotiate=\"true\"}");
}

/* Off unless an administrator switched it on; a policy may forbid that. */
static void advise_credssp(const struct hv_login *login, const struct hv_challenges *offered, struct hv_error *err) {
    if (hv_login_has(login, HV_AUTH_CREDSSP) && !hv_challenges_find(offered, "CredSSP"))
        hv_error_remedy(err, "CredSSP is not enabled on the host: winrm set winrm/config/service/auth @{CredSSP=\"true\"}, or "
                             "Enable-WSManCredSSP -Role Server");
}

int hv_choice_explain(const struct hv_login *login, const struct hv_challenges *offered, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf offers = HV_BUF_INIT(HV_ERROR_NAME_SIZE);
    HV_CLEANUP_BUF struct hv_buf asked = HV_BUF_INIT(HV_ERROR_NAME_SIZE);

    for (size_t i = 0; i < offered->n_items; i++)
        hv_buf_printf(&offers, "%s%s", i ? ", " : "", offered->items[i].scheme);
    for (size_t i = 0; i < login->n_schemes; i++)
        hv_buf_printf(&asked, "%s%s", i ? "," : "", hv_auth_name(login->schemes[i]));
    if (offered->n_items == 0) {
        (void)hv_error_set(err, HV_E_AUTH, "the host asks for a sign-in and offers no way to");
        hv_error_remedy(err, "allow one on the host: winrm set winrm/config/service/auth @{Negotiate=\"true\"}");
    } else {
        (void)hv_error_set(err, HV_E_AUTH, "the host offers only %s", hv_buf_text(&offers));
        hv_error_cause(err, "hvctl was to sign in by %s", hv_buf_text(&asked));
        advise_credssp(login, offered, err);
        advise(offered, err);
    }
    if (err)
        err->source = HV_SOURCE_HTTP;
    return HV_E_AUTH;
}
