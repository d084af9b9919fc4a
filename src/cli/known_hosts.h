/*
 * The certificates that the user trusts, one host a line (ux.md 7), in $XDG_CONFIG_HOME/hvctl/known_hosts:
 *
 *     HOST:PORT SHA256 [PIN] [# COMMENT]
 *
 * HOST in small letters (an IPv6 address in brackets), SHA256 of the certificate in hexadecimal with or without colons, PIN of
 * its public key as "sha256//BASE64". Empty lines and lines that begin with # are kept as they are. Several lines of one host are
 * several certificates that it may show.
 */
#ifndef CLI_KNOWN_HOSTS_H
#define CLI_KNOWN_HOSTS_H

#include <hvctl/error.h>

#include "base/cleanup.h"

enum {
    HV_KNOWN_MAX_BYTES = 4 * 1024 * 1024, /* of the file */
    HV_KNOWN_MAX_PINS = 16,               /* of one host */
    HV_KNOWN_SHA256_SIZE = 32 * 3,        /* with colons and NUL */
};

struct hv_known_line {
    char *text;                        /* as it stands, without newline */
    char *host;                        /* "name:port"; NULL for a comment or an empty line */
    char sha256[HV_KNOWN_SHA256_SIZE]; /* "AB:CD:..." */
    char *pin;                         /* "" when there is none */
};

struct hv_known_hosts {
    char *path; /* NULL: there is neither XDG_CONFIG_HOME nor HOME */
    struct hv_known_line *lines;
    size_t n_lines;
};

/*
 * Reads the file; one that is not there is an empty one. KNOWN is zeroed before and the caller's to deinit even after a failure.
 * Errors: CONFIG (damaged, or others may write it), MEMORY.
 */
HV_MUST_CHECK int hv_known_hosts_load(struct hv_known_hosts *known, struct hv_error *err);
/* The same from bytes; the path of KNOWN is for messages. */
HV_MUST_CHECK int hv_known_hosts_parse(struct hv_known_hosts *known, const char *bytes, size_t n_bytes, struct hv_error *err);
void hv_known_hosts_deinit(struct hv_known_hosts *known);

/* The first line of HOST ("name:port") at or after *index, which is moved behind it; NULL when there is none. */
const struct hv_known_line *hv_known_hosts_next(const struct hv_known_hosts *known, const char *host, size_t *index);

/*
 * Reads the file anew under a lock, takes every line of HOST out, adds one with SHA256 and PIN unless SHA256 is NULL, and puts
 * the new file in the place of the old one, with mode 0600 and at once. Other lines stay as they are. Outcomes: how many lines
 * were taken out. Errors: CONFIG (as above, or it cannot be written), MEMORY.
 */
HV_MUST_CHECK int hv_known_hosts_change(const char *host, const char *sha256, const char *pin, struct hv_error *err);

#endif
