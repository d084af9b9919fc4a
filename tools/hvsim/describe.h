/* Descriptions of classes as CIM-XML (DSP0201; wsman.md 1.2), made from the class tables. */
#ifndef SIM_DESCRIBE_H
#define SIM_DESCRIBE_H

#include "call.h"

struct sim_xml;

/* CLASS. OPTIONS: bit per enum sim_option. */
void sim_class_write(struct sim_xml *xml, const struct sim_class *class_, uint32_t build, unsigned options);
/* The class that a metadata resource URI or its selector ClassName names; NULL when all of the namespace are meant. Faults: no
 * such namespace or class, other selectors. */
bool sim_describe_target(struct sim_wire_call *call, const struct sim_class **ret_class);
/* Get on a metadata resource URI. */
bool sim_describe(struct sim_wire_call *call);

#endif
