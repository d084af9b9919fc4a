/* Whom to believe, from options, environment and the file of trusted certificates (ux.md 2 and 7). */
#ifndef CLI_TRUST_H
#define CLI_TRUST_H

#include <hvctl/client.h>

#include "base/secret.h"
#include "cli/known_hosts.h"

struct hv_args;

/* Authorities, pins and what may be left out. The texts are borrowed from ARGS and the environment. */
void hv_trust_options(const struct hv_args *args, struct hv_host_options *options);

/*
 * The proxy and who we are there. *ret_password, NULL when there is none, is the caller's and must live as long as OPTIONS.
 * Errors: ARGUMENT (a password in the address; its file), MEMORY.
 */
HV_MUST_CHECK int hv_proxy_options(const struct hv_args *args, struct hv_host_options *options, struct hv_secret **ret_password,
                                   struct hv_error *err);

/*
 * Takes the passwords of proxies out of the environment, its memory too: /proc/PID/environ shows that. Hosts that are added
 * afterwards would do without.
 */
void hv_proxy_forget(void);

/* The fingerprints of one host. */
struct hv_trusted {
    const char *list[HV_KNOWN_MAX_PINS];
    size_t n;
    char by[256]; /* file and line, for messages */
};

/*
 * What KNOWN has of the host at ADDRESS; nothing for http://. Valid as long as KNOWN. Errors: CONFIG (too many lines), MEMORY.
 */
HV_MUST_CHECK int hv_trust_find(const struct hv_known_hosts *known, const char *address, struct hv_trusted *ret_trusted,
                                struct hv_error *err);

#endif
