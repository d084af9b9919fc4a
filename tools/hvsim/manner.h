/*
 * How this host writes: which product it passes for (wsman.md 7), and the oddities that were asked for on the command line. The
 * protocol leaves all of this open, so that a good client must not care.
 */
#ifndef SIM_MANNER_H
#define SIM_MANNER_H

#include <stdbool.h>
#include <stdint.h>

enum sim_peer {
    SIM_PEER_WINRM,
    SIM_PEER_OMI,
    SIM_PEER_OPENWSMAN,
};
/* "winrm" and so on; false when unknown. */
bool sim_peer_find(const char *name, enum sim_peer *ret_peer);

/* NAME, text on the command line. */
#define SIM_QUIRKS(X)                                                                                                            \
    X(UTF16LE, "utf16le")          /* answers in UTF-16, little endian with byte order mark, whatever was asked in */            \
    X(UTF16BE, "utf16be")          /* big endian with byte order mark */                                                         \
    X(UTF16_NO_BOM, "utf16-nobom") /* little endian without byte order mark */                                                   \
    X(UTF16BE_NO_BOM, "utf16be-nobom")                                                                                           \
    X(CHUNKED, "chunked")                 /* Transfer-Encoding: chunked */                                                       \
    X(SLOW, "slow")                       /* answers arrive in several pieces with pauses between */                             \
    X(ODD_PREFIXES, "odd-prefixes")       /* several prefixes for one namespace, and default namespaces */                       \
    X(REORDER, "reorder")                 /* headers, properties and items in another order */                                   \
    X(EXTRA, "extra")                     /* headers, elements and properties that nobody knows */                               \
    X(DROP_OPTIONAL, "drop-optional")     /* leaves out what an answer need not have */                                          \
    X(CONTENT_TYPE, "content-type")       /* wrong Content-Type */                                                               \
    X(NO_RELATES_TO, "no-relates-to")     /* no RelatesTo */                                                                     \
    X(OCTETS_BASE64, "octets-base64")     /* octet strings as one base64 text instead of a number for each byte */               \
    X(SPLIT, "split")                     /* sealed answers in several parts */                                                  \
    X(SPACED_BOUNDARY, "spaced-boundary") /* "-- Encrypted Boundary" between the parts of sealed answers */                      \
    X(FILLER, "filler") /* Kerberos tokens of sealed answers with 16 bytes of filler, as Windows may write them */

enum sim_quirk {
#define X(name, text) SIM_QUIRK_##name,
    SIM_QUIRKS(X)
#undef X
};
/* False when unknown. */
bool sim_quirk_find(const char *name, enum sim_quirk *ret_quirk);

struct sim_manner {
    enum sim_peer peer;
    uint32_t quirks; /* bit per enum sim_quirk */
};

static inline bool sim_has_quirk(const struct sim_manner *manner, enum sim_quirk quirk) {
    return (manner->quirks & UINT32_C(1) << quirk) != 0;
}

#endif
