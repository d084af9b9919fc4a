/* The acceptor's side of GSSAPI (RFC 2743), with MIT Kerberos and gss-ntlmssp behind it. */
#include "acceptor.h"

#include <stdio.h>
#include <string.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_LEAK_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_SANITIZER
#endif
#endif
#ifdef HAS_LEAK_SANITIZER
#include <sanitizer/lsan_interface.h>
#endif

#include "base/error.h"
#include "base/secret.h"
#include "base/size.h"
#include "base/text.h"
#include "kerberos.h"

enum {
    N_SIGNATURE = 16,  /* of NTLM (wsman.md 6.4) */
    N_CONFOUNDER = 16, /* of Kerberos with AES */
    MAX_REASON = 512,
};

#define OID_KERBEROS "{ 1 2 840 113554 1 2 2 }"
#define OID_SPNEGO   "{ 1 3 6 1 5 5 2 }"
#define OID_NTLM     "{ 1 3 6 1 4 1 311 2 2 10 }"

struct sim_keys {
    gss_OID kerberos;
    gss_OID spnego;
    gss_OID ntlm;
    gss_cred_id_t creds[SIM_MECHS_KERBEROS + 1]; /* NULL: tokens of that kind are refused */
};

struct sim_acceptor {
    struct sim_acceptor_options options;
    gss_ctx_id_t context;
    bool is_kerberos;
    bool is_bound;
    bool is_delegated;
    char *user;
    char reason[MAX_REASON];
};

/* gss-ntlmssp loses a little with each credential and some KiB of OpenSSL's with each handshake, which is no fault of ours. */
static void watch_leaks(bool is_on) {
#ifdef HAS_LEAK_SANITIZER
    if (is_on)
        __lsan_enable();
    else
        __lsan_disable();
#else
    (void)is_on;
#endif
}

/* ---- texts ---- */

static void append_status(struct hv_buf *text, OM_uint32 status, int type, const gss_OID_desc *mech) {
    gss_OID_desc oid = mech ? *mech : (gss_OID_desc){ 0, NULL };
    OM_uint32 minor;
    OM_uint32 more = 0;

    do {
        gss_buffer_desc message = GSS_C_EMPTY_BUFFER;

        if (GSS_ERROR(gss_display_status(&minor, status, type, mech ? &oid : GSS_C_NO_OID, &more, &message)))
            return;
        hv_buf_printf(text, "%s%.*s", text->len ? ": " : "", (int)message.length, (const char *)message.value);
        (void)gss_release_buffer(&minor, &message);
    } while (more);
}

static void describe(char reason[MAX_REASON], OM_uint32 major, OM_uint32 code, const gss_OID_desc *mech) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(4096);

    append_status(&text, major, GSS_C_GSS_CODE, NULL);
    if (code)
        append_status(&text, code, GSS_C_MECH_CODE, mech);
    (void)snprintf(reason, MAX_REASON, "%s", hv_buf_text(&text));
    hv_text_repair(reason);
}

/* ---- keys ---- */

static gss_OID new_oid(const char *text) {
    const size_t n = strlen(text);
    HV_CLEANUP_FREE char *copy = NULL;
    gss_buffer_desc buffer;
    gss_OID oid = GSS_C_NO_OID;
    OM_uint32 minor;

    if (hv_text_copy_n(text, n, &copy, NULL) < 0)
        return GSS_C_NO_OID;
    buffer = (gss_buffer_desc){ n, copy };
    return GSS_ERROR(gss_str_to_oid(&minor, &buffer, &oid)) ? GSS_C_NO_OID : oid;
}

static OM_uint32 acquire(const gss_OID *oids, size_t n_oids, gss_cred_id_t *ret_cred, OM_uint32 *minor) {
    gss_OID_desc items[3];
    gss_OID_set_desc set = { n_oids, items };
    OM_uint32 major;

    for (size_t i = 0; i < n_oids; i++)
        items[i] = *oids[i];
    watch_leaks(false);
    major = gss_acquire_cred(minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &set, GSS_C_ACCEPT, ret_cred, NULL, NULL);
    watch_leaks(true);
    return major;
}

/* A credential that holds SPNEGO must be told what it may negotiate: it knows more than it was acquired for. */
static bool limit_to(gss_cred_id_t cred, const gss_OID_desc *oid) {
    gss_OID_desc item = *oid;
    gss_OID_set_desc set = { 1, &item };
    OM_uint32 minor;

    return !GSS_ERROR(gss_set_neg_mechs(&minor, cred, &set));
}

int sim_keys_new(bool wants_kerberos, struct sim_keys **ret_keys, struct hv_error *err) {
    HV_CLEANUP(sim_keys_free) struct sim_keys *keys = calloc(1, sizeof(*keys));
    char reason[MAX_REASON];
    OM_uint32 minor = 0;
    OM_uint32 major;

    if (!keys)
        return hv_error_memory(err);
    keys->kerberos = new_oid(OID_KERBEROS);
    keys->spnego = new_oid(OID_SPNEGO);
    keys->ntlm = new_oid(OID_NTLM);
    if (!keys->kerberos || !keys->spnego || !keys->ntlm)
        return hv_error_memory(err);
    const gss_OID any[] = { keys->kerberos, keys->ntlm, keys->spnego };
    const gss_OID ntlm[] = { keys->ntlm, keys->spnego };
    major = acquire(any, 1, &keys->creds[SIM_MECHS_KERBEROS], &minor);
    if (GSS_ERROR(major) && wants_kerberos) {
        describe(reason, major, minor, keys->kerberos);
        return hv_error_set(err, HV_E_CONFIG, "there is no Kerberos key to accept with: %s", reason);
    }
    (void)acquire(any, HV_ARRAY_SIZE(any), &keys->creds[SIM_MECHS_ANY], &minor);
    (void)acquire(ntlm, HV_ARRAY_SIZE(ntlm), &keys->creds[SIM_MECHS_NTLM], &minor);
    if (keys->creds[SIM_MECHS_NTLM] && !limit_to(keys->creds[SIM_MECHS_NTLM], keys->ntlm))
        (void)gss_release_cred(&minor, &keys->creds[SIM_MECHS_NTLM]);
    *ret_keys = keys;
    keys = NULL;
    return 0;
}

struct sim_keys *sim_keys_free(struct sim_keys *keys) {
    OM_uint32 minor;

    if (!keys)
        return NULL;
    for (size_t i = 0; i < HV_ARRAY_SIZE(keys->creds); i++)
        (void)gss_release_cred(&minor, &keys->creds[i]);
    (void)gss_release_oid(&minor, &keys->kerberos);
    (void)gss_release_oid(&minor, &keys->spnego);
    (void)gss_release_oid(&minor, &keys->ntlm);
    free(keys);
    return NULL;
}

bool sim_keys_logon(const struct sim_keys *keys, const char *user, const char *password) {
    HV_CLEANUP_FREE char *copy = NULL;
    char *secret = NULL;
    gss_OID_desc item = *keys->kerberos;
    gss_OID_set_desc set = { 1, &item };
    gss_name_t name = GSS_C_NO_NAME;
    gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
    OM_uint32 minor;
    bool good = false;

    if (hv_text_copy(user, &copy, NULL) == 0 && hv_text_copy(password, &secret, NULL) == 0 && *secret) {
        gss_buffer_desc text = { strlen(copy), copy };
        gss_buffer_desc word = { strlen(secret), secret };

        good = !GSS_ERROR(gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name)) &&
               !GSS_ERROR(gss_acquire_cred_with_password(&minor, name, &word, 0, &set, GSS_C_INITIATE, &cred, NULL, NULL));
    }
    (void)gss_release_cred(&minor, &cred);
    (void)gss_release_name(&minor, &name);
    (void)hv_secret_free(secret);
    return good;
}

/* ---- acceptor ---- */

struct sim_acceptor *sim_acceptor_new(const struct sim_acceptor_options *options) {
    struct sim_acceptor *acceptor = calloc(1, sizeof(*acceptor));

    if (acceptor)
        acceptor->options = *options;
    return acceptor;
}

struct sim_acceptor *sim_acceptor_free(struct sim_acceptor *acceptor) {
    OM_uint32 minor;

    if (!acceptor)
        return NULL;
    (void)gss_delete_sec_context(&minor, &acceptor->context, GSS_C_NO_BUFFER);
    free(acceptor->user);
    free(acceptor);
    return NULL;
}

const char *sim_acceptor_reason(const struct sim_acceptor *acceptor) {
    return acceptor->reason;
}

const char *sim_acceptor_user(const struct sim_acceptor *acceptor) {
    return acceptor->user;
}

bool sim_acceptor_is_kerberos(const struct sim_acceptor *acceptor) {
    return acceptor->is_kerberos;
}

bool sim_acceptor_is_bound(const struct sim_acceptor *acceptor) {
    return acceptor->is_bound;
}

bool sim_acceptor_is_delegated(const struct sim_acceptor *acceptor) {
    return acceptor->is_delegated;
}

static int refuse(struct sim_acceptor *acceptor, const char *why) {
    (void)snprintf(acceptor->reason, sizeof(acceptor->reason), "%s", why);
    hv_text_repair(acceptor->reason);
    return -1;
}

static char *name_text(gss_name_t name) {
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    char *copy = NULL;
    OM_uint32 minor;

    if (GSS_ERROR(gss_display_name(&minor, name, &text, NULL)))
        return NULL;
    if (hv_text_copy_n(text.value, text.length, &copy, NULL) < 0)
        copy = NULL;
    (void)gss_release_buffer(&minor, &text);
    return copy;
}

/* "HTTP/hv01.example.test@REALM": the account of a Windows host has these services, and its own names only. Its short name counts
 * in any domain, as hv01.localhost. */
static bool is_own_name(const struct sim_host *own, const char *target) {
    static const char *const services[] = { "HTTP/", "WSMAN/", "HOST/" };
    const char *const names[] = { sim_host_name(own), sim_host_fqdn(own), sim_host_address(own), "localhost" };

    for (size_t i = 0; i < HV_ARRAY_SIZE(services); i++) {
        const char *host = target + strlen(services[i]);

        if (!hv_text_starts_same(target, services[i]))
            continue;
        for (size_t j = 0; j < HV_ARRAY_SIZE(names); j++)
            if (hv_text_starts_same(host, names[j]) && strcspn(host, j == 0 ? "@." : "@") == strlen(names[j]))
                return true;
    }
    return false;
}

static int check_target(struct sim_acceptor *acceptor) {
    HV_CLEANUP_FREE char *text = NULL;
    gss_name_t target = GSS_C_NO_NAME;
    OM_uint32 minor;

    if (GSS_ERROR(gss_inquire_context(&minor, acceptor->context, NULL, &target, NULL, NULL, NULL, NULL, NULL)))
        return refuse(acceptor, "the target of the ticket is unknown");
    text = name_text(target);
    (void)gss_release_name(&minor, &target);
    if (text && is_own_name(acceptor->options.host, text))
        return 0;
    (void)snprintf(acceptor->reason, sizeof(acceptor->reason), "the ticket is for %s, which is not this host",
                   text ? text : "nobody");
    return -1;
}

static bool is_same_oid(const gss_OID_desc *a, const gss_OID_desc *b) {
    return a && b && a->length == b->length && memcmp(a->elements, b->elements, a->length) == 0;
}

/* Who it is that was accepted, and whether this host may let him in. */
static int judge(struct sim_acceptor *acceptor, gss_name_t source, OM_uint32 flags) {
    const struct sim_acceptor_options *options = &acceptor->options;
    gss_OID mech = GSS_C_NO_OID;
    OM_uint32 minor;

    if (GSS_ERROR(gss_inquire_context(&minor, acceptor->context, NULL, NULL, NULL, &mech, NULL, NULL, NULL)))
        return refuse(acceptor, "the mechanism is unknown");
    acceptor->is_kerberos = is_same_oid(mech, options->keys->kerberos);
    acceptor->is_bound = options->binding && (flags & GSS_C_CHANNEL_BOUND_FLAG);
    acceptor->user = name_text(source);
    if (!acceptor->user)
        return refuse(acceptor, "the caller has no name");
    if (options->binding_required && !acceptor->is_bound)
        return refuse(acceptor, "the caller sent no channel binding");
    return acceptor->is_kerberos ? check_target(acceptor) : 0;
}

/* The structure of RFC 2744 3.11 with nothing but the application data, as SSPI makes it too. */
static struct gss_channel_bindings_struct bindings_of(const struct sim_acceptor_options *options, void *copy) {
    struct gss_channel_bindings_struct bindings = { 0 };

    if (options->n_binding)
        memcpy(copy, options->binding, options->n_binding);
    bindings.application_data = (gss_buffer_desc){ options->n_binding, copy };
    return bindings;
}

int sim_acceptor_step(struct sim_acceptor *acceptor, const void *in, size_t n_in, struct hv_buf *out) {
    const struct sim_acceptor_options *options = &acceptor->options;
    gss_cred_id_t cred = options->keys ? options->keys->creds[options->mechs] : GSS_C_NO_CREDENTIAL;
    HV_CLEANUP_FREE char *bytes = NULL;
    HV_CLEANUP_FREE char *copy = malloc(options->n_binding + 1);
    struct gss_channel_bindings_struct bindings;
    gss_buffer_desc token;
    gss_buffer_desc answer = GSS_C_EMPTY_BUFFER;
    gss_name_t source = GSS_C_NO_NAME;
    gss_OID mech = GSS_C_NO_OID;
    gss_cred_id_t delegated = GSS_C_NO_CREDENTIAL;
    OM_uint32 flags = 0;
    OM_uint32 minor;
    OM_uint32 code = 0;
    OM_uint32 major;
    int rc;

    if (!cred)
        return refuse(acceptor, "this host has no keys for such tokens");
    if (n_in == 0) /* GSSAPI would begin by itself then, which WinRM does not */
        return refuse(acceptor, "the token is empty");
    if (!copy || hv_text_copy_n(in, n_in, &bytes, NULL) < 0)
        return refuse(acceptor, "out of memory");
    bindings = bindings_of(options, copy);
    token = (gss_buffer_desc){ n_in, bytes };
    watch_leaks(false);
    major =
        gss_accept_sec_context(&code, &acceptor->context, cred, &token, options->binding ? &bindings : GSS_C_NO_CHANNEL_BINDINGS,
                               &source, &mech, &answer, &flags, NULL, &delegated);
    watch_leaks(true);
    hv_buf_append(out, answer.value, answer.length);
    acceptor->is_delegated = delegated != GSS_C_NO_CREDENTIAL;
    if (GSS_ERROR(major)) {
        describe(acceptor->reason, major, code, mech);
        rc = -1;
    } else {
        rc = (major & GSS_S_CONTINUE_NEEDED) != 0 ? 1 : judge(acceptor, source, flags);
    }
    (void)gss_release_buffer(&minor, &answer);
    (void)gss_release_name(&minor, &source);
    (void)gss_release_cred(&minor, &delegated);
    return rc;
}

/* ---- sealing ---- */

/* The header that SSPI puts in front is not what gss_wrap() puts there (gssapi.md 5). */
static bool seal_kerberos(struct sim_acceptor *acceptor, const struct sim_acceptor_form *form, const void *plain, size_t n_plain,
                          struct hv_buf *token, struct hv_buf *cipher) {
    HV_CLEANUP_FREE char *data = NULL;
    OM_uint32 minor;
    int is_sealed = 0;
    bool good;

    if (hv_text_copy_n(plain, n_plain, &data, NULL) < 0)
        return false;
    gss_iov_buffer_desc iov[] = {
        { GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER },
        { GSS_IOV_BUFFER_TYPE_DATA, { n_plain, data } },
        { GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER },
    };
    good = gss_wrap_iov(&minor, acceptor->context, 1, GSS_C_QOP_DEFAULT, &is_sealed, iov, HV_ARRAY_SIZE(iov)) == GSS_S_COMPLETE &&
           is_sealed;
    if (good && form->has_filler) {
        good = sim_kerberos_seal(acceptor->context, &iov[0].buffer, plain, n_plain, token, cipher);
    } else if (good) {
        hv_buf_append(token, iov[0].buffer.value, iov[0].buffer.length);
        hv_buf_append(cipher, iov[1].buffer.value, iov[1].buffer.length);
        hv_buf_append(cipher, iov[2].buffer.value, iov[2].buffer.length);
    }
    (void)gss_release_iov_buffer(&minor, iov, HV_ARRAY_SIZE(iov));
    return good && !token->failure && !cipher->failure;
}

bool sim_acceptor_wrap(struct sim_acceptor *acceptor, const void *plain, size_t n_plain, struct hv_buf *out) {
    HV_CLEANUP_FREE char *copy = NULL;
    gss_buffer_desc in;
    gss_buffer_desc wrapped = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    int is_sealed = 0;
    bool good;

    if (hv_text_copy_n(plain, n_plain, &copy, NULL) < 0)
        return false;
    in = (gss_buffer_desc){ n_plain, copy };
    good = gss_wrap(&minor, acceptor->context, 1, GSS_C_QOP_DEFAULT, &in, &is_sealed, &wrapped) == GSS_S_COMPLETE && is_sealed;
    if (good)
        hv_buf_append(out, wrapped.value, wrapped.length);
    (void)gss_release_buffer(&minor, &wrapped);
    return good && !out->failure;
}

bool sim_acceptor_seal(struct sim_acceptor *acceptor, const struct sim_acceptor_form *form, const void *plain, size_t n_plain,
                       struct hv_buf *token, struct hv_buf *cipher) {
    HV_CLEANUP_BUF struct hv_buf both = HV_BUF_INIT(SIZE_MAX / 2);

    if (acceptor->is_kerberos)
        return seal_kerberos(acceptor, form, plain, n_plain, token, cipher);
    if (!sim_acceptor_wrap(acceptor, plain, n_plain, &both) || both.len < N_SIGNATURE)
        return false;
    hv_buf_append(token, both.data, N_SIGNATURE);
    hv_buf_append(cipher, both.data + N_SIGNATURE, both.len - N_SIGNATURE);
    return !token->failure && !cipher->failure;
}

bool sim_acceptor_unwrap(struct sim_acceptor *acceptor, const void *wrapped, size_t n_wrapped, struct hv_buf *plain) {
    HV_CLEANUP_FREE char *copy = NULL;
    gss_buffer_desc in;
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    int is_sealed = 0;
    bool good;

    if (hv_text_copy_n(wrapped, n_wrapped, &copy, NULL) < 0)
        return false;
    in = (gss_buffer_desc){ n_wrapped, copy };
    /* Anything but COMPLETE is a message that was lost, repeated or out of order. */
    good = gss_unwrap(&minor, acceptor->context, &in, &out, &is_sealed, NULL) == GSS_S_COMPLETE && is_sealed;
    if (good)
        hv_buf_append(plain, out.value, out.length);
    (void)gss_release_buffer(&minor, &out);
    return good && !plain->failure;
}

/* RFC 4121 4.2.4: what follows the header of 16 bytes is rotated so that nothing but the ciphertext of the message stands behind
 * the token. gss_unwrap() would not mind where it is cut, SSPI does. */
static bool is_cut_well(const unsigned char *token, size_t n_token) {
    const size_t rotated = n_token >= 16 ? (size_t)token[6] << 8 | token[7] : 0;

    return n_token >= 16 && (token[0] != 0x05 || token[1] != 0x04 || n_token == 16 + rotated + N_CONFOUNDER);
}

bool sim_acceptor_unseal(struct sim_acceptor *acceptor, const void *sealed, size_t n_token, size_t n_sealed,
                         struct hv_buf *plain) {
    if (n_token > n_sealed || (acceptor->is_kerberos ? !is_cut_well(sealed, n_token) : n_token != N_SIGNATURE))
        return false;
    return sim_acceptor_unwrap(acceptor, sealed, n_sealed, plain);
}
