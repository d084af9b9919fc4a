/* Values in requests (wsman.md 2, 3), read against their declaration. */
#ifndef SIM_INPUT_H
#define SIM_INPUT_H

#include "call.h"

/* One element; several for an array append. xsi:nil leaves the value null. Faults: SCHEMA_VALIDATION and those of references. */
bool sim_input_read(struct sim_wire_call *call, const xmlNode *node, const struct sim_parameter *parameter,
                    struct sim_value *value);
/* The children of NODE, which are properties of the object's class. Each that is there replaces the value in OBJECT and is noted
 * in GIVEN, one for each property of the class. */
bool sim_input_properties(struct sim_wire_call *call, const xmlNode *node, struct sim_object *object, bool *given);
/* SCHEMA_VALIDATION: "The element NAME WHAT." */
bool sim_input_fault(struct sim_wire_call *call, const char *what, const char *name);

#endif
