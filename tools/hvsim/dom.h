/* Reading XML of the peer: libxml2 without network, document type or entities; elements are found by namespace and name. */
#ifndef SIM_DOM_H
#define SIM_DOM_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

enum { SIM_DOM_MAX_DEPTH = 64 };

static inline void sim_dom_free_p(xmlDoc **doc) {
    if (*doc)
        xmlFreeDoc(*doc);
}
#define SIM_CLEANUP_DOC HV_ATTR_CLEANUP(sim_dom_free_p)

/* NULL when the bytes are not well-formed UTF-8 (whatever they declare), have a document type, or nest deeper than
 * SIM_DOM_MAX_DEPTH. */
xmlDoc *sim_dom_parse(const char *bytes, size_t n_bytes);

/* First element child, the next element sibling; NULL at the end. */
xmlNode *sim_dom_first(const xmlNode *node);
xmlNode *sim_dom_next(const xmlNode *node);
bool sim_dom_is(const xmlNode *node, const char *ns, const char *name);
/* "" for no namespace. */
const char *sim_dom_ns(const xmlNode *node);
const char *sim_dom_name(const xmlNode *node);
/* First child element of that name, NULL when absent. */
xmlNode *sim_dom_child(const xmlNode *node, const char *ns, const char *name);
/* Text below the node, exact; NULL only when memory is out. Caller frees with free(). */
char *sim_dom_text(const xmlNode *node);
/* As above with blanks at both ends cut. */
char *sim_dom_token(const xmlNode *node);
/* Value of an attribute (ns NULL: none), NULL when absent. Caller frees with free(). */
char *sim_dom_attr(const xmlNode *node, const char *ns, const char *name);
/* The attribute is an xs:boolean with value true. */
bool sim_dom_flag(const xmlNode *node, const char *ns, const char *name);
/* xsi:nil="true". */
bool sim_dom_nil(const xmlNode *node);
/* Every character below is white space, and no element is there. */
bool sim_dom_blank(const xmlNode *node);

#endif
