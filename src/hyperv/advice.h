/* What helps against a reason that a host gives: by its code, else by fragments of the host's English texts (hyperv.md 7.2). */
#ifndef HYPERV_ADVICE_H
#define HYPERV_ADVICE_H

#include <hvctl/job.h>

#include "base/code.h"

/* NULL when neither code nor text is known. A text without code gives an entry whose code is 0. */
const struct hv_code *hv_advice_find(const struct hv_reason *reason);
/* The same for a bare text, NULL allowed. */
const struct hv_code *hv_advice_find_text(const char *text);

/* What the host told of a failed job, and what our table knows of it. */
struct hv_explanation {
    const char *text; /* borrowed from the job, its reasons or the table; never NULL */
    uint32_t hresult;
    const struct hv_code *code; /* NULL when unknown */
};
void hv_advice_explain(const struct hv_job *job, const struct hv_reason *reasons, size_t n_reasons,
                       struct hv_explanation *ret_explanation);
/*
 * Adds it to an error whose message says what failed: the cause, and what helps against the reason that explains most, then
 * against the others, since all of them are in the way.
 */
void hv_advice_add(const struct hv_explanation *explanation, const struct hv_reason *reasons, size_t n_reasons,
                   struct hv_error *err);

#endif
