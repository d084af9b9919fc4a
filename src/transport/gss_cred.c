/*
 * What one signs in with. Tickets are fetched by libkrb5 itself: its errors are the most exact, whether they may be forwarded is
 * ours to say, and the cache they lie in serves raw Kerberos and SPNEGO alike (gssapi.md 1). Each credential is acquired on the
 * very mechanism it is used with: on another, GSSAPI ignores it without a word (gssapi.md 0.1).
 */
#include "transport/gss_cred.h"

#include <errno.h>
#include <gssapi/gssapi_ext.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

struct hv_gss_scene hv_gss_scene_of(const struct hv_gss_options *options) {
    return (struct hv_gss_scene){
        .user = options->user,
        .service = options->service,
        .host = options->host,
        .keytab = options->keytab,
    };
}

bool hv_gss_user_is_local(const char *user) {
    return user && hv_text_starts(user, ".\\");
}

/* Is DOMAIN of N_DOMAIN bytes the short name of REALM? By custom that is its first label. */
static bool is_short_name(const char *domain, size_t n_domain, const char *realm) {
    return realm && strcspn(realm, ".") == n_domain && strncasecmp(domain, realm, n_domain) == 0;
}

int hv_gss_principal_text(const char *user, const char *default_realm, char **ret_text, struct hv_error *err) {
    const char *slash = strchr(user, '\\');
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(HV_GSS_NAME_MAX_BYTES);
    size_t n_domain = slash ? (size_t)(slash - user) : 0;

    if (!slash)
        return hv_text_copy(user, ret_text, err);
    hv_buf_printf(&text, "%s@", slash + 1);
    if (is_short_name(user, n_domain, default_realm)) {
        hv_buf_puts(&text, default_realm);
    } else {
        for (size_t i = 0; i < n_domain; i++)
            hv_buf_putc(&text, user[i] >= 'a' && user[i] <= 'z' ? (char)(user[i] - 'a' + 'A') : user[i]);
    }
    return hv_buf_take(&text, "the user's name", ret_text, err);
}

static int explain(const struct hv_gss_tickets *tickets, const struct hv_gss_options *options, krb5_error_code code,
                   int32_t *ret_code, struct hv_error *err) {
    const struct hv_gss_scene scene = hv_gss_scene_of(options);
    const char *words = krb5_get_error_message(tickets->krb5, code);
    int r;

    /* Without preauthentication the answer comes, and cannot be read with the key of a wrong password. */
    if (code == KRB5KRB_AP_ERR_BAD_INTEGRITY && options->password)
        code = KRB5KDC_ERR_PREAUTH_FAILED;
    r = hv_gss_explain_krb5(&scene, code, words, err);
    krb5_free_error_message(tickets->krb5, words);
    *ret_code = code;
    return r;
}

static krb5_error_code parse_user(const struct hv_gss_tickets *tickets, const char *user, krb5_principal *ret_principal) {
    HV_CLEANUP_FREE char *text = NULL;
    char *realm = NULL;
    int r;

    (void)krb5_get_default_realm(tickets->krb5, &realm);
    r = hv_gss_principal_text(user, realm, &text, NULL);
    krb5_free_default_realm(tickets->krb5, realm);
    return r < 0 ? ENOMEM : krb5_parse_name(tickets->krb5, text, ret_principal);
}

/* Whose key the keytab holds: its first. */
static krb5_error_code first_of_keytab(krb5_context krb5, krb5_keytab keytab, krb5_principal *ret_principal) {
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    krb5_error_code code = krb5_kt_start_seq_get(krb5, keytab, &cursor);

    if (code)
        return code;
    code = krb5_kt_next_entry(krb5, keytab, &entry, &cursor);
    if (code == KRB5_KT_END)
        code = KRB5_KT_NOTFOUND;
    if (code == 0) {
        code = krb5_copy_principal(krb5, entry.principal, ret_principal);
        (void)krb5_free_keytab_entry_contents(krb5, &entry);
    }
    (void)krb5_kt_end_seq_get(krb5, keytab, &cursor);
    return code;
}

static krb5_error_code fetch_by_keytab(struct hv_gss_tickets *tickets, const struct hv_gss_options *options,
                                       krb5_get_init_creds_opt *how) {
    krb5_context krb5 = tickets->krb5;
    krb5_principal client = NULL;
    krb5_keytab keytab = NULL;
    krb5_creds creds = { 0 };
    krb5_error_code code = krb5_kt_resolve(krb5, options->keytab, &keytab);

    if (code)
        return code;
    code = options->user ? parse_user(tickets, options->user, &client) : first_of_keytab(krb5, keytab, &client);
    if (code == 0)
        code = krb5_get_init_creds_keytab(krb5, &creds, client, keytab, 0, NULL, how);
    krb5_free_cred_contents(krb5, &creds);
    krb5_free_principal(krb5, client);
    (void)krb5_kt_close(krb5, keytab);
    return code;
}

static krb5_error_code fetch_by_password(struct hv_gss_tickets *tickets, const struct hv_gss_options *options,
                                         krb5_get_init_creds_opt *how) {
    krb5_context krb5 = tickets->krb5;
    krb5_principal client = NULL;
    krb5_creds creds = { 0 };
    krb5_error_code code = parse_user(tickets, options->user, &client);

    if (code == 0)
        code = krb5_get_init_creds_password(krb5, &creds, client, options->password, NULL, NULL, 0, NULL, how);
    krb5_free_cred_contents(krb5, &creds);
    krb5_free_principal(krb5, client);
    return code;
}

static krb5_error_code fetch(struct hv_gss_tickets *tickets, const struct hv_gss_options *options) {
    krb5_get_init_creds_opt *how = NULL;
    krb5_error_code code = krb5_cc_new_unique(tickets->krb5, "MEMORY", NULL, &tickets->cache);

    if (code == 0)
        code = krb5_get_init_creds_opt_alloc(tickets->krb5, &how);
    if (code == 0)
        code = krb5_get_init_creds_opt_set_out_ccache(tickets->krb5, how, tickets->cache);
    if (code)
        goto out;
    krb5_get_init_creds_opt_set_forwardable(how, options->delegate);
    code = options->password ? fetch_by_password(tickets, options, how) : fetch_by_keytab(tickets, options, how);
    if (code == 0)
        code = krb5_cc_get_full_name(tickets->krb5, tickets->cache, &tickets->cache_name);
out:
    krb5_get_init_creds_opt_free(tickets->krb5, how);
    return code;
}

int hv_gss_tickets_init(struct hv_gss_tickets *tickets, const struct hv_gss_options *options, int32_t *ret_krb5_code,
                        struct hv_error *err) {
    krb5_error_code code;

    if (!options->password && !options->keytab)
        return 0;
    code = krb5_init_context(&tickets->krb5);
    if (code == 0)
        code = fetch(tickets, options);
    return code ? explain(tickets, options, code, ret_krb5_code, err) : 0;
}

void hv_gss_tickets_deinit(struct hv_gss_tickets *tickets) {
    if (tickets->cache_name)
        krb5_free_string(tickets->krb5, tickets->cache_name);
    if (tickets->cache)
        (void)krb5_cc_destroy(tickets->krb5, tickets->cache);
    krb5_free_context(tickets->krb5);
    *tickets = (struct hv_gss_tickets){ 0 };
}

/* NULL for no user. */
static OM_uint32 import_user(const char *user, gss_name_t *ret_name, OM_uint32 *ret_minor) {
    gss_buffer_desc text = { .length = user ? strlen(user) : 0, .value = (void *)(uintptr_t)user };

    *ret_minor = 0;
    *ret_name = GSS_C_NO_NAME;
    return user ? gss_import_name(ret_minor, &text, GSS_C_NT_USER_NAME, ret_name) : GSS_S_COMPLETE;
}

/* Of SPNEGO's mechanisms only WHICH; its result is the only warning when the credential is not the one that was meant. */
static OM_uint32 restrict_to(gss_cred_id_t cred, enum hv_gss_oid which, OM_uint32 *ret_minor) {
    gss_OID_set_desc only = { .count = 1, .elements = hv_gss_oid(which) };

    return gss_set_neg_mechs(ret_minor, cred, &only);
}

struct wish {
    const char *user; /* NULL: whoever it is */
    const char *key;  /* of the credential store; NULL: the machine's */
    const char *value;
    enum hv_gss_oid on;
    enum hv_gss_oid inner;
};

/* SPNEGO does not say which mechanism it lacks. */
static bool is_installed(enum hv_gss_oid which) {
    gss_OID_set all = GSS_C_NO_OID_SET;
    OM_uint32 minor;
    int present = 0;

    if (gss_indicate_mechs(&minor, &all) != GSS_S_COMPLETE)
        return true; /* not known */
    (void)gss_test_oid_set_member(&minor, hv_gss_oid(which), all, &present);
    (void)gss_release_oid_set(&minor, &all);
    return present != 0;
}

static int acquire(const struct wish *wish, const struct hv_gss_options *options, gss_cred_id_t *ret_cred, int32_t *ret_code,
                   struct hv_error *err) {
    const struct hv_gss_scene scene = hv_gss_scene_of(options);
    gss_OID_set_desc on = { .count = 1, .elements = hv_gss_oid(wish->on) };
    gss_key_value_element_desc element = { .key = wish->key, .value = wish->value };
    const gss_key_value_set_desc store = { .count = 1, .elements = &element };
    gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
    gss_name_t name = GSS_C_NO_NAME;
    OM_uint32 ignored;
    OM_uint32 minor = 0;
    OM_uint32 major = import_user(wish->user, &name, &minor);

    if (!GSS_ERROR(major))
        major = gss_acquire_cred_from(&minor, name, GSS_C_INDEFINITE, &on, GSS_C_INITIATE, wish->key ? &store : NULL, &cred, NULL,
                                      NULL);
    if (!GSS_ERROR(major) && wish->on == HV_GSS_SPNEGO)
        major = restrict_to(cred, wish->inner, &minor);
    (void)gss_release_name(&ignored, &name);
    if (!GSS_ERROR(major)) {
        *ret_cred = cred;
        return 0;
    }
    (void)gss_release_cred(&ignored, &cred);
    if (!is_installed(wish->inner))
        return hv_gss_explain(&scene, GSS_S_BAD_MECH, 0, hv_gss_oid(wish->inner), err);
    if (ret_code && wish->on == HV_GSS_KRB5)
        *ret_code = (int32_t)minor;
    return hv_gss_explain(&scene, major, minor, hv_gss_oid(wish->on == HV_GSS_SPNEGO ? HV_GSS_SPNEGO : wish->inner), err);
}

static int refuse_cache(krb5_context krb5, krb5_ccache cache, krb5_error_code code, struct hv_error *err) {
    const char *words = krb5_get_error_message(krb5, code);

    (void)hv_error_set(err, HV_E_AUTH, "the Kerberos tickets in %s:%.300s cannot be read", krb5_cc_get_type(krb5, cache),
                       krb5_cc_get_name(krb5, cache));
    hv_error_cause(err, "%s", words);
    krb5_free_error_message(krb5, words);
    hv_error_remedy(err, "get new ones by kinit, or name another cache by KRB5CCNAME");
    hv_error_remedy(err, "give a user by -u and a password by --password-file, or a key by --keytab");
    if (err)
        err->source = HV_SOURCE_KRB5;
    return HV_E_AUTH;
}

/* Whose tickets are in CACHE? Outcomes: 0 somebody's; 1 it is one in memory, of ours and perhaps without any. */
static int look_at_cache(krb5_context krb5, krb5_ccache cache, int32_t *ret_code, struct hv_error *err) {
    krb5_principal holder = NULL;
    krb5_error_code code = krb5_cc_get_principal(krb5, cache, &holder);

    if (code == 0)
        krb5_free_principal(krb5, holder);
    if (code == 0 || strcmp(krb5_cc_get_type(krb5, cache), "MEMORY") == 0)
        return code ? 1 : 0;
    *ret_code = code;
    return refuse_cache(krb5, cache, code, err);
}

/*
 * libkrb5 1.20 frees a name that it never had when it comes upon a cache of tickets that cannot be read, before one that can
 * (krb5_cccol_have_content), and reads behind the end of an empty KRB5CCNAME: either may end the program. So we go first.
 */
static int look_at_caches(krb5_context krb5, int32_t *ret_code, struct hv_error *err) {
    const char *name = krb5_cc_default_name(krb5);
    krb5_cccol_cursor cursor = NULL;
    krb5_ccache cache = NULL;
    int r = 1;

    if (name && !*name) {
        (void)hv_error_set(err, HV_E_AUTH, "there is no Kerberos ticket to sign in with");
        hv_error_cause(err, "KRB5CCNAME is set, and empty");
        hv_error_remedy(err, "unset it, or let it name the tickets that kinit got");
        *ret_code = KRB5_CC_NOTFOUND;
        return HV_E_AUTH;
    }
    if (krb5_cccol_cursor_new(krb5, &cursor))
        return 0;
    while (r > 0 && krb5_cccol_cursor_next(krb5, cursor, &cache) == 0 && cache) {
        r = look_at_cache(krb5, cache, ret_code, err);
        (void)krb5_cc_close(krb5, cache);
    }
    (void)krb5_cccol_cursor_free(krb5, &cursor);
    return r < 0 ? r : 0;
}

static int check_caches(int32_t *ret_code, struct hv_error *err) {
    krb5_context krb5 = NULL;
    int r;

    if (krb5_init_context(&krb5))
        return 0; /* GSSAPI will say so */
    r = look_at_caches(krb5, ret_code, err);
    krb5_free_context(krb5);
    return r;
}

int hv_gss_acquire_krb5(const struct hv_gss_tickets *tickets, const struct hv_gss_options *options, enum hv_gss_oid which,
                        gss_cred_id_t *ret_cred, int32_t *ret_krb5_code, struct hv_error *err) {
    HV_CLEANUP_FREE char *user = NULL;
    struct wish wish = {
        .key = tickets->cache_name ? "ccache" : NULL,
        .value = tickets->cache_name,
        .on = which,
        .inner = HV_GSS_KRB5,
    };

    if (!tickets->cache_name) {
        int r = check_caches(ret_krb5_code, err);
        if (r < 0)
            return r;
    }
    /* Tickets of our own are those of the right user. */
    if (!tickets->cache_name && options->user) {
        int r = hv_gss_principal_text(options->user, NULL, &user, err);
        if (r < 0)
            return r;
        wish.user = user;
    }
    return acquire(&wish, options, ret_cred, ret_krb5_code, err);
}

int hv_gss_acquire_ntlm(const struct hv_gss_options *options, enum hv_gss_oid which, gss_cred_id_t *ret_cred,
                        struct hv_error *err) {
    const struct wish wish = {
        .user = hv_gss_user_is_local(options->user) ? options->user + 2 : options->user,
        .key = "ntlmssp_password",
        .value = options->password,
        .on = which,
        .inner = HV_GSS_NTLM,
    };

    return acquire(&wish, options, ret_cred, NULL, err);
}
