/* --auth and what belongs to it (design.md 4, ux.md 2). */
#include "cli/scheme.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "cli/options.h"
#include "cli/say.h"

static const struct {
    const char *name;
    enum hv_auth scheme;
    bool needs_password;
    enum hv_move_credentials leaves;
} names[] = {
    { "negotiate", HV_AUTH_NEGOTIATE, false, HV_CREDENTIALS_DOMAIN },
    { "kerberos", HV_AUTH_KERBEROS, false, HV_CREDENTIALS_DOMAIN },
    { "ntlm", HV_AUTH_NTLM, true, HV_CREDENTIALS_DOMAIN },
    { "credssp", HV_AUTH_CREDSSP, true, HV_CREDENTIALS_GIVEN },
    { "certificate", HV_AUTH_CERTIFICATE, false, HV_CREDENTIALS_LOCAL },
    { "basic", HV_AUTH_BASIC, true, HV_CREDENTIALS_LOCAL },
};

const char *hv_scheme_word(size_t i) {
    return i < HV_ARRAY_SIZE(names) ? names[i].name : NULL;
}

static int add(struct hv_schemes *schemes, const char *name, size_t n_name, struct hv_error *err) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (strlen(names[i].name) != n_name || strncmp(names[i].name, name, n_name) != 0)
            continue;
        if (!hv_schemes_have(schemes, names[i].scheme))
            schemes->list[schemes->n++] = names[i].scheme;
        return 0;
    }
    hv_error_set(err, HV_E_ARGUMENT, "there is no way to sign in by \"%.*s\"", (int)n_name, name);
    hv_error_remedy(err, "use --auth negotiate, kerberos, ntlm, credssp, certificate or basic, or several with commas between");
    return HV_E_ARGUMENT;
}

int hv_schemes_parse(const struct hv_args *args, struct hv_schemes *ret_schemes, struct hv_error *err) {
    const char *at = hv_args_value(args, HV_OPT_AUTH);
    struct hv_schemes schemes = { .n = 0 };

    if (!at)
        at = getenv("HVCTL_AUTH");
    if (!at || !*at)
        at = "negotiate";
    while (at) {
        size_t n = strcspn(at, ",");
        int rc = add(&schemes, at, n, err);

        if (rc < 0)
            return rc;
        at = at[n] ? at + n + 1 : NULL;
    }
    *ret_schemes = schemes;
    return 0;
}

bool hv_schemes_have(const struct hv_schemes *schemes, enum hv_auth scheme) {
    for (size_t i = 0; i < schemes->n; i++) {
        if (schemes->list[i] == scheme)
            return true;
    }
    return false;
}

bool hv_schemes_are_certificate(const struct hv_schemes *schemes) {
    return schemes->n == 1 && schemes->list[0] == HV_AUTH_CERTIFICATE;
}

bool hv_schemes_need_password(const struct hv_schemes *schemes) {
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (!names[i].needs_password && hv_schemes_have(schemes, names[i].scheme))
            return false;
    }
    return true;
}

enum hv_move_credentials hv_schemes_credentials(const struct hv_schemes *schemes) {
    enum hv_move_credentials leaves = HV_CREDENTIALS_UNTOLD;

    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (!hv_schemes_have(schemes, names[i].scheme))
            continue;
        if (leaves != HV_CREDENTIALS_UNTOLD && leaves != names[i].leaves)
            return HV_CREDENTIALS_UNTOLD; /* as it comes */
        leaves = names[i].leaves;
    }
    return leaves;
}

void hv_schemes_warn(const struct hv_schemes *schemes, bool clear, const struct hv_args *args, struct hv_output *out) {
    if (clear && hv_args_has(args, HV_OPT_HTTP_UNENCRYPTED_OK) && hv_schemes_have(schemes, HV_AUTH_BASIC))
        hv_say_warning(out, "the password and everything else cross the network unencrypted (http://)");
    if (hv_schemes_have(schemes, HV_AUTH_CREDSSP))
        hv_say_warning(out, "CredSSP gives the host your password itself: who controls the host can use it anywhere, also later; "
                            "--auth kerberos with constrained delegation goes without");
}

void hv_schemes_apply(const struct hv_schemes *schemes, const struct hv_args *args, struct hv_host_options *options) {
    options->auth_list = schemes->list;
    options->n_auth_list = schemes->n;
    options->keytab = hv_args_value(args, HV_OPT_KEYTAB);
    options->spn_service = hv_args_value(args, HV_OPT_SPN_SERVICE);
    options->spn_host = hv_args_value(args, HV_OPT_SPN_HOST);
    options->delegate = hv_args_has(args, HV_OPT_DELEGATE);
    options->no_channel_binding = hv_args_has(args, HV_OPT_NO_CHANNEL_BINDING);
}
