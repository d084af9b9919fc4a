/* Endpoint references on the wire (wsman.md 2.3). */
#ifndef WSMAN_EPR_H
#define WSMAN_EPR_H

#include <hvctl/epr.h>

#include "base/cleanup.h"
#include "xml/reader.h"
#include "xml/writer.h"

enum {
    HV_EPR_MAX_DEPTH = 8, /* references in selectors in references */
    HV_EPR_MAX_SELECTORS = 64,
};

HV_DEFINE_CLEANUP(struct hv_epr *, hv_epr_free)

/*
 * Reads the reference that NODE holds: a:ReferenceParameters (or ReferenceProperties) as a child, or inside an
 * a:EndpointReference child, or NODE is the a:EndpointReference itself. Errors: PROTOCOL, LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_epr_parse(const struct hv_xml_node *node, struct hv_epr **ret_epr, struct hv_error *err);
/* About how many bytes of memory it holds. */
size_t hv_epr_size(const struct hv_epr *epr);
/* Does NODE hold one? */
bool hv_epr_is_in(const struct hv_xml_node *node);

/* Writes a:Address and a:ReferenceParameters; prefixes a and w must be bound. */
void hv_epr_write(struct hv_xml_writer *writer, const struct hv_epr *epr);
/* Writes the w:SelectorSet, nothing when there is no selector. */
void hv_epr_write_selectors(struct hv_xml_writer *writer, const struct hv_epr *epr);

#endif
