/* What helps against a reason that a host gives: by its code, else by fragments of the host's English texts (hyperv.md 7.2). */
#ifndef HYPERV_ADVICE_H
#define HYPERV_ADVICE_H

#include <hvctl/job.h>

#include "base/code.h"

/* NULL when neither code nor text is known. A text without code gives an entry whose code is 0. */
const struct hv_code *hv_advice_find(const struct hv_reason *reason);
/* The same for a bare text, NULL allowed. */
const struct hv_code *hv_advice_find_text(const char *text);

#endif
