/* Identify (wsman.md 1.6): the one exchange without addressing headers. */
#ifndef WSMAN_IDENTIFY_H
#define WSMAN_IDENTIFY_H

#include <hvctl/wsman.h>

#include "wsman/envelope.h"

/* Writes the whole envelope. */
void hv_identify_write(struct hv_xml_writer *writer);
/* Fills IDENTITY, which is zeroed before and is the caller's to deinit even after a failure. */
HV_MUST_CHECK int hv_identify_parse(const struct hv_envelope *envelope, struct hv_identity *identity, struct hv_error *err);
void hv_identity_deinit(struct hv_identity *identity);

#endif
