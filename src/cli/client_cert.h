/* --cert and what belongs to it: the certificate to sign in with (ux.md 8). */
#ifndef CLI_CLIENT_CERT_H
#define CLI_CLIENT_CERT_H

#include <hvctl/client.h>

#include "base/secret.h"
#include "cli/scheme.h"

struct hv_args;

/* The same for all hosts. */
struct hv_client_cert {
    const char *file; /* NULL: nobody signs in by one */
    const char *key_file;
    struct hv_secret *password; /* NULL: the key is not encrypted, or nobody could be asked */
};

/*
 * From the command line, and where an encrypted key needs it from a prompt. CERT is zeroed before and the caller's to deinit.
 * Errors: ARGUMENT (missing, of no use to SCHEMES, a key that others can read), AUTH (nothing given at the prompt), CANCELLED,
 * MEMORY.
 */
HV_MUST_CHECK int hv_client_cert_init(struct hv_client_cert *cert, const struct hv_schemes *schemes, const struct hv_args *args,
                                      struct hv_error *err);
void hv_client_cert_deinit(struct hv_client_cert *cert);
/* Fills the options of a host; they must not outlive CERT. */
void hv_client_cert_apply(struct hv_client_cert *cert, struct hv_host_options *options);

#endif
