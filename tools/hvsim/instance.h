/* Objects as the elements WinRM writes (wsman.md 2), and values of method parameters in both directions (section 3). */
#ifndef SIM_INSTANCE_H
#define SIM_INSTANCE_H

#include "manner.h"
#include "resource.h"

/* What decides how values are written. */
struct sim_writing {
    enum sim_uri_style style;
    const struct sim_manner *manner;
    bool precise_arrays; /* option UsePreciseArrays: null arrays are there, and marked (wsman.md 2.4) */
};

/* The whole instance, its root declaring xsi, p and cim. */
void sim_instance_write(struct sim_xml *xml, const struct sim_writing *writing, const struct sim_object *object);
/* w:XmlFragment with the named properties, ascending, without a namespace: an item of SELECT a,b. */
void sim_projection_write(struct sim_xml *xml, const struct sim_writing *writing, const struct sim_object *object,
                          const char *const *names, size_t n_names);
/* One property or parameter under the prefix p; nothing for a null or empty array (but see precise_arrays). IS_OCTETS: it has the
 * OctetString qualifier. */
void sim_value_write(struct sim_xml *xml, const struct sim_writing *writing, const char *ns, const char *name, bool is_octets,
                     const struct sim_value *value);
/* a:EndpointReference of the object, which the parent's scope declares a and w for. */
void sim_object_epr_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_object *object);

/* The property is there on a host of that build. */
bool sim_property_visible(const struct sim_property *property, uint32_t build);

#endif
