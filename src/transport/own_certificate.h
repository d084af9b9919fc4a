/* The certificate that we sign in with, those above it, and its key (wsman.md 6.7). */
#ifndef TRANSPORT_OWN_CERTIFICATE_H
#define TRANSPORT_OWN_CERTIFICATE_H

#include <openssl/ssl.h>

#include "base/cleanup.h"
#include "base/error.h"

struct hv_own_certificate;

/*
 * Reads PEM files; KEY_FILE NULL: the key is in the same one. PASSWORD, which may be NULL, opens an encrypted key and is not
 * kept. Errors: ARGUMENT (files that cannot be used, a key of another certificate), AUTH (password missing or wrong; out of date,
 * not made for signing in), MEMORY.
 */
HV_MUST_CHECK int hv_own_certificate_new(const char *file, const char *key_file, const char *password,
                                         struct hv_own_certificate **ret_own, struct hv_error *err);
/* Accepts NULL; returns NULL. */
struct hv_own_certificate *hv_own_certificate_free(struct hv_own_certificate *own);
HV_DEFINE_CLEANUP(struct hv_own_certificate *, hv_own_certificate_free)

/* Shows it to whoever asks on connections of CONTEXT. */
HV_MUST_CHECK bool hv_own_certificate_use(const struct hv_own_certificate *own, SSL_CTX *context);
/* Is it what SSL shows? OWN NULL: does SSL show none? */
bool hv_own_certificate_is(const struct hv_own_certificate *own, const SSL *ssl);

#endif
