/* Callers with a certificate of their own (wsman.md 6.7): whom the host trusts, and which account a certificate stands for. */
#ifndef SIM_CLIENTCERT_H
#define SIM_CLIENTCERT_H

#include <hvctl/error.h>

#include "base/cleanup.h"

/* The authorities whose certificates are let in. */
struct sim_client_ca;
/* Of a PEM file. Errors: ARGUMENT, MEMORY. */
HV_MUST_CHECK int sim_client_ca_new(const char *path, struct sim_client_ca **ret_ca, struct hv_error *err);
struct sim_client_ca *sim_client_ca_free(struct sim_client_ca *ca);
HV_DEFINE_CLEANUP(struct sim_client_ca *, sim_client_ca_free)
char *sim_client_ca_pem(const struct sim_client_ca *ca);

enum { SIM_MAX_ISSUERS = 8, SIM_THUMBPRINT_SIZE = 41 };

/* What a certificate says once it is trusted. */
struct sim_client {
    char name[256];                                     /* the UPN among its alternative names; "" none */
    char issuers[SIM_MAX_ISSUERS][SIM_THUMBPRINT_SIZE]; /* SHA-1 of those above it, upper case */
    size_t n_issuers;
};
/* NULL, or why it is not let in. DER NULL: the caller has none. */
const char *sim_client_check(const struct sim_client_ca *ca, const void *der, size_t n_der, struct sim_client *ret_client);

/* Rows of winrm/config/service/certmapping. */
struct sim_certmap {
    char *issuer;  /* thumbprint; NULL: any */
    char *subject; /* the UPN; a leading * stands for anything */
    char *uri;     /* resource URI; a trailing * stands for anything */
    char *user;
};
struct sim_certmaps {
    struct sim_certmap *items;
    size_t n_items;
};
void sim_certmaps_deinit(struct sim_certmaps *maps);
/* "user=NAME[,subject=PATTERN][,issuer=THUMBPRINT][,uri=PATTERN]". Errors: ARGUMENT, MEMORY. */
HV_MUST_CHECK int sim_certmaps_add(struct sim_certmaps *maps, const char *spec, struct hv_error *err);
/* The row with the longest subject, among those the longest URI; NULL when there is none or several are alike. URI NULL: of no
 * resource. */
const struct sim_certmap *sim_certmaps_find(const struct sim_certmaps *maps, const struct sim_client *client, const char *uri);

#endif
