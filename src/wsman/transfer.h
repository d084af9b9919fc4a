/* Answers of the transfer operations beside instances (wsman.md 1.7). */
#ifndef WSMAN_TRANSFER_H
#define WSMAN_TRANSFER_H

#include "wsman/envelope.h"

/* The name of the instance that a Create made. Errors: PROTOCOL (none told), LIMIT, MEMORY. */
HV_MUST_CHECK int hv_created_parse(const struct hv_envelope *envelope, struct hv_epr **ret_epr, struct hv_error *err);

#endif
