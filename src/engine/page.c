/* Pages of enumerations (wsman.md 1.8). */
#include "engine/page.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "cim/identity.h"
#include "cim/wire.h"
#include "engine/op.h"
#include "wsman/epr.h"
#include "wsman/uri.h"

void hv_page_reader_init(struct hv_page_reader *reader, hv_item_fn *on_item, void *context) {
    *reader = (struct hv_page_reader){
        .on_item = on_item,
        .context = context,
        .given_chain = HV_IDENTITY_BEGIN,
        .seen_chain = HV_IDENTITY_BEGIN,
    };
}

void hv_page_reader_rewind(struct hv_page_reader *reader) {
    reader->n_empty = 0;
    reader->n_seen = 0;
    reader->seen_chain = HV_IDENTITY_BEGIN;
}

static int changed(const struct hv_page_reader *reader, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_CONFLICT, "the list changed while it was read, after %zu items", reader->n_given);
    hv_error_cause(err, "the host broke the enumeration off, and the second one did not begin with the same items");
    hv_error_remedy(err, "list again");
    return HV_E_CONFLICT;
}

int hv_page_reader_finish(const struct hv_page_reader *reader, struct hv_error *err) {
    return reader->n_seen < reader->n_given ? changed(reader, err) : 0;
}

/* Counts an item. Outcomes: 0 a new one; 1 one that was given before the enumeration began anew. Errors: CONFLICT. */
static int recall(struct hv_page_reader *reader, const struct hv_instance *instance, const struct hv_epr *epr,
                  struct hv_error *err) {
    reader->n_seen++;
    reader->seen_chain = hv_identity_mix(reader->seen_chain, instance, epr);
    if (reader->n_seen > reader->n_given) {
        reader->n_given = reader->n_seen;
        reader->given_chain = reader->seen_chain;
        return 0;
    }
    if (reader->n_seen == reader->n_given && reader->seen_chain != reader->given_chain)
        return changed(reader, err);
    return 1;
}

void hv_page_reader_deinit(struct hv_page_reader *reader) {
    for (size_t i = 0; i < reader->n_instances; i++)
        (void)hv_instance_free(reader->instances[i]);
    free(reader->instances);
    *reader = (struct hv_page_reader){ 0 };
}

static int keep(struct hv_page_reader *reader, struct hv_instance **instance, struct hv_error *err) {
    struct hv_instance **bigger;

    reader->n_held += hv_instance_size(*instance);
    if (reader->n_held > HV_OP_MAX_HELD)
        return hv_error_set(err, HV_E_LIMIT, "the host sent more than %d MiB of instances", HV_OP_MAX_HELD >> 20);
    bigger = hv_grow(reader->instances, reader->n_instances, sizeof(*bigger));
    if (!bigger)
        return hv_error_memory(err);
    reader->instances = bigger;
    reader->instances[reader->n_instances++] = *instance;
    *instance = NULL;
    return 0;
}

/* An instance that knows nothing but its name, which it takes. */
static int from_name(struct hv_epr **epr, struct hv_instance **ret_instance, struct hv_error *err) {
    const char *uri = hv_epr_resource_uri(*epr);
    const char *class_name = hv_uri_class(uri);
    size_t n_namespace = 0;
    const char *cim_namespace = hv_uri_namespace(uri, &n_namespace);
    int r = hv_instance_new_n(class_name, strlen(class_name), cim_namespace, n_namespace, ret_instance, err);

    if (r < 0)
        return r;
    hv_instance_set_epr(*ret_instance, *epr);
    *epr = NULL;
    return 0;
}

static int read_item(struct hv_page_reader *reader, const struct hv_xml_node *node, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = NULL;
    HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL;
    struct hv_wire_item item;
    int r = hv_wire_read_item(node, &item, err);

    if (r < 0)
        return r;
    instance = item.instance;
    epr = item.epr;
    r = recall(reader, instance, epr, err);
    if (r != 0)
        return r < 0 ? r : 0;
    if (reader->on_item)
        r = reader->on_item(reader->context, &instance, instance ? hv_instance_epr(instance) : epr, err);
    else if (!instance)
        r = from_name(&epr, &instance, err);
    if (r < 0 || reader->on_item)
        return r < 0 ? r : 0;
    return keep(reader, &instance, err);
}

int hv_page_reader_read(struct hv_page_reader *reader, const struct hv_xml_node *items, struct hv_error *err) {
    const struct hv_xml_node *node = hv_xml_first(items);

    reader->n_empty = node ? 0 : reader->n_empty + 1;
    if (reader->n_empty > HV_OP_MAX_EMPTY)
        return hv_error_set(err, HV_E_LIMIT, "the host sent %d answers without an item and without an end", HV_OP_MAX_EMPTY);
    for (; node; node = hv_xml_next(node)) {
        int r = read_item(reader, node, err);

        if (r < 0)
            return r;
    }
    return 0;
}
