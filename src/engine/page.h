/* The items of an enumeration, page after page: handed on as they come, or collected. */
#ifndef ENGINE_PAGE_H
#define ENGINE_PAGE_H

#include <hvctl/wsman.h>

#include "base/cleanup.h"
#include "xml/reader.h"

struct hv_page_reader {
    hv_item_fn *on_item; /* NULL: collect */
    void *context;
    struct hv_instance **instances;
    size_t n_instances;
    size_t n_held;    /* bytes of memory that these take */
    unsigned n_empty; /* pages in a row without items */
    /* What was given, and how far a new beginning has come; a chain is hv_identity_mix over the items so far. */
    size_t n_given;
    uint64_t given_chain;
    size_t n_seen;
    uint64_t seen_chain;
};

void hv_page_reader_init(struct hv_page_reader *reader, hv_item_fn *on_item, void *context);
void hv_page_reader_deinit(struct hv_page_reader *reader);

/* The enumeration begins anew: as many items as were given are passed over, and must be the same. */
void hv_page_reader_rewind(struct hv_page_reader *reader);
/* At the end of the sequence. Errors: CONFLICT (fewer items than were given before). */
HV_MUST_CHECK int hv_page_reader_finish(const struct hv_page_reader *reader, struct hv_error *err);

/*
 * Reads the children of ITEMS (NULL: none). Where names without instances are collected, each becomes an instance of its class
 * without properties. Errors: PROTOCOL, LIMIT (HV_OP_MAX_HELD collected, HV_OP_MAX_EMPTY pages), CONFLICT
 * (after a new beginning, other items than before), MEMORY, and what on_item returns.
 */
HV_MUST_CHECK int hv_page_reader_read(struct hv_page_reader *reader, const struct hv_xml_node *items, struct hv_error *err);

#endif
