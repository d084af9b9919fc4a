/* Basic sign-in (wsman.md 6.2) and character sets of bodies (6.1). */
#ifndef SIM_AUTH_H
#define SIM_AUTH_H

#include "winrm.h"

/* The user whose name and password the header carries, NULL when it is absent, malformed or wrong. */
const struct sim_user *sim_users_check(const struct sim_users *users, const char *authorization);

/* In a time that does not tell where they differ. */
bool sim_is_same_secret(const char *a, const char *b);

enum sim_charset {
    SIM_CHARSET_UTF8,
    SIM_CHARSET_UTF16,   /* little endian unless a mark says otherwise */
    SIM_CHARSET_UNKNOWN, /* of a SOAP body: a fault */
    SIM_CHARSET_NO_SOAP, /* another media type: status 415 */
};
enum sim_charset sim_charset_of(const char *content_type);
/* UTF-16 of the peer to UTF-8. False when malformed. */
bool sim_utf16_decode(const char *bytes, size_t n_bytes, struct hv_buf *out);
/* UTF-8 of ours to UTF-16. */
struct sim_utf16 {
    bool is_big;   /* big endian */
    bool has_mark; /* begins with a byte order mark */
};
void sim_utf16_encode(struct sim_utf16 form, const char *text, size_t n_bytes, struct hv_buf *out);

#endif
