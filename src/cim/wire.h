/*
 * Instances as WinRM, OMI and openwsman write them into an envelope (wsman.md 2, DSP0230). Elements are matched by namespace and
 * local name; unknown ones are properties like all others; order, prefixes and adjacency do not matter.
 */
#ifndef CIM_WIRE_H
#define CIM_WIRE_H

#include "cim/instance.h"
#include "xml/reader.h"

/*
 * Reads the instance that NODE is. The class is what xsi:type tells ("Msvm_X_Type"), else the element's name; the namespace is
 * that of a WMI URI, else NULL. A projection (w:XmlFragment) does not tell its class: it is called "XmlFragment".
 * Errors: PROTOCOL (bad reference inside), LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_wire_read_instance(const struct hv_xml_node *node, struct hv_instance **ret_instance, struct hv_error *err);

/* One member of an enumeration's Items. */
struct hv_wire_item {
    struct hv_instance *instance; /* NULL in mode EPR; in mode OBJECT_AND_EPR it holds its own name */
    struct hv_epr *epr;           /* in mode EPR, else NULL */
};

/* NODE: an instance, a reference, or a w:Item with both. The caller frees what is in *ret_item. Errors as above. */
HV_MUST_CHECK int hv_wire_read_item(const struct hv_xml_node *node, struct hv_wire_item *ret_item, struct hv_error *err);

/*
 * Reads the child of BODY, whose class is CLASS_NAME whatever the element is called (NULL: as above). Errors: PROTOCOL (there is
 * none), and as above.
 */
HV_MUST_CHECK int hv_wire_read_body(const struct hv_xml_node *body, const char *class_name, struct hv_instance **ret_instance,
                                    struct hv_error *err);

#endif
