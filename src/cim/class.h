/* Class descriptions in CIM-XML (DSP0201 5.2.4: CLASS and what is in it). */
#ifndef CIM_CLASS_H
#define CIM_CLASS_H

#include <hvctl/class.h>

#include "base/cleanup.h"
#include "xml/reader.h"

/* Ceilings of one class; one more is HV_E_LIMIT. */
enum {
    HV_CLASS_MAX_MEMBERS = 1024, /* properties, methods, parameters of a method */
    HV_CLASS_MAX_QUALIFIERS = 128,
    HV_CLASS_MAX_VALUES = 4096, /* of one qualifier */
};

HV_DEFINE_CLEANUP(struct hv_class *, hv_class_free)

/*
 * Reads NODE, a CLASS element of any namespace (there is none in what hosts send). What is unknown in it is passed over.
 * Errors: PROTOCOL (a name is missing), LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_class_read(const struct hv_xml_node *node, struct hv_class **ret_class, struct hv_error *err);

#endif
