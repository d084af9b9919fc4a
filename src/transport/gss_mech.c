/* GSSAPI as a sign-in of HTTP (wsman.md 6.2, 6.4). */
#include "transport/gss.h"

struct gss_mech {
    struct hv_mech mech;
    struct hv_gss *gss;
};

static struct hv_gss *gss_of(const struct hv_mech *mech) {
    return ((const struct gss_mech *)mech)->gss;
}

static int step(struct hv_mech *mech, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err) {
    return hv_gss_step(gss_of(mech), in, n_in, out, err);
}

static int seal(struct hv_mech *mech, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                struct hv_error *err) {
    return hv_gss_seal(gss_of(mech), plain, n_plain, token, cipher, err);
}

/* Where the token ends need not be known: gss_unwrap takes every rotation of Kerberos' trailer (gssapi.md 5). */
static int unseal(struct hv_mech *mech, const void *sealed, size_t n_token, size_t n_sealed, struct hv_buf *plain,
                  struct hv_error *err) {
    (void)n_token;
    return hv_gss_unwrap(gss_of(mech), sealed, n_sealed, plain, err);
}

static void destroy(struct hv_mech *mech) {
    struct gss_mech *self = (struct gss_mech *)mech;

    self->gss = hv_gss_free(self->gss);
    free(self);
}

static const char *note(const struct hv_mech *mech) {
    return hv_gss_note(gss_of(mech));
}

static bool is_vouched(const struct hv_mech *mech) {
    return hv_gss_is_vouched(gss_of(mech));
}

int hv_gss_mech_new(const struct hv_gss_options *options, struct hv_mech **ret_mech, struct hv_error *err) {
    static const struct hv_mech_vtable negotiate = {
        .scheme = "Negotiate",
        .protocol = "application/HTTP-SPNEGO-session-encrypted",
        .step = step,
        .seal = seal,
        .unseal = unseal,
        .free = destroy,
        .note = note,
        .is_vouched = is_vouched,
    };
    static const struct hv_mech_vtable kerberos = {
        .scheme = "Kerberos",
        .protocol = "application/HTTP-Kerberos-session-encrypted",
        .step = step,
        .seal = seal,
        .unseal = unseal,
        .free = destroy,
        .note = note,
        .is_vouched = is_vouched,
    };
    struct gss_mech *self = calloc(1, sizeof(*self));
    int r;

    if (!self)
        return hv_error_memory(err);
    self->mech.vtable = options->scheme == HV_AUTH_KERBEROS ? &kerberos : &negotiate;
    r = hv_gss_new(options, &self->gss, err);
    if (r < 0) {
        free(self);
        return r;
    }
    *ret_mech = &self->mech;
    return 0;
}
