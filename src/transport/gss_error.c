/*
 * What went wrong in a GSSAPI call, in words (gssapi.md 1 and 3). Kerberos is told by its number where that is known and else by
 * its words, because SPNEGO hands on the words but numbers of its own.
 */
#include "transport/gss_error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <krb5.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "transport/gss_oid.h"

enum {
    TEXT_MAX_BYTES = HV_ERROR_TEXT_SIZE - 1,
    STATUS_MAX_TEXTS = 8, /* of one status, which may be made of several */
};

/* Texts take {user}, {host}, {service}, {spn}, {keytab} and {words}. */
struct situation {
    krb5_error_code code; /* 0: none */
    const char *words;    /* NULL: none */
    const char *message;
    const char *cause;
    const char *remedy; /* one a line */
};

static const struct situation on_address = {
    .message = "Kerberos knows no service at the address {host}",
    .cause = "hosts are registered by name: {words}",
    .remedy = "use the full name of the host instead of its address\n"
              "name the host as Kerberos knows it by --spn-host NAME",
};

/* Whatever else is wrong where a keytab was named: it is missing, a folder, or none at all. */
static const struct situation on_keytab = {
    .message = "no Kerberos key can be read from \"{keytab}\"",
    .cause = "{words}",
    .remedy = "check path and owner of the keytab, and whose keys it holds: klist -k {keytab}",
};

static const struct situation situations[] = {
    { 0, "in cache collection", "there is no Kerberos ticket of \"{user}\" here", "{words}",
      "get a ticket by kinit {user}, or leave the user out\n"
      "give the password by --password-file, or a key by --keytab" },
    { KRB5_CC_NOTFOUND, "No Kerberos credentials available", "there is no Kerberos ticket to sign in with", "{words}",
      "get a ticket by kinit USER@REALM\n"
      "give a user by -u and a password by --password-file, or a key by --keytab" },
    { KRB5_FCC_NOFILE, "No credentials cache found", "there is no Kerberos ticket to sign in with", "{words}",
      "get a ticket by kinit USER@REALM\n"
      "give a user by -u and a password by --password-file, or a key by --keytab" },
    { 0, "Credential cache is empty", "there is no Kerberos ticket to sign in with", "{words}",
      "get a ticket by kinit USER@REALM\n"
      "give a user by -u and a password by --password-file, or a key by --keytab" },
    { 0, "does not match desired name", "there is no Kerberos ticket of \"{user}\" here", "{words}",
      "get a ticket by kinit {user}, or leave the user out\n"
      "give the password by --password-file, or a key by --keytab" },
    { KRB5KRB_AP_ERR_TKT_EXPIRED, "Ticket expired", "the Kerberos ticket has expired", "{words}",
      "get a new one by kinit, or renew it by kinit -R" },
    { KRB5KRB_AP_ERR_TKT_NYV, "Ticket not yet valid", "the Kerberos ticket is not valid yet", "{words}",
      "check the clock of this machine\nget a new ticket by kinit" },
    { 0, "Server krbtgt/", "Kerberos knows no way to the realm of {host}", "{words}",
      "use the full name of the host\n"
      "say in [domain_realm] of krb5.conf which realm the host belongs to\n"
      "sign in as a user of that realm, as -u USER@REALM" },
    { KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, "Client '", "the Kerberos realm knows no user \"{user}\"", "{words}",
      "check the spelling, and the realm, as in -u USER@REALM" },
    { KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, "not found in Kerberos database", "Kerberos knows no service {spn}", "{words}",
      "use the full name of the host, not an alias\n"
      "if another name stands there than you gave, reverse DNS is the reason: set rdns = false in krb5.conf\n"
      "name the service as it is registered by --spn-host NAME or --spn-service WSMAN\n"
      "register it: setspn -S {spn} COMPUTER" },
    { KRB5KDC_ERR_PREAUTH_FAILED, "Preauthentication failed", "the password of \"{user}\" is wrong", "{words}",
      "check the password; several wrong ones may lock the account\n"
      "for a local account of the host give -u '.\\USER'" },
    { KRB5KDC_ERR_CLIENT_REVOKED, "credentials have been revoked", "the account \"{user}\" is locked or disabled", "{words}",
      "wait until the lockout ends, or have the account unlocked or enabled" },
    { KRB5KDC_ERR_KEY_EXP, "Password has expired", "the password of \"{user}\" has expired", "{words}",
      "set a new password, as by kpasswd or at a Windows machine" },
    { KRB5KDC_ERR_NAME_EXP, "entry in database has expired", "the account \"{user}\" has expired", "{words}",
      "have the account's end put off" },
    { KRB5_REALM_UNKNOWN, "Cannot find KDC for realm", "no Kerberos server of the realm is known here", "{words}",
      "check the realm in -u USER@REALM; by custom it is in capital letters\n"
      "name its servers in [realms] of krb5.conf, or let DNS do so (dns_lookup_kdc)" },
    { KRB5_CONFIG_NODEFREALM, "does not specify default realm", "it is not known which Kerberos realm the user is of", "{words}",
      "give the realm, as in -u USER@REALM\nset default_realm in krb5.conf" },
    { KRB5KDC_ERR_WRONG_REALM, "Wrong realm", "the user is of another Kerberos realm", "{words}",
      "give the realm of the user, as in -u USER@REALM" },
    { KRB5_KDC_UNREACH, "Cannot contact any KDC", "no Kerberos server of the realm answers", "{words}",
      "see whether port 88 (TCP and UDP) of the domain controllers can be reached from here" },
    { KRB5KRB_AP_ERR_SKEW, "Clock skew too great", "the clocks differ too much for Kerberos", "{words}",
      "set the clocks of this machine, of {host} and of the domain controllers right (5 minutes are allowed)" },
    { KRB5KRB_AP_ERR_MODIFIED, "Message stream modified", "{host} cannot read the Kerberos ticket for {spn}",
      "that service name is probably registered for another account: {words}",
      "look for it: setspn -Q {spn}\nuse the full name of the host" },
    { KRB5KRB_ERR_GENERIC, "Generic error", "{host} refused the sign-in by Kerberos", "the host's own words for it: {words}",
      "if a proxy or load balancer ends TLS before the host, its certificate is not the host's: go around it, or say "
      "--no-channel-binding where the host's CbtHardeningLevel allows that\n"
      "look into the Security log of the host" },
    { KRB5KRB_AP_ERR_NOT_US, "ticket isn't for us", "{host} has no key for the service {spn}", "{words}",
      "use the name that the host knows itself by\n"
      "name the service as it is registered by --spn-host NAME or --spn-service NAME" },
    { KRB5KRB_AP_ERR_NOKEY, "Service key not available", "{host} has no key for the service {spn}", "{words}",
      "name the service as it is registered by --spn-host NAME or --spn-service NAME" },
    { KRB5KRB_AP_ERR_REPEAT, "Request is a replay", "{host} took the sign-in for a repeated one", "{words}", "try again" },
    { KRB5_KT_NOTFOUND, "is nonexistent or empty", "no Kerberos key can be read from \"{keytab}\"", "{words}",
      "check path and owner of the keytab, and whose keys it holds: klist -k {keytab}" },
    { KRB5KRB_AP_ERR_BAD_INTEGRITY, "Decrypt integrity check failed", "a Kerberos answer cannot be decrypted", "{words}",
      "check the password of \"{user}\"\nif it is right, the key of {spn} differs between host and realm" },
    { KRB5KDC_ERR_ETYPE_NOSUPP, "no support for encryption type", "no kind of Kerberos encryption is common to all", "{words}",
      "allow AES for the account of {host}, and see permitted_enctypes in krb5.conf" },
    { KRB5KDC_ERR_POLICY, "policy rejects request", "the Kerberos realm does not let \"{user}\" in now", "{words}",
      "see the account's logon hours and workstations" },
    { 0, "cannot find mechanisms to negotiate", "there is nothing to sign in with", "{words}",
      "get a Kerberos ticket by kinit USER@REALM\ngive a user by -u and a password by --password-file" },
};

static bool is_address(const char *host) {
    unsigned char address[sizeof(struct in6_addr)];

    return host && (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1);
}

static const struct situation *situation_of(const struct hv_gss_scene *scene, int32_t code, const char *words) {
    const struct situation *found = NULL;

    for (size_t i = 0; !found && i < HV_ARRAY_SIZE(situations); i++) {
        const struct situation *row = &situations[i];
        bool told = code && row->code ? row->code == code : row->words && strstr(words, row->words);

        if (told)
            found = row;
    }
    return found && found->code == KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN && is_address(scene->host) ? &on_address : found;
}

/* Nobody looked at the password: there was nobody to do so, or it did not come to that. */
static bool is_unseen(const struct situation *situation) {
    switch (situation ? situation->code : 0) {
    case KRB5_CC_NOTFOUND:
    case KRB5_FCC_NOFILE:
    case KRB5KRB_AP_ERR_TKT_EXPIRED:
    case KRB5KRB_AP_ERR_TKT_NYV:
    case KRB5_REALM_UNKNOWN:
    case KRB5_KDC_UNREACH:
    case KRB5KRB_AP_ERR_SKEW:
        return true;
    default:
        return false;
    }
}

/* TEMPLATE with its names in braces replaced. */
static void expand(struct hv_buf *out, const char *template, const struct hv_gss_scene *scene, const char *words) {
    const struct {
        const char *name;
        const char *first;
        const char *second; /* after a slash */
    } names[] = {
        { "{user}", scene->user ? scene->user : "?", NULL },
        { "{host}", scene->host, NULL },
        { "{service}", scene->service, NULL },
        { "{spn}", scene->service, scene->host },
        { "{keytab}", scene->keytab ? scene->keytab : "the keytab", NULL },
        { "{words}", words, NULL },
    };

    while (*template) {
        size_t i = 0;

        while (i < HV_ARRAY_SIZE(names) && !hv_text_starts(template, names[i].name))
            i++;
        if (i == HV_ARRAY_SIZE(names)) {
            hv_buf_putc(out, *template ++);
            continue;
        }
        template += strlen(names[i].name);
        hv_buf_puts(out, names[i].first);
        if (names[i].second)
            hv_buf_printf(out, "/%s", names[i].second);
    }
}

static void add_remedies(const char *lines, const struct hv_gss_scene *scene, const char *words, struct hv_error *err) {
    while (*lines) {
        HV_CLEANUP_FREE char *line = NULL;
        HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(TEXT_MAX_BYTES);
        size_t n = strcspn(lines, "\n");

        if (hv_text_copy_n(lines, n, &line, NULL) < 0)
            return;
        expand(&text, line, scene, words);
        hv_error_remedy(err, "%s", hv_buf_text(&text));
        lines += n + (lines[n] ? 1 : 0);
    }
}

int hv_gss_explain_krb5(const struct hv_gss_scene *scene, int32_t code, const char *words, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf message = HV_BUF_INIT(TEXT_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf cause = HV_BUF_INIT(TEXT_MAX_BYTES);
    const struct situation *situation = situation_of(scene, code, words);

    if (code == ENOMEM)
        return hv_error_memory(err);
    if (!situation && scene->keytab)
        situation = &on_keytab;
    expand(&message, situation ? situation->message : "signing in to {host} failed", scene, words);
    expand(&cause, situation ? situation->cause : "{words}", scene, words);
    if (message.failure == HV_E_MEMORY || cause.failure == HV_E_MEMORY)
        return hv_error_memory(err);
    (void)hv_error_set(err, HV_E_AUTH, "%s", hv_buf_text(&message));
    hv_error_cause(err, "%s", hv_buf_text(&cause));
    if (situation)
        add_remedies(situation->remedy, scene, words, err);
    if (err && (situation || code))
        err->source = HV_SOURCE_KRB5;
    if (err)
        err->credentials_unseen = is_unseen(situation);
    return HV_E_AUTH;
}

/* All texts of one status, parted by semicolons. */
static void put_status(struct hv_buf *out, OM_uint32 status, int kind, gss_OID mech) {
    OM_uint32 more = 0;

    for (size_t i = 0; i < STATUS_MAX_TEXTS && (i == 0 || more); i++) {
        gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
        OM_uint32 minor;

        if (gss_display_status(&minor, status, kind, mech, &more, &text) != GSS_S_COMPLETE)
            return;
        if (out->len)
            hv_buf_puts(out, "; ");
        hv_buf_append(out, text.value, text.length);
        (void)gss_release_buffer(&minor, &text);
    }
}

/* The minor status says more, where there is one: the major of most failures is that there is no major. */
static void put_words(struct hv_buf *out, OM_uint32 major, OM_uint32 minor, gss_OID mech) {
    if (minor)
        put_status(out, minor, GSS_C_MECH_CODE, mech);
    if (!out->len)
        put_status(out, major, GSS_C_GSS_CODE, mech);
    if (out->data)
        hv_text_repair(out->data);
}

static int explain_mechanism(struct hv_error *err) {
    (void)hv_error_set(err, HV_E_AUTH, "this machine cannot sign in by NTLM: the mechanism is not installed");
    hv_error_cause(err, "GSSAPI has it from a package of its own");
    hv_error_remedy(err, "install it: apt-get install gss-ntlmssp");
    return HV_E_AUTH;
}

static int explain_crypto(const char *words, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_AUTH, "this machine cannot sign in by NTLM: %s", words);
    hv_error_cause(err,
                   "NTLM needs MD4 and RC4, which OpenSSL has in its \"legacy\" provider, or the password is no valid UTF-8");
    hv_error_remedy(err, "see whether OpenSSL finds its modules: openssl list -providers -provider legacy");
    return HV_E_AUTH;
}

int hv_gss_explain(const struct hv_gss_scene *scene, OM_uint32 major, OM_uint32 minor, gss_OID mech, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf words = HV_BUF_INIT(TEXT_MAX_BYTES);
    bool is_krb5 = hv_gss_oid_is(mech, HV_GSS_KRB5);

    put_words(&words, major, minor, mech);
    if (words.failure == HV_E_MEMORY)
        return hv_error_memory(err);
    if (GSS_ROUTINE_ERROR(major) == GSS_S_BAD_MECH && !is_krb5)
        return explain_mechanism(err);
    if (strstr(hv_buf_text(&words), "Crypto routine failure"))
        return explain_crypto(hv_buf_text(&words), err);
    return hv_gss_explain_krb5(scene, is_krb5 ? (int32_t)minor : 0, hv_buf_text(&words), err);
}

bool hv_gss_is_final(int32_t code) {
    static const krb5_error_code final[] = {
        KRB5KDC_ERR_PREAUTH_FAILED, KRB5KRB_AP_ERR_BAD_INTEGRITY, KRB5KDC_ERR_CLIENT_REVOKED,
        KRB5KDC_ERR_KEY_EXP,        KRB5KDC_ERR_NAME_EXP,         KRB5KDC_ERR_POLICY,
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(final); i++) {
        if (final[i] == code)
            return true;
    }
    return false;
}
