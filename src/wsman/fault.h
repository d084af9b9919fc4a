/* SOAP faults as error records (wsman.md 5). */
#ifndef WSMAN_FAULT_H
#define WSMAN_FAULT_H

#include "base/error.h"
#include "xml/reader.h"

/* Fills ERR (never NULL) from an s:Fault element and returns the class that the fault's codes mean. */
int hv_fault_read(const struct hv_xml_node *fault, int http_status, struct hv_error *err);
/* Fills ERR for an answer that carries no SOAP and returns its class. */
int hv_fault_from_status(int http_status, struct hv_error *err);

/* The operation went on longer than its timeout: for a pull or a poll this only means "ask again" (wsman.md 5.3). */
bool hv_fault_is_timeout(const struct hv_error *err);
/* Overload or quota: the same request may succeed later (wsman.md 5.5). */
bool hv_fault_is_busy(const struct hv_error *err);
/* The enumeration context is dead. */
bool hv_fault_is_context_lost(const struct hv_error *err);
/* It is dead because the host forgot it, as after a long pause: the same enumeration can be begun again. */
bool hv_fault_is_context_forgotten(const struct hv_error *err);
/* The answer does not fit into an envelope: fewer items in one may (wsman.md 1.8). */
bool hv_fault_is_too_large(const struct hv_error *err);
/* The host does not do this operation there, or has no such thing: another way to ask may succeed. */
bool hv_fault_is_unsupported(const struct hv_error *err);
/*
 * The request was certainly refused before it did anything. Receiver faults without a known code do not prove that
 * (a provider may fail after it acted), nor does a timeout.
 */
bool hv_fault_is_refusal(const struct hv_error *err);

#endif
