/* Bodies of Enumerate, Pull and Release (wsman.md 1.8). */
#ifndef WSMAN_ENUMERATION_H
#define WSMAN_ENUMERATION_H

#include <hvctl/wsman.h>

#include "wsman/envelope.h"

/* Writes n:Enumerate inside an open body. */
void hv_enumerate_write(struct hv_xml_writer *writer, const struct hv_enumerate_options *options);
void hv_pull_write(struct hv_xml_writer *writer, const char *context, uint32_t max_elements);
void hv_release_write(struct hv_xml_writer *writer, const char *context);

/* One EnumerateResponse or PullResponse; pointers live as long as the envelope. */
struct hv_page {
    const struct hv_xml_node *items; /* NULL when there are none */
    const char *context;             /* NULL when the enumeration is over */
};

/* Errors: PROTOCOL (no such answer in the body). */
HV_MUST_CHECK int hv_page_parse(const struct hv_envelope *envelope, struct hv_page *ret_page, struct hv_error *err);

#endif
