/* Events of a subscription as instances (wsman.md 1.9). */
#ifndef CIM_EVENT_H
#define CIM_EVENT_H

#include "cim/instance.h"
#include "xml/reader.h"

/*
 * Reads one item of a PullResponse: an instance of WMI, or an event of the event log, in a w:Event or not, as elements or as XML
 * in text. Of the latter each element becomes a property, and one that has attributes or children an instance, which holds the
 * attributes, the children, and what text there is as "Value". Outcomes: 0; 1 a heartbeat, which is no event. Errors: PROTOCOL,
 * LIMIT, MEMORY.
 */
HV_MUST_CHECK int hv_event_read(const struct hv_xml_node *item, struct hv_instance **ret_event, struct hv_error *err);

#endif
