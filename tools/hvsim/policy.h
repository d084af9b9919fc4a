/* How one host lets people in: the settings of winrm/config/service that concern sign-in (wsman.md 6). */
#ifndef SIM_POLICY_H
#define SIM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_offer {
    SIM_OFFER_NEGOTIATE = 1,
    SIM_OFFER_NTLM = 2, /* the scheme Negotiate, with NTLM only */
    SIM_OFFER_KERBEROS = 4,
    SIM_OFFER_BASIC = 8,
    SIM_OFFER_CREDSSP = 16,
    SIM_OFFER_CERTIFICATE = 32,
};
/* "basic,negotiate" and so on as a set of the above; false when a word is unknown or there is none. */
bool sim_offers_read(const char *list, unsigned *ret_offers);

enum sim_cbt { /* CbtHardeningLevel */
               SIM_CBT_RELAXED,
               SIM_CBT_NONE,
               SIM_CBT_STRICT,
};
bool sim_cbt_find(const char *name, enum sim_cbt *ret_cbt);

enum { SIM_CREDSSP_MIN = 2, SIM_CREDSSP_MAX = 6 };

struct sim_keys;
struct sim_credssp_host;
struct sim_client_ca;
struct sim_certmaps;

struct sim_policy {
    unsigned offers;          /* enum sim_offer */
    enum sim_cbt cbt;         /* over TLS only */
    bool allow_unencrypted;   /* AllowUnencrypted */
    bool error_tokens;        /* a refusal may carry the token that tells why */
    unsigned credssp_version; /* SIM_CREDSSP_MIN to SIM_CREDSSP_MAX */
    unsigned credssp_tls;     /* the greatest: 2 or 3, of 1.2 and 1.3 */
    const struct sim_credssp_host *credssp;
    const struct sim_client_ca *client_ca; /* NULL: no certificate is asked for */
    const struct sim_certmaps *certmaps;
    const struct sim_keys *keys;
    const void *binding; /* of the host's certificate: application data of the channel binding */
    size_t n_binding;
};

#endif
