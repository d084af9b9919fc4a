/* References in CIM-XML (DSP0201 5.2.3: VALUE.REFERENCE and what it holds) as endpoint references. */
#ifndef CIM_REFERENCE_H
#define CIM_REFERENCE_H

#include <hvctl/epr.h>

#include "base/cleanup.h"
#include "xml/reader.h"

/*
 * VALUE: the VALUE.REFERENCE element. Key bindings become selectors. A path without namespace is in CIM_NAMESPACE; the host of a
 * full path is dropped, because an endpoint reference is used where it came from. Errors: PROTOCOL, LIMIT (nesting as in
 * HV_EPR_MAX_DEPTH), MEMORY.
 */
HV_MUST_CHECK int hv_reference_read(const struct hv_xml_node *value, const char *cim_namespace, struct hv_epr **ret_epr,
                                    struct hv_error *err);

#endif
