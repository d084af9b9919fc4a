/* Names of peers and quirks. */
#include "manner.h"

#include <string.h>

#include "base/size.h"

bool sim_peer_find(const char *name, enum sim_peer *ret_peer) {
    static const char *const names[] = {
        [SIM_PEER_WINRM] = "winrm",
        [SIM_PEER_OMI] = "omi",
        [SIM_PEER_OPENWSMAN] = "openwsman",
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_peer = (enum sim_peer)i;
            return true;
        }
    }
    return false;
}

bool sim_quirk_find(const char *name, enum sim_quirk *ret_quirk) {
    static const char *const names[] = {
#define X(name, text) [SIM_QUIRK_##name] = text,
        SIM_QUIRKS(X)
#undef X
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(names); i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_quirk = (enum sim_quirk)i;
            return true;
        }
    }
    return false;
}
