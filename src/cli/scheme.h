/* --auth: the schemes of sign-in, in the order they are tried (design.md 4). */
#ifndef CLI_SCHEME_H
#define CLI_SCHEME_H

#include <hvctl/client.h>
#include <hvctl/move.h>

#include "base/cleanup.h"

struct hv_args;
struct hv_output;

enum { HV_SCHEMES_MAX = 6 };

struct hv_schemes {
    enum hv_auth list[HV_SCHEMES_MAX];
    size_t n;
};

/* The word that --auth knows for the I-th way to sign in, the one tried first in front; NULL after the last. */
const char *hv_scheme_word(size_t i);
/* From --auth or HVCTL_AUTH, else negotiate. Errors: ARGUMENT. */
HV_MUST_CHECK int hv_schemes_parse(const struct hv_args *args, struct hv_schemes *ret_schemes, struct hv_error *err);
bool hv_schemes_have(const struct hv_schemes *schemes, enum hv_auth scheme);
/* Is a certificate the only way, for which nobody has a name or a password? */
bool hv_schemes_are_certificate(const struct hv_schemes *schemes);
/* Is there nothing among them that could do without a password? */
bool hv_schemes_need_password(const struct hv_schemes *schemes);
/* What a sign-in by them leaves at the source of a move. */
enum hv_move_credentials hv_schemes_credentials(const struct hv_schemes *schemes);
/* What the user should know of them. CLEAR: some host is addressed by http://. */
void hv_schemes_warn(const struct hv_schemes *schemes, bool clear, const struct hv_args *args, struct hv_output *out);
/* Fills the options of a host from SCHEMES, which must outlive them, and from the command line. */
void hv_schemes_apply(const struct hv_schemes *schemes, const struct hv_args *args, struct hv_host_options *options);

#endif
