/* Answers of the transfer operations beside instances (wsman.md 1.7; WS-Transfer 2004/09). */
#include "wsman/transfer.h"

#include "base/error.h"
#include "wsman/uri.h"

int hv_created_parse(const struct hv_envelope *envelope, struct hv_epr **ret_epr, struct hv_error *err) {
    const struct hv_xml_node *created = hv_xml_child(hv_envelope_body(envelope), HV_NS_TRANSFER, "ResourceCreated");

    /* OMI leaves the wrapper out and sends the reference alone. */
    if (!created)
        created = hv_xml_first(hv_envelope_body(envelope));
    if (!created || !hv_epr_is_in(created))
        return hv_error_set(err, HV_E_PROTOCOL, "the answer to a Create does not name what was created");
    return hv_epr_parse(created, ret_epr, err);
}
