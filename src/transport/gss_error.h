/* What went wrong in a GSSAPI call, in words: message, cause and remedy by situation (gssapi.md 1, ux.md 10). */
#ifndef TRANSPORT_GSS_ERROR_H
#define TRANSPORT_GSS_ERROR_H

#include <gssapi/gssapi.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

/* Who tried what. Everything is borrowed; texts may be NULL. */
struct hv_gss_scene {
    const char *user;
    const char *service;
    const char *host;
    const char *keytab;
};

/* Fills ERR for an error of Kerberos: CODE is libkrb5's number, 0 when only its words are known. Returns AUTH or MEMORY. */
int hv_gss_explain_krb5(const struct hv_gss_scene *scene, int32_t code, const char *words, struct hv_error *err);
/* Fills ERR for a failed call of GSSAPI on the mechanism MECH. Returns AUTH or MEMORY. */
int hv_gss_explain(const struct hv_gss_scene *scene, OM_uint32 major, OM_uint32 minor, gss_OID mech, struct hv_error *err);

/*
 * Is CODE of Kerberos about the account itself, so that another attempt with the same password can only do harm? Such as a wrong
 * password, which counts against the lockout.
 */
bool hv_gss_is_final(int32_t code);

#endif
