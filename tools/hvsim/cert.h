/* Certificates of one run: an authority made at start, and one certificate a host issued by it. */
#ifndef SIM_CERT_H
#define SIM_CERT_H

#include <hvctl/error.h>

#include "base/cleanup.h"

struct sim_authority;

/* Errors: INTERNAL. */
HV_MUST_CHECK int sim_authority_new(struct sim_authority **ret_authority, struct hv_error *err);
struct sim_authority *sim_authority_free(struct sim_authority *authority);
HV_DEFINE_CLEANUP(struct sim_authority *, sim_authority_free)
/* PEM of its certificate; malloc()ed, NULL when out of memory. */
char *sim_authority_pem(const struct sim_authority *authority);

enum { SIM_FINGERPRINT_TEXT_SIZE = 32 * 3, SIM_MAX_BINDING = 96 };

struct sim_cert {
    char *cert_pem;
    char *key_pem;
    char fingerprint[SIM_FINGERPRINT_TEXT_SIZE]; /* SHA-256 of the DER form, "AB:CD:..." */
    unsigned char binding[SIM_MAX_BINDING];      /* tls-server-end-point (RFC 5929 4), with its name in front */
    size_t n_binding;
};
void sim_cert_deinit(struct sim_cert *cert);
/* From PEM files: the certificate, perhaps with those above it, and its key. Errors: ARGUMENT, MEMORY. */
HV_MUST_CHECK int sim_cert_load(const char *cert_path, const char *key_path, struct sim_cert *ret_cert, struct hv_error *err);
HV_MUST_CHECK int sim_cert_copy(const struct sim_cert *cert, struct sim_cert *ret_cert, struct hv_error *err);

/* For NAME and FQDN, localhost and ADDRESS (an IPv4 address as text). */
HV_MUST_CHECK int sim_authority_issue(struct sim_authority *authority, const char *name, const char *fqdn, const char *address,
                                      struct sim_cert *ret_cert, struct hv_error *err);

#endif
