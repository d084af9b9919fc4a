/*
 * The initiator's side of a GSSAPI exchange (gssapi.md 1 to 6). SPNEGO is never left to choose: whether Kerberos can be had is
 * found out first, by Kerberos itself, whose errors are exact, and SPNEGO is then restricted to Kerberos, or to NTLM.
 */
#include "transport/gss.h"

#include <gssapi/gssapi_ext.h>
#include <locale.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/size.h"
#include "base/text.h"
#include "transport/gss_cred.h"

enum {
    NTLM_SIGNATURE_BYTES = 16, /* MS-NLMP's NTLMSSP_MESSAGE_SIGNATURE */
    WANTED_FLAGS = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG,
};

struct hv_gss {
    struct hv_gss_options options; /* its texts are ours */
    char *user;
    char *password;
    char *keytab;
    char *service;
    char *host;
    unsigned char binding[HV_GSS_BINDING_MAX_BYTES];
    struct hv_gss_tickets tickets;
    gss_cred_id_t cred;
    gss_name_t target;
    gss_ctx_id_t context;
    enum hv_gss_oid mech;  /* of the exchange */
    enum hv_gss_oid inner; /* what it comes down to */
    bool prepared;
    bool done;
    struct hv_error detour; /* why not Kerberos */
};

static int missing_password(const struct hv_gss_options *options, struct hv_error *err) {
    int r = hv_error_set(err, HV_E_AUTH, "no %s to sign in with by NTLM", options->user ? "password" : "user");

    hv_error_remedy(err, "give a user by -u USER and a password by --password-file FILE");
    return r;
}

/* What can be told without asking anybody. */
static int check(const struct hv_gss_options *options, struct hv_error *err) {
    const char *const texts[] = { options->user, options->keytab, options->service, options->host, options->password };

    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        if (texts[i] && strlen(texts[i]) > HV_GSS_NAME_MAX_BYTES)
            return hv_error_set(err, HV_E_ARGUMENT, "a name or password is longer than %d bytes", HV_GSS_NAME_MAX_BYTES);
    }
    if (options->n_binding > HV_GSS_BINDING_MAX_BYTES)
        return hv_error_set(err, HV_E_INTERNAL, "a channel binding of %zu bytes", options->n_binding);
    if (options->user && !options->user[0])
        return hv_error_set(err, HV_E_ARGUMENT, "the user's name is empty");
    if (options->password && !options->user)
        return hv_error_set(err, HV_E_ARGUMENT, "there is a password, but no user whose it is");
    if (options->password && !options->password[0])
        return hv_error_set(err, HV_E_AUTH, "the password is empty, which cannot be signed in with");
    return options->scheme == HV_AUTH_NTLM && (!options->user || !options->password) ? missing_password(options, err) : 0;
}

static int copy(struct hv_gss *gss, const struct hv_gss_options *options, struct hv_error *err) {
    const struct {
        const char *from;
        char **to;
    } texts[] = {
        { options->user, &gss->user },     { options->password, &gss->password },
        { options->keytab, &gss->keytab }, { options->service ? options->service : "HTTP", &gss->service },
        { options->host, &gss->host },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(texts); i++) {
        int r = hv_text_copy(texts[i].from, texts[i].to, err);
        if (r < 0)
            return r;
    }
    if (options->n_binding)
        memcpy(gss->binding, options->binding, options->n_binding);
    gss->options = (struct hv_gss_options){
        .scheme = options->scheme,
        .user = gss->user,
        .password = gss->password,
        .keytab = gss->keytab,
        .service = gss->service,
        .host = gss->host,
        .only_kerberos = options->only_kerberos,
        .delegate = options->delegate,
        .binding = gss->binding,
        .n_binding = options->n_binding,
    };
    return 0;
}

int hv_gss_new(const struct hv_gss_options *options, struct hv_gss **ret_gss, struct hv_error *err) {
    HV_CLEANUP(hv_gss_free) struct hv_gss *gss = NULL;
    int r = check(options, err);

    if (r < 0)
        return r;
    gss = calloc(1, sizeof(*gss));
    if (!gss)
        return hv_error_memory(err);
    r = copy(gss, options, err);
    if (r < 0)
        return r;
    *ret_gss = gss;
    gss = NULL;
    return 0;
}

struct hv_gss *hv_gss_free(struct hv_gss *gss) {
    OM_uint32 minor;

    if (!gss)
        return NULL;
    (void)gss_delete_sec_context(&minor, &gss->context, GSS_C_NO_BUFFER);
    (void)gss_release_cred(&minor, &gss->cred);
    (void)gss_release_name(&minor, &gss->target);
    hv_gss_tickets_deinit(&gss->tickets);
    free(gss->user);
    (void)hv_secret_free(gss->password);
    free(gss->keytab);
    free(gss->service);
    free(gss->host);
    free(gss);
    return NULL;
}

static int explain(const struct hv_gss *gss, OM_uint32 major, OM_uint32 minor, enum hv_gss_oid mech, struct hv_error *err) {
    const struct hv_gss_scene scene = hv_gss_scene_of(&gss->options);

    return hv_gss_explain(&scene, major, minor, hv_gss_oid(mech), err);
}

static int import_target(struct hv_gss *gss, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT((size_t)HV_GSS_NAME_MAX_BYTES * 2 + 2);
    gss_buffer_desc name;
    OM_uint32 major;
    OM_uint32 minor;
    int r;

    hv_buf_printf(&text, "%s@%s", gss->service, gss->host);
    r = hv_buf_finish(&text, "the service's name", err);
    if (r < 0)
        return r;
    name = (gss_buffer_desc){ .length = text.len, .value = text.data };
    major = gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &gss->target);
    return GSS_ERROR(major) ? explain(gss, major, minor, HV_GSS_KRB5, err) : 0;
}

/* Fetches the service's ticket, which then lies in the cache, or tells why Kerberos will not do. */
static int try_service(const struct hv_gss *gss, gss_cred_id_t cred, int32_t *ret_krb5_code, struct hv_error *err) {
    gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    OM_uint32 ignored;
    OM_uint32 minor;
    OM_uint32 major = gss_init_sec_context(&minor, cred, &context, gss->target, hv_gss_oid(HV_GSS_KRB5), WANTED_FLAGS, 0,
                                           GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &token, NULL, NULL);

    (void)gss_release_buffer(&ignored, &token);
    (void)gss_delete_sec_context(&ignored, &context, GSS_C_NO_BUFFER);
    if (!GSS_ERROR(major))
        return 0;
    *ret_krb5_code = (int32_t)minor;
    return explain(gss, major, minor, HV_GSS_KRB5, err);
}

/* Tickets of the user, and one of them for this host. */
static int try_kerberos(struct hv_gss *gss, int32_t *ret_krb5_code, struct hv_error *err) {
    gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
    OM_uint32 minor;
    int r = hv_gss_tickets_init(&gss->tickets, &gss->options, ret_krb5_code, err);

    if (r == 0)
        r = hv_gss_acquire_krb5(&gss->tickets, &gss->options, HV_GSS_KRB5, &cred, ret_krb5_code, err);
    if (r == 0)
        r = try_service(gss, cred, ret_krb5_code, err);
    (void)gss_release_cred(&minor, &cred);
    return r;
}

static int refuse_local(const struct hv_gss *gss, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_AUTH, "Kerberos knows no local account, such as \"%s\"", gss->user);
    hv_error_cause(err, "a host by itself is no Kerberos realm");
    hv_error_remedy(err, "sign in by --auth ntlm or negotiate, or as a user of the domain: -u USER@REALM");
    return HV_E_AUTH;
}

static int prepare_kerberos(struct hv_gss *gss, struct hv_error *err) {
    int32_t code = 0;
    int r =
        hv_gss_user_is_local(gss->user) ? refuse_local(gss, err) : hv_gss_tickets_init(&gss->tickets, &gss->options, &code, err);

    gss->mech = HV_GSS_KRB5;
    gss->inner = HV_GSS_KRB5;
    return r < 0 ? r : hv_gss_acquire_krb5(&gss->tickets, &gss->options, HV_GSS_KRB5, &gss->cred, &code, err);
}

static int prepare_ntlm(struct hv_gss *gss, enum hv_gss_oid mech, struct hv_error *err) {
    gss->mech = mech;
    gss->inner = HV_GSS_NTLM;
    return hv_gss_acquire_ntlm(&gss->options, mech, &gss->cred, err);
}

/* NTLM needs a password, hands on no ticket, and is no way out where the account itself is the trouble. */
static bool may_detour(const struct hv_gss *gss, int32_t krb5_code) {
    return gss->password && !gss->options.only_kerberos && !gss->options.delegate && !hv_gss_is_final(krb5_code);
}

static int prepare_spnego(struct hv_gss *gss, struct hv_error *err) {
    struct hv_error detour = { 0 };
    int32_t code = 0;
    int r;

    if (gss->password && !gss->options.only_kerberos && hv_gss_user_is_local(gss->user))
        return prepare_ntlm(gss, HV_GSS_SPNEGO, err);
    r = try_kerberos(gss, &code, &detour);
    if (r == HV_E_MEMORY || (r < 0 && !may_detour(gss, code)))
        return hv_error_copy(err, &detour);
    if (r < 0) {
        gss->detour = detour;
        r = prepare_ntlm(gss, HV_GSS_SPNEGO, err);
        if (r < 0)
            hv_error_remedy(err, "Kerberos would do without: %s", detour.message);
        return r;
    }
    gss->mech = HV_GSS_SPNEGO;
    gss->inner = HV_GSS_KRB5;
    return hv_gss_acquire_krb5(&gss->tickets, &gss->options, HV_GSS_SPNEGO, &gss->cred, &code, err);
}

static int prepare(struct hv_gss *gss, struct hv_error *err) {
    int r = import_target(gss, err);

    if (r < 0)
        return r;
    if (gss->options.scheme == HV_AUTH_KERBEROS)
        return prepare_kerberos(gss, err);
    return gss->options.scheme == HV_AUTH_NTLM ? prepare_ntlm(gss, HV_GSS_NTLM, err) : prepare_spnego(gss, err);
}

/* GSSAPI replaces a credential that does not fit by another of its own choice (gssapi.md 0.1): that must not have happened. */
static bool is_as_prepared(const struct hv_gss *gss) {
    gss_OID mech = GSS_C_NO_OID;
    OM_uint32 minor;
    OM_uint32 major = gss_inquire_context(&minor, gss->context, NULL, NULL, NULL, &mech, NULL, NULL, NULL);

    return major == GSS_S_COMPLETE && hv_gss_oid_is(mech, gss->inner);
}

static int miss_forwarding(const struct hv_gss *gss, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_AUTH, "no ticket was forwarded to %s, as --delegate demands", gss->host);
    hv_error_cause(err, "%s",
                   gss->inner == HV_GSS_KRB5 ? "the ticket at hand may not be forwarded" : "NTLM cannot forward anything");
    hv_error_remedy(err, "get a ticket that may be forwarded: kinit -f");
    hv_error_remedy(err, "see that the account is not marked as sensitive, nor in Protected Users");
    return HV_E_AUTH;
}

/* The exchange is complete: is it what was asked for? */
static int check_flags(struct hv_gss *gss, OM_uint32 flags, struct hv_error *err) {
    const OM_uint32 privacy = GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;
    bool forwarded = gss->inner == HV_GSS_KRB5 && (flags & GSS_C_DELEG_FLAG);
    int r = 0;

    if (!is_as_prepared(gss))
        return hv_error_set(err, HV_E_INTERNAL, "signed in by another mechanism than was prepared");
    if ((flags & privacy) != privacy)
        r = hv_error_set(err, HV_E_AUTH, "signed in to %s, but without means to encrypt", gss->host);
    else if (!(flags & GSS_C_MUTUAL_FLAG))
        r = hv_error_set(err, HV_E_AUTH, "%s did not prove who it is", gss->host);
    else if (gss->options.delegate && !forwarded)
        r = miss_forwarding(gss, err);
    if (r < 0 && err)
        err->source = HV_SOURCE_KRB5;
    gss->done = r == 0;
    return r;
}

static int take_turn(struct hv_gss *gss, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    struct gss_channel_bindings_struct binding = { .application_data = { gss->options.n_binding, gss->binding } };
    gss_buffer_desc in_token = { .length = n_in, .value = (void *)(uintptr_t)in };
    gss_buffer_desc out_token = GSS_C_EMPTY_BUFFER;
    OM_uint32 wanted = WANTED_FLAGS | (gss->options.delegate ? (OM_uint32)GSS_C_DELEG_FLAG : 0);
    OM_uint32 flags = 0;
    OM_uint32 minor;
    OM_uint32 ignored;
    OM_uint32 major = gss_init_sec_context(&minor, gss->cred, &gss->context, gss->target, hv_gss_oid(gss->mech), wanted, 0,
                                           gss->options.n_binding ? &binding : GSS_C_NO_CHANNEL_BINDINGS,
                                           n_in ? &in_token : GSS_C_NO_BUFFER, NULL, &out_token, &flags, NULL);

    if (!GSS_ERROR(major))
        hv_buf_append(out, out_token.value, out_token.length);
    (void)gss_release_buffer(&ignored, &out_token);
    if (GSS_ERROR(major))
        return explain(gss, major, minor, gss->mech, err);
    if (out->failure)
        return hv_buf_finish(out, "a token of the sign-in", err);
    return (major & GSS_S_CONTINUE_NEEDED) ? 1 : check_flags(gss, flags, err);
}

static int step(struct hv_gss *gss, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    if (!gss->prepared) {
        int r = prepare(gss, err);
        if (r < 0)
            return r;
        gss->prepared = true;
    }
    return take_turn(gss, in, n_in, out, err);
}

/* gss-ntlmssp reads names in the locale's encoding (gssapi.md 3); ours are UTF-8, whatever the program's locale is. */
int hv_gss_step(struct hv_gss *gss, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    int r;

    if (gss->done || n_in > HV_GSS_TOKEN_MAX_BYTES)
        r = hv_error_set(err, HV_E_PROTOCOL, "%s sent %s", gss->host,
                         gss->done ? "a token more than the sign-in has" : "too large a token");
    else
        r = step(gss, in, n_in, out, err);
    if (utf8) {
        (void)uselocale(before);
        freelocale(utf8);
    }
    return r;
}

int hv_gss_wrap(struct hv_gss *gss, const void *plain, size_t n_plain, struct hv_buf *out, struct hv_error *err) {
    gss_buffer_desc in = { .length = n_plain, .value = (void *)(uintptr_t)plain };
    gss_buffer_desc sealed = GSS_C_EMPTY_BUFFER;
    OM_uint32 ignored;
    OM_uint32 minor;
    int encrypted = 0;
    OM_uint32 major = gss_wrap(&minor, gss->context, 1, GSS_C_QOP_DEFAULT, &in, &encrypted, &sealed);

    if (major == GSS_S_COMPLETE && encrypted)
        hv_buf_append(out, sealed.value, sealed.length);
    (void)gss_release_buffer(&ignored, &sealed);
    if (major != GSS_S_COMPLETE || !encrypted)
        return hv_error_set(err, HV_E_AUTH, "a message to %s cannot be encrypted", gss->host);
    return hv_buf_finish(out, "an encrypted message", err);
}

/* Kerberos only warns of messages that are repeated or out of order: what is not complete in every way is refused. */
int hv_gss_unwrap(struct hv_gss *gss, const void *sealed, size_t n_sealed, struct hv_buf *out, struct hv_error *err) {
    gss_buffer_desc in = { .length = n_sealed, .value = (void *)(uintptr_t)sealed };
    gss_buffer_desc plain = GSS_C_EMPTY_BUFFER;
    OM_uint32 ignored;
    OM_uint32 minor;
    int encrypted = 0;
    OM_uint32 major = gss_unwrap(&minor, gss->context, &in, &plain, &encrypted, NULL);
    int r = 0;

    if (major == GSS_S_COMPLETE && encrypted)
        hv_buf_append(out, plain.value, plain.length);
    (void)gss_release_buffer(&ignored, &plain);
    if (major != GSS_S_COMPLETE || !encrypted) {
        r = hv_error_set(err, HV_E_AUTH, "an encrypted message of %s cannot be opened", gss->host);
        hv_error_cause(err, "it was damaged, repeated, or meant for another connection");
    }
    return r < 0 ? r : hv_buf_finish(out, "a decrypted message", err);
}

/* gss-ntlmssp has no gss_wrap_iov; its gss_wrap is the signature and then the ciphertext. */
static int seal_ntlm(struct hv_gss *gss, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                     struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf sealed = HV_BUF_INIT(n_plain + NTLM_SIGNATURE_BYTES);
    int r = hv_gss_wrap(gss, plain, n_plain, &sealed, err);

    if (r < 0)
        return r;
    if (sealed.len != n_plain + NTLM_SIGNATURE_BYTES)
        return hv_error_set(err, HV_E_INTERNAL, "NTLM sealed %zu bytes as %zu", n_plain, sealed.len);
    hv_buf_append(token, sealed.data, NTLM_SIGNATURE_BYTES);
    hv_buf_append(cipher, sealed.data + NTLM_SIGNATURE_BYTES, n_plain);
    return 0;
}

/* Plain gss_wrap puts the trailer elsewhere than SSPI expects it (gssapi.md 5). */
static int seal_krb5(struct hv_gss *gss, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                     struct hv_error *err) {
    char *data = hv_buf_extend(cipher, n_plain);
    gss_iov_buffer_desc iov[3] = {
        { .type = GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE },
        { .type = GSS_IOV_BUFFER_TYPE_DATA, .buffer = { .length = n_plain, .value = data } },
        { .type = GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE },
    };
    OM_uint32 ignored;
    OM_uint32 minor;
    OM_uint32 major;
    int encrypted = 0;

    if (!data)
        return hv_error_memory(err);
    memcpy(data, plain, n_plain);
    major = gss_wrap_iov(&minor, gss->context, 1, GSS_C_QOP_DEFAULT, &encrypted, iov, 3);
    if (major == GSS_S_COMPLETE && encrypted) {
        hv_buf_append(token, iov[0].buffer.value, iov[0].buffer.length);
        hv_buf_append(cipher, iov[2].buffer.value, iov[2].buffer.length);
    }
    (void)gss_release_iov_buffer(&ignored, iov, 3);
    if (major == GSS_S_COMPLETE && encrypted)
        return 0;
    hv_buf_reset(cipher); /* it may hold what was to be encrypted */
    return hv_error_set(err, HV_E_AUTH, "a message to %s cannot be encrypted", gss->host);
}

int hv_gss_seal(struct hv_gss *gss, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                struct hv_error *err) {
    int r = gss->inner == HV_GSS_NTLM ? seal_ntlm(gss, plain, n_plain, token, cipher, err)
                                      : seal_krb5(gss, plain, n_plain, token, cipher, err);

    if (r < 0)
        return r;
    r = hv_buf_finish(token, "an encrypted message", err);
    return r < 0 ? r : hv_buf_finish(cipher, "an encrypted message", err);
}

const char *hv_gss_used(const struct hv_gss *gss) {
    if (!gss->done)
        return NULL;
    return gss->inner == HV_GSS_NTLM ? "NTLM" : "Kerberos";
}

bool hv_gss_is_vouched(const struct hv_gss *gss) {
    return gss->inner == HV_GSS_KRB5 && gss->cred != GSS_C_NO_CREDENTIAL;
}

const char *hv_gss_note(const struct hv_gss *gss) {
    return gss->detour.message;
}
