/* Instances as they are sent to hosts, in the body of a Put or a Create (wsman.md 1.7, 2; DSP0230). */
#ifndef CIM_WRITE_H
#define CIM_WRITE_H

#include "cim/instance.h"
#include "xml/writer.h"

/*
 * Writes INSTANCE as one of the class that RESOURCE_URI names, whatever its own class; prefixes a and w must be bound. Nulls are
 * told (xsi:nil), an array too that is null or empty. Errors: ARGUMENT (a name or value that cannot be sent), LIMIT (a class name
 * of kilobytes), MEMORY.
 */
HV_MUST_CHECK int hv_wire_write_instance(struct hv_xml_writer *writer, const struct hv_instance *instance,
                                         const char *resource_uri, struct hv_error *err);
/* The property NAME alone, in a w:XmlFragment. Errors: ARGUMENT, also when INSTANCE does not have it. */
HV_MUST_CHECK int hv_wire_write_fragment(struct hv_xml_writer *writer, const struct hv_instance *instance, const char *name,
                                         const char *resource_uri, struct hv_error *err);
/*
 * INSTANCE inline: its type and its properties, in an element of the caller's that is open and has no content yet. Its class is
 * taken to be of the namespace of RESOURCE_URI. Errors as for a whole instance.
 */
HV_MUST_CHECK int hv_wire_write_object(struct hv_xml_writer *writer, const struct hv_instance *instance, const char *resource_uri,
                                       struct hv_error *err);

#endif
