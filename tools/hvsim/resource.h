/* Resource URIs, selectors and endpoint references (wsman.md 1.2, 2.3), read from XML and written to it. */
#ifndef SIM_RESOURCE_H
#define SIM_RESOURCE_H

#include <libxml/tree.h>

#include "object.h"
#include "soapfault.h"

struct sim_xml;

enum sim_uri_style {
    SIM_STYLE_WMI,       /* namespace and class in the URI */
    SIM_STYLE_DMTF,      /* class in the URI, namespace in the selector __cimnamespace */
    SIM_STYLE_EVENT_LOG, /* no class at all */
    SIM_STYLE_METADATA,  /* a description of the class that the URI or the selector ClassName names, as CIM-XML */
};

enum { SIM_MAX_SELECTORS = 64, SIM_MAX_EPR_DEPTH = 4, SIM_MAX_URI = 2048 };

struct sim_resource {
    enum sim_uri_style style;
    char *uri;             /* as it came */
    struct sim_path *path; /* namespace with slashes, class name ("*" for all classes), keys */
};

void sim_resource_deinit(struct sim_resource *resource);
#define SIM_CLEANUP_RESOURCE HV_ATTR_CLEANUP(sim_resource_deinit)

/* From the text of w:ResourceURI and the w:SelectorSet (NULL: none). */
bool sim_resource_read(const char *uri, const xmlNode *selector_set, struct sim_resource *ret_resource,
                       struct sim_soap_fault *fault);
/* From what holds a:Address and a:ReferenceParameters directly. */
bool sim_epr_read(const xmlNode *node, struct sim_path **ret_path, struct sim_soap_fault *fault);

/* URI of a class in a namespace; malloc()ed, NULL when out of memory. */
char *sim_class_uri(enum sim_uri_style style, const char *ns, const char *class_name);
/* a:Address and a:ReferenceParameters into the open element, which declares a and w. NS where the path has none. */
void sim_epr_write(struct sim_xml *xml, enum sim_uri_style style, const struct sim_path *path, const char *ns);

#endif
