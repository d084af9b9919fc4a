/*
 * The initiator's side of a GSSAPI exchange: Kerberos, NTLM (gss-ntlmssp), or SPNEGO around one of the two (gssapi.md 1 to 6).
 * All but hv_gss_new and hv_gss_free may block while a KDC is asked.
 */
#ifndef TRANSPORT_GSS_H
#define TRANSPORT_GSS_H

#include <hvctl/client.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "transport/mech.h"

enum {
    HV_GSS_TOKEN_MAX_BYTES = 256 * 1024, /* of one token; a Kerberos ticket of many groups has 64 KiB */
    HV_GSS_NAME_MAX_BYTES = 1024,        /* of a user, a service, a host */
    HV_GSS_BINDING_MAX_BYTES = 256,
};

struct hv_gss_options {
    enum hv_auth scheme;  /* NEGOTIATE: SPNEGO; KERBEROS, NTLM: raw */
    const char *user;     /* NULL: whoever the Kerberos tickets are of. "user", "DOMAIN\user", "user@REALM", ".\user" */
    const char *password; /* NULL: Kerberos tickets, or the keytab */
    const char *keytab;   /* key instead of a password; NULL: none */
    const char *service;  /* "HTTP" */
    const char *host;
    bool only_kerberos;  /* SPNEGO must not come down to NTLM */
    bool delegate;       /* a forwarded ticket, or it fails */
    const void *binding; /* application_data of the channel binding */
    size_t n_binding;    /* 0: none */
};

struct hv_gss;

/* Copies OPTIONS. Asks nobody. Errors: ARGUMENT, AUTH (no password for a scheme that needs one), MEMORY. */
HV_MUST_CHECK int hv_gss_new(const struct hv_gss_options *options, struct hv_gss **ret_gss, struct hv_error *err);
/* Accepts NULL; returns NULL. Wipes the password. */
struct hv_gss *hv_gss_free(struct hv_gss *gss);
HV_DEFINE_CLEANUP(struct hv_gss *, hv_gss_free)

/* IN is empty in the first turn. Appends to OUT what is to be sent. Outcomes: 0 signed in; 1 another turn. Errors: AUTH, MEMORY.
 */
HV_MUST_CHECK int hv_gss_step(struct hv_gss *gss, const void *in, size_t n_in, struct hv_buf *out, struct hv_error *err);

/* One message, encrypted and signed. Errors: AUTH, MEMORY, LIMIT. */
HV_MUST_CHECK int hv_gss_wrap(struct hv_gss *gss, const void *plain, size_t n_plain, struct hv_buf *out, struct hv_error *err);
/* The reverse. A message that is damaged, repeated or out of order is refused. Errors: AUTH, MEMORY, LIMIT. */
HV_MUST_CHECK int hv_gss_unwrap(struct hv_gss *gss, const void *sealed, size_t n_sealed, struct hv_buf *out,
                                struct hv_error *err);
/* As hv_gss_wrap, with the part in front of the ciphertext apart, in the form that WinRM takes (wsman.md 6.4). */
HV_MUST_CHECK int hv_gss_seal(struct hv_gss *gss, const void *plain, size_t n_plain, struct hv_buf *token, struct hv_buf *cipher,
                              struct hv_error *err);

/* "Kerberos" or "NTLM", NULL before the sign-in is complete. */
const char *hv_gss_used(const struct hv_gss *gss);
/* Why SPNEGO goes without Kerberos; "" when it does not. Borrowed. */
const char *hv_gss_note(const struct hv_gss *gss);

/* Has a KDC given tickets to the user? Complete or not, the password is right then. */
bool hv_gss_is_vouched(const struct hv_gss *gss);

/* The exchange as a sign-in of HTTP: Negotiate, or Kerberos for the raw scheme of that name. Errors as hv_gss_new. */
HV_MUST_CHECK int hv_gss_mech_new(const struct hv_gss_options *options, struct hv_mech **ret_mech, struct hv_error *err);

#endif
