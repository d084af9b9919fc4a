/* Enumerate, Pull and Release (wsman.md 1.8). */
#include <string.h>

#include "base/text.h"
#include "describe.h"
#include "instance.h"
#include "names.h"
#include "query.h"
#include "xml.h"

/* What an envelope has besides its items: declarations, headers, context, end tags; RelatesTo comes on top. */
enum { ENVELOPE_OVERHEAD = 1536 };

/* ---- items ---- */

static void write_one(struct sim_xml *xml, const struct sim_enumeration *enumeration, const struct sim_object *object) {
    const bool with_object = enumeration->mode != SIM_MODE_EPR;
    const bool with_epr = enumeration->mode != SIM_MODE_OBJECT;

    if (with_object && with_epr)
        sim_xml_open(xml, "w:Item");
    if (with_object && enumeration->n_columns)
        sim_projection_write(xml, &enumeration->writing, object, (const char *const *)enumeration->columns,
                             enumeration->n_columns);
    else if (with_object)
        sim_instance_write(xml, &enumeration->writing, object);
    if (with_epr)
        sim_object_epr_write(xml, enumeration->writing.style, object);
    if (with_object && with_epr)
        sim_xml_close(xml);
}

static bool write_item(struct sim_wire_call *call, const struct sim_enumeration *enumeration, struct hv_buf *out) {
    const struct sim_object *object = sim_enumeration_object(enumeration);
    SIM_CLEANUP_XML struct sim_xml xml;

    sim_xml_init(&xml);
    if (object)
        write_one(&xml, enumeration, object);
    else
        sim_class_write(&xml, enumeration->classes[enumeration->next], sim_host_build(call->host), enumeration->options);
    return sim_xml_take(&xml, out) || sim_fail_memory(&call->fault);
}

/* Items while they fit MAX_ITEMS and the envelope; at least one, unless none is left. */
static bool write_batch(struct sim_wire_call *call, struct sim_enumeration *enumeration, uint64_t max_items,
                        uint64_t max_characters, struct hv_buf *out) {
    const struct sim_message *message = call->message;
    const uint64_t overhead = ENVELOPE_OVERHEAD + strlen(message->message_id);
    uint64_t budget = message->envelope_bytes > overhead ? message->envelope_bytes - overhead : 0;
    HV_CLEANUP_BUF struct hv_buf item = HV_BUF_INIT(SIZE_MAX / 2);
    uint64_t n = 0;
    int more = 0;

    enumeration->writing.manner = call->manner;
    if (max_characters && max_characters < budget)
        budget = max_characters;
    while (n < max_items && (more = sim_enumeration_more(enumeration)) > 0) {
        hv_buf_reset(&item);
        if (!write_item(call, enumeration, &item))
            return false;
        if (item.len > budget) {
            if (n > 0)
                return true;
            return sim_fail(&call->fault,
                            message->asked_bytes && message->asked_bytes < call->limits->envelope_bytes
                                ? SIM_F_MAX_ENVELOPE_SIZE_EXCEEDED
                                : SIM_F_SERVER_ENVELOPE_LIMIT,
                            "One item has %zu bytes.", item.len);
        }
        hv_buf_append(out, hv_buf_text(&item), item.len);
        budget -= item.len;
        sim_enumeration_advance(enumeration);
        n++;
    }
    return more >= 0 || sim_fail_memory(&call->fault);
}

static bool is_finished(struct sim_enumeration *enumeration) {
    return sim_enumeration_more(enumeration) == 0;
}

/* ---- Enumerate ---- */

bool sim_call_open_context(struct sim_wire_call *call, struct sim_enumeration *enumeration_take, char id[SIM_ID_TEXT_SIZE]) {
    int rc;

    if (call->manner->peer == SIM_PEER_OMI)
        sim_ids_number(call->ids, id);
    else
        sim_ids_next(call->ids, id);
    rc = sim_contexts_add(call->contexts, id, call->now_us, enumeration_take);
    if (rc > 0)
        return sim_fail(&call->fault, SIM_F_QUOTA_OPERATIONS, NULL);
    return rc == 0 || sim_fail_memory(&call->fault);
}

static void write_response(struct sim_xml *xml, const char *id, bool optimized, const struct hv_buf *items, bool finished) {
    sim_xml_open(xml, "n:EnumerateResponse");
    sim_xml_leaf(xml, "n:EnumerationContext", id);
    if (optimized) {
        sim_xml_open(xml, "w:Items");
        sim_xml_raw(xml, hv_buf_text(items), items->len);
        sim_xml_close_full(xml);
        if (finished) {
            sim_xml_open(xml, "w:EndOfSequence");
            sim_xml_close(xml);
        }
    }
    sim_xml_close(xml);
}

static uint64_t batch_size(const struct sim_wire_call *call, uint64_t max_elements) {
    if (max_elements == 0)
        return 1;
    return max_elements < call->limits->batch_items ? max_elements : call->limits->batch_items;
}

bool sim_enumerate(struct sim_wire_call *call) {
    HV_CLEANUP(sim_enumeration_free) struct sim_enumeration *enumeration = calloc(1, sizeof(*enumeration));
    HV_CLEANUP_BUF struct hv_buf items = HV_BUF_INIT(SIZE_MAX / 2);
    SIM_CLEANUP_XML struct sim_xml xml = { .failed = true };
    struct sim_query query;
    char id[SIM_ID_TEXT_SIZE] = "";
    bool finished;

    if (!enumeration)
        return sim_fail_memory(&call->fault);
    if (!sim_query_read(call, &query) || !sim_query_run(call, &query, enumeration))
        return false;
    enumeration->mode = query.mode;
    enumeration->writing = sim_call_writing(call);
    enumeration->asked_bytes = call->message->asked_bytes;
    enumeration->asked_elements = query.max_elements;
    if (query.optimized && !write_batch(call, enumeration, batch_size(call, query.max_elements), 0, &items))
        return false;
    finished = query.optimized && is_finished(enumeration);
    if (!finished) {
        struct sim_enumeration *open = enumeration;
        enumeration = NULL;
        if (!sim_call_open_context(call, open, id))
            return false;
    }
    call->prefixes = SIM_PREFIXES_ENUMERATION;
    sim_xml_init(&xml);
    write_response(&xml, id, query.optimized, &items, finished);
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

/* ---- Pull and Release ---- */

struct pull {
    char *context;
    uint64_t max_elements;
    uint64_t max_characters;
};

static bool read_pull_child(struct sim_wire_call *call, const xmlNode *node, struct pull *pull) {
    if (sim_dom_is(node, SIM_NS_ENUM, "EnumerationContext") && !pull->context) {
        pull->context = sim_dom_token(node);
        return pull->context || sim_fail_memory(&call->fault);
    }
    if (sim_dom_is(node, SIM_NS_ENUM, "MaxElements"))
        return sim_read_count(call, node, &pull->max_elements);
    if (sim_dom_is(node, SIM_NS_ENUM, "MaxCharacters"))
        return sim_read_count(call, node, &pull->max_characters);
    if (sim_dom_is(node, SIM_NS_ENUM, "MaxTime"))
        return true;
    return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "%s holds an unexpected element %s.",
                    sim_dom_name(call->message->payload), sim_dom_name(node));
}

/* Reads n:Pull or n:Release and finds the context. */
static bool find_context(struct sim_wire_call *call, const char *name, struct pull *pull, struct sim_context **ret_context) {
    const xmlNode *payload = call->message->payload;

    if (!sim_dom_is(payload, SIM_NS_ENUM, name))
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "The body holds no n:%s.", name);
    for (const xmlNode *node = sim_dom_first(payload); node; node = sim_dom_next(node))
        if (!read_pull_child(call, node, pull))
            return false;
    if (!pull->context)
        return sim_fail(&call->fault, SIM_F_SCHEMA_VALIDATION, "n:EnumerationContext is missing.");
    *ret_context = sim_contexts_find(call->contexts, pull->context);
    return *ret_context || sim_fail(&call->fault, SIM_F_INVALID_CONTEXT, NULL);
}

static bool same_limits(struct sim_wire_call *call, const struct sim_enumeration *enumeration, const struct pull *pull) {
    if ((enumeration->asked_elements && enumeration->asked_elements != pull->max_elements) ||
        (enumeration->asked_bytes && enumeration->asked_bytes != call->message->asked_bytes))
        return sim_fail(&call->fault, SIM_F_PULL_PARAMETERS, NULL);
    return true;
}

static void write_pull_response(struct sim_xml *xml, const char *id, const struct hv_buf *items) {
    sim_xml_open(xml, "n:PullResponse");
    if (id)
        sim_xml_leaf(xml, "n:EnumerationContext", id);
    sim_xml_open(xml, "n:Items");
    sim_xml_raw(xml, hv_buf_text(items), items->len);
    sim_xml_close_full(xml);
    if (!id) {
        sim_xml_open(xml, "n:EndOfSequence");
        sim_xml_close(xml);
    }
    sim_xml_close(xml);
}

/* The context of WinRM changes on each pull, that of others stays (wsman.md 7). */
static void renew_context(struct sim_wire_call *call, struct sim_context *context) {
    if (call->manner->peer == SIM_PEER_WINRM)
        sim_ids_next(call->ids, context->id);
    context->used_us = call->now_us;
}

/* One batch; a context that is used up is gone afterwards. */
static bool pull_batch(struct sim_wire_call *call, struct sim_context *context, const struct pull *pull) {
    HV_CLEANUP_BUF struct hv_buf items = HV_BUF_INIT(SIZE_MAX / 2);
    SIM_CLEANUP_XML struct sim_xml xml = { .failed = true };
    bool finished;

    if (!write_batch(call, context->enumeration, batch_size(call, pull->max_elements), pull->max_characters, &items)) {
        sim_contexts_remove(call->contexts, context);
        return false;
    }
    finished = is_finished(context->enumeration);
    renew_context(call, context);
    sim_xml_init(&xml);
    write_pull_response(&xml, finished ? NULL : context->id, &items);
    if (finished)
        sim_contexts_remove(call->contexts, context);
    call->prefixes = SIM_PREFIXES_ENUMERATION;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

bool sim_call_answer_pull(struct sim_wire_call *call, struct sim_context *context, const struct hv_buf *items) {
    SIM_CLEANUP_XML struct sim_xml xml;

    renew_context(call, context);
    sim_xml_init(&xml);
    write_pull_response(&xml, context->id, items);
    call->prefixes = SIM_PREFIXES_ENUMERATION;
    return sim_xml_take(&xml, &call->body) || sim_fail_memory(&call->fault);
}

static bool pull_from(struct sim_wire_call *call, struct sim_context *context, const struct pull *pull) {
    if (context->enumeration->subscription)
        return sim_pull_events(call, context, batch_size(call, pull->max_elements));
    return same_limits(call, context->enumeration, pull) && pull_batch(call, context, pull);
}

bool sim_pull(struct sim_wire_call *call) {
    struct pull pull = { 0 };
    struct sim_context *context;
    bool good = find_context(call, "Pull", &pull, &context) && pull_from(call, context, &pull);

    free(pull.context);
    return good;
}

bool sim_release(struct sim_wire_call *call) {
    struct pull pull = { 0 };
    struct sim_context *context;
    bool good = find_context(call, "Release", &pull, &context);

    free(pull.context);
    if (!good)
        return false;
    sim_contexts_remove(call->contexts, context);
    call->prefixes = SIM_PREFIXES_ENUMERATION;
    return true;
}

/* ---- for troubles ---- */

void sim_call_forget_context(struct sim_wire_call *call) {
    HV_CLEANUP_FREE char *id = sim_dom_token(sim_dom_child(call->message->payload, SIM_NS_ENUM, "EnumerationContext"));
    struct sim_context *context = id ? sim_contexts_find(call->contexts, id) : NULL;

    if (context)
        sim_contexts_remove(call->contexts, context);
}

uint64_t sim_call_max_elements(const struct sim_wire_call *call) {
    const xmlNode *payload = call->message->payload;
    const xmlNode *pulled = sim_dom_child(payload, SIM_NS_ENUM, "MaxElements");
    HV_CLEANUP_FREE char *text = sim_dom_token(pulled ? pulled : sim_dom_child(payload, SIM_NS_WSMAN, "MaxElements"));
    uint64_t n = 0;

    return text && hv_text_u64(text, strlen(text), 1, UINT64_MAX, &n) ? n : 1;
}
