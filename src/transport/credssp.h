/*
 * CredSSP (MS-CSSP; wsman.md 6.5): a sign-in by Kerberos or NTLM within a TLS of its own, after which the host gets user and
 * password, so that it can sign in elsewhere as the user. They are sent only to a host that has shown that it was signed in to
 * and that the TLS ends at it. What is sealed afterwards are records of the same TLS.
 */
#ifndef TRANSPORT_CREDSSP_H
#define TRANSPORT_CREDSSP_H

#include <hvctl/client.h>

#include "transport/mech.h"
#include "transport/tls.h"

struct hv_credssp_options {
    enum hv_auth inner; /* NEGOTIATE, KERBEROS or NTLM: the sign-in within the TLS */
    const char *user;
    const char *password;
    const char *service;                /* NULL: "HTTP" */
    const char *host;                   /* its name to Kerberos */
    const struct hv_tls_policy *policy; /* fingerprints and pins that the certificate must match; NULL: none */
};

/* Copies OPTIONS. Asks nobody. Errors: AUTH (no user or password), ARGUMENT, MEMORY. */
HV_MUST_CHECK int hv_credssp_new(const struct hv_credssp_options *options, struct hv_mech **ret_mech, struct hv_error *err);

/*
 * Besides what mech.h says of step: an empty IN after the first turn means that the host answered without a token. After the last
 * turn, step explains what a host says that refuses the credentials; it then always fails.
 */

#endif
