/* Parameters of a method on the wire (wsman.md 3): METHOD_INPUT written, METHOD_OUTPUT read. */
#ifndef CIM_PARAMS_H
#define CIM_PARAMS_H

#include <hvctl/wsman.h>

#include "cim/instance.h"
#include "xml/reader.h"
#include "xml/writer.h"

enum { HV_PARAMS_MAX = 65536 };

HV_DEFINE_CLEANUP(struct hv_params *, hv_params_free)

HV_MUST_CHECK int hv_params_copy(const struct hv_params *params, struct hv_params **ret_params, struct hv_error *err);

/* Is NAME a name that an element can have, as those of methods and parameters are? ASCII letters, digits, "_", "-", ".". */
bool hv_params_is_name(const char *name);

/*
 * Writes p:METHOD_INPUT in namespace RESOURCE_URI inside an open body, which binds prefixes a and w. INPUT is "p:METHOD_INPUT"
 * and lives until the element ends. PARAMS may be NULL. The values of one name stand together, where the name was first added.
 * Errors: those of hv_wire_write_object.
 */
HV_MUST_CHECK int hv_params_write(const struct hv_params *params, struct hv_xml_writer *writer, const char *input,
                                  const char *resource_uri, struct hv_error *err);

/*
 * Reads what BODY holds as out parameters. OMI calls the element CLASS_OUTPUT, so that its name does not count; the class of the
 * instance is METHOD_OUTPUT in any case. Errors: PROTOCOL (empty body), LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_output_read(const struct hv_xml_node *body, const char *method, struct hv_instance **ret_instance,
                                 struct hv_error *err);

#endif
