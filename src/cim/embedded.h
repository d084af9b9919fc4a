/*
 * Embedded instances: CIM-XML text inside a string, as Hyper-V takes and gives them (wsman.md 4, DSP0201).
 */
#ifndef CIM_EMBEDDED_H
#define CIM_EMBEDDED_H

#include "cim/instance.h"

/* Of one text that is written; what is read is bounded by the answer it came in. */
enum { HV_EMBEDDED_MAX_BYTES = 4 * 1024 * 1024 };

/*
 * The INSTANCE text of INSTANCE; free() it. Nulls are left out, datetimes take their native form, & < > " become decimal
 * references (the named ones are refused by Hyper-V: wsman.md 4.3). Errors: ARGUMENT (a property of unknown type, a text that is
 * no value of its type, a reference or instance as value), LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_embedded_encode(const struct hv_instance *instance, char **ret_text, struct hv_error *err);

/*
 * Reads the first INSTANCE in TEXT, whatever is around it (declaration, CIM, VALUE.NAMEDOBJECT ...). Types are kept, datetimes
 * become RFC 3339 or ISO 8601 where these can say it. CIM_NAMESPACE is that of the host's answer, for the instance and for
 * references that do not name theirs; NULL: root/virtualization/v2. Errors: PROTOCOL, LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_embedded_decode(const char *text, const char *cim_namespace, struct hv_instance **ret_instance,
                                     struct hv_error *err);

#endif
