/* CIM types: how CIM-XML (DSP0201) and WS-CIM (DSP0230) call them, and which texts are values of them. */
#ifndef CIM_TYPE_H
#define CIM_TYPE_H

#include <hvctl/class.h>

/* Any case; HV_CIM_UNKNOWN for NULL and for names that are none of ours. */
enum hv_cim_type hv_type_from_name(const char *name);
/* From an xsi:type as "cim:cimUnsignedShort" or "xs:unsignedShort", whatever the prefix. */
enum hv_cim_type hv_type_from_xsi(const char *qname);
/* Are blanks around the text no part of the value? True for all but strings, characters and unknown types. */
bool hv_type_is_word(enum hv_cim_type type);

/*
 * Is TEXT a value of TYPE? Numbers in range, booleans in any case. Datetimes in either encoding (datetime.h). Never for
 * references and instances, which are no text.
 */
bool hv_type_fits(enum hv_cim_type type, const char *text);

#endif
