/*
 * Operations of several exchanges: enumerations, subscriptions, and descriptions where these are enumerated. What a fault means
 * for them: ask again, begin anew, ask for less, or give up (wsman.md 1.8, 1.9, 5.3).
 */

#include "base/error.h"
#include "base/text.h"
#include "cim/event.h"
#include "engine/op_state.h"
#include "wsman/enumeration.h"
#include "wsman/eventing.h"
#include "wsman/fault.h"
#include "wsman/uri.h"

static void forget_context(struct hv_op *op) {
    free(op->enum_context);
    op->enum_context = NULL;
}

/* The newest context counts even if an item turns out bad: it is the one to close. */
static int take_page(struct hv_op *op, const struct hv_envelope *envelope, struct hv_page *ret_page, struct hv_error *err) {
    char *context = NULL;
    int r = hv_page_parse(envelope, ret_page, err);

    if (r == 0)
        r = hv_text_copy(ret_page->context, &context, err);
    if (r < 0)
        return r;
    free(op->enum_context);
    op->enum_context = context;
    op->n_again = 0;
    return 0;
}

int hv_op_feed_page(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    struct hv_page page;
    int r = take_page(op, envelope, &page, err);

    if (r == 0)
        r = hv_page_reader_read(&op->reader, page.items, err);
    if (r == 0 && !page.context)
        r = hv_page_reader_finish(&op->reader, err);
    if (r < 0)
        return r;
    op->phase = page.context ? HV_OP_PULL : HV_OP_OVER;
    return page.context ? HV_OP_MORE : HV_OP_DONE;
}

/* The class that was asked for, when NODE is its description or has it inside. Outcomes: 0; 1 it is not there. */
static int find_class(struct hv_op *op, const struct hv_xml_node *node, struct hv_error *err) {
    const char *wanted = hv_epr_selector(op->target, HV_SELECTOR_CLASS);
    const struct hv_xml_node *class = hv_xml_is(node, NULL, "CLASS") ? node : hv_xml_descendant(node, NULL, "CLASS");

    if (!class || (op->by_enumeration && !hv_text_same(hv_xml_attribute(class, "", "NAME"), wanted)))
        return 1;
    return hv_class_read(class, &op->description, err);
}

static int feed_classes(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    struct hv_page page;
    int r = take_page(op, envelope, &page, err);

    for (const struct hv_xml_node *item = hv_xml_first(r < 0 ? NULL : page.items); item && !op->description && r >= 0;
         item = hv_xml_next(item))
        r = find_class(op, item, err);
    if (r < 0)
        return r;
    if (op->description)
        return hv_op_stop(op);
    op->phase = page.context ? HV_OP_PULL : HV_OP_OVER;
    if (page.context)
        return HV_OP_MORE;
    return hv_error_set(err, HV_E_NOT_FOUND, "the host describes no such class");
}

int hv_op_feed_class(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    int r;

    if (op->by_enumeration)
        return feed_classes(op, envelope, err);
    r = find_class(op, hv_envelope_body(envelope), err);
    if (r > 0)
        r = hv_error_set(err, HV_E_PROTOCOL, "the answer holds no description of a class");
    if (r == 0)
        op->phase = HV_OP_OVER;
    return r;
}

/* What was opened, and where it is closed. */
static int feed_subscribed(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    HV_CLEANUP(hv_epr_free) struct hv_epr *manager = NULL;
    HV_CLEANUP_FREE char *identifier = NULL;
    struct hv_subscribed subscribed;
    int r = hv_subscribed_parse(envelope, &subscribed, err);

    if (r == 0 && subscribed.resource_uri)
        r = hv_epr_new(subscribed.resource_uri, &manager, err);
    if (r == 0)
        r = hv_text_copy(subscribed.identifier, &identifier, err);
    if (r == 0)
        r = hv_text_copy(subscribed.context, &op->enum_context, err);
    if (r < 0)
        return r;
    (void)hv_epr_free(op->manager);
    free(op->identifier);
    op->manager = manager;
    op->identifier = identifier;
    manager = NULL;
    identifier = NULL;
    op->granted_ms = subscribed.expires_ms;
    op->renew_at_ms = 0;
    op->phase = HV_OP_PULL;
    return HV_OP_MORE;
}

static int feed_renewed(struct hv_op *op, const struct hv_envelope *envelope, struct hv_error *err) {
    int r = hv_renewed_parse(envelope, &op->granted_ms, err);

    if (r < 0)
        return r;
    op->renew_at_ms = 0;
    op->renewed = true;
    op->phase = HV_OP_PULL;
    return HV_OP_MORE;
}

static bool has_enough(const struct hv_op *op) {
    return op->subscription.max_events > 0 && op->n_events >= op->subscription.max_events;
}

static int give_event(struct hv_op *op, const struct hv_xml_node *item, struct hv_error *err) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *event = NULL;
    int r = hv_event_read(item, &event, err);

    if (r != 0)
        return r < 0 ? r : 0;
    op->n_events++;
    r = op->subscription.on_event(op->subscription.context, &event, NULL, err);
    return r < 0 ? r : 0;
}

int hv_op_feed_events(struct hv_op *op, struct hv_envelope **envelope_take, struct hv_error *err) {
    struct hv_page page;
    int r;

    if (op->phase == HV_OP_FIRST)
        return feed_subscribed(op, *envelope_take, err);
    if (op->phase == HV_OP_RENEW)
        return feed_renewed(op, *envelope_take, err);
    r = take_page(op, *envelope_take, &page, err);
    for (const struct hv_xml_node *item = hv_xml_first(r < 0 ? NULL : page.items); item && r == 0 && !has_enough(op);
         item = hv_xml_next(item))
        r = give_event(op, item, err);
    if (r < 0)
        return r;
    op->n_restarts = 0;
    if (has_enough(op))
        return hv_op_stop(op);
    if (!page.context) {
        op->phase = HV_OP_OVER;
        return hv_error_set(err, HV_E_FAILED, "the host ended the subscription");
    }
    r = hv_xml_first(page.items) ? HV_OP_MORE : HV_OP_AGAIN;
    if (hv_envelope_header(*envelope_take, HV_NS_WSMAN, "Bookmark")) {
        (void)hv_envelope_free(op->marked);
        op->marked = *envelope_take;
        *envelope_take = NULL;
    }
    return r;
}

/* Begins anew, after closing what is open. */
static int restart(struct hv_op *op) {
    op->phase = op->enum_context ? HV_OP_REOPEN : HV_OP_FIRST;
    hv_page_reader_rewind(&op->reader);
    return HV_OP_MORE;
}

/* A host that lacks the one way may know the other; if not, its first refusal says more. */
static int judge_description(struct hv_op *op, struct hv_error *fault) {
    if (!hv_fault_is_unsupported(fault))
        return fault->code;
    if (!op->by_enumeration) {
        op->by_enumeration = true;
        op->refusal = malloc(sizeof(*op->refusal));
        if (op->refusal)
            *op->refusal = *fault;
        return HV_OP_MORE;
    }
    if (op->refusal)
        *fault = *op->refusal;
    return fault->code;
}

static bool is_multiple(const struct hv_op *op) {
    return op->kind == HV_OP_ENUMERATE || op->kind == HV_OP_SUBSCRIBE;
}

/* Halves the number of items an answer may hold; the pulls must keep to what the first request said, so all begins anew. */
static bool ask_for_less(struct hv_op *op, const struct hv_error *fault) {
    if (!is_multiple(op) || op->options.max_elements <= 1 || !hv_fault_is_too_large(fault))
        return false;
    op->options.max_elements /= 2;
    return true;
}

/* A host that does not renew forgets the subscription in the end, which is then made anew. */
static int judge_renewal(struct hv_op *op, const struct hv_error *fault) {
    if (fault->source != HV_SOURCE_WSMAN || hv_fault_is_busy(fault))
        return fault->code;
    op->granted_ms = 0;
    op->phase = HV_OP_PULL;
    return HV_OP_MORE;
}

int hv_op_judge(struct hv_op *op, struct hv_error *fault) {
    bool is_endless = op->kind == HV_OP_SUBSCRIBE;

    if (op->phase == HV_OP_RENEW)
        return judge_renewal(op, fault);
    if (op->kind == HV_OP_DESCRIBE && op->phase == HV_OP_FIRST)
        return judge_description(op, fault);
    if (op->phase == HV_OP_PULL && hv_fault_is_timeout(fault) && (is_endless || op->n_again < HV_OP_MAX_AGAIN)) {
        op->n_again++;
        if (is_endless)
            op->n_restarts = 0; /* what is open is alive */
        return HV_OP_AGAIN;
    }
    if (op->phase == HV_OP_PULL && hv_fault_is_context_lost(fault)) {
        forget_context(op);
        if (is_multiple(op) && hv_fault_is_context_forgotten(fault) && op->n_restarts < HV_OP_MAX_RESTARTS) {
            op->n_restarts++;
            return restart(op);
        }
    }
    return ask_for_less(op, fault) ? restart(op) : fault->code;
}
