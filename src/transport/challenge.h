/* WWW-Authenticate (RFC 7235, 2.1 and 4.1): the schemes by which a peer would let us in, and the tokens of one under way. */
#ifndef TRANSPORT_CHALLENGE_H
#define TRANSPORT_CHALLENGE_H

#include "base/cleanup.h"
#include "base/error.h"

enum {
    HV_CHALLENGE_MAX_BYTES = 100 * 1024, /* of one line: what libcurl takes of a header; Windows sends 64 KiB at most */
    HV_CHALLENGE_MAX_ITEMS = 32,         /* challenges of one answer, all its lines together */
    HV_CHALLENGE_MAX_PARAMS = 32,        /* of one challenge */
};

struct hv_challenge_param {
    char *name;
    char *value; /* unquoted; bytes that are no UTF-8 stand as "?" */
};

struct hv_challenge {
    char *scheme;  /* as the peer spells it; to be compared regardless of case */
    char *token68; /* base64, checked for its alphabet only; NULL when there is none, and params may then be */
    struct hv_challenge_param *params;
    size_t n_params;
};

struct hv_challenges {
    struct hv_challenge *items;
    size_t n_items;
};

#define HV_CHALLENGES_INIT                                                                                                       \
    { NULL, 0 }

/*
 * Appends the challenges of one header line to LIST: N_BYTES behind the colon, blanks and line ends around them allowed. Unknown
 * schemes are kept. LIST stays as it was after a failure, so a line that is not understood can be left out and the others used.
 * Errors: PROTOCOL (not of that grammar), LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_challenge_parse(const char *line, size_t n_bytes, struct hv_challenges *list, struct hv_error *err);

/* The list is empty afterwards. */
void hv_challenges_deinit(struct hv_challenges *list);

/* The first challenge of SCHEME, whatever its case; NULL when there is none. Valid until the list changes. */
const struct hv_challenge *hv_challenges_find(const struct hv_challenges *list, const char *scheme);
/* The first token for SCHEME: some hosts offer the scheme again on a line of its own. NULL when there is none; valid as above. */
const char *hv_challenges_token(const struct hv_challenges *list, const char *scheme);
/* The value of the first parameter NAME ("realm"), whatever its case; NULL when there is none. Valid as long as the challenge. */
const char *hv_challenge_param(const struct hv_challenge *challenge, const char *name);

#define HV_CLEANUP_CHALLENGES HV_ATTR_CLEANUP(hv_challenges_deinit)

#endif
