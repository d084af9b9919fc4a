/* A question that is answered by yes or no, on the terminal. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <hvctl/error.h>

#include "base/cleanup.h"

struct hv_args;

/* May a question be put at all? Not without a terminal on stdin, and not with --no-prompt. */
bool hv_ask_possible(const struct hv_args *args);
/* Asks on stderr; anything but "y" and "yes" is no. Outcomes: 1 yes, 0 no. Errors: CANCELLED (a signal). */
HV_MUST_CHECK int hv_ask_yes(const char *question, struct hv_error *err);

#endif
