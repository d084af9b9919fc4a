/* Objects as the elements WinRM writes (wsman.md 2), and values of method parameters in both directions (section 3). */
#ifndef SIM_INSTANCE_H
#define SIM_INSTANCE_H

#include "resource.h"

/* The whole instance, its root declaring xsi, p and cim. */
void sim_instance_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_object *object);
/* w:XmlFragment with the named properties, ascending, without a namespace: an item of SELECT a,b. */
void sim_projection_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_object *object,
                          const char *const *names, size_t n_names);
/* One property or parameter under the prefix p; nothing for a null or empty array. */
void sim_value_write(struct sim_xml *xml, enum sim_uri_style style, const char *ns, const char *name,
                     const struct sim_value *value);
/* a:EndpointReference of the object, which the parent's scope declares a and w for. */
void sim_object_epr_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_object *object);

/* The property is there on a host of that build. */
bool sim_property_visible(const struct sim_property *property, uint32_t build);

#endif
