/* What one signs in with: Kerberos tickets of a user, and NTLM's name and password (gssapi.md 1 to 3). */
#ifndef TRANSPORT_GSS_CRED_H
#define TRANSPORT_GSS_CRED_H

#include <gssapi/gssapi.h>
#include <krb5.h>

#include "transport/gss.h"
#include "transport/gss_error.h"
#include "transport/gss_oid.h"

/* Tickets in memory of our own, where a password or key was given; else those that the machine has. */
struct hv_gss_tickets {
    krb5_context krb5; /* NULL: the machine's */
    krb5_ccache cache;
    char *cache_name;
};

/*
 * Asks the KDC for a ticket where a password or keytab was given. TICKETS is zeroed before and the caller's to deinit.
 * *RET_KRB5_CODE gets libkrb5's number of the failure, 0 when there is none. Errors: AUTH, MEMORY.
 */
HV_MUST_CHECK int hv_gss_tickets_init(struct hv_gss_tickets *tickets, const struct hv_gss_options *options,
                                      int32_t *ret_krb5_code, struct hv_error *err);
/* Destroys the tickets of our own. */
void hv_gss_tickets_deinit(struct hv_gss_tickets *tickets);

/* A credential of TICKETS on the mechanism WHICH, KRB5 or SPNEGO restricted to it. Errors: AUTH, MEMORY. */
HV_MUST_CHECK int hv_gss_acquire_krb5(const struct hv_gss_tickets *tickets, const struct hv_gss_options *options,
                                      enum hv_gss_oid which, gss_cred_id_t *ret_cred, int32_t *ret_krb5_code,
                                      struct hv_error *err);
/* Likewise of user and password, on NTLM or SPNEGO restricted to it. Asks nobody. Errors: AUTH, MEMORY. */
HV_MUST_CHECK int hv_gss_acquire_ntlm(const struct hv_gss_options *options, enum hv_gss_oid which, gss_cred_id_t *ret_cred,
                                      struct hv_error *err);

/* Who tried what, for error texts. Borrows from OPTIONS. */
struct hv_gss_scene hv_gss_scene_of(const struct hv_gss_options *options);
/* Of ".\user": an account of the host, which no Kerberos realm knows. */
bool hv_gss_user_is_local(const char *user);
/* "user@REALM" of the forms of a user's name; "user" when it names no domain. Errors: MEMORY. */
HV_MUST_CHECK int hv_gss_principal_text(const char *user, const char *default_realm, char **ret_text, struct hv_error *err);

#endif
