/* The mechanisms by their object identifiers. */
#ifndef TRANSPORT_GSS_OID_H
#define TRANSPORT_GSS_OID_H

#include <gssapi/gssapi.h>
#include <stdbool.h>

enum hv_gss_oid {
    HV_GSS_KRB5,
    HV_GSS_NTLM,
    HV_GSS_SPNEGO,
};

/* Never to be written to or released, whatever the type says. */
gss_OID hv_gss_oid(enum hv_gss_oid which);
/* MECH may be NULL. */
bool hv_gss_oid_is(gss_const_OID mech, enum hv_gss_oid which);

#endif
