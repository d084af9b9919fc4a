/* Words for how a host lets people in. */
#include "policy.h"

#include <string.h>

#include "base/size.h"

bool sim_offers_read(const char *list, unsigned *ret_offers) {
    static const struct {
        const char *name;
        enum sim_offer offer;
    } words[] = {
        { "negotiate", SIM_OFFER_NEGOTIATE }, { "ntlm", SIM_OFFER_NTLM },       { "kerberos", SIM_OFFER_KERBEROS },
        { "basic", SIM_OFFER_BASIC },         { "credssp", SIM_OFFER_CREDSSP }, { "certificate", SIM_OFFER_CERTIFICATE },
    };
    unsigned offers = 0;

    while (*list) {
        const size_t n = strcspn(list, ",");
        size_t i = 0;

        while (i < HV_ARRAY_SIZE(words) && (strlen(words[i].name) != n || strncmp(words[i].name, list, n) != 0))
            i++;
        if (i == HV_ARRAY_SIZE(words))
            return false;
        offers |= words[i].offer;
        list += n + (list[n] == ',');
    }
    if (!offers)
        return false;
    *ret_offers = offers;
    return true;
}

bool sim_cbt_find(const char *name, enum sim_cbt *ret_cbt) {
    static const char *const names[] = {
        [SIM_CBT_RELAXED] = "relaxed",
        [SIM_CBT_NONE] = "none",
        [SIM_CBT_STRICT] = "strict",
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_cbt = (enum sim_cbt)i;
            return true;
        }
    }
    return false;
}
