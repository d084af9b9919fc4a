/* Error chains of a host: Msvm_Error as CIM-XML text, from GetErrorEx, GetError and Reasons (hyperv.md 2.7, 3.3). */
#ifndef HYPERV_REASON_H
#define HYPERV_REASON_H

#include <hvctl/instance.h>
#include <hvctl/job.h>

#include "base/cleanup.h"

enum { HV_REASON_MAX = 256 };

/*
 * Decodes Errors (GetErrorEx), Error (GetError) or Reasons of a method's OUTPUT, in the host's order. Text that is no CIM-XML is
 * kept as a message. *ret_n is 0 and *ret_reasons NULL when the host told nothing. Only the first HV_REASON_MAX are kept.
 * Errors: MEMORY.
 */
HV_MUST_CHECK int hv_reasons_decode(const struct hv_instance *output, struct hv_reason **ret_reasons, size_t *ret_n,
                                    struct hv_error *err);
/* Frees N reasons and the array. */
void hv_reasons_free(struct hv_reason *reasons, size_t n);

/* One entry: CIM-XML, or plain text such as ErrorDescription. Errors: MEMORY. Release with hv_reason_deinit. */
HV_MUST_CHECK int hv_reason_decode(const char *text, struct hv_reason *ret_reason, struct hv_error *err);
void hv_reason_deinit(struct hv_reason *reason);

/* First "0x" and eight hexadecimal digits in TEXT (NULL allowed); 0 when there is none. */
uint32_t hv_reason_hresult(const char *text);

#endif
