/* The mechanisms by their object identifiers, in the DER form that GSSAPI takes (gssapi.md, names). */
#include "transport/gss_oid.h"

#include <stdint.h>
#include <string.h>

#define OID(bytes_)                                                                                                              \
    { sizeof(bytes_) - 1, (void *)(uintptr_t)(bytes_) }

static const gss_OID_desc oids[] = {
    [HV_GSS_KRB5] = OID("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"),     /* 1.2.840.113554.1.2.2 */
    [HV_GSS_NTLM] = OID("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"), /* 1.3.6.1.4.1.311.2.2.10 */
    [HV_GSS_SPNEGO] = OID("\x2b\x06\x01\x05\x05\x02"),               /* 1.3.6.1.5.5.2 */
};

gss_OID hv_gss_oid(enum hv_gss_oid which) {
    return (gss_OID)(uintptr_t)&oids[which];
}

bool hv_gss_oid_is(gss_const_OID mech, enum hv_gss_oid which) {
    return mech && mech->length == oids[which].length && memcmp(mech->elements, oids[which].elements, mech->length) == 0;
}
