/* Which scheme of sign-in comes next: the user's order, as far as the host offers it (wsman.md 6.2). */
#ifndef TRANSPORT_CHOICE_H
#define TRANSPORT_CHOICE_H

#include "transport/auth.h"
#include "transport/challenge.h"

struct hv_choice {
    enum hv_auth scheme; /* as the user asked */
    enum hv_auth inner;  /* what to do for it: NEGOTIATE, KERBEROS and NTLM are those of hv_gss_options */
    const char *offer;   /* the host's name of it */
    bool only_kerberos;  /* SPNEGO, but not with NTLM */
};

/*
 * TRIED has a bit (1 << scheme) for each that failed already. OFFERED is what the host said with its 401. Outcomes: 1 see
 * *ret_choice; 0 there is none left.
 */
HV_MUST_CHECK int hv_choice_next(const struct hv_login *login, const struct hv_challenges *offered, unsigned tried,
                                 struct hv_choice *ret_choice);
/* Fills ERR: the host offers nothing of what was asked for. Returns AUTH. */
int hv_choice_explain(const struct hv_login *login, const struct hv_challenges *offered, struct hv_error *err);

#endif
