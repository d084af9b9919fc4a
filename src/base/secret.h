/* Memory that holds a secret, or held one. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <hvctl/error.h>

#include "base/cleanup.h"

/* Overwrites in a way the compiler keeps. Accepts NULL. */
void hv_secret_wipe(void *memory, size_t n_bytes);
/* Wipes and frees a text; returns NULL. */
char *hv_secret_free(char *text);

/*
 * A secret in memory of its own: kept out of swap where the system allows, out of core files, and overwritten at the end. It is a
 * text, since a NUL follows its bytes.
 */
struct hv_secret;

/* Copies N_BYTES; BYTES NULL: that many zeros, to be filled. Errors: MEMORY. */
HV_MUST_CHECK int hv_secret_new(const char *bytes, size_t n_bytes, struct hv_secret **ret_secret, struct hv_error *err);
/* NULL for NULL. Valid as long as the secret. */
char *hv_secret_text(struct hv_secret *secret);
/* As given to hv_secret_new or hv_secret_cut. */
size_t hv_secret_length(const struct hv_secret *secret);
/* Shortens to N_BYTES, at most its length; what is behind is overwritten. */
void hv_secret_cut(struct hv_secret *secret, size_t n_bytes);
/* Accepts NULL; returns NULL. */
struct hv_secret *hv_secret_end(struct hv_secret *secret);
HV_DEFINE_CLEANUP(struct hv_secret *, hv_secret_end)

#endif
